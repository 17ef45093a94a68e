//! Named people, and texts written down as Markdown. Shared by all suites.

use crdt::document::{Block, Run, Text, Writer, import};
use crdt::ids::{ActorId, ParagraphId, SeatId};
use crdt::moment::Moment;
use crdt::render::markdown::{self, Options};
use crdt::render::{ChapterBlocks, Tree};

/// Paragraph ids 1, 2, 3 … as 16 digits.
pub fn ids() -> impl FnMut() -> ParagraphId {
    let mut next = 0u64;
    move || {
        next += 1;
        ParagraphId(next.to_be_bytes())
    }
}

/// A fresh editing session of somebody. The same name and number give the same actor.
pub fn session(name: &str, number: u32) -> Writer {
    let mut actor = name.bytes().cycle().take(12).collect::<Vec<_>>();
    actor.extend(number.to_be_bytes());
    let seat = name.bytes().fold(7u128, |sum, byte| sum * 31 + u128::from(byte));
    Writer {
        actor: ActorId(actor),
        seat: Some(SeatId(uuid::Uuid::from_u128(seat))),
        at: Moment::from_unix_ms(1_474_448_400_000),
    }
}

/// The blocks of this Markdown, ids counted from 1.
pub fn blocks(markdown: &str) -> Vec<Block> {
    import::blocks(markdown.as_bytes(), &mut ids()).unwrap().0
}

/// A text of this Markdown, seeded by the secretariat.
pub fn text(markdown: &str) -> Text {
    Text::seed(&blocks(markdown), &session("secretariat", 0)).unwrap().0
}

/// A copy on somebody's own machine.
pub fn copy(text: &Text) -> Text {
    Text::load(&text.save()).unwrap()
}

/// What a text reads like, as Markdown.
pub fn read(text: &Text) -> String {
    write(&text.blocks(), Options::default())
}

/// Blocks as Markdown, numbered from 1.
pub fn write(blocks: &[Block], options: Options) -> String {
    markdown::write(
        &Tree::of(1, [ChapterBlocks { number: "1".into(), depth: 1, blocks: blocks.to_vec() }]),
        options,
    )
}

/// Where these words stand, in UTF-16 units from the start of the text. They must stand there once.
pub fn find(text: &Text, words: &str) -> std::ops::Range<usize> {
    let reading = text.read();
    let mut found = reading.blocks.iter().zip(&reading.places).filter_map(|(block, place)| {
        let all = block.words();
        let start = place.start + all[..all.find(words)?].encode_utf16().count();
        Some(start..start + words.encode_utf16().count())
    });
    let range = found.next().unwrap_or_else(|| panic!("no {words:?} in {}", read(text)));
    assert!(found.next().is_none(), "{words:?} stands twice");
    range
}

/// A text that somebody writes in, every edit in the same session.
pub struct Desk {
    pub text: Text,
    pub writer: Writer,
    pub changes: Vec<Vec<u8>>,
}

impl Desk {
    pub fn of(name: &str, text: &Text) -> Desk {
        Desk { text: copy(text), writer: session(name, 1), changes: Vec::new() }
    }

    /// Puts `new` in place of `old`, which stands once; an empty `new` deletes it.
    pub fn replaces(&mut self, old: &str, new: &str) {
        let range = find(&self.text, old);
        self.edits(|edit| edit.splice(range, new));
    }

    /// Types behind `old`, which stands once.
    pub fn types_after(&mut self, old: &str, new: &str) {
        let end = find(&self.text, old).end;
        self.edits(|edit| edit.splice(end..end, new));
    }

    pub fn edits(
        &mut self,
        work: impl FnOnce(&mut crdt::document::Edit<'_, '_>) -> Result<(), crdt::document::EditError>,
    ) {
        let edited = self.text.edit(&self.writer, work).unwrap();
        self.changes.extend(edited.change);
    }
}

/// Exchanges everything until all have the same history.
pub fn meet(desks: &mut [&mut Desk]) {
    let all: Vec<Vec<u8>> = desks.iter().flat_map(|desk| desk.changes.clone()).collect();
    for desk in desks {
        desk.text.apply(all.iter().map(Vec::as_slice)).unwrap();
    }
}

/// Words without marks.
pub fn plain(words: &str) -> Vec<Run> {
    vec![Run::plain(words)]
}
