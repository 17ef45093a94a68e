//! Loaded texts for reading, beside the live path.
//!
//! A text is built from its newest snapshot and the log after it, kept in memory, and brought up to date when somebody reads
//! it. That is where exports, anchors, attribution and numbers come from; no keystroke waits for it. Applying is guarded
//! and happens on a copy: a failure leaves the last good state in place and names the text.
//!
//! When the log has grown well past the newest snapshot, a new one is written. It replaces nothing until it has been loaded
//! back with the same heads.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use crdt::document::Text;
use crdt::ids::TextId;
use tokio::sync::Mutex as AsyncMutex;

use super::LiveError;
use crate::store::{LoggedChange, Op, Seq, Snapshot, Store, scan_log};

/// Changes after the newest snapshot that make a new one worth its while.
const SNAPSHOT_EVERY: Seq = 200;
/// Loaded texts that are kept.
const KEPT_TEXTS: usize = 64;

/// The loaded texts.
pub struct Texts {
    store: Arc<dyn Store>,
    kept: Mutex<HashMap<TextId, Arc<AsyncMutex<Slot>>>>,
}

/// One text: what was loaded last, and how far.
#[derive(Default)]
struct Slot {
    loaded: Option<(Arc<Text>, Seq)>,
    snapshot_upto: Seq,
}

impl Texts {
    /// No text is loaded yet.
    pub fn new(store: Arc<dyn Store>) -> Texts {
        Texts { store, kept: Mutex::default() }
    }

    /// The text as it is durable now.
    pub async fn read(&self, text: TextId) -> Result<Arc<Text>, LiveError> {
        let slot = self.slot(text);
        let mut slot = slot.lock().await;
        let (base, after) = match &slot.loaded {
            Some((loaded, upto)) => (Base::Loaded(loaded.clone()), *upto),
            None => match self.store.snapshot(text).await? {
                Some(snapshot) => (Base::Saved(snapshot.bytes), snapshot.upto),
                None => (Base::Nothing, 0),
            },
        };
        if slot.loaded.is_none() {
            slot.snapshot_upto = after;
        }
        let tail = scan_log(&*self.store, text, after).await?;
        let upto = tail.last().map_or(after, |logged| logged.seq);
        if let (Base::Loaded(loaded), true) = (&base, tail.is_empty()) {
            return Ok(loaded.clone());
        }
        let built = tokio::task::spawn_blocking(move || base.with(&tail)).await;
        let built = built
            .map_err(|_| unreadable(text, "reading it failed"))?
            .map_err(|detail| unreadable(text, &detail))?;
        let loaded = Arc::new(built);
        slot.loaded = Some((loaded.clone(), upto));
        if upto >= slot.snapshot_upto + SNAPSHOT_EVERY {
            match self.write_snapshot(text, loaded.clone(), upto).await {
                Ok(()) => slot.snapshot_upto = upto,
                // A full disk must not stand between people and what is on it: the snapshot is tried at the next reading.
                Err(error) => tracing::warn!(%text, %error, "a snapshot was not kept"),
            }
        }
        Ok(loaded)
    }

    async fn write_snapshot(&self, text: TextId, loaded: Arc<Text>, upto: Seq) -> Result<(), LiveError> {
        let heads = loaded.heads();
        let expected = heads.clone();
        let saved = tokio::task::spawn_blocking(move || {
            let bytes = loaded.save();
            let back = Text::load(&bytes).map_err(|error| error.to_string())?;
            if back.heads() == expected { Ok(bytes) } else { Err("it loads with other heads".to_owned()) }
        });
        let saved = saved.await.map_err(|_| unreadable(text, "saving it failed"))?;
        match saved {
            Ok(bytes) => {
                let snapshot = Snapshot { upto, heads, bytes: bytes.into() };
                self.store.commit(vec![Op::Snapshot { text, snapshot }]).await?;
            }
            // The log is the truth and stays readable; only the short cut is missing.
            Err(detail) => tracing::error!(%text, %detail, "a snapshot was not kept"),
        }
        Ok(())
    }

    fn slot(&self, text: TextId) -> Arc<AsyncMutex<Slot>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT_TEXTS && !kept.contains_key(&text) {
            // Those that nobody reads at this moment; they load again in milliseconds.
            kept.retain(|_, slot| Arc::strong_count(slot) > 1);
        }
        kept.entry(text).or_default().clone()
    }
}

/// What the tail of the log is applied to.
enum Base {
    Nothing,
    Saved(Bytes),
    Loaded(Arc<Text>),
}

impl Base {
    fn with(self, tail: &[LoggedChange]) -> Result<Text, String> {
        let changes = tail.iter().map(|logged| &logged.change.bytes[..]);
        match self {
            Base::Nothing => Text::load_with(&[], changes),
            Base::Saved(bytes) => Text::load_with(&bytes, changes),
            Base::Loaded(loaded) => {
                let mut next = Text::clone(&loaded);
                next.apply(changes).map(|()| next)
            }
        }
        .map_err(|error| error.to_string())
    }
}

fn unreadable(text: TextId, detail: &str) -> LiveError {
    LiveError::Unreadable { text, detail: detail.to_owned() }
}
