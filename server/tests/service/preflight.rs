//! The look before a sealing, over HTTP. The rules themselves are tested in the core.

use serde_json::json;

use super::harness::Service;

const LOOK: &str = "/api/v1/papers/housing/preflight";

#[tokio::test(flavor = "multi_thread")]
async fn his14_what_stops_a_file_is_named_with_its_paragraph_before_anybody_seals() {
    let service = Service::start().await;
    let [ines, adaeze] = [service.signs_in("ines").await, service.signs_in("adaeze").await];
    let clean = ines.get(LOOK).send().await.json();
    assert_eq!(clean["symbol"], serde_json::Value::Null);
    assert_eq!(clean["languages"][0]["language"], "en");
    assert_eq!(clean["languages"][0]["findings"], json!([]));
    assert!(clean["languages"][0]["words"].as_u64().unwrap() > 5);

    let text = format!("/api/v1/texts/{}", service.text());
    let heads = adaeze.get(&text).send().await.json()["heads"].clone();
    let markdown = "# Housing\n\n1. Cities welcome 城 everyone.\n\n### Too deep\n\nWords.\n";
    let put =
        adaeze.put(&text, &json!({ "base_heads": heads, "markdown": markdown }).to_string()).send().await;
    assert_eq!(put.status, 200, "{}", put.text());
    let blocks = adaeze.get(&text).send().await.json()["blocks"].clone();
    let found =
        ines.get(&format!("{LOOK}?language=en")).send().await.json()["languages"][0]["findings"].clone();
    let told: Vec<_> =
        found.as_array().unwrap().iter().map(|each| (&each["severity"], &each["fault"])).collect();
    let expected = [
        (&json!("stops"), &json!("character_without_font")),
        (&json!("looks_wrong"), &json!("heading_skips")),
    ];
    assert_eq!(told, expected);
    assert_eq!((&found[0]["character"], &found[0]["number"]), (&json!("城"), &json!("1")));
    assert_eq!(found[0]["paragraph"], blocks[1]["id"]);
    assert_eq!(found[0]["beginning"], "Cities welcome 城 everyone.");
    assert_eq!((&found[1]["from"], &found[1]["to"]), (&json!(1), &json!(3)));

    let seal = |anyway: bool| {
        let body = json!({ "name": "Bogotá draft", "anyway": anyway }).to_string();
        ines.post("/api/v1/papers/housing/milestones", &body)
    };
    let stopped = seal(false).send().await;
    stopped.is_refused(422, "seal_stopped");
    assert_eq!(stopped.json()["details"]["count"], 1);
    assert_eq!(seal(true).send().await.status, 201, "the words are what they are");
}

#[tokio::test(flavor = "multi_thread")]
async fn his11_the_next_symbol_follows_on_the_last() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let body = json!({ "name": "First", "symbol": "UCLG/MIG/2016/1" }).to_string();
    assert_eq!(ines.post("/api/v1/papers/housing/milestones", &body).send().await.status, 201);
    assert_eq!(ines.get(LOOK).send().await.json()["symbol"], "UCLG/MIG/2016/1/Rev.1");
    ines.get(&format!("{LOOK}?language=tlh")).send().await.is_refused(422, "field_invalid");
}
