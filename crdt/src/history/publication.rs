//! Published drafts: what everybody may read who has the address, and what was taken back.
//!
//! A sealed draft is published as it is, as a whole, and can be withdrawn: its page then says when and why, and has its words no more.
//! What was never published does not exist for the public; that is the server's to keep.
//!
//! ```
//! use crdt::history::publication::Publication;
//! # use crdt::{ids::*, moment::Moment};
//! # let (paper, draft, by, now) = (PaperId(uuid::Uuid::nil()), MilestoneId(uuid::Uuid::nil()), SeatId(uuid::Uuid::nil()), Moment::from_unix_ms(0));
//! let published = Publication::publish(None, (paper, draft), by, now)?;
//! assert!(published.is_public());
//! let withdrawn = published.withdraw("The annex names people.", by, now)?;
//! assert!(!withdrawn.is_public());
//! # Ok::<(), crdt::history::publication::PublicationError>(())
//! ```

use serde::{Deserialize, Serialize};

use super::milestone::is_label;
use crate::ids::{MilestoneId, PaperId, SeatId};
use crate::moment::Moment;

/// A sealed draft that is public, or was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publication {
    /// The paper.
    pub paper: PaperId,
    /// The draft.
    pub milestone: MilestoneId,
    /// When it was first published: what was cited then keeps its date.
    pub first: Moment,
    /// When it was published last.
    pub published: Moment,
    /// By whom.
    pub published_by: SeatId,
    /// Set while it is withdrawn.
    pub withdrawn: Option<Withdrawal>,
}

/// A published draft was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawal {
    /// When.
    pub at: Moment,
    /// By whom.
    pub by: SeatId,
    /// Why, for whoever follows a link to it: the only words that its page has left.
    pub reason: String,
}

/// Why a draft was not published or withdrawn.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublicationError {
    /// It is public.
    #[error("this draft is public already")]
    PublicAlready,
    /// It is not.
    #[error("this draft is not public: there is nothing to withdraw")]
    NotPublic,
    /// No reason, a long one, or one that would not be shown as it is.
    #[error(
        "the reason has 1 to {} characters, in one line, without control characters and marks of direction",
        Publication::MAX_REASON
    )]
    Reason,
}

impl Publication {
    /// Longest reason of a withdrawal, in characters.
    pub const MAX_REASON: usize = 500;

    /// HIS35: the draft, public from `now` on. `before` is what was done with it until now.
    pub fn publish(
        before: Option<&Publication>,
        (paper, milestone): (PaperId, MilestoneId),
        by: SeatId,
        now: Moment,
    ) -> Result<Publication, PublicationError> {
        if before.is_some_and(Publication::is_public) {
            return Err(PublicationError::PublicAlready);
        }
        let first = before.map_or(now, |before| before.first);
        Ok(Publication { paper, milestone, first, published: now, published_by: by, withdrawn: None })
    }

    /// HIS36: the same, withdrawn.
    pub fn withdraw(&self, reason: &str, by: SeatId, now: Moment) -> Result<Publication, PublicationError> {
        let reason = reason.trim();
        if !self.is_public() {
            return Err(PublicationError::NotPublic);
        }
        if !is_label(reason, Self::MAX_REASON) {
            return Err(PublicationError::Reason);
        }
        let withdrawn = Withdrawal { at: now, by, reason: reason.to_owned() };
        Ok(Publication { withdrawn: Some(withdrawn), ..self.clone() })
    }

    /// May everybody read it?
    pub fn is_public(&self) -> bool {
        self.withdrawn.is_none()
    }

    /// When something was last done with it.
    pub fn changed(&self) -> Moment {
        self.withdrawn.as_ref().map_or(self.published, |withdrawal| withdrawal.at)
    }
}
