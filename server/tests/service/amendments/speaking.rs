//! Other components join, support, object; amendments of one passage are shown as options.

use serde_json::json;

use super::people::*;

#[tokio::test(flavor = "multi_thread")]
async fn rev37_rev38_components_join_and_speak_with_one_voice_each() {
    let room = Room::start().await;
    let amendment = room.submitted("Keys open doors.", "Keys open all doors.").await;
    let voice = act(&amendment, "voice");
    let objection = json!({ "stance": "objection", "words": "All is too much." }).to_string();
    let seen = room.claire.post(&voice, &objection).send().await.json();
    assert_eq!(
        (&seen["voices"][0]["component"], &seen["voices"][0]["stance"]),
        (&json!("LYON"), &json!("objection"))
    );
    assert!(!seen.to_string().contains("Claire"), "a component speaks, not a person");
    room.claire.post(&voice, "{\"stance\":\"objection\"}").send().await.is_refused(422, "field_invalid");
    let seen = room.claire.post(&voice, "{\"stance\":\"support\"}").send().await.json();
    assert_eq!(
        (seen["voices"].as_array().unwrap().len(), &seen["voices"][0]["stance"]),
        (1, &json!("support"))
    );
    room.leila.post(&voice, "{\"stance\":\"support\"}").send().await.is_refused(403, "own_amendment");
    room.jonas.post(&voice, "{\"stance\":\"support\"}").send().await.is_refused(403, "not_allowed");
    let joined = room.claire.post(&act(&amendment, "sponsor"), "{\"sponsor\":true}").send().await.json();
    assert_eq!((&joined["sponsors"][0]["component"], &joined["voices"]), (&json!("LYON"), &json!([])));
    assert_eq!(joined["may"]["voice"], json!(false));
    let left = room.claire.post(&act(&amendment, "sponsor"), "{\"sponsor\":false}").send().await.json();
    assert_eq!(left["sponsors"], json!([]));
    let what: Vec<&str> =
        left["history"].as_array().unwrap().iter().map(|event| event["what"].as_str().unwrap()).collect();
    assert_eq!(what, ["submitted", "voiced", "voiced", "sponsored", "left_sponsors"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn rev32_amendments_of_one_paragraph_are_options_of_each_other() {
    let room = Room::start().await;
    let one = room.submitted("Keys open doors.", "Keys open all doors.").await;
    let other = room.submitted("open doors", "unlock doors").await;
    let elsewhere = room.submitted("everyone", "all who come").await;
    let listed = room.listed(&room.claire).await;
    let numbers: Vec<_> = listed.iter().map(|amendment| amendment["number"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [3, 1, 2], "in the order of the text");
    assert_eq!((&listed[0]["id"], &listed[0]["options"]), (&elsewhere["id"], &json!([])));
    assert_eq!((&listed[1]["options"], &listed[2]["options"]), (&json!([other["id"]]), &json!([one["id"]])));
    room.adaeze.post(&act(&other, "decide"), &decision("not_accepted", "The first is clearer.")).send().await;
    let one = room.claire.get(&address(&one)).send().await.json();
    assert_eq!(one["options"], json!([]), "what is decided competes no more");
    let paper = "/api/v1/papers/housing/amendments";
    let of = |query: &str| room.claire.get(&format!("{paper}?{query}"));
    assert_eq!(
        of("state=not_accepted,accepted").send().await.json()["amendments"].as_array().unwrap().len(),
        1
    );
    assert_eq!(of("component=LYON").send().await.json()["amendments"], json!([]));
    of("state=wrong").send().await.is_refused(422, "field_invalid");
    let first = of("limit=2").send().await.json();
    let rest = of(&format!("limit=2&cursor={}", first["next"].as_str().unwrap())).send().await.json();
    assert_eq!((rest["amendments"].as_array().unwrap().len(), &rest["next"]), (1, &json!(null)));
}

#[tokio::test(flavor = "multi_thread")]
async fn rev42_what_is_withdrawn_stays_on_record() {
    let room = Room::start().await;
    let amendment = room.submitted("Keys open doors.", "Keys open all doors.").await;
    let withdraw = act(&amendment, "withdraw");
    room.samir.post(&withdraw, "{}").send().await.is_refused(403, "not_allowed");
    room.leila.post(&withdraw, "{\"reason\":\"We agree with Lyon.\"}").send().await;
    let seen = room.claire.get(&address(&amendment)).send().await.json();
    assert_eq!(
        (&seen["state"], &seen["withdrawn"]["reason"]),
        (&json!("withdrawn"), &json!("We agree with Lyon."))
    );
    let decide = room.adaeze.post(&act(&amendment, "decide"), &decision("accepted", "")).send().await;
    decide.is_refused(409, "amendment_decided");
    assert_eq!(decide.json()["details"]["outcome"], "withdrawn");
}
