//! Who may do what, and how people talk about the text.
//!
//! [`permission`] answers every question of rights; [`thread`] is the life of a conversation about a passage. Both are pure:
//! they take records and the time, and return records. They have never heard of how a text is stored or shown.

pub mod permission;
pub mod thread;
