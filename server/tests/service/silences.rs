//! Silence through HTTP: told, objected to before the instant or too late, adopted by the clock, and proved.

use std::sync::Arc;
use std::time::Duration;

use borrador::app::zone::Zone;
use borrador::store::memory::MemoryStore;
use serde_json::{Value, json};

use crdt::review::permission::{Function, Role};

use super::amendments::arrives;
use super::harness::{Answer, PAPER, Service, Somebody};
use super::rounds::{HOUR, sealed, told};

const SILENCES: &str = "/api/v1/papers/housing/silences";

/// Sessions last for twelve hours, so silence may last for two.
pub async fn service() -> Service {
    Service::with(|settings| settings.limits.silence_hours = 2).await
}

fn id_of(service: &Service, code: &str) -> Value {
    json!(service.app.directory.register().component_by_code(code).unwrap().id)
}

/// Inés puts a sealed draft under silence to these components, until so long from now.
async fn asks(service: &Service, ines: &Somebody, codes: &[&str], lasts: Duration) -> Answer {
    let milestone = sealed(ines, &format!("Draft {}", uuid::Uuid::new_v4())).await;
    let components: Vec<Value> = codes.iter().map(|code| id_of(service, code)).collect();
    let body = json!({
        "milestone": milestone, "question": "The draft is the position of the organisation.",
        "components": components, "ends": service.app.clock.now() + lasts,
    });
    ines.post(SILENCES, &body.to_string()).send().await
}

pub async fn opened(service: &Service, ines: &Somebody, codes: &[&str]) -> Value {
    let answer = asks(service, ines, codes, 3 * HOUR).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()
}

async fn act(somebody: &Somebody, silence: &Value, act: &str, body: Value) -> Answer {
    let path = format!("{SILENCES}/{}/{act}", silence["id"].as_str().unwrap());
    somebody.post(&path, &body.to_string()).send().await
}

pub async fn objects(somebody: &Somebody, silence: &Value) -> Answer {
    act(somebody, silence, "object", json!({ "words": "Small towns are left out." })).await
}

async fn now(somebody: &Somebody, silence: &Value) -> Value {
    somebody.get(&format!("{SILENCES}/{}", silence["id"].as_str().unwrap())).send().await.json()
}

/// What the audit log says of each act of this kind.
async fn audited(service: &Service, action: &str) -> Vec<Value> {
    let log = service.app.store.audit(0, 1_000).await.unwrap();
    let entries = log.iter().map(|entry| serde_json::from_slice::<Value>(&entry.json).unwrap());
    entries.filter(|entry| entry["action"] == action).map(|entry| entry["about"].clone()).collect()
}

/// Somebody reads all that they were told.
async fn reads_notices(somebody: &Somebody) {
    let ids: Vec<Value> = told(somebody).await.iter().map(|notice| notice["id"].clone()).collect();
    let seen = somebody.post("/api/v1/notices/seen", &json!({ "notices": ids }).to_string()).send().await;
    assert!(seen.status < 300, "{}", seen.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn rev65_what_is_put_under_silence_is_refused_by_the_name_of_what_is_wrong() {
    let service = service().await;
    let ines = service.signs_in("ines").await;
    let refused = async |codes: &[&str], lasts: Duration| {
        let answer = asks(&service, &ines, codes, lasts).await;
        answer.is_refused(422, "field_invalid");
        (answer.json()["details"]["field"].clone(), answer.json()["detail"].as_str().unwrap().to_owned())
    };
    assert_eq!(refused(&["AFR"], HOUR).await.0, "ends", "too soon");
    assert_eq!(refused(&["AFR"], 80 * HOUR).await.0, "ends", "a Saturday");
    assert!(refused(&["AFR"], HOUR).await.1.contains("at the earliest"), "it says when it may end");
    assert_eq!(refused(&[], 3 * HOUR).await.0, "components");
    let (field, words) = refused(&["AFR", "MEWA"], 3 * HOUR).await;
    assert_eq!(field, "components");
    assert!(words.contains("MEWA have none: invite one, or leave them out"), "{words}");
    let nobody = json!({
        "milestone": sealed(&ines, "Nobody’s draft").await, "question": "x",
        "components": [uuid::Uuid::nil()], "ends": service.app.clock.now() + 3 * HOUR,
    });
    let answer = ines.post(SILENCES, &nobody.to_string()).send().await.json();
    let said = answer["detail"].as_str().unwrap();
    assert!(said.contains("00000000-0000-0000-0000-000000000000 is no component"), "{said}");
    let mute = json!({ "question": " ", "milestone": nobody["milestone"], "components": [id_of(&service, "AFR")], "ends": nobody["ends"] });
    let answer = ines.post(SILENCES, &mute.to_string()).send().await.json();
    assert_eq!(answer["detail"], "question: is missing; say what becomes of the draft when nobody objects");
    let unsealed = json!({
        "milestone": null, "question": "x", "components": [id_of(&service, "AFR")], "ends": service.app.clock.now(),
    });
    ines.post(SILENCES, &unsealed.to_string()).send().await.is_refused(422, "not_sealed");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev65_the_weekend_is_that_of_the_organisation() {
    let in_kiribati = |settings: &mut borrador::app::settings::Settings| {
        settings.limits.silence_hours = 2;
        settings.time_zone = Zone::named("Pacific/Kiritimati").unwrap();
    };
    let service = Service::with(in_kiribati).await;
    let ines = service.signs_in("ines").await;
    let friday_noon_in_london = asks(&service, &ines, &["AFR"], 52 * HOUR).await;
    friday_noon_in_london.is_refused(422, "field_invalid");
    let sunday_noon_in_london = asks(&service, &ines, &["AFR"], 100 * HOUR).await;
    assert_eq!(sunday_noon_in_london.json()["zone"], "Pacific/Kiritimati", "there it is Monday");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev66_the_clock_adopts_what_nobody_objected_to_when_everybody_was_told() {
    let service = service().await;
    let (ines, adaeze) = (service.signs_in("ines").await, service.signs_in("adaeze").await);
    let silence = opened(&service, &ines, &["AFR"]).await;
    assert_eq!(silence["components"][0]["told"], Value::Null, "not yet");
    reads_notices(&adaeze).await;
    assert_eq!(now(&ines, &silence).await["components"][0]["told"]["way"], "seen");
    service.passes(3 * HOUR);
    assert_eq!(now(&adaeze, &silence).await["phase"], "adopted", "whether or not anything was carried out");
    service.app.carry_out_due().await;
    service.app.carry_out_due().await;
    let adopted = now(&adaeze, &silence).await;
    assert_eq!(adopted["audit_head"].as_str().unwrap().len(), 64);
    let kinds: Vec<Value> = told(&adaeze).await.iter().map(|notice| notice["kind"].clone()).collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == "silence_adopted").count(), 1, "told once: {kinds:?}");
    let head = adopted["audit_head"].as_str().unwrap();
    let log = service.app.store.audit(0, 1_000).await.unwrap();
    let at = log.iter().position(|entry| crdt::ids::to_hex(&entry.hash) == head).unwrap();
    let next: Value = serde_json::from_slice(&log[at + 1].json).unwrap();
    assert_eq!(next["action"], "silence_adopted", "the head is what the adoption was written after");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev69_the_certificate_says_what_was_adopted_when_and_how_each_was_told() {
    let service = service().await;
    let (ines, adaeze) = (service.signs_in("ines").await, service.signs_in("adaeze").await);
    let silence = opened(&service, &ines, &["AFR", "SEC"]).await;
    let certificate = format!("{SILENCES}/{}/certificate/en.md", silence["id"].as_str().unwrap());
    adaeze.get(&certificate).send().await.is_refused(404, "not_found");
    reads_notices(&adaeze).await;
    let by_phone = json!({ "component": id_of(&service, "SEC"), "words": "By telephone to Joan." });
    assert_eq!(act(&ines, &silence, "deliveries", by_phone).await.status, 200);
    service.passes(4 * HOUR);
    service.app.carry_out_due().await;
    let adopted = now(&adaeze, &silence).await;
    assert_eq!(adopted["certificate"]["en"]["md"], certificate);
    let file = adaeze.get(&certificate).send().await.text();
    for words in [
        "Certificate of adoption by silence",
        "was adopted on 21 September 2016, 11:42 (UTC+00:00)",
        silence["fingerprint"].as_str().unwrap(),
        adopted["audit_head"].as_str().unwrap(),
        "AFR: the notice was read in Borrador on 21 September 2016, 08:42",
        "By telephone to Joan.",
    ] {
        assert!(file.contains(words), "{words} is not in {file}");
    }
    assert_eq!(adaeze.get(&certificate).send().await.text(), file);
    let pdf = adaeze.get(&certificate.replace("en.md", "en.pdf")).send().await;
    assert_eq!(pdf.header("content-type"), Some("application/pdf"));
}

#[tokio::test(flavor = "multi_thread")]
async fn rev67_an_objection_before_the_instant_breaks_it_for_all_to_see() {
    let service = service().await;
    let [ines, adaeze, samir] =
        [service.signs_in("ines").await, service.signs_in("adaeze").await, service.signs_in("samir").await];
    let silence = opened(&service, &ines, &["AFR"]).await;
    objects(&samir, &silence).await.is_refused(403, "not_allowed");
    act(&adaeze, &silence, "object", json!({ "words": " " })).await.is_refused(422, "field_invalid");
    service.passes(3 * HOUR - Duration::from_millis(1));
    assert_eq!(objects(&adaeze, &silence).await.json()["phase"], "broken");
    let seen = now(&samir, &silence).await;
    assert_eq!(
        (&seen["phase"], &seen["objections"][0]["words"]),
        (&json!("broken"), &json!("Small towns are left out."))
    );
    service.passes(HOUR);
    service.app.carry_out_due().await;
    assert_eq!(now(&samir, &silence).await["phase"], "broken", "the instant changes nothing");
    objects(&adaeze, &silence).await.is_refused(409, "silence_refused");
    assert!(told(&ines).await.iter().any(|notice| notice["kind"] == "silence_broken"));
}

#[tokio::test(flavor = "multi_thread")]
async fn rev69_an_objection_that_comes_too_late_is_kept_as_a_reservation() {
    let service = service().await;
    let (ines, adaeze) = (service.signs_in("ines").await, service.signs_in("adaeze").await);
    let silence = opened(&service, &ines, &["AFR"]).await;
    reads_notices(&adaeze).await;
    service.passes(3 * HOUR);
    let late = objects(&adaeze, &silence).await.json();
    assert_eq!((&late["phase"], &late["objections"][0]["late"]), (&json!("adopted"), &json!(true)));
    let positions = adaeze.get("/api/v1/papers/housing/positions").send().await.json();
    let position = &positions["positions"][0];
    assert_eq!(
        (&position["stance"], &position["words"], &position["milestone"]),
        (&json!("reservation"), &json!("Small towns are left out."), &silence["milestone"])
    );
    service.app.carry_out_due().await;
    assert_eq!(now(&ines, &silence).await["phase"], "adopted");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev83_who_objects_already_and_objects_too_late_goes_on_objecting_and_both_are_kept() {
    let service = service().await;
    let (ines, adaeze) = (service.signs_in("ines").await, service.signs_in("adaeze").await);
    let silence = opened(&service, &ines, &["AFR"]).await;
    reads_notices(&adaeze).await;
    let body = json!({
        "milestone": silence["milestone"], "subject": { "on": "paper" }, "stance": "objects",
        "words": "Rent is left out.", "way_out": "Cities and rent.",
    });
    let said = adaeze.post("/api/v1/papers/housing/positions", &body.to_string()).send().await;
    assert_eq!(said.status, 201, "{}", said.text());
    service.passes(3 * HOUR);
    let late = objects(&adaeze, &silence).await;
    assert_eq!(late.status, 200, "{}", late.text());
    assert_eq!(late.json()["objections"][0]["words"], "Small towns are left out.");
    let positions = adaeze.get("/api/v1/papers/housing/positions").send().await.json();
    let position = &positions["positions"][0];
    assert_eq!(
        (&position["stance"], &position["way_out"], &position["earlier"]),
        (&json!("objects"), &json!("Cities and rent."), &json!([]))
    );
    let entry = audited(&service, "silence_objected_late").await;
    assert_eq!(entry[0]["reserved"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn rev67_who_joins_an_objection_is_told_of_as_such_in_notices_and_in_the_log() {
    let service = service().await;
    arrives(&service, "Leila Haddad", "MEWA", Function::FocalPoint, &[]).await;
    let [ines, adaeze, leila] =
        [service.signs_in("ines").await, service.signs_in("adaeze").await, service.signs_in("leila").await];
    let silence = opened(&service, &ines, &["AFR", "MEWA"]).await;
    service.passes(Duration::from_millis(1));
    assert_eq!(objects(&adaeze, &silence).await.status, 200);
    service.passes(Duration::from_millis(1));
    assert_eq!(objects(&leila, &silence).await.status, 200);
    let kinds: Vec<Value> = told(&ines).await.iter().map(|notice| notice["kind"].clone()).collect();
    assert_eq!(kinds[..2], [json!("silence_joined"), json!("silence_broken")]);
    let (broken, joined) =
        (audited(&service, "silence_broken").await, audited(&service, "silence_joined").await);
    assert_eq!((broken.len(), joined.len()), (1, 1));
    assert_eq!(
        (&broken[0]["component"], &joined[0]["component"]),
        (&id_of(&service, "AFR"), &id_of(&service, "MEWA"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rev68_a_notice_that_reached_nobody_stops_it_and_it_begins_anew() {
    let service = service().await;
    let (ines, adaeze) = (service.signs_in("ines").await, service.signs_in("adaeze").await);
    let silence = opened(&service, &ines, &["AFR"]).await;
    service.passes(4 * HOUR);
    service.app.carry_out_due().await;
    reads_notices(&adaeze).await;
    let stopped = now(&ines, &silence).await;
    assert_eq!((&stopped["phase"], &stopped["instants"][0]["stopped"]), (&json!("stopped"), &json!(true)));
    let soon = json!({ "ends": service.app.clock.now() + HOUR, "reason": "Now they know." });
    act(&ines, &silence, "extend", soon).await.is_refused(422, "field_invalid");
    let later = json!({ "ends": service.app.clock.now() + 3 * HOUR, "reason": "Now they know." });
    let anew = act(&ines, &silence, "extend", later).await.json();
    assert_eq!((&anew["phase"], &anew["components"][0]["told"]), (&json!("running"), &Value::Null));
    reads_notices(&adaeze).await;
    service.passes(3 * HOUR);
    service.app.carry_out_due().await;
    assert_eq!(now(&ines, &silence).await["phase"], "adopted");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev68_whoever_opens_it_without_speaking_for_their_component_is_no_proof_that_it_was_told() {
    let service = service().await;
    arrives(&service, "Nadia Bel", "AFR", Function::Contributor, &[Role::Rapporteur]).await;
    let (nadia, adaeze) = (service.signs_in("nadia").await, service.signs_in("adaeze").await);
    let ines = service.signs_in("ines").await;
    let milestone = sealed(&ines, "Bogotá draft").await;
    let body = json!({
        "milestone": milestone, "question": "The draft is the position of the organisation.",
        "components": [id_of(&service, "AFR")], "ends": service.app.clock.now() + 3 * HOUR,
    });
    let silence = nadia.post(SILENCES, &body.to_string()).send().await;
    assert_eq!(silence.status, 201, "{}", silence.text());
    reads_notices(&nadia).await;
    assert_eq!(now(&ines, &silence.json()).await["components"][0]["told"], Value::Null);
    service.passes(3 * HOUR);
    service.app.carry_out_due().await;
    assert_eq!(now(&adaeze, &silence.json()).await["phase"], "stopped");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev66_what_came_due_while_the_service_stood_still_is_adopted_at_its_instant_once() {
    let store = Arc::new(MemoryStore::new());
    let service = Service::over(store.clone(), |settings| settings.limits.silence_hours = 2).await;
    let (ines, adaeze) = (service.signs_in("ines").await, service.signs_in("adaeze").await);
    let silence = opened(&service, &ines, &["AFR"]).await;
    reads_notices(&adaeze).await;
    let again = Service::on(store, |settings| settings.limits.silence_hours = 2).await;
    again.passes(5 * HOUR);
    again.app.carry_out_due().await;
    again.app.carry_out_due().await;
    let adopted = now(&ines.at(&again), &silence).await;
    assert_eq!((&adopted["phase"], &adopted["ends_at"]), (&json!("adopted"), &silence["ends_at"]));
    let log = again.app.store.audit(0, 1_000).await.unwrap();
    let adoptions =
        log.iter().filter(|entry| String::from_utf8_lossy(&entry.json).contains("silence_adopted"));
    assert_eq!(adoptions.count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn rev66_it_is_called_off_with_a_reason_and_two_who_act_at_once_are_told() {
    let service = service().await;
    let (ines, adaeze) = (service.signs_in("ines").await, service.signs_in("adaeze").await);
    let silence = opened(&service, &ines, &["AFR"]).await;
    act(&adaeze, &silence, "cancel", json!({ "reason": "x" })).await.is_refused(403, "not_allowed");
    let refused = act(&ines, &silence, "cancel", json!({ "reason": " " })).await;
    refused.is_refused(422, "field_invalid");
    assert_eq!(refused.json()["details"]["field"], "reason");
    let (objection, cancelled) = tokio::join!(
        objects(&adaeze, &silence),
        act(&ines, &silence, "cancel", json!({ "reason": "A mistake in paragraph 2." }))
    );
    let mut statuses = [objection.status, cancelled.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "one of them was first, the other is told");
    let phase = now(&ines, &silence).await["phase"].clone();
    assert_eq!(phase, if cancelled.status == 200 { "cancelled" } else { "broken" });
    assert!(ines.get(&format!("/api/v1/papers/{PAPER}/silences")).send().await.json()["may_open"] == true);
}
