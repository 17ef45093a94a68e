//! The history of a text, asked by everybody.

use crdt::review::permission::Action;
use serde_json::json;

use super::{Row, Rule, World};

#[rustfmt::skip]
pub(super) fn rows() -> Vec<Row> {
    use Rule::May;
    vec![
        row!("GET" "/api/v1/texts/{id}/history" "", May(Action::Read), NONE),
        row!("GET" "/api/v1/texts/{id}/history/{moment}" "", May(Action::Read), once |w| Box::pin(async { first(w, "") })),
        row!("GET" "/api/v1/texts/{id}/history/{moment}/restoration" "", May(Action::Read), once |w| Box::pin(async { first(w, "/restoration") })),
        row!("POST" "/api/v1/texts/{id}/restore" "open", May(Action::WriteText), once |w| Box::pin(async { restores(w).await })),
        row!("POST" "/api/v1/texts/{id}/restore" "locked", May(Action::WriteText), once |w| Box::pin(async { restores(w).await })),
    ]
}

fn first(world: &World, what: &str) -> (String, String) {
    (format!("/api/v1/texts/{}/history/1-1{what}", world.text), String::new())
}

async fn restores(world: &World) -> (String, String) {
    let heads = world.service.app.live.text(world.service.text()).await.unwrap().heads();
    (format!("/api/v1/texts/{}/restore", world.text), json!({"moment": "1-1", "heads": heads}).to_string())
}
