//! What is done to rows: they are answered, several at once if they have one answer; answers are taken back; rows are given to
//! those who will answer them; their component says whether the answer will do.
//!
//! Acts on several rows are one commit: all of it happens, or nothing. Each row is named with the version in which it was read, so
//! that of two people who answer at once the second is told, and nothing of theirs is lost.

use std::collections::HashMap;

use crdt::ids::{PaperId, SeatId, ThreadId};
use crdt::moment::Moment;
use crdt::review::disposition::{Decider, Disposition, Outcome, Place, Proposers};
use crdt::review::entry::Kind;
use crdt::review::matrix::{Row, Source};
use crdt::review::permission::{self, Action, may};
use crdt::review::thread::{Audience, Thread};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::App;
use crate::app::audit::{self, By};
use crate::app::news::{Topic, What};
use crate::app::refusal::{Refusal, RowInTheWay};
use crate::app::threads::{Kept, key};
use crate::people::directory::{Register, Who};
use crate::people::paper::{Paper, TextPlace};
use crate::store::{Coll, Expect, Op, StoreError};

/// Rows that one act may be about.
pub const MOST_ROWS: usize = 500;

/// Threads that are told one by one; beyond them, listeners are told to look again.
const MOST_TOLD: usize = 100;

/// A row, as it was read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Marked {
    /// Which.
    pub id: Uuid,
    /// Its version then.
    pub version: u64,
}

/// An answer for rows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answering {
    /// What becomes of them.
    pub outcome: Outcome,
    /// Why.
    pub words: String,
    /// Where the resulting words stand.
    pub result: Option<Place>,
}

/// Answers that were given together. The record is what an undo goes by.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Batch {
    /// For life.
    pub id: Uuid,
    /// Who gave them.
    pub by: SeatId,
    /// When.
    pub at: Moment,
    /// To which remarks.
    pub threads: Vec<ThreadId>,
    /// When they were taken back.
    pub undone: Option<Moment>,
}

/// What came of taking answers back.
#[derive(Clone, Debug)]
pub struct TakenBack {
    /// The remarks that are as they were before.
    pub rows: Vec<Kept>,
    /// How many others have a newer answer, which stays.
    pub left: usize,
}

/// What each row becomes, with the version it has, and the rows that stand in the way with the reason.
type Planned = (Vec<(Thread, u64)>, Vec<(Uuid, Refusal)>);

/// What is done to the rows of one act: the act's name in the audit log, what it is about, and what each row becomes.
struct Act<'a> {
    event: &'static str,
    about: Value,
    becomes: &'a (dyn Fn(&Thread, &permission::Place) -> Result<Thread, Refusal> + Sync),
}

impl App {
    /// What stands in the way of giving this answer to these rows; empty when it can be given.
    pub async fn foresee_answers(
        &self,
        paper: &Paper,
        seat: SeatId,
        rows: &[Marked],
        answer: &Answering,
    ) -> Result<Vec<RowInTheWay>, Refusal> {
        let register = self.directory.register();
        let who = register.who(seat).ok_or(Refusal::NotFound)?;
        let disposition = answer.at_place(&register, paper, (seat, self.clock.now()))?;
        let becomes = |thread: &Thread, place: &_| answered(&register, who, thread, place, &disposition);
        Ok(named(self.planned(paper, seat, rows, &becomes).await?.1))
    }

    /// REV46, REV51: give this answer to these rows, to all of them or to none.
    pub async fn answer_rows(
        &self,
        paper: &Paper,
        seat: SeatId,
        rows: &[Marked],
        answer: &Answering,
    ) -> Result<(Batch, Vec<Kept>), Refusal> {
        let register = self.directory.register();
        let who = register.who(seat).ok_or(Refusal::NotFound)?;
        let at = self.clock.now();
        let disposition = answer.at_place(&register, paper, (seat, at))?;
        let threads = rows.iter().map(|row| ThreadId(row.id)).collect();
        let batch = Batch { id: Uuid::new_v4(), by: seat, at, threads, undone: None };
        let act = Act {
            event: "remarks_answered",
            about: json!({ "batch": batch.id, "outcome": answer.outcome, "threads": batch.threads }),
            becomes: &|thread, place| answered(&register, who, thread, place, &disposition),
        };
        let record = Op::put(Coll::AnswerBatch, format!("{}/{}", paper.id, batch.id), Expect::Absent, &batch);
        let kept = self.change_rows(paper, seat, rows, act, vec![record]).await?;
        Ok((batch, kept))
    }

    /// REV47: take back the answers of a batch that still hold. Only who gave them does that, and once.
    pub async fn take_back_answers(
        &self,
        paper: &Paper,
        seat: SeatId,
        batch: Uuid,
    ) -> Result<TakenBack, Refusal> {
        let place = format!("{}/{batch}", paper.id);
        let record = self.store.get(Coll::AnswerBatch, &place).await?.ok_or(Refusal::NotFound)?;
        let given: Batch = record.read()?;
        if given.by != seat {
            return Err(Refusal::NotFound);
        }
        if given.undone.is_some() {
            return Err(Refusal::Entry(crdt::review::entry::EntryError::Unanswered));
        }
        let now = self.clock.now();
        let rows = self.rows_by_id(paper, seat).await?;
        let held = given.threads.iter().filter_map(|id| {
            let row = rows.get(&id.0)?;
            let Source::Remark(thread) = &row.source;
            let answer = thread.entry.disposition.as_ref()?;
            let holds = (answer.by, answer.at) == (given.by, given.at);
            holds.then_some(Marked { id: id.0, version: row.version })
        });
        let held: Vec<Marked> = held.collect();
        let undone = Batch { undone: Some(now), ..given.clone() };
        let act = Act {
            event: "answers_taken_back",
            about: json!({ "batch": batch, "threads": held.iter().map(|row| row.id).collect::<Vec<_>>() }),
            becomes: &|thread, _| Ok(thread.take_back((given.by, given.at), (seat, now))?),
        };
        let record = Op::put(Coll::AnswerBatch, place, Expect::Version(record.version), &undone);
        let rows = self.change_rows(paper, seat, &held, act, vec![record]).await?;
        Ok(TakenBack { left: given.threads.len() - rows.len(), rows })
    }

    /// REV51: give rows to a seat that may answer them, or to nobody. Who answers or runs the review does that.
    pub async fn assign_rows(
        &self,
        paper: &Paper,
        seat: SeatId,
        rows: &[Marked],
        to: Option<SeatId>,
    ) -> Result<Vec<Kept>, Refusal> {
        let register = self.directory.register();
        let may_assign = |place: &permission::Place| {
            [Action::AnswerRemarks, Action::RunRound].iter().any(|act| register.may(seat, *act, place))
        };
        let act = Act {
            event: "remarks_assigned",
            about: json!({ "seat": to, "threads": rows.iter().map(|row| row.id).collect::<Vec<_>>() }),
            becomes: &|thread, place| {
                if !may_assign(place) {
                    return Err(Refusal::NotAllowed("assign remarks"));
                }
                if to.is_some_and(|to| !register.may(to, Action::AnswerRemarks, place)) {
                    return Err(Refusal::field("seat", "is a seat that answers remarks there"));
                }
                Ok(thread.assign(to))
            },
        };
        self.change_rows(paper, seat, rows, act, Vec::new()).await
    }

    /// REV45: say what a remark is about and which words it would like: its component, and for the kind also who answers it.
    pub async fn describe_remark(
        &self,
        id: ThreadId,
        seat: SeatId,
        expected: Option<u64>,
        (kind, proposed): (Kind, String),
    ) -> Result<Kept, Refusal> {
        self.change_thread(id, seat, expected, "remark_described", |thread, who, place| {
            let rights = who.seat.rights();
            let own = who.component.id == thread.component && may(&rights, Action::Comment, place);
            let sorts = may(&rights, Action::AnswerRemarks, place) && proposed == thread.entry.proposed;
            if !own && !sorts {
                return Err(Refusal::NotAllowed("change this remark"));
            }
            Ok(thread.describe(kind, &proposed)?)
        })
        .await
    }

    /// REV48: say for one's component whether the answer to its remark will do.
    pub async fn judge_answer(
        &self,
        id: ThreadId,
        seat: SeatId,
        expected: Option<u64>,
        (satisfied, words): (bool, String),
    ) -> Result<Kept, Refusal> {
        let now = self.clock.now();
        self.change_thread(id, seat, expected, "answer_judged", |thread, who, place| {
            if !may(&who.seat.rights(), Action::PrepareForComponent, place) {
                return Err(Refusal::NotAllowed("say for your component whether an answer will do"));
            }
            Ok(thread.judge(who.component.id, satisfied, &words, (seat, now))?)
        })
        .await
    }

    async fn change_thread(
        &self,
        id: ThreadId,
        seat: SeatId,
        expected: Option<u64>,
        event: &'static str,
        becomes: impl FnOnce(&Thread, Who<'_>, &permission::Place) -> Result<Thread, Refusal>,
    ) -> Result<Kept, Refusal> {
        let Kept { thread, version } = self.thread(id, seat).await?;
        let register = self.directory.register();
        let place = register.text(thread.text).ok_or(Refusal::NotFound)?;
        if expected.is_some_and(|expected| expected != version) {
            return Err(Refusal::StaleVersion { current: version });
        }
        let who = register.who(seat).ok_or(Refusal::NotFound)?;
        let next = becomes(&thread, who, &place.place())?;
        let entry = audit::entry(self.clock.now(), event, By::Seat(seat), json!({ "thread": id }));
        let put = Op::put(Coll::Thread, key(&next), Expect::Version(version), &next);
        match self.store.commit(vec![put, entry]).await {
            Ok(done) => Ok(self.told(place.paper, next, done.versions.first().copied().unwrap_or_default())),
            Err(StoreError::Conflict { current, .. }) => {
                Err(Refusal::StaleVersion { current: current.unwrap_or(version) })
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn change_rows(
        &self,
        paper: &Paper,
        seat: SeatId,
        rows: &[Marked],
        act: Act<'_>,
        also: Vec<Op>,
    ) -> Result<Vec<Kept>, Refusal> {
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
        let put = |(next, version): &(Thread, u64)| {
            Op::put(Coll::Thread, key(next), Expect::Version(*version), next)
        };
        let mut ops: Vec<Op> = planned.iter().map(put).collect();
        ops.extend(also);
        ops.push(audit::entry(self.clock.now(), act.event, By::Seat(seat), act.about));
        match self.store.commit(ops).await {
            Ok(done) => {
                let changed =
                    planned.into_iter().zip(done.versions).map(|((next, _), version)| (next, version));
                Ok(self.told_rows(paper.id, changed.collect()))
            }
            Err(StoreError::Conflict { op, .. }) if op < planned.len() => {
                let id = planned[op].0.id.0;
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
    async fn planned(
        &self,
        paper: &Paper,
        seat: SeatId,
        rows: &[Marked],
        becomes: &(dyn Fn(&Thread, &permission::Place) -> Result<Thread, Refusal> + Sync),
    ) -> Result<Planned, Refusal> {
        let known = self.rows_by_id(paper, seat).await?;
        let register = self.directory.register();
        let (mut planned, mut in_the_way) = (Vec::new(), Vec::new());
        for Marked { id, version } in rows {
            let become_next = || {
                let row = known.get(id).ok_or(Refusal::NotFound)?;
                let Source::Remark(thread) = &row.source;
                let place = register.text(thread.text).map(TextPlace::place).ok_or(Refusal::NotFound)?;
                let next = becomes(thread, &place)?;
                if row.version != *version {
                    return Err(Refusal::StaleVersion { current: row.version });
                }
                Ok(next)
            };
            match become_next() {
                Ok(next) => planned.push((next, *version)),
                // What is wrong with the answer itself is no matter of a row.
                Err(refusal @ Refusal::Field { .. }) => return Err(refusal),
                Err(refusal) if refusal.code() == "field_invalid" => return Err(refusal),
                Err(refusal) => in_the_way.push((*id, refusal)),
            }
        }
        Ok((planned, in_the_way))
    }

    async fn rows_by_id(&self, paper: &Paper, seat: SeatId) -> Result<HashMap<Uuid, Row>, Refusal> {
        Ok(self.matrix(paper, seat).await?.into_iter().map(|row| (row.id(), row)).collect())
    }

    /// Tell of changed threads, each to those who may read it; of many, only that there is something to look at.
    fn told_rows(&self, paper: PaperId, changed: Vec<(Thread, u64)>) -> Vec<Kept> {
        // Whoever may not read a remark must not learn from a hint that it was answered.
        let concerns_all = changed.iter().any(|(thread, _)| thread.audience == Audience::All);
        let is_many = changed.len() > MOST_TOLD;
        let tell = |(place, (thread, version)): (usize, (Thread, u64))| {
            if place < MOST_TOLD {
                return self.told(paper, thread, version);
            }
            Kept { thread: thread.into(), version }
        };
        let kept = changed.into_iter().enumerate().map(tell).collect();
        if is_many && concerns_all {
            self.news.tell(paper, What::Procedure { topic: Topic::Matrix, within: None });
        }
        kept
    }
}

fn named(in_the_way: Vec<(Uuid, Refusal)>) -> Vec<RowInTheWay> {
    in_the_way.into_iter().map(|(id, refusal)| RowInTheWay { id, code: refusal.code() }).collect()
}

impl Answering {
    /// The answer as it will stand on record. Its place must be in the paper.
    fn at_place(
        &self,
        register: &Register,
        paper: &Paper,
        given: (SeatId, Moment),
    ) -> Result<Disposition, Refusal> {
        let is_elsewhere =
            |place: &Place| register.text(place.text).is_none_or(|found| found.paper != paper.id);
        if self.result.as_ref().is_some_and(is_elsewhere) {
            return Err(Refusal::field("result", "is a paragraph of this paper"));
        }
        Ok(Disposition::new(self.outcome, &self.words, given, self.result)
            .map_err(crdt::review::entry::EntryError::from)?)
    }
}

fn answered(
    register: &Register,
    who: Who<'_>,
    thread: &Thread,
    place: &permission::Place,
    disposition: &Disposition,
) -> Result<Thread, Refusal> {
    if !may(&who.seat.rights(), Action::AnswerRemarks, place) {
        return Err(Refusal::NotAllowed("answer remarks"));
    }
    let decider = Decider { seat: who.seat.id, component: who.component.id, person: who.person.id };
    Ok(thread.dispose(&decider, &proposers(register, thread), disposition.clone())?)
}

/// REV18: whose a remark is: its component's, and of those who spoke in it or sent it for that component.
pub fn proposers(register: &Register, thread: &Thread) -> Proposers {
    let of_component = |seat: SeatId| {
        register.seat(seat).filter(|seat| seat.component == thread.component).map(|seat| seat.person)
    };
    let seats = thread.comments.iter().map(|comment| comment.seat);
    let seats = seats.chain(thread.submission.as_ref().map(|sent| sent.by));
    let people = seats.filter_map(of_component).collect();
    Proposers { components: [thread.component].into(), people }
}
