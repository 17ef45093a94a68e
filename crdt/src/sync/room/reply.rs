//! What is said in reply to a sync message: what the client lacks, and what is asked of it (SYN6).

use super::Room;
use crate::ids::ChangeHash;
use crate::sync::chunk::Chunk;
use crate::sync::events::{Answer, ConnectionId, Output, Send, Wanted};
use crate::sync::graph::{Graph, NodeIx};
use crate::sync::message::SyncMessage;

/// What an answer without changes was about: the client's heads, how much is durable here, and what was asked for. Said
/// again, it would start a conversation without end with a client that answers everything, as stock clients do.
#[derive(PartialEq, Eq)]
pub(super) struct Told {
    heads: Vec<ChangeHash>,
    committed: NodeIx,
    need: Vec<ChangeHash>,
}

impl Room {
    /// SYN6: what is said in reply to a sync message. New changes need no reply of their own: the relay is the reply.
    pub(super) fn answer(
        &mut self,
        connection: ConnectionId,
        first: bool,
        message: &SyncMessage,
        new: usize,
        output: &mut Output,
    ) {
        let known: Vec<NodeIx> =
            message.heads.iter().filter_map(|head| self.history.graph.find(head)).collect();
        let unknown = known.len() < message.heads.len();
        let guest = self.guests.get_mut(&connection).expect("whoever asks is in the room");
        if !unknown && !known.is_empty() {
            guest.resent = false;
        }
        let starts_over = message.is_reset() && !guest.resent;
        guest.resent |= message.is_reset() && !first;
        let need = lacking(&guest.waiting, &self.history.graph);
        let peer = guest.speaker.peer.clone();
        let wanted = if first || starts_over {
            self.since(&known, unknown, message)
        } else {
            let asked = message.need.iter().filter_map(|hash| self.history.graph.find(hash));
            let mut durable: Vec<NodeIx> = asked.filter(|node| *node < self.committed).collect();
            durable.sort_unstable();
            Wanted::These(durable)
        };
        if wanted == Wanted::These(Vec::new()) && !(first || message.is_reset()) {
            let only_echoes = !message.changes.is_empty() && new == 0;
            let about = Told { heads: message.heads.clone(), committed: self.committed, need: need.clone() };
            let guest = self.guests.get_mut(&connection).expect("whoever asks is in the room");
            if need.is_empty() && !unknown && !only_echoes || guest.told.as_ref() == Some(&about) {
                return;
            }
            guest.told = Some(about);
        }
        output.send.push(Send::Answer(self.answer_with(connection, &peer, need, wanted)));
    }

    pub(super) fn answer_with(
        &self,
        to: ConnectionId,
        peer: &str,
        need: Vec<ChangeHash>,
        wanted: Wanted,
    ) -> Answer {
        Answer {
            to,
            peer: peer.to_owned(),
            document: self.document.clone(),
            server: self.settings.server.clone(),
            heads: self.heads.clone(),
            need,
            wanted,
        }
    }

    /// Everything durable that the client does not have, judging by its heads and, if some of these are not known here, by
    /// what it says both sides had when they last agreed.
    fn since(&self, known: &[NodeIx], unknown: bool, message: &SyncMessage) -> Wanted {
        let mut base = known.to_vec();
        if let (true, Some(have)) = (unknown, message.have.first()) {
            base.extend(have.last_sync.iter().filter_map(|hash| self.history.graph.find(hash)));
        }
        if base.is_empty() {
            return Wanted::First(self.committed);
        }
        Wanted::These(self.history.graph.missing(&base, self.committed))
    }
}

/// What waiting changes wait for: their dependencies that are neither here nor waiting themselves.
fn lacking(waiting: &[Chunk], graph: &Graph) -> Vec<ChangeHash> {
    let mut lacking: Vec<ChangeHash> = waiting
        .iter()
        .flat_map(|chunk| chunk.header.dependencies.iter().copied())
        .filter(|hash| graph.find(hash).is_none() && !waiting.iter().any(|chunk| chunk.header.hash == *hash))
        .collect();
    lacking.sort_unstable();
    lacking.dedup();
    lacking
}
