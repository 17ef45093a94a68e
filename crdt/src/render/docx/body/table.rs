//! Tables: rows and cells as the program knows them.
//!
//! Word opens no file with a table of more than 63 columns: it calls the whole file damaged. The columns beyond stand in further tables
//! right below, each behind the first column said again; a loss says so.

use super::{Body, WIDTH};
use crate::render::columns;
use crate::render::docx::{Lost, MOST_COLUMNS, tracked};
use crate::render::remarked;
use crate::render::tree::{Numbered, Table};

/// How the cells of a table are set: the more columns, the smaller and closer.
struct Setting {
    /// What stands behind the names of the styles of its paragraphs.
    style: &'static str,
    /// Left and right of the words, in twentieths of a point, as the rest.
    margin: u32,
    /// What a letter takes, in the middle of all.
    letter: u32,
}

impl Setting {
    fn of(columns: usize) -> Setting {
        match columns {
            0..6 => Setting { style: "", margin: 108, letter: 105 },
            6..9 => Setting { style: "Small", margin: 79, letter: 88 },
            _ => Setting { style: "Tiny", margin: 45, letter: 72 },
        }
    }

    /// What a cell takes beside its words. No two letters are alike wide: some room stays.
    fn around(&self) -> u32 {
        2 * self.margin + self.letter / 2
    }
}

/// A part of a table that one table of Word shows.
struct Part {
    /// Its columns, by their places.
    columns: Vec<usize>,
    /// The first of them stands in an earlier part as well.
    says_again: bool,
}

impl Part {
    fn all_of(columns: usize) -> Vec<Part> {
        let first = (0..columns.min(MOST_COLUMNS)).collect();
        let mut parts = vec![Part { columns: first, says_again: false }];
        let others: Vec<usize> = (MOST_COLUMNS..columns).collect();
        let others = others.chunks(MOST_COLUMNS - 1);
        parts.extend(others.map(|columns| Part { columns: [&[0], columns].concat(), says_again: true }));
        parts
    }
}

impl Body<'_> {
    pub(super) fn table(&mut self, table: &Table<'_>) {
        let figures = columns::of_figures(table);
        let setting = Setting::of(table.columns);
        for part in Part::all_of(table.columns) {
            self.part(table, &part, &figures, &setting);
        }
        let beyond = table.rows.iter().find_map(|row| row.iter().skip(MOST_COLUMNS).flatten().next());
        if let Some(first) = beyond {
            self.here = Some(first.id());
            self.lose(Lost::Columns, table.columns - MOST_COLUMNS);
        }
    }

    fn part(&mut self, table: &Table<'_>, part: &Part, figures: &[bool], setting: &Setting) {
        let direction = if self.rtl { "<w:bidiVisual/>" } else { "" };
        let look = if table.head > 0 { "0420" } else { "0400" };
        let margin = setting.margin;
        let margins = format!(
            "<w:tblCellMar><w:left w:w=\"{margin}\" w:type=\"dxa\"/><w:right w:w=\"{margin}\" w:type=\"dxa\"/></w:tblCellMar>"
        );
        self.put(&format!(
            "<w:tbl><w:tblPr><w:tblStyle w:val=\"PaperTable\"/>{direction}<w:tblW w:w=\"5000\" w:type=\"pct\"/><w:tblLayout w:type=\"fixed\"/>{margins}<w:tblLook w:val=\"{look}\"/></w:tblPr><w:tblGrid>"
        ));
        let widths = columns::widths(table, &part.columns, WIDTH, (setting.letter, setting.around()));
        for width in &widths {
            self.put(&format!("<w:gridCol w:w=\"{width}\"/>"));
        }
        self.put("</w:tblGrid>");
        let changed: Vec<_> = part.columns.iter().map(|at| tracked::of_column(table, *at)).collect();
        for (at, row) in table.rows.iter().enumerate() {
            // A row that is torn over two pages cannot be read.
            let heads = if at < table.head { "<w:tblHeader/>" } else { "" };
            let whole = tracked::of_row(row);
            let change = whole.map(|whole| self.said(whole.change.element(), whole.by)).unwrap_or_default();
            self.put(&format!("<w:tr><w:trPr><w:cantSplit/>{heads}{change}</w:trPr>"));
            for (place, (column, width)) in part.columns.iter().zip(&widths).enumerate() {
                let cell = row[*column];
                // A cell that nobody wrote comes and goes with its column.
                let own = cell.map_or(changed[place], tracked::whole);
                let own = own.filter(|own| whole.is_none_or(|row| row.change != own.change));
                let change = own.map(|own| self.said(own.change.of_cell(), own.by)).unwrap_or_default();
                self.put(&format!("<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/>{change}</w:tcPr>"));
                // In a paper that runs from right to left, Word takes this for the left.
                let side = if figures[*column] { "<w:jc w:val=\"right\"/>" } else { "" };
                match cell {
                    Some(cell) if part.says_again && place == 0 => self.cell_again(cell, setting, side),
                    cell => self.cell(cell, setting, side),
                }
                self.put("</w:tc>");
            }
            self.put("</w:tr>");
        }
        self.put("</w:tbl>");
        // Without something between them Word makes one of two tables.
        let whole = table.rows.first().and_then(|row| tracked::of_row(row));
        let whole = whole.filter(|whole| {
            table.rows.iter().all(|row| tracked::of_row(row).is_some_and(|row| row.change == whole.change))
        });
        self.of_mark(whole, None);
        self.open("AfterTable");
        self.close();
    }

    fn cell(&mut self, cell: Option<&Numbered>, setting: &Setting, side: &str) {
        let heads = cell.is_some_and(Numbered::heads_its_column);
        let style = if heads { "TableHead" } else { "TableText" };
        if let Some(cell) = cell {
            let looked = self.looked_before(cell, style);
            self.of_mark(None, looked.as_deref());
        }
        self.open_in(&format!("{style}{}", setting.style), "", side);
        if let Some(cell) = cell {
            self.line(cell);
        }
        self.close();
    }

    /// The words of a cell a second time. Its notes and what people say about it stand where it stood first, as does what it lost.
    fn cell_again(&mut self, cell: &Numbered, setting: &Setting, side: &str) {
        let mut cell = cell.clone();
        cell.block.runs.retain(|run| run.marks.footnote().is_none());
        cell.block.runs.iter_mut().for_each(remarked::unbind);
        if let Some(red) = &mut cell.red {
            red.runs.retain(|shaded| shaded.gone_note.is_none() && shaded.run.marks.footnote().is_none());
            red.runs.iter_mut().for_each(|shaded| {
                remarked::unbind(&mut shaded.run);
                // Nor a note that its words were before.
                shaded.was = shaded.was.take().filter(|was| was.footnote().is_none());
            });
            if let Some(old) = &mut red.old {
                old.block.runs.retain(|run| run.marks.footnote().is_none());
            }
        }
        let losses = std::mem::take(&mut self.losses);
        self.cell(Some(&cell), setting, side);
        self.losses = losses;
    }
}
