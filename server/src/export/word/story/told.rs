//! Words that came in differently from how they stood, gathered while their paragraph is read: one note for words that follow each
//! other, however many runs a program cut them into.

use super::Story;
use super::paragraph::OpenParagraph;
use crate::export::word::Tracked;
use crate::export::word::report::Found;

/// What the report will say of words of a paragraph.
pub(super) struct Told {
    found: Found,
    words: String,
    /// The words that come next may belong to it.
    goes_on: bool,
}

/// Whether one author proposed something and another changed it again: the draft of nobody holds both.
pub(super) fn is_changed_twice(changes: &[Tracked]) -> bool {
    changes.iter().any(|came| came.came && changes.iter().any(|other| other.author != came.author))
}

impl Story<'_> {
    /// Whether the words that come were changed twice, the rows around them counted.
    pub(super) fn changes_twice(&self) -> bool {
        let rows = self.tables.iter().flat_map(|table| table.row_changes());
        is_changed_twice(&rows.chain(&self.changes).copied().collect::<Vec<_>>())
    }

    /// What is to be told of a paragraph that has ended.
    pub(super) fn tells(&mut self, open: &mut OpenParagraph) {
        if is_changed_twice(&open.end) && open.told.iter().all(|told| told.found != Found::ChangedTwice) {
            open.tell(Found::ChangedTwice, &super::words(&open.pieces));
        }
        for told in std::mem::take(&mut open.told) {
            self.note(told.found, &told.words);
        }
    }
}

impl OpenParagraph {
    /// These words are of the kinds that apply, and end what was told of every other.
    pub(super) fn tell_all<const N: usize>(&mut self, kinds: [(Found, bool); N], words: &str) {
        for (found, applies) in kinds {
            if applies {
                self.tell(found, words);
            } else {
                self.told_ends(found);
            }
        }
    }

    /// Words of this kind. White space alone opens no note.
    pub(super) fn tell(&mut self, found: Found, words: &str) {
        match self.told.iter_mut().rev().find(|told| told.found == found && told.goes_on) {
            Some(told) => told.words.push_str(words),
            None if words.trim().is_empty() => {}
            None => self.told.push(Told { found, words: words.to_owned(), goes_on: true }),
        }
    }

    /// Something of this kind begins, whether it will have words or none.
    pub(super) fn tell_new(&mut self, found: Found) {
        self.told_ends(found);
        self.told.push(Told { found, words: String::new(), goes_on: true });
    }

    fn told_ends(&mut self, found: Found) {
        self.told.iter_mut().filter(|told| told.found == found).for_each(|told| told.goes_on = false);
    }
}
