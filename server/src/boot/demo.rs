//! The demonstration: real bodies, invented people, the policy paper in two languages, comments and amendments to look at.
//!
//! It fills an empty store in one commit: a half-loaded demonstration cannot exist. Amendments, brackets, positions and a silence come after
//! that, by the acts of the people who make them; a start that was broken off goes on where it was. Its sign-in links work again and
//! again and are printed at each start, so the store keeps them in plain words; nothing in a demonstration is secret.

mod agreement;
mod amendments;
mod brackets;
mod written;

use std::collections::BTreeMap;
use std::time::Duration;

use crdt::document::{Anchor, Block, Text, import, languages};
use crdt::history::planned::{PlanWords, PlannedDraft};
use crdt::ids::{
    ChapterId, CommentId, ComponentId, PaperId, ParagraphId, PersonId, PlanId, SeatId, TextId, ThreadId,
};
use crdt::moment::Moment;
use crdt::review::permission::{Function, Grant, Role, Scope};
use crdt::review::thread::{Audience, Comment, Thread};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::clock::offset_to;
use super::demo_rounds;
use crate::app::App;
use crate::app::papers::random_paragraph_id;
use crate::app::planned;
use crate::app::refusal::Refusal;
use crate::app::threads;
use crate::people::account::Person;
use crate::people::component::{ByLanguage, Component, Kind};
use crate::people::directory::Entry;
use crate::people::link::Link;
use crate::people::paper::{Chapter, Paper};
use crate::people::seat::Seat;
use crate::people::token::Secret;
use crate::store::{Coll, Expect, Op};

const COMPONENTS: &str = include_str!("../../../fixtures/demo/components.json");
const PEOPLE: &str = include_str!("../../../fixtures/demo/people.json");
const PAPER: &str = include_str!("../../../fixtures/demo/paper.json");
const THREADS: &str = include_str!("../../../fixtures/demo/threads.json");
const TEXTS: &[(&str, &str)] = &[
    ("es", include_str!("../../../fixtures/papers/ciudades-migracion-inclusion.es.md")),
    ("en", include_str!("../../../fixtures/papers/ciudades-migracion-inclusion.en.md")),
];
const LINKS: &str = "demo-links";

/// Why there is no demonstration.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// Somebody's work is in the store.
    #[error(
        "--demo fills an empty store only, and this one belongs to a real service; choose another --data"
    )]
    NotEmpty,
    /// The files inside the program do not fit together.
    #[error("the demonstration inside this program is not consistent: {0}")]
    Inconsistent(String),
    /// The service refused.
    #[error("the demonstration could not be loaded: {0}")]
    Refused(#[from] Refusal),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ComponentFile {
    code: String,
    kind: Kind,
    hue: u8,
    name: ByLanguage,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PersonFile {
    name: String,
    initials: String,
    email: String,
    language: String,
    seats: Vec<SeatFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeatFile {
    component: String,
    function: Function,
    grants: Vec<GrantFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GrantFile {
    scope: ScopeFile,
    role: Role,
}

#[derive(Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum ScopeFile {
    Service,
    Paper,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PaperFile {
    slug: String,
    title: ByLanguage,
    summary: ByLanguage,
    organisation: ByLanguage,
    languages: Vec<String>,
    drafting_language: String,
    planned: Vec<PlanWords>,
    clock: Moment,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ThreadFile {
    language: String,
    /// 1 for the first.
    chapter: usize,
    state: StateFile,
    quote: String,
    comments: Vec<CommentFile>,
}

#[derive(Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum StateFile {
    Open,
    Resolved,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CommentFile {
    by: String,
    days_ago: u64,
    body: String,
}

/// A person of the demonstration with their link, as printed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Invited {
    /// Their name.
    pub name: String,
    /// Their address, at example.org.
    pub email: String,
    /// The codes of their components.
    pub components: String,
    /// Their sign-in link.
    pub url: String,
}

/// A link that is printed at each start.
#[derive(Serialize, Deserialize)]
struct KeptLink {
    person: PersonId,
    token: String,
}

/// How far the demonstration's clock is from the system's when it starts now.
pub fn clock_offset_ms() -> Result<i64, DemoError> {
    Ok(offset_to(read::<PaperFile>("paper.json", PAPER)?.clock))
}

/// Fill the store, if nothing is in it yet, and answer with the people and their links.
pub async fn load(app: &App) -> Result<Vec<Invited>, DemoError> {
    if app.directory.register().is_empty() {
        fill(app).await?;
    }
    amendments::load(app).await?;
    brackets::load(app).await?;
    agreement::load(app).await?;
    let record =
        app.store.get(Coll::Setting, LINKS).await.map_err(Refusal::from)?.ok_or(DemoError::NotEmpty)?;
    let links: Vec<KeptLink> = record.read().map_err(Refusal::from)?;
    let register = app.directory.register();
    let invited = links.iter().filter_map(|link| {
        let person = register.person(link.person)?;
        let seats = register.seats_of(person.id);
        let components =
            seats.iter().filter_map(|seat| Some(register.component(seat.component)?.code.as_str()));
        Some(Invited {
            name: person.name.clone(),
            email: person.email.clone(),
            components: components.collect::<Vec<_>>().join("+"),
            url: app.sign_in_url(&link.token),
        })
    });
    Ok(invited.collect())
}

async fn fill(app: &App) -> Result<(), DemoError> {
    let paper_file: PaperFile = read("paper.json", PAPER)?;
    let paper = PaperId(Uuid::new_v4());
    let cast = Cast::read(paper)?;
    let (paper, texts, mut ops) = write_paper(app, paper, paper_file, &cast).await?;
    let now = app.clock.now();
    for thread in read::<Vec<ThreadFile>>("threads.json", THREADS)? {
        ops.extend(threads::new_records(&open_thread(&thread, &paper, &texts, &cast, now)?));
    }
    let (rounds, of_rounds) = demo_rounds::fill(app, &paper, &texts, &cast).await?;
    ops.extend(of_rounds);
    let mut kept = Vec::new();
    for person in &cast.people {
        let secret = Secret::draw();
        ops.push(Op::put(Coll::Link, secret.key(), Expect::Absent, &Link::for_demo(person.id, now)));
        kept.push(KeptLink { person: person.id, token: secret.reveal().to_owned() });
    }
    ops.push(Op::put(Coll::Setting, LINKS, Expect::Absent, &kept));
    let mut entries: Vec<Entry> = cast.components.into_iter().map(Entry::Component).collect();
    entries.extend(cast.people.into_iter().map(Entry::Person));
    entries.extend(cast.seats.into_iter().map(Entry::Seat));
    entries.push(Entry::Paper(paper));
    entries.extend(rounds);
    app.directory.enter(|_| Ok::<_, Refusal>((entries, ops))).await?;
    Ok(())
}

/// The people of the play, with the seats they speak from.
pub(super) struct Cast {
    components: Vec<Component>,
    people: Vec<Person>,
    seats: Vec<Seat>,
}

impl Cast {
    fn read(paper: PaperId) -> Result<Self, DemoError> {
        let components: Vec<Component> = read::<Vec<ComponentFile>>("components.json", COMPONENTS)?
            .into_iter()
            .map(|ComponentFile { code, kind, hue, name }| Component {
                id: ComponentId(Uuid::new_v4()),
                code,
                kind,
                hue,
                name,
                closed: false,
                closings: Vec::new(),
                version: 0,
            })
            .collect();
        let (mut people, mut seats) = (Vec::new(), Vec::new());
        for PersonFile { name, initials, email, language, seats: held } in
            read::<Vec<PersonFile>>("people.json", PEOPLE)?
        {
            let id = PersonId(Uuid::new_v4());
            for (seat, rank) in held.iter().zip(0u32..) {
                let component = components.iter().find(|component| component.code == seat.component);
                let component =
                    component.ok_or_else(|| inconsistent(format!("no component {}", seat.component)))?.id;
                let (function, grants) =
                    (seat.function, seat.grants.iter().map(|grant| grant.on(paper)).collect());
                let id_of_seat = SeatId(Uuid::new_v4());
                seats.push(Seat {
                    id: id_of_seat,
                    person: id,
                    component,
                    function,
                    grants,
                    rank,
                    ended: false,
                    version: 0,
                });
            }
            people.push(Person { id, name, initials, email, language, version: 0 });
        }
        Ok(Self { components, people, seats })
    }

    /// The seats that hold the pen: the invented authors of the chapters.
    fn pens(&self) -> Vec<SeatId> {
        let holds = |seat: &&Seat| seat.grants.iter().any(|grant| grant.role == Role::Pen);
        self.seats.iter().filter(holds).map(|seat| seat.id).collect()
    }

    pub(super) fn seat_of(&self, email: &str) -> Result<&Seat, DemoError> {
        let person = self.people.iter().find(|person| person.answers_to(email));
        let seat = person.and_then(|person| self.seats.iter().find(|seat| seat.person == person.id));
        seat.ok_or_else(|| inconsistent(format!("nobody has the address {email}")))
    }
}

impl Cast {
    /// The component with this code.
    pub(super) fn component_of(&self, code: &str) -> Result<ComponentId, DemoError> {
        let found = self.components.iter().find(|component| component.code == code);
        found.map(|component| component.id).ok_or_else(|| inconsistent(format!("no component {code}")))
    }

    /// The seats of a component, in the order of the people.
    pub(super) fn seats_in(&self, component: ComponentId) -> Vec<Seat> {
        self.seats.iter().filter(|seat| seat.component == component).cloned().collect()
    }

    /// The language in which whoever holds a seat speaks.
    pub(super) fn language_of(&self, seat: &Seat) -> String {
        let person = self.people.iter().find(|person| person.id == seat.person);
        person.map_or_else(|| "en".to_owned(), |person| person.language.clone())
    }
}

impl GrantFile {
    fn on(&self, paper: PaperId) -> Grant {
        let scope = if self.scope == ScopeFile::Service { Scope::Service } else { Scope::Paper(paper) };
        Grant { scope, role: self.role }
    }
}

/// The texts of the paper as they were just written, by language, chapter by chapter.
pub(super) type Texts = BTreeMap<String, Vec<(TextId, Text)>>;

async fn write_paper(
    app: &App,
    id: PaperId,
    file: PaperFile,
    cast: &Cast,
) -> Result<(Paper, Texts, Vec<Op>), DemoError> {
    let pens = cast.pens();
    let chapters = chapters(&file.drafting_language)?;
    let (mut texts, mut records, mut seeds) = (Texts::new(), Vec::new(), Vec::new());
    for (at, by_language) in chapters.into_iter().enumerate() {
        let mut of_chapter = BTreeMap::new();
        for ((language, blocks), turn) in by_language.into_iter().zip(at..) {
            let pen = pens
                .get(turn % pens.len().max(1))
                .ok_or_else(|| inconsistent("nobody holds the pen".to_owned()))?;
            let (text, document, seed) = written::written(app, &blocks, *pen, at)?;
            seeds.push(seed);
            of_chapter.insert(language.clone(), text);
            texts.entry(language).or_default().push((text, document));
        }
        records.push(Chapter {
            id: ChapterId(Uuid::new_v4()),
            number: (at + 1).to_string(),
            parent: None,
            language: file.drafting_language.clone(),
            texts: of_chapter,
            lock: None,
            lock_version: 0,
        });
    }
    let PaperFile { slug, title, summary, organisation, languages, planned: plans, .. } = file;
    let secretariat = cast.seat_of("ines.duarte@example.org")?.id;
    for words in plans {
        let (plan, now) = ((PlanId(Uuid::new_v4()), id), app.clock.now());
        let plan = PlannedDraft::plan(plan, words, &[], &[], secretariat, now).map_err(Refusal::from)?;
        seeds.push(planned::record(&plan, Expect::Absent));
    }
    let planned_before = Vec::new();
    let paper =
        Paper { id, slug, title, summary, organisation, languages, planned_before, chapters: records };
    Ok((paper, texts, seeds))
}

/// The blocks of each chapter by language. A block of a translation renders the drafted block at the same place.
fn chapters(drafted: &str) -> Result<Vec<BTreeMap<String, Vec<Block>>>, DemoError> {
    let mut ids: Box<dyn FnMut() -> ParagraphId> = Box::new(random_paragraph_id);
    let mut all: Vec<BTreeMap<String, Vec<Block>>> = Vec::new();
    for (language, markdown) in TEXTS {
        let imported = import::chapters(markdown.as_bytes(), "", &mut *ids)
            .map_err(|error| inconsistent(error.to_string()))?;
        all.resize_with(all.len().max(imported.chapters.len()), BTreeMap::new);
        for (chapter, by_language) in imported.chapters.into_iter().zip(&mut all) {
            by_language.insert((*language).to_owned(), chapter.blocks);
        }
    }
    for (by_language, number) in all.iter_mut().zip(1..) {
        let source = by_language.get(drafted).cloned().unwrap_or_default();
        for (language, blocks) in by_language.iter_mut().filter(|(language, _)| *language != drafted) {
            if blocks.len() != source.len() {
                return Err(inconsistent(format!(
                    "chapter {number} has other blocks in {language} than in {drafted}"
                )));
            }
            for (block, rendered) in blocks.iter_mut().zip(&source) {
                block.renders = Some(languages::rendering_of(rendered));
            }
        }
    }
    Ok(all)
}

fn open_thread(
    file: &ThreadFile,
    paper: &Paper,
    texts: &Texts,
    cast: &Cast,
    now: Moment,
) -> Result<Thread, DemoError> {
    let missing = |what: &str| inconsistent(format!("the comment on “{}” has no {what}", file.quote));
    let chapter = file
        .chapter
        .checked_sub(1)
        .filter(|at| *at < paper.chapters.len())
        .ok_or_else(|| missing("chapter"))?;
    let (text, document) =
        texts.get(&file.language).and_then(|all| all.get(chapter)).ok_or_else(|| missing("text"))?;
    let (anchor, paragraph) = quoted(document, &file.quote).ok_or_else(|| missing("words"))?;
    let mut said = Vec::new();
    for comment in &file.comments {
        let at = now - Duration::from_hours(24 * comment.days_ago);
        let seat = cast.seat_of(&comment.by)?;
        let comment = Comment::new(CommentId(Uuid::new_v4()), seat.id, at, &comment.body);
        said.push((seat, comment.map_err(Refusal::from)?));
    }
    let mut said = said.into_iter();
    let (opener, first) = said.next().ok_or_else(|| missing("comment"))?;
    let id = ThreadId(Uuid::new_v4());
    let mut thread = Thread::open(id, (*text, paragraph), anchor, (Audience::All, opener.component), first);
    let mut last = (opener.id, thread.created);
    for (seat, comment) in said {
        last = (seat.id, comment.at);
        thread = thread.answer(comment).map_err(Refusal::from)?;
    }
    Ok(if file.state == StateFile::Resolved { thread.resolve(last.0, last.1) } else { thread })
}

/// The anchor of words that stand inside one block, and that block.
fn quoted(text: &Text, quote: &str) -> Option<(Anchor, ParagraphId)> {
    let reading = text.read();
    let units = |words: &str| words.encode_utf16().count();
    reading.blocks.iter().zip(&reading.places).find_map(|(block, place)| {
        let words = block.words();
        let start = place.start + units(&words[..words.find(quote)?]);
        Some((Anchor::of(text, start..start + units(quote))?, block.id))
    })
}

/// The seat that somebody acts with unless they choose another.
fn seat_of(app: &App, email: &str) -> Result<SeatId, DemoError> {
    let register = app.directory.register();
    let person = register.person_by_email(email);
    let seats = person.map(|person| register.seats_of(person.id)).unwrap_or_default();
    let seat = seats.first().ok_or_else(|| inconsistent(format!("nobody has the address {email}")))?;
    Ok(seat.id)
}

pub(super) fn read<T: serde::de::DeserializeOwned>(name: &str, json: &str) -> Result<T, DemoError> {
    serde_json::from_str(json).map_err(|error| inconsistent(format!("{name}: {error}")))
}

pub(super) fn inconsistent(words: String) -> DemoError {
    DemoError::Inconsistent(words)
}
