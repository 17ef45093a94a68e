//! Files of entries.
//!
//! A file begins with `BORRBAK1`; each entry has its length (4 bytes), the CRC-32C of its body (4 bytes) and its body. Numbers are
//! little-endian.
//!
//! | File | Body |
//! |---|---|
//! | texts | a packed piece of a log, as a cold segment |
//! | records | the number of the kind (1), version (8), length of the key (2), key, JSON |
//! | audit | seq (8), hash (32), JSON |
//! | blobs | the bytes |

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use bytes::{Buf, Bytes};
use crdt::ids::to_hex;
use sha2::{Digest, Sha256};

use super::{BackupError, FileDigest};
use crate::store::{AuditEntry, Coll, Record};

const MAGIC: &[u8; 8] = b"BORRBAK1";

/// A file of entries that is being written.
pub struct EntryWriter {
    path: PathBuf,
    file: BufWriter<File>,
    sha256: Sha256,
    bytes: u64,
}

impl EntryWriter {
    /// A new file, for its own user's eyes only.
    pub fn create(path: &Path) -> Result<EntryWriter, BackupError> {
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        let file = BufWriter::new(file.map_err(|error| BackupError::file(path, error))?);
        let mut writer = EntryWriter { path: path.to_owned(), file, sha256: Sha256::new(), bytes: 0 };
        writer.write(MAGIC)?;
        Ok(writer)
    }

    /// Adds an entry.
    pub fn add(&mut self, body: &[u8]) -> Result<(), BackupError> {
        let too_long = |_| BackupError::file(&self.path, io::Error::other("an entry is longer than 4 GB"));
        let length = u32::try_from(body.len()).map_err(too_long)?;
        self.write(&length.to_le_bytes())?;
        self.write(&crc32c::crc32c(body).to_le_bytes())?;
        self.write(body)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), BackupError> {
        self.sha256.update(bytes);
        self.bytes += bytes.len() as u64;
        self.file.write_all(bytes).map_err(|error| BackupError::file(&self.path, error))
    }

    /// Everything is on the disk when this returns.
    pub fn finish(mut self) -> Result<FileDigest, BackupError> {
        let synced = self.file.flush().and_then(|()| self.file.get_ref().sync_all());
        synced.map_err(|error| BackupError::file(&self.path, error))?;
        Ok(FileDigest { bytes: self.bytes, sha256: to_hex(&self.sha256.finalize()) })
    }
}

/// A file of entries that is being read.
pub struct EntryReader {
    path: PathBuf,
    file: BufReader<File>,
    sha256: Sha256,
    /// The number of the entry that was read last: 1 for the first.
    number: u64,
    /// Where it begins.
    begins: u64,
    at: u64,
}

impl EntryReader {
    pub fn open(path: &Path) -> Result<EntryReader, BackupError> {
        let file = File::open(path).map_err(|error| BackupError::file(path, error))?;
        let (file, sha256) = (BufReader::new(file), Sha256::new());
        let mut reader = EntryReader { path: path.to_owned(), file, sha256, number: 0, begins: 0, at: 0 };
        let start = reader.read(MAGIC.len())?;
        if start[..] != MAGIC[..] {
            return Err(reader.bad("it does not begin as a file of a backup"));
        }
        Ok(reader)
    }

    /// The next entry; `None` at the end of the file.
    pub fn next(&mut self) -> Result<Option<Bytes>, BackupError> {
        if self.file.fill_buf().map_err(|error| BackupError::file(&self.path, error))?.is_empty() {
            return Ok(None);
        }
        (self.number, self.begins) = (self.number + 1, self.at);
        let mut head = self.read(8)?;
        let (length, crc) = (head.get_u32_le() as usize, head.get_u32_le());
        let body = self.read(length)?;
        if crc32c::crc32c(&body) != crc {
            return Err(self.bad("its checksum does not match"));
        }
        Ok(Some(body))
    }

    fn read(&mut self, length: usize) -> Result<Bytes, BackupError> {
        let mut bytes = Vec::new();
        // As much as is there, so that a damaged length claims no memory.
        let read = self.file.by_ref().take(length as u64).read_to_end(&mut bytes);
        read.map_err(|error| BackupError::file(&self.path, error))?;
        if bytes.len() < length {
            return Err(self.bad("the file ends in the middle of it"));
        }
        self.sha256.update(&bytes);
        self.at += length as u64;
        Ok(bytes.into())
    }

    /// The error that names the entry that was read last.
    pub fn bad(&self, detail: impl Into<String>) -> BackupError {
        let entry = match self.number {
            0 => "its beginning".to_owned(),
            number => format!("entry {number} (from byte {})", self.begins),
        };
        BackupError::Bad { path: self.path.clone(), entry, detail: detail.into() }
    }

    /// What was read, when the end was reached.
    pub fn digest(self) -> FileDigest {
        FileDigest { bytes: self.at, sha256: to_hex(&self.sha256.finalize()) }
    }
}

pub fn write_record(coll: Coll, record: &Record) -> Vec<u8> {
    let key = record.key.as_bytes();
    let length = u16::try_from(key.len()).expect("keys have at most 200 bytes");
    let mut body = vec![coll as u8];
    body.extend(record.version.to_le_bytes());
    body.extend(length.to_le_bytes());
    body.extend(key);
    body.extend(&record.json);
    body
}

pub fn read_record(mut body: Bytes) -> Result<(Coll, Record), String> {
    if body.len() < 11 {
        return Err("it is too short for a record".to_owned());
    }
    let number = body.get_u8();
    let coll = Coll::of_number(number).ok_or_else(|| format!("records of kind {number} are not known"))?;
    let (version, length) = (body.get_u64_le(), usize::from(body.get_u16_le()));
    if body.len() < length {
        return Err("it is too short for its key".to_owned());
    }
    let key =
        String::from_utf8(body.split_to(length).to_vec()).map_err(|_| "its key is no text".to_owned())?;
    Ok((coll, Record { key, version, json: body }))
}

pub fn write_audit(entry: &AuditEntry) -> Vec<u8> {
    [&entry.seq.to_le_bytes()[..], &entry.hash, &entry.json].concat()
}

pub fn read_audit(mut body: Bytes) -> Result<AuditEntry, String> {
    if body.len() < 40 {
        return Err("it is too short for an entry of the audit log".to_owned());
    }
    let seq = body.get_u64_le();
    let mut hash = [0; 32];
    body.copy_to_slice(&mut hash);
    Ok(AuditEntry { seq, hash, json: body })
}
