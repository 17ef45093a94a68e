//! Tables that come in from elsewhere: a spreadsheet, CSV of whatever kind, or the tables of a Word document, read as rows of words.
//!
//! The files are foreign, so nothing in them decides how much is done: what a file unpacks to is measured before any of it is read, cells are
//! taken one by one, and rows, columns and characters are counted. Which kind it is, its bytes say, not its name. Nothing outside the file
//! is ever looked at, and XML with a DOCTYPE is refused.

mod foreign;
mod separated;
mod spreadsheet;
mod word;

use std::io::{Cursor, Read as _};
use std::panic::catch_unwind;

use zip::ZipArchive;

pub(in crate::export) use self::foreign::foreign;

/// A table as it came in.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Found {
    /// The name of the sheet; empty where tables have none.
    pub name: String,
    /// Its lines that hold something, in order.
    pub lines: Vec<Line>,
}

/// One line of a table.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Line {
    /// Its number in the file, 1 for the first.
    pub number: usize,
    /// Its cells, without the white space around them; short lines end early.
    pub cells: Vec<String>,
    /// Columns (0 for the first) that hold a formula of which the file does not say what came of it.
    pub unsaid: Vec<usize>,
}

/// How much is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bounds {
    /// Lines, over all tables.
    pub lines: usize,
    /// Columns; further ones are left out.
    pub columns: usize,
    /// Characters in a cell; further ones are cut off.
    pub characters: usize,
    /// What an archive may unpack to, in bytes.
    pub unpacked_bytes: u64,
    /// Entries of an archive.
    pub entries: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { lines: 50_000, columns: 60, characters: 40_000, unpacked_bytes: 100 << 20, entries: 2_000 }
    }
}

/// Why a file is not read.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ReadError {
    /// It is no table that we know.
    #[error("{0}")]
    Unreadable(&'static str),
    /// Nobody reads it without its password.
    #[error(
        "the file is protected by a password; remove it in the program that it was written with (in Word and Excel: File → Info → Protect), save it and bring it again"
    )]
    Protected,
    /// It has the format of Office 2003 and before.
    #[error(
        "the file has the format of Office 2003 and before (.doc, .xls); open it in Word or Excel, save it as .docx or .xlsx and bring that"
    )]
    Old,
    /// It is one of LibreOffice and others.
    #[error(
        "the file is an OpenDocument file (.odt, .ods); open it in the program that it was written with, save it as .docx or .xlsx and bring that"
    )]
    OpenDocument,
    /// It has more lines than are taken.
    #[error("the file has more than {0} rows, which is the most that is taken at once; divide it")]
    TooManyLines(usize),
    /// It unpacks to more than is taken.
    #[error("the file unpacks to more than {0} bytes or {1} parts, which is the most that is taken")]
    TooLarge(u64, usize),
    /// It has parts that only attackers put into such files.
    #[error(
        "the file has a part that such files never have (an XML document type); save it anew with your program"
    )]
    Unsafe,
}

/// I01: not a file that we read, or one that is damaged.
const UNKNOWN: &str = "this is neither a spreadsheet (.xlsx), nor CSV, nor a Word document (.docx), or it is damaged; save it again as one of these";

/// All tables of a file, in order.
pub fn read(bytes: &[u8], bounds: Bounds) -> Result<Vec<Found>, ReadError> {
    if bytes.is_empty() {
        return Err(ReadError::Unreadable("the file is empty"));
    }
    if let Some(error) = foreign(bytes) {
        return Err(error);
    }
    if !bytes.starts_with(b"PK") {
        return separated::read(bytes, bounds);
    }
    let names = measured(bytes, bounds)?;
    if names.iter().any(|name| name == "word/document.xml") {
        word::read(bytes, bounds)
    } else if names.iter().any(|name| name == "xl/workbook.xml") {
        // The library that reads spreadsheets panics on some that are no spreadsheets.
        catch_unwind(|| spreadsheet::read(bytes, bounds)).unwrap_or(Err(ReadError::Unreadable(UNKNOWN)))
    } else {
        Err(ReadError::Unreadable(UNKNOWN))
    }
}

/// No program packs what it wrote tighter than this; a file that does was made to unpack without end.
const TIGHTEST: u64 = 100;
/// Less than this is no burden, however tightly it was packed: a table of thousands of like cells is.
const LIGHT_BYTES: u64 = 10 << 20;

/// Unpacks everything once and keeps nothing: so that whoever reads it afterwards meets no surprise. What the file says of its own size is
/// believed where it is too much, and never where it is little. The names of the parts.
pub(in crate::export) fn measured(bytes: &[u8], bounds: Bounds) -> Result<Vec<String>, ReadError> {
    let damaged = || ReadError::Unreadable(UNKNOWN);
    let too_large = ReadError::TooLarge(bounds.unpacked_bytes, bounds.entries);
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged())?;
    if archive.len() > bounds.entries {
        return Err(too_large);
    }
    let mut said = 0u64;
    for place in 0..archive.len() {
        let entry = archive.by_index_raw(place).map_err(|_| damaged())?;
        if entry.encrypted() {
            return Err(ReadError::Protected);
        }
        said = said.saturating_add(entry.size());
    }
    if said > bounds.unpacked_bytes {
        return Err(too_large);
    }
    let most = bounds.unpacked_bytes.min(LIGHT_BYTES.max(TIGHTEST.saturating_mul(bytes.len() as u64)));
    let (mut names, mut left) = (Vec::new(), most);
    let mut buffer = vec![0; 64 * 1024];
    for place in 0..archive.len() {
        let mut entry = archive.by_index(place).map_err(|_| damaged())?;
        let name = entry.name().map_err(|_| damaged())?.to_lowercase();
        let is_xml = [".xml", ".rels", ".vml"].iter().any(|end| name.ends_with(end));
        names.push(name);
        let mut tail: Vec<u8> = Vec::new();
        loop {
            let count = entry.read(&mut buffer).map_err(|_| damaged())?;
            if count == 0 {
                break;
            }
            left = left.checked_sub(count as u64).ok_or(too_large.clone())?;
            if is_xml {
                tail.extend_from_slice(&buffer[..count]);
                if holds_doctype(&tail) {
                    return Err(ReadError::Unsafe);
                }
                // The word may lie across two pieces.
                tail.drain(..tail.len().saturating_sub(16));
            }
        }
    }
    Ok(names)
}

/// I04: office files never have one; entities begin with it. UTF-16 spells it with zeros between.
fn holds_doctype(bytes: &[u8]) -> bool {
    let holds = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
    holds(b"<!DOCTYPE") || holds(b"<!ENTITY") || holds(b"<\0!\0D\0O\0") || holds(b"\0<\0!\0D\0O")
}

impl Bounds {
    /// A cell as it is kept: without the white space around it, and without what only keeps it from being a formula.
    fn cell(&self, words: &str) -> String {
        let words = words.trim();
        let words = match words.strip_prefix('\'') {
            Some(bare) if super::begins_like_formula(bare) => bare,
            _ => words,
        };
        let kept: String = super::clean(&words.replace("\r\n", "\n")).chars().take(self.characters).collect();
        kept.trim().to_owned()
    }
}

/// Counts lines over all tables.
struct Counter {
    left: usize,
    most: usize,
}

impl Counter {
    fn new(bounds: Bounds) -> Self {
        Self { left: bounds.lines, most: bounds.lines }
    }

    fn one(&mut self) -> Result<(), ReadError> {
        self.left = self.left.checked_sub(1).ok_or(ReadError::TooManyLines(self.most))?;
        Ok(())
    }
}
