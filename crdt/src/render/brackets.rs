//! Unagreed words as people know them from negotiations: between `[` and `]`.
//!
//! In the text a bracket is a mark, `bracket:ID`; in what is printed or read it is two letters. What is written to be read
//! back (Markdown with ids) leaves them out: they are no words of the text.

use std::collections::BTreeSet;

use super::tree::{ChapterBlocks, Tree};
use crate::document::{Block, Run};

/// What the names of these marks begin with.
pub const PREFIX: &str = "bracket:";

/// The ids of the brackets in these blocks, each once however often its mark begins anew.
pub fn ids_in(blocks: &[Block]) -> BTreeSet<&str> {
    blocks.iter().flat_map(|block| &block.runs).flat_map(ids_of).collect()
}

/// The words of one bracket in the order of the chapters, each paragraph behind a space.
pub fn words_in(chapters: &[ChapterBlocks], id: &str) -> String {
    let is_in = |run: &&Run| ids_of(run).any(|other| other == id);
    let of = |block: &Block| block.runs.iter().filter(is_in).map(|run| run.text.as_str()).collect::<String>();
    let parts = chapters.iter().flat_map(|chapter| &chapter.blocks).map(of).filter(|words| !words.is_empty());
    parts.collect::<Vec<_>>().join(" ")
}

fn ids_of(run: &Run) -> impl Iterator<Item = &str> {
    run.marks.0.keys().filter_map(|name| name.strip_prefix(PREFIX))
}

impl Tree {
    /// REV64: the same with every bracket between `[` and `]`. One that reaches over several paragraphs opens and closes in
    /// each.
    pub fn with_brackets(mut self) -> Tree {
        for chapter in &mut self.chapters {
            for numbered in &mut chapter.blocks {
                numbered.block = bracketed(&numbered.block);
            }
        }
        self
    }
}

fn bracketed(block: &Block) -> Block {
    let mut shown = Block { runs: Vec::new(), ..block.clone() };
    let mut open: BTreeSet<&str> = BTreeSet::new();
    for run in &block.runs {
        let here: BTreeSet<&str> = ids_of(run).collect();
        let closing = open.difference(&here).count();
        let opening = here.difference(&open).count();
        shown.push(Run::plain("]".repeat(closing)));
        shown.push(Run::plain("[".repeat(opening)));
        shown.push(run.clone());
        open = here;
    }
    shown.push(Run::plain("]".repeat(open.len())));
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{BlockKind, Marks};
    use crate::ids::ParagraphId;
    use crate::render::ChapterBlocks;

    fn shown(runs: Vec<Run>) -> String {
        let block = Block::new(ParagraphId([1; 8]), BlockKind::Paragraph { numbered: true }, runs);
        let chapter = ChapterBlocks { number: "1".into(), depth: 1, blocks: vec![block] };
        Tree::of(1, [chapter]).with_brackets().chapters[0].blocks[0].block.words()
    }

    fn marked(words: &str, names: &[&str]) -> Run {
        Run::marked(words, Marks::on(names.iter().copied()))
    }

    #[test]
    fn rev64_unagreed_words_stand_in_brackets() {
        let one = vec![Run::plain("Cities "), marked("shall", &["bracket:a"]), Run::plain(" welcome.")];
        assert_eq!(shown(one), "Cities [shall] welcome.");
        let bold = vec![marked("shall", &["bracket:a"]), marked(" welcome", &["bracket:a", "strong"])];
        assert_eq!(shown(bold), "[shall welcome]", "other marks inside do not part it");
        let two = vec![marked("shall", &["bracket:a"]), marked("should", &["bracket:b"])];
        assert_eq!(shown(two), "[shall][should]", "two beside each other are two");
        let over = vec![
            marked("a", &["bracket:a"]),
            marked("b", &["bracket:a", "bracket:b"]),
            marked("c", &["bracket:b"]),
        ];
        assert_eq!(shown(over), "[a[b]c]", "and may overlap");
        assert_eq!(shown(vec![Run::plain("agreed")]), "agreed");
    }

    #[test]
    fn rev64_brackets_are_counted_once() {
        let runs =
            vec![marked("a", &["bracket:a"]), Run::plain("b"), marked("c", &["bracket:a", "bracket:b"])];
        let block = Block::new(ParagraphId([1; 8]), BlockKind::Quote, runs);
        assert_eq!(ids_in(&[block.clone(), block]), ["a", "b"].into());
    }
}
