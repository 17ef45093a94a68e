//! What a squash touches, and whether that is still as it was.
//!
//! A squash merges with whatever was written since; merging is not always what people mean. When two bodies replace the same word, both
//! of theirs remain; when the paragraph was deleted, what was typed into it stands alone. So a squash keeps its [`Footprint`]: the
//! elements it deletes and marks, the neighbours of what it inserts, the paragraphs it changes. Laid on the present text, that gives a
//! [`Touch`], by questions that have exact answers.

use std::collections::BTreeSet;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::compare::{Difference, Gap, Step, block_with_marker};
use crate::document::anchor::ElementRun;
use crate::document::elements::{ElementId, Elements};
use crate::document::schema::Block;
use crate::document::text::Text;
use crate::ids::ParagraphId;

/// Which part of a text a squash touches. Elements and paragraphs are those of the text that the branch began with.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Footprint {
    /// Stretches of neighbours that it deletes, in text order, each as runs; markers count among them.
    pub deleted: Vec<Vec<ElementRun>>,
    /// Places at which it inserts, in text order.
    pub inserted: Vec<Insertion>,
    /// Letters that it keeps with other marks.
    pub marked: Vec<ElementRun>,
    /// Paragraphs that it makes other ones, as they were, without their words.
    pub reshaped: Vec<Reshaped>,
    /// Paragraphs in which it changes anything, in text order.
    pub touched: Vec<ParagraphId>,
    /// Paragraphs behind which it puts new ones and that it leaves as they are, in text order.
    pub behind: Vec<ParagraphId>,
}

/// A place at which something is inserted.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Insertion {
    /// Its kept neighbours: those of the same paragraph; for whole new paragraphs the ones before and behind. At most two.
    pub neighbours: Vec<ElementId>,
}

/// A paragraph as it was before it became another one.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Reshaped {
    /// Its identity, kind and what it renders, without words.
    pub was: Block,
    /// The element of its marker.
    pub marker: ElementId,
}

/// How the present text stands to a squash.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Touch {
    /// Letters and markers that it would delete or mark, and that are gone already.
    pub gone_characters: usize,
    /// Insertions without a neighbour that is left.
    pub homeless_insertions: usize,
    /// Letters of others inside what it would delete.
    pub foreign_characters: usize,
    /// Paragraphs it changes that are gone.
    pub gone_paragraphs: Vec<ParagraphId>,
    /// Paragraphs it makes other ones, that others have made other ones too.
    pub changed_paragraphs: Vec<ParagraphId>,
    /// Nothing that it is about is left.
    pub is_overtaken: bool,
}

/// A [`Touch`] in a word.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TouchState {
    /// All that it touches is as it was.
    Untouched,
    /// Some of it is not.
    TouchedSince,
    /// Nothing of it is left.
    Overtaken,
}

impl Footprint {
    pub(super) fn of(difference: &Difference) -> Footprint {
        let mut print = Footprint::default();
        let mut touched = BTreeSet::new();
        let mut behind = BTreeSet::new();
        for step in &difference.steps {
            match step {
                Step::Replace(gap) => {
                    let sides = Sides::of(difference, gap);
                    if !gap.gone.is_empty() {
                        print.deleted.push(runs(difference, gap.gone.clone()));
                    }
                    if !gap.new.is_empty() {
                        print.inserted.push(Insertion { neighbours: sides.neighbours(difference, gap) });
                    }
                    touched.extend(sides.touched(difference, gap));
                    behind.extend(sides.behind());
                }
                Step::Reshape { marker, .. } => {
                    let Some(at) = block_with_marker(&difference.old, *marker) else { continue };
                    let was = Block { runs: Vec::new(), ..difference.old.blocks[at].clone() };
                    let marker = difference.elements.iter().find(|(_, units)| units.start == *marker);
                    print.reshaped.extend(marker.map(|(marker, _)| Reshaped { was, marker: marker.clone() }));
                    touched.insert(at);
                }
            }
        }
        for place in &difference.marked {
            print.marked = push(std::mem::take(&mut print.marked), &difference.elements[*place].0);
            touched.insert(block_of(difference, difference.elements[*place].1.start));
        }
        let id = |at: &usize| difference.old.blocks[*at].id;
        print.behind = behind.iter().filter(|at| !touched.contains(at)).map(id).collect();
        print.touched = touched.iter().map(id).collect();
        print
    }

    /// REV31: how `now`, a later state of the text, stands to the squash.
    pub fn touch(&self, now: &Text) -> Touch {
        self.touch_among(&Elements::of(now), &now.blocks())
    }

    /// The same as [`Footprint::touch`] for many of one text: its elements and blocks are listed once.
    pub fn touch_among(&self, alive: &Elements, blocks: &[Block]) -> Touch {
        let place = |element: &ElementId| alive.place(&element.actor, element.counter);
        let mut touch = Touch::default();
        let mut is_left = false;
        for stretch in &self.deleted {
            let elements: Vec<ElementId> = stretch.iter().flat_map(elements_of).collect();
            let living: Vec<Range<usize>> = elements.iter().filter_map(place).collect();
            touch.gone_characters += elements.len() - living.len();
            is_left |= !living.is_empty();
            if let (Some(first), Some(last)) = (living.first(), living.last()) {
                touch.foreign_characters += alive.within(first.start..last.end).count() - living.len();
            }
        }
        let marked: Vec<ElementId> = self.marked.iter().flat_map(elements_of).collect();
        let living = marked.iter().filter(|element| place(element).is_some()).count();
        touch.gone_characters += marked.len() - living;
        is_left |= living > 0;
        for insertion in &self.inserted {
            // What stands alone in an empty text has no neighbours, and no home to lose.
            let has_home = insertion.neighbours.is_empty()
                || insertion.neighbours.iter().any(|element| place(element).is_some());
            touch.homeless_insertions += usize::from(!has_home);
            is_left |= has_home;
        }
        for Reshaped { was, marker } in &self.reshaped {
            let Some(now) = place(marker).and_then(|_| blocks.iter().find(|block| block.id == was.id)) else {
                continue;
            };
            is_left = true;
            if now.kind != was.kind || now.renders != was.renders {
                touch.changed_paragraphs.push(was.id);
            }
        }
        let is_gone = |id: &&ParagraphId| !blocks.iter().any(|block| block.id == **id);
        touch.gone_paragraphs = self.touched.iter().filter(is_gone).copied().collect();
        touch.is_overtaken = !is_left;
        touch
    }

    /// Where the first that is left of what it touches stands now, in UTF-16 units from the start of the text; `None` when nothing is.
    /// What it inserts stands where its neighbour does.
    pub fn start_among(&self, alive: &Elements) -> Option<usize> {
        let start = |element: &ElementId| Some(alive.place(&element.actor, element.counter)?.start);
        let deleted = self.deleted.iter().flatten().chain(&self.marked).flat_map(elements_of);
        let kept = self.inserted.iter().flat_map(|insertion| &insertion.neighbours);
        let kept = kept.chain(self.reshaped.iter().map(|reshaped| &reshaped.marker));
        kept.filter_map(start).chain(deleted.filter_map(|element| start(&element))).min()
    }

    /// REV32: do both change the same paragraph, or put new ones at the same place?
    pub fn meets(&self, other: &Footprint) -> bool {
        self.touched.iter().any(|id| other.touched.contains(id))
            || self.behind.iter().any(|id| other.behind.contains(id))
    }

    /// The paragraphs that it is about: those it changes, and those behind which it puts new ones.
    pub fn paragraphs(&self) -> impl Iterator<Item = ParagraphId> + '_ {
        self.touched.iter().chain(&self.behind).copied()
    }
}

impl Touch {
    /// In a word.
    pub fn state(&self) -> TouchState {
        if self.is_overtaken {
            TouchState::Overtaken
        } else if *self == Touch::default() {
            TouchState::Untouched
        } else {
            TouchState::TouchedSince
        }
    }
}

/// What stands on both sides of a gap.
struct Sides {
    /// The paragraph before it, and whether words of it are joined with what follows or with what came.
    before: Option<usize>,
    /// What came begins with words of the paragraph before.
    continues: bool,
    /// What follows the gap begins a paragraph, or nothing follows.
    ends_paragraph: bool,
    /// What came begins a paragraph.
    begins_paragraph: bool,
    has_new: bool,
    has_gone: bool,
    /// A marker is among what went.
    loses_marker: bool,
}

impl Sides {
    fn of(difference: &Difference, gap: &Gap) -> Sides {
        let is_marker = |at: usize| block_with_marker(&difference.old, at).is_some();
        let follows = difference.elements.get(gap.gone.end);
        let gone = &difference.elements[gap.gone.clone()];
        let begins_paragraph =
            block_with_marker(&difference.new, gap.new.start).is_some() && !gap.new.is_empty();
        Sides {
            before: gap
                .gone
                .start
                .checked_sub(1)
                .map(|at| block_of(difference, difference.elements[at].1.start)),
            continues: !gap.new.is_empty() && !begins_paragraph,
            ends_paragraph: follows.is_none_or(|(_, units)| is_marker(units.start)),
            begins_paragraph,
            has_new: !gap.new.is_empty(),
            has_gone: !gap.gone.is_empty(),
            loses_marker: gone.iter().any(|(_, units)| is_marker(units.start)),
        }
    }

    /// Only whole paragraphs came, between two that stay whole.
    fn adds_paragraphs(&self) -> bool {
        self.begins_paragraph && self.ends_paragraph
    }

    fn neighbours(&self, difference: &Difference, gap: &Gap) -> Vec<ElementId> {
        let before = gap.gone.start.checked_sub(1).map(|at| &difference.elements[at].0);
        // Words at the end of a paragraph have no home in the next one.
        let behind =
            difference.elements.get(gap.gone.end).filter(|_| !self.ends_paragraph || self.adds_paragraphs());
        before.into_iter().chain(behind.map(|(element, _)| element)).cloned().collect()
    }

    /// The paragraphs in which the gap changes words.
    fn touched(&self, difference: &Difference, gap: &Gap) -> Vec<usize> {
        let mut touched: Vec<usize> = Vec::new();
        for (_, units) in &difference.elements[gap.gone.clone()] {
            touched.push(block_of(difference, units.start));
        }
        // A paragraph that is joined with the one before changes both; so does one that is cut.
        let joins = self.loses_marker && !self.ends_paragraph;
        let cuts = self.begins_paragraph && !self.ends_paragraph;
        if self.continues || joins || cuts {
            touched.extend(self.before.or(Some(0).filter(|_| self.has_new || self.has_gone)));
        }
        touched
    }

    /// The paragraph behind which new ones come, if that is all that happens there.
    fn behind(&self) -> Option<usize> {
        self.before.filter(|_| self.adds_paragraphs() && !self.continues)
    }
}

/// The block of the text in which the unit at `offset` stands.
fn block_of(difference: &Difference, offset: usize) -> usize {
    let places = &difference.old.places;
    places.partition_point(|place| place.marker.unwrap_or(place.start) <= offset).saturating_sub(1)
}

fn runs(difference: &Difference, places: Range<usize>) -> Vec<ElementRun> {
    difference.elements[places].iter().fold(Vec::new(), |runs, (element, _)| push(runs, element))
}

/// Adds an element to the last run if it continues it.
fn push(mut runs: Vec<ElementRun>, element: &ElementId) -> Vec<ElementRun> {
    match runs.last_mut() {
        Some(run) if run.actor == element.actor && run.counter + run.length == element.counter => {
            run.length += 1
        }
        _ => runs.push(ElementRun { actor: element.actor.clone(), counter: element.counter, length: 1 }),
    }
    runs
}

fn elements_of(run: &ElementRun) -> impl Iterator<Item = ElementId> + '_ {
    (run.counter..run.counter + run.length).map(|counter| ElementId { actor: run.actor.clone(), counter })
}
