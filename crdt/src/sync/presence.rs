//! Who is in the text, and where: passing messages that are never stored.
//!
//! A client sends CBOR `{v: 1, caret, anchor}` with Automerge cursors (strings) or nulls. The room adds who it is, and
//! nothing of the client's own claim survives: `{v: 1, caret, anchor, seat, connection}`. When a connection leaves,
//! the others get `{v: 1, seat, connection, gone: true}`.

use bytes::Bytes;
use minicbor::data::Type;
use minicbor::decode::{Decoder, Error};
use minicbor::encode::Encoder;

use super::events::ConnectionId;
use super::wire;
use crate::ids::SeatId;
use crate::moment::Moment;

/// Messages longer than this are dropped.
const MAX_BYTES: usize = 2_048;
/// Cursors longer than this are dropped: one is a counter and an actor.
const MAX_CURSOR: usize = 160;

/// Where somebody's selection begins and ends, as Automerge cursors.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Caret {
    /// Where typing would go; `None` while the text is not in focus.
    pub caret: Option<String>,
    /// The other end of the selection.
    pub anchor: Option<String>,
}

impl Caret {
    /// Reads a client's message; `None` for anything that is not one (stock clients send their own things).
    pub fn read(data: &Bytes) -> Option<Caret> {
        if data.len() > MAX_BYTES {
            return None;
        }
        let mut version = 0;
        let mut caret = Caret::default();
        wire::read_map(&mut Decoder::new(data), |key, input| {
            match key {
                "v" => version = input.u32()?,
                "caret" => caret.caret = cursor(input)?,
                "anchor" => caret.anchor = cursor(input)?,
                _ => wire::skip(input, 1)?,
            }
            Ok(())
        })
        .ok()?;
        (version == 1).then_some(caret)
    }

    /// The message to the others.
    pub fn write(&self, seat: SeatId, connection: ConnectionId) -> Vec<u8> {
        let mut out = Encoder::new(Vec::with_capacity(160));
        out.map(5).expect(WRITES);
        for (key, cursor) in [("caret", &self.caret), ("anchor", &self.anchor)] {
            out.str(key).expect(WRITES);
            match cursor {
                Some(cursor) => out.str(cursor).expect(WRITES),
                None => out.null().expect(WRITES),
            };
        }
        finish(out, seat, connection)
    }
}

/// The message that a connection has left.
pub fn gone(seat: SeatId, connection: ConnectionId) -> Vec<u8> {
    let mut out = Encoder::new(Vec::with_capacity(96));
    out.map(4).expect(WRITES).str("gone").expect(WRITES).bool(true).expect(WRITES);
    finish(out, seat, connection)
}

const WRITES: &str = "a vector takes every write";

/// What every message ends with: its version, and who it is about.
fn finish(mut out: Encoder<Vec<u8>>, seat: SeatId, connection: ConnectionId) -> Vec<u8> {
    out.str("v").expect(WRITES).u8(1).expect(WRITES);
    out.str("seat").expect(WRITES).str(&seat.to_string()).expect(WRITES);
    out.str("connection").expect(WRITES).str(&connection.to_string()).expect(WRITES);
    out.into_writer()
}

fn cursor(input: &mut Decoder<'_>) -> Result<Option<String>, Error> {
    if matches!(input.datatype()?, Type::Null | Type::Undefined) {
        input.skip()?;
        return Ok(None);
    }
    let text = input.str()?;
    let plain = text.len() <= MAX_CURSOR && text.bytes().all(|byte| byte.is_ascii_graphic());
    if plain { Ok(Some(text.to_owned())) } else { Err(Error::message("not a cursor")) }
}

/// How fast a connection may send passing messages: 20 a second with a burst of 40; beyond that they are dropped, and a
/// connection that keeps flooding is told to stop.
#[derive(Clone, Debug)]
pub struct Pace {
    tokens: f64,
    last: Moment,
    dropped: u32,
}

/// What to do with a passing message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// Pass it on.
    Pass,
    /// Drop it.
    Drop,
    /// Close the connection.
    Close,
}

impl Pace {
    const PER_SECOND: f64 = 20.0;
    const BURST: f64 = 40.0;
    const PATIENCE: u32 = 2_000;

    /// A connection that has sent nothing yet.
    pub fn new(now: Moment) -> Pace {
        Pace { tokens: Self::BURST, last: now, dropped: 0 }
    }

    /// Counts one message.
    pub fn count(&mut self, now: Moment) -> Verdict {
        self.tokens = (self.tokens + now.since(self.last).as_secs_f64() * Self::PER_SECOND).min(Self::BURST);
        self.last = now;
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            if self.tokens > Self::BURST / 2.0 {
                self.dropped = 0;
            }
            return Verdict::Pass;
        }
        self.dropped += 1;
        if self.dropped > Self::PATIENCE { Verdict::Close } else { Verdict::Drop }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn syn8_a_caret_passes_and_the_name_it_claims_does_not() {
        let mut out = Encoder::new(Vec::new());
        out.map(4).unwrap().str("v").unwrap().u8(1).unwrap();
        out.str("caret").unwrap().str("5@ab").unwrap().str("anchor").unwrap().null().unwrap();
        out.str("seat").unwrap().str("somebody else").unwrap();
        let caret = Caret::read(&out.into_writer().into()).unwrap();
        assert_eq!(caret, Caret { caret: Some("5@ab".into()), anchor: None });

        let seat = SeatId(uuid::Uuid::from_u128(7));
        let written = String::from_utf8_lossy(&caret.write(seat, ConnectionId(3))).into_owned();
        assert!(
            written.contains(&seat.to_string())
                && written.contains("c3")
                && !written.contains("somebody else")
        );
    }

    #[test]
    fn w20_what_is_too_long_or_not_a_caret_is_dropped() {
        assert_eq!(Caret::read(&vec![0; 100 << 10].into()), None);
        assert_eq!(Caret::read(&Bytes::from_static(b"hello")), None);
    }

    #[test]
    fn w20_a_thousand_a_second_are_thinned_out_and_then_stopped() {
        let start = Moment::from_unix_ms(0);
        let mut pace = Pace::new(start);
        let verdicts: Vec<Verdict> =
            (0..5_000).map(|ms| pace.count(start + Duration::from_millis(ms))).collect();
        let passed = verdicts.iter().filter(|verdict| **verdict == Verdict::Pass).count();
        assert!((90..=145).contains(&passed), "{passed} passed in five seconds");
        assert_eq!(verdicts.last(), Some(&Verdict::Close));
    }
}
