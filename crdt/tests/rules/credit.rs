//! Rule HIS26: who changed what.

use crdt::document::Text;
use crdt::document::redline::Change;
use crdt::history::comparison::{ChapterSide, ComparedChapter, compare};
use crdt::history::credit::{CreditedRun, credited};
use crdt::ids::ChapterId;
use uuid::Uuid;

use crate::people::*;

/// What changed between two states of one history, with the names of those who did it: `Samir +all `, `Adaeze -gone`.
fn told(old: &Text, new: &Text) -> Vec<String> {
    let (before, after) = (old.blocks(), new.blocks());
    let chapter = ChapterId(Uuid::from_u128(1));
    let side = |blocks| [ChapterSide { chapter, number: "1", blocks }];
    let compared = compare(&side(&before), &side(&after));
    let old = new.then(&old.heads());
    let found = credited(&compared.chapters[0], old.as_ref(), Some(&new.now()));
    same_words(&compared.chapters[0], &found);
    found.iter().flatten().filter(|run| run.run.change != Change::Kept).map(tell).collect()
}

fn same_words(chapter: &ComparedChapter, found: &[Vec<CreditedRun>]) {
    assert_eq!(found.len(), chapter.entries.len());
    for (entry, runs) in chapter.entries.iter().zip(found) {
        let words: String = runs.iter().map(|run| run.run.text.as_str()).collect();
        assert_eq!(words, entry.runs.iter().map(|run| run.text.as_str()).collect::<String>());
    }
}

fn tell(credited: &CreditedRun) -> String {
    let names = ["Inés", "Samir", "Adaeze", "secretariat"];
    let by = credited.by.as_ref();
    let name = names.into_iter().find(|name| by.is_some_and(|by| by.actor == session(name, 1).actor));
    let sign = if credited.run.change == Change::Inserted { "+" } else { "-" };
    format!("{} {sign}{}", name.unwrap_or("nobody"), credited.run.text)
}

#[test]
fn his26_words_that_came_are_their_writers_and_words_that_went_are_those_of_whoever_took_them_out() {
    let base = text("# Housing\n\n1. Cities welcome everyone who comes.\n\n2. Too long already.");
    let (mut samir, mut adaeze) = (Desk::of("Samir", &base), Desk::of("Adaeze", &base));
    samir.types_after("Cities", " and towns");
    adaeze.replaces("who comes", "who is here");
    adaeze.replaces("Too long already.", "");
    meet(&mut [&mut samir, &mut adaeze]);
    assert_eq!(
        told(&base, &samir.text),
        ["Samir +and towns ", "Adaeze -comes", "Adaeze +is here", "Adaeze -Too long already."]
    );
}

#[test]
fn his26_of_a_new_paragraph_each_has_their_own_words() {
    let base = text("# Housing\n\n1. Cities act.");
    let mut samir = Desk::of("Samir", &base);
    let end = find(&base, "Cities act.").end;
    samir.edits(|edit| edit.split(end, crdt::ids::ParagraphId([7; 8]), &crdt::document::BlockKind::Quote));
    samir.edits(|edit| edit.splice(end + 1..end + 1, "Homes are rights."));
    let mut ines = Desk::of("Inés", &samir.text);
    ines.types_after("Homes", " and schools");
    assert_eq!(told(&base, &ines.text), ["Samir +Homes", "Inés + and schools", "Samir + are rights."]);
}

#[test]
fn his26_of_the_earlier_draft_laid_over_the_later_nobody_wrote_what_comes_back_and_nobody_took_out_what_goes()
{
    let base = text("Cities act.");
    let mut samir = Desk::of("Samir", &base);
    samir.types_after("Cities", " shall");
    let mut ines = Desk::of("Inés", &samir.text);
    ines.replaces(" shall", "");
    ines.types_after("Cities", " must");
    let later = &ines.text;
    let (before, after) = (later.blocks(), samir.text.blocks());
    let chapter = ChapterId(Uuid::from_u128(1));
    let side = |blocks| [ChapterSide { chapter, number: "1", blocks }];
    let compared = compare(&side(&before), &side(&after));
    let then = later.then(&samir.text.heads()).unwrap();
    let found = credited(&compared.chapters[0], Some(&later.now()), Some(&then));
    let changed = found.iter().flatten().filter(|run| run.run.change != Change::Kept);
    assert_eq!(changed.map(tell).collect::<Vec<_>>(), ["nobody -must", "nobody +shall"]);
}

#[test]
fn his26_words_that_were_written_and_taken_out_again_in_between_are_nobodys_and_a_word_in_part_new_is_its_writers()
 {
    let base = text("Cities act.");
    let mut samir = Desk::of("Samir", &base);
    samir.types_after("Cities", " shall");
    let mut ines = Desk::of("Inés", &samir.text);
    ines.replaces(" shall", "");
    ines.replaces("ies", "y");
    assert_eq!(told(&base, &ines.text), ["Inés -Cities", "Inés +City"]);
}
