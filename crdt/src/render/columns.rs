//! The columns of a table: which hold figures, and how wide each is where a program does not see to that by itself.
//!
//! Widths follow from words alone, counted in letters: nothing is laid out. Each column gets what its longest cell needs, if there is room
//! for all; if not, the columns that need little get that, and the others share the rest, none narrower than its longest word.

use super::redline::Shade;
use super::tree::{Numbered, Piece, Table};

/// Whether each column holds figures, which are compared from the right: every cell below the head is a figure, or says with a dash that
/// there is none; one at least is a figure. Words that went do not count, nor notes, nor cells without words.
pub fn of_figures(table: &Table<'_>) -> Vec<bool> {
    let of_figures = |column: usize| {
        let cells = table.rows[table.head..].iter().filter_map(|row| row[column]);
        let words = cells.map(|cell| words_of(cell, false)).filter(|words| !words.trim().is_empty());
        let words: Vec<String> = words.collect();
        let is_dash = |words: &String| matches!(words.trim(), "-" | "–" | "—" | "−");
        words.iter().all(|words| is_figure(words) || is_dash(words))
            && words.iter().any(|words| is_figure(words))
    };
    (0..table.columns).map(of_figures).collect()
}

/// `12`, `-3,5`, `1 250`, `47 %`, `٤٢`.
fn is_figure(words: &str) -> bool {
    let words = words.trim();
    let words = words.strip_prefix(['+', '-', '−', '–']).unwrap_or(words);
    let words = words.strip_suffix(['%', '‰', '€', '$']).unwrap_or(words);
    words.chars().any(char::is_numeric)
        && words.chars().all(|c| c.is_numeric() || c.is_whitespace() || matches!(c, '.' | ','))
}

/// What the cells of a column need, in letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Need {
    /// The longest cell in one line.
    line: u32,
    /// The longest word.
    word: u32,
}

/// How wide these columns of a table are, in the unit of `room`, all together exactly as wide as that. A letter needs `letter`, a cell
/// `around` for what stands around its words. No columns, no widths.
pub fn widths(table: &Table<'_>, columns: &[usize], room: u32, (letter, around): (u32, u32)) -> Vec<u32> {
    let needs = columns.iter().map(|column| need_of(table, *column));
    let wide = |letters: u32| letters.saturating_mul(letter).saturating_add(around);
    shared(&needs.map(|need| (wide(need.word), wide(need.line))).collect::<Vec<_>>(), room)
}

fn need_of(table: &Table<'_>, column: usize) -> Need {
    let mut need = Need { line: 1, word: 1 };
    for cell in table.rows.iter().filter_map(|row| row[column]) {
        let words = words_of(cell, true);
        need.line = need.line.max(letters(words.trim()));
        need.word = words.split_whitespace().map(letters).fold(need.word, u32::max);
    }
    need
}

/// Letters of East Asia are as wide as two of ours.
fn letters(words: &str) -> u32 {
    words.chars().map(|c| if c >= '\u{2e80}' { 2 } else { 1 }).sum()
}

/// Divides the room among columns of which each has a least and a most (not below its least): the same level for all, within those two.
/// Where even the least are too much, or the most too little, all become narrower, or wider, in proportion.
fn shared(needs: &[(u32, u32)], room: u32) -> Vec<u32> {
    let at = |level: u32| needs.iter().map(move |(least, most)| level.clamp(*least, (*most).max(*least)));
    let all = |level: u32| at(level).map(u64::from).sum::<u64>();
    let room_for_all = u64::from(room);
    let widths: Vec<u32> = if all(0) >= room_for_all {
        in_proportion(&at(0).collect::<Vec<_>>(), room)
    } else if all(u32::MAX) <= room_for_all {
        in_proportion(&at(u32::MAX).collect::<Vec<_>>(), room)
    } else {
        // The highest level for which there is room.
        let (mut fits, mut exceeds) = (0, u32::MAX);
        while exceeds - fits > 1 {
            let level = fits + (exceeds - fits) / 2;
            if all(level) <= room_for_all { fits = level } else { exceeds = level }
        }
        at(fits).collect()
    };
    filled(widths, room)
}

fn in_proportion(needs: &[u32], room: u32) -> Vec<u32> {
    let all: u64 = needs.iter().map(|need| u64::from(*need)).sum();
    let part = |need: &u32| u64::from(*need) * u64::from(room) / all.max(1);
    needs.iter().map(|need| u32::try_from(part(need)).unwrap_or(room)).collect()
}

/// What rounding has left goes to the first columns, one each.
fn filled(mut widths: Vec<u32>, room: u32) -> Vec<u32> {
    let mut left = room.saturating_sub(widths.iter().sum());
    let columns = u32::try_from(widths.len()).unwrap_or(u32::MAX);
    for (at, width) in (0u32..).zip(&mut widths) {
        let part = left.div_ceil(columns - at);
        *width += part;
        left -= part;
    }
    widths
}

/// The words of a cell, without those of notes; with those that went, if they are to be shown.
fn words_of(cell: &Numbered, gone_too: bool) -> String {
    let pieces = cell.pieces().into_iter();
    pieces
        .map(|piece| match piece {
            Piece::Words(run, shade) if gone_too || shade != Shade::Goes => run.text.as_str(),
            Piece::Words(..) | Piece::Note(_) | Piece::Sign(_) => "",
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::schema::Cell;
    use crate::document::{Block, BlockKind, Marks, Run};
    use crate::ids::ParagraphId;
    use crate::render::{ChapterBlocks, Tree};

    /// A table of these rows, the first of which heads the others.
    fn table(rows: &[&[&str]]) -> Tree {
        let mut blocks = Vec::new();
        for (row, cells) in rows.iter().enumerate() {
            for (column, words) in cells.iter().enumerate() {
                let id = ParagraphId(((row * 100 + column + 1) as u64).to_be_bytes());
                let cell = Cell {
                    table: "t".into(),
                    row: row.to_string(),
                    column: column.to_string(),
                    header: row == 0,
                };
                // What stands behind a `*` is a note.
                let (words, note) = words.split_once('*').unwrap_or((words, ""));
                let note = Run::marked(note, Marks::on(["footnote:n"]));
                blocks.push(Block::new(id, BlockKind::TableCell(cell), vec![Run::plain(words), note]));
            }
        }
        Tree::of(1, [ChapterBlocks { number: "1".into(), depth: 1, blocks }])
    }

    fn of<T>(rows: &[&[&str]], ask: impl Fn(&Table<'_>) -> T) -> T {
        let tree = table(rows);
        ask(&Table::at_the_start_of(&tree.chapters[0].blocks).unwrap().0)
    }

    #[test]
    fn ren32_a_column_of_figures_holds_figures_and_dashes_below_its_head() {
        let rows: &[&[&str]] = &[
            &["Ciudad", "Hogares", "Cambio", "Nota", "Vacía"],
            &["Lyon", "1 250,5*ONU", "-3 %", "2016", ""],
            &["Túnez", "–", "+12‰", "en 2016", ""],
            &["", "٤٢", " ", "", ""],
        ];
        assert_eq!(of(rows, of_figures), [false, true, true, false, false]);
        assert_eq!(of(&[&["1", "–"], &["x", "–"]], of_figures), [false, false], "dashes alone are none");
    }

    #[test]
    fn ren32_widths_follow_the_words_and_fill_the_room_exactly() {
        let wide = |rows: &[&[&str]], room| {
            of(rows, |table| {
                let columns: Vec<usize> = (0..table.columns).collect();
                widths(table, &columns, room, (10, 20))
            })
        };
        assert_eq!(wide(&[&["aaaa", "aaaa"]], 1_001), [501, 500], "alike");
        // 120, 40 and 40 of what they need are widened in proportion.
        assert_eq!(wide(&[&["una ciudad", "12", "34"]], 400), [240, 80, 80]);
        let long = "palabras ".repeat(50);
        let (narrow, broad) = ("12", long.as_str());
        assert_eq!(wide(&[&[narrow, broad, broad]], 1_000), [40, 480, 480], "what needs little gets that");
        assert_eq!(
            wide(&[&["inconstitucionalmente", broad, broad, broad]], 590)[0],
            230,
            "a word is not cut"
        );
        let narrow = wide(&[&["inconstitucionalmente"; 5]], 500);
        assert_eq!(narrow, [100; 5], "unless there is no room for it");
        let many = vec!["x"; 63];
        let all = wide(&[&many], 8_504);
        assert_eq!(
            (all.iter().sum::<u32>(), all.iter().min(), all.iter().max()),
            (8_504, Some(&134), Some(&135))
        );
    }
}
