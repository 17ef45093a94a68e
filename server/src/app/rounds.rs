//! Review rounds: planned, announced, paused, extended, closed, published; and what happens at their instants.
//!
//! The rules are `crdt::review::round`'s. Rounds live in the directory, because who may read a remark depends on how far its round is,
//! and that is asked for every remark. Each act is checked, written, told and noted in the audit log in one step of the directory.

use std::collections::{BTreeMap, BTreeSet};

use crdt::ids::{ComponentId, MilestoneId, PaperId, RoundId, SeatId};
use crdt::moment::Moment;
use crdt::review::permission::Action;
use crdt::review::round::{Accepts, Act, Ask, Phase, Plan, Round};
use crdt::review::submission::{Late, Reader, Submission, Visibility};
use crdt::review::thread::Shown;
use serde_json::{Value, json};
use uuid::Uuid;

use super::App;
use super::audit::{self, By};
use super::instants::TRY_AGAIN;
use super::news::{Topic, What};
use super::notices::{About, Kind, Message, Notice, seats_that_answer, seats_that_speak_for};
use super::refusal::Refusal;
use super::words;
use crate::people::directory::{Entry, Register};
use crate::people::paper::Paper;
use crate::store::Op;

/// The longest name of a round, in characters.
const MOST_NAME: usize = 120;
/// The longest sentence about what a round is for, in characters.
const MOST_ABOUT: usize = 1_000;
/// The longest reason, or word of a reminder, in characters.
pub(super) const MOST_REASON: usize = 300;
/// Components asked in one round.
const MOST_INVITED: usize = 500;

/// What somebody is about to send.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sending {
    /// To which paper.
    pub paper: PaperId,
    /// In which round; `None` outside of any.
    pub round: Option<RoundId>,
    /// What.
    pub what: Ask,
    /// The component in whose name the secretariat enters it; `None` for a focal point who speaks for their own.
    pub on_behalf: Option<ComponentId>,
    /// When it came here: before it waited for anybody's turn.
    pub received: Moment,
}

/// What became of a reminder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reminded {
    /// How many people were told now.
    pub people: usize,
    /// The components that had been reminded within the last day and were not told again, with the instant of that.
    pub lately: BTreeMap<ComponentId, Moment>,
}

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

    /// REV29, REV84: remind these components of a round that runs, but for those that were reminded within the last day. Components that
    /// are not asked are refused by name of the field; when all were reminded lately, nobody is, and the refusal says who was when.
    pub async fn remind(
        &self,
        by: SeatId,
        id: RoundId,
        components: &BTreeSet<ComponentId>,
        words: &str,
    ) -> Result<Reminded, Refusal> {
        let words =
            if words.trim().is_empty() { String::new() } else { words::line("words", words, MOST_REASON)? };
        let (mut told, mut lately) = (Vec::new(), BTreeMap::new());
        let work = |register: &Register| {
            let now = self.clock.now();
            let round = self.seen_round(register, by, id)?;
            let paper = register.paper(round.paper).ok_or(Refusal::NotFound)?;
            must_run(register, by, paper)?;
            let phase = round.phase(now);
            if !matches!(phase, Phase::Open | Phase::Paused) {
                return Err(crdt::review::round::RoundError::WrongPhase { phase }.into());
            }
            let asked = asked(register, round);
            if components.is_empty() || !components.iter().all(|each| asked.contains(each)) {
                return Err(Refusal::field(
                    "components",
                    "are components that this round asks, at least one",
                ));
            }
            lately = round.reminded_lately(components, now);
            let due: BTreeSet<ComponentId> =
                components.iter().filter(|each| !lately.contains_key(each)).copied().collect();
            if due.is_empty() {
                let code = |id| register.component(id).map(|component| component.code.clone());
                let named = lately.iter().filter_map(|(id, at)| Some((*id, code(*id)?, *at)));
                return Err(Refusal::RemindedAlready(named.collect()));
            }
            let (kind, about) = (Kind::RoundReminder, About::Round(id));
            let message = Message { paper: paper.id, kind, about, words, by: None };
            let seats = speakers(register, due.iter().copied());
            let (mut ops, notices) = self.notices_to(register, &seats, &message, now);
            let about = json!({ "round": id, "components": due, "people": notices.len() });
            ops.push(audit::entry(now, "round_reminded", By::Seat(by), about));
            told = notices;
            let mut next = round.clone();
            next.reminded.extend(due.into_iter().map(|component| (component, now)));
            Ok::<_, Refusal>((vec![Entry::Round(Box::new(next))], ops))
        };
        self.directory.enter(work).await?;
        self.notices_told(&told);
        Ok(Reminded { people: told.len(), lately })
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

    /// REV15, REV22: how something comes to the paper that this seat sends: in time, or late; or why it is not taken. To hold when it is
    /// stored, it is asked inside [`Directory::enter`](crate::people::directory::Directory::enter), where nobody releases the component
    /// meanwhile. What counts for the deadline is when it was received.
    pub fn submission_for(
        &self,
        register: &Register,
        seat: SeatId,
        sending: Sending,
    ) -> Result<Submission, Refusal> {
        let at = sending.received;
        let place = register.paper(sending.paper).ok_or(Refusal::NotFound)?.place();
        let who = register.who(seat).ok_or(Refusal::NotFound)?;
        let (action, what) = match sending.on_behalf {
            None => (Action::SubmitForComponent, "send anything in the component's name"),
            Some(_) => (Action::SubmitOnBehalf, "enter what another component sent"),
        };
        if !register.may(seat, action, &place) {
            return Err(Refusal::NotAllowed(what));
        }
        let component = sending.on_behalf.unwrap_or(who.component.id);
        let known = register.component(component).ok_or(Refusal::NotFound)?;
        if known.closed {
            return Err(Refusal::ComponentClosed(known.code.clone()));
        }
        let late = match sending.round {
            None => None,
            Some(id) => {
                let round = self.seen_round(register, seat, id)?;
                if round.paper != sending.paper {
                    return Err(Refusal::NotFound);
                }
                let taken = round.takes(sending.what, component, at)?;
                (taken == Accepts::Late).then(Late::default)
            }
        };
        Ok(Submission { round: sending.round, by: seat, at, on_behalf: sending.on_behalf.is_some(), late })
    }

    /// REV16, REV27: does this seat read what `component` sent to this place of the paper?
    pub fn reads_submission(
        &self,
        register: &Register,
        seat: SeatId,
        (component, sent): (ComponentId, &Submission),
        place: &crdt::review::permission::Place,
    ) -> bool {
        let Some(held) = register.seat(seat) else { return false };
        let may = |action| register.may(seat, action, place);
        let reader = Reader {
            is_own: held.component == component,
            answers_for_place: may(Action::ReadRapporteurThreads),
        };
        let admits = may(Action::RunRound) || may(Action::AnswerRemarks);
        let Shown { visibility, is_closed } = shown(register, sent.round, self.clock.now());
        may(Action::Read) && sent.is_shown(visibility, is_closed, reader, admits)
    }

    /// What has come due for rounds: those that opened or closed are told, once. Answers with the next instant.
    /// One that cannot be told is named in the log, and tried again; it holds up no other.
    pub(super) async fn rounds_due(&self, now: Moment) -> Result<Option<Moment>, Refusal> {
        let register = self.directory.register();
        let mut again = None;
        for round in register.rounds().filter(|round| has_come_due(round, now)) {
            if let Err(refusal) = self.tell_instants(round.id, now).await {
                tracing::error!(round = %round.id, %refusal, "an instant could not be told; it is tried again");
                again = Some(now + TRY_AGAIN);
            }
        }
        let next = self.directory.register().rounds().filter_map(|round| round.next_instant(now)).min();
        Ok(next.into_iter().chain(again).min())
    }

    async fn tell_instants(&self, id: RoundId, now: Moment) -> Result<(), Refusal> {
        let mut done: Option<(Round, Vec<Notice>)> = None;
        let work = |register: &Register| {
            let brought = register.round(id).and_then(|round| self.bring(register, round, now));
            let Some(Brought { round, ops, notices }) = brought else { return Ok((Vec::new(), Vec::new())) };
            done = Some((round.clone(), notices));
            Ok::<_, Refusal>((vec![Entry::Round(Box::new(round))], ops))
        };
        self.directory.enter(work).await?;
        if let Some((round, notices)) = done {
            self.rounds_changed(&round, now);
            self.notices_told(&notices);
        }
        Ok(())
    }

    /// REV29: what an instant of this round has brought and nobody was told yet.
    fn bring(&self, register: &Register, round: &Round, now: Moment) -> Option<Brought> {
        if !has_come_due(round, now) {
            return None;
        }
        let mut next = round.clone();
        let mut ops = Vec::new();
        let note = |event, instant| {
            audit::entry(now, event, By::Service, json!({ "round": round.id, "instant": instant }))
        };
        if !round.told.opened {
            ops.push(note("round_opened", round.plan.opens));
            next.told.opened = true;
        }
        if !round.told.closed && round.is_closed(now) {
            ops.push(note("round_closed", round.closes()));
            next.told.closed = true;
        }
        // Who stood still through both instants is not told that something opened which is over.
        let kind = if next.told.closed { Kind::RoundClosed } else { Kind::RoundOpened };
        let message = Message {
            paper: round.paper,
            kind,
            about: About::Round(round.id),
            words: String::new(),
            by: None,
        };
        let seats = speakers(register, asked(register, round));
        let (records, mut notices) = self.notices_to(register, &seats, &message, now);
        ops.extend(records);
        if next.told.closed {
            let (records, told) = self.unsealed(register, &next, now);
            ops.extend(records);
            notices.extend(told);
        }
        Some(Brought { round: next, ops, notices })
    }

    /// REV81: what was sent under seal can be read now: those who answer are told. Of other rounds they were told as it came.
    fn unsealed(&self, register: &Register, round: &Round, now: Moment) -> (Vec<Op>, Vec<Notice>) {
        let paper = register.paper(round.paper);
        let sealed = paper.filter(|_| round.plan.visibility == Visibility::SealedUntilClose);
        let seats = sealed.map(|paper| seats_that_answer(register, paper)).unwrap_or_default();
        let message = Message {
            paper: round.paper,
            kind: Kind::RoundUnsealed,
            about: About::Round(round.id),
            words: String::new(),
            by: None,
        };
        self.notices_to(register, &seats, &message, now)
    }

    /// A round is otherwise than before: open pages read anew, and the next instant may be another.
    fn rounds_changed(&self, round: &Round, now: Moment) {
        self.instants.look_again();
        if round.phase(now) != Phase::Draft {
            self.news.tell(round.paper, What::Procedure { topic: Topic::Rounds, within: None });
        }
    }
}

/// What an instant has brought, to be stored in one commit.
struct Brought {
    /// The round, with a note that it was told.
    round: Round,
    /// The notices and what the audit log says.
    ops: Vec<Op>,
    /// Who is told.
    notices: Vec<Notice>,
}

/// How far the round is in which something was sent. Outside of any, everybody reads it.
pub fn shown(register: &Register, round: Option<RoundId>, now: Moment) -> Shown {
    // A round that is not known any more (there is no way to lose one) shows as little as one that is sealed.
    const NOTHING: Shown = Shown { visibility: Visibility::SealedUntilClose, is_closed: false };
    match round.map(|id| register.round(id)) {
        None => Shown::default(),
        Some(None) => NOTHING,
        Some(Some(round)) => Shown { visibility: round.plan.visibility, is_closed: round.is_closed(now) },
    }
}

/// REV25: the components that a round asks: invited, not released, not closed.
pub fn asked(register: &Register, round: &Round) -> Vec<ComponentId> {
    let invited = round.plan.invited.iter().copied();
    let takes_part = |id| register.component(id).is_some_and(|component| !component.closed);
    invited.filter(|id| round.asks(*id) && takes_part(*id)).collect()
}

fn has_come_due(round: &Round, now: Moment) -> bool {
    let has_opened = round.phase(now) >= Phase::Open;
    (has_opened && !round.told.opened) || (round.is_closed(now) && !round.told.closed)
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
