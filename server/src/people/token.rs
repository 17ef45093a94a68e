//! Secrets and what they stand for: bearer tokens of programs, tickets of sockets.
//!
//! A [`Secret`] is shown once. What is stored is its SHA-256; 256 random bits need no slow hash.

use std::fmt;
use std::time::Duration;

use crdt::ids::{SeatId, to_hex};
use crdt::moment::Moment;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// 256 random bits, written as 64 lowercase hexadecimal digits.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Fresh bits from the operating system.
    ///
    /// # Panics
    /// When the operating system has no randomness to give: nothing safe can be done then.
    pub fn draw() -> Self {
        let mut bits = [0; 32];
        getrandom::fill(&mut bits).expect("the operating system gives random bytes");
        Self(to_hex(&bits))
    }

    /// The secret itself, for the one time it is shown.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The key under which its record is stored.
    pub fn key(&self) -> String {
        key_of(&self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The key under which the record of a presented secret would be stored, whatever was presented.
pub fn key_of(presented: &str) -> String {
    to_hex(&Sha256::digest(presented.as_bytes()))
}

/// What a program's token, or a socket's ticket, stands for: one seat, for some time.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Pass {
    /// The seat it speaks for.
    pub seat: SeatId,
    /// Until when.
    pub expires: Moment,
}

impl Pass {
    /// A ticket for a socket works for this long.
    pub const TICKET_LASTS: Duration = Duration::from_hours(1);

    /// Does it still stand for its seat?
    pub fn is_alive(&self, now: Moment) -> bool {
        now < self.expires
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_never_shows_in_a_log() {
        let secret = Secret::draw();
        assert_eq!(secret.reveal().len(), 64);
        assert!(!format!("{secret:?}").contains(secret.reveal()));
        assert!(!secret.key().contains(secret.reveal()));
    }
}
