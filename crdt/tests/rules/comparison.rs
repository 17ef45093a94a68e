//! Rules HIS20 to HIS25: two drafts of a paper in one.

use crdt::document::redline::Change;
use crdt::document::schema::Cell;
use crdt::document::{Block, BlockKind, Marks, Run};
use crdt::history::comparison::{ChapterSide, Compared, Comparison, Fate, Passage, Tally, compare};
use crdt::ids::{ChapterId, ParagraphId};
use proptest::prelude::*;
use uuid::Uuid;

use crate::chance::arb_blocks;
use crate::people::blocks;

/// A draft as a list of chapters: which one, its number, its blocks.
pub type Draft = Vec<(u128, String, Vec<Block>)>;

pub fn draft(chapters: &[(u128, &str, &str)]) -> Draft {
    chapters.iter().map(|(id, number, words)| (*id, number.to_string(), blocks(words))).collect()
}

/// Ids counted from 1 through the whole draft, so that no two chapters share one.
fn with_own_ids(mut draft: Draft) -> Draft {
    let all = draft.iter_mut().flat_map(|(_, _, blocks)| blocks);
    all.zip(1u64..).for_each(|(block, id)| block.id = ParagraphId(id.to_be_bytes()));
    draft
}

pub fn sides(draft: &Draft) -> Vec<ChapterSide<'_>> {
    draft
        .iter()
        .map(|(id, number, blocks)| ChapterSide { chapter: ChapterId(Uuid::from_u128(*id)), number, blocks })
        .collect()
}

fn between(old: &Draft, new: &Draft) -> Comparison {
    let compared = compare(&sides(old), &sides(new));
    assert_eq!(compared.rejected(), plain(old), "rejecting everything gives the old draft");
    assert_eq!(compared.accepted(), plain(new), "accepting everything gives the new draft");
    compared
}

fn plain(draft: &Draft) -> Vec<(String, Vec<Block>)> {
    draft.iter().map(|(_, number, blocks)| (number.clone(), blocks.clone())).collect()
}

/// `[-goes-]`, `{+comes+}`, and `~other marks~`, for reading in a test.
fn written(entry: &Compared) -> String {
    let run = |run: &crdt::document::redline::RedRun| match run.change {
        Change::Kept => run.text.clone(),
        Change::Inserted => format!("{{+{}+}}", run.text),
        Change::Deleted => format!("[-{}-]", run.text),
        Change::Marked(_) => format!("~{}~", run.text),
    };
    entry.runs.iter().map(run).collect()
}

fn one(old: &str, new: &str) -> String {
    let (old, new) = (draft(&[(1, "1", old)]), draft(&[(1, "1", new)]));
    let compared = between(&old, &new);
    let entries: Vec<&Compared> = compared.entries().collect();
    assert_eq!(entries.len(), 1);
    written(entries[0])
}

fn fates(compared: &Comparison) -> Vec<(Fate, String)> {
    compared.entries().map(|entry| (entry.fate, written(entry))).collect()
}

/// The blocks of one chapter in another order or with others between.
fn reordered(draft: &Draft, order: &[usize]) -> Draft {
    let mut new = draft.clone();
    new[0].2 = order.iter().map(|at| draft[0].2[*at].clone()).collect();
    new
}

#[test]
fn his20_a_paragraph_is_known_by_its_id_however_it_reads_now() {
    let old = draft(&[(1, "4", "# Vivienda\n\n1. Inés pide casas.\n\n2. Y escuelas.")]);
    let mut new = old.clone();
    new[0].2[1].runs = vec![Run::plain("Todo se ha dicho de otra manera aquí.")];
    let compared = between(&old, &new);
    assert_eq!(compared.chapters[0].entries[1].fate, Fate::Kept);
    assert_eq!(compared.chapters[0].entries[2].is.as_ref().unwrap().number, Some(2));
}

#[test]
fn his20_what_has_a_new_id_is_recognised_by_its_words() {
    let old = draft(&[(1, "1", "# Housing\n\n1. Cities welcome everyone who comes.\n\n2. States pay.")]);
    let mut new = old.clone();
    // Samir brought a file without ids.
    new[0].2.iter_mut().zip(70u8..).for_each(|(block, id)| block.id = ParagraphId([id; 8]));
    new[0].2[1].runs = vec![Run::plain("Towns welcome everyone who comes.")];
    let compared = between(&old, &new);
    let shown: Vec<_> = fates(&compared);
    assert_eq!(shown[1], (Fate::Kept, "[-Cities-]{+Towns+} welcome everyone who comes.".into()));
    assert_eq!(shown[2], (Fate::Kept, "States pay.".into()));
}

#[test]
fn his20_a_chapter_under_a_new_title_or_number_is_the_same_and_one_that_went_stands_where_it_was() {
    let old = with_own_ids(draft(&[
        (1, "1", "# One\n\nFirst."),
        (2, "2", "# Two\n\nSecond."),
        (3, "3", "# Three\n\nThird."),
    ]));
    let mut new = old.clone();
    new.remove(1);
    new[1].1 = "2".into();
    new[1].2[0].runs = vec![Run::plain("Neighbours")];
    let compared = between(&old, &new);
    let numbers = |chapter: &crdt::history::comparison::ComparedChapter| {
        let number = |stood: &Option<crdt::history::comparison::ChapterStood>| {
            stood.as_ref().map_or("–".to_string(), |stood| stood.number.clone())
        };
        (number(&chapter.was), number(&chapter.is))
    };
    let found: Vec<_> = compared.chapters.iter().map(numbers).collect();
    assert_eq!(found, [("1".into(), "1".into()), ("2".into(), "–".into()), ("3".into(), "2".to_string())]);
    assert_eq!(compared.chapters[2].title(), "Neighbours");
    assert_eq!(written(&compared.chapters[2].entries[0]), "[-Three-]{+Neighbours+}");
}

#[test]
fn his20_a_chapter_that_was_made_anew_is_known_by_its_title() {
    let old = draft(&[(1, "1", "# Housing\n\n1. Cities build.")]);
    let mut new = draft(&[(8, "1", "# Housing\n\n1. Cities build homes.")]);
    new[0].2.iter_mut().zip(70u8..).for_each(|(block, id)| block.id = ParagraphId([id; 8]));
    let compared = between(&old, &new);
    assert_eq!(compared.chapters.len(), 1);
    assert_eq!(written(&compared.chapters[0].entries[1]), "Cities build{+ homes+}.");
}

#[test]
fn his21_a_paragraph_that_moved_stands_once_with_its_changes_and_leaves_a_trace() {
    let old = draft(&[(
        1,
        "1",
        "# Housing\n\n1. Adaeze asks for homes.\n\n2. Samir asks for schools.\n\n3. Inés asks for time.",
    )]);
    let mut new = reordered(&old, &[0, 2, 3, 1]);
    new[0].2[3].runs = vec![Run::plain("Adaeze asks for good homes.")];
    let compared = between(&old, &new);
    assert_eq!(
        fates(&compared),
        [
            (Fate::Kept, "Housing".into()),
            (Fate::MovedAway(1), String::new()),
            (Fate::Kept, "Samir asks for schools.".into()),
            (Fate::Kept, "Inés asks for time.".into()),
            (Fate::MovedHere(1), "Adaeze asks for {+good +}homes.".into()),
        ]
    );
    let moved = &compared.chapters[0].entries[4];
    let numbers = (moved.was.as_ref().unwrap().number, moved.is.as_ref().unwrap().number);
    assert_eq!(numbers, (Some(1), Some(3)));
}

#[test]
fn his21_a_paragraph_that_was_cut_and_pasted_into_another_chapter_has_moved_there() {
    let old = with_own_ids(draft(&[
        (1, "1", "# Housing\n\n1. Adaeze asks for homes.\n\n2. Yes."),
        (2, "2", "# Schools\n\n1. Samir asks for schools."),
    ]));
    let mut new = old.clone();
    let mut pasted = new[0].2.split_off(1);
    pasted.iter_mut().zip(70u8..).for_each(|(block, id)| block.id = ParagraphId([id; 8]));
    new[1].2.append(&mut pasted);
    let compared = between(&old, &new);
    let moved = compared.entries().find(|entry| entry.fate == Fate::MovedHere(1)).unwrap();
    assert_eq!(moved.was.as_ref().unwrap().chapter, ChapterId(Uuid::from_u128(1)));
    assert_eq!(moved.is.as_ref().unwrap().number, Some(2));
    let last = fates(&compared).pop().unwrap();
    assert_eq!(last, (Fate::Inserted, "{+Yes.+}".into()), "a word or three are no sign");
}

#[test]
fn his22_accepting_gives_the_new_draft_and_rejecting_the_old_one_with_every_mark() {
    let old = draft(&[(1, "1", "**Las ciudades** acogen.")]);
    let mut new = old.clone();
    new[0].2[0].runs =
        vec![Run::plain("Las ciudades "), Run::marked("siempre acogen", Marks::on(["em"])), Run::plain(".")];
    new[0].2[0].kind = BlockKind::Quote;
    let compared = between(&old, &new);
    assert!(compared.chapters[0].entries[0].is_reshaped());
    assert_eq!(written(&compared.chapters[0].entries[0]), "~Las ciudades~ {+siempre +}~acogen~.");
}

#[test]
fn his23_a_sentence_that_was_put_otherwise_is_one_change_and_not_confetti() {
    assert_eq!(
        one(
            "and to take it into account in their budgets, whatever",
            "and to transfer stable funding in proportion to their people, whatever"
        ),
        "and to [-take it into account in their budgets-]{+transfer stable funding in proportion to their people+}, whatever"
    );
}

#[test]
fn his23_changes_with_many_words_between_them_stay_apart_and_additions_delete_nothing() {
    assert_eq!(
        one("Cities open their doors to all who come.", "Towns open their doors to everybody who comes."),
        "[-Cities-]{+Towns+} open their doors to [-all who come-]{+everybody who comes+}."
    );
    assert_eq!(one("a c", "a big c of letters"), "a {+big +}c{+ of letters+}");
}

/// A table of Inés's with the rows and columns that are named, as `row column`.
fn table(cells: &[&str]) -> Draft {
    let cell = |name: &&str| {
        let (row, column) = name.split_once(' ').unwrap();
        let kind = Cell { table: "t".into(), row: row.into(), column: column.into(), header: false };
        let id = u64::from(row.as_bytes()[0]) * 1000 + u64::from(column.as_bytes()[0]);
        Block::new(ParagraphId(id.to_be_bytes()), BlockKind::TableCell(kind), vec![Run::plain(*name)])
    };
    vec![(1, "1".into(), cells.iter().map(cell).collect())]
}

#[test]
fn his24_a_row_and_a_column_come_and_go_cell_by_cell_and_the_table_is_shown_whole() {
    let old = table(&["1 a", "1 b", "2 a", "2 b"]);
    let new = table(&["1 a", "1 n", "1 b", "3 a", "3 n", "3 b"]);
    let compared = between(&old, &new);
    let shown: Vec<String> = compared.entries().map(written).collect();
    assert_eq!(
        shown,
        ["1 a", "{+1 n+}", "1 b", "[-2 a-]", "[-2 b-]", "{+3 a+}", "{+3 n+}", "{+3 b+}"],
        "equal or like words make no cell another's"
    );
    assert!(compared.chapters[0].passages().iter().all(|passage| matches!(passage, Passage::Changed(_))));
    assert_eq!(compared.tally().changes, 6);
}

#[test]
fn his24_a_row_of_which_a_cell_went_and_another_came_is_one_row() {
    let cell = |id: u8, row: &str, column: &str| {
        let cell = Cell { table: "t".into(), row: row.into(), column: column.into(), header: false };
        Block::new(ParagraphId([id; 8]), BlockKind::TableCell(cell), vec![Run::plain(column)])
    };
    // The column b went, c came; so did a row as a whole.
    let old =
        [(1, "r1", "a"), (2, "r1", "b"), (3, "r2", "a"), (4, "r2", "b"), (5, "r3", "a"), (6, "r3", "b")];
    let new =
        [(1, "r1", "a"), (7, "r1", "c"), (8, "r4", "a"), (9, "r4", "c"), (5, "r3", "a"), (10, "r3", "c")];
    let chapter = |cells: [(u8, &str, &str); 6]| {
        vec![(1, "1".to_string(), cells.map(|(id, row, column)| cell(id, row, column)).to_vec())]
    };
    let compared = between(&chapter(old), &chapter(new));
    let rows: Vec<(u8, &str)> = compared
        .entries()
        .map(|entry| match &entry.stood().block.kind {
            BlockKind::TableCell(cell) => (entry.stood().block.id.0[0], cell.row.as_str()),
            other => panic!("{other:?}"),
        })
        .collect();
    let expected = [
        (1, "r1"),
        (2, "r1"),
        (7, "r1"),
        (3, "r2"),
        (4, "r2"),
        (8, "r4"),
        (9, "r4"),
        (5, "r3"),
        (6, "r3"),
        (10, "r3"),
    ];
    assert_eq!(rows, expected);
}

#[test]
fn his24_a_row_that_moved_went_and_came() {
    let old = table(&["1 a", "1 b", "2 a", "2 b"]);
    let new = table(&["2 a", "2 b", "1 a", "1 b"]);
    let found: Vec<Fate> = between(&old, &new).entries().map(|entry| entry.fate).collect();
    use Fate::{Deleted, Inserted, Kept};
    assert_eq!(found, [Inserted, Inserted, Kept, Kept, Deleted, Deleted]);
}

#[test]
fn his25_what_is_the_same_is_gathered_and_another_number_alone_is_no_change() {
    let old = draft(&[(1, "1", "# Housing\n\n1. One.\n\n2. Two.\n\n3. Three.\n\n4. Four.")]);
    let mut new = old.clone();
    let fresh = Block::new(
        ParagraphId([9; 8]),
        BlockKind::Paragraph { numbered: true },
        vec![Run::plain("Zero and more.")],
    );
    new[0].2.insert(1, fresh);
    new[0].2[5].runs = vec![Run::plain("Five.")];
    let compared = between(&old, &new);
    let shapes: Vec<_> = compared.chapters[0]
        .passages()
        .iter()
        .map(|passage| match passage {
            Passage::Unchanged(same) => format!("{} same", same.len()),
            Passage::Changed(entry) => written(entry),
        })
        .collect();
    assert_eq!(shapes, ["1 same", "{+Zero and more.+}", "3 same", "[-Four-]{+Five+}."]);
    assert_eq!(compared.tally(), Tally { changes: 2, added: 4, removed: 1 });
    assert_eq!(between(&old, &old).tally(), Tally::default());
}

#[test]
fn his25_a_move_counts_once_and_its_words_do_not() {
    let old = draft(&[(
        1,
        "1",
        "# Housing\n\n1. Adaeze asks for homes.\n\n2. Samir asks for schools.\n\n3. Inés asks for time.",
    )]);
    let compared = between(&old, &reordered(&old, &[0, 2, 3, 1]));
    assert_eq!(compared.tally(), Tally { changes: 1, added: 0, removed: 0 });
}

/// Quotations as cells: rows and columns from few.
fn as_cell(block: Block) -> Block {
    let id = block.id.0[0];
    let (row, column) = ((id / 3).to_string(), (id % 3).to_string());
    let cell = Cell { table: "t".into(), row, column, header: false };
    match block.kind {
        BlockKind::Quote => Block { kind: BlockKind::TableCell(cell), ..block },
        _ => block,
    }
}

/// Chapters from few, so that two drafts share some; ids from few, so that paragraphs stay, move, and stand twice.
pub fn arb_draft() -> impl Strategy<Value = Draft> {
    let chapter = (0..4u128, arb_blocks());
    proptest::collection::vec(chapter, 0..4).prop_map(|chapters| {
        let mut seen = std::collections::BTreeSet::new();
        let own = chapters.into_iter().filter(|(id, _)| seen.insert(*id));
        let own = own.map(|(id, blocks)| (id, blocks.into_iter().map(as_cell).collect()));
        own.zip(1..).map(|((id, blocks), number)| (id, number.to_string(), blocks)).collect()
    })
}

proptest! {
    #[test]
    fn his22_both_drafts_can_be_read_back_whatever_they_hold(old in arb_draft(), new in arb_draft()) {
        between(&old, &new);
    }

    #[test]
    fn his22_a_draft_whose_paragraphs_were_shuffled_can_be_read_back(old in arb_draft(), order in any::<u64>()) {
        let mut new = old.clone();
        for (chapter, (_, _, blocks)) in new.iter_mut().enumerate() {
            let turns = usize::try_from(order >> (8 * chapter) & 0xff).unwrap_or(0) % blocks.len().max(1);
            blocks.rotate_left(turns);
        }
        between(&old, &new);
    }

    #[test]
    fn his25_a_draft_does_not_differ_from_itself(draft in arb_draft()) {
        prop_assert_eq!(between(&draft, &draft).tally(), Tally::default());
    }
}
