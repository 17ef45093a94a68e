//! Which rule a value breaks, for programs that say it in other words than ours. The pages do, in the reader's language.
//!
//! Here are the rules that a person meets in a form: those that the form itself cannot see (a character that nobody sees, a day that
//! passed meanwhile) and those that two people meet who act at once. What only a program gets wrong is told in English alone.

use crdt::review::disposition::{Disposition, DispositionError};
use crdt::review::entry::EntryError;
use crdt::review::round::RoundError;
use crdt::review::thread::{Comment, Thread, ThreadError};
use crdt::review::written::WrittenError;
use serde::Serialize;

/// A rule, with the numbers in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "rule", rename_all = "snake_case")]
pub enum Broken {
    /// Something has to be said, and nothing is.
    Missing,
    /// More words than are kept.
    TooLong {
        /// The most characters.
        most: usize,
    },
    /// A character that nobody sees, that breaks a line, or that turns the direction of writing.
    Hidden {
        /// "U+200B".
        code_point: String,
    },
    /// Missing, too long, or with a character that nobody sees: whoever checks does not say which.
    Label {
        /// The most characters.
        most: usize,
    },
    /// Not written as such a thing is: a symbol, a code, an address.
    Spelling {
        /// The most characters.
        most: usize,
    },
    /// The day or the instant is over.
    Past,
    /// It ends before it begins.
    BeforeOpening,
    /// It is only moved to a later instant.
    NotLater,
    /// There are as many as there may be.
    Full {
        /// The most.
        most: usize,
    },
}

impl Broken {
    /// By this character.
    pub fn hidden(character: char) -> Self {
        Self::Hidden { code_point: format!("U+{:04X}", u32::from(character)) }
    }
}

impl From<WrittenError> for Broken {
    fn from(error: WrittenError) -> Self {
        match error {
            WrittenError::Missing => Self::Missing,
            WrittenError::TooLong { most, .. } => Self::TooLong { most },
            WrittenError::Forbidden { character } => Self::hidden(character),
        }
    }
}

impl From<&ThreadError> for Broken {
    fn from(error: &ThreadError) -> Self {
        match error {
            ThreadError::Empty => Self::Missing,
            ThreadError::TooLong { .. } => Self::TooLong { most: Comment::MAX_CHARACTERS },
            ThreadError::Forbidden { character } => Self::hidden(*character),
            ThreadError::Full => Self::Full { most: Thread::MAX_COMMENTS },
        }
    }
}

/// Of the words of an answer; `None` when it is not they that are refused.
pub fn in_answer(error: &DispositionError) -> Option<Broken> {
    match error {
        DispositionError::NeedsWords => Some(Broken::Missing),
        DispositionError::TooLong { .. } => Some(Broken::TooLong { most: Disposition::MAX_CHARACTERS }),
        DispositionError::Forbidden { character } => Some(Broken::hidden(*character)),
        DispositionError::Own => None,
    }
}

/// Of what is said to a row of the matrix; `None` when it is not words that are refused.
pub fn in_entry(error: &EntryError) -> Option<Broken> {
    match error {
        EntryError::Disposition(error) => in_answer(error),
        EntryError::NeedsWords => Some(Broken::Missing),
        EntryError::TooLong { most, .. } => Some(Broken::TooLong { most: *most }),
        EntryError::Forbidden { character } => Some(Broken::hidden(*character)),
        EntryError::Withdrawn | EntryError::Unanswered | EntryError::Answered | EntryError::NotTheirs => None,
    }
}

/// Of when a round closes; `None` when it is not that.
pub fn in_round(error: &RoundError) -> Option<Broken> {
    match error {
        RoundError::ClosesBeforeItOpens { .. } => Some(Broken::BeforeOpening),
        RoundError::ClosesInThePast { .. } => Some(Broken::Past),
        RoundError::NotLater { .. } => Some(Broken::NotLater),
        _ => None,
    }
}
