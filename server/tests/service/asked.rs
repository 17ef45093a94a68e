//! REV74 through HTTP: the annex on who was asked, who answered, who was silent.

use serde_json::{Value, json};

use super::harness::{PAPER, Service};
use super::remarks::{amina, does, remarks, sends};
use super::rounds::{HOUR, opens, sealed};

#[tokio::test(flavor = "multi_thread")]
async fn rev74_behind_the_next_sealed_draft_stands_who_was_asked_who_answered_and_who_was_silent() {
    let service = Service::start().await;
    let [ines, adaeze] = [service.signs_in("ines").await, service.signs_in("adaeze").await];
    let amina = amina(&service).await;
    let round = opens(&service, &ines, &["AFR", "MEWA"], |_| {}).await;
    let remark = remarks(&service, &amina, "Say who pays.").await;
    let kept = does(&adaeze, &remark, "prepare", json!({ "keep": true })).await.json();
    assert_eq!(sends(&adaeze, &round, &[&kept]).await.status, 201);
    let position =
        json!({ "milestone": round["milestone"], "subject": { "on": "paper" }, "stance": "supports" });
    let taken = adaeze.post(&format!("/api/v1/papers/{PAPER}/positions"), &position.to_string()).send().await;
    assert!(taken.status < 300, "{}", taken.text());

    let markdown = async |milestone: &Value| {
        let at = format!("/api/v1/milestones/{}/files/en.md", milestone.as_str().unwrap());
        ines.get(&at).send().await.text()
    };
    let running = sealed(&ines, "While it runs").await;
    service.passes(7 * HOUR);
    let after = sealed(&ines, "Quito draft").await;
    assert!(!markdown(&running).await.contains("Who was asked"), "nobody was silent while there was time");
    let words = markdown(&after).await;
    let annex = words.split("Who was asked, who answered, who was silent").nth(1).expect("there is an annex");
    let (answered, silent) = annex.split_once("Asked and silent: 1").unwrap();
    assert!(answered.contains("Second reading") && answered.contains("Answered: 1"), "{annex}");
    assert!(answered.contains("AFR: remarks: 1, positions: 1"), "{annex}");
    assert!(silent.contains("MEWA") && !silent.contains("AFR"), "{annex}");
    assert_eq!(markdown(&after).await, words, "the same whenever it is asked for");
}
