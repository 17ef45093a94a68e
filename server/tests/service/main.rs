//! The service through its public faces: HTTP on a real port, and the command line as a process.
//!
//! The cases quote `H…`, `A…` and `C…` from the project's list of bad inputs. Nobody sleeps: a request's answer, or the next
//! line of a stream, is what a test waits for.

mod amendment_rows;
mod amendments;
mod answers;
mod asked;
mod bad_files;
mod brackets;
mod broken_rules;
mod commands;
mod comparing;
mod drill;
mod exports;
mod form_and_size;
mod harness;
mod history;
mod imports;
mod large;
mod leaving;
mod mail;
mod matrix;
mod milestones;
mod news;
mod people;
mod planned;
mod positions;
mod preflight;
mod privacy;
mod proofs;
mod public_refusals;
mod publishing;
mod remarks;
mod replies;
mod rights;
mod rounds;
mod routes;
mod set_aside;
mod sights;
mod silences;
mod socket;
mod sources;
mod store_troubles;
mod tasks;
mod texts;
mod threads;
mod turns;
mod who_may;
mod word;
