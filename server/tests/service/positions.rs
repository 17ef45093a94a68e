//! Positions: taken on sealed drafts by focal points, bound to the words, confirmed, lifted, and on record.

use std::time::Duration;

use serde_json::{Value, json};

use super::harness::{Answer, PAPER, Service, Somebody};
use super::rounds::{HOUR, act, opens};

const POSITIONS: &str = "/api/v1/papers/housing/positions";

/// Inés seals the paper as it is, a minute later than what was done before: drafts are told apart by when they were sealed.
pub async fn seals(service: &Service, ines: &Somebody, name: &str) -> Value {
    service.passes(Duration::from_mins(1));
    let body = json!({ "name": name }).to_string();
    let sealed = ines.post(&format!("/api/v1/papers/{PAPER}/milestones"), &body).send().await;
    assert_eq!(sealed.status, 201, "{}", sealed.text());
    sealed.json()
}

/// A position on the whole draft.
pub async fn says(somebody: &Somebody, draft: &Value, stance: &str) -> Answer {
    let words = if stance == "reservation" { "Small towns are left out." } else { "" };
    let body =
        json!({ "milestone": draft["id"], "subject": {"on": "paper"}, "stance": stance, "words": words });
    somebody.post(POSITIONS, &body.to_string()).send().await
}

async fn positions(somebody: &Somebody, query: &str) -> Vec<Value> {
    let answer = somebody.get(&format!("{POSITIONS}{query}")).send().await.json();
    answer["positions"].as_array().unwrap().clone()
}

/// Adaeze, who holds the pen, writes another first chapter.
pub async fn changes_the_first_chapter(service: &Service, adaeze: &Somebody) {
    let text = format!("/api/v1/texts/{}", service.text());
    let heads = adaeze.get(&text).send().await.json()["heads"].clone();
    let body = json!({ "base_heads": heads, "markdown": "# Housing\n\n1. All cities welcome everyone." });
    assert_eq!(adaeze.put(&text, &body.to_string()).send().await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn rev55_a_focal_point_takes_a_position_on_a_sealed_draft_and_everybody_reads_it() {
    let service = Service::start().await;
    let [ines, adaeze, samir] =
        [service.signs_in("ines").await, service.signs_in("adaeze").await, service.signs_in("samir").await];
    let draft = seals(&service, &ines, "Bogotá draft").await;
    let taken = says(&adaeze, &draft, "supports").await;
    assert_eq!(taken.status, 201, "{}", taken.text());
    let seen = &positions(&samir, "").await[0];
    assert_eq!((&seen["component"], &seen["stance"]), (&json!("AFR"), &json!("supports")));
    assert_eq!(seen["fingerprint"], draft["digest"], "the one on the cover");
    assert_eq!((&seen["standing"], &seen["may_change"]), (&json!("stands"), &json!(false)));
    assert_eq!(seen["by"], Value::Null, "a component speaks, not a person");
    says(&samir, &draft, "supports").await.is_refused(403, "not_allowed");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev55_a_draft_that_is_not_sealed_takes_no_position() {
    let service = Service::start().await;
    let adaeze = service.signs_in("adaeze").await;
    for milestone in [Value::Null, json!(uuid::Uuid::new_v4())] {
        let body = json!({ "milestone": milestone, "subject": {"on": "paper"}, "stance": "supports" });
        adaeze.post(POSITIONS, &body.to_string()).send().await.is_refused(422, "not_sealed");
    }
    assert!(positions(&adaeze, "").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn rev56_an_objection_without_a_way_out_is_refused_by_the_name_of_the_field() {
    let service = Service::start().await;
    let (ines, adaeze) = (service.signs_in("ines").await, service.signs_in("adaeze").await);
    let draft = seals(&service, &ines, "Bogotá draft").await;
    let objects = async |words: &str, way_out: &str| {
        let body = json!({ "milestone": draft["id"], "subject": {"on": "paper"}, "stance": "objects", "words": words, "way_out": way_out });
        adaeze.post(POSITIONS, &body.to_string()).send().await
    };
    for (words, way_out, field) in [("", "These.", "words"), ("Why.", " ", "way_out")] {
        let refused = objects(words, way_out).await;
        refused.is_refused(422, "field_invalid");
        assert_eq!(refused.json()["details"]["field"], field);
    }
    let taken = objects("Why.", "These words.").await.json();
    assert_eq!((&taken["words"], &taken["way_out"]), (&json!("Why."), &json!("These words.")));
}

#[tokio::test(flavor = "multi_thread")]
async fn rev57_a_component_has_one_position_on_a_place_and_the_earlier_ones_are_kept() {
    let service = Service::start().await;
    let (ines, adaeze) = (service.signs_in("ines").await, service.signs_in("adaeze").await);
    let draft = seals(&service, &ines, "Bogotá draft").await;
    says(&adaeze, &draft, "reservation").await;
    let now = says(&adaeze, &draft, "supports").await.json();
    assert_eq!(now["earlier"][0]["stance"], "reservation");
    let chapter = json!({"on": "chapter", "chapter": service.paper().chapters[1].id});
    let body = json!({ "milestone": draft["id"], "subject": chapter, "stance": "abstains" });
    let other = adaeze.post(POSITIONS, &body.to_string()).send().await.json();
    assert_eq!(other["subject"]["number"], "2");
    assert_eq!(positions(&adaeze, "").await.len(), 2);
    let lifted = adaeze.post(&format!("{POSITIONS}/{}/lift", now["id"].as_str().unwrap()), "{}");
    assert_eq!(lifted.send().await.json()["standing"], "lifted");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev57_two_who_speak_at_once_do_not_overwrite_each_other() {
    let service = Service::start().await;
    let (ines, adaeze) = (service.signs_in("ines").await, service.signs_in("adaeze").await);
    let draft = seals(&service, &ines, "Bogotá draft").await;
    let first = says(&adaeze, &draft, "supports").await.json();
    let lift = format!("{POSITIONS}/{}/lift", first["id"].as_str().unwrap());
    says(&adaeze, &draft, "abstains").await;
    let stale = adaeze.post(&lift, "{}").header("if-match", &first["version"].to_string()).send().await;
    stale.is_refused(412, "stale_version");
    let (one, other) =
        tokio::join!(says(&adaeze, &draft, "supports"), says(&adaeze, &draft, "can_live_with"));
    for answer in [one, other] {
        assert!([201, 412].contains(&answer.status), "{}", answer.text());
    }
    let position = &positions(&adaeze, "").await[0];
    let said = position["earlier"].as_array().unwrap().len() + 1;
    assert_eq!(json!(said), position["version"], "each success is on record");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev58_when_the_words_change_a_position_is_to_be_reconfirmed_and_is_in_one_act() {
    let service = Service::start().await;
    let (ines, adaeze) = (service.signs_in("ines").await, service.signs_in("adaeze").await);
    let draft = seals(&service, &ines, "Bogotá draft").await;
    let taken = says(&adaeze, &draft, "reservation").await.json();
    let reconfirm = format!("{POSITIONS}/{}/reconfirm", taken["id"].as_str().unwrap());
    let of = |draft: &Value| json!({ "milestone": draft["id"] }).to_string();
    let stands = adaeze.post(&reconfirm, &of(&draft)).send().await;
    stands.is_refused(409, "position_refused");
    assert_eq!(stands.json()["details"], json!({ "reason": "stands_already" }));
    changes_the_first_chapter(&service, &adaeze).await;
    let now = &positions(&adaeze, "").await[0];
    assert_eq!((&now["standing"], &now["changed_chapters"]), (&json!("to_reconfirm"), &json!(["1"])));
    let then = &positions(&adaeze, &format!("?milestone={}", draft["id"].as_str().unwrap())).await[0];
    assert_eq!(then["standing"], "stands", "of the draft it was said of");
    let next = seals(&service, &ines, "Quito draft").await;
    let confirmed = adaeze.post(&reconfirm, &of(&next)).send().await.json();
    assert_eq!((&confirmed["standing"], &confirmed["reconfirms"]), (&json!("stands"), &json!(true)));
    assert_eq!(confirmed["words"], "Small towns are left out.");
    let then = &positions(&adaeze, &format!("?milestone={}", draft["id"].as_str().unwrap())).await[0];
    assert_eq!(then["milestone"], draft["id"], "what was said of the first draft stays with it");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev58_a_paragraph_is_known_by_its_own_words() {
    let service = Service::start().await;
    let (ines, adaeze) = (service.signs_in("ines").await, service.signs_in("adaeze").await);
    let draft = seals(&service, &ines, "Bogotá draft").await;
    let blocks = ines
        .get(&format!("/api/v1/milestones/{}/texts/{}", draft["id"].as_str().unwrap(), service.text()))
        .send()
        .await
        .json()["blocks"]
        .clone();
    let on =
        |block: usize| json!({"on": "paragraph", "text": service.text(), "paragraph": blocks[block]["id"]});
    for block in [2, 3] {
        let body = json!({ "milestone": draft["id"], "subject": on(block), "stance": "supports" });
        assert_eq!(adaeze.post(POSITIONS, &body.to_string()).send().await.status, 201);
    }
    changes_the_first_chapter(&service, &adaeze).await;
    let mut found = positions(&adaeze, "").await;
    found.sort_by_key(|position| position["subject"]["paragraph_number"].as_u64());
    let [first, second] = &found[..] else { panic!("{found:?}") };
    assert_eq!(first["subject"]["beginning"], "Cities welcome everyone.");
    assert_eq!(first["standing"], "to_reconfirm");
    assert_eq!(
        (&second["subject"]["paragraph_number"], &second["standing"]),
        (&json!(2), &json!("to_reconfirm"))
    );
    let nowhere = json!({"on": "paragraph", "text": service.text(), "paragraph": "00000000000000ff"});
    let body = json!({ "milestone": draft["id"], "subject": nowhere, "stance": "supports" });
    let refused = adaeze.post(POSITIONS, &body.to_string()).send().await;
    refused.is_refused(422, "field_invalid");
    assert_eq!(refused.json()["details"]["field"], "subject");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev55_the_secretariat_enters_what_a_component_sent_with_the_letter() {
    let service = Service::start().await;
    let [ines, adaeze, samir] =
        [service.signs_in("ines").await, service.signs_in("adaeze").await, service.signs_in("samir").await];
    let draft = seals(&service, &ines, "Bogotá draft").await;
    let mewa = service.app.directory.register().component_by_code("MEWA").unwrap().id;
    let enter = |received: Value| {
        let body = json!({
            "milestone": draft["id"], "subject": {"on": "paper"}, "stance": "can_live_with",
            "on_behalf_of": mewa, "received": received,
        });
        ines.post(POSITIONS, &body.to_string())
    };
    let refused = enter(Value::Null).send().await;
    refused.is_refused(422, "field_invalid");
    assert_eq!(refused.json()["details"]["field"], "received");
    let entered = enter(json!({"name": "Carta.pdf", "content": "WWVz"})).send().await;
    assert_eq!(entered.status, 201, "{}", entered.text());
    let url = entered.json()["received"]["url"].as_str().unwrap().to_owned();
    for reader in [&ines, &samir] {
        let file = reader.get(&url).send().await;
        assert_eq!((file.status, file.text().as_str()), (200, "Yes"));
    }
    adaeze.get(&url).send().await.is_refused(404, "not_found");
    let seen = &positions(&adaeze, "").await[0];
    assert_eq!((&seen["on_behalf"], &seen["received"]), (&json!(true), &Value::Null));
}

#[tokio::test(flavor = "multi_thread")]
async fn rev59_reservations_and_explanations_are_printed_behind_the_sealed_words() {
    let service = Service::start().await;
    let (ines, adaeze) = (service.signs_in("ines").await, service.signs_in("adaeze").await);
    let draft = seals(&service, &ines, "Bogotá draft").await;
    let file = draft["files"]["en"]["md"].as_str().unwrap();
    let bare = ines.get(file).send().await.text();
    assert!(!bare.contains("Reservations and explanations"));
    let taken = says(&adaeze, &draft, "reservation").await.json();
    let annexed = ines.get(file).send().await.text();
    let annex = annexed.strip_prefix(bare.trim_end()).unwrap_or_else(|| panic!("other words: {annexed}"));
    assert!(annex.contains("# Reservations and explanations of position"), "{annex}");
    assert!(
        annex.contains("AFR")
            && annex.contains("**Reservation**")
            && annex.contains("Small towns are left out.")
    );
    assert_eq!(ines.get(file).send().await.text(), annexed, "the same until a position changes");
    adaeze.post(&format!("{POSITIONS}/{}/lift", taken["id"].as_str().unwrap()), "{}").send().await;
    assert_eq!(ines.get(file).send().await.text(), bare, "a lifted reservation is not printed");
}

/// Adaeze's position in a round of this visibility, as the others see it before and after its close.
async fn seen_in_round(visibility: &str) -> [Vec<usize>; 2] {
    let service = Service::start().await;
    let [ines, adaeze, samir] =
        [service.signs_in("ines").await, service.signs_in("adaeze").await, service.signs_in("samir").await];
    let round = opens(&service, &ines, &["AFR", "MEWA"], |plan| plan["visibility"] = json!(visibility)).await;
    let draft = json!({ "id": round["milestone"] });
    let taken = says(&adaeze, &draft, "reservation").await.json();
    assert_eq!(taken["round"], round["id"]);
    let count = async || {
        let mut counts = Vec::new();
        for reader in [&adaeze, &ines, &samir] {
            counts.push(positions(reader, "").await.len());
        }
        let file = format!("/api/v1/milestones/{}/files/en.md", draft["id"].as_str().unwrap());
        counts.push(usize::from(adaeze.get(&file).send().await.text().contains("Small towns are left out.")));
        counts
    };
    let before = count().await;
    service.passes(7 * HOUR);
    [before, count().await]
}

#[tokio::test(flavor = "multi_thread")]
async fn rev59_in_a_round_others_see_a_position_as_the_round_says_in_lists_and_in_files() {
    // Her component, the secretariat, another component, the file that everybody takes away.
    assert_eq!(seen_in_round("open").await, [vec![1, 1, 1, 1], vec![1, 1, 1, 1]]);
    assert_eq!(seen_in_round("sealed_until_close").await, [vec![1, 0, 0, 0], vec![1, 1, 1, 1]]);
    assert_eq!(seen_in_round("rapporteurs_only").await, [vec![1, 1, 0, 0], vec![1, 1, 0, 0]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn rev59_a_position_that_comes_late_waits_until_it_is_let_in() {
    let service = Service::start().await;
    let [ines, adaeze, samir] =
        [service.signs_in("ines").await, service.signs_in("adaeze").await, service.signs_in("samir").await];
    let round = opens(&service, &ines, &["AFR"], |_| {}).await;
    let draft = json!({ "id": round["milestone"] });
    service.passes(7 * HOUR);
    let late = says(&adaeze, &draft, "supports").await;
    assert_eq!((late.status, &late.json()["late"]), (201, &json!("waiting")));
    assert_eq!(positions(&samir, "").await.len(), 0, "for others it is not there");
    let path = format!("{POSITIONS}/{}/admit", late.json()["id"].as_str().unwrap());
    samir.post(&path, "{\"reason\":\"x\"}").send().await.is_refused(404, "not_found");
    let admitted = ines.post(&path, "{\"reason\":\"Their council met on Friday.\"}").send().await.json();
    assert_eq!((&admitted["late"], &admitted["waiting"]), (&json!("admitted"), &Value::Null));
    assert_eq!(admitted["admitted_because"], "Their council met on Friday.");
    assert_eq!(positions(&samir, "").await[0]["stance"], "supports");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_log_names_the_position_that_was_lifted_and_not_what_was_said_last() {
    let service = Service::start().await;
    let [ines, adaeze] = [service.signs_in("ines").await, service.signs_in("adaeze").await];
    let round = opens(&service, &ines, &["AFR"], |_| {}).await;
    let draft = json!({ "id": round["milestone"] });
    assert_eq!(says(&adaeze, &draft, "supports").await.status, 201);
    service.passes(7 * HOUR);
    let late = says(&adaeze, &draft, "reservation").await;
    assert_eq!(late.json()["waiting"]["late"], "waiting");
    let lift = format!("{POSITIONS}/{}/lift", late.json()["id"].as_str().unwrap());
    assert_eq!(adaeze.post(&lift, "{}").send().await.status, 200);
    let log = service.app.store.audit(0, 1_000).await.unwrap();
    let entries = log.iter().map(|entry| serde_json::from_slice::<Value>(&entry.json).unwrap());
    let lifted: Vec<Value> = entries.filter(|entry| entry["action"] == "position_lifted").collect();
    assert_eq!(lifted.len(), 1);
    assert_eq!(
        (&lifted[0]["about"]["stance"], &lifted[0]["about"]["late"]),
        (&json!("supports"), &json!(false))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rev22_while_a_round_is_paused_no_position_is_taken() {
    let service = Service::start().await;
    let (ines, adaeze) = (service.signs_in("ines").await, service.signs_in("adaeze").await);
    let round = opens(&service, &ines, &["AFR"], |_| {}).await;
    act(&ines, &round, "pause", json!({ "reason": "A mistake in paragraph 2." })).await;
    let refused = says(&adaeze, &json!({ "id": round["milestone"] }), "supports").await;
    assert_eq!(refused.status, 409, "{}", refused.text());
    assert!(refused.text().contains("A mistake in paragraph 2."));
    assert!(positions(&adaeze, "").await.is_empty());
}
