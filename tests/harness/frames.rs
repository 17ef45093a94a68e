//! Frames as a client builds and reads them: the other half of `crdt::sync::wire`.
//!
//! The server's own writer and reader are not used here, so that a mistake in one of them cannot hide in the other.

use bytes::Bytes;
use minicbor::data::Type;
use minicbor::decode::{Decoder, Error};
use minicbor::encode::Encoder;

const WRITES: &str = "a vector takes every write";

/// What the server says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FromServer {
    /// We are let in.
    Peer {
        /// The store that we talk to.
        storage: String,
    },
    /// A sync message about a text.
    Sync {
        /// The text.
        document: String,
        /// The message.
        data: Bytes,
    },
    /// The text does not exist for us.
    Unavailable {
        /// The text.
        document: String,
    },
    /// Something was refused.
    Error {
        /// The stable code.
        code: String,
        /// The words for people.
        message: String,
        /// The record in which the refused changes are kept.
        set_aside: Option<String>,
    },
    /// Somebody's caret.
    Caret(SomebodysCaret),
}

/// What is shown of somebody else in the text.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SomebodysCaret {
    /// Whose, as the server says.
    pub seat: String,
    /// Over which connection.
    pub connection: String,
    /// Where, as an Automerge cursor.
    pub caret: Option<String>,
    /// They have left.
    pub gone: bool,
}

/// The first frame of a connection.
pub fn join(sender: &str, versions: &[&str]) -> Vec<u8> {
    map("join", sender, 4, |out| {
        out.str("supportedProtocolVersions").expect(WRITES).array(versions.len() as u64).expect(WRITES);
        for version in versions {
            out.str(version).expect(WRITES);
        }
        out.str("peerMetadata").expect(WRITES).map(1).expect(WRITES);
        out.str("isEphemeral").expect(WRITES).bool(false).expect(WRITES);
    })
}

/// A sync message about a text.
pub fn sync(sender: &str, document: &str, data: &[u8]) -> Vec<u8> {
    map("sync", sender, 5, |out| {
        out.str("targetId").expect(WRITES).str("borrador").expect(WRITES);
        out.str("documentId").expect(WRITES).str(document).expect(WRITES);
        out.str("data").expect(WRITES).bytes(data).expect(WRITES);
    })
}

/// Where our caret is. `sender` is who we say we are; an honest client gives the name that it joined with.
pub fn caret(sender: &str, count: u64, document: &str, caret: Option<&str>) -> Vec<u8> {
    let mut data = Encoder::new(Vec::new());
    data.map(3).expect(WRITES).str("v").expect(WRITES).u8(1).expect(WRITES).str("caret").expect(WRITES);
    match caret {
        Some(caret) => data.str(caret).expect(WRITES),
        None => data.null().expect(WRITES),
    };
    data.str("anchor").expect(WRITES).null().expect(WRITES);
    ephemeral(sender, count, document, &data.into_writer())
}

/// A passing message with any content.
pub fn ephemeral(sender: &str, count: u64, document: &str, data: &[u8]) -> Vec<u8> {
    map("ephemeral", sender, 7, |out| {
        out.str("targetId").expect(WRITES).str("borrador").expect(WRITES);
        out.str("documentId").expect(WRITES).str(document).expect(WRITES);
        out.str("count").expect(WRITES).u64(count).expect(WRITES);
        out.str("sessionId").expect(WRITES).str("s").expect(WRITES);
        out.str("data").expect(WRITES).bytes(data).expect(WRITES);
    })
}

fn map(kind: &str, sender: &str, fields: u64, rest: impl FnOnce(&mut Encoder<Vec<u8>>)) -> Vec<u8> {
    let mut out = Encoder::new(Vec::new());
    out.map(fields).expect(WRITES).str("type").expect(WRITES).str(kind).expect(WRITES);
    out.str("senderId").expect(WRITES).str(sender).expect(WRITES);
    rest(&mut out);
    out.into_writer()
}

/// Reads a frame of the server.
///
/// # Panics
/// If it is not one: nothing else may come from a server.
pub fn read(frame: &[u8]) -> FromServer {
    let said = Said::read(frame).unwrap_or_else(|error| panic!("not a frame: {error}: {frame:02x?}"));
    match said.kind.as_str() {
        "peer" => FromServer::Peer { storage: said.storage },
        "sync" => FromServer::Sync { document: said.document, data: Bytes::copy_from_slice(said.data) },
        "doc-unavailable" => FromServer::Unavailable { document: said.document },
        "error" => FromServer::Error { code: said.code, message: said.message, set_aside: said.set_aside },
        "ephemeral" => {
            FromServer::Caret(read_caret(said.data).expect("the server writes well-formed carets"))
        }
        other => panic!("the server never says {other:?}"),
    }
}

#[derive(Default)]
struct Said<'f> {
    kind: String,
    storage: String,
    document: String,
    code: String,
    message: String,
    set_aside: Option<String>,
    data: &'f [u8],
}

impl<'f> Said<'f> {
    fn read(frame: &'f [u8]) -> Result<Said<'f>, Error> {
        let mut said = Said::default();
        let mut input = Decoder::new(frame);
        each_field(&mut input, |key, input| {
            match key {
                "type" => said.kind = input.str()?.to_owned(),
                "documentId" => said.document = input.str()?.to_owned(),
                "code" => said.code = input.str()?.to_owned(),
                "message" => said.message = input.str()?.to_owned(),
                "setAside" => said.set_aside = Some(input.str()?.to_owned()),
                "data" => said.data = input.bytes()?,
                "peerMetadata" => each_field(input, |key, input| match key {
                    "storageId" => input.str().map(|id| said.storage = id.to_owned()),
                    _ => input.skip(),
                })?,
                _ => input.skip()?,
            }
            Ok(())
        })?;
        Ok(said)
    }
}

fn read_caret(data: &[u8]) -> Result<SomebodysCaret, Error> {
    let mut caret = SomebodysCaret::default();
    each_field(&mut Decoder::new(data), |key, input| {
        match key {
            "seat" => caret.seat = input.str()?.to_owned(),
            "connection" => caret.connection = input.str()?.to_owned(),
            "gone" => caret.gone = input.bool()?,
            "caret" if input.datatype()? == Type::String => caret.caret = Some(input.str()?.to_owned()),
            _ => input.skip()?,
        }
        Ok(())
    })?;
    Ok(caret)
}

fn each_field<'b>(
    input: &mut Decoder<'b>,
    mut field: impl FnMut(&str, &mut Decoder<'b>) -> Result<(), Error>,
) -> Result<(), Error> {
    let count = input.map()?.ok_or_else(|| Error::message("the server counts its fields"))?;
    for _ in 0..count {
        let key = input.str()?;
        field(key, input)?;
    }
    Ok(())
}
