//! Rules REV30–REV33: what a body wrote apart comes back as one change.

use std::collections::BTreeSet;

use crdt::document::branch::{Squash, TouchState, squash};
use crdt::document::elements::Elements;
use crdt::document::redline::{BlockChange, Change, redline};
use crdt::document::{Block, BlockKind, Text};
use crdt::ids::{SeatId, TextId};
use crdt::moment::Moment;
use crdt::sync::chunk::{Chunk, ChunkLimits};
use crdt::sync::events::Input;
use crdt::sync::room::{Room, RoomSettings};
use proptest::prelude::*;

use crate::chance::*;
use crate::people::*;

const PAPER: &str =
    "# Vivienda\n\nLas ciudades acogen a todas las personas 👩‍👩‍👧.\n\nEl café está abierto.\n\nNadie sobra.\n";

/// What Adaeze's body wrote, squashed by her as its focal point.
fn submitted(base: &Text, branch: &Text) -> Squash {
    squash(base, branch, &session("Adaeze", 77)).unwrap().expect("something has changed")
}

/// A branch in which one person did something.
fn branch(base: &Text, work: impl FnOnce(&mut Desk)) -> Text {
    let mut desk = Desk::of("Samir", base);
    work(&mut desk);
    desk.text
}

fn elements(text: &Text) -> Vec<String> {
    Elements::of(text).within(0..text.length_utf16()).map(|(element, _)| element.to_string()).collect()
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// The room of the text takes the change as the server's own, and asks for it to be stored.
fn is_admitted(log: &[Vec<u8>], change: &[u8], seat: SeatId) -> Result<(), String> {
    let read = |raw: &[u8]| Chunk::read(raw.to_vec().into(), &ChunkLimits::default()).unwrap();
    let seats = |chunk: &Chunk| {
        let author = chunk.header.author.as_ref().map(|author| uuid::Uuid::from_slice(author).unwrap());
        SeatId(author.unwrap_or_default())
    };
    let mut bound = std::collections::BTreeMap::new();
    let log: Vec<(Chunk, SeatId)> = log
        .iter()
        .map(|raw| {
            let chunk = read(raw);
            let seat = *bound.entry(chunk.header.actor.clone()).or_insert_with(|| seats(&chunk));
            (chunk, seat)
        })
        .collect();
    let length = log.len();
    let mut room = Room::open(TextId(uuid::Uuid::from_u128(1)), RoomSettings::named("borrador"), log);
    assert_eq!(room.committed() as usize, length, "the log itself fits");
    let submit = Input::Submit { ticket: 1, changes: vec![(seat, change.to_vec().into())] };
    let output = room.handle(Moment::EPOCH, submit);
    match (output.done.first(), output.commit) {
        (None, Some(commit)) if commit.len() == 1 => {
            let stored = room.handle(Moment::EPOCH, Input::Stored);
            match stored.done.first() {
                Some((1, Ok(()))) => Ok(()),
                other => Err(format!("stored: {other:?}")),
            }
        }
        (done, commit) => Err(format!("{done:?} {:?}", commit.map(|commit| commit.len()))),
    }
}

#[test]
fn rev30_what_a_body_typed_and_took_back_is_nowhere_in_the_change_and_neither_are_its_people() {
    let base = text(PAPER);
    let mut samir = Desk::of("Samir", &base);
    let mut amina = Desk::of("Amina", &base);
    samir.types_after("ciudades", " INTERNO");
    samir.replaces(" INTERNO", " y los pueblos");
    amina.replaces("El café está abierto.", "El café 🏙 está lleno.");
    meet(&mut [&mut samir, &mut amina]);
    let squash = submitted(&base, &samir.text);
    assert_eq!(squash.text.blocks(), samir.text.blocks());
    assert!(contains(&squash.change, "pueblos".as_bytes()), "the words can be searched for in the bytes");
    assert!(!contains(&squash.change, b"INTERNO"));
    for person in ["Samir", "Amina"] {
        assert!(!contains(&squash.change, &session(person, 1).actor.0), "{person}");
        let seat = session(person, 1).seat.unwrap();
        assert!(!contains(&squash.change, seat.0.as_bytes()), "{person}");
    }
    let header = Chunk::read(squash.change.clone().into(), &ChunkLimits::default()).unwrap().header;
    assert_eq!(header.dependencies, base.heads());
    assert_eq!((header.seq, &header.actor), (1, &session("Adaeze", 77).actor));
    assert_eq!(header.author.unwrap(), session("Adaeze", 77).seat.unwrap().0.as_bytes().to_vec());
}

#[test]
fn rev30_a_branch_that_reads_as_its_text_comes_to_nothing() {
    let base = text(PAPER);
    let back_and_forth = branch(&base, |samir| {
        samir.types_after("ciudades", " INTERNO");
        samir.replaces(" INTERNO", "");
    });
    assert!(squash(&base, &back_and_forth, &session("Adaeze", 1)).unwrap().is_none());
    let other = text("# Trabajo\n\nOtra cosa.\n");
    assert!(squash(&base, &other, &session("Adaeze", 1)).is_err(), "it is no branch");
}

#[test]
fn rev30_accepted_beside_what_others_write_it_reads_as_if_all_had_written_together() {
    let base = text(PAPER);
    let mut samir = Desk::of("Samir", &base);
    samir.replaces("Nadie sobra.", "Nadie sobra en la ciudad.");
    samir.types_after("Las ciudades", " vecinas");
    let squash = submitted(&base, &samir.text);
    let mut now = Desk::of("Inés", &base);
    now.replaces("está abierto", "sigue abierto");
    assert_eq!(squash.footprint.touch(&now.text).state(), TouchState::Untouched);
    let mut together = copy(&now.text);
    together.apply(samir.changes.iter().map(Vec::as_slice)).unwrap();
    now.text.apply([&squash.change[..]]).unwrap();
    assert_eq!(now.text.blocks(), together.blocks());
    assert!(
        read(&now.text).contains("El café sigue abierto.")
            && read(&now.text).contains("Nadie sobra en la ciudad.")
    );
    assert_eq!(copy(&now.text).heads(), now.text.heads());
}

#[test]
fn rev30_a_branch_that_took_in_a_newer_text_is_squashed_on_that() {
    let base = text(PAPER);
    let mut ines = Desk::of("Inés", &base);
    ines.replaces("está abierto", "sigue abierto");
    let mut samir = Desk::of("Samir", &base);
    samir.replaces("Nadie sobra.", "Nadie sobra nunca.");
    samir.text.apply(ines.changes.iter().map(Vec::as_slice)).unwrap();
    samir.types_after("sigue abierto", " de noche");
    let squash = submitted(&ines.text, &samir.text);
    assert_eq!(squash.text.blocks(), samir.text.blocks());
    assert_eq!(squash.footprint.touched.len(), 2, "Inés's own words are not part of it");
    assert!(!contains(&squash.change, b"sigue"));
}

/// Each case of accepting that gives what nobody meant.
#[test]
fn rev31_what_was_touched_since_is_told_exactly() {
    let base = text(PAPER);
    let towns = submitted(&base, &branch(&base, |samir| samir.replaces("ciudades", "villas")));
    let after = |work: &dyn Fn(&mut Desk)| {
        let mut ines = Desk::of("Inés", &base);
        work(&mut ines);
        towns.footprint.touch(&ines.text)
    };
    assert_eq!(after(&|_| ()).state(), TouchState::Untouched);
    assert_eq!(after(&|ines| ines.types_after("Nadie sobra", " aquí")).state(), TouchState::Untouched);
    let replaced = after(&|ines| ines.replaces("ciudades", "urbes"));
    assert_eq!((replaced.gone_characters, replaced.state()), (8, TouchState::TouchedSince));
    let inside = after(&|ines| ines.types_after("ciuda", "XY"));
    assert_eq!((inside.foreign_characters, inside.state()), (2, TouchState::TouchedSince));
    let sentence = after(&|ines| ines.replaces("Las ciudades acogen a todas las personas 👩‍👩‍👧.", ""));
    assert_eq!((sentence.homeless_insertions, sentence.state()), (1, TouchState::Overtaken));
    let paragraph = after(&|ines| {
        let place = ines.text.read().places[1];
        ines.edits(|edit| edit.splice(place.marker.unwrap()..place.end, ""));
    });
    assert_eq!((paragraph.gone_paragraphs.len(), paragraph.state()), (1, TouchState::Overtaken));
}

#[test]
fn rev31_words_at_the_end_of_a_paragraph_that_was_deleted_are_overtaken_and_a_new_paragraph_is_not() {
    let base = text(PAPER);
    let appended = submitted(&base, &branch(&base, |samir| samir.types_after("está abierto.", " Siempre.")));
    let added = submitted(
        &base,
        &branch(&base, |samir| {
            let end = find(&samir.text, "está abierto.").end;
            let id = "00000000000000ff".parse().unwrap();
            samir.edits(|edit| {
                edit.split(end, id, &BlockKind::Paragraph { numbered: false })?;
                edit.splice(end + 1..end + 1, "Una frase más.")
            });
        }),
    );
    assert_eq!((added.footprint.touched.len(), added.footprint.behind.len()), (0, 1));
    let mut ines = Desk::of("Inés", &base);
    let place = ines.text.read().places[2];
    ines.edits(|edit| edit.splice(place.marker.unwrap()..place.end, ""));
    assert_eq!(appended.footprint.touch(&ines.text).state(), TouchState::Overtaken);
    assert_eq!(added.footprint.touch(&ines.text).state(), TouchState::Untouched, "it has a place still");
}

#[test]
fn rev31_two_who_make_one_paragraph_different_things_have_touched_each_other() {
    let base = text(PAPER);
    let marker = base.read().places[1].marker.unwrap();
    let quoted = submitted(
        &base,
        &branch(&base, |samir| samir.edits(|edit| edit.set_kind(marker, &BlockKind::Quote))),
    );
    assert_eq!(quoted.footprint.touch(&base).state(), TouchState::Untouched);
    let mut ines = Desk::of("Inés", &base);
    ines.edits(|edit| edit.set_kind(marker, &BlockKind::Paragraph { numbered: true }));
    let touch = quoted.footprint.touch(&ines.text);
    assert_eq!((touch.changed_paragraphs.len(), touch.state()), (1, TouchState::TouchedSince));
}

#[test]
fn rev32_amendments_of_one_paragraph_meet_and_others_do_not() {
    let base = text(PAPER);
    let print =
        |old: &str, new: &str| submitted(&base, &branch(&base, |samir| samir.replaces(old, new))).footprint;
    let (towns, all, cafe) =
        (print("ciudades", "villas"), print("todas las", "cualesquiera"), print("café", "bar"));
    assert!(towns.meets(&all) && all.meets(&towns));
    assert!(!towns.meets(&cafe));
}

#[test]
fn rev33_a_redline_shows_whole_words_marks_and_paragraphs() {
    let old = blocks("# Vivienda\n\n1. Las ciudades acogen.\n\n2. Nadie sobra.\n\nFin.\n");
    let mut new = old.clone();
    new[1] = Block::new(old[1].id, old[1].kind.clone(), plain("Los pueblos acogen."));
    new.remove(2);
    new[2] = Block::new(old[3].id, BlockKind::Quote, plain("Fin."));
    new.push(Block::new("00000000000000ff".parse().unwrap(), BlockKind::Quote, plain("Más.")));
    let red = redline(&old, &new);
    let changes: Vec<_> = red.iter().map(|block| (block.differs(), block.number, &block.change)).collect();
    assert_eq!(changes[0], (false, None, &BlockChange::Kept));
    assert_eq!(changes[1], (true, Some(1), &BlockChange::Kept));
    assert_eq!(changes[2], (true, Some(2), &BlockChange::Deleted));
    assert!(matches!(changes[3], (true, None, BlockChange::Reshaped(_))));
    assert_eq!(changes[4], (true, None, &BlockChange::Inserted));
    let shown: Vec<_> = red[1].runs.iter().map(|run| (run.text.as_str(), &run.change)).collect();
    let said = [
        ("Las", &Change::Deleted),
        ("Los", &Change::Inserted),
        (" ", &Change::Kept),
        ("ciudades", &Change::Deleted),
        ("pueblos", &Change::Inserted),
        (" acogen.", &Change::Kept),
    ];
    assert_eq!(shown, said);
    let json = serde_json::to_value(&red[3]).unwrap();
    assert_eq!(
        (&json["type"], &json["was"]["type"], &json["change"]),
        (&"quote".into(), &"paragraph".into(), &"changed".into())
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Two people of a body work on a branch at once while the text goes on.
    #[test]
    fn rev30_a_squash_reads_as_its_branch_keeps_its_letters_and_is_taken_in(
        seed in arb_blocks(),
        before in proptest::collection::vec(arb_deed(), 0..6),
        samirs in proptest::collection::vec(arb_deed(), 1..12),
        aminas in proptest::collection::vec(arb_deed(), 0..12),
        ineses in proptest::collection::vec(arb_deed(), 0..6),
    ) {
        let (base, log) = written(&seed, &before);
        let (mut samir, mut amina) = (Desk::of("Samir", &base), Desk::of("Amina", &base));
        let secret = "INTERNO";
        samirs.iter().for_each(|deed| does(&mut samir, deed));
        let end = amina.text.length_utf16();
        amina.edits(|edit| edit.splice(end..end, secret));
        amina.edits(|edit| edit.splice(end..end + secret.len(), ""));
        aminas.iter().for_each(|deed| does(&mut amina, deed));
        meet(&mut [&mut samir, &mut amina]);

        let Some(squash) = squash(&base, &samir.text, &session("Adaeze", 77)).unwrap() else {
            prop_assert_eq!(base.blocks(), samir.text.blocks());
            return Ok(());
        };
        prop_assert_eq!(squash.text.blocks(), samir.text.blocks());
        // The letters that stayed are the same letters: those of the branch that the text had.
        let ours: BTreeSet<String> = elements(&base).into_iter().collect();
        let kept = |text: &Text| elements(text).into_iter().filter(|element| ours.contains(element)).collect::<Vec<_>>();
        prop_assert_eq!(kept(&squash.text), kept(&samir.text));
        for person in ["Samir", "Amina"] {
            prop_assert!(!contains(&squash.change, &session(person, 1).actor.0));
            prop_assert!(!contains(&squash.change, session(person, 1).seat.unwrap().0.as_bytes()));
        }
        prop_assert!(!contains(&squash.change, secret.as_bytes()));
        prop_assert_eq!(is_admitted(&log, &squash.change, session("Adaeze", 77).seat.unwrap()), Ok(()));
        let alone = Text::load_with(&[], log.iter().chain([&squash.change]).map(Vec::as_slice)).unwrap();
        prop_assert_eq!(alone.blocks(), squash.text.blocks());
        prop_assert_eq!(copy(&alone).heads(), alone.heads());
        let again = crdt::document::branch::squash(&base, &samir.text, &session("Adaeze", 77)).unwrap().unwrap();
        prop_assert_eq!(&again.change, &squash.change, "the same branch gives the same bytes");

        // On the text as it was it touches nothing that has changed; on what others made of it, it merges alike in any order.
        prop_assert_eq!(squash.footprint.touch(&base).state(), TouchState::Untouched);
        let mut ines = Desk::of("Inés-now", &base);
        ineses.iter().for_each(|deed| does(&mut ines, deed));
        let mut one = copy(&ines.text);
        one.apply([&squash.change[..]]).unwrap();
        let mut other = copy(&squash.text);
        other.apply(ines.changes.iter().map(Vec::as_slice)).unwrap();
        prop_assert_eq!(one.read(), other.read());
        prop_assert_eq!(Text::load(&one.save()).unwrap().read(), other.read());
        let json = serde_json::to_string(&squash.footprint).unwrap();
        let back: crdt::document::branch::Footprint = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(&back, &squash.footprint);
        prop_assert_eq!(back.touch(&ines.text), squash.footprint.touch(&ines.text));
    }

    /// Reading only what stays and what comes gives the new wording; only what stays and what goes, the old one.
    #[test]
    fn rev33_a_redline_holds_both_wordings(old in arb_blocks(), new in arb_blocks()) {
        let red = redline(&old, &new);
        let words = |keep: &dyn Fn(&Change) -> bool, there: &dyn Fn(&BlockChange) -> bool| -> Vec<String> {
            let blocks = red.iter().filter(|block| there(&block.change));
            blocks.map(|block| block.runs.iter().filter(|run| keep(&run.change)).map(|run| run.text.as_str()).collect()).collect()
        };
        let is = words(&|change| *change != Change::Deleted, &|change| *change != BlockChange::Deleted);
        let was = words(&|change| *change != Change::Inserted, &|change| *change != BlockChange::Inserted);
        prop_assert_eq!(is, new.iter().map(Block::words).collect::<Vec<_>>());
        let mut old_words: Vec<_> = old.iter().map(Block::words).collect();
        let mut was_sorted = was;
        old_words.sort();
        was_sorted.sort();
        prop_assert_eq!(was_sorted, old_words);
    }
}
