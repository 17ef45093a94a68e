//! What a sealing would find: the languages that have words, the symbol that comes next, and all that stands in the way.

use std::collections::BTreeSet;

use crdt::document::{Block, BlockKind};
use crdt::history::milestone::Milestone;
use crdt::history::{Digest, Symbol};
use crdt::ids::{ChapterId, PaperId, TextId};
use crdt::render::preflight::{Finding, Known, Looked, Severity, preflight};

use super::App;
use super::papers::aside;
use super::refusal::Refusal;
use crate::people::paper::Paper;

/// What a sealing of a paper would find now.
pub struct Outlook {
    /// The symbol that follows on the last one; `None` for a paper that has none yet.
    pub symbol: Option<Symbol>,
    /// Its languages, in the order of the paper.
    pub languages: Vec<LanguageOutlook>,
}

/// One language of it.
pub struct LanguageOutlook {
    /// Which.
    pub language: String,
    /// How many words it has.
    pub words: usize,
    /// How many chapters are there in it.
    pub chapters: usize,
    /// Are chapters drafted in it? Then no draft is without it.
    pub drafted: bool,
    /// What was found.
    pub findings: Vec<Located>,
}

/// A finding with the text its paragraph stands in.
pub struct Located {
    /// The finding.
    pub finding: Finding,
    /// The chapter.
    pub chapter: ChapterId,
    /// The language of the text the paragraph stands in: of one that nothing renders, the drafting language.
    pub language: String,
}

/// A chapter in one language, and in the one it is drafted in.
struct Read {
    chapter: ChapterId,
    number: String,
    blocks: Option<Vec<Block>>,
    drafted: Option<Vec<Block>>,
}

impl App {
    /// Looks over a paper as it is now, in all its languages or in one.
    pub async fn outlook(&self, paper: &Paper, wanted: Option<&str>) -> Result<Outlook, Refusal> {
        let mut languages = Vec::new();
        for language in paper.languages.iter().filter(|language| wanted.is_none_or(|one| one == *language)) {
            languages.push(self.look_over(paper, language).await?);
        }
        Ok(Outlook { symbol: self.next_symbol(paper.id).await?, languages })
    }

    async fn look_over(&self, paper: &Paper, language: &str) -> Result<LanguageOutlook, Refusal> {
        let (mut read, mut words) = (Vec::new(), 0);
        for chapter in &paper.chapters {
            let text = chapter.texts.get(language);
            let blocks = match text {
                Some(text) => Some(self.present_blocks(*text).await?),
                None => None,
            };
            if let Some(text) = text {
                words += self.text_state(*text).await?.summary.words;
            }
            let original = chapter.texts.get(&chapter.language).filter(|_| chapter.language != language);
            let drafted = match original {
                Some(text) => Some(self.present_blocks(*text).await?),
                None => None,
            };
            read.push(Read { chapter: chapter.id, number: chapter.number.clone(), blocks, drafted });
        }
        let blocks = read.iter().filter_map(|chapter| chapter.blocks.as_ref()).flatten();
        let known = self.known(paper.id, blocks).await?;
        let drafting = |id: ChapterId| paper.chapter(id).map(|chapter| chapter.language.clone());
        let chapters = read.iter().filter(|chapter| chapter.blocks.is_some()).count();
        let places: Vec<(ChapterId, String)> =
            read.iter().map(|chapter| (chapter.chapter, chapter.number.clone())).collect();
        let found = aside(move || {
            let looked: Vec<Looked<'_>> = read.iter().map(Read::looked).collect();
            Ok(preflight(&looked, &known))
        })
        .await?;
        let findings = found.into_iter().filter_map(|finding| {
            let chapter = places.iter().find(|(_, number)| *number == finding.chapter)?.0;
            let language = match finding.fault {
                crdt::render::preflight::Fault::Untranslated => drafting(chapter)?,
                _ => language.to_owned(),
            };
            Some(Located { finding, chapter, language })
        });
        Ok(LanguageOutlook {
            findings: findings.collect(),
            language: language.to_owned(),
            words,
            chapters,
            drafted: paper.chapters.iter().any(|chapter| chapter.language == language),
        })
    }

    /// HIS14: does something in a sealed draft stop its PDF in this language?
    pub async fn stops_pdf(
        &self,
        paper: PaperId,
        milestone: &Milestone,
        language: &str,
    ) -> Result<bool, Refusal> {
        let mut chapters = Vec::new();
        for text in milestone.texts.iter().filter(|text| text.language == language) {
            chapters.push((text.number.clone(), self.sealed_blocks(text).await?));
        }
        let known = self.known(paper, chapters.iter().flat_map(|(_, blocks)| blocks)).await?;
        aside(move || {
            let looked = chapters.iter().map(|(number, blocks)| Looked {
                number,
                blocks: Some(blocks),
                drafted: None,
            });
            let found = preflight(&looked.collect::<Vec<_>>(), &known);
            Ok(found.iter().any(|finding| finding.fault.severity() == Severity::Stops))
        })
        .await
    }

    async fn present_blocks(&self, text: TextId) -> Result<Vec<Block>, Refusal> {
        let document = self.live.text(text).await?;
        aside(move || Ok(document.blocks())).await
    }

    /// The sources of a paper, and which of the pictures among these blocks are its own.
    pub(super) async fn known(
        &self,
        paper: PaperId,
        blocks: impl Iterator<Item = &Block>,
    ) -> Result<Known, Refusal> {
        let wanted: BTreeSet<&str> = blocks
            .filter_map(|block| match &block.kind {
                BlockKind::Image(image) => Some(image.blob.as_str()),
                _ => None,
            })
            .collect();
        let mut images = BTreeSet::new();
        for blob in wanted {
            let Ok(digest) = blob.parse::<Digest>() else { continue };
            if self.image(paper, digest).await?.is_some() {
                images.insert(blob.to_owned());
            }
        }
        let sources = self.sources(paper).await?;
        let sources = sources.iter().map(|kept| kept.source.id.to_string()).collect();
        Ok(Known { images, sources: Some(sources) })
    }
}

impl Read {
    fn looked(&self) -> Looked<'_> {
        Looked { number: &self.number, blocks: self.blocks.as_deref(), drafted: self.drafted.as_deref() }
    }
}
