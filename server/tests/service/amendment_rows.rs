//! Amendments as rows of the matrix: who has them, how they are decided from there, and how they come back in a file.

use std::time::Duration;

use serde_json::{Value, json};

use super::amendments::people::*;
use super::answers::{answers, mark, rows};
use super::harness::{PAPER, Somebody};
use super::imports::{brings, takes_in};
use super::remarks::does;
use super::rounds::{HOUR, opens};

async fn one(somebody: &Somebody) -> Value {
    let mut found = rows(somebody, "?kind=amendment").await;
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

fn whats(brought: &Value) -> Vec<&str> {
    brought["rows"].as_array().unwrap().iter().map(|row| row["what"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn rev75_a_submitted_amendment_is_a_row_with_its_words_and_a_draft_is_in_nobodys_matrix() {
    let room = Room::start().await;
    let draft = room.drafted("Keys open doors.", "Keys open all doors.").await;
    for somebody in [&room.samir, &room.leila, &room.adaeze, &room.ines] {
        assert!(rows(somebody, "").await.is_empty(), "not even in its own component's");
    }
    let remark = room.comments(&room.claire, "Keys", "all", "Which keys?").await;
    room.service.passes(Duration::from_millis(1));
    assert_eq!(room.leila.post(&act(&draft, "submit"), "{}").send().await.status, 200);
    let row = one(&room.claire).await;
    for (field, value) in [
        ("what", json!("amendment")),
        ("id", draft["id"].clone()),
        ("reference", json!("1")),
        ("component", json!("MEWA")),
        ("kind", json!("amendment")),
        ("iso", json!("te")),
        ("chapter_number", json!("1")),
        ("number", json!(2)),
        ("quote", json!("Keys open doors.")),
        ("proposed", json!("Keys open all doors.")),
        ("comment", json!("Doors\nKeys are not enough.")),
        ("answer", json!(null)),
        ("detached", json!(false)),
    ] {
        assert_eq!(row[field], value, "{field}");
    }
    assert!(!row.to_string().contains("Samir"), "who wrote it within the body is not told: {row}");
    let all: Vec<Value> = rows(&room.claire, "").await.iter().map(|row| row["id"].clone()).collect();
    assert_eq!(all, [remark["id"].clone(), draft["id"].clone()], "at the same word the first that came");
    for (query, count) in [
        ("?words=enmienda+1", 1),
        ("?words=Amendment+1", 1),
        ("?words=all+DOORS", 1),
        ("?words=amendment+2", 0),
        ("?kind=substantive", 1),
        ("?state=unanswered&component=MEWA", 1),
        ("?assigned=nobody", 2),
    ] {
        assert_eq!(rows(&room.claire, query).await.len(), count, "{query}");
    }
    let index = room.claire.get(&format!("/api/v1/papers/{PAPER}/matrix/index")).send().await.json();
    assert_eq!(index["kinds"][5], "amendment");
    assert_eq!(index["rows"][1][5], 5);
    let form = "csv&language=en";
    let file =
        room.claire.get(&format!("/api/v1/papers/{PAPER}/matrix/file?format={form}")).send().await.text();
    assert!(file.contains("Amendment 1") && file.contains("Keys open all doors."), "{file}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev75_a_row_shows_the_newest_revision_and_goes_with_its_words() {
    let room = Room::start().await;
    let amendment = room.submitted("Keys open doors.", "").await;
    let row = one(&room.claire).await;
    assert_eq!((&row["quote"], &row["proposed"]), (&json!("Keys open doors."), &json!("")));
    let file = format!("/api/v1/papers/{PAPER}/matrix/file?format=csv&language=es");
    assert!(room.claire.get(&file).send().await.text().contains("[se suprime]"));
    room.writes(&room.samir, branch(&amendment), "Cities welcome everyone.", "All cities welcome everyone.")
        .await;
    assert_eq!(
        one(&room.claire).await["version"],
        row["version"],
        "what is written on the branch shows nowhere"
    );
    let said = json!({ "reason": "And who welcomes." }).to_string();
    assert_eq!(room.leila.post(&act(&amendment, "submit"), &said).send().await.status, 200);
    let row = one(&room.claire).await;
    assert_eq!((&row["number"], &row["comment"]), (&json!(1), &json!("Doors\nAnd who welcomes.")));
    let (text, before) = (room.service.text(), row["paragraph"].clone());
    room.writes(&room.adaeze, text, "Cities", "Towns and cities").await;
    assert_eq!(one(&room.claire).await["paragraph"], before);
}

#[tokio::test(flavor = "multi_thread")]
async fn rev75_in_a_sealed_round_an_amendment_is_no_row_of_others_in_no_list_count_or_file() {
    for visibility in ["sealed_until_close", "rapporteurs_only"] {
        let room = Room::start().await;
        let change = |plan: &mut Value| {
            plan["visibility"] = json!(visibility);
            plan["asks"] = json!(["amendments"]);
        };
        let round = opens(&room.service, &room.ines, &["MEWA", "LYON"], change).await;
        let draft = room.drafted("Keys open doors.", "Keys open all doors.").await;
        let submitted = json!({ "round": round["id"] }).to_string();
        assert_eq!(room.leila.post(&act(&draft, "submit"), &submitted).send().await.status, 200);
        let matrix = format!("/api/v1/papers/{PAPER}/matrix");
        let finds_nothing = async |somebody: &Somebody| {
            let id = draft["id"].as_str().unwrap();
            let mut said = String::new();
            for path in ["", "/index", &format!("/rows?ids={id}"), "/file?format=csv&language=en"] {
                said += &somebody.get(&format!("{matrix}{path}")).send().await.text();
            }
            assert!(!said.contains(id) && !said.contains("all doors"), "{said}");
            let total = &somebody.get(&matrix).send().await.json()["total"];
            assert_eq!(total, 0);
            let answer =
                json!({ "rows": [{ "id": id, "version": 1 }], "outcome": "deferred", "words": "Later." });
            let answered = somebody.post(&format!("{matrix}/answers"), &answer.to_string()).send().await;
            answered.is_refused(404, "not_found");
        };
        finds_nothing(&room.claire).await;
        let rapporteurs = if visibility == "rapporteurs_only" { 1 } else { 0 };
        assert_eq!(rows(&room.jonas, "").await.len(), rapporteurs, "{visibility}");
        assert_eq!(rows(&room.samir, "").await.len(), 1, "its own component has it");
        room.service.passes(7 * HOUR);
        match visibility {
            "rapporteurs_only" => finds_nothing(&room.claire).await,
            _ => assert_eq!(rows(&room.claire, "").await.len(), 1),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rev75_what_came_late_is_a_row_of_those_who_let_it_in_until_they_do() {
    let room = Room::start().await;
    let round =
        opens(&room.service, &room.ines, &["MEWA"], |plan| plan["asks"] = json!(["amendments"])).await;
    let draft = room.drafted("Keys open doors.", "Keys open all doors.").await;
    room.service.passes(6 * HOUR);
    let submitted = json!({ "round": round["id"] }).to_string();
    assert_eq!(room.leila.post(&act(&draft, "submit"), &submitted).send().await.status, 200);
    assert!(rows(&room.claire, "").await.is_empty());
    let row = one(&room.jonas).await;
    assert_eq!(row["may"]["answer"], false);
    answers(&room.jonas, &[&row], "deferred", "Later.").await.is_refused(409, "amendment_late");
    let admitted = room.ines.post(&act(&draft, "admit"), "{\"reason\":\"The line was down.\"}").send().await;
    assert_eq!(admitted.status, 200, "{}", admitted.text());
    assert_eq!(one(&room.claire).await["id"], draft["id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn rev76_from_its_row_an_amendment_is_accepted_by_those_who_decide_and_never_by_its_own() {
    let room = Room::start().await;
    room.submitted("Keys open doors.", "Keys open all doors.").await;
    let row = one(&room.jonas).await;
    assert_eq!((&row["may"]["answer"], &row["may"]["is_own"]), (&json!(true), &json!(false)));
    for (other, code) in [(&room.claire, "not_allowed"), (&room.ines, "not_allowed")] {
        answers(other, &[&row], "accepted", "").await.is_refused(403, code);
    }
    for (outcome, words) in [("modified", "Shorter."), ("partly", "Half."), ("noted", "")] {
        answers(&room.jonas, &[&row], outcome, words).await.is_refused(409, "amendment_on_its_page");
    }
    answers(&room.jonas, &[&row], "not_accepted", " ").await.is_refused(422, "field_invalid");
    let accepted = answers(&room.jonas, &[&row], "accepted", "").await;
    assert_eq!(accepted.status, 201, "{}", accepted.text());
    let accepted = accepted.json();
    assert_eq!(accepted["batch"], Value::Null);
    assert_eq!(accepted["rows"][0]["answer"]["outcome"], "accepted");
    assert_eq!(accepted["rows"][0]["detached"], false, "it stands at its resulting words");
    assert!(room.words().await.contains("Keys open all doors."));
    answers(&room.adaeze, &[&row], "not_accepted", "No.").await.is_refused(409, "amendment_decided");
    let decided = room.audited().await;
    assert!(decided.iter().any(|entry| entry["action"] == "amendment_decided"), "{decided:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev76_who_proposed_or_sponsors_it_does_not_decide_it_from_the_matrix_either() {
    let room = Room::start().await;
    arrives(
        &room.service,
        "Farid Nasser",
        "MEWA",
        crdt::review::permission::Function::Deputy,
        &[crdt::review::permission::Role::Committee],
    )
    .await;
    let farid = room.service.signs_in("farid").await;
    let amendment = room.submitted("Keys open doors.", "Keys open all doors.").await;
    assert_eq!(room.adaeze.post(&act(&amendment, "sponsor"), "{\"sponsor\":true}").send().await.status, 200);
    for somebody in [&farid, &room.adaeze] {
        let row = one(somebody).await;
        assert_eq!((&row["may"]["answer"], &row["may"]["is_own"]), (&json!(false), &json!(true)));
        for outcome in ["accepted", "deferred"] {
            answers(somebody, &[&row], outcome, "Yes.").await.is_refused(403, "own_amendment");
        }
    }
    assert!(!room.words().await.contains("all doors"));
}

#[tokio::test(flavor = "multi_thread")]
async fn rev76_together_with_remarks_amendments_get_what_leaves_the_text_as_it_is_or_stand_in_the_way() {
    let room = Room::start().await;
    room.comments(&room.claire, "welcome", "all", "Whom?").await;
    room.submitted("Keys open doors.", "Keys open all doors.").await;
    let both = rows(&room.jonas, "").await;
    let both: Vec<&Value> = both.iter().collect();
    for outcome in ["accepted", "noted"] {
        let refused = answers(&room.jonas, &both, outcome, "").await;
        refused.is_refused(409, "rows_in_the_way");
        let way = json!([{ "id": both[1]["id"], "code": "amendment_on_its_page" }]);
        assert_eq!(refused.json()["details"]["rows"], way, "{}", refused.text());
    }
    let body = json!({
        "rows": both.iter().map(|row| mark(row)).collect::<Vec<_>>(), "outcome": "accepted", "preview": true
    });
    let seen =
        room.jonas.post(&format!("/api/v1/papers/{PAPER}/matrix/answers"), &body.to_string()).send().await;
    assert_eq!(seen.json()["rows_in_the_way"][0]["code"], "amendment_on_its_page");
    let given = answers(&room.jonas, &both, "deferred", "After the summer.").await;
    assert_eq!(given.status, 201, "{}", given.text());
    let given = given.json();
    let answered = |row: &Value| row["answer"]["outcome"] == "deferred" && row["version"] == 2;
    assert!(given["rows"].as_array().unwrap().iter().all(answered), "{given}");
    let undo = format!("/api/v1/papers/{PAPER}/matrix/answers/{}/undo", given["batch"].as_str().unwrap());
    let undone = room.jonas.post(&undo, "{}").send().await.json();
    assert_eq!((undone["rows"].as_array().unwrap().len(), &undone["left"]), (1, &json!(0)));
    let states: Vec<Value> =
        rows(&room.jonas, "").await.iter().map(|row| row["answer"]["outcome"].clone()).collect();
    assert_eq!(states, [json!(null), json!("deferred")], "a decision on an amendment stands");
    answers(&room.jonas, &both, "overtaken", "Gone.").await.is_refused(409, "rows_in_the_way");
    let row = one(&room.jonas).await;
    assert_eq!(answers(&room.jonas, &[&row], "not_accepted", "It is long.").await.status, 201);
    let row = one(&room.claire).await;
    assert_eq!(row["answer"]["words"], "It is long.");
    assert_eq!(row["earlier"][0]["outcome"], "deferred");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev76_of_two_who_decide_on_one_row_at_once_the_second_is_told_and_one_decision_stands() {
    let room = Room::start().await;
    let amendment = room.submitted("Keys open doors.", "Keys open all doors.").await;
    let row = one(&room.jonas).await;
    let rows = [&row];
    let (one, other) = tokio::join!(
        answers(&room.adaeze, &rows, "accepted", ""),
        answers(&room.jonas, &rows, "not_accepted", "It is long.")
    );
    let (won, lost) = if one.status == 201 { (&one, &other) } else { (&other, &one) };
    assert_eq!(won.status, 201, "{}", won.text());
    lost.is_refused(409, "amendment_decided");
    let seen = room.claire.get(&address(&amendment)).send().await.json();
    assert_eq!(seen["decisions"].as_array().unwrap().len(), 1);
    assert_eq!(room.words().await.contains("all doors"), seen["state"] == "accepted");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev76_an_amendment_is_given_to_a_seat_that_decides_by_who_answers_or_runs_the_review() {
    let room = Room::start().await;
    room.submitted("Keys open doors.", "Keys open all doors.").await;
    let assigns = async |somebody: &Somebody, seat: Value| {
        let row = one(&room.jonas).await;
        let body = json!({ "rows": [mark(&row)], "seat": seat });
        somebody.post(&format!("/api/v1/papers/{PAPER}/matrix/assignments"), &body.to_string()).send().await
    };
    let jonas = json!(room.jonas.seats[0]);
    assigns(&room.claire, jonas.clone()).await.is_refused(403, "not_allowed");
    assigns(&room.ines, json!(room.claire.seats[0])).await.is_refused(422, "field_invalid");
    let assigned = assigns(&room.ines, jonas).await;
    assert_eq!(assigned.json()["rows"][0]["assigned"]["person"], "Jonas Lindqvist", "{}", assigned.text());
    let query = format!("?assigned={}", room.jonas.seats[0]);
    assert_eq!(rows(&room.claire, &query).await.len(), 1);
    assert_eq!(assigns(&room.jonas, Value::Null).await.json()["rows"][0]["assigned"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn rev77_an_amendment_that_comes_back_in_a_file_is_never_doubled() {
    let room = Room::start().await;
    room.submitted("Keys open doors.", "Keys open all doors.").await;
    for format in ["xlsx", "csv", "docx"] {
        let path = format!("/api/v1/papers/{PAPER}/matrix/file?language=es&format={format}");
        let file = room.leila.get(&path).send().await.body;
        assert_eq!(whats(&brings(&room.leila, &file, json!({})).await.json()), ["known"], "{format}");
        let others = brings(&room.claire, &file, json!({})).await.json();
        assert_eq!(whats(&others), ["foreign"], "{format}");
    }
    let csv = "Reference,Type,Comments,Proposed change\n\
        Enmienda 1,,Another reason,Keys open all doors.\n\
        ,,\"Doors Keys are not enough.\",Keys open all doors.\n\
        ,Enmienda,Who pays?,The State pays.\n";
    let brought = brings(&room.leila, csv.as_bytes(), json!({})).await.json();
    assert_eq!(whats(&brought), ["on_its_page", "known", "new"]);
    assert_eq!(brought["rows"][2]["note"], "as-remark");
    assert_eq!(takes_in(&room.leila, &brought).await.json(), json!({ "new": 1, "changed": 0 }));
    let threads = room.leila.get(&format!("/api/v1/papers/{PAPER}/threads")).send().await.json();
    assert_eq!(threads["threads"].as_array().unwrap().len(), 1);
    assert_eq!(room.listed(&room.leila).await.len(), 1);
    let remark = &threads["threads"][0];
    assert_eq!(does(&room.leila, remark, "prepare", json!({ "keep": true })).await.status, 200);
}
