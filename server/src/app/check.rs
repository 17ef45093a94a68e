//! Checking: is everything in the store what it was when it was written?
//!
//! The store reads all its bytes; here is what they mean: records are of their kinds, texts open, snapshots and sealed
//! milestones stand for what they say. It needs a store and no service, so that a damaged one can be looked at too.

use std::collections::BTreeMap;

use crdt::history::milestone::Milestone;
use crdt::history::planned::PlannedDraft;
use crdt::history::proof::{METADATA, Statement};
use crdt::history::publication::Publication;
use crdt::ids::{PaperId, TextId};
use crdt::review::amendment::Amendment;
use crdt::review::round::Round;
use crdt::review::thread::Thread;
use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::amendments::is_amendment;
use super::keys::Key;
use super::notices::Notice;
use super::proofs;
use super::reading::Reading;
use crate::live::check::check_text;
use crate::people::account::{Person, Session};
use crate::people::component::Component;
use crate::people::invitation::Invitation;
use crate::people::link::Link;
use crate::people::mail::letter::Letter;
use crate::people::paper::Paper;
use crate::people::seat::Seat;
use crate::people::token::Pass;
use crate::proof::Proof;
use crate::proof::key::PublicKey;
use crate::store::{About, Coll, Finding, Record, Store, StoreError, scan_all};

/// What a check found.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Report {
    /// Nothing is damaged.
    pub whole: bool,
    /// Papers.
    pub papers: u64,
    /// Texts: of papers, and branches.
    pub texts: u64,
    /// Changes of these texts.
    pub changes: u64,
    /// Sealed milestones.
    pub milestones: u64,
    /// Records of all kinds.
    pub records: u64,
    /// Entries of the audit log.
    pub audit_entries: u64,
    /// What is damaged: one for each thing and fault, in the order of things.
    pub findings: Vec<Named>,
}

/// A finding, named for an operator.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
pub struct Named {
    /// What is damaged: `text 1f… (chapter 2 of housing, en)`.
    pub what: String,
    /// How it shows.
    pub detail: String,
}

impl Report {
    /// The report of a store that does not even open.
    pub fn unopened(detail: String) -> Report {
        let findings = vec![Named { what: "the store".to_owned(), detail }];
        Report { findings, ..Report::default() }
    }

    /// One line for each finding, and one for everything.
    pub fn words(&self) -> String {
        let Report { papers, texts, milestones, changes, records, audit_entries, .. } = self;
        let all = format!(
            "papers {papers}, texts {texts}, milestones {milestones}, changes {changes}, records {records}, audit entries {audit_entries}"
        );
        if self.whole {
            return format!("all readable: {all}");
        }
        let lines = self.findings.iter().map(|found| format!("damaged: {}: {}\n", found.what, found.detail));
        let lines: String = lines.collect();
        let found = self.findings.len();
        format!(
            "{lines}damage found: {found} (of {all}); what is whole stays usable; restore a backup into an empty folder to get the rest back"
        )
    }
}

/// Reads and understands everything in a store. An error if the store does not answer at all.
pub async fn check(store: &dyn Store) -> Result<Report, StoreError> {
    let mut check =
        Check { store, report: Report::default(), findings: store.check().await?, places: BTreeMap::new() };
    let papers: Vec<Paper> = check.records(Coll::Paper).await?;
    for paper in &papers {
        check.name_texts(paper);
    }
    check.records_of_other_kinds().await?;
    check.report.papers = papers.len() as u64;
    for paper in &papers {
        check.paper(paper).await?;
    }
    check.report.audit_entries = check.audit_entries().await?;
    Ok(check.done())
}

struct Check<'a> {
    store: &'a dyn Store,
    report: Report,
    findings: Vec<Finding>,
    /// Where texts belong, in words.
    places: BTreeMap<TextId, String>,
}

impl Check<'_> {
    fn done(mut self) -> Report {
        self.findings.sort();
        self.findings.dedup();
        let named = |finding: Finding| {
            let place = match &finding.about {
                About::Text(text) => self.places.get(text).map(|place| format!(" ({place})")),
                _ => None,
            };
            Named { what: format!("{}{}", finding.about, place.unwrap_or_default()), detail: finding.detail }
        };
        self.report.findings = self.findings.into_iter().map(named).collect();
        self.report.whole = self.report.findings.is_empty();
        self.report
    }

    fn found(&mut self, about: About, detail: impl Into<String>) {
        self.findings.push(Finding::new(about, detail));
    }

    /// All records of a kind that are of the type they should have.
    async fn records<T: DeserializeOwned>(&mut self, coll: Coll) -> Result<Vec<T>, StoreError> {
        let records = scan_all(self.store, coll, "").await?;
        self.report.records += records.len() as u64;
        Ok(records.iter().filter_map(|record| self.read(coll, record)).collect())
    }

    fn read<T: DeserializeOwned>(&mut self, coll: Coll, record: &Record) -> Option<T> {
        match serde_json::from_slice(&record.json) {
            Ok(value) => Some(value),
            Err(error) => {
                let about = About::Record { coll: coll as u8, key: record.key.clone() };
                self.found(about, format!("it is not of its kind: {error}"));
                None
            }
        }
    }

    async fn records_of_other_kinds(&mut self) -> Result<(), StoreError> {
        for coll in Coll::ALL.iter().copied() {
            match coll {
                Coll::Component => drop(self.records::<Component>(coll).await?),
                Coll::Person => drop(self.records::<Person>(coll).await?),
                Coll::Seat => drop(self.records::<Seat>(coll).await?),
                Coll::Letter => drop(self.records::<Letter>(coll).await?),
                Coll::Session => drop(self.records::<Session>(coll).await?),
                Coll::Link => drop(self.records::<Link>(coll).await?),
                Coll::Token | Coll::Ticket => drop(self.records::<Pass>(coll).await?),
                Coll::Round => drop(self.records::<Round>(coll).await?),
                Coll::Amendment => self.amendments().await?,
                Coll::Planned => drop(self.records::<PlannedDraft>(coll).await?),
                Coll::Publication => drop(self.records::<Publication>(coll).await?),
                Coll::Reading => drop(self.records::<Reading>(coll).await?),
                // Beside each thread, notice, invitation and milestone lie short records that lead to it; they have other keys.
                Coll::Thread => self.records_with_pointers::<Thread>(coll).await?,
                Coll::Notice => self.records_with_pointers::<Notice>(coll).await?,
                Coll::Invitation => self.records_with_pointers::<Invitation>(coll).await?,
                Coll::Paper | Coll::Milestone => {}
                _ => drop(self.records::<IgnoredAny>(coll).await?),
            }
        }
        for record in scan_all(self.store, Coll::Milestone, "").await? {
            self.report.records += 1;
            if !is_of_a_uuid(&record.key) {
                self.read::<IgnoredAny>(Coll::Milestone, &record);
            }
        }
        Ok(())
    }

    async fn records_with_pointers<T: DeserializeOwned>(&mut self, coll: Coll) -> Result<(), StoreError> {
        for record in scan_all(self.store, coll, "").await? {
            self.report.records += 1;
            if is_of_a_uuid(&record.key) {
                drop(self.read::<T>(coll, &record));
            }
        }
        Ok(())
    }

    /// The amendments, with their branches: texts like any other.
    async fn amendments(&mut self) -> Result<(), StoreError> {
        for record in scan_all(self.store, Coll::Amendment, "").await? {
            self.report.records += 1;
            if !is_amendment(&record) {
                continue;
            }
            let Some(amendment) = self.read::<Amendment>(Coll::Amendment, &record) else { continue };
            let copies = amendment.copies.iter().map(|copy| copy.branch.text);
            for text in copies.chain([amendment.branch.text]) {
                self.places.insert(text, format!("a branch of amendment {}", amendment.id));
                self.text(text, &[]).await?;
            }
        }
        Ok(())
    }

    fn name_texts(&mut self, paper: &Paper) {
        for chapter in &paper.chapters {
            for (language, text) in &chapter.texts {
                self.places
                    .insert(*text, format!("chapter {} of {}, {language}", chapter.number, paper.slug));
            }
        }
    }

    async fn paper(&mut self, paper: &Paper) -> Result<(), StoreError> {
        let milestones = self.milestones(paper.id).await?;
        for (text, _) in paper.texts() {
            self.text(text, &milestones).await?;
        }
        Ok(())
    }

    /// One text, and whether it still has what these milestones were sealed with.
    async fn text(&mut self, text: TextId, milestones: &[Milestone]) -> Result<(), StoreError> {
        self.report.texts += 1;
        let checked = match check_text(self.store, text).await {
            Ok(checked) => checked,
            // The store's own check says which part of it, and how.
            Err(StoreError::Corrupt { .. }) => {
                self.found(About::Text(text), "it does not open");
                return Ok(());
            }
            Err(other) => return Err(other),
        };
        self.report.changes += checked.changes;
        checked.faults.into_iter().for_each(|fault| self.found(About::Text(text), fault));
        let Some(loaded) = checked.text else { return Ok(()) };
        for milestone in milestones {
            let sealed = milestone.texts.iter().find(|sealed| sealed.text == text);
            if sealed.is_some_and(|sealed| !loaded.knows(&sealed.heads)) {
                let detail = format!("it has lost changes that “{}” was sealed with", milestone.name);
                self.found(About::Text(text), detail);
            }
        }
        Ok(())
    }

    /// The sealed milestones of a paper, each with its digests compared.
    async fn milestones(&mut self, paper: PaperId) -> Result<Vec<Milestone>, StoreError> {
        let mut milestones = Vec::new();
        for record in scan_all(self.store, Coll::Milestone, &format!("{paper}/")).await? {
            let Some(milestone) = self.read::<Milestone>(Coll::Milestone, &record) else { continue };
            let about = About::Record { coll: Coll::Milestone as u8, key: record.key.clone() };
            let name = format!("“{}”", milestone.name);
            if !milestone.is_whole() {
                self.found(about.clone(), format!("{name}: its digest is not that of its texts"));
            }
            for text in &milestone.texts {
                let fault = match self.store.blob(text.digest.0).await {
                    Ok(Some(_)) => continue,
                    Ok(None) => "are missing".to_owned(),
                    Err(error) => format!("do not match their digest: {error}"),
                };
                let chapter = format!("chapter {} ({})", text.number, text.language);
                self.found(about.clone(), format!("{name}: the sealed words of {chapter} {fault}"));
            }
            self.proof(paper, &milestone, &about).await?;
            self.report.milestones += 1;
            milestones.push(milestone);
        }
        Ok(milestones)
    }

    /// What proves a draft: its parts are there, their root is what was signed, and the signature is that of a key of this service.
    async fn proof(
        &mut self,
        paper: PaperId,
        milestone: &Milestone,
        about: &About,
    ) -> Result<(), StoreError> {
        let key = proofs::key(paper, milestone);
        let Some(record) = self.store.get(Coll::Proof, &key).await.or_else(unless_damaged)? else {
            return Ok(());
        };
        let Some(proof) = self.read::<Proof>(Coll::Proof, &record) else { return Ok(()) };
        let name = format!("“{}”", milestone.name);
        let said: Option<Statement> = proof.statement.parse().ok();
        let root = crdt::history::proof::root(&proof.parts);
        if said.is_none_or(|said| {
            (said.root, said.parts, said.milestone) != (root, proof.parts.len(), milestone.id)
        }) {
            self.found(about.clone(), format!("{name}: what was signed is not what was sealed"));
        }
        // The texts have been looked at with the draft.
        for part in proof.parts.iter().filter(|part| !part.name.starts_with("texts/")) {
            if self.store.blob(part.digest.0).await.or_else(unless_damaged)?.is_none() {
                let what = if part.name == METADATA { "what it says of itself" } else { part.name.as_str() };
                self.found(about.clone(), format!("{name}: {what} is missing or damaged"));
            }
        }
        let kept = self.store.get(Coll::Key, &proof.key.to_string()).await.or_else(unless_damaged)?;
        let public = kept.and_then(|record| self.read::<Key>(Coll::Key, &record));
        let public = public.and_then(|key| PublicKey::of_pem(&key.pem)).filter(|key| key.id() == proof.key);
        if !public.is_some_and(|key| key.verifies(proof.statement.as_bytes(), &proof.signature)) {
            self.found(about.clone(), format!("{name}: its signature is not one of a key of this service"));
        }
        Ok(())
    }

    async fn audit_entries(&mut self) -> Result<u64, StoreError> {
        let mut last = 0;
        // Where an entry does not read, the store's own check has said so.
        while let Ok(part) = self.store.audit(last, 1_000).await {
            let Some(entry) = part.last() else { break };
            last = entry.seq;
        }
        Ok(last)
    }
}

/// What is damaged is there no more; that it is damaged, the store's own check has said.
fn unless_damaged<T>(error: StoreError) -> Result<Option<T>, StoreError> {
    match error {
        StoreError::Corrupt { .. } => Ok(None),
        other => Err(other),
    }
}

fn is_of_a_uuid(key: &str) -> bool {
    key.split('/').next().is_some_and(|first| first.parse::<uuid::Uuid>().is_ok())
}
