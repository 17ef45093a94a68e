//! What the clock brings to rounds: at its instants a round opens and closes, and those whom that concerns are told, once.
//!
//! Whoever acts on a round at the same time brings along what its instants have brought ([`App::bring`]), so that no notice is lost.

use crdt::ids::RoundId;
use crdt::moment::Moment;
use crdt::review::round::{Phase, Round};
use crdt::review::submission::Visibility;
use serde_json::json;

use super::{asked, speakers};
use crate::app::App;
use crate::app::audit::{self, By};
use crate::app::instants::TRY_AGAIN;
use crate::app::notices::{About, Kind, Message, Notice, seats_that_answer};
use crate::app::refusal::Refusal;
use crate::people::directory::{Entry, Register};
use crate::store::Op;

impl App {
    /// What has come due for rounds: those that opened or closed are told, once. Answers with the next instant.
    /// One that cannot be told is named in the log, and tried again; it holds up no other.
    pub(in crate::app) async fn rounds_due(&self, now: Moment) -> Result<Option<Moment>, Refusal> {
        let register = self.directory.register();
        let mut again = None;
        for round in register.rounds().filter(|round| has_come_due(round, now)) {
            if let Err(refusal) = self.tell_instants(round.id, now).await {
                tracing::error!(round = %round.id, %refusal, "an instant could not be told; it is tried again");
                again = Some(now + TRY_AGAIN);
            }
        }
        let next = self.directory.register().rounds().filter_map(|round| round.next_instant(now)).min();
        Ok(next.into_iter().chain(again).min())
    }

    async fn tell_instants(&self, id: RoundId, now: Moment) -> Result<(), Refusal> {
        let mut done: Option<(Round, Vec<Notice>)> = None;
        let work = |register: &Register| {
            let brought = register.round(id).and_then(|round| self.bring(register, round, now));
            let Some(Brought { round, ops, notices }) = brought else { return Ok((Vec::new(), Vec::new())) };
            done = Some((round.clone(), notices));
            Ok::<_, Refusal>((vec![Entry::Round(Box::new(round))], ops))
        };
        self.directory.enter(work).await?;
        if let Some((round, notices)) = done {
            self.rounds_changed(&round, now);
            self.notices_told(&notices);
        }
        Ok(())
    }

    /// REV29: what an instant of this round has brought and nobody was told yet.
    pub(super) fn bring(&self, register: &Register, round: &Round, now: Moment) -> Option<Brought> {
        if !has_come_due(round, now) {
            return None;
        }
        let mut next = round.clone();
        let mut ops = Vec::new();
        let note = |event, instant| {
            audit::entry(now, event, By::Service, json!({ "round": round.id, "instant": instant }))
        };
        if !round.told.opened {
            ops.push(note("round_opened", round.plan.opens));
            next.told.opened = true;
        }
        if !round.told.closed && round.is_closed(now) {
            ops.push(note("round_closed", round.closes()));
            next.told.closed = true;
        }
        // Who stood still through both instants is not told that something opened which is over.
        let kind = if next.told.closed { Kind::RoundClosed } else { Kind::RoundOpened };
        let message = Message {
            paper: round.paper,
            kind,
            about: About::Round(round.id),
            words: String::new(),
            by: None,
        };
        let seats = speakers(register, asked(register, round));
        let (records, mut notices) = self.notices_to(register, &seats, &message, now);
        ops.extend(records);
        if next.told.closed {
            let (records, told) = self.unsealed(register, &next, now);
            ops.extend(records);
            notices.extend(told);
        }
        Some(Brought { round: next, ops, notices })
    }

    /// REV81: what was sent under seal can be read now: those who answer are told. Of other rounds they were told as it came.
    pub(super) fn unsealed(&self, register: &Register, round: &Round, now: Moment) -> (Vec<Op>, Vec<Notice>) {
        let paper = register.paper(round.paper);
        let sealed = paper.filter(|_| round.plan.visibility == Visibility::SealedUntilClose);
        let seats = sealed.map(|paper| seats_that_answer(register, paper)).unwrap_or_default();
        let message = Message {
            paper: round.paper,
            kind: Kind::RoundUnsealed,
            about: About::Round(round.id),
            words: String::new(),
            by: None,
        };
        self.notices_to(register, &seats, &message, now)
    }
}

/// What an instant has brought, to be stored in one commit.
pub(super) struct Brought {
    /// The round, with a note that it was told.
    pub(super) round: Round,
    /// The notices and what the audit log says.
    pub(super) ops: Vec<Op>,
    /// Who is told.
    pub(super) notices: Vec<Notice>,
}

fn has_come_due(round: &Round, now: Moment) -> bool {
    let has_opened = round.phase(now) >= Phase::Open;
    (has_opened && !round.told.opened) || (round.is_closed(now) && !round.told.closed)
}
