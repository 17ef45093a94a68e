//! The keys that sealed drafts were and are signed with: the public halves, each with its time. The secret half is a file
//! (`proof::key`); these records are in every backup, so that what was signed can be checked whatever became of the file.

use crdt::history::Digest;
use crdt::moment::Moment;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::App;
use super::audit::{self, By};
use super::refusal::Refusal;
use crate::proof::key::{PublicKey, Signer};
use crate::store::{Coll, Expect, Op, Store, StoreError, scan_all};

/// A key of this service.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Key {
    /// SHA-256 of its 32 bytes.
    pub id: Digest,
    /// The public half, as a file that `openssl` reads.
    pub pem: String,
    /// Since when drafts are signed with it.
    pub since: Moment,
    /// Until when they were; `None` for the one that signs now.
    pub until: Option<Moment>,
}

impl App {
    /// All keys, the one that signs now first, then the others from the latest to the first.
    pub async fn keys(&self) -> Result<Vec<Key>, Refusal> {
        let mut keys = read(&*self.store).await?;
        keys.sort_by_key(|(_, key)| std::cmp::Reverse((key.until.is_none(), key.since, key.id)));
        Ok(keys.into_iter().map(|(_, key)| key).collect())
    }

    /// The public key with this id; `None` if the service never had it.
    pub(super) async fn key(&self, id: Digest) -> Result<Option<PublicKey>, Refusal> {
        let Some(record) = self.store.get(Coll::Key, &id.to_string()).await? else { return Ok(None) };
        Ok(PublicKey::of_pem(&record.read::<Key>()?.pem))
    }
}

/// Notes which key signs from now on. One that is new ends the time of the one before; one that comes back begins a new time.
pub(super) async fn note(store: &dyn Store, signer: &Signer, now: Moment) -> Result<(), StoreError> {
    let (id, pem) = (signer.public().id(), signer.public().pem());
    let kept = read(store).await?;
    if kept.iter().any(|(_, key)| key.id == id && key.until.is_none()) {
        return Ok(());
    }
    let put = |version: Option<u64>, key: &Key| {
        Op::put(Coll::Key, key.id.to_string(), version.map_or(Expect::Absent, Expect::Version), key)
    };
    let ended = kept.iter().filter(|(_, key)| key.until.is_none());
    let mut ops: Vec<Op> =
        ended.map(|(version, key)| put(Some(*version), &Key { until: Some(now), ..key.clone() })).collect();
    let before = kept.iter().find(|(_, key)| key.id == id);
    let since = before.map_or(now, |(_, key)| key.since);
    ops.push(put(before.map(|(version, _)| *version), &Key { id, pem, since, until: None }));
    ops.push(audit::entry(now, "key", By::Service, json!({ "key": id })));
    store.commit(ops).await?;
    Ok(())
}

async fn read(store: &dyn Store) -> Result<Vec<(u64, Key)>, StoreError> {
    let records = scan_all(store, Coll::Key, "").await?;
    records.iter().map(|record| Ok((record.version, record.read()?))).collect()
}
