//! Sweeping: what is over leaves the store. Nothing depends on it; it only keeps the store small.

use std::time::Duration;

use crdt::moment::Moment;
use serde::de::DeserializeOwned;

use super::App;
use super::refusal::Refusal;
use crate::people::account::Session;
use crate::people::invitation::Link;
use crate::people::token::Pass;
use crate::store::{Coll, Expect, Op};

/// Answers to requests with an `Idempotency-Key` are kept for so long.
const ANSWERS_LAST: Duration = Duration::from_hours(24);

/// The part of a kept answer that tells its age.
#[derive(serde::Deserialize)]
struct Dated {
    at: Moment,
}

impl App {
    /// Remove sessions, links, tokens, tickets and kept answers that are over. Answers with how many there were.
    pub async fn sweep(&self) -> Result<usize, Refusal> {
        let now = self.clock.now();
        let mut swept = self.sweep_of::<Session>(Coll::Session, |session| session.is_alive(now)).await?;
        // A used or expired link stays for a week, so that its person is told what happened to it.
        swept += self.sweep_of::<Link>(Coll::Link, |link| now < link.expires + Link::LASTS).await?;
        swept += self.sweep_of::<Pass>(Coll::Token, |pass| pass.is_alive(now)).await?;
        swept += self.sweep_of::<Pass>(Coll::Ticket, |pass| pass.is_alive(now)).await?;
        swept += self.sweep_of::<Dated>(Coll::Answer, |answer| now.since(answer.at) < ANSWERS_LAST).await?;
        Ok(swept)
    }

    async fn sweep_of<T: DeserializeOwned>(
        &self,
        coll: Coll,
        stays: impl Fn(&T) -> bool,
    ) -> Result<usize, Refusal> {
        let records = crate::store::scan_all(&*self.store, coll, "").await?;
        let mut over = Vec::new();
        for record in records {
            if !stays(&record.read::<T>()?) {
                over.push(Op::Delete { coll, key: record.key, expect: Expect::Any });
            }
        }
        let swept = over.len();
        if swept > 0 {
            self.store.commit(over).await?;
        }
        Ok(swept)
    }
}
