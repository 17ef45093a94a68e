//! Borrador: a service on which many bodies write one policy paper together.
//!
//! The rules live in the `crdt` crate; this one performs what they ask. See `ARCHITECTURE.md` for the two walkthroughs
//! (a keystroke, a milestone) and the arrows between the modules.

pub mod app;
pub mod boot;
pub mod export;
pub mod http;
pub mod live;
pub mod people;
pub mod proof;
pub mod store;
