//! Rules HIS30 to HIS32: the moments in the log of a text.

use crdt::history::timeline::{Cuts, Entry, Follows, Stretch, heads_at, moments};
use crdt::ids::{ChangeHash, SeatId};
use crdt::moment::Moment;
use proptest::prelude::*;
use uuid::Uuid;

fn seat(name: &str) -> Option<SeatId> {
    let of_service = name == "service";
    let bytes = name.bytes().fold(0_u128, |sum, byte| sum << 8 | u128::from(byte));
    (!of_service).then_some(SeatId(Uuid::from_u128(bytes)))
}

/// One change for each: who, and in which minute of the day.
fn log(changes: &[(&str, i64)]) -> Vec<Entry> {
    let entry = |(at, (who, minute)): (usize, &(&str, i64))| Entry {
        hash: ChangeHash([at as u8 + 1; 32]),
        seat: seat(who),
        received: Moment::from_unix_ms(minute * 60_000),
        inserted: 10,
        deleted: 1,
        follows: Follows::Previous,
    };
    changes.iter().enumerate().map(entry).collect()
}

fn spans(changes: &[(&str, i64)], cuts: &Cuts) -> Vec<(u64, u64)> {
    moments(&log(changes), cuts).iter().map(|moment| (moment.first, moment.last)).collect()
}

#[test]
fn his30_amina_writes_in_the_morning_and_again_at_noon() {
    let changes = [("Amina", 0), ("Amina", 10), ("Amina", 20), ("Amina", 31)];
    assert_eq!(spans(&changes, &Cuts::default()), [(1, 3), (4, 4)], "a pause of ten minutes is none yet");
    let told = &moments(&log(&changes), &Cuts::default())[0];
    assert_eq!((told.from.unix_ms(), told.to.unix_ms()), (0, 20 * 60_000));
    assert_eq!((told.by[0].seat, told.by[0].inserted, told.by[0].deleted), (seat("Amina").unwrap(), 30, 3));
}

#[test]
fn his30_who_writes_after_another_sits_apart_and_who_writes_meanwhile_sits_together() {
    let after = [("Amina", 0), ("Amina", 1), ("Samir", 2), ("Samir", 3), ("Adaeze", 4)];
    assert_eq!(spans(&after, &Cuts::default()), [(1, 2), (3, 4), (5, 5)]);
    let together = [("Amina", 0), ("Samir", 1), ("Amina", 2), ("Samir", 3), ("Adaeze", 4)];
    assert_eq!(spans(&together, &Cuts::default()), [(1, 4), (5, 5)]);
    let by = &moments(&log(&together), &Cuts::default())[0].by;
    assert_eq!(by.iter().map(|share| Some(share.seat)).collect::<Vec<_>>(), [seat("Amina"), seat("Samir")]);
}

#[test]
fn his30_a_long_afternoon_is_told_hour_by_hour() {
    let changes: Vec<(&str, i64)> = (0..=20).map(|part| ("Amina", part * 7)).collect();
    assert_eq!(spans(&changes, &Cuts::default()), [(1, 9), (10, 18), (19, 21)]);
}

#[test]
fn his31_an_act_stands_alone_and_a_sealed_draft_ends_a_sitting() {
    let changes = [("Amina", 0), ("Amina", 1), ("Samir", 2), ("Amina", 3), ("Amina", 4)];
    let accepted = Cuts { alone: [3].into(), ..Cuts::default() };
    assert_eq!(spans(&changes, &accepted), [(1, 2), (3, 3), (4, 5)]);
    let sealed = Cuts { ends: [1].into(), ..Cuts::default() };
    assert_eq!(spans(&changes, &sealed), [(1, 1), (2, 5)]);
}

#[test]
fn his31_what_the_service_repairs_belongs_to_what_it_repaired() {
    let changes = [("Amina", 0), ("service", 0), ("Amina", 1), ("service", 90), ("Amina", 91)];
    assert_eq!(spans(&changes, &Cuts::default()), [(1, 4), (5, 5)]);
    let amina = &moments(&log(&changes), &Cuts::default())[0];
    assert_eq!((amina.by.len(), amina.by[0].inserted, amina.to.unix_ms()), (1, 20, 60_000));
    let cuts = Cuts { alone: [1].into(), ..Cuts::default() };
    assert_eq!(spans(&changes, &cuts), [(1, 2), (3, 4), (5, 5)], "an act is repaired, too");
    let sealed = Cuts { ends: [2].into(), ..Cuts::default() };
    assert_eq!(spans(&changes, &sealed), [(1, 2), (3, 4), (5, 5)], "sealed behind the repair");
}

#[test]
fn his32_the_heads_then_are_those_nobody_had_written_upon() {
    let mut log = log(&[("Amina", 0), ("Amina", 1), ("Samir", 1), ("Amina", 2), ("Samir", 3)]);
    log[2].follows = Follows::At([1].into());
    log[4].follows = Follows::At([3, 4].into());
    let heads = |upto| heads_at(&log, upto).iter().map(|hash| hash.0[0]).collect::<Vec<_>>();
    assert_eq!(heads(1), [1]);
    assert_eq!(heads(3), [2, 3], "they wrote at once");
    assert_eq!(heads(4), [2, 4]);
    log[3].follows = Follows::At([2].into());
    let heads = |upto| heads_at(&log, upto).iter().map(|hash| hash.0[0]).collect::<Vec<_>>();
    assert_eq!((heads(4), heads(5)), (vec![3, 4], vec![5]));
    assert!(heads(0).is_empty() && heads(6).is_empty());
}

proptest! {
    #[test]
    fn his30_the_moments_of_any_log_hold_every_change_once_and_later_ones_move_none_before(
        changes in proptest::collection::vec((0..4_usize, 0..15_i64), 1..60),
        alone in proptest::collection::btree_set(1..60_u64, 0..6),
        ends in proptest::collection::btree_set(1..60_u64, 0..6),
    ) {
        let names = ["Amina", "Samir", "Adaeze", "service"];
        let mut now = 0;
        let mut all: Vec<(&str, i64)> = changes.iter().map(|(who, pause)| { now += pause; (names[*who], now) }).collect();
        all[0].0 = "Amina";
        let log = log(&all);
        let cuts = Cuts { alone, ends };
        let told = moments(&log, &cuts);
        let mut next = 1;
        for Stretch { first, last, .. } in &told {
            prop_assert_eq!(*first, next);
            next = last + 1;
        }
        prop_assert_eq!(next as usize, log.len() + 1);
        let people = log.iter().filter(|entry| entry.seat.is_some()).count() as u64;
        let inserted: u64 = told.iter().flat_map(|moment| &moment.by).map(|share| share.inserted).sum();
        prop_assert_eq!(inserted, people * 10);
        for position in &cuts.alone {
            let position = *position as usize;
            if position > log.len() || log[position - 1].seat.is_none() { continue }
            let of = told.iter().find(|moment| (moment.first..=moment.last).contains(&(position as u64))).unwrap();
            let wrote = log[of.first as usize - 1..of.last as usize].iter().filter(|entry| entry.seat.is_some()).count();
            prop_assert_eq!(wrote, 1, "an act stands alone");
        }
    }
}
