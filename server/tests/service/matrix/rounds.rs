//! Rounds, readings and notices, asked by everybody.

use std::time::Duration;

use borrador::app::threads::NewThread;
use crdt::ids::{MilestoneId, RoundId, SeatId, ThreadId};
use crdt::review::permission::Action;
use crdt::review::round::{Act, Ask, Plan};
use crdt::review::submission::Visibility;
use crdt::review::thread::Audience;
use serde_json::json;

use super::{PAPER, Row, Rule, World};

/// Shorter than a session.
const OPEN_FOR: Duration = Duration::from_hours(4);

#[rustfmt::skip]
pub(super) fn rows() -> Vec<Row> {
    use Rule::{InPaper, Seat};
    let run = InPaper(Action::RunRound);
    vec![
        row!("GET" "/api/v1/papers/{slug}/rounds" "", InPaper(Action::Read), NONE),
        row!("POST" "/api/v1/papers/{slug}/rounds" "", run, |w| {
            let component = w.seat.component;
            (String::new(), json!({"milestone": w.milestone, "name": "First reading", "asks": ["comments"], "invited": [component],
                "opens": "2016-09-21T08:42:00Z", "closes": "2016-09-28T12:00:00Z", "visibility": "open"}).to_string())
        }),
        row!("POST" "/api/v1/papers/{slug}/readings" "", InPaper(Action::Read), |w| (String::new(), json!({"chapter": w.chapter}).to_string())),
        row!("GET" "/api/v1/rounds/{id}" "announced", InPaper(Action::Read), once |w| Box::pin(async { (at(announced(w).await, ""), String::new()) })),
        row!("GET" "/api/v1/rounds/{id}" "draft", Rule::SeenInPaper(Action::RunRound), once |w| Box::pin(async { (at(drafted(w, Duration::ZERO).await, ""), String::new()) })),
        row!("POST" "/api/v1/rounds/{id}/announce" "draft", Rule::SeenInPaper(Action::RunRound), once |w| Box::pin(async {
            (at(drafted(w, Duration::ZERO).await, "/announce"), "{}".to_owned())
        })),
        row!("PUT" "/api/v1/rounds/{id}" "not open yet", run, once |w| Box::pin(async {
            let component = w.seat.component;
            let id = announced_at(w, Duration::from_hours(24)).await;
            (at(id, ""), json!({"name": "Reading", "asks": ["comments"], "invited": [component], "opens": "2016-09-22T08:42:00Z",
                "closes": "2016-09-28T12:00:00Z", "visibility": "open"}).to_string())
        })),
        row!("POST" "/api/v1/rounds/{id}/pause" "open", run, once |w| Box::pin(async { (at(announced(w).await, "/pause"), why()) })),
        row!("POST" "/api/v1/rounds/{id}/resume" "paused", run, once |w| Box::pin(async {
            let id = announced(w).await;
            acts(w, id, Act::Pause("x".to_owned())).await;
            (at(id, "/resume"), "{}".to_owned())
        })),
        row!("POST" "/api/v1/rounds/{id}/extend" "open", run, once |w| Box::pin(async {
            (at(announced(w).await, "/extend"), json!({"closes": "2016-10-01T12:00:00Z", "reason": "x"}).to_string())
        })),
        row!("POST" "/api/v1/rounds/{id}/close" "open", run, once |w| Box::pin(async { (at(announced(w).await, "/close"), why()) })),
        row!("POST" "/api/v1/rounds/{id}/publish" "closed", run, once |w| Box::pin(async {
            let id = announced(w).await;
            acts(w, id, Act::Close("x".to_owned())).await;
            (at(id, "/publish"), "{}".to_owned())
        })),
        row!("POST" "/api/v1/rounds/{id}/invite" "open", run, once |w| Box::pin(async {
            let mewa = w.service.app.directory.register().seat(w.samir).unwrap().component;
            (at(announced(w).await, "/invite"), json!({"components": [mewa]}).to_string())
        })),
        row!("POST" "/api/v1/rounds/{id}/release" "open", run, once |w| Box::pin(async {
            let mewa = w.service.app.directory.register().seat(w.samir).unwrap().component;
            let id = announced(w).await;
            acts(w, id, Act::Invite([mewa].into())).await;
            (at(id, "/release"), json!({"component": mewa, "reason": "x"}).to_string())
        })),
        row!("POST" "/api/v1/rounds/{id}/remind" "open", run, once |w| Box::pin(async {
            let component = w.seat.component;
            (at(announced(w).await, "/remind"), json!({"components": [component]}).to_string())
        })),
        row!("GET" "/api/v1/rounds/{id}/coverage" "announced", InPaper(Action::Read), once |w| Box::pin(async { (at(announced(w).await, "/coverage"), String::new()) })),
        row!("GET" "/api/v1/rounds/{id}/coverage/file" "announced", InPaper(Action::Read), once |w| Box::pin(async { (at(announced(w).await, "/coverage/file?format=csv&language=en"), String::new()) })),
        row!("POST" "/api/v1/threads/{id}/prepare" "own component's", InPaper(Action::PrepareForComponent), once |w| Box::pin(async {
            let (remark, _) = inside(w, adaeze(w)).await;
            (of(remark, "/prepare"), json!({"keep": true}).to_string())
        })),
        row!("POST" "/api/v1/threads/{id}/prepare" "another component's", Rule::NotTheirs, once |w| Box::pin(async {
            (of(w.mewas, "/prepare"), json!({"keep": true}).to_string())
        })),
        row!("POST" "/api/v1/papers/{slug}/remarks" "own component's", InPaper(Action::SubmitForComponent), once |w| Box::pin(async {
            let round = announced(w).await;
            let (id, version) = inside(w, adaeze(w)).await;
            (format!("/api/v1/papers/{PAPER}/remarks"), json!({"round": round, "remarks": [{"id": id, "version": version}]}).to_string())
        })),
        row!("POST" "/api/v1/papers/{slug}/remarks" "another component's", Rule::NotTheirs, once |w| Box::pin(async {
            let round = announced(w).await;
            (format!("/api/v1/papers/{PAPER}/remarks"), json!({"round": round, "remarks": [{"id": w.mewas, "version": 1}]}).to_string())
        })),
        row!("POST" "/api/v1/threads/{id}/withdraw" "own component's", InPaper(Action::SubmitForComponent), once |w| Box::pin(async {
            let (id, _) = sent(w, adaeze(w), Duration::ZERO).await;
            (of(id, "/withdraw"), why())
        })),
        row!("POST" "/api/v1/threads/{id}/admit" "another component's, late", Rule::SeenByAny(&[Action::RunRound, Action::AnswerRemarks]), once |w| Box::pin(async {
            let (id, _) = sent(w, w.ines, OPEN_FOR).await;
            (of(id, "/admit"), why())
        })),
        row!("GET" "/api/v1/tasks" "", Seat, NONE),
        row!("GET" "/api/v1/notices" "", Seat, NONE),
        row!("POST" "/api/v1/notices/seen" "", Seat, |_| (String::new(), json!({"notices": []}).to_string())),
    ]
}

fn at(id: RoundId, act: &str) -> String {
    format!("/api/v1/rounds/{id}{act}")
}

fn of(id: ThreadId, act: &str) -> String {
    format!("/api/v1/threads/{id}{act}")
}

/// A remark inside the component of this seat. Adaeze speaks for the asker's.
async fn inside(w: &World, by: SeatId) -> (ThreadId, u64) {
    let (anchor, paragraph) = super::anchor(&w.service).await;
    let new = NewThread {
        anchor,
        paragraph,
        body: "Who pays?".to_owned(),
        audience: Audience::Component,
        kind: Default::default(),
        proposed: String::new(),
    };
    let kept = w.service.app.open_thread(w.service.text(), by, new).await.unwrap();
    (kept.thread.id, kept.version)
}

/// The same, sent so long after the round opened.
async fn sent(w: &World, by: SeatId, later: Duration) -> (ThreadId, u64) {
    let round = announced(w).await;
    let remark = inside(w, by).await;
    w.service.passes(later);
    let paper = w.service.paper().id;
    let sent = w.service.app.send_remarks(by, paper, Some(round), &[remark]).await.unwrap();
    (sent[0].thread.id, sent[0].version)
}

fn adaeze(w: &World) -> SeatId {
    let register = w.service.app.directory.register();
    register.seats_of(register.person_by_email("adaeze@example.org").unwrap().id)[0].id
}

fn why() -> String {
    json!({"reason": "x"}).to_string()
}

/// A round that asks the asker's component, open now.
pub(super) async fn announced(w: &World) -> RoundId {
    announced_at(w, Duration::ZERO).await
}

/// The same, opening so much later.
async fn announced_at(w: &World, later: Duration) -> RoundId {
    let id = drafted(w, later).await;
    acts(w, id, Act::Announce).await;
    id
}

async fn drafted(w: &World, later: Duration) -> RoundId {
    let now = w.service.app.clock.now();
    let secretariat = w.service.app.directory.register().seat(w.ines).unwrap().component;
    let plan = Plan {
        name: "Second reading".to_owned(),
        about: String::new(),
        asks: Ask::ALL.into(),
        invited: [w.seat.component, secretariat].into(),
        opens: now + later,
        closes: now + later + OPEN_FOR,
        visibility: Visibility::Open,
    };
    let paper = w.service.paper().id;
    w.service.app.draft_round(w.ines, paper, MilestoneId(w.milestone), plan).await.unwrap().id
}

async fn acts(w: &World, id: RoundId, act: Act) {
    w.service.app.act_on_round(w.ines, id, None, act).await.unwrap();
}
