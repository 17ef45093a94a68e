//! Rights: who writes where, locked chapters, pens, seats that end.

use actix_web::{HttpRequest, HttpResponse, web};
use crdt::ids::{ChapterId, SeatId};
use crdt::moment::Moment;
use crdt::review::permission::{Access, Action, Role, Scope};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::app::refusal::Refusal;
use crate::app::rights::{LockAct, PenAct, SeatAct};
use crate::http::error::Problem;
use crate::http::intake::body::{Body, Incoming};
use crate::http::intake::caller::Caller;
use crate::http::intake::version::expected_version;
use crate::http::papers;
use crate::http::people::{Nothing, SeatView, seat_view};
use crate::http::reviews::{AuthorView, author_view};
use crate::people::directory::Register;
use crate::people::paper::{Chapter, Paper};

/// What the caller may do with a paper and its chapters, and who writes in it.
#[derive(Serialize, ToSchema)]
pub struct PaperRights {
    rights: RightsView,
    chapters: Vec<ChapterRights>,
    pens: Vec<PenView>,
}

/// What the caller may do with the paper as a whole.
#[derive(Serialize, ToSchema)]
pub struct RightsView {
    may_seal: bool,
    may_comment: bool,
    may_give_pens: bool,
}

/// What the caller may do with a chapter, and whether it is locked.
#[derive(Serialize, ToSchema)]
pub struct ChapterRights {
    id: Uuid,
    #[schema(value_type = Option<String>, example = "propose")]
    access: Option<Access>,
    may_write: bool,
    may_lock: bool,
    may_give_pens: bool,
    lock: Option<LockView>,
    /// For `If-Match` when it is locked or opened.
    lock_version: u64,
}

/// Nobody writes in the chapter.
#[derive(Serialize, ToSchema)]
pub struct LockView {
    #[serde(flatten)]
    by: AuthorView,
    #[schema(value_type = String, format = DateTime)]
    at: Moment,
    reason: String,
}

/// A seat that writes directly, and where.
#[derive(Serialize, ToSchema)]
pub struct PenView {
    #[serde(flatten)]
    seat: AuthorView,
    /// `pen` can be taken here; `committee` comes with the committee.
    #[schema(value_type = String, example = "pen")]
    role: Role,
    /// The chapter it reaches; none if it reaches all of them.
    chapter: Option<Uuid>,
    /// For `If-Match` when the pen is given or taken.
    version: u64,
}

/// Why a chapter is locked.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// 1 to 300 characters, for everybody.
    pub reason: String,
}
impl Incoming for Reason {}

/// Whose pen, and where.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PenFor {
    seat: Uuid,
    /// One chapter; without it, the whole paper.
    #[serde(default)]
    chapter: Option<Uuid>,
}
impl Incoming for PenFor {}

/// Lock a chapter: it is read and commented on, and nobody writes in it.
#[utoipa::path(post, path = "/api/v1/papers/{slug}/chapters/{id}/lock", tag = "rights",
    params(("slug" = String, Path), ("id" = Uuid, Path)), request_body = Reason,
    responses((status = 200, body = PaperRights), (status = 412, description = "Somebody else was first")))]
pub async fn lock(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    place: web::Path<(String, String)>,
    body: Body<Reason>,
) -> Result<HttpResponse, Problem> {
    act_on_lock(&req, &app, &caller, &place, LockAct::Lock(body.value.reason)).await
}

/// Open a locked chapter.
#[utoipa::path(post, path = "/api/v1/papers/{slug}/chapters/{id}/unlock", tag = "rights",
    params(("slug" = String, Path), ("id" = Uuid, Path)), request_body = Nothing,
    responses((status = 200, body = PaperRights), (status = 412, description = "Somebody else was first")))]
pub async fn unlock(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    place: web::Path<(String, String)>,
    _body: Body<Nothing>,
) -> Result<HttpResponse, Problem> {
    act_on_lock(&req, &app, &caller, &place, LockAct::Open).await
}

async fn act_on_lock(
    req: &HttpRequest,
    app: &App,
    caller: &Caller,
    (slug, chapter): &(String, String),
    act: LockAct,
) -> Result<HttpResponse, Problem> {
    let paper = papers::readable(caller, slug)?;
    let chapter: ChapterId = chapter.parse().map_err(|_| Refusal::NotFound)?;
    app.act_on_lock(caller.seat, (paper.id, chapter), expected_version(req)?, act).await?;
    now(app, caller, paper)
}

/// Give a seat the pen.
#[utoipa::path(post, path = "/api/v1/papers/{slug}/pens", tag = "rights", params(("slug" = String, Path)),
    request_body = PenFor, responses((status = 200, body = PaperRights)))]
pub async fn give_pen(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    slug: web::Path<String>,
    body: Body<PenFor>,
) -> Result<HttpResponse, Problem> {
    act_on_pen(&req, &app, &caller, &slug, body.value, true).await
}

/// Take a pen that was given.
#[utoipa::path(post, path = "/api/v1/papers/{slug}/pens/take", tag = "rights", params(("slug" = String, Path)),
    request_body = PenFor, responses((status = 200, body = PaperRights),
        (status = 409, description = "The seat writes there by a wider right")))]
pub async fn take_pen(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    slug: web::Path<String>,
    body: Body<PenFor>,
) -> Result<HttpResponse, Problem> {
    act_on_pen(&req, &app, &caller, &slug, body.value, false).await
}

async fn act_on_pen(
    req: &HttpRequest,
    app: &App,
    caller: &Caller,
    slug: &str,
    PenFor { seat, chapter }: PenFor,
    give: bool,
) -> Result<HttpResponse, Problem> {
    let paper = papers::readable(caller, slug)?;
    let act = PenAct { seat: SeatId(seat), chapter: chapter.map(ChapterId), give };
    app.act_on_pen(caller.seat, paper.id, expected_version(req)?, act).await?;
    now(app, caller, paper)
}

/// The rights as they are after an act on them.
fn now(app: &App, caller: &Caller, paper: &Paper) -> Result<HttpResponse, Problem> {
    let register = app.directory.register();
    let paper = register.paper(paper.id).ok_or(Refusal::NotFound)?;
    Ok(HttpResponse::Ok().json(view(&register, caller.seat, paper)))
}

/// End a seat: whoever holds it may nothing more with it, at once.
#[utoipa::path(post, path = "/api/v1/seats/{id}/end", tag = "rights", params(("id" = Uuid, Path)),
    request_body = Nothing, responses((status = 200, body = SeatView),
        (status = 409, description = "It is the last seat that runs the service")))]
pub async fn end_seat(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    _body: Body<Nothing>,
) -> Result<HttpResponse, Problem> {
    act_on_seat(&req, &app, &caller, &id, SeatAct::End).await
}

/// Restore a seat that has ended, with the rights it had.
#[utoipa::path(post, path = "/api/v1/seats/{id}/restore", tag = "rights", params(("id" = Uuid, Path)),
    request_body = Nothing, responses((status = 200, body = SeatView)))]
pub async fn restore_seat(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    _body: Body<Nothing>,
) -> Result<HttpResponse, Problem> {
    act_on_seat(&req, &app, &caller, &id, SeatAct::Restore).await
}

async fn act_on_seat(
    req: &HttpRequest,
    app: &App,
    caller: &Caller,
    id: &str,
    act: SeatAct,
) -> Result<HttpResponse, Problem> {
    let seat: SeatId = id.parse().map_err(|_| Refusal::NotFound)?;
    app.act_on_seat(caller.seat, seat, expected_version(req)?, act).await?;
    let register = app.directory.register();
    Ok(HttpResponse::Ok().json(seat_view(register.seat(seat).ok_or(Refusal::NotFound)?)))
}

/// What a seat may do with a paper and its chapters, and who writes in it.
pub fn view(register: &Register, seat: SeatId, paper: &Paper) -> PaperRights {
    let chapters = paper.chapters.iter().map(|chapter| of_chapter(register, seat, paper, chapter)).collect();
    PaperRights { rights: of_paper(register, seat, paper), chapters, pens: pens(register, paper) }
}

/// What a seat may do with a paper as a whole.
pub fn of_paper(register: &Register, seat: SeatId, paper: &Paper) -> RightsView {
    let may = |action| register.may(seat, action, &paper.place());
    RightsView {
        may_seal: may(Action::Seal),
        may_comment: may(Action::Comment),
        may_give_pens: may(Action::GivePen),
    }
}

/// What a seat may do with a chapter.
pub fn of_chapter(register: &Register, seat: SeatId, paper: &Paper, chapter: &Chapter) -> ChapterRights {
    let place = paper.place_of(chapter);
    let may = |action| register.may(seat, action, &place);
    ChapterRights {
        id: chapter.id.0,
        access: register.seat(seat).and_then(|seat| Access::of(&seat.rights(), &place)),
        may_write: may(Action::WriteText),
        may_lock: may(Action::LockChapter),
        may_give_pens: may(Action::GivePen),
        lock: chapter.lock.as_ref().map(|lock| LockView {
            by: author_view(register, lock.by),
            at: lock.at,
            reason: lock.reason.clone(),
        }),
        lock_version: chapter.lock_version,
    }
}

/// The seats that write directly in a paper or a part of it, in order of their holders' names.
pub fn pens(register: &Register, paper: &Paper) -> Vec<PenView> {
    let reach = |scope: Scope| match scope {
        Scope::Service => Some(None),
        Scope::Paper(id) => (id == paper.id).then_some(None),
        Scope::Chapter(id) => paper.chapter(id).map(|chapter| Some(chapter.id.0)),
    };
    let writes = |role: Role| matches!(role, Role::Pen | Role::Committee);
    let mut pens: Vec<PenView> = Vec::new();
    for seat in register.seats().filter(|seat| !seat.ended) {
        for grant in seat.grants.iter().filter(|grant| writes(grant.role)) {
            if let Some(chapter) = reach(grant.scope) {
                let author = author_view(register, seat.id);
                pens.push(PenView { seat: author, role: grant.role, chapter, version: seat.version });
            }
        }
    }
    pens.sort_by(|a, b| (&a.seat.person, a.chapter).cmp(&(&b.seat.person, b.chapter)));
    pens
}
