//! `If-Match`: only do it if nobody else was first.

use actix_web::HttpRequest;
use actix_web::http::header;

use crate::app::refusal::Refusal;

/// The version in `If-Match`, plain or in quotes; `None` if the request has none.
pub fn expected_version(req: &HttpRequest) -> Result<Option<u64>, Refusal> {
    let Some(value) = req.headers().get(header::IF_MATCH) else { return Ok(None) };
    let version = value.to_str().ok().and_then(|text| text.trim().trim_matches('"').parse().ok());
    version.map(Some).ok_or_else(|| Refusal::field("If-Match", "is a version as it was read, a number"))
}
