//! Frames: the CBOR maps of the automerge-repo WebSocket protocol.
//!
//! A frame that is not one of ours to read (`remote-heads-changed` and the like, which stock clients send) becomes
//! [`FromClient::Other`] and is passed over. Reading is bounded: no allocation follows a claimed length, nesting stops at
//! [`MAX_DEPTH`], and unknown keys are skipped.
//!
//! A text's document id is the base58check form of its UUID, as automerge-repo writes it.

use bytes::Bytes;
use minicbor::data::Type;
use minicbor::decode::{Decoder, Error};
use minicbor::encode::Encoder;

use crate::ids::{AsideId, TextId};

/// Values nested deeper than this are refused.
pub const MAX_DEPTH: u8 = 16;

/// The protocol version that we speak, as automerge-repo names it.
pub const PROTOCOL_VERSION: &str = "1";

/// What a client says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FromClient {
    /// The first frame: who it says it is on this connection, and which protocol versions it speaks.
    Join {
        /// The client's name for itself on this connection; it identifies nobody.
        sender: String,
        /// The versions it speaks.
        versions: Vec<String>,
    },
    /// A sync message about a text (`request` and `sync` are the same to us).
    Sync {
        /// The text as the client names it.
        document: String,
        /// The message.
        data: Bytes,
    },
    /// Something passing about a text: a caret.
    Ephemeral {
        /// Whom it names as its author: another client's name when a stock client relays.
        sender: String,
        /// The text.
        document: String,
        /// CBOR of the client's choosing.
        data: Bytes,
    },
    /// A frame that does not concern us.
    Other,
}

/// Bytes that are not a frame.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the frame is malformed: {0}")]
pub struct MalformedFrame(String);

impl From<Error> for MalformedFrame {
    fn from(error: Error) -> Self {
        Self(error.to_string())
    }
}

/// The document id of a text.
pub fn document_id(text: TextId) -> String {
    bs58::encode(text.0.as_bytes()).with_check().into_string()
}

/// The text that a document id names; `None` if it is not the form of one.
pub fn text_of(document: &str) -> Option<TextId> {
    const LONGEST: usize = 40;
    if document.len() > LONGEST {
        return None;
    }
    let bytes = bs58::decode(document).with_check(None).into_vec().ok()?;
    uuid::Uuid::from_slice(&bytes).ok().map(TextId)
}

/// Reads a frame.
pub fn read(frame: &Bytes) -> Result<FromClient, MalformedFrame> {
    let mut fields = Fields::default();
    let mut input = Decoder::new(frame);
    read_map(&mut input, |key, input| {
        match key {
            "type" => fields.kind = Some(input.str()?.to_owned()),
            "senderId" => fields.sender = Some(input.str()?.to_owned()),
            "documentId" => fields.document = Some(input.str()?.to_owned()),
            "supportedProtocolVersions" => fields.versions = strings(input)?,
            "data" => fields.data = Some(frame.slice_ref(byte_string(input)?)),
            _ => skip(input, 1)?,
        }
        Ok(())
    })?;
    if input.position() != frame.len() {
        return Err(MalformedFrame("bytes after its end".to_owned()));
    }
    fields.into_frame()
}

#[derive(Default)]
struct Fields {
    kind: Option<String>,
    sender: Option<String>,
    document: Option<String>,
    versions: Vec<String>,
    data: Option<Bytes>,
}

impl Fields {
    fn into_frame(self) -> Result<FromClient, MalformedFrame> {
        let lacks = |field: &str| MalformedFrame(format!("it lacks `{field}`"));
        Ok(match self.kind.as_deref().ok_or_else(|| lacks("type"))? {
            "join" => FromClient::Join {
                sender: self.sender.ok_or_else(|| lacks("senderId"))?,
                versions: self.versions,
            },
            "sync" | "request" => FromClient::Sync {
                document: self.document.ok_or_else(|| lacks("documentId"))?,
                data: self.data.ok_or_else(|| lacks("data"))?,
            },
            "ephemeral" => FromClient::Ephemeral {
                sender: self.sender.ok_or_else(|| lacks("senderId"))?,
                document: self.document.ok_or_else(|| lacks("documentId"))?,
                data: self.data.ok_or_else(|| lacks("data"))?,
            },
            _ => FromClient::Other,
        })
    }
}

/// Calls `field` for each entry of a map whose keys are strings; indefinite lengths are taken.
pub(super) fn read_map<'b>(
    input: &mut Decoder<'b>,
    mut field: impl FnMut(&str, &mut Decoder<'b>) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut left = input.map()?;
    loop {
        match &mut left {
            Some(0) => return Ok(()),
            Some(count) => *count -= 1,
            None if input.datatype()? == Type::Break => return input.skip(),
            None => {}
        }
        let key = input.str()?;
        field(key, input)?;
    }
}

fn strings(input: &mut Decoder<'_>) -> Result<Vec<String>, Error> {
    const MOST: usize = 16;
    let items = input.array_iter::<&str>()?;
    items.take(MOST).map(|item| item.map(str::to_owned)).collect()
}

/// A byte string, with or without the typed-array tag that some encoders put before it.
fn byte_string<'b>(input: &mut Decoder<'b>) -> Result<&'b [u8], Error> {
    if input.datatype()? == Type::Tag {
        input.tag()?;
    }
    input.bytes()
}

/// Passes over one value without recursion deeper than [`MAX_DEPTH`].
pub(super) fn skip(input: &mut Decoder<'_>, depth: u8) -> Result<(), Error> {
    if depth > MAX_DEPTH {
        return Err(Error::message("values are nested too deeply"));
    }
    match input.datatype()? {
        Type::Array | Type::ArrayIndef => {
            let count = input.array()?;
            skip_items(input, count, depth)
        }
        Type::Map | Type::MapIndef => {
            let count = input.map()?.map(|pairs| pairs.saturating_mul(2));
            skip_items(input, count, depth)
        }
        Type::Tag => {
            input.tag()?;
            skip(input, depth + 1)
        }
        _ => input.skip(),
    }
}

fn skip_items(input: &mut Decoder<'_>, count: Option<u64>, depth: u8) -> Result<(), Error> {
    match count {
        Some(count) => (0..count).try_for_each(|_| skip(input, depth + 1)),
        None => {
            while input.datatype()? != Type::Break {
                skip(input, depth + 1)?;
            }
            input.skip()
        }
    }
}

/// What the server says; every function returns one frame.
///
/// `target` names the receiver; clients do not check it on sync frames, so that one frame serves all (`"*"`).
pub mod say {
    use super::*;

    /// The answer to `join`.
    pub fn peer(server: &str, storage_id: &str, target: &str) -> Vec<u8> {
        frame(5, "peer", server, target, |out| {
            text(out, "selectedProtocolVersion", PROTOCOL_VERSION);
            key(out, "peerMetadata").map(2).expect(WRITES);
            text(out, "storageId", storage_id);
            key(out, "isEphemeral").bool(false).expect(WRITES);
        })
    }

    /// A sync message about a text.
    pub fn sync(server: &str, target: &str, document: &str, data: &[u8]) -> Vec<u8> {
        frame(5, "sync", server, target, |out| {
            text(out, "documentId", document);
            key(out, "data").bytes(data).expect(WRITES);
        })
    }

    /// The text does not exist, or is not this client's to read.
    pub fn unavailable(server: &str, target: &str, document: &str) -> Vec<u8> {
        frame(4, "doc-unavailable", server, target, |out| text(out, "documentId", document))
    }

    /// A refusal that concerns one text (`document`) or the connection (`None`).
    pub fn error(server: &str, target: &str, document: Option<&str>, code: &str, message: &str) -> Vec<u8> {
        frame(5 + u64::from(document.is_some()), "error", server, target, |out| {
            if let Some(document) = document {
                text(out, "documentId", document);
            }
            text(out, "code", code);
            text(out, "message", message);
        })
    }

    /// A refusal of changes to a text, with the record in which they are kept for their author, if they are.
    pub fn refusal(
        server: &str,
        target: &str,
        document: &str,
        (code, message): (&str, &str),
        set_aside: Option<AsideId>,
    ) -> Vec<u8> {
        let Some(record) = set_aside else { return error(server, target, Some(document), code, message) };
        frame(7, "error", server, target, |out| {
            text(out, "documentId", document);
            text(out, "code", code);
            text(out, "message", message);
            text(out, "setAside", &record.to_string());
        })
    }

    /// Something passing about a text. Receivers drop what they saw by `session` and `count`, so both must move on.
    pub fn ephemeral(sender: &str, session: &str, count: u64, document: &str, data: &[u8]) -> Vec<u8> {
        frame(7, "ephemeral", sender, "*", |out| {
            text(out, "documentId", document);
            text(out, "sessionId", session);
            key(out, "count").u64(count).expect(WRITES);
            key(out, "data").bytes(data).expect(WRITES);
        })
    }

    const WRITES: &str = "a vector takes every write";

    fn frame(
        fields: u64,
        kind: &str,
        sender: &str,
        target: &str,
        rest: impl FnOnce(&mut Encoder<Vec<u8>>),
    ) -> Vec<u8> {
        let mut out = Encoder::new(Vec::with_capacity(256));
        out.map(fields).expect(WRITES);
        text(&mut out, "type", kind);
        text(&mut out, "senderId", sender);
        text(&mut out, "targetId", target);
        rest(&mut out);
        out.into_writer()
    }

    fn key<'e>(out: &'e mut Encoder<Vec<u8>>, name: &str) -> &'e mut Encoder<Vec<u8>> {
        out.str(name).expect(WRITES)
    }

    fn text(out: &mut Encoder<Vec<u8>>, name: &str, value: &str) {
        key(out, name).str(value).expect(WRITES);
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn reads(frame: &[u8]) -> Result<FromClient, MalformedFrame> {
        read(&Bytes::copy_from_slice(frame))
    }

    #[test]
    fn syn1_a_document_id_is_the_base58check_of_the_uuid() {
        let text = TextId(Uuid::from_u128(0x1234_5678));
        assert_eq!(text_of(&document_id(text)), Some(text));
        for wrong in ["", "abc", &"1".repeat(4096), &document_id(text)[1..]] {
            assert_eq!(text_of(wrong), None);
        }
    }

    #[test]
    fn syn1_a_join_is_read_whatever_else_it_carries() {
        let mut out = Encoder::new(Vec::new());
        out.map(4).unwrap();
        out.str("type").unwrap().str("join").unwrap();
        out.str("peerMetadata").unwrap().begin_map().unwrap();
        out.str("storageId")
            .unwrap()
            .str("x")
            .unwrap()
            .str("list")
            .unwrap()
            .array(2)
            .unwrap()
            .u8(1)
            .unwrap()
            .null()
            .unwrap();
        out.end().unwrap();
        out.str("senderId").unwrap().str("tangier").unwrap();
        out.str("supportedProtocolVersions").unwrap().array(1).unwrap().str("1").unwrap();
        assert_eq!(
            reads(out.writer()),
            Ok(FromClient::Join { sender: "tangier".into(), versions: vec!["1".into()] })
        );
    }

    #[test]
    fn syn1_our_own_frames_read_back() {
        let frame = say::sync("borrador", "*", "doc", b"\x42");
        assert_eq!(
            reads(&frame),
            Ok(FromClient::Sync { document: "doc".into(), data: Bytes::from_static(b"\x42") })
        );
        assert_eq!(reads(&say::unavailable("borrador", "t", "doc")), Ok(FromClient::Other));
        assert_eq!(reads(&say::error("borrador", "t", None, "not_allowed", "…")), Ok(FromClient::Other));
        assert_eq!(reads(&say::error("borrador", "t", Some("d"), "not_allowed", "…")), Ok(FromClient::Other));
        assert_eq!(reads(&say::peer("borrador", "s", "t")), Ok(FromClient::Other));
    }

    #[test]
    fn w03_rubbish_is_malformed_and_nothing_is_allocated_for_it() {
        assert!(reads(b"").is_err());
        assert!(reads(b"hello").is_err());
        assert!(reads(&[0xa1, 0x64, b't', b'y', b'p', b'e']).is_err(), "cut off");
        assert!(reads(&[0x9b, 0, 0, 0, 1, 0, 0, 0, 0]).is_err(), "an array that claims 2^32 items");
        let deep = [&[0xa1, 0x61, b'x'][..], &[0x81; 1000], &[0]].concat();
        assert!(reads(&deep).unwrap_err().to_string().contains("nested"));
        let claims = [0xa1, 0x64, b'd', b'a', b't', b'a', 0x5b, 0, 0, 0, 1, 0, 0, 0, 0];
        assert!(reads(&claims).is_err(), "a byte string that claims 4 GiB");
    }
}
