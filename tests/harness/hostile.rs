//! Changes that no honest program writes.
//!
//! Each is an honest change taken apart, altered, and put together again with the right checksum: whatever catches it must
//! have looked at what it says.

use std::num::NonZeroU64;

use automerge::legacy::{ElementId, Key, ObjectId, OpId};
use automerge::{ActorId, Change, ExpandedChange};
use bytes::Bytes;

/// The change with one thing altered.
pub fn forged(honest: &Change, alter: impl FnOnce(&mut ExpandedChange)) -> Bytes {
    let mut parts = honest.decode();
    parts.hash = None;
    alter(&mut parts);
    raw(&Change::from(parts))
}

/// The bytes of a change.
pub fn raw(change: &Change) -> Bytes {
    Bytes::copy_from_slice(change.raw_bytes())
}

/// Its operations count from here.
pub fn counting_from(honest: &Change, start: u64) -> Bytes {
    forged(honest, |change| change.start_op = NonZeroU64::new(start).expect("counters begin at 1"))
}

/// It says that this actor wrote it, as number `seq`.
pub fn written_as(honest: &Change, actor: &ActorId, seq: u64) -> Bytes {
    forged(honest, |change| {
        change.actor_id = actor.clone();
        change.seq = seq;
    })
}

/// It says that it was written at this time, in seconds since 1970.
pub fn dated(honest: &Change, seconds: i64) -> Bytes {
    forged(honest, |change| change.time = seconds)
}

/// Its first operation stands behind an element that does not exist.
pub fn behind(honest: &Change, counter: u64, actor: &ActorId) -> Bytes {
    forged(honest, |change| {
        change.operations[0].key = Key::Seq(ElementId::Id(OpId::new(counter, actor)));
    })
}

/// Its first operation is about an object that does not exist, or is not a text.
pub fn inside(honest: &Change, counter: u64, actor: &ActorId) -> Bytes {
    forged(honest, |change| change.operations[0].obj = ObjectId::Id(OpId::new(counter, actor)))
}

/// Its first operation overwrites something that does not exist.
pub fn overwriting(honest: &Change, counter: u64, actor: &ActorId) -> Bytes {
    forged(honest, |change| change.operations[0].pred = vec![OpId::new(counter, actor)].into())
}

/// Its first operation writes this key of the document's root.
pub fn at_the_root(honest: &Change, key: &str) -> Bytes {
    forged(honest, |change| {
        let operation = &mut change.operations[0];
        operation.obj = ObjectId::Root;
        operation.key = Key::Map(key.into());
        operation.insert = false;
    })
}
