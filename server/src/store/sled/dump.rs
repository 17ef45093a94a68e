//! Everything as it was at one moment, while commits go on.
//!
//! Logs and the audit log only grow, and blobs never change: for them it is enough to know where each ended. Records change.
//! So from that moment on the writer notes into a [`Pin`], before each batch, what the batch is about to change, once for each
//! record and each log. A reader reads what is there first, then looks into the pin: whatever it read, if it had changed by
//! then, the pin has what was there before.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use crdt::ids::TextId;
use tokio::sync::mpsc::{Sender, channel};

use super::kept::{Kept, unreadable};
use super::writer::Writes;
use crate::store::{About, Coll, Entries, Entry, Finding, LoggedChange, Seq, StoreError, format};

/// How many pieces wait for whoever receives them.
const WAITING: usize = 8;
/// About how many bytes of changes make a piece.
const PIECE_BYTES: usize = 256 << 10;

/// What was there at the moment of the pin, of what has changed since.
#[derive(Default)]
pub struct Pin {
    before: Mutex<Before>,
}

#[derive(Default)]
struct Before {
    records: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    log_ends: HashMap<TextId, Seq>,
    audit_end: Option<Seq>,
}

impl Pin {
    /// Notes what a batch is about to change. Only the writer calls this, before it writes the batch.
    pub fn note(&self, kept: &Kept, writes: &Writes) -> Result<(), StoreError> {
        let mut before = self.before();
        for (key, value) in writes {
            match (key.first(), value) {
                (Some(b'R'), _) if !before.records.contains_key(key) => {
                    let value = kept.find(key)?.map(|value| value.to_vec());
                    before.records.insert(key.clone(), value);
                }
                (Some(b'L'), Some(_)) => {
                    if let (Some(text), Some(first)) = (format::text_in(key), format::seq_in(key)) {
                        before.log_ends.entry(text).or_insert(first - 1);
                    }
                }
                (Some(b'A'), Some(_)) => {
                    let first = format::seq_in(key).unwrap_or(1);
                    before.audit_end.get_or_insert(first - 1);
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn before(&self) -> MutexGuard<'_, Before> {
        self.before.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Nobody receives any more.
struct Gone;

struct Dump {
    kept: Arc<Kept>,
    pin: Arc<Pin>,
    entries: Sender<Entry>,
}

/// Starts sending everything as it was when the pin was made.
pub fn start(kept: Arc<Kept>, pin: Arc<Pin>) -> Entries {
    let (entries, receiver) = channel(WAITING);
    let dump = Dump { kept, pin, entries };
    tokio::task::spawn_blocking(move || {
        let sent = dump.logs().and_then(|()| dump.records()).and_then(|()| dump.audit_log());
        let sent = sent.and_then(|()| dump.blobs());
        let entries = dump.entries.clone();
        // Whoever has received the end may close the store, so nothing of it is held here any more by then.
        drop(dump);
        if sent.and_then(|()| entries.blocking_send(Entry::End).map_err(|_| Gone)).is_err() {
            tracing::warn!("a dump was broken off: nobody receives it any more");
        }
    });
    receiver
}

impl Dump {
    fn send(&self, entry: Entry) -> Result<(), Gone> {
        self.entries.blocking_send(entry).map_err(|_| Gone)
    }

    fn damaged(&self, about: About, error: &StoreError) -> Result<(), Gone> {
        self.send(Entry::Damaged(Finding::of(about, error)))
    }

    fn logs(&self) -> Result<(), Gone> {
        let texts = match self.kept.texts() {
            Ok(texts) => texts,
            Err(error) => return self.damaged(About::Store, &error),
        };
        texts.into_iter().try_for_each(|text| self.log(text))
    }

    fn log(&self, text: TextId) -> Result<(), Gone> {
        let mut after = 0;
        loop {
            let piece = self.kept.plan(text, after, PIECE_BYTES).and_then(|plan| plan.read(&self.kept));
            let mut changes: Vec<LoggedChange> = match piece {
                Ok(changes) => changes,
                Err(error) => return self.damaged(About::Text(text), &error),
            };
            let end = self.pin.before().log_ends.get(&text).copied().unwrap_or(Seq::MAX);
            changes.retain(|logged| logged.seq <= end);
            let Some(last) = changes.last() else { return Ok(()) };
            after = last.seq;
            self.send(Entry::Changes { text, changes })?;
        }
    }

    fn records(&self) -> Result<(), Gone> {
        let mut passed: BTreeSet<Vec<u8>> = BTreeSet::new();
        for entry in self.kept.db.scan_prefix(format::RECORD_PREFIX) {
            let (key, value) = match entry {
                Ok((key, value)) => (key.to_vec(), value.to_vec()),
                Err(error) => return self.damaged(About::Store, &unreadable(&error)),
            };
            let before = self.pin.before().records.get(&key).cloned();
            if let Some(value) = before.unwrap_or(Some(value)) {
                self.record(&key, &value)?;
            }
            passed.insert(key);
        }
        // Those that were removed before they were reached.
        let removed = self.pin.before().records.clone().into_iter().filter(|(key, _)| !passed.contains(key));
        let removed: Vec<_> = removed.filter_map(|(key, value)| Some((key, value?))).collect();
        removed.iter().try_for_each(|(key, value)| self.record(key, value))
    }

    fn record(&self, key: &[u8], value: &[u8]) -> Result<(), Gone> {
        let about = format::about(key);
        let Some(coll) = key.get(1).and_then(|number| Coll::of_number(*number)) else {
            return self.send(Entry::Damaged(Finding::new(about, "its kind is not known to this program")));
        };
        match format::read_record(key, value) {
            Ok(record) => self.send(Entry::Record { coll, record }),
            Err(error) => self.damaged(about, &error),
        }
    }

    fn audit_log(&self) -> Result<(), Gone> {
        for entry in self.kept.db.scan_prefix(format::AUDIT_PREFIX) {
            let read =
                entry.map_err(|e| unreadable(&e)).and_then(|(key, value)| format::read_audit(&key, &value));
            match read {
                Ok(entry) if self.pin.before().audit_end.is_some_and(|end| entry.seq > end) => break,
                Ok(entry) => self.send(Entry::Audit(entry))?,
                // What follows could not be joined to the chain.
                Err(error) => return self.damaged(About::Audit, &error),
            }
        }
        Ok(())
    }

    fn blobs(&self) -> Result<(), Gone> {
        let names = match self.kept.blobs.names() {
            Ok(names) => names,
            Err(error) => return self.damaged(About::Store, &unreadable(&error)),
        };
        for name in names {
            match self.kept.blobs.get(&name) {
                Ok(Some(bytes)) => self.send(Entry::Blob(Bytes::clone(&bytes)))?,
                Ok(None) => {}
                Err(error) => self.damaged(About::Blob(name), &error)?,
            }
        }
        Ok(())
    }
}
