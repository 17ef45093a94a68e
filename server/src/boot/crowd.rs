//! How many connections may be open at once, and how long each is borne with.
//!
//! Every connection takes a file of the process, and a store that finds none left cannot save. So connections never take the last ones
//! (C13): beyond [`Crowd::most`] they wait at the door, in the system's queue, until others have gone.

use std::any::Any;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Files that connections leave to the store, to exports and to commands.
const OWN_FILES: u64 = 40;
/// A full house is said this often.
const SAID_EVERY: Duration = Duration::from_mins(1);

/// The connections of a running service. Clones are the same crowd.
#[derive(Clone)]
pub struct Crowd {
    /// How many may be open at once.
    pub most: usize,
    patience: Duration,
    /// As many handles as there are connections, beside the crowd's own.
    here: Arc<()>,
    said: Arc<Mutex<Option<Instant>>>,
}

/// A connection that is open: goes with what the web server keeps for it.
#[derive(Clone)]
struct Here(#[expect(dead_code, reason = "it is counted, not read")] Arc<()>);

impl Crowd {
    /// As many as the operator asked for, or fewer if the system allows the process fewer files; then that is said. One whose other side
    /// takes in nothing for as long as `patience` is ended.
    pub fn of(asked: usize, patience: Duration) -> Crowd {
        let files = files_for(asked);
        let most = usize::try_from(files.saturating_sub(OWN_FILES)).unwrap_or(usize::MAX).clamp(1, asked);
        if most < asked {
            tracing::warn!(
                files,
                most,
                asked,
                "this process may open too few files for limits.connections; raise the limit (ulimit -n)"
            );
        }
        Crowd { most, patience, here: Arc::default(), said: Arc::default() }
    }

    /// A connection was opened. It counts until what the web server keeps for it is dropped.
    pub fn welcomes(&self, connection: &dyn Any, kept: &mut Extensions) {
        let here = Here(self.here.clone());
        kept.insert(here);
        // All workers hold the crowd itself through one handle, this one.
        if Arc::strong_count(&self.here) > self.most {
            self.says_that_it_is_full();
        }
        let Some(stream) = connection.downcast_ref::<TcpStream>() else { return };
        // Without this, a connection that is full would keep its file until the other side says something: closing it waits for what is
        // left to be written.
        let patience_ms = u32::try_from(self.patience.as_millis()).unwrap_or(u32::MAX);
        if let Err(error) = rustix::net::sockopt::set_tcp_user_timeout(stream, patience_ms) {
            tracing::warn!(%error, "a connection that nobody reads may stay open");
        }
    }

    fn says_that_it_is_full(&self) {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        if said.is_none_or(|said| said.elapsed() >= SAID_EVERY) {
            *said = Some(Instant::now());
            tracing::warn!(
                most = self.most,
                "as many connections are open as may be; others wait until some have gone"
            );
        }
    }
}

/// How many files this process may open, after asking the system for as many as are needed.
fn files_for(connections: usize) -> u64 {
    let wanted = (connections as u64).saturating_add(OWN_FILES);
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let Some(now) = current.filter(|now| *now < wanted) else { return wanted };
    let better = maximum.map_or(wanted, |maximum| wanted.min(maximum));
    match setrlimit(Resource::Nofile, Rlimit { current: Some(better), maximum }) {
        Ok(()) => better,
        Err(_) => now,
    }
}
