//! Components, people, seats and invitations.

use borrador::app::invitations::NewInvitation;
use borrador::app::people::PersonWords;
use borrador::people::invitation::Invitation;
use crdt::review::permission::{Action, Function};
use serde_json::json;

use super::{Row, Rule, World};

#[rustfmt::skip]
pub(super) fn rows() -> Vec<Row> {
    use Rule::{Absent, InPaper, InService, SeenByAny};
    vec![
        // Only a service with a mail server writes letters; this one has none. Who asks is not looked at.
        row!("POST" "/api/v1/sign-in-letters" "no mail server", Absent, |_| (String::new(), json!({"email": "samir@example.org"}).to_string())),
        row!("POST" "/api/v1/components" "", InService(Action::KeepComponents), |_| (String::new(), lyon("LYON"))),
        row!("PUT" "/api/v1/components/{id}" "", InService(Action::KeepComponents), once |w| Box::pin(async { (at(w, ""), lyon("MEWA")) })),
        row!("POST" "/api/v1/components/{id}/close" "", InService(Action::KeepComponents), once |w| Box::pin(async { (at(w, "/close"), "{}".to_owned()) })),
        row!("POST" "/api/v1/components/{id}/open" "", InService(Action::KeepComponents), once |w| Box::pin(async { (at(w, "/open"), "{}".to_owned()) })),
        row!("PUT" "/api/v1/people/{id}" "", InService(Action::InvitePeople), once |w| Box::pin(async {
            (format!("/api/v1/people/{}", samir(w)), json!({"name": "Samir", "email": "samir@example.org", "language": "en"}).to_string())
        })),
        row!("POST" "/api/v1/people/{id}/sign-in-links" "", InService(Action::InvitePeople), once |w| Box::pin(async {
            (format!("/api/v1/people/{}/sign-in-links", samir(w)), "{}".to_owned())
        })),
        row!("POST" "/api/v1/seats" "", InService(Action::InvitePeople), |w| {
            let component = w.service.app.directory.register().component_by_code("AFR").unwrap().id;
            (String::new(), json!({"person": samir(w), "component": component, "function": "deputy"}).to_string())
        }),
        row!("PUT" "/api/v1/seats/{id}" "another's", InService(Action::EndSeat), |_| (String::new(), json!({"function": "deputy", "first": true}).to_string())),
        row!("GET" "/api/v1/invitations" "", InService(Action::InvitePeople), NONE),
        row!("POST" "/api/v1/invitations" "", InService(Action::InvitePeople), |w| {
            let component = w.service.app.directory.register().component_by_code("AFR").unwrap().id;
            (String::new(), json!({"name": "Amina Keita", "email": "amina@example.org", "language": "en", "component": component, "function": "contributor"}).to_string())
        }),
        row!("POST" "/api/v1/invitations/{id}/renew" "", InService(Action::InvitePeople), once |w| Box::pin(async {
            (format!("/api/v1/invitations/{}/renew", invited(w).await.id), "{}".to_owned())
        })),
        row!("POST" "/api/v1/invitations/{id}/withdraw" "", InService(Action::InvitePeople), once |w| Box::pin(async {
            (format!("/api/v1/invitations/{}/withdraw", invited(w).await.id), "{}".to_owned())
        })),
        row!("GET" "/api/v1/rounds/{id}/answers" "", InPaper(Action::Read), once |w| Box::pin(async { (answers(w, None).await, String::new()) })),
        row!("GET" "/api/v1/rounds/{id}/answers/{component}" "own component's", InPaper(Action::Read), once |w| Box::pin(async { (answers(w, Some("AFR")).await, String::new()) })),
        row!("GET" "/api/v1/rounds/{id}/answers/{component}" "another component's", SeenByAny(&[Action::ReadRapporteurThreads, Action::RunRound]), once |w| Box::pin(async { (answers(w, Some("MEWA")).await, String::new()) })),
        row!("GET" "/api/v1/rounds/{id}/answers/{component}/file" "own component's", InPaper(Action::Read), once |w| Box::pin(async { (answers(w, Some("AFR")).await + "/file?language=en&format=md", String::new()) })),
        row!("GET" "/api/v1/rounds/{id}/answers/{component}/file" "another component's", SeenByAny(&[Action::ReadRapporteurThreads, Action::RunRound]), once |w| Box::pin(async { (answers(w, Some("MEWA")).await + "/file?language=en&format=md", String::new()) })),
    ]
}

/// Where the answers of an open round stand, or that to one component.
async fn answers(world: &World, code: Option<&str>) -> String {
    let round = super::rounds::announced(world).await;
    let of = code.map(|code| world.service.app.directory.register().component_by_code(code).unwrap().id);
    format!("/api/v1/rounds/{round}/answers{}", of.map_or(String::new(), |id| format!("/{id}")))
}

fn lyon(code: &str) -> String {
    json!({"code": code, "kind": "city", "hue": 7, "name": {"es": "Lyon"}}).to_string()
}

fn at(world: &World, act: &str) -> String {
    let mewa = world.service.app.directory.register().component_by_code("MEWA").unwrap().id;
    format!("/api/v1/components/{mewa}{act}")
}

fn samir(world: &World) -> crdt::ids::PersonId {
    world.service.app.directory.register().seat(world.samir).unwrap().person
}

async fn invited(world: &World) -> Invitation {
    let component = world.service.app.directory.register().component_by_code("AFR").unwrap().id;
    let to = PersonWords {
        name: "Amina Keita".to_owned(),
        email: "amina@example.org".to_owned(),
        language: "en".to_owned(),
    };
    let new = NewInvitation { to, component, function: Function::Contributor, role: None };
    world.service.app.offer_seat(world.ines, new).await.unwrap().0
}
