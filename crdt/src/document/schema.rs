//! The closed schema: what a paragraph may be and which marks its words may carry.
//!
//! A text is flat. Every block is one textblock with a [`BlockKind`]; lists nest only by a depth number, so that two
//! people who indent and split at the same time can never tear a tree apart. Words carry flat sets of [`Marks`].
//! `fixtures/schema.json` states the same for the browser, and a test compares both.
//!
//! Reading is total: what this schema does not know is kept as [`BlockKind::Unknown`] or as a mark with its value,
//! shown as plain words, and never rewritten.

mod json;
mod marks;

pub use marks::{Expand, MarkValue, Marks, link_is_allowed};

use crate::ids::ParagraphId;
use serde::{Deserialize, Serialize};

/// The number in `root.schema` of a text written by this version.
pub const VERSION: i64 = 1;
/// Deepest list depth: a first-level item has depth 0.
pub const MAX_LIST_DEPTH: u8 = 8;
/// Deepest heading level; the chapter's title has level 1.
pub const MAX_HEADING_LEVEL: u8 = 6;
/// The level of a heading whose marker names none.
pub const DEFAULT_HEADING_LEVEL: u8 = 2;

/// One paragraph of a text, of any kind, with its identity for life.
///
/// As JSON: `{"id": …, "type": …, the kind's own fields, "runs": [{"text": …, "marks": {…}}]}`; see rule DOC3.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// Given by whoever created the block; unique within the text.
    pub id: ParagraphId,
    /// What it is.
    pub kind: BlockKind,
    /// Its words. Neighbouring runs have different marks, and no run is empty.
    pub runs: Vec<Run>,
    /// Which paragraph of the drafting language this one renders, if it says so.
    pub renders: Option<Renders>,
}

/// What a block is.
#[derive(Debug, Clone, PartialEq)]
pub enum BlockKind {
    /// A heading; `level` from 1 (the chapter's title) to [`MAX_HEADING_LEVEL`].
    Heading {
        /// 1 is the title of the chapter.
        level: u8,
    },
    /// Running text; a `numbered` paragraph is counted through the whole paper, its number computed and never typed.
    Paragraph {
        /// Whether it takes part in the paper's continuous numbering.
        numbered: bool,
    },
    /// Words of somebody else, set apart.
    Quote,
    /// An item of a list with numbers or letters.
    OrderedItem {
        /// 0 for the outermost list, at most [`MAX_LIST_DEPTH`].
        depth: u8,
    },
    /// An item of a list with dashes.
    UnorderedItem {
        /// 0 for the outermost list, at most [`MAX_LIST_DEPTH`].
        depth: u8,
    },
    /// A cell of a table. A table is a run of neighbouring cells with one [`Cell::table`]; see [`grid`](super::grid).
    TableCell(Cell),
    /// A picture; its words are the caption.
    Image(Image),
    /// A block of another tool or a later version. Its words are shown, its marker is kept as it is.
    Unknown(UnknownMarker),
}

/// Where a cell stands. Rows and columns are ids rather than numbers: two people who add rows at once both get theirs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cell {
    /// Which table; drawn at random like a block's id. Empty when the marker names none.
    pub table: String,
    /// Which row of that table; likewise.
    pub row: String,
    /// Which column; likewise.
    pub column: String,
    /// Whether it heads its column.
    pub header: bool,
}

/// A picture that is kept outside the text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Image {
    /// SHA-256 of its bytes, 64 lowercase hexadecimal digits. Anything else names no picture.
    pub blob: String,
    /// What it shows, for those who do not see it.
    pub alt: String,
    /// Whose it is.
    pub credit: String,
}

/// The marker of a block that this version does not know.
#[derive(Debug, Clone, PartialEq)]
pub struct UnknownMarker {
    /// What its marker calls itself; empty when the marker names no type.
    pub name: String,
    /// The marker's `parents`, strings only.
    pub parents: Vec<String>,
    /// The marker's `attrs` but for `id`, `renders` and `renders_sha256`.
    pub attrs: serde_json::Map<String, serde_json::Value>,
}

/// The paragraph that a translated paragraph renders, and in which wording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renders {
    /// The rendered paragraph's id, in the text of the drafting language.
    pub paragraph: ParagraphId,
    /// The first 16 hexadecimal digits of SHA-256 over its plain words, when they were rendered; `None` if never noted.
    pub sha256: Option<String>,
}

/// Words with the same marks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// Never empty in a block that was read from a text.
    pub text: String,
    /// Left out of the JSON when there are none.
    #[serde(default, skip_serializing_if = "Marks::is_empty")]
    pub marks: Marks,
}

impl Run {
    /// Words without marks.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), marks: Marks::default() }
    }

    /// Words with these marks.
    pub fn marked(text: impl Into<String>, marks: Marks) -> Self {
        Self { text: text.into(), marks }
    }
}

impl Block {
    /// A block that renders nothing. Empty runs are dropped, and neighbours with equal marks joined.
    pub fn new(id: ParagraphId, kind: BlockKind, runs: Vec<Run>) -> Self {
        let mut block = Self { id, kind, runs: Vec::new(), renders: None };
        runs.into_iter().for_each(|run| block.push(run));
        block
    }

    /// Appends words, joining them to the last run where the marks are the same.
    pub fn push(&mut self, run: Run) {
        self.push_words(&run.text, &run.marks)
    }

    /// Appends words that carry these marks.
    pub fn push_words(&mut self, words: &str, marks: &Marks) {
        match self.runs.last_mut() {
            _ if words.is_empty() => {}
            Some(last) if last.marks == *marks => last.text.push_str(words),
            _ => self.runs.push(Run::marked(words, marks.clone())),
        }
    }

    /// The words alone, without marks.
    pub fn words(&self) -> String {
        self.runs.iter().map(|run| run.text.as_str()).collect()
    }

    /// Length of the words in UTF-16 code units, the marker not counted.
    pub fn length_utf16(&self) -> usize {
        self.runs.iter().map(|run| run.text.encode_utf16().count()).sum()
    }

    /// The words that stand in the line: those of notes are left out.
    pub fn words_in_line(&self) -> String {
        let in_line = |run: &&Run| run.marks.footnote().is_none();
        self.runs.iter().filter(in_line).map(|run| run.text.as_str()).collect()
    }

    /// Whether it takes part in the paper's continuous numbering.
    pub fn is_numbered(&self) -> bool {
        self.kind == BlockKind::Paragraph { numbered: true }
    }
}

impl BlockKind {
    /// The marker's `type`.
    pub fn marker_type(&self) -> &str {
        match self {
            BlockKind::Heading { .. } => "heading",
            BlockKind::Paragraph { .. } | BlockKind::Quote => "paragraph",
            BlockKind::OrderedItem { .. } => "ordered-list-item",
            BlockKind::UnorderedItem { .. } => "unordered-list-item",
            BlockKind::TableCell(_) => "table-cell",
            BlockKind::Image(_) => "image",
            BlockKind::Unknown(marker) => &marker.name,
        }
    }

    /// The marker's `parents`: a quote stands in a `blockquote`, and an item repeats its own type once for each level.
    pub fn marker_parents(&self) -> Vec<String> {
        match self {
            BlockKind::Heading { .. } | BlockKind::Paragraph { .. } => Vec::new(),
            BlockKind::TableCell(_) | BlockKind::Image(_) => Vec::new(),
            BlockKind::Quote => vec!["blockquote".into()],
            BlockKind::OrderedItem { depth } | BlockKind::UnorderedItem { depth } => {
                vec![self.marker_type().to_string(); usize::from(*depth)]
            }
            BlockKind::Unknown(marker) => marker.parents.clone(),
        }
    }

    /// What a marker of this type, with these parents and attributes, means. Never fails: a malformed attribute counts
    /// as missing, a missing one takes its default, and an unknown type is kept whole.
    pub(crate) fn of_marker(
        name: &str,
        parents: &[String],
        attrs: &serde_json::Map<String, serde_json::Value>,
    ) -> BlockKind {
        let text =
            |key: &str| attrs.get(key).and_then(serde_json::Value::as_str).unwrap_or_default().to_string();
        let depth = || u8::try_from(parents.len()).unwrap_or(MAX_LIST_DEPTH).min(MAX_LIST_DEPTH);
        match name {
            "heading" => BlockKind::Heading { level: heading_level(attrs.get("level")) },
            "paragraph" if parents.first().is_some_and(|parent| parent == "blockquote") => BlockKind::Quote,
            "paragraph" => BlockKind::Paragraph { numbered: attrs.get("numbered") == Some(&true.into()) },
            "ordered-list-item" => BlockKind::OrderedItem { depth: depth() },
            "unordered-list-item" => BlockKind::UnorderedItem { depth: depth() },
            "table-cell" => BlockKind::TableCell(Cell {
                table: text("table"),
                row: text("row"),
                column: text("column"),
                header: attrs.get("header") == Some(&true.into()),
            }),
            "image" => {
                BlockKind::Image(Image { blob: text("blob"), alt: text("alt"), credit: text("credit") })
            }
            _ => {
                let mut attrs = attrs.clone();
                attrs.retain(|key, _| !SHARED_ATTRS.contains(&key.as_str()));
                BlockKind::Unknown(UnknownMarker { name: name.to_string(), parents: parents.to_vec(), attrs })
            }
        }
    }
}

/// The attributes that every kind of block may carry.
pub(crate) const SHARED_ATTRS: [&str; 3] = ["id", "renders", "renders_sha256"];

fn heading_level(value: Option<&serde_json::Value>) -> u8 {
    let level = value.and_then(serde_json::Value::as_f64).unwrap_or(f64::from(DEFAULT_HEADING_LEVEL));
    level.clamp(1.0, f64::from(MAX_HEADING_LEVEL)) as u8
}

/// Whether `text` is a SHA-256 in 64 lowercase hexadecimal digits, such as an image's `blob`.
pub fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Whether `text` may stand in `renders_sha256`: 16 lowercase hexadecimal digits.
pub(crate) fn is_short_digest(text: &str) -> bool {
    text.len() == 16 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
