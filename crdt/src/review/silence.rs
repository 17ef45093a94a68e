//! Silence: a sealed draft is adopted unless somebody objects in writing before an instant.
//!
//! A procedure is a record and an hour. How it stands ([`Silence::phase`]) follows from both, so that it ends at its instant
//! whether or not anybody looks, and is the same after a restart. Silence means consent only of who was told: a notice that
//! has not been delivered to each listed component by the instant stops the procedure, and nothing is adopted.
//!
//! | Phase | From | By |
//! |---|---|---|
//! | running | – | [`Silence::open`], at least the shortest window before its instant, which lies on no weekend |
//! | running | running, stopped | [`Silence::extend`] |
//! | broken | running | [`Silence::object`], strictly before the instant |
//! | adopted | running | the instant, when each notice was delivered before it |
//! | stopped | running | the instant, when one was not |
//! | cancelled | running, stopped | [`Silence::cancel`] |
//!
//! An objection that comes later breaks nothing. It is kept, and counts as a reservation.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::written::{self, WrittenError};
use crate::history::Digest;
use crate::ids::{ComponentId, MilestoneId, PaperId, SeatId, SilenceId};
use crate::moment::Moment;

/// A sealed draft under silence.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Silence {
    /// For life.
    pub id: SilenceId,
    /// Of which paper.
    pub paper: PaperId,
    /// The sealed draft.
    pub milestone: MilestoneId,
    /// Its digest: these words and no others are adopted.
    pub fingerprint: Digest,
    /// What becomes of the draft when nobody objects.
    pub question: String,
    /// Whose silence is consent; never empty.
    pub components: BTreeSet<ComponentId>,
    /// Who put it under silence, and when.
    pub opened: Done,
    /// The zone in which its instants fall on a day of the week, as `Europe/Madrid`.
    pub zone: String,
    /// The instants that were set, in order; never empty. The last counts.
    pub ends: Vec<End>,
    /// What was objected, in the order of receipt.
    pub objections: Vec<Objection>,
    /// Set when it is over.
    pub outcome: Option<Outcome>,
}

/// Who did something, and when.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Done {
    /// The seat.
    pub by: SeatId,
    /// When.
    pub at: Moment,
}

/// An instant that was set.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct End {
    /// The instant.
    pub at: Moment,
    /// Who set it, and when.
    pub set: Done,
    /// Why it was moved; empty for the first.
    pub reason: String,
    /// When the notice of it reached each component, and how. One that is missing was not told.
    pub delivered: BTreeMap<ComponentId, Delivered>,
    /// It came while a notice was not delivered, and people were told so.
    #[serde(default)]
    pub stopped: bool,
}

/// How a component was told.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Delivered {
    /// When.
    pub at: Moment,
    /// By which way.
    pub way: Way,
}

/// A way by which a notice reaches a component.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "way", rename_all = "snake_case")]
pub enum Way {
    /// Somebody who speaks for it saw the notice here.
    Seen,
    /// A mail server took it for one of them.
    Mail,
    /// Whoever runs the procedure told it otherwise, and says how.
    Otherwise {
        /// Who says so.
        by: SeatId,
        /// How, in words: "by telephone to the secretary general".
        words: String,
    },
}

/// An objection in writing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Objection {
    /// Whose.
    pub component: ComponentId,
    /// Who sent it.
    pub by: SeatId,
    /// When the server received it.
    pub at: Moment,
    /// Why.
    pub words: String,
    /// It came at the instant or later: it breaks nothing, and counts as a reservation.
    pub late: bool,
}

/// How a procedure ended.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// Somebody objected in time.
    Broken {
        /// When.
        at: Moment,
        /// Who was first.
        component: ComponentId,
    },
    /// Nobody did.
    Adopted {
        /// The instant.
        at: Moment,
        /// The last entry of the audit log before this was written into it.
        audit_head: Digest,
    },
    /// It was called off.
    Cancelled {
        /// By whom and when.
        #[serde(flatten)]
        done: Done,
        /// Why.
        reason: String,
    },
}

/// How a procedure stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// An objection breaks it.
    Running,
    /// The instant has come, and somebody had not been told: nothing is adopted, nothing is broken.
    Stopped,
    /// It was objected to in time.
    Broken,
    /// The draft is adopted.
    Adopted,
    /// It was called off.
    Cancelled,
}

/// What an organisation asks of the instant.
pub struct Rules<W: Fn(Moment) -> bool> {
    /// So long at least lies between opening and instant.
    pub least: Duration,
    /// Is this instant on a weekend, in the zone of the procedure?
    pub is_weekend: W,
}

/// Why something cannot be done to a procedure.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SilenceError {
    /// Nobody is listed.
    #[error("silence is asked of at least one component; name those whose silence is consent")]
    NobodyListed,
    /// What is asked is missing, or cannot be kept.
    #[error("{0}")]
    Question(WrittenError),
    /// The reason or objection is missing, or cannot be kept.
    #[error("{0}")]
    Words(WrittenError),
    /// The window is too short.
    #[error("the instant is too near: at least {} hours are needed, so {earliest} at the earliest", .least.as_secs() / 3600)]
    TooSoon {
        /// The shortest window.
        least: Duration,
        /// The first instant that would do.
        earliest: Moment,
    },
    /// The instant is on a Saturday or Sunday.
    #[error("the instant is on a weekend in the organisation's time zone; choose a working day")]
    OnWeekend,
    /// It was to be moved nearer, or not at all.
    #[error("the instant is only moved to a later one; it is {at} now")]
    NotLater {
        /// The instant.
        at: Moment,
    },
    /// The component is not asked.
    #[error("this component is not listed in the procedure; a position or a comment is the way to object")]
    NotListed,
    /// It has objected already.
    #[error("this component has objected already; its objection is on record")]
    ObjectedAlready,
    /// It does not stand as the act needs it to.
    #[error("this cannot be done to a procedure that is {}", .phase.word())]
    WrongPhase {
        /// How it stands.
        phase: Phase,
    },
}

impl Phase {
    fn word(self) -> &'static str {
        match self {
            Phase::Running => "running",
            Phase::Stopped => "stopped, because a notice was not delivered",
            Phase::Broken => "broken by an objection",
            Phase::Adopted => "over: the draft was adopted",
            Phase::Cancelled => "cancelled",
        }
    }
}

impl<W: Fn(Moment) -> bool> Rules<W> {
    /// REV65: the instant leaves the shortest window, and is on no weekend.
    fn check(&self, at: Moment, now: Moment) -> Result<(), SilenceError> {
        let earliest = now + self.least;
        if at < earliest {
            return Err(SilenceError::TooSoon { least: self.least, earliest });
        }
        if (self.is_weekend)(at) { Err(SilenceError::OnWeekend) } else { Ok(()) }
    }
}

/// What is put under silence.
#[derive(Clone, Debug)]
pub struct Opening {
    /// The identity that the procedure will have.
    pub id: SilenceId,
    /// The paper.
    pub paper: PaperId,
    /// The sealed draft.
    pub milestone: MilestoneId,
    /// Its digest.
    pub fingerprint: Digest,
    /// What becomes of it.
    pub question: String,
    /// Whose silence is consent.
    pub components: BTreeSet<ComponentId>,
    /// Until when.
    pub ends: Moment,
    /// The zone of the rules.
    pub zone: String,
}

impl Silence {
    /// The longest question, in Unicode characters.
    pub const MAX_QUESTION: usize = 500;
    /// The longest objection or reason.
    pub const MAX_WORDS: usize = 3_000;

    /// REV65: a procedure that begins now.
    pub fn open(
        opening: Opening,
        by: SeatId,
        now: Moment,
        rules: &Rules<impl Fn(Moment) -> bool>,
    ) -> Result<Self, SilenceError> {
        let Opening { id, paper, milestone, fingerprint, question, components, ends, zone } = opening;
        if components.is_empty() {
            return Err(SilenceError::NobodyListed);
        }
        let question = written::needed(&question, Self::MAX_QUESTION).map_err(SilenceError::Question)?;
        rules.check(ends, now)?;
        let set = Done { by, at: now };
        Ok(Self {
            id,
            paper,
            milestone,
            fingerprint,
            question,
            components,
            opened: set,
            zone,
            ends: vec![End {
                at: ends,
                set,
                reason: String::new(),
                delivered: BTreeMap::new(),
                stopped: false,
            }],
            objections: Vec::new(),
            outcome: None,
        })
    }

    /// The instant that counts.
    pub fn instant(&self) -> Moment {
        self.ends.last().map_or(self.opened.at, |end| end.at)
    }

    /// Since when the present instant, or one before it that was only moved later, was told to the components.
    pub fn told_since(&self) -> Moment {
        let stopped = self.ends.iter().rposition(|end| end.stopped && self.ends.last() != Some(end));
        self.ends.get(stopped.map_or(0, |at| at + 1)).map_or(self.opened.at, |end| end.set.at)
    }

    /// When the notice of the present instant reached each component. One that is missing was not told.
    pub fn deliveries(&self) -> &BTreeMap<ComponentId, Delivered> {
        static NONE: BTreeMap<ComponentId, Delivered> = BTreeMap::new();
        self.ends.last().map_or(&NONE, |end| &end.delivered)
    }

    /// REV66: how it stands at this moment.
    pub fn phase(&self, now: Moment) -> Phase {
        match &self.outcome {
            Some(Outcome::Broken { .. }) => Phase::Broken,
            Some(Outcome::Adopted { .. }) => Phase::Adopted,
            Some(Outcome::Cancelled { .. }) => Phase::Cancelled,
            None if self.ends.last().is_some_and(|end| end.stopped) => Phase::Stopped,
            None if now < self.instant() => Phase::Running,
            None if self.undelivered().is_empty() => Phase::Adopted,
            None => Phase::Stopped,
        }
    }

    /// REV68: the components that were not told before the instant.
    pub fn undelivered(&self) -> Vec<ComponentId> {
        let in_time = |component: &ComponentId| {
            self.deliveries().get(component).is_some_and(|delivered| delivered.at < self.instant())
        };
        self.components.iter().filter(|component| !in_time(component)).copied().collect()
    }

    /// REV68: the notice reached a component. What is known of the first time stays; of components that are not listed
    /// nothing is noted.
    pub fn delivered(&self, component: ComponentId, delivered: Delivered) -> Self {
        let mut next = self.clone();
        let is_listed = self.outcome.is_none() && self.components.contains(&component);
        if let Some(end) = next.ends.last_mut().filter(|_| is_listed) {
            let known = end.delivered.entry(component).or_insert_with(|| delivered.clone());
            if delivered.at < known.at {
                *known = delivered;
            }
        }
        next
    }

    /// REV67: an objection in writing. Strictly before the instant it breaks the procedure; later it is kept and breaks
    /// nothing.
    pub fn object(
        &self,
        component: ComponentId,
        by: SeatId,
        words: &str,
        now: Moment,
    ) -> Result<Self, SilenceError> {
        if !self.components.contains(&component) {
            return Err(SilenceError::NotListed);
        }
        let phase = self.phase(now);
        if phase == Phase::Cancelled {
            return Err(SilenceError::WrongPhase { phase });
        }
        if self.objections.iter().any(|earlier| earlier.component == component) {
            return Err(SilenceError::ObjectedAlready);
        }
        let words = written::needed(words, Self::MAX_WORDS).map_err(SilenceError::Words)?;
        let late = !matches!(phase, Phase::Running | Phase::Broken) || now >= self.instant();
        let mut next = self.clone();
        next.objections.push(Objection { component, by, at: now, words, late });
        if phase == Phase::Running {
            next.outcome = Some(Outcome::Broken { at: now, component });
        }
        Ok(next)
    }

    /// REV66: move the instant to a later one, for a reason. A procedure that stopped begins anew, with its whole window.
    pub fn extend(
        &self,
        to: Moment,
        reason: &str,
        by: SeatId,
        now: Moment,
        rules: &Rules<impl Fn(Moment) -> bool>,
    ) -> Result<Self, SilenceError> {
        let phase = self.phase(now);
        match phase {
            Phase::Running if to <= self.instant() => {
                return Err(SilenceError::NotLater { at: self.instant() });
            }
            Phase::Running if (rules.is_weekend)(to) => return Err(SilenceError::OnWeekend),
            Phase::Running => {}
            Phase::Stopped => rules.check(to, now)?,
            _ => return Err(SilenceError::WrongPhase { phase }),
        }
        let reason = written::needed(reason, Self::MAX_WORDS).map_err(SilenceError::Words)?;
        // Who was told of a nearer instant has only more time; after a stop all are told anew.
        let delivered = match phase {
            Phase::Running => self.deliveries().clone(),
            _ => BTreeMap::new(),
        };
        let mut next = self.clone();
        if let Some(end) = next.ends.last_mut() {
            end.stopped |= phase == Phase::Stopped;
        }
        next.ends.push(End { at: to, set: Done { by, at: now }, reason, delivered, stopped: false });
        Ok(next)
    }

    /// REV66: call it off, for a reason.
    pub fn cancel(&self, reason: &str, by: SeatId, now: Moment) -> Result<Self, SilenceError> {
        let phase = self.phase(now);
        if !matches!(phase, Phase::Running | Phase::Stopped) {
            return Err(SilenceError::WrongPhase { phase });
        }
        let reason = written::needed(reason, Self::MAX_WORDS).map_err(SilenceError::Words)?;
        let outcome = Some(Outcome::Cancelled { done: Done { by, at: now }, reason });
        Ok(Self { outcome, ..self.clone() })
    }

    /// REV66: what the instant has brought, to be written down once; `None` when there is nothing to write.
    pub fn settle(&self, now: Moment, audit_head: Digest) -> Option<Self> {
        if self.outcome.is_some() {
            return None;
        }
        match self.phase(now) {
            Phase::Adopted => {
                let outcome = Some(Outcome::Adopted { at: self.instant(), audit_head });
                Some(Self { outcome, ..self.clone() })
            }
            Phase::Stopped if !self.ends.last()?.stopped => {
                let mut next = self.clone();
                next.ends.last_mut()?.stopped = true;
                Some(next)
            }
            _ => None,
        }
    }

    /// Has its instant brought nothing yet, if it has come?
    pub fn awaits_settling(&self) -> bool {
        self.outcome.is_none() && self.ends.last().is_some_and(|end| !end.stopped)
    }

    /// The next instant at which time alone brings something; `None` when it brings nothing more.
    pub fn next_instant(&self, now: Moment) -> Option<Moment> {
        (self.phase(now) == Phase::Running).then(|| self.instant())
    }
}
