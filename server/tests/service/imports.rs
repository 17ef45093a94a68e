//! A matrix that comes back in a file: looked at first, taken in once, whatever program wrote it.

use std::io::{Cursor, Write as _};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use borrador::store::{Coll, scan_all};
use rust_xlsxwriter::{Format, Formula, Workbook};
use serde_json::{Value, json};

use super::answers::{answers, begins, remarks, rows};
use super::harness::{Answer, PAPER, Service, Somebody};

const LATIN: &[u8] = include_bytes!("../../../fixtures/import/matrix-latin1.csv");
const WORD: &[u8] = include_bytes!("../../../fixtures/import/matrix-merged.docx");

pub(super) async fn brings(somebody: &Somebody, bytes: &[u8], extra: Value) -> Answer {
    let mut body = json!({ "name": "comments", "content": STANDARD.encode(bytes) });
    body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    somebody.post(&format!("/api/v1/papers/{PAPER}/matrix/imports"), &body.to_string()).send().await
}

pub(super) async fn takes_in(somebody: &Somebody, brought: &Value) -> Answer {
    let id = brought["id"].as_str().unwrap();
    somebody.post(&format!("/api/v1/papers/{PAPER}/matrix/imports/{id}/take-in"), "{}").send().await
}

fn sorted(brought: &Value) -> Vec<Value> {
    let row = |row: &Value| json!([row["what"], row["note"], row["number"], row["how"], row["comment"]]);
    brought["rows"].as_array().unwrap().iter().map(row).collect()
}

async fn threads(somebody: &Somebody) -> Vec<Value> {
    let list = somebody.get(&format!("/api/v1/papers/{PAPER}/threads")).send().await.json();
    list["threads"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn rev53_a_file_of_an_old_spreadsheet_is_looked_at_taken_in_and_known_the_second_time() {
    let (_service, [_, claire, adaeze, _]) = begins().await;
    let brought = brings(&claire, LATIN, json!({})).await;
    assert_eq!(brought.status, 201, "{}", brought.text());
    let brought = brought.json();
    assert_eq!(
        sorted(&brought),
        [
            json!(["new", null, 2, "number", "¿Qué llaves?"]),
            json!(["new", null, 1, "number", "Falta decir quién paga"]),
            json!(["new", null, null, "beginning", "Sin lugar"]),
            json!(["unreadable", "no-words", null, null, ""]),
        ]
    );
    assert!(threads(&claire).await.is_empty(), "looking changes nothing");
    let path = format!("/api/v1/papers/{PAPER}/matrix/imports/{}", brought["id"].as_str().unwrap());
    assert_eq!(claire.get(&path).send().await.json()["rows"], brought["rows"], "after a reload");

    assert_eq!(takes_in(&claire, &brought).await.json(), json!({ "new": 3, "changed": 0 }));
    takes_in(&claire, &brought).await.is_refused(412, "stale_version");
    let inside = threads(&claire).await;
    assert_eq!((inside.len(), &inside[0]["audience"]), (3, &json!("component")), "they wait at the desk");
    assert!(threads(&adaeze).await.is_empty());
    assert!(rows(&claire, "").await.is_empty(), "and are not in the matrix before they are sent");
    let again = brings(&claire, LATIN, json!({})).await.json();
    assert_eq!(sorted(&again).iter().filter(|row| row[0] == "known").count(), 3);
    assert_eq!(takes_in(&claire, &again).await.json(), json!({ "new": 0, "changed": 0 }));
    assert_eq!(threads(&claire).await.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn rev53_what_is_entered_on_a_components_behalf_neither_shows_nor_touches_what_it_has_inside() {
    let (service, [_, claire, ..]) = begins().await;
    let ines = service.signs_in("ines").await;
    let own = brings(&claire, LATIN, json!({})).await.json();
    takes_in(&claire, &own).await;
    let inside = threads(&claire).await;
    let mailed = brings(&ines, LATIN, json!({ "component": "MEWA" })).await.json();
    assert_eq!(sorted(&mailed).iter().filter(|row| row[0] == "new").count(), 3, "{mailed}");
    assert_eq!(takes_in(&ines, &mailed).await.json(), json!({ "new": 3, "changed": 0 }));
    assert_eq!(rows(&ines, "").await.len(), 3, "what was mailed is sent");
    let now = threads(&claire).await;
    assert!(inside.iter().all(|thread| now.contains(thread)), "and what waits at the desk is as it was");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev53_our_own_file_comes_back_in_each_form_and_only_what_was_changed_is_added() {
    for format in ["xlsx", "csv", "docx"] {
        let (service, [samir, claire, adaeze, _]) = begins().await;
        remarks(&service, &samir, "welcome", json!({ "body": "=Who pays?", "proposed": "greet" })).await;
        remarks(&service, &adaeze, "Keys", json!({ "body": "Which keys?" })).await;
        let path = format!("/api/v1/papers/{PAPER}/matrix/file?language=es&format={format}");
        let file = claire.get(&path).send().await.body;
        let brought = brings(&claire, &file, json!({})).await.json();
        let whats: Vec<&Value> = brought["rows"].as_array().unwrap().iter().map(|row| &row["what"]).collect();
        assert_eq!(whats, ["known", "foreign"], "{format}");

        let id = rows(&claire, "?component=MEWA").await[0]["id"].as_str().unwrap().to_owned();
        let changed = format!("Id,Comments,Proposed change\n{id},Who pays for it?,greet\n");
        let brought = brings(&claire, changed.as_bytes(), json!({})).await.json();
        assert_eq!(brought["rows"][0]["what"], "changed");
        assert_eq!(takes_in(&claire, &brought).await.json(), json!({ "new": 0, "changed": 1 }));
        let thread = threads(&claire).await.into_iter().find(|thread| thread["id"] == json!(id)).unwrap();
        assert_eq!(thread["comments"][0]["body"], "=Who pays?", "nothing is overwritten");
        assert_eq!(thread["comments"][1]["body"], "Who pays for it?\n\n→ greet");
        let again = brings(&claire, changed.as_bytes(), json!({})).await.json();
        assert_eq!(again["rows"][0]["what"], "known", "{format}: nothing is added twice");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rev54_word_tables_with_merged_cells_and_tracked_changes_find_their_places() {
    let (service, [_, _, adaeze, nadia]) = begins().await;
    let ines = service.signs_in("ines").await;
    adaeze
        .post(&format!("/api/v1/papers/{PAPER}/matrix/imports"), "{}")
        .send()
        .await
        .is_refused(422, "field_invalid");
    let refused = brings(&adaeze, WORD, json!({ "component": "MEWA" })).await;
    refused.is_refused(403, "not_allowed");
    let brought = brings(&ines, WORD, json!({ "component": "MEWA" })).await.json();
    assert_eq!(
        sorted(&brought),
        [
            json!(["new", null, 2, "number", "Which keys & locks?"]),
            json!(["new", null, 1, "number", "Say who.\nAn inner table."]),
        ]
    );
    assert_eq!(takes_in(&ines, &brought).await.json(), json!({ "new": 2, "changed": 0 }));
    let entered = rows(&adaeze, "").await;
    assert_eq!(
        (entered.len(), &entered[0]["component"]),
        (2, &json!("MEWA")),
        "on the component's behalf: sent at once"
    );
    assert_eq!(answers(&nadia, &[&entered[0]], "noted", "").await.status, 201);
    let quoted =
        "MB/NC;Paragraph;Quoted words;Comments\nMEWA;1;open doors;Which?\nMEWA;77;welcome everyone;All?\n";
    let brought = brings(&ines, quoted.as_bytes(), json!({ "component": "MEWA" })).await.json();
    assert_eq!(
        sorted(&brought),
        [json!(["new", null, 2, "quote", "Which?"]), json!(["new", null, 1, "quote", "All?"]),]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rev53_spreadsheets_with_merged_cells_and_formulas_are_read_or_it_is_said_why_not() {
    let (_service, [_, claire, ..]) = begins().await;
    let mut book = Workbook::new();
    book.add_worksheet().set_name("Notes").unwrap().write_string(0, 0, "Nothing here").unwrap();
    let sheet = book.add_worksheet();
    for (column, head) in ["Comments", "Paragraph", "MB/NC"].iter().enumerate() {
        sheet.write_string(3, column as u16, *head).unwrap();
    }
    sheet.set_formula_result_default("");
    sheet.merge_range(4, 2, 5, 2, "AFR", &Format::new()).unwrap();
    sheet.write_string(4, 0, "Theirs.").unwrap();
    sheet.write_string(5, 0, "Theirs too.").unwrap();
    sheet.write_string(6, 0, "Ours.").unwrap().write_number(6, 1, 2).unwrap();
    sheet.write_formula(7, 0, Formula::new("=A7&\"!\"").set_result("Ours.!")).unwrap();
    sheet.write_formula(8, 0, Formula::new("=A7")).unwrap();
    sheet.write_string(1_000_000, 0, "At the end of the world.").unwrap();
    let brought = brings(&claire, &book.save_to_buffer().unwrap(), json!({})).await;
    assert_eq!(brought.status, 201, "{}", brought.text());
    let brought = brought.json();
    let whats: Vec<Value> = sorted(&brought).iter().map(|row| json!([row[0], row[1], row[2]])).collect();
    assert_eq!(
        whats,
        [
            json!(["foreign", null, null]),
            json!(["foreign", null, null]),
            json!(["new", null, 2]),
            json!(["new", null, null]),
            json!(["unreadable", "formula", null]),
            json!(["new", null, null]),
        ]
    );
    assert_eq!(brought["rows"][5]["line"], 1_000_001);
}

/// An archive with one part of this name.
fn archive(name: &str, content: &[u8]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
    archive.write_all(content).unwrap();
    archive.finish().unwrap().into_inner()
}

#[tokio::test(flavor = "multi_thread")]
async fn i01_i02_i04_files_that_are_no_matrix_too_large_or_hostile_are_refused_in_words() {
    let (_service, [_, claire, ..]) = begins().await;
    let many = format!("Comments,Paragraph\n{}", "Who pays?,1\n".repeat(100_000));
    let new = (0..501).map(|n| format!("Remark {n},1\n")).collect::<String>();
    let new = format!("Comments,Paragraph\n{new}");
    let bomb = archive("xl/workbook.xml", &vec![b' '; 101 << 20]);
    let entity = b"<!DOCTYPE x [<!ENTITY a \"b\">]><w:document/>";
    for (bytes, status, code) in [
        (&b""[..], 422, "import_unreadable"),
        (&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], 422, "import_unreadable"),
        (&[0xD0, 0xCF, 0x11, 0xE0, 0, 0], 422, "import_other_format"),
        (&b"PK\x03\x04 cut off"[..], 422, "import_unreadable"),
        (&archive("readme.txt", b"hello"), 422, "import_unreadable"),
        (&b"Name,Age\nSamir,40\n"[..], 422, "import_unreadable"),
        (many.as_bytes(), 413, "import_too_large"),
        (new.as_bytes(), 422, "import_unreadable"),
        (&bomb, 413, "import_too_large"),
        (&archive("word/document.xml", entity), 422, "import_unsafe"),
    ] {
        brings(&claire, bytes, json!({})).await.is_refused(status, code);
    }
    let body = json!({ "name": "x", "content": "not base64!" }).to_string();
    let path = format!("/api/v1/papers/{PAPER}/matrix/imports");
    claire.post(&path, &body).send().await.is_refused(422, "field_invalid");
    assert!(threads(&claire).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn i02_a_spreadsheet_of_100_000_rows_is_refused_in_words_and_nothing_of_it_is_kept() {
    let (service, [_, claire, ..]) = begins().await;
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_string(0, 0, "Comments").unwrap().write_string(0, 1, "Paragraph").unwrap();
    for row in 1..=100_000 {
        sheet.write_number(row, 0, row).unwrap();
    }
    let refused = brings(&claire, &book.save_to_buffer().unwrap(), json!({})).await;
    refused.is_refused(413, "import_too_large");
    assert!(refused.text().contains("50000 rows"), "{}", refused.text());
    assert!(kept(&service).await.is_empty());
}

/// The keys of all that is kept of files that were brought.
async fn kept(service: &Service) -> Vec<String> {
    let mut keys = Vec::new();
    for coll in [Coll::MatrixImport, Coll::MatrixFile] {
        let records = scan_all(&*service.app.store, coll, "").await.unwrap();
        keys.extend(records.into_iter().map(|record| record.key));
    }
    keys
}

#[tokio::test(flavor = "multi_thread")]
async fn rev53_a_file_that_was_only_looked_at_is_thrown_away_by_who_brought_it_and_by_time() {
    let (service, [_, claire, adaeze, nadia]) = begins().await;
    let matrix = format!("/api/v1/papers/{PAPER}/matrix/imports");
    let address = |brought: &Value| format!("{matrix}/{}", brought["id"].as_str().unwrap());
    let looked_at = brings(&claire, LATIN, json!({})).await.json();
    for other in [&adaeze, &nadia] {
        other.delete(&address(&looked_at)).send().await.is_refused(404, "not_found");
    }
    assert_eq!(claire.delete(&address(&looked_at)).send().await.status, 204);
    claire.get(&address(&looked_at)).send().await.is_refused(404, "not_found");
    takes_in(&claire, &looked_at).await.is_refused(404, "not_found");
    assert!(kept(&service).await.is_empty(), "the file has gone with it");
    assert!(threads(&claire).await.is_empty());

    let taken = brings(&claire, LATIN, json!({})).await.json();
    takes_in(&claire, &taken).await;
    claire.delete(&address(&taken)).send().await.is_refused(412, "stale_version");
    brings(&claire, b"Comments,Paragraph\nAnd who else?,1\n", json!({})).await;
    service.passes(Duration::from_hours(14 * 24) - Duration::from_millis(1));
    service.app.sweep_imports(service.app.clock.now()).await.unwrap();
    assert_eq!(kept(&service).await.len(), 3, "two records, and the bytes of what was only looked at");
    service.passes(Duration::from_millis(1));
    assert_eq!(service.app.sweep_imports(service.app.clock.now()).await.unwrap(), 1);
    let left = kept(&service).await;
    assert_eq!(left.len(), 1);
    assert!(left[0].ends_with(taken["id"].as_str().unwrap()));
    let claire = service.signs_in("claire").await;
    let again = claire.get(&address(&taken)).send().await;
    assert_eq!(again.status, 200, "what was taken in stays, with its file: {}", again.text());
    assert_eq!(sorted(&again.json()).iter().filter(|row| row[0] == "known").count(), 3);
}
