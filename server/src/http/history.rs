//! The history of a text: its moments, the text as it was, and an earlier state that comes back.

use actix_web::{HttpResponse, web};
use crdt::document::Block;
use crdt::history::Status;
use crdt::history::timeline::Position;
use crdt::ids::{ChangeHash, ParagraphId};
use crdt::moment::Moment;
use crdt::review::permission::Action;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::app::history::restoring::Wish;
use crate::app::history::{Act, Kind, Told};
use crate::app::refusal::Refusal;
use crate::http::comparing::view::{self, AmendmentLine, Bounds, ComparisonView};
use crate::http::error::Problem;
use crate::http::intake::body::{Body, Incoming};
use crate::http::intake::caller::Caller;
use crate::http::intake::paging::Page;
use crate::http::reviews::{AuthorView, author_view};
use crate::http::texts;
use crate::people::directory::Register;

/// The moments of a text.
#[derive(Serialize, ToSchema)]
pub struct HistoryView {
    text: Uuid,
    chapter: Uuid,
    /// The number of the chapter.
    number: String,
    language: String,
    /// Whether the caller may bring something back now.
    may_restore: bool,
    /// The newest first.
    items: Vec<MomentView>,
    /// Where to go on; null at the end.
    next: Option<String>,
}

/// A sitting, or an act.
#[derive(Serialize, ToSchema)]
pub struct MomentView {
    /// The places of its first and its last change in the log of the text, as `12-57`.
    id: String,
    /// `begun`, `sitting`, `amendment`, `bracket`, `restored` or `replaced`.
    kind: &'static str,
    #[schema(value_type = String, format = DateTime)]
    from: Moment,
    #[schema(value_type = String, format = DateTime)]
    to: Moment,
    /// Who wrote, in the order in which they began.
    by: Vec<ShareView>,
    /// About how many characters came and went.
    inserted: u64,
    deleted: u64,
    /// Of an amendment that entered the text: which.
    amendment: Option<AmendmentLine>,
    /// Of something done to a bracket: which, and what (`bracket_opened`, `bracket_settled`, `bracket_marked`, `bracket_lifted`).
    bracket: Option<BracketActView>,
    /// Of something that came back: what.
    restored: Option<RestoredView>,
    /// The drafts that were sealed on what it left.
    sealed: Vec<SealedHereView>,
}

/// What one seat wrote in a moment.
#[derive(Serialize, ToSchema)]
pub struct ShareView {
    author: AuthorView,
    inserted: u64,
    deleted: u64,
}

/// Something that was done to a bracket.
#[derive(Serialize, ToSchema)]
pub struct BracketActView {
    #[schema(value_type = String)]
    id: crdt::ids::BracketId,
    event: String,
}

/// What came back.
#[derive(Serialize, ToSchema)]
pub struct RestoredView {
    /// When it had been so.
    #[schema(value_type = String, format = DateTime)]
    of: Moment,
    /// The one paragraph that came back; null for the whole chapter.
    #[schema(value_type = Option<String>)]
    paragraph: Option<ParagraphId>,
}

/// A draft that was sealed on a moment.
#[derive(Serialize, ToSchema)]
pub struct SealedHereView {
    id: Uuid,
    name: String,
    symbol: Option<String>,
    #[schema(value_type = Option<String>)]
    status: Option<Status>,
    #[schema(value_type = String, format = DateTime)]
    at: Moment,
}

/// A text as it was after a moment, and what the moment changed.
#[derive(Serialize, ToSchema)]
pub struct PastView {
    moment: MomentView,
    may_restore: bool,
    /// The number of its first numbered paragraph, as the chapters before it are now.
    first_number: usize,
    #[schema(value_type = Vec<Object>)]
    blocks: Vec<Block>,
    /// From the moment before to this one, with the words of paragraphs that do not differ.
    comparison: ComparisonView,
}

/// What bringing something back would change.
#[derive(Serialize, ToSchema)]
pub struct RestorationView {
    /// The heads of the text now: to be sent with the order to do it.
    #[schema(value_type = Vec<String>)]
    heads: Vec<ChangeHash>,
    /// From the text as it is to the text as it would be.
    comparison: ComparisonView,
}

/// Which part of a moment would come back.
#[derive(Deserialize)]
pub struct WhichPart {
    paragraph: Option<String>,
}

/// The order to bring something back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RestoreBody {
    /// The moment after which the text was so.
    moment: String,
    /// Only this paragraph, or the table that it is a cell of.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    paragraph: Option<ParagraphId>,
    /// The heads at which the change was looked at.
    #[schema(value_type = Vec<String>)]
    heads: Vec<ChangeHash>,
}
impl Incoming for RestoreBody {}

/// What came of it.
#[derive(Serialize, ToSchema)]
pub struct RestoredTextView {
    #[schema(value_type = Vec<String>)]
    heads: Vec<ChangeHash>,
}

/// The moments of a text, the newest first: who wrote when, and how much; amendments, brackets and earlier versions that came back; sealed
/// drafts.
#[utoipa::path(get, path = "/api/v1/texts/{id}/history", tag = "texts",
    params(("id" = Uuid, Path), ("limit" = Option<usize>, Query), ("cursor" = Option<String>, Query)),
    responses((status = 200, body = HistoryView)))]
pub async fn list(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    page: Page,
) -> Result<HttpResponse, Problem> {
    let (id, place, paper) = texts::readable(&caller, &id)?;
    let mut moments = app.moments(paper, id, caller.seat).await?;
    moments.reverse();
    let (moments, next) = page.of(moments, |told| told.stretch.first.to_string())?;
    let chapter = paper.chapters.iter().find(|chapter| chapter.id == place.chapter);
    Ok(HttpResponse::Ok().json(HistoryView {
        text: id.0,
        chapter: place.chapter.0,
        number: chapter.map(|chapter| chapter.number.clone()).unwrap_or_default(),
        language: place.language.clone(),
        may_restore: caller.may(Action::WriteText, &place.place()),
        items: moments.iter().map(|told| moment_view(&caller.register, told)).collect(),
        next,
    }))
}

/// A text as it was after a moment, and what the moment changed. A moment is any stretch of the log: its first and its last change.
#[utoipa::path(get, path = "/api/v1/texts/{id}/history/{moment}", tag = "texts",
    params(("id" = Uuid, Path), ("moment" = String, Path)), responses((status = 200, body = PastView)))]
pub async fn one(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (id, moment) = path.into_inner();
    let (id, place, paper) = texts::readable(&caller, &id)?;
    let span = span(&moment).ok_or(Refusal::NotFound)?;
    let past = app.moment((paper, place), id, caller.seat, span).await?;
    let comparison = view::of(&caller.register, paper, &past.compared, whole(past.first_number));
    let blocks = past.compared.comparison.accepted().pop().map(|(_, blocks)| blocks);
    Ok(HttpResponse::Ok().json(PastView {
        moment: moment_view(&caller.register, &past.told),
        may_restore: caller.may(Action::WriteText, &place.place()),
        first_number: past.first_number,
        blocks: blocks.unwrap_or_default(),
        comparison,
    }))
}

/// What would change if a text, or one paragraph of it, became as it was after a moment.
#[utoipa::path(get, path = "/api/v1/texts/{id}/history/{moment}/restoration", tag = "texts",
    params(("id" = Uuid, Path), ("moment" = String, Path), ("paragraph" = Option<String>, Query)),
    responses((status = 200, body = RestorationView)))]
pub async fn preview(
    app: web::Data<App>,
    caller: Caller,
    path: web::Path<(String, String)>,
    part: web::Query<WhichPart>,
) -> Result<HttpResponse, Problem> {
    let (id, moment) = path.into_inner();
    let (id, place, paper) = texts::readable(&caller, &id)?;
    let (_, upto) = span(&moment).ok_or(Refusal::NotFound)?;
    let paragraph = part.paragraph.as_deref().map(str::parse).transpose();
    let paragraph = paragraph.map_err(|_| Refusal::field("paragraph", "is the id of a paragraph"))?;
    let found = app.restoration((paper, place), id, caller.seat, Wish { upto, paragraph }).await?;
    let bounds = Bounds { whole: false, ..whole(found.first_number) };
    let comparison = view::of(&caller.register, paper, &found.compared, bounds);
    Ok(HttpResponse::Ok().json(RestorationView { heads: found.heads, comparison }))
}

/// Make a text, or one paragraph of it, as it was after a moment, as new edits: what was looked at, at the heads that are named.
#[utoipa::path(post, path = "/api/v1/texts/{id}/restore", tag = "texts", params(("id" = Uuid, Path)), request_body = RestoreBody,
    responses((status = 200, body = RestoredTextView),
        (status = 409, description = "The same paragraphs were changed meanwhile; look again")))]
pub async fn restore(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    body: Body<RestoreBody>,
) -> Result<HttpResponse, Problem> {
    let (id, _, paper) = texts::readable(&caller, &id)?;
    app.must_write(caller.seat, id)?;
    let RestoreBody { moment, paragraph, heads } = body.value;
    let (_, upto) = span(&moment).ok_or_else(|| Refusal::field("moment", "is one of the text's history"))?;
    let heads = app.restore(paper, id, caller.seat, Wish { upto, paragraph }, heads).await?;
    Ok(HttpResponse::Ok().json(RestoredTextView { heads }))
}

/// The first and the last change of a moment.
fn span(moment: &str) -> Option<(Position, Position)> {
    let (first, last) = moment.split_once('-')?;
    Some((first.parse().ok()?, last.parse().ok()?))
}

fn whole(first_number: usize) -> Bounds {
    Bounds { first: 0, whole: true, numbered_before: first_number.saturating_sub(1) }
}

fn moment_view(register: &Register, told: &Told) -> MomentView {
    let Told { stretch, kind, sealed } = told;
    let share = |share: &crdt::history::timeline::Share| ShareView {
        author: author_view(register, share.seat),
        inserted: share.inserted,
        deleted: share.deleted,
    };
    let mut view = MomentView {
        id: format!("{}-{}", stretch.first, stretch.last),
        kind: "sitting",
        from: stretch.from,
        to: stretch.to,
        by: stretch.by.iter().map(share).collect(),
        inserted: stretch.by.iter().map(|share| share.inserted).sum(),
        deleted: stretch.by.iter().map(|share| share.deleted).sum(),
        amendment: None,
        bracket: None,
        restored: None,
        sealed: sealed
            .iter()
            .map(|milestone| SealedHereView {
                id: milestone.id.0,
                name: milestone.name.clone(),
                symbol: milestone.symbol.as_ref().map(ToString::to_string),
                status: milestone.status,
                at: milestone.sealed_at,
            })
            .collect(),
    };
    match kind {
        Kind::Begun => view.kind = "begun",
        Kind::Sitting => {}
        Kind::Amendment(amendment) => {
            view.kind = "amendment";
            view.amendment = Some(view::amendment_line(register, amendment));
        }
        Kind::Act(Act::Restored { of, paragraph, .. }) => {
            view.kind = "restored";
            view.restored = Some(RestoredView { of: *of, paragraph: *paragraph });
        }
        Kind::Act(Act::Replaced) => view.kind = "replaced",
        Kind::Act(Act::Bracket { bracket, event }) => {
            view.kind = "bracket";
            view.bracket = Some(BracketActView { id: *bracket, event: event.clone() });
        }
    }
    view
}
