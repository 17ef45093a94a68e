//! What a document comes to when the changes of one author count, or of nobody.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crdt::document::{Block, BlockKind, Run};
use crdt::ids::ParagraphId;

use super::report::Found;
use super::{Document, Paragraph, Tracked};

/// A chapter of the document: the paragraphs from one heading of the first level to the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chapter {
    /// Its paragraphs.
    pub paragraphs: Range<usize>,
    /// The id of its first block, which is a heading of level 1.
    pub heading: ParagraphId,
    /// The words of the heading.
    pub title: String,
    /// The heading was made for what stands before the first one in the file.
    pub is_made: bool,
}

/// Where a comment stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// Its id in the file.
    pub comment: String,
    /// The paragraph in which it begins.
    pub paragraph: ParagraphId,
    /// Its words, in UTF-16 units from the start of the text, each block's marker counting one; those of the whole paragraph for a
    /// comment on none.
    pub range: Range<usize>,
    /// It stands on the paragraph, because it has no words of its own there.
    pub is_loose: bool,
}

impl Tracked {
    /// Whether what bears this change is there when `author`'s changes count and nobody else's.
    fn shows(self, author: Option<usize>) -> bool {
        self.came == (author == Some(self.author))
    }
}

fn all_show(changes: &[Tracked], author: Option<usize>) -> bool {
    changes.iter().all(|change| change.shows(author))
}

impl Document {
    /// The chapters as the text was before anybody changed it; at least one. `title` names what stands before the first heading.
    pub fn chapters(&self, title: &str, ids: &mut dyn FnMut() -> ParagraphId) -> Vec<Chapter> {
        let mut chapters: Vec<Chapter> = Vec::new();
        for (at, paragraph) in self.paragraphs.iter().enumerate() {
            let words = shown_words(paragraph, None);
            let is_there = all_show(&paragraph.end, None) && !words.trim().is_empty();
            if paragraph.kind == (BlockKind::Heading { level: 1 }) && is_there {
                if let Some(last) = chapters.last_mut() {
                    last.paragraphs.end = at;
                }
                let title = words.trim().to_owned();
                chapters.push(Chapter {
                    paragraphs: at..at + 1,
                    heading: paragraph.id,
                    title,
                    is_made: false,
                });
            } else if chapters.is_empty() && is_there {
                chapters.push(Chapter {
                    paragraphs: 0..at + 1,
                    heading: ids(),
                    title: title.to_owned(),
                    is_made: true,
                });
            }
        }
        if chapters.is_empty() {
            chapters.push(Chapter {
                paragraphs: 0..0,
                heading: ids(),
                title: title.to_owned(),
                is_made: true,
            });
        }
        // What somebody put before the first heading belongs to its chapter.
        if let Some(first) = chapters.first_mut() {
            first.paragraphs.start = 0;
        }
        if let Some(last) = chapters.last_mut() {
            last.paragraphs.end = self.paragraphs.len();
        }
        chapters
    }

    /// The blocks of a chapter with the changes of this author, or of nobody. Its heading comes first whatever was done to it.
    pub fn blocks(&self, chapter: &Chapter, author: Option<usize>) -> Vec<Block> {
        let title = vec![Run::plain(chapter.title.clone())];
        let mut heading = Block::new(chapter.heading, BlockKind::Heading { level: 1 }, title);
        let mut blocks: Vec<Block> = Vec::new();
        let mut carried: Vec<Run> = Vec::new();
        for paragraph in &self.paragraphs[chapter.paragraphs.clone()] {
            if !all_show(&paragraph.whole, author) {
                continue;
            }
            if matches!(paragraph.kind, BlockKind::Image(_)) {
                let caption = shown_runs(paragraph, author).collect();
                let mut block = Block::new(paragraph.id, paragraph.kind.clone(), caption);
                trim(&mut block);
                blocks.push(block);
                continue;
            }
            carried.extend(shown_runs(paragraph, author));
            let is_cell = matches!(paragraph.kind, BlockKind::TableCell(_));
            // Without its end a paragraph goes on in the next one, whose end stays.
            if !is_cell && !all_show(&paragraph.end, author) {
                continue;
            }
            let mut block = Block::new(paragraph.id, paragraph.kind.clone(), std::mem::take(&mut carried));
            trim(&mut block);
            let is_heading = !chapter.is_made && block.id == chapter.heading;
            if !is_cell && block.runs.is_empty() {
                continue;
            }
            if is_heading {
                heading = block;
                continue;
            }
            if block.kind == (BlockKind::Heading { level: 1 }) {
                block.kind = BlockKind::Heading { level: 2 };
            }
            blocks.push(block);
        }
        let is_picture = |paragraph: &&Paragraph| matches!(paragraph.kind, BlockKind::Image(_));
        let mut from_last = self.paragraphs[chapter.paragraphs.clone()].iter().rev();
        if let (false, Some(last)) = (carried.is_empty(), from_last.find(|one| !is_picture(one))) {
            let mut block = Block::new(last.id, BlockKind::Paragraph { numbered: false }, carried);
            trim(&mut block);
            if !block.runs.is_empty() && (chapter.is_made || block.id != chapter.heading) {
                blocks.push(block);
            }
        }
        blocks.insert(0, heading);
        blocks
    }

    /// Whether this author changed something in this chapter.
    pub fn changes(&self, chapter: &Chapter, author: usize) -> bool {
        let by_author = |changes: &[Tracked]| changes.iter().any(|change| change.author == author);
        self.paragraphs[chapter.paragraphs.clone()].iter().any(|paragraph| {
            by_author(&paragraph.end)
                || by_author(&paragraph.whole)
                || paragraph.pieces.iter().any(|piece| by_author(&piece.changes))
        })
    }

    /// Where the comments of a chapter stand in its text as it was before anybody changed it. `blocks` is that text. A comment
    /// whose paragraph is not there has no place, nor has one without words.
    pub fn placed(&mut self, chapter: &Chapter, blocks: &[Block]) -> Vec<Placed> {
        let mut starts = BTreeMap::new();
        let mut offset = 0;
        for block in blocks {
            starts.insert(block.id, (offset + 1, block.length_utf16()));
            offset += 1 + block.length_utf16();
        }
        let mut found: BTreeMap<String, Placed> = BTreeMap::new();
        let has_words = |id: &String| {
            self.comments.get(id).is_some_and(|said| said.iter().any(|one| !one.words.is_empty()))
        };
        for paragraph in &self.paragraphs[chapter.paragraphs.clone()] {
            let Some((start, length)) = starts.get(&paragraph.id).copied() else {
                continue;
            };
            let lead = lead_of(paragraph);
            let mut at = 0usize;
            for piece in &paragraph.pieces {
                let shows = all_show(&piece.changes, None);
                let size = if shows { piece.words.encode_utf16().count() } else { 0 };
                let clamp = |at: usize| start + at.saturating_sub(lead).min(length);
                let words = clamp(at)..clamp(at + size);
                for comment in piece.comments.iter().filter(|id| has_words(id)) {
                    let placed = found.entry(comment.clone()).or_insert_with(|| Placed {
                        comment: comment.clone(),
                        paragraph: paragraph.id,
                        range: start..start + length,
                        is_loose: true,
                    });
                    if !words.is_empty() {
                        match placed.is_loose {
                            true => (placed.paragraph, placed.range) = (paragraph.id, words.clone()),
                            false => placed.range.end = words.end,
                        }
                        placed.is_loose = false;
                    }
                }
                at += size;
            }
        }
        let placed: Vec<Placed> = found.into_values().collect();
        for loose in placed.iter().filter(|placed| placed.is_loose) {
            let words = self
                .comments
                .get(&loose.comment)
                .and_then(|said| said.first())
                .map(|said| said.words.clone());
            if let Some(words) = words {
                self.report.note(0, Found::LooseComment, &words);
            }
        }
        placed
    }

    /// Tells of the comments that came to stand nowhere; `placed` are the others.
    pub fn tells_of_other_comments(&mut self, placed: &BTreeSet<&str>) {
        for (_, said) in self.comments.iter().filter(|(id, _)| !placed.contains(id.as_str())) {
            let words: Vec<&str> = said.iter().map(|one| one.words.as_str()).collect();
            let words = words.join(" ");
            let found = if words.trim().is_empty() { Found::EmptyComment } else { Found::LostComment };
            self.report.note(0, found, &words);
        }
    }
}

fn shown_runs(paragraph: &Paragraph, author: Option<usize>) -> impl Iterator<Item = Run> {
    let shown = paragraph.pieces.iter().filter(move |piece| all_show(&piece.changes, author));
    shown.map(|piece| Run::marked(piece.words.clone(), piece.marks.clone()))
}

fn shown_words(paragraph: &Paragraph, author: Option<usize>) -> String {
    shown_runs(paragraph, author).map(|run| run.text).collect()
}

/// How much white space before the first word is cut off, in UTF-16 units.
fn lead_of(paragraph: &Paragraph) -> usize {
    let words = shown_words(paragraph, None);
    words[..words.len() - words.trim_start().len()].encode_utf16().count()
}

/// White space around a paragraph is none of its words.
fn trim(block: &mut Block) {
    while let Some(first) = block.runs.first_mut() {
        first.text = first.text.trim_start().to_owned();
        if !first.text.is_empty() {
            break;
        }
        block.runs.remove(0);
    }
    while let Some(last) = block.runs.last_mut() {
        last.text.truncate(last.text.trim_end().len());
        if !last.text.is_empty() {
            break;
        }
        block.runs.pop();
    }
}
