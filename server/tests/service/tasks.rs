//! What the review asks of whom, and until when, beside remarks: amendments, positions, silence, brackets.

use serde_json::{Value, json};

use super::amendments::people::{Room, act, decision};
use super::harness::{Service, Somebody};
use super::rounds::opens;
use super::{brackets, positions, silences};

async fn tasks(somebody: &Somebody) -> Vec<Value> {
    somebody.get("/api/v1/tasks").send().await.json()["tasks"].as_array().unwrap().clone()
}

async fn kinds(somebody: &Somebody) -> Vec<String> {
    tasks(somebody).await.iter().map(|task| task["kind"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_that_is_ready_waits_for_the_focal_point_and_what_is_submitted_for_those_who_decide() {
    let room = Room::start().await;
    let draft = room.drafted("Keys open doors.", "Keys open all doors.").await;
    assert_eq!(kinds(&room.leila).await, Vec::<String>::new(), "nobody has said that it is ready");
    room.samir.post(&act(&draft, "ready"), "{\"ready\":true}").send().await;
    let asked = &tasks(&room.leila).await[0];
    assert_eq!((&asked["kind"], &asked["amendments"]), (&json!("submit"), &json!(1)));
    for not in [&room.samir, &room.adaeze, &room.jonas, &room.claire, &room.ines] {
        assert_eq!(kinds(not).await, Vec::<String>::new(), "a draft is its component's alone");
    }
    room.leila.post(&act(&draft, "submit"), "{}").send().await;
    for decides in [&room.adaeze, &room.jonas] {
        let asked = &tasks(decides).await[0];
        assert_eq!((&asked["kind"], &asked["amendments"]), (&json!("decide"), &json!(1)));
    }
    assert_eq!(kinds(&room.leila).await, Vec::<String>::new());
    room.adaeze.post(&act(&draft, "sponsor"), "{\"sponsor\":true}").send().await;
    assert_eq!(kinds(&room.adaeze).await, Vec::<String>::new(), "who joins it does not decide on it");
    room.jonas.post(&act(&draft, "decide"), &decision("deferred", "After Quito.")).send().await;
    assert_eq!(kinds(&room.jonas).await, Vec::<String>::new(), "what is put off waits for its component");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_late_waits_for_those_who_may_let_it_in() {
    let room = Room::start().await;
    let round =
        opens(&room.service, &room.ines, &["MEWA"], |plan| plan["asks"] = json!(["amendments"])).await;
    let draft = room.drafted("Keys open doors.", "Keys open all doors.").await;
    room.service.passes(super::rounds::HOUR * 6);
    room.leila.post(&act(&draft, "submit"), &json!({ "round": round["id"] }).to_string()).send().await;
    for lets_in in [&room.ines, &room.jonas] {
        assert_eq!(kinds(lets_in).await, ["admit_amendments"]);
    }
    assert_eq!(kinds(&room.claire).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_focal_point_of_a_listed_component_is_asked_to_object_before_the_instant() {
    let service = silences::service().await;
    let [ines, adaeze, olga] =
        [service.signs_in("ines").await, service.signs_in("adaeze").await, service.signs_in("olga").await];
    let silence = silences::opened(&service, &ines, &["AFR"]).await;
    let asked = tasks(&adaeze).await;
    assert_eq!((&asked[0]["kind"], &asked[0]["silence"]), (&json!("object"), &silence["id"]));
    assert_eq!((&asked[0]["by"], &asked[0]["round"]), (&silence["ends_at"], &Value::Null));
    assert_eq!(kinds(&olga).await, Vec::<String>::new(), "an observer cannot object");
    assert_eq!(silences::objects(&adaeze, &silence).await.status, 200);
    assert_eq!(kinds(&adaeze).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_round_asks_for_a_position_until_it_is_said_and_later_words_for_it_to_be_said_again() {
    let service = Service::start().await;
    let [ines, adaeze] = [service.signs_in("ines").await, service.signs_in("adaeze").await];
    let round = opens(&service, &ines, &["AFR"], |plan| plan["asks"] = json!(["position"])).await;
    let asked = &tasks(&adaeze).await[0];
    assert_eq!((&asked["kind"], &asked["round"]), (&json!("position"), &round["id"]));
    let draft = json!({ "id": round["milestone"] });
    assert_eq!(positions::says(&adaeze, &draft, "supports").await.status, 201);
    assert_eq!(kinds(&adaeze).await, Vec::<String>::new());
    positions::changes_the_first_chapter(&service, &adaeze).await;
    assert_eq!(kinds(&adaeze).await, Vec::<String>::new(), "what is being written changes no position");
    positions::seals(&service, &ines, "Quito draft").await;
    let asked = &tasks(&adaeze).await[0];
    assert_eq!((&asked["kind"], &asked["positions"]), (&json!("reconfirm"), &json!(1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn words_in_brackets_wait_for_the_pen_unless_its_own_component_proposed_them() {
    let service = Service::start().await;
    let adaeze = service.signs_in("adaeze").await;
    brackets::opens(&service, &adaeze, "AFR", "keep", "It is the heart of it.").await;
    assert_eq!(kinds(&adaeze).await, Vec::<String>::new());
    brackets::opens(&service, &adaeze, "MEWA", "delete", "Small towns cannot.").await;
    let asked = &tasks(&adaeze).await[0];
    assert_eq!((&asked["kind"], &asked["brackets"]), (&json!("settle"), &json!(1)));
}
