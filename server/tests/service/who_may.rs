//! A01–A17: who may do what, and what a refusal gives away.

use std::time::Duration;

use borrador::app::access::Invitation;
use borrador::app::refusal::Refusal;
use borrador::people::directory::Entry;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::harness::{PAPER, Service};

#[tokio::test(flavor = "multi_thread")]
async fn a02_what_is_not_there_and_what_is_not_yours_look_the_same() {
    let service = Service::start().await;
    let samir = service.signs_in("samir").await;
    let mut answers = Vec::new();
    for path in [
        "/api/v1/papers/unknown",
        "/api/v1/texts/00000000-0000-4000-8000-000000000000",
        "/api/v1/milestones/none",
    ] {
        let mut problem = samir.get(path).send().await.json();
        problem["request_id"] = serde_json::Value::Null;
        answers.push(problem);
    }
    assert!(answers.iter().all(|problem| *problem == answers[0]), "{answers:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a04_an_observer_changes_nothing_and_every_attempt_is_on_record() {
    let service = Service::start().await;
    let olga = service.signs_in("olga").await;
    let text = service.text();
    let heads = olga.get(&format!("/api/v1/texts/{text}")).send().await.json()["heads"].clone();
    let put = format!("{{\"base_heads\": {heads}, \"markdown\": \"# X\"}}");
    let anchor = format!(
        "{{\"anchor\":{{\"runs\":[],\"heads\":{heads},\"quote\":\"x\"}},\"paragraph\":\"0000000000000000\",\"body\":\"x\"}}"
    );
    let attempts = [
        olga.put(&format!("/api/v1/texts/{text}"), &put),
        olga.post(&format!("/api/v1/texts/{text}/threads"), &anchor),
        olga.post(&format!("/api/v1/papers/{PAPER}/milestones"), "{\"name\":\"x\"}"),
        olga.post(
            "/api/v1/papers",
            "{\"slug\":\"x\",\"title\":\"x\",\"language\":\"es\",\"markdown\":\"x\"}",
        ),
    ];
    for attempt in attempts {
        attempt.send().await.is_refused(403, "not_allowed");
    }
    let log = service.app.store.audit(0, 1000).await.unwrap();
    let refused =
        log.iter().filter(|entry| String::from_utf8_lossy(&entry.json).contains("\"refused\"")).count();
    assert_eq!(refused, 4);
    assert_eq!(olga.get(&format!("/api/v1/texts/{text}")).send().await.json()["heads"], heads);
}

#[tokio::test(flavor = "multi_thread")]
async fn a07_a_foreign_page_cannot_act_for_somebody() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let seal = || ines.post(&format!("/api/v1/papers/{PAPER}/milestones"), "{\"name\":\"x\"}");
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        seal().header(name, value).send().await.is_refused(403, "cross_site_refused");
    }
    let own = format!("http://{}", service.address);
    assert_eq!(
        seal().header("origin", &own).header("sec-fetch-site", "same-origin").send().await.status,
        201
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a08_a_session_that_is_over_is_cleared() {
    let service = Service::start().await;
    let samir = service.signs_in("samir").await;
    assert_eq!(samir.post("/api/v1/sign-out", "{}").send().await.status, 204);
    let refused = samir.get("/api/v1/me").send().await;
    refused.is_refused(401, "sign_in_required");
    assert!(refused.header("set-cookie").unwrap().contains("Max-Age=0"));
    let olga = service.signs_in("olga").await;
    service.passes(Duration::from_hours(12));
    olga.get("/api/v1/me").send().await.is_refused(401, "sign_in_required");
}

#[tokio::test(flavor = "multi_thread")]
async fn a08_a_session_lives_while_it_is_used() {
    let service = Service::start().await;
    let samir = service.signs_in("samir").await;
    for _ in 0..4 {
        service.passes(Duration::from_hours(11));
        assert_eq!(samir.get("/api/v1/me").send().await.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a09_a_cookie_chosen_by_the_client_never_becomes_signed_in() {
    let service = Service::start().await;
    let token = service.link("samir").await;
    let chosen = "borrador_session=0000";
    let answer = service
        .post("/api/v1/sign-in", &format!("{{\"token\":\"{token}\"}}"))
        .header("cookie", chosen)
        .send()
        .await;
    let cookie = answer.header("set-cookie").unwrap();
    assert!(!cookie.starts_with("borrador_session=0000;"));
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Path=/"));
    service.get("/api/v1/me").header("cookie", chosen).send().await.is_refused(401, "sign_in_required");
}

#[tokio::test(flavor = "multi_thread")]
async fn a14_a_link_works_once_for_a_week_and_an_unknown_one_never() {
    let service = Service::start().await;
    let enter = |token: &str| service.post("/api/v1/sign-in", &format!("{{\"token\":\"{token}\"}}"));
    let used = service.link("samir").await;
    assert_eq!(enter(&used).send().await.status, 200);
    enter(&used).send().await.is_refused(410, "invitation_used");
    let old = service.link("samir").await;
    service.passes(Duration::from_hours(7 * 24));
    enter(&old).send().await.is_refused(410, "invitation_expired");
    enter("guess").send().await.is_refused(404, "invitation_unknown");
}

#[tokio::test(flavor = "multi_thread")]
async fn a14_two_browsers_cannot_use_one_link() {
    let service = Service::start().await;
    let token = service.link("samir").await;
    let body = format!("{{\"token\":\"{token}\"}}");
    let (one, other) = tokio::join!(
        service.post("/api/v1/sign-in", &body).send(),
        service.post("/api/v1/sign-in", &body).send()
    );
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 410]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a14_a_signed_in_person_makes_a_link_for_another_device() {
    let service = Service::start().await;
    let samir = service.signs_in("samir").await;
    let link = samir.post("/api/v1/sign-in-links", "{}").send().await;
    assert_eq!(link.status, 201);
    let url = link.json()["url"].as_str().unwrap().to_owned();
    let token = url.strip_prefix(&format!("http://{}/sign-in#", service.address)).unwrap().to_owned();
    assert_eq!(
        service.post("/api/v1/sign-in", &format!("{{\"token\":\"{token}\"}}")).send().await.status,
        200
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a10_guessing_links_is_slowed_down_whatever_address_a_client_claims() {
    let service = Service::with(|settings| settings.limits.sign_ins_per_minute = 3).await;
    for n in 0..3 {
        let claimed = format!("1.2.3.{n}");
        let answer = service
            .post("/api/v1/sign-in", "{\"token\":\"x\"}")
            .header("x-forwarded-for", &claimed)
            .send()
            .await;
        answer.is_refused(404, "invitation_unknown");
    }
    let refused = service
        .post("/api/v1/sign-in", "{\"token\":\"x\"}")
        .header("x-forwarded-for", "9.9.9.9")
        .send()
        .await;
    refused.is_refused(429, "too_many_requests");
    assert!(refused.header("retry-after").is_some());
    service.passes(Duration::from_mins(1));
    service.post("/api/v1/sign-in", "{\"token\":\"x\"}").send().await.is_refused(404, "invitation_unknown");
}

#[tokio::test(flavor = "multi_thread")]
async fn adaeze_acts_with_the_hat_she_names_and_only_with_her_own() {
    let service = Service::start().await;
    let adaeze = service.signs_in("adaeze").await;
    let samir = service.signs_in("samir").await;
    let may_write = async |seat: String| {
        let paper =
            adaeze.get(&format!("/api/v1/papers/{PAPER}")).header("borrador-seat", &seat).send().await;
        paper.json()["chapters"][0]["may_write"].as_bool()
    };
    assert_eq!(may_write(adaeze.seats[0].to_string()).await, Some(true));
    assert_eq!(may_write(adaeze.seats[1].to_string()).await, Some(false));
    let stolen = adaeze.get("/api/v1/me").header("borrador-seat", &samir.seats[0].to_string()).send().await;
    stolen.is_refused(403, "not_allowed");
    adaeze
        .get("/api/v1/me")
        .header("borrador-seat", "nonsense")
        .send()
        .await
        .is_refused(422, "field_invalid");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_speaks_for_one_seat_until_it_ends() {
    let service = Service::start().await;
    let adaeze = service.signs_in("adaeze").await;
    let made = service.app.make_token("adaeze@example.org", Some("MEWA"), 1).await.unwrap();
    let bearer = format!("Bearer {}", made.secret.reveal());
    let ask = || service.get("/api/v1/papers/housing").header("authorization", &bearer);
    assert_eq!(ask().send().await.json()["chapters"][0]["may_write"], false);
    ask().header("borrador-seat", &adaeze.seats[0].to_string()).send().await.is_refused(403, "not_allowed");
    service.passes(Duration::from_hours(24));
    ask().send().await.is_refused(401, "sign_in_required");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seat_that_has_ended_may_nothing_at_once() {
    let service = Service::start().await;
    let samir = service.signs_in("samir").await;
    let mut seat = service.app.directory.register().seat(samir.seats[0]).unwrap().clone();
    seat.ended = true;
    service.app.directory.enter(|_| Ok::<_, Refusal>((vec![Entry::Seat(seat)], vec![]))).await.unwrap();
    samir.get("/api/v1/me").send().await.is_refused(403, "seat_ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn w01_a_socket_opens_for_signed_in_people_from_our_own_page_only() {
    let service = Service::start().await;
    let samir = service.signs_in("samir").await;
    let upgrade = |path: &str| {
        service
            .get(path)
            .header("upgrade", "websocket")
            .header("sec-websocket-version", "13")
            .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
    };
    upgrade("/sync").send().await.is_refused(401, "sign_in_required");
    upgrade("/sync?ticket=guess").send().await.is_refused(401, "sign_in_required");
    upgrade("/sync").header("cookie", samir.cookie()).send().await.is_refused(403, "cross_site_refused");
    let foreign = upgrade("/sync").header("cookie", samir.cookie()).header("origin", "https://evil.example");
    foreign.send().await.is_refused(403, "cross_site_refused");
    let adaeze = service.signs_in("adaeze").await;
    let own = format!("http://{}", service.address);
    let stolen = upgrade(&format!("/sync?seat={}", adaeze.seats[0]))
        .header("cookie", samir.cookie())
        .header("origin", &own);
    stolen.send().await.is_refused(403, "not_allowed");
}

#[tokio::test(flavor = "multi_thread")]
async fn inviting_twice_makes_one_account() {
    let service = Service::start().await;
    let invitation = Invitation {
        name: Some("Rania Khoury".to_owned()),
        email: "Rania@example.org".to_owned(),
        component: Some("afr".to_owned()),
        function: None,
        admin: false,
    };
    service.app.invite(&invitation).await.unwrap();
    service.app.invite(&Invitation { email: "rania@EXAMPLE.org".to_owned(), ..invitation }).await.unwrap();
    let register = service.app.directory.register();
    let rania = register.person_by_email("rania@example.org").unwrap();
    assert_eq!((register.people().len(), register.seats_of(rania.id).len()), (5, 1));
}

/// A socket that was opened with these headers.
async fn socket_of(service: &Service, headers: &str) -> TcpStream {
    let mut socket = TcpStream::connect(service.address).await.unwrap();
    let host = service.address;
    let head = format!(
        "GET /sync HTTP/1.1\r\nhost: {host}\r\norigin: http://{host}\r\n{headers}\r\nupgrade: websocket\r\n\
         connection: upgrade\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    socket.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 101");
    socket
}

/// It is hung up on because nobody is signed in on it any more.
async fn assert_signed_out(mut socket: TcpStream) {
    let mut heard = Vec::new();
    socket.read_to_end(&mut heard).await.unwrap();
    assert!(heard.ends_with(&[0x88, 2, 0x11, 0x31]), "not closed with 4401: {heard:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a08_whoever_signs_out_is_hung_up_on_and_nobody_else_is() {
    let service = Service::start().await;
    let (leaving, staying) = (service.signs_in("adaeze").await, service.signs_in("adaeze").await);
    let leaves = socket_of(&service, &format!("cookie: {}", leaving.cookie())).await;
    let _stays = socket_of(&service, &format!("cookie: {}", staying.cookie())).await;
    assert_eq!(leaving.post("/api/v1/sign-out", "{}").send().await.status, 204);
    assert_signed_out(leaves).await;
    assert_eq!(service.app.live.connections(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a08_a_session_and_a_token_that_are_over_end_the_sockets_opened_with_them() {
    let service = Service::start().await;
    let old = service.signs_in("adaeze").await;
    let token = service.app.make_token("adaeze@example.org", None, 1).await.unwrap();
    let by_session = socket_of(&service, &format!("cookie: {}", old.cookie())).await;
    let by_token = socket_of(&service, &format!("authorization: Bearer {}", token.secret.reveal())).await;
    service.passes(Duration::from_hours(24));
    let new = service.signs_in("adaeze").await;
    let _stays = socket_of(&service, &format!("cookie: {}", new.cookie())).await;
    assert_eq!(service.app.sweep_logins().await.unwrap(), 2);
    assert_signed_out(by_session).await;
    assert_signed_out(by_token).await;
    assert_eq!(service.app.live.connections(), 1);
}
