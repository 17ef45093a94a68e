//! Somebody on the simulated network: what they do and what they see.

use std::cell::RefCell;
use std::rc::Rc;

use automerge::iter::Span;
use automerge::sync::{BloomFilter, ChunkList, Have, Message, MessageVersion};
use automerge::{Change, ChangeHash, ReadDoc, ScalarValue};
use bytes::Bytes;
use crdt::ids::{SeatId, TextId};
use crdt::sync::wire::document_id;
use uuid::Uuid;

use crate::desk::Desk;
use crate::frames;
use crate::network::World;

/// See the module's documentation. A cheap handle: clones are the same person.
#[derive(Clone)]
pub struct Person {
    world: Rc<RefCell<World>>,
    machine: usize,
}

impl Person {
    pub(crate) fn new(world: Rc<RefCell<World>>, machine: usize) -> Person {
        Person { world, machine }
    }

    /// Their name.
    pub fn name(&self) -> String {
        self.world.borrow().machines[self.machine].name.clone()
    }

    /// The seat they act with.
    pub fn seat(&self) -> SeatId {
        self.world.borrow().machines[self.machine].seat
    }

    // --- what they do

    /// Types behind words that stand once.
    pub fn types_after(&self, words: &str, new: &str) -> Bytes {
        self.writes(|desk| desk.types_after(words, new))
    }

    /// Puts `new` in place of words that stand once; deletes them when `new` is empty.
    pub fn replaces(&self, old: &str, new: &str) -> Bytes {
        self.writes(|desk| desk.replaces(old, new))
    }

    /// Makes words strong.
    pub fn stresses(&self, words: &str) -> Bytes {
        self.writes(|desk| desk.marks(words, "strong", true))
    }

    /// Links words.
    pub fn links(&self, words: &str, href: &str) -> Bytes {
        self.writes(|desk| desk.marks(words, "link", ScalarValue::from(href)))
    }

    /// Presses Enter behind words that stand once.
    pub fn presses_enter_after(&self, words: &str) -> Bytes {
        let id = self.world.borrow_mut().chance.u64(..);
        self.writes(|desk| desk.splits_after(words, id))
    }

    /// Makes an edit by chance.
    pub fn scribbles(&self) -> Bytes {
        let mut chance = self.world.borrow_mut().chance.fork();
        self.writes(|desk| desk.scribbles(&mut chance))
    }

    /// Makes any edit. Returns the raw change.
    pub fn writes(&self, work: impl FnOnce(&mut Desk) -> Change) -> Bytes {
        let mut world = self.world.borrow_mut();
        let change = work(&mut world.machines[self.machine].desk);
        world.wrote(self.machine, &change);
        Bytes::copy_from_slice(change.raw_bytes())
    }

    /// Makes any edit on a copy that is thrown away. Returns the change, for those who send it in another form.
    pub fn drafts(&self, work: impl FnOnce(&mut Desk) -> Change) -> Change {
        let mut copy = self.world.borrow().machines[self.machine].desk.clone();
        work(&mut copy)
    }

    /// The actor of their editing session.
    pub fn actor(&self) -> automerge::ActorId {
        self.world.borrow().machines[self.machine].desk.actor()
    }

    /// Reloads the page: what is on the desk stays, and a new editing session begins.
    pub fn reloads(&self) {
        let mut world = self.world.borrow_mut();
        let actor = world.chance.u128(..).to_be_bytes();
        world.machines[self.machine].desk.sit_down_again(actor);
        world.cut(self.machine);
    }

    /// Closes the laptop, until they [come back](Person::comes_back).
    pub fn goes_offline(&self) {
        let mut world = self.world.borrow_mut();
        world.machines[self.machine].wants_online = false;
        world.cut(self.machine);
    }

    /// Opens the laptop.
    pub fn comes_back(&self) {
        let mut world = self.world.borrow_mut();
        world.machines[self.machine].wants_online = true;
        world.dial(self.machine);
    }

    /// Loses the connection, with what was on its way; dials again after a while.
    pub fn is_cut_off(&self) {
        self.world.borrow_mut().cut(self.machine);
    }

    /// Shows the caret behind words that stand once.
    pub fn points_after(&self, words: &str) {
        let mut world = self.world.borrow_mut();
        let desk = &mut world.machines[self.machine].desk;
        let (text, end) = (desk.text_object(), desk.find(words).end);
        let cursor = desk.doc().get_cursor(&text, end, None).expect("a place in the text has a cursor");
        world.show_caret(self.machine, Some(&cursor.to_string()));
    }

    /// Sends chunks of their own making in one sync message, past the client program.
    pub fn forces(&self, chunks: &[Bytes]) {
        let heads = self.heads();
        self.says(&self.document(), &heads, &heads, chunks);
    }

    /// Says that nothing is known any more.
    pub fn starts_over(&self) {
        self.says(&self.document(), &[], &[], &[]);
    }

    /// Asks for some text that nobody ever made.
    pub fn asks_for_a_text_that_does_not_exist(&self) {
        self.says(&document_id(TextId(Uuid::from_u128(404))), &[], &[], &[]);
    }

    /// Sends a frame of their own making.
    pub fn sends(&self, frame: Vec<u8>) {
        self.world.borrow_mut().send_frame(self.machine, frame);
    }

    fn says(&self, document: &str, heads: &[ChangeHash], last_sync: &[ChangeHash], chunks: &[Bytes]) {
        let message = Message {
            heads: heads.to_vec(),
            need: Vec::new(),
            have: vec![Have { last_sync: last_sync.to_vec(), bloom: BloomFilter::default() }],
            changes: ChunkList::from(chunks.iter().map(|chunk| chunk.to_vec()).collect::<Vec<_>>()),
            flags: None,
            version: MessageVersion::V1,
        };
        self.sends(frames::sync(&self.name(), document, &message.encode()));
    }

    fn document(&self) -> String {
        self.world.borrow().server.document()
    }

    // --- what they see

    /// The lines of the text as they have it; empty while it has not come.
    pub fn reads(&self) -> String {
        let world = self.world.borrow();
        let desk = &world.machines[self.machine].desk;
        if desk.is_empty() { String::new() } else { desk.lines() }
    }

    /// The heads of what they have.
    pub fn heads(&self) -> Vec<ChangeHash> {
        self.world.borrow().machines[self.machine].desk.heads()
    }

    /// Words, markers and marks, as Automerge gives them.
    pub fn spans(&self) -> Vec<Span> {
        self.world.borrow().machines[self.machine].desk.spans()
    }

    /// Whether everything they wrote is shown as saved.
    pub fn is_saved(&self) -> bool {
        self.unsaved() == 0
    }

    /// How many of their changes are not shown as saved.
    pub fn unsaved(&self) -> usize {
        self.world.borrow().machines[self.machine].unsaved()
    }

    /// Refusals (by code), `unavailable`, and `closed CODE`, in the order in which they were told.
    pub fn was_told(&self) -> Vec<String> {
        self.world.borrow().machines[self.machine].told.clone()
    }

    /// The seats whose carets they see, sorted.
    pub fn sees_carets_of(&self) -> Vec<String> {
        let world = self.world.borrow();
        let mut seats: Vec<String> =
            world.machines[self.machine].carets.values().map(|caret| caret.seat.clone()).collect();
        seats.sort_unstable();
        seats
    }

    /// How many changes they have sent so far, repetitions counted.
    pub fn sent_changes(&self) -> usize {
        self.world.borrow().machines[self.machine].sent_changes
    }

    /// How many sync frames they have received.
    pub fn received_frames(&self) -> usize {
        self.world.borrow().machines[self.machine].received_frames
    }
}
