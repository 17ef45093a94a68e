//! What stands beside the text: notes, and what was said about it.

use std::collections::BTreeMap;

use super::{Story, words};
use crate::export::tables::read::ReadError;
use crate::export::word::package::DAMAGED;
use crate::export::word::report::Found;
use crate::export::word::xml::{Met, Tag, walk};
use crate::export::word::{Piece, Remark};

/// What stands in a part of notes or comments, by its id there.
#[derive(Debug, Default)]
pub(super) struct Groups {
    pub(super) of: BTreeMap<String, Vec<Piece>>,
    pub(super) heads: BTreeMap<String, (String, String)>,
    /// The last paragraph of each: what answers name.
    pub(super) last: BTreeMap<String, String>,
    pub(super) open: Option<String>,
}

impl Story<'_> {
    /// The mark of a comment: without words it stands on the paragraph.
    pub(super) fn remarked(&mut self, tag: &Tag<'_>) {
        let Some(id) = tag.get("id") else { return };
        let (changes, commented) = (self.changes.clone(), vec![id.clone()]);
        self.is_said();
        self.paragraph(|open| {
            if !open.pieces.iter().any(|piece| piece.comments.contains(&id)) {
                open.pieces.push(Piece { changes, comments: commented, ..Piece::default() });
            }
        });
    }

    /// A note or a comment has no paragraphs here: a space, or for what is said a line, stands between them.
    pub(super) fn group_takes(&mut self, group: &str, pieces: Vec<Piece>) {
        let changed = pieces.iter().any(|piece| !piece.changes.is_empty());
        if changed {
            self.report.note(0, Found::ChangedNote, &words(&pieces));
        }
        let Some(known) = self.groups.of.get_mut(group) else { return };
        if !known.is_empty() && !pieces.is_empty() {
            known.push(Piece { words: "\n".into(), ..Piece::default() });
        }
        known.extend(pieces.into_iter().filter(|piece| piece.changes.iter().all(|change| !change.came)));
    }
}

/// Comments with their answers behind them.
pub(super) fn remarks(groups: Groups, answers: &str) -> Result<BTreeMap<String, Vec<Remark>>, ReadError> {
    let mut parents: BTreeMap<String, String> = BTreeMap::new();
    if !answers.is_empty() {
        walk(answers, |met| {
            if let Met::Begins(":commentEx", tag) = met
                && let (Some(id), Some(parent)) = (tag.get("paraId"), tag.get("paraIdParent"))
            {
                parents.insert(id, parent);
            }
            Ok(())
        })?;
    }
    let by_last: BTreeMap<&String, &String> = groups.last.iter().map(|(id, last)| (last, id)).collect();
    let first_of = |id: &String| -> String {
        let mut id = id.clone();
        // Answers to answers; a file may lead in a circle.
        for _ in 0..100 {
            let parent = groups.last.get(&id).and_then(|last| by_last.get(parents.get(last)?));
            match parent {
                Some(parent) if **parent != id => id.clone_from(parent),
                _ => break,
            }
        }
        id
    };
    let mut ordered: Vec<&String> = groups.of.keys().collect();
    // Numbers in the order in which they were given.
    ordered.sort_by_key(|id| (id.parse::<u64>().unwrap_or(u64::MAX), (*id).clone()));
    let mut found: BTreeMap<String, Vec<Remark>> = BTreeMap::new();
    for id in ordered {
        let (author, day) = groups.heads.get(id).cloned().ok_or(ReadError::Unreadable(DAMAGED))?;
        let words = words(&groups.of[id]).trim().to_owned();
        found.entry(first_of(id)).or_default().push(Remark { author, day, words });
    }
    Ok(found)
}
