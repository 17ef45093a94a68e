//! The whole program as a process of its own, with the demonstration in it: to be signed in to, and to be killed.
//!
//! Cargo tells a test where the binaries of its own package are, not those of others. So the program is built by Cargo, once, with
//! the profile and into the folder that the running test was built with; when it is up to date that takes a moment.
//! `BORRADOR_BIN` names a program to use instead.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, channel};

use automerge::ChangeHash;
use crdt::ids::SeatId;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::desk::Desk;
use crate::guest::{Guest, PATIENCE};
use crate::socket::{Socket, request};

/// The paper of the demonstration.
pub const PAPER: &str = "ciudades-migracion-inclusion";

/// A running program. It is killed when this is dropped.
pub struct Process {
    /// Where it listens.
    pub address: String,
    /// The sign-in links that it printed, by e-mail address.
    links: Vec<(String, String)>,
    child: Child,
}

/// Somebody who has signed in. Outlives a restart: sessions are kept in the store.
#[derive(Clone)]
pub struct SignedIn {
    /// The seat they act with: their first.
    pub seat: SeatId,
    cookie: String,
}

impl Process {
    /// Starts the demonstration on this folder, at any free port.
    pub fn start(data: &Path) -> Process {
        let mut child = Command::new(program())
            .args(["serve", "--demo", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let lines = lines_of(&mut child);
        let next = || lines.recv_timeout(PATIENCE).expect("the program says where it is");
        let first = next();
        let address = first.rsplit("//").next().unwrap_or_default().to_owned();
        let mut links = Vec::new();
        while links.len() < people_in_the_demonstration() {
            let line = next();
            if let Some(link) = line.split("/sign-in#").nth(1) {
                let email = line.split_whitespace().find(|word| word.contains('@')).unwrap_or_default();
                links.push((email.to_owned(), link.trim().to_owned()));
            }
        }
        Process { address, links, child }
    }

    /// The number by which the system knows it.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// `kill -9`, and waits until it is dead.
    pub fn is_killed(mut self) {
        self.end();
    }

    fn end(&mut self) {
        // It may have ended by itself; then there is nothing to kill.
        drop(self.child.kill());
        drop(self.child.wait());
    }

    /// Signs in with the link of the person with this e-mail address.
    pub async fn signs_in(&self, email: &str) -> SignedIn {
        let link = self.links.iter().find(|(of, _)| of == email);
        let (_, token) = link.unwrap_or_else(|| panic!("nobody in the demonstration is {email}"));
        let body = json!({ "token": token });
        let reply = request(&self.address, "POST", "/api/v1/sign-in", &[], Some(&body)).await;
        let reply = reply.expect("the program answers");
        let cookie = reply.cookie().unwrap_or_else(|| panic!("no session: {reply:?}"));
        let seat = reply.json()["seats"][0]["id"].as_str().and_then(|id| id.parse().ok());
        SignedIn { seat: seat.expect("everybody has a seat"), cookie }
    }

    /// Asks for something, signed in.
    pub async fn gets(&self, who: &SignedIn, path: &str) -> Value {
        let reply = request(&self.address, "GET", path, &[("Cookie", &who.cookie)], None).await;
        reply.expect("the program answers").json()
    }

    /// A ticket with which a client that can set no headers may open a socket for this person's seat.
    pub async fn ticket(&self, who: &SignedIn) -> String {
        let body = json!({ "seat": who.seat });
        let headers = [("Cookie", &*who.cookie)];
        let reply = request(&self.address, "POST", "/api/v1/sync-tickets", &headers, Some(&body)).await;
        let ticket = reply.expect("the program answers").json()["ticket"].as_str().map(str::to_owned);
        ticket.expect("whoever is signed in gets a ticket")
    }

    /// The names on the wire of the paper's texts in a language, in order of the chapters.
    pub async fn documents(&self, who: &SignedIn, language: &str) -> Vec<String> {
        let paper = self.gets(who, &format!("/api/v1/papers/{PAPER}")).await;
        let chapters = paper["chapters"].as_array().expect("a paper has chapters");
        let document =
            |chapter: &Value| chapter["texts"][language]["document_id"].as_str().map(str::to_owned);
        chapters.iter().filter_map(document).collect()
    }

    /// A socket for this person's seat, opened as a browser would: with the cookie, from our own page.
    pub async fn socket(&self, who: &SignedIn) -> Socket {
        let origin = format!("http://{}", self.address);
        let headers = [("Cookie", &*who.cookie), ("Origin", &origin)];
        Socket::open(&self.address, &format!("/sync?seat={}", who.seat), &headers)
            .await
            .expect("the door is open")
    }

    /// Somebody at an empty desk, not connected yet.
    pub fn guest(&self, name: &str, who: &SignedIn, document: &str) -> Guest {
        Guest::new(name, document, Desk::new(*Uuid::new_v4().as_bytes(), Some(who.seat)))
    }

    /// Every change of a text, as a newcomer receives it.
    pub async fn stored(&self, who: &SignedIn, document: &str) -> Vec<ChangeHash> {
        let mut newcomer = self.guest("newcomer", who, document);
        newcomer.enters(self.socket(who).await).await;
        newcomer.desk.hashes_since(&[])
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}

fn people_in_the_demonstration() -> usize {
    let people = include_str!("../../fixtures/demo/people.json");
    serde_json::from_str::<Vec<Value>>(people).expect("the fixture is JSON").len()
}

/// What a process prints, line by line, for as long as it lives.
fn lines_of(child: &mut Child) -> Receiver<String> {
    let output = child.stdout.take().expect("the output is piped");
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            // Nobody may be interested any more; it is read all the same, so that the program never waits to print.
            drop(sender.send(line));
        }
    });
    lines
}

/// Where the program is, built if it was not.
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| std::env::var_os("BORRADOR_BIN").map_or_else(build, PathBuf::from))
}

fn build() -> PathBuf {
    let own = std::env::current_exe().expect("a running test has a file");
    let folder =
        own.ancestors().skip(1).find(|folder| !folder.ends_with("deps")).expect("it lies in a folder");
    let profile = match folder.file_name().and_then(|name| name.to_str()) {
        Some("debug") | None => "dev",
        Some(profile) => profile,
    };
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["build", "--quiet", "--package", "borrador", "--bin", "borrador", "--profile", profile])
        .arg("--manifest-path")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml"))
        .arg("--target-dir")
        .arg(folder.parent().expect("a profile's folder lies in the target folder"))
        .status()
        .expect("cargo runs");
    assert!(built.success(), "the program does not build");
    folder.join("borrador")
}
