//! Remarks: what is said inside a component, and what of it the component sends.
//!
//! During a round people of a component say what they think in their own room: threads with the audience
//! [`Component`](Audience::Component). Its focal point keeps or leaves each of them, and sends the kept ones in the component's
//! name. What is left stays inside, with a note; so does what was said about a remark before it was sent.
//!
//! | Act | From | To |
//! |---|---|---|
//! | [`Thread::prepare`] | inside | inside, kept or left with a note |
//! | [`Thread::submit`] | inside, not left | sent, read as the round says |
//! | [`Thread::admit`] | sent late, waiting | part of the round |
//! | [`Thread::withdraw`] | sent | withdrawn; the record stays |

use serde::{Deserialize, Serialize};

use super::submission::{AdmissionError, Admitted, Submission, Visibility};
use super::thread::{Audience, Thread};
use crate::ids::SeatId;
use crate::moment::Moment;

/// What the focal point or a deputy means to do with a remark. Only its component reads this.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Prepared {
    /// Whose decision.
    pub by: SeatId,
    /// When.
    pub at: Moment,
    /// It will be sent; otherwise it stays inside.
    pub keep: bool,
    /// Why, for its author; may be empty.
    pub note: String,
}

/// A component took back what it had sent.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Withdrawn {
    /// The focal point's seat.
    pub by: SeatId,
    /// When.
    pub at: Moment,
    /// Why, for everybody who reads the remark.
    pub reason: String,
}

/// Why something cannot be done with a remark.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RemarkError {
    /// It is not in the component's room.
    #[error("this remark has left its component's room: it was sent, or was never only for the component")]
    NotInside,
    /// It was left out.
    #[error("this remark was left out; keep it before it is sent")]
    LeftOut,
    /// There is nothing to take back.
    #[error("this remark was not sent, or was taken back already")]
    NotSent,
}

impl Thread {
    /// Is it still in its component's room, so that it can be sent?
    pub fn is_inside(&self) -> bool {
        self.audience == Audience::Component && self.submission.is_none()
    }

    /// REV26: keep a remark, or leave it with a note.
    pub fn prepare(&self, prepared: Prepared) -> Result<Self, RemarkError> {
        if !self.is_inside() {
            return Err(RemarkError::NotInside);
        }
        Ok(Self { prepared: Some(prepared), ..self.clone() })
    }

    /// REV26: send it in the component's name. Its audience widens to what the round allows.
    pub fn submit(&self, submission: Submission, visibility: Visibility) -> Result<Self, RemarkError> {
        if !self.is_inside() {
            return Err(RemarkError::NotInside);
        }
        if self.prepared.as_ref().is_some_and(|prepared| !prepared.keep) {
            return Err(RemarkError::LeftOut);
        }
        let audience = match visibility {
            Visibility::Open | Visibility::SealedUntilClose => Audience::All,
            Visibility::RapporteursOnly => Audience::Rapporteurs,
        };
        let said_inside = self.comments.len();
        Ok(Self { audience, said_inside, submission: Some(submission), resolved: None, ..self.clone() })
    }

    /// REV27: let in what came late.
    pub fn admit(&self, admitted: Admitted) -> Result<Self, AdmissionError> {
        let sent = self.submission.as_ref().filter(|_| self.withdrawn.is_none());
        let sent = sent.ok_or(AdmissionError::NotLate)?;
        Ok(Self { submission: Some(sent.admit(admitted)?), ..self.clone() })
    }

    /// REV28: take back what was sent. It stays readable where it was.
    pub fn withdraw(&self, withdrawn: Withdrawn) -> Result<Self, RemarkError> {
        if self.submission.is_none() || self.withdrawn.is_some() {
            return Err(RemarkError::NotSent);
        }
        Ok(Self { withdrawn: Some(withdrawn), ..self.clone() })
    }

    /// REV26: what readers outside its component find of it: the remark itself and what was said after it was sent, without
    /// the talk inside and without what was decided there.
    pub fn as_seen_outside(&self) -> Self {
        let inside = 1..self.said_inside.max(1);
        let mut seen = Self { prepared: None, ..self.clone() };
        seen.comments.drain(inside);
        seen.said_inside = seen.said_inside.min(1);
        seen
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::ids::{CommentId, ComponentId, ParagraphId, TextId, ThreadId};
    use crate::review::permission::{Function, Grant, Place, Rights, Role, Scope};
    use crate::review::submission::Late;
    use crate::review::thread::{Comment, Shown};

    const AFRICA: ComponentId = ComponentId(Uuid::from_u128(1));
    const LYON: ComponentId = ComponentId(Uuid::from_u128(2));
    const AMINA: SeatId = SeatId(Uuid::from_u128(3));
    const ADAEZE: SeatId = SeatId(Uuid::from_u128(4));

    fn at(ms: i64) -> Moment {
        Moment::from_unix_ms(ms)
    }

    fn says(seat: SeatId, body: &str) -> Comment {
        Comment::new(CommentId(Uuid::from_u128(9)), seat, at(1), body).unwrap()
    }

    fn aminas() -> Thread {
        let anchor = serde_json::from_str(r#"{"runs":[],"heads":[],"quote":"vivienda"}"#).unwrap();
        let place = (TextId(Uuid::from_u128(5)), ParagraphId([7; 8]));
        let to = (Audience::Component, AFRICA);
        Thread::open(ThreadId(Uuid::from_u128(6)), place, anchor, to, says(AMINA, "Say who pays."))
    }

    fn sent(late: Option<Late>) -> Submission {
        Submission { round: None, by: ADAEZE, at: at(5), on_behalf: false, late }
    }

    fn prepared(keep: bool) -> Prepared {
        Prepared { by: ADAEZE, at: at(2), keep, note: "we said so in May".to_owned() }
    }

    fn reader(role: Option<Role>) -> Rights {
        let grants = role.into_iter().map(|role| Grant { scope: Scope::Service, role }).collect();
        Rights { function: Function::Contributor, grants, ended: false }
    }

    #[test]
    fn rev26_what_is_left_stays_inside_and_what_is_kept_is_sent() {
        let left = aminas().prepare(prepared(false)).unwrap();
        assert_eq!(left.submit(sent(None), Visibility::Open), Err(RemarkError::LeftOut));
        let kept = left.prepare(prepared(true)).unwrap();
        let out = kept.submit(sent(None), Visibility::Open).unwrap();
        assert_eq!(out.audience, Audience::All);
        assert_eq!(out.prepare(prepared(false)), Err(RemarkError::NotInside));
        assert_eq!(out.submit(sent(None), Visibility::Open), Err(RemarkError::NotInside));
    }

    #[test]
    fn rev26_what_was_said_inside_before_it_was_sent_is_read_by_nobody_else() {
        let talk = aminas().answer(says(ADAEZE, "Too blunt?")).unwrap();
        let out = talk.prepare(prepared(true)).unwrap().submit(sent(None), Visibility::Open).unwrap();
        let answered = out.answer(says(ADAEZE, "The State does.")).unwrap();
        let seen = answered.as_seen_outside();
        let bodies: Vec<&str> = seen.comments.iter().map(|comment| comment.body.as_str()).collect();
        assert_eq!(bodies, ["Say who pays.", "The State does."]);
        assert_eq!(seen.prepared, None);
        assert_eq!(answered.comments.len(), 3, "inside, it is all there");
    }

    #[test]
    fn rev16_a_sealed_remark_is_read_by_others_only_once_the_round_is_closed() {
        let place = Place::default();
        let out = aminas().submit(sent(None), Visibility::SealedUntilClose).unwrap();
        let reads = |component, role, is_closed| {
            let shown = Shown { visibility: Visibility::SealedUntilClose, is_closed };
            out.is_read_by(component, &reader(role), &place, shown)
        };
        assert!(reads(AFRICA, None, false));
        assert!(!reads(LYON, None, false) && !reads(LYON, Some(Role::Secretariat), false));
        assert!(reads(LYON, None, true));
    }

    #[test]
    fn rev16_a_remark_for_the_rapporteurs_never_reaches_the_other_components() {
        let place = Place::default();
        let out = aminas().submit(sent(None), Visibility::RapporteursOnly).unwrap();
        for is_closed in [false, true] {
            let shown = Shown { visibility: Visibility::RapporteursOnly, is_closed };
            assert!(!out.is_read_by(LYON, &reader(None), &place, shown));
            assert!(out.is_read_by(LYON, &reader(Some(Role::Rapporteur)), &place, shown));
        }
    }

    #[test]
    fn rev27_what_came_late_waits_unseen_until_it_is_admitted_with_a_reason() {
        let place = Place::default();
        let late = aminas().submit(sent(Some(Late::default())), Visibility::Open).unwrap();
        let shown = Shown { visibility: Visibility::Open, is_closed: true };
        let reads =
            |thread: &Thread, component, role| thread.is_read_by(component, &reader(role), &place, shown);
        assert!(reads(&late, AFRICA, None) && reads(&late, LYON, Some(Role::Rapporteur)));
        assert!(reads(&late, LYON, Some(Role::Secretariat)) && !reads(&late, LYON, None));
        let admitted = Admitted { by: ADAEZE, at: at(9), reason: "the line was down in Dakar".to_owned() };
        let let_in = late.admit(admitted.clone()).unwrap();
        assert!(reads(&let_in, LYON, None) && let_in.submission.as_ref().unwrap().counts());
        assert_eq!(let_in.admit(admitted.clone()), Err(AdmissionError::NotLate));
        assert_eq!(aminas().admit(admitted), Err(AdmissionError::NotLate));
    }

    #[test]
    fn rev28_what_is_taken_back_stays_on_record() {
        let withdrawn = Withdrawn { by: ADAEZE, at: at(8), reason: "merged with another".to_owned() };
        assert_eq!(aminas().withdraw(withdrawn.clone()), Err(RemarkError::NotSent));
        let out = aminas().submit(sent(None), Visibility::Open).unwrap();
        let back = out.withdraw(withdrawn.clone()).unwrap();
        assert_eq!(back.comments, out.comments);
        assert_eq!(back.withdraw(withdrawn), Err(RemarkError::NotSent));
    }
}
