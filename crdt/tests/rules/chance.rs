//! Random texts, and random people who write in them. Proptest prints the smallest failing case and the seed that finds it again.

use crdt::document::{Block, BlockKind, EditError, Marks, Run, Text};
use crdt::ids::ParagraphId;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::people::Desk;

pub fn arb_words() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => "[a-zA-Z]{1,6} ",
        2 => Just("e\u{301} ".to_string()),
        2 => Just("👩‍👩‍👧".to_string()),
        1 => Just("🇵🇪 ".to_string()),
        1 => Just("لِلّٰهِ ".to_string()),
        2 => "[.,:;*_#>1)\\[\\]<&-]{1,3}",
    ];
    proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

pub fn arb_marks() -> impl Strategy<Value = Marks> {
    let names = proptest::sample::subsequence(vec!["strong", "em", "superscript", "bracket:k1"], 0..3);
    (names, proptest::option::weighted(0.2, Just("https://uclg.org"))).prop_map(|(names, link)| match link {
        Some(href) => Marks::on(names).with_link(href),
        None => Marks::on(names),
    })
}

pub fn arb_kind() -> impl Strategy<Value = BlockKind> {
    prop_oneof![
        (1..=6u8).prop_map(|level| BlockKind::Heading { level }),
        any::<bool>().prop_map(|numbered| BlockKind::Paragraph { numbered }),
        Just(BlockKind::Quote),
        (0..=8u8).prop_map(|depth| BlockKind::OrderedItem { depth }),
        (0..=8u8).prop_map(|depth| BlockKind::UnorderedItem { depth }),
    ]
}

pub fn arb_block() -> impl Strategy<Value = Block> {
    let runs = proptest::collection::vec((arb_words(), arb_marks()), 0..4);
    (0..12u8, arb_kind(), runs).prop_map(|(id, kind, runs)| {
        Block::new(
            ParagraphId([id; 8]),
            kind,
            runs.into_iter().map(|(words, marks)| Run::marked(words, marks)).collect(),
        )
    })
}

/// Blocks with distinct ids, drawn from few so that two lists share some.
pub fn arb_blocks() -> impl Strategy<Value = Vec<Block>> {
    proptest::collection::vec(arb_block(), 1..7).prop_map(|mut blocks| {
        let mut seen = std::collections::BTreeSet::new();
        blocks.retain(|block| seen.insert(block.id));
        blocks
    })
}

/// Something a person does to a text, wherever it makes sense.
#[derive(Clone, Debug)]
pub enum Deed {
    /// Type words in the place of others.
    Splice(Index, usize, String),
    /// Begin a new paragraph.
    Split(Index, u64, BlockKind),
    /// Join a paragraph with the one before.
    Join(Index),
    /// Make a paragraph another one.
    Reshape(Index, BlockKind),
    /// Mark words, or take a mark away.
    Mark(Index, usize, &'static str, bool),
    /// Take a whole paragraph out.
    Drop(Index),
}

pub fn arb_deed() -> impl Strategy<Value = Deed> {
    let name = proptest::sample::select(vec!["strong", "em", "superscript", "bracket:k1", "citation:c2"]);
    prop_oneof![
        6 => (any::<Index>(), 0..12usize, arb_words()).prop_map(|(at, length, words)| Deed::Splice(at, length, words)),
        2 => (any::<Index>(), any::<u64>(), arb_kind()).prop_map(|(at, id, kind)| Deed::Split(at, id, kind)),
        1 => any::<Index>().prop_map(Deed::Join),
        1 => (any::<Index>(), arb_kind()).prop_map(|(at, kind)| Deed::Reshape(at, kind)),
        3 => (any::<Index>(), 1..12usize, name, any::<bool>()).prop_map(|(at, length, name, on)| Deed::Mark(at, length, name, on)),
        1 => any::<Index>().prop_map(Deed::Drop),
    ]
}

/// Lets somebody do it. Places inside a letter, and the first marker, refuse, which is as good.
pub fn does(desk: &mut Desk, deed: &Deed) {
    let (length, reading) = (desk.text.length_utf16(), desk.text.read());
    let markers: Vec<usize> = reading.places.iter().filter_map(|place| place.marker).collect();
    let within = |at: &Index, width: usize| {
        let from = at.index(length.max(1)).max(1).min(length);
        from..(from + width).min(length)
    };
    let done = desk.text.edit(&desk.writer, |edit| match deed {
        Deed::Splice(at, width, words) => edit.splice(within(at, *width), words),
        Deed::Split(at, id, kind) => edit.split(within(at, 0).start, ParagraphId(id.to_be_bytes()), kind),
        Deed::Join(at) if !markers.is_empty() => edit.join(*at.get(&markers)),
        Deed::Reshape(at, kind) if !markers.is_empty() => edit.set_kind(*at.get(&markers), kind),
        Deed::Mark(at, width, name, true) => {
            edit.mark(within(at, *width), name, &crdt::document::MarkValue::ON)
        }
        Deed::Mark(at, width, name, false) => edit.unmark(within(at, *width), name),
        Deed::Drop(at) if reading.places.len() > 1 => {
            let place = at.get(&reading.places[1..]);
            edit.splice(place.marker.unwrap_or(place.start)..place.end, "")
        }
        _ => Ok(()),
    });
    match done {
        Ok(edited) => desk.changes.extend(edited.change),
        Err(EditError::InsideLetter { .. } | EditError::FirstMarker | EditError::OutOfRange { .. }) => {}
        Err(other) => panic!("{deed:?}: {other}"),
    }
}

/// A random text with its history: a seed and what its authors did since.
pub fn written(blocks: &[Block], deeds: &[Deed]) -> (Text, Vec<Vec<u8>>) {
    let (seeded, seed) = Text::seed(blocks, &crate::people::session("secretariat", 0)).unwrap();
    let mut desk = Desk::of("Inés", &seeded);
    deeds.iter().for_each(|deed| does(&mut desk, deed));
    let changes = [seed].into_iter().chain(desk.changes).collect();
    (desk.text, changes)
}
