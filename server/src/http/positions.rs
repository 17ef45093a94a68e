//! Positions: what components say of sealed drafts.

pub mod views;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crdt::history::Digest;
use crdt::ids::{ChapterId, ComponentId, MilestoneId, ParagraphId, PositionId, TextId};
use crdt::review::disposition::Place;
use crdt::review::permission::Action;
use crdt::review::position::{Stance, Subject};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use self::views::{PositionView, view};
use crate::app::App;
use crate::app::positions::{NewPosition, ReceivedFile};
use crate::app::refusal::Refusal;
use crate::app::settings::Limits;
use crate::export::files::content_disposition;
use crate::http::error::Problem;
use crate::http::intake::body::{Body, Incoming};
use crate::http::intake::caller::Caller;
use crate::http::intake::idempotency;
use crate::http::intake::paging::Page;
use crate::http::intake::version::expected_version;
use crate::http::papers;
use crate::http::people::Nothing;
use crate::http::rights::Reason;

/// A position to be taken.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPositionBody {
    /// The sealed draft it is about.
    #[serde(default)]
    milestone: Option<Uuid>,
    subject: SubjectBody,
    #[schema(value_type = String, example = "supports")]
    stance: Stance,
    #[serde(default)]
    words: String,
    #[serde(default)]
    way_out: String,
    /// Another component, on whose behalf the secretariat enters it.
    #[serde(default)]
    on_behalf_of: Option<Uuid>,
    /// What that component sent.
    #[serde(default)]
    received: Option<ReceivedBody>,
}
impl Incoming for NewPositionBody {
    fn limit(limits: &Limits) -> usize {
        limits.import_bytes
    }
}

/// What a position is to be about.
#[derive(Deserialize, ToSchema)]
#[serde(tag = "on", rename_all = "snake_case", deny_unknown_fields)]
pub enum SubjectBody {
    /// The whole paper.
    Paper,
    /// A chapter.
    Chapter {
        /// Which.
        chapter: Uuid,
    },
    /// A paragraph; one of a translation stands for the paragraph it renders.
    Paragraph {
        /// The text it stands in.
        text: Uuid,
        /// Its id.
        #[schema(value_type = String)]
        paragraph: ParagraphId,
    },
}

/// A file as it came.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceivedBody {
    name: String,
    /// Its bytes in base64.
    content: String,
}

/// The draft of which the position is confirmed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reconfirmed {
    #[serde(default)]
    milestone: Option<Uuid>,
}
impl Incoming for Reconfirmed {}

/// Which positions are asked for.
#[derive(Deserialize)]
pub struct WhichPositions {
    milestone: Option<String>,
}

/// The positions on a paper: those that count for a sealed draft, or now.
#[utoipa::path(get, path = "/api/v1/papers/{slug}/positions", tag = "positions",
    params(("slug" = String, Path), ("milestone" = Option<Uuid>, Query)), responses((status = 200, body = [PositionView])))]
pub async fn list(
    app: web::Data<App>,
    caller: Caller,
    slug: web::Path<String>,
    which: web::Query<WhichPositions>,
    page: Page,
) -> Result<HttpResponse, Problem> {
    let paper = papers::readable(&caller, &slug)?;
    let draft = which.milestone.as_deref().map(|id| id.parse().map_err(|_| Refusal::NotFound)).transpose()?;
    let taken = app.positions(paper, caller.seat, draft).await?;
    let (taken, next) = page.of(taken, |taken| taken.position.id.to_string())?;
    let positions: Vec<PositionView> = taken.iter().map(|taken| view(&caller, paper, taken)).collect();
    let may_take = caller.may(Action::SubmitForComponent, &paper.place());
    let may_enter = caller.may(Action::SubmitOnBehalf, &paper.place());
    Ok(HttpResponse::Ok().json(json!({
        "positions": positions, "may_take": may_take, "may_enter_for_others": may_enter, "next": next,
    })))
}

/// Take a position in the component's name, or anew; the earlier one is kept.
#[utoipa::path(post, path = "/api/v1/papers/{slug}/positions", tag = "positions", params(("slug" = String, Path)),
    request_body = NewPositionBody, responses((status = 201, body = PositionView),
        (status = 412, description = "Somebody else was first"), (status = 422, description = "The draft is not sealed")))]
pub async fn take(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    slug: web::Path<String>,
    body: Body<NewPositionBody>,
) -> Result<HttpResponse, Problem> {
    let paper = papers::readable(&caller, &slug)?;
    let NewPositionBody { milestone, subject, stance, words, way_out, on_behalf_of, received } = body.value;
    let new = NewPosition {
        milestone: milestone.map(MilestoneId),
        subject: subject.into(),
        stance,
        words,
        way_out,
        on_behalf_of: on_behalf_of.map(ComponentId),
        received: received.map(file).transpose()?,
    };
    idempotency::once(&req, &app, &caller, body.sha256, async {
        let taken = app.take_position(paper, caller.seat, new).await?;
        Ok((StatusCode::CREATED, json!(view(&caller, paper, &taken))))
    })
    .await
}

/// Say the same of a later draft.
#[utoipa::path(post, path = "/api/v1/papers/{slug}/positions/{id}/reconfirm", tag = "positions",
    params(("slug" = String, Path), ("id" = Uuid, Path)), request_body = Reconfirmed,
    responses((status = 200, body = PositionView), (status = 409, description = "The words have not changed, or it was lifted")))]
pub async fn reconfirm(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    place: web::Path<(String, String)>,
    body: Body<Reconfirmed>,
) -> Result<HttpResponse, Problem> {
    let paper = papers::readable(&caller, &place.0)?;
    let (id, milestone) = (position_id(&place.1)?, body.value.milestone.map(MilestoneId));
    let expected = expected_version(&req)?;
    let taken = app.reconfirm_position(paper, caller.seat, id, milestone, expected).await?;
    Ok(HttpResponse::Ok().json(view(&caller, paper, &taken)))
}

/// Take a position back. It stays on record.
#[utoipa::path(post, path = "/api/v1/papers/{slug}/positions/{id}/lift", tag = "positions",
    params(("slug" = String, Path), ("id" = Uuid, Path)), request_body = Nothing,
    responses((status = 200, body = PositionView)))]
pub async fn lift(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    place: web::Path<(String, String)>,
    _body: Body<Nothing>,
) -> Result<HttpResponse, Problem> {
    let paper = papers::readable(&caller, &place.0)?;
    let id = position_id(&place.1)?;
    let taken = app.lift_position(paper, caller.seat, id, expected_version(&req)?).await?;
    Ok(HttpResponse::Ok().json(view(&caller, paper, &taken)))
}

/// Let in what came after the round had closed.
#[utoipa::path(post, path = "/api/v1/papers/{slug}/positions/{id}/admit", tag = "positions",
    params(("slug" = String, Path), ("id" = Uuid, Path)), request_body = Reason,
    responses((status = 200, body = PositionView), (status = 409, description = "Nothing waits")))]
pub async fn admit(
    app: web::Data<App>,
    caller: Caller,
    place: web::Path<(String, String)>,
    body: Body<Reason>,
) -> Result<HttpResponse, Problem> {
    let paper = papers::readable(&caller, &place.0)?;
    let taken = app.admit_position(paper, caller.seat, position_id(&place.1)?, &body.value.reason).await?;
    Ok(HttpResponse::Ok().json(view(&caller, paper, &taken)))
}

/// What a component sent, as it came.
#[utoipa::path(get, path = "/api/v1/papers/{slug}/positions/{id}/received/{file}", tag = "positions",
    params(("slug" = String, Path), ("id" = Uuid, Path), ("file" = String, Path, description = "its SHA-256")),
    responses((status = 200)))]
pub async fn received(
    app: web::Data<App>,
    caller: Caller,
    place: web::Path<(String, String, String)>,
) -> Result<HttpResponse, Problem> {
    let paper = papers::readable(&caller, &place.0)?;
    let sha256: Digest = place.2.parse().map_err(|_| Refusal::NotFound)?;
    let (name, bytes) =
        app.received_with_position(paper, caller.seat, position_id(&place.1)?, sha256).await?;
    Ok(HttpResponse::Ok()
        .content_type("application/octet-stream")
        .insert_header((header::CONTENT_DISPOSITION, content_disposition(&name)))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(bytes))
}

fn position_id(text: &str) -> Result<PositionId, Refusal> {
    text.parse().map_err(|_| Refusal::NotFound)
}

fn file(body: ReceivedBody) -> Result<ReceivedFile, Refusal> {
    let bytes = STANDARD.decode(body.content.as_bytes());
    let bytes = bytes.map_err(|_| Refusal::field("received.content", "is the file in base64"))?;
    Ok(ReceivedFile { name: body.name, bytes: bytes.into() })
}

impl From<SubjectBody> for Subject {
    fn from(body: SubjectBody) -> Self {
        match body {
            SubjectBody::Paper => Subject::Paper,
            SubjectBody::Chapter { chapter } => Subject::Chapter { chapter: ChapterId(chapter) },
            SubjectBody::Paragraph { text, paragraph } => {
                Subject::Paragraph(Place { text: TextId(text), paragraph })
            }
        }
    }
}
