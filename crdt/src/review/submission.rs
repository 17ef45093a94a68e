//! What a component sends in its name, and who sees it.
//!
//! Remarks and amendments are born inside a component, where nobody else sees them. Its focal point submits them; from then
//! on the round they belong to decides who reads them.
//!
//! ```
//! use crdt::review::submission::{Visibility, is_seen, Reader};
//!
//! let lyon = Reader { is_own: false, answers_for_place: false };
//! assert!(!is_seen(Visibility::SealedUntilClose, false, lyon));
//! assert!(is_seen(Visibility::SealedUntilClose, true, lyon));
//! ```

use serde::{Deserialize, Serialize};

use crate::ids::{RoundId, SeatId};
use crate::moment::Moment;

/// How something came from a component to the paper.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Submission {
    /// The round it answers; `None` if it came outside of any.
    pub round: Option<RoundId>,
    /// The focal point's seat, or that of who entered it on the component's behalf.
    pub by: SeatId,
    /// When the server received it.
    pub at: Moment,
    /// It was entered on the component's behalf, from a file or letter it sent.
    #[serde(default)]
    pub on_behalf: bool,
    /// Set when it came after the round had closed: it waits until somebody admits it.
    #[serde(default)]
    pub late: Option<Late>,
}

/// Something that came late.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Late {
    /// By whom it was admitted, when and why; `None` while it waits.
    pub admitted: Option<Admitted>,
}

/// Who let in what came late.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Admitted {
    /// The seat.
    pub by: SeatId,
    /// When.
    pub at: Moment,
    /// Why, for everybody.
    pub reason: String,
}

/// Why something is not let in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AdmissionError {
    /// It does not wait.
    #[error("this does not wait in the late queue: it came in time, was let in already, or was taken back")]
    NotLate,
}

impl Submission {
    /// Is it part of the round: in time, or late and admitted?
    pub fn counts(&self) -> bool {
        self.late.as_ref().is_none_or(|late| late.admitted.is_some())
    }

    /// REV27: let in what waits in the late queue.
    pub fn admit(&self, admitted: Admitted) -> Result<Self, AdmissionError> {
        if self.counts() {
            return Err(AdmissionError::NotLate);
        }
        Ok(Self { late: Some(Late { admitted: Some(admitted) }), ..self.clone() })
    }

    /// REV16, REV27: who reads it. What waits in the late queue is read by its component and by those who may let it in
    /// (`admits`), where the round shows it to them at all.
    pub fn is_shown(&self, visibility: Visibility, is_closed: bool, reader: Reader, admits: bool) -> bool {
        let is_seen = is_seen(visibility, is_closed, reader);
        is_seen && (self.counts() || reader.is_own || admits)
    }
}

/// Who reads what the components of a round send.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Everybody, at once.
    Open,
    /// Everybody, once the round is closed; until then the component alone.
    SealedUntilClose,
    /// Those who answer for the place, at once; never the other components.
    RapporteursOnly,
}

/// Who would like to read something submitted. They may read the paper already.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reader {
    /// They sit in the component that sent it.
    pub is_own: bool,
    /// They answer for the place it is about: [`super::permission::Action::ReadRapporteurThreads`].
    pub answers_for_place: bool,
}

/// REV16: who reads what was submitted in a round with this visibility.
pub fn is_seen(visibility: Visibility, is_closed: bool, reader: Reader) -> bool {
    reader.is_own
        || match visibility {
            Visibility::Open => true,
            Visibility::SealedUntilClose => is_closed,
            Visibility::RapporteursOnly => reader.answers_for_place,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rev16_a_component_always_reads_its_own_and_others_as_the_round_allows() {
        use Visibility::{Open, RapporteursOnly, SealedUntilClose};
        let seen = |visibility, is_closed, is_own, answers_for_place| {
            is_seen(visibility, is_closed, Reader { is_own, answers_for_place })
        };
        for visibility in [Open, SealedUntilClose, RapporteursOnly] {
            assert!(seen(visibility, false, true, false), "{visibility:?}");
        }
        let others = |visibility| {
            [(false, false), (false, true), (true, false), (true, true)]
                .map(|(is_closed, answers)| seen(visibility, is_closed, false, answers))
        };
        assert_eq!(others(Open), [true; 4]);
        assert_eq!(others(SealedUntilClose), [false, false, true, true]);
        assert_eq!(others(RapporteursOnly), [false, true, false, true]);
    }
}
