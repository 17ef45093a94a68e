//! What changes may add up to: one by one they are honest, together they are too many.

use automerge::marks::{ExpandMark, Mark};
use automerge::transaction::Transactable;
use borrador_tests::desk::Desk;
use borrador_tests::hostile::{self, raw};
use borrador_tests::notation::assert_same;

use super::housing;

/// One change that lays so many marks with different names over the same words.
fn marks_over_cities(desk: &mut Desk, count: usize, kind: &str) -> automerge::Change {
    let range = desk.find("Cities");
    desk.edit(|edit, text| {
        for number in 0..count {
            let name = format!("{kind}:k{number}");
            edit.mark(text, Mark::new(name, true, range.start, range.end), ExpandMark::None)?;
        }
        Ok(())
    })
}

#[test]
fn syn14_w17_marks_upon_marks_over_one_sentence_are_refused_before_they_slow_anybody_down() {
    let network = housing();
    let (chiara, lyon) = (network.writer("Chiara"), network.writer("Lyon"));
    network.settle();
    let (stored, before) = (network.stored(), lyon.reads());
    chiara.forces(&[raw(&chiara.drafts(|desk| marks_over_cities(desk, 513, "bracket")))]);
    network.settle();
    assert_eq!(chiara.was_told(), ["too_many_marks"]);
    assert_eq!((network.stored(), lyon.reads()), (stored, before), "nothing entered");

    chiara.writes(|desk| marks_over_cities(desk, 500, "bracket"));
    network.settle();
    assert!(chiara.is_saved(), "a chapter's brackets and notes are far fewer");
    lyon.stresses("welcome");
    lyon.types_after("Housing", ".");
    network.settle();
    assert_same(&[&chiara, &lyon], "# Housing.\nCities [*welcome*].");
    chiara.writes(|desk| marks_over_cities(desk, 12, "footnote"));
    network.settle();
    assert_eq!(chiara.was_told(), ["too_many_marks", "too_many_marks"], "the first ones count for good");
}

#[test]
fn syn14_w12_nobody_uses_up_the_counters_jump_by_jump() {
    let network = housing();
    let (chiara, lyon) = (network.writer("Chiara"), network.writer("Lyon"));
    network.settle();
    let mut refused_after = None;
    for jump in 0..200 {
        let change = chiara.drafts(|desk| desk.types_after("Cities", "x"));
        chiara.forces(&[hostile::counting_from(&change, change.start_op().get() + 9_999)]);
        network.settle();
        if !chiara.was_told().is_empty() {
            refused_after = Some(jump);
            break;
        }
    }
    assert_eq!((refused_after, chiara.was_told()), (Some(100), vec!["counter_out_of_range".to_owned()]));
    lyon.types_after("Housing", ".");
    network.settle();
    assert!(lyon.is_saved(), "what Chiara used up is hers alone");
}
