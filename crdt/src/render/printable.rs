//! Which characters the fonts of the printed paper have, as data: so that what would stop a PDF is told while people write, by every
//! part that knows the words, without a typesetter.
//!
//! `fixtures/render/printable.txt` is written from the fonts themselves; a test of the PDF program compares them.

use std::sync::LazyLock;

const LISTED: &str = include_str!("../../../fixtures/render/printable.txt");

/// First and last character of each stretch, in order.
static RANGES: LazyLock<Vec<(u32, u32)>> = LazyLock::new(|| {
    let range = |line: &str| {
        let (first, last) = line.split_once('-').unwrap_or((line, line));
        Some((u32::from_str_radix(first, 16).ok()?, u32::from_str_radix(last, 16).ok()?))
    };
    LISTED.lines().filter_map(range).collect()
});

/// Can this character stand in a PDF?
pub fn is_printable(character: char) -> bool {
    let code = u32::from(character);
    let at = RANGES.partition_point(|(first, _)| *first <= code);
    at > 0 && code <= RANGES[at - 1].1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_languages_of_the_paper_can_be_printed_and_emoji_cannot() {
        assert!(RANGES.len() > 20 && RANGES.windows(2).all(|pair| pair[0].1 < pair[1].0));
        assert!("¿Qué señala la niña? «Ni un paso» —dijo— œ İstanbul\n\t".chars().all(is_printable));
        assert!(!is_printable('中') && !is_printable('😀') && !is_printable('\u{1}'));
    }
}
