//! Finished frames on their way out.
//!
//! A frame is built once and shared by all who get it. Sockets live on the threads of the web workers; a room hands each
//! worker one message for all its sockets, and the worker puts the frame into their queues. A queue is the body of its
//! socket's response: the worker writes it out as fast as the client reads. A client that does not read is cut off when
//! its queue is full; it comes back and gets what it lacks.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use actix_http::ws::{CloseCode as WsCloseCode, CloseReason, OpCode, Parser};
use bytes::{Bytes, BytesMut};
use crdt::sync::events::{CloseCode, ConnectionId};
use futures_util::Stream;
use rustix::time::{ClockId, clock_gettime};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// The longest part of a frame that is handed to the HTTP layer at once.
const LONGEST_PIECE: usize = 32 << 10;

/// A finished WebSocket frame that carries `payload` as a binary message.
pub fn binary(payload: &[u8]) -> Bytes {
    finished(OpCode::Binary, payload)
}

/// A finished ping.
pub fn ping() -> Bytes {
    finished(OpCode::Ping, b"")
}

/// A finished answer to a ping.
pub fn pong(payload: &[u8]) -> Bytes {
    finished(OpCode::Pong, payload)
}

/// A finished close frame.
pub fn close(code: CloseCode) -> Bytes {
    let mut frame = BytesMut::new();
    let reason = CloseReason { code: WsCloseCode::from(code as u16), description: None };
    Parser::write_close(&mut frame, Some(reason), false);
    frame.freeze()
}

fn finished(kind: OpCode, payload: &[u8]) -> Bytes {
    let mut frame = BytesMut::with_capacity(payload.len() + 10);
    Parser::write_message(&mut frame, payload, kind, true, false);
    frame.freeze()
}

/// Where each socket's queue lives.
#[derive(Default)]
pub struct Outboxes {
    state: RwLock<Homes>,
    /// Processor time of the workers' threads, in nanoseconds, as of their last deliveries.
    spent_ns: Arc<AtomicU64>,
}

#[derive(Default)]
struct Homes {
    workers: Vec<UnboundedSender<Delivery>>,
    home: HashMap<ConnectionId, usize>,
}

/// What a worker is asked to put into queues of its own.
struct Delivery {
    to: Vec<ConnectionId>,
    frame: Bytes,
    then_close: bool,
}

impl Outboxes {
    /// How many sockets there are.
    pub fn len(&self) -> usize {
        self.read().home.len()
    }

    /// Processor time that the sockets' threads have used, as of the last frames that were put into their queues.
    pub fn spent(&self) -> Duration {
        Duration::from_nanos(self.spent_ns.load(Ordering::Relaxed))
    }

    /// Puts a finished frame into the queues of these sockets.
    pub fn deliver(&self, to: &[ConnectionId], frame: Bytes) {
        self.hand_out(to, frame, false);
    }

    /// Closes a socket.
    pub fn close(&self, connection: ConnectionId, code: CloseCode) {
        self.hand_out(&[connection], close(code), true);
    }

    fn hand_out(&self, to: &[ConnectionId], frame: Bytes, then_close: bool) {
        let homes = self.read();
        let mut by_worker: Vec<Vec<ConnectionId>> = vec![Vec::new(); homes.workers.len()];
        for connection in to {
            if let Some(worker) = homes.home.get(connection) {
                by_worker[*worker].push(*connection);
            }
        }
        for (worker, to) in homes.workers.iter().zip(by_worker) {
            if !to.is_empty() {
                // A worker that has ended has taken its sockets with it.
                drop(worker.send(Delivery { to, frame: frame.clone(), then_close }));
            }
        }
    }

    /// Opens a queue on this worker's thread. Dropping the returned queue's last handle and calling [`Outboxes::remove`]
    /// ends it.
    pub fn open(&self, connection: ConnectionId, max_bytes: usize) -> Rc<Queue> {
        let queue = Rc::new(Queue { max_bytes, ..Queue::default() });
        let worker = this_worker(|| {
            let (sender, deliveries) = unbounded_channel();
            let mut homes = self.state.write().unwrap_or_else(PoisonError::into_inner);
            homes.workers.push(sender);
            let index = homes.workers.len() - 1;
            let worker = Worker {
                index,
                queues: RefCell::default(),
                noted: Cell::new(this_threads_time()),
                spent_ns: self.spent_ns.clone(),
            };
            (worker, deliveries)
        });
        worker.queues.borrow_mut().insert(connection, queue.clone());
        let mut homes = self.state.write().unwrap_or_else(PoisonError::into_inner);
        homes.home.insert(connection, worker.index);
        queue
    }

    /// Forgets a socket that closed.
    pub fn remove(&self, connection: ConnectionId) {
        self.state.write().unwrap_or_else(PoisonError::into_inner).home.remove(&connection);
        WORKER.with(|worker| {
            if let Some(worker) = &*worker.borrow() {
                worker.queues.borrow_mut().remove(&connection);
            }
        });
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Homes> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The queues of the sockets on one worker's thread.
struct Worker {
    index: usize,
    queues: RefCell<HashMap<ConnectionId, Rc<Queue>>>,
    /// How much of its thread's time is in `spent_ns` already.
    noted: Cell<Duration>,
    spent_ns: Arc<AtomicU64>,
}

thread_local! {
    static WORKER: RefCell<Option<Rc<Worker>>> = const { RefCell::new(None) };
}

/// This thread's worker; the first time, `register` makes it and its deliveries.
fn this_worker(register: impl FnOnce() -> (Worker, UnboundedReceiver<Delivery>)) -> Rc<Worker> {
    WORKER.with(|slot| {
        if let Some(worker) = &*slot.borrow() {
            return worker.clone();
        }
        let (worker, mut deliveries) = register();
        let worker = Rc::new(worker);
        let takes = worker.clone();
        actix_web::rt::spawn(async move {
            while let Some(delivery) = deliveries.recv().await {
                takes.put(&delivery);
            }
        });
        *slot.borrow_mut() = Some(worker.clone());
        worker
    })
}

/// Processor time that the current thread has used.
fn this_threads_time() -> Duration {
    let used = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(used).unwrap_or_default()
}

impl Worker {
    fn put(&self, delivery: &Delivery) {
        let used = this_threads_time();
        let since = used.saturating_sub(self.noted.replace(used));
        self.spent_ns.fetch_add(since.as_nanos() as u64, Ordering::Relaxed);
        let queues = self.queues.borrow();
        for queue in delivery.to.iter().filter_map(|connection| queues.get(connection)) {
            queue.push(delivery.frame.clone());
            if delivery.then_close {
                queue.finish();
            }
        }
    }
}

/// Frames for one socket, in order.
#[derive(Default)]
pub struct Queue {
    max_bytes: usize,
    frames: RefCell<VecDeque<Bytes>>,
    size_bytes: Cell<usize>,
    finished: Cell<bool>,
    overflowed: Cell<bool>,
    /// Nothing is given out until what was given out is written.
    pauses: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

impl Queue {
    /// Adds a frame. When too much waits already, what waits is dropped and the socket is closed as overloaded.
    pub fn push(&self, frame: Bytes) {
        if self.finished.get() {
            return;
        }
        let waiting = self.size_bytes.get();
        if waiting > 0 && waiting + frame.len() > self.max_bytes {
            self.overflowed.set(true);
            let mut frames = self.frames.borrow_mut();
            frames.clear();
            frames.push_back(close(CloseCode::Overloaded));
            drop(frames);
            self.finish();
            return;
        }
        self.size_bytes.set(waiting + frame.len());
        self.frames.borrow_mut().push_back(frame);
        self.wake();
    }

    /// Nothing more comes: the socket ends when what waits is written.
    pub fn finish(&self) {
        self.finished.set(true);
        self.wake();
    }

    /// Whether nothing more comes.
    pub fn is_finished(&self) -> bool {
        self.finished.get()
    }

    /// Whether it was finished because the client did not read.
    pub fn is_overflowed(&self) -> bool {
        self.overflowed.get()
    }

    /// The next frame, or the next piece of a long one, and a pause behind it. The HTTP layer copies what it is given until there
    /// is nothing more, and keeps a buffer of that size for as long as the socket is open: it is to write one piece out before it gets
    /// the next.
    fn next_piece(&self) -> Option<Bytes> {
        let mut frames = self.frames.borrow_mut();
        let frame = frames.front_mut()?;
        let piece = if frame.len() > LONGEST_PIECE {
            self.pauses.set(true);
            frame.split_to(LONGEST_PIECE)
        } else {
            frames.pop_front()?
        };
        self.size_bytes.set(self.size_bytes.get().saturating_sub(piece.len()));
        Some(piece)
    }

    fn wake(&self) {
        if let Some(waker) = self.waker.borrow_mut().take() {
            waker.wake();
        }
    }
}

/// The queue as the body of the socket's response.
pub struct QueueBody(pub Rc<Queue>);

impl Stream for QueueBody {
    type Item = Result<Bytes, actix_web::Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let queue = &self.0;
        if queue.pauses.take() {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        if let Some(piece) = queue.next_piece() {
            return Poll::Ready(Some(Ok(piece)));
        }
        if queue.finished.get() {
            return Poll::Ready(None);
        }
        *queue.waker.borrow_mut() = Some(context.waker().clone());
        Poll::Pending
    }
}
