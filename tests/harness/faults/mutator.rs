//! Changes, messages and frames altered at random, with their checksums repaired, through the real connection and the real room.
//!
//! Automerge 0.12 panics on some well-formed changes, and takes others after which a text can never be loaded again. So the rule is not
//! that everything odd is refused (an odd change may be harmless) but (SYN5):
//!
//! - whatever is admitted applies, saves and loads, with the same heads and the same words everywhere;
//! - nothing panics but under the room's own guard;
//! - what the room says afterwards can be read by a client;
//! - an honest change of somebody else enters afterwards as if nothing had been.
//!
//! An alteration is drawn from a seed: in the operations of a change, in its bytes, in the parts of a sync message, or in the bytes of a
//! whole frame.

mod alterations;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use automerge::sync::Message;
use automerge::{Automerge, Change, LoadOptions, ReadDoc, TextEncoding};
use bytes::Bytes;
use crdt::ids::{SeatId, TextId};
use crdt::moment::Moment;
use crdt::sync::chunk::{Chunk, ChunkLimits};
use crdt::sync::connection::{Connection, Heard};
use crdt::sync::events::{Access, ConnectionId, Input, Output, Send, Speaker};
use crdt::sync::message;
use crdt::sync::room::{Room, RoomSettings};
use crdt::sync::wire::document_id;
use fastrand::Rng;
use uuid::Uuid;

use self::alterations::{in_its_bytes, in_its_operations, in_its_parts, in_some_bytes};
use crate::desk::{Desk, spans};
use crate::frames::{self, FromServer};
use crate::hostile::raw;
use crate::notation::paper;

/// What is altered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// One change: its operations, or its bytes.
    Change,
    /// The parts of a sync message of several changes, or its bytes.
    Message,
    /// The bytes of a whole frame.
    Frame,
    /// Nothing: all of it must enter.
    Nothing,
}

/// What came of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// Nothing of it entered.
    Refused,
    /// Something entered, and does no harm.
    Harmless,
    /// What may not be.
    Poison(String),
}

/// Alters what this seed says, and sends it.
pub fn attempt(kind: Kind, seed: u64) -> Outcome {
    let mut chance = Rng::with_seed(seed);
    let (log, mut chiara) = a_text_with_a_history(&mut chance);
    let frame = |changes: &[Bytes]| frame_with(&message::write(&[], &[], changes));
    let sent = match kind {
        Kind::Change => {
            let honest = chiara.scribbles(&mut chance);
            let altered = match chance.u8(..4) {
                0 => in_its_bytes(&honest, &mut chance),
                _ => in_its_operations(&honest, &log, &mut chance),
            };
            altered.map(|altered| frame(&[altered]))
        }
        Kind::Message => {
            let honest = several(&mut chiara, &mut chance);
            let altered = in_its_parts(&honest, &log, &mut chance);
            Some(frame_with(&if chance.u8(..4) == 0 { in_some_bytes(altered, &mut chance) } else { altered }))
        }
        Kind::Frame => Some(in_some_bytes(frame(&all_raw(&several(&mut chiara, &mut chance))), &mut chance)),
        Kind::Nothing => Some(frame(&all_raw(&several(&mut chiara, &mut chance)))),
    };
    let Some(sent) = sent else { return Outcome::Refused };
    let admitted = match catch_unwind(AssertUnwindSafe(|| through_the_room(&log, sent))) {
        Ok(Ok(admitted)) => admitted,
        Ok(Err(what)) => return Outcome::Poison(what),
        Err(_) => return Outcome::Poison("a panic outside the guard".to_owned()),
    };
    if admitted.is_empty() {
        return match kind {
            Kind::Nothing => Outcome::Poison("what is honest was refused".to_owned()),
            _ => Outcome::Refused,
        };
    }
    match catch_unwind(AssertUnwindSafe(|| lives_with(&log, &admitted))) {
        Ok(Ok(())) => Outcome::Harmless,
        Ok(Err(how)) => Outcome::Poison(format!("it was admitted, and {how}: {}", written_out(&admitted))),
        Err(_) => {
            Outcome::Poison(format!("it was admitted, and Automerge panics: {}", written_out(&admitted)))
        }
    }
}

/// A log of changes, each with the seat that answers for it.
type Log = Vec<(Bytes, SeatId)>;

const LYON: u128 = 1;
const CHIARA: u128 = 2;

fn seat(name: u128) -> SeatId {
    SeatId(Uuid::from_u128(name))
}

fn text() -> TextId {
    TextId(Uuid::from_u128(1))
}

/// A log of changes of two people, and the desk of the second of them.
fn a_text_with_a_history(chance: &mut Rng) -> (Log, Desk) {
    let seed = Bytes::from(paper("# Housing\nCities welcome everyone.\n- reception"));
    let mut log = vec![(seed.clone(), seat(0))];
    let mut lyon = Desk::new([1; 16], Some(seat(LYON)));
    let mut chiara = Desk::new([2; 16], Some(seat(CHIARA)));
    lyon.receive(std::slice::from_ref(&seed));
    chiara.receive(&[seed]);
    for _ in 0..chance.usize(1..6) {
        log.push((raw(&lyon.scribbles(chance)), seat(LYON)));
        log.push((raw(&chiara.scribbles(chance)), seat(CHIARA)));
        let news: Vec<Bytes> = log.iter().map(|(raw, _)| raw.clone()).collect();
        lyon.receive(&news);
        chiara.receive(&news);
    }
    (log, chiara)
}

/// One to four honest changes of Chiara's.
fn several(chiara: &mut Desk, chance: &mut Rng) -> Vec<Change> {
    (0..chance.usize(1..=4)).map(|_| chiara.scribbles(chance)).collect()
}

fn all_raw(changes: &[Change]) -> Vec<Bytes> {
    changes.iter().map(raw).collect()
}

/// The sync message as a frame of Chiara's.
fn frame_with(message: &[u8]) -> Vec<u8> {
    frames::sync("chiara", &document_id(text()), message)
}

/// Lets Chiara join and send this frame; gives back what was admitted of it. `Err` if the room says or does afterwards what it may not.
fn through_the_room(log: &Log, frame: Vec<u8>) -> Result<Vec<Bytes>, String> {
    let chunks = log.iter().map(|(raw, seat)| {
        (Chunk::read(raw.clone(), &ChunkLimits::default()).expect("the log is sound"), *seat)
    });
    let mut room = Room::open(text(), RoomSettings::named("borrador"), chunks.collect::<Vec<_>>());
    assert_eq!(room.committed() as usize, log.len(), "the room opens with the whole log");
    let mut connection =
        Connection::new("borrador".into(), "store".into(), Moment::EPOCH, Duration::from_secs(30));
    connection.hear(Moment::EPOCH, &frames::join("chiara", &["1"]).into());
    let admitted = match connection.hear(Moment::EPOCH, &frame.into()) {
        Heard::Sync { text: about, data } if about == text() => enters(&mut room, 1, CHIARA, data)?,
        _ => Vec::new(),
    };

    let mut lyon = Desk::new([1; 16], Some(seat(LYON)));
    let everything: Vec<Bytes> = log.iter().map(|(raw, _)| raw.clone()).collect();
    lyon.receive(&everything);
    let honest = lyon.types_at(1, "Yes. ");
    let entered = enters(&mut room, 2, LYON, message::write(&[], &[], &[raw(&honest)]).into())?;
    if entered.len() == 1 {
        Ok(admitted)
    } else {
        Err("an honest change of somebody else was refused afterwards".to_owned())
    }
}

/// Hands a message to the room, and makes durable what it admits.
fn enters(room: &mut Room, connection: u64, name: u128, data: Bytes) -> Result<Vec<Bytes>, String> {
    let speaker = Speaker { seat: seat(name), peer: "somebody".into() };
    let connection = ConnectionId(connection);
    let input = Input::Sync { connection, speaker, access: Access::Write, data };
    let output = room.handle(Moment::EPOCH, input);
    can_be_read(&output)?;
    let Some(admitted) = output.commit else { return Ok(Vec::new()) };
    can_be_read(&room.handle(Moment::EPOCH, Input::Stored))?;
    Ok(admitted.into_iter().map(|change| change.raw).collect())
}

/// Whether a client can read what the room says: Automerge reads every message, and every change in it.
fn can_be_read(output: &Output) -> Result<(), String> {
    for send in &output.send {
        let frame = match send {
            Send::Frame { frame, .. } => frame.clone(),
            Send::Answer(answer) => answer.frame(&[]),
        };
        if let FromServer::Sync { data, .. } = frames::read(&frame) {
            let said = Message::decode(&data)
                .map_err(|error| format!("what the room says cannot be read: {error}"))?;
            for change in said.changes.iter() {
                Change::from_bytes(change.to_vec())
                    .map_err(|error| format!("what is relayed cannot be read: {error}"))?;
            }
        }
    }
    Ok(())
}

/// A reader can take the changes in, and the text loads from its log and from a snapshot; or what fails.
fn lives_with(log: &Log, changes: &[Bytes]) -> Result<(), &'static str> {
    let load = |bytes: &[u8]| {
        Automerge::load_with_options(bytes, LoadOptions::new().text_encoding(TextEncoding::Utf16CodeUnit))
    };
    let before: Vec<u8> = log.iter().flat_map(|(raw, _)| raw.to_vec()).collect();
    let mut reader = load(&before).expect("the log is sound");
    for change in changes {
        let parsed = Change::from_bytes(change.to_vec()).map_err(|_| "it cannot be read")?;
        reader.apply_changes([parsed]).map_err(|_| "a reader cannot take it in")?;
    }
    let after = [&before[..], &changes.concat()].concat();
    let server = load(&after).map_err(|_| "the log does not load")?;
    let newcomer = load(&server.save()).map_err(|_| "what is saved does not load")?;
    if !server.get_missing_deps(&[]).is_empty() {
        return Err("it builds on what is not there");
    }
    for (one, other) in [(&reader, &server), (&server, &newcomer)] {
        if one.get_heads() != other.get_heads() {
            return Err("the heads are not the same everywhere");
        }
        if spans(one) != spans(other) {
            return Err("the words are not the same everywhere");
        }
    }
    Ok(())
}

/// The changes as their operations say them.
fn written_out(changes: &[Bytes]) -> String {
    let written = changes.iter().map(|change| match Change::from_bytes(change.to_vec()) {
        Ok(change) => format!("{:?}", change.decode()),
        Err(error) => error.to_string(),
    });
    written.collect::<Vec<_>>().join("\n")
}
