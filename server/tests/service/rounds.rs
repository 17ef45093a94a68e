//! Review rounds through HTTP, and what happens at their instants: REV20–REV25, REV29.

use std::sync::Arc;
use std::time::Duration;

use borrador::app::notices::{About, Kind};
use borrador::store::memory::MemoryStore;
use crdt::ids::RoundId;
use serde_json::{Value, json};

use super::harness::{Answer, PAPER, Service, Somebody};

pub const HOUR: Duration = Duration::from_hours(1);

/// The id of a sealed draft of the paper.
pub async fn sealed(ines: &Somebody, name: &str) -> Value {
    let seal = ines.post(&format!("/api/v1/papers/{PAPER}/milestones"), &json!({ "name": name }).to_string());
    seal.send().await.json()["id"].clone()
}

/// A plan that asks these components from now on for six hours (sessions last for twelve), as JSON.
pub fn plan(service: &Service, milestone: &Value, codes: &[&str]) -> Value {
    let register = service.app.directory.register();
    let invited: Vec<_> = codes.iter().map(|code| register.component_by_code(code).unwrap().id).collect();
    let now = service.app.clock.now();
    json!({
        "milestone": milestone, "name": "Second reading", "about": "Every section says what it thinks.",
        "asks": ["comments", "position"], "invited": invited, "opens": now, "closes": now + 6 * HOUR, "visibility": "open",
    })
}

pub async fn drafts(ines: &Somebody, plan: &Value) -> Answer {
    ines.post(&format!("/api/v1/papers/{PAPER}/rounds"), &plan.to_string()).send().await
}

/// An open round that asks these components, changed by `change` before it is announced.
pub async fn opens(
    service: &Service,
    ines: &Somebody,
    codes: &[&str],
    change: impl FnOnce(&mut Value),
) -> Value {
    let milestone = sealed(ines, "Bogotá draft").await;
    let mut plan = plan(service, &milestone, codes);
    change(&mut plan);
    let drafted = drafts(ines, &plan).await;
    assert_eq!(drafted.status, 201, "{}", drafted.text());
    let announced = act(ines, &drafted.json(), "announce", json!({})).await;
    assert_eq!(announced.status, 200, "{}", announced.text());
    announced.json()
}

pub async fn act(somebody: &Somebody, round: &Value, act: &str, body: Value) -> Answer {
    let path = format!("/api/v1/rounds/{}/{act}", round["id"].as_str().unwrap());
    somebody.post(&path, &body.to_string()).send().await
}

/// What somebody was told, the newest first.
pub async fn told(somebody: &Somebody) -> Vec<Value> {
    let answer = somebody.get("/api/v1/notices").send().await.json();
    answer["notices"].as_array().unwrap().clone()
}

async fn kinds(somebody: &Somebody) -> Vec<Value> {
    told(somebody).await.iter().map(|notice| notice["kind"].clone()).collect()
}

fn about(round: &Value) -> About {
    About::Round(round["id"].as_str().unwrap().parse::<RoundId>().unwrap())
}

async fn audited(service: &Service) -> Vec<String> {
    let log = service.app.store.audit(0, 1000).await.unwrap();
    let action =
        |json: &[u8]| serde_json::from_slice::<Value>(json).unwrap()["action"].as_str().map(str::to_owned);
    log.iter().filter_map(|entry| action(&entry.json)).filter(|action| action.starts_with("round_")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn rev20_a_round_is_refused_by_the_name_of_what_is_wrong() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let milestone = sealed(&ines, "Bogotá draft").await;
    let good = plan(&service, &milestone, &["AFR"]);
    let cases = [
        ("name", json!(" "), "name"),
        ("asks", json!([]), "asks"),
        ("invited", json!([]), "invited"),
        ("invited", json!([uuid::Uuid::nil()]), "invited"),
        ("closes", json!("2016-09-01T00:00:00Z"), "closes"),
        ("closes", good["opens"].clone(), "closes"),
        ("milestone", json!(uuid::Uuid::nil()), "milestone"),
    ];
    for (field, value, named) in cases {
        let mut plan = good.clone();
        plan[field] = value.clone();
        let refused = drafts(&ines, &plan).await;
        refused.is_refused(422, "field_invalid");
        assert_eq!(refused.json()["details"]["field"], named, "{field}: {value}");
    }
    let listed = ines.get(&format!("/api/v1/papers/{PAPER}/rounds")).send().await.json();
    assert_eq!(listed["rounds"], json!([]), "nothing was kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev21_a_draft_is_seen_by_the_secretariat_alone_and_opens_for_all_at_its_instant() {
    let service = Service::start().await;
    let [ines, adaeze] = [service.signs_in("ines").await, service.signs_in("adaeze").await];
    let milestone = sealed(&ines, "Bogotá draft").await;
    let mut plan = plan(&service, &milestone, &["AFR"]);
    plan["opens"] = json!(service.app.clock.now() + HOUR);
    let draft = drafts(&ines, &plan).await.json();
    assert_eq!(draft["phase"], "draft");
    let path = format!("/api/v1/rounds/{}", draft["id"].as_str().unwrap());
    adaeze.get(&path).send().await.is_refused(404, "not_found");
    let listed = adaeze.get(&format!("/api/v1/papers/{PAPER}/rounds")).send().await.json();
    assert_eq!(listed["rounds"], json!([]));

    assert_eq!(act(&ines, &draft, "announce", json!({})).await.json()["phase"], "scheduled");
    assert_eq!(adaeze.get(&path).send().await.json()["phase"], "scheduled");
    assert_eq!(kinds(&adaeze).await, Vec::<Value>::new());
    service.passes(HOUR);
    assert_eq!(
        adaeze.get(&path).send().await.json()["phase"],
        "open",
        "whether or not anything was carried out"
    );
    let next = service.app.carry_out_due().await.unwrap();
    assert_eq!(json!(next), plan["closes"]);
    assert_eq!(kinds(&adaeze).await, [json!("round_opened")]);
    service.app.carry_out_due().await;
    assert_eq!(kinds(&adaeze).await.len(), 1, "once");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev29_what_came_due_while_the_service_stood_still_is_made_up_for_once() {
    let store = Arc::new(MemoryStore::new());
    let service = Service::over(store.clone(), |_| {}).await;
    let ines = service.signs_in("ines").await;
    let round = opens(&service, &ines, &["AFR"], |plan| {
        plan["opens"] = json!(service.app.clock.now() + HOUR);
    })
    .await;
    let again = Service::on(store, |_| {}).await;
    again.passes(100 * HOUR);
    again.app.carry_out_due().await;
    again.app.carry_out_due().await;
    let told = again.app.notices_about(about(&round)).await.unwrap();
    let kinds: Vec<Kind> = told.iter().map(|notice| notice.message.kind).collect();
    assert_eq!(kinds, [Kind::RoundClosed], "nobody is told that something opened which is over");
    let audited = audited(&again).await;
    assert_eq!(audited, ["round_drafted", "round_announced", "round_opened", "round_closed"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn rev29_whoever_acts_on_a_round_before_its_opening_was_told_does_not_take_the_notice_away() {
    let service = Service::start().await;
    let [ines, adaeze] = [service.signs_in("ines").await, service.signs_in("adaeze").await];
    let round = opens(&service, &ines, &["AFR"], |plan| {
        plan["opens"] = json!(service.app.clock.now() + HOUR);
    })
    .await;
    service.passes(HOUR);
    let paused = act(&ines, &round, "pause", json!({ "reason": "Paragraph 2 was wrong." })).await;
    assert_eq!(paused.status, 200, "{}", paused.text());
    service.app.carry_out_due().await;
    let mut kinds = kinds(&adaeze).await;
    kinds.sort_by_key(Value::to_string);
    assert_eq!(kinds, [json!("round_opened"), json!("round_paused")], "each once");
    assert_eq!(audited(&service).await, ["round_drafted", "round_announced", "round_opened", "round_paused"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn rev23_rev24_a_round_is_paused_extended_and_closed_with_reasons_that_its_components_read() {
    let service = Service::start().await;
    let [ines, adaeze] = [service.signs_in("ines").await, service.signs_in("adaeze").await];
    let round = opens(&service, &ines, &["AFR", "MEWA"], |_| {}).await;
    act(&ines, &round, "pause", json!({ "reason": "" })).await.is_refused(422, "field_invalid");
    let paused = act(&ines, &round, "pause", json!({ "reason": "Paragraph 2 was wrong." })).await.json();
    assert_eq!(
        (&paused["phase"], &paused["paused"]["reason"]),
        (&json!("paused"), &json!("Paragraph 2 was wrong."))
    );
    assert_eq!(paused["closes"], round["closes"], "the deadline stays");
    act(&ines, &round, "pause", json!({ "reason": "x" })).await.is_refused(409, "round_phase");
    assert_eq!(act(&ines, &round, "resume", json!({})).await.json()["phase"], "open");
    let earlier = json!({ "closes": service.app.clock.now() + HOUR, "reason": "x" });
    act(&ines, &round, "extend", earlier).await.is_refused(422, "field_invalid");
    let later = json!(service.app.clock.now() + 100 * HOUR);
    let extended =
        act(&ines, &round, "extend", json!({ "closes": later, "reason": "A holiday." })).await.json();
    assert_eq!((&extended["closes"], &extended["extensions"][0]["from"]), (&later, &round["closes"]));
    let closed = act(&ines, &round, "close", json!({ "reason": "All have answered." })).await.json();
    assert_eq!(closed["phase"], "closed");
    act(&ines, &round, "extend", json!({ "closes": later, "reason": "x" }))
        .await
        .is_refused(409, "round_phase");
    service.app.carry_out_due().await;
    let expected = ["round_closed", "round_extended", "round_resumed", "round_paused", "round_opened"];
    let told = told(&adaeze).await;
    let mut kinds: Vec<&str> = told.iter().map(|notice| notice["kind"].as_str().unwrap()).collect();
    kinds.sort_unstable();
    let mut sorted = expected.to_vec();
    sorted.sort_unstable();
    assert_eq!(kinds, sorted, "each once");
    let extension = told.iter().find(|notice| notice["kind"] == "round_extended").unwrap();
    assert_eq!((&extension["words"], &extension["name"]), (&json!("A holiday."), &json!("Second reading")));
}

#[tokio::test(flavor = "multi_thread")]
async fn h20_two_secretaries_at_once_do_not_overwrite_each_other() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let round = opens(&service, &ines, &["AFR"], |_| {}).await;
    let path = format!("/api/v1/rounds/{}/pause", round["id"].as_str().unwrap());
    let pause = |version: &Value| {
        ines.post(&path, "{\"reason\":\"x\"}").header("if-match", &version.to_string()).send()
    };
    let (one, other) = tokio::join!(pause(&round["version"]), pause(&round["version"]));
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);
}

#[tokio::test(flavor = "multi_thread")]
async fn rev25_a_released_component_is_told_why_and_asked_no_more() {
    let service = Service::start().await;
    let [ines, adaeze] = [service.signs_in("ines").await, service.signs_in("adaeze").await];
    let round = opens(&service, &ines, &["AFR", "MEWA"], |_| {}).await;
    let register = service.app.directory.register();
    let africa = register.component_by_code("AFR").unwrap().id;
    let release = json!({ "component": africa, "reason": "It joined another round." });
    let released = act(&ines, &round, "release", release).await.json();
    assert_eq!(released["released"][0]["reason"], "It joined another round.");
    assert_eq!(released["invited"].as_array().unwrap().len(), 1);
    let remind = act(&ines, &round, "remind", json!({ "components": [africa] })).await;
    remind.is_refused(422, "field_invalid");
    assert!(kinds(&adaeze).await.contains(&json!("round_released")));
    let mewa = register.component_by_code("MEWA").unwrap().id;
    act(&ines, &round, "release", json!({ "component": mewa, "reason": "x" }))
        .await
        .is_refused(422, "field_invalid");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev29_a_reminder_reaches_who_speaks_for_the_component_and_is_seen_when_they_see_it() {
    let service = Service::start().await;
    let [ines, adaeze, olga] =
        [service.signs_in("ines").await, service.signs_in("adaeze").await, service.signs_in("olga").await];
    let round = opens(&service, &ines, &["AFR"], |_| {}).await;
    let africa = service.app.directory.register().component_by_code("AFR").unwrap().id;
    let reminded =
        act(&ines, &round, "remind", json!({ "components": [africa], "words": "Two days are left." })).await;
    assert_eq!(reminded.json(), json!({ "people": 1, "already": [] }));
    assert_eq!(told(&olga).await, Vec::<Value>::new(), "an observer answers for nobody");
    let told_her = told(&adaeze).await;
    let reminder = told_her.iter().find(|notice| notice["kind"] == "round_reminder").unwrap();
    assert_eq!((&reminder["words"], &reminder["seen_at"]), (&json!("Two days are left."), &Value::Null));

    let ids: Vec<&Value> = told_her.iter().map(|notice| &notice["id"]).collect();
    let seen = json!({ "notices": ids }).to_string();
    assert_eq!(olga.post("/api/v1/notices/seen", &seen).send().await.status, 204);
    let proof = service.app.notices_about(about(&round)).await.unwrap();
    assert!(proof.iter().all(|notice| !notice.is_delivered()), "she cannot see them for Adaeze");
    assert_eq!(adaeze.post("/api/v1/notices/seen", &seen).send().await.status, 204);
    let proof = service.app.notices_about(about(&round)).await.unwrap();
    assert!(proof.iter().all(|notice| notice.seen == Some(service.app.clock.now())));
    assert_eq!(adaeze.get("/api/v1/notices").send().await.json()["unseen"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn rev84_a_component_is_reminded_once_a_day_and_who_presses_again_is_told_when_it_was() {
    let service = Service::start().await;
    let [ines, adaeze] = [service.signs_in("ines").await, service.signs_in("adaeze").await];
    let week = service.app.clock.now() + 7 * 24 * HOUR;
    let round = opens(&service, &ines, &["AFR", "SEC"], |plan| plan["closes"] = json!(week)).await;
    let id_of = |code: &str| service.app.directory.register().component_by_code(code).unwrap().id;
    let [africa, secretariat] = ["AFR", "SEC"].map(id_of);
    let remind = async |ines: &Somebody, components: Value| {
        act(ines, &round, "remind", json!({ "components": components })).await
    };
    let first = service.app.clock.now();
    let both = tokio::join!(remind(&ines, json!([africa])), remind(&ines, json!([africa])));
    let mut statuses = [both.0.status, both.1.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "of two who press at once one reminds");
    service.passes(HOUR);
    let refused = remind(&ines, json!([africa])).await;
    refused.is_refused(409, "reminded_already");
    assert_eq!(refused.json()["details"]["already"], json!([{ "component_id": africa, "at": first }]));
    assert!(refused.json()["detail"].as_str().unwrap().contains(&format!("AFR on {first}")));
    let rest = remind(&ines, json!([africa, secretariat])).await.json();
    assert_eq!(rest["already"], json!([{ "component_id": africa, "at": first }]));
    let reminders = async |somebody: &Somebody| {
        kinds(somebody).await.iter().filter(|kind| **kind == "round_reminder").count()
    };
    assert_eq!(reminders(&adaeze).await, 1);
    service.passes(23 * HOUR);
    let [ines, adaeze] = [service.signs_in("ines").await, service.signs_in("adaeze").await];
    let again = remind(&ines, json!([africa, secretariat])).await.json();
    assert_eq!((&again["people"], &again["already"][0]["component_id"]), (&json!(1), &json!(secretariat)));
    assert_eq!(reminders(&adaeze).await, 2, "a day has passed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chapter_that_is_opened_during_a_round_counts_as_read_by_the_component() {
    let service = Service::start().await;
    let [ines, olga] = [service.signs_in("ines").await, service.signs_in("olga").await];
    let readings = format!("/api/v1/papers/{PAPER}/readings");
    let chapter = service.paper().chapters[1].id;
    let reads = || olga.post(&readings, &json!({ "chapter": chapter }).to_string()).send();
    assert_eq!(reads().await.status, 204, "outside of rounds nothing is kept");
    let round = opens(&service, &ines, &["AFR"], |_| {}).await;
    let id: RoundId = round["id"].as_str().unwrap().parse().unwrap();
    assert_eq!(service.app.readings(id).await.unwrap(), []);
    service.passes(HOUR);
    let first = service.app.clock.now();
    assert_eq!(reads().await.status, 204);
    service.passes(HOUR);
    assert_eq!(reads().await.status, 204);
    let kept = service.app.readings(id).await.unwrap();
    assert_eq!(kept[0].chapters, [(chapter, first)].into(), "the first opening counts");
    let unknown = json!({ "chapter": uuid::Uuid::nil() }).to_string();
    olga.post(&readings, &unknown).send().await.is_refused(404, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev74_how_far_a_round_is_goes_along_as_a_table_and_who_was_asked_as_a_page_once_it_is_closed() {
    let service = Service::start().await;
    let [ines, adaeze, samir] =
        [service.signs_in("ines").await, service.signs_in("adaeze").await, service.signs_in("samir").await];
    let round = opens(&service, &ines, &["AFR", "MEWA"], |plan| {
        plan["visibility"] = json!("sealed_until_close");
    })
    .await;
    let remark = super::remarks::remarks(&service, &adaeze, "Say who pays.").await;
    assert_eq!(super::remarks::sends(&adaeze, &round, &[&remark]).await.status, 201);
    let file = async |somebody: &Somebody, format: &str| {
        let id = round["id"].as_str().unwrap();
        somebody.get(&format!("/api/v1/rounds/{id}/coverage/file?language=en&format={format}")).send().await
    };
    let line = async |somebody: &Somebody, code: &str| {
        let csv = file(somebody, "csv").await;
        assert_eq!(csv.status, 200, "{}", csv.text());
        csv.text().lines().find(|line| line.contains(code)).map(str::to_owned).unwrap_or_default()
    };
    let runs = line(&ines, "AFR").await;
    assert!(runs.contains("Answered") && runs.contains("Adaeze Obi"), "{runs}");
    assert!(line(&ines, "MEWA").await.contains("No answer yet"));
    assert!(line(&samir, "AFR").await.contains("Not shown before the round closes"), "it is sealed");
    file(&ines, "pdf").await.is_refused(409, "round_phase");
    file(&ines, "exe").await.is_refused(422, "field_invalid");
    service.passes(6 * HOUR);
    assert!(line(&samir, "AFR").await.contains("Answered"));
    let page = file(&samir, "md").await.text();
    assert!(page.contains("AFR") && page.contains("MEWA") && page.contains("Second reading"), "{page}");
    assert_eq!(file(&samir, "pdf").await.body, b"%PDF");
    assert!(file(&samir, "xlsx").await.body.starts_with(b"PK"));
}
