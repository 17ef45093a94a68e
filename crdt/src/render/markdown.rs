//! Markdown for people, which reads back as the same blocks.
//!
//! Numbered paragraphs are written `31. …`, list items `- …` and `1) …`, quotations `> …`, tables with `|`, pictures
//! `![what they show](address "credit") caption`, notes `[^1]` with their words at the end of the chapter. With
//! [`Options::ids`] each block ends in `{#p-ID}`, so that an edited file comes back as minimal edits. Words are written
//! as plainly as possible; every block is read back once, and where plain spelling would not give the same words and
//! marks, it is spelt out with escapes and tags.
//!
//! The way back is [`crate::document::import`].

mod inline;

use inline::Place;

use super::tree::{Chapter, Note, Numbered, Piece, Table, Tree};
use crate::document::schema::{Image, is_digest};
use crate::document::{BlockKind, import};

/// How Markdown is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// Whether each block says its id, and each note is called by its.
    pub ids: bool,
}

/// All chapters, one after the other. Blocks without words are left out unless they take a number or say their id.
pub fn write(tree: &Tree, options: Options) -> String {
    let mut writer = Writer { options, out: String::new(), levels: Vec::new() };
    tree.chapters.iter().for_each(|chapter| writer.chapter(chapter));
    if !writer.out.is_empty() {
        writer.out.push('\n');
    }
    writer.out
}

/// A head of `key: value` lines for programs, to stand before what [`write()`] gives. Values are written as JSON strings,
/// which YAML reads; keys are lowercase ASCII words. The importer leaves such a head out of the text.
pub fn front_matter<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let line = |(key, value): (&str, &str)| format!("{key}: {}\n", serde_json::Value::from(value));
    format!("---\n{}---\n\n", fields.into_iter().map(line).collect::<String>())
}

struct Writer {
    options: Options,
    out: String,
    /// The lists that are open, outermost first.
    levels: Vec<Level>,
}

struct Level {
    ordered: bool,
    /// The number of the item written last.
    count: usize,
    /// Width of that item's `- ` or `10) `, by which what is inside it is indented.
    width: usize,
}

impl Writer {
    fn chapter(&mut self, chapter: &Chapter) {
        let mut rest = chapter.blocks.as_slice();
        while let Some(block) = rest.first() {
            if let Some((table, cells)) = Table::at_the_start_of(rest) {
                self.table(&table);
                rest = &rest[cells..];
            } else {
                self.block(block);
                rest = &rest[1..];
            }
        }
        for piece in chapter.blocks.iter().flat_map(Numbered::pieces) {
            if let Piece::Note(note) = piece {
                let words = inline::write_note(&note);
                self.paragraph(&format!("[^{}]:", self.label(&note)), &words);
            }
        }
    }

    fn block(&mut self, numbered: &Numbered) {
        let is_heading = matches!(numbered.block.kind, BlockKind::Heading { .. });
        let place = if is_heading { Place::Heading } else { Place::Line };
        let line = self.line(numbered, place);
        let is_shown = numbered.number.is_some() || numbered.level.is_some();
        if line.is_empty() && !is_shown {
            return;
        }
        match &numbered.block.kind {
            BlockKind::OrderedItem { depth } => self.item(true, usize::from(*depth), &line),
            BlockKind::UnorderedItem { depth } => self.item(false, usize::from(*depth), &line),
            BlockKind::Heading { .. } => {
                let level = usize::from(numbered.level.unwrap_or(1).min(6));
                self.paragraph(&"#".repeat(level), &line);
            }
            BlockKind::Quote => self.paragraph(">", &line),
            BlockKind::Paragraph { .. }
            | BlockKind::TableCell(_)
            | BlockKind::Image(_)
            | BlockKind::Unknown(_) => match numbered.number {
                Some(number) => self.paragraph(&format!("{number}."), &line),
                None => self.paragraph("", &line),
            },
        }
    }

    /// A block's words, behind its picture if it has one and before its id if that is asked for.
    fn line(&self, numbered: &Numbered, place: Place) -> String {
        let picture = match &numbered.block.kind {
            BlockKind::Image(Image { blob, alt, credit }) if is_digest(blob) => {
                inline::picture(&format!("{}{blob}", import::PICTURES), alt, credit)
            }
            _ => String::new(),
        };
        let words = inline::write(numbered, place, |note| self.label(note));
        let id = if self.options.ids { format!("{{#p-{}}}", numbered.block.id) } else { String::new() };
        let parts = [picture, words, id].into_iter().filter(|part| !part.is_empty());
        parts.collect::<Vec<_>>().join(" ")
    }

    fn label(&self, note: &Note<'_>) -> String {
        if self.options.ids && import::is_id(note.id) { note.id.to_string() } else { note.number.to_string() }
    }

    /// Markdown has one head row, and cannot do without it: above a table that has none, its cells are empty.
    fn table(&mut self, table: &Table<'_>) {
        let cell = |cell: &Option<&Numbered>| cell.map_or(String::new(), |cell| self.line(cell, Place::Cell));
        let line = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
        let mut rows: Vec<String> =
            table.rows.iter().map(|row| line(row.iter().map(cell).collect())).collect();
        if table.head == 0 {
            rows.insert(0, line(vec![String::new(); table.columns]));
        }
        rows.insert(1, line(vec!["---".to_string(); table.columns]));
        self.paragraph("", &rows.join("\n"));
    }

    fn paragraph(&mut self, prefix: &str, line: &str) {
        self.levels.clear();
        if !self.out.is_empty() {
            self.out.push_str("\n\n");
        }
        self.out.push_str(prefix);
        if !prefix.is_empty() && !line.is_empty() {
            self.out.push(' ');
        }
        self.out.push_str(line);
    }

    fn item(&mut self, ordered: bool, depth: usize, line: &str) {
        let continues = !self.levels.is_empty();
        self.levels.truncate(depth + 1);
        let is_sibling = self.levels.get(depth).is_some_and(|level| level.ordered == ordered);
        let changes_kind = self.levels.len() > depth && !is_sibling;
        if !is_sibling {
            self.levels.truncate(depth);
        }
        // A list of another kind at the same place begins behind an empty line, whatever its first number.
        let gap = if self.out.is_empty() {
            ""
        } else if continues && !changes_kind {
            "\n"
        } else {
            "\n\n"
        };
        self.out.push_str(gap);
        self.out.push_str(&" ".repeat(self.levels.iter().take(depth).map(|level| level.width).sum()));
        while self.levels.len() < depth {
            // An item that skips a level stands in items without words, on the same line.
            self.out.push_str("- ");
            self.levels.push(Level { ordered: false, count: 1, width: 2 });
        }
        let count = if is_sibling { self.levels[depth].count + 1 } else { 1 };
        let prefix = if ordered { format!("{count}) ") } else { "- ".to_string() };
        self.levels.truncate(depth);
        self.levels.push(Level { ordered, count, width: prefix.len() });
        self.out.push_str(if line.is_empty() { prefix.trim_end() } else { &prefix });
        self.out.push_str(line);
    }
}
