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
        None if is_blank(&words) => Ok(String::new()),
        None => Ok(words),
    }
}

/// Is there nothing to be seen: white space, or characters that have a place and no shape?
pub(super) fn is_blank(words: &str) -> bool {
    let has_no_shape = |c: char| {
        c.is_whitespace()
            || matches!(
                c,
                '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            )
            || matches!(c, '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}')
            || matches!(c, '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}')
    };
    words.chars().all(has_no_shape)
}

/// The same with at least one letter.
pub fn needed(words: &str, most: usize) -> Result<String, WrittenError> {
    let words = optional(words, most)?;
    if words.is_empty() { Err(WrittenError::Missing) } else { Ok(words) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_of_nothing_that_can_be_seen_is_none() {
        for words in ["", " \n", "\u{200b}", "\u{ad}\u{3164} \u{feff}"] {
            assert_eq!(needed(words, 10), Err(WrittenError::Missing), "{words:?}");
            assert_eq!(optional(words, 10).unwrap(), "");
        }
        assert_eq!(needed("sí\u{200d}", 10).unwrap(), "sí\u{200d}");
        assert_eq!(needed("\u{202e}", 10), Err(WrittenError::Forbidden { character: '\u{202e}' }));
    }
}
