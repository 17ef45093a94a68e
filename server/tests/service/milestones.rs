//! Sealing: once, for good, with digests that anybody can recompute.

use serde_json::json;
use sha2::{Digest, Sha256};

use super::harness::Service;

const MILESTONES: &str = "/api/v1/papers/housing/milestones";

#[tokio::test(flavor = "multi_thread")]
async fn a_sealed_draft_stays_as_it_was_whatever_is_written_later() {
    let service = Service::start().await;
    let [ines, adaeze] = [service.signs_in("ines").await, service.signs_in("adaeze").await];
    let body =
        json!({ "name": "Bogotá draft", "event": "World Congress", "date": "2016-10-12", "note": "First." })
            .to_string();
    let sealed = ines.post(MILESTONES, &body).send().await;
    assert_eq!(sealed.status, 201, "{}", sealed.text());
    let sealed = sealed.json();
    assert_eq!(sealed["sealed_by"], json!({ "person": "Inés Duarte", "component": "SEC" }));
    assert_eq!(sealed["texts"].as_array().unwrap().len(), 2);
    let text = format!("/api/v1/texts/{}", service.text());
    let heads = adaeze.get(&text).send().await.json()["heads"].clone();
    assert_eq!(sealed["texts"][0]["heads"], heads);
    adaeze.put(&text, &json!({ "base_heads": heads, "markdown": "# Other" }).to_string()).send().await;
    let path = format!("/api/v1/milestones/{}", sealed["id"].as_str().unwrap());
    assert_eq!(adaeze.get(&path).send().await.json(), sealed);
    let words = adaeze.get(&format!("{path}/texts/{}", service.text())).send().await;
    assert!(words.text().contains("Cities welcome everyone."));
}

#[tokio::test(flavor = "multi_thread")]
async fn his1_the_digest_is_that_of_the_very_bytes_that_are_shown() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let sealed = ines.post(MILESTONES, "{\"name\":\"Bogotá draft\"}").send().await.json();
    let path = format!("/api/v1/milestones/{}/texts/{}", sealed["id"].as_str().unwrap(), service.text());
    let shown = ines.get(&path).send().await.text();
    let list = shown.split_once("\"blocks\":").unwrap().1.strip_suffix('}').unwrap();
    assert_eq!(sealed["texts"][0]["digest"], crdt::ids::to_hex(&Sha256::digest(list.as_bytes())));
}

#[tokio::test(flavor = "multi_thread")]
async fn his_a_name_is_given_once_however_it_is_written() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let seal = |name: &str| ines.post(MILESTONES, &json!({ "name": name }).to_string());
    let (one, other) = tokio::join!(seal("Bogotá draft").send(), seal("bogotá DRAFT").send());
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
    seal("Bogotá draft").send().await.is_refused(409, "milestone_exists");
    seal("Quito draft").header("accept", "*/*").send().await;
    let names = ines.get("/api/v1/papers").send().await.json()["papers"][0]["milestones"].clone();
    assert_eq!(names.as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_that_is_none_is_refused_by_name() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let refused = ines.post(MILESTONES, "{\"name\":\"x\",\"date\":\"2016-13-40\"}").send().await;
    refused.is_refused(422, "field_invalid");
    assert_eq!(refused.json()["details"]["field"], "date");
}

#[tokio::test(flavor = "multi_thread")]
async fn his11_a_symbol_is_given_once_in_the_organisation_and_stands_everywhere() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let seal = |paper: &str, name: &str, symbol: &str| {
        let body =
            json!({ "name": name, "symbol": symbol, "status": "for_comments", "event": "World Congress" });
        ines.post(&format!("/api/v1/papers/{paper}/milestones"), &body.to_string())
    };
    let first = seal("housing", "First", " UCLG/MIG/2016/1 ").send().await;
    assert_eq!(first.status, 201, "{}", first.text());
    let first = first.json();
    assert_eq!((&first["symbol"], &first["status"]), (&json!("UCLG/MIG/2016/1"), &json!("for_comments")));
    let listed = ines.get("/api/v1/papers").send().await.json()["papers"][0]["milestones"][0].clone();
    assert_eq!((&listed["symbol"], &listed["status"]), (&first["symbol"], &first["status"]));
    let file = format!("/api/v1/milestones/{}/files/en.md", first["id"].as_str().unwrap());
    let markdown = ines.get(&file).send().await.text();
    for words in ["symbol: \"UCLG/MIG/2016/1\"", "status: \"Draft for comments. Sealed"] {
        assert!(markdown.contains(words), "{words} is not in {markdown}");
    }
    assert!(first["proof"]["statement"].as_str().unwrap().contains("symbol: UCLG/MIG/2016/1\n"));

    let other = json!({"slug": "work", "title": "Work", "language": "en", "markdown": "# Work\n\nA right."});
    assert_eq!(ines.post("/api/v1/papers", &other.to_string()).send().await.status, 201);
    seal("work", "First", "uclg/mig/2016/1").send().await.is_refused(409, "symbol_exists");
    let (one, two) = tokio::join!(seal("work", "A", "X/1").send(), seal("housing", "B", "x/1").send());
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
    seal("housing", "Second", "no good").send().await.is_refused(422, "field_invalid");
}

#[tokio::test(flavor = "multi_thread")]
async fn his13_a_draft_claims_only_languages_with_words() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let seal = |languages: serde_json::Value| {
        ines.post(MILESTONES, &json!({ "name": "Bogotá draft", "languages": languages }).to_string())
    };
    for wrong in [json!(["en", "fr"]), json!(["fr"]), json!([])] {
        let refused = seal(wrong).send().await;
        refused.is_refused(422, "field_invalid");
        assert_eq!(refused.json()["details"]["field"], "languages");
    }
    let sealed = seal(json!(["en"])).send().await;
    assert_eq!(sealed.status, 201, "{}", sealed.text());
    assert_eq!(sealed.json()["languages"], json!(["en"]));
    let wrong = json!({ "name": "x", "status": "agreed" }).to_string();
    ines.post(MILESTONES, &wrong).send().await.is_refused(422, "field_invalid");
}
