//! A client that behaves as our browser does (`web/src/sync/client.ts`).
//!
//! It asks with the heads that the server is known to have, takes in what comes once for each painted frame, sends what the
//! desk has beyond the server's heads, acknowledges lazily, and stops sending after a refusal.

use automerge::ChangeHash;
use automerge::sync::{BloomFilter, ChunkList, Have, Message, MessageVersion};
use bytes::Bytes;

use super::{Client, Millis};
use crate::desk::Desk;
use crate::frames::FromServer;

/// What arrives within a frame of the screen is taken in together.
const PAINT_MS: Millis = 16;
/// What others wrote is acknowledged this much later, once for all.
const ACKNOWLEDGE_MS: Millis = 250;
/// After the server could not store something.
const TRY_AGAIN_MS: Millis = 5_000;

/// See the module's documentation.
#[derive(Default)]
pub struct Ours {
    is_up: bool,
    answered: bool,
    server_heads: Vec<ChangeHash>,
    offered: Vec<ChangeHash>,
    awaited: Vec<ChangeHash>,
    inbox: Vec<Message>,
    refusal: Option<String>,
    asked_again: bool,
    paint_at: Option<Millis>,
    acknowledge_at: Option<Millis>,
    try_again_at: Option<Millis>,
}

impl Ours {
    fn ask(&mut self) -> Vec<Vec<u8>> {
        self.answered = false;
        self.offered.clear();
        self.awaited.clear();
        (self.acknowledge_at, self.try_again_at) = (None, None);
        vec![message(&self.server_heads, &[], Vec::new())]
    }

    fn refused(&mut self, now: Millis, desk: &Desk, code: String) -> Vec<Vec<u8>> {
        if matches!(code.as_str(), "storage_full" | "storage_failed") {
            self.try_again_at = Some(now + TRY_AGAIN_MS);
            return Vec::new();
        }
        if code == "missing_dependencies" {
            if self.try_again_at.is_some() {
                return Vec::new();
            }
            if !self.asked_again {
                self.asked_again = true;
                return self.ask();
            }
        }
        if !desk.since(&self.server_heads).is_empty() {
            self.refusal.get_or_insert(code);
        }
        Vec::new()
    }

    fn take_in(&mut self, now: Millis, desk: &mut Desk) -> Vec<Vec<u8>> {
        let messages = std::mem::take(&mut self.inbox);
        let chunks: Vec<Bytes> =
            messages.iter().flat_map(|message| message.changes.iter().map(Bytes::copy_from_slice)).collect();
        let before = desk.heads();
        if !chunks.is_empty() {
            desk.receive(&chunks);
        }
        let news = desk.heads() != before;
        let named: Vec<ChangeHash> =
            messages.iter().flat_map(|message| message.heads.iter().copied()).collect();
        if !self.learn(desk, &named) {
            return Vec::new();
        }
        if messages.iter().any(|message| !message.need.is_empty()) {
            self.offered.clear();
        }
        self.answered = true;
        self.asked_again &= !desk.since(&self.server_heads).is_empty();
        if news {
            self.acknowledge_at.get_or_insert(now + ACKNOWLEDGE_MS);
        }
        self.offer(desk)
    }

    /// Takes note of heads the server named. False while something of them has not come.
    fn learn(&mut self, desk: &Desk, named: &[ChangeHash]) -> bool {
        let mut awaited = std::mem::take(&mut self.awaited);
        awaited.extend(named);
        awaited.sort_unstable();
        awaited.dedup();
        let known = desk.known(&awaited);
        if known.len() < awaited.len() || desk.is_empty() {
            self.awaited = awaited;
            return false;
        }
        // The first answer of a connection replaces what was believed: a restored server may have less than before. After it,
        // an answer read from the disk may name older heads than a frame that overtook it.
        let before = if self.answered { &self.server_heads[..] } else { &[] };
        let mut both = [&known[..], before].concat();
        both.sort_unstable();
        both.dedup();
        let adds = desk.hashes_since(&both).len() < desk.hashes_since(&known).len();
        self.server_heads = if adds { both } else { known };
        true
    }

    fn offer(&mut self, desk: &Desk) -> Vec<Vec<u8>> {
        if !self.is_up || !self.answered || self.refusal.is_some() || self.try_again_at.is_some() {
            return Vec::new();
        }
        let known = [&self.server_heads[..], &self.offered].concat();
        let changes = desk.since(&known);
        if changes.is_empty() {
            return Vec::new();
        }
        self.offered = desk.heads();
        self.acknowledge_at = None;
        let raw = changes.iter().map(|change| change.raw_bytes().to_vec()).collect();
        vec![message(&self.offered, &self.server_heads, raw)]
    }
}

impl Client for Ours {
    fn up(&mut self, _now: Millis, _desk: &mut Desk) -> Vec<Vec<u8>> {
        self.is_up = true;
        self.asked_again = false;
        self.ask()
    }

    fn down(&mut self) {
        self.is_up = false;
        self.answered = false;
        self.inbox.clear();
        (self.paint_at, self.acknowledge_at, self.try_again_at) = (None, None, None);
    }

    fn hear(&mut self, now: Millis, desk: &mut Desk, said: FromServer) -> Vec<Vec<u8>> {
        match said {
            FromServer::Sync { data, .. } => {
                self.inbox
                    .push(Message::decode(&data).expect("the server sends messages that Automerge reads"));
                self.paint_at.get_or_insert(now + PAINT_MS);
                Vec::new()
            }
            FromServer::Error { code, .. } => self.refused(now, desk, code),
            FromServer::Peer { .. } | FromServer::Unavailable { .. } | FromServer::Caret(_) => Vec::new(),
        }
    }

    fn wrote(&mut self, _now: Millis, desk: &mut Desk) -> Vec<Vec<u8>> {
        self.offer(desk)
    }

    fn woke(&mut self, now: Millis, desk: &mut Desk) -> Vec<Vec<u8>> {
        let is_due = |at: Option<Millis>| at.is_some_and(|at| at <= now);
        if is_due(self.paint_at) {
            self.paint_at = None;
            return self.take_in(now, desk);
        }
        if is_due(self.try_again_at) {
            self.try_again_at = None;
            self.offered.clear();
            return self.offer(desk);
        }
        if is_due(self.acknowledge_at) {
            self.acknowledge_at = None;
            return vec![message(&self.server_heads, &self.server_heads, Vec::new())];
        }
        Vec::new()
    }

    fn wakes_at(&self) -> Option<Millis> {
        [self.paint_at, self.try_again_at, self.acknowledge_at].into_iter().flatten().min()
    }

    fn server_heads(&self, _desk: &Desk) -> Vec<ChangeHash> {
        self.server_heads.clone()
    }
}

fn message(heads: &[ChangeHash], last_sync: &[ChangeHash], changes: Vec<Vec<u8>>) -> Vec<u8> {
    Message {
        heads: heads.to_vec(),
        need: Vec::new(),
        have: vec![Have { last_sync: last_sync.to_vec(), bloom: BloomFilter::default() }],
        changes: ChunkList::from(changes),
        flags: None,
        version: MessageVersion::V1,
    }
    .encode()
}
