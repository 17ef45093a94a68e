//! Marks, made to be those that some blocks have.

use std::collections::BTreeSet;
use std::ops::Range;

use automerge::ReadDoc;

use super::{Edit, EditError};
use crate::document::blocks::scan;
use crate::document::schema::{Block, MarkValue, Marks, Run};

impl Edit<'_, '_> {
    /// Makes the words of all blocks carry the marks of `wanted`, whose words they already have, where `in_scope` says
    /// yes to a mark's name and value. Run last, because what inserted words inherit can only be read, not foretold.
    pub(in crate::document) fn set_marks(
        &mut self,
        wanted: &[Block],
        in_scope: impl Fn((&str, &MarkValue)) -> bool,
    ) -> Result<(), EditError> {
        let now = scan(self.transaction.spans(self.object)?.collect::<Vec<_>>());
        let mut changes: Vec<(Range<usize>, String, Option<MarkValue>)> = Vec::new();
        for ((block, place), wanted) in now.blocks.iter().zip(&now.places).zip(wanted) {
            for (range, old, new) in stretches(&block.runs, &wanted.runs, place.start) {
                let names = old.0.iter().chain(&new.0).filter(|(name, value)| in_scope((name, value)));
                let names: BTreeSet<&String> = names.map(|(name, _)| name).collect();
                for name in names.into_iter().filter(|name| old.0.get(*name) != new.0.get(*name)) {
                    let value = new.0.get(name).cloned();
                    let earlier = changes.iter_mut().rev().find(|(_, other, _)| other == name);
                    match earlier {
                        Some((before, _, same)) if before.end == range.start && *same == value => {
                            before.end = range.end
                        }
                        _ => changes.push((range.clone(), name.clone(), value)),
                    }
                }
            }
        }
        changes.into_iter().try_for_each(|(range, name, value)| self.put_mark(range, &name, value.as_ref()))
    }
}

/// Two ways to mark the same words, cut where either changes: the range, the marks of the first and of the second.
fn stretches<'r>(old: &'r [Run], new: &'r [Run], start: usize) -> Vec<(Range<usize>, &'r Marks, &'r Marks)> {
    let ends = |runs: &'r [Run]| {
        runs.iter().scan(start, |end, run| {
            *end += run.text.encode_utf16().count();
            Some((*end, &run.marks))
        })
    };
    let (mut old, mut new) = (ends(old).peekable(), ends(new).peekable());
    let (mut from, mut found) = (start, Vec::new());
    while let (Some(&(old_end, old_marks)), Some(&(new_end, new_marks))) = (old.peek(), new.peek()) {
        let to = old_end.min(new_end);
        found.push((from..to, old_marks, new_marks));
        old.next_if(|(end, _)| *end == to);
        new.next_if(|(end, _)| *end == to);
        from = to;
    }
    found
}
