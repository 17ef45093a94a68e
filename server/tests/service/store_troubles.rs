//! What people meet when the store has trouble: reading goes on, and what is refused leaves nothing behind.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use borrador::store::memory::MemoryStore;
use borrador::store::{
    Answer, AuditEntry, Coll, Committed, Dump, Finding, LoggedChange, Op, Record, Seq, Snapshot, Store,
    StoreError, Tidied, TidyBounds,
};
use bytes::Bytes;
use crdt::document::{Text, Writer};
use crdt::ids::{ActorId, TextId};
use crdt::moment::Moment;
use serde_json::json;
use tokio::sync::{RwLock, RwLockWriteGuard};

use super::harness::Service;

/// A store that notes how many texts each commit begins or continues, and that can be told to be full, or held.
#[derive(Default)]
pub struct Watched {
    kept: MemoryStore,
    full: AtomicBool,
    appends: Mutex<Vec<usize>>,
    gate: RwLock<()>,
    held: AtomicUsize,
}

impl Watched {
    /// From now on its disk is full, or has space again.
    pub fn is_now(&self, full: bool) {
        self.full.store(full, Ordering::SeqCst);
    }

    /// No commit is carried out until what this answers is dropped.
    pub async fn holds(&self) -> RwLockWriteGuard<'_, ()> {
        self.gate.write().await
    }

    /// How many commits wait for that.
    pub fn held(&self) -> usize {
        self.held.load(Ordering::SeqCst)
    }

    fn is_full(&self) -> bool {
        self.full.load(Ordering::SeqCst)
    }
}

impl Store for Watched {
    fn name(&self) -> &'static str {
        "watched"
    }
    fn commit(&self, ops: Vec<Op>) -> Answer<'_, Committed> {
        if self.is_full() {
            return Box::pin(async { Err(StoreError::Full) });
        }
        let appends = ops.iter().filter(|op| matches!(op, Op::Append { .. })).count();
        if appends > 0 {
            self.appends.lock().unwrap().push(appends);
        }
        Box::pin(async {
            self.held.fetch_add(1, Ordering::SeqCst);
            let _open = self.gate.read().await;
            self.held.fetch_sub(1, Ordering::SeqCst);
            self.kept.commit(ops).await
        })
    }
    fn changes(&self, text: TextId, after: Seq, max_bytes: usize) -> Answer<'_, Vec<LoggedChange>> {
        self.kept.changes(text, after, max_bytes)
    }
    fn snapshot(&self, text: TextId) -> Answer<'_, Option<Snapshot>> {
        self.kept.snapshot(text)
    }
    fn history(&self, text: TextId) -> Answer<'_, Option<Bytes>> {
        self.kept.history(text)
    }
    fn get(&self, coll: Coll, key: &str) -> Answer<'_, Option<Record>> {
        self.kept.get(coll, key)
    }
    fn scan(&self, coll: Coll, prefix: &str, after: Option<&str>, limit: usize) -> Answer<'_, Vec<Record>> {
        self.kept.scan(coll, prefix, after, limit)
    }
    fn audit(&self, after: Seq, limit: usize) -> Answer<'_, Vec<AuditEntry>> {
        self.kept.audit(after, limit)
    }
    fn last_audit(&self) -> Answer<'_, Option<AuditEntry>> {
        self.kept.last_audit()
    }
    fn put_blob(&self, bytes: Bytes) -> Answer<'_, [u8; 32]> {
        if self.is_full() {
            return Box::pin(async { Err(StoreError::Full) });
        }
        self.kept.put_blob(bytes)
    }
    fn blob(&self, sha256: [u8; 32]) -> Answer<'_, Option<Bytes>> {
        self.kept.blob(sha256)
    }
    fn tidy(&self, bounds: TidyBounds) -> Answer<'_, Tidied> {
        self.kept.tidy(bounds)
    }
    fn dump(&self) -> Answer<'_, Dump> {
        self.kept.dump()
    }
    fn check(&self) -> Answer<'_, Vec<Finding>> {
        self.kept.check()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn c09_on_a_full_disk_texts_are_read_and_sealed_files_are_made() {
    let store = Arc::new(Watched::default());
    let service = Service::over(store.clone(), |_| {}).await;
    let ines = service.signs_in("ines").await;
    let sealed = ines.post("/api/v1/papers/housing/milestones", "{\"name\":\"Bogotá draft\"}").send().await;
    // So many changes that the next reader would keep a snapshot.
    let id = service.text();
    let mut copy = Text::clone(&*service.app.live.text(id).await.unwrap());
    let writer = Writer { actor: ActorId(vec![7; 16]), seat: Some(ines.seats[0]), at: Moment::EPOCH };
    let letter = |copy: &mut Text| copy.edit(&writer, |edit| edit.splice(1..1, "¡")).unwrap().change.unwrap();
    let changes = (0..200).map(|_| Bytes::from(letter(&mut copy))).collect();
    service.app.live.submit(id, ines.seats[0], changes).await.unwrap();
    store.full.store(true, Ordering::SeqCst);

    let path = format!("/api/v1/texts/{id}");
    assert_eq!(ines.get(&path).send().await.status, 200);
    let file = sealed.json()["files"]["en"]["md"].as_str().unwrap().to_owned();
    let made = ines.get(&file).send().await;
    assert_eq!(made.status, 200, "{}", made.text());
    let again = json!({ "name": "Quito draft" }).to_string();
    ines.post("/api/v1/papers/housing/milestones", &again).send().await.is_refused(507, "storage_full");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paper_and_its_texts_are_stored_in_one_commit() {
    let store = Arc::new(Watched::default());
    let service = Service::over(store.clone(), |_| {}).await;
    let chapters = service.paper().chapters.len();
    assert_eq!(*store.appends.lock().unwrap(), [chapters], "one commit, with a text for each chapter");
}
