//! A service with named people on a port of its own, and a client that can also send what no client should.

use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use borrador::app::App;
use borrador::app::audit::By;
use borrador::app::papers::NewPaper;
use borrador::app::refusal::Refusal;
use borrador::app::settings::Settings;
use borrador::boot::clock::Clock;
use borrador::boot::serve;
use borrador::people::account::{Person, initials};
use borrador::people::component::{Component, Kind};
use borrador::people::directory::Entry;
use borrador::people::paper::Paper;
use borrador::people::seat::Seat;
use borrador::store::Store;
use borrador::store::memory::MemoryStore;
use crdt::ids::{ComponentId, PersonId, SeatId, TextId};
use crdt::moment::Moment;
use crdt::review::permission::{Function, Grant, Role, Scope};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use uuid::Uuid;

/// The paper everybody writes.
pub const PAPER: &str = "housing";
const MARKDOWN: &str = "# Housing\n\nA first word.\n\n1. Cities welcome everyone.\n\n2. Keys open doors.\n\n# Work\n\n3. Work is a right.\n";

/// A running service. It ends when it is dropped: the matrix of rights starts more of them than one process may have at once.
pub struct Service {
    pub app: Arc<App>,
    pub address: SocketAddr,
    now_ms: Arc<AtomicI64>,
    handle: actix_web::dev::ServerHandle,
    _worker: tempfile::TempDir,
}

impl Drop for Service {
    fn drop(&mut self) {
        // The command is sent at once; nobody waits for the end.
        drop(self.handle.stop(false));
    }
}

/// Somebody who is signed in.
#[derive(Clone)]
pub struct Somebody {
    address: SocketAddr,
    cookie: String,
    pub seats: Vec<SeatId>,
}

impl Service {
    /// Inés (secretariat and administrator), Adaeze (pen), Samir (contributor), Olga (observer), and their paper.
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// The same with other settings.
    pub async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::over(Arc::new(MemoryStore::new()), change).await
    }

    /// The same over another store.
    pub async fn over(store: Arc<dyn Store>, change: impl FnOnce(&mut Settings)) -> Self {
        let service = Self::on(store, change).await;
        service.people_arrive().await;
        service
    }

    /// A service on a store in which its people and papers are already.
    pub async fn on(store: Arc<dyn Store>, change: impl FnOnce(&mut Settings)) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let mut settings = Settings::listening(address);
        let (worker, program) = stand_in_worker();
        settings.pdf_worker = Some(program);
        change(&mut settings);
        let start: Moment = "2016-09-21T08:42:00Z".parse().unwrap();
        let now_ms = Arc::new(AtomicI64::new(start.unix_ms()));
        let clock = {
            let now_ms = now_ms.clone();
            Clock::from_fn(move || Moment::from_unix_ms(now_ms.load(Ordering::SeqCst)))
        };
        let live = settings.limits.live("borrador".to_owned());
        let app = App::start(store, clock, settings, live).await.unwrap();
        let server = serve::start(&app, listener).unwrap();
        let handle = server.handle();
        tokio::spawn(server);
        Self { app, address, now_ms, handle, _worker: worker }
    }

    /// Let time pass on the service's clock.
    pub fn passes(&self, time: Duration) {
        self.now_ms.fetch_add(i64::try_from(time.as_millis()).unwrap(), Ordering::SeqCst);
    }

    async fn people_arrive(&self) {
        let component = |code: &str, kind| Component {
            id: ComponentId(Uuid::new_v4()),
            code: code.to_owned(),
            kind,
            hue: 1,
            name: Default::default(),
            closed: false,
            closings: Vec::new(),
            version: 0,
        };
        let bodies = [
            component("SEC", Kind::Secretariat),
            component("AFR", Kind::Section),
            component("MEWA", Kind::Section),
        ];
        let cast = [
            ("Inés Duarte", vec![(0, Function::FocalPoint, vec![Role::Admin, Role::Secretariat])]),
            ("Adaeze Obi", vec![(1, Function::FocalPoint, vec![Role::Pen]), (2, Function::Observer, vec![])]),
            ("Samir Haddad", vec![(2, Function::Contributor, vec![])]),
            ("Olga Ruiz", vec![(1, Function::Observer, vec![])]),
        ];
        let mut entries: Vec<Entry> = bodies.iter().cloned().map(Entry::Component).collect();
        let mut ines = None;
        for (name, held) in cast {
            let first = name.split(' ').next().unwrap().to_lowercase().replace('é', "e");
            let person = PersonId(Uuid::new_v4());
            let email = format!("{first}@example.org");
            entries.push(Entry::Person(Person {
                id: person,
                name: name.to_owned(),
                initials: initials(name),
                email,
                language: "es".to_owned(),
                version: 0,
            }));
            for ((body, function, roles), rank) in held.into_iter().zip(0..) {
                let id = SeatId(Uuid::new_v4());
                ines.get_or_insert(id);
                let grants = roles.into_iter().map(|role| Grant { scope: Scope::Service, role }).collect();
                entries.push(Entry::Seat(Seat {
                    id,
                    person,
                    component: bodies[body].id,
                    function,
                    grants,
                    rank,
                    ended: false,
                    version: 0,
                }));
            }
        }
        self.app.directory.enter(|_| Ok::<_, Refusal>((entries, vec![]))).await.unwrap();
        let new = NewPaper {
            slug: PAPER.to_owned(),
            title: "Housing for all".to_owned(),
            language: "en".to_owned(),
            markdown: MARKDOWN.to_owned(),
        };
        self.app.import(ines.unwrap(), By::Operator, new).await.unwrap();
    }

    /// The paper as the directory has it.
    pub fn paper(&self) -> Paper {
        self.app.directory.register().paper_by_slug(PAPER).unwrap().clone()
    }

    /// The text of the first chapter.
    pub fn text(&self) -> TextId {
        self.paper().chapters[0].texts["en"]
    }

    /// The token of a fresh sign-in link for the person with this first name.
    pub async fn link(&self, first_name: &str) -> String {
        let register = self.app.directory.register();
        let person = register.person_by_email(&format!("{first_name}@example.org")).unwrap().id;
        let url = self.app.make_link(person).await.unwrap().url;
        url.split('#').nth(1).unwrap().to_owned()
    }

    /// Sign somebody in through a link, as a browser does.
    pub async fn signs_in(&self, first_name: &str) -> Somebody {
        let token = self.link(first_name).await;
        let answer = self.post("/api/v1/sign-in", &format!("{{\"token\":\"{token}\"}}")).send().await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let cookie = answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
        let me = answer.json();
        let seats = me["seats"]
            .as_array()
            .unwrap()
            .iter()
            .map(|seat| seat["id"].as_str().unwrap().parse().unwrap())
            .collect();
        Somebody { address: self.address, cookie, seats }
    }

    /// A request of nobody.
    pub fn get(&self, path: &str) -> Ask {
        Ask::new(self.address, "GET", path)
    }
    pub fn post(&self, path: &str, json: &str) -> Ask {
        Ask::new(self.address, "POST", path).json(json)
    }
    pub fn ask(&self, method: &str, path: &str) -> Ask {
        Ask::new(self.address, method, path)
    }

    /// Send bytes, and read what comes until the server closes the connection.
    pub async fn raw(&self, bytes: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        // The server may answer and close before it has read everything.
        let _sent = stream.write_all(bytes).await;
        Answer::read(stream).await
    }
}

impl Somebody {
    pub fn get(&self, path: &str) -> Ask {
        Ask::new(self.address, "GET", path).header("cookie", &self.cookie)
    }
    pub fn post(&self, path: &str, json: &str) -> Ask {
        Ask::new(self.address, "POST", path).header("cookie", &self.cookie).json(json)
    }
    pub fn put(&self, path: &str, json: &str) -> Ask {
        Ask::new(self.address, "PUT", path).header("cookie", &self.cookie).json(json)
    }
    /// A file, as the body of a request.
    pub fn brings(&self, path: &str, media_type: &str, bytes: &[u8]) -> Ask {
        Ask::new(self.address, "POST", path).header("cookie", &self.cookie).body(media_type, bytes)
    }
    pub fn delete(&self, path: &str) -> Ask {
        Ask::new(self.address, "DELETE", path).header("cookie", &self.cookie)
    }
    pub fn cookie(&self) -> &str {
        &self.cookie
    }
    /// The same person with the same cookie at another service.
    pub fn at(&self, service: &Service) -> Self {
        Self { address: service.address, ..self.clone() }
    }
}

/// A request.
pub struct Ask {
    address: SocketAddr,
    head: String,
    body: Vec<u8>,
}

impl Ask {
    fn new(address: SocketAddr, method: &str, path: &str) -> Self {
        let head = format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n");
        Self { address, head, body: Vec::new() }
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.head += &format!("{name}: {value}\r\n");
        self
    }

    /// Ask for a socket, from our own page.
    pub fn upgrades(mut self) -> Self {
        self.head = self.head.replace("connection: close", "connection: upgrade");
        let origin = format!("http://{}", self.address);
        let key = "dGhlIHNhbXBsZSBub25jZQ==";
        let asked = self.header("origin", &origin).header("upgrade", "websocket");
        asked.header("sec-websocket-version", "13").header("sec-websocket-key", key)
    }

    pub fn json(self, json: &str) -> Self {
        self.body("application/json", json.as_bytes())
    }

    pub fn body(self, media_type: &str, bytes: &[u8]) -> Self {
        let mut next = self.header("content-type", media_type);
        next.body = bytes.to_vec();
        next.head += &format!("content-length: {}\r\n", bytes.len());
        next
    }

    pub async fn send(self) -> Answer {
        Answer::read(self.open().await).await
    }

    /// Send it, and read the status and what comes with the head: the whole of a short answer, the beginning of a stream.
    pub async fn begins(self) -> (u16, String) {
        let mut stream = self.open().await;
        let mut bytes = Vec::new();
        let whole = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes).into_owned();
            let (head, body) = text.split_once("\r\n\r\n")?;
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
            let status: u16 = head.split(' ').nth(1)?.parse().ok()?;
            // Streams and sockets have no length; their status says it all.
            (body.len() >= length.unwrap_or(0)).then(|| (status, body.to_owned()))
        };
        loop {
            if let Some(answer) = whole(&bytes) {
                return answer;
            }
            assert_ne!(stream.read_buf(&mut bytes).await.unwrap(), 0, "the answer breaks off");
        }
    }

    /// Send it, and leave the answer to be read bit by bit.
    pub async fn open(self) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let _sent = stream.write_all(format!("{}\r\n", self.head).as_bytes()).await;
        let _sent = stream.write_all(&self.body).await;
        stream
    }
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    async fn read(mut stream: TcpStream) -> Self {
        let mut bytes = Vec::new();
        // A connection that was reset has still said what it had to say.
        let _end = stream.read_to_end(&mut bytes).await;
        let split = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(bytes.len());
        let head = String::from_utf8_lossy(&bytes[..split]).into_owned();
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
        let headers = head.lines().skip(1).filter_map(|line| line.split_once(": "));
        let headers = headers.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
        let body = bytes.get(split + 4..).unwrap_or_default().to_vec();
        Self { status, headers, body }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.text()))
    }

    /// The status and the code of a refusal, after checking that its shape is that of every error.
    pub fn refusal(&self) -> (u16, String) {
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{}", self.text());
        let problem = self.json();
        assert_eq!(problem["status"], self.status);
        for field in ["type", "title", "detail", "request_id"] {
            assert!(problem[field].as_str().is_some_and(|words| !words.is_empty()), "{field} in {problem}");
        }
        assert!(!self.text().contains("/src/"), "{problem}");
        (self.status, problem["code"].as_str().unwrap().to_owned())
    }

    /// Was it refused with this status and code?
    #[track_caller]
    pub fn is_refused(&self, status: u16, code: &str) {
        assert_eq!(self.refusal(), (status, code.to_owned()), "{}", self.text());
    }
}

/// Instead of the PDF program: answers every job with the same four bytes.
fn stand_in_worker() -> (tempfile::TempDir, std::path::PathBuf) {
    const SCRIPT: &str = r#"#!/bin/sh
PATH=/usr/bin:/bin
while n=$(head -c 4 | od -An -tu4) && [ -n "$n" ]; do
    head -c $n >/dev/null
    printf '\000\004\000\000\000%%PDF'
done
"#;
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("pdf");
    std::fs::write(&program, SCRIPT).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).unwrap();
    (folder, program)
}
