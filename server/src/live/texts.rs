//! Loaded texts for reading, beside the live path.
//!
//! A text is built from its newest snapshot and the log after it, kept in memory, and brought up to date when somebody reads
//! it. That is where exports, anchors, attribution and numbers come from; no keystroke waits for it. Applying is guarded
//! and happens on a copy: a failure leaves the last good state in place and names the text.
//!
//! When the log has grown well past the newest snapshot, a new one is written. It replaces nothing until it has been loaded
//! back with the same heads.
//!
//! A text that fails twice in a row is set aside until the server is started again (SYN15): it is not tried any more, nobody
//! can change it, and what is written for it is kept beside it.
//!
//! Loaded texts have a budget of bytes. Over it, those that were read longest ago leave memory; so does a text whose room closes.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};

use bytes::Bytes;
use crdt::document::Text;
use crdt::ids::TextId;
use tokio::sync::{Mutex as AsyncMutex, Semaphore, oneshot};

use super::LiveError;
use crate::store::{LoggedChange, Op, Seq, Snapshot, Store, scan_log};

/// Changes after the newest snapshot that make a new one worth its while.
const SNAPSHOT_EVERY: Seq = 200;
/// How many times as long as a snapshot took must pass before the next: so that a long text, whose snapshots are dear, spends no
/// more than a twentieth of a processor on them however fast it grows.
const SNAPSHOT_PAUSE: u32 = 20;
/// After a snapshot that could not be written: the disk may be full.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(30);
/// As `nice` counts; 0 is everybody else's.
const LOW_PRIORITY: i32 = 10;
/// Failures in a row after which a text is not tried any more.
const MOST_FAILURES: u8 = 2;
/// Texts that are built at once.
const BUILT_AT_ONCE: usize = 2;

/// The loaded texts.
pub struct Texts {
    store: Arc<dyn Store>,
    /// How much room loaded texts may take, in bytes.
    max_bytes: usize,
    kept: Mutex<Kept>,
    building: Semaphore,
    set_aside: RwLock<BTreeSet<TextId>>,
}

#[derive(Default)]
struct Kept {
    slots: HashMap<TextId, KeptSlot>,
    /// One more with each use.
    clock: u64,
}

#[derive(Default)]
struct KeptSlot {
    slot: Arc<AsyncMutex<Slot>>,
    held_bytes: usize,
    used: u64,
}

/// One text: what was loaded last, and how far.
#[derive(Default)]
struct Slot {
    loaded: Option<(Arc<Text>, Seq)>,
    snapshot_upto: Seq,
    no_snapshot_before: Option<Instant>,
    /// Times that reading it failed since it was last read.
    failures: u8,
}

impl Slot {
    fn owes_snapshot(&self) -> bool {
        self.loaded.as_ref().is_some_and(|(_, upto)| *upto >= self.snapshot_upto + SNAPSHOT_EVERY)
    }
}

impl Texts {
    /// No text is loaded yet. Together they may take so many bytes; a text that is being read stays, whatever it takes.
    pub fn new(store: Arc<dyn Store>, max_bytes: usize) -> Texts {
        let building = Semaphore::new(BUILT_AT_ONCE);
        Texts { store, max_bytes, kept: Mutex::default(), building, set_aside: RwLock::default() }
    }

    /// The text as it is durable now.
    pub async fn read(&self, text: TextId) -> Result<Arc<Text>, LiveError> {
        Ok(self.read_upto(text).await?.0)
    }

    /// The text as it is durable now, and how many changes of its log it stands for.
    pub async fn read_upto(&self, text: TextId) -> Result<(Arc<Text>, Seq), LiveError> {
        if self.is_set_aside(text) {
            return Err(unreadable(text, "reading it failed twice"));
        }
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
        let loaded = match base {
            Base::Loaded(loaded) if tail.is_empty() => loaded,
            base => {
                let built = self.aside(move || base.with(&tail)).await;
                let built = built.unwrap_or_else(|| Err("reading it failed".to_owned()));
                let built = built.map_err(|detail| self.failed(text, &mut slot, &detail))?;
                slot.failures = 0;
                self.holds(text, built.held_bytes());
                Arc::new(built)
            }
        };
        slot.loaded = Some((loaded.clone(), upto));
        self.keep_snapshot(text, &mut slot, loaded.clone(), upto).await;
        Ok((loaded, upto))
    }

    /// A new text whose log begins with the first `upto` changes of one that is loaded: it reads as that one, and need not be built.
    pub async fn begins_as(&self, text: TextId, loaded: Arc<Text>, upto: Seq) {
        let slot = self.slot(text);
        let mut slot = slot.lock().await;
        self.holds(text, loaded.held_bytes());
        slot.loaded = Some((loaded, upto));
    }

    /// Whether reading it failed so often that it is not tried any more.
    pub fn is_set_aside(&self, text: TextId) -> bool {
        self.set_aside.read().unwrap_or_else(PoisonError::into_inner).contains(&text)
    }

    /// Counts a failure; the second one in a row sets the text aside.
    fn failed(&self, text: TextId, slot: &mut Slot, detail: &str) -> LiveError {
        slot.failures += 1;
        if slot.failures == MOST_FAILURES {
            tracing::error!(
                %text, %detail,
                "a text cannot be read any more: it is set aside as it is, nobody can change it, and what is written for it is kept \
                 beside it; `borrador check` says more, and a restart tries it again"
            );
            self.set_aside.write().unwrap_or_else(PoisonError::into_inner).insert(text);
        }
        unreadable(text, detail)
    }

    /// Writes a snapshot if it is worth its while and not too early.
    async fn keep_snapshot(&self, text: TextId, slot: &mut Slot, loaded: Arc<Text>, upto: Seq) {
        let began = Instant::now();
        if !slot.owes_snapshot() || slot.no_snapshot_before.is_some_and(|then| began < then) {
            return;
        }
        let pause = match self.write_snapshot(text, loaded, upto).await {
            Ok(()) => {
                slot.snapshot_upto = upto;
                began.elapsed() * SNAPSHOT_PAUSE
            }
            // A full disk must not stand between people and what is on it: the snapshot is tried at a later reading.
            Err(error) => {
                tracing::warn!(%text, %error, "a snapshot was not kept");
                PAUSE_AFTER_FAILURE
            }
        };
        slot.no_snapshot_before = Some(Instant::now() + pause);
    }

    /// From when on a snapshot of a loaded text can be written that is worth its while now; `None` when the newest will do.
    pub async fn owes_snapshot(&self, text: TextId) -> Option<Instant> {
        let slot = self.slot(text);
        let slot = slot.lock().await;
        slot.owes_snapshot().then(|| slot.no_snapshot_before.unwrap_or_else(Instant::now))
    }

    /// Whether a text is loaded.
    pub fn has(&self, text: TextId) -> bool {
        self.kept().slots.contains_key(&text)
    }

    /// A text that nobody has open any more leaves memory, unless somebody reads it at this moment.
    pub fn forget(&self, text: TextId) {
        let mut kept = self.kept();
        if kept.slots.get(&text).is_some_and(KeptSlot::is_unused) {
            kept.slots.remove(&text);
        }
    }

    async fn write_snapshot(&self, text: TextId, loaded: Arc<Text>, upto: Seq) -> Result<(), LiveError> {
        let heads = loaded.heads();
        let expected = heads.clone();
        let saved = self.aside(move || {
            let bytes = loaded.save();
            let back = Text::load(&bytes).map_err(|error| error.to_string())?;
            if back.heads() == expected { Ok(bytes) } else { Err("it loads with other heads".to_owned()) }
        });
        match saved.await.ok_or_else(|| unreadable(text, "saving it failed"))? {
            Ok(bytes) => {
                let snapshot = Snapshot { upto, heads, bytes: bytes.into() };
                self.store.commit(vec![Op::Snapshot { text, snapshot }]).await?;
            }
            // The log is the truth and stays readable; only the short cut is missing.
            Err(detail) => tracing::error!(%text, %detail, "a snapshot was not kept"),
        }
        Ok(())
    }

    /// Does heavy work on a thread of its own and of low priority: nobody's keystroke may wait for it. `None` if it panicked.
    pub async fn aside<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let _place = self.building.acquire().await.ok()?;
        let (answer, done) = oneshot::channel();
        let started = std::thread::Builder::new().name("texts".to_owned()).spawn(move || {
            // Linux keeps a priority for each thread.
            if let Err(error) = rustix::process::setpriority_process(None, LOW_PRIORITY) {
                tracing::debug!(%error, "texts are built with everybody's priority");
            }
            drop(answer.send(work()));
        });
        started.ok()?;
        done.await.ok()
    }

    fn slot(&self, text: TextId) -> Arc<AsyncMutex<Slot>> {
        let mut kept = self.kept();
        kept.clock += 1;
        let used = kept.clock;
        let slot = kept.slots.entry(text).or_default();
        slot.used = used;
        slot.slot.clone()
    }

    /// Notes how much room a text takes. While all take too much, those that were read longest ago leave; they load again in
    /// milliseconds.
    fn holds(&self, text: TextId, held_bytes: usize) {
        let mut kept = self.kept();
        if let Some(slot) = kept.slots.get_mut(&text) {
            slot.held_bytes = held_bytes;
        }
        while kept.slots.values().map(|slot| slot.held_bytes).sum::<usize>() > self.max_bytes {
            let unused = kept.slots.iter().filter(|(_, slot)| slot.is_unused());
            let Some(oldest) = unused.min_by_key(|(_, slot)| slot.used).map(|(text, _)| *text) else {
                return;
            };
            kept.slots.remove(&oldest);
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl KeptSlot {
    fn is_unused(&self) -> bool {
        Arc::strong_count(&self.slot) == 1
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

#[cfg(test)]
mod tests {
    use crdt::document::{Block, Writer};
    use crdt::ids::{ActorId, ChangeHash, SeatId};
    use crdt::moment::Moment;
    use uuid::Uuid;

    use super::*;
    use crate::store::NewChange;
    use crate::store::memory::MemoryStore;

    const HOUSING: TextId = TextId(Uuid::from_u128(1));
    const WORK: TextId = TextId(Uuid::from_u128(2));

    /// The first change of a text, and one that builds on it.
    fn two_changes() -> [Bytes; 2] {
        let writer = |actor: u8| Writer { actor: ActorId(vec![actor; 16]), seat: None, at: Moment::EPOCH };
        let block: Block = serde_json::from_value(serde_json::json!(
            {"id": "00000000000000aa", "type": "paragraph", "runs": [{"text": "Cities welcome", "marks": {}}]}
        ))
        .unwrap();
        let (mut text, first) = Text::seed(&[block], &writer(1)).unwrap();
        let second = text.edit(&writer(2), |edit| edit.splice(1..1, "¡")).unwrap().change.unwrap();
        [first.into(), second.into()]
    }

    async fn append(store: &MemoryStore, text: TextId, number: u8, bytes: Bytes) {
        let (hash, actor) = (ChangeHash([number; 32]), ActorId(vec![number]));
        let seat = SeatId(Uuid::from_u128(7));
        let changes = vec![NewChange { hash, actor, seat, received: Moment::EPOCH, bytes }];
        store.commit(vec![Op::Append { text, changes }]).await.unwrap();
    }

    #[tokio::test]
    async fn syn15_a_text_that_fails_twice_is_not_tried_again_and_no_other_is_concerned() {
        let store = Arc::new(MemoryStore::new());
        let [first, second] = two_changes();
        append(&store, HOUSING, 2, second).await;
        append(&store, WORK, 1, first).await;
        let texts = Texts::new(store, 1 << 20);
        assert!(
            texts.read(HOUSING).await.is_err() && !texts.is_set_aside(HOUSING),
            "once may be an accident"
        );
        assert!(texts.read(HOUSING).await.is_err() && texts.is_set_aside(HOUSING));
        let not_tried = texts.read(HOUSING).await.err().unwrap();
        assert!(not_tried.to_string().ends_with("reading it failed twice"), "{not_tried}");
        assert_eq!(texts.read(WORK).await.unwrap().blocks()[0].words(), "Cities welcome");
        assert!(!texts.is_set_aside(WORK));
    }
}
