//! Where things stand in one text, found once for all rows of it.

use crate::document::elements::Elements;
use crate::document::{Anchor, Text};
use crate::ids::ParagraphId;
use crate::review::amendment::Amendment;

/// Where things stand in one text.
pub struct Outline {
    elements: Elements,
    blocks: Vec<OutlineBlock>,
}

/// One block: its id, where it begins, and its number among the numbered ones of its text (from 1).
#[derive(Clone, Copy)]
struct OutlineBlock {
    id: ParagraphId,
    start: usize,
    ordinal: Option<usize>,
}

/// A paragraph in which the words of an anchor stand now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Located {
    /// Its place in the text, 0 for the first.
    pub block: usize,
    /// Where the first of the words begins, in UTF-16 units from the start of the text.
    pub start: usize,
    /// Its id.
    pub paragraph: ParagraphId,
    /// Its number among the numbered paragraphs of the text, from 1.
    pub ordinal: Option<usize>,
}

impl Outline {
    /// Where things stand in this text. One pass over it.
    pub fn of(text: &Text) -> Outline {
        let reading = text.read();
        let mut numbered = 0;
        let blocks = reading.blocks.iter().zip(&reading.places).map(|(block, place)| {
            numbered += usize::from(block.is_numbered());
            let ordinal = block.is_numbered().then_some(numbered);
            OutlineBlock { id: block.id, start: place.marker.unwrap_or(place.start), ordinal }
        });
        Outline { blocks: blocks.collect(), elements: Elements::of(text) }
    }

    /// The paragraph in which the first surviving word of a passage stands; `None` when all are gone.
    pub fn locate(&self, anchor: &Anchor) -> Option<Located> {
        self.located(anchor.start_among(&self.elements)?)
    }

    /// REV75: where an amendment stands: where the first of what it touches stands now; when all that is gone, the paragraph of the
    /// resulting words, or one that it was about. `None` when these are gone too.
    pub fn locate_amendment(&self, amendment: &Amendment) -> Option<Located> {
        let start = amendment.footprint.start_among(&self.elements);
        let start = start.or_else(|| {
            let result = amendment.decision().and_then(|decision| decision.disposition.result);
            let result = result.map(|place| place.paragraph);
            let mut about = result.into_iter().chain(amendment.footprint.paragraphs());
            about.find_map(|id| self.blocks.iter().find(|block| block.id == id)).map(|block| block.start)
        });
        let located = self.located(start?)?;
        // What begins with its paragraph begins with the first of its words, as a remark on them does.
        let begins = self.blocks[located.block].start == located.start;
        Some(Located { start: located.start + usize::from(begins), ..located })
    }

    fn located(&self, start: usize) -> Option<Located> {
        let block = self.blocks.partition_point(|block| block.start <= start).checked_sub(1)?;
        let OutlineBlock { id: paragraph, ordinal, .. } = self.blocks[block];
        Some(Located { block, start, paragraph, ordinal })
    }
}
