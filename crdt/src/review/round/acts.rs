//! What people do to a round, and what a component may send in it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::{Accepts, Ask, Done, Extension, Pause, Phase, Plan, Reasoned, Round, Told};
use crate::ids::{ComponentId, MilestoneId, PaperId, RoundId, SeatId};
use crate::moment::Moment;

/// Something that is done to a round.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Act {
    /// Plan it anew: only before it opens.
    Change(Plan),
    /// Show it to everybody. It opens at its instant, or now if that has passed.
    Announce,
    /// Stop it for a while, for this reason.
    Pause(String),
    /// Go on.
    Resume,
    /// Close it later than planned.
    Extend {
        /// When it closes now.
        to: Moment,
        /// Why.
        reason: String,
    },
    /// Close it now, for this reason.
    Close(String),
    /// Ask further components.
    Invite(BTreeSet<ComponentId>),
    /// Ask a component no longer.
    Release {
        /// Which.
        component: ComponentId,
        /// Why.
        reason: String,
    },
    /// Put out what became of all that was sent.
    Publish,
}

/// Why something cannot be done to a round, or sent in it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RoundError {
    /// Nothing is asked.
    #[error("a round asks for something: comments, amendments or a position")]
    AsksNothing,
    /// Nobody is asked.
    #[error("a round asks at least one component")]
    AsksNobody,
    /// The end is not after the beginning.
    #[error("a round closes after it opens; this one opens on {opens}")]
    ClosesBeforeItOpens {
        /// Its opening.
        opens: Moment,
    },
    /// The end has passed.
    #[error("a round closes in the future; it is {now} now")]
    ClosesInThePast {
        /// The present.
        now: Moment,
    },
    /// An extension that is none.
    #[error("a closing is only moved to a later instant; this round closes on {closes}")]
    NotLater {
        /// Its closing.
        closes: Moment,
    },
    /// It does not stand as the act needs it to.
    #[error("this cannot be done to a round that is {}", .phase.word())]
    WrongPhase {
        /// How far it is.
        phase: Phase,
    },
    /// It has not opened.
    #[error("this round has not opened yet: nothing can be sent before it does")]
    NotOpenYet,
    /// It is paused.
    #[error("this round is paused: nothing can be sent until it goes on. The reason given: {reason}")]
    Paused {
        /// Why.
        reason: String,
    },
    /// The component is not asked.
    #[error("this component is not asked in this round; the secretariat can invite it")]
    NotInvited,
    /// Something else is asked.
    #[error("this round does not ask for {}", .ask.word())]
    NotAskedFor {
        /// What it does not ask for.
        ask: Ask,
    },
}

impl Plan {
    /// REV20: something is asked, of somebody, and it ends after it begins and after `now`.
    fn check(&self, now: Moment) -> Result<(), RoundError> {
        if self.asks.is_empty() {
            Err(RoundError::AsksNothing)
        } else if self.invited.is_empty() {
            Err(RoundError::AsksNobody)
        } else if self.closes <= self.opens {
            Err(RoundError::ClosesBeforeItOpens { opens: self.opens })
        } else if self.closes <= now {
            Err(RoundError::ClosesInThePast { now })
        } else {
            Ok(())
        }
    }
}

impl Round {
    /// REV20: a round that is being prepared. That its milestone is sealed and its components are not closed is for the
    /// caller to check, who has them.
    pub fn draft(
        (id, paper, milestone): (RoundId, PaperId, MilestoneId),
        plan: Plan,
        by: SeatId,
        now: Moment,
    ) -> Result<Self, RoundError> {
        plan.check(now)?;
        Ok(Self {
            id,
            paper,
            milestone,
            plan,
            by,
            created: now,
            announced: None,
            pauses: Vec::new(),
            extensions: Vec::new(),
            released: BTreeMap::new(),
            closed_early: None,
            published: None,
            told: Told::default(),
            reminded: BTreeMap::new(),
            version: 1,
        })
    }

    /// So long a component that was reminded is left in peace.
    pub const REMINDED_FOR: Duration = Duration::from_hours(24);

    /// REV84: the components among these that were reminded within the last day, with the instant.
    pub fn reminded_lately(
        &self,
        components: &BTreeSet<ComponentId>,
        now: Moment,
    ) -> BTreeMap<ComponentId, Moment> {
        let of_them = self.reminded.iter().filter(|(id, _)| components.contains(id));
        of_them.filter(|(_, at)| now.since(**at) < Self::REMINDED_FOR).map(|(id, at)| (*id, *at)).collect()
    }

    /// REV22, REV25: may this component send this now, and is it late?
    pub fn takes(&self, ask: Ask, component: ComponentId, now: Moment) -> Result<Accepts, RoundError> {
        if !self.asks(component) {
            return Err(RoundError::NotInvited);
        }
        if !self.plan.asks.contains(&ask) {
            return Err(RoundError::NotAskedFor { ask });
        }
        match self.accepts(now) {
            Accepts::NotYet => Err(RoundError::NotOpenYet),
            Accepts::Paused => {
                let reason = self.pause().map(|pause| pause.began.reason.clone()).unwrap_or_default();
                Err(RoundError::Paused { reason })
            }
            taken => Ok(taken),
        }
    }

    /// REV23, REV24: the round as it is after this act; or why not.
    pub fn after(&self, act: &Act, by: SeatId, now: Moment) -> Result<Self, RoundError> {
        let phase = self.phase(now);
        let must = |phases: &[Phase]| {
            if phases.contains(&phase) { Ok(()) } else { Err(RoundError::WrongPhase { phase }) }
        };
        let reasoned = |reason: &String| Reasoned { by, at: now, reason: reason.clone() };
        let mut next = Self { version: self.version + 1, ..self.clone() };
        match act {
            Act::Change(plan) => {
                must(&[Phase::Draft, Phase::Scheduled])?;
                plan.check(now)?;
                next.released.retain(|component, _| !plan.invited.contains(component));
                next.plan = plan.clone();
                if next.announced.is_some() {
                    next.plan.opens = plan.opens.max(now);
                }
            }
            Act::Announce => {
                must(&[Phase::Draft])?;
                self.plan.check(now)?;
                next.plan.opens = self.plan.opens.max(now);
                next.announced = Some(Done { by, at: now });
            }
            Act::Pause(reason) => {
                must(&[Phase::Open])?;
                next.pauses.push(Pause { began: reasoned(reason), ended: None });
            }
            Act::Resume => {
                must(&[Phase::Paused])?;
                next.pauses.last_mut().expect("a paused round has a pause").ended =
                    Some(Done { by, at: now });
            }
            Act::Extend { to, reason } => {
                must(&[Phase::Open, Phase::Paused])?;
                if *to <= self.plan.closes {
                    return Err(RoundError::NotLater { closes: self.plan.closes });
                }
                let (done, from) = (reasoned(reason), self.plan.closes);
                next.extensions.push(Extension { done, from, to: *to });
                next.plan.closes = *to;
            }
            Act::Close(reason) => {
                must(&[Phase::Open, Phase::Paused])?;
                next.closed_early = Some(reasoned(reason));
            }
            Act::Invite(components) => {
                must(&[Phase::Scheduled, Phase::Open, Phase::Paused])?;
                next.released.retain(|component, _| !components.contains(component));
                next.plan.invited.extend(components);
            }
            Act::Release { component, reason } => {
                must(&[Phase::Scheduled, Phase::Open, Phase::Paused])?;
                if !self.asks(*component) {
                    return Err(RoundError::NotInvited);
                }
                next.released.insert(*component, reasoned(reason));
                if !next.plan.invited.iter().any(|each| next.asks(*each)) {
                    return Err(RoundError::AsksNobody);
                }
            }
            Act::Publish => {
                must(&[Phase::Closed])?;
                next.published = Some(Done { by, at: now });
            }
        }
        Ok(next)
    }
}
