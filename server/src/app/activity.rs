//! What lists show of a text without opening it: title, counts, heads, and who worked on it today.
//!
//! It is worked out from the text and the tail of its log when somebody asks, and kept until the text changes.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crdt::document::Summary;
use crdt::document::apparatus::Apparatus;
use crdt::ids::{ChangeHash, SeatId, TextId};
use crdt::moment::Moment;

use super::App;
use super::refusal::Refusal;
use crate::live::LiveError;
use crate::store::Seq;

/// A text as lists show it.
#[derive(Clone, Debug)]
pub struct TextState {
    /// Its present heads, sorted.
    pub heads: Vec<ChangeHash>,
    /// Title and counts.
    pub summary: Summary,
    /// Its notes, and what it cites.
    pub apparatus: Apparatus,
    /// Who changed it when.
    pub edits: Edits,
}

/// The edits of a text, as far as lists need them.
#[derive(Clone, Debug, Default)]
pub struct Edits {
    /// The last change that was looked at.
    upto: Seq,
    /// When the last change came in.
    pub last: Option<Moment>,
    /// The seats that changed it on the day of `last`.
    pub seats_that_day: BTreeSet<SeatId>,
}

/// The states of texts, each until its text changes.
#[derive(Default)]
pub struct Activity {
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    /// One more with each text that changed: what was worked out before must not be kept after.
    generation: u64,
    states: HashMap<TextId, Arc<TextState>>,
    edits: HashMap<TextId, Edits>,
}

impl Activity {
    /// The text has changed.
    pub fn forget(&self, text: TextId) {
        let mut known = self.known();
        known.generation += 1;
        known.states.remove(&text);
    }

    /// Any text may have changed.
    pub fn forget_all(&self) {
        let mut known = self.known();
        known.generation += 1;
        known.states.clear();
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Edits {
    fn note(&mut self, seq: Seq, seat: SeatId, at: Moment) {
        if self.last.is_none_or(|last| last.date() != at.date()) {
            self.seats_that_day.clear();
        }
        self.seats_that_day.insert(seat);
        self.last = Some(at);
        self.upto = seq;
    }

    /// The seats that changed the text on the day of `now`.
    pub fn seats_on_day_of(&self, now: Moment) -> impl Iterator<Item = SeatId> + '_ {
        let today = self.last.is_some_and(|last| last.date() == now.date());
        self.seats_that_day.iter().copied().filter(move |_| today)
    }
}

impl App {
    /// A text was changed by this service itself: whoever asks next sees it changed.
    pub(super) fn forget_text(&self, id: TextId) {
        self.activity.forget(id);
    }

    /// The state of a text.
    pub async fn text_state(&self, id: TextId) -> Result<Arc<TextState>, Refusal> {
        let (generation, edits) = {
            let known = self.activity.known();
            if let Some(state) = known.states.get(&id) {
                return Ok(state.clone());
            }
            (known.generation, known.edits.get(&id).cloned().unwrap_or_default())
        };
        let edits = self.read_edits(id, edits).await?;
        let text = match self.live.text(id).await {
            Ok(text) => text,
            // One damaged text must not take the lists of all the others with it; whoever opens it is told.
            Err(error @ LiveError::Unreadable { .. }) => {
                tracing::error!(%error, "a stored text is damaged; lists show it empty");
                let (summary, apparatus) = (Summary::of(&[]), Apparatus::default());
                return Ok(Arc::new(TextState { heads: Vec::new(), summary, apparatus, edits }));
            }
            Err(error) => return Err(error.into()),
        };
        let blocks = text.blocks();
        let (summary, apparatus) = (Summary::of(&blocks), Apparatus::of(&blocks));
        let state = Arc::new(TextState { heads: text.heads(), summary, apparatus, edits });
        let mut known = self.activity.known();
        if known.generation == generation {
            known.states.insert(id, state.clone());
        }
        known.edits.insert(id, state.edits.clone());
        Ok(state)
    }

    /// Read on in the log of a text from where `edits` ends.
    async fn read_edits(&self, id: TextId, mut edits: Edits) -> Result<Edits, Refusal> {
        const PART_BYTES: usize = 4 << 20;
        loop {
            let part = self.store.changes(id, edits.upto, PART_BYTES).await?;
            if part.is_empty() {
                return Ok(edits);
            }
            part.iter().for_each(|logged| edits.note(logged.seq, logged.change.seat, logged.change.received));
        }
    }
}
