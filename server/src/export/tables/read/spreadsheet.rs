//! Spreadsheets, cell by cell: a file that says it has a billion cells costs as much as the ones that it really holds.

use std::collections::BTreeMap;
use std::io::Cursor;

use calamine::{DataRef, Reader, Xlsx};

use super::{Bounds, Counter, Found, Line, ReadError, UNKNOWN};

/// Sheets that are looked at.
const MOST_SHEETS: usize = 12;

pub(super) fn read(bytes: &[u8], bounds: Bounds) -> Result<Vec<Found>, ReadError> {
    let damaged = |_| ReadError::Unreadable(UNKNOWN);
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(damaged)?;
    let names: Vec<String> = book.sheet_names().into_iter().take(MOST_SHEETS).collect();
    let mut counter = Counter::new(bounds);
    let mut found = Vec::new();
    for name in names {
        // A sheet of charts has no cells.
        let Ok(mut reader) = book.worksheet_cells_reader(&name) else { continue };
        let mut rows: BTreeMap<u32, Line> = BTreeMap::new();
        while let Some(cell) = reader.next_cell_with_formula().map_err(damaged)? {
            let (row, column) = (cell.pos.0, cell.pos.1 as usize);
            if column >= bounds.columns {
                continue;
            }
            let words = bounds.cell(&said(&cell.value));
            let is_unsaid = words.is_empty() && cell.formula.is_some();
            if words.is_empty() && !is_unsaid {
                continue;
            }
            if !rows.contains_key(&row) {
                counter.one()?;
            }
            let line =
                rows.entry(row).or_insert_with(|| Line { number: row as usize + 1, ..Line::default() });
            if line.cells.len() <= column {
                line.cells.resize(column + 1, String::new());
            }
            line.cells[column] = words;
            if is_unsaid {
                line.unsaid.push(column);
            }
        }
        drop(reader);
        spread_merged(&mut book, &name, &mut rows, bounds);
        found.push(Found { name, lines: rows.into_values().collect() });
    }
    Ok(found)
}

/// Cells that were merged over several rows say the same in each of them: whose remarks these are, or where they stand.
fn spread_merged(book: &mut Xlsx<Cursor<&[u8]>>, name: &str, rows: &mut BTreeMap<u32, Line>, bounds: Bounds) {
    let Ok(regions) = book.merge_cells_by_sheet_name(name) else { return };
    for region in regions.iter().filter(|region| region.start.0 < region.end.0) {
        let column = region.start.1 as usize;
        let words = rows.get(&region.start.0).and_then(|line| line.cells.get(column)).cloned();
        let Some(words) = words.filter(|words| !words.is_empty() && column < bounds.columns) else {
            continue;
        };
        // Only rows that hold something else: a region can reach to the end of the sheet.
        for line in rows.range_mut(region.start.0 + 1..=region.end.0).map(|(_, line)| line) {
            if line.cells.len() <= column {
                line.cells.resize(column + 1, String::new());
            }
            if line.cells[column].is_empty() {
                line.cells[column].clone_from(&words);
            }
        }
    }
}

/// What the cell shows, near enough: whole numbers without a point, errors not at all.
fn said(value: &DataRef<'_>) -> String {
    match value {
        DataRef::String(words) | DataRef::DateTimeIso(words) | DataRef::DurationIso(words) => words.clone(),
        DataRef::SharedString(words) => (*words).to_owned(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::Bool(is_so) => is_so.to_string(),
        DataRef::DateTime(date) => date.as_f64().to_string(),
        DataRef::Error(_) | DataRef::Empty => String::new(),
    }
}
