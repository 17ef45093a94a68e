//! The matrix: its rows in pages, all of them in short, and single ones in full. What is done to them is in [`acts`],
//! files of them are in [`files`].

pub mod acts;
pub mod files;
pub mod imports;
mod view;

pub use view::{RowView, view};

use std::collections::{BTreeMap, BTreeSet, HashMap};

use actix_web::{HttpResponse, web};
use crdt::ids::{ComponentId, SeatId};
use crdt::review::disposition::Outcome;
use crdt::review::matrix::{Assigned, Filter, Order, Row, RowKind, State};
use crdt::review::permission::Action;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::App;
use crate::app::matrix::{Citing, seats_that};
use crate::app::refusal::Refusal;
use crate::http::error::Problem;
use crate::http::intake::caller::Caller;
use crate::http::intake::paging::Page;
use crate::http::papers;
use crate::http::reviews::author_view;
use crate::people::directory::Register;
use crate::people::paper::Paper;

/// All rows in short, beside what their numbers mean.
#[derive(Serialize)]
struct Index {
    #[serde(flatten)]
    lists: Value,
    rows: Vec<Line>,
}

/// A row in short: id, version, component, chapter, number, kind, state, who answers, verdict. Thousands are written at once, so each is
/// written as it is.
#[derive(Serialize)]
struct Line(Uuid, u64, usize, usize, Option<usize>, usize, usize, usize, u8);

/// Which rows are asked for. Lists are separated by commas.
#[derive(Deserialize, Clone, Default)]
pub struct Wanted {
    component: Option<String>,
    chapter: Option<String>,
    kind: Option<String>,
    state: Option<String>,
    assigned: Option<String>,
    words: Option<String>,
    order: Option<String>,
}

/// Single rows.
#[derive(Deserialize)]
pub struct WhichRows {
    ids: String,
}

/// Rows that can be asked for by their ids at once: what fits into an address.
const MOST_IDS: usize = 50;

/// The rows of the matrix that the caller may read, in pages.
#[utoipa::path(get, path = "/api/v1/papers/{slug}/matrix", tag = "matrix",
    params(("slug" = String, Path), ("component" = Option<String>, Query, description = "codes"),
        ("chapter" = Option<String>, Query, description = "numbers"), ("kind" = Option<String>, Query),
        ("state" = Option<String>, Query, description = "`unanswered`, or outcomes"),
        ("assigned" = Option<String>, Query, description = "a seat, or `nobody`"), ("words" = Option<String>, Query),
        ("order" = Option<String>, Query, description = "`text` or `component`")),
    responses((status = 200, body = [RowView])))]
pub async fn list(
    app: web::Data<App>,
    caller: Caller,
    slug: web::Path<String>,
    wanted: web::Query<Wanted>,
    page: Page,
) -> Result<HttpResponse, Problem> {
    let paper = papers::readable(&caller, &slug)?;
    let rows = rows(&app, &caller, paper, &wanted).await?;
    let total = rows.len();
    let (rows, next) = page.of(rows, |row| row.id().to_string())?;
    let rows: Vec<RowView> = rows.iter().map(|row| view(&caller, paper, row)).collect();
    Ok(HttpResponse::Ok().json(json!({ "rows": rows, "next": next, "total": total })))
}

/// All rows that the caller may read, in text order, each in a line of numbers: what a page needs to show thousands of them.
/// `rows` holds `[id, version, component, chapter, number, kind, state, assigned, verdict]`, where component, chapter, kind, state and
/// assigned are places in the lists beside it (state 0 is unanswered, assigned 0 nobody), and verdict is 0 for none, 1 for satisfied,
/// 2 for not.
#[utoipa::path(get, path = "/api/v1/papers/{slug}/matrix/index", tag = "matrix",
    params(("slug" = String, Path), ("words" = Option<String>, Query)), responses((status = 200)))]
pub async fn index(
    app: web::Data<App>,
    caller: Caller,
    slug: web::Path<String>,
    wanted: web::Query<Wanted>,
) -> Result<HttpResponse, Problem> {
    let paper = papers::readable(&caller, &slug)?;
    let rows = rows(&app, &caller, paper, &wanted).await?;
    let register = &caller.register;
    let components = register.components();
    let place_of: HashMap<ComponentId, usize> =
        components.iter().map(|component| component.id).zip(0..).collect();
    let seats = seats_that(Action::AnswerRemarks, register, paper);
    let deciders = seats_that(Action::Decide, register, paper);
    let mut assigned: Vec<SeatId> = seats.clone();
    assigned.extend(rows.iter().filter_map(Row::assigned).filter(|seat| !seats.contains(seat)));
    let mut known = BTreeSet::new();
    assigned.retain(|seat| known.insert(*seat));
    let seat_places: HashMap<SeatId, usize> = assigned.iter().copied().zip(1..).collect();
    let line = |row: &Row| {
        let state = match row.state() {
            State::Unanswered => 0,
            State::Answered(outcome) => place_in(&Outcome::ALL, outcome) + 1,
        };
        let verdict = row.verdict().map_or(0, |verdict| if verdict.satisfied { 1 } else { 2 });
        Line(
            row.id(),
            row.version,
            place_of.get(&row.component()).copied().unwrap_or_default(),
            row.spot.chapter,
            row.spot.number,
            place_in(&RowKind::ALL, row.kind()),
            state,
            row.assigned().and_then(|seat| seat_places.get(&seat)).copied().unwrap_or_default(),
            verdict,
        )
    };
    let lines: Vec<Line> = rows.iter().map(line).collect();
    let mut chapters = Vec::new();
    for chapter in &paper.chapters {
        let mut titles = BTreeMap::new();
        for (language, text) in &chapter.texts {
            titles.insert(language, app.text_state(*text).await?.summary.title.clone());
        }
        chapters.push(json!({ "id": chapter.id, "number": chapter.number, "titles": titles }));
    }
    let mut states = vec![json!("unanswered")];
    states.extend(Outcome::ALL.iter().map(|outcome| json!(outcome)));
    let places = paper.chapters.iter().map(|chapter| paper.place_of(chapter)).chain([paper.place()]);
    let may_answer = places.into_iter().any(|place| caller.may(Action::AnswerRemarks, &place));
    let lists = json!({
        "components": components.iter().map(|each| json!({ "code": each.code, "hue": each.hue })).collect::<Vec<_>>(),
        "chapters": chapters,
        "kinds": RowKind::ALL.map(RowKind::name),
        "states": states,
        "assigned": assigned.iter().map(|seat| author_view(register, *seat)).collect::<Vec<_>>(),
        "answerers": seats.len(),
        "deciders": deciders,
        "may_answer": may_answer,
        "may_bring": caller.may(Action::PrepareForComponent, &paper.place()),
        "may_enter": caller.may(Action::SubmitOnBehalf, &paper.place()),
    });
    Ok(HttpResponse::Ok().json(Index { lists, rows: lines }))
}

/// Single rows in full, at most 50. Those that are not there for the caller are left out.
#[utoipa::path(get, path = "/api/v1/papers/{slug}/matrix/rows", tag = "matrix",
    params(("slug" = String, Path), ("ids" = String, Query, description = "separated by commas")),
    responses((status = 200, body = [RowView])))]
pub async fn some(
    app: web::Data<App>,
    caller: Caller,
    slug: web::Path<String>,
    which: web::Query<WhichRows>,
) -> Result<HttpResponse, Problem> {
    let paper = papers::readable(&caller, &slug)?;
    let ids: Option<BTreeSet<Uuid>> = which.ids.split(',').map(|id| id.parse().ok()).collect();
    let ids = ids.filter(|ids| ids.len() <= MOST_IDS);
    let ids = ids.ok_or_else(|| Refusal::field("ids", format!("are 1 to {MOST_IDS} ids of rows")))?;
    let rows = app.matrix(paper, caller.seat).await?;
    let rows: Vec<RowView> =
        rows.iter().filter(|row| ids.contains(&row.id())).map(|row| view(&caller, paper, row)).collect();
    Ok(HttpResponse::Ok().json(json!({ "rows": rows })))
}

/// The rows that are wanted, in the order that is wanted.
pub async fn rows(app: &App, caller: &Caller, paper: &Paper, wanted: &Wanted) -> Result<Vec<Row>, Refusal> {
    let (filter, order) = wanted.read(&caller.register, paper)?;
    let code = |component| caller.register.component(component).map_or("", |found| &found.code);
    let mut rows = app.matrix(paper, caller.seat).await?;
    let citing = (!filter.words.trim().is_empty()).then(|| Citing::of(&caller.register));
    rows.retain(|row| filter.wants(row, || citing.as_ref().map_or_else(String::new, |by| by.cite(row))));
    if order == Order::Component {
        order.sort(&mut rows, |component| code(component).to_owned());
    }
    Ok(rows)
}

impl Wanted {
    /// What is wanted, as the rules say it.
    pub fn read(&self, register: &Register, paper: &Paper) -> Result<(Filter, Order), Refusal> {
        let component = |code: &str| register.component_by_code(code).map(|component| component.id);
        let chapter = |number: &str| paper.chapters.iter().position(|chapter| chapter.number == number);
        let state = |word: &str| match word {
            "unanswered" => Some(State::Unanswered),
            outcome => serde_json::from_value(json!(outcome)).ok().map(State::Answered),
        };
        let assigned = match self.assigned.as_deref() {
            None | Some("") => None,
            Some("nobody") => Some(Assigned::Nobody),
            Some(seat) => {
                let seat = seat.parse().map_err(|_| Refusal::field("assigned", "is a seat, or nobody"))?;
                Some(Assigned::To(seat))
            }
        };
        let order = match self.order.as_deref() {
            None | Some("" | "text") => Order::Text,
            Some("component") => Order::Component,
            Some(_) => return Err(Refusal::field("order", "is text or component")),
        };
        let filter = Filter {
            components: each("component", &self.component, "codes of components", component)?,
            chapters: each("chapter", &self.chapter, "numbers of chapters", chapter)?,
            kinds: each("kind", &self.kind, "kinds of remarks, or amendment", RowKind::of_name)?,
            states: each("state", &self.state, "unanswered, or outcomes", state)?,
            assigned,
            words: self.words.clone().unwrap_or_default(),
        };
        Ok((filter, order))
    }
}

/// Each part of a list separated by commas.
fn each<T: Ord>(
    field: &str,
    list: &Option<String>,
    what: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<BTreeSet<T>, Refusal> {
    let parts = list.iter().flat_map(|list| list.split(',')).filter(|part| !part.is_empty());
    parts.map(|part| read(part).ok_or_else(|| Refusal::field(field, format!("are {what}")))).collect()
}

fn place_in<T: PartialEq>(all: &[T], one: T) -> usize {
    all.iter().position(|each| *each == one).unwrap_or_default()
}
