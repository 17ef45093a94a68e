//! Rights that change while people work: chapters are locked and opened, pens given and taken, seats ended and restored.
//!
//! The rules are `crdt::review::permission`'s. Each act is checked, written and noted in the audit log in one step of the
//! directory, so that nobody's right changes between the check and the write. Afterwards open sockets ask again and event
//! streams tell: what is lost is lost at once.

use crdt::ids::{ChapterId, ComponentId, PaperId, PersonId, SeatId, TextId};
use crdt::review::permission::{Action, Grant, Place, Role, Scope, Standing, is_stopped_by_lock};
use serde_json::{Value, json};

use super::App;
use super::audit::{self, By};
use super::news::What;
use super::refusal::Refusal;
use super::words;
use crate::people::directory::{Entry, Register};
use crate::people::paper::{Chapter, Lock, Paper};
use crate::people::seat::Seat;
use crate::store::Op;

/// What is done to the lock of a chapter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LockAct {
    /// Nobody writes from now on, for this reason.
    Lock(String),
    /// Whoever holds the pen writes again.
    Open,
}

/// A pen that is given or taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PenAct {
    /// Whose.
    pub seat: SeatId,
    /// For one chapter; `None` for the whole paper.
    pub chapter: Option<ChapterId>,
    /// It is given; otherwise it is taken.
    pub give: bool,
}

/// What is done to a seat.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SeatAct {
    /// It is no longer held.
    End,
    /// It is held again, with the rights it had.
    Restore,
}

/// What an act writes: entries of the directory, and its event in the audit log.
type Plan = Result<(Vec<Entry>, Vec<Op>), Refusal>;

/// The address of the account that stands for whoever holds the machine. Nobody can sign in to it, so it counts as no
/// administrator (REV14).
pub const OPERATOR: &str = "operator@localhost";

/// The longest reason for a lock, in characters.
const MOST_REASON: usize = 300;

impl App {
    /// REV10, REV11: lock a chapter or open it. Locking what is locked and opening what is open changes nothing.
    pub async fn act_on_lock(
        &self,
        by: SeatId,
        (paper, chapter): (PaperId, ChapterId),
        expected: Option<u64>,
        act: LockAct,
    ) -> Result<(), Refusal> {
        let reason = match &act {
            LockAct::Lock(reason) => Some(words::line("reason", reason, MOST_REASON)?),
            LockAct::Open => None,
        };
        let at = self.clock.now();
        let plan = |register: &Register| -> Plan {
            let mut paper = register.paper(paper).ok_or(Refusal::NotFound)?.clone();
            let place = paper.place_of(paper.chapter(chapter).ok_or(Refusal::NotFound)?);
            must(register, by, Action::LockChapter, &place, "lock or open this chapter")?;
            let found = paper.chapters.iter_mut().find(|each| each.id == chapter).ok_or(Refusal::NotFound)?;
            has_version(expected, found.lock_version)?;
            if found.lock.is_some() == reason.is_some() {
                return Ok((Vec::new(), Vec::new()));
            }
            let event = if reason.is_some() { "chapter_locked" } else { "chapter_opened" };
            let about = json!({ "paper": paper.id, "chapter": chapter, "reason": reason });
            found.lock = reason.map(|reason| Lock { by, at, reason });
            found.lock_version += 1;
            Ok((vec![Entry::Paper(paper)], vec![audit::entry(at, event, By::Seat(by), about)]))
        };
        self.directory.enter(plan).await?;
        self.rights_changed();
        Ok(())
    }

    /// REV13: give the pen of a chapter or of a whole paper, or take it. Giving what is held and taking what is not
    /// changes nothing.
    pub async fn act_on_pen(
        &self,
        by: SeatId,
        paper: PaperId,
        expected: Option<u64>,
        act: PenAct,
    ) -> Result<(), Refusal> {
        let plan = |register: &Register| -> Plan {
            let paper = register.paper(paper).ok_or(Refusal::NotFound)?;
            let place = place_of(paper, act.chapter)?;
            must(register, by, Action::GivePen, &place, "give or take the pen")?;
            let not_held = || Refusal::field("seat", "is the UUID of a seat that somebody holds");
            let seat = register.seat(act.seat).filter(|seat| !seat.ended).ok_or_else(not_held)?;
            has_version(expected, seat.version)?;
            let scope = act.chapter.map_or(Scope::Paper(paper.id), Scope::Chapter);
            let grant = Grant { scope, role: Role::Pen };
            let mut next = seat.clone();
            match (act.give, seat.grants.contains(&grant)) {
                (true, false) => next.grants.push(grant),
                (false, true) => next.grants.retain(|held| *held != grant),
                (false, false) if writes_by_wider_grant(seat, &place) => return Err(Refusal::PenIsWider),
                _ => return Ok((Vec::new(), Vec::new())),
            }
            let about = json!({ "seat": act.seat, "paper": paper.id, "chapter": act.chapter });
            let event = if act.give { "pen_given" } else { "pen_taken" };
            Ok(self.seat_changed(next, by, event, about))
        };
        self.directory.enter(plan).await?;
        self.rights_changed();
        Ok(())
    }

    /// REV14, REV70: end a seat or restore it. The last seat of an administrator does not end; nobody gets a second seat in a
    /// component by this (REV72), nor one in a component that is closed (REV19).
    pub async fn act_on_seat(
        &self,
        by: SeatId,
        seat: SeatId,
        expected: Option<u64>,
        act: SeatAct,
    ) -> Result<(), Refusal> {
        let plan = |register: &Register| -> Plan {
            must(register, by, Action::EndSeat, &Place::default(), "end or restore seats")?;
            let seat = register.seat(seat).ok_or(Refusal::NotFound)?;
            must_stand_high_enough(register, by, seat)?;
            has_version(expected, seat.version)?;
            let ended = act == SeatAct::End;
            if seat.ended == ended {
                return Ok((Vec::new(), Vec::new()));
            }
            if ended && is_last_administrator(register, seat) {
                return Err(Refusal::LastAdmin);
            }
            if !ended {
                must_be_free(register, seat.person, seat.component)?;
            }
            let event = if ended { "seat_ended" } else { "seat_restored" };
            Ok(self.seat_changed(Seat { ended, ..seat.clone() }, by, event, json!({ "seat": seat.id })))
        };
        self.directory.enter(plan).await?;
        self.rights_changed();
        Ok(())
    }

    /// A seat may write a text now, or is told why not.
    pub fn must_write(&self, seat: SeatId, text: TextId) -> Result<(), Refusal> {
        let register = self.directory.register();
        let place = register.text(text).ok_or(Refusal::NotFound)?;
        if register.may(seat, Action::WriteText, &place.place()) {
            return Ok(());
        }
        let stopped =
            register.seat(seat).is_some_and(|seat| is_stopped_by_lock(&seat.rights(), &place.place()));
        Err(if stopped { Refusal::ChapterLocked } else { Refusal::NotAllowed("change this text") })
    }

    /// What a changed seat writes: its next version, and the event.
    pub(super) fn seat_changed(
        &self,
        mut seat: Seat,
        by: SeatId,
        event: &str,
        about: Value,
    ) -> (Vec<Entry>, Vec<Op>) {
        seat.version += 1;
        (vec![Entry::Seat(seat)], vec![audit::entry(self.clock.now(), event, By::Seat(by), about)])
    }

    /// Tell everybody whose rights may have changed: sockets ask again, streams tell or end.
    pub(super) fn rights_changed(&self) {
        self.live.rights_changed();
        for paper in self.directory.register().papers() {
            self.news.tell(paper.id, What::Rights);
        }
    }
}

/// A seat may do this there, or is told that it may not `what`.
pub(super) fn must(
    register: &Register,
    seat: SeatId,
    action: Action,
    place: &Place,
    what: &'static str,
) -> Result<(), Refusal> {
    if register.may(seat, action, place) { Ok(()) } else { Err(Refusal::NotAllowed(what)) }
}

/// Whoever changes something says which version they saw.
pub(super) fn has_version(expected: Option<u64>, current: u64) -> Result<(), Refusal> {
    match expected {
        Some(expected) if expected != current => Err(Refusal::StaleVersion { current }),
        _ => Ok(()),
    }
}

fn place_of(paper: &Paper, chapter: Option<ChapterId>) -> Result<Place, Refusal> {
    let Some(chapter) = chapter else { return Ok(paper.place()) };
    let found: Option<&Chapter> = paper.chapter(chapter);
    found.map(|chapter| paper.place_of(chapter)).ok_or(Refusal::NotFound)
}

/// Does this seat write there although no pen of that very place is among its grants?
fn writes_by_wider_grant(seat: &Seat, place: &Place) -> bool {
    let rights = seat.rights();
    crdt::review::permission::may(&rights, Action::WriteText, place) || is_stopped_by_lock(&rights, place)
}

/// REV70: whoever acts stands at least as high as the person whose seat it is, and as the seat itself would put them.
pub(super) fn must_stand_high_enough(register: &Register, by: SeatId, seat: &Seat) -> Result<(), Refusal> {
    let theirs = register.standing_of(seat.person).max(Standing::of(&seat.rights()));
    must_stand_as_high_as(register, by, theirs)
}

/// REV70: whoever acts stands at least there.
pub(super) fn must_stand_as_high_as(
    register: &Register,
    by: SeatId,
    theirs: Standing,
) -> Result<(), Refusal> {
    if standing_of_seat(register, by).may_keep(theirs) { Ok(()) } else { Err(Refusal::StandsAbove) }
}

/// REV70: whoever acts may make somebody that.
pub(super) fn must_be_able_to_make(
    register: &Register,
    by: SeatId,
    role: Option<Role>,
) -> Result<(), Refusal> {
    let made =
        Standing::of_role(role).ok_or_else(|| Refusal::field("role", "is admin, secretariat or nothing"))?;
    if standing_of_seat(register, by).may_make(made) { Ok(()) } else { Err(Refusal::StandsAbove) }
}

/// How high a seat stands by itself: whoever acts, acts with one seat.
fn standing_of_seat(register: &Register, seat: SeatId) -> Standing {
    register.seat(seat).map_or(Standing::Member, |seat| Standing::of(&seat.rights()))
}

/// REV19, REV72: the component takes people, and this person sits nowhere in it.
pub(super) fn must_be_free(
    register: &Register,
    person: PersonId,
    component: ComponentId,
) -> Result<(), Refusal> {
    let component =
        register.component(component).ok_or_else(|| Refusal::field("component", "is not known"))?;
    if component.closed {
        return Err(Refusal::ComponentClosed(component.code.clone()));
    }
    if register.seats_of(person).iter().any(|seat| seat.component == component.id) {
        let name = register.person(person).map_or_else(String::new, |person| person.name.clone());
        return Err(Refusal::SeatExists(name));
    }
    Ok(())
}

/// Would nobody run the service without this seat?
pub(super) fn is_last_administrator(register: &Register, seat: &Seat) -> bool {
    let runs = |seat: &&Seat| {
        let is_somebody = register.person(seat.person).is_some_and(|person| !person.answers_to(OPERATOR));
        is_somebody && !seat.ended && Standing::of(&seat.rights()) == Standing::Admin
    };
    runs(&seat) && register.seats().filter(runs).count() == 1
}
