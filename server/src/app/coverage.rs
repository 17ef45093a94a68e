//! Coverage: how far a round is, component by component and chapter by chapter, for one reader.
//!
//! It counts only what this reader may read, so that a sealed round gives away nothing. Those who run the round learn one thing more of each
//! asked component: whether it has read, whether it has sent anything, or is silent. Without that nobody could be reminded.
//!
//! A component answers with a remark, an amendment or a position; only remarks are counted by chapter.

use std::collections::{BTreeMap, BTreeSet};

use crdt::ids::{ChapterId, ComponentId, SeatId};
use crdt::moment::Moment;
use crdt::review::asked::Sent;
use crdt::review::permission::Action;
use crdt::review::position::Position;
use crdt::review::round::Round;
use crdt::review::submission::{Submission, Visibility};
use crdt::review::thread::Thread;

use super::App;
use super::amendments::Kept;
use super::reading::Reading;
use super::refusal::Refusal;
use super::rounds::asked;
use super::threads::reads;
use crate::people::directory::Register;
use crate::people::paper::Paper;
use crate::store::{Coll, scan_all};

/// How far a round is, as one reader may know it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Coverage {
    /// The components that are asked, in order of code.
    pub components: Vec<Standing>,
    /// The chapters of the paper, in reading order.
    pub chapters: Vec<ChapterCover>,
    /// Remarks of the round that the reader may read, without those that were taken back or wait in the late queue.
    pub remarks: usize,
    /// Those of them that are not settled.
    pub open: usize,
    /// Remarks that wait in the late queue, as far as the reader may see them.
    pub late: usize,
}

/// How far a component is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Standing {
    /// Which.
    pub component: ComponentId,
    /// Who speaks for it: its focal points first, then its deputies.
    pub speakers: Vec<SeatId>,
    /// Has it sent anything? `None` when the reader may not know.
    pub has_answered: Option<bool>,
    /// How many chapters it has opened; `None` when the reader may not know.
    pub chapters_read: Option<usize>,
    /// Its remarks that the reader may read, by chapter.
    pub remarks: BTreeMap<ChapterId, usize>,
    /// When it last sent or opened something, as far as the reader may know.
    pub last: Option<Moment>,
}

/// How much a chapter was looked at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ChapterCover {
    /// Which.
    pub chapter: ChapterId,
    /// Remarks on it that the reader may read.
    pub remarks: usize,
    /// How many components sent them.
    pub components: usize,
    /// How many of the asked components have opened it; `None` when the reader may not know.
    pub read_by: Option<usize>,
}

/// An amendment or a position that a component sent.
struct Other {
    component: ComponentId,
    at: Moment,
    /// May the reader read it?
    is_seen: bool,
}

impl App {
    /// How far a round is for whoever holds this seat.
    pub async fn coverage(&self, round: &Round, seat: SeatId) -> Result<Coverage, Refusal> {
        let (register, now) = (self.directory.register(), self.clock.now());
        let paper = register.paper(round.paper).ok_or(Refusal::NotFound)?;
        let runs = register.may(seat, Action::RunRound, &paper.place());
        let own = register.seat(seat).ok_or(Refusal::NotFound)?.component;
        let knows = |component| runs || component == own;
        // Where everybody reads everything at once, everybody also sees who has sent nothing.
        let is_open_to_all = round.plan.visibility == Visibility::Open;
        let readings = self.readings(round.id).await?;
        let sent = self.sent_in(round).await?;
        let others = self.amended_and_said(round, paper, seat).await?;
        let seen: Vec<&Thread> = sent.iter().filter(|thread| reads(&register, now, seat, thread)).collect();
        let counts = |thread: &Thread| Sent::remark(thread).is_some_and(|sent| sent.counts(now));
        let counted: Vec<&Thread> = seen.iter().copied().filter(|thread| counts(thread)).collect();
        let chapter_of = |thread: &Thread| register.text(thread.text).map(|place| place.chapter);

        let mut components = asked(&register, round);
        components.sort_by_key(|id| register.component(*id).map(|component| component.code.clone()));
        let standing = |component: ComponentId| {
            let reading = readings.iter().find(|reading| reading.component == component && knows(component));
            let mut remarks: BTreeMap<ChapterId, usize> = BTreeMap::new();
            for chapter in counted
                .iter()
                .filter(|thread| thread.component == component)
                .filter_map(|thread| chapter_of(thread))
            {
                *remarks.entry(chapter).or_default() += 1;
            }
            let known = if runs { sent.iter().collect() } else { seen.clone() };
            let known = known
                .into_iter()
                .filter(|thread| thread.component == component && thread.withdrawn.is_none());
            let remarked = known.filter_map(|thread| thread.submission.as_ref().map(|sent| sent.at));
            let other = others.iter().filter(|other| other.component == component && (runs || other.is_seen));
            let sent_at = remarked.chain(other.map(|other| other.at)).max();
            Standing {
                component,
                speakers: speakers(&register, component),
                has_answered: (knows(component) || is_open_to_all || sent_at.is_some())
                    .then_some(sent_at.is_some()),
                chapters_read: knows(component).then(|| reading.map_or(0, |reading| reading.chapters.len())),
                remarks,
                last: sent_at.max(reading.map(|reading| reading.last)),
            }
        };
        let cover = |chapter: ChapterId| {
            let of_chapter: Vec<&&Thread> =
                counted.iter().filter(|thread| chapter_of(thread) == Some(chapter)).collect();
            let by: BTreeSet<ComponentId> = of_chapter.iter().map(|thread| thread.component).collect();
            let has_read =
                |reading: &&Reading| round.asks(reading.component) && reading.chapters.contains_key(&chapter);
            ChapterCover {
                chapter,
                remarks: of_chapter.len(),
                components: by.len(),
                read_by: runs.then(|| readings.iter().filter(has_read).count()),
            }
        };
        Ok(Coverage {
            chapters: paper.chapters.iter().map(|chapter| cover(chapter.id)).collect(),
            remarks: counted.len(),
            open: counted.iter().filter(|thread| thread.is_open()).count(),
            late: seen.iter().filter(|thread| is_waiting(thread, now)).count(),
            components: components.into_iter().map(standing).collect(),
        })
    }

    /// The amendments and positions that were sent in a round.
    async fn amended_and_said(
        &self,
        round: &Round,
        paper: &Paper,
        seat: SeatId,
    ) -> Result<Vec<Other>, Refusal> {
        let (register, now) = (self.directory.register(), self.clock.now());
        let is_of = |sent: &&Submission| sent.round == Some(round.id);
        let mut others = Vec::new();
        for Kept { amendment, .. } in self.all_amendments(paper.id).await? {
            let sent = Sent::amendment(&amendment).filter(|sent| !sent.is_taken_back(now));
            others.extend(sent.map(|sent| sent.submission).filter(is_of).map(|sent| Other {
                component: amendment.component,
                at: sent.at,
                is_seen: self.reads_amendment(&register, seat, &amendment),
            }));
        }
        for record in scan_all(&*self.store, Coll::Position, &format!("{}/", paper.id)).await? {
            let position: Position = record.read()?;
            let component = position.component;
            let said: Vec<Sent<'_>> =
                Sent::position(&position).filter(|sent| is_of(&sent.submission)).collect();
            // What was said before and not lifted apart goes with the last.
            if said.last().is_none_or(|last| last.is_taken_back(now)) {
                continue;
            }
            others.extend(said.iter().map(|sent| sent.submission).map(|sent| Other {
                component,
                at: sent.at,
                is_seen: self.reads_submission(&register, seat, (component, sent), &paper.place()),
            }));
        }
        Ok(others)
    }

    /// Every remark that was sent in a round, whoever may read it: only for counting whether somebody answered.
    async fn sent_in(&self, round: &Round) -> Result<Vec<Thread>, Refusal> {
        let register = self.directory.register();
        let paper = register.paper(round.paper).ok_or(Refusal::NotFound)?;
        let mut sent = Vec::new();
        for (text, _) in paper.texts() {
            for record in scan_all(&*self.store, Coll::Thread, &format!("{text}/")).await? {
                let thread: Thread = record.read()?;
                if thread.submission.as_ref().is_some_and(|sent| sent.round == Some(round.id)) {
                    sent.push(thread);
                }
            }
        }
        Ok(sent)
    }
}

fn is_waiting(thread: &Thread, now: Moment) -> bool {
    Sent::remark(thread).is_some_and(|sent| !sent.is_let_in(now) && !sent.is_taken_back(now))
}

fn speakers(register: &Register, component: ComponentId) -> Vec<SeatId> {
    let mut seats = super::notices::seats_that_speak_for(register, component);
    seats.sort_by_key(|seat| register.seat(*seat).map(|seat| (seat.function, seat.rank, seat.id)));
    seats
}
