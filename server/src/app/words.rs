//! Rules for the short words people give to things: names, titles, slugs, addresses, languages.
//!
//! Such words are shown in lists, logs and file names beside those of others, so they hold no controls and nothing that
//! reverses the direction of what follows.

use super::broken::Broken;
use super::refusal::Refusal;

/// A line of 1 to `most` characters, without the white space around it.
pub fn line(field: &str, words: &str, most: usize) -> Result<String, Refusal> {
    let words = words.trim();
    let characters = words.chars().count();
    if characters == 0 || characters > most {
        let broken = if characters == 0 { Broken::Missing } else { Broken::TooLong { most } };
        let rule = format!("has 1 to {most} characters; this has {characters}");
        return Err(Refusal::broken(field, broken, rule));
    }
    match words.chars().find(|c| c.is_control() || is_hidden(*c)) {
        Some(c) => {
            let rule = format!("may not contain the invisible character {}", c.escape_unicode());
            Err(Refusal::broken(field, Broken::hidden(c), rule))
        }
        None => Ok(words.to_owned()),
    }
}

/// A paper's slug: 1 to 80 lowercase letters a–z, digits and single hyphens.
pub fn slug(field: &str, words: &str) -> Result<String, Refusal> {
    let parts_are_plain = words
        .split('-')
        .all(|part| !part.is_empty() && part.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()));
    if words.len() <= 80 && parts_are_plain {
        return Ok(words.to_owned());
    }
    let spelling = Broken::Spelling { most: 80 };
    Err(Refusal::broken(
        field,
        spelling,
        "has 1 to 80 lowercase letters a–z, digits and single hyphens between them",
    ))
}

/// The code of a component, in capitals: 2 to 20 letters A–Z, digits and single hyphens between them.
pub fn code(field: &str, words: &str) -> Result<String, Refusal> {
    let words = words.trim().to_ascii_uppercase();
    let parts_are_plain = words
        .split('-')
        .all(|part| !part.is_empty() && part.bytes().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit()));
    if (2..=20).contains(&words.len()) && parts_are_plain {
        return Ok(words);
    }
    let spelling = Broken::Spelling { most: 20 };
    Err(Refusal::broken(field, spelling, "has 2 to 20 letters A–Z, digits and single hyphens between them"))
}

/// A language of the interface and the texts, as a two- or three-letter code.
pub fn language(field: &str, words: &str) -> Result<String, Refusal> {
    if (2..=3).contains(&words.len()) && words.bytes().all(|c| c.is_ascii_lowercase()) {
        return Ok(words.to_owned());
    }
    Err(Refusal::field(field, "is a language code of two or three lowercase letters, such as es"))
}

/// An e-mail address: something, an @, something, at most 254 bytes, no white space.
pub fn email(field: &str, words: &str) -> Result<String, Refusal> {
    let words = line(field, words, 254)?;
    let parts_are_there =
        words.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty());
    if parts_are_there && words.matches('@').count() == 1 && !words.contains(char::is_whitespace) {
        return Ok(words);
    }
    let spelling = Broken::Spelling { most: 254 };
    Err(Refusal::broken(field, spelling, "is an e-mail address, such as ines@example.org"))
}

/// A day as `2016-10-12`.
pub fn date(field: &str, words: &str) -> Result<String, Refusal> {
    let format = time::macros::format_description!("[year]-[month]-[day]");
    match time::Date::parse(words, format) {
        Ok(_) => Ok(words.to_owned()),
        Err(_) => Err(Refusal::field(field, "is a day, such as 2016-10-12")),
    }
}

/// Characters that nobody sees and that would make two names look like one, and those that break lines or turn the
/// direction of writing. The joiners of Persian and of emoji are not among them.
fn is_hidden(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{feff}')
        || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_line_that_hides_nothing() {
        assert_eq!(line("name", "  Bogotá draft ", 120).unwrap(), "Bogotá draft");
        for wrong in [
            "",
            "   ",
            "a\nb",
            "a\0b",
            "evil\u{202E}fdp.exe",
            "\u{200b}",
            "Bogotá\u{2060}",
            "a\u{2028}b",
            &"x".repeat(121),
        ] {
            assert!(line("name", wrong, 120).is_err(), "{wrong:?} passed");
        }
    }

    #[test]
    fn a_slug_is_safe_in_every_address_and_file_name() {
        assert!(slug("slug", "ciudades-migracion-2016").is_ok());
        for wrong in ["", "-a", "a-", "a--b", "A", "a/b", "..", "a b", &"a".repeat(81)] {
            assert!(slug("slug", wrong).is_err(), "{wrong:?} passed");
        }
    }

    #[test]
    fn rev19_a_code_is_short_plain_and_in_capitals() {
        assert_eq!(code("code", " afr ").unwrap(), "AFR");
        assert_eq!(code("code", "C2C-2").unwrap(), "C2C-2");
        for wrong in ["", "A", "-A", "A--B", "A B", "ÁFR", "ıı", &"A".repeat(21)] {
            assert!(code("code", wrong).is_err(), "{wrong:?} passed");
        }
    }

    #[test]
    fn addresses_and_days_are_checked_lightly_but_surely() {
        assert!(email("email", "ines@example.org").is_ok());
        for wrong in ["ines", "@example.org", "ines@", "a b@c", "a@b@c"] {
            assert!(email("email", wrong).is_err(), "{wrong:?} passed");
        }
        assert!(date("date", "2016-10-12").is_ok());
        assert!(date("date", "2016-13-12").is_err());
    }
}
