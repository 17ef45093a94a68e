//! What is done to rows of the matrix: answered, taken back, assigned, described, judged.

use std::collections::BTreeSet;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use crdt::ids::{SeatId, TextId, ThreadId};
use crdt::review::disposition::{Outcome, Place};
use crdt::review::entry::Kind;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::view;
use crate::app::App;
use crate::app::broken::Broken;
use crate::app::matrix::answers::{Answering, MOST_ROWS, Marked};
use crate::app::refusal::Refusal;
use crate::http::error::Problem;
use crate::http::intake::body::{Body, Incoming};
use crate::http::intake::caller::Caller;
use crate::http::intake::idempotency;
use crate::http::intake::version::expected_version;
use crate::http::papers;
use crate::http::people::Nothing;
use crate::people::paper::Paper;

/// A row, as it was read.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RowMark {
    id: Uuid,
    version: u64,
}

/// One answer for 1 to 500 rows.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswersBody {
    rows: Vec<RowMark>,
    #[schema(value_type = String, example = "partly")]
    outcome: Outcome,
    /// At most 10,000 characters; may be empty for `accepted` and `noted`.
    #[serde(default)]
    words: String,
    /// Where the resulting words stand.
    #[serde(default)]
    result: Option<ResultBody>,
    /// Only say what would stand in the way.
    #[serde(default)]
    preview: bool,
}
impl Incoming for AnswersBody {}

/// A paragraph of a text.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResultBody {
    text: Uuid,
    #[schema(value_type = String)]
    paragraph: crdt::ids::ParagraphId,
}

/// Who will answer 1 to 500 rows.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignBody {
    rows: Vec<RowMark>,
    /// `null` for nobody.
    seat: Option<Uuid>,
}
impl Incoming for AssignBody {}

/// What a remark is about, and the words it would like.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EntryBody {
    #[schema(value_type = String, example = "editorial")]
    kind: Kind,
    proposed: String,
}
impl Incoming for EntryBody {}

/// Whether an answer will do.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerdictBody {
    satisfied: bool,
    /// What is missing; may be empty when it will do.
    #[serde(default)]
    words: String,
}
impl Incoming for VerdictBody {}

/// Give one answer to rows: to all of them, or to none. Amendments are put off, not accepted or overtaken, a single one also accepted;
/// their decisions are in no batch, and not taken back.
#[utoipa::path(post, path = "/api/v1/papers/{slug}/matrix/answers", tag = "matrix", params(("slug" = String, Path)),
    request_body = AnswersBody, responses((status = 200, description = "The preview: what stands in the way"),
        (status = 201, description = "Given, with the batch that can be taken back; null when there are amendments alone"),
        (status = 409, description = "Some rows are in the way; they are named")))]
pub async fn answer(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    slug: web::Path<String>,
    body: Body<AnswersBody>,
) -> Result<HttpResponse, Problem> {
    let paper = papers::readable(&caller, &slug)?;
    let AnswersBody { rows, outcome, words, result, preview } = body.value;
    let rows = marked(rows)?;
    let result = result.map(|place| Place { text: TextId(place.text), paragraph: place.paragraph });
    let answer = Answering { outcome, words, result };
    if preview {
        let in_the_way = app.foresee_answers(paper, caller.seat, &rows, &answer).await?;
        return Ok(HttpResponse::Ok().json(json!({ "rows_in_the_way": in_the_way })));
    }
    idempotency::once(&req, &app, &caller, body.sha256, async {
        let given = app.answer_rows(paper, caller.seat, &rows, &answer).await?;
        let rows = changed(&app, &caller, paper, &given.rows).await?;
        Ok((StatusCode::CREATED, json!({ "batch": given.batch, "rows": rows })))
    })
    .await
}

/// Take back the answers of a batch that still hold; those that held before hold again.
#[utoipa::path(post, path = "/api/v1/papers/{slug}/matrix/answers/{id}/undo", tag = "matrix",
    params(("slug" = String, Path), ("id" = Uuid, Path)), request_body = Nothing,
    responses((status = 200), (status = 409, description = "They were taken back already")))]
pub async fn take_back(
    app: web::Data<App>,
    caller: Caller,
    place: web::Path<(String, String)>,
    _body: Body<Nothing>,
) -> Result<HttpResponse, Problem> {
    let (slug, batch) = place.into_inner();
    let paper = papers::readable(&caller, &slug)?;
    let batch = batch.parse().map_err(|_| Refusal::NotFound)?;
    let done = app.take_back_answers(paper, caller.seat, batch).await?;
    let rows = changed(&app, &caller, paper, &done.rows).await?;
    Ok(HttpResponse::Ok().json(json!({ "rows": rows, "left": done.left })))
}

/// Give rows to a seat that will answer them, or to nobody.
#[utoipa::path(post, path = "/api/v1/papers/{slug}/matrix/assignments", tag = "matrix", params(("slug" = String, Path)),
    request_body = AssignBody, responses((status = 200), (status = 409, description = "Some rows are in the way")))]
pub async fn assign(
    app: web::Data<App>,
    caller: Caller,
    slug: web::Path<String>,
    body: Body<AssignBody>,
) -> Result<HttpResponse, Problem> {
    let paper = papers::readable(&caller, &slug)?;
    let AssignBody { rows, seat } = body.value;
    let assigned = app.assign_rows(paper, caller.seat, &marked(rows)?, seat.map(SeatId)).await?;
    let rows = changed(&app, &caller, paper, &assigned).await?;
    Ok(HttpResponse::Ok().json(json!({ "rows": rows })))
}

/// Say what a remark is about and which words it would like.
#[utoipa::path(post, path = "/api/v1/threads/{id}/entry", tag = "matrix", params(("id" = Uuid, Path)),
    request_body = EntryBody, responses((status = 200), (status = 409, description = "It was answered")))]
pub async fn describe(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    body: Body<EntryBody>,
) -> Result<HttpResponse, Problem> {
    let EntryBody { kind, proposed } = body.value;
    let (id, expected) = (thread_id(&id)?, expected_version(&req)?);
    let kept = app.describe_remark(id, caller.seat, expected, (kind, proposed)).await?;
    Ok(HttpResponse::Ok().json(json!({ "id": kept.thread.id, "version": kept.version })))
}

/// Say for one's component whether the answer to its remark will do.
#[utoipa::path(post, path = "/api/v1/threads/{id}/verdict", tag = "matrix", params(("id" = Uuid, Path)),
    request_body = VerdictBody, responses((status = 200), (status = 409, description = "There is no answer")))]
pub async fn judge(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    body: Body<VerdictBody>,
) -> Result<HttpResponse, Problem> {
    let VerdictBody { satisfied, words } = body.value;
    let (id, expected) = (thread_id(&id)?, expected_version(&req)?);
    let kept = app.judge_answer(id, caller.seat, expected, (satisfied, words)).await?;
    Ok(HttpResponse::Ok().json(json!({ "id": kept.thread.id, "version": kept.version })))
}

fn marked(rows: Vec<RowMark>) -> Result<Vec<Marked>, Refusal> {
    let distinct: BTreeSet<Uuid> = rows.iter().map(|row| row.id).collect();
    if rows.is_empty() || rows.len() > MOST_ROWS || distinct.len() < rows.len() {
        let rule = format!("are 1 to {MOST_ROWS} different rows");
        return Err(Refusal::broken("rows", Broken::Full { most: MOST_ROWS }, rule));
    }
    Ok(rows.into_iter().map(|RowMark { id, version }| Marked { id, version }).collect())
}

/// The changed rows as they are now.
async fn changed(app: &App, caller: &Caller, paper: &Paper, ids: &[Uuid]) -> Result<Value, Refusal> {
    let ids: BTreeSet<Uuid> = ids.iter().copied().collect();
    let rows = app.matrix(paper, caller.seat).await?;
    let rows = rows.iter().filter(|row| ids.contains(&row.id()));
    Ok(json!(rows.map(|row| view(caller, paper, row)).collect::<Vec<_>>()))
}

fn thread_id(text: &str) -> Result<ThreadId, Refusal> {
    text.parse().map_err(|_| Refusal::NotFound)
}
