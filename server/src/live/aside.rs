//! Keeps what was written without the right to: durable first, then its author is told.
//!
//! Rooms hand their [`Aside`]s to a [`Keeper`]: a queue and one task, so that no room waits for it and nobody else notices
//! a client that goes on writing. The task looks at the changes on a [`Shelf`] beside the text, off the web workers, adds
//! what is new to a record of the seat and commits. A record is one entry that says what it is, and one for each time
//! something was added, with the raw changes.
//!
//! A seat keeps at most so many records and bytes ([`AsideLimits`]); beyond that its author is told to keep a file.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use crdt::document::{Text, words_in};
use crdt::ids::{AsideId, ChangeHash, SeatId, TextId};
use crdt::moment::Moment;
use crdt::sync::admission::refusal_of;
use crdt::sync::aside::{Aside, Held, Put, Shelf, base_heads, heads};
use crdt::sync::chunk::{Chunk, ChunkLimits};
use crdt::sync::events::Refusal;
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, watch};
use uuid::Uuid;

use super::noted::Noted;
use super::{LiveError, Shared, outbox};
use crate::store::{Coll, Expect, LoggedChange, Op, Seq, Store, StoreError, scan_all, scan_log};

/// How much a seat may leave beside the texts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AsideLimits {
    /// Records.
    pub records: usize,
    /// Bytes of raw changes in all of them together.
    pub bytes: usize,
}

impl Default for AsideLimits {
    fn default() -> Self {
        Self { records: 100, bytes: 8 << 20 }
    }
}

/// What a seat wrote in one text without the right to, from the moment when it lost touch with it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SetAside {
    /// For life.
    pub id: AsideId,
    /// Whose.
    pub seat: SeatId,
    /// For which text.
    pub text: TextId,
    /// Which right was lacking: `chapter_locked`, `not_allowed`.
    pub reason: String,
    /// The text as its author had it.
    pub base_heads: Vec<ChangeHash>,
    /// The text with these changes.
    pub heads: Vec<ChangeHash>,
    /// When the server received the first of them.
    pub received: Moment,
    /// When it received the last.
    pub last: Moment,
    /// How many changes.
    pub changes: u64,
    /// Their bytes.
    pub size_bytes: u64,
    /// In how many parts they are stored.
    pub parts: u32,
    /// The words written, one string for each place in the text.
    pub written: Vec<String>,
}

/// The way to the task that keeps.
pub struct Keeper {
    queue: mpsc::Sender<(TextId, Aside)>,
}

/// What waits for the task.
pub type Waiting = mpsc::Receiver<(TextId, Aside)>;

impl Keeper {
    /// The two ends of the queue.
    pub fn new() -> (Keeper, Waiting) {
        const MOST_WAITING: usize = 256;
        let (queue, waiting) = mpsc::channel(MOST_WAITING);
        (Keeper { queue }, waiting)
    }

    /// Keeps this as soon as possible. With too many before it, it comes back: then it is not kept.
    pub fn keep(&self, text: TextId, aside: Aside) -> Result<(), Box<Aside>> {
        self.queue.try_send((text, aside)).map_err(|error| Box::new(error.into_inner().1))
    }
}

/// Keeps what rooms hand over, until the server stops; what waits then is still kept.
pub(super) async fn keep_aside(shared: Arc<Shared>, mut waiting: Waiting) {
    let mut stopping = shared.stopping.subscribe();
    let mut task = Task { shared, shelves: Shelves::default(), noted: Noted::default() };
    loop {
        let next = tokio::select! {
            biased;
            next = waiting.recv() => next,
            () = stopped(&mut stopping) => waiting.try_recv().ok(),
        };
        match next {
            Some((text, aside)) => task.keep(text, aside).await,
            None => return,
        }
    }
}

async fn stopped(stopping: &mut watch::Receiver<bool>) {
    // The sender is gone only together with the server.
    drop(stopping.wait_for(|stopping| *stopping).await);
}

/// Everything a seat has left beside the texts, in order of receipt.
pub async fn of_seat(store: &dyn Store, seat: SeatId) -> Result<Vec<SetAside>, StoreError> {
    let mut all: Vec<SetAside> =
        versions_of_seat(store, seat).await?.into_iter().map(|(record, _)| record).collect();
    all.sort_by_key(|record| (record.received, record.id));
    Ok(all)
}

async fn versions_of_seat(store: &dyn Store, seat: SeatId) -> Result<Vec<(SetAside, u64)>, StoreError> {
    let records = scan_all(store, Coll::Aside, &format!("{seat}/")).await?;
    records.iter().map(|record| Ok((record.read()?, record.version))).collect()
}

/// The raw changes of a record, in causal order.
pub async fn changes_of(store: &dyn Store, record: &SetAside) -> Result<Vec<Bytes>, StoreError> {
    let mut changes = Vec::new();
    for part in scan_all(store, Coll::AsidePart, &format!("{}/", record.key())).await? {
        for encoded in part.read::<Vec<String>>()? {
            let raw = STANDARD.decode(encoded).map_err(|error| StoreError::Corrupt {
                what: format!("a change of set-aside record {}", record.id),
                detail: error.to_string(),
            })?;
            changes.push(raw.into());
        }
    }
    Ok(changes)
}

/// Those of these changes, in causal order, that are among these heads or that one of them builds on.
pub fn that_lead_to(changes: Vec<Bytes>, heads: &[ChangeHash]) -> Result<Vec<Bytes>, LiveError> {
    let mut wanted: BTreeSet<ChangeHash> = heads.iter().copied().collect();
    let mut kept = Vec::new();
    for raw in changes.into_iter().rev() {
        let header = Chunk::read(raw.clone(), &ChunkLimits::STORED).map_err(refusal_of)?.header;
        if wanted.contains(&header.hash) {
            wanted.extend(header.dependencies);
            kept.push(raw);
        }
    }
    kept.reverse();
    Ok(kept)
}

/// What removes a record with its changes.
pub fn removal(record: &SetAside) -> Vec<Op> {
    let parts = (0..record.parts).map(|part| (Coll::AsidePart, record.part_key(part)));
    [(Coll::Aside, record.key())]
        .into_iter()
        .chain(parts)
        .map(|(coll, key)| Op::Delete { coll, key, expect: Expect::Any })
        .collect()
}

impl SetAside {
    /// How many words were written.
    pub fn words(&self) -> usize {
        self.written.iter().map(|passage| words_in(passage)).sum()
    }

    fn key(&self) -> String {
        format!("{}/{}", self.seat, self.id)
    }

    fn part_key(&self, part: u32) -> String {
        format!("{}/{part:06}", self.key())
    }
}

struct Task {
    shared: Arc<Shared>,
    shelves: Shelves,
    noted: Noted,
}

/// What is told to the author.
enum Told {
    /// Nothing: the text has it all.
    Nothing,
    /// It was refused, and is kept.
    Kept(AsideId),
    /// It was refused for this reason and is not kept.
    NotKept(Refusal),
}

impl Task {
    async fn keep(&mut self, text: TextId, aside: Aside) {
        let told = match self.try_to_keep(text, &aside).await {
            Ok(told) => told,
            Err(error) => {
                tracing::error!(%text, seat = %aside.speaker.seat, %error, "changes could not be set aside");
                let full = matches!(error, LiveError::Store(StoreError::Full));
                Told::NotKept(if full { Refusal::StorageFull } else { aside.reason })
            }
        };
        let frame = match told {
            Told::Nothing => return,
            Told::Kept(record) => aside.frame(aside.reason, Some(record)),
            Told::NotKept(refusal) => {
                self.note(text, aside.speaker.seat, refusal).await;
                aside.frame(refusal, None)
            }
        };
        self.shared.outboxes.deliver(&[aside.connection], outbox::binary(&frame));
    }

    async fn try_to_keep(&mut self, text: TextId, aside: &Aside) -> Result<Told, LiveError> {
        let seat = aside.speaker.seat;
        let records = versions_of_seat(&*self.shared.store, seat).await?;
        let shelf = self.shelf(text, seat, &records).await?;
        let (changes, fresh) = (aside.changes.clone(), AsideId(Uuid::new_v4()));
        let (shelf, put) = apart(text, move || {
            let mut shelf = shelf;
            let put = shelf.shelf.put(&changes, fresh);
            (shelf, put)
        })
        .await?;
        let (record, new) = match put {
            Ok(Put::New(record, new)) => (record, new),
            Ok(Put::Known(record)) => {
                self.shelves.give_back(text, seat, shelf);
                return Ok(Told::Kept(record));
            }
            Ok(Put::InText) => {
                self.shelves.give_back(text, seat, shelf);
                return Ok(Told::Nothing);
            }
            Err(refusal) => {
                self.shelves.give_back(text, seat, shelf);
                return Ok(Told::NotKept(refusal));
            }
        };
        // From here on the shelf goes back only once the record is durable: otherwise it is opened anew from what is.
        let (known, expect) = match records.iter().find(|(known, _)| known.id == record) {
            Some((known, version)) => (Some(known), Expect::Version(*version)),
            None => (None, Expect::Absent),
        };
        let size_bytes: u64 = new.iter().map(|chunk| chunk.raw.len() as u64).sum();
        let used: u64 = records.iter().map(|(record, _)| record.size_bytes).sum();
        let limits = self.shared.settings.aside;
        if used + size_bytes > limits.bytes as u64 || (known.is_none() && records.len() >= limits.records) {
            return Ok(Told::NotKept(Refusal::SetAsideFull));
        }
        let now = self.shared.clock.now();
        let chunks: Vec<Chunk> = shelf.shelf.record(record).cloned().collect();
        let next = SetAside {
            id: record,
            seat,
            text,
            reason: known.map_or(aside.reason.code().to_owned(), |known| known.reason.clone()),
            base_heads: base_heads(chunks.iter()),
            heads: heads(chunks.iter()),
            received: known.map_or(now, |known| known.received),
            last: now,
            changes: chunks.len() as u64,
            size_bytes: known.map_or(0, |known| known.size_bytes) + size_bytes,
            parts: known.map_or(0, |known| known.parts) + 1,
            written: Vec::new(),
        };
        let next = SetAside { written: self.words_of(&next, shelf.shelf.held()).await, ..next };
        let part: Vec<String> = new.iter().map(|chunk| STANDARD.encode(&chunk.raw)).collect();
        let mut ops = vec![
            Op::put(Coll::Aside, next.key(), expect, &next),
            Op::put(Coll::AsidePart, next.part_key(next.parts - 1), Expect::Absent, &part),
        ];
        if known.is_none() {
            ops.push(Op::audit(&serde_json::json!({
                "event": "set_aside", "text": text, "seat": seat, "code": next.reason, "record": record, "at": now,
            })));
        }
        self.shared.store.commit(ops).await?;
        self.shelves.give_back(text, seat, shelf);
        Ok(Told::Kept(record))
    }

    /// The words that a record adds to the text as its author had it. Without them a record is still whole.
    async fn words_of(&self, record: &SetAside, held: &[Held]) -> Vec<String> {
        let Ok(text) = self.shared.texts.read(record.text).await else { return Vec::new() };
        let (base, heads) = (record.base_heads.clone(), record.heads.clone());
        let held: Vec<Bytes> = held.iter().map(|held| held.chunk.raw.clone()).collect();
        let written = apart(record.text, move || {
            let mut with = Text::clone(&text);
            with.apply(held.iter().map(|raw| &raw[..])).map(|()| with.written(&base, &heads))
        });
        match written.await {
            Ok(Ok(written)) => written,
            Ok(Err(error)) => {
                tracing::warn!(record = %record.id, %error, "the words of a set-aside record cannot be read");
                Vec::new()
            }
            Err(_) => Vec::new(),
        }
    }

    /// The shelf of a seat beside a text as it is durable now.
    async fn shelf(
        &mut self,
        text: TextId,
        seat: SeatId,
        records: &[(SetAside, u64)],
    ) -> Result<Open, LiveError> {
        let store = &*self.shared.store;
        let (limits, quota) = (self.shared.settings.room.chunk, self.shared.settings.room.quota);
        // A record that its author threw away meanwhile must not seem to be there still.
        let is_there = |held: &Held| records.iter().any(|(record, _)| record.id == held.record);
        let open = self.shelves.take(text, seat).filter(|open| open.shelf.held().iter().all(is_there));
        if let Some(open) = open {
            let tail = scan_log(store, text, open.upto).await?;
            if tail.is_empty() {
                return Ok(open);
            }
            return apart(text, move || {
                let mut open = open;
                open.upto = tail.last().map_or(open.upto, |logged| logged.seq);
                open.shelf.log_grew(chunks(tail));
                open
            })
            .await;
        }
        let mut held = Vec::new();
        for (record, _) in records.iter().filter(|(record, _)| record.text == text) {
            for raw in changes_of(store, record).await? {
                held.push((record.id, raw));
            }
        }
        let log = scan_log(store, text, 0).await?;
        apart(text, move || {
            let upto = log.last().map_or(0, |logged| logged.seq);
            let held = held.into_iter().filter_map(|(record, raw)| {
                Chunk::read(raw, &limits).ok().map(|chunk| Held { record, chunk })
            });
            let shelf = Shelf::open(seat, (limits, quota), chunks(log), held);
            Open { shelf, upto, used: Instant::now() }
        })
        .await
    }

    async fn note(&mut self, text: TextId, seat: SeatId, refusal: Refusal) {
        if !self.noted.is_due(seat, tokio::time::Instant::now()) {
            return;
        }
        tracing::warn!(%text, %seat, code = refusal.code(), "changes refused and not kept");
        let at = self.shared.clock.now();
        let event = serde_json::json!({
            "event": "change_refused", "text": text, "seat": seat, "code": refusal.code(), "at": at,
        });
        if let Err(error) = self.shared.store.commit(vec![Op::audit(&event)]).await {
            tracing::error!(%text, %error, "a refusal could not be written to the audit log");
        }
    }
}

/// Shelves that were used lately: whoever goes on writing is not looked at from the beginning each time.
#[derive(Default)]
struct Shelves {
    open: BTreeMap<(TextId, SeatId), Open>,
}

struct Open {
    shelf: Shelf,
    /// How far in the log of the text it has read.
    upto: Seq,
    used: Instant,
}

impl Shelves {
    /// A shelf holds as much memory as the room of its text.
    const MOST: usize = 4;
    const KEPT_FOR: Duration = Duration::from_mins(1);

    fn take(&mut self, text: TextId, seat: SeatId) -> Option<Open> {
        self.open.retain(|_, open| open.used.elapsed() < Self::KEPT_FOR);
        self.open.remove(&(text, seat))
    }

    fn give_back(&mut self, text: TextId, seat: SeatId, shelf: Open) {
        if self.open.len() >= Self::MOST
            && let Some(oldest) = self.open.iter().min_by_key(|(_, open)| open.used).map(|(place, _)| *place)
        {
            self.open.remove(&oldest);
        }
        self.open.insert((text, seat), Open { used: Instant::now(), ..shelf });
    }
}

fn chunks(log: Vec<LoggedChange>) -> impl Iterator<Item = (Chunk, SeatId)> {
    let limits = ChunkLimits { max_unpacked_bytes: 64 << 20, ..ChunkLimits::default() };
    log.into_iter().map_while(move |logged| {
        let seat = logged.change.seat;
        Chunk::read(logged.change.bytes, &limits).ok().map(|chunk| (chunk, seat))
    })
}

/// Work on a thread of its own: the runtime's own threads must stay free for the rooms.
async fn apart<T: Send + 'static>(
    text: TextId,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, LiveError> {
    let failed = |error: tokio::task::JoinError| LiveError::Unreadable { text, detail: error.to_string() };
    tokio::task::spawn_blocking(work).await.map_err(failed)
}
