//! How the service starts, stops and is run from a command line.

pub mod clock;
