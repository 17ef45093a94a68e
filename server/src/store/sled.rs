//! The embedded store: sled, made durable.
//!
//! sled's `flush` is not an fsync on Linux: after a simulated power cut most runs had lost acknowledged writes. So one
//! writer thread does, for all commits that wait: build one batch → `apply_batch` → `flush` → `fdatasync` of sled's log
//! (and `syncfs` when a value is so large that sled writes it to a file of its own) → answer. Group commit thus lives
//! behind [`Store::commit`].
//!
//! After the first input/output error nothing is acknowledged any more ([`StoreError::Poisoned`]): a failed sync cannot be
//! repeated as if nothing had happened. A full disk is noticed *before* sled meets it, since sled does not recover from
//! one: commits are refused with [`StoreError::Full`] while less than a reserve is free.
//!
//! sled can panic when it meets a damaged file; opening happens under `catch_unwind` on a thread of its own, and so does
//! every batch.
//!
//! | File | What it does |
//! |---|---|
//! | `kept.rs` | what is in a data folder, opened and recognised |
//! | `arriving.rs` | files of a commit, on the disk before the writer hears of it |
//! | `log.rs` | reading logs: through cold segments and what follows them |
//! | `writer.rs` | the one thread that writes |
//! | `tidy.rs` | packs what is old, removes what nothing names |
//! | `dump.rs` | everything as it was at one moment, while commits go on |
//! | `check.rs` | reads everything, names what is damaged |

mod arriving;
mod check;
#[cfg(test)]
mod damage;
mod dump;
mod kept;
mod log;
#[cfg(test)]
mod tests;
mod tidy;
mod writer;

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;

use bytes::Bytes;
use crdt::ids::TextId;
use tokio::sync::oneshot;
use uuid::Uuid;

use self::arriving::Arriving;
use self::kept::Kept;
use self::writer::{Request, Writer};
use super::folder::OpenError;
use super::{
    Answer, AuditEntry, BlobName, Coll, Committed, Dump, Finding, LoggedChange, Op, Record, Seq, Snapshot,
    Store, StoreError, Tidied, TidyBounds, format,
};

/// The embedded store. Dropping it waits for the writer to finish.
pub struct SledStore {
    kept: Arc<Kept>,
    requests: Option<Sender<Request>>,
    writer: Option<JoinHandle<()>>,
}

impl SledStore {
    /// Opens the store in a data folder, which is made if it is missing and locked while the store is open.
    pub fn open(path: &Path) -> Result<SledStore, OpenError> {
        Self::open_as(path, Uuid::new_v4())
    }

    /// The same; a store that is made gets this identity.
    pub fn open_as(path: &Path, id: Uuid) -> Result<SledStore, OpenError> {
        let (kept, mark) = Kept::open(path, id)?;
        let io = |error| OpenError::Io { path: path.to_owned(), error };
        let kept = Arc::new(kept);
        let (requests, waiting) = channel();
        let mut writer = Writer::new(kept.clone(), mark);
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || writer.run(&waiting))
            .map_err(io)?;
        Ok(SledStore { kept, requests: Some(requests), writer: Some(thread) })
    }

    /// Sends a request to the writer and waits for its answer.
    fn ask<T: Send + 'static>(
        &self,
        request: impl FnOnce(oneshot::Sender<Result<T, StoreError>>) -> Request,
    ) -> Answer<'_, T> {
        let (answer, done) = oneshot::channel();
        let sent = self.requests.as_ref().is_some_and(|requests| requests.send(request(answer)).is_ok());
        Box::pin(async move {
            if !sent {
                return Err(StoreError::Unavailable);
            }
            done.await.unwrap_or(Err(StoreError::Unavailable))
        })
    }

    /// Does work that reads files, beside the runtime's own threads.
    fn aside<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Kept) -> Result<T, StoreError> + Send + 'static,
    ) -> Answer<'_, T> {
        let kept = self.kept.clone();
        Box::pin(async move {
            let done = tokio::task::spawn_blocking(move || work(&kept)).await;
            done.unwrap_or_else(|panic| Err(kept::unreadable(&panic)))
        })
    }
}

impl Drop for SledStore {
    fn drop(&mut self) {
        self.requests = None;
        if let Some(writer) = self.writer.take()
            && writer.join().is_err()
        {
            tracing::error!("the store's writer had stopped with a panic");
        }
    }
}

impl Store for SledStore {
    fn name(&self) -> &'static str {
        "sled"
    }

    fn commit(&self, ops: Vec<Op>) -> Answer<'_, Committed> {
        if !arriving::has_files(&ops) {
            return self.ask(|answer| Request::Commit { ops, files: None, answer });
        }
        Box::pin(async move {
            let kept = self.kept.clone();
            let put = tokio::task::spawn_blocking(move || {
                let files = Arriving::put(&kept, &ops)?;
                Ok((ops, files))
            });
            let (ops, files) = put.await.unwrap_or(Err(StoreError::Unavailable))?;
            self.ask(|answer| Request::Commit { ops, files: Some(files), answer }).await
        })
    }

    fn changes(&self, text: TextId, after: Seq, max_bytes: usize) -> Answer<'_, Vec<LoggedChange>> {
        let plan = self.kept.plan(text, after, max_bytes);
        Box::pin(async move {
            let plan = plan?;
            if plan.needs_files() {
                self.aside(move |kept| plan.read(kept)).await
            } else {
                plan.read(&self.kept)
            }
        })
    }

    fn snapshot(&self, text: TextId) -> Answer<'_, Option<Snapshot>> {
        self.aside(move |kept| kept.newest_snapshot(text))
    }

    fn history(&self, text: TextId) -> Answer<'_, Option<Bytes>> {
        self.aside(move |kept| kept.history(text))
    }

    fn get(&self, coll: Coll, key: &str) -> Answer<'_, Option<Record>> {
        let key = format::record_key(coll, key);
        Box::pin(
            async move { self.kept.find(&key)?.map(|value| format::read_record(&key, &value)).transpose() },
        )
    }

    fn scan(&self, coll: Coll, prefix: &str, after: Option<&str>, limit: usize) -> Answer<'_, Vec<Record>> {
        let prefix = format::record_key(coll, prefix);
        let after = after.map(|after| format::record_key(coll, after));
        Box::pin(async move {
            let start = match after {
                Some(after) if after >= prefix => [&after[..], &[0]].concat(),
                _ => prefix.clone(),
            };
            let mut found = Vec::new();
            for entry in self.kept.db.range(start..) {
                let (key, value) = entry.map_err(|e| kept::unreadable(&e))?;
                if found.len() == limit || !key.starts_with(&prefix) {
                    break;
                }
                match format::read_record(&key, &value) {
                    Ok(record) => found.push(record),
                    Err(error) => self.kept.set_aside(&key, &error),
                }
            }
            Ok(found)
        })
    }

    fn audit(&self, after: Seq, limit: usize) -> Answer<'_, Vec<AuditEntry>> {
        Box::pin(async move {
            let range = format::audit_key(after.saturating_add(1))..=format::audit_key(Seq::MAX);
            self.kept
                .db
                .range(range)
                .take(limit)
                .map(|entry| {
                    let (key, value) = entry.map_err(|e| kept::unreadable(&e))?;
                    format::read_audit(&key, &value)
                })
                .collect()
        })
    }

    fn last_audit(&self) -> Answer<'_, Option<AuditEntry>> {
        Box::pin(async move {
            let last = self.kept.db.range(format::audit_key(0)..=format::audit_key(Seq::MAX)).next_back();
            let Some(last) = last else { return Ok(None) };
            let (key, value) = last.map_err(|error| kept::unreadable(&error))?;
            format::read_audit(&key, &value).map(Some)
        })
    }

    fn put_blob(&self, bytes: Bytes) -> Answer<'_, BlobName> {
        self.aside(move |kept| kept.blobs.put(&bytes).map_err(|error| kept::disk_error(&error)))
    }

    fn blob(&self, sha256: BlobName) -> Answer<'_, Option<Bytes>> {
        self.aside(move |kept| kept.blobs.get(&sha256))
    }

    fn tidy(&self, bounds: TidyBounds) -> Answer<'_, Tidied> {
        let requests = self.requests.clone();
        self.aside(move |kept| {
            let requests = requests.ok_or(StoreError::Unavailable)?;
            tidy::tidy(kept, &requests, bounds, &mut |_| Ok(()))
        })
    }

    fn dump(&self) -> Answer<'_, Dump> {
        let pinned = self.ask(|answer| Request::Pin { answer });
        Box::pin(async move {
            let entries = dump::start(self.kept.clone(), pinned.await?);
            Ok(Dump { store: self.kept.id, entries })
        })
    }

    fn check(&self) -> Answer<'_, Vec<Finding>> {
        self.aside(|kept| Ok(check::check(kept)))
    }
}
