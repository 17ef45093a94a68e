//! Two drafts in one tree: what every writer needs to show what came, went and moved.
//!
//! A block of such a tree carries a [`Red`] beside its words as they are now. Only what a writer takes from there can be a word that
//! went: whoever leaves it aside writes the new draft, clean ([`Tree::clean`]).
//!
//! The words of the signs ("New paragraph") come from outside, in the language of the paper.

use super::tree::{Chapter, Numbered, Tree, count_notes};
use crate::document::redline::{Change, RedRun};
use crate::document::schema::Cell;
use crate::document::{Block, BlockKind, Marks, Run};
use crate::history::comparison::{Compared, ComparedChapter, Comparison, Fate, Stood};
use crate::moment::Moment;

/// What became of a block, for a writer. Of a block that did not change there is none.
#[derive(Debug, Clone, PartialEq)]
pub struct Red {
    /// It went: what stands here is the old draft only.
    pub is_gone: bool,
    /// It came as a whole.
    pub is_new: bool,
    /// What happened to it as a whole, in words to be written before its own; empty if only words differ.
    pub sign: String,
    /// Its words with their fates, in the order in which they are read.
    pub runs: Vec<Shaded>,
    /// The number of its move, if it moved: of both ends, of which the one where it stood is gone.
    pub moved: Option<usize>,
    /// As the old draft has it, if it is gone or was of another kind.
    pub old: Option<Old>,
}

/// A block as it stood in the old draft.
#[derive(Debug, Clone, PartialEq)]
pub struct Old {
    /// Its kind, and the words of one that moved away: those of all others are among the runs.
    pub block: Block,
    /// Its number there.
    pub number: Option<usize>,
    /// Its level, if it was a heading.
    pub level: Option<u8>,
}

/// Words with what becomes of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Shaded {
    /// The words, as they are shown.
    pub run: Run,
    /// What becomes of them.
    pub shade: Shade,
    /// Who made them come or go, where that is known.
    pub by: Option<By>,
    /// The note whose words they were, of a note that went as a whole: here they stand in the line.
    pub gone_note: Option<String>,
    /// Their marks in the old draft, of words that stay with others.
    pub was: Option<Marks>,
}

/// Whose change it was, and when it was received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct By {
    /// The name of the component.
    pub who: String,
    /// When the server received it.
    pub at: Moment,
}

/// Words of a comparison, and who made them come or go.
#[derive(Debug, Clone, PartialEq)]
pub struct SignedRun {
    /// The words and their fate.
    pub run: RedRun,
    /// Who; `None` where it is not known.
    pub by: Option<By>,
}

/// What becomes of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shade {
    /// They stay. So do those of a block that came as a whole, which its sign says.
    Stays,
    /// They come.
    Comes,
    /// They go.
    Goes,
}

/// The words in which a redline speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedWords {
    /// Before words that came, for those who do not see how they look: "inserted".
    pub came: String,
    /// Before words that went: "deleted".
    pub went: String,
    /// "New paragraph".
    pub new_paragraph: String,
    /// "New heading".
    pub new_heading: String,
    /// "Removed", of what had no number.
    pub removed: String,
    /// "Removed; it was paragraph {}".
    pub removed_paragraph: String,
    /// "Moved here from {}".
    pub moved_from: String,
    /// "Moved to {}".
    pub moved_to: String,
    /// "paragraph {} of chapter {}", in this order.
    pub place: String,
    /// "chapter {}".
    pub place_chapter: String,
    /// "Another kind of paragraph".
    pub reshaped: String,
    /// "other formatting": before words that only look otherwise.
    pub restyled: String,
    /// "Put into brackets": before words of which some are no longer agreed.
    pub bracketed: String,
    /// "Brackets taken away": before words that are agreed now.
    pub unbracketed: String,
}

impl Tree {
    /// REN13: both drafts in one. Numbers are those of the new draft; what went has none. `signed` has the runs of every entry of every
    /// chapter, parted where authors change; where it has none, nobody is known.
    pub fn compared(comparison: &Comparison, words: RedWords, signed: &[Vec<Vec<SignedRun>>]) -> Tree {
        let speaker = Speaker { comparison, words: &words };
        let mut next_note = 1;
        let mut next_number = 1;
        let chapters = comparison.chapters.iter().enumerate().map(|(chapter_at, chapter)| {
            let number = chapter.stood().number.clone();
            let depth = u8::try_from(number.split('.').count()).unwrap_or(u8::MAX);
            let blocks = chapter.entries.iter().enumerate().map(|(at, entry)| {
                let signed = signed.get(chapter_at).and_then(|entries| entries.get(at));
                let (mut block, red) = speaker.block(entry, depth, signed.map_or(&[], Vec::as_slice));
                if let (BlockKind::TableCell(cell), true) =
                    (&mut block.kind, red.as_ref().is_some_and(|red| red.is_gone))
                    && chapter.entries.iter().any(|other| stands_in(other, cell))
                {
                    // It stands in its row, and never in the place of a cell that came there.
                    cell.column += " before";
                }
                let number = entry.is.as_ref().and_then(|stood| stood.number);
                let number = number.filter(|_| entry.block_after().is_some());
                next_number = next_number.max(number.map_or(1, |number| number + 1));
                let level = level_of(&block.kind, depth);
                let first_note = next_note;
                let runs: Option<Vec<Run>> =
                    red.as_ref().map(|red| red.runs.iter().map(|shaded| shaded.run.clone()).collect());
                next_note += count_notes(runs.as_deref().unwrap_or(&block.runs));
                Numbered { block, number, level, first_note, red }
            });
            Chapter { number, depth, is_annex: false, blocks: blocks.collect() }
        });
        let chapters = chapters.collect();
        Tree { chapters, next_number, next_note, red: Some(words) }
    }

    /// REN14: the new draft alone: nothing that went is in it.
    pub fn clean(self) -> Tree {
        let mut next_note = 1;
        let chapters = self.chapters.into_iter().map(|chapter| {
            let standing =
                chapter.blocks.into_iter().filter(|block| block.red.as_ref().is_none_or(|red| !red.is_gone));
            let blocks = standing.map(|block| {
                let first_note = next_note;
                next_note += count_notes(&block.block.runs);
                Numbered { red: None, first_note, ..block }
            });
            Chapter { blocks: blocks.collect(), ..chapter }
        });
        let chapters = chapters.filter(|chapter| !chapter.blocks.is_empty()).collect();
        Tree { chapters, next_note, red: None, next_number: self.next_number }
    }
}

fn level_of(kind: &BlockKind, depth: u8) -> Option<u8> {
    match kind {
        BlockKind::Heading { level } => Some((depth.max(1) - 1).saturating_add(*level)),
        _ => None,
    }
}

struct Speaker<'c> {
    comparison: &'c Comparison,
    words: &'c RedWords,
}

impl Speaker<'_> {
    /// The block as it is now, and what became of it.
    fn block(&self, entry: &Compared, depth: u8, signed: &[SignedRun]) -> (Block, Option<Red>) {
        let now = entry.block_after();
        if !entry.differs() {
            return (now.unwrap_or_else(|| entry.stood().block.clone()), None);
        }
        let is_gone = now.is_none();
        let is_new = matches!(entry.fate, Fate::Inserted);
        let runs = match signed {
            [] => entry.runs.iter().map(|run| shaded(entry, run, None)).collect(),
            signed => signed.iter().map(|signed| shaded(entry, &signed.run, signed.by.clone())).collect(),
        };
        let old = entry.was.as_ref().filter(|_| is_gone || entry.is_reshaped()).map(|was| Old {
            block: match entry.fate {
                Fate::MovedAway(number) => self.before_it_moved(number).unwrap_or_else(|| was.block.clone()),
                _ => was.block.clone(),
            },
            number: was.number,
            level: level_of(&was.block.kind, depth),
        });
        let moved = match entry.fate {
            Fate::MovedHere(number) | Fate::MovedAway(number) => Some(number),
            _ => None,
        };
        let block = match now {
            Some(block) => block,
            None => Block { kind: standing_in(entry), ..entry.stood().block.clone() },
        };
        (block, Some(Red { is_gone, is_new, sign: self.sign(entry), runs, moved, old }))
    }

    /// A paragraph that moved, with the words that it had before.
    fn before_it_moved(&self, number: usize) -> Option<Block> {
        let there = self.comparison.entries().find(|entry| entry.fate == Fate::MovedHere(number));
        there.and_then(Compared::block_before)
    }

    fn sign(&self, entry: &Compared) -> String {
        let words = self.words;
        let is_heading = matches!(entry.stood().block.kind, BlockKind::Heading { .. });
        let other_marks = entry.runs.iter().any(|run| matches!(run.change, Change::Marked(_)));
        let with = |sign: &str, place: String| sign.replacen("{}", &place, 1);
        match (entry.fate, &entry.was) {
            (Fate::Inserted, _) if is_heading => words.new_heading.clone(),
            (Fate::Inserted, _) => words.new_paragraph.clone(),
            (Fate::Deleted, Some(Stood { number: Some(number), .. })) => {
                with(&words.removed_paragraph, number.to_string())
            }
            (Fate::Deleted, _) => words.removed.clone(),
            (Fate::MovedHere(_), Some(was)) => with(&words.moved_from, self.place(was, true)),
            (Fate::MovedAway(_), _) => with(&words.moved_to, self.place(entry.stood(), false)),
            _ if entry.is_reshaped() => words.reshaped.clone(),
            _ if other_marks && !entry.runs.iter().any(|run| is_other_word(&run.change)) => {
                match only_brackets(entry) {
                    Some(true) => words.bracketed.clone(),
                    Some(false) => words.unbracketed.clone(),
                    None => words.restyled.clone(),
                }
            }
            _ => String::new(),
        }
    }

    fn place(&self, stood: &Stood, before: bool) -> String {
        let side = |chapter: &ComparedChapter| {
            let side = if before { &chapter.was } else { &chapter.is };
            side.as_ref().filter(|side| side.chapter == stood.chapter).map(|side| side.number.clone())
        };
        let chapter = self.comparison.chapters.iter().find_map(side).unwrap_or_default();
        match stood.number {
            Some(number) => {
                self.words.place.replacen("{}", &number.to_string(), 1).replacen("{}", &chapter, 1)
            }
            None => self.words.place_chapter.replacen("{}", &chapter, 1),
        }
    }
}

/// Of words with other marks that differ in brackets alone: whether some were opened.
fn only_brackets(entry: &Compared) -> Option<bool> {
    let is_bracket = |name: &str| name.starts_with("bracket:");
    let without = |marks: &Marks| {
        let mut marks = marks.clone();
        marks.0.retain(|name, _| !is_bracket(name));
        marks
    };
    let mut opened = false;
    for run in &entry.runs {
        let Change::Marked(was) = &run.change else { continue };
        if without(was) != without(&run.marks) {
            return None;
        }
        opened |= run.marks.0.keys().any(|name| is_bracket(name) && !was.0.contains_key(name));
    }
    Some(opened)
}

/// Words of an entry. A block that came as a whole says so itself; a note that went has no number, and its words go where they stood.
fn shaded(entry: &Compared, red: &RedRun, by: Option<By>) -> Shaded {
    let mut run = Run::marked(red.text.clone(), red.marks.clone());
    let is_gone = |note: &&str| {
        let mut others = entry.runs.iter().filter(|run| run.change != Change::Deleted);
        !others.any(|run| run.marks.footnote() == Some(*note))
    };
    let gone_note = run.marks.footnote().filter(is_gone).map(str::to_owned);
    if gone_note.is_some() {
        run.marks.0.retain(|name, _| !name.starts_with("footnote:"));
    }
    let (shade, was) = match &red.change {
        Change::Inserted if entry.fate != Fate::Inserted => (Shade::Comes, None),
        Change::Deleted => (Shade::Goes, None),
        Change::Marked(was) => (Shade::Stays, Some(was.clone())),
        Change::Inserted | Change::Kept => (Shade::Stays, None),
    };
    Shaded { run, shade, by, gone_note, was }
}

fn is_other_word(change: &Change) -> bool {
    matches!(change, Change::Inserted | Change::Deleted)
}

/// The kind under which something that went is written: a heading that is no more heads nothing and stands in no contents, and a
/// picture that went is its caption.
fn standing_in(entry: &Compared) -> BlockKind {
    match &entry.stood().block.kind {
        BlockKind::Heading { .. } | BlockKind::Image(_) => BlockKind::Paragraph { numbered: false },
        kind => kind.clone(),
    }
}

/// Whether a cell of the new draft stands in this place of a table.
fn stands_in(entry: &Compared, place: &Cell) -> bool {
    let now = entry.is.as_ref().map(|stood| &stood.block.kind);
    matches!(now, Some(BlockKind::TableCell(cell)) if (&cell.table, &cell.row, &cell.column) == (&place.table, &place.row, &place.column))
}
