//! Proof of sealed drafts: the bundle to download, and the public keys to check it with.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use crdt::history::Digest;
use crdt::moment::Moment;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::app::App;
use crate::app::keys::Key;
use crate::app::refusal::Refusal;
use crate::export::files::content_disposition;
use crate::http::error::Problem;
use crate::http::intake::caller::Caller;
use crate::http::milestones::readable;
use crate::proof::Proof;
use crate::proof::key::Signature;

/// What proves a sealed draft.
#[derive(Serialize, ToSchema)]
pub struct ProofView {
    /// The root over all that was sealed.
    #[schema(value_type = String)]
    root: Digest,
    /// How many things that are.
    parts: usize,
    /// What was signed, to the byte.
    statement: String,
    /// The signature over it: Ed25519, 128 hexadecimal digits.
    #[schema(value_type = String)]
    signature: Signature,
    /// When it was signed: at the sealing, or later for drafts of before there were signatures.
    #[schema(value_type = String, format = DateTime)]
    signed_at: Moment,
    /// The key: SHA-256 of its 32 bytes. `GET /api/v1/keys` has its public half.
    #[schema(value_type = String)]
    key: Digest,
}

impl From<Proof> for ProofView {
    fn from(proof: Proof) -> Self {
        let Proof { parts, root, statement, signed_at, key, signature } = proof;
        ProofView { root, parts: parts.len(), statement, signature, signed_at, key }
    }
}

/// A public key of the service.
#[derive(Serialize, ToSchema)]
pub struct KeyView {
    /// SHA-256 of its 32 bytes.
    #[schema(value_type = String)]
    id: Digest,
    /// As a file that `openssl` reads.
    pem: String,
    #[schema(value_type = String, format = DateTime)]
    since: Moment,
    /// `null` for the key that signs now.
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<Moment>,
}

/// Everything that proves a sealed draft, as one zip archive that anybody can check without this service.
#[utoipa::path(get, path = "/api/v1/milestones/{id}/bundle", tag = "milestones", params(("id" = uuid::Uuid, Path)),
    responses((status = 200), (status = 429, description = "Too many exports")))]
pub async fn bundle(
    app: web::Data<App>,
    caller: Caller,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let (paper, milestone) = readable(&app, &caller, &id).await?;
    let paper = caller.register.paper(paper).ok_or(Refusal::NotFound)?;
    let bundle = app.bundle(caller.person, paper, &milestone).await?;
    let name = format!("{} - {}.zip", paper.slug, milestone.name);
    let mut response = HttpResponse::Ok();
    response.content_type("application/zip");
    response.insert_header((header::CONTENT_DISPOSITION, content_disposition(&name)));
    response.insert_header((header::CACHE_CONTROL, "private, no-cache"));
    Ok(response.body(bundle))
}

/// The public keys that sealed drafts are and were signed with: for everybody, since anybody may have a bundle.
#[utoipa::path(get, path = "/api/v1/keys", tag = "milestones", responses((status = 200, body = [KeyView])))]
pub async fn keys(app: web::Data<App>) -> Result<HttpResponse, Problem> {
    let view = |Key { id, pem, since, until }| KeyView { id, pem, since, until };
    let keys: Vec<KeyView> = app.keys().await?.into_iter().map(view).collect();
    Ok(HttpResponse::Ok().json(json!({ "keys": keys })))
}
