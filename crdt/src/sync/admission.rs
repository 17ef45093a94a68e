//! May this change enter the text?
//!
//! Automerge panics on some well-formed hostile changes, and accepts others after which the document can never be loaded
//! again. So no change of a client reaches a document unadmitted, and here is where it is decided (SYN5):
//!
//! 1. its bytes have the form of a change, within limits ([`Chunk::read`]);
//! 2. its actor belongs to the connection's seat: the first change of an actor binds it for ever, and an author, which only
//!    that first change may name, must be that seat;
//! 3. its dependencies are here, and it continues its actor's sequence and its dependencies' counters ([`Graph::add`]);
//! 4. it names no actor that is not here;
//! 5. it is canonical: read and written again on its own, it has the same hash;
//! 6. it writes inside the text, not at the root, and no link outside the allowed schemes;
//! 7. with all that was there before it stays within the text's limits ([`Quota::spend`]);
//! 8. every object, element and predecessor that it names exists ([`Elements::add`]).
//!
//! Steps 5 and 6 parse the change with Automerge, alone and under [`catch_unwind`]: nothing shared is touched there.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use automerge::legacy::{Key, ObjectId, Op, OpType};
use automerge::{Change, ScalarValue};

use super::chunk::{Chunk, ChunkError};
use super::elements::{ElementError, Elements};
use super::events::Refusal;
use super::graph::{Graph, GraphError, NodeIx};
use super::quota::{Quota, QuotaLimits};
use crate::ids::{ActorId, SeatId};

/// Schemes that a link may have (DOC5).
const LINK_SCHEMES: [&str; 3] = ["https://", "http://", "mailto:"];

/// Which seat each actor of a text writes for.
pub type Bindings = BTreeMap<ActorId, SeatId>;

/// What became of a change that was not refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Admitted {
    /// It is in the graph now.
    New {
        /// It does more than put letters and marks in or out.
        shapes: bool,
    },
    /// It was there already.
    Known,
    /// It waits for changes that are not here.
    Waiting,
}

/// A change that was taken in again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Restored {
    /// It does more than put letters and marks in or out.
    pub shapes: bool,
}

/// All that is known of a text's changes: what decides about the next one.
#[derive(Default)]
pub struct History {
    /// How they follow each other.
    pub graph: Graph,
    /// What they made.
    pub elements: Elements,
    /// What they add up to.
    pub quota: Quota,
    /// Who answers for them.
    pub bindings: Bindings,
}

impl History {
    /// Adds a change that was admitted when it came. `None` if it does not fit: then nothing of it was added.
    pub fn restore(&mut self, chunk: &Chunk, seat: SeatId) -> Option<Restored> {
        let operations = operations_of(chunk)?;
        let skipped = self.graph.fits(&chunk.header).ok()?;
        self.quota.restore(seat, skipped, &operations);
        self.graph.add(&chunk.header).expect("a change that fits can be added");
        if self.elements.add(&self.graph, &chunk.header, &operations).is_err() {
            self.truncate(self.graph.len() - 1);
            return None;
        }
        self.bindings.insert(chunk.header.actor.clone(), seat);
        Some(Restored { shapes: operations.iter().any(shapes) })
    }

    /// How much room it takes in memory, in bytes, about.
    pub fn held_bytes(&self) -> usize {
        self.graph.held_bytes() + self.elements.held_bytes() + self.bindings.len() * 100
    }

    /// Takes back the changes after the first `count`, as if they had never come.
    pub fn truncate(&mut self, count: NodeIx) {
        for (actor, from) in self.graph.truncate(count) {
            self.elements.take_back(actor, from);
            self.quota.take_back();
        }
        let graph = &self.graph;
        self.bindings.retain(|actor, _| graph.knows_actor(actor));
    }
}

/// Decides about one change of a seat and, if it may enter, adds it to the history and binds its actor.
pub fn admit(
    chunk: &Chunk,
    seat: SeatId,
    history: &mut History,
    limits: &QuotaLimits,
) -> Result<Admitted, Refusal> {
    let header = &chunk.header;
    let History { graph, elements, quota, bindings } = history;
    if graph.find(&header.hash).is_some() {
        return Ok(Admitted::Known);
    }
    if bindings.get(&header.actor).is_some_and(|bound| *bound != seat) {
        return Err(Refusal::ActorNotYours);
    }
    if header.author.as_ref().is_some_and(|author| author[..] != seat.0.as_bytes()[..]) {
        return Err(Refusal::ActorNotYours);
    }
    if header.author.is_some() && header.seq != 1 {
        return Err(Refusal::ChangeInvalid);
    }
    let skipped = match graph.fits(header) {
        Ok(skipped) => skipped,
        Err(GraphError::MissingDependencies) => return Ok(Admitted::Waiting),
        Err(GraphError::WrongSequence { .. } | GraphError::ForgetsItself) => {
            return Err(Refusal::SequenceBroken);
        }
        Err(GraphError::CounterOutOfRange { .. }) => return Err(Refusal::CounterOutOfRange),
    };
    if header.other_actors.iter().any(|actor| !graph.knows_actor(actor)) {
        return Err(Refusal::ChangeInvalid);
    }
    let operations = inspect(chunk)?;
    quota.spend(seat, skipped, &operations, limits)?;
    graph.add(header).expect("a change that fits can be added");
    if let Err(error) = elements.add(graph, header, &operations) {
        history.truncate(history.graph.len() - 1);
        return Err(match error {
            ElementError::Dangling | ElementError::MarkOutOfOrder => Refusal::ChangeInvalid,
            ElementError::TooDeep => Refusal::SchemaViolation,
        });
    }
    bindings.insert(header.actor.clone(), seat);
    Ok(Admitted::New { shapes: operations.iter().any(shapes) })
}

/// What a chunk that cannot be read means to its sender.
pub fn refusal_of(error: ChunkError) -> Refusal {
    match error {
        ChunkError::TooLarge { .. } => Refusal::ChangeTooLarge,
        ChunkError::Malformed(_) | ChunkError::WrongType(_) => Refusal::ChangeInvalid,
    }
}

/// The checks that need the operations: canonical form and schema. Returns the operations.
fn inspect(chunk: &Chunk) -> Result<Vec<Op>, Refusal> {
    let parsed = catch_unwind(AssertUnwindSafe(|| {
        let expanded = Change::from_bytes(chunk.plain_bytes()).ok()?.decode();
        let operations = expanded.operations.clone();
        let again = Change::from(expanded);
        (again.hash().0 == chunk.header.hash.0).then_some(operations)
    }));
    match parsed {
        Ok(Some(operations)) if operations.iter().any(violates_schema) => Err(Refusal::SchemaViolation),
        Ok(Some(operations)) => Ok(operations),
        Ok(None) | Err(_) => Err(Refusal::ChangeInvalid),
    }
}

/// The operations of a change; `None` if Automerge cannot read it.
fn operations_of(chunk: &Chunk) -> Option<Vec<Op>> {
    catch_unwind(AssertUnwindSafe(|| Some(Change::from_bytes(chunk.plain_bytes()).ok()?.decode().operations)))
        .ok()?
}

fn violates_schema(operation: &Op) -> bool {
    if operation.obj == ObjectId::Root {
        return true;
    }
    match &operation.action {
        OpType::MarkBegin(mark) if mark.name == "link" => !is_allowed_link(&mark.value),
        OpType::MarkBegin(mark) => is_no_number(&mark.value),
        OpType::Put(value) => is_no_number(value),
        OpType::Increment(_) => true,
        _ => false,
    }
}

/// No text has use for what is not even equal to itself, and JSON has no word for it.
fn is_no_number(value: &ScalarValue) -> bool {
    matches!(value, ScalarValue::F64(number) if !number.is_finite())
}

/// Whether an operation makes a block or writes into one, rather than into the row of letters.
fn shapes(operation: &Op) -> bool {
    matches!(operation.action, OpType::Make(_)) || matches!(operation.key, Key::Map(_))
}

/// No value takes a link away; otherwise it is an address with an allowed scheme and without control characters.
fn is_allowed_link(value: &ScalarValue) -> bool {
    const LONGEST: usize = 2_000;
    match value {
        ScalarValue::Null => true,
        ScalarValue::Str(address) => {
            let lower = address.get(..10).unwrap_or(address).to_ascii_lowercase();
            address.len() <= LONGEST
                && LINK_SCHEMES.iter().any(|scheme| lower.starts_with(scheme))
                && !address.chars().any(|c| c.is_control() || c.is_whitespace())
        }
        _ => false,
    }
}
