//! The matrix of rights: every route and every kind of message, asked by everybody.
//!
//! Each row is asked for real, in a fresh service, by somebody of each role. What comes back must be what the rules say
//! ([`may`]), and the page `docs/RIGHTS.md` must say the same: it is written from this table
//! (`BORRADOR_WRITE_DOCS=1 cargo nextest run -p borrador matrix`). A route of the interface that has no row fails the test.

use std::collections::BTreeSet;
use std::pin::Pin;

use borrador::app::refusal::Refusal;
use borrador::app::rights::{LockAct, PenAct, SeatAct};
use borrador::app::threads::{NewThread, ThreadAct};
use borrador::http::openapi::DESCRIPTION;
use borrador::live::RightsOf;
use borrador::people::account::Person;
use borrador::people::directory::Entry;
use borrador::people::paper::Paper;
use borrador::people::seat::Seat;
use crdt::document::Anchor;
use crdt::ids::{PersonId, SeatId, TextId, ThreadId};
use crdt::review::entry::Kind;
use crdt::review::permission::{Action, Function, Grant, Place, Role, Scope, may};
use crdt::review::thread::Audience;
use crdt::sync::events::Access;
use serde_json::json;
use uuid::Uuid;

use super::harness::{PAPER, Service, Somebody};
use super::socket::Socket;

/// Who asks. All but the stranger have a seat of the section AFR.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Asker {
    Stranger,
    Ended,
    Observer,
    Contributor,
    Deputy,
    FocalPoint,
    PenElsewhere,
    Pen,
    Committee,
    Rapporteur,
    Secretariat,
    Admin,
}

const ASKERS: [Asker; 12] = [
    Asker::Stranger,
    Asker::Ended,
    Asker::Observer,
    Asker::Contributor,
    Asker::Deputy,
    Asker::FocalPoint,
    Asker::PenElsewhere,
    Asker::Pen,
    Asker::Committee,
    Asker::Rapporteur,
    Asker::Secretariat,
    Asker::Admin,
];

impl Asker {
    fn heading(self) -> &'static str {
        match self {
            Asker::Stranger => "stranger",
            Asker::Ended => "seat ended",
            Asker::Observer => "observer",
            Asker::Contributor => "contributor",
            Asker::Deputy => "deputy",
            Asker::FocalPoint => "focal point",
            Asker::PenElsewhere => "pen of another chapter",
            Asker::Pen => "pen",
            Asker::Committee => "committee",
            Asker::Rapporteur => "rapporteur",
            Asker::Secretariat => "secretariat",
            Asker::Admin => "administrator",
        }
    }

    /// The seat of this role, in a service with this paper.
    fn seat(self, paper: &Paper, like: &Seat) -> Seat {
        let here = Scope::Chapter(paper.chapters[0].id);
        let grant = |scope, role| vec![Grant { scope, role }];
        let grants = match self {
            Asker::Stranger | Asker::Ended | Asker::Observer => Vec::new(),
            Asker::Contributor | Asker::Deputy | Asker::FocalPoint => Vec::new(),
            Asker::PenElsewhere => grant(Scope::Chapter(paper.chapters[1].id), Role::Pen),
            Asker::Pen => grant(here, Role::Pen),
            Asker::Committee => grant(Scope::Paper(paper.id), Role::Committee),
            Asker::Rapporteur => grant(here, Role::Rapporteur),
            Asker::Secretariat => grant(Scope::Service, Role::Secretariat),
            Asker::Admin => grant(Scope::Service, Role::Admin),
        };
        let function = match self {
            Asker::Observer => Function::Observer,
            Asker::Deputy => Function::Deputy,
            Asker::FocalPoint => Function::FocalPoint,
            _ => Function::Contributor,
        };
        Seat {
            id: SeatId(Uuid::new_v4()),
            function,
            grants,
            rank: 0,
            ended: false,
            version: 0,
            ..like.clone()
        }
    }
}

/// What came of a request, as the page says it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Cell {
    Yes,
    No,
    /// It does not exist for them.
    Nothing,
    SignIn,
    SeatEnded,
    Locked,
}

impl Cell {
    fn of(status: u16, code: &str) -> Cell {
        match (status, code) {
            (101 | 200 | 201 | 204, _) => Cell::Yes,
            (401, _) => Cell::SignIn,
            (403, "seat_ended") => Cell::SeatEnded,
            (403, _) => Cell::No,
            (404, _) => Cell::Nothing,
            (423, _) => Cell::Locked,
            other => panic!("nobody should be answered {other:?}"),
        }
    }

    fn words(self) -> &'static str {
        match self {
            Cell::Yes => "yes",
            Cell::No => "no",
            Cell::Nothing => "not there",
            Cell::SignIn => "sign in",
            Cell::SeatEnded => "seat ended",
            Cell::Locked => "locked",
        }
    }
}

/// The rule behind a row.
#[derive(Clone, Copy)]
enum Rule {
    /// Anybody, signed in or not.
    Public,
    /// Not there in this service, whoever asks.
    Absent,
    /// Whoever holds a seat.
    Seat,
    /// Nobody but whose it is: for this asker it does not exist.
    NotTheirs,
    /// Not this asker, whoever they are.
    Nobody,
    /// What the rules say of this action in the first chapter.
    May(Action),
    /// Whoever may do one of these in the first chapter.
    MayAny(&'static [Action]),
    /// The same in the paper as a whole.
    InPaper(Action),
    /// The same in the service.
    InService(Action),
    /// The same in the paper as a whole; for everybody else it does not exist.
    SeenInPaper(Action),
    /// Whoever may do one of these in the first chapter; for everybody else it does not exist.
    SeenByAny(&'static [Action]),
    /// Either of two actions, in the first chapter.
    MayEither(Action, Action),
    /// The same in the paper as a whole.
    SeenInPaperByAny(&'static [Action]),
}

struct Row {
    method: &'static str,
    path: &'static str,
    /// Own or another's, open or locked; empty when there is nothing to tell apart.
    about: &'static str,
    rule: Rule,
    ask: Ask,
}

/// How a row is asked.
#[derive(Clone, Copy)]
enum Ask {
    /// With this query and body, made of what there is; the ids in the path are filled in.
    With(fn(&World) -> (String, String)),
    /// At this address, with this body, once things stand as it needs them: for rows about what only they need.
    Once(for<'a> fn(&'a World) -> Address<'a>),
}

/// An address and a body, once they are made.
type Address<'a> = Pin<Box<dyn Future<Output = (String, String)> + 'a>>;

/// A service with something of everything.
struct World {
    service: Service,
    asker: Asker,
    seat: Seat,
    chapter: Uuid,
    text: TextId,
    /// Threads: the asker's own, Samir's for all, Samir's for his component.
    own: Option<ThreadId>,
    samirs: ThreadId,
    mewas: ThreadId,
    milestone: Uuid,
    samir: SeatId,
    /// Inés runs the service.
    ines: SeatId,
    own_record: Option<Uuid>,
    samirs_record: Uuid,
    link: String,
}

const NONE: Ask = Ask::With(|_| (String::new(), "{}".to_owned()));

macro_rules! row {
    ($method:literal $path:literal $about:literal, $rule:expr, NONE) => {
        $crate::matrix::Row {
            method: $method,
            path: $path,
            about: $about,
            rule: $rule,
            ask: $crate::matrix::NONE,
        }
    };
    ($method:literal $path:literal $about:literal, $rule:expr, once $ask:expr) => {
        $crate::matrix::Row {
            method: $method,
            path: $path,
            about: $about,
            rule: $rule,
            ask: $crate::matrix::Ask::Once($ask),
        }
    };
    ($method:literal $path:literal $about:literal, $rule:expr, $ask:expr) => {
        $crate::matrix::Row {
            method: $method,
            path: $path,
            about: $about,
            rule: $rule,
            ask: $crate::matrix::Ask::With($ask),
        }
    };
}

// After the macro, which they use.
mod amendments;
mod brackets;
mod people;
mod positions;
mod remarks;
mod rounds;
mod silences;

/// All rows: those of the paper and its rights, then those of each part of the review.
fn rows() -> Vec<Row> {
    let parts = [
        of_the_paper(),
        amendments::rows(),
        brackets::rows(),
        people::rows(),
        positions::rows(),
        remarks::rows(),
        rounds::rows(),
        silences::rows(),
    ];
    parts.into_iter().flatten().collect()
}

#[rustfmt::skip]
fn of_the_paper() -> Vec<Row> {
    use Rule::{InPaper, InService, May, NotTheirs, Nobody, Public, Seat};
    vec![
        row!("GET" "/health" "", Public, NONE),
        row!("GET" "/api/v1/openapi.json" "", Public, NONE),
        row!("POST" "/api/v1/sign-in" "", Public, |w| (String::new(), json!({"token": w.link}).to_string())),
        row!("POST" "/api/v1/sign-out" "", Seat, NONE),
        row!("POST" "/api/v1/sign-in-links" "", Seat, NONE),
        row!("POST" "/api/v1/sync-tickets" "own seat", Seat, NONE),
        row!("POST" "/api/v1/sync-tickets" "another's seat", Nobody, |w| (String::new(), json!({"seat": w.samir}).to_string())),
        row!("GET" "/sync" "own seat", Seat, |w| (format!("?seat={}", w.seat.id), String::new())),
        row!("GET" "/sync" "another's seat", Nobody, |w| (format!("?seat={}", w.samir), String::new())),
        row!("GET" "/api/v1/me" "", Seat, NONE),
        row!("GET" "/api/v1/components" "", Seat, NONE),
        row!("GET" "/api/v1/people" "", Seat, NONE),
        row!("GET" "/api/v1/papers" "", Seat, NONE),
        row!("POST" "/api/v1/papers" "", InService(Action::ImportPaper), |_| (String::new(), json!({"slug": "work", "title": "Work", "language": "en", "markdown": "# Work"}).to_string())),
        row!("GET" "/api/v1/papers/{slug}" "", InPaper(Action::Read), NONE),
        row!("GET" "/api/v1/papers/{slug}/threads" "", InPaper(Action::Read), NONE),
        row!("GET" "/api/v1/papers/{slug}/export" "", InPaper(Action::Read), |_| ("?language=en&format=md".to_owned(), String::new())),
        row!("GET" "/api/v1/papers/{slug}/events" "", InPaper(Action::Read), NONE),
        row!("GET" "/api/v1/papers/{slug}/milestones" "", InPaper(Action::Read), NONE),
        row!("POST" "/api/v1/papers/{slug}/milestones" "", InPaper(Action::Seal), |_| (String::new(), json!({"name": "Quito draft"}).to_string())),
        row!("GET" "/api/v1/milestones/{id}" "", InPaper(Action::Read), NONE),
        row!("GET" "/api/v1/milestones/{id}/texts/{text}" "", InPaper(Action::Read), NONE),
        row!("GET" "/api/v1/milestones/{id}/files/{file}" "", InPaper(Action::Read), NONE),
        row!("GET" "/api/v1/texts/{id}" "", May(Action::Read), NONE),
        row!("GET" "/api/v1/texts/{id}/attribution" "", May(Action::Read), NONE),
        row!("PUT" "/api/v1/texts/{id}" "open", May(Action::WriteText), NONE),
        row!("PUT" "/api/v1/texts/{id}" "locked", May(Action::WriteText), NONE),
        row!("POST" "/api/v1/texts/{id}/threads" "open", May(Action::Comment), NONE),
        row!("POST" "/api/v1/texts/{id}/threads" "locked", May(Action::Comment), NONE),
        row!("POST" "/api/v1/threads/{id}/comments" "another's, for all", May(Action::Comment), |_| (String::new(), json!({"body": "Yes."}).to_string())),
        row!("POST" "/api/v1/threads/{id}/comments" "another component's", NotTheirs, |_| (String::new(), json!({"body": "Yes."}).to_string())),
        row!("POST" "/api/v1/threads/{id}/resolve" "own", May(Action::Comment), NONE),
        row!("POST" "/api/v1/threads/{id}/resolve" "another's, for all", May(Action::SettleThread), NONE),
        row!("POST" "/api/v1/threads/{id}/resolve" "another component's", NotTheirs, NONE),
        row!("POST" "/api/v1/threads/{id}/reopen" "own", May(Action::Comment), NONE),
        row!("POST" "/api/v1/threads/{id}/reopen" "another's, for all", May(Action::SettleThread), NONE),
        row!("POST" "/api/v1/threads/{id}/reopen" "another component's", NotTheirs, NONE),
        row!("POST" "/api/v1/papers/{slug}/chapters/{id}/lock" "", May(Action::LockChapter), |_| (String::new(), json!({"reason": "x"}).to_string())),
        row!("POST" "/api/v1/papers/{slug}/chapters/{id}/unlock" "locked", May(Action::LockChapter), NONE),
        row!("POST" "/api/v1/papers/{slug}/pens" "", May(Action::GivePen), |w| (String::new(), json!({"seat": w.samir, "chapter": w.chapter}).to_string())),
        row!("POST" "/api/v1/papers/{slug}/pens/take" "", May(Action::GivePen), |w| (String::new(), json!({"seat": w.samir, "chapter": w.chapter}).to_string())),
        row!("POST" "/api/v1/seats/{id}/end" "another's", InService(Action::EndSeat), NONE),
        row!("POST" "/api/v1/seats/{id}/restore" "another's", InService(Action::EndSeat), once |w| Box::pin(async {
            w.service.app.act_on_seat(w.ines, w.samir, None, SeatAct::End).await.unwrap();
            (format!("/api/v1/seats/{}/restore", w.samir), "{}".to_owned())
        })),
        row!("GET" "/api/v1/set-aside" "", Seat, NONE),
        row!("GET" "/api/v1/set-aside/{id}" "own", Seat, NONE),
        row!("GET" "/api/v1/set-aside/{id}" "another's", NotTheirs, NONE),
        row!("GET" "/api/v1/set-aside/{id}/file" "own", Seat, NONE),
        row!("GET" "/api/v1/set-aside/{id}/file" "another's", NotTheirs, NONE),
        row!("DELETE" "/api/v1/set-aside/{id}" "own", Seat, NONE),
        row!("DELETE" "/api/v1/set-aside/{id}" "another's", NotTheirs, NONE),
    ]
}

impl Row {
    /// What the rules say.
    fn expected(&self, world: &World) -> Cell {
        let paper = world.service.paper();
        let here = paper.place_of(&paper.chapters[0]);
        let rights = world.seat.rights();
        let by = |action, place: &Place| {
            if may(&rights, action, place) {
                Cell::Yes
            } else if crdt::review::permission::is_stopped_by_lock(&rights, place)
                && action == Action::WriteText
            {
                Cell::Locked
            } else {
                Cell::No
            }
        };
        match (self.rule, world.asker) {
            (Rule::Public, _) => Cell::Yes,
            (Rule::Absent, _) => Cell::Nothing,
            (_, Asker::Stranger) => Cell::SignIn,
            (Rule::Seat, Asker::Ended) if self.path == "/api/v1/sign-out" => Cell::Yes,
            // A page must be able to read why: the socket opens, and closes with the reason.
            (Rule::Seat, Asker::Ended) if self.path == "/sync" => Cell::Yes,
            (Rule::Nobody, Asker::Ended) if self.path == "/sync" => Cell::No,
            (_, Asker::Ended) => Cell::SeatEnded,
            (Rule::Seat, _) => Cell::Yes,
            (Rule::NotTheirs, _) => Cell::Nothing,
            (Rule::Nobody, _) => Cell::No,
            (Rule::May(action), _) => by(action, &here),
            (Rule::MayEither(one, other), _) if may(&rights, one, &here) || may(&rights, other, &here) => {
                Cell::Yes
            }
            (Rule::MayEither(..), _) => Cell::No,
            (Rule::InPaper(action), _) => by(action, &paper.place()),
            (Rule::InService(action), _) => by(action, &Place::default()),
            (Rule::MayAny(actions), _) => {
                let allowed = actions.iter().any(|action| by(*action, &here) == Cell::Yes);
                if allowed { Cell::Yes } else { Cell::No }
            }
            (Rule::SeenByAny(actions), _) => {
                let allowed = actions.iter().any(|action| by(*action, &here) == Cell::Yes);
                if allowed { Cell::Yes } else { Cell::Nothing }
            }
            (Rule::SeenInPaperByAny(actions), _) => {
                let allowed = actions.iter().any(|action| by(*action, &paper.place()) == Cell::Yes);
                if allowed { Cell::Yes } else { Cell::Nothing }
            }
            (Rule::SeenInPaper(action), _) => match by(action, &paper.place()) {
                Cell::Yes => Cell::Yes,
                _ => Cell::Nothing,
            },
        }
    }

    /// What the service says.
    async fn actual(&self, world: &World, somebody: Option<&Somebody>) -> Cell {
        let service = &world.service;
        let (query, body, made) = match self.ask {
            Ask::With(ask) => {
                let (query, body) = ask(world);
                (query, body, None)
            }
            Ask::Once(ask) => {
                let (address, body) = ask(world).await;
                (String::new(), body, Some(address))
            }
        };
        let thread = match self.about {
            "own" => world.own.unwrap_or(ThreadId(Uuid::nil())),
            "another component's" => world.mewas,
            _ => world.samirs,
        };
        let record =
            if self.about == "own" { world.own_record.unwrap_or_default() } else { world.samirs_record };
        let id = match self.path {
            path if path.starts_with("/api/v1/texts") => world.text.to_string(),
            path if path.starts_with("/api/v1/threads") => thread.to_string(),
            path if path.starts_with("/api/v1/milestones") => world.milestone.to_string(),
            path if path.starts_with("/api/v1/seats") => world.samir.to_string(),
            path if path.starts_with("/api/v1/set-aside") => record.to_string(),
            _ => world.chapter.to_string(),
        };
        let address = self
            .path
            .replace("{slug}", PAPER)
            .replace("{id}", &id)
            .replace("{text}", &world.text.to_string())
            .replace("{file}", "en.md");
        let address = made.unwrap_or(address);
        let body = match self.path {
            "/api/v1/texts/{id}" if self.method == "PUT" => {
                let heads = service.app.live.text(world.text).await.unwrap().heads();
                json!({"base_heads": heads, "markdown": "# Housing\n\nOther words."}).to_string()
            }
            "/api/v1/texts/{id}/threads" => {
                let (anchor, paragraph) = anchor(service).await;
                json!({"anchor": anchor, "paragraph": paragraph, "body": "Who pays?"}).to_string()
            }
            _ => body,
        };
        let mut ask = service.ask(self.method, &format!("{address}{query}"));
        if let Some(somebody) = somebody {
            ask = ask.header("cookie", somebody.cookie());
        }
        if self.path == "/sync" {
            ask = ask.upgrades();
        } else if self.method != "GET" && self.method != "DELETE" {
            ask = ask.json(&body);
        }
        let (status, body) = ask.begins().await;
        let code = serde_json::from_str::<serde_json::Value>(&body)
            .ok()
            .and_then(|problem| problem["code"].as_str().map(str::to_owned));
        Cell::of(status, code.as_deref().unwrap_or_default())
    }
}

async fn anchor(service: &Service) -> (Anchor, crdt::ids::ParagraphId) {
    let text = service.app.live.text(service.text()).await.unwrap();
    let reading = text.read();
    let (block, place) = (&reading.blocks[2], reading.places[2]);
    (Anchor::of(&text, place.start..place.start + 6).unwrap(), block.id)
}

impl World {
    /// A service in which this asker has come, and in which things stand as the row needs them.
    async fn of(asker: Asker, row: &Row) -> (World, Option<Somebody>) {
        let service = Service::start().await;
        let paper = service.paper();
        let register = service.app.directory.register();
        let seat_of = |email: &str| {
            let person = register.person_by_email(email).unwrap().id;
            register.seats_of(person)[0].clone()
        };
        let (ines, adaeze, samir) =
            (seat_of("ines@example.org"), seat_of("adaeze@example.org"), seat_of("samir@example.org"));
        let person = Person {
            id: PersonId(Uuid::new_v4()),
            name: "Claire Vasseur".to_owned(),
            initials: "CV".to_owned(),
            email: "claire@example.org".to_owned(),
            language: "en".to_owned(),
            version: 0,
        };
        let seat = Seat { person: person.id, ..asker.seat(&paper, &adaeze) };
        let entries = vec![Entry::Person(person), Entry::Seat(seat.clone())];
        service.app.directory.enter(|_| Ok::<_, Refusal>((entries, vec![]))).await.unwrap();
        let somebody = if asker == Asker::Stranger { None } else { Some(service.signs_in("claire").await) };

        let opens = async |seat: SeatId, audience: Audience| {
            let (anchor, paragraph) = anchor(&service).await;
            let (body, proposed) = ("Who pays?".to_owned(), String::new());
            let new = NewThread { anchor, paragraph, body, audience, kind: Kind::General, proposed };
            service.app.open_thread(service.text(), seat, new).await.map(|kept| kept.thread.id).ok()
        };
        let samirs = opens(samir.id, Audience::All).await.unwrap();
        let mewas = opens(samir.id, Audience::Component).await.unwrap();
        let own = opens(seat.id, Audience::All).await;
        if row.path.ends_with("/reopen") {
            for (thread, by) in [(Some(samirs), samir.id), (Some(mewas), samir.id), (own, seat.id)] {
                if let Some(thread) = thread {
                    service.app.act_on_thread(thread, by, None, ThreadAct::Resolve).await.unwrap();
                }
            }
        }
        let sealed = service.signs_in("ines").await;
        let sealed =
            sealed.post(&format!("/api/v1/papers/{PAPER}/milestones"), "{\"name\":\"Bogotá draft\"}");
        let milestone = sealed.send().await.json()["id"].as_str().unwrap().parse().unwrap();
        let (mut own_record, mut samirs_record) = (None, Uuid::nil());
        if row.path.starts_with("/api/v1/set-aside/") {
            samirs_record = set_aside(&service, &service.signs_in("samir").await, samir.id).await;
            if let Some(somebody) = &somebody {
                own_record = Some(set_aside_of(&service, somebody, seat.id).await);
            }
        }
        let place = (paper.id, paper.chapters[0].id);
        if row.about == "locked" {
            service.app.act_on_lock(ines.id, place, None, LockAct::Lock("x".to_owned())).await.unwrap();
        }
        if row.path.ends_with("/take") {
            let pen = PenAct { seat: samir.id, chapter: Some(place.1), give: true };
            service.app.act_on_pen(ines.id, paper.id, None, pen).await.unwrap();
        }
        let mut seat = seat;
        if asker == Asker::Ended {
            service.app.act_on_seat(ines.id, seat.id, None, SeatAct::End).await.unwrap();
            seat.ended = true;
        }
        let link = service.link("samir").await;
        let (chapter, text, samir) = (place.1.0, service.text(), samir.id);
        let world = World {
            service,
            asker,
            seat,
            chapter,
            text,
            own,
            samirs,
            mewas,
            milestone,
            samir,
            ines: ines.id,
            own_record,
            samirs_record,
            link,
        };
        (world, somebody)
    }
}

/// A record of what somebody wrote while the chapter was locked; it is open again afterwards.
async fn set_aside_of(service: &Service, somebody: &Somebody, seat: SeatId) -> Uuid {
    let register = service.app.directory.register();
    let ines = register.seats_of(register.person_by_email("ines@example.org").unwrap().id)[0].id;
    let place = (service.paper().id, service.paper().chapters[0].id);
    service.app.act_on_lock(ines, place, None, LockAct::Lock("x".to_owned())).await.unwrap();
    let record = set_aside(service, somebody, seat).await;
    service.app.act_on_lock(ines, place, None, LockAct::Open).await.unwrap();
    record
}

async fn set_aside(service: &Service, somebody: &Somebody, seat: SeatId) -> Uuid {
    let mut socket = Socket::open(service, somebody, seat).await;
    socket.writes(service, seat, "Mine ").await.unwrap();
    socket.hears(b"setAside").await;
    let all = borrador::live::aside::of_seat(&*service.app.store, seat).await.unwrap();
    all[0].id.0
}

/// The kinds of messages on a socket, and what the live path makes of them for each access; `tests/suite/socket.rs` asks it
/// (`syn9_every_kind_of_message…`).
const MESSAGES: [(&str, [&str; 4]); 3] = [
    ("`request`, `sync` without changes", ["not there", "yes", "yes", "yes"]),
    ("`sync` with changes", ["not there", "no, set aside", "locked, set aside", "yes"]),
    ("`ephemeral` (a caret)", ["nothing", "yes", "yes", "yes"]),
];

fn message_cell(kind: usize, access: Access) -> &'static str {
    let column = match access {
        Access::None => 0,
        Access::Read => 1,
        // A text that the server cannot read is no matter of roles: who would write has it kept as against a lock.
        Access::Unreadable | Access::Locked => 2,
        Access::Write => 3,
    };
    MESSAGES[kind].1[column]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_matrix_of_rights_is_what_the_rules_say_and_what_the_page_says() {
    let rows = rows();
    let described: BTreeSet<(String, String)> = DESCRIPTION["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, operations)| {
            operations.as_object().unwrap().keys().map(move |method| (method.to_uppercase(), path.clone()))
        })
        .collect();
    let asked: BTreeSet<(String, String)> =
        rows.iter().map(|row| (row.method.to_owned(), row.path.to_owned())).collect();
    assert_eq!(described, asked, "every route of the description has a row here, and no other");

    let mut page = HEAD.to_owned();
    page += &table_head("Route");
    for row in &rows {
        let mut cells = Vec::new();
        for asker in ASKERS {
            let (world, somebody) = World::of(asker, row).await;
            // Who may not comment has no thread of their own.
            if row.about == "own" && row.path.starts_with("/api/v1/threads") && world.own.is_none() {
                cells.push("–");
                continue;
            }
            let (expected, actual) = (row.expected(&world), row.actual(&world, somebody.as_ref()).await);
            assert_eq!(
                actual,
                expected,
                "{} {} {} by the {}",
                row.method,
                row.path,
                row.about,
                asker.heading()
            );
            cells.push(actual.words());
        }
        let about = if row.about.is_empty() { String::new() } else { format!(" ({})", row.about) };
        page += &format!("| `{} {}`{about} | {} |\n", row.method, row.path, cells.join(" | "));
    }
    page += MESSAGES_HEAD;
    page += &table_head("Message");
    for (kind, (name, _)) in MESSAGES.iter().enumerate() {
        for state in ["open", "locked"] {
            let mut cells = vec!["sign in"];
            for asker in ASKERS.into_iter().skip(1) {
                let row = Row { method: "GET", path: "/sync", about: state, rule: Rule::Seat, ask: NONE };
                let (world, _) = World::of(asker, &row).await;
                let access = world.service.app.directory.access(world.seat.id, world.text);
                cells.push(if asker == Asker::Ended { "seat ended" } else { message_cell(kind, access) });
            }
            page += &format!("| {name} ({state}) | {} |\n", cells.join(" | "));
        }
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/RIGHTS.md");
    if std::env::var_os("BORRADOR_WRITE_DOCS").is_some() {
        std::fs::write(path, &page).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(written, page, "docs/RIGHTS.md is out of step: write it again with BORRADOR_WRITE_DOCS=1");
}

fn table_head(first: &str) -> String {
    let headings: Vec<&str> = ASKERS.iter().map(|asker| asker.heading()).collect();
    format!("| {first} | {} |\n|---|{}\n", headings.join(" | "), "---|".repeat(ASKERS.len()))
}

const HEAD: &str = "\
# Who may what

Every route and every kind of message, asked by somebody of each role. This page is written by a test that asks all of them for real
(`server/tests/service/matrix.rs`), and the test fails when the service, the rules in [crdt/SPEC.md](../crdt/SPEC.md) (REV1–REV19, REV70–REV72, SYN9–SYN12)
and this page do not say the same.

The roles are grants on top of a contributor's seat: *pen* and *rapporteur* of the chapter that is asked about, *committee* of its paper,
*secretariat* and *administrator* of the service. *Own* and *another's* tell whose thing it is; *open* and *locked*, how things stand in the chapter.

*yes*: done · *no*: 403 `not_allowed`, noted in the audit log · *not there*: 404, the same answer as for what does not exist · *locked*: 423
`chapter_locked` · *sign in*: 401 · *seat ended*: 403 `seat_ended`, which says whose words may still be on the device (a socket opens and is
closed with 4401, because a page cannot read why one does not open) · –: they can have none.

";

const MESSAGES_HEAD: &str = "
## On a socket

Access is asked anew for every message. What is refused for want of a right is *set aside*: kept for its author (SYN10–SYN12).

";
