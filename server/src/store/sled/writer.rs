//! The one thread that writes: it takes every commit that waits, and makes them durable together.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, PoisonError, Weak};

use bytes::Bytes;
use crdt::ids::TextId;
use sha2::{Digest, Sha256};
use tokio::sync::oneshot;

use super::arriving::Arriving;
use super::dump::Pin;
use super::kept::{Kept, disk_error, unreadable};
use crate::store::format::{self, Mark, SegmentEntry};
use crate::store::segment::{self, HalfHash, half};
use crate::store::{AuditEntry, BlobName, Committed, Expect, NewChange, Op, Seq, StoreError};

/// Above this a value may leave sled's log for a file of its own, which sled never removes: a leaf of its tree holds 16 values, and
/// leaves the log above 128 kB.
const INLINE_BYTES: usize = 4 << 10;
/// How many bytes the changes of one value have, with some 80 for each change, unless one alone has more.
const PIECE_BYTES: usize = INLINE_BYTES - 128;
/// How many commits share one sync.
const MAX_GROUP: usize = 512;
/// How many hashes of changes the writer remembers, of all texts together: some 20 bytes each.
const REMEMBERED_HASHES: usize = 1 << 20;

/// The writes of a batch: a value, or `None` where an entry is removed.
pub type Writes = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

type Reply<T> = oneshot::Sender<Result<T, StoreError>>;

/// What the writer is asked.
pub enum Request {
    /// A commit that waits, with the files that its operations name.
    Commit { ops: Vec<Op>, files: Option<Arriving>, answer: Reply<Committed> },
    /// Put a segment in the place of the entries of a log that it holds. The segment's file is durable.
    Pack { text: TextId, segment: SegmentEntry, entries: Vec<Vec<u8>>, answer: Reply<()> },
    /// Remove those of these snapshots that nothing names; says how many they were.
    Sweep { candidates: Vec<BlobName>, answer: Reply<usize> },
    /// Note from now on what was there before each write.
    Pin { answer: Reply<Arc<Pin>> },
}

pub struct Writer {
    kept: Arc<Kept>,
    mark: Mark,
    poisoned: Option<String>,
    texts: HashMap<TextId, KnownLog>,
    pins: Vec<Weak<Pin>>,
    /// Whether the whole file system was synced since the store was opened: recovery may have written other files.
    synced_once: bool,
}

/// What the writer remembers of a log: where it ends, and its hashes (half of each is enough to tell them apart).
#[derive(Clone, Default)]
struct KnownLog {
    last: Seq,
    hashes: HashSet<HalfHash>,
}

/// The writes of one batch, seen by the commits that come later in the same batch.
#[derive(Default)]
struct Group {
    writes: Writes,
    new_hashes: Vec<(TextId, HalfHash)>,
    last_seqs: HashMap<TextId, Seq>,
}

impl Writer {
    pub fn new(kept: Arc<Kept>, mark: Mark) -> Writer {
        let (poisoned, synced_once) = (None, false);
        Writer { kept, mark, poisoned, texts: HashMap::new(), pins: Vec::new(), synced_once }
    }

    /// Serves requests until nobody can send one any more.
    pub fn run(&mut self, waiting: &Receiver<Request>) {
        while let Ok(first) = waiting.recv() {
            let mut requests = vec![first];
            requests.extend(waiting.try_iter().take(MAX_GROUP - 1));
            // sled may panic on a damaged file. Whoever waits for an answer learns that there is none.
            if catch_unwind(AssertUnwindSafe(|| self.serve(requests))).is_err() {
                self.poison("it failed while writing".to_owned());
            }
        }
    }

    /// All commits together, then whatever else was asked.
    fn serve(&mut self, requests: Vec<Request>) {
        let (mut commits, mut others) = (Vec::new(), Vec::new());
        for request in requests {
            match request {
                Request::Commit { ops, files, answer } => commits.push((ops, files, answer)),
                other => others.push(other),
            }
        }
        if !commits.is_empty() {
            self.commit(commits);
        }
        // Whoever asked may have gone; there is nobody to tell then.
        for request in others {
            match request {
                Request::Commit { .. } => {}
                Request::Pack { text, segment, entries, answer } => {
                    drop(answer.send(self.pack(text, segment, entries)));
                }
                Request::Sweep { candidates, answer } => drop(answer.send(self.sweep(&candidates))),
                Request::Pin { answer } => {
                    let pin = Arc::new(Pin::default());
                    self.pins.push(Arc::downgrade(&pin));
                    drop(answer.send(Ok(pin)));
                }
            }
        }
    }

    fn commit(&mut self, commits: Vec<(Vec<Op>, Option<Arriving>, Reply<Committed>)>) {
        let mut group = Group::default();
        let mut answers = Vec::new();
        // Kept to the end of this function: by then what they hold is named.
        let mut arrived = Vec::new();
        for (ops, files, answer) in commits {
            let names = files.as_ref().map(Arriving::names).unwrap_or_default().to_vec();
            arrived.extend(files);
            match self.prepare(ops, names, &mut group) {
                Ok(done) => answers.push((answer, done)),
                Err(error) => drop(answer.send(Err(error))),
            }
        }
        let result = self.make_durable(&mut group.writes);
        if result.is_ok() {
            self.kept.grown().extend(group.last_seqs.keys());
            self.remember(group);
        } else {
            self.texts.clear();
        }
        for (answer, done) in answers {
            drop(answer.send(result.clone().map(|()| done)));
        }
    }

    /// In one batch: away with the entries, and the segment in their place.
    fn pack(&mut self, text: TextId, segment: SegmentEntry, entries: Vec<Vec<u8>>) -> Result<(), StoreError> {
        self.refuse_if_poisoned()?;
        let mut writes: Writes = entries.into_iter().map(|key| (key, None)).collect();
        let key = format::segment_key(text, segment.first);
        writes.insert(key, Some(format::write_segment(&segment)));
        self.make_durable(&mut writes)
    }

    /// No commit is under way while this runs, and none that will come can note its files as arriving before it is done: each finds
    /// its file named or gone, and puts it again.
    fn sweep(&mut self, candidates: &[BlobName]) -> Result<usize, StoreError> {
        self.refuse_if_poisoned()?;
        let kept = self.kept.clone();
        let arriving = kept.arriving();
        let named = kept.named_caches(&arriving)?;
        let _moving = kept.moving.write().unwrap_or_else(PoisonError::into_inner);
        let unnamed = candidates.iter().filter(|candidate| !named.contains(*candidate));
        let mut removed = 0;
        for snapshot in unnamed {
            kept.caches.remove(snapshot).map_err(|error| disk_error(&error))?;
            removed += 1;
        }
        Ok(removed)
    }

    fn refuse_if_poisoned(&self) -> Result<(), StoreError> {
        self.poisoned.clone().map_or(Ok(()), |reason| Err(StoreError::Poisoned(reason)))
    }

    fn poison(&mut self, reason: String) -> StoreError {
        tracing::error!(%reason, "the store stops: nothing is acknowledged any more until a restart");
        self.poisoned = Some(reason.clone());
        StoreError::Poisoned(reason)
    }

    /// Checks one commit against the store and the group so far, and adds its writes to the group.
    fn prepare(
        &mut self,
        ops: Vec<Op>,
        files: Vec<BlobName>,
        group: &mut Group,
    ) -> Result<Committed, StoreError> {
        self.refuse_if_poisoned()?;
        let mut done = Committed::default();
        let mut writes = Writes::new();
        let mut new_hashes = Vec::new();
        let mut last_seqs = HashMap::new();
        let mut files = files.into_iter();
        for (index, op) in ops.into_iter().enumerate() {
            let current = |key: &[u8]| -> Result<Option<Vec<u8>>, StoreError> {
                if let Some(written) = writes.get(key).or_else(|| group.writes.get(key)) {
                    return Ok(Option::clone(written));
                }
                Ok(self.kept.find(key)?.map(|value| value.to_vec()))
            };
            match op {
                Op::Append { text, changes } => {
                    let (last, fresh) = self.fresh(text, changes, group, &new_hashes, &last_seqs)?;
                    new_hashes.extend(fresh.iter().map(|change| (text, half(change))));
                    let mut last = last;
                    for piece in pieces(&fresh) {
                        writes.insert(format::log_key(text, last + 1), Some(format::write_changes(piece)));
                        last += piece.len() as Seq;
                        writes.insert(format::end_key(text), Some(format::write_end(last)));
                    }
                    last_seqs.insert(text, last);
                    done.last_seqs.push(last);
                }
                Op::Put { coll, key, expect, json } => {
                    let key = format::record_key(coll, &key);
                    let version = expected(index, &key, current(&key)?, expect)?.unwrap_or(0) + 1;
                    writes.insert(key, Some(format::write_record(version, &json)));
                    done.versions.push(version);
                }
                Op::Place { coll, record } => {
                    let key = format::record_key(coll, &record.key);
                    // If it cannot be read it cannot be weighed; then this commit fails, and none beside it.
                    current(&key)?;
                    writes.insert(key, Some(format::write_record(record.version, &record.json)));
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
                    let blob = files.next().expect("every snapshot came with its file");
                    let key = format::snapshot_key(text, snapshot.upto);
                    for old in self.old_snapshots(text)? {
                        writes.insert(old, None);
                    }
                    writes.insert(key, Some(format::write_snapshot(&snapshot, blob)));
                }
                Op::History { text, .. } => {
                    let blob = files.next().expect("every saved history came with its file");
                    writes.insert(format::history_key(text), Some(format::write_history(blob)));
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
        own: &[(TextId, HalfHash)],
        own_last: &HashMap<TextId, Seq>,
    ) -> Result<(Seq, Vec<NewChange>), StoreError> {
        let known = self.known_log(text)?;
        let last = own_last.get(&text).or_else(|| group.last_seqs.get(&text)).copied().unwrap_or(known.last);
        let mut seen: HashSet<HalfHash> = group
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
            if self.texts.values().map(|known| known.hashes.len()).sum::<usize>() >= REMEMBERED_HASHES {
                self.texts.clear();
            }
            let known = self.read_log(text)?;
            self.texts.insert(text, known);
        }
        Ok(&self.texts[&text])
    }

    /// The end of a log and its hashes. Of segments only the lists at their heads are read.
    fn read_log(&self, text: TextId) -> Result<KnownLog, StoreError> {
        let mut known = KnownLog::default();
        for entry in self.kept.db.scan_prefix(format::segment_prefix(text)) {
            let (key, value) = entry.map_err(|e| unreadable(&e))?;
            let segment = format::read_segment(&key, &value)?;
            let head =
                self.kept.segments.file(&segment.blob).and_then(|mut file| segment::read_head(&mut file));
            let head = head.map_err(|error| format::damaged(&key, &format!("a cold segment: {error}")))?;
            known.last = segment.last;
            known.hashes.extend(head.halves);
        }
        for entry in self.kept.db.scan_prefix(format::log_prefix(text)) {
            let (key, value) = entry.map_err(|e| unreadable(&e))?;
            for logged in format::read_changes(&key, &value)? {
                if logged.seq != known.last + 1 {
                    let detail = format!("its log goes on with {} after {}", logged.seq, known.last);
                    return Err(format::damaged(&key, &detail));
                }
                known.last = logged.seq;
                known.hashes.insert(half(&logged.change));
            }
        }
        let end = self.kept.end_of(text)?;
        if known.last < end {
            let detail = format!("its log ends with {}, and went on to {end}", known.last);
            return Err(format::damaged(&format::end_key(text), &detail));
        }
        Ok(known)
    }

    fn next_audit(&self, json: Bytes, own: &Writes, group: &Group) -> Result<AuditEntry, StoreError> {
        let end = format::audit_key(Seq::MAX);
        let newest = |writes: &Writes| {
            let last = writes.range(format::audit_key(0)..end.clone()).next_back();
            last.and_then(|(key, value)| Some((key.clone(), value.clone()?)))
        };
        let written = newest(own).or_else(|| newest(&group.writes));
        let previous = match written {
            Some((key, value)) => Some(format::read_audit(&key, &value)?),
            None => {
                let last = self.kept.db.scan_prefix(format::AUDIT_PREFIX).next_back();
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
        let keys = self.kept.db.scan_prefix(format::snapshot_prefix(text)).keys();
        let mut keys: Vec<Vec<u8>> = keys
            .map(|key| Ok(key?.to_vec()))
            .collect::<Result<_, sled::Error>>()
            .map_err(|e| unreadable(&e))?;
        keys.pop();
        Ok(keys)
    }

    /// Writes a batch and returns when it is on the disk.
    fn make_durable(&mut self, writes: &mut Writes) -> Result<(), StoreError> {
        if writes.is_empty() {
            return Ok(());
        }
        let size_bytes: usize = writes.values().flatten().map(Vec::len).sum();
        self.kept.check_space(size_bytes)?;
        self.pins.retain(|pin| pin.strong_count() > 0);
        for pin in self.pins.iter().filter_map(Weak::upgrade) {
            pin.note(&self.kept, writes)?;
        }
        let weight = self.weight_after(writes)?;
        let mark = Mark { batches: self.mark.batches + 1, weight, ..self.mark };
        writes.insert(format::MARK_KEY.to_vec(), Some(format::write_mark(mark)));
        match self.write(writes) {
            Ok(()) => {
                self.mark = mark;
                // It only tells whether something was cut off later; the batch is where it should be.
                if let Err(error) = self.kept.witness.note(mark.batches) {
                    tracing::warn!(%error, "the number of batches could not be noted");
                }
                Ok(())
            }
            Err(reason) => Err(self.poison(reason)),
        }
    }

    /// What all records and the audit log will weigh together after a batch.
    fn weight_after(&self, writes: &Writes) -> Result<Option<u64>, StoreError> {
        let Some(mut total) = self.mark.weight else { return Ok(None) };
        let weighed = |key: &[u8]| format::WEIGHED.iter().any(|prefix| key.starts_with(prefix));
        for (key, value) in writes.iter().filter(|(key, _)| weighed(key)) {
            if let Some(before) = self.kept.find(key)? {
                total = total.wrapping_sub(format::weight(key, &before));
            }
            if let Some(value) = value {
                total = total.wrapping_add(format::weight(key, value));
            }
        }
        Ok(Some(total))
    }

    fn write(&mut self, writes: &Writes) -> Result<(), String> {
        let mut batch = sled::Batch::default();
        for (key, value) in writes {
            match value {
                Some(value) => batch.insert(&key[..], &value[..]),
                None => batch.remove(&key[..]),
            }
        }
        let applied = if writes.keys().any(|key| key.starts_with(format::SEGMENT_PREFIX)) {
            let _moving = self.kept.moving.write().unwrap_or_else(PoisonError::into_inner);
            self.kept.db.apply_batch(batch)
        } else {
            self.kept.db.apply_batch(batch)
        };
        applied.and_then(|()| self.kept.db.flush()).map_err(|error| error.to_string())?;
        let large = writes.values().flatten().any(|value| value.len() > INLINE_BYTES);
        let synced = if large || !self.synced_once {
            rustix::fs::syncfs(&self.kept.log)
        } else {
            rustix::fs::fdatasync(&self.kept.log)
        };
        synced.map_err(|error| error.to_string())?;
        self.synced_once = true;
        Ok(())
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

/// The changes of one append, cut so that each piece is a small value.
fn pieces(mut changes: &[NewChange]) -> impl Iterator<Item = &[NewChange]> {
    std::iter::from_fn(move || {
        let mut size_bytes = 0;
        let fits = |change: &&NewChange| {
            size_bytes += change.bytes.len() + 80;
            size_bytes <= PIECE_BYTES
        };
        let count = changes.iter().take_while(fits).count().max(1).min(changes.len());
        let (piece, rest) = changes.split_at(count);
        changes = rest;
        (!piece.is_empty()).then_some(piece)
    })
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
