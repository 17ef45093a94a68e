//! Logs: one event a line on standard error, as text for people or JSON for machines.
//!
//! What never enters a log: words of a text, names and addresses of people, tokens, tickets, whole URLs.

use std::io::IsTerminal;
use std::panic::{Location, PanicHookInfo};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt;

/// How a log line is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, clap::ValueEnum)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// Start logging. `RUST_LOG` chooses what is logged; without it, warnings, and what the service itself reports.
pub fn start(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,borrador=info"));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match format {
        LogFormat::Text => {
            // Colours are for a terminal; in a file they would be noise.
            lines.compact().with_target(false).with_ansi(std::io::stderr().is_terminal()).finish().try_init()
        }
        LogFormat::Json => lines.json().flatten_event(true).finish().try_init(),
    };
    if started.is_err() {
        tracing::debug!("logging had been started before");
    }
}

/// Report panics in one line each, at most `PANICS_EACH_MINUTE`: where, and not with which words, since those may be of a text. Most are
/// caught, and anybody can bring them about: Automerge panics on some hostile changes, sled on damaged files.
pub fn report_panics() {
    let noted = Mutex::new((Instant::now(), 0));
    std::panic::set_hook(Box::new(move |panic: &PanicHookInfo<'_>| {
        let mut noted = noted.lock().unwrap_or_else(PoisonError::into_inner);
        if noted.0.elapsed() >= Duration::from_mins(1) {
            *noted = (Instant::now(), 0);
        }
        noted.1 += 1;
        let at = panic.location().map(Location::to_string).unwrap_or_default();
        match noted.1 {
            ..=PANICS_EACH_MINUTE if tracing::dispatcher::has_been_set() => {
                tracing::error!(at, "a part of the program gave up");
            }
            ..=PANICS_EACH_MINUTE => eprintln!("borrador: a part of the program gave up at {at}"),
            _ => {}
        }
    }));
}

const PANICS_EACH_MINUTE: u32 = 20;
