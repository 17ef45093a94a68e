//! A matrix comes back in a file: looked at first, then taken in.
//!
//! The file is kept as it came, and every look reads it anew beside what is there now; so what is shown before and what is done
//! afterwards are one function (`App::sorted`). What was only looked at is thrown away by who brought it, or after two weeks; a file that was
//! taken in stays for good, because for what is entered on a component's behalf it is the proof. What a component brings in itself stands
//! in its own room until its focal point sends it; what the secretariat enters on its behalf is sent with that.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use crdt::ids::{CommentId, ComponentId, RoundId, SeatId, ThreadId, from_hex, to_hex};
use crdt::moment::Moment;
use crdt::review::entry::Entry;
use crdt::review::permission::Action;
use crdt::review::round::Ask;
use crdt::review::submission::Submission;
use crdt::review::thread::{Audience, Comment, Thread};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::incoming::{Incoming, Shelf, Spot, What, rows};
use super::sorting::{Amendments, Sorted, sort};
use super::table::Field;
use crate::app::App;
use crate::app::audit::{self, By};
use crate::app::papers::aside;
use crate::app::refusal::Refusal;
use crate::app::rounds::{Sending, shown};
use crate::app::threads::{key, new_records};
use crate::app::words;
use crate::export::tables::read::{Bounds, read};
use crate::people::directory::Register;
use crate::people::paper::Paper;
use crate::store::{Coll, Expect, Op, StoreError, scan_all};

/// Remarks that one file brings in: as many as a component sends at once.
pub(super) const MOST_NEW: usize = 500;

/// A file that was only looked at is kept for so long.
const LOOKED_AT_LASTS: Duration = Duration::from_hours(14 * 24);

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
    /// SHA-256 of the file: the name of the blob that it is once it was taken in.
    pub sha256: String,
    /// When.
    pub at: Moment,
    /// When it was taken in.
    pub taken: Option<Moment>,
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
            sha256: to_hex(&Sha256::digest(&given.bytes)),
            at: self.clock.now(),
            taken: None,
        };
        self.sending_of(&register, paper, &import)?;
        let _large = self.large.acquire().await.map_err(|_| Refusal::Stopping)?;
        let (sorted, _) = self.sorted(paper, &import, given.bytes.clone()).await?;
        let file = STANDARD.encode(&given.bytes);
        let about = json!({ "import": import.id, "component": component, "sha256": import.sha256 });
        let ops = vec![
            Op::put(Coll::MatrixImport, place_of(paper, import.id), Expect::Absent, &import),
            Op::put(Coll::MatrixFile, place_of(paper, import.id), Expect::Absent, &file),
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
        let bytes = self.file_of(paper, &import).await?;
        let (sorted, _) = self.sorted(paper, &import, bytes).await?;
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
        let bytes = self.file_of(paper, &import).await?;
        let (sorted, shelves) = self.sorted(paper, &import, bytes.clone()).await?;
        self.store.put_blob(bytes).await?;
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
            ops.push(Op::Delete { coll: Coll::MatrixFile, key: place_of(paper, id), expect: Expect::Any });
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

    /// REV53: throw away a file that was only looked at. Who brought it does that; nothing of it stays but the audit entries.
    pub async fn discard_matrix(&self, paper: &Paper, seat: SeatId, id: Uuid) -> Result<(), Refusal> {
        let _turn = self.settling.alone(&format!("import {}", paper.id)).await;
        let (import, version) = self.import_of(paper, seat, id).await?;
        if import.taken.is_some() {
            return Err(Refusal::StaleVersion { current: version });
        }
        let [record, file] = removal(place_of(paper, id), Expect::Version(version));
        let about = json!({ "import": id, "component": import.component });
        let entry = audit::entry(self.clock.now(), "matrix_discarded", By::Seat(seat), about);
        self.store.commit(vec![record, file, entry]).await?;
        Ok(())
    }

    /// Remove the files that were looked at two weeks ago and not taken in. Answers with how many there were.
    pub async fn sweep_imports(&self, now: Moment) -> Result<usize, Refusal> {
        let mut over = Vec::new();
        for record in scan_all(&*self.store, Coll::MatrixImport, "").await? {
            let import: Import = record.read()?;
            if import.taken.is_none() && now.since(import.at) >= LOOKED_AT_LASTS {
                over.push((record.key, Expect::Version(record.version)));
            }
        }
        let count = over.len();
        for (key, expect) in over {
            match self.store.commit(removal(key, expect).to_vec()).await {
                // Somebody took it in at this moment: it stays.
                Ok(_) | Err(StoreError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(count)
    }

    /// The rows of a file beside what is there now, with the texts in which their words were found.
    async fn sorted(
        &self,
        paper: &Paper,
        import: &Import,
        bytes: Bytes,
    ) -> Result<(Vec<Sorted>, Arc<Vec<Shelf>>), Refusal> {
        let shelves = self.texts_for(paper).await?;
        let mut known: HashMap<Uuid, (Arc<Thread>, u64)> = HashMap::new();
        for (text, _) in paper.texts() {
            for kept in self.shelf.of_text(self, text).await?.iter() {
                // Who enters it for another component must neither learn nor touch what that has inside.
                if import.on_behalf && kept.thread.submission.is_none() {
                    continue;
                }
                known.insert(kept.thread.id.0, (kept.thread.clone(), kept.version));
            }
        }
        let proposals = self.proposals.of_paper(self, paper).await?;
        let register = self.directory.register();
        let (import, searched) = (import.clone(), shelves.clone());
        let sorted = aside(move || {
            let tables = read(&bytes, Bounds::default())?;
            let rows = rows(&tables).ok_or_else(|| Refusal::ImportUnreadable(NO_HEAD.to_owned()))?;
            let proposals: Vec<_> = proposals.iter().map(|kept| kept.proposal.clone()).collect();
            let amendments = Amendments::of(&proposals, import.component);
            Ok(sort(&register, &import, rows, &known, &amendments, &searched))
        })
        .await?;
        let new = sorted.iter().filter(|sorted| sorted.what == What::New).count();
        if new > MOST_NEW {
            let words =
                format!("the file has {new} new remarks; at most {MOST_NEW} are taken at once, so divide it");
            return Err(Refusal::ImportUnreadable(words));
        }
        Ok((sorted, shelves))
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

    async fn file_of(&self, paper: &Paper, import: &Import) -> Result<Bytes, Refusal> {
        if let Some(record) = self.store.get(Coll::MatrixFile, &place_of(paper, import.id)).await? {
            let bytes = STANDARD.decode(record.read::<String>()?);
            return bytes
                .map(Bytes::from)
                .map_err(|error| Refusal::Fault(format!("the file of an import: {error}")));
        }
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

/// Removes a file that was not taken in, with its record.
fn removal(key: String, expect: Expect) -> [Op; 2] {
    [
        Op::Delete { coll: Coll::MatrixImport, key: key.clone(), expect },
        Op::Delete { coll: Coll::MatrixFile, key, expect: Expect::Any },
    ]
}

fn place_of(paper: &Paper, id: Uuid) -> String {
    format!("{}/{id}", paper.id)
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
    let entry = Entry::new(row.remark_kind(), row.word(Field::Proposed))?;
    let entry = Entry { fingerprint: Some(row.fingerprint()), ..entry };
    let place = (shelves[spot.shelf].text, spot.paragraph);
    let to = (Audience::Component, import.component);
    let inside = Thread { entry, ..Thread::open(ThreadId(Uuid::new_v4()), place, anchor, to, first) };
    match submission {
        None => Ok(inside),
        Some(sent) => Ok(inside.submit(sent.clone(), shown(register, sent.round, now).visibility)?),
    }
}
