//! Planned drafts: listed for who reads the paper; set down, changed and cancelled by who may seal. A sealing fulfils them ([`super::milestones`]).

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use crdt::history::milestone::Day;
use crdt::history::planned::PlanWords;
use crdt::ids::PlanId;
use crdt::moment::Moment;
use crdt::review::permission::Action;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::app::planned::KeptPlan;
use crate::app::refusal::Refusal;
use crate::http::error::Problem;
use crate::http::intake::body::{Body, Incoming};
use crate::http::intake::caller::Caller;
use crate::http::intake::idempotency;
use crate::http::intake::paging::Page;
use crate::http::intake::version::expected_version;
use crate::http::papers;
use crate::http::rounds::ReasonBody;
use crate::people::component::ByLanguage;
use crate::people::directory::Register;
use crate::people::paper::Paper;

/// A planned draft.
#[derive(Serialize, ToSchema)]
pub struct PlanView {
    id: Uuid,
    /// What it will be called, by language.
    name: ByLanguage,
    /// The event it goes to, by language; may be empty.
    event: ByLanguage,
    /// The day it is due.
    #[schema(value_type = String, format = Date)]
    date: Day,
    /// What it is for, by language; may be empty.
    purpose: ByLanguage,
    /// For `If-Match` when it is changed.
    version: u64,
    /// The sealed draft that fulfilled it.
    sealed: Option<Uuid>,
    /// Set when it was given up.
    cancelled: Option<CancelledView>,
}

/// A plan that was given up.
#[derive(Serialize, ToSchema)]
pub struct CancelledView {
    #[schema(value_type = String, format = DateTime)]
    at: Moment,
    /// Who gave it up.
    person: String,
    /// The code of their component.
    component: String,
    reason: String,
}

/// What is said of a planned draft.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanBody {
    /// What it will be called, 1 to 120 characters in one language at least: `{"es": "Borrador de Bogotá"}`.
    name: ByLanguage,
    /// The event it goes to; at most 200 characters.
    #[serde(default)]
    event: ByLanguage,
    /// The day it is due, as 2016-10-12; today or later.
    date: String,
    /// What it is for; at most 300 characters.
    #[serde(default)]
    purpose: ByLanguage,
}
impl Incoming for PlanBody {}

impl PlanBody {
    fn words(self) -> Result<PlanWords, Refusal> {
        let PlanBody { name, event, date, purpose } = self;
        let date = date.parse().map_err(|_| Refusal::field("date", "is a day, such as 2016-10-12"))?;
        Ok(PlanWords { name, event, date, purpose })
    }
}

/// The planned drafts of a paper, by the day they are due: open, fulfilled and cancelled ones.
#[utoipa::path(get, path = "/api/v1/papers/{slug}/planned", tag = "milestones", params(("slug" = String, Path)),
    responses((status = 200, body = [PlanView])))]
pub async fn list(
    app: web::Data<App>,
    caller: Caller,
    slug: web::Path<String>,
    page: Page,
) -> Result<HttpResponse, Problem> {
    let paper = papers::readable(&caller, &slug)?;
    let (plans, next) = page.of(app.plans(paper.id).await?, |kept| kept.plan.id.to_string())?;
    let plans: Vec<PlanView> = plans.iter().map(|kept| view(&caller.register, kept)).collect();
    let may_plan = caller.may(Action::Seal, &paper.place());
    Ok(HttpResponse::Ok().json(json!({ "planned": plans, "may_plan": may_plan, "next": next })))
}

/// Plan a draft. Whoever may seal may.
#[utoipa::path(post, path = "/api/v1/papers/{slug}/planned", tag = "milestones", params(("slug" = String, Path)),
    request_body = PlanBody,
    responses((status = 201, body = PlanView), (status = 409, description = "The name is taken"),
        (status = 422, description = "No name, or a day that is past")))]
pub async fn plan(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    slug: web::Path<String>,
    body: Body<PlanBody>,
) -> Result<HttpResponse, Problem> {
    let paper = plannable(&caller, &slug)?;
    let said = body.value.words()?;
    idempotency::once(&req, &app, &caller, body.sha256, async {
        let kept = app.plan_draft(paper, caller.seat, said).await?;
        Ok((StatusCode::CREATED, json!(view(&caller.register, &kept))))
    })
    .await
}

/// Say something else of a planned draft, as long as it is open.
#[utoipa::path(put, path = "/api/v1/papers/{slug}/planned/{id}", tag = "milestones",
    params(("slug" = String, Path), ("id" = Uuid, Path)), request_body = PlanBody,
    responses((status = 200, body = PlanView), (status = 409, description = "The name is taken, or it was sealed or cancelled"),
        (status = 412, description = "Somebody else was first")))]
pub async fn change(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    place: web::Path<(String, String)>,
    body: Body<PlanBody>,
) -> Result<HttpResponse, Problem> {
    let paper = plannable(&caller, &place.0)?;
    let which = (plan_id(&place.1)?, expected_version(&req)?);
    let kept = app.change_plan(paper, caller.seat, which, body.value.words()?).await?;
    Ok(answer(&caller, &kept))
}

/// Give a planned draft up, with a reason that stays on the line of time.
#[utoipa::path(post, path = "/api/v1/papers/{slug}/planned/{id}/cancel", tag = "milestones",
    params(("slug" = String, Path), ("id" = Uuid, Path)), request_body = ReasonBody,
    responses((status = 200, body = PlanView), (status = 409, description = "It was sealed or cancelled already"),
        (status = 412, description = "Somebody else was first")))]
pub async fn cancel(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    place: web::Path<(String, String)>,
    body: Body<ReasonBody>,
) -> Result<HttpResponse, Problem> {
    let paper = plannable(&caller, &place.0)?;
    let which = (plan_id(&place.1)?, expected_version(&req)?);
    let kept = app.cancel_plan(paper, caller.seat, which, &body.value.reason).await?;
    Ok(answer(&caller, &kept))
}

fn plannable<'a>(caller: &'a Caller, slug: &str) -> Result<&'a Paper, Refusal> {
    let paper = papers::readable(caller, slug)?;
    caller.must(Action::Seal, &paper.place(), "plan drafts")?;
    Ok(paper)
}

fn plan_id(text: &str) -> Result<PlanId, Refusal> {
    text.parse().map_err(|_| Refusal::NotFound)
}

fn answer(caller: &Caller, kept: &KeptPlan) -> HttpResponse {
    let version = format!("\"{}\"", kept.version);
    HttpResponse::Ok().insert_header((header::ETAG, version)).json(view(&caller.register, kept))
}

pub(super) fn view(register: &Register, KeptPlan { plan, version }: &KeptPlan) -> PlanView {
    let cancelled = plan.cancelled.as_ref().map(|cancelled| {
        let by = register.who(cancelled.by);
        CancelledView {
            at: cancelled.at,
            person: by.map(|who| who.person.name.clone()).unwrap_or_default(),
            component: by.map(|who| who.component.code.clone()).unwrap_or_default(),
            reason: cancelled.reason.clone(),
        }
    });
    PlanView {
        id: plan.id.0,
        name: plan.words.name.clone(),
        event: plan.words.event.clone(),
        date: plan.words.date,
        purpose: plan.words.purpose.clone(),
        version: *version,
        sealed: plan.sealed.map(|sealed| sealed.0),
        cancelled,
    }
}
