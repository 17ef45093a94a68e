//! A comparison as clients see it.

use std::collections::BTreeMap;

use crdt::document::Block;
use crdt::document::redline::RedRun;
use crdt::history::comparison::{
    Compared as Entry, ComparedChapter, Comparison, Fate, Passage, Stood, Tally,
};
use crdt::ids::{ChangeHash, TextId};
use crdt::moment::Moment;
use crdt::review::amendment::{Amendment, State};
use crdt::review::bracket::{Bracket, End};
use crdt::review::disposition::Outcome;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::comparing::sources::{Credits, Source, SourcedRun, brackets_left, decision_on};
use crate::app::comparing::{Compared, Point};
use crate::http::reviews::{AuthorView, author_view};
use crate::people::directory::Register;
use crate::people::paper::Paper;

/// Characters of one answer: whole chapters up to about so many, and at least one.
const MOST_CHARACTERS: usize = 400_000;

/// Which chapters of a comparison.
#[derive(Clone, Copy)]
pub struct Bounds {
    /// From this one on.
    pub first: usize,
    /// With the words of paragraphs that do not differ.
    pub whole: bool,
    /// How many numbered paragraphs stand before the first one that was compared.
    pub numbered_before: usize,
}

/// Two drafts in one.
#[derive(Serialize, ToSchema)]
pub struct ComparisonView {
    /// The paper's slug.
    paper: String,
    language: String,
    from: PointView,
    to: PointView,
    /// Paragraphs that differ in all chapters, and words that came and went.
    changes: usize,
    added: usize,
    removed: usize,
    /// Who changed something: `source` of a run is a place in this list.
    sources: Vec<SourceView>,
    /// Every chapter, with its counts; `passages` only of those in this part.
    chapters: Vec<ChapterView>,
    /// Where to go on; null at the end.
    next: Option<String>,
}

/// A side of the comparison.
#[derive(Serialize, ToSchema)]
pub struct PointView {
    /// `milestone`, `now`, `seen`, or `then`: a text at a moment of its history.
    kind: &'static str,
    /// The milestone.
    id: Option<Uuid>,
    name: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    at: Moment,
    /// On the `to` side: the heads of every text, to be sent to `looks` when it was seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<std::collections::HashMap<Uuid, Vec<String>>>)]
    texts: Option<BTreeMap<TextId, Vec<ChangeHash>>>,
}

/// Who changed something, and by which amendment.
#[derive(Serialize, ToSchema)]
pub struct SourceView {
    author: AuthorView,
    amendment: Option<AmendmentLine>,
}

/// The amendment by which words entered the text.
#[derive(Serialize, ToSchema)]
pub struct AmendmentLine {
    id: Uuid,
    number: Option<u32>,
    /// The code of the component that proposed it.
    component: String,
    hue: u8,
    #[schema(value_type = String, example = "accepted")]
    state: State,
    title: String,
    reason: String,
    decision: Option<DecisionLine>,
}

/// How it was decided.
#[derive(Serialize, ToSchema)]
pub struct DecisionLine {
    #[schema(value_type = String, example = "accepted")]
    outcome: Outcome,
    words: String,
    by: AuthorView,
    #[schema(value_type = String, format = DateTime)]
    at: Moment,
}

/// A chapter of either draft.
#[derive(Serialize, ToSchema)]
pub struct ChapterView {
    chapter: Uuid,
    /// `kept`, `inserted` or `deleted`.
    change: &'static str,
    number: String,
    /// Its number in the old draft; null if it was not there.
    old_number: Option<String>,
    title: String,
    changes: usize,
    added: usize,
    removed: usize,
    #[schema(value_type = Option<Vec<Object>>)]
    passages: Option<Vec<PassageView>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum PassageView {
    Same(SameView),
    Entry(Box<EntryView>),
}

/// Paragraphs that do not differ.
#[derive(Serialize)]
struct SameView {
    change: &'static str,
    /// How many.
    count: usize,
    /// The first and last number among them, in the new draft.
    first: Option<usize>,
    last: Option<usize>,
    /// Their words, if they are asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    entries: Option<Vec<EntryView>>,
}

/// One paragraph, with the fields of a block.
#[derive(Serialize)]
struct EntryView {
    #[serde(flatten)]
    block: Map<String, Value>,
    /// `kept`, `inserted`, `deleted`, `changed` (of another kind), `moved` (it stood elsewhere) or `moved_away`.
    change: &'static str,
    /// As it was, when it was of another kind.
    was: Option<Map<String, Value>>,
    number: Option<usize>,
    old_number: Option<usize>,
    /// The other end of a move.
    #[serde(rename = "move")]
    moved: Option<MoveView>,
    runs: Vec<RunView>,
    /// Its sources, in the order of its words.
    sources: Vec<usize>,
    /// The brackets that were taken away in it.
    brackets: Vec<BracketLine>,
}

#[derive(Serialize)]
struct MoveView {
    /// The same at both ends.
    number: usize,
    chapter: String,
    paragraph: Option<usize>,
}

#[derive(Serialize)]
struct RunView {
    #[serde(flatten)]
    run: RedRun,
    source: Option<usize>,
    at: Option<Moment>,
}

#[derive(Serialize)]
struct BracketLine {
    id: String,
    end: Option<End>,
    words: String,
    by: Option<AuthorView>,
    at: Option<Moment>,
}

/// A part of a comparison.
pub fn of(register: &Register, paper: &Paper, compared: &Compared, bounds: Bounds) -> ComparisonView {
    let Compared { from, to, language, comparison, credits, texts } = compared;
    let Tally { changes, added, removed } = comparison.tally();
    let mut to = point_view(to);
    to.texts = Some(texts.clone());
    let last = last_chapter(comparison, bounds);
    let view = Viewer { register, comparison, credits, bounds };
    let chapters = comparison.chapters.iter().enumerate();
    ComparisonView {
        paper: paper.slug.clone(),
        language: language.clone(),
        from: point_view(from),
        to,
        changes,
        added,
        removed,
        sources: credits.sources.iter().map(|source| source_view(register, source)).collect(),
        chapters: chapters
            .map(|(at, chapter)| view.chapter(at, chapter, (bounds.first..last).contains(&at)))
            .collect(),
        next: (last < comparison.chapters.len()).then(|| last.to_string()),
    }
}

/// The chapter behind the last of this part.
fn last_chapter(comparison: &Comparison, bounds: Bounds) -> usize {
    let mut characters = 0;
    let length = |chapter: &ComparedChapter| -> usize {
        let shown = chapter.entries.iter().filter(|entry| bounds.whole || entry.differs());
        shown.flat_map(|entry| &entry.runs).map(|run| run.text.len()).sum()
    };
    for (at, chapter) in comparison.chapters.iter().enumerate().skip(bounds.first) {
        characters += length(chapter);
        if at > bounds.first && characters > MOST_CHARACTERS {
            return at;
        }
    }
    comparison.chapters.len()
}

fn point_view(point: &Point) -> PointView {
    let at = |kind, at| PointView { kind, id: None, name: None, at, texts: None };
    match point {
        Point::Now(moment) => at("now", *moment),
        Point::Seen(moment) => at("seen", *moment),
        Point::Then(moment) => at("then", *moment),
        Point::Milestone(milestone) => PointView {
            id: Some(milestone.id.0),
            name: Some(milestone.name.clone()),
            ..at("milestone", milestone.sealed_at)
        },
    }
}

fn source_view(register: &Register, source: &Source) -> SourceView {
    let amendment = source.amendment.as_ref().map(|amendment| amendment_line(register, amendment));
    SourceView { author: author_view(register, source.seat), amendment }
}

/// An amendment that entered a text, and how that was decided.
pub fn amendment_line(register: &Register, amendment: &Amendment) -> AmendmentLine {
    let decision = decision_on(amendment);
    // The revision that was decided, not one that came later.
    let revision = decision.map(|decision| decision.revision);
    let words = amendment.revisions.iter().find(|each| Some(each.number) == revision);
    let component = register.component(amendment.component);
    AmendmentLine {
        id: amendment.id.0,
        number: amendment.number,
        component: component.map(|found| found.code.clone()).unwrap_or_default(),
        hue: component.map_or(1, |found| found.hue),
        state: amendment.state(),
        title: words.map(|words| words.title.clone()).unwrap_or_default(),
        reason: words.map(|words| words.reason.clone()).unwrap_or_default(),
        decision: decision.map(|decision| DecisionLine {
            outcome: decision.disposition.outcome,
            words: decision.disposition.words.clone(),
            by: author_view(register, decision.disposition.by),
            at: decision.disposition.at,
        }),
    }
}

struct Viewer<'c> {
    register: &'c Register,
    comparison: &'c Comparison,
    credits: &'c Credits,
    bounds: Bounds,
}

impl Viewer<'_> {
    fn chapter(&self, at: usize, chapter: &ComparedChapter, is_shown: bool) -> ChapterView {
        let Tally { changes, added, removed } = chapter.tally();
        let change = match (&chapter.was, &chapter.is) {
            (None, _) => "inserted",
            (_, None) => "deleted",
            _ => "kept",
        };
        ChapterView {
            chapter: chapter.stood().chapter.0,
            change,
            number: chapter.stood().number.clone(),
            old_number: chapter.was.as_ref().map(|stood| stood.number.clone()),
            title: chapter.title(),
            changes,
            added,
            removed,
            passages: is_shown.then(|| self.passages(at, chapter)),
        }
    }

    fn passages(&self, chapter: usize, compared: &ComparedChapter) -> Vec<PassageView> {
        let mut next = 0;
        let passage = |passage: Passage<'_>| {
            let at = next;
            match passage {
                Passage::Changed(entry) => {
                    next += 1;
                    PassageView::Entry(Box::new(self.entry((chapter, at), entry)))
                }
                Passage::Unchanged(same) => {
                    next += same.len();
                    let number = |entry: &Entry| self.number(entry.stood());
                    let entries = || {
                        same.iter().zip(at..).map(|(entry, at)| self.entry((chapter, at), entry)).collect()
                    };
                    PassageView::Same(SameView {
                        change: "same",
                        count: same.len(),
                        first: same.iter().find_map(number),
                        last: same.iter().rev().find_map(number),
                        entries: self.bounds.whole.then(entries),
                    })
                }
            }
        };
        compared.passages().into_iter().map(passage).collect()
    }

    fn entry(&self, (chapter, at): (usize, usize), entry: &Entry) -> EntryView {
        let runs: &[SourcedRun] = &self.credits.runs[chapter][at];
        let change = match entry.fate {
            Fate::Kept if entry.is_reshaped() => "changed",
            Fate::Kept => "kept",
            Fate::Inserted => "inserted",
            Fate::Deleted => "deleted",
            Fate::MovedHere(_) => "moved",
            Fate::MovedAway(_) => "moved_away",
        };
        let number = |stood: &Option<Stood>| stood.as_ref().and_then(|stood| self.number(stood));
        let was = entry.was.as_ref().filter(|_| entry.is_reshaped()).map(|stood| bare(&stood.block));
        EntryView {
            block: bare(&entry.stood().block),
            change,
            was,
            number: number(&entry.is),
            old_number: number(&entry.was),
            moved: self.other_end(entry),
            runs: runs
                .iter()
                .map(|run| RunView { run: run.run.clone(), source: run.source, at: run.at })
                .collect(),
            sources: Credits::of(runs),
            brackets: brackets_left(entry).iter().map(|id| self.bracket(id)).collect(),
        }
    }

    fn other_end(&self, entry: &Entry) -> Option<MoveView> {
        let (number, stood, chapters) = match entry.fate {
            Fate::MovedHere(number) => (number, entry.was.as_ref()?, true),
            Fate::MovedAway(number) => (number, entry.is.as_ref()?, false),
            _ => return None,
        };
        let sides = self.comparison.chapters.iter();
        let mut sides =
            sides.filter_map(|chapter| if chapters { chapter.was.as_ref() } else { chapter.is.as_ref() });
        let chapter = sides.find(|side| side.chapter == stood.chapter).map(|side| side.number.clone());
        Some(MoveView { number, chapter: chapter.unwrap_or_default(), paragraph: self.number(stood) })
    }

    fn number(&self, stood: &Stood) -> Option<usize> {
        stood.number.map(|number| number + self.bounds.numbered_before)
    }

    fn bracket(&self, id: &str) -> BracketLine {
        let record: Option<&Bracket> = self.credits.brackets.get(id).map(|record| &**record);
        let outcome = record.and_then(|record| record.outcome.as_ref());
        BracketLine {
            id: id.to_owned(),
            end: outcome.map(|outcome| outcome.end),
            words: outcome.map(|outcome| outcome.words.clone()).unwrap_or_default(),
            by: outcome.map(|outcome| author_view(self.register, outcome.done.by)),
            at: outcome.map(|outcome| outcome.done.at),
        }
    }
}

/// A block's own fields, without its words.
fn bare(block: &Block) -> Map<String, Value> {
    let mut fields = match serde_json::to_value(block) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    };
    fields.remove("runs");
    fields
}
