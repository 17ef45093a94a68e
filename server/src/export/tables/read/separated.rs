//! CSV of whatever kind: separated by commas, semicolons or tabs; in UTF-8, UTF-16 or the old encodings of Western Europe.

use super::{Bounds, Counter, Found, Line, ReadError, UNKNOWN};

pub(super) fn read(bytes: &[u8], bounds: Bounds) -> Result<Vec<Found>, ReadError> {
    let words = decoded(bytes).ok_or(ReadError::Unreadable(UNKNOWN))?;
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator(&words))
        .from_reader(words.as_bytes());
    let (mut lines, mut counter) = (Vec::new(), Counter::new(bounds));
    let mut record = csv::StringRecord::new();
    loop {
        match reader.read_record(&mut record) {
            Ok(false) => break,
            Ok(true) => {}
            Err(_) => return Err(ReadError::Unreadable(UNKNOWN)),
        }
        let number = record.position().map_or(0, |position| position.line()) as usize;
        let cells: Vec<String> = record.iter().take(bounds.columns).map(|words| bounds.cell(words)).collect();
        if cells.iter().any(|words| !words.is_empty()) {
            counter.one()?;
            lines.push(Line { number, cells, unsaid: Vec::new() });
        }
    }
    Ok(vec![Found { name: String::new(), lines }])
}

/// I08: the words of the file. `None` for what is no text: a picture, a program.
fn decoded(bytes: &[u8]) -> Option<String> {
    let sixteen = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units = bytes.as_chunks::<2>().0.iter().map(|pair| unit(*pair));
        String::from_utf16(&units.collect::<Vec<_>>()).ok()
    };
    let words = match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8(rest.to_vec()).ok()?,
        [0xFF, 0xFE, rest @ ..] => sixteen(rest, u16::from_le_bytes)?,
        [0xFE, 0xFF, rest @ ..] => sixteen(rest, u16::from_be_bytes)?,
        _ => match std::str::from_utf8(bytes) {
            Ok(words) => words.to_owned(),
            Err(_) => bytes.iter().map(|byte| western(*byte)).collect(),
        },
    };
    let is_text = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t' | '\u{c}');
    words.chars().all(is_text).then_some(words)
}

/// Windows-1252, which is Latin-1 with letters and quotation marks where that has controls.
fn western(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
        '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9F => HIGH[usize::from(byte) - 0x80],
        other => char::from(other),
    }
}

/// What separates most in the first lines, outside of quotes.
fn separator(words: &str) -> u8 {
    let mut counts = [(b';', 0), (b',', 0), (b'\t', 0)];
    let mut is_quoted = false;
    for byte in words.bytes().take(16 * 1024) {
        match byte {
            b'"' => is_quoted = !is_quoted,
            _ if is_quoted => {}
            other => {
                counts.iter_mut().filter(|(known, _)| *known == other).for_each(|(_, count)| *count += 1)
            }
        }
    }
    // Of two that separate as often the first: words hold more commas than semicolons.
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(separator, _)| *separator)
}
