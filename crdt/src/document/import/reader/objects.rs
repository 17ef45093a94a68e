//! Tables, pictures and notes, as the reader comes upon them.

use pulldown_cmark::{Event, Tag, TagEnd};

use super::{Container, Open, Reader};
use crate::document::import::PICTURES;
use crate::document::import::report::Finding;
use crate::document::schema::{Block, BlockKind, Cell, is_digest};

impl Reader<'_, '_> {
    /// Whether a picture at this address, here, is one that the service keeps and stands at the head of a paragraph.
    pub(super) fn takes_a_picture(&self, address: &str) -> bool {
        self.containers.is_empty()
            && address.strip_prefix(PICTURES).is_some_and(is_digest)
            && self.open.as_ref().is_none_or(|open| {
                open.block.runs.is_empty() && open.block.kind == BlockKind::Paragraph { numbered: false }
            })
    }

    /// Takes what stands between `![` and `]` as the alternative text.
    pub(super) fn describe(&mut self, event: Event<'_>) {
        let words = match &event {
            Event::Start(Tag::Image { .. }) => {
                self.pictures += 1;
                return;
            }
            Event::End(TagEnd::Image) => {
                self.pictures -= 1;
                return;
            }
            Event::Text(words) | Event::Code(words) | Event::InlineHtml(words) => words,
            Event::FootnoteReference(label) => label,
            Event::SoftBreak | Event::HardBreak => " ",
            _ => return,
        };
        if let Some(Open { block: Block { kind: BlockKind::Image(image), .. }, .. }) = &mut self.open {
            image.alt.push_str(words);
        }
    }

    /// The next cell of the row that is open.
    pub(super) fn cell_here(&mut self) -> BlockKind {
        let mut cell = Cell::default();
        let mut place = 0;
        if let Some(Container::Row { id, header, cells }) = self.containers.last_mut() {
            (cell.row, cell.header, place) = (id.clone(), *header, *cells);
            *cells += 1;
        }
        let table = self.containers.iter_mut().rev().find_map(|container| match container {
            Container::Table { id, columns, .. } => Some((id, columns)),
            _ => None,
        });
        if let Some((id, columns)) = table {
            while columns.len() <= place {
                columns.push((self.ids)().to_string());
            }
            (cell.table, cell.column) = (id.clone(), columns[place].clone());
        }
        BlockKind::TableCell(cell)
    }

    /// Drops cells that stand only because Markdown cannot leave them out: an empty head row, and, where the file says ids,
    /// cells without one.
    pub(super) fn finish_table(&mut self, from: usize) {
        let is_blank = |block: &Block| block.runs.is_empty() && !self.written_ids.contains(&block.id);
        let is_header = |block: &Block| matches!(&block.kind, BlockKind::TableCell(cell) if cell.header);
        let says_ids = self.blocks[from..].iter().any(|block| self.written_ids.contains(&block.id));
        let has_head = self.blocks[from..].iter().any(|block| is_header(block) && !is_blank(block));
        let mut cells = self.blocks.split_off(from);
        cells.retain(|cell| !(is_blank(cell) && (says_ids || (is_header(cell) && !has_head))));
        self.blocks.append(&mut cells);
    }

    pub(super) fn finish_note(&mut self, label: &str, at: usize, from: usize) {
        if self.notes.define(label, at, &self.blocks[from..]) {
            self.blocks.truncate(from);
        } else {
            self.note(at, Finding::Footnote, label);
        }
    }

    /// Puts the words of notes where their marks are; what is left of either stands as words.
    pub(super) fn finish_notes(&mut self) {
        let mut notes = std::mem::take(&mut self.notes);
        for left in notes.resolve(&mut self.blocks, self.ids) {
            let at = self.source.find(&left).unwrap_or(0);
            self.note(at, Finding::Footnote, &left);
        }
        for (at, runs) in notes.unused() {
            let words: String = runs.iter().map(|run| run.text.as_str()).collect();
            self.note(at, Finding::Footnote, &words);
            let id = self.fresh_id();
            self.blocks.push(Block::new(id, BlockKind::Paragraph { numbered: false }, runs));
        }
    }
}
