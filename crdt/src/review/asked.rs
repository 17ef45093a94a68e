//! Who was asked, who answered, who was silent: what a round says of the paper that came out of it.
//!
//! It is told behind a sealed draft, as things stood when it was sealed, and so never changes: what was sent, let in or taken
//! back afterwards belongs to the next one.
//!
//! It does not know where remarks and positions are kept: whoever calls brings what was [`Sent`].

use std::collections::{BTreeMap, BTreeSet};

use super::round::Round;
use super::submission::Submission;
use crate::ids::ComponentId;
use crate::moment::Moment;

/// Something that a component sent.
#[derive(Clone, Copy, Debug)]
pub struct Sent<'a> {
    /// Who.
    pub component: ComponentId,
    /// What.
    pub what: What,
    /// How it came.
    pub submission: &'a Submission,
    /// When it was taken back.
    pub withdrawn: Option<Moment>,
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
}

impl Asked {
    /// REV74: what became of asking in a round, as of an instant; `None` while the round was not closed then.
    pub fn of<'a>(round: &Round, sent: impl IntoIterator<Item = Sent<'a>>, by: Moment) -> Option<Asked> {
        if round.announced.is_none() || !round.is_closed(by) {
            return None;
        }
        let mut asked = Asked::default();
        for each in sent {
            if each.submission.round == Some(round.id) && counted(&each, by) {
                *asked.answered.entry(each.component).or_default().entry(each.what).or_default() += 1;
            }
        }
        let closing = round.closes();
        let is_released = |id: &ComponentId| round.released.get(id).is_some_and(|done| done.at <= closing);
        let until_the_end = round.plan.invited.iter().filter(|id| !is_released(id));
        asked.silent = until_the_end.filter(|id| !asked.answered.contains_key(id)).copied().collect();
        Some(asked)
    }
}

/// Did it count then: sent by then, let in by then if it was late, and not taken back by then?
fn counted(sent: &Sent<'_>, by: Moment) -> bool {
    let let_in = match &sent.submission.late {
        None => true,
        Some(late) => late.admitted.as_ref().is_some_and(|admitted| admitted.at <= by),
    };
    sent.submission.at <= by && let_in && sent.withdrawn.is_none_or(|at| at > by)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

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
        Sent { component, what: What::Remark, submission, withdrawn: withdrawn.map(hour) }
    }

    fn answered(asked: &Asked) -> Vec<ComponentId> {
        asked.answered.keys().copied().collect()
    }

    #[test]
    fn rev74_whoever_sent_something_that_counts_answered_and_the_others_were_silent() {
        let (in_time, elsewhere) = (submission(5, None), Submission { round: None, ..submission(5, None) });
        let asked =
            Asked::of(&round(), [sent(AFRICA, &in_time, None), sent(LYON, &elsewhere, None)], hour(11))
                .unwrap();
        assert_eq!(answered(&asked), [AFRICA]);
        assert_eq!(asked.answered[&AFRICA], [(What::Remark, 1)].into());
        assert_eq!(asked.silent, [LYON, TUNIS].into());
        assert_eq!(Asked::of(&round(), [], hour(9)), None, "nobody was silent while there was time");
    }

    #[test]
    fn rev74_what_came_late_or_was_taken_back_counts_as_it_was_when_the_draft_was_sealed() {
        let (waits, let_in) = (submission(11, Some(None)), submission(11, Some(Some(13))));
        let in_time = submission(5, None);
        let facts = [sent(AFRICA, &waits, None), sent(LYON, &let_in, None), sent(TUNIS, &in_time, Some(14))];
        let at = |hours| Asked::of(&round(), facts, hour(hours)).unwrap();
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
        assert_eq!(Asked::of(&release(5), [], hour(11)).unwrap().silent, [AFRICA, TUNIS].into());
    }
}
