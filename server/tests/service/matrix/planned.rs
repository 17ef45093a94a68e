//! Who may what with the drafts that are planned.

use std::collections::BTreeMap;

use crdt::history::planned::PlanWords;
use crdt::review::permission::Action;
use uuid::Uuid;

use super::{Row, Rule, World};

const PLANNED: &str = "/api/v1/papers/housing/planned";
const SAID: &str = r#"{"name": {"en": "Quito draft"}, "date": "2016-10-17"}"#;

#[rustfmt::skip]
pub(super) fn rows() -> Vec<Row> {
    use Rule::InPaper;
    vec![
        row!("GET" "/api/v1/papers/{slug}/planned" "", InPaper(Action::Read), NONE),
        row!("POST" "/api/v1/papers/{slug}/planned" "", InPaper(Action::Seal), |_| (String::new(), SAID.to_owned())),
        row!("PUT" "/api/v1/papers/{slug}/planned/{id}" "", InPaper(Action::Seal), once |w| Box::pin(async {
            (format!("{PLANNED}/{}", planned(w).await), SAID.to_owned())
        })),
        row!("POST" "/api/v1/papers/{slug}/planned/{id}/cancel" "", InPaper(Action::Seal), once |w| Box::pin(async {
            (format!("{PLANNED}/{}/cancel", planned(w).await), r#"{"reason": "The congress is off."}"#.to_owned())
        })),
    ]
}

async fn planned(world: &World) -> Uuid {
    let words = PlanWords {
        name: BTreeMap::from([("en".to_owned(), "Lima draft".to_owned())]),
        event: BTreeMap::new(),
        date: "2016-10-12".parse().unwrap(),
        purpose: BTreeMap::new(),
    };
    world.service.app.plan_draft(&world.service.paper(), world.ines, words).await.unwrap().plan.id.0
}
