//! Threads: opened on words of a text, answered, resolved, opened again. The rules are `crdt::review::thread`'s.
//!
//! A thread is stored under its text; a second record leads from the thread's id to the text.

use std::sync::Arc;

use crdt::document::Anchor;
use crdt::ids::{CommentId, PaperId, ParagraphId, SeatId, TextId, ThreadId};
use crdt::moment::Moment;
use crdt::review::entry::{Entry, Kind};
use crdt::review::permission::Action;
use crdt::review::thread::{Audience, Comment, Thread};
use serde_json::json;
use uuid::Uuid;

use super::App;
use super::audit::{self, By};
use super::news::What;
use super::papers::aside;
use super::refusal::Refusal;
use super::rounds::shown;
use crate::people::directory::{Register, Who};
use crate::people::paper::{Paper, TextPlace};
use crate::store::{Coll, Expect, Op, StoreError, scan_all};

/// A thread with the version of its record.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The thread.
    pub thread: Arc<Thread>,
    /// 1 when opened, one more with each change.
    pub version: u64,
}

/// A thread to be opened.
#[derive(Clone, Debug)]
pub struct NewThread {
    /// The words it is about.
    pub anchor: Anchor,
    /// The paragraph they stand in.
    pub paragraph: ParagraphId,
    /// What is said.
    pub body: String,
    /// Who may read it.
    pub audience: Audience,
    /// What it is about.
    pub kind: Kind,
    /// The words it would like instead; may be empty.
    pub proposed: String,
}

/// Something that is done to a thread.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ThreadAct {
    /// Say something more.
    Answer(String),
    /// Settle it.
    Resolve,
    /// Open it again.
    Reopen,
}

impl App {
    /// The threads of a paper that a seat may read, in the order of chapters and of their opening.
    pub async fn threads(&self, paper: &Paper, seat: SeatId) -> Result<Vec<Kept>, Refusal> {
        let mut found = Vec::new();
        for (text, _) in paper.texts() {
            found.extend(self.threads_of_text(text, seat).await?);
        }
        Ok(found)
    }

    /// The threads of a text that a seat may read, in the order of their opening.
    pub async fn threads_of_text(&self, text: TextId, seat: SeatId) -> Result<Vec<Kept>, Refusal> {
        let (register, now) = (self.directory.register(), self.clock.now());
        let mut found = Vec::new();
        for record in scan_all(&*self.store, Coll::Thread, &format!("{text}/")).await? {
            let thread: Thread = record.read()?;
            if reads(&register, now, seat, &thread) {
                found.push(Kept { thread: Arc::new(thread), version: record.version });
            }
        }
        found.sort_by_key(|kept| (kept.thread.created, kept.thread.id));
        Ok(found)
    }

    /// Open a thread on words that stand, or stood, in the text.
    pub async fn open_thread(&self, text: TextId, seat: SeatId, new: NewThread) -> Result<Kept, Refusal> {
        let (place, document) = self.text(text).await?;
        let register = self.directory.register();
        let who = register.who(seat).ok_or(Refusal::NotFound)?;
        if !register.may(seat, Action::Comment, &place.place()) {
            return Err(Refusal::NotAllowed("comment"));
        }
        let now = self.clock.now();
        let first = Comment::new(CommentId(Uuid::new_v4()), seat, now, &new.body)?;
        let entry = Entry::new(new.kind, &new.proposed)?;
        let anchor = new.anchor;
        let (anchor, paragraph) = aside(move || {
            anchor.check(&document).map_err(|_| Refusal::AnchorUnknown)?;
            anchor.verified(&document).ok_or(Refusal::AnchorUnknown)
        })
        .await?;
        let id = ThreadId(Uuid::new_v4());
        let to = (new.audience, who.component.id);
        let thread = Thread { entry, ..Thread::open(id, (text, paragraph), anchor, to, first) };
        let mut ops = new_records(&thread).to_vec();
        ops.push(audit::entry(now, "thread_opened", By::Seat(seat), json!({ "thread": id })));
        self.store.commit(ops).await?;
        Ok(self.told(place.paper, thread, 1))
    }

    /// Do something to a thread that the seat may read, if it has the expected version.
    pub async fn act_on_thread(
        &self,
        id: ThreadId,
        seat: SeatId,
        expected: Option<u64>,
        act: ThreadAct,
    ) -> Result<Kept, Refusal> {
        let _turn = self.settling.alone(&id.to_string()).await;
        let Kept { thread, version } = self.thread(id, seat).await?;
        let register = self.directory.register();
        let place = register.text(thread.text).ok_or(Refusal::NotFound)?;
        if expected.is_some_and(|expected| expected != version) {
            return Err(Refusal::StaleVersion { current: version });
        }
        let who = register.who(seat).ok_or(Refusal::NotFound)?;
        let next = self.after(&thread, who, place, &act)?;
        if next == *thread {
            return Ok(Kept { thread, version });
        }
        let ops = vec![
            Op::put(Coll::Thread, key(&next), Expect::Version(version), &next),
            audit::entry(self.clock.now(), act.name(), By::Seat(seat), json!({ "thread": id })),
        ];
        match self.store.commit(ops).await {
            Ok(done) => {
                Ok(self.told(place.paper, next, done.versions.first().copied().unwrap_or(version + 1)))
            }
            Err(StoreError::Conflict { current, .. }) => {
                Err(Refusal::StaleVersion { current: current.unwrap_or(version) })
            }
            Err(error) => Err(error.into()),
        }
    }

    fn after(
        &self,
        thread: &Thread,
        who: Who<'_>,
        place: &TextPlace,
        act: &ThreadAct,
    ) -> Result<Thread, Refusal> {
        let (now, rights, seat) = (self.clock.now(), who.seat.rights(), who.seat.id);
        let settles = thread.may_settle(seat, &rights, &place.place());
        match act {
            ThreadAct::Answer(_)
                if !crdt::review::permission::may(&rights, Action::Comment, &place.place()) =>
            {
                Err(Refusal::NotAllowed("comment"))
            }
            ThreadAct::Answer(body) => {
                Ok(thread.answer(Comment::new(CommentId(Uuid::new_v4()), seat, now, body)?)?)
            }
            ThreadAct::Resolve | ThreadAct::Reopen if !settles => {
                Err(Refusal::NotAllowed("settle this comment"))
            }
            ThreadAct::Resolve => Ok(thread.resolve(seat, now)),
            ThreadAct::Reopen => Ok(thread.reopen()),
        }
    }

    /// One thread that the seat reads.
    pub(super) async fn thread(&self, id: ThreadId, seat: SeatId) -> Result<Kept, Refusal> {
        let pointer = self.store.get(Coll::Thread, &by_id(id)).await?.ok_or(Refusal::NotFound)?;
        let text: TextId = pointer.read()?;
        let record = self.store.get(Coll::Thread, &format!("{text}/{id}")).await?.ok_or(Refusal::NotFound)?;
        let thread: Thread = record.read()?;
        if !reads(&self.directory.register(), self.clock.now(), seat, &thread) {
            return Err(Refusal::NotFound);
        }
        Ok(Kept { thread: Arc::new(thread), version: record.version })
    }

    /// Tell those who may read it how it is now.
    pub(super) fn told(&self, paper: PaperId, thread: Thread, version: u64) -> Kept {
        let kept = Kept { thread: Arc::new(thread), version };
        self.news.tell(paper, What::Thread(kept.thread.clone(), version));
        kept
    }
}

impl ThreadAct {
    fn name(&self) -> &'static str {
        match self {
            ThreadAct::Answer(_) => "thread_answered",
            ThreadAct::Resolve => "thread_resolved",
            ThreadAct::Reopen => "thread_reopened",
        }
    }
}

/// The records of a thread that is stored for the first time.
pub fn new_records(thread: &Thread) -> [Op; 2] {
    [
        Op::put(Coll::Thread, key(thread), Expect::Absent, thread),
        Op::put(Coll::Thread, by_id(thread.id), Expect::Absent, &thread.text),
    ]
}

/// May this seat read this thread now?
pub fn reads(register: &Register, now: Moment, seat: SeatId, thread: &Thread) -> bool {
    let place = register.text(thread.text).map(TextPlace::place);
    let seat = register.seat(seat);
    let shown = shown(register, thread.submission.as_ref().and_then(|sent| sent.round), now);
    place
        .zip(seat)
        .is_some_and(|(place, seat)| thread.is_read_by(seat.component, &seat.rights(), &place, shown))
}

/// The key of its record.
pub(super) fn key(thread: &Thread) -> String {
    format!("{}/{}", thread.text, thread.id)
}

/// The record that leads from a thread to its text. No UUID starts with these letters.
fn by_id(id: ThreadId) -> String {
    format!("text-of/{id}")
}
