//! Files of a commit that are on the disk before the writer hears of it.
//!
//! A snapshot has a megabyte, and syncing it takes as long as many commits: the writer must not wait for it, since people wait
//! for the writer. Until the commit that names such a file is done, nothing else does: it is noted as arriving, and not swept.

use std::sync::Arc;

use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::kept::{Kept, disk_error};
use crate::store::{BlobName, Op, StoreError};

/// The files of one commit, in the order of its operations. They arrive until this is dropped.
pub struct Arriving {
    kept: Arc<Kept>,
    names: Vec<BlobName>,
}

/// The bytes of an operation that go into a file in `caches/`.
fn file_of(op: &Op) -> Option<&Bytes> {
    match op {
        Op::Snapshot { snapshot, .. } => Some(&snapshot.bytes),
        Op::History { bytes, .. } => Some(bytes),
        _ => None,
    }
}

/// Must something be put into files before this commit?
pub fn has_files(ops: &[Op]) -> bool {
    ops.iter().any(|op| file_of(op).is_some())
}

impl Arriving {
    /// Puts the files of a commit where they belong; they are durable when this returns.
    pub fn put(kept: &Arc<Kept>, ops: &[Op]) -> Result<Arriving, StoreError> {
        let names = ops.iter().filter_map(file_of).map(|bytes| Sha256::digest(bytes).into()).collect();
        let arriving = Arriving { kept: kept.clone(), names };
        // Noted first: from the moment a file is there it may be looked at by whoever sweeps.
        arriving.note(1);
        for bytes in ops.iter().filter_map(file_of) {
            kept.check_space(bytes.len())?;
            kept.caches.put(bytes).map_err(|error| disk_error(&error))?;
        }
        Ok(arriving)
    }

    /// The names of the files.
    pub fn names(&self) -> &[BlobName] {
        &self.names
    }

    fn note(&self, more: isize) {
        let mut all = self.kept.arriving();
        for name in &self.names {
            let times = all.entry(*name).or_default();
            *times += more;
            if *times == 0 {
                all.remove(name);
            }
        }
    }
}

impl Drop for Arriving {
    fn drop(&mut self) {
        self.note(-1);
    }
}
