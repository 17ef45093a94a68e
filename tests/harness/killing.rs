//! `kill -9` in the middle of steady writing, again and again, and what is left afterwards.
//!
//! The rule (SYN7): whatever was acknowledged to its author, and whatever anybody else was shown, is there after the restart.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use automerge::ChangeHash;
use fastrand::Rng;
use tokio::time::{Instant, interval, sleep_until};

use crate::guest::Guest;
use crate::process::{Process, SignedIn};

/// People with a pen.
const WRITERS: [&str; 3] = ["ines.duarte@example.org", "adaeze.obi@example.org", "marta.roca@example.org"];
/// Each makes an edit this often.
const PACE: Duration = Duration::from_millis(4);

/// What one cycle found.
#[derive(Debug, Default)]
pub struct Cycle {
    /// How long they wrote before the kill.
    pub wrote_ms: u64,
    /// Changes made.
    pub made: usize,
    /// Changes that their authors read as saved, of all cycles so far.
    pub acknowledged: usize,
    /// Changes that somebody else was shown.
    pub shown: usize,
    /// Changes on the disk after the restart, of all cycles so far.
    pub stored: usize,
    /// Acknowledged or shown, and not on the disk.
    pub lost: usize,
    /// From starting the program again to its first answer about the text.
    pub back_after_ms: u64,
}

/// Writes and kills so many times on one data folder, and hands each cycle's result to `report`.
pub async fn kill_again_and_again(data: &Path, cycles: usize, seed: u64, mut report: impl FnMut(&Cycle)) {
    let mut chance = Rng::with_seed(seed);
    let mut process = Process::start(data);
    let mut people = Vec::new();
    for email in WRITERS {
        people.push(process.signs_in(email).await);
    }
    let document = process.documents(&people[0], "en").await.swap_remove(0);
    let mut guests: Vec<Guest> =
        WRITERS.iter().zip(&people).map(|(name, who)| process.guest(name, who, &document)).collect();
    for _ in 0..cycles {
        let mut cycle = Cycle { wrote_ms: chance.u64(150..900), ..Cycle::default() };
        let before: BTreeSet<ChangeHash> =
            guests.iter().flat_map(|guest| guest.desk.hashes_since(&[])).collect();
        guests = write_until_killed(process, &people, guests, &mut chance, &cycle).await;

        let mut all = BTreeSet::new();
        let mut promised = BTreeSet::new();
        for guest in &guests {
            let here: BTreeSet<ChangeHash> = guest.desk.hashes_since(&[]).into_iter().collect();
            let durable = guest.durable();
            cycle.acknowledged += durable.iter().filter(|hash| guest.desk.wrote(hash)).count();
            let others = here.iter().filter(|hash| !guest.desk.wrote(hash));
            cycle.shown += others.clone().filter(|hash| !before.contains(hash)).count();
            promised.extend(others);
            promised.extend(durable);
            all.extend(here);
        }
        cycle.made = all.difference(&before).count();

        let started = Instant::now();
        process = Process::start(data);
        let stored: BTreeSet<ChangeHash> = process.stored(&people[0], &document).await.into_iter().collect();
        cycle.back_after_ms = started.elapsed().as_millis() as u64;
        cycle.stored = stored.len();
        cycle.lost = promised.difference(&stored).count();
        report(&cycle);
    }
}

/// Everybody connects, sends what the server has not, and writes steadily; then the process is killed.
async fn write_until_killed(
    process: Process,
    people: &[SignedIn],
    guests: Vec<Guest>,
    chance: &mut Rng,
    cycle: &Cycle,
) -> Vec<Guest> {
    let mut writing = Vec::new();
    for (mut guest, who) in guests.into_iter().zip(people) {
        guest.enters(process.socket(who).await).await;
        guest.uploads().await;
        writing.push(tokio::spawn(write_steadily(guest, chance.fork())));
    }
    // This is the crash itself: the moment in which it comes is what varies.
    sleep_until(Instant::now() + Duration::from_millis(cycle.wrote_ms)).await;
    process.is_killed();
    let mut guests = Vec::new();
    for writer in writing {
        guests.push(writer.await.expect("a writer does not fail"));
    }
    guests
}

/// Writes at a steady pace and listens, until the connection breaks.
async fn write_steadily(mut guest: Guest, mut chance: Rng) -> Guest {
    let mut pace = interval(PACE);
    loop {
        tokio::select! {
            _ = pace.tick() => { guest.writes(|desk| desk.scribbles(&mut chance)).await; }
            heard = guest.hears_something() => if heard.is_err() { return guest; },
        }
    }
}
