//! Brackets: opened on words for a component, argued, settled with words, counted and printed.

use crdt::document::blocks::Place;
use crdt::document::{Anchor, Edit, EditError, MarkValue};
use crdt::ids::SeatId;
use serde_json::{Value, json};
use std::time::Duration;
use uuid::Uuid;

use super::harness::{Answer, Service, Somebody};

const BRACKETS: &str = "/api/v1/papers/housing/brackets";

fn id_of(service: &Service, code: &str) -> Value {
    json!(service.app.directory.register().component_by_code(code).unwrap().id)
}

/// Adaeze, who holds the pen, brackets the first word of the first numbered paragraph for a component.
pub async fn opens(service: &Service, adaeze: &Somebody, code: &str, side: &str, words: &str) -> Answer {
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
    assert_eq!(bracket["standing"]["words"], "Cities", "the mark came with the record");
    assert_eq!(bracket["standing"]["nth"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn rev78_words_that_are_gone_are_not_put_into_brackets_and_lost_marks_are_put_back() {
    let service = Service::start().await;
    let [adaeze, samir] = [service.signs_in("adaeze").await, service.signs_in("samir").await];
    let opened = opens(&service, &adaeze, "MEWA", "delete", "Small towns cannot.").await.json();
    let mark = format!("bracket:{}", opened["id"].as_str().unwrap());
    edits(&service, adaeze.seats[0], |edit, place| edit.unmark(place.start..place.start + 6, &mark)).await;
    assert_eq!(all(&samir).await["brackets"][0]["standing"], Value::Null, "told as such");
    act(&samir, &opened, "mark", json!({})).await.is_refused(403, "not_allowed");
    let again = act(&adaeze, &opened, "mark", json!({})).await.json();
    assert_eq!(again["standing"]["words"], "Cities");
    edits(&service, adaeze.seats[0], |edit, place| edit.splice(place.start..place.start + 7, "")).await;
    act(&adaeze, &opened, "mark", json!({})).await.is_refused(409, "bracket_refused");
    act(&adaeze, &opened, "settle", json!({ "end": "kept" })).await.is_refused(409, "bracket_refused");
    let removed = act(&adaeze, &opened, "settle", json!({ "end": "removed" })).await;
    assert_eq!(removed.json()["outcome"]["end"], "removed", "as it is");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev78_the_last_who_leaves_takes_the_brackets_along_and_no_word() {
    let service = Service::start().await;
    let [ines, adaeze] = [service.signs_in("ines").await, service.signs_in("adaeze").await];
    let opened = opens(&service, &adaeze, "SEC", "delete", "Small towns cannot.").await.json();
    let left = act(&ines, &opened, "side", json!({ "side": "left" })).await.json();
    assert_eq!((&left["outcome"]["end"], &left["standing"]), (&json!("withdrawn"), &Value::Null));
    assert_eq!(words(&service).await, "Cities welcome everyone.");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev78_a_mark_of_nobody_is_taken_away_and_one_of_an_open_bracket_is_not() {
    let service = Service::start().await;
    let [adaeze, samir] = [service.signs_in("adaeze").await, service.signs_in("samir").await];
    let lift = async |somebody: &Somebody, id: &str| {
        let path = format!("/api/v1/texts/{}/brackets/{id}/lift", service.text());
        somebody.post(&path, "{}").send().await
    };
    marks(&service, adaeze.seats[0]).await;
    let nobodys = all(&samir).await["unrecorded"][0]["id"].as_str().unwrap().to_owned();
    lift(&samir, &nobodys).await.is_refused(403, "not_allowed");
    assert_eq!(lift(&adaeze, &nobodys).await.status, 204);
    lift(&adaeze, &nobodys).await.is_refused(404, "not_found");
    let opened = opens(&service, &adaeze, "MEWA", "delete", "Small towns cannot.").await.json();
    lift(&adaeze, opened["id"].as_str().unwrap()).await.is_refused(409, "bracket_refused");
    assert_eq!(all(&samir).await["brackets"][0]["standing"]["words"], "Cities");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev79_record_and_words_are_settled_in_one() {
    let service = Service::start().await;
    let [ines, adaeze] = [service.signs_in("ines").await, service.signs_in("adaeze").await];
    let opened = opens(&service, &adaeze, "MEWA", "delete", "Small towns cannot.").await.json();
    act(&ines, &opened, "options", json!({ "words": "Towns" })).await;
    let by_what = act(&adaeze, &opened, "settle", json!({ "end": "replaced" })).await;
    by_what.is_refused(409, "bracket_refused");
    assert_eq!(by_what.json()["details"], json!({ "reason": "no_replacement" }));
    assert_eq!(words(&service).await, "Cities welcome everyone.", "nothing by halves");
    let settled =
        act(&adaeze, &opened, "settle", json!({ "end": "replaced", "instead": "Towns" })).await.json();
    assert_eq!((&settled["outcome"]["instead"], &settled["standing"]), (&json!("Towns"), &Value::Null));
    assert_eq!(words(&service).await, "Towns welcome everyone.");
    let wrote = service.app.live.text(service.text()).await.unwrap().heads();
    let again = act(&adaeze, &opened, "settle", json!({ "end": "removed" })).await;
    again.is_refused(409, "bracket_refused");
    assert_eq!(again.json()["details"], json!({ "reason": "over" }));
    assert_eq!(service.app.live.text(service.text()).await.unwrap().heads(), wrote, "once");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev79_of_two_brackets_on_the_same_words_settled_at_once_one_goes_by_what_the_other_left() {
    let service = Service::start().await;
    let adaeze = service.signs_in("adaeze").await;
    let one = opens(&service, &adaeze, "MEWA", "delete", "Small towns cannot.").await.json();
    let other = opens(&service, &adaeze, "SEC", "delete", "Nor can villages.").await.json();
    let replaced = |words: &str| json!({ "end": "replaced", "instead": words });
    let (first, second) = tokio::join!(
        act(&adaeze, &one, "settle", replaced("Towns")),
        act(&adaeze, &other, "settle", replaced("Villages"))
    );
    let won = [first.status, second.status].iter().filter(|status| **status == 200).count();
    assert_eq!(won, 1, "{} {}", first.text(), second.text());
    let words = words(&service).await;
    assert!(["Towns welcome everyone.", "Villages welcome everyone."].contains(&&*words), "{words}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev63_it_is_settled_by_the_pen_never_by_a_proposer_and_over_an_opponent_only_with_words() {
    let service = Service::start().await;
    let [ines, adaeze] = [service.signs_in("ines").await, service.signs_in("adaeze").await];
    let own = opens(&service, &adaeze, "AFR", "keep", "It is the heart of it.").await.json();
    let proposer = act(&adaeze, &own, "settle", json!({ "end": "kept" })).await;
    proposer.is_refused(409, "bracket_refused");
    assert_eq!(proposer.json()["details"], json!({ "reason": "own" }));
    let theirs = opens(&service, &adaeze, "MEWA", "delete", "Small towns cannot.").await.json();
    act(&ines, &theirs, "settle", json!({ "end": "kept" })).await.is_refused(403, "not_allowed");
    let opposed = act(&ines, &theirs, "side", json!({ "side": "opposes", "words": "It is agreed." })).await;
    assert_eq!(opposed.status, 200, "{}", opposed.text());
    act(&ines, &theirs, "options", json!({ "words": "Towns" })).await;
    let wordless = act(&adaeze, &theirs, "settle", json!({ "end": "removed" })).await;
    wordless.is_refused(409, "bracket_refused");
    assert_eq!(wordless.json()["details"], json!({ "reason": "over_opponents" }));
    let settled =
        act(&adaeze, &theirs, "settle", json!({ "end": "removed", "words": "As the council decided." }))
            .await
            .json();
    assert_eq!(
        (&settled["outcome"]["end"], &settled["outcome"]["over"], &settled["options"][0]["words"]),
        (&json!("removed"), &json!(["SEC"]), &json!("Towns"))
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
    assert!(draft.contains("No component is on record."), "{draft}");
    let sealed =
        ines.post("/api/v1/papers/housing/milestones", "{\"name\":\"Bogotá draft\"}").send().await.json();
    assert_eq!(sealed["brackets"], 1);
    let paper = ines.get("/api/v1/papers/housing").send().await.json();
    assert_eq!(paper["milestones"][0]["brackets"], 1);
    assert_eq!((&sealed["texts"][0]["brackets"], &sealed["texts"][1]["brackets"]), (&json!(1), &json!(0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn rev80_files_say_who_wants_what_as_it_stood_and_clean_ones_say_nothing_of_it() {
    let service = Service::start().await;
    let [ines, adaeze] = [service.signs_in("ines").await, service.signs_in("adaeze").await];
    let opened = opens(&service, &adaeze, "MEWA", "delete", "Small towns cannot.").await.json();
    act(&ines, &opened, "options", json!({ "words": "Towns" })).await;
    service.passes(Duration::from_secs(60));
    let sealed =
        ines.post("/api/v1/papers/housing/milestones", "{\"name\":\"Bogotá draft\"}").send().await.json();
    service.passes(Duration::from_secs(60));
    act(&ines, &opened, "side", json!({ "side": "opposes", "words": "It is agreed." })).await;
    let file = async |path: &str| ines.get(path).send().await.text();
    let path = format!("/api/v1/milestones/{}/files/en.md", sealed["id"].as_str().unwrap());
    let before = file(&path).await;
    assert!(before.contains("1. \\[Cities\\] welcome everyone."), "{before}");
    assert!(before.contains("wants these words out: Small towns cannot."), "{before}");
    assert!(before.contains("ALT 2") && before.contains("Towns"), "{before}");
    assert!(!before.contains("It is agreed."), "what came later is not in it: {before}");
    let clean = file(&format!("{path}?view=clean")).await;
    assert!(clean.contains("1. Cities welcome everyone.") && !clean.contains("Small towns"), "{clean}");
    let word = async |view: &str| {
        let file = ines.get(&format!("{}?view={view}", path.replace(".md", ".docx"))).send().await;
        super::exports::words_of(&file.body)
    };
    let both = word("bracketed").await;
    assert!(both.contains("[Cities] welcome") && both.contains("Small towns cannot."), "{both}");
    let clean = word("clean").await;
    assert!(clean.contains("Cities welcome") && !clean.contains("Small towns"), "{clean}");
    act(&adaeze, &opened, "settle", json!({ "end": "removed", "words": "As the council decided." })).await;
    assert_eq!(file(&path).await, before, "the same bytes");
    let draft = "/api/v1/papers/housing/export?language=en&format=md";
    assert!(!file(draft).await.contains("\\["));
    ines.get(&format!("{draft}&view=nice")).send().await.is_refused(422, "field_invalid");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev79_in_a_locked_chapter_nothing_is_done_that_would_change_its_words_or_marks() {
    let service = Service::start().await;
    let [ines, adaeze] = [service.signs_in("ines").await, service.signs_in("adaeze").await];
    let opened = opens(&service, &adaeze, "SEC", "delete", "Small towns cannot.").await.json();
    let chapter = service.paper().chapters[0].id;
    let lock = format!("/api/v1/papers/housing/chapters/{chapter}/lock");
    assert_eq!(ines.post(&lock, "{\"reason\":\"For the vote.\"}").send().await.status, 200);
    let before = service.app.live.text(service.text()).await.unwrap().heads();
    act(&adaeze, &opened, "settle", json!({ "end": "removed" })).await.is_refused(423, "chapter_locked");
    act(&ines, &opened, "side", json!({ "side": "left" })).await.is_refused(423, "chapter_locked");
    assert_eq!(all(&adaeze).await["brackets"][0]["may"]["settle"], false);
    act(&ines, &opened, "options", json!({ "words": "Towns" })).await;
    assert_eq!(all(&ines).await["brackets"][0]["options"][0]["words"], "Towns", "one goes on talking");
    assert_eq!(service.app.live.text(service.text()).await.unwrap().heads(), before);
}

/// The words of the first numbered paragraph.
async fn words(service: &Service) -> String {
    service.app.live.text(service.text()).await.unwrap().blocks()[2].words()
}

/// The mark of a bracket around the first word of the first numbered paragraph, as another program may write it.
async fn marks(service: &Service, seat: SeatId) {
    let name = format!("bracket:{}", Uuid::new_v4());
    let edit = |edit: &mut Edit<'_, '_>, place: Place| {
        edit.mark(place.start..place.start + 6, &name, &MarkValue::ON)
    };
    edits(service, seat, edit).await;
}

/// An edit of the first numbered paragraph in somebody's editor.
async fn edits(
    service: &Service,
    seat: SeatId,
    work: impl FnOnce(&mut Edit<'_, '_>, Place) -> Result<(), EditError>,
) {
    let mut text = crdt::document::Text::clone(&*service.app.live.text(service.text()).await.unwrap());
    let place = text.read().places[2];
    let edited = text.edit(&service.app.writer(seat), |edit| work(edit, place)).unwrap();
    let change = bytes::Bytes::from(edited.change.unwrap());
    service.app.live.submit(service.text(), seat, vec![change]).await.unwrap();
}
