//! A document, laid out as chapters before anything is made of it.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use crdt::document::import::{self, ChapterLimits};
use crdt::document::{Block, BlockKind};
use crdt::ids::to_hex;
use sha2::{Digest, Sha256};

use super::{ChapterOutlook, Outlook};
use crate::app::images::Picture;
use crate::app::papers::random_paragraph_id;
use crate::app::refusal::Refusal;
use crate::export::tables::clean;
use crate::export::word::{self, Document, Placed};

/// What a chapter and a picture may be.
#[derive(Clone, Copy)]
pub(super) struct Most {
    pub(super) chapter: ChapterLimits,
    pub(super) image_bytes: usize,
    pub(super) image_pixels: u64,
}

/// A document and the chapters that it becomes.
pub(super) struct Plan {
    /// By the SHA-256 of their bytes, as the text names them.
    pub(super) pictures: BTreeMap<String, Picture>,
    pub(super) document: Document,
    pub(super) chapters: Vec<Planned>,
}

/// A chapter that a document becomes.
pub(super) struct Planned {
    title: String,
    /// Its text as it was before anybody changed it.
    pub(super) blocks: Vec<Block>,
    /// Whose changes would make of it what, for each author who changed something.
    pub(super) proposals: Vec<(usize, Vec<Block>)>,
    /// Where its comments stand.
    pub(super) placed: Vec<Placed>,
}

/// Reads a file and lays it out.
pub(super) fn plan(file: &[u8], title: &str, most: Most) -> Result<Plan, Refusal> {
    let limits = most.chapter;
    let mut pictures = BTreeMap::new();
    let mut keep = |bytes: &Bytes| {
        let fits = bytes.len() <= most.image_bytes;
        let picture = fits.then(|| Picture::read(bytes.clone(), most.image_pixels).ok()).flatten()?;
        let sha256 = to_hex(&Sha256::digest(bytes));
        pictures.insert(sha256.clone(), picture);
        Some(sha256)
    };
    let mut document = word::read(file, &mut random_paragraph_id, &mut keep)?;
    let chapters = document.chapters(title, &mut random_paragraph_id);
    if chapters.len() > import::MAX_CHAPTERS {
        return Err(import::ImportError::TooManyChapters { chapters: chapters.len() }.into());
    }
    let mut planned = Vec::new();
    for chapter in chapters {
        let blocks = document.blocks(&chapter, None);
        import::check_chapter(&blocks, limits)?;
        let mut proposals = Vec::new();
        for author in (0..document.authors.len()).filter(|author| document.changes(&chapter, *author)) {
            let changed = document.blocks(&chapter, Some(author));
            import::check_chapter(&changed, limits)?;
            if changed != blocks {
                proposals.push((author, changed));
            }
        }
        let mut placed = document.placed(&chapter, &blocks);
        placed.retain(|said| !said.range.is_empty());
        planned.push(Planned { title: chapter.title, blocks, proposals, placed });
    }
    let placed = planned.iter().flat_map(|chapter| &chapter.placed);
    document.tells_of_other_comments(&placed.map(|placed| placed.comment.as_str()).collect());
    if planned.iter().all(|chapter| chapter.blocks.len() == 1 && chapter.proposals.is_empty())
        && document.paragraphs.is_empty()
    {
        return Err(import::ImportError::Empty.into());
    }
    Ok(Plan { pictures, document, chapters: planned })
}

impl Planned {
    fn paragraphs(&self) -> usize {
        let is_other = |block: &&Block| matches!(block.kind, BlockKind::TableCell(_) | BlockKind::Image(_));
        self.blocks.len() - self.blocks.iter().filter(is_other).count()
    }

    fn pictures(&self) -> usize {
        self.blocks.iter().filter(|block| matches!(block.kind, BlockKind::Image(_))).count()
    }

    fn tables(&self) -> usize {
        let cells = self.blocks.iter().filter_map(|block| match &block.kind {
            BlockKind::TableCell(cell) => Some(&cell.table),
            _ => None,
        });
        cells.collect::<BTreeSet<_>>().len()
    }

    fn notes(&self) -> usize {
        let marks = self.blocks.iter().flat_map(|block| &block.runs).flat_map(|run| run.marks.0.keys());
        marks.filter(|mark| mark.starts_with("footnote:")).collect::<BTreeSet<_>>().len()
    }
}

impl Plan {
    pub(super) fn outlook(&self) -> Outlook {
        let chapters = self.chapters.iter().map(|planned| ChapterOutlook {
            title: planned.title.clone(),
            paragraphs: planned.paragraphs(),
            tables: planned.tables(),
            notes: planned.notes(),
            pictures: planned.pictures(),
            proposals: planned
                .proposals
                .iter()
                .map(|(author, _)| clean(&self.document.authors[*author]).into_owned())
                .collect(),
            comments: planned.placed.len(),
        });
        Outlook { chapters: chapters.collect(), report: self.document.report.clone() }
    }
}
