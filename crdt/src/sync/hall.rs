//! Before a room is open: people who come while its history is being loaded.
//!
//! A newcomer has nothing and brings nothing, and is told the same whatever the history is: everything durable, which is the
//! saved document and the log behind it. So a newcomer is answered here, at once (SYN13). Everything else waits for the room, in
//! order; whoever was answered [enters](super::events::Input::Entered) it first.

use std::collections::BTreeMap;

use super::chunk::Header;
use super::events::{Access, Answer, ConnectionId, Input, Speaker, Wanted};
use super::graph::NodeIx;
use super::message::SyncMessage;
use super::wire::document_id;
use crate::ids::{ChangeHash, TextId};

/// See the module's documentation.
pub struct Hall {
    document: String,
    server: String,
    heads: Vec<ChangeHash>,
    durable: NodeIx,
    answered: BTreeMap<ConnectionId, Speaker>,
}

impl Hall {
    /// The hall of a text whose saved document has these heads and stands for the first `upto` changes of the log, and whose log
    /// goes on with `tail`. Without a saved document `upto` is 0. `server` is the server's name on the wire.
    pub fn of<'h>(
        text: TextId,
        server: &str,
        (saved_heads, upto): (Vec<ChangeHash>, NodeIx),
        tail: impl IntoIterator<Item = &'h Header>,
    ) -> Hall {
        let (mut heads, mut durable) = (saved_heads, upto);
        for change in tail {
            heads.retain(|head| !change.dependencies.contains(head));
            heads.push(change.hash);
            durable += 1;
        }
        heads.sort_unstable();
        let (document, server) = (document_id(text), server.to_owned());
        Hall { document, server, heads, durable, answered: BTreeMap::new() }
    }

    /// The answer for a newcomer; `None` for everything else, which waits.
    pub fn hears(&mut self, input: &Input) -> Option<Answer> {
        let Input::Sync { connection, speaker, .. } = input else { return None };
        if !is_newcomer(input) || self.answered.contains_key(connection) {
            return None;
        }
        self.answered.insert(*connection, speaker.clone());
        Some(Answer {
            to: *connection,
            peer: speaker.peer.clone(),
            document: self.document.clone(),
            server: self.server.clone(),
            heads: self.heads.clone(),
            need: Vec::new(),
            wanted: Wanted::First(self.durable),
        })
    }

    /// What the room is to hear first: those who were answered enter.
    pub fn entering(self) -> impl Iterator<Item = Input> {
        let has = self.durable;
        let enters = move |(connection, speaker)| Input::Entered { connection, speaker, has };
        self.answered.into_iter().map(enters)
    }
}

/// Whether this is a message of somebody who may read, has nothing, asks for nothing by name and brings nothing.
pub fn is_newcomer(input: &Input) -> bool {
    let Input::Sync { access, data, .. } = input else { return false };
    if *access == Access::None {
        return false;
    }
    SyncMessage::read(data).is_ok_and(|message| {
        let shared = message.have.iter().any(|have| !have.last_sync.is_empty());
        message.heads.is_empty() && message.need.is_empty() && message.changes.is_empty() && !shared
    })
}
