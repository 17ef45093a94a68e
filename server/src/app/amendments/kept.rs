//! How amendments are stored, read and changed.
//!
//! A record lies under its paper, and a second one leads from its id to the paper. What a revision proposes (its change, its redline)
//! is a record of its own, which never changes.

use std::collections::BTreeSet;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use crdt::ids::{AmendmentId, ComponentId, PaperId, SeatId, TextId};
use crdt::review::amendment::{Amendment, AmendmentError, Hand};
use crdt::review::thread::Shown;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::app::App;
use crate::app::audit::{self, By};
use crate::app::news::{Topic, What};
use crate::app::refusal::Refusal;
use crate::app::rounds::shown;
use crate::people::directory::Register;
use crate::store::{Coll, Expect, Op, Record, Store, StoreError, scan_all};

/// An amendment with the version of its record.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The amendment.
    pub amendment: Arc<Amendment>,
    /// 1 when opened, one more with each change.
    pub version: u64,
}

impl Kept {
    /// REV35: the version that a seat of this component reads and names. Others must not see how often the draft of the next revision
    /// was touched, nor wait for it to come to rest.
    pub fn version_for(&self, component: ComponentId) -> u64 {
        if component == self.amendment.component { self.version } else { self.amendment.shown }
    }
}

/// What a revision proposes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Part {
    /// The raw change, in base64.
    change: String,
    /// The paragraphs in which something differs, as `crdt::document::redline` writes them.
    pub redline: Vec<Value>,
}

/// Every amendment of every paper.
pub async fn all_records(store: &dyn Store) -> Result<Vec<Amendment>, StoreError> {
    let records = scan_all(store, Coll::Amendment, "").await?;
    records.iter().filter(|record| is_amendment(record)).map(Record::read).collect()
}

impl Part {
    /// A part to be stored.
    pub fn of(change: &[u8], redline: Vec<Value>) -> Part {
        Part { change: STANDARD.encode(change), redline }
    }

    /// The raw change.
    pub fn change(&self) -> Result<Bytes, Refusal> {
        let raw = STANDARD.decode(&self.change);
        raw.map(Bytes::from).map_err(|error| Refusal::Fault(format!("a stored amendment: {error}")))
    }
}

impl App {
    /// The amendments of a paper that a seat may read: its own component's drafts, and what was submitted; by number, drafts last.
    pub async fn amendments(&self, paper: PaperId, seat: SeatId) -> Result<Vec<Kept>, Refusal> {
        let register = self.directory.register();
        let mut found = self.all_amendments(paper).await?;
        found.retain(|kept| self.reads_amendment(&register, seat, &kept.amendment));
        found.sort_by_key(|kept| {
            let amendment = &kept.amendment;
            (amendment.number.unwrap_or(u32::MAX), amendment.opened.at, amendment.id)
        });
        Ok(found)
    }

    /// One amendment that a seat may read.
    pub async fn amendment(&self, id: AmendmentId, seat: SeatId) -> Result<Kept, Refusal> {
        let pointer = self.store.get(Coll::Amendment, &by_id(id)).await?.ok_or(Refusal::NotFound)?;
        let paper: PaperId = pointer.read()?;
        let record = self.store.get(Coll::Amendment, &format!("{paper}/{id}")).await?;
        let record = record.ok_or(Refusal::NotFound)?;
        let amendment: Amendment = record.read()?;
        if !self.reads_amendment(&self.directory.register(), seat, &amendment) {
            return Err(Refusal::NotFound);
        }
        Ok(Kept { amendment: Arc::new(amendment), version: record.version })
    }

    /// What a revision proposes, to whoever may read the amendment.
    pub async fn part(&self, amendment: &Amendment, revision: u32) -> Result<Part, Refusal> {
        let key = part_key(amendment.id, revision);
        Ok(self.store.get(Coll::AmendmentPart, &key).await?.ok_or(Refusal::NotFound)?.read()?)
    }

    /// May this seat read this amendment (REV35)?
    pub fn reads_amendment(&self, register: &Register, seat: SeatId, amendment: &Amendment) -> bool {
        let place = register.text(amendment.text).map(|text| text.place());
        let round = amendment.submission.as_ref().and_then(|submission| submission.round);
        let Shown { visibility, is_closed } = shown(register, round, self.clock.now());
        let seen = (visibility, is_closed);
        place
            .zip(register.seat(seat))
            .is_some_and(|(place, seat)| amendment.is_read_by(seat.component, &seat.rights(), &place, seen))
    }

    /// All amendments of a paper, whoever may read them.
    pub(in crate::app) async fn all_amendments(&self, paper: PaperId) -> Result<Vec<Kept>, Refusal> {
        let records = scan_all(&*self.store, Coll::Amendment, &format!("{paper}/")).await?;
        let kept = |record: &Record| {
            Ok::<_, StoreError>(Kept { amendment: Arc::new(record.read()?), version: record.version })
        };
        Ok(records.iter().map(kept).collect::<Result<_, _>>()?)
    }

    /// A seat as the rules ask about it, at the place of an amendment.
    pub(in crate::app) fn hand(&self, seat: SeatId, amendment: &Amendment) -> Result<Hand, Refusal> {
        self.hand_at(seat, amendment.text)
    }

    pub(in crate::app) fn hand_at(&self, seat: SeatId, text: TextId) -> Result<Hand, Refusal> {
        let register = self.directory.register();
        let place = register.text(text).ok_or(Refusal::NotFound)?.place();
        let held = register.seat(seat).ok_or(Refusal::NotFound)?;
        Ok(Hand {
            seat,
            component: held.component,
            person: held.person,
            rights: held.rights(),
            place,
            at: self.clock.now(),
        })
    }

    /// An amendment as a seat finds it, if it has the expected version. Under a turn of the amendment.
    pub(super) async fn found(
        &self,
        id: AmendmentId,
        seat: SeatId,
        expected: Option<u64>,
    ) -> Result<(Kept, Hand), Refusal> {
        let kept = self.amendment(id, seat).await?;
        let hand = self.hand(seat, &kept.amendment)?;
        let current = kept.version_for(hand.component);
        match expected {
            Some(expected) if expected != current => {
                // Who was second to decide is told of the decision rather than of a number.
                kept.amendment.must_be_open()?;
                Err(Refusal::StaleVersion { current })
            }
            _ => Ok((kept, hand)),
        }
    }

    /// An act that needs nothing but the record. Without an event, as when words are typed into a draft, the audit log says nothing.
    pub async fn act_on_amendment(
        &self,
        (id, seat): (AmendmentId, SeatId),
        expected: Option<u64>,
        event: Option<&str>,
        act: impl FnOnce(&Amendment, &Hand) -> Result<Amendment, AmendmentError>,
    ) -> Result<Kept, Refusal> {
        let _turn = self.settling.alone(&id.to_string()).await;
        let (kept, hand) = self.found(id, seat, expected).await?;
        let next = act(&kept.amendment, &hand)?;
        if next == *kept.amendment {
            return Ok(kept);
        }
        let next = next.following(&kept.amendment);
        let mut ops = vec![put(&next, Expect::Version(kept.version))];
        ops.extend(event.map(|event| self.noted(event, seat, &next)));
        let (records, notices) = self.news_of(seat, &kept.amendment, &next);
        ops.extend(records);
        let done = self.store.commit(ops).await?;
        self.notices_told(&notices);
        let version = done.versions.first().copied().unwrap_or(kept.version + 1);
        Ok(self.changed(Some(&kept.amendment), next, version))
    }

    /// The audit entry of an act.
    pub(in crate::app) fn noted(&self, event: &str, seat: SeatId, amendment: &Amendment) -> Op {
        let revision = amendment.revision().map(|revision| revision.number);
        let outcome = amendment.decision().map(|decision| decision.disposition.outcome);
        let about = json!({ "amendment": amendment.id, "revision": revision, "outcome": outcome });
        audit::entry(self.clock.now(), event, By::Seat(seat), about)
    }

    /// An amendment is on record as it is now: doors and readers hear of it. What is otherwise only inside is told inside.
    pub(in crate::app) fn changed(
        &self,
        before: Option<&Arc<Amendment>>,
        amendment: Amendment,
        version: u64,
    ) -> Kept {
        if self.branches.note(&amendment) {
            self.live.rights_changed();
        }
        if before.is_none_or(|before| before.shown == amendment.shown) {
            self.tell_within(&amendment);
        } else {
            self.tell_of(&amendment);
        }
        Kept { amendment: Arc::new(amendment), version }
    }

    /// Tells the components that work on it: its own, and those with a copy.
    pub(super) fn tell_within(&self, amendment: &Amendment) {
        let working: BTreeSet<ComponentId> =
            amendment.copies.iter().map(|copy| copy.component).chain([amendment.component]).collect();
        for component in working {
            let what = What::Procedure { topic: Topic::Amendments, within: Some(component) };
            self.news.tell(amendment.paper, what);
        }
    }

    /// Tells those who may read it, and nobody else that something has happened.
    fn tell_of(&self, amendment: &Amendment) {
        let register = self.directory.register();
        let topic = Topic::Amendments;
        let tell = |within| self.news.tell(amendment.paper, What::Procedure { topic, within });
        let readers: BTreeSet<_> = register
            .seats()
            .filter(|seat| self.reads_amendment(&register, seat.id, amendment))
            .map(|seat| seat.component)
            .collect();
        let everybody =
            register.seats().filter(|seat| !seat.ended).all(|seat| readers.contains(&seat.component));
        if everybody {
            tell(None);
        } else {
            readers.into_iter().for_each(|component| tell(Some(component)));
        }
    }
}

/// Writes the record of an amendment.
pub(in crate::app) fn put(amendment: &Amendment, expect: Expect) -> Op {
    Op::put(Coll::Amendment, key(amendment), expect, amendment)
}

/// Writes the records of a new amendment.
pub(in crate::app) fn new_records(amendment: &Amendment) -> [Op; 2] {
    [
        put(amendment, Expect::Absent),
        Op::put(Coll::Amendment, by_id(amendment.id), Expect::Absent, &amendment.paper),
    ]
}

/// Removes the records of an amendment that was never submitted.
pub(super) fn removal(amendment: &Amendment, version: u64) -> [Op; 2] {
    [
        Op::Delete { coll: Coll::Amendment, key: key(amendment), expect: Expect::Version(version) },
        Op::Delete { coll: Coll::Amendment, key: by_id(amendment.id), expect: Expect::Any },
    ]
}

/// Writes what a revision proposes.
pub(super) fn put_part(id: AmendmentId, revision: u32, part: &Part) -> Op {
    Op::put(Coll::AmendmentPart, part_key(id, revision), Expect::Absent, part)
}

/// Is this the record of an amendment rather than one that leads to it?
pub fn is_amendment(record: &Record) -> bool {
    !record.key.starts_with(POINTER)
}

/// No UUID starts with these letters.
const POINTER: &str = "paper-of/";

fn key(amendment: &Amendment) -> String {
    format!("{}/{}", amendment.paper, amendment.id)
}

fn by_id(id: AmendmentId) -> String {
    format!("{POINTER}{id}")
}

fn part_key(id: AmendmentId, revision: u32) -> String {
    format!("{id}/{revision:06}")
}
