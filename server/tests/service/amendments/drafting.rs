//! A draft is known to its component alone, and what it is submitted as holds nothing of how it came about.

use crdt::review::permission::{Function, Role};
use serde_json::{Value, json};

use super::people::*;
use crate::harness::PAPER;
use crate::news::Stream;
use crate::socket::Socket;

#[tokio::test(flavor = "multi_thread")]
async fn rev35_a_draft_exists_for_its_component_alone() {
    let room = Room::start().await;
    let mut news = Stream::of(&room.claire).await;
    let draft = room.drafted("Keys open doors.", "Keys open doors for all.").await;
    assert_eq!(
        (&draft["state"], &draft["number"], &draft["redline"]),
        (&json!("draft"), &json!(null), &json!([]))
    );
    assert_eq!(room.listed(&room.samir).await.len(), 1);
    assert_eq!(room.listed(&room.leila).await.len(), 1);
    let nowhere = "/api/v1/amendments/00000000-0000-4000-8000-000000000000";
    for other in [&room.claire, &room.ines, &room.jonas, &room.adaeze] {
        assert_eq!(room.listed(other).await, Vec::<Value>::new());
        for rest in ["", "/revisions/1"] {
            let mut answers = [
                other.get(&format!("{}{rest}", address(&draft))).send().await.json(),
                other.get(&format!("{nowhere}{rest}")).send().await.json(),
            ];
            answers.iter_mut().for_each(|problem| problem["request_id"] = Value::Null);
            assert_eq!(answers[0], answers[1]);
            assert_eq!(answers[0]["code"], "not_found");
        }
        let acts: [(&str, &str); 9] = [
            ("ready", "{\"ready\":true}"),
            ("refresh", "{}"),
            ("submit", "{}"),
            ("withdraw", "{}"),
            ("sponsor", "{\"sponsor\":true}"),
            ("voice", "{\"stance\":\"support\"}"),
            ("take-up", "{}"),
            ("copy", "{}"),
            ("decide", "{\"outcome\":\"accepted\"}"),
        ];
        for (name, body) in acts {
            other.post(&act(&draft, name), body).send().await.is_refused(404, "not_found");
        }
        // The branch is a text for nobody else: not on sockets, and not over HTTP for anybody.
        let mut socket = Socket::open(&room.service, other, other.seats[0]).await;
        socket.asks_for(branch(&draft)).await;
        socket.hears(b"doc-unavailable").await;
    }
    for path in ["", "/attribution"] {
        let text = format!("/api/v1/texts/{}{path}", branch(&draft));
        room.samir.get(&text).send().await.is_refused(404, "not_found");
    }
    let export = room.ines.get(&format!("/api/v1/papers/{PAPER}/export?language=en&format=md")).send().await;
    assert!(!export.text().contains("for all."), "{}", export.text());
    // The first thing Claire hears of is a text that everybody may read.
    room.writes(&room.adaeze, room.service.text(), "A first word.", "A second word.").await;
    assert_eq!(news.next().await.unwrap().0, "text");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev35_observers_of_the_component_read_the_draft_and_do_not_write_in_it() {
    let room = Room::start().await;
    let draft = room.draft().await;
    // Adaeze observes MEWA with her other hat.
    let hat = room.adaeze.seats[1];
    let mine = room.adaeze.get(&address(&draft)).header("borrador-seat", &hat.to_string()).send().await;
    assert_eq!((mine.status, &mine.json()["may"]["edit"]), (200, &json!(false)));
    let mut socket = Socket::open(&room.service, &room.adaeze, hat).await;
    socket.edits(&room.service, branch(&draft), hat, |edit| edit.splice(1..1, "Mine ")).await.unwrap();
    socket.hears(b"not_allowed").await;
    let path = format!("/api/v1/texts/{}/amendments", room.service.text());
    room.adaeze
        .post(&path, "{}")
        .header("borrador-seat", &hat.to_string())
        .send()
        .await
        .is_refused(403, "not_allowed");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev35_two_people_of_a_component_write_a_draft_together_live() {
    let room = Room::start().await;
    let draft = room.draft().await;
    let mut leila = Socket::open(&room.service, &room.leila, room.leila.seats[0]).await;
    leila.asks_for(branch(&draft)).await;
    leila.hears(b"Keys open doors.").await;
    room.writes(&room.samir, branch(&draft), "Keys open doors.", "Streets have names.").await;
    leila.hears(b"Streets have names.").await;
    assert!(room.words().await.contains("Keys open doors."), "the text itself is as it was");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev36_the_focal_point_submits_and_everybody_reads_what_it_changes_and_nothing_else() {
    let room = Room::start().await;
    let mut news = Stream::of(&room.claire).await;
    let draft = room.drafted("Keys open", "SECRET opens").await;
    room.writes(&room.samir, branch(&draft), "SECRET opens", "Names and keys open").await;
    let submit = act(&draft, "submit");
    room.samir.post(&submit, "{}").send().await.is_refused(403, "not_allowed");
    let ready = room.samir.post(&act(&draft, "ready"), "{\"ready\":true}").send().await.json();
    assert_eq!(ready["draft"]["ready"]["by"]["person"], "Samir Haddad");
    let submitted = room.leila.post(&submit, "{}").send().await;
    assert_eq!(submitted.status, 200, "{}", submitted.text());
    assert_eq!(submitted.json()["draft"]["changed"], json!(false));
    let (name, data) = news.next().await.unwrap();
    assert_eq!((name.as_str(), &data["topic"]), ("procedure", &json!("amendments")));

    let seen = room.claire.get(&address(&draft)).send().await.json();
    assert_eq!(
        (&seen["state"], &seen["number"], &seen["component"]),
        (&json!("submitted"), &json!(1), &json!("MEWA"))
    );
    assert_eq!((&seen["draft"], &seen["from_set_aside"]), (&json!(null), &json!(null)));
    assert_eq!(seen["touch"]["state"], "untouched");
    let red = &seen["redline"][0];
    assert_eq!((&red["number"], &red["change"]), (&json!(2), &json!("kept")));
    let shown: Vec<(&str, &str)> = red["runs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|run| (run["change"].as_str().unwrap(), run["text"].as_str().unwrap()))
        .collect();
    assert_eq!(shown, [("deleted", "Keys"), ("inserted", "Names and keys"), ("kept", " open doors.")]);
    let everything = seen.to_string();
    for internal in ["SECRET", "Samir", "Leila", &branch(&draft).to_string()] {
        assert!(!everything.contains(internal), "{internal} in {everything}");
    }
    for event in room.audited().await.iter().filter(|event| event["action"].to_string().contains("amendment"))
    {
        assert!(!event.to_string().contains("Names"), "the audit log holds no words");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rev36_a_new_revision_takes_the_place_of_the_old_one_which_is_kept() {
    let room = Room::start().await;
    let first = room.submitted("Keys open doors.", "Keys open many doors.").await;
    room.leila.post(&act(&first, "submit"), "{}").send().await.is_refused(409, "amendment_empty");
    room.writes(&room.samir, branch(&first), "many doors", "all doors").await;
    let words = json!({ "title": "All doors", "reason": "Many is not all." }).to_string();
    assert_eq!(room.samir.put(&address(&first), &words).send().await.status, 200);
    let seen = room.claire.get(&address(&first)).send().await.json();
    assert_eq!(
        (&seen["revision"], &seen["title"]),
        (&json!(1), &json!("Doors")),
        "what is being written is private"
    );
    assert!(!seen.to_string().contains("all doors"), "{seen}");
    let second = room.leila.post(&act(&first, "submit"), "{}").send().await.json();
    assert_eq!(
        (&second["revision"], &second["number"], &second["title"]),
        (&json!(2), &json!(1), &json!("All doors"))
    );
    let old = room.claire.get(&act(&first, "revisions/1")).send().await.json();
    assert_eq!(old["redline"][0]["runs"][1]["text"], "many ");
    room.claire.get(&act(&first, "revisions/3")).send().await.is_refused(404, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev30_a_draft_is_brought_up_to_date_and_what_others_wrote_is_not_part_of_it() {
    let room = Room::start().await;
    let draft = room.drafted("Keys open doors.", "Keys open all doors.").await;
    room.writes(&room.adaeze, room.service.text(), "A first word.", "Another word.").await;
    assert_eq!(room.samir.get(&address(&draft)).send().await.json()["draft"]["behind"], json!(true));
    let fresh = room.samir.post(&act(&draft, "refresh"), "{}").send().await.json();
    assert_eq!((&fresh["draft"]["behind"], &fresh["draft"]["changed"]), (&json!(false), &json!(true)));
    room.reads(branch(&draft), "Another word.").await;
    let again = room.samir.post(&act(&draft, "refresh"), "{}").send().await.json();
    assert_eq!(again["version"], fresh["version"], "there is nothing new to take in");
    let submitted = room.leila.post(&act(&draft, "submit"), "{}").send().await.json();
    assert_eq!(submitted["redline"].as_array().unwrap().len(), 1);
    assert!(!submitted["redline"].to_string().contains("Another"), "{submitted}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev44_a_draft_is_thrown_away_without_a_trace_but_the_audit_entry() {
    let room = Room::start().await;
    let draft = room.drafted("Keys open doors.", "Nothing.").await;
    let discard = |by: &crate::harness::Somebody| {
        room.service.ask("DELETE", &address(&draft)).header("cookie", by.cookie())
    };
    discard(&room.claire).send().await.is_refused(404, "not_found");
    let mut open = Socket::open(&room.service, &room.leila, room.leila.seats[0]).await;
    open.asks_for(branch(&draft)).await;
    open.hears(b"Nothing.").await;
    assert_eq!(discard(&room.leila).send().await.status, 204);
    discard(&room.leila).send().await.is_refused(404, "not_found");
    assert_eq!(room.listed(&room.samir).await, Vec::<Value>::new());
    open.asks_for(branch(&draft)).await;
    open.hears(b"doc-unavailable").await;
    let actions: Vec<Value> = room.audited().await.into_iter().map(|event| event["action"].clone()).collect();
    assert!(actions.contains(&json!("amendment_discarded")));
    let submitted = room.submitted("Keys open doors.", "Doors open.").await;
    room.service
        .ask("DELETE", &address(&submitted))
        .header("cookie", room.leila.cookie())
        .send()
        .await
        .is_refused(409, "amendment_state");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_component_has_so_many_drafts_and_no_more() {
    let room = Room::start().await;
    for _ in 0..3 {
        room.draft().await;
    }
    let path = format!("/api/v1/texts/{}/amendments", room.service.text());
    let refused = room.samir.post(&path, "{}").send().await;
    refused.is_refused(409, "too_many_drafts");
    assert_eq!(refused.json()["details"]["limit"], json!(3));
    assert_eq!(room.claire.post(&path, "{}").send().await.status, 201, "another component has its own");
}

#[tokio::test(flavor = "multi_thread")]
async fn h04_words_have_their_bounds() {
    let room = Room::start().await;
    let draft = room.draft().await;
    let long = json!({ "title": "a".repeat(201) }).to_string();
    room.samir.put(&address(&draft), &long).send().await.is_refused(422, "field_invalid");
    let wrong = room.samir.put(&address(&draft), "{\"titel\":\"x\"}").send().await;
    wrong.is_refused(422, "field_unknown");
    room.writes(&room.samir, branch(&draft), "Keys", "Names").await;
    let wordless = room.leila.post(&act(&draft, "submit"), "{\"reason\":\" \"}").send().await;
    wordless.is_refused(422, "field_invalid");
    assert_eq!(wordless.json()["details"]["field"], "reason");
    let old = room.samir.put(&address(&draft), "{}").header("if-match", "\"99\"").send().await;
    old.is_refused(412, "stale_version");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev34_what_was_set_aside_becomes_a_draft_of_its_authors_component() {
    let room = Room::start().await;
    let mut socket = Socket::open(&room.service, &room.samir, room.samir.seats[0]).await;
    socket.writes(&room.service, room.samir.seats[0], "Warm ").await.unwrap();
    socket.hears(b"setAside").await;
    let record = room.samir.get("/api/v1/set-aside").send().await.json()["set_aside"][0]["id"].clone();
    let propose = format!("/api/v1/set-aside/{}/propose", record.as_str().unwrap());
    room.claire.post(&propose, "{}").send().await.is_refused(404, "not_found");
    let draft = room.samir.post(&propose, "{}").send().await;
    assert_eq!(draft.status, 201, "{}", draft.text());
    let draft = draft.json();
    assert_eq!((&draft["from_set_aside"], &draft["draft"]["changed"]), (&record, &json!(true)));
    let again = room.samir.post(&propose, "{}").send().await.json();
    assert_eq!(again["id"], draft["id"], "one draft for one record");
    room.writes(&room.samir, branch(&draft), "Warm ", "Warm and safe ").await;
    let submitted =
        room.leila.post(&act(&draft, "submit"), "{\"reason\":\"It is cold.\"}").send().await.json();
    assert_eq!(submitted["redline"][0]["runs"][0]["text"], "Warm and safe ");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev34_a_comment_becomes_a_draft_that_cites_it() {
    let room = Room::start().await;
    let thread = room.comments(&room.samir, "Keys", "all", "Whose keys?").await;
    let amend = format!("/api/v1/threads/{}/amend", thread["id"].as_str().unwrap());
    let draft = room.samir.post(&amend, "{}").send().await.json();
    assert_eq!((&draft["cites"], &draft["reason"]), (&thread["id"], &json!("Whose keys?")));
    let other = room.claire.post(&amend, "{}").send().await.json();
    assert_eq!(other["reason"], "", "others' words are not put into their mouth");
    let private = room.comments(&room.samir, "doors", "component", "Internal.").await;
    let amend = format!("/api/v1/threads/{}/amend", private["id"].as_str().unwrap());
    room.claire.post(&amend, "{}").send().await.is_refused(404, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_leaves_in_mid_work_leaves_the_draft_to_the_others() {
    let room = Room::start().await;
    let omar = arrives(&room.service, "Omar Saleh", "MEWA", Function::Contributor, &[Role::Pen]).await;
    let omars = room.service.signs_in("omar").await;
    let draft = room.draft().await;
    room.writes(&omars, branch(&draft), "Keys", "Names").await;
    let mut socket = Socket::open(&room.service, &omars, omar).await;
    socket.asks_for(branch(&draft)).await;
    socket.hears(b"Names").await;
    assert_eq!(room.ines.post(&format!("/api/v1/seats/{omar}/end"), "{}").send().await.status, 200);
    assert_eq!(socket.hears_the_end().await, 4401);
    omars.get(&address(&draft)).send().await.is_refused(403, "seat_ended");
    let submitted = room.leila.post(&act(&draft, "submit"), "{}").send().await;
    assert_eq!(submitted.status, 200, "{}", submitted.text());
    assert!(submitted.json()["redline"].to_string().contains("Names"));
}
