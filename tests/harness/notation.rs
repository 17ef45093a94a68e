//! Texts as people would write them on a blackboard, one paragraph a line.
//!
//! ```text
//! # Housing            a heading; as many # as its level
//! - Reception          an item of a list (+ for a numbered list), two spaces for each level of depth
//! > We, the cities     a quotation
//! § Cities welcome.    a numbered paragraph
//! Cities *welcome*.    any other paragraph; strong words between stars, words with em between underscores
//! ```
//!
//! Only what is written out can be compared, so the notation shows strong and em, and passes over other marks.

use crdt::document::{Block, BlockKind, Run, Text, Writer};
use crdt::ids::{ActorId, ParagraphId, SeatId};
use crdt::moment::Moment;
use uuid::Uuid;

use crate::person::Person;

/// The text that the lines describe, as the log of a text begins: the one change that made it.
pub fn paper(lines: &str) -> Vec<u8> {
    let blocks: Vec<Block> = lines.lines().zip(1..).map(|(line, number)| block(line, number)).collect();
    let secretariat = Writer { actor: ActorId(vec![0x5e; 16]), seat: Some(secretariat()), at: Moment::EPOCH };
    Text::seed(&blocks, &secretariat).expect("a paper in the notation can be seeded").1
}

/// The seat that seeds papers.
pub fn secretariat() -> SeatId {
    SeatId(Uuid::from_u128(0x5ec))
}

/// The lines that describe this text.
pub fn lines(text: &Text) -> String {
    let lines: Vec<String> = text.blocks().iter().map(line).collect();
    lines.join("\n")
}

/// All these people see the same text, made by the same changes, and it reads like this.
#[track_caller]
pub fn assert_same(people: &[&Person], lines: &str) {
    let mut heads = Vec::new();
    for person in people {
        assert_eq!(person.reads(), lines, "what {} sees", person.name());
        heads.push(person.heads());
    }
    let same = heads.windows(2).all(|pair| pair[0] == pair[1]);
    assert!(same, "the words are the same, but some lack changes of the others");
}

fn block(line: &str, number: u64) -> Block {
    let depth = (line.len() - line.trim_start_matches("  ").len()) / 2;
    let depth = u8::try_from(depth).expect("lists in tests are shallow");
    let (sign, words) = line.trim_start().split_once(' ').unwrap_or((line, ""));
    let (kind, words) = match sign {
        "-" => (BlockKind::UnorderedItem { depth }, words),
        "+" => (BlockKind::OrderedItem { depth }, words),
        ">" => (BlockKind::Quote, words),
        "§" => (BlockKind::Paragraph { numbered: true }, words),
        _ if !sign.is_empty() && sign.bytes().all(|byte| byte == b'#') => {
            (BlockKind::Heading { level: u8::try_from(sign.len()).expect("there are six levels") }, words)
        }
        _ => (BlockKind::Paragraph { numbered: false }, line),
    };
    Block::new(ParagraphId(number.to_be_bytes()), kind, vec![Run::plain(words)])
}

fn line(block: &Block) -> String {
    let sign = match &block.kind {
        BlockKind::Heading { level } => format!("{} ", "#".repeat(usize::from(*level))),
        BlockKind::Paragraph { numbered: true } => "§ ".to_owned(),
        BlockKind::Paragraph { numbered: false } | BlockKind::Unknown(_) => String::new(),
        BlockKind::Quote => "> ".to_owned(),
        BlockKind::OrderedItem { depth } => format!("{}+ ", "  ".repeat(usize::from(*depth))),
        BlockKind::UnorderedItem { depth } => format!("{}- ", "  ".repeat(usize::from(*depth))),
        BlockKind::TableCell(_) => "| ".into(),
        BlockKind::Image(_) => "! ".into(),
    };
    block.runs.iter().fold(sign, |line, run| line + &words(run))
}

fn words(run: &Run) -> String {
    let mut words = run.text.clone();
    for (name, sign) in [("em", "_"), ("strong", "*")] {
        if run.marks.has(name) {
            words = format!("{sign}{words}{sign}");
        }
    }
    words
}
