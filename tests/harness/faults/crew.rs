//! Many people who write steadily in several texts of the demonstration, and an account of what they were promised.
//!
//! The rule (SYN7): whatever was acknowledged to its author, and whatever anybody else was shown, is there afterwards.

use std::collections::BTreeSet;
use std::time::Duration;

use automerge::ChangeHash;
use fastrand::Rng;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep_until};

use crate::guest::Guest;
use crate::process::{Process, SignedIn};
use crate::socket::Heard;

/// People with a pen; the crew sits in their seats in turn.
const PENS: [&str; 3] = ["ines.duarte@example.org", "adaeze.obi@example.org", "marta.roca@example.org"];

/// The people. Their desks outlive the server.
pub struct Crew {
    /// Those who are signed in; the first may also seal milestones.
    pub people: Vec<SignedIn>,
    documents: Vec<String>,
    guests: Vec<Guest>,
    pace: Duration,
    before: BTreeSet<ChangeHash>,
    /// What each had been promised when they were told to listen no more, instead of what they have been told since.
    noted: Vec<BTreeSet<ChangeHash>>,
}

/// What was promised, and what is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Changes made since the last account.
    pub made: usize,
    /// Changes that their authors read as saved, of all times.
    pub acknowledged: usize,
    /// Changes that somebody else was shown, of all times, each counted once for each who saw it.
    pub shown: usize,
    /// Changes in the store.
    pub stored: usize,
    /// Acknowledged or shown, and not in the store.
    pub lost: usize,
}

impl Crew {
    /// So many people on so many texts, each of whom makes an edit every `pace`.
    pub async fn sign_in(process: &Process, size: usize, texts: usize, pace: Duration) -> Crew {
        let mut people = Vec::new();
        for email in PENS {
            people.push(process.signs_in(email).await);
        }
        let mut documents = process.documents(&people[0], "en").await;
        documents.truncate(texts);
        let guests = (0..size)
            .map(|n| {
                let who = &people[n % people.len()];
                process.guest(&format!("writer {n}"), who, &documents[n % documents.len()])
            })
            .collect();
        Crew { people, documents, guests, pace, before: BTreeSet::new(), noted: Vec::new() }
    }

    /// Everybody connects at once, and sends what the server has not.
    pub async fn enters(&mut self, process: &Process) {
        let mut entering = JoinSet::new();
        for (n, mut guest) in std::mem::take(&mut self.guests).into_iter().enumerate() {
            guest.told.clear();
            let socket = process.socket(&self.people[n % self.people.len()]);
            let socket = socket.await;
            entering.spawn(async move {
                guest.enters(socket).await;
                guest.uploads().await;
                (n, guest)
            });
        }
        let mut entered = entering.join_all().await;
        entered.sort_by_key(|(n, _)| *n);
        self.guests = entered.into_iter().map(|(_, guest)| guest).collect();
        if self.before.is_empty() {
            self.before = self.all();
        }
    }

    /// Everybody writes until their connection ends; meanwhile `trouble` comes, which must end all of them. Gives back what came
    /// of it, and how each connection ended.
    pub async fn writes_through<T>(
        &mut self,
        chance: &mut Rng,
        trouble: impl Future<Output = T>,
    ) -> (T, Vec<Heard>) {
        // Nobody says that it is over: it is when the connections end.
        let (over, watched) = watch::channel(false);
        let writing = self.begins_writing(chance, &watched);
        let came = trouble.await;
        let ends = self.stops_writing(writing).await;
        drop(over);
        (came, ends.into_iter().map(|end| end.expect("nobody stopped before the connection ended")).collect())
    }

    /// Everybody keeps in mind what they have been promised so far: what they are told from now on does not count. For troubles that in
    /// truth would stop the server in the same moment, while here it may still say something.
    pub fn notes_promises(&mut self) {
        self.noted = self.guests.iter().map(promises).collect();
    }

    /// Everybody writes while `trouble` comes and until it is over, or their connection ends.
    pub async fn writes_while<T>(&mut self, chance: &mut Rng, trouble: impl Future<Output = T>) -> T {
        let (over, watched) = watch::channel(false);
        let writing = self.begins_writing(chance, &watched);
        let came = trouble.await;
        over.send_replace(true);
        self.stops_writing(writing).await;
        came
    }

    fn begins_writing(
        &mut self,
        chance: &mut Rng,
        over: &watch::Receiver<bool>,
    ) -> JoinSet<(usize, Written)> {
        let mut writing = JoinSet::new();
        for (n, guest) in std::mem::take(&mut self.guests).into_iter().enumerate() {
            let (pace, chance, over) = (self.pace, chance.fork(), over.clone());
            writing.spawn(async move { (n, write_steadily(guest, pace, chance, over).await) });
        }
        writing
    }

    async fn stops_writing(&mut self, writing: JoinSet<(usize, Written)>) -> Vec<Option<Heard>> {
        let mut written = writing.join_all().await;
        written.sort_by_key(|(n, _)| *n);
        let (guests, ends) = written.into_iter().map(|(_, written)| written).unzip();
        self.guests = guests;
        ends
    }

    /// Everybody hears until all that they wrote is saved, or until they are told that it cannot be. False for the latter.
    pub async fn is_saved(&mut self) -> bool {
        for guest in &mut self.guests {
            guest.told.clear();
            guest.hears_until(|guest| guest.is_saved() || !guest.told.is_empty()).await;
        }
        self.guests.iter().all(Guest::is_saved)
    }

    /// Everybody sends again what the server is not known to have.
    pub async fn uploads(&mut self) {
        for guest in &mut self.guests {
            guest.uploads().await;
        }
    }

    /// Compares what was promised with what a newcomer receives.
    pub async fn account(&mut self, process: &Process) -> Account {
        let mut account = Account::default();
        for (place, document) in self.documents.iter().enumerate() {
            let mut promised = BTreeSet::new();
            for n in (place..self.guests.len()).step_by(self.documents.len()) {
                let guest = &self.guests[n];
                let told = self.noted.get(n).cloned().unwrap_or_else(|| promises(guest));
                let own = told.iter().filter(|hash| guest.desk.wrote(hash)).count();
                account.acknowledged += own;
                account.shown += told.len() - own;
                promised.extend(told);
            }
            let stored: BTreeSet<ChangeHash> =
                process.stored(&self.people[0], document).await.into_iter().collect();
            account.stored += stored.len();
            account.lost += promised.difference(&stored).count();
        }
        self.noted.clear();
        let all = self.all();
        account.made = all.difference(&self.before).count();
        self.before = all;
        account
    }

    /// How many people were told that the server cannot save.
    pub fn told(&self, code: &str) -> usize {
        self.guests.iter().filter(|guest| guest.told.iter().any(|told| told == code)).count()
    }

    fn all(&self) -> BTreeSet<ChangeHash> {
        self.guests.iter().flat_map(|guest| guest.desk.hashes_since(&[])).collect()
    }
}

/// What somebody was promised: their own changes that read as saved, and all that they were shown of others.
fn promises(guest: &Guest) -> BTreeSet<ChangeHash> {
    let others = guest.desk.hashes_since(&[]).into_iter().filter(|hash| !guest.desk.wrote(hash));
    others.chain(guest.durable()).collect()
}

/// Waits for the moment in which a trouble is to come. The moment itself is what varies, so this is no pause.
pub async fn moment_in(wait_ms: u64) {
    sleep_until(Instant::now() + Duration::from_millis(wait_ms)).await;
}

/// A guest after writing, and how their connection ended, if it did.
type Written = (Guest, Option<Heard>);

/// Writes at a steady pace and listens, until the connection ends or it is over.
async fn write_steadily(
    mut guest: Guest,
    pace: Duration,
    mut chance: Rng,
    mut over: watch::Receiver<bool>,
) -> Written {
    // Not all in the same moment.
    let begins = Instant::now() + pace.mul_f64(chance.f64());
    let mut pace = interval_at(begins, pace);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = pace.tick() => { guest.writes(|desk| desk.scribbles(&mut chance)).await; }
            heard = guest.hears_something() => if let Err(end) = heard { return (guest, Some(end)); },
            changed = over.changed() => {
                assert!(changed.is_ok(), "whoever started the writing is there to stop it");
                return (guest, None);
            }
        }
    }
}
