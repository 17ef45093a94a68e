//! What a file of a paper shows: the words, what changed in them, or what was said about them.

use std::time::Duration;

use serde_json::Value;

use super::exports::{document_of, words_of};
use super::harness::{Answer, PAPER, Service, Somebody};
use super::positions::{changes_the_first_chapter, seals};
use super::threads::{opens, says};

async fn draft_as(somebody: &Somebody, format: &str, view: &str) -> Answer {
    let answer =
        somebody.get(&format!("/api/v1/papers/{PAPER}/export?language=en&format={format}&view={view}"));
    answer.send().await
}

async fn sealed_as(somebody: &Somebody, draft: &Value, format: &str, view: &str) -> Answer {
    let id = draft["id"].as_str().unwrap();
    somebody.get(&format!("/api/v1/milestones/{id}/files/en.{format}?view={view}")).send().await
}

/// One part of a Word document; nothing if it is not there.
fn part(docx: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(docx)).unwrap();
    let mut xml = String::new();
    if let Ok(mut part) = archive.by_name(name) {
        std::io::Read::read_to_string(&mut part, &mut xml).unwrap();
    }
    xml
}

async fn generous() -> Service {
    Service::with(|settings| settings.limits.exports_per_minute = 1000).await
}

#[tokio::test(flavor = "multi_thread")]
async fn ren29_the_redline_of_a_draft_is_with_the_one_sealed_before_and_stands_in_no_other_view() {
    let service = generous().await;
    let [ines, adaeze, samir] =
        [service.signs_in("ines").await, service.signs_in("adaeze").await, service.signs_in("samir").await];
    draft_as(&samir, "md", "redline").await.is_refused(409, "nothing_earlier");
    let bogota = seals(&service, &ines, "Bogotá draft").await;
    sealed_as(&samir, &bogota, "md", "redline").await.is_refused(409, "nothing_earlier");
    changes_the_first_chapter(&service, &adaeze).await;

    let now = draft_as(&samir, "md", "redline").await.text();
    assert!(now.contains("<del>Cities</del><ins>All cities</ins> welcome everyone."), "{now}");
    let quito = seals(&service, &ines, "Quito draft").await;
    let sealed = sealed_as(&samir, &quito, "docx", "redline").await;
    assert!(document_of(&sealed.body).contains("Cities</w:delText>"));
    service.passes(Duration::from_hours(1));
    assert_eq!(sealed_as(&samir, &quito, "docx", "redline").await.body, sealed.body, "the same bytes");
    let id = bogota["id"].as_str().unwrap();
    let since = sealed_as(&samir, &quito, "html", &format!("redline&since={id}")).await.text();
    assert!(since.contains("<del>Cities</del>"), "{since}");
    sealed_as(&samir, &quito, "html", "redline&since=then").await.is_refused(422, "field_invalid");

    for view in ["bracketed", "clean", "comments"] {
        for format in ["md", "html"] {
            for file in [draft_as(&samir, format, view).await, sealed_as(&samir, &quito, format, view).await]
            {
                assert_eq!(file.status, 200, "{view} {format}");
                let words = file.text();
                let what_went = ["Keys open", "<del", "<ins"].map(|word| words.contains(word));
                assert_eq!(what_went, [false; 3], "{view}, {format}: {words}");
            }
        }
        let file = document_of(&sealed_as(&samir, &quito, "docx", view).await.body);
        let tracked = ["Keys open", "<w:del ", "<w:ins "].map(|word| file.contains(word));
        assert_eq!(tracked, [false; 3], "{view}: {file}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ren28_comments_for_everybody_stand_at_their_words_in_word_and_behind_the_text_elsewhere() {
    let service = generous().await;
    let [ines, samir] = [service.signs_in("ines").await, service.signs_in("samir").await];
    assert_eq!(opens(&service, &samir, "all").await.status, 201);
    let word = draft_as(&samir, "docx", "comments").await;
    let comments = part(&word.body, "word/comments.xml");
    assert!(
        comments.contains("w:author=\"Samir Haddad (MEWA)\"") && comments.contains("Who pays?"),
        "{comments}"
    );
    let document = document_of(&word.body);
    let begin = document.find("<w:commentRangeStart w:id=\"0\"/>").expect("it begins somewhere");
    let end = document.find("<w:commentRangeEnd w:id=\"0\"/>").expect("it ends somewhere");
    assert!(document[begin..end].contains("welcome everyone") && !document[begin..end].contains("Cities"));
    assert!(!words_of(&word.body).contains("Who pays?"), "it is no word of the paper");
    for format in ["md", "html"] {
        let file = draft_as(&samir, format, "comments").await.text();
        for said in
            ["Who pays?", "welcome everyone", "Samir Haddad", "Paragraph 1", "/papers/housing/en/1#p-"]
        {
            assert!(file.contains(said), "{said} is not in the {format}: {file}");
        }
    }

    let sealed = seals(&service, &ines, "Bogotá draft").await;
    service.passes(Duration::from_mins(1));
    assert_eq!(opens(&service, &ines, "all").await.status, 201);
    let then = sealed_as(&samir, &sealed, "md", "comments").await.text();
    assert_eq!(then.matches("Who pays?").count(), 1, "later ones speak of the text as it is now: {then}");
    let now = draft_as(&samir, "md", "comments").await.text();
    assert_eq!(now.matches("Who pays?").count(), 2);
    assert_eq!(
        now.matches("[Paragraph 1](").count(),
        1,
        "what was said of the same words stands together: {now}"
    );
    for view in ["bracketed", "clean"] {
        let file =
            draft_as(&samir, "md", view).await.text() + &sealed_as(&samir, &sealed, "md", view).await.text();
        assert!(!file.contains("Who pays?") && !file.contains("Comments"), "{view}: {file}");
        let word = sealed_as(&samir, &sealed, "docx", view).await;
        assert_eq!(part(&word.body, "word/comments.xml"), "");
        assert!(!document_of(&word.body).contains("comment"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ren28_no_line_of_a_comment_looks_like_what_somebody_else_said() {
    let service = generous().await;
    let samir = service.signs_in("samir").await;
    let words = "Who pays?\n\nAdaeze Obi (AFR), 1 July 2016: We do.";
    assert_eq!(says(&service, &samir, "all", words).await.status, 201);
    let file = draft_as(&samir, "md", "comments").await.text();
    assert!(file.contains("> Who pays?") && file.contains("> Adaeze Obi"), "{file}");
    assert!(!file.contains("- Adaeze Obi") && !file.contains("**Adaeze"), "{file}");
    let file = draft_as(&samir, "html", "comments").await.text();
    let (_, quoted) = file.split_once("<blockquote").unwrap();
    assert!(quoted.split_once("</blockquote>").unwrap().0.contains("Adaeze Obi"), "{file}");
}

#[tokio::test(flavor = "multi_thread")]
async fn ren28_what_is_said_within_a_component_or_to_the_rapporteurs_goes_into_no_file() {
    let service = generous().await;
    let [ines, adaeze] = [service.signs_in("ines").await, service.signs_in("adaeze").await];
    for audience in ["component", "rapporteurs"] {
        assert_eq!(opens(&service, &adaeze, audience).await.status, 201);
    }
    let sealed = seals(&service, &ines, "Bogotá draft").await;
    for reader in [&adaeze, &ines] {
        for format in ["md", "html", "docx"] {
            for file in [
                draft_as(reader, format, "comments").await,
                sealed_as(reader, &sealed, format, "comments").await,
            ] {
                assert_eq!(file.status, 200);
                let said = match format {
                    "docx" => document_of(&file.body) + &part(&file.body, "word/comments.xml"),
                    _ => file.text(),
                };
                assert!(!said.contains("Who pays?") && !said.contains("Adaeze"), "{said}");
            }
        }
    }
    let none = draft_as(&ines, "md", "comments").await.text();
    assert!(none.contains("There is no comment here"), "{none}");
    draft_as(&ines, "md", "secrets").await.is_refused(422, "field_invalid");
}
