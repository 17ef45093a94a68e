//! Amendments as answers to a round: sealed until it closes, late, and counted.

use serde_json::{Value, json};

use super::people::{Room, act, address, branch, decision};
use crate::harness::Somebody;
use crate::news::Stream;
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
    let proposed = answers(&room, &round).await;
    assert_eq!(has_answered(&room.ines, &round).await, [json!(false), json!(true)], "LYON, MEWA");
    let position = json!({
        "milestone": round["milestone"], "subject": { "on": "paper" }, "stance": "supports", "words": "",
    });
    let taken = room.claire.post("/api/v1/papers/housing/positions", &position.to_string()).send().await;
    assert_eq!(taken.status, 201, "{}", taken.text());
    assert_eq!(has_answered(&room.ines, &round).await, [json!(true), json!(true)]);
    assert_eq!(has_answered(&room.samir, &round).await, [Value::Null, json!(true)], "it is sealed");

    let back = json!({ "reason": "We think again." }).to_string();
    assert_eq!(room.leila.post(&act(&proposed, "withdraw"), &back).send().await.status, 200);
    assert_eq!(
        has_answered(&room.ines, &round).await,
        [json!(true), json!(false)],
        "taken back: MEWA is asked again"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rev36_once_the_round_has_closed_what_was_submitted_stands_until_those_who_decide_take_it_up() {
    let room = Room::start().await;
    let round = asks(&room, "sealed_until_close").await;
    let proposed = answers(&room, &round).await;
    room.service.passes(7 * HOUR);
    room.writes(&room.samir, branch(&proposed), "Neighbours", "Good neighbours").await;
    let submit = act(&proposed, "submit");
    room.leila.post(&submit, "{}").send().await.is_refused(409, "amendment_closed");
    let seen = room.claire.get(&address(&proposed)).send().await.json();
    assert_eq!((&seen["revision"], &seen["state"]), (&json!(1), &json!("submitted")));

    assert_eq!(room.adaeze.post(&act(&proposed, "take-up"), "{}").send().await.status, 200);
    let revised = room.leila.post(&submit, "{}").send().await;
    assert_eq!((revised.status, &revised.json()["revision"]), (200, &json!(2)), "{}", revised.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn rev35_while_mewa_writes_its_next_revision_others_see_nothing_of_it_and_decide() {
    let room = Room::start().await;
    let proposed = room.submitted("Keys", "Neighbours").await;
    let before = room.adaeze.get(&address(&proposed)).send().await;
    let mut news = Stream::of(&room.claire).await;
    room.writes(&room.samir, branch(&proposed), "Neighbours", "Good neighbours").await;
    let described = json!({ "title": "Who opens", "reason": "People do." }).to_string();
    let said = room.samir.put(&address(&proposed), &described).send().await;
    assert_eq!(said.status, 200, "{}", said.text());
    assert_eq!(room.samir.post(&act(&proposed, "ready"), "{\"ready\":true}").send().await.status, 200);
    assert_eq!(room.adaeze.get(&address(&proposed)).send().await.body, before.body);

    let decide = room.adaeze.post(&act(&proposed, "decide"), &decision("accepted", ""));
    let version = format!("\"{}\"", before.json()["version"]);
    let decided = decide.header("if-match", &version).send().await;
    assert_eq!(decided.status, 200, "{}", decided.text());
    let (first, data) = news.next().await.unwrap();
    assert_eq!((first.as_str(), &data["topic"]), ("procedure", &json!("amendments")), "the decision");
    assert_eq!(news.next().await.unwrap().0, "text", "and its words: she was told of nothing before");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev35_a_comment_inside_mewa_is_not_named_to_others_by_the_amendment_that_answers_it() {
    let room = Room::start().await;
    let inside = room.comments(&room.samir, "doors", "component", "Not only keys.").await;
    let amend = format!("/api/v1/threads/{}/amend", inside["id"].as_str().unwrap());
    let draft = room.samir.post(&amend, "{}").send().await.json();
    room.writes(&room.samir, branch(&draft), "Keys", "Neighbours").await;
    room.service.passes(HOUR);
    let submitted = room.leila.post(&act(&draft, "submit"), "{}").send().await.json();
    assert_eq!(submitted["cites"], inside["id"]);
    let seen = room.claire.get(&address(&draft)).send().await.json();
    assert_eq!((&seen["cites"], &seen["opened_at"]), (&Value::Null, &seen["submitted_at"]));
}
