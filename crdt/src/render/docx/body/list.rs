//! Lists: each that counts is one of its own.

use super::Body;
use crate::render::docx::tracked;
use crate::render::tree::{Item, List, MAX_SHOWN_DEPTH};

/// Deepest level of the program's lists, 0 for the first.
const DEEPEST_LEVEL: usize = 8;

impl<'a> Body<'a> {
    pub(super) fn list(&mut self, list: &List<'a>, depth: usize) {
        // The first one of numbering.xml has dashes; each that counts has one of its own.
        let id = match list.ordered {
            true => self.counted_from(depth),
            false => 1,
        };
        for Item { own, lists } in &list.items {
            match own {
                Some(own) if tracked::was_other(own) => self.paragraph(own, ""),
                Some(own) => self.block(own, ("ListParagraph", &in_list(depth, id), ""), None),
                None => {}
            }
            lists.iter().for_each(|list| self.list(list, depth + 1));
        }
    }

    /// What says of a paragraph outside its list that it was an item.
    pub(super) fn item(&mut self, depth: u8, counts: bool) -> String {
        let depth = usize::from(depth.min(MAX_SHOWN_DEPTH));
        let id = if counts { self.counted_from(depth) } else { 1 };
        in_list(depth, id)
    }

    /// Another list that counts.
    fn counted_from(&mut self, depth: usize) -> usize {
        self.counted.push(depth.min(DEEPEST_LEVEL));
        self.counted.len() + 1
    }
}

/// What says of a paragraph that it is an item of this list.
fn in_list(depth: usize, id: usize) -> String {
    let level = depth.min(DEEPEST_LEVEL);
    format!("<w:numPr><w:ilvl w:val=\"{level}\"/><w:numId w:val=\"{id}\"/></w:numPr>")
}
