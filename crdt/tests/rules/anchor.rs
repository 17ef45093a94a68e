//! Rules ANC: a comment stays on its words.

use crate::people::*;
use crdt::document::anchor::{AnchorError, ElementRun};
use crdt::document::elements::Elements;
use crdt::document::{Anchor, Text};
use crdt::ids::{ActorId, ChangeHash};
use proptest::prelude::*;

const PAPER: &str = "# Acogida\n\nLas ciudades acogen a todas las personas.\n\nNadie sobra 👩‍👩‍👧 aquí.\n";

fn quoted(anchor: &Anchor, text: &Text) -> Option<String> {
    let units = anchor.range(text)?;
    Some(Anchor::of(text, units)?.quote)
}

#[test]
fn anc1_a_sentence_typed_in_one_go_is_one_run() {
    let base = text(PAPER);
    let anchor = Anchor::of(&base, find(&base, "acogen a todas")).unwrap();
    assert_eq!(anchor.quote, "acogen a todas");
    assert_eq!(anchor.heads, base.heads());
    assert_eq!(anchor.runs.len(), 1);
    assert_eq!(anchor.runs[0].length, 14);
    let emoji = Anchor::of(&base, find(&base, "👩‍👩‍👧")).unwrap();
    assert_eq!(emoji.runs[0].length, 5, "five code points, eight UTF-16 units");
    let json = serde_json::to_value(&anchor).unwrap();
    assert_eq!(json["runs"][0]["actor"], session("secretariat", 0).actor.to_string());
    assert_eq!(serde_json::from_value::<Anchor>(json).unwrap(), anchor);
    assert_eq!(Anchor::of(&base, 5..5), None);
}

#[test]
fn anc2_words_typed_at_the_edges_stay_outside_and_words_typed_between_show_inside() {
    let base = text(PAPER);
    let anchor = Anchor::of(&base, find(&base, "acogen a todas")).unwrap();
    let mut adaeze = Desk::of("Adaeze", &base);
    adaeze.types_after("Las ciudades ", "siempre ");
    adaeze.types_after("acogen a todas", " y cada una de");
    assert_eq!(quoted(&anchor, &adaeze.text).as_deref(), Some("acogen a todas"));
    adaeze.types_after("acogen", " bien");
    assert_eq!(quoted(&anchor, &adaeze.text).as_deref(), Some("acogen bien a todas"));
}

#[test]
fn anc2_a_comment_on_words_whose_last_letter_was_typed_first_survives_it() {
    // The case in which a pair of cursors is falsely detached.
    let mut samir = Desk::of("Samir", &text("# T\n\na.\n"));
    samir.types_after("a", "hola");
    let anchor = Anchor::of(&samir.text, find(&samir.text, "hola.")).unwrap();
    samir.replaces(".", "");
    assert_eq!(quoted(&anchor, &samir.text).as_deref(), Some("hola"));
}

#[test]
fn anc3_a_comment_whose_words_are_all_deleted_is_detached_and_keeps_the_quotation() {
    let base = text(PAPER);
    let anchor = Anchor::of(&base, find(&base, "a todas")).unwrap();
    let (mut ines, mut samir) = (Desk::of("Inés", &base), Desk::of("Samir", &base));
    ines.replaces("acogen a todas las", "reciben a las");
    samir.types_after("a todas", " ellas, a todas");
    meet(&mut [&mut ines, &mut samir]);
    assert_eq!(anchor.range(&ines.text), anchor.range(&samir.text));
    samir.replaces("a las", "las");
    assert_eq!(anchor.range(&samir.text), None);
    assert_eq!(anchor.quote, "a todas");
    anchor.check(&samir.text).expect("deleted letters are still known");
}

#[test]
fn anc2_a_passage_over_two_paragraphs_quotes_them_on_two_lines() {
    let base = text(PAPER);
    let range = find(&base, "personas.").start..find(&base, "Nadie").end;
    let anchor = Anchor::of(&base, range.clone()).unwrap();
    assert_eq!(anchor.quote, "personas.\nNadie");
    assert_eq!(anchor.range(&base), Some(range.clone()));
    assert_eq!(base.read().block_at(range.start).words(), "Las ciudades acogen a todas las personas.");
}

#[test]
fn anc5_it_quotes_what_stood_there_whatever_the_program_says() {
    let base = text(PAPER);
    let true_one = Anchor::of(&base, find(&base, "acogen a todas")).unwrap();
    let paragraph = base.blocks()[1].id;
    let false_one = || Anchor { quote: "expulsan\u{202e} a nadie".to_owned(), ..true_one.clone() };
    assert_eq!(false_one().verified(&base), Some((true_one.clone(), paragraph)));
    let mut adaeze = Desk::of("Adaeze", &base);
    adaeze.replaces("acogen a todas", "reciben");
    assert_eq!(
        false_one().verified(&adaeze.text),
        Some((true_one.clone(), paragraph)),
        "as it was at its heads"
    );
    let nowhere = Anchor { heads: Vec::new(), ..false_one() };
    assert_eq!(nowhere.clone().verified(&adaeze.text), None);
    assert_eq!(nowhere.verified(&base).unwrap().0.quote, "acogen a todas", "as it is now");
}

#[test]
fn anc4_an_anchor_must_name_letters_or_markers_of_the_text() {
    let mut base = text(PAPER);
    base.edit(&session("Inés", 1), |edit| edit.mark(12..18, "strong", &crdt::document::MarkValue::ON))
        .unwrap();
    let good = Anchor::of(&base, find(&base, "todas")).unwrap();
    good.check(&base).unwrap();
    let with_runs = |runs: Vec<ElementRun>| Anchor { runs, ..good.clone() };
    let run = |actor: &ActorId, counter, length| ElementRun { actor: actor.clone(), counter, length };
    let (known, marker) = (&session("secretariat", 0).actor, &session("Inés", 1).actor);

    assert_eq!(with_runs(vec![]).check(&base), Err(AnchorError::Size));
    assert_eq!(with_runs(vec![run(known, 5, 0)]).check(&base), Err(AnchorError::Size));
    assert_eq!(with_runs(vec![run(known, 5, u64::MAX)]).check(&base), Err(AnchorError::Size));
    assert_eq!(with_runs(vec![run(known, u64::MAX, 1)]).check(&base), Err(AnchorError::Size));
    let first_mark = u64::try_from(base.length_utf16()).unwrap();
    for (actor, counter) in [
        (known, 1),
        (known, 2),
        (known, 0),
        (known, 1_000_000),
        (known, u64::from(u32::MAX) + 5),
        (&ActorId(vec![9; 16]), 5),
    ] {
        let refused = with_runs(vec![run(actor, counter, 1)]).check(&base);
        assert!(matches!(refused, Err(AnchorError::UnknownElement(_))), "{counter}@{actor} passed");
    }
    for counter in first_mark..first_mark + 200 {
        let refused = with_runs(vec![run(marker, counter, 1)]).check(&base);
        assert!(refused.is_err(), "the edge of a mark, {counter}@{marker}, passed for a letter");
    }
    let head = ChangeHash([7; 32]);
    assert_eq!(
        Anchor { heads: vec![head], ..good.clone() }.check(&base),
        Err(AnchorError::UnknownHead(head))
    );
}

proptest! {
    /// Two people write at random while a passage is quoted. It always shows from the first to the last of its
    /// surviving letters, and both see it at the same place.
    #[test]
    fn anc2_an_anchor_is_exact_under_any_edits(
        from in 0usize..60, length in 1usize..20,
        edits in proptest::collection::vec((any::<bool>(), any::<prop::sample::Index>(), 0usize..9, "[a-z ]{0,5}", any::<bool>()), 1..25),
    ) {
        let base = text(PAPER);
        let (mut ines, mut samir) = (Desk::of("Inés", &base), Desk::of("Samir", &base));
        let from = from.min(base.length_utf16() - 1);
        let anchor = Anchor::of(&base, from..from + length).unwrap();
        let named: Vec<_> = Elements::of(&base).within(from..from + length).map(|(element, _)| element).collect();
        for (by_ines, at, deleted, words, then_meet) in edits {
            let desk = if by_ines { &mut ines } else { &mut samir };
            let at = 1 + at.index(desk.text.length_utf16());
            let to = (at + deleted).min(desk.text.length_utf16());
            // Places inside a letter are refused, which is as good.
            if let Ok(edited) = desk.text.edit(&desk.writer.clone(), |edit| edit.splice(at..to, &words)) {
                desk.changes.extend(edited.change);
            }
            if then_meet {
                meet(&mut [&mut ines, &mut samir]);
            }
        }
        meet(&mut [&mut ines, &mut samir]);
        let elements = Elements::of(&ines.text);
        let places: Vec<_> = named.iter().filter_map(|element| elements.place(&element.actor, element.counter)).collect();
        let wanted = places.iter().map(|place| place.start).min().map(|start| start..places.iter().map(|place| place.end).max().unwrap());
        prop_assert_eq!(anchor.range(&ines.text), wanted.clone());
        prop_assert_eq!(anchor.range(&samir.text), wanted);
        prop_assert_eq!(anchor.check(&ines.text), Ok(()));
    }
}
