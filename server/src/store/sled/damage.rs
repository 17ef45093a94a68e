//! C08 for every file of a store: cut off, a bit changed, a block of zeros, at several places each.
//!
//! Whatever happens must be one of three things: the store does not open and says why; or the check names what is damaged,
//! and all else reads as it was written; or nothing is missing at all. Never silence.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use crdt::ids::TextId;
use uuid::Uuid;

use super::SledStore;
use super::tests::{append, copy, files, put};
use crate::store::{About, BlobName, Coll, Entry, Finding, LoggedChange, Op, Snapshot, Store, TidyBounds};

/// Everything that a store gives when it is asked for everything, and what it says is damaged.
#[derive(Default, PartialEq, Debug)]
struct Content {
    logs: BTreeMap<TextId, Vec<LoggedChange>>,
    records: BTreeMap<String, Bytes>,
    audit: Vec<Bytes>,
    blobs: Vec<Bytes>,
    damaged: Vec<Finding>,
}

async fn content(store: &SledStore) -> Content {
    let mut content = Content::default();
    let mut entries = store.dump().await.unwrap().entries;
    loop {
        match entries.recv().await.expect("a dump comes to its end") {
            Entry::Changes { text, changes } => content.logs.entry(text).or_default().extend(changes),
            Entry::Record { record, .. } => drop(content.records.insert(record.key, record.json)),
            Entry::Audit(entry) => content.audit.push(entry.json),
            Entry::Blob(bytes) => content.blobs.push(bytes),
            Entry::Damaged(finding) => content.damaged.push(finding),
            Entry::End => break,
        }
    }
    content.blobs.sort();
    content
}

/// Three texts, one of them packed; records, an audit log, snapshots, a saved history and blobs.
async fn write_everything(folder: &Path) -> BlobName {
    let store = SledStore::open(folder).unwrap();
    let texts = [1, 2, 3].map(|n| TextId(Uuid::from_u128(n)));
    for n in 1..=120 {
        let mut ops =
            vec![append(texts[0], &[n]), put(&format!("record {n}"), &"words ".repeat(600)), Op::audit(&n)];
        if n <= 40 {
            ops.push(append(texts[1], &[n, n + 100]));
            ops.push(append(texts[2], &[n]));
        }
        store.commit(ops).await.unwrap();
    }
    store.tidy(TidyBounds { changes: 100, bytes: u64::MAX }).await.unwrap();
    for upto in [20, 40] {
        let snapshot = Snapshot { upto, heads: vec![], bytes: Bytes::from(vec![upto as u8; 5_000]) };
        store.commit(vec![Op::Snapshot { text: texts[2], snapshot }]).await.unwrap();
    }
    let bytes = Bytes::from(vec![7; 5_000]);
    store.commit(vec![Op::History { text: texts[2], bytes }]).await.unwrap();
    store.put_blob(Bytes::from("a sealed text ".repeat(300))).await.unwrap()
}

/// Chance that repeats itself.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % bound.max(1)
    }
}

/// What is done to a file of this length, at this place.
fn harm(kind: usize, at: usize, bytes: &mut Vec<u8>) -> &'static str {
    match kind {
        0 => {
            bytes[at] ^= 0x20;
            "a bit changed"
        }
        1 => {
            bytes.truncate(at);
            "cut off"
        }
        2 => {
            let end = (at + 4096).min(bytes.len());
            bytes[at..end].fill(0);
            "a block of zeros"
        }
        _ => {
            bytes.clear();
            "nothing left"
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn c08_no_damage_to_any_file_goes_unnoticed() {
    const SEED: u64 = 2016;
    println!("seed {SEED}");
    let around = tempfile::tempdir().unwrap();
    let whole = around.path().join("whole");
    let sealed = write_everything(&whole).await;
    let expected = content(&SledStore::open(&whole).unwrap()).await;
    let mut chance = Chance(SEED);
    let mut outcomes: BTreeMap<&str, usize> = BTreeMap::new();
    let paths: Vec<PathBuf> =
        files(&whole).iter().map(|file| file.strip_prefix(&whole).unwrap().to_owned()).collect();
    for path in &paths {
        let is_large = fs::metadata(whole.join(path)).unwrap().len() > 20_000;
        for round in 0..if is_large { 40 } else { 6 } {
            let data = around.path().join("data");
            copy(&whole, &data);
            let mut bytes = fs::read(data.join(path)).unwrap();
            let at = chance.below(bytes.len());
            if bytes.is_empty() {
                continue;
            }
            let done = harm(if round == 0 { 3 } else { round % 3 }, at, &mut bytes);
            fs::write(data.join(path), bytes).unwrap();
            let case = format!("{}: {done} at {at}", path.display());
            *outcomes.entry(outcome(&data, &case, &expected, sealed).await).or_default() += 1;
            fs::remove_dir_all(&data).unwrap();
        }
    }
    println!("{outcomes:?}");
    assert!(
        outcomes.values().all(|count| *count > 0) && outcomes.len() == 3,
        "each of them happens: {outcomes:?}"
    );
}

async fn outcome(data: &Path, case: &str, expected: &Content, sealed: BlobName) -> &'static str {
    let store = match SledStore::open(data) {
        Ok(store) => store,
        Err(refused) => {
            let words = refused.to_string();
            assert!(refused.is_damage() && words.contains("restore a backup"), "{case}: {words}");
            return "refused";
        }
    };
    let found = store.check().await.unwrap();
    let content = content(&store).await;
    if found.is_empty() {
        assert_eq!(content, *expected, "{case}");
        assert!(store.blob(sealed).await.unwrap().is_some(), "{case}");
        return "nothing is missing";
    }
    let is_named = |about: &About| found.iter().any(|one| one.about == *about || one.about == About::Store);
    for (text, log) in &expected.logs {
        let same = content.logs.get(text) == Some(log);
        assert!(same || is_named(&About::Text(*text)), "{case}: {text} is not as it was; {found:?}");
    }
    for (key, json) in &expected.records {
        let about = About::Record { coll: Coll::Setting as u8, key: key.clone() };
        let same = content.records.get(key) == Some(json);
        assert!(same || is_named(&about), "{case}: {key} is not as it was; {found:?}");
    }
    assert!(content.audit == expected.audit || is_named(&About::Audit), "{case}: the audit log; {found:?}");
    assert!(content.blobs == expected.blobs || is_named(&About::Blob(sealed)), "{case}: blobs; {found:?}");
    "named"
}
