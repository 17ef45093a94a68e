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
use super::{Coll, Expect, NewChange, Op, Snapshot, Store, StoreError, scan_all};

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
                the_newest_snapshot_is_the_one_that_opens
                a_blob_comes_back_by_its_fingerprint
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

mod reopening {
    use super::*;

    #[tokio::test]
    async fn what_was_committed_is_there_after_reopening() {
        let folder = tempfile::tempdir().unwrap();
        let store = SledStore::open(folder.path()).unwrap();
        store
            .commit(vec![append(TANGIER, &[1, 2]), put("a", Expect::Any, "x"), Op::audit(&"seal")])
            .await
            .unwrap();
        drop(store);
        let store = SledStore::open(folder.path()).unwrap();
        assert_eq!(store.commit(vec![append(TANGIER, &[2, 3])]).await.unwrap().last_seqs, [3]);
        assert_eq!(seqs(&store, TANGIER, 0, usize::MAX).await, [(1, 1), (2, 2), (3, 3)]);
        store.commit(vec![Op::audit(&"open")]).await.unwrap();
        assert_eq!(store.audit(0, 9).await.unwrap().len(), 2);
    }

    #[tokio::test]
    async fn c05_a_second_process_is_told_who_has_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let _first = SledStore::open(folder.path()).unwrap();
        let second = SledStore::open(folder.path()).map(drop).unwrap_err();
        assert!(
            second.to_string().contains(&format!("in use by process {}", std::process::id())),
            "{second}"
        );
    }

    #[tokio::test]
    async fn c07_a_folder_of_a_newer_version_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let newer = r#"{"format": 99, "id": "00000000-0000-0000-0000-000000000000"}"#;
        std::fs::write(folder.path().join("store.json"), newer).unwrap();
        let refused = SledStore::open(folder.path()).map(drop).unwrap_err().to_string();
        assert!(refused.contains("format 99") && refused.contains("up to 1"), "{refused}");
        assert!(!folder.path().join("sled").exists());
    }

    #[test]
    fn c04_a_file_in_place_of_the_folder_is_refused_with_its_path() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("data");
        std::fs::write(&file, "not a folder").unwrap();
        let refused = SledStore::open(&file).map(drop).unwrap_err().to_string();
        assert!(refused.contains(&file.display().to_string()), "{refused}");
    }

    #[test]
    fn c08_a_folder_whose_records_are_gone_is_no_new_store() {
        let folder = tempfile::tempdir().unwrap();
        drop(SledStore::open(folder.path()).unwrap());
        std::fs::remove_dir_all(folder.path().join("sled")).unwrap();
        let refused = SledStore::open(folder.path()).map(drop).unwrap_err().to_string();
        assert!(refused.contains("its file db is missing; restore a backup"), "{refused}");
        assert!(!folder.path().join("sled").exists(), "nothing was changed");
    }

    #[tokio::test]
    async fn c08_a_damaged_blob_is_noticed_and_named() {
        let folder = tempfile::tempdir().unwrap();
        let store = SledStore::open(folder.path()).unwrap();
        let name = store.put_blob(Bytes::from_static(b"Quito")).await.unwrap();
        let hex = crdt::ids::to_hex(&name);
        std::fs::write(folder.path().join("blobs").join(&hex[..2]).join(&hex[2..]), b"Quita").unwrap();
        let error = store.blob(name).await.unwrap_err();
        assert!(matches!(&error, StoreError::Corrupt { what, .. } if what.contains(&hex)), "{error}");
    }
}
