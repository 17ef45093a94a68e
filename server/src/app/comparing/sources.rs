//! HIS26: who made two drafts differ, by which amendment, and which brackets were settled on the way.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::num::NonZero;
use std::sync::Arc;

use crdt::document::redline::{Change, RedRun};
use crdt::history::comparison::{Compared, ComparedChapter, Comparison};
use crdt::history::credit::{Author, CreditedRun, credited};
use crdt::ids::{AmendmentId, ChangeHash, SeatId};
use crdt::moment::Moment;
use crdt::review::amendment::{Amendment, Decision};
use crdt::review::bracket::Bracket;
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, TryStreamExt, stream};

use super::sides::Side;
use crate::app::App;
use crate::app::papers::aside;
use crate::app::refusal::Refusal;
use crate::live::LiveError;
use crate::people::paper::Paper;
use crate::store::{Coll, scan_all};

/// Who made a comparison differ.
#[derive(Clone, Debug, Default)]
pub struct Credits {
    /// Every seat that changed something, with or without an amendment; no two are the same.
    pub sources: Vec<Source>,
    /// For every chapter and every paragraph of the comparison: its words, parted where sources change.
    pub runs: Vec<Vec<Vec<SourcedRun>>>,
    /// The records of the brackets that no longer stand as they stood, by the ids in their marks.
    pub brackets: BTreeMap<String, Arc<Bracket>>,
}

/// Who changed something.
#[derive(Clone, Debug)]
pub struct Source {
    /// The seat.
    pub seat: SeatId,
    /// The amendment by which it entered the text, if the reader may read that.
    pub amendment: Option<Arc<Amendment>>,
}

/// Words with their fate.
#[derive(Clone, Debug)]
pub struct SourcedRun {
    /// The words.
    pub run: RedRun,
    /// Who changed them, as a place among the sources.
    pub source: Option<usize>,
    /// When the server received that.
    pub at: Option<Moment>,
}

/// The decision by which an amendment entered the text.
pub fn decision_on(amendment: &Amendment) -> Option<&Decision> {
    amendment.decisions.iter().rev().find(|decision| !decision.changes.is_empty())
}

impl Credits {
    /// The sources of a paragraph, in the order of its words, each once.
    pub fn of(runs: &[SourcedRun]) -> Vec<usize> {
        let mut sources = Vec::new();
        for source in runs.iter().filter_map(|run| run.source) {
            if !sources.contains(&source) {
                sources.push(source);
            }
        }
        sources
    }
}

/// HIS26: the ids of the brackets that words of a paragraph have left.
pub fn brackets_left(entry: &Compared) -> BTreeSet<String> {
    let (mut before, mut after) = (BTreeSet::new(), BTreeSet::new());
    for run in &entry.runs {
        let is = brackets_in(&run.marks.0);
        match &run.change {
            Change::Deleted => before.extend(is),
            Change::Inserted => after.extend(is),
            Change::Kept => {
                before.extend(is.clone());
                after.extend(is);
            }
            Change::Marked(was) => {
                before.extend(brackets_in(&was.0));
                after.extend(is);
            }
        }
    }
    before.difference(&after).cloned().collect()
}

fn brackets_in<V>(marks: &BTreeMap<String, V>) -> BTreeSet<String> {
    marks.keys().filter_map(|name| name.strip_prefix("bracket:")).map(str::to_owned).collect()
}

impl App {
    /// The same comparison, and who made it differ, as far as this seat may know.
    pub(super) async fn credits(
        &self,
        paper: &Paper,
        seat: SeatId,
        comparison: Comparison,
        before: &Arc<Vec<Side>>,
        after: &Arc<Vec<Side>>,
    ) -> Result<(Comparison, Credits), Refusal> {
        let by_change = self.amendments_by_change(paper, seat).await?;
        let mut credits = Credits { brackets: self.brackets_by_id(paper).await?, ..Credits::default() };
        let mut known: HashMap<(SeatId, Option<AmendmentId>), usize> = HashMap::new();
        let comparison = Arc::new(comparison);
        // Each costs some milliseconds of reading and no waiting, so that as many are under way as there are processors.
        let at_once = std::thread::available_parallelism().map_or(1, NonZero::get);
        let sides = comparison.chapters.iter().map(|chapter| {
            let was = chapter.was.as_ref().map(|stood| &before[stood.at]);
            (was, chapter.is.as_ref().map(|stood| &after[stood.at]))
        });
        let sides: Vec<_> = sides.collect();
        // In boxes of one type, so that this can be awaited on any thread.
        let found: Vec<BoxFuture<'_, _>> = sides
            .iter()
            .zip(0..)
            .map(|((was, is), at)| self.credited_chapter(&comparison, at, *was, *is).boxed())
            .collect();
        let found: Vec<_> = stream::iter(found).buffered(at_once).try_collect().await?;
        for (found, (was, is)) in found.into_iter().zip(sides) {
            let authors = || found.iter().flatten().filter_map(|run| run.by.as_ref());
            let text = is.or(was).map(|side| side.text);
            let log = match text.filter(|_| authors().next().is_some()) {
                Some(text) => {
                    self.look_up(text, authors().map(|author| (&author.actor, author.change))).await?
                }
                None => Default::default(),
            };
            let mut source = |author: &Author| {
                let seat = *log.seats.get(&author.actor)?;
                let amendment = by_change.get(&author.change).cloned();
                let key = (seat, amendment.as_ref().map(|amendment| amendment.id));
                let place = *known.entry(key).or_insert_with(|| {
                    credits.sources.push(Source { seat, amendment });
                    credits.sources.len() - 1
                });
                Some(place)
            };
            let sourced = found.into_iter().map(|runs| {
                let runs = runs.into_iter().map(|CreditedRun { run, by }| SourcedRun {
                    run,
                    source: by.as_ref().and_then(&mut source),
                    at: by.and_then(|author| log.received.get(&author.change).copied()),
                });
                joined(runs)
            });
            let sourced = sourced.collect();
            credits.runs.push(sourced);
        }
        let comparison = Arc::unwrap_or_clone(comparison);
        Ok((comparison, credits))
    }

    /// A text that cannot be read credits nobody; the words are there all the same.
    async fn credited_chapter(
        &self,
        comparison: &Arc<Comparison>,
        at: usize,
        was: Option<&Side>,
        is: Option<&Side>,
    ) -> Result<Vec<Vec<CreditedRun>>, Refusal> {
        let chapter = &comparison.chapters[at];
        let differs = chapter.entries.iter().any(Compared::differs);
        let same = was.zip(is).is_none_or(|(was, is)| was.text == is.text);
        let Some(side) = is.filter(|_| differs && same) else { return Ok(uncredited(chapter)) };
        let text = match self.live.text(side.text).await {
            Ok(text) => text,
            Err(LiveError::Unreadable { .. }) => return Ok(uncredited(chapter)),
            Err(error) => return Err(error.into()),
        };
        let (comparison, heads) = (comparison.clone(), side.heads.clone());
        let earlier = was.map(|was| was.heads.clone());
        aside(move || {
            let chapter = &comparison.chapters[at];
            // A state that is unknown, as that of a draft from elsewhere, credits nobody either.
            let (new, old) = (text.then(&heads), earlier.as_ref().map(|heads| text.then(heads)));
            Ok(match (new, old) {
                (Some(new), None) => credited(chapter, None, Some(&new)),
                (Some(new), Some(Some(old))) => credited(chapter, Some(&old), Some(&new)),
                _ => uncredited(chapter),
            })
        })
        .await
    }

    /// The amendments that entered the text, by their changes: those that this seat may read.
    pub(in crate::app) async fn amendments_by_change(
        &self,
        paper: &Paper,
        seat: SeatId,
    ) -> Result<HashMap<ChangeHash, Arc<Amendment>>, Refusal> {
        let mut by_change = HashMap::new();
        for kept in self.amendments(paper.id, seat).await? {
            let changes = kept.amendment.decisions.iter().flat_map(|decision| &decision.changes);
            by_change.extend(changes.map(|change| (*change, kept.amendment.clone())));
        }
        Ok(by_change)
    }

    /// The records of a paper's brackets, by the ids in their marks.
    pub(in crate::app) async fn brackets_by_id(
        &self,
        paper: &Paper,
    ) -> Result<BTreeMap<String, Arc<Bracket>>, Refusal> {
        let mut by_id = BTreeMap::new();
        for record in scan_all(&*self.store, Coll::Bracket, &format!("{}/", paper.id)).await? {
            let bracket: Bracket = record.read()?;
            by_id.insert(bracket.id.to_string(), Arc::new(bracket));
        }
        Ok(by_id)
    }
}

fn uncredited(chapter: &ComparedChapter) -> Vec<Vec<CreditedRun>> {
    let runs = |entry: &Compared| {
        entry.runs.iter().map(|run| CreditedRun { run: run.clone(), by: None }).collect::<Vec<_>>()
    };
    chapter.entries.iter().map(runs).collect()
}

/// Neighbours with the same fate and source are one: two sessions of one seat need not be told apart.
fn joined(runs: impl Iterator<Item = SourcedRun>) -> Vec<SourcedRun> {
    let mut all: Vec<SourcedRun> = Vec::new();
    for next in runs {
        match all.last_mut() {
            Some(last)
                if last.source == next.source
                    && last.run.change == next.run.change
                    && last.run.marks == next.run.marks =>
            {
                last.run.text += &next.run.text;
                last.at = last.at.max(next.at);
            }
            _ => all.push(next),
        }
    }
    all
}
