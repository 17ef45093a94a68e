//! Brackets: words that are not agreed, opened, argued about and settled. The rules are `crdt::review::bracket`'s.
//!
//! What changes the record and the words enters the text through its room, with the record in the very same commit (as
//! amendments do, [`Live::submit_with`](crate::live::Live::submit_with)): a crash leaves both or neither, and every open editor
//! sees it at once. Words can still lose their brackets, when they are cut or deleted, and other programs can write brackets
//! of nobody: both are told as such, and how many remain is counted by the marks.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::Bytes;
use crdt::document::{Anchor, EditError, Text, Writer};
use crdt::ids::{BracketId, ChapterId, ComponentId, PaperId, ParagraphId, PersonId, SeatId, TextId};
use crdt::render::brackets::ids_in;
use crdt::review::bracket::{Bracket, BracketError, Done, End, Side};
use crdt::review::bracketed::{self, Standing};
use crdt::review::disposition::{Decider, Place};
use crdt::review::permission::{self, Action};
use serde_json::{Value, json};

use super::App;
use super::audit::{self, By};
use super::history::Act;
use super::news::{Topic, What};
use super::papers::aside;
use super::refusal::Refusal;
use crate::live::LiveError;
use crate::people::directory::Register;
use crate::people::paper::Paper;
use crate::store::{Coll, Expect, Op, scan_all};

/// A bracket to be opened.
#[derive(Clone, Debug)]
pub struct NewBracket {
    /// The id in the name of its mark.
    pub id: BracketId,
    /// The words.
    pub anchor: Anchor,
    /// The paragraph they stand in.
    pub paragraph: ParagraphId,
    /// The component it is opened for.
    pub component: ComponentId,
    /// What that component wants.
    pub side: Side,
    /// Why.
    pub words: String,
}

/// Something that is done to a bracket.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum BracketAct {
    /// The seat's component takes a side, or leaves.
    Speak(Side, String),
    /// It brings another wording.
    Offer(String),
    /// It is settled, with the words that replace others (empty for another end) and why.
    Settle {
        /// What becomes of the words.
        end: End,
        /// What stands in their place.
        instead: String,
        /// Why.
        words: String,
    },
    /// Its mark, which was lost, is put around what is left of its words.
    Mark,
}

/// What the reader's seat may do with a bracket, as it stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct May {
    /// Take a side, and bring other wordings, for its component.
    pub speak: bool,
    /// Settle it.
    pub settle: bool,
    /// Would it settle it, if its component proposed nothing?
    pub proposes: bool,
    /// Put the mark around its words anew, or take one away that is left over.
    pub write: bool,
}

/// What is written of a bracket: the record, and what is told of it.
struct Written {
    paper: PaperId,
    /// `None` for a new one.
    version: Option<u64>,
    bracket: Bracket,
    event: &'static str,
    seat: SeatId,
    about: Value,
}

/// A bracket with the version of its record.
#[derive(Clone, PartialEq, Debug)]
pub struct KeptBracket {
    /// The record.
    pub bracket: Bracket,
    /// 1 when opened, one more with each change.
    pub version: u64,
    /// The words its mark stands around; `None` if it is not in the text.
    pub standing: Option<Standing>,
}

/// The brackets of a paper as they are now.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Brackets {
    /// With a record, in the order of opening.
    pub kept: Vec<KeptBracket>,
    /// How many remain in each chapter, in the language it is drafted in.
    pub remaining: BTreeMap<ChapterId, usize>,
    /// Marks that have no record, with the text they are in.
    pub unrecorded: Vec<(TextId, String)>,
}

impl App {
    /// REV60–REV64: the brackets of a paper, and how many remain in each chapter.
    pub async fn brackets(&self, paper: &Paper) -> Result<Brackets, Refusal> {
        let mut records: BTreeMap<TextId, Vec<(Bracket, u64)>> = BTreeMap::new();
        for record in scan_all(&*self.store, Coll::Bracket, &format!("{}/", paper.id)).await? {
            let bracket: Bracket = record.read()?;
            records.entry(bracket.place.text).or_default().push((bracket, record.version));
        }
        let mut found = Brackets::default();
        let mut marks: BTreeMap<TextId, usize> = BTreeMap::new();
        for (text, _) in paper.texts() {
            let of_text = records.remove(&text).unwrap_or_default();
            // A text that cannot be read has no marks: its brackets are told all the same.
            let document = match self.live.text(text).await {
                Ok(document) => Some(document),
                Err(LiveError::Unreadable { .. }) => None,
                Err(error) => return Err(error.into()),
            };
            let (kept, unrecorded, count) = aside(move || Ok(beside(document, of_text))).await?;
            found.kept.extend(kept);
            found.unrecorded.extend(unrecorded.into_iter().map(|name| (text, name)));
            marks.insert(text, count);
        }
        found.kept.sort_by_key(|kept| (kept.bracket.opened.at, kept.bracket.id));
        for chapter in &paper.chapters {
            let drafted = chapter.texts.get(&chapter.language).and_then(|text| marks.get(text));
            found.remaining.insert(chapter.id, drafted.copied().unwrap_or_default());
        }
        Ok(found)
    }

    /// What a seat may do with this bracket.
    pub fn may_with_bracket(&self, register: &Register, seat: SeatId, bracket: &Bracket) -> May {
        let (Some(who), Some(text)) = (register.who(seat), register.text(bracket.place.text)) else {
            return May::default();
        };
        let (place, is_open) = (text.place(), bracket.outcome.is_none());
        let decides = register.may(seat, Action::Decide, &place);
        let people = people_who_proposed(register, bracket);
        let proposes = bracket.proposers().contains(&who.component.id) || people.contains(&who.person.id);
        May {
            speak: is_open && register.may(seat, Action::SubmitForComponent, &place),
            settle: is_open && decides && !proposes && place.state == permission::State::Open,
            proposes: is_open && decides && proposes,
            write: register.may(seat, Action::WriteText, &place),
        }
    }

    /// REV60, REV78: whoever writes the text opens a bracket on its words, for a component.
    pub async fn open_bracket(
        &self,
        text: TextId,
        seat: SeatId,
        new: NewBracket,
    ) -> Result<KeptBracket, Refusal> {
        let _turn = self.settling.alone(&new.id.to_string()).await;
        let _words = self.rewording.alone(&text.to_string()).await;
        let (place, document) = self.text(text).await?;
        self.must_write(seat, text)?;
        if self.directory.register().component(new.component).is_none() {
            return Err(Refusal::field("component", "is one of the organisation"));
        }
        if let Some(other) = self.store.get(Coll::Bracket, &key(place.paper, new.id)).await? {
            return Err(Refusal::StaleVersion { current: other.version });
        }
        let (anchor, paragraph, document) = aside(move || {
            new.anchor.check(&document).map_err(|_| Refusal::AnchorUnknown)?;
            let (anchor, paragraph) = new.anchor.verified(&document).ok_or(Refusal::AnchorUnknown)?;
            Ok((anchor, paragraph, document))
        })
        .await?;
        let done = Done { by: seat, at: self.clock.now() };
        let where_ = (new.id, Place { text, paragraph });
        let bracket = Bracket::open(where_, anchor, new.component, (new.side, &new.words), done)?;
        let about = json!({ "text": text, "component": new.component, "side": new.side });
        let marked = bracket.clone();
        let edit = move |text: &mut Text, writer: &Writer| bracketed::put(text, writer, &marked);
        let change = self.bracket_change(document, seat, edit).await?;
        let change = Some(change.ok_or(BracketError::WordsGone)?);
        let paper = place.paper;
        let written = Written { paper, version: None, bracket, event: "bracket_opened", seat, about };
        self.write_bracket(written, change).await
    }

    /// REV61–REV63, REV78, REV79: do something to a bracket, if it has the expected version.
    pub async fn act_on_bracket(
        &self,
        paper: &Paper,
        seat: SeatId,
        id: BracketId,
        expected: Option<u64>,
        act: BracketAct,
    ) -> Result<KeptBracket, Refusal> {
        let _turn = self.settling.alone(&id.to_string()).await;
        let record = self.store.get(Coll::Bracket, &key(paper.id, id)).await?.ok_or(Refusal::NotFound)?;
        let (bracket, version): (Bracket, u64) = (record.read()?, record.version);
        let _words = self.rewording.alone(&bracket.place.text.to_string()).await;
        let register = self.directory.register();
        let who = register.who(seat).ok_or(Refusal::NotFound)?;
        must(&register, seat, &bracket, &act)?;
        if expected.is_some_and(|expected| expected != version) {
            return Err(Refusal::StaleVersion { current: version });
        }
        let (component, at) = (who.component.id, self.clock.now());
        let done = Done { by: seat, at };
        let (next, event, about) = match &act {
            BracketAct::Speak(side, words) => {
                let next = bracket.speak(component, (*side, words), done)?;
                (next, "bracket_argued", json!({ "component": component, "side": side }))
            }
            BracketAct::Offer(words) => {
                (bracket.offer(component, words, done)?, "bracket_wording", json!({ "component": component }))
            }
            BracketAct::Settle { end, instead, words } => {
                if *end == End::Withdrawn {
                    return Err(Refusal::field("end", "is kept, removed or replaced"));
                }
                let decider = Decider { seat, component, person: who.person.id };
                let people = people_who_proposed(&register, &bracket);
                let next = bracket.settle((*end, instead), words, decider, people, at)?;
                let over = next.outcome.as_ref().map(|outcome| outcome.over.clone());
                (next, "bracket_settled", json!({ "end": end, "over": over }))
            }
            BracketAct::Mark if bracket.outcome.is_some() => return Err(BracketError::Over.into()),
            BracketAct::Mark => (bracket.clone(), "bracket_marked", json!({})),
        };
        let locked = is_locked(&register, &bracket);
        let document = self.live.text(bracket.place.text).await?;
        // Between this look at the text and the commit somebody may type; then both merge, as if this had come a moment earlier.
        let change = match (&act, &next.outcome) {
            (BracketAct::Mark, _) => {
                let edit = move |text: &mut Text, writer: &Writer| bracketed::put(text, writer, &bracket);
                let change = self.bracket_change(document, seat, edit).await?;
                Some(change.ok_or(BracketError::WordsGone)?)
            }
            (_, Some(outcome)) => {
                let (end, instead) = (outcome.end, outcome.instead.clone().unwrap_or_default());
                let needs_words = matches!(end, End::Kept | End::Replaced);
                let read = (document.clone(), bracket.clone());
                if needs_words && !aside(move || Ok(bracketed::has_words(&read.0, &read.1))).await? {
                    return Err(BracketError::WordsGone.into());
                }
                let edit = move |text: &mut Text, writer: &Writer| {
                    bracketed::settle(text, writer, &bracket, (end, &instead))
                };
                self.bracket_change(document, seat, edit).await?
            }
            _ => None,
        };
        if change.is_some() && locked {
            return Err(Refusal::ChapterLocked);
        }
        let written = Written { paper: paper.id, version: Some(version), bracket: next, event, seat, about };
        self.write_bracket(written, change).await
    }

    /// REV78: takes a mark away that no open bracket has: one of another program, or one that came back after it was settled.
    pub async fn lift_bracket_mark(&self, text: TextId, seat: SeatId, id: BracketId) -> Result<(), Refusal> {
        let _turn = self.settling.alone(&id.to_string()).await;
        let _words = self.rewording.alone(&text.to_string()).await;
        let (place, document) = self.text(text).await?;
        self.must_write(seat, text)?;
        if let Some(record) = self.store.get(Coll::Bracket, &key(place.paper, id)).await? {
            let bracket: Bracket = record.read()?;
            if bracket.outcome.is_none() && bracket.place.text == text {
                return Err(BracketError::StillOpen.into());
            }
        }
        let name = bracketed::mark_name(id);
        let edit = move |text: &mut Text, writer: &Writer| bracketed::lift(text, writer, &name);
        let change = self.bracket_change(document, seat, edit).await?.ok_or(Refusal::NotFound)?;
        let about = json!({ "text": text, "bracket": id });
        let note = Act::Bracket { bracket: id, event: "bracket_lifted".to_owned() }.note(text, &change)?;
        let audit = audit::entry(self.clock.now(), "bracket_lifted", By::Seat(seat), about);
        self.live.submit_with(text, vec![(seat, change)], vec![note, audit]).await?;
        self.news.tell(place.paper, What::Procedure { topic: Topic::Brackets, within: None });
        Ok(())
    }

    /// One change of a text as it is now, by a seat; `None` if nothing is changed.
    async fn bracket_change(
        &self,
        document: Arc<Text>,
        seat: SeatId,
        edit: impl FnOnce(&mut Text, &Writer) -> Result<Option<Vec<u8>>, EditError> + Send + 'static,
    ) -> Result<Option<Bytes>, Refusal> {
        let writer = self.writer(seat);
        aside(move || {
            let mut text = Text::clone(&document);
            let change = edit(&mut text, &writer);
            Ok(change.map_err(|error| Refusal::ChangeRefused(error.to_string()))?.map(Bytes::from))
        })
        .await
    }

    /// Record and change in one commit. The turn of this bracket is held.
    async fn write_bracket(&self, written: Written, change: Option<Bytes>) -> Result<KeptBracket, Refusal> {
        let Written { paper, version, bracket, event, seat, mut about } = written;
        about["bracket"] = json!(bracket.id);
        // Nobody else writes this record: the turn is held. And others' words must not fail with it.
        let mut ops = vec![
            Op::put(Coll::Bracket, key(paper, bracket.id), Expect::Any, &bracket),
            audit::entry(self.clock.now(), event, By::Seat(seat), about),
        ];
        let text = bracket.place.text;
        match change {
            Some(change) => {
                let act = Act::Bracket { bracket: bracket.id, event: event.to_owned() };
                ops.push(act.note(text, &change)?);
                self.live.submit_with(text, vec![(seat, change)], ops).await?;
            }
            None => {
                self.store.commit(ops).await?;
            }
        }
        self.news.tell(paper, What::Procedure { topic: Topic::Brackets, within: None });
        let (document, id) = (self.live.text(text).await?, bracket.id);
        let standing = aside(move || Ok(bracketed::standing(&document, id))).await?;
        Ok(KeptBracket { bracket, version: version.unwrap_or(0) + 1, standing })
    }
}

/// REV10: is nobody to change its words now?
fn is_locked(register: &Register, bracket: &Bracket) -> bool {
    let place = register.text(bracket.place.text).map(|text| text.place());
    place.is_some_and(|place| place.state == permission::State::Locked)
}

/// May this seat do that?
fn must(register: &Register, seat: SeatId, bracket: &Bracket, act: &BracketAct) -> Result<(), Refusal> {
    let place: permission::Place = register.text(bracket.place.text).ok_or(Refusal::NotFound)?.place();
    let (action, what) = match act {
        BracketAct::Settle { .. } => (Action::Decide, "settle this bracket"),
        BracketAct::Mark => (Action::WriteText, "write this text"),
        _ => (Action::SubmitForComponent, "speak for this component: its focal point does"),
    };
    if register.may(seat, action, &place) { Ok(()) } else { Err(Refusal::NotAllowed(what)) }
}

/// The records of a text beside its marks: each with where it stands, the names of the marks that have none, and how many marks
/// there are.
fn beside(
    document: Option<Arc<Text>>,
    records: Vec<(Bracket, u64)>,
) -> (Vec<KeptBracket>, Vec<String>, usize) {
    let blocks = document.as_ref().map(|text| text.blocks()).unwrap_or_default();
    let marks: BTreeSet<String> = ids_in(&blocks).into_iter().map(str::to_owned).collect();
    let kept: Vec<KeptBracket> = records
        .into_iter()
        .map(|(bracket, version)| {
            let standing = bracketed::standing_in(&blocks, bracket.id);
            KeptBracket { bracket, version, standing }
        })
        .collect();
    let recorded: BTreeSet<String> = kept.iter().map(|kept| kept.bracket.id.to_string()).collect();
    let count = marks.len();
    (kept, marks.difference(&recorded).cloned().collect(), count)
}

/// REV63: the people who spoke for those that propose something, in whichever seat. Who only opened it for a component, as whoever
/// writes the text does, may settle it.
fn people_who_proposed(register: &Register, bracket: &Bracket) -> BTreeSet<PersonId> {
    let proposers = bracket.proposers();
    let spoke = bracket.said.iter().filter(|voice| proposers.contains(&voice.component));
    let seats = spoke.filter_map(|voice| register.seat(voice.done.by));
    // A seat of another component wrote it down for them.
    seats.filter(|seat| proposers.contains(&seat.component)).map(|seat| seat.person).collect()
}

fn key(paper: PaperId, id: BracketId) -> String {
    format!("{paper}/{id}")
}
