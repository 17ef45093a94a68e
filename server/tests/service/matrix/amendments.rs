//! Who may what with amendments. *Own* are those of the asker's component, AFR; *another's* those of MEWA.

use borrador::app::amendments::{Kept, NewDraft, Said};
use crdt::document::{Text, Writer};
use crdt::ids::{ActorId, SeatId};
use crdt::review::permission::{Action, Function};
use serde_json::json;
use uuid::Uuid;

use super::{Row, Rule, World};

#[rustfmt::skip]
pub(super) fn rows() -> Vec<Row> {
    use Rule::{InPaper, May, NotTheirs, Nobody, Seat};
    vec![
        row!("GET" "/api/v1/papers/{slug}/amendments" "", InPaper(Action::Read), NONE),
        row!("POST" "/api/v1/texts/{id}/amendments" "open", May(Action::Propose), NONE),
        row!("POST" "/api/v1/texts/{id}/amendments" "locked", May(Action::Propose), NONE),
        row!("POST" "/api/v1/threads/{id}/amend" "another's, for all", May(Action::Propose), NONE),
        row!("POST" "/api/v1/threads/{id}/amend" "another component's", NotTheirs, NONE),
        row!("POST" "/api/v1/set-aside/{id}/propose" "another's", NotTheirs, NONE),
        row!("POST" "/api/v1/set-aside/{id}/propose" "own", May(Action::Propose), NONE),
        row!("GET" "/api/v1/amendments/{id}" "own draft", Seat, once |w| Box::pin(async { own(w, "", "").await })),
        row!("GET" "/api/v1/amendments/{id}" "another's draft", NotTheirs, once |w| Box::pin(async { draft_of_another(w, "", "").await })),
        row!("GET" "/api/v1/amendments/{id}" "another's, submitted", Seat, once |w| Box::pin(async { another(w, "", "").await })),
        row!("GET" "/api/v1/amendments/{id}/revisions/{number}" "another's, submitted", Seat, once |w| Box::pin(async { another(w, "/revisions/1", "").await })),
        row!("PUT" "/api/v1/amendments/{id}" "own draft", May(Action::Propose), once |w| Box::pin(async { own(w, "", "{\"title\":\"x\"}").await })),
        row!("PUT" "/api/v1/amendments/{id}" "another's, submitted", NotTheirs, once |w| Box::pin(async { another(w, "", "{\"title\":\"x\"}").await })),
        row!("DELETE" "/api/v1/amendments/{id}" "own draft", May(Action::Propose), once |w| Box::pin(async { own(w, "", "").await })),
        row!("DELETE" "/api/v1/amendments/{id}" "another's draft", NotTheirs, once |w| Box::pin(async { draft_of_another(w, "", "").await })),
        row!("POST" "/api/v1/amendments/{id}/ready" "own draft", May(Action::Propose), once |w| Box::pin(async { own(w, "/ready", "{\"ready\":true}").await })),
        row!("POST" "/api/v1/amendments/{id}/refresh" "own draft", May(Action::Propose), once |w| Box::pin(async { own(w, "/refresh", "{}").await })),
        row!("POST" "/api/v1/amendments/{id}/submit" "own draft", May(Action::SubmitForComponent), once |w| Box::pin(async { own(w, "/submit", "{\"reason\":\"x\"}").await })),
        row!("POST" "/api/v1/amendments/{id}/submit" "another's draft", NotTheirs, once |w| Box::pin(async { draft_of_another(w, "/submit", "{\"reason\":\"x\"}").await })),
        row!("POST" "/api/v1/amendments/{id}/withdraw" "another's, submitted", NotTheirs, once |w| Box::pin(async { another(w, "/withdraw", "{}").await })),
        row!("POST" "/api/v1/amendments/{id}/sponsor" "another's, submitted", May(Action::SubmitForComponent), once |w| Box::pin(async { another(w, "/sponsor", "{\"sponsor\":true}").await })),
        row!("POST" "/api/v1/amendments/{id}/voice" "another's, submitted", May(Action::SubmitForComponent), once |w| Box::pin(async { another(w, "/voice", "{\"stance\":\"support\"}").await })),
        row!("POST" "/api/v1/amendments/{id}/take-up" "another's, submitted", May(Action::Decide), once |w| Box::pin(async { another(w, "/take-up", "{}").await })),
        row!("POST" "/api/v1/amendments/{id}/copy" "another's, submitted", May(Action::Decide), once |w| Box::pin(async { another(w, "/copy", "{}").await })),
        row!("POST" "/api/v1/amendments/{id}/decide" "another's, submitted", May(Action::Decide), once |w| Box::pin(async { another(w, "/decide", "{\"outcome\":\"accepted\"}").await })),
        row!("POST" "/api/v1/amendments/{id}/decide" "own, submitted", Nobody, once |w| Box::pin(async { own_submitted(w, "/decide", "{\"outcome\":\"accepted\"}").await })),
        row!("POST" "/api/v1/amendments/{id}/admit" "another's, submitted", Rule::MayAny(&[Action::RunRound, Action::AnswerRemarks]), once |w| Box::pin(async { another(w, "/admit", "{\"reason\":\"x\"}").await })),
    ]
}

/// A draft of AFR, which Adaeze opened and wrote in.
async fn own(world: &World, rest: &str, body: &str) -> (String, String) {
    let draft = drafted(world, adaezes(world)).await;
    addressed(&draft, rest, body)
}

/// The same, submitted.
async fn own_submitted(world: &World, rest: &str, body: &str) -> (String, String) {
    let draft = drafted(world, adaezes(world)).await;
    addressed(&submitted(world, &draft, adaezes(world)).await, rest, body)
}

/// A draft of MEWA, which Samir opened and wrote in.
async fn draft_of_another(world: &World, rest: &str, body: &str) -> (String, String) {
    addressed(&drafted(world, world.samir).await, rest, body)
}

/// The same, submitted by MEWA's focal point.
async fn another(world: &World, rest: &str, body: &str) -> (String, String) {
    let draft = drafted(world, world.samir).await;
    let leila =
        crate::amendments::arrives(&world.service, "Leila Mansour", "MEWA", Function::FocalPoint, &[]);
    addressed(&submitted(world, &draft, leila.await).await, rest, body)
}

fn addressed(kept: &Kept, rest: &str, body: &str) -> (String, String) {
    let body = if body.is_empty() { json!({}).to_string() } else { body.to_owned() };
    (format!("/api/v1/amendments/{}{rest}", kept.amendment.id), body)
}

fn adaezes(world: &World) -> SeatId {
    let register = world.service.app.directory.register();
    let person = register.person_by_email("adaeze@example.org").unwrap().id;
    register.seats_of(person)[0].id
}

async fn drafted(world: &World, seat: SeatId) -> Kept {
    let app = &world.service.app;
    let draft = app.open_amendment(world.text, seat, NewDraft::default()).await.unwrap();
    let branch = draft.amendment.branch.text;
    let mut copy = Text::clone(&*app.live.text(branch).await.unwrap());
    let actor = ActorId(Uuid::new_v4().as_bytes().to_vec());
    let writer = Writer { actor, seat: Some(seat), at: app.clock.now() };
    let change = copy.edit(&writer, |edit| edit.splice(1..1, "Warm ")).unwrap().change.unwrap();
    app.live.submit(branch, seat, vec![change.into()]).await.unwrap();
    draft
}

async fn submitted(world: &World, draft: &Kept, by: SeatId) -> Kept {
    let said = Said { reason: Some("It is cold.".to_owned()), ..Said::default() };
    world.service.app.submit_amendment((draft.amendment.id, by), None, said).await.unwrap()
}
