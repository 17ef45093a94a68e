//! The live path of the real server in this process: its sockets, its rooms and a store, with people whose rights a test sets.
//!
//! Accounts and sign-in stay outside: a socket speaks for the seat that its address names. What depends on accounts runs
//! against the whole program, see [`process`](crate::process).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use actix_web::web::{Data, Payload, Query, get};
use actix_web::{App, HttpRequest, HttpServer};
use borrador::boot::clock::Clock;
use borrador::live::{Live, LiveSettings, RightsOf, socket};
use borrador::store::Store;
use borrador::store::memory::MemoryStore;
use crdt::ids::{SeatId, TextId};
use crdt::sync::events::Access;
use crdt::sync::wire::document_id;
use uuid::Uuid;

use crate::desk::Desk;
use crate::guest::Guest;
use crate::notation::secretariat;
use crate::socket::Socket;

/// Who may do what; a seat that is not here is not held by anybody.
#[derive(Default)]
pub struct Rights {
    all: Mutex<BTreeMap<SeatId, Access>>,
    /// What the next question about a seat is answered, once.
    next: Mutex<BTreeMap<SeatId, Access>>,
}

impl Rights {
    fn all(&self) -> MutexGuard<'_, BTreeMap<SeatId, Access>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next(&self) -> MutexGuard<'_, BTreeMap<SeatId, Access>> {
        self.next.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RightsOf for Rights {
    fn access(&self, seat: SeatId, _text: TextId) -> Access {
        let next = self.next().remove(&seat);
        next.or_else(|| self.all().get(&seat).copied()).unwrap_or(Access::None)
    }

    fn is_held(&self, seat: SeatId) -> bool {
        self.all().contains_key(&seat)
    }
}

/// A server with one text. It ends with the test.
pub struct LiveServer {
    /// Where it listens.
    pub address: String,
    /// The live path, for tests that look inside.
    pub live: Arc<Live>,
    /// Where it keeps everything.
    pub store: Arc<dyn Store>,
    /// Its one text.
    pub text: TextId,
    rights: Arc<Rights>,
}

impl LiveServer {
    /// A server whose one text begins with this change of the secretariat.
    pub async fn of(paper: Vec<u8>) -> LiveServer {
        Self::with(paper, LiveSettings::default()).await
    }

    /// The same with other limits.
    pub async fn with(paper: Vec<u8>, settings: LiveSettings) -> LiveServer {
        let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
        let rights = Arc::new(Rights::default());
        let live = Live::start(store.clone(), Clock::system(0), rights.clone(), settings);
        let text = TextId(Uuid::from_u128(0xb06074));
        live.create(text, secretariat(), vec![paper.into()]).await.expect("a paper can be stored");

        let data = Data::from(live.clone());
        let server =
            HttpServer::new(move || App::new().app_data(data.clone()).route("/sync", get().to(open)));
        let server = server.workers(2).disable_signals().bind("127.0.0.1:0").expect("a port is free");
        let address = server.addrs()[0].to_string();
        tokio::spawn(server.run());
        LiveServer { address, live, store, rights, text }
    }

    /// A seat that may do this.
    pub fn seat(&self, access: Access) -> SeatId {
        let seat = SeatId(Uuid::new_v4());
        self.rights.all().insert(seat, access);
        seat
    }

    /// From now on the seat may do this; `None`: nobody holds it any more.
    pub fn may(&self, seat: SeatId, access: Option<Access>) {
        match access {
            Some(access) => self.rights.all().insert(seat, access),
            None => self.rights.all().remove(&seat),
        };
        self.live.rights_changed();
    }

    /// The next time that somebody asks what the seat may do, it is this; from then on what it was before.
    pub fn may_for_a_moment(&self, seat: SeatId, access: Access) {
        self.rights.next().insert(seat, access);
    }

    /// The text's name on the wire.
    pub fn document(&self) -> String {
        document_id(self.text)
    }

    /// Somebody at their desk, not connected yet.
    pub fn guest(&self, name: &str, seat: SeatId) -> Guest {
        let actor = *Uuid::new_v4().as_bytes();
        Guest::new(name, &self.document(), Desk::new(actor, Some(seat)))
    }

    /// A socket that speaks for a seat.
    pub async fn socket(&self, seat: SeatId) -> Socket {
        Socket::open(&self.address, &path(seat), &[]).await.expect("the door is open")
    }

    /// A socket that takes in next to nothing unless it is read.
    pub async fn narrow_socket(&self, seat: SeatId) -> Socket {
        Socket::open_narrow(&self.address, &path(seat), &[]).await.expect("the door is open")
    }

    /// Somebody who has the text open and may do this.
    pub async fn enters(&self, name: &str, access: Access) -> Guest {
        let seat = self.seat(access);
        let mut guest = self.guest(name, seat);
        guest.enters(self.socket(seat).await).await;
        guest
    }
}

fn path(seat: SeatId) -> String {
    format!("/sync?seat={seat}")
}

async fn open(
    request: HttpRequest,
    payload: Payload,
    live: Data<Live>,
    seat: Query<BTreeMap<String, Uuid>>,
) -> actix_web::Result<actix_web::HttpResponse> {
    socket::open(request, payload, live, SeatId(seat["seat"]), None).await
}
