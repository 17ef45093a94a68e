//! The embedded store: sled, made durable.
//!
//! sled's `flush` is not an fsync on Linux: after a simulated power cut most runs had lost acknowledged writes. So one
//! writer thread does, for all commits that wait: build one batch → `apply_batch` → `flush` → `fdatasync` of sled's log
//! (and `syncfs` when a value is so large that sled writes it to a file of its own) → answer. Group commit thus lives
//! behind [`Store::commit`].
//!
//! After the first input/output error nothing is acknowledged any more ([`StoreError::Poisoned`]): a failed sync cannot be
//! repeated as if nothing had happened. A full disk is noticed *before* sled meets it, since sled does not recover from
//! one: commits are refused with [`StoreError::Full`] while less than a reserve is free.
//!
//! sled can panic when it opens a damaged file; opening happens under `catch_unwind` on a thread of its own.

mod writer;

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;

use bytes::Bytes;
use crdt::ids::TextId;
use sled::IVec;
use tokio::sync::oneshot;

use self::writer::{Request, Writer};
use super::blobs::Blobs;
use super::folder::{DataFolder, OpenError};
use super::{
    Answer, AuditEntry, Coll, Committed, LoggedChange, Op, Record, Seq, Snapshot, Store, StoreError, format,
};

/// How much of the tree sled keeps in memory.
const CACHE_BYTES: u64 = 8 << 20;

/// The embedded store. Dropping it waits for the writer to finish.
pub struct SledStore {
    db: sled::Db,
    blobs: Blobs,
    requests: Option<Sender<Request>>,
    writer: Option<JoinHandle<()>>,
    _folder: DataFolder,
}

impl SledStore {
    /// Opens the store in a data folder, which is made if it is missing and locked while the store is open.
    pub fn open(path: &Path) -> Result<SledStore, OpenError> {
        let folder = DataFolder::open(path)?;
        // The blobs' folder is made after sled's: where it stands alone, the records were lost, and an empty store in their
        // place would look like a new service.
        if path.join("blobs").exists() && !path.join("sled").join("db").exists() {
            let detail = "its file db is missing".to_owned();
            return Err(OpenError::Damaged { path: path.join("sled"), detail });
        }
        let db = open_guarded(path.join("sled"))?;
        let io = |error| OpenError::Io { path: path.to_owned(), error };
        let blobs = Blobs::open(&path.join("blobs")).map_err(io)?;
        let log = File::open(path.join("sled").join("db")).map_err(io)?;
        let (requests, waiting) = channel();
        let mut writer = Writer::new(db.clone(), blobs.clone(), log);
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || writer.run(&waiting))
            .map_err(io)?;
        Ok(SledStore { db, blobs, requests: Some(requests), writer: Some(thread), _folder: folder })
    }

    fn find(&self, key: &[u8]) -> Result<Option<IVec>, StoreError> {
        self.db.get(key).map_err(|e| unreadable(&e))
    }
}

impl Drop for SledStore {
    fn drop(&mut self) {
        self.requests = None;
        if let Some(writer) = self.writer.take()
            && writer.join().is_err()
        {
            tracing::error!("the store's writer had stopped with a panic");
        }
    }
}

fn open_guarded(path: PathBuf) -> Result<sled::Db, OpenError> {
    let shown = path.clone();
    let config = sled::Config::new().path(path).cache_capacity(CACHE_BYTES).flush_every_ms(None);
    let opened = std::thread::spawn(move || catch_unwind(AssertUnwindSafe(|| config.open()))).join();
    match opened {
        Ok(Ok(Ok(db))) => Ok(db),
        Ok(Ok(Err(error))) => Err(OpenError::Damaged { path: shown, detail: error.to_string() }),
        Ok(Err(_)) | Err(_) => {
            Err(OpenError::Damaged { path: shown, detail: "it cannot be read".to_owned() })
        }
    }
}

fn unreadable(error: &sled::Error) -> StoreError {
    StoreError::Corrupt { what: "the store".to_owned(), detail: error.to_string() }
}

fn disk_error(error: &std::io::Error) -> StoreError {
    match error.kind() {
        std::io::ErrorKind::StorageFull => StoreError::Full,
        _ => StoreError::Poisoned(error.to_string()),
    }
}

impl Store for SledStore {
    fn name(&self) -> &'static str {
        "sled"
    }

    fn commit(&self, ops: Vec<Op>) -> Answer<'_, Committed> {
        let (answer, done) = oneshot::channel();
        let sent =
            self.requests.as_ref().is_some_and(|requests| requests.send(Request { ops, answer }).is_ok());
        Box::pin(async move {
            if !sent {
                return Err(StoreError::Unavailable);
            }
            done.await.unwrap_or(Err(StoreError::Unavailable))
        })
    }

    fn changes(&self, text: TextId, after: Seq, max_bytes: usize) -> Answer<'_, Vec<LoggedChange>> {
        Box::pin(async move {
            let first = first_batch(&self.db, text, after)?;
            let end = format::log_key(text, Seq::MAX);
            let mut found = Vec::new();
            let mut size_bytes = 0;
            for entry in self.db.range(first..=end) {
                let (key, value) = entry.map_err(|e| unreadable(&e))?;
                for logged in format::read_changes(&key, &value)? {
                    if logged.seq <= after {
                        continue;
                    }
                    if size_bytes > 0 && size_bytes >= max_bytes {
                        return Ok(found);
                    }
                    size_bytes += logged.change.bytes.len();
                    found.push(logged);
                }
            }
            Ok(found)
        })
    }

    fn snapshot(&self, text: TextId) -> Answer<'_, Option<Snapshot>> {
        Box::pin(async move {
            let newest = self.db.scan_prefix(format::snapshot_prefix(text)).next_back();
            let Some((key, value)) = newest.transpose().map_err(|e| unreadable(&e))? else { return Ok(None) };
            let (blob, heads) = format::read_snapshot(&key, &value)?;
            let upto = format::seq_in(&key).ok_or_else(|| format::damaged(&key, "its key is too short"))?;
            let bytes = self.blobs.get(&blob)?;
            let bytes = bytes.ok_or_else(|| format::damaged(&key, "the blob of its snapshot is missing"))?;
            Ok(Some(Snapshot { upto, heads, bytes }))
        })
    }

    fn get(&self, coll: Coll, key: &str) -> Answer<'_, Option<Record>> {
        let key = format::record_key(coll, key);
        Box::pin(async move { self.find(&key)?.map(|value| format::read_record(&key, &value)).transpose() })
    }

    fn scan(&self, coll: Coll, prefix: &str, after: Option<&str>, limit: usize) -> Answer<'_, Vec<Record>> {
        let prefix = format::record_key(coll, prefix);
        let after = after.map(|after| format::record_key(coll, after));
        Box::pin(async move {
            let start = match after {
                Some(after) if after >= prefix => [&after[..], &[0]].concat(),
                _ => prefix.clone(),
            };
            let mut found = Vec::new();
            for entry in self.db.range(start..).take(limit) {
                let (key, value) = entry.map_err(|e| unreadable(&e))?;
                if !key.starts_with(&prefix) {
                    break;
                }
                found.push(format::read_record(&key, &value)?);
            }
            Ok(found)
        })
    }

    fn audit(&self, after: Seq, limit: usize) -> Answer<'_, Vec<AuditEntry>> {
        Box::pin(async move {
            let range = format::audit_key(after.saturating_add(1))..=format::audit_key(Seq::MAX);
            self.db
                .range(range)
                .take(limit)
                .map(|entry| {
                    let (key, value) = entry.map_err(|e| unreadable(&e))?;
                    format::read_audit(&key, &value)
                })
                .collect()
        })
    }

    fn put_blob(&self, bytes: Bytes) -> Answer<'_, [u8; 32]> {
        let blobs = self.blobs.clone();
        Box::pin(async move {
            let kept = tokio::task::spawn_blocking(move || blobs.put(&bytes)).await;
            kept.map_err(|_| StoreError::Unavailable)?.map_err(|error| disk_error(&error))
        })
    }

    fn blob(&self, sha256: [u8; 32]) -> Answer<'_, Option<Bytes>> {
        let blobs = self.blobs.clone();
        Box::pin(async move {
            tokio::task::spawn_blocking(move || blobs.get(&sha256))
                .await
                .map_err(|_| StoreError::Unavailable)?
        })
    }
}

/// The key of the batch that holds the change after `after`: the last one that begins at or before it.
fn first_batch(db: &sled::Db, text: TextId, after: Seq) -> Result<Vec<u8>, StoreError> {
    let wanted = format::log_key(text, after.saturating_add(1));
    let before = db.range(format::log_key(text, 0)..=wanted.clone()).next_back();
    Ok(before.transpose().map_err(|e| unreadable(&e))?.map_or(wanted, |(key, _)| key.to_vec()))
}
