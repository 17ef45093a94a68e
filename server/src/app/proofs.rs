//! Proof of sealed drafts: signed at the sealing, and given out as a bundle that anybody can check.
//!
//! A draft that was sealed before there were signatures is signed when it is first asked about; its statement says when that was.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use crdt::document::BlockKind;
use crdt::history::Digest;
use crdt::history::milestone::Milestone;
use crdt::history::proof::{AuditHead, Metadata, PictureFacts, PictureKind, SealerName};
use crdt::ids::{PaperId, PersonId, SourceId};
use crdt::moment::Moment;
use serde_json::json;

use super::App;
use super::audit::{self, By};
use super::exports::{Format, View};
use super::refusal::Refusal;
use crate::export::labels::Words;
use crate::people::directory::Register;
use crate::people::paper::Paper;
use crate::people::source::ImageKind;
use crate::proof::Proof;
use crate::proof::bundle::Contents;
use crate::store::{Coll, Expect, Op, StoreError};

/// What is inside every bundle for whoever opens it without knowing what it is.
const README: &str = include_str!("../../assets/bundle/README.txt");

impl App {
    /// Signs a draft that is being sealed: its metadata are kept, and the operation belongs into the commit of the sealing.
    pub(super) async fn sign(
        &self,
        paper: PaperId,
        milestone: &Milestone,
        audit: Option<AuditHead>,
        now: Moment,
    ) -> Result<(Proof, Op), Refusal> {
        let (pictures, sources) = self.shown_and_cited(paper, milestone).await?;
        let cited = match sources {
            Some(json) => Some(Digest(self.store.put_blob(Bytes::from(json)).await?)),
            None => None,
        };
        let sealer = sealer(&self.directory.register(), milestone);
        let metadata = Metadata::of(milestone, sealer, audit).beside(pictures, cited);
        let proof = Proof::of(&metadata, &self.settings.signer, now);
        self.store.put_blob(Bytes::from(metadata.json())).await?;
        let op = Op::put(Coll::Proof, key(paper, milestone), Expect::Absent, &proof);
        Ok((proof, op))
    }

    /// HIS7, HIS44: the pictures of this paper that a sealed draft shows, as far as their bytes are there, and the sources that it cites.
    async fn shown_and_cited(
        &self,
        paper: PaperId,
        milestone: &Milestone,
    ) -> Result<(Vec<PictureFacts>, Option<String>), Refusal> {
        let (mut shown, mut cited) = (BTreeSet::<Digest>::new(), BTreeSet::<SourceId>::new());
        for text in &milestone.texts {
            for block in self.sealed_blocks(text).await? {
                if let BlockKind::Image(image) = &block.kind {
                    shown.extend(image.blob.parse::<Digest>().ok());
                }
                cited.extend(
                    block.runs.iter().filter_map(|run| run.marks.citation()?.parse::<SourceId>().ok()),
                );
            }
        }
        let mut pictures = Vec::new();
        for sha256 in shown {
            let Some(image) = self.image(paper, sha256).await? else { continue };
            if self.store.blob(sha256.0).await?.is_some() {
                let kind = match image.kind {
                    ImageKind::Png => PictureKind::Png,
                    ImageKind::Jpeg => PictureKind::Jpg,
                };
                pictures.push(PictureFacts { sha256, kind });
            }
        }
        Ok((pictures, self.sources_json(paper, &cited).await?))
    }

    /// The last entry of the audit log now.
    pub(super) async fn audit_head(&self) -> Result<Option<AuditHead>, StoreError> {
        let last = self.store.last_audit().await?;
        Ok(last.map(|entry| AuditHead { sequence: entry.seq, hash: Digest(entry.hash) }))
    }

    /// The proof of a draft as it is kept; `None` while one that was sealed before there were signatures has none.
    pub async fn kept_proof(&self, paper: PaperId, milestone: &Milestone) -> Result<Option<Proof>, Refusal> {
        let record = self.store.get(Coll::Proof, &key(paper, milestone)).await?;
        Ok(record.map(|record| record.read()).transpose()?)
    }

    /// The proof of a draft, made now if it has none.
    pub async fn proof(&self, paper: PaperId, milestone: &Milestone) -> Result<Proof, Refusal> {
        if let Some(kept) = self.kept_proof(paper, milestone).await? {
            return Ok(kept);
        }
        let now = self.clock.now();
        let (proof, op) = self.sign(paper, milestone, None, now).await?;
        let about = json!({ "milestone": milestone.id, "root": proof.root });
        match self.store.commit(vec![op, audit::entry(now, "sign", By::Service, about)]).await {
            Ok(_) => Ok(proof),
            // Somebody asked at the same moment, and theirs is kept.
            Err(StoreError::Conflict { .. }) => {
                let kept = self.kept_proof(paper, milestone).await?;
                kept.ok_or_else(|| Refusal::Fault(format!("the proof of {} has gone", milestone.id)))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Signs all drafts that were sealed before there were signatures.
    pub async fn sign_earlier(&self) -> Result<usize, Refusal> {
        let papers: Vec<PaperId> = self.directory.register().papers().iter().map(|paper| paper.id).collect();
        let mut signed = 0;
        for paper in papers {
            for milestone in self.milestones(paper).await? {
                if self.kept_proof(paper, &milestone).await?.is_none() {
                    self.proof(paper, &milestone).await?;
                    signed += 1;
                }
            }
        }
        Ok(signed)
    }

    /// Everything that proves a draft, as one archive: the same bytes until somebody says something else of it. Without a PDF that
    /// cannot be made, or not now.
    pub async fn bundle(
        &self,
        person: PersonId,
        paper: &Paper,
        milestone: &Milestone,
    ) -> Result<Vec<u8>, Refusal> {
        let _place = self.export_place(person, self.clock.now())?;
        let proof = self.proof(paper.id, milestone).await?;
        let key = self.key(proof.key).await?;
        let key = key.ok_or_else(|| Refusal::Fault(format!("the public key {} is missing", proof.key)))?;
        let mut parts = BTreeMap::new();
        for part in &proof.parts {
            let bytes = self.store.blob(part.digest.0).await?;
            let bytes =
                bytes.ok_or_else(|| Refusal::Fault(format!("the blob of {} is missing", part.name)))?;
            parts.insert(part.name.clone(), bytes);
        }
        let mut others = BTreeMap::from([
            ("README.txt".to_owned(), self.readme()),
            ("positions.json".to_owned(), self.positions_said(paper, milestone).await?),
        ]);
        for language in &milestone.languages {
            let bracketed = Format::ALL.map(|format| (format, View::Bracketed));
            for (format, view) in bracketed.into_iter().chain([(Format::Pdf, View::Clean)]) {
                let made = self.bundled_file(paper, milestone, language, (format, view)).await?;
                let clean = if view == View::Clean { ".clean" } else { "" };
                let name = format!("files/{language}{clean}.{}", format.extension());
                others.extend(made.map(|bytes| (name, bytes)));
            }
        }
        let contents = Contents { milestone: milestone.id, proof, key, parts, others };
        let too_large = || Refusal::Fault(format!("the bundle of {} is too large", milestone.id));
        contents.pack(&self.settings.signer).ok_or_else(too_large)
    }

    fn readme(&self) -> Bytes {
        let mut words = README.to_owned();
        if self.settings.demo {
            for language in ["en", "es"] {
                words += &format!("\n{}\n", Words::of(language).get("demo-line"));
            }
        }
        words.into()
    }

    /// REV59: what everybody who reads the paper may see of the positions on a draft, as canonical JSON.
    async fn positions_said(&self, paper: &Paper, milestone: &Milestone) -> Result<Bytes, Refusal> {
        let taken = self.public_positions(paper, milestone.id).await?;
        let register = self.directory.register();
        let said = taken.iter().map(|taken| {
            let component = register.component(taken.position.component);
            json!({
                "component": component.map(|component| &component.code),
                "subject": taken.position.subject,
                "stance": taken.said.statement.stance,
                "words": taken.said.statement.words,
                "way_out": taken.said.statement.way_out,
                "said_at": taken.said.submission.at,
                "said_of": taken.said.binding.milestone,
                "on_behalf": taken.said.submission.on_behalf,
            })
        });
        let all = json!({ "milestone": milestone.id, "positions": said.collect::<Vec<_>>() });
        Ok(crdt::history::digest::canonical_json(&all).into())
    }
}

/// Whose name stands under a seal.
fn sealer(register: &Register, milestone: &Milestone) -> SealerName {
    let by = &milestone.sealed_by;
    SealerName {
        person: register.person(by.person).map(|person| person.name.clone()).unwrap_or_default(),
        component: register.component(by.component).map(|body| body.code.clone()).unwrap_or_default(),
    }
}

pub(super) fn key(paper: PaperId, milestone: &Milestone) -> String {
    format!("{paper}/{}", milestone.id)
}
