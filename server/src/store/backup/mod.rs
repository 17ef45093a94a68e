//! Backups: everything in a store, in a form that no engine has a say in.
//!
//! A backup is a folder:
//!
//! ```text
//! manifest.json     what it is: format, store, moment, how many of everything, SHA-256 of each file; written last
//! texts.entries     the log of each text, in pieces packed as cold segments are
//! records.entries   every record with its version
//! audit.entries     the audit log
//! blobs.entries     sealed texts and finished files
//! ```
//!
//! The files are rows of entries, each with its length and CRC-32C (see `entries`). A backup is everything as it was at one moment,
//! while people went on writing: [`write()`]. It is looked through to the last byte before anything is made of it: [`verify`]. And
//! it becomes a store of any engine through ordinary commits: [`fill`]. [`restore()`] makes a data folder of it.
//!
//! Snapshots are not in it: the logs make them again. What could not be read when it was taken is named in the manifest.

mod entries;
mod read;
mod restore;
#[cfg(test)]
mod tests;
mod write;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use crdt::moment::Moment;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use self::read::{fill, verify};
pub use self::restore::restore;
pub use self::write::write;
use super::folder::OpenError;
use super::{Finding, StoreError};

/// The version of the form described above.
pub const FORMAT: u32 = 1;

const MANIFEST: &str = "manifest.json";
const TEXTS: &str = "texts.entries";
const RECORDS: &str = "records.entries";
const AUDIT: &str = "audit.entries";
const BLOBS: &str = "blobs.entries";
/// In the order in which a dump sends what is in them.
const FILES: [&str; 4] = [TEXTS, RECORDS, AUDIT, BLOBS];

/// What a backup says of itself.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of its form.
    pub backup_format: u32,
    /// The program that wrote it.
    pub program: String,
    /// The store that it is a backup of.
    pub store: Uuid,
    /// Everything that was acknowledged before this moment is in it.
    pub taken: Moment,
    /// How many of everything.
    pub counts: Counts,
    /// Its files.
    pub files: BTreeMap<String, FileDigest>,
    /// What could not be read when it was taken, in words.
    pub damaged: Vec<String>,
}

/// How many of everything a backup has.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Texts with a log.
    pub texts: u64,
    /// Changes in all logs together.
    pub changes: u64,
    /// Records.
    pub records: u64,
    /// Entries of the audit log.
    pub audit: u64,
    /// Blobs.
    pub blobs: u64,
}

/// One file of a backup.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FileDigest {
    /// Its length.
    pub bytes: u64,
    /// The SHA-256 of all of it, in hexadecimal digits.
    pub sha256: String,
}

/// Why there is no backup, or nothing was made of one.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The folder for a backup has something in it.
    #[error("{} is not empty; name a new folder for the backup", .0.display())]
    TargetNotEmpty(PathBuf),
    /// A file of the backup cannot be written or read.
    #[error("{}: {error}", .path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        error: io::Error,
    },
    /// There is no manifest.
    #[error(
        "{} has no manifest.json: it is no backup, or one that was not finished; use another", .0.display()
    )]
    NoManifest(PathBuf),
    /// Another version wrote it.
    #[error(
        "{} has backup format {found}, this program reads format {FORMAT}; use the program that wrote it ({program})",
        .path.display()
    )]
    OtherFormat {
        /// The backup.
        path: PathBuf,
        /// Its format.
        found: u64,
        /// What wrote it.
        program: String,
    },
    /// It is not what was written.
    #[error("{}: {entry}: {detail}; nothing was restored; use another backup", .path.display())]
    Bad {
        /// The file.
        path: PathBuf,
        /// Which entry, with the byte it begins at.
        entry: String,
        /// How it shows.
        detail: String,
    },
    /// The data folder has something in it.
    #[error("{} is not empty; nothing was restored; name a new folder", .0.display())]
    DataNotEmpty(PathBuf),
    /// The new store does not open.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What was restored is not whole: it is thrown away.
    #[error("what was restored does not read back: {0}; nothing was kept")]
    NotWhole(Finding),
    /// Another number of things came out than went in.
    #[error("what was restored is not all of the backup ({found:?} of {expected:?}); nothing was kept")]
    NotAll {
        /// What the backup has.
        expected: Counts,
        /// What the store has.
        found: Counts,
    },
}

impl BackupError {
    fn file(path: &Path, error: io::Error) -> BackupError {
        BackupError::File { path: path.to_owned(), error }
    }
}

impl Counts {
    /// In words, for an operator.
    pub fn words(&self) -> String {
        let Counts { texts, changes, records, audit, blobs } = self;
        format!("texts {texts}, changes {changes}, records {records}, audit entries {audit}, blobs {blobs}")
    }
}
