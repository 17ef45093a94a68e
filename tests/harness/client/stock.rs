//! A client that behaves as automerge-repo does: Automerge's own sync protocol, filters and all.
//!
//! It answers every message at once, keeps the shared heads from one connection to the next, and takes no notice of refusals.

use automerge::ChangeHash;
use automerge::sync::{Message, State, SyncDoc};

use super::{Client, Millis};
use crate::desk::Desk;
use crate::frames::FromServer;

/// See the module's documentation.
#[derive(Default)]
pub struct Stock {
    state: State,
    is_up: bool,
}

impl Stock {
    fn says(&mut self, desk: &mut Desk) -> Vec<Vec<u8>> {
        if !self.is_up {
            return Vec::new();
        }
        desk.doc().generate_sync_message(&mut self.state).map(Message::encode).into_iter().collect()
    }
}

impl Client for Stock {
    fn up(&mut self, _now: Millis, desk: &mut Desk) -> Vec<Vec<u8>> {
        self.is_up = true;
        // What automerge-repo does between two connections: only the shared heads outlive the first.
        self.state = State::decode(&self.state.encode()).expect("a state reads back");
        self.says(desk)
    }

    fn down(&mut self) {
        self.is_up = false;
    }

    fn hear(&mut self, _now: Millis, desk: &mut Desk, said: FromServer) -> Vec<Vec<u8>> {
        let FromServer::Sync { data, .. } = said else { return Vec::new() };
        let message = Message::decode(&data).expect("the server sends messages that Automerge reads");
        desk.doc().receive_sync_message(&mut self.state, message).expect("what the server sends applies");
        desk.sign();
        self.says(desk)
    }

    fn wrote(&mut self, _now: Millis, desk: &mut Desk) -> Vec<Vec<u8>> {
        self.says(desk)
    }

    fn woke(&mut self, _now: Millis, _desk: &mut Desk) -> Vec<Vec<u8>> {
        Vec::new()
    }

    fn wakes_at(&self) -> Option<Millis> {
        None
    }

    fn server_heads(&self, desk: &Desk) -> Vec<ChangeHash> {
        self.state.their_heads.as_deref().map(|heads| desk.known(heads)).unwrap_or_default()
    }
}
