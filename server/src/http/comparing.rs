//! Two drafts compared, and what a seat has seen.

pub mod view;

use std::collections::BTreeMap;

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use crdt::ids::{ChangeHash, MilestoneId, TextId};
use crdt::review::permission::{Action, Place};
use serde::Deserialize;
use utoipa::ToSchema;

use self::view::{Bounds, ComparisonView};
use crate::app::App;
use crate::app::comparing::Wanted;
use crate::app::comparing::files::RedFormat;
use crate::app::refusal::Refusal;
use crate::export::files::content_disposition;
use crate::http::error::Problem;
use crate::http::exports::{LOSSES, losses};
use crate::http::intake::body::{Body, Incoming};
use crate::http::intake::caller::Caller;
use crate::http::papers;
use crate::people::paper::Paper;

/// Which drafts, and how much of them.
#[derive(Deserialize)]
pub struct WhichDrafts {
    /// A milestone's id, `seen`, `position` or `now`.
    from: Option<String>,
    /// The same; `now` if it is missing.
    to: Option<String>,
    /// How much of it.
    #[serde(flatten)]
    part: WhichPart,
}

/// How much of a comparison.
#[derive(Deserialize)]
pub struct WhichPart {
    language: Option<String>,
    /// `1`: with the words of paragraphs that do not differ.
    unchanged: Option<String>,
    /// Where the last answer ended.
    cursor: Option<String>,
}

/// Which file of a comparison.
#[derive(Deserialize)]
pub struct WhichFile {
    from: Option<String>,
    to: Option<String>,
    language: Option<String>,
    format: Option<String>,
    view: Option<String>,
}

/// What was seen: the heads of texts, as a comparison's `to` names them.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LookBody {
    #[schema(value_type = std::collections::HashMap<Uuid, Vec<String>>)]
    texts: BTreeMap<TextId, Vec<ChangeHash>>,
}
impl Incoming for LookBody {}

/// Compare two drafts of a paper: sealed ones, the paper as it is (`now`), what the caller's seat has seen (`seen`), or the draft on which
/// its component last took a position (`position`).
#[utoipa::path(get, path = "/api/v1/papers/{slug}/compare", tag = "milestones",
    params(("slug" = String, Path), ("from" = String, Query), ("to" = Option<String>, Query), ("language" = Option<String>, Query),
        ("unchanged" = Option<String>, Query, description = "1: with the words of paragraphs that do not differ"),
        ("cursor" = Option<String>, Query)),
    responses((status = 200, body = ComparisonView), (status = 409, description = "There is nothing earlier")))]
pub async fn drafts(
    app: web::Data<App>,
    caller: Caller,
    slug: web::Path<String>,
    which: web::Query<WhichDrafts>,
) -> Result<HttpResponse, Problem> {
    let paper = papers::readable(&caller, &slug)?;
    let which = which.into_inner();
    let from = which.from.as_deref().ok_or_else(|| Refusal::field("from", WANTED))?;
    let pair = (wanted("from", from)?, wanted("to", which.to.as_deref().unwrap_or("now"))?);
    answer(&app, &caller, paper, pair, which.part).await
}

/// Compare a sealed draft with another, or with the paper as it is (`now`).
#[utoipa::path(get, path = "/api/v1/milestones/{id}/compare/{other}", tag = "milestones",
    params(("id" = Uuid, Path), ("other" = String, Path), ("language" = Option<String>, Query),
        ("unchanged" = Option<String>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = ComparisonView)))]
pub async fn milestone(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    part: web::Query<WhichPart>,
) -> Result<HttpResponse, Problem> {
    let (id, other) = path.into_inner();
    let id: MilestoneId = id.parse().map_err(|_| Refusal::NotFound)?;
    let (paper, _) = app.milestone(id).await?;
    if !caller.may(Action::Read, &Place { paper: Some(paper), ..Place::default() }) {
        return Err(Refusal::NotFound.into());
    }
    let paper = caller.register.paper(paper).ok_or(Refusal::NotFound)?;
    let other = wanted("other", &other).map_err(|_| Refusal::NotFound)?;
    answer(&app, &caller, paper, (Wanted::Milestone(id), other), part.into_inner()).await
}

/// A comparison as a file: HTML with `ins` and `del`, PDF with bars at the margin, Word with tracked changes, Markdown with `<ins>` and `<del>`.
#[utoipa::path(get, path = "/api/v1/papers/{slug}/compare/file", tag = "milestones",
    params(("slug" = String, Path), ("from" = String, Query), ("to" = Option<String>, Query), ("language" = Option<String>, Query),
        ("format" = String, Query, description = "html, pdf, docx or md"),
        ("view" = Option<String>, Query, description = "redline, or clean: the newer draft alone")),
    responses((status = 200), (status = 429, description = "Too many exports"), (status = 503)))]
pub async fn file(
    app: web::Data<App>,
    caller: Caller,
    slug: web::Path<String>,
    which: web::Query<WhichFile>,
) -> Result<HttpResponse, Problem> {
    let paper = papers::readable(&caller, &slug)?;
    let WhichFile { from, to, language, format, view } = which.into_inner();
    let from = from.as_deref().ok_or_else(|| Refusal::field("from", WANTED))?;
    let pair = (wanted("from", from)?, wanted("to", to.as_deref().unwrap_or("now"))?);
    let format = format.as_deref().and_then(RedFormat::of_extension);
    let format = format.ok_or_else(|| Refusal::field("format", "is html, pdf, docx or md"))?;
    let clean = match view.as_deref() {
        None | Some("redline") => false,
        Some("clean") => true,
        Some(_) => return Err(Refusal::field("view", "is redline or clean").into()),
    };
    let compared = match format.names_authors() && !clean {
        true => app.compare_drafts(paper, caller.seat, pair, language.as_deref()).await?,
        false => app.compare_words(paper, caller.seat, pair, language.as_deref()).await?,
    };
    let made = app.comparison_file(caller.person, paper, &compared, (format, clean)).await?;
    let mut response = HttpResponse::Ok();
    response.content_type(made.media_type);
    response.insert_header((header::CONTENT_DISPOSITION, content_disposition(&made.name)));
    if let Some(losses) = losses(&made.losses) {
        response.insert_header((LOSSES, losses));
    }
    Ok(response.body(made.bytes))
}

/// Say what was seen of a paper: `from=seen` compares with it.
#[utoipa::path(post, path = "/api/v1/papers/{slug}/looks", tag = "milestones", params(("slug" = String, Path)),
    request_body = LookBody, responses((status = 204)))]
pub async fn look(
    app: web::Data<App>,
    caller: Caller,
    slug: web::Path<String>,
    body: Body<LookBody>,
) -> Result<HttpResponse, Problem> {
    let paper = papers::readable(&caller, &slug)?;
    app.note_look(paper, caller.seat, &body.value.texts).await?;
    Ok(HttpResponse::NoContent().finish())
}

const WANTED: &str = "is the id of a sealed draft, now, seen or position";

fn wanted(field: &str, word: &str) -> Result<Wanted, Refusal> {
    match word {
        "now" => Ok(Wanted::Now),
        "seen" => Ok(Wanted::Seen),
        "position" => Ok(Wanted::Position),
        id => Ok(Wanted::Milestone(id.parse().map_err(|_| Refusal::field(field, WANTED))?)),
    }
}

async fn answer(
    app: &App,
    caller: &Caller,
    paper: &Paper,
    pair: (Wanted, Wanted),
    part: WhichPart,
) -> Result<HttpResponse, Problem> {
    let whole = match part.unchanged.as_deref() {
        None | Some("0") => false,
        Some("1") => true,
        Some(_) => return Err(Refusal::field("unchanged", "is 0 or 1").into()),
    };
    let first = match part.cursor.as_deref() {
        None => 0,
        Some(cursor) => cursor.parse().map_err(|_| Refusal::field("cursor", "is that of an answer"))?,
    };
    let compared = app.compare_drafts(paper, caller.seat, pair, part.language.as_deref()).await?;
    Ok(HttpResponse::Ok().json(view::of(
        &caller.register,
        paper,
        &compared,
        Bounds { first, whole, numbered_before: 0 },
    )))
}
