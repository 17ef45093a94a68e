//! How a paper is shown: as Markdown, as HTML, and as the data of the printed template.
//!
//! [`tree`] puts the chapters of one language in order and computes every number once. The writers ([`markdown`],
//! [`html`], [`typst_data`]) turn that tree into their format and decide nothing else; [`brackets`] puts unagreed words
//! between `[` and `]` for those that are read by people.
//!
//! This module knows blocks; it has never heard of Automerge heads, of people's rights, or of sockets.

pub mod brackets;
pub mod columns;
pub mod docx;
pub mod html;
pub mod markdown;
pub mod preflight;
pub mod printable;
pub mod redline;
pub mod remarked;
pub mod tree;
pub mod typst_data;

pub use redline::{By, RedWords, SignedRun};
pub use tree::{ChapterBlocks, Tree};
