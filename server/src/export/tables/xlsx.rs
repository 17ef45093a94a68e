//! A table as a spreadsheet: one sheet, its head frozen and filtered, words wrapped, to be printed across.

use rust_xlsxwriter::{Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook};

use super::{Table, WriteError, begins_like_formula, clean};

/// A cell of Excel holds no more characters.
const MOST_IN_CELL: usize = 32_767;

/// The table as a spreadsheet. The same table gives the same bytes.
pub fn write(table: &Table) -> Result<Vec<u8>, WriteError> {
    let mut book = Workbook::new();
    // The day of writing would make two files of one table differ.
    let created = ExcelDateTime::from_ymd(2016, 1, 1)?;
    book.set_properties(&DocProperties::new().set_title(clean(&table.title)).set_creation_datetime(&created));
    let plain = Format::new()
        .set_align(FormatAlign::Top)
        .set_text_wrap()
        .set_border(FormatBorder::Thin)
        .set_border_color(Color::RGB(0x00D6_DBE2));
    let quoted = plain.clone().set_quote_prefix();
    let head = plain.clone().set_bold().set_background_color(Color::RGB(0x00E9_ECF0));
    let note = Format::new().set_italic();
    let sheet = book.add_worksheet();
    sheet.set_name(sheet_name(&table.title))?;
    let mut line = 0;
    for words in &table.notes {
        sheet.write_string_with_format(line, 0, cell(words), &note)?;
        line += 1;
    }
    let first = line;
    for (column, place) in table.columns.iter().zip(0u16..) {
        sheet.write_string_with_format(line, place, cell(&column.name), &head)?;
        sheet.set_column_width(place, column.width)?;
    }
    for row in &table.rows {
        line += 1;
        for (words, place) in row.iter().zip(0u16..) {
            // I14: always a string, and kept one when somebody edits it or saves it as something else.
            let format = if begins_like_formula(words) { &quoted } else { &plain };
            sheet.write_string_with_format(line, place, cell(words), format)?;
        }
    }
    let last_column = u16::try_from(table.columns.len().max(1) - 1).unwrap_or(u16::MAX);
    sheet.set_freeze_panes(first + 1, 0)?;
    sheet.autofilter(first, 0, line.max(first), last_column)?;
    sheet.set_repeat_rows(first, first)?;
    sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
    Ok(book.save_to_buffer()?)
}

fn cell(words: &str) -> String {
    clean(words).chars().take(MOST_IN_CELL).collect()
}

/// Excel takes 31 characters, and some not at all.
fn sheet_name(title: &str) -> String {
    let name: String = clean(title)
        .chars()
        .filter(|c| !matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\' | '\n' | '\t' | '\''))
        .take(31)
        .collect();
    if name.trim().is_empty() { "Matrix".to_owned() } else { name }
}
