//! Notes and citations of a text: what stands below its words, and where they point.
//!
//! A note is a stretch of neighbouring words of one block with one mark `footnote:ID`: they *are* the note. A citation is such a
//! stretch with `citation:ID`, whose id names a source of the paper.
//!
//! ```
//! use crdt::document::apparatus::Apparatus;
//! use crdt::document::{Block, BlockKind, Marks, Run};
//! use crdt::ids::ParagraphId;
//!
//! let cites = Run::marked("CGLU 2013", Marks::on(["citation:5000000000000001"]));
//! let block = Block::new(ParagraphId([1; 8]), BlockKind::Quote, vec![Run::plain("So it is written "), cites]);
//! let found = Apparatus::of(&[block]);
//! assert_eq!((found.notes, found.cited.len()), (0, 1));
//! ```

use super::{Block, Run};
use crate::ids::{ParagraphId, SourceId};

/// What there is of them in one text.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Apparatus {
    /// How many notes.
    pub notes: usize,
    /// Which source is cited in which block, in the order of the text; once for each citation. An id that can be none of a source is left out.
    pub cited: Vec<(SourceId, ParagraphId)>,
}

impl Apparatus {
    /// DOC19: what these blocks hold.
    pub fn of(blocks: &[Block]) -> Apparatus {
        let mut found = Apparatus::default();
        for block in blocks {
            found.notes += stretches(&block.runs, "footnote:").count();
            let cited = stretches(&block.runs, "citation:").filter_map(|id| id.parse().ok());
            found.cited.extend(cited.map(|source| (source, block.id)));
        }
        found
    }
}

/// The ids of the stretches that carry a mark of this family; of several on the same words the first by name.
fn stretches<'a>(runs: &'a [Run], family: &'static str) -> impl Iterator<Item = &'a str> {
    let mut before = None;
    runs.iter().filter_map(move |run| {
        let here = run.marks.0.keys().find_map(|name| name.strip_prefix(family));
        let begins = here != before;
        before = here;
        here.filter(|_| begins)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{BlockKind, Marks};

    fn block(runs: Vec<Run>) -> Block {
        Block::new(ParagraphId([7; 8]), BlockKind::Paragraph { numbered: true }, runs)
    }

    #[test]
    fn doc19_a_note_with_a_bold_word_is_one_note_and_two_that_touch_are_two() {
        let marked = |words: &str, marks: &[&str]| Run::marked(words, Marks::on(marks.iter().copied()));
        let one = block(vec![
            Run::plain("Cities"),
            marked("see ", &["footnote:a"]),
            marked("there", &["footnote:a", "strong"]),
            marked("and here", &["footnote:b"]),
        ]);
        let two = block(vec![marked("again", &["footnote:a"])]);
        assert_eq!(Apparatus::of(&[one, two]).notes, 3);
        assert_eq!(Apparatus::of(&[]), Apparatus::default());
    }

    #[test]
    fn doc19_a_citation_in_a_note_counts_and_an_id_that_is_none_does_not() {
        let cites = |id: &str| Run::marked("CGLU", Marks::on([id, "footnote:a"]));
        let found = Apparatus::of(&[block(vec![cites("citation:5000000000000001"), cites("citation:CGLU")])]);
        assert_eq!(
            (found.notes, found.cited),
            (1, vec![(SourceId([0x50, 0, 0, 0, 0, 0, 0, 1]), ParagraphId([7; 8]))])
        );
    }
}
