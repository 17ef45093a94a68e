//! The sync protocol of Yjs, as its websocket server and Hocuspocus speak it.
//!
//! An edit is one item of one letter between two letters of the base. Updates that come in are scanned for such items: a
//! server may have joined several into one update.

use crate::client::{Heard, Speaker};
use crate::letter::{Input, unsigned};

/// Yjs clients with this number and above are writers of the generator.
const FIRST_WRITER: u64 = 1_000;
/// The Yjs client that wrote the base.
const BASE: u64 = 1;
/// The name of the shared text in the document.
const TEXT: &str = "text";

const STRING: u8 = 4;
const HAS_ORIGIN: u8 = 0x80;
const HAS_RIGHT_ORIGIN: u8 = 0x40;
const HAS_PARENT_KEY: u8 = 0x20;

/// How messages are wrapped.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Wrapping {
    /// As they are: the socket's path names the document.
    Plain,
    /// Behind the name of the document, after a message that signs in.
    Hocuspocus(String),
}

/// One client. See the module's documentation.
pub struct Yjs {
    wrapping: Wrapping,
    number: u32,
    base_characters: u64,
    clock: u64,
}

impl Yjs {
    /// Client `number` of a text of so many characters.
    pub fn new(number: u32, wrapping: Wrapping, base_characters: usize) -> Yjs {
        Yjs { wrapping, number, base_characters: base_characters as u64, clock: 0 }
    }

    fn sync(&self, step: u64, payload: &[u8]) -> Vec<u8> {
        let mut message = self.wrapped(0);
        unsigned(&mut message, step);
        counted(&mut message, payload);
        message
    }

    /// The beginning of a message of this type.
    fn wrapped(&self, kind: u64) -> Vec<u8> {
        let mut message = Vec::new();
        if let Wrapping::Hocuspocus(document) = &self.wrapping {
            counted(&mut message, document.as_bytes());
        }
        unsigned(&mut message, kind);
        message
    }

    /// The message that writes the whole base, or any other update.
    pub fn update(&self, update: &[u8]) -> Vec<u8> {
        self.sync(2, update)
    }
}

impl Speaker for Yjs {
    fn greets(&mut self) -> Vec<Vec<u8>> {
        let asks = self.sync(0, &[0]);
        match self.wrapping {
            Wrapping::Plain => vec![asks],
            Wrapping::Hocuspocus(_) => {
                let mut signs_in = self.wrapped(2);
                signs_in.push(0);
                counted(&mut signs_in, b"nobody");
                vec![signs_in, asks]
            }
        }
    }

    fn hears(&mut self, message: &[u8], heard: &mut Heard) {
        let mut input = Input(message);
        if self.wrapping != Wrapping::Plain {
            input.counted();
        }
        match input.unsigned() {
            0 | 4 => match input.unsigned() {
                // The server asks for what it lacks: nothing.
                0 => heard.replies.push(self.sync(1, &[0, 0])),
                // In the answer to what we asked, or, where the server reads the text only then, in an update behind it.
                _ => {
                    let update = input.counted();
                    heard.is_open |= update != [0, 0];
                    scan(update, self.number, &mut heard.edits);
                }
            },
            2 if input.unsigned() == 1 => panic!("the server refused: {}", String::from_utf8_lossy(message)),
            _ => {}
        }
    }

    fn types(&mut self, place: u64) -> Vec<u8> {
        let left = place % (self.base_characters - 1);
        let mut update = Vec::with_capacity(24);
        for value in [1, 1, FIRST_WRITER + u64::from(self.number), self.clock] {
            unsigned(&mut update, value);
        }
        update.push(STRING | HAS_ORIGIN | HAS_RIGHT_ORIGIN);
        for value in [BASE, left, BASE, left + 1] {
            unsigned(&mut update, value);
        }
        counted(&mut update, b"a");
        update.push(0); // nothing is deleted
        self.clock += 1;
        self.update(&update)
    }
}

/// The update that writes a text of so many letters at once.
pub fn base(characters: usize) -> Vec<u8> {
    let words: String = "ciudades que acogen ".chars().cycle().take(characters).collect();
    let mut update = vec![1, 1, BASE as u8, 0, STRING, 1];
    counted(&mut update, TEXT.as_bytes());
    counted(&mut update, words.as_bytes());
    update.push(0);
    update
}

/// Notes the letters of the generator's other writers in an update; stops at what the generator never writes.
fn scan(update: &[u8], own: u32, edits: &mut Vec<(u32, u32)>) {
    let mut input = Input(update);
    for _ in 0..input.unsigned() {
        let (count, client, mut clock) = (input.unsigned(), input.unsigned(), input.unsigned());
        for _ in 0..count {
            let info = input.take(1)[0];
            let kind = info & 0x1f;
            if matches!(kind, 0 | 10) {
                clock += input.unsigned();
                continue;
            }
            for part in [HAS_ORIGIN, HAS_RIGHT_ORIGIN] {
                if info & part != 0 {
                    input.unsigned();
                    input.unsigned();
                }
            }
            if info & (HAS_ORIGIN | HAS_RIGHT_ORIGIN) == 0 {
                match input.unsigned() {
                    1 => drop(input.counted()),
                    _ => drop((input.unsigned(), input.unsigned())),
                }
                if info & HAS_PARENT_KEY != 0 {
                    input.counted();
                }
            }
            if kind != STRING {
                return;
            }
            let length = input.counted().len() as u64; // the generator writes ASCII
            if client >= FIRST_WRITER && client != FIRST_WRITER + u64::from(own) {
                let writer = (client - FIRST_WRITER) as u32;
                edits.extend((clock..clock + length).map(|number| (writer, number as u32)));
            }
            clock += length;
        }
    }
}

fn counted(to: &mut Vec<u8>, bytes: &[u8]) {
    unsigned(to, bytes.len() as u64);
    to.extend(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_client_types_another_hears_once_and_its_author_does_not() {
        let mut tangier = Yjs::new(3, Wrapping::Plain, 100);
        let (first, second) = (tangier.types(7), tangier.types(u64::MAX));
        let mut lyon = Yjs::new(4, Wrapping::Plain, 100);
        let mut heard = Heard::default();
        lyon.hears(&first, &mut heard);
        lyon.hears(&second, &mut heard);
        tangier.hears(&first, &mut heard);
        assert_eq!(heard.edits, [(3, 0), (3, 1)]);
    }
}
