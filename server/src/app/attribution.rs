//! Who wrote which words of a text: the sessions that the words name, and what the log knows of them.

use std::collections::{BTreeMap, HashMap, HashSet};

use crdt::history::attribution::{self, AttributedRun};
use crdt::ids::{ActorId, ChangeHash, SeatId, TextId};
use crdt::moment::Moment;
use serde::Serialize;

use super::App;
use super::papers::aside;
use super::refusal::Refusal;

/// The authors of a text at some heads.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Attribution {
    /// The text it is about.
    pub heads: Vec<ChangeHash>,
    /// Who each session was.
    pub actors: BTreeMap<String, Author>,
    /// The words, in order and without gaps.
    pub runs: Vec<Run>,
}

/// Who wrote in a session.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Author {
    /// The seat.
    pub seat_id: SeatId,
    /// The person on it.
    pub person: String,
    /// The code of their component.
    pub component: String,
}

/// Words of one session. Offsets are UTF-16 units of the text, in which a block's marker counts one.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Run {
    start: usize,
    end: usize,
    actor: ActorId,
    /// When the server received the last of them.
    at: Option<Moment>,
}

/// What the log says of sessions and changes.
#[derive(Default)]
pub(super) struct FromLog {
    /// Whose each session was.
    pub seats: BTreeMap<ActorId, SeatId>,
    /// When each change came.
    pub received: HashMap<ChangeHash, Moment>,
}

impl App {
    /// Who wrote which words of a text.
    pub async fn attribution(&self, id: TextId) -> Result<Attribution, Refusal> {
        let (_, text) = self.text(id).await?;
        let (heads, runs) = aside(move || Ok((text.heads(), attribution::runs(&text)))).await?;
        let log = self.look_up(id, runs.iter().map(|run| (&run.actor, run.change))).await?;
        let register = self.directory.register();
        let author = |(actor, seat): (&ActorId, &SeatId)| {
            let who = register.who(*seat)?;
            let (person, component) = (who.person.name.clone(), who.component.code.clone());
            Some((actor.to_string(), Author { seat_id: *seat, person, component }))
        };
        let actors = log.seats.iter().filter_map(author).collect();
        let runs = runs.into_iter().map(|AttributedRun { start, end, actor, change }| Run {
            start,
            end,
            actor,
            at: log.received.get(&change).copied(),
        });
        Ok(Attribution { heads, actors, runs: runs.collect() })
    }

    /// Looks up these sessions and changes in the log of a text.
    pub(super) async fn look_up<'a>(
        &self,
        id: TextId,
        authors: impl Iterator<Item = (&'a ActorId, ChangeHash)>,
    ) -> Result<FromLog, Refusal> {
        const PART_BYTES: usize = 4 << 20;
        let (actors, changes): (HashSet<&ActorId>, HashSet<ChangeHash>) = authors.unzip();
        let (mut found, mut upto) = (FromLog::default(), 0);
        loop {
            let part = self.store.changes(id, upto, PART_BYTES).await?;
            let Some(last) = part.last() else { return Ok(found) };
            upto = last.seq;
            for logged in part.into_iter().map(|logged| logged.change) {
                if changes.contains(&logged.hash) {
                    found.received.insert(logged.hash, logged.received);
                }
                if actors.contains(&logged.actor) {
                    found.seats.insert(logged.actor, logged.seat);
                }
            }
        }
    }
}
