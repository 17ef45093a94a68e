//! Decided by those who hold the pen, never by a proposer; what is accepted enters the text together with its decision.

use std::sync::Arc;

use serde_json::json;

use super::people::*;
use crate::socket::Socket;
use crate::store_troubles::Watched;

#[tokio::test(flavor = "multi_thread")]
async fn rev40_what_is_accepted_stands_in_everybodys_text_at_once_in_the_name_of_its_component() {
    let room = Room::start().await;
    let amendment = room.submitted("Keys open doors.", "Keys open all doors.").await;
    let mut open = Socket::open(&room.service, &room.claire, room.claire.seats[0]).await;
    open.asks_for(room.service.text()).await;
    open.hears(b"Cities welcome").await;
    let decide = act(&amendment, "decide");
    for other in [&room.claire, &room.ines] {
        other.post(&decide, &decision("accepted", "")).send().await.is_refused(403, "not_allowed");
    }
    let chapter = room.service.paper().chapters[0].id;
    let lock = format!("/api/v1/papers/housing/chapters/{chapter}");
    room.ines.post(&format!("{lock}/lock"), "{\"reason\":\"Frozen.\"}").send().await;
    room.adaeze.post(&decide, &decision("accepted", "")).send().await.is_refused(423, "chapter_locked");
    room.ines.post(&format!("{lock}/unlock"), "{}").send().await;
    let accepted = room.adaeze.post(&decide, &decision("accepted", "")).send().await;
    assert_eq!(accepted.status, 200, "{}", accepted.text());
    let accepted = accepted.json();
    open.hears(b"all ").await;
    assert!(room.words().await.contains("Keys open all doors."));
    let (answer, paragraph) = (&accepted["decision"], &amendment["paragraphs"][0]);
    assert_eq!((&answer["outcome"], &answer["by"]["person"]), (&json!("accepted"), &json!("Adaeze Obi")));
    assert_eq!(&answer["result"]["paragraph"], paragraph);
    assert_eq!((&accepted["touch"], &accepted["draft"]), (&json!(null), &json!(null)));
    let authors = room.ines.get(&format!("/api/v1/texts/{}/attribution", room.service.text())).send().await;
    let leilas = room.leila.seats[0].to_string();
    assert!(authors.text().contains(&leilas), "{}", authors.text());
    assert!(
        !authors.text().contains(&room.samir.seats[0].to_string()),
        "who wrote it within the body is not told"
    );
    // Nobody writes on the branch any more.
    let mut samir = Socket::open(&room.service, &room.samir, room.samir.seats[0]).await;
    let text = branch(&amendment);
    samir.edits(&room.service, text, room.samir.seats[0], |edit| edit.splice(1..1, "x")).await.unwrap();
    samir.hears(b"not_allowed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rev40_accepting_while_others_type_in_the_same_paragraph_merges_for_all() {
    let room = Room::start().await;
    let amendment = room.submitted("open doors", "open all doors").await;
    let text = room.service.text();
    let typing = async {
        for letter in ["1", "2", "3", "4", "5"] {
            room.writes(&room.adaeze, text, "Keys", &format!("Keys{letter}")).await;
        }
    };
    let decide = act(&amendment, "decide");
    let deciding = room.jonas.post(&decide, &decision("accepted", "")).send();
    let ((), decided) = tokio::join!(typing, deciding);
    assert_eq!(decided.status, 200, "{}", decided.text());
    let words = room.words().await;
    assert!(words.contains("Keys54321 open all doors."), "{words}");
    let copy = room.service.app.live.text(text).await.unwrap();
    let reloaded = crdt::document::Text::load(&copy.save()).unwrap();
    assert_eq!(reloaded.heads(), copy.heads());
}

#[tokio::test(flavor = "multi_thread")]
async fn rev39_two_who_decide_at_once_decide_once_and_the_second_is_told_how() {
    let room = Room::start().await;
    let amendment = room.submitted("Keys open doors.", "Keys open all doors.").await;
    let seen = room.jonas.get(&address(&amendment)).send().await.json();
    let version = format!("\"{}\"", seen["version"]);
    let decide = |by: &crate::harness::Somebody, body: String| {
        by.post(&act(&amendment, "decide"), &body).header("if-match", &version)
    };
    let (one, other) = tokio::join!(
        decide(&room.adaeze, decision("accepted", "")).send(),
        decide(&room.jonas, decision("not_accepted", "It is long.")).send()
    );
    let (won, lost) = if one.status == 200 { (one, other) } else { (other, one) };
    assert_eq!(won.status, 200, "{}", won.text());
    lost.is_refused(409, "amendment_decided");
    assert_eq!(lost.json()["details"]["outcome"], won.json()["decision"]["outcome"]);
    let seen = room.claire.get(&address(&amendment)).send().await.json();
    assert_eq!(seen["decisions"].as_array().unwrap().len(), 1);
    let is_in = room.words().await.contains("all doors");
    assert_eq!(is_in, seen["state"] == "accepted");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev40_of_two_that_are_accepted_at_once_on_the_same_words_one_enters() {
    let room = Room::start().await;
    let one = room.submitted("Keys", "Neighbours").await;
    let other = room.submitted("Keys", "Friends").await;
    let accept = decision("accepted", "");
    let (first, second) = tokio::join!(
        room.adaeze.post(&act(&one, "decide"), &accept).send(),
        room.jonas.post(&act(&other, "decide"), &accept).send()
    );
    let (won, lost) = if first.status == 200 { (first, second) } else { (second, first) };
    assert_eq!(won.status, 200, "{}", won.text());
    assert_eq!(lost.status, 409, "{}", lost.text());
    let words = room.words().await;
    assert_ne!(words.contains("Neighbours"), words.contains("Friends"), "{words}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev18_nobody_decides_on_what_their_own_component_proposes_or_joins() {
    let room = Room::start().await;
    // Adaeze holds the pen, and her section proposes.
    let path = format!("/api/v1/texts/{}/amendments", room.service.text());
    let draft = room.adaeze.post(&path, "{\"reason\":\"x\"}").send().await.json();
    room.writes(&room.adaeze, branch(&draft), "Keys", "Names").await;
    let own = room.adaeze.post(&act(&draft, "submit"), "{}").send().await.json();
    assert_eq!((&own["may"]["decide"], &own["may"]["not_decide"]), (&json!(false), &json!("own_component")));
    for name in ["take-up", "copy"] {
        room.adaeze.post(&act(&own, name), "{}").send().await.is_refused(403, "own_amendment");
    }
    room.adaeze
        .post(&act(&own, "decide"), &decision("accepted", ""))
        .send()
        .await
        .is_refused(403, "own_amendment");
    let theirs = room.submitted("doors", "all doors").await;
    room.adaeze.post(&act(&theirs, "sponsor"), "{\"sponsor\":true}").send().await;
    room.adaeze
        .post(&act(&theirs, "decide"), &decision("accepted", ""))
        .send()
        .await
        .is_refused(403, "own_amendment");
    let taken = room.jonas.post(&act(&theirs, "take-up"), "{}").send().await.json();
    assert_eq!(taken["state"], "under_consideration");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev41_what_was_touched_since_is_accepted_as_modified_on_a_copy_and_both_are_kept() {
    let room = Room::start().await;
    let amendment = room.submitted("Keys open doors.", "Names open all doors.").await;
    room.writes(&room.adaeze, room.service.text(), "Keys", "Locks").await;
    let seen = room.claire.get(&address(&amendment)).send().await.json();
    assert_eq!(
        (&seen["touch"]["state"], &seen["touch"]["gone_characters"]),
        (&json!("touched_since"), &json!(4))
    );
    let decide = act(&amendment, "decide");
    let refused = room.jonas.post(&decide, &decision("accepted", "")).send().await;
    refused.is_refused(409, "touched_since");
    assert_eq!(refused.json()["details"]["gone_characters"], json!(4));
    assert!(room.words().await.contains("Locks open doors."), "nothing has changed");
    room.jonas.post(&decide, &decision("modified", "x")).send().await.is_refused(409, "copy_missing");

    let copied = room.jonas.post(&act(&amendment, "copy"), "{}").send().await.json();
    let copy = copied["copy"]["text"].as_str().unwrap().parse().unwrap();
    // Both wrote their word; Jonas puts it right. Nobody else has the copy.
    room.reads(copy, "open all doors.").await;
    let mut leila = Socket::open(&room.service, &room.leila, room.leila.seats[0]).await;
    leila.asks_for(copy).await;
    leila.hears(b"doc-unavailable").await;
    assert_eq!(room.claire.get(&address(&amendment)).send().await.json()["copy"], json!(null));
    room.writes(&room.jonas, copy, "doors.", "doors, with names.").await;
    // The text goes on, elsewhere and at that very place: he is told, and takes it in.
    room.writes(&room.adaeze, room.service.text(), "A first word.", "Another word.").await;
    room.writes(&room.adaeze, room.service.text(), " open doors", " shut doors").await;
    let modified = decision("modified", "With names.");
    room.jonas.post(&decide, &modified).send().await.is_refused(409, "touched_since");
    let fresh = room.jonas.post(&act(&amendment, "copy"), "{}").send().await.json();
    assert_eq!((&fresh["copy"]["text"], &fresh["copy"]["behind"]), (&copied["copy"]["text"], &json!(false)));
    room.reads(copy, "shut doors").await;
    let done = room.jonas.post(&decide, &modified).send().await;
    assert_eq!(done.status, 200, "{}", done.text());
    let done = done.json();
    assert_eq!((&done["state"], &done["decision"]["words"]), (&json!("modified"), &json!("With names.")));
    let words = room.words().await;
    assert!(words.contains("doors, with names.") && words.contains("Another word."), "{words}");
    assert_eq!(done["redline"][0]["runs"][1]["text"], "Names", "the proposal is on record as it was");
    let authors =
        room.ines.get(&format!("/api/v1/texts/{}/attribution", room.service.text())).send().await.text();
    assert!(
        authors.contains(&room.jonas.seats[0].to_string())
            && authors.contains(&room.leila.seats[0].to_string())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rev31_an_amendment_whose_words_are_gone_is_overtaken() {
    let room = Room::start().await;
    let amendment = room.submitted("open", "unlock").await;
    let text = room.service.app.live.text(room.service.text()).await.unwrap();
    let place = text.read().places[3];
    let range = place.marker.unwrap()..place.end;
    let mut socket = Socket::open(&room.service, &room.adaeze, room.adaeze.seats[0]).await;
    let edit =
        socket.edits(&room.service, room.service.text(), room.adaeze.seats[0], |edit| edit.splice(range, ""));
    edit.await.unwrap();
    while room.words().await.contains("Keys") {
        tokio::task::yield_now().await;
    }
    let seen = room.claire.get(&address(&amendment)).send().await.json();
    assert_eq!(seen["touch"]["state"], "overtaken");
    let decide = act(&amendment, "decide");
    room.jonas.post(&decide, &decision("accepted", "")).send().await.is_refused(409, "amendment_overtaken");
    room.jonas.post(&decide, &decision("overtaken", "")).send().await.is_refused(422, "field_invalid");
    let done = room.jonas.post(&decide, &decision("overtaken", "The paragraph was dropped.")).send().await;
    assert_eq!(done.json()["state"], "overtaken");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev40_a_decision_that_cannot_be_stored_leaves_neither_half() {
    let store = Arc::new(Watched::default());
    let room = Room::over(store.clone()).await;
    let amendment = room.submitted("Keys open doors.", "Keys open all doors.").await;
    let mut open = Socket::open(&room.service, &room.claire, room.claire.seats[0]).await;
    open.asks_for(room.service.text()).await;
    open.hears(b"Cities welcome").await;
    store.is_now(true);
    let decide = act(&amendment, "decide");
    room.adaeze.post(&decide, &decision("accepted", "")).send().await.is_refused(507, "storage_full");
    store.is_now(false);
    assert!(!room.words().await.contains("all doors"));
    assert_eq!(room.claire.get(&address(&amendment)).send().await.json()["state"], "submitted");
    let accepted = room.adaeze.post(&decide, &decision("accepted", "")).send().await;
    assert_eq!(accepted.status, 200, "{}", accepted.text());
    open.hears(b"all ").await;
    assert!(room.words().await.contains("Keys open all doors."));
}

#[tokio::test(flavor = "multi_thread")]
async fn rev40_a_service_that_starts_again_knows_its_amendments_and_who_writes_on_their_branches() {
    let store = Arc::new(Watched::default());
    let room = Room::over(store.clone()).await;
    let draft = room.drafted("Keys open doors.", "Keys open all doors.").await;
    let accepted = room.submitted("everyone", "all").await;
    room.adaeze.post(&act(&accepted, "decide"), &decision("accepted", "")).send().await;
    room.service.app.live.stop().await;
    let report = borrador::app::check::check(&*store).await.unwrap();
    assert!(report.whole, "{}", report.words());
    assert_eq!(report.texts, 4, "two chapters, two branches");
    let again = crate::harness::Service::on(store, |_| {}).await;
    let samir = room.samir.at(&again);
    let seen = samir.get(&address(&accepted)).send().await.json();
    assert_eq!(seen["state"], "accepted");
    let mut socket = Socket::open(&again, &samir, samir.seats[0]).await;
    socket.asks_for(branch(&draft)).await;
    socket.hears(b"Keys open").await;
    let claire = room.claire.at(&again);
    let mut socket = Socket::open(&again, &claire, claire.seats[0]).await;
    socket.asks_for(branch(&draft)).await;
    socket.hears(b"doc-unavailable").await;
    let text = again.app.live.text(again.text()).await.unwrap();
    assert!(text.blocks()[2].words().contains("all"), "the decision and the words are both there");
}
