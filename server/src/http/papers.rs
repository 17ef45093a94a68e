//! Papers: the list, one with its chapters, and a new one made of a Markdown file.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use crdt::history::milestone::Milestone;
use crdt::history::publication::Publication;
use crdt::history::{Status, Symbol};
use crdt::ids::{ChangeHash, SeatId, TextId};
use crdt::moment::Moment;
use crdt::review::permission::{Action, Place};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::app::audit::By;
use crate::app::papers::NewPaper;
use crate::app::refusal::Refusal;
use crate::app::settings::Limits;
use crate::http::error::Problem;
use crate::http::intake::body::{Body, Incoming};
use crate::http::intake::caller::Caller;
use crate::http::intake::idempotency;
use crate::http::intake::paging::Page;
use crate::http::milestones;
use crate::http::planned::{self, PlanView};
use crate::http::publications;
use crate::http::rights::{self, ChapterRights, PenView, RightsView};
use crate::people::component::ByLanguage;
use crate::people::directory::Register;
use crate::people::paper::Paper;

/// A paper in a list.
#[derive(Serialize, ToSchema)]
pub struct PaperSummary {
    id: Uuid,
    slug: String,
    title: ByLanguage,
    summary: ByLanguage,
    languages: Vec<String>,
    /// How many numbered paragraphs there are in each language.
    paragraphs: BTreeMap<String, usize>,
    /// How many chapters there are.
    chapters: usize,
    /// When a word of it was last changed.
    #[schema(value_type = Option<String>, format = DateTime)]
    edited_at: Option<Moment>,
    /// How many people worked on it today.
    edited_by: usize,
    /// The drafts that are planned, by their day: open ones and those that were sealed.
    planned: Vec<PlanView>,
    milestones: Vec<MilestoneName>,
}

/// A sealed milestone in a list.
#[derive(Serialize, ToSchema)]
pub struct MilestoneName {
    id: Uuid,
    name: String,
    /// How the organisation cites it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    symbol: Option<Symbol>,
    /// How far it has come.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    status: Option<Status>,
    #[schema(value_type = String, format = DateTime)]
    sealed_at: Moment,
    /// How many brackets were open in it, in the language each chapter is drafted in.
    brackets: usize,
    /// How it stands to the public: `private`, `public` or `withdrawn`.
    publication: &'static str,
}

/// A paper with its chapters. All fields of a summary, but `chapters` is the list.
#[derive(Serialize, ToSchema)]
pub struct PaperView {
    #[serde(flatten)]
    summary: PaperSummary,
    rights: RightsView,
    pens: Vec<PenView>,
}

/// A chapter.
#[derive(Serialize, ToSchema)]
pub struct ChapterView {
    #[serde(flatten)]
    rights: ChapterRights,
    number: String,
    parent: Option<Uuid>,
    /// The language it is drafted in.
    language: String,
    texts: BTreeMap<String, TextView>,
}

/// A text of a chapter, from outside.
#[derive(Serialize, ToSchema)]
pub struct TextView {
    id: Uuid,
    /// Its name on the wire: base58check of the id.
    document_id: String,
    #[schema(value_type = Vec<String>)]
    heads: Vec<ChangeHash>,
    characters: usize,
    title: String,
    /// How many numbered paragraphs it has.
    numbered: usize,
    /// The number of its first numbered paragraph.
    first_number: usize,
    /// How many notes it has.
    notes: usize,
    /// The number of its first note: notes are numbered through the paper.
    first_note: usize,
    open_threads: usize,
}

/// A paper to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPaperBody {
    slug: String,
    title: String,
    language: String,
    /// Each level-1 heading becomes a chapter.
    markdown: String,
}
impl Incoming for NewPaperBody {
    fn limit(limits: &Limits) -> usize {
        limits.import_bytes
    }
}

/// The papers.
#[utoipa::path(get, path = "/api/v1/papers", tag = "papers", responses((status = 200, body = [PaperSummary])))]
pub async fn list(app: web::Data<App>, caller: Caller, page: Page) -> Result<HttpResponse, Problem> {
    let papers = caller
        .register
        .papers()
        .into_iter()
        .filter(|paper| caller.may(Action::Read, &paper.place()))
        .collect();
    let (papers, next) = page.of(papers, |paper: &&Paper| paper.id.to_string())?;
    let mut summaries = Vec::new();
    for paper in papers {
        summaries.push(summary(&app, &caller.register, paper).await?);
    }
    Ok(HttpResponse::Ok().json(json!({ "papers": summaries, "next": next })))
}

/// Make a paper of a Markdown file.
#[utoipa::path(post, path = "/api/v1/papers", tag = "papers", request_body = NewPaperBody,
    responses((status = 201, body = PaperView), (status = 409, description = "The slug is taken")))]
pub async fn create(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    body: Body<NewPaperBody>,
) -> Result<HttpResponse, Problem> {
    caller.must(Action::ImportPaper, &Place::default(), "import papers")?;
    let NewPaperBody { slug, title, language, markdown } = body.value;
    let new = NewPaper { slug, title, language, markdown };
    idempotency::once(&req, &app, &caller, body.sha256, async {
        let (paper, report) = app.import(caller.seat, By::Seat(caller.seat), new).await?;
        let mut made = view(&app, &Caller::seated(&app, caller.seat)?, &paper).await?;
        made["report"] = json!(report);
        Ok((StatusCode::CREATED, made))
    })
    .await
}

/// One paper with its chapters.
#[utoipa::path(get, path = "/api/v1/papers/{slug}", tag = "papers", params(("slug" = String, Path)),
    responses((status = 200, body = PaperView)))]
pub async fn one(
    app: web::Data<App>,
    caller: Caller,
    slug: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let paper = readable(&caller, &slug)?;
    Ok(HttpResponse::Ok().json(view(&app, &caller, paper).await?))
}

/// The paper with this slug, if the caller may read it.
pub fn readable<'a>(caller: &'a Caller, slug: &str) -> Result<&'a Paper, Refusal> {
    let found = caller.register.paper_by_slug(slug).filter(|paper| caller.may(Action::Read, &paper.place()));
    found.ok_or(Refusal::NotFound)
}

async fn summary(app: &App, register: &Register, paper: &Paper) -> Result<PaperSummary, Refusal> {
    let now = app.clock.now();
    let mut paragraphs: BTreeMap<String, usize> =
        paper.languages.iter().map(|code| (code.clone(), 0)).collect();
    let (mut edited_at, mut people) = (None, BTreeSet::new());
    for (text, place) in paper.texts() {
        let state = app.text_state(text).await?;
        *paragraphs.entry(place.language).or_default() += state.summary.numbered;
        edited_at = edited_at.max(state.edits.last);
        people.extend(state.edits.seats_on_day_of(now).filter_map(|seat| Some(register.seat(seat)?.person)));
    }
    let milestones = app.milestones(paper.id).await?;
    let plans = app.plans(paper.id).await?;
    let publications = app.publications(paper.id).await?;
    let named =
        milestones.iter().map(|milestone| milestone_name(paper, milestone, publications.get(&milestone.id)));
    let planned = plans.iter().filter(|kept| kept.plan.cancelled.is_none());
    Ok(PaperSummary {
        id: paper.id.0,
        slug: paper.slug.clone(),
        title: paper.title.clone(),
        summary: paper.summary.clone(),
        languages: paper.languages.clone(),
        paragraphs,
        chapters: paper.chapters.len(),
        edited_at,
        edited_by: people.len(),
        planned: planned.map(|kept| planned::view(register, kept)).collect(),
        milestones: named.collect(),
    })
}

fn milestone_name(paper: &Paper, milestone: &Milestone, publication: Option<&Publication>) -> MilestoneName {
    let brackets = milestones::brackets_left(paper, milestone);
    MilestoneName {
        id: milestone.id.0,
        name: milestone.name.clone(),
        symbol: milestone.symbol.clone(),
        status: milestone.status,
        sealed_at: milestone.sealed_at,
        brackets,
        publication: publications::state_of(publication),
    }
}

pub(super) async fn view(app: &App, caller: &Caller, paper: &Paper) -> Result<serde_json::Value, Problem> {
    // The next numbered paragraph and the next note, by language.
    let mut next: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut chapters = Vec::new();
    for chapter in &paper.chapters {
        let mut texts = BTreeMap::new();
        for (language, text) in &chapter.texts {
            let first = next.entry(language).or_insert((1, 1));
            let text = text_view(app, caller.seat, *text, *first).await?;
            *first = (first.0 + text.numbered, first.1 + text.notes);
            texts.insert(language.clone(), text);
        }
        chapters.push(ChapterView {
            rights: rights::of_chapter(&caller.register, caller.seat, paper, chapter),
            number: chapter.number.clone(),
            parent: chapter.parent.map(|parent| parent.0),
            language: chapter.language.clone(),
            texts,
        });
    }
    let rights = rights::of_paper(&caller.register, caller.seat, paper);
    let pens = rights::pens(&caller.register, paper);
    let summary = summary(app, &caller.register, paper).await?;
    let mut view = json!(PaperView { summary, rights, pens });
    view["chapters"] = json!(chapters);
    Ok(view)
}

async fn text_view(
    app: &App,
    seat: SeatId,
    text: TextId,
    (first_number, first_note): (usize, usize),
) -> Result<TextView, Refusal> {
    let state = app.text_state(text).await?;
    let threads = app.threads_of_text(text, seat).await?;
    Ok(TextView {
        id: text.0,
        document_id: crdt::sync::wire::document_id(text),
        heads: state.heads.clone(),
        characters: state.summary.characters,
        title: state.summary.title.clone(),
        numbered: state.summary.numbered,
        first_number,
        notes: state.apparatus.notes,
        first_note,
        open_threads: threads.iter().filter(|kept| kept.thread.is_open()).count(),
    })
}
