//! Reading: which component has opened which chapter while a round asked it.
//!
//! It is a trace, no act: the first opening of a chapter by anybody of a component is kept, and nobody is told; so it has no entry in
//! the audit log. Those who run the round see it, and the component its own.

use std::collections::BTreeMap;

use crdt::ids::{ChapterId, ComponentId, RoundId, SeatId};
use crdt::moment::Moment;
use crdt::review::permission::Action;
use crdt::review::round::Phase;
use serde::{Deserialize, Serialize};

use super::App;
use super::refusal::Refusal;
use crate::people::paper::Paper;
use crate::store::{Coll, Expect, Op, Record, StoreError, scan_all};

/// What a component has read.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Reading {
    /// Who.
    pub component: ComponentId,
    /// The chapters, each with the moment when somebody of it first opened it.
    pub chapters: BTreeMap<ChapterId, Moment>,
    /// When one of them was last opened for the first time.
    pub last: Moment,
}

impl App {
    /// Somebody has a chapter on their screen: noted in every round that asks their component now. Outside of rounds nothing is kept.
    pub async fn note_reading(&self, seat: SeatId, paper: &Paper, chapter: ChapterId) -> Result<(), Refusal> {
        let now = self.clock.now();
        let register = self.directory.register();
        let place = paper.place_of(paper.chapter(chapter).ok_or(Refusal::NotFound)?);
        if !register.may(seat, Action::Read, &place) {
            return Err(Refusal::NotFound);
        }
        let component = register.seat(seat).ok_or(Refusal::NotFound)?.component;
        let runs = |phase| matches!(phase, Phase::Open | Phase::Paused);
        let asks = register.rounds_of(paper.id).into_iter();
        for round in asks.filter(|round| runs(round.phase(now)) && round.asks(component)) {
            self.keep_reading(round.id, component, chapter, now).await?;
        }
        Ok(())
    }

    async fn keep_reading(
        &self,
        round: RoundId,
        component: ComponentId,
        chapter: ChapterId,
        now: Moment,
    ) -> Result<(), Refusal> {
        let key = format!("{round}/{component}");
        loop {
            let record = self.store.get(Coll::Reading, &key).await?;
            let mut reading = match &record {
                Some(record) => record.read::<Reading>()?,
                None => Reading { component, chapters: BTreeMap::new(), last: now },
            };
            if reading.chapters.contains_key(&chapter) {
                return Ok(());
            }
            reading.chapters.insert(chapter, now);
            reading.last = now;
            let expect = record.map_or(Expect::Absent, |record| Expect::Version(record.version));
            match self.store.commit(vec![Op::put(Coll::Reading, key.as_str(), expect, &reading)]).await {
                Ok(_) => return Ok(()),
                // A colleague opened another chapter at the same moment.
                Err(StoreError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// What each component has read in a round; those that have read nothing are not among them.
    pub async fn readings(&self, round: RoundId) -> Result<Vec<Reading>, Refusal> {
        let records = scan_all(&*self.store, Coll::Reading, &format!("{round}/")).await?;
        Ok(records.iter().map(Record::read).collect::<Result<Vec<_>, StoreError>>()?)
    }
}
