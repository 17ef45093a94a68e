//! The header of a change chunk, read without Automerge.
//!
//! Layout (Automerge binary format): magic `85 6f 4a 83`, four bytes of checksum, the chunk's type, its length (LEB128)
//! and its body. The hash of a change is SHA-256 over type 1, length and body, and the checksum is the first four bytes
//! of it. Type 2 is the same body, deflated. Types 0 (document) and 3 (bundle) carry many changes at once and are not
//! for us: we never announce that we read them.
//!
//! Reading is bounded: no allocation follows a claimed length, and inflating stops at a limit.

use std::io::Read;

use bytes::Bytes;
use flate2::read::DeflateDecoder;
use sha2::{Digest, Sha256};

use crate::ids::{ActorId, ChangeHash};

const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
const TYPE_CHANGE: u8 = 1;
const TYPE_COMPRESSED_CHANGE: u8 = 2;
const AUTHOR_FOOTER: u8 = 1;
/// The column that holds the operations' actions: its runs count the operations.
const ACTION_COLUMN: u64 = 0x42;
/// The column that says which operations put a new element somewhere.
const INSERT_COLUMN: u64 = 0x34;
/// Actions as the format numbers them.
const ACTION_SET: u64 = 1;
const ACTION_DELETE: u64 = 3;
/// The bit of a column's specification that says it is deflated. Only documents use it.
const DEFLATED_COLUMN: u64 = 0x08;

/// How much of a change we are willing to read.
#[derive(Clone, Copy, Debug)]
pub struct ChunkLimits {
    /// Bytes of the body once inflated.
    pub max_unpacked_bytes: usize,
    /// Operations in one change.
    pub max_operations: u64,
    /// Changes it may depend on directly.
    pub max_dependencies: usize,
}

impl Default for ChunkLimits {
    fn default() -> Self {
        Self { max_unpacked_bytes: 1 << 20, max_operations: 100_000, max_dependencies: 64 }
    }
}

impl ChunkLimits {
    /// Those of changes that were admitted once: whatever the limits were then, they are read.
    pub const STORED: ChunkLimits =
        ChunkLimits { max_unpacked_bytes: 64 << 20, max_operations: u64::MAX, max_dependencies: usize::MAX };
}

/// How many letters a change puts in and takes out, about: what is written into lists, and what is deleted of other things than words,
/// counts as letters too, and one of several code points counts as so many.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Letters {
    /// Those that come.
    pub inserted: u64,
    /// Those that go.
    pub deleted: u64,
}

/// What a change says of itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Header {
    /// Its name.
    pub hash: ChangeHash,
    /// The changes it follows directly.
    pub dependencies: Vec<ChangeHash>,
    /// Who wrote it.
    pub actor: ActorId,
    /// Its place among the changes of its actor: 1 for the first.
    pub seq: u64,
    /// The counter of its first operation.
    pub start_op: u64,
    /// How many operations it has; none for an empty change.
    pub operations: u64,
    /// The other actors that its operations refer to.
    pub other_actors: Vec<ActorId>,
    /// The author written into the change, if any. Only an actor's first change carries one.
    pub author: Option<Vec<u8>>,
}

impl Header {
    /// The counter of the last operation; one before `start_op` for an empty change. Saturates for absurd counters.
    pub fn max_op(&self) -> u64 {
        self.start_op.saturating_add(self.operations).saturating_sub(1)
    }
}

/// Why bytes are not a change that we read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ChunkError {
    /// The bytes do not have the form of a change chunk.
    #[error("not a change: {0}")]
    Malformed(&'static str),
    /// The chunk is of a type that carries many changes.
    #[error("chunks of type {0} are not taken; send single changes")]
    WrongType(u8),
    /// The change is larger than the limit.
    #[error("the change is too large: {what} over {limit}")]
    TooLarge {
        /// What is counted.
        what: &'static str,
        /// The limit.
        limit: u64,
    },
}

/// A change chunk whose header was read.
#[derive(Clone, Debug)]
pub struct Chunk {
    /// What it says of itself.
    pub header: Header,
    /// The bytes as they came: what is stored and relayed.
    pub raw: Bytes,
    /// The body, inflated if it was deflated.
    body: Bytes,
    /// Where its columns begin.
    columns_at: usize,
}

impl Chunk {
    /// Reads one chunk, which must fill `raw` to the last byte.
    pub fn read(raw: Bytes, limits: &ChunkLimits) -> Result<Chunk, ChunkError> {
        let mut input = Reader(&raw);
        if input.take(4)? != MAGIC {
            return Err(ChunkError::Malformed("wrong magic"));
        }
        let checksum: [u8; 4] = input.take(4)?.try_into().expect("four bytes were taken");
        let kind = input.take(1)?[0];
        let length = input.length()?;
        let packed = input.take(length)?;
        if !input.0.is_empty() {
            return Err(ChunkError::Malformed("bytes after the end of the change"));
        }
        let body = match kind {
            TYPE_CHANGE if packed.len() > limits.max_unpacked_bytes => return Err(limits.too_many_bytes()),
            TYPE_CHANGE => raw.slice_ref(packed),
            TYPE_COMPRESSED_CHANGE => inflate(packed, limits)?,
            other => return Err(ChunkError::WrongType(other)),
        };
        let hash = hash_of(&body);
        if hash.0[..4] != checksum {
            return Err(ChunkError::Malformed("the checksum does not match"));
        }
        let (header, columns_at) = read_body(hash, &body, limits)?;
        Ok(Chunk { header, raw, body, columns_at })
    }

    /// How many letters come and go.
    pub fn letters(&self) -> Result<Letters, ChunkError> {
        let (mut actions, mut inserts): (&[u8], &[u8]) = (&[], &[]);
        let mut input = Reader(&self.body[self.columns_at..]);
        each_column(&mut input, |column, data| {
            match column {
                ACTION_COLUMN => actions = data,
                INSERT_COLUMN => inserts = data,
                _ => {}
            }
            Ok(())
        })?;
        let mut letters = Letters::default();
        let (mut inserts, mut is_insert, mut left) = (Reader(inserts), true, 0);
        each_run(actions, |action, mut count| {
            letters.deleted += if action == Some(ACTION_DELETE) { count } else { 0 };
            while count > 0 {
                // A column of booleans is the lengths of its runs, which take turns and begin with a run of `false`.
                while left == 0 && !inserts.0.is_empty() {
                    (is_insert, left) = (!is_insert, inserts.unsigned()?);
                }
                let now = if left == 0 { count } else { left.min(count) };
                letters.inserted += if action == Some(ACTION_SET) && is_insert && left > 0 { now } else { 0 };
                (left, count) = (left.saturating_sub(now), count - now);
            }
            Ok(())
        })?;
        Ok(letters)
    }

    /// The chunk with its body not deflated: what may be handed to Automerge without it inflating anything.
    pub fn plain_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.body.len() + 16);
        bytes.extend(MAGIC);
        bytes.extend(&self.header.hash.0[..4]);
        bytes.push(TYPE_CHANGE);
        write_length(&mut bytes, self.body.len() as u64);
        bytes.extend(&self.body);
        bytes
    }
}

impl ChunkLimits {
    fn too_many_bytes(&self) -> ChunkError {
        ChunkError::TooLarge { what: "unpacked bytes", limit: self.max_unpacked_bytes as u64 }
    }
}

fn inflate(packed: &[u8], limits: &ChunkLimits) -> Result<Bytes, ChunkError> {
    let mut body = Vec::new();
    DeflateDecoder::new(packed)
        .take(limits.max_unpacked_bytes as u64 + 1)
        .read_to_end(&mut body)
        .map_err(|_| ChunkError::Malformed("the compressed body cannot be inflated"))?;
    if body.len() > limits.max_unpacked_bytes { Err(limits.too_many_bytes()) } else { Ok(body.into()) }
}

fn hash_of(body: &[u8]) -> ChangeHash {
    let mut prefix = vec![TYPE_CHANGE];
    write_length(&mut prefix, body.len() as u64);
    ChangeHash(Sha256::new().chain_update(prefix).chain_update(body).finalize().into())
}

/// What the body says, and where in it the columns begin.
fn read_body(hash: ChangeHash, body: &[u8], limits: &ChunkLimits) -> Result<(Header, usize), ChunkError> {
    let mut input = Reader(body);
    let dependency_count = input.length()?;
    if dependency_count > limits.max_dependencies {
        let limit = limits.max_dependencies as u64;
        return Err(ChunkError::TooLarge { what: "dependencies", limit });
    }
    let dependencies = (0..dependency_count).map(|_| input.hash()).collect::<Result<_, _>>()?;
    let actor = input.actor()?;
    let seq = input.unsigned()?;
    let start_op = input.unsigned()?;
    let _claimed_time = input.signed()?;
    let message_bytes = input.length()?;
    input.take(message_bytes)?;
    let other_count = input.length()?;
    let other_actors = (0..other_count).map(|_| input.actor()).collect::<Result<_, _>>()?;
    let columns_at = body.len() - input.0.len();
    let operations = read_columns(&mut input, limits)?;
    let header = Header {
        hash,
        dependencies,
        actor,
        seq,
        start_op,
        operations,
        other_actors,
        author: author_in(input.0),
    };
    Ok((header, columns_at))
}

/// Skips the columns and counts the operations in them.
fn read_columns(input: &mut Reader<'_>, limits: &ChunkLimits) -> Result<u64, ChunkError> {
    let mut operations = 0;
    each_column(input, |column, data| {
        if column == ACTION_COLUMN {
            operations = count_values(data, limits)?;
        }
        Ok(())
    })?;
    Ok(operations)
}

/// Skips the columns and shows each of them to `see`.
fn each_column<'a>(
    input: &mut Reader<'a>,
    mut see: impl FnMut(u64, &'a [u8]) -> Result<(), ChunkError>,
) -> Result<(), ChunkError> {
    const MAX_COLUMNS: usize = 64;
    let count = input.length()?;
    if count > MAX_COLUMNS {
        return Err(ChunkError::Malformed("too many columns"));
    }
    let mut lengths = [(0_u64, 0_usize); MAX_COLUMNS];
    for slot in &mut lengths[..count] {
        *slot = (input.unsigned()?, input.length()?);
        if slot.0 & DEFLATED_COLUMN != 0 {
            return Err(ChunkError::Malformed("a column is compressed"));
        }
    }
    lengths[..count].iter().try_for_each(|(column, length)| see(*column, input.take(*length)?))
}

/// How many values a run-length encoded column holds.
fn count_values(column: &[u8], limits: &ChunkLimits) -> Result<u64, ChunkError> {
    let mut total = 0_u64;
    each_run(column, |_, values| {
        total = total.saturating_add(values);
        if total > limits.max_operations {
            return Err(ChunkError::TooLarge { what: "operations", limit: limits.max_operations });
        }
        Ok(())
    })?;
    Ok(total)
}

/// Shows the values of a run-length encoded column to `see`, with how many of each follow on each other; `None` is no value.
fn each_run(
    column: &[u8],
    mut see: impl FnMut(Option<u64>, u64) -> Result<(), ChunkError>,
) -> Result<(), ChunkError> {
    let mut input = Reader(column);
    while !input.0.is_empty() {
        match input.signed()? {
            0 => see(None, input.unsigned()?)?,
            literal if literal < 0 => {
                for _ in 0..literal.unsigned_abs() {
                    see(Some(input.unsigned()?), 1)?;
                }
            }
            repeated => see(Some(input.unsigned()?), repeated.unsigned_abs())?,
        }
    }
    Ok(())
}

/// The author in the extra bytes behind the columns: a footer of kind 1, a length and the bytes.
fn author_in(extra: &[u8]) -> Option<Vec<u8>> {
    let mut input = Reader(extra.strip_prefix(&[AUTHOR_FOOTER])?);
    let length = input.length().ok()?;
    input.take(length).ok().map(<[u8]>::to_vec)
}

/// Appends an unsigned LEB128 number.
pub(super) fn write_length(to: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        to.push(value as u8 & 0x7f | 0x80);
        value >>= 7;
    }
    to.push(value as u8);
}

/// What is left of the input.
pub(super) struct Reader<'a>(pub &'a [u8]);

impl<'a> Reader<'a> {
    pub fn take(&mut self, count: usize) -> Result<&'a [u8], ChunkError> {
        let (taken, rest) =
            self.0.split_at_checked(count).ok_or(ChunkError::Malformed("it ends too early"))?;
        self.0 = rest;
        Ok(taken)
    }

    pub fn unsigned(&mut self) -> Result<u64, ChunkError> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.take(1)?[0];
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(ChunkError::Malformed("a number is too long"))
    }

    fn signed(&mut self) -> Result<i64, ChunkError> {
        let mut value = 0_i64;
        for shift in (0..64).step_by(7) {
            let byte = self.take(1)?[0];
            value |= i64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                let negative = byte & 0x40 != 0 && shift + 7 < 64;
                return Ok(if negative { value | -1 << (shift + 7) } else { value });
            }
        }
        Err(ChunkError::Malformed("a number is too long"))
    }

    /// A count or a length that the rest of the input could possibly hold.
    pub fn length(&mut self) -> Result<usize, ChunkError> {
        let value = self.unsigned()?;
        usize::try_from(value).map_err(|_| ChunkError::Malformed("a length is too large"))
    }

    pub fn hash(&mut self) -> Result<ChangeHash, ChunkError> {
        Ok(ChangeHash(self.take(32)?.try_into().expect("thirty-two bytes were taken")))
    }

    pub fn actor(&mut self) -> Result<ActorId, ChunkError> {
        let length = self.length()?;
        match length {
            1..=ActorId::MAX_BYTES => Ok(ActorId(self.take(length)?.to_vec())),
            _ => Err(ChunkError::Malformed("an actor has 1 to 64 bytes")),
        }
    }
}

#[cfg(test)]
mod tests {
    use automerge::transaction::Transactable;
    use automerge::{Author, Automerge, ObjType, ROOT};

    use super::*;

    fn changes_of_a_document(words: &str) -> Vec<automerge::Change> {
        let mut document = Automerge::new();
        document.set_author(Some(Author::from(vec![7; 16])));
        let mut edit = document.transaction();
        let text = edit.put_object(ROOT, "text", ObjType::Text).unwrap();
        edit.splice_text(&text, 0, 0, words).unwrap();
        edit.commit();
        let mut edit = document.transaction();
        edit.splice_text(&text, 0, 3, "").unwrap();
        edit.commit();
        document.get_changes(&[])
    }

    fn read(bytes: &[u8]) -> Result<Chunk, ChunkError> {
        Chunk::read(Bytes::copy_from_slice(bytes), &ChunkLimits::default())
    }

    #[test]
    fn syn3_a_header_says_what_automerge_says_of_the_change() {
        // The long text makes Automerge deflate its change.
        for words in ["ciudades", &"ciudades que acogen ".repeat(400)] {
            for mut change in changes_of_a_document(words) {
                let header = read(&change.bytes()).unwrap().header;
                assert_eq!(header.hash.0, change.hash().0);
                assert_eq!(header.actor.0, change.actor_id().to_bytes());
                assert_eq!((header.seq, header.start_op), (change.seq(), change.start_op().get()));
                assert_eq!((header.operations, header.max_op()), (change.len() as u64, change.max_op()));
                assert_eq!(
                    header.dependencies.iter().map(|d| d.0).collect::<Vec<_>>(),
                    change.deps().iter().map(|d| d.0).collect::<Vec<_>>()
                );
                assert_eq!(header.author, change.author().map(|author| author.as_bytes().to_vec()));
            }
        }
    }

    #[test]
    fn his30_the_letters_that_come_and_go_are_counted_without_opening_the_text() {
        for words in ["ciudades", &"ciudades que acogen ".repeat(400)] {
            let letters = changes_of_a_document(words)
                .iter()
                .map(|change| read(change.raw_bytes()).unwrap().letters().unwrap())
                .collect::<Vec<_>>();
            let wrote = Letters { inserted: words.len() as u64, deleted: 0 };
            assert_eq!(letters, [wrote, Letters { inserted: 0, deleted: 3 }]);
        }
        let mut document = Automerge::new();
        let mut edit = document.transaction();
        let text = edit.put_object(ROOT, "text", ObjType::Text).unwrap();
        let marker = edit.split_block(&text, 0).unwrap();
        edit.put(&marker, "type", "paragraph").unwrap();
        edit.splice_text(&text, 1, 0, "¿Qué?").unwrap();
        edit.splice_text(&text, 2, 1, "q").unwrap();
        edit.commit();
        let mut change = document.get_changes(&[]).remove(0);
        assert_eq!(read(&change.bytes()).unwrap().letters().unwrap(), Letters { inserted: 6, deleted: 1 });
    }

    #[test]
    fn syn3_a_deflated_change_becomes_the_plain_one_with_the_same_hash() {
        let mut change = changes_of_a_document(&"ciudades que acogen ".repeat(400)).remove(0);
        let deflated = change.bytes().into_owned();
        assert_eq!(deflated[8], TYPE_COMPRESSED_CHANGE);
        let plain = read(&deflated).unwrap().plain_bytes();
        assert_eq!(plain[8], TYPE_CHANGE);
        assert_eq!(automerge::Change::from_bytes(plain).unwrap().hash(), change.hash());
    }

    #[test]
    fn w09_a_small_chunk_that_inflates_to_much_is_refused_at_the_limit() {
        let zeros = vec![0_u8; 64 << 20];
        let mut packed = Vec::new();
        flate2::read::DeflateEncoder::new(&zeros[..], flate2::Compression::best())
            .read_to_end(&mut packed)
            .unwrap();
        let mut bomb = [&MAGIC[..], &[0; 4], &[TYPE_COMPRESSED_CHANGE]].concat();
        write_length(&mut bomb, packed.len() as u64);
        bomb.extend(packed);
        assert!(matches!(read(&bomb), Err(ChunkError::TooLarge { what: "unpacked bytes", .. })));
    }

    #[test]
    fn syn3_every_cut_and_every_flipped_byte_is_an_error_and_no_panic() {
        let good = changes_of_a_document("ciudades")[0].raw_bytes().to_vec();
        assert!(read(&good).is_ok());
        for cut in 0..good.len() {
            assert!(read(&good[..cut]).is_err(), "cut at {cut} passed");
        }
        for place in 0..good.len() {
            let mut bad = good.clone();
            bad[place] ^= 0x41;
            assert!(read(&bad).is_err(), "flip at {place} passed");
        }
    }

    #[test]
    fn w18_bytes_behind_a_good_change_spoil_it() {
        let mut good = changes_of_a_document("ciudades")[0].raw_bytes().to_vec();
        good.push(0);
        assert_eq!(read(&good).unwrap_err(), ChunkError::Malformed("bytes after the end of the change"));
    }
}
