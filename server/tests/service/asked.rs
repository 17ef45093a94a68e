//! REV74 through HTTP: the annex on who was asked, who answered, who was silent.

use borrador::app::zone::Zone;
use serde_json::{Value, json};

use super::exports::document_of;
use super::harness::{PAPER, Service, Somebody};
use super::privacy::everything::words;
use super::remarks::{amina, does, remarks, sends};
use super::rounds::{HOUR, opens, sealed};

/// The file of a sealed draft in English, as this person gets it.
async fn markdown(somebody: &Somebody, milestone: &Value) -> String {
    let at = format!("/api/v1/milestones/{}/files/en.md", milestone.as_str().unwrap());
    somebody.get(&at).send().await.text()
}

/// What stands in it behind the title of the annex.
async fn annex(somebody: &Somebody, milestone: &Value) -> String {
    let words = markdown(somebody, milestone).await;
    words.split("Who was asked, who answered, who was silent").nth(1).expect("there is an annex").to_owned()
}

/// Somebody says this of the whole draft of the round.
async fn says(somebody: &Somebody, round: &Value, stance: &str) -> Value {
    let body = json!({
        "milestone": round["milestone"], "subject": { "on": "paper" }, "stance": stance,
        "words": if stance == "reservation" { "Rent is left out." } else { "" },
    });
    let taken = somebody.post(&format!("/api/v1/papers/{PAPER}/positions"), &body.to_string()).send().await;
    assert_eq!(taken.status, 201, "{}", taken.text());
    taken.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn rev74_behind_the_next_sealed_draft_stands_who_was_asked_who_answered_and_who_was_silent() {
    let service = Service::start().await;
    let [ines, adaeze] = [service.signs_in("ines").await, service.signs_in("adaeze").await];
    let amina = amina(&service).await;
    let round = opens(&service, &ines, &["AFR", "MEWA"], |_| {}).await;
    let remark = remarks(&service, &amina, "Say who pays.").await;
    let kept = does(&adaeze, &remark, "prepare", json!({ "keep": true })).await.json();
    assert_eq!(sends(&adaeze, &round, &[&kept]).await.status, 201);
    says(&adaeze, &round, "reservation").await;
    says(&adaeze, &round, "supports").await;

    let running = sealed(&ines, "While it runs").await;
    service.passes(7 * HOUR);
    let after = sealed(&ines, "Quito draft").await;
    assert!(
        !markdown(&ines, &running).await.contains("Who was asked"),
        "nobody was silent while there was time"
    );
    let words = markdown(&ines, &after).await;
    let annex = words.split("Who was asked, who answered, who was silent").nth(1).expect("there is an annex");
    let (answered, silent) = annex.split_once("Asked and silent: 1").unwrap();
    assert!(answered.contains("Second reading") && answered.contains("Answered: 1"), "{annex}");
    assert!(answered.contains("AFR: remarks: 1, positions: 1"), "{annex}");
    assert!(silent.contains("MEWA") && !silent.contains("AFR"), "{annex}");
    assert_eq!(markdown(&ines, &after).await, words, "the same whenever it is asked for");
}

#[tokio::test(flavor = "multi_thread")]
async fn ren34_annexes_have_letters_in_their_order_whichever_of_them_there_are() {
    let service = Service::start().await;
    let [ines, adaeze] = [service.signs_in("ines").await, service.signs_in("adaeze").await];
    opens(&service, &ines, &["AFR", "MEWA"], |_| {}).await;
    service.passes(7 * HOUR);
    let draft = sealed(&ines, "Quito draft").await;
    assert_eq!(numbers(&ines, &draft).await, ["1", "2", "A"], "who was silent");
    says(&adaeze, &json!({ "milestone": draft }), "reservation").await;
    assert_eq!(numbers(&ines, &draft).await, ["1", "2", "A", "B"], "and before it, what AFR reserves");
}

/// The numbers of the chapters in a draft's Word file.
async fn numbers(somebody: &Somebody, milestone: &Value) -> Vec<String> {
    let at = format!("/api/v1/milestones/{}/files/en.docx", milestone.as_str().unwrap());
    let document = document_of(&somebody.get(&at).send().await.body);
    let titles = document.split("<w:rStyle w:val=\"ChapterNumber\"/>").skip(1);
    let words = |title: &str| {
        let (_, from) = title.split_once("<w:t").unwrap();
        let (words, _) = from.split_once('>').unwrap().1.split_once("</w:t>").unwrap();
        words.to_owned()
    };
    titles.map(words).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn rev74_who_lifted_what_it_had_said_was_silent_and_who_was_closed_by_then_is_said_to_be() {
    let service = Service::start().await;
    let [ines, adaeze] = [service.signs_in("ines").await, service.signs_in("adaeze").await];
    let round = opens(&service, &ines, &["AFR", "MEWA", "SEC"], |_| {}).await;
    says(&adaeze, &round, "reservation").await;
    let said = says(&adaeze, &round, "supports").await;
    let lift = format!("/api/v1/papers/{PAPER}/positions/{}/lift", said["id"].as_str().unwrap());
    assert_eq!(adaeze.post(&lift, "{}").send().await.status, 200);
    service.passes(HOUR);
    let mewa = service.app.directory.register().component_by_code("MEWA").unwrap().id;
    let set = async |act: &str| {
        let done = ines.post(&format!("/api/v1/components/{mewa}/{act}"), "{}").send().await;
        assert!(done.status < 300, "{}", done.text());
    };
    set("close").await;
    let coverage = ines.get(&format!("/api/v1/rounds/{}/coverage", round["id"].as_str().unwrap()));
    let coverage = coverage.send().await.json();
    let answered: Vec<&Value> =
        coverage["components"].as_array().unwrap().iter().map(|each| &each["has_answered"]).collect();
    assert_eq!(answered, [&json!(false), &json!(false)], "AFR and SEC: {coverage}");
    service.passes(6 * HOUR);
    set("open").await;
    let after = sealed(&ines, "Quito draft").await;
    let annex = annex(&ines, &after).await;
    let (silent, closed) = annex.split_once("Closed before the round was over: 1").expect(&annex);
    assert!(silent.contains("Answered: 0") && silent.contains("Asked and silent: 2"), "{annex}");
    assert!(!silent.contains("MEWA") && closed.contains("MEWA: closed on 21 September 2016"), "{annex}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_round_that_closes_a_minute_before_midnight_in_bogota_closes_on_that_day_in_every_file() {
    let service = Service::with(|settings| settings.time_zone = Zone::named("America/Bogota").unwrap()).await;
    let ines = service.signs_in("ines").await;
    let round = opens(&service, &ines, &["AFR"], |plan| plan["closes"] = json!("2016-09-24T04:59:00Z")).await;
    // Sessions end meanwhile: they come again at 22:42 of the last day there.
    service.passes(67 * HOUR);
    let [ines, adaeze] = [service.signs_in("ines").await, service.signs_in("adaeze").await];
    says(&adaeze, &round, "reservation").await;
    let about = round["id"].as_str().unwrap();
    let afr = service.app.directory.register().component_by_code("AFR").unwrap().id;
    for path in [
        format!("/api/v1/rounds/{about}/answers/{afr}/file?language=en&format=md"),
        format!("/api/v1/papers/{PAPER}/matrix/file?language=en&format=docx"),
        format!("/api/v1/rounds/{about}/coverage/file?language=en&format=docx"),
    ] {
        let file = ines.get(&path).send().await;
        assert_eq!(file.status, 200, "{path}: {}", file.text());
        let words = words(&file);
        assert!(words.contains("23 September 2016") && !words.contains("24 September"), "{path}: {words}");
    }
    service.passes(2 * HOUR);
    let draft = sealed(&ines, "Quito draft").await;
    let annex = annex(&ines, &draft).await;
    assert!(annex.contains("from 21 September 2016 to 23 September 2016"), "{annex}");
    let printed = markdown(&ines, &draft).await;
    assert!(printed.contains("date: \"2016-09-24\""), "sealed after midnight there: {printed}");
    assert!(printed.contains("Taken on 23 September 2016"), "{printed}");
}
