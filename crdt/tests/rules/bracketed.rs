//! Rules REV78–REV80: brackets and the words they stand around.

use crdt::document::{Anchor, Block, BlockKind, Marks, Run, Text, Writer};
use crdt::ids::{ActorId, BracketId, ComponentId, ParagraphId, SeatId, TextId};
use crdt::moment::Moment;
use crdt::review::bracket::{Bracket, Done, End, Side};
use crdt::review::bracketed::{has_words, lift, mark_name, put, settle, standing};
use crdt::review::disposition::Place;
use uuid::Uuid;

const ID: BracketId = BracketId(Uuid::from_u128(9));

fn writer(actor: u8) -> Writer {
    Writer { actor: ActorId(vec![actor; 16]), seat: Some(SeatId(Uuid::from_u128(7))), at: Moment::EPOCH }
}

/// A text of paragraphs below a title.
fn text(paragraphs: &[Vec<Run>]) -> Text {
    let title = Block::new(ParagraphId([1; 8]), BlockKind::Heading { level: 1 }, vec![Run::plain("Housing")]);
    let others = paragraphs.iter().zip(2..).map(|(runs, id)| {
        Block::new(ParagraphId([id; 8]), BlockKind::Paragraph { numbered: true }, runs.clone())
    });
    let blocks: Vec<Block> = std::iter::once(title).chain(others).collect();
    Text::seed(&blocks, &writer(1)).unwrap().0
}

fn plain(paragraphs: &[&str]) -> Text {
    text(&paragraphs.iter().map(|words| vec![Run::plain(*words)]).collect::<Vec<_>>())
}

/// Where these words stand: one paragraph after the other, a marker between.
fn place_of(text: &Text, words: &str) -> std::ops::Range<usize> {
    let all = text.blocks().iter().map(Block::words).collect::<Vec<_>>().join("\u{fffc}");
    let at = all.find(words).unwrap();
    let units = |words: &str| words.encode_utf16().count();
    units(&all[..at]) + 1..units(&all[..at]) + 1 + units(words)
}

/// A bracket on these words, marked.
fn bracketed(text: &mut Text, words: &str) -> Bracket {
    let place = Place { text: TextId(Uuid::nil()), paragraph: ParagraphId([2; 8]) };
    let anchor = Anchor::of(text, place_of(text, words)).unwrap();
    let done = Done { by: SeatId(Uuid::nil()), at: Moment::EPOCH };
    let wants = (Side::Delete, "Small towns cannot.");
    let bracket = Bracket::open((ID, place), anchor, ComponentId(Uuid::nil()), wants, done).unwrap();
    assert!(put(text, &writer(2), &bracket).unwrap().is_some());
    bracket
}

/// The paragraphs, with the bracketed words between `[` and `]`.
fn shown(text: &Text) -> Vec<String> {
    let name = mark_name(ID);
    let run = |run: &Run| {
        if run.marks.has(&name) { format!("[{}]", run.text) } else { run.text.clone() }
    };
    text.blocks().iter().skip(1).map(|block| block.runs.iter().map(run).collect()).collect()
}

fn settled(words: &str, bracket_on: &str, end: End, instead: &str) -> String {
    let mut text = plain(&[words]);
    let bracket = bracketed(&mut text, bracket_on);
    settle(&mut text, &writer(3), &bracket, (end, instead)).unwrap();
    shown(&text).join("¶")
}

#[test]
fn rev78_the_mark_stands_around_the_quoted_words_of_each_paragraph() {
    let mut text = plain(&["Cities shall welcome.", "Towns may help."]);
    bracketed(&mut text, "welcome.\u{fffc}Towns");
    assert_eq!(shown(&text), ["Cities shall [welcome.]", "[Towns] may help."]);
    let found = standing(&text, ID).unwrap();
    assert_eq!(
        (found.words.as_str(), found.nth, found.paragraph),
        ("welcome.\nTowns", Some(1), ParagraphId([2; 8]))
    );
    lift(&mut text, &writer(3), &mark_name(ID)).unwrap();
    assert_eq!(standing(&text, ID), None);
    assert_eq!(lift(&mut text, &writer(4), &mark_name(ID)).unwrap(), None, "nothing to take away");
}

#[test]
fn rev78_nothing_is_marked_of_words_that_are_gone() {
    let mut text = plain(&["Cities shall welcome."]);
    let bracket = bracketed(&mut text, "shall");
    let place = place_of(&text, "shall");
    text.edit(&writer(3), |edit| edit.splice(place, "")).unwrap();
    assert_eq!(put(&mut text, &writer(4), &bracket).unwrap(), None);
    assert!(!has_words(&text, &bracket));
    assert_eq!(settle(&mut text, &writer(5), &bracket, (End::Removed, "")).unwrap(), None);
}

#[test]
fn rev79_kept_words_lose_their_brackets_and_nothing_else() {
    assert_eq!(settled("Cities shall welcome.", "shall", End::Kept, ""), "Cities shall welcome.");
}

#[test]
fn rev79_removed_words_leave_no_gap() {
    for (words, gone, left) in [
        ("Cities shall welcome.", "shall", "Cities welcome."),
        ("Cities welcome everyone.", "everyone", "Cities welcome."),
        ("All cities welcome.", "All", "cities welcome."),
        ("Cities (all) welcome.", "all", "Cities () welcome."),
    ] {
        assert_eq!(settled(words, gone, End::Removed, ""), left);
    }
}

#[test]
fn rev79_a_paragraph_whose_words_all_go_goes_too() {
    let mut text = plain(&["Cities welcome.", "Towns may help.", "And so on."]);
    let bracket = bracketed(&mut text, "Towns may help.");
    settle(&mut text, &writer(3), &bracket, (End::Removed, "")).unwrap();
    assert_eq!(shown(&text), ["Cities welcome.", "And so on."]);
    assert_eq!(text.blocks()[2].id, ParagraphId([4; 8]), "the one after keeps its name");
}

#[test]
fn rev79_replaced_words_give_their_place_and_their_look_to_the_chosen_ones() {
    assert_eq!(
        settled("Cities shall welcome.", "shall", End::Replaced, "should 👪"),
        "Cities should 👪 welcome."
    );
    let bold = Run::marked("shall", Marks::on(["strong"]));
    let mut text =
        text(&[vec![Run::plain("Cities "), bold, Run::plain(" welcome.")], vec![Run::plain("Towns.")]]);
    let bracket = bracketed(&mut text, "shall welcome.\u{fffc}Towns.");
    settle(&mut text, &writer(3), &bracket, (End::Replaced, "should welcome.")).unwrap();
    assert_eq!(shown(&text), ["Cities should welcome."]);
    let bracket = bracketed(&mut text, "should welcome.");
    settle(&mut text, &writer(5), &bracket, (End::Replaced, "will")).unwrap();
    assert_eq!(shown(&text), ["Cities will"]);
}

#[test]
fn rev79_bold_words_are_replaced_by_bold_ones() {
    let bold = Run::marked("shall", Marks::on(["strong"]));
    let mut text = text(&[vec![Run::plain("Cities "), bold, Run::plain(" welcome.")]]);
    let bracket = bracketed(&mut text, "shall");
    settle(&mut text, &writer(3), &bracket, (End::Replaced, "should")).unwrap();
    let runs = text.blocks()[1].runs.clone();
    assert_eq!(runs[1], Run::marked("should", Marks::on(["strong"])));
}

#[test]
fn rev79_where_the_mark_was_lost_what_is_left_of_the_quoted_words_is_meant() {
    let mut text = plain(&["Cities shall always welcome."]);
    let bracket = bracketed(&mut text, "shall always");
    lift(&mut text, &writer(3), &mark_name(ID)).unwrap();
    let shall = place_of(&text, "shall ");
    text.edit(&writer(4), |edit| edit.splice(shall, "")).unwrap();
    settle(&mut text, &writer(5), &bracket, (End::Removed, "")).unwrap();
    assert_eq!(shown(&text), ["Cities welcome."]);
}

#[test]
fn rev79_what_others_write_at_the_same_time_stays() {
    let mut text = plain(&["Cities shall welcome."]);
    let bracket = bracketed(&mut text, "shall");
    let mut tangier = text.clone();
    let inside = place_of(&tangier, "shall").start + 2;
    let typed = tangier.edit(&writer(3), |edit| edit.splice(inside..inside, "XY")).unwrap().change.unwrap();
    settle(&mut text, &writer(4), &bracket, (End::Removed, "")).unwrap();
    text.apply([&typed[..]]).unwrap();
    assert!(text.blocks()[1].words().contains("XY"), "{}", text.blocks()[1].words());
}

#[test]
fn rev79_a_mark_that_ends_inside_a_letter_is_settled_too() {
    let mut text = plain(&["Cities shall welcome."]);
    let bracket = bracketed(&mut text, "shall");
    let end = place_of(&text, "shall").end;
    // An accent typed right behind the mark makes one letter with the last marked one.
    text.edit(&writer(3), |edit| edit.splice(end..end, "\u{301}")).unwrap();
    assert_eq!(shown(&text), ["Cities [shall]\u{301} welcome."]);
    settle(&mut text, &writer(5), &bracket, (End::Kept, "")).unwrap();
    assert_eq!(shown(&text), ["Cities shall\u{301} welcome."]);
}

#[test]
fn rev80_a_bracket_is_known_as_it_stood_at_an_instant() {
    let mut text = plain(&["Cities shall welcome."]);
    let bracket = bracketed(&mut text, "shall");
    let at = |ms| Done { by: SeatId(Uuid::nil()), at: Moment::from_unix_ms(ms) };
    let mewa = ComponentId(Uuid::from_u128(2));
    let later = bracket.speak(mewa, (Side::Opposes, "It is agreed."), at(10)).unwrap();
    let later = later.offer(mewa, "should\n welcome", at(20)).unwrap();
    let then = later.as_of(Moment::from_unix_ms(15)).unwrap();
    assert_eq!((then.said.len(), then.options.len()), (2, 0));
    assert_eq!(later.options[0].words, "should welcome", "on one line");
    assert_eq!(later.as_of(Moment::from_unix_ms(-1)), None);
}
