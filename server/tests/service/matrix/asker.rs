//! Who asks: one of each role; and what they may be answered.

use borrador::people::paper::Paper;
use borrador::people::seat::Seat;
use crdt::ids::SeatId;
use crdt::review::permission::{Function, Grant, Role, Scope};
use uuid::Uuid;

/// Who asks. All but the stranger have a seat of the section AFR.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Asker {
    Stranger,
    Ended,
    Observer,
    Contributor,
    Deputy,
    FocalPoint,
    PenElsewhere,
    Pen,
    Committee,
    Rapporteur,
    Secretariat,
    Admin,
}

pub(super) const ASKERS: [Asker; 12] = [
    Asker::Stranger,
    Asker::Ended,
    Asker::Observer,
    Asker::Contributor,
    Asker::Deputy,
    Asker::FocalPoint,
    Asker::PenElsewhere,
    Asker::Pen,
    Asker::Committee,
    Asker::Rapporteur,
    Asker::Secretariat,
    Asker::Admin,
];

impl Asker {
    pub(super) fn heading(self) -> &'static str {
        match self {
            Asker::Stranger => "stranger",
            Asker::Ended => "seat ended",
            Asker::Observer => "observer",
            Asker::Contributor => "contributor",
            Asker::Deputy => "deputy",
            Asker::FocalPoint => "focal point",
            Asker::PenElsewhere => "pen of another chapter",
            Asker::Pen => "pen",
            Asker::Committee => "committee",
            Asker::Rapporteur => "rapporteur",
            Asker::Secretariat => "secretariat",
            Asker::Admin => "administrator",
        }
    }

    /// The seat of this role, in a service with this paper.
    pub(super) fn seat(self, paper: &Paper, like: &Seat) -> Seat {
        let here = Scope::Chapter(paper.chapters[0].id);
        let grant = |scope, role| vec![Grant { scope, role }];
        let grants = match self {
            Asker::Stranger | Asker::Ended | Asker::Observer => Vec::new(),
            Asker::Contributor | Asker::Deputy | Asker::FocalPoint => Vec::new(),
            Asker::PenElsewhere => grant(Scope::Chapter(paper.chapters[1].id), Role::Pen),
            Asker::Pen => grant(here, Role::Pen),
            Asker::Committee => grant(Scope::Paper(paper.id), Role::Committee),
            Asker::Rapporteur => grant(here, Role::Rapporteur),
            Asker::Secretariat => grant(Scope::Service, Role::Secretariat),
            Asker::Admin => grant(Scope::Service, Role::Admin),
        };
        let function = match self {
            Asker::Observer => Function::Observer,
            Asker::Deputy => Function::Deputy,
            Asker::FocalPoint => Function::FocalPoint,
            _ => Function::Contributor,
        };
        Seat {
            id: SeatId(Uuid::new_v4()),
            function,
            grants,
            rank: 0,
            ended: false,
            version: 0,
            ..like.clone()
        }
    }
}

/// What came of a request, as the page says it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Cell {
    Yes,
    No,
    /// It does not exist for them.
    Nothing,
    SignIn,
    SeatEnded,
    Locked,
}

impl Cell {
    pub(super) fn of(status: u16, code: &str) -> Cell {
        match (status, code) {
            (101 | 200 | 201 | 204, _) => Cell::Yes,
            (401, _) => Cell::SignIn,
            (403, "seat_ended") => Cell::SeatEnded,
            (403, _) => Cell::No,
            (404, _) => Cell::Nothing,
            (423, _) => Cell::Locked,
            other => panic!("nobody should be answered {other:?}"),
        }
    }

    pub(super) fn words(self) -> &'static str {
        match self {
            Cell::Yes => "yes",
            Cell::No => "no",
            Cell::Nothing => "not there",
            Cell::SignIn => "sign in",
            Cell::SeatEnded => "seat ended",
            Cell::Locked => "locked",
        }
    }
}
