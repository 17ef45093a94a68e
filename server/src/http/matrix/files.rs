//! Files of the matrix: out as a spreadsheet, CSV or a Word document.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::{Wanted, rows};
use crate::app::App;
use crate::app::refusal::Refusal;
use crate::export::files::content_disposition;
use crate::export::labels;
use crate::export::tables::TableFormat;
use crate::http::error::Problem;
use crate::http::intake::caller::Caller;
use crate::http::papers;

/// Which file is wanted.
#[derive(Deserialize)]
pub struct WantedFile {
    format: Option<String>,
    language: Option<String>,
}

/// The rows that the caller may read, or those that fit the filter, as a file with the columns of ISO's template.
#[utoipa::path(get, path = "/api/v1/papers/{slug}/matrix/file", tag = "matrix",
    params(("slug" = String, Path), ("format" = String, Query, description = "xlsx, csv or docx"),
        ("language" = String, Query, description = "of its heads"), ("component" = Option<String>, Query),
        ("chapter" = Option<String>, Query), ("kind" = Option<String>, Query), ("state" = Option<String>, Query),
        ("assigned" = Option<String>, Query), ("words" = Option<String>, Query), ("order" = Option<String>, Query)),
    responses((status = 200), (status = 429, description = "Too many exports")))]
pub async fn file(
    app: web::Data<App>,
    caller: Caller,
    slug: web::Path<String>,
    which: web::Query<WantedFile>,
    wanted: web::Query<Wanted>,
) -> Result<HttpResponse, Problem> {
    let paper = papers::readable(&caller, &slug)?;
    let format = which.format.as_deref().and_then(TableFormat::of_extension);
    let format = format.ok_or_else(|| Refusal::field("format", "is xlsx, csv or docx"))?;
    let language =
        which.language.as_deref().and_then(|word| labels::languages().find(|known| *known == word));
    let known = || labels::languages().collect::<Vec<_>>().join(", ");
    let language = language.ok_or_else(|| Refusal::field("language", format!("is one of {}", known())))?;
    let rows = rows(&app, &caller, paper, &wanted).await?;
    let made = app.matrix_file(caller.person, paper, rows, language, format).await?;
    Ok(HttpResponse::Ok()
        .content_type(made.format.media_type())
        .insert_header((header::CONTENT_DISPOSITION, content_disposition(&made.name)))
        .body(made.bytes))
}
