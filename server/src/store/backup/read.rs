//! Reading a backup: all of it before anything is made of it, then once more, into a store.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use crdt::ids::TextId;
use sha2::{Digest, Sha256};

use super::entries::{self, EntryReader};
use super::{AUDIT, BackupError, Counts, FILES, FORMAT, FileDigest, MANIFEST, Manifest, RECORDS, TEXTS};
use crate::store::{Entry, Op, Seq, Store, StoreError, TidyBounds, segment};

/// About how many bytes a commit of [`fill`] has.
const COMMIT_BYTES: usize = 1 << 20;
/// After so many commits [`fill`] tidies, so that a new store is not larger than one that grew.
const TIDY_EVERY: usize = 4;

/// Looks a backup through to the last byte: every entry, that no log and no chain has a hole, the counts and the SHA-256 of each
/// file. The first that is wrong is named. Nothing is changed.
pub fn verify(folder: &Path) -> Result<Manifest, BackupError> {
    let manifest = read_manifest(folder)?;
    let mut counts = Counts::default();
    for name in FILES {
        let path = folder.join(name);
        let digest = read_entries(&path, name, &mut counts, &mut |_| Ok(()))?;
        let bad = |detail: &str| BackupError::Bad {
            path: path.clone(),
            entry: "the file as a whole".to_owned(),
            detail: detail.to_owned(),
        };
        match manifest.files.get(name) {
            None => return Err(bad("the manifest does not know it")),
            Some(said) if said.bytes > digest.bytes => return Err(bad("entries at its end are missing")),
            Some(said) if *said != digest => return Err(bad("its SHA-256 is not that of the manifest")),
            Some(_) => {}
        }
    }
    if counts != manifest.counts {
        let detail = format!("it speaks of {}; there are {}", manifest.counts.words(), counts.words());
        return Err(BackupError::Bad { path: folder.join(MANIFEST), entry: "its counts".to_owned(), detail });
    }
    Ok(manifest)
}

/// Puts everything of a verified backup into an empty store.
pub async fn fill(store: &dyn Store, folder: &Path) -> Result<Counts, BackupError> {
    let (sender, mut entries) = tokio::sync::mpsc::channel(8);
    let folder: PathBuf = folder.to_owned();
    let reading = tokio::task::spawn_blocking(move || {
        let mut counts = Counts::default();
        for name in FILES {
            // Whoever fills the store may have given up on an error of its own.
            read_entries(&folder.join(name), name, &mut counts, &mut |entry| {
                sender.blocking_send(entry).map_err(|_| BackupError::Store(StoreError::Unavailable))
            })?;
        }
        Ok(counts)
    });
    let (mut ops, mut size_bytes, mut commits) = (Vec::new(), 0, 0_usize);
    while let Some(entry) = entries.recv().await {
        match entry {
            Entry::Changes { text, changes } => {
                let changes: Vec<_> = changes.into_iter().map(|logged| logged.change).collect();
                size_bytes += changes.iter().map(|change| change.bytes.len() + 100).sum::<usize>();
                ops.push(Op::Append { text, changes });
            }
            Entry::Record { coll, record } => {
                size_bytes += record.json.len() + 100;
                ops.push(Op::Place { coll, record });
            }
            Entry::Audit(entry) => {
                size_bytes += entry.json.len() + 100;
                ops.push(Op::Audit { json: entry.json });
            }
            Entry::Blob(bytes) => drop(store.put_blob(bytes).await?),
            Entry::Damaged(_) | Entry::End => {}
        }
        if size_bytes >= COMMIT_BYTES {
            store.commit(std::mem::take(&mut ops)).await?;
            (size_bytes, commits) = (0, commits + 1);
            if commits % TIDY_EVERY == 0 {
                store.tidy(TidyBounds::default()).await?;
            }
        }
    }
    store.commit(ops).await?;
    store.tidy(TidyBounds::default()).await?;
    reading.await.unwrap_or(Err(BackupError::Store(StoreError::Unavailable)))
}

fn read_manifest(folder: &Path) -> Result<Manifest, BackupError> {
    let path = folder.join(MANIFEST);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(BackupError::NoManifest(folder.to_owned()));
        }
        Err(error) => return Err(BackupError::file(&path, error)),
    };
    let bad = |error: serde_json::Error| BackupError::Bad {
        path: path.clone(),
        entry: format!("line {}", error.line()),
        detail: error.to_string(),
    };
    // Another version may have other fields: first of all its number.
    let any: serde_json::Value = serde_json::from_slice(&bytes).map_err(bad)?;
    match any["backup_format"].as_u64() {
        Some(found) if found != u64::from(FORMAT) => {
            let program = any["program"].as_str().unwrap_or("unknown").to_owned();
            Err(BackupError::OtherFormat { path: folder.to_owned(), found, program })
        }
        _ => serde_json::from_value(any).map_err(bad),
    }
}

/// Where the reading of a file is: what the next entry must follow.
#[derive(Default)]
struct Place {
    text: Option<(TextId, Seq)>,
    texts: BTreeSet<TextId>,
    audit: (Seq, [u8; 32]),
}

/// Hands over every entry of a file, each checked for itself and against those before it.
fn read_entries(
    path: &Path,
    name: &str,
    counts: &mut Counts,
    take: &mut dyn FnMut(Entry) -> Result<(), BackupError>,
) -> Result<FileDigest, BackupError> {
    let mut reader = EntryReader::open(path)?;
    let mut place = Place::default();
    while let Some(body) = reader.next()? {
        let entry = match name {
            TEXTS => place.piece(&body, counts),
            RECORDS => {
                counts.records += 1;
                entries::read_record(body).map(|(coll, record)| Entry::Record { coll, record })
            }
            AUDIT => place.audit(body, counts),
            _ => {
                counts.blobs += 1;
                Ok(Entry::Blob(body))
            }
        };
        take(entry.map_err(|detail| reader.bad(detail))?)?;
    }
    Ok(reader.digest())
}

impl Place {
    fn piece(&mut self, body: &Bytes, counts: &mut Counts) -> Result<Entry, String> {
        let head = segment::read_head(&mut &body[..]).map_err(|error| error.to_string())?;
        let text = head.text;
        let expected = match self.text {
            Some((same, last)) if same == text => last + 1,
            _ if !self.texts.insert(text) => return Err(format!("text {text} comes a second time")),
            _ => {
                counts.texts += 1;
                1
            }
        };
        if head.first != expected {
            return Err(format!("text {text} goes on with change {}, not {expected}", head.first));
        }
        let changes = segment::unpack(text, body).map_err(|error| error.to_string())?;
        let last = changes.last().ok_or_else(|| format!("text {text}: there is nothing in it"))?.seq;
        self.text = Some((text, last));
        counts.changes += changes.len() as u64;
        Ok(Entry::Changes { text, changes })
    }

    fn audit(&mut self, body: Bytes, counts: &mut Counts) -> Result<Entry, String> {
        let entry = entries::read_audit(body)?;
        let (last, before) = self.audit;
        let expected: [u8; 32] =
            Sha256::new().chain_update(before).chain_update(&entry.json).finalize().into();
        if entry.seq != last + 1 || entry.hash != expected {
            return Err(format!("the chain of the audit log breaks at {}", last + 1));
        }
        self.audit = (entry.seq, entry.hash);
        counts.audit += 1;
        Ok(Entry::Audit(entry))
    }
}
