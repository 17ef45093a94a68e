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

use super::redline::{Red, RedWords, Shade};
use crate::document::grid::Grid;
use crate::document::schema::{Cell, Image};
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
    /// The number that a note behind the last one would have.
    pub next_note: usize,
    /// The words in which it shows what changed, if it is a [`redline`](super::redline).
    pub red: Option<RedWords>,
}

/// One chapter of a [`Tree`].
#[derive(Debug, Clone, PartialEq)]
pub struct Chapter {
    /// Its number in the paper: `4`, `4.1`.
    pub number: String,
    /// How deep it lies in the paper, from 1.
    pub depth: u8,
    /// It stands behind the paper: of its headings only the title is in the contents.
    pub is_annex: bool,
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
    /// The number of its first note, if it has one.
    pub first_note: usize,
    /// What became of it, in a redline.
    pub red: Option<Red>,
}

/// Part of a block's words.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece<'a> {
    /// What happened to the block as a whole, in words of the redline; stands before all others.
    Sign(&'a str),
    /// Words in the line, none of them of a note, and what becomes of them.
    Words(&'a Run, Shade),
    /// A note: its mark stands in the line, its words elsewhere.
    Note(Note<'a>),
}

/// A note, at its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Note<'a> {
    /// The id in the name of its mark.
    pub id: &'a str,
    /// Counted through the paper.
    pub number: usize,
    /// Its words, and what becomes of them. They still carry its mark.
    pub runs: Vec<(&'a Run, Shade)>,
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
    /// Neighbouring cells of one table.
    Table(Table<'a>),
    /// A picture with its caption.
    Figure(&'a Numbered, &'a Image),
}

/// Cells in rows and columns.
#[derive(Debug, PartialEq)]
pub struct Table<'a> {
    /// How many columns each row has; at least one.
    pub columns: usize,
    /// How many of the first rows head the others: those in which every cell that is there is a header.
    pub head: usize,
    /// From the first to the last; at least one. A missing cell is `None`.
    pub rows: Vec<Vec<Option<&'a Numbered>>>,
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
    /// Numbers the chapters' paragraphs continuously, the first numbered one getting `first_number`; notes from 1.
    pub fn of(first_number: usize, chapters: impl IntoIterator<Item = ChapterBlocks>) -> Tree {
        let (mut next_number, mut next_note) = (first_number, 1);
        let mut number = |block: Block, depth: u8| {
            let number = block.is_numbered().then_some(next_number);
            next_number += usize::from(number.is_some());
            let level = match block.kind {
                BlockKind::Heading { level } => Some((depth.max(1) - 1).saturating_add(level)),
                _ => None,
            };
            let first_note = next_note;
            next_note += count_notes(&block.runs);
            Numbered { block, number, level, first_note, red: None }
        };
        let chapters = chapters.into_iter().map(|ChapterBlocks { number: name, depth, blocks }| {
            let blocks = blocks.into_iter().map(|block| number(block, depth)).collect();
            Chapter { number: name, depth, is_annex: false, blocks }
        });
        let chapters = chapters.collect();
        Tree { chapters, next_number, next_note, red: None }
    }

    /// The same with annexes behind its last chapter, numbered on from where it ends.
    pub fn followed_by(mut self, annexes: impl IntoIterator<Item = ChapterBlocks>) -> Tree {
        let mut behind = Tree::of(self.next_number, annexes);
        behind.chapters.iter_mut().for_each(|chapter| chapter.is_annex = true);
        let notes = self.next_note - 1;
        for numbered in behind.chapters.iter_mut().flat_map(|chapter| &mut chapter.blocks) {
            numbered.first_note += notes;
        }
        self.chapters.extend(behind.chapters);
        let (next_number, next_note) = (behind.next_number, behind.next_note + notes);
        Tree { chapters: self.chapters, next_number, next_note, red: self.red }
    }
}

/// A note is a stretch of neighbouring runs with one id.
pub(super) fn count_notes(runs: &[Run]) -> usize {
    let mut before = None;
    runs.iter()
        .filter(|run| {
            run.marks.footnote() != std::mem::replace(&mut before, run.marks.footnote()) && before.is_some()
        })
        .count()
}

impl Chapter {
    /// Its blocks with lists nested, and neighbouring quoted paragraphs and cells of one table together.
    pub fn nodes(&self) -> Vec<Node<'_>> {
        let mut nodes = Vec::new();
        let mut rest = self.blocks.as_slice();
        while let Some(numbered) = rest.first() {
            if let Some((table, cells)) = Table::at_the_start_of(rest) {
                nodes.push(Node::Table(table));
                rest = &rest[cells..];
                continue;
            }
            rest = &rest[1..];
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
                (BlockKind::Image(image), _) => nodes.push(Node::Figure(numbered, image)),
                (BlockKind::Paragraph { .. } | BlockKind::Unknown(_) | BlockKind::TableCell(_), _) => {
                    nodes.push(Node::Paragraph(numbered))
                }
            }
        }
        nodes
    }
}

impl<'a> Table<'a> {
    /// The table that `blocks` begin with, and of how many blocks it is made.
    pub(super) fn at_the_start_of(blocks: &'a [Numbered]) -> Option<(Table<'a>, usize)> {
        let first = cell_of(blocks.first()?)?;
        let cells = blocks.iter().map_while(|block| cell_of(block).filter(|cell| cell.table == first.table));
        let cells: Vec<&Cell> = cells.collect();
        let grid = Grid::of(&cells);
        let at = |place: &Option<usize>| place.map(|place| &blocks[place]);
        let rows: Vec<Vec<_>> = grid.rows.iter().map(|row| row.cells.iter().map(at).collect()).collect();
        let heads = |row: &&Vec<Option<&Numbered>>| {
            row.iter().flatten().all(|block| cell_of(block).is_some_and(|cell| cell.header))
        };
        let head = rows.iter().take_while(heads).count();
        Some((Table { columns: grid.columns.len(), head, rows }, cells.len()))
    }
}

fn cell_of(block: &Numbered) -> Option<&Cell> {
    match &block.block.kind {
        BlockKind::TableCell(cell) => Some(cell),
        _ => None,
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

    /// The block's words with their marks, those of notes among them.
    pub fn runs(&self) -> &[Run] {
        &self.block.runs
    }

    /// The block's words in the order in which they are read, each note in one piece.
    pub fn pieces(&self) -> Vec<Piece<'_>> {
        let mut pieces: Vec<Piece<'_>> = Vec::new();
        let mut number = self.first_note;
        if let Some(red) = self.red.as_ref().filter(|red| !red.sign.is_empty()) {
            pieces.push(Piece::Sign(&red.sign));
        }
        for (run, shade) in self.shades() {
            match (run.marks.footnote(), pieces.last_mut()) {
                (Some(id), Some(Piece::Note(note))) if note.id == id => note.runs.push((run, shade)),
                (Some(id), _) => {
                    pieces.push(Piece::Note(Note { id, number, runs: vec![(run, shade)] }));
                    number += 1;
                }
                (None, _) => pieces.push(Piece::Words(run, shade)),
            }
        }
        pieces
    }

    /// Its words, and what becomes of them: nothing, but in a redline.
    fn shades(&self) -> Vec<(&Run, Shade)> {
        match &self.red {
            Some(red) => red.runs.iter().map(|shaded| (&shaded.run, shaded.shade)).collect(),
            None => self.block.runs.iter().map(|run| (run, Shade::Stays)).collect(),
        }
    }

    /// Whether it is a cell that heads its column, or its row.
    pub fn heads_its_column(&self) -> bool {
        cell_of(self).is_some_and(|cell| cell.header)
    }

    /// Whether it has no words to show, not even in a note or in a redline.
    pub fn is_blank(&self) -> bool {
        self.red.is_none() && self.block.runs.iter().all(|run| run.text.trim().is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Marks;

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

    #[test]
    fn ren6_notes_are_counted_through_the_paper_each_in_one_piece() {
        let note = |id: &str, words: &str| Run::marked(words, Marks::on([format!("footnote:{id}").as_str()]));
        let loud = Run::marked("loud", Marks::on(["footnote:b", "strong"]));
        let one =
            Block::new(ParagraphId([1; 8]), BlockKind::Quote, vec![note("a", "x"), note("b", "y"), loud]);
        let two = Block::new(ParagraphId([2; 8]), BlockKind::Quote, vec![Run::plain("…"), note("c", "z")]);
        let chapter = |blocks| ChapterBlocks { number: "1".into(), depth: 1, blocks };
        let tree = Tree::of(1, [chapter(vec![one])]).followed_by([chapter(vec![two])]);
        let notes = tree.chapters.iter().flat_map(|chapter| &chapter.blocks).flat_map(Numbered::pieces);
        let found = notes.filter_map(|piece| match piece {
            Piece::Note(note) => Some((note.number, note.id, note.runs.len())),
            Piece::Words(..) | Piece::Sign(_) => None,
        });
        assert_eq!(found.collect::<Vec<_>>(), [(1, "a", 1), (2, "b", 2), (3, "c", 1)]);
        assert_eq!(tree.next_note, 4);
    }

    #[test]
    fn ren7_neighbouring_cells_of_one_table_are_a_table_with_the_rows_that_head_it() {
        let cell = |table: &str, row: &str, column: &str, header| {
            BlockKind::TableCell(Cell { table: table.into(), row: row.into(), column: column.into(), header })
        };
        let kinds = [
            cell("t", "1", "a", true),
            cell("t", "1", "b", true),
            cell("t", "2", "a", true),
            cell("t", "2", "b", false),
            cell("u", "1", "a", false),
            BlockKind::Image(Image::default()),
            cell("u", "2", "a", false),
        ];
        let blocks = kinds.into_iter().zip(1..).map(|(kind, id)| block(id, kind)).collect();
        let tree = Tree::of(1, [ChapterBlocks { number: "1".into(), depth: 1, blocks }]);
        let nodes = tree.chapters[0].nodes();
        let shapes = nodes.iter().map(|node| match node {
            Node::Table(table) => (table.rows.len(), table.columns, table.head),
            _ => (0, 0, 0),
        });
        assert_eq!(shapes.collect::<Vec<_>>(), [(2, 2, 1), (1, 1, 0), (0, 0, 0), (1, 1, 0)]);
    }
}
