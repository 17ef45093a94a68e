//! Amendments: what a component proposes to change in a text, and what becomes of it.
//!
//! An amendment begins as a private draft: a [branch](crate::document::branch) of the text that only the component's people know.
//! When its focal point submits it, everybody reads what it changes, other components sponsor it, support it or object, and whoever
//! holds the pen decides, with words. Nothing that was submitted is ever deleted, and nothing about a draft is ever told.
//!
//! | From | Act | To |
//! |---|---|---|
//! | – | [`Amendment::open`] | draft |
//! | draft | [`Amendment::submit`] by the focal point | submitted, revision 1 |
//! | submitted, under consideration, deferred | [`Amendment::submit`] | submitted or under consideration, one revision more |
//! | submitted, deferred | [`Amendment::take_up`] | under consideration |
//! | submitted, under consideration, deferred | [`Amendment::decide`] by pen or committee | accepted, modified, partly, not accepted, overtaken; or deferred, which comes back |
//! | the same | [`Amendment::withdraw`] by the focal point | withdrawn |
//!
//! All of it is a value that goes through pure functions: an act takes who does it, from which seat and when ([`Hand`]), and gives
//! the next value or says why not. A draft leaves no value behind when it is thrown away ([`Amendment::may_discard`]).

mod acts;
mod error;
mod hand;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

pub use self::acts::{NewAmendment, NewRevision, Verdict};
pub use self::error::AmendmentError;
pub use self::hand::{Hand, Stamp};
use super::disposition::{Disposition, Outcome, Proposers};
use super::permission::{Action, Place, Rights, may};
use super::submission::{Reader, Submission, Visibility, is_seen};
use crate::document::branch::Footprint;
use crate::ids::{
    AmendmentId, AsideId, ChangeHash, ComponentId, PaperId, PersonId, SeatId, TextId, ThreadId,
};
use crate::moment::Moment;

/// A proposed change.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Amendment {
    /// For life.
    pub id: AmendmentId,
    /// The paper.
    pub paper: PaperId,
    /// The text that it would change.
    pub text: TextId,
    /// Whose it is.
    pub component: ComponentId,
    /// Its running number in the paper, from its first submission on.
    pub number: Option<u32>,
    /// Who began it, and when.
    pub opened: Stamp,
    /// What it was made of, if it was not begun from nothing.
    pub source: Option<Source>,
    /// The text on which the component works, and from where it began.
    pub branch: Branch,
    /// The words of the next revision, as they are being written.
    pub draft: Draft,
    /// The people who had a hand in it, in whichever seat.
    pub workers: BTreeSet<PersonId>,
    /// What was submitted, oldest first; empty for a draft.
    pub revisions: Vec<Revision>,
    /// What the newest revision touches.
    pub footprint: Footprint,
    /// How it came to the paper; `None` for a draft.
    pub submission: Option<Submission>,
    /// Who took it up, and when.
    pub considered: Option<Stamp>,
    /// The seat that will decide it.
    #[serde(default)]
    pub assigned: Option<SeatId>,
    /// The components that join it.
    pub sponsors: BTreeMap<ComponentId, Stamp>,
    /// What other components say of it, one voice each.
    pub voices: BTreeMap<ComponentId, Voice>,
    /// What was decided, oldest first; the last one stands.
    pub decisions: Vec<Decision>,
    /// Copies on which those who decide write it in other words: at most one for each component and revision.
    pub copies: Vec<Copy>,
    /// All that happened to it since it was submitted, oldest first.
    pub history: Vec<Event>,
    /// How often what other components may know of it has changed: the version that they name, which tells nothing of what its
    /// component does inside.
    #[serde(default)]
    pub shown: u64,
}

/// What an amendment was made of.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A comment.
    Thread(ThreadId),
    /// Words that were written without the right to.
    SetAside(AsideId),
}

/// A text apart.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Branch {
    /// Its id; the base never has it.
    pub text: TextId,
    /// The base as the branch knows it: its differences are counted from there.
    pub base_heads: Vec<ChangeHash>,
    /// Who opened it.
    pub opened: Stamp,
}

/// A copy of a revision, on the text as it was when the copy last took it in.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Copy {
    /// Whose it is: some of its seats decide.
    pub component: ComponentId,
    /// Of which revision.
    pub revision: u32,
    /// The text apart.
    pub branch: Branch,
}

/// What is said of the next revision, as far as it is written.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Draft {
    /// What it is about, in a line; may be empty.
    pub title: String,
    /// Why.
    pub reason: String,
    /// Set when it waits for the focal point.
    pub ready: Option<Stamp>,
}

/// What was submitted.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Revision {
    /// 1 for the first.
    pub number: u32,
    /// By whom and when.
    pub stamp: Stamp,
    /// What it is about, in a line; may be empty.
    pub title: String,
    /// Why.
    pub reason: String,
    /// The text on which it builds.
    pub base_heads: Vec<ChangeHash>,
    /// The one change that it comes to.
    pub change: ChangeHash,
    /// SHA-256 of what the text reads like with it: two revisions with the same say the same.
    pub digest: String,
}

/// What another component says.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Voice {
    /// For or against.
    pub stance: Stance,
    /// Why; an objection always says it.
    pub words: String,
    /// By whom and when.
    pub stamp: Stamp,
}

/// For or against.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stance {
    /// For it.
    Support,
    /// Against it.
    Objection,
}

/// What became of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Decision {
    /// The answer.
    pub disposition: Disposition,
    /// The revision that was decided.
    pub revision: u32,
    /// The changes that entered the text with it; empty unless it was accepted in some form.
    pub changes: Vec<ChangeHash>,
}

/// Something that happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Event {
    /// When.
    pub at: Moment,
    /// What.
    pub what: What,
    /// Whose act it was.
    pub component: ComponentId,
    /// The revision that stood then.
    pub revision: u32,
}

/// What happens to amendments.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// It was submitted for the first time.
    Submitted,
    /// It was submitted again, in other words.
    Revised,
    /// Somebody who decides took it up.
    TakenUp,
    /// A component joined it.
    Sponsored,
    /// A component left it.
    LeftSponsors,
    /// A component said something of it, something else, or took that back.
    Voiced,
    /// It came late, and was let in.
    Admitted,
    /// It was decided.
    Decided,
    /// Its component took it back.
    Withdrawn,
}

/// How far it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Known to its component only.
    Draft,
    /// On the table.
    Submitted,
    /// Whoever decides is at it.
    UnderConsideration,
    /// In the text as it was proposed.
    Accepted,
    /// In the text in other words.
    Modified,
    /// In the text in part.
    Partly,
    /// Not in the text.
    NotAccepted,
    /// Not now; it comes back.
    Deferred,
    /// Taken back.
    Withdrawn,
    /// Its words are gone.
    Overtaken,
}

impl State {
    /// Is there nothing more to come?
    pub fn is_final(self) -> bool {
        !matches!(self, State::Draft | State::Submitted | State::UnderConsideration | State::Deferred)
    }

    fn of(outcome: Outcome) -> Option<State> {
        Some(match outcome {
            Outcome::Accepted => State::Accepted,
            Outcome::Modified => State::Modified,
            Outcome::Partly => State::Partly,
            Outcome::NotAccepted => State::NotAccepted,
            Outcome::Deferred => State::Deferred,
            Outcome::Withdrawn => State::Withdrawn,
            Outcome::Overtaken => State::Overtaken,
            Outcome::Noted => return None,
        })
    }
}

impl Amendment {
    /// The longest title, in characters.
    pub const MAX_TITLE: usize = 200;
    /// The longest reason, and what another component says at most, in characters.
    pub const MAX_WORDS: usize = 10_000;

    /// REV34: how far it is.
    pub fn state(&self) -> State {
        if self.revisions.is_empty() {
            return State::Draft;
        }
        let decided = self.standing().and_then(|decision| State::of(decision.disposition.outcome));
        let open = if self.considered.is_some() { State::UnderConsideration } else { State::Submitted };
        decided.unwrap_or(open)
    }

    /// REV35: the amendment as it follows `before`, with [`Amendment::shown`] counted on if others see a difference.
    pub fn following(self, before: &Self) -> Self {
        let is_alike = self.number == before.number
            && self.revisions == before.revisions
            && self.submission == before.submission
            && self.considered == before.considered
            && self.assigned == before.assigned
            && self.sponsors == before.sponsors
            && self.voices == before.voices
            && self.decisions == before.decisions;
        Self { shown: before.shown + u64::from(!is_alike), ..self }
    }

    /// The last answer; `None` while there is none.
    pub fn decision(&self) -> Option<&Decision> {
        self.decisions.last()
    }

    /// The last answer, if it holds for the newest revision: what was put off comes back with new words.
    pub fn standing(&self) -> Option<&Decision> {
        let revision = self.revisions.last()?;
        let holds = |decision: &&Decision| {
            decision.disposition.outcome.is_final() || decision.revision == revision.number
        };
        self.decisions.last().filter(holds)
    }

    /// The newest revision; `None` for a draft.
    pub fn revision(&self) -> Option<&Revision> {
        self.revisions.last()
    }

    /// The copy of the newest revision that a component has opened.
    pub fn copy_of(&self, component: ComponentId) -> Option<&Copy> {
        let revision = self.revision()?.number;
        self.copies.iter().find(|copy| (copy.component, copy.revision) == (component, revision))
    }

    /// Whose it is, for [`Decider::must_be_other_than`](super::disposition::Decider::must_be_other_than).
    pub fn proposers(&self) -> Proposers {
        let components = self.sponsors.keys().copied().chain([self.component]).collect();
        Proposers { components, people: self.workers.clone() }
    }

    /// REV35: who reads it: its component always; others once it is submitted, as its round says; what came late and was not let
    /// in, only those who answer for the place or run the round.
    pub fn is_read_by(
        &self,
        component: ComponentId,
        rights: &Rights,
        place: &Place,
        (visibility, is_closed): (Visibility, bool),
    ) -> bool {
        let is_own = component == self.component;
        let Some(submission) = self.submission.as_ref().filter(|_| may(rights, Action::Read, place)) else {
            return is_own && may(rights, Action::Read, place);
        };
        let answers_for_place = may(rights, Action::ReadRapporteurThreads, place);
        let lets_in = may(rights, Action::RunRound, place) || may(rights, Action::AnswerRemarks, place);
        is_seen(visibility, is_closed, Reader { is_own, answers_for_place })
            && (is_own || submission.counts() || lets_in)
    }

    /// Whether a seat of its component may write on its branch: whoever may propose, while it is not decided.
    pub fn is_written_by(&self, component: ComponentId, rights: &Rights, place: &Place) -> bool {
        component == self.component && !self.state().is_final() && may(rights, Action::Propose, place)
    }

    /// REV44: a draft that was never submitted may be thrown away by its component's people, without a trace.
    pub fn may_discard(&self, hand: &Hand) -> bool {
        self.state() == State::Draft && self.is_written_by(hand.component, &hand.rights, &hand.place)
    }

    /// The seat that submitted the newest revision in its component's name: the author of its change.
    pub fn submitter(&self) -> Option<SeatId> {
        self.revision().map(|revision| revision.stamp.by)
    }
}
