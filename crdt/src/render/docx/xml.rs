//! Words as XML.

/// Appends words or an attribute's value, and says how many characters were left out. Line breaks and tabs are for the caller: here
/// they are spaces.
pub(super) fn escape(xml: &mut String, words: &str) -> usize {
    let mut left_out = 0;
    for c in words.chars() {
        match c {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '"' => xml.push_str("&quot;"),
            '\n' | '\t' | '\r' => xml.push(' '),
            c if is_carried(c) => xml.push(c),
            _ => left_out += 1,
        }
    }
    left_out
}

/// XML 1.0 forbids most controls and two non-characters, no program has a use for the others, and what turns the direction of its
/// neighbours makes a reader see other words than were agreed.
fn is_carried(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
        && !matches!(c, '\u{fdd0}'..='\u{fdef}')
        && (u32::from(c) & 0xfffe) != 0xfffe
}

/// Words of one direction each, `true` for right to left. What has none (spaces, digits, signs) goes with its neighbours where
/// both run the same way, and with the paragraph otherwise.
pub(super) fn by_direction(words: &str, paragraph: bool) -> Vec<(bool, &str)> {
    let mut parts: Vec<(bool, &str)> = Vec::new();
    let (mut from, mut neutral, mut direction) = (0, 0, None);
    for (at, c) in words.char_indices() {
        let Some(new) = direction_of(c) else { continue };
        if direction.is_some_and(|direction| direction != new) || (direction.is_none() && new != paragraph) {
            let before = direction.unwrap_or(paragraph);
            // The signs between two directions run with the paragraph.
            let cut = if before == paragraph { at } else { neutral };
            if cut > from {
                parts.push((before, &words[from..cut]));
                from = cut;
            }
            if cut < at && new != paragraph {
                parts.push((paragraph, &words[cut..at]));
                from = at;
            }
        }
        direction = Some(new);
        neutral = at + c.len_utf8();
    }
    match direction {
        Some(last) if last != paragraph => {
            parts.push((last, &words[from..neutral]));
            parts.push((paragraph, &words[neutral..]));
        }
        _ => parts.push((paragraph, &words[from..])),
    }
    parts.retain(|(_, words)| !words.is_empty());
    parts
}

/// `None` for what has no direction of its own.
fn direction_of(c: char) -> Option<bool> {
    let right_to_left = matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}');
    c.is_alphabetic().then_some(right_to_left)
}

/// Whether a language is written from right to left.
pub(super) fn is_right_to_left(language: &str) -> bool {
    matches!(language.split('-').next(), Some("ar" | "fa" | "he" | "ur"))
}

/// An address as a URI: Word takes a file for damaged when one is none (RFC 3986, RFC 3987 § 3.1).
pub(super) fn uri(address: &str) -> String {
    let mut uri = String::new();
    for byte in address.bytes() {
        match byte {
            b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' | 0x80.. => {
                uri.push_str(&format!("%{byte:02X}"))
            }
            byte => uri.push(char::from(byte)),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ren25_what_xml_cannot_hold_is_left_out_and_counted() {
        let mut xml = String::new();
        let left_out = escape(&mut xml, "]]>&\"\u{0}a\u{b}\u{fffe}\u{ffff}\u{202e}\u{1fffe}\tb\u{e000}");
        assert_eq!((xml.as_str(), left_out), ("]]&gt;&amp;&quot;a b\u{e000}", 6));
    }

    #[test]
    fn ren27_words_are_parted_by_direction_and_none_is_lost() {
        let parts = |words, paragraph| by_direction(words, paragraph);
        assert_eq!(parts("only Latin, 2016", false), [(false, "only Latin, 2016")]);
        assert_eq!(
            parts("see مدينة تونس, 12.", false),
            [(false, "see "), (true, "مدينة تونس"), (false, ", 12.")]
        );
        assert_eq!(
            parts("عام 2016 في CGLU ECOSOC 5.", true),
            [(true, "عام 2016 في "), (false, "CGLU ECOSOC"), (true, " 5.")]
        );
        assert_eq!(parts("12", true), [(true, "12")]);
        assert_eq!(parts("(UN) ", true), [(true, "("), (false, "UN"), (true, ") ")]);
        assert_eq!(parts("", true), []);
    }

    #[test]
    fn ren26_an_address_is_a_uri() {
        assert_eq!(uri("https://uclg.org/é?a=[1]|2"), "https://uclg.org/%C3%A9?a=[1]%7C2");
    }
}
