//! Who acts on an amendment.

use serde::{Deserialize, Serialize};

use crate::ids::{ComponentId, PersonId, SeatId};
use crate::moment::Moment;
use crate::review::disposition::Decider;
use crate::review::permission::{Action, Place, Rights, may};

/// Somebody who acts from a seat, at a moment, on something at a place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hand {
    /// The seat.
    pub seat: SeatId,
    /// The component it sits in.
    pub component: ComponentId,
    /// Who holds it.
    pub person: PersonId,
    /// What the seat may do.
    pub rights: Rights,
    /// Where the text belongs.
    pub place: Place,
    /// When.
    pub at: Moment,
}

/// Who did something, and when.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Stamp {
    /// The seat.
    pub by: SeatId,
    /// The server's time.
    pub at: Moment,
}

impl Hand {
    /// May they do this there?
    pub fn may(&self, action: Action) -> bool {
        may(&self.rights, action, &self.place)
    }

    /// For records.
    pub fn stamp(&self) -> Stamp {
        Stamp { by: self.seat, at: self.at }
    }

    /// As one who decides.
    pub fn decider(&self) -> Decider {
        Decider { seat: self.seat, component: self.component, person: self.person }
    }
}
