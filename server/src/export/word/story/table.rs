//! Tables: each cell becomes a block that names its row and its column.

use crdt::document::BlockKind;
use crdt::document::schema::Cell;

use super::Story;
use crate::export::word::report::Found;
use crate::export::word::xml::Tag;
use crate::export::word::{Paragraph, Piece, Tracked};

/// Word knows no more columns than these.
const MOST_SPAN: usize = 63;

/// A table while it is read.
pub(super) struct OpenTable {
    id: String,
    /// Ids of its columns, as far as they were met.
    columns: Vec<String>,
    row: String,
    row_changes: Vec<Tracked>,
    heads: bool,
    /// The column of the cell that is open.
    at: usize,
    /// How many columns it covers.
    span: usize,
    /// It goes on from the cell above.
    goes_on: bool,
    is_in_cell: bool,
    pieces: Vec<Piece>,
    /// Words outside its cells.
    behind: Vec<Piece>,
}

impl OpenTable {
    /// What was done to the row that is read.
    pub(super) fn row_changes(&self) -> &[Tracked] {
        &self.row_changes
    }

    /// A paragraph of the cell, and whether a cell is open: outside of them its words wait until the table ends. Cells have no
    /// paragraphs: a space stands between two.
    pub(super) fn takes(&mut self, pieces: Vec<Piece>) -> bool {
        let known = if self.is_in_cell { &mut self.pieces } else { &mut self.behind };
        let has_words = known.iter().any(|piece| !piece.words.is_empty());
        if has_words && pieces.iter().any(|piece| !piece.words.trim().is_empty()) {
            let changes = pieces[0].changes.clone();
            known.push(Piece { words: " ".into(), changes, ..Piece::default() });
        }
        known.extend(pieces);
        self.is_in_cell
    }
}

impl Story<'_> {
    pub(super) fn table_begins(&mut self, name: &str, tag: &Tag<'_>) {
        if self.passed_over > 0 {
            return;
        }
        match name {
            "tbl" => {
                if !self.tables.is_empty() {
                    self.note(Found::InnerTable, "");
                }
                let id = (self.ids)().to_string();
                self.tables.push(OpenTable {
                    id,
                    columns: Vec::new(),
                    row: String::new(),
                    row_changes: Vec::new(),
                    heads: false,
                    at: 0,
                    span: 1,
                    goes_on: false,
                    is_in_cell: false,
                    pieces: Vec::new(),
                    behind: Vec::new(),
                });
            }
            "tr" => {
                let row = (self.ids)().to_string();
                if let Some(table) = self.tables.last_mut() {
                    (table.row, table.at, table.heads) = (row, 0, false);
                    table.row_changes.clear();
                }
            }
            "tc" => {
                if let Some(table) = self.tables.last_mut() {
                    (table.span, table.goes_on, table.is_in_cell) = (1, false, true);
                }
            }
            "tblHeader" => {
                if let Some(table) = self.tables.last_mut() {
                    table.heads = tag.is_on();
                }
            }
            "gridSpan" => {
                let span = tag.val().and_then(|span| span.parse().ok()).unwrap_or(1);
                if let Some(table) = self.tables.last_mut().filter(|_| (2..=MOST_SPAN).contains(&span)) {
                    table.span = span;
                    self.note(Found::JoinedCells, "");
                }
            }
            "vMerge" if tag.val().as_deref() != Some("restart") => {
                if let Some(table) = self.tables.last_mut() {
                    table.goes_on = true;
                    self.note(Found::JoinedCells, "");
                }
            }
            _ => {}
        }
    }

    pub(super) fn row_tracked(&mut self, change: Tracked) {
        if let Some(table) = self.tables.last_mut() {
            table.row_changes.push(change);
        }
    }

    pub(super) fn table_ends(&mut self, name: &str) {
        if self.passed_over > 0 {
            return;
        }
        match name {
            "tc" => self.cell_ends(),
            "tbl" => {
                let behind = self.tables.pop().map(|table| table.behind);
                self.stands_behind(behind.unwrap_or_default());
            }
            _ => {}
        }
    }

    fn cell_ends(&mut self) {
        let is_inner = self.tables.len() > 1;
        let id = (self.ids)();
        let column = (self.ids)().to_string();
        let Some(table) = self.tables.last_mut() else { return };
        table.is_in_cell = false;
        let mut pieces = std::mem::take(&mut table.pieces);
        while table.columns.len() < table.at + table.span {
            let known = table.columns.len();
            // Ids of columns follow from the first that was drawn for them.
            table.columns.push(if known == table.at {
                column.clone()
            } else {
                format!("{:016x}", u64::from_str_radix(&column, 16).unwrap_or(0) ^ known as u64)
            });
        }
        let cell = Cell {
            table: table.id.clone(),
            row: table.row.clone(),
            column: table.columns[table.at].clone(),
            header: table.heads,
        };
        let row = table.row_changes.clone();
        let goes_on = table.goes_on && pieces.iter().all(|piece| piece.words.trim().is_empty());
        table.at += table.span;
        if is_inner {
            // The row is gone; what was done to it was done to its words.
            pieces.iter_mut().for_each(|piece| drop(piece.changes.splice(0..0, row.iter().copied())));
            let around = self.tables.len() - 2;
            self.tables[around].takes(pieces);
        } else if !goes_on {
            self.paragraphs.push(Paragraph {
                id,
                kind: BlockKind::TableCell(cell),
                pieces,
                end: Vec::new(),
                whole: row,
            });
        }
    }
}
