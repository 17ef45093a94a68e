//! Rounds as pages see them.

use crdt::ids::{ComponentId, SeatId};
use crdt::moment::Moment;
use crdt::review::permission::Action;
use crdt::review::round::{Ask, Done, Phase, Reasoned, Round};
use crdt::review::submission::Visibility;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::app::rounds::{Reminded, asked};
use crate::http::reviews::{AuthorView, author_view};
use crate::people::directory::Register;
use crate::people::paper::Paper;

/// A round.
#[derive(Serialize, ToSchema)]
pub struct RoundView {
    id: Uuid,
    /// The sealed draft it is about.
    milestone: Uuid,
    name: String,
    /// What it is for; may be empty.
    about: String,
    #[schema(value_type = Vec<String>, example = json!(["comments", "position"]))]
    asks: Vec<Ask>,
    /// The components that are asked.
    #[schema(value_type = Vec<Uuid>)]
    invited: Vec<ComponentId>,
    /// The components that are asked no longer.
    released: Vec<ReleasedView>,
    #[schema(value_type = String, format = DateTime)]
    opens: Moment,
    /// From this instant on what comes is late.
    #[schema(value_type = String, format = DateTime)]
    closes: Moment,
    #[schema(value_type = String, example = "open")]
    visibility: Visibility,
    /// How far it is now.
    #[schema(value_type = String, example = "open")]
    phase: Phase,
    /// The pause that lasts.
    paused: Option<ReasonView>,
    extensions: Vec<ExtensionView>,
    closed_early: Option<ReasonView>,
    published: Option<DoneView>,
    /// What the caller may do with it.
    rights: RoundRights,
    /// For `If-Match`.
    version: u64,
}

/// What the caller may do in a round.
#[derive(Serialize, ToSchema)]
pub struct RoundRights {
    may_run: bool,
    /// Their component is asked.
    is_asked: bool,
    may_prepare: bool,
    may_submit: bool,
    /// They let in what came late.
    may_admit: bool,
}

/// Something done by somebody.
#[derive(Serialize, ToSchema)]
pub struct DoneView {
    #[serde(flatten)]
    by: AuthorView,
    #[schema(value_type = String, format = DateTime)]
    at: Moment,
}

/// Something done for a reason.
#[derive(Serialize, ToSchema)]
pub struct ReasonView {
    #[serde(flatten)]
    done: DoneView,
    reason: String,
}

/// A closing that was moved.
#[derive(Serialize, ToSchema)]
pub struct ExtensionView {
    #[serde(flatten)]
    why: ReasonView,
    #[schema(value_type = String, format = DateTime)]
    from: Moment,
    #[schema(value_type = String, format = DateTime)]
    to: Moment,
}

/// A component that is asked no longer.
#[derive(Serialize, ToSchema)]
pub struct ReleasedView {
    component_id: Uuid,
    #[serde(flatten)]
    why: ReasonView,
}

/// What became of a reminder.
#[derive(Serialize, ToSchema)]
pub struct RemindedView {
    /// How many people were told.
    people: usize,
    /// The components that were left in peace.
    already: Vec<AlreadyView>,
}

/// A component that had been reminded.
#[derive(Serialize, ToSchema)]
pub struct AlreadyView {
    component_id: Uuid,
    #[schema(value_type = String, format = DateTime)]
    at: Moment,
}

/// A round as this seat sees it.
pub fn view(app: &App, register: &Register, seat: SeatId, round: &Round) -> RoundView {
    let now = app.clock.now();
    let (plan, phase) = (&round.plan, round.phase(now));
    let reason = |why: &Reasoned| reason_view(register, why);
    RoundView {
        id: round.id.0,
        milestone: round.milestone.0,
        name: plan.name.clone(),
        about: plan.about.clone(),
        asks: plan.asks.iter().copied().collect(),
        invited: asked(register, round),
        released: (round.released.iter())
            .map(|(component, why)| ReleasedView { component_id: component.0, why: reason(why) })
            .collect(),
        opens: plan.opens,
        closes: round.closes(),
        visibility: plan.visibility,
        phase,
        paused: (phase == Phase::Paused).then(|| round.pause().map(|pause| reason(&pause.began))).flatten(),
        extensions: (round.extensions.iter())
            .map(|each| ExtensionView { why: reason(&each.done), from: each.from, to: each.to })
            .collect(),
        closed_early: round.closed_early.as_ref().map(reason),
        published: round.published.map(|done| done_view(register, done)),
        rights: rights_in(register, seat, round),
        version: round.version,
    }
}

fn rights_in(register: &Register, seat: SeatId, round: &Round) -> RoundRights {
    let place = register.paper(round.paper).map(Paper::place).unwrap_or_default();
    let may = |action| register.may(seat, action, &place);
    RoundRights {
        may_run: may(Action::RunRound),
        is_asked: register.seat(seat).is_some_and(|seat| round.asks(seat.component)),
        may_prepare: may(Action::PrepareForComponent),
        may_submit: may(Action::SubmitForComponent),
        may_admit: may(Action::RunRound) || may(Action::AnswerRemarks),
    }
}

fn done_view(register: &Register, done: Done) -> DoneView {
    DoneView { by: author_view(register, done.by), at: done.at }
}

fn reason_view(register: &Register, why: &Reasoned) -> ReasonView {
    let done = done_view(register, Done { by: why.by, at: why.at });
    ReasonView { done, reason: why.reason.clone() }
}

impl From<Reminded> for RemindedView {
    fn from(Reminded { people, lately }: Reminded) -> Self {
        let already = lately.into_iter().map(|(component, at)| AlreadyView { component_id: component.0, at });
        RemindedView { people, already: already.collect() }
    }
}
