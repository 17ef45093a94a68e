//! Downloads of the draft as it is.

use std::collections::BTreeMap;

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use crdt::render::docx::{Loss, Lost};
use serde::Deserialize;

use crate::app::App;
use crate::app::exports::{FileMade, Format, View};
use crate::app::refusal::Refusal;
use crate::export::files::content_disposition;
use crate::http::error::Problem;
use crate::http::intake::caller::Caller;
use crate::http::papers;

/// Which file is wanted.
#[derive(Deserialize)]
pub struct Wanted {
    language: Option<String>,
    format: Option<String>,
    view: Option<String>,
}

/// How words that are not agreed are wanted.
#[derive(Deserialize)]
pub struct WantedView {
    /// `bracketed` (unless asked otherwise) or `clean`.
    pub view: Option<String>,
}

/// The draft of a paper as it is now, as a file.
#[utoipa::path(get, path = "/api/v1/papers/{slug}/export", tag = "exports",
    params(("slug" = String, Path), ("language" = String, Query), ("format" = String, Query, description = "pdf, docx, md or html"),
        ("view" = Option<String>, Query, description = "bracketed, as by default, or clean")),
    responses((status = 200), (status = 429, description = "Too many exports"), (status = 503)))]
pub async fn draft(
    app: web::Data<App>,
    caller: Caller,
    slug: web::Path<String>,
    wanted: web::Query<Wanted>,
) -> Result<HttpResponse, Problem> {
    let paper = papers::readable(&caller, &slug)?;
    let languages = || Refusal::field("language", format!("is one of {}", paper.languages.join(", ")));
    let language =
        wanted.language.as_deref().filter(|word| paper.languages.iter().any(|known| known == word));
    let language = language.ok_or_else(languages)?;
    let format = wanted.format.as_deref().and_then(Format::of_extension);
    let format = format.ok_or_else(|| Refusal::field("format", "is pdf, docx, md or html"))?;
    let made =
        app.export_draft(caller.person, paper, language, (format, view_of(wanted.view.as_deref())?)).await?;
    Ok(download(made, None))
}

/// The view of this name; without one, the bracketed.
pub fn view_of(word: Option<&str>) -> Result<View, Refusal> {
    match word {
        None | Some("bracketed") => Ok(View::Bracketed),
        Some("clean") => Ok(View::Clean),
        Some(_) => Err(Refusal::field("view", "is bracketed or clean")),
    }
}

/// Names the header that says what of the text a file cannot carry: `characters=2, picture=1`.
pub const LOSSES: &str = "borrador-losses";

fn losses(losses: &[Loss]) -> Option<String> {
    let mut counts: BTreeMap<Lost, usize> = BTreeMap::new();
    losses.iter().for_each(|loss| *counts.entry(loss.what).or_default() += loss.count);
    let counts = counts.into_iter().map(|(what, count)| format!("{}={count}", what.name()));
    (!losses.is_empty()).then(|| counts.collect::<Vec<_>>().join(", "))
}

/// A finished file as an answer.
pub fn download(made: FileMade, cache: Option<&'static str>) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    response.content_type(made.format.media_type());
    response.insert_header((header::CONTENT_DISPOSITION, content_disposition(&made.name)));
    if let Some(losses) = losses(&made.losses) {
        response.insert_header((LOSSES, losses));
    }
    if let Some(cache) = cache {
        response.insert_header((header::CACHE_CONTROL, cache));
    }
    response.body(made.bytes)
}
