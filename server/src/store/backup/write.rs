//! Writing a backup of a store that is in use.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crdt::moment::Moment;
use uuid::Uuid;

use super::entries::{self, EntryWriter};
use super::{AUDIT, BLOBS, BackupError, Counts, FORMAT, MANIFEST, Manifest, RECORDS, TEXTS};
use crate::store::{Dump, Entries, Entry, NewChange, Store, StoreError, segment};

/// Writes everything that is in the store at this moment into `folder`, which is made, or is there and empty. When this returns
/// `Ok` the backup is on the disk and complete; until then it has no manifest. `now` is written into it.
pub async fn write(store: &dyn Store, folder: &Path, now: Moment) -> Result<Manifest, BackupError> {
    make_empty(folder)?;
    let Dump { store, entries } = store.dump().await?;
    let folder = folder.to_owned();
    let written = tokio::task::spawn_blocking(move || write_entries(&folder, store, now, entries)).await;
    written.unwrap_or(Err(BackupError::Store(StoreError::Unavailable)))
}

fn make_empty(folder: &Path) -> Result<(), BackupError> {
    match fs::read_dir(folder).map(Iterator::count) {
        Ok(0) => Ok(()),
        Ok(_) => Err(BackupError::TargetNotEmpty(folder.to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let made = DirBuilder::new().mode(0o700).create(folder);
            made.map_err(|error| BackupError::file(folder, error))
        }
        Err(error) => Err(BackupError::file(folder, error)),
    }
}

struct Writing {
    texts: EntryWriter,
    records: EntryWriter,
    audit: EntryWriter,
    blobs: EntryWriter,
    counts: Counts,
    damaged: Vec<String>,
}

fn write_entries(
    folder: &Path,
    store: Uuid,
    taken: Moment,
    mut entries: Entries,
) -> Result<Manifest, BackupError> {
    let create = |name: &str| EntryWriter::create(&folder.join(name));
    let mut writing = Writing {
        texts: create(TEXTS)?,
        records: create(RECORDS)?,
        audit: create(AUDIT)?,
        blobs: create(BLOBS)?,
        counts: Counts::default(),
        damaged: Vec::new(),
    };
    loop {
        match entries.blocking_recv() {
            Some(Entry::End) => break,
            Some(entry) => writing.add(entry)?,
            // The store stopped in the middle.
            None => return Err(StoreError::Unavailable.into()),
        }
    }
    let Writing { texts, records, audit, blobs, counts, damaged } = writing;
    let mut files = BTreeMap::new();
    for (name, writer) in [(TEXTS, texts), (RECORDS, records), (AUDIT, audit), (BLOBS, blobs)] {
        files.insert(name.to_owned(), writer.finish()?);
    }
    let program = concat!("borrador ", env!("CARGO_PKG_VERSION")).to_owned();
    let manifest = Manifest { backup_format: FORMAT, program, store, taken, counts, files, damaged };
    let path = folder.join(MANIFEST);
    write_manifest(folder, &path, &manifest).map_err(|error| BackupError::file(&path, error))?;
    Ok(manifest)
}

impl Writing {
    fn add(&mut self, entry: Entry) -> Result<(), BackupError> {
        match entry {
            Entry::Changes { text, changes } => {
                let Some(first) = changes.first().map(|first| first.seq) else { return Ok(()) };
                self.counts.texts += u64::from(first == 1);
                self.counts.changes += changes.len() as u64;
                let changes: Vec<NewChange> = changes.into_iter().map(|logged| logged.change).collect();
                self.texts.add(&segment::pack(text, first, &changes))
            }
            Entry::Record { coll, record } => {
                self.counts.records += 1;
                self.records.add(&entries::write_record(coll, &record))
            }
            Entry::Audit(entry) => {
                self.counts.audit += 1;
                self.audit.add(&entries::write_audit(&entry))
            }
            Entry::Blob(bytes) => {
                self.counts.blobs += 1;
                self.blobs.add(&bytes)
            }
            Entry::Damaged(finding) => {
                self.damaged.push(finding.to_string());
                Ok(())
            }
            Entry::End => Ok(()),
        }
    }
}

/// Last, and under another name first: a folder with a manifest is a whole backup.
fn write_manifest(folder: &Path, path: &PathBuf, manifest: &Manifest) -> io::Result<()> {
    let temporary = folder.join(".manifest.json");
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temporary)?;
    file.write_all(&serde_json::to_vec_pretty(manifest)?)?;
    file.sync_all()?;
    fs::rename(&temporary, path)?;
    File::open(folder)?.sync_all()?;
    let around = folder.parent().filter(|around| !around.as_os_str().is_empty());
    File::open(around.unwrap_or(Path::new(".")))?.sync_all()
}
