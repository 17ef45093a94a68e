//! Silence: sealed drafts that are adopted unless somebody objects.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use crdt::history::Digest;
use crdt::ids::{ComponentId, MilestoneId, SilenceId};
use crdt::moment::Moment;
use crdt::review::permission::Action;
use crdt::review::silence::{Delivered, End, Objection, Outcome, Phase, Silence, Way};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::app::exports::Format;
use crate::app::refusal::Refusal;
use crate::app::silences::{KeptSilence, NewSilence, SilenceAct};
use crate::http::error::Problem;
use crate::http::exports::download;
use crate::http::intake::body::{Body, Incoming};
use crate::http::intake::caller::Caller;
use crate::http::intake::idempotency;
use crate::http::intake::paging::Page;
use crate::http::intake::version::expected_version;
use crate::http::papers;
use crate::http::reviews::{AuthorView, author_view};
use crate::http::rights::Reason;
use crate::people::paper::Paper;

/// A sealed draft under silence.
#[derive(Serialize, ToSchema)]
pub struct SilenceView {
    id: Uuid,
    milestone: Uuid,
    /// SHA-256 of the draft: these words and no others are adopted.
    #[schema(value_type = String)]
    fingerprint: Digest,
    question: String,
    /// `running`, `stopped`, `broken`, `adopted` or `cancelled`.
    #[schema(value_type = String, example = "running")]
    phase: Phase,
    opened_by: AuthorView,
    #[schema(value_type = String, format = DateTime)]
    opened_at: Moment,
    /// The instant that counts.
    #[schema(value_type = String, format = DateTime)]
    ends_at: Moment,
    /// The organisation's zone, by whose calendar it lies on no weekend.
    zone: String,
    /// Every instant that was set, in order.
    instants: Vec<InstantView>,
    components: Vec<ListedView>,
    objections: Vec<ObjectionView>,
    /// Why it was called off.
    cancelled_because: Option<String>,
    /// Set when the draft is adopted and that was written down: the last entry of the audit log before.
    #[schema(value_type = Option<String>)]
    audit_head: Option<Digest>,
    /// The certificate's files, by language and kind, once the draft is adopted.
    certificate: BTreeMap<String, BTreeMap<&'static str, String>>,
    may_object: bool,
    may_run: bool,
    /// For `If-Match`.
    version: u64,
}

/// An instant that was set.
#[derive(Serialize, ToSchema)]
pub struct InstantView {
    #[schema(value_type = String, format = DateTime)]
    at: Moment,
    #[schema(value_type = String, format = DateTime)]
    set_at: Moment,
    set_by: AuthorView,
    /// Why it was moved; empty for the first.
    reason: String,
    /// It came while somebody had not been told.
    stopped: bool,
}

/// A component whose silence is consent.
#[derive(Serialize, ToSchema)]
pub struct ListedView {
    id: Uuid,
    /// Its code.
    component: String,
    hue: u8,
    /// How it was told; none if it was not.
    told: Option<ToldView>,
}

/// How a component was told.
#[derive(Serialize, ToSchema)]
pub struct ToldView {
    #[schema(value_type = String, format = DateTime)]
    at: Moment,
    /// `seen`, `mail` or `otherwise`.
    way: &'static str,
    /// How, if otherwise.
    words: Option<String>,
}

/// An objection in writing.
#[derive(Serialize, ToSchema)]
pub struct ObjectionView {
    component: String,
    component_id: Uuid,
    hue: u8,
    #[schema(value_type = String, format = DateTime)]
    at: Moment,
    words: String,
    /// It came at the instant or later: it counts as a reservation.
    late: bool,
}

/// A draft to be put under silence.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSilenceBody {
    #[serde(default)]
    milestone: Option<Uuid>,
    /// What becomes of it when nobody objects: 1 to 500 characters.
    question: String,
    components: BTreeSet<Uuid>,
    #[schema(value_type = String, format = DateTime)]
    ends: Moment,
}
impl Incoming for NewSilenceBody {}

/// An objection.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ObjectionBody {
    /// 1 to 3,000 characters.
    words: String,
}
impl Incoming for ObjectionBody {}

/// A later instant.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LaterInstant {
    #[schema(value_type = String, format = DateTime)]
    ends: Moment,
    reason: String,
}
impl Incoming for LaterInstant {}

/// A component was told by other ways.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ToldOtherwise {
    component: Uuid,
    /// How: by telephone, by letter, and to whom.
    words: String,
}
impl Incoming for ToldOtherwise {}

/// The procedures of a paper, the newest first.
#[utoipa::path(get, path = "/api/v1/papers/{slug}/silences", tag = "silence", params(("slug" = String, Path)),
    responses((status = 200, body = [SilenceView])))]
pub async fn list(
    app: web::Data<App>,
    caller: Caller,
    slug: web::Path<String>,
    page: Page,
) -> Result<HttpResponse, Problem> {
    let paper = papers::readable(&caller, &slug)?;
    let (kept, next) = page.of(app.silences(paper.id).await?, |kept| kept.silence.id.to_string())?;
    let silences: Vec<SilenceView> = kept.iter().map(|kept| view(&app, &caller, paper, kept)).collect();
    Ok(HttpResponse::Ok().json(json!({
        "silences": silences, "next": next, "may_open": caller.may(Action::RunSilence, &paper.place()),
        "least_hours": app.settings.limits.silence_hours, "zone": app.settings.time_zone.name(),
    })))
}

/// Put a sealed draft under silence.
#[utoipa::path(post, path = "/api/v1/papers/{slug}/silences", tag = "silence", params(("slug" = String, Path)),
    request_body = NewSilenceBody, responses((status = 201, body = SilenceView)))]
pub async fn open(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    slug: web::Path<String>,
    body: Body<NewSilenceBody>,
) -> Result<HttpResponse, Problem> {
    let paper = papers::readable(&caller, &slug)?;
    let NewSilenceBody { milestone, question, components, ends } = body.value;
    let components = components.into_iter().map(ComponentId).collect();
    let new = NewSilence { milestone: milestone.map(MilestoneId), question, components, ends };
    idempotency::once(&req, &app, &caller, body.sha256, async {
        let kept = app.open_silence(paper, caller.seat, new).await?;
        Ok((StatusCode::CREATED, json!(view(&app, &caller, paper, &kept))))
    })
    .await
}

/// One procedure.
#[utoipa::path(get, path = "/api/v1/papers/{slug}/silences/{id}", tag = "silence",
    params(("slug" = String, Path), ("id" = Uuid, Path)), responses((status = 200, body = SilenceView)))]
pub async fn one(
    app: web::Data<App>,
    caller: Caller,
    place: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let paper = papers::readable(&caller, &place.0)?;
    let kept = app.silence(paper.id, silence_id(&place.1)?).await?;
    Ok(HttpResponse::Ok().json(view(&app, &caller, paper, &kept)))
}

/// Object in the component's name: before the instant it breaks the silence, later it counts as a reservation.
#[utoipa::path(post, path = "/api/v1/papers/{slug}/silences/{id}/object", tag = "silence",
    params(("slug" = String, Path), ("id" = Uuid, Path)), request_body = ObjectionBody,
    responses((status = 200, body = SilenceView), (status = 409, description = "It was called off, or the component objected already")))]
pub async fn object(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    place: web::Path<(String, String)>,
    body: Body<ObjectionBody>,
) -> Result<HttpResponse, Problem> {
    act(&req, &app, &caller, &place, SilenceAct::Object(body.value.words)).await
}

/// Move the instant to a later one.
#[utoipa::path(post, path = "/api/v1/papers/{slug}/silences/{id}/extend", tag = "silence",
    params(("slug" = String, Path), ("id" = Uuid, Path)), request_body = LaterInstant,
    responses((status = 200, body = SilenceView), (status = 409, description = "It is over")))]
pub async fn extend(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    place: web::Path<(String, String)>,
    body: Body<LaterInstant>,
) -> Result<HttpResponse, Problem> {
    let LaterInstant { ends, reason } = body.value;
    act(&req, &app, &caller, &place, SilenceAct::Extend { to: ends, reason }).await
}

/// Call it off.
#[utoipa::path(post, path = "/api/v1/papers/{slug}/silences/{id}/cancel", tag = "silence",
    params(("slug" = String, Path), ("id" = Uuid, Path)), request_body = Reason,
    responses((status = 200, body = SilenceView), (status = 409, description = "It is over")))]
pub async fn cancel(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    place: web::Path<(String, String)>,
    body: Body<Reason>,
) -> Result<HttpResponse, Problem> {
    act(&req, &app, &caller, &place, SilenceAct::Cancel(body.value.reason)).await
}

/// Put on record that a component was told by other ways.
#[utoipa::path(post, path = "/api/v1/papers/{slug}/silences/{id}/deliveries", tag = "silence",
    params(("slug" = String, Path), ("id" = Uuid, Path)), request_body = ToldOtherwise,
    responses((status = 200, body = SilenceView), (status = 409, description = "It is over")))]
pub async fn told(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    place: web::Path<(String, String)>,
    body: Body<ToldOtherwise>,
) -> Result<HttpResponse, Problem> {
    let ToldOtherwise { component, words } = body.value;
    act(&req, &app, &caller, &place, SilenceAct::Told { component: ComponentId(component), words }).await
}

/// The certificate of an adopted draft, as a file.
#[utoipa::path(get, path = "/api/v1/papers/{slug}/silences/{id}/certificate/{file}", tag = "silence",
    params(("slug" = String, Path), ("id" = Uuid, Path), ("file" = String, Path, description = "es.pdf, es.md, …")),
    responses((status = 200)))]
pub async fn certificate(
    app: web::Data<App>,
    caller: Caller,
    place: web::Path<(String, String, String)>,
) -> Result<HttpResponse, Problem> {
    let paper = papers::readable(&caller, &place.0)?;
    let (language, format) = place
        .2
        .rsplit_once('.')
        .and_then(|(language, extension)| Some((language, Format::of_extension(extension)?)))
        .filter(|(language, _)| paper.languages.iter().any(|known| known == language))
        .ok_or(Refusal::NotFound)?;
    let made = app.export_certificate(caller.person, paper, silence_id(&place.1)?, language, format).await?;
    Ok(download(made, None))
}

async fn act(
    req: &HttpRequest,
    app: &App,
    caller: &Caller,
    (slug, id): &(String, String),
    act: SilenceAct,
) -> Result<HttpResponse, Problem> {
    let paper = papers::readable(caller, slug)?;
    let kept = app.act_on_silence(paper, caller.seat, silence_id(id)?, expected_version(req)?, act).await?;
    Ok(HttpResponse::Ok().json(view(app, caller, paper, &kept)))
}

fn silence_id(text: &str) -> Result<SilenceId, Refusal> {
    text.parse().map_err(|_| Refusal::NotFound)
}

/// A procedure as this caller sees it.
fn view(
    app: &App,
    caller: &Caller,
    paper: &Paper,
    KeptSilence { silence, version }: &KeptSilence,
) -> SilenceView {
    let now = app.clock.now();
    let phase = silence.phase(now);
    let has_objected = silence.objections.iter().any(|objection| objection.component == caller.component);
    let (cancelled_because, audit_head) = match &silence.outcome {
        Some(Outcome::Cancelled { reason, .. }) => (Some(reason.clone()), None),
        Some(Outcome::Adopted { audit_head, .. }) => (None, Some(*audit_head)),
        _ => (None, None),
    };
    let url = |language: &str, format: Format| {
        let extension = format.extension();
        let slug = &paper.slug;
        (
            extension,
            format!("/api/v1/papers/{slug}/silences/{}/certificate/{language}.{extension}", silence.id),
        )
    };
    let files = |language: &String| {
        (language.clone(), BTreeMap::from([Format::Pdf, Format::Md].map(|format| url(language, format))))
    };
    let languages = paper.languages.iter().filter(|_| audit_head.is_some());
    SilenceView {
        id: silence.id.0,
        milestone: silence.milestone.0,
        fingerprint: silence.fingerprint,
        question: silence.question.clone(),
        phase,
        opened_by: author_view(&caller.register, silence.opened.by),
        opened_at: silence.opened.at,
        ends_at: silence.instant(),
        zone: silence.zone.clone(),
        instants: silence.ends.iter().map(|end| instant_view(caller, end)).collect(),
        components: silence.components.iter().map(|id| listed_view(caller, silence, *id)).collect(),
        objections: silence.objections.iter().map(|objection| objection_view(caller, objection)).collect(),
        cancelled_because,
        audit_head,
        certificate: languages.map(files).collect(),
        may_object: phase != Phase::Cancelled
            && !has_objected
            && silence.components.contains(&caller.component)
            && caller.may(Action::SubmitForComponent, &paper.place()),
        may_run: caller.may(Action::RunSilence, &paper.place()),
        version: *version,
    }
}

fn instant_view(caller: &Caller, end: &End) -> InstantView {
    InstantView {
        at: end.at,
        set_at: end.set.at,
        set_by: author_view(&caller.register, end.set.by),
        reason: end.reason.clone(),
        stopped: end.stopped,
    }
}

fn listed_view(caller: &Caller, silence: &Silence, id: ComponentId) -> ListedView {
    let component = caller.register.component(id);
    ListedView {
        id: id.0,
        component: component.map(|component| component.code.clone()).unwrap_or_default(),
        hue: component.map_or(1, |component| component.hue),
        told: silence.deliveries().get(&id).map(told_view),
    }
}

fn told_view(Delivered { at, way }: &Delivered) -> ToldView {
    let (way, words) = match way {
        Way::Seen => ("seen", None),
        Way::Mail => ("mail", None),
        Way::Otherwise { words, .. } => ("otherwise", Some(words.clone())),
    };
    ToldView { at: *at, way, words }
}

fn objection_view(caller: &Caller, objection: &Objection) -> ObjectionView {
    let component = caller.register.component(objection.component);
    ObjectionView {
        component: component.map(|component| component.code.clone()).unwrap_or_default(),
        component_id: objection.component.0,
        hue: component.map_or(1, |component| component.hue),
        at: objection.at,
        words: objection.words.clone(),
        late: objection.late,
    }
}
