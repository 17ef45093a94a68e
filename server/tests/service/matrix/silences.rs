//! Silence, asked by everybody.

use std::time::Duration;

use borrador::app::silences::NewSilence;
use crdt::ids::{ComponentId, MilestoneId};
use crdt::review::permission::Action;
use serde_json::json;

use super::{Row, Rule, World};

#[rustfmt::skip]
pub(super) fn rows() -> Vec<Row> {
    use Rule::{InPaper, Nobody, NotTheirs};
    let run = InPaper(Action::RunSilence);
    vec![
        row!("GET" "/api/v1/papers/{slug}/silences" "", InPaper(Action::Read), NONE),
        row!("POST" "/api/v1/papers/{slug}/silences" "", run, |w| {
            (String::new(), json!({"milestone": w.milestone, "question": "It is ours.", "components": [sec(w)], "ends": "2016-09-28T12:00:00Z"}).to_string())
        }),
        row!("GET" "/api/v1/papers/{slug}/silences/{id}" "", InPaper(Action::Read), once |w| Box::pin(async { (opened(w, "").await, String::new()) })),
        row!("POST" "/api/v1/papers/{slug}/silences/{id}/object" "own component listed", InPaper(Action::SubmitForComponent), once |w| Box::pin(async {
            (opened(w, "/object").await, json!({"words": "Why."}).to_string())
        })),
        row!("POST" "/api/v1/papers/{slug}/silences/{id}/object" "another's component listed", Nobody, once |w| Box::pin(async {
            (opened_to(w, vec![sec(w)], "/object").await, json!({"words": "Why."}).to_string())
        })),
        row!("POST" "/api/v1/papers/{slug}/silences/{id}/extend" "", run, once |w| Box::pin(async {
            (opened(w, "/extend").await, json!({"ends": "2016-09-30T12:00:00Z", "reason": "A holiday."}).to_string())
        })),
        row!("POST" "/api/v1/papers/{slug}/silences/{id}/cancel" "", run, once |w| Box::pin(async {
            (opened(w, "/cancel").await, json!({"reason": "A mistake."}).to_string())
        })),
        row!("POST" "/api/v1/papers/{slug}/silences/{id}/deliveries" "", run, once |w| Box::pin(async {
            (opened(w, "/deliveries").await, json!({"component": sec(w), "words": "By telephone."}).to_string())
        })),
        row!("GET" "/api/v1/papers/{slug}/silences/{id}/certificate/{file}" "running", NotTheirs, once |w| Box::pin(async {
            (opened(w, "/certificate/en.md").await, String::new())
        })),
    ]
}

fn sec(world: &World) -> ComponentId {
    world.service.app.directory.register().seat(world.ines).unwrap().component
}

/// A procedure that lists the asker's component and that of the secretariat.
async fn opened(world: &World, act: &str) -> String {
    opened_to(world, vec![world.seat.component, sec(world)], act).await
}

async fn opened_to(world: &World, components: Vec<ComponentId>, act: &str) -> String {
    let app = &world.service.app;
    let new = NewSilence {
        milestone: Some(MilestoneId(world.milestone)),
        question: "It is ours.".to_owned(),
        components: components.into_iter().collect(),
        ends: app.clock.now() + Duration::from_hours(24 * 7),
    };
    let kept = app.open_silence(&world.service.paper(), world.ines, new).await.unwrap();
    format!("/api/v1/papers/housing/silences/{}{act}", kept.silence.id)
}
