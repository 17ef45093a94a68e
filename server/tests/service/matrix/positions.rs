//! Who may what with positions of components.

use std::time::Duration;

use borrador::app::positions::{NewPosition, ReceivedFile};
use crdt::ids::{ComponentId, MilestoneId, SeatId};
use crdt::review::permission::Action;
use crdt::review::position::{Stance, Subject};
use crdt::review::round::{Act, Plan};
use crdt::review::submission::Visibility;
use serde_json::json;

use super::{Row, Rule, World};

const POSITIONS: &str = "/api/v1/papers/housing/positions";

#[rustfmt::skip]
pub(super) fn rows() -> Vec<Row> {
    use Rule::{InPaper, Nobody};
    vec![
        row!("GET" "/api/v1/papers/{slug}/positions" "", InPaper(Action::Read), NONE),
        row!("POST" "/api/v1/papers/{slug}/positions" "own component's", InPaper(Action::SubmitForComponent), |w| {
            (String::new(), json!({"milestone": w.milestone, "subject": {"on": "paper"}, "stance": "supports"}).to_string())
        }),
        row!("POST" "/api/v1/papers/{slug}/positions" "another component's", InPaper(Action::SubmitOnBehalf), |w| {
            let received = json!({"name": "letter.txt", "content": "WWVz"});
            (String::new(), json!({"milestone": w.milestone, "subject": {"on": "paper"}, "stance": "supports", "on_behalf_of": samirs(w), "received": received}).to_string())
        }),
        row!("POST" "/api/v1/papers/{slug}/positions/{id}/reconfirm" "another component's", Nobody, once |w| Box::pin(async {
            (format!("{POSITIONS}/{}/reconfirm", taken_for(w, samirs(w)).await), json!({"milestone": w.milestone}).to_string())
        })),
        row!("POST" "/api/v1/papers/{slug}/positions/{id}/admit" "late", Rule::SeenInPaperByAny(&[Action::RunRound, Action::AnswerRemarks]), once |w| Box::pin(async {
            (format!("{POSITIONS}/{}/admit", late(w).await), json!({"reason": "Their council met on Friday."}).to_string())
        })),
        row!("POST" "/api/v1/papers/{slug}/positions/{id}/lift" "own component's", InPaper(Action::SubmitForComponent), once |w| Box::pin(async {
            (format!("{POSITIONS}/{}/lift", taken_for(w, w.seat.component).await), "{}".to_owned())
        })),
        row!("POST" "/api/v1/papers/{slug}/positions/{id}/lift" "another component's", Nobody, once |w| Box::pin(async {
            (format!("{POSITIONS}/{}/lift", taken_for(w, samirs(w)).await), "{}".to_owned())
        })),
        row!("GET" "/api/v1/papers/{slug}/positions/{id}/received/{file}" "own component's", Rule::Seat, once |w| Box::pin(async {
            (received_address(w, w.seat.component).await, String::new())
        })),
        row!("GET" "/api/v1/papers/{slug}/positions/{id}/received/{file}" "another component's", Rule::SeenInPaper(Action::SubmitOnBehalf), once |w| Box::pin(async {
            (received_address(w, samirs(w)).await, String::new())
        })),
    ]
}

fn samirs(world: &World) -> ComponentId {
    world.service.app.directory.register().seat(world.samir).unwrap().component
}

/// A position that Inés entered on a component's behalf.
async fn taken_for(world: &World, component: ComponentId) -> String {
    let taken = enter(world, world.ines, component).await;
    taken.position.id.to_string()
}

/// A position that came from MEWA when the round was closed.
async fn late(world: &World) -> String {
    let app = &world.service.app;
    let mewa = samirs(world);
    let now = app.clock.now();
    let plan = Plan {
        name: "Second reading".to_owned(),
        about: String::new(),
        asks: [crdt::review::round::Ask::Position].into(),
        invited: [mewa].into(),
        opens: now,
        closes: now + Duration::from_hours(1),
        visibility: Visibility::Open,
    };
    let milestone = MilestoneId(world.milestone);
    let round = app.draft_round(world.ines, world.service.paper().id, milestone, plan).await.unwrap();
    app.act_on_round(world.ines, round.id, None, Act::Announce).await.unwrap();
    world.service.passes(Duration::from_hours(2));
    taken_for(world, mewa).await
}

async fn received_address(world: &World, component: ComponentId) -> String {
    let taken = enter(world, world.ines, component).await;
    let file = taken.said.received.clone().unwrap().sha256;
    format!("{POSITIONS}/{}/received/{file}", taken.position.id)
}

async fn enter(world: &World, by: SeatId, component: ComponentId) -> borrador::app::positions::Taken {
    let new = NewPosition {
        milestone: Some(MilestoneId(world.milestone)),
        subject: Subject::Paper,
        stance: Stance::Supports,
        words: String::new(),
        way_out: String::new(),
        on_behalf_of: Some(component),
        received: Some(ReceivedFile { name: "letter.txt".to_owned(), bytes: "Yes".into() }),
    };
    world.service.app.take_position(&world.service.paper(), by, new).await.unwrap()
}
