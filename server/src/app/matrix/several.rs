//! Acts on several rows: one commit, all of it or nothing, whatever the rows stand for.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use crdt::ids::{AmendmentId, PaperId, SeatId};
use crdt::review::amendment::Amendment;
use crdt::review::matrix::{Row, Source};
use crdt::review::permission;
use crdt::review::thread::{Audience, Thread};
use serde_json::Value;
use uuid::Uuid;

use super::answers::Marked;
use crate::app::App;
use crate::app::amendments;
use crate::app::audit::{self, By};
use crate::app::news::{Topic, What};
use crate::app::refusal::{Refusal, RowInTheWay};
use crate::app::threads::key;
use crate::people::paper::{Paper, TextPlace};
use crate::store::{Coll, Expect, Op, StoreError};

/// Threads that are told one by one; beyond them, listeners are told to look again.
const MOST_TOLD: usize = 100;

/// What a row becomes; of an amendment also what it was.
pub(super) enum Next {
    /// A remark.
    Remark(Box<Thread>),
    /// An amendment.
    Amendment(Arc<Amendment>, Box<Amendment>),
}

/// What each row becomes, with the version of its record, and the rows that stand in the way with the reason.
pub(super) type Planned = (Vec<(Next, u64)>, Vec<(Uuid, Refusal)>);

/// What a row becomes by an act, at a place.
pub(super) type Becomes<'a> = &'a (dyn Fn(&Source, &permission::Place) -> Result<Next, Refusal> + Sync);

/// What is done to the rows of one act.
pub(super) struct Act<'a> {
    /// Its name in the audit log, for remarks.
    pub event: &'static str,
    /// The same for amendments.
    pub of_amendment: &'static str,
    /// What the audit log says of it.
    pub about: Value,
    /// What each row becomes.
    pub becomes: Becomes<'a>,
}

impl App {
    /// Changes all of the rows or none, in one commit with what is written beside. Answers with the ids of the rows.
    pub(super) async fn change_rows(
        &self,
        paper: &Paper,
        seat: SeatId,
        rows: &[Marked],
        act: Act<'_>,
        also: Option<Op>,
    ) -> Result<Vec<Uuid>, Refusal> {
        let amendments = self.amendments_among(paper, seat, rows).await?;
        let _turns = self.settling.alone_with_all(amendments.iter().map(|id| id.to_string())).await;
        let (planned, mut in_the_way) = self.planned(paper, seat, rows, act.becomes).await?;
        match in_the_way.pop() {
            None => {}
            // Of one row, the reason is the refusal.
            Some((_, refusal)) if rows.len() == 1 => return Err(refusal),
            Some(last) => {
                in_the_way.push(last);
                return Err(Refusal::RowsInTheWay(named(in_the_way)));
            }
        }
        let mut ops: Vec<Op> =
            planned.iter().map(|(next, version)| next.put(Expect::Version(*version))).collect();
        ops.extend(also);
        let mut notices = Vec::new();
        // An undo of which nothing is left stands in the log too.
        let mut has_remark = rows.is_empty();
        for (next, _) in &planned {
            match next {
                Next::Remark(_) => has_remark = true,
                Next::Amendment(before, next) => {
                    let (records, told) = self.news_of(seat, before, next);
                    ops.extend(records);
                    ops.push(self.noted(act.of_amendment, seat, next));
                    notices.extend(told);
                }
            }
        }
        if has_remark {
            ops.push(audit::entry(self.clock.now(), act.event, By::Seat(seat), act.about));
        }
        match self.store.commit(ops).await {
            Ok(done) => {
                let ids = planned.iter().map(|(next, _)| next.id()).collect();
                let changed =
                    planned.into_iter().zip(done.versions).map(|((next, _), version)| (next, version));
                self.told_rows(paper.id, changed.collect());
                self.notices_told(&notices);
                Ok(ids)
            }
            Err(StoreError::Conflict { op, .. }) if op < planned.len() => {
                let id = planned[op].0.id();
                Err(Refusal::RowsInTheWay(vec![RowInTheWay { id, code: "stale_version" }]))
            }
            // The record of the batch: somebody took it back at the same moment.
            Err(StoreError::Conflict { .. }) => {
                Err(Refusal::Entry(crdt::review::entry::EntryError::Unanswered))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// What each row becomes, and what stands in the way.
    pub(super) async fn planned(
        &self,
        paper: &Paper,
        seat: SeatId,
        rows: &[Marked],
        becomes: Becomes<'_>,
    ) -> Result<Planned, Refusal> {
        let known = self.rows_by_id(paper, seat).await?;
        let register = self.directory.register();
        let (mut planned, mut in_the_way) = (Vec::new(), Vec::new());
        for Marked { id, version } in rows {
            let become_next = || {
                let row = known.get(id).ok_or(Refusal::NotFound)?;
                let place = register.text(row.spot.text).map(TextPlace::place).ok_or(Refusal::NotFound)?;
                let next = becomes(&row.source, &place)?;
                if row.version != *version {
                    return Err(Refusal::StaleVersion { current: row.version });
                }
                let record = match &row.source {
                    Source::Remark(_) => row.version,
                    Source::Amendment(proposal) => proposal.version,
                };
                Ok((next, record))
            };
            match become_next() {
                Ok(next) => planned.push(next),
                // What is wrong with the answer itself is no matter of a row.
                Err(refusal @ Refusal::Field { .. }) => return Err(refusal),
                Err(refusal) if refusal.code() == "field_invalid" => return Err(refusal),
                Err(refusal) => in_the_way.push((*id, refusal)),
            }
        }
        Ok((planned, in_the_way))
    }

    /// The rows that the seat may read.
    pub(super) async fn rows_by_id(
        &self,
        paper: &Paper,
        seat: SeatId,
    ) -> Result<HashMap<Uuid, Row>, Refusal> {
        Ok(self.matrix(paper, seat).await?.into_iter().map(|row| (row.id(), row)).collect())
    }

    /// The amendments among these rows that the seat may read.
    pub(super) async fn amendments_among(
        &self,
        paper: &Paper,
        seat: SeatId,
        rows: &[Marked],
    ) -> Result<BTreeSet<AmendmentId>, Refusal> {
        let register = self.directory.register();
        let wanted: HashSet<Uuid> = rows.iter().map(|row| row.id).collect();
        let shelved = self.proposals.of_paper(self, paper).await?;
        let amendments = shelved.iter().map(|shelved| &shelved.proposal.amendment);
        let chosen = amendments
            .filter(|it| wanted.contains(&it.id.0) && self.reads_amendment(&register, seat, it))
            .map(|amendment| amendment.id);
        Ok(chosen.collect())
    }

    /// Tell of changed rows, each to those who may read it; of many remarks, only that there is something to look at.
    fn told_rows(&self, paper: PaperId, changed: Vec<(Next, u64)>) {
        // Whoever may not read a remark must not learn from a hint that it was answered.
        let is_for_all =
            |next: &Next| matches!(next, Next::Remark(thread) if thread.audience == Audience::All);
        let concerns_all = changed.iter().any(|(next, _)| is_for_all(next));
        let is_many = changed.len() > MOST_TOLD;
        for (place, (next, version)) in changed.into_iter().enumerate() {
            match next {
                Next::Remark(thread) if place < MOST_TOLD => {
                    self.told(paper, *thread, version);
                }
                Next::Remark(_) => {}
                Next::Amendment(before, next) => {
                    self.changed(Some(&before), *next, version);
                }
            }
        }
        if is_many && concerns_all {
            self.news.tell(paper, What::Procedure { topic: Topic::Matrix, within: None });
        }
    }
}

impl Next {
    fn id(&self) -> Uuid {
        match self {
            Next::Remark(thread) => thread.id.0,
            Next::Amendment(_, amendment) => amendment.id.0,
        }
    }

    fn put(&self, expect: Expect) -> Op {
        match self {
            Next::Remark(thread) => Op::put(Coll::Thread, key(thread), expect, thread),
            Next::Amendment(_, amendment) => amendments::put(amendment, expect),
        }
    }
}

/// Rows with the codes of what stands in the way.
pub(super) fn named(in_the_way: Vec<(Uuid, Refusal)>) -> Vec<RowInTheWay> {
    in_the_way.into_iter().map(|(id, refusal)| RowInTheWay { id, code: refusal.code() }).collect()
}
