//! The annex of a paper on its brackets: which words are not agreed, who wants what of them and why, and the wordings for their place.
//!
//! Like the other annexes it is no part of the words. What stands in brackets without a record is printed, too: as a bracket of nobody.

use std::collections::BTreeMap;

use crdt::document::Run;
use crdt::render::ChapterBlocks;
use crdt::render::brackets::{ids_in, words_in};
use crdt::review::bracket::Side;

use super::annex::Annex;
use super::labels::Words;
use super::leaf::{ITEM, Leaf, PLAIN, strong};

/// What is on record of one bracket, names in the language of the file.
pub struct Disputed {
    /// Component, what it wants, and why.
    pub sides: Vec<(String, Side, String)>,
    /// Component and wording; empty words: nothing should stand there.
    pub options: Vec<(String, String)>,
}

/// The annex on the brackets in these chapters, in the order of the text; `None` when nothing is in brackets. `records` are the open
/// ones by the id in the name of their mark.
pub fn annex(
    words: &Words,
    chapters: &[ChapterBlocks],
    records: &BTreeMap<String, Disputed>,
    day: (i32, u8, u8),
) -> Option<Annex> {
    let mut page = Page { words, leaf: Leaf::of("disputed") };
    page.leaf.heading(1, words.get("disputed-title"));
    page.leaf.plain(words.fill("disputed-note", &[("date", &words.day(day))]));
    let (mut number, mut told) = (0usize, Vec::new());
    for block in chapters.iter().flat_map(|chapter| &chapter.blocks) {
        number += usize::from(block.is_numbered());
        let here = block.is_numbered().then_some(number);
        for id in ids_in(std::slice::from_ref(block)) {
            if !told.contains(&id) {
                told.push(id);
                page.bracket(here, &words_in(chapters, id), records.get(id));
            }
        }
    }
    (!told.is_empty()).then(|| page.leaf.annex())
}

struct Page<'a> {
    words: &'a Words,
    leaf: Leaf,
}

impl Page<'_> {
    fn bracket(&mut self, number: Option<usize>, quoted: &str, record: Option<&Disputed>) {
        let place =
            number.map(|number| self.words.fill("disputed-paragraph", &[("number", &number.to_string())]));
        let head = place.map(|place| format!("{place} ")).unwrap_or_default();
        self.leaf.say(PLAIN, vec![Run::plain(head), strong(format!("[{quoted}]"))]);
        let Some(Disputed { sides, options }) = record else {
            self.leaf.say(ITEM, vec![Run::plain(self.words.get("disputed-nobody"))]);
            return;
        };
        for (component, side, why) in sides {
            let says = self.words.fill(side_id(*side), &[("component", component)]);
            let line =
                if why.is_empty() { format!("{says}.") } else { format!("{says}: {}", on_a_line(why)) };
            self.leaf.say(ITEM, vec![Run::plain(line)]);
        }
        for ((component, wording), number) in options.iter().zip(2..) {
            let wording =
                if wording.is_empty() { self.words.get("disputed-no-text") } else { wording.clone() };
            let number = i32::to_string(&number);
            let values = [("number", number.as_str()), ("component", component.as_str())];
            let line = format!("{}: {wording}", self.words.fill("disputed-alternative", &values));
            self.leaf.say(ITEM, vec![Run::plain(line)]);
        }
    }
}

fn on_a_line(words: &str) -> String {
    words.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The message that says where a component stands.
fn side_id(side: Side) -> &'static str {
    match side {
        Side::Add => "disputed-add",
        Side::Delete => "disputed-delete",
        Side::Keep => "disputed-keep",
        Side::Supports => "disputed-supports",
        Side::Opposes | Side::Left => "disputed-opposes",
    }
}
