//! Words by their digests: what a sealed draft holds, what stands in the paper now, and where a paragraph is in a draft.
//!
//! Positions and silence are bound to words of the language that a chapter is drafted in. Its renderings follow, so a mended
//! translation asks nobody to say anything again.

use std::collections::{BTreeMap, BTreeSet};

use crdt::document::Block;
use crdt::history::digest::{self, Digest};
use crdt::history::milestone::{Milestone, SealedText};
use crdt::ids::{ParagraphId, TextId};
use crdt::review::disposition::Place;
use crdt::review::position::BoundWords;

use super::App;
use super::papers::aside;
use super::refusal::Refusal;
use crate::live::LiveError;
use crate::people::paper::Paper;

/// The digests of words at one time. What is not in it is not there.
#[derive(Default)]
pub struct Digests {
    texts: BTreeMap<TextId, Digest>,
    paragraphs: BTreeMap<(TextId, ParagraphId), Digest>,
}

impl Digests {
    /// The digest of this piece, `None` if it is gone.
    pub fn of(&self, words: &BoundWords) -> Option<Digest> {
        match words.paragraph {
            None => self.texts.get(&words.text).copied(),
            Some(paragraph) => self.paragraphs.get(&(words.text, paragraph)).copied(),
        }
    }

    fn note(&mut self, text: TextId, digest: Digest, blocks: &[Block], wanted: &BTreeSet<ParagraphId>) {
        self.texts.insert(text, digest);
        let found = blocks.iter().filter(|block| wanted.contains(&block.id));
        self.paragraphs.extend(found.map(|block| ((text, block.id), digest::of_block(block))));
    }
}

/// A paragraph of a sealed draft, in the language it is drafted in.
pub struct SealedParagraph {
    /// Where it stands.
    pub place: Place,
    /// The paragraph.
    pub block: Block,
    /// Its number in that draft, if it has one.
    pub number: Option<usize>,
}

/// Is this text drafted, rather than rendering another? One of a chapter that the paper no longer has counts as drafted.
pub fn is_drafted(paper: &Paper, text: &SealedText) -> bool {
    paper.chapter(text.chapter).is_none_or(|chapter| chapter.language == text.language)
}

impl App {
    /// The digests of the wanted words in a sealed draft, or as they stand now. A text that cannot be read is not in them.
    pub async fn digests(
        &self,
        draft: Option<&Milestone>,
        wanted: impl Iterator<Item = BoundWords>,
    ) -> Result<Digests, Refusal> {
        let mut texts: BTreeMap<TextId, BTreeSet<ParagraphId>> = BTreeMap::new();
        for words in wanted {
            texts.entry(words.text).or_default().extend(words.paragraph);
        }
        let mut found = Digests::default();
        for (text, paragraphs) in texts {
            match draft {
                None => self.note_present(&mut found, text, paragraphs).await?,
                Some(draft) => {
                    let Some(sealed) = draft.texts.iter().find(|sealed| sealed.text == text) else {
                        continue;
                    };
                    let blocks = match paragraphs.is_empty() {
                        true => Vec::new(),
                        false => self.sealed_blocks(sealed).await?,
                    };
                    found.note(text, sealed.digest, &blocks, &paragraphs);
                }
            }
        }
        Ok(found)
    }

    async fn note_present(
        &self,
        found: &mut Digests,
        text: TextId,
        paragraphs: BTreeSet<ParagraphId>,
    ) -> Result<(), Refusal> {
        if self.directory.register().text(text).is_none() {
            return Ok(());
        }
        let document = match self.live.text(text).await {
            Ok(document) => document,
            Err(LiveError::Unreadable { .. }) => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        let now = aside(move || {
            let (mut now, blocks) = (Digests::default(), document.blocks());
            now.note(text, digest::of_text(&blocks), &blocks, &paragraphs);
            Ok(now)
        })
        .await?;
        found.texts.extend(now.texts);
        found.paragraphs.extend(now.paragraphs);
        Ok(())
    }

    /// The paragraph at `place` in a sealed draft; when that is a rendering, the drafted one that it renders. `None` if the
    /// draft has no such paragraph.
    pub async fn sealed_paragraph(
        &self,
        paper: &Paper,
        draft: &Milestone,
        place: Place,
    ) -> Result<Option<SealedParagraph>, Refusal> {
        let Some(sealed) = draft.texts.iter().find(|text| text.text == place.text) else { return Ok(None) };
        let mut wanted = place.paragraph;
        if !is_drafted(paper, sealed) {
            let blocks = self.sealed_blocks(sealed).await?;
            let rendered =
                blocks.into_iter().find(|block| block.id == wanted).and_then(|block| block.renders);
            let Some(rendered) = rendered else { return Ok(None) };
            wanted = rendered.paragraph;
        }
        let mut next = 1;
        for text in draft.texts.iter().filter(|text| is_drafted(paper, text)) {
            for block in self.sealed_blocks(text).await? {
                let number = block.is_numbered().then_some(next);
                next += usize::from(number.is_some());
                if text.chapter == sealed.chapter && block.id == wanted {
                    let place = Place { text: text.text, paragraph: wanted };
                    return Ok(Some(SealedParagraph { place, block, number }));
                }
            }
        }
        Ok(None)
    }
}
