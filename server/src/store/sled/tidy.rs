//! Packing the older part of logs into cold segments, and removing snapshots that nothing names.
//!
//! sled takes some ten times the room of what it keeps, a segment less than its changes. So when a log has grown over the
//! bounds, its oldest entries move: they are packed, the segment is written and synced, read back and compared, and only then
//! does one batch put its name in the place of the entries. A crash between any two steps leaves either the entries or the segment's
//! name, never both and never none. The same entries make the same segment, so what a crash left is used the next time.
//! A segment's file is never removed.
//!
//! All of it happens beside the writer, who only does the batch.

use std::sync::PoisonError;
use std::sync::mpsc::Sender;

use crdt::ids::TextId;
use tokio::sync::oneshot;

use super::kept::{Kept, disk_error, packed_upto, unreadable};
use super::writer::Request;
use crate::store::format::{self, SegmentEntry};
use crate::store::{LoggedChange, NewChange, Seq, StoreError, Tidied, TidyBounds, segment};

/// How many snapshots go at once: the writer removes them, and others wait for it. The rest go the next time.
const SWEPT_AT_ONCE: usize = 200;

/// A moment in the making of a segment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// The changes are read and packed; nothing is written.
    Packed,
    /// The segment is on the disk; nothing names it.
    Written,
    /// It was read back and holds the same; nothing names it.
    Compared,
    /// It stands in the place of the entries.
    Named,
}

/// What to do at each step; an error there ends the tidying.
pub type AtStep<'a> = &'a mut dyn FnMut(Step) -> Result<(), StoreError>;

/// See [`crate::store::Store::tidy`]. A text whose log cannot be read is passed over and named in the log.
pub fn tidy(
    kept: &Kept,
    requests: &Sender<Request>,
    bounds: TidyBounds,
    at_step: AtStep<'_>,
) -> Result<Tidied, StoreError> {
    let _alone = kept.tidying.lock().unwrap_or_else(PoisonError::into_inner);
    let mut tidied = Tidied::default();
    let grown = std::mem::take(&mut *kept.grown());
    for text in &grown {
        match pack_log(kept, requests, *text, bounds, at_step, &mut tidied) {
            Ok(()) => {}
            Err(error @ StoreError::Corrupt { .. }) => {
                tracing::error!(%text, %error, "a log is left as it is");
            }
            Err(error) => {
                kept.grown().extend(&grown);
                return Err(error);
            }
        }
    }
    tidied.snapshots = sweep(kept, requests)?;
    Ok(tidied)
}

fn pack_log(
    kept: &Kept,
    requests: &Sender<Request>,
    text: TextId,
    bounds: TidyBounds,
    at_step: AtStep<'_>,
    tidied: &mut Tidied,
) -> Result<(), StoreError> {
    while let Some(oldest) = oldest(kept, text, bounds)? {
        let packed = segment::pack(text, oldest.first, &oldest.changes);
        at_step(Step::Packed)?;
        kept.check_space(packed.len())?;
        let blob = kept.segments.put(&packed).map_err(|error| disk_error(&error))?;
        at_step(Step::Written)?;
        let last = oldest.first + oldest.changes.len() as Seq - 1;
        let segment = SegmentEntry { first: oldest.first, last, raw_bytes: oldest.raw_bytes, blob };
        let back = kept.read_segment(text, &segment)?;
        if !back.iter().map(|logged| &logged.change).eq(&oldest.changes) {
            let key = format::segment_key(text, oldest.first);
            return Err(format::damaged(&key, "a cold segment does not read back as it was written"));
        }
        at_step(Step::Compared)?;
        ask(requests, |answer| Request::Pack { text, segment, entries: oldest.keys, answer })?;
        at_step(Step::Named)?;
        tidied.segments += 1;
        tidied.changes += oldest.changes.len() as u64;
    }
    Ok(())
}

/// The entries of a log that the next segment takes.
struct Oldest {
    first: Seq,
    changes: Vec<NewChange>,
    keys: Vec<Vec<u8>>,
    raw_bytes: u64,
}

/// The oldest entries that reach the bounds together; none while the log is shorter. Where a segment ends depends on the log and
/// the bounds alone.
fn oldest(kept: &Kept, text: TextId, bounds: TidyBounds) -> Result<Option<Oldest>, StoreError> {
    let first = packed_upto(&kept.db, text)? + 1;
    let mut oldest = Oldest { first, changes: Vec::new(), keys: Vec::new(), raw_bytes: 0 };
    for entry in kept.db.scan_prefix(format::log_prefix(text)) {
        let (key, value) = entry.map_err(|e| unreadable(&e))?;
        for LoggedChange { seq, change } in format::read_changes(&key, &value)? {
            if seq != first + oldest.changes.len() as Seq {
                return Err(format::damaged(&key, "its log has a hole"));
            }
            oldest.raw_bytes += change.bytes.len() as u64;
            oldest.changes.push(change);
        }
        oldest.keys.push(key.to_vec());
        if oldest.changes.len() as u64 >= bounds.changes || oldest.raw_bytes >= bounds.bytes {
            return Ok(Some(oldest));
        }
    }
    Ok(None)
}

/// Those that are there and not named are candidates; the writer looks again whether something names them by then.
fn sweep(kept: &Kept, requests: &Sender<Request>) -> Result<usize, StoreError> {
    let there = kept.caches.names().map_err(|error| disk_error(&error))?;
    let named = kept.named_caches(&kept.arriving())?;
    let unnamed = there.into_iter().filter(|name| !named.contains(name));
    let candidates: Vec<_> = unnamed.take(SWEPT_AT_ONCE).collect();
    if candidates.is_empty() {
        return Ok(0);
    }
    ask(requests, |answer| Request::Sweep { candidates, answer })
}

fn ask<T>(
    requests: &Sender<Request>,
    request: impl FnOnce(oneshot::Sender<Result<T, StoreError>>) -> Request,
) -> Result<T, StoreError> {
    let (answer, done) = oneshot::channel();
    requests.send(request(answer)).map_err(|_| StoreError::Unavailable)?;
    done.blocking_recv().unwrap_or(Err(StoreError::Unavailable))
}
