//! What is done for a text after it has changed, beside the live path: doubled paragraph ids, and snapshots.
//!
//! Nothing is written because of a read: readers show a doubled paragraph under a derived id, and here, after the text has
//! changed, that id is written down, once, as a change of the service's own (DOC5). Who edits at the same time merges with it.
//!
//! Bringing a loaded text up to date takes tens of milliseconds, whatever has changed. So it is done when paragraphs were made or changed, or
//! when so many letters have come that a new snapshot is due; and ten times as long as it took passes before the next time.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crdt::document::{Text, Writer};
use crdt::ids::{ActorId, SeatId, TextId};
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, sleep_until};
use uuid::Uuid;

use super::{Live, LiveError};

/// The seat of the service itself: nobody holds it.
pub const SERVICE: SeatId = SeatId(Uuid::nil());

/// Changes that do nothing but put letters in or out, and yet are so many that a newcomer should get a newer snapshot: some 200 kB.
const MANY_LETTERS: usize = 2_000;
/// How many times as long as looking after a text took must pass before it is done again.
const PAUSE: u32 = 10;

/// A text that has changed, or was looked after a moment ago.
struct Patient {
    changes: usize,
    shaped: bool,
    not_before: Instant,
}

impl Patient {
    fn is_due(&self) -> bool {
        self.shaped || self.changes >= MANY_LETTERS
    }
}

/// Looks after texts as they change, until the server stops.
pub async fn keep_repaired(live: Arc<Live>) {
    let mut changed = live.changed();
    let mut stopping = live.shared.stopping.subscribe();
    let mut patients: HashMap<TextId, Patient> = HashMap::new();
    loop {
        let due = patients.iter().filter(|(_, patient)| patient.is_due());
        let next = due.min_by_key(|(_, patient)| patient.not_before);
        let next = next.map(|(text, patient)| (*text, patient.not_before));
        let text = tokio::select! {
            _ = stopping.wait_for(|stopping| *stopping) => return,
            text = at(next) => text,
            change = changed.recv() => match change {
                Ok(change) => {
                    let new = || Patient { changes: 0, shaped: false, not_before: Instant::now() };
                    let patient = patients.entry(change.text).or_insert_with(new);
                    patient.changes += change.changes;
                    patient.shaped |= change.shaped;
                    continue;
                }
                // What was missed is looked at when it changes next.
                Err(RecvError::Lagged(_)) => continue,
                Err(RecvError::Closed) => return,
            },
        };
        let began = Instant::now();
        let owes_snapshot = repair(&live, text).await.unwrap_or_else(|error| {
            tracing::warn!(%text, %error, "a text was not repaired");
            None
        });
        let rested = began + began.elapsed().min(LONGEST) * PAUSE;
        let not_before = owes_snapshot.map_or(rested, |then| rested.max(then));
        let changes = if owes_snapshot.is_some() { MANY_LETTERS } else { 0 };
        patients.retain(|_, patient| patient.changes > 0 || patient.not_before > began);
        patients.insert(text, Patient { changes, shaped: false, not_before });
    }
}

/// A text that takes longer is not put off any further: newcomers are sent all that no snapshot holds.
const LONGEST: Duration = Duration::from_secs(1);

async fn at(next: Option<(TextId, Instant)>) -> TextId {
    match next {
        Some((text, when)) => {
            sleep_until(when).await;
            text
        }
        None => std::future::pending().await,
    }
}

/// Repairs a text and brings its snapshot up to date. From when on the snapshot has to be written that was too early now.
async fn repair(live: &Live, text: TextId) -> Result<Option<Instant>, LiveError> {
    let texts = &live.shared.texts;
    let was_loaded = texts.has(text);
    let durable = live.text(text).await?;
    let actor = ActorId(Uuid::new_v4().as_bytes().to_vec());
    let writer = Writer { actor, seat: None, at: live.shared.clock.now() };
    let unreadable = |detail: String| LiveError::Unreadable { text, detail };
    let repaired = texts.aside(move || {
        if durable.read().repairs.is_empty() {
            return Ok(None);
        }
        let repaired = Text::clone(&durable).repair(&writer).map_err(|error| error.to_string())?;
        Ok(repaired.change)
    });
    let repaired = repaired.await.unwrap_or_else(|| Err("repairing it failed".to_owned()));
    let owes_snapshot = texts.owes_snapshot(text).await.map(Instant::from_std);
    if !was_loaded {
        // Nobody reads it but this.
        texts.forget(text);
    }
    if let Some(change) = repaired.map_err(unreadable)? {
        live.submit(text, SERVICE, vec![change.into()]).await?;
    }
    Ok(owes_snapshot)
}

#[cfg(test)]
mod tests {
    use crdt::document::Block;

    use super::*;
    use crate::boot::clock::Clock;
    use crate::live::testing::{live, paragraph};
    use crate::store::memory::MemoryStore;

    fn writer(seat: SeatId) -> Writer {
        let actor = ActorId(Uuid::new_v4().as_bytes().to_vec());
        Writer { actor, seat: Some(seat), at: Clock::system(0).now() }
    }

    #[tokio::test]
    async fn doc5_a_doubled_paragraph_id_is_made_different_once_the_text_has_changed() {
        let live = live(&Arc::new(MemoryStore::new()));
        let (text, inés) = (TextId(Uuid::new_v4()), SeatId(Uuid::new_v4()));
        let twice = [paragraph("00000000000000aa", "Tánger"), paragraph("00000000000000aa", "Lyon")];
        let (seeded, first) = Text::seed(&twice, &writer(inés)).unwrap();
        live.create(text, inés, vec![first.into()]).await.unwrap();
        let mut changed = live.changed();

        let mut copy = seeded.clone();
        let edit = copy.edit(&writer(inés), |edit| edit.splice(1..1, "¡")).unwrap();
        live.submit(text, inés, vec![edit.change.unwrap().into()]).await.unwrap();

        while !live.text(text).await.unwrap().read().repairs.is_empty() {
            changed.recv().await.unwrap();
        }
        let blocks = live.text(text).await.unwrap().blocks();
        assert_eq!(blocks[0].id.to_string(), "00000000000000aa", "the first owns it");
        assert_ne!(blocks[1].id, blocks[0].id);
        assert_eq!(blocks.iter().map(Block::words).collect::<Vec<_>>(), ["¡Tánger", "Lyon"]);
    }
}
