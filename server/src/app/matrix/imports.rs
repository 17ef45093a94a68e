//! A matrix comes back in a file: looked at first, then taken in.
//!
//! The file is kept as it came (for what is entered on a component's behalf it is the proof), and every look reads it anew beside what is
//! there now; so what is shown before and what is done afterwards are one function (`App::sorted`). What a component brings in itself stands
//! in its own room until its focal point sends it; what the secretariat enters on its behalf is sent with that.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use bytes::Bytes;
use crdt::ids::{CommentId, ComponentId, RoundId, SeatId, ThreadId, from_hex, to_hex};
use crdt::moment::Moment;
use crdt::review::entry::{Entry, Kind};
use crdt::review::permission::Action;
use crdt::review::round::Ask;
use crdt::review::submission::Submission;
use crdt::review::thread::{Audience, Comment, Thread};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::incoming::{Incoming, Shelf, Spot, What, rows};
use super::table::Field;
use crate::app::App;
use crate::app::audit::{self, By};
use crate::app::papers::aside;
use crate::app::refusal::Refusal;
use crate::app::rounds::{Sending, shown};
use crate::app::threads::{key, new_records};
use crate::app::words;
use crate::export::tables::read::{Bounds, ReadError, read};
use crate::people::directory::Register;
use crate::people::paper::Paper;
use crate::store::{Coll, Expect, Op, StoreError};

/// Remarks that one file brings in: as many as a component sends at once.
pub const MOST_NEW: usize = 500;

/// A file with a matrix.
#[derive(Clone, Debug)]
pub struct Given {
    /// Its name.
    pub name: String,
    /// Its bytes.
    pub bytes: Bytes,
    /// Whose it is, if somebody else enters it.
    pub on_behalf: Option<ComponentId>,
    /// The round it answers, if it is entered on a component's behalf.
    pub round: Option<RoundId>,
}

/// A file that was brought.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Import {
    /// For life.
    pub id: Uuid,
    /// Who brought it.
    pub by: SeatId,
    /// Whose it is.
    pub component: ComponentId,
    /// Somebody else entered it.
    pub on_behalf: bool,
    /// The round it answers.
    pub round: Option<RoundId>,
    /// The name of the file.
    pub name: String,
    /// The blob that is the file.
    pub sha256: String,
    /// When.
    pub at: Moment,
    /// When it was taken in.
    pub taken: Option<Moment>,
}

/// A row of a file, and what will become of it.
#[derive(Clone, Debug)]
pub struct Sorted {
    /// The row.
    pub row: Incoming,
    /// What it is.
    pub what: What,
    /// Why it cannot be read, or what to know of it: the end of a message id.
    pub note: Option<&'static str>,
    /// Where a new one will stand, with its chapter's number.
    pub spot: Option<(Spot, String)>,
    /// The thread it is, where it is one already.
    pub thread: Option<(Arc<Thread>, u64)>,
}

/// What was taken in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Taken {
    /// Remarks that are new.
    pub new: usize,
    /// Remarks to which words were added.
    pub changed: usize,
}

impl App {
    /// Bring a file: it is kept, read and sorted; nothing is taken in yet.
    pub async fn bring_matrix(
        &self,
        paper: &Paper,
        seat: SeatId,
        given: Given,
    ) -> Result<(Import, Vec<Sorted>), Refusal> {
        let register = self.directory.register();
        let who = register.who(seat).ok_or(Refusal::NotFound)?;
        let name = words::line("name", &given.name, 200)?;
        let action =
            if given.on_behalf.is_some() { Action::SubmitOnBehalf } else { Action::PrepareForComponent };
        if !register.may(seat, action, &paper.place()) {
            return Err(Refusal::NotAllowed("bring in what a component remarks"));
        }
        let component = given.on_behalf.unwrap_or(who.component.id);
        if register.component(component).is_none() {
            return Err(Refusal::field("component", "is the code of a component"));
        }
        let import = Import {
            id: Uuid::new_v4(),
            by: seat,
            component,
            on_behalf: given.on_behalf.is_some(),
            round: given.round,
            name,
            sha256: String::new(),
            at: self.clock.now(),
            taken: None,
        };
        self.sending_of(&register, paper, &import)?;
        let _large = self.large.acquire().await.map_err(|_| Refusal::Stopping)?;
        let sorted = self.sorted(paper, &import, given.bytes.clone()).await?;
        let sha256 = to_hex(&self.store.put_blob(given.bytes).await?);
        let import = Import { sha256, ..import };
        let about = json!({ "import": import.id, "component": component, "sha256": import.sha256 });
        let ops = vec![
            Op::put(Coll::MatrixImport, place_of(paper, import.id), Expect::Absent, &import),
            audit::entry(import.at, "matrix_brought", By::Seat(seat), about),
        ];
        self.store.commit(ops).await?;
        Ok((import, sorted))
    }

    /// Look again at a file that one brought.
    pub async fn brought_matrix(
        &self,
        paper: &Paper,
        seat: SeatId,
        id: Uuid,
    ) -> Result<(Import, Vec<Sorted>), Refusal> {
        let (import, _) = self.import_of(paper, seat, id).await?;
        let _large = self.large.acquire().await.map_err(|_| Refusal::Stopping)?;
        let bytes = self.file_of(&import).await?;
        let sorted = self.sorted(paper, &import, bytes).await?;
        Ok((import, sorted))
    }

    /// REV53: take in what is new and changed in a file, all of it or nothing. Once.
    pub async fn take_in_matrix(&self, paper: &Paper, seat: SeatId, id: Uuid) -> Result<Taken, Refusal> {
        let _turn = self.settling.alone(&format!("import {}", paper.id)).await;
        let (import, version) = self.import_of(paper, seat, id).await?;
        if import.taken.is_some() {
            return Err(Refusal::StaleVersion { current: version });
        }
        let _large = self.large.acquire().await.map_err(|_| Refusal::Stopping)?;
        let bytes = self.file_of(&import).await?;
        let sorted = self.sorted(paper, &import, bytes).await?;
        let shelves = self.texts_for(paper).await?;
        let now = self.clock.now();
        let mut told: Vec<(Thread, u64)> = Vec::new();
        let mut taken = Taken::default();
        let work = |register: &Register| {
            let submission = self.sending_of(register, paper, &import)?;
            let mut ops = Vec::new();
            for sorted in &sorted {
                match (sorted.what, &sorted.spot, &sorted.thread) {
                    (What::New, Some((spot, _)), _) => {
                        let thread = new_thread(
                            register,
                            &import,
                            &sorted.row,
                            spot,
                            &shelves,
                            submission.as_ref(),
                            now,
                        )?;
                        ops.extend(new_records(&thread));
                        told.push((thread, 1));
                        taken.new += 1;
                    }
                    (What::Changed, _, Some((thread, version))) => {
                        let comment =
                            Comment::new(CommentId(Uuid::new_v4()), seat, now, &sorted.row.added())?;
                        let next = thread.answer(comment)?;
                        ops.push(Op::put(Coll::Thread, key(&next), Expect::Version(*version), &next));
                        told.push((next, version + 1));
                        taken.changed += 1;
                    }
                    _ => {}
                }
            }
            let import = Import { taken: Some(now), ..import.clone() };
            ops.push(Op::put(Coll::MatrixImport, place_of(paper, id), Expect::Version(version), &import));
            let threads: Vec<ThreadId> = told.iter().map(|(thread, _)| thread.id).collect();
            let about = json!({ "import": id, "component": import.component, "threads": threads });
            ops.push(audit::entry(now, "matrix_taken_in", By::Seat(seat), about));
            Ok::<_, Refusal>((Vec::new(), ops))
        };
        self.directory.enter(work).await.map_err(|refusal| match refusal {
            Refusal::StorageFailed(StoreError::Conflict { current, .. }) => {
                Refusal::StaleVersion { current: current.unwrap_or(version) }
            }
            other => other,
        })?;
        for (thread, version) in told {
            self.told(paper.id, thread, version);
        }
        Ok(taken)
    }

    /// The rows of a file beside what is there now.
    async fn sorted(&self, paper: &Paper, import: &Import, bytes: Bytes) -> Result<Vec<Sorted>, Refusal> {
        let shelves = self.texts_for(paper).await?;
        let mut known: HashMap<Uuid, (Arc<Thread>, u64)> = HashMap::new();
        for (text, _) in paper.texts() {
            for kept in self.shelf.of_text(self, text).await?.iter() {
                known.insert(kept.thread.id.0, (kept.thread.clone(), kept.version));
            }
        }
        let register = self.directory.register();
        let import = import.clone();
        let sorted = aside(move || {
            let tables = read(&bytes, Bounds::default()).map_err(unreadable)?;
            let rows = rows(&tables).ok_or_else(|| Refusal::ImportUnreadable(NO_HEAD.to_owned()))?;
            Ok(sort(&register, &import, rows, &known, &shelves))
        })
        .await?;
        let new = sorted.iter().filter(|sorted| sorted.what == What::New).count();
        if new > MOST_NEW {
            let words =
                format!("the file has {new} new remarks; at most {MOST_NEW} are taken at once, so divide it");
            return Err(Refusal::ImportUnreadable(words));
        }
        Ok(sorted)
    }

    async fn texts_for(&self, paper: &Paper) -> Result<Arc<Vec<Shelf>>, Refusal> {
        let mut shelves = Vec::new();
        for (text, language, chapter, first_number) in self.places(paper).await? {
            let document = self.live.text(text).await?;
            let language = paper.languages[language].clone();
            let chapter = paper.chapters[chapter].number.clone();
            let reading = document.read();
            shelves.push(Shelf { text, language, chapter, first_number, document, reading });
        }
        Ok(Arc::new(shelves))
    }

    async fn import_of(&self, paper: &Paper, seat: SeatId, id: Uuid) -> Result<(Import, u64), Refusal> {
        let record =
            self.store.get(Coll::MatrixImport, &place_of(paper, id)).await?.ok_or(Refusal::NotFound)?;
        let import: Import = record.read()?;
        if import.by != seat {
            return Err(Refusal::NotFound);
        }
        Ok((import, record.version))
    }

    async fn file_of(&self, import: &Import) -> Result<Bytes, Refusal> {
        let sha256 =
            from_hex(&import.sha256).and_then(|bytes| bytes.try_into().ok()).ok_or(Refusal::NotFound)?;
        self.store.blob(sha256).await?.ok_or(Refusal::NotFound)
    }

    /// How what is entered on a component's behalf comes to the paper; `None` for what it brings in itself, which it sends from its desk.
    fn sending_of(
        &self,
        register: &Register,
        paper: &Paper,
        import: &Import,
    ) -> Result<Option<Submission>, Refusal> {
        if !import.on_behalf {
            if register.may(import.by, Action::PrepareForComponent, &paper.place()) {
                return Ok(None);
            }
            return Err(Refusal::NotAllowed("bring in what a component remarks"));
        }
        let on_behalf = Some(import.component);
        let received = self.clock.now();
        let sending =
            Sending { paper: paper.id, round: import.round, what: Ask::Comments, on_behalf, received };
        self.submission_for(register, import.by, sending).map(Some)
    }
}

const NO_HEAD: &str = "no table of the file has a head with a column for comments or proposed changes and one more that we know; the first row must name the columns, as in the files that Borrador writes";

fn unreadable(error: ReadError) -> Refusal {
    match error {
        ReadError::Unsafe => Refusal::ImportUnsafe(error.to_string()),
        ReadError::TooLarge(..) | ReadError::TooManyLines(_) => Refusal::ImportTooLarge(error.to_string()),
        ReadError::Unreadable(_) => Refusal::ImportUnreadable(error.to_string()),
    }
}

fn place_of(paper: &Paper, id: Uuid) -> String {
    format!("{}/{id}", paper.id)
}

/// REV53, REV54: what each row is.
fn sort(
    register: &Register,
    import: &Import,
    rows: Vec<Incoming>,
    known: &HashMap<Uuid, (Arc<Thread>, u64)>,
    shelves: &[Shelf],
) -> Vec<Sorted> {
    let own = |thread: &Thread| thread.component == import.component;
    let by_fingerprint: BTreeMap<&str, &(Arc<Thread>, u64)> = known
        .values()
        .filter(|(thread, _)| own(thread))
        .filter_map(|found| Some((found.0.entry.fingerprint.as_deref()?, found)))
        .collect();
    let mut seen = BTreeSet::new();
    let sort_one = |row: Incoming| {
        let sorted = |row, what, note| Sorted { row, what, note, spot: None, thread: None };
        if row.comment().is_empty() {
            let note = if row.unsaid.is_empty() { "no-words" } else { "formula" };
            return sorted(row, What::Unreadable, Some(note));
        }
        if let Err(note) = fits(&row) {
            return sorted(row, What::Unreadable, Some(note));
        }
        let named = row.id().and_then(|id| known.get(&id));
        if named.is_some_and(|(thread, _)| !own(thread))
            || is_foreign(register, import, row.word(Field::Component))
        {
            return sorted(row, What::Foreign, None);
        }
        let fingerprint = row.fingerprint();
        if let Some(found) = named.or_else(|| by_fingerprint.get(fingerprint.as_str()).copied()) {
            let what = if row.says_same(&found.0) { What::Known } else { What::Changed };
            return Sorted { thread: Some(found.clone()), ..sorted(row, what, None) };
        }
        if !seen.insert(fingerprint) {
            return sorted(row, What::Repeated, None);
        }
        let spot = row.spot(shelves).map(|spot| (spot.clone(), shelves[spot.shelf].chapter.clone()));
        let note = (!row.unsaid.is_empty()).then_some("formula");
        Sorted { spot, ..sorted(row, What::New, note) }
    };
    rows.into_iter().map(sort_one).collect()
}

/// Words that our rules take.
fn fits(row: &Incoming) -> Result<(), &'static str> {
    let at = (CommentId(Uuid::nil()), SeatId(Uuid::nil()), Moment::from_unix_ms(0));
    Comment::new(at.0, at.1, at.2, row.comment()).map_err(|_| "too-long")?;
    Entry::new(Kind::default(), row.word(Field::Proposed)).map_err(|_| "too-long")?;
    Ok(())
}

/// Does a row say that it is another component's? What names nobody is theirs who bring it.
fn is_foreign(register: &Register, import: &Import, whose: &str) -> bool {
    let code = whose.split_whitespace().next().unwrap_or_default();
    register.component_by_code(code).is_some_and(|component| component.id != import.component)
}

fn new_thread(
    register: &Register,
    import: &Import,
    row: &Incoming,
    spot: &Spot,
    shelves: &[Shelf],
    submission: Option<&Submission>,
    now: Moment,
) -> Result<Thread, Refusal> {
    let anchor = spot.anchor(shelves).ok_or(Refusal::AnchorUnknown)?;
    let first = Comment::new(CommentId(Uuid::new_v4()), import.by, now, row.comment())?;
    let entry = Entry::new(row.kind().unwrap_or_default(), row.word(Field::Proposed))?;
    let entry = Entry { fingerprint: Some(row.fingerprint()), ..entry };
    let place = (shelves[spot.shelf].text, spot.paragraph);
    let to = (Audience::Component, import.component);
    let inside = Thread { entry, ..Thread::open(ThreadId(Uuid::new_v4()), place, anchor, to, first) };
    match submission {
        None => Ok(inside),
        Some(sent) => Ok(inside.submit(sent.clone(), shown(register, sent.round, now).visibility)?),
    }
}
