//! How something comes to a paper from a component, and who reads it.

use crdt::ids::{ComponentId, PaperId, RoundId, SeatId};
use crdt::moment::Moment;
use crdt::review::permission::{Action, Place};
use crdt::review::round::{Accepts, Ask};
use crdt::review::submission::{Late, Reader, Submission, Visibility};
use crdt::review::thread::Shown;

use crate::app::App;
use crate::app::refusal::Refusal;
use crate::people::directory::Register;

/// What somebody is about to send.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sending {
    /// To which paper.
    pub paper: PaperId,
    /// In which round; `None` outside of any.
    pub round: Option<RoundId>,
    /// What.
    pub what: Ask,
    /// The component in whose name the secretariat enters it; `None` for a focal point who speaks for their own.
    pub on_behalf: Option<ComponentId>,
    /// When it came here: before it waited for anybody's turn.
    pub received: Moment,
}

impl App {
    /// REV15, REV22: how something comes to the paper that this seat sends: in time, or late; or why it is not taken. To hold when it is
    /// stored, it is asked inside [`Directory::enter`](crate::people::directory::Directory::enter), where nobody releases the component
    /// meanwhile. What counts for the deadline is when it was received.
    pub fn submission_for(
        &self,
        register: &Register,
        seat: SeatId,
        sending: Sending,
    ) -> Result<Submission, Refusal> {
        let at = sending.received;
        let place = register.paper(sending.paper).ok_or(Refusal::NotFound)?.place();
        let who = register.who(seat).ok_or(Refusal::NotFound)?;
        let (action, what) = match sending.on_behalf {
            None => (Action::SubmitForComponent, "send anything in the component's name"),
            Some(_) => (Action::SubmitOnBehalf, "enter what another component sent"),
        };
        if !register.may(seat, action, &place) {
            return Err(Refusal::NotAllowed(what));
        }
        let component = sending.on_behalf.unwrap_or(who.component.id);
        let known = register.component(component).ok_or(Refusal::NotFound)?;
        if known.closed {
            return Err(Refusal::ComponentClosed(known.code.clone()));
        }
        let late = match sending.round {
            None => None,
            Some(id) => {
                let round = self.seen_round(register, seat, id)?;
                if round.paper != sending.paper {
                    return Err(Refusal::NotFound);
                }
                let taken = round.takes(sending.what, component, at)?;
                (taken == Accepts::Late).then(Late::default)
            }
        };
        Ok(Submission { round: sending.round, by: seat, at, on_behalf: sending.on_behalf.is_some(), late })
    }

    /// REV16, REV27: does this seat read what `component` sent to this place of the paper?
    pub fn reads_submission(
        &self,
        register: &Register,
        seat: SeatId,
        (component, sent): (ComponentId, &Submission),
        place: &Place,
    ) -> bool {
        let Some(held) = register.seat(seat) else { return false };
        let may = |action| register.may(seat, action, place);
        let reader = Reader {
            is_own: held.component == component,
            answers_for_place: may(Action::ReadRapporteurThreads),
        };
        let admits = may(Action::RunRound) || may(Action::AnswerRemarks);
        let Shown { visibility, is_closed } = shown(register, sent.round, self.clock.now());
        may(Action::Read) && sent.is_shown(visibility, is_closed, reader, admits)
    }
}

/// How far the round is in which something was sent. Outside of any, everybody reads it.
pub fn shown(register: &Register, round: Option<RoundId>, now: Moment) -> Shown {
    // A round that is not known any more (there is no way to lose one) shows as little as one that is sealed.
    const NOTHING: Shown = Shown { visibility: Visibility::SealedUntilClose, is_closed: false };
    match round.map(|id| register.round(id)) {
        None => Shown::default(),
        Some(None) => NOTHING,
        Some(Some(round)) => Shown { visibility: round.plan.visibility, is_closed: round.is_closed(now) },
    }
}
