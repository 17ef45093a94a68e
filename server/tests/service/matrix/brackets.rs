//! Brackets, asked by everybody.

use borrador::app::brackets::NewBracket;
use borrador::app::rights::LockAct;
use crdt::document::{MarkValue, Text};
use crdt::ids::{BracketId, ComponentId};
use crdt::review::bracket::Side;
use crdt::review::permission::Action;
use serde_json::json;
use uuid::Uuid;

use super::{Row, Rule, World, anchor};

#[rustfmt::skip]
pub(super) fn rows() -> Vec<Row> {
    use Rule::{InPaper, May};
    vec![
        row!("GET" "/api/v1/papers/{slug}/brackets" "", InPaper(Action::Read), NONE),
        row!("POST" "/api/v1/texts/{id}/brackets" "open", May(Action::WriteText), once |w| Box::pin(async { at_text(w).await })),
        row!("POST" "/api/v1/texts/{id}/brackets" "locked", May(Action::WriteText), once |w| Box::pin(async { at_text(w).await })),
        row!("POST" "/api/v1/papers/{slug}/brackets/{id}/side" "", May(Action::SubmitForComponent), once |w| Box::pin(async {
            (opened(w, "side").await, json!({"side": "opposes", "words": "It is agreed."}).to_string())
        })),
        row!("POST" "/api/v1/papers/{slug}/brackets/{id}/options" "", May(Action::SubmitForComponent), once |w| Box::pin(async {
            (opened(w, "options").await, json!({"words": "Towns"}).to_string())
        })),
        row!("POST" "/api/v1/papers/{slug}/brackets/{id}/settle" "another component's", May(Action::Decide), once |w| Box::pin(async {
            (opened(w, "settle").await, json!({"end": "kept"}).to_string())
        })),
        // Whoever decides here is whoever would write.
        row!("POST" "/api/v1/papers/{slug}/brackets/{id}/settle" "locked", May(Action::WriteText), once |w| Box::pin(async {
            (opened_before_the_lock(w, "settle").await, json!({"end": "kept"}).to_string())
        })),
        row!("POST" "/api/v1/papers/{slug}/brackets/{id}/mark" "", May(Action::WriteText), once |w| Box::pin(async {
            (opened(w, "mark").await, "{}".to_owned())
        })),
        row!("POST" "/api/v1/texts/{id}/brackets/{bracket}/lift" "a mark of nobody", May(Action::WriteText), once |w| Box::pin(async {
            (marked(w).await, "{}".to_owned())
        })),
    ]
}

fn mewa(world: &World) -> ComponentId {
    world.service.app.directory.register().seat(world.samir).unwrap().component
}

async fn at_text(world: &World) -> (String, String) {
    let (anchor, paragraph) = anchor(&world.service).await;
    let body = json!({"id": Uuid::new_v4(), "anchor": anchor, "paragraph": paragraph, "component": mewa(world), "side": "keep", "words": "Why."});
    (format!("/api/v1/texts/{}/brackets", world.text), body.to_string())
}

/// A bracket that Adaeze, who holds the pen, opened for MEWA.
async fn opened(world: &World, act: &str) -> String {
    let (anchor, paragraph) = anchor(&world.service).await;
    let register = world.service.app.directory.register();
    let adaeze = register.person_by_email("adaeze@example.org").unwrap().id;
    let seat = register.seats_of(adaeze)[0].id;
    let id = BracketId(Uuid::new_v4());
    let new = NewBracket {
        id,
        anchor,
        paragraph,
        component: mewa(world),
        side: Side::Delete,
        words: "Why.".to_owned(),
    };
    world.service.app.open_bracket(world.text, seat, new).await.unwrap();
    format!("/api/v1/papers/housing/brackets/{id}/{act}")
}

/// The same, with the chapter locked only after that.
async fn opened_before_the_lock(world: &World, act: &str) -> String {
    let service = &world.service;
    let place = (service.paper().id, service.paper().chapters[0].id);
    service.app.act_on_lock(world.ines, place, None, LockAct::Open).await.unwrap();
    let path = opened(world, act).await;
    service
        .app
        .act_on_lock(world.ines, place, None, LockAct::Lock("For the vote.".to_owned()))
        .await
        .unwrap();
    path
}

/// The mark of another program around the same words.
async fn marked(world: &World) -> String {
    let (anchor, _) = anchor(&world.service).await;
    let mut text = Text::clone(&*world.service.app.live.text(world.text).await.unwrap());
    let (range, id) = (anchor.range(&text).unwrap(), Uuid::new_v4());
    let writer = world.service.app.writer(world.samir);
    let edited =
        text.edit(&writer, |edit| edit.mark(range, &format!("bracket:{id}"), &MarkValue::ON)).unwrap();
    let change = bytes::Bytes::from(edited.change.unwrap());
    world.service.app.live.submit(world.text, world.samir, vec![change]).await.unwrap();
    format!("/api/v1/texts/{}/brackets/{id}/lift", world.text)
}
