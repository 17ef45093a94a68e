//! Who may do what, how people talk about the text, and how many bodies come to agree on it.
//!
//! [`permission`] answers every question of rights; [`thread`] is the life of a conversation about a passage.
//! [`submission`] says who sees what a component sends, and [`disposition`] what becomes of it; [`amendment`] is the life of
//! a proposed change, [`position`] what a component says of a sealed draft. All are pure: they take records and the time,
//! and return records. They have never heard of how a text is stored or shown.

pub mod amendment;
pub mod disposition;
pub mod permission;
pub mod position;
pub mod submission;
pub mod thread;
pub mod written;
