//! Mail: letters written with the acts they belong to, and the one task that brings them to the mail server (REV73).
//!
//! An act commits its letter together with itself; it never waits for the mail server. [`App::carry_letters`] hands over what is
//! due, notes each answer, and says when to come again. What a letter says is put together in that moment, in
//! [`letters`](super::letters). Without a mail server nobody writes letters, and everything is told on the pages alone.

use std::sync::Arc;
use std::time::Duration;

use crdt::ids::{InvitationId, LetterId, PersonId};
use crdt::moment::Moment;
use futures_util::StreamExt;
use serde_json::json;
use tokio::sync::{Mutex, Notify};
use uuid::Uuid;

use super::App;
use super::audit::{self, By};
use super::instants::TRY_AGAIN;
use super::notices::{Channel, Delivery, Outcome};
use super::refusal::Refusal;
use crate::people::mail::letter::{About, Letter, State};
use crate::people::mail::post::Post;
use crate::store::{Coll, Expect, Op, Record, StoreError, scan_all};

/// How many letters are handed over at once: a slow reader's server must not hold up all others.
const AT_ONCE: usize = 4;
/// A clock that was set, or a machine that slept, is noticed after so long.
const LONGEST_SLEEP: Duration = Duration::from_mins(1);

/// The way out.
pub struct Mail {
    post: Option<Post>,
    written: Arc<Notify>,
    /// One at a time carries.
    carrying: Mutex<()>,
}

impl Mail {
    /// Over this post; without one nothing is written.
    pub fn over(post: Option<Post>) -> Self {
        Self { post, written: Arc::default(), carrying: Mutex::default() }
    }

    /// Does this service write letters?
    pub fn is_on(&self) -> bool {
        self.post.is_some()
    }
}

impl App {
    /// The operation that puts a letter on its way, for the commit of the act it tells of; none without a mail server.
    /// Afterwards [`App::letters_written`].
    pub(super) fn letter_about(&self, about: About) -> Option<Op> {
        let letter = Letter::new(LetterId(Uuid::new_v4()), about, self.clock.now());
        self.mail.is_on().then(|| Op::put(Coll::Letter, waiting_key(&letter), Expect::Absent, &letter))
    }

    /// A letter is stored: it is carried now.
    pub(super) fn letters_written(&self) {
        self.mail.written.notify_one();
    }

    /// Carry out an act, and put a letter about it on its way.
    pub(super) async fn commit_with_letter(&self, mut ops: Vec<Op>, about: About) -> Result<(), StoreError> {
        ops.extend(self.letter_about(about));
        self.store.commit(ops).await?;
        self.letters_written();
        Ok(())
    }

    /// The newest letter about an invitation: where it stands.
    pub async fn letter_of_invitation(&self, id: InvitationId) -> Result<Option<Letter>, Refusal> {
        let all = self.letters().await?;
        Ok(all.into_iter().rfind(|letter| letter.about == About::Invitation(id)))
    }

    /// Every letter that is kept, in order of writing.
    pub async fn letters(&self) -> Result<Vec<Letter>, Refusal> {
        let records = scan_all(&*self.store, Coll::Letter, "").await?;
        let mut all = records.iter().map(Record::read).collect::<Result<Vec<Letter>, StoreError>>()?;
        all.sort_by_key(|letter| (letter.written, letter.id));
        Ok(all)
    }

    /// Somebody asks for a way in at this address. Whoever asks is answered before anything is looked up, so that neither the
    /// answer nor its time says who is here.
    pub fn ask_for_way_in(self: &Arc<Self>, email: String) {
        let app = self.clone();
        tokio::spawn(async move {
            let register = app.directory.register();
            let known =
                register.person_by_email(&email).filter(|person| !register.seats_of(person.id).is_empty());
            let Some(person) = known.map(|person| person.id) else { return };
            if app.way_in_letters.take(person, app.clock.now()).is_err() {
                return;
            }
            let entry = audit::entry(app.clock.now(), "way_in_asked", By::Person(person), json!({}));
            if let Err(error) = app.commit_with_letter(vec![entry], About::SignIn(person)).await {
                tracing::error!(%error, "could not write a letter with a sign-in link");
            }
        });
    }

    /// Hand over every letter that is due. Answers with the instant at which the next one is; `None` when none waits. One that cannot be
    /// read, composed or noted is named in the log and tried again; it holds up no other.
    pub async fn carry_letters(&self) -> Result<Option<Moment>, Refusal> {
        let Some(post) = &self.mail.post else { return Ok(None) };
        let _alone = self.mail.carrying.lock().await;
        let now = self.clock.now();
        let mut waiting: Vec<(Record, Letter)> = Vec::new();
        for record in scan_all(&*self.store, Coll::Letter, WAITING).await? {
            match record.read() {
                Ok(letter) => waiting.push((record, letter)),
                Err(error) => tracing::error!(letter = record.key, %error, "a letter cannot be read"),
            }
        }
        let (due, later): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|(_, letter)| letter.due <= now);
        let mut next = later.iter().map(|(_, letter)| letter.due).min();
        let mut carried = futures_util::stream::iter(due)
            .map(|(record, letter)| async move { (letter.id, self.carry(post, record, letter).await) })
            .buffer_unordered(AT_ONCE);
        while let Some((id, carried)) = carried.next().await {
            let again = carried.unwrap_or_else(|refusal| {
                tracing::error!(letter = %id, %refusal, "a letter could not be carried; it is tried again");
                Some(now + TRY_AGAIN)
            });
            next = next.into_iter().chain(again).min();
        }
        Ok(next)
    }

    /// Carry one letter, and note what came of it. Answers with when it is due again.
    async fn carry(&self, post: &Post, record: Record, letter: Letter) -> Result<Option<Moment>, Refusal> {
        let after = match self.compose(&letter).await? {
            None => letter.moot(),
            Some(written) => {
                let answer = post.hand_over(&written).await;
                letter.tried(&written.email, answer, self.clock.now())
            }
        };
        self.note_on_notice(&after).await?;
        let state = after.state();
        let put = |key, expect| Op::put(Coll::Letter, key, expect, &after);
        if state == State::Waiting {
            self.store.commit(vec![put(record.key, Expect::Version(record.version))]).await?;
            return Ok(Some(after.due));
        }
        // Not the address nor the server's words: the audit log holds neither.
        let about =
            json!({ "letter": after.id, "about": after.about, "state": state, "tries": after.tries.len() });
        let ops = vec![
            Op::Delete { coll: Coll::Letter, key: record.key, expect: Expect::Version(record.version) },
            put(done_key(&after), Expect::Absent),
            audit::entry(self.clock.now(), "letter", By::Operator, about),
        ];
        self.store.commit(ops).await?;
        if let (State::Refused | State::GaveUp, Some(last)) = (state, after.tries.last()) {
            tracing::warn!(letter = %after.id, words = last.answer.words(), "a letter did not reach its mail server");
        }
        Ok(None)
    }

    /// What came of a try stands with the notice too: together with what was seen it is the proof that somebody was told.
    async fn note_on_notice(&self, letter: &Letter) -> Result<(), Refusal> {
        let (About::Notice(person, notice), Some(last)) = (letter.about, letter.tries.last()) else {
            return Ok(());
        };
        if letter.moot {
            return Ok(());
        }
        let words = last.answer.words().to_owned();
        let outcome = match letter.state() {
            State::Accepted => Outcome::Accepted,
            State::Refused => Outcome::Refused { words },
            State::GaveUp => Outcome::GaveUp { words },
            State::Waiting | State::Moot => Outcome::Delayed { words },
        };
        let delivery = Delivery { channel: Channel::Mail, at: last.at, outcome };
        match self.note_delivery(person, notice, &delivery).await {
            Err(Refusal::NotFound) => Ok(()),
            noted => noted,
        }
    }

    /// Carry letters whenever one is written or due, until the service is gone. Those that waited when it stopped go first.
    pub async fn watch_letters(self: Arc<Self>) {
        let written = self.mail.written.clone();
        // Weak: this task must not keep a stopped service in memory.
        let app = Arc::downgrade(&self);
        drop(self);
        while let Some(app) = app.upgrade() {
            let sleep = match app.carry_letters().await {
                Ok(next) => next.map_or(LONGEST_SLEEP, |next| next.since(app.clock.now()).min(LONGEST_SLEEP)),
                Err(refusal) => {
                    tracing::error!(%refusal, "letters could not be carried; they are tried again");
                    TRY_AGAIN
                }
            };
            drop(app);
            tokio::select! {
                () = written.notified() => {}
                () = tokio::time::sleep(sleep) => {}
            }
        }
    }

    /// Remove letters that ended long ago. Answers with how many there were.
    pub(super) async fn sweep_letters(&self, now: Moment) -> Result<usize, Refusal> {
        let mut over = Vec::new();
        for record in scan_all(&*self.store, Coll::Letter, DONE).await? {
            let letter: Letter = record.read()?;
            if letter.written + Letter::KEPT <= now {
                over.push(Op::Delete { coll: Coll::Letter, key: record.key, expect: Expect::Any });
            }
        }
        let swept = over.len();
        if swept > 0 {
            self.store.commit(over).await?;
        }
        Ok(swept)
    }
}

/// Whose address asked for a way in how often.
pub type WayInLetters = super::rate::Rate<PersonId>;

/// Letters that wait lie apart from those that ended, of which there are ever more.
const WAITING: &str = "waiting/";
const DONE: &str = "done/";

fn waiting_key(letter: &Letter) -> String {
    format!("{WAITING}{}", letter.id)
}

fn done_key(letter: &Letter) -> String {
    format!("{DONE}{}", letter.id)
}
