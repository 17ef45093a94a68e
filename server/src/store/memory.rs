//! The store of tests: everything in memory, nothing durable, the same contract.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use crdt::ids::{ChangeHash, TextId};
use sha2::{Digest, Sha256};

use tokio::sync::mpsc::channel;
use uuid::Uuid;

use super::{
    About, Answer, AuditEntry, Coll, Committed, Dump, Entry, Expect, Finding, LoggedChange, Op, Record, Seq,
    Snapshot, Store, StoreError, Tidied, TidyBounds,
};

/// A store that forgets everything when it is dropped.
pub struct MemoryStore {
    id: Uuid,
    state: Mutex<State>,
}

#[derive(Default, Clone)]
struct State {
    logs: BTreeMap<TextId, Log>,
    records: BTreeMap<(Coll, String), (u64, Bytes)>,
    audit: Vec<AuditEntry>,
    snapshots: BTreeMap<TextId, Vec<Snapshot>>,
    histories: BTreeMap<TextId, Bytes>,
    blobs: BTreeMap<[u8; 32], Bytes>,
}

#[derive(Default, Clone)]
struct Log {
    changes: Vec<LoggedChange>,
    hashes: std::collections::BTreeSet<ChangeHash>,
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        MemoryStore { id: Uuid::new_v4(), state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn expect(&self, op: usize, coll: Coll, key: &str, expect: Expect) -> Result<Option<u64>, StoreError> {
        let current = self.records.get(&(coll, key.to_owned())).map(|(version, _)| *version);
        let met = match expect {
            Expect::Any => true,
            Expect::Absent => current.is_none(),
            Expect::Version(version) => current == Some(version),
        };
        if met { Ok(current) } else { Err(StoreError::Conflict { op, current }) }
    }

    fn apply(&mut self, index: usize, op: Op, done: &mut Committed) -> Result<(), StoreError> {
        match op {
            Op::Append { text, changes } => {
                let log = self.logs.entry(text).or_default();
                for change in changes {
                    if log.hashes.insert(change.hash) {
                        let seq = log.changes.len() as Seq + 1;
                        log.changes.push(LoggedChange { seq, change });
                    }
                }
                done.last_seqs.push(log.changes.len() as Seq);
            }
            Op::Put { coll, key, expect, json } => {
                let version = self.expect(index, coll, &key, expect)?.unwrap_or(0) + 1;
                self.records.insert((coll, key), (version, json));
                done.versions.push(version);
            }
            Op::Place { coll, record } => {
                self.records.insert((coll, record.key), (record.version, record.json));
            }
            Op::Delete { coll, key, expect } => {
                self.expect(index, coll, &key, expect)?;
                self.records.remove(&(coll, key));
            }
            Op::Audit { json } => {
                let previous = self.audit.last().map_or([0; 32], |entry| entry.hash);
                let hash = Sha256::new().chain_update(previous).chain_update(&json).finalize().into();
                self.audit.push(AuditEntry { seq: self.audit.len() as Seq + 1, hash, json });
            }
            Op::Snapshot { text, snapshot } => {
                let kept = self.snapshots.entry(text).or_default();
                kept.push(snapshot);
                let old = kept.len().saturating_sub(2);
                kept.drain(..old);
            }
            Op::History { text, bytes } => {
                self.histories.insert(text, bytes);
            }
        }
        Ok(())
    }
}

impl State {
    fn into_entries(self) -> Vec<Entry> {
        let logs = self.logs.into_iter().filter(|(_, log)| !log.changes.is_empty());
        let logs = logs.map(|(text, log)| Entry::Changes { text, changes: log.changes });
        let records = self.records.into_iter().map(|((coll, key), (version, json))| {
            let record = Record { key, version, json };
            Entry::Record { coll, record }
        });
        let audit = self.audit.into_iter().map(Entry::Audit);
        let blobs = self.blobs.into_values().map(Entry::Blob);
        logs.chain(records).chain(audit).chain(blobs).chain([Entry::End]).collect()
    }

    /// Memory is not read back wrongly; what a test put together wrongly is found.
    fn findings(&self) -> Vec<Finding> {
        let mut before = [0; 32];
        for (index, entry) in self.audit.iter().enumerate() {
            let expected: [u8; 32] =
                Sha256::new().chain_update(before).chain_update(&entry.json).finalize().into();
            if entry.hash != expected {
                let detail = format!("the chain breaks at entry {}", index + 1);
                return vec![Finding::new(About::Audit, detail)];
            }
            before = entry.hash;
        }
        Vec::new()
    }
}

impl Store for MemoryStore {
    fn name(&self) -> &'static str {
        "memory"
    }

    fn commit(&self, ops: Vec<Op>) -> Answer<'_, Committed> {
        Box::pin(async move {
            let mut state = self.state();
            let mut next = state.clone();
            let mut done = Committed::default();
            for (index, op) in ops.into_iter().enumerate() {
                next.apply(index, op, &mut done)?;
            }
            *state = next;
            Ok(done)
        })
    }

    fn changes(&self, text: TextId, after: Seq, max_bytes: usize) -> Answer<'_, Vec<LoggedChange>> {
        Box::pin(async move {
            let state = self.state();
            let Some(log) = state.logs.get(&text) else { return Ok(Vec::new()) };
            let mut size_bytes = 0;
            let tail = log.changes.iter().skip(usize::try_from(after).unwrap_or(usize::MAX));
            Ok(tail
                .take_while(|logged| {
                    let wanted = size_bytes == 0 || size_bytes < max_bytes;
                    size_bytes += logged.change.bytes.len();
                    wanted
                })
                .cloned()
                .collect())
        })
    }

    fn snapshot(&self, text: TextId) -> Answer<'_, Option<Snapshot>> {
        Box::pin(async move { Ok(self.state().snapshots.get(&text).and_then(|kept| kept.last().cloned())) })
    }

    fn history(&self, text: TextId) -> Answer<'_, Option<Bytes>> {
        Box::pin(async move { Ok(self.state().histories.get(&text).cloned()) })
    }

    fn get(&self, coll: Coll, key: &str) -> Answer<'_, Option<Record>> {
        let key = key.to_owned();
        Box::pin(async move {
            let found = self.state().records.get(&(coll, key.clone())).cloned();
            Ok(found.map(|(version, json)| Record { key, version, json }))
        })
    }

    fn scan(&self, coll: Coll, prefix: &str, after: Option<&str>, limit: usize) -> Answer<'_, Vec<Record>> {
        let (prefix, after) = (prefix.to_owned(), after.map(str::to_owned));
        Box::pin(async move {
            let state = self.state();
            Ok(state
                .records
                .range((coll, prefix.clone())..)
                .take_while(|((found, key), _)| *found == coll && key.starts_with(&prefix))
                .filter(|((_, key), _)| after.as_ref().is_none_or(|after| key > after))
                .take(limit)
                .map(|((_, key), (version, json))| Record {
                    key: key.clone(),
                    version: *version,
                    json: json.clone(),
                })
                .collect())
        })
    }

    fn audit(&self, after: Seq, limit: usize) -> Answer<'_, Vec<AuditEntry>> {
        Box::pin(async move {
            let skip = usize::try_from(after).unwrap_or(usize::MAX);
            Ok(self.state().audit.iter().skip(skip).take(limit).cloned().collect())
        })
    }

    fn last_audit(&self) -> Answer<'_, Option<AuditEntry>> {
        Box::pin(async move { Ok(self.state().audit.last().cloned()) })
    }

    fn put_blob(&self, bytes: Bytes) -> Answer<'_, [u8; 32]> {
        Box::pin(async move {
            let sha256: [u8; 32] = Sha256::digest(&bytes).into();
            self.state().blobs.insert(sha256, bytes);
            Ok(sha256)
        })
    }

    fn blob(&self, sha256: [u8; 32]) -> Answer<'_, Option<Bytes>> {
        Box::pin(async move { Ok(self.state().blobs.get(&sha256).cloned()) })
    }

    /// Memory costs the same wherever a change lies, and no more snapshots are kept than are named.
    fn tidy(&self, _: TidyBounds) -> Answer<'_, Tidied> {
        Box::pin(async { Ok(Tidied::default()) })
    }

    fn dump(&self) -> Answer<'_, Dump> {
        let entries = self.state().clone().into_entries();
        Box::pin(async move {
            let (sender, receiver) = channel(1);
            tokio::spawn(async move {
                for entry in entries {
                    if sender.send(entry).await.is_err() {
                        return;
                    }
                }
            });
            Ok(Dump { store: self.id, entries: receiver })
        })
    }

    fn check(&self) -> Answer<'_, Vec<Finding>> {
        Box::pin(async { Ok(self.state().findings()) })
    }
}
