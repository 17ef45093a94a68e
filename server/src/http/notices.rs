//! Notices: what a person was told, and that they have seen it.

use actix_web::{HttpResponse, web};
use crdt::ids::NoticeId;
use crdt::moment::Moment;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::app::notices::{About, Kind, Notice};
use crate::app::subjects::Subject;
use crate::http::error::Problem;
use crate::http::intake::body::{Body, Incoming};
use crate::http::intake::caller::Caller;
use crate::http::intake::paging::Page;
use crate::people::component::ByLanguage;
use crate::people::directory::Register;

/// A notice.
#[derive(Serialize, ToSchema)]
pub struct NoticeView {
    id: Uuid,
    /// In which of the person's seats they were told.
    seat_id: Uuid,
    /// The paper's slug.
    paper: String,
    #[schema(value_type = String, example = "round_opened")]
    kind: Kind,
    #[serde(flatten)]
    about: AboutView,
    /// What it is about, by its name: a round's, a draft's, an amendment's title. Empty where it has none, or may not be read any more.
    name: String,
    /// An amendment's number.
    number: Option<u32>,
    /// The component whose act it was, where that is part of the news.
    by: Option<ByView>,
    /// Words of whoever told it; may be empty.
    words: String,
    #[schema(value_type = String, format = DateTime)]
    told_at: Moment,
    #[schema(value_type = Option<String>, format = DateTime)]
    seen_at: Option<Moment>,
}

/// A component that did something.
#[derive(Serialize, ToSchema)]
pub struct ByView {
    /// Its code.
    component: String,
    /// Its name, by language.
    #[schema(value_type = Object)]
    name: ByLanguage,
}

/// What a notice is about: its sort, and its id.
#[derive(Serialize, ToSchema)]
pub struct AboutView {
    about: &'static str,
    about_id: Uuid,
}

/// Which notices were seen.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SeenBody {
    /// At most 1,000.
    notices: Vec<Uuid>,
}
impl Incoming for SeenBody {}

/// What the person was told, the newest first, whichever of their seats it was told to.
#[utoipa::path(get, path = "/api/v1/notices", tag = "rounds", responses((status = 200, body = [NoticeView])))]
pub async fn list(app: web::Data<App>, caller: Caller, page: Page) -> Result<HttpResponse, Problem> {
    let all = app.notices_of(caller.person).await?;
    let unseen = all.iter().filter(|notice| notice.seen.is_none()).count();
    let (notices, next) = page.of(all, |notice| notice.id.to_string())?;
    let mut views: Vec<NoticeView> = Vec::with_capacity(notices.len());
    for notice in &notices {
        let subject = app.subject_of(notice).await?.unwrap_or_default();
        views.push(view(&caller.register, notice, subject));
    }
    Ok(HttpResponse::Ok().json(json!({ "notices": views, "unseen": unseen, "next": next })))
}

/// Say that notices were seen. Those of others, and those seen before, are passed over.
#[utoipa::path(post, path = "/api/v1/notices/seen", tag = "rounds", request_body = SeenBody,
    responses((status = 204)))]
pub async fn seen(
    app: web::Data<App>,
    caller: Caller,
    body: Body<SeenBody>,
) -> Result<HttpResponse, Problem> {
    const MOST: usize = 1_000;
    if body.value.notices.len() > MOST {
        let rule = format!("has at most {MOST} ids");
        return Err(crate::app::refusal::Refusal::field("notices", rule).into());
    }
    let ids: Vec<NoticeId> = body.value.notices.into_iter().map(NoticeId).collect();
    app.see_notices(caller.person, &ids).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn view(register: &Register, notice: &Notice, subject: Subject) -> NoticeView {
    let paper = register.paper(notice.message.paper);
    let by = notice.message.by.and_then(|by| register.component(by));
    NoticeView {
        id: notice.id.0,
        seat_id: notice.seat.0,
        paper: paper.map(|paper| paper.slug.clone()).unwrap_or_default(),
        kind: notice.message.kind,
        about: about_view(notice.message.about),
        name: subject.name,
        number: subject.number,
        by: by.map(|by| ByView { component: by.code.clone(), name: by.name.clone() }),
        words: notice.message.words.clone(),
        told_at: notice.told,
        seen_at: notice.seen,
    }
}

fn about_view(about: About) -> AboutView {
    let (about, about_id) = match about {
        About::Round(id) => ("round", id.0),
        About::Silence(id) => ("silence", id.0),
        About::Amendment(id) => ("amendment", id.0),
        About::Thread(id) => ("thread", id.0),
        About::Milestone(id) => ("milestone", id.0),
        About::Seat(id) => ("seat", id.0),
    };
    AboutView { about, about_id }
}
