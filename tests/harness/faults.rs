//! Troubles, brought about on purpose, and what is left afterwards.
//!
//! Each is a harness over the real program: a few rounds of it are a test in `suite/faults.rs`, and many are one command of
//! `cargo run -p borrador-tests --bin faults`, which prints a table. Rounds are drawn from a seed, which is printed.
//!
//! | Module | Trouble |
//! |---|---|
//! | [`proxy`], [`weather`] | the network: late, slow, half-open, reset, cut, doubled |
//! | [`silence`] | clients that are gone without a word, or never read |
//! | [`stopping`] | SIGTERM while a crowd types |
//! | [`killing`] | `kill -9` |
//! | [`deciding`] | `kill -9` while amendments are decided |
//! | [`power`] | power cuts |
//! | [`full`] | a full disk |
//! | [`damage`] | flipped, zeroed, cut and missing bytes of the store |
//! | [`mutator`] | changes, messages and frames that no honest program writes |
//!
//! [`crew`] and [`regular`] are the people who write meanwhile and remember what they were promised; [`volume`] makes disks to fill up
//! and to cut off.

pub mod crew;
pub mod damage;
pub mod deciding;
pub mod full;
pub mod killing;
pub mod mutator;
pub mod power;
pub mod proxy;
pub mod regular;
pub mod silence;
pub mod stopping;
pub mod volume;
pub mod weather;
