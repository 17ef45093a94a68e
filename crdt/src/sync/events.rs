//! What a room hears and what it answers: plain values.

use bytes::Bytes;

use super::aside::Aside;
use super::graph::NodeIx;
use super::wire::say;
use crate::ids::{ActorId, ChangeHash, SeatId};
use crate::moment::Moment;

/// A socket, for as long as it is open. Never reused while the process lives.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ConnectionId(pub u64);

impl std::fmt::Display for ConnectionId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "c{}", self.0)
    }
}

/// What a seat may do with a text at this moment.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Access {
    /// Nothing: for this seat the text does not exist.
    None,
    /// Receive it.
    Read,
    /// Receive it; changes wait beside it, because the server cannot read it any more (SYN15).
    Unreadable,
    /// Receive it, and change it as soon as the chapter is no longer locked.
    Locked,
    /// Change it.
    Write,
}

/// Whom a connection speaks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Speaker {
    /// The seat that answers for all that comes over the connection.
    pub seat: SeatId,
    /// The name the client gave itself; frames to it are addressed so.
    pub peer: String,
}

/// Something that happened to a room.
#[derive(Clone, Debug)]
pub enum Input {
    /// A sync message arrived. The first one of a connection lets it in.
    Sync {
        /// From where.
        connection: ConnectionId,
        /// For whom.
        speaker: Speaker,
        /// What the seat may do now: asked anew for every message.
        access: Access,
        /// The message.
        data: Bytes,
    },
    /// A newcomer who was [answered](super::hall) while the room opened comes in.
    Entered {
        /// From where.
        connection: ConnectionId,
        /// For whom.
        speaker: Speaker,
        /// How many of the log's changes the answer carried: the first so many.
        has: NodeIx,
    },
    /// A caret moved.
    Caret {
        /// Whose.
        connection: ConnectionId,
        /// The client's CBOR.
        data: Bytes,
    },
    /// The server itself has changes to make: a re-import, a repair, an amendment. All of them enter, in one commit, or none.
    Submit {
        /// Comes back in [`Output::done`].
        ticket: u64,
        /// Raw changes, in causal order, each with the seat that answers for it.
        changes: Vec<(SeatId, Bytes)>,
    },
    /// From now on changes gather (`true`), or a commit begins as soon as there is one (`false`), with all that has gathered.
    Gather(bool),
    /// What [`Output::commit`] asked for last is on stable storage.
    Stored,
    /// It is not, and the store takes nothing any more.
    StoreFailed,
    /// The store is full: what was asked for last is not stored; later changes may be.
    StoreFull,
    /// A connection closed, or may no longer read.
    Left {
        /// Which.
        connection: ConnectionId,
    },
}

/// A change that may pass: to be stored, then relayed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AdmittedChange {
    /// Its name.
    pub hash: ChangeHash,
    /// The actor that wrote it.
    pub actor: ActorId,
    /// The seat that answers for it.
    pub seat: SeatId,
    /// When it arrived here.
    pub received: Moment,
    /// It does more than put letters in or out: it makes a paragraph or changes what one is.
    pub shapes: bool,
    /// The bytes as they came.
    pub raw: Bytes,
}

/// What follows from an input, to be carried out in this order: send, done, close, commit.
#[derive(Debug, Default)]
pub struct Output {
    /// Changes to make durable in one commit. Only one commit is under way at a time; answer it with
    /// [`Input::Stored`], [`Input::StoreFull`] or [`Input::StoreFailed`].
    pub commit: Option<Vec<AdmittedChange>>,
    /// What to send.
    pub send: Vec<Send>,
    /// Submitted changes that are durable, or refused.
    pub done: Vec<(u64, Result<(), Refusal>)>,
    /// Connections to close.
    pub close: Vec<(ConnectionId, CloseCode)>,
    /// Changes that came without the right to make them: to be kept for their author, who is told then.
    pub aside: Vec<Aside>,
    /// Refusals, for the audit log.
    pub refused: Vec<(SeatId, Refusal)>,
}

/// Something to send.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Send {
    /// One finished frame for all these connections.
    Frame {
        /// Whom to.
        to: Vec<ConnectionId>,
        /// The frame.
        frame: Bytes,
    },
    /// An answer whose changes must be read from the log first.
    Answer(Answer),
}

/// Changes that a connection lacks. The server reads their bytes and sends [`Answer::frame`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    /// Whom to.
    pub to: ConnectionId,
    /// The client's name.
    pub peer: String,
    /// The text's document id.
    pub document: String,
    /// The server's name on the wire.
    pub server: String,
    /// The heads of what is durable.
    pub heads: Vec<ChangeHash>,
    /// Changes that the server asks the client for.
    pub need: Vec<ChangeHash>,
    /// What to send.
    pub wanted: Wanted,
}

/// Which changes an answer carries.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Wanted {
    /// The first so many changes of the log: a snapshot and what follows it, or all of them.
    First(NodeIx),
    /// These changes, in ascending order. Node `i` is entry `i + 1` of the log.
    These(Vec<NodeIx>),
}

impl Answer {
    /// The finished frame. `chunks` are the changes that [`Answer::wanted`] names, in order; a saved document may stand for
    /// the first of them.
    pub fn frame(&self, chunks: &[Bytes]) -> Bytes {
        let message = super::message::write(&self.heads, &self.need, chunks);
        say::sync(&self.server, &self.peer, &self.document, &message).into()
    }
}

/// Why changes were not taken. The text as stored is untouched.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, thiserror::Error)]
pub enum Refusal {
    /// The seat may not change this text now.
    #[error("you may read this text but not change it; ask whoever holds the pen")]
    NotAllowed,
    /// The chapter is locked.
    #[error("this chapter is locked: nobody may change it until it is opened again")]
    ChapterLocked,
    /// The server cannot read the text any more.
    #[error("this text is damaged on the server and was set aside as it is; please tell an administrator")]
    TextUnreadable,
    /// The actor of a change belongs to another seat, or its author is another seat.
    #[error("a change was written under somebody else's identity")]
    ActorNotYours,
    /// A change is not one that can be merged safely.
    #[error("a change is damaged or was not written by a program that follows the format")]
    ChangeInvalid,
    /// A change is over a limit.
    #[error("a change is too large; make it in smaller steps")]
    ChangeTooLarge,
    /// Changes depend on others that never came.
    #[error("changes depend on others that the server does not have; reload the page")]
    MissingDependencies,
    /// A change does not fit the schema of a text.
    #[error("a change writes something that is not part of a text")]
    SchemaViolation,
    /// A change counts its operations from too far ahead.
    #[error("a change counts its operations from too far ahead")]
    CounterOutOfRange,
    /// A change is not the next one of its actor.
    #[error("a change repeats or skips a number in its author's sequence")]
    SequenceBroken,
    /// A seat has left as much beside the texts as it may.
    #[error(
        "you may not change this text now, and no more can be kept for you on the server; keep it as a file"
    )]
    SetAsideFull,
    /// The text has reached its limit of changes, or of letters ever written.
    #[error("this text has reached the limit of its history; ask the secretariat to begin a new chapter")]
    TextFull,
    /// The text has reached its limit of marks.
    #[error(
        "this text has reached the limit of marks (links, notes, brackets, bold and the like); ask the secretariat to begin a new chapter"
    )]
    TooManyMarks,
    /// The disk is full.
    #[error("the server's disk is full; what you write stays on this device until there is space")]
    StorageFull,
    /// The store stopped after an error.
    #[error("the server cannot save at the moment; what you write stays on this device")]
    StorageFailed,
}

impl Refusal {
    /// The stable code, as written in error frames.
    pub fn code(self) -> &'static str {
        match self {
            Refusal::NotAllowed => "not_allowed",
            Refusal::ChapterLocked => "chapter_locked",
            Refusal::TextUnreadable => "text_unreadable",
            Refusal::ActorNotYours => "actor_not_yours",
            Refusal::ChangeInvalid => "change_invalid",
            Refusal::ChangeTooLarge => "change_too_large",
            Refusal::MissingDependencies => "missing_dependencies",
            Refusal::SchemaViolation => "schema_violation",
            Refusal::CounterOutOfRange => "counter_out_of_range",
            Refusal::SequenceBroken => "sequence_broken",
            Refusal::SetAsideFull => "set_aside_full",
            Refusal::TextFull => "text_full",
            Refusal::TooManyMarks => "too_many_marks",
            Refusal::StorageFull => "storage_full",
            Refusal::StorageFailed => "storage_failed",
        }
    }
}

/// Why a connection is closed, as a WebSocket status.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u16)]
pub enum CloseCode {
    /// What came is not a frame.
    Malformed = 1007,
    /// A frame is larger than the limit.
    TooBig = 1009,
    /// The server failed.
    ServerFault = 1011,
    /// The server restarts; come back.
    Restart = 1012,
    /// The client does not read, or the server is overloaded; come back later.
    Overloaded = 1013,
    /// Nobody is signed in on this connection any more.
    NotSignedIn = 4401,
    /// No `join` came in time, or a message that had begun did not end.
    HandshakeTooSlow = 4408,
    /// The client speaks no protocol version of ours.
    UnsupportedVersion = 4409,
    /// Too many frames.
    TooMany = 4429,
}
