//! Amendments: a component writes a change on a branch of a text, submits it, others speak, and whoever holds the pen decides. The
//! rules are `crdt::review::amendment`'s, and what a branch comes to is `crdt::document::branch`'s.
//!
//! | File | What it does |
//! |---|---|
//! | `branches.rs` | who may write on which branch; asked for every message on a socket |
//! | `kept.rs` | how amendments are stored, read and changed |
//! | `drafts.rs` | a draft is opened, brought up to date, thrown away |
//! | `submission.rs` | the branch is squashed and submitted; taken back; admitted |
//! | `told.rs` | who is told what of it |
//! | `deciding.rs` | taken up, copied, decided; what is accepted enters the text with its decision |
//! | `refused.rs` | what the rules say no to, as refusals |
//! | `shown.rs` | what a reader sees beside the record: how the text stands to it, what competes with it |
//!
//! Every act on an amendment is done under a turn of its own, so that the record cannot change between the check and the write.

pub mod branches;
mod deciding;
mod drafts;
pub(super) mod kept;
mod refused;
mod shown;
mod submission;
mod told;

pub use self::deciding::Answer;
pub use self::drafts::NewDraft;
pub(in crate::app) use self::kept::put;
pub use self::kept::{Kept, Part, is_amendment};
pub use self::refused::code;
pub use self::shown::{Apart, Shown};
pub use self::submission::Said;
