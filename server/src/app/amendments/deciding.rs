//! Taken up, copied, decided.
//!
//! What is accepted enters the text through its room, like everybody's words, so that it shows in every open editor; and its
//! decision is written in the very same commit ([`Live::submit_with`](crate::live::Live::submit_with)). A crash leaves both or
//! neither. Should a change have come in before, it is passed over by its hash, and the decision is written alone.
//!
//! Between looking whether the text was touched and the commit somebody may type; then both merge, as if the decision had come a
//! moment earlier.

use std::sync::Arc;

use bytes::Bytes;
use crdt::document::Text;
use crdt::document::branch::{Touch, TouchState};
use crdt::ids::{AmendmentId, ParagraphId, SeatId, TextId};
use crdt::review::amendment::{Amendment, AmendmentError, Branch, Hand, Verdict};
use crdt::review::disposition::{Outcome, Place};
use serde_json::Value;
use uuid::Uuid;

use super::kept::{Kept, put};
use super::submission::{Squashed, squashed, with_change};
use crate::app::App;
use crate::app::papers::aside;
use crate::app::refusal::Refusal;
use crate::live::branch::Prepared;
use crate::store::Expect;

/// An answer to an amendment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    /// What becomes of it.
    pub outcome: Outcome,
    /// Why.
    pub words: String,
}

/// What would enter a text.
struct Entering {
    /// The changes, each with the seat that is its author.
    changes: Vec<(SeatId, Bytes)>,
    /// Their names.
    hashes: Vec<crdt::ids::ChangeHash>,
    /// How the text stands to them now.
    touch: Touch,
    /// Where the resulting words will stand.
    result: Option<Place>,
}

impl App {
    /// REV41: the copy on which the component of `seat` writes the newest revision in other words, opened if there is none, and
    /// brought up to date with the text.
    pub async fn copy_amendment(
        &self,
        id: AmendmentId,
        seat: SeatId,
        expected: Option<u64>,
    ) -> Result<Kept, Refusal> {
        let _turn = self.settling.alone(&id.to_string()).await;
        let (kept, hand) = self.found(id, seat, expected).await?;
        let amendment = kept.amendment.clone();
        amendment.may_be_decided_by(&hand)?;
        if let Some(copy) = amendment.copy_of(hand.component) {
            let text = copy.branch.text;
            let (heads, lacking) = self.live.lacking(amendment.text, text).await?;
            let next = amendment.copy_takes_in(&hand, heads)?;
            if next == *amendment {
                return Ok(kept);
            }
            return self.take_in(text, lacking, (&kept, next), seat).await;
        }
        let text = TextId(Uuid::new_v4());
        let (by, change) = self.newest(&amendment).await?;
        let Prepared { text: base, ops } = self.live.branch(amendment.text, text, vec![(by, change)]).await?;
        let next = amendment.copy(&hand, text, base.heads())?;
        let mut all = ops;
        // First of the records, so that its version is the first in the answer.
        all.push(put(&next, Expect::Version(kept.version)));
        all.push(self.noted("amendment_copied", seat, &next));
        let done = self.store.commit(all).await?;
        Ok(self.changed(Some(&amendment), next, done.versions.first().copied().unwrap_or(kept.version + 1)))
    }

    /// REV39–REV41: decide.
    pub async fn decide_amendment(
        &self,
        (id, seat): (AmendmentId, SeatId),
        expected: Option<u64>,
        answer: Answer,
    ) -> Result<Kept, Refusal> {
        let _turn = self.settling.alone(&id.to_string()).await;
        let (kept, hand) = self.found(id, seat, expected).await?;
        let amendment = kept.amendment.clone();
        amendment.may_be_decided_by(&hand)?;
        let Answer { outcome, words } = answer;
        // Of two that are accepted at once on the same words, the second finds them changed.
        let _words = self.rewording.alone(&amendment.text.to_string()).await;
        let entering = match outcome {
            Outcome::Accepted => Some(self.as_proposed(&amendment).await?),
            Outcome::Modified | Outcome::Partly => Some(self.as_modified(&amendment, &hand).await?),
            _ => None,
        };
        let (touch, hashes, result) = entering.as_ref().map_or_else(Default::default, |entering| {
            (entering.touch.clone(), entering.hashes.clone(), entering.result)
        });
        let next = amendment.decide(&hand, Verdict { outcome, words, touch, changes: hashes, result })?;
        let next = next.following(&kept.amendment);
        let (mut with, notices) = self.news_of(seat, &amendment, &next);
        with.push(self.noted("amendment_decided", seat, &next));
        let Some(Entering { changes, .. }) = entering else {
            with.insert(0, put(&next, Expect::Version(kept.version)));
            let done = self.store.commit(with).await?;
            self.notices_told(&notices);
            let version = done.versions.first().copied().unwrap_or(kept.version + 1);
            return Ok(self.changed(Some(&amendment), next, version));
        };
        // Nobody else writes this record: the turn is held. And others' words must not fail with it.
        with.insert(0, put(&next, Expect::Any));
        self.live.submit_with(amendment.text, changes, with).await?;
        self.notices_told(&notices);
        self.forget_text(amendment.text);
        Ok(self.changed(Some(&amendment), next, kept.version + 1))
    }

    /// The newest revision's change, and the seat that is its author.
    async fn newest(&self, amendment: &Amendment) -> Result<(SeatId, Bytes), Refusal> {
        let revision = amendment.revision().ok_or(Refusal::NotFound)?;
        let change = self.part(amendment, revision.number).await?.change()?;
        Ok((revision.stamp.by, change))
    }

    /// The newest revision as it stands.
    async fn as_proposed(&self, amendment: &Amendment) -> Result<Entering, Refusal> {
        let revision = amendment.revision().ok_or(Refusal::NotFound)?;
        let part = self.part(amendment, revision.number).await?;
        let change = part.change()?;
        let now = self.live.text(amendment.text).await?;
        let footprint = amendment.footprint.clone();
        let touching = now.clone();
        let touch = aside(move || Ok(footprint.touch(&touching))).await?;
        let result = place_of(amendment.text, now, vec![change.clone()], part.redline).await?;
        let changes = vec![(revision.stamp.by, change)];
        Ok(Entering { changes, hashes: vec![revision.change], touch, result })
    }

    /// The newest revision with what was written on the copy of the decider's component: what remains of the proposal is its
    /// component's, what is other is the decider's.
    async fn as_modified(&self, amendment: &Amendment, hand: &Hand) -> Result<Entering, Refusal> {
        let copy = amendment.copy_of(hand.component).ok_or(AmendmentError::NoCopy)?;
        let Branch { text, base_heads, .. } = copy.branch.clone();
        let revision = amendment.revision().ok_or(Refusal::NotFound)?;
        let (by, proposed) = self.newest(amendment).await?;
        let now = self.live.text(amendment.text).await?;
        let base = self.text_at(amendment.text, &base_heads).await?;
        let written = self.live.text(text).await?;
        let with_proposal = with_change(base.clone(), proposed.clone()).await?;
        let (mut changes, mut hashes) = (vec![(by, proposed.clone())], vec![revision.change]);
        let own = squashed(with_proposal, written.clone(), self.writer(hand.seat)).await?;
        if own.is_none() && self.as_proposed(amendment).await?.touch.state() == TouchState::Overtaken {
            // Nothing of what it is about is left, and nobody wrote where its words should go.
            return Err(AmendmentError::NoCopy.into());
        }
        if let Some(Squashed { squash, .. }) = own {
            self.live.fits(&squash.change).map_err(|refusal| Refusal::ChangeRefused(refusal.to_string()))?;
            hashes.push(squash.hash);
            changes.push((hand.seat, squash.change.into()));
        }
        // What both come to together is what the text must not have been touched at.
        let whole =
            squashed(base, written, self.writer(hand.seat)).await?.ok_or(AmendmentError::Unchanged)?;
        let (footprint, touching) = (whole.squash.footprint, now.clone());
        let touch = aside(move || Ok(footprint.touch(&touching))).await?;
        let raws = changes.iter().map(|(_, raw)| raw.clone()).collect();
        let result = place_of(amendment.text, now, raws, whole.redline).await?;
        Ok(Entering { changes, hashes, touch, result })
    }
}

/// Where the words of these changes will stand: the first paragraph of the redline that the text has with them.
async fn place_of(
    text: TextId,
    now: Arc<Text>,
    changes: Vec<Bytes>,
    redline: Vec<Value>,
) -> Result<Option<Place>, Refusal> {
    aside(move || {
        let mut then = Text::clone(&now);
        then.apply(changes.iter().map(|raw| &raw[..]))
            .map_err(|error| Refusal::ChangeRefused(error.to_string()))?;
        let blocks = then.blocks();
        let paragraphs = redline.iter().flat_map(|red| {
            [&red["id"], &red["after"]].map(|id| id.as_str().and_then(|id| id.parse::<ParagraphId>().ok()))
        });
        let standing = paragraphs.flatten().find(|id| blocks.iter().any(|block| block.id == *id));
        Ok(standing.map(|paragraph| Place { text, paragraph }))
    })
    .await
}
