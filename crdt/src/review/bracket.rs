//! Brackets: words that are not agreed, who wants what, and how it was settled.
//!
//! In the text the words carry the mark `bracket:ID`; the record with that id says why. It never stands without a component:
//! somebody wants the words in, out, or as they are, and says so. Other components support or oppose it, and may bring
//! further wordings for the same place. Whoever writes the text settles it.
//!
//! | From | Event | To |
//! |---|---|---|
//! | – | [`Bracket::open`] | open |
//! | open | [`Bracket::speak`], [`Bracket::offer`] | open |
//! | open | [`Bracket::leave`] by the last proposer | withdrawn |
//! | open | [`Bracket::settle`] | kept, removed or replaced |
//!
//! This module knows records; [`bracketed`](super::bracketed) knows what becomes of the words.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::disposition::{Decider, DispositionError, Place, Proposers};
use super::written::{self, WrittenError};
use crate::document::Anchor;
use crate::ids::{BracketId, ComponentId, PersonId, SeatId};
use crate::moment::Moment;

/// Words that are not agreed.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Bracket {
    /// The id in the name of the mark.
    pub id: BracketId,
    /// Where it was opened.
    pub place: Place,
    /// The words.
    pub anchor: Anchor,
    /// Who opened it, and when: who writes the text, for the first proposer.
    pub opened: Done,
    /// All that was said, in order; never empty. The last of each component counts.
    pub said: Vec<Voice>,
    /// Further wordings for the place, in order. The words in the text are one more.
    pub options: Vec<Wording>,
    /// Set when it is over.
    pub outcome: Option<Outcome>,
}

/// Who did something, and when.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Done {
    /// The seat.
    pub by: SeatId,
    /// When.
    pub at: Moment,
}

/// What a component says of a bracket.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Voice {
    /// Whose.
    pub component: ComponentId,
    /// Who said it, and when.
    #[serde(flatten)]
    pub done: Done,
    /// On which side.
    pub side: Side,
    /// Why; empty only for support and for leaving.
    pub words: String,
}

/// On which side of a bracket a component stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// It proposes to add these words.
    Add,
    /// It proposes to delete them.
    Delete,
    /// It proposes to keep them as they are.
    Keep,
    /// It supports whoever proposes.
    Supports,
    /// It opposes them.
    Opposes,
    /// It stands on no side any more.
    Left,
}

/// Another wording for the same place. Without words: nothing at all should stand there.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Wording {
    /// Whose.
    pub component: ComponentId,
    /// Who brought it, and when.
    #[serde(flatten)]
    pub done: Done,
    /// The words.
    pub words: String,
}

/// How a bracket ended.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Outcome {
    /// What became of the words.
    pub end: End,
    /// Who decided, or was the last to leave.
    #[serde(flatten)]
    pub done: Done,
    /// Why, in words for everybody.
    pub words: String,
    /// The words that stand in their place; `None` unless they were replaced.
    #[serde(default)]
    pub instead: Option<String>,
    /// The components over whose opposition it was decided.
    pub over: BTreeSet<ComponentId>,
}

/// What became of words in a bracket.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// They stay.
    Kept,
    /// They go.
    Removed,
    /// Others stand in their place.
    Replaced,
    /// Nobody wanted the bracket any more.
    Withdrawn,
}

/// Why something cannot be done to a bracket.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BracketError {
    /// Nobody proposes anything.
    #[error("a bracket is opened for a component that wants the words in, out, or as they are")]
    NobodyProposes,
    /// The reason is missing, or cannot be kept.
    #[error("{0}")]
    Words(WrittenError),
    /// Its components have taken sides [`Bracket::MAX_SAID`] times.
    #[error(
        "components have taken sides {} times here; whoever writes the text settles it now",
        Bracket::MAX_SAID
    )]
    TooMuchSaid,
    /// It has [`Bracket::MAX_OPTIONS`] wordings.
    #[error("a bracket has at most {} wordings", Bracket::MAX_OPTIONS)]
    TooManyOptions,
    /// It is over.
    #[error("this bracket was settled already")]
    Over,
    /// The component stands on no side.
    #[error("this component has said nothing here")]
    SaidNothing,
    /// Whoever decides proposed it.
    #[error("{0}")]
    Decider(DispositionError),
    /// Its mark is not taken away without settling it.
    #[error("this bracket is open: settle it, and its mark goes")]
    StillOpen,
    /// Replaced, but not by what.
    #[error("words are replaced by others: say by which, on one line")]
    NoReplacement,
    /// Nothing of the words is left in the text.
    #[error("nothing of its words is left in the text; they can only be settled as removed")]
    WordsGone,
    /// A decision over an opponent needs words.
    #[error("components oppose this: a decision over them says why, in words for them")]
    OverOpponents,
}

impl Side {
    /// Does it want something of the words?
    pub fn proposes(self) -> bool {
        matches!(self, Side::Add | Side::Delete | Side::Keep)
    }

    fn needs_reason(self) -> bool {
        self.proposes() || self == Side::Opposes
    }
}

impl Bracket {
    /// The longest reason or wording, in Unicode characters.
    pub const MAX_WORDS: usize = 3_000;
    /// How often components may take sides. Leaving is always possible.
    pub const MAX_SAID: usize = 200;
    /// The most wordings beside the words in the text.
    pub const MAX_OPTIONS: usize = 9;

    /// REV60: opened for a component that proposes something and says why.
    pub fn open(
        (id, place): (BracketId, Place),
        anchor: Anchor,
        component: ComponentId,
        (side, words): (Side, &str),
        opened: Done,
    ) -> Result<Self, BracketError> {
        if !side.proposes() {
            return Err(BracketError::NobodyProposes);
        }
        let words = written::needed(words, Self::MAX_WORDS).map_err(BracketError::Words)?;
        let first = Voice { component, done: opened, side, words };
        Ok(Self { id, place, anchor, opened, said: vec![first], options: Vec::new(), outcome: None })
    }

    /// REV61: what each component says now. Who left is not in it.
    pub fn sides(&self) -> BTreeMap<ComponentId, &Voice> {
        let last: BTreeMap<ComponentId, &Voice> =
            self.said.iter().map(|voice| (voice.component, voice)).collect();
        last.into_iter().filter(|(_, voice)| voice.side != Side::Left).collect()
    }

    /// The components that stand against it.
    pub fn opponents(&self) -> BTreeSet<ComponentId> {
        self.sides().into_iter().filter(|(_, voice)| voice.side == Side::Opposes).map(|(id, _)| id).collect()
    }

    /// The components that propose something.
    pub fn proposers(&self) -> BTreeSet<ComponentId> {
        self.sides().into_iter().filter(|(_, voice)| voice.side.proposes()).map(|(id, _)| id).collect()
    }

    /// REV61: a component takes a side, or another one. What it said before stays on record. When the last proposer does
    /// not propose any more, the bracket is withdrawn.
    pub fn speak(
        &self,
        component: ComponentId,
        (side, words): (Side, &str),
        done: Done,
    ) -> Result<Self, BracketError> {
        self.must_be_open()?;
        let words = match side.needs_reason() {
            true => written::needed(words, Self::MAX_WORDS),
            false => written::optional(words, Self::MAX_WORDS),
        };
        let words = words.map_err(BracketError::Words)?;
        if side == Side::Left && !self.sides().contains_key(&component) {
            return Err(BracketError::SaidNothing);
        }
        if side != Side::Left && self.said.len() >= Self::MAX_SAID {
            return Err(BracketError::TooMuchSaid);
        }
        let mut next = self.clone();
        next.said.push(Voice { component, done, side, words: words.clone() });
        if next.proposers().is_empty() {
            let over = BTreeSet::new();
            next.outcome = Some(Outcome { end: End::Withdrawn, done, words, instead: None, over });
        }
        Ok(next)
    }

    /// REV61: a component stands on no side any more.
    pub fn leave(&self, component: ComponentId, done: Done) -> Result<Self, BracketError> {
        self.speak(component, (Side::Left, ""), done)
    }

    /// REV62: another wording for the place; without words, that nothing should stand there.
    pub fn offer(&self, component: ComponentId, words: &str, done: Done) -> Result<Self, BracketError> {
        self.must_be_open()?;
        if self.options.len() >= Self::MAX_OPTIONS {
            return Err(BracketError::TooManyOptions);
        }
        let words = on_one_line(words)?;
        let mut next = self.clone();
        next.options.push(Wording { component, done, words });
        Ok(next)
    }

    /// REV63: settled by whoever writes the text, never by a proposer; over an opponent only with words. `people` are those who
    /// spoke for the proposers, in whichever seat. `instead` are the words that replace others, on one line; for another end they are
    /// passed over.
    pub fn settle(
        &self,
        (end, instead): (End, &str),
        words: &str,
        decider: Decider,
        people: BTreeSet<PersonId>,
        at: Moment,
    ) -> Result<Self, BracketError> {
        self.must_be_open()?;
        let proposers = Proposers { components: self.proposers(), people };
        decider.must_be_other_than(&proposers).map_err(BracketError::Decider)?;
        let words = written::optional(words, Self::MAX_WORDS).map_err(BracketError::Words)?;
        // Whatever the end, it may be against somebody who opposes what was proposed.
        let over = self.opponents();
        if !over.is_empty() && words.is_empty() {
            return Err(BracketError::OverOpponents);
        }
        let instead = match end {
            End::Replaced => Some(on_one_line(instead)?).filter(|words| !words.is_empty()),
            _ => None,
        };
        if end == End::Replaced && instead.is_none() {
            return Err(BracketError::NoReplacement);
        }
        let done = Done { by: decider.seat, at };
        Ok(Self { outcome: Some(Outcome { end, done, words, instead, over }), ..self.clone() })
    }

    /// REV80: the bracket as it stood at an instant; `None` if it was not yet opened.
    pub fn as_of(&self, at: Moment) -> Option<Self> {
        let mut then = self.clone();
        then.said.retain(|voice| voice.done.at <= at);
        then.options.retain(|option| option.done.at <= at);
        then.outcome = then.outcome.filter(|outcome| outcome.done.at <= at);
        (self.opened.at <= at).then_some(then)
    }

    fn must_be_open(&self) -> Result<(), BracketError> {
        if self.outcome.is_some() { Err(BracketError::Over) } else { Ok(()) }
    }
}

/// Words for a place in the text: a line break has no place within a paragraph.
fn on_one_line(words: &str) -> Result<String, BracketError> {
    let words = written::optional(words, Bracket::MAX_WORDS).map_err(BracketError::Words)?;
    Ok(words.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" "))
}
