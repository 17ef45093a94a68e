//! Invitations: a seat that is offered to somebody by a link.
//!
//! The link is shown once to whoever invites, or sent by mail; the store keeps the SHA-256 of its token. The person and the
//! seat come into being when it is used (REV71), so that a withdrawn invitation leaves nobody behind. The record stays for a
//! while, and says what became of it.

use std::time::Duration;

use crdt::ids::{ComponentId, InvitationId, SeatId};
use crdt::moment::Moment;
use crdt::review::permission::{Function, Role};
use serde::{Deserialize, Serialize};

use super::link::LinkClosed;

/// A seat that is offered.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Invitation {
    /// For life.
    pub id: InvitationId,
    /// Whose name the account will have.
    pub name: String,
    /// Whom it is for; an account has one address.
    pub email: String,
    /// The language of the letter and, at first, of the account.
    pub language: String,
    /// Where the seat will be.
    pub component: ComponentId,
    /// What it will do there.
    pub function: Function,
    /// *Admin* or *secretariat* of the service, if it will be that.
    #[serde(default)]
    pub role: Option<Role>,
    /// Who invites.
    pub by: SeatId,
    /// When the newest link was made.
    pub made: Moment,
    /// Until when it works.
    pub expires: Moment,
    /// The SHA-256 of its token.
    pub key: String,
    /// The same of the links that were sent by mail since that one was made: each letter has one of its own, written when it is
    /// sent.
    #[serde(default)]
    pub mailed: Vec<String>,
    /// How the invitation ended; `None` while it waits.
    #[serde(default)]
    pub end: Option<End>,
}

/// How an invitation ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// Somebody came in with it.
    Used {
        /// When.
        at: Moment,
        /// The seat they got, or had already.
        seat: SeatId,
    },
    /// It was taken back.
    Withdrawn {
        /// When.
        at: Moment,
        /// By whom.
        by: SeatId,
    },
}

/// How an invitation stands at a moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Its link works.
    Open,
    /// Nobody used the link in time.
    Expired,
    /// Somebody came in with it.
    Used,
    /// It was taken back.
    Withdrawn,
}

impl Invitation {
    /// A link works for so long. Longer than a sign-in link: it goes to people who do not wait for it.
    pub const LASTS: Duration = Duration::from_hours(14 * 24);
    /// What became of it is told for so long after that.
    pub const TOLD: Duration = Duration::from_hours(30 * 24);

    /// How it stands.
    pub fn standing(&self, now: Moment) -> Standing {
        match self.end {
            Some(End::Used { .. }) => Standing::Used,
            Some(End::Withdrawn { .. }) => Standing::Withdrawn,
            None if self.expires <= now => Standing::Expired,
            None => Standing::Open,
        }
    }

    /// REV71: does the link with this key let somebody in now?
    pub fn must_open_for(&self, key: &str, now: Moment) -> Result<(), LinkClosed> {
        match self.standing(now) {
            Standing::Used => Err(LinkClosed::Used),
            Standing::Withdrawn => Err(LinkClosed::Withdrawn),
            _ if self.key != key && !self.mailed.iter().any(|mailed| mailed == key) => {
                Err(LinkClosed::Withdrawn)
            }
            Standing::Expired => Err(LinkClosed::Expired),
            Standing::Open => Ok(()),
        }
    }

    /// The same invitation with a new link: the earlier ones work no more. What was used stays used.
    pub fn renewed(&self, key: String, by: SeatId, now: Moment) -> Result<Invitation, LinkClosed> {
        match self.end {
            Some(End::Used { .. }) => Err(LinkClosed::Used),
            _ => {
                let expires = now + Self::LASTS;
                Ok(Invitation { key, mailed: Vec::new(), by, made: now, expires, end: None, ..self.clone() })
            }
        }
    }

    /// The same invitation with one more link, for a letter.
    pub fn with_letter(&self, key: String) -> Invitation {
        let mut next = self.clone();
        next.mailed.push(key);
        next
    }

    /// The invitation taken back. What was used stays used; taking it back twice changes nothing.
    pub fn withdrawn(&self, by: SeatId, now: Moment) -> Result<Invitation, LinkClosed> {
        match self.end {
            Some(End::Used { .. }) => Err(LinkClosed::Used),
            Some(End::Withdrawn { .. }) => Ok(self.clone()),
            None => Ok(Invitation { end: Some(End::Withdrawn { at: now, by }), ..self.clone() }),
        }
    }

    /// The invitation after somebody came in with it and has this seat.
    pub fn used(&self, seat: SeatId, now: Moment) -> Invitation {
        Invitation { end: Some(End::Used { at: now, seat }), ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const INES: SeatId = SeatId(Uuid::from_u128(1));
    const AMINA: SeatId = SeatId(Uuid::from_u128(2));

    fn amina(now: Moment) -> Invitation {
        Invitation {
            id: InvitationId(Uuid::from_u128(3)),
            name: "Amina Keita".to_owned(),
            email: "amina@example.org".to_owned(),
            language: "en".to_owned(),
            component: ComponentId(Uuid::from_u128(4)),
            function: Function::Contributor,
            role: None,
            by: INES,
            made: now,
            expires: now + Invitation::LASTS,
            key: "first".to_owned(),
            mailed: Vec::new(),
            end: None,
        }
    }

    #[test]
    fn rev71_a_link_works_once_and_for_fourteen_days() {
        let monday = Moment::from_unix_ms(0);
        let open = amina(monday);
        assert_eq!(open.must_open_for("first", monday), Ok(()));
        assert_eq!(open.must_open_for("first", open.expires), Err(LinkClosed::Expired));
        let used = open.used(AMINA, monday);
        assert_eq!(used.must_open_for("first", monday), Err(LinkClosed::Used));
        assert_eq!(used.renewed("second".to_owned(), INES, monday), Err(LinkClosed::Used));
        assert_eq!(used.withdrawn(INES, monday), Err(LinkClosed::Used));
    }

    #[test]
    fn rev71_made_anew_only_the_newest_link_works_and_a_withdrawn_one_does_not() {
        let monday = Moment::from_unix_ms(0);
        let late = monday + Invitation::LASTS;
        let mailed = amina(monday).with_letter("by mail".to_owned());
        assert_eq!(
            ["first", "by mail", "another"].map(|key| mailed.must_open_for(key, monday).is_ok()),
            [true, true, false]
        );
        let again = mailed.renewed("second".to_owned(), INES, late).unwrap();
        assert_eq!(again.must_open_for("first", late), Err(LinkClosed::Withdrawn));
        assert_eq!(again.must_open_for("by mail", late), Err(LinkClosed::Withdrawn));
        assert_eq!(again.must_open_for("second", late), Ok(()));
        let back = again.withdrawn(INES, late).unwrap();
        assert_eq!(back.must_open_for("second", late), Err(LinkClosed::Withdrawn));
        assert_eq!(back.withdrawn(AMINA, late), Ok(back.clone()));
        let third = back.renewed("third".to_owned(), INES, late).unwrap();
        assert_eq!(third.must_open_for("third", late), Ok(()));
    }
}
