//! Instants: what the procedures wait for.
//!
//! A round opens and closes, a silence ends, at an exact instant. What holds then follows from the record and the time (see
//! `crdt::review::round`) and waits for nobody; this module is for what has to *happen*: notices, events, entries in the audit log.
//!
//! One task sleeps until the next instant that any of the procedures waits for, and lets each of them do what is due. What is due
//! is found in the records, not in the task's memory, and marked there in the commit that does it: after a restart, or while the
//! machine slept, everything is made up for, once.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use crdt::moment::Moment;
use tokio::sync::{Mutex, Notify};

use super::App;
use super::refusal::Refusal;

/// Does all that is due at a moment, and answers with the next instant it waits for. Doing it twice does nothing more.
type Due = for<'a> fn(&'a App, Moment) -> NextInstant<'a>;

/// When to ask again; `None` when time alone brings nothing more.
type NextInstant<'a> = Pin<Box<dyn Future<Output = Result<Option<Moment>, Refusal>> + Send + 'a>>;

/// Everything that waits for an instant.
const PROCEDURES: &[(&str, Due)] = &[
    ("rounds", |app, now| Box::pin(app.rounds_due(now))),
    ("silence", |app, now| Box::pin(app.silences_due(now))),
];

/// A machine that slept, or a clock that was far off, is noticed after so long.
const LONGEST_SLEEP: Duration = Duration::from_mins(1);
/// What failed is tried again after so long.
pub(super) const TRY_AGAIN: Duration = Duration::from_secs(10);

/// Wakes the task when somebody set another instant.
#[derive(Default)]
pub struct Instants {
    changed: Arc<Notify>,
    /// One at a time does what is due.
    carrying_out: Mutex<()>,
}

impl Instants {
    /// An instant was set, moved or taken away: look which one is next.
    pub fn look_again(&self) {
        self.changed.notify_one();
    }
}

impl App {
    /// Do everything that is due now. Answers with the next instant that anything waits for. What fails is named in the log,
    /// holds up nothing else, and is due again soon.
    pub async fn carry_out_due(&self) -> Option<Moment> {
        let _alone = self.instants.carrying_out.lock().await;
        let now = self.clock.now();
        let mut next: Option<Moment> = None;
        for (procedure, due) in PROCEDURES {
            let asks_again = due(self, now).await.unwrap_or_else(|refusal| {
                tracing::error!(procedure, %refusal, "what was due could not be carried out; it is tried again");
                Some(now + TRY_AGAIN)
            });
            next = next.into_iter().chain(asks_again).min();
        }
        next
    }

    /// Carry out what is due whenever an instant comes, until the service is gone.
    pub async fn watch_instants(self: Arc<Self>) {
        let changed = self.instants.changed.clone();
        // Weak: this task must not keep a stopped service in memory.
        let app = Arc::downgrade(&self);
        drop(self);
        while let Some(app) = app.upgrade() {
            let next = app.carry_out_due().await;
            let sleep = next.map_or(LONGEST_SLEEP, |next| next.since(app.clock.now()).min(LONGEST_SLEEP));
            drop(app);
            tokio::select! {
                () = changed.notified() => {}
                () = tokio::time::sleep(sleep) => {}
            }
        }
    }
}
