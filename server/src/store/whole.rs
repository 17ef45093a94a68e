//! What concerns a store as a whole: everything in it, what is wrong with it, and keeping it small.

use std::fmt;

use bytes::Bytes;
use crdt::ids::{TextId, to_hex};
use tokio::sync::mpsc::Receiver;
use uuid::Uuid;

use super::{AuditEntry, BlobName, Coll, LoggedChange, Record, StoreError};

/// One piece of everything that is in a store.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Entry {
    /// Consecutive changes of a text. The pieces of a log come one after another, from its first change on.
    Changes {
        /// The text.
        text: TextId,
        /// At least one change.
        changes: Vec<LoggedChange>,
    },
    /// A record.
    Record {
        /// Its kind.
        coll: Coll,
        /// The record.
        record: Record,
    },
    /// An event of the procedure. They come in order.
    Audit(AuditEntry),
    /// A blob.
    Blob(Bytes),
    /// Something that cannot be read. It is left out; everything else follows.
    Damaged(Finding),
    /// That was everything. A dump without it broke off.
    End,
}

/// A store as it was at one moment.
pub struct Dump {
    /// Which store it is.
    pub store: Uuid,
    /// Everything in it.
    pub entries: Entries,
}

/// The pieces of a dump: logs, records, audit log, blobs, in this order. Whoever stops receiving ends it.
pub type Entries = Receiver<Entry>;

/// What a finding is about.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum About {
    /// The log or the snapshots of a text.
    Text(TextId),
    /// A record.
    Record {
        /// The number of its kind.
        coll: u8,
        /// Its key.
        key: String,
    },
    /// The audit log.
    Audit,
    /// A blob.
    Blob(BlobName),
    /// Everything.
    Store,
}

impl fmt::Display for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            About::Text(text) => write!(f, "text {text}"),
            About::Record { coll, key } => match Coll::of_number(*coll) {
                Some(coll) => write!(f, "record {}/{key}", coll.name()),
                None => write!(f, "record of the unknown kind {coll}/{key}"),
            },
            About::Audit => f.write_str("the audit log"),
            About::Blob(name) => write!(f, "blob {}", to_hex(name)),
            About::Store => f.write_str("the store"),
        }
    }
}

/// Something that is not as it was written.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Finding {
    /// What it is about.
    pub about: About,
    /// How it shows.
    pub detail: String,
}

impl Finding {
    /// A finding about something.
    pub fn new(about: About, detail: impl Into<String>) -> Finding {
        Finding { about, detail: detail.into() }
    }

    /// What an error says that came from reading something.
    pub fn of(about: About, error: &StoreError) -> Finding {
        match error {
            StoreError::Corrupt { detail, .. } => Finding::new(about, detail),
            other => Finding::new(about, other.to_string()),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.about, self.detail)
    }
}

/// How much of a log stays as it was appended before the older part is packed: either bound suffices.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TidyBounds {
    /// Changes.
    pub changes: u64,
    /// Bytes of raw changes.
    pub bytes: u64,
}

impl Default for TidyBounds {
    fn default() -> Self {
        Self { changes: 1_000, bytes: 256 * 1024 }
    }
}

/// What a tidying did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tidied {
    /// Segments that were written.
    pub segments: usize,
    /// Changes that moved into them.
    pub changes: u64,
    /// Snapshots that nothing named any more.
    pub snapshots: usize,
}
