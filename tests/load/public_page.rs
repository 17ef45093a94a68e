//! `cargo run --release -p borrador-tests --bin public_page -- --pages 75`
//!
//! What the public page of a published draft costs, asked over HTTP by a stranger: made anew (each time after the draft was withdrawn and
//! published again), from memory, and only asked whether it still holds. In one run, so that the ratio counts on any machine.
//!
//! `--pages N`: of 3,000 characters (75); `--times N` (21).

use std::time::{Duration, Instant};

use borrador_tests::measure::percentile;
use borrador_tests::options::number;
use borrador_tests::process::{Launch, Process, SignedIn};
use borrador_tests::socket::request;
use serde_json::json;

const SENTENCE: &str = "Las ciudades acogen a quien llega, con los medios que los Estados les dan. ";

#[tokio::main]
async fn main() {
    let pages = number("--pages").unwrap_or(75) as usize;
    let times = number("--times").unwrap_or(21) as usize;
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let process = Launch::on(&folder.path().join("data"))
        .tries()
        .unwrap_or_else(|refused| panic!("the program does not serve: {refused:?}"));
    let ines = process.signs_in("ines.duarte@example.org").await;
    let (draft, page) = published(&process, &ines, pages).await;
    let (size, etag) = asks(&process, &page, None).await;
    let (mut anew, mut kept, mut known) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..times {
        let act = |act: &str| format!("/api/v1/milestones/{draft}/{act}");
        process.posts(&ines, &act("withdraw"), &json!({ "reason": "Measured." })).await;
        process.posts(&ines, &act("publish"), &json!({})).await;
        anew.push(took(asks(&process, &page, None)).await);
        kept.push(took(asks(&process, &page, None)).await);
        let etag = asks(&process, &page, None).await.1;
        known.push(took(asks(&process, &page, Some(&etag))).await);
    }
    println!(
        "{pages} pages, {} KB of HTML, {times} times each, over HTTP on one connection each; etag {etag}\n",
        size >> 10
    );
    println!("| | Median, ms | Worst, ms |\n|---|---|---|");
    let medians = [("made anew", anew), ("from memory", kept), ("304", known)].map(|(name, mut all)| {
        all.sort_unstable();
        let [median, worst] = [0.5, 1.0].map(|part| percentile(&all, part).as_secs_f64() * 1_000.0);
        println!("| {name} | {median:.2} | {worst:.2} |");
        median
    });
    println!("\nmade anew / from memory: {:.1}", medians[0] / medians[1]);
}

/// A paper of so many pages, sealed and published: the draft, and the address of its page.
async fn published(process: &Process, ines: &SignedIn, pages: usize) -> (String, String) {
    let paragraph = SENTENCE.repeat(10);
    let mut markdown = String::new();
    for number in 0..pages * 4 {
        if number % 24 == 0 {
            markdown += &format!("# Capítulo {}\n\n", number / 24 + 1);
        }
        markdown += &format!("{}. {paragraph}\n\n", number + 1);
    }
    let paper =
        json!({ "slug": "largo", "title": "Un documento largo", "language": "es", "markdown": markdown });
    process.posts(ines, "/api/v1/papers", &paper).await;
    let sealed =
        process.posts(ines, "/api/v1/papers/largo/milestones", &json!({ "name": "Primera lectura" })).await;
    let draft = sealed["id"].as_str().expect("a sealed draft has an id").to_owned();
    process.posts(ines, &format!("/api/v1/milestones/{draft}/publish"), &json!({})).await;
    let page = format!("/p/largo/{draft}?lang=es");
    (draft, page)
}

/// How many bytes a stranger gets, and their tag; with one, what is known is not sent again.
async fn asks(process: &Process, page: &str, known: Option<&str>) -> (usize, String) {
    let headers: Vec<(&str, &str)> = known.map(|etag| ("If-None-Match", etag)).into_iter().collect();
    let reply = request(&process.address, "GET", page, &headers, None).await.expect("the program answers");
    assert_eq!(reply.status, if known.is_some() { 304 } else { 200 });
    let line = reply.head.lines().find(|line| line.to_ascii_lowercase().starts_with("etag:"));
    let etag = line.and_then(|line| line.split_once(':')).map(|(_, etag)| etag.trim().to_owned());
    (reply.body.len(), etag.expect("every page has a tag"))
}

async fn took(work: impl Future<Output = (usize, String)>) -> Duration {
    let begun = Instant::now();
    work.await;
    begun.elapsed()
}
