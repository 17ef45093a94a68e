//! What keeps a comment on its words.
//!
//! An [`Anchor`] names the elements of the words that were quoted: whatever is typed before, behind or between, and in
//! whatever order edits arrive, the same letters are found again. It shows from the first to the last that survives,
//! and when none does, the comment is *detached* and shows the old quotation. (Pairs of cursors were tried: 1 % of
//! their anchors were falsely detached and 8 % too short; see rule ANC2.)

use std::ops::Range;

use automerge::{ExpandedChange, ReadDoc};
use serde::{Deserialize, Serialize};

use super::blocks::Reading;
use super::elements::{ElementId, Elements};
use super::state::State;
use super::text::Text;
use crate::ids::{ActorId, ChangeHash, ParagraphId};

/// A passage, for life. As JSON: `{"runs": [{"actor", "counter", "length"}], "heads": […], "quote": "…"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Anchor {
    /// The quoted elements in text order; markers of paragraphs inside the passage count among them.
    pub runs: Vec<ElementRun>,
    /// The text in which the words were selected.
    pub heads: Vec<ChangeHash>,
    /// The words as they were, paragraphs separated by a line feed.
    pub quote: String,
}

/// Elements with consecutive numbers by one actor, side by side when they were quoted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ElementRun {
    /// The session that wrote them.
    pub actor: ActorId,
    /// The number of the first.
    pub counter: u64,
    /// How many elements, at least one. An emoji is one element though it has two UTF-16 units.
    pub length: u64,
}

/// Why an anchor does not belong to a text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnchorError {
    /// It names no element, a run of none, or too many; or its quotation is too long.
    #[error("an anchor names between 1 and {} elements and quotes as many", Anchor::MAX_ELEMENTS)]
    Size,
    /// This element never stood in the text.
    #[error("the text never held the element {0}")]
    UnknownElement(ElementId),
    /// The text has no such change.
    #[error("the text has no change {0}")]
    UnknownHead(ChangeHash),
}

impl Anchor {
    /// More elements than this are no passage but a chapter.
    pub const MAX_ELEMENTS: u64 = 100_000;

    /// The passage in `range` (UTF-16 units; letters that are partly inside count). `None` if nothing is in it.
    pub fn of(text: &Text, range: Range<usize>) -> Option<Anchor> {
        let mut runs: Vec<ElementRun> = Vec::new();
        for (element, _) in Elements::of(text).within(range.clone()) {
            match runs.last_mut() {
                Some(run) if run.actor == element.actor && run.counter + run.length == element.counter => {
                    run.length += 1
                }
                _ => runs.push(ElementRun { actor: element.actor, counter: element.counter, length: 1 }),
            }
        }
        let heads = text.heads();
        (!runs.is_empty()).then(|| Anchor { runs, heads, quote: quote(&text.read(), range) })
    }

    /// Where the quoted words are now, as UTF-16 offsets from the start of the text, end excluded: from the first to
    /// the last that survives. `None` when none survives: the comment is detached.
    pub fn range(&self, text: &Text) -> Option<Range<usize>> {
        self.range_among(&Elements::of(text))
    }

    /// The same as [`Anchor::range`] for many anchors of one text: the elements are listed once.
    pub fn range_among(&self, elements: &Elements) -> Option<Range<usize>> {
        self.elements()
            .filter_map(|element| elements.place(&element.actor, element.counter))
            .reduce(|all, one| all.start.min(one.start)..all.end.max(one.end))
    }

    /// Where the first of the quoted words that survives stands now, as a UTF-16 offset; `None` when none does. Elements keep their
    /// order for life, so this need not look at the others.
    pub fn start_among(&self, elements: &Elements) -> Option<usize> {
        let found = |element: ElementId| elements.place(&element.actor, element.counter);
        self.elements().find_map(found).map(|place| place.start)
    }

    /// Whether every element stands, or once stood, in this text, and every head is one of its changes.
    pub fn check(&self, text: &Text) -> Result<(), AnchorError> {
        let lengths = self.runs.iter().try_fold(0u64, |sum, run| sum.checked_add(run.length));
        let has_size = lengths.is_some_and(|sum| (1..=Self::MAX_ELEMENTS).contains(&sum))
            && self.runs.iter().all(|run| run.length > 0 && run.counter.checked_add(run.length).is_some())
            && self.quote.encode_utf16().count() as u64 <= 2 * Self::MAX_ELEMENTS;
        if !has_size {
            return Err(AnchorError::Size);
        }
        if let Some(unknown) = self.heads.iter().find(|head| !text.knows(std::slice::from_ref(head))) {
            return Err(AnchorError::UnknownHead(*unknown));
        }
        let alive = Elements::of(text);
        let mut history = History { text, change: None };
        let mut dead =
            self.elements().filter(|element| alive.place(&element.actor, element.counter).is_none());
        match dead.find(|element| !history.held(element)) {
            Some(unknown) => Err(AnchorError::UnknownElement(unknown)),
            None => Ok(()),
        }
    }

    /// ANC5: the anchor with the words that its elements had in the text at its heads, or have now, and the paragraph in which they begin.
    /// What a program says of both is not believed. `None` when nothing of it stands in either.
    pub fn verified(self, text: &Text) -> Option<(Anchor, ParagraphId)> {
        let seen = |state: State<'_>| {
            let range = self.range_among(&state.elements())?;
            let reading = state.read();
            let paragraph = reading.block_at(range.start).id;
            Some((quote(&reading, range), paragraph))
        };
        let now = seen(text.now());
        let (quote, paragraph) = match now {
            Some(now) if now.0 == self.quote => now,
            // Reading what was takes longer: only when what it says cannot be seen now.
            now => text.then(&self.heads).and_then(seen).or(now)?,
        };
        Some((Anchor { quote, ..self }, paragraph))
    }

    fn elements(&self) -> impl Iterator<Item = ElementId> + '_ {
        self.runs.iter().flat_map(|run| {
            let counters = run.counter..run.counter.saturating_add(run.length);
            counters.map(|counter| ElementId { actor: run.actor.clone(), counter })
        })
    }
}

/// The words in `range`, each paragraph on a line of its own.
fn quote(reading: &Reading, range: Range<usize>) -> String {
    let part = |(block, place): (&super::Block, &super::blocks::Place)| {
        let (from, to) = (place.start.max(range.start), place.end.min(range.end));
        (from < to).then(|| {
            let units: Vec<u16> = block.words().encode_utf16().collect();
            String::from_utf16_lossy(&units[from - place.start..to - place.start])
        })
    };
    reading.blocks.iter().zip(&reading.places).filter_map(part).collect::<Vec<_>>().join("\n")
}

/// Asks the history about deleted elements, the last change looked at kept open: the letters of a run were mostly typed
/// in one.
struct History<'a> {
    text: &'a Text,
    change: Option<ExpandedChange>,
}

impl History<'_> {
    /// Whether this operation once put a letter or a marker into the text. (A cursor would not do: Automerge stops the
    /// process when a cursor names an operation on another object.)
    fn held(&mut self, element: &ElementId) -> bool {
        if self.change.as_ref().is_none_or(|change| operation(change, element).is_none()) {
            self.change = self.find(element);
        }
        let inserted = self.change.as_ref().and_then(|change| operation(change, element));
        inserted.is_some_and(|operation| {
            use automerge::ScalarValue;
            use automerge::legacy::OpType::{Make, Put};
            let is_text = operation.obj.to_string() == self.text.object.to_string();
            is_text && operation.insert && matches!(&operation.action, Make(_) | Put(ScalarValue::Str(_)))
        })
    }

    fn find(&self, element: &ElementId) -> Option<ExpandedChange> {
        let hash = self.text.change_of(element)?;
        Some(self.text.doc.get_change_by_hash(&automerge::ChangeHash(hash.0))?.decode())
    }
}

fn operation<'c>(change: &'c ExpandedChange, element: &ElementId) -> Option<&'c automerge::legacy::Op> {
    if change.actor_id.to_bytes() != element.actor.0.as_slice() {
        return None;
    }
    let place = element.counter.checked_sub(change.start_op.get())?;
    change.operations.get(usize::try_from(place).ok()?)
}
