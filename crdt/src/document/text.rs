//! [`Text`]: one Automerge document that holds one chapter in one language.

pub mod blocks;
pub mod deletions;
pub mod elements;
pub mod state;
pub(super) mod values;

use std::panic::{AssertUnwindSafe, catch_unwind};

use automerge::{
    Automerge, Change, LoadOptions, ObjId, ObjType, PatchAction, ROOT, ReadDoc, TextEncoding, Value,
};
use unicode_segmentation::UnicodeSegmentation;

use self::blocks::Reading;
use self::elements::ElementId;
use super::edit::{Edit, EditError, Writer};
use super::schema::{self, Block};
use crate::ids::{ChangeHash, SeatId};

/// One chapter in one language. All offsets are UTF-16 code units from the start of the text, in which each block's
/// marker counts one: the same numbers as in the browser.
#[derive(Clone)]
pub struct Text {
    pub(super) doc: Automerge,
    pub(super) object: ObjId,
}

/// What lists of texts show without opening them.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Summary {
    /// The words of the first block, without its notes.
    pub title: String,
    /// How many numbered paragraphs it has.
    pub numbered: usize,
    /// Unicode code points, markers not counted.
    pub characters: usize,
    /// Words as Unicode segments them.
    pub words: usize,
}

/// Why stored bytes are not a text. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The bytes are cut, altered or not Automerge's.
    #[error("the stored text is damaged: {0}; restore it from the log or a backup")]
    Damaged(String),
    /// Automerge read the bytes but their root is not that of a text.
    #[error("the document is not a text of schema {}: {found}", schema::VERSION)]
    NotAText {
        /// What stands in its root instead.
        found: String,
    },
    /// Changes depend on others that were not given.
    #[error("{} changes are missing, the first is {}", .0.len(), .0[0])]
    MissingChanges(Vec<ChangeHash>),
}

impl Text {
    /// A new text that holds `blocks`, and the one change that made it. Clients never seed a history: two seeds would
    /// never merge. The same blocks and writer give the same bytes.
    pub fn seed(blocks: &[Block], writer: &Writer) -> Result<(Text, Vec<u8>), EditError> {
        let mut doc = Automerge::new_with_encoding(TextEncoding::Utf16CodeUnit);
        writer.sign(&mut doc);
        let mut transaction = doc.transaction();
        let object = Edit::seed(&mut transaction, blocks)?;
        let (change, _) = transaction.commit_with(writer.commit());
        let change = change.and_then(|hash| doc.get_change_by_hash(&hash)).expect("a seed has operations");
        Ok((Text { doc, object }, change.raw_bytes().to_vec()))
    }

    /// Opens a saved text.
    pub fn load(snapshot: &[u8]) -> Result<Text, LoadError> {
        Self::load_with(snapshot, std::iter::empty())
    }

    /// Opens a text from a snapshot, which may be empty, and the changes that came after it, in any order and with
    /// repetitions. Every change that one of them builds on must be among them.
    pub fn load_with<'a>(
        snapshot: &[u8],
        changes: impl IntoIterator<Item = &'a [u8]>,
    ) -> Result<Text, LoadError> {
        let mut bytes = snapshot.to_vec();
        changes.into_iter().for_each(|change| bytes.extend_from_slice(change));
        let options = || LoadOptions::new().text_encoding(TextEncoding::Utf16CodeUnit);
        let doc = guarded(|| Automerge::load_with_options(&bytes, options()))?;
        Self::open(doc)
    }

    /// Adds changes of others, each a change chunk; known ones are skipped. On an error the text is as before.
    pub fn apply<'a>(&mut self, changes: impl IntoIterator<Item = &'a [u8]>) -> Result<(), LoadError> {
        let next = guarded(|| {
            let parse = |bytes: &[u8]| Change::try_from(bytes).map_err(|error| error.to_string());
            let changes = changes.into_iter().map(parse).collect::<Result<Vec<_>, _>>()?;
            let mut next = self.doc.clone();
            next.apply_changes(changes).map_err(|error| error.to_string())?;
            Ok::<_, String>(next)
        })?;
        *self = Self::open(next)?;
        Ok(())
    }

    fn open(doc: Automerge) -> Result<Text, LoadError> {
        let missing = doc.get_missing_deps(&[]);
        if !missing.is_empty() {
            return Err(LoadError::MissingChanges(
                missing.into_iter().map(|hash| ChangeHash(hash.0)).collect(),
            ));
        }
        let not_a_text = |found: String| LoadError::NotAText { found };
        let at_root = |key: &str| doc.get(ROOT, key).map_err(|error| not_a_text(error.to_string()));
        match at_root("schema")? {
            Some((Value::Scalar(version), _)) if version.as_i64() == Some(schema::VERSION) => {}
            Some((other, _)) => return Err(not_a_text(format!("schema {other}"))),
            None => return Err(not_a_text("no schema".into())),
        }
        match at_root("text")? {
            Some((Value::Object(ObjType::Text), object)) => Ok(Text { doc, object }),
            _ => Err(not_a_text("no text".into())),
        }
    }

    /// The whole history as one snapshot. Loading it gives the same heads.
    pub fn save(&self) -> Vec<u8> {
        self.doc.save()
    }

    /// How much room it takes in memory, in bytes, about. Measured on texts of 180,000 operations: 30 bytes for each, and some
    /// 300 for each change of the history.
    pub fn held_bytes(&self) -> usize {
        let automerge::Stats { num_ops, num_changes, .. } = self.doc.stats();
        usize::try_from(num_ops * 30 + num_changes * 300).unwrap_or(usize::MAX)
    }

    /// The latest changes, in ascending order: what has been read when this text was read.
    pub fn heads(&self) -> Vec<ChangeHash> {
        let mut heads: Vec<_> = self.doc.get_heads().into_iter().map(|hash| ChangeHash(hash.0)).collect();
        heads.sort_unstable();
        heads
    }

    /// Whether this text's history holds every one of these changes.
    pub fn knows(&self, heads: &[ChangeHash]) -> bool {
        heads.iter().all(|head| self.doc.get_change_meta_by_hash(&automerge::ChangeHash(head.0)).is_some())
    }

    /// A text of its own that is as this one was when it had these heads, to write on; `None` if one of them is unknown. Costs a replay
    /// of the history: [`Text::then`] reads without one.
    pub fn at(&self, heads: &[ChangeHash]) -> Option<Text> {
        let doc = self.doc.fork_at(&hashes(heads)).ok()?;
        Self::open(doc).ok()
    }

    /// The words that were written between two states of the text, in the order in which they stand: one string for each
    /// place, without what was deleted again. Empty if a state is unknown, or if words were only taken away.
    pub fn written(&self, before: &[ChangeHash], after: &[ChangeHash]) -> Vec<String> {
        if !self.knows(before) || !self.knows(after) {
            return Vec::new();
        }
        let patches = self.doc.diff(&hashes(before), &hashes(after));
        let written = patches.into_iter().filter(|patch| patch.obj == self.object);
        written
            .filter_map(|patch| match patch.action {
                PatchAction::SpliceText { value, .. } => Some(value.make_string()),
                _ => None,
            })
            .collect()
    }

    /// Its blocks in order; never empty.
    pub fn blocks(&self) -> Vec<Block> {
        self.read().blocks
    }

    /// Its blocks, where they stand, and which markers want repair.
    pub fn read(&self) -> Reading {
        self.now().read()
    }

    /// Length in UTF-16 code units, markers counted as one each.
    pub fn length_utf16(&self) -> usize {
        self.doc.length(&self.object)
    }

    /// Its letters as UTF-16 units; a marker is U+FFFC.
    pub(super) fn units(&self) -> Vec<u16> {
        self.doc.text(&self.object).unwrap_or_default().encode_utf16().collect()
    }

    /// The words of the first block: the chapter's title.
    pub fn title(&self) -> String {
        self.blocks().first().map(Block::words_in_line).unwrap_or_default()
    }

    /// Title and counts.
    pub fn summary(&self) -> Summary {
        Summary::of(&self.blocks())
    }

    /// The change that wrote this element, living or deleted; `None` if the history has no such operation.
    pub(crate) fn change_of(&self, element: &ElementId) -> Option<ChangeHash> {
        // Automerge counts in 32 bits and stops the process on anything larger.
        u32::try_from(element.counter).ok()?;
        let actor = automerge::ActorId::from(element.actor.0.as_slice());
        // The last field is a hint that Automerge checks against the actor; a wrong one costs a look-up.
        let operation = ObjId::Id(element.counter, actor, 0);
        self.doc.hash_for_opid(&operation).map(|hash| ChangeHash(hash.0))
    }

    /// The seat that a change of this actor declared itself to be from, if any did. Checked by nobody here.
    pub fn declared_seat(&self, actor: &crate::ids::ActorId) -> Option<SeatId> {
        let author = self.doc.get_author_for_actor(&automerge::ActorId::from(actor.0.as_slice()))?;
        uuid::Uuid::from_slice(author.as_bytes()).ok().map(SeatId)
    }
}

/// As Automerge takes them.
fn hashes(heads: &[ChangeHash]) -> Vec<automerge::ChangeHash> {
    heads.iter().map(|head| automerge::ChangeHash(head.0)).collect()
}

/// How many words there are, as Unicode segments them: punctuation is none.
pub fn words_in(words: &str) -> usize {
    words.unicode_words().count()
}

impl Summary {
    /// Title and counts of these blocks.
    pub fn of(blocks: &[Block]) -> Summary {
        let words: Vec<String> = blocks.iter().map(Block::words).collect();
        Summary {
            title: blocks.first().map(Block::words_in_line).unwrap_or_default(),
            numbered: blocks.iter().filter(|block| block.is_numbered()).count(),
            characters: words.iter().map(|words| words.chars().count()).sum(),
            words: words.iter().map(|words| words_in(words)).sum(),
        }
    }
}

/// Automerge 0.12 panics on some malformed bytes whose checksums are right. Admission keeps those out; should stored
/// ones be damaged all the same, one text fails to open and nothing else happens.
fn guarded<T, E: ToString>(work: impl FnOnce() -> Result<T, E>) -> Result<T, LoadError> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(LoadError::Damaged(error.to_string())),
        Err(_) => Err(LoadError::Damaged("Automerge stopped while reading it".into())),
    }
}
