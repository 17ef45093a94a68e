//! Threads: what people say about passages.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use crdt::document::Anchor;
use crdt::ids::{ParagraphId, SeatId, TextId, ThreadId};
use crdt::moment::Moment;
use crdt::review::thread::{Audience, Comment};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::app::refusal::Refusal;
use crate::app::threads::{Kept, NewThread, ThreadAct};
use crate::http::error::Problem;
use crate::http::intake::body::{Body, Incoming};
use crate::http::intake::caller::Caller;
use crate::http::intake::idempotency;
use crate::http::intake::paging::Page;
use crate::http::intake::version::expected_version;
use crate::http::people::Nothing;
use crate::http::{papers, texts};
use crate::people::directory::Register;

/// A thread.
#[derive(Serialize, ToSchema)]
pub struct ThreadView {
    id: Uuid,
    text: Uuid,
    #[schema(value_type = String)]
    paragraph: ParagraphId,
    #[schema(value_type = String, example = "all")]
    audience: Audience,
    #[schema(example = "open")]
    state: &'static str,
    #[schema(value_type = Object)]
    anchor: Anchor,
    /// For `If-Match`.
    version: u64,
    #[schema(value_type = String, format = DateTime)]
    created_at: Moment,
    comments: Vec<CommentView>,
    /// The name of who settled it.
    resolved_by: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    resolved_at: Option<Moment>,
}

/// A comment.
#[derive(Serialize, ToSchema)]
pub struct CommentView {
    id: Uuid,
    #[serde(flatten)]
    author: AuthorView,
    #[schema(value_type = String, format = DateTime)]
    at: Moment,
    /// Plain text.
    body: String,
}

/// Who said or did it.
#[derive(Serialize, ToSchema)]
pub struct AuthorView {
    seat_id: Uuid,
    /// The name of who holds the seat.
    pub person: String,
    initials: String,
    component: String,
    hue: u8,
}

/// A thread to be opened.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewThreadBody {
    #[schema(value_type = Object)]
    anchor: Anchor,
    #[schema(value_type = String)]
    paragraph: ParagraphId,
    body: String,
    #[serde(default = "everybody")]
    #[schema(value_type = String, example = "all")]
    audience: Audience,
}
impl Incoming for NewThreadBody {}

fn everybody() -> Audience {
    Audience::All
}

/// Something said.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewComment {
    body: String,
}
impl Incoming for NewComment {}

/// Which threads are asked for.
#[derive(Deserialize)]
pub struct WhichThreads {
    text: Option<String>,
}

/// The threads of a paper, or of one of its texts.
#[utoipa::path(get, path = "/api/v1/papers/{slug}/threads", tag = "reviews",
    params(("slug" = String, Path), ("text" = Option<Uuid>, Query)), responses((status = 200, body = [ThreadView])))]
pub async fn list(
    app: web::Data<App>,
    caller: Caller,
    slug: web::Path<String>,
    which: web::Query<WhichThreads>,
    page: Page,
) -> Result<HttpResponse, Problem> {
    let paper = papers::readable(&caller, &slug)?;
    let threads = match &which.text {
        None => app.threads(paper, caller.seat).await?,
        Some(text) => {
            let (text, place, _) = texts::readable(&caller, text)?;
            if place.paper != paper.id {
                return Err(Refusal::NotFound.into());
            }
            app.threads_of_text(text, caller.seat).await?
        }
    };
    let (threads, next) = page.of(threads, |kept| kept.thread.id.to_string())?;
    let threads: Vec<ThreadView> = threads.iter().map(|kept| view(&caller.register, kept)).collect();
    Ok(HttpResponse::Ok().json(json!({ "threads": threads, "next": next })))
}

/// Open a thread on words of a text.
#[utoipa::path(post, path = "/api/v1/texts/{id}/threads", tag = "reviews", params(("id" = Uuid, Path)),
    request_body = NewThreadBody, responses((status = 201, body = ThreadView)))]
pub async fn open(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    body: Body<NewThreadBody>,
) -> Result<HttpResponse, Problem> {
    let (text, ..): (TextId, _, _) = texts::readable(&caller, &id)?;
    let NewThreadBody { anchor, paragraph, body: words, audience } = body.value;
    let new = NewThread { anchor, paragraph, body: words, audience };
    idempotency::once(&req, &app, &caller, body.sha256, async {
        let kept = app.open_thread(text, caller.seat, new).await?;
        Ok((StatusCode::CREATED, json!(view(&caller.register, &kept))))
    })
    .await
}

/// Answer in a thread; a resolved one opens again.
#[utoipa::path(post, path = "/api/v1/threads/{id}/comments", tag = "reviews", params(("id" = Uuid, Path)),
    request_body = NewComment, responses((status = 201, body = ThreadView)))]
pub async fn answer(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    body: Body<NewComment>,
) -> Result<HttpResponse, Problem> {
    let (id, expected) = (thread_id(&id)?, expected_version(&req)?);
    idempotency::once(&req, &app, &caller, body.sha256, async {
        let kept = app.act_on_thread(id, caller.seat, expected, ThreadAct::Answer(body.value.body)).await?;
        Ok((StatusCode::CREATED, json!(view(&caller.register, &kept))))
    })
    .await
}

/// Settle a thread.
#[utoipa::path(post, path = "/api/v1/threads/{id}/resolve", tag = "reviews", params(("id" = Uuid, Path)),
    request_body = Nothing, responses((status = 200, body = ThreadView)))]
pub async fn resolve(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    _body: Body<Nothing>,
) -> Result<HttpResponse, Problem> {
    act(&req, &app, &caller, &id, ThreadAct::Resolve).await
}

/// Open a settled thread again.
#[utoipa::path(post, path = "/api/v1/threads/{id}/reopen", tag = "reviews", params(("id" = Uuid, Path)),
    request_body = Nothing, responses((status = 200, body = ThreadView)))]
pub async fn reopen(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    _body: Body<Nothing>,
) -> Result<HttpResponse, Problem> {
    act(&req, &app, &caller, &id, ThreadAct::Reopen).await
}

async fn act(
    req: &HttpRequest,
    app: &App,
    caller: &Caller,
    id: &str,
    act: ThreadAct,
) -> Result<HttpResponse, Problem> {
    let kept = app.act_on_thread(thread_id(id)?, caller.seat, expected_version(req)?, act).await?;
    Ok(HttpResponse::Ok().json(view(&caller.register, &kept)))
}

fn thread_id(text: &str) -> Result<ThreadId, Refusal> {
    text.parse().map_err(|_| Refusal::NotFound)
}

/// A thread as clients see it.
pub fn view(register: &Register, kept: &Kept) -> ThreadView {
    let thread = &kept.thread;
    ThreadView {
        id: thread.id.0,
        text: thread.text.0,
        paragraph: thread.paragraph,
        audience: thread.audience,
        state: if thread.is_open() { "open" } else { "resolved" },
        anchor: thread.anchor.clone(),
        version: kept.version,
        created_at: thread.created,
        comments: thread.comments.iter().map(|comment| comment_view(register, comment)).collect(),
        resolved_by: thread.resolved.as_ref().map(|resolved| author_view(register, resolved.by).person),
        resolved_at: thread.resolved.as_ref().map(|resolved| resolved.at),
    }
}

fn comment_view(register: &Register, comment: &Comment) -> CommentView {
    CommentView {
        id: comment.id.0,
        author: author_view(register, comment.seat),
        at: comment.at,
        body: comment.body.clone(),
    }
}

/// A seat as others see it. Seats are never removed, so an unknown one has no name rather than an error.
pub fn author_view(register: &Register, seat: SeatId) -> AuthorView {
    match register.who(seat) {
        Some(who) => AuthorView {
            seat_id: seat.0,
            person: who.person.name.clone(),
            initials: who.person.initials.clone(),
            component: who.component.code.clone(),
            hue: who.component.hue,
        },
        None => AuthorView {
            seat_id: seat.0,
            person: String::new(),
            initials: String::new(),
            component: String::new(),
            hue: 1,
        },
    }
}
