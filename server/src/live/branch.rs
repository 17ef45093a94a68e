//! Texts that begin with the history of another: the branches on which amendments are written.
//!
//! A branch has a log of its own, which begins with the changes of its base, under the seats that wrote them. So it is a text like any
//! other: rooms, snapshots, repairs and checks need to know nothing of it. That costs the room of the base's log once more; a log
//! of branches that shared it would make every reader of logs, and every engine, know of branches.

use std::sync::Arc;

use bytes::Bytes;
use crdt::document::Text;
use crdt::ids::{ChangeHash, SeatId, TextId};
use crdt::sync::admission::refusal_of;
use crdt::sync::chunk::Chunk;
use crdt::sync::events::Refusal;

use super::{Live, LiveError};
use crate::store::{NewChange, Op, Seq, Snapshot, scan_log};

/// A branch that has been prepared.
pub struct Prepared {
    /// The base as the branch begins.
    pub text: Arc<Text>,
    /// What remains to be written, in the commit that gives the branch its place. Until then nothing names it.
    pub ops: Vec<Op>,
}

impl Live {
    /// Prepares a branch of `base` as it is durable now, with further changes on top, each with the seat that answers for it.
    pub async fn branch(
        &self,
        base: TextId,
        branch: TextId,
        on_top: Vec<(SeatId, Bytes)>,
    ) -> Result<Prepared, LiveError> {
        /// About as many bytes of changes go into one commit: people wait for the store's writer.
        const PIECE_BYTES: usize = 1 << 20;
        /// A shorter log is read as quickly as a snapshot.
        const WORTH_A_SNAPSHOT: Seq = 200;
        let (text, upto) = self.shared.texts.read_upto(base).await?;
        let log = scan_log(&*self.shared.store, base, 0).await?;
        let mut changes: Vec<NewChange> =
            log.into_iter().take_while(|logged| logged.seq <= upto).map(|logged| logged.change).collect();
        for (seat, raw) in on_top {
            changes.push(self.change_of(seat, raw)?);
        }
        let mut ops = Vec::new();
        if upto >= WORTH_A_SNAPSHOT {
            let loaded = text.clone();
            let saved = self.shared.texts.aside(move || (loaded.heads(), loaded.save())).await;
            let (heads, bytes) = saved.ok_or(LiveError::Stopping)?;
            ops.push(Op::Snapshot { text: branch, snapshot: Snapshot { upto, heads, bytes: bytes.into() } });
        }
        let mut piece = Vec::new();
        let mut size_bytes = 0;
        for change in changes {
            size_bytes += change.bytes.len();
            piece.push(change);
            if size_bytes >= PIECE_BYTES {
                let changes = std::mem::take(&mut piece);
                self.shared.store.commit(vec![Op::Append { text: branch, changes }]).await?;
                size_bytes = 0;
            }
        }
        if !piece.is_empty() {
            // Before the snapshot, which stands for changes that are there.
            ops.insert(0, Op::Append { text: branch, changes: piece });
        }
        self.shared.texts.begins_as(branch, text.clone(), upto).await;
        Ok(Prepared { text, ops })
    }

    /// What a branch lacks of its base as it is durable now, in causal order, and the heads that the base has.
    pub async fn lacking(
        &self,
        base: TextId,
        branch: TextId,
    ) -> Result<(Vec<ChangeHash>, Vec<(SeatId, Bytes)>), LiveError> {
        let (text, upto) = self.shared.texts.read_upto(base).await?;
        let known = self.shared.texts.read(branch).await?;
        let heads = text.heads();
        if known.knows(&heads) {
            return Ok((heads, Vec::new()));
        }
        let log = scan_log(&*self.shared.store, base, 0).await?;
        let new = log.into_iter().take_while(|logged| logged.seq <= upto).map(|logged| logged.change);
        let lacking = new.filter(|change| !known.knows(std::slice::from_ref(&change.hash)));
        Ok((heads, lacking.map(|change| (change.seat, change.bytes)).collect()))
    }

    /// The seats that wrote changes of `branch` that its base does not have.
    pub async fn writers(&self, base: &Text, branch: TextId) -> Result<Vec<SeatId>, LiveError> {
        let log = scan_log(&*self.shared.store, branch, 0).await?;
        let own = log.iter().filter(|logged| !base.knows(std::slice::from_ref(&logged.change.hash)));
        let mut seats: Vec<SeatId> = own.map(|logged| logged.change.seat).collect();
        seats.sort_unstable();
        seats.dedup();
        Ok(seats)
    }

    /// Whether a change is within what one change may be: an amendment that is not could never be accepted.
    pub fn fits(&self, change: &[u8]) -> Result<(), Refusal> {
        let limits = &self.shared.settings.room.chunk;
        Chunk::read(Bytes::copy_from_slice(change), limits).map(drop).map_err(refusal_of)
    }
}
