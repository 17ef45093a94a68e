//! The matrix of remarks: who reads it, and who answers, assigns, describes and judges.

use borrador::app::matrix::answers::{Answering, Marked};
use crdt::review::disposition::Outcome;

use super::*;

#[rustfmt::skip]
pub(super) fn rows() -> Vec<Row> {
    use Rule::{InPaper, May, MayEither, NotTheirs, Nobody};
    vec![
        row!("GET" "/api/v1/papers/{slug}/matrix" "", InPaper(Action::Read), NONE),
        row!("GET" "/api/v1/papers/{slug}/matrix/index" "", InPaper(Action::Read), NONE),
        row!("GET" "/api/v1/papers/{slug}/matrix/rows" "", InPaper(Action::Read), |w| (format!("?ids={}", w.samirs), String::new())),
        row!("GET" "/api/v1/papers/{slug}/matrix/file" "", InPaper(Action::Read), |_| ("?format=csv&language=en".to_owned(), String::new())),
        row!("POST" "/api/v1/papers/{slug}/matrix/answers" "another's, for all", May(Action::AnswerRemarks), |w| (String::new(), json!({"rows": [{"id": w.samirs, "version": 1}], "outcome": "accepted"}).to_string())),
        row!("POST" "/api/v1/papers/{slug}/matrix/answers" "another component's", NotTheirs, |w| (String::new(), json!({"rows": [{"id": w.mewas, "version": 1}], "outcome": "accepted"}).to_string())),
        row!("POST" "/api/v1/papers/{slug}/matrix/answers/{id}/undo" "another's", NotTheirs, once |w| Box::pin(async {
            let adaeze = { let register = w.service.app.directory.register(); register.seats_of(register.person_by_email("adaeze@example.org").unwrap().id)[0].id };
            let answer = Answering { outcome: Outcome::Accepted, words: String::new(), result: None };
            let rows = [Marked { id: w.samirs.0, version: 1 }];
            let (batch, _) = w.service.app.answer_rows(&w.service.paper(), adaeze, &rows, &answer).await.unwrap();
            (format!("/api/v1/papers/{PAPER}/matrix/answers/{}/undo", batch.id), "{}".to_owned())
        })),
        row!("POST" "/api/v1/papers/{slug}/matrix/assignments" "another's, for all", MayEither(Action::AnswerRemarks, Action::RunRound), |w| (String::new(), json!({"rows": [{"id": w.samirs, "version": 1}], "seat": null}).to_string())),
        row!("POST" "/api/v1/threads/{id}/entry" "own", May(Action::Comment), |_| (String::new(), json!({"kind": "editorial", "proposed": "homes"}).to_string())),
        row!("POST" "/api/v1/threads/{id}/entry" "another's, for all", May(Action::AnswerRemarks), |_| (String::new(), json!({"kind": "editorial", "proposed": ""}).to_string())),
        row!("POST" "/api/v1/threads/{id}/entry" "another component's", NotTheirs, |_| (String::new(), json!({"kind": "editorial", "proposed": ""}).to_string())),
        row!("POST" "/api/v1/threads/{id}/verdict" "another's, for all", Nobody, |_| (String::new(), json!({"satisfied": true}).to_string())),
        row!("POST" "/api/v1/threads/{id}/verdict" "another component's", NotTheirs, |_| (String::new(), json!({"satisfied": true}).to_string())),
    ]
}
