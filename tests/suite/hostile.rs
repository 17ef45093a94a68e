//! Changes altered at random, with their checksums repaired: none may get past admission that Automerge cannot live with.
//!
//! Automerge 0.12 panics on some well-formed changes, and takes others after which a text can never be loaded again. So the
//! rule is not that everything odd is refused (an odd change may be harmless) but that whatever is admitted applies, saves and
//! loads (SYN5). Alterations happen on two levels: in the operations, and in the bytes.
//!
//! `HOSTILE_RUNS` sets how many changes are tried, `HOSTILE_SEED` the first seed. A seed that fails is printed.

use std::panic::{AssertUnwindSafe, catch_unwind};

use automerge::legacy::{ElementId, Key, ObjectId, OpId, OpType};
use automerge::{Automerge, Change, ExpandedChange, LoadOptions, ReadDoc, ScalarValue, TextEncoding};
use borrador_tests::desk::{Desk, spans};
use borrador_tests::hostile::raw;
use borrador_tests::notation::paper;
use bytes::Bytes;
use crdt::ids::{SeatId, TextId};
use crdt::moment::Moment;
use crdt::sync::chunk::{Chunk, ChunkLimits};
use crdt::sync::events::{Access, ConnectionId, Input, Speaker};
use crdt::sync::message;
use crdt::sync::room::{Room, RoomSettings};
use fastrand::Rng;
use sha2::{Digest, Sha256};
use uuid::Uuid;

const DEFAULT_RUNS: u64 = 4_000;

#[test]
fn syn5_whatever_is_admitted_applies_saves_and_loads() {
    let from_environment = |name: &str| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    let first = from_environment("HOSTILE_SEED").unwrap_or(1);
    let runs = from_environment("HOSTILE_RUNS").unwrap_or(DEFAULT_RUNS);
    println!("{runs} changes from seed {first}");
    // Most alterations end in a panic of Automerge's that is caught; thousands of reports would bury the one that counts.
    let loud = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let mut admitted = 0;
    let mut failed = Vec::new();
    for seed in first..first + runs {
        match attempt(seed) {
            Outcome::Refused => {}
            Outcome::Harmless => admitted += 1,
            Outcome::Poison => failed.push(seed),
        }
    }
    std::panic::set_hook(loud);
    assert!(failed.is_empty(), "admitted, and Automerge cannot live with it: seeds {failed:?}");
    println!("{admitted} were admitted and did no harm");
    assert!(admitted * 200 > runs, "hardly anything was admitted: nothing was tested");
}

#[test]
fn syn5_the_seeds_that_once_got_past_admission_do_no_more() {
    let once = [
        (49, "a mark whose end stands before its beginning"),
        (63, "a change that does not build on its actor's last"),
        (164, "the same, with only some of its dependencies"),
        (190, "a deletion of something that stands elsewhere"),
        (327, "an empty change that starts late"),
        (1_519, "a letter written over another"),
        (105_628, "a letter written over nothing"),
    ];
    for (seed, what) in once {
        assert!(!matches!(attempt(seed), Outcome::Poison), "seed {seed}: {what}");
    }
}

enum Outcome {
    Refused,
    Harmless,
    Poison,
}

fn attempt(seed: u64) -> Outcome {
    let mut chance = Rng::with_seed(seed);
    let (log, mut chiara) = a_text_with_a_history(&mut chance);
    let honest = chiara.scribbles(&mut chance);
    let altered = if chance.u8(..4) == 0 {
        in_its_bytes(&honest, &mut chance)
    } else {
        in_its_operations(&honest, &log, &mut chance)
    };
    let Some(altered) = altered else { return Outcome::Refused };
    if !is_admitted(&log, altered.clone()) {
        return Outcome::Refused;
    }
    let survives = catch_unwind(AssertUnwindSafe(|| lives_with(&log, &altered))).unwrap_or(false);
    if survives { Outcome::Harmless } else { Outcome::Poison }
}

fn seat(name: u128) -> SeatId {
    SeatId(Uuid::from_u128(name))
}

const LYON: u128 = 1;
const CHIARA: u128 = 2;

/// A log of changes of two people, and the desk of the second of them.
fn a_text_with_a_history(chance: &mut Rng) -> (Vec<(Bytes, SeatId)>, Desk) {
    let seed = Bytes::from(paper("# Housing\nCities welcome everyone.\n- reception"));
    let mut log = vec![(seed.clone(), seat(0))];
    let mut lyon = Desk::new([1; 16], Some(seat(LYON)));
    let mut chiara = Desk::new([2; 16], Some(seat(CHIARA)));
    lyon.receive(std::slice::from_ref(&seed));
    chiara.receive(&[seed]);
    for _ in 0..chance.usize(1..6) {
        log.push((raw(&lyon.scribbles(chance)), seat(LYON)));
        log.push((raw(&chiara.scribbles(chance)), seat(CHIARA)));
        let news: Vec<Bytes> = log.iter().map(|(raw, _)| raw.clone()).collect();
        lyon.receive(&news);
        chiara.receive(&news);
    }
    (log, chiara)
}

/// Chiara's change with one to three things altered; `None` if Automerge cannot even write it down.
fn in_its_operations(honest: &Change, log: &[(Bytes, SeatId)], chance: &mut Rng) -> Option<Bytes> {
    let others: Vec<ExpandedChange> = log
        .iter()
        .map(|(raw, _)| Change::from_bytes(raw.to_vec()).expect("the log is sound").decode())
        .collect();
    let mut change = honest.decode();
    change.hash = None;
    for _ in 0..chance.usize(1..4) {
        alter(&mut change, &others, chance);
    }
    catch_unwind(AssertUnwindSafe(|| raw(&Change::from(change)))).ok()
}

fn alter(change: &mut ExpandedChange, others: &[ExpandedChange], chance: &mut Rng) {
    let other = &others[chance.usize(..others.len())];
    let some_id = |chance: &mut Rng| {
        let near = other.start_op.get() + chance.u64(..other.operations.len() as u64 + 2);
        OpId::new(near.saturating_sub(chance.u64(..2)).max(1), &other.actor_id)
    };
    match chance.u8(..12) {
        0 => change.seq = (change.seq + chance.u64(..3)).saturating_sub(1).max(1),
        1 => {
            let start = (change.start_op.get() + chance.u64(..6)).saturating_sub(3).max(1);
            change.start_op = start.try_into().expect("at least 1");
        }
        2 => drop(change.deps.pop()),
        3 => change.extra_bytes = if chance.bool() { Vec::new() } else { other.extra_bytes.clone() },
        4 => change.operations.extend(other.operations.iter().take(chance.usize(1..4)).cloned()),
        5 if change.operations.len() > 1 => change.operations.reverse(),
        _ if change.operations.is_empty() => {}
        what => {
            let at = chance.usize(..change.operations.len());
            let operation = &mut change.operations[at];
            match what {
                6 => operation.obj = ObjectId::Id(some_id(chance)),
                7 => operation.key = Key::Seq(ElementId::Id(some_id(chance))),
                8 => {
                    operation.pred =
                        if chance.bool() { Vec::new().into() } else { vec![some_id(chance)].into() }
                }
                9 => operation.insert = !operation.insert,
                10 => operation.action = some_action(chance, other),
                _ => {
                    operation.key =
                        if chance.bool() { Key::Map("type".into()) } else { Key::Seq(ElementId::Head) }
                }
            }
        }
    }
}

fn some_action(chance: &mut Rng, other: &ExpandedChange) -> OpType {
    match chance.u8(..4) {
        0 => OpType::Delete,
        1 => OpType::Put(ScalarValue::Str("x".into())),
        2 => OpType::MarkEnd(chance.bool()),
        _ if other.operations.is_empty() => OpType::Increment(1),
        _ => other.operations[chance.usize(..other.operations.len())].action.clone(),
    }
}

/// Chiara's change with one to three bytes of its body altered and its checksum right.
fn in_its_bytes(honest: &Change, chance: &mut Rng) -> Option<Bytes> {
    let bytes = honest.raw_bytes();
    let length_bytes = bytes[9..].iter().position(|byte| *byte < 0x80)? + 1;
    let mut altered = bytes.to_vec();
    for _ in 0..chance.usize(1..4) {
        let at = chance.usize(9 + length_bytes..altered.len());
        altered[at] = if chance.bool() { chance.u8(..) } else { altered[at] ^ 1 << chance.u8(..8) };
    }
    let hash = Sha256::digest(&altered[8..]);
    altered[4..8].copy_from_slice(&hash[..4]);
    Some(altered.into())
}

fn is_admitted(log: &[(Bytes, SeatId)], change: Bytes) -> bool {
    let chunks = log.iter().map(|(raw, seat)| {
        (Chunk::read(raw.clone(), &ChunkLimits::default()).expect("the log is sound"), *seat)
    });
    let text = TextId(Uuid::from_u128(1));
    let mut room = Room::open(text, RoomSettings::named("borrador"), chunks.collect::<Vec<_>>());
    assert_eq!(room.committed() as usize, log.len(), "the room opens with the whole log");
    let speaker = Speaker { seat: seat(CHIARA), peer: "chiara".into() };
    let data = message::write(&[], &[], &[change]).into();
    let input = Input::Sync { connection: ConnectionId(1), speaker, access: Access::Write, data };
    room.handle(Moment::EPOCH, input).commit.is_some()
}

/// Whether a reader can take the change in, and the text loads from its log and from a snapshot.
fn lives_with(log: &[(Bytes, SeatId)], change: &Bytes) -> bool {
    let options = || LoadOptions::new().text_encoding(TextEncoding::Utf16CodeUnit);
    let before: Vec<u8> = log.iter().flat_map(|(raw, _)| raw.to_vec()).collect();
    let mut reader = Automerge::load_with_options(&before, options()).expect("the log is sound");
    let Ok(parsed) = Change::from_bytes(change.to_vec()) else { return false };
    if reader.apply_changes([parsed]).is_err() {
        return false;
    }
    let after = [&before[..], change].concat();
    let Ok(server) = Automerge::load_with_options(&after, options()) else { return false };
    let Ok(newcomer) = Automerge::load_with_options(&server.save(), options()) else { return false };
    let same = |one: &Automerge, other: &Automerge| {
        one.get_heads() == other.get_heads() && spans(one) == spans(other)
    };
    server.get_missing_deps(&[]).is_empty() && same(&reader, &server) && same(&server, &newcomer)
}
