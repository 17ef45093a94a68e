//! The data folder: who may use it, and which format it has.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::format::FORMAT;

/// Why a store does not open. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it.
    #[error("{} is in use by process {process}; stop it first, or let it do the work (commands go through a running server)", .path.display())]
    InUse {
        /// The folder.
        path: PathBuf,
        /// The process, as it wrote itself down.
        process: String,
    },
    /// It was written by a newer version.
    #[error("{} has format {found}, this program reads up to {ours}; nothing was changed; use the newer program", .path.display())]
    Newer {
        /// The folder.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// Ours.
        ours: u32,
    },
    /// The folder cannot be used.
    #[error("{} cannot be used as a data folder: {error}; it must be a folder that this user may read and write", .path.display())]
    Io {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        error: io::Error,
    },
    /// Its records are older than they were: something was cut off.
    #[error(
        "{} has lost the last {lost} batches that were on the disk; restore a backup into an empty folder, or remove the \
         file {} to go on with what is left", .folder.display(), .witness.display()
    )]
    Behind {
        /// The folder.
        folder: PathBuf,
        /// How many.
        lost: u64,
        /// The file that tells.
        witness: PathBuf,
    },
    /// Records are gone, or older than they were.
    #[error(
        "{} has lost records that were on the disk; restore a backup into an empty folder, or remove the file {} to go on \
         with what is left", .folder.display(), .witness.display()
    )]
    Incomplete {
        /// The folder.
        folder: PathBuf,
        /// The file whose absence lets it open.
        witness: PathBuf,
    },
    /// The store inside it cannot be read.
    #[error("{} is damaged: {detail}; restore a backup into an empty folder", .path.display())]
    Damaged {
        /// What is damaged.
        path: PathBuf,
        /// How it shows.
        detail: String,
    },
}

impl OpenError {
    /// Is it that what lies there is not what was written? Else it cannot be said.
    pub fn is_damage(&self) -> bool {
        matches!(self, OpenError::Damaged { .. } | OpenError::Behind { .. } | OpenError::Incomplete { .. })
    }
}

/// What `store.json` says.
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq, Eq)]
pub struct StoreIdentity {
    /// The format of everything in the folder.
    pub format: u32,
    /// Which store this is: clients that kept a copy recognise it by this.
    pub id: Uuid,
}

/// A data folder that this process holds.
#[derive(Debug)]
pub struct DataFolder {
    /// What it says of itself; `None` while it is new.
    pub identity: Option<StoreIdentity>,
    _lock: File,
}

impl DataFolder {
    /// Makes the folder if it is missing, for this user's eyes only, locks it and reads what it is. The lock goes with the
    /// process.
    pub fn open(path: &Path) -> Result<DataFolder, OpenError> {
        let io = |error| OpenError::Io { path: path.to_owned(), error };
        fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(io)?;
        let lock = lock(path)?;
        let file = path.join("store.json");
        let identity: Option<StoreIdentity> = match fs::read(&file) {
            Ok(bytes) => Some(
                serde_json::from_slice(&bytes)
                    .map_err(|error| OpenError::Damaged { path: file, detail: error.to_string() })?,
            ),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(io(error)),
        };
        match &identity {
            Some(found) if found.format > FORMAT => {
                Err(OpenError::Newer { path: path.to_owned(), found: found.format, ours: FORMAT })
            }
            _ => Ok(DataFolder { identity, _lock: lock }),
        }
    }

    /// Writes down what the folder is; durable when this returns.
    pub fn identify(&mut self, path: &Path, identity: StoreIdentity) -> io::Result<()> {
        let temporary = path.join("store.json.new");
        let mut written = File::create(&temporary)?;
        written.write_all(&serde_json::to_vec_pretty(&identity)?)?;
        written.sync_all()?;
        fs::rename(&temporary, path.join("store.json"))?;
        File::open(path)?.sync_all()?;
        self.identity = Some(identity);
        Ok(())
    }
}

fn lock(path: &Path) -> Result<File, OpenError> {
    let io = |error| OpenError::Io { path: path.to_owned(), error };
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path.join("lock"))
        .map_err(io)?;
    if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
        let mut process = String::new();
        file.read_to_string(&mut process).map_err(io)?;
        return Err(OpenError::InUse { path: path.to_owned(), process: process.trim().to_owned() });
    }
    file.set_len(0).and_then(|()| file.rewind()).map_err(io)?;
    writeln!(file, "{}", std::process::id()).map_err(io)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_new_data_folder_is_for_its_own_user_only() {
        let around = tempfile::tempdir().unwrap();
        let path = around.path().join("data");
        DataFolder::open(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
    }
}
