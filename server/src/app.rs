//! The service: its parts, and what it can do.
//!
//! [`App`] owns the store, the directory, the live path, the exports and the clock. Its methods are the acts of Borrador
//! (somebody signs in, a paper is imported, a thread is answered, a milestone is sealed), each with its rules, its commit and
//! its entry in the audit log. The HTTP routes, the command line and the demonstration all go through them; none of them
//! decides anything itself.
//!
//! This module knows no status codes, no JSON names and no sockets.

pub mod access;
pub mod activity;
pub mod amendments;
mod apparatus;
pub mod asked;
pub mod attribution;
pub mod audit;
pub mod brackets;
pub mod broken;
pub mod certificates;
pub mod check;
pub mod comparing;
pub mod components;
pub mod coverage;
mod coverage_files;
pub mod exports;
pub mod history;
pub mod images;
pub mod instants;
pub mod invitations;
pub mod keys;
pub mod letters;
pub mod mail;
pub mod matrix;
pub mod milestones;
pub mod news;
pub mod notices;
pub mod papers;
pub mod people;
pub mod planned;
pub mod positions;
pub mod preflight;
pub mod proofs;
pub mod public_pages;
pub mod publishing;
pub mod rate;
pub mod reading;
pub mod reasons;
pub mod refusal;
pub mod remarks;
pub mod replies;
pub mod rights;
pub mod rounds;
pub mod sealed_words;
pub mod set_aside;
pub mod settings;
pub mod silences;
pub mod sources;
pub mod subjects;
pub mod sweep;
pub mod tasks;
pub mod texts;
pub mod threads;
pub mod turns;
pub mod word_import;
pub mod words;
pub mod zone;

use std::net::IpAddr;
use std::sync::Arc;

use crdt::ids::{PersonId, SeatId, TextId};
use crdt::review::permission::{Action, is_stopped_by_lock, may};
use crdt::sync::events::{Access, Refusal as SyncRefusal};

use tokio::sync::{Mutex, Semaphore};

use self::activity::Activity;
use self::amendments::branches::Branches;
use self::exports::Exports;
use self::history::logs::Logs;
use self::instants::Instants;
use self::mail::{Mail, WayInLetters};
use self::matrix::proposals::Proposals;
use self::matrix::shelf::Shelf;
use self::news::News;
use self::public_pages::Pages;
use self::rate::Rate;
use self::refusal::Refusal;
use self::settings::Settings;
use self::turns::Turns;
use crate::boot::clock::Clock;
use crate::live::{Live, LiveError, LiveSettings, RightsOf};
use crate::people::directory::Directory;
use crate::people::mail::post::Post;
use crate::store::{Store, StoreError};

/// How many whole documents are read in at once; the next ones wait.
const LARGE_AT_ONCE: usize = 2;

/// A running service.
pub struct App {
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// Who is there.
    pub directory: Arc<Directory>,
    /// Where people write together.
    pub live: Arc<Live>,
    /// Files on their way.
    pub exports: Exports,
    /// What time it is.
    pub clock: Clock,
    /// What the operator set.
    pub settings: Settings,
    /// What happens, for those who listen.
    pub news: News,
    /// What waits for an instant.
    pub instants: Instants,
    /// The way out for letters.
    pub mail: Mail,
    /// Requests with the same `Idempotency-Key`, one after the other.
    pub answering: Turns,
    /// Who writes on which branch.
    pub branches: Arc<Branches>,
    activity: Activity,
    logs: Logs,
    shelf: Shelf,
    proposals: Proposals,
    settling: Turns,
    /// Acts that look at a text and change it by what they saw: one after the other in each text. Taken after the turn of the record
    /// (never the other way round), and from queues of its own: two names may share a queue.
    rewording: Turns,
    /// Running numbers are given one after the other.
    numbering: Mutex<()>,
    /// Whole documents that come in: each takes a processor for seconds and many times its size of memory.
    large: Semaphore,
    sign_ins: Rate<IpAddr>,
    refusals: Rate<SeatId>,
    export_rate: Rate<PersonId>,
    public_pages: Pages,
    way_in_letters: WayInLetters,
    draft_rate: Rate<SeatId>,
}

impl App {
    /// The service over a store. Nothing listens yet.
    pub async fn start(
        store: Arc<dyn Store>,
        clock: Clock,
        settings: Settings,
        live: LiveSettings,
    ) -> Result<Arc<App>, StoreError> {
        let directory = Arc::new(Directory::load(store.clone()).await?);
        planned::take_from_papers(&*store, &directory).await?;
        keys::note(&*store, &settings.signer, clock.now()).await?;
        let branches = Arc::new(Branches::load(&*store, directory.clone()).await?);
        let live = Live::start(store.clone(), clock.clone(), branches.clone(), live);
        let limits = &settings.limits;
        let app = Arc::new(App {
            exports: Exports::new(&settings),
            news: News::default(),
            instants: Instants::default(),
            answering: Turns::default(),
            activity: Activity::default(),
            branches,
            logs: Logs::default(),
            shelf: Shelf::default(),
            proposals: Proposals::default(),
            settling: Turns::default(),
            rewording: Turns::default(),
            numbering: Mutex::default(),
            large: Semaphore::new(LARGE_AT_ONCE),
            sign_ins: Rate::new("attempts to sign in", limits.sign_ins_per_minute),
            refusals: Rate::new("refused attempts", 60),
            export_rate: Rate::new("exports", limits.exports_per_minute),
            public_pages: Pages::default(),
            draft_rate: Rate::new("new drafts", limits.drafts_per_minute),
            way_in_letters: Rate::new("letters with a way in", limits.way_in_letters_per_minute),
            mail: Mail::over(settings.mail.clone().map(Post::to)),
            store,
            directory,
            live,
            clock,
            settings,
        });
        app.clone().listen_to_texts();
        Ok(app)
    }
}

impl RightsOf for Directory {
    fn access(&self, seat: SeatId, text: TextId) -> Access {
        let register = self.register();
        let Some(place) = register.text(text).map(|text| text.place()) else { return Access::None };
        let Some(rights) = register.seat(seat).map(|seat| seat.rights()) else { return Access::None };
        if may(&rights, Action::WriteText, &place) {
            Access::Write
        } else if is_stopped_by_lock(&rights, &place) {
            Access::Locked
        } else if may(&rights, Action::Read, &place) {
            Access::Read
        } else {
            Access::None
        }
    }

    fn is_held(&self, seat: SeatId) -> bool {
        self.register().seat(seat).is_some_and(|seat| !seat.ended)
    }
}

impl From<LiveError> for Refusal {
    fn from(error: LiveError) -> Self {
        match error {
            LiveError::Refused(SyncRefusal::NotAllowed) => Refusal::NotAllowed("change this text"),
            LiveError::Refused(SyncRefusal::ChapterLocked) => Refusal::ChapterLocked,
            LiveError::Refused(SyncRefusal::StorageFull) => Refusal::StorageFull,
            LiveError::Refused(SyncRefusal::StorageFailed) => {
                Refusal::StorageFailed(StoreError::Poisoned("reported by the live path".to_owned()))
            }
            LiveError::Refused(refusal) => Refusal::ChangeRefused(refusal.to_string()),
            LiveError::Store(error) => error.into(),
            LiveError::Unreadable { .. } => Refusal::TextUnreadable(error),
            LiveError::Stopping => Refusal::Stopping,
        }
    }
}
