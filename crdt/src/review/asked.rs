//! Who was asked, who answered, who was silent: what a round says of the paper that came out of it.
//!
//! It is told behind a sealed draft, as things stood when it was sealed, and so never changes: what was sent, let in or taken
//! back afterwards belongs to the next one.
//!
//! It does not know where remarks and positions are kept: whoever calls brings what was [`Sent`]. Whether something counts is said here,
//! for the annex and for whoever looks how far a round is.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::amendment::Amendment;
use super::disposition::Outcome;
use super::position::Position;
use super::round::Round;
use super::submission::Submission;
use super::thread::Thread;
use crate::ids::ComponentId;
use crate::moment::Moment;

/// Something that a component sent.
#[derive(Clone, Copy, Debug)]
pub struct Sent<'a> {
    /// Who.
    pub component: ComponentId,
    /// What.
    pub what: What,
    /// The id of the remark, amendment or position. A position is sent each time it is said.
    pub thing: Uuid,
    /// How it came.
    pub submission: &'a Submission,
    /// When it was taken back.
    pub withdrawn: Option<Moment>,
}

impl<'a> Sent<'a> {
    /// A remark, if it was sent in its component's name.
    pub fn remark(thread: &'a Thread) -> Option<Self> {
        Some(Self {
            component: thread.component,
            what: What::Remark,
            thing: thread.id.0,
            submission: thread.submission.as_ref()?,
            withdrawn: thread.withdrawn.as_ref().map(|withdrawn| withdrawn.at),
        })
    }

    /// An amendment, if it was submitted.
    pub fn amendment(amendment: &'a Amendment) -> Option<Self> {
        let decided = amendment.decision().map(|decision| &decision.disposition);
        Some(Self {
            component: amendment.component,
            what: What::Amendment,
            thing: amendment.id.0,
            submission: amendment.submission.as_ref()?,
            withdrawn: decided.filter(|given| given.outcome == Outcome::Withdrawn).map(|given| given.at),
        })
    }

    /// A position, each time it was said, in that order.
    pub fn position(position: &'a Position) -> impl Iterator<Item = Self> {
        position.said.iter().map(|said| Self {
            component: position.component,
            what: What::Position,
            thing: position.id.0,
            submission: &said.submission,
            withdrawn: said.lifted.map(|lifted| lifted.at),
        })
    }

    /// Had it been taken back by then?
    pub fn is_taken_back(&self, by: Moment) -> bool {
        self.withdrawn.is_some_and(|at| at <= by)
    }

    /// Was it part of its round by then: sent, and let in if it was late?
    pub fn is_let_in(&self, by: Moment) -> bool {
        let let_in = match &self.submission.late {
            None => true,
            Some(late) => late.admitted.as_ref().is_some_and(|admitted| admitted.at <= by),
        };
        self.submission.at <= by && let_in
    }

    /// Did it count then: part of its round, and not taken back?
    pub fn counts(&self, by: Moment) -> bool {
        self.is_let_in(by) && !self.is_taken_back(by)
    }
}

/// What components send.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum What {
    /// A remark on a passage.
    Remark,
    /// Other words.
    Amendment,
    /// What it says of the draft.
    Position,
}

/// What became of asking.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Asked {
    /// Who answered, and with how much of what. A component that was not asked, or was released, and answered all the same is
    /// among them.
    pub answered: BTreeMap<ComponentId, BTreeMap<What, usize>>,
    /// Who was asked until the closing and sent nothing.
    pub silent: BTreeSet<ComponentId>,
    /// Who sent nothing and was closed itself by then (REV19), with the instant: nobody was there to be silent.
    pub closed: BTreeMap<ComponentId, Moment>,
}

impl Asked {
    /// REV74: what became of asking in a round, as of an instant; `None` while the round was not closed then. Of what was said several
    /// times the last counts. `closed` says since when a component had been closed when the round closed.
    pub fn of<'a>(
        round: &Round,
        sent: impl IntoIterator<Item = Sent<'a>>,
        closed: impl Fn(ComponentId) -> Option<Moment>,
        by: Moment,
    ) -> Option<Asked> {
        if round.announced.is_none() || !round.is_closed(by) {
            return None;
        }
        let mut last: BTreeMap<(ComponentId, What, Uuid), Sent<'a>> = BTreeMap::new();
        for each in sent {
            if each.submission.round == Some(round.id) && each.is_let_in(by) {
                last.insert((each.component, each.what, each.thing), each);
            }
        }
        let mut asked = Asked::default();
        for each in last.into_values().filter(|each| each.counts(by)) {
            *asked.answered.entry(each.component).or_default().entry(each.what).or_default() += 1;
        }
        let closing = round.closes();
        let is_released = |id: &ComponentId| round.released.get(id).is_some_and(|done| done.at <= closing);
        let until_the_end = round.plan.invited.iter().filter(|id| !is_released(id));
        for id in until_the_end.filter(|id| !asked.answered.contains_key(id)) {
            match closed(*id) {
                Some(since) => asked.closed.insert(*id, since).is_none(),
                None => asked.silent.insert(*id),
            };
        }
        Some(asked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{MilestoneId, PaperId, RoundId, SeatId};
    use crate::review::round::{Act, Ask, Plan};
    use crate::review::submission::{Admitted, Late, Visibility};

    const INES: SeatId = SeatId(Uuid::from_u128(1));
    const AFRICA: ComponentId = ComponentId(Uuid::from_u128(2));
    const LYON: ComponentId = ComponentId(Uuid::from_u128(3));
    const TUNIS: ComponentId = ComponentId(Uuid::from_u128(4));
    const ROUND: RoundId = RoundId(Uuid::from_u128(5));

    fn hour(at: i64) -> Moment {
        Moment::from_unix_ms(at * 3_600_000)
    }

    /// Asks all three from the first hour to the tenth.
    fn round() -> Round {
        let plan = Plan {
            name: "Second reading".to_owned(),
            about: String::new(),
            asks: [Ask::Comments].into(),
            invited: [AFRICA, LYON, TUNIS].into(),
            opens: hour(1),
            closes: hour(10),
            visibility: Visibility::Open,
        };
        let about = (ROUND, PaperId(Uuid::nil()), MilestoneId(Uuid::nil()));
        Round::draft(about, plan, INES, hour(0)).unwrap().after(&Act::Announce, INES, hour(0)).unwrap()
    }

    fn submission(at: i64, late: Option<Option<i64>>) -> Submission {
        let admitted = |at| Admitted { by: INES, at: hour(at), reason: "holiday".to_owned() };
        let late = late.map(|admitted_at| Late { admitted: admitted_at.map(admitted) });
        Submission { round: Some(ROUND), by: INES, at: hour(at), on_behalf: false, late }
    }

    fn sent(component: ComponentId, submission: &Submission, withdrawn: Option<i64>) -> Sent<'_> {
        let withdrawn = withdrawn.map(hour);
        Sent { component, what: What::Remark, thing: Uuid::nil(), submission, withdrawn }
    }

    fn open(_: ComponentId) -> Option<Moment> {
        None
    }

    fn answered(asked: &Asked) -> Vec<ComponentId> {
        asked.answered.keys().copied().collect()
    }

    #[test]
    fn rev74_whoever_sent_something_that_counts_answered_and_the_others_were_silent() {
        let (in_time, elsewhere) = (submission(5, None), Submission { round: None, ..submission(5, None) });
        let asked =
            Asked::of(&round(), [sent(AFRICA, &in_time, None), sent(LYON, &elsewhere, None)], open, hour(11))
                .unwrap();
        assert_eq!(answered(&asked), [AFRICA]);
        assert_eq!(asked.answered[&AFRICA], [(What::Remark, 1)].into());
        assert_eq!(asked.silent, [LYON, TUNIS].into());
        assert_eq!(Asked::of(&round(), [], open, hour(9)), None, "nobody was silent while there was time");
    }

    #[test]
    fn rev74_what_came_late_or_was_taken_back_counts_as_it_was_when_the_draft_was_sealed() {
        let (waits, let_in) = (submission(11, Some(None)), submission(11, Some(Some(13))));
        let in_time = submission(5, None);
        let facts = [sent(AFRICA, &waits, None), sent(LYON, &let_in, None), sent(TUNIS, &in_time, Some(14))];
        let at = |hours| Asked::of(&round(), facts, open, hour(hours)).unwrap();
        assert_eq!(answered(&at(12)), [TUNIS]);
        assert_eq!(answered(&at(13)), [LYON, TUNIS]);
        assert_eq!(answered(&at(14)), [LYON]);
        assert_eq!(at(14).silent, [AFRICA, TUNIS].into());
    }

    #[test]
    fn rev74_who_was_released_before_the_closing_was_not_silent() {
        let release = |at| {
            let reason = "merged with another section".to_owned();
            round().after(&Act::Release { component: LYON, reason }, INES, hour(at)).unwrap()
        };
        assert_eq!(Asked::of(&release(5), [], open, hour(11)).unwrap().silent, [AFRICA, TUNIS].into());
    }

    #[test]
    fn rev74_of_a_position_the_last_that_was_said_in_the_round_by_then_counts() {
        let (reservation, support) = (submission(5, None), submission(6, None));
        let late = submission(11, Some(Some(13)));
        let said = |submission, lifted| Sent { what: What::Position, ..sent(AFRICA, submission, lifted) };
        let of = |facts: &[Sent<'_>], at| {
            let asked = Asked::of(&round(), facts.iter().copied(), open, hour(at)).unwrap();
            asked.answered.get(&AFRICA).map(|sent| sent[&What::Position])
        };
        assert_eq!(of(&[said(&reservation, None), said(&support, None)], 11), Some(1), "said twice");
        assert_eq!(of(&[said(&reservation, None), said(&support, Some(12))], 11), Some(1));
        assert_eq!(of(&[said(&reservation, None), said(&support, Some(12))], 12), None, "nothing is left");
        let facts = [said(&reservation, None), said(&late, Some(14))];
        assert_eq!((of(&facts, 12), of(&facts, 13), of(&facts, 14)), (Some(1), Some(1), None));
    }

    #[test]
    fn rev74_who_was_closed_in_the_middle_of_the_round_was_not_silent_either() {
        let closed = |id| (id == LYON || id == AFRICA).then(|| hour(6));
        let in_time = submission(5, None);
        let asked = Asked::of(&round(), [sent(AFRICA, &in_time, None)], closed, hour(11)).unwrap();
        assert_eq!(answered(&asked), [AFRICA], "what it sent before stays");
        assert_eq!((asked.silent, asked.closed), ([TUNIS].into(), [(LYON, hour(6))].into()));
    }
}
