//! Writing together, performed: sockets, rooms, and the texts they build up.
//!
//! The rules are in [`crdt::sync`]; this module carries out what a room asks for.
//!
//! ```text
//! socket ─ connection ─► room task ─ room.handle ─► store.commit ─► Input::Stored ─► outboxes ─► sockets
//! ```
//!
//! | File | What it does |
//! |---|---|
//! | `socket.rs` | one WebSocket: handshake, frames in, the queue of frames out |
//! | `outbox.rs` | finished frames, shared, to many sockets of many workers |
//! | `registry.rs` | the open rooms, and the way into them |
//! | `opening.rs` | a room's history, loaded; newcomers, answered meanwhile |
//! | `window.rs` | how long changes gather, by what sending costs |
//! | `room_task.rs` | one task for each open text; commits before it relays |
//! | `riders.rs` | records that are written in the same commit as changes of a text |
//! | `branch.rs` | texts that begin with the history of another |
//! | `unreadable.rs` | instead of a room, for a text that cannot be read as it is stored |
//! | `aside.rs` | keeps what was written without the right to, for its author |
//! | `noted.rs` | how many refusals of a seat are noted |
//! | `repair.rs` | looks after a text when it has changed: doubled paragraph ids, snapshots |
//! | `texts.rs` | loaded texts for reading: exports, anchors, attribution; writes snapshots |
//! | `check.rs` | is a stored text what it says it is? |
//! | `mod.rs` | the face that the rest of the server sees |
//!
//! This module knows seats and texts. It has never heard of accounts, papers or HTTP bodies.

pub mod aside;
pub mod branch;
pub mod check;
pub mod headers;
mod noted;
mod opening;
mod outbox;
mod registry;
pub mod repair;
mod riders;
mod room_task;
pub mod socket;
#[cfg(test)]
mod testing;
mod texts;
mod unreadable;
mod window;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use crdt::document::Text;
use crdt::ids::{SeatId, TextId};
use crdt::sync::admission::refusal_of;
use crdt::sync::chunk::{Chunk, ChunkLimits};
use crdt::sync::events::{Access, ConnectionId, Input, Refusal};
use crdt::sync::room::RoomSettings;
use tokio::runtime::Handle;
use tokio::sync::{broadcast, oneshot, watch};

use self::aside::{AsideLimits, Keeper};
use self::outbox::Outboxes;
use self::registry::Registry;
use self::room_task::ToRoom;
use self::texts::Texts;
use crate::boot::clock::Clock;
use crate::store::{NewChange, Op, Store, StoreError};

/// Answers what a seat may do with a text, now. Asked for every message, so it must be quick.
pub trait RightsOf: Send + Sync + 'static {
    /// What the seat may do; [`Access::None`] for a text that does not exist.
    fn access(&self, seat: SeatId, text: TextId) -> Access;

    /// Whether the seat is still held by somebody: if not, its sockets are closed.
    fn is_held(&self, seat: SeatId) -> bool;
}

/// Limits and names of the live path.
#[derive(Clone, Debug)]
pub struct LiveSettings {
    /// Which store this is; clients remember by it what they have in common with it.
    pub storage_id: String,
    /// The longest frame, and the longest message of several frames.
    pub max_message_bytes: usize,
    /// How much may wait for a client that does not read.
    pub max_queue_bytes: usize,
    /// A client that has not said who it is by then is cut off, and one that has not ended a message so long after it began it, with a
    /// second more for every 16 KiB of it.
    pub join_within: Duration,
    /// A client is asked for a sign of life this often, and cut off after two silent rounds.
    pub heartbeat: Duration,
    /// A room that nobody has been in for so long is closed.
    pub idle_room: Duration,
    /// How much a seat may leave beside the texts.
    pub aside: AsideLimits,
    /// How much room loaded texts may take in memory, and again the histories of open rooms; over it, rooms in which nobody is
    /// close at once.
    pub max_loaded_bytes: usize,
    /// Names and limits of each room.
    pub room: RoomSettings,
}

impl LiveSettings {
    /// How long a client may be silent, or take in nothing of what it is sent.
    pub fn patience(&self) -> Duration {
        self.heartbeat * 5 / 2
    }
}

impl Default for LiveSettings {
    fn default() -> Self {
        Self {
            storage_id: "borrador".to_owned(),
            max_message_bytes: 16 << 20,
            max_queue_bytes: 8 << 20,
            join_within: Duration::from_secs(30),
            heartbeat: Duration::from_secs(15),
            idle_room: Duration::from_secs(300),
            aside: AsideLimits::default(),
            max_loaded_bytes: 256 << 20,
            room: RoomSettings::named("borrador"),
        }
    }
}

/// A text has new durable changes. Sent at most some three times a second for each text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextChanged {
    /// Which.
    pub text: TextId,
    /// By how many changes.
    pub changes: usize,
    /// Some did more than put letters in or out, or some of those did that were there when the text was opened: what came before a
    /// restart may not have been looked at.
    pub shaped: bool,
}

/// Why the live path could not do something.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LiveError {
    /// The changes were not taken.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The text as stored cannot be read; it stays as it is, and an operator must look.
    #[error("text {text} cannot be read: {detail}")]
    Unreadable {
        /// Which.
        text: TextId,
        /// How it shows.
        detail: String,
    },
    /// The server is stopping.
    #[error("the server is stopping; try again in a moment")]
    Stopping,
}

/// All rooms of this process.
pub struct Live {
    shared: Arc<Shared>,
    next_ticket: AtomicU64,
    next_connection: AtomicU64,
}

/// What sockets and room tasks have in common.
struct Shared {
    store: Arc<dyn Store>,
    clock: Clock,
    rights: Arc<dyn RightsOf>,
    settings: LiveSettings,
    texts: Texts,
    outboxes: Outboxes,
    keeper: Keeper,
    registry: Registry,
    changed: broadcast::Sender<TextChanged>,
    rights_epoch: watch::Sender<u64>,
    ended_logins: broadcast::Sender<Arc<str>>,
    stopping: watch::Sender<bool>,
    runtime: Handle,
}

impl Shared {
    /// What a seat may do with a text now, by its rights and by how the text is.
    fn access(&self, seat: SeatId, text: TextId) -> Access {
        match self.rights.access(seat, text) {
            Access::Locked | Access::Write if self.texts.is_set_aside(text) => Access::Unreadable,
            access => access,
        }
    }
}

impl Live {
    /// Starts the live path on the current Tokio runtime.
    pub fn start(
        store: Arc<dyn Store>,
        clock: Clock,
        rights: Arc<dyn RightsOf>,
        settings: LiveSettings,
    ) -> Arc<Live> {
        let (keeper, waiting) = Keeper::new();
        let shared = Shared {
            keeper,
            texts: Texts::new(store.clone(), settings.max_loaded_bytes),
            outboxes: Outboxes::default(),
            registry: Registry::default(),
            changed: broadcast::channel(1024).0,
            rights_epoch: watch::channel(0).0,
            ended_logins: broadcast::channel(64).0,
            stopping: watch::channel(false).0,
            runtime: Handle::current(),
            store,
            clock,
            rights,
            settings,
        };
        let live = Arc::new(Live {
            shared: Arc::new(shared),
            next_ticket: AtomicU64::new(1),
            next_connection: AtomicU64::new(1),
        });
        live.shared.runtime.spawn(repair::keep_repaired(live.clone()));
        live.shared.runtime.spawn(aside::keep_aside(live.shared.clone(), waiting));
        live
    }

    /// A text as it is durable at this moment, loaded if it was not. Shared: asking again costs little.
    pub async fn text(&self, text: TextId) -> Result<Arc<Text>, LiveError> {
        self.shared.texts.read(text).await
    }

    /// Changes of the server's own making, for which a seat answers. When this returns `Ok` they are durable and on their
    /// way to everybody who has the text open.
    pub async fn submit(&self, text: TextId, seat: SeatId, changes: Vec<Bytes>) -> Result<(), LiveError> {
        let changes = changes.into_iter().map(|change| (seat, change)).collect();
        self.submit_with(text, changes, Vec::new()).await
    }

    /// The same for changes of several seats, and for records that are written in the same commit: all of it is durable, or
    /// nothing. Changes that the text has already are passed over. Other people's changes share the commit, so the operations must
    /// be such that the store does not refuse them: [`Expect::Any`](crate::store::Expect::Any), under a turn of whoever writes them.
    pub async fn submit_with(
        &self,
        text: TextId,
        changes: Vec<(SeatId, Bytes)>,
        with: Vec<Op>,
    ) -> Result<(), LiveError> {
        let ticket = self.next_ticket.fetch_add(1, Ordering::Relaxed);
        let (answer, done) = oneshot::channel();
        let input = Input::Submit { ticket, changes };
        Registry::send(&self.shared, text, ToRoom::Submit { ticket, input, with, answer }).await?;
        done.await.map_err(|_| LiveError::Stopping)?
    }

    /// Stores the first changes of a new text. See [`Live::first_changes`].
    pub async fn create(&self, text: TextId, seat: SeatId, first: Vec<Bytes>) -> Result<(), LiveError> {
        let first = self.first_changes(text, seat, first)?;
        self.shared.store.commit(vec![first]).await?;
        Ok(())
    }

    /// The first changes of a new text, as an operation for the commit that gives it its place. They come from the server
    /// itself, so they may make the root that no client may touch; everything else about them is checked.
    pub fn first_changes(&self, text: TextId, seat: SeatId, first: Vec<Bytes>) -> Result<Op, LiveError> {
        let changes = first.into_iter().map(|raw| self.change_of(seat, raw)).collect::<Result<_, _>>()?;
        Ok(Op::Append { text, changes })
    }

    /// A change of the server's own, for a log.
    fn change_of(&self, seat: SeatId, raw: Bytes) -> Result<NewChange, LiveError> {
        let header = Chunk::read(raw.clone(), &ChunkLimits::STORED).map_err(refusal_of)?.header;
        let received = self.shared.clock.now();
        Ok(NewChange { hash: header.hash, actor: header.actor, seat, received, bytes: raw })
    }

    /// Texts that change, as they change. A slow listener misses some and is told how many.
    pub fn changed(&self) -> broadcast::Receiver<TextChanged> {
        self.shared.changed.subscribe()
    }

    /// Rights were given or taken: open sockets ask again at once.
    pub fn rights_changed(&self) {
        self.shared.rights_epoch.send_modify(|epoch| *epoch += 1);
    }

    /// Hangs up on the sockets that were opened with this login: whoever held it has signed out.
    pub fn end_login(&self, login: &str) {
        // No socket may be open.
        drop(self.shared.ended_logins.send(login.into()));
    }

    /// How many sockets are open.
    pub fn connections(&self) -> usize {
        self.shared.outboxes.len()
    }

    /// Closes all sockets, tells their clients to come back, and returns when everything that was admitted is durable.
    pub async fn stop(&self) {
        self.shared.stopping.send_replace(true);
        for ended in self.shared.registry.stop() {
            ended.await;
        }
    }

    fn next_connection(&self) -> ConnectionId {
        ConnectionId(self.next_connection.fetch_add(1, Ordering::Relaxed))
    }
}
