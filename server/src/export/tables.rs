//! Tables as files: a matrix written as a spreadsheet, as CSV or as a Word document, and read back from each.
//!
//! Here is nothing but words in rows and columns. What the columns mean is decided in `app/matrix`; so one table is written in three
//! forms ([`xlsx`], [`csv`], [`docx`]), and what comes back in any of them is a list of rows again ([`read`]).
//!
//! Words of many people stand in the cells, and other programs will open the file: a cell that begins like a formula is kept from being
//! one, and what nobody sees (controls, turned directions) is left out.

pub mod csv;
pub mod docx;
pub mod read;
pub mod xlsx;

use std::borrow::Cow;

/// A table on its way into a file.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Table {
    /// What it is called.
    pub title: String,
    /// Lines that stand over it: the paper, the day, that it is a demonstration.
    pub notes: Vec<String>,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows, each with a cell for every column.
    pub rows: Vec<Vec<String>>,
    /// Its language, as a code.
    pub language: String,
}

/// A column.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Column {
    /// What stands at its head.
    pub name: String,
    /// How wide it is, in characters of a spreadsheet.
    pub width: u16,
    /// It says whose row it is to a program rather than to people: Word files and print leave it narrow.
    pub is_id: bool,
}

/// A kind of file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TableFormat {
    /// A spreadsheet.
    Xlsx,
    /// Values separated by semicolons or commas.
    Csv,
    /// A Word document.
    Docx,
}

/// A table that could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The spreadsheet's writer objects.
    #[error("{0}")]
    Xlsx(#[from] rust_xlsxwriter::XlsxError),
    /// The archive's writer objects.
    #[error("{0}")]
    Zip(#[from] zip::result::ZipError),
    /// Writing into memory failed.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

impl TableFormat {
    /// The end of a file's name, and the word in addresses.
    pub fn extension(self) -> &'static str {
        match self {
            TableFormat::Xlsx => "xlsx",
            TableFormat::Csv => "csv",
            TableFormat::Docx => "docx",
        }
    }

    /// The kind with this extension.
    pub fn of_extension(word: &str) -> Option<Self> {
        [Self::Xlsx, Self::Csv, Self::Docx].into_iter().find(|format| format.extension() == word)
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            TableFormat::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            TableFormat::Csv => "text/csv; charset=utf-8",
            TableFormat::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        }
    }

    /// The table as a file of this kind.
    pub fn write(self, table: &Table) -> Result<Vec<u8>, WriteError> {
        match self {
            TableFormat::Xlsx => xlsx::write(table),
            TableFormat::Csv => csv::write(table),
            TableFormat::Docx => docx::write(table),
        }
    }
}

/// The words of a cell as they may stand in a file: line breaks and tabs are the only controls, nothing turns the direction.
pub fn clean(words: &str) -> Cow<'_, str> {
    let is_kept = |c: char| !is_hidden(c);
    if words.chars().all(is_kept) { words.into() } else { words.chars().filter(|c| is_kept(*c)).collect() }
}

fn is_hidden(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t')
        || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// I14: would a spreadsheet take these words for a formula?
pub fn begins_like_formula(words: &str) -> bool {
    words.trim_start().starts_with(['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'])
        || words.starts_with(['\t', '\r', '\n'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i14_what_begins_like_a_formula_is_known_behind_white_space_too() {
        for words in ["=1+1", "+1", "-1", "@SUM(A1)", "  =x", "\t=x", "\n=x", "＝cmd"] {
            assert!(begins_like_formula(words), "{words:?}");
        }
        assert!(!begins_like_formula("Who pays? = nobody"));
    }

    #[test]
    fn i14_what_nobody_sees_is_left_out() {
        assert_eq!(clean("a\u{202E}b\0c\r\n\td\u{feff}"), "abc\n\td");
        assert!(matches!(clean("plain"), Cow::Borrowed(_)));
    }

    fn table() -> Table {
        let column = |name: &str| Column { name: name.to_owned(), width: 20, is_id: false };
        let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        Table {
            title: "Matriz: ciudades/migración [2016]".to_owned(),
            notes: vec!["Demostración".to_owned()],
            columns: vec![column("Componente"), column("Comentarios"), column("Id")],
            rows: vec![
                row(["AFR", "=HYPERLINK(\"http://x\"; \"press\")", "1"]),
                row(["LYON", "Dos líneas,\ncon «comillas» \"rectas\"; y & < >", ""]),
                row(["MEWA", "مدينة 🏙 é", "@x"]),
            ],
            language: "es".to_owned(),
        }
    }

    #[test]
    fn rev52_a_table_comes_back_from_each_kind_of_file_as_it_went_out() {
        let table = table();
        for format in [TableFormat::Xlsx, TableFormat::Csv, TableFormat::Docx] {
            let bytes = format.write(&table).unwrap();
            assert_eq!(
                bytes,
                format.write(&table).unwrap(),
                "{format:?}: the same table gives the same bytes"
            );
            let found = read::read(&bytes, read::Bounds::default()).unwrap();
            let lines: Vec<&Vec<String>> = found[0].lines.iter().map(|line| &line.cells).collect();
            let head = lines.iter().position(|line| line[0] == "Componente").unwrap();
            for (line, row) in lines[head + 1..].iter().zip(&table.rows) {
                let line: Vec<&str> = line.iter().map(String::as_str).chain(["", ""]).take(3).collect();
                assert_eq!(line, *row, "{format:?}");
            }
            assert_eq!(lines.len() - head - 1, table.rows.len(), "{format:?}");
        }
    }

    #[test]
    fn i14_no_cell_of_a_file_is_a_formula() {
        let csv = String::from_utf8(TableFormat::Csv.write(&table()).unwrap()).unwrap();
        assert!(csv.contains("\"'=HYPERLINK("), "{csv}");
        assert!(csv.contains(";'@x\r\n"), "{csv}");
        let xlsx = TableFormat::Xlsx.write(&table()).unwrap();
        let mut book = zip::ZipArchive::new(std::io::Cursor::new(xlsx)).unwrap();
        let mut sheet = String::new();
        std::io::Read::read_to_string(&mut book.by_name("xl/worksheets/sheet1.xml").unwrap(), &mut sheet)
            .unwrap();
        assert!(!sheet.contains("<f>"), "a cell is a formula");
    }
}
