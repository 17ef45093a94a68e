//! Positions of components: taken, confirmed, taken back, and read. The rules are `crdt::review::position`'s.
//!
//! A position's record is keyed by its component and subject, so that two people of one component who speak at once meet:
//! the second is told, and nothing is overwritten.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use crdt::history::Digest;
use crdt::history::milestone::Milestone;
use crdt::ids::{ComponentId, MilestoneId, PaperId, PositionId, SeatId};
use crdt::review::permission::Action;
use crdt::review::position::{
    Binding, BoundWords, Position, Received, Said, Stance, Standing, Statement, Subject,
};
use crdt::review::submission::Submission;
use serde_json::json;

use super::App;
use super::audit::{self, By};
use super::news::{Topic, What};
use super::refusal::Refusal;
use super::sealed_words::is_drafted;
use super::words;
use crate::people::directory::Who;
use crate::people::paper::Paper;
use crate::store::{Coll, Expect, Op, StoreError, scan_all};

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

/// A position with what counts of it for a draft, and how that stands to the words there.
#[derive(Clone, Debug)]
pub struct Taken {
    /// With all that was said.
    pub position: Arc<Position>,
    /// What counts.
    pub said: Said,
    /// How it stands to the words.
    pub standing: Standing,
    /// 1 when first said, one more with each change.
    pub version: u64,
}

/// A position as it is stored.
struct Kept {
    position: Position,
    version: u64,
}

/// Who speaks, and in whose name.
struct Voice {
    component: ComponentId,
    on_behalf: bool,
}

impl App {
    /// REV57–REV59: what counts of each position for a draft, or now, in the order of components and subjects. Only what
    /// this seat may see.
    pub async fn positions(
        &self,
        paper: &Paper,
        seat: SeatId,
        draft: Option<MilestoneId>,
    ) -> Result<Vec<Taken>, Refusal> {
        let register = self.directory.register();
        let who = register.who(seat).ok_or(Refusal::NotFound)?;
        let kept = self.kept_positions(paper.id).await?;
        self.as_they_stand(paper, kept, draft, |position, said| {
            self.sees_position(who, paper, position, said)
        })
        .await
    }

    /// REV59: the same as everybody who reads the paper may see it: what is printed.
    pub async fn public_positions(&self, paper: &Paper, draft: MilestoneId) -> Result<Vec<Taken>, Refusal> {
        let kept = self.kept_positions(paper.id).await?;
        self.as_they_stand(paper, kept, Some(draft), |_, said| self.is_public(said)).await
    }

    async fn as_they_stand(
        &self,
        paper: &Paper,
        kept: Vec<Kept>,
        draft: Option<MilestoneId>,
        is_seen: impl Fn(&Position, &Said) -> bool,
    ) -> Result<Vec<Taken>, Refusal> {
        let sealed = self.milestones(paper.id).await?;
        let draft = draft.map(|id| sealed.iter().position(|each| each.id == id).ok_or(Refusal::NotFound));
        let draft = draft.transpose()?;
        let by_then: BTreeSet<MilestoneId> =
            sealed.iter().take(draft.map_or(usize::MAX, |at| at + 1)).map(|each| each.id).collect();
        let found: Vec<(Kept, Said)> = kept
            .into_iter()
            .filter_map(|mut kept| {
                let position = kept.position.clone();
                kept.position.said.retain(|said| is_seen(&position, said));
                let said = kept.position.as_of(|id| by_then.contains(&id))?.clone();
                Some((kept, said))
            })
            .collect();
        let wanted = found.iter().flat_map(|(_, said)| said.binding.words.iter().copied());
        let digests = self.digests(draft.map(|at| &*sealed[at]), wanted).await?;
        let taken = found.into_iter().map(|(kept, said)| Taken {
            standing: said.standing(|words: &BoundWords| digests.of(words)),
            position: Arc::new(kept.position),
            said,
            version: kept.version,
        });
        Ok(taken.collect())
    }

    /// REV55, REV56: take a position in the name of the seat's component, or on behalf of another.
    pub async fn take_position(
        &self,
        paper: &Paper,
        seat: SeatId,
        new: NewPosition,
    ) -> Result<Taken, Refusal> {
        let register = self.directory.register();
        let who = register.who(seat).ok_or(Refusal::NotFound)?;
        let voice = self.voice(who, paper, new.on_behalf_of)?;
        if register.component(voice.component).is_none() {
            return Err(Refusal::field("component", "is one of the organisation"));
        }
        let statement = Statement::new(new.stance, &new.words, &new.way_out)?;
        let draft = self.sealed_draft(paper, new.milestone).await?;
        let (subject, binding) = self.bind(paper, &draft, new.subject).await?;
        let received = match (voice.on_behalf, new.received) {
            (true, None) => {
                let rule = "is the letter or file that the component sent; it is kept with the position";
                return Err(Refusal::field("received", rule));
            }
            (true, Some(file)) => Some(self.keep_received(file).await?),
            (false, _) => None,
        };
        let submission = self.submission_of(seat, voice.on_behalf);
        let said = Said { binding, statement, submission, received, reconfirms: false, lifted: None };
        let id = Position::id_of(voice.component, subject);
        let before = self.kept_position(paper.id, id).await?;
        let next = match &before {
            None => Position::open(voice.component, subject, said),
            Some(kept) => kept.position.say(said)?,
        };
        self.write_position(paper, seat, before, next, "position_taken").await
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
        let kept = self.own_position(paper, seat, id, expected).await?;
        let draft = self.sealed_draft(paper, milestone).await?;
        let (_, binding) = self.bind(paper, &draft, kept.position.subject).await?;
        let next = kept.position.reconfirm(binding, self.submission_of(seat, false))?;
        self.write_position(paper, seat, Some(kept), next, "position_reconfirmed").await
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
        let next = kept.position.lift(seat, self.clock.now());
        self.write_position(paper, seat, Some(kept), next, "position_lifted").await
    }

    /// REV55: a file that was received, for those who may see it: its component, and who enters what others sent.
    pub async fn received_with_position(
        &self,
        paper: &Paper,
        seat: SeatId,
        id: PositionId,
        sha256: Digest,
    ) -> Result<(String, Bytes), Refusal> {
        let register = self.directory.register();
        let who = register.who(seat).ok_or(Refusal::NotFound)?;
        let kept = self.kept_position(paper.id, id).await?.ok_or(Refusal::NotFound)?;
        if !sees_received(who, paper, &kept.position) {
            return Err(Refusal::NotFound);
        }
        let mut all = kept.position.said.iter().filter_map(|said| said.received.as_ref());
        let received = all.find(|file| file.sha256 == sha256).ok_or(Refusal::NotFound)?;
        let bytes = self.store.blob(sha256.0).await?;
        let missing = || Refusal::Fault(format!("the received file {sha256} is missing"));
        Ok((received.name.clone(), bytes.ok_or_else(missing)?))
    }

    /// REV59: who sees what was said.
    fn sees_position(&self, who: Who<'_>, _paper: &Paper, position: &Position, said: &Said) -> bool {
        who.component.id == position.component || self.is_public(said)
    }

    fn is_public(&self, said: &Said) -> bool {
        said.submission.round.is_none()
    }

    /// In whose name this seat may speak: in that of its component, or on behalf of one whose letter it has.
    fn voice(
        &self,
        who: Who<'_>,
        paper: &Paper,
        on_behalf_of: Option<ComponentId>,
    ) -> Result<Voice, Refusal> {
        let may = |action| crdt::review::permission::may(&who.seat.rights(), action, &paper.place());
        let component = on_behalf_of.unwrap_or(who.component.id);
        if component == who.component.id && may(Action::SubmitForComponent) {
            return Ok(Voice { component, on_behalf: false });
        }
        if on_behalf_of.is_some() && may(Action::SubmitOnBehalf) {
            return Ok(Voice { component, on_behalf: true });
        }
        Err(Refusal::NotAllowed("speak for this component: its focal point does"))
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
        let kept = self.kept_position(paper.id, id).await?.ok_or(Refusal::NotFound)?;
        let is_seen = |said: &Said| self.sees_position(who, paper, &kept.position, said);
        if !kept.position.said.iter().any(is_seen) {
            return Err(Refusal::NotFound);
        }
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
    async fn sealed_draft(&self, paper: &Paper, id: Option<MilestoneId>) -> Result<Arc<Milestone>, Refusal> {
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

    fn submission_of(&self, by: SeatId, on_behalf: bool) -> Submission {
        Submission { round: None, by, at: self.clock.now(), on_behalf, late: None }
    }

    /// One commit with its entry in the audit log; nothing when nothing changed. Whoever wrote first is not overwritten.
    async fn write_position(
        &self,
        paper: &Paper,
        seat: SeatId,
        before: Option<Kept>,
        next: Position,
        event: &str,
    ) -> Result<Taken, Refusal> {
        let (id, component) = (next.id, next.component);
        if before.as_ref().is_none_or(|kept| kept.position != next) {
            let expect = before.as_ref().map_or(Expect::Absent, |kept| Expect::Version(kept.version));
            let said = next.current().or(next.said.last()).ok_or(Refusal::NotFound)?;
            let about = json!({
                "position": id, "component": component, "milestone": said.binding.milestone,
                "fingerprint": said.binding.fingerprint, "stance": said.statement.stance,
                "on_behalf": said.submission.on_behalf,
            });
            let is_public = next.said.last().is_some_and(|said| self.is_public(said));
            let ops = vec![
                Op::put(Coll::Position, key(paper.id, id), expect, &next),
                audit::entry(self.clock.now(), event, By::Seat(seat), about),
            ];
            match self.store.commit(ops).await {
                Ok(_) => {}
                Err(StoreError::Conflict { current, .. }) => {
                    return Err(Refusal::StaleVersion { current: current.unwrap_or(0) });
                }
                Err(error) => return Err(error.into()),
            }
            let within = (!is_public).then_some(component);
            self.news.tell(paper.id, What::Procedure { topic: Topic::Positions, within });
        }
        let mut taken = self.positions(paper, seat, None).await?.into_iter();
        taken.find(|taken| taken.position.id == id).ok_or(Refusal::NotFound)
    }

    async fn kept_positions(&self, paper: PaperId) -> Result<Vec<Kept>, Refusal> {
        let mut all = Vec::new();
        for record in scan_all(&*self.store, Coll::Position, &format!("{paper}/")).await? {
            all.push(Kept { position: record.read()?, version: record.version });
        }
        let register = self.directory.register();
        let code = |id| register.component(id).map(|component| component.code.clone());
        all.sort_by_cached_key(|kept| (code(kept.position.component), kept.position.subject));
        Ok(all)
    }

    async fn kept_position(&self, paper: PaperId, id: PositionId) -> Result<Option<Kept>, Refusal> {
        let Some(record) = self.store.get(Coll::Position, &key(paper, id)).await? else { return Ok(None) };
        Ok(Some(Kept { position: record.read()?, version: record.version }))
    }
}

/// REV55: who sees a letter that was received: it may say more than what was entered from it.
pub fn sees_received(who: Who<'_>, paper: &Paper, position: &Position) -> bool {
    let enters = crdt::review::permission::may(&who.seat.rights(), Action::SubmitOnBehalf, &paper.place());
    who.component.id == position.component || enters
}

fn key(paper: PaperId, id: PositionId) -> String {
    format!("{paper}/{id}")
}
