//! How the service starts, stops and is run from a command line.

pub mod cli;
pub mod clock;
pub mod config;
pub mod telemetry;
