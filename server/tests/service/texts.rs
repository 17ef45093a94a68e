//! Texts: read in three forms, replaced as minimal edits, attributed.

use serde_json::json;

use super::harness::{Service, Somebody};

async fn heads(somebody: &Somebody, text: &str) -> serde_json::Value {
    somebody.get(text).send().await.json()["heads"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_is_blocks_or_markdown_or_html() {
    let service = Service::start().await;
    let samir = service.signs_in("samir").await;
    let path = format!("/api/v1/texts/{}", service.text());
    let blocks = samir.get(&path).send().await.json();
    assert_eq!(blocks["blocks"][0]["type"], "heading");
    assert_eq!(blocks["first_number"], 1);
    let markdown = samir.get(&path).header("accept", "text/markdown").send().await.text();
    assert!(
        markdown.starts_with("# Housing\n") && markdown.contains("\n1. Cities welcome everyone."),
        "{markdown}"
    );
    let html = samir.get(&path).header("accept", "text/html").send().await;
    assert!(html.text().contains("<article lang=\"en\""), "{}", html.text());
    samir.get(&path).header("accept", "image/png").send().await.is_refused(406, "not_acceptable");
}

#[tokio::test(flavor = "multi_thread")]
async fn i06_nothing_in_a_markdown_file_runs_in_anybodys_browser() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let markdown = "# Agua\n\n<script>alert(1)</script> <img src=x onerror=alert(1)> <svg onload=alert(1)>\n\n\
        [a](javascript:alert(1)) [b](data:text/html,x) [c](vbscript:x) <a href=\"jav&#x09;ascript:alert(1)\">d</a> **fin**\n";
    let new = json!({ "slug": "agua", "title": "Agua", "language": "es", "markdown": markdown });
    let made = ines.post("/api/v1/papers", &new.to_string()).send().await.json();
    let text = &made["chapters"][0]["texts"]["es"]["id"];
    let path = format!("/api/v1/texts/{}", text.as_str().unwrap());
    let html = ines.get(&path).header("accept", "text/html").send().await.text();
    assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "shown as words: {html}");
    assert!(html.contains("<strong>fin</strong>"), "what is harmless is not lost: {html}");
    for harmful in ["<script", "<img", "<svg", "<a "] {
        assert!(!html.contains(harmful), "{harmful} in {html}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_run_through_the_whole_paper() {
    let service = Service::start().await;
    let samir = service.signs_in("samir").await;
    let work = service.paper().chapters[1].texts["en"];
    assert_eq!(samir.get(&format!("/api/v1/texts/{work}")).send().await.json()["first_number"], 3);
    let paper = samir.get("/api/v1/papers/housing").send().await.json();
    assert_eq!(paper["chapters"][1]["texts"]["en"]["first_number"], 3);
    assert_eq!(paper["paragraphs"]["en"], 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn new_content_changes_only_what_differs_and_names_its_author() {
    let service = Service::start().await;
    let adaeze = service.signs_in("adaeze").await;
    let path = format!("/api/v1/texts/{}", service.text());
    let before = adaeze.get(&path).send().await.json();
    let markdown = adaeze.get(&format!("{path}?ids=1")).header("accept", "text/markdown").send().await.text();
    let edited = markdown.replace("Cities welcome", "All cities welcome");
    let put = json!({ "base_heads": before["heads"], "markdown": edited }).to_string();
    let answer = adaeze.put(&path, &put).send().await;
    assert_eq!((answer.status, &answer.json()["changed_blocks"]), (200, &json!(1)), "{}", answer.text());
    let after = adaeze.get(&path).send().await.json();
    assert_eq!(after["heads"], answer.json()["heads"]);
    assert_eq!(after["blocks"][2]["id"], before["blocks"][2]["id"]);
    let written = adaeze.get(&format!("{path}/attribution")).send().await.json();
    let people: Vec<&str> =
        written["actors"].as_object().unwrap().values().map(|who| who["person"].as_str().unwrap()).collect();
    assert!(people.contains(&"Adaeze Obi") && people.contains(&"Inés Duarte"), "{people:?}");
    assert!(written["runs"].as_array().unwrap().iter().all(|run| run["at"].is_string()));
}

#[tokio::test(flavor = "multi_thread")]
async fn content_on_an_older_base_merges_and_on_an_unknown_one_is_refused() {
    let service = Service::start().await;
    let adaeze = service.signs_in("adaeze").await;
    let path = format!("/api/v1/texts/{}", service.text());
    let base = heads(&adaeze, &path).await;
    let markdown = adaeze.get(&format!("{path}?ids=1")).header("accept", "text/markdown").send().await.text();
    let put = |from: &str, to: &str, base: &serde_json::Value| {
        adaeze.put(&path, &json!({ "base_heads": base, "markdown": markdown.replace(from, to) }).to_string())
    };
    assert_eq!(put("A first word", "The first word", &base).send().await.status, 200);
    assert_eq!(put("Keys open", "Keys and laws open", &base).send().await.status, 200);
    let merged = adaeze.get(&path).header("accept", "text/markdown").send().await.text();
    assert!(merged.contains("The first word") && merged.contains("Keys and laws open"), "{merged}");
    let unknown = put("A", "B", &json!(["ab".repeat(32)])).send().await;
    unknown.is_refused(409, "text_moved_on");
    assert_eq!(unknown.json()["details"]["heads"], heads(&adaeze, &path).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paper_is_made_of_a_file_or_not_at_all() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    let new = |slug: &str, markdown: &str| {
        json!({ "slug": slug, "title": "Water", "language": "en", "markdown": markdown }).to_string()
    };
    let made = ines.post("/api/v1/papers", &new("water", "# One\n\nx\n\n# Two\n\ny")).send().await;
    assert_eq!((made.status, made.json()["chapters"].as_array().unwrap().len()), (201, 2));
    ines.post("/api/v1/papers", &new("water", "# One")).send().await.is_refused(409, "paper_exists");
    ines.post("/api/v1/papers", &new("Not A Slug", "# One")).send().await.is_refused(422, "field_invalid");
    ines.post("/api/v1/papers", &new("empty", "")).send().await.is_refused(422, "import_unreadable");
    assert_eq!(ines.get("/api/v1/papers").send().await.json()["papers"].as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_of_papers_tells_who_worked_on_them_today() {
    let service = Service::start().await;
    let adaeze = service.signs_in("adaeze").await;
    let summary = adaeze.get("/api/v1/papers").send().await.json()["papers"][0].clone();
    assert_eq!(
        (summary["edited_by"].as_u64(), &summary["edited_at"]),
        (Some(1), &json!("2016-09-21T08:42:00Z"))
    );
    service.passes(std::time::Duration::from_hours(24));
    let adaeze = service.signs_in("adaeze").await;
    assert_eq!(adaeze.get("/api/v1/papers").send().await.json()["papers"][0]["edited_by"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn c08_a_damaged_text_is_set_aside_and_takes_nothing_with_it() {
    let service = Service::start().await;
    let ines = service.signs_in("ines").await;
    // A chapter whose text has nothing in its log: the worst damage there is.
    let mut paper = service.paper();
    let lost = crdt::ids::TextId(uuid::Uuid::new_v4());
    paper.chapters[1].texts.insert("en".to_owned(), lost);
    let entry = borrador::people::directory::Entry::Paper(paper);
    let entered =
        service.app.directory.enter(|_| Ok::<_, borrador::app::refusal::Refusal>((vec![entry], vec![])));
    entered.await.unwrap();
    ines.get(&format!("/api/v1/texts/{lost}")).send().await.is_refused(503, "text_unreadable");
    assert_eq!(ines.get("/api/v1/papers/housing").send().await.status, 200);
    assert_eq!(ines.get(&format!("/api/v1/texts/{}", service.text())).send().await.status, 200);
    let sealed = ines.post("/api/v1/papers/housing/milestones", "{\"name\":\"x\"}").send().await;
    sealed.is_refused(503, "text_unreadable");
}
