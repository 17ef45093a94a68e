//! Somebody with a real socket: a desk, and just enough of a client to keep it in step.
//!
//! A guest waits for the frame that a test is about, for as long as [`PATIENCE`] allows.

use std::collections::BTreeSet;
use std::time::Duration;

use automerge::sync::{BloomFilter, ChunkList, Have, Message, MessageVersion};
use automerge::{Change, ChangeHash};
use bytes::Bytes;

use crate::desk::Desk;
use crate::frames::{self, FromServer};
use crate::socket::{Heard, Socket};

/// A test that waits longer than this for a frame has failed. Nothing is measured against it.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// See the module's documentation.
pub struct Guest {
    /// The name that they join with.
    pub name: String,
    /// The text as they have it.
    pub desk: Desk,
    /// What the server is known to have made durable.
    pub server_heads: Vec<ChangeHash>,
    /// The codes of the refusals that they were told; `unavailable` among them.
    pub told: Vec<String>,
    /// The records in which what they were refused is kept.
    pub kept: Vec<String>,
    /// How many carets of others they were shown.
    pub carets: usize,
    document: String,
    socket: Option<Socket>,
}

impl Guest {
    /// Somebody with an empty desk who is not connected yet.
    pub fn new(name: &str, document: &str, desk: Desk) -> Guest {
        Guest {
            name: name.to_owned(),
            desk,
            server_heads: Vec::new(),
            told: Vec::new(),
            kept: Vec::new(),
            carets: 0,
            document: document.to_owned(),
            socket: None,
        }
    }

    /// Greets the server over this socket, asks for the text, and waits for the answer.
    pub async fn enters(&mut self, socket: Socket) {
        self.joins(socket).await;
        self.asks().await;
        self.hears_something().await.expect("the text comes");
    }

    /// The same over a line that may break; whether the text came.
    pub async fn tries_to_enter(&mut self, socket: Socket) -> bool {
        self.socket = Some(socket);
        self.sends(&frames::join(&self.name, &["1"])).await;
        if self.hears_something().await.is_err() {
            return false;
        }
        self.asks().await;
        self.hears_something().await.is_ok()
    }

    /// Whether they have a socket whose end they have not heard of.
    pub fn is_connected(&self) -> bool {
        self.socket.is_some()
    }

    /// Lets go of the socket without a word.
    pub fn hangs_up(&mut self) {
        self.socket = None;
    }

    /// Greets the server over this socket, and asks for nothing.
    pub async fn joins(&mut self, socket: Socket) {
        self.socket = Some(socket);
        self.sends(&frames::join(&self.name, &["1"])).await;
        let greeted = self.hears_something().await;
        assert!(matches!(greeted, Ok(FromServer::Peer { .. })), "{} is greeted, not {greeted:?}", self.name);
    }

    /// Asks for what is missing.
    pub async fn asks(&mut self) {
        let known = self.desk.known(&self.server_heads);
        self.says(known, Vec::new(), Vec::new()).await;
    }

    /// Makes an edit and sends what the server lacks of it.
    pub async fn writes(&mut self, work: impl FnOnce(&mut Desk) -> Change) -> ChangeHash {
        let change = work(&mut self.desk);
        self.sends_changes(std::slice::from_ref(&change)).await;
        change.hash()
    }

    /// Sends everything that the server is not known to have.
    pub async fn uploads(&mut self) {
        let known = self.desk.known(&self.server_heads);
        let changes = self.desk.since(&known);
        if !changes.is_empty() {
            self.sends_changes(&changes).await;
        }
    }

    async fn sends_changes(&mut self, changes: &[Change]) {
        let raw = changes.iter().map(|change| change.raw_bytes().to_vec()).collect();
        self.says(self.desk.heads(), self.server_heads.clone(), raw).await;
    }

    async fn says(&mut self, heads: Vec<ChangeHash>, last_sync: Vec<ChangeHash>, changes: Vec<Vec<u8>>) {
        let message = self.message(heads, last_sync, changes);
        self.sends(&frames::sync(&self.name, &self.document, &message)).await;
    }

    /// A sync message as our client writes it.
    pub fn message(
        &self,
        heads: Vec<ChangeHash>,
        last_sync: Vec<ChangeHash>,
        changes: Vec<Vec<u8>>,
    ) -> Vec<u8> {
        Message {
            heads,
            need: Vec::new(),
            have: vec![Have { last_sync, bloom: BloomFilter::default() }],
            changes: ChunkList::from(changes),
            flags: None,
            version: MessageVersion::V1,
        }
        .encode()
    }

    /// Hands over the socket, for programs that use it in their own way.
    ///
    /// # Panics
    /// If there is none.
    pub fn leaves_socket(&mut self) -> Socket {
        self.socket.take().expect("they are connected")
    }

    /// Sends a message of any content. A server that hangs up meanwhile is noticed when listening.
    pub async fn sends(&mut self, message: &[u8]) {
        if let Some(socket) = &mut self.socket {
            drop(socket.sends(message).await);
        }
    }

    /// Sends bytes as they are, past all framing.
    pub async fn sends_raw(&mut self, bytes: &[u8]) {
        if let Some(socket) = &mut self.socket {
            drop(socket.sends_raw(bytes).await);
        }
    }

    /// Listens until this holds.
    ///
    /// # Panics
    /// If the server hangs up first, or patience ends.
    pub async fn hears_until(&mut self, mut holds: impl FnMut(&Guest) -> bool) {
        while !holds(self) {
            if let Err(end) = self.hears_something().await {
                panic!("{} was waiting, and the server hung up: {end:?}", self.name);
            }
        }
    }

    /// Listens until the server hangs up, and says why.
    pub async fn hears_the_end(&mut self) -> Heard {
        loop {
            if let Err(end) = self.hears_something().await {
                return end;
            }
        }
    }

    /// Takes in the next frame; `Err` is the end of the connection.
    pub async fn hears_something(&mut self) -> Result<FromServer, Heard> {
        let socket = self.socket.as_mut().ok_or(Heard::Gone)?;
        let Ok(heard) = tokio::time::timeout(PATIENCE, socket.hears()).await else {
            panic!("{} waited in vain", self.name);
        };
        self.heeds(heard)
    }

    /// Takes in one thing that is here already; false if there is nothing.
    pub async fn hears_what_is_here(&mut self) -> bool {
        let Some(socket) = &mut self.socket else { return false };
        let heard = tokio::time::timeout(Duration::ZERO, socket.hears()).await;
        // The end of the connection shows in that they are not connected any more.
        heard.is_ok_and(|heard| self.heeds(heard).is_ok())
    }

    fn heeds(&mut self, heard: Heard) -> Result<FromServer, Heard> {
        match heard {
            Heard::Message(message) => {
                let said = frames::read(&message);
                self.takes_in(&said);
                Ok(said)
            }
            end => {
                self.socket = None;
                Err(end)
            }
        }
    }

    fn takes_in(&mut self, said: &FromServer) {
        match said {
            FromServer::Sync { data, .. } => {
                let message = Message::decode(data).expect("the server sends messages that Automerge reads");
                let chunks: Vec<Bytes> = message.changes.iter().map(Bytes::copy_from_slice).collect();
                if !chunks.is_empty() {
                    self.desk.receive(&chunks);
                }
                self.server_heads = message.heads;
            }
            FromServer::Error { code, set_aside, .. } => {
                self.told.push(code.clone());
                self.kept.extend(set_aside.clone());
            }
            FromServer::Unavailable { .. } => self.told.push("unavailable".to_owned()),
            FromServer::Caret(_) => self.carets += 1,
            FromServer::Peer { .. } => {}
        }
    }

    /// Whether all of the desk is durable at the server.
    pub fn is_saved(&self) -> bool {
        let known = self.desk.known(&self.server_heads);
        known.len() == self.server_heads.len() && self.desk.hashes_since(&known).is_empty()
    }

    /// The names of all changes on the desk that are durable at the server.
    pub fn durable(&self) -> BTreeSet<ChangeHash> {
        let beyond: BTreeSet<ChangeHash> =
            self.desk.hashes_since(&self.desk.known(&self.server_heads)).into_iter().collect();
        self.desk.hashes_since(&[]).into_iter().filter(|hash| !beyond.contains(hash)).collect()
    }
}
