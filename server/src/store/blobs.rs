//! Blobs: immutable files named by the SHA-256 of what they hold.
//!
//! A blob is written to a temporary file, synced, renamed, and its folder synced, before anything may name it. What is read
//! is checked against its name.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use crdt::ids::{from_hex, to_hex};
use sha2::{Digest, Sha256};

use super::StoreError;

/// The name of a blob: the SHA-256 of its bytes.
pub type BlobName = [u8; 32];

/// A folder of blobs.
#[derive(Clone, Debug)]
pub struct Blobs {
    folder: PathBuf,
}

impl Blobs {
    /// The blobs under `folder`, which is made if it is missing. What an earlier process left unfinished there is removed.
    pub fn open(folder: &Path) -> io::Result<Blobs> {
        fs::create_dir_all(folder)?;
        let blobs = Blobs { folder: folder.to_owned() };
        for file in blobs.files()? {
            if file.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b".")) {
                fs::remove_file(file)?;
            }
        }
        Ok(blobs)
    }

    /// Keeps `bytes`; durable when this returns. A damaged blob of that name is replaced.
    pub fn put(&self, bytes: &[u8]) -> io::Result<BlobName> {
        let sha256: BlobName = Sha256::digest(bytes).into();
        let path = self.path(&sha256);
        let folder = path.parent().expect("a blob lies in a folder");
        if fs::read(&path).is_ok_and(|kept| kept == bytes) {
            // Somebody else may have renamed it a moment ago, and not synced the folder yet.
            File::open(folder)?.sync_all()?;
            File::open(&self.folder)?.sync_all()?;
            return Ok(sha256);
        }
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
    pub fn get(&self, sha256: &BlobName) -> Result<Option<Bytes>, StoreError> {
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

    /// The file of a blob, to read a part of it; nothing is checked.
    pub fn file(&self, sha256: &BlobName) -> io::Result<File> {
        File::open(self.path(sha256))
    }

    /// The names of all blobs here, in no order.
    pub fn names(&self) -> io::Result<Vec<BlobName>> {
        let name = |file: PathBuf| {
            let (head, tail) = (file.parent()?.file_name()?.to_str()?, file.file_name()?.to_str()?);
            BlobName::try_from(from_hex(&format!("{head}{tail}"))?).ok()
        };
        Ok(self.files()?.into_iter().filter_map(name).collect())
    }

    /// Removes a blob that nothing names.
    pub fn remove(&self, sha256: &BlobName) -> io::Result<()> {
        fs::remove_file(self.path(sha256))
    }

    fn files(&self) -> io::Result<Vec<PathBuf>> {
        let mut files = Vec::new();
        for folder in fs::read_dir(&self.folder)? {
            let folder = folder?.path();
            if folder.is_dir() {
                for file in fs::read_dir(folder)? {
                    files.push(file?.path());
                }
            }
        }
        Ok(files)
    }

    fn path(&self, sha256: &BlobName) -> PathBuf {
        let name = to_hex(sha256);
        self.folder.join(&name[..2]).join(&name[2..])
    }
}
