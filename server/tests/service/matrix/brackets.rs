//! Brackets, asked by everybody.

use borrador::app::brackets::NewBracket;
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
