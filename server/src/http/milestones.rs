//! Milestones: sealed, listed, read, and downloaded.

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use crdt::history::milestone::{Day, Milestone, SealedText};
use crdt::history::{Digest, Status, Symbol};
use crdt::ids::{ChangeHash, ChapterId, MilestoneId, PaperId, PlanId, TextId};
use crdt::moment::Moment;
use crdt::review::permission::{Action, Place};
use serde::{Deserialize, Serialize};
use serde_json::{json, value::RawValue};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::app::exports::Format;
use crate::app::milestones::NewMilestone;
use crate::app::refusal::Refusal;
use crate::http::error::Problem;
use crate::http::exports::{WantedSight, download};
use crate::http::intake::body::{Body, Incoming};
use crate::http::intake::caller::Caller;
use crate::http::intake::idempotency;
use crate::http::intake::paging::Page;
use crate::http::papers;
use crate::http::proofs::ProofView;
use crate::people::directory::Register;
use crate::people::paper::Paper;

/// A sealed milestone.
#[derive(Serialize, ToSchema)]
pub struct MilestoneView {
    id: Uuid,
    /// The paper's slug.
    paper: String,
    name: String,
    /// How the organisation cites it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    symbol: Option<Symbol>,
    /// How far it has come: `for_comments`, `revised`, `final` or `adopted`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    status: Option<Status>,
    event: Option<String>,
    #[schema(value_type = Option<String>, format = Date)]
    date: Option<Day>,
    note: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    sealed_at: Moment,
    sealed_by: SealedBy,
    texts: Vec<SealedTextView>,
    /// How many brackets were open in it, in the language each chapter is drafted in.
    brackets: usize,
    languages: Vec<String>,
    /// The digest over the texts' digests.
    #[schema(value_type = String)]
    digest: Digest,
    /// What proves it; absent in lists, and for a moment with drafts of before there were signatures.
    #[serde(skip_serializing_if = "Option::is_none")]
    proof: Option<ProofView>,
    /// Where the bundle is that proves it to anybody.
    bundle: String,
    /// Where its files are, by language and kind.
    files: BTreeMap<String, BTreeMap<&'static str, String>>,
}

/// Who sealed it.
#[derive(Serialize, ToSchema)]
pub struct SealedBy {
    person: String,
    component: String,
}

/// A text of a sealed milestone.
#[derive(Serialize, ToSchema)]
pub struct SealedTextView {
    text: Uuid,
    chapter: Uuid,
    number: String,
    language: String,
    title: String,
    #[schema(value_type = Vec<String>)]
    heads: Vec<ChangeHash>,
    /// SHA-256 of the canonical JSON of its blocks.
    #[schema(value_type = String)]
    digest: Digest,
    words: usize,
    /// How many brackets were open in it.
    brackets: usize,
}

/// The words of a sealed text.
#[derive(Serialize)]
struct SealedBlocks<'a> {
    id: Uuid,
    language: &'a str,
    heads: &'a [ChangeHash],
    digest: Digest,
    first_number: usize,
    /// As it was sealed, byte for byte.
    blocks: Box<RawValue>,
}

/// A milestone to be sealed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMilestoneBody {
    /// The planned draft that it fulfils; without one, the open one of its name, if there is one.
    #[serde(default)]
    planned: Option<Uuid>,
    name: String,
    /// Unique in the organisation, such as `UCLG/MIG/2016/1/Rev.1`.
    #[serde(default)]
    symbol: Option<String>,
    /// `for_comments`, `revised`, `final` or `adopted`.
    #[serde(default)]
    status: Option<String>,
    /// The languages it claims to be in; without them, all in which the paper has words.
    #[serde(default)]
    languages: Option<Vec<String>>,
    /// Although something stops a PDF.
    #[serde(default)]
    anyway: bool,
    #[serde(default)]
    event: Option<String>,
    #[serde(default)]
    date: Option<String>,
    #[serde(default)]
    note: Option<String>,
}
impl Incoming for NewMilestoneBody {}

/// Seal all texts of a paper under a name.
#[utoipa::path(post, path = "/api/v1/papers/{slug}/milestones", tag = "milestones", params(("slug" = String, Path)),
    request_body = NewMilestoneBody,
    responses((status = 201, body = MilestoneView), (status = 409, description = "The name is taken, or the plan was fulfilled or cancelled")))]
pub async fn seal(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    slug: web::Path<String>,
    body: Body<NewMilestoneBody>,
) -> Result<HttpResponse, Problem> {
    let paper = papers::readable(&caller, &slug)?;
    caller.must(Action::Seal, &paper.place(), "seal milestones")?;
    let NewMilestoneBody { planned, name, symbol, status, languages, anyway, event, date, note } = body.value;
    let planned = planned.map(PlanId);
    let new = NewMilestone { planned, name, symbol, status, languages, anyway, event, date, note };
    idempotency::once(&req, &app, &caller, body.sha256, async {
        let sealed = app.seal(paper, caller.seat, new).await?;
        Ok((StatusCode::CREATED, json!(proved(&app, &caller, paper.id, &sealed).await?)))
    })
    .await
}

/// The sealed milestones of a paper.
#[utoipa::path(get, path = "/api/v1/papers/{slug}/milestones", tag = "milestones", params(("slug" = String, Path)),
    responses((status = 200, body = [MilestoneView])))]
pub async fn list(
    app: web::Data<App>,
    caller: Caller,
    slug: web::Path<String>,
    page: Page,
) -> Result<HttpResponse, Problem> {
    let paper = papers::readable(&caller, &slug)?;
    let (sealed, next) = page.of(app.milestones(paper.id).await?, |milestone| milestone.id.to_string())?;
    let milestones: Vec<MilestoneView> =
        sealed.iter().map(|milestone| view(&caller.register, milestone)).collect();
    Ok(HttpResponse::Ok().json(json!({ "milestones": milestones, "next": next })))
}

/// One sealed milestone.
#[utoipa::path(get, path = "/api/v1/milestones/{id}", tag = "milestones", params(("id" = Uuid, Path)),
    responses((status = 200, body = MilestoneView)))]
pub async fn one(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let (paper, milestone) = readable(&app, &caller, &id).await?;
    Ok(HttpResponse::Ok().json(proved(&app, &caller, paper, &milestone).await?))
}

/// The blocks of a sealed text.
#[utoipa::path(get, path = "/api/v1/milestones/{id}/texts/{text}", tag = "milestones",
    params(("id" = Uuid, Path), ("text" = Uuid, Path)), responses((status = 200)))]
pub async fn sealed_text(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (id, text) = path.into_inner();
    let (_, milestone) = readable(&app, &caller, &id).await?;
    let text: TextId = text.parse().map_err(|_| Refusal::NotFound)?;
    let sealed = milestone.texts.iter().find(|sealed| sealed.text == text).ok_or(Refusal::NotFound)?;
    let first_number = first_number(&app, &milestone, sealed).await?;
    let list = app.sealed_list(sealed).await?;
    let blocks = serde_json::from_slice(&list).map_err(|error| Refusal::Fault(error.to_string()))?;
    let SealedText { language, heads, digest, .. } = sealed;
    let view = SealedBlocks { id: text.0, language, heads, digest: *digest, first_number, blocks };
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, FOR_EVER)).json(view))
}

/// A file of a sealed milestone: its words, and behind them the reservations and explanations of components.
#[utoipa::path(get, path = "/api/v1/milestones/{id}/files/{file}", tag = "milestones",
    params(("id" = Uuid, Path), ("file" = String, Path, description = "es.pdf, es.docx, es.md, es.html, …"),
        ("view" = Option<String>, Query, description = "bracketed, as by default, clean, redline or comments"),
        ("since" = Option<String>, Query, description = "of a redline: a milestone's id, seen or position; without it, the draft sealed before")),
    responses((status = 200), (status = 409, description = "There is nothing earlier")))]
pub async fn file(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    wanted: web::Query<WantedSight>,
) -> Result<HttpResponse, Problem> {
    let (id, file) = path.into_inner();
    let (paper, milestone) = readable(&app, &caller, &id).await?;
    let paper = caller.register.paper(paper).ok_or(Refusal::NotFound)?;
    let (language, format) = file
        .rsplit_once('.')
        .and_then(|(language, extension)| Some((language, Format::of_extension(extension)?)))
        .filter(|(language, _)| milestone.languages.iter().any(|known| known == language))
        .ok_or(Refusal::NotFound)?;
    let wanted = wanted.file(language, format)?;
    let made = app.paper_file((caller.person, caller.seat), paper, Some(&milestone), wanted).await?;
    Ok(download(made, Some(ASK_AGAIN)))
}

/// The words of a file never change, the positions behind them may.
const ASK_AGAIN: &str = "private, no-cache";

/// Sealed things never change, but only who is signed in may keep them.
const FOR_EVER: &str = "private, max-age=31536000, immutable";

pub(super) async fn readable(
    app: &App,
    caller: &Caller,
    id: &str,
) -> Result<(PaperId, Arc<Milestone>), Refusal> {
    let id: MilestoneId = id.parse().map_err(|_| Refusal::NotFound)?;
    let (paper, milestone) = app.milestone(id).await?;
    let place = Place { paper: Some(paper), ..Place::default() };
    if caller.may(Action::Read, &place) { Ok((paper, milestone)) } else { Err(Refusal::NotFound) }
}

async fn proved(
    app: &App,
    caller: &Caller,
    paper: PaperId,
    milestone: &Milestone,
) -> Result<MilestoneView, Refusal> {
    let proof = app.kept_proof(paper, milestone).await?.map(ProofView::from);
    Ok(MilestoneView { proof, ..view(&caller.register, milestone) })
}

async fn first_number(app: &App, milestone: &Milestone, text: &SealedText) -> Result<usize, Refusal> {
    let mut number = 1;
    let before = milestone.texts.iter().filter(|other| other.language == text.language);
    for earlier in before.take_while(|other| other.text != text.text) {
        number += app.sealed_blocks(earlier).await?.iter().filter(|block| block.is_numbered()).count();
    }
    Ok(number)
}

fn view(register: &Register, milestone: &Milestone) -> MilestoneView {
    let url = |language: &str, format: Format| {
        format!("/api/v1/milestones/{}/files/{language}.{}", milestone.id, format.extension())
    };
    let files = |language: &String| {
        let each = Format::ALL.map(|format| (format.extension(), url(language, format)));
        (language.clone(), BTreeMap::from(each))
    };
    let by = &milestone.sealed_by;
    MilestoneView {
        id: milestone.id.0,
        paper: milestone.paper.clone(),
        name: milestone.name.clone(),
        symbol: milestone.symbol.clone(),
        status: milestone.status,
        event: milestone.event.clone(),
        date: milestone.date,
        note: milestone.note.clone(),
        sealed_at: milestone.sealed_at,
        sealed_by: SealedBy {
            person: register.person(by.person).map(|person| person.name.clone()).unwrap_or_default(),
            component: register.component(by.component).map(|body| body.code.clone()).unwrap_or_default(),
        },
        texts: milestone.texts.iter().map(text_view).collect(),
        brackets: register.paper_by_slug(&milestone.paper).map_or(0, |paper| brackets_left(paper, milestone)),
        languages: milestone.languages.clone(),
        digest: milestone.digest,
        proof: None,
        bundle: format!("/api/v1/milestones/{}/bundle", milestone.id),
        files: milestone.languages.iter().map(files).collect(),
    }
}

/// REV64: the brackets of a sealed draft, counted in the language each chapter is drafted in. A chapter that the paper no longer has
/// counts in the language with the most.
pub fn brackets_left(paper: &Paper, milestone: &Milestone) -> usize {
    let mut by_chapter: BTreeMap<ChapterId, usize> = BTreeMap::new();
    for text in &milestone.texts {
        let chapter = paper.chapters.iter().find(|chapter| chapter.id == text.chapter);
        if chapter.is_none_or(|chapter| chapter.language == text.language) {
            let count = by_chapter.entry(text.chapter).or_default();
            *count = text.brackets.max(*count);
        }
    }
    by_chapter.values().sum()
}

fn text_view(text: &SealedText) -> SealedTextView {
    SealedTextView {
        text: text.text.0,
        chapter: text.chapter.0,
        number: text.number.clone(),
        language: text.language.clone(),
        title: text.title.clone(),
        heads: text.heads.clone(),
        digest: text.digest,
        words: text.words,
        brackets: text.brackets,
    }
}
