//! Who may do what, how people talk about the text, and how many bodies come to agree on it.
//!
//! [`permission`] answers every question of rights. The other modules are one object each, as its name says: what can be done
//! with it, by whom, and until when. All are pure: they take records and the time, and return records. They have never heard
//! of how a text is stored or shown.
//!
//! Where to look first: [`round`] asks the components; [`thread`] and [`amendment`] are what they say; [`submission`] says who
//! sees it, [`disposition`] what becomes of it; [`position`] is what a component says of a sealed draft.

pub mod amendment;
pub mod asked;
pub mod bracket;
pub mod bracketed;
pub mod disposition;
pub mod entry;
pub mod matrix;
pub mod permission;
pub mod position;
pub mod remark;
pub mod round;
pub mod silence;
pub mod submission;
pub mod thread;
pub mod written;
