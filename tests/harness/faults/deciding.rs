//! `kill -9` while amendments are being decided, again and again (REV40).
//!
//! An accepted amendment is two things: a decision on record and words in everybody's text. Whenever the program dies, there must be both or
//! neither; and both, if whoever decided was answered.

use std::path::Path;

use crdt::ids::TextId;
use crdt::sync::wire::document_id;
use fastrand::Rng;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::crew::moment_in;
use super::killing::{is_whole, seals};
use crate::guest::Guest;
use crate::process::{PAPER, Process, SignedIn};

/// Amendments of one cycle, each in a chapter of its own.
const AT_ONCE: usize = 4;

/// What one cycle found.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cycle {
    /// How long after the first decision was sent the program was killed.
    pub killed_after_ms: u64,
    /// Decisions that were answered with success.
    pub answered: usize,
    /// Amendments that are accepted afterwards.
    pub accepted: usize,
    /// Accepted without their words in the text, or words without a decision.
    pub halves: usize,
    /// Answered, and not accepted.
    pub lost: usize,
}

/// An amendment of the cycle.
struct Proposed {
    id: String,
    text: String,
    /// Words that stand nowhere else.
    words: String,
}

/// Decides and kills on one data folder, and hands each cycle's result to `report`.
///
/// # Panics
/// If the program does not start again, or `borrador check` finds anything wrong.
pub async fn decide_again_and_again(data: &Path, cycles: usize, seed: u64, mut report: impl FnMut(&Cycle)) {
    let mut chance = Rng::with_seed(seed);
    let mut process = Process::start(data);
    let adaeze = process.signs_in("adaeze.obi@example.org").await;
    let marta = process.signs_in("marta.roca@example.org").await;
    let ines = process.signs_in("ines.duarte@example.org").await;
    seals(&process, &ines).await;
    for cycle in 0..cycles {
        let proposed = proposes(&process, &adaeze, cycle).await;
        let mut deciding = JoinSet::new();
        for Proposed { id, .. } in &proposed {
            let path = format!("/api/v1/amendments/{id}/decide");
            let decided = process.tries_to_post(&marta, &path, json!({ "outcome": "accepted", "words": "" }));
            let id = id.clone();
            deciding.spawn(async move { (id, decided.await) });
        }
        let killed_after_ms = chance.u64(0..60);
        moment_in(killed_after_ms).await;
        process.is_killed();
        // Whoever was not answered does not know, and the promise is made to those who were.
        let answers = deciding.join_all().await;
        process = Process::start(data);
        let mut found = Cycle { killed_after_ms, ..Cycle::default() };
        for each in &proposed {
            let was_answered = answers.iter().any(|(id, status)| *id == each.id && *status == Some(200));
            let (is_accepted, has_words) = stands(&process, &adaeze, each).await;
            found.answered += usize::from(was_answered);
            found.accepted += usize::from(is_accepted);
            found.halves += usize::from(is_accepted != has_words);
            found.lost += usize::from(was_answered && !is_accepted);
        }
        is_whole(data);
        report(&found);
    }
}

/// Adaeze proposes in the name of her section, in several chapters.
async fn proposes(process: &Process, adaeze: &SignedIn, cycle: usize) -> Vec<Proposed> {
    let paper = process.gets(adaeze, &format!("/api/v1/papers/{PAPER}")).await;
    let chapters = paper["chapters"].as_array().expect("a paper has chapters");
    let mut proposed = Vec::new();
    for chapter in chapters.iter().take(AT_ONCE) {
        let text = word(&chapter["texts"]["es"]["id"]);
        let said = json!({ "title": "Una palabra", "reason": "Hace falta." });
        let draft = process.posts(adaeze, &format!("/api/v1/texts/{text}/amendments"), &said).await;
        let branch: TextId = word(&draft["draft"]["text"]).parse().expect("a draft has a branch");
        let words = format!("palabra{cycle}en{}", proposed.len());
        let mut guest = process.guest("Adaeze", adaeze, &document_id(branch));
        guest.enters(process.socket(adaeze).await).await;
        guest.writes(|desk| desk.types_at(1, &format!("{words} "))).await;
        guest.hears_until(Guest::is_saved).await;
        let id = word(&draft["id"]);
        process.posts(adaeze, &format!("/api/v1/amendments/{id}/submit"), &json!({})).await;
        proposed.push(Proposed { id, text, words });
    }
    proposed
}

/// Is it accepted, and are its words in the text?
async fn stands(process: &Process, who: &SignedIn, proposed: &Proposed) -> (bool, bool) {
    let amendment = process.gets(who, &format!("/api/v1/amendments/{}", proposed.id)).await;
    let text = process.gets(who, &format!("/api/v1/texts/{}", proposed.text)).await;
    let is_accepted = amendment["state"] == "accepted";
    assert!(is_accepted || amendment["state"] == "submitted", "{amendment}");
    (is_accepted, text["blocks"].to_string().contains(&proposed.words))
}

#[track_caller]
fn word(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("words, not {value}")).to_owned()
}
