//! Brackets: words that are not agreed, opened, argued about and settled. The rules are `crdt::review::bracket`'s.
//!
//! The mark in the text and the record come on two ways, and either may be missing for a while: a record without words and a
//! mark without a record are both shown as such, and how many remain is counted by the marks.

use std::collections::{BTreeMap, BTreeSet};

use crdt::document::Anchor;
use crdt::ids::{BracketId, ChapterId, ComponentId, PaperId, ParagraphId, PersonId, SeatId, TextId};
use crdt::render::brackets::ids_in;
use crdt::review::bracket::{Bracket, Done, End, Side};
use crdt::review::disposition::{Decider, Place};
use crdt::review::permission::Action;
use serde_json::{Value, json};

use super::App;
use super::audit::{self, By};
use super::news::{Topic, What};
use super::papers::aside;
use super::refusal::Refusal;
use crate::live::LiveError;
use crate::people::directory::Register;
use crate::people::paper::Paper;
use crate::store::{Coll, Expect, Op, StoreError, scan_all};

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
    /// It is settled.
    Settle(End, String),
}

/// A bracket with the version of its record.
#[derive(Clone, PartialEq, Debug)]
pub struct KeptBracket {
    /// The record.
    pub bracket: Bracket,
    /// 1 when opened, one more with each change.
    pub version: u64,
    /// Is its mark in the text?
    pub is_marked: bool,
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
        let mut marks: BTreeMap<TextId, BTreeSet<String>> = BTreeMap::new();
        for (text, _) in paper.texts() {
            marks.insert(text, self.bracket_marks(text).await?);
        }
        let mut found = Brackets::default();
        let mut recorded: BTreeSet<(TextId, String)> = BTreeSet::new();
        for record in scan_all(&*self.store, Coll::Bracket, &format!("{}/", paper.id)).await? {
            let bracket: Bracket = record.read()?;
            let name = bracket.id.to_string();
            let is_marked = marks.get(&bracket.place.text).is_some_and(|names| names.contains(&name));
            recorded.insert((bracket.place.text, name));
            found.kept.push(KeptBracket { bracket, version: record.version, is_marked });
        }
        found.kept.sort_by_key(|kept| (kept.bracket.opened.at, kept.bracket.id));
        for chapter in &paper.chapters {
            let drafted = chapter.texts.get(&chapter.language).and_then(|text| marks.get(text));
            found.remaining.insert(chapter.id, drafted.map_or(0, BTreeSet::len));
        }
        let all = marks.into_iter().flat_map(|(text, names)| names.into_iter().map(move |name| (text, name)));
        found.unrecorded = all.filter(|each| !recorded.contains(each)).collect();
        Ok(found)
    }

    /// The ids of the bracket marks in a text. One that cannot be read has none.
    async fn bracket_marks(&self, text: TextId) -> Result<BTreeSet<String>, Refusal> {
        let document = match self.live.text(text).await {
            Ok(document) => document,
            Err(LiveError::Unreadable { .. }) => return Ok(BTreeSet::new()),
            Err(error) => return Err(error.into()),
        };
        aside(move || Ok(ids_in(&document.blocks()).into_iter().map(str::to_owned).collect())).await
    }

    /// REV60: whoever writes the text opens a bracket on its words, for a component.
    pub async fn open_bracket(
        &self,
        text: TextId,
        seat: SeatId,
        new: NewBracket,
    ) -> Result<KeptBracket, Refusal> {
        let (place, document) = self.text(text).await?;
        let register = self.directory.register();
        self.must_write(seat, text)?;
        if register.component(new.component).is_none() {
            return Err(Refusal::field("component", "is one of the organisation"));
        }
        let anchor = new.anchor;
        let anchor = aside(move || match anchor.check(&document) {
            Ok(()) => Ok(anchor),
            Err(_) => Err(Refusal::AnchorUnknown),
        })
        .await?;
        let done = Done { by: seat, at: self.clock.now() };
        let where_ = (new.id, Place { text, paragraph: new.paragraph });
        let bracket = Bracket::open(where_, anchor, new.component, (new.side, &new.words), done)?;
        let about = json!({ "text": text, "component": new.component, "side": new.side });
        self.write_bracket(place.paper, None, bracket, ("bracket_opened", seat, about)).await
    }

    /// REV61–REV63: do something to a bracket, if it has the expected version.
    pub async fn act_on_bracket(
        &self,
        paper: &Paper,
        seat: SeatId,
        id: BracketId,
        expected: Option<u64>,
        act: BracketAct,
    ) -> Result<KeptBracket, Refusal> {
        let record = self.store.get(Coll::Bracket, &key(paper.id, id)).await?.ok_or(Refusal::NotFound)?;
        let (bracket, version): (Bracket, u64) = (record.read()?, record.version);
        let register = self.directory.register();
        let who = register.who(seat).ok_or(Refusal::NotFound)?;
        let place = register.text(bracket.place.text).ok_or(Refusal::NotFound)?.place();
        let must = |action, what| match register.may(seat, action, &place) {
            true => Ok(()),
            false => Err(Refusal::NotAllowed(what)),
        };
        match &act {
            BracketAct::Settle(..) => must(Action::Decide, "settle this bracket")?,
            _ => must(Action::SubmitForComponent, "speak for this component: its focal point does")?,
        }
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
            BracketAct::Settle(end, words) => {
                if *end == End::Withdrawn {
                    return Err(Refusal::field("end", "is kept, removed or replaced"));
                }
                let decider = Decider { seat, component, person: who.person.id };
                let people = people_who_proposed(&register, &bracket);
                let next = bracket.settle(*end, words, decider, people, at)?;
                let over = next.outcome.as_ref().map(|outcome| outcome.over.clone());
                (next, "bracket_settled", json!({ "end": end, "over": over }))
            }
        };
        self.write_bracket(paper.id, Some(version), next, (event, seat, about)).await
    }

    async fn write_bracket(
        &self,
        paper: PaperId,
        version: Option<u64>,
        bracket: Bracket,
        (event, seat, mut about): (&str, SeatId, Value),
    ) -> Result<KeptBracket, Refusal> {
        about["bracket"] = json!(bracket.id);
        let expect = version.map_or(Expect::Absent, Expect::Version);
        let ops = vec![
            Op::put(Coll::Bracket, key(paper, bracket.id), expect, &bracket),
            audit::entry(self.clock.now(), event, By::Seat(seat), about),
        ];
        match self.store.commit(ops).await {
            Ok(_) => {}
            Err(StoreError::Conflict { current, .. }) => {
                return Err(Refusal::StaleVersion { current: current.unwrap_or(0) });
            }
            Err(error) => return Err(error.into()),
        }
        self.news.tell(paper, What::Procedure { topic: Topic::Brackets, within: None });
        let is_marked = self.bracket_marks(bracket.place.text).await?.contains(&bracket.id.to_string());
        Ok(KeptBracket { bracket, version: version.unwrap_or(0) + 1, is_marked })
    }
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
