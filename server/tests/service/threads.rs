//! Threads through HTTP: the rules REV5–REV9, anchors that are checked, versions that are respected.

use borrador::app::App;
use crdt::document::Anchor;
use serde_json::{Value, json};

use super::harness::{Answer, Service, Somebody};

/// A thread of somebody on the words "welcome everyone".
pub async fn opens(service: &Service, somebody: &Somebody, audience: &str) -> Answer {
    says(service, somebody, audience, "Who pays?").await
}

/// Somebody says this of "welcome everyone".
pub async fn says(service: &Service, somebody: &Somebody, audience: &str, words: &str) -> Answer {
    let (anchor, paragraph) = welcome(&service.app, service).await;
    let body = json!({ "anchor": anchor, "paragraph": paragraph, "body": words, "audience": audience });
    somebody.post(&format!("/api/v1/texts/{}/threads", service.text()), &body.to_string()).send().await
}

async fn welcome(app: &App, service: &Service) -> (Value, Value) {
    let text = app.live.text(service.text()).await.unwrap();
    let reading = text.read();
    let (block, place) = (&reading.blocks[2], reading.places[2]);
    let start = place.start + block.words().find("welcome").unwrap();
    let anchor = Anchor::of(&text, start..start + "welcome everyone".len()).unwrap();
    (json!(anchor), json!(block.id))
}

fn path(thread: &Value, act: &str) -> String {
    format!("/api/v1/threads/{}/{act}", thread["id"].as_str().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn rev6_samir_asks_adaeze_answers_and_settles_and_an_answer_opens_it_again() {
    let service = Service::start().await;
    let [samir, adaeze] = [service.signs_in("samir").await, service.signs_in("adaeze").await];
    let opened = opens(&service, &samir, "all").await;
    assert_eq!(opened.status, 201, "{}", opened.text());
    let thread = opened.json();
    assert_eq!((&thread["state"], &thread["version"]), (&json!("open"), &json!(1)));
    assert_eq!(thread["anchor"]["quote"], "welcome everyone");
    assert_eq!(thread["comments"][0]["person"], "Samir Haddad");
    let answered = adaeze.post(&path(&thread, "comments"), "{\"body\":\"The State.\"}").send().await;
    assert_eq!((answered.status, answered.json()["comments"].as_array().unwrap().len()), (201, 2));
    let settled = adaeze.post(&path(&thread, "resolve"), "{}").send().await.json();
    assert_eq!((&settled["state"], &settled["resolved_by"]), (&json!("resolved"), &json!("Adaeze Obi")));
    let again = samir.post(&path(&thread, "comments"), "{\"body\":\"All of it?\"}").send().await.json();
    assert_eq!((&again["state"], &again["version"]), (&json!("open"), &json!(4)));
    let listed = samir.get("/api/v1/papers/housing/threads").send().await.json();
    assert_eq!(listed["threads"], json!([again]));
}

#[tokio::test(flavor = "multi_thread")]
async fn rev7_who_neither_opened_it_nor_answers_for_the_text_does_not_settle_it() {
    let service = Service::start().await;
    let [samir, adaeze] = [service.signs_in("samir").await, service.signs_in("adaeze").await];
    let thread = opens(&service, &adaeze, "all").await.json();
    samir.post(&path(&thread, "resolve"), "{}").send().await.is_refused(403, "not_allowed");
    assert_eq!(adaeze.post(&path(&thread, "resolve"), "{}").send().await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn rev8_settling_twice_is_settling_once() {
    let service = Service::start().await;
    let adaeze = service.signs_in("adaeze").await;
    let thread = opens(&service, &adaeze, "all").await.json();
    let once = adaeze.post(&path(&thread, "resolve"), "{}").send().await.json();
    assert_eq!(adaeze.post(&path(&thread, "resolve"), "{}").send().await.json(), once);
}

#[tokio::test(flavor = "multi_thread")]
async fn rev9_a_components_own_thread_does_not_exist_for_others() {
    let service = Service::start().await;
    let [samir, adaeze, olga] =
        [service.signs_in("samir").await, service.signs_in("adaeze").await, service.signs_in("olga").await];
    let thread = opens(&service, &adaeze, "component").await.json();
    let seen = |answer: Answer| answer.json()["threads"].as_array().unwrap().len();
    assert_eq!(seen(olga.get("/api/v1/papers/housing/threads").send().await), 1);
    assert_eq!(seen(samir.get("/api/v1/papers/housing/threads").send().await), 0);
    samir.post(&path(&thread, "comments"), "{\"body\":\"x\"}").send().await.is_refused(404, "not_found");
    let counted = samir.get("/api/v1/papers/housing").send().await.json();
    assert_eq!(counted["chapters"][0]["texts"]["en"]["open_threads"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_anchor_must_name_words_that_stand_or_stood_in_the_text() {
    let service = Service::start().await;
    let samir = service.signs_in("samir").await;
    let (mut anchor, paragraph) = welcome(&service.app, &service).await;
    anchor["runs"][0]["counter"] = json!(999_999);
    let body = json!({ "anchor": anchor, "paragraph": paragraph, "body": "x" }).to_string();
    let answer = samir.post(&format!("/api/v1/texts/{}/threads", service.text()), &body).send().await;
    answer.is_refused(422, "anchor_unknown");
}

#[tokio::test(flavor = "multi_thread")]
async fn h20_an_old_version_overwrites_nothing() {
    let service = Service::start().await;
    let adaeze = service.signs_in("adaeze").await;
    let thread = opens(&service, &adaeze, "all").await.json();
    let resolve = |version: &str| adaeze.post(&path(&thread, "resolve"), "{}").header("if-match", version);
    let stale = resolve("\"7\"").send().await;
    stale.is_refused(412, "stale_version");
    assert_eq!(stale.json()["details"]["current"], 1);
    assert_eq!(resolve("1").send().await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn rev5_a_comment_says_something_in_plain_text() {
    let service = Service::start().await;
    let adaeze = service.signs_in("adaeze").await;
    let thread = opens(&service, &adaeze, "all").await.json();
    for body in ["", "  \\n ", "a\\u0000b", "\\u202Eabc"] {
        let refused =
            adaeze.post(&path(&thread, "comments"), &format!("{{\"body\":\"{body}\"}}")).send().await;
        refused.is_refused(422, "field_invalid");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn h19_the_same_key_of_another_seat_is_another_key() {
    let service = Service::start().await;
    let [samir, adaeze] = [service.signs_in("samir").await, service.signs_in("adaeze").await];
    let thread = opens(&service, &samir, "all").await.json();
    let says = async |somebody: &Somebody, body: Value| {
        let ask = somebody.post(&path(&thread, "comments"), &json!({ "body": body }).to_string());
        ask.header("idempotency-key", "key-1").send().await
    };
    let (one, other) = (says(&samir, json!("The city.")).await, says(&adaeze, json!("The State.")).await);
    assert_eq!((one.status, other.status), (201, 201), "{}", other.text());
    let comments = other.json()["comments"].as_array().unwrap().clone();
    let bodies: Vec<&Value> = comments.iter().map(|comment| &comment["body"]).collect();
    assert_eq!(bodies, [&json!("Who pays?"), &json!("The city."), &json!("The State.")]);
}
