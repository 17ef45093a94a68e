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

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use bytes::Bytes;
use crdt::ids::TextId;
use sha2::{Digest, Sha256};
use sled::IVec;
use tokio::sync::oneshot;

use super::blobs::Blobs;
use super::folder::{DataFolder, OpenError};
use super::{
    Answer, AuditEntry, Coll, Committed, Expect, LoggedChange, NewChange, Op, Record, Seq, Snapshot, Store,
    StoreError, format,
};

/// How much of the tree sled keeps in memory.
const CACHE_BYTES: u64 = 8 << 20;
/// Commits are refused while less than this is free on the disk, beside ten times their own size.
const RESERVE_BYTES: u64 = 16 << 20;
/// Above this a value may leave sled's log for a file of its own.
const INLINE_BYTES: usize = 4 << 10;
/// How many commits share one sync.
const MAX_GROUP: usize = 512;
/// Texts whose change hashes the writer remembers.
const REMEMBERED_TEXTS: usize = 256;

/// The embedded store. Dropping it waits for the writer to finish.
pub struct SledStore {
    db: sled::Db,
    blobs: Blobs,
    requests: Option<Sender<Request>>,
    writer: Option<JoinHandle<()>>,
    _folder: DataFolder,
}

struct Request {
    ops: Vec<Op>,
    answer: oneshot::Sender<Result<Committed, StoreError>>,
}

impl SledStore {
    /// Opens the store in a data folder, which is made if it is missing and locked while the store is open.
    pub fn open(path: &Path) -> Result<SledStore, OpenError> {
        let folder = DataFolder::open(path)?;
        let db = open_guarded(path.join("sled"))?;
        let io = |error| OpenError::Io { path: path.to_owned(), error };
        let blobs = Blobs::open(&path.join("blobs")).map_err(io)?;
        let log = File::open(path.join("sled").join("db")).map_err(io)?;
        let (requests, waiting) = channel();
        let mut writer = Writer {
            db: db.clone(),
            blobs: blobs.clone(),
            log,
            poisoned: None,
            texts: HashMap::new(),
            synced_once: false,
        };
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

// --- the writer

struct Writer {
    db: sled::Db,
    blobs: Blobs,
    log: File,
    poisoned: Option<String>,
    texts: HashMap<TextId, KnownLog>,
    synced_once: bool,
}

/// What the writer remembers of a log: where it ends, and its hashes (half of each is enough to tell them apart).
#[derive(Clone, Default)]
struct KnownLog {
    last: Seq,
    hashes: HashSet<[u8; 16]>,
}

/// The writes of one batch, seen by the commits that come later in the same batch.
#[derive(Default)]
struct Group {
    writes: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    new_hashes: Vec<(TextId, [u8; 16])>,
    last_seqs: HashMap<TextId, Seq>,
}

impl Writer {
    fn run(&mut self, waiting: &Receiver<Request>) {
        while let Ok(first) = waiting.recv() {
            let mut requests = vec![first];
            requests.extend(waiting.try_iter().take(MAX_GROUP - 1));
            self.commit(requests);
        }
    }

    fn commit(&mut self, requests: Vec<Request>) {
        let mut group = Group::default();
        let mut answers = Vec::new();
        for Request { ops, answer } in requests {
            match self.prepare(ops, &mut group) {
                Ok(done) => answers.push((answer, done)),
                // Whoever asked may have gone; there is nobody to tell then.
                Err(error) => drop(answer.send(Err(error))),
            }
        }
        let result = self.make_durable(&group);
        if result.is_ok() {
            self.remember(group);
        } else {
            self.texts.clear();
        }
        for (answer, done) in answers {
            drop(answer.send(result.clone().map(|()| done)));
        }
    }

    /// Checks one commit against the store and the group so far, and adds its writes to the group.
    fn prepare(&mut self, ops: Vec<Op>, group: &mut Group) -> Result<Committed, StoreError> {
        if let Some(reason) = &self.poisoned {
            return Err(StoreError::Poisoned(reason.clone()));
        }
        let mut done = Committed::default();
        let mut writes = BTreeMap::new();
        let mut new_hashes = Vec::new();
        let mut last_seqs = HashMap::new();
        for (index, op) in ops.into_iter().enumerate() {
            let current = |key: &[u8]| -> Result<Option<Vec<u8>>, StoreError> {
                if let Some(written) = writes.get(key).or_else(|| group.writes.get(key)) {
                    return Ok(Option::clone(written));
                }
                Ok(self.db.get(key).map_err(|e| unreadable(&e))?.map(|value| value.to_vec()))
            };
            match op {
                Op::Append { text, changes } => {
                    let (last, fresh) = self.fresh(text, changes, group, &new_hashes, &last_seqs)?;
                    if !fresh.is_empty() {
                        new_hashes.extend(fresh.iter().map(|change| (text, half(change))));
                        writes.insert(format::log_key(text, last + 1), Some(format::write_changes(&fresh)));
                    }
                    let last = last + fresh.len() as Seq;
                    last_seqs.insert(text, last);
                    done.last_seqs.push(last);
                }
                Op::Put { coll, key, expect, json } => {
                    let key = format::record_key(coll, &key);
                    let version = expected(index, &key, current(&key)?, expect)?.unwrap_or(0) + 1;
                    writes.insert(key, Some(format::write_record(version, &json)));
                    done.versions.push(version);
                }
                Op::Delete { coll, key, expect } => {
                    let key = format::record_key(coll, &key);
                    expected(index, &key, current(&key)?, expect)?;
                    writes.insert(key, None);
                }
                Op::Audit { json } => {
                    let entry = self.next_audit(json, &writes, group)?;
                    writes.insert(format::audit_key(entry.seq), Some(format::write_audit(&entry)));
                }
                Op::Snapshot { text, snapshot } => {
                    let blob = self.blobs.put(&snapshot.bytes).map_err(|error| disk_error(&error))?;
                    for old in self.old_snapshots(text)? {
                        writes.insert(old, None);
                    }
                    let key = format::snapshot_key(text, snapshot.upto);
                    writes.insert(key, Some(format::write_snapshot(&snapshot, blob)));
                }
            }
        }
        group.writes.extend(writes);
        group.new_hashes.extend(new_hashes);
        group.last_seqs.extend(last_seqs);
        Ok(done)
    }

    /// The end of a log as this commit sees it, and those of `changes` that are not in it.
    fn fresh(
        &mut self,
        text: TextId,
        changes: Vec<NewChange>,
        group: &Group,
        own: &[(TextId, [u8; 16])],
        own_last: &HashMap<TextId, Seq>,
    ) -> Result<(Seq, Vec<NewChange>), StoreError> {
        let known = self.known_log(text)?;
        let last = own_last.get(&text).or_else(|| group.last_seqs.get(&text)).copied().unwrap_or(known.last);
        let mut seen: HashSet<[u8; 16]> = group
            .new_hashes
            .iter()
            .chain(own)
            .filter(|(other, _)| *other == text)
            .map(|(_, hash)| *hash)
            .collect();
        let fresh = changes
            .into_iter()
            .filter(|change| !known.hashes.contains(&half(change)) && seen.insert(half(change)))
            .collect();
        Ok((last, fresh))
    }

    fn known_log(&mut self, text: TextId) -> Result<&KnownLog, StoreError> {
        if !self.texts.contains_key(&text) {
            if self.texts.len() >= REMEMBERED_TEXTS {
                self.texts.clear();
            }
            let mut known = KnownLog::default();
            for entry in self.db.scan_prefix(format::log_prefix(text)) {
                let (key, value) = entry.map_err(|e| unreadable(&e))?;
                for logged in format::read_changes(&key, &value)? {
                    known.last = logged.seq;
                    known.hashes.insert(half(&logged.change));
                }
            }
            self.texts.insert(text, known);
        }
        Ok(&self.texts[&text])
    }

    fn next_audit(
        &self,
        json: Bytes,
        own: &BTreeMap<Vec<u8>, Option<Vec<u8>>>,
        group: &Group,
    ) -> Result<AuditEntry, StoreError> {
        let end = format::audit_key(Seq::MAX);
        let newest = |writes: &BTreeMap<Vec<u8>, Option<Vec<u8>>>| {
            let last = writes.range(format::audit_key(0)..end.clone()).next_back();
            last.and_then(|(key, value)| Some((key.clone(), value.clone()?)))
        };
        let written = newest(own).or_else(|| newest(&group.writes));
        let previous = match written {
            Some((key, value)) => Some(format::read_audit(&key, &value)?),
            None => {
                let last = self.db.scan_prefix(format::AUDIT_PREFIX).next_back();
                match last.transpose().map_err(|e| unreadable(&e))? {
                    Some((key, value)) => Some(format::read_audit(&key, &value)?),
                    None => None,
                }
            }
        };
        let (seq, before) = previous.map_or((1, [0; 32]), |entry| (entry.seq + 1, entry.hash));
        let hash = Sha256::new().chain_update(before).chain_update(&json).finalize().into();
        Ok(AuditEntry { seq, hash, json })
    }

    /// The keys of all snapshots of a text but the newest: it becomes the one that is kept beside the new one.
    fn old_snapshots(&self, text: TextId) -> Result<Vec<Vec<u8>>, StoreError> {
        let keys = self.db.scan_prefix(format::snapshot_prefix(text)).keys();
        let mut keys: Vec<Vec<u8>> =
            keys.map(|key| Ok(key?.to_vec())).collect::<Result<_, _>>().map_err(|e| unreadable(&e))?;
        keys.pop();
        Ok(keys)
    }

    fn make_durable(&mut self, group: &Group) -> Result<(), StoreError> {
        if group.writes.is_empty() {
            return Ok(());
        }
        let size_bytes: usize = group.writes.values().flatten().map(Vec::len).sum();
        self.check_space(size_bytes)?;
        let mut batch = sled::Batch::default();
        for (key, value) in &group.writes {
            match value {
                Some(value) => batch.insert(&key[..], &value[..]),
                None => batch.remove(&key[..]),
            }
        }
        let large = group.writes.values().flatten().any(|value| value.len() > INLINE_BYTES);
        let written = self.db.apply_batch(batch).and_then(|()| self.db.flush());
        let synced = written.map_err(|error| error.to_string()).and_then(|_| {
            let result = if large || !self.synced_once {
                rustix::fs::syncfs(&self.log)
            } else {
                rustix::fs::fdatasync(&self.log)
            };
            result.map_err(|error| error.to_string())
        });
        match synced {
            Ok(()) => {
                self.synced_once = true;
                Ok(())
            }
            Err(reason) => {
                tracing::error!(%reason, "the store stops: nothing is acknowledged any more until a restart");
                self.poisoned = Some(reason.clone());
                Err(StoreError::Poisoned(reason))
            }
        }
    }

    fn check_space(&self, size_bytes: usize) -> Result<(), StoreError> {
        let disk =
            rustix::fs::fstatvfs(&self.log).map_err(|error| StoreError::Poisoned(error.to_string()))?;
        let free = disk.f_bavail.saturating_mul(disk.f_frsize);
        if free < RESERVE_BYTES + 10 * size_bytes as u64 { Err(StoreError::Full) } else { Ok(()) }
    }

    fn remember(&mut self, group: Group) {
        for (text, hash) in group.new_hashes {
            if let Some(known) = self.texts.get_mut(&text) {
                known.hashes.insert(hash);
            }
        }
        for (text, last) in group.last_seqs {
            if let Some(known) = self.texts.get_mut(&text) {
                known.last = last;
            }
        }
    }
}

fn half(change: &NewChange) -> [u8; 16] {
    *change.hash.0.first_chunk().expect("a hash has thirty-two bytes")
}

fn expected(
    op: usize,
    key: &[u8],
    value: Option<Vec<u8>>,
    expect: Expect,
) -> Result<Option<u64>, StoreError> {
    let current = value.map(|value| Ok(format::read_record(key, &value)?.version)).transpose()?;
    let met = match expect {
        Expect::Any => true,
        Expect::Absent => current.is_none(),
        Expect::Version(version) => current == Some(version),
    };
    if met { Ok(current) } else { Err(StoreError::Conflict { op, current }) }
}

fn disk_error(error: &std::io::Error) -> StoreError {
    match error.kind() {
        std::io::ErrorKind::StorageFull => StoreError::Full,
        _ => StoreError::Poisoned(error.to_string()),
    }
}

// --- reading, and handing commits to the writer

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
