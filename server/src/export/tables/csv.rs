//! A table as CSV, for whatever reads it.
//!
//! UTF-8 with a byte order mark, because spreadsheets take other UTF-8 for the system's old encoding. In languages that write decimals
//! with a comma, spreadsheets expect semicolons.

use super::{Table, WriteError, begins_like_formula, clean};

/// The table as CSV. Notes stand over its head, each in a line of its own.
pub fn write(table: &Table) -> Result<Vec<u8>, WriteError> {
    let separator = if table.language == "en" { b',' } else { b';' };
    let mut writer = ::csv::WriterBuilder::new()
        .delimiter(separator)
        .terminator(::csv::Terminator::CRLF)
        .flexible(true)
        .from_writer("\u{feff}".as_bytes().to_vec());
    let io = |error: ::csv::Error| WriteError::Io(error.into());
    for note in &table.notes {
        writer.write_record([cell(note)]).map_err(io)?;
    }
    writer.write_record(table.columns.iter().map(|column| cell(&column.name))).map_err(io)?;
    for row in &table.rows {
        writer.write_record(row.iter().map(|words| cell(words))).map_err(io)?;
    }
    writer.into_inner().map_err(|error| WriteError::Io(error.into_error()))
}

/// I14: an apostrophe keeps words from being a formula; spreadsheets do not show it, and our reader takes it away.
fn cell(words: &str) -> String {
    let words = clean(words);
    if begins_like_formula(&words) { format!("'{words}") } else { words.into_owned() }
}
