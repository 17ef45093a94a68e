//! Remarks on their way out of a component: its desk, the act of sending, the late queue.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use crdt::ids::{RoundId, ThreadId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::app::refusal::Refusal;
use crate::http::error::Problem;
use crate::http::intake::body::{Body, Incoming};
use crate::http::intake::caller::Caller;
use crate::http::intake::idempotency;
use crate::http::intake::version::expected_version;
use crate::http::papers;
use crate::http::reviews::{self, ThreadView};
use crate::http::rounds::ReasonBody;

/// What the component means to do with a remark.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PrepareBody {
    /// It will be sent; otherwise it stays inside.
    keep: bool,
    /// At most 300 characters, for its author.
    #[serde(default)]
    note: String,
}
impl Incoming for PrepareBody {}

/// What the component sends.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SendBody {
    /// The round it answers; none outside of rounds.
    #[serde(default)]
    round: Option<Uuid>,
    /// At most 500.
    remarks: Vec<RemarkToSend>,
}
impl Incoming for SendBody {}

/// A remark as it was looked at.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RemarkToSend {
    id: Uuid,
    version: u64,
}

/// Keep a remark for sending, or leave it inside.
#[utoipa::path(post, path = "/api/v1/threads/{id}/prepare", tag = "rounds", params(("id" = Uuid, Path)),
    request_body = PrepareBody, responses((status = 200, body = ThreadView)))]
pub async fn prepare(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    body: Body<PrepareBody>,
) -> Result<HttpResponse, Problem> {
    let (id, expected) = (thread_id(&id)?, expected_version(&req)?);
    let PrepareBody { keep, note } = body.value;
    let kept = app.prepare_remark(caller.seat, id, expected, (keep, &note)).await?;
    Ok(HttpResponse::Ok().json(reviews::view(&app.directory.register(), caller.seat, &kept)))
}

/// Send remarks in the component's name: all of them or none.
#[utoipa::path(post, path = "/api/v1/papers/{slug}/remarks", tag = "rounds", params(("slug" = String, Path)),
    request_body = SendBody, responses((status = 201, body = [ThreadView])))]
pub async fn send(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    slug: web::Path<String>,
    body: Body<SendBody>,
) -> Result<HttpResponse, Problem> {
    let paper = papers::readable(&caller, &slug)?.id;
    let SendBody { round, remarks } = body.value;
    let remarks: Vec<(ThreadId, u64)> =
        remarks.into_iter().map(|remark| (ThreadId(remark.id), remark.version)).collect();
    idempotency::once(&req, &app, &caller, body.sha256, async {
        let sent = app.send_remarks(caller.seat, paper, round.map(RoundId), &remarks).await?;
        let register = app.directory.register();
        let sent: Vec<ThreadView> =
            sent.iter().map(|kept| reviews::view(&register, caller.seat, kept)).collect();
        Ok((StatusCode::CREATED, json!({ "threads": sent })))
    })
    .await
}

/// Take back a remark that the component sent. It stays on record.
#[utoipa::path(post, path = "/api/v1/threads/{id}/withdraw", tag = "rounds", params(("id" = Uuid, Path)),
    request_body = ReasonBody, responses((status = 200, body = ThreadView)))]
pub async fn withdraw(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    body: Body<ReasonBody>,
) -> Result<HttpResponse, Problem> {
    let (id, expected) = (thread_id(&id)?, expected_version(&req)?);
    let kept = app.withdraw_remark(caller.seat, id, expected, &body.value.reason).await?;
    Ok(HttpResponse::Ok().json(reviews::view(&app.directory.register(), caller.seat, &kept)))
}

/// Let in a remark that came after the closing.
#[utoipa::path(post, path = "/api/v1/threads/{id}/admit", tag = "rounds", params(("id" = Uuid, Path)),
    request_body = ReasonBody, responses((status = 200, body = ThreadView)))]
pub async fn admit(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    body: Body<ReasonBody>,
) -> Result<HttpResponse, Problem> {
    let (id, expected) = (thread_id(&id)?, expected_version(&req)?);
    let kept = app.admit_remark(caller.seat, id, expected, &body.value.reason).await?;
    Ok(HttpResponse::Ok().json(reviews::view(&app.directory.register(), caller.seat, &kept)))
}

fn thread_id(text: &str) -> Result<ThreadId, Refusal> {
    text.parse().map_err(|_| Refusal::NotFound)
}
