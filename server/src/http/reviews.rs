//! Threads: what people say about passages.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use crdt::document::Anchor;
use crdt::ids::{ComponentId, ParagraphId, SeatId, TextId, ThreadId};
use crdt::moment::Moment;
use crdt::review::entry::Kind;
use crdt::review::submission::Submission;
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
    /// How a component sent it; none for what was never sent in a component's name.
    sent: Option<SentView>,
    /// What the component means to do with it. Only its people see this.
    prepared: Option<PreparedView>,
    /// Why the component took it back.
    withdrawn: Option<String>,
}

/// How a component sent something.
#[derive(Serialize, ToSchema)]
pub struct SentView {
    /// The code of the component.
    component: String,
    round: Option<Uuid>,
    #[schema(value_type = String, format = DateTime)]
    at: Moment,
    on_behalf: bool,
    /// `waiting` or `admitted` when it came after the closing.
    late: Option<&'static str>,
    /// Why it was let in.
    admitted_because: Option<String>,
}

/// What a component means to do with a remark.
#[derive(Serialize, ToSchema)]
pub struct PreparedView {
    keep: bool,
    note: String,
    #[serde(flatten)]
    by: AuthorView,
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
    /// A component says it, through its focal point: whoever wrote it inside is not told.
    as_component: bool,
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
    /// What it is about: `general`, `substantive`, `editorial`, `translation` or `evidence`.
    #[serde(default)]
    #[schema(value_type = String, example = "substantive")]
    kind: Kind,
    /// The words it would like instead.
    #[serde(default)]
    proposed: String,
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
    let threads: Vec<ThreadView> =
        threads.iter().map(|kept| view(&caller.register, caller.seat, kept)).collect();
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
    let NewThreadBody { anchor, paragraph, body: words, audience, kind, proposed } = body.value;
    let new = NewThread { anchor, paragraph, body: words, audience, kind, proposed };
    idempotency::once(&req, &app, &caller, body.sha256, async {
        let kept = app.open_thread(text, caller.seat, new).await?;
        Ok((StatusCode::CREATED, json!(view(&caller.register, caller.seat, &kept))))
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
        Ok((StatusCode::CREATED, json!(view(&caller.register, caller.seat, &kept))))
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
    Ok(HttpResponse::Ok().json(view(&caller.register, caller.seat, &kept)))
}

fn thread_id(text: &str) -> Result<ThreadId, Refusal> {
    text.parse().map_err(|_| Refusal::NotFound)
}

/// A thread as a seat that reads it sees it: from inside its component, or from outside.
pub fn view(register: &Register, seat: SeatId, kept: &Kept) -> ThreadView {
    let is_inside = register.seat(seat).is_some_and(|seat| seat.component == kept.thread.component);
    let thread = if is_inside { (*kept.thread).clone() } else { kept.thread.as_seen_outside() };
    let speaks = thread.submission.as_ref().filter(|_| !is_inside);
    let comments = thread.comments.iter().enumerate().map(|(at, comment)| match speaks {
        Some(sent) if at == 0 => CommentView {
            author: component_author(register, thread.component, sent),
            as_component: true,
            ..comment_view(register, comment)
        },
        _ => comment_view(register, comment),
    });
    ThreadView {
        id: thread.id.0,
        text: thread.text.0,
        paragraph: thread.paragraph,
        audience: thread.audience,
        state: if thread.is_open() { "open" } else { "resolved" },
        anchor: thread.anchor.clone(),
        version: kept.version,
        created_at: thread.created,
        comments: comments.collect(),
        resolved_by: thread.resolved.as_ref().map(|resolved| author_view(register, resolved.by).person),
        resolved_at: thread.resolved.as_ref().map(|resolved| resolved.at),
        sent: thread.submission.as_ref().map(|sent| sent_view(register, thread.component, sent)),
        prepared: thread.prepared.as_ref().map(|prepared| PreparedView {
            keep: prepared.keep,
            note: prepared.note.clone(),
            by: author_view(register, prepared.by),
        }),
        withdrawn: thread.withdrawn.as_ref().map(|withdrawn| withdrawn.reason.clone()),
    }
}

fn comment_view(register: &Register, comment: &Comment) -> CommentView {
    CommentView {
        id: comment.id.0,
        author: author_view(register, comment.seat),
        at: comment.at,
        body: comment.body.clone(),
        as_component: false,
    }
}

fn sent_view(register: &Register, component: ComponentId, sent: &Submission) -> SentView {
    let late = sent.late.as_ref();
    let admitted = late.and_then(|late| late.admitted.as_ref());
    SentView {
        component: register.component(component).map(|found| found.code.clone()).unwrap_or_default(),
        round: sent.round.map(|round| round.0),
        at: sent.at,
        on_behalf: sent.on_behalf,
        late: late.map(|_| if admitted.is_some() { "admitted" } else { "waiting" }),
        admitted_because: admitted.map(|admitted| admitted.reason.clone()),
    }
}

/// REV26: a component as the author of what was sent in its name. The seat is that of who sent it.
fn component_author(register: &Register, component: ComponentId, sent: &Submission) -> AuthorView {
    let component = register.component(component);
    AuthorView {
        seat_id: sent.by.0,
        person: String::new(),
        initials: component.map(|found| found.code.chars().take(2).collect()).unwrap_or_default(),
        component: component.map(|found| found.code.clone()).unwrap_or_default(),
        hue: component.map_or(1, |found| found.hue),
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
