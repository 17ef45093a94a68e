//! Planned drafts: what is to be sealed for which event, until it is sealed or given up.
//!
//! A plan is changed while it is open. The draft that is sealed for it fulfils it, in the same moment; a plan that is given up says why.
//! Neither is ever changed again, so that the line of time of a paper keeps what was intended beside what came of it.
//!
//! ```
//! use std::collections::BTreeMap;
//! use crdt::history::planned::{PlannedDraft, PlanWords};
//! # use crdt::{ids::*, moment::Moment};
//! # let (id, paper, by) = (PlanId(uuid::Uuid::nil()), PaperId(uuid::Uuid::nil()), SeatId(uuid::Uuid::nil()));
//! let now: Moment = "2016-09-21T08:42:00Z".parse()?;
//! let name = BTreeMap::from([("en".to_owned(), "Bogotá draft".to_owned())]);
//! let words = PlanWords { name, date: "2016-10-12".parse()?, event: BTreeMap::new(), purpose: BTreeMap::new() };
//! let plan = PlannedDraft::plan((id, paper), words, &[], &[], by, now)?;
//! assert!(plan.is_open() && plan.is_called("bogotá DRAFT"));
//! let sealed = plan.fulfil(MilestoneId(uuid::Uuid::nil()))?;
//! assert!(sealed.cancel("The congress is off.", by, now).is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::milestone::{Day, Milestone, is_label};
use crate::ids::{MilestoneId, PaperId, PlanId, SeatId};
use crate::moment::Moment;

/// Words in several languages, by the code of the language.
pub type InLanguages = BTreeMap<String, String>;

/// A draft that is to be sealed, was sealed, or was given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedDraft {
    /// For life.
    pub id: PlanId,
    /// Of which paper.
    pub paper: PaperId,
    /// What was said of it last.
    #[serde(flatten)]
    pub words: PlanWords,
    /// Who said so, and when; unknown of plans that came with a paper.
    #[serde(default)]
    pub said: Option<Said>,
    /// The draft that was sealed for it.
    #[serde(default)]
    pub sealed: Option<MilestoneId>,
    /// Set when it was given up.
    #[serde(default)]
    pub cancelled: Option<Cancellation>,
}

/// What is said of a planned draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanWords {
    /// What it will be called, in one language at least: "Bogotá draft".
    pub name: InLanguages,
    /// The meeting it goes to; may be empty.
    #[serde(default)]
    pub event: InLanguages,
    /// The day it is due.
    pub date: Day,
    /// What it is for, in a sentence; may be empty.
    #[serde(default)]
    pub purpose: InLanguages,
}

/// Who did something, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// By which seat.
    pub by: SeatId,
    /// When.
    pub at: Moment,
}

/// A plan was given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancellation {
    /// When.
    pub at: Moment,
    /// By whom.
    pub by: SeatId,
    /// Why, for whoever had counted on it.
    pub reason: String,
}

/// Why nothing became of an act on a plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// It has no name in any language, a long one, or one that would look like another.
    #[error(
        "has 1 to {} characters in one language at least, without control characters and marks of direction",
        Milestone::MAX_NAME
    )]
    Name,
    /// The event is too long, or would not be shown as it is.
    #[error(
        "has at most {} characters, without control characters and marks of direction",
        Milestone::MAX_EVENT
    )]
    Event,
    /// What it is for is too long, or would not be shown as it is.
    #[error(
        "has at most {} characters, in one line, without control characters and marks of direction",
        PlannedDraft::MAX_PURPOSE
    )]
    Purpose,
    /// The day is over everywhere.
    #[error("is over: a draft is planned for today or later; {0} is past")]
    DayPast(Day),
    /// Another open plan, or a sealed draft, has that name.
    #[error("there is a planned or sealed draft with the name “{0}” already; each has a name of its own")]
    NameTaken(String),
    /// It was sealed: what was planned is done.
    #[error("the draft “{0}” was sealed; its plan is not changed any more")]
    Sealed(String),
    /// It was given up.
    #[error("the plan for “{0}” was cancelled; plan a new draft instead")]
    Cancelled(String),
    /// No reason, a long one, or one that would not be shown as it is.
    #[error(
        "has 1 to {} characters, in one line, without control characters and marks of direction",
        PlannedDraft::MAX_REASON
    )]
    Reason,
}

impl PlannedDraft {
    /// Longest words about what it is for, in characters.
    pub const MAX_PURPOSE: usize = 300;
    /// Longest reason for giving it up, in characters.
    pub const MAX_REASON: usize = 500;

    /// HIS38–HIS40: a new plan. `plans` are those that the paper has, `sealed` the names of its sealed drafts.
    pub fn plan(
        (id, paper): (PlanId, PaperId),
        words: PlanWords,
        plans: &[PlannedDraft],
        sealed: &[&str],
        by: SeatId,
        now: Moment,
    ) -> Result<PlannedDraft, PlanError> {
        let words = words.checked()?;
        words.is_not_past(now)?;
        words.has_own_name(plans.iter().filter(|other| other.is_open()), sealed)?;
        let said = Some(Said { by, at: now });
        Ok(PlannedDraft { id, paper, words, said, sealed: None, cancelled: None })
    }

    /// HIS38–HIS41: the same plan with other words. A day that stays may have passed meanwhile: it is the name that is put right then.
    pub fn change(
        &self,
        words: PlanWords,
        plans: &[PlannedDraft],
        sealed: &[&str],
        by: SeatId,
        now: Moment,
    ) -> Result<PlannedDraft, PlanError> {
        self.must_be_open()?;
        let words = words.checked()?;
        if words.date != self.words.date {
            words.is_not_past(now)?;
        }
        words.has_own_name(plans.iter().filter(|other| other.is_open() && other.id != self.id), sealed)?;
        Ok(PlannedDraft { words, said: Some(Said { by, at: now }), ..self.clone() })
    }

    /// HIS41: the same plan, given up.
    pub fn cancel(&self, reason: &str, by: SeatId, now: Moment) -> Result<PlannedDraft, PlanError> {
        self.must_be_open()?;
        let reason = reason.trim();
        if !is_label(reason, Self::MAX_REASON) {
            return Err(PlanError::Reason);
        }
        let cancelled = Cancellation { at: now, by, reason: reason.to_owned() };
        Ok(PlannedDraft { cancelled: Some(cancelled), ..self.clone() })
    }

    /// HIS42: the same plan, fulfilled by a draft that is sealed in this moment.
    pub fn fulfil(&self, sealed: MilestoneId) -> Result<PlannedDraft, PlanError> {
        self.must_be_open()?;
        Ok(PlannedDraft { sealed: Some(sealed), ..self.clone() })
    }

    /// Neither sealed nor given up.
    pub fn is_open(&self) -> bool {
        self.sealed.is_none() && self.cancelled.is_none()
    }

    /// Whether `name` names it in any language: white space around it and the case of letters make no difference.
    pub fn is_called(&self, name: &str) -> bool {
        self.words.names().any(|own| is_same(own, name))
    }

    fn must_be_open(&self) -> Result<(), PlanError> {
        let name = || self.words.names().next().unwrap_or_default().to_owned();
        match (&self.sealed, &self.cancelled) {
            (Some(_), _) => Err(PlanError::Sealed(name())),
            (None, Some(_)) => Err(PlanError::Cancelled(name())),
            (None, None) => Ok(()),
        }
    }
}

/// HIS42: which of these plans a draft that is sealed under `name` fulfils: the one that is `chosen`, else the open one of that name, else
/// none. A name that another open plan bears cannot be used for the chosen one.
pub fn fulfilled_by<'a>(
    plans: &'a [PlannedDraft],
    chosen: Option<&'a PlannedDraft>,
    name: &str,
) -> Result<Option<&'a PlannedDraft>, PlanError> {
    let named = plans.iter().find(|plan| plan.is_open() && plan.is_called(name));
    let Some(chosen) = chosen else { return Ok(named) };
    chosen.must_be_open()?;
    match named {
        Some(other) if other.id != chosen.id => Err(PlanError::NameTaken(name.trim().to_owned())),
        _ => Ok(Some(chosen)),
    }
}

impl PlanWords {
    fn names(&self) -> impl Iterator<Item = &str> {
        self.name.values().map(String::as_str)
    }

    /// HIS38: the same without white space around words and without empty ones.
    fn checked(self) -> Result<Self, PlanError> {
        let words = |each: InLanguages, most: usize, error: PlanError| {
            let trimmed = each.into_iter().map(|(language, words)| (language, words.trim().to_owned()));
            let said: InLanguages = trimmed.filter(|(_, words)| !words.is_empty()).collect();
            if said.values().all(|words| is_label(words, most)) { Ok(said) } else { Err(error) }
        };
        let name = words(self.name, Milestone::MAX_NAME, PlanError::Name)?;
        if name.is_empty() {
            return Err(PlanError::Name);
        }
        let event = words(self.event, Milestone::MAX_EVENT, PlanError::Event)?;
        let purpose = words(self.purpose, PlannedDraft::MAX_PURPOSE, PlanError::Purpose)?;
        Ok(Self { name, event, date: self.date, purpose })
    }

    /// HIS39: a day is past when it is over in the last zone of the Earth, twelve hours behind UTC.
    fn is_not_past(&self, now: Moment) -> Result<(), PlanError> {
        let today_where_it_is_earliest = Day::in_utc(now - Duration::from_hours(12));
        if self.date < today_where_it_is_earliest { Err(PlanError::DayPast(self.date)) } else { Ok(()) }
    }

    /// HIS40.
    fn has_own_name<'a>(
        &self,
        mut others: impl Iterator<Item = &'a PlannedDraft>,
        sealed: &[&str],
    ) -> Result<(), PlanError> {
        let is_sealed = self.names().find(|name| sealed.iter().any(|other| is_same(name, other)));
        let is_planned = || others.find_map(|other| self.names().find(|name| other.is_called(name)));
        match is_sealed.or_else(is_planned) {
            Some(taken) => Err(PlanError::NameTaken(taken.to_owned())),
            None => Ok(()),
        }
    }
}

fn is_same(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}
