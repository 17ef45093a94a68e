//! Documents that are too much at once are refused early, in words, and leave nothing behind.

use crdt::document::import::ChapterLimits;
use serde_json::json;

use super::harness::Service;

fn long() -> String {
    "# Agua\n\n".to_owned() + &"sol y mar ".repeat(ChapterLimits::default().characters / 10)
}

#[tokio::test(flavor = "multi_thread")]
async fn i07_a_chapter_that_is_too_long_is_named_with_the_limit_and_nothing_is_made() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let markdown = "# Uno\n\nA word.\n\n".to_owned() + &long();
    let new = json!({ "slug": "agua", "title": "Agua", "language": "es", "markdown": markdown });
    let refused = ines.post("/api/v1/papers", &new.to_string()).send().await;
    refused.is_refused(422, "import_unreadable");
    assert!(refused.text().contains("the chapter “Agua” has 60003 characters"), "{}", refused.text());
    ines.get("/api/v1/papers/agua").send().await.is_refused(404, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn i07_new_content_that_is_too_long_is_refused_before_it_is_compared() {
    let service = Service::start().await;
    let adaeze = service.signs_in("adaeze").await;
    let path = format!("/api/v1/texts/{}", service.text());
    let before = adaeze.get(&path).send().await.json();
    let put = json!({ "base_heads": before["heads"], "markdown": long() }).to_string();
    adaeze.put(&path, &put).send().await.is_refused(422, "import_unreadable");
    assert_eq!(adaeze.get(&path).send().await.json()["heads"], before["heads"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_imports_under_one_slug_at_once_make_one_paper() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let new = json!({ "slug": "agua", "title": "Agua", "language": "es", "markdown": "# Uno\n\n# Dos" });
    let body = new.to_string();
    let both =
        tokio::join!(ines.post("/api/v1/papers", &body).send(), ines.post("/api/v1/papers", &body).send());
    let mut statuses = [both.0.status, both.1.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
}
