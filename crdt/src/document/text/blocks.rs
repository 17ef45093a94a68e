//! Automerge's spans, read as blocks.
//!
//! Reading never fails, whatever merged or another tool wrote: words before the first marker get a paragraph supplied,
//! malformed attributes take their defaults, unknown kinds and marks are kept, and every block has an id of its own.
//! What a writer should mend (missing and doubled ids) is listed as [`Repair`]s; nothing is written because of a read.

use std::collections::BTreeSet;

use automerge::ScalarValue;
use automerge::hydrate;
use automerge::iter::Span;
use automerge::marks::MarkSet;
use sha2::{Digest, Sha256};

use super::state::State;
use super::values;
use crate::document::schema::{Block, BlockKind, MarkValue, Marks, Renders, Run, is_short_digest};
use crate::ids::ParagraphId;

/// The id of the paragraph that is supplied when words stand before the first marker.
pub const SUPPLIED: ParagraphId = ParagraphId([0; 8]);

/// A text, read.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The blocks in order; never empty.
    pub blocks: Vec<Block>,
    /// Where each block stands, in the same order.
    pub places: Vec<Place>,
    /// Markers whose id is missing, malformed or already owned by an earlier block, in order.
    pub repairs: Vec<Repair>,
}

/// Where a block stands, in UTF-16 code units from the start of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Its marker; `None` for a supplied paragraph.
    pub marker: Option<usize>,
    /// Where its words begin.
    pub start: usize,
    /// Where they end, excluded: the next marker or the end of the text.
    pub end: usize,
}

/// A marker that should be given this id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repair {
    /// Offset of the marker.
    pub marker: usize,
    /// The id under which [`Text::read`](super::Text::read) shows the block, the same for every reader of the same history.
    pub id: ParagraphId,
}

impl Reading {
    /// The block in which the unit at `offset` stands; a marker belongs to the block it opens. The last block for
    /// anything beyond the end.
    pub fn block_at(&self, offset: usize) -> &Block {
        let after = self.places.partition_point(|place| place.marker.unwrap_or(place.start) <= offset);
        &self.blocks[after.saturating_sub(1)]
    }
}

pub(super) fn read(state: &State<'_>) -> Reading {
    let mut scan = scan(state.spans());
    let repairs = scan.name_all(state);
    Reading { blocks: scan.blocks, places: scan.places, repairs }
}

/// Blocks and places of these spans; ids as the markers name them, doubled ones included.
pub(in crate::document) fn scan(spans: impl IntoIterator<Item = Span>) -> Scan {
    let mut scan = Scan::default();
    spans.into_iter().for_each(|span| scan.take(span));
    if scan.blocks.is_empty() {
        scan.supply();
    }
    scan
}

#[derive(Default)]
pub(in crate::document) struct Scan {
    offset: usize,
    pub(in crate::document) blocks: Vec<Block>,
    pub(in crate::document) places: Vec<Place>,
    /// What each marker says its id is.
    ids: Vec<Option<ParagraphId>>,
}

impl Scan {
    fn take(&mut self, span: Span) {
        match span {
            Span::Block(marker) => {
                let (block, id) = open(&marker);
                self.begin(block, id, Some(self.offset));
            }
            Span::Text { text, marks } => {
                if self.blocks.is_empty() {
                    self.supply();
                }
                self.offset += text.encode_utf16().count();
                let run = Run::marked(text, marks.map(|marks| read_marks(&marks)).unwrap_or_default());
                self.blocks.last_mut().expect("a block is open").push(run);
                self.places.last_mut().expect("a block is open").end = self.offset;
            }
        }
    }

    fn supply(&mut self) {
        let paragraph = Block::new(SUPPLIED, BlockKind::Paragraph { numbered: false }, Vec::new());
        self.begin(paragraph, Some(SUPPLIED), None);
    }

    fn begin(&mut self, block: Block, id: Option<ParagraphId>, marker: Option<usize>) {
        self.offset += usize::from(marker.is_some());
        self.places.push(Place { marker, start: self.offset, end: self.offset });
        self.blocks.push(block);
        self.ids.push(id);
    }

    /// Gives every block an id of its own, and lists the markers that should be given theirs.
    fn name_all(&mut self, state: &State<'_>) -> Vec<Repair> {
        let mut owned = BTreeSet::new();
        let mut is_wrong = |index: &usize| !self.ids[*index].is_some_and(|id| owned.insert(id));
        let wrong: Vec<usize> = (0..self.ids.len()).filter(|index| is_wrong(index)).collect();
        // Element ids are only looked up where something is wrong: nearly never.
        let elements = (!wrong.is_empty()).then(|| state.elements());
        let mut repairs = Vec::new();
        for index in wrong {
            let marker = self.places[index].marker.expect("a supplied paragraph comes first and has an id");
            let element =
                elements.as_ref().and_then(|elements| elements.at(marker)).expect("a marker is an element");
            let mut id = derived_id(&element.to_string());
            while !owned.insert(id) {
                id = derived_id(&id.to_string());
            }
            self.blocks[index].id = id;
            repairs.push(Repair { marker, id });
        }
        repairs
    }
}

/// An id that everybody derives alike from `seed`: a marker's element id, or an id that is already owned.
pub(in crate::document) fn derived_id(seed: &str) -> ParagraphId {
    let digest: [u8; 32] = Sha256::digest(seed.as_bytes()).into();
    ParagraphId(*digest.first_chunk().expect("32 bytes hold 8"))
}

/// The empty block that this marker opens, and the id it names, if it is one.
fn open(marker: &hydrate::Map) -> (Block, Option<ParagraphId>) {
    let name = marker.get("type").and_then(values::string).unwrap_or_default();
    let parents = match marker.get("parents") {
        Some(hydrate::Value::List(parents)) => {
            parents.iter().filter_map(|parent| values::string(&parent.value)).collect()
        }
        _ => Vec::new(),
    };
    let attrs = match marker.get("attrs") {
        Some(attrs @ hydrate::Value::Map(_)) => match values::to_json(attrs) {
            serde_json::Value::Object(attrs) => attrs,
            _ => serde_json::Map::new(),
        },
        _ => serde_json::Map::new(),
    };
    let text = |key: &str| attrs.get(key).and_then(serde_json::Value::as_str);
    let id: Option<ParagraphId> = text("id").and_then(|id| id.parse().ok());
    let mut block =
        Block::new(id.unwrap_or(SUPPLIED), BlockKind::of_marker(&name, &parents, &attrs), Vec::new());
    block.renders = text("renders").and_then(|id| id.parse().ok()).map(|paragraph| Renders {
        paragraph,
        sha256: text("renders_sha256").filter(|digest| is_short_digest(digest)).map(str::to_string),
    });
    (block, id)
}

/// Marks as the schema understands them: a mark of the schema that should be on is on whatever truth it holds.
pub(in crate::document) fn read_marks(marks: &MarkSet) -> Marks {
    let value = |(name, value): (&str, &ScalarValue)| {
        let value = match (is_flag(name), value) {
            (_, ScalarValue::Null | ScalarValue::Boolean(false)) => return None,
            (true, _) | (_, ScalarValue::Boolean(true)) => MarkValue::ON,
            (_, ScalarValue::Str(text)) => MarkValue::Text(text.to_string()),
            (_, other) => MarkValue::Other(values::scalar_to_json(other)),
        };
        Some((name.to_string(), value))
    };
    Marks(marks.iter().filter_map(value).collect())
}

fn is_flag(name: &str) -> bool {
    matches!(name, "strong" | "em" | "superscript" | "subscript")
        || ["footnote:", "citation:", "bracket:"].iter().any(|prefix| name.starts_with(prefix))
}
