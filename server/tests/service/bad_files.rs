//! Files that are too wide, too deep or made to mislead, on their way in and out; and a PDF program that fails. Whoever brought them is
//! told in words, everybody else notices nothing.

use std::io::{Cursor, Write as _};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::harness::{Answer, Service, Somebody};

const EXPORT: &str = "/api/v1/papers/housing/export?language=en&format=pdf";
const FORMATS: [&str; 4] = ["md", "html", "docx", "pdf"];

/// A PDF program that does `once` with its first job and answers every other one.
fn fails_once(once: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("pdf");
    let script = format!(
        "#!/bin/sh
PATH=/usr/bin:/bin
while n=$(head -c 4 | od -An -tu4) && [ -n \"$n\" ]; do
    head -c $n >/dev/null
    if mkdir '{}' 2>/dev/null; then {once}; fi
    printf '\\000\\004\\000\\000\\000%%PDF'
done
",
        folder.path().join("once").display()
    );
    std::fs::write(&program, script).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).unwrap();
    (folder, program)
}

#[tokio::test(flavor = "multi_thread")]
async fn i13_an_export_that_takes_too_long_is_told_with_the_limit_and_the_next_one_is_made() {
    let (_folder, program) = fails_once("exec sleep 600");
    let service = Service::with(|settings| {
        settings.pdf_worker = Some(program);
        settings.limits.export_seconds = 1;
    })
    .await;
    let [samir, adaeze] = [service.signs_in("samir").await, service.signs_in("adaeze").await];
    let asked = samir.get(EXPORT);
    let (slow, meanwhile) = tokio::join!(asked.send(), adaeze.get("/api/v1/papers/housing").send());
    slow.is_refused(503, "export_too_long");
    assert!(slow.text().contains("1 second"), "{}", slow.text());
    assert_eq!(meanwhile.status, 200);
    assert_eq!(samir.get(EXPORT).send().await.text(), "%PDF");
}

#[tokio::test(flavor = "multi_thread")]
async fn i13_a_pdf_program_that_dies_over_its_memory_takes_nobody_with_it() {
    let (_folder, program) = fails_once("kill -9 $$");
    let service = Service::with(|settings| settings.pdf_worker = Some(program)).await;
    let samir = service.signs_in("samir").await;
    let dead = samir.get(EXPORT).send().await;
    dead.is_refused(422, "export_refused");
    assert_eq!(dead.json()["details"]["reason"], "worker_died");
    assert_eq!(samir.get(EXPORT).send().await.text(), "%PDF");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_pdf_program_says_of_a_text_reaches_whoever_asked_as_facts_too() {
    let place = json!({ "at": "paragraph", "number": "12" });
    let character = json!({ "character": "中", "code_point": "U+4E2D", "place": place });
    let objection = json!({
        "code": "character_without_font",
        "message": "no font has it",
        "hints": ["replace it"],
        "facts": { "characters": [character], "more": 2 },
    });
    let (folder, program) = fails_once("cat answer");
    let json = objection.to_string();
    let length = u32::try_from(json.len()).unwrap().to_le_bytes();
    let answer = [&[1], &length[..], json.as_bytes()].concat();
    std::fs::write(folder.path().join("answer"), answer).unwrap();
    let script = std::fs::read_to_string(&program).unwrap();
    let whole = script.replace("cat answer", &format!("cat '{}/answer'; continue", folder.path().display()));
    std::fs::write(&program, whole).unwrap();

    let service = Service::with(|settings| settings.pdf_worker = Some(program)).await;
    let refused = service.signs_in("samir").await.get(EXPORT).send().await;
    refused.is_refused(422, "export_refused");
    let problem = refused.json();
    assert_eq!(problem["detail"], "no font has it");
    let expected = json!({
        "reason": "character_without_font",
        "hints": ["replace it"],
        "characters": [character],
        "more": 2,
    });
    assert_eq!(problem["details"], expected);
}

/// A table with so many rows below its head.
fn table(rows: usize, columns: usize) -> String {
    let row = |cell: &dyn Fn(usize) -> String| {
        format!("|{}|\n", (0..columns).map(cell).collect::<Vec<_>>().join("|"))
    };
    let mut words =
        "# Figures\n\n".to_owned() + &row(&|column| format!("c{column}")) + &row(&|_| "---".to_owned());
    for number in 0..rows {
        words += &row(&|column| format!("r{number}c{column}"));
    }
    words
}

async fn makes(somebody: &Somebody, slug: &str, markdown: &str) -> Answer {
    let new = json!({ "slug": slug, "title": "Figures", "language": "en", "markdown": markdown });
    somebody.post("/api/v1/papers", &new.to_string()).send().await
}

async fn exports(somebody: &Somebody, slug: &str, format: &str) -> Answer {
    let file =
        somebody.get(&format!("/api/v1/papers/{slug}/export?language=en&format={format}")).send().await;
    assert_eq!(file.status, 200, "{format}: {}", file.text());
    file
}

#[tokio::test(flavor = "multi_thread")]
async fn i07_a_table_of_300_rows_and_100_columns_is_refused_with_the_limit_and_nothing_is_made() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let refused = makes(&ines, "figures", &table(299, 100)).await;
    refused.is_refused(422, "import_unreadable");
    assert!(refused.text().contains("30001 paragraphs"), "{}", refused.text());
    let row = format!("<w:tr>{}</w:tr>", "<w:tc><w:p><w:r><w:t>x</w:t></w:r></w:p></w:tc>".repeat(100));
    let refused =
        brings(&ines, "figures", "t.docx", &docx(&format!("<w:tbl>{}</w:tbl>", row.repeat(300)), "")).await;
    refused.is_refused(422, "import_unreadable");
    assert!(refused.text().contains("30001 paragraphs"), "{}", refused.text());
    ines.get("/api/v1/papers/figures").send().await.is_refused(404, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn i07_the_largest_table_that_is_taken_is_read_and_goes_out_in_every_format() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let made = makes(&ines, "figures", &table(110, 9)).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let made = made.json();
    let text = made["chapters"][0]["texts"]["en"]["id"].as_str().unwrap();
    let read = ines.get(&format!("/api/v1/texts/{text}")).send().await.json();
    assert_eq!(read["blocks"].as_array().unwrap().len(), 1 + 111 * 9, "the limit is a thousand");
    for format in FORMATS {
        let file = exports(&ines, "figures", format).await;
        let words = match format {
            "docx" => super::exports::words_of(&file.body),
            "pdf" => continue,
            _ => file.text(),
        };
        assert!(words.contains("r109c8"), "the last cell is missing in {format}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn i07_lists_quotations_and_tables_120_deep_are_read_and_go_out_in_every_format() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let mut lists = String::new();
    for depth in 0..120 {
        lists += &format!("{}- item {depth}\n", "  ".repeat(depth));
    }
    let markdown = format!("# Deep\n\n{} quoted\n\n{lists}", ">".repeat(120));
    assert_eq!(makes(&ines, "deep", &markdown).await.status, 201);
    let item = |level: u32| {
        format!(
            "<w:p><w:pPr><w:numPr><w:ilvl w:val=\"{level}\"/><w:numId w:val=\"1\"/></w:numPr></w:pPr><w:r><w:t>item {level}</w:t></w:r></w:p>"
        )
    };
    let tables = "<w:tbl><w:tr><w:tc>".repeat(120)
        + "<w:p><w:r><w:t>inner</w:t></w:r></w:p>"
        + &"</w:tc></w:tr></w:tbl>".repeat(120);
    let body = (0..300).step_by(60).map(item).collect::<String>() + &tables;
    let brought = brings(&ines, "deeper", "deep.docx", &docx(&body, "")).await;
    assert_eq!(brought.status, 201, "{}", brought.text());
    for (slug, words) in
        [("deep", "item 119"), ("deep", "quoted"), ("deeper", "item 240"), ("deeper", "inner")]
    {
        for format in FORMATS {
            let file = exports(&ines, slug, format).await;
            let found = match format {
                "docx" => super::exports::words_of(&file.body),
                "pdf" => continue,
                _ => file.text(),
            };
            assert!(found.contains(words), "{words} is missing in {format} of {slug}");
        }
    }
}

const NAMES: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"";

fn docx(body: &str, comments: &str) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, root, words) in [
        ("document", "document", format!("<w:body>{body}</w:body>")),
        ("comments", "comments", comments.to_owned()),
    ] {
        archive.start_file(format!("word/{name}.xml"), SimpleFileOptions::default()).unwrap();
        write!(archive, "<w:{root} {NAMES}>{words}</w:{root}>").unwrap();
    }
    archive.finish().unwrap().into_inner()
}

async fn brings(somebody: &Somebody, slug: &str, name: &str, file: &[u8]) -> Answer {
    let body = json!({ "slug": slug, "title": "Homes", "language": "en", "name": name, "content": STANDARD.encode(file) });
    somebody.post("/api/v1/imports/word", &body.to_string()).send().await
}

#[tokio::test(flavor = "multi_thread")]
async fn i11_names_in_a_file_and_of_a_file_turn_nothing_round_and_stop_nothing() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let author = format!("Ana\u{202E}&#10;&#1;&lt;b&gt;{}", "é".repeat(1_000));
    let words = |words: &str| format!("<w:r><w:t xml:space=\"preserve\">{words}</w:t></w:r>");
    let body = format!(
        "<w:p>{}<w:ins w:author=\"{author}\" w:date=\"\u{202E}16-09\">{}</w:ins><w:commentRangeStart w:id=\"1\"/>{}<w:commentRangeEnd w:id=\"1\"/></w:p>",
        words("Homes\u{202E} for "),
        words("new\u{2066} "),
        words("people")
    );
    let comment = format!(
        "<w:comment w:id=\"1\" w:author=\"{author}\" w:date=\"\u{202E}\u{7}6-09-12T\"><w:p>{}</w:p></w:comment>",
        words("Who\u{202E}?")
    );
    let name = format!("../..\\C:\\x\"\n\u{202E}xcod.{}", "n".repeat(1_000));
    let made = brings(&ines, "homes", &name, &docx(&body, &comment)).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let list = async |what: &str| {
        ines.get(&format!("/api/v1/papers/homes/{what}")).send().await.json()[what].clone()
    };
    let (drafts, threads) = (list("amendments").await, list("threads").await);
    let said = [&drafts[0]["title"], &drafts[0]["reason"], &threads[0]["comments"][0]["body"]];
    for words in said.map(|words: &Value| words.as_str().unwrap()) {
        assert!(words.contains("Ana") || words.contains("Who?"), "{words}");
        let hidden =
            |c: char| matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{1}' | '\u{7}');
        assert!(!words.contains(hidden), "{words:?}");
    }
    let file = ines.get("/api/v1/papers/homes/export?language=en&format=md").send().await;
    assert!(file.text().contains("Homes for people"), "{}", file.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn i06_nothing_in_a_file_runs_in_the_page_that_comes_out_of_it() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let hostile = "# Water\n\n<script>alert(1)</script> <img src=x onerror=alert(1)>\n\n[a](javascript:alert(1)) \
        [b](data:text/html,x) <a href=\"jav&#x09;ascript:alert(1)\">d</a> **end**\n";
    assert_eq!(makes(&ines, "water", hostile).await.status, 201);
    let html = exports(&ines, "water", "html").await;
    let page = html.text();
    assert!(page.contains("&lt;script&gt;alert(1)") && page.contains("<strong>end</strong>"), "{page}");
    for harmful in ["<script", "<img", "onerror=\"", "href=\"javascript", "href=\"data:"] {
        assert!(!page.contains(harmful), "{harmful} in {page}");
    }
}
