//! What a text may hold in all, and how much of it one seat may use up.
//!
//! A change can be well formed and small, and still be one of too many: every letter, deleted or not, stays in the history; a
//! thousand marks over one sentence make every reading of it slow; and whoever lets the counters jump, change after change, could
//! use up their range for everybody. So what changes add up to is counted here, and what would go over a limit is refused (SYN14).
//!
//! Counted are operations ever made, not what is to be seen now: so nothing has to be looked up, and nobody gets room by deleting.

use std::collections::{BTreeMap, BTreeSet};

use automerge::legacy::{Op, OpType};
use uuid::Uuid;

use super::chunk::{ChunkError, Reader, write_length};
use super::events::Refusal;
use crate::ids::SeatId;

/// How much of each.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct QuotaLimits {
    /// Letters and markers ever inserted into a text.
    pub elements: u64,
    /// Marks ever set or taken away in a text.
    pub marks: u64,
    /// Marks with different names in a text: only these can lie over each other.
    pub mark_names: usize,
    /// Counters that one seat may have left out in a text.
    pub skipped: u64,
}

impl Default for QuotaLimits {
    fn default() -> Self {
        Self { elements: 5_000_000, marks: 20_000, mark_names: 512, skipped: 1_000_000 }
    }
}

/// What a text's changes add up to. See the module's documentation.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Quota {
    elements: u64,
    marks: u64,
    names: BTreeSet<Box<str>>,
    skipped: BTreeMap<SeatId, u64>,
    /// What the changes cost that may still be taken back, in order.
    recent: Vec<Cost>,
}

/// What one change adds.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Cost {
    seat: SeatId,
    elements: u64,
    marks: u64,
    skipped: u64,
    /// Names that no mark had before.
    names: Vec<Box<str>>,
}

impl Quota {
    /// Counts a change of a seat that left out so many counters; an error if that goes over a limit, and nothing is counted.
    pub fn spend(
        &mut self,
        seat: SeatId,
        skipped: u64,
        operations: &[Op],
        limits: &QuotaLimits,
    ) -> Result<(), Refusal> {
        let cost = self.cost(seat, skipped, operations);
        if self.elements + cost.elements > limits.elements {
            return Err(Refusal::TextFull);
        }
        if cost.marks > 0
            && (self.marks + cost.marks > limits.marks
                || self.names.len() + cost.names.len() > limits.mark_names)
        {
            return Err(Refusal::TooManyMarks);
        }
        if cost.skipped > 0 && self.skipped_by(seat) + cost.skipped > limits.skipped {
            return Err(Refusal::CounterOutOfRange);
        }
        self.count(cost);
        Ok(())
    }

    /// Counts a change that was admitted when it came, whatever the limits are now.
    pub fn restore(&mut self, seat: SeatId, skipped: u64, operations: &[Op]) {
        let cost = self.cost(seat, skipped, operations);
        self.count(cost);
    }

    /// Takes back the newest change, unless it is [settled](Quota::settle).
    pub fn take_back(&mut self) {
        let Some(cost) = self.recent.pop() else { return };
        self.elements -= cost.elements;
        self.marks -= cost.marks;
        for name in &cost.names {
            self.names.remove(name);
        }
        if cost.skipped > 0 {
            let left = self.skipped_by(cost.seat) - cost.skipped;
            if left == 0 {
                self.skipped.remove(&cost.seat)
            } else {
                self.skipped.insert(cost.seat, left)
            };
        }
    }

    /// All changes but the newest `open` are there for good.
    pub fn settle(&mut self, open: usize) {
        self.recent.drain(..self.recent.len().saturating_sub(open));
    }

    fn cost(&self, seat: SeatId, skipped: u64, operations: &[Op]) -> Cost {
        let mut cost = Cost { seat, elements: 0, marks: 0, skipped, names: Vec::new() };
        for operation in operations {
            match &operation.action {
                OpType::MarkBegin(mark) => {
                    cost.marks += 1;
                    let name = mark.name.as_str();
                    if !self.names.contains(name) && !cost.names.iter().any(|known| **known == *name) {
                        cost.names.push(name.into());
                    }
                }
                OpType::MarkEnd(_) => {}
                _ => cost.elements += u64::from(operation.insert),
            }
        }
        cost
    }

    fn count(&mut self, cost: Cost) {
        self.elements += cost.elements;
        self.marks += cost.marks;
        self.names.extend(cost.names.iter().cloned());
        if cost.skipped > 0 {
            *self.skipped.entry(cost.seat).or_default() += cost.skipped;
        }
        self.recent.push(cost);
    }

    fn skipped_by(&self, seat: SeatId) -> u64 {
        self.skipped.get(&seat).copied().unwrap_or(0)
    }

    /// Appends the sums to `to`, for a [saved history](super::saved).
    pub(super) fn write(&self, to: &mut Vec<u8>) {
        write_length(to, self.elements);
        write_length(to, self.marks);
        write_length(to, self.names.len() as u64);
        for name in &self.names {
            write_length(to, name.len() as u64);
            to.extend(name.as_bytes());
        }
        write_length(to, self.skipped.len() as u64);
        for (seat, skipped) in &self.skipped {
            to.extend(seat.0.as_bytes());
            write_length(to, *skipped);
        }
    }

    /// Reads what [`Quota::write`] wrote.
    pub(super) fn read(input: &mut Reader<'_>) -> Result<Quota, ChunkError> {
        let mut quota = Quota { elements: input.unsigned()?, marks: input.unsigned()?, ..Quota::default() };
        for _ in 0..input.length()? {
            let length = input.length()?;
            let name = std::str::from_utf8(input.take(length)?);
            quota.names.insert(name.map_err(|_| ChunkError::Malformed("a mark's name is no text"))?.into());
        }
        for _ in 0..input.length()? {
            let seat = SeatId(Uuid::from_slice(input.take(16)?).expect("sixteen bytes were taken"));
            quota.skipped.insert(seat, input.unsigned()?);
        }
        Ok(quota)
    }
}

#[cfg(test)]
mod tests {
    use automerge::transaction::Transactable;
    use automerge::{AutoCommit, ObjType, ROOT};

    use super::*;

    const INÉS: SeatId = SeatId(Uuid::from_u128(1));
    const LYON: SeatId = SeatId(Uuid::from_u128(2));
    const LIMITS: QuotaLimits = QuotaLimits { elements: 10, marks: 3, mark_names: 2, skipped: 100 };

    /// The operations that type these words and lay these marks over them.
    fn operations(words: &str, marks: &[&str]) -> Vec<Op> {
        use automerge::marks::{ExpandMark, Mark};
        let mut document = AutoCommit::new();
        let text = document.put_object(ROOT, "text", ObjType::Text).unwrap();
        document.splice_text(&text, 0, 0, words).unwrap();
        for name in marks {
            document.mark(&text, Mark::new((*name).to_owned(), true, 0, 2), ExpandMark::None).unwrap();
        }
        let change = document.get_last_local_change().unwrap();
        change.decode().operations.into_iter().skip(1).collect()
    }

    #[test]
    fn syn14_letters_are_counted_for_good() {
        let mut quota = Quota::default();
        assert_eq!(quota.spend(INÉS, 0, &operations("Tánger", &[]), &LIMITS), Ok(()));
        assert_eq!(quota.spend(LYON, 0, &operations("Beirut", &[]), &LIMITS), Err(Refusal::TextFull));
        assert_eq!(quota.spend(LYON, 0, &operations("Lyon", &[]), &LIMITS), Ok(()));
        quota.take_back();
        assert_eq!(
            quota.spend(INÉS, 0, &operations("Roma", &[]), &LIMITS),
            Ok(()),
            "what did not enter is free"
        );
    }

    #[test]
    fn syn14_a_mark_with_a_known_name_lies_over_nothing_new() {
        let mut quota = Quota::default();
        assert_eq!(quota.spend(INÉS, 0, &operations("Ro", &["em", "em"]), &LIMITS), Ok(()));
        assert_eq!(
            quota.spend(INÉS, 0, &operations("ma", &["lang", "link"]), &LIMITS),
            Err(Refusal::TooManyMarks)
        );
        assert_eq!(quota.spend(INÉS, 0, &operations("ma", &["lang"]), &LIMITS), Ok(()));
        assert_eq!(quota.spend(INÉS, 0, &operations("so", &["em"]), &LIMITS), Err(Refusal::TooManyMarks));
        quota.take_back();
        assert_eq!(
            quota.spend(INÉS, 0, &operations("ma", &["link"]), &LIMITS),
            Ok(()),
            "the name is free again"
        );
    }

    #[test]
    fn syn14_counters_are_left_out_at_the_expense_of_ones_own_seat() {
        let mut quota = Quota::default();
        assert_eq!(quota.spend(INÉS, 60, &[], &LIMITS), Ok(()));
        assert_eq!(quota.spend(INÉS, 60, &[], &LIMITS), Err(Refusal::CounterOutOfRange));
        assert_eq!(quota.spend(LYON, 60, &[], &LIMITS), Ok(()));
        quota.take_back();
        assert_eq!(quota.skipped_by(LYON), 0);
    }

    #[test]
    fn syn13_syn14_sums_that_were_saved_are_the_sums_that_are_read() {
        let mut quota = Quota::default();
        quota.spend(INÉS, 60, &operations("Ro", &["em", "lang"]), &LIMITS).unwrap();
        quota.settle(0);
        let mut bytes = Vec::new();
        quota.write(&mut bytes);
        let mut input = Reader(&bytes);
        assert_eq!(Quota::read(&mut input).unwrap(), quota);
        assert!(input.0.is_empty());
    }
}
