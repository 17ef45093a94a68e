//! Brackets: words that are not agreed.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use crdt::document::Anchor;
use crdt::ids::{BracketId, ComponentId, ParagraphId, TextId};
use crdt::moment::Moment;
use crdt::review::bracket::{End, Side};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::app::brackets::{BracketAct, KeptBracket, NewBracket};
use crate::app::refusal::Refusal;
use crate::http::error::Problem;
use crate::http::intake::body::{Body, Incoming};
use crate::http::intake::caller::Caller;
use crate::http::intake::idempotency;
use crate::http::intake::version::expected_version;
use crate::http::reviews::{AuthorView, author_view};
use crate::http::{papers, texts};

/// Words that are not agreed.
#[derive(Serialize, ToSchema)]
pub struct BracketView {
    /// The id in the name of its mark, `bracket:ID`.
    id: Uuid,
    text: Uuid,
    #[schema(value_type = String)]
    paragraph: ParagraphId,
    #[schema(value_type = Object)]
    anchor: Anchor,
    opened_by: AuthorView,
    #[schema(value_type = String, format = DateTime)]
    opened_at: Moment,
    /// What each component says now: first those that propose something, then who supports, then who opposes.
    sides: Vec<VoiceView>,
    /// Further wordings for the place.
    options: Vec<WordingView>,
    outcome: Option<OutcomeView>,
    /// Where its mark is in the text; `null` if it is not.
    standing: Option<StandingView>,
    /// What the caller may do.
    may: MayView,
    /// For `If-Match`.
    version: u64,
}

/// Where the brackets stand.
#[derive(Serialize, ToSchema)]
pub struct StandingView {
    /// The words between them, each paragraph on a line of its own.
    words: String,
    #[schema(value_type = String)]
    paragraph: ParagraphId,
    /// Where the paragraph counts among the numbered ones of its text, from 1; `null` if it is not numbered.
    nth: Option<usize>,
}

/// What the caller's seat may do with a bracket.
#[derive(Serialize, ToSchema)]
pub struct MayView {
    /// Take a side and bring wordings for its component.
    speak: bool,
    settle: bool,
    /// It would settle it, if its component or person proposed nothing here.
    proposes: bool,
    /// Mark its words anew, and take away what is left over.
    write: bool,
}

/// What a component says.
#[derive(Serialize, ToSchema)]
pub struct VoiceView {
    component: String,
    hue: u8,
    #[schema(value_type = String, example = "delete")]
    side: Side,
    words: String,
    #[schema(value_type = String, format = DateTime)]
    at: Moment,
}

/// Another wording.
#[derive(Serialize, ToSchema)]
pub struct WordingView {
    component: String,
    hue: u8,
    /// Empty: nothing should stand there.
    words: String,
}

/// How it ended.
#[derive(Serialize, ToSchema)]
pub struct OutcomeView {
    #[schema(value_type = String, example = "kept")]
    end: End,
    by: AuthorView,
    #[schema(value_type = String, format = DateTime)]
    at: Moment,
    words: String,
    /// The words that stand in their place, if they were replaced.
    instead: Option<String>,
    /// The components over whose opposition it was decided.
    over: Vec<String>,
}

/// A bracket to be opened.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewBracketBody {
    /// The id in the name of the mark.
    id: Uuid,
    #[schema(value_type = Object)]
    anchor: Anchor,
    #[schema(value_type = String)]
    paragraph: ParagraphId,
    /// The component it is opened for.
    component: Uuid,
    /// `add`, `delete` or `keep`.
    #[schema(value_type = String, example = "delete")]
    side: Side,
    words: String,
}
impl Incoming for NewBracketBody {}

/// A side that is taken: `add`, `delete`, `keep`, `supports`, `opposes` or `left`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SideBody {
    #[schema(value_type = String, example = "opposes")]
    side: Side,
    #[serde(default)]
    words: String,
}
impl Incoming for SideBody {}

/// Another wording; empty: nothing should stand there.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WordingBody {
    words: String,
}
impl Incoming for WordingBody {}

/// How it is settled: `kept`, `removed` or `replaced`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettleBody {
    #[schema(value_type = String, example = "kept")]
    end: End,
    /// Why; needed over an opponent.
    #[serde(default)]
    words: String,
    /// For `replaced`: what stands in their place, on one line.
    #[serde(default)]
    instead: String,
}
impl Incoming for SettleBody {}

/// Nothing to say: the act is all.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoWords {}
impl Incoming for NoWords {}

/// The brackets of a paper, how many remain in each chapter, and marks without a record.
#[utoipa::path(get, path = "/api/v1/papers/{slug}/brackets", tag = "brackets", params(("slug" = String, Path)),
    responses((status = 200, body = [BracketView])))]
pub async fn list(
    app: web::Data<App>,
    caller: Caller,
    slug: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let paper = papers::readable(&caller, &slug)?;
    let found = app.brackets(paper).await?;
    let brackets: Vec<BracketView> = found.kept.iter().map(|kept| view(&app, &caller, kept)).collect();
    let remaining: BTreeMap<String, usize> =
        found.remaining.iter().map(|(chapter, count)| (chapter.to_string(), *count)).collect();
    let unrecorded: Vec<_> =
        found.unrecorded.iter().map(|(text, id)| json!({ "text": text, "id": id })).collect();
    Ok(HttpResponse::Ok()
        .json(json!({ "brackets": brackets, "remaining": remaining, "unrecorded": unrecorded })))
}

/// Open a bracket on words of a text, for a component.
#[utoipa::path(post, path = "/api/v1/texts/{id}/brackets", tag = "brackets", params(("id" = Uuid, Path)),
    request_body = NewBracketBody, responses((status = 201, body = BracketView)))]
pub async fn open(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
    body: Body<NewBracketBody>,
) -> Result<HttpResponse, Problem> {
    let (text, ..): (TextId, _, _) = texts::readable(&caller, &id)?;
    let NewBracketBody { id, anchor, paragraph, component, side, words } = body.value;
    let component = ComponentId(component);
    let new = NewBracket { id: BracketId(id), anchor, paragraph, component, side, words };
    idempotency::once(&req, &app, &caller, body.sha256, async {
        let kept = app.open_bracket(text, caller.seat, new).await?;
        Ok((StatusCode::CREATED, json!(view(&app, &caller, &kept))))
    })
    .await
}

/// Take a side, or leave.
#[utoipa::path(post, path = "/api/v1/papers/{slug}/brackets/{id}/side", tag = "brackets",
    params(("slug" = String, Path), ("id" = Uuid, Path)), request_body = SideBody,
    responses((status = 200, body = BracketView), (status = 409, description = "It is over")))]
pub async fn side(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    place: web::Path<(String, String)>,
    body: Body<SideBody>,
) -> Result<HttpResponse, Problem> {
    act(&req, &app, &caller, &place, BracketAct::Speak(body.value.side, body.value.words)).await
}

/// Bring another wording for the place.
#[utoipa::path(post, path = "/api/v1/papers/{slug}/brackets/{id}/options", tag = "brackets",
    params(("slug" = String, Path), ("id" = Uuid, Path)), request_body = WordingBody,
    responses((status = 200, body = BracketView), (status = 409, description = "It is over")))]
pub async fn offer(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    place: web::Path<(String, String)>,
    body: Body<WordingBody>,
) -> Result<HttpResponse, Problem> {
    act(&req, &app, &caller, &place, BracketAct::Offer(body.value.words)).await
}

/// Settle it. In the same commit the words of the text stay, go or are replaced, and the mark goes.
#[utoipa::path(post, path = "/api/v1/papers/{slug}/brackets/{id}/settle", tag = "brackets",
    params(("slug" = String, Path), ("id" = Uuid, Path)), request_body = SettleBody,
    responses((status = 200, body = BracketView), (status = 409, description = "It is over, own, or opposed and without words")))]
pub async fn settle(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    place: web::Path<(String, String)>,
    body: Body<SettleBody>,
) -> Result<HttpResponse, Problem> {
    let SettleBody { end, words, instead } = body.value;
    act(&req, &app, &caller, &place, BracketAct::Settle { end, instead, words }).await
}

/// Put the mark, which was lost, around what is left of the words.
#[utoipa::path(post, path = "/api/v1/papers/{slug}/brackets/{id}/mark", tag = "brackets",
    params(("slug" = String, Path), ("id" = Uuid, Path)), request_body = NoWords,
    responses((status = 200, body = BracketView), (status = 409, description = "It is over, or its words are gone")))]
pub async fn mark(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    place: web::Path<(String, String)>,
    _body: Body<NoWords>,
) -> Result<HttpResponse, Problem> {
    act(&req, &app, &caller, &place, BracketAct::Mark).await
}

/// Take a mark away that no open bracket has.
#[utoipa::path(post, path = "/api/v1/texts/{id}/brackets/{bracket}/lift", tag = "brackets",
    params(("id" = Uuid, Path), ("bracket" = Uuid, Path)), request_body = NoWords,
    responses((status = 204), (status = 404, description = "No such mark"), (status = 409, description = "Its bracket is open")))]
pub async fn lift(
    app: web::Data<App>,
    caller: Caller,
    place: web::Path<(String, String)>,
    _body: Body<NoWords>,
) -> Result<HttpResponse, Problem> {
    let (text, ..): (TextId, _, _) = texts::readable(&caller, &place.0)?;
    let id: BracketId = place.1.parse().map_err(|_| Refusal::NotFound)?;
    app.lift_bracket_mark(text, caller.seat, id).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn act(
    req: &HttpRequest,
    app: &App,
    caller: &Caller,
    (slug, id): &(String, String),
    act: BracketAct,
) -> Result<HttpResponse, Problem> {
    let paper = papers::readable(caller, slug)?;
    let id: BracketId = id.parse().map_err(|_| Refusal::NotFound)?;
    let kept = app.act_on_bracket(paper, caller.seat, id, expected_version(req)?, act).await?;
    Ok(HttpResponse::Ok().json(view(app, caller, &kept)))
}

fn view(app: &App, caller: &Caller, kept: &KeptBracket) -> BracketView {
    let KeptBracket { bracket, version, standing } = kept;
    let register = &caller.register;
    let may = app.may_with_bracket(register, caller.seat, bracket);
    let named = |id: ComponentId| {
        let component = register.component(id);
        (component.map(|each| each.code.clone()).unwrap_or_default(), component.map_or(1, |each| each.hue))
    };
    let sides = bracket.sides().into_values().map(|voice| {
        let (component, hue) = named(voice.component);
        VoiceView { component, hue, side: voice.side, words: voice.words.clone(), at: voice.done.at }
    });
    let options = bracket.options.iter().map(|option| {
        let (component, hue) = named(option.component);
        WordingView { component, hue, words: option.words.clone() }
    });
    let mut sides: Vec<VoiceView> = sides.collect();
    sides.sort_by_key(|voice| (voice.side, voice.at));
    BracketView {
        id: bracket.id.0,
        text: bracket.place.text.0,
        paragraph: bracket.place.paragraph,
        anchor: bracket.anchor.clone(),
        opened_by: author_view(register, bracket.opened.by),
        opened_at: bracket.opened.at,
        sides,
        options: options.collect(),
        outcome: bracket.outcome.as_ref().map(|outcome| OutcomeView {
            end: outcome.end,
            by: author_view(register, outcome.done.by),
            at: outcome.done.at,
            words: outcome.words.clone(),
            instead: outcome.instead.clone(),
            over: outcome.over.iter().map(|id| named(*id).0).collect(),
        }),
        standing: standing.as_ref().map(|standing| StandingView {
            words: standing.words.clone(),
            paragraph: standing.paragraph,
            nth: standing.nth,
        }),
        may: MayView { speak: may.speak, settle: may.settle, proposes: may.proposes, write: may.write },
        version: *version,
    }
}
