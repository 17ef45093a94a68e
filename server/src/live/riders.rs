//! Records that ride with changes of a text: written in the same commit, so that there is never one without the other.
//!
//! An amendment is accepted when its change is in the text *and* its decision is on record. Both go into one commit of the store,
//! which does all or nothing; a crash at any moment leaves both or neither. Should the text have the changes already, nothing is
//! left to wait for, and the records are written alone.

use crdt::sync::events::Refusal;

use super::LiveError;
use crate::store::{Op, Store};

/// What waits for the next commit of a room.
#[derive(Default)]
pub struct Riders {
    waiting: Vec<(u64, Vec<Op>)>,
}

impl Riders {
    /// These ride with the changes that are submitted under this ticket.
    pub fn mount(&mut self, ticket: u64, ops: Vec<Op>) {
        if !ops.is_empty() {
            self.waiting.push((ticket, ops));
        }
    }

    /// A commit begins, with all that was submitted until now: what belongs to it.
    pub fn set_off(&mut self) -> Vec<Op> {
        std::mem::take(&mut self.waiting).into_iter().flat_map(|(_, ops)| ops).collect()
    }

    /// What was submitted under this ticket has come to an end. If its records are still waiting, they go down with refused changes,
    /// and are written now if there was nothing to commit.
    pub async fn arrive(
        &mut self,
        ticket: u64,
        result: Result<(), Refusal>,
        store: &dyn Store,
    ) -> Result<(), LiveError> {
        let place = self.waiting.iter().position(|(waiting, _)| *waiting == ticket);
        let left = place.map(|place| self.waiting.remove(place).1);
        result?;
        if let Some(ops) = left {
            store.commit(ops).await?;
        }
        Ok(())
    }
}
