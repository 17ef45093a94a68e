//! What no honest program writes, in changes, messages and frames: none of it may get past admission that Automerge cannot live with.
//! What is altered, and what must hold, is in `harness/faults/mutator.rs`.
//!
//! `HOSTILE_RUNS` sets how much is tried of each kind, `HOSTILE_SEED` the first seed. A seed that fails is printed. For longer:
//! `make faults TROUBLES="mutator --seconds 3600"`.

use borrador_tests::faults::mutator::{Kind, Outcome, attempt};

#[test]
fn syn5_whatever_is_admitted_of_altered_changes_applies_saves_and_loads() {
    let (runs, admitted) = assert_no_poison(Kind::Change, 3_000);
    assert!(admitted * 200 > runs, "hardly anything was admitted: nothing was tested");
}

#[test]
fn syn5_whatever_is_admitted_of_altered_messages_applies_saves_and_loads() {
    let (runs, admitted) = assert_no_poison(Kind::Message, 2_000);
    assert!(admitted * 20 > runs, "hardly anything was admitted: nothing was tested");
}

#[test]
fn w03_whatever_is_altered_in_a_frame_panics_nowhere_and_hurts_nobody() {
    let (runs, admitted) = assert_no_poison(Kind::Frame, 1_000);
    assert!(admitted < runs, "nothing was refused: nothing was altered");
}

#[test]
fn syn5_everything_honest_enters() {
    let (runs, admitted) = assert_no_poison(Kind::Nothing, 1_000);
    assert_eq!(runs, admitted);
}

#[test]
fn syn5_the_seeds_that_once_got_past_admission_do_no_more() {
    let once = [
        (Kind::Change, 49, "a mark whose end stands before its beginning"),
        (Kind::Change, 63, "a change that does not build on its actor's last"),
        (Kind::Change, 164, "the same, with only some of its dependencies"),
        (Kind::Change, 190, "a deletion of something that stands elsewhere"),
        (Kind::Change, 327, "an empty change that starts late"),
        (Kind::Change, 1_519, "a letter written over another"),
        (Kind::Change, 105_628, "a letter written over nothing"),
        (Kind::Message, 56_173, "a paragraph whose id is a number that is none"),
    ];
    for (kind, seed, what) in once {
        let outcome = attempt(kind, seed);
        assert!(!matches!(outcome, Outcome::Poison(_)), "{kind:?}, seed {seed}: {what}: {outcome:?}");
    }
}

/// How much was tried, and how much of it was admitted.
fn assert_no_poison(kind: Kind, usual: u64) -> (u64, u64) {
    let from_environment = |name: &str| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    let first = from_environment("HOSTILE_SEED").unwrap_or(1);
    let runs = from_environment("HOSTILE_RUNS").unwrap_or(usual);
    // Most alterations end in a panic of Automerge's that is caught; thousands of reports would bury the one that counts.
    let loud = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let outcomes: Vec<(u64, Outcome)> =
        (first..first + runs).map(|seed| (seed, attempt(kind, seed))).collect();
    std::panic::set_hook(loud);
    let poison: Vec<&(u64, Outcome)> =
        outcomes.iter().filter(|(_, outcome)| matches!(outcome, Outcome::Poison(_))).collect();
    assert!(poison.is_empty(), "{kind:?}, by seed: {poison:?}");
    let admitted = outcomes.iter().filter(|(_, outcome)| *outcome == Outcome::Harmless).count() as u64;
    println!("{kind:?}: {runs} from seed {first}, {admitted} were admitted and did no harm");
    (runs, admitted)
}
