//! C12: a sealed draft proves itself, a changed byte is named, and none of it needs the service.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output};

use borrador::proof::Proof;
use borrador::proof::archive::{self, Files};
use borrador::proof::key::Signer;
use borrador::proof::verify::{Fault, verify};
use borrador::store::memory::MemoryStore;
use borrador::store::{Coll, Expect, Op, Store};
use crdt::document::schema::Image;
use crdt::document::{Block, BlockKind, Run};
use crdt::history::proof::{Metadata, SealerName};
use crdt::ids::ParagraphId;
use serde_json::json;
use std::sync::Arc;
use zip::write::SimpleFileOptions;

use super::harness::{Service, Somebody};
use super::sources::{added, cites, png, writes};

const MILESTONES: &str = "/api/v1/papers/housing/milestones";

/// Inés seals, and Adaeze speaks for her section.
async fn sealed(service: &Service) -> (Somebody, String) {
    let [ines, adaeze] = [service.signs_in("ines").await, service.signs_in("adaeze").await];
    let body = json!({ "name": "Bogotá draft", "note": "Read it.\nAll of it." }).to_string();
    let sealed = ines.post(MILESTONES, &body).send().await;
    assert_eq!(sealed.status, 201, "{}", sealed.text());
    let id = sealed.json()["id"].as_str().unwrap().to_owned();
    let position = json!({ "milestone": id, "subject": { "on": "paper" }, "stance": "supports" });
    let taken = adaeze.post("/api/v1/papers/housing/positions", &position.to_string()).send().await;
    assert_eq!(taken.status, 201, "{}", taken.text());
    (ines, format!("/api/v1/milestones/{id}"))
}

async fn bundle(somebody: &Somebody, milestone: &str) -> Vec<u8> {
    let answer = somebody.get(&format!("{milestone}/bundle")).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("content-type"), Some("application/zip"));
    answer.body
}

fn parts(faults: &[Fault]) -> Vec<&str> {
    faults.iter().map(|fault| fault.part.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn his10_a_bundle_is_whole_and_the_same_each_time() {
    let service = Service::start().await;
    let (ines, milestone) = sealed(&service).await;
    // Nobody has asked for its PDF before: the bundle has it made.
    let first = bundle(&ines, &milestone).await;
    // Word and HTML files are made anew for each bundle.
    service.passes(std::time::Duration::from_hours(48));
    let ines = service.signs_in("ines").await;
    assert_eq!(bundle(&ines, &milestone).await, first);
    let whole = verify(&first, &[]).unwrap();
    assert_eq!(whole.metadata.name, "Bogotá draft");
    assert_eq!(whole.metadata.sealed_by.person, "Inés Duarte");
    let shown = ines.get(&milestone).send().await.json();
    assert_eq!(shown["proof"]["root"], whole.statement.root.to_string());
    assert_eq!(shown["proof"]["statement"], whole.statement.to_string());
    let names: Vec<String> = archive::unpack(&first).unwrap().files.into_keys().collect();
    let key = shown["proof"]["key"].as_str().unwrap();
    let expected = [
        "README.txt",
        "files/en.docx",
        "files/en.html",
        "files/en.md",
        "files/en.pdf",
        &format!("keys/{key}.pem"),
        "manifest.json",
        "manifest.sig",
        "metadata.json",
        "positions.json",
        "sealed.sha256",
        "statement.sig",
        "statement.txt",
        "texts/en/1.json",
        "texts/en/2.json",
    ];
    assert_eq!(names, expected);
    let positions = archive::unpack(&first).unwrap().files["positions.json"];
    assert!(String::from_utf8_lossy(positions).contains(r#""component":"AFR""#));
}

/// The same, of a paper with a picture and a citation.
async fn sealed_with_apparatus(service: &Service) -> (Somebody, String, String) {
    let adaeze = service.signs_in("adaeze").await;
    let source = added(&adaeze).await;
    cites(service, &adaeze, source["id"].as_str().unwrap()).await;
    let house = adaeze.brings("/api/v1/papers/housing/images", "image/png", &png(40, 30)).send().await.json();
    let house = house["blob"].as_str().unwrap().to_owned();
    let image = Image { blob: house.clone(), alt: "A house".into(), credit: String::new() };
    let figure = Block::new(ParagraphId([1; 8]), BlockKind::Image(image), vec![Run::plain("Front")]);
    writes(service, &adaeze, |blocks| blocks.push(figure)).await;
    let (ines, milestone) = sealed(service).await;
    (ines, milestone, format!("images/{house}.png"))
}

#[actix_web::test]
async fn his44_pictures_and_sources_are_sealed_and_what_is_said_of_a_source_later_changes_no_file() {
    let service = Service::start().await;
    let (ines, milestone, picture) = sealed_with_apparatus(&service).await;
    let bytes = bundle(&ines, &milestone).await;
    let whole = verify(&bytes, &[]).unwrap();
    assert_eq!(whole.statement.parts, 5, "metadata, two texts, a picture, the sources");
    let files = archive::unpack(&bytes).unwrap().files;
    assert_eq!(files[&picture], png(40, 30));
    let cited = String::from_utf8(files["sources.json"].to_vec()).unwrap();
    assert!(cited.contains(r#""title":"The Right to the City""#), "{cited}");
    let adaeze = service.signs_in("adaeze").await;
    let sources = adaeze.get("/api/v1/papers/housing/sources").send().await.json();
    let at = format!("/api/v1/papers/housing/sources/{}", sources["sources"][0]["id"].as_str().unwrap());
    let put =
        adaeze.put(&at, &json!({ "title": "Something else", "author": "Nobody" }).to_string()).send().await;
    assert_eq!(put.status, 200, "{}", put.text());
    assert_eq!(bundle(&ines, &milestone).await, bytes);
    let markdown = ines.get(&format!("{milestone}/files/en.md")).send().await.text();
    assert!(markdown.contains("The Right to the City") && !markdown.contains("Something else"), "{markdown}");
}

#[actix_web::test]
async fn c12_one_bit_of_a_picture_or_of_a_source_is_named() {
    let service = Service::start().await;
    let (ines, milestone, picture) = sealed_with_apparatus(&service).await;
    let whole = bundle(&ines, &milestone).await;
    for name in [picture.as_str(), "sources.json"] {
        let bytes = archive::unpack(&whole).unwrap().files[name];
        let start = bytes.as_ptr() as usize - whole.as_ptr() as usize;
        for at in 0..bytes.len() {
            let mut changed = whole.clone();
            changed[start + at] ^= 1;
            let faults = verify(&changed, &[]).unwrap_err();
            assert_eq!(parts(&faults), [name], "byte {at}: {faults:?}");
        }
    }
}

#[actix_web::test]
async fn his44_a_draft_that_was_signed_without_pictures_and_sources_stays_whole() {
    let service = Service::start().await;
    let (ines, milestone, picture) = sealed_with_apparatus(&service).await;
    let id = milestone.rsplit('/').next().unwrap();
    let (paper, draft) = service.app.milestone(id.parse().unwrap()).await.unwrap();
    // As a version before signed it.
    let by = SealerName { person: "Inés Duarte".into(), component: "SEC".into() };
    let metadata = Metadata::of(&draft, by, None);
    service.app.store.put_blob(metadata.json().into()).await.unwrap();
    let proof = Proof::of(&metadata, &service.app.settings.signer, draft.sealed_at);
    let put = Op::put(Coll::Proof, format!("{paper}/{id}"), Expect::Any, &proof);
    service.app.store.commit(vec![put]).await.unwrap();
    let bytes = bundle(&ines, &milestone).await;
    assert_eq!(verify(&bytes, &[]).unwrap().statement.parts, 3);
    assert!(!archive::unpack(&bytes).unwrap().files.contains_key(&picture));
    let markdown = ines.get(&format!("{milestone}/files/en.md")).send().await.text();
    assert!(markdown.contains("The Right to the City"), "its bibliography is that of now: {markdown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn his9_a_seal_holds_the_procedure_as_it_had_come_to_be() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let before = service.app.store.last_audit().await.unwrap().unwrap();
    let sealed = ines.post(MILESTONES, r#"{"name":"Bogotá draft"}"#).send().await.json();
    let bytes = bundle(&ines, &format!("/api/v1/milestones/{}", sealed["id"].as_str().unwrap())).await;
    let audit = verify(&bytes, &[]).unwrap().metadata.audit.unwrap();
    assert_eq!((audit.sequence, audit.hash.0), (before.seq, before.hash));
}

#[tokio::test(flavor = "multi_thread")]
async fn c12_one_byte_changed_anywhere_is_named() {
    let service = Service::start().await;
    let (ines, milestone) = sealed(&service).await;
    let whole = bundle(&ines, &milestone).await;
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut chance = fastrand::Rng::with_seed(seed);
    let unpacked = archive::unpack(&whole).unwrap();
    for (name, bytes) in &unpacked.files {
        let start = bytes.as_ptr() as usize - whole.as_ptr() as usize;
        let ends = [0, bytes.len() - 1];
        let inside: Vec<usize> = (0..30).map(|_| chance.usize(..bytes.len())).collect();
        for at in ends.into_iter().chain(inside) {
            let mut changed = whole.clone();
            changed[start + at] ^= 1 << chance.u8(..8);
            let faults = verify(&changed, &[]).unwrap_err();
            assert!(parts(&faults).contains(&name.as_str()), "byte {at} of {name}: {faults:?}");
        }
    }
    for _ in 0..2_000 {
        let mut changed = whole.clone();
        let at = chance.usize(..whole.len());
        changed[at] = changed[at].wrapping_add(chance.u8(1..));
        assert!(verify(&changed, &[]).is_err(), "byte {at}");
        assert!(verify(&whole[..at], &[]).is_err(), "cut off at {at}");
    }
    assert!(verify(&[whole.as_slice(), b"\n"].concat(), &[]).is_err(), "something behind it");
}

#[tokio::test(flavor = "multi_thread")]
async fn c12_a_part_that_is_missing_or_too_many_is_named() {
    let service = Service::start().await;
    let (ines, milestone) = sealed(&service).await;
    let whole = bundle(&ines, &milestone).await;
    let files = archive::unpack(&whole).unwrap().files;
    for name in files.keys() {
        let mut fewer = files.clone();
        fewer.remove(name);
        let faults = verify(&archive::pack(&fewer).unwrap(), &[]).unwrap_err();
        let told = faults.iter().any(|fault| fault.part == *name && fault.detail.contains("missing"));
        assert!(told, "{name}: {faults:?}");
        // A text that takes the place of another is none of the sealed ones.
        let mut other = files.clone();
        other.insert(name.clone(), b"[]");
        let faults = verify(&archive::pack(&other).unwrap(), &[]).unwrap_err();
        assert!(parts(&faults).contains(&name.as_str()), "{name}: {faults:?}");
    }
    let mut more = files.clone();
    more.insert("texts/en/3.json".to_owned(), b"[]");
    let faults = verify(&archive::pack(&more).unwrap(), &[]).unwrap_err();
    assert_eq!(parts(&faults), ["texts/en/3.json"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn c12_what_somebody_else_signed_is_told_by_the_key() {
    let service = Service::start().await;
    let (ines, milestone) = sealed(&service).await;
    let whole = bundle(&ines, &milestone).await;
    let files = archive::unpack(&whole).unwrap().files;
    let ours = verify(&whole, &[]).unwrap().statement;
    // A forger changes the statement and signs it, with everything that follows from it.
    let forger = Signer::fresh();
    let theirs = forger.public().id().to_string();
    let statement =
        ours.to_string().replace(&ours.key.to_string(), &theirs).replace("Bogotá draft", "Quito draft");
    let metadata = String::from_utf8(files["metadata.json"].to_vec()).unwrap().replace("Bogotá", "Quito");
    let digest = |bytes: &[u8]| crdt::history::digest::of_bytes(bytes).to_string();
    let list = String::from_utf8(files["sealed.sha256"].to_vec()).unwrap();
    let list = list.replace(&digest(files["metadata.json"]), &digest(metadata.as_bytes()));
    let root = crdt::history::proof::root(&crdt::history::proof::parse_list(&list).unwrap());
    let statement = statement.replace(&ours.root.to_string(), &root.to_string());
    let mut forged: BTreeMap<String, Vec<u8>> =
        files.iter().map(|(name, bytes)| (name.clone(), bytes.to_vec())).collect();
    forged.remove(&format!("keys/{}.pem", ours.key));
    forged.insert(format!("keys/{theirs}.pem"), forger.public().pem().into());
    forged.insert("metadata.json".into(), metadata.into());
    forged.insert("sealed.sha256".into(), list.into());
    forged.insert("statement.sig".into(), forger.sign(statement.as_bytes()).0.to_vec());
    forged.insert("statement.txt".into(), statement.into());
    let packed = |mut files: BTreeMap<String, Vec<u8>>| {
        let listed = files.iter().filter(|(name, _)| !name.starts_with("manifest."));
        let facts: serde_json::Map<String, serde_json::Value> = listed
            .map(|(name, bytes)| (name.clone(), json!({ "sha256": digest(bytes), "size": bytes.len() })))
            .collect();
        let manifest = crdt::history::digest::canonical_json(
            &json!({ "borrador_bundle": 1, "files": facts, "key": theirs, "milestone": ours.milestone }),
        );
        files.insert("manifest.sig".into(), forger.sign(manifest.as_bytes()).0.to_vec());
        files.insert("manifest.json".into(), manifest.into());
        let files: Files<'_> = files.iter().map(|(name, bytes)| (name.clone(), bytes.as_slice())).collect();
        archive::pack(&files).unwrap()
    };
    let forged = packed(forged);

    assert_eq!(verify(&forged, &[]).unwrap().statement.key.to_string(), theirs, "it is whole in itself");
    let faults = verify(&forged, &[ours.key]).unwrap_err();
    assert_eq!(parts(&faults), ["manifest.sig", "statement.sig"]);
    assert!(faults[0].detail.contains(&theirs), "{faults:?}");

    // Or leaves what was sealed as it was, and puts other positions beside it.
    let mut beside: BTreeMap<String, Vec<u8>> =
        files.iter().map(|(name, bytes)| (name.clone(), bytes.to_vec())).collect();
    beside.insert(format!("keys/{theirs}.pem"), forger.public().pem().into());
    beside.insert("positions.json".into(), b"[]".to_vec());
    let beside = packed(beside);
    let faults = verify(&beside, &[ours.key]).unwrap_err();
    assert_eq!(parts(&faults), ["manifest.sig"]);
    let both = [ours.key, forger.public().id()];
    assert!(verify(&beside, &both).is_ok(), "unless that key is named too");
}

#[test]
fn i_an_archive_that_is_none_of_ours_is_refused_in_words() {
    let packed = |name: &str, bytes: &[u8], options: SimpleFileOptions| {
        let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        archive.start_file(name, options).unwrap();
        archive.write_all(bytes).unwrap();
        archive.finish().unwrap().into_inner()
    };
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let deflated = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    let mut huge = archive::pack(&Files::from([("a".to_owned(), b"a".as_slice())])).unwrap();
    huge[18..26].fill(0xff);
    let refused = [
        (packed("bomb", &vec![0; 50 << 20], deflated), "is compressed"),
        (packed("../../etc/cron.d/x", b"x", stored), "leads elsewhere"),
        (packed("/etc/passwd", b"x", stored), "leads elsewhere"),
        (packed("a\\b", b"x", stored), "leads elsewhere"),
        (huge, "ends in the middle"),
        (b"%PDF-1.7".to_vec(), "not a bundle"),
        (Vec::new(), "not a bundle"),
    ];
    for (bytes, words) in refused {
        let faults = verify(&bytes, &[]).unwrap_err();
        assert_eq!(parts(&faults), ["the archive"]);
        assert!(faults[0].detail.contains(words), "{faults:?} without {words}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn his9_a_key_that_is_lost_leaves_its_proof_behind() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let before = Service::over(store.clone(), |_| {}).await;
    let (ines, milestone) = sealed(&before).await;
    let keys = ines.get("/api/v1/keys").send().await.json()["keys"].clone();
    assert_eq!(keys.as_array().unwrap().len(), 1);
    assert_eq!(keys[0]["until"], serde_json::Value::Null);

    // Another machine, with what a backup had: everything but the key.
    let after = Service::on(store, |_| {}).await;
    let ines = ines.at(&after);
    let now = after.get("/api/v1/keys").send().await.json()["keys"].clone();
    assert_eq!(now.as_array().unwrap().len(), 2);
    assert_eq!((&now[1]["id"], &now[1]["pem"]), (&keys[0]["id"], &keys[0]["pem"]));
    assert_ne!(now[1]["until"], serde_json::Value::Null);
    let whole = verify(&bundle(&ines, &milestone).await, &[]).unwrap();
    assert_eq!(keys[0]["id"], whole.statement.key.to_string());
    assert_eq!(now[0]["id"], whole.packed_with.to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn his9_a_draft_of_before_there_were_signatures_is_signed_later_and_says_so() {
    let service = Service::start().await;
    let (_, milestone) = sealed(&service).await;
    let id = milestone.rsplit('/').next().unwrap();
    let key = format!("{}/{id}", service.paper().id);
    let delete = Op::Delete { coll: Coll::Proof, key, expect: Expect::Any };
    service.app.store.commit(vec![delete]).await.unwrap();
    service.passes(std::time::Duration::from_hours(24));
    assert_eq!(service.app.sign_earlier().await.unwrap(), 1);
    assert_eq!(service.app.sign_earlier().await.unwrap(), 0);
    let ines = service.signs_in("ines").await;
    let whole = verify(&bundle(&ines, &milestone).await, &[]).unwrap();
    assert!(whole.statement.signed > whole.statement.sealed);
    assert!(whole.metadata.is_whole(), "HIS2 holds as before");
    assert_eq!(whole.metadata.audit, None, "what the log said then, nobody noted");
}

#[tokio::test(flavor = "multi_thread")]
async fn check_names_a_proof_that_does_not_hold() {
    let service = Service::start().await;
    let (_, milestone) = sealed(&service).await;
    let report = borrador::app::check::check(&*service.app.store).await.unwrap();
    assert!(report.whole, "{report:?}");
    let id = milestone.rsplit('/').next().unwrap();
    let key = format!("{}/{id}", service.paper().id);
    let kept = service.app.store.get(Coll::Proof, &key).await.unwrap().unwrap();
    let mut proof: serde_json::Value = kept.read().unwrap();
    proof["statement"] = json!(proof["statement"].as_str().unwrap().replace("Bogotá", "Quito"));
    service.app.store.commit(vec![Op::put(Coll::Proof, key, Expect::Any, &proof)]).await.unwrap();
    let report = borrador::app::check::check(&*service.app.store).await.unwrap();
    assert!(
        report.words().contains("its signature is not one of a key of this service"),
        "{}",
        report.words()
    );
}

fn borrador(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_borrador")).args(args).current_dir(folder).env_clear().output().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn c12_the_command_says_by_its_exit_code_whether_a_bundle_is_whole() {
    let service = Service::start().await;
    let (ines, milestone) = sealed(&service).await;
    let mut bytes = bundle(&ines, &milestone).await;
    let key = verify(&bytes, &[]).unwrap().statement.key.to_string();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("bundle.zip"), &bytes).unwrap();
    let said = |args: &[&str]| {
        let output = borrador(folder.path(), &[&["verify"], args].concat());
        let words =
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        (output.status.code(), words)
    };
    let (code, words) = said(&["bundle.zip"]);
    assert_eq!(code, Some(0), "{words}");
    assert!(words.contains("“Bogotá draft” of housing") && words.contains(&key), "{words}");
    assert_eq!(said(&["bundle.zip", "--key", &key]).0, Some(0));
    let pem = service.get("/api/v1/keys").send().await.json()["keys"][0]["pem"].as_str().unwrap().to_owned();
    std::fs::write(folder.path().join("key.pem"), pem).unwrap();
    assert_eq!(said(&["bundle.zip", "--key", "key.pem"]).0, Some(0));
    let (code, words) = said(&["bundle.zip", "--key", &"0".repeat(64)]);
    assert_eq!(code, Some(1));
    assert!(words.contains("does not match: statement.sig: it is signed with the key"), "{words}");
    for usage in [&["bundle.zip", "--key", "nonsense"][..], &[], &["--kye", "x", "bundle.zip"]] {
        assert_eq!(said(usage).0, Some(2), "{usage:?}");
    }
    let text =
        archive::unpack(&bytes).unwrap().files["texts/en/2.json"].as_ptr() as usize - bytes.as_ptr() as usize;
    bytes[text + 20] ^= 1;
    std::fs::write(folder.path().join("bundle.zip"), &bytes).unwrap();
    let (code, words) = said(&["bundle.zip"]);
    assert_eq!(code, Some(1));
    assert!(words.starts_with("does not match: texts/en/2.json: "), "{words}");
    assert_eq!(said(&["nothing.zip"]).0, Some(1));
}

/// The commands of docs/PROOF.md, in order.
fn documented() -> String {
    let page =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/PROOF.md")).unwrap();
    let commands: String =
        page.split("```sh\n").skip(1).map(|block| block.split("```").next().unwrap()).collect();
    assert!(commands.contains("openssl pkeyutl -verify"), "{commands}");
    commands
}

#[actix_web::test]
async fn c12_the_check_by_hand_does_what_the_page_says() {
    for tool in ["openssl", "unzip", "basenc"] {
        let there = Command::new("which").arg(tool).output().is_ok_and(|output| output.status.success());
        assert!(there, "this test needs {tool}; on Debian: apt-get install openssl unzip coreutils");
    }
    let service = Service::start().await;
    let (ines, milestone, picture) = sealed_with_apparatus(&service).await;
    let bytes = bundle(&ines, &milestone).await;
    let by_hand = |bytes: &[u8]| {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("b.zip"), bytes).unwrap();
        let mut command = Command::new("bash");
        command
            .args(["-euo", "pipefail", "-c", &documented()])
            .current_dir(folder.path())
            .env("BUNDLE", "b.zip");
        command.output().unwrap()
    };
    let output = by_hand(&bytes);
    assert!(output.status.success(), "{output:?}");
    let files = archive::unpack(&bytes).unwrap().files;
    for name in [
        "texts/en/1.json",
        &picture,
        "sources.json",
        "files/en.docx",
        "files/en.html",
        "metadata.json",
        "sealed.sha256",
        "statement.txt",
        "statement.sig",
        "positions.json",
        "manifest.sig",
    ] {
        let mut changed: BTreeMap<String, Vec<u8>> =
            files.iter().map(|(name, bytes)| (name.clone(), bytes.to_vec())).collect();
        *changed.get_mut(name).unwrap().last_mut().unwrap() ^= 1;
        let changed: Files<'_> =
            changed.iter().map(|(name, bytes)| (name.clone(), bytes.as_slice())).collect();
        let output = by_hand(&archive::pack(&changed).unwrap());
        assert!(!output.status.success(), "{name} was changed, and the page's commands take it");
    }
}
