//! Two drafts in one tree: what every writer needs to show what came, went and moved.
//!
//! A block of such a tree carries a [`Red`] beside its words as they are now. Only what a writer takes from there can be a word that
//! went: whoever leaves it aside writes the new draft, clean ([`Tree::clean`]).
//!
//! The words of the signs ("New paragraph") come from outside, in the language of the paper.

use super::tree::{Chapter, Numbered, Tree, count_notes};
use crate::document::redline::Change;
use crate::document::{Block, BlockKind, Run};
use crate::history::comparison::{Compared, ComparedChapter, Comparison, Fate, Stood};

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
    pub runs: Vec<(Run, Shade)>,
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
}

impl Tree {
    /// REN13: both drafts in one. Numbers are those of the new draft; what went has none.
    pub fn compared(comparison: &Comparison, words: RedWords) -> Tree {
        let speaker = Speaker { comparison, words: &words };
        let mut next_note = 1;
        let mut next_number = 1;
        let chapters = comparison.chapters.iter().map(|chapter| {
            let number = chapter.stood().number.clone();
            let depth = u8::try_from(number.split('.').count()).unwrap_or(u8::MAX);
            let blocks = chapter.entries.iter().map(|entry| {
                let (block, red) = speaker.block(entry);
                let number = entry.is.as_ref().and_then(|stood| stood.number);
                let number = number.filter(|_| entry.block_after().is_some());
                next_number = next_number.max(number.map_or(1, |number| number + 1));
                let level = match block.kind {
                    BlockKind::Heading { level } => Some((depth.max(1) - 1).saturating_add(level)),
                    _ => None,
                };
                let first_note = next_note;
                let runs: Option<Vec<Run>> =
                    red.as_ref().map(|red| red.runs.iter().map(|(run, _)| run.clone()).collect());
                next_note += count_notes(runs.as_deref().unwrap_or(&block.runs));
                Numbered { block, number, level, first_note, red }
            });
            Chapter { number, depth, blocks: blocks.collect() }
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

struct Speaker<'c> {
    comparison: &'c Comparison,
    words: &'c RedWords,
}

impl Speaker<'_> {
    /// The block as it is now, and what became of it.
    fn block(&self, entry: &Compared) -> (Block, Option<Red>) {
        let now = entry.block_after();
        if !entry.differs() {
            return (now.unwrap_or_else(|| entry.stood().block.clone()), None);
        }
        let is_gone = now.is_none();
        let whole = matches!(entry.fate, Fate::Inserted);
        let shade = |change: &Change| match change {
            Change::Inserted if !whole => Shade::Comes,
            Change::Deleted => Shade::Goes,
            _ => Shade::Stays,
        };
        let notes: Vec<&str> = entry
            .runs
            .iter()
            .filter(|run| run.change != Change::Deleted)
            .filter_map(|run| run.marks.footnote())
            .collect();
        let mut runs = Vec::new();
        for red in &entry.runs {
            let mut run = Run::marked(red.text.clone(), red.marks.clone());
            let is_of_gone_note = run.marks.footnote().is_some_and(|note| !notes.contains(&note));
            if is_of_gone_note {
                // A note that went has no number: its words go where they stood.
                run.marks.0.retain(|name, _| !name.starts_with("footnote:"));
            }
            runs.push((run, shade(&red.change)));
        }
        let block = match now {
            Some(block) => block,
            None => Block { kind: standing_in(entry), ..entry.stood().block.clone() },
        };
        (block, Some(Red { is_gone, is_new: whole, sign: self.sign(entry), runs }))
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
                words.restyled.clone()
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

fn is_other_word(change: &Change) -> bool {
    matches!(change, Change::Inserted | Change::Deleted)
}

/// The kind under which something that went is written: a heading that is no more heads nothing and stands in no contents, and a
/// picture that went is its caption.
fn standing_in(entry: &Compared) -> BlockKind {
    match &entry.stood().block.kind {
        BlockKind::Heading { .. } | BlockKind::Image(_) => BlockKind::Paragraph { numbered: false },
        BlockKind::TableCell(cell) => {
            // It stands in its row, and never in the place of a cell that came there.
            let column = format!("{} before", cell.column);
            BlockKind::TableCell(crate::document::schema::Cell { column, ..cell.clone() })
        }
        kind => kind.clone(),
    }
}
