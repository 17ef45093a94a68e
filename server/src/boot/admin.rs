//! Administration: what the command line asks of a service, and the socket through which it reaches a running one.
//!
//! Whoever may open the socket (a file in the data directory that only its owner may use) is the operator of the machine.
//! One line of JSON asks, one line answers; a file follows its answer as plain bytes.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use crdt::ids::{PersonId, SeatId};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use uuid::Uuid;

use super::clock::Clock;
use crate::app::App;
use crate::app::access::{Invitation, seat_named};
use crate::app::audit::By;
use crate::app::check::{self, Report};
use crate::app::exports::Format;
use crate::app::exports::sights::{Sight, WantedFile};
use crate::app::milestones::NewMilestone;
use crate::app::papers::NewPaper;
use crate::app::refusal::Refusal;
use crate::app::word_import::{NewWordPaper, Outlook};
use crate::people::paper::Paper;
use crate::store::backup::{self, BackupError};
use crate::store::{Store, StoreError};

/// What the operator asks.
#[derive(Serialize, Deserialize, Debug, Clone)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum Request {
    /// A sign-in link for somebody, with an account and a seat if they need them.
    Invite(Invitation),
    /// A bearer token.
    Token {
        /// Whose seat.
        email: String,
        /// In which component.
        component: Option<String>,
        /// For how many days.
        days: u32,
    },
    /// A paper of a file.
    Import(NewPaper),
    /// A paper of a Word document, or only what it would become.
    ImportWord {
        /// The paper and the name of the file; its bytes are in `content`.
        new: NewWordPaper,
        /// In base64.
        content: String,
        /// Nothing is written.
        look: bool,
    },
    /// A file of a paper.
    Export {
        /// The slug.
        paper: String,
        /// A milestone's name; the current draft without one.
        milestone: Option<String>,
        /// The language.
        language: String,
        /// The kind.
        format: Format,
        /// What it shows.
        sight: Sight,
    },
    /// A milestone.
    Seal {
        /// The slug.
        paper: String,
        /// The name of the planned draft that it fulfils, if that is said.
        #[serde(default)]
        planned: Option<String>,
        /// What to seal.
        milestone: NewMilestone,
        /// Who seals, if not the operator.
        email: Option<String>,
    },
    /// Is everything what it was when it was written?
    Check {
        /// As JSON.
        json: bool,
    },
    /// Everything, into a new folder.
    Backup {
        /// An absolute path, on the machine of the service.
        folder: PathBuf,
    },
}

/// What it is answered.
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Head {
    /// Done: words for the terminal, and how many bytes of a file follow.
    Done {
        words: String,
        file_bytes: usize,
        #[serde(default)]
        exit: u8,
    },
    /// Not done.
    Refused { code: String, words: String },
}

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Words for the terminal.
    pub words: String,
    /// A file, if one was asked for.
    pub file: Option<Bytes>,
    /// What the command exits with: 0, or 1 where something damaged was found.
    pub exit: u8,
}

impl Outcome {
    fn words(words: String) -> Outcome {
        Outcome { words, file: None, exit: 0 }
    }
}

/// Do what the operator asks.
pub async fn perform(app: &App, request: Request) -> Result<Outcome, Failure> {
    let words = Outcome::words;
    match request {
        Request::Invite(invitation) => Ok(words(app.invite(&invitation).await?.url)),
        Request::Token { email, component, days } => {
            let made = app.make_token(&email, component.as_deref(), days).await?;
            Ok(words(made.secret.reveal().to_owned()))
        }
        Request::Import(new) => {
            let seat = app.operator_seat().await?;
            let (paper, report) = app.import(seat, By::Operator, new).await?;
            let notes = report.notes.iter().map(|note| {
                let found = serde_json::to_value(note.found).unwrap_or_default();
                format!("\nline {}: {} {}", note.line, found.as_str().unwrap_or("note"), note.words)
            });
            let (chapters, slug) = (paper.chapters.len(), &paper.slug);
            let plural = if chapters == 1 { "" } else { "s" };
            Ok(words(format!("{slug}: {chapters} chapter{plural}{}", notes.collect::<String>())))
        }
        Request::ImportWord { mut new, content, look } => {
            let file = STANDARD.decode(content);
            new.file = file.map_err(|_| Refusal::field("content", "is a file in base64"))?.into();
            let slug = new.slug.clone();
            let outlook = if look {
                app.look_at_word(&new).await?
            } else {
                let seat = app.operator_seat().await?;
                app.import_word(seat, By::Operator, new).await?.1
            };
            Ok(words(format!("{slug}: {}", outlook_in_words(&outlook))))
        }
        Request::Export { paper, milestone, language, format, sight } => {
            let paper = paper_named(app, &paper)?;
            let sealed = match milestone {
                None => None,
                Some(name) => {
                    let sealed =
                        app.milestones(paper.id).await?.into_iter().find(|sealed| sealed.is_called(&name));
                    Some(sealed.ok_or_else(|| Refusal::field("milestone", format!("{name} is not sealed")))?)
                }
            };
            // Only these two ask who reads.
            let seat = match sight {
                Sight::Words(_) => SeatId(Uuid::nil()),
                Sight::Redline | Sight::Comments => app.operator_seat().await?,
            };
            let wanted = WantedFile { language: &language, format, sight, since: None };
            let made = app.paper_file((PersonId(Uuid::nil()), seat), &paper, sealed.as_ref(), wanted).await;
            let made = made.map_err(|refusal| match refusal {
                Refusal::NotFound => {
                    Refusal::field("language", format!("{language} has no text in this paper"))
                }
                other => other,
            })?;
            let losses: String = made.losses.iter().map(|loss| format!("\n{loss}")).collect();
            Ok(Outcome { file: Some(made.bytes), ..words(made.name + &losses) })
        }
        Request::Seal { paper, planned, milestone, email } => {
            let paper = paper_named(app, &paper)?;
            let milestone = match planned {
                Some(name) => app.for_plan(&paper, &name, milestone).await?,
                None => milestone,
            };
            let sealed = app.seal(&paper, sealing_seat(app, email.as_deref()).await?, milestone).await?;
            Ok(words(format!("{}: sealed as {}, digest {}", sealed.name, sealed.id, sealed.digest)))
        }
        Request::Check { json } => Ok(check(&*app.store, json).await?),
        Request::Backup { folder } => Ok(backup(&*app.store, &folder).await?),
    }
}

/// Looks through a store; it needs no service over it.
pub async fn check(store: &dyn Store, json: bool) -> Result<Outcome, StoreError> {
    Ok(reported(&check::check(store).await?, json))
}

/// What a check says.
pub fn reported(report: &Report, json: bool) -> Outcome {
    let words = if json { serde_json::to_string_pretty(report).unwrap_or_default() } else { report.words() };
    Outcome { exit: u8::from(!report.whole), ..Outcome::words(words) }
}

/// Writes a backup of a store; it needs no service over it.
pub async fn backup(store: &dyn Store, folder: &Path) -> Result<Outcome, BackupError> {
    // When it was taken is a fact of this machine, also where a demonstration has a time of its own.
    let manifest = backup::write(store, folder, Clock::system(0).now()).await?;
    let damaged: String = manifest.damaged.iter().map(|found| format!("damaged: {found}\n")).collect();
    let left_out =
        if damaged.is_empty() { "" } else { "; what is damaged was left out: run `borrador check`" };
    let words = format!("{damaged}{}: {}{left_out}", folder.display(), manifest.counts.words());
    Ok(Outcome { exit: u8::from(!damaged.is_empty()), ..Outcome::words(words) })
}

/// Why something the operator asked was not done.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The service refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The backup was not made.
    #[error(transparent)]
    Backup(#[from] BackupError),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Failure::Refused(error.into())
    }
}

impl Failure {
    fn code(&self) -> &'static str {
        match self {
            Failure::Refused(refusal) => refusal.code(),
            Failure::Backup(_) => "backup_failed",
        }
    }
}

/// A failure in words for the operator, who may know the cause.
pub fn explain(failure: &Failure) -> String {
    match (failure, std::error::Error::source(failure)) {
        // It says what the system said.
        (Failure::Backup(_), _) | (_, None) => failure.to_string(),
        (Failure::Refused(refusal), Some(cause)) => format!("{refusal} ({cause})"),
    }
}

async fn sealing_seat(app: &App, email: Option<&str>) -> Result<SeatId, Refusal> {
    match email {
        Some(email) => seat_named(&app.directory.register(), email, None),
        None => app.operator_seat().await,
    }
}

/// What a document becomes, a line for each chapter and for each thing that could not be kept.
fn outlook_in_words(outlook: &Outlook) -> String {
    let count = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let mut words = count(outlook.chapters.len(), "chapter");
    for chapter in &outlook.chapters {
        words += &format!("\n{}: {}", chapter.title, count(chapter.paragraphs, "paragraph"));
        if !chapter.proposals.is_empty() {
            words +=
                &format!(", changes tracked by {} as drafts of amendments", chapter.proposals.join(", "));
        }
        if chapter.comments > 0 {
            words += &format!(", {}", count(chapter.comments, "comment"));
        }
    }
    for note in &outlook.report.notes {
        let found = serde_json::to_value(note.found).unwrap_or_default();
        words +=
            &format!("\nparagraph {}: {} {}", note.paragraph, found.as_str().unwrap_or("note"), note.words);
    }
    if outlook.report.more > 0 {
        words += &format!("\nand {} more", outlook.report.more);
    }
    words
}

fn paper_named(app: &App, slug: &str) -> Result<Paper, Refusal> {
    let register = app.directory.register();
    register.paper_by_slug(slug).cloned().ok_or_else(|| {
        let known: Vec<&str> = register.papers().iter().map(|paper| paper.slug.as_str()).collect();
        Refusal::field("paper", format!("{slug} is not a paper here; there are: {}", known.join(", ")))
    })
}

/// Where the socket of a data directory is.
pub fn socket(data: &Path) -> PathBuf {
    data.join("admin.sock")
}

/// Longer lines than this are no request: an import of 20 MiB, escaped, fits.
const MOST_BYTES: u64 = 64 << 20;

/// Listen for the operator until the returned task is aborted.
pub fn listen(app: Arc<App>, data: &Path) -> io::Result<tokio::task::JoinHandle<()>> {
    let path = socket(data);
    // A socket of a server that was killed; the lock on the store says that no other server is alive.
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let before = rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o177));
    let bound = UnixListener::bind(&path);
    rustix::process::umask(before);
    let listener = bound?;
    Ok(tokio::spawn(async move {
        loop {
            match listener.accept().await {
                Ok((stream, _)) => drop(tokio::spawn(serve_one(app.clone(), stream))),
                Err(error) => {
                    tracing::warn!(%error, "the admin socket could not take a connection");
                    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
                }
            }
        }
    }))
}

async fn serve_one(app: Arc<App>, stream: UnixStream) {
    if let Err(error) = answer(&app, stream).await {
        tracing::warn!(%error, "an admin connection broke");
    }
}

async fn answer(app: &App, stream: UnixStream) -> io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut line = String::new();
    BufReader::new(read.take(MOST_BYTES)).read_line(&mut line).await?;
    let outcome = match serde_json::from_str(&line) {
        Ok(request) => perform(app, request).await.map_err(|failure| (failure.code(), explain(&failure))),
        Err(error) => {
            Err(("request_invalid", format!("the running server does not know this request: {error}")))
        }
    };
    let (head, file) = match outcome {
        Ok(Outcome { words, file, exit }) => {
            (Head::Done { words, file_bytes: file.as_ref().map_or(0, Bytes::len), exit }, file)
        }
        Err((code, words)) => (Head::Refused { code: code.to_owned(), words }, None),
    };
    let mut head = serde_json::to_vec(&head)?;
    head.push(b'\n');
    write.write_all(&head).await?;
    write.write_all(&file.unwrap_or_default()).await?;
    write.shutdown().await
}

/// Why a running server did not do it.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// It refused, in these words.
    #[error("{0}")]
    Refused(String),
    /// The connection broke.
    #[error("the running server did not answer: {0}")]
    Broken(#[from] io::Error),
}

/// Ask the server that runs on a data directory; `None` if none does.
pub async fn ask(data: &Path, request: &Request) -> Result<Option<Outcome>, AskError> {
    let Ok(stream) = UnixStream::connect(socket(data)).await else { return Ok(None) };
    let (read, mut write) = stream.into_split();
    let mut line = serde_json::to_vec(request).map_err(io::Error::from)?;
    line.push(b'\n');
    write.write_all(&line).await?;
    let mut read = BufReader::new(read);
    let mut head = String::new();
    read.read_line(&mut head).await?;
    match serde_json::from_str(&head).map_err(io::Error::from)? {
        Head::Refused { words, .. } => Err(AskError::Refused(words)),
        Head::Done { words, file_bytes: 0, exit } => Ok(Some(Outcome { words, file: None, exit })),
        Head::Done { words, file_bytes, exit } => {
            let mut file = vec![0; file_bytes];
            read.read_exact(&mut file).await?;
            Ok(Some(Outcome { words, file: Some(file.into()), exit }))
        }
    }
}
