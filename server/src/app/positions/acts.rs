//! What is done to positions: taken, said again, taken back, let in. Each is one commit with its entry in the audit log.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use crdt::history::Digest;
use crdt::history::milestone::Milestone;
use crdt::ids::{ComponentId, MilestoneId, PositionId, SeatId};
use crdt::moment::Moment;
use crdt::review::permission::{Action, may};
use crdt::review::position::{Binding, Position, Received, Said, Stance, Statement, Subject};
use crdt::review::round::{Ask, Phase, Round};
use crdt::review::submission::{Admitted, Submission};
use serde_json::json;

use super::{Kept, Taken, key};
use crate::app::App;
use crate::app::audit::{self, By};
use crate::app::news::{Topic, What};
use crate::app::refusal::Refusal;
use crate::app::rounds::{MOST_REASON, Sending};
use crate::app::sealed_words::is_drafted;
use crate::app::words;
use crate::people::directory::{Register, Who};
use crate::people::paper::Paper;
use crate::store::{Coll, Expect, Op, StoreError};

/// A position to be taken.
#[derive(Clone, Debug)]
pub struct NewPosition {
    /// The sealed draft it is about.
    pub milestone: Option<MilestoneId>,
    /// What of it.
    pub subject: Subject,
    /// Yes, no, or something between.
    pub stance: Stance,
    /// Why, or an explanation.
    pub words: String,
    /// The text that would lift it.
    pub way_out: String,
    /// Another component than the speaker's own, on whose behalf this is entered.
    pub on_behalf_of: Option<ComponentId>,
    /// What that component sent.
    pub received: Option<ReceivedFile>,
}

/// A file as it came.
#[derive(Clone, Debug)]
pub struct ReceivedFile {
    /// What it is called.
    pub name: String,
    /// Its bytes.
    pub bytes: Bytes,
}

/// Who speaks, and in whose name.
#[derive(Clone, Copy)]
struct Voice {
    component: ComponentId,
    on_behalf: bool,
    /// When they spoke, before they waited for anybody's turn.
    received: Moment,
}

impl App {
    /// REV55, REV56: take a position in the name of the seat's component, or on behalf of another.
    pub async fn take_position(
        &self,
        paper: &Paper,
        seat: SeatId,
        new: NewPosition,
    ) -> Result<Taken, Refusal> {
        let received = self.clock.now();
        let register = self.directory.register();
        let who = register.who(seat).ok_or(Refusal::NotFound)?;
        let voice = voice(who, paper, new.on_behalf_of, received)?;
        if register.component(voice.component).is_none() {
            return Err(Refusal::field("component", "is one of the organisation"));
        }
        let statement = Statement::new(new.stance, &new.words, &new.way_out)?;
        let draft = self.sealed_draft(paper, new.milestone).await?;
        let (subject, binding) = self.bind(paper, &draft, new.subject).await?;
        let letter = match (voice.on_behalf, new.received) {
            (true, None) => {
                let rule = "is the letter or file that the component sent; it is kept with the position";
                return Err(Refusal::field("received", rule));
            }
            (true, Some(file)) => Some(self.keep_received(file).await?),
            (false, _) => None,
        };
        let id = Position::id_of(voice.component, subject);
        let before = self.kept_position(paper.id, id).await?;
        let plan = |register: &Register| {
            let submission = self.position_sent(register, paper, seat, voice, &draft)?;
            let said =
                Said { binding, statement, submission, received: letter, reconfirms: false, lifted: None };
            match &before {
                None => Ok(Position::open(voice.component, subject, said)),
                Some(kept) => Ok(kept.position.say(said)?),
            }
        };
        self.write_position(paper, seat, (id, before.as_ref()), plan, "position_taken").await
    }

    /// REV58: say the same of a later draft.
    pub async fn reconfirm_position(
        &self,
        paper: &Paper,
        seat: SeatId,
        id: PositionId,
        milestone: Option<MilestoneId>,
        expected: Option<u64>,
    ) -> Result<Taken, Refusal> {
        let received = self.clock.now();
        let kept = self.own_position(paper, seat, id, expected).await?;
        let draft = self.sealed_draft(paper, milestone).await?;
        let (_, binding) = self.bind(paper, &draft, kept.position.subject).await?;
        let voice = Voice { component: kept.position.component, on_behalf: false, received };
        let plan = |register: &Register| {
            let submission = self.position_sent(register, paper, seat, voice, &draft)?;
            Ok(kept.position.reconfirm(binding, submission)?)
        };
        self.write_position(paper, seat, (id, Some(&kept)), plan, "position_reconfirmed").await
    }

    /// REV57: take it back.
    pub async fn lift_position(
        &self,
        paper: &Paper,
        seat: SeatId,
        id: PositionId,
        expected: Option<u64>,
    ) -> Result<Taken, Refusal> {
        let kept = self.own_position(paper, seat, id, expected).await?;
        let plan = |_: &Register| Ok(kept.position.lift(seat, self.clock.now()));
        self.write_position(paper, seat, (id, Some(&kept)), plan, "position_lifted").await
    }

    /// REV27, REV59: let in what came late, for a reason that everybody reads.
    pub async fn admit_position(
        &self,
        paper: &Paper,
        seat: SeatId,
        id: PositionId,
        reason: &str,
    ) -> Result<Taken, Refusal> {
        let reason = words::line("reason", reason, MOST_REASON)?;
        let register = self.directory.register();
        let may = |action| register.may(seat, action, &paper.place());
        let kept = self.readable_position(&register, paper, seat, id).await?;
        if !may(Action::RunRound) && !may(Action::AnswerRemarks) {
            return Err(Refusal::NotAllowed("let in what came late"));
        }
        if register.seat(seat).is_some_and(|seat| seat.component == kept.position.component) {
            return Err(Refusal::NotAllowed("let in what your own component sent"));
        }
        let admitted = Admitted { by: seat, at: self.clock.now(), reason };
        let plan = |_: &Register| Ok(kept.position.admit(admitted)?);
        self.write_position(paper, seat, (id, Some(&kept)), plan, "position_admitted").await
    }

    /// A position of which the seat may read something; not found for everybody else.
    async fn readable_position(
        &self,
        register: &Register,
        paper: &Paper,
        seat: SeatId,
        id: PositionId,
    ) -> Result<Kept, Refusal> {
        let kept = self.kept_position(paper.id, id).await?.ok_or(Refusal::NotFound)?;
        let component = kept.position.component;
        let reads = |said: &Said| {
            self.reads_submission(register, seat, (component, &said.submission), &paper.place())
        };
        if kept.position.said.iter().any(reads) { Ok(kept) } else { Err(Refusal::NotFound) }
    }

    /// A position of the seat's own component, which the seat may change.
    async fn own_position(
        &self,
        paper: &Paper,
        seat: SeatId,
        id: PositionId,
        expected: Option<u64>,
    ) -> Result<Kept, Refusal> {
        let register = self.directory.register();
        let who = register.who(seat).ok_or(Refusal::NotFound)?;
        let kept = self.readable_position(&register, paper, seat, id).await?;
        let speaks = register.may(seat, Action::SubmitForComponent, &paper.place());
        if kept.position.component != who.component.id || !speaks {
            return Err(Refusal::NotAllowed("speak for this component: its focal point does"));
        }
        match expected {
            Some(expected) if expected != kept.version => {
                Err(Refusal::StaleVersion { current: kept.version })
            }
            _ => Ok(kept),
        }
    }

    /// REV55: the sealed draft with this id.
    pub(in crate::app) async fn sealed_draft(
        &self,
        paper: &Paper,
        id: Option<MilestoneId>,
    ) -> Result<Arc<Milestone>, Refusal> {
        let (of, draft) = match self.milestone(id.ok_or(Refusal::NotSealed)?).await {
            Err(Refusal::NotFound) => return Err(Refusal::NotSealed),
            found => found?,
        };
        if of == paper.id { Ok(draft) } else { Err(Refusal::NotSealed) }
    }

    /// The subject in the language it is drafted in, and its words.
    async fn bind(
        &self,
        paper: &Paper,
        draft: &Milestone,
        subject: Subject,
    ) -> Result<(Subject, Binding), Refusal> {
        let is_drafted = |text: &_| is_drafted(paper, text);
        let Subject::Paragraph(place) = subject else {
            return Ok((subject, Binding::of(subject, draft, is_drafted, None)?));
        };
        let found = self.sealed_paragraph(paper, draft, place).await?;
        let subject = Subject::Paragraph(found.as_ref().map_or(place, |found| found.place));
        let block = found.as_ref().map(|found| (&found.block, found.number));
        Ok((subject, Binding::of(subject, draft, is_drafted, block)?))
    }

    async fn keep_received(&self, file: ReceivedFile) -> Result<Received, Refusal> {
        if file.bytes.is_empty() {
            return Err(Refusal::field("received", "has no bytes"));
        }
        let name = words::line("received.name", &file.name, 200)?;
        let size_bytes = file.bytes.len() as u64;
        Ok(Received { name, sha256: Digest(self.store.put_blob(file.bytes).await?), size_bytes })
    }

    /// REV22, REV59: how a position on this draft comes: in the round that asks this component for one, if there is one that has not
    /// been answered yet; else outside of any.
    fn position_sent(
        &self,
        register: &Register,
        paper: &Paper,
        seat: SeatId,
        voice: Voice,
        draft: &Milestone,
    ) -> Result<Submission, Refusal> {
        let now = voice.received;
        let asks = |round: &&Round| {
            let is_in_time = !matches!(round.phase(now), Phase::Draft | Phase::Published);
            let wants = round.plan.asks.contains(&Ask::Position) && round.asks(voice.component);
            round.milestone == draft.id && is_in_time && wants
        };
        let round = register.rounds_of(paper.id).into_iter().rfind(asks).map(|round| round.id);
        let on_behalf = voice.on_behalf.then_some(voice.component);
        self.submission_for(
            register,
            seat,
            Sending { paper: paper.id, round, what: Ask::Position, on_behalf, received: voice.received },
        )
    }

    /// One commit with its entry in the audit log, planned where nobody closes a round meanwhile; nothing when nothing changed.
    /// Whoever wrote first is not overwritten.
    async fn write_position(
        &self,
        paper: &Paper,
        seat: SeatId,
        (id, before): (PositionId, Option<&Kept>),
        plan: impl FnOnce(&Register) -> Result<Position, Refusal>,
        event: &str,
    ) -> Result<Taken, Refusal> {
        let mut news = None;
        let work = |register: &Register| {
            let next = plan(register)?;
            if before.is_some_and(|kept| kept.position == next) {
                return Ok((Vec::new(), Vec::new()));
            }
            let said = changed(before.map(|kept| &kept.position), &next).ok_or(Refusal::NotFound)?;
            let about = json!({
                "position": id, "component": next.component, "milestone": said.binding.milestone,
                "fingerprint": said.binding.fingerprint, "stance": said.statement.stance,
                "on_behalf": said.submission.on_behalf, "round": said.submission.round,
                "late": said.submission.late.is_some(),
            });
            let within = (!self.is_public(register, said)).then_some(next.component);
            news = Some(What::Procedure { topic: Topic::Positions, within });
            let expect = before.map_or(Expect::Absent, |kept| Expect::Version(kept.version));
            let ops = vec![
                Op::put(Coll::Position, key(paper.id, id), expect, &next),
                audit::entry(self.clock.now(), event, By::Seat(seat), about),
            ];
            Ok((Vec::new(), ops))
        };
        match self.directory.enter(work).await {
            Ok(()) => {}
            Err(Refusal::StorageFailed(StoreError::Conflict { current, .. })) => {
                return Err(Refusal::StaleVersion { current: current.unwrap_or(0) });
            }
            Err(refusal) => return Err(refusal),
        }
        if let Some(news) = news {
            self.news.tell(paper.id, news);
        }
        let mut taken = self.positions(paper, seat, None).await?.into_iter();
        taken.find(|taken| taken.position.id == id).ok_or(Refusal::NotFound)
    }

    /// REV69, REV83: the operations by which what was objected too late becomes a reservation on the whole draft; none where the position
    /// there stays as it is.
    pub(in crate::app) async fn reserve(
        &self,
        paper: &Paper,
        seat: SeatId,
        component: ComponentId,
        draft: MilestoneId,
        reason: &str,
    ) -> Result<Vec<Op>, Refusal> {
        let draft = self.sealed_draft(paper, Some(draft)).await?;
        let (subject, binding) = self.bind(paper, &draft, Subject::Paper).await?;
        let statement = Statement::new(Stance::Reservation, reason, "")?;
        let submission =
            Submission { round: None, by: seat, at: self.clock.now(), on_behalf: false, late: None };
        let said = Said { binding, statement, submission, received: None, reconfirms: false, lifted: None };
        let id = Position::id_of(component, subject);
        let before = self.kept_position(paper.id, id).await?;
        let sealed = self.milestones(paper.id).await?;
        let from_it_on: BTreeSet<MilestoneId> =
            sealed.iter().skip_while(|each| each.id != draft.id).map(|each| each.id).collect();
        let next = match &before {
            None => Some(Position::open(component, subject, said)),
            Some(kept) => kept.position.reserve(said, |id| from_it_on.contains(&id)),
        };
        let Some(next) = next else { return Ok(Vec::new()) };
        let expect = before.map_or(Expect::Absent, |kept| Expect::Version(kept.version));
        Ok(vec![Op::put(Coll::Position, key(paper.id, id), expect, &next)])
    }
}

/// What an act was about: what it said, or the first that it changed of what was said before. `None` when nothing is otherwise.
fn changed<'a>(before: Option<&Position>, next: &'a Position) -> Option<&'a Said> {
    let known = before.map_or(&[][..], |before| &before.said);
    next.said.iter().zip(0..).find(|(said, at)| known.get(*at) != Some(said)).map(|(said, _)| said)
}

/// In whose name this seat may speak: in that of its component, or on behalf of one whose letter it has.
fn voice(
    who: Who<'_>,
    paper: &Paper,
    on_behalf_of: Option<ComponentId>,
    received: Moment,
) -> Result<Voice, Refusal> {
    let may = |action| may(&who.seat.rights(), action, &paper.place());
    let component = on_behalf_of.unwrap_or(who.component.id);
    if component == who.component.id && may(Action::SubmitForComponent) {
        return Ok(Voice { component, on_behalf: false, received });
    }
    if on_behalf_of.is_some() && may(Action::SubmitOnBehalf) {
        return Ok(Voice { component, on_behalf: true, received });
    }
    Err(Refusal::NotAllowed("speak for this component: its focal point does"))
}
