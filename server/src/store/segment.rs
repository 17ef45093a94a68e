//! Cold segments: the older part of a log, packed so that it takes little room and can be trusted.
//!
//! A segment holds consecutive changes of one text, whole: seat, time of receipt, actor, hash and raw bytes. It is one
//! immutable file under its SHA-256. Inside:
//!
//! | Bytes | |
//! |---|---|
//! | 8 | `BORRSEG1` |
//! | 16, 8, 4, 4 | the text, the place of the first change, how many changes, how long the rest is unpacked |
//! | 16 for each change | the first half of its hash: enough to know a change again, without unpacking anything |
//! | 4 | CRC-32C of all the above |
//! | … | the changes, as a batch of the log writes them with their own CRC-32C ([`format::write_changes`]), deflated |
//!
//! The same changes always make the same file. Nothing here reads or writes one.

use std::io::{self, Read, Write};

use bytes::Buf;
use crdt::ids::TextId;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use uuid::Uuid;

use super::{LoggedChange, NewChange, Seq, StoreError, format};

const MAGIC: &[u8; 8] = b"BORRSEG1";
const HEAD_BYTES: usize = 8 + 16 + 8 + 4 + 4;
const HALF_BYTES: usize = 16;

/// The first half of a change's hash.
pub type HalfHash = [u8; HALF_BYTES];

/// What a segment says of itself before its changes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Head {
    /// The text whose changes these are.
    pub text: TextId,
    /// The place of the first.
    pub first: Seq,
    /// The first half of each change's hash, in order.
    pub halves: Vec<HalfHash>,
    unpacked_bytes: u32,
}

/// The half by which a change is known again.
pub fn half(change: &NewChange) -> HalfHash {
    *change.hash.0.first_chunk().expect("a hash has thirty-two bytes")
}

/// A segment of consecutive changes of a text, the first of them at `first`.
pub fn pack(text: TextId, first: Seq, changes: &[NewChange]) -> Vec<u8> {
    let unpacked = format::write_changes(changes);
    let length = |count: usize| u32::try_from(count).expect("a segment is cut well before four gigabytes");
    let mut head = Vec::with_capacity(HEAD_BYTES + changes.len() * HALF_BYTES);
    head.extend(MAGIC);
    head.extend(text.0.as_bytes());
    head.extend(first.to_le_bytes());
    head.extend(length(changes.len()).to_le_bytes());
    head.extend(length(unpacked.len()).to_le_bytes());
    changes.iter().for_each(|change| head.extend(half(change)));
    let crc = crc32c::crc32c(&head);
    head.extend(crc.to_le_bytes());
    let mut packed = DeflateEncoder::new(head, Compression::default());
    let written = packed.write_all(&unpacked).and_then(|()| packed.finish());
    written.expect("a vector takes every write")
}

/// All changes of a segment. What is wrong with it is named as damage of its text.
pub fn unpack(text: TextId, bytes: &[u8]) -> Result<Vec<LoggedChange>, StoreError> {
    let mut rest = bytes;
    let head = read_head(&mut rest).map_err(|error| damaged(text, &error.to_string()))?;
    if head.text != text {
        return Err(damaged(text, "it belongs to another text"));
    }
    let key = format::log_key(text, head.first);
    let mut unpacked = Vec::with_capacity(head.unpacked_bytes as usize);
    let bound = u64::from(head.unpacked_bytes) + 1;
    let read = DeflateDecoder::new(rest).take(bound).read_to_end(&mut unpacked);
    read.map_err(|error| damaged(text, &error.to_string()))?;
    if unpacked.len() != head.unpacked_bytes as usize {
        return Err(damaged(text, "its length is not what it says"));
    }
    let changes = format::read_changes(&key, &unpacked)?;
    let as_said = changes.iter().map(|logged| half(&logged.change)).eq(head.halves.iter().copied());
    if as_said { Ok(changes) } else { Err(damaged(text, "its list of hashes is not that of its changes")) }
}

/// The head of a segment, read from the start of its file; nothing after it is read.
pub fn read_head(file: &mut impl Read) -> io::Result<Head> {
    let mut head = vec![0; HEAD_BYTES];
    file.read_exact(&mut head)?;
    if !head.starts_with(MAGIC) {
        return Err(io::Error::other("it does not begin as one"));
    }
    let mut fields = &head[MAGIC.len()..];
    let text = TextId(Uuid::from_u128(fields.get_u128()));
    let (first, count) = (fields.get_u64_le(), fields.get_u32_le());
    let unpacked_bytes = fields.get_u32_le();
    // As much as is there, so that a damaged count claims no memory.
    let listed = u64::from(count) * HALF_BYTES as u64;
    file.by_ref().take(listed).read_to_end(&mut head)?;
    let mut crc = [0; 4];
    file.read_exact(&mut crc)?;
    if crc32c::crc32c(&head).to_le_bytes() != crc {
        return Err(io::Error::other("the checksum of its head does not match"));
    }
    let (halves, _) = head[HEAD_BYTES..].as_chunks::<HALF_BYTES>();
    Ok(Head { text, first, halves: halves.to_vec(), unpacked_bytes })
}

fn damaged(text: TextId, detail: &str) -> StoreError {
    StoreError::Corrupt {
        what: format!("text {text}"),
        detail: format!("a cold segment of its log: {detail}"),
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use crdt::ids::{ActorId, ChangeHash, SeatId};
    use crdt::moment::Moment;

    use super::*;

    const TANGIER: TextId = TextId(Uuid::from_u128(1));

    fn changes(count: u8) -> Vec<NewChange> {
        let change = |n: u8| NewChange {
            hash: ChangeHash([n; 32]),
            actor: ActorId(vec![n % 3; 16]),
            seat: SeatId(Uuid::from_u128(7)),
            received: Moment::from_unix_ms(i64::from(n)),
            bytes: Bytes::from(vec![n; 100]),
        };
        (0..count).map(change).collect()
    }

    #[test]
    fn a_segment_gives_back_every_change_with_its_place_and_is_smaller() {
        let written = changes(200);
        let packed = pack(TANGIER, 41, &written);
        let read = unpack(TANGIER, &packed).unwrap();
        assert_eq!(read.iter().map(|logged| logged.seq).collect::<Vec<_>>(), (41..241).collect::<Vec<_>>());
        assert!(read.into_iter().map(|logged| logged.change).eq(written.iter().cloned()));
        let head = read_head(&mut &packed[..]).unwrap();
        assert_eq!((head.first, head.halves[3]), (41, [3; 16]));
        assert!(packed.len() * 3 < format::write_changes(&written).len());
    }

    #[test]
    fn c08_a_segment_with_any_byte_changed_or_cut_off_is_refused() {
        let packed = pack(TANGIER, 1, &changes(20));
        let whole = unpack(TANGIER, &packed).unwrap();
        for at in 0..packed.len() {
            let mut flipped = packed.clone();
            flipped[at] ^= 0x10;
            // A bit of the padding after deflated data stands for nothing.
            assert!(unpack(TANGIER, &flipped).map_or(true, |read| read == whole), "byte {at} flipped");
            assert!(unpack(TANGIER, &packed[..at]).is_err(), "cut off at {at}");
        }
        assert!(unpack(TextId(Uuid::from_u128(2)), &packed).is_err());
    }
}
