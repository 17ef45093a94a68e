//! Milestones: sealed once, readable for ever.
//!
//! Sealing keeps the canonical block list of each text as a blob (its address is the text's digest) and one record. A second
//! record claims the name; whoever comes second under the same name finds it taken, even at the same moment.

use std::sync::Arc;

use bytes::Bytes;
use crdt::document::Block;
use crdt::history::milestone::{Day, Milestone, SealError, SealedText, Sealer, Sealing, TextToSeal};
use crdt::history::symbol::{NoStatus, NoSymbol};
use crdt::history::{Status, Symbol, digest};
use crdt::ids::{ChangeHash, ChapterId, MilestoneId, PaperId, PlanId, SeatId, TextId, to_hex};
use crdt::render::preflight::{Looked, Severity, preflight};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::App;
use super::audit::{self, By};
use super::broken::Broken;
use super::news::What;
use super::papers::aside;
use super::planned::{self, KeptPlan};
use super::refusal::Refusal;
use crate::people::paper::Paper;
use crate::store::{Coll, Expect, Op, StoreError, scan_all};

/// A milestone to be sealed.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct NewMilestone {
    /// The planned draft that it fulfils; without one, the open one of its name.
    #[serde(default)]
    pub planned: Option<PlanId>,
    /// Its name.
    pub name: String,
    /// How the organisation cites it.
    #[serde(default)]
    pub symbol: Option<String>,
    /// How far it has come: `for_comments`, `revised`, `final` or `adopted`.
    #[serde(default)]
    pub status: Option<String>,
    /// The languages it claims to be in; without them, all in which the paper has words.
    #[serde(default)]
    pub languages: Option<Vec<String>>,
    /// Seal although something stops a PDF: the other files can be made, and the words are what they are.
    #[serde(default)]
    pub anyway: bool,
    /// The event it goes to.
    pub event: Option<String>,
    /// The day of the event.
    pub date: Option<String>,
    /// A note that stays with it.
    pub note: Option<String>,
}

/// A text as it stood when it was read for sealing.
struct Read {
    text: TextId,
    chapter: ChapterId,
    number: String,
    language: String,
    /// Its chapter is drafted in this language.
    drafted: bool,
    heads: Vec<ChangeHash>,
    blocks: Vec<Block>,
}

impl App {
    /// Seal all texts of a paper as they are now.
    pub async fn seal(
        &self,
        paper: &Paper,
        seat: SeatId,
        new: NewMilestone,
    ) -> Result<Arc<Milestone>, Refusal> {
        let _turn = self.settling.alone(&paper.id.to_string()).await;
        let date: Option<Day> = new
            .date
            .as_deref()
            .map(str::parse)
            .transpose()
            .map_err(|_| Refusal::field("date", "is a day, such as 2016-10-12"))?;
        let symbol = new.symbol.as_deref().map(str::trim).filter(|symbol| !symbol.is_empty());
        let symbol: Option<Symbol> = symbol.map(str::parse).transpose()?;
        if let Some(symbol) = &symbol {
            self.not_taken(symbol).await?;
        }
        let status: Option<Status> = new.status.as_deref().map(str::parse).transpose()?;
        let plan = self.plan_fulfilled_by(paper.id, &new).await?;
        let register = self.directory.register();
        let who = register.who(seat).ok_or(Refusal::NotFound)?;
        let by = Sealer { seat, person: who.person.id, component: who.component.id };
        let texts = self.read_all(paper).await?;
        if !new.anyway {
            self.nothing_stops(paper.id, &texts, new.languages.as_deref()).await?;
        }
        let earlier = self.milestones(paper.id).await?;
        let (now, slug) = (self.clock.now(), paper.slug.clone());
        let (milestone, lists) = aside(move || {
            let sealing = Sealing {
                id: MilestoneId(Uuid::new_v4()),
                paper: &slug,
                name: &new.name,
                symbol,
                status,
                languages: new.languages,
                event: new.event.as_deref(),
                date,
                note: new.note.as_deref(),
                by,
                texts: texts.iter().map(Read::to_seal).collect(),
            };
            let milestone = sealing.seal(earlier.iter().map(|kept| &**kept), now)?;
            let sealed = |text: &&Read| milestone.texts.iter().any(|sealed| sealed.text == text.text);
            let lists = texts.iter().filter(sealed).map(|text| digest::canonical(&text.blocks));
            let lists: Vec<String> = lists.collect();
            Ok((milestone, lists))
        })
        .await?;
        for list in lists {
            self.store.put_blob(Bytes::from(list)).await?;
        }
        let head = self.audit_head().await?;
        let (proof, proved) = self.sign(paper.id, &milestone, head, now).await?;
        let mut ops = milestone_records(paper.id, &milestone);
        let about = json!({
            "milestone": milestone.id,
            "digest": milestone.digest,
            "root": proof.root,
            "plan": plan.as_ref().map(|kept| kept.plan.id),
        });
        ops.extend([proved, audit::entry(now, "seal", By::Seat(seat), about)]);
        let fulfilled = ops.len();
        if let Some(KeptPlan { plan, version }) = &plan {
            ops.push(planned::record(&plan.fulfil(milestone.id)?, Expect::Version(*version)));
        }
        match self.store.commit(ops).await {
            Ok(_) => {}
            // The name is claimed first; what else may be taken is the symbol.
            Err(StoreError::Conflict { op: 0, .. }) => return Err(Refusal::MilestoneExists(milestone.name)),
            Err(StoreError::Conflict { op, .. }) if op == fulfilled && plan.is_some() => {
                return Err(self.plan_moved_on(&plan.expect("just seen").plan).await?);
            }
            Err(StoreError::Conflict { .. }) => {
                let symbol = milestone.symbol.map(|symbol| symbol.to_string());
                return Err(Refusal::SymbolExists(symbol.unwrap_or_default()));
            }
            Err(error) => return Err(error.into()),
        }
        let milestone = Arc::new(milestone);
        self.news.tell(paper.id, What::Milestone(milestone.clone()));
        if plan.is_some() {
            self.plans_changed(paper.id);
        }
        Ok(milestone)
    }

    /// HIS14: refuses when something in these texts would stop a PDF.
    async fn nothing_stops(
        &self,
        paper: PaperId,
        texts: &[Read],
        languages: Option<&[String]>,
    ) -> Result<(), Refusal> {
        let claimed = |text: &&Read| languages.is_none_or(|claimed| claimed.contains(&text.language));
        let texts: Vec<&Read> = texts.iter().filter(claimed).collect();
        let known = self.known(paper, texts.iter().flat_map(|text| &text.blocks)).await?;
        let looked = |text: &&Read| preflight(&[text.looked()], &known);
        let stops = texts.iter().flat_map(looked).filter(|found| found.fault.severity() == Severity::Stops);
        match stops.count() {
            0 => Ok(()),
            count => Err(Refusal::SealStopped { count }),
        }
    }

    async fn read_all(&self, paper: &Paper) -> Result<Vec<Read>, Refusal> {
        let mut all = Vec::new();
        for chapter in &paper.chapters {
            for (language, text) in &chapter.texts {
                let document = self.live.text(*text).await?;
                all.push(Read {
                    text: *text,
                    chapter: chapter.id,
                    number: chapter.number.clone(),
                    language: language.clone(),
                    drafted: *language == chapter.language,
                    heads: document.heads(),
                    blocks: aside(move || Ok(document.blocks())).await?,
                });
            }
        }
        Ok(all)
    }

    /// HIS11: refuses a symbol that a draft of any paper has.
    async fn not_taken(&self, symbol: &Symbol) -> Result<(), Refusal> {
        match self.store.get(Coll::Milestone, &symbol_key(symbol)).await? {
            Some(_) => Err(Refusal::SymbolExists(symbol.to_string())),
            None => Ok(()),
        }
    }

    /// The symbol that would follow on the last one of this paper; `None` when it has none yet, or the next are all taken.
    pub async fn next_symbol(&self, paper: PaperId) -> Result<Option<Symbol>, Refusal> {
        const MOST: usize = 100;
        let sealed = self.milestones(paper).await?;
        let last = sealed.iter().rev().find_map(|milestone| milestone.symbol.clone());
        for symbol in std::iter::successors(last.and_then(|last| last.next()), Symbol::next).take(MOST) {
            match self.not_taken(&symbol).await {
                Ok(()) => return Ok(Some(symbol)),
                Err(Refusal::SymbolExists(_)) => {}
                Err(other) => return Err(other),
            }
        }
        Ok(None)
    }

    /// The sealed milestones of a paper, in the order of sealing.
    pub async fn milestones(&self, paper: PaperId) -> Result<Vec<Arc<Milestone>>, Refusal> {
        let records = scan_all(&*self.store, Coll::Milestone, &format!("{paper}/")).await?;
        let mut all = records
            .iter()
            .map(|record| Ok(Arc::new(record.read()?)))
            .collect::<Result<Vec<_>, StoreError>>()?;
        all.sort_by_key(|milestone: &Arc<Milestone>| (milestone.sealed_at, milestone.id));
        Ok(all)
    }

    /// One milestone, with its paper.
    pub async fn milestone(&self, id: MilestoneId) -> Result<(PaperId, Arc<Milestone>), Refusal> {
        let pointer = self.store.get(Coll::Milestone, &by_id(id)).await?.ok_or(Refusal::NotFound)?;
        let paper: PaperId = pointer.read()?;
        let record = self.store.get(Coll::Milestone, &key(paper, id)).await?.ok_or(Refusal::NotFound)?;
        Ok((paper, Arc::new(record.read()?)))
    }

    /// The canonical block list of a sealed text: the very bytes whose SHA-256 is its digest.
    pub async fn sealed_list(&self, text: &SealedText) -> Result<Bytes, Refusal> {
        let list = self.store.blob(text.digest.0).await?;
        list.ok_or_else(|| Refusal::Fault(format!("the blob {} of a sealed text is missing", text.digest)))
    }

    /// The blocks of a sealed text.
    pub async fn sealed_blocks(&self, text: &SealedText) -> Result<Vec<Block>, Refusal> {
        let list = self.sealed_list(text).await?;
        serde_json::from_slice(&list)
            .map_err(|error| Refusal::Fault(format!("sealed text {}: {error}", text.digest)))
    }
}

/// The records of a milestone that is stored for the first time. Its name is claimed by the first of them, its symbol by the last.
pub fn milestone_records(paper: PaperId, milestone: &Milestone) -> Vec<Op> {
    let mut ops = vec![
        Op::put(Coll::Milestone, name_key(paper, &milestone.name), Expect::Absent, &milestone.id),
        Op::put(Coll::Milestone, by_id(milestone.id), Expect::Absent, &paper),
        Op::put(Coll::Milestone, key(paper, milestone.id), Expect::Absent, milestone),
    ];
    let claim = |symbol| Op::put(Coll::Milestone, symbol_key(symbol), Expect::Absent, &milestone.id);
    ops.extend(milestone.symbol.as_ref().map(claim));
    ops
}

impl Read {
    fn looked(&self) -> Looked<'_> {
        Looked { number: &self.number, blocks: Some(&self.blocks), drafted: None }
    }

    fn to_seal(&self) -> TextToSeal<'_> {
        TextToSeal {
            text: self.text,
            chapter: self.chapter,
            number: &self.number,
            language: &self.language,
            drafted: self.drafted,
            heads: self.heads.clone(),
            blocks: &self.blocks,
        }
    }
}

impl From<SealError> for Refusal {
    fn from(error: SealError) -> Self {
        let rule = error.to_string();
        match error {
            SealError::Name => Refusal::broken("name", Broken::Label { most: Milestone::MAX_NAME }, rule),
            SealError::Event => Refusal::broken("event", Broken::Label { most: Milestone::MAX_EVENT }, rule),
            SealError::Note => Refusal::broken("note", Broken::Label { most: Milestone::MAX_NOTE }, rule),
            SealError::NameTaken(name) => Refusal::MilestoneExists(name),
            SealError::LanguageWithoutWords(_) | SealError::DraftedLanguage(_) => {
                Refusal::field("languages", rule)
            }
            SealError::Empty => Refusal::ChangeRefused(rule),
        }
    }
}

impl From<NoSymbol> for Refusal {
    fn from(error: NoSymbol) -> Self {
        Refusal::broken("symbol", Broken::Spelling { most: Symbol::MAX }, error.to_string())
    }
}

impl From<NoStatus> for Refusal {
    fn from(error: NoStatus) -> Self {
        Refusal::field("status", error.to_string())
    }
}

fn key(paper: PaperId, id: MilestoneId) -> String {
    format!("{paper}/{id}")
}

/// The record that leads from a milestone to its paper. No UUID starts with these letters.
fn by_id(id: MilestoneId) -> String {
    format!("paper-of/{id}")
}

/// The record that claims a symbol in the whole organisation.
fn symbol_key(symbol: &Symbol) -> String {
    format!("symbol/{}", to_hex(&Sha256::digest(symbol.folded().as_bytes())))
}

/// The record that claims a name: letters' case makes no difference, as in `Milestone::is_called`.
fn name_key(paper: PaperId, name: &str) -> String {
    format!("name/{paper}/{}", to_hex(&Sha256::digest(name.trim().to_lowercase().as_bytes())))
}
