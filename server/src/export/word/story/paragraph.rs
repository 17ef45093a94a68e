//! Paragraphs: what one is shows when it has ended.

use crdt::document::BlockKind;

use super::picture::Shown;
use super::told::Told;
use super::{MOST_PARAGRAPHS, Story, words};
use crate::export::tables::read::ReadError;
use crate::export::word::report::Found;
use crate::export::word::styles::{Letters, Role};
use crate::export::word::{Paragraph, Piece, Tracked};

/// A paragraph while it is read.
#[derive(Default)]
pub(super) struct OpenParagraph {
    pub(super) role: Option<Role>,
    pub(super) list: Option<(String, u8)>,
    pub(super) list_level: u8,
    pub(super) outline: Option<u8>,
    /// How its style lets letters look.
    pub(super) letters: Letters,
    pub(super) pieces: Vec<Piece>,
    pub(super) end: Vec<Tracked>,
    pub(super) told: Vec<Told>,
    /// What stands behind its words.
    pub(super) pictures: Vec<Shown>,
    /// Whose picture it speaks of, where it is a caption that says so.
    pub(super) credit: String,
    /// A number that stands as words: it goes, with the tab behind it.
    pub(super) had_number: bool,
    /// No paragraph of the file: its words stand beside those.
    is_loose: bool,
}

impl Story<'_> {
    /// What comes stands in the paragraph that is open. The standard lets equations and changed words stand beside all paragraphs,
    /// in the text, in a cell or a note: those make one of their own.
    pub(super) fn is_said(&mut self) {
        if self.open.is_empty() {
            self.open.push(OpenParagraph { is_loose: true, ..OpenParagraph::default() });
        }
    }

    /// Where another paragraph could begin.
    pub(super) fn may_be_another(&mut self) -> Result<(), ReadError> {
        self.loose_ends();
        if self.paragraphs.len() + self.open.len() > MOST_PARAGRAPHS {
            return Err(ReadError::Unreadable("the document has more paragraphs than a paper can have"));
        }
        Ok(())
    }

    /// A paragraph of words that stand in none ends where another could begin. It opened because they count, whatever is passed over now.
    pub(super) fn loose_ends(&mut self) {
        if self.open.last().is_some_and(|open| open.is_loose) {
            let passed_over = std::mem::take(&mut self.passed_over);
            self.paragraph_ends();
            self.passed_over = passed_over;
        }
    }

    /// Words that a table has outside its cells, when it has ended.
    pub(super) fn stands_behind(&mut self, pieces: Vec<Piece>) {
        if pieces.iter().any(|piece| !piece.words.trim().is_empty()) {
            self.words_end(OpenParagraph { pieces, ..OpenParagraph::default() });
        }
    }

    pub(super) fn paragraph_ends(&mut self) {
        let Some(mut open) = self.open.pop() else { return };
        let pictures = std::mem::take(&mut open.pictures);
        self.words_end(open);
        self.shows(pictures);
    }

    fn words_end(&mut self, mut open: OpenParagraph) {
        if self.passed_over > 0 {
            return;
        }
        self.tells(&mut open);
        if let Some(group) = self.groups.open.clone() {
            self.group_takes(&group, open.pieces);
            return;
        }
        let is_blank = open.pieces.iter().all(|piece| piece.words.trim().is_empty());
        if let Some(table) = self.tables.last_mut() {
            self.counted += usize::from(table.takes(open.pieces) && !is_blank);
            return;
        }
        let kind = self.kind_of(&open);
        match open.role {
            Some(Role::Cover) if !is_blank => return self.note(Found::Cover, &words(&open.pieces)),
            Some(Role::Contents) if !is_blank => return self.contents_line(),
            _ => {}
        }
        self.counted += usize::from(!is_blank);
        let Some(open) = self.captions(open) else { return };
        let id = (self.ids)();
        let Some(kind) = kind else { return };
        self.paragraphs.push(Paragraph { id, kind, pieces: open.pieces, end: open.end, whole: Vec::new() });
    }

    /// A line of a table of contents that no frame stands around.
    fn contents_line(&mut self) {
        if !self.report.notes.iter().any(|note| note.found == Found::Contents) {
            self.note(Found::Contents, "");
        }
    }

    /// `None` for what is left out: blank lines of the title page and the contents.
    fn kind_of(&self, open: &OpenParagraph) -> Option<BlockKind> {
        let heading =
            |level: u8| BlockKind::Heading { level: level.min(crdt::document::schema::MAX_HEADING_LEVEL) };
        if let Some(outline) = open.outline {
            return Some(heading(outline + 1));
        }
        let list = match (&open.list, &open.role) {
            // The list of number nought takes a paragraph out of its style's.
            (Some((id, _)), _) if id == "0" => None,
            (Some((id, level)), _) => Some((id, *level)),
            (None, Some(Role::Item(id, level))) => Some((id, *level)),
            (None, _) => None,
        };
        Some(match &open.role {
            Some(Role::Heading(level)) => heading(*level),
            Some(Role::Cover | Role::Contents) => return None,
            Some(Role::Numbered) => BlockKind::Paragraph { numbered: true },
            _ if list.is_some() => list.map(|(id, level)| self.lists.kind(id, level))?,
            Some(Role::Quote) => BlockKind::Quote,
            _ => BlockKind::Paragraph { numbered: open.had_number },
        })
    }
}
