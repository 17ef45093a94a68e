//! What the tests of the live path begin with: a service in which everybody may write, and paragraphs.

use std::sync::Arc;

use crdt::document::Block;
use crdt::ids::{SeatId, TextId};
use crdt::sync::events::Access;

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
