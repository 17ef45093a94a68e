//! Planned drafts: set down, changed, given up, and fulfilled by a sealing.

use std::collections::BTreeMap;
use std::sync::Arc;

use borrador::people::directory::Entry;
use borrador::people::paper::{Paper, PlannedBefore};
use borrador::store::memory::MemoryStore;
use borrador::store::{Store, StoreError};
use serde_json::{Value, json};

use super::harness::{Answer, Service, Somebody};
use super::news::Stream;

const PLANNED: &str = "/api/v1/papers/housing/planned";
const MILESTONES: &str = "/api/v1/papers/housing/milestones";

fn bogota() -> Value {
    json!({
        "name": { "en": "Bogotá draft", "es": "Borrador de Bogotá" },
        "event": { "en": "UCLG congress, Bogotá" },
        "date": "2016-10-12",
        "purpose": { "en": "For the congress to comment on." },
    })
}

fn quito() -> Value {
    json!({ "name": { "en": "Quito draft" }, "date": "2016-10-17" })
}

async fn plan(somebody: &Somebody, words: &Value) -> Answer {
    somebody.post(PLANNED, &words.to_string()).send().await
}

async fn planned(somebody: &Somebody, words: &Value) -> Value {
    let answer = plan(somebody, words).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()
}

async fn change(somebody: &Somebody, plan: &Value, version: u64, words: &Value) -> Answer {
    let path = format!("{PLANNED}/{}", plan["id"].as_str().unwrap());
    somebody.put(&path, &words.to_string()).header("if-match", &format!("\"{version}\"")).send().await
}

async fn cancel(somebody: &Somebody, plan: &Value, version: u64, reason: &str) -> Answer {
    let path = format!("{PLANNED}/{}/cancel", plan["id"].as_str().unwrap());
    let body = json!({ "reason": reason }).to_string();
    somebody.post(&path, &body).header("if-match", &format!("\"{version}\"")).send().await
}

async fn seal(somebody: &Somebody, body: Value) -> Answer {
    somebody.post(MILESTONES, &body.to_string()).send().await
}

async fn list(somebody: &Somebody) -> Value {
    somebody.get(PLANNED).send().await.json()["planned"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn his38_ines_plans_two_drafts_and_everybody_who_reads_the_paper_finds_them_by_day() {
    let service = Service::start().await;
    let [ines, samir] = [service.signs_in("ines").await, service.signs_in("samir").await];
    let mut news = Stream::of(&samir).await;
    planned(&ines, &quito()).await;
    assert_eq!(news.next().await.unwrap(), ("procedure".to_owned(), json!({ "topic": "milestones" })));
    let first = planned(&ines, &bogota()).await;
    assert_eq!(
        (&first["version"], &first["sealed"], &first["cancelled"]),
        (&json!(1), &json!(null), &json!(null))
    );
    let found = samir.get(PLANNED).send().await.json();
    assert_eq!(found["may_plan"], false);
    let names: Vec<&Value> =
        found["planned"].as_array().unwrap().iter().map(|plan| &plan["name"]["en"]).collect();
    assert_eq!(names, ["Bogotá draft", "Quito draft"]);
    let summary = samir.get("/api/v1/papers/housing").send().await.json();
    assert_eq!(summary["planned"], found["planned"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn his39_a_day_that_is_past_and_a_plan_without_a_name_are_refused_where_they_are_wrong() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let refused = |field: &'static str, words: Value| {
        let ines = ines.clone();
        async move {
            let answer = plan(&ines, &words).await;
            answer.is_refused(422, "field_invalid");
            assert_eq!(answer.json()["details"]["field"], field, "{words}");
        }
    };
    refused("date", json!({ "name": { "en": "Bogotá draft" }, "date": "2015-10-12" })).await;
    refused("date", json!({ "name": { "en": "Bogotá draft" }, "date": "12 October" })).await;
    refused("name", json!({ "name": { "en": "  " }, "date": "2016-10-12" })).await;
    refused("name", json!({ "name": { "english": "Bogotá draft" }, "date": "2016-10-12" })).await;
    let long = json!({ "name": { "en": "Bogotá draft" }, "purpose": { "en": "x".repeat(301) }, "date": "2016-10-12" });
    refused("purpose", long).await;
    assert_eq!(list(&ines).await, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn his40_two_plan_one_name_at_once_and_the_second_is_told() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let (one, other) = (bogota(), json!({ "name": { "es": "bogotá DRAFT" }, "date": "2016-11-01" }));
    let answers = tokio::join!(plan(&ines, &one), plan(&ines, &other));
    let second = if answers.0.status == 201 { answers.1 } else { answers.0 };
    second.is_refused(409, "planned_exists");
    assert_eq!(list(&ines).await.as_array().unwrap().len(), 1);
    // Nor the name of a draft that is sealed.
    assert_eq!(seal(&ines, json!({ "name": "Zero draft" })).await.status, 201);
    let zero = plan(&ines, &json!({ "name": { "en": "zero draft" }, "date": "2016-10-12" })).await;
    zero.is_refused(409, "planned_exists");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_change_one_plan_at_once_and_nobody_s_words_are_overwritten() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let plan = planned(&ines, &bogota()).await;
    let mut moved = bogota();
    moved["date"] = json!("2016-10-13");
    let changed = change(&ines, &plan, 1, &moved).await;
    assert_eq!(changed.status, 200, "{}", changed.text());
    assert_eq!((&changed.json()["version"], &changed.json()["date"]), (&json!(2), &json!("2016-10-13")));
    let late = change(&ines, &plan, 1, &quito()).await;
    late.is_refused(412, "stale_version");
    assert_eq!(late.json()["details"]["current"], 2);
    cancel(&ines, &plan, 1, "The congress is off.").await.is_refused(412, "stale_version");
    let again = change(&ines, &plan, 2, &moved).await;
    assert_eq!(again.json()["version"], 2, "what says nothing new is no new version");
}

#[tokio::test(flavor = "multi_thread")]
async fn his41_a_cancelled_plan_keeps_its_reason_and_is_not_changed_again() {
    let service = Service::start().await;
    let [ines, samir] = [service.signs_in("ines").await, service.signs_in("samir").await];
    let plan = planned(&ines, &bogota()).await;
    cancel(&ines, &plan, 1, " ").await.is_refused(422, "field_invalid");
    let cancelled = cancel(&ines, &plan, 1, "The congress is off.").await;
    assert_eq!(cancelled.status, 200, "{}", cancelled.text());
    let shown = list(&samir).await[0]["cancelled"].clone();
    assert_eq!((&shown["reason"], &shown["person"]), (&json!("The congress is off."), &json!("Inés Duarte")));
    change(&ines, &plan, 2, &quito()).await.is_refused(409, "planned_settled");
    cancel(&ines, &plan, 2, "Again.").await.is_refused(409, "planned_settled");
    seal(&ines, json!({ "name": "Bogotá", "planned": plan["id"] })).await.is_refused(409, "planned_settled");
    let summary = samir.get("/api/v1/papers/housing").send().await.json();
    assert_eq!(summary["planned"], json!([]), "what is not to come is on no calendar");
    planned(&ines, &bogota()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn his42_the_sealed_draft_and_the_mark_on_its_plan_are_one_commit() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let [plan, other] = [planned(&ines, &bogota()).await, planned(&ines, &quito()).await];
    let taken = seal(&ines, json!({ "name": "Quito draft", "planned": plan["id"] })).await;
    taken.is_refused(409, "planned_exists");
    let unknown =
        seal(&ines, json!({ "name": "Bogotá", "planned": "00000000-0000-4000-8000-000000000000" })).await;
    unknown.is_refused(422, "field_invalid");
    let sealed = seal(&ines, json!({ "name": "Bogotá, as adopted", "planned": plan["id"] })).await;
    assert_eq!(sealed.status, 201, "{}", sealed.text());
    let plans = list(&ines).await;
    assert_eq!((&plans[0]["sealed"], &plans[0]["version"]), (&sealed.json()["id"], &json!(2)));
    assert_eq!(plans[1]["sealed"], json!(null));
    // By its name alone, as older programs do.
    let by_name = seal(&ines, json!({ "name": "quito DRAFT" })).await;
    assert_eq!(list(&ines).await[1]["sealed"], by_name.json()["id"]);
    change(&ines, &other, 2, &quito()).await.is_refused(409, "planned_settled");
    let audit = service.app.store.audit(0, 1000).await.unwrap();
    let audit: Vec<Value> = audit.iter().map(|entry| serde_json::from_slice(&entry.json).unwrap()).collect();
    let of = |action: &str| audit.iter().filter(|event| event["action"] == action).collect::<Vec<_>>();
    assert_eq!((of("draft_planned").len(), of("seal").len()), (2, 2));
    assert_eq!(of("seal")[0]["about"]["plan"], plan["id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn his42_two_seal_for_one_plan_at_once_and_one_draft_comes_of_it() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let plan = planned(&ines, &bogota()).await;
    let body = |name: &str| json!({ "name": name, "planned": plan["id"] });
    let answers = tokio::join!(seal(&ines, body("One")), seal(&ines, body("Another")));
    let second = if answers.0.status == 201 { answers.1 } else { answers.0 };
    second.is_refused(409, "planned_settled");
    assert_eq!(ines.get(MILESTONES).send().await.json()["milestones"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn his43_plans_of_earlier_versions_become_records_once_with_ids_that_stay() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let service = Service::over(store.clone(), |_| {}).await;
    let ines = service.signs_in("ines").await;
    let sealed = seal(&ines, json!({ "name": "Borrador de Bogotá" })).await.json();
    let in_languages =
        |words: &Value| -> BTreeMap<String, String> { serde_json::from_value(words.clone()).unwrap() };
    let before = |words: &Value| PlannedBefore {
        name: in_languages(&words["name"]),
        event: words.get("event").map(in_languages).unwrap_or_default(),
        date: words["date"].as_str().unwrap().to_owned(),
    };
    let mut undated = before(&quito());
    undated.date = "in autumn".to_owned();
    let planned_before = vec![before(&bogota()), before(&quito()), undated.clone()];
    let paper = Paper { planned_before, ..service.paper() };
    let write = |paper: Paper| {
        service.app.directory.enter(move |_| Ok::<_, StoreError>((vec![Entry::Paper(paper)], vec![])))
    };
    write(paper).await.unwrap();
    let later = Service::on(store.clone(), |_| {}).await;
    let found = list(&ines.at(&later)).await;
    assert_eq!((&found[0]["name"], &found[0]["sealed"]), (&bogota()["name"], &sealed["id"]));
    assert_eq!(
        (&found[1]["event"], &found[1]["sealed"], &found[1]["date"]),
        (&json!({}), &json!(null), &json!("2016-10-17"))
    );
    assert_eq!(later.paper().planned_before, [undated], "what has no day is not lost");
    assert_eq!(list(&ines.at(&Service::on(store, |_| {}).await)).await, found);
}
