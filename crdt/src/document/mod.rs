//! One text of a paper: a chapter in one language.
//!
//! A [`Text`] wraps one Automerge document. Inside it the words of all paragraphs stand in one sequence, and before each
//! paragraph stands a *marker* that says what it is. Everybody else reads it as a list of [`Block`]s:
//!
//! ```
//! use crdt::document::{Block, BlockKind, Run, Text, Writer};
//! use crdt::{ids::{ActorId, SeatId}, moment::Moment};
//!
//! let ines = Writer { actor: ActorId(vec![1; 16]), seat: Some(SeatId(uuid::Uuid::from_u128(7))), at: Moment::from_unix_ms(0) };
//! let title = Block::new("00000000000000a1".parse()?, BlockKind::Heading { level: 1 }, vec![Run::plain("Housing")]);
//! let (mut text, _change) = Text::seed(&[title], &ines)?;
//!
//! let samir = Writer { actor: ActorId(vec![2; 16]), ..ines };
//! let edited = text.edit(&samir, |edit| edit.splice(8..8, " for all"))?;
//! assert_eq!(text.title(), "Housing for all");
//! assert!(edited.change.is_some(), "the bytes to append to the log");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The road through this folder: [`schema`] says what a block may be; [`blocks`] reads blocks out of Automerge; [`edit`]
//! writes small changes into it; [`grid`] reads cells as a table; [`diff`] turns "it should now read like this" into such changes; [`import`] makes
//! blocks of Markdown; [`anchor`] keeps a comment on its words; [`languages`] tells which paragraph renders which;
//! [`branch`] makes one change of what people wrote apart, and [`redline`] shows it.
//!
//! This module has never heard of seats' rights, of other texts, or of the wire.

pub mod anchor;
pub mod apparatus;
pub mod branch;
pub mod diff;
pub mod edit;
pub mod grid;
pub mod import;
pub mod languages;
pub mod redline;
pub mod schema;
mod text;

pub use anchor::Anchor;
pub use edit::{Edit, EditError, Edited, Writer};
pub use schema::{Block, BlockKind, MarkValue, Marks, Run};
pub use text::{LoadError, Summary, Text, blocks, deletions, elements, state, words_in};
