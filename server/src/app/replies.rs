//! The answer to a component: everything it sent in a round, what became of it, and why (REV74).
//!
//! It is made of the rows of the matrix and the amendments that its reader may read, so it can show nothing that those would not.

use std::collections::BTreeMap;

use crdt::ids::{AmendmentId, ComponentId, ParagraphId, PersonId, RoundId, SeatId, TextId};
use crdt::review::disposition::{Disposition, Outcome};
use crdt::review::entry::Verdict;
use crdt::review::matrix::{Row, Source, reference};
use crdt::review::permission::{Action, Place};
use crdt::review::round::Round;
use crdt::review::submission::Submission;
use serde_json::Value;
use uuid::Uuid;

use super::App;
use super::exports::{FileMade, Format};
use super::refusal::Refusal;
use crate::export::labels::Words;
use crate::export::reply::{Entry, Letter};
use crate::export::reworded::reworded;
use crate::people::directory::Register;
use crate::people::paper::{Paper, in_language};

/// What a component sent in a round, with what became of it.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The round.
    pub round: Round,
    /// The component.
    pub component: ComponentId,
    /// Its remarks in the order of the text, then its amendments in the order of their numbers; what was taken back, or came
    /// late, among them.
    pub items: Vec<Item>,
    /// What each amendment among them would change, by its id: paragraphs as `crdt::document::redline` writes them.
    pub redlines: BTreeMap<Uuid, Vec<Value>>,
}

/// One thing that a component sent.
#[derive(Clone, Debug)]
pub struct Item {
    /// The id of the remark or amendment.
    pub id: Uuid,
    /// The running number of an amendment; `None` for a remark.
    pub amendment: Option<u32>,
    /// Whose it is.
    pub component: ComponentId,
    /// The text it is about.
    pub text: TextId,
    /// The paragraph in which it begins.
    pub paragraph: Option<ParagraphId>,
    /// The number of that paragraph in the paper, if it has one.
    pub number: Option<usize>,
    /// The words it is about.
    pub quote: String,
    /// What was said.
    pub said: String,
    /// The words it would like instead; empty when it proposed none, and for an amendment, which shows them itself.
    pub proposed: String,
    /// How it came.
    pub submission: Submission,
    /// Why its component took it back.
    pub withdrawn: Option<String>,
    /// What became of it.
    pub disposition: Option<Disposition>,
    /// What its component said of that.
    pub verdict: Option<Verdict>,
}

/// How much of what a component sent is answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// What it sent, without what it took back.
    pub sent: usize,
    /// How much of that has an answer.
    pub answered: usize,
}

impl App {
    /// REV74: the answer to a component. For whoever may not have it there is none.
    pub async fn reply(
        &self,
        seat: SeatId,
        round: RoundId,
        component: ComponentId,
    ) -> Result<Reply, Refusal> {
        let register = self.directory.register();
        let round = self.seen_round(&register, seat, round)?.clone();
        let paper = register.paper(round.paper).ok_or(Refusal::NotFound)?;
        let own = register.seat(seat).ok_or(Refusal::NotFound)?.component;
        let is_known = register.component(component).is_some();
        if !is_known || (own != component && !reads_all(&register, seat, paper)) {
            return Err(Refusal::NotFound);
        }
        let mut items = self.sent_items(paper, seat, round.id).await?;
        items.retain(|item| item.component == component);
        let mut redlines = BTreeMap::new();
        for item in items.iter().filter(|item| item.amendment.is_some()) {
            let amendment = self.amendment(AmendmentId(item.id), seat).await?.amendment;
            if let Some(revision) = amendment.revision() {
                redlines.insert(item.id, self.redline_of(&amendment, revision.number).await?);
            }
        }
        Ok(Reply { round, component, items, redlines })
    }

    /// Everything that was sent in a round, as far as a seat may read it: remarks in the order of the text, then amendments by number.
    async fn sent_items(&self, paper: &Paper, seat: SeatId, round: RoundId) -> Result<Vec<Item>, Refusal> {
        let rows = self.matrix(paper, seat).await?;
        let sent = rows.iter().filter_map(of_row).filter(|item| item.submission.round == Some(round));
        let mut items: Vec<Item> = sent.collect();
        items.sort_by_key(|item| item.amendment);
        Ok(items)
    }

    /// REV74: the components whose answers a seat may have, with how far each is, in order of code: all that sent something or
    /// are asked, or its own alone.
    pub async fn replies(&self, seat: SeatId, round: RoundId) -> Result<Vec<(ComponentId, Tally)>, Refusal> {
        let register = self.directory.register();
        let round = self.seen_round(&register, seat, round)?;
        let paper = register.paper(round.paper).ok_or(Refusal::NotFound)?;
        let own = register.seat(seat).ok_or(Refusal::NotFound)?.component;
        let all = reads_all(&register, seat, paper);
        let mut tallies: BTreeMap<ComponentId, Tally> = round
            .plan
            .invited
            .iter()
            .filter(|id| all || **id == own)
            .map(|id| (*id, Tally::default()))
            .collect();
        for item in self.sent_items(paper, seat, round.id).await? {
            if (!all && item.component != own) || item.is_taken_back() {
                continue;
            }
            let tally = tallies.entry(item.component).or_default();
            tally.sent += 1;
            tally.answered += usize::from(item.disposition.is_some());
        }
        let mut listed: Vec<(ComponentId, Tally)> = tallies.into_iter().collect();
        listed.sort_by_key(|(id, _)| register.component(*id).map(|component| component.code.clone()));
        Ok(listed)
    }

    /// The same as a file.
    pub async fn reply_file(
        &self,
        person: PersonId,
        reply: &Reply,
        language: &str,
        format: Format,
    ) -> Result<FileMade, Refusal> {
        let register = self.directory.register();
        let paper = register.paper(reply.round.paper).ok_or(Refusal::NotFound)?;
        let component = register.component(reply.component).ok_or(Refusal::NotFound)?;
        let words = Words::of(language);
        let (name, code) = (in_language(&component.name, language, &paper.languages), &component.code);
        let entry = |item: &Item| {
            let redline = reply.redlines.get(&item.id).map_or(&[][..], Vec::as_slice);
            let entry = self.reply_entry(&register, paper, &words, code, item);
            Entry { reworded: reworded(redline), ..entry }
        };
        let entries: Vec<Entry> = reply.items.iter().map(entry).collect();
        let letter = Letter {
            component: name.unwrap_or(code),
            round: &reply.round.plan.name,
            paper: paper.title_in(language),
            day: &words.day(self.clock.now().date()),
            entries: &entries,
        };
        let chapter = letter.chapter(&words);
        let title = words.fill("reply-title", &[("component", letter.component)]);
        let file = format!(
            "{} - {} - {code} - {language}.{}",
            paper.slug,
            reply.round.plan.name,
            format.extension()
        );
        self.make_leaf(person, (paper, language), (title, file), format, chapter).await
    }

    fn reply_entry(
        &self,
        register: &Register,
        paper: &Paper,
        words: &Words,
        code: &str,
        item: &Item,
    ) -> Entry {
        let chapter = register.text(item.text).and_then(|text| paper.chapter(text.chapter));
        let chapter = chapter.map_or("", |chapter| chapter.number.as_str());
        let place = match item.number {
            Some(number) => {
                words.fill("reply-place-paragraph", &[("chapter", chapter), ("number", &number.to_string())])
            }
            None => words.fill("reply-place-chapter", &[("chapter", chapter)]),
        };
        let reference = match item.amendment {
            Some(number) => words.fill("reply-amendment", &[("number", &number.to_string())]),
            None => reference(code, item.id),
        };
        let mut entry = Entry {
            reference,
            place,
            quote: item.quote.clone(),
            said: item.said.clone(),
            proposed: item.proposed.clone(),
            course: course(words, item),
            verdict: item.verdict.as_ref().map(|verdict| {
                let id = if verdict.satisfied { "reply-satisfied" } else { "reply-not-satisfied" };
                format!("{} {}", words.get(id), verdict.words)
            }),
            ..Entry::default()
        };
        if let Some(Disposition { outcome, words: why, by, at, result }) = &item.disposition {
            let outcome =
                serde_json::to_value(outcome).ok().and_then(|name| name.as_str().map(str::to_owned));
            entry.outcome = outcome.map(|name| words.get(&format!("reply-outcome-{name}")));
            entry.words.clone_from(why);
            let by = register.who(*by).map_or("", |who| who.person.name.as_str());
            entry.signed = words.fill("reply-signed", &[("person", by), ("date", &words.day(at.date()))]);
            entry.result = result.and_then(|place| {
                let text = register.text(place.text)?;
                let chapter = paper.chapter(text.chapter)?;
                let address = format!(
                    "{}/papers/{}/{}/{}#p-{}",
                    self.settings.public_url, paper.slug, text.language, chapter.number, place.paragraph
                );
                Some((words.fill("reply-result", &[("chapter", &chapter.number)]), address))
            });
        }
        entry
    }
}

impl Item {
    /// Did its component take it back?
    fn is_taken_back(&self) -> bool {
        let withdrawn = |given: &Disposition| given.outcome == Outcome::Withdrawn;
        self.withdrawn.is_some() || self.disposition.as_ref().is_some_and(withdrawn)
    }
}

/// What stands in a row, if it was sent in somebody's name.
fn of_row(row: &Row) -> Option<Item> {
    let (submission, withdrawn) = match &row.source {
        Source::Remark(thread) => (thread.submission.clone()?, thread.withdrawn.as_ref()),
        Source::Amendment(proposal) => (proposal.amendment.submission.clone()?, None),
    };
    Some(Item {
        id: row.id(),
        amendment: row.amendment_number(),
        component: row.component(),
        text: row.spot.text,
        paragraph: Some(row.spot.paragraph),
        number: row.spot.number,
        quote: row.quote().to_owned(),
        said: row.comment().to_owned(),
        proposed: row.proposed().to_owned(),
        submission,
        withdrawn: withdrawn.map(|withdrawn| withdrawn.reason.clone()),
        disposition: row.disposition().cloned(),
        verdict: row.verdict().cloned(),
    })
}

/// REV74: do they answer for the paper or a chapter of it, or run its rounds? Then every component's answer is theirs to read, as
/// far as they may read what it sent.
fn reads_all(register: &Register, seat: SeatId, paper: &Paper) -> bool {
    let may = |place: Place| {
        [Action::ReadRapporteurThreads, Action::RunRound]
            .into_iter()
            .any(|action| register.may(seat, action, &place))
    };
    may(paper.place()) || paper.chapters.iter().any(|chapter| may(paper.place_of(chapter)))
}

/// What was out of the ordinary in how something came, sentence by sentence.
fn course(words: &Words, item: &Item) -> Vec<String> {
    let mut course = Vec::new();
    if item.submission.on_behalf {
        course.push(words.get("reply-on-behalf"));
    }
    match item.submission.late.as_ref().map(|late| &late.admitted) {
        None => {}
        Some(None) => course.push(words.get("reply-late")),
        Some(Some(admitted)) => {
            course.push(words.fill("reply-admitted", &[("reason", &admitted.reason)]));
        }
    }
    if let Some(reason) = &item.withdrawn {
        course.push(words.fill("reply-withdrawn", &[("reason", reason)]));
    }
    course
}
