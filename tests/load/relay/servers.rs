//! The servers that are compared: Borrador, and three of npm that are started by the scripts in `tests/load/peers`.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use borrador_tests::desk::Desk;
use borrador_tests::frames::{self, FromServer};
use borrador_tests::notation::paper;
use borrador_tests::process::{Launch, Process, SignedIn};
use borrador_tests::socket::{Heard, Socket};
use crdt::ids::TextId;
use crdt::sync::wire::{document_id, text_of};
use tokio::runtime::Runtime;
use uuid::Uuid;

use crate::automerge::{self, Acknowledges, Automerge, Base};
use crate::client::{Door, Speaker};
use crate::cores::Cores;
use crate::history::{self, Edit};
use crate::letter::Hash;
use crate::yjs::{self, Wrapping, Yjs};

/// Whoever may write everywhere in the demonstration.
const WRITER: &str = "ines.duarte@example.org";
/// Limits that the measurements need raised: 260,000 changes in one text.
const LIMITS: &str = "[limits]\ntext_changes = 1_000_000\n";
/// Changes that are uploaded in one message.
const PIECE: usize = 1_000;

/// A kind of server.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Ours.
    Borrador,
    /// `@hocuspocus/server` with its SQLite extension.
    Hocuspocus,
    /// `@y/websocket-server` with LevelDB.
    YWebsocket,
    /// automerge-repo's packages, composed as its sync server is.
    AutomergeRepo,
}

impl Kind {
    /// All of them, ours first.
    pub const ALL: [Kind; 4] = [Kind::Borrador, Kind::Hocuspocus, Kind::YWebsocket, Kind::AutomergeRepo];

    /// As the command line names it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Borrador => "borrador",
            Kind::Hocuspocus => "hocuspocus",
            Kind::YWebsocket => "y-websocket",
            Kind::AutomergeRepo => "automerge-repo",
        }
    }
}

/// What a text is made of before the clients come.
#[derive(Clone)]
pub enum Content {
    /// So many letters, written at once.
    Letters(usize),
    /// A history of single edits.
    History(Arc<[Edit]>),
}

/// A running server with one text.
pub struct Server {
    kind: Kind,
    content: Content,
    folder: PathBuf,
    running: Running,
    document: String,
    base: Option<Arc<Base>>,
    person: Option<SignedIn>,
}

enum Running {
    Ours(Box<Process>),
    Theirs(Peer),
}

/// One of the others' servers. It ends when this is dropped.
struct Peer {
    child: Child,
    address: String,
}

impl Server {
    /// Starts a server in an empty folder and puts the text into it.
    pub fn start(
        kind: Kind,
        folder: &Path,
        content: Content,
        cores: &Cores,
        runtime: &Runtime,
    ) -> Result<Server, String> {
        std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
        match kind {
            Kind::Borrador => Ok(Self::ours(folder, content, cores, runtime)),
            _ => Self::peer(kind, folder, content, cores),
        }
    }

    fn ours(folder: &Path, content: Content, cores: &Cores, runtime: &Runtime) -> Server {
        let process = start_ours(folder, cores);
        let (document, person, base) = runtime.block_on(async {
            let person = process.signs_in(WRITER).await;
            let document = process.documents(&person, "en").await.swap_remove(0);
            let mut guest = process.guest("base", &person, &document);
            guest.enters(process.socket(&person).await).await;
            let (before, desk) = (guest.desk.heads(), guest.desk.clone());
            let (base, changes) = match &content {
                Content::Letters(count) => {
                    let base = Base::of(desk, *count);
                    let changes = base.desk.since(&before);
                    (Some(Arc::new(base)), changes)
                }
                Content::History(edits) => (None, history::write(desk, edits).1),
            };
            let changes: Vec<(Hash, Vec<u8>)> =
                changes.iter().map(|change| (change.hash().0, change.raw_bytes().to_vec())).collect();
            upload(process.socket(&person).await, &document, &changes).await;
            (document, person, base)
        });
        let running = Running::Ours(Box::new(process));
        Server {
            kind: Kind::Borrador,
            content,
            folder: folder.to_owned(),
            running,
            document,
            base,
            person: Some(person),
        }
    }

    fn peer(kind: Kind, folder: &Path, content: Content, cores: &Cores) -> Result<Server, String> {
        let document = document_id(TextId(Uuid::from_u128(0x5ec)));
        let file = folder.join("text");
        let mut base = None;
        let bytes = match (kind, &content) {
            (Kind::AutomergeRepo, Content::Letters(count)) => {
                let written = Base::of(empty_desk(), *count);
                let bytes = written.desk.clone().doc().save();
                base = Some(Arc::new(written));
                bytes
            }
            (Kind::AutomergeRepo, Content::History(edits)) => {
                history::write(empty_desk(), edits).0.doc().save()
            }
            (_, Content::Letters(count)) => yjs::base(*count),
            (_, Content::History(edits)) => history_of_yjs(folder, edits)?,
        };
        std::fs::write(&file, bytes).map_err(|error| error.to_string())?;
        let running = start_peer(kind, folder, &document, Some(&file), cores)?;
        Ok(Server { kind, content, folder: folder.to_owned(), running, document, base, person: None })
    }

    /// Ends the server as an operator would, and starts it again on the same folder: it has nothing in memory then.
    pub fn restarts(self, cores: &Cores, runtime: &Runtime) -> Result<Server, String> {
        let running = match self.running {
            Running::Ours(process) => {
                // Whoever reads the text brings the saved one up to date.
                let person = self.person.as_ref().expect("somebody has signed in");
                let text = text_of(&self.document).expect("a document of ours is a text");
                runtime.block_on(process.gets(person, &format!("/api/v1/texts/{text}")));
                process.is_asked_to_stop();
                runtime.block_on(process.ends());
                Running::Ours(Box::new(start_ours(&self.folder, cores)))
            }
            Running::Theirs(peer) => {
                drop(peer);
                start_peer(self.kind, &self.folder, &self.document, None, cores)?
            }
        };
        Ok(Server { running, ..self })
    }

    /// The number by which the system knows it.
    pub fn pid(&self) -> u32 {
        match &self.running {
            Running::Ours(process) => process.pid(),
            Running::Theirs(peer) => peer.child.id(),
        }
    }

    /// How a client reaches the text.
    pub fn door(&self) -> Door {
        match (&self.running, &self.person) {
            (Running::Ours(process), Some(person)) => Door {
                address: process.address.clone(),
                path: format!("/sync?seat={}", person.seat),
                headers: process.headers(person),
            },
            (Running::Ours(process), None) => unreachable!("somebody has signed in at {}", process.address),
            (Running::Theirs(peer), _) => {
                let path = if self.kind == Kind::YWebsocket {
                    format!("/{}", self.document)
                } else {
                    "/".to_owned()
                };
                Door { address: peer.address.clone(), path, headers: String::new() }
            }
        }
    }

    /// Client `number`, who speaks this server's language.
    pub fn speaker(&self, number: u32, manner: Acknowledges) -> Box<dyn Speaker> {
        let letters = match self.content {
            Content::Letters(count) => count,
            Content::History(_) => 0,
        };
        match self.kind {
            Kind::Borrador | Kind::AutomergeRepo => {
                Box::new(Automerge::new(number, &self.document, manner, self.base.clone()))
            }
            Kind::YWebsocket => Box::new(Yjs::new(number, Wrapping::Plain, letters)),
            Kind::Hocuspocus => {
                Box::new(Yjs::new(number, Wrapping::Hocuspocus(self.document.clone()), letters))
            }
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

fn empty_desk() -> Desk {
    let mut desk = Desk::new([7; 16], None);
    desk.receive(&[paper("# A text").into()]);
    desk
}

fn start_ours(folder: &Path, cores: &Cores) -> Process {
    let launch = Launch::on(&folder.join("data")).configured(&folder.join("limits.toml"), LIMITS);
    cores.starts(|| launch.tries()).unwrap_or_else(|refused| panic!("ours does not serve: {refused:?}"))
}

/// Sends changes as a client would, and waits until each piece of them is durable.
async fn upload(mut socket: Socket, document: &str, changes: &[(Hash, Vec<u8>)]) {
    let says = async |socket: &mut Socket, message: &[u8]| {
        socket.sends(message).await.expect("the server listens");
    };
    says(&mut socket, &frames::join("upload", &["1"])).await;
    for piece in changes.chunks(PIECE) {
        let last = piece.last().expect("no piece is empty").0;
        let raw: Vec<&[u8]> = piece.iter().map(|(_, raw)| &raw[..]).collect();
        says(&mut socket, &frames::sync("upload", document, &automerge::message(&[last], &[], &raw))).await;
        loop {
            let Heard::Message(message) = socket.hears().await else { panic!("the server hung up") };
            match frames::read(&message) {
                FromServer::Sync { data, .. } if data.windows(32).take(64 * 32).any(|hash| hash == last) => {
                    break;
                }
                FromServer::Error { code, message, .. } => panic!("the server refused: {code}: {message}"),
                _ => {}
            }
        }
    }
}

fn peers() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("load/peers")
}

fn start_peer(
    kind: Kind,
    folder: &Path,
    document: &str,
    text: Option<&Path>,
    cores: &Cores,
) -> Result<Running, String> {
    let mut command = Command::new("node");
    command.arg(peers().join(format!("{}.mjs", kind.name()))).arg(folder.join("data")).arg(document);
    command.args(text).stdout(Stdio::piped()).env("NODE_ENV", "production");
    let mut child =
        cores.starts(|| command.spawn()).map_err(|error| format!("node does not start: {error}"))?;
    let lines = BufReader::new(child.stdout.take().expect("the output is piped"));
    let mut lines = lines.lines().map_while(Result::ok);
    let Some(address) = lines.find_map(|line| line.strip_prefix("listening on ").map(str::to_owned)) else {
        end(&mut child);
        return Err("it did not start".to_owned());
    };
    // Somebody must read what it prints, or it would wait one day.
    std::thread::spawn(move || lines.for_each(drop));
    Ok(Running::Theirs(Peer { child, address }))
}

/// Asks a process to end, and waits until it has; one that does not is killed.
fn end(child: &mut Child) {
    let asked =
        rustix::process::kill_process(rustix::process::Pid::from_child(child), rustix::process::Signal::TERM);
    let ends_by = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while asked.is_ok() && std::time::Instant::now() < ends_by {
        if !matches!(child.try_wait(), Ok(None)) {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    // It may have ended by itself; then there is nothing to kill.
    drop(child.kill());
    drop(child.wait());
}

/// The history as one Yjs update, written by Yjs itself.
fn history_of_yjs(folder: &Path, edits: &[Edit]) -> Result<Vec<u8>, String> {
    let (lines, update) = (folder.join("edits"), folder.join("update"));
    std::fs::write(&lines, history::lines(edits)).map_err(|error| error.to_string())?;
    let written = Command::new("node").arg(peers().join("history.mjs")).arg(&lines).arg(&update).status();
    if !written.is_ok_and(|status| status.success()) {
        return Err("the history could not be written with Yjs".to_owned());
    }
    std::fs::read(&update).map_err(|error| error.to_string())
}
