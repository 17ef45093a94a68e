//! What every request passes on its way in, before a handler sees it: identity, size, origin, form, and who it is from.

pub mod address;
pub mod body;
pub mod caller;
pub mod gate;
pub mod idempotency;
pub mod paging;
pub mod raw;
pub mod request_id;
pub mod version;
