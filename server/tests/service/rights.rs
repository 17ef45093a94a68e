//! Rights that change while people work: locks, pens, seats; who may change them, and who hears of it.

use crdt::ids::SeatId;
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

use super::harness::{Answer, PAPER, Service, Somebody};

async fn paper_of(somebody: &Somebody) -> Value {
    somebody.get(&format!("/api/v1/papers/{PAPER}")).send().await.json()
}

/// What somebody may do in the first chapter.
async fn access(somebody: &Somebody) -> Value {
    paper_of(somebody).await["chapters"][0]["access"].clone()
}

pub async fn locks(service: &Service, somebody: &Somebody, act: &str) -> Answer {
    let chapter = service.paper().chapters[0].id;
    let body = if act == "lock" { json!({"reason": "The committee reads it this week."}) } else { json!({}) };
    somebody.post(&format!("/api/v1/papers/{PAPER}/chapters/{chapter}/{act}"), &body.to_string()).send().await
}

fn events_in_audit(log: &[borrador::store::AuditEntry]) -> Vec<String> {
    let action =
        |json: &[u8]| serde_json::from_slice::<Value>(json).unwrap()["action"].as_str().map(str::to_owned);
    log.iter().filter_map(|entry| action(&entry.json)).collect()
}

/// Reads on until the stream has said this; panics when it ends before.
async fn hears(stream: &mut TcpStream, words: &str) {
    let mut heard = Vec::new();
    while !String::from_utf8_lossy(&heard).contains(words) {
        assert_ne!(
            stream.read_buf(&mut heard).await.unwrap(),
            0,
            "the stream ended: {}",
            String::from_utf8_lossy(&heard)
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rev10_in_a_locked_chapter_nobody_writes_until_it_is_opened_and_both_are_on_record() {
    let service = Service::start().await;
    let (ines, adaeze) = (service.signs_in("ines").await, service.signs_in("adaeze").await);
    assert_eq!(access(&adaeze).await, "write");
    assert_eq!(locks(&service, &ines, "lock").await.status, 200);

    let chapter = &paper_of(&adaeze).await["chapters"][0];
    assert_eq!(chapter["access"], "propose");
    assert_eq!(chapter["lock"]["person"], "Inés Duarte");
    assert_eq!(chapter["lock"]["reason"], "The committee reads it this week.");
    assert_eq!(paper_of(&adaeze).await["chapters"][1]["access"], "write", "the other chapter is open");
    let text = format!("/api/v1/texts/{}", service.text());
    let heads = adaeze.get(&text).send().await.json()["heads"].clone();
    let put = json!({"base_heads": heads, "markdown": "# Housing\n\nOther words."}).to_string();
    adaeze.put(&text, &put).send().await.is_refused(423, "chapter_locked");
    assert_eq!(adaeze.get(&text).send().await.json()["heads"], heads);

    assert_eq!(locks(&service, &ines, "unlock").await.status, 200);
    assert_eq!(adaeze.put(&text, &put).send().await.status, 200);
    let audit = events_in_audit(&service.app.store.audit(0, 1000).await.unwrap());
    assert_eq!(
        audit.iter().filter(|event| event.starts_with("chapter_")).collect::<Vec<_>>(),
        ["chapter_locked", "chapter_opened"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rev11_whoever_writes_may_not_lock_and_a_lock_needs_a_reason() {
    let service = Service::start().await;
    let (ines, adaeze) = (service.signs_in("ines").await, service.signs_in("adaeze").await);
    locks(&service, &adaeze, "lock").await.is_refused(403, "not_allowed");
    let chapter = service.paper().chapters[0].id;
    let lock = format!("/api/v1/papers/{PAPER}/chapters/{chapter}/lock");
    for reason in ["", "  ", "two\nlines", &"x".repeat(301)] {
        let body = json!({ "reason": reason }).to_string();
        ines.post(&lock, &body).send().await.is_refused(422, "field_invalid");
    }
    assert_eq!(access(&adaeze).await, "write");
}

#[tokio::test(flavor = "multi_thread")]
async fn h20_a_lock_of_yesterday_is_not_opened_by_mistake() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let chapter = service.paper().chapters[0].id;
    let act = |act: &str, body: &str, version: &str| {
        ines.post(&format!("/api/v1/papers/{PAPER}/chapters/{chapter}/{act}"), body)
            .header("if-match", version)
    };
    assert_eq!(act("lock", "{\"reason\":\"x\"}", "0").send().await.json()["chapters"][0]["lock_version"], 1);
    let stale = act("unlock", "{}", "0").send().await;
    stale.is_refused(412, "stale_version");
    assert_eq!(stale.json()["details"]["current"], 1);
    assert_eq!(
        act("lock", "{\"reason\":\"y\"}", "1").send().await.json()["chapters"][0]["lock"]["reason"],
        "x"
    );
    assert_eq!(act("unlock", "{}", "\"1\"").send().await.json()["chapters"][0]["lock_version"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn rev13_the_pen_is_given_and_taken_chapter_by_chapter() {
    let service = Service::start().await;
    let (ines, samir) = (service.signs_in("ines").await, service.signs_in("samir").await);
    let (seat, chapter) = (samir.seats[0], service.paper().chapters[0].id);
    let body = json!({"seat": seat, "chapter": chapter}).to_string();
    let pens = format!("/api/v1/papers/{PAPER}/pens");
    assert_eq!(access(&samir).await, "propose");
    let given = ines.post(&pens, &body).send().await.json();
    let his = |rights: &Value| {
        let mut pens = rights["pens"].as_array().unwrap().iter();
        pens.find(|pen| pen["seat_id"] == json!(seat)).cloned()
    };
    assert_eq!(his(&given).unwrap()["chapter"], json!(chapter));
    assert_eq!(
        (access(&samir).await, paper_of(&samir).await["chapters"][1]["access"].clone()),
        (json!("write"), json!("propose"))
    );
    assert_eq!(ines.post(&pens, &body).send().await.json()["pens"], given["pens"], "given twice is given");
    let taken = ines.post(&format!("{pens}/take"), &body).send().await.json();
    assert_eq!(his(&taken), None);
    assert_eq!(access(&samir).await, "propose");
    samir.post(&pens, &body).send().await.is_refused(403, "not_allowed");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev13_a_pen_that_reaches_further_is_not_taken_for_one_chapter() {
    let service = Service::start().await;
    let (ines, adaeze) = (service.signs_in("ines").await, service.signs_in("adaeze").await);
    let take = |body: Value| ines.post(&format!("/api/v1/papers/{PAPER}/pens/take"), &body.to_string());
    let chapter = service.paper().chapters[0].id;
    take(json!({"seat": adaeze.seats[0], "chapter": chapter})).send().await.is_refused(409, "pen_is_wider");
    take(json!({"seat": SeatId(uuid::Uuid::new_v4())})).send().await.is_refused(422, "field_invalid");
    assert_eq!(access(&adaeze).await, "write");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev14_a_seat_ends_at_once_and_comes_back_with_its_rights() {
    let service = Service::start().await;
    let (ines, adaeze) = (service.signs_in("ines").await, service.signs_in("adaeze").await);
    let seat = adaeze.seats[0];
    let act = |act: &str| ines.post(&format!("/api/v1/seats/{seat}/{act}"), "{}");
    assert_eq!(act("end").send().await.json()["ended"], true);
    adaeze
        .get("/api/v1/me")
        .header("borrador-seat", &seat.to_string())
        .send()
        .await
        .is_refused(403, "seat_ended");
    assert_eq!(access(&adaeze).await, "read", "her other hat observes");
    let seats_of_adaeze = |people: Value| {
        let people = people["people"].as_array().unwrap().clone();
        people.iter().find(|person| person["name"] == "Adaeze Obi").unwrap()["seats"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(seats_of_adaeze(ines.get("/api/v1/people").send().await.json()), 2, "who restores must see");
    assert_eq!(seats_of_adaeze(adaeze.get("/api/v1/people").send().await.json()), 1);
    assert_eq!(act("restore").send().await.json()["ended"], false);
    assert_eq!(access(&adaeze).await, "write");
    adaeze.post(&format!("/api/v1/seats/{seat}/end"), "{}").send().await.is_refused(403, "not_allowed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a06_the_last_administrator_stays() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    // Whoever holds the machine has a seat of an account that nobody can sign in to: it runs nothing.
    let operator = borrador::app::access::Invitation {
        name: Some("Operator".to_owned()),
        email: borrador::app::rights::OPERATOR.to_owned(),
        component: None,
        function: None,
        admin: true,
    };
    service.app.enter_person(&operator).await.unwrap();
    let end = || ines.post(&format!("/api/v1/seats/{}/end", ines.seats[0]), "{}");
    end().send().await.is_refused(409, "last_admin");
    assert_eq!(ines.get("/api/v1/me").send().await.status, 200);
    let second = borrador::app::access::Invitation { email: "samir@example.org".to_owned(), ..operator };
    service.app.invite(&second).await.unwrap();
    assert_eq!(end().send().await.status, 200);
    let refused = ines.get("/api/v1/me").send().await;
    refused.is_refused(403, "seat_ended");
    assert_eq!(
        refused.json()["details"]["seats"],
        json!([ines.seats[0]]),
        "her words may still be on a device"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn w21_event_streams_tell_each_listener_their_own_rights() {
    let service = Service::start().await;
    let (ines, adaeze) = (service.signs_in("ines").await, service.signs_in("adaeze").await);
    let listens = async |seat: SeatId| {
        let mut stream = adaeze.get(&format!("/api/v1/papers/{PAPER}/events?seat={seat}")).open().await;
        hears(&mut stream, "retry:").await;
        stream
    };
    let (mut writes, mut observes) = (listens(adaeze.seats[0]).await, listens(adaeze.seats[1]).await);
    locks(&service, &ines, "lock").await;
    hears(&mut writes, "\"access\":\"propose\"").await;
    hears(&mut observes, "\"access\":\"read\"").await;
    locks(&service, &ines, "unlock").await;
    hears(&mut writes, "\"access\":\"write\"").await;
    let foreign = adaeze.get(&format!("/api/v1/papers/{PAPER}/events?seat={}", ines.seats[0])).send().await;
    foreign.is_refused(403, "not_allowed");
}

#[tokio::test(flavor = "multi_thread")]
async fn w21_the_event_stream_of_a_seat_that_ends_ends_with_it() {
    let service = Service::start().await;
    let (ines, samir) = (service.signs_in("ines").await, service.signs_in("samir").await);
    let mut stream = samir.get(&format!("/api/v1/papers/{PAPER}/events")).open().await;
    hears(&mut stream, "event: rights").await;
    assert_eq!(ines.post(&format!("/api/v1/seats/{}/end", samir.seats[0]), "{}").send().await.status, 200);
    let mut rest = String::new();
    stream.read_to_string(&mut rest).await.unwrap();
    assert!(!rest.contains("event: rights"), "{rest}");
}
