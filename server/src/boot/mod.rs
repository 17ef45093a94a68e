//! How the service starts, stops and is run from a command line.
//!
//! | File | What it does |
//! |---|---|
//! | `cli.rs` | what can be said on the command line |
//! | `config.rs`, `config_mail.rs` | the configuration file |
//! | `clock.rs` | the one clock |
//! | `telemetry.rs` | logs |
//! | `open.rs` | from a store to a service |
//! | `demo.rs` | the demonstration |
//! | `serve.rs` | `borrador serve` |
//! | `say.rs` | what the program says to whoever started it |
//! | `crowd.rs` | how many connections there may be, and how long each is borne with |
//! | `admin.rs` | what the operator asks, and the socket to a running server |
//! | `commands.rs` | the other commands |

pub mod admin;
pub mod cli;
pub mod clock;
pub mod commands;
pub mod config;
mod config_mail;
pub mod crowd;
pub mod demo;
mod demo_rounds;
pub mod open;
pub mod say;
pub mod serve;
pub mod telemetry;
