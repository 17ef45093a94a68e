//! Paragraph ids that two people doubled at once are made different again (DOC5).
//!
//! Nothing is written because of a read: readers show a doubled paragraph under a derived id, and here, after the text has
//! changed, that id is written down, once, as a change of the service's own. Who edits at the same time merges with it.

use std::sync::Arc;

use crdt::document::Writer;
use crdt::ids::{ActorId, SeatId, TextId};
use tokio::sync::broadcast::error::RecvError;
use uuid::Uuid;

use super::{Live, LiveError};

/// The seat of the service itself: nobody holds it.
pub const SERVICE: SeatId = SeatId(Uuid::nil());

/// Repairs texts as they change, until the server stops.
pub async fn keep_repaired(live: Arc<Live>) {
    let mut changed = live.changed();
    let mut stopping = live.shared.stopping.subscribe();
    loop {
        let text = tokio::select! {
            _ = stopping.wait_for(|stopping| *stopping) => return,
            changed = changed.recv() => match changed {
                Ok(changed) => changed.text,
                // What was missed is looked at when it changes next.
                Err(RecvError::Lagged(_)) => continue,
                Err(RecvError::Closed) => return,
            },
        };
        if let Err(error) = repair(&live, text).await {
            tracing::warn!(%text, %error, "a text was not repaired");
        }
    }
}

async fn repair(live: &Live, text: TextId) -> Result<(), LiveError> {
    let durable = live.text(text).await?;
    if durable.read().repairs.is_empty() {
        return Ok(());
    }
    let unreadable = |error: String| LiveError::Unreadable { text, detail: error };
    let actor = ActorId(Uuid::new_v4().as_bytes().to_vec());
    let writer = Writer { actor, seat: None, at: live.shared.clock.now() };
    let mut copy = crdt::document::Text::clone(&durable);
    let repaired = copy.repair(&writer).map_err(|error| unreadable(error.to_string()))?;
    match repaired.change {
        Some(change) => live.submit(text, SERVICE, vec![change.into()]).await,
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use crdt::document::{Block, Text};
    use crdt::sync::events::Access;

    use super::*;
    use crate::boot::clock::Clock;
    use crate::live::{LiveSettings, RightsOf};
    use crate::store::memory::MemoryStore;

    struct EverybodyWrites;

    impl RightsOf for EverybodyWrites {
        fn access(&self, _: SeatId, _: TextId) -> Access {
            Access::Write
        }
        fn is_held(&self, _: SeatId) -> bool {
            true
        }
    }

    fn block(id: &str, words: &str) -> Block {
        let json = serde_json::json!({"id": id, "type": "paragraph", "runs": [{"text": words, "marks": {}}]});
        serde_json::from_value(json).unwrap()
    }

    fn writer(seat: SeatId) -> Writer {
        let actor = ActorId(Uuid::new_v4().as_bytes().to_vec());
        Writer { actor, seat: Some(seat), at: Clock::system(0).now() }
    }

    #[tokio::test]
    async fn doc5_a_doubled_paragraph_id_is_made_different_once_the_text_has_changed() {
        let live = Live::start(
            Arc::new(MemoryStore::new()),
            Clock::system(0),
            Arc::new(EverybodyWrites),
            LiveSettings::default(),
        );
        let (text, inés) = (TextId(Uuid::new_v4()), SeatId(Uuid::new_v4()));
        let twice = [block("00000000000000aa", "Tánger"), block("00000000000000aa", "Lyon")];
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
