//! Why an act on an amendment is not done.

use super::{Amendment, State};
use crate::document::branch::Touch;
use crate::ids::SeatId;
use crate::moment::Moment;
use crate::review::disposition::{DispositionError, Outcome};
use crate::review::written::WrittenError;

/// Why not. Nothing has changed.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AmendmentError {
    /// The seat may not do that.
    #[error("your seat may not {0} here")]
    NotAllowed(&'static str),
    /// It is of another component: for that seat there is no draft.
    #[error("there is nothing here, or nothing that you may see")]
    NotTheirs,
    /// Its own component may not do that: the others do.
    #[error("this is for other components than the one that proposes it")]
    OwnComponent,
    /// It is not far enough for that.
    #[error("this cannot be done with an amendment that is {}", .0.words())]
    State(State),
    /// Somebody has decided already.
    #[error("this amendment was decided already: it is {}", State::of(*.outcome).map_or("noted", State::words))]
    Decided {
        /// How.
        outcome: Outcome,
        /// By whom.
        by: SeatId,
        /// When.
        at: Moment,
    },
    /// It came late, and nobody has let it in.
    #[error("this came after the round had closed; it has to be admitted first, with a reason")]
    Late,
    /// Its round has closed: what was submitted stands.
    #[error(
        "the round has closed, so what was submitted stands as it is; it can be revised when whoever decides takes it up, or withdrawn"
    )]
    Closed,
    /// The chapter is locked: nothing enters its text.
    #[error("this chapter is locked: what is accepted cannot enter its text until it is opened again")]
    Locked,
    /// Nothing is changed.
    #[error("nothing is changed in this draft; write in it what the text should say")]
    Unchanged,
    /// No words where some are needed, too many, or a character that is not allowed.
    #[error("{field}: {error}")]
    Words {
        /// Which field.
        field: &'static str,
        /// What is wrong with them.
        error: WrittenError,
    },
    /// The words it is about were changed since.
    #[error(
        "the words this is about were changed since it was proposed; look at it on the present text and accept it as modified"
    )]
    TouchedSince(Touch),
    /// Nothing of what it is about is left.
    #[error("nothing of what this is about is left in the text; it can be answered as overtaken")]
    Overtaken(Touch),
    /// To accept in other words, or a part, somebody has to write them first.
    #[error("open a copy of the proposal first, and write in it what the text should say")]
    NoCopy,
    /// Not an answer that an amendment can have.
    #[error("an amendment is accepted, modified, partly or not accepted, deferred or overtaken")]
    Outcome,
    /// The answer itself is not as it must be, or the decider is a proposer.
    #[error(transparent)]
    Disposition(#[from] DispositionError),
}

impl State {
    /// In words, for a sentence.
    pub fn words(self) -> &'static str {
        match self {
            State::Draft => "a draft",
            State::Submitted => "submitted",
            State::UnderConsideration => "under consideration",
            State::Accepted => "accepted",
            State::Modified => "accepted as modified",
            State::Partly => "accepted in part",
            State::NotAccepted => "not accepted",
            State::Deferred => "deferred",
            State::Withdrawn => "withdrawn",
            State::Overtaken => "overtaken",
        }
    }
}

impl Amendment {
    /// The error of whoever comes after a final decision.
    pub fn must_be_open(&self) -> Result<(), AmendmentError> {
        match (self.state(), self.decision()) {
            (state, Some(decision)) if state.is_final() => {
                let answer = &decision.disposition;
                Err(AmendmentError::Decided { outcome: answer.outcome, by: answer.by, at: answer.at })
            }
            _ => Ok(()),
        }
    }

    /// It was submitted, and nothing final was decided.
    pub(super) fn must_be_on_the_table(&self) -> Result<(), AmendmentError> {
        self.must_be_open()?;
        if self.state() == State::Draft { Err(AmendmentError::State(State::Draft)) } else { Ok(()) }
    }
}
