//! Blobs: immutable files named by the SHA-256 of what they hold.
//!
//! A blob is written to a temporary file, synced, renamed, and its folder synced, before anything may name it. What is read
//! is checked against its name.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use crdt::ids::to_hex;
use sha2::{Digest, Sha256};

use super::StoreError;

/// A folder of blobs.
#[derive(Clone, Debug)]
pub struct Blobs {
    folder: PathBuf,
}

impl Blobs {
    /// The blobs under `folder`, which is made if it is missing.
    pub fn open(folder: &Path) -> io::Result<Blobs> {
        fs::create_dir_all(folder)?;
        Ok(Blobs { folder: folder.to_owned() })
    }

    /// Keeps `bytes`; durable when this returns.
    pub fn put(&self, bytes: &[u8]) -> io::Result<[u8; 32]> {
        let sha256: [u8; 32] = Sha256::digest(bytes).into();
        let path = self.path(&sha256);
        if path.exists() {
            return Ok(sha256);
        }
        let folder = path.parent().expect("a blob lies in a folder");
        fs::create_dir_all(folder)?;
        let temporary = folder.join(format!(".{}.{}", to_hex(&sha256[..8]), uuid::Uuid::new_v4()));
        let written = (|| {
            let mut file = File::create_new(&temporary)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&temporary, &path)?;
            File::open(folder)?.sync_all()?;
            File::open(&self.folder)?.sync_all()
        })();
        if written.is_err() && temporary.exists() {
            fs::remove_file(&temporary)?;
        }
        written.map(|()| sha256)
    }

    /// The blob with this name; an error if its bytes are not those it was named for.
    pub fn get(&self, sha256: &[u8; 32]) -> Result<Option<Bytes>, StoreError> {
        let damaged =
            |detail: String| StoreError::Corrupt { what: format!("blob {}", to_hex(sha256)), detail };
        let bytes = match fs::read(self.path(sha256)) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(damaged(error.to_string())),
        };
        if Sha256::digest(&bytes)[..] != sha256[..] {
            return Err(damaged("its bytes do not match its name".to_owned()));
        }
        Ok(Some(bytes.into()))
    }

    fn path(&self, sha256: &[u8; 32]) -> PathBuf {
        let name = to_hex(sha256);
        self.folder.join(&name[..2]).join(&name[2..])
    }
}
