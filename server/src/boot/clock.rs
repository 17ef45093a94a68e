//! The service's clock: the only place where Borrador reads the time of day.
//!
//! The system's calendar is read once, when the clock is made; from then on the clock only runs, by the machine's
//! steady counter (which goes on while the machine sleeps). So a system clock that is set back or forward while the
//! server runs neither ends sessions nor revives them, and the order of history never changes.
//!
//! A demonstration runs on another day: its clock is shifted by an offset that the store keeps.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crdt::moment::Moment;
use rustix::time::{ClockId, clock_gettime};

/// Answers what time it is. Cheap to clone; all clones are the same clock.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Moment + Send + Sync>);

impl Clock {
    /// The system's time of day when called, running steadily from there, shifted by `offset_ms` milliseconds.
    pub fn system(offset_ms: i64) -> Self {
        let start = Moment::from_unix_ms(system_ms().saturating_add(offset_ms));
        let started = steady();
        Self::from_fn(move || start + steady().saturating_sub(started))
    }

    /// A clock that asks `now`; tests move theirs by hand.
    pub fn from_fn(now: impl Fn() -> Moment + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The present moment of this service.
    pub fn now(&self) -> Moment {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}

/// The offset in milliseconds that makes a clock show `start` now.
pub fn offset_to(start: Moment) -> i64 {
    start.unix_ms().saturating_sub(system_ms())
}

/// Milliseconds since 1970 by the system's calendar, which may be wrong or set at any time.
fn system_ms() -> i64 {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_millis()).unwrap_or(i64::MAX),
        Err(before) => -i64::try_from(before.duration().as_millis()).unwrap_or(i64::MAX),
    }
}

/// Time since the machine started, sleep included.
fn steady() -> Duration {
    let now = clock_gettime(ClockId::Boottime);
    Duration::new(u64::try_from(now.tv_sec).unwrap_or(0), u32::try_from(now.tv_nsec).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demonstration_starts_three_weeks_before_bogotá() {
        let start: Moment = "2016-09-21T08:42:00Z".parse().unwrap();
        let clock = Clock::system(offset_to(start));
        assert_eq!(clock.now().date(), (2016, 9, 21));
        assert!(clock.now() >= start);
    }

    #[test]
    fn a_clock_and_its_clone_tell_the_same_time() {
        let clock = Clock::from_fn(|| Moment::from_unix_ms(5));
        assert_eq!(clock.clone().now(), clock.now());
    }
}
