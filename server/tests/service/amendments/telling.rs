//! REV81: who is told what of an amendment, and who is not.

use serde_json::{Value, json};

use super::people::*;
use crate::harness::Somebody;
use crate::rounds::{HOUR, opens, told};

/// What somebody was told of amendments, the newest first: what, by whom, of which number.
async fn heard(somebody: &Somebody) -> Vec<(String, String, u64)> {
    let all = told(somebody).await.into_iter().filter(|notice| notice["about"] == "amendment");
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    all.map(|notice| {
        (word(&notice["kind"]), word(&notice["by"]["component"]), notice["number"].as_u64().unwrap_or(0))
    })
    .collect()
}

async fn last(somebody: &Somebody) -> String {
    heard(somebody).await.first().map(|(kind, ..)| kind.clone()).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn rev81_who_decides_is_told_what_comes_and_its_component_what_others_say_and_what_became_of_it() {
    let room = Room::start().await;
    let moment = || room.service.passes(std::time::Duration::from_millis(1));
    let amendment = room.submitted("Keys open doors.", "Keys open all doors.").await;
    let submitted = ("amendment_submitted".to_owned(), "MEWA".to_owned(), 1);
    for decides in [&room.adaeze, &room.jonas] {
        assert_eq!(heard(decides).await, std::slice::from_ref(&submitted));
    }
    for not in [&room.leila, &room.samir, &room.claire, &room.ines] {
        assert_eq!(heard(not).await, [], "who sent it knows, who does not decide is not asked");
    }
    moment();
    room.claire.post(&act(&amendment, "sponsor"), "{\"sponsor\":true}").send().await;
    moment();
    let objection = json!({ "stance": "objection", "words": "All is too much." }).to_string();
    room.adaeze.post(&act(&amendment, "voice"), &objection).send().await;
    for own in [&room.leila, &room.samir] {
        let kinds: Vec<String> =
            heard(own).await.into_iter().map(|(kind, by, _)| format!("{kind} {by}")).collect();
        assert_eq!(kinds, ["amendment_objected AFR", "amendment_sponsored LYON"]);
        assert_eq!(told(own).await[0]["words"], "All is too much.");
    }
    moment();
    room.writes(&room.samir, branch(&amendment), "all doors", "most doors").await;
    room.leila.post(&act(&amendment, "submit"), "{}").send().await;
    assert_eq!(last(&room.claire).await, "amendment_revised", "they joined other words than these");
    assert_eq!(last(&room.jonas).await, "amendment_revised");
    moment();
    let why = decision("not_accepted", "Some doors stay shut.");
    assert_eq!(room.jonas.post(&act(&amendment, "decide"), &why).send().await.status, 200);
    for hears in [&room.leila, &room.samir, &room.claire, &room.adaeze] {
        assert_eq!(last(hears).await, "amendment_not_accepted");
        let notice = &told(hears).await[0];
        assert_eq!((&notice["words"], &notice["name"]), (&json!("Some doors stay shut."), &json!("Doors")));
    }
    assert_eq!(last(&room.jonas).await, "amendment_revised", "nobody is told of their own act");
    assert_eq!(heard(&room.ines).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn rev81_what_is_accepted_into_the_text_is_told_with_it_and_a_withdrawal_too() {
    let room = Room::start().await;
    let taken = room.submitted("Keys open doors.", "Keys open all doors.").await;
    let accepted = room.adaeze.post(&act(&taken, "decide"), &decision("accepted", "")).send().await;
    assert_eq!(accepted.status, 200, "{}", accepted.text());
    assert_eq!(last(&room.leila).await, "amendment_accepted");
    room.service.passes(std::time::Duration::from_millis(1));
    let back = room.submitted("everyone", "all").await;
    room.claire.post(&act(&back, "voice"), "{\"stance\":\"support\"}").send().await;
    room.service.passes(std::time::Duration::from_millis(1));
    room.leila.post(&act(&back, "withdraw"), "{\"reason\":\"We agree with Lyon.\"}").send().await;
    for hears in [&room.adaeze, &room.jonas, &room.claire] {
        assert_eq!(last(hears).await, "amendment_withdrawn");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rev81_of_what_is_under_seal_nobody_is_told_until_the_round_closes_and_then_once() {
    let room = Room::start().await;
    let round = opens(&room.service, &room.ines, &["MEWA"], |plan| {
        plan["asks"] = json!(["comments", "amendments"]);
        plan["visibility"] = json!("sealed_until_close");
    })
    .await;
    let draft = room.drafted("Keys open doors.", "Keys open all doors.").await;
    let sent =
        room.leila.post(&act(&draft, "submit"), &json!({ "round": round["id"] }).to_string()).send().await;
    assert_eq!(sent.status, 200, "{}", sent.text());
    let others = [&room.adaeze, &room.jonas, &room.claire, &room.ines];
    for other in others {
        assert_eq!(told(other).await, Vec::<Value>::new());
    }
    room.service.passes(6 * HOUR);
    room.service.app.carry_out_due().await;
    room.service.app.carry_out_due().await;
    for answers in [&room.adaeze, &room.jonas] {
        let kinds: Vec<Value> = told(answers).await.iter().map(|notice| notice["kind"].clone()).collect();
        assert_eq!(kinds, [json!("round_unsealed")]);
    }
    assert_eq!(told(&room.claire).await, Vec::<Value>::new());
    assert_eq!(last(&room.leila).await, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn rev81_what_is_for_the_rapporteurs_is_told_to_nobody_who_may_not_read_it() {
    let room = Room::start().await;
    let odile = arrives(
        &room.service,
        "Odile Petit",
        "LYON",
        crdt::review::permission::Function::Observer,
        &[crdt::review::permission::Role::Pen],
    );
    odile.await;
    let odile = room.service.signs_in("odile").await;
    let round = opens(&room.service, &room.ines, &["MEWA"], |plan| {
        plan["asks"] = json!(["amendments"]);
        plan["visibility"] = json!("rapporteurs_only");
    })
    .await;
    let draft = room.drafted("Keys open doors.", "Keys open all doors.").await;
    room.leila.post(&act(&draft, "submit"), &json!({ "round": round["id"] }).to_string()).send().await;
    assert_eq!(last(&room.jonas).await, "amendment_submitted", "the committee reads it");
    for pen in [&room.adaeze, &odile] {
        assert_eq!(heard(pen).await, [], "a pen alone does not");
        pen.get(&address(&draft)).send().await.is_refused(404, "not_found");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rev81_what_comes_late_is_told_to_those_who_may_let_it_in_and_the_letting_in_to_its_component() {
    let room = Room::start().await;
    let round =
        opens(&room.service, &room.ines, &["MEWA"], |plan| plan["asks"] = json!(["amendments"])).await;
    let draft = room.drafted("Keys open doors.", "Keys open all doors.").await;
    room.service.passes(6 * HOUR);
    room.leila.post(&act(&draft, "submit"), &json!({ "round": round["id"] }).to_string()).send().await;
    for lets_in in [&room.ines, &room.adaeze, &room.jonas] {
        assert_eq!(last(lets_in).await, "amendment_submitted");
    }
    assert_eq!(heard(&room.claire).await, []);
    let admit = room.ines.post(&act(&draft, "admit"), "{\"reason\":\"The line was down.\"}").send().await;
    assert_eq!(admit.status, 200, "{}", admit.text());
    let notice = &told(&room.leila).await[0];
    assert_eq!((&notice["kind"], &notice["words"]), (&json!("late_admitted"), &json!("The line was down.")));
}
