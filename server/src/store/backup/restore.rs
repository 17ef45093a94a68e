//! From a backup to a data folder.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::{BackupError, Counts, Manifest, fill, verify};
use crate::store::sled::SledStore;
use crate::store::{Dump, Entry, Store, StoreError};

/// Makes a data folder of a backup. `data` must be missing or empty, and becomes the store only when everything in it was
/// written, read back and counted: until then it grows beside it, under another name. Nothing is left of a failure.
pub async fn restore(backup: &Path, data: &Path) -> Result<Manifest, BackupError> {
    refuse_if_not_empty(data)?;
    let folder = backup.to_owned();
    let verified = tokio::task::spawn_blocking(move || verify(&folder)).await;
    let manifest = verified.unwrap_or(Err(BackupError::Store(StoreError::Unavailable)))?;
    let growing = beside(data);
    let made = make(backup, &growing, &manifest).await;
    let made = made.and_then(|()| put_in_place(&growing, data).map_err(|e| BackupError::file(data, e)));
    if made.is_err() && growing.exists() {
        fs::remove_dir_all(&growing).map_err(|error| BackupError::file(&growing, error))?;
    }
    made.map(|()| manifest)
}

fn refuse_if_not_empty(data: &Path) -> Result<(), BackupError> {
    match fs::read_dir(data).map(Iterator::count) {
        Ok(0) => Ok(()),
        Ok(_) => Err(BackupError::DataNotEmpty(data.to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(BackupError::file(data, error)),
    }
}

/// A new name in the same folder, so that the finished store only has to be renamed.
fn beside(data: &Path) -> PathBuf {
    let name = data.file_name().unwrap_or_default().to_string_lossy();
    data.with_file_name(format!(".{name}.restoring.{}", uuid::Uuid::new_v4()))
}

async fn make(backup: &Path, growing: &Path, manifest: &Manifest) -> Result<(), BackupError> {
    let store = SledStore::open_as(growing, manifest.store)?;
    fill(&store, backup).await?;
    if let Some(finding) = store.check().await?.into_iter().next() {
        return Err(BackupError::NotWhole(finding));
    }
    let found = count(&store).await?;
    if found == manifest.counts {
        Ok(())
    } else {
        Err(BackupError::NotAll { expected: manifest.counts, found })
    }
}

async fn count(store: &dyn Store) -> Result<Counts, BackupError> {
    let Dump { mut entries, .. } = store.dump().await?;
    let mut counts = Counts::default();
    loop {
        match entries.recv().await {
            Some(Entry::Changes { changes, .. }) => {
                counts.texts += u64::from(changes.first().is_some_and(|first| first.seq == 1));
                counts.changes += changes.len() as u64;
            }
            Some(Entry::Record { .. }) => counts.records += 1,
            Some(Entry::Audit(_)) => counts.audit += 1,
            Some(Entry::Blob(_)) => counts.blobs += 1,
            Some(Entry::Damaged(finding)) => return Err(BackupError::NotWhole(finding)),
            Some(Entry::End) => return Ok(counts),
            None => return Err(StoreError::Unavailable.into()),
        }
    }
}

fn put_in_place(growing: &Path, data: &Path) -> io::Result<()> {
    File::open(growing)?.sync_all()?;
    if data.exists() {
        fs::remove_dir(data)?;
    }
    fs::rename(growing, data)?;
    let around = data.parent().filter(|around| !around.as_os_str().is_empty());
    File::open(around.unwrap_or(Path::new(".")))?.sync_all()
}
