//! What a paper was and who wrote it: sealed drafts, digests, authorship, and what differs between two drafts.
//!
//! A [`Milestone`] is a draft that was sealed under a name, with the [`digest`] of every text: whoever holds the blocks
//! can prove later that nothing in them changed. [`proof`] joins all that a draft consists of under one digest (a [`merkle`]
//! tree) and puts it into a statement that the server signs. [`attribution`] tells which editing session wrote which words; the
//! server knows which seat each session belongs to.
//! [`comparison`] lays two drafts into one, and [`credit`] says who made the difference. [`timeline`] finds the moments in the log of a
//! text, and [`restoring`] says what it reads like when an earlier one comes back. [`publication`] says which sealed drafts
//! everybody may read, [`planned`] which are to come.
//!
//! This module knows blocks and texts; it has never heard of stores, files or connections.

pub mod attribution;
pub mod comparison;
pub mod credit;
pub mod digest;
pub mod merkle;
pub mod milestone;
pub mod planned;
pub mod proof;
pub mod publication;
pub mod restoring;
pub mod symbol;
pub mod timeline;

pub use attribution::AttributedRun;
pub use digest::Digest;
pub use milestone::{Milestone, SealError, Sealing};
pub use symbol::{Status, Symbol};
