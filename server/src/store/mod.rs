//! Where bytes are kept: one trait, several engines, one contract.
//!
//! Nothing else in Borrador touches storage. A [`Store`] keeps three kinds of things:
//!
//! - **Change logs**, one for each text: append-only, in order of receipt, never deleted. They are the truth.
//! - **Records**: JSON values under a [`Coll`] and a key, each with a version for compare-and-swap.
//! - **Blobs**: immutable bytes under their SHA-256.
//!
//! Snapshots of texts are a cache beside the log. [`Store::tidy`] packs the older part of each log into cold segments: that
//! changes what it costs, never what it says. An audit log takes events of the procedure, each entry chained to the
//! one before by its hash.
//!
//! The promise of [`Store::commit`]: when it answers `Ok`, all its operations are on stable storage; when it answers
//! an error other than [`StoreError::Unavailable`], none is. `contract.rs` holds the suite that every engine passes.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! use borrador::store::{Coll, Expect, Op, Store, memory::MemoryStore};
//!
//! let store = MemoryStore::new();
//! let put = Op::put(Coll::Setting, "motto", Expect::Absent, &"one shared position");
//! assert_eq!(store.commit(vec![put]).await.unwrap().versions, [1]);
//! assert_eq!(store.get(Coll::Setting, "motto").await.unwrap().unwrap().version, 1);
//! # });
//! ```

pub mod backup;
mod blobs;
#[cfg(test)]
mod contract;
pub mod folder;
mod format;
pub mod memory;
mod segment;
pub mod sled;
mod whole;

use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;
use crdt::ids::{ActorId, ChangeHash, SeatId, TextId};
use crdt::moment::Moment;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use self::blobs::BlobName;
pub use self::whole::{About, Dump, Entries, Entry, Finding, Tidied, TidyBounds};

macro_rules! collections {
    ($($(#[$doc:meta])* $coll:ident = $number:literal $name:literal,)+) => {
        /// The kinds of records. The numbers are part of the stored format: never reuse one.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
        #[repr(u8)]
        pub enum Coll {
            $($(#[$doc])* $coll = $number,)+
        }

        impl Coll {
            /// All of them, in the order of their numbers.
            pub const ALL: &[Coll] = &[$(Coll::$coll),+];

            /// What an operator calls it.
            pub fn name(self) -> &'static str {
                match self {
                    $(Coll::$coll => $name,)+
                }
            }
        }
    };
}

collections! {
    /// Settings of the service itself: format version, demo clock, counters.
    Setting = 1 "setting",
    /// Bodies of the organisation, by component id.
    Component = 2 "component",
    /// Accounts, by person id.
    Person = 3 "person",
    /// Seats with their grants, by seat id.
    Seat = 4 "seat",
    /// Browser sessions, by the SHA-256 of their token.
    Session = 5 "session",
    /// Sign-in links, by the SHA-256 of their token.
    Link = 6 "sign-in link",
    /// Bearer tokens, by the SHA-256 of their token.
    Token = 7 "token",
    /// Tickets for sockets that can set no header, by the SHA-256 of their token.
    Ticket = 8 "ticket",
    /// Papers with their chapters, by paper id.
    Paper = 9 "paper",
    /// What a text belongs to, by text id.
    Text = 10 "text",
    /// Comment threads, by `text id/thread id`.
    Thread = 11 "thread",
    /// Sealed milestones, by `paper id/milestone id`.
    Milestone = 12 "milestone",
    /// Answers to requests that carried an `Idempotency-Key`, by `seat id/key`.
    Answer = 13 "kept answer",
    /// Finished exports of sealed milestones: the blob for `milestone id/language.format`.
    File = 14 "finished file",
    /// What was written without the right to, by `seat id/record id`.
    Aside = 15 "set-aside record",
    /// The raw changes of those records, by `seat id/record id/part`.
    AsidePart = 16 "set-aside changes",
    /// Review rounds, by `paper id/round id`.
    Round = 17 "round",
    /// Amendments, by `paper id/amendment id`.
    Amendment = 18 "amendment",
    /// What components say of milestones, by `paper id/position id`; the id follows from component and subject.
    Position = 19 "position",
    /// Words that are not agreed, by `paper id/bracket id`.
    Bracket = 20 "bracket",
    /// Questions put under silence, by `paper id/silence id`.
    Silence = 21 "silence",
    /// What a person is told, by `person id/notice id`.
    Notice = 22 "notice",
    /// Which component has read which chapter in a round, by `round id/component id`.
    Reading = 23 "reading",
    /// Invitations, by invitation id; `key/SHA-256 of the token` leads from a link to its invitation.
    Invitation = 24 "invitation",
    /// Letters on their way by mail, and what became of them, by letter id.
    Letter = 25 "letter",
    /// What amendments propose, by `amendment id/revision`.
    AmendmentPart = 28 "amendment revision",
    /// Answers that were given together, by `paper id/batch id`: what an undo takes back.
    AnswerBatch = 30 "answers given together",
    /// Files with a matrix that were brought, by `paper id/import id`.
    MatrixImport = 31 "matrix that was brought",
    /// The bytes of those that were only looked at, in base64, by the same key.
    MatrixFile = 33 "file that was looked at",
    /// What proves a sealed milestone, by `paper id/milestone id`.
    Proof = 36 "proof of a draft",
    /// Public keys that drafts were signed with, by the SHA-256 of the key.
    Key = 37 "public key",
    /// What a seat has seen of a paper, by `paper id/seat id`.
    Look = 38 "look at a paper",
    /// Sources that a paper cites, by `paper id/source id`.
    Source = 34 "source",
    /// Pictures of a paper, by `paper id/SHA-256`; their bytes are the blob of that name.
    Image = 35 "picture",
    /// Which sealed milestones are public, by `paper id/milestone id`.
    Publication = 39 "publication",
    /// What the service wrote into a text for somebody, by `text id/hash of the change`.
    Act = 40 "act on a text",
    /// Drafts that are planned, by `paper id/plan id`.
    Planned = 42 "planned draft",
    /// Word documents that became a paper, by the SHA-256 of the file.
    WordImport = 41 "document that was taken in",
}

impl Coll {
    /// The kind with this number, if there is one.
    pub fn of_number(number: u8) -> Option<Coll> {
        Coll::ALL.iter().copied().find(|coll| *coll as u8 == number)
    }
}

/// The position of a change in the log of its text: 1 for the first.
pub type Seq = u64;

/// A change on its way into a log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewChange {
    /// The text it belongs to names it by this hash; a log holds each hash once.
    pub hash: ChangeHash,
    /// The actor that wrote it.
    pub actor: ActorId,
    /// The seat that answers for it.
    pub seat: SeatId,
    /// When the server received it.
    pub received: Moment,
    /// The raw change chunk, as received.
    pub bytes: Bytes,
}

/// A change in a log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LoggedChange {
    /// Its place.
    pub seq: Seq,
    /// What was appended.
    pub change: NewChange,
}

/// A saved document that stands for the first `upto` changes of a log. A cache: the log can always rebuild it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Snapshot {
    /// The last change it contains.
    pub upto: Seq,
    /// The heads of the document, sorted.
    pub heads: Vec<ChangeHash>,
    /// `Automerge::save` of the document.
    pub bytes: Bytes,
}

/// The state that a write expects its record to be in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Expect {
    /// Anything: the last writer wins.
    Any,
    /// There is no such record.
    Absent,
    /// The record has this version.
    Version(u64),
}

/// One operation of a commit.
#[derive(Clone, Debug)]
pub enum Op {
    /// Append changes to the log of a text. A change whose hash the log holds already is passed over.
    Append {
        /// The text.
        text: TextId,
        /// The changes, in causal order.
        changes: Vec<NewChange>,
    },
    /// Write a record.
    Put {
        /// Its kind.
        coll: Coll,
        /// Its key: 1 to 200 bytes.
        key: String,
        /// What it must be now.
        expect: Expect,
        /// Its new value, as JSON.
        json: Bytes,
    },
    /// Write a record as a backup has it, with its version. Only for filling a new store.
    Place {
        /// Its kind.
        coll: Coll,
        /// The record.
        record: Record,
    },
    /// Remove a record; removing what is not there succeeds under [`Expect::Any`].
    Delete {
        /// Its kind.
        coll: Coll,
        /// Its key.
        key: String,
        /// What it must be now.
        expect: Expect,
    },
    /// Add an event to the audit log, as JSON.
    Audit {
        /// The event.
        json: Bytes,
    },
    /// Keep a verified snapshot of a text; the newest and the one before it are kept.
    Snapshot {
        /// The text.
        text: TextId,
        /// The snapshot.
        snapshot: Snapshot,
    },
    /// Keep the saved history of a text in the place of the one before: a cache, like a snapshot.
    History {
        /// The text.
        text: TextId,
        /// As its room saved it.
        bytes: Bytes,
    },
}

impl Op {
    /// A [`Op::Put`] of a value that serialises to JSON.
    pub fn put(coll: Coll, key: impl Into<String>, expect: Expect, value: &impl Serialize) -> Op {
        let json = serde_json::to_vec(value).expect("records serialise to JSON");
        Op::Put { coll, key: key.into(), expect, json: json.into() }
    }

    /// An [`Op::Audit`] of an event that serialises to JSON.
    pub fn audit(event: &impl Serialize) -> Op {
        Op::Audit { json: serde_json::to_vec(event).expect("events serialise to JSON").into() }
    }
}

/// What a commit did.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Committed {
    /// For each [`Op::Append`], in order: the last sequence number of its log.
    pub last_seqs: Vec<Seq>,
    /// For each [`Op::Put`], in order: the record's new version.
    pub versions: Vec<u64>,
}

/// A stored record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Record {
    /// Its key.
    pub key: String,
    /// 1 when first written, one more with each write.
    pub version: u64,
    /// Its value.
    pub json: Bytes,
}

impl Record {
    /// The value as its type.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, StoreError> {
        serde_json::from_slice(&self.json).map_err(|error| StoreError::Corrupt {
            what: format!("record {}", self.key),
            detail: error.to_string(),
        })
    }
}

/// One entry of the audit log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AuditEntry {
    /// Its place: 1 for the first.
    pub seq: Seq,
    /// SHA-256 over the previous entry's hash (32 zero bytes for the first) followed by the event's bytes.
    pub hash: [u8; 32],
    /// The event.
    pub json: Bytes,
}

/// Why the store did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// A record was not in the expected state; nothing of the commit was done.
    #[error("operation {op} expected another version; the record has {current:?}")]
    Conflict {
        /// The index of the operation in the commit.
        op: usize,
        /// The version it has, `None` if there is none.
        current: Option<u64>,
    },
    /// The outcome is unknown; the same commit may be sent again.
    #[error("the store cannot be reached; try again")]
    Unavailable,
    /// There is no space left; nothing of the commit was done. Reading goes on.
    #[error("the disk of the store is full")]
    Full,
    /// An earlier input/output error made the state of the disk uncertain; nothing is acknowledged any more until a restart.
    #[error("the store stopped after an input/output error: {0}")]
    Poisoned(String),
    /// What was read is not what was written.
    #[error("{what} is damaged: {detail}")]
    Corrupt {
        /// Which thing.
        what: String,
        /// How it shows.
        detail: String,
    },
}

/// A future that a store answers with.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// An engine. See the module's documentation for the promises.
pub trait Store: Send + Sync + 'static {
    /// The engine's name, as shown by `/health`.
    fn name(&self) -> &'static str;

    /// Do all operations or none.
    fn commit(&self, ops: Vec<Op>) -> Answer<'_, Committed>;

    /// Changes of a text after `after` (0: from the first), in order, until about `max_bytes` of raw changes are
    /// collected; at least one if there is one.
    fn changes(&self, text: TextId, after: Seq, max_bytes: usize) -> Answer<'_, Vec<LoggedChange>>;

    /// The newest snapshot of a text.
    fn snapshot(&self, text: TextId) -> Answer<'_, Option<Snapshot>>;

    /// The saved history of a text, as it was kept; `None` if there is none.
    fn history(&self, text: TextId) -> Answer<'_, Option<Bytes>>;

    /// One record.
    fn get(&self, coll: Coll, key: &str) -> Answer<'_, Option<Record>>;

    /// Records whose key starts with `prefix`, in order of their keys, after the key `after`, at most `limit`. A damaged
    /// record is passed over and named in the log: the others are still there. Asked for by its key it is an error.
    fn scan(&self, coll: Coll, prefix: &str, after: Option<&str>, limit: usize) -> Answer<'_, Vec<Record>>;

    /// Entries of the audit log after `after`, in order, at most `limit`.
    fn audit(&self, after: Seq, limit: usize) -> Answer<'_, Vec<AuditEntry>>;

    /// The last entry of the audit log; `None` when it is empty.
    fn last_audit(&self) -> Answer<'_, Option<AuditEntry>>;

    /// Keep bytes under their SHA-256, which is returned.
    fn put_blob(&self, bytes: Bytes) -> Answer<'_, [u8; 32]>;

    /// The bytes with this SHA-256; checked on reading.
    fn blob(&self, sha256: [u8; 32]) -> Answer<'_, Option<Bytes>>;

    /// Pack the older part of the logs that have grown over the bounds into cold segments, and remove snapshots that nothing
    /// names. No change is removed from any log. Commits and readings go on meanwhile.
    fn tidy(&self, bounds: TidyBounds) -> Answer<'_, Tidied>;

    /// Everything in the store but snapshots, as it was at the moment this answers. Commits go on meanwhile.
    fn dump(&self) -> Answer<'_, Dump>;

    /// Read everything there is; answer with what is not as it was written. What changes mean is not looked at.
    fn check(&self) -> Answer<'_, Vec<Finding>>;
}

/// Every record under a prefix, however many there are.
pub async fn scan_all(store: &dyn Store, coll: Coll, prefix: &str) -> Result<Vec<Record>, StoreError> {
    const PAGE: usize = 500;
    let mut all: Vec<Record> = Vec::new();
    loop {
        let page = store.scan(coll, prefix, all.last().map(|record| record.key.as_str()), PAGE).await?;
        let last = page.len() < PAGE;
        all.extend(page);
        if last {
            return Ok(all);
        }
    }
}

/// Every change of a text after `after`, however many there are.
pub async fn scan_log(store: &dyn Store, text: TextId, after: Seq) -> Result<Vec<LoggedChange>, StoreError> {
    const PIECE_BYTES: usize = 4 << 20;
    let mut all: Vec<LoggedChange> = Vec::new();
    loop {
        let after = all.last().map_or(after, |logged| logged.seq);
        let piece = store.changes(text, after, PIECE_BYTES).await?;
        if piece.is_empty() {
            return Ok(all);
        }
        all.extend(piece);
    }
}
