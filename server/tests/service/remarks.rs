//! From a component's room to the paper: REV16 and REV26–REV28 through HTTP, and what nobody else sees meanwhile.

use std::time::Duration;

use borrador::people::account::{Person, initials};
use borrador::people::directory::Entry;
use borrador::people::seat::Seat;
use crdt::document::Anchor;
use crdt::ids::{PersonId, SeatId};
use crdt::review::permission::Function;
use serde_json::{Value, json};
use uuid::Uuid;

use super::harness::{Answer, PAPER, Service, Somebody};
use super::rounds::{HOUR, act, opens, told};

/// Amina, contributor of the section AFR, comes in.
pub async fn amina(service: &Service) -> Somebody {
    let register = service.app.directory.register();
    let africa = register.component_by_code("AFR").unwrap().id;
    let person = PersonId(Uuid::new_v4());
    let entries = vec![
        Entry::Person(Person {
            id: person,
            name: "Amina Keita".to_owned(),
            initials: initials("Amina Keita"),
            email: "amina@example.org".to_owned(),
            language: "en".to_owned(),
            version: 1,
        }),
        Entry::Seat(Seat {
            id: SeatId(Uuid::new_v4()),
            person,
            component: africa,
            function: Function::Contributor,
            grants: Vec::new(),
            rank: 0,
            ended: false,
            version: 0,
        }),
    ];
    service
        .app
        .directory
        .enter(|_| Ok::<_, borrador::app::refusal::Refusal>((entries, vec![])))
        .await
        .unwrap();
    service.signs_in("amina").await
}

/// Somebody says this in their component's room, a millisecond before whatever follows: of two at the same instant nobody knows which
/// came first.
pub async fn remarks(service: &Service, somebody: &Somebody, words: &str) -> Value {
    let text = service.app.live.text(service.text()).await.unwrap();
    let reading = text.read();
    let (block, place) = (&reading.blocks[2], reading.places[2]);
    let anchor = Anchor::of(&text, place.start..place.start + 6).unwrap();
    let body = json!({ "anchor": anchor, "paragraph": block.id, "body": words, "audience": "component" });
    let opened =
        somebody.post(&format!("/api/v1/texts/{}/threads", service.text()), &body.to_string()).send().await;
    assert_eq!(opened.status, 201, "{}", opened.text());
    service.passes(Duration::from_millis(1));
    opened.json()
}

pub async fn does(somebody: &Somebody, thread: &Value, act: &str, body: Value) -> Answer {
    somebody
        .post(&format!("/api/v1/threads/{}/{act}", thread["id"].as_str().unwrap()), &body.to_string())
        .send()
        .await
}

pub async fn sends(somebody: &Somebody, round: &Value, threads: &[&Value]) -> Answer {
    let remarks: Vec<Value> =
        threads.iter().map(|thread| json!({ "id": thread["id"], "version": thread["version"] })).collect();
    let body = json!({ "round": round["id"], "remarks": remarks });
    somebody.post(&format!("/api/v1/papers/{PAPER}/remarks"), &body.to_string()).send().await
}

/// The threads that somebody finds.
pub async fn finds(somebody: &Somebody) -> Vec<Value> {
    let listed = somebody.get(&format!("/api/v1/papers/{PAPER}/threads")).send().await.json();
    listed["threads"].as_array().unwrap().clone()
}

async fn coverage(somebody: &Somebody, round: &Value) -> Value {
    somebody.get(&format!("/api/v1/rounds/{}/coverage", round["id"].as_str().unwrap())).send().await.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn rev26_amina_remarks_inside_adaeze_sends_and_others_read_it_as_the_sections() {
    let service = Service::start().await;
    let [ines, adaeze, samir] =
        [service.signs_in("ines").await, service.signs_in("adaeze").await, service.signs_in("samir").await];
    let amina = amina(&service).await;
    let round = opens(&service, &ines, &["AFR", "MEWA"], |_| {}).await;
    let remark = remarks(&service, &amina, "Say who pays.").await;
    let left = remarks(&service, &amina, "The State never pays.").await;
    let talk = does(&adaeze, &remark, "comments", json!({ "body": "Between us: too blunt?" })).await.json();
    assert!(finds(&samir).await.is_empty() && finds(&ines).await.is_empty(), "it stays inside");

    does(&amina, &talk, "prepare", json!({ "keep": true })).await.is_refused(403, "not_allowed");
    let kept = does(&adaeze, &talk, "prepare", json!({ "keep": true })).await.json();
    let note = json!({ "keep": false, "note": "We said so in May." });
    let left = does(&adaeze, &left, "prepare", note).await.json();
    let found = finds(&amina).await;
    let hers = found.iter().find(|thread| thread["id"] == left["id"]).unwrap();
    assert_eq!(hers["prepared"]["note"], "We said so in May.", "its author reads why");
    sends(&amina, &round, &[&kept]).await.is_refused(403, "not_allowed");
    sends(&adaeze, &round, &[&kept, &left]).await.is_refused(409, "remark_moved_on");
    assert!(finds(&samir).await.is_empty(), "all of them or none");
    let sent = sends(&adaeze, &round, &[&kept]).await;
    assert_eq!(sent.status, 201, "{}", sent.text());

    let found = finds(&samir).await;
    assert_eq!(found.len(), 1, "what was left stays inside");
    let seen = &found[0];
    assert_eq!((&seen["audience"], &seen["sent"]["component"]), (&json!("all"), &json!("AFR")));
    let comments = seen["comments"].as_array().unwrap();
    assert_eq!(comments.len(), 1, "what was said inside stays there: {comments:?}");
    assert_eq!((&comments[0]["person"], &comments[0]["as_component"]), (&json!(""), &json!(true)));
    assert_eq!(seen["prepared"], Value::Null);
    let whole = serde_json::to_string(&found).unwrap();
    for secret in ["Amina", "blunt", "May", amina.seats[0].to_string().as_str()] {
        assert!(!whole.contains(secret), "{secret} is in {whole}");
    }
    let found = finds(&amina).await;
    let hers = found.iter().find(|thread| thread["id"] == kept["id"]).unwrap();
    assert_eq!(hers["comments"].as_array().unwrap().len(), 2, "inside, it is all there");
    sends(&adaeze, &round, &[&kept]).await.is_refused(412, "stale_version");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev16_in_a_sealed_round_nobody_else_reads_or_counts_before_it_closes() {
    let service = Service::start().await;
    let [ines, adaeze, samir] =
        [service.signs_in("ines").await, service.signs_in("adaeze").await, service.signs_in("samir").await];
    let round =
        opens(&service, &ines, &["AFR", "MEWA"], |plan| plan["visibility"] = json!("sealed_until_close"))
            .await;
    let mut stream = samir.get(&format!("/api/v1/papers/{PAPER}/events")).open().await;
    let remark = remarks(&service, &adaeze, "Say who pays.").await;
    assert_eq!(sends(&adaeze, &round, &[&remark]).await.status, 201);
    for other in [&samir, &ines] {
        assert!(finds(other).await.is_empty());
        let cover = coverage(other, &round).await;
        assert_eq!((&cover["remarks"], &cover["chapters"][0]["remarks"]), (&json!(0), &json!(0)));
    }
    let open_threads = async |somebody: &Somebody| {
        let paper = somebody.get(&format!("/api/v1/papers/{PAPER}")).send().await.json();
        paper["chapters"][0]["texts"]["en"]["open_threads"].clone()
    };
    assert_eq!((open_threads(&samir).await, open_threads(&adaeze).await), (json!(0), json!(1)));
    let answered = |cover: Value| cover["components"][0]["has_answered"].clone();
    assert_eq!(
        answered(coverage(&ines, &round).await),
        json!(true),
        "whom to remind is known to who runs the round"
    );
    assert_eq!(answered(coverage(&samir, &round).await), Value::Null);
    assert_eq!(coverage(&adaeze, &round).await["remarks"], 1);

    service.passes(6 * HOUR);
    service.app.carry_out_due().await;
    assert_eq!(finds(&samir).await.len(), 1);
    assert_eq!(coverage(&samir, &round).await["remarks"], 1);
    // All that he was told until then: the closing, and nothing of the remark.
    let heard = heard_until(&mut stream, "\"rounds\"").await;
    assert!(!heard.contains("event: thread"), "{heard}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev16_what_is_for_the_rapporteurs_stays_with_them_and_the_component() {
    let service = Service::start().await;
    let [ines, adaeze, samir] =
        [service.signs_in("ines").await, service.signs_in("adaeze").await, service.signs_in("samir").await];
    let round = opens(&service, &ines, &["AFR"], |plan| plan["visibility"] = json!("rapporteurs_only")).await;
    let remark = remarks(&service, &adaeze, "Say who pays.").await;
    assert_eq!(sends(&adaeze, &round, &[&remark]).await.status, 201);
    service.passes(7 * HOUR);
    assert_eq!((finds(&ines).await.len(), finds(&samir).await.len()), (1, 0));
    does(&samir, &remark, "comments", json!({ "body": "x" })).await.is_refused(404, "not_found");
    does(&samir, &remark, "admit", json!({ "reason": "x" })).await.is_refused(404, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev27_after_the_closing_a_remark_waits_in_the_late_queue_until_it_is_let_in_with_a_reason() {
    let service = Service::start().await;
    let [ines, adaeze, samir] =
        [service.signs_in("ines").await, service.signs_in("adaeze").await, service.signs_in("samir").await];
    let round = opens(&service, &ines, &["AFR"], |_| {}).await;
    let remark = remarks(&service, &adaeze, "Say who pays.").await;
    service.passes(6 * HOUR);
    let sent = sends(&adaeze, &round, &[&remark]).await.json()["threads"][0].clone();
    assert_eq!(sent["sent"]["late"], "waiting");
    assert!(finds(&samir).await.is_empty());
    assert_eq!(finds(&ines).await.len(), 1, "who lets in sees what waits");
    assert_eq!(coverage(&ines, &round).await["late"], 1);
    let tasks = ines.get("/api/v1/tasks").send().await.json();
    assert_eq!(
        tasks["tasks"],
        json!([{
            "paper": PAPER, "round": round["id"], "round_name": "Second reading", "kind": "admit", "remarks": 1, "by": null
        }])
    );
    does(&adaeze, &sent, "admit", json!({ "reason": "We want it." })).await.is_refused(403, "not_allowed");
    does(&ines, &sent, "admit", json!({ "reason": " " })).await.is_refused(422, "field_invalid");
    let admitted = does(&ines, &sent, "admit", json!({ "reason": "The line was down." })).await.json();
    assert_eq!(
        (&admitted["sent"]["late"], &admitted["sent"]["admitted_because"]),
        (&json!("admitted"), &json!("The line was down."))
    );
    does(&ines, &sent, "admit", json!({ "reason": "x" })).await.is_refused(409, "not_waiting");
    assert_eq!(finds(&samir).await.len(), 1);
    assert!(told(&adaeze).await.iter().any(|notice| notice["kind"] == "late_admitted"));
}

#[tokio::test(flavor = "multi_thread")]
async fn rev22_nothing_is_sent_before_it_opens_while_it_is_paused_or_by_who_is_not_asked() {
    let service = Service::start().await;
    let [ines, adaeze] = [service.signs_in("ines").await, service.signs_in("adaeze").await];
    let round =
        opens(&service, &ines, &["AFR"], |plan| plan["opens"] = json!(service.app.clock.now() + HOUR)).await;
    let remark = remarks(&service, &adaeze, "Say who pays.").await;
    sends(&adaeze, &round, &[&remark]).await.is_refused(409, "round_not_open");
    service.passes(HOUR);
    act(&ines, &round, "pause", json!({ "reason": "x" })).await;
    let paused = sends(&adaeze, &round, &[&remark]).await;
    paused.is_refused(409, "round_paused");
    assert_eq!(paused.json()["details"], json!({ "reason": "x" }));
    act(&ines, &round, "resume", json!({})).await;
    let ineses = remarks(&service, &ines, "Is it two?").await;
    sends(&ines, &round, &[&ineses]).await.is_refused(409, "round_not_asked");
    assert_eq!(finds(&adaeze).await[0]["audience"], "component", "it is still in its room");
    assert_eq!(sends(&adaeze, &round, &[&remark]).await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn rev28_what_is_taken_back_is_still_read_and_counts_no_more() {
    let service = Service::start().await;
    let [ines, adaeze, samir] =
        [service.signs_in("ines").await, service.signs_in("adaeze").await, service.signs_in("samir").await];
    let round = opens(&service, &ines, &["AFR"], |_| {}).await;
    let remark = remarks(&service, &adaeze, "Say who pays.").await;
    does(&adaeze, &remark, "withdraw", json!({ "reason": "x" })).await.is_refused(409, "remark_moved_on");
    let sent = sends(&adaeze, &round, &[&remark]).await.json()["threads"][0].clone();
    assert_eq!(coverage(&samir, &round).await["remarks"], 1);
    does(&samir, &sent, "withdraw", json!({ "reason": "x" })).await.is_refused(403, "not_allowed");
    let back = does(&adaeze, &sent, "withdraw", json!({ "reason": "It is in paragraph 4." })).await.json();
    assert_eq!(back["withdrawn"], "It is in paragraph 4.");
    let found = finds(&samir).await;
    assert_eq!((found.len(), &found[0]["comments"][0]["body"]), (1, &json!("Say who pays.")));
    assert_eq!(coverage(&samir, &round).await["remarks"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn rev25_what_somebody_said_stays_when_their_seat_ends_and_their_component_is_released() {
    let service = Service::start().await;
    let [ines, adaeze, samir] =
        [service.signs_in("ines").await, service.signs_in("adaeze").await, service.signs_in("samir").await];
    let amina = amina(&service).await;
    let round = opens(&service, &ines, &["AFR", "MEWA"], |_| {}).await;
    let remark = remarks(&service, &amina, "Say who pays.").await;
    let inside = remarks(&service, &amina, "And when.").await;
    assert_eq!(sends(&adaeze, &round, &[&remark]).await.status, 201);
    let end = ines.post(&format!("/api/v1/seats/{}/end", amina.seats[0]), "{}").send().await;
    assert_eq!(end.status, 200);
    let africa = service.app.directory.register().component_by_code("AFR").unwrap().id;
    let release = json!({ "component": africa, "reason": "x" });
    assert_eq!(act(&ines, &round, "release", release).await.status, 200);
    assert_eq!(finds(&samir).await.len(), 1);
    assert_eq!(finds(&adaeze).await.len(), 2);
    sends(&adaeze, &round, &[&inside]).await.is_refused(409, "round_not_asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_of_each_person_follows_their_part_in_the_component() {
    let service = Service::start().await;
    let [ines, adaeze] = [service.signs_in("ines").await, service.signs_in("adaeze").await];
    let amina = amina(&service).await;
    opens(&service, &ines, &["AFR"], |plan| plan["asks"] = json!(["comments"])).await;
    let kinds = async |somebody: &Somebody| {
        let tasks = somebody.get("/api/v1/tasks").send().await.json()["tasks"].clone();
        tasks
            .as_array()
            .unwrap()
            .iter()
            .map(|task| task["kind"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        (kinds(&amina).await, kinds(&adaeze).await, kinds(&ines).await),
        (vec!["remark".to_owned()], vec!["remark".to_owned()], vec!["remind".to_owned()])
    );
    let remark = remarks(&service, &amina, "Say who pays.").await;
    assert_eq!(
        (kinds(&amina).await, kinds(&adaeze).await),
        (vec!["remark".to_owned()], vec!["prepare".to_owned()])
    );
    does(&adaeze, &remark, "prepare", json!({ "keep": true })).await;
    assert_eq!(kinds(&adaeze).await, ["send"]);
}

/// Reads on until the stream has said this.
async fn heard_until(stream: &mut tokio::net::TcpStream, words: &str) -> String {
    use tokio::io::AsyncReadExt;
    let mut heard = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&heard).into_owned();
        if text.contains(words) {
            return text;
        }
        assert_ne!(stream.read_buf(&mut heard).await.unwrap(), 0, "the stream ended: {text}");
    }
}
