//! The room of one text: everybody who has it open, and the order in which their changes become durable.
//!
//! ```
//! use crdt::ids::TextId;
//! use crdt::moment::Moment;
//! use crdt::sync::events::{Access, ConnectionId, Input, Speaker};
//! use crdt::sync::room::{Room, RoomSettings};
//!
//! let mut room = Room::open(TextId(uuid::Uuid::from_u128(1)), RoomSettings::named("borrador"), []);
//! let lyon = Speaker { seat: uuid::Uuid::from_u128(2).into(), peer: "lyon".into() };
//! // Lyon asks for a text of which there is nothing yet, and is told so: one answer, no changes.
//! let asks = vec![0x42, 0, 0, 0, 0].into();
//! let output = room.handle(
//!     Moment::EPOCH,
//!     Input::Sync { connection: ConnectionId(1), speaker: lyon, access: Access::Read, data: asks },
//! );
//! assert_eq!(output.send.len(), 1);
//! assert!(output.commit.is_none());
//! ```
//!
//! Invariants:
//! - Only durable changes are sent to anybody, and the heads in every frame are the heads of what is durable. So "saved" is,
//!   for a client: its own changes are among the ancestors of the server's heads.
//! - The graph holds `committed` durable changes, then `under_way` ones being made durable, then those in `queue`.
//! - A message is taken whole or refused whole.

mod carets;
mod intake;
mod reply;

use std::collections::BTreeMap;

use bytes::Bytes;

use self::reply::Told;
use super::admission::History;
use super::aside::Aside;
use super::chunk::Chunk;
pub use super::chunk::ChunkLimits;
use super::events::{
    Access, AdmittedChange, CloseCode, ConnectionId, Input, Output, Refusal, Send, Speaker, Wanted,
};
use super::graph::NodeIx;
use super::message::{self, SyncMessage};
use super::presence::Caret;
pub use super::quota::QuotaLimits;
use super::saved;
use super::wire::{document_id, say};
use crate::ids::{ChangeHash, SeatId, TextId};
use crate::moment::Moment;

/// Names and limits of a room.
#[derive(Clone, Debug)]
pub struct RoomSettings {
    /// The server's name on the wire.
    pub server: String,
    /// How much of one change is read.
    pub chunk: ChunkLimits,
    /// Changes that one connection may have waiting for others.
    pub max_waiting: usize,
    /// Their bytes together.
    pub max_waiting_bytes: usize,
    /// Changes in one text.
    pub max_changes: NodeIx,
    /// What they may add up to.
    pub quota: QuotaLimits,
}

impl RoomSettings {
    /// The default limits.
    pub fn named(server: &str) -> RoomSettings {
        RoomSettings {
            server: server.to_owned(),
            chunk: ChunkLimits::default(),
            max_waiting: 256,
            max_waiting_bytes: 1 << 20,
            max_changes: 200_000,
            quota: QuotaLimits::default(),
        }
    }
}

/// One text and those who have it open.
pub struct Room {
    document: String,
    settings: RoomSettings,
    history: History,
    committed: NodeIx,
    committed_heads: Vec<NodeIx>,
    heads: Vec<ChangeHash>,
    under_way: Option<UnderWay>,
    queue: Vec<AdmittedChange>,
    submitted: Vec<(u64, NodeIx)>,
    guests: BTreeMap<ConnectionId, Guest>,
    passing_count: u64,
    /// Changes wait for each other before a commit begins.
    gathers: bool,
    shaped: bool,
    stopped: bool,
}

/// What is being made durable.
struct UnderWay {
    raw: Vec<Bytes>,
    upto: NodeIx,
}

/// A connection in the room.
struct Guest {
    speaker: Speaker,
    /// Changes that wait for others.
    waiting: Vec<Chunk>,
    /// Everything was sent anew since the client last had all we have.
    resent: bool,
    /// The last answer without changes.
    told: Option<Told>,
    caret: Option<Caret>,
}

impl Room {
    /// Opens the room of a text whose log holds these changes, in order, with the seats that answer for them. Reads every
    /// operation once.
    ///
    /// Logged changes were admitted when they came; one that does not fit now means that the log is damaged, and the room
    /// opens with what stands before it (the server compares [`Room::committed`] with the length of the log).
    pub fn open(
        text: TextId,
        settings: RoomSettings,
        log: impl IntoIterator<Item = (Chunk, SeatId)>,
    ) -> Room {
        Self::resume(text, settings, History::default(), log)
    }

    /// Opens the room from a [saved] history and what the log holds behind it, as [`Room::open`] would open it
    /// from the whole log.
    pub fn resume(
        text: TextId,
        settings: RoomSettings,
        mut history: History,
        tail: impl IntoIterator<Item = (Chunk, SeatId)>,
    ) -> Room {
        let mut shaped = false;
        for (chunk, seat) in tail {
            let Some(restored) = history.restore(&chunk, seat) else { break };
            shaped |= restored.shapes;
        }
        history.quota.settle(0);
        let graph = &history.graph;
        Room {
            document: document_id(text),
            settings,
            committed: graph.len(),
            committed_heads: graph.head_nodes().to_vec(),
            heads: graph.heads(),
            history,
            under_way: None,
            queue: Vec::new(),
            submitted: Vec::new(),
            guests: BTreeMap::new(),
            passing_count: 0,
            gathers: false,
            shaped,
            stopped: false,
        }
    }

    /// How many changes are durable.
    pub fn committed(&self) -> NodeIx {
        self.committed
    }

    /// Whether any of the changes that it was opened with, saved history aside, does more than put letters and marks in or out.
    pub fn opened_shaped(&self) -> bool {
        self.shaped
    }

    /// How many admitted changes wait for the next commit.
    pub fn gathered(&self) -> usize {
        self.queue.len()
    }

    /// How many connections are in it.
    pub fn people(&self) -> usize {
        self.guests.len()
    }

    /// The heads of what is durable, sorted.
    pub fn heads(&self) -> &[ChangeHash] {
        &self.heads
    }

    /// The [saved] form of the history and how many changes it stands for, if all of it is durable at this moment;
    /// what is still on its way to the disk may have to be taken back.
    pub fn save(&self) -> Option<(NodeIx, Vec<u8>)> {
        let all_durable = self.committed == self.history.graph.len();
        all_durable.then(|| (self.committed, saved::write(&self.history)))
    }

    /// How much room it takes in memory, in bytes, about: its history, and changes that wait.
    pub fn held_bytes(&self) -> usize {
        let queued = self.queue.iter().map(|change| change.raw.len());
        let under_way = self.under_way.iter().flat_map(|under_way| under_way.raw.iter().map(Bytes::len));
        let waiting =
            self.guests.values().flat_map(|guest| guest.waiting.iter().map(|chunk| chunk.raw.len()));
        self.history.held_bytes() + queued.chain(under_way).chain(waiting).sum::<usize>()
    }

    /// Whether nobody is here and nothing waits to be stored: the room may be closed.
    pub fn is_idle(&self) -> bool {
        self.guests.is_empty() && self.under_way.is_none() && self.queue.is_empty()
    }

    /// Takes what happened, returns what follows.
    pub fn handle(&mut self, now: Moment, input: Input) -> Output {
        let mut output = Output::default();
        match input {
            Input::Sync { connection, speaker, access, data } => {
                self.on_sync(now, connection, speaker, access, &data, &mut output);
            }
            Input::Entered { connection, speaker, has } => {
                self.on_entered(connection, &speaker, has, &mut output);
            }
            Input::Caret { connection, data } => self.on_caret(connection, &data, &mut output),
            Input::Submit { ticket, changes } => self.on_submit(now, ticket, changes, &mut output),
            Input::Gather(gather) => self.gathers = gather,
            Input::Stored => self.on_stored(&mut output),
            Input::StoreFailed => {
                self.stopped = true;
                self.take_back(Refusal::StorageFailed, &mut output);
            }
            Input::StoreFull => self.take_back(Refusal::StorageFull, &mut output),
            Input::Left { connection } => self.on_left(connection, &mut output),
        }
        self.start_commit(&mut output);
        output
    }

    fn on_sync(
        &mut self,
        now: Moment,
        connection: ConnectionId,
        speaker: Speaker,
        access: Access,
        data: &Bytes,
        output: &mut Output,
    ) {
        if access == Access::None {
            self.on_left(connection, output);
            let frame = say::unavailable(&self.settings.server, &speaker.peer, &self.document);
            output.send.push(Send::Frame { to: vec![connection], frame: frame.into() });
            return;
        }
        let Ok(message) = SyncMessage::read(data) else {
            output.close.push((connection, CloseCode::Malformed));
            return;
        };
        let first = !self.guests.contains_key(&connection);
        if first {
            self.greet(connection, &speaker, output);
        }
        let lacking = match access {
            Access::Write => None,
            Access::Locked => Some(Refusal::ChapterLocked),
            Access::Unreadable => Some(Refusal::TextUnreadable),
            Access::Read | Access::None => Some(Refusal::NotAllowed),
        };
        let taken = match lacking {
            _ if message.changes.is_empty() => Ok(0),
            None => self.take_in(now, connection, speaker.seat, &message.changes),
            Some(reason) => {
                output.aside.push(Aside {
                    connection,
                    speaker: speaker.clone(),
                    reason,
                    document: self.document.clone(),
                    server: self.settings.server.clone(),
                    changes: message.changes.clone(),
                });
                Ok(0)
            }
        };
        if let Err(refusal) = taken {
            output.refused.push((speaker.seat, refusal));
            let frame = self.error_frame(&speaker.peer, refusal);
            output.send.push(Send::Frame { to: vec![connection], frame });
        }
        self.answer(connection, first, &message, taken.unwrap_or(0), output);
    }

    /// Lets in somebody who has the first `has` changes already.
    fn on_entered(&mut self, connection: ConnectionId, speaker: &Speaker, has: NodeIx, output: &mut Output) {
        self.greet(connection, speaker, output);
        if has < self.committed {
            let wanted = Wanted::These((has..self.committed).collect());
            output.send.push(Send::Answer(self.answer_with(connection, &speaker.peer, Vec::new(), wanted)));
        }
    }

    /// Lets a connection in and shows it where the others are.
    fn greet(&mut self, connection: ConnectionId, speaker: &Speaker, output: &mut Output) {
        let here: Vec<Vec<u8>> = self
            .guests
            .iter()
            .filter_map(|(other, guest)| Some(guest.caret.as_ref()?.write(guest.speaker.seat, *other)))
            .collect();
        let guest =
            Guest { speaker: speaker.clone(), waiting: Vec::new(), resent: false, told: None, caret: None };
        self.guests.insert(connection, guest);
        for data in here {
            let frame = self.passing_frame(&data);
            output.send.push(Send::Frame { to: vec![connection], frame });
        }
    }

    fn start_commit(&mut self, output: &mut Output) {
        if self.under_way.is_none() && !self.queue.is_empty() && !self.gathers {
            let changes = std::mem::take(&mut self.queue);
            let raw = changes.iter().map(|change| change.raw.clone()).collect();
            self.under_way = Some(UnderWay { raw, upto: self.history.graph.len() });
            output.commit = Some(changes);
        }
    }

    /// What was under way is durable: now the others may see it, and its authors may read "saved".
    fn on_stored(&mut self, output: &mut Output) {
        let Some(UnderWay { raw, upto }) = self.under_way.take() else { return };
        self.history.graph.advance(&mut self.committed_heads, self.committed, upto);
        self.heads = self.history.graph.hashes(&self.committed_heads);
        self.committed = upto;
        self.history.quota.settle((self.history.graph.len() - upto) as usize);
        self.submitted.retain(|(ticket, last)| {
            let durable = *last <= upto;
            if durable {
                output.done.push((*ticket, Ok(())));
            }
            !durable
        });
        if !self.guests.is_empty() {
            let data = message::write(&self.heads, &[], &raw);
            let frame = say::sync(&self.settings.server, "*", &self.document, &data).into();
            output.send.push(Send::Frame { to: self.guests.keys().copied().collect(), frame });
        }
    }

    /// What was not made durable is taken back, and its authors are told: their clients keep it.
    fn take_back(&mut self, refusal: Refusal, output: &mut Output) {
        self.under_way = None;
        self.queue.clear();
        self.history.truncate(self.committed);
        output.done.extend(self.submitted.drain(..).map(|(ticket, _)| (ticket, Err(refusal))));
        let guests: Vec<(ConnectionId, String)> =
            self.guests.iter().map(|(connection, guest)| (*connection, guest.speaker.peer.clone())).collect();
        for (connection, peer) in guests {
            let frame = self.error_frame(&peer, refusal);
            output.send.push(Send::Frame { to: vec![connection], frame });
        }
    }

    fn error_frame(&self, peer: &str, refusal: Refusal) -> Bytes {
        let words = refusal.to_string();
        say::error(&self.settings.server, peer, Some(&self.document), refusal.code(), &words).into()
    }
}
