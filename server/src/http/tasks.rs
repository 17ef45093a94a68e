//! What the review asks of the caller.

use actix_web::{HttpResponse, web};
use crdt::moment::Moment;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::app::tasks::{Asker, Task, Wanted};
use crate::http::error::Problem;
use crate::http::intake::caller::Caller;
use crate::people::directory::Register;

/// Something that waits for the caller.
#[derive(Serialize, ToSchema)]
pub struct TaskView {
    /// The paper's slug.
    paper: String,
    /// The round that asks; `null` when something else does.
    round: Option<Uuid>,
    /// Its name; empty without one.
    round_name: String,
    /// The procedure that asks, for `object`.
    #[serde(skip_serializing_if = "Option::is_none")]
    silence: Option<Uuid>,
    /// `remark`, `prepare`, `send`, `position`, `submit`, `object` or `reconfirm` of a component; `admit`, `admit_amendments`, `decide`,
    /// `settle`, `remind` or `announce` of those who answer or run; and how many of what.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    what: Wanted,
    /// Until when; `null` when there is no instant.
    #[schema(value_type = Option<String>, format = DateTime)]
    by: Option<Moment>,
}

/// What the review asks of the caller in all papers, in the seat they act with: the nearest end first.
#[utoipa::path(get, path = "/api/v1/tasks", tag = "rounds", responses((status = 200, body = [TaskView])))]
pub async fn list(app: web::Data<App>, caller: Caller) -> Result<HttpResponse, Problem> {
    let tasks = app.tasks(caller.seat).await?;
    let tasks: Vec<TaskView> = tasks.iter().filter_map(|task| view(&caller.register, task)).collect();
    Ok(HttpResponse::Ok().json(json!({ "tasks": tasks })))
}

fn view(register: &Register, task: &Task) -> Option<TaskView> {
    let (round, silence) = match task.asker {
        Asker::Round(round) => (Some(round), None),
        Asker::Silence(silence) => (None, Some(silence.0)),
        Asker::Paper => (None, None),
    };
    let name = round.and_then(|round| register.round(round)).map(|round| round.plan.name.clone());
    Some(TaskView {
        paper: register.paper(task.paper)?.slug.clone(),
        round: round.map(|round| round.0),
        round_name: name.unwrap_or_default(),
        silence,
        what: task.what,
        by: task.by,
    })
}
