//! What is in a data folder, opened and recognised.
//!
//! ```text
//! store.json   which store this is, and its format
//! sled/        records, audit log, the newer part of each log
//! segments/    the older part of each log, packed
//! caches/      snapshots and saved histories: what the logs can make again, removed when nothing names it
//! blobs/       what the service keeps: sealed texts, finished files
//! batches      how many batches were written; see [`Witness`]
//! ```
//!
//! sled takes a file that was cut short for one whose last writes never came, a lost file for a new one, and goes on without what a
//! changed bit has made unreadable in the middle of its log. So the store has a mark among its own entries, which must fit
//! `store.json` and says what all records weigh together, and a [`Witness`] beside them that counts batches.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError, RwLock};

use bytes::Bytes;
use crdt::ids::TextId;
use sled::IVec;
use uuid::Uuid;

use crate::store::blobs::Blobs;
use crate::store::folder::{DataFolder, OpenError, StoreIdentity};
use crate::store::format::{self, FORMAT, Mark};
use crate::store::{BlobName, Finding, Seq, Snapshot, StoreError};

/// How much of the tree sled keeps in memory.
const CACHE_BYTES: u64 = 8 << 20;
/// Commits are refused while less than this is free on the disk, beside ten times their own size.
const RESERVE_BYTES: u64 = 16 << 20;

/// Files in `caches/` that commits on their way will name: how many such commits for each.
pub type Arrivals = BTreeMap<BlobName, isize>;

/// What is kept in a data folder. Whoever works on it holds it, and with it the lock on the folder.
pub struct Kept {
    /// Which store it is.
    pub id: Uuid,
    pub db: sled::Db,
    pub blobs: Blobs,
    pub segments: Blobs,
    pub caches: Blobs,
    /// sled's own log file, open for syncing.
    pub log: File,
    pub witness: Witness,
    /// Held for writing while entries of a log are replaced by a segment or snapshots are removed, so that whoever reads them in
    /// several steps sees one state.
    pub moving: RwLock<()>,
    /// Texts whose logs have grown since they were last looked at; all of them when the store is opened.
    pub grown: Mutex<BTreeSet<TextId>>,
    pub arriving: Mutex<Arrivals>,
    /// One tidying at a time.
    pub tidying: Mutex<()>,
    aside: Mutex<BTreeSet<Vec<u8>>>,
    _folder: DataFolder,
}

impl Kept {
    /// Opens what is in a folder; a new store gets the identity `id`.
    pub fn open(path: &Path, id: Uuid) -> Result<(Kept, Mark), OpenError> {
        let mut folder = DataFolder::open(path)?;
        let io = |error| OpenError::Io { path: path.to_owned(), error };
        refuse_lost_files(path, folder.identity.as_ref())?;
        let db = open_guarded(path.join("sled"))?;
        let log = File::open(path.join("sled").join("db")).map_err(io)?;
        let mut mark = recognise(path, &mut folder, &db, &log, id)?;
        let is_witnessed = path.join(Witness::NAME).exists();
        match (total_weight(&db), mark.weight) {
            (Ok(found), Some(said)) if found != said && is_witnessed => {
                let (folder, witness) = (path.to_owned(), path.join(Witness::NAME));
                return Err(OpenError::Incomplete { folder, witness });
            }
            (Ok(found), _) => mark.weight = Some(found),
            // What cannot be read now cannot be read later either: whoever asks for it is refused.
            (Err(error), _) => tracing::error!(%error, "not all records can be read; run `borrador check`"),
        }
        let witness = Witness::open(path, mark.batches)?;
        let blobs = |name: &str| Blobs::open(&path.join(name)).map_err(io);
        let kept = Kept {
            id: mark.id,
            blobs: blobs("blobs")?,
            segments: blobs("segments")?,
            caches: blobs("caches")?,
            log,
            witness,
            moving: RwLock::default(),
            grown: Mutex::default(),
            arriving: Mutex::default(),
            tidying: Mutex::default(),
            aside: Mutex::default(),
            db,
            _folder: folder,
        };
        let texts = kept.texts().map_err(|error| damaged(path.join("sled"), error.to_string()))?;
        *kept.grown() = texts;
        Ok((kept, mark))
    }

    pub fn find(&self, key: &[u8]) -> Result<Option<IVec>, StoreError> {
        self.db.get(key).map_err(|e| unreadable(&e))
    }

    /// Where the log of a text must end at least; 0 if nothing was written down.
    pub fn end_of(&self, text: TextId) -> Result<Seq, StoreError> {
        let key = format::end_key(text);
        Ok(self.find(&key)?.map(|value| format::read_end(&key, &value)).transpose()?.unwrap_or(0))
    }

    /// Every text that has a log or a segment of one, or had.
    pub fn texts(&self) -> Result<BTreeSet<TextId>, StoreError> {
        let mut texts = BTreeSet::new();
        for prefix in [format::LOG_PREFIX, format::SEGMENT_PREFIX, format::END_PREFIX] {
            let mut from = prefix.to_vec();
            loop {
                // From the first entry of one text to the first of the next, without those between.
                let Some(entry) = self.db.range(from..).next() else { break };
                let (key, _) = entry.map_err(|e| unreadable(&e))?;
                let Some(text) = format::text_in(&key).filter(|_| key.starts_with(prefix)) else { break };
                texts.insert(text);
                from = [prefix, &text.0.as_bytes()[..], &[0xff; 9]].concat();
            }
        }
        Ok(texts)
    }

    /// The newest snapshot of a text that is whole. One that is damaged is passed over and named: the log can do without.
    pub fn newest_snapshot(&self, text: TextId) -> Result<Option<Snapshot>, StoreError> {
        let _still = self.moving.read().unwrap_or_else(PoisonError::into_inner);
        for entry in self.db.scan_prefix(format::snapshot_prefix(text)).rev() {
            let (key, value) = entry.map_err(|e| unreadable(&e))?;
            match self.read_snapshot(&key, &value) {
                Ok(snapshot) => return Ok(Some(snapshot)),
                Err(error) => tracing::error!(%text, %error, "a snapshot is passed over"),
            }
        }
        Ok(None)
    }

    /// The files in `caches/` that are named, or will be by a commit on its way. What is not among them is removed, so whoever
    /// keeps something there adds its names.
    pub fn named_caches(&self, arriving: &Arrivals) -> Result<BTreeSet<BlobName>, StoreError> {
        let mut named: BTreeSet<BlobName> = arriving.keys().copied().collect();
        for entry in self.db.scan_prefix(format::SNAPSHOT_PREFIX) {
            let (key, value) = entry.map_err(|e| unreadable(&e))?;
            named.insert(format::read_snapshot(&key, &value)?.0);
        }
        for entry in self.db.scan_prefix(format::HISTORY_PREFIX) {
            let (key, value) = entry.map_err(|e| unreadable(&e))?;
            named.insert(format::read_history(&key, &value)?);
        }
        Ok(named)
    }

    /// The saved history of a text.
    pub fn history(&self, text: TextId) -> Result<Option<Bytes>, StoreError> {
        let _still = self.moving.read().unwrap_or_else(PoisonError::into_inner);
        let key = format::history_key(text);
        match self.find(&key)? {
            Some(value) => self.read_history(&key, &value).map(Some),
            None => Ok(None),
        }
    }

    /// A saved history, as its entry names it.
    pub fn read_history(&self, key: &[u8], value: &[u8]) -> Result<Bytes, StoreError> {
        let bytes = self.caches.get(&format::read_history(key, value)?)?;
        bytes.ok_or_else(|| format::damaged(key, "the file of its saved history is missing"))
    }

    /// A snapshot with its bytes.
    pub fn read_snapshot(&self, key: &[u8], value: &[u8]) -> Result<Snapshot, StoreError> {
        let (name, heads) = format::read_snapshot(key, value)?;
        let upto = format::seq_in(key).ok_or_else(|| format::damaged(key, "its key is too short"))?;
        // In format 1 snapshots lay among the blobs.
        let bytes = match self.caches.get(&name)? {
            Some(bytes) => Some(bytes),
            None => self.blobs.get(&name)?,
        };
        let bytes = bytes.ok_or_else(|| format::damaged(key, "the file of its snapshot is missing"))?;
        Ok(Snapshot { upto, heads, bytes })
    }

    /// Names a damaged entry in the log, once.
    pub fn set_aside(&self, key: &[u8], error: &StoreError) {
        if self.aside.lock().unwrap_or_else(PoisonError::into_inner).insert(key.to_vec()) {
            let finding = Finding::of(format::about(key), error);
            tracing::error!(%finding, "a damaged record is set aside; run `borrador check`, then restore a backup");
        }
    }

    pub fn arriving(&self) -> std::sync::MutexGuard<'_, Arrivals> {
        self.arriving.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn grown(&self) -> std::sync::MutexGuard<'_, BTreeSet<TextId>> {
        self.grown.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Is there room for `size_bytes` more? sled may write ten times as much.
    pub fn check_space(&self, size_bytes: usize) -> Result<(), StoreError> {
        let disk =
            rustix::fs::fstatvfs(&self.log).map_err(|error| StoreError::Poisoned(error.to_string()))?;
        let free = disk.f_bavail.saturating_mul(disk.f_frsize);
        if free < RESERVE_BYTES + 10 * size_bytes as u64 { Err(StoreError::Full) } else { Ok(()) }
    }
}

/// How many batches were written, in a file of its own: written after each batch is on the disk, and not synced. It can be
/// behind (after a power cut), never ahead; if it is ahead of sled, then sled has lost what was on the disk.
pub struct Witness {
    file: File,
}

impl Witness {
    const NAME: &str = "batches";

    fn open(folder: &Path, batches: u64) -> Result<Witness, OpenError> {
        let path = folder.join(Self::NAME);
        let io = |error| OpenError::Io { path: folder.to_owned(), error };
        let seen = match std::fs::read_to_string(&path) {
            Ok(text) => text.trim().parse().unwrap_or_else(|_| {
                tracing::warn!(path = %path.display(), "cannot be read; it is written anew");
                0
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
            Err(error) => return Err(io(error)),
        };
        if seen > batches {
            let (folder, lost) = (folder.to_owned(), seen - batches);
            return Err(OpenError::Behind { folder, lost, witness: path });
        }
        let options = OpenOptions::new().write(true).create(true).truncate(false).open(&path);
        let witness = Witness { file: options.map_err(io)? };
        witness.note(batches).map_err(io)?;
        // Its being there says something too.
        witness.file.sync_all().and_then(|()| File::open(folder)?.sync_all()).map_err(io)?;
        Ok(witness)
    }

    /// Notes that so many batches are on the disk.
    pub fn note(&self, batches: u64) -> io::Result<()> {
        self.file.write_all_at(format!("{batches:020}\n").as_bytes(), 0)
    }
}

/// A store whose records are gone would open as a new one, and look like a new service.
fn refuse_lost_files(path: &Path, identity: Option<&StoreIdentity>) -> Result<(), OpenError> {
    let file = path.join("sled").join("db");
    // A folder of format 1 was made before sled's file was; its blobs were made after it.
    let must_be = identity.is_some_and(|identity| identity.format > 1) || path.join("blobs").exists();
    match file.metadata() {
        Ok(found) if found.len() == 0 => Err(damaged(path.join("sled"), "its file db is empty".to_owned())),
        Err(_) if must_be => Err(damaged(path.join("sled"), "its file db is missing".to_owned())),
        _ => Ok(()),
    }
}

/// What all records and the audit log weigh together.
fn total_weight(db: &sled::Db) -> Result<u64, StoreError> {
    let mut total = 0_u64;
    for entry in format::WEIGHED.into_iter().flat_map(|prefix| db.scan_prefix(prefix)) {
        let (key, value) = entry.map_err(|e| unreadable(&e))?;
        total = total.wrapping_add(format::weight(&key, &value));
    }
    Ok(total)
}

/// Does what sled holds belong to this folder? A new store is given its mark, one of format 1 gets one.
fn recognise(
    path: &Path,
    folder: &mut DataFolder,
    db: &sled::Db,
    log: &File,
    id: Uuid,
) -> Result<Mark, OpenError> {
    let wrong = |detail: &str| damaged(path.join("sled"), detail.to_owned());
    let mark = db.get(format::MARK_KEY).map_err(|error| wrong(&error.to_string()))?;
    let mark = mark.map(|value| format::read_mark(&value)).transpose();
    let mark = mark.map_err(|error| wrong(&error.to_string()))?;
    let entries = db.iter().take(2).count();
    let mark = match (&folder.identity, mark) {
        (Some(identity), Some(mark)) if identity.id != mark.id => {
            return Err(wrong("it belongs to another store than store.json"));
        }
        (Some(identity), Some(mark)) if identity.format == FORMAT => return Ok(mark),
        (Some(identity), None) if identity.format > 1 || entries == 0 => return Err(wrong("it is empty")),
        (None, None) if entries > 0 => {
            return Err(damaged(path.join("store.json"), "it is missing".to_owned()));
        }
        (None, Some(_)) if entries > 1 => {
            return Err(damaged(path.join("store.json"), "it is missing".to_owned()));
        }
        (_, Some(mark)) => mark,
        (identity, None) => {
            let id = identity.as_ref().map_or(id, |identity| identity.id);
            let mark = Mark { id, batches: 0, weight: None };
            let written = db.insert(format::MARK_KEY, format::write_mark(mark)).and_then(|_| db.flush());
            written.map_err(|error| wrong(&error.to_string()))?;
            mark
        }
    };
    let io = |error| OpenError::Io { path: path.to_owned(), error };
    rustix::fs::syncfs(log).map_err(|error| io(error.into()))?;
    // Last, so that a store with this file is a whole one.
    folder.identify(path, StoreIdentity { format: FORMAT, id: mark.id }).map_err(io)?;
    Ok(mark)
}

fn open_guarded(path: PathBuf) -> Result<sled::Db, OpenError> {
    let shown = path.clone();
    let config = sled::Config::new().path(path).cache_capacity(CACHE_BYTES).flush_every_ms(None);
    let opened = std::thread::spawn(move || catch_unwind(AssertUnwindSafe(|| config.open()))).join();
    match opened {
        Ok(Ok(Ok(db))) => Ok(db),
        Ok(Ok(Err(error))) => Err(damaged(shown, error.to_string())),
        Ok(Err(_)) | Err(_) => Err(damaged(shown, "it cannot be read".to_owned())),
    }
}

fn damaged(path: PathBuf, detail: String) -> OpenError {
    OpenError::Damaged { path, detail }
}

/// The error of a store whose own files do not read.
pub fn unreadable(error: &dyn std::fmt::Display) -> StoreError {
    StoreError::Corrupt { what: "the store".to_owned(), detail: error.to_string() }
}

/// The error of a file beside sled.
pub fn disk_error(error: &io::Error) -> StoreError {
    match error.kind() {
        io::ErrorKind::StorageFull => StoreError::Full,
        _ => StoreError::Poisoned(error.to_string()),
    }
}

/// The place after the last change of a log that lies in segments: 0 if none does.
pub fn packed_upto(db: &sled::Db, text: TextId) -> Result<Seq, StoreError> {
    let last = db.scan_prefix(format::segment_prefix(text)).next_back();
    let last = last.transpose().map_err(|e| unreadable(&e))?;
    last.map_or(Ok(0), |(key, value)| Ok(format::read_segment(&key, &value)?.last))
}
