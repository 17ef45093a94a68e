//! What every store must do, run against each of them.
//!
//! A new engine adds one line at the end of this file.

use std::sync::Arc;

use bytes::Bytes;
use crdt::ids::{ActorId, ChangeHash, SeatId, TextId};
use crdt::moment::Moment;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::memory::MemoryStore;
use super::sled::SledStore;
use super::{
    Answer, AuditEntry, BlobName, Coll, Committed, Dump, Entry, Expect, Finding, LoggedChange, NewChange, Op,
    Record, Seq, Snapshot, Store, StoreError, Tidied, TidyBounds, scan_all,
};

const TANGIER: TextId = TextId(Uuid::from_u128(1));
const LYON: TextId = TextId(Uuid::from_u128(2));

fn change(n: u8) -> NewChange {
    NewChange {
        hash: ChangeHash([n; 32]),
        actor: ActorId(vec![n; 16]),
        seat: SeatId(Uuid::from_u128(u128::from(n))),
        received: Moment::from_unix_ms(i64::from(n)),
        bytes: Bytes::from(vec![n; 100]),
    }
}

fn append(text: TextId, numbers: &[u8]) -> Op {
    Op::Append { text, changes: numbers.iter().map(|n| change(*n)).collect() }
}

fn put(key: &str, expect: Expect, value: &str) -> Op {
    Op::put(Coll::Setting, key, expect, &value)
}

async fn seqs(store: &dyn Store, text: TextId, after: u64, max_bytes: usize) -> Vec<(u64, u8)> {
    let changes = store.changes(text, after, max_bytes).await.unwrap();
    changes.iter().map(|logged| (logged.seq, logged.change.hash.0[0])).collect()
}

async fn a_log_keeps_changes_in_the_order_in_which_they_came(store: Arc<dyn Store>) {
    let done = store.commit(vec![append(TANGIER, &[1, 2]), append(LYON, &[7])]).await.unwrap();
    assert_eq!(done.last_seqs, [2, 1]);
    store.commit(vec![append(TANGIER, &[3])]).await.unwrap();
    assert_eq!(seqs(&*store, TANGIER, 0, usize::MAX).await, [(1, 1), (2, 2), (3, 3)]);
    assert_eq!(seqs(&*store, TANGIER, 1, usize::MAX).await, [(2, 2), (3, 3)]);
    assert_eq!(seqs(&*store, TANGIER, 3, usize::MAX).await, []);
    assert_eq!(
        store.changes(TANGIER, 2, usize::MAX).await.unwrap()[0].change,
        change(3),
        "nothing is lost of it"
    );
}

async fn a_change_is_kept_once_however_often_it_comes(store: Arc<dyn Store>) {
    store.commit(vec![append(TANGIER, &[1, 2, 1])]).await.unwrap();
    let again = store.commit(vec![append(TANGIER, &[2, 3]), append(TANGIER, &[3, 4])]).await.unwrap();
    assert_eq!(again.last_seqs, [3, 4]);
    assert_eq!(seqs(&*store, TANGIER, 0, usize::MAX).await, [(1, 1), (2, 2), (3, 3), (4, 4)]);
}

async fn a_long_log_is_read_in_pieces_and_each_piece_has_something(store: Arc<dyn Store>) {
    store.commit(vec![append(TANGIER, &[1, 2, 3, 4, 5])]).await.unwrap();
    assert_eq!(seqs(&*store, TANGIER, 0, 150).await, [(1, 1), (2, 2)]);
    assert_eq!(seqs(&*store, TANGIER, 2, 1).await, [(3, 3)]);
}

async fn a_record_has_a_version_and_is_not_overwritten_by_mistake(store: Arc<dyn Store>) {
    assert_eq!(store.commit(vec![put("a", Expect::Absent, "one")]).await.unwrap().versions, [1]);
    assert_eq!(store.commit(vec![put("a", Expect::Version(1), "two")]).await.unwrap().versions, [2]);
    for stale in [Expect::Version(1), Expect::Absent] {
        let refused = store.commit(vec![put("a", stale, "lost")]).await.unwrap_err();
        assert_eq!(refused, StoreError::Conflict { op: 0, current: Some(2) });
    }
    let record = store.get(Coll::Setting, "a").await.unwrap().unwrap();
    assert_eq!((record.version, record.read::<String>().unwrap().as_str()), (2, "two"));
    assert_eq!(store.get(Coll::Person, "a").await.unwrap(), None, "another collection");
}

async fn a_commit_is_done_whole_or_not_at_all(store: Arc<dyn Store>) {
    let ops = vec![
        append(TANGIER, &[1]),
        put("a", Expect::Any, "x"),
        Op::audit(&"seal"),
        put("b", Expect::Version(9), "y"),
    ];
    assert_eq!(store.commit(ops).await.unwrap_err(), StoreError::Conflict { op: 3, current: None });
    assert_eq!(seqs(&*store, TANGIER, 0, usize::MAX).await, []);
    assert_eq!(store.get(Coll::Setting, "a").await.unwrap(), None);
    assert_eq!(store.audit(0, 10).await.unwrap(), []);
    assert_eq!(store.commit(vec![append(TANGIER, &[1])]).await.unwrap().last_seqs, [1]);
}

async fn of_two_who_write_at_once_one_is_told(store: Arc<dyn Store>) {
    let writes = (0..20).map(|n| {
        let store = store.clone();
        tokio::spawn(async move { store.commit(vec![put("a", Expect::Absent, &n.to_string())]).await })
    });
    let mut won = 0;
    for write in writes.collect::<Vec<_>>() {
        match write.await.unwrap() {
            Ok(_) => won += 1,
            Err(error) => assert_eq!(error, StoreError::Conflict { op: 0, current: Some(1) }),
        }
    }
    assert_eq!(won, 1);
}

async fn records_are_listed_by_key_and_page(store: Arc<dyn Store>) {
    let keys = ["p/1", "p/2", "p/3", "q/1", "p/10"];
    store.commit(keys.map(|key| put(key, Expect::Any, key)).to_vec()).await.unwrap();
    store.commit(vec![Op::put(Coll::Person, "p/0", Expect::Any, &0)]).await.unwrap();
    let listed = |after: Option<&'static str>, limit| {
        let store = store.clone();
        async move {
            let page = store.scan(Coll::Setting, "p/", after, limit).await.unwrap();
            page.into_iter().map(|record| record.key).collect::<Vec<_>>()
        }
    };
    assert_eq!(listed(None, 9).await, ["p/1", "p/10", "p/2", "p/3"]);
    assert_eq!(listed(Some("p/10"), 1).await, ["p/2"]);
    assert_eq!(listed(Some("p/3"), 9).await, [] as [&str; 0]);
    assert_eq!(scan_all(&*store, Coll::Setting, "").await.unwrap().len(), 5);
}

async fn a_record_can_be_removed_and_is_new_again_afterwards(store: Arc<dyn Store>) {
    store.commit(vec![put("a", Expect::Any, "x")]).await.unwrap();
    let delete = |expect| Op::Delete { coll: Coll::Setting, key: "a".into(), expect };
    assert!(store.commit(vec![delete(Expect::Version(5))]).await.is_err());
    store.commit(vec![delete(Expect::Version(1))]).await.unwrap();
    store.commit(vec![delete(Expect::Any)]).await.unwrap();
    assert_eq!(store.get(Coll::Setting, "a").await.unwrap(), None);
    assert_eq!(store.commit(vec![put("a", Expect::Absent, "y")]).await.unwrap().versions, [1]);
}

async fn one_commit_sees_its_own_earlier_operations(store: Arc<dyn Store>) {
    let twice = vec![put("a", Expect::Absent, "x"), put("a", Expect::Version(1), "y")];
    assert_eq!(store.commit(twice).await.unwrap().versions, [1, 2]);
}

async fn the_audit_log_is_a_chain(store: Arc<dyn Store>) {
    assert_eq!(store.last_audit().await.unwrap(), None);
    store.commit(vec![Op::audit(&"sign-in"), Op::audit(&"seal")]).await.unwrap();
    store.commit(vec![Op::audit(&"refusal")]).await.unwrap();
    let entries = store.audit(0, 10).await.unwrap();
    assert_eq!(entries.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [1, 2, 3]);
    let mut before = [0; 32];
    for entry in &entries {
        before = Sha256::new().chain_update(before).chain_update(&entry.json).finalize().into();
        assert_eq!(entry.hash, before);
    }
    assert_eq!(store.audit(2, 10).await.unwrap(), entries[2..]);
    assert_eq!(store.last_audit().await.unwrap().as_ref(), entries.last());
}

async fn a_saved_history_stands_in_the_place_of_the_one_before(store: Arc<dyn Store>) {
    assert_eq!(store.history(TANGIER).await.unwrap(), None);
    for bytes in [Bytes::from(vec![1; 10_000]), Bytes::from(vec![2; 20])] {
        store.commit(vec![Op::History { text: TANGIER, bytes: bytes.clone() }]).await.unwrap();
        assert_eq!(store.history(TANGIER).await.unwrap(), Some(bytes));
    }
    assert_eq!(store.history(LYON).await.unwrap(), None);
}

async fn the_newest_snapshot_is_the_one_that_opens(store: Arc<dyn Store>) {
    assert_eq!(store.snapshot(TANGIER).await.unwrap(), None);
    for upto in 1..=4 {
        let bytes = Bytes::from(vec![upto as u8; 10_000]);
        let snapshot = Snapshot { upto, heads: vec![ChangeHash([upto as u8; 32])], bytes };
        store.commit(vec![Op::Snapshot { text: TANGIER, snapshot: snapshot.clone() }]).await.unwrap();
        assert_eq!(store.snapshot(TANGIER).await.unwrap(), Some(snapshot));
    }
    assert_eq!(store.snapshot(LYON).await.unwrap(), None);
}

async fn a_blob_comes_back_by_its_fingerprint(store: Arc<dyn Store>) {
    let words = Bytes::from_static("Bogotá".as_bytes());
    let name = store.put_blob(words.clone()).await.unwrap();
    assert_eq!(name[..], Sha256::digest(&words)[..]);
    assert_eq!(store.put_blob(words.clone()).await.unwrap(), name, "twice is once");
    assert_eq!(store.blob(name).await.unwrap(), Some(words));
    assert_eq!(store.blob([0; 32]).await.unwrap(), None);
}

async fn a_record_of_a_backup_keeps_its_version(store: Arc<dyn Store>) {
    let record = Record { key: "a".into(), version: 7, json: Bytes::from_static(b"\"x\"") };
    store.commit(vec![Op::Place { coll: Coll::Setting, record: record.clone() }]).await.unwrap();
    assert_eq!(store.get(Coll::Setting, "a").await.unwrap(), Some(record));
    assert_eq!(store.commit(vec![put("a", Expect::Version(7), "y")]).await.unwrap().versions, [8]);
}

async fn tidying_changes_nothing_that_is_read(store: Arc<dyn Store>) {
    for n in 1..=20 {
        store.commit(vec![append(TANGIER, &[n]), append(LYON, &[n])]).await.unwrap();
    }
    let before = store.changes(TANGIER, 0, usize::MAX).await.unwrap();
    store.tidy(TidyBounds { changes: 8, bytes: u64::MAX }).await.unwrap();
    assert_eq!(store.changes(TANGIER, 0, usize::MAX).await.unwrap(), before);
    for after in 0..=20 {
        assert_eq!(store.changes(LYON, after, usize::MAX).await.unwrap()[..], before[after as usize..]);
        assert_eq!(
            store.changes(LYON, after, 150).await.unwrap()[..],
            before[after as usize..].iter().take(2).cloned().collect::<Vec<_>>()[..]
        );
    }
    assert_eq!(store.commit(vec![append(TANGIER, &[3, 20, 21])]).await.unwrap().last_seqs, [21]);
    assert_eq!(store.check().await.unwrap(), []);
}

async fn a_dump_is_everything_as_it_was_when_it_was_asked_for(store: Arc<dyn Store>) {
    let sealed = store.put_blob(Bytes::from_static(b"Quito")).await.unwrap();
    let first = vec![
        append(TANGIER, &[1, 2]),
        put("a", Expect::Any, "old"),
        put("b", Expect::Any, "old"),
        Op::audit(&"x"),
    ];
    store.commit(first).await.unwrap();
    store.commit(vec![put("c", Expect::Any, "one"), put("c", Expect::Any, "two")]).await.unwrap();
    let mut dump = store.dump().await.unwrap().entries;
    let delete = Op::Delete { coll: Coll::Setting, key: "b".into(), expect: Expect::Any };
    let later = vec![
        append(TANGIER, &[3]),
        append(LYON, &[4]),
        put("a", Expect::Any, "new"),
        delete,
        Op::audit(&"y"),
    ];
    store.commit(later).await.unwrap();
    store.commit(vec![put("b", Expect::Absent, "new"), put("d", Expect::Any, "new")]).await.unwrap();
    store.tidy(TidyBounds { changes: 1, bytes: 1 }).await.unwrap();

    let (mut log, mut records, mut audit, mut blobs, mut ended) = (vec![], vec![], vec![], vec![], false);
    while let Some(entry) = dump.recv().await {
        match entry {
            Entry::Changes { text, changes } => {
                log.extend(changes.into_iter().map(|logged| (text, logged.seq)))
            }
            Entry::Record { record, .. } => {
                records.push((record.key.clone(), record.version, record.read::<String>().unwrap()))
            }
            Entry::Audit(entry) => audit.push(entry.seq),
            Entry::Blob(bytes) => blobs.push(bytes),
            Entry::Damaged(finding) => panic!("{finding}"),
            Entry::End => ended = true,
        }
    }
    records.sort();
    let record = |key: &str, version, value: &str| (key.to_owned(), version, value.to_owned());
    assert!(ended);
    assert_eq!(log, [(TANGIER, 1), (TANGIER, 2)]);
    assert_eq!(records, [record("a", 1, "old"), record("b", 1, "old"), record("c", 2, "two")]);
    assert_eq!(audit, [1]);
    assert_eq!(blobs.iter().map(|bytes| Sha256::digest(bytes).into()).collect::<Vec<[u8; 32]>>(), [sealed]);
}

macro_rules! contract {
    ($engine:ident, $open:expr) => {
        mod $engine {
            contract!(@cases $open;
                a_log_keeps_changes_in_the_order_in_which_they_came
                a_change_is_kept_once_however_often_it_comes
                a_long_log_is_read_in_pieces_and_each_piece_has_something
                a_record_has_a_version_and_is_not_overwritten_by_mistake
                a_commit_is_done_whole_or_not_at_all
                of_two_who_write_at_once_one_is_told
                records_are_listed_by_key_and_page
                a_record_can_be_removed_and_is_new_again_afterwards
                one_commit_sees_its_own_earlier_operations
                the_audit_log_is_a_chain
                a_saved_history_stands_in_the_place_of_the_one_before
                the_newest_snapshot_is_the_one_that_opens
                a_blob_comes_back_by_its_fingerprint
                a_record_of_a_backup_keeps_its_version
                tidying_changes_nothing_that_is_read
                a_dump_is_everything_as_it_was_when_it_was_asked_for
            );
        }
    };
    (@cases $open:expr; $($case:ident)+) => {$(
        #[tokio::test]
        async fn $case() {
            let (store, _folder) = $open;
            super::$case(store).await;
        }
    )+};
}

contract!(memory, (std::sync::Arc::new(super::MemoryStore::new()) as std::sync::Arc<dyn super::Store>, ()));
contract!(sled, {
    let folder = tempfile::tempdir().unwrap();
    let store = super::SledStore::open(folder.path()).unwrap();
    (std::sync::Arc::new(store) as std::sync::Arc<dyn super::Store>, folder)
});
// The same with every log packed into segments as soon as it is written.
contract!(sled_packed, {
    let folder = tempfile::tempdir().unwrap();
    let store = super::Packed(super::SledStore::open(folder.path()).unwrap());
    (std::sync::Arc::new(store) as std::sync::Arc<dyn super::Store>, folder)
});

/// Tidies after each commit, with bounds that leave nothing as it was appended.
struct Packed(SledStore);

impl Store for Packed {
    fn name(&self) -> &'static str {
        "packed"
    }
    fn commit(&self, ops: Vec<Op>) -> Answer<'_, Committed> {
        Box::pin(async move {
            let done = self.0.commit(ops).await?;
            self.0.tidy(TidyBounds { changes: 1, bytes: 1 }).await?;
            Ok(done)
        })
    }
    fn changes(&self, text: TextId, after: Seq, max_bytes: usize) -> Answer<'_, Vec<LoggedChange>> {
        self.0.changes(text, after, max_bytes)
    }
    fn snapshot(&self, text: TextId) -> Answer<'_, Option<Snapshot>> {
        self.0.snapshot(text)
    }
    fn history(&self, text: TextId) -> Answer<'_, Option<Bytes>> {
        self.0.history(text)
    }
    fn get(&self, coll: Coll, key: &str) -> Answer<'_, Option<Record>> {
        self.0.get(coll, key)
    }
    fn scan(&self, coll: Coll, prefix: &str, after: Option<&str>, limit: usize) -> Answer<'_, Vec<Record>> {
        self.0.scan(coll, prefix, after, limit)
    }
    fn audit(&self, after: Seq, limit: usize) -> Answer<'_, Vec<AuditEntry>> {
        self.0.audit(after, limit)
    }
    fn last_audit(&self) -> Answer<'_, Option<AuditEntry>> {
        self.0.last_audit()
    }
    fn put_blob(&self, bytes: Bytes) -> Answer<'_, BlobName> {
        self.0.put_blob(bytes)
    }
    fn blob(&self, sha256: BlobName) -> Answer<'_, Option<Bytes>> {
        self.0.blob(sha256)
    }
    fn tidy(&self, bounds: TidyBounds) -> Answer<'_, Tidied> {
        self.0.tidy(bounds)
    }
    fn dump(&self) -> Answer<'_, Dump> {
        self.0.dump()
    }
    fn check(&self) -> Answer<'_, Vec<Finding>> {
        self.0.check()
    }
}
