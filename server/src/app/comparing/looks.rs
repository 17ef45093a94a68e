//! What a seat has seen of a paper: the state of each text that it marked as read.
//!
//! It is a trace, no act: only the seat itself ever reads it, so it has no entry in the audit log.

use std::collections::BTreeMap;

use crdt::ids::{ChangeHash, PaperId, SeatId, TextId};
use crdt::moment::Moment;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::app::refusal::Refusal;
use crate::people::paper::Paper;
use crate::store::{Coll, Expect, Op, StoreError};

/// What a seat has seen.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Look {
    /// Text by text.
    pub texts: BTreeMap<TextId, Seen>,
}

/// The state of a text that was seen.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Seen {
    /// Its heads.
    pub heads: Vec<ChangeHash>,
    /// When.
    pub at: Moment,
}

impl App {
    /// What a seat has seen of a paper; `None` before it has marked anything.
    pub(super) async fn look(&self, paper: PaperId, seat: SeatId) -> Result<Option<Look>, Refusal> {
        let record = self.store.get(Coll::Look, &format!("{paper}/{seat}")).await?;
        Ok(record.map(|record| record.read()).transpose()?)
    }

    /// HIS27: note that a seat has seen these texts of a paper at these heads. Other texts stay as they were noted.
    pub async fn note_look(
        &self,
        paper: &Paper,
        seat: SeatId,
        texts: &BTreeMap<TextId, Vec<ChangeHash>>,
    ) -> Result<(), Refusal> {
        let now = self.clock.now();
        for (text, heads) in texts {
            let is_of_paper = paper.texts().any(|(known, _)| known == *text);
            if !is_of_paper {
                return Err(Refusal::field("texts", "are texts of this paper"));
            }
            let document = self.live.text(*text).await?;
            if heads.is_empty() || !document.knows(heads) {
                return Err(Refusal::field("texts", "are at heads that the service knows"));
            }
        }
        let key = format!("{}/{seat}", paper.id);
        loop {
            let record = self.store.get(Coll::Look, &key).await?;
            let mut look = match &record {
                Some(record) => record.read::<Look>()?,
                None => Look::default(),
            };
            let seen = |(text, heads): (&TextId, &Vec<ChangeHash>)| {
                let mut heads = heads.clone();
                heads.sort_unstable();
                (*text, Seen { heads, at: now })
            };
            look.texts.extend(texts.iter().map(seen));
            let expect = record.map_or(Expect::Absent, |record| Expect::Version(record.version));
            match self.store.commit(vec![Op::put(Coll::Look, key.as_str(), expect, &look)]).await {
                Ok(_) => return Ok(()),
                // The same seat marked something in another window at the same moment.
                Err(StoreError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}
