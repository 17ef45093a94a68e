//! A socket with a cookie, and just enough of a client to send changes over it.

use automerge::sync::{BloomFilter, ChunkList, Have, Message, MessageVersion};
use borrador::live::LiveError;
use crdt::document::{Edit, EditError, Writer};
use crdt::ids::{ActorId, SeatId, TextId};
use crdt::sync::wire::document_id;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use uuid::Uuid;

use super::harness::{Service, Somebody};

/// Somebody's connection to the live path.
pub struct Socket {
    stream: TcpStream,
    heard: Vec<u8>,
}

impl Socket {
    /// Opens it for one of their seats and joins.
    pub async fn open(service: &Service, somebody: &Somebody, seat: SeatId) -> Socket {
        let mut socket = Socket::knocks(service, somebody, seat).await;
        let versions = [&[0x81][..], &text("1")].concat();
        socket
            .says(&[
                ("type", text("join")),
                ("senderId", text("test")),
                ("supportedProtocolVersions", versions),
            ])
            .await;
        socket.hears(b"peer").await;
        socket
    }

    /// Opens it for a seat, whatever becomes of it.
    pub async fn knocks(service: &Service, somebody: &Somebody, seat: SeatId) -> Socket {
        let mut stream = TcpStream::connect(service.address).await.unwrap();
        let (host, cookie) = (service.address, somebody.cookie());
        let head = format!(
            "GET /sync?seat={seat} HTTP/1.1\r\nhost: {host}\r\norigin: http://{host}\r\ncookie: {cookie}\r\n\
             upgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\n\
             sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut socket = Socket { stream, heard: Vec::new() };
        socket.hears(b"HTTP/1.1 101").await;
        socket
    }

    /// Writes words at the beginning of the first chapter, as a change of this seat, whatever its rights.
    pub async fn writes(&mut self, service: &Service, seat: SeatId, words: &str) -> Result<(), LiveError> {
        self.edits(service, service.text(), seat, |edit| edit.splice(1..1, words)).await
    }

    /// Does something to a text as it is durable now, as a change of this seat, whatever its rights.
    pub async fn edits(
        &mut self,
        service: &Service,
        id: TextId,
        seat: SeatId,
        work: impl FnOnce(&mut Edit<'_, '_>) -> Result<(), EditError>,
    ) -> Result<(), LiveError> {
        let text = service.app.live.text(id).await?;
        let actor = ActorId(Uuid::new_v4().as_bytes().to_vec());
        let writer = Writer { actor, seat: Some(seat), at: service.app.clock.now() };
        let mut copy = crdt::document::Text::clone(&text);
        let change = copy.edit(&writer, work).unwrap().change.unwrap();
        let hash = |heads: Vec<crdt::ids::ChangeHash>| {
            heads.iter().map(|head| automerge::ChangeHash(head.0)).collect()
        };
        let message = Message {
            heads: hash(copy.heads()),
            need: Vec::new(),
            have: vec![Have { last_sync: hash(text.heads()), bloom: BloomFilter::default() }],
            changes: ChunkList::from(vec![change]),
            flags: None,
            version: MessageVersion::V1,
        };
        self.sends_sync(id, &message.encode()).await;
        Ok(())
    }

    /// Asks for a text of which it has nothing.
    pub async fn asks_for(&mut self, id: TextId) {
        self.sends_sync(id, &[0x42, 0, 0, 0, 0]).await;
    }

    async fn sends_sync(&mut self, id: TextId, data: &[u8]) {
        let document = document_id(id);
        let fields = [
            ("type", text("sync")),
            ("senderId", text("test")),
            ("documentId", text(&document)),
            ("data", bytes(data)),
        ];
        self.says(&fields).await;
    }

    async fn says(&mut self, fields: &[(&str, Vec<u8>)]) {
        let mut map = vec![0xa0 | fields.len() as u8];
        for (key, value) in fields {
            map.extend(text(key));
            map.extend(value);
        }
        // A mask of zeros leaves the bytes as they are.
        let mut frame = vec![0x82, 0x80 | 127];
        frame.extend((map.len() as u64).to_be_bytes());
        frame.extend([0; 4]);
        frame.extend(map);
        self.stream.write_all(&frame).await.unwrap();
    }

    /// Listens until these bytes have come, and returns what came after them so far.
    pub async fn hears(&mut self, words: &[u8]) -> Vec<u8> {
        loop {
            if let Some(at) = self.heard.windows(words.len()).position(|seen| seen == words) {
                let rest = self.heard.split_off(at + words.len());
                self.heard.clone_from(&rest);
                return rest;
            }
            let count = self.stream.read_buf(&mut self.heard).await.unwrap();
            let heard = || String::from_utf8_lossy(&self.heard).into_owned();
            assert_ne!(
                count,
                0,
                "waited for {}, and the server hung up: {}",
                String::from_utf8_lossy(words),
                heard()
            );
        }
    }

    /// Listens until the server hangs up, and says with which code.
    pub async fn hears_the_end(mut self) -> u16 {
        self.stream.read_to_end(&mut self.heard).await.unwrap();
        let [.., high, low] = self.heard[..] else { panic!("nothing was said") };
        u16::from_be_bytes([high, low])
    }
}

fn text(words: &str) -> Vec<u8> {
    [&[0x78, words.len() as u8][..], words.as_bytes()].concat()
}

fn bytes(data: &[u8]) -> Vec<u8> {
    [&[0x5a][..], &(data.len() as u32).to_be_bytes(), data].concat()
}
