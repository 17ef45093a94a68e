//! Bodies that are a file and nothing else: taken whole, bounded as they arrive.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::time::Duration;

use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, web};
use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::body::{announced_bytes, hold, read, too_large};
use crate::app::App;
use crate::app::refusal::Refusal;
use crate::app::settings::Limits;
use crate::http::error::Problem;

/// A kind of file.
pub trait File: 'static {
    /// How it may be announced. None of them is a form's, which browsers send across sites without asking.
    const MEDIA_TYPES: &'static [&'static str];
    /// The most bytes it may have.
    fn limit(limits: &Limits) -> usize;
}

/// A file, as it came.
#[derive(Debug)]
pub struct Raw<F> {
    /// Its bytes.
    pub bytes: Bytes,
    /// SHA-256 of them, which tells a repeated request from another one.
    pub sha256: [u8; 32],
    kind: PhantomData<F>,
}

impl<F: File> FromRequest for Raw<F> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let announced_type = req.content_type().to_ascii_lowercase();
        let is_packed = req.headers().contains_key(header::CONTENT_ENCODING);
        let limits = req.app_data::<web::Data<App>>().map(|app| app.settings.limits.clone());
        let announced = announced_bytes(req.headers());
        let mut payload = payload.take();
        Box::pin(async move {
            if is_packed || !F::MEDIA_TYPES.contains(&announced_type.as_str()) {
                let taken = F::MEDIA_TYPES.join(" or ");
                let detail =
                    format!("send the file as it is, uncompressed, with the header Content-Type: {taken}");
                return Err(Problem::new("content_type_unsupported", detail));
            }
            let limits = limits.ok_or(Refusal::Stopping)?;
            let limit = F::limit(&limits);
            if announced.is_some_and(|size| size > limit as u64) {
                return Err(too_large(limit, announced));
            }
            match read(&mut payload, limit, Duration::from_secs(limits.body_seconds)).await {
                Ok(bytes) => {
                    let sha256 = Sha256::digest(&bytes).into();
                    Ok(Raw { bytes: bytes.into(), sha256, kind: PhantomData })
                }
                Err(problem) => {
                    hold(payload);
                    Err(problem)
                }
            }
        })
    }
}
