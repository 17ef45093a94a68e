//! HIS33, HIS34: an earlier state of a text comes back, as an edit like any other.

use std::collections::BTreeSet;

use bytes::Bytes;
use crdt::document::diff::Source;
use crdt::document::{Block, Text};
use crdt::history::restoring::{crosses, restored};
use crdt::history::timeline::{Position, heads_at};
use crdt::ids::{ChangeHash, ParagraphId, SeatId, TextId};
use crdt::moment::Moment;
use serde_json::json;

use super::Act;
use crate::app::App;
use crate::app::audit::{self, By};
use crate::app::comparing::sides::Side;
use crate::app::comparing::{Compared, Point};
use crate::app::papers::aside;
use crate::app::refusal::Refusal;
use crate::people::paper::{Paper, TextPlace};

/// What is to come back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wish {
    /// The state after this change of the log.
    pub upto: Position,
    /// Only this paragraph of it, or the table that it is a cell of.
    pub paragraph: Option<ParagraphId>,
}

/// What restoring would change.
#[derive(Debug)]
pub struct Preview {
    /// From the text as it is to the text as it would be.
    pub compared: Compared,
    /// The heads of the text as it is: whoever restores confirms what was seen at these.
    pub heads: Vec<ChangeHash>,
    /// The number of its first numbered paragraph.
    pub first_number: usize,
}

/// What was found for a wish.
struct Aim {
    then: Vec<Block>,
    of: Moment,
    open: BTreeSet<String>,
}

impl Aim {
    fn blocks(&self, now: &[Block], wish: Wish) -> Result<Vec<Block>, Refusal> {
        let rule = || Refusal::field("paragraph", "is one that stood in the text at that moment");
        restored(now, &self.then, wish.paragraph, &self.open).ok_or_else(rule)
    }
}

impl App {
    /// HIS33: what would change if this came back.
    pub async fn restoration(
        &self,
        (paper, place): (&Paper, &TextPlace),
        text: TextId,
        seat: SeatId,
        wish: Wish,
    ) -> Result<Preview, Refusal> {
        let document = self.live.text(text).await?;
        let aim = self.aim(paper, text, wish).await?;
        let chapter = paper.chapters.iter().find(|chapter| chapter.id == place.chapter);
        let number = chapter.ok_or(Refusal::NotFound)?.number.clone();
        let heads = document.heads();
        let (now, then, of) = aside(move || {
            let now = document.blocks();
            let then = aim.blocks(&now, wish)?;
            Ok((now, then, aim.of))
        })
        .await?;
        let side =
            |blocks, heads| Side { chapter: place.chapter, number: number.clone(), text, heads, blocks };
        let from = (Point::Now(self.clock.now()), vec![side(now, heads.clone())]);
        // The text was never so: it has no heads, and nobody is credited.
        let to = (Point::Then(of), vec![side(then, Vec::new())]);
        let compared = self.compared(paper, seat, place.language.clone(), from, to).await?;
        let first_number = self.first_number(paper, &place.language, text).await?;
        Ok(Preview { compared, heads, first_number })
    }

    /// HIS33: bring it back, as it was shown at the heads `base`. What others wrote since stays, unless it is in the same paragraphs:
    /// then it is to be looked at again. Answers with the heads of the text now.
    pub async fn restore(
        &self,
        paper: &Paper,
        text: TextId,
        seat: SeatId,
        wish: Wish,
        mut base: Vec<ChangeHash>,
    ) -> Result<Vec<ChangeHash>, Refusal> {
        let _large = self.large.acquire().await.map_err(|_| Refusal::Stopping)?;
        let _words = self.rewording.alone(&text.to_string()).await;
        self.must_write(seat, text)?;
        let document = self.live.text(text).await?;
        let aim = self.aim(paper, text, wish).await?;
        let (of, writer) = (aim.of, self.writer(seat));
        base.sort_unstable();
        let change = aside(move || {
            let moved_on = || Refusal::TextMovedOn { heads: document.heads() };
            let is_now = base == document.heads();
            if base.is_empty() || !document.knows(&base) {
                return Err(moved_on());
            }
            let mut based =
                if is_now { Text::clone(&document) } else { document.at(&base).ok_or_else(moved_on)? };
            let before = based.blocks();
            let blocks = aim.blocks(&before, wish)?;
            if !is_now && crosses(&before, &blocks, &document.blocks()) {
                return Err(moved_on());
            }
            let edited = based.become_blocks(&writer, &blocks, Source::Whole);
            Ok(edited.map_err(|error| Refusal::ChangeRefused(error.to_string()))?.change.map(Bytes::from))
        })
        .await?;
        if let Some(change) = change {
            // The work above takes its time; a lock or a lost pen counts from the moment in which it was made.
            self.must_write(seat, text)?;
            let Wish { upto, paragraph } = wish;
            let note = Act::Restored { upto, of, paragraph }.note(text, &change)?;
            let about = json!({ "text": text, "upto": upto, "of": of, "paragraph": paragraph });
            let audit = audit::entry(self.clock.now(), "text_restored", By::Seat(seat), about);
            self.live.submit_with(text, vec![(seat, change)], vec![note, audit]).await?;
            self.forget_text(text);
        }
        Ok(self.live.text(text).await?.heads())
    }

    async fn aim(&self, paper: &Paper, text: TextId, wish: Wish) -> Result<Aim, Refusal> {
        let entries = self.logs.of_text(&*self.store, text).await?;
        let last = usize::try_from(wish.upto).ok().and_then(|upto| entries.get(upto.checked_sub(1)?));
        let of = last.ok_or(Refusal::NotFound)?.received;
        let heads = heads_at(&entries, wish.upto);
        let brackets = self.brackets_by_id(paper).await?;
        let is_open = |bracket: &crdt::review::bracket::Bracket| {
            bracket.outcome.is_none() && bracket.place.text == text
        };
        let open =
            brackets.iter().filter(|(_, bracket)| is_open(bracket)).map(|(id, _)| id.clone()).collect();
        let then = self.blocks_then(text, heads).await?;
        Ok(Aim { then, of, open })
    }
}
