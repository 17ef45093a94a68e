//! Sources that a paper cites, and pictures that it shows.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use crdt::history::Digest;
use crdt::ids::{ParagraphId, SourceId};
use crdt::review::permission::Action;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::app::refusal::Refusal;
use crate::app::settings::Limits;
use crate::app::sources::{CitedAt, KeptSource, writes_somewhere};
use crate::http::error::Problem;
use crate::http::intake::body::{Body, Incoming};
use crate::http::intake::caller::Caller;
use crate::http::intake::idempotency;
use crate::http::intake::paging::Page;
use crate::http::intake::raw::{File, Raw};
use crate::http::intake::version::expected_version;
use crate::http::papers;
use crate::people::paper::Paper;
use crate::people::source::{Image, ImageKind, SourceWords};

/// A source of a paper.
#[derive(Serialize, ToSchema)]
pub struct SourceView {
    /// Stands in the name of the mark that cites it: `citation:ID`.
    #[schema(value_type = String, example = "5000000000000001")]
    id: SourceId,
    author: String,
    title: String,
    year: String,
    link: String,
    note: String,
    /// It is offered no more; whatever cites it still finds it.
    unused: bool,
    /// For `If-Match` when it is changed.
    version: u64,
    /// Where the paper cites it now, in the order of its chapters; once for each citation.
    cited: Vec<CitedView>,
}

/// A place where a source is cited.
#[derive(Serialize, ToSchema)]
pub struct CitedView {
    text: Uuid,
    /// The chapter's number.
    chapter: String,
    language: String,
    #[schema(value_type = String)]
    paragraph: ParagraphId,
}

/// What is said of a source.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SourceBody {
    /// Up to 300 characters.
    #[serde(default)]
    author: String,
    /// 1 to 500 characters.
    title: String,
    /// Up to 20 characters.
    #[serde(default)]
    year: String,
    /// `https://…`, `http://…` or `mailto:…`; may be empty.
    #[serde(default)]
    link: String,
    /// Up to 1,000 characters.
    #[serde(default)]
    note: String,
}
impl Incoming for SourceBody {}

impl SourceBody {
    fn words(self) -> SourceWords {
        let SourceBody { author, title, year, link, note } = self;
        SourceWords { author, title, year, link, note }
    }
}

/// A picture that was brought.
#[derive(Serialize, ToSchema)]
pub struct ImageView {
    /// Its name in texts: SHA-256 of its bytes.
    #[schema(value_type = String)]
    blob: Digest,
    kind: ImageKind,
    width: u32,
    height: u32,
    size_bytes: u64,
    url: String,
}

/// A PNG or JPEG file.
#[derive(Debug)]
pub struct Picture;
impl File for Picture {
    const MEDIA_TYPES: &'static [&'static str] = &["image/png", "image/jpeg"];
    fn limit(limits: &Limits) -> usize {
        limits.image_bytes
    }
}

/// The sources of a paper, and where each is cited.
#[utoipa::path(get, path = "/api/v1/papers/{slug}/sources", tag = "sources", params(("slug" = String, Path)),
    responses((status = 200, body = [SourceView])))]
pub async fn list(
    app: web::Data<App>,
    caller: Caller,
    slug: web::Path<String>,
    page: Page,
) -> Result<HttpResponse, Problem> {
    let paper = papers::readable(&caller, &slug)?;
    let sources = app.sources(paper.id).await?;
    let cited = app.citations(paper).await?;
    let (sources, next) = page.of(sources, |kept| kept.source.id.to_string())?;
    let none = Vec::new();
    let views = sources.into_iter().map(|kept| {
        let places = cited.get(&kept.source.id).unwrap_or(&none);
        view(paper, kept, places)
    });
    let views: Vec<SourceView> = views.collect();
    let may_add = writes_somewhere(&caller.register, caller.seat, paper);
    Ok(HttpResponse::Ok().json(json!({ "sources": views, "may_add": may_add, "next": next })))
}

/// Add a source. Whoever writes in any chapter of the paper may.
#[utoipa::path(post, path = "/api/v1/papers/{slug}/sources", tag = "sources", params(("slug" = String, Path)),
    request_body = SourceBody, responses((status = 201, body = SourceView)))]
pub async fn add(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    slug: web::Path<String>,
    body: Body<SourceBody>,
) -> Result<HttpResponse, Problem> {
    let paper = papers::readable(&caller, &slug)?;
    let said = body.value.words();
    idempotency::once(&req, &app, &caller, body.sha256, async {
        let kept = app.add_source(paper, caller.seat, said).await?;
        Ok((StatusCode::CREATED, json!(view(paper, kept, &[]))))
    })
    .await
}

/// Say something else of a source. One that was unused is offered again.
#[utoipa::path(put, path = "/api/v1/papers/{slug}/sources/{id}", tag = "sources",
    params(("slug" = String, Path), ("id" = String, Path, description = "16 hexadecimal digits")), request_body = SourceBody,
    responses((status = 200, body = SourceView), (status = 412, description = "Somebody else was first")))]
pub async fn change(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    place: web::Path<(String, String)>,
    body: Body<SourceBody>,
) -> Result<HttpResponse, Problem> {
    let paper = papers::readable(&caller, &place.0)?;
    let which = (source_id(&place.1)?, expected_version(&req)?);
    let kept = app.change_source(paper, caller.seat, which, body.value.words()).await?;
    answer(&app, paper, kept).await
}

/// Take a source off the list. It is only marked as unused: what cites it, or did so in a sealed draft, still finds it.
#[utoipa::path(delete, path = "/api/v1/papers/{slug}/sources/{id}", tag = "sources",
    params(("slug" = String, Path), ("id" = String, Path, description = "16 hexadecimal digits")),
    responses((status = 200, body = SourceView), (status = 412, description = "Somebody else was first")))]
pub async fn retire(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    place: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let paper = papers::readable(&caller, &place.0)?;
    let which = (source_id(&place.1)?, expected_version(&req)?);
    let kept = app.retire_source(paper, caller.seat, which).await?;
    answer(&app, paper, kept).await
}

/// Bring a picture: PNG or JPEG, as the body. Whoever writes in any chapter of the paper may.
#[utoipa::path(post, path = "/api/v1/papers/{slug}/images", tag = "sources", params(("slug" = String, Path)),
    responses((status = 201, body = ImageView), (status = 413, description = "Too many bytes"),
        (status = 422, description = "Not a picture that is taken, or too many pixels")))]
pub async fn bring_image(
    req: HttpRequest,
    app: web::Data<App>,
    caller: Caller,
    slug: web::Path<String>,
    picture: Raw<Picture>,
) -> Result<HttpResponse, Problem> {
    let paper = papers::readable(&caller, &slug)?;
    let Raw { bytes, sha256, .. } = picture;
    idempotency::once(&req, &app, &caller, sha256, async {
        let image = app.add_image(paper, caller.seat, bytes).await?;
        Ok((StatusCode::CREATED, json!(image_view(&image))))
    })
    .await
}

/// The bytes of a picture, for whoever may read a paper that has it. One that was brought for a proposal: for whoever may read what shows it.
#[utoipa::path(get, path = "/api/v1/blobs/{sha256}", tag = "sources",
    params(("sha256" = String, Path, description = "64 hexadecimal digits")), responses((status = 200)))]
pub async fn blob(
    app: web::Data<App>,
    caller: Caller,
    sha256: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let sha256: Digest = sha256.parse().map_err(|_| Refusal::NotFound)?;
    let papers =
        caller.register.papers().into_iter().filter(|paper| caller.may(Action::Read, &paper.place()));
    let (image, bytes) = app.image_for(papers, sha256, caller.person).await?;
    // What somebody brought is shown as the picture it is, and as nothing else: not guessed at, not opened as a page, no script.
    let name = format!("attachment; filename=\"{}.{}\"", &sha256.to_string()[..12], image.kind.extension());
    Ok(HttpResponse::Ok()
        .content_type(image.kind.media_type())
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CONTENT_DISPOSITION, name))
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
        .insert_header((header::CACHE_CONTROL, "private, max-age=31536000, immutable"))
        .body(bytes))
}

fn source_id(text: &str) -> Result<SourceId, Refusal> {
    text.parse().map_err(|_| Refusal::NotFound)
}

async fn answer(app: &App, paper: &Paper, kept: KeptSource) -> Result<HttpResponse, Problem> {
    let cited = app.citations(paper).await?.remove(&kept.source.id).unwrap_or_default();
    Ok(HttpResponse::Ok().json(view(paper, kept, &cited)))
}

fn view(paper: &Paper, KeptSource { source, version }: KeptSource, cited: &[CitedAt]) -> SourceView {
    let SourceWords { author, title, year, link, note } = source.words;
    let cited = cited.iter().filter_map(|at| {
        let (_, place) = paper.texts().find(|(text, _)| *text == at.text)?;
        let chapter = paper.chapter(place.chapter)?.number.clone();
        Some(CitedView { text: at.text.0, chapter, language: place.language, paragraph: at.paragraph })
    });
    let cited = cited.collect();
    SourceView { id: source.id, author, title, year, link, note, unused: source.unused, version, cited }
}

fn image_view(image: &Image) -> ImageView {
    ImageView {
        blob: image.sha256,
        kind: image.kind,
        width: image.width,
        height: image.height,
        size_bytes: image.size_bytes,
        url: format!("/api/v1/blobs/{}", image.sha256),
    }
}
