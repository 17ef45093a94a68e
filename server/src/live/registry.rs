//! The open rooms of this process, and the way into them.
//!
//! A message is put into a room's queue under the registry's lock, and a room that wants to close asks under the same lock
//! whether its queue is empty. So no message can fall between a room that closes and the one that opens after it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crdt::ids::TextId;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::room_task::{RoomTask, ToRoom};
use super::{LiveError, Shared};

/// How many messages may wait for one room; whoever brings the next one waits until there is place.
const WAITING_MESSAGES: usize = 256;

/// A message with its place in the queue, which is free again once the message is taken.
pub struct Waiting {
    /// The message.
    pub message: ToRoom,
    _place: OwnedSemaphorePermit,
}

impl Waiting {
    /// A message that has this place.
    pub fn in_place(place: OwnedSemaphorePermit, message: ToRoom) -> Waiting {
        Waiting { message, _place: place }
    }
}

/// A room's queue, as its task sees it.
pub type Inputs = UnboundedReceiver<Waiting>;

#[derive(Clone)]
struct OpenRoom {
    sender: UnboundedSender<Waiting>,
    places: Arc<Semaphore>,
}

/// The open rooms. See the module's documentation.
#[derive(Default)]
pub struct Registry {
    rooms: Mutex<HashMap<TextId, OpenRoom>>,
    /// How much room the open ones take in memory, in bytes, as far as they have said.
    held_bytes: AtomicUsize,
}

impl Registry {
    /// Hands a message to the room of a text, which opens if it is closed.
    pub async fn send(shared: &Arc<Shared>, text: TextId, message: ToRoom) -> Result<(), LiveError> {
        let places = Self::room(shared, text)?.places;
        let place = places.acquire_owned().await.map_err(|_| LiveError::Stopping)?;
        let mut rooms = shared.registry.lock();
        let room = Self::room_in(shared, &mut rooms, text)?;
        room.sender.send(Waiting::in_place(place, message)).map_err(|_| LiveError::Stopping)
    }

    /// Whether the room may close: if nothing waits for it, it is forgotten, and the next message opens a new one.
    pub fn close_if_empty(&self, text: TextId, inputs: &Inputs) -> bool {
        let mut rooms = self.lock();
        let empty = inputs.is_empty();
        if empty {
            rooms.remove(&text);
        }
        empty
    }

    /// A room that said it takes `before` bytes of memory takes `now`.
    pub fn holds(&self, before: usize, now: usize) {
        self.held_bytes.fetch_add(now.wrapping_sub(before), Ordering::Relaxed);
    }

    /// How much room the open rooms take in memory, in bytes.
    pub fn held_bytes(&self) -> usize {
        self.held_bytes.load(Ordering::Relaxed)
    }

    /// Asks every open room to finish, and gives back what tells when the last of them has.
    pub fn stop(&self) -> Vec<impl Future<Output = ()> + use<>> {
        let rooms: Vec<OpenRoom> = self.lock().values().cloned().collect();
        let ends = rooms.into_iter().map(|room| async move {
            if let Ok(place) = room.places.acquire_owned().await {
                // A room that has ended already has nothing left to store.
                drop(room.sender.send(Waiting::in_place(place, ToRoom::Stop)));
            }
            room.sender.closed().await;
        });
        ends.collect()
    }

    fn room(shared: &Arc<Shared>, text: TextId) -> Result<OpenRoom, LiveError> {
        Self::room_in(shared, &mut shared.registry.lock(), text)
    }

    fn room_in(
        shared: &Arc<Shared>,
        rooms: &mut HashMap<TextId, OpenRoom>,
        text: TextId,
    ) -> Result<OpenRoom, LiveError> {
        if let Some(room) = rooms.get(&text)
            && !room.sender.is_closed()
        {
            return Ok(room.clone());
        }
        if *shared.stopping.borrow() {
            return Err(LiveError::Stopping);
        }
        let (sender, inputs) = unbounded_channel();
        let room = OpenRoom { sender, places: Arc::new(Semaphore::new(WAITING_MESSAGES)) };
        rooms.insert(text, room.clone());
        shared.runtime.spawn(RoomTask::run(text, shared.clone(), inputs));
        Ok(room)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<TextId, OpenRoom>> {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
