//! What was set aside for the caller: listed, read, taken away as a file, thrown away.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crdt::ids::{AsideId, ChangeHash};
use crdt::moment::Moment;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::app::refusal::Refusal;
use crate::app::set_aside::Rescued;
use crate::http::error::Problem;
use crate::http::intake::caller::Caller;
use crate::http::intake::paging::Page;
use crate::live::aside::SetAside;

/// Changes that were not merged, and are kept for who made them.
#[derive(Serialize, ToSchema)]
pub struct SetAsideView {
    id: Uuid,
    seat_id: Uuid,
    text: Uuid,
    /// The slug of its paper.
    paper: String,
    /// The number of its chapter.
    chapter: String,
    language: String,
    /// The title of its chapter today.
    title: String,
    /// Which right was lacking: `chapter_locked`, `not_allowed`.
    reason: String,
    #[schema(value_type = Vec<String>)]
    base_heads: Vec<ChangeHash>,
    #[schema(value_type = String, format = DateTime)]
    received_at: Moment,
    #[schema(value_type = String, format = DateTime)]
    last_at: Moment,
    changes: u64,
    words: usize,
    /// The words written, one string for each place in the text.
    written: Vec<String>,
    /// They are in the text by now: the right came back, and they were sent again.
    merged: bool,
}

/// The same file as a browser keeps.
#[derive(Serialize, ToSchema)]
pub struct RescueFile {
    #[schema(example = "borrador-rescue/1")]
    format: &'static str,
    seat: Uuid,
    text: Uuid,
    #[schema(value_type = String, format = DateTime)]
    rescued_at: Moment,
    reason: String,
    written: Vec<String>,
    /// The whole text as its author had it, as Markdown.
    whole: String,
    #[schema(value_type = Vec<String>)]
    base_heads: Vec<ChangeHash>,
    /// Automerge changes in base64, in causal order, on top of `base_heads`.
    changes: Vec<String>,
}

/// What was set aside for the caller, whichever of their seats wrote it.
#[utoipa::path(get, path = "/api/v1/set-aside", tag = "set aside", responses((status = 200, body = [SetAsideView])))]
pub async fn list(app: web::Data<App>, caller: Caller, page: Page) -> Result<HttpResponse, Problem> {
    let all = app.set_aside(caller.person).await?;
    let (records, next) = page.of(all, |record| record.id.to_string())?;
    let mut views = Vec::new();
    for record in &records {
        views.push(view(&app, &caller, record).await?);
    }
    Ok(HttpResponse::Ok().json(json!({ "set_aside": views, "next": next })))
}

/// One record: JSON, or its words and the whole text as `text/markdown`.
#[utoipa::path(get, path = "/api/v1/set-aside/{id}", tag = "set aside", params(("id" = Uuid, Path)),
    responses((status = 200, body = SetAsideView)))]
pub async fn one(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let Rescued { record, whole, .. } = app.rescued(caller.person, record_id(&id)?).await?;
    let accept =
        req.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    if accept.contains("text/markdown") {
        let parts = [record.written.join("\n\n"), whole.unwrap_or_default()];
        let words: Vec<&str> = parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()).collect();
        return Ok(HttpResponse::Ok()
            .content_type("text/markdown; charset=utf-8")
            .insert_header((header::VARY, "accept"))
            .body(format!("{}\n", words.join("\n\n---\n\n"))));
    }
    let mut view = json!(view(&app, &caller, &record).await?);
    view["markdown"] = json!(whole);
    Ok(HttpResponse::Ok().insert_header((header::VARY, "accept")).json(view))
}

/// The raw changes of a record with its words, as a file.
#[utoipa::path(get, path = "/api/v1/set-aside/{id}/file", tag = "set aside", params(("id" = Uuid, Path)),
    responses((status = 200, body = RescueFile)))]
pub async fn file(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let Rescued { record, changes, whole } = app.rescued(caller.person, record_id(&id)?).await?;
    let name = format!("attachment; filename=\"borrador-{}.rescue.json\"", record.id);
    Ok(HttpResponse::Ok().insert_header((header::CONTENT_DISPOSITION, name)).json(RescueFile {
        format: "borrador-rescue/1",
        seat: record.seat.0,
        text: record.text.0,
        rescued_at: record.received,
        reason: record.reason,
        written: record.written,
        whole: whole.unwrap_or_default(),
        base_heads: record.base_heads,
        changes: changes.iter().map(|raw| STANDARD.encode(raw)).collect(),
    }))
}

/// Throw a record away.
#[utoipa::path(delete, path = "/api/v1/set-aside/{id}", tag = "set aside", params(("id" = Uuid, Path)),
    responses((status = 204)))]
pub async fn discard(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    app.discard_set_aside(caller.person, record_id(&id)?).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn record_id(text: &str) -> Result<AsideId, Refusal> {
    text.parse().map_err(|_| Refusal::NotFound)
}

async fn view(app: &App, caller: &Caller, record: &SetAside) -> Result<SetAsideView, Problem> {
    // A text keeps its place for life, so that a record always leads to one.
    let place = caller.register.text(record.text);
    let paper = place.and_then(|place| caller.register.paper(place.paper));
    let chapter = place.and_then(|place| paper?.chapter(place.chapter));
    Ok(SetAsideView {
        id: record.id.0,
        seat_id: record.seat.0,
        text: record.text.0,
        paper: paper.map(|paper| paper.slug.clone()).unwrap_or_default(),
        chapter: chapter.map(|chapter| chapter.number.clone()).unwrap_or_default(),
        language: place.map(|place| place.language.clone()).unwrap_or_default(),
        title: app.text_state(record.text).await?.summary.title.clone(),
        reason: record.reason.clone(),
        base_heads: record.base_heads.clone(),
        received_at: record.received,
        last_at: record.last,
        changes: record.changes,
        words: record.words(),
        written: record.written.clone(),
        merged: app.is_merged(record).await,
    })
}
