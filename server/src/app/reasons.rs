//! Of the codes that stand for several reasons, which one it is: programs and pages say each in their own words.
//!
//! `None` is the general reason of the code: it stands otherwise by now, and one reads it again.

use crdt::review::bracket::{Bracket, BracketError};
use crdt::review::position::{Position, PositionError};
use crdt::review::silence::SilenceError;

/// A stable name, and the limit that was reached, if it is one.
pub type Reason = (&'static str, Option<usize>);

/// Why a bracket is not settled, argued or marked.
pub fn of_bracket(error: &BracketError) -> Option<Reason> {
    let name = match error {
        BracketError::TooMuchSaid => return Some(("too_much_said", Some(Bracket::MAX_SAID))),
        BracketError::TooManyOptions => return Some(("too_many_options", Some(Bracket::MAX_OPTIONS))),
        BracketError::Over => "over",
        BracketError::SaidNothing => "said_nothing",
        BracketError::Decider(_) => "own",
        BracketError::StillOpen => "still_open",
        BracketError::NoReplacement => "no_replacement",
        BracketError::WordsGone => "words_gone",
        BracketError::OverOpponents => "over_opponents",
        // Of fields, told as such.
        BracketError::NobodyProposes | BracketError::Words(_) => return None,
    };
    Some((name, None))
}

/// Why nothing is done to a procedure of silence.
pub fn of_silence(error: &SilenceError) -> Option<Reason> {
    match error {
        SilenceError::NotListed => Some(("not_listed", None)),
        SilenceError::ObjectedAlready => Some(("objected_already", None)),
        _ => None,
    }
}

/// Why a position is not taken, confirmed or let in.
pub fn of_position(error: &PositionError) -> Option<Reason> {
    match error {
        PositionError::AlreadyLifted => Some(("already_lifted", None)),
        PositionError::StandsAlready => Some(("stands_already", None)),
        PositionError::NotLate => Some(("not_late", None)),
        PositionError::Full => Some(("full", Some(Position::MAX_SAID))),
        _ => None,
    }
}
