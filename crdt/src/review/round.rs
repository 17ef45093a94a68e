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

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

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
            version: 1,
        })
    }

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

    /// The next instant after which it is otherwise than now; `None` when time alone changes nothing more.
    pub fn next_instant(&self, now: Moment) -> Option<Moment> {
        match self.phase(now) {
            Phase::Draft | Phase::Closed | Phase::Published => None,
            Phase::Scheduled => Some(self.plan.opens),
            Phase::Open | Phase::Paused => Some(self.closes()),
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const INES: SeatId = SeatId(Uuid::from_u128(1));
    const AFRICA: ComponentId = ComponentId(Uuid::from_u128(2));
    const LYON: ComponentId = ComponentId(Uuid::from_u128(3));

    fn at(day: i64) -> Moment {
        Moment::from_unix_ms(day * 86_400_000)
    }

    fn plan() -> Plan {
        Plan {
            name: "Second reading".to_owned(),
            about: String::new(),
            asks: [Ask::Comments, Ask::Position].into(),
            invited: [AFRICA, LYON].into(),
            opens: at(10),
            closes: at(20),
            visibility: Visibility::Open,
        }
    }

    fn drafted(plan: Plan) -> Result<Round, RoundError> {
        let about =
            (RoundId(Uuid::from_u128(4)), PaperId(Uuid::from_u128(5)), MilestoneId(Uuid::from_u128(6)));
        Round::draft(about, plan, INES, at(1))
    }

    fn announced() -> Round {
        drafted(plan()).unwrap().after(&Act::Announce, INES, at(1)).unwrap()
    }

    fn why() -> String {
        "the congress was moved".to_owned()
    }

    #[test]
    fn rev20_a_round_asks_somebody_for_something_and_ends_in_the_future() {
        assert_eq!(drafted(Plan { asks: BTreeSet::new(), ..plan() }), Err(RoundError::AsksNothing));
        assert_eq!(drafted(Plan { invited: BTreeSet::new(), ..plan() }), Err(RoundError::AsksNobody));
        let reversed = drafted(Plan { closes: at(10), ..plan() });
        assert_eq!(reversed, Err(RoundError::ClosesBeforeItOpens { opens: at(10) }));
        let past = drafted(Plan { opens: at(0), closes: at(1), ..plan() });
        assert_eq!(past, Err(RoundError::ClosesInThePast { now: at(1) }));
        assert_eq!(drafted(plan()).unwrap().phase(at(15)), Phase::Draft, "nothing opens unannounced");
    }

    #[test]
    fn rev21_it_opens_and_closes_at_its_instants_to_the_millisecond() {
        let round = announced();
        let just_before = |moment: Moment| Moment::from_unix_ms(moment.unix_ms() - 1);
        let phases = [just_before(at(10)), at(10), just_before(at(20)), at(20)].map(|now| round.phase(now));
        assert_eq!(phases, [Phase::Scheduled, Phase::Open, Phase::Open, Phase::Closed]);
        assert_eq!(round.next_instant(at(1)), Some(at(10)));
        assert_eq!(round.next_instant(at(10)), Some(at(20)));
        assert_eq!(round.next_instant(at(20)), None);
    }

    #[test]
    fn rev21_a_round_announced_after_its_opening_opens_at_once() {
        let round = drafted(plan()).unwrap().after(&Act::Announce, INES, at(12)).unwrap();
        assert_eq!((round.plan.opens, round.phase(at(12))), (at(12), Phase::Open));
    }

    #[test]
    fn rev22_what_is_sent_is_in_time_until_it_closes_and_late_afterwards() {
        let round = announced();
        let takes = |day| round.takes(Ask::Comments, AFRICA, at(day));
        assert_eq!(takes(9), Err(RoundError::NotOpenYet));
        assert_eq!(takes(10), Ok(Accepts::InTime));
        assert_eq!(takes(20), Ok(Accepts::Late));
        let other = round.takes(Ask::Amendments, AFRICA, at(10));
        assert_eq!(other, Err(RoundError::NotAskedFor { ask: Ask::Amendments }));
    }

    #[test]
    fn rev23_a_paused_round_takes_nothing_and_its_deadline_stays_where_it_is() {
        let paused = announced().after(&Act::Pause(why()), INES, at(12)).unwrap();
        let sent = paused.takes(Ask::Comments, AFRICA, at(13));
        assert_eq!(sent, Err(RoundError::Paused { reason: why() }));
        assert_eq!(paused.phase(at(20)), Phase::Closed, "the deadline passes in the pause");
        let on = paused.after(&Act::Resume, INES, at(14)).unwrap();
        assert_eq!((on.phase(at(14)), on.closes()), (Phase::Open, at(20)));
        assert_eq!(on.after(&Act::Resume, INES, at(14)), Err(RoundError::WrongPhase { phase: Phase::Open }));
    }

    #[test]
    fn rev24_a_closing_is_only_moved_later_and_not_once_it_has_passed() {
        let extend = |day| Act::Extend { to: at(day), reason: why() };
        let round = announced();
        assert_eq!(round.after(&extend(20), INES, at(15)), Err(RoundError::NotLater { closes: at(20) }));
        let later = round.after(&extend(25), INES, at(15)).unwrap();
        assert_eq!((later.phase(at(24)), later.extensions[0].from), (Phase::Open, at(20)));
        let closed = RoundError::WrongPhase { phase: Phase::Closed };
        assert_eq!(round.after(&extend(25), INES, at(20)), Err(closed.clone()));
        let early = round.after(&Act::Close(why()), INES, at(15)).unwrap();
        assert_eq!(early.phase(at(15)), Phase::Closed);
        assert_eq!(early.after(&extend(25), INES, at(16)), Err(closed));
    }

    #[test]
    fn rev24_what_has_opened_is_planned_no_more_and_answers_come_out_after_the_end() {
        let round = announced();
        let moved = Plan { closes: at(30), ..plan() };
        assert!(round.after(&Act::Change(moved.clone()), INES, at(9)).is_ok());
        let open = RoundError::WrongPhase { phase: Phase::Open };
        assert_eq!(round.after(&Act::Change(moved), INES, at(10)), Err(open.clone()));
        assert_eq!(round.after(&Act::Publish, INES, at(10)), Err(open));
        assert_eq!(round.after(&Act::Publish, INES, at(20)).unwrap().phase(at(21)), Phase::Published);
    }

    #[test]
    fn rev25_a_released_component_is_asked_no_more_and_the_last_one_stays() {
        let release = |component| Act::Release { component, reason: why() };
        let round = announced().after(&release(LYON), INES, at(12)).unwrap();
        assert!(round.asks(AFRICA) && !round.asks(LYON));
        assert_eq!(round.takes(Ask::Comments, LYON, at(13)), Err(RoundError::NotInvited));
        assert_eq!(round.after(&release(AFRICA), INES, at(12)), Err(RoundError::AsksNobody));
        let again = round.after(&Act::Invite([LYON].into()), INES, at(13)).unwrap();
        assert!(again.asks(LYON));
    }

    #[test]
    fn a_round_reads_back_as_it_was_written() {
        let paused = announced().after(&Act::Pause(why()), INES, at(12)).unwrap();
        let json = serde_json::to_value(&paused).unwrap();
        assert_eq!(json["name"], "Second reading");
        assert_eq!(serde_json::from_value::<Round>(json).unwrap(), paused);
    }
}
