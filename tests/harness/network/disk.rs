//! The disk of the simulated server: a log that only grows, and one write under way.
//!
//! A write takes a while. A crash in that time may find it done or not done, but never half done: that is what the store
//! promises. What the disk holds is the truth against which everything else is checked.

use std::collections::BTreeSet;

use automerge::{Automerge, LoadOptions, ReadDoc, TextEncoding};
use bytes::Bytes;
use crdt::ids::{ChangeHash, SeatId};
use crdt::sync::admission::History;
use crdt::sync::chunk::{Chunk, ChunkLimits, Header};
use crdt::sync::events::{AdmittedChange, Input, Wanted};
use crdt::sync::graph::NodeIx;
use crdt::sync::saved::Saved;
use fastrand::Rng;

/// What the disk does with a write.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mood {
    /// It keeps it.
    Healthy,
    /// There is no space.
    Full,
    /// The write fails, and what is on the disk afterwards is anybody's guess.
    Broken,
}

/// See the module's documentation.
pub struct Disk {
    /// What it does with the next write that ends.
    pub mood: Mood,
    log: Vec<Entry>,
    holds: BTreeSet<ChangeHash>,
    writing: Option<Vec<AdmittedChange>>,
    snapshot: Option<(usize, Vec<ChangeHash>, Bytes)>,
    /// The saved history of the room, as it was at some time.
    pub history: Option<Vec<u8>>,
}

struct Entry {
    chunk: Chunk,
    seat: SeatId,
}

impl Disk {
    /// A disk whose log begins with these changes of a seat.
    pub fn with(seed: &[Bytes], seat: SeatId) -> Disk {
        let mut disk = Disk {
            mood: Mood::Healthy,
            log: Vec::new(),
            holds: BTreeSet::new(),
            writing: None,
            snapshot: None,
            history: None,
        };
        seed.iter().for_each(|raw| disk.append(raw.clone(), seat));
        disk
    }

    /// Begins a write. There is only one at a time.
    pub fn write(&mut self, changes: Vec<AdmittedChange>) {
        let before = self.writing.replace(changes);
        assert!(before.is_none(), "the room began a commit while another was under way");
    }

    /// Ends the write under way, and says what to tell the room.
    pub fn finish(&mut self) -> Input {
        let changes = self.writing.take().expect("a write is under way");
        match self.mood {
            Mood::Healthy => {
                changes.into_iter().for_each(|change| self.append(change.raw, change.seat));
                Input::Stored
            }
            Mood::Full => Input::StoreFull,
            Mood::Broken => Input::StoreFailed,
        }
    }

    /// The power goes: the write under way is done, or as if it had never been.
    pub fn loses_power(&mut self, chance: &mut Rng) {
        if let Some(changes) = self.writing.take()
            && chance.bool()
        {
            changes.into_iter().for_each(|change| self.append(change.raw, change.seat));
        }
        self.mood = Mood::Healthy;
    }

    /// Whether a change is on the disk.
    pub fn holds(&self, change: &ChangeHash) -> bool {
        self.holds.contains(change)
    }

    /// How many changes are on the disk.
    pub fn len(&self) -> usize {
        self.log.len()
    }

    /// Whether nothing is on the disk.
    pub fn is_empty(&self) -> bool {
        self.log.is_empty()
    }

    /// What a room is opened from.
    pub fn changes(&self) -> impl Iterator<Item = (Chunk, SeatId)> {
        self.log.iter().map(|entry| (entry.chunk.clone(), entry.seat))
    }

    /// The seat that answers for a change.
    pub fn seat_of(&self, change: &ChangeHash) -> Option<SeatId> {
        self.log.iter().find(|entry| entry.chunk.header.hash == *change).map(|entry| entry.seat)
    }

    /// The bytes that an answer carries; a snapshot stands for the changes it holds.
    pub fn read(&self, wanted: &Wanted) -> Vec<Bytes> {
        match wanted {
            Wanted::First(count) => {
                let count = *count as usize;
                let snapshot = self.snapshot.as_ref().filter(|(upto, ..)| *upto <= count);
                let from = snapshot.map_or(0, |(upto, ..)| *upto);
                let tail = self.log[from..count].iter().map(|entry| entry.chunk.raw.clone());
                snapshot.map(|(.., bytes)| bytes.clone()).into_iter().chain(tail).collect()
            }
            Wanted::These(nodes) => {
                nodes.iter().map(|node| self.log[*node as usize].chunk.raw.clone()).collect()
            }
        }
    }

    /// Keeps a snapshot of all that is in the log.
    pub fn takes_snapshot(&mut self) {
        let document = self.document();
        let heads = document.get_heads().iter().map(|head| ChangeHash(head.0)).collect();
        self.snapshot = Some((self.log.len(), heads, document.save().into()));
    }

    /// The heads of the snapshot and how many changes it stands for, and the headers of the changes behind it.
    pub fn saved_heads_and_tail(&self) -> ((Vec<ChangeHash>, NodeIx), Vec<Header>) {
        let (upto, heads) =
            self.snapshot.as_ref().map_or((0, Vec::new()), |(upto, heads, _)| (*upto, heads.clone()));
        let tail = self.log[upto..].iter().map(|entry| entry.chunk.header.clone()).collect();
        ((heads, upto as NodeIx), tail)
    }

    /// The saved history, and the changes behind it.
    ///
    /// # Panics
    /// If it is not used: nothing here damages it.
    pub fn saved_history_and_tail(&self) -> Option<(History, Vec<(Chunk, SeatId)>)> {
        let saved = Saved::read(self.history.as_ref()?).expect("it is whole");
        let upto = saved.upto() as usize;
        let last = upto.checked_sub(1).map(|last| self.log[last].chunk.header.hash);
        let history = saved.of_log(last).expect("it belongs to this log");
        Some((history, self.changes().skip(upto).collect()))
    }

    /// The document that the log makes, built anew from its bytes.
    ///
    /// # Panics
    /// If the log does not make a whole document.
    pub fn document(&self) -> Automerge {
        let bytes: Vec<u8> = self.log.iter().flat_map(|entry| entry.chunk.raw.to_vec()).collect();
        let options = LoadOptions::new().text_encoding(TextEncoding::Utf16CodeUnit);
        let document =
            Automerge::load_with_options(&bytes, options).expect("what is on the disk can be read");
        assert_eq!(document.get_missing_deps(&[]), [], "what is on the disk is whole");
        document
    }

    fn append(&mut self, raw: Bytes, seat: SeatId) {
        let limits = ChunkLimits { max_unpacked_bytes: 64 << 20, ..ChunkLimits::default() };
        let chunk = Chunk::read(raw, &limits).expect("only changes are stored");
        assert!(self.holds.insert(chunk.header.hash), "a change was stored twice");
        self.log.push(Entry { chunk, seat });
    }
}
