//! Reading logs: first through the cold segments, then what follows them.
//!
//! A reading is planned under a lock, so that no entry moves into a segment between two steps of it; the files of segments
//! are read afterwards, since a segment that was named once stays.

use std::sync::PoisonError;

use crdt::ids::TextId;

use super::kept::{Kept, unreadable};
use crate::store::format::{self, SegmentEntry};
use crate::store::{LoggedChange, Seq, StoreError, segment};

/// Where the changes are that a reading wants.
pub struct Plan {
    text: TextId,
    after: Seq,
    max_bytes: usize,
    pieces: Vec<Piece>,
}

enum Piece {
    Batch(Vec<LoggedChange>),
    Segment(SegmentEntry),
}

impl Kept {
    /// Where the changes after `after` are, until about `max_bytes` of them. A log with a hole in it, or without its end, is an error.
    pub fn plan(&self, text: TextId, after: Seq, max_bytes: usize) -> Result<Plan, StoreError> {
        let _still = self.moving.read().unwrap_or_else(PoisonError::into_inner);
        // Asked before the log is looked at, which may grow meanwhile.
        let last = self.end_of(text)?;
        let mut plan = Plan { text, after, max_bytes, pieces: Vec::new() };
        let (mut upto, mut size_bytes) = (after, 0);
        let end = format::segment_key(text, Seq::MAX);
        for entry in self.db.range(covering(&self.db, format::segment_key, text, upto)?..=end) {
            let (key, value) = entry.map_err(|e| unreadable(&e))?;
            let segment = format::read_segment(&key, &value)?;
            if segment.last <= upto {
                continue;
            }
            joins(&key, segment.first, upto)?;
            // Of the first one only a part is wanted, perhaps a small one.
            size_bytes += if segment.first > after { segment.raw_bytes as usize } else { 0 };
            upto = segment.last;
            plan.pieces.push(Piece::Segment(segment));
            if size_bytes >= max_bytes {
                return Ok(plan);
            }
        }
        let end = format::log_key(text, Seq::MAX);
        for entry in self.db.range(covering(&self.db, format::log_key, text, upto)?..=end) {
            let (key, value) = entry.map_err(|e| unreadable(&e))?;
            let batch = format::read_changes(&key, &value)?;
            let (Some(first), Some(last)) = (batch.first(), batch.last()) else { continue };
            if last.seq <= upto {
                continue;
            }
            joins(&key, first.seq, upto)?;
            upto = last.seq;
            size_bytes += batch
                .iter()
                .filter(|logged| logged.seq > after)
                .map(|logged| logged.change.bytes.len())
                .sum::<usize>();
            plan.pieces.push(Piece::Batch(batch));
            if size_bytes >= max_bytes {
                return Ok(plan);
            }
        }
        joins(&format::end_key(text), last + 1, upto)?;
        Ok(plan)
    }

    /// All changes of a segment, checked.
    pub fn read_segment(&self, text: TextId, entry: &SegmentEntry) -> Result<Vec<LoggedChange>, StoreError> {
        let damaged = |detail: &str| StoreError::Corrupt {
            what: format!("text {text}"),
            detail: format!("the cold segment of changes {} to {} {detail}", entry.first, entry.last),
        };
        let bytes = match self.segments.get(&entry.blob) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return Err(damaged("is missing")),
            Err(StoreError::Corrupt { detail, .. }) => return Err(damaged(&format!("is damaged: {detail}"))),
            Err(other) => return Err(other),
        };
        let changes = segment::unpack(text, &bytes)?;
        let ends = (changes.first().map(|first| first.seq), changes.last().map(|last| last.seq));
        if ends == (Some(entry.first), Some(entry.last)) { Ok(changes) } else { Err(damaged("holds others")) }
    }
}

impl Plan {
    /// Must files be read?
    pub fn needs_files(&self) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::Segment(_)))
    }

    /// The changes.
    pub fn read(self, kept: &Kept) -> Result<Vec<LoggedChange>, StoreError> {
        let mut found = Vec::new();
        let mut size_bytes = 0;
        for piece in self.pieces {
            let changes = match piece {
                Piece::Batch(changes) => changes,
                Piece::Segment(entry) => kept.read_segment(self.text, &entry)?,
            };
            for logged in changes.into_iter().filter(|logged| logged.seq > self.after) {
                if size_bytes > 0 && size_bytes >= self.max_bytes {
                    return Ok(found);
                }
                size_bytes += logged.change.bytes.len();
                found.push(logged);
            }
        }
        Ok(found)
    }
}

/// The key of the entry that holds the change after `after`: the last one that begins at or before it.
fn covering(
    db: &sled::Db,
    key_of: fn(TextId, Seq) -> Vec<u8>,
    text: TextId,
    after: Seq,
) -> Result<Vec<u8>, StoreError> {
    let wanted = key_of(text, after.saturating_add(1));
    let before = db.range(key_of(text, 0)..=wanted.clone()).next_back();
    Ok(before.transpose().map_err(|e| unreadable(&e))?.map_or(wanted, |(key, _)| key.to_vec()))
}

fn joins(key: &[u8], first: Seq, upto: Seq) -> Result<(), StoreError> {
    if first <= upto + 1 {
        return Ok(());
    }
    Err(format::damaged(key, &format!("the changes {} to {} of its log are missing", upto + 1, first - 1)))
}
