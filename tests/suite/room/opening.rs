//! A room that opens again: from a saved history and the rest of the log, and what newcomers are told meanwhile.

use borrador_tests::desk::Desk;
use borrador_tests::notation::{assert_same, paper, secretariat};
use bytes::Bytes;
use crdt::ids::ChangeHash;
use crdt::sync::admission::History;
use crdt::sync::chunk::{Chunk, ChunkLimits};
use crdt::sync::saved::{self, Saved, SavedError};
use fastrand::Rng;

use super::housing;

/// A history of three people who write at once, and its log.
fn a_busy_day(seed: u64) -> (History, Vec<Chunk>) {
    let mut chance = Rng::with_seed(seed);
    let first: Bytes = paper("# Housing\nCities welcome everyone.\n- schools").into();
    let mut desks: Vec<Desk> = (1..=3).map(|n| Desk::new([n; 16], None)).collect();
    desks.iter_mut().for_each(|desk| desk.receive(std::slice::from_ref(&first)));
    let mut log = vec![first];
    for _ in 0..60 {
        let writer = chance.usize(..desks.len());
        let change = Bytes::copy_from_slice(desks[writer].scribbles(&mut chance).raw_bytes());
        for (reader, desk) in desks.iter_mut().enumerate() {
            // Not everybody hears of it before they go on writing.
            if reader != writer && chance.bool() {
                desk.receive(&log[1..]);
            }
        }
        log.push(change);
    }
    let mut history = History::default();
    let chunks: Vec<Chunk> = log
        .into_iter()
        .map(|raw| Chunk::read(raw, &ChunkLimits::default()).expect("a change is read"))
        .collect();
    for chunk in &chunks {
        assert!(history.restore(chunk, secretariat()).is_some(), "seed {seed}: the log fits together");
    }
    (history, chunks)
}

fn last_of(log: &[Chunk]) -> Option<ChangeHash> {
    log.last().map(|chunk| chunk.header.hash)
}

#[test]
fn syn13_a_saved_history_reads_back_as_what_it_was() {
    for seed in 1..=30 {
        let (history, log) = a_busy_day(seed);
        let bytes = saved::write(&history);
        let read = Saved::read(&bytes).expect("it is whole");
        assert_eq!(read.upto() as usize, log.len());
        let read = read.of_log(last_of(&log)).expect("it belongs to this log");
        assert!(saved::write(&read) == bytes, "seed {seed}");
        assert_eq!(read.graph.heads(), history.graph.heads());
        assert_eq!(read.bindings, history.bindings);
    }
}

#[test]
fn syn13_a_saved_history_with_any_byte_changed_or_missing_is_not_used() {
    let bytes = saved::write(&a_busy_day(1).0);
    for place in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[place] ^= 0x20;
        assert!(Saved::read(&changed).is_err(), "byte {place}");
        assert!(Saved::read(&bytes[..place]).is_err(), "cut at {place}");
    }
    let mut of_tomorrow = bytes;
    of_tomorrow[4] += 1;
    assert!(matches!(Saved::read(&of_tomorrow), Err(SavedError::Unknown)));
}

#[test]
fn syn13_bytes_with_a_right_checksum_that_make_no_sense_are_refused_without_a_panic() {
    use sha2::{Digest, Sha256};
    let mut chance = Rng::with_seed(7);
    let bytes = saved::write(&a_busy_day(2).0);
    let body = bytes.len() - 32;
    let mut refused = 0;
    for _ in 0..20_000 {
        let mut wrong = bytes[..body].to_vec();
        for _ in 0..chance.usize(1..4) {
            wrong[chance.usize(5..body)] = chance.u8(..);
        }
        wrong.extend(Sha256::digest(&wrong));
        refused += u32::from(Saved::read(&wrong).is_err());
    }
    assert!(refused > 5_000, "seed 7: {refused} of 20,000 were refused");
}

#[test]
fn syn13_a_saved_history_is_not_used_for_another_log() {
    let (history, log) = a_busy_day(3);
    let bytes = saved::write(&history);
    let of = |there| Saved::read(&bytes).expect("it is whole").of_log(there);
    assert!(of(last_of(&log)).is_ok());
    assert!(matches!(of(last_of(&log[..log.len() - 1])), Err(SavedError::OfAnotherLog)));
    assert!(matches!(of(None), Err(SavedError::OfAnotherLog)), "the log is shorter");
}

#[test]
fn syn13_a_newcomer_gets_the_text_before_the_room_is_open_and_what_comes_after_it_too() {
    let network = housing();
    let [tangier] = network.writers();
    network.settle();
    tangier.types_after("welcome]", " everyone");
    network.settle();
    network.takes_snapshot();
    tangier.replaces("Cities", "All cities");
    network.settle();
    network.saves_history();
    network.server_crashes();
    network.world().opening_ms = 60_000..60_001;
    network.server_restarts();
    let [adaeze, chiara] = [network.reader("Adaeze"), network.stock_writer("Chiara")];
    network.run_for_ms(30_000);
    assert_eq!(adaeze.reads(), "# Housing\nAll cities [welcome] everyone.");
    assert_eq!(chiara.reads(), adaeze.reads());
    let frames = adaeze.received_frames();
    network.settle();
    assert_eq!(adaeze.received_frames(), frames, "nothing is sent twice");
    chiara.types_after("everyone", " who arrives");
    network.settle();
    assert_same(&[&adaeze, &chiara, &tangier], "# Housing\nAll cities [welcome] everyone who arrives.");
}

#[test]
fn syn13_what_was_written_meanwhile_waits_for_the_room_and_is_taken() {
    let network = housing();
    let [tangier, lyon] = network.writers();
    network.settle();
    network.server_crashes();
    tangier.types_after("welcome]", " everyone");
    network.world().opening_ms = 20_000..20_001;
    network.server_restarts();
    network.run_for_ms(10_000);
    assert!(!tangier.is_saved());
    network.settle();
    assert!(tangier.is_saved());
    assert_same(&[&tangier, &lyon], "# Housing\nCities [welcome] everyone.");
}
