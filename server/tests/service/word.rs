//! Word documents that become papers: looked at, taken in, never twice.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use borrador::export::archive;
use serde_json::{Value, json};

use super::harness::{Answer, Service, Somebody};

const NAMES: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"";

/// A paper of two chapters, in which Ana Pérez changed a word and Luis commented on another.
fn document() -> Vec<u8> {
    let body = "<w:p><w:pPr><w:pStyle w:val=\"H\"/></w:pPr><w:r><w:t>Housing</w:t></w:r></w:p>\
        <w:p><w:r><w:t xml:space=\"preserve\">Cities </w:t></w:r><w:del w:author=\"Ana Pérez\"><w:r><w:delText>may</w:delText></w:r></w:del>\
        <w:ins w:author=\"Ana Pérez\"><w:r><w:t>shall</w:t></w:r></w:ins><w:commentRangeStart w:id=\"1\"/><w:r><w:t xml:space=\"preserve\"> house</w:t></w:r>\
        <w:commentRangeEnd w:id=\"1\"/><w:r><w:t xml:space=\"preserve\"> everyone.</w:t></w:r></w:p>\
        <w:p><w:pPr><w:pStyle w:val=\"H\"/></w:pPr><w:r><w:t>Work</w:t></w:r></w:p><w:p><w:r><w:t>Work is a right.</w:t></w:r></w:p>";
    let part = |root: &str, words: &str| format!("<w:{root} {NAMES}>{words}</w:{root}>").into_bytes();
    let files = [
        ("word/document.xml", part("document", &format!("<w:body>{body}</w:body>"))),
        (
            "word/styles.xml",
            part("styles", "<w:style w:styleId=\"H\"><w:name w:val=\"heading 1\"/></w:style>"),
        ),
        (
            "word/comments.xml",
            part(
                "comments",
                "<w:comment w:id=\"1\" w:author=\"Luis\" w:date=\"2016-09-12T10:00:00Z\"><w:p><w:r><w:t>Where?</w:t></w:r></w:p></w:comment>",
            ),
        ),
    ];
    archive::write(files.iter().map(|(name, xml)| (*name, xml.as_slice()))).unwrap()
}

/// What is sent to have it taken in.
pub fn sent(slug: &str) -> Value {
    with(slug, &document())
}

fn with(slug: &str, file: &[u8]) -> Value {
    json!({ "slug": slug, "title": "Homes", "language": "en", "name": "homes.docx", "content": STANDARD.encode(file) })
}

async fn sends(somebody: &Somebody, path: &str, slug: &str, file: &[u8]) -> Answer {
    somebody.post(path, &with(slug, file).to_string()).send().await
}

/// As an office program wrote it: two people's tracked changes, a comment, a note, a table, and a picture with its caption.
const ENCARGO: &[u8] = include_bytes!("../../../fixtures/import/encargo.docx");

const LOOK: &str = "/api/v1/imports/word/look";
const TAKE_IN: &str = "/api/v1/imports/word";

async fn list(somebody: &Somebody, what: &str) -> Vec<Value> {
    let all = somebody.get(&format!("/api/v1/papers/homes/{what}")).send().await.json();
    all[what].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn doc26_tracked_changes_become_drafts_and_comments_threads_within_the_component_that_brings_the_file()
{
    let service = Service::start().await;
    let [ines, samir] = [service.signs_in("ines").await, service.signs_in("samir").await];
    let looked = sends(&ines, LOOK, "homes", &document()).await;
    assert_eq!(looked.status, 200, "{}", looked.text());
    let chapters = json!([
        { "title": "Housing", "paragraphs": 2, "tables": 0, "notes": 0, "pictures": 0, "proposals": ["Ana Pérez"], "comments": 1 },
        { "title": "Work", "paragraphs": 2, "tables": 0, "notes": 0, "pictures": 0, "proposals": [], "comments": 0 },
    ]);
    assert_eq!(looked.json()["chapters"], chapters);
    ines.get("/api/v1/papers/homes").send().await.is_refused(404, "not_found");

    let made = sends(&ines, TAKE_IN, "homes", &document()).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let made = made.json();
    assert_eq!(made["outlook"]["chapters"], chapters, "what was shown is what was done");
    let markdown = ines.get("/api/v1/papers/homes/export?language=en&format=md").send().await.text();
    assert!(
        markdown.contains("Cities may house everyone."),
        "as it was before anybody changed it: {markdown}"
    );

    let drafts = list(&ines, "amendments").await;
    assert_eq!(drafts.len(), 1);
    let reason = drafts[0]["reason"].as_str().unwrap();
    assert!(
        reason.contains("Ana Pérez") && reason.contains("homes.docx") && reason.contains("not verified"),
        "{reason}"
    );
    let id = drafts[0]["id"].as_str().unwrap();
    let draft = ines.get(&format!("/api/v1/amendments/{id}")).send().await.json();
    let branch = draft["draft"]["text"].as_str().unwrap_or_else(|| panic!("no branch in {draft}"));
    let branch = service.app.live.text(branch.parse().unwrap()).await.unwrap();
    let words: String = branch.blocks().iter().map(crdt::document::Block::words).collect();
    assert!(words.contains("shall"), "{words}");
    let threads = list(&ines, "threads").await;
    assert_eq!((threads.len(), &threads[0]["anchor"]["quote"]), (1, &json!(" house")));
    let said = threads[0]["comments"][0]["body"].as_str().unwrap();
    assert!(said.starts_with("Where?\n\n") && said.contains("Luis") && said.contains("2016-09-12"), "{said}");

    assert_eq!(
        (list(&samir, "amendments").await.len(), list(&samir, "threads").await.len()),
        (0, 0),
        "another component finds neither"
    );
    for format in ["md", "docx"] {
        let file =
            samir.get(&format!("/api/v1/papers/homes/export?language=en&format={format}")).send().await;
        let words = if format == "md" { file.text() } else { super::exports::words_of(&file.body) };
        assert!(
            words.contains("may house") && !words.contains("shall") && !words.contains("Where?"),
            "{words}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn doc29_the_same_file_is_never_taken_in_twice() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let file = document();
    let (one, other) =
        tokio::join!(sends(&ines, TAKE_IN, "homes", &file), sends(&ines, TAKE_IN, "other", &file));
    let mut codes = [one.status, other.status];
    codes.sort();
    assert_eq!(codes, [201, 409], "at once: {} {}", one.text(), other.text());
    let again = sends(&ines, TAKE_IN, "third", &document()).await;
    again.is_refused(409, "word_taken");
    sends(&ines, LOOK, "third", &document()).await.is_refused(409, "word_taken");
    let slug = if one.status == 201 { "homes" } else { "other" };
    assert!(again.text().contains(slug), "{}", again.text());
    ines.get("/api/v1/papers/third").send().await.is_refused(404, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn doc28_what_is_no_document_leaves_nothing_behind() {
    let service = Service::start().await;
    let [ines, samir] = [service.signs_in("ines").await, service.signs_in("samir").await];
    sends(&samir, LOOK, "homes", &document()).await.is_refused(403, "not_allowed");
    sends(&ines, LOOK, "homes", b"\x89PNG").await.is_refused(422, "import_unreadable");
    sends(&ines, LOOK, "homes", &[0xD0, 0xCF, 0x11, 0xE0]).await.is_refused(422, "import_other_format");
    sends(&ines, TAKE_IN, "homes", b"").await.is_refused(422, "import_unreadable");
    let evil = archive::write([("word/document.xml", &b"<!DOCTYPE a><a/>"[..])]).unwrap();
    sends(&ines, TAKE_IN, "homes", &evil).await.is_refused(422, "import_unsafe");
    ines.get("/api/v1/papers/homes").send().await.is_refused(404, "not_found");
    assert_eq!(sends(&ines, TAKE_IN, "homes", &document()).await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn doc25_what_goes_out_as_a_document_comes_back_as_the_same_text() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let file = ines.get("/api/v1/papers/housing/export?language=en&format=docx").send().await;
    let made = sends(&ines, TAKE_IN, "homes", &file.body).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let body = async |slug: &str| {
        let file =
            ines.get(&format!("/api/v1/papers/{slug}/export?language=en&format=md")).send().await.text();
        file.split_once("\n---\n").map(|(_, body)| body.to_owned()).unwrap()
    };
    assert_eq!(body("homes").await, body("housing").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn doc32_the_picture_of_a_document_is_seen_by_all_who_read_the_paper_and_comes_back_out_of_it() {
    let service = Service::start().await;
    let [ines, samir] = [service.signs_in("ines").await, service.signs_in("samir").await];
    let looked = sends(&ines, LOOK, "homes", ENCARGO).await.json();
    assert_eq!(looked["chapters"][0]["pictures"], 1, "{looked}");
    let made = sends(&ines, TAKE_IN, "homes", ENCARGO).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let body = async |slug: &str| {
        let file =
            samir.get(&format!("/api/v1/papers/{slug}/export?language=en&format=md")).send().await.text();
        file.split_once("\n---\n").map(|(_, body)| body.to_owned()).unwrap()
    };
    let markdown = body("homes").await;
    assert!(
        markdown.contains("![Una plaza con mercado\\, vista desde el ayuntamiento](")
            && markdown.contains("La plaza del mercado, 2015"),
        "{markdown}"
    );
    let paper = samir.get("/api/v1/papers/homes").send().await.json();
    let text = paper["chapters"][0]["texts"]["en"]["id"].as_str().unwrap();
    let text = samir.get(&format!("/api/v1/texts/{text}")).send().await.json();
    let blob = text["blocks"].as_array().unwrap().iter().find_map(|block| block["blob"].as_str()).unwrap();
    let picture = samir.get(&format!("/api/v1/blobs/{blob}")).send().await;
    assert_eq!((picture.status, picture.header("content-type")), (200, Some("image/png")));
    assert!(picture.body.starts_with(b"\x89PNG"));

    let out = ines.get("/api/v1/papers/homes/export?language=en&format=docx").send().await;
    let again = sends(&ines, TAKE_IN, "again", &out.body).await;
    assert_eq!(again.status, 201, "{}", again.text());
    assert_eq!(body("again").await, markdown, "out and in again it is the same");
}

#[tokio::test(flavor = "multi_thread")]
async fn i10_a_picture_of_too_many_pixels_stays_out_of_the_paper_and_is_told() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(ENCARGO)).unwrap();
    let names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
    let mut files = Vec::new();
    for name in names {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut archive.by_name(&name).unwrap(), &mut bytes).unwrap();
        if name.ends_with(".png") {
            bytes[16..24].copy_from_slice(&[0, 0, 0xC3, 0x50, 0, 0, 0xC3, 0x50]);
        }
        files.push((name, bytes));
    }
    let file = archive::write(files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()))).unwrap();
    let looked = sends(&ines, LOOK, "homes", &file).await.json();
    assert_eq!(looked["chapters"][0]["pictures"], 0);
    let note = &looked["report"]["notes"][0];
    assert_eq!(
        (&note["found"], &note["words"]),
        (&json!("picture"), &json!("Una plaza con mercado, vista desde el ayuntamiento"))
    );
}
