//! `cargo run --release -p borrador-tests --bin matrix -- --rows 30000`
//!
//! A paper with so many rows of 24 components in the embedded store, one in twenty an amendment and the others remarks: how long its matrix takes to open (the first time, when all records
//! are read, and after that), to filter, to answer 500 rows of, and to take out as a file. Asked over HTTP from the same machine, each
//! five times but for the first opening; the middle and the worst are printed, with the size of the answer. With `--serve` it prints a
//! sign-in link instead and serves until its input ends: `npm run bench:matrix:browser` looks at it in Chromium.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::{Duration, Instant};

use borrador::app::App;
use borrador::app::access::Invitation;
use borrador::app::amendments::Part;
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
use borrador::store::{Coll, Expect, Op};
use borrador_tests::measure::Usage;
use borrador_tests::options::number;
use crdt::document::branch::{self, Squash};
use crdt::document::redline::redline;
use crdt::document::{Anchor, Text, Writer};
use crdt::ids::{
    ActorId, AmendmentId, ChangeHash, CommentId, ComponentId, PaperId, PersonId, SeatId, TextId, ThreadId,
};
use crdt::moment::Moment;
use crdt::review::amendment::{Amendment, Hand, NewAmendment, NewRevision};
use crdt::review::entry::{Entry, Kind as RemarkKind};
use crdt::review::permission::{Function, Grant, Rights, Role, Scope};
use crdt::review::submission::Submission;
use crdt::review::thread::{Audience, Comment, Thread};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use uuid::Uuid;

const CHAPTERS: usize = 12;
const PARAGRAPHS: usize = 40;
const COMPONENTS: usize = 24;
const TIMES: usize = 5;
const AMENDMENT_EVERY: usize = 20;
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
    fill(&app, paper, seat, &components, rows).await;
    println!(
        "{rows} rows of {COMPONENTS} components on {CHAPTERS} chapters, {} of them amendments, written in {:.1} s",
        rows.div_ceil(AMENDMENT_EVERY),
        made.elapsed().as_secs_f64()
    );
    if std::env::args().any(|word| word == "--serve") {
        return serve_on(&app).await;
    }
    let cookie = sign_in(&app, address).await;
    let before = memory();
    println!("{:34} {:>9} {:>9} {:>9} {:>9}", "", "middle ms", "worst ms", "kB", "MB after");
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
    ask("amendments", &format!("{matrix}?kind=amendment&limit=100"), TIMES).await;
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

/// Says with which link one signs in, and serves until its input ends: for what is measured in a browser.
async fn serve_on(app: &App) {
    println!("{}", link(app).await);
    let ended = || std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
    tokio::task::spawn_blocking(ended).await.expect("nobody stops it").expect("its input is read");
}

fn memory() -> u64 {
    Usage::of(std::process::id()).memory_bytes >> 20
}

fn show(what: &str, waits: &mut [Duration], size: usize) {
    waits.sort();
    let ms = |wait: Duration| wait.as_secs_f64() * 1e3;
    println!(
        "{what:34} {:>9.0} {:>9.0} {:>9} {:>9}",
        ms(waits[waits.len() / 2]),
        ms(waits[waits.len() - 1]),
        size / 1000,
        memory()
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
            closings: Vec::new(),
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

/// Rows spread over the paper: one in twenty an amendment, a third of the remarks with proposed words.
async fn fill(app: &App, paper: PaperId, seat: SeatId, components: &[ComponentId], rows: usize) {
    let register = app.directory.register();
    let paper = register.paper(paper).expect("it was imported").clone();
    let mut chapters = Vec::new();
    for chapter in &paper.chapters {
        let text = chapter.texts["es"];
        let document = app.live.text(text).await.expect("the text reads");
        let reading = document.read();
        let proposed: Vec<Proposed> = (1..=PARAGRAPHS).map(|at| Proposed::of(&document, at)).collect();
        chapters.push((text, document, reading, proposed, paper.place_of(chapter)));
    }
    let now = Moment::from_unix_ms(1_474_447_320_000);
    let mut ops = Vec::new();
    for n in 0..rows {
        let (text, document, reading, proposed, place) = &chapters[n % CHAPTERS];
        let at = 1 + (n / CHAPTERS) % PARAGRAPHS;
        let component = components[n % components.len()];
        if n % AMENDMENT_EVERY == 0 {
            let rights = Rights { function: Function::FocalPoint, grants: Vec::new(), ended: false };
            let hand =
                Hand { seat, component, person: PersonId(Uuid::new_v4()), rights, place: *place, at: now };
            let number = u32::try_from(1 + n / AMENDMENT_EVERY).expect("there are fewer");
            ops.extend(proposed[at - 1].records(paper.id, *text, &hand, number));
        } else {
            let (block, place) = (&reading.blocks[at], reading.places[at]);
            let start = place.start + (n % 60);
            let anchor = Anchor::of(document, start..start + 40).expect("there are words");
            let more: String = WORDS.chars().take(n % 60).collect();
            let first = Comment::new(CommentId(Uuid::new_v4()), seat, now, &format!("{WORDS}{more}"))
                .expect("a comment");
            let kind = RemarkKind::ALL[n % RemarkKind::ALL.len()];
            let proposed = if n % 3 == 0 { "la administración que la ley designe" } else { "" };
            let entry = Entry::new(kind, proposed).expect("an entry");
            let to = (Audience::All, component);
            let thread = Thread::open(ThreadId(Uuid::new_v4()), (*text, block.id), anchor, to, first);
            ops.extend(new_records(&Thread { entry, ..thread }));
        }
        if ops.len() >= 2_000 {
            app.store.commit(std::mem::take(&mut ops)).await.expect("the store takes them");
        }
    }
    app.store.commit(ops).await.expect("the store takes them");
}

/// What an amendment to one paragraph comes to.
struct Proposed {
    squash: Squash,
    part: Part,
    base_heads: Vec<ChangeHash>,
}

impl Proposed {
    /// Some words of a paragraph in other ones.
    fn of(text: &Text, at: usize) -> Proposed {
        let actor = || ActorId(Uuid::new_v4().as_bytes().to_vec());
        let writer = || Writer { actor: actor(), seat: None, at: Moment::from_unix_ms(0) };
        let start = text.read().places[at].start + 40;
        let mut branch = text.clone();
        branch.edit(&writer(), |edit| edit.splice(start..start + 20, "la que la ley diga")).expect("an edit");
        let squash = branch::squash(text, &branch, &writer()).expect("a branch").expect("it differs");
        let red = redline(&text.blocks(), &squash.text.blocks());
        let red = red.into_iter().filter(|block| block.differs());
        let red = red.map(|block| serde_json::to_value(block).expect("JSON")).collect();
        Proposed { part: Part::of(&squash.change, red), base_heads: text.heads(), squash }
    }

    /// It as a submitted amendment.
    fn records(&self, paper: PaperId, text: TextId, hand: &Hand, number: u32) -> [Op; 2] {
        let id = AmendmentId(Uuid::new_v4());
        let base_heads = self.base_heads.clone();
        let new = NewAmendment {
            id,
            paper,
            text,
            branch: TextId(Uuid::new_v4()),
            base_heads: base_heads.clone(),
            source: None,
            title: "Quién paga".to_owned(),
            reason: WORDS.to_owned(),
        };
        let revision = NewRevision {
            change: self.squash.hash,
            base_heads,
            footprint: self.squash.footprint.clone(),
            digest: number.to_string(),
            workers: Vec::new(),
            number,
        };
        let sent = Submission { by: hand.seat, at: hand.at, round: None, on_behalf: false, late: None };
        let draft = Amendment::open(new, hand).expect("who may propose");
        let submitted = draft.submit(hand, sent, revision).expect("who may submit");
        [
            Op::put(Coll::Amendment, format!("{paper}/{id}"), Expect::Absent, &submitted),
            Op::put(Coll::AmendmentPart, format!("{id}/{:06}", 1), Expect::Absent, &self.part),
        ]
    }
}

async fn link(app: &App) -> String {
    let nadia = app.directory.register().person_by_email("nadia@example.org").expect("she was entered").id;
    app.make_link(nadia).await.expect("a link is made").url
}

async fn sign_in(app: &App, address: SocketAddr) -> String {
    let url = link(app).await;
    let token = url.split('#').nth(1).expect("a link has a token");
    let answer = request(address, "POST /api/v1/sign-in", "", &format!("{{\"token\":\"{token}\"}}")).await;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let cookie = answer.lines().find_map(|line| line.strip_prefix("set-cookie: ")).expect("a cookie");
    cookie.split(';').next().unwrap_or_default().to_owned()
}

/// The address of forty rows from the middle of the matrix.
async fn window(address: SocketAddr, cookie: &str, matrix: &str) -> String {
    let rows = ids(address, cookie, matrix).await;
    let ids: Vec<&str> = rows.iter().skip(rows.len() / 2).take(40).map(|row| row.id.as_str()).collect();
    format!("{matrix}/rows?ids={}", ids.join(","))
}

/// A row in short.
struct Line {
    id: String,
    version: u64,
    is_amendment: bool,
}

/// Every row in short.
async fn ids(address: SocketAddr, cookie: &str, matrix: &str) -> Vec<Line> {
    let answer = request(address, &format!("GET {matrix}/index"), cookie, "").await;
    let body = answer.windows(4).position(|four| four == b"\r\n\r\n").map_or(0, |at| at + 4);
    let json: serde_json::Value = serde_json::from_slice(&answer[body..]).expect("an index");
    let amendment =
        json["kinds"].as_array().and_then(|kinds| kinds.iter().position(|kind| kind == "amendment"));
    let row = |row: &serde_json::Value| Line {
        id: row[0].as_str().unwrap_or_default().to_owned(),
        version: row[1].as_u64().unwrap_or(0),
        is_amendment: row[5].as_u64() == amendment.map(|place| place as u64),
    };
    json["rows"].as_array().map(|rows| rows.iter().map(row).collect()).unwrap_or_default()
}

async fn answer_many(address: SocketAddr, cookie: &str, matrix: &str) {
    let mut waits = Vec::new();
    let mut size = 0;
    for n in 0..TIMES {
        let rows = ids(address, cookie, matrix).await;
        // "Noted" is for remarks: one row in twenty stands aside.
        let marks = rows.iter().filter(|row| !row.is_amendment).skip(n * 500).take(500);
        let marks: Vec<String> =
            marks.map(|row| format!("{{\"id\":\"{}\",\"version\":{}}}", row.id, row.version)).collect();
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
