//! The gate: every request goes through it, whatever it asks for.
//!
//! On the way in it gives the request its id and turns away what is too large or comes from another site. On the way out
//! it adds the headers that keep browsers safe, notes refused attempts in the audit log, and writes the one log line. The
//! line names the route, never the address itself, because addresses may carry tickets.

use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, ResponseError, web};
use crdt::ids::SeatId;
use uuid::Uuid;

use crate::app::App;
use crate::app::refusal::Refusal;
use crate::app::settings::{Limits, Settings};
use crate::http::error::Problem;
use crate::http::intake::request_id;

/// Scripts, styles and connections come from here only; WebAssembly may be compiled; nothing is framed or inlined. The
/// three Trusted Types policies are those of the editor's clipboard, of the page framework, and of the page's own service
/// worker, which makes one address only: `/sw.js`.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
     connect-src 'self'; img-src 'self' data: blob:; font-src 'self'; worker-src 'self'; manifest-src 'self'; \
     frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'; \
     require-trusted-types-for 'script'; trusted-types ProseMirrorClipboard svelte-trusted-html borrador-worker";

const HEADERS: &[(&str, &str)] = &[
    ("content-security-policy", CONTENT_SECURITY_POLICY),
    ("x-content-type-options", "nosniff"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("referrer-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=()"),
];

/// The middleware.
pub async fn gate(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let id = Uuid::new_v4();
    request_id::within(id, async move {
        let started = Instant::now();
        let method = req.method().clone();
        let app = req.app_data::<web::Data<App>>().cloned();
        let objection = app.as_ref().and_then(|app| objection(&req, &app.settings));
        let mut response = match objection {
            Some(problem) => req.into_response(problem.error_response()).map_into_boxed_body(),
            None => next.call(req).await?.map_into_boxed_body(),
        };
        let https = app.as_ref().is_some_and(|app| app.settings.is_https());
        protect(response.headers_mut(), https, id);
        if let Some(app) = app {
            note_attempt(&app, &response).await;
        }
        let route = response.request().match_pattern().unwrap_or_else(|| "-".to_owned());
        let status = response.status().as_u16();
        let took_ms = started.elapsed().as_millis();
        tracing::info!(request_id = %id, %method, route, status, took_ms, "request");
        Ok(response)
    })
    .await
}

fn objection(req: &ServiceRequest, settings: &Settings) -> Option<Problem> {
    too_large(req, &settings.limits).or_else(|| {
        let changes_something = !matches!(*req.method(), Method::GET | Method::HEAD | Method::OPTIONS);
        let foreign = changes_something && !is_own_page(req.headers(), settings);
        foreign.then(|| Refusal::CrossSite.into())
    })
}

fn too_large(req: &ServiceRequest, limits: &Limits) -> Option<Problem> {
    let path_bytes = req.uri().path_and_query().map_or(0, |path| path.as_str().len());
    if path_bytes > limits.path_bytes {
        let detail = format!("the address has {path_bytes} bytes; at most {} are taken", limits.path_bytes);
        return Some(Problem::new("path_too_long", detail).closing());
    }
    let header_bytes: usize =
        req.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    if header_bytes > limits.header_bytes {
        let detail =
            format!("the headers have {header_bytes} bytes; at most {} are taken", limits.header_bytes);
        return Some(Problem::new("headers_too_large", detail).closing());
    }
    None
}

/// Is the page that sent this request ours? Programs other than browsers send neither header.
pub fn is_own_page(headers: &HeaderMap, settings: &Settings) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let site_is_ours = text("sec-fetch-site").is_none_or(|site| matches!(site, "same-origin" | "none"));
    // The development server's origin differs from ours and is named in the settings, so the origin decides if there is one.
    match text("origin") {
        Some(origin) => settings.is_own_origin(origin) && (site_is_ours || settings.is_guest_origin(origin)),
        None => site_is_ours,
    }
}

fn protect(headers: &mut HeaderMap, https: bool, id: Uuid) {
    for (name, value) in HEADERS {
        // What people brought, and pages without scripts, are sent under a narrower policy than our own pages.
        if *name == "content-security-policy" && headers.contains_key(*name) {
            continue;
        }
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if https {
        let year = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        headers.insert(HeaderName::from_static("x-request-id"), value);
    }
}

/// What a seat tried without the right to goes to the audit log, a bounded number of times a minute.
async fn note_attempt(app: &App, response: &ServiceResponse<BoxBody>) {
    if response.status() != StatusCode::FORBIDDEN {
        return;
    }
    let Some(seat) = response.request().extensions().get::<SeatId>().copied() else { return };
    let route = response.request().match_pattern().unwrap_or_default();
    app.note_refused(seat, response.request().method().as_str(), &route).await;
}
