//! The words of one side of a comparison.

use crdt::document::Block;
use crdt::history::comparison::ChapterSide;
use crdt::history::milestone::Milestone;
use crdt::ids::{ChangeHash, ChapterId, SeatId, TextId};
use crdt::moment::Moment;

use crate::app::App;
use crate::app::papers::aside;
use crate::app::refusal::Refusal;
use crate::people::paper::Paper;

/// A chapter as it stood at some heads of its text.
#[derive(Clone, Debug)]
pub struct Side {
    /// Which chapter.
    pub chapter: ChapterId,
    /// Its number then.
    pub number: String,
    /// Its text.
    pub text: TextId,
    /// The heads.
    pub heads: Vec<ChangeHash>,
    /// The blocks.
    pub blocks: Vec<Block>,
}

impl Side {
    pub(super) fn chapter_side(&self) -> ChapterSide<'_> {
        ChapterSide { chapter: self.chapter, number: &self.number, blocks: &self.blocks }
    }
}

impl App {
    /// The chapters of a paper as they are.
    pub(super) async fn side_now(&self, paper: &Paper, language: &str) -> Result<Vec<Side>, Refusal> {
        let mut sides = Vec::new();
        for (chapter, text) in paper.texts_in(language) {
            let document = self.live.text(text).await?;
            let heads = document.heads();
            let blocks = aside(move || Ok(document.blocks())).await?;
            sides.push(Side { chapter: chapter.id, number: chapter.number.clone(), text, heads, blocks });
        }
        Ok(sides)
    }

    /// The chapters of a sealed draft.
    pub(super) async fn side_sealed(
        &self,
        milestone: &Milestone,
        language: &str,
    ) -> Result<Vec<Side>, Refusal> {
        let mut sides = Vec::new();
        for sealed in milestone.texts.iter().filter(|sealed| sealed.language == language) {
            sides.push(Side {
                chapter: sealed.chapter,
                number: sealed.number.clone(),
                text: sealed.text,
                heads: sealed.heads.clone(),
                blocks: self.sealed_blocks(sealed).await?,
            });
        }
        Ok(sides)
    }

    /// HIS27: the chapters as a seat last saw them, and when that was; `None` if it has seen nothing in this language. A chapter that it
    /// has not seen is not among them.
    pub(super) async fn side_seen(
        &self,
        paper: &Paper,
        seat: SeatId,
        language: &str,
    ) -> Result<Option<(Moment, Vec<Side>)>, Refusal> {
        let Some(look) = self.look(paper.id, seat).await? else { return Ok(None) };
        let (mut sides, mut last) = (Vec::new(), None);
        for (chapter, text) in paper.texts_in(language) {
            let Some(seen) = look.texts.get(&text) else { continue };
            last = last.max(Some(seen.at));
            let now = self.live.text(text).await?;
            let heads = seen.heads.clone();
            let lost = move || Refusal::Fault(format!("text {text} has lost what a seat has seen"));
            let blocks = aside(move || Ok(now.then(&heads).ok_or_else(lost)?.blocks())).await?;
            let heads = seen.heads.clone();
            sides.push(Side { chapter: chapter.id, number: chapter.number.clone(), text, heads, blocks });
        }
        Ok(last.map(|at| (at, sides)))
    }
}
