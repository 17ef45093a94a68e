//! The whole program as a process of its own, with the demonstration in it: to be signed in to, and to be killed.
//!
//! Cargo tells a test where the binaries of its own package are, not those of others. So the program is built by Cargo, once, with
//! the profile and into the folder that the running test was built with; when it is up to date that takes a moment.
//! `BORRADOR_BIN` names a program to use instead.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use automerge::ChangeHash;
use bytes::Bytes;
use crdt::ids::SeatId;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::desk::Desk;
use crate::guest::{Guest, PATIENCE};
use crate::socket::{NoSocket, Socket, request};

/// The paper of the demonstration.
pub const PAPER: &str = "ciudades-migracion-inclusion";

/// How often the system is asked for what it tells nobody by itself.
const LOOKS_EVERY: Duration = Duration::from_millis(20);

/// A running program. It is killed when this is dropped.
pub struct Process {
    /// Where it listens.
    pub address: String,
    /// The sign-in links that it printed, by e-mail address.
    links: Vec<(String, String)>,
    child: Child,
    log: Log,
    /// Whoever reads the log; ends with the process.
    reading: Option<JoinHandle<()>>,
}

/// What a process has written on standard error so far.
type Log = Arc<Mutex<String>>;

/// The program ended instead of serving.
#[derive(Debug)]
pub struct Refused {
    /// Its exit code; `None` if a signal ended it.
    pub code: Option<i32>,
    /// What it said on standard error.
    pub words: String,
}

/// How the program is to be started: on the demonstration, at any free port, until more is said.
pub struct Launch(Command);

impl Launch {
    /// On this data folder.
    pub fn on(data: &Path) -> Launch {
        Self::under(&[], data)
    }

    /// On this data folder, through another program that sets limits and then becomes ours.
    pub fn under(wrapper: &[&str], data: &Path) -> Launch {
        let mut words = wrapper.iter().map(OsStr::new).chain([program().as_os_str()]);
        let mut command = Command::new(words.next().expect("there is a program"));
        command.args(words).args(["serve", "--demo", "--listen", "127.0.0.1:0", "--data"]).arg(data);
        Launch(command)
    }

    /// With these lines in its configuration file, which is written to `file`.
    pub fn configured(mut self, file: &Path, lines: &str) -> Launch {
        std::fs::write(file, lines).expect("a configuration can be written");
        self.0.arg("--config").arg(file);
        self
    }

    /// With this variable in its environment.
    pub fn with(mut self, name: &str, value: &OsStr) -> Launch {
        self.0.env(name, value);
        self
    }

    /// Starts it, and waits until it serves or has ended.
    pub fn tries(mut self) -> Result<Process, Refused> {
        let mut child =
            self.0.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
        let lines = lines_of(&mut child);
        let (log, reading) = log_of(&mut child);
        let mut process =
            Process { address: String::new(), links: Vec::new(), child, log, reading: Some(reading) };
        while process.address.is_empty() || process.links.len() < people_in_the_demonstration() {
            match lines.recv_timeout(PATIENCE) {
                Ok(line) => process.takes_in(&line),
                Err(RecvTimeoutError::Disconnected) => return Err(process.refused()),
                Err(RecvTimeoutError::Timeout) => {
                    panic!("the program does not say where it is: {}", process.log())
                }
            }
        }
        Ok(process)
    }
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
    ///
    /// # Panics
    /// If the program does not serve.
    pub fn start(data: &Path) -> Process {
        Launch::on(data).tries().unwrap_or_else(|refused| panic!("the program does not serve: {refused:?}"))
    }

    fn takes_in(&mut self, line: &str) {
        if self.address.is_empty() {
            self.address = line.rsplit("//").next().unwrap_or_default().to_owned();
        } else if let Some(link) = line.split("/sign-in#").nth(1) {
            let email = line.split_whitespace().find(|word| word.contains('@')).unwrap_or_default();
            self.links.push((email.to_owned(), link.trim().to_owned()));
        }
    }

    fn refused(mut self) -> Refused {
        let code = self.child.wait().expect("it is our child").code();
        let read = self.reading.take().map(JoinHandle::join);
        assert!(matches!(read, Some(Ok(()))), "its log was read to the end");
        Refused { code, words: self.log() }
    }

    /// What it has written on standard error so far.
    pub fn log(&self) -> String {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until these words stand in its log.
    ///
    /// # Panics
    /// If patience ends first.
    pub async fn says(&self, words: &str) {
        let mut look = tokio::time::interval(LOOKS_EVERY);
        let said = async {
            while !self.log().contains(words) {
                look.tick().await;
            }
        };
        let said = tokio::time::timeout(PATIENCE, said).await;
        assert!(said.is_ok(), "it never said {words:?}: {}", self.log());
    }

    /// How many files and sockets it has open.
    pub fn open_files(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.pid())).expect("the process runs").count()
    }

    /// The number by which the system knows it.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits until no more than so many files and sockets are open. The system tells nobody when a file is closed, so it is asked.
    ///
    /// # Panics
    /// If patience ends first.
    pub async fn has_so_few_files_open(&self, few: usize) {
        let mut look = tokio::time::interval(LOOKS_EVERY);
        let all_closed = async {
            while self.open_files() > few {
                look.tick().await;
            }
        };
        let closed = tokio::time::timeout(PATIENCE, all_closed).await;
        assert!(closed.is_ok(), "{} files are open, not {few}", self.open_files());
    }

    /// `kill -9`, and waits until it is dead.
    pub fn is_killed(mut self) {
        self.end();
    }

    /// SIGTERM: it is asked to end.
    pub fn is_asked_to_stop(&self) {
        kill_process(Pid::from_child(&self.child), Signal::TERM).expect("the process runs");
    }

    /// Waits until it has ended by itself, and gives back its exit code, or `None` if a signal ended it.
    pub async fn ends(mut self) -> Option<i32> {
        let ended = tokio::task::spawn_blocking(move || self.child.wait().map(|status| status.code()));
        ended.await.expect("waiting does not fail").expect("it is our child")
    }

    fn end(&mut self) {
        // It may have ended by itself; then there is nothing to kill.
        drop(self.child.kill());
        drop(self.child.wait());
    }

    /// Signs in with the link of the person with this e-mail address.
    pub async fn signs_in(&self, email: &str) -> SignedIn {
        let (status, who) = self.tries_to_sign_in(email).await;
        who.unwrap_or_else(|| panic!("no session for {email}: {status}"))
    }

    /// The same, and the status with which the program answers.
    pub async fn tries_to_sign_in(&self, email: &str) -> (u16, Option<SignedIn>) {
        let link = self.links.iter().find(|(of, _)| of == email);
        let (_, token) = link.unwrap_or_else(|| panic!("nobody in the demonstration is {email}"));
        self.signs_in_with(token).await
    }

    /// Signs in with a link that somebody was given, such as an invitation's, for the first time.
    ///
    /// # Panics
    /// If the link does not lead in.
    pub async fn signs_in_by(&self, link: &str) -> SignedIn {
        let (status, who) = self.signs_in_with(link.rsplit('#').next().unwrap_or_default()).await;
        who.unwrap_or_else(|| panic!("no session by {link}: {status}"))
    }

    async fn signs_in_with(&self, token: &str) -> (u16, Option<SignedIn>) {
        let body = json!({ "token": token });
        let reply = request(&self.address, "POST", "/api/v1/sign-in", &[], Some(&body)).await;
        let reply = reply.expect("the program answers");
        let Some(cookie) = reply.cookie() else { return (reply.status, None) };
        let seat = reply.json()["seats"][0]["id"].as_str().and_then(|id| id.parse().ok());
        (reply.status, Some(SignedIn { seat: seat.expect("everybody has a seat"), cookie }))
    }

    /// Asks for something, signed in.
    pub async fn gets(&self, who: &SignedIn, path: &str) -> Value {
        let reply = request(&self.address, "GET", path, &[("Cookie", &who.cookie)], None).await;
        reply.expect("the program answers").json()
    }

    /// Takes out a file, signed in; the answer must be a success.
    pub async fn takes(&self, who: &SignedIn, path: &str) -> Bytes {
        self.takes_as(who, path, "*/*").await
    }

    /// The same, of a kind that can be had of several.
    pub async fn takes_as(&self, who: &SignedIn, path: &str, kind: &str) -> Bytes {
        let headers = [("Cookie", &*who.cookie), ("Accept", kind)];
        let reply = request(&self.address, "GET", path, &headers, None).await;
        let reply = reply.expect("the program answers");
        assert_eq!(reply.status, 200, "{path}: {reply:?}");
        reply.body
    }

    /// Posts JSON, signed in; the answer must be a success.
    pub async fn posts(&self, who: &SignedIn, path: &str, json: &Value) -> Value {
        self.sends(who, "POST", path, json).await
    }

    /// Puts JSON in the place of what is there, signed in; the answer must be a success.
    pub async fn puts(&self, who: &SignedIn, path: &str, json: &Value) -> Value {
        self.sends(who, "PUT", path, json).await
    }

    async fn sends(&self, who: &SignedIn, method: &str, path: &str, json: &Value) -> Value {
        let reply = request(&self.address, method, path, &[("Cookie", &who.cookie)], Some(json)).await;
        let reply = reply.expect("the program answers");
        assert!((200..300).contains(&reply.status), "{path}: {reply:?}");
        reply.json()
    }

    /// Posts JSON, signed in, while the program may die: the status of the answer, if there was one. It needs the program no more.
    pub fn tries_to_post(
        &self,
        who: &SignedIn,
        path: &str,
        json: Value,
    ) -> impl Future<Output = Option<u16>> + use<> {
        let (address, cookie, path) = (self.address.clone(), who.cookie.clone(), path.to_owned());
        async move {
            let reply = request(&address, "POST", &path, &[("Cookie", &cookie)], Some(&json)).await;
            reply.ok().map(|reply| reply.status)
        }
    }

    /// Asks for something, signed in, and takes any answer: its status and its JSON.
    pub async fn asks(&self, who: &SignedIn, path: &str) -> (u16, Value) {
        let reply = request(&self.address, "GET", path, &[("Cookie", &who.cookie)], None).await;
        let reply = reply.expect("the program answers");
        (reply.status, reply.json())
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
        self.socket_at(&self.address, who).await.expect("the door is open")
    }

    /// The same through a proxy, which may break it.
    pub async fn socket_at(&self, address: &str, who: &SignedIn) -> Result<Socket, NoSocket> {
        let (path, origin) = self.door(who);
        Socket::open(address, &path, &[("Cookie", &who.cookie), ("Origin", &origin)]).await
    }

    /// The same, and it takes in next to nothing unless it is read.
    pub async fn narrow_socket(&self, who: &SignedIn) -> Socket {
        let (path, origin) = self.door(who);
        let headers = [("Cookie", &*who.cookie), ("Origin", &origin)];
        Socket::open_narrow(&self.address, &path, &headers).await.expect("the door is open")
    }

    fn door(&self, who: &SignedIn) -> (String, String) {
        (format!("/sync?seat={}", who.seat), format!("http://{}", self.address))
    }

    /// The lines of a request's head by which a browser of this person is known, for clients that write their own.
    pub fn headers(&self, who: &SignedIn) -> String {
        format!("Cookie: {}\r\nOrigin: http://{}\r\n", who.cookie, self.address)
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

fn log_of(child: &mut Child) -> (Log, JoinHandle<()>) {
    let mut output = child.stderr.take().expect("the log is piped");
    let log = Log::default();
    let written = log.clone();
    let reading = std::thread::spawn(move || {
        let mut piece = [0; 4_096];
        while let Ok(length @ 1..) = output.read(&mut piece) {
            let words = String::from_utf8_lossy(&piece[..length]);
            written.lock().unwrap_or_else(PoisonError::into_inner).push_str(&words);
        }
    });
    (log, reading)
}

/// Runs a command of the program to its end: `borrador check --data DIR`.
pub fn command(name: &str, data: &Path) -> Output {
    Command::new(program()).args([name, "--data"]).arg(data).output().expect("the program starts")
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
