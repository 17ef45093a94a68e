//! The bytes that the embedded store keeps: keys and values.
//!
//! One ordered key space, so that a commit is one atomic batch. The first byte of a key says what it is:
//!
//! | Key | Value |
//! |---|---|
//! | `L` text (16) first seq (8) | the changes that one commit appended |
//! | `C` text (16) first seq (8) | the cold segment that holds the changes from there on: last seq (8), raw bytes (8), SHA-256 |
//! | `R` coll (1) key | version (8), JSON |
//! | `A` seq (8) | hash (32), JSON |
//! | `S` text (16) upto (8) | SHA-256 of the file that holds the snapshot, heads |
//! | `H` text (16) | SHA-256 of the file that holds the saved history |
//! | `T` text (16) | the last seq (8) of the text's log |
//! | `M` | the store's id (16), how many batches were written (8), what all records and the audit log weigh together (8) |
//!
//! Numbers in keys are big-endian, so that their order is that of the numbers; numbers in values are little-endian. Every
//! value begins with the CRC-32C of the rest, so that a damaged one is noticed when it is read.
//!
//! What is damaged may also be gone: sled passes over the newest part of a page that it cannot read, and with it the last entries of a
//! log, or the newest versions of records. `T` stands far from `L` in the order of keys, on another page, and tells where a log must
//! end; `M` tells what all records and the audit log together must weigh (see [`weight`]).
//!
//! Format 1 had neither `C`, `T` nor `M`. A folder of format 1 is one of format 2 in which no log was ever packed.

use bytes::{Buf, BufMut, Bytes, BytesMut};
use crdt::ids::{ActorId, ChangeHash, SeatId, TextId};
use crdt::moment::Moment;
use uuid::Uuid;

use super::blobs::BlobName;
use super::{About, AuditEntry, Coll, LoggedChange, NewChange, Record, Seq, Snapshot, StoreError};

/// The version of this format, as written in `store.json`.
pub const FORMAT: u32 = 2;

pub fn log_prefix(text: TextId) -> Vec<u8> {
    [b"L", &text.0.as_bytes()[..]].concat()
}

pub fn log_key(text: TextId, first: Seq) -> Vec<u8> {
    [&log_prefix(text)[..], &first.to_be_bytes()].concat()
}

pub const LOG_PREFIX: &[u8] = b"L";
pub const SEGMENT_PREFIX: &[u8] = b"C";

pub fn segment_prefix(text: TextId) -> Vec<u8> {
    [SEGMENT_PREFIX, &text.0.as_bytes()[..]].concat()
}

pub fn segment_key(text: TextId, first: Seq) -> Vec<u8> {
    [&segment_prefix(text)[..], &first.to_be_bytes()].concat()
}

pub const END_PREFIX: &[u8] = b"T";

pub fn end_key(text: TextId) -> Vec<u8> {
    [END_PREFIX, &text.0.as_bytes()[..]].concat()
}

pub fn write_end(last: Seq) -> Vec<u8> {
    seal(&last.to_le_bytes())
}

pub fn read_end(key: &[u8], value: &[u8]) -> Result<Seq, StoreError> {
    let mut body = open(key, value)?;
    Ok(take(&mut body, 8, key)?.get_u64_le())
}

/// The text in a key of a log, its end, a segment or a snapshot.
pub fn text_in(key: &[u8]) -> Option<TextId> {
    match key.split_first()? {
        (b'L' | b'C' | b'S' | b'H' | b'T', rest) => Some(TextId(Uuid::from_bytes(*rest.first_chunk()?))),
        _ => None,
    }
}

pub const RECORD_PREFIX: &[u8] = b"R";

pub fn record_key(coll: Coll, key: &str) -> Vec<u8> {
    [&[b'R', coll as u8], key.as_bytes()].concat()
}

pub fn audit_key(seq: Seq) -> Vec<u8> {
    [&b"A"[..], &seq.to_be_bytes()].concat()
}

pub const AUDIT_PREFIX: &[u8] = b"A";

pub const SNAPSHOT_PREFIX: &[u8] = b"S";

pub const MARK_KEY: &[u8] = b"M";

pub fn snapshot_prefix(text: TextId) -> Vec<u8> {
    [b"S", &text.0.as_bytes()[..]].concat()
}

pub fn snapshot_key(text: TextId, upto: Seq) -> Vec<u8> {
    [&snapshot_prefix(text)[..], &upto.to_be_bytes()].concat()
}

pub const HISTORY_PREFIX: &[u8] = b"H";

pub fn history_key(text: TextId) -> Vec<u8> {
    [HISTORY_PREFIX, &text.0.as_bytes()[..]].concat()
}

/// The number at the end of a key.
pub fn seq_in(key: &[u8]) -> Option<Seq> {
    Some(Seq::from_be_bytes(*key.last_chunk()?))
}

/// A value with its checksum before it.
pub fn seal(body: &[u8]) -> Vec<u8> {
    [&crc32c::crc32c(body).to_le_bytes()[..], body].concat()
}

/// The body of a value whose checksum holds.
pub fn open(key: &[u8], value: &[u8]) -> Result<Bytes, StoreError> {
    let (crc, body) = value.split_at_checked(4).ok_or_else(|| damaged(key, "it is too short"))?;
    if crc32c::crc32c(body).to_le_bytes()[..] != *crc {
        return Err(damaged(key, "its checksum does not match"));
    }
    Ok(Bytes::copy_from_slice(body))
}

/// What an entry is about, by its key.
pub fn about(key: &[u8]) -> About {
    if let Some(text) = text_in(key) {
        return About::Text(text);
    }
    match key.split_first() {
        Some((b'R', [coll, key @ ..])) => {
            About::Record { coll: *coll, key: String::from_utf8_lossy(key).into_owned() }
        }
        Some((b'A', _)) => About::Audit,
        _ => About::Store,
    }
}

/// The error that names the damaged thing.
pub fn damaged(key: &[u8], detail: &str) -> StoreError {
    StoreError::Corrupt { what: about(key).to_string(), detail: detail.to_owned() }
}

pub fn write_changes(changes: &[NewChange]) -> Vec<u8> {
    let size: usize = changes.iter().map(|change| change.bytes.len() + 100).sum();
    let mut body = BytesMut::with_capacity(size);
    body.put_u32_le(changes.len() as u32);
    for change in changes {
        body.put_slice(&change.hash.0);
        body.put_slice(change.seat.0.as_bytes());
        body.put_i64_le(change.received.unix_ms());
        body.put_u8(change.actor.0.len() as u8);
        body.put_slice(&change.actor.0);
        body.put_u32_le(change.bytes.len() as u32);
        body.put_slice(&change.bytes);
    }
    seal(&body)
}

pub fn read_changes(key: &[u8], value: &[u8]) -> Result<Vec<LoggedChange>, StoreError> {
    let first = seq_in(key).ok_or_else(|| damaged(key, "its key is too short"))?;
    let mut body = open(key, value)?;
    let count = Seq::from(take_u32(&mut body, key)?);
    (0..count)
        .map(|index| Ok(LoggedChange { seq: first + index, change: read_change(&mut body, key)? }))
        .collect()
}

fn read_change(body: &mut Bytes, key: &[u8]) -> Result<NewChange, StoreError> {
    let hash = ChangeHash(take(body, 32, key)?[..].try_into().expect("thirty-two bytes were taken"));
    let seat = SeatId(Uuid::from_slice(&take(body, 16, key)?).expect("sixteen bytes were taken"));
    let received = Moment::from_unix_ms(take(body, 8, key)?.get_i64_le());
    let actor_bytes = usize::from(take(body, 1, key)?[0]);
    let actor = ActorId(take(body, actor_bytes, key)?.to_vec());
    let length = take_u32(body, key)? as usize;
    Ok(NewChange { hash, actor, seat, received, bytes: take(body, length, key)? })
}

/// A cold segment as the store names it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SegmentEntry {
    /// The place of its first change.
    pub first: Seq,
    /// The place of its last change.
    pub last: Seq,
    /// How long its raw changes are together.
    pub raw_bytes: u64,
    /// The file that holds it.
    pub blob: BlobName,
}

pub fn write_segment(entry: &SegmentEntry) -> Vec<u8> {
    seal(&[&entry.last.to_le_bytes()[..], &entry.raw_bytes.to_le_bytes(), &entry.blob].concat())
}

pub fn read_segment(key: &[u8], value: &[u8]) -> Result<SegmentEntry, StoreError> {
    let first = seq_in(key).ok_or_else(|| damaged(key, "its key is too short"))?;
    let mut body = open(key, value)?;
    let last = take(&mut body, 8, key)?.get_u64_le();
    let raw_bytes = take(&mut body, 8, key)?.get_u64_le();
    let blob = take(&mut body, 32, key)?[..].try_into().expect("thirty-two bytes were taken");
    Ok(SegmentEntry { first, last, raw_bytes, blob })
}

/// What the store says of itself among its entries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mark {
    /// Which store this is; the same as in `store.json`.
    pub id: Uuid,
    /// How many batches were written.
    pub batches: u64,
    /// The sum of the weights of all records and of the audit log; `None` until it is known.
    pub weight: Option<u64>,
}

pub fn write_mark(mark: Mark) -> Vec<u8> {
    let weight = mark.weight.map(u64::to_le_bytes);
    let weight = weight.as_ref().map_or(&[][..], |weight| weight);
    seal(&[&mark.id.as_bytes()[..], &mark.batches.to_le_bytes(), weight].concat())
}

pub fn read_mark(value: &[u8]) -> Result<Mark, StoreError> {
    let mut body = open(MARK_KEY, value)?;
    let id = Uuid::from_slice(&take(&mut body, 16, MARK_KEY)?).expect("sixteen bytes were taken");
    let batches = take(&mut body, 8, MARK_KEY)?.get_u64_le();
    let weight = if body.is_empty() { None } else { Some(take(&mut body, 8, MARK_KEY)?.get_u64_le()) };
    Ok(Mark { id, batches, weight })
}

/// The entries that are weighed: of these nothing else tells whether one is missing or older than it should be.
pub const WEIGHED: [&[u8]; 2] = [RECORD_PREFIX, AUDIT_PREFIX];

/// What an entry weighs: a number that is another one for almost every other key or value. Weights are added up without regard to
/// overflow.
pub fn weight(key: &[u8], value: &[u8]) -> u64 {
    let crc = |bytes: &[u8]| u64::from(crc32c::crc32c(bytes));
    // A value begins with its checksum. The steps are those of SplitMix64.
    let start =
        value.first_chunk::<4>().map_or_else(|| crc(value), |sum| u64::from(u32::from_le_bytes(*sum)));
    let mut mixed = (crc(key) << 32 | start).wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

pub fn write_record(version: u64, json: &[u8]) -> Vec<u8> {
    seal(&[&version.to_le_bytes()[..], json].concat())
}

pub fn read_record(key: &[u8], value: &[u8]) -> Result<Record, StoreError> {
    let mut body = open(key, value)?;
    let version = take(&mut body, 8, key)?.get_u64_le();
    Ok(Record { key: String::from_utf8_lossy(&key[2..]).into_owned(), version, json: body })
}

pub fn write_audit(entry: &AuditEntry) -> Vec<u8> {
    seal(&[&entry.hash[..], &entry.json].concat())
}

pub fn read_audit(key: &[u8], value: &[u8]) -> Result<AuditEntry, StoreError> {
    let seq = seq_in(key).ok_or_else(|| damaged(key, "its key is too short"))?;
    let mut body = open(key, value)?;
    let hash = take(&mut body, 32, key)?[..].try_into().expect("thirty-two bytes were taken");
    Ok(AuditEntry { seq, hash, json: body })
}

/// Where a snapshot's bytes are, and what they stand for.
pub fn write_snapshot(snapshot: &Snapshot, blob: [u8; 32]) -> Vec<u8> {
    let mut body = BytesMut::new();
    body.put_slice(&blob);
    for head in &snapshot.heads {
        body.put_slice(&head.0);
    }
    seal(&body)
}

/// The blob and the heads of a snapshot.
pub fn read_snapshot(key: &[u8], value: &[u8]) -> Result<([u8; 32], Vec<ChangeHash>), StoreError> {
    let body = open(key, value)?;
    let (hashes, []) = body.as_chunks::<32>() else { return Err(damaged(key, "its length is wrong")) };
    let (blob, heads) = hashes.split_first().ok_or_else(|| damaged(key, "it is empty"))?;
    Ok((*blob, heads.iter().copied().map(ChangeHash).collect()))
}

/// Where a saved history is.
pub fn write_history(blob: BlobName) -> Vec<u8> {
    seal(&blob)
}

/// The file of a saved history.
pub fn read_history(key: &[u8], value: &[u8]) -> Result<BlobName, StoreError> {
    open(key, value)?[..].try_into().map_err(|_| damaged(key, "its length is wrong"))
}

fn take(body: &mut Bytes, count: usize, key: &[u8]) -> Result<Bytes, StoreError> {
    if body.len() < count { Err(damaged(key, "it ends too early")) } else { Ok(body.split_to(count)) }
}

fn take_u32(body: &mut Bytes, key: &[u8]) -> Result<u32, StoreError> {
    Ok(take(body, 4, key)?.get_u32_le())
}
