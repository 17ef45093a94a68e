//! Every route of the description exists, and none but the public ones answers strangers.

use borrador::http::openapi::DESCRIPTION;

use super::harness::Service;

const PUBLIC: [&str; 5] =
    ["/health", "/api/v1/keys", "/api/v1/openapi.json", "/api/v1/sign-in", "/api/v1/sign-in-letters"];

/// Every route with its methods; `{…}` filled with an id that fits nothing.
fn described() -> Vec<(String, String, String)> {
    let paths = DESCRIPTION["paths"].as_object().unwrap();
    let routes = paths.iter().flat_map(|(path, operations)| {
        operations.as_object().unwrap().keys().map(move |method| (method.to_uppercase(), path.clone()))
    });
    let filled = |path: &str| {
        path.split('/')
            .map(|part| if part.starts_with('{') { "00000000-0000-4000-8000-000000000000" } else { part })
            .collect::<Vec<_>>()
            .join("/")
    };
    routes
        .map(|(method, path)| {
            let address = filled(&path);
            (method, path, address)
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a01_every_private_route_asks_strangers_to_sign_in() {
    let service = Service::start().await;
    let described = described();
    assert!(described.len() >= 27, "{}", described.len());
    for (method, path, address) in described.iter().filter(|(_, path, _)| !PUBLIC.contains(&path.as_str())) {
        let answer = service.ask(method, address).json("{}").send().await;
        assert_eq!(answer.refusal(), (401, "sign_in_required".to_owned()), "{method} {path}");
        assert_eq!(answer.header("location"), None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_described_route_exists() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    for (method, path, address) in described() {
        let answer = service.ask(&method, &address).header("cookie", ines.cookie()).json("{}").send().await;
        assert_ne!(answer.status, 405, "{method} {path}");
        assert!(answer.status < 500, "{method} {path}: {}", answer.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_carries_the_headers_that_keep_browsers_safe() {
    let service = Service::start().await;
    for path in ["/health", "/", "/api/v1/me", "/nothing"] {
        let answer = service.get(path).send().await;
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.contains("default-src 'none'") && policy.contains("worker-src 'self'"), "{path}");
        let makers_of_script_addresses =
            "trusted-types ProseMirrorClipboard svelte-trusted-html borrador-worker";
        assert!(policy.ends_with(makers_of_script_addresses), "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("cross-origin-opener-policy"), Some("same-origin"));
        assert_eq!(answer.header("referrer-policy"), Some("same-origin"));
        assert!(answer.header("cache-control").is_some());
    }
    assert_eq!(service.get("/api/v1/me").send().await.header("cache-control"), Some("no-store"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_are_one_page() {
    let service = Service::start().await;
    let start = service.get("/").send().await;
    assert!(start.header("content-type").unwrap().starts_with("text/html"));
    for page in ["/sign-in", "/papers/housing", "/papers/housing/en/1", "/papers/housing/milestones/x"] {
        assert_eq!(service.get(page).send().await.body, start.body, "{page}");
    }
    service.get("/api/v1/nothing").header("accept", "text/html").send().await.is_refused(404, "not_found");
}
