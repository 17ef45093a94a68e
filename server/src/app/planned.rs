//! Planned drafts: set down, changed and given up by who may seal; fulfilled by a sealing, in its commit ([`super::milestones`]).
//!
//! The rules are `crdt::history::planned`'s. All acts on the plans of a paper take the turn in which it is sealed: whether a name is free
//! is asked of all of them.

use crdt::history::milestone::Milestone;
use crdt::history::planned::{PlanError, PlanWords, PlannedDraft, fulfilled_by};
use crdt::ids::{PaperId, PlanId, SeatId};
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

use super::App;
use super::audit::{self, By};
use super::broken::Broken;
use super::milestones::NewMilestone;
use super::news::{Topic, What};
use super::refusal::Refusal;
use super::rights::has_version;
use super::words;
use crate::people::directory::{Directory, Entry};
use crate::people::paper::{Paper, PlannedBefore, in_language};
use crate::store::{Coll, Expect, Op, Store, StoreError, scan_all};

/// Plans of one paper, open or not: more are no plan any more.
const MOST_PLANS: usize = 500;

/// A plan with what a change needs.
#[derive(Clone, Debug)]
pub struct KeptPlan {
    /// The record.
    pub plan: PlannedDraft,
    /// For the next change.
    pub version: u64,
}

impl App {
    /// The plans of a paper, by the day they are due; those that were fulfilled or given up are among them.
    pub async fn plans(&self, paper: PaperId) -> Result<Vec<KeptPlan>, Refusal> {
        let records = scan_all(&*self.store, Coll::Planned, &format!("{paper}/")).await?;
        let kept =
            records.iter().map(|record| Ok(KeptPlan { plan: record.read()?, version: record.version }));
        let mut plans: Vec<KeptPlan> = kept.collect::<Result<_, StoreError>>()?;
        plans.sort_by_key(|kept| (kept.plan.words.date, kept.plan.id));
        Ok(plans)
    }

    /// HIS38–HIS40: plan a draft.
    pub async fn plan_draft(&self, paper: &Paper, by: SeatId, said: PlanWords) -> Result<KeptPlan, Refusal> {
        let _turn = self.settling.alone(&paper.id.to_string()).await;
        let said = in_known_languages(said)?;
        let taken = self.taken(paper.id).await?;
        if taken.plans.len() >= MOST_PLANS {
            let rule = format!("is one too many: a paper has at most {MOST_PLANS} planned drafts");
            return Err(Refusal::field("name", rule));
        }
        let now = self.clock.now();
        let id = PlanId(Uuid::new_v4());
        let plan = PlannedDraft::plan((id, paper.id), said, &taken.plans, &taken.sealed(), by, now)?;
        self.write_plan(by, plan, Expect::Absent, "draft_planned").await
    }

    /// HIS38–HIS41: say something else of a plan, if it has the expected version.
    pub async fn change_plan(
        &self,
        paper: &Paper,
        by: SeatId,
        (id, expected): (PlanId, Option<u64>),
        said: PlanWords,
    ) -> Result<KeptPlan, Refusal> {
        let _turn = self.settling.alone(&paper.id.to_string()).await;
        let said = in_known_languages(said)?;
        let kept = self.kept_plan(paper.id, id, expected).await?;
        let taken = self.taken(paper.id).await?;
        let plan = kept.plan.change(said, &taken.plans, &taken.sealed(), by, self.clock.now())?;
        if plan.words == kept.plan.words {
            return Ok(kept);
        }
        self.write_plan(by, plan, Expect::Version(kept.version), "draft_plan_changed").await
    }

    /// HIS41: give a plan up, if it has the expected version.
    pub async fn cancel_plan(
        &self,
        paper: &Paper,
        by: SeatId,
        (id, expected): (PlanId, Option<u64>),
        reason: &str,
    ) -> Result<KeptPlan, Refusal> {
        let _turn = self.settling.alone(&paper.id.to_string()).await;
        let kept = self.kept_plan(paper.id, id, expected).await?;
        let plan = kept.plan.cancel(reason, by, self.clock.now())?;
        self.write_plan(by, plan, Expect::Version(kept.version), "draft_plan_cancelled").await
    }

    /// HIS42: the plan that a draft fulfils which is about to be sealed.
    pub(super) async fn plan_fulfilled_by(
        &self,
        paper: PaperId,
        new: &NewMilestone,
    ) -> Result<Option<KeptPlan>, Refusal> {
        let kept = self.plans(paper).await?;
        let plans: Vec<PlannedDraft> = kept.iter().map(|kept| kept.plan.clone()).collect();
        let chosen = match new.planned {
            None => None,
            Some(id) => {
                let unknown = || Refusal::field("planned", "is the id of a planned draft of this paper");
                Some(plans.iter().find(|plan| plan.id == id).ok_or_else(unknown)?)
            }
        };
        let found = fulfilled_by(&plans, chosen, &new.name)?.map(|plan| plan.id);
        Ok(kept.into_iter().find(|kept| Some(kept.plan.id) == found))
    }

    /// What is to be sealed for the open plan of this name; what is not said is as it was planned, in the language the paper is drafted in.
    pub async fn for_plan(
        &self,
        paper: &Paper,
        name: &str,
        new: NewMilestone,
    ) -> Result<NewMilestone, Refusal> {
        let plans = self.plans(paper.id).await?;
        let found =
            plans.into_iter().map(|kept| kept.plan).find(|plan| plan.is_open() && plan.is_called(name));
        let plan =
            found.ok_or_else(|| Refusal::field("planned", format!("no draft is planned as “{name}”")))?;
        let in_words = |words| {
            let drafted = paper.languages.first().map_or("", String::as_str);
            in_language(words, drafted, &paper.languages)
                .or_else(|| words.values().next().map(String::as_str))
        };
        let planned_name = in_words(&plan.words.name).unwrap_or(name).to_owned();
        let name = if new.name.trim().is_empty() { planned_name } else { new.name };
        let event = new.event.or_else(|| in_words(&plan.words.event).map(str::to_owned));
        let date = new.date.or_else(|| Some(plan.words.date.to_string()));
        Ok(NewMilestone { planned: Some(plan.id), name, event, date, ..new })
    }

    async fn kept_plan(
        &self,
        paper: PaperId,
        id: PlanId,
        expected: Option<u64>,
    ) -> Result<KeptPlan, Refusal> {
        let record = self.store.get(Coll::Planned, &key(paper, id)).await?.ok_or(Refusal::NotFound)?;
        has_version(expected, record.version)?;
        Ok(KeptPlan { plan: record.read()?, version: record.version })
    }

    async fn taken(&self, paper: PaperId) -> Result<Taken, Refusal> {
        let plans = self.plans(paper).await?.into_iter().map(|kept| kept.plan).collect();
        let sealed = self.milestones(paper).await?.iter().map(|draft| draft.name.clone()).collect();
        Ok(Taken { plans, names: sealed })
    }

    async fn write_plan(
        &self,
        by: SeatId,
        plan: PlannedDraft,
        expect: Expect,
        event: &'static str,
    ) -> Result<KeptPlan, Refusal> {
        let reason = plan.cancelled.as_ref().map(|cancelled| &cancelled.reason);
        let about =
            json!({ "paper": plan.paper, "plan": plan.id, "date": plan.words.date, "reason": reason });
        let ops = vec![record(&plan, expect), audit::entry(self.clock.now(), event, By::Seat(by), about)];
        let version = match self.store.commit(ops).await {
            Ok(committed) => committed.versions[0],
            Err(StoreError::Conflict { .. }) => return Err(self.plan_moved_on(&plan).await?),
            Err(error) => return Err(error.into()),
        };
        self.plans_changed(plan.paper);
        Ok(KeptPlan { plan, version })
    }

    /// What to say when a plan was changed between reading and writing.
    pub(super) async fn plan_moved_on(&self, plan: &PlannedDraft) -> Result<Refusal, Refusal> {
        let record = self.store.get(Coll::Planned, &key(plan.paper, plan.id)).await?;
        Ok(Refusal::StaleVersion { current: record.map_or(0, |record| record.version) })
    }

    pub(super) fn plans_changed(&self, paper: PaperId) {
        self.news.tell(paper, What::Procedure { topic: Topic::Milestones, within: None });
    }
}

/// What a new plan may not be called.
struct Taken {
    plans: Vec<PlannedDraft>,
    names: Vec<String>,
}

impl Taken {
    fn sealed(&self) -> Vec<&str> {
        self.names.iter().map(String::as_str).collect()
    }
}

/// The operation that keeps a plan.
pub fn record(plan: &PlannedDraft, expect: Expect) -> Op {
    Op::put(Coll::Planned, key(plan.paper, plan.id), expect, plan)
}

/// HIS43: plans that earlier versions kept in the records of papers become records of their own. One without a day stays where it is.
pub(super) async fn take_from_papers(store: &dyn Store, directory: &Directory) -> Result<(), StoreError> {
    let register = directory.register();
    for paper in register.papers().into_iter().filter(|paper| !paper.planned_before.is_empty()) {
        let records = scan_all(store, Coll::Milestone, &format!("{}/", paper.id)).await?;
        let sealed =
            records.iter().map(|record| record.read()).collect::<Result<Vec<Milestone>, StoreError>>()?;
        let (mut ops, mut left) = (Vec::new(), Vec::new());
        for (at, before) in paper.planned_before.iter().enumerate() {
            match taken_from(paper.id, at, before, &sealed) {
                Some(plan) => ops.push(record(&plan, Expect::Absent)),
                None => {
                    tracing::warn!(
                        paper = paper.slug,
                        date = before.date,
                        "a planned draft has no day and stays in the paper's record"
                    );
                    left.push(before.clone());
                }
            }
        }
        if !ops.is_empty() {
            let paper = Paper { planned_before: left, ..paper.clone() };
            directory.enter(|_| Ok::<_, StoreError>((vec![Entry::Paper(paper)], ops))).await?;
        }
    }
    Ok(())
}

fn taken_from(
    paper: PaperId,
    at: usize,
    before: &PlannedBefore,
    sealed: &[Milestone],
) -> Option<PlannedDraft> {
    let PlannedBefore { name, event, date } = before;
    let date = date.parse().ok()?;
    let words = PlanWords { name: name.clone(), event: event.clone(), date, purpose: Default::default() };
    let seed = json!([paper, at, name]).to_string();
    let digest: [u8; 32] = Sha256::digest(seed.as_bytes()).into();
    let mut id = [0; 16];
    id.copy_from_slice(&digest[..16]);
    let id = PlanId(Builder::from_custom_bytes(id).into_uuid());
    let plan = PlannedDraft { id, paper, words, said: None, sealed: None, cancelled: None };
    let fulfilled = sealed.iter().find(|draft| plan.is_called(&draft.name)).map(|draft| draft.id);
    Some(PlannedDraft { sealed: fulfilled, ..plan })
}

fn in_known_languages(said: PlanWords) -> Result<PlanWords, Refusal> {
    for (field, words) in [("name", &said.name), ("event", &said.event), ("purpose", &said.purpose)] {
        for language in words.keys() {
            words::language(field, language)?;
        }
    }
    Ok(said)
}

impl From<PlanError> for Refusal {
    fn from(error: PlanError) -> Self {
        let rule = error.to_string();
        let label = |most| Broken::Label { most };
        match error {
            PlanError::Name => Refusal::broken("name", label(Milestone::MAX_NAME), rule),
            PlanError::Event => Refusal::broken("event", label(Milestone::MAX_EVENT), rule),
            PlanError::Purpose => Refusal::broken("purpose", label(PlannedDraft::MAX_PURPOSE), rule),
            PlanError::DayPast(_) => Refusal::broken("date", Broken::Past, rule),
            PlanError::Reason => Refusal::broken("reason", label(PlannedDraft::MAX_REASON), rule),
            standing => Refusal::Planned(standing),
        }
    }
}

fn key(paper: PaperId, plan: PlanId) -> String {
    format!("{paper}/{plan}")
}
