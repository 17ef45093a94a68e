//! What became of a remark or an amendment: the answer, and who may give it.
//!
//! Nothing that was submitted is ever deleted; it is answered. An answer can be changed as long as the paper is worked on, and
//! the record that holds it keeps the earlier ones.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::written::{self, WrittenError};
use crate::ids::{ComponentId, ParagraphId, PersonId, SeatId, TextId};
use crate::moment::Moment;

/// An answer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Disposition {
    /// What became of it.
    pub outcome: Outcome,
    /// Why, in words for its author; empty only where REV17 allows it.
    pub words: String,
    /// Whose answer it is.
    pub by: SeatId,
    /// When it was given.
    pub at: Moment,
    /// Where the resulting words stand, if there are some.
    #[serde(default)]
    pub result: Option<Place>,
}

/// A paragraph of a text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Place {
    /// The text.
    pub text: TextId,
    /// The paragraph.
    pub paragraph: ParagraphId,
}

/// What can become of a remark or an amendment.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// As it was proposed.
    Accepted,
    /// In other words.
    Modified,
    /// A part of it.
    Partly,
    /// It was read and needs no change: for remarks only.
    Noted,
    /// Not.
    NotAccepted,
    /// Later.
    Deferred,
    /// Its component took it back.
    Withdrawn,
    /// The words it was about are gone.
    Overtaken,
}

impl Outcome {
    /// All of them, in the order in which lists show them.
    pub const ALL: [Outcome; 8] = [
        Outcome::Accepted,
        Outcome::Modified,
        Outcome::Partly,
        Outcome::Noted,
        Outcome::NotAccepted,
        Outcome::Deferred,
        Outcome::Withdrawn,
        Outcome::Overtaken,
    ];

    /// REV17: only what is accepted as it stands, noted or taken back needs no explanation.
    pub fn needs_words(self) -> bool {
        !matches!(self, Outcome::Accepted | Outcome::Noted | Outcome::Withdrawn)
    }

    /// Is there nothing more to decide? What is deferred will come back.
    pub fn is_final(self) -> bool {
        self != Outcome::Deferred
    }
}

/// Why an answer cannot be given.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DispositionError {
    /// No words where some are needed.
    #[error("this answer needs a reason, in words for its author")]
    NeedsWords,
    /// More than [`Disposition::MAX_CHARACTERS`].
    #[error("an answer has at most {} characters; this one has {characters}", Disposition::MAX_CHARACTERS)]
    TooLong {
        /// How many it has.
        characters: usize,
    },
    /// A control character, or one that reverses the direction of what follows.
    #[error("an answer is plain text; the character {} is not allowed in it", .character.escape_unicode())]
    Forbidden {
        /// The first such character.
        character: char,
    },
    /// The proposal is of the decider's own component, or they had a hand in it with another hat.
    #[error("nobody decides on a proposal of their own component, or one they worked on in another seat")]
    Own,
}

/// Who decides.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Decider {
    /// The seat.
    pub seat: SeatId,
    /// The component it sits in.
    pub component: ComponentId,
    /// Who holds it.
    pub person: PersonId,
}

/// Whose a proposal is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Proposers {
    /// The component that submitted it, and its sponsors.
    pub components: BTreeSet<ComponentId>,
    /// The people who drafted or submitted it, in whichever seat.
    pub people: BTreeSet<PersonId>,
}

impl Disposition {
    /// The longest answer, in Unicode characters.
    pub const MAX_CHARACTERS: usize = 10_000;

    /// REV17: an answer, without the white space around its words.
    pub fn new(
        outcome: Outcome,
        words: &str,
        (by, at): (SeatId, Moment),
        result: Option<Place>,
    ) -> Result<Self, DispositionError> {
        let words = written::optional(words, Self::MAX_CHARACTERS).map_err(|error| match error {
            WrittenError::Missing => DispositionError::NeedsWords,
            WrittenError::TooLong { characters, .. } => DispositionError::TooLong { characters },
            WrittenError::Forbidden { character } => DispositionError::Forbidden { character },
        })?;
        if words.is_empty() && outcome.needs_words() {
            return Err(DispositionError::NeedsWords);
        }
        Ok(Self { outcome, words, by, at, result })
    }
}

impl Decider {
    /// REV18: nobody decides on a proposal of their own: neither of their component, nor one they worked on with another hat.
    pub fn must_be_other_than(&self, proposers: &Proposers) -> Result<(), DispositionError> {
        let is_own =
            proposers.components.contains(&self.component) || proposers.people.contains(&self.person);
        if is_own { Err(DispositionError::Own) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const SEAT: SeatId = SeatId(Uuid::from_u128(1));

    #[test]
    fn rev17_an_answer_says_why_unless_it_takes_the_proposal_as_it_is() {
        let by = (SEAT, Moment::from_unix_ms(0));
        for outcome in Outcome::ALL {
            let bare = Disposition::new(outcome, " \n ", by, None);
            assert_eq!(bare.is_err(), outcome.needs_words(), "{outcome:?}");
            let said = Disposition::new(outcome, " it is said in paragraph 4 ", by, None).unwrap();
            assert_eq!(said.words, "it is said in paragraph 4");
        }
        let long = "a".repeat(Disposition::MAX_CHARACTERS + 1);
        assert_eq!(
            Disposition::new(Outcome::Noted, &long, by, None),
            Err(DispositionError::TooLong { characters: 10_001 })
        );
    }

    #[test]
    fn rev18_nobody_decides_on_their_own_proposal_with_whatever_hat() {
        let (africa, lyon) = (ComponentId(Uuid::from_u128(1)), ComponentId(Uuid::from_u128(2)));
        let (samir, nadia) = (PersonId(Uuid::from_u128(3)), PersonId(Uuid::from_u128(4)));
        let decider = |component, person| Decider { seat: SEAT, component, person };
        let proposers = Proposers { components: [africa].into(), people: [samir].into() };
        assert_eq!(decider(lyon, nadia).must_be_other_than(&proposers), Ok(()));
        assert_eq!(decider(africa, nadia).must_be_other_than(&proposers), Err(DispositionError::Own));
        assert_eq!(decider(lyon, samir).must_be_other_than(&proposers), Err(DispositionError::Own));
    }
}
