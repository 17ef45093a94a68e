//! What each row of a file is, beside what is there now. Nothing here writes or asks anybody.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use crdt::ids::{CommentId, ComponentId, SeatId};
use crdt::moment::Moment;
use crdt::review::entry::{Entry, Kind};
use crdt::review::matrix::{Proposal, RowKind};
use crdt::review::thread::{Comment, Thread};
use uuid::Uuid;

use super::heads::{bare, by_reference};
use super::imports::{Import, MOST_NEW};
use super::incoming::{Incoming, Shelf, Spot, What, as_row};
use super::table::Field;
use crate::people::directory::Register;

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

/// The amendments of a paper, as far as rows of a file can be them: those of the component by id, by number and by what they say.
pub struct Amendments {
    by_id: HashMap<Uuid, Arc<Proposal>>,
    by_reference: HashMap<String, Arc<Proposal>>,
    by_words: HashMap<String, Arc<Proposal>>,
    of_others: HashSet<Uuid>,
}

impl Amendments {
    /// Of these, as far as a file of this component can hold them.
    pub fn of(all: &[Arc<Proposal>], component: ComponentId) -> Self {
        let (own, others): (Vec<_>, Vec<_>) =
            all.iter().cloned().partition(|proposal| proposal.amendment.component == component);
        Self {
            by_reference: by_reference(&own),
            by_words: own.iter().map(|proposal| (as_row(proposal), proposal.clone())).collect(),
            by_id: own.into_iter().map(|proposal| (proposal.amendment.id.0, proposal)).collect(),
            of_others: others.iter().map(|proposal| proposal.amendment.id.0).collect(),
        }
    }

    /// REV77: what a row of an amendment is; `None` for other rows.
    fn what(&self, row: &Incoming) -> Option<What> {
        if row.id().is_some_and(|id| self.of_others.contains(&id)) {
            return Some(What::Foreign);
        }
        let words = row.as_amendment();
        let named = row
            .id()
            .and_then(|id| self.by_id.get(&id))
            .or_else(|| self.by_reference.get(&bare(row.word(Field::Reference))))
            .or_else(|| self.by_words.get(&words))?;
        Some(if as_row(named) == words { What::Known } else { What::OnItsPage })
    }
}

/// REV53, REV54, REV77: what each row is.
pub fn sort(
    register: &Register,
    import: &Import,
    rows: Vec<Incoming>,
    known: &HashMap<Uuid, (Arc<Thread>, u64)>,
    amendments: &Amendments,
    shelves: &[Shelf],
) -> Vec<Sorted> {
    let own = |thread: &Thread| thread.component == import.component;
    let by_fingerprint: BTreeMap<&str, &(Arc<Thread>, u64)> = known
        .values()
        .filter(|(thread, _)| own(thread))
        .filter_map(|found| Some((found.0.entry.fingerprint.as_deref()?, found)))
        .collect();
    let mut seen = BTreeSet::new();
    let mut new = 0;
    let sort_one = |row: Incoming| {
        let sorted = |row, what, note| Sorted { row, what, note, spot: None, thread: None };
        if row.comment().is_empty() {
            let note = if row.unsaid.is_empty() { "no-words" } else { "formula" };
            return sorted(row, What::Unreadable, Some(note));
        }
        if let Some(what) = amendments.what(&row) {
            return sorted(row, what, None);
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
        new += 1;
        // More are refused: their words need not be looked for.
        let spot = if new <= MOST_NEW { row.spot(shelves) } else { None };
        let spot = spot.map(|spot| (spot.clone(), shelves[spot.shelf].chapter.clone()));
        let is_called_amendment = row.kind() == Some(RowKind::Amendment);
        let note = match row.unsaid.is_empty() {
            false => Some("formula"),
            true => is_called_amendment.then_some("as-remark"),
        };
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
