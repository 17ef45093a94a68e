//! The protocol of automerge-repo, as Borrador and automerge-repo's own server speak it.
//!
//! Frames and sync messages are scanned by hand, and no document is kept: what a client would say after it applied a message
//! follows from the heads in it. So two hundred clients cost the generator less than the server.

use std::sync::Arc;

use borrador_tests::desk::Desk;
use minicbor::data::Type;
use minicbor::{Decoder, Encoder};

use crate::client::{Heard, Speaker};
use crate::letter::{Hash, Input, Pen, unsigned};

/// The letters of one change of the base: a line.
const LETTERS_A_CHANGE: usize = 60;
/// How the actors of writers begin; their number follows.
const WRITER: [u8; 12] = *b"a writer no ";

/// The text that everybody has before the first edit.
pub struct Base {
    /// Where it was written.
    pub desk: Desk,
    /// The heads of its changes.
    heads: Vec<Hash>,
    /// The counter of its last operation.
    max_op: u64,
    /// Counters of the letters, as the first of a row and how many.
    letters: Vec<(u64, u64)>,
}

impl Base {
    /// Types this many letters behind the beginning of the text on a desk.
    pub fn of(mut desk: Desk, characters: usize) -> Base {
        desk.sit_down_again(*b"base of the load");
        let mut letters = Vec::new();
        let mut max_op = 0;
        for part in (0..characters).step_by(LETTERS_A_CHANGE) {
            let count = LETTERS_A_CHANGE.min(characters - part);
            let words: String = "ciudades que acogen ".chars().cycle().take(count).collect();
            let change = desk.edit(|edit, text| edit_splice(edit, text, &words));
            letters.push((change.start_op().get(), count as u64));
            max_op = change.max_op();
        }
        let heads = desk.heads().iter().map(|head| head.0).collect();
        Base { desk, heads, max_op, letters }
    }

    /// The element behind which a letter is typed, for a random number.
    fn place(&self, random: u64) -> u64 {
        let (first, count) = self.letters[random as usize % self.letters.len()];
        first + (random >> 32) % count
    }

    fn pen(&self, writer: u32) -> Pen {
        let mut desk = self.desk.clone();
        desk.sit_down_again(actor(writer));
        Pen::of(&desk.edit(|edit, text| {
            use automerge::transaction::Transactable;
            edit.splice_text(text, 10, 0, "a")
        }))
    }
}

fn edit_splice(
    edit: &mut automerge::transaction::Transaction<'_>,
    text: &automerge::ObjId,
    words: &str,
) -> Result<(), automerge::AutomergeError> {
    use automerge::transaction::Transactable;
    edit.splice_text(text, 1, 0, words)
}

fn actor(writer: u32) -> [u8; 16] {
    let mut actor = [0; 16];
    actor[..12].copy_from_slice(&WRITER);
    actor[12..].copy_from_slice(&writer.to_be_bytes());
    actor
}

/// Behind each message of a stock client: it reads messages of version 2, and what follows is understood to reset a conversation.
const FLAGS: [u8; 3] = [2, 0x02, 0x84];

/// When a client says what it has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Acknowledges {
    /// Four times a second at most, as our browser's client does.
    Lazily,
    /// Every message, as automerge-repo's client does.
    EachMessage,
}

/// One client. See the module's documentation.
pub struct Automerge {
    name: String,
    document: String,
    manner: Acknowledges,
    base: Option<Arc<Base>>,
    number: u32,
    pen: Option<Pen>,
    /// All of a frame before its data, once the server has said its name.
    frame_head: Vec<u8>,
    server_heads: Vec<Hash>,
    max_op: u64,
    /// Own edits, sent and come back.
    sent: u32,
    echoed: u32,
    last_sent: Option<Hash>,
    /// What the edits on their way follow.
    followed: Vec<Hash>,
    owes: bool,
}

impl Automerge {
    /// Client `number` of a text. It can type if it knows the base.
    pub fn new(number: u32, document: &str, manner: Acknowledges, base: Option<Arc<Base>>) -> Automerge {
        let max_op = base.as_ref().map_or(0, |base| base.max_op);
        let server_heads = base.as_ref().map(|base| base.heads.clone()).unwrap_or_default();
        Automerge {
            name: format!("client-{number}"),
            document: document.to_owned(),
            manner,
            base,
            number,
            pen: None,
            frame_head: Vec::new(),
            server_heads,
            max_op,
            sent: 0,
            echoed: 0,
            last_sent: None,
            followed: Vec::new(),
            owes: false,
        }
    }

    /// What this client has, as heads: all that the server has, and its own edits on their way.
    fn heads(&self) -> Vec<Hash> {
        let server = self.server_heads.iter();
        match self.last_sent.filter(|_| self.sent > self.echoed) {
            Some(last) => {
                server.filter(|head| !self.followed.contains(head)).copied().chain([last]).collect()
            }
            None => server.copied().collect(),
        }
    }

    fn frame(&self, kind: &str, mut message: Vec<u8>) -> Vec<u8> {
        if self.manner == Acknowledges::EachMessage {
            message.extend(FLAGS);
        }
        let mut out = Encoder::new(self.frame_head.clone());
        let written = out.str("type").and_then(|out| out.str(kind)).and_then(|out| out.str("data"));
        written.and_then(|out| out.bytes(&message)).expect("a vector takes every write");
        out.into_writer()
    }

    fn acknowledgement(&mut self) -> Vec<u8> {
        self.owes = false;
        self.frame("sync", message(&self.heads(), &self.server_heads, &[]))
    }

    /// Takes in a sync message; whether it brought any change at all.
    fn takes_in(&mut self, data: &[u8], heard: &mut Heard) -> bool {
        let mut input = Input(data);
        assert!(matches!(input.take(1)[0], 0x42 | 0x43), "a sync message has a version that is known here");
        let hashes = |input: &mut Input<'_>| -> Vec<Hash> {
            (0..input.unsigned()).map(|_| input.take(32).try_into().expect("thirty-two bytes")).collect()
        };
        self.server_heads = hashes(&mut input);
        hashes(&mut input);
        for _ in 0..input.unsigned() {
            hashes(&mut input);
            input.counted();
        }
        let count = input.unsigned();
        for _ in 0..count {
            // Version 2 joins changes, or sends a saved document.
            for (writer, seq, start_op) in letters(input.counted()) {
                self.max_op = self.max_op.max(start_op);
                if writer == self.number {
                    self.echoed = self.echoed.max(seq);
                    if self.echoed == self.sent {
                        self.followed.clear();
                    }
                } else {
                    heard.edits.push((writer, seq - 1));
                }
            }
        }
        count > 0
    }
}

impl Speaker for Automerge {
    fn greets(&mut self) -> Vec<Vec<u8>> {
        vec![borrador_tests::frames::join(&self.name, &["1"])]
    }

    fn hears(&mut self, message_: &[u8], heard: &mut Heard) {
        let said = Said::read(message_).unwrap_or_else(|error| panic!("not a frame: {error}"));
        match said.kind {
            "peer" => {
                let mut out = Encoder::new(Vec::new());
                let mut text = |key: &str, value: &str| {
                    out.str(key).and_then(|out| out.str(value)).expect("a vector takes every write");
                };
                text("senderId", &self.name);
                text("targetId", said.sender);
                text("documentId", &self.document);
                self.frame_head = [&[0xa5][..], &out.into_writer()].concat();
                heard.replies.push(self.frame("request", message(&[], &[], &[])));
            }
            "sync" => {
                let news = self.takes_in(said.data, heard);
                heard.is_open |= news;
                self.owes |= news;
                if self.manner == Acknowledges::EachMessage {
                    heard.replies.push(self.acknowledgement());
                }
            }
            "error" | "doc-unavailable" => {
                panic!("the server refused: {}", String::from_utf8_lossy(message_))
            }
            _ => {}
        }
    }

    fn types(&mut self, place: u64) -> Vec<u8> {
        let base = self.base.clone().expect("whoever types knows the base");
        let follows = self.heads();
        let pen = self.pen.get_or_insert_with(|| base.pen(self.number));
        self.max_op += 1;
        let letter = pen.types_behind(base.place(place), &follows, self.max_op);
        self.followed.extend(follows);
        self.last_sent = Some(letter.hash);
        self.sent += 1;
        self.frame("sync", message(&[letter.hash], &self.server_heads, &[&letter.chunk]))
    }

    fn acknowledges(&mut self) -> Option<Vec<u8>> {
        (self.owes && self.manner == Acknowledges::Lazily).then(|| self.acknowledgement())
    }
}

/// The changes among these chunks that hold one letter of this generator: the number of the writer, the sequence number and
/// the operation.
fn letters(chunks: &[u8]) -> Vec<(u32, u32, u64)> {
    let mut input = Input(chunks);
    let mut letters = Vec::new();
    while input.0.len() > 9 {
        let kind = input.take(9)[8];
        let body = input.counted();
        letters.extend((kind == 1).then(|| letter(body)).flatten());
    }
    letters
}

fn letter(body: &[u8]) -> Option<(u32, u32, u64)> {
    let mut input = Input(body);
    let dependencies = input.unsigned() as usize;
    input.take(32 * dependencies);
    let number = input.counted().strip_prefix(&WRITER[..])?;
    let writer = u32::from_be_bytes(number.try_into().ok()?);
    Some((writer, input.unsigned() as u32, input.unsigned()))
}

/// A sync message of version 1: what we have, what both are known to have, and changes.
pub fn message(heads: &[Hash], shared: &[Hash], changes: &[&[u8]]) -> Vec<u8> {
    let mut message = vec![0x42];
    let hashes = |to: &mut Vec<u8>, hashes: &[Hash]| {
        unsigned(to, hashes.len() as u64);
        hashes.iter().for_each(|hash| to.extend(hash));
    };
    hashes(&mut message, heads);
    message.extend([0, 1]); // no needs, one account of what we have
    hashes(&mut message, shared);
    message.push(0); // without a filter
    unsigned(&mut message, changes.len() as u64);
    for change in changes {
        unsigned(&mut message, change.len() as u64);
        message.extend(*change);
    }
    message
}

/// The fields of a frame that matter here.
#[derive(Default)]
struct Said<'f> {
    kind: &'f str,
    sender: &'f str,
    data: &'f [u8],
}

impl<'f> Said<'f> {
    fn read(frame: &'f [u8]) -> Result<Said<'f>, minicbor::decode::Error> {
        let mut said = Said::default();
        let mut input = Decoder::new(frame);
        let mut left = input.map()?;
        loop {
            match &mut left {
                Some(0) => return Ok(said),
                Some(count) => *count -= 1,
                None if input.datatype()? == Type::Break => return Ok(said),
                None => {}
            }
            match input.str()? {
                "type" => said.kind = input.str()?,
                "senderId" => said.sender = input.str()?,
                "data" => {
                    if input.datatype()? == Type::Tag {
                        input.tag()?;
                    }
                    said.data = input.bytes()?;
                }
                _ => input.skip()?,
            }
        }
    }
}
