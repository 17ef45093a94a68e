//! Pictures. Each becomes a block behind the paragraph in which it stands; the caption that follows becomes its words.

use crdt::document::BlockKind;
use crdt::document::schema::Image;

use super::paragraph::OpenParagraph;
use super::{MOST_PARAGRAPHS, Story};
use crate::export::tables::clean;
use crate::export::tables::read::ReadError;
use crate::export::word::package::Picture;
use crate::export::word::report::Found;
use crate::export::word::styles::Role;
use crate::export::word::xml::Tag;
use crate::export::word::{Paragraph, Tracked};

/// What alternative text may have.
const MOST_ALT: usize = 1_000;
/// What a credit may have.
const MOST_CREDIT: usize = 300;

/// A drawing while it is read.
#[derive(Default)]
pub(super) struct Drawing {
    described: String,
    /// It held something that was kept, or of which the report speaks.
    is_told: bool,
}

/// A picture that the text shows.
pub(super) struct Shown {
    image: Image,
    changes: Vec<Tracked>,
}

impl Story<'_> {
    pub(super) fn drawing_begins(&mut self) {
        self.drawings.push(Drawing::default());
    }

    /// Its words come in as those of a text box.
    pub(super) fn draws_a_box(&mut self) {
        if let Some(drawing) = self.drawings.last_mut() {
            drawing.is_told = true;
        }
    }

    /// A chart, a diagram or the document of another program is no picture that is kept. What an older program draws may be a line.
    pub(super) fn drawing_ends(&mut self, name: &str) {
        let Some(drawing) = self.drawings.pop() else { return };
        if matches!(name, "drawing" | "object") && !drawing.is_told && !self.is_fallback() {
            self.note(Found::Picture, &drawing.described);
        }
    }

    /// A part of a drawing: what it shows in words, or the picture itself.
    pub(super) fn draws(&mut self, name: &str, tag: &Tag<'_>) -> Result<(), ReadError> {
        if self.is_fallback() || self.drawings.is_empty() {
            return Ok(());
        }
        match name {
            ":docPr" => {
                let said = ["descr", "title"].into_iter().filter_map(|name| tag.get(name));
                self.described(said.chain(tag.get("name")).find(|words| !words.trim().is_empty()));
                Ok(())
            }
            ":shape" => {
                self.described(tag.get("alt"));
                Ok(())
            }
            // Words bent into a picture.
            ":textpath" => {
                self.described(tag.get("string"));
                self.pictured(None)
            }
            ":blip" => self.pictured(tag.get("embed").or(tag.get("link"))),
            _ => self.pictured(tag.get("id").or(tag.get("relid"))),
        }
    }

    fn described(&mut self, words: Option<String>) {
        if let (Some(drawing), Some(words)) = (self.drawings.last_mut(), words) {
            drawing.described = clean(&words).split_whitespace().collect::<Vec<_>>().join(" ");
        }
    }

    fn pictured(&mut self, id: Option<String>) -> Result<(), ReadError> {
        let Some(drawing) = self.drawings.last_mut() else { return Ok(()) };
        drawing.is_told = true;
        let described = drawing.described.clone();
        if self.look().hidden == Some(true) {
            self.note(Found::Hidden, &described);
            return Ok(());
        }
        let holds_words_only = self.groups.open.is_some() || !self.tables.is_empty();
        if holds_words_only {
            self.note(Found::PictureInside, &described);
            return Ok(());
        }
        let blob = match id.and_then(|id| self.pictures.get(&id)) {
            Some(Picture::Outside(address)) => {
                self.note(Found::PictureOutside, address);
                return Ok(());
            }
            Some(Picture::Inside(bytes)) => (self.keep)(bytes),
            None => None,
        };
        let Some(blob) = blob else {
            self.note(Found::Picture, &described);
            return Ok(());
        };
        let waiting: usize = self.open.iter().map(|open| open.pictures.len()).sum();
        if self.paragraphs.len() + waiting >= MOST_PARAGRAPHS {
            return Err(ReadError::Unreadable("the document has more pictures than a paper can have"));
        }
        if self.changes_twice() {
            self.note(Found::ChangedTwice, &described);
        }
        let alt = described.chars().take(MOST_ALT).collect();
        let shown =
            Shown { image: Image { blob, alt, credit: String::new() }, changes: self.changes.clone() };
        self.is_said();
        self.paragraph(|open| open.pictures.push(shown));
        Ok(())
    }

    /// The pictures of a paragraph that has ended.
    pub(super) fn shows(&mut self, pictures: Vec<Shown>) {
        for Shown { image, changes } in pictures {
            self.paragraphs.push(Paragraph {
                id: (self.ids)(),
                kind: BlockKind::Image(image),
                pieces: Vec::new(),
                end: Vec::new(),
                whole: changes,
            });
        }
    }

    /// A caption goes to the picture before it. The paragraph comes back if it is none.
    pub(super) fn captions(&mut self, open: OpenParagraph) -> Option<OpenParagraph> {
        let is_caption = matches!(open.role, Some(Role::Caption));
        let picture = self.paragraphs.last_mut().filter(|last| last.pieces.is_empty() && is_caption);
        let Some(Paragraph { kind: BlockKind::Image(image), pieces, .. }) = picture else {
            return Some(open);
        };
        *pieces = open.pieces;
        image.credit = open.credit.trim().chars().take(MOST_CREDIT).collect();
        None
    }

    pub(super) fn is_fallback(&self) -> bool {
        self.path.iter().any(|around| around == ":Fallback")
    }
}
