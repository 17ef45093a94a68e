//! Server-sent events: what happens is told to those who may see it, and only to them.

use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::net::TcpStream;

use super::harness::{Service, Somebody};

pub struct Stream(Lines<BufReader<TcpStream>>);

impl Stream {
    pub async fn of(somebody: &Somebody) -> Self {
        let stream = somebody.get("/api/v1/papers/housing/events").open().await;
        let mut stream = Self(BufReader::new(stream).lines());
        let (name, data) = stream.next().await.unwrap();
        assert_eq!(
            (name.as_str(), data["chapters"].as_array().unwrap().len()),
            ("rights", 2),
            "said at the beginning"
        );
        stream
    }

    /// The next event's name and data.
    pub async fn next(&mut self) -> Option<(String, serde_json::Value)> {
        let mut name = String::new();
        while let Some(line) = self.0.next_line().await.unwrap() {
            if let Some(event) = line.strip_prefix("event: ") {
                name = event.to_owned();
            } else if let Some(data) = line.strip_prefix("data: ") {
                return Some((name, serde_json::from_str(data).unwrap()));
            }
        }
        None
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sealed_milestone_and_a_changed_text_are_told_to_everybody() {
    let service = Service::start().await;
    let [ines, samir, adaeze] =
        [service.signs_in("ines").await, service.signs_in("samir").await, service.signs_in("adaeze").await];
    let mut news = Stream::of(&samir).await;
    ines.post("/api/v1/papers/housing/milestones", "{\"name\":\"Bogotá draft\"}").send().await;
    let (name, data) = news.next().await.unwrap();
    assert_eq!((name.as_str(), &data["name"]), ("milestone", &json!("Bogotá draft")));
    let text = format!("/api/v1/texts/{}", service.text());
    let heads = samir.get(&text).send().await.json()["heads"].clone();
    let put = adaeze
        .put(&text, &json!({ "base_heads": heads, "markdown": "# Homes\n\n1. One.\n" }).to_string())
        .send()
        .await;
    let (name, data) = news.next().await.unwrap();
    assert_eq!((name.as_str(), &data["title"], &data["numbered"]), ("text", &json!("Homes"), &json!(1)));
    assert_eq!(data["heads"], put.json()["heads"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_who_opens_too_many_streams_is_told_to_wait_until_one_ends() {
    let service = Service::with(|settings| settings.limits.event_streams = 1).await;
    let samir = service.signs_in("samir").await;
    let _first = Stream::of(&samir).await;
    samir.get("/api/v1/papers/housing/events").send().await.is_refused(429, "too_many_requests");
}

#[tokio::test(flavor = "multi_thread")]
async fn a08_streams_end_with_the_session_they_were_opened_in_and_others_go_on() {
    let service = Service::start().await;
    let [leaving, staying] = [service.signs_in("samir").await, service.signs_in("samir").await];
    let (mut leaves, mut stays) = (Stream::of(&leaving).await, Stream::of(&staying).await);
    assert_eq!(leaving.post("/api/v1/sign-out", "{}").send().await.status, 204);
    assert_eq!(leaves.next().await, None);
    let ines = service.signs_in("ines").await;
    ines.post("/api/v1/papers/housing/milestones", "{\"name\":\"Bogotá draft\"}").send().await;
    assert_eq!(stays.next().await.unwrap().0, "milestone");
    service.passes(Duration::from_hours(12));
    assert_eq!(service.app.sweep_logins().await.unwrap(), 2, "Samir's other session, and Inés's");
    assert_eq!(stays.next().await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_end_when_the_service_stops() {
    let service = Service::start().await;
    let samir = service.signs_in("samir").await;
    let mut news = Stream::of(&samir).await;
    service.app.news.end();
    assert_eq!(news.next().await, None);
}
