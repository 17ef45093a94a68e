//! What could not be kept, with its place.

use serde::Serialize;

/// What an import changed, in the order of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// At most [`Report::MOST`].
    pub notes: Vec<Note>,
    /// How many there were beyond that.
    pub more: usize,
}

/// One thing that came in differently from how it stood in the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    /// The paragraph of the file, those with words counted from 1; 0 for the file as a whole, its notes and comments.
    pub paragraph: usize,
    /// What was found there.
    pub found: Found,
    /// What it says, at most 120 characters.
    pub words: String,
}

/// What a note is about, and what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Found {
    /// What stands at the head and foot of each page (here) was left out.
    HeadAndFoot,
    /// The title page (here) was left out: the paper has one of its own.
    Cover,
    /// The table of contents was left out: the paper makes its own.
    Contents,
    /// A picture that a paper cannot have: its description (here) was left out with it.
    Picture,
    /// A picture that is not in the file, only where it is (here): it was left out.
    PictureOutside,
    /// A picture in a table, a note or a comment, which hold words only: its description (here) was left out with it.
    PictureInside,
    /// A text box: its words became paragraphs.
    TextBox,
    /// A link to an address that may not be followed: its words stayed, the address (here) was left out.
    Address,
    /// Cells that were joined: the words stand in the first of them.
    JoinedCells,
    /// A table in a cell: its words stand in that cell.
    InnerTable,
    /// A sign of a font of its own was left out.
    Symbol,
    /// A change of looks that was tracked: it counts as made.
    Formatting,
    /// Words (here) that one author put in and another changed again: they came in as the first proposed them, without what the second
    /// did to them.
    ChangedTwice,
    /// Words that were struck through, not by a tracked change: they came in as words like others.
    Struck,
    /// Words, or a picture, that the file keeps hidden: they were left out.
    Hidden,
    /// An equation: it came in as one line of words.
    Equation,
    /// How words are read, in small letters above them: it was left out.
    Reading,
    /// Another document that stands in this one: it was left out.
    Embedded,
    /// A change inside a note that was tracked: the note came in as it was before.
    ChangedNote,
    /// A comment on no words, or on words that somebody only proposes: it stands on the paragraph.
    LooseComment,
    /// A comment (here) that stands on nothing that was in the text: it was left out.
    LostComment,
    /// A comment without words.
    EmptyComment,
}

impl Report {
    /// Notes beyond these are only counted.
    pub const MOST: usize = 1_000;

    pub(super) fn note(&mut self, paragraph: usize, found: Found, words: &str) {
        if self.notes.len() == Self::MOST {
            self.more += 1;
        } else {
            let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
            self.notes.push(Note { paragraph, found, words: words.chars().take(120).collect() });
        }
    }
}
