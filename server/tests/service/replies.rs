//! REV74 through HTTP: what each component is answered, who reads it, its files, and the annex on who was asked.

use borrador::app::rights::PenAct;
use serde_json::{Value, json};

use super::amendments::people::{Room, act, decision};
use super::harness::{PAPER, Service, Somebody};
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
    file("docx").send().await.is_refused(422, "field_invalid");
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
