//! The paper, its texts and what is kept with it, asked by everybody.

use borrador::app::publishing::PublicAct;
use borrador::app::rights::SeatAct;
use crdt::ids::MilestoneId;
use crdt::review::permission::Action;
use serde_json::json;

use super::{Row, Rule};

#[rustfmt::skip]
pub(super) fn rows() -> Vec<Row> {
    use Rule::{InPaper, InService, May, NotTheirs, Nobody, Public, Seat};
    vec![
        row!("GET" "/health" "", Public, NONE),
        row!("GET" "/api/v1/openapi.json" "", Public, NONE),
        row!("POST" "/api/v1/sign-in" "", Public, |w| (String::new(), json!({"token": w.link}).to_string())),
        row!("POST" "/api/v1/sign-out" "", Seat, NONE),
        row!("POST" "/api/v1/sign-in-links" "", Seat, NONE),
        row!("POST" "/api/v1/sync-tickets" "own seat", Seat, NONE),
        row!("POST" "/api/v1/sync-tickets" "another's seat", Nobody, |w| (String::new(), json!({"seat": w.samir}).to_string())),
        row!("GET" "/sync" "own seat", Seat, |w| (format!("?seat={}", w.seat.id), String::new())),
        row!("GET" "/sync" "another's seat", Nobody, |w| (format!("?seat={}", w.samir), String::new())),
        row!("GET" "/api/v1/me" "", Seat, NONE),
        row!("GET" "/api/v1/components" "", Seat, NONE),
        row!("GET" "/api/v1/people" "", Seat, NONE),
        row!("GET" "/api/v1/papers" "", Seat, NONE),
        row!("POST" "/api/v1/papers" "", InService(Action::ImportPaper), |_| (String::new(), json!({"slug": "work", "title": "Work", "language": "en", "markdown": "# Work"}).to_string())),
        row!("POST" "/api/v1/imports/word" "", InService(Action::ImportPaper), |_| (String::new(), super::super::word::sent("work").to_string())),
        row!("POST" "/api/v1/imports/word/look" "", InService(Action::ImportPaper), |_| (String::new(), super::super::word::sent("work").to_string())),
        row!("GET" "/api/v1/papers/{slug}" "", InPaper(Action::Read), NONE),
        row!("GET" "/api/v1/papers/{slug}/threads" "", InPaper(Action::Read), NONE),
        row!("GET" "/api/v1/papers/{slug}/export" "", InPaper(Action::Read), |_| ("?language=en&format=md".to_owned(), String::new())),
        row!("GET" "/api/v1/papers/{slug}/events" "", InPaper(Action::Read), NONE),
        row!("GET" "/api/v1/papers/{slug}/milestones" "", InPaper(Action::Read), NONE),
        row!("POST" "/api/v1/papers/{slug}/milestones" "", InPaper(Action::Seal), |_| (String::new(), json!({"name": "Quito draft"}).to_string())),
        row!("GET" "/api/v1/milestones/{id}" "", InPaper(Action::Read), NONE),
        row!("GET" "/api/v1/milestones/{id}/texts/{text}" "", InPaper(Action::Read), NONE),
        row!("GET" "/api/v1/milestones/{id}/files/{file}" "", InPaper(Action::Read), NONE),
        row!("GET" "/api/v1/milestones/{id}/bundle" "", InPaper(Action::Read), NONE),
        row!("GET" "/api/v1/papers/{slug}/preflight" "", InPaper(Action::Read), NONE),
        row!("GET" "/api/v1/keys" "", Public, NONE),
        row!("GET" "/api/v1/milestones/{id}/publication" "", InPaper(Action::Read), NONE),
        row!("POST" "/api/v1/milestones/{id}/publish" "", InPaper(Action::Seal), NONE),
        row!("POST" "/api/v1/milestones/{id}/withdraw" "public", InPaper(Action::Seal), once |w| Box::pin(async {
            let (_, draft) = w.service.app.milestone(MilestoneId(w.milestone)).await.unwrap();
            let publish = (w.ines, PublicAct::Publish);
            w.service.app.act_on_publication(&w.service.paper(), &draft, publish, None).await.unwrap();
            (format!("/api/v1/milestones/{}/withdraw", w.milestone), json!({"reason": "It names people."}).to_string())
        })),
        row!("GET" "/api/v1/texts/{id}" "", May(Action::Read), NONE),
        row!("GET" "/api/v1/texts/{id}/attribution" "", May(Action::Read), NONE),
        row!("PUT" "/api/v1/texts/{id}" "open", May(Action::WriteText), NONE),
        row!("PUT" "/api/v1/texts/{id}" "locked", May(Action::WriteText), NONE),
        row!("POST" "/api/v1/texts/{id}/threads" "open", May(Action::Comment), NONE),
        row!("POST" "/api/v1/texts/{id}/threads" "locked", May(Action::Comment), NONE),
        row!("POST" "/api/v1/threads/{id}/comments" "another's, for all", May(Action::Comment), |_| (String::new(), json!({"body": "Yes."}).to_string())),
        row!("POST" "/api/v1/threads/{id}/comments" "another component's", NotTheirs, |_| (String::new(), json!({"body": "Yes."}).to_string())),
        row!("POST" "/api/v1/threads/{id}/resolve" "own", May(Action::Comment), NONE),
        row!("POST" "/api/v1/threads/{id}/resolve" "another's, for all", May(Action::SettleThread), NONE),
        row!("POST" "/api/v1/threads/{id}/resolve" "another component's", NotTheirs, NONE),
        row!("POST" "/api/v1/threads/{id}/reopen" "own", May(Action::Comment), NONE),
        row!("POST" "/api/v1/threads/{id}/reopen" "another's, for all", May(Action::SettleThread), NONE),
        row!("POST" "/api/v1/threads/{id}/reopen" "another component's", NotTheirs, NONE),
        row!("POST" "/api/v1/papers/{slug}/chapters/{id}/lock" "", May(Action::LockChapter), |_| (String::new(), json!({"reason": "x"}).to_string())),
        row!("POST" "/api/v1/papers/{slug}/chapters/{id}/unlock" "locked", May(Action::LockChapter), NONE),
        row!("POST" "/api/v1/papers/{slug}/pens" "", May(Action::GivePen), |w| (String::new(), json!({"seat": w.samir, "chapter": w.chapter}).to_string())),
        row!("POST" "/api/v1/papers/{slug}/pens/take" "", May(Action::GivePen), |w| (String::new(), json!({"seat": w.samir, "chapter": w.chapter}).to_string())),
        row!("POST" "/api/v1/seats/{id}/end" "another's", InService(Action::EndSeat), NONE),
        row!("POST" "/api/v1/seats/{id}/restore" "another's", InService(Action::EndSeat), once |w| Box::pin(async {
            w.service.app.act_on_seat(w.ines, w.samir, None, SeatAct::End).await.unwrap();
            (format!("/api/v1/seats/{}/restore", w.samir), "{}".to_owned())
        })),
        row!("GET" "/api/v1/set-aside" "", Seat, NONE),
        row!("GET" "/api/v1/set-aside/{id}" "own", Seat, NONE),
        row!("GET" "/api/v1/set-aside/{id}" "another's", NotTheirs, NONE),
        row!("GET" "/api/v1/set-aside/{id}/file" "own", Seat, NONE),
        row!("GET" "/api/v1/set-aside/{id}/file" "another's", NotTheirs, NONE),
        row!("DELETE" "/api/v1/set-aside/{id}" "own", Seat, NONE),
        row!("DELETE" "/api/v1/set-aside/{id}" "another's", NotTheirs, NONE),
    ]
}
