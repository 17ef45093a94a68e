//! Positions of components: taken, confirmed, taken back, and read. The rules are `crdt::review::position`'s.
//!
//! A position's record is keyed by its component and subject, so that two people of one component who speak at once meet:
//! the second is told, and nothing is overwritten.
//!
//! Here they are read; `acts` is what is done to them.

mod acts;

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use crdt::history::Digest;
use crdt::ids::{MilestoneId, PaperId, PositionId, SeatId};
use crdt::review::permission::Action;
use crdt::review::position::{BoundWords, Position, Said, Standing};
use crdt::review::submission::Reader;
use crdt::review::thread::Shown;

pub use self::acts::{NewPosition, ReceivedFile};
use super::App;
use super::refusal::Refusal;
use super::rounds::shown;
use crate::people::directory::{Register, Who};
use crate::people::paper::Paper;
use crate::store::{Coll, scan_all};

/// A position with what counts of it for a draft, and how that stands to the words there.
#[derive(Clone, Debug)]
pub struct Taken {
    /// With all that was said.
    pub position: Arc<Position>,
    /// What counts.
    pub said: Said,
    /// How it stands to the words.
    pub standing: Standing,
    /// What was said later and came late: it waits to be let in.
    pub waiting: Option<Said>,
    /// 1 when first said, one more with each change.
    pub version: u64,
}

/// A position as it is stored.
struct Kept {
    position: Position,
    version: u64,
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
        let kept = self.kept_positions(paper.id).await?;
        let reads = |position: &Position, said: &Said| {
            let sent = (position.component, &said.submission);
            self.reads_submission(&register, seat, sent, &paper.place())
        };
        self.as_they_stand(paper, kept, draft, reads).await
    }

    /// REV59: the same as everybody who reads the paper may see it: what is printed.
    pub async fn public_positions(&self, paper: &Paper, draft: MilestoneId) -> Result<Vec<Taken>, Refusal> {
        let kept = self.kept_positions(paper.id).await?;
        let register = self.directory.register();
        self.as_they_stand(paper, kept, Some(draft), |_, said| self.is_public(&register, said)).await
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
        let found: Vec<(Kept, Said, Option<Said>)> = kept
            .into_iter()
            .filter_map(|mut kept| {
                let position = kept.position.clone();
                kept.position.said.retain(|said| is_seen(&position, said));
                let waiting = kept.position.waiting(|id| by_then.contains(&id)).cloned();
                let counts = kept.position.as_of(|id| by_then.contains(&id)).cloned();
                Some((kept, counts.or_else(|| waiting.clone())?, waiting))
            })
            .collect();
        let wanted = found.iter().flat_map(|(_, said, _)| said.binding.words.iter().copied());
        let digests = self.digests(draft.map(|at| &*sealed[at]), wanted).await?;
        let taken = found.into_iter().map(|(kept, said, waiting)| Taken {
            standing: said.standing(|words: &BoundWords| digests.of(words)),
            position: Arc::new(kept.position),
            said,
            waiting,
            version: kept.version,
        });
        Ok(taken.collect())
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

    /// May everybody who reads the paper read it?
    fn is_public(&self, register: &Register, said: &Said) -> bool {
        let Shown { visibility, is_closed } = shown(register, said.submission.round, self.clock.now());
        let anybody = Reader { is_own: false, answers_for_place: false };
        said.submission.is_shown(visibility, is_closed, anybody, false)
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
