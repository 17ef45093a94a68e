//! The people of these tests, beside those of every service: Leila speaks for MEWA, Samir's section; Claire for LYON; Jonas sits
//! in the drafting committee for EUR.

use std::sync::Arc;

use borrador::app::refusal::Refusal;
use borrador::people::account::{Person, initials};
use borrador::people::component::{Component, Kind};
use borrador::people::directory::Entry;
use borrador::people::seat::Seat;
use borrador::store::Store;
use borrador::store::memory::MemoryStore;
use crdt::document::Text;
use crdt::ids::{ComponentId, PersonId, SeatId, TextId};
use crdt::review::permission::{Function, Grant, Role, Scope};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{PAPER, Service, Somebody};
use crate::socket::Socket;

/// A service with all of them signed in.
pub struct Room {
    pub service: Service,
    pub samir: Somebody,
    pub leila: Somebody,
    pub claire: Somebody,
    pub jonas: Somebody,
    pub adaeze: Somebody,
    pub ines: Somebody,
}

impl Room {
    pub async fn start() -> Room {
        Room::over(Arc::new(MemoryStore::new())).await
    }

    pub async fn over(store: Arc<dyn Store>) -> Room {
        let limits = |settings: &mut borrador::app::settings::Settings| {
            settings.limits.amendment_drafts = 3;
            settings.limits.exports_per_minute = 1000;
        };
        Room::of(Service::over(store, limits).await).await
    }

    /// The same people at a service of one's own.
    pub async fn of(service: Service) -> Room {
        arrives(&service, "Leila Mansour", "MEWA", Function::FocalPoint, &[]).await;
        arrives(&service, "Claire Vasseur", "LYON", Function::FocalPoint, &[]).await;
        arrives(&service, "Jonas Lindqvist", "EUR", Function::Deputy, &[Role::Committee]).await;
        Room {
            samir: service.signs_in("samir").await,
            leila: service.signs_in("leila").await,
            claire: service.signs_in("claire").await,
            jonas: service.signs_in("jonas").await,
            adaeze: service.signs_in("adaeze").await,
            ines: service.signs_in("ines").await,
            service,
        }
    }

    /// Samir opens a draft on the first chapter.
    pub async fn draft(&self) -> Value {
        let path = format!("/api/v1/texts/{}/amendments", self.service.text());
        let answer = self.samir.post(&path, "{\"title\":\"Doors\",\"reason\":\"Keys are not enough.\"}");
        let answer = answer.send().await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json()
    }

    /// A draft of Samir's in which these words stand for those, which stand once.
    pub async fn drafted(&self, old: &str, new: &str) -> Value {
        let draft = self.draft().await;
        self.writes(&self.samir, branch(&draft), old, new).await;
        draft
    }

    /// The same, submitted by Leila.
    pub async fn submitted(&self, old: &str, new: &str) -> Value {
        let draft = self.drafted(old, new).await;
        let answer = self.leila.post(&act(&draft, "submit"), "{}").send().await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    /// Somebody puts these words in the place of those, which stand once in a text, over a socket.
    pub async fn writes(&self, somebody: &Somebody, text: TextId, old: &str, new: &str) {
        let before = self.service.app.live.text(text).await.unwrap();
        let (range, read) = (find(&before, old), all_words(&self.service, text).await);
        let mut socket = Socket::open(&self.service, somebody, somebody.seats[0]).await;
        socket.edits(&self.service, text, somebody.seats[0], |edit| edit.splice(range, new)).await.unwrap();
        // The new words may have stood there before, or be none: what was read must be another text by now.
        while all_words(&self.service, text).await == read {
            tokio::task::yield_now().await;
        }
        self.reads(text, new).await;
    }

    /// Waits until these words are durable in a text.
    pub async fn reads(&self, text: TextId, words: &str) {
        loop {
            if all_words(&self.service, text).await.contains(words) {
                return;
            }
            tokio::task::yield_now().await;
        }
    }

    pub async fn words(&self) -> String {
        all_words(&self.service, self.service.text()).await
    }

    pub async fn listed(&self, somebody: &Somebody) -> Vec<Value> {
        let list = somebody.get(&format!("/api/v1/papers/{PAPER}/amendments")).send().await;
        assert_eq!(list.status, 200, "{}", list.text());
        list.json()["amendments"].as_array().unwrap().clone()
    }

    /// Somebody comments on words of the first chapter.
    pub async fn comments(&self, somebody: &Somebody, words: &str, audience: &str, body: &str) -> Value {
        let text = self.service.app.live.text(self.service.text()).await.unwrap();
        let range = find(&text, words);
        let paragraph = text.read().block_at(range.start).id;
        let anchor = crdt::document::Anchor::of(&text, range);
        let new = json!({ "anchor": anchor, "paragraph": paragraph, "body": body, "audience": audience });
        let path = format!("/api/v1/texts/{}/threads", self.service.text());
        let answer = somebody.post(&path, &new.to_string()).send().await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json()
    }

    /// The actions in the audit log.
    pub async fn audited(&self) -> Vec<Value> {
        let log = self.service.app.store.audit(0, 1000).await.unwrap();
        log.iter().map(|entry| serde_json::from_slice(&entry.json).unwrap()).collect()
    }
}

/// Somebody with one seat in a component, which is made if it is not there.
pub async fn arrives(
    service: &Service,
    name: &str,
    code: &str,
    function: Function,
    roles: &[Role],
) -> SeatId {
    let register = service.app.directory.register();
    let mut entries = Vec::new();
    let component = match register.component_by_code(code) {
        Some(known) => known.id,
        None => {
            let like = register.components()[0].clone();
            let id = ComponentId(Uuid::new_v4());
            let new = Component { id, code: code.to_owned(), kind: Kind::Section, ..like };
            entries.push(Entry::Component(new));
            id
        }
    };
    let like = register.people()[0].clone();
    let email = format!("{}@example.org", name.split(' ').next().unwrap().to_lowercase());
    let person = Person {
        id: PersonId(Uuid::new_v4()),
        name: name.to_owned(),
        initials: initials(name),
        email,
        ..like
    };
    let like = register.seats().next().unwrap().clone();
    let grants = roles.iter().map(|role| Grant { scope: Scope::Service, role: *role }).collect();
    let id = SeatId(Uuid::new_v4());
    let seat = Seat { id, person: person.id, component, function, grants, rank: 0, ended: false, ..like };
    entries.extend([Entry::Person(person), Entry::Seat(seat)]);
    service.app.directory.enter(|_| Ok::<_, Refusal>((entries, vec![]))).await.unwrap();
    id
}

/// The branch of a draft.
pub fn branch(amendment: &Value) -> TextId {
    amendment["draft"]["text"].as_str().unwrap().parse().unwrap()
}

/// The address of an act on an amendment.
pub fn act(amendment: &Value, act: &str) -> String {
    format!("/api/v1/amendments/{}/{act}", amendment["id"].as_str().unwrap())
}

/// The address of an amendment.
pub fn address(amendment: &Value) -> String {
    format!("/api/v1/amendments/{}", amendment["id"].as_str().unwrap())
}

/// A decision, as it is sent.
pub fn decision(outcome: &str, words: &str) -> String {
    json!({ "outcome": outcome, "words": words }).to_string()
}

async fn all_words(service: &Service, text: TextId) -> String {
    let blocks = service.app.live.text(text).await.unwrap().blocks();
    blocks.iter().map(|block| format!("{}\n", block.words())).collect()
}

/// Where these words stand, in UTF-16 units.
pub fn find(text: &Text, words: &str) -> std::ops::Range<usize> {
    let reading = text.read();
    let units = |words: &str| words.encode_utf16().count();
    let found = reading.blocks.iter().zip(&reading.places).find_map(|(block, place)| {
        let all = block.words();
        let start = place.start + units(&all[..all.find(words)?]);
        Some(start..start + units(words))
    });
    found.unwrap_or_else(|| panic!("no {words:?} in {:?}", text.blocks()))
}
