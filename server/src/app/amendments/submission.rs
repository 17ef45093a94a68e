//! A branch is squashed and submitted, and what was submitted is taken back or admitted.

use std::sync::Arc;

use bytes::Bytes;
use crdt::document::branch::{self, Squash, SquashError};
use crdt::document::redline::{RedBlock, redline};
use crdt::document::{Block, Text, Writer};
use crdt::history::digest;
use crdt::ids::{AmendmentId, ChangeHash, PersonId, RoundId, SeatId, TextId};
use crdt::review::amendment::{Amendment, AmendmentError, NewRevision};
use crdt::review::round::Ask;
use serde_json::Value;

use super::kept::{Kept, Part, put, put_part};
use crate::app::App;
use crate::app::papers::aside;
use crate::app::refusal::Refusal;
use crate::app::rounds::Sending;
use crate::people::directory::Register;
use crate::store::Expect;

/// What is said when something is submitted; `None` where the draft says it already.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// What it is about, in a line.
    pub title: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// The round that it answers.
    pub round: Option<RoundId>,
}

impl App {
    /// REV36: submit a draft, or a new revision of what was submitted.
    pub async fn submit_amendment(
        &self,
        (id, seat): (AmendmentId, SeatId),
        expected: Option<u64>,
        said: Said,
    ) -> Result<Kept, Refusal> {
        let received = self.clock.now();
        let _turn = self.settling.alone(&id.to_string()).await;
        let (kept, hand) = self.found(id, seat, expected).await?;
        let described = kept.amendment.describe(&hand, said.title.as_deref(), said.reason.as_deref())?;
        let base = self.text_at(described.text, &described.branch.base_heads).await?;
        let branch = self.live.text(described.branch.text).await?;
        let squashed = squashed(base.clone(), branch, self.writer(seat)).await?;
        let Squashed { squash, digest, redline } = squashed.ok_or(AmendmentError::Unchanged)?;
        self.live.fits(&squash.change).map_err(|refusal| Refusal::ChangeRefused(refusal.to_string()))?;
        let workers = self.workers(&described).await?;
        // Two drafts that are submitted at once must not get one number.
        let _numbering = self.numbering.lock().await;
        let new = NewRevision {
            change: squash.hash,
            base_heads: described.branch.base_heads.clone(),
            footprint: squash.footprint,
            digest,
            workers,
            number: self.next_number(&described).await?,
        };
        let part = Part::of(&squash.change, redline);
        let (mut submitted, mut notices) = (None, Vec::new());
        // In a step of the directory: nobody closes the round meanwhile.
        let work = |register: &Register| {
            // A new revision answers the round that the first one answered.
            let round = described.submission.as_ref().map_or(said.round, |first| first.round);
            let what = Ask::Amendments;
            let sending = Sending { paper: described.paper, round, what, on_behalf: None, received };
            let submission = self.submission_for(register, seat, sending)?;
            let next = described.submit(&hand, submission, new)?.following(&kept.amendment);
            let revision = next.revision().map_or(0, |revision| revision.number);
            let (records, told) = self.news_of(seat, &kept.amendment, &next);
            notices = told;
            let mut ops = vec![
                put(&next, Expect::Version(kept.version)),
                put_part(next.id, revision, &part),
                self.noted("amendment_submitted", seat, &next),
            ];
            ops.extend(records);
            submitted = Some(next);
            Ok::<_, Refusal>((Vec::new(), ops))
        };
        self.directory.enter(work).await?;
        self.notices_told(&notices);
        let next = submitted.ok_or_else(|| Refusal::Fault("nothing was submitted".to_owned()))?;
        Ok(self.changed(Some(&kept.amendment), next, kept.version + 1))
    }

    /// The people who wrote on the branch, in whichever seat.
    async fn workers(&self, amendment: &Amendment) -> Result<Vec<PersonId>, Refusal> {
        let base = self.live.text(amendment.text).await?;
        let seats = self.live.writers(&base, amendment.branch.text).await?;
        let register = self.directory.register();
        Ok(seats.into_iter().filter_map(|seat| Some(register.seat(seat)?.person)).collect())
    }

    async fn next_number(&self, amendment: &Amendment) -> Result<u32, Refusal> {
        let all = self.all_amendments(amendment.paper).await?;
        Ok(all.iter().filter_map(|kept| kept.amendment.number).max().unwrap_or(0) + 1)
    }

    /// A text as it was at these heads.
    pub(super) async fn text_at(&self, id: TextId, heads: &[ChangeHash]) -> Result<Arc<Text>, Refusal> {
        let now = self.live.text(id).await?;
        if now.heads() == heads {
            return Ok(now);
        }
        let heads = heads.to_vec();
        let lost = move || Refusal::Fault(format!("text {id} has lost what an amendment builds on"));
        aside(move || now.at(&heads).map(Arc::new).ok_or_else(lost)).await
    }
}

/// What a branch comes to, with what is shown of it.
pub(super) struct Squashed {
    /// The change.
    pub squash: Squash,
    /// SHA-256 of what the text reads like with it.
    pub digest: String,
    /// The paragraphs in which something differs.
    pub redline: Vec<Value>,
}

/// Squashes a branch; `None` if it reads as its base.
pub(super) async fn squashed(
    base: Arc<Text>,
    branch: Arc<Text>,
    writer: Writer,
) -> Result<Option<Squashed>, Refusal> {
    aside(move || {
        let refused = |error: SquashError| Refusal::ChangeRefused(error.to_string());
        let Some(squash) = branch::squash(&base, &branch, &writer).map_err(refused)? else { return Ok(None) };
        let blocks = squash.text.blocks();
        let digest = digest::of_text(&blocks).to_string();
        let redline = shown(&base.blocks(), &blocks);
        Ok(Some(Squashed { squash, digest, redline }))
    })
    .await
}

/// The paragraphs in which two wordings differ, for records.
fn shown(old: &[Block], new: &[Block]) -> Vec<Value> {
    let differing = redline(old, new).into_iter().filter(RedBlock::differs);
    differing.map(|block| serde_json::to_value(block).unwrap_or_default()).collect()
}

/// A text with a further change.
pub(super) async fn with_change(text: Arc<Text>, change: Bytes) -> Result<Arc<Text>, Refusal> {
    aside(move || {
        let mut with = Text::clone(&text);
        with.apply([&change[..]]).map_err(|error| Refusal::ChangeRefused(error.to_string()))?;
        Ok(Arc::new(with))
    })
    .await
}
