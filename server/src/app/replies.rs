//! The answer to a component: everything it sent in a round, what became of it, and why (REV74).
//!
//! It is made of the rows of the matrix, the amendments and the positions that its reader may read, so it can show nothing that those
//! would not. `positions` says what became of a position, and `file` prints it all.

mod file;
pub mod positions;

use std::collections::BTreeMap;

use crdt::ids::{AmendmentId, ComponentId, ParagraphId, PositionId, RoundId, SeatId, TextId};
use crdt::review::disposition::{Disposition, Outcome};
use crdt::review::entry::Verdict;
use crdt::review::matrix::{Row, Source};
use crdt::review::permission::{Action, Place};
use crdt::review::round::Round;
use crdt::review::submission::Submission;
use serde_json::Value;
use uuid::Uuid;

use self::positions::{Fate, Stated};
use super::App;
use super::refusal::Refusal;
use crate::people::directory::Register;
use crate::people::paper::Paper;

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
    /// The positions it took, each time it said one: on the paper, then on its chapters and paragraphs.
    pub positions: Vec<Stated>,
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
    /// The remarks and amendments it sent, without what it took back.
    pub sent: usize,
    /// How many of them have an answer.
    pub answered: usize,
    /// On how many subjects it took a position, without those it took back. Nobody answers them.
    pub positions: usize,
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
        let mut positions = self.stated(paper, seat, round.id).await?;
        positions.retain(|stated| stated.component == component);
        Ok(Reply { round, component, items, positions, redlines })
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
        // What was said last of a subject stands for all that was said of it before.
        let last: BTreeMap<(ComponentId, PositionId), Fate> = self
            .stated(paper, seat, round.id)
            .await?
            .into_iter()
            .map(|stated| ((stated.component, stated.id), stated.fate))
            .collect();
        for ((component, _), fate) in last {
            if (all || component == own) && !matches!(fate, Fate::Lifted(_)) {
                tallies.entry(component).or_default().positions += 1;
            }
        }
        let mut listed: Vec<(ComponentId, Tally)> = tallies.into_iter().collect();
        listed.sort_by_key(|(id, _)| register.component(*id).map(|component| component.code.clone()));
        Ok(listed)
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
