//! A text on somebody's own machine, and the hands that write in it.
//!
//! A desk holds a whole Automerge document, as a browser does. Places are given by words that stand in the text once.
//! What comes from others may be incomplete for a while: it waits inside the document until the rest is there.

use std::ops::Range;

use automerge::iter::Span;
use automerge::marks::{ExpandMark, Mark};
use automerge::transaction::{CommitOptions, Transactable, Transaction};
use automerge::{
    Author, Automerge, Change, ChangeHash, ObjId, ObjType, ROOT, ReadDoc, ScalarValue, TextEncoding, Value,
};
use bytes::Bytes;
use crdt::document::Text;
use crdt::ids::SeatId;
use fastrand::Rng;

use crate::notation;

/// A replica of one text. See the module's documentation.
#[derive(Clone)]
pub struct Desk {
    doc: Automerge,
    actor: automerge::ActorId,
    author: Option<SeatId>,
}

impl Desk {
    /// An empty desk. `actor` is what its changes are written under; `author` is written into the first of them if given,
    /// as our browser does and stock clients do not.
    pub fn new(actor: [u8; 16], author: Option<SeatId>) -> Desk {
        let actor = automerge::ActorId::from(&actor[..]);
        let mut desk = Desk { doc: Automerge::new_with_encoding(TextEncoding::Utf16CodeUnit), actor, author };
        desk.sign();
        desk
    }

    /// The document, for protocols that want all of it.
    pub fn doc(&mut self) -> &mut Automerge {
        &mut self.doc
    }

    /// Whether the text has not come yet.
    pub fn is_empty(&self) -> bool {
        self.doc.get_heads().is_empty()
    }

    /// The heads of what is here.
    pub fn heads(&self) -> Vec<ChangeHash> {
        self.doc.get_heads()
    }

    /// Those of `heads` that are here.
    pub fn known(&self, heads: &[ChangeHash]) -> Vec<ChangeHash> {
        heads.iter().copied().filter(|head| self.doc.get_change_meta_by_hash(head).is_some()).collect()
    }

    /// What is here and not among `heads` or their ancestors, in order.
    pub fn since(&self, heads: &[ChangeHash]) -> Vec<Change> {
        self.doc.get_changes(heads)
    }

    /// The names of what [`Desk::since`] would return; much cheaper.
    pub fn hashes_since(&self, heads: &[ChangeHash]) -> Vec<ChangeHash> {
        self.doc.get_changes_meta(heads).into_iter().map(|meta| meta.hash).collect()
    }

    /// Takes in chunks of others: single changes, or a saved document.
    ///
    /// # Panics
    /// If Automerge cannot read them: the server sent what nobody may ever be sent.
    pub fn receive(&mut self, chunks: &[Bytes]) {
        let joined = chunks.concat();
        self.doc.load_incremental(&joined).expect("what the server sends can be read");
        self.sign();
    }

    /// Begins a new editing session: what follows is written under this actor.
    pub fn sit_down_again(&mut self, actor: [u8; 16]) {
        self.actor = automerge::ActorId::from(&actor[..]);
        self.sign();
    }

    /// The lines of the text.
    pub fn lines(&self) -> String {
        notation::lines(&self.text())
    }

    /// Words, markers and marks, as Automerge gives them.
    pub fn spans(&self) -> Vec<Span> {
        spans(&self.doc)
    }

    /// The text as the server reads it.
    pub fn text(&self) -> Text {
        Text::load(&self.doc.save()).expect("what is on a desk is a text")
    }

    // --- writing; each call is one change, whose bytes are returned

    /// Types behind these words.
    pub fn types_after(&mut self, words: &str, new: &str) -> Change {
        let end = self.find(words).end;
        self.edit(|edit, text| edit.splice_text(text, end, 0, new))
    }

    /// Types before the unit with this number, 0 for the first marker.
    pub fn types_at(&mut self, place: usize, new: &str) -> Change {
        self.edit(|edit, text| edit.splice_text(text, place, 0, new))
    }

    /// Puts `new` in place of `old`.
    pub fn replaces(&mut self, old: &str, new: &str) -> Change {
        let Range { start, end } = self.find(old);
        self.edit(|edit, text| edit.splice_text(text, start, (end - start) as isize, new))
    }

    /// Marks these words (`strong`, `em`; a link when there is a value).
    pub fn marks(&mut self, words: &str, name: &str, value: impl Into<ScalarValue>) -> Change {
        let Range { start, end } = self.find(words);
        let mark = Mark::new(name.to_owned(), value, start, end);
        let expand = if matches!(name, "strong" | "em") { ExpandMark::After } else { ExpandMark::None };
        self.edit(|edit, text| edit.mark(text, mark, expand))
    }

    /// Makes an edit of some 38,000 bytes: links with long addresses, over the first letters. Of all large edits it takes the least work.
    pub fn links_at_length(&mut self, chance: &mut Rng) -> Change {
        let addresses: Vec<String> = (0..20)
            .map(|_| {
                "https://c2c.example/".chars().chain((0..1_900).map(|_| chance.alphanumeric())).collect()
            })
            .collect();
        self.edit(|edit, text| {
            addresses.into_iter().zip(1..).try_for_each(|(address, place)| {
                let mark = Mark::new("link".to_owned(), address, place, place + 1);
                edit.mark(text, mark, ExpandMark::None)
            })
        })
    }

    /// Presses Enter behind these words: what follows becomes a paragraph of its own.
    pub fn splits_after(&mut self, words: &str, id: u64) -> Change {
        let end = self.find(words).end;
        self.edit(|edit, text| put_marker(edit, text, end, id))
    }

    /// An edit that a person with this state of mind would make: mostly typing, and everything else at times.
    pub fn scribbles(&mut self, chance: &mut Rng) -> Change {
        const WORDS: [&str; 8] =
            ["ciudad ", "acogida, ", "é", "👩‍👩‍👧 ", "مُدُن ", "a", "We, the cities, ", "\u{0301}"];
        let edges = self.edges();
        let place = |chance: &mut Rng| chance.usize(1..edges.len());
        let (from, to) = (place(chance), place(chance));
        let (from, to) = (edges[from.min(to)], edges[to.min(from + 12).max(from)]);
        let what = chance.u8(0..20);
        let (id, word) = (chance.u64(..), WORDS[chance.usize(..WORDS.len())]);
        self.edit(|edit, text| match what {
            0..12 => edit.splice_text(text, from, 0, word),
            12..15 => edit.splice_text(text, from, (to - from) as isize, ""),
            15 => edit.mark(text, Mark::new("strong".to_owned(), true, from, to), ExpandMark::After),
            16 => edit.mark(
                text,
                Mark::new("strong".to_owned(), ScalarValue::Null, from, to),
                ExpandMark::After,
            ),
            17 => edit.mark(
                text,
                Mark::new("link".to_owned(), "https://c2c.example", from, to),
                ExpandMark::None,
            ),
            _ => put_marker(edit, text, from, id),
        })
    }

    /// Everything that an edit of the given kind would be, as one change.
    pub fn edit(
        &mut self,
        work: impl FnOnce(&mut Transaction<'_>, &ObjId) -> Result<(), automerge::AutomergeError>,
    ) -> Change {
        let text = self.text_object();
        self.sign();
        let mut edit = self.doc.transaction();
        work(&mut edit, &text).expect("the edit is possible");
        let (hash, _) = edit.commit_with(CommitOptions::default().with_time(0));
        // An edit that changes nothing (a mark over no words) still counts: as an empty change.
        let hash = hash.unwrap_or_else(|| self.doc.empty_commit(CommitOptions::default().with_time(0)));
        self.doc.get_change_by_hash(&hash).expect("the change was just made")
    }

    /// The actor of this editing session.
    pub fn actor(&self) -> automerge::ActorId {
        self.actor.clone()
    }

    /// Whether a change was written at this desk, in this session.
    pub fn wrote(&self, change: &ChangeHash) -> bool {
        self.doc.get_change_meta_by_hash(change).is_some_and(|meta| *meta.actor == self.actor)
    }

    /// The object that holds the words.
    ///
    /// # Panics
    /// If the text has not come yet.
    pub fn text_object(&self) -> ObjId {
        match self.doc.get(ROOT, "text") {
            Ok(Some((Value::Object(ObjType::Text), text))) => text,
            other => panic!("there is no text on this desk yet, only {other:?}"),
        }
    }

    /// How long the text is, in UTF-16 units.
    pub fn length(&self) -> usize {
        self.doc.length(self.text_object())
    }

    /// Where these words stand, in UTF-16 units.
    ///
    /// # Panics
    /// If they stand nowhere or more than once.
    pub fn find(&self, words: &str) -> Range<usize> {
        let all = self.words();
        let mut found = all.match_indices(words);
        let Some((at, _)) = found.next() else { panic!("no {words:?} in {all:?}") };
        assert!(found.next().is_none(), "{words:?} stands more than once in {all:?}");
        let start = all[..at].encode_utf16().count();
        start..start + words.encode_utf16().count()
    }

    fn words(&self) -> String {
        self.doc.text(self.text_object()).expect("the text can be read")
    }

    /// The offsets between characters, from 0 to the end.
    fn edges(&self) -> Vec<usize> {
        let mut edges = vec![0];
        for character in self.words().chars() {
            edges.push(edges[edges.len() - 1] + character.len_utf16());
        }
        edges
    }

    /// Puts actor and author back after a document was loaded into the desk.
    pub(crate) fn sign(&mut self) {
        self.doc.set_author(self.author.map(|seat| Author::from(seat.0.as_bytes().to_vec())));
        // After the author, because setting that draws an actor by chance.
        self.doc.set_actor(self.actor.clone());
    }
}

/// The words, markers and marks of a text.
///
/// # Panics
/// If the document holds none.
pub fn spans(doc: &Automerge) -> Vec<Span> {
    match doc.get(ROOT, "text") {
        Ok(Some((Value::Object(ObjType::Text), text))) => {
            doc.spans(&text).expect("a text has spans").collect()
        }
        other => panic!("there is no text in this document, only {other:?}"),
    }
}

fn put_marker(
    edit: &mut Transaction<'_>,
    text: &ObjId,
    at: usize,
    id: u64,
) -> Result<(), automerge::AutomergeError> {
    let marker = edit.split_block(text, at)?;
    edit.put(&marker, "type", "paragraph")?;
    edit.put_object(&marker, "parents", ObjType::List)?;
    let attrs = edit.put_object(&marker, "attrs", ObjType::Map)?;
    edit.put(&attrs, "id", format!("{id:016x}"))?;
    edit.put(&marker, "isEmbed", false)
}
