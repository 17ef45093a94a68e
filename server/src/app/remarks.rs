//! Remarks on their way out of a component: kept or left at its desk, sent in its name, taken back, let in when late.
//!
//! The rules are `crdt::review::remark`'s. Remarks are sent together: one act, one commit, all or none. It is done inside the directory's
//! turn, so that no round closes between the question whether it takes them and the moment when they are stored.

use crdt::ids::{ComponentId, PaperId, RoundId, SeatId, ThreadId};
use crdt::review::permission::Action;
use crdt::review::remark::{Prepared, RemarkError, Withdrawn};
use crdt::review::round::Ask;
use crdt::review::submission::{Admitted, Visibility};
use crdt::review::thread::Thread;
use serde_json::json;

use super::App;
use super::audit::{self, By};
use super::broken::Broken;
use super::news::{Topic, What};
use super::notices::{About, Kind, Message, Notice, seats_that_speak_for};
use super::refusal::Refusal;
use super::rounds::{MOST_REASON, Sending, shown};
use super::threads::{Kept, key};
use super::words;
use crate::people::directory::Register;
use crate::store::{Coll, Expect, Op, StoreError};

/// Remarks sent at once.
const MOST_AT_ONCE: usize = 500;

impl App {
    /// REV26: keep a remark for sending, or leave it, with a note for its author. Only the component hears of it.
    pub async fn prepare_remark(
        &self,
        by: SeatId,
        id: ThreadId,
        expected: Option<u64>,
        (keep, note): (bool, &str),
    ) -> Result<Kept, Refusal> {
        let note =
            if note.trim().is_empty() { String::new() } else { words::line("note", note, MOST_REASON)? };
        let at = self.clock.now();
        let work = |register: &Register, thread: &Thread| {
            own(register, by, thread, Action::PrepareForComponent, "prepare what the component sends")?;
            Ok((thread.prepare(Prepared { by, at, keep, note: note.clone() })?, Vec::new()))
        };
        self.change_remark(by, id, expected, "remark_prepared", work).await
    }

    /// REV26: send remarks in the component's name: all of them or none. Each is named with the version that was looked at. Answers with
    /// them as they are now, in the same order.
    pub async fn send_remarks(
        &self,
        by: SeatId,
        paper: PaperId,
        round: Option<RoundId>,
        remarks: &[(ThreadId, u64)],
    ) -> Result<Vec<Kept>, Refusal> {
        let received = self.clock.now();
        if remarks.is_empty() || remarks.len() > MOST_AT_ONCE {
            let rule = format!("has 1 to {MOST_AT_ONCE} remarks");
            return Err(Refusal::broken("remarks", Broken::Full { most: MOST_AT_ONCE }, rule));
        }
        let mut found = Vec::new();
        for (id, version) in remarks {
            let kept = self.thread(*id, by).await?;
            if kept.version != *version {
                return Err(Refusal::StaleVersion { current: kept.version });
            }
            if found.iter().any(|other: &Kept| other.thread.id == *id) {
                return Err(Refusal::field("remarks", "names each remark once"));
            }
            found.push(kept);
        }
        let mut sent: Vec<Thread> = Vec::new();
        let work = |register: &Register| {
            let what = Sending { paper, round, what: Ask::Comments, on_behalf: None, received };
            let submission = self.submission_for(register, by, what)?;
            let visibility = shown(register, round, submission.at).visibility;
            let mut ops = Vec::new();
            for Kept { thread, version } in &found {
                let place = own(register, by, thread, Action::SubmitForComponent, "send it")?;
                if place != paper {
                    return Err(Refusal::NotFound);
                }
                let next = thread.submit(submission.clone(), visibility)?;
                ops.push(Op::put(Coll::Thread, key(&next), Expect::Version(*version), &next));
                sent.push(next);
            }
            let ids: Vec<ThreadId> = sent.iter().map(|thread| thread.id).collect();
            let about = json!({ "round": round, "remarks": ids, "late": submission.late.is_some() });
            ops.push(audit::entry(submission.at, "remarks_sent", By::Seat(by), about));
            Ok::<_, Refusal>((Vec::new(), ops))
        };
        self.directory.enter(work).await.map_err(as_changed_meanwhile)?;
        self.tell_of_sending(paper, round, &sent);
        let versions = found.iter().map(|kept| kept.version + 1);
        Ok(sent
            .into_iter()
            .zip(versions)
            .map(|(thread, version)| self.told(paper, thread, version))
            .collect())
    }

    /// REV28: take back what was sent, with a reason.
    pub async fn withdraw_remark(
        &self,
        by: SeatId,
        id: ThreadId,
        expected: Option<u64>,
        reason: &str,
    ) -> Result<Kept, Refusal> {
        let (at, reason) = (self.clock.now(), words::line("reason", reason, MOST_REASON)?);
        let work = |register: &Register, thread: &Thread| {
            own(register, by, thread, Action::SubmitForComponent, "take back what the component sent")?;
            Ok((thread.withdraw(Withdrawn { by, at, reason: reason.clone() })?, Vec::new()))
        };
        self.change_remark(by, id, expected, "remark_withdrawn", work).await
    }

    /// REV27: let in a remark that another component sent late, with a reason. Who speaks for its component is told.
    pub async fn admit_remark(
        &self,
        by: SeatId,
        id: ThreadId,
        expected: Option<u64>,
        reason: &str,
    ) -> Result<Kept, Refusal> {
        let (at, reason) = (self.clock.now(), words::line("reason", reason, MOST_REASON)?);
        let work = |register: &Register, thread: &Thread| {
            let place = register.text(thread.text).ok_or(Refusal::NotFound)?;
            let may = |action| register.may(by, action, &place.place());
            if !may(Action::RunRound) && !may(Action::AnswerRemarks) {
                return Err(Refusal::NotAllowed("let in what came late"));
            }
            if register.seat(by).is_some_and(|seat| seat.component == thread.component) {
                return Err(Refusal::NotAllowed("let in what your own component sent"));
            }
            let next = thread.admit(Admitted { by, at, reason: reason.clone() })?;
            let message = Message {
                paper: place.paper,
                kind: Kind::LateAdmitted,
                about: About::Thread(id),
                words: reason.clone(),
                by: None,
            };
            let seats = seats_that_speak_for(register, thread.component);
            Ok((next, vec![(seats, message)]))
        };
        self.change_remark(by, id, expected, "late_admitted", work).await
    }

    /// Changes one remark that the seat reads, and tells whom it concerns, in one commit.
    async fn change_remark(
        &self,
        by: SeatId,
        id: ThreadId,
        expected: Option<u64>,
        event: &str,
        work: impl FnOnce(&Register, &Thread) -> Result<(Thread, Vec<(Vec<SeatId>, Message)>), Refusal>,
    ) -> Result<Kept, Refusal> {
        let _turn = self.settling.alone(&id.to_string()).await;
        let Kept { thread, version } = self.thread(id, by).await?;
        if expected.is_some_and(|expected| expected != version) {
            return Err(Refusal::StaleVersion { current: version });
        }
        let (register, now) = (self.directory.register(), self.clock.now());
        let paper = register.text(thread.text).ok_or(Refusal::NotFound)?.paper;
        let (next, messages) = work(&register, &thread)?;
        let mut ops = vec![Op::put(Coll::Thread, key(&next), Expect::Version(version), &next)];
        let mut notices: Vec<Notice> = Vec::new();
        for (seats, message) in &messages {
            let (records, told) = self.notices_to(&register, seats, message, now);
            ops.extend(records);
            notices.extend(told);
        }
        ops.push(audit::entry(now, event, By::Seat(by), json!({ "thread": id })));
        self.store.commit(ops).await.map_err(Refusal::from).map_err(as_changed_meanwhile)?;
        self.notices_told(&notices);
        Ok(self.told(paper, next, version + 1))
    }

    /// Open pages count anew. While others may not know that something was sent, they are not told that something happened.
    fn tell_of_sending(&self, paper: PaperId, round: Option<RoundId>, sent: &[Thread]) {
        let visibility = shown(&self.directory.register(), round, self.clock.now()).visibility;
        let component: Option<ComponentId> = sent.first().map(|thread| thread.component);
        let within = if visibility == Visibility::Open { None } else { component };
        self.news.tell(paper, What::Procedure { topic: Topic::Rounds, within });
    }
}

/// The paper of a remark, if the seat may do this and the remark is its component's. Others' do not exist for it.
fn own(
    register: &Register,
    by: SeatId,
    thread: &Thread,
    action: Action,
    what: &'static str,
) -> Result<PaperId, Refusal> {
    let place = register.text(thread.text).ok_or(Refusal::NotFound)?;
    let seat = register.seat(by).ok_or(Refusal::NotFound)?;
    if !register.may(by, action, &place.place()) {
        return Err(Refusal::NotAllowed(what));
    }
    if seat.component != thread.component {
        return Err(RemarkError::NotInside.into());
    }
    Ok(place.paper)
}

/// A record that moved on while it was being changed is no fault of the store.
fn as_changed_meanwhile(refusal: Refusal) -> Refusal {
    match refusal {
        Refusal::StorageFailed(StoreError::Conflict { current, .. }) => {
            Refusal::StaleVersion { current: current.unwrap_or_default() }
        }
        other => other,
    }
}
