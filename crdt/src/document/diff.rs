//! From "it should now read like this" to the smallest edits.
//!
//! A re-imported file, a `PUT`, a restored version: each gives the blocks a text should have. [`plan`] finds which block
//! is which (by id, else by equal words, else by likeness), then which words differ; [`Text::become_blocks`] writes
//! just that, as one change. Words nobody changed keep their element ids, so their comments and their authors stay.

pub(crate) mod align;
mod carried;
pub(crate) mod words;

use std::collections::BTreeSet;
use std::ops::Range;

use super::blocks::{Place, Reading};
use super::edit::{Edit, EditError, Edited, Writer};
use super::schema::{Block, BlockKind, MarkValue, link_is_allowed};
use super::text::Text;
use crate::ids::ParagraphId;
use carried::{Names, carried};

/// What the source of the new blocks is able to say. What it cannot say stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The blocks are the whole truth: what they lack is taken away.
    Whole,
    /// Markdown has no spelling for languages, citations, brackets, unknown blocks and what renders what.
    Markdown,
}

/// What to do, in the order of the new text; deletions stand where the deleted blocks stood.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The steps.
    pub edits: Vec<BlockEdit>,
    /// The blocks that the text will have: the new ones, under the ids they keep.
    pub result: Vec<Block>,
}

/// One step of a [`Plan`]. `old` counts blocks of the present text, `new` those of [`Plan::result`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlockEdit {
    /// The block stays; these words change, and kind, identity and marks are set where they differ.
    Keep {
        /// Which block.
        old: usize,
        /// What it becomes.
        new: usize,
        /// Changes of its words in ascending order, not touching each other.
        words: Vec<WordEdit>,
    },
    /// A new block.
    Insert {
        /// Which one.
        new: usize,
    },
    /// The block goes, with its words.
    Delete {
        /// Which one.
        old: usize,
    },
}

/// Words that change inside a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordEdit {
    /// What goes, in UTF-16 units from the start of the block's words; empty for an insertion.
    pub range: Range<usize>,
    /// What comes.
    pub words: String,
}

/// How to make `old` read like `new`. Total; the blocks of [`Plan::result`] have distinct ids.
pub fn plan(old: &[Block], new: &[Block], source: Source) -> Plan {
    let pairs = align::align(old, new);
    let kept: BTreeSet<ParagraphId> =
        pairs.iter().filter_map(|(old_at, _)| old_at.map(|at| old[at].id)).collect();
    let names = match source {
        Source::Whole => Names::default(),
        Source::Markdown => Names::of(old, new, &pairs),
    };
    let mut taken = BTreeSet::new();
    let mut plan = Plan { edits: Vec::new(), result: Vec::with_capacity(new.len()) };
    for pair in pairs {
        match pair {
            (Some(old_at), Some(new_at)) => {
                let mut block = match source {
                    Source::Whole => Block { id: old[old_at].id, ..new[new_at].clone() },
                    Source::Markdown => carried(&old[old_at], &new[new_at]),
                };
                if source == Source::Markdown {
                    names.restore(&mut block, Some(&old[old_at]));
                }
                let words = words::changes(&old[old_at].words(), &block.words());
                plan.edits.push(BlockEdit::Keep { old: old_at, new: plan.result.len(), words });
                taken.insert(block.id);
                plan.result.push(block);
            }
            (None, Some(new_at)) => {
                let mut block = new[new_at].clone();
                names.restore(&mut block, None);
                while kept.contains(&block.id) || !taken.insert(block.id) {
                    block.id = super::blocks::derived_id(&block.id.to_string());
                }
                plan.edits.push(BlockEdit::Insert { new: plan.result.len() });
                plan.result.push(block);
            }
            (Some(old_at), None) => plan.edits.push(BlockEdit::Delete { old: old_at }),
            (None, None) => {}
        }
    }
    plan
}

impl Source {
    /// Whether a mark that the new blocks lack should go.
    fn can_say(self, name: &str, value: &MarkValue) -> bool {
        match (self, name, value) {
            (Source::Whole, _, _) | (_, "strong" | "em" | "superscript" | "subscript", _) => true,
            (Source::Markdown, "link", MarkValue::Text(href)) => link_is_allowed(href),
            (Source::Markdown, name, _) if name.starts_with("footnote:") => true,
            (Source::Markdown, _, _) => false,
        }
    }
}

impl Text {
    /// Makes the text read like `new`, as one change with the smallest edits; the plan says what was done. An empty
    /// `new` leaves one empty paragraph.
    pub fn become_blocks(
        &mut self,
        writer: &Writer,
        new: &[Block],
        source: Source,
    ) -> Result<Edited<Plan>, EditError> {
        let Reading { blocks, places, .. } = self.read();
        let empty = [Block::new(blocks[0].id, BlockKind::Paragraph { numbered: false }, Vec::new())];
        let plan = plan(&blocks, if new.is_empty() { &empty } else { new }, source);
        let edited = self.edit(writer, |edit| {
            plan.write(edit, &places)?;
            edit.set_marks(&plan.result, |(name, value)| source.can_say(name, value))
        })?;
        Ok(Edited { value: plan, change: edited.change })
    }
}

impl Plan {
    fn write(&self, edit: &mut Edit<'_, '_>, places: &[Place]) -> Result<(), EditError> {
        // The first marker is never deleted: whoever types behind it meanwhile would be left without a paragraph. Where
        // the first blocks go, their words go, and the first marker becomes that of the block that follows.
        let gone = self.edits.iter().take_while(|step| matches!(step, BlockEdit::Delete { .. })).count();
        // Backwards, so that the offsets of what comes before stay true.
        let mut next = places.last().map_or(0, |place| place.end);
        for (at, step) in self.edits.iter().enumerate().skip(gone).rev() {
            match step {
                BlockEdit::Insert { new } => edit.insert_block(next, &self.result[*new])?,
                BlockEdit::Delete { old } => {
                    let place = places[*old];
                    next = place.marker.unwrap_or(place.start);
                    edit.replace(next..place.end, "")?;
                }
                BlockEdit::Keep { old, new, words } => {
                    let start = places[*old].start;
                    for WordEdit { range, words } in words.iter().rev() {
                        edit.replace(start + range.start..start + range.end, words)?;
                    }
                    let place = if at == gone { places[0] } else { places[*old] };
                    if place.start < start {
                        edit.replace(place.start..start, "")?;
                    }
                    next = place.marker.unwrap_or(place.start);
                    match place.marker {
                        Some(marker) => edit.set_marker(marker, &self.result[*new])?,
                        None => edit.insert_marker(place.start, &self.result[*new])?,
                    }
                }
            }
        }
        Ok(())
    }
}
