//! The look before a sealing: what would stop a file, look wrong, or should be known, each with its place.

use actix_web::{HttpResponse, web};
use crdt::ids::ParagraphId;
use crdt::render::preflight::{Fault, Severity};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::app::preflight::{LanguageOutlook, Located, Outlook};
use crate::app::refusal::Refusal;
use crate::http::error::Problem;
use crate::http::intake::caller::Caller;
use crate::http::papers;

/// What a sealing would find now.
#[derive(Serialize, ToSchema)]
pub struct OutlookView {
    /// The symbol that follows on the last one of this paper, if it has any.
    symbol: Option<String>,
    languages: Vec<LanguageView>,
}

/// One language of the paper.
#[derive(Serialize, ToSchema)]
pub struct LanguageView {
    language: String,
    words: usize,
    /// How many of the chapters are there in it.
    chapters: usize,
    /// Are chapters drafted in it? Then no draft is without it.
    drafted: bool,
    findings: Vec<FindingView>,
}

/// One thing that was found.
#[derive(Serialize, ToSchema)]
pub struct FindingView {
    /// `stops`, `looks_wrong` or `to_know`.
    #[schema(value_type = String)]
    severity: Severity,
    /// What it is: `fault` names it; some have more.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    fault: Fault,
    chapter: Uuid,
    /// The chapter's number.
    number: String,
    /// The paragraph; `null` when it is about the chapter.
    #[schema(value_type = Option<String>)]
    paragraph: Option<ParagraphId>,
    /// The language of the text in which that paragraph stands.
    language: String,
    /// How the paragraph begins.
    beginning: String,
}

/// Which language is wanted.
#[derive(Deserialize)]
pub struct Wanted {
    language: Option<String>,
}

/// Look over a paper as it would be sealed now.
#[utoipa::path(get, path = "/api/v1/papers/{slug}/preflight", tag = "milestones",
    params(("slug" = String, Path), ("language" = Option<String>, Query, description = "one of the paper's; all without it")),
    responses((status = 200, body = OutlookView)))]
pub async fn look(
    app: web::Data<App>,
    caller: Caller,
    slug: web::Path<String>,
    wanted: web::Query<Wanted>,
) -> Result<HttpResponse, Problem> {
    let paper = papers::readable(&caller, &slug)?;
    let wanted = wanted.language.as_deref();
    if wanted.is_some_and(|language| !paper.languages.iter().any(|known| known == language)) {
        return Err(Refusal::field("language", format!("is one of {}", paper.languages.join(", "))).into());
    }
    let Outlook { symbol, languages } = app.outlook(paper, wanted).await?;
    let symbol = symbol.map(|symbol| symbol.to_string());
    Ok(HttpResponse::Ok().json(OutlookView { symbol, languages: languages.into_iter().map(view).collect() }))
}

fn view(outlook: LanguageOutlook) -> LanguageView {
    let LanguageOutlook { language, words, chapters, drafted, findings } = outlook;
    let finding = |Located { finding, chapter, language }: Located| FindingView {
        severity: finding.fault.severity(),
        fault: finding.fault,
        chapter: chapter.0,
        number: finding.chapter,
        paragraph: finding.paragraph,
        language,
        beginning: finding.beginning,
    };
    LanguageView { language, words, chapters, drafted, findings: findings.into_iter().map(finding).collect() }
}
