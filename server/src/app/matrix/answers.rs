//! What is done to rows: they are answered, several at once if they have one answer; answers are taken back; rows are given to
//! those who will answer them; their component says whether the answer will do.
//!
//! Acts on several rows are one commit: all of it happens, or nothing. Each row is named with the version in which it was read, so
//! that of two people who answer at once the second is told, and nothing of theirs is lost.
//!
//! Amendments are decided here by their own rules, as far as that leaves the text as it is; a single one is also accepted as it
//! stands. What is to be written first is decided on its page. Acts on amendments are done under their turns (see
//! [`amendments`]).

use crdt::document::branch::Touch;
use crdt::ids::{AmendmentId, SeatId, ThreadId};
use crdt::moment::Moment;
use crdt::review::amendment::{Amendment, Verdict};
use crdt::review::disposition::{Decider, Disposition, Outcome, Place, Proposers};
use crdt::review::entry::Kind;
use crdt::review::matrix::Source;
use crdt::review::permission::{self, Action, may};
use crdt::review::thread::Thread;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::several::{Act, Next, named};
use crate::app::App;
use crate::app::amendments;
use crate::app::audit::{self, By};
use crate::app::papers::aside;
use crate::app::refusal::{Refusal, RowInTheWay};
use crate::app::threads::{Kept, key};
use crate::people::directory::{Register, Who};
use crate::people::paper::Paper;
use crate::store::{Coll, Expect, Op, StoreError};

/// Rows that one act may be about.
pub const MOST_ROWS: usize = 500;

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

/// Answers that were given.
#[derive(Clone, Debug)]
pub struct Given {
    /// What an undo goes by; `None` when no remark is among the rows: decisions on amendments are not taken back.
    pub batch: Option<Uuid>,
    /// The rows.
    pub rows: Vec<Uuid>,
}

/// What came of taking answers back.
#[derive(Clone, Debug)]
pub struct TakenBack {
    /// The remarks that are as they were before.
    pub rows: Vec<Uuid>,
    /// How many others have a newer answer, which stays.
    pub left: usize,
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
        self.result_stands(answer.result).await?;
        let is_single = rows.len() == 1;
        let becomes = |source: &Source, place: &permission::Place| {
            self.answered(&register, who, source, place, &disposition, is_single)
        };
        Ok(named(self.planned(paper, seat, rows, &becomes).await?.1))
    }

    /// REV46, REV51, REV76: give this answer to these rows, to all of them or to none.
    pub async fn answer_rows(
        &self,
        paper: &Paper,
        seat: SeatId,
        rows: &[Marked],
        answer: &Answering,
    ) -> Result<Given, Refusal> {
        let amendments = self.amendments_among(paper, seat, rows).await?;
        if let ([row], Some(amendment), Outcome::Accepted) = (rows, amendments.first(), answer.outcome) {
            let Answering { outcome, words, .. } = answer.clone();
            let answer = amendments::Answer { outcome, words };
            self.decide_amendment((*amendment, seat), Some(row.version), answer).await?;
            return Ok(Given { batch: None, rows: vec![row.id] });
        }
        let register = self.directory.register();
        let who = register.who(seat).ok_or(Refusal::NotFound)?;
        let at = self.clock.now();
        let disposition = answer.at_place(&register, paper, (seat, at))?;
        self.result_stands(answer.result).await?;
        let threads = rows.iter().map(|row| row.id).filter(|id| !amendments.contains(&AmendmentId(*id)));
        let threads = threads.map(ThreadId).collect();
        let batch = Batch { id: Uuid::new_v4(), by: seat, at, threads, undone: None };
        let act = Act {
            event: "remarks_answered",
            of_amendment: "amendment_decided",
            about: json!({ "batch": batch.id, "outcome": answer.outcome, "threads": batch.threads }),
            becomes: &|source, place| self.answered(&register, who, source, place, &disposition, false),
        };
        let record = Op::put(Coll::AnswerBatch, format!("{}/{}", paper.id, batch.id), Expect::Absent, &batch);
        let record = (!batch.threads.is_empty()).then_some(record);
        let batch = record.as_ref().map(|_| batch.id);
        let rows = self.change_rows(paper, seat, rows, act, record).await?;
        Ok(Given { batch, rows })
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
            let Source::Remark(thread) = &row.source else { return None };
            let answer = thread.entry.disposition.as_ref()?;
            let holds = (answer.by, answer.at) == (given.by, given.at);
            holds.then_some(Marked { id: id.0, version: row.version })
        });
        let held: Vec<Marked> = held.collect();
        let undone = Batch { undone: Some(now), ..given.clone() };
        let act = Act {
            event: "answers_taken_back",
            of_amendment: "amendment_decided",
            about: json!({ "batch": batch, "threads": held.iter().map(|row| row.id).collect::<Vec<_>>() }),
            becomes: &|source, _| match source {
                Source::Remark(thread) => {
                    Ok(Next::Remark(thread.take_back((given.by, given.at), (seat, now))?.into()))
                }
                Source::Amendment(_) => Err(Refusal::OnItsPage),
            },
        };
        let record = Op::put(Coll::AnswerBatch, place, Expect::Version(record.version), &undone);
        let rows = self.change_rows(paper, seat, &held, act, Some(record)).await?;
        Ok(TakenBack { left: given.threads.len() - rows.len(), rows })
    }

    /// REV51: give rows to a seat that may answer them, or to nobody. Who answers or runs the review does that.
    pub async fn assign_rows(
        &self,
        paper: &Paper,
        seat: SeatId,
        rows: &[Marked],
        to: Option<SeatId>,
    ) -> Result<Vec<Uuid>, Refusal> {
        let register = self.directory.register();
        let may_assign = |place: &permission::Place| {
            [Action::AnswerRemarks, Action::RunRound].iter().any(|act| register.may(seat, *act, place))
        };
        let act = Act {
            event: "remarks_assigned",
            of_amendment: "amendment_assigned",
            about: json!({ "seat": to, "threads": rows.iter().map(|row| row.id).collect::<Vec<_>>() }),
            becomes: &|source, place| {
                if !may_assign(place) {
                    return Err(Refusal::NotAllowed("assign remarks"));
                }
                let (act, rule) = match source {
                    Source::Remark(_) => (Action::AnswerRemarks, "is a seat that answers remarks there"),
                    Source::Amendment(_) => (Action::Decide, "is a seat that decides on amendments there"),
                };
                if to.is_some_and(|to| !register.may(to, act, place)) {
                    return Err(Refusal::field("seat", rule));
                }
                Ok(match source {
                    Source::Remark(thread) => Next::Remark(thread.assign(to).into()),
                    Source::Amendment(proposal) => {
                        let before = &proposal.amendment;
                        Next::Amendment(before.clone(), before.assign(to).following(before).into())
                    }
                })
            },
        };
        self.change_rows(paper, seat, rows, act, None).await
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

    /// REV76: what an answer makes of a row. A single amendment can be accepted too; that is then done by who writes texts.
    fn answered(
        &self,
        register: &Register,
        who: Who<'_>,
        source: &Source,
        place: &permission::Place,
        disposition: &Disposition,
        is_single: bool,
    ) -> Result<Next, Refusal> {
        let amendment = match source {
            Source::Remark(thread) => {
                return Ok(Next::Remark(answered(register, who, thread, place, disposition)?.into()));
            }
            Source::Amendment(proposal) => &proposal.amendment,
        };
        let hand = self.hand(who.seat.id, amendment)?;
        amendment.may_be_decided_by(&hand)?;
        match disposition.outcome {
            Outcome::Accepted if is_single => {
                Ok(Next::Amendment(amendment.clone(), Amendment::clone(amendment).into()))
            }
            outcome @ (Outcome::NotAccepted | Outcome::Deferred | Outcome::Overtaken) => {
                let words = disposition.words.clone();
                let verdict =
                    Verdict { outcome, words, touch: Touch::default(), changes: Vec::new(), result: None };
                let next = amendment.decide(&hand, verdict)?.following(amendment);
                Ok(Next::Amendment(amendment.clone(), next.into()))
            }
            _ => Err(Refusal::OnItsPage),
        }
    }

    /// The paragraph of resulting words must be there.
    async fn result_stands(&self, result: Option<Place>) -> Result<(), Refusal> {
        let Some(Place { text, paragraph }) = result else { return Ok(()) };
        let document = self.live.text(text).await?;
        aside(move || match document.blocks().iter().any(|block| block.id == paragraph) {
            true => Ok(()),
            false => Err(Refusal::field("result", "is a paragraph of this paper")),
        })
        .await
    }
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
