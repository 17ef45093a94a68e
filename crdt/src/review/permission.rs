//! Who may do what: one pure function of a seat's function, its grants, the place, and how things stand there.
//!
//! A person acts from one seat at a time; the seat is what has rights. Its [`Function`] says what it does in its
//! component, its [`Grant`]s what it may do beyond that, and a [`Place`] says what it is about and whether that is open for
//! writing. [`may`] answers every question of rights in Borrador: no other code compares roles.
//!
//! ```
//! use crdt::review::permission::{Action, Function, Grant, Place, Rights, Role, Scope, State, may};
//!
//! let samir = Rights { function: Function::Contributor, grants: vec![], ended: false };
//! assert!(may(&samir, Action::Comment, &Place::default()));
//! assert!(!may(&samir, Action::WriteText, &Place::default()));
//!
//! let inés = Rights { grants: vec![Grant { scope: Scope::Service, role: Role::Pen }], ..samir };
//! assert!(may(&inés, Action::WriteText, &Place::default()));
//! let locked = Place { state: State::Locked, ..Place::default() };
//! assert!(!may(&inés, Action::WriteText, &locked));
//! ```

use serde::{Deserialize, Serialize};

use crate::ids::{ChapterId, PaperId};

/// What a seat does in its component.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Function {
    /// Submits in the component's name.
    FocalPoint,
    /// Prepares what the focal point submits.
    Deputy,
    /// Comments and proposes.
    Contributor,
    /// Reads.
    Observer,
}

/// What a grant allows beyond the function.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Runs the service: who belongs to it, and who runs it.
    Admin,
    /// Runs the process of a paper: milestones, rounds, import. In the whole service: components, people and their seats too.
    Secretariat,
    /// Answers comments and amendments.
    Rapporteur,
    /// Sits in the drafting committee, which writes directly.
    Committee,
    /// Writes the text directly.
    Pen,
}

/// Where a grant holds. A wider scope holds in all that lies inside it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(tag = "scope", content = "id", rename_all = "snake_case")]
pub enum Scope {
    /// Everywhere.
    Service,
    /// In one paper.
    Paper(PaperId),
    /// In one chapter.
    Chapter(ChapterId),
}

/// A right given to a seat: `{"scope": "paper", "id": "…", "role": "pen"}`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Grant {
    /// Where.
    #[serde(flatten)]
    pub scope: Scope,
    /// What.
    pub role: Role,
}

/// All that decides what a seat may do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rights {
    /// The seat's function in its component.
    pub function: Function,
    /// What it was given beyond that.
    pub grants: Vec<Grant>,
    /// The seat is no longer held: it may nothing.
    pub ended: bool,
}

/// What is asked. Each HTTP route and each kind of frame names one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Action {
    /// Read a paper: its texts, threads with audience `all`, milestones and exports.
    Read,
    /// Change a text directly.
    WriteText,
    /// Propose a change to a text.
    Propose,
    /// Start a thread or answer in one.
    Comment,
    /// Mark anybody's thread as resolved, or open it again.
    SettleThread,
    /// Read threads that are addressed to the rapporteurs.
    ReadRapporteurThreads,
    /// Seal a milestone.
    Seal,
    /// Import a paper.
    ImportPaper,
    /// Lock a chapter against direct writing, and open it again.
    LockChapter,
    /// Give the pen to a seat, and take it back.
    GivePen,
    /// Invite people, give them further seats, and make sign-in links for them.
    InvitePeople,
    /// End a seat, restore it, and change what it does. Not of those who stand above ([`Standing`]).
    EndSeat,
    /// Add components to the organisation and change what is said of them.
    KeepComponents,
    /// Open a review round, change its course, remind, admit what came late.
    RunRound,
    /// Gather what a component will send: its remarks, its amendments, its position.
    PrepareForComponent,
    /// Send it in the component's name.
    SubmitForComponent,
    /// Enter what a component sent by other ways, with the file received.
    SubmitOnBehalf,
    /// Decide on an amendment or a bracket.
    Decide,
    /// Answer what a component remarked.
    AnswerRemarks,
    /// Put a milestone under silence.
    RunSilence,
}

impl Action {
    /// All actions, for tables and tests.
    pub const ALL: [Action; 20] = [
        Action::Read,
        Action::WriteText,
        Action::Propose,
        Action::Comment,
        Action::SettleThread,
        Action::ReadRapporteurThreads,
        Action::Seal,
        Action::ImportPaper,
        Action::LockChapter,
        Action::GivePen,
        Action::InvitePeople,
        Action::EndSeat,
        Action::KeepComponents,
        Action::RunRound,
        Action::PrepareForComponent,
        Action::SubmitForComponent,
        Action::SubmitOnBehalf,
        Action::Decide,
        Action::AnswerRemarks,
        Action::RunSilence,
    ];
}

/// Where it is asked: a chapter of a paper, a paper, or the service (`Place::default()`, which is open).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Place {
    /// The paper, unless the action concerns the service.
    pub paper: Option<PaperId>,
    /// The chapter, if one is concerned.
    pub chapter: Option<ChapterId>,
    /// How things stand there.
    pub state: State,
}

/// How things stand at a place.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum State {
    /// Whoever holds the pen writes.
    #[default]
    Open,
    /// Nobody writes directly, whatever they hold.
    Locked,
}

/// What a seat may do with the words of a chapter. Each holds all before it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// Read them.
    Read,
    /// Read them, comment on them, and propose others.
    Propose,
    /// Write them.
    Write,
}

impl Access {
    /// What a seat with these rights may do with the words here; `None` if it may not even read them.
    pub fn of(rights: &Rights, place: &Place) -> Option<Access> {
        [(Action::WriteText, Access::Write), (Action::Propose, Access::Propose), (Action::Read, Access::Read)]
            .into_iter()
            .find_map(|(action, access)| may(rights, action, place).then_some(access))
    }
}

/// How high somebody stands in the service. Nobody changes the seats of those above them, nor lifts anybody above themself.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Standing {
    /// Holds whatever they hold in papers and chapters.
    Member,
    /// Runs the process in the whole service.
    Secretariat,
    /// Runs the service.
    Admin,
}

impl Standing {
    /// REV70: where these rights put their holder, as they are or, for a seat that has ended, as they would be again.
    pub fn of(rights: &Rights) -> Standing {
        let holds = |role| rights.grants.contains(&Grant { scope: Scope::Service, role });
        if holds(Role::Admin) {
            Standing::Admin
        } else if holds(Role::Secretariat) {
            Standing::Secretariat
        } else {
            Standing::Member
        }
    }

    /// The role in the service that gives it; `None` for a member.
    pub fn role(self) -> Option<Role> {
        match self {
            Standing::Member => None,
            Standing::Secretariat => Some(Role::Secretariat),
            Standing::Admin => Some(Role::Admin),
        }
    }

    /// The standing that a role in the service gives; `None` for the roles of papers.
    pub fn of_role(role: Option<Role>) -> Option<Standing> {
        match role {
            None => Some(Standing::Member),
            Some(Role::Secretariat) => Some(Standing::Secretariat),
            Some(Role::Admin) => Some(Standing::Admin),
            Some(_) => None,
        }
    }

    /// REV70: may whoever stands here make somebody of that standing? Only administrators make administrators and
    /// secretariats.
    pub fn may_make(self, other: Standing) -> bool {
        self == Standing::Admin || other == Standing::Member
    }

    /// REV70: may whoever stands here keep the seats of somebody who stands there?
    pub fn may_keep(self, other: Standing) -> bool {
        self >= other
    }
}

/// REV10: would this seat write here, if only the place were open?
pub fn is_stopped_by_lock(rights: &Rights, place: &Place) -> bool {
    let opened = Place { state: State::Open, ..*place };
    place.state == State::Locked && may(rights, Action::WriteText, &opened)
}

/// REV1–REV4, REV10–REV12, REV15: may a seat with these rights do this here?
pub fn may(rights: &Rights, action: Action, place: &Place) -> bool {
    use Role::{Admin, Committee, Pen, Rapporteur, Secretariat};
    if rights.ended {
        return false;
    }
    let holds = |roles: &[Role]| {
        rights.grants.iter().any(|grant| roles.contains(&grant.role) && reaches(grant.scope, place))
    };
    match action {
        Action::Read => true,
        Action::Comment | Action::Propose => {
            rights.function != Function::Observer || holds(&[Secretariat, Rapporteur, Committee, Pen])
        }
        Action::WriteText => place.state == State::Open && holds(&[Pen, Committee]),
        Action::SettleThread => holds(&[Pen, Committee, Rapporteur, Secretariat]),
        Action::ReadRapporteurThreads => holds(&[Rapporteur, Committee, Secretariat]),
        Action::Seal | Action::ImportPaper => holds(&[Secretariat, Admin]),
        Action::LockChapter => holds(&[Secretariat, Admin, Rapporteur]),
        Action::GivePen => holds(&[Secretariat, Admin]),
        Action::InvitePeople | Action::EndSeat => holds(&[Secretariat, Admin]),
        Action::KeepComponents | Action::RunRound | Action::SubmitOnBehalf => holds(&[Secretariat, Admin]),
        Action::RunSilence => holds(&[Secretariat, Admin, Rapporteur]),
        Action::PrepareForComponent => matches!(rights.function, Function::FocalPoint | Function::Deputy),
        Action::SubmitForComponent => rights.function == Function::FocalPoint,
        Action::Decide => holds(&[Pen, Committee]),
        Action::AnswerRemarks => holds(&[Pen, Committee, Rapporteur]),
    }
}

fn reaches(scope: Scope, place: &Place) -> bool {
    match scope {
        Scope::Service => true,
        Scope::Paper(paper) => place.paper == Some(paper),
        Scope::Chapter(chapter) => place.chapter == Some(chapter),
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const PAPER: PaperId = PaperId(Uuid::from_u128(1));
    const HOUSING: ChapterId = ChapterId(Uuid::from_u128(2));
    const SCHOOLS: ChapterId = ChapterId(Uuid::from_u128(3));

    fn seat(function: Function, grants: &[(Scope, Role)]) -> Rights {
        let grants = grants.iter().map(|(scope, role)| Grant { scope: *scope, role: *role }).collect();
        Rights { function, grants, ended: false }
    }

    fn housing() -> Place {
        Place { paper: Some(PAPER), chapter: Some(HOUSING), state: State::Open }
    }

    #[test]
    fn rev1_everybody_who_holds_a_seat_may_read_and_nobody_else() {
        let joan = seat(Function::Observer, &[]);
        assert!(may(&joan, Action::Read, &housing()));
        let former = Rights { ended: true, ..seat(Function::FocalPoint, &[(Scope::Service, Role::Admin)]) };
        assert!(Action::ALL.iter().all(|action| !may(&former, *action, &housing())));
    }

    #[test]
    fn rev2_the_pen_writes_where_its_scope_reaches() {
        let schools = Place { chapter: Some(SCHOOLS), ..housing() };
        let elsewhere = Place { paper: Some(PaperId(Uuid::from_u128(9))), chapter: None, state: State::Open };
        let adaeze = seat(Function::FocalPoint, &[(Scope::Chapter(HOUSING), Role::Pen)]);
        assert!(may(&adaeze, Action::WriteText, &housing()) && !may(&adaeze, Action::WriteText, &schools));
        let marta = seat(Function::FocalPoint, &[(Scope::Paper(PAPER), Role::Committee)]);
        assert!(may(&marta, Action::WriteText, &schools) && !may(&marta, Action::WriteText, &elsewhere));
        let no_pen = [Role::Admin, Role::Secretariat, Role::Rapporteur].map(|role| (Scope::Service, role));
        assert!(!may(&seat(Function::FocalPoint, &no_pen), Action::WriteText, &housing()));
    }

    #[test]
    fn rev3_observers_read_in_silence() {
        assert!(may(&seat(Function::Contributor, &[]), Action::Comment, &housing()));
        assert!(!may(&seat(Function::Observer, &[]), Action::Comment, &housing()));
        let with_pen = seat(Function::Observer, &[(Scope::Paper(PAPER), Role::Pen)]);
        assert!(may(&with_pen, Action::Comment, &housing()));
    }

    #[test]
    fn rev4_only_the_secretariat_seals_and_invites() {
        for role in [Role::Admin, Role::Secretariat, Role::Rapporteur, Role::Committee, Role::Pen] {
            let rights = seat(Function::FocalPoint, &[(Scope::Paper(PAPER), role)]);
            let runs_the_paper = matches!(role, Role::Secretariat | Role::Admin);
            assert_eq!(may(&rights, Action::Seal, &housing()), runs_the_paper, "{role:?}");
            // People belong to the service: who runs one paper only does not bring them in.
            let everywhere = seat(Function::Contributor, &[(Scope::Service, role)]);
            for action in [Action::InvitePeople, Action::EndSeat] {
                assert_eq!(may(&everywhere, action, &Place::default()), runs_the_paper, "{role:?}");
                assert!(!may(&rights, action, &Place::default()), "{role:?}");
            }
        }
    }

    #[test]
    fn rev70_nobody_keeps_the_seats_of_those_above_them_nor_lifts_anybody_to_where_they_stand_below() {
        use Standing::{Admin, Member, Secretariat};
        let of = |grants: &[(Scope, Role)]| Standing::of(&seat(Function::Contributor, grants));
        assert_eq!(of(&[(Scope::Service, Role::Pen), (Scope::Paper(PAPER), Role::Secretariat)]), Member);
        assert_eq!(of(&[(Scope::Service, Role::Secretariat)]), Secretariat);
        assert_eq!(of(&[(Scope::Service, Role::Secretariat), (Scope::Service, Role::Admin)]), Admin);
        let all = [Member, Secretariat, Admin];
        assert_eq!(all.map(|other| Secretariat.may_keep(other)), [true, true, false]);
        assert_eq!(all.map(|other| Secretariat.may_make(other)), [true, false, false]);
        assert_eq!(all.map(|other| Admin.may_keep(other) && Admin.may_make(other)), [true; 3]);
        assert_eq!(all.map(|other| Standing::of_role(other.role())), all.map(Some));
        assert_eq!(Standing::of_role(Some(Role::Pen)), None);
    }

    #[test]
    fn rev10_in_a_locked_chapter_nobody_writes_and_everything_else_goes_on() {
        let locked = Place { state: State::Locked, ..housing() };
        for role in [Role::Admin, Role::Secretariat, Role::Rapporteur, Role::Committee, Role::Pen] {
            let rights = seat(Function::FocalPoint, &[(Scope::Service, role)]);
            for action in Action::ALL.into_iter().filter(|action| *action != Action::WriteText) {
                assert_eq!(
                    may(&rights, action, &locked),
                    may(&rights, action, &housing()),
                    "{role:?} {action:?}"
                );
            }
            assert!(!may(&rights, Action::WriteText, &locked), "{role:?}");
            assert_eq!(
                is_stopped_by_lock(&rights, &locked),
                matches!(role, Role::Committee | Role::Pen),
                "{role:?}"
            );
            assert!(!is_stopped_by_lock(&rights, &housing()));
        }
    }

    #[test]
    fn rev11_the_rapporteur_of_the_place_and_those_who_run_the_paper_lock_it() {
        let schools = Place { chapter: Some(SCHOOLS), ..housing() };
        let nadia = seat(Function::FocalPoint, &[(Scope::Chapter(HOUSING), Role::Rapporteur)]);
        assert!(may(&nadia, Action::LockChapter, &housing()) && !may(&nadia, Action::LockChapter, &schools));
        for role in [Role::Admin, Role::Secretariat, Role::Committee, Role::Pen] {
            let rights = seat(Function::FocalPoint, &[(Scope::Paper(PAPER), role)]);
            let runs_the_paper = matches!(role, Role::Secretariat | Role::Admin);
            assert_eq!(may(&rights, Action::LockChapter, &housing()), runs_the_paper, "{role:?}");
            assert_eq!(may(&rights, Action::GivePen, &housing()), runs_the_paper, "{role:?}");
        }
        assert!(!may(&nadia, Action::GivePen, &housing()));
    }

    #[test]
    fn rev12_access_to_a_chapter_is_to_read_to_propose_or_to_write() {
        let locked = Place { state: State::Locked, ..housing() };
        let adaeze = seat(Function::FocalPoint, &[(Scope::Chapter(HOUSING), Role::Pen)]);
        assert_eq!(Access::of(&adaeze, &housing()), Some(Access::Write));
        assert_eq!(Access::of(&adaeze, &locked), Some(Access::Propose));
        assert_eq!(Access::of(&seat(Function::Contributor, &[]), &housing()), Some(Access::Propose));
        assert_eq!(Access::of(&seat(Function::Observer, &[]), &housing()), Some(Access::Read));
        assert_eq!(Access::of(&Rights { ended: true, ..adaeze }, &housing()), None);
    }

    #[test]
    fn rev15_the_focal_point_speaks_for_its_component_and_a_deputy_prepares() {
        let may_do = |function| {
            [Action::PrepareForComponent, Action::SubmitForComponent].map(|action| {
                may(&seat(function, &[(Scope::Service, Role::Secretariat)]), action, &housing())
            })
        };
        assert_eq!(may_do(Function::FocalPoint), [true, true]);
        assert_eq!(may_do(Function::Deputy), [true, false]);
        assert_eq!(may_do(Function::Contributor), [false, false]);
        assert_eq!(may_do(Function::Observer), [false, false]);
    }

    #[test]
    fn rev15_each_act_of_a_review_belongs_to_its_roles() {
        use Role::{Admin, Committee, Pen, Rapporteur, Secretariat};
        let acts: [(Action, &[Role]); 6] = [
            (Action::KeepComponents, &[Admin, Secretariat]),
            (Action::RunRound, &[Admin, Secretariat]),
            (Action::SubmitOnBehalf, &[Admin, Secretariat]),
            (Action::RunSilence, &[Admin, Secretariat, Rapporteur]),
            (Action::Decide, &[Committee, Pen]),
            (Action::AnswerRemarks, &[Rapporteur, Committee, Pen]),
        ];
        for (action, roles) in acts {
            for role in [Admin, Secretariat, Rapporteur, Committee, Pen] {
                let rights = seat(Function::FocalPoint, &[(Scope::Paper(PAPER), role)]);
                assert_eq!(may(&rights, action, &housing()), roles.contains(&role), "{action:?} {role:?}");
            }
        }
    }

    #[test]
    fn rev2_a_grant_is_written_as_scope_id_and_role() {
        let grant = Grant { scope: Scope::Paper(PAPER), role: Role::Pen };
        let json = serde_json::json!({"scope": "paper", "id": PAPER, "role": "pen"});
        assert_eq!(serde_json::to_value(grant).unwrap(), json);
        assert_eq!(serde_json::from_value::<Grant>(json).unwrap(), grant);
        let everywhere: Grant =
            serde_json::from_value(serde_json::json!({"scope": "service", "role": "admin"})).unwrap();
        assert_eq!(everywhere.scope, Scope::Service);
    }
}
