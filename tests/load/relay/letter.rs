//! A typed letter as an Automerge change, written by hand.
//!
//! A generator that asked Automerge for every change would be the first to saturate: a local edit of a long text costs it
//! tens of microseconds and a document for each writer. A change that types one letter behind a given element is always the
//! same but for its dependencies, its numbers and that element; so Automerge writes the first one of each writer, and
//! [`Pen`] puts other values into it.

use automerge::Change;
use sha2::{Digest, Sha256};

/// The name of a change.
pub type Hash = [u8; 32];

const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
/// The column with the counters of the elements behind which operations insert.
const KEY_COUNTER: u64 = 0x13;

/// What one writer's letters have in common.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pen {
    actor: Vec<u8>,
    /// The number of the other actors and their names, as they stand in the change.
    others: Vec<u8>,
    columns: Vec<(u64, Vec<u8>)>,
    seq: u64,
}

/// A finished change.
pub struct Letter {
    /// Its name.
    pub hash: Hash,
    /// The chunk, as it goes over the wire.
    pub chunk: Vec<u8>,
}

impl Pen {
    /// The pen that wrote `first`: one letter, typed behind an element.
    ///
    /// # Panics
    /// If it is anything else.
    pub fn of(first: &Change) -> Pen {
        let raw = first.raw_bytes();
        assert_eq!(raw[8], 1, "a change of one letter is not deflated");
        let mut input = Input(&raw[9..]);
        input.unsigned();
        for _ in 0..input.unsigned() {
            input.take(32);
        }
        let actor = input.counted().to_vec();
        let (seq, _start_op, _time) = (input.unsigned(), input.unsigned(), input.unsigned());
        input.counted();
        let (before, count) = (input.0, input.unsigned());
        for _ in 0..count {
            input.counted();
        }
        let others = before[..before.len() - input.0.len()].to_vec();
        let heads: Vec<(u64, u64)> =
            (0..input.unsigned()).map(|_| (input.unsigned(), input.unsigned())).collect();
        let columns = heads.into_iter().map(|(kind, length)| (kind, input.take(length as usize).to_vec()));
        Pen { actor, others, columns: columns.collect(), seq: seq - 1 }
    }

    /// The next letter of this writer: behind the element with this counter, following these changes.
    pub fn types_behind(&mut self, counter: u64, follows: &[Hash], start_op: u64) -> Letter {
        self.seq += 1;
        let mut body = Vec::with_capacity(160 + 32 * follows.len());
        unsigned(&mut body, follows.len() as u64);
        let mut follows = follows.to_vec();
        follows.sort_unstable();
        follows.iter().for_each(|hash| body.extend(hash));
        unsigned(&mut body, self.actor.len() as u64);
        body.extend(&self.actor);
        unsigned(&mut body, self.seq);
        unsigned(&mut body, start_op);
        body.extend([0, 0]); // no time, no message
        body.extend(&self.others);
        let mut place = vec![0x7f]; // a run of one value, which stands for itself
        signed(&mut place, counter as i64);
        let column = |(kind, data)| (kind, if kind == KEY_COUNTER { &place } else { data });
        let columns = || self.columns.iter().map(|(kind, data)| column((*kind, data)));
        unsigned(&mut body, self.columns.len() as u64);
        for (kind, data) in columns() {
            unsigned(&mut body, kind);
            unsigned(&mut body, data.len() as u64);
        }
        columns().for_each(|(_, data)| body.extend(data));
        sealed(&body)
    }
}

fn sealed(body: &[u8]) -> Letter {
    let mut named = vec![1];
    unsigned(&mut named, body.len() as u64);
    let hash: Hash = Sha256::new().chain_update(&named).chain_update(body).finalize().into();
    let chunk = [&MAGIC[..], &hash[..4], &named, body].concat();
    Letter { hash, chunk }
}

/// Appends an unsigned LEB128 number.
pub fn unsigned(to: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        to.push(value as u8 & 0x7f | 0x80);
        value >>= 7;
    }
    to.push(value as u8);
}

fn signed(to: &mut Vec<u8>, mut value: i64) {
    while !(-0x40..0x40).contains(&value) {
        to.push(value as u8 & 0x7f | 0x80);
        value >>= 7;
    }
    to.push(value as u8 & 0x7f);
}

/// What is left of bytes that a server or Automerge wrote: nothing hostile, so what does not fit is a panic.
pub struct Input<'b>(pub &'b [u8]);

impl<'b> Input<'b> {
    /// The next `count` bytes.
    pub fn take(&mut self, count: usize) -> &'b [u8] {
        let (taken, rest) = self.0.split_at(count);
        self.0 = rest;
        taken
    }

    /// An unsigned LEB128 number.
    pub fn unsigned(&mut self) -> u64 {
        let (mut value, mut shift) = (0, 0);
        loop {
            let byte = self.take(1)[0];
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return value;
            }
            shift += 7;
        }
    }

    /// Bytes behind their number.
    pub fn counted(&mut self) -> &'b [u8] {
        let count = self.unsigned() as usize;
        self.take(count)
    }
}

#[cfg(test)]
mod tests {
    use automerge::transaction::Transactable;
    use borrador_tests::desk::Desk;
    use borrador_tests::notation::paper;

    use super::*;

    #[test]
    fn a_letter_by_hand_is_the_change_that_automerge_writes() {
        let mut desk = Desk::new([1; 16], None);
        desk.receive(&[paper("# Housing\nCities welcome.").into()]);
        let words = desk.types_after("Cities", &" and towns".repeat(40));
        desk.sit_down_again([2; 16]);
        let mut type_at = |place: usize| {
            let before = desk.heads();
            let change = desk.edit(|edit, text| edit.splice_text(text, place, 0, "a"));
            (before, change)
        };
        let end_of_cities = "\u{fffc}Housing\u{fffc}Cities".chars().count();
        let (_, first) = type_at(end_of_cities + 20);
        let (before, second) = type_at(end_of_cities + 351);
        let mut pen = Pen::of(&first);
        pen.types_behind(0, &[], 0);
        // One letter stands before this place that was not there when the words were typed.
        let counter = words.start_op().get() + 349;
        let follows: Vec<Hash> = before.iter().map(|hash| hash.0).collect();
        let by_hand = pen.types_behind(counter, &follows, second.start_op().get());
        assert_eq!(by_hand.hash, second.hash().0);
        assert_eq!(by_hand.chunk, second.raw_bytes());
    }
}
