//! How often somebody may do something: a fixed number of times in each minute.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crdt::moment::Moment;

use super::refusal::Refusal;

/// Counts by key; forgets a key a minute after its first use.
pub struct Rate<K> {
    what: &'static str,
    per_minute: u32,
    counts: Mutex<HashMap<K, (Moment, u32)>>,
}

impl<K: Eq + Hash> Rate<K> {
    const WINDOW: Duration = Duration::from_mins(1);
    /// More keys than this are not remembered at once: an attacker with many addresses must not fill the memory.
    const MOST_KEYS: usize = 10_000;

    /// At most `per_minute` of `what` for each key.
    pub fn new(what: &'static str, per_minute: u32) -> Self {
        Self { what, per_minute, counts: Mutex::default() }
    }

    /// Count one more, or refuse it.
    pub fn take(&self, key: K, now: Moment) -> Result<(), Refusal> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= Self::MOST_KEYS {
            counts.retain(|_, (start, _)| now.since(*start) < Self::WINDOW);
        }
        if counts.len() >= Self::MOST_KEYS && !counts.contains_key(&key) {
            return Err(self.refusal(Self::WINDOW));
        }
        let (start, count) = counts.entry(key).or_insert((now, 0));
        if now.since(*start) >= Self::WINDOW {
            (*start, *count) = (now, 0);
        }
        if *count >= self.per_minute {
            return Err(self.refusal(Self::WINDOW.saturating_sub(now.since(*start))));
        }
        *count += 1;
        Ok(())
    }

    fn refusal(&self, wait: Duration) -> Refusal {
        Refusal::TooMany { what: self.what, retry_after_s: wait.as_secs() + 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_third_of_two_waits_for_the_next_minute_and_others_are_not_concerned() {
        let rate = Rate::new("tries", 2);
        let at = Moment::from_unix_ms;
        assert!(rate.take("Samir", at(0)).is_ok());
        assert!(rate.take("Samir", at(1)).is_ok());
        assert!(matches!(rate.take("Samir", at(2)), Err(Refusal::TooMany { retry_after_s: 60, .. })));
        assert!(rate.take("Inés", at(2)).is_ok());
        assert!(rate.take("Samir", at(60_000)).is_ok());
    }
}
