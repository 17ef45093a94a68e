//! A long history, made from a seed: 260,000 single edits by one writer, of which nearly a third take letters back.
//!
//! The shape is that of the much used trace of a paper written letter by letter (182,000 insertions, 77,000 deletions, 105,000
//! letters in the end): bursts of typing, bursts of backspace, and a jump to another place now and then.

use automerge::transaction::{CommitOptions, Transactable};
use borrador_tests::desk::Desk;
use fastrand::Rng;

/// One edit: a letter typed at this place, or the letter at this place taken away.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Edit {
    /// A letter in front of the letter that stands there.
    Type(usize, char),
    /// The letter that stands there.
    Delete(usize),
}

/// So many edits of an empty text.
pub fn edits(count: usize, seed: u64) -> Vec<Edit> {
    let mut chance = Rng::with_seed(seed);
    let mut edits = Vec::with_capacity(count);
    let (mut length, mut place) = (0_usize, 0_usize);
    while edits.len() < count {
        if chance.u8(0..10) == 0 {
            place = chance.usize(0..=length);
        }
        for _ in 0..chance.usize(1..24) {
            edits.push(Edit::Type(place, char::from(chance.u8(b'a'..=b'z'))));
            (place, length) = (place + 1, length + 1);
        }
        for _ in 0..chance.usize(0..11).min(place) {
            edits.push(Edit::Delete(place - 1));
            (place, length) = (place - 1, length - 1);
        }
    }
    edits.truncate(count);
    edits
}

/// Makes these edits behind the first element of the text on a desk, each as a change of its own. Returns the changes.
pub fn write(mut desk: Desk, edits: &[Edit]) -> (Desk, Vec<automerge::Change>) {
    desk.sit_down_again(*b"the long history");
    let before = desk.heads();
    let text = desk.text_object();
    let doc = desk.doc();
    for edit in edits {
        let mut transaction = doc.transaction();
        let done = match *edit {
            Edit::Type(place, letter) => {
                transaction.splice_text(&text, place + 1, 0, letter.encode_utf8(&mut [0; 4]))
            }
            Edit::Delete(place) => transaction.splice_text(&text, place + 1, 1, ""),
        };
        done.expect("the edit is possible");
        transaction.commit_with(CommitOptions::default().with_time(0));
    }
    let changes = desk.since(&before);
    (desk, changes)
}

/// The edits as lines for a program in another language: the place, then the letter or nothing.
pub fn lines(edits: &[Edit]) -> String {
    let line = |edit: &Edit| match edit {
        Edit::Type(place, letter) => format!("{place} {letter}\n"),
        Edit::Delete(place) => format!("{place}\n"),
    };
    edits.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_history_of_the_shape_of_a_paper() {
        let (seed, count) = (2016, 260_000);
        let all = edits(count, seed);
        assert_eq!(all, edits(count, seed));
        let typed = all.iter().filter(|edit| matches!(edit, Edit::Type(..))).count();
        assert!((0.65..0.75).contains(&(typed as f64 / count as f64)), "{typed} of {count} are typed");
    }
}
