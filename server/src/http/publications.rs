//! Publishing a sealed draft, withdrawing it, and how it stands: for those who work here. What the public sees is in [`super::public`].

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use crdt::history::milestone::Milestone;
use crdt::history::publication::Publication;
use crdt::moment::Moment;
use crdt::review::permission::Action;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::app::publishing::PublicAct;
use crate::app::refusal::Refusal;
use crate::http::error::Problem;
use crate::http::intake::body::Body;
use crate::http::intake::caller::Caller;
use crate::http::intake::version::expected_version;
use crate::http::milestones::readable;
use crate::http::people::Nothing;
use crate::http::rounds::ReasonBody;
use crate::people::paper::Paper;

/// How a draft stands to the public.
#[derive(Serialize, ToSchema)]
pub struct PublicationView {
    /// `private`, `public` or `withdrawn`.
    state: &'static str,
    /// For `If-Match`; 0 while it was never published.
    version: u64,
    /// The address of its page, once it was published.
    url: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    published_at: Option<Moment>,
    #[schema(value_type = Option<String>, format = DateTime)]
    withdrawn_at: Option<Moment>,
    /// Why it was withdrawn.
    reason: Option<String>,
    /// May this seat publish and withdraw it?
    may_publish: bool,
    /// The languages in which its page will offer no PDF, because something in the words stops it; empty unless this seat may publish
    /// it now.
    without_pdf: Vec<String>,
}

/// How a sealed draft stands to the public.
#[utoipa::path(get, path = "/api/v1/milestones/{id}/publication", tag = "milestones", params(("id" = uuid::Uuid, Path)),
    responses((status = 200, body = PublicationView)))]
pub async fn one(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let (paper, milestone) = readable(&app, &caller, &id).await?;
    let paper = caller.register.paper(paper).ok_or(Refusal::NotFound)?;
    let (publication, version) = app.publication(paper.id, milestone.id).await?;
    Ok(answer(view(&app, &caller, (paper, &milestone), (publication, version)).await?))
}

/// Let everybody read a sealed draft.
#[utoipa::path(post, path = "/api/v1/milestones/{id}/publish", tag = "milestones", params(("id" = uuid::Uuid, Path)),
    request_body = Nothing,
    responses((status = 200, body = PublicationView), (status = 409, description = "It is public already")))]
pub async fn publish(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    _body: Body<Nothing>,
) -> Result<HttpResponse, Problem> {
    act(&req, &app, &caller, &id, PublicAct::Publish).await
}

/// Let nobody read it any more; its page says when and why.
#[utoipa::path(post, path = "/api/v1/milestones/{id}/withdraw", tag = "milestones", params(("id" = uuid::Uuid, Path)),
    request_body = ReasonBody,
    responses((status = 200, body = PublicationView), (status = 409, description = "It is not public")))]
pub async fn withdraw(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    body: Body<ReasonBody>,
) -> Result<HttpResponse, Problem> {
    act(&req, &app, &caller, &id, PublicAct::Withdraw(body.value.reason)).await
}

async fn act(
    req: &HttpRequest,
    app: &App,
    caller: &Caller,
    id: &str,
    act: PublicAct,
) -> Result<HttpResponse, Problem> {
    let (paper, milestone) = readable(app, caller, id).await?;
    let paper = caller.register.paper(paper).ok_or(Refusal::NotFound)?;
    caller.must(Action::Seal, &paper.place(), "publish drafts")?;
    let done = app.act_on_publication(paper, &milestone, (caller.seat, act), expected_version(req)?).await?;
    let (publication, version) = done;
    Ok(answer(view(app, caller, (paper, &milestone), (Some(publication), version)).await?))
}

pub(super) fn state_of(publication: Option<&Publication>) -> &'static str {
    match publication {
        None => "private",
        Some(publication) if publication.is_public() => "public",
        Some(_) => "withdrawn",
    }
}

fn answer(view: PublicationView) -> HttpResponse {
    HttpResponse::Ok().insert_header((header::ETAG, format!("\"{}\"", view.version))).json(view)
}

async fn view(
    app: &App,
    caller: &Caller,
    (paper, milestone): (&Paper, &Milestone),
    (publication, version): (Option<Publication>, u64),
) -> Result<PublicationView, Refusal> {
    let may_publish = caller.may(Action::Seal, &paper.place());
    let is_public = publication.as_ref().is_some_and(Publication::is_public);
    let mut without_pdf = Vec::new();
    for language in milestone.languages.iter().filter(|_| may_publish && !is_public) {
        if app.stops_pdf(paper.id, milestone, language).await? {
            without_pdf.push(language.clone());
        }
    }
    let withdrawal = publication.as_ref().and_then(|each| each.withdrawn.clone());
    Ok(PublicationView {
        state: state_of(publication.as_ref()),
        version,
        url: publication
            .as_ref()
            .map(|each| format!("{}/p/{}/{}", app.settings.public_url, paper.slug, each.milestone)),
        published_at: publication.as_ref().map(|each| each.published),
        withdrawn_at: withdrawal.as_ref().map(|each| each.at),
        reason: withdrawal.map(|each| each.reason),
        may_publish,
        without_pdf,
    })
}
