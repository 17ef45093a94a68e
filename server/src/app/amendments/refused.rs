//! What the rules of amendments say no to, as refusals.

use crdt::review::amendment::AmendmentError;
use crdt::review::disposition::DispositionError;

use crate::app::broken;
use crate::app::refusal::Refusal;

/// The stable name of the reason why an act on an amendment was not done.
pub fn code(error: &AmendmentError) -> &'static str {
    match error {
        AmendmentError::NotTheirs => "not_found",
        AmendmentError::NotAllowed(_) => "not_allowed",
        AmendmentError::OwnComponent | AmendmentError::Disposition(DispositionError::Own) => "own_amendment",
        AmendmentError::State(_) => "amendment_state",
        AmendmentError::Decided { .. } => "amendment_decided",
        AmendmentError::Locked => "chapter_locked",
        AmendmentError::Late => "amendment_late",
        AmendmentError::Closed => "amendment_closed",
        AmendmentError::Unchanged => "amendment_empty",
        AmendmentError::TouchedSince(_) => "touched_since",
        AmendmentError::Overtaken(_) => "amendment_overtaken",
        AmendmentError::NoCopy => "copy_missing",
        AmendmentError::Words { .. } | AmendmentError::Outcome | AmendmentError::Disposition(_) => {
            "field_invalid"
        }
    }
}

impl From<AmendmentError> for Refusal {
    fn from(error: AmendmentError) -> Self {
        match error {
            AmendmentError::NotTheirs => Refusal::NotFound,
            AmendmentError::Locked => Refusal::ChapterLocked,
            AmendmentError::NotAllowed(what) => Refusal::NotAllowed(what),
            AmendmentError::Words { field, error } => Refusal::broken(field, error, error.to_string()),
            AmendmentError::Outcome => Refusal::field("outcome", error.to_string()),
            AmendmentError::Disposition(reason) => match broken::in_answer(&reason) {
                Some(broken) => Refusal::broken("words", broken, reason.to_string()),
                None => Refusal::Amendment(AmendmentError::Disposition(reason)),
            },
            error => Refusal::Amendment(error),
        }
    }
}
