//! Amendments as answers to a round: sealed until it closes, late, and counted.

use serde_json::{Value, json};

use super::people::{Room, act, address, decision};
use crate::harness::Somebody;
use crate::rounds::{HOUR, opens};

/// A round that asks MEWA and LYON for amendments and a position.
async fn asks(room: &Room, visibility: &str) -> Value {
    opens(&room.service, &room.ines, &["MEWA", "LYON"], |plan| {
        plan["asks"] = json!(["amendments", "position"]);
        plan["visibility"] = json!(visibility);
    })
    .await
}

/// Samir's draft, submitted by Leila as an answer to the round.
async fn answers(room: &Room, round: &Value) -> Value {
    let draft = room.drafted("Keys", "Neighbours").await;
    let body = json!({ "round": round["id"] }).to_string();
    let submitted = room.leila.post(&act(&draft, "submit"), &body).send().await;
    assert_eq!(submitted.status, 200, "{}", submitted.text());
    submitted.json()
}

async fn has_answered(somebody: &Somebody, round: &Value) -> Vec<Value> {
    let path = format!("/api/v1/rounds/{}/coverage", round["id"].as_str().unwrap());
    let cover = somebody.get(&path).send().await.json();
    cover["components"].as_array().unwrap().iter().map(|each| each["has_answered"].clone()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn rev16_an_amendment_of_a_sealed_round_is_decided_when_the_round_is_closed_and_not_before() {
    let room = Room::start().await;
    let round = asks(&room, "sealed_until_close").await;
    let proposed = answers(&room, &round).await;
    for other in [&room.claire, &room.adaeze, &room.jonas, &room.ines] {
        other.get(&address(&proposed)).send().await.is_refused(404, "not_found");
        assert!(room.listed(other).await.is_empty());
    }
    let accept = decision("accepted", "");
    room.adaeze.post(&act(&proposed, "decide"), &accept).send().await.is_refused(404, "not_found");
    assert_eq!(room.listed(&room.samir).await.len(), 1, "MEWA reads its own");

    room.service.passes(7 * HOUR);
    assert_eq!(room.listed(&room.claire).await.len(), 1);
    let decided = room.adaeze.post(&act(&proposed, "decide"), &accept).send().await;
    assert_eq!(decided.status, 200, "{}", decided.text());
    assert!(room.words().await.contains("Neighbours open doors."));
}

#[tokio::test(flavor = "multi_thread")]
async fn rev27_a_late_amendment_waits_until_somebody_else_lets_it_in_with_a_reason() {
    let room = Room::start().await;
    let round = asks(&room, "open").await;
    let draft = room.drafted("Keys", "Neighbours").await;
    room.service.passes(7 * HOUR);
    let body = json!({ "round": round["id"] }).to_string();
    let late = room.leila.post(&act(&draft, "submit"), &body).send().await.json();
    room.claire.get(&address(&late)).send().await.is_refused(404, "not_found");
    assert_eq!(room.listed(&room.ines).await.len(), 1, "who may let it in sees it");
    room.adaeze
        .post(&act(&late, "decide"), &decision("accepted", ""))
        .send()
        .await
        .is_refused(409, "amendment_late");

    let lets_in = json!({ "reason": "The plane was late." }).to_string();
    room.claire.post(&act(&late, "admit"), &lets_in).send().await.is_refused(404, "not_found");
    room.ines.post(&act(&late, "admit"), "{\"reason\":\" \"}").send().await.is_refused(422, "field_invalid");
    let admitted = room.ines.post(&act(&late, "admit"), &lets_in).send().await;
    assert_eq!(admitted.status, 200, "{}", admitted.text());
    assert_eq!(room.claire.get(&address(&late)).send().await.status, 200);
    let decided = room.adaeze.post(&act(&late, "decide"), &decision("accepted", "")).send().await;
    assert_eq!(decided.status, 200, "{}", decided.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn rev29_who_proposed_or_took_a_position_has_answered_and_is_not_reminded_as_silent() {
    let room = Room::start().await;
    let round = asks(&room, "sealed_until_close").await;
    assert_eq!(has_answered(&room.ines, &round).await, [json!(false), json!(false)]);
    answers(&room, &round).await;
    assert_eq!(has_answered(&room.ines, &round).await, [json!(false), json!(true)], "LYON, MEWA");
    let position = json!({
        "milestone": round["milestone"], "subject": { "on": "paper" }, "stance": "supports", "words": "",
    });
    let taken = room.claire.post("/api/v1/papers/housing/positions", &position.to_string()).send().await;
    assert_eq!(taken.status, 201, "{}", taken.text());
    assert_eq!(has_answered(&room.ines, &round).await, [json!(true), json!(true)]);
    assert_eq!(has_answered(&room.samir, &round).await, [Value::Null, json!(true)], "it is sealed");
}
