//! What changes say of themselves before any document opens them: for whoever tells the history of a text.

use bytes::Bytes;
use crdt::ids::{ChangeHash, SeatId, TextId};
use crdt::moment::Moment;
use crdt::sync::admission::refusal_of;
use crdt::sync::chunk::{Chunk, ChunkLimits, Letters};

use super::LiveError;
use crate::store::{NewChange, Op};

/// What a change says of itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Headline {
    /// Its name.
    pub hash: ChangeHash,
    /// The changes it was written upon.
    pub dependencies: Vec<ChangeHash>,
    /// About how many letters came and went.
    pub letters: Letters,
}

/// Reads what a change says of itself.
pub fn headline(change: &Bytes) -> Result<Headline, LiveError> {
    let chunk = Chunk::read(change.clone(), &ChunkLimits::STORED).map_err(refusal_of)?;
    let letters = chunk.letters().map_err(refusal_of)?;
    Ok(Headline { hash: chunk.header.hash, dependencies: chunk.header.dependencies, letters })
}

/// The first changes of a new text as they were received, each at its time, for a log that tells of before: as an operation for the
/// commit that gives the text its place.
pub fn received_earlier(text: TextId, seat: SeatId, changes: Vec<(Moment, Bytes)>) -> Result<Op, LiveError> {
    let change = |(received, bytes): (Moment, Bytes)| {
        let header = Chunk::read(bytes.clone(), &ChunkLimits::STORED).map_err(refusal_of)?.header;
        Ok(NewChange { hash: header.hash, actor: header.actor, seat, received, bytes })
    };
    let changes = changes.into_iter().map(change).collect::<Result<_, LiveError>>()?;
    Ok(Op::Append { text, changes })
}
