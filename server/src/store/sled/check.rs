//! Reading everything there is, and naming what is not as it was written.

use std::sync::PoisonError;

use crdt::ids::TextId;
use sha2::{Digest, Sha256};

use super::kept::{Kept, unreadable};
use crate::store::{About, Coll, Finding, StoreError, format};

/// About how many bytes of a log are in memory at once.
const PIECE_BYTES: usize = 4 << 20;

/// Everything that is damaged, in order; nothing if all is whole.
pub fn check(kept: &Kept) -> Vec<Finding> {
    let mut found = Vec::new();
    match kept.texts() {
        Ok(texts) => {
            for text in texts {
                found.extend(check_log(kept, text).err().map(|error| Finding::of(About::Text(text), &error)));
            }
        }
        Err(error) => found.push(Finding::of(About::Store, &error)),
    }
    check_caches(kept, &mut found);
    check_records(kept, &mut found);
    found.extend(check_audit(kept).err().map(|error| Finding::of(About::Audit, &error)));
    check_blobs(kept, &mut found);
    found.sort();
    found.dedup();
    found
}

/// From the first change to the last, through every segment; a hole is an error.
fn check_log(kept: &Kept, text: TextId) -> Result<(), StoreError> {
    let mut after = 0;
    loop {
        let piece = kept.plan(text, after, PIECE_BYTES)?.read(kept)?;
        let Some(last) = piece.last() else { return Ok(()) };
        after = last.seq;
    }
}

fn check_caches(kept: &Kept, found: &mut Vec<Finding>) {
    for (prefix, what) in
        [(format::SNAPSHOT_PREFIX, "a snapshot"), (format::HISTORY_PREFIX, "a saved history")]
    {
        let keys: Result<Vec<_>, _> = kept.db.scan_prefix(prefix).keys().collect();
        let keys = match keys {
            Ok(keys) => keys,
            Err(error) => return found.push(Finding::of(About::Store, &unreadable(&error))),
        };
        for key in keys {
            // For one at a time, so that the writer never waits long. It may have given way to a newer one meanwhile.
            let _still = kept.moving.read().unwrap_or_else(PoisonError::into_inner);
            if let Err(error) = kept.find(&key).and_then(|value| read_cache(kept, &key, value.as_deref())) {
                let Finding { about, detail } = Finding::of(format::about(&key), &error);
                found.push(Finding::new(about, format!("{what}, which the log can replace: {detail}")));
            }
        }
    }
}

/// Reads a snapshot or a saved history to the end.
fn read_cache(kept: &Kept, key: &[u8], value: Option<&[u8]>) -> Result<(), StoreError> {
    match value {
        None => Ok(()),
        Some(value) if key.starts_with(format::HISTORY_PREFIX) => kept.read_history(key, value).map(drop),
        Some(value) => kept.read_snapshot(key, value).map(drop),
    }
}

fn check_records(kept: &Kept, found: &mut Vec<Finding>) {
    for entry in kept.db.scan_prefix(format::RECORD_PREFIX) {
        let (key, value) = match entry {
            Ok(entry) => entry,
            Err(error) => return found.push(Finding::of(About::Store, &unreadable(&error))),
        };
        let about = format::about(&key);
        if key.get(1).and_then(|number| Coll::of_number(*number)).is_none() {
            found.push(Finding::new(about, "its kind is not known to this program"));
        } else if let Err(error) = format::read_record(&key, &value) {
            found.push(Finding::of(about, &error));
        }
    }
}

/// Each entry follows the one before, and carries the hash of all that came before it.
fn check_audit(kept: &Kept) -> Result<(), StoreError> {
    let (mut last, mut before) = (0, [0; 32]);
    for entry in kept.db.scan_prefix(format::AUDIT_PREFIX) {
        let (key, value) = entry.map_err(|e| unreadable(&e))?;
        let entry = format::read_audit(&key, &value)?;
        let expected: [u8; 32] =
            Sha256::new().chain_update(before).chain_update(&entry.json).finalize().into();
        if entry.seq != last + 1 || entry.hash != expected {
            return Err(format::damaged(&key, &format!("the chain breaks at entry {}", last + 1)));
        }
        (last, before) = (entry.seq, entry.hash);
    }
    Ok(())
}

fn check_blobs(kept: &Kept, found: &mut Vec<Finding>) {
    match kept.blobs.names() {
        Ok(names) => {
            for name in names {
                found.extend(kept.blobs.get(&name).err().map(|e| Finding::of(About::Blob(name), &e)));
            }
        }
        Err(error) => found.push(Finding::of(About::Store, &unreadable(&error))),
    }
}
