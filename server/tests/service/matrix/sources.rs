//! Who may what with the sources and pictures of a paper.

use borrador::people::source::SourceWords;
use crdt::review::permission::Action;

use super::{Row, Rule, World};
use crate::sources::png;

const SOURCES: &str = "/api/v1/papers/housing/sources";

#[rustfmt::skip]
pub(super) fn rows() -> Vec<Row> {
    use Rule::{InPaper, MayAnywhere};
    vec![
        row!("GET" "/api/v1/papers/{slug}/sources" "", InPaper(Action::Read), NONE),
        row!("POST" "/api/v1/papers/{slug}/sources" "", MayAnywhere(Action::WriteText), |_| (String::new(), SAID.to_owned())),
        row!("PUT" "/api/v1/papers/{slug}/sources/{id}" "", MayAnywhere(Action::WriteText), once |w| Box::pin(async {
            (format!("{SOURCES}/{}", made(w).await), SAID.to_owned())
        })),
        row!("DELETE" "/api/v1/papers/{slug}/sources/{id}" "", MayAnywhere(Action::WriteText), once |w| Box::pin(async {
            (format!("{SOURCES}/{}", made(w).await), String::new())
        })),
        row!("POST" "/api/v1/papers/{slug}/images" "", MayAnywhere(Action::Propose), NONE),
        row!("GET" "/api/v1/blobs/{sha256}" "of the paper", InPaper(Action::Read), once |w| Box::pin(async {
            let paper = w.service.paper();
            let image = w.service.app.add_image(&paper, adaeze(w), png(1, 1).into()).await.unwrap();
            (format!("/api/v1/blobs/{}", image.sha256), String::new())
        })),
        row!("GET" "/api/v1/blobs/{sha256}" "of no paper", Rule::NotTheirs, once |_| Box::pin(async {
            (format!("/api/v1/blobs/{}", "0".repeat(64)), String::new())
        })),
    ]
}

const SAID: &str = r#"{"title": "The Right to the City"}"#;

fn adaeze(world: &World) -> crdt::ids::SeatId {
    let register = world.service.app.directory.register();
    let person = register.person_by_email("adaeze@example.org").unwrap().id;
    register.seats_of(person)[0].id
}

async fn made(world: &World) -> String {
    let said = SourceWords { title: "Cities for all".to_owned(), ..SourceWords::default() };
    let kept = world.service.app.add_source(&world.service.paper(), adaeze(world), said).await.unwrap();
    kept.source.id.to_string()
}
