//! Review rounds: planned, announced, and kept on their course; what a component has read; reminders.

use std::collections::BTreeSet;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use crdt::ids::{ChapterId, ComponentId, MilestoneId, RoundId, SeatId};
use crdt::moment::Moment;
use crdt::review::permission::Action;
use crdt::review::round::{Act, Ask, Done, Phase, Plan, Reasoned, Round};
use crdt::review::submission::Visibility;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::app::refusal::Refusal;
use crate::app::rounds::Reminded;
use crate::http::error::Problem;
use crate::http::intake::body::{Body, Incoming};
use crate::http::intake::caller::Caller;
use crate::http::intake::idempotency;
use crate::http::intake::version::expected_version;
use crate::http::papers;
use crate::http::people::Nothing;
use crate::http::reviews::{AuthorView, author_view};
use crate::people::directory::Register;
use crate::people::paper::Paper;

/// A round.
#[derive(Serialize, ToSchema)]
pub struct RoundView {
    id: Uuid,
    /// The sealed draft it is about.
    milestone: Uuid,
    name: String,
    /// What it is for; may be empty.
    about: String,
    #[schema(value_type = Vec<String>, example = json!(["comments", "position"]))]
    asks: Vec<Ask>,
    /// The components that are asked.
    #[schema(value_type = Vec<Uuid>)]
    invited: Vec<ComponentId>,
    /// The components that are asked no longer.
    released: Vec<ReleasedView>,
    #[schema(value_type = String, format = DateTime)]
    opens: Moment,
    /// From this instant on what comes is late.
    #[schema(value_type = String, format = DateTime)]
    closes: Moment,
    #[schema(value_type = String, example = "open")]
    visibility: Visibility,
    /// How far it is now.
    #[schema(value_type = String, example = "open")]
    phase: Phase,
    /// The pause that lasts.
    paused: Option<ReasonView>,
    extensions: Vec<ExtensionView>,
    closed_early: Option<ReasonView>,
    published: Option<DoneView>,
    /// What the caller may do with it.
    rights: RoundRights,
    /// For `If-Match`.
    version: u64,
}

/// What the caller may do in a round.
#[derive(Serialize, ToSchema)]
pub struct RoundRights {
    may_run: bool,
    /// Their component is asked.
    is_asked: bool,
    may_prepare: bool,
    may_submit: bool,
    /// They let in what came late.
    may_admit: bool,
}

/// Something done by somebody.
#[derive(Serialize, ToSchema)]
pub struct DoneView {
    #[serde(flatten)]
    by: AuthorView,
    #[schema(value_type = String, format = DateTime)]
    at: Moment,
}

/// Something done for a reason.
#[derive(Serialize, ToSchema)]
pub struct ReasonView {
    #[serde(flatten)]
    done: DoneView,
    reason: String,
}

/// A closing that was moved.
#[derive(Serialize, ToSchema)]
pub struct ExtensionView {
    #[serde(flatten)]
    why: ReasonView,
    #[schema(value_type = String, format = DateTime)]
    from: Moment,
    #[schema(value_type = String, format = DateTime)]
    to: Moment,
}

/// A component that is asked no longer.
#[derive(Serialize, ToSchema)]
pub struct ReleasedView {
    component_id: Uuid,
    #[serde(flatten)]
    why: ReasonView,
}

/// What became of a reminder.
#[derive(Serialize, ToSchema)]
pub struct RemindedView {
    /// How many people were told.
    people: usize,
    /// The components that were left in peace.
    already: Vec<AlreadyView>,
}

/// A component that had been reminded.
#[derive(Serialize, ToSchema)]
pub struct AlreadyView {
    component_id: Uuid,
    #[schema(value_type = String, format = DateTime)]
    at: Moment,
}

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
        let Reminded { people, lately } = app.remind(caller.seat, id, &components, &words).await?;
        let already = lately.into_iter().map(|(component, at)| AlreadyView { component_id: component.0, at });
        Ok((StatusCode::OK, json!(RemindedView { people, already: already.collect() })))
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

/// A round as this seat sees it.
pub fn view(app: &App, register: &Register, seat: SeatId, round: &Round) -> RoundView {
    let now = app.clock.now();
    let (plan, phase) = (&round.plan, round.phase(now));
    let reason = |why: &Reasoned| reason_view(register, why);
    RoundView {
        id: round.id.0,
        milestone: round.milestone.0,
        name: plan.name.clone(),
        about: plan.about.clone(),
        asks: plan.asks.iter().copied().collect(),
        invited: crate::app::rounds::asked(register, round),
        released: (round.released.iter())
            .map(|(component, why)| ReleasedView { component_id: component.0, why: reason(why) })
            .collect(),
        opens: plan.opens,
        closes: round.closes(),
        visibility: plan.visibility,
        phase,
        paused: (phase == Phase::Paused).then(|| round.pause().map(|pause| reason(&pause.began))).flatten(),
        extensions: (round.extensions.iter())
            .map(|each| ExtensionView { why: reason(&each.done), from: each.from, to: each.to })
            .collect(),
        closed_early: round.closed_early.as_ref().map(reason),
        published: round.published.map(|done| done_view(register, done)),
        rights: rights_in(register, seat, round),
        version: round.version,
    }
}

fn rights_in(register: &Register, seat: SeatId, round: &Round) -> RoundRights {
    let place = register.paper(round.paper).map(Paper::place).unwrap_or_default();
    let may = |action| register.may(seat, action, &place);
    RoundRights {
        may_run: may(Action::RunRound),
        is_asked: register.seat(seat).is_some_and(|seat| round.asks(seat.component)),
        may_prepare: may(Action::PrepareForComponent),
        may_submit: may(Action::SubmitForComponent),
        may_admit: may(Action::RunRound) || may(Action::AnswerRemarks),
    }
}

fn done_view(register: &Register, done: Done) -> DoneView {
    DoneView { by: author_view(register, done.by), at: done.at }
}

fn reason_view(register: &Register, why: &Reasoned) -> ReasonView {
    let done = done_view(register, Done { by: why.by, at: why.at });
    ReasonView { done, reason: why.reason.clone() }
}
