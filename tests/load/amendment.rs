//! `cargo run --release -p borrador-tests --bin amendment -- --characters 30000`
//!
//! What an amendment costs the server: a draft of a long chapter that was written in many small changes becomes one change (its squash), its
//! redline is made, and while the chapter goes on it is looked at for what was touched since. All pure, on one thread.
//!
//! | Option | | Default |
//! |---|---|---|
//! | `--characters N` | of the chapter; 15,000 and as many as this are measured | 30,000 |
//! | `--changes N` | of a letter or word each, in the draft | 2,000 |
//! | `--seed S` | where chance begins | 1 |

use std::time::{Duration, Instant};

use automerge::transaction::Transactable;
use borrador_tests::desk::Desk;
use borrador_tests::measure::percentile;
use borrador_tests::notation::{paper, secretariat};
use borrador_tests::options::number;
use crdt::document::redline::redline;
use crdt::document::{Text, Writer, branch};
use crdt::ids::ActorId;
use crdt::moment::Moment;
use fastrand::Rng;

const TIMES: usize = 11;
const SENTENCE: &str =
    "Las ciudades acogen a quienes llegan y piden a los Estados que compartan los medios con justicia. ";

fn main() {
    let longest = number("--characters").unwrap_or(30_000) as usize;
    let changes = number("--changes").unwrap_or(2_000) as usize;
    let seed = number("--seed").unwrap_or(1);
    println!("A draft of {changes} changes; {TIMES} times each: median and worst, in ms\n");
    println!("| Characters | Squash | Redline | Touched since? | Change, bytes |\n|---|---|---|---|---|");
    for characters in [15_000, longest] {
        measure(characters, changes, &mut Rng::with_seed(seed));
    }
}

fn measure(characters: usize, changes: usize, chance: &mut Rng) {
    let paragraphs = characters / (5 * SENTENCE.len());
    let lines: Vec<String> = (0..paragraphs).map(|_| format!("§ {}", SENTENCE.repeat(5))).collect();
    let first = paper(&lines.join("\n"));
    let desk = |actor: u8| {
        let mut desk = Desk::new([actor; 16], Some(secretariat()));
        desk.receive(&[first.clone().into()]);
        desk
    };
    let (base, mut samirs, mut others) = (desk(1).text(), desk(2), desk(3));
    for _ in 0..changes {
        works(&mut samirs, chance);
        works(&mut others, chance);
    }
    let (draft, present) = (samirs.text(), others.text());
    let actor = ActorId(vec![9; 16]);
    let writer = Writer { actor, seat: Some(secretariat()), at: Moment::EPOCH };
    let squash = || {
        branch::squash(&base, &draft, &writer).expect("a draft can be squashed").expect("it says something")
    };
    let made = squash();
    let (old, new): (Vec<_>, Vec<_>) = (base.blocks(), made.text.blocks());
    let squashed = times(squash);
    let red = times(|| redline(&old, &new));
    let touched = times(|| made.footprint.touch(&present));
    println!("| {} | {squashed} | {red} | {touched} | {} |", length(&base), made.change.len());
}

/// Types a word somewhere, or deletes some letters.
fn works(desk: &mut Desk, chance: &mut Rng) {
    let place = chance.usize(1..desk.length() - 8);
    if chance.u8(0..4) > 0 {
        desk.types_at(place, "juntas ");
    } else {
        desk.edit(|edit, text| edit.splice_text(text, place, 5, ""));
    }
}

fn length(text: &Text) -> usize {
    text.length_utf16()
}

/// Median and worst of doing something several times.
fn times<T>(mut work: impl FnMut() -> T) -> String {
    let mut took: Vec<Duration> = (0..TIMES)
        .map(|_| {
            let began = Instant::now();
            std::hint::black_box(work());
            began.elapsed()
        })
        .collect();
    took.sort_unstable();
    let ms = |part| percentile(&took, part).as_secs_f64() * 1_000.0;
    format!("{:.1} / {:.1}", ms(0.5), ms(1.0))
}
