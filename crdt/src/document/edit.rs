//! Small changes to a text, each transaction one change in its history.
//!
//! Automerge offers richer calls than these; two of them lose words (`update_spans` over text deletes only the first
//! code point of é, of vowelled Arabic, of an emoji; replacing a marker doubles the paragraph when two people do it at
//! once). So text changes by splice on whole letters, markers change key by key, and nothing else is offered.

mod remark;

use std::ops::Range;

use automerge::marks::{ExpandMark, Mark};
use automerge::transaction::{CommitOptions, Transactable, Transaction};
use automerge::{Author, Automerge, AutomergeError, ObjId, ObjType, ROOT, ReadDoc, ScalarValue, Value};
use unicode_segmentation::GraphemeCursor;

use super::schema::{self, Block, BlockKind, Cell, Expand, Image, MarkValue, Renders};
use super::text::Text;
use super::text::values;
use crate::ids::{ActorId, ParagraphId, SeatId};
use crate::moment::Moment;

/// Who writes a change, in which editing session, and when.
#[derive(Debug, Clone)]
pub struct Writer {
    /// Fresh for each session: no two writers may ever use the same actor at once.
    pub actor: ActorId,
    /// Written into the session's first change as its author; `None` for repairs by the service itself.
    pub seat: Option<SeatId>,
    /// Stored in whole seconds. Content only: what people are shown is the server's time of receipt.
    pub at: Moment,
}

/// What came of an edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited<T> {
    /// What the edit returned.
    pub value: T,
    /// The bytes of the new change; `None` if nothing was changed.
    pub change: Option<Vec<u8>>,
}

/// Why an edit was not made. The text is as it was before.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// An offset beyond the end, or a range that ends before it starts.
    #[error("{range:?} does not lie in a text of {length} UTF-16 units")]
    OutOfRange {
        /// What was asked for.
        range: Range<usize>,
        /// How long the text is.
        length: usize,
    },
    /// An edge inside a letter of several code points.
    #[error("offset {offset} is inside a letter; edits take whole letters")]
    InsideLetter {
        /// The wrong edge.
        offset: usize,
    },
    /// No paragraph begins there.
    #[error("no paragraph begins at offset {offset}")]
    NotAMarker {
        /// Where a marker was expected.
        offset: usize,
    },
    /// Words or a paragraph would come to stand before the first one, or the first one would go.
    #[error("the first paragraph of a text stays the first")]
    FirstMarker,
    /// Automerge itself said no.
    #[error("the edit was refused by the engine")]
    Engine(#[from] AutomergeError),
}

impl Writer {
    pub(super) fn sign(&self, doc: &mut Automerge) {
        doc.set_author(self.seat.map(|seat| Author::from(seat.0.as_bytes().to_vec())));
        // After the author, because setting that draws an actor at random.
        doc.set_actor(automerge::ActorId::from(self.actor.0.as_slice()));
    }

    pub(super) fn commit(&self) -> CommitOptions {
        CommitOptions::default().with_time(self.at.unix_ms().div_euclid(1_000))
    }
}

impl Text {
    /// Makes all edits of `work` as one change, or none if it fails.
    pub fn edit<T>(
        &mut self,
        writer: &Writer,
        work: impl FnOnce(&mut Edit<'_, '_>) -> Result<T, EditError>,
    ) -> Result<Edited<T>, EditError> {
        writer.sign(&mut self.doc);
        let mut transaction = self.doc.transaction();
        match work(&mut Edit { transaction: &mut transaction, object: &self.object }) {
            Ok(value) => {
                let (hash, _) = transaction.commit_with(writer.commit());
                let change = hash.and_then(|hash| self.doc.get_change_by_hash(&hash));
                Ok(Edited { value, change: change.map(|change| change.raw_bytes().to_vec()) })
            }
            Err(error) => {
                transaction.rollback();
                Err(error)
            }
        }
    }

    /// The shortest range of whole letters that holds this one, which lies in the text.
    pub fn whole_letters(&self, range: Range<usize>) -> Range<usize> {
        let text = self.doc.text(&self.object).unwrap_or_default();
        let is_edge = |offset: &usize| is_between_letters(&text, *offset);
        let start = (0..=range.start).rev().find(is_edge).unwrap_or(range.start);
        let end = (range.end..=self.length_utf16()).find(is_edge).unwrap_or(range.end);
        start..end
    }

    /// Gives every marker that [`Text::read`] finds without an id of its own the id under which it is shown.
    pub fn repair(&mut self, writer: &Writer) -> Result<Edited<()>, EditError> {
        let repairs = self.read().repairs;
        self.edit(writer, |edit| repairs.iter().try_for_each(|repair| edit.set_id(repair.marker, repair.id)))
    }
}

/// A transaction on a text. Offsets are those of the text as edited so far.
pub struct Edit<'e, 'doc> {
    transaction: &'e mut Transaction<'doc>,
    object: &'e ObjId,
}

impl Edit<'_, '_> {
    /// Makes the root of a new text and fills it.
    pub(super) fn seed(transaction: &mut Transaction<'_>, blocks: &[Block]) -> Result<ObjId, EditError> {
        transaction.put(ROOT, "schema", schema::VERSION)?;
        let object = transaction.put_object(ROOT, "text", ObjType::Text)?;
        let mut edit = Edit { transaction, object: &object };
        for block in blocks {
            edit.insert_block(edit.length(), block)?;
        }
        edit.set_marks(blocks, |_| true)?;
        Ok(object)
    }

    /// Replaces the words in `range` with `words`. Both edges must be between letters. A marker inside the range goes
    /// with it, which joins paragraphs; the first marker stays out of reach.
    pub fn splice(&mut self, range: Range<usize>, words: &str) -> Result<(), EditError> {
        self.expect_letters(&range)?;
        if range.start == 0 && self.marker(0).is_ok() {
            return Err(EditError::FirstMarker);
        }
        self.replace(range, words)
    }

    /// Replaces `range`, whose edges are known to be between letters.
    pub(super) fn replace(&mut self, range: Range<usize>, words: &str) -> Result<(), EditError> {
        let deleted =
            isize::try_from(range.len()).expect("a text in memory is shorter than half the address space");
        Ok(self.transaction.splice_text(self.object, range.start, deleted, words)?)
    }

    /// Begins a new paragraph at `at`: the words behind become its words. The paragraph before keeps its id.
    pub fn split(&mut self, at: usize, id: ParagraphId, kind: &BlockKind) -> Result<(), EditError> {
        self.expect_letters(&(at..at))?;
        if at == 0 && self.marker(0).is_ok() {
            return Err(EditError::FirstMarker);
        }
        self.insert_marker(at, &Block::new(id, kind.clone(), Vec::new()))
    }

    /// Joins the paragraph whose marker stands at `marker` to the one before, whose id and kind survive.
    pub fn join(&mut self, marker: usize) -> Result<(), EditError> {
        self.marker(marker)?;
        if marker == 0 { Err(EditError::FirstMarker) } else { self.replace(marker..marker + 1, "") }
    }

    /// Inserts a whole paragraph so that its marker stands at `at`, without marks.
    pub(super) fn insert_block(&mut self, at: usize, block: &Block) -> Result<(), EditError> {
        self.insert_marker(at, block)?;
        self.replace(at + 1..at + 1, &block.words())
    }

    /// Makes the paragraph whose marker stands at `marker` one of this kind. Only what differs is written.
    pub fn set_kind(&mut self, marker: usize, kind: &BlockKind) -> Result<(), EditError> {
        let object = self.marker(marker)?;
        self.put_if_other(&object, "type", kind.marker_type().into())?;
        self.put_parents(&object, &kind.marker_parents())?;
        let attrs = self.attrs(&object)?;
        let wanted = kind_attrs(kind);
        for key in KIND_ATTRS {
            if !wanted.contains_key(key) && self.transaction.get(&attrs, key)?.is_some() {
                self.transaction.delete(&attrs, key)?;
            }
        }
        wanted.into_iter().try_for_each(|(key, value)| self.put_json(&attrs, &key, &value))
    }

    /// Makes the marker at `marker` that of `block`: kind, identity and what it renders. Only what differs is written.
    pub(super) fn set_marker(&mut self, marker: usize, block: &Block) -> Result<(), EditError> {
        self.set_kind(marker, &block.kind)?;
        self.set_id(marker, block.id)?;
        self.set_renders(marker, block.renders.as_ref())
    }

    /// Gives the paragraph whose marker stands at `marker` this identity.
    pub fn set_id(&mut self, marker: usize, id: ParagraphId) -> Result<(), EditError> {
        let object = self.marker(marker)?;
        let attrs = self.attrs(&object)?;
        self.put_if_other(&attrs, "id", id.to_string().into())
    }

    /// Notes which paragraph of the drafting language this one renders, and in which wording; `None` takes the note away.
    pub fn set_renders(&mut self, marker: usize, renders: Option<&Renders>) -> Result<(), EditError> {
        let object = self.marker(marker)?;
        let attrs = self.attrs(&object)?;
        let paragraph = renders.map(|renders| renders.paragraph.to_string());
        let sha256 = renders.and_then(|renders| renders.sha256.clone());
        for (key, value) in [("renders", paragraph), ("renders_sha256", sha256)] {
            match value {
                Some(value) => self.put_if_other(&attrs, key, value.into())?,
                None if self.transaction.get(&attrs, key)?.is_some() => {
                    self.transaction.delete(&attrs, key)?
                }
                None => {}
            }
        }
        Ok(())
    }

    /// Marks the words in `range`. How the mark grows when people type at its edges follows from its name.
    pub fn mark(&mut self, range: Range<usize>, name: &str, value: &MarkValue) -> Result<(), EditError> {
        self.expect_letters(&range)?;
        self.put_mark(range, name, Some(value))
    }

    /// Takes a mark off the words in `range`.
    pub fn unmark(&mut self, range: Range<usize>, name: &str) -> Result<(), EditError> {
        self.expect_letters(&range)?;
        self.put_mark(range, name, None)
    }

    fn put_mark(
        &mut self,
        range: Range<usize>,
        name: &str,
        value: Option<&MarkValue>,
    ) -> Result<(), EditError> {
        let expand = match Expand::of(name) {
            Expand::After => ExpandMark::After,
            Expand::None => ExpandMark::None,
        };
        let value = match value {
            None => return Ok(self.transaction.unmark(self.object, name, range.start, range.end, expand)?),
            Some(MarkValue::On(_)) => ScalarValue::Boolean(true),
            Some(MarkValue::Text(text)) => text.as_str().into(),
            Some(MarkValue::Other(json)) => values::scalar(json),
        };
        Ok(self.transaction.mark(
            self.object,
            Mark::new(name.into(), value, range.start, range.end),
            expand,
        )?)
    }

    pub(super) fn insert_marker(&mut self, at: usize, block: &Block) -> Result<(), EditError> {
        let marker = self.transaction.split_block(self.object, at)?;
        self.put_if_other(&marker, "type", block.kind.marker_type().into())?;
        let parents = self.transaction.put_object(&marker, "parents", ObjType::List)?;
        for (index, parent) in block.kind.marker_parents().into_iter().enumerate() {
            self.transaction.insert(&parents, index, parent)?;
        }
        let attrs = self.transaction.put_object(&marker, "attrs", ObjType::Map)?;
        self.put_if_other(&marker, "isEmbed", false.into())?;
        self.put_if_other(&attrs, "id", block.id.to_string().into())?;
        for (key, value) in kind_attrs(&block.kind) {
            self.put_json(&attrs, &key, &value)?;
        }
        self.set_renders(at, block.renders.as_ref())
    }

    fn put_parents(&mut self, marker: &ObjId, wanted: &[String]) -> Result<(), EditError> {
        if let Some((Value::Object(ObjType::List), list)) = self.transaction.get(marker, "parents")? {
            let now: Vec<_> =
                self.transaction.values(&list).map(|(value, _)| value.as_str().map(str::to_string)).collect();
            if now.iter().map(Option::as_deref).eq(wanted.iter().map(|parent| Some(parent.as_str()))) {
                return Ok(());
            }
        }
        // A new list rather than edits of the old one: two people who set different depths get one of them, not a mixture.
        let parents = self.transaction.put_object(marker, "parents", ObjType::List)?;
        for (index, parent) in wanted.iter().enumerate() {
            self.transaction.insert(&parents, index, parent.as_str())?;
        }
        Ok(())
    }

    fn put_if_other(&mut self, object: &ObjId, key: &str, value: ScalarValue) -> Result<(), EditError> {
        let same =
            matches!(self.transaction.get(object, key)?, Some((Value::Scalar(now), _)) if *now == value);
        if same { Ok(()) } else { Ok(self.transaction.put(object, key, value)?) }
    }

    fn put_json(&mut self, object: &ObjId, key: &str, value: &serde_json::Value) -> Result<(), EditError> {
        match value {
            serde_json::Value::Array(_) | serde_json::Value::Object(_) => {
                // Only attributes of unknown kinds nest. They are written when such a block is seeded or restored.
                self.transaction.batch_create_object(object, key, &values::of_json(value), false)?;
                Ok(())
            }
            flat => self.put_if_other(object, key, values::scalar(flat)),
        }
    }

    fn marker(&self, offset: usize) -> Result<ObjId, EditError> {
        match self.transaction.get(self.object, offset)? {
            Some((Value::Object(ObjType::Map), marker)) => Ok(marker),
            _ => Err(EditError::NotAMarker { offset }),
        }
    }

    fn attrs(&mut self, marker: &ObjId) -> Result<ObjId, EditError> {
        match self.transaction.get(marker, "attrs")? {
            Some((Value::Object(ObjType::Map), attrs)) => Ok(attrs),
            _ => Ok(self.transaction.put_object(marker, "attrs", ObjType::Map)?),
        }
    }

    fn length(&self) -> usize {
        self.transaction.length(self.object)
    }

    fn expect_letters(&self, range: &Range<usize>) -> Result<(), EditError> {
        let length = self.length();
        if range.start > range.end || range.end > length {
            return Err(EditError::OutOfRange { range: range.clone(), length });
        }
        let text = self.transaction.text(self.object)?;
        [range.start, range.end].into_iter().try_for_each(|offset| {
            if is_between_letters(&text, offset) { Ok(()) } else { Err(EditError::InsideLetter { offset }) }
        })
    }
}

/// What stands for a marker in the string of a text.
const MARKER: char = '\u{fffc}';

fn is_between_letters(text: &str, offset_utf16: usize) -> bool {
    let mut units = 0;
    let at = text.char_indices().find(|(_, c)| {
        let found = units >= offset_utf16;
        units += if found { 0 } else { c.len_utf16() };
        found
    });
    if units != offset_utf16 {
        return false;
    }
    // A marker ends a letter even where an accent follows it.
    let at = at.map_or(text.len(), |(byte, _)| byte);
    let start = text[..at].rfind(MARKER).map_or(0, |marker| marker + MARKER.len_utf8());
    let block = &text[start..];
    matches!(GraphemeCursor::new(at - start, block.len(), true).is_boundary(block, 0), Ok(true))
}

/// All that [`kind_attrs`] may write.
const KIND_ATTRS: [&str; 9] =
    ["level", "numbered", "table", "row", "column", "header", "blob", "alt", "credit"];

/// The attributes in which a kind shows. A plain paragraph writes no `numbered`, a plain cell no `header`.
fn kind_attrs(kind: &BlockKind) -> serde_json::Map<String, serde_json::Value> {
    match kind {
        BlockKind::Heading { level } => [("level".into(), (*level).into())].into_iter().collect(),
        BlockKind::Paragraph { numbered: true } => [("numbered".into(), true.into())].into_iter().collect(),
        BlockKind::TableCell(Cell { table, row, column, header }) => {
            let names = [("table", table), ("row", row), ("column", column)];
            let names = names.into_iter().map(|(key, name)| (key.into(), name.as_str().into()));
            names.chain(header.then(|| ("header".into(), true.into()))).collect()
        }
        BlockKind::Image(Image { blob, alt, credit }) => {
            let words = [("blob", blob), ("alt", alt), ("credit", credit)];
            words.into_iter().map(|(key, words)| (key.into(), words.as_str().into())).collect()
        }
        BlockKind::Unknown(marker) => marker.attrs.clone(),
        _ => serde_json::Map::new(),
    }
}
