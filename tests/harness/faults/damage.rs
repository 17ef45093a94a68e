//! Bytes of the store that are flipped, zeroed, cut off or gone, in any file and at any place (C08).
//!
//! A data folder is filled once by people who write, sealed, and closed. Each run copies it, damages one place, starts the program, and
//! asks for everything as a newcomer would. Allowed is: the program refuses to start, with words that name what is damaged; or it
//! starts, and everything is either exactly what it was or refused with words. Anything else is a fault: other words than were
//! written, fewer than were written, silence, the trace of a panic, an end without words.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use automerge::ChangeHash;
use fastrand::Rng;
use serde_json::Value;

use super::crew::{Crew, moment_in};
use super::killing::seals;
use crate::frames::FromServer;
use crate::process::{Launch, PAPER, Process, SignedIn};

const INÉS: &str = "ines.duarte@example.org";

/// A folder of a closed store, and what is in it.
pub struct Sound {
    folder: PathBuf,
    files: Vec<PathBuf>,
    known: Known,
}

/// What a newcomer finds.
#[derive(Clone, Debug, Default)]
struct Known {
    /// The changes of each text, by its name on the wire.
    texts: BTreeMap<String, BTreeSet<ChangeHash>>,
    /// Threads and sealed drafts, in lists, by address and by the name of the list.
    lists: BTreeMap<String, (&'static str, Value)>,
    /// The words of the sealed draft, by address.
    sealed: BTreeMap<String, Value>,
}

/// What was done to which file.
#[derive(Clone, Debug)]
pub struct Wound {
    /// The file, inside the data folder.
    pub file: PathBuf,
    /// What was done.
    pub what: Harm,
}

/// What is done to a file.
#[derive(Clone, Copy, Debug)]
pub enum Harm {
    /// One bit is turned over.
    Flip {
        /// In this byte.
        at: usize,
        /// Which: 0 to 7.
        bit: u8,
    },
    /// So many bytes become zeros.
    Zero {
        /// From here.
        at: usize,
        /// How many.
        length: usize,
    },
    /// The file ends here.
    Cut {
        /// Its new length.
        at: usize,
    },
    /// The file is gone.
    Gone,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// The program did not start, and said why.
    Refused(String),
    /// Everything is as it was: the bytes did not matter.
    Whole,
    /// So many things are refused, with words; all others are as they were.
    SetAside(usize),
    /// What may not be.
    Fault(String),
}

impl Sound {
    /// People write for a while in a store in this folder, which is then closed.
    pub async fn in_folder(folder: &Path, writers: usize, pace: Duration, wrote_ms: u64, seed: u64) -> Sound {
        let folder = folder.join("sound");
        let mut chance = Rng::with_seed(seed);
        let process = Process::start(&folder);
        let mut crew = Crew::sign_in(&process, writers, 3, pace).await;
        crew.enters(&process).await;
        crew.writes_while(&mut chance, moment_in(wrote_ms)).await;
        assert!(crew.is_saved().await, "a sound store saves");
        seals(&process, &crew.people[0]).await;
        let known = all_there_is(&process, &crew.people[0]).await.expect("a sound store serves everything");
        process.is_asked_to_stop();
        assert_eq!(process.ends().await, Some(0));
        let files = files_in(&folder);
        Sound { folder, files, known }
    }

    /// A wound, drawn by chance: half of the time in the store's one large file.
    pub fn draw(&self, chance: &mut Rng) -> Wound {
        let largest = self.files.iter().max_by_key(|file| length_of(&self.folder.join(file)));
        let file = match chance.bool() {
            true => largest.expect("there are files").clone(),
            false => self.files[chance.usize(..self.files.len())].clone(),
        };
        let length = length_of(&self.folder.join(&file));
        let at = chance.usize(..length.max(1));
        let what = match chance.u8(..8) {
            0..4 => Harm::Flip { at, bit: chance.u8(..8) },
            4 | 5 => Harm::Zero { at, length: 4_096.min(length - at.min(length)) },
            6 => Harm::Cut { at: length.saturating_sub(chance.usize(1..20_000)) },
            _ if chance.bool() => Harm::Cut { at: 0 },
            _ => Harm::Gone,
        };
        Wound { file, what }
    }

    /// Copies the folder to `to`, hurts the copy, and looks at what the program makes of it.
    pub async fn hurt(&self, to: &Path, wound: &Wound) -> Found {
        copy(&self.folder, to);
        inflict(&to.join(&wound.file), wound.what);
        let process = match Launch::on(to).tries() {
            Ok(process) => process,
            Err(refused) if refused.words.contains("panicked at") => {
                return Found::Fault(format!("a trace instead of words: {}", refused.words));
            }
            Err(refused) if refused.code != Some(1) || !refused.words.contains("borrador: ") => {
                return Found::Fault(format!("it ended without a word for its operator: {refused:?}"));
            }
            Err(refused) => return Found::Refused(refused.words),
        };
        let found = self.look(&process).await;
        if process.log().contains("panicked at") {
            return Found::Fault(format!("a trace instead of words: {}", process.log()));
        }
        found
    }

    async fn look(&self, process: &Process) -> Found {
        let (status, who) = process.tries_to_sign_in(INÉS).await;
        let Some(who) = who else { return said_or_not(process, format!("signing in: {status}")) };
        let mut aside = 0;
        for (document, known) in &self.known.texts {
            match changes_of(process, &who, document).await {
                Ok(found) if found == *known => {}
                Ok(found) => {
                    let (lost, made) = (known.difference(&found).count(), found.difference(known).count());
                    let all = known.len();
                    return Found::Fault(format!(
                        "text {document} is shown, and {lost} of {all} changes are lost, {made} new"
                    ));
                }
                Err(Aside::Said) => aside += 1,
                Err(Aside::Silent(heard)) => {
                    let log = process.log();
                    return Found::Fault(format!(
                        "no answer about text {document}, {heard}; its log:\n{log}"
                    ));
                }
            }
        }
        for (path, (name, known)) in &self.known.lists {
            let (status, found) = process.asks(&who, path).await;
            let known = known[name].as_array().expect("a list");
            match (status, found[name].as_array()) {
                (200, Some(found)) if found == known => {}
                (200, Some(found))
                    if found.iter().all(|one| known.contains(one)) && names_damage(process) =>
                {
                    aside += 1
                }
                (500.., _) => aside += 1,
                _ => return said_or_not(process, format!("{path}: {status} {found}")),
            }
        }
        for (path, known) in &self.known.sealed {
            match process.asks(&who, path).await {
                (200, found) if found == *known => {}
                (500.., _) => aside += 1,
                (status, found) => return said_or_not(process, format!("{path}: {status} {found}")),
            }
        }
        if aside == 0 { Found::Whole } else { Found::SetAside(aside) }
    }
}

/// A person, a seat or a whole paper may be set aside; then the operator must be able to read so.
fn said_or_not(process: &Process, what: String) -> Found {
    if names_damage(process) { Found::SetAside(1) } else { Found::Fault(what) }
}

fn names_damage(process: &Process) -> bool {
    process.log().contains("damaged")
}

async fn all_there_is(process: &Process, who: &SignedIn) -> Option<Known> {
    let mut known = Known::default();
    for language in ["en", "es"] {
        for document in process.documents(who, language).await {
            let changes = changes_of(process, who, &document).await.ok()?;
            known.texts.insert(document, changes);
        }
    }
    for name in ["milestones", "threads"] {
        let path = format!("/api/v1/papers/{PAPER}/{name}");
        let list = process.gets(who, &path).await;
        known.lists.insert(path, (name, list));
    }
    let milestones = process.gets(who, &format!("/api/v1/papers/{PAPER}/milestones")).await;
    let milestone = &milestones["milestones"][0];
    for text in milestone["texts"].as_array()? {
        let path =
            format!("/api/v1/milestones/{}/texts/{}", milestone["id"].as_str()?, text["text"].as_str()?);
        let words = process.gets(who, &path).await;
        known.sealed.insert(path, words);
    }
    Some(known)
}

/// Why a text did not come.
enum Aside {
    /// The server said so.
    Said,
    /// It said nothing about it; this was heard instead.
    Silent(String),
}

/// The changes of a text as a newcomer receives it.
async fn changes_of(
    process: &Process,
    who: &SignedIn,
    document: &str,
) -> Result<BTreeSet<ChangeHash>, Aside> {
    let mut newcomer = process.guest("newcomer", who, document);
    newcomer.joins(process.socket(who).await).await;
    newcomer.asks().await;
    match tokio::time::timeout(Duration::from_secs(10), newcomer.hears_something()).await {
        Err(_) => Err(Aside::Silent("nothing for ten seconds".to_owned())),
        Ok(Ok(FromServer::Sync { .. })) => Ok(newcomer.desk.hashes_since(&[]).into_iter().collect()),
        Ok(Ok(FromServer::Error { .. } | FromServer::Unavailable { .. })) => Err(Aside::Said),
        // A line that ends because of one text takes all others with it.
        Ok(other) => Err(Aside::Silent(format!("but {other:?}"))),
    }
}

fn inflict(file: &Path, harm: Harm) {
    let mut bytes = fs::read(file).expect("the file is there");
    match harm {
        Harm::Flip { at, bit } if at < bytes.len() => bytes[at] ^= 1 << bit,
        Harm::Flip { .. } => {}
        Harm::Zero { at, length } => bytes[at..at + length].fill(0),
        Harm::Cut { at } => bytes.truncate(at),
        Harm::Gone => return fs::remove_file(file).expect("a file can be removed"),
    }
    fs::write(file, bytes).expect("a file can be written");
}

/// All files of a folder, by their names inside it.
fn files_in(folder: &Path) -> Vec<PathBuf> {
    fn walk(root: &Path, folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("a folder can be listed") {
            let entry = entry.expect("a folder can be listed");
            let kind = entry.file_type().expect("a file has a kind");
            if kind.is_dir() {
                walk(root, &entry.path(), files);
            } else if kind.is_file() {
                files.push(entry.path().strip_prefix(root).expect("it lies inside").to_owned());
            }
        }
    }
    let mut files = Vec::new();
    walk(folder, folder, &mut files);
    files.sort();
    files
}

fn copy(from: &Path, to: &Path) {
    for file in files_in(from) {
        let there = to.join(&file);
        fs::create_dir_all(there.parent().expect("it lies in a folder")).expect("a folder can be made");
        fs::copy(from.join(&file), there).expect("a file can be copied");
    }
}

fn length_of(file: &Path) -> usize {
    fs::metadata(file).map_or(0, |file| file.len() as usize)
}
