//! Blocks that no text has: those of annexes and answers, in a form that every writer of the paper prints.

use crdt::document::{Block, BlockKind, MarkValue, Marks, Run};
use crdt::history::digest;
use crdt::ids::ParagraphId;
use crdt::render::ChapterBlocks;
use sha2::{Digest as _, Sha256};

use super::annex::Annex;

/// A paragraph without a number.
pub const PLAIN: BlockKind = BlockKind::Paragraph { numbered: false };
/// An entry of a list.
pub const ITEM: BlockKind = BlockKind::UnorderedItem { depth: 0 };

/// A chapter that is being made. The id of each block follows from the name of the whole and its place in it, so that the same words
/// give the same file, byte by byte; PDF makes labels of the ids of headings.
pub struct Leaf {
    name: &'static str,
    blocks: Vec<Block>,
}

impl Leaf {
    /// An empty one. No two in one file have the same name.
    pub fn of(name: &'static str) -> Leaf {
        Leaf { name, blocks: Vec::new() }
    }

    /// A heading.
    pub fn heading(&mut self, level: u8, words: impl Into<String>) {
        self.say(BlockKind::Heading { level }, vec![Run::plain(words)]);
    }

    /// A paragraph.
    pub fn plain(&mut self, words: impl Into<String>) {
        self.say(PLAIN, vec![Run::plain(words)]);
    }

    /// A block for each line that has words.
    pub fn lines(&mut self, kind: &BlockKind, words: &str) {
        for line in words.lines().filter(|line| !line.trim().is_empty()) {
            self.say(kind.clone(), vec![Run::plain(line.trim())]);
        }
    }

    /// A block.
    pub fn say(&mut self, kind: BlockKind, runs: Vec<Run>) {
        let place: [u8; 32] =
            Sha256::digest(format!("{}/{}", self.name, self.blocks.len()).as_bytes()).into();
        let id = ParagraphId(std::array::from_fn(|at| place[at]));
        self.blocks.push(Block::new(id, kind, runs));
    }

    /// All of it, as a chapter.
    pub fn chapter(self, number: String) -> ChapterBlocks {
        ChapterBlocks { number, depth: 1, blocks: self.blocks }
    }

    /// All of it, as an annex: its letter follows from its place among others.
    pub fn annex(self) -> Annex {
        let chapter = self.chapter(String::new());
        Annex { digest: digest::of_text(&chapter.blocks), chapter, has_letter: true }
    }
}

/// Words that lead somewhere.
pub fn link(words: impl Into<String>, address: &str) -> Run {
    let link = [("link".to_owned(), MarkValue::Text(address.to_owned()))];
    Run::marked(words, Marks(link.into()))
}

/// Words in bold.
pub fn strong(words: impl Into<String>) -> Run {
    Run::marked(words, Marks::on(["strong"]))
}

/// Words in italics.
pub fn em(words: impl Into<String>) -> Run {
    Run::marked(words, Marks::on(["em"]))
}
