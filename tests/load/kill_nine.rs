//! `cargo run -p borrador-tests --bin kill_nine -- --cycles 50 [--seed N]`
//!
//! Kills the whole program under load so many times, and prints what each time was promised and what was found again.

use std::process::ExitCode;

use borrador_tests::killing::kill_again_and_again;
use borrador_tests::options::number;

#[tokio::main]
async fn main() -> ExitCode {
    let cycles = number("--cycles").unwrap_or(50);
    let seed = number("--seed").unwrap_or(2016);
    let data = tempfile::tempdir().expect("there is a folder for temporary files");
    println!("seed {seed}, {cycles} cycles, three writers at 250 edits a second each");
    println!("cycle  wrote ms   made  acked so far  shown to others  stored  LOST  back after ms");
    let (mut number, mut lost) = (0, 0);
    kill_again_and_again(data.path(), cycles as usize, seed, |cycle| {
        number += 1;
        lost += cycle.lost;
        println!(
            "{number:>5}  {:>8}  {:>5}  {:>12}  {:>15}  {:>6}  {:>4}  {:>13}",
            cycle.wrote_ms,
            cycle.made,
            cycle.acknowledged,
            cycle.shown,
            cycle.stored,
            cycle.lost,
            cycle.back_after_ms
        );
    })
    .await;
    println!("lost in all: {lost}");
    if lost == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
