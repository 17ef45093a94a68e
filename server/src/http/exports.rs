//! Downloads of the draft as it is.

use std::collections::BTreeMap;

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use crdt::render::docx::{Loss, Lost};
use serde::Deserialize;

use crate::app::App;
use crate::app::comparing::Wanted as Draft;
use crate::app::exports::sights::{Sight, WantedFile};
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
    #[serde(flatten)]
    sight: WantedSight,
}

/// What a file is to show.
#[derive(Deserialize)]
pub struct WantedSight {
    /// `bracketed` (unless asked otherwise), `clean`, `redline` or `comments`.
    view: Option<String>,
    /// For a redline: a milestone's id, `seen` or `position`. Without it, the sealed draft before.
    since: Option<String>,
}

impl WantedSight {
    /// What is wanted, in this language and kind.
    pub fn file<'a>(&self, language: &'a str, format: Format) -> Result<WantedFile<'a>, Refusal> {
        let names = || Sight::ALL.map(Sight::name).join(", ");
        let sight = match self.view.as_deref() {
            None => Sight::Words(View::Bracketed),
            Some(name) => Sight::of_name(name)
                .ok_or_else(|| Refusal::field("view", format!("is one of {}", names())))?,
        };
        let since = self.since.as_deref().map(since).transpose()?;
        Ok(WantedFile { language, format, sight, since })
    }
}

fn since(word: &str) -> Result<Draft, Refusal> {
    match word {
        "seen" => Ok(Draft::Seen),
        "position" => Ok(Draft::Position),
        id => {
            let id = id
                .parse()
                .map_err(|_| Refusal::field("since", "is the id of a sealed draft, seen or position"))?;
            Ok(Draft::Milestone(id))
        }
    }
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
        ("view" = Option<String>, Query, description = "bracketed, as by default, clean, redline or comments"),
        ("since" = Option<String>, Query, description = "of a redline: a milestone's id, seen or position; without it, the latest sealed draft")),
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
    let wanted = wanted.sight.file(language, format)?;
    let made = app.paper_file((caller.person, caller.seat), paper, None, wanted).await?;
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

/// What of a text a file cannot carry, as that header says it; nothing of a file that carries all.
pub fn losses(losses: &[Loss]) -> Option<String> {
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
