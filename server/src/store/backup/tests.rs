//! Backups: taken while people write, looked through before anything is made of them, and whole again afterwards.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use crdt::ids::{ActorId, ChangeHash, SeatId, TextId};

use super::*;
use crate::store::memory::MemoryStore;
use crate::store::sled::SledStore;
use crate::store::{Coll, Expect, NewChange, Op, Store, TidyBounds, scan_all, scan_log};

const TANGIER: TextId = TextId(Uuid::from_u128(1));
const LYON: TextId = TextId(Uuid::from_u128(2));
const NOW: Moment = Moment::EPOCH;

fn change(n: u64) -> NewChange {
    let mut hash = [0; 32];
    hash[..8].copy_from_slice(&n.to_le_bytes());
    NewChange {
        hash: ChangeHash(hash),
        actor: ActorId(vec![7; 16]),
        seat: SeatId(Uuid::from_u128(9)),
        received: Moment::from_unix_ms(n.cast_signed()),
        bytes: Bytes::from(vec![n as u8; 60]),
    }
}

fn append(text: TextId, n: u64) -> Op {
    Op::Append { text, changes: vec![change(n)] }
}

fn put(key: &str, value: u64) -> Op {
    Op::put(Coll::Setting, key, Expect::Any, &value)
}

/// A store with something of everything.
async fn filled(store: &dyn Store) {
    for n in 1..=5 {
        store
            .commit(vec![append(TANGIER, n), append(LYON, n), put("count", n), Op::audit(&n)])
            .await
            .unwrap();
    }
    store.put_blob(Bytes::from_static(b"sealed words")).await.unwrap();
}

/// A backup of such a store, in a folder of its own.
async fn taken(around: &Path) -> PathBuf {
    let store = MemoryStore::new();
    filled(&store).await;
    let folder = around.join("backup");
    write(&store, &folder, NOW).await.unwrap();
    folder
}

#[tokio::test]
async fn what_is_restored_is_what_was_there() {
    let around = tempfile::tempdir().unwrap();
    let (data, backup, again) =
        (around.path().join("data"), around.path().join("backup"), around.path().join("again"));
    let store = SledStore::open(&data).unwrap();
    filled(&store).await;
    store.tidy(TidyBounds { changes: 2, bytes: u64::MAX }).await.unwrap();
    let manifest = write(&store, &backup, NOW).await.unwrap();
    assert_eq!(manifest.counts, Counts { texts: 2, changes: 10, records: 1, audit: 5, blobs: 1 });
    assert_eq!(verify(&backup).unwrap(), manifest);

    assert_eq!(restore(&backup, &again).await.unwrap(), manifest);
    let restored = SledStore::open(&again).unwrap();
    for text in [TANGIER, LYON] {
        assert_eq!(scan_log(&restored, text, 0).await.unwrap(), scan_log(&store, text, 0).await.unwrap());
    }
    let records = |store| async move { scan_all(store, Coll::Setting, "").await.unwrap() };
    assert_eq!(records(&restored).await, records(&store).await, "with their versions");
    assert_eq!(restored.audit(0, 9).await.unwrap(), store.audit(0, 9).await.unwrap());
    assert_eq!(
        restored.dump().await.unwrap().store,
        store.dump().await.unwrap().store,
        "it is the same store"
    );
    restored.commit(vec![append(LYON, 6), Op::audit(&6)]).await.unwrap();
    assert_eq!(restored.check().await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_of_one_moment_while_people_write() {
    let around = tempfile::tempdir().unwrap();
    let store = Arc::new(SledStore::open(&around.path().join("data")).unwrap());
    let stop = Arc::new(AtomicBool::new(false));
    // Samir's commits keep two logs, a record and the audit log in step; whatever is between two of them is no moment.
    let samir = tokio::spawn({
        let (store, stop) = (store.clone(), stop.clone());
        async move {
            let mut n = 0;
            while !stop.load(Ordering::SeqCst) {
                n += 1;
                let ops = vec![append(TANGIER, n), put("count", n), append(LYON, n), Op::audit(&n)];
                store.commit(ops).await.unwrap();
                if n % 40 == 0 {
                    store.tidy(TidyBounds { changes: 16, bytes: u64::MAX }).await.unwrap();
                }
            }
        }
    });
    let mut before = 0;
    for number in 0..8 {
        let acknowledged = scan_log(&*store, TANGIER, 0).await.unwrap().len();
        let folder = around.path().join(format!("backup-{number}"));
        let manifest = write(&*store, &folder, NOW).await.unwrap();
        let restored = MemoryStore::new();
        assert_eq!(fill(&restored, &folder).await.unwrap(), manifest.counts);
        let count = match restored.get(Coll::Setting, "count").await.unwrap() {
            Some(record) => record.read::<usize>().unwrap(),
            None => 0,
        };
        for text in [TANGIER, LYON] {
            assert_eq!(scan_log(&restored, text, 0).await.unwrap().len(), count, "backup {number}");
        }
        assert_eq!(restored.audit(0, usize::MAX).await.unwrap().len(), count, "backup {number}");
        assert!(count >= acknowledged && count >= before, "backup {number} has all that was acknowledged");
        before = count;
    }
    stop.store(true, Ordering::SeqCst);
    samir.await.unwrap();
}

#[tokio::test]
async fn c11_a_backup_with_any_byte_changed_or_cut_off_restores_nothing_and_names_the_entry() {
    let around = tempfile::tempdir().unwrap();
    let folder = taken(around.path()).await;
    let data = around.path().join("data");
    for name in FILES {
        let path = folder.join(name);
        let whole = std::fs::read(&path).unwrap();
        for at in 0..whole.len() {
            let mut flipped = whole.clone();
            flipped[at] ^= 0x04;
            for damage in [&flipped[..], &whole[..at]] {
                std::fs::write(&path, damage).unwrap();
                let refused = verify(&folder).map(drop).unwrap_err().to_string();
                assert!(refused.contains(name) && refused.contains("nothing was restored"), "{refused}");
            }
        }
        std::fs::write(&path, &whole[..whole.len() - 3]).unwrap();
        let refused = restore(&folder, &data).await.map(drop).unwrap_err().to_string();
        assert!(refused.contains("entry ") && refused.contains("ends in the middle"), "{refused}");
        std::fs::remove_file(&path).unwrap();
        assert!(verify(&folder).map(drop).unwrap_err().to_string().contains(name));
        std::fs::write(&path, whole).unwrap();
    }
    let left: Vec<_> =
        std::fs::read_dir(around.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["backup"], "nothing was made");
    restore(&folder, &data).await.unwrap();
}

#[tokio::test]
async fn c11_a_backup_of_another_version_or_without_a_manifest_is_refused() {
    let around = tempfile::tempdir().unwrap();
    let folder = taken(around.path()).await;
    let path = folder.join(MANIFEST);
    let whole = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, r#"{"backup_format": 9, "program": "borrador 7.0", "else": 1}"#).unwrap();
    let refused = restore(&folder, &around.path().join("data")).await.map(drop).unwrap_err().to_string();
    assert!(refused.contains("format 9") && refused.contains("borrador 7.0"), "{refused}");
    std::fs::write(&path, whole.replace("\"changes\": 10", "\"changes\": 11")).unwrap();
    let refused = verify(&folder).map(drop).unwrap_err().to_string();
    assert!(refused.contains("changes 11") && refused.contains("changes 10"), "{refused}");
    std::fs::write(&path, &whole[..40]).unwrap();
    assert!(verify(&folder).map(drop).unwrap_err().to_string().contains(MANIFEST));
    std::fs::remove_file(&path).unwrap();
    let refused = verify(&folder).map(drop).unwrap_err().to_string();
    assert!(refused.contains("not finished"), "{refused}");
    assert!(!around.path().join("data").exists());
}

#[tokio::test]
async fn c11_nothing_is_written_over() {
    let around = tempfile::tempdir().unwrap();
    let folder = taken(around.path()).await;
    let data = around.path().join("data");
    std::fs::create_dir(&data).unwrap();
    std::fs::write(data.join("letter.txt"), "mine").unwrap();
    let refused = restore(&folder, &data).await.map(drop).unwrap_err();
    assert!(matches!(refused, BackupError::DataNotEmpty(_)), "{refused}");
    let refused = write(&MemoryStore::new(), &data, NOW).await.map(drop).unwrap_err();
    assert!(matches!(refused, BackupError::TargetNotEmpty(_)), "{refused}");
    assert_eq!(std::fs::read_to_string(data.join("letter.txt")).unwrap(), "mine");
    std::fs::remove_file(data.join("letter.txt")).unwrap();
    restore(&folder, &data).await.unwrap();
}

#[tokio::test]
async fn c08_a_backup_of_a_damaged_store_has_all_that_is_whole_and_names_the_rest() {
    let around = tempfile::tempdir().unwrap();
    let (data, backup) = (around.path().join("data"), around.path().join("backup"));
    let store = SledStore::open(&data).unwrap();
    filled(&store).await;
    let lost = store.put_blob(Bytes::from_static(b"a second draft")).await.unwrap();
    let hex = crdt::ids::to_hex(&lost);
    std::fs::write(data.join("blobs").join(&hex[..2]).join(&hex[2..]), b"a second drift").unwrap();
    let manifest = write(&store, &backup, NOW).await.unwrap();
    assert!(matches!(&manifest.damaged[..], [one] if one.contains(&hex)), "{:?}", manifest.damaged);
    assert_eq!(manifest.counts, Counts { texts: 2, changes: 10, records: 1, audit: 5, blobs: 1 });
    restore(&backup, &around.path().join("again")).await.unwrap();
}
