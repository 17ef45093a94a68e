//! The simulated server: the real room and the real connections, and between them what `server/src/live` does.
//!
//! It answers with [`Effect`]s, which the world carries out in its own time.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use crdt::ids::{AsideId, SeatId, TextId};
use crdt::moment::Moment;
use crdt::sync::aside::{Aside, Held, Put, Shelf};
use crdt::sync::chunk::ChunkLimits;
use crdt::sync::connection::{Connection, Heard};
use crdt::sync::events::{Access, CloseCode, ConnectionId, Input, Output, Refusal, Send, Speaker};
use crdt::sync::hall::Hall;
use crdt::sync::quota::QuotaLimits;
use crdt::sync::room::{Room, RoomSettings};
use crdt::sync::wire::{document_id, say};
use uuid::Uuid;

use super::disk::Disk;

const NAME: &str = "borrador";
const JOIN_WITHIN: Duration = Duration::from_secs(30);

/// What the world is to do.
pub enum Effect {
    /// Put this on the wire.
    Send(ConnectionId, Bytes),
    /// Hang up, and say why.
    Close(ConnectionId, CloseCode),
    /// A write has begun: let it end after a while.
    WriteBegan,
    /// The room's history is being loaded: let it open after a while.
    OpeningBegan,
}

/// See the module's documentation.
pub struct Server {
    /// What survives it.
    pub disk: Disk,
    /// What each seat may do.
    pub rights: BTreeMap<SeatId, Access>,
    /// The audit log: who was refused what.
    pub refused: Vec<(SeatId, Refusal)>,
    /// What was written without the right to, and by whom.
    pub aside: Vec<(SeatId, Held)>,
    /// What came of the server's own changes.
    pub done: BTreeMap<u64, Result<(), Refusal>>,
    text: TextId,
    settings: RoomSettings,
    running: Option<Running>,
}

struct Running {
    room: Opening,
    sockets: BTreeMap<ConnectionId, Socket>,
}

/// Whether the room is open yet.
enum Opening {
    /// Its history is being loaded: newcomers are answered, everything else waits.
    InTheHall(Hall, Vec<Input>),
    Open(Box<Room>),
}

struct Socket {
    connection: Connection,
    seat: SeatId,
    is_in: bool,
}

impl Server {
    /// A server that is running.
    pub fn new(text: TextId, disk: Disk) -> Server {
        let settings = RoomSettings::named(NAME);
        let mut server = Server {
            disk,
            rights: BTreeMap::new(),
            refused: Vec::new(),
            aside: Vec::new(),
            done: BTreeMap::new(),
            text,
            settings,
            running: None,
        };
        server.starts();
        server
    }

    /// Starts, with the room open.
    pub fn starts(&mut self) {
        let room = Opening::Open(Box::new(self.room_on_disk()));
        self.running = Some(Running { room, sockets: BTreeMap::new() });
    }

    /// Starts, and begins to load the room's history.
    pub fn starts_slowly(&mut self) -> Vec<Effect> {
        let (saved, tail) = self.disk.saved_heads_and_tail();
        let hall = Hall::of(self.text, NAME, saved, &tail);
        self.running = Some(Running { room: Opening::InTheHall(hall, Vec::new()), sockets: BTreeMap::new() });
        vec![Effect::OpeningBegan]
    }

    /// The history is loaded: the room opens for those who wait.
    pub fn room_opens(&mut self, now: Moment) -> Vec<Effect> {
        let room = self.room_on_disk();
        let Some(running) = &mut self.running else { return Vec::new() };
        let before = std::mem::replace(&mut running.room, Opening::Open(Box::new(room)));
        let Opening::InTheHall(hall, waiting) = before else { panic!("a room opens once") };
        let inputs: Vec<Input> = hall.entering().chain(waiting).collect();
        inputs.into_iter().flat_map(|input| self.room_hears(now, input)).collect()
    }

    /// The room as its log makes it, which is also what a saved history and the rest of the log make.
    fn room_on_disk(&self) -> Room {
        let room = Room::open(self.text, self.settings.clone(), self.disk.changes());
        assert_eq!(room.committed() as usize, self.disk.len(), "the room opens with all that is on the disk");
        let Some((history, tail)) = self.disk.saved_history_and_tail() else { return room };
        let resumed = Room::resume(self.text, self.settings.clone(), history, tail);
        assert_eq!(resumed.heads(), room.heads(), "a saved history brings the same heads");
        assert!(resumed.save() == room.save(), "a saved history brings the same history");
        resumed
    }

    /// Keeps the history as it is, if all of it is durable at this moment.
    pub fn saves_history(&mut self) {
        let Some(Running { room: Opening::Open(room), .. }) = &self.running else { return };
        if let Some((_, bytes)) = room.save() {
            self.disk.history = Some(bytes);
        }
    }

    /// Dies without a word.
    pub fn dies(&mut self) {
        self.running = None;
    }

    /// Whether it is there to be called.
    pub fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// The name of the text on the wire.
    pub fn document(&self) -> String {
        document_id(self.text)
    }

    /// Somebody connects.
    pub fn accepts(&mut self, now: Moment, id: ConnectionId, seat: SeatId) {
        if let Some(running) = &mut self.running {
            let connection = Connection::new(NAME.to_owned(), "store".to_owned(), now, JOIN_WITHIN);
            running.sockets.insert(id, Socket { connection, seat, is_in: false });
        }
    }

    /// A connection is gone.
    pub fn lost(&mut self, now: Moment, id: ConnectionId) -> Vec<Effect> {
        let was_in = self
            .running
            .as_mut()
            .and_then(|running| running.sockets.remove(&id))
            .is_some_and(|gone| gone.is_in);
        if was_in { self.room_hears(now, Input::Left { connection: id }) } else { Vec::new() }
    }

    /// A frame arrived.
    pub fn hears(&mut self, now: Moment, id: ConnectionId, frame: &Bytes) -> Vec<Effect> {
        let text = self.text;
        let Some(socket) = self.running.as_mut().and_then(|running| running.sockets.get_mut(&id)) else {
            return Vec::new();
        };
        match socket.connection.hear(now, frame) {
            Heard::Reply(reply) => vec![Effect::Send(id, reply.into())],
            Heard::Sync { text: named, data } if named == text => {
                let access = self.rights.get(&socket.seat).copied().unwrap_or(Access::None);
                if access == Access::None && !socket.is_in {
                    return vec![unavailable(id, socket, &document_id(text))];
                }
                socket.is_in = access != Access::None;
                let peer = socket.connection.peer().unwrap_or_default().to_owned();
                let speaker = Speaker { seat: socket.seat, peer };
                self.room_hears(now, Input::Sync { connection: id, speaker, access, data })
            }
            Heard::Sync { text: other, .. } => vec![unavailable(id, socket, &document_id(other))],
            Heard::Unknown { document } => vec![unavailable(id, socket, &document)],
            Heard::Caret { data, .. } if socket.is_in => {
                self.room_hears(now, Input::Caret { connection: id, data })
            }
            Heard::Caret { .. } | Heard::Nothing => Vec::new(),
            Heard::Close(code) => vec![Effect::Close(id, code)],
        }
    }

    /// From now on changes gather, or no longer.
    pub fn gathers(&mut self, now: Moment, gather: bool) -> Vec<Effect> {
        self.room_hears(now, Input::Gather(gather))
    }

    /// The write under way has ended, well or badly.
    pub fn write_ends(&mut self, now: Moment) -> Vec<Effect> {
        let outcome = self.disk.finish();
        self.room_hears(now, outcome)
    }

    /// The server has changes of its own.
    pub fn submits(&mut self, now: Moment, ticket: u64, seat: SeatId, changes: Vec<Bytes>) -> Vec<Effect> {
        let changes = changes.into_iter().map(|change| (seat, change)).collect();
        self.room_hears(now, Input::Submit { ticket, changes })
    }

    fn room_hears(&mut self, now: Moment, input: Input) -> Vec<Effect> {
        let Some(running) = &mut self.running else { return Vec::new() };
        match &mut running.room {
            Opening::Open(room) => {
                let output = room.handle(now, input);
                self.perform(output)
            }
            Opening::InTheHall(hall, waiting) => match hall.hears(&input) {
                Some(answer) => {
                    let frame = answer.frame(&self.disk.read(&answer.wanted));
                    vec![Effect::Send(answer.to, frame)]
                }
                None => {
                    waiting.push(input);
                    Vec::new()
                }
            },
        }
    }

    /// What `server/src/live/aside.rs` does, without waiting for a disk.
    fn keeps(&mut self, aside: &Aside) -> Option<Effect> {
        let seat = aside.speaker.seat;
        let fresh = AsideId(Uuid::from_u128(0xa51de + self.aside.len() as u128));
        let put = shelf(seat, &self.disk, &self.aside).put(&aside.changes, fresh);
        let frame = match put {
            Ok(Put::InText) => return None,
            Ok(Put::Known(record)) => aside.frame(aside.reason, Some(record)),
            Ok(Put::New(record, new)) => {
                self.refused.push((seat, aside.reason));
                self.aside.extend(new.into_iter().map(|chunk| (seat, Held { record, chunk })));
                aside.frame(aside.reason, Some(record))
            }
            Err(refusal) => {
                self.refused.push((seat, refusal));
                aside.frame(refusal, None)
            }
        };
        Some(Effect::Send(aside.connection, frame))
    }

    fn perform(&mut self, output: Output) -> Vec<Effect> {
        let mut effects = Vec::new();
        for send in output.send {
            match send {
                Send::Frame { to, frame } => {
                    effects.extend(to.into_iter().map(|to| Effect::Send(to, frame.clone())));
                }
                Send::Answer(answer) => {
                    let frame = answer.frame(&self.disk.read(&answer.wanted));
                    effects.push(Effect::Send(answer.to, frame));
                }
            }
        }
        self.done.extend(output.done);
        effects.extend(output.close.into_iter().map(|(id, code)| Effect::Close(id, code)));
        self.refused.extend(output.refused);
        for aside in output.aside {
            effects.extend(self.keeps(&aside));
        }
        if let Some(changes) = output.commit {
            self.disk.write(changes);
            effects.push(Effect::WriteBegan);
        }
        effects
    }
}

fn shelf(seat: SeatId, disk: &Disk, aside: &[(SeatId, Held)]) -> Shelf {
    let held = aside.iter().filter(|(whose, _)| *whose == seat).map(|(_, held)| held.clone());
    Shelf::open(seat, (ChunkLimits::default(), QuotaLimits::default()), disk.changes(), held)
}

fn unavailable(id: ConnectionId, socket: &Socket, document: &str) -> Effect {
    let peer = socket.connection.peer().unwrap_or_default();
    Effect::Send(id, say::unavailable(NAME, peer, document).into())
}
