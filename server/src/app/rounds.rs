//! Review rounds: planned, announced, paused, extended, closed, published; and what happens at their instants.
//!
//! The rules are `crdt::review::round`'s. Rounds live in the directory, because who may read a remark depends on how far its round is,
//! and that is asked for every remark. Each act is checked, written, told and noted in the audit log in one step of the directory.
//!
//! `instants` is what the clock does to them, `submission` how something comes to one and who reads it, `reminders` who is asked again.

mod instants;
mod reminders;
mod submission;

use std::collections::BTreeSet;

use crdt::ids::{ComponentId, MilestoneId, PaperId, RoundId, SeatId};
use crdt::moment::Moment;
use crdt::review::permission::Action;
use crdt::review::round::{Act, Phase, Plan, Round};
use serde_json::{Value, json};
use uuid::Uuid;

use self::instants::Brought;
pub use self::reminders::Reminded;
pub use self::submission::{Sending, shown};
use super::App;
use super::audit::{self, By};
use super::news::{Topic, What};
use super::notices::{About, Kind, Message, Notice, seats_that_speak_for};
use super::refusal::Refusal;
use super::words;
use crate::people::directory::{Entry, Register};
use crate::people::paper::Paper;

/// The longest name of a round, in characters.
const MOST_NAME: usize = 120;
/// The longest sentence about what a round is for, in characters.
const MOST_ABOUT: usize = 1_000;
/// The longest reason, or word of a reminder, in characters.
pub(super) const MOST_REASON: usize = 300;
/// Components asked in one round.
const MOST_INVITED: usize = 500;

impl App {
    /// The rounds of a paper that a seat sees, in order of opening: drafts only if it runs rounds there.
    pub fn rounds<'a>(&self, register: &'a Register, paper: &Paper, seat: SeatId) -> Vec<&'a Round> {
        let now = self.clock.now();
        let runs = register.may(seat, Action::RunRound, &paper.place());
        let all = register.rounds_of(paper.id).into_iter();
        all.filter(|round| runs || round.phase(now) != Phase::Draft).collect()
    }

    /// REV20: plan a round on a sealed draft of the paper. Nobody is told.
    pub async fn draft_round(
        &self,
        by: SeatId,
        paper: PaperId,
        milestone: MilestoneId,
        plan: Plan,
    ) -> Result<Round, Refusal> {
        let plan = checked(plan)?;
        let sealed = self.milestone(milestone).await.ok().filter(|(of, _)| *of == paper);
        if sealed.is_none() {
            return Err(Refusal::field("milestone", "is the id of a sealed draft of this paper"));
        }
        let now = self.clock.now();
        let id = RoundId(Uuid::new_v4());
        let mut drafted = None;
        let work = |register: &Register| {
            let paper = register.paper(paper).ok_or(Refusal::NotFound)?;
            must_run(register, by, paper)?;
            are_components(register, "invited", &plan.invited)?;
            let round = Round::draft((id, paper.id, milestone), plan, by, now)?;
            let entry = audit::entry(now, "round_drafted", By::Seat(by), json!({ "round": id }));
            drafted = Some(round.clone());
            Ok::<_, Refusal>((vec![Entry::Round(Box::new(round))], vec![entry]))
        };
        self.directory.enter(work).await?;
        let round =
            drafted.ok_or_else(|| Refusal::Fault("a round was entered and is not there".to_owned()))?;
        self.rounds_changed(&round, now);
        Ok(round)
    }

    /// REV21, REV23–REV25: do something to a round, if it has the expected version. Those who speak for the asked components are told.
    pub async fn act_on_round(
        &self,
        by: SeatId,
        id: RoundId,
        expected: Option<u64>,
        act: Act,
    ) -> Result<Round, Refusal> {
        let act = checked_act(act)?;
        let mut done: Option<(Round, Vec<Notice>)> = None;
        let work = |register: &Register| {
            // Inside the step: what waited for it over the closing comes after the closing.
            let now = self.clock.now();
            let round = self.seen_round(register, by, id)?;
            let paper = register.paper(round.paper).ok_or(Refusal::NotFound)?;
            must_run(register, by, paper)?;
            if expected.is_some_and(|expected| expected != round.version) {
                return Err(Refusal::StaleVersion { current: round.version });
            }
            if let Act::Change(Plan { invited, .. }) | Act::Invite(invited) = &act {
                let field = if matches!(act, Act::Change(_)) { "invited" } else { "components" };
                are_components(register, field, invited)?;
            }
            if matches!(act, Act::Announce) {
                are_components(register, "invited", &round.plan.invited)?;
            }
            // Whoever acts at an instant must not take its notice away.
            let brought =
                self.bring(register, round, now).map(|Brought { round, ops, notices }| (round, ops, notices));
            let (round, mut ops, mut notices) =
                brought.unwrap_or_else(|| (round.clone(), Vec::new(), Vec::new()));
            let round = &round;
            let mut next = round.after(&act, by, now)?;
            let told = whom_it_concerns(register, round, &next, &act, now);
            next.told.opened |= next.phase(now) >= Phase::Open;
            next.told.closed |= next.is_closed(now);
            for (kind, components, words) in told {
                let message = Message { paper: paper.id, kind, about: About::Round(id), words, by: None };
                let seats = speakers(register, components);
                let (records, told) = self.notices_to(register, &seats, &message, now);
                ops.extend(records);
                notices.extend(told);
            }
            if next.told.closed && !round.told.closed {
                let (records, told) = self.unsealed(register, &next, now);
                ops.extend(records);
                notices.extend(told);
            }
            ops.push(audit::entry(now, event_of(&act), By::Seat(by), about(&next, &act)));
            done = Some((next.clone(), notices));
            Ok::<_, Refusal>((vec![Entry::Round(Box::new(next))], ops))
        };
        self.directory.enter(work).await?;
        let (round, notices) =
            done.ok_or_else(|| Refusal::Fault("an act on a round left nothing".to_owned()))?;
        self.rounds_changed(&round, self.clock.now());
        self.notices_told(&notices);
        Ok(round)
    }

    /// A round that this seat sees; for everybody else a draft does not exist.
    pub fn seen_round<'a>(
        &self,
        register: &'a Register,
        seat: SeatId,
        id: RoundId,
    ) -> Result<&'a Round, Refusal> {
        let round = register.round(id).ok_or(Refusal::NotFound)?;
        let place = register.paper(round.paper).ok_or(Refusal::NotFound)?.place();
        let is_seen = register.may(seat, Action::Read, &place)
            && (round.announced.is_some() || register.may(seat, Action::RunRound, &place));
        if is_seen { Ok(round) } else { Err(Refusal::NotFound) }
    }

    /// A round is otherwise than before: open pages read anew, and the next instant may be another.
    fn rounds_changed(&self, round: &Round, now: Moment) {
        self.instants.look_again();
        if round.phase(now) != Phase::Draft {
            self.news.tell(round.paper, What::Procedure { topic: Topic::Rounds, within: None });
        }
    }
}

/// REV25: the components that a round asks: invited, not released, not closed.
pub fn asked(register: &Register, round: &Round) -> Vec<ComponentId> {
    let invited = round.plan.invited.iter().copied();
    let takes_part = |id| register.component(id).is_some_and(|component| !component.closed);
    invited.filter(|id| round.asks(*id) && takes_part(*id)).collect()
}

fn must_run(register: &Register, by: SeatId, paper: &Paper) -> Result<(), Refusal> {
    if register.may(by, Action::RunRound, &paper.place()) {
        Ok(())
    } else {
        Err(Refusal::NotAllowed("run review rounds"))
    }
}

fn speakers(register: &Register, components: impl IntoIterator<Item = ComponentId>) -> Vec<SeatId> {
    components.into_iter().flat_map(|component| seats_that_speak_for(register, component)).collect()
}

/// Who is told of an act, what, and with which words.
fn whom_it_concerns(
    register: &Register,
    before: &Round,
    after: &Round,
    act: &Act,
    now: Moment,
) -> Vec<(Kind, Vec<ComponentId>, String)> {
    let all = || asked(register, after);
    let is_open = after.phase(now) == Phase::Open;
    match act {
        Act::Change(_) | Act::Announce if is_open => vec![(Kind::RoundOpened, all(), String::new())],
        Act::Change(_) | Act::Announce => Vec::new(),
        Act::Pause(reason) => vec![(Kind::RoundPaused, all(), reason.clone())],
        Act::Resume => vec![(Kind::RoundResumed, all(), String::new())],
        Act::Extend { reason, .. } => vec![(Kind::RoundExtended, all(), reason.clone())],
        Act::Close(reason) => vec![(Kind::RoundClosed, all(), reason.clone())],
        Act::Publish => vec![(Kind::RoundPublished, all(), String::new())],
        Act::Invite(_) if before.told.opened => {
            let new = all().into_iter().filter(|component| !before.asks(*component)).collect();
            vec![(Kind::RoundOpened, new, String::new())]
        }
        Act::Invite(_) => Vec::new(),
        Act::Release { component, reason } => vec![(Kind::RoundReleased, vec![*component], reason.clone())],
    }
}

fn event_of(act: &Act) -> &'static str {
    match act {
        Act::Change(_) => "round_changed",
        Act::Announce => "round_announced",
        Act::Pause(_) => "round_paused",
        Act::Resume => "round_resumed",
        Act::Extend { .. } => "round_extended",
        Act::Close(_) => "round_closed",
        Act::Invite(_) => "round_invited",
        Act::Release { .. } => "round_released",
        Act::Publish => "round_published",
    }
}

fn about(round: &Round, act: &Act) -> Value {
    let mut about = json!({ "round": round.id, "opens": round.plan.opens, "closes": round.closes() });
    match act {
        Act::Pause(reason) | Act::Close(reason) | Act::Extend { reason, .. } => {
            about["reason"] = json!(reason)
        }
        Act::Release { component, reason } => {
            about["component"] = json!(component);
            about["reason"] = json!(reason);
        }
        Act::Invite(components) => about["components"] = json!(components),
        Act::Change(_) | Act::Announce | Act::Resume | Act::Publish => {}
    }
    about
}

/// The plan with its words checked and without the white space around them.
fn checked(plan: Plan) -> Result<Plan, Refusal> {
    let name = words::line("name", &plan.name, MOST_NAME)?;
    let about = match plan.about.trim() {
        "" => String::new(),
        about => words::line("about", about, MOST_ABOUT)?,
    };
    if plan.invited.len() > MOST_INVITED {
        return Err(Refusal::field("invited", format!("has at most {MOST_INVITED} components")));
    }
    Ok(Plan { name, about, ..plan })
}

fn checked_act(act: Act) -> Result<Act, Refusal> {
    let reasoned = |reason: &str| words::line("reason", reason, MOST_REASON);
    Ok(match act {
        Act::Change(plan) => Act::Change(checked(plan)?),
        Act::Pause(reason) => Act::Pause(reasoned(&reason)?),
        Act::Close(reason) => Act::Close(reasoned(&reason)?),
        Act::Extend { to, reason } => Act::Extend { to, reason: reasoned(&reason)? },
        Act::Release { component, reason } => Act::Release { component, reason: reasoned(&reason)? },
        Act::Invite(components) if components.is_empty() || components.len() > MOST_INVITED => {
            return Err(Refusal::field("components", format!("has 1 to {MOST_INVITED} components")));
        }
        other @ (Act::Announce | Act::Resume | Act::Invite(_) | Act::Publish) => other,
    })
}

/// REV19, REV20: all of them are components, and none is closed.
fn are_components(
    register: &Register,
    field: &'static str,
    asked: &BTreeSet<ComponentId>,
) -> Result<(), Refusal> {
    for id in asked {
        match register.component(*id) {
            None => return Err(Refusal::field(field, format!("{id} is not the id of a component"))),
            Some(component) if component.closed => {
                return Err(Refusal::ComponentClosed(component.code.clone()));
            }
            Some(_) => {}
        }
    }
    Ok(())
}
