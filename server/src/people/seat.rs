//! A person's place in a component.

use crdt::ids::{ComponentId, PersonId, SeatId};
use crdt::review::permission::{Function, Grant, Rights};
use serde::{Deserialize, Serialize};

/// The author of every edit: a person, speaking for a component.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Seat {
    /// For life; the change logs name it.
    pub id: SeatId,
    /// Whose.
    pub person: PersonId,
    /// Where.
    pub component: ComponentId,
    /// What they do there.
    pub function: Function,
    /// What they may do beyond that.
    pub grants: Vec<Grant>,
    /// Among a person's seats: 0 is the one they act with unless they choose another.
    pub rank: u32,
    /// No longer held. Its edits keep their author; it may nothing more.
    #[serde(default)]
    pub ended: bool,
    /// How often its rights changed: the version that `If-Match` names.
    #[serde(default)]
    pub version: u64,
}

impl Seat {
    /// All that decides what it may do.
    pub fn rights(&self) -> Rights {
        Rights { function: self.function, grants: self.grants.clone(), ended: self.ended }
    }
}
