//! What was written without the right to: whose it is, what its author gets back, and that nobody else finds it.

use serde_json::{Value, json};

use super::harness::{Service, Somebody};
use super::socket::Socket;

/// Adaeze wrote in the first chapter after Inés had locked it.
async fn locked_out() -> (Service, Somebody, Value) {
    let service = Service::start().await;
    let (ines, adaeze) = (service.signs_in("ines").await, service.signs_in("adaeze").await);
    let chapter = service.paper().chapters[0].id;
    let mut socket = Socket::open(&service, &adaeze, adaeze.seats[0]).await;
    let lock = format!("/api/v1/papers/housing/chapters/{chapter}/lock");
    assert_eq!(ines.post(&lock, "{\"reason\":\"x\"}").send().await.status, 200);
    socket.writes(&service, adaeze.seats[0], "Warm ").await.unwrap();
    socket.hears(b"chapter_locked").await;
    let listed = adaeze.get("/api/v1/set-aside").send().await.json();
    assert_eq!(listed["set_aside"].as_array().unwrap().len(), 1);
    (service, adaeze, listed["set_aside"][0].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn syn10_w16_the_author_finds_reads_and_downloads_what_was_set_aside() {
    let (service, adaeze, record) = locked_out().await;
    assert_eq!(record["written"], json!(["Warm "]));
    assert_eq!(
        (&record["words"], &record["changes"], &record["merged"]),
        (&json!(1), &json!(1), &json!(false))
    );
    assert_eq!((&record["reason"], &record["title"]), (&json!("chapter_locked"), &json!("Housing")));
    assert_eq!(
        (&record["paper"], &record["chapter"], &record["language"]),
        (&json!("housing"), &json!("1"), &json!("en"))
    );
    let path = format!("/api/v1/set-aside/{}", record["id"].as_str().unwrap());
    let words = adaeze.get(&path).header("accept", "text/markdown").send().await.text();
    assert!(words.starts_with("Warm\n\n---\n\n# Warm Housing\n"), "{words}");
    let file = adaeze.get(&format!("{path}/file")).send().await;
    assert!(file.header("content-disposition").unwrap().starts_with("attachment"));
    assert_eq!(
        (file.json()["format"].clone(), file.json()["base_heads"].clone()),
        (json!("borrador-rescue/1"), record["base_heads"].clone())
    );
    assert_eq!(file.json()["changes"].as_array().unwrap().len(), 1);
    let text = adaeze.get(&format!("/api/v1/texts/{}", service.text())).send().await.json();
    assert_eq!(text["heads"], record["base_heads"], "nothing entered the text");
}

#[tokio::test(flavor = "multi_thread")]
async fn a02_nobody_else_finds_what_was_set_aside() {
    let (service, _, record) = locked_out().await;
    let id = record["id"].as_str().unwrap();
    for name in ["ines", "olga", "samir"] {
        let other = service.signs_in(name).await;
        assert_eq!(other.get("/api/v1/set-aside").send().await.json()["set_aside"], json!([]), "{name}");
        for (method, rest) in [("GET", ""), ("GET", "/file"), ("DELETE", "")] {
            let ask = |id: &str| {
                service.ask(method, &format!("/api/v1/set-aside/{id}{rest}")).header("cookie", other.cookie())
            };
            let mut answers = [
                ask(id).send().await.json(),
                ask("00000000-0000-4000-8000-000000000000").send().await.json(),
            ];
            answers.iter_mut().for_each(|problem| problem["request_id"] = Value::Null);
            assert_eq!(answers[0], answers[1], "{name} {method} {rest}");
            assert_eq!(answers[0]["code"], "not_found");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn syn12_the_author_throws_a_record_away_and_what_is_sent_again_begins_a_new_one() {
    let (service, adaeze, record) = locked_out().await;
    let path = format!("/api/v1/set-aside/{}", record["id"].as_str().unwrap());
    let discard = || service.ask("DELETE", &path).header("cookie", adaeze.cookie());
    assert_eq!(discard().send().await.status, 204);
    discard().send().await.is_refused(404, "not_found");
    let mut socket = Socket::open(&service, &adaeze, adaeze.seats[0]).await;
    socket.writes(&service, adaeze.seats[0], "Cold ").await.unwrap();
    socket.hears(b"setAside").await;
    let listed = adaeze.get("/api/v1/set-aside").send().await.json();
    assert_eq!(listed["set_aside"].as_array().unwrap().len(), 1);
    assert_eq!(listed["set_aside"][0]["written"], json!(["Cold "]));
}

#[tokio::test(flavor = "multi_thread")]
async fn w22_what_an_ended_seat_left_stays_with_its_person() {
    let (service, adaeze, record) = locked_out().await;
    let ines = service.signs_in("ines").await;
    let socket = Socket::open(&service, &adaeze, adaeze.seats[0]).await;
    assert_eq!(ines.post(&format!("/api/v1/seats/{}/end", adaeze.seats[0]), "{}").send().await.status, 200);
    assert_eq!(socket.hears_the_end().await, 4401);
    assert_eq!(
        Socket::knocks(&service, &adaeze, adaeze.seats[0]).await.hears_the_end().await,
        4401,
        "a page must know why"
    );
    let listed = adaeze.get("/api/v1/set-aside").send().await.json();
    assert_eq!(listed["set_aside"], json!([record]), "she reads it with her other hat");
}

#[tokio::test(flavor = "multi_thread")]
async fn w06_an_observer_who_writes_is_refused_and_the_attempt_is_on_record() {
    let service = Service::start().await;
    let olga = service.signs_in("olga").await;
    let mut socket = Socket::open(&service, &olga, olga.seats[0]).await;
    socket.writes(&service, olga.seats[0], "Mine ").await.unwrap();
    socket.hears(b"not_allowed").await;
    let log = service.app.store.audit(0, 1000).await.unwrap();
    let set_aside = log.iter().map(|entry| serde_json::from_slice::<Value>(&entry.json).unwrap());
    let set_aside: Vec<Value> = set_aside.filter(|event| event["event"] == "set_aside").collect();
    assert_eq!((set_aside.len(), &set_aside[0]["seat"]), (1, &json!(olga.seats[0])));
    assert!(!set_aside[0].to_string().contains("Mine"), "the audit log holds no words");
}
