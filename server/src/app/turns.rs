//! Taking turns: acts under the same name happen one after the other.

use std::hash::{BuildHasher, RandomState};

use tokio::sync::{Mutex, MutexGuard};

/// A fixed number of queues; a name always leads to the same one, and two names may share one.
pub struct Turns {
    queues: [Mutex<()>; 64],
    hasher: RandomState,
}

impl Default for Turns {
    fn default() -> Self {
        Self { queues: std::array::from_fn(|_| Mutex::default()), hasher: RandomState::new() }
    }
}

impl Turns {
    /// Wait until nobody else acts under `name`; the turn ends when the guard is dropped.
    pub async fn alone(&self, name: &str) -> MutexGuard<'_, ()> {
        let queue = self.hasher.hash_one(name) as usize % self.queues.len();
        self.queues[queue].lock().await
    }
}
