//! The matrix through HTTP: who has which rows, how they are answered, alone and together, and how answers are taken back.

use borrador::app::refusal::Refusal;
use borrador::people::account::{Person, initials};
use borrador::people::directory::Entry;
use borrador::people::seat::Seat;
use crdt::document::Anchor;
use crdt::ids::{PersonId, SeatId};
use crdt::review::permission::{Function, Grant, Role, Scope};
use serde_json::{Value, json};
use uuid::Uuid;

use super::harness::{Answer, PAPER, Service, Somebody};

/// Nadia, rapporteur of the paper, and Claire, focal point of MEWA, have come too.
pub(super) async fn begins() -> (Service, [Somebody; 4]) {
    let service = Service::start().await;
    for (name, code, function, role) in [
        ("Nadia Benali", "AFR", Function::Observer, Some(Role::Rapporteur)),
        ("Claire Vasseur", "MEWA", Function::FocalPoint, None),
    ] {
        let component = service.app.directory.register().component_by_code(code).unwrap().id;
        let person = Person {
            id: PersonId(Uuid::new_v4()),
            name: name.to_owned(),
            initials: initials(name),
            email: format!("{}@example.org", name.split(' ').next().unwrap().to_lowercase()),
            language: "en".to_owned(),
            version: 0,
        };
        let grants = role.map(|role| Grant { scope: Scope::Paper(service.paper().id), role });
        let seat = Seat {
            id: SeatId(Uuid::new_v4()),
            person: person.id,
            component,
            function,
            grants: grants.into_iter().collect(),
            rank: 0,
            ended: false,
            version: 0,
        };
        let entries = vec![Entry::Person(person), Entry::Seat(seat)];
        service.app.directory.enter(|_| Ok::<_, Refusal>((entries, vec![]))).await.unwrap();
    }
    let people = [
        service.signs_in("samir").await,
        service.signs_in("claire").await,
        service.signs_in("adaeze").await,
        service.signs_in("nadia").await,
    ];
    (service, people)
}

/// A remark of somebody on words of the first chapter.
pub(super) async fn remarks(service: &Service, somebody: &Somebody, words: &str, extra: Value) -> Value {
    let text = service.app.live.text(service.text()).await.unwrap();
    let reading = text.read();
    let holds = |(block, _): &(&crdt::document::Block, _)| block.words().contains(words);
    let (block, place) = reading.blocks.iter().zip(&reading.places).find(holds).unwrap();
    let start = place.start + block.words().find(words).unwrap();
    let anchor = Anchor::of(&text, start..start + words.len()).unwrap();
    let mut body = json!({ "anchor": anchor, "paragraph": block.id, "body": "Who pays?" });
    body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    let path = format!("/api/v1/texts/{}/threads", service.text());
    let opened = somebody.post(&path, &body.to_string()).send().await;
    assert_eq!(opened.status, 201, "{}", opened.text());
    opened.json()
}

pub(super) async fn rows(somebody: &Somebody, query: &str) -> Vec<Value> {
    let answer = somebody.get(&format!("/api/v1/papers/{PAPER}/matrix{query}")).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["rows"].as_array().unwrap().clone()
}

pub(super) fn mark(row: &Value) -> Value {
    json!({ "id": row["id"], "version": row["version"] })
}

pub(super) async fn answers(somebody: &Somebody, rows: &[&Value], outcome: &str, words: &str) -> Answer {
    let rows: Vec<Value> = rows.iter().map(|row| mark(row)).collect();
    let body = json!({ "rows": rows, "outcome": outcome, "words": words });
    somebody.post(&format!("/api/v1/papers/{PAPER}/matrix/answers"), &body.to_string()).send().await
}

#[tokio::test(flavor = "multi_thread")]
async fn rev45_a_remark_comes_with_its_kind_and_words_and_is_described_until_it_is_answered() {
    let (service, [samir, claire, adaeze, _]) = begins().await;
    let extra = json!({ "kind": "editorial", "proposed": "greet everyone" });
    let remark = remarks(&service, &samir, "welcome", extra).await;
    let row = &rows(&adaeze, "").await[0];
    assert_eq!((&row["kind"], &row["iso"]), (&json!("editorial"), &json!("ed")));
    assert_eq!((&row["proposed"], &row["quote"]), (&json!("greet everyone"), &json!("welcome")));
    assert_eq!((&row["chapter_number"], &row["number"]), (&json!("1"), &json!(1)));
    assert_eq!(row["may"]["answer"], true);

    let entry = format!("/api/v1/threads/{}/entry", remark["id"].as_str().unwrap());
    let described = json!({ "kind": "evidence", "proposed": "receive everyone" }).to_string();
    adaeze.post(&entry, &described).send().await.is_refused(403, "not_allowed");
    assert_eq!(claire.post(&entry, &described).send().await.status, 200, "of the same component");
    let row = rows(&adaeze, "").await.remove(0);
    assert_eq!((&row["kind"], &row["proposed"]), (&json!("evidence"), &json!("receive everyone")));
    assert_eq!(answers(&adaeze, &[&row], "accepted", "").await.status, 201);
    claire.post(&entry, &described).send().await.is_refused(409, "remark_answered");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev49_everybody_has_the_rows_they_may_read_and_a_private_one_is_in_nobodys() {
    let (service, [samir, claire, adaeze, nadia]) = begins().await;
    remarks(&service, &samir, "welcome", json!({ "body": "For all." })).await;
    remarks(&service, &samir, "everyone", json!({ "body": "For few.", "audience": "rapporteurs" })).await;
    remarks(&service, &samir, "Cities", json!({ "body": "Between us.", "audience": "component" })).await;
    let comments = |rows: Vec<Value>| {
        rows.iter().map(|row| row["comment"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    for (somebody, expected) in [
        (&samir, vec!["For all.", "For few."]),
        (&claire, vec!["For all.", "For few."]),
        (&nadia, vec!["For all.", "For few."]),
        (&adaeze, vec!["For all."]),
    ] {
        let list = somebody.get(&format!("/api/v1/papers/{PAPER}/matrix")).send().await.json();
        assert_eq!(list["total"], expected.len());
        assert_eq!(comments(list["rows"].as_array().unwrap().clone()), expected);
        let index = somebody.get(&format!("/api/v1/papers/{PAPER}/matrix/index")).send().await;
        assert_eq!(index.json()["rows"].as_array().unwrap().len(), expected.len());
    }
    assert!(rows(&adaeze, "?words=few").await.is_empty());
    let few = rows(&samir, "?words=few").await[0]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/papers/{PAPER}/matrix/rows?ids={few}");
    assert_eq!(adaeze.get(&path).send().await.json()["rows"], json!([]));
    assert_eq!(nadia.get(&path).send().await.json()["rows"][0]["comment"], "For few.");
    answers(&adaeze, &[&json!({"id": few, "version": 1})], "noted", "").await.is_refused(404, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev49_rows_follow_their_words_through_the_text() {
    let (service, [samir, _, adaeze, _]) = begins().await;
    remarks(&service, &samir, "Keys open", json!({ "body": "Second." })).await;
    remarks(&service, &samir, "Cities", json!({ "body": "First." })).await;
    let places = async || {
        let rows = rows(&samir, "").await;
        let place = |row: &Value| json!([row["comment"], row["number"], row["detached"]]);
        rows.iter().map(place).collect::<Vec<_>>()
    };
    assert_eq!(places().await, [json!(["First.", 1, false]), json!(["Second.", 2, false])]);
    let put = async |markdown: &str| {
        let path = format!("/api/v1/texts/{}", service.text());
        let heads = adaeze.get(&path).send().await.json()["heads"].clone();
        let body = json!({ "base_heads": heads, "markdown": markdown }).to_string();
        assert_eq!(adaeze.put(&path, &body).send().await.status, 200);
    };
    put("# Housing\n\nA first word.\n\n1. New.\n\n2. Cities welcome everyone.\n\n3. Keys open doors.\n")
        .await;
    assert_eq!(places().await, [json!(["First.", 2, false]), json!(["Second.", 3, false])]);
    put("# Housing\n\nA first word.\n\n1. New.\n\n2. Keys open doors.\n").await;
    assert_eq!(places().await, [json!(["Second.", 2, false]), json!(["First.", null, true])]);
}

#[tokio::test(flavor = "multi_thread")]
async fn rev46_of_two_who_answer_at_once_the_second_is_told_and_earlier_answers_stay_on_record() {
    let (service, [samir, _, adaeze, nadia]) = begins().await;
    remarks(&service, &samir, "welcome", json!({})).await;
    let row = rows(&nadia, "").await.remove(0);
    assert_eq!(answers(&adaeze, &[&row], "deferred", "After Bogotá.").await.status, 201);
    answers(&nadia, &[&row], "partly", "In paragraph 2.").await.is_refused(412, "stale_version");
    let row = rows(&nadia, "").await.remove(0);
    assert_eq!(
        (&row["answer"]["outcome"], &row["answer"]["words"]),
        (&json!("deferred"), &json!("After Bogotá."))
    );
    assert_eq!(answers(&nadia, &[&row], "partly", "In paragraph 2.").await.status, 201);
    let row = rows(&samir, "").await.remove(0);
    assert_eq!(row["answer"]["by"]["person"], "Nadia Benali");
    assert_eq!(row["earlier"][0]["outcome"], "deferred");
    assert_eq!(row["earlier"][0]["by"]["person"], "Adaeze Obi");
    let threads = samir.get(&format!("/api/v1/papers/{PAPER}/threads")).send().await.json();
    assert_eq!(threads["threads"][0]["state"], "resolved", "a final answer settles the thread");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev17_an_answer_says_why_and_where_the_words_stand() {
    let (service, [samir, _, adaeze, _]) = begins().await;
    remarks(&service, &samir, "welcome", json!({})).await;
    let row = rows(&adaeze, "").await.remove(0);
    answers(&adaeze, &[&row], "not_accepted", " ").await.is_refused(422, "field_invalid");
    answers(&adaeze, &[&row], "withdrawn", "").await.is_refused(422, "field_invalid");
    let path = format!("/api/v1/papers/{PAPER}/matrix/answers");
    let with_result = |text: Value| {
        let result = json!({ "text": text, "paragraph": row["paragraph"] });
        json!({ "rows": [mark(&row)], "outcome": "accepted", "result": result }).to_string()
    };
    adaeze.post(&path, &with_result(json!(Uuid::new_v4()))).send().await.is_refused(422, "field_invalid");
    let given = adaeze.post(&path, &with_result(row["text"].clone())).send().await.json();
    assert_eq!(given["rows"][0]["answer"]["result"]["paragraph"], row["paragraph"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn rev51_answers_for_several_are_all_given_or_none_and_what_is_in_the_way_is_named() {
    let (service, [samir, _, adaeze, nadia]) = begins().await;
    for words in ["welcome", "everyone", "Keys"] {
        remarks(&service, &samir, words, json!({})).await;
    }
    remarks(&service, &adaeze, "doors", json!({})).await;
    let all = rows(&adaeze, "").await;
    let [one, two, three, own] = &all[..] else { panic!("four rows") };
    assert_eq!(
        own["may"],
        json!({"answer": false, "is_own": true, "assign": true, "describe": true, "judge": false})
    );
    let refused = answers(&adaeze, &[one, two, own], "noted", "").await;
    refused.is_refused(409, "rows_in_the_way");
    assert_eq!(refused.json()["details"]["rows"], json!([{ "id": own["id"], "code": "own_remark" }]));
    assert!(rows(&adaeze, "?state=noted").await.is_empty());

    let path = format!("/api/v1/papers/{PAPER}/matrix/answers");
    let preview = json!({ "rows": [mark(one), mark(own)], "outcome": "noted", "preview": true }).to_string();
    let foreseen = adaeze.post(&path, &preview).send().await.json();
    assert_eq!(foreseen["rows_in_the_way"], json!([{ "id": own["id"], "code": "own_remark" }]));
    assert!(rows(&adaeze, "?state=noted").await.is_empty(), "a preview changes nothing");

    answers(&nadia, &[two], "accepted", "").await;
    let given = answers(&adaeze, &[one, three], "noted", "Read with thanks.").await;
    assert_eq!(given.status, 201, "{}", given.text());
    assert_eq!(rows(&adaeze, "?state=noted").await.len(), 2);
    answers(&adaeze, &[own], "noted", "").await.is_refused(403, "own_remark");
    answers(&nadia, &[own], "noted", "").await.is_refused(403, "own_remark");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev47_a_bulk_answer_is_taken_back_but_for_what_was_answered_since() {
    let (service, [samir, _, adaeze, nadia]) = begins().await;
    for words in ["welcome", "everyone"] {
        remarks(&service, &samir, words, json!({})).await;
    }
    let before = rows(&adaeze, "").await;
    answers(&adaeze, &[&before[0]], "deferred", "Later.").await;
    let before = rows(&adaeze, "").await;
    let given = answers(&adaeze, &[&before[0], &before[1]], "noted", "").await.json();
    let undo = format!("/api/v1/papers/{PAPER}/matrix/answers/{}/undo", given["batch"].as_str().unwrap());
    nadia.post(&undo, "{}").send().await.is_refused(404, "not_found");
    let other = answers(&nadia, &[&given["rows"][1]], "accepted", "").await;
    assert_eq!(other.status, 201);

    let undone = adaeze.post(&undo, "{}").send().await.json();
    assert_eq!((undone["rows"].as_array().unwrap().len(), &undone["left"]), (1, &json!(1)));
    let after = rows(&adaeze, "").await;
    assert_eq!(after[0]["answer"]["outcome"], "deferred", "what held before holds again");
    assert_eq!(after[0]["earlier"].as_array().unwrap().len(), 2, "both stay on record");
    assert_eq!(after[1]["answer"]["outcome"], "accepted");
    adaeze.post(&undo, "{}").send().await.is_refused(409, "answer_gone");
    let audit = service.app.store.audit(0, 1000).await.unwrap();
    let audit: Vec<Value> = audit.iter().map(|entry| serde_json::from_slice(&entry.json).unwrap()).collect();
    assert!(audit.iter().any(|event| event["action"] == "answers_taken_back"));
    assert!(!audit.iter().any(|event| event.to_string().contains("Later.")), "words are not for the log");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev48_the_component_says_whether_the_answer_will_do() {
    let (service, [samir, claire, adaeze, _]) = begins().await;
    let remark = remarks(&service, &samir, "welcome", json!({})).await;
    let verdict = format!("/api/v1/threads/{}/verdict", remark["id"].as_str().unwrap());
    let not_yet = json!({ "satisfied": false, "words": "Nobody pays yet." }).to_string();
    claire.post(&verdict, &not_yet).send().await.is_refused(409, "answer_gone");
    answers(&adaeze, &[&rows(&adaeze, "").await[0]], "noted", "").await;
    samir.post(&verdict, &not_yet).send().await.is_refused(403, "not_allowed");
    adaeze.post(&verdict, &not_yet).send().await.is_refused(403, "not_allowed");
    claire.post(&verdict, "{\"satisfied\":false}").send().await.is_refused(422, "field_invalid");
    assert_eq!(claire.post(&verdict, &not_yet).send().await.status, 200);
    let row = rows(&adaeze, "").await.remove(0);
    assert_eq!(
        (&row["verdict"]["satisfied"], &row["verdict"]["words"]),
        (&json!(false), &json!("Nobody pays yet."))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rev51_rows_are_given_to_who_may_answer_them() {
    let (service, [samir, _, adaeze, nadia]) = begins().await;
    remarks(&service, &samir, "welcome", json!({})).await;
    let ines = service.signs_in("ines").await;
    let path = format!("/api/v1/papers/{PAPER}/matrix/assignments");
    let row = rows(&ines, "").await.remove(0);
    let to = |seat: Value, row: &Value| json!({ "rows": [mark(row)], "seat": seat }).to_string();
    ines.post(&path, &to(json!(samir.seats[0]), &row)).send().await.is_refused(422, "field_invalid");
    samir.post(&path, &to(Value::Null, &row)).send().await.is_refused(403, "not_allowed");
    let given = ines.post(&path, &to(json!(nadia.seats[0]), &row)).send().await;
    assert_eq!(given.json()["rows"][0]["assigned"]["person"], "Nadia Benali");
    assert_eq!(rows(&adaeze, &format!("?assigned={}", nadia.seats[0])).await.len(), 1);
    assert!(rows(&adaeze, "?assigned=nobody").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn rev50_rows_are_filtered_and_come_in_pages() {
    let (service, [samir, _, adaeze, _]) = begins().await;
    remarks(&service, &samir, "welcome", json!({ "body": "¿Integración?", "kind": "general" })).await;
    remarks(&service, &adaeze, "Keys", json!({ "body": "Which keys?", "kind": "editorial" })).await;
    remarks(&service, &samir, "doors", json!({ "body": "Whose doors?" })).await;
    let count = async |query: &str| rows(&samir, query).await.len();
    assert_eq!(count("?component=MEWA").await, 2);
    assert_eq!(count("?component=MEWA,AFR").await, 3);
    assert_eq!(count("?kind=general,editorial").await, 2);
    assert_eq!(count("?chapter=2").await, 0);
    assert_eq!(count("?words=INTEGRACION").await, 1);
    assert_eq!(count("?state=unanswered&component=AFR").await, 1);
    let by_component = rows(&samir, "?order=component").await;
    assert_eq!(by_component[0]["component"], "AFR");
    for wrong in ["?kind=odd", "?component=NONE", "?order=size", "?assigned=me", "?state=x", "?chapter=99"] {
        let path = format!("/api/v1/papers/{PAPER}/matrix{wrong}");
        samir.get(&path).send().await.is_refused(422, "field_invalid");
    }
    let first = samir.get(&format!("/api/v1/papers/{PAPER}/matrix?limit=2")).send().await.json();
    assert_eq!((first["rows"].as_array().unwrap().len(), &first["total"]), (2, &json!(3)));
    let rest = rows(&samir, &format!("?limit=2&cursor={}", first["next"].as_str().unwrap())).await;
    assert_eq!(rest.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn rev52_the_matrix_goes_out_in_three_kinds_of_files_without_what_the_reader_may_not_see() {
    let (service, [samir, _, adaeze, nadia]) = begins().await;
    remarks(&service, &samir, "welcome", json!({ "body": "=For all", "proposed": "greet" })).await;
    remarks(&service, &samir, "everyone", json!({ "body": "For few.", "audience": "rapporteurs" })).await;
    remarks(&service, &samir, "Cities", json!({ "body": "Between us.", "audience": "component" })).await;
    let row = rows(&nadia, "?words=all").await.remove(0);
    answers(&nadia, &[&row], "partly", "In paragraph 2.").await;
    let lines = async |somebody: &Somebody, query: &str| {
        let file =
            somebody.get(&format!("/api/v1/papers/{PAPER}/matrix/file?language=en&{query}")).send().await;
        assert_eq!(file.status, 200, "{}", file.text());
        assert!(
            file.header("content-disposition")
                .unwrap()
                .starts_with("attachment; filename=\"housing - Matrix")
        );
        let found = borrador::export::tables::read::read(&file.body, Default::default()).unwrap();
        found[0].lines.iter().map(|line| line.cells.clone()).collect::<Vec<_>>()
    };
    for format in ["xlsx", "csv", "docx"] {
        let seen = lines(&adaeze, &format!("format={format}")).await;
        let head = seen.iter().position(|line| line[0].starts_with("Component")).unwrap();
        let [only] = &seen[head + 1..] else { panic!("{format}: {seen:?}") };
        assert_eq!(
            only[..8],
            [
                "MEWA",
                "1",
                "1",
                "Substantive",
                "=For all",
                "greet",
                "Accepted in part: In paragraph 2.",
                "welcome"
            ],
            "{format}"
        );
        assert_eq!(only[11], row["id"].as_str().unwrap(), "{format}");
        assert_eq!(lines(&samir, &format!("format={format}")).await.len(), seen.len() + 1, "{format}");
        assert_eq!(
            lines(&samir, &format!("format={format}&state=partly")).await.len(),
            seen.len(),
            "{format}"
        );
    }
    for wrong in
        ["format=pdf&language=en", "format=csv&language=tlh", "language=en", "format=csv&language=en&kind=x"]
    {
        let path = format!("/api/v1/papers/{PAPER}/matrix/file?{wrong}");
        samir.get(&path).send().await.is_refused(422, "field_invalid");
    }
}
