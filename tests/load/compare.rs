//! `cargo run --release -p borrador-tests --bin compare -- --pages 75`
//!
//! What a comparison of two sealed drafts costs: a paper and the same four times as long, in which one paragraph of ten was edited by a few words,
//! some were added, taken out or moved. Beside it, in the same run, a plain diff of the lines of both drafts, which knows neither words nor moves.
//! Then what it costs to find who made one chapter differ that was edited in many small changes. All pure, on one thread.
//!
//! | Option | | Default |
//! |---|---|---|
//! | `--pages N` | of 3,000 characters; N and 4 N are measured | 75 |
//! | `--changes N` | of a word each, in the chapter | 2,000 |
//! | `--seed S` | where chance begins | 1 |

use std::time::{Duration, Instant};

use automerge::transaction::Transactable;
use borrador_tests::desk::Desk;
use borrador_tests::measure::percentile;
use borrador_tests::notation::{paper, secretariat};
use borrador_tests::options::number;
use crdt::document::{Block, BlockKind, Run};
use crdt::history::comparison::{ChapterSide, compare};
use crdt::history::credit::credited;
use crdt::ids::{ChapterId, ParagraphId};
use fastrand::Rng;
use uuid::Uuid;

const TIMES: usize = 21;
const CHAPTERS: usize = 12;
const PAGE: usize = 3_000;
const WORDS: [&str; 16] = [
    "ciudades", "acogen", "vivienda", "derechos", "con", "los", "que", "llegan", "Estados", "medios",
    "barrio", "escuela", "de", "para", "justicia", "cada",
];

fn main() {
    let pages = usize::try_from(number("--pages").unwrap_or(75)).expect("pages are few");
    let changes = number("--changes").unwrap_or(2_000);
    let mut chance = Rng::with_seed(number("--seed").unwrap_or(1));
    println!("{TIMES} times each: median and worst, in ms\n");
    println!(
        "| Pages | Paragraphs | Differ | Comparison | Diff of lines | Ratio of medians |\n|---|---|---|---|---|---|"
    );
    for pages in [pages, 4 * pages] {
        compares(pages, &mut chance);
    }
    println!("\n| Characters of the chapter | Changes since | Comparison and credits |\n|---|---|---|");
    credits(changes, &mut chance);
}

fn compares(pages: usize, chance: &mut Rng) {
    let old = draft(pages, chance);
    let new: Vec<Vec<Block>> = old.iter().map(|blocks| edited(blocks, chance)).collect();
    let found = compare(&sides(&old), &sides(&new));
    let (compared, worst) = times(|| compare(&sides(&old), &sides(&new)));
    let (before, after) = (lines(&old), lines(&new));
    let (lined, lined_worst) = times(|| similar::TextDiff::from_lines(&*before, &*after).ratio());
    println!(
        "| {pages} | {} | {} | {compared:.1} / {worst:.1} | {lined:.1} / {lined_worst:.1} | {:.1} |",
        old.iter().map(Vec::len).sum::<usize>(),
        found.tally().changes,
        compared / lined
    );
}

fn credits(changes: u64, chance: &mut Rng) {
    let long: Vec<String> = (0..40).map(|_| format!("§ {}", sentence(80, chance))).collect();
    let first = paper(&long.join("\n"));
    let desk = |actor: u8| {
        let mut desk = Desk::new([actor; 16], Some(secretariat()));
        desk.receive(&[first.clone().into()]);
        desk
    };
    let (base, mut samirs) = (desk(1).text(), desk(2));
    for _ in 0..changes {
        let place = chance.usize(1..samirs.length() - 8);
        if chance.u8(0..4) > 0 {
            samirs.types_at(place, "juntas ");
        } else {
            samirs.edit(|edit, text| edit.splice_text(text, place, 5, ""));
        }
    }
    let now = samirs.text();
    let (old, new) = ([base.blocks()], [now.blocks()]);
    let (median, worst) = times(|| {
        let compared = compare(&sides(&old), &sides(&new));
        credited(&compared.chapters[0], now.then(&base.heads()).as_ref(), Some(&now.now()))
    });
    println!("| {} | {changes} | {median:.1} / {worst:.1} |", now.length_utf16());
}

fn draft(pages: usize, chance: &mut Rng) -> Vec<Vec<Block>> {
    let paragraphs = pages * PAGE / 400 / CHAPTERS;
    let mut ids = 1u64..;
    let mut block = |kind, words: String| {
        let id = ParagraphId(ids.next().expect("there are enough").to_be_bytes());
        Block::new(id, kind, vec![Run::plain(words)])
    };
    let mut chapter = |_| {
        let title = block(BlockKind::Heading { level: 1 }, sentence(4, chance));
        let body = (0..paragraphs).map(|_| sentence(58, chance)).collect::<Vec<_>>();
        let body = body.into_iter().map(|words| block(BlockKind::Paragraph { numbered: true }, words));
        std::iter::once(title).chain(body).collect()
    };
    (0..CHAPTERS).map(&mut chapter).collect()
}

/// One paragraph of ten reworded, one of forty new, gone, or moved.
fn edited(blocks: &[Block], chance: &mut Rng) -> Vec<Block> {
    let mut new = Vec::new();
    for block in blocks {
        match chance.u8(0..40) {
            0..4 => new.push(reworded(block, chance)),
            4 => {
                let id = ParagraphId(chance.u64(..).to_be_bytes());
                new.push(block.clone());
                new.push(Block::new(id, block.kind.clone(), vec![Run::plain(sentence(50, chance))]));
            }
            5 => {}
            6 => {
                let place = chance.usize(0..=new.len());
                new.insert(place, block.clone());
            }
            _ => new.push(block.clone()),
        }
    }
    new
}

fn reworded(block: &Block, chance: &mut Rng) -> Block {
    let words = block.words();
    let mut words: Vec<&str> = words.split(' ').collect();
    for _ in 0..3 {
        let place = chance.usize(0..words.len());
        match chance.u8(0..3) {
            0 => words[place] = WORDS[chance.usize(0..WORDS.len())],
            1 => words.insert(place, "todas"),
            _ => drop(words.remove(place)),
        }
    }
    Block::new(block.id, block.kind.clone(), vec![Run::plain(words.join(" "))])
}

fn sentence(words: usize, chance: &mut Rng) -> String {
    (0..words).map(|_| WORDS[chance.usize(0..WORDS.len())]).collect::<Vec<_>>().join(" ")
}

fn sides(draft: &[Vec<Block>]) -> Vec<ChapterSide<'_>> {
    let chapters = (1u128..).map(|at| ChapterId(Uuid::from_u128(at)));
    chapters.zip(draft).map(|(chapter, blocks)| ChapterSide { chapter, number: "1", blocks }).collect()
}

fn lines(draft: &[Vec<Block>]) -> String {
    draft.iter().flatten().map(|block| block.words() + "\n").collect()
}

/// Median and worst of doing something several times, in ms.
fn times<T>(mut work: impl FnMut() -> T) -> (f64, f64) {
    let mut took: Vec<Duration> = (0..TIMES)
        .map(|_| {
            let began = Instant::now();
            std::hint::black_box(work());
            began.elapsed()
        })
        .collect();
    took.sort_unstable();
    let ms = |part| percentile(&took, part).as_secs_f64() * 1_000.0;
    (ms(0.5), ms(1.0))
}
