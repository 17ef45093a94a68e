//! The id of the request being answered, for its errors and its log lines.

use std::future::Future;

use uuid::Uuid;

tokio::task_local! {
    static REQUEST_ID: Uuid;
}

/// Run `work` as the request `id`.
pub async fn within<F: Future>(id: Uuid, work: F) -> F::Output {
    REQUEST_ID.scope(id, work).await
}

/// The id of the request being answered; a fresh one outside of any.
pub fn current() -> Uuid {
    REQUEST_ID.try_with(|id| *id).unwrap_or_else(|_| Uuid::new_v4())
}
