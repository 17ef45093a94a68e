//! What could not be kept as it was.

use serde::Serialize;

/// What an import changed, in the order of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// At most [`Report::MAX_NOTES`].
    pub notes: Vec<Note>,
    /// How many notes there were beyond that.
    pub more: usize,
}

/// One thing that came in differently from how it stood in the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    /// Line of the file, from 1.
    pub line: usize,
    /// What was found there.
    pub found: Finding,
    /// What it says, at most 120 characters.
    pub words: String,
}

/// What a note is about, and what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// A table: which way its columns are aligned was left out.
    Table,
    /// A note that is referred to again, from inside another note or not at all: its mark (here) or its words stand as words.
    Footnote,
    /// An image from elsewhere: its description stayed as words, its address (here) was left out.
    Image,
    /// Code: its lines became paragraphs.
    Code,
    /// Raw HTML: it is shown as written.
    Html,
    /// A link to an address that may not be followed: its words stayed, the address (here) was left out.
    Address,
    /// The title of a link, shown by some programs when the mouse rests on it, was left out.
    LinkTitle,
    /// An address that was defined and never used became a paragraph.
    UnusedAddress,
    /// Something inside a list item or a quotation now stands on its own.
    Loosened,
    /// A number was typed that breaks the sequence (here); the paper counts for itself.
    Number,
    /// The heading of the file, with its name and date for programs, was left out.
    FrontMatter,
}

impl Report {
    /// Notes beyond these are only counted.
    pub const MAX_NOTES: usize = 1_000;

    pub(super) fn note(&mut self, line: usize, found: Finding, words: &str) {
        if self.notes.len() == Self::MAX_NOTES {
            self.more += 1;
        } else {
            self.notes.push(Note { line, found, words: words.chars().take(120).collect() });
        }
    }
}
