//! Markdown, read as chapters.
//!
//! Each level-1 heading opens a chapter; a file without one is a single chapter. A top-level `N.` item is a numbered
//! paragraph, every other list item a list item. **Not a word is lost**: what the schema cannot hold (images from elsewhere,
//! code, raw HTML) comes in as plain words, and the [`Report`] says what became of it, line by line.
//!
//! ```
//! use crdt::document::{import, BlockKind};
//! let mut next = 0u8;
//! let mut ids = || { next += 1; crdt::ids::ParagraphId([next; 8]) };
//! let imported = import::chapters(b"1. Cities **welcome**.\n - all of them", "Reception", &mut ids)?;
//! let kinds: Vec<_> = imported.chapters[0].blocks.iter().map(|block| &block.kind).collect();
//! assert_eq!(kinds, [
//!     &BlockKind::Heading { level: 1 }, &BlockKind::Paragraph { numbered: true }, &BlockKind::UnorderedItem { depth: 0 },
//! ]);
//! # Ok::<(), import::ImportError>(())
//! ```
//!
//! This module knows Markdown and blocks; it has never heard of Automerge.

mod notes;
mod ours;
mod reader;
mod report;
mod unsaid;

use std::panic::{AssertUnwindSafe, catch_unwind};

pub use report::{Finding, Note, Report};

use super::schema::{Block, BlockKind, Run};
use crate::ids::ParagraphId;

/// Larger files are refused unread.
pub const MAX_BYTES: usize = 20 * 1024 * 1024;
/// Files with more paragraphs than this are refused: no chapter people write comes near it.
pub const MAX_BLOCKS: usize = 200_000;
/// Files with more chapters than this are refused: each is a document of its own.
pub const MAX_CHAPTERS: usize = 1_000;
/// Where the service keeps pictures; the SHA-256 of the bytes follows. Only such pictures come in as pictures.
pub const PICTURES: &str = "/api/v1/blobs/";

/// Whether this may be the id of a block or a note: 16 lowercase hexadecimal digits.
pub fn is_id(text: &str) -> bool {
    text.len() == 16 && text.parse::<ParagraphId>().is_ok_and(|id| id.to_string() == text)
}

/// What a chapter may have that is made or replaced at once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ChapterLimits {
    /// Unicode characters.
    pub characters: usize,
    /// Paragraphs, headings and items among them.
    pub paragraphs: usize,
}

impl Default for ChapterLimits {
    /// What is within both is one change that a room takes (SYN3): about one operation for each character and ten for each
    /// paragraph. Chapters that people read are a fifth of this.
    fn default() -> Self {
        Self { characters: 60_000, paragraphs: 1_000 }
    }
}

/// Draws the id of a new paragraph.
pub type Ids<'a> = dyn FnMut() -> ParagraphId + 'a;

/// A file, read as chapters.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    /// In the order of the file; at least one.
    pub chapters: Vec<ImportedChapter>,
    /// What could not be kept as it was.
    pub report: Report,
}

/// One chapter of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportedChapter {
    /// The words of its first block.
    pub title: String,
    /// Its blocks; the first is a heading of level 1. Ids are distinct within the file.
    pub blocks: Vec<Block>,
}

/// Why a file was not read. Nothing was made of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// There are no words in it.
    #[error("the file is empty")]
    Empty,
    /// It has more than [`MAX_BYTES`].
    #[error("the file has {size_bytes} bytes; at most {MAX_BYTES} can be imported")]
    TooLarge {
        /// Its size.
        size_bytes: usize,
    },
    /// It is written in another encoding, or is no text at all.
    #[error("the file is not UTF-8 text: byte {offset} does not belong; save it as UTF-8")]
    NotUtf8 {
        /// The first byte that is wrong, counted from 0.
        offset: usize,
    },
    /// It has more than [`MAX_BLOCKS`] paragraphs.
    #[error("the file has more than {MAX_BLOCKS} paragraphs; split it")]
    TooManyBlocks,
    /// It has more than [`MAX_CHAPTERS`] chapters.
    #[error(
        "the file has {chapters} chapters; at most {MAX_CHAPTERS} can be imported: only level-1 headings open one"
    )]
    TooManyChapters {
        /// How many it has.
        chapters: usize,
    },
    /// One chapter has more than [`ChapterLimits`] allow.
    #[error(
        "the chapter “{title}” has {characters} characters in {paragraphs} paragraphs; a chapter may have \
         {most_characters} and {most_paragraphs}: open more chapters with level-1 headings"
    )]
    ChapterTooLong {
        /// How it begins, shortened.
        title: String,
        /// How many Unicode characters it has.
        characters: usize,
        /// How many paragraphs it has.
        paragraphs: usize,
        /// How many characters it may have.
        most_characters: usize,
        /// How many paragraphs it may have.
        most_paragraphs: usize,
    },
    /// The Markdown parser gave up.
    #[error("the file could not be read as Markdown")]
    Unreadable,
}

/// Reads a file as chapters. `title` names what stands before the first level-1 heading, and the whole of a file
/// without one. Blocks ending in `{#p-ID}` keep that id.
pub fn chapters(file: &[u8], title: &str, ids: &mut Ids<'_>) -> Result<Imported, ImportError> {
    let (blocks, report) = blocks(file, ids)?;
    let opens = |block: &Block| block.kind == BlockKind::Heading { level: 1 };
    let mut chapters: Vec<ImportedChapter> = Vec::new();
    for block in blocks {
        if chapters.is_empty() && !opens(&block) {
            let heading = Block::new(ids(), BlockKind::Heading { level: 1 }, vec![Run::plain(title)]);
            chapters.push(ImportedChapter { title: title.to_string(), blocks: vec![heading] });
        }
        match chapters.last_mut() {
            Some(chapter) if !opens(&block) => chapter.blocks.push(block),
            _ => chapters.push(ImportedChapter { title: block.words(), blocks: vec![block] }),
        }
    }
    if chapters.len() > MAX_CHAPTERS {
        return Err(ImportError::TooManyChapters { chapters: chapters.len() });
    }
    Ok(Imported { chapters, report })
}

/// Whether these blocks can be one text, before any work is put into making it.
pub fn check_chapter(blocks: &[Block], limits: ChapterLimits) -> Result<(), ImportError> {
    const SHOWN: usize = 60;
    let characters = characters(blocks);
    let (most_characters, most_paragraphs) = (limits.characters, limits.paragraphs);
    if characters <= most_characters && blocks.len() <= most_paragraphs {
        return Ok(());
    }
    let title = blocks.first().map(Block::words).unwrap_or_default().chars().take(SHOWN).collect();
    let paragraphs = blocks.len();
    Err(ImportError::ChapterTooLong { title, characters, paragraphs, most_characters, most_paragraphs })
}

/// How many Unicode characters these blocks have together.
pub fn characters(blocks: &[Block]) -> usize {
    blocks.iter().flat_map(|block| &block.runs).map(|run| run.text.chars().count()).sum()
}

/// Reads a file as the blocks of one text, headings of all levels where they stand.
pub fn blocks(file: &[u8], ids: &mut Ids<'_>) -> Result<(Vec<Block>, Report), ImportError> {
    if file.len() > MAX_BYTES {
        return Err(ImportError::TooLarge { size_bytes: file.len() });
    }
    let source =
        std::str::from_utf8(file).map_err(|wrong| ImportError::NotUtf8 { offset: wrong.valid_up_to() })?;
    if let Some(offset) = source.find('\0') {
        return Err(ImportError::NotUtf8 { offset });
    }
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    // The parser is not ours, and the file is anybody's.
    let read = catch_unwind(AssertUnwindSafe(|| reader::read(source, ids)));
    let (blocks, report) = read.unwrap_or(Err(ImportError::Unreadable))?;
    if blocks.is_empty() { Err(ImportError::Empty) } else { Ok((blocks, report)) }
}
