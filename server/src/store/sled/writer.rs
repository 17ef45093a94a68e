//! The one thread that writes: it takes every commit that waits, and makes them durable together.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::sync::mpsc::Receiver;

use bytes::Bytes;
use crdt::ids::TextId;
use sha2::{Digest, Sha256};
use tokio::sync::oneshot;

use super::{disk_error, unreadable};
use crate::store::blobs::Blobs;
use crate::store::{AuditEntry, Committed, Expect, NewChange, Op, Seq, StoreError, format};

/// Commits are refused while less than this is free on the disk, beside ten times their own size.
const RESERVE_BYTES: u64 = 16 << 20;
/// Above this a value may leave sled's log for a file of its own.
const INLINE_BYTES: usize = 4 << 10;
/// How many commits share one sync.
const MAX_GROUP: usize = 512;
/// Texts whose change hashes the writer remembers.
const REMEMBERED_TEXTS: usize = 256;

/// A commit that waits.
pub struct Request {
    pub ops: Vec<Op>,
    pub answer: oneshot::Sender<Result<Committed, StoreError>>,
}

pub struct Writer {
    db: sled::Db,
    blobs: Blobs,
    /// sled's own log file, open for syncing.
    log: File,
    poisoned: Option<String>,
    texts: HashMap<TextId, KnownLog>,
    /// Whether the whole file system was synced since the store was opened: recovery may have written other files.
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
    pub fn new(db: sled::Db, blobs: Blobs, log: File) -> Writer {
        Writer { db, blobs, log, poisoned: None, texts: HashMap::new(), synced_once: false }
    }

    /// Serves commits until nobody can send one any more.
    pub fn run(&mut self, waiting: &Receiver<Request>) {
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
