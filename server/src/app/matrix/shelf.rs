//! The shelf: the threads of each text as they were read last, and where their words stood.
//!
//! A matrix has tens of thousands of rows, and reading that many records as JSON takes longer than anybody waits. The shelf
//! asks the store for the records each time (so that it never shows what is no more) and reads only those whose version is
//! another. Places are found anew when the text was changed.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use crdt::ids::{ChangeHash, TextId};
use crdt::review::matrix::{Located, Outline};
use crdt::review::thread::Thread;
use tokio::sync::Mutex as AsyncMutex;

use crate::app::App;
use crate::app::papers::aside;
use crate::app::refusal::Refusal;
use crate::live::LiveError;
use crate::store::{Coll, scan_all};

/// Threads that are kept read, over all texts. Each takes one to two kilobytes.
const MOST_THREADS: usize = 60_000;

/// A thread with its version and place.
#[derive(Clone)]
pub struct Shelved {
    /// The thread.
    pub thread: Arc<Thread>,
    /// The version of its record.
    pub version: u64,
    /// Where its words stand; `None` when they are gone.
    pub located: Option<Located>,
}

/// The shelf of a service.
#[derive(Default)]
pub struct Shelf {
    boards: Mutex<HashMap<TextId, Arc<AsyncMutex<Board>>>>,
}

/// What is kept of one text.
#[derive(Default)]
struct Board {
    heads: Vec<ChangeHash>,
    threads: Arc<Vec<Shelved>>,
}

impl Shelf {
    /// The threads of a text as they are now, all of them: who may read which is for the caller to ask.
    pub async fn of_text(&self, app: &App, text: TextId) -> Result<Arc<Vec<Shelved>>, Refusal> {
        let board = self.board(text);
        let mut board = board.lock().await;
        let records = scan_all(&*app.store, Coll::Thread, &format!("{text}/")).await?;
        let heads = app.text_state(text).await?.heads.clone();
        let have_moved = heads != board.heads;
        let before: BTreeMap<_, &Shelved> = board.threads.iter().map(|kept| (kept.thread.id, kept)).collect();
        let mut threads: Vec<Shelved> = Vec::with_capacity(records.len());
        let mut unlocated: Vec<usize> = Vec::new();
        for record in &records {
            let id = record.key.rsplit('/').next().and_then(|id| id.parse().ok());
            match id.and_then(|id| before.get(&id)).filter(|kept| kept.version == record.version) {
                Some(kept) => threads.push(Shelved::clone(kept)),
                None => {
                    let thread: Thread = record.read()?;
                    let located = before.get(&thread.id).and_then(|kept| kept.located);
                    if !before.contains_key(&thread.id) {
                        unlocated.push(threads.len());
                    }
                    threads.push(Shelved { thread: Arc::new(thread), version: record.version, located });
                }
            }
        }
        if have_moved {
            unlocated = (0..threads.len()).collect();
        }
        if !unlocated.is_empty() {
            threads = located(app, text, threads, unlocated).await?;
        }
        drop(before);
        *board = Board { heads, threads: Arc::new(threads) };
        let threads = board.threads.clone();
        drop(board);
        self.make_room(text, threads.len());
        Ok(threads)
    }

    fn board(&self, text: TextId) -> Arc<AsyncMutex<Board>> {
        self.boards.lock().unwrap_or_else(PoisonError::into_inner).entry(text).or_default().clone()
    }

    /// Over the bound all other texts are forgotten; they are read again when they are wanted.
    fn make_room(&self, text: TextId, here: usize) {
        let mut boards = self.boards.lock().unwrap_or_else(PoisonError::into_inner);
        let elsewhere: usize = boards
            .iter()
            .filter(|(other, _)| **other != text)
            .filter_map(|(_, board)| board.try_lock().ok().map(|board| board.threads.len()))
            .sum();
        if here + elsewhere > MOST_THREADS {
            boards.retain(|other, _| *other == text);
        }
    }
}

/// Finds the places of these threads. In a text that cannot be read, nothing has a place.
async fn located(
    app: &App,
    text: TextId,
    mut threads: Vec<Shelved>,
    which: Vec<usize>,
) -> Result<Vec<Shelved>, Refusal> {
    let document = match app.live.text(text).await {
        Ok(document) => document,
        Err(LiveError::Unreadable { .. }) => {
            threads.iter_mut().for_each(|kept| kept.located = None);
            return Ok(threads);
        }
        Err(error) => return Err(error.into()),
    };
    aside(move || {
        let outline = Outline::of(&document);
        for place in which {
            threads[place].located = outline.locate(&threads[place].thread.anchor);
        }
        Ok(threads)
    })
    .await
}
