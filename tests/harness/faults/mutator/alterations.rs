//! What is altered, and how. Everything is drawn from the chance that is handed in.
//!
//! The seeds that once got past admission are kept as seeds: a new alteration of a single change goes into [`alter_more`], which they
//! do not reach.

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};

use automerge::legacy::{ElementId, Key, MarkData, ObjectId, OpId, OpType};
use automerge::{ActorId, Change, ExpandedChange, ObjType, ScalarValue};
use bytes::Bytes;
use fastrand::Rng;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use sha2::{Digest, Sha256};

use super::{Log, all_raw};
use crate::hostile::raw;

/// Chiara's change with one to three things altered; `None` if Automerge cannot even write it down.
pub fn in_its_operations(honest: &Change, log: &Log, chance: &mut Rng) -> Option<Bytes> {
    let others: Vec<ExpandedChange> = log
        .iter()
        .map(|(raw, _)| Change::from_bytes(raw.to_vec()).expect("the log is sound").decode())
        .collect();
    let mut change = honest.decode();
    change.hash = None;
    for _ in 0..chance.usize(1..4) {
        alter(&mut change, &others, chance);
    }
    catch_unwind(AssertUnwindSafe(|| raw(&Change::from(change)))).ok()
}

fn alter(change: &mut ExpandedChange, others: &[ExpandedChange], chance: &mut Rng) {
    let other = &others[chance.usize(..others.len())];
    let some_id = |chance: &mut Rng| {
        let near = other.start_op.get() + chance.u64(..other.operations.len() as u64 + 2);
        OpId::new(near.saturating_sub(chance.u64(..2)).max(1), &other.actor_id)
    };
    match chance.u8(..12) {
        0 => change.seq = (change.seq + chance.u64(..3)).saturating_sub(1).max(1),
        1 => {
            let start = (change.start_op.get() + chance.u64(..6)).saturating_sub(3).max(1);
            change.start_op = start.try_into().expect("at least 1");
        }
        2 => drop(change.deps.pop()),
        3 => change.extra_bytes = if chance.bool() { Vec::new() } else { other.extra_bytes.clone() },
        4 => change.operations.extend(other.operations.iter().take(chance.usize(1..4)).cloned()),
        5 if change.operations.len() > 1 => change.operations.reverse(),
        _ if change.operations.is_empty() => {}
        what => {
            let at = chance.usize(..change.operations.len());
            let operation = &mut change.operations[at];
            match what {
                6 => operation.obj = ObjectId::Id(some_id(chance)),
                7 => operation.key = Key::Seq(ElementId::Id(some_id(chance))),
                8 => {
                    operation.pred =
                        if chance.bool() { Vec::new().into() } else { vec![some_id(chance)].into() }
                }
                9 => operation.insert = !operation.insert,
                10 => operation.action = some_action(chance, other),
                _ => {
                    operation.key =
                        if chance.bool() { Key::Map("type".into()) } else { Key::Seq(ElementId::Head) }
                }
            }
        }
    }
}

fn some_action(chance: &mut Rng, other: &ExpandedChange) -> OpType {
    match chance.u8(..4) {
        0 => OpType::Delete,
        1 => OpType::Put(ScalarValue::Str("x".into())),
        2 => OpType::MarkEnd(chance.bool()),
        _ if other.operations.is_empty() => OpType::Increment(1),
        _ => other.operations[chance.usize(..other.operations.len())].action.clone(),
    }
}

/// Chiara's change with one to three bytes of its body altered and its checksum right.
pub fn in_its_bytes(honest: &Change, chance: &mut Rng) -> Option<Bytes> {
    let bytes = honest.raw_bytes();
    let length_bytes = bytes[9..].iter().position(|byte| *byte < 0x80)? + 1;
    let mut altered = bytes.to_vec();
    for _ in 0..chance.usize(1..4) {
        let at = chance.usize(9 + length_bytes..altered.len());
        altered[at] = if chance.bool() { chance.u8(..) } else { altered[at] ^ 1 << chance.u8(..8) };
    }
    let hash = Sha256::digest(&altered[8..]);
    altered[4..8].copy_from_slice(&hash[..4]);
    Some(altered.into())
}

/// A sync message of these changes, with one to three of its parts altered.
pub fn in_its_parts(honest: &[Change], log: &Log, chance: &mut Rng) -> Vec<u8> {
    let mut parts = Parts { version: 0x42, changes: all_raw(honest), ..Parts::default() };
    if let Some(last) = honest.last() {
        parts.heads.push(last.hash().0);
    }
    parts.haves.push((Vec::new(), Vec::new()));
    for _ in 0..chance.usize(1..4) {
        parts.alter(honest, log, chance);
    }
    parts.write()
}

/// These bytes with one to eight of them altered, or cut off, or with some more behind them.
pub fn in_some_bytes(mut bytes: Vec<u8>, chance: &mut Rng) -> Vec<u8> {
    match chance.u8(..8) {
        0 => bytes.truncate(chance.usize(..=bytes.len())),
        1 => bytes.extend((0..chance.usize(1..40)).map(|_| chance.u8(..)).collect::<Vec<u8>>()),
        2 => {
            let from = chance.usize(..bytes.len());
            let copied = bytes[from..bytes.len().min(from + chance.usize(1..60))].to_vec();
            let to = chance.usize(..=bytes.len());
            bytes.splice(to..to, copied);
        }
        _ => {
            for _ in 0..chance.usize(1..=8) {
                // What stands in front is read first, and says how long the rest is.
                let at = if chance.bool() {
                    chance.usize(..bytes.len().min(200))
                } else {
                    chance.usize(..bytes.len())
                };
                bytes[at] = if chance.bool() { chance.u8(..) } else { bytes[at] ^ 1 << chance.u8(..8) };
            }
        }
    }
    bytes
}

/// A sync message, taken apart.
#[derive(Default)]
struct Parts {
    version: u8,
    heads: Vec<[u8; 32]>,
    needs: Vec<[u8; 32]>,
    /// What is had: the heads of the last time, and a Bloom filter.
    haves: Vec<(Vec<[u8; 32]>, Vec<u8>)>,
    changes: Vec<Bytes>,
    flags: Vec<u8>,
}

impl Parts {
    fn alter(&mut self, honest: &[Change], log: &Log, chance: &mut Rng) {
        let hash = |chance: &mut Rng| match chance.u8(..3) {
            0 => some_hash(chance),
            1 => {
                Change::from_bytes(log[chance.usize(..log.len())].0.to_vec())
                    .expect("the log is sound")
                    .hash()
                    .0
            }
            _ => honest[chance.usize(..honest.len())].hash().0,
        };
        let place =
            |changes: &[Bytes], chance: &mut Rng| chance.usize(..changes.len().max(1)).min(changes.len());
        match chance.u8(..16) {
            0 => self.heads = (0..chance.usize(..4)).map(|_| hash(chance)).collect(),
            1 => self.needs = (0..chance.usize(..300)).map(|_| hash(chance)).collect(),
            2 => self.haves.push((vec![hash(chance)], some_filter(chance))),
            3 => {
                self.haves =
                    (0..chance.usize(..20)).map(|_| (vec![hash(chance)], some_filter(chance))).collect()
            }
            4 if !self.changes.is_empty() => {
                let change = self.changes[chance.usize(..self.changes.len())].clone();
                self.changes.extend(vec![change; chance.usize(1..50)]);
            }
            5 => self.changes.reverse(),
            6 if !self.changes.is_empty() => drop(self.changes.remove(chance.usize(..self.changes.len()))),
            7 => {
                let garbage = (0..chance.usize(..60)).map(|_| chance.u8(..)).collect::<Vec<u8>>();
                self.changes.insert(place(&self.changes, chance), garbage.into());
            }
            8 => {
                let at = place(&self.changes, chance);
                self.changes.insert(at, log[chance.usize(..log.len())].0.clone());
            }
            9 => self.changes = self.changes.iter().map(deflated).collect(),
            10 => self.changes = vec![self.changes.concat().into()],
            11 => self.flags = (0..chance.usize(1..6)).map(|_| chance.u8(..)).collect(),
            12 => self.version = 0x43,
            _ => {
                let at = chance.usize(..honest.len());
                let altered = match chance.u8(..4) {
                    0 => in_its_bytes(&honest[at], chance),
                    1 => in_its_operations(&honest[at], log, chance),
                    _ => in_other_ways(&honest[at], log, chance),
                };
                if let (Some(altered), Some(change)) = (altered, self.changes.get_mut(at)) {
                    *change = altered;
                }
            }
        }
    }

    fn write(&self) -> Vec<u8> {
        let mut out = vec![self.version];
        write_hashes(&mut out, &self.heads);
        write_hashes(&mut out, &self.needs);
        write_number(&mut out, self.haves.len() as u64);
        for (last_sync, filter) in &self.haves {
            write_hashes(&mut out, last_sync);
            write_bytes(&mut out, filter);
        }
        write_number(&mut out, self.changes.len() as u64);
        for change in &self.changes {
            write_bytes(&mut out, change);
        }
        if !self.flags.is_empty() {
            write_bytes(&mut out, &self.flags);
        }
        out
    }
}

fn some_hash(chance: &mut Rng) -> [u8; 32] {
    std::array::from_fn(|_| chance.u8(..))
}

/// A Bloom filter: none, one without bits, one that claims what it likes.
fn some_filter(chance: &mut Rng) -> Vec<u8> {
    match chance.u8(..4) {
        0 => Vec::new(),
        1 => vec![1, 0, 7],
        2 => {
            let mut filter = vec![1, 10];
            write_number(&mut filter, u64::from(u32::MAX));
            filter.push(0);
            filter
        }
        _ => (0..chance.usize(..40)).map(|_| chance.u8(..)).collect(),
    }
}

/// The change with one to three things altered that [`alter`] leaves alone.
fn in_other_ways(honest: &Change, log: &Log, chance: &mut Rng) -> Option<Bytes> {
    let others: Vec<Change> =
        log.iter().map(|(raw, _)| Change::from_bytes(raw.to_vec()).expect("the log is sound")).collect();
    let mut change = honest.decode();
    change.hash = None;
    for _ in 0..chance.usize(1..4) {
        alter_more(&mut change, &others, chance);
    }
    catch_unwind(AssertUnwindSafe(|| raw(&Change::from(change)))).ok()
}

fn alter_more(change: &mut ExpandedChange, others: &[Change], chance: &mut Rng) {
    const LARGE: [u64; 5] = [1 << 16, u32::MAX as u64, 1 << 53, i64::MAX as u64, u64::MAX];
    let other = &others[chance.usize(..others.len())];
    match chance.u8(..14) {
        0 => change.actor_id = other.actor_id().clone(),
        1 => {
            change.actor_id =
                ActorId::from((0..chance.usize(..40)).map(|_| chance.u8(..)).collect::<Vec<u8>>())
        }
        2 => change.start_op = LARGE[chance.usize(..5)].try_into().expect("they are large"),
        3 => change.seq = LARGE[chance.usize(..5)],
        4 => change.time = [i64::MIN, -1, 0, i64::MAX][chance.usize(..4)],
        5 => change.message = Some("x".repeat(chance.usize(..3_000))),
        6 => change.deps.push(other.hash()),
        7 => change.deps.push(automerge::ChangeHash(some_hash(chance))),
        8 => change.deps.extend(change.deps.clone()),
        9 => change.operations.clear(),
        _ if change.operations.is_empty() => {}
        10 => {
            let operation = change.operations[chance.usize(..change.operations.len())].clone();
            change.operations.extend(vec![operation; chance.usize(1..30)]);
        }
        11 => {
            let at = chance.usize(..change.operations.len());
            let counter = LARGE[chance.usize(..5)];
            change.operations[at].key = Key::Seq(ElementId::Id(OpId::new(counter, other.actor_id())));
        }
        12 => {
            let at = chance.usize(..change.operations.len());
            change.operations[at].obj = ObjectId::Root;
        }
        _ => {
            let at = chance.usize(..change.operations.len());
            change.operations[at].action = any_action(chance);
        }
    }
}

fn any_action(chance: &mut Rng) -> OpType {
    let scalar = match chance.u8(..9) {
        0 => ScalarValue::Null,
        1 => ScalarValue::Boolean(true),
        2 => ScalarValue::Int(i64::MIN),
        3 => ScalarValue::Uint(u64::MAX),
        4 => ScalarValue::F64(f64::NAN),
        5 => ScalarValue::counter(i64::MAX),
        6 => ScalarValue::Timestamp(i64::MIN),
        7 => ScalarValue::Bytes(vec![0xff; 20]),
        _ => ScalarValue::Str("javascript:alert(1)\u{0}\u{202e}".into()),
    };
    match chance.u8(..6) {
        0 => OpType::Put(scalar),
        1 => OpType::Increment(i64::MAX),
        2 => OpType::MarkEnd(chance.bool()),
        3 => {
            let name = ["link", "strong", "", "footnote:\u{0}"][chance.usize(..4)];
            OpType::MarkBegin(MarkData { name: name.into(), value: scalar, expand: chance.bool() })
        }
        _ => OpType::Make([ObjType::Map, ObjType::List, ObjType::Text, ObjType::Table][chance.usize(..4)]),
    }
}

/// The change in its other form: type 2, with a deflated body. The checksum is of the plain form and stays.
fn deflated(change: &Bytes) -> Bytes {
    if change.len() < 10 || change[8] != 1 {
        return change.clone();
    }
    let Some(length_bytes) = change[9..].iter().position(|byte| *byte < 0x80) else { return change.clone() };
    let mut body = DeflateEncoder::new(Vec::new(), Compression::fast());
    body.write_all(&change[10 + length_bytes..]).expect("a vector takes every write");
    let body = body.finish().expect("a vector takes every write");
    let mut out = change[..8].to_vec();
    out.push(2);
    write_bytes(&mut out, &body);
    out.into()
}

fn write_hashes(out: &mut Vec<u8>, hashes: &[[u8; 32]]) {
    write_number(out, hashes.len() as u64);
    out.extend(hashes.iter().flatten());
}

fn write_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    write_number(out, bytes.len() as u64);
    out.extend(bytes);
}

/// LEB128.
fn write_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}
