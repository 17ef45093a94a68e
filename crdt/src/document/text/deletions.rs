//! Which change deleted which elements. Automerge keeps it, but only in the changes themselves.

use std::collections::HashMap;

use automerge::legacy::{Key, OpType};

use super::elements::ElementId;
use super::hashes;
use super::state::State;
use crate::ids::{ActorId, ChangeHash};

/// More changes than these are not read through: nothing they deleted is known then.
const MOST_CHANGES: usize = 50_000;

/// Deleted elements, each with the session and the change that did it.
pub type Deletions = HashMap<ElementId, (ActorId, ChangeHash)>;

impl State<'_> {
    /// The elements that were deleted after `before`, in this state. Those that several deleted at once are told of the change with the
    /// lowest hash, whoever asks. Empty if a head is unknown, and beyond 50,000 changes.
    pub fn deletions_since(&self, before: &[ChangeHash]) -> Deletions {
        let mut deleted = Deletions::new();
        let since = self.changes_since(before);
        if since.is_empty() || since.len() > MOST_CHANGES {
            return deleted;
        }
        let mut changes = self.text.doc.get_changes(&hashes(before));
        changes.retain(|change| since.contains(&ChangeHash(change.hash().0)));
        changes.sort_unstable_by_key(|change| change.hash());
        for change in &changes {
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
