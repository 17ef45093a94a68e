//! Rows of a file that came back: what each of them is, and where it belongs. Nothing here writes or asks anybody.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use crdt::document::blocks::{Place, Reading};
use crdt::document::{Anchor, Block, Text};
use crdt::ids::{ParagraphId, TextId, to_hex};
use crdt::review::entry::Kind;
use crdt::review::matrix::{Proposal, RowKind, folded};
use crdt::review::thread::{Comment, Thread};
use serde::Serialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::heads::{column_of, is_deleted, kind_of};
use super::table::Field;
use crate::export::tables::read::{Found, Line};

/// Lines at the top of a table among which its head is looked for: titles and notes stand over it.
const HEAD_WITHIN: usize = 30;

/// A row of a file, in our terms.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Incoming {
    /// Its line in the file.
    pub line: usize,
    /// Its words, by column.
    pub words: BTreeMap<Field, String>,
    /// Columns with a formula of which the file does not say what came of it.
    pub unsaid: BTreeSet<Field>,
}

/// What a row of a file is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// A remark that is not here yet.
    New,
    /// One that is here, as it is.
    Known,
    /// One that is here, with other words.
    Changed,
    /// The same as a row above it.
    Repeated,
    /// An amendment that is here, with other words: these are written on its page, as a new revision.
    OnItsPage,
    /// Another component's.
    Foreign,
    /// It says nothing that could be a remark.
    Unreadable,
}

/// How a new row found its place.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// On the words it quotes.
    Quote,
    /// On the paragraph whose number it names.
    Number,
    /// On the title of the chapter it names.
    Chapter,
    /// On the title of the first chapter, because it names no place that is there.
    Beginning,
}

/// A text of the paper, read.
pub struct Shelf {
    /// Which.
    pub text: TextId,
    /// Its language.
    pub language: String,
    /// The number of its chapter.
    pub chapter: String,
    /// The number of its first numbered paragraph.
    pub first_number: usize,
    /// Its words.
    pub document: Arc<Text>,
    /// The same, in blocks.
    pub reading: Reading,
}

/// Where a new row will stand.
#[derive(Clone, PartialEq, Debug)]
pub struct Spot {
    /// Which text, by its place among the shelves.
    pub shelf: usize,
    /// The paragraph.
    pub paragraph: ParagraphId,
    /// Its number in the paper.
    pub number: Option<usize>,
    /// The words.
    pub range: Range<usize>,
    /// How they were found.
    pub how: How,
}

/// REV53: the rows below the first head that names a column of comments or of proposed words; `None` when no table has one.
pub fn rows(tables: &[Found]) -> Option<Vec<Incoming>> {
    tables.iter().find_map(|table| {
        let head = table.lines.iter().take(HEAD_WITHIN).position(|line| !heads(line).is_empty())?;
        let columns = heads(&table.lines[head]);
        Some(table.lines[head + 1..].iter().map(|line| incoming(line, &columns)).collect())
    })
}

/// The columns of a line that is a head: it names at least two, one of them for words. The first of two alike counts.
fn heads(line: &Line) -> BTreeMap<usize, Field> {
    let mut seen = BTreeSet::new();
    let named = line.cells.iter().enumerate().filter_map(|(place, head)| Some((place, column_of(head)?)));
    let columns: BTreeMap<usize, Field> = named.filter(|(_, field)| seen.insert(*field)).collect();
    let has_words = seen.contains(&Field::Comment) || seen.contains(&Field::Proposed);
    if has_words && seen.len() > 1 { columns } else { BTreeMap::new() }
}

fn incoming(line: &Line, columns: &BTreeMap<usize, Field>) -> Incoming {
    let words = columns.iter().filter_map(|(place, field)| {
        let words = line.cells.get(*place).filter(|words| !words.is_empty())?;
        Some((*field, words.clone()))
    });
    let unsaid = line.unsaid.iter().filter_map(|place| columns.get(place).copied());
    Incoming { line: line.number, words: words.collect(), unsaid: unsaid.collect() }
}

impl Incoming {
    /// What it says in this column; empty when nothing.
    pub fn word(&self, field: Field) -> &str {
        self.words.get(&field).map_or("", String::as_str)
    }

    /// Its kind, where it names one that we know.
    pub fn kind(&self) -> Option<RowKind> {
        kind_of(self.word(Field::Kind))
    }

    /// The kind of the remark that it becomes, if it becomes one.
    pub fn remark_kind(&self) -> Kind {
        match self.kind() {
            Some(RowKind::Remark(kind)) => kind,
            Some(RowKind::Amendment) | None => Kind::default(),
        }
    }

    /// The comment; a row that only proposes words says so with them.
    pub fn comment(&self) -> &str {
        let comment = self.word(Field::Comment);
        if comment.is_empty() { self.word(Field::Proposed) } else { comment }
    }

    /// REV53: what the row is, as the file has it.
    pub fn fingerprint(&self) -> String {
        let fields = [Field::Chapter, Field::Paragraph, Field::Comment, Field::Proposed];
        let parts = fields.map(|field| folded(self.word(field)));
        to_hex(&Sha256::digest(parts.join("\u{1f}"))[..16])
    }

    /// The id that our own files carry.
    pub fn id(&self) -> Option<Uuid> {
        self.word(Field::Id).parse().ok()
    }

    /// What is added to the discussion when it says something else than the thread it is.
    pub fn added(&self) -> String {
        match (self.word(Field::Comment), self.word(Field::Proposed)) {
            (comment, "") => comment.to_owned(),
            ("", proposed) => proposed.to_owned(),
            (comment, proposed) => {
                format!("{comment}\n\n→ {proposed}").chars().take(Comment::MAX_CHARACTERS).collect()
            }
        }
    }

    /// Does this thread say the same, at its beginning or because it was added?
    pub fn says_same(&self, thread: &Thread) -> bool {
        let says = |words: &str| thread.comments.iter().any(|comment| comment.body == words);
        let proposes = if self.word(Field::Comment).is_empty() { "" } else { self.word(Field::Proposed) };
        let proposed = [self.word(Field::Proposed), proposes].contains(&thread.entry.proposed.as_str());
        (says(self.comment()) && proposed) || says(&self.added())
    }

    /// What it would say as the row of an amendment: the same as [`as_row`] of that amendment, if it says the same.
    pub fn as_amendment(&self) -> String {
        let proposed = self.word(Field::Proposed);
        row_words(self.word(Field::Comment), if is_deleted(proposed) { "" } else { proposed })
    }

    /// REV54: where a new row stands.
    pub fn spot(&self, shelves: &[Shelf]) -> Option<Spot> {
        let language = self.word(Field::Language);
        let in_language = |shelf: &&(usize, &Shelf)| language.is_empty() || shelf.1.language == language;
        let all: Vec<(usize, &Shelf)> = shelves.iter().enumerate().collect();
        let mut order: Vec<(usize, &Shelf)> = all.iter().filter(in_language).copied().collect();
        order.extend(all.iter().filter(|shelf| !in_language(shelf)).copied());
        let number: Option<usize> = digits(self.word(Field::Paragraph));
        let chapter = self.word(Field::Chapter).trim().trim_end_matches('.');
        let numbered = number.and_then(|number| order.iter().find_map(|shelf| at_number(*shelf, number)));
        let in_chapter = |shelf: &&(usize, &Shelf)| !chapter.is_empty() && shelf.1.chapter == chapter;
        let quote = self.word(Field::Quote);
        if !quote.is_empty() {
            let here = numbered
                .iter()
                .filter_map(|spot| quoted(&shelves[spot.shelf], spot.shelf, quote, Some(spot.paragraph)));
            let near = order
                .iter()
                .filter(in_chapter)
                .filter_map(|(place, shelf)| quoted(shelf, *place, quote, None));
            let far = order.iter().filter_map(|(place, shelf)| quoted(shelf, *place, quote, None));
            if let Some(spot) = here.chain(near).chain(far).next() {
                return Some(spot);
            }
        }
        let titled = |how| move |(place, shelf): &(usize, &Shelf)| block_spot(shelf, *place, 0, how);
        numbered
            .or_else(|| order.iter().find(in_chapter).and_then(titled(How::Chapter)))
            .or_else(|| order.first().and_then(titled(How::Beginning)))
    }
}

/// What the row of an amendment says in our own files, to be compared.
pub fn as_row(proposal: &Proposal) -> String {
    row_words(&proposal.comment, &proposal.passage.becomes)
}

fn row_words(comment: &str, proposed: &str) -> String {
    format!("{}\u{1f}{}", plain(comment), plain(proposed))
}

/// Words with single spaces between: files break lines elsewhere.
fn plain(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The first number in words such as "¶ 31" or "31-32".
fn digits(words: &str) -> Option<usize> {
    let from = words.find(|c: char| c.is_ascii_digit())?;
    let digits: String = words[from..].chars().take_while(char::is_ascii_digit).take(9).collect();
    digits.parse().ok()
}

fn at_number((place, shelf): (usize, &Shelf), number: usize) -> Option<Spot> {
    let ordinal = number.checked_sub(shelf.first_number)?;
    let (block, _) =
        shelf.reading.blocks.iter().enumerate().filter(|(_, block)| block.is_numbered()).nth(ordinal)?;
    block_spot(shelf, place, block, How::Number)
}

fn block_spot(shelf: &Shelf, place: usize, block: usize, how: How) -> Option<Spot> {
    let (found, at) = (shelf.reading.blocks.get(block)?, shelf.reading.places.get(block)?);
    // A paragraph without words still has its marker.
    let start = if at.start < at.end { at.start } else { at.marker? };
    let range = start..at.end.max(start + 1);
    Some(Spot { shelf: place, paragraph: found.id, number: number_of(shelf, block), range, how })
}

fn number_of(shelf: &Shelf, block: usize) -> Option<usize> {
    let is_numbered = shelf.reading.blocks[block].is_numbered();
    let before = shelf.reading.blocks[..block].iter().filter(|block| block.is_numbered()).count();
    is_numbered.then_some(shelf.first_number + before)
}

/// The quoted words, in one paragraph or in any. White space may be another: files break lines.
fn quoted(shelf: &Shelf, place: usize, quote: &str, within: Option<ParagraphId>) -> Option<Spot> {
    let quote = quote.lines().next().unwrap_or_default().trim();
    let blocks = shelf.reading.blocks.iter().zip(&shelf.reading.places).enumerate();
    let mut wanted = blocks.filter(|(_, (block, _))| within.is_none_or(|id| block.id == id));
    wanted.find_map(|(at, (block, block_place))| {
        let range = range_of(block, block_place, quote)?;
        Some(Spot { shelf: place, paragraph: block.id, number: number_of(shelf, at), range, how: How::Quote })
    })
}

fn range_of(block: &Block, place: &Place, quote: &str) -> Option<Range<usize>> {
    let words = block.words();
    let found = words.find(quote).filter(|_| !quote.is_empty())?;
    let units = |words: &str| words.encode_utf16().count();
    let start = place.start + units(&words[..found]);
    Some(start..start + units(quote))
}

impl Spot {
    /// What keeps the row on its words.
    pub fn anchor(&self, shelves: &[Shelf]) -> Option<Anchor> {
        Anchor::of(&shelves[self.shelf].document, self.range.clone())
    }
}
