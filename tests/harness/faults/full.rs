//! The disk fills up to its last byte while people write, and is freed again (C09).
//!
//! The data folder lies on a small file system in memory. The server notices a full disk before the store meets it; when something else
//! takes the last bytes in the middle of a commit, the store may fail instead. Then nothing more is acknowledged until a restart, which
//! is allowed, counted and shown.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use fastrand::Rng;

use super::crew::{Account, Crew, moment_in};
use super::killing::{Plan, is_whole, seals};
use super::volume::{NotHere, Volume};
use crate::process::{PAPER, Process};

/// What one time found.
#[derive(Clone, Copy, Debug)]
pub struct Filling {
    /// What was promised, and what is there.
    pub account: Account,
    /// People who were told that the disk is full.
    pub told_full: usize,
    /// People who were told that the server cannot save.
    pub told_failed: usize,
    /// Whether a newcomer could read while it was full.
    pub could_read: bool,
    /// Whether writing began again only with a restart.
    pub needed_restart: bool,
}

/// Fills and frees the disk so many times, and hands each result to `report`.
///
/// # Errors
/// If there can be no such disk on this machine.
///
/// # Panics
/// If people cannot write again, or `borrador check` finds anything wrong.
pub async fn fill_again_and_again(
    folder: &Path,
    plan: Plan,
    mut report: impl FnMut(&Filling),
) -> Result<(), NotHere> {
    let disk = Volume::in_memory(folder, 128)?;
    let data = disk.path.join("data");
    let filler = disk.path.join("filler");
    let mut chance = Rng::with_seed(plan.seed);
    let mut process = Process::start(&data);
    let mut crew = Crew::sign_in(&process, plan.writers, plan.texts, plan.pace).await;
    seals(&process, &crew.people[0]).await;
    crew.enters(&process).await;
    for _ in 0..plan.cycles {
        let wrote_ms = chance.u64(50..500);
        let goes_on_ms = 2 * plan.pace.as_millis() as u64 + 200;
        let could_read = crew.people[0].clone();
        let could_read = crew
            .writes_while(&mut chance, async {
                moment_in(wrote_ms).await;
                fill(&filler);
                moment_in(goes_on_ms).await;
                can_be_read(&process, &could_read).await
            })
            .await;
        let (told_full, told_failed) = (crew.told("storage_full"), crew.told("storage_failed"));
        std::fs::remove_file(&filler).expect("the filler can be removed");
        crew.uploads().await;
        let needed_restart = !crew.is_saved().await;
        if needed_restart {
            process.is_killed();
            process = Process::start(&data);
            crew.enters(&process).await;
            assert!(crew.is_saved().await, "after a restart people write again");
        }
        let account = crew.account(&process).await;
        is_whole(&data);
        report(&Filling { account, told_full, told_failed, could_read, needed_restart });
    }
    process.is_killed();
    Ok(())
}

/// Writes until nothing more fits.
fn fill(filler: &Path) {
    const PIECE: [u8; 4_096] = [0; 4_096];
    let mut file = File::create(filler).expect("an empty file fits");
    while file.write_all(&PIECE).is_ok() {}
}

/// Whether somebody who comes now is served: the paper, and a text.
async fn can_be_read(process: &Process, who: &crate::process::SignedIn) -> bool {
    let (status, _) = process.asks(who, &format!("/api/v1/papers/{PAPER}")).await;
    let document = process.documents(who, "en").await.swap_remove(0);
    status == 200 && !process.stored(who, &document).await.is_empty()
}
