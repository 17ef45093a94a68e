//! What comes in: changes are read and admitted, a message or a submission as a whole, or not at all.

use bytes::Bytes;

use super::Room;
use crate::ids::SeatId;
use crate::moment::Moment;
use crate::sync::admission::{Admitted, admit, refusal_of};
use crate::sync::chunk::{Chunk, Header};
use crate::sync::events::{AdmittedChange, ConnectionId, Output, Refusal};
use crate::sync::graph::NodeIx;

impl Room {
    /// Admits the changes of one message, all or none. Returns how many are new.
    pub(super) fn take_in(
        &mut self,
        now: Moment,
        connection: ConnectionId,
        seat: SeatId,
        changes: &[Bytes],
    ) -> Result<usize, Refusal> {
        let mut chunks = Vec::with_capacity(changes.len());
        for raw in changes {
            chunks.push(Chunk::read(raw.clone(), &self.settings.chunk).map_err(refusal_of)?);
        }
        let guest = self.guests.get_mut(&connection).expect("a connection is let in before its changes are");
        let waited_before = std::mem::take(&mut guest.waiting);
        let arrived = waited_before.iter().cloned().chain(chunks).map(|chunk| (seat, chunk)).collect();
        let (new, result) = match self.admit_all(now, arrived) {
            Ok((new, waiting)) => (new, self.may_wait(&waiting).map(|()| waiting)),
            Err(refusal) => (0, Err(refusal)),
        };
        let guest = self.guests.get_mut(&connection).expect("it is still here");
        match result {
            Ok(waiting) => {
                guest.waiting = waiting;
                Ok(new)
            }
            Err(refusal) => {
                guest.waiting = waited_before;
                self.drop_newest(new);
                Err(refusal)
            }
        }
    }

    pub(super) fn on_submit(
        &mut self,
        now: Moment,
        ticket: u64,
        changes: Vec<(SeatId, Bytes)>,
        output: &mut Output,
    ) {
        let read = |(seat, raw)| Ok((seat, Chunk::read(raw, &self.settings.chunk).map_err(refusal_of)?));
        let read: Result<Vec<(SeatId, Chunk)>, Refusal> = changes.into_iter().map(read).collect();
        match read.and_then(|chunks| self.admit_all(now, chunks)) {
            Ok((new, waiting)) if !waiting.is_empty() => {
                self.drop_newest(new);
                output.done.push((ticket, Err(Refusal::MissingDependencies)));
            }
            // Changes that were known already may still be on their way to the disk: the ticket waits for all.
            Ok(_) if self.history.graph.len() == self.committed => output.done.push((ticket, Ok(()))),
            Ok(_) => self.submitted.push((ticket, self.history.graph.len())),
            Err(refusal) => output.done.push((ticket, Err(refusal))),
        }
    }

    /// Admits chunks, each of a seat, in any causal order. Returns how many were new, and those that wait for others. On a
    /// refusal nothing of them stays.
    fn admit_all(
        &mut self,
        now: Moment,
        chunks: Vec<(SeatId, Chunk)>,
    ) -> Result<(usize, Vec<Chunk>), Refusal> {
        if self.stopped {
            return Err(Refusal::StorageFailed);
        }
        let mut left = chunks;
        let mut new = 0;
        loop {
            let round = std::mem::take(&mut left);
            let before = new;
            for (seat, chunk) in round {
                match self.admit_one(now, seat, &chunk) {
                    Ok(Admitted::New { .. }) => new += 1,
                    Ok(Admitted::Known) => {}
                    Ok(Admitted::Waiting) => left.push((seat, chunk)),
                    Err(refusal) => {
                        self.drop_newest(new);
                        return Err(refusal);
                    }
                }
            }
            if left.is_empty() || new == before {
                return Ok((new, left.into_iter().map(|(_, chunk)| chunk).collect()));
            }
        }
    }

    fn admit_one(&mut self, now: Moment, seat: SeatId, chunk: &Chunk) -> Result<Admitted, Refusal> {
        let admitted = admit(chunk, seat, &mut self.history, &self.settings.quota)?;
        if let Admitted::New { shapes } = admitted {
            let Header { hash, actor, .. } = &chunk.header;
            let raw = chunk.raw.clone();
            let (hash, actor) = (*hash, actor.clone());
            self.queue.push(AdmittedChange { hash, actor, seat, received: now, shapes, raw });
            if self.history.graph.len() > self.settings.max_changes {
                self.drop_newest(1);
                return Err(Refusal::TextFull);
            }
        }
        Ok(admitted)
    }

    fn may_wait(&self, waiting: &[Chunk]) -> Result<(), Refusal> {
        let size_bytes: usize = waiting.iter().map(|chunk| chunk.raw.len()).sum();
        let fits =
            waiting.len() <= self.settings.max_waiting && size_bytes <= self.settings.max_waiting_bytes;
        if fits { Ok(()) } else { Err(Refusal::MissingDependencies) }
    }

    /// Takes back the newest changes of the queue.
    pub(super) fn drop_newest(&mut self, count: usize) {
        self.queue.truncate(self.queue.len() - count);
        self.history.truncate(self.history.graph.len() - count as NodeIx);
    }
}
