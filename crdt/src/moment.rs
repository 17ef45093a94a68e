//! Instants, as the service's clock saw them.
//!
//! A [`Moment`] always arrives as an argument: nothing in this crate reads a clock. The time inside an Automerge change
//! is content written by a client; what people see and what orders events is the server's time of receipt.

use std::fmt;
use std::ops::{Add, Sub};
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Milliseconds since 1970-01-01T00:00:00Z, between the years 0000 and 9999.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(i64);

/// The text is not an instant such as `2016-10-12T14:00:00Z`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an instant; write it like 2016-10-12T14:00:00Z")]
pub struct NotAMoment(pub String);

impl Moment {
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Moment = Moment(0);

    const MIN_MS: i64 = -62_167_219_200_000;
    const MAX_MS: i64 = 253_402_300_799_999;

    /// The instant so many milliseconds after 1970; outside the years 0000–9999 the nearest bound.
    pub fn from_unix_ms(ms: i64) -> Self {
        Self(ms.clamp(Self::MIN_MS, Self::MAX_MS))
    }

    /// Milliseconds since 1970.
    pub fn unix_ms(self) -> i64 {
        self.0
    }

    /// Time since `earlier`; zero if `earlier` is later.
    pub fn since(self, earlier: Moment) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// Year, month (1–12) and day (1–31) in UTC.
    pub fn date(self) -> (i32, u8, u8) {
        let date = self.utc().date();
        (date.year(), date.month().into(), date.day())
    }

    pub(crate) fn utc(self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000)
            .expect("the bounds of a moment lie inside those of a date")
    }
}

impl Add<Duration> for Moment {
    type Output = Moment;
    fn add(self, time: Duration) -> Moment {
        Moment::from_unix_ms(self.0.saturating_add(i64::try_from(time.as_millis()).unwrap_or(i64::MAX)))
    }
}

impl Sub<Duration> for Moment {
    type Output = Moment;
    fn sub(self, time: Duration) -> Moment {
        Moment::from_unix_ms(self.0.saturating_sub(i64::try_from(time.as_millis()).unwrap_or(i64::MAX)))
    }
}

impl fmt::Display for Moment {
    /// RFC 3339 in UTC, with milliseconds where they are not zero.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.utc().format(&Rfc3339).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Moment {
    type Err = NotAMoment;
    fn from_str(text: &str) -> Result<Self, NotAMoment> {
        let instant =
            OffsetDateTime::parse(text, &Rfc3339).map_err(|_| NotAMoment(text.chars().take(60).collect()))?;
        let ms = i64::try_from(instant.unix_timestamp_nanos() / 1_000_000).unwrap_or(Self::MAX_MS);
        Ok(Self::from_unix_ms(ms))
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_opening_of_the_congress_reads_back_as_written() {
        let opening: Moment = "2016-10-12T14:00:00Z".parse().unwrap();
        assert_eq!(opening.to_string(), "2016-10-12T14:00:00Z");
        assert_eq!(opening.date(), (2016, 10, 12));
        assert_eq!("2016-10-12T09:00:00-05:00".parse::<Moment>().unwrap(), opening);
    }

    #[test]
    fn time_never_runs_out_of_the_calendar() {
        assert_eq!(Moment::from_unix_ms(i64::MAX).to_string(), "9999-12-31T23:59:59.999Z");
        assert_eq!(Moment::from_unix_ms(i64::MIN).date().0, 0);
        assert_eq!(Moment::from_unix_ms(5).since(Moment::from_unix_ms(9)), Duration::ZERO);
    }
}
