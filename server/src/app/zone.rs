//! The organisation's time zone: on which day, and at which hour of the clock, an instant falls there.
//!
//! The database of zones is inside the program, so that a rule of the procedure does not depend on what a machine has
//! installed.

use crdt::moment::Moment;
use jiff::Timestamp;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;

use super::App;

impl App {
    /// On which day an instant falls for the organisation. Files say their days so; pages have the zone of whoever looks.
    pub(super) fn day_of(&self) -> impl Fn(Moment) -> (i32, u8, u8) {
        |at| self.settings.time_zone.on_the_wall(at).date
    }
}

/// A time zone by its name, as `Europe/Madrid`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Zone {
    name: String,
    zone: TimeZone,
}

/// An instant as a clock on the wall shows it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OnTheWall {
    /// Year, month (1–12) and day (1–31).
    pub date: (i32, u8, u8),
    /// Hour (0–23) and minute.
    pub time: (u8, u8),
    /// How far ahead of UTC, in minutes.
    pub ahead_minutes: i32,
}

impl Zone {
    /// The zone with this name; `None` if there is none.
    pub fn named(name: &str) -> Option<Self> {
        let zone = TimeZone::get(name).ok()?;
        Some(Self { name: zone.iana_name()?.to_owned(), zone })
    }

    /// Universal time.
    pub fn utc() -> Self {
        Self { name: "UTC".to_owned(), zone: TimeZone::UTC }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Is it a Saturday or Sunday there?
    pub fn is_weekend(&self, at: Moment) -> bool {
        let day = self.zone.to_datetime(timestamp(at)).date().weekday();
        matches!(day, Weekday::Saturday | Weekday::Sunday)
    }

    /// What the clock shows there.
    pub fn on_the_wall(&self, at: Moment) -> OnTheWall {
        let info = self.zone.to_offset(timestamp(at));
        let local = self.zone.to_datetime(timestamp(at));
        let small = |number: i8| u8::try_from(number).unwrap_or_default();
        OnTheWall {
            date: (i32::from(local.year()), small(local.month()), small(local.day())),
            time: (small(local.hour()), small(local.minute())),
            ahead_minutes: info.seconds() / 60,
        }
    }
}

/// The bounds of a moment lie inside those of a timestamp, but for the last day of the year 9999.
fn timestamp(at: Moment) -> Timestamp {
    Timestamp::from_millisecond(at.unix_ms()).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Moment {
        text.parse().unwrap()
    }

    #[test]
    fn rev65_the_weekend_is_that_of_the_zone() {
        let (madrid, bogota) =
            (Zone::named("Europe/Madrid").unwrap(), Zone::named("America/Bogota").unwrap());
        let friday_night = at("2016-09-23T22:30:00Z");
        assert!(madrid.is_weekend(friday_night), "half past midnight on Saturday in Madrid");
        assert!(!bogota.is_weekend(friday_night), "half past five on Friday in Bogotá");
        assert!(Zone::utc().is_weekend(at("2016-09-25T23:59:59Z")));
        assert_eq!(Zone::named("Europe/Nowhere"), None);
    }

    #[test]
    fn rev65_a_clock_on_the_wall_knows_summer_time() {
        let madrid = Zone::named("Europe/Madrid").unwrap();
        let summer = madrid.on_the_wall(at("2016-10-30T00:59:00Z"));
        assert_eq!((summer.time, summer.ahead_minutes), ((2, 59), 120));
        let winter = madrid.on_the_wall(at("2016-10-30T01:00:00Z"));
        assert_eq!((winter.time, winter.ahead_minutes), ((2, 0), 60), "the hour that comes twice");
        assert_eq!(madrid.on_the_wall(at("9999-12-31T23:59:59Z")).date.0, 9999);
    }
}
