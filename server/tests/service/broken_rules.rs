//! What a form gets wrong is told with the rule and its numbers, so that pages say it in the reader's language.

use serde_json::{Value, json};

use super::harness::{Answer, Service};
use super::rounds::{drafts, plan, sealed};

const PLANNED: &str = "/api/v1/papers/housing/planned";
const MILESTONES: &str = "/api/v1/papers/housing/milestones";
const SOURCES: &str = "/api/v1/papers/housing/sources";

/// The facts of a refusal, without what came instead.
#[track_caller]
fn facts(refused: &Answer) -> Value {
    refused.is_refused(422, "field_invalid");
    assert!(
        !refused.json()["detail"].as_str().unwrap().is_empty(),
        "programs and people at a desk get words"
    );
    let mut facts = refused.json()["details"].clone();
    facts.as_object_mut().unwrap().remove("received");
    facts
}

#[tokio::test(flavor = "multi_thread")]
async fn a_character_that_nobody_sees_is_named_wherever_words_are_given() {
    let service = Service::start().await;
    let [ines, adaeze] = [service.signs_in("ines").await, service.signs_in("adaeze").await];
    let source = json!({ "author": "", "title": "Cities\u{200b}", "year": "", "link": "", "note": "" });
    let refused = adaeze.post(SOURCES, &source.to_string()).send().await;
    assert_eq!(facts(&refused), json!({ "field": "title", "rule": "hidden", "code_point": "U+200B" }));

    let comment = json!({ "body": "no\u{202e}" }).to_string();
    let thread = super::threads::opens(&service, &adaeze, "all").await.json();
    let comments = format!("/api/v1/threads/{}/comments", thread["id"].as_str().unwrap());
    let refused = adaeze.post(&comments, &comment).send().await;
    assert_eq!(facts(&refused), json!({ "field": "body", "rule": "hidden", "code_point": "U+202E" }));
    let refused = adaeze.post(&comments, &json!({ "body": "x".repeat(10_001) }).to_string()).send().await;
    assert_eq!(facts(&refused), json!({ "field": "body", "rule": "too_long", "most": 10_000 }));

    let sealing = json!({ "name": "Bogotá\u{200b}" }).to_string();
    let refused = ines.post(MILESTONES, &sealing).send().await;
    assert_eq!(facts(&refused), json!({ "field": "name", "rule": "label", "most": 120 }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_symbol_a_day_and_a_closing_say_which_rule_they_break() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let sealing = json!({ "name": "Bogotá draft", "symbol": "UCLG MIG 1" }).to_string();
    let refused = ines.post(MILESTONES, &sealing).send().await;
    assert_eq!(facts(&refused), json!({ "field": "symbol", "rule": "spelling", "most": 60 }));

    let past = json!({ "name": { "en": "Lima draft" }, "date": "2015-11-28" }).to_string();
    let refused = ines.post(PLANNED, &past).send().await;
    assert_eq!(facts(&refused), json!({ "field": "date", "rule": "past" }));

    let milestone = sealed(&ines, "First").await;
    let mut round = plan(&service, &milestone, &["AFR"]);
    round["closes"] = json!("2016-09-21T08:00:00Z");
    round["opens"] = json!("2016-09-21T09:00:00Z");
    assert_eq!(facts(&drafts(&ines, &round).await), json!({ "field": "closes", "rule": "before_opening" }));
    round["opens"] = json!("2016-09-21T07:00:00Z");
    assert_eq!(facts(&drafts(&ines, &round).await), json!({ "field": "closes", "rule": "past" }));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_a_program_gets_wrong_is_told_without_a_rule() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let refused =
        ines.post(PLANNED, &json!({ "name": "no map", "date": "2016-10-12" }).to_string()).send().await;
    refused.is_refused(422, "field_invalid");
    assert_eq!(refused.json()["details"].get("rule"), None);
}
