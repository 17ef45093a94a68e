//! What happens, in which order: the clock, the wires, and the machines at both ends.
//!
//! Frames on one wire keep their order, as on TCP; frames on different wires overtake each other. A wire that is cut takes
//! with it whatever was on its way. Two promises of the server are checked at every step: nobody receives what is not on
//! the disk, and nothing is shown as saved that is not.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::ops::Range;

use automerge::sync::Message;
use bytes::Bytes;
use crdt::ids::{ChangeHash, SeatId};
use crdt::moment::Moment;
use crdt::sync::chunk::{Chunk, ChunkError, ChunkLimits};
use crdt::sync::events::{CloseCode, ConnectionId};
use fastrand::Rng;

use super::server::{Effect, Server};
use crate::client::{Client, Millis};
use crate::desk::Desk;
use crate::frames::{self, FromServer, SomebodysCaret};

/// A simulation that has not come to rest after so many steps never will.
const PATIENCE: usize = 100_000;

/// Everything there is. See the module's documentation.
pub struct World {
    /// The server, running or not.
    pub server: Server,
    /// Everybody, in order of arrival.
    pub machines: Vec<Machine>,
    /// Where all chance comes from.
    pub chance: Rng,
    /// How long a frame is on its way.
    pub latency_ms: Range<Millis>,
    /// How long a write takes.
    pub disk_ms: Range<Millis>,
    /// How long a room's history takes to load.
    pub opening_ms: Range<Millis>,
    /// One frame in so many arrives twice; 0 for none.
    pub doubles_one_in: u32,
    now: Millis,
    order: u64,
    events: BinaryHeap<Reverse<(Millis, u64, usize)>>,
    happenings: BTreeMap<usize, Event>,
    wires: BTreeMap<ConnectionId, Wire>,
    next_wire: u64,
    lifetime: u64,
}

enum Event {
    AtServer(ConnectionId, Bytes),
    AtClient(ConnectionId, Bytes),
    ServerNotices(ConnectionId),
    ClientNotices(ConnectionId, CloseCode),
    Dial(usize),
    Wake(usize),
    WriteEnds { lifetime: u64 },
    RoomOpens { lifetime: u64 },
}

struct Wire {
    machine: usize,
    up_until: Millis,
    down_until: Millis,
}

/// Somebody's computer.
pub struct Machine {
    /// Whose.
    pub name: String,
    /// The seat they act with.
    pub seat: SeatId,
    /// The text as they have it.
    pub desk: Desk,
    /// The program they write with.
    pub client: Box<dyn Client>,
    /// Whether they want to be connected.
    pub wants_online: bool,
    /// The wire, while there is one.
    pub wire: Option<ConnectionId>,
    /// Whether the server has greeted them on this wire.
    pub joined: bool,
    /// What is shown of the others, by connection.
    pub carets: BTreeMap<String, SomebodysCaret>,
    /// The refusals they were told, by code, and why the server hung up.
    pub told: Vec<String>,
    /// How many changes they have sent, each time counted.
    pub sent_changes: usize,
    /// How many sync frames they have received.
    pub received_frames: usize,
    /// Own changes that were not shown as saved yet.
    unsaved: Vec<ChangeHash>,
    /// Own changes that were.
    pub saved: BTreeSet<ChangeHash>,
    caret_count: u64,
    wakes_at: Option<Millis>,
}

impl World {
    /// A world around a running server.
    pub fn new(server: Server, seed: u64) -> World {
        World {
            server,
            machines: Vec::new(),
            chance: Rng::with_seed(seed),
            latency_ms: 5..40,
            disk_ms: 1..10,
            opening_ms: 1..300,
            doubles_one_in: 0,
            now: 0,
            order: 0,
            events: BinaryHeap::new(),
            happenings: BTreeMap::new(),
            wires: BTreeMap::new(),
            next_wire: 1,
            lifetime: 0,
        }
    }

    /// A new machine, which dials at once.
    pub fn add(&mut self, name: &str, seat: SeatId, desk: Desk, client: Box<dyn Client>) -> usize {
        self.machines.push(Machine {
            name: name.to_owned(),
            seat,
            desk,
            client,
            wants_online: true,
            wire: None,
            joined: false,
            carets: BTreeMap::new(),
            told: Vec::new(),
            sent_changes: 0,
            received_frames: 0,
            unsaved: Vec::new(),
            saved: BTreeSet::new(),
            caret_count: 0,
            wakes_at: None,
        });
        let machine = self.machines.len() - 1;
        self.plan(0, Event::Dial(machine));
        machine
    }

    /// Lets things happen until nothing more does.
    ///
    /// # Panics
    /// If it never ends. While the server refuses for lack of space, clients try again for ever: use [`World::run_for`].
    pub fn settle(&mut self) {
        for _ in 0..PATIENCE {
            if !self.step(Millis::MAX) {
                return;
            }
        }
        panic!("the network does not come to rest");
    }

    /// Lets this much time pass.
    pub fn run_for(&mut self, time: Millis) {
        let end = self.now + time;
        while self.step(end) {}
        self.now = end;
    }

    /// A change was just made on this desk.
    pub fn wrote(&mut self, machine: usize, change: &automerge::Change) {
        let now = self.now;
        let on = &mut self.machines[machine];
        on.unsaved.push(ChangeHash(change.hash().0));
        let says = if on.joined { on.client.wrote(now, &mut on.desk) } else { Vec::new() };
        self.say(machine, says);
    }

    /// Sends bytes of the caller's choosing.
    pub fn send_frame(&mut self, machine: usize, frame: Vec<u8>) {
        let Some(wire) = self.machines[machine].wire else { return };
        self.put(wire, true, frame.into());
    }

    /// Shows where this person's caret is.
    pub fn show_caret(&mut self, machine: usize, cursor: Option<&str>) {
        let document = self.server.document();
        let on = &mut self.machines[machine];
        on.caret_count += 1;
        let frame = frames::caret(&on.name, on.caret_count, &document, cursor);
        self.send_frame(machine, frame);
    }

    /// The wire breaks: the client notices now, the server after a while, and what was on its way is lost.
    pub fn cut(&mut self, machine: usize) {
        if let Some(id) = self.machines[machine].wire {
            self.wires.remove(&id);
            self.hang_up(machine);
            self.plan(200, Event::ServerNotices(id));
            self.dial_again(machine);
        }
    }

    /// Connects somebody who wants to be connected.
    pub fn dial(&mut self, machine: usize) {
        self.plan(0, Event::Dial(machine));
    }

    /// The server dies, and with it every wire; a write under way is done or not done.
    pub fn crash(&mut self) {
        self.lifetime += 1;
        self.server.dies();
        self.server.disk.loses_power(&mut self.chance);
        self.wires.clear();
        for machine in 0..self.machines.len() {
            self.hang_up(machine);
        }
    }

    /// The server comes back, and everybody dials.
    pub fn restart(&mut self) {
        let effects = self.server.starts_slowly();
        self.perform(effects);
        for machine in 0..self.machines.len() {
            self.dial_again(machine);
        }
    }

    /// From now on changes gather at the server, or no longer.
    pub fn gather(&mut self, gather: bool) {
        let effects = self.server.gathers(self.moment(), gather);
        self.perform(effects);
    }

    /// The server submits changes of its own.
    pub fn submit(&mut self, ticket: u64, seat: SeatId, changes: Vec<Bytes>) {
        let effects = self.server.submits(self.moment(), ticket, seat, changes);
        self.perform(effects);
    }

    // --- the loop

    /// Lets the next thing happen, if it happens by `until`.
    fn step(&mut self, until: Millis) -> bool {
        let Some(Reverse((at, _, key))) = self.events.peek().copied() else { return false };
        if at > until {
            return false;
        }
        self.events.pop();
        self.now = at;
        let event = self.happenings.remove(&key).expect("what was planned is known");
        self.happens(event);
        true
    }

    fn happens(&mut self, event: Event) {
        let (now, moment) = (self.now, self.moment());
        match event {
            Event::AtServer(id, frame) if self.wires.contains_key(&id) => {
                let effects = self.server.hears(moment, id, &frame);
                self.perform(effects);
            }
            Event::AtClient(id, frame) => {
                if let Some(wire) = self.wires.get(&id) {
                    self.hears(wire.machine, &frame);
                }
            }
            Event::ServerNotices(id) => {
                let effects = self.server.lost(moment, id);
                self.perform(effects);
            }
            Event::ClientNotices(id, code) => {
                if let Some(wire) = self.wires.remove(&id) {
                    self.machines[wire.machine].told.push(format!("closed {}", code as u16));
                    self.machines[wire.machine].wants_online = false;
                    self.hang_up(wire.machine);
                }
            }
            Event::Dial(machine) => self.connect(machine),
            Event::Wake(machine) => {
                let on = &mut self.machines[machine];
                if on.wakes_at.is_some_and(|at| at <= now) {
                    on.wakes_at = None;
                    let says = on.client.woke(now, &mut on.desk);
                    self.say(machine, says);
                }
            }
            Event::WriteEnds { lifetime } if lifetime == self.lifetime => {
                let effects = self.server.write_ends(moment);
                self.perform(effects);
            }
            Event::RoomOpens { lifetime } if lifetime == self.lifetime => {
                let effects = self.server.room_opens(moment);
                self.perform(effects);
            }
            Event::AtServer(..) | Event::WriteEnds { .. } | Event::RoomOpens { .. } => {}
        }
    }

    fn connect(&mut self, machine: usize) {
        let on = &mut self.machines[machine];
        if !on.wants_online || on.wire.is_some() || !self.server.is_running() {
            return;
        }
        let id = ConnectionId(self.next_wire);
        self.next_wire += 1;
        on.wire = Some(id);
        let (seat, hello) = (on.seat, frames::join(&on.name, &["1"]));
        self.wires.insert(id, Wire { machine, up_until: 0, down_until: 0 });
        self.server.accepts(self.moment(), id, seat);
        self.put(id, true, hello.into());
    }

    /// A frame of the server reaches a client.
    fn hears(&mut self, machine: usize, frame: &Bytes) {
        let now = self.now;
        let said = frames::read(frame);
        self.check_all_is_durable(&said);
        let on = &mut self.machines[machine];
        let says = match said {
            FromServer::Peer { .. } => {
                on.joined = true;
                on.client.up(now, &mut on.desk)
            }
            FromServer::Caret(caret) if caret.gone => {
                on.carets.remove(&caret.connection);
                Vec::new()
            }
            FromServer::Caret(caret) => {
                on.carets.insert(caret.connection.clone(), caret);
                Vec::new()
            }
            said => {
                match &said {
                    FromServer::Error { code, .. } => on.told.push(code.clone()),
                    FromServer::Unavailable { .. } => on.told.push("unavailable".to_owned()),
                    _ => on.received_frames += 1,
                }
                on.client.hear(now, &mut on.desk, said)
            }
        };
        self.say(machine, says);
    }

    /// What a client says goes out; and what it now shows as saved must be so.
    fn say(&mut self, machine: usize, messages: Vec<Vec<u8>>) {
        let document = self.server.document();
        for data in messages {
            let on = &mut self.machines[machine];
            let message = Message::decode(&data).expect("clients write messages that can be read");
            on.sent_changes += message.changes.len();
            let frame = frames::sync(&on.name, &document, &data);
            self.send_frame(machine, frame);
        }
        self.check_saved(machine);
        self.plan_wake(machine);
    }

    fn plan_wake(&mut self, machine: usize) {
        let on = &mut self.machines[machine];
        let Some(at) = on.client.wakes_at() else { return };
        if on.wakes_at.is_none_or(|planned| at < planned) {
            on.wakes_at = Some(at);
            let delay = at.saturating_sub(self.now);
            self.plan(delay, Event::Wake(machine));
        }
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Send(id, frame) => self.put(id, false, frame),
                Effect::Close(id, code) => {
                    let delay = self.latency();
                    self.plan(delay, Event::ClientNotices(id, code));
                    self.plan(delay, Event::ServerNotices(id));
                }
                Effect::WriteBegan => {
                    let delay = self.chance.u64(self.disk_ms.clone());
                    self.plan(delay, Event::WriteEnds { lifetime: self.lifetime });
                }
                Effect::OpeningBegan => {
                    let delay = self.chance.u64(self.opening_ms.clone());
                    self.plan(delay, Event::RoomOpens { lifetime: self.lifetime });
                }
            }
        }
    }

    /// Puts a frame on a wire, behind what is on it already.
    fn put(&mut self, id: ConnectionId, to_server: bool, frame: Bytes) {
        let Some(wire) = self.wires.get(&id) else { return };
        // Whoever says hello twice is hung up on: only what follows the greeting is doubled.
        let may_double = self.doubles_one_in > 0 && self.machines[wire.machine].joined;
        let times = if may_double && self.chance.u32(0..self.doubles_one_in) == 0 { 2 } else { 1 };
        for _ in 0..times {
            let arrives = self.now + self.latency();
            let Some(wire) = self.wires.get_mut(&id) else { return };
            let last = if to_server { &mut wire.up_until } else { &mut wire.down_until };
            *last = arrives.max(*last);
            let delay = *last - self.now;
            let frame = frame.clone();
            self.plan(delay, if to_server { Event::AtServer(id, frame) } else { Event::AtClient(id, frame) });
        }
    }

    fn hang_up(&mut self, machine: usize) {
        let on = &mut self.machines[machine];
        if on.wire.take().is_some() {
            on.joined = false;
            on.carets.clear();
            on.wakes_at = None;
            on.client.down();
        }
    }

    fn dial_again(&mut self, machine: usize) {
        let delay = self.chance.u64(300..1_500);
        self.plan(delay, Event::Dial(machine));
    }

    fn plan(&mut self, delay: Millis, event: Event) {
        self.order += 1;
        let key = self.order as usize;
        self.events.push(Reverse((self.now + delay, self.order, key)));
        self.happenings.insert(key, event);
    }

    fn latency(&mut self) -> Millis {
        self.chance.u64(self.latency_ms.clone())
    }

    fn moment(&self) -> Moment {
        Moment::from_unix_ms(i64::try_from(self.now).expect("simulations are short"))
    }

    // --- the promises

    /// SYN7: nobody receives a change, or the name of one, that is not on the disk.
    fn check_all_is_durable(&self, said: &FromServer) {
        let FromServer::Sync { data, .. } = said else { return };
        let message = Message::decode(data).expect("the server sends messages that Automerge reads");
        for head in &message.heads {
            assert!(self.server.disk.holds(&ChangeHash(head.0)), "a head was named that is not on the disk");
        }
        let limits = ChunkLimits { max_unpacked_bytes: 64 << 20, ..ChunkLimits::default() };
        for change in message.changes.iter() {
            match Chunk::read(Bytes::copy_from_slice(change), &limits) {
                Ok(chunk) => assert!(
                    self.server.disk.holds(&chunk.header.hash),
                    "a change was relayed that is not on the disk"
                ),
                // A saved document: the disk made it of what it holds.
                Err(ChunkError::WrongType(0)) => {}
                Err(error) => panic!("the server sent {error}"),
            }
        }
    }

    /// SYN7: what a client shows as saved is on the disk.
    fn check_saved(&mut self, machine: usize) {
        let on = &mut self.machines[machine];
        if on.unsaved.is_empty() {
            return;
        }
        let beyond: BTreeSet<ChangeHash> = on
            .desk
            .hashes_since(&on.client.server_heads(&on.desk))
            .into_iter()
            .map(|hash| ChangeHash(hash.0))
            .collect();
        let (unsaved, saved): (Vec<_>, Vec<_>) = on.unsaved.drain(..).partition(|hash| beyond.contains(hash));
        on.unsaved = unsaved;
        for hash in &saved {
            assert!(
                self.server.disk.holds(hash),
                "{} reads \"saved\", and the disk does not have it",
                on.name
            );
        }
        on.saved.extend(saved);
    }
}

impl Machine {
    /// How many own changes are not shown as saved.
    pub fn unsaved(&self) -> usize {
        self.unsaved.len()
    }
}
