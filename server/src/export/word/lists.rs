//! Lists: which of them count, and how.

use std::collections::BTreeMap;

use crdt::document::BlockKind;
use crdt::document::schema::MAX_LIST_DEPTH;

use super::xml::{Met, walk};
use crate::export::tables::read::ReadError;

/// One level: how it counts and what stands around the number.
#[derive(Debug, Clone, Default)]
struct Level {
    format: String,
    around: String,
}

/// The lists of a document.
#[derive(Debug, Default)]
pub(super) struct Lists {
    kinds: BTreeMap<String, BTreeMap<u8, Level>>,
    of: BTreeMap<String, String>,
}

impl Lists {
    pub(super) fn read(xml: &str) -> Result<Self, ReadError> {
        let mut lists = Lists::default();
        if xml.is_empty() {
            return Ok(lists);
        }
        let (mut kind, mut list, mut level) = (None, None, 0u8);
        walk(xml, |met| {
            match met {
                Met::Begins("abstractNum", tag) => kind = tag.get("abstractNumId"),
                Met::Ends("abstractNum") => kind = None,
                Met::Begins("num", tag) => list = tag.get("numId"),
                Met::Begins("abstractNumId", tag) => {
                    if let (Some(list), Some(kind)) = (&list, tag.val()) {
                        lists.of.insert(list.clone(), kind);
                    }
                }
                Met::Begins("lvl", tag) => {
                    level = tag.get("ilvl").and_then(|level| level.parse().ok()).unwrap_or(0);
                }
                Met::Begins(name @ ("numFmt" | "lvlText"), tag) => {
                    if let Some(kind) = &kind {
                        let level = lists.kinds.entry(kind.clone()).or_default().entry(level).or_default();
                        let value = tag.val().unwrap_or_default();
                        if name == "numFmt" { level.format = value } else { level.around = value }
                    }
                }
                _ => {}
            }
            Ok(())
        })?;
        Ok(lists)
    }

    /// What an item of this list is at this depth. As in Markdown, what counts `1.` on the first level is a numbered paragraph.
    pub(super) fn kind(&self, list: &str, depth: u8) -> BlockKind {
        let level = self.of.get(list).and_then(|kind| self.kinds.get(kind)?.get(&depth));
        let depth = depth.min(MAX_LIST_DEPTH);
        match level.map(|level| (level.format.as_str(), level.around.as_str())) {
            Some(("decimal", "%1." | "%1")) if depth == 0 => BlockKind::Paragraph { numbered: true },
            None | Some(("bullet" | "none" | "", _)) => BlockKind::UnorderedItem { depth },
            Some(_) => BlockKind::OrderedItem { depth },
        }
    }
}
