//! The logs of texts, as far as their headers say: what the timeline is made of.
//!
//! Reading a long log takes a second, so what was read of it last is kept, and only what came since is read. Nothing here is the truth:
//! what is forgotten is read again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crdt::history::timeline::{Entry, Follows, Position};
use crdt::ids::{ChangeHash, TextId};
use tokio::sync::Mutex as AsyncMutex;

use crate::app::papers::aside;
use crate::app::refusal::Refusal;
use crate::live::LiveError;
use crate::live::headers::{Headline, headline};
use crate::live::repair::SERVICE;
use crate::store::{LoggedChange, Store};

/// Entries that are kept over all texts; each takes eighty bytes.
const MOST_ENTRIES: usize = 300_000;
/// How much of a log is read at once.
const PART_BYTES: usize = 4 << 20;

/// What is kept of one text: readers share it, and one of them at a time reads on.
type Slot = Arc<AsyncMutex<Arc<Vec<Entry>>>>;

/// The logs that were read.
#[derive(Default)]
pub struct Logs {
    texts: Mutex<HashMap<TextId, Slot>>,
}

impl Logs {
    /// Every change of a text that is durable now, from the first on.
    pub async fn of_text(&self, store: &dyn Store, text: TextId) -> Result<Arc<Vec<Entry>>, Refusal> {
        let slot = self.slot(text);
        let mut kept = slot.lock().await;
        loop {
            let part = store.changes(text, kept.len() as Position, PART_BYTES).await?;
            if part.is_empty() {
                break;
            }
            let mut entries = std::mem::take(&mut *kept);
            *kept = aside(move || {
                extend(Arc::make_mut(&mut entries), &part).map_err(|error| {
                    let detail = format!("its log: {error}");
                    Refusal::from(LiveError::Unreadable { text, detail })
                })?;
                Ok(entries)
            })
            .await?;
        }
        let entries = kept.clone();
        drop(kept);
        self.make_room(text, entries.len());
        Ok(entries)
    }

    fn slot(&self, text: TextId) -> Slot {
        self.texts.lock().unwrap_or_else(PoisonError::into_inner).entry(text).or_default().clone()
    }

    /// Over the bound all other texts are forgotten.
    fn make_room(&self, text: TextId, here: usize) {
        let mut texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        let others = texts.iter().filter(|(other, _)| **other != text);
        let elsewhere: usize =
            others.filter_map(|(_, slot)| slot.try_lock().ok().map(|kept| kept.len())).sum();
        if here + elsewhere > MOST_ENTRIES {
            texts.retain(|other, _| *other == text);
        }
    }
}

fn extend(entries: &mut Vec<Entry>, part: &[LoggedChange]) -> Result<(), LiveError> {
    let mut places: Option<HashMap<ChangeHash, Position>> = None;
    for LoggedChange { change, .. } in part {
        let Headline { dependencies, letters, .. } = headline(&change.bytes)?;
        let follows = match dependencies.as_slice() {
            [only] if entries.last().is_some_and(|last| last.hash == *only) => Follows::Previous,
            dependencies => {
                let places = places.get_or_insert_with(|| {
                    entries.iter().zip(1..).map(|(entry, position)| (entry.hash, position)).collect()
                });
                Follows::At(dependencies.iter().filter_map(|each| places.get(each).copied()).collect())
            }
        };
        entries.push(Entry {
            hash: change.hash,
            seat: (change.seat != SERVICE).then_some(change.seat),
            received: change.received,
            inserted: u32::try_from(letters.inserted).unwrap_or(u32::MAX),
            deleted: u32::try_from(letters.deleted).unwrap_or(u32::MAX),
            follows,
        });
        if let Some(places) = &mut places {
            places.insert(change.hash, entries.len() as Position);
        }
    }
    Ok(())
}
