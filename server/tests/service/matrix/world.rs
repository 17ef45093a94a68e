//! A service as a row needs it, and the row asked there.

use std::pin::Pin;

use borrador::app::refusal::Refusal;
use borrador::app::rights::{LockAct, PenAct, SeatAct};
use borrador::app::threads::{NewThread, ThreadAct};
use borrador::people::account::Person;
use borrador::people::directory::Entry;
use borrador::people::seat::Seat;
use crdt::document::Anchor;
use crdt::ids::{PersonId, SeatId, TextId, ThreadId};
use crdt::review::entry::Kind;
use crdt::review::thread::Audience;
use serde_json::json;
use uuid::Uuid;

use super::asker::{Asker, Cell};
use super::{PAPER, Row};
use crate::harness::{Service, Somebody};
use crate::socket::Socket;
use crate::sources::png;

/// How a row is asked.
#[derive(Clone, Copy)]
pub(super) enum Ask {
    /// With this query and body, made of what there is; the ids in the path are filled in.
    With(fn(&World) -> (String, String)),
    /// At this address, with this body, once things stand as it needs them: for rows about what only they need.
    Once(for<'a> fn(&'a World) -> Address<'a>),
}

/// An address and a body, once they are made.
pub(super) type Address<'a> = Pin<Box<dyn Future<Output = (String, String)> + 'a>>;

/// A service with something of everything.
pub(super) struct World {
    pub(super) service: Service,
    pub(super) asker: Asker,
    pub(super) seat: Seat,
    pub(super) chapter: Uuid,
    pub(super) text: TextId,
    /// Threads: the asker's own, Samir's for all, Samir's for his component.
    pub(super) own: Option<ThreadId>,
    pub(super) samirs: ThreadId,
    pub(super) mewas: ThreadId,
    pub(super) milestone: Uuid,
    pub(super) samir: SeatId,
    /// Inés runs the service.
    pub(super) ines: SeatId,
    pub(super) own_record: Option<Uuid>,
    pub(super) samirs_record: Uuid,
    pub(super) link: String,
}

impl Row {
    /// What the service says.
    pub(super) async fn actual(&self, world: &World, somebody: Option<&Somebody>) -> Cell {
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
            .replace("{file}", "en.md")
            .replace("{other}", "now");
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
        } else if self.path.ends_with("/images") {
            ask = ask.body("image/png", &png(1, 1));
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

pub(super) async fn anchor(service: &Service) -> (Anchor, crdt::ids::ParagraphId) {
    let text = service.app.live.text(service.text()).await.unwrap();
    let reading = text.read();
    let (block, place) = (&reading.blocks[2], reading.places[2]);
    (Anchor::of(&text, place.start..place.start + 6).unwrap(), block.id)
}

impl World {
    /// A service in which this asker has come, and in which things stand as the row needs them.
    pub(super) async fn of(asker: Asker, row: &Row) -> (World, Option<Somebody>) {
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
