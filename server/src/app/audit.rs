//! The audit log of the procedure: who did what to what, when, and what was refused. It never holds the words of a text,
//! an address or a token.

use crdt::ids::{PersonId, SeatId};
use crdt::moment::Moment;
use serde::Serialize;
use serde_json::Value;

use crate::store::Op;

/// Who an event is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// A person, in whichever seat.
    Person(PersonId),
    /// A seat.
    Seat(SeatId),
    /// Whoever holds the machine: the command line, or the first start.
    Operator,
    /// The service itself, at an instant that somebody had set.
    Service,
}

#[derive(Serialize)]
struct Event<'a> {
    at: Moment,
    action: &'a str,
    by: By,
    about: Value,
}

/// The operation that adds an event to the log, for the commit of the act itself.
pub fn entry(at: Moment, action: &str, by: By, about: Value) -> Op {
    Op::audit(&Event { at, action, by, about })
}
