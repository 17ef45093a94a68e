//! `cargo run --release -p borrador-tests --bin store_growth -- --changes 100000 [--at-once 4]`
//!
//! One long text written into the embedded store, as appended and with tidying beside it: what it takes on the disk, and what
//! tidying and a backup cost those who write meanwhile. Changes are real ones, of one letter each; so many at once make a commit,
//! and the next commit follows when the one before is on the disk.

use std::path::Path;
use std::time::{Duration, Instant};

use automerge::transaction::Transactable;
use automerge::{AutoCommit, ObjType, ROOT};
use borrador::store::sled::SledStore;
use borrador::store::{NewChange, Op, Store, TidyBounds, backup, scan_log};
use borrador_tests::measure::percentile;
use borrador_tests::options::number;
use crdt::ids::{ActorId, ChangeHash, SeatId, TextId};
use crdt::moment::Moment;
use uuid::Uuid;

const TEXT: TextId = TextId(Uuid::from_u128(2016));
/// As the service does, but more often, so that short runs show it.
const TIDY_EVERY: Duration = Duration::from_secs(1);

#[tokio::main]
async fn main() {
    let changes = number("--changes").unwrap_or(100_000) as usize;
    let at_once = number("--at-once").unwrap_or(4).max(1) as usize;
    let written = type_letters(changes);
    let raw: usize = written.iter().map(|change| change.bytes.len()).sum();
    println!("{changes} changes of one letter, {} kB as they come, {at_once} in a commit", raw / 1000);
    println!("{:14} {:>9} {:>9} {:>9} {:>9} {:>9}", "", "p50 ms", "p99 ms", "worst ms", "seconds", "disk kB");
    for tidying in [false, true] {
        let folder = tempfile::tempdir().expect("there is a folder for temporary files");
        measure(folder.path(), &written, at_once, tidying).await;
    }
}

async fn measure(folder: &Path, written: &[NewChange], at_once: usize, tidying: bool) {
    let store = std::sync::Arc::new(SledStore::open(folder).expect("a new store opens"));
    let tidier = tidying.then(|| {
        let store = store.clone();
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(TIDY_EVERY).await;
                store.tidy(TidyBounds::default()).await.expect("tidying works");
            }
        })
    });
    let started = Instant::now();
    let mut waits = Vec::new();
    for changes in written.chunks(at_once) {
        let sent = Instant::now();
        let append = Op::Append { text: TEXT, changes: changes.to_vec() };
        store.commit(vec![append]).await.expect("the store takes it");
        waits.push(sent.elapsed());
    }
    let seconds = started.elapsed().as_secs_f64();
    waits.sort();
    let [usual, late, worst] = [0.5, 0.99, 1.0].map(|part| percentile(&waits, part).as_secs_f64() * 1e3);
    if let Some(tidier) = tidier {
        tidier.abort();
        store.tidy(TidyBounds::default()).await.expect("tidying works");
    }
    let name = if tidying { "with tidying" } else { "as appended" };
    println!(
        "{name:14} {usual:>9.2} {late:>9.2} {worst:>9.2} {seconds:>9.1} {:>9}",
        disk_bytes(folder) / 1000
    );
    for part in ["sled", "segments"] {
        println!("{:>64} of it {part}", disk_bytes(&folder.join(part)) / 1000);
    }
    let started = Instant::now();
    let log = scan_log(&*store, TEXT, 0).await.expect("the log reads");
    assert_eq!(log.len(), written.len(), "nothing is lost and nothing doubled");
    println!("{:14} reading all of it takes {:.0} ms", "", started.elapsed().as_secs_f64() * 1e3);
    if tidying {
        measure_backup(&store, folder, written.len()).await;
    }
    drop(store);
    let store = SledStore::open(folder).expect("it opens again");
    let started = Instant::now();
    let again = Op::Append { text: TEXT, changes: written[..1].to_vec() };
    let done = store.commit(vec![again]).await.expect("the store takes it");
    assert_eq!(done.last_seqs, [written.len() as u64], "a change that comes again is known");
    println!(
        "{:14} the first commit after a start takes {:.0} ms",
        "",
        started.elapsed().as_secs_f64() * 1e3
    );
}

/// A backup while somebody writes into another text, and what becomes of it.
async fn measure_backup(store: &std::sync::Arc<SledStore>, folder: &Path, changes: usize) {
    let (backup, again) = (folder.join("backup"), folder.join("again"));
    let other = type_letters(20_000);
    let (writing, stop) = (store.clone(), std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false)));
    let stopped = stop.clone();
    let writer = tokio::spawn(async move {
        let mut waits = Vec::new();
        for change in other {
            if stopped.load(std::sync::atomic::Ordering::Relaxed) {
                break;
            }
            let sent = Instant::now();
            let append = Op::Append { text: TextId(Uuid::from_u128(7)), changes: vec![change] };
            writing.commit(vec![append]).await.expect("the store takes it");
            waits.push(sent.elapsed());
        }
        waits
    });
    let started = Instant::now();
    let manifest = backup::write(&**store, &backup, Moment::EPOCH).await.expect("a backup is taken");
    let taken = started.elapsed().as_secs_f64() * 1e3;
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    let mut waits = writer.await.expect("the writer does not fail");
    waits.sort();
    let [usual, late, worst] = [0.5, 0.99, 1.0].map(|part| percentile(&waits, part).as_secs_f64() * 1e3);
    println!(
        "{:14} a backup takes {taken:.0} ms and {} kB; {} commits meanwhile: p50 {usual:.2}, p99 {late:.2}, worst {worst:.2} ms",
        "",
        disk_bytes(&backup) / 1000,
        waits.len()
    );
    assert!(manifest.counts.changes >= changes as u64, "everything is in it");
    let started = Instant::now();
    backup::restore(&backup, &again).await.expect("it is whole");
    let restored = started.elapsed().as_secs_f64() * 1e3;
    println!("{:14} restoring it takes {restored:.0} ms and {} kB", "", disk_bytes(&again) / 1000);
}

/// Somebody types a long text, letter by letter, one change for each.
fn type_letters(count: usize) -> Vec<NewChange> {
    let mut document = AutoCommit::new();
    let words = document.put_object(ROOT, "text", ObjType::Text).expect("a root takes a text");
    document.commit();
    let mut written = Vec::with_capacity(count);
    for index in 0..count {
        let letter = char::from(b'a' + (index * 7 % 26) as u8).to_string();
        document.splice_text(&words, index, 0, &letter).expect("a text takes a letter");
        document.commit();
        let change = document.get_last_local_change().expect("it was committed");
        written.push(NewChange {
            hash: ChangeHash(change.hash().0),
            actor: ActorId(change.actor_id().to_bytes().to_vec()),
            seat: SeatId(Uuid::from_u128(7)),
            received: Moment::from_unix_ms(1_474_000_000_000 + 200 * index as i64),
            bytes: change.raw_bytes().to_vec().into(),
        });
    }
    written
}

/// The room that the files below a folder take.
fn disk_bytes(folder: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt;
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    let size = |entry: std::fs::DirEntry| match entry.metadata() {
        Ok(about) if about.is_dir() => disk_bytes(&entry.path()),
        Ok(about) => about.blocks() * 512,
        Err(_) => 0,
    };
    entries.filter_map(Result::ok).map(size).sum()
}
