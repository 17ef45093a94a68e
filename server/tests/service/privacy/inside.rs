//! What MEWA does inside itself changes nothing of what others can read.

use std::collections::BTreeMap;

use crdt::ids::TextId;
use fastrand::Rng;
use serde_json::{Value, json};

use super::everything::{Known, SECRET, everything, known};
use super::{days, readers};
use crate::amendments::people::{Room, act, branch};
use crate::harness::Somebody;
use crate::news::Stream;
use crate::rounds::opens;

/// How many acts a day has, and after how many of them everybody looks.
const ACTS: usize = 15;
const BETWEEN_LOOKS: usize = 5;

/// What there is inside MEWA so far.
#[derive(Default)]
struct Inside {
    remarks: Vec<Value>,
    drafts: Vec<Value>,
    acts: usize,
}

impl Inside {
    /// One more thing that Samir, who contributes, or Leila, who speaks for MEWA, does inside.
    async fn goes_on(&mut self, room: &Room, chance: &mut Rng, known: &mut Known) {
        self.acts += 1;
        let words = format!("{SECRET}{}", self.acts);
        let somebody = if chance.bool() { &room.samir } else { &room.leila };
        let remark = chance.choice(&self.remarks).cloned();
        let draft = chance.choice(&self.drafts).cloned();
        match (chance.u8(0..9), remark, draft) {
            (0..2, ..) | (2..4, None, _) => {
                let passage = *chance.choice(&["Keys", "doors", "Cities"]).unwrap();
                let remark = room.comments(somebody, passage, "component", &words).await;
                known.add("threads", remark["id"].as_str().unwrap());
                self.remarks.push(remark);
            }
            (2, Some(remark), _) => done(somebody, &on(&remark, "comments"), json!({ "body": words })).await,
            (3, Some(remark), _) => {
                let body = json!({ "keep": chance.bool(), "note": words });
                done(&room.leila, &on(&remark, "prepare"), body).await;
            }
            (4, Some(remark), _) if self.drafts.len() < 3 => {
                let draft = done_with(somebody, &on(&remark, "amend"), json!({})).await;
                self.knows(draft, known);
            }
            (4..6, ..) | (_, _, None) if self.drafts.len() < 3 => {
                let path = format!("/api/v1/texts/{}/amendments", room.service.text());
                let draft = done_with(somebody, &path, json!({ "title": words, "reason": words })).await;
                self.knows(draft, known);
            }
            (4..7, _, Some(draft)) => {
                let text: TextId = branch(&draft);
                // Words stand in the place of a letter that every version still has.
                room.writes(somebody, text, "Cities", &format!("{words} Cities")).await;
            }
            (7, _, Some(draft)) => {
                done(somebody, &act(&draft, "ready"), json!({ "ready": chance.bool() })).await
            }
            (_, _, Some(draft)) => done(somebody, &act(&draft, "refresh"), json!({})).await,
            (_, _, None) => unreachable!("there are drafts by now"),
        }
    }

    fn knows(&mut self, draft: Value, known: &mut Known) {
        known.add("amendments", draft["id"].as_str().unwrap());
        known.add("texts", branch(&draft));
        self.drafts.push(draft);
    }
}

fn on(remark: &Value, act: &str) -> String {
    format!("/api/v1/threads/{}/{act}", remark["id"].as_str().unwrap())
}

async fn done(somebody: &Somebody, path: &str, body: Value) {
    done_with(somebody, path, body).await;
}

async fn done_with(somebody: &Somebody, path: &str, body: Value) -> Value {
    let answer = somebody.post(path, &body.to_string()).send().await;
    assert!(answer.status < 300, "{path}: {}", answer.text());
    answer.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn rev16_rev35_what_mewa_does_inside_changes_nothing_of_what_others_can_read() {
    days(async |mut chance| {
        let room = Room::start().await;
        let round = opens(&room.service, &room.ines, &["AFR", "MEWA", "LYON"], |plan| {
            plan["asks"] = json!(["comments", "amendments"])
        })
        .await;
        let people = readers(&room).await;
        let mut known = known(&room.service);
        // One that everybody reads already: its next revision is written inside.
        let mut inside = Inside::default();
        let submitted = room.submitted("Keys", "Neighbours").await;
        inside.knows(submitted, &mut known);
        known.add("rounds", round["id"].as_str().unwrap());
        known.add("milestones", round["milestone"].as_str().unwrap());
        let mut before: Vec<BTreeMap<String, String>> = Vec::new();
        let mut streams = Vec::new();
        for reader in &people {
            before.push(everything(&reader.somebody, &known).await);
            streams.push(Stream::of(&reader.somebody).await);
        }
        while inside.acts < ACTS {
            for _ in 0..BETWEEN_LOOKS {
                inside.goes_on(&room, &mut chance, &mut known).await;
            }
            for (reader, before) in people.iter().zip(&before) {
                let now = everything(&reader.somebody, &known).await;
                let changed: Vec<&String> = now
                    .iter()
                    .filter(|(at, words)| before.get(*at) != Some(*words))
                    .map(|(at, _)| at)
                    .collect();
                if reader.is_own {
                    assert!(!changed.is_empty(), "{} sits in MEWA and sees something of this", reader.name);
                    continue;
                }
                for at in changed {
                    let is_new = !before.contains_key(at);
                    assert!(is_new && now[at] == "404 not_found", "{}: {at} says {}", reader.name, now[at]);
                }
            }
        }
        // The next thing that anybody else hears of is what Inés does for everybody.
        let sealed = json!({ "name": "Quito draft" }).to_string();
        room.ines.post("/api/v1/papers/housing/milestones", &sealed).send().await;
        for (reader, stream) in people.iter().zip(&mut streams).filter(|(reader, _)| !reader.is_own) {
            let (name, data) = stream.next().await.unwrap();
            assert_eq!(
                (name.as_str(), &data["name"]),
                ("milestone", &json!("Quito draft")),
                "{}",
                reader.name
            );
        }
    })
    .await;
}
