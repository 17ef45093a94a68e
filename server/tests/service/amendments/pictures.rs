//! Pictures of those who write nowhere: they belong to what their component proposes, until others may read it.

use crdt::document::diff::Source;
use crdt::document::schema::Image;
use crdt::document::{Block, BlockKind, Run, Text, Writer};
use crdt::ids::{ActorId, ParagraphId};
use serde_json::Value;

use super::people::*;
use crate::harness::Somebody;
use crate::sources::png;

const IMAGES: &str = "/api/v1/papers/housing/images";

async fn brings(somebody: &Somebody, bytes: &[u8]) -> Value {
    let brought = somebody.brings(IMAGES, "image/png", bytes).send().await;
    assert_eq!(brought.status, 201, "{}", brought.text());
    brought.json()
}

async fn sees(somebody: &Somebody, image: &Value) -> bool {
    let answer = somebody.get(image["url"].as_str().unwrap()).send().await;
    if answer.status != 200 {
        answer.is_refused(404, "not_found");
    }
    answer.status == 200
}

/// Samir puts the picture below everything else in his draft.
async fn puts(room: &Room, draft: &Value, image: &Value) {
    let (text, seat) = (branch(draft), room.samir.seats[0]);
    let now = room.service.app.live.text(text).await.unwrap();
    let shown = Image {
        blob: image["blob"].as_str().unwrap().to_owned(),
        alt: "A door".to_owned(),
        credit: String::new(),
    };
    let mut blocks = now.blocks();
    blocks.push(Block::new(ParagraphId([9; 8]), BlockKind::Image(shown), vec![Run::plain("The door")]));
    let writer = Writer { actor: ActorId(vec![9; 16]), seat: Some(seat), at: room.service.app.clock.now() };
    let change = Text::clone(&now).become_blocks(&writer, &blocks, Source::Whole).unwrap().change;
    room.service.app.live.submit(text, seat, vec![change.unwrap().into()]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn doc33_a_picture_in_a_proposal_is_seen_within_its_component_until_others_may_read_what_shows_it() {
    let room = Room::start().await;
    let olga = room.service.signs_in("olga").await;
    olga.brings(IMAGES, "image/png", &png(8, 8)).send().await.is_refused(403, "not_allowed");
    let image = brings(&room.samir, &png(8, 8)).await;
    let draft = room.draft().await;
    puts(&room, &draft, &image).await;
    for within in [&room.samir, &room.leila] {
        assert!(sees(within, &image).await);
    }
    for other in [&olga, &room.claire, &room.ines, &room.jonas] {
        assert!(!sees(other, &image).await, "to them it does not exist");
    }

    let submitted = room.leila.post(&act(&draft, "submit"), "{}").send().await;
    assert_eq!(submitted.status, 200, "{}", submitted.text());
    assert!(sees(&room.adaeze, &image).await, "who decides sees what is proposed");
    let accepted =
        room.adaeze.post(&act(&submitted.json(), "decide"), &decision("accepted", "")).send().await;
    assert_eq!(accepted.status, 200, "{}", accepted.text());
    for somebody in [&olga, &room.claire, &room.ines] {
        assert!(sees(somebody, &image).await, "what stands in the text is for all who read it");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn doc33_the_same_picture_of_another_component_shows_it_to_those_two_and_of_a_writer_to_all() {
    let room = Room::start().await;
    let olga = room.service.signs_in("olga").await;
    let image = brings(&room.samir, &png(9, 9)).await;
    assert_eq!(brings(&room.claire, &png(9, 9)).await["blob"], image["blob"]);
    assert!(sees(&room.samir, &image).await && sees(&room.claire, &image).await);
    assert!(!sees(&olga, &image).await && !sees(&room.jonas, &image).await);
    brings(&room.adaeze, &png(9, 9)).await;
    brings(&room.claire, &png(9, 9)).await;
    assert!(sees(&olga, &image).await, "once it is for all it stays so");
}
