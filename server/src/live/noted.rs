//! Which refusals go to the audit log and the service's own: so many of each seat in a minute. Each costs a write, and a
//! client that is refused may go on for ever.

use std::collections::HashMap;
use std::time::Duration;

use crdt::ids::SeatId;
use tokio::time::Instant;

/// Counts the refusals of each seat, minute by minute.
#[derive(Default)]
pub struct Noted {
    since: Option<Instant>,
    counts: HashMap<SeatId, u32>,
}

impl Noted {
    /// So many are noted.
    pub const EACH_MINUTE: u32 = 20;

    /// Is a refusal of this seat to be noted?
    pub fn is_due(&mut self, seat: SeatId, now: Instant) -> bool {
        if self.since.is_none_or(|since| now - since >= Duration::from_mins(1)) {
            *self = Noted { since: Some(now), counts: HashMap::new() };
        }
        let count = self.counts.entry(seat).or_default();
        *count += 1;
        *count <= Self::EACH_MINUTE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn w06_the_refusals_of_one_seat_are_noted_so_many_times_a_minute_and_hide_nobody_elses() {
        let mut noted = Noted::default();
        let (joan, samir) = (SeatId(uuid::Uuid::from_u128(1)), SeatId(uuid::Uuid::from_u128(2)));
        let start = Instant::now();
        let due = (0..1_000).filter(|_| noted.is_due(joan, start)).count();
        assert_eq!(due, Noted::EACH_MINUTE as usize);
        assert!(noted.is_due(samir, start));
        assert!(noted.is_due(joan, start + Duration::from_mins(1)));
    }
}
