//! Rules REV16 and REV20–28 under random acts and times: whatever people do, and whenever, no round reaches a state that the rules
//! forbid, nothing is in time after its closing, and no component reads what another one keeps to itself. Proptest prints the seed.

use std::collections::BTreeSet;
use std::time::Duration;

use crdt::ids::{
    CommentId, ComponentId, MilestoneId, PaperId, ParagraphId, RoundId, SeatId, TextId, ThreadId,
};
use crdt::moment::Moment;
use crdt::review::permission::{Function, Grant, Place, Rights, Role, Scope};
use crdt::review::remark::{Prepared, Withdrawn};
use crdt::review::round::{Accepts, Act, Ask, Phase, Plan, Round};
use crdt::review::submission::{Admitted, Late, Submission, Visibility};
use crdt::review::thread::{Audience, Comment, Shown, Thread};
use proptest::prelude::*;
use uuid::Uuid;

const SECRETARIAT: SeatId = SeatId(Uuid::from_u128(1));
const COMPONENTS: [ComponentId; 3] =
    [ComponentId(Uuid::from_u128(2)), ComponentId(Uuid::from_u128(3)), ComponentId(Uuid::from_u128(4))];
const START: i64 = 1_474_000_000_000;

/// What happens, and after how many hours.
#[derive(Clone, Debug)]
enum Event {
    Act(Act),
    /// Somebody of a component says something inside.
    Remark(usize),
    /// The focal point decides on the remark with this number.
    Prepare(usize, bool),
    /// The focal point sends it.
    Send(usize),
    /// It is let in.
    Admit(usize),
    Withdraw(usize),
}

fn hours(hours: u16) -> Moment {
    Moment::from_unix_ms(START) + Duration::from_hours(hours.into())
}

fn arb_components() -> impl Strategy<Value = BTreeSet<ComponentId>> {
    proptest::sample::subsequence(COMPONENTS.to_vec(), 0..=3).prop_map(|some| some.into_iter().collect())
}

fn arb_plan() -> impl Strategy<Value = Plan> {
    let asks = proptest::sample::subsequence(Ask::ALL.to_vec(), 0..=3);
    let visibility = prop_oneof![
        Just(Visibility::Open),
        Just(Visibility::SealedUntilClose),
        Just(Visibility::RapporteursOnly)
    ];
    (asks, arb_components(), 0..60u16, 0..90u16, visibility).prop_map(
        |(asks, invited, opens, closes, visibility)| Plan {
            name: "Second reading".to_owned(),
            about: String::new(),
            asks: asks.into_iter().collect(),
            invited,
            opens: hours(opens),
            closes: hours(closes),
            visibility,
        },
    )
}

fn arb_event() -> impl Strategy<Value = Event> {
    let why = || "because".to_owned();
    let act = prop_oneof![
        1 => arb_plan().prop_map(Act::Change),
        3 => Just(Act::Announce),
        2 => Just(Act::Pause(why())),
        2 => Just(Act::Resume),
        1 => (0..140u16).prop_map(move |to| Act::Extend { to: hours(to), reason: why() }),
        1 => Just(Act::Close(why())),
        1 => arb_components().prop_map(Act::Invite),
        1 => (0..3usize).prop_map(move |at| Act::Release { component: COMPONENTS[at], reason: why() }),
        1 => Just(Act::Publish),
    ];
    prop_oneof![
        4 => act.prop_map(Event::Act),
        3 => (0..3usize).prop_map(Event::Remark),
        2 => (0..6usize, any::<bool>()).prop_map(|(which, keep)| Event::Prepare(which, keep)),
        4 => (0..6usize).prop_map(Event::Send),
        1 => (0..6usize).prop_map(Event::Admit),
        1 => (0..6usize).prop_map(Event::Withdraw),
    ]
}

fn remark(component: ComponentId, now: Moment) -> Thread {
    let anchor = serde_json::from_str(r#"{"runs":[],"heads":[],"quote":"vivienda"}"#).unwrap();
    let said = Comment::new(CommentId(Uuid::nil()), SECRETARIAT, now, "Say who pays.").unwrap();
    let talk = Comment::new(CommentId(Uuid::nil()), SECRETARIAT, now, "Between us: too blunt.").unwrap();
    let place = (TextId(Uuid::nil()), ParagraphId([1; 8]));
    let to = (Audience::Component, component);
    Thread::open(ThreadId(Uuid::nil()), place, anchor, to, said).answer(talk).unwrap()
}

/// Sends it as a server does: the round is asked first.
fn send(thread: &Thread, round: &Round, now: Moment) -> Option<Thread> {
    let late = match round.takes(Ask::Comments, thread.component, now).ok()? {
        Accepts::InTime => None,
        Accepts::Late => Some(Late::default()),
        other => panic!("a round took something although {other:?}"),
    };
    let sent = Submission { round: Some(round.id), by: SECRETARIAT, at: now, on_behalf: false, late };
    thread.submit(sent, round.plan.visibility).ok()
}

fn contributor(role: Option<Role>) -> Rights {
    let grants = role.into_iter().map(|role| Grant { scope: Scope::Service, role }).collect();
    Rights { function: Function::Contributor, grants, ended: false }
}

/// What must hold of a round at any time.
fn is_sound(before: &Round, after: &Round, now: Moment) -> Result<(), TestCaseError> {
    let plan = &after.plan;
    prop_assert!(!plan.asks.is_empty() && plan.invited.iter().any(|each| after.asks(*each)));
    if after.announced.is_some() {
        prop_assert!(plan.opens < plan.closes);
    }
    if before.is_closed(now) {
        prop_assert!(
            after.is_closed(now) && after.closes() == before.closes(),
            "a closed round stays closed"
        );
    }
    prop_assert!(after.pauses.iter().rev().skip(1).all(|pause| pause.ended.is_some()));
    prop_assert!(after.extensions.iter().all(|extension| extension.from < extension.to));
    prop_assert!(after.published.is_none() || after.is_closed(now), "answers come out after the end");
    prop_assert!(before.announced.is_none() || after.announced == before.announced);
    Ok(())
}

/// What must hold of a remark at any time.
fn is_kept(thread: &Thread, round: &Round, now: Moment) -> Result<(), TestCaseError> {
    let shown = Shown { visibility: round.plan.visibility, is_closed: round.is_closed(now) };
    let place = Place::default();
    for other in COMPONENTS.into_iter().filter(|each| *each != thread.component) {
        let reads = thread.is_read_by(other, &contributor(None), &place, shown);
        let Some(sent) = &thread.submission else {
            prop_assert!(!reads, "nobody outside reads what was not sent");
            prop_assert!(!thread.is_read_by(other, &contributor(Some(Role::Secretariat)), &place, shown));
            continue;
        };
        prop_assert!(!reads || sent.counts(), "what came late waits unseen");
        match shown.visibility {
            Visibility::Open => {}
            Visibility::SealedUntilClose => prop_assert!(!reads || shown.is_closed),
            Visibility::RapporteursOnly => prop_assert!(!reads),
        }
        prop_assert!(thread.as_seen_outside().comments.iter().all(|said| !said.body.contains("Between us")));
    }
    if let Some(sent) = &thread.submission {
        prop_assert!(sent.at >= round.plan.opens);
        // Somebody may close it in the very millisecond in which something came before.
        let is_early =
            sent.at < round.closes() || (sent.at == round.closes() && round.closed_early.is_some());
        let is_placed = if sent.late.is_none() { is_early } else { sent.at >= round.closes() };
        prop_assert!(is_placed, "in time until the closing, late from it on");
        prop_assert!(
            thread.prepared.as_ref().is_none_or(|prepared| prepared.keep),
            "what is left stays inside"
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, ..ProptestConfig::default() })]

    #[test]
    fn rev21_whatever_people_do_and_whenever_a_round_keeps_its_rules(
        plan in arb_plan(),
        events in proptest::collection::vec((0..12u16, arb_event()), 0..40),
    ) {
        let ids = (RoundId(Uuid::nil()), PaperId(Uuid::nil()), MilestoneId(Uuid::nil()));
        let mut now = hours(0);
        let Ok(mut round) = Round::draft(ids, plan, SECRETARIAT, now) else { return Ok(()) };
        let mut remarks: Vec<Thread> = Vec::new();
        for (later, event) in events {
            now = now + Duration::from_hours(later.into());
            let by = SECRETARIAT;
            let changed = |which: usize, act: &dyn Fn(&Thread) -> Option<Thread>| {
                let found = remarks.get(which)?;
                Some((which, act(found)?))
            };
            let next = match &event {
                Event::Act(act) => {
                    if let Ok(next) = round.after(act, by, now) {
                        is_sound(&round, &next, now)?;
                        round = next;
                    }
                    None
                }
                Event::Remark(component) => {
                    remarks.push(remark(COMPONENTS[*component], now));
                    None
                }
                Event::Prepare(which, keep) => changed(*which, &|thread| {
                    thread.prepare(Prepared { by, at: now, keep: *keep, note: String::new() }).ok()
                }),
                Event::Send(which) => changed(*which, &|thread| send(thread, &round, now)),
                Event::Admit(which) => changed(*which, &|thread| {
                    thread.admit(Admitted { by, at: now, reason: "because".to_owned() }).ok()
                }),
                Event::Withdraw(which) => changed(*which, &|thread| {
                    thread.withdraw(Withdrawn { by, at: now, reason: "because".to_owned() }).ok()
                }),
            };
            if let Some((which, next)) = next {
                prop_assert_eq!(&next.comments, &remarks[which].comments, "nobody edits another's words");
                remarks[which] = next;
            }
            for thread in &remarks {
                is_kept(thread, &round, now)?;
            }
            let phase = round.phase(now);
            prop_assert_eq!(round.accepts(now) == Accepts::InTime, phase == Phase::Open);
            prop_assert_eq!(round.next_instant(now).is_none(), matches!(phase, Phase::Draft | Phase::Closed | Phase::Published));
        }
    }
}
