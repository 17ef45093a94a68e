//! The export tree: the chapters of one language in order, with every number computed.
//!
//! ```
//! use crdt::document::{Block, BlockKind, Run};
//! use crdt::render::{ChapterBlocks, Tree};
//! # use crdt::ids::ParagraphId;
//! let paragraph = |id| Block::new(ParagraphId([id; 8]), BlockKind::Paragraph { numbered: true }, vec![Run::plain("…")]);
//! let tree = Tree::of(1, [
//!     ChapterBlocks { number: "1".into(), depth: 1, blocks: vec![paragraph(1)] },
//!     ChapterBlocks { number: "2".into(), depth: 1, blocks: vec![paragraph(2), paragraph(3)] },
//! ]);
//! assert_eq!(tree.chapters[1].blocks[1].number, Some(3));
//! assert_eq!(tree.next_number, 4);
//! ```

use crate::document::{Block, BlockKind, Run};
use crate::ids::ParagraphId;

/// Deepest list level that is shown nested; deeper items stand at this level (0 is the outermost).
pub const MAX_SHOWN_DEPTH: u8 = 7;

/// One chapter, before numbering.
#[derive(Debug, Clone, PartialEq)]
pub struct ChapterBlocks {
    /// Its number in the paper: `4`, `4.1`.
    pub number: String,
    /// How deep it lies in the paper: 1 for `4`, 2 for `4.1`.
    pub depth: u8,
    /// Its blocks, its title first.
    pub blocks: Vec<Block>,
}

/// A paper, or a part of one, with its numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Tree {
    /// In the order of the paper.
    pub chapters: Vec<Chapter>,
    /// The number that a paragraph behind the last one would have.
    pub next_number: usize,
}

/// One chapter of a [`Tree`].
#[derive(Debug, Clone, PartialEq)]
pub struct Chapter {
    /// Its number in the paper: `4`, `4.1`.
    pub number: String,
    /// How deep it lies in the paper, from 1.
    pub depth: u8,
    /// Its blocks in order, with their numbers.
    pub blocks: Vec<Numbered>,
}

/// A block with what the tree knows of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Numbered {
    /// The block.
    pub block: Block,
    /// The paragraph number, on numbered paragraphs only.
    pub number: Option<usize>,
    /// The level of a heading in the whole paper, from 1: the chapter's depth plus the heading's own level less one.
    pub level: Option<u8>,
}

/// Blocks with lists nested, for formats that nest them.
#[derive(Debug, PartialEq)]
pub enum Node<'a> {
    /// A heading.
    Heading(&'a Numbered),
    /// A paragraph, numbered or not, or a block of an unknown kind.
    Paragraph(&'a Numbered),
    /// Neighbouring quoted paragraphs.
    Quote(Vec<&'a Numbered>),
    /// A list.
    List(List<'a>),
}

/// Items of one kind and depth, side by side.
#[derive(Debug, PartialEq)]
pub struct List<'a> {
    /// Whether the items are numbered; they count from 1.
    pub ordered: bool,
    /// Its items; at least one.
    pub items: Vec<Item<'a>>,
}

/// One item of a list.
#[derive(Debug, PartialEq)]
pub struct Item<'a> {
    /// Its own words; `None` where a deeper item had no item to hang on.
    pub own: Option<&'a Numbered>,
    /// The lists inside it.
    pub lists: Vec<List<'a>>,
}

impl Tree {
    /// Numbers the chapters' paragraphs continuously, the first numbered one getting `first_number`.
    pub fn of(first_number: usize, chapters: impl IntoIterator<Item = ChapterBlocks>) -> Tree {
        let mut next_number = first_number;
        let mut number = |block: Block, depth: u8| {
            let number = block.is_numbered().then_some(next_number);
            next_number += usize::from(number.is_some());
            let level = match block.kind {
                BlockKind::Heading { level } => Some((depth.max(1) - 1).saturating_add(level)),
                _ => None,
            };
            Numbered { block, number, level }
        };
        let chapters = chapters.into_iter().map(|ChapterBlocks { number: name, depth, blocks }| {
            let blocks = blocks.into_iter().map(|block| number(block, depth)).collect();
            Chapter { number: name, depth, blocks }
        });
        let chapters = chapters.collect();
        Tree { chapters, next_number }
    }
}

impl Chapter {
    /// Its blocks with lists nested and neighbouring quoted paragraphs together.
    pub fn nodes(&self) -> Vec<Node<'_>> {
        let mut nodes = Vec::new();
        for numbered in &self.blocks {
            match (&numbered.block.kind, nodes.last_mut()) {
                (BlockKind::Heading { .. }, _) => nodes.push(Node::Heading(numbered)),
                (BlockKind::Quote, Some(Node::Quote(quoted))) => quoted.push(numbered),
                (BlockKind::Quote, _) => nodes.push(Node::Quote(vec![numbered])),
                (BlockKind::OrderedItem { depth }, last) | (BlockKind::UnorderedItem { depth }, last) => {
                    let ordered = matches!(numbered.block.kind, BlockKind::OrderedItem { .. });
                    let depth = (*depth).min(MAX_SHOWN_DEPTH);
                    match last {
                        Some(Node::List(list)) if depth > 0 || list.ordered == ordered => {
                            list.take(numbered, ordered, depth)
                        }
                        _ => {
                            let mut list = List { ordered: ordered && depth == 0, items: Vec::new() };
                            list.take(numbered, ordered, depth);
                            nodes.push(Node::List(list));
                        }
                    }
                }
                (BlockKind::Paragraph { .. } | BlockKind::Unknown(_), _) => {
                    nodes.push(Node::Paragraph(numbered))
                }
            }
        }
        nodes
    }
}

impl<'a> List<'a> {
    /// Appends an item `depth` levels below this list's own.
    fn take(&mut self, numbered: &'a Numbered, ordered: bool, depth: u8) {
        let Some(inner) = depth.checked_sub(1) else {
            self.items.push(Item { own: Some(numbered), lists: Vec::new() });
            return;
        };
        if self.items.is_empty() {
            self.items.push(Item { own: None, lists: Vec::new() });
        }
        let item = self.items.last_mut().expect("there is an item");
        match item.lists.last_mut() {
            Some(list) if inner > 0 || list.ordered == ordered => list.take(numbered, ordered, inner),
            _ => {
                let mut list = List { ordered: ordered && inner == 0, items: Vec::new() };
                list.take(numbered, ordered, inner);
                item.lists.push(list);
            }
        }
    }
}

impl Numbered {
    /// The block's identity.
    pub fn id(&self) -> ParagraphId {
        self.block.id
    }

    /// The block's words with their marks.
    pub fn runs(&self) -> &[Run] {
        &self.block.runs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(id: u8, kind: BlockKind) -> Block {
        Block::new(ParagraphId([id; 8]), kind, vec![Run::plain("…")])
    }

    fn shape(list: &List<'_>) -> String {
        let item = |item: &Item<'_>| {
            let own = item.own.map_or("·".to_string(), |own| own.block.id.0[0].to_string());
            own + &item.lists.iter().map(shape).collect::<String>()
        };
        let items = list.items.iter().map(item).collect::<Vec<_>>().join(" ");
        if list.ordered { format!("({items})") } else { format!("[{items}]") }
    }

    fn shapes(kinds: &[BlockKind]) -> Vec<String> {
        let blocks = kinds.iter().zip(1..).map(|(kind, id)| block(id, kind.clone())).collect();
        let tree = Tree::of(1, [ChapterBlocks { number: "1".into(), depth: 1, blocks }]);
        let nodes = tree.chapters[0].nodes();
        nodes.iter().map(|node| if let Node::List(list) = node { shape(list) } else { "¶".into() }).collect()
    }

    fn dash(depth: u8) -> BlockKind {
        BlockKind::UnorderedItem { depth }
    }
    fn count(depth: u8) -> BlockKind {
        BlockKind::OrderedItem { depth }
    }

    #[test]
    fn ren3_lists_nest_by_depth_and_kind() {
        assert_eq!(shapes(&[dash(0), dash(1), count(1), dash(0)]), ["[1[2](3) 4]"]);
        assert_eq!(shapes(&[dash(0), count(0)]), ["[1]", "(2)"]);
        assert_eq!(shapes(&[dash(0), BlockKind::Paragraph { numbered: true }, dash(0)]), ["[1]", "¶", "[3]"]);
    }

    #[test]
    fn ren3_an_item_that_skips_a_level_hangs_on_an_item_without_words() {
        assert_eq!(shapes(&[dash(2), dash(0)]), ["[·[·[1]] 2]"]);
        assert_eq!(shapes(&[count(0), count(2)]), ["(1[·(2)])"]);
    }

    #[test]
    fn ren2_a_heading_stands_as_deep_as_its_chapter() {
        let title = block(1, BlockKind::Heading { level: 1 });
        let tree = Tree::of(31, [ChapterBlocks { number: "4.1".into(), depth: 2, blocks: vec![title] }]);
        assert_eq!(tree.chapters[0].blocks[0].level, Some(2));
        assert_eq!(tree.next_number, 31);
    }
}
