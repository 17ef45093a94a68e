//! Which words differ between two wordings of a paragraph.

use similar::{Algorithm, DiffTag, capture_diff_slices};
use unicode_segmentation::UnicodeSegmentation;

use super::WordEdit;

/// Beyond so many words on both sides together, multiplied, everything between the common ends counts as changed: a
/// hostile or wholly rewritten paragraph must not take seconds.
const MAX_COMPARED: usize = 25_000_000;

/// The changes that make `new` of `old`, by whole words, in ascending order. Ranges are UTF-16 units of `old`.
pub(crate) fn changes(old: &str, new: &str) -> Vec<WordEdit> {
    let (old, new): (Vec<&str>, Vec<&str>) = (pieces(old).collect(), pieces(new).collect());
    let head = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let tail =
        old[head..].iter().rev().zip(new[head..].iter().rev()).take_while(|(old, new)| old == new).count();
    let (old_middle, new_middle) = (head..old.len() - tail, head..new.len() - tail);

    let units = |words: &[&str]| words.iter().map(|word| word.encode_utf16().count()).sum::<usize>();
    let mut starts = Vec::with_capacity(old.len() + 1);
    starts.push(0);
    starts.extend(old.iter().scan(0, |at, word| {
        *at += units(&[word]);
        Some(*at)
    }));
    let change = |old: std::ops::Range<usize>, words: &[&str]| WordEdit {
        range: starts[old.start]..starts[old.end],
        words: words.concat(),
    };

    if old_middle.is_empty() && new_middle.is_empty() {
        return Vec::new();
    }
    if old_middle.len().saturating_mul(new_middle.len()) > MAX_COMPARED {
        return vec![change(old_middle, &new[new_middle])];
    }
    capture_diff_slices(Algorithm::Myers, &old[old_middle.clone()], &new[new_middle.clone()])
        .iter()
        .filter(|step| step.tag() != DiffTag::Equal)
        .map(|step| {
            let (from, to) = (step.old_range(), step.new_range());
            change(from.start + head..from.end + head, &new[to.start + head..to.end + head])
        })
        .collect()
}

/// Words, marks of punctuation, and single spaces: Unicode takes neighbouring spaces as one, but a space that comes is no
/// reason to replace the one that was there.
fn pieces(words: &str) -> impl Iterator<Item = &str> {
    words.split_word_bounds().flat_map(|piece| {
        let is_space = piece.bytes().all(|byte| byte == b' ');
        piece.split_inclusive(move |_| is_space)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(range: std::ops::Range<usize>, words: &str) -> WordEdit {
        WordEdit { range, words: words.into() }
    }

    #[test]
    fn doc11_only_the_words_that_differ_change() {
        assert_eq!(changes("Las ciudades deben acoger.", "Las ciudades deben acoger."), []);
        assert_eq!(changes("Las ciudades deben.", "Las ciudades pueden."), [edit(13..18, "pueden")]);
        assert_eq!(changes("Una 🏙 grande", "Una 🏙 muy grande"), [edit(7..7, "muy ")]);
        assert_eq!(changes("", "Hola"), [edit(0..0, "Hola")]);
        assert_eq!(changes("Hola", ""), [edit(0..4, "")]);
    }

    #[test]
    fn doc11_a_space_that_comes_leaves_the_old_one() {
        assert_eq!(changes("a ", "a  b"), [edit(2..2, " b")]);
    }

    #[test]
    fn doc11_a_letter_of_several_code_points_changes_whole() {
        assert_eq!(changes("cafe\u{301} x", "cafe x"), [edit(0..5, "cafe")]);
        assert_eq!(changes("a 👩‍👩‍👧 b", "a 👩‍👩‍👦 b"), [edit(2..10, "👩‍👩‍👦")]);
    }
}
