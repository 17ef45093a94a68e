//! Rules of single acts; random sequences of them are in `tests/rules/rounds.rs`.

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
    let about = (RoundId(Uuid::from_u128(4)), PaperId(Uuid::from_u128(5)), MilestoneId(Uuid::from_u128(6)));
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
fn rev24_a_released_component_that_is_planned_anew_is_asked_again() {
    let released = announced().after(&Act::Release { component: LYON, reason: why() }, INES, at(2)).unwrap();
    assert!(!released.asks(LYON));
    let anew = released.after(&Act::Change(plan()), INES, at(3)).unwrap();
    assert!(anew.asks(LYON) && anew.released.is_empty());
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
