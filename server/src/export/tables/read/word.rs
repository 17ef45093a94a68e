//! The tables of a Word document. Words that somebody deleted with changes tracked are not read; what they inserted is.

use std::io::{Cursor, Read as _};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use super::{Bounds, Counter, Found, Line, ReadError, UNKNOWN};

pub(super) fn read(bytes: &[u8], bounds: Bounds) -> Result<Vec<Found>, ReadError> {
    let damaged = || ReadError::Unreadable(UNKNOWN);
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged())?;
    let entry = archive.by_name("word/document.xml").map_err(|_| damaged())?;
    let mut xml = String::new();
    // Measured before: this is no more than the bounds allow.
    entry.take(bounds.unpacked_bytes).read_to_string(&mut xml).map_err(|_| damaged())?;
    let mut reader = Reader::from_str(&xml);
    let mut tables = Tables { bounds, counter: Counter::new(bounds), found: Vec::new(), depth: 0, row: None };
    loop {
        match reader.read_event().map_err(|_| damaged())? {
            Event::Start(tag) => tables.begins(&tag)?,
            Event::Empty(tag) => {
                tables.begins(&tag)?;
                tables.ends(tag.local_name().as_ref());
            }
            Event::End(tag) => tables.ends(tag.local_name().as_ref()),
            Event::Text(words) => tables.says(&words),
            Event::GeneralRef(reference) => match reference.resolve_char_ref() {
                Ok(Some(c)) => tables.says(c.encode_utf8(&mut [0; 4])),
                _ => tables.says(match &*reference {
                    "amp" => "&",
                    "lt" => "<",
                    "gt" => ">",
                    "quot" => "\"",
                    "apos" => "'",
                    _ => "",
                }),
            },
            Event::Eof => break,
            _ => {}
        }
    }
    Ok(tables.found)
}

struct Tables {
    bounds: Bounds,
    counter: Counter,
    found: Vec<Found>,
    /// Tables within tables: the words of an inner one belong to the cell it stands in.
    depth: usize,
    row: Option<Row>,
}

/// The row that is being read.
#[derive(Default)]
struct Row {
    cells: Vec<String>,
    cell: Option<Cell>,
    /// Inside `w:t`: the only place where words of the text stand.
    is_text: bool,
}

#[derive(Default)]
struct Cell {
    words: String,
    /// How many columns it covers.
    span: usize,
    /// It goes on from the cell above.
    goes_on: bool,
}

impl Tables {
    fn begins(&mut self, tag: &BytesStart<'_>) -> Result<(), ReadError> {
        match tag.local_name().as_ref() {
            "tbl" => {
                self.depth += 1;
                if self.depth == 1 {
                    self.found.push(Found::default());
                }
            }
            "tr" if self.depth == 1 => {
                self.counter.one()?;
                self.row = Some(Row::default());
            }
            "tc" if self.depth == 1 => {
                if let Some(row) = &mut self.row {
                    row.cell = Some(Cell { span: 1, ..Cell::default() });
                }
            }
            "t" => self.is_text(true),
            "tab" => self.adds("\t"),
            "br" | "cr" => self.adds("\n"),
            "gridSpan" => {
                let span = value(tag).and_then(|value| value.parse().ok()).unwrap_or(1);
                if let Some(cell) = self.cell().filter(|_| (1..=60).contains(&span)) {
                    cell.span = span;
                }
            }
            "vMerge" => {
                let begins = value(tag).is_some_and(|value| value == "restart");
                if let Some(cell) = self.cell().filter(|_| !begins) {
                    cell.goes_on = true;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn ends(&mut self, name: &str) {
        match name {
            "tbl" => self.depth = self.depth.saturating_sub(1),
            "t" => self.is_text(false),
            "p" => self.adds("\n"),
            "tc" if self.depth == 1 => self.cell_ends(),
            "tr" if self.depth == 1 => self.row_ends(),
            _ => {}
        }
    }

    fn says(&mut self, words: &str) {
        if self.row.as_ref().is_some_and(|row| row.is_text) {
            self.adds(words);
        }
    }

    fn adds(&mut self, words: &str) {
        // Four bytes are the longest letter; what is more is cut off below.
        let most = self.bounds.characters.saturating_mul(4);
        if let Some(cell) = self.cell().filter(|cell| cell.words.len() < most) {
            cell.words.push_str(words);
        }
    }

    fn cell_ends(&mut self) {
        let bounds = self.bounds;
        let above = self.found.last().and_then(|table| table.lines.last());
        let Some(row) = &mut self.row else { return };
        let Some(cell) = row.cell.take() else { return };
        let column = row.cells.len();
        let words = match above.and_then(|line| line.cells.get(column)).filter(|_| cell.goes_on) {
            Some(above) => above.clone(),
            None => bounds.cell(&cell.words),
        };
        row.cells.push(words);
        row.cells.resize((column + cell.span).min(bounds.columns.max(column + 1)), String::new());
    }

    fn row_ends(&mut self) {
        let Some(Row { mut cells, .. }) = self.row.take() else { return };
        cells.truncate(self.bounds.columns);
        let Some(table) = self.found.last_mut() else { return };
        if cells.iter().any(|words| !words.is_empty()) {
            let number = table.lines.last().map_or(1, |line| line.number + 1);
            table.lines.push(Line { number, cells, unsaid: Vec::new() });
        }
    }

    fn cell(&mut self) -> Option<&mut Cell> {
        self.row.as_mut()?.cell.as_mut()
    }

    fn is_text(&mut self, is_text: bool) {
        if let Some(row) = &mut self.row {
            row.is_text = is_text;
        }
    }
}

fn value(tag: &BytesStart<'_>) -> Option<String> {
    let mut attributes = tag.attributes().filter_map(Result::ok);
    attributes.find(|one| one.key.local_name().as_ref() == "val").map(|one| one.value.into_owned())
}
