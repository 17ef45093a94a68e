//! Brackets: opened on words for a component, argued, settled with words, counted and printed.

use crdt::document::{Anchor, MarkValue};
use crdt::ids::{ActorId, SeatId};
use serde_json::{Value, json};
use uuid::Uuid;

use super::harness::{Answer, Service, Somebody};

const BRACKETS: &str = "/api/v1/papers/housing/brackets";

fn id_of(service: &Service, code: &str) -> Value {
    json!(service.app.directory.register().component_by_code(code).unwrap().id)
}

/// Adaeze, who holds the pen, brackets the first word of the first numbered paragraph for a component.
async fn opens(service: &Service, adaeze: &Somebody, code: &str, side: &str, words: &str) -> Answer {
    let text = service.app.live.text(service.text()).await.unwrap();
    let reading = text.read();
    let (block, place) = (&reading.blocks[2], reading.places[2]);
    let anchor = Anchor::of(&text, place.start..place.start + 6).unwrap();
    let body = json!({
        "id": Uuid::new_v4(), "anchor": anchor, "paragraph": block.id, "component": id_of(service, code), "side": side, "words": words,
    });
    adaeze.post(&format!("/api/v1/texts/{}/brackets", service.text()), &body.to_string()).send().await
}

async fn act(somebody: &Somebody, bracket: &Value, act: &str, body: Value) -> Answer {
    let path = format!("{BRACKETS}/{}/{act}", bracket["id"].as_str().unwrap());
    somebody.post(&path, &body.to_string()).send().await
}

async fn all(somebody: &Somebody) -> Value {
    somebody.get(BRACKETS).send().await.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn rev60_whoever_writes_the_text_opens_a_bracket_for_a_component_and_nobody_else() {
    let service = Service::start().await;
    let [adaeze, samir] = [service.signs_in("adaeze").await, service.signs_in("samir").await];
    opens(&service, &samir, "MEWA", "delete", "Why.").await.is_refused(403, "not_allowed");
    opens(&service, &adaeze, "MEWA", "delete", " ").await.is_refused(422, "field_invalid");
    opens(&service, &adaeze, "MEWA", "supports", "Why.").await.is_refused(422, "field_invalid");
    let opened = opens(&service, &adaeze, "MEWA", "delete", "Small towns cannot.").await;
    assert_eq!(opened.status, 201, "{}", opened.text());
    let seen = all(&samir).await;
    let bracket = &seen["brackets"][0];
    assert_eq!(
        (&bracket["sides"][0]["component"], &bracket["sides"][0]["words"]),
        (&json!("MEWA"), &json!("Small towns cannot."))
    );
    assert_eq!(bracket["marked"], false, "a record whose mark is not in the text is told as such");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev63_it_is_settled_by_the_pen_never_by_a_proposer_and_over_an_opponent_only_with_words() {
    let service = Service::start().await;
    let [ines, adaeze] = [service.signs_in("ines").await, service.signs_in("adaeze").await];
    let own = opens(&service, &adaeze, "AFR", "keep", "It is the heart of it.").await.json();
    act(&adaeze, &own, "settle", json!({ "end": "kept" })).await.is_refused(409, "bracket_refused");
    let theirs = opens(&service, &adaeze, "MEWA", "delete", "Small towns cannot.").await.json();
    act(&ines, &theirs, "settle", json!({ "end": "kept" })).await.is_refused(403, "not_allowed");
    let opposed = act(&ines, &theirs, "side", json!({ "side": "opposes", "words": "It is agreed." })).await;
    assert_eq!(opposed.status, 200, "{}", opposed.text());
    act(&ines, &theirs, "options", json!({ "words": "Towns" })).await;
    act(&adaeze, &theirs, "settle", json!({ "end": "removed" })).await.is_refused(409, "bracket_refused");
    let settled =
        act(&adaeze, &theirs, "settle", json!({ "end": "replaced", "words": "As the council decided." }))
            .await
            .json();
    assert_eq!(
        (&settled["outcome"]["end"], &settled["outcome"]["over"], &settled["options"][0]["words"]),
        (&json!("replaced"), &json!(["SEC"]), &json!("Towns"))
    );
    act(&ines, &theirs, "side", json!({ "side": "left" })).await.is_refused(409, "bracket_refused");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev64_what_is_marked_is_counted_printed_and_sealed() {
    let service = Service::start().await;
    let [ines, adaeze] = [service.signs_in("ines").await, service.signs_in("adaeze").await];
    marks(&service, adaeze.seats[0]).await;
    let chapter = service.paper().chapters[0].id.to_string();
    let seen = all(&ines).await;
    assert_eq!(seen["remaining"][chapter], 1);
    assert_eq!(seen["unrecorded"].as_array().unwrap().len(), 1, "a mark without a record is told as such");
    let draft = ines.get("/api/v1/papers/housing/export?language=en&format=md").send().await.text();
    assert!(draft.contains("1. \\[Cities\\] welcome everyone."), "{draft}");
    let sealed =
        ines.post("/api/v1/papers/housing/milestones", "{\"name\":\"Bogotá draft\"}").send().await.json();
    assert_eq!((&sealed["texts"][0]["brackets"], &sealed["texts"][1]["brackets"]), (&json!(1), &json!(0)));
}

/// The mark of a bracket around the first word of the first numbered paragraph, as an editor writes it.
async fn marks(service: &Service, seat: SeatId) {
    let mut text = crdt::document::Text::clone(&*service.app.live.text(service.text()).await.unwrap());
    let place = text.read().places[2];
    let writer = crdt::document::Writer {
        actor: ActorId(Uuid::new_v4().as_bytes().to_vec()),
        seat: Some(seat),
        at: service.app.clock.now(),
    };
    let name = format!("bracket:{}", Uuid::new_v4());
    let edited =
        text.edit(&writer, |edit| edit.mark(place.start..place.start + 6, &name, &MarkValue::ON)).unwrap();
    let change = bytes::Bytes::from(edited.change.unwrap());
    service.app.live.submit(service.text(), seat, vec![change]).await.unwrap();
}
