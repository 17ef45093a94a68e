//! What waits in a paper whether or not a round runs: amendments, positions and brackets.

use crdt::ids::SeatId;
use crdt::moment::Moment;
use crdt::review::amendment::State;
use crdt::review::bracket::Bracket;
use crdt::review::permission::Action;
use crdt::review::position::Standing;
use crdt::review::round::{Ask, Phase, Round};

use super::{Asker, Task, Wanted};
use crate::app::App;
use crate::app::refusal::Refusal;
use crate::people::paper::Paper;
use crate::people::seat::Seat;
use crate::store::Coll;

impl App {
    /// What waits in a paper for whoever holds this seat. What a round asks for too is wanted until that closes.
    pub(super) async fn asked_by_paper(
        &self,
        paper: &Paper,
        seat: SeatId,
        rounds: &[&Round],
    ) -> Result<Vec<Task>, Refusal> {
        let register = self.directory.register();
        let Some(held) = register.seat(seat) else { return Ok(Vec::new()) };
        let mut wanted = self.waiting_amendments(paper, held, rounds).await?;
        match self.positions_to_reconfirm(paper, held).await? {
            0 => {}
            positions => wanted.push((Wanted::Reconfirm { positions }, None)),
        }
        match self.brackets_to_settle(paper, held).await? {
            0 => {}
            brackets => wanted.push((Wanted::Settle { brackets }, None)),
        }
        let task = |(what, by)| Task { paper: paper.id, asker: Asker::Paper, what, by };
        Ok(wanted.into_iter().map(task).collect())
    }

    async fn waiting_amendments(
        &self,
        paper: &Paper,
        held: &Seat,
        rounds: &[&Round],
    ) -> Result<Vec<(Wanted, Option<Moment>)>, Refusal> {
        let (mut ready, mut decide, mut late) = (0, 0, 0);
        for kept in self.amendments(paper.id, held.id).await? {
            let (amendment, state) = (&kept.amendment, kept.amendment.state());
            let hand = self.hand_at(held.id, amendment.text)?;
            let is_own = amendment.component == held.component;
            let is_ready = state == State::Draft && amendment.draft.ready.is_some();
            ready += usize::from(is_ready && is_own && hand.may(Action::SubmitForComponent));
            // What was put off waits for its component.
            decide += usize::from(state != State::Deferred && amendment.may_be_decided_by(&hand).is_ok());
            let waits = amendment.submission.as_ref().is_some_and(|submission| !submission.counts());
            let lets_in = hand.may(Action::RunRound) || hand.may(Action::AnswerRemarks);
            late += usize::from(waits && lets_in && !is_own && !state.is_final());
        }
        let now = self.clock.now();
        let asks = |round: &&&Round| {
            round.asks(held.component)
                && round.plan.asks.contains(&Ask::Amendments)
                && round.phase(now) == Phase::Open
        };
        let closes = rounds.iter().filter(asks).map(|round| round.closes()).min();
        let wanted = [
            (ready, Wanted::Submit { amendments: ready }, closes),
            (late, Wanted::AdmitAmendments { amendments: late }, None),
            (decide, Wanted::Decide { amendments: decide }, None),
        ];
        Ok(wanted.into_iter().filter(|(count, ..)| *count > 0).map(|(_, what, by)| (what, by)).collect())
    }

    /// A position is said of a sealed draft, so it is held against the latest of them and not against what is being written.
    async fn positions_to_reconfirm(&self, paper: &Paper, held: &Seat) -> Result<usize, Refusal> {
        let register = self.directory.register();
        let speaks = register.may(held.id, Action::SubmitForComponent, &paper.place());
        let latest = self.milestones(paper.id).await?.last().map(|draft| draft.id);
        let Some(latest) = latest.filter(|_| speaks) else { return Ok(0) };
        let taken = self.positions(paper, held.id, Some(latest)).await?;
        let own = taken.iter().filter(|taken| taken.position.component == held.component);
        Ok(own.filter(|taken| matches!(taken.standing, Standing::ToReconfirm(_))).count())
    }

    async fn brackets_to_settle(&self, paper: &Paper, held: &Seat) -> Result<usize, Refusal> {
        let register = self.directory.register();
        let brackets: Vec<Bracket> = self.all_of(Coll::Bracket, &format!("{}/", paper.id)).await?;
        let settles = |bracket: &&Bracket| {
            let place = register.text(bracket.place.text).map(|text| text.place());
            let decides = place.is_some_and(|place| register.may(held.id, Action::Decide, &place));
            bracket.outcome.is_none() && decides && !bracket.proposers().contains(&held.component)
        };
        Ok(brackets.iter().filter(settles).count())
    }
}
