//! The paper and its rules.
//!
//! This crate knows what a policy paper is, who may do what with it, and how its texts merge. It is pure: bytes come
//! in and values go out. Sockets, files, clocks and chance stay outside and arrive as arguments, so that the same
//! inputs give the same bytes and a test can live through a week in a millisecond.
//!
//! | Module | What it is about | What it has never heard of |
//! |---|---|---|
//! | [`document`] | one text: blocks, edits, diffs, import, anchors | who is asking, other texts |
//! | [`review`] | rights and comment threads | how a text is stored or shown |
//! | [`history`] | milestones and authorship | connections |
//! | [`render`] | the export tree and its writers | Automerge heads, sockets |
//! | [`sync`] | the wire and the room in which people write together | HTTP, files, Automerge documents |
//!
//! The rules are numbered in `SPEC.md`, and the tests quote the numbers.

pub mod document;
pub mod history;
pub mod ids;
pub mod moment;
pub mod render;
pub mod review;
pub mod sync;
