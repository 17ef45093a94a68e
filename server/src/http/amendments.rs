//! Amendments: drafted within a component, submitted, spoken to, decided.

mod acts;
mod view;

pub use acts::*;
pub use view::AmendmentView;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use crdt::ids::AmendmentId;
use crdt::review::amendment::{AmendmentError, State};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::app::App;
use crate::app::amendments::{Kept, NewDraft};
use crate::app::refusal::Refusal;
use crate::http::error::Problem;
use crate::http::intake::body::{Body, Incoming};
use crate::http::intake::caller::Caller;
use crate::http::intake::idempotency;
use crate::http::intake::paging::Page;
use crate::http::people::Nothing;
use crate::http::{papers, texts};

/// A draft to be opened; both may be written later.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAmendmentBody {
    /// What it is about, in a line.
    #[serde(default)]
    title: String,
    /// Why.
    #[serde(default)]
    reason: String,
}
impl Incoming for NewAmendmentBody {}

/// Which amendments are asked for.
#[derive(Deserialize)]
pub struct WhichAmendments {
    text: Option<String>,
    /// States, with commas between.
    state: Option<String>,
    /// The code of a component.
    component: Option<String>,
}

/// A revision as it was submitted.
#[derive(Serialize, ToSchema)]
pub struct RevisionView {
    number: u32,
    #[schema(value_type = String, format = DateTime)]
    at: crdt::moment::Moment,
    title: String,
    reason: String,
    #[schema(value_type = Vec<Object>)]
    redline: Vec<Value>,
}

/// The amendments of a paper that the caller may read, in the order of the text; drafts of their own component among them.
#[utoipa::path(get, path = "/api/v1/papers/{slug}/amendments", tag = "amendments",
    params(("slug" = String, Path), ("text" = Option<Uuid>, Query), ("state" = Option<String>, Query),
        ("component" = Option<String>, Query)),
    responses((status = 200, body = [AmendmentView])))]
pub async fn list(
    app: web::Data<App>,
    caller: Caller,
    slug: web::Path<String>,
    which: web::Query<WhichAmendments>,
    page: Page,
) -> Result<HttpResponse, Problem> {
    let paper = papers::readable(&caller, &slug)?;
    let all = app.amendments(paper.id, caller.seat).await?;
    let wanted = which.wanted(&caller)?;
    let chosen = all.iter().filter(|kept| wanted(kept)).cloned().collect();
    let shown = app.show_amendments(caller.seat, chosen, &all).await?;
    let (shown, next) = page.of(shown, |shown| shown.kept.amendment.id.to_string())?;
    let views: Result<Vec<AmendmentView>, Refusal> =
        shown.iter().map(|shown| view::of(&caller, shown, None)).collect();
    Ok(HttpResponse::Ok().json(json!({ "amendments": views?, "next": next })))
}

/// One amendment.
#[utoipa::path(get, path = "/api/v1/amendments/{id}", tag = "amendments", params(("id" = Uuid, Path)),
    responses((status = 200, body = AmendmentView)))]
pub async fn one(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let kept = app.amendment(amendment_id(&id)?, caller.seat).await?;
    Ok(HttpResponse::Ok().json(seen(&app, &caller, kept).await?))
}

/// What one of its revisions proposes.
#[utoipa::path(get, path = "/api/v1/amendments/{id}/revisions/{number}", tag = "amendments",
    params(("id" = Uuid, Path), ("number" = u32, Path)), responses((status = 200, body = RevisionView)))]
pub async fn revision(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (id, number) = path.into_inner();
    let amendment = app.amendment(amendment_id(&id)?, caller.seat).await?.amendment;
    let number: u32 = number.parse().map_err(|_| Refusal::NotFound)?;
    let revision = amendment.revisions.iter().find(|revision| revision.number == number);
    let revision = revision.ok_or(Refusal::NotFound)?;
    let redline = app.redline_of(&amendment, number).await?;
    Ok(HttpResponse::Ok().json(RevisionView {
        number,
        at: revision.stamp.at,
        title: revision.title.clone(),
        reason: revision.reason.clone(),
        redline,
    }))
}

/// Open a draft: a private branch of a text for the caller's component.
#[utoipa::path(post, path = "/api/v1/texts/{id}/amendments", tag = "amendments", params(("id" = Uuid, Path)),
    request_body = NewAmendmentBody, responses((status = 201, body = AmendmentView)))]
pub async fn open(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    body: Body<NewAmendmentBody>,
) -> Result<HttpResponse, Problem> {
    let (text, ..) = texts::readable(&caller, &id)?;
    let NewAmendmentBody { title, reason } = body.value;
    let new = NewDraft { title, reason, ..NewDraft::default() };
    idempotency::once(&req, &app, &caller, body.sha256, async {
        let kept = app.open_amendment(text, caller.seat, new).await?;
        Ok((StatusCode::CREATED, json!(seen(&app, &caller, kept).await?)))
    })
    .await
}

/// Open a draft about what a thread says.
#[utoipa::path(post, path = "/api/v1/threads/{id}/amend", tag = "amendments", params(("id" = Uuid, Path)),
    request_body = Nothing, responses((status = 201, body = AmendmentView)))]
pub async fn of_thread(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    body: Body<Nothing>,
) -> Result<HttpResponse, Problem> {
    let thread = id.parse().map_err(|_| Refusal::NotFound)?;
    idempotency::once(&req, &app, &caller, body.sha256, async {
        let kept = app.amend_for_thread(thread, caller.seat).await?;
        Ok((StatusCode::CREATED, json!(seen(&app, &caller, kept).await?)))
    })
    .await
}

/// Open a draft of what the caller wrote without the right to, for the component of the seat that wrote it.
#[utoipa::path(post, path = "/api/v1/set-aside/{id}/propose", tag = "amendments", params(("id" = Uuid, Path)),
    request_body = Nothing, responses((status = 201, body = AmendmentView)))]
pub async fn of_set_aside(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    _body: Body<Nothing>,
) -> Result<HttpResponse, Problem> {
    let record = id.parse().map_err(|_| Refusal::NotFound)?;
    let kept = app.amend_set_aside(caller.person, record).await?;
    let author = Caller::seated(&app, kept.amendment.opened.by)?;
    Ok(HttpResponse::Created().json(seen(&app, &author, kept).await?))
}

/// Throw a draft away that was never submitted.
#[utoipa::path(delete, path = "/api/v1/amendments/{id}", tag = "amendments", params(("id" = Uuid, Path)),
    responses((status = 204)))]
pub async fn discard(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let expected = crate::http::intake::version::expected_version(&req)?;
    app.discard_amendment(amendment_id(&id)?, caller.seat, expected).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// An amendment as the caller sees it, alone.
pub async fn seen(app: &App, caller: &Caller, kept: Kept) -> Result<AmendmentView, Refusal> {
    let beside = app.amendments(kept.amendment.paper, caller.seat).await?;
    let shown = app.show_amendments(caller.seat, vec![kept], &beside).await?;
    let shown = shown.first().ok_or(Refusal::NotFound)?;
    let differs = match &shown.draft {
        Some(_) => Some(app.differs(&shown.kept.amendment).await?),
        None => None,
    };
    view::of(caller, shown, differs)
}

/// What programs want to know of an act that was not done.
pub fn facts(error: &AmendmentError) -> Value {
    match error {
        AmendmentError::State(state) => json!({ "state": state }),
        AmendmentError::Decided { outcome, by, at } => json!({ "outcome": outcome, "by": by, "at": at }),
        AmendmentError::TouchedSince(touch) | AmendmentError::Overtaken(touch) => {
            json!(view::touch_view(touch))
        }
        _ => Value::Null,
    }
}

/// The id in an address.
fn amendment_id(text: &str) -> Result<AmendmentId, Refusal> {
    text.parse().map_err(|_| Refusal::NotFound)
}

impl WhichAmendments {
    /// What is asked for, as a question about each.
    fn wanted(&self, caller: &Caller) -> Result<impl Fn(&Kept) -> bool + use<>, Refusal> {
        let text = match &self.text {
            Some(text) => Some(texts::readable(caller, text)?.0),
            None => None,
        };
        let states = self.state.as_deref().map(|list| {
            let state = |name: &str| serde_json::from_value::<State>(json!(name.trim()));
            list.split(',').map(state).collect::<Result<Vec<_>, _>>()
        });
        let states = states
            .transpose()
            .map_err(|_| Refusal::field("state", "names states of amendments, with commas"))?;
        let component = match &self.component {
            Some(code) => Some(caller.register.component_by_code(code).ok_or(Refusal::NotFound)?.id),
            None => None,
        };
        Ok(move |kept: &Kept| {
            let amendment = &kept.amendment;
            text.is_none_or(|text| amendment.text == text)
                && states.as_ref().is_none_or(|states| states.contains(&amendment.state()))
                && component.is_none_or(|component| amendment.component == component)
        })
    }
}
