//! Whose export may run: bounded for each person and in all, so that one impatient reader delays nobody for long.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crdt::ids::PersonId;

/// The places of the queue.
#[derive(Clone)]
pub struct Queue {
    held: Arc<Mutex<HashMap<PersonId, usize>>>,
    per_person: usize,
    in_all: usize,
}

/// A place in the queue, given back when dropped.
#[derive(Debug)]
pub struct Place {
    held: Arc<Mutex<HashMap<PersonId, usize>>>,
    person: PersonId,
}

/// There is no place now.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("too many exports wait already")]
pub struct Full;

impl Queue {
    /// A queue with `in_all` places, at most `per_person` of them for one person.
    pub fn new(per_person: usize, in_all: usize) -> Self {
        Self { held: Arc::default(), per_person, in_all }
    }

    /// Take a place.
    pub fn enter(&self, person: PersonId) -> Result<Place, Full> {
        let mut held = lock(&self.held);
        if held.values().sum::<usize>() >= self.in_all
            || held.get(&person).is_some_and(|n| *n >= self.per_person)
        {
            return Err(Full);
        }
        *held.entry(person).or_default() += 1;
        Ok(Place { held: Arc::clone(&self.held), person })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut held = lock(&self.held);
        if let Some(count) = held.get_mut(&self.person) {
            *count -= 1;
            if *count == 0 {
                held.remove(&self.person);
            }
        }
    }
}

fn lock(held: &Mutex<HashMap<PersonId, usize>>) -> MutexGuard<'_, HashMap<PersonId, usize>> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn i15_one_person_fills_their_share_and_leaves_places_to_others() {
        let queue = Queue::new(2, 3);
        let [inés, samir] = [1, 2].map(|n| PersonId(Uuid::from_u128(n)));
        let first = queue.enter(inés).unwrap();
        let _second = queue.enter(inés).unwrap();
        assert_eq!(queue.enter(inés).unwrap_err(), Full);
        let _third = queue.enter(samir).unwrap();
        assert_eq!(queue.enter(samir).unwrap_err(), Full);
        drop(first);
        assert!(queue.enter(samir).is_ok());
    }
}
