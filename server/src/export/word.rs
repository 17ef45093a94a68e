//! Word documents that come in: what they say, who changed it, and what was said about it.
//!
//! A file is anybody's. It is measured before any of it is read, nothing that it names outside itself is ever looked at, and its names
//! of people prove nothing: they are kept as words. What the paper cannot hold is left out and told, with its place ([`Note`]).
//!
//! [`read`] gives the paragraphs with everybody's changes in them. What they come to depends on whose changes count:
//! [`Document::blocks`] answers with nobody's (the text as it was before) or with one author's, under the same ids, so that the
//! difference of both is what that author proposes.

mod flat;
mod lists;
mod package;
mod report;
mod story;
mod styles;
#[cfg(test)]
mod tests;
mod xml;

use std::collections::BTreeMap;

use bytes::Bytes;
use crdt::document::{BlockKind, Marks};
use crdt::ids::ParagraphId;

pub use flat::{Chapter, Placed};
pub use report::{Found, Note, Report};

use super::tables::read::ReadError;

/// A document as it came in.
#[derive(Debug, Default)]
pub struct Document {
    /// In the order of the file.
    pub paragraphs: Vec<Paragraph>,
    /// Who changed something, by the names in the file.
    pub authors: Vec<String>,
    /// What was said beside the text, by the ids of the file. Answers stand behind what they answer.
    pub comments: BTreeMap<String, Vec<Remark>>,
    /// What could not be kept.
    pub report: Report,
}

/// A paragraph, and what was changed in it.
#[derive(Debug, Clone)]
pub struct Paragraph {
    /// Drawn when it was read.
    pub id: ParagraphId,
    /// What it is.
    pub kind: BlockKind,
    /// Its words.
    pub pieces: Vec<Piece>,
    /// What was done to its end: a paragraph whose end goes becomes one with the next.
    pub end: Vec<Tracked>,
    /// What was done to all of it at once: to the row of a table that it stands in, or to the picture that it is.
    pub whole: Vec<Tracked>,
}

/// Words with the same marks and the same changes.
#[derive(Debug, Clone, Default)]
pub struct Piece {
    /// The words.
    pub words: String,
    /// Their marks.
    pub marks: Marks,
    /// What was done to them, from the outside inwards.
    pub changes: Vec<Tracked>,
    /// The comments that stand on them.
    pub comments: Vec<String>,
}

/// Something that was done while changes were tracked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tracked {
    /// Whether it came; it went otherwise.
    pub came: bool,
    /// Whose it is, among the [`Document::authors`].
    pub author: usize,
}

/// What somebody said beside the text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Remark {
    /// The name in the file; it proves nothing.
    pub author: String,
    /// The day in the file, `2016-09-21`; empty if it says none.
    pub day: String,
    /// What was said.
    pub words: String,
}

/// Keeps a picture and says its name; `None` for one that no paper can have.
pub type Keep<'a> = dyn FnMut(&Bytes) -> Option<String> + 'a;

/// Reads a file whose every new paragraph gets an id from `ids`, and whose pictures go to `keep`.
pub fn read(
    file: &[u8],
    ids: &mut dyn FnMut() -> ParagraphId,
    keep: &mut Keep<'_>,
) -> Result<Document, ReadError> {
    let package = package::open(file)?;
    let mut document = story::read(&package, ids, keep)?;
    if let Some(words) = &package.head_and_foot {
        document.report.note(0, Found::HeadAndFoot, words);
    }
    Ok(document)
}
