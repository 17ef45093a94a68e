//! Taking turns: acts under the same name happen one after the other.

use std::collections::BTreeSet;
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
        self.queues[self.queue(name)].lock().await
    }

    /// The same for several names at once; for none of them there is nothing to wait for. Everybody who wants several queues waits
    /// for them in one order, and nobody twice for one, so that no two wait for each other.
    pub async fn alone_with_all(&self, names: impl Iterator<Item = String>) -> Vec<MutexGuard<'_, ()>> {
        let queues: BTreeSet<usize> = names.map(|name| self.queue(&name)).collect();
        let mut turns = Vec::with_capacity(queues.len());
        for queue in queues {
            turns.push(self.queues[queue].lock().await);
        }
        turns
    }

    fn queue(&self, name: &str) -> usize {
        self.hasher.hash_one(name) as usize % self.queues.len()
    }
}
