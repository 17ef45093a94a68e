//! Identities: one newtype for each kind of thing that has a life of its own.
//!
//! All are UUIDs drawn by whoever creates the thing, except [`ParagraphId`] and [`SourceId`] (eight random bytes: they stand inside texts),
//! [`ChangeHash`] and [`ActorId`] (Automerge's own). None of them is ever reused.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

macro_rules! uuid_id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> { Uuid::parse_str(text).map(Self) }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self { Self(id) }
        }
    )+};
}

uuid_id! {
    /// A human being with an account.
    PersonId,
    /// A body of the organisation.
    ComponentId,
    /// A person's place in a component: the author of every edit.
    SeatId,
    /// A policy paper.
    PaperId,
    /// A chapter of a paper.
    ChapterId,
    /// One language version of a chapter: one Automerge document.
    TextId,
    /// A conversation about a passage.
    ThreadId,
    /// One contribution to a thread.
    CommentId,
    /// A sealed draft.
    MilestoneId,
    /// A draft that is planned; the sealed one that fulfils it has an identity of its own.
    PlanId,
    /// A record of what was written without the right to.
    AsideId,
    /// A review round.
    RoundId,
    /// A proposed change: a branch of a text.
    AmendmentId,
    /// What a component says of a milestone.
    PositionId,
    /// Words that are not agreed.
    BracketId,
    /// A question put under silence.
    SilenceId,
    /// Something a person is told.
    NoticeId,
    /// A seat that is offered to somebody by a link.
    InvitationId,
    /// A letter on its way by mail.
    LetterId,
}

/// Why a string is not one of the hexadecimal identities.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected} hexadecimal digits, got {got:?}")]
pub struct NotHex {
    /// How many digits the identity has, in words ("64", "16", "2 to 128").
    pub expected: &'static str,
    /// What was given, cut to 40 characters.
    pub got: String,
}

impl NotHex {
    fn new(expected: &'static str, got: &str) -> Self {
        Self { expected, got: got.chars().take(40).collect() }
    }
}

/// The SHA-256 hash by which Automerge names a change.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChangeHash(pub [u8; 32]);

/// The identity under which one editing session writes changes: 1 to 64 bytes, 16 as Automerge draws them.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActorId(pub Vec<u8>);

/// The identity of a paragraph (any block) inside a text, for life: 16 lowercase hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ParagraphId(pub [u8; 8]);

/// The identity of a source that a paper cites: 16 lowercase hexadecimal digits, which stand in the name of a mark.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub [u8; 8]);

impl ActorId {
    /// Actors longer than this are refused: Automerge draws 16 bytes.
    pub const MAX_BYTES: usize = 64;
}

macro_rules! hex_id {
    ($name:ident, $expected:literal, |$bytes:ident| $make:expr) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&to_hex(self.0.as_ref()))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = NotHex;
            fn from_str(text: &str) -> Result<Self, NotHex> {
                let wrong = || NotHex::new($expected, text);
                let $bytes = from_hex(text).ok_or_else(wrong)?;
                $make.ok_or_else(wrong).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

hex_id!(ChangeHash, "64", |bytes| <[u8; 32]>::try_from(bytes).ok());
hex_id!(ParagraphId, "16", |bytes| <[u8; 8]>::try_from(bytes).ok());
hex_id!(SourceId, "16", |bytes| <[u8; 8]>::try_from(bytes).ok());
hex_id!(ActorId, "2 to 128", |bytes| (!bytes.is_empty() && bytes.len() <= ActorId::MAX_BYTES)
    .then_some(bytes));

/// Lowercase hexadecimal digits, two for each byte.
pub fn to_hex(bytes: &[u8]) -> String {
    use fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes every write");
        text
    })
}

/// The bytes of an even number of lowercase hexadecimal digits; `None` for anything else.
pub fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |c: u8| match c {
        b'0'..=b'9' => Some(c - b'0'),
        b'a'..=b'f' => Some(c - b'a' + 10),
        _ => None,
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paragraph_id_has_sixteen_lowercase_digits_and_nothing_else() {
        assert_eq!("00ff12ab34cd56ef".parse::<ParagraphId>().unwrap().to_string(), "00ff12ab34cd56ef");
        for wrong in ["", "00ff12ab34cd56e", "00FF12AB34CD56EF", "00ff12ab34cd56eg", "00ff12ab34cd56ef00"] {
            assert!(wrong.parse::<ParagraphId>().is_err(), "{wrong:?} passed");
        }
    }

    #[test]
    fn an_actor_has_one_to_sixty_four_bytes() {
        assert!("".parse::<ActorId>().is_err());
        assert!("ab".repeat(64).parse::<ActorId>().is_ok());
        assert!("ab".repeat(65).parse::<ActorId>().is_err());
    }
}
