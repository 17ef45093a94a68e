//! The rules of SPEC.md about documents, anchors, history and rendering, as sentences about people who write.
//!
//! One suite for each chapter of the specification; a test's name begins with the number of its rule.

mod amendment;
mod anchor;
mod bracketed;
mod brackets;
mod branch;
mod chance;
mod comparison;
mod credit;
mod document;
mod document_random;
mod history;
mod markdown;
mod markdown_import;
mod people;
mod planned;
mod positions;
mod publication;
mod redline;
mod restoring;
mod rounds;
mod silence;
mod timeline;
