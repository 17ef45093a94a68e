//! [`State`]: a text as it stands now, or as it stood at some heads, for reading.
//!
//! Automerge reads what was beside what is, in about twice the time. [`Text::at`], which replays the history into a text of its own and
//! takes ten times as long, is for those who write on what was.

use std::collections::HashSet;

use automerge::iter::{ListRange, Span};
use automerge::{ObjId, ReadDoc, Value};

use super::Text;
use super::blocks::{self, Reading};
use super::elements::{ElementId, Elements};
use super::hashes;
use crate::document::schema::Block;
use crate::ids::ChangeHash;

/// A text at some heads.
#[derive(Clone)]
pub struct State<'a> {
    pub(super) text: &'a Text,
    /// `None`: all that is known now.
    heads: Option<Vec<automerge::ChangeHash>>,
}

impl Text {
    /// As it is.
    pub fn now(&self) -> State<'_> {
        State { text: self, heads: None }
    }

    /// As it was when it had these heads, in any order; `None` if one of them is unknown.
    pub fn then(&self, heads: &[ChangeHash]) -> Option<State<'_>> {
        let mut sorted = heads.to_vec();
        sorted.sort_unstable();
        if sorted == self.heads() {
            return Some(self.now());
        }
        self.knows(&sorted).then(|| State { text: self, heads: Some(hashes(&sorted)) })
    }
}

impl<'a> State<'a> {
    /// The latest changes, in ascending order.
    pub fn heads(&self) -> Vec<ChangeHash> {
        match &self.heads {
            None => self.text.heads(),
            Some(heads) => heads.iter().map(|head| ChangeHash(head.0)).collect(),
        }
    }

    /// Its blocks in order; never empty.
    pub fn blocks(&self) -> Vec<Block> {
        self.read().blocks
    }

    /// Its blocks, where they stand, and which markers want repair.
    pub fn read(&self) -> Reading {
        blocks::read(self)
    }

    /// The elements that live in it.
    pub fn elements(&self) -> Elements {
        Elements::in_state(self)
    }

    /// The change that wrote this element, living or deleted; `None` if the history has no such operation.
    pub(crate) fn change_of(&self, element: &ElementId) -> Option<ChangeHash> {
        self.text.change_of(element)
    }

    /// The changes that this state has and the text at those heads has not; none if a head is unknown.
    pub fn changes_since(&self, before: &[ChangeHash]) -> HashSet<ChangeHash> {
        if !self.text.knows(before) {
            return HashSet::new();
        }
        let after = |heads: &[ChangeHash]| {
            let changes = self.text.doc.get_changes_meta(&hashes(heads)).into_iter();
            changes.map(|change| ChangeHash(change.hash.0))
        };
        let later: HashSet<ChangeHash> = after(&self.heads()).collect();
        after(before).filter(|change| !later.contains(change)).collect()
    }

    pub(super) fn spans(&self) -> impl Iterator<Item = Span> + 'a {
        let Text { doc, object } = self.text;
        let spans = match &self.heads {
            None => doc.spans(object),
            Some(heads) => doc.spans_at(object, heads),
        };
        spans.expect("the text object was found when the text was opened")
    }

    pub(super) fn items(&self) -> ListRange<'a> {
        let Text { doc, object } = self.text;
        match &self.heads {
            None => doc.list_range(object, ..),
            Some(heads) => doc.list_range_at(object, .., heads),
        }
    }

    /// What stands at an offset; `None` beyond the end. Over the past this costs a walk.
    pub(super) fn get(&self, offset: usize) -> Option<(Value<'a>, ObjId)> {
        let Text { doc, object } = self.text;
        let found = match &self.heads {
            None => doc.get(object, offset),
            Some(heads) => doc.get_at(object, offset, heads),
        };
        found.ok().flatten()
    }
}
