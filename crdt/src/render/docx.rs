//! Word: the tree as the parts of an Office Open XML document (ECMA-376), which the server puts into one archive.
//!
//! What a secretariat does with such a file is edit it, so everything is what the program knows by its own name: headings by
//! their styles, native lists, tables, notes, pictures and contents. The numbers of paragraphs are the exception. They stand as
//! words in a hanging indent: a paragraph keeps the number by which everybody cites it, and programs that count by themselves
//! show two numbers as soon as changes are tracked.
//!
//! ```
//! # use crdt::document::{Block, BlockKind, Run};
//! # use crdt::ids::ParagraphId;
//! # use crdt::moment::Moment;
//! # use crdt::render::{ChapterBlocks, Tree, docx, typst_data::{Date, Labels, Meta}};
//! # let labels = Labels { contents: "Contents".into(), draft: "DRAFT".into(), page: "Page".into(), of: "of".into() };
//! # let meta = Meta { lang: "en".into(), title: "Cities".into(), subtitle: "".into(), org: "UCLG".into(), short: "Cities".into(),
//! #     milestone: "Bogotá draft".into(), version: "1".into(), hash: "".into(), draft: true, demo: "".into(),
//! #     date: Date { y: 2016, m: 9, d: 21 }, cover: vec![], labels };
//! let paragraph = Block::new(ParagraphId([1; 8]), BlockKind::Paragraph { numbered: true }, vec![Run::plain("We & you.")]);
//! let tree = Tree::of(7, [ChapterBlocks { number: "1".into(), depth: 1, blocks: vec![paragraph] }]);
//! let made = Moment::from_unix_ms(0);
//! let written = docx::write(&docx::Sheet { meta: &meta, tree: &tree, made, pictures: &Default::default(), remarks: &[] });
//! let body = written.parts.iter().find(|part| part.name == "word/document.xml").unwrap();
//! assert!(std::str::from_utf8(&body.bytes).unwrap().contains("We &amp; you."));
//! assert!(written.losses.is_empty());
//! ```
//!
//! Reads on in `body` (paragraphs, lists, tables), `line` (the words of a paragraph), `tracked` (what differs between two drafts), `remarks` (comments), `cover`, `look` (styles) and
//! `package` (what holds the parts together).

mod body;
mod cover;
mod line;
mod look;
mod package;
mod remarks;
mod tracked;
mod xml;

use std::collections::BTreeMap;
use std::fmt;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::remarked::Remark;
use super::tree::Tree;
use super::typst_data::Meta;
use crate::ids::ParagraphId;
use crate::moment::Moment;

/// What a table may have: Word calls a file with more damaged, and does not open it.
pub const MOST_COLUMNS: usize = 63;

/// What a file is made of.
#[derive(Clone, Copy)]
pub struct Sheet<'a> {
    /// What stands around the words.
    pub meta: &'a Meta,
    /// The words.
    pub tree: &'a Tree,
    /// The date in the file's properties. The same sheet gives the same bytes.
    pub made: Moment,
    /// The pictures that the tree names, by their digests.
    pub pictures: &'a BTreeMap<String, Picture>,
    /// What people say about words of the tree, as those are bound to it: see [`remarked`](super::remarked).
    pub remarks: &'a [Remark],
}

/// A picture on its way into a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Its bytes, as they came.
    pub bytes: Bytes,
    /// Whether they are a PNG; a JPEG otherwise.
    pub is_png: bool,
    /// In pixels; at least one.
    pub width: u32,
    /// In pixels; at least one.
    pub height: u32,
}

/// One file of the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its path, without a slash in front.
    pub name: String,
    /// What it holds.
    pub bytes: Bytes,
}

/// The parts in the order of the archive, and what they could not carry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// `[Content_Types].xml` first.
    pub parts: Vec<Part>,
    /// In the order of the paper; empty when the file says all that the tree says.
    pub losses: Vec<Loss>,
}

/// Something that a format cannot carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loss {
    /// In which paragraph; `None` on the cover.
    pub paragraph: Option<ParagraphId>,
    /// What became of it.
    pub what: Lost,
    /// How often there; at least 1.
    pub count: usize,
}

/// What became of what a format cannot carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lost {
    /// Characters that XML forbids, or that nobody sees and that turn the direction of their neighbours, were left out.
    Characters,
    /// A picture whose bytes are missing: its caption stayed.
    Picture,
    /// An address that may not be followed was left out, its words stayed.
    Address,
    /// A block of another tool or a later version became a plain paragraph.
    Unknown,
    /// Columns of a table that has more than [`MOST_COLUMNS`] stand in a further table below it.
    Columns,
}

impl Lost {
    /// The same word as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Lost::Characters => "characters",
            Lost::Picture => "picture",
            Lost::Address => "address",
            Lost::Unknown => "unknown",
            Lost::Columns => "columns",
        }
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.what {
            Lost::Characters => {
                write!(f, "{} characters were left out that no such file can hold", self.count)?
            }
            Lost::Picture => write!(f, "a picture is missing: only its caption is there")?,
            Lost::Address => write!(f, "{} links were left out that may not be followed", self.count)?,
            Lost::Unknown => write!(f, "a part of an unknown kind became a plain paragraph")?,
            Lost::Columns => write!(
                f,
                "{} columns of a table stand in a further table below, for Word takes {MOST_COLUMNS} at most",
                self.count
            )?,
        }
        match self.paragraph {
            Some(id) => write!(f, " (paragraph {id})"),
            None => write!(f, " (cover)"),
        }
    }
}

/// The parts of a sheet.
pub fn write(sheet: &Sheet<'_>) -> Written {
    let mut body = body::Body::new(sheet);
    body.cover();
    body.contents();
    sheet.tree.chapters.iter().for_each(|chapter| body.chapter(chapter));
    package::parts(sheet, body)
}

/// The name of the bookmark around a paragraph. Word takes letters, digits and underscores only.
pub fn bookmark(id: ParagraphId) -> String {
    format!("p_{id}")
}
