//! Files: of the draft, of a sealed milestone, and what happens when too many are wanted.

use super::harness::Service;

const EXPORT: &str = "/api/v1/papers/housing/export?language=en";

#[tokio::test(flavor = "multi_thread")]
async fn the_draft_comes_as_markdown_and_as_pdf() {
    let service = Service::start().await;
    let samir = service.signs_in("samir").await;
    let markdown = samir.get(&format!("{EXPORT}&format=md")).send().await;
    assert!(markdown.text().contains("3. Work is a right."), "{}", markdown.text());
    let named = markdown.header("content-disposition").unwrap();
    assert!(named.starts_with("attachment; filename=\"housing - "), "{named}");
    let pdf = samir.get(&format!("{EXPORT}&format=pdf")).send().await;
    assert_eq!(
        (pdf.status, pdf.header("content-type"), pdf.text().as_str()),
        (200, Some("application/pdf"), "%PDF")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn ren26_the_draft_and_a_sealed_one_come_as_word_documents_the_sealed_one_always_the_same() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let draft = ines.get(&format!("{EXPORT}&format=docx")).send().await;
    let kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    assert_eq!((draft.status, draft.header("content-type")), (200, Some(kind)));
    assert!(draft.header("content-disposition").unwrap().contains(".docx"));
    assert_eq!(draft.header("borrador-losses"), None, "it carries everything");
    let words = words_of(&draft.body);
    assert!(words.contains("Work is a right."), "{words}");
    let sealed =
        ines.post("/api/v1/papers/housing/milestones", "{\"name\":\"Bogotá draft\"}").send().await.json();
    let file = sealed["files"]["en"]["docx"].as_str().unwrap();
    let first = ines.get(file).send().await;
    service.passes(std::time::Duration::from_hours(2));
    assert_eq!((first.status, &first.body), (200, &ines.get(file).send().await.body));
    assert!(words_of(&first.body).contains("Bogotá draft"));
}

/// The text part of a Word document.
pub fn document_of(docx: &[u8]) -> String {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(docx)).unwrap();
    let mut xml = String::new();
    std::io::Read::read_to_string(&mut archive.by_name("word/document.xml").unwrap(), &mut xml).unwrap();
    xml
}

/// What stands between the tags of a Word document.
pub fn words_of(docx: &[u8]) -> String {
    document_of(docx).split('<').filter_map(|part| part.split_once('>')).map(|(_, words)| words).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_language_or_a_kind_that_does_not_exist_is_named() {
    let service = Service::start().await;
    let samir = service.signs_in("samir").await;
    for query in ["?language=fr&format=md", "?language=en&format=doc", "?format=md", ""] {
        samir
            .get(&format!("/api/v1/papers/housing/export{query}"))
            .send()
            .await
            .is_refused(422, "field_invalid");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_a_sealed_draft_is_made_once_and_kept() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let sealed =
        ines.post("/api/v1/papers/housing/milestones", "{\"name\":\"Bogotá draft\"}").send().await.json();
    let file = sealed["files"]["en"]["md"].as_str().unwrap();
    let first = ines.get(file).send().await;
    service.passes(std::time::Duration::from_hours(2));
    let later = ines.get(file).send().await;
    assert_eq!((first.status, &first.body), (200, &later.body));
    assert!(first.text().contains("Bogotá draft"));
    assert!(first.header("content-disposition").unwrap().contains("Bogot%C3%A1"));
    ines.get(&file.replace("en.md", "fr.md")).send().await.is_refused(404, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn i15_too_many_exports_are_told_when_to_come_back() {
    let service = Service::with(|settings| settings.limits.exports_per_minute = 2).await;
    let samir = service.signs_in("samir").await;
    for _ in 0..2 {
        assert_eq!(samir.get(&format!("{EXPORT}&format=md")).send().await.status, 200);
    }
    let refused = samir.get(&format!("{EXPORT}&format=md")).send().await;
    refused.is_refused(429, "too_many_requests");
    assert!(refused.header("retry-after").unwrap().parse::<u64>().unwrap() > 0);
    let ines = service.signs_in("ines").await;
    assert_eq!(ines.get(&format!("{EXPORT}&format=md")).send().await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_pdf_program_breaks_nothing_but_pdf() {
    let service = Service::with(|settings| settings.pdf_worker = Some("/nowhere/borrador-pdf".into())).await;
    let samir = service.signs_in("samir").await;
    let refused = samir.get(&format!("{EXPORT}&format=pdf")).send().await;
    refused.is_refused(503, "export_unavailable");
    assert!(!refused.text().contains("/nowhere"), "{}", refused.text());
    assert_eq!(samir.get(&format!("{EXPORT}&format=md")).send().await.status, 200);
}
