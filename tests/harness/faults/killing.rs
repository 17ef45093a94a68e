//! `kill -9` in the middle of steady writing, again and again, and what is left afterwards (C10).
//!
//! Before the first kill a milestone is sealed; after every restart `borrador check` reads every text, every sealed draft with its
//! digests, and the chain of the audit log.

use std::path::Path;
use std::time::Duration;

use fastrand::Rng;
use serde_json::json;
use tokio::time::Instant;

use super::crew::{Account, Crew, moment_in};
use crate::process::{PAPER, Process, SignedIn, command};

/// How it is done.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// How often the program is killed.
    pub cycles: usize,
    /// People who write.
    pub writers: usize,
    /// In so many texts.
    pub texts: usize,
    /// Each makes an edit this often.
    pub pace: Duration,
    /// Where all chance comes from.
    pub seed: u64,
}

/// What one cycle found.
#[derive(Clone, Copy, Debug)]
pub struct Cycle {
    /// How long they wrote before the kill.
    pub wrote_ms: u64,
    /// What was promised, and what is there.
    pub account: Account,
    /// From starting the program again to its first answer about a text.
    pub back_after_ms: u64,
}

/// Writes and kills on one data folder, and hands each cycle's result to `report`.
///
/// # Panics
/// If the program does not start again, or `borrador check` finds anything wrong.
pub async fn kill_again_and_again(data: &Path, plan: Plan, mut report: impl FnMut(&Cycle)) {
    let mut chance = Rng::with_seed(plan.seed);
    let mut process = Process::start(data);
    let mut crew = Crew::sign_in(&process, plan.writers, plan.texts, plan.pace).await;
    seals(&process, &crew.people[0]).await;
    for _ in 0..plan.cycles {
        crew.enters(&process).await;
        let wrote_ms = chance.u64(50..1_500);
        let killed = async {
            moment_in(wrote_ms).await;
            process.is_killed();
        };
        crew.writes_through(&mut chance, killed).await;
        let started = Instant::now();
        process = Process::start(data);
        process.gets(&crew.people[0], &format!("/api/v1/papers/{PAPER}")).await;
        let back_after_ms = started.elapsed().as_millis() as u64;
        let account = crew.account(&process).await;
        is_whole(data);
        report(&Cycle { wrote_ms, account, back_after_ms });
    }
}

/// Seals a milestone, which must stay whole whatever comes.
pub async fn seals(process: &Process, who: &SignedIn) {
    // What the crew types no font need have.
    let milestone = json!({ "name": "Before all troubles", "anyway": true });
    process.posts(who, &format!("/api/v1/papers/{PAPER}/milestones"), &milestone).await;
}

/// `borrador check` finds nothing wrong.
///
/// # Panics
/// If it does.
#[track_caller]
pub fn is_whole(data: &Path) {
    let checked = command("check", data);
    let words =
        String::from_utf8_lossy(&checked.stdout).into_owned() + &String::from_utf8_lossy(&checked.stderr);
    assert!(checked.status.success(), "{words}");
    assert!(
        words.contains("milestones 3"),
        "the draft was looked at, beside the two that the demonstration begins with: {words}"
    );
}
