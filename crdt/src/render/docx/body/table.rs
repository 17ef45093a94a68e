//! Tables: rows and cells as the program knows them.

use super::{Body, WIDTH};
use crate::render::docx::tracked;
use crate::render::tree::{Numbered, Table};

impl Body<'_> {
    pub(super) fn table(&mut self, table: &Table<'_>) {
        let direction = if self.rtl { "<w:bidiVisual/>" } else { "" };
        let look = if table.head > 0 { "0420" } else { "0400" };
        self.put(&format!(
            "<w:tbl><w:tblPr><w:tblStyle w:val=\"PaperTable\"/>{direction}<w:tblW w:w=\"5000\" w:type=\"pct\"/><w:tblLayout w:type=\"fixed\"/><w:tblLook w:val=\"{look}\"/></w:tblPr><w:tblGrid>"
        ));
        let width = WIDTH / u32::try_from(table.columns).unwrap_or(WIDTH).max(1);
        self.put(&format!("<w:gridCol w:w=\"{width}\"/>").repeat(table.columns));
        self.put("</w:tblGrid>");
        let columns: Vec<_> = (0..table.columns).map(|at| tracked::of_column(table, at)).collect();
        for (at, row) in table.rows.iter().enumerate() {
            // A row that is torn over two pages cannot be read.
            let heads = if at < table.head { "<w:tblHeader/>" } else { "" };
            let whole = tracked::of_row(row);
            let change = whole.map(|whole| self.said(whole.change.element(), whole.by)).unwrap_or_default();
            self.put(&format!("<w:tr><w:trPr><w:cantSplit/>{heads}{change}</w:trPr>"));
            for (cell, column) in row.iter().zip(&columns) {
                // A cell that nobody wrote comes and goes with its column.
                let own = cell.map_or(*column, tracked::whole);
                let own = own.filter(|own| whole.is_none_or(|row| row.change != own.change));
                let change = own.map(|own| self.said(own.change.of_cell(), own.by)).unwrap_or_default();
                self.put(&format!("<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/>{change}</w:tcPr>"));
                let heads = cell.is_some_and(Numbered::heads_its_column);
                let style = if heads { "TableHead" } else { "TableText" };
                if let Some(cell) = cell {
                    let looked = self.looked_before(cell, style);
                    self.of_mark(None, looked.as_deref());
                }
                self.open(style);
                if let Some(cell) = cell {
                    self.line(cell);
                }
                self.close();
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
}
