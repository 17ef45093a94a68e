//! What was written without the right to: never merged, never lost.
//!
//! People write offline. Meanwhile the chapter is locked, or the pen is taken from them; what they then send may not enter the
//! text, and must not disappear either. The room hands such changes over as an [`Aside`]. A [`Shelf`] (one for each seat and
//! text) looks at them exactly as admission would and tells what of them is new. The server makes that durable as a record for
//! its author, and only then tells them with [`Aside::frame`].
//!
//! ```text
//! Input::Sync without the right to write ─► room ─► Output.aside ─► shelf ─► record in the store ─► Aside::frame ─► author
//! ```
//!
//! Records have ids, which the caller draws. What builds on changes of a record belongs to that record; what is sent again makes
//! no second one (SYN11). How much a seat may leave here is for the caller to bound.
//!
//! What is not known here: where records are kept, and who may read them.

use std::collections::BTreeSet;

use bytes::Bytes;

use super::admission::{Admitted, History, admit, refusal_of};
use super::chunk::{Chunk, ChunkLimits};
use super::events::{ConnectionId, Refusal, Speaker};
use super::graph::NodeIx;
use super::quota::QuotaLimits;
use super::wire::say;
use crate::ids::{AsideId, ChangeHash, SeatId};

/// Changes that came without the right to make them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Aside {
    /// Over which connection.
    pub connection: ConnectionId,
    /// From whom.
    pub speaker: Speaker,
    /// Which right was lacking.
    pub reason: Refusal,
    /// The text's document id.
    pub document: String,
    /// The server's name on the wire.
    pub server: String,
    /// The changes as they came.
    pub changes: Vec<Bytes>,
}

impl Aside {
    /// What the author is told: why it was refused and, if it is kept, in which record.
    pub fn frame(&self, refusal: Refusal, kept: Option<AsideId>) -> Bytes {
        let (server, peer, words) = (&self.server, &self.speaker.peer, refusal.to_string());
        say::refusal(server, peer, &self.document, (refusal.code(), &words), kept).into()
    }
}

/// What one seat wrote without the right to, beside the text that it was written for.
pub struct Shelf {
    seat: SeatId,
    limits: ChunkLimits,
    quota: QuotaLimits,
    /// The text's changes, then the held ones.
    history: History,
    logged: NodeIx,
    held: Vec<Held>,
}

/// A change on the shelf.
#[derive(Clone, Debug)]
pub struct Held {
    /// The record it belongs to.
    pub record: AsideId,
    /// The change.
    pub chunk: Chunk,
}

/// What came of changes that were put on a shelf.
#[derive(Clone, Debug)]
pub enum Put {
    /// The text has all of them: nothing is lacking, and nobody need be told anything.
    InText,
    /// They are here already, in this record.
    Known(AsideId),
    /// These are new, in causal order, and belong to this record.
    New(AsideId, Vec<Chunk>),
}

impl Shelf {
    /// The shelf of a seat beside a text whose log holds these changes.
    pub fn open(
        seat: SeatId,
        (limits, quota): (ChunkLimits, QuotaLimits),
        log: impl IntoIterator<Item = (Chunk, SeatId)>,
        held: impl IntoIterator<Item = Held>,
    ) -> Shelf {
        let (history, held) = (History::default(), held.into_iter().collect());
        let mut shelf = Shelf { seat, limits, quota, history, logged: 0, held };
        shelf.log_grew(log);
        shelf
    }

    /// The text has these changes more. What was held and is now in the text is held no longer, and neither is what does not
    /// fit beside it any more.
    pub fn log_grew(&mut self, log: impl IntoIterator<Item = (Chunk, SeatId)>) {
        self.history.truncate(self.logged);
        for (chunk, seat) in log {
            if self.history.restore(&chunk, seat).is_none() {
                break;
            }
        }
        self.history.quota.settle(0);
        self.logged = self.history.graph.len();
        let (seat, history, quota) = (self.seat, &mut self.history, &self.quota);
        self.held.retain(|held| matches!(admit(&held.chunk, seat, history, quota), Ok(Admitted::New { .. })));
    }

    /// SYN10, SYN11: looks at changes, all or none. `fresh` becomes the id of a record if they begin one.
    pub fn put(&mut self, changes: &[Bytes], fresh: AsideId) -> Result<Put, Refusal> {
        let mut chunks = Vec::with_capacity(changes.len());
        for raw in changes {
            chunks.push(Chunk::read(raw.clone(), &self.limits).map_err(refusal_of)?);
        }
        let named: Vec<ChangeHash> = chunks.iter().map(|chunk| chunk.header.hash).collect();
        let before = self.history.graph.len();
        let new = match self.admit_all(chunks) {
            Ok(new) => new,
            Err(refusal) => {
                self.history.truncate(before);
                return Err(refusal);
            }
        };
        if new.is_empty() {
            let known = self.held.iter().rev().find(|held| named.contains(&held.chunk.header.hash));
            return Ok(known.map_or(Put::InText, |held| Put::Known(held.record)));
        }
        let builds_on = |held: &&Held| {
            new.iter().any(|chunk| chunk.header.dependencies.contains(&held.chunk.header.hash))
        };
        let record = self.held.iter().rev().find(builds_on).map_or(fresh, |held| held.record);
        self.held.extend(new.iter().map(|chunk| Held { record, chunk: chunk.clone() }));
        Ok(Put::New(record, new))
    }

    /// The changes of a record, in causal order.
    pub fn record(&self, record: AsideId) -> impl Iterator<Item = &Chunk> {
        self.held.iter().filter(move |held| held.record == record).map(|held| &held.chunk)
    }

    /// Everything that is held, in causal order.
    pub fn held(&self) -> &[Held] {
        &self.held
    }

    /// Admits chunks in any causal order and returns those that were new, in the order in which they fit.
    fn admit_all(&mut self, chunks: Vec<Chunk>) -> Result<Vec<Chunk>, Refusal> {
        let (mut left, mut new) = (chunks, Vec::new());
        loop {
            let before = new.len();
            for chunk in std::mem::take(&mut left) {
                match admit(&chunk, self.seat, &mut self.history, &self.quota)? {
                    Admitted::New { .. } => new.push(chunk),
                    Admitted::Known => {}
                    Admitted::Waiting => left.push(chunk),
                }
            }
            if left.is_empty() {
                return Ok(new);
            }
            if new.len() == before {
                return Err(Refusal::MissingDependencies);
            }
        }
    }
}

/// What these changes build on outside themselves, sorted: the heads of the text as their author had it.
pub fn base_heads<'a>(chunks: impl Iterator<Item = &'a Chunk> + Clone) -> Vec<ChangeHash> {
    let inside: BTreeSet<ChangeHash> = chunks.clone().map(|chunk| chunk.header.hash).collect();
    let named: BTreeSet<ChangeHash> = chunks.flat_map(|chunk| chunk.header.dependencies.clone()).collect();
    named.difference(&inside).copied().collect()
}

/// Those of these changes that none of the others follows, sorted.
pub fn heads<'a>(chunks: impl Iterator<Item = &'a Chunk> + Clone) -> Vec<ChangeHash> {
    let inside: BTreeSet<ChangeHash> = chunks.clone().map(|chunk| chunk.header.hash).collect();
    let followed: BTreeSet<ChangeHash> = chunks.flat_map(|chunk| chunk.header.dependencies.clone()).collect();
    inside.difference(&followed).copied().collect()
}
