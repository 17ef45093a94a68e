//! A history as bytes: what a room must know of a text's changes, so that it opens without reading all of them again (SYN13).
//!
//! A cache beside the log. It stands for the first so many changes and names the last of them, so that it cannot be taken
//! for that of another log; it ends with a checksum over all before it. What is not whole, or of another version, is not
//! used: the log is read again.
//!
//! ```text
//! "BorH" · version (1) · bindings: a seat for each actor, in order of their numbers · graph · elements · quota · SHA-256 (32)
//! ```

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::admission::{Bindings, History};
use super::chunk::{ChunkError, Reader, write_length};
use super::elements::Elements;
use super::graph::{Graph, NodeIx};
use super::quota::Quota;
use crate::ids::{ChangeHash, SeatId};

const MAGIC: [u8; 4] = *b"BorH";
const VERSION: u8 = 1;

/// Why saved bytes are not used.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SavedError {
    /// They were written by a version that this one does not know, or are something else.
    #[error("it is not a saved history of a version that is known here")]
    Unknown,
    /// They are not what was written.
    #[error("it is damaged")]
    Damaged,
    /// They stand for another log than the one they lie beside.
    #[error("it does not belong to this log")]
    OfAnotherLog,
}

impl From<ChunkError> for SavedError {
    fn from(_: ChunkError) -> Self {
        SavedError::Damaged
    }
}

/// A history as bytes. The same history gives the same bytes.
pub fn write(history: &History) -> Vec<u8> {
    let History { graph, elements, quota, bindings } = history;
    let mut bytes = Vec::with_capacity(48 * graph.len() as usize + 1024);
    bytes.extend(MAGIC);
    bytes.push(VERSION);
    let mut seats: Vec<(Option<u32>, SeatId)> =
        bindings.iter().map(|(actor, seat)| (graph.actor(actor), *seat)).collect();
    seats.sort_unstable();
    write_length(&mut bytes, seats.len() as u64);
    seats.iter().for_each(|(_, seat)| bytes.extend(seat.0.as_bytes()));
    graph.write(&mut bytes);
    elements.write(&mut bytes);
    quota.write(&mut bytes);
    let checksum = Sha256::digest(&bytes);
    bytes.extend(checksum);
    bytes
}

/// A history that was saved and is whole. It is given out for the log that it was saved for.
pub struct Saved(History);

impl Saved {
    /// Reads what [`write()`] wrote.
    pub fn read(bytes: &[u8]) -> Result<Saved, SavedError> {
        let (body, checksum) = bytes.split_last_chunk::<32>().ok_or(SavedError::Damaged)?;
        let mut input = Reader(body);
        if input.take(4)? != MAGIC || input.take(1)? != [VERSION] {
            return Err(SavedError::Unknown);
        }
        if Sha256::digest(body)[..] != checksum[..] {
            return Err(SavedError::Damaged);
        }
        let mut seats = Vec::new();
        for _ in 0..input.length()? {
            seats.push(SeatId(Uuid::from_slice(input.take(16)?).expect("sixteen bytes were taken")));
        }
        let graph = Graph::read(&mut input)?;
        let elements = Elements::read(&mut input, graph.actor_count())?;
        let quota = Quota::read(&mut input)?;
        if !input.0.is_empty() || seats.len() != graph.actor_count() as usize {
            return Err(SavedError::Damaged);
        }
        let bindings: Bindings =
            graph.actors().map(|(actor, number)| (actor.clone(), seats[number as usize])).collect();
        Ok(Saved(History { graph, elements, quota, bindings }))
    }

    /// How many changes of the log it stands for.
    pub fn upto(&self) -> NodeIx {
        self.0.graph.len()
    }

    /// The history, if the last change that it stands for is the one that the log has in that place (`None`: nothing).
    pub fn of_log(self, there: Option<ChangeHash>) -> Result<History, SavedError> {
        let last = self.upto().checked_sub(1).map(|last| self.0.graph.hash(last));
        if last == there { Ok(self.0) } else { Err(SavedError::OfAnotherLog) }
    }
}
