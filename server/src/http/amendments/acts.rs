//! What is done to an amendment.

use actix_web::{HttpRequest, HttpResponse, web};
use crdt::ids::RoundId;
use crdt::review::amendment::Stance;
use crdt::review::disposition::Outcome;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{AmendmentView, amendment_id, seen};
use crate::app::App;
use crate::app::amendments::{Answer, Kept, Said};
use crate::app::refusal::Refusal;
use crate::http::error::Problem;
use crate::http::intake::body::{Body, Incoming};
use crate::http::intake::caller::Caller;
use crate::http::intake::version::expected_version;
use crate::http::people::Nothing;

/// Words of the next revision; what is left out stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftWords {
    /// What it is about, in a line of at most 200 characters.
    title: Option<String>,
    /// Why, in at most 10,000 characters.
    reason: Option<String>,
}
impl Incoming for DraftWords {}

/// Whether a draft waits for the focal point.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Ready {
    ready: bool,
}
impl Incoming for Ready {}

/// What is said when something is submitted; what is left out is as in the draft.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Submit {
    title: Option<String>,
    reason: Option<String>,
    /// The review round that it answers.
    round: Option<Uuid>,
}
impl Incoming for Submit {}

/// Why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Why {
    #[serde(default)]
    reason: String,
}
impl Incoming for Why {}

/// Whether the component is among the sponsors.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Sponsor {
    sponsor: bool,
}
impl Incoming for Sponsor {}

/// What another component says.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VoiceBody {
    /// `support`, `objection`, or null to take it back.
    #[schema(value_type = Option<String>, example = "support")]
    stance: Option<Stance>,
    /// Why; an objection needs it.
    #[serde(default)]
    words: String,
}
impl Incoming for VoiceBody {}

/// A decision.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Decide {
    #[schema(value_type = String, example = "not_accepted")]
    outcome: Outcome,
    /// Why; only `accepted` needs none.
    #[serde(default)]
    words: String,
}
impl Incoming for Decide {}

/// Write down what the next revision is about, and why.
#[utoipa::path(put, path = "/api/v1/amendments/{id}", tag = "amendments", params(("id" = Uuid, Path)),
    request_body = DraftWords, responses((status = 200, body = AmendmentView)))]
pub async fn describe(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    body: Body<DraftWords>,
) -> Result<HttpResponse, Problem> {
    let DraftWords { title, reason } = body.value;
    let (of, expected) = ((amendment_id(&id)?, caller.seat), expected_version(&req)?);
    let act = app.act_on_amendment(of, expected, None, |amendment, hand| {
        amendment.describe(hand, title.as_deref(), reason.as_deref())
    });
    answer(&app, &caller, act.await?).await
}

/// Say that a draft waits for the focal point, or not yet.
#[utoipa::path(post, path = "/api/v1/amendments/{id}/ready", tag = "amendments", params(("id" = Uuid, Path)),
    request_body = Ready, responses((status = 200, body = AmendmentView)))]
pub async fn ready(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    body: Body<Ready>,
) -> Result<HttpResponse, Problem> {
    let (of, expected) = ((amendment_id(&id)?, caller.seat), expected_version(&req)?);
    let act = app.act_on_amendment(of, expected, Some("amendment_ready"), |amendment, hand| {
        amendment.make_ready(hand, body.value.ready)
    });
    answer(&app, &caller, act.await?).await
}

/// Bring a draft up to date with its text, live for whoever has it open.
#[utoipa::path(post, path = "/api/v1/amendments/{id}/refresh", tag = "amendments", params(("id" = Uuid, Path)),
    request_body = Nothing, responses((status = 200, body = AmendmentView)))]
pub async fn refresh(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    _body: Body<Nothing>,
) -> Result<HttpResponse, Problem> {
    let kept = app.refresh_amendment(amendment_id(&id)?, caller.seat, expected_version(&req)?).await?;
    answer(&app, &caller, kept).await
}

/// Submit a draft in the name of the component, or a new revision of what was submitted.
#[utoipa::path(post, path = "/api/v1/amendments/{id}/submit", tag = "amendments", params(("id" = Uuid, Path)),
    request_body = Submit, responses((status = 200, body = AmendmentView),
        (status = 409, description = "Nothing is changed, or it is decided already")))]
pub async fn submit(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    body: Body<Submit>,
) -> Result<HttpResponse, Problem> {
    let Submit { title, reason, round } = body.value;
    let said = Said { title, reason, round: round.map(RoundId) };
    let of = (amendment_id(&id)?, caller.seat);
    answer(&app, &caller, app.submit_amendment(of, expected_version(&req)?, said).await?).await
}

/// Take back what was submitted. It stays on record.
#[utoipa::path(post, path = "/api/v1/amendments/{id}/withdraw", tag = "amendments", params(("id" = Uuid, Path)),
    request_body = Why, responses((status = 200, body = AmendmentView)))]
pub async fn withdraw(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    body: Body<Why>,
) -> Result<HttpResponse, Problem> {
    let (of, expected) = ((amendment_id(&id)?, caller.seat), expected_version(&req)?);
    let act = app.act_on_amendment(of, expected, Some("amendment_withdrawn"), |amendment, hand| {
        amendment.withdraw(hand, &body.value.reason)
    });
    answer(&app, &caller, act.await?).await
}

/// Join an amendment of another component, or leave it.
#[utoipa::path(post, path = "/api/v1/amendments/{id}/sponsor", tag = "amendments", params(("id" = Uuid, Path)),
    request_body = Sponsor, responses((status = 200, body = AmendmentView)))]
pub async fn sponsor(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    body: Body<Sponsor>,
) -> Result<HttpResponse, Problem> {
    let joins = body.value.sponsor;
    let event = if joins { "amendment_sponsored" } else { "amendment_left" };
    let (of, expected) = ((amendment_id(&id)?, caller.seat), expected_version(&req)?);
    let act =
        app.act_on_amendment(of, expected, Some(event), |amendment, hand| amendment.sponsor(hand, joins));
    answer(&app, &caller, act.await?).await
}

/// Support an amendment of another component, object to it, or take that back.
#[utoipa::path(post, path = "/api/v1/amendments/{id}/voice", tag = "amendments", params(("id" = Uuid, Path)),
    request_body = VoiceBody, responses((status = 200, body = AmendmentView)))]
pub async fn voice(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    body: Body<VoiceBody>,
) -> Result<HttpResponse, Problem> {
    let VoiceBody { stance, words } = body.value;
    let (of, expected) = ((amendment_id(&id)?, caller.seat), expected_version(&req)?);
    let act = app.act_on_amendment(of, expected, Some("amendment_voiced"), |amendment, hand| {
        amendment.voice(hand, stance.map(|stance| (stance, words.as_str())))
    });
    answer(&app, &caller, act.await?).await
}

/// Take an amendment up: it is under consideration.
#[utoipa::path(post, path = "/api/v1/amendments/{id}/take-up", tag = "amendments", params(("id" = Uuid, Path)),
    request_body = Nothing, responses((status = 200, body = AmendmentView)))]
pub async fn take_up(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    _body: Body<Nothing>,
) -> Result<HttpResponse, Problem> {
    let (of, expected) = ((amendment_id(&id)?, caller.seat), expected_version(&req)?);
    let act = app.act_on_amendment(of, expected, Some("amendment_taken_up"), |amendment, hand| {
        amendment.take_up(hand)
    });
    answer(&app, &caller, act.await?).await
}

/// Open a copy of the newest revision on the present text, to write it in other words; or bring the copy up to date.
#[utoipa::path(post, path = "/api/v1/amendments/{id}/copy", tag = "amendments", params(("id" = Uuid, Path)),
    request_body = Nothing, responses((status = 200, body = AmendmentView)))]
pub async fn copy(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    _body: Body<Nothing>,
) -> Result<HttpResponse, Problem> {
    let kept = app.copy_amendment(amendment_id(&id)?, caller.seat, expected_version(&req)?).await?;
    answer(&app, &caller, kept).await
}

/// Decide. What is accepted enters the text in the same moment.
#[utoipa::path(post, path = "/api/v1/amendments/{id}/decide", tag = "amendments", params(("id" = Uuid, Path)),
    request_body = Decide, responses((status = 200, body = AmendmentView),
        (status = 409, description = "Decided already, or the text was changed since")))]
pub async fn decide(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    body: Body<Decide>,
) -> Result<HttpResponse, Problem> {
    let Decide { outcome, words } = body.value;
    let of = (amendment_id(&id)?, caller.seat);
    let kept = app.decide_amendment(of, expected_version(&req)?, Answer { outcome, words }).await?;
    answer(&app, &caller, kept).await
}

/// Let in what came after its round had closed.
#[utoipa::path(post, path = "/api/v1/amendments/{id}/admit", tag = "amendments", params(("id" = Uuid, Path)),
    request_body = Why, responses((status = 200, body = AmendmentView)))]
pub async fn admit(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    body: Body<Why>,
) -> Result<HttpResponse, Problem> {
    let (of, expected) = ((amendment_id(&id)?, caller.seat), expected_version(&req)?);
    let act = app.act_on_amendment(of, expected, Some("amendment_admitted"), |amendment, hand| {
        amendment.admit(hand, &body.value.reason)
    });
    answer(&app, &caller, act.await?).await
}

async fn answer(app: &App, caller: &Caller, kept: Kept) -> Result<HttpResponse, Problem> {
    let view = seen(app, caller, kept).await.map_err(|refusal: Refusal| Problem::from(refusal))?;
    Ok(HttpResponse::Ok().json(view))
}
