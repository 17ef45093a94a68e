//! How long changes gather before they are made durable and sent together.
//!
//! A frame costs each receiver a write, and a read when it is acknowledged, however many edits it holds. So when sending takes
//! a good part of a processor, edits wait for each other. The price of a frame is measured, not guessed: it is the processor
//! time that the sockets' threads and the room have spent since the last one. From it and from how many edits come in follows
//! what sending each of them at once would take; while that is little, nobody waits.

use std::time::{Duration, Instant};

/// The longest that changes gather.
const WIDEST: Duration = Duration::from_millis(16);
/// The same above [`MANY`] people, whose acknowledgements alone may fill a processor.
const WIDEST_FOR_MANY: Duration = Duration::from_millis(32);
const MANY: usize = 150;
/// The part of a processor that frames are to take once the window is open.
const TARGET: f64 = 0.14;
/// Sending every edit at once may take this part of a processor; from twice as much on the window is open whole.
const IDLE: f64 = 0.06;
/// How far back the rate of edits is remembered, in seconds.
const MEMORY_SECONDS: f64 = 0.25;
/// The weight of the newest frame in the price of one.
const NEWEST: f64 = 0.125;

/// The window of one room. Time and the processor's time are arguments.
pub struct Window {
    /// When the last frame began to be made.
    began: Instant,
    /// What a frame costs, in seconds of a processor.
    price: f64,
    /// Edits that arrive in a second.
    rate: f64,
    arrived: u32,
}

impl Window {
    /// A window that is closed: the first edit is sent at once.
    pub fn new(now: Instant) -> Window {
        Window { began: now, price: 0.0, rate: 0.0, arrived: 0 }
    }

    /// An edit has arrived.
    pub fn edit_arrived(&mut self) {
        self.arrived += 1;
    }

    /// A frame for so many people begins to be made; since the one before, `spent` of a processor went into sending and
    /// receiving. Returns how long the next one waits.
    pub fn frame_begins(&mut self, now: Instant, spent: Duration, people: usize) -> Duration {
        let passed = (now - self.began).as_secs_f64().max(1e-6);
        let newest = 1.0 - (-passed / MEMORY_SECONDS).exp();
        self.rate += (f64::from(self.arrived) / passed - self.rate) * newest;
        self.price += (spent.as_secs_f64() - self.price) * NEWEST;
        (self.began, self.arrived) = (now, 0);
        let open = ((self.rate * self.price - IDLE) / IDLE).clamp(0.0, 1.0);
        let widest = if people > MANY { WIDEST_FOR_MANY } else { WIDEST };
        Duration::from_secs_f64(self.price / TARGET).min(widest).mul_f64(open)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where the window stands after ten seconds in which edits came at this rate, each frame cost so much and held what had
    /// gathered.
    fn settled(people: usize, edits_a_second: u32, frame_costs: Duration) -> Duration {
        let mut now = Instant::now();
        let mut window = Window::new(now);
        let mut width = Duration::ZERO;
        let every = Duration::from_secs(1) / edits_a_second;
        let (mut due, end) = (now + every, now + Duration::from_secs(10));
        while now < end {
            now = due.max(now + width).max(now + frame_costs);
            while due <= now {
                window.edit_arrived();
                due += every;
            }
            width = window.frame_begins(now, frame_costs, people);
        }
        width
    }

    #[test]
    fn nobody_waits_while_sending_is_cheap() {
        assert_eq!(settled(2, 10, Duration::from_micros(20)), Duration::ZERO);
        assert_eq!(settled(50, 50, Duration::from_micros(400)), Duration::ZERO);
    }

    #[test]
    fn two_hundred_who_write_gather_their_edits_for_some_milliseconds() {
        let width = settled(200, 200, Duration::from_millis(1));
        assert!((Duration::from_millis(6)..=Duration::from_millis(8)).contains(&width), "{width:?}");
    }

    #[test]
    fn the_window_has_an_end_and_it_is_further_for_many_people() {
        assert_eq!(settled(50, 10_000, Duration::from_millis(10)), WIDEST);
        assert_eq!(settled(200, 10_000, Duration::from_millis(10)), WIDEST_FOR_MANY);
    }

    #[test]
    fn the_window_closes_again_when_people_have_stopped() {
        let mut now = Instant::now();
        let mut window = Window::new(now);
        let mut frame = |after: Duration, spent: Duration| {
            now += after;
            window.edit_arrived();
            window.frame_begins(now, spent, 200)
        };
        for _ in 0..500 {
            frame(Duration::from_millis(2), Duration::from_millis(1));
        }
        assert!(frame(Duration::from_millis(2), Duration::from_millis(1)) > Duration::ZERO);
        assert_eq!(frame(Duration::from_secs(2), Duration::from_millis(1)), Duration::ZERO);
    }
}
