//! Texts as a whole: read at their place in the paper, and replaced by new content as minimal edits.

use std::sync::Arc;

use bytes::Bytes;
use crdt::document::diff::{BlockEdit, Source};
use crdt::document::{Block, Text, import};
use crdt::ids::{ChangeHash, SeatId, TextId};

use super::App;
use super::history::Act;
use super::papers::{aside, random_paragraph_id};
use super::refusal::Refusal;
use crate::people::paper::{Paper, TextPlace};

/// What came of new content.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Replaced {
    /// The heads of the text now.
    pub heads: Vec<ChangeHash>,
    /// How many blocks were changed, added or taken away.
    pub changed_blocks: usize,
}

impl App {
    /// A text that some paper has; [`Refusal::NotFound`] for any other.
    pub async fn text(&self, id: TextId) -> Result<(TextPlace, Arc<Text>), Refusal> {
        let place = self.directory.register().text(id).cloned().ok_or(Refusal::NotFound)?;
        Ok((place, self.live.text(id).await?))
    }

    /// The number that the first numbered paragraph of a text has in its paper: numbers run through all chapters.
    pub async fn first_number(&self, paper: &Paper, language: &str, id: TextId) -> Result<usize, Refusal> {
        let mut number = 1;
        for (_, text) in paper.texts_in(language) {
            if text == id {
                break;
            }
            number += self.text_state(text).await?.summary.numbered;
        }
        Ok(number)
    }

    /// Make a text read like `markdown`, which was written by somebody who had it at the heads `base`: only what differs
    /// from that is changed, and merges with what others changed since.
    pub async fn replace_text(
        &self,
        id: TextId,
        seat: SeatId,
        base: Vec<ChangeHash>,
        markdown: String,
    ) -> Result<Replaced, Refusal> {
        let _large = self.large.acquire().await.map_err(|_| Refusal::Stopping)?;
        let (_, text) = self.text(id).await?;
        let writer = self.writer(seat);
        let limits = self.settings.limits.chapter();
        let (change, changed_blocks) = aside(move || {
            let moved_on = || Refusal::TextMovedOn { heads: text.heads() };
            if base.is_empty() || !text.knows(&base) {
                return Err(moved_on());
            }
            let (blocks, _) = import::blocks(markdown.as_bytes(), &mut random_paragraph_id)?;
            let mut based = if base == text.heads() {
                Text::clone(&text)
            } else {
                text.at(&base).ok_or_else(moved_on)?
            };
            let before = based.blocks();
            // A text that grew long under people's hands can still be mended, or made shorter.
            if blocks.len() > before.len() || import::characters(&blocks) > import::characters(&before) {
                import::check_chapter(&blocks, limits)?;
            }
            let edited = based
                .become_blocks(&writer, &blocks, Source::Markdown)
                .map_err(|error| Refusal::ChangeRefused(error.to_string()))?;
            let differs = |edit: &&BlockEdit| match edit {
                BlockEdit::Keep { old, new, .. } => !same(&before[*old], &edited.value.result[*new]),
                BlockEdit::Insert { .. } | BlockEdit::Delete { .. } => true,
            };
            Ok((edited.change, edited.value.edits.iter().filter(differs).count()))
        })
        .await?;
        if let Some(change) = change {
            // The work above takes its time; a lock or a lost pen counts from the moment in which it was made.
            self.must_write(seat, id)?;
            let change = Bytes::from(change);
            let note = Act::Replaced.note(id, &change)?;
            self.live.submit_with(id, vec![(seat, change)], vec![note]).await?;
            self.forget_text(id);
        }
        Ok(Replaced { heads: self.live.text(id).await?.heads(), changed_blocks })
    }
}

fn same(one: &Block, other: &Block) -> bool {
    one.kind == other.kind && one.runs == other.runs
}
