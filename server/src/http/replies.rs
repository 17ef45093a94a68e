//! The answer to each component: everything it sent in a round, what became of it, and why.

use actix_web::{HttpResponse, web};
use crdt::ids::{ComponentId, RoundId};
use crdt::moment::Moment;
use crdt::review::disposition::Outcome;
use crdt::review::matrix::reference;
use crdt::review::position::{Stance, Subject};
use crdt::review::submission::Submission;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::app::exports::Format;
use crate::app::refusal::Refusal;
use crate::app::replies::positions::{Fate, Stated};
use crate::app::replies::{Item, Reply, Tally};
use crate::export::labels;
use crate::http::error::Problem;
use crate::http::exports::download;
use crate::http::intake::caller::Caller;
use crate::http::reviews::{AuthorView, author_view};
use crate::people::directory::Register;
use crate::people::paper::Paper;

/// How far the answer to a component is.
#[derive(Serialize, ToSchema)]
pub struct TallyView {
    component_id: Uuid,
    /// The remarks and amendments it sent, without what it took back.
    sent: usize,
    /// How many of them have an answer.
    answered: usize,
    /// On how many subjects it took a position, without those it took back.
    positions: usize,
}

/// The answer to a component.
#[derive(Serialize, ToSchema)]
pub struct ReplyView {
    round: Uuid,
    component_id: Uuid,
    /// The remarks and amendments it sent, in the order of the text.
    items: Vec<ItemView>,
    /// The positions it took, each time it said one: on the paper, then on chapters and paragraphs.
    positions: Vec<StatedView>,
}

/// A position that a component took, and what became of it.
#[derive(Serialize, ToSchema)]
pub struct StatedView {
    position: Uuid,
    /// `paper`, `chapter` or `paragraph`.
    on: &'static str,
    /// Empty for the whole paper.
    chapter_number: String,
    /// The number of the paragraph in the draft.
    number: Option<usize>,
    /// How the paragraph began there.
    beginning: Option<String>,
    #[schema(value_type = String, example = "reservation")]
    stance: Stance,
    words: String,
    /// The text that would lift it.
    way_out: String,
    /// The name of the sealed draft it was said of.
    draft: String,
    #[schema(value_type = String, format = DateTime)]
    sent_at: Moment,
    on_behalf: bool,
    /// It came after the closing: `waiting` until it is let in, then `admitted`.
    late: Option<&'static str>,
    /// Why it was let in.
    admitted_because: Option<String>,
    /// `stands`, `to_reconfirm`, `waits`, `replaced` or `lifted`.
    #[schema(example = "stands")]
    fate: &'static str,
    /// When it was replaced or lifted.
    #[schema(value_type = Option<String>, format = DateTime)]
    fate_at: Option<Moment>,
    /// What the component said instead.
    #[schema(value_type = Option<String>)]
    replaced_by: Option<Stance>,
    /// The numbers of the chapters whose words have changed since.
    changed_chapters: Vec<String>,
}

/// One thing that a component sent, and what became of it.
#[derive(Serialize, ToSchema)]
pub struct ItemView {
    id: Uuid,
    /// The running number of an amendment; none for a remark.
    amendment: Option<u32>,
    /// By which people cite a remark.
    #[schema(example = "AFR-7K3QX")]
    reference: String,
    chapter_number: String,
    language: String,
    /// The paragraph in which it begins.
    paragraph: Option<String>,
    /// The number of that paragraph in the paper, if it has one.
    number: Option<usize>,
    quote: String,
    said: String,
    /// The words it would like instead; empty when it proposed none.
    proposed: String,
    /// What an amendment would change, paragraph by paragraph, as on its own page; empty for a remark.
    #[schema(value_type = Vec<Object>)]
    redline: Vec<Value>,
    #[schema(value_type = String, format = DateTime)]
    sent_at: Moment,
    on_behalf: bool,
    /// It came after the closing: `waiting` until it is let in, then `admitted`.
    late: Option<&'static str>,
    /// Why it was let in.
    admitted_because: Option<String>,
    /// Why its component took it back.
    withdrawn_because: Option<String>,
    answer: Option<ReplyAnswerView>,
    /// Its component said that the answer will do, or not.
    satisfied: Option<bool>,
    /// What is missing.
    missing: Option<String>,
}

/// What became of it.
#[derive(Serialize, ToSchema)]
pub struct ReplyAnswerView {
    #[schema(value_type = String, example = "modified")]
    outcome: Outcome,
    words: String,
    by: AuthorView,
    #[schema(value_type = String, format = DateTime)]
    at: Moment,
    result: Option<ResultView>,
}

/// Where the resulting words stand.
#[derive(Serialize, ToSchema)]
pub struct ResultView {
    language: String,
    chapter_number: String,
    paragraph: String,
}

/// Which file.
#[derive(Deserialize)]
pub struct Wanted {
    language: Option<String>,
    format: Option<String>,
}

/// The components whose answers the caller may have.
#[utoipa::path(get, path = "/api/v1/rounds/{id}/answers", tag = "rounds", params(("id" = Uuid, Path)),
    responses((status = 200, body = [TallyView])))]
pub async fn list(
    app: web::Data<App>,
    caller: Caller,
    round: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let round: RoundId = round.parse().map_err(|_| Refusal::NotFound)?;
    let listed = app.replies(caller.seat, round).await?;
    let view = |(component, tally): (ComponentId, Tally)| TallyView {
        component_id: component.0,
        sent: tally.sent,
        answered: tally.answered,
        positions: tally.positions,
    };
    let answers: Vec<TallyView> = listed.into_iter().map(view).collect();
    Ok(HttpResponse::Ok().json(json!({ "answers": answers })))
}

/// The answer to one component.
#[utoipa::path(get, path = "/api/v1/rounds/{id}/answers/{component}", tag = "rounds",
    params(("id" = Uuid, Path), ("component" = Uuid, Path)), responses((status = 200, body = ReplyView)))]
pub async fn one(
    app: web::Data<App>,
    caller: Caller,
    place: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let reply = reply(&app, &caller, &place).await?;
    let register = app.directory.register();
    let paper = register.paper(reply.round.paper).ok_or(Refusal::NotFound)?;
    let code = register.component(reply.component).map_or("", |component| component.code.as_str());
    let items = reply.items.iter().map(|item| {
        let redline = reply.redlines.get(&item.id).cloned().unwrap_or_default();
        item_view(&register, paper, code, (item, redline))
    });
    let items = items.collect();
    let positions = reply.positions.iter().map(|stated| stated_view(&register, paper, stated)).collect();
    let view = ReplyView { round: reply.round.id.0, component_id: reply.component.0, items, positions };
    Ok(HttpResponse::Ok().json(view))
}

/// The same as a file.
#[utoipa::path(get, path = "/api/v1/rounds/{id}/answers/{component}/file", tag = "rounds",
    params(("id" = Uuid, Path), ("component" = Uuid, Path), ("language" = String, Query), ("format" = String, Query, description = "pdf, docx or md")),
    responses((status = 200), (status = 429, description = "Too many exports"), (status = 503)))]
pub async fn file(
    app: web::Data<App>,
    caller: Caller,
    place: web::Path<(String, String)>,
    wanted: web::Query<Wanted>,
) -> Result<HttpResponse, Problem> {
    let known = || labels::languages().find(|known| Some(*known) == wanted.language.as_deref());
    let language = known().ok_or_else(|| Refusal::field("language", "is a language of the interface"))?;
    let format = wanted.format.as_deref().and_then(Format::of_extension);
    let format = format.ok_or_else(|| Refusal::field("format", "is pdf, docx or md"))?;
    let reply = reply(&app, &caller, &place).await?;
    Ok(download(app.reply_file(caller.person, &reply, language, format).await?, None))
}

async fn reply(app: &App, caller: &Caller, (round, component): &(String, String)) -> Result<Reply, Refusal> {
    let (round, component): (RoundId, ComponentId) = match (round.parse(), component.parse()) {
        (Ok(round), Ok(component)) => (round, component),
        _ => return Err(Refusal::NotFound),
    };
    app.reply(caller.seat, round, component).await
}

fn stated_view(register: &Register, paper: &Paper, stated: &Stated) -> StatedView {
    let Stated { said, fate, .. } = stated;
    let quoted = said.binding.paragraph.as_ref();
    let (fate_name, fate_at) = match fate {
        Fate::Stands => ("stands", None),
        Fate::ToReconfirm(_) => ("to_reconfirm", None),
        Fate::Waits => ("waits", None),
        Fate::Replaced { at, .. } => ("replaced", Some(*at)),
        Fate::Lifted(at) => ("lifted", Some(*at)),
    };
    let (late, admitted_because) = lateness(&said.submission);
    StatedView {
        position: stated.id.0,
        on: match stated.subject {
            Subject::Paper => "paper",
            Subject::Chapter { .. } => "chapter",
            Subject::Paragraph(_) => "paragraph",
        },
        chapter_number: stated.chapter(register, paper).to_owned(),
        number: quoted.and_then(|quoted| quoted.number),
        beginning: quoted.map(|quoted| quoted.beginning.clone()),
        stance: said.statement.stance,
        words: said.statement.words.clone(),
        way_out: said.statement.way_out.clone(),
        draft: stated.draft.clone(),
        sent_at: said.submission.at,
        on_behalf: said.submission.on_behalf,
        late,
        admitted_because,
        fate: fate_name,
        fate_at,
        replaced_by: if let Fate::Replaced { stance, .. } = fate { Some(*stance) } else { None },
        changed_chapters: if let Fate::ToReconfirm(chapters) = fate { chapters.clone() } else { Vec::new() },
    }
}

/// `waiting` or `admitted` of what came after the closing, and why it was let in.
fn lateness(sent: &Submission) -> (Option<&'static str>, Option<String>) {
    let late = sent.late.as_ref().map(|late| late.admitted.as_ref());
    let because = late.flatten().map(|admitted| admitted.reason.clone());
    (late.map(|admitted| if admitted.is_some() { "admitted" } else { "waiting" }), because)
}

fn item_view(
    register: &Register,
    paper: &Paper,
    code: &str,
    (item, redline): (&Item, Vec<Value>),
) -> ItemView {
    let text = register.text(item.text);
    let chapter = text.and_then(|text| paper.chapter(text.chapter));
    let (late, admitted_because) = lateness(&item.submission);
    ItemView {
        id: item.id,
        amendment: item.amendment,
        reference: reference(code, item.id),
        chapter_number: chapter.map(|chapter| chapter.number.clone()).unwrap_or_default(),
        language: text.map(|text| text.language.clone()).unwrap_or_default(),
        paragraph: item.paragraph.map(|paragraph| paragraph.to_string()),
        number: item.number,
        quote: item.quote.clone(),
        said: item.said.clone(),
        proposed: item.proposed.clone(),
        redline,
        sent_at: item.submission.at,
        on_behalf: item.submission.on_behalf,
        late,
        admitted_because,
        withdrawn_because: item.withdrawn.clone(),
        answer: item.disposition.as_ref().map(|given| ReplyAnswerView {
            outcome: given.outcome,
            words: given.words.clone(),
            by: author_view(register, given.by),
            at: given.at,
            result: given.result.and_then(|place| {
                let text = register.text(place.text)?;
                Some(ResultView {
                    language: text.language.clone(),
                    chapter_number: paper.chapter(text.chapter)?.number.clone(),
                    paragraph: place.paragraph.to_string(),
                })
            }),
        }),
        satisfied: item.verdict.as_ref().map(|verdict| verdict.satisfied),
        missing: item.verdict.as_ref().map(|verdict| verdict.words.clone()).filter(|words| !words.is_empty()),
    }
}
