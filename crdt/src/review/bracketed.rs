//! A bracket in its text: which words it stands around, and what becomes of them.
//!
//! The record ([`bracket`](super::bracket)) says who wants what; the words carry the mark `bracket:ID`. What changes both comes
//! as one: each function here makes *one* change of the text, to be kept in the commit that keeps the record, so that there is
//! never one without the other.
//!
//! The marked words are the bracket's. Where the mark was lost (words cut and put elsewhere, another program), what is left of the
//! anchor stands for them.

use std::ops::Range;

use super::bracket::{Bracket, End};
use crate::document::blocks::Place;
use crate::document::{Block, EditError, MarkValue, Text, Writer};
use crate::ids::{BracketId, ParagraphId};

/// Where a bracket stands in a text, as far as it does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Standing {
    /// The words between the brackets, each paragraph on a line of its own.
    pub words: String,
    /// The paragraph in which they begin.
    pub paragraph: ParagraphId,
    /// Where that paragraph counts among the numbered ones of its text, from 1; `None` if it is not numbered.
    pub nth: Option<usize>,
}

/// The name of its mark.
pub fn mark_name(id: BracketId) -> String {
    format!("bracket:{id}")
}

/// The marked words of a bracket, in order, and where they begin; `None` if its mark is nowhere in the text.
pub fn standing(text: &Text, id: BracketId) -> Option<Standing> {
    standing_in(&text.blocks(), id)
}

/// The same for the blocks of a text, which are read once for many brackets.
pub fn standing_in(blocks: &[Block], id: BracketId) -> Option<Standing> {
    let name = mark_name(id);
    let marked = |block: &Block| {
        let runs = block.runs.iter().filter(|run| run.marks.has(&name));
        runs.map(|run| run.text.as_str()).collect::<String>()
    };
    let parts = blocks.iter().map(marked).enumerate();
    let parts: Vec<(usize, String)> = parts.filter(|(_, words)| !words.is_empty()).collect();
    let first = parts.first()?.0;
    let nth = blocks[..=first].iter().filter(|block| block.is_numbered()).count();
    Some(Standing {
        paragraph: blocks[first].id,
        nth: blocks[first].is_numbered().then_some(nth),
        words: parts.into_iter().map(|(_, words)| words).collect::<Vec<_>>().join("\n"),
    })
}

/// REV78: puts the mark around what is left of the quoted words. `None` if none is left, and the text is as it was.
pub fn put(text: &mut Text, writer: &Writer, bracket: &Bracket) -> Result<Option<Vec<u8>>, EditError> {
    let Some(range) = bracket.anchor.range(text) else { return Ok(None) };
    let stretches = within_paragraphs(text, text.whole_letters(range));
    let name = mark_name(bracket.id);
    let edited = text.edit(writer, |edit| {
        stretches.into_iter().try_for_each(|stretch| edit.mark(stretch, &name, &MarkValue::ON))
    })?;
    Ok(edited.change)
}

/// REV78: takes the mark of this name off all words. `None` if it is nowhere.
pub fn lift(text: &mut Text, writer: &Writer, name: &str) -> Result<Option<Vec<u8>>, EditError> {
    let stretches = marked(text, name);
    let edited =
        text.edit(writer, |edit| stretches.into_iter().try_for_each(|stretch| edit.unmark(stretch, name)))?;
    Ok(edited.change)
}

/// Are there words that settling could be about?
pub fn has_words(text: &Text, bracket: &Bracket) -> bool {
    !stretches(text, bracket).is_empty()
}

/// REV79: what settling makes of the words, as one change: they stay, they go, or `instead` stands in their place. `None` if the
/// text need not change. Where words go, one of the spaces around
/// them goes too, and a paragraph that loses all its words, but for the first.
pub fn settle(
    text: &mut Text,
    writer: &Writer,
    bracket: &Bracket,
    (end, instead): (End, &str),
) -> Result<Option<Vec<u8>>, EditError> {
    let name = mark_name(bracket.id);
    if matches!(end, End::Kept | End::Withdrawn) {
        return lift(text, writer, &name);
    }
    let stretches = stretches(text, bracket);
    let paragraphs = Paragraphs::of(text);
    let edited = text.edit(writer, |edit| {
        // From the end, so that what stands before keeps its place.
        for (at, stretch) in stretches.iter().enumerate().rev() {
            if at == 0 && end == End::Replaced {
                // Written behind the old words while these are there, so that bold and its like go on.
                edit.splice(stretch.end..stretch.end, instead)?;
                edit.unmark(stretch.end..stretch.end + instead.encode_utf16().count(), &name)?;
                edit.splice(stretch.clone(), "")?;
            } else {
                edit.splice(paragraphs.without(stretch), "")?;
            }
        }
        Ok(())
    })?;
    Ok(edited.change)
}

/// Where the bracket's words are: where its mark is, else what is left of its anchor.
fn stretches(text: &Text, bracket: &Bracket) -> Vec<Range<usize>> {
    let found = marked(text, &mark_name(bracket.id));
    match bracket.anchor.range(text) {
        Some(range) if found.is_empty() => within_paragraphs(text, text.whole_letters(range)),
        _ => found,
    }
}

/// The stretches that carry a mark, in whole letters, none over the end of a paragraph.
fn marked(text: &Text, name: &str) -> Vec<Range<usize>> {
    let reading = text.read();
    let mut found: Vec<Range<usize>> = Vec::new();
    for (block, place) in reading.blocks.iter().zip(&reading.places) {
        let mut end = place.start;
        for run in &block.runs {
            let start = end;
            end += run.text.encode_utf16().count();
            if !run.marks.has(name) {
                continue;
            }
            let letters = text.whole_letters(start..end);
            match found.last_mut() {
                Some(last) if last.end >= letters.start && last.start >= place.start => {
                    last.end = letters.end
                }
                _ => found.push(letters),
            }
        }
    }
    found
}

/// A range cut where paragraphs begin, without their markers and without empty parts.
fn within_paragraphs(text: &Text, range: Range<usize>) -> Vec<Range<usize>> {
    let places = text.read().places;
    let parts = places.iter().map(|place| range.start.max(place.start)..range.end.min(place.end));
    parts.filter(|part| part.start < part.end).collect()
}

/// The paragraphs of a text: where their words stand, and the words in UTF-16 units.
struct Paragraphs(Vec<(Place, Vec<u16>)>);

impl Paragraphs {
    fn of(text: &Text) -> Self {
        let reading = text.read();
        let units = reading.blocks.iter().map(|block| block.words().encode_utf16().collect());
        Self(reading.places.iter().copied().zip(units).collect())
    }

    /// What goes when these words go: of the spaces on both sides one, and with all its words a paragraph, but for the first.
    fn without(&self, words: &Range<usize>) -> Range<usize> {
        let Some(at) =
            self.0.iter().position(|(place, _)| place.start <= words.start && words.end <= place.end)
        else {
            return words.clone();
        };
        let (place, units) = &self.0[at];
        if *words == (place.start..place.end) {
            return if at > 0 && place.marker.is_some() { words.start - 1..words.end } else { words.clone() };
        }
        let unit = |offset: usize| offset.checked_sub(place.start).and_then(|at| units.get(at)).copied();
        let is_space = |offset: Option<usize>| offset.and_then(unit) == Some(u16::from(b' '));
        let (before, after) = (words.start.checked_sub(1), Some(words.end));
        let ends = unit(words.end).is_none_or(|unit| b" ,.;:!?)".iter().any(|sign| u16::from(*sign) == unit));
        if is_space(before) && ends {
            words.start - 1..words.end
        } else if words.start == place.start && is_space(after) {
            words.start..words.end + 1
        } else {
            words.clone()
        }
    }
}
