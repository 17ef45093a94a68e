//! The demonstration's review rounds: two sealed drafts, a first reading that was answered and a second one that runs, with what
//! components sent, keep inside, have read, or sent too late.
//!
//! Everything goes through the same pure rules as in a real service, only with the moments of the play. What people say is taken in turn from a
//! list of invented questions about wording, none of which says what a body stands for.

use std::collections::BTreeMap;

use bytes::Bytes;
use crdt::document::{Anchor, Block, BlockKind, Text};
use crdt::history::digest;
use crdt::history::milestone::{Milestone, Sealer, Sealing, TextToSeal};
use crdt::history::{Status, Symbol};
use crdt::ids::{ChapterId, CommentId, ComponentId, MilestoneId, ParagraphId, RoundId, TextId, ThreadId};
use crdt::moment::Moment;
use crdt::review::permission::Function;
use crdt::review::remark::Prepared;
use crdt::review::round::{Act, Ask, Done, Plan, Round, Told};
use crdt::review::submission::{Admitted, Late, Submission, Visibility};
use crdt::review::thread::{Audience, Comment, Thread};
use serde::Deserialize;
use std::time::Duration;
use uuid::Uuid;

use super::demo::{Cast, DemoError, Texts, inconsistent, read};
use crate::app::App;
use crate::app::milestones::milestone_records;
use crate::app::reading::Reading;
use crate::app::refusal::Refusal;
use crate::app::threads::new_records;
use crate::people::directory::Entry;
use crate::people::paper::Paper;
use crate::people::seat::Seat;
use crate::store::{Coll, Expect, Op};

const ROUNDS: &str = include_str!("../../../fixtures/demo/rounds.json");
const REMARKS: &str = include_str!("../../../fixtures/demo/remarks.json");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RoundFile {
    milestone: MilestoneFile,
    name: String,
    about: String,
    opens: Moment,
    closes: Moment,
    published: Option<Moment>,
    asks: Vec<Ask>,
    /// Codes of components.
    invited: Vec<String>,
    /// How many remarks each component sent.
    sent: BTreeMap<String, usize>,
    /// How many chapters each component has opened.
    read: BTreeMap<String, usize>,
    #[serde(default)]
    inside: Vec<InsideFile>,
    late: Vec<LateFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MilestoneFile {
    name: String,
    symbol: Symbol,
    status: Status,
    sealed: Moment,
}

/// What somebody said inside their component: so many remarks that wait, or one that was left with a note.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InsideFile {
    by: String,
    #[serde(default)]
    waiting: usize,
    left: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LateFile {
    /// The code of the component.
    by: String,
    sent: Moment,
    /// Why it was let in; it waits without.
    admitted: Option<String>,
}

/// The entries and operations of all rounds, for the one commit that fills the store.
pub(super) async fn fill(
    app: &App,
    paper: &Paper,
    texts: &Texts,
    cast: &Cast,
) -> Result<(Vec<Entry>, Vec<Op>), DemoError> {
    let words: BTreeMap<String, Vec<String>> = read("remarks.json", REMARKS)?;
    let places = Places::of(paper, texts)?;
    let (mut entries, mut ops) = (Vec::new(), Vec::new());
    let mut play = Play { cast, places: &places, words: &words, said: BTreeMap::new() };
    let lists: Vec<Bytes> =
        places.texts.iter().map(|text| Bytes::from(digest::canonical(&text.blocks))).collect();
    for list in lists {
        app.store.put_blob(list).await.map_err(Refusal::from)?;
    }
    for file in read::<Vec<RoundFile>>("rounds.json", ROUNDS)? {
        let milestone = play.seal(paper, &file.milestone)?;
        ops.extend(milestone_records(paper.id, &milestone));
        let round = play.round(paper, &milestone, &file)?;
        for (code, count) in &file.sent {
            let component = cast.component_of(code)?;
            for turn in 0..*count {
                ops.extend(new_records(&play.sent(&round, component, turn, None)?));
            }
        }
        for late in &file.late {
            let component = cast.component_of(&late.by)?;
            ops.extend(new_records(&play.sent(&round, component, 0, Some(late))?));
        }
        for inside in &file.inside {
            ops.extend(play.inside(inside, &round)?.iter().flat_map(new_records));
        }
        ops.extend(play.readings(paper, &round, &file)?);
        entries.push(Entry::Round(Box::new(round)));
    }
    Ok((entries, ops))
}

/// A text with its numbered paragraphs, as it was written at the beginning.
struct Place {
    id: TextId,
    chapter: ChapterId,
    number: String,
    language: String,
    document: Text,
    blocks: Vec<Block>,
}

/// All texts of the paper, chapter by chapter.
struct Places {
    texts: Vec<Place>,
    /// Where people remark: places in `texts`, of the drafting language.
    drafted: Vec<usize>,
}

impl Places {
    fn of(paper: &Paper, texts: &Texts) -> Result<Self, DemoError> {
        let mut all = Vec::new();
        for (at, chapter) in paper.chapters.iter().enumerate() {
            for language in chapter.texts.keys() {
                let found = texts.get(language).and_then(|of_language| of_language.get(at));
                let (id, document) = found
                    .ok_or_else(|| inconsistent(format!("chapter {} lacks {language}", chapter.number)))?;
                all.push(Place {
                    id: *id,
                    chapter: chapter.id,
                    number: chapter.number.clone(),
                    language: language.clone(),
                    document: document.clone(),
                    blocks: document.blocks(),
                });
            }
        }
        let is_drafted = |place: &Place| paper.languages.first() == Some(&place.language);
        let drafted =
            all.iter().enumerate().filter(|(_, place)| is_drafted(place)).map(|(at, _)| at).collect();
        Ok(Self { texts: all, drafted })
    }

    /// The first words of some paragraph, a different one for each `turn` until all were taken.
    fn passage(&self, turn: usize) -> Result<(&Place, Anchor, ParagraphId), DemoError> {
        // Chapters unevenly: some draw more remarks than others.
        const CHAPTERS: [usize; 13] = [3, 2, 5, 3, 1, 2, 3, 4, 5, 2, 0, 3, 6];
        let chapter = CHAPTERS[turn % CHAPTERS.len()] % self.drafted.len();
        let place = &self.texts[self.drafted[chapter]];
        let reading = place.document.read();
        let numbered: Vec<usize> = (0..reading.blocks.len())
            .filter(|at| matches!(reading.blocks[*at].kind, BlockKind::Paragraph { .. }))
            .filter(|at| reading.blocks[*at].words().chars().count() > 40)
            .collect();
        let none = || inconsistent(format!("chapter {} has no paragraph to remark on", place.number));
        let at = *numbered.get((turn / CHAPTERS.len() + turn) % numbered.len().max(1)).ok_or_else(none)?;
        let quote: String = reading.blocks[at].words().split_inclusive(' ').take(6).collect();
        let start = reading.places[at].start;
        let end = start + quote.trim_end().encode_utf16().count();
        let anchor = Anchor::of(&place.document, start..end).ok_or_else(none)?;
        Ok((place, anchor, reading.blocks[at].id))
    }
}

/// The play as far as it has been told.
struct Play<'a> {
    cast: &'a Cast,
    places: &'a Places,
    words: &'a BTreeMap<String, Vec<String>>,
    /// How much was said in each language: words come in turn.
    said: BTreeMap<String, usize>,
}

impl Play<'_> {
    fn secretariat(&self) -> Result<&Seat, DemoError> {
        self.cast.seat_of("ines.duarte@example.org")
    }

    fn seal(&self, paper: &Paper, file: &MilestoneFile) -> Result<Milestone, DemoError> {
        let seat = self.secretariat()?;
        let texts = self.places.texts.iter().map(|place| TextToSeal {
            text: place.id,
            chapter: place.chapter,
            number: &place.number,
            language: &place.language,
            drafted: paper.languages.first() == Some(&place.language),
            heads: place.document.heads(),
            blocks: &place.blocks,
        });
        let sealing = Sealing {
            id: MilestoneId(Uuid::new_v4()),
            paper: &paper.slug,
            name: &file.name,
            symbol: Some(file.symbol.clone()),
            status: Some(file.status),
            languages: None,
            event: None,
            date: None,
            note: None,
            by: Sealer { seat: seat.id, person: seat.person, component: seat.component },
            texts: texts.collect(),
        };
        sealing.seal([], file.sealed).map_err(|error| inconsistent(error.to_string()))
    }

    fn round(&self, paper: &Paper, milestone: &Milestone, file: &RoundFile) -> Result<Round, DemoError> {
        let by = self.secretariat()?.id;
        let invited =
            file.invited.iter().map(|code| self.cast.component_of(code)).collect::<Result<_, _>>()?;
        let plan = Plan {
            name: file.name.clone(),
            about: file.about.clone(),
            asks: file.asks.iter().copied().collect(),
            invited,
            opens: file.opens,
            closes: file.closes,
            visibility: Visibility::Open,
        };
        let ids = (RoundId(Uuid::new_v4()), paper.id, milestone.id);
        let wrong = |error: crdt::review::round::RoundError| inconsistent(error.to_string());
        let drafted = Round::draft(ids, plan, by, file.opens).map_err(wrong)?;
        let mut round = drafted.after(&Act::Announce, by, file.opens).map_err(wrong)?;
        round.told = Told { opened: true, closed: file.published.is_some() };
        round.published = file.published.map(|at| Done { by, at });
        Ok(round)
    }

    /// A remark that a component sent on its `turn`.
    fn sent(
        &mut self,
        round: &Round,
        component: ComponentId,
        turn: usize,
        late: Option<&LateFile>,
    ) -> Result<Thread, DemoError> {
        let seats = self.cast.seats_in(component);
        let speaker = seats.iter().find(|seat| seat.function == Function::FocalPoint).or(seats.first());
        let speaker = speaker.ok_or_else(|| inconsistent("a component that sends has nobody".to_owned()))?.id;
        let author = seats[turn % seats.len()].clone();
        // Spread over the days of the round, the busiest last.
        let days = u64::try_from(turn * 7 % 19).unwrap_or_default();
        let said_at = round.plan.opens + Duration::from_hours(24 * days + 3);
        let at = late.map_or(said_at + Duration::from_hours(5), |late| late.sent);
        let remark = self.remark(&author, said_at)?;
        let submission = Submission {
            round: Some(round.id),
            by: speaker,
            at,
            on_behalf: false,
            late: late.map(|_| Late::default()),
        };
        let thread = remark.submit(submission, round.plan.visibility).map_err(Refusal::from)?;
        let reason = late.and_then(|late| late.admitted.clone());
        let thread = match reason {
            Some(reason) => {
                let by = self.secretariat()?.id;
                let admitted = Admitted { by, at: at + Duration::from_hours(20), reason };
                thread.admit(admitted).map_err(Refusal::from)?
            }
            None => thread,
        };
        let is_settled = round.published.is_some() || turn % 3 == 2;
        let settled_at = at + Duration::from_hours(30);
        Ok(if is_settled && late.is_none() {
            thread.resolve(self.secretariat()?.id, settled_at)
        } else {
            thread
        })
    }

    /// Remarks that stay in their component's room.
    fn inside(&mut self, file: &InsideFile, round: &Round) -> Result<Vec<Thread>, DemoError> {
        let author = self.cast.seat_of(&file.by)?.clone();
        let at = round.plan.opens + Duration::from_hours(24 * 18);
        if let Some(note) = &file.left {
            let speakers = self.cast.seats_in(author.component);
            let by =
                speakers.first().ok_or_else(|| inconsistent(format!("nobody prepares for {}", file.by)))?.id;
            let prepared = Prepared { by, at, keep: false, note: note.clone() };
            return Ok(vec![self.remark(&author, at)?.prepare(prepared).map_err(Refusal::from)?]);
        }
        (0..file.waiting).map(|_| self.remark(&author, at)).collect()
    }

    fn remark(&mut self, author: &Seat, at: Moment) -> Result<Thread, DemoError> {
        let language = self.cast.language_of(author);
        let words =
            self.words.get(&language).ok_or_else(|| inconsistent(format!("no remarks in {language}")))?;
        let turn = self.said.values().sum::<usize>();
        let said = self.said.entry(language).or_default();
        let body = &words[*said % words.len()];
        *said += 1;
        let (place, anchor, paragraph) = self.places.passage(turn)?;
        let comment = Comment::new(CommentId(Uuid::new_v4()), author.id, at, body).map_err(Refusal::from)?;
        let to = (Audience::Component, author.component);
        Ok(Thread::open(ThreadId(Uuid::new_v4()), (place.id, paragraph), anchor, to, comment))
    }

    fn readings(&self, paper: &Paper, round: &Round, file: &RoundFile) -> Result<Vec<Op>, DemoError> {
        let mut ops = Vec::new();
        for (code, count) in &file.read {
            let component = self.cast.component_of(code)?;
            let chapters = paper.chapters.iter().take(*count).zip(1u64..);
            let chapters: BTreeMap<ChapterId, Moment> = chapters
                .map(|(chapter, day)| (chapter.id, round.plan.opens + Duration::from_hours(24 * day + 2)))
                .collect();
            let last = chapters.values().max().copied().unwrap_or(round.plan.opens);
            let reading = Reading { component, chapters, last };
            ops.push(Op::put(Coll::Reading, format!("{}/{component}", round.id), Expect::Absent, &reading));
        }
        Ok(ops)
    }
}
