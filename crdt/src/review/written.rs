//! Words that people write into a record: plain text with lines, of a bounded length.

use super::thread::is_forbidden;

/// Why words cannot be kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum WrittenError {
    /// Nothing but white space where something must be said.
    #[error("is missing")]
    Missing,
    /// Too many of them.
    #[error("has at most {most} characters; this has {characters}")]
    TooLong {
        /// How many there may be.
        most: usize,
        /// How many there are.
        characters: usize,
    },
    /// A control character, or one that reverses the direction of what follows.
    #[error("is plain text; the character {} is not allowed in it", .character.escape_unicode())]
    Forbidden {
        /// The first such character.
        character: char,
    },
}

/// The words without the white space around them, at most `most` Unicode characters; may be empty. Line breaks and tabs
/// are the only controls in them, and nothing in them overrides the direction of writing.
pub fn optional(words: &str, most: usize) -> Result<String, WrittenError> {
    let words = words.trim().replace("\r\n", "\n");
    let characters = words.chars().count();
    if characters > most {
        return Err(WrittenError::TooLong { most, characters });
    }
    match words.chars().find(|c| is_forbidden(*c)) {
        Some(character) => Err(WrittenError::Forbidden { character }),
        None => Ok(words),
    }
}

/// The same with at least one letter.
pub fn needed(words: &str, most: usize) -> Result<String, WrittenError> {
    let words = optional(words, most)?;
    if words.is_empty() { Err(WrittenError::Missing) } else { Ok(words) }
}
