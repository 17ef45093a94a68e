//! Which change deleted which elements. Automerge keeps it, but only in the changes themselves.

use std::collections::HashMap;

use automerge::legacy::{Key, OpType};

use super::Text;
use super::elements::ElementId;
use crate::ids::{ActorId, ChangeHash};

/// More changes than these are not read through: nothing they deleted is known then.
const MOST_CHANGES: usize = 50_000;

/// Deleted elements, each with the session and the change that did it.
pub type Deletions = HashMap<ElementId, (ActorId, ChangeHash)>;

impl Text {
    /// The elements that were deleted after `before`; if by several at once, by the first in the order of the history. Empty if
    /// a head is unknown, and beyond 50,000 changes.
    pub fn deletions_since(&self, before: &[ChangeHash]) -> Deletions {
        let mut deleted = Deletions::new();
        if !self.knows(before) {
            return deleted;
        }
        let heads: Vec<_> = before.iter().map(|head| automerge::ChangeHash(head.0)).collect();
        let changes = self.doc.get_changes(&heads);
        for change in changes.iter().filter(|_| changes.len() <= MOST_CHANGES) {
            let by = (ActorId(change.actor_id().to_bytes().to_vec()), ChangeHash(change.hash().0));
            for operation in change.decode().operations {
                let (OpType::Delete, Key::Seq(element)) = (&operation.action, &operation.key) else {
                    continue;
                };
                if let Some(id) = element.as_opid() {
                    let actor = ActorId(id.actor().to_bytes().to_vec());
                    deleted.entry(ElementId { actor, counter: id.counter() }).or_insert_with(|| by.clone());
                }
            }
        }
        deleted
    }
}
