//! Automerge's sync message, version 1.
//!
//! Layout: `0x42`, then four LEB128-counted lists: heads (32 bytes each), needed hashes, haves (a list of hashes and a
//! length-prefixed Bloom filter), changes (length-prefixed chunks); then optional capability flags. Version 2 (`0x43`)
//! differs only in what the last list holds.
//!
//! **We never read or write a Bloom filter** (SYN4): an incoming one is skipped within bounds, since decoding a hostile one
//! can divide by zero or ask for gigabytes. We say exactly what we have through `last_sync`.

use bytes::Bytes;

use super::chunk::{ChunkError, Reader, write_length};
use crate::ids::ChangeHash;

const VERSION_1: u8 = 0x42;
const VERSION_2: u8 = 0x43;

/// How much of a message we are willing to read.
mod limits {
    pub const HEADS: usize = 1_000;
    pub const NEEDS: usize = 10_000;
    pub const HAVES: usize = 16;
    pub const CHANGES: usize = 1_000_000;
}

/// A message from a client.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SyncMessage {
    /// The heads of what the client has.
    pub heads: Vec<ChangeHash>,
    /// Changes it asks for by name.
    pub need: Vec<ChangeHash>,
    /// What it says it has, one entry for each peer state; usually one.
    pub have: Vec<Have>,
    /// Raw change chunks, in causal order as far as the client knows.
    pub changes: Vec<Bytes>,
}

/// A client's account of what it has.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Have {
    /// The heads that both sides had when they last agreed.
    pub last_sync: Vec<ChangeHash>,
    /// Whether a Bloom filter of later changes came with it.
    pub filtered: bool,
}

/// Why bytes are not a sync message.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the sync message is malformed: {0}")]
pub struct MalformedMessage(&'static str);

impl From<ChunkError> for MalformedMessage {
    fn from(error: ChunkError) -> Self {
        match error {
            ChunkError::Malformed(what) => Self(what),
            ChunkError::WrongType(_) | ChunkError::TooLarge { .. } => Self("it cannot be read"),
        }
    }
}

impl SyncMessage {
    /// Reads a message. The changes are shared slices of `data`, not looked into.
    pub fn read(data: &Bytes) -> Result<SyncMessage, MalformedMessage> {
        let mut input = Reader(data);
        if !matches!(input.take(1)?[0], VERSION_1 | VERSION_2) {
            return Err(MalformedMessage("unknown version"));
        }
        let heads = hashes(&mut input, limits::HEADS)?;
        let need = hashes(&mut input, limits::NEEDS)?;
        let have_count = count(&mut input, limits::HAVES)?;
        let have = (0..have_count).map(|_| read_have(&mut input)).collect::<Result<_, _>>()?;
        let change_count = count(&mut input, limits::CHANGES)?;
        let mut changes = Vec::new();
        for _ in 0..change_count {
            let length = input.length()?;
            changes.push(data.slice_ref(input.take(length)?));
        }
        if !input.0.is_empty() {
            let flags = input.length()?;
            input.take(flags)?;
        }
        if !input.0.is_empty() {
            return Err(MalformedMessage("bytes after its end"));
        }
        Ok(SyncMessage { heads, need, have, changes })
    }

    /// Whether the client starts over: an empty account of what it has, and nothing to send.
    pub fn is_reset(&self) -> bool {
        matches!(&self.have[..], [only] if only.last_sync.is_empty() && !only.filtered)
            && self.changes.is_empty()
    }
}

/// A message of ours: our heads, what we ask for, and changes. It always says that what we have is exactly our heads, so
/// that a client which applied it knows precisely what we lack.
pub fn write(heads: &[ChangeHash], need: &[ChangeHash], changes: &[Bytes]) -> Vec<u8> {
    let size: usize = changes.iter().map(|change| change.len() + 5).sum();
    let mut message = Vec::with_capacity(size + 64 * (heads.len() + 1) + 32 * need.len());
    message.push(VERSION_1);
    write_hashes(&mut message, heads);
    write_hashes(&mut message, need);
    message.push(1);
    write_hashes(&mut message, heads);
    message.push(0); // the Bloom filter: empty
    write_length(&mut message, changes.len() as u64);
    for change in changes {
        write_length(&mut message, change.len() as u64);
        message.extend(change);
    }
    message
}

fn read_have(input: &mut Reader<'_>) -> Result<Have, MalformedMessage> {
    let last_sync = hashes(input, limits::HEADS)?;
    let filter_bytes = input.length()?;
    input.take(filter_bytes)?;
    Ok(Have { last_sync, filtered: filter_bytes > 0 })
}

fn hashes(input: &mut Reader<'_>, limit: usize) -> Result<Vec<ChangeHash>, MalformedMessage> {
    let count = count(input, limit)?;
    (0..count).map(|_| Ok(input.hash()?)).collect()
}

fn count(input: &mut Reader<'_>, limit: usize) -> Result<usize, MalformedMessage> {
    let count = input.length()?;
    if count > limit { Err(MalformedMessage("a list is too long")) } else { Ok(count) }
}

fn write_hashes(to: &mut Vec<u8>, hashes: &[ChangeHash]) {
    write_length(to, hashes.len() as u64);
    for hash in hashes {
        to.extend(hash.0);
    }
}

#[cfg(test)]
mod tests {
    use automerge::sync::SyncDoc;
    use automerge::transaction::Transactable;
    use automerge::{Automerge, ROOT};

    use super::*;

    fn read(bytes: Vec<u8>) -> Result<SyncMessage, MalformedMessage> {
        SyncMessage::read(&bytes.into())
    }

    #[test]
    fn syn4_what_automerge_sends_is_read_and_what_we_send_automerge_reads() {
        let mut document = Automerge::new();
        let mut edit = document.transaction();
        edit.put(ROOT, "schema", 1).unwrap();
        edit.commit();
        let heads: Vec<ChangeHash> = document.get_heads().iter().map(|head| ChangeHash(head.0)).collect();

        let theirs = document.generate_sync_message(&mut automerge::sync::State::new()).unwrap().encode();
        let message = read(theirs).unwrap();
        assert_eq!(message.heads, heads);
        assert!(message.changes.is_empty() && message.have[0].filtered);

        let chunk = Bytes::copy_from_slice(document.get_changes(&[])[0].raw_bytes());
        let ours = automerge::sync::Message::decode(&write(&heads, &[], &[chunk])).unwrap();
        assert_eq!(ours.heads, document.get_heads());
        assert_eq!(ours.have[0].last_sync, document.get_heads());
        let mut empty = Automerge::new();
        empty.receive_sync_message(&mut automerge::sync::State::new(), ours).unwrap();
        assert_eq!(empty.get_heads(), document.get_heads());
    }

    #[test]
    fn w07_a_filter_with_no_bits_is_skipped_and_the_rest_is_served() {
        let message = read(vec![0x42, 0, 0, 1, 0, 3, 1, 0, 7, 0]).unwrap();
        assert!(message.have[0].filtered && message.changes.is_empty());
    }

    #[test]
    fn w08_a_filter_that_claims_four_milliard_probes_is_skipped() {
        let mut hostile = vec![0x42, 0, 0, 1, 0, 7, 1, 10];
        write_length(&mut hostile, u64::from(u32::MAX));
        hostile.push(0);
        assert!(read(hostile).is_ok());
    }

    #[test]
    fn w03_lists_that_claim_more_than_they_hold_are_refused_without_allocating() {
        for list in 1..4 {
            let mut hostile = vec![0x42];
            hostile.resize(list, 0);
            write_length(&mut hostile, u64::from(u32::MAX));
            assert!(read(hostile).is_err(), "list {list}");
        }
        assert!(read(vec![]).is_err());
        assert!(read(vec![0x41]).is_err());
    }
}
