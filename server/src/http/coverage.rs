//! How far a round is: component by component, chapter by chapter, as far as the caller may know.

use std::collections::BTreeMap;

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use crdt::moment::Moment;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::app::coverage::{ChapterCover, Coverage, Standing};
use crate::app::exports::Format;
use crate::app::refusal::Refusal;
use crate::export::files::content_disposition;
use crate::export::labels;
use crate::export::tables::TableFormat;
use crate::http::error::Problem;
use crate::http::exports::download;
use crate::http::intake::caller::Caller;
use crate::http::reviews::{AuthorView, author_view};
use crate::http::rounds::round_id;
use crate::people::component::{ByLanguage, Kind};
use crate::people::directory::Register;

/// How far a round is.
#[derive(Serialize, ToSchema)]
pub struct CoverageView {
    components: Vec<StandingView>,
    chapters: Vec<ChapterCoverView>,
    /// Remarks that count.
    remarks: usize,
    /// Those that are not settled.
    open: usize,
    /// Remarks that wait in the late queue.
    late: usize,
}

/// How far a component is.
#[derive(Serialize, ToSchema)]
pub struct StandingView {
    id: Uuid,
    code: String,
    name: ByLanguage,
    kind: Kind,
    hue: u8,
    /// Who speaks for it: focal points first. Empty when nobody does.
    speakers: Vec<AuthorView>,
    /// Has it sent anything? `null` when the caller may not know.
    has_answered: Option<bool>,
    /// How many chapters it has opened; `null` when the caller may not know.
    chapters_read: Option<usize>,
    /// Remarks by chapter.
    remarks: BTreeMap<String, usize>,
    #[schema(value_type = Option<String>, format = DateTime)]
    last_at: Option<Moment>,
}

/// How much a chapter was looked at.
#[derive(Serialize, ToSchema)]
pub struct ChapterCoverView {
    id: Uuid,
    remarks: usize,
    /// How many components sent them.
    components: usize,
    /// How many components have opened it; `null` when the caller may not know.
    read_by: Option<usize>,
}

/// How far a round is.
#[utoipa::path(get, path = "/api/v1/rounds/{id}/coverage", tag = "rounds", params(("id" = Uuid, Path)),
    responses((status = 200, body = CoverageView)))]
pub async fn of_round(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let round = app.seen_round(&caller.register, caller.seat, round_id(&id)?)?;
    let Coverage { components, chapters, remarks, open, late } = app.coverage(round, caller.seat).await?;
    Ok(HttpResponse::Ok().json(CoverageView {
        components: components.iter().filter_map(|each| standing_view(&caller.register, each)).collect(),
        chapters: chapters.iter().map(cover_view).collect(),
        remarks,
        open,
        late,
    }))
}

/// Which file is wanted.
#[derive(Deserialize)]
pub struct WantedFile {
    format: Option<String>,
    language: Option<String>,
}

/// How far a round is, as a file: a table of the components as `xlsx`, `csv` or `docx`; who was asked and who answered, once it is closed,
/// as `pdf` or `md`.
#[utoipa::path(get, path = "/api/v1/rounds/{id}/coverage/file", tag = "rounds", params(("id" = Uuid, Path),
    ("format" = String, Query, description = "xlsx, csv, docx; pdf or md once the round is closed"), ("language" = String, Query)),
    responses((status = 200), (status = 409, description = "The round is not closed"), (status = 429, description = "Too many exports")))]
pub async fn file(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    wanted: web::Query<WantedFile>,
) -> Result<HttpResponse, Problem> {
    let round = app.seen_round(&caller.register, caller.seat, round_id(&id)?)?;
    let known = || labels::languages().find(|known| Some(*known) == wanted.language.as_deref());
    let language = known().ok_or_else(|| Refusal::field("language", "is a language of the interface"))?;
    let format = wanted.format.as_deref().unwrap_or_default();
    // A table is what one goes on working with in Word.
    let table = TableFormat::of_extension(format);
    if let (None, Some(format)) = (table, Format::of_extension(format)) {
        return Ok(download(app.asked_file(caller.person, round, (language, format)).await?, None));
    }
    let format = table.ok_or_else(|| Refusal::field("format", "is xlsx, csv, docx, pdf or md"))?;
    let (name, bytes) = app.coverage_file(caller.person, caller.seat, round, (language, format)).await?;
    Ok(HttpResponse::Ok()
        .content_type(format.media_type())
        .insert_header((header::CONTENT_DISPOSITION, content_disposition(&name)))
        .body(bytes))
}

fn standing_view(register: &Register, standing: &Standing) -> Option<StandingView> {
    let component = register.component(standing.component)?;
    Some(StandingView {
        id: component.id.0,
        code: component.code.clone(),
        name: component.name.clone(),
        kind: component.kind,
        hue: component.hue,
        speakers: standing.speakers.iter().map(|seat| author_view(register, *seat)).collect(),
        has_answered: standing.has_answered,
        chapters_read: standing.chapters_read,
        remarks: standing.remarks.iter().map(|(chapter, count)| (chapter.to_string(), *count)).collect(),
        last_at: standing.last,
    })
}

fn cover_view(cover: &ChapterCover) -> ChapterCoverView {
    let ChapterCover { chapter, remarks, components, read_by } = *cover;
    ChapterCoverView { id: chapter.0, remarks, components, read_by }
}
