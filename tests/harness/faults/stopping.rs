//! SIGTERM while a crowd types: the program ends in time and in order, everybody is told to come back, all of them come back at once,
//! and nothing they were promised is gone.

use std::path::Path;
use std::time::Duration;

use fastrand::Rng;
use tokio::time::Instant;

use super::crew::{Account, Crew, moment_in};
use crate::process::Process;
use crate::socket::Heard;

/// What one stop found.
#[derive(Clone, Debug)]
pub struct Stop {
    /// The program's exit code.
    pub exit: Option<i32>,
    /// From the signal to the end of the process.
    pub ended_after: Duration,
    /// How each connection ended.
    pub ends: Vec<Heard>,
    /// From the first attempt to connect to the restarted program until everybody has the text and all of their own is saved: the
    /// crowd comes back in one moment, as stock clients do, which wait for nothing.
    pub back_after: Duration,
    /// What was promised, and what is there.
    pub account: Account,
}

/// A crowd types for `typed_ms`, the program is asked to stop, and started again.
pub async fn stop_under(
    data: &Path,
    crowd: usize,
    texts: usize,
    pace: Duration,
    typed_ms: u64,
    seed: u64,
) -> Stop {
    let mut chance = Rng::with_seed(seed);
    let process = Process::start(data);
    let mut crew = Crew::sign_in(&process, crowd, texts, pace).await;
    crew.enters(&process).await;
    let stopped = async {
        moment_in(typed_ms).await;
        let asked = Instant::now();
        process.is_asked_to_stop();
        (process.ends().await, asked.elapsed())
    };
    let ((exit, ended_after), ends) = crew.writes_through(&mut chance, stopped).await;
    let process = Process::start(data);
    let account = crew.account(&process).await;
    let began = Instant::now();
    crew.enters(&process).await;
    assert!(crew.is_saved().await, "a program that just started saves");
    Stop { exit, ended_after, ends, back_after: began.elapsed(), account }
}
