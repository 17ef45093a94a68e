//! What the tests of the live path begin with: a service in which everybody may write, and paragraphs.

use std::sync::Arc;

use crdt::document::Block;
use crdt::ids::{SeatId, TextId};
use crdt::sync::events::Access;

use tokio::sync::Semaphore;

use super::registry::Waiting;
use super::room_task::ToRoom;
use super::{Live, LiveSettings, RightsOf};
use crate::boot::clock::Clock;
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

/// The live path over a store.
pub fn live(store: &Arc<MemoryStore>) -> Arc<Live> {
    Live::start(store.clone(), Clock::system(0), Arc::new(EverybodyWrites), LiveSettings::default())
}

/// A paragraph.
pub fn paragraph(id: &str, words: &str) -> Block {
    let json = serde_json::json!({"id": id, "type": "paragraph", "runs": [{"text": words, "marks": {}}]});
    serde_json::from_value(json).expect("it is a block of the schema")
}

/// A message on its way to a room.
pub fn waiting(message: ToRoom) -> Waiting {
    let place = Arc::new(Semaphore::new(1)).try_acquire_owned().expect("there is one place");
    Waiting::in_place(place, message)
}
