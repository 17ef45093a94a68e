//! The history of a text: its moments, the text as it was after each of them, and what came and went in it.
//!
//! The log is the truth, and `crdt::history::timeline` finds the moments in it. Here the log is read ([`logs`]), and the moments get their
//! names: an amendment that was accepted, a bracket that was settled, an earlier version that came back, a draft that was sealed. What the
//! service itself writes into a text for somebody leaves a note beside it, in the same commit ([`Act`]).
//!
//! [`restoring`] brings an earlier state back.

pub mod logs;
pub mod restoring;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use bytes::Bytes;
use crdt::document::Block;
use crdt::history::milestone::Milestone;
use crdt::history::timeline::{Cuts, Entry, Position, Stretch, heads_at, moments, stretch};
use crdt::ids::{BracketId, ChangeHash, ParagraphId, SeatId, TextId};
use crdt::moment::Moment;
use crdt::review::amendment::Amendment;
use serde::{Deserialize, Serialize};

use super::App;
use super::comparing::sides::Side;
use super::comparing::{Compared, Point};
use super::papers::aside;
use super::refusal::Refusal;
use crate::live::headers::headline;
use crate::people::paper::{Paper, TextPlace};
use crate::store::{Coll, Expect, Op, scan_all};

/// What the service wrote into a text for somebody, noted beside the change.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Act {
    /// An earlier state came back.
    Restored {
        /// The text as it was after this change of its log.
        upto: Position,
        /// When that was.
        of: Moment,
        /// The one paragraph (or table) that came back; the whole chapter without.
        paragraph: Option<ParagraphId>,
    },
    /// A file was brought that says how the text should read.
    Replaced,
    /// Something was done to a bracket.
    Bracket {
        /// Which.
        bracket: BracketId,
        /// What, as the audit log calls it.
        event: String,
    },
}

impl Act {
    /// The note, to be written in the commit with the change.
    pub(super) fn note(&self, text: TextId, change: &Bytes) -> Result<Op, Refusal> {
        let hash = headline(change)?.hash;
        Ok(Op::put(Coll::Act, format!("{text}/{hash}"), Expect::Any, self))
    }
}

/// What a moment was.
#[derive(Clone, Debug)]
pub enum Kind {
    /// The text was begun, or brought.
    Begun,
    /// People wrote.
    Sitting,
    /// An amendment entered the text.
    Amendment(Arc<Amendment>),
    /// The service wrote for somebody.
    Act(Act),
}

/// A moment of a text, as it is told.
#[derive(Clone, Debug)]
pub struct Told {
    /// Which changes of the log.
    pub stretch: Stretch,
    /// What it was.
    pub kind: Kind,
    /// The drafts that were sealed on what it left, in order.
    pub sealed: Vec<Arc<Milestone>>,
}

/// A text as it was after a moment.
#[derive(Debug)]
pub struct Past {
    /// The moment.
    pub told: Told,
    /// The text then, and what the moment changed in it.
    pub compared: Compared,
    /// The number of its first numbered paragraph, as the chapters before it are now.
    pub first_number: usize,
}

impl App {
    /// HIS30, HIS31: the moments of a text, oldest first, to a seat that may read it.
    pub async fn moments(&self, paper: &Paper, text: TextId, seat: SeatId) -> Result<Vec<Told>, Refusal> {
        let entries = self.logs.of_text(&*self.store, text).await?;
        let mut kinds: HashMap<ChangeHash, Kind> = HashMap::new();
        for record in scan_all(&*self.store, Coll::Act, &format!("{text}/")).await? {
            let hash = record.key.rsplit('/').next().and_then(|hash| hash.parse().ok());
            if let Some(hash) = hash {
                kinds.insert(hash, Kind::Act(record.read()?));
            }
        }
        for (change, amendment) in self.amendments_by_change(paper, seat).await? {
            kinds.insert(change, Kind::Amendment(amendment));
        }
        let milestones = self.milestones(paper.id).await?;
        let sealed = |milestone: &Arc<Milestone>| {
            let of_text = milestone.texts.iter().find(|sealed| sealed.text == text)?;
            Some((milestone.clone(), of_text.heads.clone()))
        };
        let sealed: Vec<(Arc<Milestone>, Vec<ChangeHash>)> = milestones.iter().filter_map(sealed).collect();
        aside(move || Ok(told(&entries, kinds, sealed))).await
    }

    /// HIS32: a text as it was after a moment, and what the moment changed. A moment is named by its first and its last change.
    pub async fn moment(
        &self,
        (paper, place): (&Paper, &TextPlace),
        text: TextId,
        seat: SeatId,
        (first, last): (Position, Position),
    ) -> Result<Past, Refusal> {
        let all = self.moments(paper, text, seat).await?;
        let entries = self.logs.of_text(&*self.store, text).await?;
        let is_it = |told: &&Told| (told.stretch.first, told.stretch.last) == (first, last);
        let told = match all.iter().find(is_it) {
            Some(told) => told.clone(),
            // The sitting has gone on since it was named, or was told otherwise.
            None => Told {
                stretch: stretch(&entries, first, last).ok_or(Refusal::NotFound)?,
                kind: Kind::Sitting,
                sealed: Vec::new(),
            },
        };
        let after = self.side_then((paper, place), text, heads_at(&entries, last)).await?;
        let before = match first {
            1 => Vec::new(),
            _ => vec![self.side_then((paper, place), text, heads_at(&entries, first - 1)).await?],
        };
        let from = before.first().map_or(told.stretch.from, |_| {
            usize::try_from(first - 2)
                .ok()
                .and_then(|at| entries.get(at))
                .map_or(told.stretch.from, |entry| entry.received)
        });
        let (from, to) = ((Point::Then(from), before), (Point::Then(told.stretch.to), vec![after]));
        let compared = self.compared(paper, seat, place.language.clone(), from, to).await?;
        let first_number = self.first_number(paper, &place.language, text).await?;
        Ok(Past { told, compared, first_number })
    }

    /// A chapter as it was at these heads.
    async fn side_then(
        &self,
        (paper, place): (&Paper, &TextPlace),
        text: TextId,
        heads: Vec<ChangeHash>,
    ) -> Result<Side, Refusal> {
        let chapter = paper.chapters.iter().find(|chapter| chapter.id == place.chapter);
        let number = chapter.ok_or(Refusal::NotFound)?.number.clone();
        let blocks = self.blocks_then(text, heads.clone()).await?;
        Ok(Side { chapter: place.chapter, number, text, heads, blocks })
    }

    /// A text as it read when it had these heads.
    async fn blocks_then(&self, text: TextId, heads: Vec<ChangeHash>) -> Result<Vec<Block>, Refusal> {
        let document = self.live.text(text).await?;
        aside(move || Ok(document.then(&heads).ok_or(Refusal::NotFound)?.blocks())).await
    }
}

/// The moments with their names.
fn told(
    entries: &[Entry],
    mut kinds: HashMap<ChangeHash, Kind>,
    sealed: Vec<(Arc<Milestone>, Vec<ChangeHash>)>,
) -> Vec<Told> {
    let heads: HashSet<ChangeHash> = sealed.iter().flat_map(|(_, heads)| heads.iter().copied()).collect();
    let mut places: HashMap<ChangeHash, Position> = HashMap::new();
    let mut acts: BTreeMap<Position, Kind> = BTreeMap::new();
    for (entry, position) in entries.iter().zip(1..) {
        if heads.contains(&entry.hash) {
            places.insert(entry.hash, position);
        }
        if let Some(kind) = kinds.remove(&entry.hash) {
            acts.insert(position, kind);
        }
    }
    acts.entry(1).or_insert(Kind::Begun);
    // The last change that was in it: all before it in the log were in it, too.
    let sealed_at = |heads: &[ChangeHash]| heads.iter().filter_map(|head| places.get(head)).max().copied();
    let sealed: Vec<(Arc<Milestone>, Position)> = sealed
        .into_iter()
        .filter_map(|(milestone, heads)| sealed_at(&heads).map(|position| (milestone, position)))
        .collect();
    let cuts = Cuts {
        alone: acts.keys().copied().collect(),
        ends: sealed.iter().map(|(_, position)| *position).collect(),
    };
    let name = |stretch: Stretch| {
        let within = stretch.first..=stretch.last;
        let sealed = sealed.iter().filter(|(_, position)| within.contains(position));
        Told {
            kind: acts.remove(&stretch.first).unwrap_or(Kind::Sitting),
            sealed: sealed.map(|(milestone, _)| milestone.clone()).collect(),
            stretch,
        }
    };
    moments(entries, &cuts).into_iter().map(name).collect()
}
