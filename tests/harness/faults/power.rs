//! The power is cut in the middle of steady writing, again and again: what was acknowledged or shown must be on the disk.
//!
//! The data folder lies on an ext4 file system in a file, mounted so that nothing is written back before somebody syncs. The cut is an
//! error that we make the file system meet: in one moment its journal is aborted and it writes nothing more. The server sees its next
//! sync fail, and from then on acknowledges nothing (that is watched too). It is killed, the file system is mounted anew, its journal
//! replayed, and the program started on what had reached the disk.
//!
//! What counts is what people had been told up to twenty milliseconds before the cut, while the server was writing.
//!
//! Simulated are: loss of all that was not synced, data and metadata, and the recovery of a journal. Not simulated are a disk that lies
//! about its cache, sectors that are torn, and writes that overtake each other inside the device.

use std::path::Path;
use std::time::Duration;

use fastrand::Rng;
use tokio::time::Instant;

use super::crew::{Account, Crew, moment_in};
use super::killing::{Plan, is_whole, seals};
use super::volume::{NotHere, Volume};
use crate::process::Process;

/// What one cycle found.
#[derive(Clone, Copy, Debug)]
pub struct Cut {
    /// How long they wrote before the power went.
    pub wrote_ms: u64,
    /// What was promised, and what is there.
    pub account: Account,
    /// People who were told that the server cannot save.
    pub told: usize,
    /// From starting the program again to its greeting.
    pub back_after: Duration,
}

/// Cuts the power so many times on one disk, and hands each cycle's result to `report`.
///
/// # Errors
/// If there can be no such disk on this machine.
///
/// # Panics
/// If the program does not start again, or `borrador check` finds anything wrong.
pub async fn cut_again_and_again(
    folder: &Path,
    plan: Plan,
    mut report: impl FnMut(&Cut),
) -> Result<(), NotHere> {
    let disk = Volume::ext4(folder, 512)?;
    let data = disk.path.join("data");
    let mut chance = Rng::with_seed(plan.seed);
    let mut process = Process::start(&data);
    let mut crew = Crew::sign_in(&process, plan.writers, plan.texts, plan.pace).await;
    seals(&process, &crew.people[0]).await;
    for _ in 0..plan.cycles {
        crew.enters(&process).await;
        let (wrote_ms, more_ms) = (chance.u64(50..1_500), chance.u64(..20));
        // Time enough for the server to notice, and to say something wrong if it does.
        let goes_on_ms = 2 * plan.pace.as_millis() as u64 + 200;
        crew.writes_while(&mut chance, moment_in(wrote_ms)).await;
        // They look up from their desks, and write on while the power goes. Of a sync that is under way in that very moment the kernel
        // may still say that it succeeded (6 times in 300 cuts of a bare loop of writes); a machine without power says nothing.
        crew.notes_promises();
        let cut = async {
            moment_in(more_ms).await;
            disk.loses_power();
            moment_in(goes_on_ms).await;
            process.is_killed();
        };
        crew.writes_through(&mut chance, cut).await;
        let told = crew.told("storage_failed");
        disk.comes_back();
        let started = Instant::now();
        process = Process::start(&data);
        let back_after = started.elapsed();
        let account = crew.account(&process).await;
        is_whole(&data);
        report(&Cut { wrote_ms, account, told, back_after });
    }
    process.is_killed();
    Ok(())
}
