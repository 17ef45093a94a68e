//! `cargo run --release -p borrador-tests --bin admission -- --changes 30000`
//!
//! What it costs to admit a change of one letter, with its parts. Four people write in one text, in turn, wherever they like; every
//! one of their changes is read, decided about and taken in as the server does it, on one thread and without sockets or a disk.
//!
//! | Option | | Default |
//! |---|---|---|
//! | `--changes N` | of one letter each | 30,000 |
//! | `--seed S` | where chance begins | 1 |

use std::time::Instant;

use automerge::transaction::{CommitOptions, Transactable};
use borrador_tests::desk::Desk;
use borrador_tests::notation::{paper, secretariat};
use borrador_tests::options::number;
use bytes::Bytes;
use crdt::sync::admission::{Admitted, History, admit};
use crdt::sync::chunk::{Chunk, ChunkLimits};
use crdt::sync::quota::QuotaLimits;
use crdt::sync::saved::{self, Saved};
use fastrand::Rng;

const WRITERS: u8 = 4;

fn main() {
    let count = number("--changes").unwrap_or(30_000) as usize;
    let seed = number("--seed").unwrap_or(1);
    let (first, changes) = write(count, seed);
    let (limits, quota) = (ChunkLimits::default(), QuotaLimits::default());
    let seat = secretariat();
    let mut taken_in = History::default();
    let first = Chunk::read(first, &limits).expect("the beginning is a change");
    assert!(taken_in.restore(&first, seat).is_some(), "the beginning fits");
    let mut admitted = History::default();
    assert!(admitted.restore(&first, seat).is_some(), "the beginning fits");

    let began = Instant::now();
    let chunks: Vec<Chunk> =
        changes.into_iter().map(|raw| Chunk::read(raw, &limits).expect("an honest change is read")).collect();
    let reading = each(began, count);

    // Once before the clock starts: whoever is first pays for the memory.
    let mut before = History::default();
    for chunk in [&first].into_iter().chain(&chunks) {
        assert!(before.restore(chunk, seat).is_some(), "an honest change fits");
    }
    drop(before);

    let began = Instant::now();
    for chunk in &chunks {
        assert!(taken_in.restore(chunk, seat).is_some(), "an honest change fits");
    }
    let taking_in = each(began, count);

    let began = Instant::now();
    for chunk in &chunks {
        let outcome = admit(chunk, seat, &mut admitted, &quota);
        assert!(matches!(outcome, Ok(Admitted::New { .. })), "it is admitted");
        admitted.quota.settle(0);
    }
    let admitting = each(began, count);

    println!("{count} changes of one letter, seed {seed}; µs for each");
    println!("{:>8.2}  reading the header, its limits and its hash", reading);
    println!(
        "{:>8.2}  reading the operations; order, counters, and whether all that they name exists",
        taking_in
    );
    println!("{:>8.2}  canonical form, schema, whose actor it is", admitting - taking_in);
    println!("{:>8.2}  in all", reading + admitting);
    let held = admitted.held_bytes();
    println!(
        "{:>8.1}  MB of memory for the history, {} bytes a change",
        held as f64 / 1e6,
        held / (count + 1)
    );

    let began = Instant::now();
    let bytes = saved::write(&admitted);
    let saving = began.elapsed();
    let began = Instant::now();
    let read = Saved::read(&bytes).expect("it is whole");
    println!(
        "{:>8.1}  ms to save it in {} bytes a change, {:.1} to read it back",
        saving.as_secs_f64() * 1e3,
        bytes.len() / read.upto() as usize,
        began.elapsed().as_secs_f64() * 1e3
    );
}

/// The beginning of a text, and changes of one letter each.
fn write(count: usize, seed: u64) -> (Bytes, Vec<Bytes>) {
    let mut chance = Rng::with_seed(seed);
    let first: Bytes = paper("# Housing\nCities welcome everyone who arrives.").into();
    let mut desk = Desk::new([1; 16], None);
    desk.receive(std::slice::from_ref(&first));
    let text = desk.text_object();
    let before = desk.text().length_utf16();
    for length in before..before + count {
        if (length - before).is_multiple_of(50) {
            desk.sit_down_again([chance.u8(1..=WRITERS); 16]);
        }
        let place = chance.usize(1..length);
        let mut edit = desk.doc().transaction();
        edit.splice_text(&text, place, 0, "a").expect("a letter can be typed anywhere");
        edit.commit_with(CommitOptions::default().with_time(0));
    }
    let changes = desk.since(&[]);
    let raw = changes.iter().skip(1).map(|change| Bytes::copy_from_slice(change.raw_bytes()));
    (first, raw.collect())
}

fn each(began: Instant, count: usize) -> f64 {
    began.elapsed().as_secs_f64() * 1e6 / count as f64
}
