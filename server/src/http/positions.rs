//! Positions: what components say of sealed drafts.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crdt::history::Digest;
use crdt::ids::{ChapterId, ComponentId, MilestoneId, ParagraphId, PositionId, TextId};
use crdt::moment::Moment;
use crdt::review::disposition::Place;
use crdt::review::permission::Action;
use crdt::review::position::{Said, Stance, Standing, Subject};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::app::positions::{NewPosition, ReceivedFile, Taken, sees_received};
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
use crate::http::reviews::{AuthorView, author_view};
use crate::http::rights::Reason;
use crate::people::paper::Paper;

/// What a component says of the paper, a chapter or a paragraph.
#[derive(Serialize, ToSchema)]
pub struct PositionView {
    id: Uuid,
    component_id: Uuid,
    /// Its code.
    component: String,
    hue: u8,
    subject: SubjectView,
    #[serde(flatten)]
    said: SaidView,
    /// `stands`, `to_reconfirm` or `lifted`: how it stands to the draft that was asked about, or to the paper now.
    #[schema(example = "stands")]
    standing: &'static str,
    /// The numbers of the chapters whose words have changed since.
    changed_chapters: Vec<String>,
    /// What came late after that, and waits to be let in.
    waiting: Option<SaidView>,
    /// What was said before, the latest first.
    earlier: Vec<SaidView>,
    /// For `If-Match`, for its own component; 0 for others, who would learn by it how often a hidden answer was changed.
    version: u64,
    /// May the caller change it, confirm it and take it back?
    may_change: bool,
    /// May the caller let in what waits?
    may_admit: bool,
}

/// What was said at one time.
#[derive(Serialize, ToSchema)]
pub struct SaidView {
    #[schema(value_type = String, example = "supports")]
    stance: Stance,
    words: String,
    /// The text that would lift it.
    way_out: String,
    milestone: Uuid,
    /// SHA-256 of the words it was said of.
    #[schema(value_type = String)]
    fingerprint: Digest,
    #[schema(value_type = String, format = DateTime)]
    at: Moment,
    /// It confirms what was said before.
    reconfirms: bool,
    /// It was entered by the secretariat, from what the component sent.
    on_behalf: bool,
    #[schema(value_type = Option<String>, format = DateTime)]
    lifted_at: Option<Moment>,
    /// The round it answers.
    round: Option<Uuid>,
    /// It came when that had closed: `waiting` to be let in, or `admitted`.
    late: Option<&'static str>,
    /// Why it was let in.
    admitted_because: Option<String>,
    /// Who sent it; only for its own component and for who enters what others sent.
    by: Option<AuthorView>,
    /// What was received; for the same.
    received: Option<ReceivedView>,
}

/// What a position is about.
#[derive(Serialize, ToSchema)]
pub struct SubjectView {
    /// `paper`, `chapter` or `paragraph`.
    on: &'static str,
    chapter: Option<Uuid>,
    /// The chapter's number.
    number: Option<String>,
    text: Option<Uuid>,
    #[schema(value_type = Option<String>)]
    paragraph: Option<ParagraphId>,
    /// The paragraph's number in the draft it was said of.
    paragraph_number: Option<usize>,
    /// How the paragraph began there.
    beginning: Option<String>,
}

/// A file as it came.
#[derive(Serialize, ToSchema)]
pub struct ReceivedView {
    name: String,
    size_bytes: u64,
    url: String,
}

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

/// A position as this caller sees it.
fn view(caller: &Caller, paper: &Paper, taken: &Taken) -> PositionView {
    let position = &taken.position;
    let component = caller.register.component(position.component);
    let chapter_of = |text: TextId| {
        let place = caller.register.text(text)?;
        paper.chapter(place.chapter).map(|chapter| chapter.number.clone())
    };
    let (standing, changed) = match &taken.standing {
        Standing::Stands => ("stands", &[][..]),
        Standing::ToReconfirm(changed) => ("to_reconfirm", &changed[..]),
        Standing::Lifted => ("lifted", &[][..]),
    };
    let counts = position.said.iter().rposition(|said| *said == taken.said).unwrap_or_default();
    PositionView {
        id: position.id.0,
        component_id: position.component.0,
        component: component.map(|component| component.code.clone()).unwrap_or_default(),
        hue: component.map_or(1, |component| component.hue),
        subject: subject_view(caller, paper, taken),
        said: said_view(caller, paper, taken, &taken.said),
        standing,
        changed_chapters: changed.iter().filter_map(|words| chapter_of(words.text)).collect(),
        earlier: position.said[..counts]
            .iter()
            .rev()
            .map(|said| said_view(caller, paper, taken, said))
            .collect(),
        waiting: taken.waiting.as_ref().map(|said| said_view(caller, paper, taken, said)),
        version: if position.component == caller.component { taken.version } else { 0 },
        may_change: position.component == caller.component
            && caller.may(Action::SubmitForComponent, &paper.place()),
        may_admit: taken.waiting.is_some()
            && position.component != caller.component
            && (caller.may(Action::RunRound, &paper.place())
                || caller.may(Action::AnswerRemarks, &paper.place())),
    }
}

fn said_view(caller: &Caller, paper: &Paper, taken: &Taken, said: &Said) -> SaidView {
    let (position, slug) = (&taken.position, &paper.slug);
    let who = caller.register.who(caller.seat);
    let is_inside = who.is_some_and(|who| sees_received(who, paper, position));
    let received = said.received.as_ref().filter(|_| is_inside);
    let late = said.submission.late.as_ref();
    SaidView {
        stance: said.statement.stance,
        words: said.statement.words.clone(),
        way_out: said.statement.way_out.clone(),
        milestone: said.binding.milestone.0,
        fingerprint: said.binding.fingerprint,
        at: said.submission.at,
        reconfirms: said.reconfirms,
        on_behalf: said.submission.on_behalf,
        lifted_at: said.lifted.map(|lifted| lifted.at),
        round: said.submission.round.map(|round| round.0),
        late: late.map(|late| if late.admitted.is_some() { "admitted" } else { "waiting" }),
        admitted_because: late
            .and_then(|late| late.admitted.as_ref())
            .map(|admitted| admitted.reason.clone()),
        by: is_inside.then(|| author_view(&caller.register, said.submission.by)),
        received: received.map(|file| ReceivedView {
            name: file.name.clone(),
            size_bytes: file.size_bytes,
            url: format!("/api/v1/papers/{slug}/positions/{}/received/{}", position.id, file.sha256),
        }),
    }
}

fn subject_view(caller: &Caller, paper: &Paper, taken: &Taken) -> SubjectView {
    let number = |chapter: ChapterId| paper.chapter(chapter).map(|chapter| chapter.number.clone());
    let bare = |on| SubjectView {
        on,
        chapter: None,
        number: None,
        text: None,
        paragraph: None,
        paragraph_number: None,
        beginning: None,
    };
    match taken.position.subject {
        Subject::Paper => bare("paper"),
        Subject::Chapter { chapter } => {
            SubjectView { chapter: Some(chapter.0), number: number(chapter), ..bare("chapter") }
        }
        Subject::Paragraph(place) => {
            let chapter = caller.register.text(place.text).map(|text| text.chapter);
            let quoted = taken.said.binding.paragraph.as_ref();
            SubjectView {
                chapter: chapter.map(|chapter| chapter.0),
                number: chapter.and_then(number),
                text: Some(place.text.0),
                paragraph: Some(place.paragraph),
                paragraph_number: quoted.and_then(|quoted| quoted.number),
                beginning: quoted.map(|quoted| quoted.beginning.clone()),
                ..bare("paragraph")
            }
        }
    }
}
