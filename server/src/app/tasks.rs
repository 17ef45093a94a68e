//! Tasks: what the review asks of somebody, and by when.
//!
//! Computed, never stored: from the rounds and silences that run, what lies on the component's desk and what waits for an answer. When
//! nothing is asked, the list is empty.

mod waiting;

use crdt::ids::{PaperId, RoundId, SeatId, SilenceId};
use crdt::moment::Moment;
use crdt::review::permission::Action;
use crdt::review::position::Position;
use crdt::review::round::{Ask, Phase, Round};
use crdt::review::silence::{self, Silence};
use crdt::review::thread::Thread;

use super::App;
use super::refusal::Refusal;
use crate::people::paper::Paper;
use crate::store::Coll;

/// Something that waits for one person in one seat.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Task {
    /// In which paper.
    pub paper: PaperId,
    /// By what.
    pub asker: Asker,
    /// What.
    pub what: Wanted,
    /// Until when; `None` when there is no instant.
    pub by: Option<Moment>,
}

/// What asks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Asker {
    /// A review round.
    Round(RoundId),
    /// A draft under silence.
    Silence(SilenceId),
    /// The paper itself, in a round or outside of any.
    Paper,
}

/// What is asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Wanted {
    /// Read the draft and say inside the component what one thinks.
    Remark,
    /// Look through what the component's people said, keep or leave it.
    Prepare {
        /// How many remarks wait for that.
        remarks: usize,
    },
    /// Send what is kept.
    Send {
        /// How many remarks are kept.
        remarks: usize,
    },
    /// Decide whether what came late is let in.
    Admit {
        /// How many.
        remarks: usize,
    },
    /// Remind the components that are silent, before the round closes.
    Remind {
        /// How many.
        components: usize,
    },
    /// Announce a round that is still a draft.
    Announce,
    /// Say where the component stands on the draft of the round.
    Position,
    /// Object, if the component does: who says nothing consents.
    Object,
    /// Say again, or otherwise, what was said of words that have changed.
    Reconfirm {
        /// How many positions.
        positions: usize,
    },
    /// Submit drafts of amendments that the component's people have made ready.
    Submit {
        /// How many.
        amendments: usize,
    },
    /// Decide whether amendments that came late are let in.
    AdmitAmendments {
        /// How many.
        amendments: usize,
    },
    /// Decide on amendments.
    Decide {
        /// How many.
        amendments: usize,
    },
    /// Settle words that are not agreed.
    Settle {
        /// How many brackets.
        brackets: usize,
    },
}

impl App {
    /// What is asked of whoever holds this seat, in all papers: the nearest end first.
    pub async fn tasks(&self, seat: SeatId) -> Result<Vec<Task>, Refusal> {
        let (register, now) = (self.directory.register(), self.clock.now());
        let mut tasks = Vec::new();
        for paper in register.papers() {
            tasks.extend(self.asked_by_silence(paper, seat).await?);
            let rounds = self.rounds(&register, paper, seat);
            tasks.extend(self.asked_by_paper(paper, seat, &rounds).await?);
            if rounds.is_empty() {
                continue;
            }
            let threads = self.threads(paper, seat).await?;
            let threads: Vec<&Thread> = threads.iter().map(|kept| &*kept.thread).collect();
            for round in rounds {
                let wanted = self.wanted(paper, round, seat, &threads).await?;
                let closes = round.closes();
                let by = (now < closes).then_some(closes);
                tasks.extend(wanted.into_iter().map(|what| Task {
                    paper: paper.id,
                    asker: Asker::Round(round.id),
                    what,
                    by,
                }));
            }
        }
        tasks.sort_by_key(|task| (task.by.is_none(), task.by));
        Ok(tasks)
    }

    /// Of who may object: each draft under silence whose instant has not come, and to which the component has not objected.
    async fn asked_by_silence(&self, paper: &Paper, seat: SeatId) -> Result<Vec<Task>, Refusal> {
        let (register, now) = (self.directory.register(), self.clock.now());
        let speaks = register.may(seat, Action::SubmitForComponent, &paper.place());
        let Some(component) = register.seat(seat).map(|seat| seat.component).filter(|_| speaks) else {
            return Ok(Vec::new());
        };
        let asks = |silence: &Silence| {
            silence.phase(now) == silence::Phase::Running && silence.components.contains(&component)
        };
        let running = self.silences(paper.id).await?.into_iter().map(|kept| kept.silence).filter(asks);
        Ok(running
            .map(|silence| Task {
                paper: paper.id,
                asker: Asker::Silence(silence.id),
                what: Wanted::Object,
                by: Some(silence.instant()),
            })
            .collect())
    }

    async fn wanted(
        &self,
        paper: &Paper,
        round: &Round,
        seat: SeatId,
        threads: &[&Thread],
    ) -> Result<Vec<Wanted>, Refusal> {
        let (register, now) = (self.directory.register(), self.clock.now());
        let may = |action| register.may(seat, action, &paper.place());
        let Some(component) = register.seat(seat).map(|seat| seat.component) else { return Ok(Vec::new()) };
        let phase = round.phase(now);
        let mut wanted = Vec::new();
        if round.asks(component) && phase == Phase::Open && round.plan.asks.contains(&Ask::Comments) {
            let inside = threads.iter().filter(|thread| thread.component == component && thread.is_inside());
            let (decided, waiting): (Vec<&&Thread>, Vec<&&Thread>) =
                inside.filter(|thread| thread.is_open()).partition(|thread| thread.prepared.is_some());
            let kept = decided
                .iter()
                .filter(|thread| thread.prepared.as_ref().is_some_and(|each| each.keep))
                .count();
            if may(Action::PrepareForComponent) && !waiting.is_empty() {
                wanted.push(Wanted::Prepare { remarks: waiting.len() });
            }
            if may(Action::SubmitForComponent) && kept > 0 {
                wanted.push(Wanted::Send { remarks: kept });
            }
            if wanted.is_empty() && may(Action::Comment) {
                wanted.push(Wanted::Remark);
            }
        }
        let asks_for_position = round.plan.asks.contains(&Ask::Position) && phase == Phase::Open;
        if round.asks(component) && asks_for_position && may(Action::SubmitForComponent) {
            let all = self.all_of::<Position>(Coll::Position, &format!("{}/", paper.id)).await?;
            let own = all.iter().filter(|position| position.component == component);
            let mut said = own.flat_map(|position| &position.said);
            if !said.any(|said| said.submission.round == Some(round.id)) {
                wanted.push(Wanted::Position);
            }
        }
        if may(Action::RunRound) || may(Action::AnswerRemarks) {
            let late = threads.iter().filter(|thread| {
                thread.withdrawn.is_none()
                    && thread
                        .submission
                        .as_ref()
                        .is_some_and(|sent| sent.round == Some(round.id) && !sent.counts())
            });
            match late.count() {
                0 => {}
                remarks => wanted.push(Wanted::Admit { remarks }),
            }
        }
        if may(Action::RunRound) {
            match phase {
                Phase::Draft => wanted.push(Wanted::Announce),
                Phase::Open => {
                    let coverage = self.coverage(round, seat).await?;
                    let silent =
                        coverage.components.iter().filter(|each| each.has_answered == Some(false)).count();
                    if silent > 0 {
                        wanted.push(Wanted::Remind { components: silent });
                    }
                }
                _ => {}
            }
        }
        Ok(wanted)
    }
}
