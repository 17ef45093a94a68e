//! Rounds: the components are asked about a sealed draft, from one instant to another.
//!
//! A round is a record and an hour. How far it is ([`Round::phase`]) and what it takes ([`Round::accepts`]) follow from both,
//! so that it opens and closes at its instants whether or not anybody looks, and is the same after a restart. People change
//! it by [`Act`]s; what the record says of them (pauses, extensions, reasons) stays.
//!
//! | Phase | From | By |
//! |---|---|---|
//! | draft | [`Round::draft`] | whoever runs rounds; nobody else sees it |
//! | scheduled | draft | [`Act::Announce`], with the opening still to come |
//! | open | scheduled, paused | its opening instant; [`Act::Resume`] |
//! | paused | open | [`Act::Pause`]; the deadline does not move by itself |
//! | closed | open, paused | its closing instant; [`Act::Close`] |
//! | published | closed | [`Act::Publish`] |
//!
//! ```
//! use crdt::review::round::{Accepts, Act, Ask, Phase, Plan, Round};
//! use crdt::review::submission::Visibility;
//! # use crdt::{ids::*, moment::Moment};
//! # use uuid::Uuid;
//! # let at = |day: &str| format!("2016-09-{day}T12:00:00Z").parse::<Moment>().unwrap();
//! # let (ines, africa) = (SeatId(Uuid::from_u128(1)), ComponentId(Uuid::from_u128(2)));
//! # let about = (RoundId(Uuid::nil()), PaperId(Uuid::nil()), MilestoneId(Uuid::nil()));
//! let plan = Plan {
//!     name: "Second reading".into(),
//!     about: String::new(),
//!     asks: [Ask::Comments].into(),
//!     invited: [africa].into(),
//!     opens: at("01"),
//!     closes: at("23"),
//!     visibility: Visibility::SealedUntilClose,
//! };
//! let round = Round::draft(about, plan, ines, at("01")).unwrap();
//! let round = round.after(&Act::Announce, ines, at("01")).unwrap();
//! assert_eq!(round.phase(at("22")), Phase::Open);
//! assert_eq!(round.accepts(at("23")), Accepts::Late);
//! ```

mod acts;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

pub use acts::{Act, RoundError};

use super::submission::Visibility;
use crate::ids::{ComponentId, MilestoneId, PaperId, RoundId, SeatId};
use crate::moment::Moment;

/// A review of one sealed draft.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Round {
    /// For life.
    pub id: RoundId,
    /// The paper.
    pub paper: PaperId,
    /// The sealed draft it is about.
    pub milestone: MilestoneId,
    /// What was planned, and changed as the record below says.
    #[serde(flatten)]
    pub plan: Plan,
    /// Who made it.
    pub by: SeatId,
    /// When.
    pub created: Moment,
    /// Since when everybody sees it; `None` for a draft.
    pub announced: Option<Done>,
    /// When it was stopped for a while, in order. Only the last can be without an end.
    pub pauses: Vec<Pause>,
    /// When its closing was moved, in order.
    pub extensions: Vec<Extension>,
    /// Components that are no longer asked. What they sent stays.
    pub released: BTreeMap<ComponentId, Reasoned>,
    /// It was closed before its time.
    pub closed_early: Option<Reasoned>,
    /// The answers to what was sent are out.
    pub published: Option<Done>,
    /// What was told when its instant came, so that it is told once.
    #[serde(default)]
    pub told: Told,
    /// When each component was reminded last.
    #[serde(default)]
    pub reminded: BTreeMap<ComponentId, Moment>,
    /// How often it changed: the version that `If-Match` names.
    #[serde(default)]
    pub version: u64,
}

/// What is asked, of whom, and until when.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Plan {
    /// What people call it.
    pub name: String,
    /// What it is for, in a sentence or two; may be empty.
    pub about: String,
    /// What is asked; never empty.
    pub asks: BTreeSet<Ask>,
    /// The components that are asked; never empty.
    pub invited: BTreeSet<ComponentId>,
    /// From this instant on it takes what they send.
    pub opens: Moment,
    /// From this instant on what comes is late.
    pub closes: Moment,
    /// Who reads what is sent.
    pub visibility: Visibility,
}

/// What a component can be asked for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// Remarks on passages.
    Comments,
    /// Other words.
    Amendments,
    /// Whether it can stand behind the draft.
    Position,
}

/// Who did something, and when.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Done {
    /// The seat.
    pub by: SeatId,
    /// When.
    pub at: Moment,
}

/// Something done for a reason that everybody reads.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Reasoned {
    /// The seat.
    pub by: SeatId,
    /// When.
    pub at: Moment,
    /// Why.
    pub reason: String,
}

/// A time in which nothing could be sent.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Pause {
    /// Its beginning.
    #[serde(flatten)]
    pub began: Reasoned,
    /// Its end; `None` while it lasts.
    pub ended: Option<Done>,
}

/// A later closing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Extension {
    /// By whom and why.
    #[serde(flatten)]
    pub done: Reasoned,
    /// When it was to close before.
    pub from: Moment,
    /// When it closes instead.
    pub to: Moment,
}

/// Which instants people were told of.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Told {
    /// That it opened.
    pub opened: bool,
    /// That it closed.
    pub closed: bool,
}

/// How far a round is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// It is being prepared.
    Draft,
    /// It will open.
    Scheduled,
    /// It takes what is sent.
    Open,
    /// It takes nothing for a while.
    Paused,
    /// What comes now is late.
    Closed,
    /// What was sent has been answered, for all to read.
    Published,
}

/// What becomes of something that is sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Accepts {
    /// It is part of the round.
    InTime,
    /// It goes to the late queue.
    Late,
    /// Not yet: the round has not opened.
    NotYet,
    /// Not now: the round is paused.
    Paused,
}

impl Ask {
    /// All of them, in the order in which lists show them.
    pub const ALL: [Ask; 3] = [Ask::Comments, Ask::Amendments, Ask::Position];

    fn word(self) -> &'static str {
        match self {
            Ask::Comments => "comments",
            Ask::Amendments => "amendments",
            Ask::Position => "a position",
        }
    }
}

impl Phase {
    fn word(self) -> &'static str {
        match self {
            Phase::Draft => "a draft",
            Phase::Scheduled => "not open yet",
            Phase::Open => "open",
            Phase::Paused => "paused",
            Phase::Closed => "closed",
            Phase::Published => "closed and answered",
        }
    }
}

impl Round {
    /// REV21: how far it is at this instant.
    pub fn phase(&self, now: Moment) -> Phase {
        if self.published.is_some() {
            Phase::Published
        } else if self.announced.is_none() {
            Phase::Draft
        } else if now < self.plan.opens {
            Phase::Scheduled
        } else if self.is_closed(now) {
            Phase::Closed
        } else if self.pause().is_some() {
            Phase::Paused
        } else {
            Phase::Open
        }
    }

    /// REV21: has everybody's time passed? Once it has, it has for ever: only an open round is extended.
    pub fn is_closed(&self, now: Moment) -> bool {
        self.announced.is_some() && now >= self.closes()
    }

    /// The instant from which on it is closed, as far as is known.
    pub fn closes(&self) -> Moment {
        self.closed_early.as_ref().map_or(self.plan.closes, |early| early.at.min(self.plan.closes))
    }

    /// REV22: what becomes of something that is sent at this instant.
    pub fn accepts(&self, now: Moment) -> Accepts {
        match self.phase(now) {
            Phase::Draft | Phase::Scheduled => Accepts::NotYet,
            Phase::Open => Accepts::InTime,
            Phase::Paused => Accepts::Paused,
            Phase::Closed | Phase::Published => Accepts::Late,
        }
    }

    /// The pause that lasts, or lasted when the round closed.
    pub fn pause(&self) -> Option<&Pause> {
        self.pauses.last().filter(|pause| pause.ended.is_none())
    }

    /// REV25: is this component asked? Not when it was released.
    pub fn asks(&self, component: ComponentId) -> bool {
        self.plan.invited.contains(&component) && !self.released.contains_key(&component)
    }

    /// The next instant after which it is otherwise than now; `None` when time alone changes nothing more.
    pub fn next_instant(&self, now: Moment) -> Option<Moment> {
        match self.phase(now) {
            Phase::Draft | Phase::Closed | Phase::Published => None,
            Phase::Scheduled => Some(self.plan.opens),
            Phase::Open | Phase::Paused => Some(self.closes()),
        }
    }
}
