//! What MEWA sends is found by everybody whom the round lets read it, and by nobody else.

use fastrand::Rng;
use serde_json::{Value, json};

use super::everything::{Known, SECRET, everything, known};
use super::{Reader, days, readers};
use crate::amendments::people::{Room, act, branch};
use crate::rounds::{HOUR, opens};

/// Words that stand in one place only.
struct Secret {
    words: String,
    kept: Kept,
}

/// Where they stand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kept {
    /// In what was sent.
    Sent,
    /// In what stays inside MEWA.
    Inside,
    /// On a branch that stays inside, which its people read on the socket alone.
    OnBranch,
}

impl Kept {
    fn sent_or(sent: bool, otherwise: Kept) -> Kept {
        if sent { Kept::Sent } else { otherwise }
    }
}

/// What there is of MEWA in a round.
#[derive(Default)]
struct Told {
    secrets: Vec<Secret>,
}

impl Told {
    /// Fresh words.
    fn secret(&mut self, kept: Kept) -> String {
        let words = format!("{SECRET}{:03}", self.secrets.len());
        self.secrets.push(Secret { words: words.clone(), kept });
        words
    }

    /// Samir says something, they talk about it, Leila keeps or leaves it, and sends what she kept.
    async fn remarks(&mut self, room: &Room, chance: &mut Rng, round: &Value, known: &mut Known) {
        let sent = chance.bool();
        let passage = *chance.choice(&["Keys", "doors", "Cities"]).unwrap();
        let remark = room
            .comments(&room.samir, passage, "component", &self.secret(Kept::sent_or(sent, Kept::Inside)))
            .await;
        known.add("threads", remark["id"].as_str().unwrap());
        let on = |act: &str| format!("/api/v1/threads/{}/{act}", remark["id"].as_str().unwrap());
        let said = json!({ "body": self.secret(Kept::Inside) }).to_string();
        assert_eq!(room.leila.post(&on("comments"), &said).send().await.status, 201);
        let kept = json!({ "keep": sent, "note": self.secret(Kept::Inside) }).to_string();
        let kept = room.leila.post(&on("prepare"), &kept).send().await;
        assert_eq!(kept.status, 200, "{}", kept.text());
        if sent {
            let remarks = json!([{ "id": remark["id"], "version": kept.json()["version"] }]);
            let body = json!({ "round": round["id"], "remarks": remarks }).to_string();
            let sent = room.leila.post("/api/v1/papers/housing/remarks", &body).send().await;
            assert_eq!(sent.status, 201, "{}", sent.text());
        }
    }

    /// Samir drafts an amendment, and Leila submits it, or not.
    async fn amends(&mut self, room: &Room, chance: &mut Rng, round: &Value, known: &mut Known) {
        let sent = chance.bool();
        let path = format!("/api/v1/texts/{}/amendments", room.service.text());
        let said = Kept::sent_or(sent, Kept::Inside);
        let body = json!({ "title": self.secret(said), "reason": self.secret(said) }).to_string();
        let draft = room.samir.post(&path, &body).send().await.json();
        known.add("amendments", draft["id"].as_str().unwrap());
        known.add("texts", branch(&draft));
        let old = *chance.choice(&["Keys", "doors", "Cities"]).unwrap();
        room.writes(
            &room.samir,
            branch(&draft),
            old,
            &format!("{} {old}", self.secret(Kept::sent_or(sent, Kept::OnBranch))),
        )
        .await;
        let end = if sent { "submit" } else { "ready" };
        let body = if sent { json!({ "round": round["id"] }) } else { json!({ "ready": true }) };
        let done = room.leila.post(&act(&draft, end), &body.to_string()).send().await;
        assert_eq!(done.status, 200, "{}", done.text());
    }

    /// Leila objects in the name of MEWA.
    async fn objects(&mut self, room: &Room, round: &Value) {
        let body = json!({
            "milestone": round["milestone"], "subject": { "on": "paper" }, "stance": "objects",
            "words": self.secret(Kept::Sent), "way_out": self.secret(Kept::Sent),
        });
        let taken = room.leila.post("/api/v1/papers/housing/positions", &body.to_string()).send().await;
        assert_eq!(taken.status, 201, "{}", taken.text());
    }

    /// Everybody looks at everything. `shown` says who finds what was sent.
    async fn is_found(&self, people: &[Reader], known: &Known, when: &str, shown: impl Fn(&Reader) -> bool) {
        for reader in people {
            let all = everything(&reader.somebody, known).await;
            for Secret { words, kept } in &self.secrets {
                let may = match kept {
                    Kept::Sent => reader.is_own || shown(reader),
                    Kept::Inside => reader.is_own,
                    Kept::OnBranch => false,
                };
                let found = all.iter().find(|(_, said)| said.contains(words)).map(|(at, _)| at);
                assert_eq!(found.is_some(), may, "{when}: {} and {words} ({kept:?}): {found:?}", reader.name);
            }
        }
    }
}

/// A day in a round with this visibility, up to after its end.
async fn a_day(mut chance: Rng, visibility: &str, shown: impl Fn(&Reader, bool) -> bool) {
    let room = Room::start().await;
    let round = opens(&room.service, &room.ines, &["AFR", "MEWA", "LYON"], |plan| {
        plan["asks"] = json!(["comments", "amendments", "position"]);
        plan["visibility"] = json!(visibility);
    })
    .await;
    let people = readers(&room).await;
    let mut known = known(&room.service);
    known.add("rounds", round["id"].as_str().unwrap());
    known.add("milestones", round["milestone"].as_str().unwrap());
    let mut told = Told::default();
    for _ in 0..3 {
        told.remarks(&room, &mut chance, &round, &mut known).await;
    }
    for _ in 0..2 {
        told.amends(&room, &mut chance, &round, &mut known).await;
    }
    told.objects(&room, &round).await;
    told.is_found(&people, &known, "while it is open", |reader| shown(reader, false)).await;
    room.service.passes(7 * HOUR);
    told.is_found(&people, &known, "after it closed", |reader| shown(reader, true)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rev16_in_an_open_round_everybody_finds_what_was_sent_and_nothing_else() {
    days(async |chance| a_day(chance, "open", |_, _| true).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rev16_in_a_sealed_round_nobody_finds_it_before_it_closes() {
    days(async |chance| a_day(chance, "sealed_until_close", |_, is_closed| is_closed).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rev16_what_only_rapporteurs_read_others_never_find() {
    days(async |chance| a_day(chance, "rapporteurs_only", |reader, _| reader.answers).await).await;
}
