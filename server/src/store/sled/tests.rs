//! The embedded store between two openings: what stays, what is recognised, and what a crash or damage leaves.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use bytes::Bytes;
use crdt::ids::{ActorId, ChangeHash, SeatId, TextId, to_hex};
use crdt::moment::Moment;
use uuid::Uuid;

use super::tidy::{self, Step};
use super::*;
use crate::store::{About, Expect, NewChange};

const TANGIER: TextId = TextId(Uuid::from_u128(1));
const LYON: TextId = TextId(Uuid::from_u128(2));
const SMALL: TidyBounds = TidyBounds { changes: 4, bytes: u64::MAX };

fn change(n: u8) -> NewChange {
    NewChange {
        hash: ChangeHash([n; 32]),
        actor: ActorId(vec![n; 16]),
        seat: SeatId(Uuid::from_u128(u128::from(n))),
        received: Moment::from_unix_ms(i64::from(n)),
        bytes: Bytes::from(vec![n; 100]),
    }
}

pub fn append(text: TextId, numbers: &[u8]) -> Op {
    Op::Append { text, changes: numbers.iter().map(|n| change(*n)).collect() }
}

pub fn put(key: &str, value: &str) -> Op {
    Op::put(Coll::Setting, key, Expect::Any, &value)
}

async fn numbers(store: &SledStore, text: TextId) -> Vec<(Seq, u8)> {
    let changes = store.changes(text, 0, usize::MAX).await.unwrap();
    changes.iter().map(|logged| (logged.seq, logged.change.hash.0[0])).collect()
}

fn refusal(folder: &Path) -> String {
    SledStore::open(folder).map(drop).unwrap_err().to_string()
}

/// A copy of a folder as a killed process would leave it.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The files below a folder.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

#[tokio::test]
async fn what_was_committed_is_there_after_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let store = SledStore::open(folder.path()).unwrap();
    store.commit(vec![append(TANGIER, &[1, 2]), put("a", "x"), Op::audit(&"seal")]).await.unwrap();
    drop(store);
    let store = SledStore::open(folder.path()).unwrap();
    assert_eq!(store.commit(vec![append(TANGIER, &[2, 3])]).await.unwrap().last_seqs, [3]);
    assert_eq!(numbers(&store, TANGIER).await, [(1, 1), (2, 2), (3, 3)]);
    store.commit(vec![Op::audit(&"open")]).await.unwrap();
    assert_eq!(store.audit(0, 9).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_packed_log_is_whole_after_reopening_and_knows_its_changes_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = SledStore::open(folder.path()).unwrap();
    for n in 1..=10 {
        store.commit(vec![append(TANGIER, &[n])]).await.unwrap();
    }
    let tidied = store.tidy(SMALL).await.unwrap();
    assert_eq!(tidied, Tidied { segments: 2, changes: 8, snapshots: 0 });
    assert_eq!(store.tidy(SMALL).await.unwrap(), Tidied::default(), "what is left is short");
    drop(store);
    let store = SledStore::open(folder.path()).unwrap();
    assert_eq!(store.commit(vec![append(TANGIER, &[3, 9, 11])]).await.unwrap().last_seqs, [11]);
    let expected: Vec<(Seq, u8)> = (1..=11).map(|n| (Seq::from(n), n)).collect();
    assert_eq!(numbers(&store, TANGIER).await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_at_any_step_of_packing_loses_nothing_and_doubles_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = SledStore::open(folder.path()).unwrap();
    for n in 1..=10 {
        store.commit(vec![append(TANGIER, &[n]), append(LYON, &[n])]).await.unwrap();
    }
    let crashed = tempfile::tempdir().unwrap();
    let steps = Mutex::new(Vec::new());
    tokio::task::block_in_place(|| {
        let requests = store.requests.clone().unwrap();
        tidy::tidy(&store.kept, &requests, SMALL, &mut |step| {
            let mut steps = steps.lock().unwrap();
            copy(folder.path(), &crashed.path().join(steps.len().to_string()));
            steps.push(step);
            Ok(())
        })
        .unwrap();
    });
    let steps = steps.into_inner().unwrap();
    assert_eq!(steps[..4], [Step::Packed, Step::Written, Step::Compared, Step::Named]);
    assert_eq!(steps.len(), 16, "two segments for each of two logs");
    let expected: Vec<(Seq, u8)> = (1..=10).map(|n| (Seq::from(n), n)).collect();
    for (number, step) in steps.into_iter().enumerate() {
        let store = SledStore::open(&crashed.path().join(number.to_string())).unwrap();
        assert_eq!(store.check().await.unwrap(), [], "{step:?}");
        for again in ["as the crash left it", "after packing"] {
            assert_eq!(numbers(&store, TANGIER).await, expected, "{step:?}, {again}");
            assert_eq!(numbers(&store, LYON).await, expected, "{step:?}, {again}");
            store.tidy(SMALL).await.unwrap();
        }
        assert_eq!(store.commit(vec![append(LYON, &[1, 9])]).await.unwrap().last_seqs, [10], "{step:?}");
        let segments = files(&crashed.path().join(number.to_string()).join("segments")).len();
        assert_eq!(segments, 4, "{step:?}: what the crash left was used again");
    }
}

#[tokio::test]
async fn of_the_snapshots_of_a_text_two_stay_and_the_files_of_the_others_go() {
    let folder = tempfile::tempdir().unwrap();
    let store = SledStore::open(folder.path()).unwrap();
    let snapshot =
        |upto: u8| Snapshot { upto: upto.into(), heads: vec![], bytes: Bytes::from(vec![upto; 9_000]) };
    for upto in 1..=5 {
        store.commit(vec![Op::Snapshot { text: TANGIER, snapshot: snapshot(upto) }]).await.unwrap();
    }
    let history = |n: u8| Bytes::from(vec![n; 8_000]);
    for n in 1..=2 {
        store.commit(vec![Op::History { text: TANGIER, bytes: history(n) }]).await.unwrap();
    }
    let sealed = store.put_blob(Bytes::from_static(b"Quito")).await.unwrap();
    assert_eq!(store.tidy(SMALL).await.unwrap().snapshots, 4, "three snapshots and a saved history");
    assert_eq!(files(&folder.path().join("caches")).len(), 3);
    assert_eq!(store.snapshot(TANGIER).await.unwrap(), Some(snapshot(5)));
    assert_eq!(store.history(TANGIER).await.unwrap(), Some(history(2)));
    assert!(store.blob(sealed).await.unwrap().is_some(), "blobs of the service are never removed");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_snapshot_is_swept_while_its_commit_is_on_its_way() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(SledStore::open(folder.path()).unwrap());
    let keep = |text: TextId, store: Arc<SledStore>| async move {
        // The same few documents again and again, so that a file that is no longer named is soon wanted again.
        for upto in 1..=150 {
            let bytes = Bytes::from(vec![(upto % 4) as u8; 5_000]);
            let snapshot = Snapshot { upto, heads: vec![], bytes };
            store.commit(vec![Op::Snapshot { text, snapshot: snapshot.clone() }]).await.unwrap();
            assert_eq!(store.snapshot(text).await.unwrap(), Some(snapshot));
        }
    };
    let writers = [TANGIER, LYON].map(|text| tokio::spawn(keep(text, store.clone())));
    let mut swept = 0;
    while !writers.iter().all(tokio::task::JoinHandle::is_finished) {
        swept += store.tidy(SMALL).await.unwrap().snapshots;
    }
    for writer in writers {
        writer.await.unwrap();
    }
    assert!(swept > 0, "something was swept meanwhile");
    assert_eq!(store.check().await.unwrap(), []);
}

#[tokio::test]
async fn c08_a_damaged_snapshot_gives_way_to_the_one_before_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = SledStore::open(folder.path()).unwrap();
    let snapshot =
        |upto: u8| Snapshot { upto: upto.into(), heads: vec![], bytes: Bytes::from(vec![upto; 9_000]) };
    for upto in 1..=2 {
        store.commit(vec![Op::Snapshot { text: TANGIER, snapshot: snapshot(upto) }]).await.unwrap();
        for file in files(&folder.path().join("caches")) {
            if fs::read(&file).unwrap()[0] == 2 {
                fs::write(file, b"nothing").unwrap();
            }
        }
    }
    assert_eq!(store.snapshot(TANGIER).await.unwrap(), Some(snapshot(1)));
    let found = store.check().await.unwrap();
    assert!(
        matches!(&found[..], [one] if one.about == About::Text(TANGIER) && one.detail.contains("a snapshot")),
        "{found:?}"
    );
}

#[tokio::test]
async fn c08_a_damaged_segment_closes_its_text_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let store = SledStore::open(folder.path()).unwrap();
    store.commit(vec![append(TANGIER, &[1, 2, 3, 4, 5])]).await.unwrap();
    store.tidy(SMALL).await.unwrap();
    let file = files(&folder.path().join("segments")).pop().unwrap();
    let whole = fs::read(&file).unwrap();
    store.commit(vec![append(LYON, &[7])]).await.unwrap();
    let damages: [(&str, Option<Vec<u8>>); 4] = [
        ("is missing", None),
        ("is damaged", Some(Vec::new())),
        ("is damaged", Some(whole[..whole.len() / 2].to_vec())),
        (
            "is damaged",
            Some(
                whole.iter().enumerate().map(|(at, byte)| if at == 90 { byte ^ 4 } else { *byte }).collect(),
            ),
        ),
    ];
    for (words, damage) in damages {
        match damage {
            Some(bytes) => fs::write(&file, bytes).unwrap(),
            None => fs::remove_file(&file).unwrap(),
        }
        let error = store.changes(TANGIER, 0, usize::MAX).await.unwrap_err().to_string();
        assert!(error.contains(&TANGIER.to_string()) && error.contains(words), "{error}");
        let found = store.check().await.unwrap();
        assert!(matches!(&found[..], [one] if one.about == About::Text(TANGIER)), "{found:?}");
        assert_eq!(numbers(&store, LYON).await, [(1, 7)]);
    }
    fs::write(&file, &whole).unwrap();
    assert_eq!(store.check().await.unwrap(), []);
}

#[tokio::test]
async fn c08_a_damaged_record_is_set_aside_and_the_others_are_there() {
    let folder = tempfile::tempdir().unwrap();
    let store = SledStore::open(folder.path()).unwrap();
    store.commit(vec![put("a", "x"), put("b", "y"), put("c", "z")]).await.unwrap();
    let key = format::record_key(Coll::Setting, "b");
    let mut value = store.kept.find(&key).unwrap().unwrap().to_vec();
    *value.last_mut().unwrap() ^= 1;
    store.kept.db.insert(&key, value).unwrap();

    let listed = store.scan(Coll::Setting, "", None, 2).await.unwrap();
    assert_eq!(listed.iter().map(|record| record.key.as_str()).collect::<Vec<_>>(), ["a", "c"]);
    let about = About::Record { coll: Coll::Setting as u8, key: "b".to_owned() };
    assert_eq!(store.check().await.unwrap(), [Finding::new(about, "its checksum does not match")]);
    assert!(matches!(store.get(Coll::Setting, "b").await, Err(StoreError::Corrupt { .. })));
    let over = store.commit(vec![put("b", "new"), put("d", "new")]).await.unwrap_err();
    assert!(over.to_string().contains("record setting/b"), "{over}: it is not written over");
}

#[tokio::test]
async fn c08_a_log_with_a_hole_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let store = SledStore::open(folder.path()).unwrap();
    for n in 1..=3 {
        store.commit(vec![append(TANGIER, &[n])]).await.unwrap();
    }
    store.kept.db.remove(format::log_key(TANGIER, 2)).unwrap();
    let error = store.changes(TANGIER, 0, usize::MAX).await.unwrap_err().to_string();
    assert!(error.contains("changes 2 to 2 of its log are missing"), "{error}");
    assert_eq!(store.check().await.unwrap().len(), 1);
}

#[tokio::test]
async fn c08_a_log_whose_end_is_gone_is_noticed_and_takes_nothing_more() {
    let folder = tempfile::tempdir().unwrap();
    let store = SledStore::open(folder.path()).unwrap();
    for n in [1, 2, 3] {
        store.commit(vec![append(TANGIER, &[n]), append(LYON, &[n])]).await.unwrap();
    }
    // As when sled passes over a page that it cannot read.
    store.kept.db.remove(format::log_key(TANGIER, 3)).unwrap();
    store.kept.db.flush().unwrap();
    drop(store);
    let store = SledStore::open(folder.path()).unwrap();
    assert!(store.changes(TANGIER, 0, usize::MAX).await.is_err());
    assert!(store.commit(vec![append(TANGIER, &[4])]).await.is_err());
    assert_eq!(store.check().await.unwrap().len(), 1);
    assert_eq!(numbers(&store, LYON).await, [(1, 1), (2, 2), (3, 3)]);
}

#[tokio::test]
async fn c08_an_audit_log_with_an_entry_taken_out_or_altered_is_no_chain() {
    let folder = tempfile::tempdir().unwrap();
    let store = SledStore::open(folder.path()).unwrap();
    store.commit(vec![Op::audit(&"one"), Op::audit(&"two"), Op::audit(&"three")]).await.unwrap();
    let second = store.kept.find(&format::audit_key(2)).unwrap().unwrap();
    let altered =
        AuditEntry { json: Bytes::from_static(b"\"zwei\""), ..store.audit(1, 1).await.unwrap().remove(0) };
    store.kept.db.insert(format::audit_key(2), format::write_audit(&altered)).unwrap();
    let broken = [Finding::new(About::Audit, "the chain breaks at entry 2")];
    assert_eq!(store.check().await.unwrap(), broken);
    store.kept.db.remove(format::audit_key(2)).unwrap();
    assert_eq!(store.check().await.unwrap(), broken);
    store.kept.db.insert(format::audit_key(2), second).unwrap();
    assert_eq!(store.check().await.unwrap(), []);
}

#[tokio::test]
async fn c05_a_second_process_is_told_who_has_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let _first = SledStore::open(folder.path()).unwrap();
    let second = refusal(folder.path());
    assert!(second.contains(&format!("in use by process {}", std::process::id())), "{second}");
}

#[tokio::test]
async fn c07_a_folder_of_a_newer_version_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let newer = r#"{"format": 99, "id": "00000000-0000-0000-0000-000000000000"}"#;
    fs::write(folder.path().join("store.json"), newer).unwrap();
    let refused = refusal(folder.path());
    assert!(refused.contains("format 99") && refused.contains("up to 2"), "{refused}");
    assert!(!folder.path().join("sled").exists());
    assert_eq!(fs::read_to_string(folder.path().join("store.json")).unwrap(), newer);
}

#[tokio::test]
async fn c07_a_folder_of_format_1_opens_with_all_that_is_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let id = Uuid::from_u128(5);
    let snapshot = Snapshot { upto: 2, heads: vec![ChangeHash([2; 32])], bytes: Bytes::from(vec![2; 9_000]) };
    {
        // As the program wrote it that knew format 1: no mark, no segments, snapshots among the blobs.
        fs::write(folder.path().join("store.json"), format!("{{\"format\": 1, \"id\": \"{id}\"}}")).unwrap();
        let db = sled::open(folder.path().join("sled")).unwrap();
        db.insert(format::log_key(TANGIER, 1), format::write_changes(&[change(1), change(2)])).unwrap();
        db.insert(format::record_key(Coll::Setting, "a"), format::write_record(3, b"\"x\"")).unwrap();
        let blob = crate::store::blobs::Blobs::open(&folder.path().join("blobs"))
            .unwrap()
            .put(&snapshot.bytes)
            .unwrap();
        db.insert(format::snapshot_key(TANGIER, 2), format::write_snapshot(&snapshot, blob)).unwrap();
        db.flush().unwrap();
    }
    for _ in 0..2 {
        let store = SledStore::open(folder.path()).unwrap();
        assert_eq!(numbers(&store, TANGIER).await, [(1, 1), (2, 2)]);
        assert_eq!(store.get(Coll::Setting, "a").await.unwrap().unwrap().version, 3);
        assert_eq!(store.snapshot(TANGIER).await.unwrap(), Some(snapshot.clone()));
        assert_eq!(store.check().await.unwrap(), []);
    }
    let identity = fs::read_to_string(folder.path().join("store.json")).unwrap();
    assert!(identity.contains(&id.to_string()) && identity.contains("\"format\": 2"), "{identity}");
}

#[test]
fn c04_a_file_in_place_of_the_folder_is_refused_with_its_path() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("data");
    fs::write(&file, "not a folder").unwrap();
    let refused = refusal(&file);
    assert!(refused.contains(&file.display().to_string()), "{refused}");
}

#[tokio::test]
async fn c08_a_folder_whose_records_are_gone_or_foreign_is_no_new_store() {
    let around = tempfile::tempdir().unwrap();
    let (whole, other) = (around.path().join("whole"), around.path().join("other"));
    for folder in [&whole, &other] {
        let store = SledStore::open(folder).unwrap();
        store.commit(vec![put("a", "x")]).await.unwrap();
    }
    type Harm<'a> = &'a dyn Fn(&Path);
    let harms: [(&str, Harm<'_>); 6] = [
        ("its file db is missing", &|data| fs::remove_dir_all(data.join("sled")).unwrap()),
        ("its file db is empty", &|data| fs::write(data.join("sled/db"), b"").unwrap()),
        ("it is missing", &|data| fs::remove_file(data.join("store.json")).unwrap()),
        ("store.json is damaged", &|data| fs::write(data.join("store.json"), b"").unwrap()),
        ("belongs to another store", &|data| {
            fs::remove_dir_all(data.join("sled")).unwrap();
            copy(&other.join("sled"), &data.join("sled"));
        }),
        ("it is empty", &|data| {
            fs::remove_dir_all(data.join("sled")).unwrap();
            drop(sled::open(data.join("sled")).unwrap());
        }),
    ];
    for (number, (words, harm)) in harms.into_iter().enumerate() {
        let data = around.path().join(number.to_string());
        copy(&whole, &data);
        harm(&data);
        let refused = refusal(&data);
        assert!(refused.contains(words) && refused.contains("restore a backup"), "{refused}");
        assert!(refusal(&data).contains(words), "trying again changes nothing");
    }
}

#[tokio::test]
async fn c08_a_store_that_is_older_than_it_was_is_noticed() {
    let around = tempfile::tempdir().unwrap();
    let (data, older) = (around.path().join("data"), around.path().join("older"));
    drop(SledStore::open(&data).unwrap());
    copy(&data.join("sled"), &older);
    let store = SledStore::open(&data).unwrap();
    for n in 1..=3 {
        store.commit(vec![append(TANGIER, &[n])]).await.unwrap();
    }
    drop(store);
    fs::remove_dir_all(data.join("sled")).unwrap();
    copy(&older, &data.join("sled"));
    let refused = refusal(&data);
    assert!(refused.contains("lost the last 3 batches"), "{refused}");
    fs::remove_file(data.join("batches")).unwrap();
    assert_eq!(
        numbers(&SledStore::open(&data).unwrap(), TANGIER).await,
        [],
        "the operator went on with what is left"
    );
}

#[tokio::test]
async fn c08_records_that_are_gone_or_older_than_they_were_are_noticed() {
    type Loss = (&'static str, fn(&sled::Db, &[u8]));
    let losses: [Loss; 3] = [
        ("the end of the audit log", |db, _| drop(db.remove(format::audit_key(3)).unwrap())),
        ("a record", |db, _| drop(db.remove(format::record_key(Coll::Setting, "a")).unwrap())),
        ("what was written over a record", |db, older| {
            drop(db.insert(format::record_key(Coll::Setting, "a"), older).unwrap());
        }),
    ];
    for (what, loss) in losses {
        let folder = tempfile::tempdir().unwrap();
        let store = SledStore::open(folder.path()).unwrap();
        let mut older = Vec::new();
        for n in 1..=3 {
            store.commit(vec![Op::audit(&n), put("a", &n.to_string())]).await.unwrap();
            if n == 2 {
                older = store.kept.find(&format::record_key(Coll::Setting, "a")).unwrap().unwrap().to_vec();
            }
        }
        drop(store);
        drop(SledStore::open(folder.path()).expect("nothing is missing yet"));
        let db = sled::open(folder.path().join("sled")).unwrap();
        loss(&db, &older);
        drop(db);
        let refused = refusal(folder.path());
        assert!(
            refused.contains("lost records") && refused.contains("restore a backup"),
            "{what}: {refused}"
        );
        fs::remove_file(folder.path().join("batches")).unwrap();
        let store = SledStore::open(folder.path()).expect("the operator goes on with what is left");
        store.commit(vec![Op::audit(&4), put("b", "x")]).await.unwrap();
        drop(store);
        drop(SledStore::open(folder.path()).expect("and from there on nothing is missing"));
    }
}

#[tokio::test]
async fn c08_a_damaged_blob_is_noticed_and_named_and_healed_by_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let store = SledStore::open(folder.path()).unwrap();
    let name = store.put_blob(Bytes::from_static(b"Quito")).await.unwrap();
    let hex = to_hex(&name);
    fs::write(folder.path().join("blobs").join(&hex[..2]).join(&hex[2..]), b"Quita").unwrap();
    let error = store.blob(name).await.unwrap_err();
    assert!(matches!(&error, StoreError::Corrupt { what, .. } if what.contains(&hex)), "{error}");
    let found = store.check().await.unwrap();
    assert!(matches!(&found[..], [one] if one.about == About::Blob(name)), "{found:?}");
    store.put_blob(Bytes::from_static(b"Quito")).await.unwrap();
    assert_eq!(store.check().await.unwrap(), []);
}
