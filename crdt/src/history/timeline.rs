//! The past of a text as people remember it: who sat down to write, when, and how much came and went.
//!
//! A log holds a change for every word somebody typed. A *moment* is a stretch of it that means something: a sitting, in which somebody
//! wrote without a long pause, or one act (a chapter was begun, an amendment accepted, an old version brought back), which stands alone.
//! Moments follow on each other without gaps, so the text can be read as it was after each of them, and what a moment changed is the
//! difference to the one before.
//!
//! ```
//! use crdt::history::timeline::{Cuts, Entry, Follows, moments};
//! use crdt::ids::{ChangeHash, SeatId};
//! use crdt::moment::Moment;
//! use uuid::Uuid;
//!
//! let amina = SeatId(Uuid::from_u128(1));
//! let typed = |minute: i64| Entry {
//!     hash: ChangeHash([minute as u8; 32]),
//!     seat: Some(amina),
//!     received: Moment::from_unix_ms(minute * 60_000),
//!     inserted: 40,
//!     deleted: 2,
//!     follows: Follows::Previous,
//! };
//! let morning_and_noon = [typed(0), typed(4), typed(9), typed(60)];
//! let moments = moments(&morning_and_noon, &Cuts::default());
//! assert_eq!(moments.iter().map(|moment| (moment.first, moment.last)).collect::<Vec<_>>(), [(1, 3), (4, 4)]);
//! assert_eq!(moments[0].by[0].inserted, 120);
//! ```
//!
//! Only what the headers of changes say is looked at: one pass over a quarter of a million of them takes milliseconds, and no
//! document is loaded for it.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::time::Duration;

use crate::ids::{ChangeHash, SeatId};
use crate::moment::Moment;

/// Who pauses longer has left the table.
pub const PAUSE: Duration = Duration::from_mins(10);
/// A sitting that lasts longer is told in parts: one wants to step back into it.
pub const LONGEST: Duration = Duration::from_hours(1);

/// The place of a change in the log of its text: 1 for the first.
pub type Position = u64;

/// What the log knows of one change without opening the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub hash: ChangeHash,
    /// The seat that answers for it; `None` for repairs by the service itself.
    pub seat: Option<SeatId>,
    /// When the server received it.
    pub received: Moment,
    /// About how many characters came.
    pub inserted: u32,
    /// About how many went.
    pub deleted: u32,
    /// The changes that it was written upon.
    pub follows: Follows,
}

/// Which changes a change was written upon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Follows {
    /// The one before it in the log, and no other: so it is nearly always.
    Previous,
    /// Those at these positions.
    At(Box<[Position]>),
}

/// Where moments begin and end, besides pauses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cuts {
    /// Positions of changes that stand alone: acts.
    pub alone: BTreeSet<Position>,
    /// Positions after which something else was done: a draft was sealed.
    pub ends: BTreeSet<Position>,
}

/// A stretch of the log that means something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Its first change.
    pub first: Position,
    /// Its last one: the text as it was then is the text after it.
    pub last: Position,
    /// When the first came.
    pub from: Moment,
    /// When the last came.
    pub to: Moment,
    /// Who wrote, in the order in which they began. Never empty unless the service alone did something.
    pub by: Vec<Share>,
}

/// What one seat did in a stretch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// The seat.
    pub seat: SeatId,
    /// About how many characters came.
    pub inserted: u64,
    /// About how many went.
    pub deleted: u64,
}

/// HIS30, HIS31: the moments of a log, oldest first, without gaps. `entries` are all changes of the log from the first on.
pub fn moments(entries: &[Entry], cuts: &Cuts) -> Vec<Stretch> {
    let (mut all, mut from) = (Vec::new(), 0);
    // The last change that somebody made. What the service repaired behind it belongs to it.
    let mut latest = 0;
    for (at, next) in entries.iter().enumerate().filter(|(_, entry)| entry.seat.is_some()) {
        let before = latest as Position + 1..=at as Position;
        let is_cut = at > from
            && (next.received.since(entries[latest].received) > PAUSE
                || next.received.since(entries[from].received) > LONGEST
                || cuts.alone.contains(&(at as Position + 1))
                || cuts.alone.contains(before.start())
                || cuts.ends.range(before).next().is_some());
        if is_cut {
            sittings(entries, from..at, &mut all);
            from = at;
        }
        latest = at;
    }
    if from < entries.len() {
        sittings(entries, from..entries.len(), &mut all);
    }
    all
}

/// Two people wrote together if one began before the other had finished; who wrote after one another sat apart.
fn sittings(entries: &[Entry], range: Range<usize>, all: &mut Vec<Stretch>) {
    let written = || range.clone().filter_map(|at| Some((at, entries[at].seat?)));
    let finished: HashMap<SeatId, usize> = written().map(|(at, seat)| (seat, at)).collect();
    let (mut begun, mut reach) = (range.start, None);
    for (at, seat) in written() {
        if reach.is_some_and(|reach| at > reach) {
            all.push(of_range(entries, begun..at));
            begun = at;
        }
        reach = reach.max(finished.get(&seat).copied());
    }
    all.push(of_range(entries, begun..range.end));
}

/// The stretch from one change to another, whatever moments they are in; `None` where the log has none such.
pub fn stretch(entries: &[Entry], first: Position, last: Position) -> Option<Stretch> {
    let (from, to) = (usize::try_from(first).ok()?.checked_sub(1)?, usize::try_from(last).ok()?);
    (from < to && to <= entries.len()).then(|| of_range(entries, from..to))
}

fn of_range(entries: &[Entry], range: Range<usize>) -> Stretch {
    let (mut by, written): (Vec<Share>, _) = (Vec::new(), &entries[range.clone()]);
    for entry in written {
        let Some(seat) = entry.seat else { continue };
        let (inserted, deleted) = (u64::from(entry.inserted), u64::from(entry.deleted));
        match by.iter_mut().find(|share| share.seat == seat) {
            Some(share) => {
                share.inserted += inserted;
                share.deleted += deleted;
            }
            None => by.push(Share { seat, inserted, deleted }),
        }
    }
    let latest = written.iter().rev().find(|entry| entry.seat.is_some());
    Stretch {
        first: range.start as Position + 1,
        last: range.end as Position,
        from: written[0].received,
        to: latest.unwrap_or(&written[0]).received,
        by,
    }
}

/// HIS32: the heads of the text after the change at `upto`, in ascending order; none for 0, or beyond the end.
pub fn heads_at(entries: &[Entry], upto: Position) -> Vec<ChangeHash> {
    let Some(entries) = usize::try_from(upto).ok().and_then(|upto| entries.get(..upto)) else {
        return Vec::new();
    };
    let mut is_head = vec![true; entries.len()];
    for (at, entry) in entries.iter().enumerate() {
        let mut built_upon = |position: Position| {
            if let Some(head) =
                usize::try_from(position).ok().and_then(|at| is_head.get_mut(at.checked_sub(1)?))
            {
                *head = false;
            }
        };
        match &entry.follows {
            Follows::Previous => built_upon(at as Position),
            Follows::At(positions) => positions.iter().copied().for_each(built_upon),
        }
    }
    let heads = entries.iter().zip(is_head).filter(|(_, is_head)| *is_head);
    let mut heads: Vec<ChangeHash> = heads.map(|(entry, _)| entry.hash).collect();
    heads.sort_unstable();
    heads
}
