//! What everybody may read, signed in or not: the pages of published drafts, their files and pictures, and the feed.
//!
//! These handlers never ask who is there, and begin with [`App::public_draft`]: a draft that was not published answers as one that does
//! not exist, at every address. Pages carry no script and a policy that allows none. Caches may keep all of it and ask each time
//! whether it still holds: what was withdrawn is gone at once. What cannot be had is answered by [`super::instead`].

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use serde::Deserialize;

use crate::app::App;
use crate::app::exports::Format;
use crate::app::public_pages::Public;
use crate::app::publishing::PublicDraft;
use crate::app::refusal::Refusal;
use crate::export::files::content_disposition;
use crate::http::exports::{WantedView, view_of};
use crate::http::instead::refused;
use crate::http::site;

/// Nothing but our own style, fonts and pictures.
pub const WITHOUT_SCRIPT: &str = "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; \
     frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// Kept by whoever likes, asked about each time.
const ASK_AGAIN: &str = "public, no-cache";

/// In which language a page is wanted.
#[derive(Deserialize)]
pub struct WantedLanguage {
    lang: Option<String>,
}

/// The page of a published draft, or of one that was withdrawn.
pub async fn page(
    req: HttpRequest,
    app: web::Data<App>,
    place: web::Path<(String, String)>,
    wanted: web::Query<WantedLanguage>,
) -> HttpResponse {
    let made = async {
        let draft = app.public_draft(&place.0, &place.1).await?;
        let language = language_of(&draft, wanted.lang.as_deref());
        let page = app.public_page(&draft, language, site::public_style()).await?;
        let status = if draft.publication.is_public() { StatusCode::OK } else { StatusCode::GONE };
        Ok(answer(&req, status, "text/html; charset=utf-8", page))
    };
    made.await.unwrap_or_else(|refusal| refused(&req, &app, refusal))
}

/// What a published draft changed of the one before it.
pub async fn changes(
    req: HttpRequest,
    app: web::Data<App>,
    place: web::Path<(String, String)>,
    wanted: web::Query<WantedLanguage>,
) -> HttpResponse {
    let made = async {
        let draft = app.readable_draft(&place.0, &place.1).await?;
        let language = language_of(&draft, wanted.lang.as_deref());
        let page = app.public_changes(&draft, language, site::public_style()).await?;
        Ok(answer(&req, StatusCode::OK, "text/html; charset=utf-8", page))
    };
    made.await.unwrap_or_else(|refusal| refused(&req, &app, refusal))
}

/// `robots.txt`.
pub async fn robots(req: HttpRequest, app: web::Data<App>) -> HttpResponse {
    answer(&req, StatusCode::OK, "text/plain; charset=utf-8", app.robots())
}

/// `sitemap.xml`.
pub async fn sitemap(req: HttpRequest, app: web::Data<App>) -> HttpResponse {
    let made =
        async { Ok(answer(&req, StatusCode::OK, "application/xml; charset=utf-8", app.sitemap().await?)) };
    made.await.unwrap_or_else(|refusal| refused(&req, &app, refusal))
}

/// The list of the published drafts of a paper.
pub async fn list(
    req: HttpRequest,
    app: web::Data<App>,
    slug: web::Path<String>,
    wanted: web::Query<WantedLanguage>,
) -> HttpResponse {
    let page =
        |drafts: &[PublicDraft], language: &str| app.public_list(drafts, language, site::public_style());
    of_paper(&req, &app, &slug, &wanted, "text/html; charset=utf-8", page).await
}

/// The same as a feed.
pub async fn feed(
    req: HttpRequest,
    app: web::Data<App>,
    slug: web::Path<String>,
    wanted: web::Query<WantedLanguage>,
) -> HttpResponse {
    let feed = |drafts: &[PublicDraft], language: &str| app.public_feed(drafts, language);
    of_paper(&req, &app, &slug, &wanted, "application/atom+xml; charset=utf-8", feed).await
}

/// What `write` makes of the published drafts of a paper, in the language that was asked for.
async fn of_paper(
    req: &HttpRequest,
    app: &App,
    slug: &str,
    wanted: &WantedLanguage,
    media_type: &'static str,
    write: impl FnOnce(&[PublicDraft], &str) -> Public,
) -> HttpResponse {
    let made = async {
        let drafts = app.public_drafts(slug).await?;
        let language = language_of_paper(&drafts, wanted.lang.as_deref()).ok_or(Refusal::NotFound)?;
        Ok(answer(req, StatusCode::OK, media_type, write(&drafts, &language)))
    };
    made.await.unwrap_or_else(|refusal| refused(req, app, refusal))
}

/// A file of a published draft, or the bundle that proves it.
pub async fn file(
    req: HttpRequest,
    app: web::Data<App>,
    place: web::Path<(String, String, String)>,
    wanted: web::Query<WantedView>,
) -> HttpResponse {
    let made = async {
        let (slug, id, file) = &*place;
        let draft = app.readable_draft(slug, id).await?;
        if file == "bundle.zip" {
            let bundle = app.public_bundle(&draft).await?;
            let name = format!("{} - {}.zip", draft.paper.slug, draft.milestone.name);
            return Ok(download(&req, "application/zip", &name, bundle.into()));
        }
        let (language, extension) = file.rsplit_once('.').ok_or(Refusal::NotFound)?;
        let format = Format::of_extension(extension).ok_or(Refusal::NotFound)?;
        let made = app.public_file(&draft, language, (format, view_of(wanted.view.as_deref())?)).await?;
        Ok(download(&req, format.media_type(), &made.name, made.bytes))
    };
    made.await.unwrap_or_else(|refusal| refused(&req, &app, refusal))
}

/// A picture that stands in a published draft.
pub async fn picture(
    req: HttpRequest,
    app: web::Data<App>,
    place: web::Path<(String, String, String)>,
) -> HttpResponse {
    let made = async {
        let (slug, id, digest) = &*place;
        let draft = app.readable_draft(slug, id).await?;
        let (kind, bytes) = app.public_picture(&draft, digest).await?;
        let public = Public { etag: format!("\"{digest}\""), bytes };
        Ok(answer(&req, StatusCode::OK, kind.media_type(), public))
    };
    made.await.unwrap_or_else(|refusal| refused(&req, &app, refusal))
}

/// The wanted language if the draft has it, else the first of the paper's that it has.
fn language_of<'a>(draft: &'a PublicDraft, wanted: Option<&str>) -> &'a str {
    let has = |language: &&String| draft.milestone.languages.contains(language);
    let wanted = draft.milestone.languages.iter().find(|each| Some(each.as_str()) == wanted);
    let first = draft.paper.languages.iter().find(has);
    wanted.or(first).or(draft.milestone.languages.first()).map_or("", String::as_str)
}

fn language_of_paper(drafts: &[PublicDraft], wanted: Option<&str>) -> Option<String> {
    let languages = &drafts.first()?.paper.languages;
    languages.iter().find(|each| Some(each.as_str()) == wanted).or(languages.first()).cloned()
}

fn answer(req: &HttpRequest, status: StatusCode, media_type: &str, public: Public) -> HttpResponse {
    let mut response = HttpResponse::build(status);
    response.insert_header((header::CACHE_CONTROL, ASK_AGAIN));
    response.insert_header((header::ETAG, public.etag.clone()));
    response.insert_header((header::CONTENT_SECURITY_POLICY, WITHOUT_SCRIPT));
    if is_known(req, &public.etag) {
        return response.status(StatusCode::NOT_MODIFIED).finish();
    }
    response.content_type(media_type).body(public.bytes)
}

fn download(req: &HttpRequest, media_type: &str, name: &str, bytes: Bytes) -> HttpResponse {
    let mut response = answer(req, StatusCode::OK, media_type, Public::new(bytes));
    if let Ok(value) = header::HeaderValue::from_str(&content_disposition(name)) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

/// RFC 9110: one of several tags, weak or not, or any.
fn is_known(req: &HttpRequest, etag: &str) -> bool {
    let tags = req.headers().get_all(header::IF_NONE_MATCH).filter_map(|value| value.to_str().ok());
    tags.flat_map(|line| line.split(','))
        .map(str::trim)
        .any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag)
}
