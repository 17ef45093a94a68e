//! The rule behind each row, and what it says to an asker.

use crdt::review::permission::{Action, Place, may};

use super::Row;
use super::asker::{Asker, Cell};
use super::world::World;

/// The rule behind a row.
#[derive(Clone, Copy)]
pub(super) enum Rule {
    /// Anybody, signed in or not.
    Public,
    /// Not there in this service, whoever asks.
    Absent,
    /// Whoever holds a seat.
    Seat,
    /// Nobody but whose it is: for this asker it does not exist.
    NotTheirs,
    /// Not this asker, whoever they are.
    Nobody,
    /// What the rules say of this action in the first chapter.
    May(Action),
    /// What the rules say of this action in any chapter.
    MayAnywhere(Action),
    /// Whoever may do one of these in the first chapter.
    MayAny(&'static [Action]),
    /// The same in the paper as a whole.
    InPaper(Action),
    /// The same in the service.
    InService(Action),
    /// The same in the paper as a whole; for everybody else it does not exist.
    SeenInPaper(Action),
    /// Whoever may do one of these in the first chapter; for everybody else it does not exist.
    SeenByAny(&'static [Action]),
    /// Either of two actions, in the first chapter.
    MayEither(Action, Action),
    /// The same in the paper as a whole.
    SeenInPaperByAny(&'static [Action]),
}

impl Row {
    /// What the rules say.
    pub(super) fn expected(&self, world: &World) -> Cell {
        let paper = world.service.paper();
        let here = paper.place_of(&paper.chapters[0]);
        let rights = world.seat.rights();
        let by = |action, place: &Place| {
            if may(&rights, action, place) {
                Cell::Yes
            } else if crdt::review::permission::is_stopped_by_lock(&rights, place)
                && action == Action::WriteText
            {
                Cell::Locked
            } else {
                Cell::No
            }
        };
        match (self.rule, world.asker) {
            (Rule::Public, _) => Cell::Yes,
            (Rule::Absent, _) => Cell::Nothing,
            (_, Asker::Stranger) => Cell::SignIn,
            (Rule::Seat, Asker::Ended) if self.path == "/api/v1/sign-out" => Cell::Yes,
            // A page must be able to read why: the socket opens, and closes with the reason.
            (Rule::Seat, Asker::Ended) if self.path == "/sync" => Cell::Yes,
            (Rule::Nobody, Asker::Ended) if self.path == "/sync" => Cell::No,
            (_, Asker::Ended) => Cell::SeatEnded,
            (Rule::Seat, _) => Cell::Yes,
            (Rule::NotTheirs, _) => Cell::Nothing,
            (Rule::Nobody, _) => Cell::No,
            (Rule::May(action), _) => by(action, &here),
            (Rule::MayEither(one, other), _) if may(&rights, one, &here) || may(&rights, other, &here) => {
                Cell::Yes
            }
            (Rule::MayEither(..), _) => Cell::No,
            (Rule::InPaper(action), _) => by(action, &paper.place()),
            (Rule::MayAnywhere(action), _) => {
                let anywhere = paper.chapters.iter().any(|each| may(&rights, action, &paper.place_of(each)));
                if anywhere { Cell::Yes } else { Cell::No }
            }
            (Rule::InService(action), _) => by(action, &Place::default()),
            (Rule::MayAny(actions), _) => {
                let allowed = actions.iter().any(|action| by(*action, &here) == Cell::Yes);
                if allowed { Cell::Yes } else { Cell::No }
            }
            (Rule::SeenByAny(actions), _) => {
                let allowed = actions.iter().any(|action| by(*action, &here) == Cell::Yes);
                if allowed { Cell::Yes } else { Cell::Nothing }
            }
            (Rule::SeenInPaperByAny(actions), _) => {
                let allowed = actions.iter().any(|action| by(*action, &paper.place()) == Cell::Yes);
                if allowed { Cell::Yes } else { Cell::Nothing }
            }
            (Rule::SeenInPaper(action), _) => match by(action, &paper.place()) {
                Cell::Yes => Cell::Yes,
                _ => Cell::Nothing,
            },
        }
    }
}
