//! How long the PDF of a paper takes: the first time, again, and after a word has changed.
//!
//! ```text
//! cargo run --release -p borrador-pdf --example pdf_times [-- FILE.json [ROUNDS]]
//! ```
//!
//! FILE holds the `data` of a job (default: the Spanish paper of `fixtures/render`). Each figure is the
//! median of ROUNDS (default 5). A round begins with an empty memory, so that its first printing is a first
//! one; faces and template stay loaded, as in the worker.

use std::error::Error;
use std::time::{Duration, Instant};

use borrador_pdf::job::Job;
use borrador_pdf::press::Press;
use serde_json::{Value, json};
use typst::comemo;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().unwrap_or_else(|| {
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/render/paper.es.json").into()
    });
    let rounds: usize = arguments.next().map_or(Ok(5), |rounds| rounds.parse())?;
    let paper: Value = serde_json::from_str(&std::fs::read_to_string(&file)?)?;
    let changed = with_one_word_more(paper.clone())?;

    let loading = Instant::now();
    let mut press = Press::new();
    println!("faces and template   {:>7.1} ms", milliseconds(loading.elapsed()));

    let mut times = [const { Vec::new() }; 3];
    let mut size = 0;
    for _ in 0..rounds {
        comemo::evict(0);
        for (nth, data) in [&paper, &paper, &changed].into_iter().enumerate() {
            let job = Job::from_json(&serde_json::to_vec(
                &json!({"ident": "urn:borrador:times", "timestamp": "2016-09-30T10:00:00Z", "data": data}),
            )?)?;
            let start = Instant::now();
            size = press.print(job)?.len();
            times[nth].push(start.elapsed());
        }
    }
    for (name, mut times) in ["first", "again", "after a change"].into_iter().zip(times) {
        times.sort();
        println!("{name:<20} {:>7.1} ms", milliseconds(times[rounds / 2]));
    }
    println!("{} kB, median of {rounds} rounds", size / 1024);
    Ok(())
}

/// Adds a word at the end of the paragraph in the middle of the paper.
fn with_one_word_more(mut paper: Value) -> Result<Value, Box<dyn Error>> {
    let blocks = paper["blocks"].as_array_mut().ok_or("the file has no `blocks`")?;
    let mut paragraphs: Vec<&mut Value> = blocks.iter_mut().filter(|block| block["t"] == "p").collect();
    let middle = paragraphs.len() / 2;
    let paragraph = paragraphs.get_mut(middle).ok_or("the file has no paragraph")?;
    paragraph["c"]
        .as_array_mut()
        .ok_or("a paragraph has no words")?
        .push(json!({"t": "s", "v": " También."}));
    Ok(paper)
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
