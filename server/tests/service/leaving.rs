//! Somebody leaves in mid-round, or one of their hats ends: what they drafted, prepared, sent and were given to do stays with their
//! component, nobody else sees it, and whoever comes after them goes on.

use crdt::review::permission::{Function, Role};
use serde_json::{Value, json};

use super::amendments::people::{Room, act, address, arrives, branch, decision};
use super::harness::{PAPER, Somebody};
use super::positions::says;
use super::remarks::{does, finds, remarks, sends};
use super::rounds::{opens, told};

async fn ends(room: &Room, seat: crdt::ids::SeatId) {
    let ended = room.ines.post(&format!("/api/v1/seats/{seat}/end"), "{}").send().await;
    assert_eq!(ended.status, 200, "{}", ended.text());
}

async fn kinds(somebody: &Somebody) -> Vec<String> {
    let tasks = somebody.get("/api/v1/tasks").send().await.json()["tasks"].clone();
    tasks.as_array().unwrap().iter().map(|task| task["kind"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_focal_point_leaves_in_mid_round_the_next_one_finds_everything_and_nobody_else_does() {
    let room = Room::start().await;
    let round = opens(&room.service, &room.ines, &["MEWA"], |plan| {
        plan["asks"] = json!(["comments", "amendments", "position"]);
    })
    .await;
    let remark = remarks(&room.service, &room.samir, "Say who pays.").await;
    let kept = does(&room.leila, &remark, "prepare", json!({ "keep": true })).await.json();
    let sent = room.submitted("Keys open doors.", "Keys open all doors.").await;
    let draft = room.drafted("everyone", "all who come").await;
    room.samir.post(&act(&draft, "ready"), "{\"ready\":true}").send().await;

    ends(&room, room.leila.seats[0]).await;
    room.leila.get(&address(&draft)).send().await.is_refused(403, "seat_ended");
    room.leila.post(&act(&draft, "submit"), "{}").send().await.is_refused(403, "seat_ended");
    sends(&room.leila, &round, &[&kept]).await.is_refused(403, "seat_ended");
    let hers = finds(&room.samir).await;
    assert_eq!((hers.len(), &hers[0]["prepared"]["keep"]), (1, &json!(true)), "it stays with the component");
    for other in [&room.claire, &room.ines, &room.jonas, &room.adaeze] {
        assert!(finds(other).await.is_empty());
        other.get(&address(&draft)).send().await.is_refused(404, "not_found");
    }

    arrives(&room.service, "Dalia Haddad", "MEWA", Function::FocalPoint, &[]).await;
    let dalia = room.service.signs_in("dalia").await;
    let asked = kinds(&dalia).await;
    assert!(
        ["send", "position", "submit"].iter().all(|kind| asked.iter().any(|each| each == kind)),
        "{asked:?}"
    );
    assert_eq!(sends(&dalia, &round, &[&kept]).await.status, 201);
    assert_eq!(
        dalia.post(&act(&draft, "submit"), &json!({ "round": round["id"] }).to_string()).send().await.status,
        200
    );
    let milestone = json!({ "id": round["milestone"] });
    assert_eq!(says(&dalia, &milestone, "supports").await.status, 201);
    let back = dalia.post(&act(&sent, "withdraw"), "{\"reason\":\"We agree with Lyon.\"}").send().await;
    assert_eq!(back.json()["state"], "withdrawn", "what her predecessor submitted is the component's");
    let decide =
        room.jonas.post(&act(&draft, "decide"), &decision("not_accepted", "It is clear.")).send().await;
    assert_eq!(decide.status, 200, "{}", decide.text());
    let heard = told(&dalia).await;
    assert!(heard.iter().any(|notice| notice["kind"] == "amendment_not_accepted"), "{heard:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hat_that_ends_in_mid_round_takes_its_rooms_with_it_and_leaves_the_other_hat_its_own() {
    let room = Room::start().await;
    let round =
        opens(&room.service, &room.ines, &["AFR", "MEWA"], |plan| plan["asks"] = json!(["comments"])).await;
    let [afr, mewa] = [room.adaeze.seats[0], room.adaeze.seats[1]];
    let remark = remarks(&room.service, &room.adaeze, "Say who pays.").await;
    let path = format!("/api/v1/texts/{}/amendments", room.service.text());
    let own = room.adaeze.post(&path, "{\"reason\":\"x\"}").send().await.json();
    room.writes(&room.adaeze, branch(&own), "Keys", "Names").await;
    let mewas = room.drafted("everyone", "all who come").await;

    ends(&room, afr).await;
    let with_afr = room.adaeze.get(&address(&own)).header("borrador-seat", &afr.to_string()).send().await;
    with_afr.is_refused(403, "seat_ended");
    let with = |address: String| room.adaeze.get(&address).header("borrador-seat", &mewa.to_string());
    with(address(&own)).send().await.is_refused(404, "not_found");
    assert_eq!(with(address(&mewas)).send().await.status, 200, "her other room is as it was");
    let found = with(format!("/api/v1/papers/{PAPER}/threads")).send().await.json();
    assert_eq!(found["threads"], json!([]), "what she said for AFR is AFR's");

    arrives(&room.service, "Kofi Mensah", "AFR", Function::FocalPoint, &[]).await;
    let kofi = room.service.signs_in("kofi").await;
    assert_eq!(kofi.get(&address(&own)).send().await.status, 200);
    assert_eq!(finds(&kofi).await.len(), 1);
    assert_eq!(sends(&kofi, &round, &[&remark]).await.status, 201);
    let submitted = kofi.post(&act(&own, "submit"), "{}").send().await;
    assert_eq!(submitted.status, 200, "{}", submitted.text());
    assert!(submitted.json()["redline"].to_string().contains("Names"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_was_given_to_somebody_who_leaves_stays_in_the_matrix_and_is_given_to_another() {
    let room = Room::start().await;
    let nils = arrives(&room.service, "Nils Berg", "EUR", Function::Contributor, &[Role::Rapporteur]).await;
    let round = opens(&room.service, &room.ines, &["MEWA"], |plan| plan["asks"] = json!(["comments"])).await;
    let remark = remarks(&room.service, &room.leila, "Say who pays.").await;
    assert_eq!(sends(&room.leila, &round, &[&remark]).await.status, 201);
    let matrix = format!("/api/v1/papers/{PAPER}/matrix");
    let row = async || room.jonas.get(&matrix).send().await.json()["rows"][0].clone();
    let assign = async |seat: Value| {
        let row = row().await;
        let body = json!({ "rows": [{ "id": row["id"], "version": row["version"] }], "seat": seat });
        room.jonas.post(&format!("{matrix}/assignments"), &body.to_string()).send().await
    };
    let given = assign(json!(nils)).await;
    assert!(given.status < 300, "{}", given.text());
    ends(&room, nils).await;
    let left = row().await;
    assert_eq!(
        (&left["comment"], &left["assigned"]["person"]),
        (&json!("Say who pays."), &json!("Nils Berg"))
    );
    assert!(assign(json!(nils)).await.status >= 400, "nothing is given to who has left");
    let again = assign(json!(room.jonas.seats[0])).await;
    assert!(again.status < 300, "{}", again.text());
    assert_eq!(row().await["assigned"]["person"], "Jonas Lindqvist");
}
