//! The exact difference between a text and its branch, by elements.
//!
//! The elements of a text never change their order, and a branch shares those of its text. So both lists are walked side by side:
//! what only the text has was deleted in the branch, what only the branch has was inserted, and everything else was kept.

use std::collections::HashSet;
use std::ops::Range;

use crate::document::blocks::Reading;
use crate::document::elements::{ElementId, Elements};
use crate::document::schema::{Block, Marks};
use crate::document::text::Text;

/// What differs, with both readings.
pub(super) struct Difference {
    /// The text.
    pub old: Reading,
    /// The branch.
    pub new: Reading,
    /// The elements of the text in order, each with the units it covers.
    pub elements: Vec<(ElementId, Range<usize>)>,
    /// In the order of the text.
    pub steps: Vec<Step>,
    /// Elements of the text that the branch keeps with other marks, as places in `elements`, ascending.
    pub marked: Vec<usize>,
    units: Vec<u16>,
}

/// One place that differs.
pub(super) enum Step {
    /// Elements went, or came, or both.
    Replace(Gap),
    /// A paragraph became one of another kind.
    Reshape {
        /// Where its marker stands in the text.
        marker: usize,
        /// Which block of the branch it has become.
        new: usize,
    },
}

/// What stands between two elements that were kept.
pub(super) struct Gap {
    /// What went, as units of the text; empty where something came only.
    pub old: Range<usize>,
    /// What went, as places among the text's elements.
    pub gone: Range<usize>,
    /// What came, as units of the branch.
    pub new: Range<usize>,
}

/// A part of what came.
pub(super) enum Piece<'d> {
    /// Letters.
    Words(String),
    /// The beginning of a paragraph.
    Marker(&'d Block),
}

impl Difference {
    /// `None` if the branch does not hold the text's elements in the text's order: then it is none.
    pub fn between(text: &Text, branch: &Text) -> Option<Difference> {
        let (old, new) = (text.read(), branch.read());
        let elements: Vec<_> = Elements::of(text).within(0..text.length_utf16()).collect();
        let theirs: Vec<_> = Elements::of(branch).within(0..branch.length_utf16()).collect();
        let ours: HashSet<&ElementId> = elements.iter().map(|(element, _)| element).collect();
        let kept: HashSet<&ElementId> = theirs.iter().map(|(element, _)| element).collect();
        let (mut steps, mut letters) = (Vec::new(), Vec::new());
        let (mut i, mut j) = (0, 0);
        while i < elements.len() || j < theirs.len() {
            let (from, came) = (i, j);
            i += elements[i..].iter().take_while(|(element, _)| !kept.contains(element)).count();
            j += theirs[j..].iter().take_while(|(element, _)| !ours.contains(element)).count();
            if from < i || came < j {
                let (old, new) = (units(&elements, from..i), units(&theirs, came..j));
                steps.push(Step::Replace(Gap { old, gone: from..i, new }));
            }
            match (elements.get(i), theirs.get(j)) {
                (Some((one, at)), Some((other, there))) if one == other => {
                    let markers = (block_with_marker(&old, at.start), block_with_marker(&new, there.start));
                    match markers {
                        (Some(was), Some(is)) if !is_same(&old.blocks[was], &new.blocks[is]) => {
                            steps.push(Step::Reshape { marker: at.start, new: is });
                        }
                        (Some(_), Some(_)) => {}
                        _ => letters.push((i, at.start, there.start)),
                    }
                    (i, j) = (i + 1, j + 1);
                }
                (None, None) => {}
                _ => return None,
            }
        }
        let marked = marked(&old, &new, &letters);
        Some(Difference { old, new, elements, steps, marked, units: branch.units() })
    }

    /// What came in a gap, in order.
    pub fn pieces(&self, gap: &Gap) -> Vec<Piece<'_>> {
        let mut pieces = Vec::new();
        let mut from = gap.new.start;
        for at in self.markers_within(&gap.new) {
            let marker = self.new.places[at].marker.expect("a block found by its marker has one");
            pieces.extend(self.words(from..marker));
            pieces.push(Piece::Marker(&self.new.blocks[at]));
            from = marker + 1;
        }
        pieces.extend(self.words(from..gap.new.end));
        pieces
    }

    /// The blocks of the branch whose markers came in a gap, as places among its blocks.
    fn markers_within(&self, new: &Range<usize>) -> Vec<usize> {
        let places = self.new.places.iter().enumerate();
        places
            .filter(|(_, place)| place.marker.is_some_and(|at| new.contains(&at)))
            .map(|(at, _)| at)
            .collect()
    }

    fn words(&self, range: Range<usize>) -> Option<Piece<'static>> {
        (!range.is_empty()).then(|| Piece::Words(String::from_utf16_lossy(&self.units[range])))
    }
}

/// The units that these elements cover; where there are none, the place where they would stand.
fn units(elements: &[(ElementId, Range<usize>)], range: Range<usize>) -> Range<usize> {
    let start = match (elements.get(range.start), elements.last()) {
        (Some((_, first)), _) => first.start,
        (None, Some((_, last))) => last.end,
        (None, None) => 0,
    };
    let end = if range.is_empty() { start } else { elements[range.end - 1].1.end };
    start..end
}

/// Is it the same paragraph of the same kind, whatever its words?
fn is_same(one: &Block, other: &Block) -> bool {
    one.id == other.id && one.kind == other.kind && one.renders == other.renders
}

/// Which block has its marker at this offset.
pub(super) fn block_with_marker(reading: &Reading, offset: usize) -> Option<usize> {
    let at = reading.places.partition_point(|place| place.marker.is_none_or(|marker| marker < offset));
    reading.places.get(at).is_some_and(|place| place.marker == Some(offset)).then_some(at)
}

/// Which of these kept letters bear other marks in the branch: each with its place, and where it stands in both texts.
fn marked(old: &Reading, new: &Reading, letters: &[(usize, usize, usize)]) -> Vec<usize> {
    let (mut before, mut after) = (Cursor::over(old), Cursor::over(new));
    let mut differs = |here, there| before.marks_at(here) != after.marks_at(there);
    letters.iter().filter(|(_, here, there)| differs(*here, *there)).map(|(place, ..)| *place).collect()
}

/// Finds the marks of letters at ascending offsets.
struct Cursor<'r> {
    /// Where each run ends, and its marks.
    runs: Vec<(usize, &'r Marks)>,
    at: usize,
}

impl<'r> Cursor<'r> {
    fn over(reading: &'r Reading) -> Cursor<'r> {
        let mut runs = Vec::new();
        for (block, place) in reading.blocks.iter().zip(&reading.places) {
            let mut end = place.start;
            for run in &block.runs {
                end += run.text.encode_utf16().count();
                runs.push((end, &run.marks));
            }
        }
        Cursor { runs, at: 0 }
    }

    fn marks_at(&mut self, offset: usize) -> Option<&'r Marks> {
        while self.runs.get(self.at).is_some_and(|(end, _)| *end <= offset) {
            self.at += 1;
        }
        self.runs.get(self.at).map(|(_, marks)| *marks)
    }
}
