//! Sweeping: what is over leaves the store. For sockets and streams that are open it is also what ends them; all else refuses
//! what is over by itself, and is only kept small here.

use std::time::Duration;

use crdt::moment::Moment;
use serde::de::DeserializeOwned;

use super::App;
use super::refusal::Refusal;
use crate::people::account::Session;
use crate::people::link::Link;
use crate::people::token::Pass;
use crate::store::{Coll, Expect, Op, Tidied, TidyBounds};

/// Answers to requests with an `Idempotency-Key` are kept for so long.
const ANSWERS_LAST: Duration = Duration::from_hours(24);

/// The part of a kept answer that tells its age.
#[derive(serde::Deserialize)]
struct Dated {
    at: Moment,
}

impl App {
    /// Remove sessions and tokens that are over, and close the sockets and streams that were opened with them. Answers with
    /// how many there were. A request with one of them is refused from the moment it is over; what was opened before stays
    /// open until this is called.
    pub async fn sweep_logins(&self) -> Result<usize, Refusal> {
        let now = self.clock.now();
        let mut over = self.sweep_of::<Session>(Coll::Session, |session| session.is_alive(now)).await?;
        over.extend(self.sweep_of::<Pass>(Coll::Token, |pass| pass.is_alive(now)).await?);
        over.iter().for_each(|key| self.end_login(key));
        Ok(over.len())
    }

    /// Remove links, invitations, letters, tickets, kept answers and files that were only looked at, as far as they are over. Answers with how many there were.
    pub async fn sweep(&self) -> Result<usize, Refusal> {
        let now = self.clock.now();
        // A used or expired link stays for a week, so that its person is told what happened to it.
        let links = self.sweep_of::<Link>(Coll::Link, |link| now < link.expires + Link::LASTS).await?;
        let tickets = self.sweep_of::<Pass>(Coll::Ticket, |pass| pass.is_alive(now)).await?;
        let answers = |answer: &Dated| now.since(answer.at) < ANSWERS_LAST;
        let answers = self.sweep_of::<Dated>(Coll::Answer, answers).await?;
        let invitations = self.sweep_invitations(now).await?;
        let letters = self.sweep_letters(now).await?;
        let imports = self.sweep_imports(now).await?;
        Ok(links.len() + invitations + letters + imports + tickets.len() + answers.len())
    }

    /// Pack the older changes of texts that have grown, and remove snapshots that nothing names. See
    /// [`Store::tidy`](crate::store::Store::tidy).
    pub async fn tidy(&self) -> Result<Tidied, Refusal> {
        let limits = &self.settings.limits;
        let bounds = TidyBounds { changes: limits.log_changes, bytes: limits.log_bytes };
        Ok(self.store.tidy(bounds).await?)
    }

    /// Removes the records that do not stay. Answers with their keys.
    async fn sweep_of<T: DeserializeOwned>(
        &self,
        coll: Coll,
        stays: impl Fn(&T) -> bool,
    ) -> Result<Vec<String>, Refusal> {
        let records = crate::store::scan_all(&*self.store, coll, "").await?;
        let mut over = Vec::new();
        for record in records {
            if !stays(&record.read::<T>()?) {
                over.push(record.key);
            }
        }
        if !over.is_empty() {
            let delete = |key: &String| Op::Delete { coll, key: key.clone(), expect: Expect::Any };
            self.store.commit(over.iter().map(delete).collect()).await?;
        }
        Ok(over)
    }
}
