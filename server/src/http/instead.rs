//! REN36: what is answered in place of what the public cannot have: a page for people, in their language; a problem for programs.
//!
//! The page is made of the refusal and of how it was asked, never of what is stored: what is not published and what does not exist
//! come out the same, byte for byte.

use actix_web::http::{Method, StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, ResponseError};

use crate::app::App;
use crate::app::refusal::Refusal;
use crate::export::labels;
use crate::export::public::Instead;
use crate::http::error::Problem;
use crate::http::public::WITHOUT_SCRIPT;
use crate::http::site;

/// The answer to a request that was refused. `accept` and `accept-language` decide about it, and caches are told so.
pub fn refused(req: &HttpRequest, app: &App, refusal: Refusal) -> HttpResponse {
    let withdrawn = match &refusal {
        Refusal::DraftWithdrawn { draft, at, reason } => {
            Some(Instead::Withdrawn { draft: draft.clone(), at: *at, reason: reason.clone() })
        }
        _ => None,
    };
    let problem = Problem::from(refusal);
    let mut response = problem.error_response();
    response.headers_mut().insert(header::VARY, header::HeaderValue::from_static("accept, accept-language"));
    let is_read = matches!(*req.method(), Method::GET | Method::HEAD);
    if !is_read || !site::accepts(req.headers(), header::ACCEPT, "text/html") {
        return response;
    }
    let why = withdrawn.unwrap_or_else(|| why(problem.status_code()));
    let language = language_of(req);
    let page = app.public_instead(&why, language, &onward(req, &why, language), site::public_style());
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_LANGUAGE, language),
        (header::CACHE_CONTROL, "no-cache"),
        (header::CONTENT_SECURITY_POLICY, WITHOUT_SCRIPT),
    ] {
        headers.insert(name, header::HeaderValue::from_static(value));
    }
    response.set_body(page).map_into_boxed_body()
}

fn why(status: StatusCode) -> Instead {
    match status {
        StatusCode::NOT_FOUND => Instead::Nothing,
        StatusCode::TOO_MANY_REQUESTS => Instead::Later,
        status if status.is_server_error() => Instead::Later,
        _ => Instead::NotMade,
    }
}

/// Where somebody goes from there: to the list of the paper, or to the page of the draft whose file it was.
fn onward(req: &HttpRequest, why: &Instead, language: &str) -> String {
    let part = |name| req.match_info().get(name).unwrap_or_default();
    match why {
        Instead::NotMade => format!("/p/{}/{}?lang={language}", part("slug"), part("id")),
        _ => format!("/p/{}?lang={language}", part("slug")),
    }
}

/// The language that the reader likes best of those that public pages exist in; English if none.
fn language_of(req: &HttpRequest) -> &'static str {
    let lines = req.headers().get_all(header::ACCEPT_LANGUAGE).filter_map(|value| value.to_str().ok());
    let mut best = ("en", 0.0);
    for wish in lines.flat_map(|line| line.split(',')) {
        let (range, parameter) = wish.split_once(';').unwrap_or((wish, ""));
        let weight = match parameter.trim().strip_prefix("q=") {
            Some(weight) => weight.parse().unwrap_or(0.0),
            None => 1.0,
        };
        let primary = range.trim().split('-').next().unwrap_or_default().to_ascii_lowercase();
        let known = labels::of_files().find(|known| *known == primary);
        if let Some(language) = known.filter(|_| weight > best.1) {
            best = (language, weight);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn ren36_of_the_languages_that_exist_the_reader_gets_the_one_they_like_best() {
        for (asked, answered) in [
            ("fr-CA,fr;q=0.9,en;q=0.8", "fr"),
            ("de, es;q=0.3, ar ; q=0.2", "es"),
            ("de, es;q=0.3,ar;q=0.4", "ar"),
            ("ES-419", "es"),
            ("es;q=0, *;q=0.5", "en"),
            ("", "en"),
            ("es;q=often,;;,fr;q=", "en"),
        ] {
            let req = TestRequest::get().insert_header((header::ACCEPT_LANGUAGE, asked)).to_http_request();
            assert_eq!(language_of(&req), answered, "{asked:?}");
        }
    }
}
