//! Troubles, brought about on purpose, and what is left afterwards.
//!
//! | Module | Trouble |
//! |---|---|
//! | [`proxy`], [`weather`] | the network: late, slow, half-open, reset, cut, doubled |
//!
//! [`regular`] is somebody who writes meanwhile, comes back, and remembers what they were promised.

pub mod proxy;
pub mod regular;
pub mod weather;
