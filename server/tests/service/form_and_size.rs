//! H01–H20: requests that are malformed, too large, too slow or not what they say they are.

use super::harness::{PAPER, Service};

const MILESTONES: &str = "/api/v1/papers/housing/milestones";

#[tokio::test(flavor = "multi_thread")]
async fn h01_json_that_breaks_off_is_located_and_nothing_is_made() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let answer = ines.post(MILESTONES, "{\"name\":\n \"Bogo").send().await;
    answer.is_refused(400, "json_invalid");
    assert_eq!(answer.json()["details"]["line"], 2);
    assert_eq!(ines.get(MILESTONES).send().await.json()["milestones"], serde_json::json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn h02_to_h05_json_must_be_exactly_what_is_expected() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    ines.post(MILESTONES, &"[".repeat(10_000)).send().await.is_refused(400, "json_too_deep");
    let wrong_type = ines.post(MILESTONES, "{\"name\": 5}").send().await;
    wrong_type.is_refused(422, "field_invalid");
    assert_eq!(wrong_type.json()["details"]["field"], "name");
    let unknown = ines.post(MILESTONES, "{\"name\": \"x\", \"rol\": \"admin\"}").send().await;
    unknown.is_refused(422, "field_unknown");
    assert_eq!(unknown.json()["details"]["field"], "rol");
    ines.post(MILESTONES, "{\"name\": \"a\", \"name\": \"b\"}")
        .send()
        .await
        .is_refused(400, "json_duplicate_key");
}

#[tokio::test(flavor = "multi_thread")]
async fn h06_h07_a_body_over_the_limit_is_refused_before_it_is_read() {
    let service = Service::with(|settings| settings.limits.json_body_bytes = 4096).await;
    let ines = service.signs_in("ines").await;
    let head = |extra: &str| {
        let (address, cookie) = (service.address, ines.cookie());
        format!(
            "POST {MILESTONES} HTTP/1.1\r\nhost: {address}\r\ncookie: {cookie}\r\ncontent-type: application/json\r\n{extra}\r\n\r\n"
        )
    };
    let announced = service.raw(head("content-length: 5000").as_bytes()).await;
    announced.is_refused(413, "body_too_large");
    assert_eq!(announced.json()["details"]["limit_bytes"], 4096);
    assert_eq!(announced.json()["details"]["size_bytes"], 5000);
    let chunk = format!("1000\r\n{}\r\n", " ".repeat(4096));
    let chunked = head("transfer-encoding: chunked") + &chunk + &chunk;
    service.raw(chunked.as_bytes()).await.is_refused(413, "body_too_large");
}

#[tokio::test(flavor = "multi_thread")]
async fn h08_h09_only_plain_json_changes_anything() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let compressed = ines.post(MILESTONES, "{}").header("content-encoding", "gzip").send().await;
    compressed.is_refused(415, "content_type_unsupported");
    let cookie = ines.cookie().to_owned();
    let form =
        service.ask("POST", MILESTONES).header("cookie", &cookie).body("text/plain", b"{\"name\":\"x\"}");
    form.send().await.is_refused(415, "content_type_unsupported");
    let none = service.ask("POST", MILESTONES).header("cookie", &cookie).send().await;
    none.is_refused(415, "content_type_unsupported");
}

#[tokio::test(flavor = "multi_thread")]
async fn h10_two_lengths_end_the_connection() {
    let service = Service::start().await;
    for lengths in
        ["content-length: 2\r\ncontent-length: 5", "content-length: 2\r\ntransfer-encoding: chunked"]
    {
        let request = format!("POST /api/v1/sign-out HTTP/1.1\r\nhost: x\r\n{lengths}\r\n\r\n{{}}");
        let answer = service.raw(request.as_bytes()).await;
        assert_eq!(answer.status, 400, "{lengths}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn h11_large_and_many_headers_end_the_connection() {
    let service = Service::start().await;
    let large = format!("GET /health HTTP/1.1\r\nhost: x\r\nx-large: {}\r\n\r\n", "a".repeat(64 * 1024));
    service.raw(large.as_bytes()).await.is_refused(431, "headers_too_large");
    let many: String = (0..1000).map(|n| format!("x-{n}: 1\r\n")).collect();
    let answer = service.raw(format!("GET /health HTTP/1.1\r\nhost: x\r\n{many}\r\n").as_bytes()).await;
    assert!([400, 431].contains(&answer.status), "{}", answer.status);
}

#[tokio::test(flavor = "multi_thread")]
async fn h12_headers_that_do_not_come_are_not_waited_for() {
    let service = Service::with(|settings| settings.limits.header_seconds = 1).await;
    assert_eq!(service.raw(b"GET /health HTTP/1.1\r\nhost: x\r\nx-slow: ").await.status, 408);
    assert_eq!(service.get("/health").send().await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn h12_a_body_that_does_not_come_is_not_waited_for_either() {
    let service = Service::with(|settings| settings.limits.body_seconds = 1).await;
    let ines = service.signs_in("ines").await;
    let (address, cookie) = (service.address, ines.cookie());
    let head = format!(
        "POST {MILESTONES} HTTP/1.1\r\nhost: {address}\r\ncookie: {cookie}\r\ncontent-type: application/json\r\n"
    );
    for begins in
        ["content-length: 50\r\n\r\n{\"name\":", "transfer-encoding: chunked\r\n\r\n5\r\n{\"nam\r\n"]
    {
        service.raw(format!("{head}{begins}").as_bytes()).await.is_refused(408, "request_timeout");
    }
    assert_eq!(ines.get(MILESTONES).send().await.json()["milestones"], serde_json::json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn h13_a_method_that_is_not_taken_says_which_is() {
    let service = Service::start().await;
    for (method, path, allow) in [
        ("BREW", "/api/v1/me", "GET"),
        ("TRACE", "/api/v1/papers", "GET, POST"),
        ("PUT", "/health", "GET"),
        ("DELETE", "/api/v1/texts/0", "GET, PUT"),
        ("POST", "/", "GET, HEAD"),
    ] {
        let answer = service.ask(method, path).send().await;
        answer.is_refused(405, "method_not_allowed");
        assert_eq!(answer.header("allow"), Some(allow), "{method} {path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn h14_no_path_leads_out_of_the_served_folder() {
    let service = Service::start().await;
    for path in [
        "/%00",
        "/assets/%2e%2e%2f%2e%2e%2fCargo.toml",
        "/..%2f..%2fCargo.toml",
        "/%zz",
        "/%ff%fe",
        "/../../etc/passwd",
        "/.env",
    ] {
        let answer = service.get(path).send().await;
        assert!([400, 404].contains(&answer.status), "{path}: {}", answer.status);
    }
    let long = service.get(&format!("/{}", "a".repeat(3000))).send().await;
    long.is_refused(414, "path_too_long");
}

#[tokio::test(flavor = "multi_thread")]
async fn h15_what_is_no_id_or_the_id_of_something_else_is_not_found() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let paper = service.paper();
    let chapter = paper.chapters[0].id;
    for path in [
        "/api/v1/texts/abc".to_owned(),
        format!("/api/v1/texts/{chapter}"),
        format!("/api/v1/milestones/{}", service.text()),
        "/api/v1/papers/nowhere".to_owned(),
        format!("/api/v1/papers/{PAPER}/threads?text={chapter}"),
    ] {
        ines.get(&path).send().await.is_refused(404, "not_found");
    }
    ines.post(&format!("/api/v1/threads/{chapter}/resolve"), "{}").send().await.is_refused(404, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn h16_a_limit_is_a_number_and_a_cursor_is_not_typed() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    for query in ["limit=-1", "limit=999999999", "limit=abc", "cursor=00000000abcd"] {
        ines.get(&format!("/api/v1/people?{query}")).send().await.is_refused(422, "field_invalid");
    }
    let first = ines.get("/api/v1/people?limit=3").send().await.json();
    let next = first["next"].as_str().unwrap();
    let second = ines.get(&format!("/api/v1/people?limit=3&cursor={next}")).send().await.json();
    assert_eq!(first["people"].as_array().unwrap().len() + second["people"].as_array().unwrap().len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn h17_a_strange_wish_for_a_language_is_no_error() {
    let service = Service::start().await;
    for wish in ["xx-invalid;q=9", &"e".repeat(4096)] {
        assert_eq!(service.get("/health").header("accept-language", wish).send().await.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn h18_names_are_a_visible_line_of_some_characters() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    for name in [
        "\"\"",
        "\"   \"",
        "\"a\\u0000b\"",
        "\"\\ud800\"",
        "\"evil\\u202Efdp\"",
        &format!("\"{}\"", "x".repeat(100_000)),
    ] {
        let refused = ines.post(MILESTONES, &format!("{{\"name\": {name}}}")).send().await;
        refused.is_refused(422, "field_invalid");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn h19_the_same_key_acts_once_and_refuses_another_request() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let seal = |body: &str| ines.post(MILESTONES, body).header("idempotency-key", "key-1");
    let first = seal("{\"name\": \"Bogotá draft\"}").send().await;
    let again = seal("{\"name\": \"Bogotá draft\"}").send().await;
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!(first.json(), again.json());
    seal("{\"name\": \"Quito draft\"}").send().await.is_refused(409, "idempotency_conflict");
    assert_eq!(ines.get(MILESTONES).send().await.json()["milestones"].as_array().unwrap().len(), 1);
}
