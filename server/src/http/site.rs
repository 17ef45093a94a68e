//! The pages: the built front end, inside the program.
//!
//! Every page is the same `index.html`, which finds out by itself what its address means. Files with a hash in their name
//! never change and are kept for ever; compressed twins (`.br`, `.gz`) made by the build are sent as they are.

use std::borrow::Cow;
use std::sync::LazyLock;

use actix_web::http::header::{self, HeaderMap};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use rust_embed::RustEmbed;

use crate::app::refusal::Refusal;
use crate::http::error::Problem;

/// In a release the files are in the program; in development they are read from the folder at each request.
#[derive(RustEmbed)]
#[folder = "../web/dist"]
#[allow_missing = true]
struct Site;

const NOT_BUILT: &str = include_str!("../../assets/not-built.html");

/// One of the pages that exist.
pub async fn page(req: HttpRequest) -> HttpResponse {
    index(&req, StatusCode::OK)
}

/// Whatever has no route: a file of the front end, or nothing.
pub async fn file_or_nothing(req: HttpRequest) -> HttpResponse {
    let is_read = matches!(*req.method(), Method::GET | Method::HEAD);
    let path = req.path().trim_start_matches('/');
    if is_read
        && is_plain(path)
        && let Some(response) = file(&req, path)
    {
        return response;
    }
    nothing(&req)
}

/// There is nothing at this address: a page that says so for people, a problem for programs.
pub fn nothing(req: &HttpRequest) -> HttpResponse {
    let is_read = matches!(*req.method(), Method::GET | Method::HEAD);
    let is_page = !req.path().starts_with("/api/") && accepts(req.headers(), header::ACCEPT, "text/html");
    if is_read && is_page {
        return index(req, StatusCode::NOT_FOUND);
    }
    Problem::from(Refusal::NotFound).error_response()
}

/// The address of the public pages' style sheet; `None` while the front end was not built.
pub fn public_style() -> Option<&'static str> {
    static STYLE: LazyLock<Option<String>> = LazyLock::new(|| {
        let is_it = |name: &str| name.starts_with("assets/public-") && name.ends_with(".css");
        Site::iter().find(|name| is_it(name)).map(|name| format!("/{name}"))
    });
    STYLE.as_deref()
}

fn index(req: &HttpRequest, status: StatusCode) -> HttpResponse {
    let mut response = match file(req, "index.html") {
        Some(response) => response,
        None => HttpResponse::ServiceUnavailable().content_type("text/html; charset=utf-8").body(NOT_BUILT),
    };
    if response.status() == StatusCode::OK {
        *response.status_mut() = status;
    }
    response
}

/// Only plain names lead to files: nothing that climbs, hides or was encoded to look like something else.
fn is_plain(path: &str) -> bool {
    !path.is_empty()
        && path.split('/').all(|part| !part.is_empty() && !part.starts_with('.'))
        && path.bytes().all(|c| c.is_ascii_alphanumeric() || b"/._-".contains(&c))
}

fn file(req: &HttpRequest, path: &str) -> Option<HttpResponse> {
    let plain = Site::get(path)?;
    let compressed =
        ["br", "gzip"].into_iter().filter(|coding| accepts(req.headers(), header::ACCEPT_ENCODING, coding));
    let twin = compressed.into_iter().find_map(|coding| {
        let ending = if coding == "gzip" { "gz" } else { coding };
        Some((coding, Site::get(&format!("{path}.{ending}"))?))
    });
    let etag = format!("\"{}\"", crdt::ids::to_hex(&plain.metadata.sha256_hash()[..16]));
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CACHE_CONTROL, caching(path)));
    response.insert_header((header::VARY, "accept-encoding"));
    response.insert_header((header::ETAG, etag.clone()));
    if req.headers().get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == etag.as_bytes()) {
        return Some(response.status(StatusCode::NOT_MODIFIED).finish());
    }
    response.content_type(media_type(path, plain.metadata.mimetype()));
    let data = match twin {
        Some((coding, twin)) => {
            response.insert_header((header::CONTENT_ENCODING, coding));
            twin.data
        }
        None => plain.data,
    };
    Some(match data {
        Cow::Borrowed(bytes) => response.body(bytes),
        Cow::Owned(bytes) => response.body(bytes),
    })
}

fn caching(path: &str) -> &'static str {
    if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" }
}

fn media_type(path: &str, guessed: &str) -> String {
    match path.rsplit('.').next() {
        Some("html" | "css" | "js" | "json" | "svg" | "txt") => format!("{guessed}; charset=utf-8"),
        // Browsers compile WebAssembly while it arrives only if it says what it is.
        Some("wasm") => "application/wasm".to_owned(),
        _ => guessed.to_owned(),
    }
}

/// Does this header name `word`, and not to refuse it?
pub fn accepts(headers: &HeaderMap, name: header::HeaderName, word: &str) -> bool {
    let values = headers.get_all(name).filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|entry| {
        let (media, weight) = entry.split_once(';').unwrap_or((entry, ""));
        media.trim().eq_ignore_ascii_case(word) && weight.trim() != "q=0"
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_service_worker_keeps_its_name_and_is_asked_for_anew() {
        assert!(is_plain("sw.js"));
        assert_eq!(caching("sw.js"), "no-cache");
        assert_eq!(media_type("sw.js", "text/javascript"), "text/javascript; charset=utf-8");
        assert_eq!(caching("assets/index-Ab12.js"), "public, max-age=31536000, immutable");
    }

    #[test]
    fn h14_only_plain_names_lead_to_files() {
        assert!(is_plain("assets/main-Ab12_x.js"));
        for wrong in
            ["", "../Cargo.toml", "assets/../../x", "a//b", ".env", "a\0b", "a%2e", "assets/", "é.js", "a\\b"]
        {
            assert!(!is_plain(wrong), "{wrong:?} passed");
        }
    }
}
