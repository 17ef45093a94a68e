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
use crdt::sync::events::{AdmittedChange, Answer, Input, Output, Refusal, Send, Wanted};
use crdt::sync::graph::NodeIx;
use crdt::sync::room::Room;
use futures_util::future::{Future, pending};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};

use super::noted::Noted;
use super::registry::Inputs;
use super::riders::Riders;
use super::window::Window;
use super::{LiveError, Shared, TextChanged, opening, outbox, unreadable};
use crate::store::{Committed, NewChange, Op, Store, StoreError, scan_log};

/// How long changes gather before listeners hear of them.
const CHANGED_AFTER: Duration = Duration::from_millis(300);

/// Changes that make it worth saving the history while people write; a quarter of what was saved if that is more, so that what is
/// written in all stays a few times what there is.
const WORTH_SAVING: NodeIx = 5_000;
/// The same when the room closes. Reading so many from the log takes a few milliseconds.
const WORTH_SAVING_AT_THE_END: NodeIx = 500;

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
        /// What is to be written in the same commit as the changes.
        with: Vec<Op>,
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
    window: Window,
    /// The sockets' and the room's processor time when the last frame was begun, and the room's since.
    spent: (Duration, Duration),
    /// While changes gather: until when.
    gathers_until: Option<Instant>,
    /// How many changes the saved history stands for.
    saved_upto: NodeIx,
    /// How many bytes the room was last said to hold, and with how many changes.
    held: (usize, NodeIx),
    waiting: HashMap<u64, oneshot::Sender<Result<(), LiveError>>>,
    riders: Riders,
    noted: Noted,
    changed: Changed,
    idle_since: Option<Instant>,
    stopping: bool,
}

/// What listeners have not heard of yet.
#[derive(Default)]
struct Changed {
    announce_at: Option<Instant>,
    changes: usize,
    shaped: bool,
}

impl RoomTask {
    /// Opens the room from the log and serves it until nobody has been in it for a while.
    pub async fn run(text: TextId, shared: Arc<Shared>, mut inputs: Inputs) {
        let opened = match opening::open(text, &shared, &mut inputs).await {
            Ok(opened) => opened,
            Err(not_opened) => {
                tracing::error!(%text, error = %not_opened.error, "the room does not open");
                return unreadable::say_so(text, &shared, not_opened, &mut inputs).await;
            }
        };
        let mut task = RoomTask {
            text,
            commit: None,
            window: Window::new(Instant::now().into_std()),
            spent: (shared.outboxes.spent(), Duration::ZERO),
            gathers_until: None,
            saved_upto: opened.saved_upto,
            held: (0, 0),
            waiting: HashMap::new(),
            riders: Riders::default(),
            noted: Noted::default(),
            changed: Changed { shaped: opened.room.opened_shaped(), ..Changed::default() },
            idle_since: None,
            stopping: false,
            room: opened.room,
            shared,
        };
        let at_opening = task.room.committed();
        task.count_bytes();
        for input in opened.inputs {
            task.handle(input).await;
        }
        for waiting in opened.held {
            task.take(waiting.message).await;
        }
        while !(task.is_over() && task.shared.registry.close_if_empty(text, &inputs)) {
            task.step(&mut inputs).await;
        }
        task.announce_change();
        if task.room.committed() > at_opening && !task.stopping {
            // Whoever looks after texts does so once more: the next to open it finds a snapshot of all there is.
            drop(task.shared.changed.send(TextChanged { text, changes: 0, shaped: true }));
        }
        task.shared.registry.holds(task.held.0, 0);
        task.shared.texts.forget(text);
        if let Some(saving) = task.save_history(WORTH_SAVING_AT_THE_END)
            && let Err(error) = saving.await
        {
            tracing::warn!(%text, %error, "a history was not saved");
        }
    }

    fn is_over(&self) -> bool {
        let settings = &self.shared.settings;
        let idle_long = self.idle_since.is_some_and(|since| since.elapsed() >= settings.idle_room);
        let too_full = self.shared.registry.held_bytes() > settings.max_loaded_bytes;
        self.room.is_idle() && (self.stopping || idle_long || too_full)
    }

    /// Says how much room it takes in memory, if it has grown noticeably since it said so last.
    fn count_bytes(&mut self) {
        const NOTICEABLE: NodeIx = 1_000;
        let (before, changes) = self.held;
        if changes == 0 || self.room.committed() - changes >= NOTICEABLE {
            self.held = (self.room.held_bytes(), self.room.committed());
            self.shared.registry.holds(before, self.held.0);
        }
    }

    /// Waits for the next thing to happen, and deals with it.
    async fn step(&mut self, inputs: &mut Inputs) {
        self.idle_since =
            if self.room.is_idle() { self.idle_since.or_else(|| Some(Instant::now())) } else { None };
        let idle_until = self.idle_since.map(|since| since + self.shared.settings.idle_room);
        tokio::select! {
            biased;
            result = committed(&mut self.commit) => self.stored(result).await,
            () = at(self.gathers_until) => self.gather(None).await,
            () = at(self.changed.announce_at) => self.announce_change(),
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
            ToRoom::Submit { ticket, input, with, answer } => {
                self.waiting.insert(ticket, answer);
                self.riders.mount(ticket, with);
                self.handle(input).await;
            }
            ToRoom::Stop => self.stopping = true,
        }
    }

    async fn stored(&mut self, result: Result<Committed, StoreError>) {
        self.commit = None;
        let input = match result {
            Ok(_) => {
                self.changed.announce_at.get_or_insert_with(|| Instant::now() + CHANGED_AFTER);
                Input::Stored
            }
            Err(StoreError::Full) => Input::StoreFull,
            Err(error) => {
                tracing::error!(text = %self.text, %error, "changes could not be stored");
                Input::StoreFailed
            }
        };
        self.handle(input).await;
        self.count_bytes();
        // It says itself how it went.
        drop(self.save_history(WORTH_SAVING.max(self.saved_upto / 4)));
    }

    async fn handle(&mut self, mut input: Input) {
        // It may have waited in the queue, and the right may be gone since.
        if let Input::Sync { speaker, access, .. } = &mut input {
            *access = self.shared.access(speaker.seat, self.text);
        }
        let began = Instant::now();
        let gathered = self.room.gathered();
        let is_news = matches!(input, Input::Sync { .. } | Input::Submit { .. });
        let output = self.room.handle(self.shared.clock.now(), input);
        self.spent.1 += began.elapsed();
        let commits = output.commit.is_some();
        if is_news && (commits || self.room.gathered() > gathered) {
            self.window.edit_arrived();
        }
        self.perform(output).await;
        if commits {
            self.frame_begins().await;
        }
    }

    /// A commit has begun, and its frame goes out when it is done: what arrives now goes into the next one.
    async fn frame_begins(&mut self) {
        let now = Instant::now();
        let sockets = self.shared.outboxes.spent();
        let (before, own) = std::mem::replace(&mut self.spent, (sockets, Duration::ZERO));
        let spent = sockets.saturating_sub(before) + own;
        let width = self.window.frame_begins(now.into_std(), spent, self.room.people());
        if width > Duration::ZERO {
            self.gather(Some(now + width)).await;
        }
    }

    /// From now on changes gather until then, or no longer.
    async fn gather(&mut self, until: Option<Instant>) {
        self.gathers_until = until;
        Box::pin(self.handle(Input::Gather(until.is_some()))).await;
    }

    /// Saves the history if it has grown by so much since it was saved last; the room goes on meanwhile.
    fn save_history(&mut self, worth: NodeIx) -> Option<JoinHandle<()>> {
        if self.room.committed() - self.saved_upto < worth {
            return None;
        }
        let (upto, bytes) = self.room.save()?;
        // Tried once for so many changes, also when it fails: a full disk must not be asked again and again.
        self.saved_upto = upto;
        let (text, store) = (self.text, self.shared.store.clone());
        Some(self.shared.runtime.spawn(async move {
            if let Err(error) = store.commit(vec![Op::History { text, bytes: bytes.into() }]).await {
                tracing::warn!(%text, %error, "a history was not saved; its text will take longer to open");
            }
        }))
    }

    async fn perform(&mut self, output: Output) {
        for send in output.send {
            match send {
                Send::Frame { to, frame } => self.shared.outboxes.deliver(&to, outbox::binary(&frame)),
                Send::Answer(request) => answer(&self.shared, self.text, request).await,
            }
        }
        for (ticket, result) in output.done {
            let result = self.riders.arrive(ticket, result, &*self.shared.store).await;
            if let Some(answer) = self.waiting.remove(&ticket) {
                // Whoever waited may have given up; the changes are stored all the same.
                drop(answer.send(result));
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
            self.changed.changes += changes.len();
            self.changed.shaped |= changes.iter().any(|change| change.shapes);
            let changes = changes.into_iter().map(new_change).collect();
            ops.push(Op::Append { text: self.text, changes });
            ops.extend(self.riders.set_off());
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
        if self.changed.announce_at.take().is_some() {
            let Changed { changes, shaped, .. } = std::mem::take(&mut self.changed);
            // Nobody may be listening.
            drop(self.shared.changed.send(TextChanged { text: self.text, changes, shaped }));
        }
    }
}

/// Reads what an answer carries and sends it.
async fn answer(shared: &Shared, text: TextId, answer: Answer) {
    match chunks(&*shared.store, text, &answer.wanted).await {
        Ok(chunks) => shared.outboxes.deliver(&[answer.to], outbox::binary(&answer.frame(&chunks))),
        Err(error) => {
            // It concerns this text alone: whoever asked has others open on the same socket.
            tracing::error!(%text, %error, "an answer could not be read from the store");
            unreadable::tell(shared, &answer);
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

fn new_change(admitted: AdmittedChange) -> NewChange {
    let AdmittedChange { hash, actor, seat, received, raw, .. } = admitted;
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
