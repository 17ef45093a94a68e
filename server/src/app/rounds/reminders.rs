//! Reminding the components of a round that runs.

use std::collections::{BTreeMap, BTreeSet};

use crdt::ids::{ComponentId, RoundId, SeatId};
use crdt::moment::Moment;
use crdt::review::round::{Phase, RoundError};
use serde_json::json;

use super::{MOST_REASON, asked, must_run, speakers};
use crate::app::App;
use crate::app::audit::{self, By};
use crate::app::notices::{About, Kind, Message};
use crate::app::refusal::Refusal;
use crate::app::words;
use crate::people::directory::{Entry, Register};

/// What became of a reminder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reminded {
    /// How many people were told now.
    pub people: usize,
    /// The components that had been reminded within the last day and were not told again, with the instant of that.
    pub lately: BTreeMap<ComponentId, Moment>,
}

impl App {
    /// REV29, REV84: remind these components of a round that runs, but for those that were reminded within the last day. Components that
    /// are not asked are refused by name of the field; when all were reminded lately, nobody is, and the refusal says who was when.
    pub async fn remind(
        &self,
        by: SeatId,
        id: RoundId,
        components: &BTreeSet<ComponentId>,
        words: &str,
    ) -> Result<Reminded, Refusal> {
        let words =
            if words.trim().is_empty() { String::new() } else { words::line("words", words, MOST_REASON)? };
        let (mut told, mut lately) = (Vec::new(), BTreeMap::new());
        let work = |register: &Register| {
            let now = self.clock.now();
            let round = self.seen_round(register, by, id)?;
            let paper = register.paper(round.paper).ok_or(Refusal::NotFound)?;
            must_run(register, by, paper)?;
            let phase = round.phase(now);
            if !matches!(phase, Phase::Open | Phase::Paused) {
                return Err(RoundError::WrongPhase { phase }.into());
            }
            let asked = asked(register, round);
            if components.is_empty() || !components.iter().all(|each| asked.contains(each)) {
                return Err(Refusal::field(
                    "components",
                    "are components that this round asks, at least one",
                ));
            }
            lately = round.reminded_lately(components, now);
            let due: BTreeSet<ComponentId> =
                components.iter().filter(|each| !lately.contains_key(each)).copied().collect();
            if due.is_empty() {
                let code = |id| register.component(id).map(|component| component.code.clone());
                let named = lately.iter().filter_map(|(id, at)| Some((*id, code(*id)?, *at)));
                return Err(Refusal::RemindedAlready(named.collect()));
            }
            let (kind, about) = (Kind::RoundReminder, About::Round(id));
            let message = Message { paper: paper.id, kind, about, words, by: None };
            let seats = speakers(register, due.iter().copied());
            let (mut ops, notices) = self.notices_to(register, &seats, &message, now);
            let about = json!({ "round": id, "components": due, "people": notices.len() });
            ops.push(audit::entry(now, "round_reminded", By::Seat(by), about));
            told = notices;
            let mut next = round.clone();
            next.reminded.extend(due.into_iter().map(|component| (component, now)));
            Ok::<_, Refusal>((vec![Entry::Round(Box::new(next))], ops))
        };
        self.directory.enter(work).await?;
        self.notices_told(&told);
        Ok(Reminded { people: told.len(), lately })
    }
}
