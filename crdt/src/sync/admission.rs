//! May this change enter the text?
//!
//! Automerge panics on some well-formed hostile changes, and accepts others after which the document can never be loaded
//! again. So no change of a client reaches a document unadmitted, and here is where it is decided (SYN5):
//!
//! 1. its bytes have the form of a change, within limits ([`Chunk::read`]);
//! 2. its actor belongs to the connection's seat: the first change of an actor binds it for ever, and an author written
//!    into a change must be that seat;
//! 3. its dependencies are here, and it continues its actor's sequence and its dependencies' counters ([`Graph::add`]);
//! 4. it names no actor that is not here;
//! 5. it is canonical: read and written again on its own, it has the same hash;
//! 6. it writes inside the text, not at the root, and no link outside the allowed schemes.
//!
//! Steps 5 and 6 parse the change with Automerge, alone and under [`catch_unwind`]: nothing shared is touched there.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use automerge::legacy::{ObjectId, Op, OpType};
use automerge::{Change, ScalarValue};

use super::chunk::{Chunk, ChunkError};
use super::events::Refusal;
use super::graph::{Graph, GraphError};
use crate::ids::{ActorId, SeatId};

/// Schemes that a link may have (DOC5).
const LINK_SCHEMES: [&str; 3] = ["https://", "http://", "mailto:"];

/// Which seat each actor of a text writes for.
pub type Bindings = BTreeMap<ActorId, SeatId>;

/// What became of a change that was not refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Admitted {
    /// It is in the graph now.
    New,
    /// It was there already.
    Known,
    /// It waits for changes that are not here.
    Waiting,
}

/// Decides about one change of a seat and, if it may enter, adds it to the graph and binds its actor.
pub fn admit(
    chunk: &Chunk,
    seat: SeatId,
    graph: &mut Graph,
    bindings: &mut Bindings,
) -> Result<Admitted, Refusal> {
    let header = &chunk.header;
    if graph.find(&header.hash).is_some() {
        return Ok(Admitted::Known);
    }
    if bindings.get(&header.actor).is_some_and(|bound| *bound != seat) {
        return Err(Refusal::ActorNotYours);
    }
    if header.author.as_ref().is_some_and(|author| author[..] != seat.0.as_bytes()[..]) {
        return Err(Refusal::ActorNotYours);
    }
    match graph.fits(header) {
        Ok(()) => {}
        Err(GraphError::MissingDependencies) => return Ok(Admitted::Waiting),
        Err(GraphError::WrongSequence { .. }) => return Err(Refusal::SequenceBroken),
        Err(GraphError::CounterOutOfRange { .. }) => return Err(Refusal::CounterOutOfRange),
    }
    if header.other_actors.iter().any(|actor| !graph.knows_actor(actor)) {
        return Err(Refusal::ChangeInvalid);
    }
    inspect(chunk)?;
    graph.add(header).expect("a change that fits can be added");
    bindings.insert(header.actor.clone(), seat);
    Ok(Admitted::New)
}

/// What a chunk that cannot be read means to its sender.
pub fn refusal_of(error: ChunkError) -> Refusal {
    match error {
        ChunkError::TooLarge { .. } => Refusal::ChangeTooLarge,
        ChunkError::Malformed(_) | ChunkError::WrongType(_) => Refusal::ChangeInvalid,
    }
}

/// The checks that need the operations: canonical form and schema.
fn inspect(chunk: &Chunk) -> Result<(), Refusal> {
    let parsed = catch_unwind(AssertUnwindSafe(|| {
        let change = Change::from_bytes(chunk.plain_bytes()).ok()?;
        let expanded = change.decode();
        let violates = expanded.operations.iter().any(violates_schema);
        let again = Change::from(expanded);
        Some((again.hash().0 == chunk.header.hash.0, violates))
    }));
    match parsed {
        Ok(Some((true, false))) => Ok(()),
        Ok(Some((true, true))) => Err(Refusal::SchemaViolation),
        Ok(Some((false, _)) | None) | Err(_) => Err(Refusal::ChangeInvalid),
    }
}

fn violates_schema(operation: &Op) -> bool {
    if operation.obj == ObjectId::Root {
        return true;
    }
    match &operation.action {
        OpType::MarkBegin(mark) if mark.name == "link" => !is_allowed_link(&mark.value),
        OpType::Increment(_) => true,
        _ => false,
    }
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
