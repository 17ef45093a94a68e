//! Who was asked, who answered, who was silent: the rounds behind a sealed draft (REV74).

use crdt::history::milestone::Milestone;
use crdt::moment::Moment;
use crdt::review::amendment::Amendment;
use crdt::review::asked::{Asked, Sent};
use crdt::review::position::Position;
use crdt::review::round::Round;
use crdt::review::thread::Thread;

use super::App;
use super::refusal::Refusal;
use crate::export::annex::Annex;
use crate::export::asked::annex;
use crate::export::labels::Words;
use crate::people::paper::{Paper, in_language};
use crate::store::{Coll, Record, StoreError, scan_all};

impl App {
    /// What became of asking in each round of a paper that was closed by an instant, in the order of their closing.
    pub(super) async fn asked_by(&self, paper: &Paper, by: Moment) -> Result<Vec<(Round, Asked)>, Refusal> {
        let register = self.directory.register();
        let mut rounds: Vec<&Round> = register.rounds().filter(|round| round.paper == paper.id).collect();
        if rounds.is_empty() {
            return Ok(Vec::new());
        }
        rounds.sort_by_key(|round| (round.closes(), round.id));
        let mut threads: Vec<Thread> = Vec::new();
        for (text, _) in paper.texts() {
            threads.extend(self.all_of::<Thread>(Coll::Thread, &format!("{text}/")).await?);
        }
        let positions = self.all_of::<Position>(Coll::Position, &format!("{}/", paper.id)).await?;
        let amendments = self.all_of::<Amendment>(Coll::Amendment, &format!("{}/", paper.id)).await?;
        let remarks = threads.iter().filter_map(Sent::remark);
        let said = positions.iter().flat_map(Sent::position);
        let proposed = amendments.iter().filter_map(Sent::amendment);
        let sent: Vec<Sent<'_>> = remarks.chain(said).chain(proposed).collect();
        let asked = |round: &Round| {
            let closed = |id| register.component(id)?.closed_at(round.closes());
            Some((round.clone(), Asked::of(round, sent.iter().copied(), closed, by)?))
        };
        Ok(rounds.into_iter().filter_map(asked).collect())
    }

    /// The annex of a sealed draft on the rounds that had closed by then; `None` without any.
    pub(super) async fn annex_on_rounds(
        &self,
        paper: &Paper,
        milestone: &Milestone,
        language: &str,
    ) -> Result<Option<Annex>, Refusal> {
        let rounds = self.asked_by(paper, milestone.sealed_at).await?;
        let (register, drafts) = (self.directory.register(), self.milestones(paper.id).await?);
        let draft_of = |round: &Round| {
            let draft = drafts.iter().find(|draft| draft.id == round.milestone);
            draft.map(|draft| draft.name.clone()).unwrap_or_default()
        };
        let name_of = |id| {
            let component = register.component(id);
            let name = component.and_then(|found| in_language(&found.name, language, &paper.languages));
            name.or(component.map(|found| found.code.as_str())).unwrap_or_default().to_owned()
        };
        Ok(annex(&Words::of(language), &self.day_of(), &rounds, draft_of, name_of))
    }

    pub(super) async fn all_of<T: serde::de::DeserializeOwned>(
        &self,
        coll: Coll,
        prefix: &str,
    ) -> Result<Vec<T>, StoreError> {
        scan_all(&*self.store, coll, prefix).await?.iter().map(Record::read).collect()
    }
}
