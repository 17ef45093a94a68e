//! Sign-in links: how a person gets in, for the first time or on another device.
//!
//! A link carries 256 random bits in the fragment of its address, which browsers do not send, so that no log on the way
//! sees it. The page behind it posts them. A link works once and for seven days; those of a demonstration work again and
//! again, because they are printed for everybody to try.

use std::time::Duration;

use crdt::ids::PersonId;
use crdt::moment::Moment;
use serde::{Deserialize, Serialize};

/// A sign-in link, stored under the SHA-256 of its token.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Link {
    /// Whom it lets in.
    pub person: PersonId,
    /// Until when.
    pub expires: Moment,
    /// May it be used again? Only in a demonstration.
    pub reusable: bool,
    /// When it was used.
    pub used: Option<Moment>,
}

/// Why a link lets nobody in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum LinkClosed {
    /// It was used before.
    #[error(
        "this sign-in link was used already; ask for a new one, or make one on a device where you are signed in"
    )]
    Used,
    /// Its time is over.
    #[error("this sign-in link is too old; ask for a new one")]
    Expired,
    /// The invitation behind it was taken back, or has a newer link.
    #[error("this sign-in link was withdrawn; use the newest one you were sent, or ask the secretariat")]
    Withdrawn,
}

impl Link {
    /// A link made now works for this long.
    pub const LASTS: Duration = Duration::from_hours(7 * 24);

    /// A link that works once.
    pub fn once(person: PersonId, now: Moment) -> Self {
        Self { person, expires: now + Self::LASTS, reusable: false, used: None }
    }

    /// A link of a demonstration, which works until the demonstration ends.
    pub fn for_demo(person: PersonId, now: Moment) -> Self {
        Self { person, expires: now + Duration::from_hours(24 * 365 * 100), reusable: true, used: None }
    }

    /// The link as it is after somebody came in through it.
    pub fn used(&self, now: Moment) -> Result<Link, LinkClosed> {
        match self {
            Link { reusable: true, .. } => Ok(self.clone()),
            Link { used: Some(_), .. } => Err(LinkClosed::Used),
            Link { expires, .. } if *expires <= now => Err(LinkClosed::Expired),
            _ => Ok(Link { used: Some(now), ..self.clone() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_works_once_and_for_seven_days() {
        let monday = Moment::from_unix_ms(0);
        let link = Link::once(PersonId(uuid::Uuid::nil()), monday);
        let used = link.used(monday).unwrap();
        assert_eq!(used.used(monday), Err(LinkClosed::Used));
        assert_eq!(link.used(monday + Link::LASTS), Err(LinkClosed::Expired));
    }

    #[test]
    fn a_link_of_the_demonstration_works_again() {
        let link = Link::for_demo(PersonId(uuid::Uuid::nil()), Moment::from_unix_ms(0));
        let again = link.used(Moment::from_unix_ms(1)).unwrap();
        assert!(again.used(Moment::from_unix_ms(2)).is_ok());
    }
}
