//! A matrix that comes back: brought, looked at, taken in.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crdt::ids::RoundId;
use crdt::moment::Moment;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::app::matrix::imports::{Given, Import};
use crate::app::matrix::incoming::{How, What};
use crate::app::matrix::sorting::Sorted;
use crate::app::refusal::Refusal;
use crate::app::settings::Limits;
use crate::http::error::Problem;
use crate::http::intake::body::{Body, Incoming};
use crate::http::intake::caller::Caller;
use crate::http::intake::idempotency;
use crate::http::papers;
use crate::http::people::Nothing;

/// A file with a matrix.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BroughtBody {
    /// Its name.
    name: String,
    /// Its bytes, in base64.
    content: String,
    /// The code of the component that sent it, if somebody else enters it.
    #[serde(default)]
    component: Option<String>,
    /// The round it answers, if it is entered on a component's behalf.
    #[serde(default)]
    round: Option<Uuid>,
}
impl Incoming for BroughtBody {
    fn limit(limits: &Limits) -> usize {
        limits.import_bytes
    }
}

/// A file, and what would become of its rows.
#[derive(Serialize, ToSchema)]
pub struct ImportView {
    id: Uuid,
    name: String,
    component: String,
    on_behalf: bool,
    #[schema(value_type = String, format = DateTime)]
    at: Moment,
    #[schema(value_type = Option<String>, format = DateTime)]
    taken_at: Option<Moment>,
    rows: Vec<ImportRow>,
}

/// A row of a file.
#[derive(Serialize, ToSchema)]
pub struct ImportRow {
    line: usize,
    #[schema(value_type = String, example = "new")]
    what: What,
    /// Why it cannot be read, or what to know of it: `no-words`, `formula`, `too-long`.
    note: Option<&'static str>,
    /// The beginning of what it says: its comment, or the words that it proposes without one.
    comment: String,
    chapter: Option<String>,
    number: Option<usize>,
    #[schema(value_type = Option<String>, example = "quote")]
    how: Option<How>,
}

/// Bring a file. Nothing is taken in yet: the answer says what each row is.
#[utoipa::path(post, path = "/api/v1/papers/{slug}/matrix/imports", tag = "matrix", params(("slug" = String, Path)),
    request_body = BroughtBody, responses((status = 201, body = ImportView),
        (status = 413, description = "More rows or bytes than are taken"), (status = 422, description = "It cannot be read")))]
pub async fn bring(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    slug: web::Path<String>,
    body: Body<BroughtBody>,
) -> Result<HttpResponse, Problem> {
    let paper = papers::readable(&caller, &slug)?;
    let BroughtBody { name, content, component, round } = body.value;
    let bytes = STANDARD.decode(content).map_err(|_| Refusal::field("content", "is a file in base64"))?;
    let on_behalf = match component {
        None => None,
        Some(code) => {
            let found = caller.register.component_by_code(&code);
            Some(found.ok_or_else(|| Refusal::field("component", "is the code of a component"))?.id)
        }
    };
    let given = Given { name, bytes: bytes.into(), on_behalf, round: round.map(RoundId) };
    idempotency::once(&req, &app, &caller, body.sha256, async {
        let (import, rows) = app.bring_matrix(paper, caller.seat, given).await?;
        Ok((StatusCode::CREATED, json!(view(&caller, &import, &rows))))
    })
    .await
}

/// Look again at a file that the caller brought.
#[utoipa::path(get, path = "/api/v1/papers/{slug}/matrix/imports/{id}", tag = "matrix",
    params(("slug" = String, Path), ("id" = Uuid, Path)), responses((status = 200, body = ImportView)))]
pub async fn one(
    app: web::Data<App>,
    caller: Caller,
    place: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (slug, id) = place.into_inner();
    let paper = papers::readable(&caller, &slug)?;
    let id = id.parse().map_err(|_| Refusal::NotFound)?;
    let (import, rows) = app.brought_matrix(paper, caller.seat, id).await?;
    Ok(HttpResponse::Ok().json(view(&caller, &import, &rows)))
}

/// Throw away a file that was only looked at. Left alone, it goes after two weeks.
#[utoipa::path(delete, path = "/api/v1/papers/{slug}/matrix/imports/{id}", tag = "matrix",
    params(("slug" = String, Path), ("id" = Uuid, Path)),
    responses((status = 204), (status = 412, description = "It was taken in")))]
pub async fn discard(
    app: web::Data<App>,
    caller: Caller,
    place: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (slug, id) = place.into_inner();
    let paper = papers::readable(&caller, &slug)?;
    let id = id.parse().map_err(|_| Refusal::NotFound)?;
    app.discard_matrix(paper, caller.seat, id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Take in what is new and changed: all of it, or nothing.
#[utoipa::path(post, path = "/api/v1/papers/{slug}/matrix/imports/{id}/take-in", tag = "matrix",
    params(("slug" = String, Path), ("id" = Uuid, Path)), request_body = Nothing,
    responses((status = 200), (status = 412, description = "It was taken in already, or something changed meanwhile")))]
pub async fn take_in(
    app: web::Data<App>,
    caller: Caller,
    place: web::Path<(String, String)>,
    _body: Body<Nothing>,
) -> Result<HttpResponse, Problem> {
    let (slug, id) = place.into_inner();
    let paper = papers::readable(&caller, &slug)?;
    let id = id.parse().map_err(|_| Refusal::NotFound)?;
    let taken = app.take_in_matrix(paper, caller.seat, id).await?;
    Ok(HttpResponse::Ok().json(taken))
}

fn view(caller: &Caller, import: &Import, rows: &[Sorted]) -> ImportView {
    let code = caller.register.component(import.component).map_or("", |component| &component.code);
    ImportView {
        id: import.id,
        name: import.name.clone(),
        component: code.to_owned(),
        on_behalf: import.on_behalf,
        at: import.at,
        taken_at: import.taken,
        rows: rows.iter().map(row).collect(),
    }
}

fn row(sorted: &Sorted) -> ImportRow {
    let spot = sorted.spot.as_ref();
    ImportRow {
        line: sorted.row.line,
        what: sorted.what,
        note: sorted.note,
        comment: sorted.row.comment().chars().take(200).collect(),
        chapter: spot.map(|(_, chapter)| chapter.clone()),
        number: spot.and_then(|(spot, _)| spot.number),
        how: spot.map(|(spot, _)| spot.how),
    }
}
