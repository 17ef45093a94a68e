//! What a source cannot say, carried over from the block that stays.
//!
//! Markdown names neither tables, rows, columns nor notes; what is read from it has fresh names. Where a cell or a note is the
//! one that stood here before, its names are the old ones, and what comes new beside it is put in the same table and rows.

use std::collections::{BTreeMap, BTreeSet};

use super::super::schema::{Block, BlockKind, Cell, Image, MarkValue, is_digest};
use super::align::Pairs;

/// The block that `old` becomes when Markdown says `new`: under the old id, with what Markdown could not say.
pub(super) fn carried(old: &Block, new: &Block) -> Block {
    let mut block = Block { id: old.id, renders: old.renders.clone(), ..new.clone() };
    let is_plain = new.kind == (BlockKind::Paragraph { numbered: false });
    match &old.kind {
        BlockKind::Unknown(_) if is_plain => block.kind = old.kind.clone(),
        BlockKind::Image(Image { blob, .. }) if is_plain && !is_digest(blob) => block.kind = old.kind.clone(),
        _ => {}
    }
    if let (BlockKind::TableCell(was), BlockKind::TableCell(is)) = (&old.kind, &mut block.kind) {
        // Only the first row can be said to be a head.
        is.header |= was.header;
    }
    keep_notes(old, &mut block);
    block
}

/// Notes that are new by name take the names of those that are gone, in order.
fn keep_notes(old: &Block, block: &mut Block) {
    let (was, is) = (notes_of(old), notes_of(block));
    let gone = was.iter().filter(|name| !is.contains(name));
    let come = is.iter().filter(|name| !was.contains(name));
    let names: BTreeMap<&String, &String> = come.zip(gone).collect();
    if names.is_empty() {
        return;
    }
    for run in &mut block.runs {
        let known = run.marks.0.keys().find_map(|name| Some((name.clone(), (*names.get(name)?).clone())));
        if let Some((come, gone)) = known {
            run.marks.0.remove(&come);
            run.marks.0.insert(gone, MarkValue::ON);
        }
    }
}

/// The names of a block's notes in the order in which they begin.
fn notes_of(block: &Block) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let names = block.runs.iter().filter_map(|run| run.marks.footnote());
    names.filter(|id| seen.insert(*id)).map(|id| format!("footnote:{id}")).collect()
}

/// The names that tables, rows and columns had before.
#[derive(Default)]
pub(super) struct Names {
    tables: BTreeMap<String, String>,
    rows: BTreeMap<(String, String), String>,
    columns: BTreeMap<(String, String), String>,
}

impl Names {
    /// Learns the names from the cells that stay. The first that says what a name was is believed.
    pub(super) fn of(old: &[Block], new: &[Block], pairs: &Pairs) -> Names {
        let mut names = Names::default();
        let mut taken = BTreeSet::new();
        for pair in pairs {
            let (Some(was), Some(is)) = pair else { continue };
            let (BlockKind::TableCell(was), BlockKind::TableCell(is)) = (&old[*was].kind, &new[*is].kind)
            else {
                continue;
            };
            let table = names.tables.get(&is.table);
            if table.is_none() && taken.insert((0, was.table.clone(), String::new())) {
                names.tables.insert(is.table.clone(), was.table.clone());
            } else if table != Some(&was.table) {
                continue;
            }
            for (kind, map, was_name, is_name) in
                [(1, &mut names.rows, &was.row, &is.row), (2, &mut names.columns, &was.column, &is.column)]
            {
                let key = (is.table.clone(), is_name.clone());
                if !map.contains_key(&key) && taken.insert((kind, was.table.clone(), was_name.clone())) {
                    map.insert(key, was_name.clone());
                }
            }
        }
        names
    }

    /// Gives a cell the names that its table, row and column had; one that was here before, `old`, stays in its column.
    pub(super) fn restore(&self, block: &mut Block, old: Option<&Block>) {
        let BlockKind::TableCell(Cell { table, row, column, .. }) = &mut block.kind else { return };
        if let Some(was) = self.rows.get(&(table.clone(), row.clone())) {
            row.clone_from(was);
        }
        if let Some(was) = self.columns.get(&(table.clone(), column.clone())) {
            column.clone_from(was);
        }
        if let Some(was) = self.tables.get(table) {
            table.clone_from(was);
        }
        // Where rows lack cells, the place of a column in the file does not say which one it is.
        if let Some(Block { kind: BlockKind::TableCell(was), .. }) = old
            && was.table == *table
        {
            column.clone_from(&was.column);
        }
    }
}
