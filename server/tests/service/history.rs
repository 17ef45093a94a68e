//! The history of a text over HTTP: its moments, the text as it was, and an earlier state that comes back.

use std::time::Duration;

use serde_json::{Value, json};

use super::amendments::people::{Room, act, decision};
use super::brackets;
use super::harness::{Answer, Somebody};
use super::positions::{changes_the_first_chapter, seals};
use super::rights::locks;

fn path(room: &Room) -> String {
    format!("/api/v1/texts/{}", room.service.text())
}

/// The moments of the first chapter, the newest first.
async fn told(room: &Room, somebody: &Somebody) -> Vec<Value> {
    let answer = somebody.get(&format!("{}/history", path(room))).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["items"].as_array().unwrap().clone()
}

async fn at(room: &Room, somebody: &Somebody, moment: &Value) -> Value {
    let answer =
        somebody.get(&format!("{}/history/{}", path(room), moment["id"].as_str().unwrap())).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

/// The words of the blocks, each on a line of its own.
fn words(blocks: &Value) -> String {
    let words = |block: &Value| -> String {
        block["runs"].as_array().unwrap().iter().map(|run| run["text"].as_str().unwrap()).collect()
    };
    blocks.as_array().unwrap().iter().map(words).collect::<Vec<_>>().join("\n")
}

async fn preview(room: &Room, somebody: &Somebody, moment: &Value, paragraph: Option<&Value>) -> Value {
    let query = paragraph.map(|id| format!("?paragraph={}", id.as_str().unwrap())).unwrap_or_default();
    let moment = moment["id"].as_str().unwrap();
    let answer = somebody.get(&format!("{}/history/{moment}/restoration{query}", path(room))).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

async fn restores(
    room: &Room,
    somebody: &Somebody,
    moment: &Value,
    paragraph: Option<&Value>,
    seen: &Value,
) -> Answer {
    let body = json!({ "moment": moment["id"], "paragraph": paragraph, "heads": seen["heads"] });
    somebody.post(&format!("{}/restore", path(room)), &body.to_string()).send().await
}

fn kinds(told: &[Value]) -> Vec<&str> {
    told.iter().map(|moment| moment["kind"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn his30_the_past_is_told_in_sittings_and_acts_and_can_be_read() {
    let room = Room::start().await;
    let text = room.service.text();
    room.service.passes(Duration::from_mins(30));
    room.writes(&room.adaeze, text, "everyone", "everybody").await;
    room.service.passes(Duration::from_mins(2));
    room.writes(&room.adaeze, text, "A first word.", "First words.").await;
    let draft = seals(&room.service, &room.ines, "Bogotá draft").await;
    room.writes(&room.adaeze, text, "Keys open", "Keys do open").await;
    let accepted = room.submitted("doors.", "all doors.").await;
    let answer =
        room.adaeze.post(&act(&accepted, "decide"), &decision("accepted", "Well said.")).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(brackets::opens(&room.service, &room.adaeze, "MEWA", "delete", "Why.").await.status, 201);
    changes_the_first_chapter(&room.service, &room.adaeze).await;

    let told = told(&room, &room.claire).await;
    assert_eq!(kinds(&told), ["replaced", "bracket", "amendment", "sitting", "sitting", "begun"]);
    let sitting = &told[4];
    assert_eq!(
        (&sitting["from"], &sitting["to"]),
        (&json!("2016-09-21T09:12:00Z"), &json!("2016-09-21T09:14:00Z"))
    );
    assert_eq!(sitting["by"][0]["author"]["person"], "Adaeze Obi");
    assert_eq!(
        (&sitting["inserted"], &sitting["deleted"]),
        (&json!(21), &json!(21)),
        "by whole words: {sitting}"
    );
    assert_eq!(
        (&sitting["sealed"][0]["name"], &sitting["sealed"][0]["id"]),
        (&json!("Bogotá draft"), &draft["id"])
    );
    assert_eq!(
        (&told[2]["amendment"]["title"], &told[2]["amendment"]["component"]),
        (&json!("Doors"), &json!("MEWA"))
    );
    assert_eq!(told[1]["bracket"]["event"], "bracket_opened");

    let then = at(&room, &room.claire, sitting).await;
    assert_eq!(words(&then["blocks"]), "Housing\nFirst words.\nCities welcome everybody.\nKeys open doors.");
    assert_eq!((&then["comparison"]["changes"], &then["first_number"]), (&json!(2), &json!(1)));
    assert_eq!(then["comparison"]["sources"][0]["author"]["person"], "Adaeze Obi");
    let begun = at(&room, &room.claire, &told[5]).await;
    assert_eq!(begun["comparison"]["chapters"][0]["change"], "inserted");
    let missing = room.claire.get(&format!("{}/history/1-999", path(&room))).send().await;
    missing.is_refused(404, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn his33_a_paragraph_that_went_comes_back_as_an_edit_and_everything_else_stays() {
    let room = Room::start().await;
    let text = room.service.text();
    let comment = room.comments(&room.claire, "everyone", "all", "Who pays?").await;
    let begun = told(&room, &room.adaeze).await.remove(0);
    let keys = at(&room, &room.adaeze, &begun).await["blocks"][3]["id"].clone();
    changes_the_first_chapter(&room.service, &room.adaeze).await;
    room.service.passes(Duration::from_mins(30));
    let seen = preview(&room, &room.adaeze, &begun, Some(&keys)).await;
    assert_eq!(seen["comparison"]["changes"], 1);
    // Somebody writes in another paragraph before it is confirmed.
    room.writes(&room.adaeze, text, "All cities", "All our cities").await;
    let answer = restores(&room, &room.adaeze, &begun, Some(&keys), &seen).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(room.words().await.trim(), "Housing\nAll our cities welcome everyone.\nKeys open doors.");
    let now = room.adaeze.get(&path(&room)).send().await.json();
    assert_eq!(
        (&now["blocks"][2]["id"], &now["heads"]),
        (&keys, &answer.json()["heads"]),
        "under its own id"
    );
    let threads = room.claire.get("/api/v1/papers/housing/threads").send().await.json();
    assert_eq!(
        (&threads["threads"][0]["id"], &threads["threads"][0]["anchor"]),
        (&comment["id"], &comment["anchor"])
    );

    let told = told(&room, &room.claire).await;
    assert_eq!(kinds(&told), ["restored", "sitting", "replaced", "begun"]);
    assert_eq!((&told[0]["restored"]["of"], &told[0]["restored"]["paragraph"]), (&begun["to"], &keys));
    assert!(room.audited().await.iter().any(|entry| entry["action"] == "text_restored"));
}

#[tokio::test(flavor = "multi_thread")]
async fn his33_what_was_written_in_the_same_paragraph_since_is_looked_at_again_and_nothing_is_lost() {
    let room = Room::start().await;
    let text = room.service.text();
    room.service.passes(Duration::from_mins(30));
    room.writes(&room.adaeze, text, "everyone", "some").await;
    let begun = told(&room, &room.adaeze).await.pop().unwrap();
    let seen = preview(&room, &room.adaeze, &begun, None).await;
    room.writes(&room.adaeze, text, "some", "some newcomers").await;
    let refused = restores(&room, &room.adaeze, &begun, None, &seen).await;
    refused.is_refused(409, "text_moved_on");
    assert!(room.words().await.contains("some newcomers"));
    let seen = preview(&room, &room.adaeze, &begun, None).await;
    assert_eq!(restores(&room, &room.adaeze, &begun, None, &seen).await.status, 200);
    assert!(room.words().await.contains("Cities welcome everyone."));
    // What stood before is a moment, too, and comes back.
    let before = told(&room, &room.adaeze).await[1].clone();
    let seen = preview(&room, &room.adaeze, &before, None).await;
    assert_eq!(restores(&room, &room.adaeze, &before, None, &seen).await.status, 200);
    assert!(room.words().await.contains("Cities welcome some newcomers."));
    let again = preview(&room, &room.adaeze, &before, None).await;
    assert_eq!(again["comparison"]["changes"], 0);
    assert_eq!(
        restores(&room, &room.adaeze, &before, None, &again).await.json()["heads"],
        again["heads"],
        "nothing to do"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn his33_who_may_not_write_the_chapter_restores_nothing_and_a_locked_one_stays_as_it_is() {
    let room = Room::start().await;
    let begun = told(&room, &room.adaeze).await.remove(0);
    changes_the_first_chapter(&room.service, &room.adaeze).await;
    let seen = preview(&room, &room.samir, &begun, None).await;
    restores(&room, &room.samir, &begun, None, &seen).await.is_refused(403, "not_allowed");
    assert_eq!(locks(&room.service, &room.ines, "lock").await.status, 200);
    restores(&room, &room.adaeze, &begun, None, &seen).await.is_refused(423, "chapter_locked");
    assert!(room.words().await.contains("All cities"));
    let unknown = json!({ "moment": begun["id"], "paragraph": "00000000000000ff", "heads": seen["heads"] });
    assert_eq!(locks(&room.service, &room.ines, "unlock").await.status, 200);
    let answer = room.adaeze.post(&format!("{}/restore", path(&room)), &unknown.to_string()).send().await;
    answer.is_refused(422, "field_invalid");
    restores(&room, &room.adaeze, &begun, None, &json!({ "heads": [] }))
        .await
        .is_refused(409, "text_moved_on");
}

#[tokio::test(flavor = "multi_thread")]
async fn his34_words_come_back_without_the_bracket_that_was_settled_meanwhile() {
    let room = Room::start().await;
    let opened = brackets::opens(&room.service, &room.adaeze, "MEWA", "delete", "Why.").await.json();
    let bracketed = told(&room, &room.adaeze).await[0].clone();
    let settle = format!("/api/v1/papers/housing/brackets/{}/settle", opened["id"].as_str().unwrap());
    let settled =
        room.adaeze.post(&settle, &json!({ "end": "removed", "words": "Agreed." }).to_string()).send().await;
    assert_eq!(settled.status, 200, "{}", settled.text());
    let seen = preview(&room, &room.adaeze, &bracketed, None).await;
    assert_eq!(restores(&room, &room.adaeze, &bracketed, None, &seen).await.status, 200);
    let now = room.adaeze.get(&path(&room)).send().await.json();
    assert_eq!(now["blocks"][2]["runs"], json!([{ "text": "Cities welcome everyone." }]));
}

#[tokio::test(flavor = "multi_thread")]
async fn his32_the_draft_of_an_amendment_has_no_history_for_anybody_else_nor_for_its_own() {
    let room = Room::start().await;
    let draft = room.drafted("everyone", "nobody").await;
    for somebody in [&room.claire, &room.samir] {
        let branch = format!("/api/v1/texts/{}/history", super::amendments::people::branch(&draft));
        somebody.get(&branch).send().await.is_refused(404, "not_found");
    }
    assert_eq!(told(&room, &room.claire).await.len(), 1, "nobody hears of it");
}
