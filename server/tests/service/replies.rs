//! REV74 through HTTP: what each component is answered, who reads it, its files, and the annex on who was asked.

use std::time::Duration;

use borrador::app::rights::PenAct;
use serde_json::{Value, json};

use super::amendments::people::{Room, act, decision};
use super::harness::{PAPER, Service, Somebody};
use super::positions::changes_the_first_chapter;
use super::remarks::{amina, does, remarks, sends};
use super::rounds::{HOUR, opens};

/// A round in which AFR sent two remarks of Amina's, and Samir, who holds the pen, answered the first.
struct Story {
    service: Service,
    ines: Somebody,
    adaeze: Somebody,
    samir: Somebody,
    round: Value,
}

impl Story {
    async fn told(change: impl FnOnce(&mut Value)) -> Self {
        let service = Service::start().await;
        let [ines, adaeze, samir] = [
            service.signs_in("ines").await,
            service.signs_in("adaeze").await,
            service.signs_in("samir").await,
        ];
        let amina = amina(&service).await;
        let round = opens(&service, &ines, &["AFR", "MEWA"], change).await;
        let mut kept = Vec::new();
        for words in ["Say who pays.", "Say it in one sentence."] {
            let remark = remarks(&service, &amina, words).await;
            let talk = does(&adaeze, &remark, "comments", json!({ "body": "Between us: too blunt?" })).await;
            kept.push(does(&adaeze, &talk.json(), "prepare", json!({ "keep": true })).await.json());
        }
        let sent = sends(&adaeze, &round, &kept.iter().collect::<Vec<_>>()).await;
        assert_eq!(sent.status, 201, "{}", sent.text());
        Self { service, ines, adaeze, samir, round }
    }

    /// Samir is given the pen and answers the first remark.
    async fn answered(&self) {
        let pen = PenAct { seat: self.samir.seats[0], chapter: None, give: true };
        let paper = self.service.paper();
        self.service.app.act_on_pen(self.ines.seats[0], paper.id, None, pen).await.unwrap();
        let rows = self.samir.get(&format!("/api/v1/papers/{PAPER}/matrix")).send().await.json();
        let row =
            rows["rows"].as_array().unwrap().iter().find(|row| row["comment"] == "Say who pays.").unwrap();
        let body = json!({
            "rows": [{ "id": row["id"], "version": row["version"] }], "outcome": "modified",
            "words": "The State and the city, in that order.",
            "result": { "text": self.service.text(), "paragraph": row["paragraph"] },
        });
        let given = self
            .samir
            .post(&format!("/api/v1/papers/{PAPER}/matrix/answers"), &body.to_string())
            .send()
            .await;
        assert_eq!(given.status, 201, "{}", given.text());
    }

    fn at(&self, code: &str) -> String {
        let component = self.service.app.directory.register().component_by_code(code).unwrap().id;
        format!("/api/v1/rounds/{}/answers/{component}", self.round["id"].as_str().unwrap())
    }

    /// Adaeze says something in the name of AFR of the draft of the round.
    async fn says(&self, subject: Value, stance: &str, words: &str, way_out: &str) -> Value {
        let body = json!({
            "milestone": self.round["milestone"], "subject": subject, "stance": stance, "words": words, "way_out": way_out,
        });
        let taken =
            self.adaeze.post(&format!("/api/v1/papers/{PAPER}/positions"), &body.to_string()).send().await;
        assert_eq!(taken.status, 201, "{}", taken.text());
        self.service.passes(Duration::from_mins(1));
        taken.json()
    }

    /// What somebody reads of the positions of AFR in the answer to it: what it is about, stance and fate of each.
    async fn positions(&self, somebody: &Somebody) -> Vec<[String; 3]> {
        let reply = somebody.get(&self.at("AFR")).send().await.json();
        let word = |value: &Value| value.as_str().unwrap().to_owned();
        let three = |each: &Value| [word(&each["on"]), word(&each["stance"]), word(&each["fate"])];
        reply["positions"].as_array().unwrap().iter().map(three).collect()
    }

    /// Code, sent, answered of each component whose answer somebody may have.
    async fn tallies(&self, somebody: &Somebody) -> Vec<(String, u64, u64)> {
        let at = format!("/api/v1/rounds/{}/answers", self.round["id"].as_str().unwrap());
        let listed = somebody.get(&at).send().await.json();
        let register = self.service.app.directory.register();
        let tally = |each: &Value| {
            let id = each["component_id"].as_str().unwrap().parse().unwrap();
            let code = register.component(id).unwrap().code.clone();
            (code, each["sent"].as_u64().unwrap(), each["answered"].as_u64().unwrap())
        };
        listed["answers"].as_array().unwrap().iter().map(tally).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rev74_afr_reads_what_became_of_everything_it_sent_and_why_with_the_way_to_the_resulting_words() {
    let story = Story::told(|_| {}).await;
    story.answered().await;
    let reply = story.adaeze.get(&story.at("AFR")).send().await.json();
    let items = reply["items"].as_array().unwrap();
    assert_eq!(items.len(), 2);
    let answer = &items[0]["answer"];
    assert_eq!(
        (&items[0]["said"], &answer["outcome"], &answer["words"]),
        (&json!("Say who pays."), &json!("modified"), &json!("The State and the city, in that order."))
    );
    assert_eq!(
        (&answer["by"]["person"], &answer["result"]["chapter_number"]),
        (&json!("Samir Haddad"), &json!("1"))
    );
    assert_eq!(items[1]["answer"], Value::Null);
    assert_eq!(story.tallies(&story.adaeze).await, [("AFR".to_owned(), 2, 1)], "only its own");
    let reader = story.service.signs_in("olga").await;
    assert_eq!(reader.get(&story.at("AFR")).send().await.status, 200, "everybody of the component reads it");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev74_another_component_has_no_answer_of_afr_and_whoever_runs_the_round_has_all() {
    let story = Story::told(|_| {}).await;
    story.answered().await;
    story.samir.get(&story.at("AFR")).send().await.is_refused(404, "not_found");
    let file = format!("{}/file?language=en&format=md", story.at("AFR"));
    story.samir.get(&file).send().await.is_refused(404, "not_found");
    assert_eq!(story.tallies(&story.samir).await, [("MEWA".to_owned(), 0, 0)]);
    assert_eq!(story.tallies(&story.ines).await, [("AFR".to_owned(), 2, 1), ("MEWA".to_owned(), 0, 0)]);
    assert_eq!(story.ines.get(&story.at("AFR")).send().await.json()["items"].as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn rev74_what_a_sealed_round_hides_is_in_no_answer_either_until_it_closes() {
    let story = Story::told(|plan| plan["visibility"] = json!("sealed_until_close")).await;
    assert_eq!(story.tallies(&story.ines).await, [("AFR".to_owned(), 0, 0), ("MEWA".to_owned(), 0, 0)]);
    assert_eq!(story.ines.get(&story.at("AFR")).send().await.json()["items"], json!([]));
    assert_eq!(story.tallies(&story.adaeze).await, [("AFR".to_owned(), 2, 0)]);
    story.service.passes(7 * HOUR);
    assert_eq!(story.tallies(&story.ines).await[0], ("AFR".to_owned(), 2, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn rev82_the_answer_says_of_each_position_what_became_of_it() {
    let story = Story::told(|_| {}).await;
    let chapter = json!({ "on": "chapter", "chapter": story.service.paper().chapters[0].id });
    story.says(chapter, "can_live_with", "", "").await;
    let paper = || json!({ "on": "paper" });
    story.says(paper(), "objects", "Small towns are left out.", "Cities and small towns.").await;
    story.says(paper(), "reservation", "Rent is left out.", "").await;
    let row = |on: &str, stance: &str, fate: &str| [on, stance, fate].map(str::to_owned);
    let objected = row("paper", "objects", "replaced");
    assert_eq!(
        story.positions(&story.ines).await,
        [objected.clone(), row("paper", "reservation", "stands"), row("chapter", "can_live_with", "stands"),]
    );
    changes_the_first_chapter(&story.service, &story.adaeze).await;
    let lift = story.adaeze.get(&format!("/api/v1/papers/{PAPER}/positions")).send().await.json();
    let on_paper = lift["positions"].as_array().unwrap().iter().find(|each| each["subject"]["on"] == "paper");
    let path = format!("/api/v1/papers/{PAPER}/positions/{}/lift", on_paper.unwrap()["id"].as_str().unwrap());
    assert_eq!(story.adaeze.post(&path, "{}").send().await.status, 200);
    assert_eq!(
        story.positions(&story.ines).await,
        [objected, row("paper", "reservation", "lifted"), row("chapter", "can_live_with", "to_reconfirm"),]
    );
    let reply = story.ines.get(&story.at("AFR")).send().await.json();
    let [first, _, last] = &reply["positions"].as_array().unwrap()[..] else { panic!("{reply}") };
    assert_eq!(
        (&first["way_out"], &first["replaced_by"], &first["draft"]),
        (&json!("Cities and small towns."), &json!("reservation"), &json!("Bogotá draft"))
    );
    assert_eq!((&last["chapter_number"], &last["changed_chapters"]), (&json!("1"), &json!(["1"])));
    let tallies = story.ines.get(story.at("AFR").rsplit_once('/').unwrap().0).send().await.json();
    assert_eq!(tallies["answers"][0]["positions"], 1, "the lifted one is not counted");
    let file =
        story.adaeze.get(&format!("{}/file?language=es&format=md", story.at("AFR"))).send().await.text();
    for part in [
        "Respuestas\u{a0}para: ",
        "Posiciones: 3.",
        "Posición sobre todo el documento",
        "Small towns are left out.",
        "Texto que la levantaría:",
        "Cities and small towns.",
        "Sustituida el 21 de septiembre de 2016 por otra posterior: Reserva.",
        "Levantada por el componente el 21 de septiembre de 2016.",
        "Posición sobre el capítulo 1",
        "Por reconfirmar",
    ] {
        assert!(file.contains(part), "{part} is missing in {file}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rev82_a_position_that_comes_late_waits_in_the_answer_and_one_that_is_sealed_is_in_none_but_its_own()
{
    let story = Story::told(|plan| plan["visibility"] = json!("sealed_until_close")).await;
    story.says(json!({ "on": "paper" }), "supports", "", "").await;
    let row = |stance: &str, fate: &str| ["paper", stance, fate].map(str::to_owned);
    assert_eq!(story.positions(&story.ines).await, Vec::<[String; 3]>::new());
    assert_eq!(story.positions(&story.adaeze).await, [row("supports", "stands")]);
    story.service.passes(7 * HOUR);
    let late = story.says(json!({ "on": "paper" }), "reservation", "Rent is left out.", "").await;
    assert_eq!(late["waiting"]["late"], "waiting");
    for reader in [&story.ines, &story.adaeze] {
        assert_eq!(story.positions(reader).await, [row("supports", "stands"), row("reservation", "waits")]);
    }
    let path = format!("/api/v1/papers/{PAPER}/positions/{}/admit", late["id"].as_str().unwrap());
    story.ines.post(&path, &json!({ "reason": "A holiday." }).to_string()).send().await;
    let both = [row("supports", "replaced"), row("reservation", "stands")];
    assert_eq!(story.positions(&story.adaeze).await, both);
}

#[tokio::test(flavor = "multi_thread")]
async fn rev74_the_answer_is_a_file_too_and_what_was_said_inside_is_not_in_it() {
    let story = Story::told(|_| {}).await;
    story.answered().await;
    let file =
        |format: &str| story.adaeze.get(&format!("{}/file?language=en&format={format}", story.at("AFR")));
    let markdown = file("md").send().await;
    assert_eq!(markdown.status, 200, "{}", markdown.text());
    let words = markdown.text();
    for part in [
        "Answers to",
        "Say who pays.",
        "Accepted in other words",
        "The State and the city",
        "Samir Haddad",
        "Not yet answered",
        "/papers/housing/en/1#p-",
    ] {
        assert!(words.contains(part), "{part} is missing in {words}");
    }
    assert!(!words.contains("blunt") && !words.contains("Amina"), "{words}");
    let name = markdown.header("content-disposition").unwrap();
    assert!(name.contains("AFR"), "{name}");
    assert_eq!(file("pdf").send().await.body, b"%PDF");
    assert_eq!(file("docx").send().await.status, 200);
    file("odt").send().await.is_refused(422, "field_invalid");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev74_an_amendment_is_answered_with_the_words_it_would_change_on_the_page_and_in_the_file() {
    let room = Room::start().await;
    let round =
        opens(&room.service, &room.ines, &["MEWA"], |plan| plan["asks"] = json!(["amendments"])).await;
    let draft = room.drafted("Keys open doors.", "Keys open all doors.").await;
    let sent = json!({ "round": round["id"] }).to_string();
    assert_eq!(room.leila.post(&act(&draft, "submit"), &sent).send().await.status, 200);
    room.adaeze.post(&act(&draft, "decide"), &decision("not_accepted", "Some stay shut.")).send().await;
    let mewa = room.service.app.directory.register().component_by_code("MEWA").unwrap().id;
    let at = format!("/api/v1/rounds/{}/answers/{mewa}", round["id"].as_str().unwrap());
    let item = room.leila.get(&at).send().await.json()["items"][0].clone();
    let runs = item["redline"][0]["runs"].as_array().unwrap().clone();
    let inserted: Vec<&Value> = runs.iter().filter(|run| run["change"] == "inserted").collect();
    assert_eq!(inserted[0]["text"], "all ");
    assert_eq!(item["redline"][0]["number"], 2, "as the paper counts");
    let file = room.leila.get(&format!("{at}/file?language=en&format=md")).send().await.text();
    for part in ["Where it says", "Keys open doors.", "It should say", "**all", "Some stay shut."] {
        assert!(file.contains(part), "{part} is missing in {file}");
    }
    room.claire.get(&at).send().await.is_refused(404, "not_found");
}
