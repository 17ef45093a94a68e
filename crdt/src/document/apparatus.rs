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

use std::collections::BTreeSet;

use super::{Block, BlockKind, Marks, Run};
use crate::ids::{ParagraphId, SourceId};

/// What there is of them in one text.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Apparatus {
    /// How many notes.
    pub notes: usize,
    /// Which source is cited in which block, in the order of the text; once for each citation. An id that can be none of a source is left out.
    pub cited: Vec<(SourceId, ParagraphId)>,
    /// The pictures that are shown, by the SHA-256 of their bytes.
    pub pictures: BTreeSet<String>,
}

impl Apparatus {
    /// DOC19: what these blocks hold.
    pub fn of(blocks: &[Block]) -> Apparatus {
        let mut found = Apparatus::default();
        for block in blocks {
            if let BlockKind::Image(image) = &block.kind {
                found.pictures.insert(image.blob.clone());
            }
            found.notes += stretches(&block.runs, Marks::footnote).count();
            let cited = stretches(&block.runs, Marks::citation).filter_map(|id| id.parse().ok());
            found.cited.extend(cited.map(|source| (source, block.id)));
        }
        found
    }
}

/// The ids of the stretches of neighbouring runs of which `id_of` gives the same one.
fn stretches(runs: &[Run], id_of: fn(&Marks) -> Option<&str>) -> impl Iterator<Item = &str> {
    let mut before = None;
    runs.iter().filter_map(move |run| {
        let here = id_of(&run.marks);
        let begins = here != before;
        before = here;
        here.filter(|_| begins)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::BlockKind;

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
