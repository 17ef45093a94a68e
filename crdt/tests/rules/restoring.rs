//! Rules HIS33 and HIS34: an earlier state of a text comes back as new edits.

use std::collections::BTreeSet;

use crdt::document::diff::Source;
use crdt::document::schema::Cell;
use crdt::document::{Anchor, Block, BlockKind, MarkValue, Marks, Run, Text};
use crdt::history::restoring::{crosses, restored};
use crdt::ids::ParagraphId;
use proptest::prelude::*;

use crate::chance::*;
use crate::people::*;

fn none() -> BTreeSet<String> {
    BTreeSet::new()
}

fn id(number: u64) -> ParagraphId {
    ParagraphId(number.to_be_bytes())
}

/// The text becomes what `then` was, by Inés.
fn restores(
    now: &mut Text,
    then: &[Block],
    only: Option<ParagraphId>,
    open: &BTreeSet<String>,
) -> Vec<Block> {
    let aim = restored(&now.blocks(), then, only, open).unwrap();
    now.become_blocks(&session("Inés", 9), &aim, Source::Whole).unwrap();
    assert_eq!(now.blocks(), aim, "exactly what was shown");
    aim
}

fn without_brackets(blocks: &[Block]) -> Vec<(BlockKind, Vec<Run>)> {
    let bare = |block: &Block| {
        let mut bare = Block { runs: Vec::new(), ..block.clone() };
        for run in &block.runs {
            let marks = run.marks.0.iter().filter(|(name, _)| !name.starts_with("bracket:"));
            bare.push(Run::marked(
                &run.text,
                Marks(marks.map(|(name, value)| (name.clone(), value.clone())).collect()),
            ));
        }
        (bare.kind, bare.runs)
    };
    blocks.iter().map(bare).collect()
}

#[test]
fn his33_a_chapter_comes_back_word_by_word_and_the_comment_on_what_stayed_keeps_its_place() {
    let bogota = text("# Housing\n\nCities welcome everybody who comes.\n\nRents stay fair.");
    let mut now = Desk::of("Samir", &bogota);
    now.replaces("everybody who comes", "skilled workers");
    now.replaces("Rents stay fair.", "");
    let comment = Anchor::of(&now.text, find(&now.text, "Cities welcome")).unwrap();
    restores(&mut now.text, &bogota.blocks(), None, &none());
    assert_eq!(now.text.blocks(), bogota.blocks());
    let place = comment.range(&now.text).expect("its words are the same elements");
    assert_eq!(place, find(&now.text, "Cities welcome"));
}

#[test]
fn his33_one_paragraph_comes_back_and_the_words_of_others_stay() {
    let bogota = text("# Housing\n\nCities welcome everybody.\n\nRents stay fair.");
    let mut now = Desk::of("Samir", &bogota);
    now.replaces("everybody", "some");
    now.replaces("stay fair", "rise");
    restores(&mut now.text, &bogota.blocks(), Some(id(2)), &none());
    assert_eq!(read(&now.text), read(&text("# Housing\n\nCities welcome everybody.\n\nRents rise.")));
}

#[test]
fn his33_a_paragraph_that_went_comes_back_where_it_stood_under_its_own_id() {
    let bogota = text("# Housing\n\nOne.\n\nTwo.\n\nThree.\n\nFour.");
    let of = |ids: &[usize]| ids.iter().map(|at| bogota.blocks()[*at].clone()).collect::<Vec<_>>();
    let back = |now: &[Block], number| restored(now, &bogota.blocks(), Some(id(number)), &none()).unwrap();
    assert_eq!(back(&of(&[0, 1, 4]), 3), of(&[0, 1, 2, 4]));
    assert_eq!(back(&of(&[0, 1, 4]), 4), of(&[0, 1, 3, 4]), "behind the nearest that still stands");
    assert_eq!(back(&of(&[0, 4]), 2), of(&[0, 1, 4]));
    assert_eq!(
        back(&of(&[3, 4]), 2),
        of(&[1, 3, 4]),
        "before the nearest behind it, when none before it stands"
    );
    assert_eq!(
        restored(&of(&[0, 1]), &of(&[0, 1]), Some(id(3)), &none()),
        None,
        "it did not stand there then"
    );
}

#[test]
fn his33_a_cell_comes_back_with_its_table() {
    let cell = |number: u64, row: &str, column: &str, words: &str| {
        let kind = BlockKind::TableCell(Cell {
            table: "t1".into(),
            row: row.into(),
            column: column.into(),
            header: false,
        });
        Block::new(id(number), kind, vec![Run::plain(words)])
    };
    let says = |number: u64, words: &str| {
        Block::new(id(number), BlockKind::Paragraph { numbered: true }, vec![Run::plain(words)])
    };
    let table = [
        cell(2, "r1", "c1", "Quito"),
        cell(3, "r1", "c2", "12"),
        cell(4, "r2", "c1", "Lima"),
        cell(5, "r2", "c2", "9"),
    ];
    let then = [&[says(1, "Cities")][..], &table, &[says(6, "End")]].concat();
    let now = [
        says(1, "Cities"),
        cell(2, "r1", "c1", "Quito"),
        cell(3, "r1", "c2", "13"),
        cell(7, "r3", "c1", "Cali"),
        says(6, "The end"),
    ];
    let back = restored(&now, &then, Some(id(5)), &none()).unwrap();
    assert_eq!(back, [&[says(1, "Cities")][..], &table, &[says(6, "The end")]].concat());
    let gone = [says(1, "Cities"), says(6, "The end")];
    assert_eq!(restored(&gone, &then, Some(id(3)), &none()).unwrap(), back);
}

#[test]
fn his34_words_come_back_and_decisions_do_not() {
    let says = |runs: &[(&str, &[&str])]| {
        let run = |(words, marks): &(&str, &[&str])| Run::marked(*words, Marks::on(marks.iter().copied()));
        vec![Block::new(id(1), BlockKind::Paragraph { numbered: true }, runs.iter().map(run).collect())]
    };
    let open: BTreeSet<String> = ["k2".to_owned()].into();
    // k1 was settled since; k2 was opened since, on words that stay.
    let then = says(&[("All ", &[]), ("cities and towns ", &["bracket:k1"]), ("act.", &["em"])]);
    let now = says(&[("All ", &[]), ("cities ", &[]), ("act.", &["bracket:k2"])]);
    let back = says(&[("All cities and towns ", &[]), ("act.", &["bracket:k2", "em"])]);
    assert_eq!(restored(&now, &then, None, &open).unwrap(), back);
    // An open bracket has its words again.
    let then = says(&[("All ", &[]), ("cities and towns ", &["bracket:k2"]), ("act.", &[])]);
    let now = says(&[("All ", &[]), ("cities ", &["bracket:k2"]), ("act.", &[])]);
    assert_eq!(restored(&now, &then, None, &open).unwrap(), then);
}

#[test]
fn his33_words_written_meanwhile_elsewhere_cross_nothing_and_in_the_same_paragraph_they_do() {
    let base = blocks("# Housing\n\nOne.\n\nTwo.");
    let aim = blocks("# Housing\n\nOne again.\n\nTwo.");
    assert!(!crosses(&base, &aim, &base));
    assert!(!crosses(&base, &aim, &blocks("# Housing\n\nOne.\n\nTwo and more.\n\nThree.")));
    assert!(crosses(&base, &aim, &blocks("# Housing\n\nOne or so.\n\nTwo.")));
    assert!(
        crosses(&base, &blocks("# Housing"), &blocks("# Housing\n\nOne.\n\nTwo and more.")),
        "it would go unseen"
    );
}

proptest! {
    /// Several people write; somebody brings an earlier state back; somebody else brings back what stood before that.
    #[test]
    fn his33_whatever_is_restored_reads_as_it_did_and_what_stood_before_is_not_lost(
        base in arb_blocks(),
        deeds in proptest::collection::vec((0..2_usize, arb_deed()), 1..24),
        at in any::<proptest::sample::Index>(),
    ) {
        let (seeded, _) = Text::seed(&base, &session("secretariat", 0)).unwrap();
        let mut desks = [Desk::of("Samir", &seeded), Desk::of("Adaeze", &seeded)];
        let mut moments = vec![seeded.heads()];
        for (who, deed) in &deeds {
            does(&mut desks[*who], deed);
            let [one, other] = &mut desks;
            meet(&mut [one, other]);
            one.text.repair(&session("service", u32::try_from(moments.len()).unwrap())).unwrap();
            other.text = copy(&one.text);
            moments.push(one.text.heads());
        }
        let mut now = copy(&desks[0].text);
        let before = now.blocks();
        let then = now.at(at.get(&moments).as_slice()).unwrap().blocks();
        restores(&mut now, &then, None, &none());
        prop_assert_eq!(without_brackets(&now.blocks()), without_brackets(&then));
        let also = now.at(&desks[0].text.heads()).unwrap().blocks();
        prop_assert_eq!(&also, &before, "it is a moment itself");
        restores(&mut now, &before, None, &none());
        prop_assert_eq!(without_brackets(&now.blocks()), without_brackets(&before));
    }

    #[test]
    fn his33_a_paragraph_comes_back_and_no_other_changes(now in arb_blocks(), then in arb_blocks(), at in any::<proptest::sample::Index>()) {
        let wanted = at.get(&then).clone();
        let (mut text, _) = Text::seed(&now, &session("secretariat", 0)).unwrap();
        let stays = |blocks: &[Block]| blocks.iter().filter(|block| block.id != wanted.id).cloned().collect::<Vec<_>>();
        let before = stays(&text.blocks());
        restores(&mut text, &then, Some(wanted.id), &none());
        let back: Vec<Block> = text.blocks().into_iter().filter(|block| block.id == wanted.id).collect();
        prop_assert_eq!(without_brackets(&back), without_brackets(std::slice::from_ref(&wanted)));
        prop_assert_eq!(stays(&text.blocks()), before);
    }

    #[test]
    fn his34_no_restoration_opens_or_settles_a_bracket_on_words_that_stay(now in arb_blocks(), then in arb_blocks()) {
        let bracketed = |blocks: &[Block]| blocks.iter().flat_map(|block| &block.runs)
            .filter(|run| run.marks.0.get("bracket:k1") == Some(&MarkValue::ON)).map(|run| run.text.chars().count()).sum::<usize>();
        let aim = restored(&now, &then, None, &none()).unwrap();
        prop_assert!(bracketed(&aim) <= bracketed(&now), "none comes back that is settled");
        let same = restored(&now, &now, None, &none()).unwrap();
        prop_assert_eq!(same, now);
    }
}
