//! Review rounds: planned, announced, and kept on their course; what a component has read; reminders.

pub mod views;

use std::collections::BTreeSet;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use crdt::ids::{ChapterId, ComponentId, MilestoneId, RoundId};
use crdt::moment::Moment;
use crdt::review::permission::Action;
use crdt::review::round::{Act, Ask, Plan};
use crdt::review::submission::Visibility;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use self::views::{RemindedView, RoundView, view};
use crate::app::App;
use crate::app::refusal::Refusal;
use crate::http::error::Problem;
use crate::http::intake::body::{Body, Incoming};
use crate::http::intake::caller::Caller;
use crate::http::intake::idempotency;
use crate::http::intake::version::expected_version;
use crate::http::papers;
use crate::http::people::Nothing;
use crate::people::paper::Paper;

/// A round as it is planned.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanBody {
    name: String,
    #[serde(default)]
    about: String,
    #[schema(value_type = Vec<String>)]
    asks: BTreeSet<Ask>,
    #[schema(value_type = Vec<Uuid>)]
    invited: BTreeSet<ComponentId>,
    #[schema(value_type = String, format = DateTime)]
    opens: Moment,
    #[schema(value_type = String, format = DateTime)]
    closes: Moment,
    #[schema(value_type = String, example = "open")]
    visibility: Visibility,
}
impl Incoming for PlanBody {}

/// A round to be planned.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRoundBody {
    /// A sealed draft of the paper.
    milestone: Uuid,
    name: String,
    #[serde(default)]
    about: String,
    #[schema(value_type = Vec<String>)]
    asks: BTreeSet<Ask>,
    #[schema(value_type = Vec<Uuid>)]
    invited: BTreeSet<ComponentId>,
    #[schema(value_type = String, format = DateTime)]
    opens: Moment,
    #[schema(value_type = String, format = DateTime)]
    closes: Moment,
    #[schema(value_type = String, example = "open")]
    visibility: Visibility,
}
impl Incoming for NewRoundBody {}

/// Why something is done to a round.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReasonBody {
    /// 1 to 300 characters, for everybody.
    pub reason: String,
}
impl Incoming for ReasonBody {}

/// A later closing.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExtensionBody {
    #[schema(value_type = String, format = DateTime)]
    closes: Moment,
    reason: String,
}
impl Incoming for ExtensionBody {}

/// Components to be asked as well.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InviteBody {
    #[schema(value_type = Vec<Uuid>)]
    components: BTreeSet<ComponentId>,
}
impl Incoming for InviteBody {}

/// A component to be asked no longer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseBody {
    component: Uuid,
    reason: String,
}
impl Incoming for ReleaseBody {}

/// Whom to remind.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RemindBody {
    #[schema(value_type = Vec<Uuid>)]
    components: BTreeSet<ComponentId>,
    /// At most 300 characters beside the usual words.
    #[serde(default)]
    words: String,
}
impl Incoming for RemindBody {}

/// A chapter that somebody has on their screen.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadingBody {
    chapter: Uuid,
}
impl Incoming for ReadingBody {}

/// The rounds of a paper, in order of opening.
#[utoipa::path(get, path = "/api/v1/papers/{slug}/rounds", tag = "rounds", params(("slug" = String, Path)),
    responses((status = 200, body = [RoundView])))]
pub async fn list(
    app: web::Data<App>,
    caller: Caller,
    slug: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let paper = papers::readable(&caller, &slug)?;
    let rounds = app.rounds(&caller.register, paper, caller.seat);
    let rounds: Vec<RoundView> =
        rounds.iter().map(|round| view(&app, &caller.register, caller.seat, round)).collect();
    Ok(HttpResponse::Ok().json(json!({ "rounds": rounds })))
}

/// Plan a round. It is a draft until it is announced.
#[utoipa::path(post, path = "/api/v1/papers/{slug}/rounds", tag = "rounds", params(("slug" = String, Path)),
    request_body = NewRoundBody, responses((status = 201, body = RoundView)))]
pub async fn create(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    slug: web::Path<String>,
    body: Body<NewRoundBody>,
) -> Result<HttpResponse, Problem> {
    let paper: &Paper = papers::readable(&caller, &slug)?;
    caller.must(Action::RunRound, &paper.place(), "run review rounds")?;
    let NewRoundBody { milestone, name, about, asks, invited, opens, closes, visibility } = body.value;
    let plan = Plan { name, about, asks, invited, opens, closes, visibility };
    idempotency::once(&req, &app, &caller, body.sha256, async {
        let round = app.draft_round(caller.seat, paper.id, MilestoneId(milestone), plan).await?;
        let register = app.directory.register();
        Ok((StatusCode::CREATED, json!(view(&app, &register, caller.seat, &round))))
    })
    .await
}

/// One round.
#[utoipa::path(get, path = "/api/v1/rounds/{id}", tag = "rounds", params(("id" = Uuid, Path)),
    responses((status = 200, body = RoundView)))]
pub async fn one(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let round = app.seen_round(&caller.register, caller.seat, round_id(&id)?)?;
    Ok(HttpResponse::Ok().json(view(&app, &caller.register, caller.seat, round)))
}

/// Plan a round anew, before it opens.
#[utoipa::path(put, path = "/api/v1/rounds/{id}", tag = "rounds", params(("id" = Uuid, Path)),
    request_body = PlanBody, responses((status = 200, body = RoundView)))]
pub async fn change(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    body: Body<PlanBody>,
) -> Result<HttpResponse, Problem> {
    let PlanBody { name, about, asks, invited, opens, closes, visibility } = body.value;
    act(&req, &app, &caller, &id, Act::Change(Plan { name, about, asks, invited, opens, closes, visibility }))
        .await
}

/// Show a round to everybody. It opens at its instant, or at once if that has passed.
#[utoipa::path(post, path = "/api/v1/rounds/{id}/announce", tag = "rounds", params(("id" = Uuid, Path)),
    request_body = Nothing, responses((status = 200, body = RoundView)))]
pub async fn announce(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    _body: Body<Nothing>,
) -> Result<HttpResponse, Problem> {
    act(&req, &app, &caller, &id, Act::Announce).await
}

/// Stop a round for a while. Its closing stays where it is.
#[utoipa::path(post, path = "/api/v1/rounds/{id}/pause", tag = "rounds", params(("id" = Uuid, Path)),
    request_body = ReasonBody, responses((status = 200, body = RoundView)))]
pub async fn pause(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    body: Body<ReasonBody>,
) -> Result<HttpResponse, Problem> {
    act(&req, &app, &caller, &id, Act::Pause(body.value.reason)).await
}

/// Go on with a paused round.
#[utoipa::path(post, path = "/api/v1/rounds/{id}/resume", tag = "rounds", params(("id" = Uuid, Path)),
    request_body = Nothing, responses((status = 200, body = RoundView)))]
pub async fn resume(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    _body: Body<Nothing>,
) -> Result<HttpResponse, Problem> {
    act(&req, &app, &caller, &id, Act::Resume).await
}

/// Close a round later than planned.
#[utoipa::path(post, path = "/api/v1/rounds/{id}/extend", tag = "rounds", params(("id" = Uuid, Path)),
    request_body = ExtensionBody, responses((status = 200, body = RoundView)))]
pub async fn extend(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    body: Body<ExtensionBody>,
) -> Result<HttpResponse, Problem> {
    let ExtensionBody { closes: to, reason } = body.value;
    act(&req, &app, &caller, &id, Act::Extend { to, reason }).await
}

/// Close a round before its time.
#[utoipa::path(post, path = "/api/v1/rounds/{id}/close", tag = "rounds", params(("id" = Uuid, Path)),
    request_body = ReasonBody, responses((status = 200, body = RoundView)))]
pub async fn close(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    body: Body<ReasonBody>,
) -> Result<HttpResponse, Problem> {
    act(&req, &app, &caller, &id, Act::Close(body.value.reason)).await
}

/// Say that what was sent has been answered.
#[utoipa::path(post, path = "/api/v1/rounds/{id}/publish", tag = "rounds", params(("id" = Uuid, Path)),
    request_body = Nothing, responses((status = 200, body = RoundView)))]
pub async fn publish(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    _body: Body<Nothing>,
) -> Result<HttpResponse, Problem> {
    act(&req, &app, &caller, &id, Act::Publish).await
}

/// Ask further components.
#[utoipa::path(post, path = "/api/v1/rounds/{id}/invite", tag = "rounds", params(("id" = Uuid, Path)),
    request_body = InviteBody, responses((status = 200, body = RoundView)))]
pub async fn invite(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    body: Body<InviteBody>,
) -> Result<HttpResponse, Problem> {
    act(&req, &app, &caller, &id, Act::Invite(body.value.components)).await
}

/// Ask a component no longer. What it sent stays.
#[utoipa::path(post, path = "/api/v1/rounds/{id}/release", tag = "rounds", params(("id" = Uuid, Path)),
    request_body = ReleaseBody, responses((status = 200, body = RoundView)))]
pub async fn release(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    body: Body<ReleaseBody>,
) -> Result<HttpResponse, Problem> {
    let ReleaseBody { component, reason } = body.value;
    act(&req, &app, &caller, &id, Act::Release { component: ComponentId(component), reason }).await
}

/// Remind those who speak for these components. Answers with how many people were told, and which components were left in peace because
/// they had been reminded within the last day, with the instant.
#[utoipa::path(post, path = "/api/v1/rounds/{id}/remind", tag = "rounds", params(("id" = Uuid, Path)),
    request_body = RemindBody, responses((status = 200, body = RemindedView),
        (status = 409, description = "All of them were reminded within the last day")))]
pub async fn remind(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    body: Body<RemindBody>,
) -> Result<HttpResponse, Problem> {
    let (id, RemindBody { components, words }) = (round_id(&id)?, body.value);
    idempotency::once(&req, &app, &caller, body.sha256, async {
        let reminded = app.remind(caller.seat, id, &components, &words).await?;
        Ok((StatusCode::OK, json!(RemindedView::from(reminded))))
    })
    .await
}

/// Say that a chapter is on the screen: while a round asks the caller's component, it counts as read.
#[utoipa::path(post, path = "/api/v1/papers/{slug}/readings", tag = "rounds", params(("slug" = String, Path)),
    request_body = ReadingBody, responses((status = 204)))]
pub async fn read(
    app: web::Data<App>,
    caller: Caller,
    slug: web::Path<String>,
    body: Body<ReadingBody>,
) -> Result<HttpResponse, Problem> {
    let paper = papers::readable(&caller, &slug)?;
    app.note_reading(caller.seat, paper, ChapterId(body.value.chapter)).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn act(
    req: &HttpRequest,
    app: &App,
    caller: &Caller,
    id: &str,
    act: Act,
) -> Result<HttpResponse, Problem> {
    let round = app.act_on_round(caller.seat, round_id(id)?, expected_version(req)?, act).await?;
    Ok(HttpResponse::Ok().json(view(app, &app.directory.register(), caller.seat, &round)))
}

pub(super) fn round_id(text: &str) -> Result<RoundId, Refusal> {
    text.parse().map_err(|_| Refusal::NotFound)
}
