//! `cargo run --release -p borrador-tests --bin faults -- [TROUBLE…] [--rounds N] [--seed N] [--writers N]`
//!
//! Brings about every trouble many times, and prints one table of what was promised and what was found. Each round is told on standard
//! error as it ends. The exit code is 1 if any promise was broken.
//!
//! | Trouble | A round | Rounds |
//! |---|---|---|
//! | `network` | a day of drawn weather for three people | 100 |
//! | `silence` | lines that go silent in one moment, until the server lets go of them | 2 |
//! | `stop` | SIGTERM while a hundred people type | 5 |
//! | `kill` | `kill -9` while twenty people write in five texts | 200 |
//! | `decide` | `kill -9` while four amendments are accepted at once | 100 |
//! | `power` | a power cut meanwhile (needs root) | 100 |
//! | `full` | a disk that fills up and is freed (needs root) | 20 |
//! | `damage` | a bit, a block or the end of any file of the store | 300 |
//! | `mutator` | an altered change, message or frame, for so many `--seconds` (60) | |
//!
//! Without a name, all of them. `--rounds` and `--writers` are for all that are named.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use borrador_tests::faults::damage::{Found, Sound};
use borrador_tests::faults::deciding::decide_again_and_again;
use borrador_tests::faults::full::fill_again_and_again;
use borrador_tests::faults::killing::{Plan, kill_again_and_again};
use borrador_tests::faults::mutator::{Kind, Outcome, attempt};
use borrador_tests::faults::power::cut_again_and_again;
use borrador_tests::faults::silence::lets_go;
use borrador_tests::faults::stopping::stop_under;
use borrador_tests::faults::weather::a_day;
use borrador_tests::measure::percentile;
use borrador_tests::options::{number, words};
use borrador_tests::process::Process;
use borrador_tests::socket::Heard;
use fastrand::Rng;

const TROUBLES: [&str; 9] =
    ["network", "silence", "stop", "kill", "decide", "power", "full", "damage", "mutator"];
/// A process that is back later than this after a kill is a broken promise.
const BACK_WITHIN: Duration = Duration::from_secs(5);
/// A process that ends later than this after SIGTERM is.
const ENDED_WITHIN: Duration = Duration::from_secs(10);
/// A line that the other side has left without a word is let go of within this.
const LET_GO_WITHIN: Duration = Duration::from_secs(60);

/// One row of the table.
struct Row {
    trouble: &'static str,
    rounds: usize,
    promised: String,
    found: String,
    /// Broken promises.
    broken: usize,
}

#[tokio::main]
async fn main() -> ExitCode {
    let seed = number("--seed").unwrap_or(2016);
    let named = words();
    if let Some(unknown) = named.iter().find(|name| !TROUBLES.contains(&name.as_str())) {
        eprintln!("{unknown} is not a trouble; there are: {}", TROUBLES.join(", "));
        return ExitCode::from(2);
    }
    let mut rows = Vec::new();
    for trouble in TROUBLES.iter().filter(|name| named.is_empty() || named.iter().any(|named| named == *name))
    {
        eprintln!("{trouble}, seed {seed}");
        rows.push(match *trouble {
            "network" => network(seed).await,
            "silence" => silence().await,
            "stop" => stop(seed).await,
            "kill" => kill(seed).await,
            "decide" => decide(seed).await,
            "power" => power(seed).await,
            "full" => full(seed).await,
            "damage" => damage(seed).await,
            _ => mutator(seed),
        });
    }
    println!("Seed {seed}, {} build.\n", if cfg!(debug_assertions) { "development" } else { "release" });
    println!("| Trouble | Rounds | Promised | Found | Broken promises |\n|---|---|---|---|---|");
    for row in &rows {
        let Row { trouble, rounds, promised, found, broken } = row;
        println!("| {trouble} | {rounds} | {promised} | {found} | {broken} |");
    }
    if rows.iter().all(|row| row.broken == 0) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn rounds(usual: usize) -> usize {
    number("--rounds").map_or(usual, |rounds| rounds as usize)
}

fn writers(usual: usize) -> usize {
    number("--writers").map_or(usual, |writers| writers as usize)
}

fn plan(rounds: usize, seed: u64) -> Plan {
    // Five edits a second each.
    Plan { cycles: rounds, writers: writers(20), texts: 5, pace: Duration::from_millis(200), seed }
}

async fn network(seed: u64) -> Row {
    let rounds = rounds(100);
    let data = folder();
    let process = Process::start(data.path());
    let mut who = Vec::new();
    for email in ["ines.duarte@example.org", "adaeze.obi@example.org", "marta.roca@example.org"] {
        who.push(process.signs_in(email).await);
    }
    let documents = process.documents(&who[0], "en").await;
    let (mut troubles, mut typed, mut acknowledged, mut broken) = (0, 0, 0, 0);
    let mut times = Vec::new();
    for (seed, n) in (seed..).zip(0..rounds) {
        let day = a_day(&process, &who, &documents[n % documents.len()], seed).await;
        eprintln!("seed {seed}: {day:?}");
        troubles += day.troubles;
        typed += day.typed;
        acknowledged += day.acknowledged;
        broken += usize::from(!day.is_fine());
        times.extend(day.together_after);
    }
    times.sort_unstable();
    Row {
        trouble: "network",
        rounds,
        promised: format!(
            "{troubles} troubles; {typed} words typed, {acknowledged} acknowledged before the weather cleared"
        ),
        found: format!(
            "everybody together after {} ms (median), {} ms (longest); nothing lost, doubled or missing but in the rounds counted beside",
            percentile(&times, 0.5).as_millis(),
            percentile(&times, 1.0).as_millis()
        ),
        broken,
    }
}

async fn silence() -> Row {
    let rounds = rounds(2);
    let (mut broken, mut found) = (0, Vec::new());
    for floods in [false, true].into_iter().cycle().take(rounds) {
        let data = folder();
        let process = Process::start(data.path());
        let let_go = lets_go(&process, 10, floods).await;
        eprintln!("{let_go:?}");
        broken += usize::from(let_go.after > LET_GO_WITHIN);
        let (seconds, written) = (let_go.after.as_secs_f64(), let_go.wrote_bytes >> 20);
        found.push(format!("{seconds:.1} s while others wrote {written} MiB"));
    }
    Row {
        trouble: "silence",
        rounds,
        promised: "10 lines at once are gone with their files within 60 s, and hold up nobody".to_owned(),
        found: format!("gone after {}", found.join(", ")),
        broken,
    }
}

async fn stop(seed: u64) -> Row {
    let rounds = rounds(5);
    let (mut acknowledged, mut lost, mut broken) = (0, 0, 0);
    let (mut longest, mut longest_back) = (Duration::ZERO, Duration::ZERO);
    for seed in (seed..).take(rounds) {
        let data = folder();
        let typed_ms = 1_000 + seed % 1_000;
        let stop =
            stop_under(data.path(), writers(100), 10, Duration::from_millis(500), typed_ms, seed).await;
        let in_order = stop.exit == Some(0) && stop.ends.iter().all(|end| *end == Heard::Closed(1012));
        eprintln!("{:?} {:?} {:?} {:?}", stop.exit, stop.ended_after, stop.back_after, stop.account);
        acknowledged += stop.account.acknowledged;
        lost += stop.account.lost;
        broken += usize::from(!in_order || stop.account.lost > 0 || stop.ended_after > ENDED_WITHIN);
        longest = longest.max(stop.ended_after);
        longest_back = longest_back.max(stop.back_after);
    }
    Row {
        trouble: "stop",
        rounds,
        promised: format!("{acknowledged} changes acknowledged"),
        found: format!(
            "ended after {:.1} s (longest), code 0, all told 1012; all back at once and saved after {:.1} s (longest); lost {lost}",
            longest.as_secs_f64(),
            longest_back.as_secs_f64()
        ),
        broken,
    }
}

async fn kill(seed: u64) -> Row {
    let plan = plan(rounds(200), seed);
    let data = folder();
    let (mut last, mut lost, mut broken) = (None, 0, 0);
    let mut back_ms = Vec::new();
    kill_again_and_again(data.path(), plan, |cycle| {
        eprintln!("{cycle:?}");
        last = Some(cycle.account);
        lost += cycle.account.lost;
        back_ms.push(Duration::from_millis(cycle.back_after_ms));
        broken += usize::from(cycle.account.lost > 0 || back_ms[back_ms.len() - 1] > BACK_WITHIN);
    })
    .await;
    back_ms.sort_unstable();
    let last = last.unwrap_or_default();
    Row {
        trouble: "kill",
        rounds: plan.cycles,
        promised: format!(
            "{} writers; {} changes acknowledged, {} times shown to somebody else",
            plan.writers, last.acknowledged, last.shown
        ),
        found: format!(
            "{} stored, lost {lost}; back after {} ms (median), {} ms (longest); the sealed draft and the audit log are whole",
            last.stored,
            percentile(&back_ms, 0.5).as_millis(),
            percentile(&back_ms, 1.0).as_millis()
        ),
        broken,
    }
}

async fn decide(seed: u64) -> Row {
    let rounds = rounds(100);
    let data = folder();
    let (mut answered, mut accepted, mut halves, mut lost, mut broken) = (0, 0, 0, 0, 0);
    decide_again_and_again(data.path(), rounds, seed, |cycle| {
        eprintln!("{cycle:?}");
        answered += cycle.answered;
        accepted += cycle.accepted;
        halves += cycle.halves;
        lost += cycle.lost;
        broken += usize::from(cycle.halves + cycle.lost > 0);
    })
    .await;
    Row {
        trouble: "decide",
        rounds,
        promised: format!("{answered} decisions answered"),
        found: format!("{accepted} accepted, with their words in the text; lost {lost}, half done {halves}"),
        broken,
    }
}

async fn power(seed: u64) -> Row {
    let plan = plan(rounds(100), seed);
    let folder = folder();
    let (mut last, mut lost, mut told, mut broken) = (None, 0, 0, 0);
    let mut back = Vec::new();
    let cut = cut_again_and_again(folder.path(), plan, |cut| {
        eprintln!("{cut:?}");
        last = Some(cut.account);
        lost += cut.account.lost;
        told += cut.told;
        back.push(cut.back_after);
        broken += usize::from(cut.account.lost > 0 || cut.back_after > BACK_WITHIN);
    });
    if let Err(not_here) = cut.await {
        return skipped("power", &not_here);
    }
    back.sort_unstable();
    let last = last.unwrap_or_default();
    Row {
        trouble: "power",
        rounds: plan.cycles,
        promised: format!(
            "{} writers; {} changes acknowledged, {} times shown to somebody else",
            plan.writers, last.acknowledged, last.shown
        ),
        found: format!(
            "{} stored, lost {lost}; {told} times somebody was told that nothing is saved any more; back after {} ms (longest)",
            last.stored,
            percentile(&back, 1.0).as_millis()
        ),
        broken,
    }
}

async fn full(seed: u64) -> Row {
    let plan = plan(rounds(20), seed);
    let folder = folder();
    let (mut last, mut lost, mut restarts, mut broken) = (None, 0, 0, 0);
    let (mut full, mut failed) = (0, 0);
    let filled = fill_again_and_again(folder.path(), plan, |filling| {
        eprintln!("{filling:?}");
        last = Some(filling.account);
        lost += filling.account.lost;
        restarts += usize::from(filling.needed_restart);
        full += filling.told_full;
        failed += filling.told_failed;
        broken += usize::from(filling.account.lost > 0 || !filling.could_read);
    });
    if let Err(not_here) = filled.await {
        return skipped("full", &not_here);
    }
    let last = last.unwrap_or_default();
    Row {
        trouble: "full",
        rounds: plan.cycles,
        promised: format!("{} writers; {} changes acknowledged", plan.writers, last.acknowledged),
        found: format!(
            "{} stored, lost {lost}; told `storage_full` {full} times, `storage_failed` {failed} times; newcomers could read; {restarts} rounds needed a restart",
            last.stored
        ),
        broken,
    }
}

async fn damage(seed: u64) -> Row {
    let rounds = rounds(300);
    let folder = folder();
    let sound = Sound::in_folder(folder.path(), 6, Duration::from_millis(20), 6_000, seed).await;
    let (mut refused, mut whole, mut aside, mut broken) = (0, 0, 0, 0);
    for seed in (seed..).take(rounds) {
        let wound = sound.draw(&mut Rng::with_seed(seed));
        let copy = folder.path().join(seed.to_string());
        let found = sound.hurt(&copy, &wound).await;
        eprintln!("seed {seed}: {wound:?}: {found:?}");
        match found {
            Found::Refused(_) => refused += 1,
            Found::Whole => whole += 1,
            Found::SetAside(_) => aside += 1,
            Found::Fault(_) => broken += 1,
        }
        std::fs::remove_dir_all(copy).expect("a copy can be removed");
    }
    Row {
        trouble: "damage",
        rounds,
        promised: "no word shown that was not written, none missing without a word, no panic".to_owned(),
        found: format!(
            "{refused} times it refused to start, in words; {aside} times something was set aside and all else served; {whole} times the bytes did not matter"
        ),
        broken,
    }
}

/// Three of each four alterations are of a change or of a message; one is of a frame. What is honest goes between them.
fn mutator(seed: u64) -> Row {
    let until = Instant::now() + Duration::from_secs(number("--seconds").unwrap_or(60));
    let kinds = [Kind::Change, Kind::Message, Kind::Message, Kind::Frame, Kind::Nothing];
    // Most alterations end in a panic of Automerge's that is caught.
    let loud = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let (mut altered, mut refused, mut harmless, mut honest, mut broken) = (0, 0, 0, 0, 0);
    for (seed, kind) in (seed..).zip(kinds.into_iter().cycle()) {
        if Instant::now() >= until {
            break;
        }
        altered += usize::from(kind != Kind::Nothing);
        match attempt(kind, seed) {
            Outcome::Refused => refused += 1,
            Outcome::Harmless if kind == Kind::Nothing => honest += 1,
            Outcome::Harmless => harmless += 1,
            Outcome::Poison(what) => {
                eprintln!("{kind:?}, seed {seed}: {what}");
                broken += 1;
            }
        }
    }
    std::panic::set_hook(loud);
    Row {
        trouble: "mutator",
        rounds: altered,
        promised:
            "what is admitted applies, saves and loads; no panic outside the guard; what is honest enters"
                .to_owned(),
        found: format!(
            "{refused} refused, {harmless} admitted without harm; {honest} honest messages between them entered"
        ),
        broken,
    }
}

fn skipped(trouble: &'static str, why: &impl std::fmt::Display) -> Row {
    Row { trouble, rounds: 0, promised: String::new(), found: why.to_string(), broken: 0 }
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("there is a folder for temporary files")
}
