//! The matrix of remarks: who reads it, and who answers, assigns, describes and judges.

use borrador::app::matrix::answers::{Answering, Marked};
use borrador::app::matrix::imports::Given;
use crdt::review::disposition::Outcome;
use crdt::review::permission::Action;
use serde_json::json;

use super::{PAPER, Row, Rule, World};

#[rustfmt::skip]
pub(super) fn rows() -> Vec<Row> {
    use Rule::{InPaper, May, MayEither, NotTheirs, Nobody};
    vec![
        row!("GET" "/api/v1/papers/{slug}/matrix" "", InPaper(Action::Read), NONE),
        row!("GET" "/api/v1/papers/{slug}/matrix/index" "", InPaper(Action::Read), NONE),
        row!("GET" "/api/v1/papers/{slug}/matrix/rows" "", InPaper(Action::Read), |w| (format!("?ids={}", w.samirs), String::new())),
        row!("GET" "/api/v1/papers/{slug}/matrix/file" "", InPaper(Action::Read), |_| ("?format=csv&language=en".to_owned(), String::new())),
        row!("POST" "/api/v1/papers/{slug}/matrix/imports" "own component's", InPaper(Action::PrepareForComponent), |_| (String::new(), json!({"name": "a.csv", "content": FILE}).to_string())),
        row!("POST" "/api/v1/papers/{slug}/matrix/imports" "another component's", InPaper(Action::SubmitOnBehalf), |_| (String::new(), json!({"name": "a.csv", "content": FILE, "component": "MEWA"}).to_string())),
        row!("GET" "/api/v1/papers/{slug}/matrix/imports/{id}" "another's", NotTheirs, once |w| Box::pin(async { (brought(w, "").await, String::new()) })),
        row!("DELETE" "/api/v1/papers/{slug}/matrix/imports/{id}" "another's", NotTheirs, once |w| Box::pin(async { (brought(w, "").await, String::new()) })),
        row!("POST" "/api/v1/papers/{slug}/matrix/imports/{id}/take-in" "another's", NotTheirs, once |w| Box::pin(async { (brought(w, "/take-in").await, "{}".to_owned()) })),
        row!("POST" "/api/v1/papers/{slug}/matrix/answers" "another's, for all", May(Action::AnswerRemarks), |w| (String::new(), json!({"rows": [{"id": w.samirs, "version": 1}], "outcome": "accepted"}).to_string())),
        row!("POST" "/api/v1/papers/{slug}/matrix/answers" "another component's", NotTheirs, |w| (String::new(), json!({"rows": [{"id": w.mewas, "version": 1}], "outcome": "accepted"}).to_string())),
        row!("POST" "/api/v1/papers/{slug}/matrix/answers/{id}/undo" "another's", NotTheirs, once |w| Box::pin(async {
            let adaeze = { let register = w.service.app.directory.register(); register.seats_of(register.person_by_email("adaeze@example.org").unwrap().id)[0].id };
            let answer = Answering { outcome: Outcome::Accepted, words: String::new(), result: None };
            let rows = [Marked { id: w.samirs.0, version: 1 }];
            let given = w.service.app.answer_rows(&w.service.paper(), adaeze, &rows, &answer).await.unwrap();
            (format!("/api/v1/papers/{PAPER}/matrix/answers/{}/undo", given.batch.unwrap()), "{}".to_owned())
        })),
        row!("POST" "/api/v1/papers/{slug}/matrix/assignments" "another's, for all", MayEither(Action::AnswerRemarks, Action::RunRound), |w| (String::new(), json!({"rows": [{"id": w.samirs, "version": 1}], "seat": null}).to_string())),
        row!("POST" "/api/v1/threads/{id}/entry" "own", May(Action::Comment), |_| (String::new(), json!({"kind": "editorial", "proposed": "homes"}).to_string())),
        row!("POST" "/api/v1/threads/{id}/entry" "another's, for all", May(Action::AnswerRemarks), |_| (String::new(), json!({"kind": "editorial", "proposed": ""}).to_string())),
        row!("POST" "/api/v1/threads/{id}/entry" "another component's", NotTheirs, |_| (String::new(), json!({"kind": "editorial", "proposed": ""}).to_string())),
        row!("POST" "/api/v1/threads/{id}/verdict" "another's, for all", Nobody, |_| (String::new(), json!({"satisfied": true}).to_string())),
        row!("POST" "/api/v1/threads/{id}/verdict" "another component's", NotTheirs, |_| (String::new(), json!({"satisfied": true}).to_string())),
    ]
}

/// `Comments,Proposed change`, and a row.
const FILE: &str = "Q29tbWVudHMsUHJvcG9zZWQgY2hhbmdlCldobyBwYXlzPyxOb2JvZHkuCg==";

/// The address of a file that Inés brought.
async fn brought(world: &World, act: &str) -> String {
    let bytes = bytes::Bytes::from_static(b"Comments,Proposed change\nWho pays?,Nobody.\n");
    let given = Given { name: "a.csv".to_owned(), bytes, on_behalf: None, round: None };
    let app = &world.service.app;
    let (import, _) = app.bring_matrix(&world.service.paper(), world.ines, given).await.unwrap();
    format!("/api/v1/papers/{PAPER}/matrix/imports/{}{act}", import.id)
}
