//! One open text: a task that feeds its room and carries out what follows.
//!
//! Inputs are taken one after another. A commit runs beside them, one at a time: what arrives meanwhile waits in the room
//! and is made durable together when the commit under way is done.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use crdt::ids::{SeatId, TextId};
use crdt::sync::chunk::{Chunk, ChunkLimits};
use crdt::sync::events::{AdmittedChange, Answer, CloseCode, Input, Output, Refusal, Send, Wanted};
use crdt::sync::room::Room;
use futures_util::future::{Future, pending};
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep_until};

use super::noted::Noted;
use super::registry::Inputs;
use super::{LiveError, Shared, TextChanged, outbox, unreadable};
use crate::store::{Committed, NewChange, Op, Store, StoreError, scan_log};

/// How long changes gather before listeners hear of them.
const CHANGED_AFTER: Duration = Duration::from_millis(300);

/// What a room task is asked to do.
pub enum ToRoom {
    /// Something happened.
    Input(Input),
    /// The server submits changes and waits for the outcome.
    Submit {
        /// The ticket inside the input.
        ticket: u64,
        /// The [`Input::Submit`].
        input: Input,
        /// Where the outcome goes.
        answer: oneshot::Sender<Result<(), LiveError>>,
    },
    /// Finish what is under way and end.
    Stop,
}

type Commit = Pin<Box<dyn Future<Output = Result<Committed, StoreError>> + std::marker::Send>>;

/// The task of one room.
pub struct RoomTask {
    text: TextId,
    room: Room,
    shared: Arc<Shared>,
    commit: Option<Commit>,
    waiting: HashMap<u64, oneshot::Sender<Result<(), LiveError>>>,
    noted: Noted,
    changed_at: Option<Instant>,
    idle_since: Option<Instant>,
    stopping: bool,
}

impl RoomTask {
    /// Opens the room from the log and serves it until nobody has been in it for a while.
    pub async fn run(text: TextId, shared: Arc<Shared>, mut inputs: Inputs) {
        let room = match open_room(text, &shared).await {
            Ok(room) => room,
            Err(error) => {
                tracing::error!(%text, %error, "the room does not open");
                return unreadable::say_so(text, &shared, &mut inputs, &error).await;
            }
        };
        let mut task = RoomTask {
            text,
            room,
            shared,
            commit: None,
            waiting: HashMap::new(),
            noted: Noted::default(),
            changed_at: None,
            idle_since: None,
            stopping: false,
        };
        while !(task.is_over() && task.shared.registry.close_if_empty(text, &inputs)) {
            task.step(&mut inputs).await;
        }
        task.announce_change();
    }

    fn is_over(&self) -> bool {
        let idle_long =
            self.idle_since.is_some_and(|since| since.elapsed() >= self.shared.settings.idle_room);
        self.room.is_idle() && (self.stopping || idle_long)
    }

    /// Waits for the next thing to happen, and deals with it.
    async fn step(&mut self, inputs: &mut Inputs) {
        self.idle_since =
            if self.room.is_idle() { self.idle_since.or_else(|| Some(Instant::now())) } else { None };
        let idle_until = self.idle_since.map(|since| since + self.shared.settings.idle_room);
        tokio::select! {
            biased;
            result = committed(&mut self.commit) => self.stored(result).await,
            () = at(self.changed_at) => self.announce_change(),
            message = inputs.recv() => match message {
                Some(waiting) => self.take(waiting.message).await,
                None => self.stopping = true,
            },
            () = at(idle_until) => {}
        }
    }

    async fn take(&mut self, message: ToRoom) {
        match message {
            ToRoom::Input(input) => self.handle(input).await,
            ToRoom::Submit { ticket, input, answer } => {
                self.waiting.insert(ticket, answer);
                self.handle(input).await;
            }
            ToRoom::Stop => self.stopping = true,
        }
    }

    async fn stored(&mut self, result: Result<Committed, StoreError>) {
        self.commit = None;
        let input = match result {
            Ok(_) => {
                self.changed_at.get_or_insert_with(|| Instant::now() + CHANGED_AFTER);
                Input::Stored
            }
            Err(StoreError::Full) => Input::StoreFull,
            Err(error) => {
                tracing::error!(text = %self.text, %error, "changes could not be stored");
                Input::StoreFailed
            }
        };
        self.handle(input).await;
    }

    async fn handle(&mut self, mut input: Input) {
        let now = self.shared.clock.now();
        // It may have waited in the queue, and the right may be gone since.
        if let Input::Sync { speaker, access, .. } = &mut input {
            *access = self.shared.rights.access(speaker.seat, self.text);
        }
        let output = self.room.handle(now, input);
        self.perform(output).await;
    }

    async fn perform(&mut self, output: Output) {
        for send in output.send {
            match send {
                Send::Frame { to, frame } => self.shared.outboxes.deliver(&to, outbox::binary(&frame)),
                Send::Answer(request) => answer(&self.shared, self.text, request).await,
            }
        }
        for (ticket, result) in output.done {
            if let Some(answer) = self.waiting.remove(&ticket) {
                // Whoever waited may have given up; the changes are stored all the same.
                drop(answer.send(result.map_err(LiveError::from)));
            }
        }
        for (connection, code) in output.close {
            self.shared.outboxes.close(connection, code);
        }
        for aside in output.aside {
            if let Err(aside) = self.shared.keeper.keep(self.text, aside) {
                let frame = aside.frame(aside.reason, None);
                self.shared.outboxes.deliver(&[aside.connection], outbox::binary(&frame));
            }
        }
        let mut ops = Vec::new();
        if let Some(changes) = output.commit {
            let changes = changes.into_iter().map(new_change).collect();
            ops.push(Op::Append { text: self.text, changes });
        }
        for (seat, refusal) in output.refused {
            if self.noted.is_due(seat, Instant::now()) {
                tracing::warn!(text = %self.text, %seat, code = refusal.code(), "changes refused");
                ops.push(self.audit_refusal(seat, refusal));
            }
        }
        if ops.iter().any(|op| matches!(op, Op::Append { .. })) {
            let store = self.shared.store.clone();
            self.commit = Some(Box::pin(async move { store.commit(ops).await }));
        } else if !ops.is_empty()
            && let Err(error) = self.shared.store.commit(ops).await
        {
            tracing::error!(text = %self.text, %error, "a refusal could not be written to the audit log");
        }
    }

    fn audit_refusal(&self, seat: SeatId, refusal: Refusal) -> Op {
        let at = self.shared.clock.now();
        let event = serde_json::json!({
            "event": "change_refused", "text": self.text, "seat": seat, "code": refusal.code(), "at": at,
        });
        Op::audit(&event)
    }

    fn announce_change(&mut self) {
        if self.changed_at.take().is_some() {
            // Nobody may be listening.
            drop(self.shared.changed.send(TextChanged { text: self.text }));
        }
    }
}

/// Reads what an answer carries and sends it.
async fn answer(shared: &Shared, text: TextId, answer: Answer) {
    match chunks(&*shared.store, text, &answer.wanted).await {
        Ok(chunks) => shared.outboxes.deliver(&[answer.to], outbox::binary(&answer.frame(&chunks))),
        Err(error) => {
            tracing::error!(%text, %error, "an answer could not be read from the store");
            shared.outboxes.close(answer.to, CloseCode::ServerFault);
        }
    }
}

async fn chunks(store: &dyn Store, text: TextId, wanted: &Wanted) -> Result<Vec<Bytes>, StoreError> {
    match wanted {
        Wanted::First(0) => Ok(Vec::new()),
        Wanted::First(count) => {
            let upto = u64::from(*count);
            let snapshot = store.snapshot(text).await?.filter(|snapshot| snapshot.upto <= upto);
            let after = snapshot.as_ref().map_or(0, |snapshot| snapshot.upto);
            let mut chunks: Vec<Bytes> = snapshot.into_iter().map(|snapshot| snapshot.bytes).collect();
            let tail = scan_log(store, text, after).await?;
            chunks.extend(
                tail.into_iter().take_while(|logged| logged.seq <= upto).map(|logged| logged.change.bytes),
            );
            Ok(chunks)
        }
        Wanted::These(nodes) => {
            let Some(first) = nodes.first() else { return Ok(Vec::new()) };
            let from_first = scan_log(store, text, u64::from(*first)).await?;
            let wanted = from_first.into_iter().filter(|logged| {
                u32::try_from(logged.seq - 1).is_ok_and(|node| nodes.binary_search(&node).is_ok())
            });
            Ok(wanted.map(|logged| logged.change.bytes).collect())
        }
    }
}

async fn open_room(text: TextId, shared: &Shared) -> Result<Room, StoreError> {
    let log = scan_log(&*shared.store, text, 0).await?;
    let length = log.len();
    if length == 0 {
        let detail = "its log is empty, and a text begins with its first change".to_owned();
        return Err(StoreError::Corrupt { what: format!("text {text}"), detail });
    }
    let chunks = log.into_iter().map_while(|logged| {
        let seat = logged.change.seat;
        Chunk::read(logged.change.bytes, &ChunkLimits::STORED).ok().map(|chunk| (chunk, seat))
    });
    let room = Room::open(text, shared.settings.room.clone(), chunks);
    if room.committed() as usize != length {
        let detail = format!("its log has {length} changes, but only {} fit together", room.committed());
        return Err(StoreError::Corrupt { what: format!("text {text}"), detail });
    }
    Ok(room)
}

fn new_change(admitted: AdmittedChange) -> NewChange {
    let AdmittedChange { hash, actor, seat, received, raw } = admitted;
    NewChange { hash, actor, seat, received, bytes: raw }
}

/// The commit under way, or nothing for ever.
async fn committed(commit: &mut Option<Commit>) -> Result<Committed, StoreError> {
    match commit {
        Some(commit) => commit.await,
        None => pending().await,
    }
}

async fn at(instant: Option<Instant>) {
    match instant {
        Some(instant) => sleep_until(instant).await,
        None => pending().await,
    }
}
