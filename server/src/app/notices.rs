//! Notices: what a person is told, when they were told, when they saw it, and how it was delivered.
//!
//! An act that concerns people tells them in its own commit: [`App::notices_to`] gives the operations, so that nobody is told of what
//! did not happen and nothing happens untold. A notice waits on the start page until it is seen; what carries it further (mail) notes
//! each attempt in its [`deliveries`](Notice::deliveries). Together that is the proof that a body was told.
//!
//! A notice is stored under its person; a second record leads from what it is about to the person, so that the proof is found without
//! reading everybody's.

use crdt::ids::{
    AmendmentId, ComponentId, MilestoneId, NoticeId, PaperId, PersonId, RoundId, SeatId, SilenceId, ThreadId,
};
use crdt::moment::Moment;
use crdt::review::permission::{Action, Function};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::App;
use super::news::{Topic, What};
use super::refusal::Refusal;
use crate::people::directory::Register;
use crate::people::mail::letter;
use crate::people::paper::Paper;
use crate::people::seat::Seat;
use crate::store::{Coll, Expect, Op, Record, StoreError, scan_all};

/// Something a person was told.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Notice {
    /// For life.
    pub id: NoticeId,
    /// Who was told.
    pub person: PersonId,
    /// In which of their seats.
    pub seat: SeatId,
    /// Which component that seat was in.
    pub component: ComponentId,
    /// Did the seat speak for its component then (REV68)? Functions change.
    #[serde(default)]
    pub speaks: bool,
    /// What was told, and about what.
    #[serde(flatten)]
    pub message: Message,
    /// When.
    pub told: Moment,
    /// When they saw it here; `None` until then.
    pub seen: Option<Moment>,
    /// How it was carried to them by other ways, attempt by attempt.
    #[serde(default)]
    pub deliveries: Vec<Delivery>,
}

/// What people are told.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Message {
    /// The paper it belongs to.
    pub paper: PaperId,
    /// What happened, or is asked.
    pub kind: Kind,
    /// What it is about.
    pub about: About,
    /// Words of whoever tells it, such as a reason; may be empty.
    #[serde(default)]
    pub words: String,
    /// The component whose act it was, where that is part of the news.
    #[serde(default)]
    pub by: Option<ComponentId>,
}

/// What happened, or is asked. In the interface: `notice-KIND`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A round asks their component from now on.
    RoundOpened,
    /// The secretariat reminds their component.
    RoundReminder,
    /// A round takes nothing for a while.
    RoundPaused,
    /// It goes on.
    RoundResumed,
    /// It closes later.
    RoundExtended,
    /// It is closed.
    RoundClosed,
    /// Its answers are out.
    RoundPublished,
    /// Their component is asked no longer.
    RoundReleased,
    /// What components sent under seal can be read from now on by those who answer.
    RoundUnsealed,
    /// What their component sent late was let in.
    LateAdmitted,
    /// A draft was put under silence to their component.
    SilenceOpened,
    /// Its instant was moved to a later one.
    SilenceExtended,
    /// Somebody objected in time.
    SilenceBroken,
    /// Another component joined the objection.
    SilenceJoined,
    /// Somebody objected too late: it counts as a reservation.
    SilenceObjectedLate,
    /// Nobody objected: the draft is adopted.
    SilenceAdopted,
    /// Its instant came while somebody had not been told: nothing is adopted.
    SilenceStopped,
    /// It was called off.
    SilenceCancelled,
    /// An amendment was submitted.
    AmendmentSubmitted,
    /// It was submitted again, in other words.
    AmendmentRevised,
    /// Its component took it back.
    AmendmentWithdrawn,
    /// A component joined it.
    AmendmentSponsored,
    /// A component that had joined it left.
    AmendmentLeft,
    /// A component supports it.
    AmendmentSupported,
    /// A component objects to it.
    AmendmentObjected,
    /// A component took back what it had said of it.
    AmendmentUnvoiced,
    /// It is in the text as it was proposed.
    AmendmentAccepted,
    /// It is in the text in other words.
    AmendmentModified,
    /// It is in the text in part.
    AmendmentPartly,
    /// It is not in the text.
    AmendmentNotAccepted,
    /// It was put off.
    AmendmentDeferred,
    /// Its words are gone.
    AmendmentOvertaken,
    /// A sealed draft is public.
    DraftPublished,
    /// It is public no more.
    DraftWithdrawn,
}

/// What a notice is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(tag = "about", content = "id", rename_all = "snake_case")]
pub enum About {
    /// A round.
    Round(RoundId),
    /// A question put under silence.
    Silence(SilenceId),
    /// An amendment.
    Amendment(AmendmentId),
    /// A remark.
    Thread(ThreadId),
    /// A sealed draft.
    Milestone(MilestoneId),
    /// A seat, given or ended.
    Seat(SeatId),
}

/// One attempt to carry a notice to its person.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Delivery {
    /// By which way.
    pub channel: Channel,
    /// When.
    pub at: Moment,
    /// What came of it.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// A way by which a notice is carried.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// Electronic mail.
    Mail,
}

/// What came of an attempt.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// The other side took it.
    Accepted,
    /// The other side refused it for good.
    Refused {
        /// In its words.
        words: String,
    },
    /// It could not be reached, or put it off; it is tried again.
    Delayed {
        /// Why.
        words: String,
    },
    /// It was tried long enough.
    GaveUp {
        /// What the last attempt said.
        words: String,
    },
}

impl Outcome {
    /// Is nothing more to be tried?
    pub fn is_final(&self) -> bool {
        !matches!(self, Outcome::Delayed { .. })
    }
}

impl Notice {
    /// Has it reached its person: was it seen here, or taken on the way to them?
    pub fn is_delivered(&self) -> bool {
        self.seen.is_some() || self.deliveries.iter().any(|each| each.outcome == Outcome::Accepted)
    }
}

impl App {
    /// The notices that tell `message` to these seats, and the operations that store them: they belong into the commit of the act.
    /// Afterwards [`App::notices_told`]. Seats that have ended are not told; somebody with two of the seats is told in each.
    pub fn notices_to(
        &self,
        register: &Register,
        seats: &[SeatId],
        message: &Message,
        now: Moment,
    ) -> (Vec<Op>, Vec<Notice>) {
        let held = seats.iter().filter_map(|seat| register.seat(*seat)).filter(|seat| !seat.ended);
        let notices: Vec<Notice> = held
            .map(|seat| Notice {
                id: NoticeId(Uuid::new_v4()),
                person: seat.person,
                seat: seat.id,
                component: seat.component,
                speaks: speaks_for_it(seat),
                message: message.clone(),
                told: now,
                seen: None,
                deliveries: Vec::new(),
            })
            .collect();
        let mut ops: Vec<Op> = notices.iter().flat_map(new_records).collect();
        ops.extend(
            notices.iter().filter_map(|each| self.letter_about(letter::About::Notice(each.person, each.id))),
        );
        (ops, notices)
    }

    /// One of a person's notices; `None` when there is none like it.
    pub async fn notice(&self, person: PersonId, id: NoticeId) -> Result<Option<Notice>, Refusal> {
        let record = self.store.get(Coll::Notice, &format!("{person}/{id}")).await?;
        Ok(record.map(|record| record.read()).transpose()?)
    }

    /// Notices are stored: tell the open pages of those they are for.
    pub fn notices_told(&self, notices: &[Notice]) {
        self.letters_written();
        let mut told: Vec<(PaperId, ComponentId)> =
            notices.iter().map(|notice| (notice.message.paper, notice.component)).collect();
        told.sort_unstable();
        told.dedup();
        for (paper, component) in told {
            self.news.tell(paper, What::Procedure { topic: Topic::Notices, within: Some(component) });
        }
    }

    /// What a person was told, the newest first.
    pub async fn notices_of(&self, person: PersonId) -> Result<Vec<Notice>, Refusal> {
        let records = scan_all(&*self.store, Coll::Notice, &format!("{person}/")).await?;
        let mut all = records.iter().map(Record::read).collect::<Result<Vec<Notice>, StoreError>>()?;
        all.sort_by_key(|notice| (std::cmp::Reverse(notice.told), notice.id));
        Ok(all)
    }

    /// All that was told about something, in order of telling: who was told, who has seen it, how it was carried.
    pub async fn notices_about(&self, about: About) -> Result<Vec<Notice>, Refusal> {
        let mut all = Vec::new();
        for record in scan_all(&*self.store, Coll::Notice, &about.prefix()).await? {
            let key: String = record.read()?;
            let notice = self.store.get(Coll::Notice, &key).await?;
            all.extend(notice.map(|record| record.read::<Notice>()).transpose()?);
        }
        all.sort_by_key(|notice: &Notice| (notice.told, notice.id));
        Ok(all)
    }

    /// Every notice that was neither seen nor carried anywhere for good: what a mailer still has to do.
    pub async fn notices_on_their_way(&self) -> Result<Vec<Notice>, Refusal> {
        let mut all = Vec::new();
        for record in scan_all(&*self.store, Coll::Notice, "").await? {
            if is_pointer(&record.key) {
                continue;
            }
            let notice: Notice = record.read()?;
            let is_done = notice.deliveries.iter().any(|each| each.outcome.is_final());
            if notice.seen.is_none() && !is_done {
                all.push(notice);
            }
        }
        all.sort_by_key(|notice| (notice.told, notice.id));
        Ok(all)
    }

    /// The person has seen these notices. Those that are not theirs, or were seen before, are passed over.
    pub async fn see_notices(&self, person: PersonId, ids: &[NoticeId]) -> Result<(), Refusal> {
        let now = self.clock.now();
        for id in ids {
            let seen = |notice: &mut Notice| {
                let is_new = notice.seen.is_none();
                notice.seen.get_or_insert(now);
                is_new
            };
            match self.change_notice(person, *id, seen).await {
                Ok(()) | Err(Refusal::NotFound) => {}
                Err(refusal) => return Err(refusal),
            }
        }
        Ok(())
    }

    /// An attempt to carry a notice was made.
    pub async fn note_delivery(
        &self,
        person: PersonId,
        id: NoticeId,
        delivery: &Delivery,
    ) -> Result<(), Refusal> {
        let noted = |notice: &mut Notice| {
            notice.deliveries.push(delivery.clone());
            true
        };
        self.change_notice(person, id, noted).await
    }

    /// Changes the record of a notice; `change` says whether it did. Whoever was first stays.
    async fn change_notice(
        &self,
        person: PersonId,
        id: NoticeId,
        mut change: impl FnMut(&mut Notice) -> bool,
    ) -> Result<(), Refusal> {
        let key = format!("{person}/{id}");
        loop {
            let record = self.store.get(Coll::Notice, &key).await?.ok_or(Refusal::NotFound)?;
            let mut notice: Notice = record.read()?;
            if !change(&mut notice) {
                return Ok(());
            }
            let put = Op::put(Coll::Notice, key.as_str(), Expect::Version(record.version), &notice);
            match self.store.commit(vec![put]).await {
                Ok(_) => return Ok(()),
                // Seen here while it was carried there: both are noted.
                Err(StoreError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

/// The seats that speak for a component: its focal points and deputies, as long as they hold their seats.
pub fn seats_that_speak_for(register: &Register, component: ComponentId) -> Vec<SeatId> {
    register
        .seats()
        .filter(|seat| seat.component == component && !seat.ended && speaks_for_it(seat))
        .map(|seat| seat.id)
        .collect()
}

fn speaks_for_it(seat: &Seat) -> bool {
    matches!(seat.function, Function::FocalPoint | Function::Deputy)
}

/// The seats that answer what components send to a paper, wherever in it: one for each person.
pub fn seats_that_answer(register: &Register, paper: &Paper) -> Vec<SeatId> {
    let places: Vec<_> = paper.texts().map(|(_, place)| place.place()).collect();
    let answers = |seat: SeatId| {
        let may = |action, place| register.may(seat, action, place);
        places.iter().any(|place| may(Action::AnswerRemarks, place) || may(Action::Decide, place))
    };
    one_for_each_person(register, register.seats().map(|seat| seat.id).filter(|seat| answers(*seat)))
}

/// Of these seats one for each person: the one that comes first among their hats.
pub fn one_for_each_person(register: &Register, seats: impl IntoIterator<Item = SeatId>) -> Vec<SeatId> {
    let mut held: Vec<&Seat> = seats.into_iter().filter_map(|seat| register.seat(seat)).collect();
    held.sort_by_key(|seat| (seat.person, seat.rank, seat.id));
    held.dedup_by_key(|seat| seat.person);
    held.into_iter().map(|seat| seat.id).collect()
}

impl About {
    /// What the keys of the records begin with that lead to its notices. No UUID starts with these letters.
    fn prefix(self) -> String {
        let id = match self {
            About::Round(id) => id.0,
            About::Silence(id) => id.0,
            About::Amendment(id) => id.0,
            About::Thread(id) => id.0,
            About::Milestone(id) => id.0,
            About::Seat(id) => id.0,
        };
        format!("{POINTERS}{id}/")
    }
}

const POINTERS: &str = "about/";

fn is_pointer(key: &str) -> bool {
    key.starts_with(POINTERS)
}

fn new_records(notice: &Notice) -> [Op; 2] {
    let key = format!("{}/{}", notice.person, notice.id);
    let pointer = format!("{}{}", notice.message.about.prefix(), notice.id);
    [
        Op::put(Coll::Notice, key.as_str(), Expect::Absent, notice),
        Op::put(Coll::Notice, pointer, Expect::Absent, &key),
    ]
}
