//! Rules REV65–REV69: a sealed draft under silence.

use std::time::Duration;

use crdt::history::Digest;
use crdt::ids::{ComponentId, MilestoneId, PaperId, SeatId, SilenceId};
use crdt::moment::Moment;
use crdt::review::silence::{Delivered, Opening, Outcome, Phase, Rules, Silence, SilenceError, Way};
use crdt::review::written::WrittenError;
use proptest::prelude::*;
use uuid::Uuid;

const INES: SeatId = SeatId(Uuid::from_u128(1));
const AMINA: SeatId = SeatId(Uuid::from_u128(2));
const AFRICA: ComponentId = ComponentId(Uuid::from_u128(3));
const MEWA: ComponentId = ComponentId(Uuid::from_u128(4));
const CULTURE: ComponentId = ComponentId(Uuid::from_u128(5));
const HEAD: Digest = Digest([7; 32]);

fn at(text: &str) -> Moment {
    text.parse().unwrap()
}

/// Monday morning.
fn opening_hour() -> Moment {
    at("2016-09-19T08:00:00Z")
}

/// Friday noon.
fn instant() -> Moment {
    at("2016-09-23T12:00:00Z")
}

fn just_before(moment: Moment) -> Moment {
    moment - Duration::from_millis(1)
}

/// Three days at least; the weekend is that of UTC.
fn rules() -> Rules<impl Fn(Moment) -> bool> {
    // 1970-01-01 was a Thursday.
    let is_weekend = |moment: Moment| matches!((moment.unix_ms() / 86_400_000 + 3) % 7, 5 | 6);
    Rules { least: Duration::from_hours(72), is_weekend }
}

fn opening(ends: Moment) -> Opening {
    Opening {
        id: SilenceId(Uuid::nil()),
        paper: PaperId(Uuid::nil()),
        milestone: MilestoneId(Uuid::nil()),
        fingerprint: Digest([1; 32]),
        question: "The Bogotá draft is the position of the organisation.".to_owned(),
        components: [AFRICA, MEWA].into(),
        ends,
        zone: "UTC".to_owned(),
    }
}

fn running() -> Silence {
    Silence::open(opening(instant()), INES, opening_hour(), &rules()).unwrap()
}

fn seen(moment: Moment) -> Delivered {
    Delivered { at: moment, way: Way::Seen }
}

/// Everybody has been told.
fn told() -> Silence {
    let soon = opening_hour() + Duration::from_hours(1);
    running().delivered(AFRICA, seen(soon)).delivered(MEWA, seen(soon))
}

#[test]
fn rev65_the_window_has_its_shortest_length_and_ends_on_no_weekend() {
    let open = |ends: &str| Silence::open(opening(at(ends)), INES, opening_hour(), &rules());
    let earliest = at("2016-09-22T08:00:00Z");
    let least = Duration::from_hours(72);
    assert_eq!(open("2016-09-22T07:59:59Z"), Err(SilenceError::TooSoon { least, earliest }));
    assert!(open("2016-09-22T08:00:00Z").is_ok());
    assert_eq!(open("2016-09-24T12:00:00Z"), Err(SilenceError::OnWeekend));
    assert_eq!(open("2016-09-18T12:00:00Z"), Err(SilenceError::TooSoon { least, earliest }), "in the past");
    let nobody = Opening { components: [].into(), ..opening(instant()) };
    assert_eq!(Silence::open(nobody, INES, opening_hour(), &rules()), Err(SilenceError::NobodyListed));
    let mute = Opening { question: " ".to_owned(), ..opening(instant()) };
    let missing = Err(SilenceError::Question(WrittenError::Missing));
    assert_eq!(Silence::open(mute, INES, opening_hour(), &rules()), missing);
}

#[test]
fn rev66_nobody_objects_and_the_draft_is_adopted_at_the_instant() {
    let silence = told();
    assert_eq!(silence.phase(just_before(instant())), Phase::Running);
    assert_eq!(silence.phase(instant()), Phase::Adopted, "whether or not anybody has written it down");
    assert_eq!(silence.settle(just_before(instant()), HEAD), None);
    let written = silence.settle(instant() + Duration::from_hours(30), HEAD).unwrap();
    assert_eq!(
        written.outcome,
        Some(Outcome::Adopted { at: instant(), audit_head: HEAD }),
        "not when it was noticed"
    );
    assert_eq!(written.settle(instant(), HEAD), None, "written down once");
}

#[test]
fn rev67_an_objection_breaks_it_strictly_before_the_instant() {
    let silence = told();
    let broken =
        silence.object(AFRICA, AMINA, " Small towns are left out. ", just_before(instant())).unwrap();
    assert_eq!(broken.phase(instant()), Phase::Broken);
    assert_eq!(
        (broken.objections[0].words.as_str(), broken.objections[0].late),
        ("Small towns are left out.", false)
    );
    let late = silence.object(AFRICA, AMINA, "Small towns are left out.", instant()).unwrap();
    assert_eq!((late.phase(instant()), late.objections[0].late), (Phase::Adopted, true));
    assert_eq!(late.outcome, None, "the instant is written down by the clock, not by the objection");
}

#[test]
fn rev67_it_has_words_and_comes_from_a_listed_component_once() {
    let silence = told();
    let objects = |component, words| silence.object(component, AMINA, words, opening_hour());
    assert_eq!(objects(AFRICA, " "), Err(SilenceError::Words(WrittenError::Missing)));
    assert_eq!(objects(CULTURE, "Why."), Err(SilenceError::NotListed));
    let broken = objects(AFRICA, "Why.").unwrap();
    let again = broken.object(AFRICA, AMINA, "And why.", opening_hour());
    assert_eq!(again, Err(SilenceError::ObjectedAlready));
    let joined = broken.object(MEWA, AMINA, "We too.", opening_hour()).unwrap();
    assert_eq!((joined.objections.len(), joined.objections[1].late), (2, false), "others may join");
    assert_eq!(joined.outcome, broken.outcome, "who was first stays on record");
}

#[test]
fn rev68_a_notice_that_was_not_delivered_stops_it() {
    let silence = running().delivered(AFRICA, seen(opening_hour()));
    assert_eq!(silence.undelivered(), [MEWA]);
    assert_eq!(silence.phase(instant()), Phase::Stopped);
    let too_late = silence.delivered(MEWA, seen(instant()));
    assert_eq!(too_late.phase(instant()), Phase::Stopped, "told at the instant is not told before it");
    let stopped = silence.settle(instant(), HEAD).unwrap();
    assert_eq!(stopped.settle(instant(), HEAD), None, "told once");
    assert_eq!(stopped.phase(opening_hour()), Phase::Stopped, "whatever the clock says later");
    let objection = stopped.object(MEWA, AMINA, "Nobody told us.", instant()).unwrap();
    assert!(objection.objections[0].late && objection.outcome.is_none());
}

#[test]
fn rev66_a_stopped_procedure_begins_anew_with_its_whole_window() {
    let stopped = running().delivered(AFRICA, seen(opening_hour())).settle(instant(), HEAD).unwrap();
    let short = stopped.extend(at("2016-09-26T11:59:00Z"), "Now all are told.", INES, instant(), &rules());
    assert!(matches!(short, Err(SilenceError::TooSoon { .. })));
    let next = at("2016-09-27T12:00:00Z");
    let anew = stopped.extend(next, "Now all are told.", INES, instant(), &rules()).unwrap();
    let later = instant() + Duration::from_hours(1);
    assert_eq!(anew.delivered(MEWA, seen(later)).undelivered(), [AFRICA], "all are told of the new instant");
    assert_eq!(anew.told_since(), instant());
    let anew = anew.delivered(MEWA, seen(later)).delivered(AFRICA, seen(later));
    assert_eq!((anew.phase(instant()), anew.phase(next)), (Phase::Running, Phase::Adopted));
    assert_eq!(anew.ends.len(), 2, "the first instant stays on record");
}

#[test]
fn rev66_it_is_only_moved_later_and_called_off_with_a_reason() {
    let silence = told();
    let extend = |to: &str, reason: &str| silence.extend(at(to), reason, INES, opening_hour(), &rules());
    assert_eq!(extend("2016-09-22T12:00:00Z", "x"), Err(SilenceError::NotLater { at: instant() }));
    assert_eq!(extend("2016-09-25T12:00:00Z", "x"), Err(SilenceError::OnWeekend));
    assert_eq!(extend("2016-09-27T12:00:00Z", " "), Err(SilenceError::Words(WrittenError::Missing)));
    let later = extend("2016-09-27T12:00:00Z", "A holiday.").unwrap();
    assert_eq!(
        (later.instant(), later.undelivered().len()),
        (at("2016-09-27T12:00:00Z"), 0),
        "who was told has more time"
    );
    assert_eq!(later.told_since(), opening_hour());
    assert!(silence.cancel("", INES, opening_hour()).is_err());
    let cancelled = silence.cancel("A mistake in paragraph 4.", INES, opening_hour()).unwrap();
    assert_eq!(cancelled.phase(instant()), Phase::Cancelled);
    let refused = cancelled.object(AFRICA, AMINA, "Why.", opening_hour());
    assert_eq!(refused, Err(SilenceError::WrongPhase { phase: Phase::Cancelled }));
    let adopted = silence.cancel("Too late.", INES, instant());
    assert_eq!(adopted, Err(SilenceError::WrongPhase { phase: Phase::Adopted }));
}

#[test]
fn rev68_what_is_known_of_a_delivery_is_the_first_time() {
    let (first, second) = (opening_hour(), opening_hour() + Duration::from_hours(3));
    let silence = running().delivered(AFRICA, seen(second)).delivered(AFRICA, seen(first));
    assert_eq!(silence.deliveries()[&AFRICA].at, first);
    let other = silence.delivered(CULTURE, seen(first));
    assert!(!other.deliveries().contains_key(&CULTURE), "not listed");
}

#[derive(Clone, Debug)]
enum Act {
    Object(bool),
    Deliver(bool),
    Extend(u64),
    Cancel,
    Settle,
}

fn arb_act() -> impl Strategy<Value = (u64, Act)> {
    let act = prop_oneof![
        2 => any::<bool>().prop_map(Act::Object),
        4 => any::<bool>().prop_map(Act::Deliver),
        1 => (1..400u64).prop_map(Act::Extend),
        1 => Just(Act::Cancel),
        3 => Just(Act::Settle),
    ];
    (0..60u64, act)
}

proptest! {
    /// Whatever is done and however the hours pass: no objection at or after the instant breaks it, nothing is adopted while
    /// somebody had not been told before the instant, nothing is both broken and adopted, and what is over stays as it is.
    #[test]
    fn rev67_no_sequence_of_acts_breaks_late_adopts_untold_or_changes_an_outcome(
        acts in proptest::collection::vec(arb_act(), 1..30)
    ) {
        let mut silence = running();
        let mut now = opening_hour();
        for (hours, act) in acts {
            now = now + Duration::from_hours(hours);
            let before = silence.clone();
            let phase = before.phase(now);
            let component = |first| if first { AFRICA } else { MEWA };
            let next = match act {
                Act::Object(first) => silence.object(component(first), AMINA, "Why.", now),
                Act::Deliver(first) => Ok(silence.delivered(component(first), seen(now))),
                Act::Extend(hours) => silence.extend(now + Duration::from_hours(hours), "x", INES, now, &rules()),
                Act::Cancel => silence.cancel("x", INES, now),
                Act::Settle => Ok(silence.settle(now, HEAD).unwrap_or_else(|| silence.clone())),
            };
            silence = next.unwrap_or(silence);
            if before.outcome.is_some() {
                prop_assert_eq!(&silence.outcome, &before.outcome, "what is over stays as it is");
            }
            match &silence.outcome {
                Some(Outcome::Broken { at, .. }) => {
                    prop_assert!(*at < silence.instant());
                    prop_assert!(silence.objections.iter().any(|objection| objection.at == *at && !objection.late));
                }
                Some(Outcome::Adopted { at, .. }) => {
                    prop_assert_eq!(*at, silence.instant());
                    prop_assert!(silence.undelivered().is_empty());
                    prop_assert!(silence.objections.iter().all(|objection| objection.late));
                }
                _ => {}
            }
            if phase == Phase::Adopted {
                prop_assert_eq!(silence.phase(now), Phase::Adopted, "adopted is for good");
            }
            for objection in &silence.objections {
                let was = before.objections.contains(objection);
                prop_assert!(was || objection.late == (now >= silence.instant() || !matches!(phase, Phase::Running | Phase::Broken)));
            }
        }
    }
}
