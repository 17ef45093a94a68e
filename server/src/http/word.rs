//! A Word document on its way to being a paper.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crdt::review::permission::{Action, Place};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::app::App;
use crate::app::audit::By;
use crate::app::refusal::Refusal;
use crate::app::settings::Limits;
use crate::app::word_import::NewWordPaper;
use crate::http::error::Problem;
use crate::http::intake::body::{Body, Incoming};
use crate::http::intake::caller::Caller;
use crate::http::intake::idempotency;
use crate::http::papers;

/// A document.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WordBody {
    slug: String,
    title: String,
    language: String,
    /// The name of the file.
    name: String,
    /// Its bytes, in base64.
    content: String,
}
impl Incoming for WordBody {
    fn limit(limits: &Limits) -> usize {
        limits.import_bytes
    }
}

impl WordBody {
    fn read(self) -> Result<NewWordPaper, Refusal> {
        let file = STANDARD.decode(&self.content);
        let file = file.map_err(|_| Refusal::field("content", "is a file in base64"))?.into();
        let WordBody { slug, title, language, name, .. } = self;
        Ok(NewWordPaper { slug, title, language, name, file })
    }
}

/// What a document would become: its chapters, whose changes would be proposals, and what could not be kept. Nothing is written.
#[utoipa::path(post, path = "/api/v1/imports/word/look", tag = "papers", request_body = WordBody,
    responses((status = 200), (status = 413, description = "It unpacks to too much"), (status = 422, description = "It cannot be read")))]
pub async fn look(
    app: web::Data<App>,
    caller: Caller,
    body: Body<WordBody>,
) -> Result<HttpResponse, Problem> {
    caller.must(Action::ImportPaper, &Place::default(), "import papers")?;
    Ok(HttpResponse::Ok().json(app.look_at_word(&body.value.read()?).await?))
}

/// Make a paper of a document: tracked changes become drafts of amendments, comments become threads, both within the caller's component.
#[utoipa::path(post, path = "/api/v1/imports/word", tag = "papers", request_body = WordBody,
    responses((status = 201), (status = 409, description = "The slug is taken, or the file was taken in before")))]
pub async fn take_in(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    body: Body<WordBody>,
) -> Result<HttpResponse, Problem> {
    caller.must(Action::ImportPaper, &Place::default(), "import papers")?;
    let new = body.value.read()?;
    idempotency::once(&req, &app, &caller, body.sha256, async {
        let (paper, outlook) = app.import_word(caller.seat, By::Seat(caller.seat), new).await?;
        let mut made = papers::view(&app, &Caller::seated(&app, caller.seat)?, &paper).await?;
        made["outlook"] = json!(outlook);
        Ok((StatusCode::CREATED, made))
    })
    .await
}
