//! Who is there, and what they hold: components, people, their seats, and the papers over which seats have rights.
//!
//! The [`directory`] keeps all of it in memory and answers every question of rights; the other files are its records.
//! Secrets (sessions, links, tokens) never enter the directory: the store holds their SHA-256 only, so that neither a
//! backup nor a log can be used to sign in.

pub mod account;
pub mod component;
pub mod directory;
pub mod invitation;
pub mod link;
pub mod mail;
pub mod paper;
pub mod seat;
pub mod source;
pub mod token;
