//! What a text should read like when an earlier state of it comes back.
//!
//! Restoring takes nothing out of the history: it is an edit like any other, from the text as it is to the text as it was, of the whole
//! chapter or of one paragraph. What is found here is the aim; [`Text::become_blocks`](crate::document::Text::become_blocks) goes there
//! with the smallest edits, so that equal words stay the same elements, and with them their comments and their authors.
//!
//! Words come back, decisions do not: a bracket that was settled since stays settled, and one that is open stays open.

use std::collections::{BTreeMap, BTreeSet};

use crate::document::diff::{BlockEdit, Plan, Source, plan};
use crate::document::redline::{Change, RedRun, all, words_between};
use crate::document::{Block, BlockKind, MarkValue, Marks, Run};
use crate::ids::ParagraphId;

/// HIS33, HIS34: the blocks of a text that reads like `then` again. With `only`, just that paragraph does, and all else stays as it is `now`.
/// `open` are the ids of the brackets that are not settled. `None` if the paragraph did not stand there then.
pub fn restored(
    now: &[Block],
    then: &[Block],
    only: Option<ParagraphId>,
    open: &BTreeSet<String>,
) -> Option<Vec<Block>> {
    let aim = match only {
        None => then.to_vec(),
        Some(paragraph) => with_paragraph(now, then, paragraph)?,
    };
    Some(with_open_brackets(now, &aim, open))
}

/// HIS33: whether somebody changed a paragraph since `base` that going from `base` to `aim` changes too: what came of both would be
/// neither what was shown nor what was written.
pub fn crosses(base: &[Block], aim: &[Block], now: &[Block]) -> bool {
    let changed_by = |to: &[Block]| {
        let Plan { edits, result } = plan(base, to, Source::Whole);
        let changed = edits.into_iter().filter_map(|step| match step {
            BlockEdit::Keep { old, new, .. } => (base[old] != result[new]).then(|| base[old].id),
            BlockEdit::Delete { old } => Some(base[old].id),
            BlockEdit::Insert { new } => Some(result[new].id),
        });
        changed.collect::<BTreeSet<ParagraphId>>()
    };
    !changed_by(aim).is_disjoint(&changed_by(now))
}

/// The text as it is, but for one paragraph, or the table that it is a cell of.
fn with_paragraph(now: &[Block], then: &[Block], paragraph: ParagraphId) -> Option<Vec<Block>> {
    let at = then.iter().position(|block| block.id == paragraph)?;
    let table = table_of(&then[at]);
    let belongs = |block: &Block| match table {
        Some(_) => table_of(block) == table,
        None => block.id == paragraph,
    };
    let first = then[..at].iter().rev().take_while(|block| belongs(block)).count();
    let (first, after) = (at - first, at + then[at..].iter().take_while(|block| belongs(block)).count());
    let unit = &then[first..after];
    let ids: BTreeSet<ParagraphId> = unit.iter().map(|block| block.id).collect();
    let is_there = |block: &Block| ids.contains(&block.id) || (table.is_some() && table_of(block) == table);
    let place =
        now.iter().position(is_there).unwrap_or_else(|| place_for(now, &then[..first], &then[after..]));
    let stays = |block: &&Block| !is_there(block);
    let before = now[..place].iter().filter(stays);
    Some(before.chain(unit).chain(now[place..].iter().filter(stays)).cloned().collect())
}

/// Where a paragraph that went comes back: behind the nearest of those before it that still stand, else before the nearest of those behind it.
fn place_for(now: &[Block], before: &[Block], behind: &[Block]) -> usize {
    let place = |block: &Block| now.iter().position(|stands| stands.id == block.id);
    let follows = before.iter().rev().find_map(place).map(|at| {
        // Not between the cells of a table.
        let table = table_of(&now[at]);
        at + 1 + now[at + 1..].iter().take_while(|next| table.is_some() && table_of(next) == table).count()
    });
    follows.or_else(|| behind.iter().find_map(place)).unwrap_or(now.len())
}

fn table_of(block: &Block) -> Option<&str> {
    match &block.kind {
        BlockKind::TableCell(cell) => Some(&cell.table),
        _ => None,
    }
}

/// HIS34: the same blocks with the brackets that they may have. Words that stay are in those that they are in now; words that come back are in
/// their old ones again if those are open.
fn with_open_brackets(now: &[Block], aim: &[Block], open: &BTreeSet<String>) -> Vec<Block> {
    let Plan { edits, mut result } = plan(now, aim, Source::Whole);
    for step in edits {
        let (new, was) = match step {
            BlockEdit::Keep { old, new, .. } => (new, Some(&now[old])),
            BlockEdit::Insert { new } => (new, None),
            BlockEdit::Delete { .. } => continue,
        };
        let aimed = &result[new];
        let runs = was.map_or_else(|| all(aimed, &Change::Inserted), |was| words_between(was, aimed));
        let mut bracketed = Block { runs: Vec::new(), ..aimed.clone() };
        for RedRun { text, mut marks, change } in runs {
            let is_open = |name: &String| open.contains(&name[PREFIX.len()..]);
            let stands_in: BTreeMap<_, _> = match change {
                Change::Deleted => continue,
                Change::Inserted => brackets(&marks).filter(|(name, _)| is_open(name)).collect(),
                Change::Kept => brackets(&marks).collect(),
                Change::Marked(was) => brackets(&was).collect(),
            };
            marks.0.retain(|name, _| !name.starts_with(PREFIX));
            marks.0.extend(stands_in);
            bracketed.push(Run { text, marks });
        }
        result[new] = bracketed;
    }
    result
}

/// How the names of the marks begin that stand for brackets.
const PREFIX: &str = "bracket:";

fn brackets(marks: &Marks) -> impl Iterator<Item = (String, MarkValue)> {
    let brackets = marks.0.iter().filter(|(name, _)| name.starts_with(PREFIX));
    brackets.map(|(name, value)| (name.clone(), value.clone()))
}
