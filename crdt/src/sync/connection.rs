//! One socket before it reaches a room: the handshake, and which text each frame is about.
//!
//! A connection waits for `join`, answers `peer`, and from then on sorts frames. It knows neither rights nor texts; whether
//! a text exists for its seat is the server's to say.

use std::time::Duration;

use bytes::Bytes;

use super::events::CloseCode;
use super::presence::{Pace, Verdict};
use super::wire::{self, FromClient, PROTOCOL_VERSION, say};
use crate::ids::TextId;
use crate::moment::Moment;

/// The longest name a client may give itself.
const MAX_PEER_NAME: usize = 200;

/// A socket. See the module's documentation.
pub struct Connection {
    server: String,
    storage_id: String,
    peer: Option<String>,
    join_by: Moment,
    pace: Pace,
}

/// What a frame comes to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Heard {
    /// Send this back.
    Reply(Vec<u8>),
    /// A sync message for a text.
    Sync {
        /// The text.
        text: TextId,
        /// The message.
        data: Bytes,
    },
    /// A document id that no text has: answer that it is unavailable.
    Unknown {
        /// As the client named it.
        document: String,
    },
    /// A caret moved in a text.
    Caret {
        /// The text.
        text: TextId,
        /// The client's CBOR.
        data: Bytes,
    },
    /// Nothing to do.
    Nothing,
    /// Close the socket.
    Close(CloseCode),
}

impl Connection {
    /// A socket that was just opened and must have said `join` within some time. `server` and `storage_id` are the names the
    /// server gives itself on the wire.
    pub fn new(server: String, storage_id: String, now: Moment, join_within: Duration) -> Connection {
        Connection { server, storage_id, peer: None, join_by: now + join_within, pace: Pace::new(now) }
    }

    /// The client's name for itself, once it has joined.
    pub fn peer(&self) -> Option<&str> {
        self.peer.as_deref()
    }

    /// When a client that has not joined will be cut off; `None` once it has.
    pub fn deadline(&self) -> Option<Moment> {
        self.peer.is_none().then_some(self.join_by)
    }

    /// Takes a frame.
    pub fn hear(&mut self, now: Moment, frame: &Bytes) -> Heard {
        let Ok(said) = wire::read(frame) else { return Heard::Close(CloseCode::Malformed) };
        match (said, &self.peer) {
            (FromClient::Join { sender, versions }, None) => self.join(sender, &versions),
            (FromClient::Join { .. }, Some(_)) | (_, None) => Heard::Close(CloseCode::Malformed),
            (FromClient::Sync { document, data }, Some(_)) => match wire::text_of(&document) {
                Some(text) => Heard::Sync { text, data },
                None => Heard::Unknown { document },
            },
            (FromClient::Ephemeral { sender, document, data }, Some(peer)) => {
                // Stock clients pass on what others said; only what a client says itself counts.
                if sender != *peer {
                    return Heard::Nothing;
                }
                match (self.pace.count(now), wire::text_of(&document)) {
                    (Verdict::Pass, Some(text)) => Heard::Caret { text, data },
                    (Verdict::Close, _) => Heard::Close(CloseCode::TooMany),
                    (Verdict::Pass | Verdict::Drop, _) => Heard::Nothing,
                }
            }
            (FromClient::Other, Some(_)) => Heard::Nothing,
        }
    }

    fn join(&mut self, sender: String, versions: &[String]) -> Heard {
        if sender.is_empty() || sender.len() > MAX_PEER_NAME {
            return Heard::Close(CloseCode::Malformed);
        }
        // A client that names no version is an old stock client, which speaks the only version there has been.
        if !versions.is_empty() && !versions.iter().any(|version| version == PROTOCOL_VERSION) {
            return Heard::Close(CloseCode::UnsupportedVersion);
        }
        let reply = say::peer(&self.server, &self.storage_id, &sender);
        self.peer = Some(sender);
        Heard::Reply(reply)
    }
}

#[cfg(test)]
mod tests {
    use minicbor::encode::Encoder;

    use super::*;

    const NOW: Moment = Moment::EPOCH;
    const JOIN_WITHIN: Duration = Duration::from_secs(30);

    fn connection() -> Connection {
        Connection::new("borrador".into(), "store".into(), NOW, JOIN_WITHIN)
    }

    fn join(version: &str) -> Bytes {
        let mut out = Encoder::new(Vec::new());
        out.map(3)
            .unwrap()
            .str("type")
            .unwrap()
            .str("join")
            .unwrap()
            .str("senderId")
            .unwrap()
            .str("lyon")
            .unwrap();
        out.str("supportedProtocolVersions").unwrap().array(1).unwrap().str(version).unwrap();
        out.into_writer().into()
    }

    #[test]
    fn syn1_lyon_joins_and_is_greeted_by_name() {
        let mut lyon = connection();
        assert!(lyon.deadline().is_some());
        assert!(matches!(lyon.hear(NOW, &join("1")), Heard::Reply(_)));
        assert_eq!((lyon.peer(), lyon.deadline()), (Some("lyon"), None));
    }

    #[test]
    fn w24_a_client_of_another_version_is_told_so() {
        for version in ["0", "99"] {
            assert_eq!(connection().hear(NOW, &join(version)), Heard::Close(CloseCode::UnsupportedVersion));
        }
    }

    #[test]
    fn w03_what_is_not_a_frame_closes_the_connection() {
        assert_eq!(connection().hear(NOW, &Bytes::from_static(b"hello")), Heard::Close(CloseCode::Malformed));
        let before_join = Bytes::from(say::sync("lyon", "*", "doc", b""));
        assert_eq!(connection().hear(NOW, &before_join), Heard::Close(CloseCode::Malformed));
    }

    #[test]
    fn w20_carets_under_another_name_are_dropped_in_silence() {
        let mut lyon = connection();
        lyon.hear(NOW, &join("1"));
        let document = wire::document_id(TextId(uuid::Uuid::from_u128(1)));
        let relayed = say::ephemeral("tangier", "s", 1, &document, b"\xa0");
        assert_eq!(lyon.hear(NOW, &relayed.into()), Heard::Nothing);
        let own = say::ephemeral("lyon", "s", 1, &document, b"\xa0");
        assert!(matches!(lyon.hear(NOW, &own.into()), Heard::Caret { .. }));
    }
}
