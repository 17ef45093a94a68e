//! `Idempotency-Key`: a request that is sent twice is carried out once.
//!
//! The answer is kept for a day under the seat and the key. A repeated request gets the same answer; the same key with
//! another request is refused. Only what succeeded is kept: after an error the same key may be tried again. (Between the
//! act and the keeping of its answer lies one commit; a power cut exactly there makes a repetition act again, and then the
//! rules of the act itself, such as unique names, decide.)

use std::future::Future;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use crdt::ids::to_hex;
use crdt::moment::Moment;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::caller::Caller;
use crate::app::App;
use crate::app::refusal::Refusal;
use crate::http::error::Problem;
use crate::store::{Coll, Expect, Op};

/// A kept answer.
#[derive(Serialize, Deserialize)]
pub struct Answer {
    /// SHA-256 of the method, path and body it answers.
    request: String,
    status: u16,
    body: Value,
    /// When it was given.
    pub at: Moment,
}

/// What a request that creates something answers.
pub type Created = (StatusCode, Value);

/// Carry out `work`, unless this very request was carried out before.
pub async fn once(
    req: &HttpRequest,
    app: &App,
    caller: &Caller,
    body_sha256: [u8; 32],
    work: impl Future<Output = Result<Created, Problem>>,
) -> Result<HttpResponse, Problem> {
    let Some(key) = key(req)? else {
        let (status, body) = work.await?;
        return Ok(HttpResponse::build(status).json(body));
    };
    let request = to_hex(
        &Sha256::new()
            .chain_update(req.method().as_str())
            .chain_update(req.path())
            .chain_update(body_sha256)
            .finalize(),
    );
    let place = format!("{}/{}", caller.seat, to_hex(&Sha256::digest(&key)));
    let _alone = app.answering.alone(&place).await;
    if let Some(record) = app.store.get(Coll::Answer, &place).await.map_err(Refusal::from)? {
        let kept: Answer = record.read().map_err(Refusal::from)?;
        if kept.request != request {
            return Err(Refusal::IdempotencyConflict.into());
        }
        let status = StatusCode::from_u16(kept.status).unwrap_or(StatusCode::CREATED);
        return Ok(HttpResponse::build(status).json(kept.body));
    }
    let (status, body) = work.await?;
    let answer = Answer { request, status: status.as_u16(), body, at: app.clock.now() };
    app.store
        .commit(vec![Op::put(Coll::Answer, place, Expect::Any, &answer)])
        .await
        .map_err(Refusal::from)?;
    Ok(HttpResponse::build(status).json(answer.body))
}

fn key(req: &HttpRequest) -> Result<Option<String>, Problem> {
    let Some(value) = req.headers().get("idempotency-key") else { return Ok(None) };
    let key = value.to_str().ok().filter(|key| (1..=200).contains(&key.len()));
    let rule = || Refusal::field("Idempotency-Key", "has 1 to 200 visible ASCII characters");
    Ok(Some(key.ok_or_else(rule)?.to_owned()))
}
