//! News: what happens to a paper, told to everybody who listens to it at that moment.
//!
//! News are hints: a listener that is too slow misses some and starts over by reading what it shows.

use std::sync::Arc;

use crdt::history::milestone::Milestone;
use crdt::ids::{ComponentId, PaperId, PersonId, TextId};
use crdt::review::thread::Thread;
use serde::Serialize;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use tokio::sync::broadcast;

use super::App;

/// Something that happened.
#[derive(Clone, Debug)]
pub struct Event {
    /// In which paper.
    pub paper: PaperId,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug)]
pub enum What {
    /// A thread was opened, answered, resolved or opened again; with its version.
    Thread(Arc<Thread>, u64),
    /// A milestone was sealed.
    Milestone(Arc<Milestone>),
    /// A text has new durable changes.
    Text(TextId),
    /// Whoever came in by this session or token is no longer signed in: their streams end.
    LoginEnded(Arc<str>),
    /// Somebody's rights may have changed, or a chapter was locked or opened.
    Rights,
    /// Something of the procedure changed. Only a hint: whoever shows it reads it anew, with their own rights.
    Procedure {
        /// What it belongs to.
        topic: Topic,
        /// The only component that may know; `None` when everybody who reads the paper may.
        within: Option<ComponentId>,
    },
    /// The service stops: streams end.
    Stopping,
}

/// The parts of the procedure that pages show.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// Review rounds, and how far they are.
    Rounds,
    /// Amendments.
    Amendments,
    /// Answers to remarks and amendments.
    Matrix,
    /// Positions of components.
    Positions,
    /// Words that are not agreed.
    Brackets,
    /// Questions put under silence.
    Silence,
    /// What people are told.
    Notices,
    /// Sources that the paper cites.
    Sources,
    /// Planned drafts, and what became of them.
    Milestones,
}

/// Tells news to listeners.
pub struct News {
    sender: broadcast::Sender<Event>,
    streams: Arc<Mutex<HashMap<PersonId, usize>>>,
}

/// Somebody's place among the listeners, given back when dropped.
pub struct Listening {
    streams: Arc<Mutex<HashMap<PersonId, usize>>>,
    person: PersonId,
}

impl Default for News {
    fn default() -> Self {
        Self { sender: broadcast::channel(1024).0, streams: Arc::default() }
    }
}

impl News {
    /// Tell it; nobody may be listening.
    pub fn tell(&self, paper: PaperId, what: What) {
        // The error says that nobody listens, which is fine.
        drop(self.sender.send(Event { paper, what }));
    }

    /// End all streams: the service stops.
    pub fn end(&self) {
        self.tell(PaperId(uuid::Uuid::nil()), What::Stopping);
    }

    /// End the streams of this session or token.
    pub fn end_login(&self, login: &str) {
        self.tell(PaperId(uuid::Uuid::nil()), What::LoginEnded(login.into()));
    }

    /// Listen from now on, at most `most` times at once for one person; `None` beyond that.
    pub fn listen(&self, person: PersonId, most: usize) -> Option<(broadcast::Receiver<Event>, Listening)> {
        let mut streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        let count = streams.entry(person).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some((self.sender.subscribe(), Listening { streams: self.streams.clone(), person }))
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let mut streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = streams.get_mut(&self.person) {
            *count -= 1;
            if *count == 0 {
                streams.remove(&self.person);
            }
        }
    }
}

impl App {
    /// Pass on what the live path reports about texts, until it stops.
    pub(super) fn listen_to_texts(self: Arc<Self>) {
        let mut changed = self.live.changed();
        // Weak: this task must not keep a stopped service in memory.
        let app = Arc::downgrade(&self);
        drop(self);
        tokio::spawn(async move {
            loop {
                let change = changed.recv().await;
                let Some(app) = app.upgrade() else { return };
                match change {
                    Ok(change) => {
                        app.activity.forget(change.text);
                        if let Some(place) = app.directory.register().text(change.text) {
                            app.news.tell(place.paper, What::Text(change.text));
                        }
                    }
                    Err(broadcast::error::RecvError::Lagged(_)) => app.activity.forget_all(),
                    Err(broadcast::error::RecvError::Closed) => return,
                }
            }
        });
    }
}
