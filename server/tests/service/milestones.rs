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
