//! Publishing: a sealed draft becomes public, and may be withdrawn.
//!
//! Both are acts of who may seal, each one commit with its entry in the audit log and the notices to all components. What was never
//! published does not exist for the public (HIS37): [`App::public_draft`] is the only way from an address to a draft that a stranger
//! takes, and it finds published ones only.

use std::collections::BTreeMap;
use std::sync::Arc;

use crdt::history::milestone::Milestone;
use crdt::history::publication::{Publication, PublicationError};
use crdt::ids::{MilestoneId, PaperId, SeatId};
use serde_json::json;

use super::App;
use super::audit::{self, By};
use super::broken::Broken;
use super::news::What;
use super::notices::{About, Kind, Message, seats_that_speak_for};
use super::refusal::Refusal;
use crate::people::paper::Paper;
use crate::store::{Coll, Expect, Op, StoreError, scan_all};

/// A draft that is public, or was.
#[derive(Clone, Debug)]
pub struct PublicDraft {
    /// Its paper, as it is now.
    pub paper: Arc<Paper>,
    /// The draft.
    pub milestone: Arc<Milestone>,
    /// What was done with it.
    pub publication: Publication,
}

/// What is done to the publicity of a draft.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PublicAct {
    /// Everybody may read it.
    Publish,
    /// Nobody may, for this reason.
    Withdraw(String),
}

impl App {
    /// What was done with a draft, and the version of that; `None` and 0 while it was never published.
    pub async fn publication(
        &self,
        paper: PaperId,
        milestone: MilestoneId,
    ) -> Result<(Option<Publication>, u64), Refusal> {
        match self.store.get(Coll::Publication, &key(paper, milestone)).await? {
            Some(record) => Ok((Some(record.read()?), record.version)),
            None => Ok((None, 0)),
        }
    }

    /// What was done with the drafts of a paper; those that were never published are not among them.
    pub async fn publications(&self, paper: PaperId) -> Result<BTreeMap<MilestoneId, Publication>, Refusal> {
        let records = scan_all(&*self.store, Coll::Publication, &format!("{paper}/")).await?;
        let kept = records.iter().map(|record| {
            let publication: Publication = record.read()?;
            Ok((publication.milestone, publication))
        });
        Ok(kept.collect::<Result<_, StoreError>>()?)
    }

    /// HIS35, HIS36: publish a sealed draft, or withdraw it. `expected` is the version that the caller saw.
    pub async fn act_on_publication(
        &self,
        paper: &Paper,
        milestone: &Milestone,
        (by, act): (SeatId, PublicAct),
        expected: Option<u64>,
    ) -> Result<(Publication, u64), Refusal> {
        let now = self.clock.now();
        let (before, version) = self.publication(paper.id, milestone.id).await?;
        if expected.is_some_and(|expected| expected != version) {
            return Err(Refusal::StaleVersion { current: version });
        }
        let (next, kind, event) = match &act {
            PublicAct::Publish => {
                let next = Publication::publish(before.as_ref(), (paper.id, milestone.id), by, now)?;
                (next, Kind::DraftPublished, "publish")
            }
            PublicAct::Withdraw(reason) => {
                let before = before.ok_or(PublicationError::NotPublic)?;
                (before.withdraw(reason, by, now)?, Kind::DraftWithdrawn, "withdraw")
            }
        };
        let reason = next.withdrawn.as_ref().map(|withdrawal| withdrawal.reason.clone());
        let register = self.directory.register();
        let asked = register.components().into_iter().filter(|component| !component.closed);
        let seats: Vec<SeatId> =
            asked.flat_map(|component| seats_that_speak_for(&register, component.id)).collect();
        let message = Message {
            paper: paper.id,
            kind,
            about: About::Milestone(milestone.id),
            words: reason.clone().unwrap_or_default(),
            by: None,
        };
        let (mut ops, notices) = self.notices_to(&register, &seats, &message, now);
        let expect = if version == 0 { Expect::Absent } else { Expect::Version(version) };
        ops.push(Op::put(Coll::Publication, key(paper.id, milestone.id), expect, &next));
        let about = json!({ "milestone": milestone.id, "digest": milestone.digest, "reason": reason });
        ops.push(audit::entry(now, event, By::Seat(by), about));
        match self.store.commit(ops).await {
            Ok(_) => {}
            Err(StoreError::Conflict { .. }) => {
                let (_, current) = self.publication(paper.id, milestone.id).await?;
                return Err(Refusal::StaleVersion { current });
            }
            Err(error) => return Err(error.into()),
        }
        self.notices_told(&notices);
        self.news.tell(paper.id, What::Milestone(Arc::new(milestone.clone())));
        Ok((next, version + 1))
    }

    /// The drafts of a paper that are public or were, the latest published first. Not found without any, as for an unknown paper.
    pub async fn public_drafts(&self, slug: &str) -> Result<Vec<PublicDraft>, Refusal> {
        let paper = self.directory.register().paper_by_slug(slug).cloned().ok_or(Refusal::NotFound)?;
        let records = scan_all(&*self.store, Coll::Publication, &format!("{}/", paper.id)).await?;
        let paper = Arc::new(paper);
        let mut drafts = Vec::with_capacity(records.len());
        for record in records {
            let publication: Publication = record.read()?;
            let (_, milestone) = self.milestone(publication.milestone).await?;
            drafts.push(PublicDraft { paper: paper.clone(), milestone, publication });
        }
        if drafts.is_empty() {
            return Err(Refusal::NotFound);
        }
        drafts.sort_by_key(|draft| (std::cmp::Reverse(draft.publication.published), draft.milestone.id));
        Ok(drafts)
    }

    /// HIS37: the draft at an address that everybody may ask, public or withdrawn. What was never published, and what does not exist,
    /// is not found.
    pub async fn public_draft(&self, slug: &str, id: &str) -> Result<PublicDraft, Refusal> {
        let id: MilestoneId = id.parse().map_err(|_| Refusal::NotFound)?;
        let paper = self.directory.register().paper_by_slug(slug).cloned().ok_or(Refusal::NotFound)?;
        let publication = self.publication(paper.id, id).await?.0.ok_or(Refusal::NotFound)?;
        let (_, milestone) = self.milestone(id).await?;
        Ok(PublicDraft { paper: Arc::new(paper), milestone, publication })
    }

    /// The same for what is behind its page (files, pictures, changes): of a withdrawn draft all of it is gone, and says why.
    pub async fn readable_draft(&self, slug: &str, id: &str) -> Result<PublicDraft, Refusal> {
        let draft = self.public_draft(slug, id).await?;
        match &draft.publication.withdrawn {
            None => Ok(draft),
            Some(withdrawal) => Err(Refusal::DraftWithdrawn {
                draft: draft.milestone.name.clone(),
                at: withdrawal.at,
                reason: withdrawal.reason.clone(),
            }),
        }
    }
}

impl From<PublicationError> for Refusal {
    fn from(error: PublicationError) -> Self {
        match error {
            PublicationError::Reason => {
                let most = Publication::MAX_REASON;
                Refusal::broken("reason", Broken::Label { most }, error.to_string())
            }
            standing => Refusal::Publication(standing),
        }
    }
}

fn key(paper: PaperId, milestone: MilestoneId) -> String {
    format!("{paper}/{milestone}")
}
