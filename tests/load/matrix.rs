//! `cargo run --release -p borrador-tests --bin matrix -- --rows 30000`
//!
//! A paper with so many remarks of 24 components in the embedded store: how long its matrix takes to open (the first time, when all records
//! are read, and after that), to filter, to answer 500 rows of, and to take out as a file. Asked over HTTP from the same machine, each
//! five times but for the first opening; the middle and the worst are printed, with the size of the answer.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::{Duration, Instant};

use borrador::app::App;
use borrador::app::access::Invitation;
use borrador::app::audit::By;
use borrador::app::papers::NewPaper;
use borrador::app::refusal::Refusal;
use borrador::app::settings::Settings;
use borrador::app::threads::new_records;
use borrador::boot::clock::Clock;
use borrador::boot::serve;
use borrador::people::component::{Component, Kind};
use borrador::people::directory::Entry as DirectoryEntry;
use borrador::store::sled::SledStore;
use borrador_tests::measure::Usage;
use borrador_tests::options::number;
use crdt::document::Anchor;
use crdt::ids::{CommentId, ComponentId, PaperId, SeatId, ThreadId};
use crdt::moment::Moment;
use crdt::review::entry::{Entry, Kind as RemarkKind};
use crdt::review::permission::{Grant, Role, Scope};
use crdt::review::thread::{Audience, Comment, Thread};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use uuid::Uuid;

const CHAPTERS: usize = 12;
const PARAGRAPHS: usize = 40;
const COMPONENTS: usize = 24;
const TIMES: usize = 5;
const WORDS: &str = "Pedimos que el párrafo diga qué administración paga el intérprete: hoy lo paga el ayuntamiento sin competencia ni fondos, \
    y la frase actual lo da por resuelto. ";

#[tokio::main]
async fn main() {
    let rows = number("--rows").unwrap_or(30_000) as usize;
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let store = Arc::new(SledStore::open(folder.path()).expect("a new store opens"));
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port is free");
    listener.set_nonblocking(true).expect("sockets need not block");
    let address = listener.local_addr().expect("it has an address");
    let mut settings = Settings::listening(address);
    settings.limits.exports_per_minute = 1_000;
    let live = settings.limits.live("bench".to_owned());
    let app = App::start(store, Clock::system(0), settings, live).await.expect("the service starts");
    tokio::spawn(serve::start(&app, listener).expect("it listens"));

    let (seat, components, paper) = people(&app).await;
    let made = Instant::now();
    remark(&app, paper, seat, &components, rows).await;
    println!(
        "{rows} remarks of {COMPONENTS} components on {CHAPTERS} chapters, written in {:.1} s",
        made.elapsed().as_secs_f64()
    );
    let cookie = sign_in(&app, address).await;
    let memory = || Usage::of(std::process::id()).memory_bytes >> 20;
    let before = memory();
    println!("{:34} {:>9} {:>9} {:>9}", "", "middle ms", "worst ms", "kB");
    let ask = async |what: &str, path: &str, times: usize| {
        let mut waits = Vec::new();
        let mut size = 0;
        for _ in 0..times {
            let sent = Instant::now();
            let answer = request(address, &format!("GET {path}"), &cookie, "").await;
            assert!(
                answer.starts_with(b"HTTP/1.1 200"),
                "{}",
                String::from_utf8_lossy(&answer[..answer.len().min(400)])
            );
            waits.push(sent.elapsed());
            size = answer.len();
        }
        show(what, &mut waits, size);
    };
    let matrix = "/api/v1/papers/bench/matrix";
    ask("open, the first time", &format!("{matrix}/index"), 1).await;
    ask("open", &format!("{matrix}/index"), TIMES).await;
    ask("a window of 40 rows", &window(address, &cookie, matrix).await, TIMES).await;
    ask("one component", &format!("{matrix}?component=C7&limit=100"), TIMES).await;
    ask("words, in all rows", &format!("{matrix}/index?words=interprete+fondos"), TIMES).await;
    ask("words that nobody used", &format!("{matrix}/index?words=xyzzy"), TIMES).await;
    for format in ["csv", "xlsx", "docx"] {
        ask(&format!("file, {format}"), &format!("{matrix}/file?format={format}&language=es"), TIMES).await;
    }
    answer_many(address, &cookie, matrix).await;
    println!(
        "memory: {before} MB before, {} MB after, {} MB at most",
        memory(),
        Usage::of(std::process::id()).peak_bytes >> 20
    );
}

fn show(what: &str, waits: &mut [Duration], size: usize) {
    waits.sort();
    let ms = |wait: Duration| wait.as_secs_f64() * 1e3;
    println!(
        "{what:34} {:>9.0} {:>9.0} {:>9}",
        ms(waits[waits.len() / 2]),
        ms(waits[waits.len() - 1]),
        size / 1000
    );
}

/// Somebody who answers, the components, and the paper.
async fn people(app: &Arc<App>) -> (SeatId, Vec<ComponentId>, PaperId) {
    let invitation = Invitation {
        name: Some("Nadia Bel".to_owned()),
        email: "nadia@example.org".to_owned(),
        component: None,
        function: None,
        admin: true,
    };
    app.enter_person(&invitation).await.expect("she is new");
    let register = app.directory.register();
    let nadia = register.person_by_email("nadia@example.org").expect("she was entered").id;
    let mut seat = register.seats_of(nadia)[0].clone();
    seat.grants.push(Grant { scope: Scope::Service, role: Role::Rapporteur });
    let ids: Vec<ComponentId> = (0..COMPONENTS).map(|_| ComponentId(Uuid::new_v4())).collect();
    let component = |(n, id): (usize, &ComponentId)| {
        DirectoryEntry::Component(Component {
            id: *id,
            code: format!("C{n}"),
            kind: Kind::Section,
            hue: (n % 8) as u8 + 1,
            name: Default::default(),
            closed: false,
            version: 0,
        })
    };
    let mut entries: Vec<DirectoryEntry> = ids.iter().enumerate().map(component).collect();
    entries.push(DirectoryEntry::Seat(seat.clone()));
    app.directory.enter(|_| Ok::<_, Refusal>((entries, vec![]))).await.expect("the store takes them");
    let paragraph = |n: usize| format!("{n}. {WORDS}\n\n");
    let chapter =
        |n: usize| format!("# Chapter {n}\n\n{}", (1..=PARAGRAPHS).map(paragraph).collect::<String>());
    let new = NewPaper {
        slug: "bench".to_owned(),
        title: "Bench".to_owned(),
        language: "es".to_owned(),
        markdown: (1..=CHAPTERS).map(chapter).collect(),
    };
    let (paper, _) = app.import(seat.id, By::Operator, new).await.expect("the paper is imported");
    (seat.id, ids, paper.id)
}

/// Remarks spread over the paper, a third of them with proposed words.
async fn remark(app: &App, paper: PaperId, seat: SeatId, components: &[ComponentId], rows: usize) {
    let register = app.directory.register();
    let paper = register.paper(paper).expect("it was imported").clone();
    let now = Moment::from_unix_ms(1_474_447_320_000);
    let mut ops = Vec::new();
    for n in 0..rows {
        let text = paper.chapters[n % CHAPTERS].texts["es"];
        let document = app.live.text(text).await.expect("the text reads");
        let reading = document.read();
        let at = 1 + (n / CHAPTERS) % PARAGRAPHS;
        let (block, place) = (&reading.blocks[at], reading.places[at]);
        let start = place.start + (n % 60);
        let anchor = Anchor::of(&document, start..start + 40).expect("there are words");
        let body = format!("{WORDS}{}", &WORDS[..n % 60]);
        let first = Comment::new(CommentId(Uuid::new_v4()), seat, now, &body).expect("a comment");
        let kind = RemarkKind::ALL[n % RemarkKind::ALL.len()];
        let proposed = if n % 3 == 0 { "la administración que la ley designe" } else { "" };
        let entry = Entry::new(kind, proposed).expect("an entry");
        let to = (Audience::All, components[n % components.len()]);
        let thread = Thread::open(ThreadId(Uuid::new_v4()), (text, block.id), anchor, to, first);
        ops.extend(new_records(&Thread { entry, ..thread }));
        if ops.len() >= 2_000 {
            app.store.commit(std::mem::take(&mut ops)).await.expect("the store takes them");
        }
    }
    app.store.commit(ops).await.expect("the store takes them");
}

async fn sign_in(app: &App, address: SocketAddr) -> String {
    let nadia = app.directory.register().person_by_email("nadia@example.org").expect("she was entered").id;
    let url = app.make_link(nadia).await.expect("a link is made").url;
    let token = url.split('#').nth(1).expect("a link has a token");
    let answer = request(address, "POST /api/v1/sign-in", "", &format!("{{\"token\":\"{token}\"}}")).await;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let cookie = answer.lines().find_map(|line| line.strip_prefix("set-cookie: ")).expect("a cookie");
    cookie.split(';').next().unwrap_or_default().to_owned()
}

/// The address of forty rows from the middle of the matrix.
async fn window(address: SocketAddr, cookie: &str, matrix: &str) -> String {
    let rows = ids(address, cookie, matrix).await;
    let ids: Vec<&str> = rows.iter().skip(rows.len() / 2).take(40).map(|(id, _)| id.as_str()).collect();
    format!("{matrix}/rows?ids={}", ids.join(","))
}

/// Every row's id and version.
async fn ids(address: SocketAddr, cookie: &str, matrix: &str) -> Vec<(String, u64)> {
    let answer = request(address, &format!("GET {matrix}/index"), cookie, "").await;
    let body = answer.windows(4).position(|four| four == b"\r\n\r\n").map_or(0, |at| at + 4);
    let json: serde_json::Value = serde_json::from_slice(&answer[body..]).expect("an index");
    let row = |row: &serde_json::Value| {
        (row[0].as_str().unwrap_or_default().to_owned(), row[1].as_u64().unwrap_or(0))
    };
    json["rows"].as_array().map(|rows| rows.iter().map(row).collect()).unwrap_or_default()
}

async fn answer_many(address: SocketAddr, cookie: &str, matrix: &str) {
    let mut waits = Vec::new();
    let mut size = 0;
    for n in 0..TIMES {
        let rows = ids(address, cookie, matrix).await;
        let marks = rows.iter().skip(n * 500).take(500);
        let marks: Vec<String> =
            marks.map(|(id, version)| format!("{{\"id\":\"{id}\",\"version\":{version}}}")).collect();
        let body = format!("{{\"outcome\":\"noted\",\"rows\":[{}]}}", marks.join(","));
        let sent = Instant::now();
        let answer = request(address, &format!("POST {matrix}/answers"), cookie, &body).await;
        waits.push(sent.elapsed());
        size = answer.len();
        assert!(
            answer.starts_with(b"HTTP/1.1 201"),
            "{}",
            String::from_utf8_lossy(&answer[..answer.len().min(400)])
        );
    }
    show("500 rows answered together", &mut waits, size);
}

async fn request(address: SocketAddr, line: &str, cookie: &str, body: &str) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).await.expect("the service listens");
    let head = format!(
        "{line} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncookie: {cookie}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.expect("it reads");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("it answers");
    answer
}
