//! A row as clients see it, a remark and an amendment in one form.

use crdt::ids::ParagraphId;
use crdt::moment::Moment;
use crdt::review::amendment::{Amendment, AmendmentError, Decision, Hand};
use crdt::review::disposition::{Disposition, DispositionError, Outcome, Place};
use crdt::review::matrix::{Row, RowKind, Source, reference};
use crdt::review::permission::{Action, Place as PlaceOfRights, may};
use crdt::review::submission::Visibility;
use crdt::review::thread::{Audience, Thread};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::matrix::answers::proposers;
use crate::http::intake::caller::Caller;
use crate::http::reviews::{AuthorView, author_view};
use crate::people::directory::Register;
use crate::people::paper::Paper;

/// A row in full.
#[derive(Serialize, ToSchema)]
pub struct RowView {
    id: Uuid,
    /// `remark` or `amendment`.
    #[schema(example = "remark")]
    what: &'static str,
    /// By which people cite it: a remark so, an amendment by its number.
    #[schema(example = "AFR-7K3QX")]
    reference: String,
    /// For the acts on it.
    version: u64,
    component: String,
    hue: u8,
    chapter: Uuid,
    chapter_number: String,
    language: String,
    text: Uuid,
    #[schema(value_type = String)]
    paragraph: ParagraphId,
    /// The number of that paragraph in the paper, if it has one.
    number: Option<usize>,
    /// The words it is about are gone.
    detached: bool,
    /// The kind of a remark, or `amendment`.
    #[schema(example = "substantive")]
    kind: &'static str,
    /// The kind in the types of standards bodies: `ge`, `te` or `ed`.
    iso: &'static str,
    quote: String,
    comment: String,
    /// The words it would like instead: of a remark empty when it proposes none, of an amendment when it only takes words out.
    proposed: String,
    #[schema(value_type = String, format = DateTime)]
    at: Moment,
    /// How often something was said about it since; of an amendment, how many components have a voice or sponsor it.
    replies: usize,
    #[schema(value_type = String, example = "all")]
    audience: Audience,
    /// Its component took it back.
    withdrawn: Option<WithdrawnView>,
    answer: Option<AnswerView>,
    verdict: Option<VerdictView>,
    /// Answers that held before, the oldest first.
    earlier: Vec<EarlierView>,
    assigned: Option<AuthorView>,
    may: MayView,
}

/// An answer.
#[derive(Serialize, ToSchema)]
pub struct AnswerView {
    #[schema(value_type = String, example = "accepted")]
    outcome: Outcome,
    words: String,
    by: AuthorView,
    #[schema(value_type = String, format = DateTime)]
    at: Moment,
    /// The text and the paragraph in which the resulting words stand.
    #[schema(value_type = Option<Object>)]
    result: Option<Place>,
}

/// A component took its remark back.
#[derive(Serialize, ToSchema)]
pub struct WithdrawnView {
    #[schema(value_type = String, format = DateTime)]
    at: Moment,
    reason: String,
}

/// What a component says of an answer.
#[derive(Serialize, ToSchema)]
pub struct VerdictView {
    satisfied: bool,
    words: String,
    by: AuthorView,
    #[schema(value_type = String, format = DateTime)]
    at: Moment,
}

/// An answer that no longer holds.
#[derive(Serialize, ToSchema)]
pub struct EarlierView {
    #[serde(flatten)]
    answer: AnswerView,
    #[schema(value_type = String, format = DateTime)]
    until: Moment,
    verdict: Option<VerdictView>,
}

/// What the caller may do with a row.
#[derive(Serialize, ToSchema)]
pub struct MayView {
    answer: bool,
    /// They would answer there, but this one is their own component's, or their own in another seat.
    is_own: bool,
    assign: bool,
    describe: bool,
    judge: bool,
}

/// A row as the caller sees it.
pub fn view(caller: &Caller, paper: &Paper, row: &Row) -> RowView {
    let register = &caller.register;
    let chapter = &paper.chapters[row.spot.chapter];
    let component = register.component(row.component());
    let code = component.map_or("", |component| &component.code);
    let place = paper.place_of(chapter);
    let parts = match &row.source {
        Source::Remark(thread) => of_remark(caller, thread, row, &place),
        Source::Amendment(proposal) => of_amendment(caller, &proposal.amendment, &place),
    };
    let reference =
        row.amendment_number().map_or_else(|| reference(code, row.id()), |number| number.to_string());
    RowView {
        id: row.id(),
        what: if row.kind() == RowKind::Amendment { "amendment" } else { "remark" },
        reference,
        version: row.version,
        component: code.to_owned(),
        hue: component.map_or(1, |component| component.hue),
        chapter: chapter.id.0,
        chapter_number: chapter.number.clone(),
        language: paper.languages[row.spot.language].clone(),
        text: row.spot.text.0,
        paragraph: row.spot.paragraph,
        number: row.spot.number,
        detached: row.spot.block.is_none(),
        kind: row.kind().name(),
        iso: row.kind().iso(),
        quote: row.quote().to_owned(),
        comment: row.comment().to_owned(),
        proposed: row.proposed().to_owned(),
        at: row.at(),
        replies: parts.replies,
        audience: parts.audience,
        withdrawn: parts.withdrawn,
        answer: parts.answer,
        verdict: row.verdict().map(|verdict| verdict_view(register, verdict)),
        earlier: parts.earlier,
        assigned: row.assigned().map(|seat| author_view(register, seat)),
        may: parts.may,
    }
}

/// What remarks and amendments have each in their way.
struct Parts {
    replies: usize,
    audience: Audience,
    withdrawn: Option<WithdrawnView>,
    answer: Option<AnswerView>,
    earlier: Vec<EarlierView>,
    may: MayView,
}

fn of_remark(caller: &Caller, thread: &Thread, row: &Row, place: &PlaceOfRights) -> Parts {
    let register = &caller.register;
    let proposers = proposers(register, thread);
    let is_own =
        proposers.components.contains(&caller.component) || proposers.people.contains(&caller.person);
    let answers = caller.may(Action::AnswerRemarks, place);
    let own = caller.component == thread.component;
    let unanswered = row.disposition().is_none();
    // What a component said among itself is not even counted outside.
    let comments = if own { thread.comments.len() } else { thread.as_seen_outside().comments.len() };
    Parts {
        replies: comments.saturating_sub(1),
        audience: thread.audience,
        withdrawn: thread
            .withdrawn
            .as_ref()
            .map(|withdrawn| WithdrawnView { at: withdrawn.at, reason: withdrawn.reason.clone() }),
        answer: row.disposition().map(|answer| answer_view(register, answer)),
        earlier: thread.entry.earlier.iter().map(|earlier| earlier_view(register, earlier)).collect(),
        may: MayView {
            answer: answers && !is_own,
            is_own: answers && is_own,
            assign: answers || caller.may(Action::RunRound, place),
            describe: unanswered && (answers || own && caller.may(Action::Comment, place)),
            judge: own && !unanswered && may(&caller.rights, Action::PrepareForComponent, place),
        },
    }
}

fn of_amendment(caller: &Caller, amendment: &Amendment, place: &PlaceOfRights) -> Parts {
    let register = &caller.register;
    let is_taken_back = |decision: &&Decision| decision.disposition.outcome == Outcome::Withdrawn;
    let standing = amendment.standing();
    let hand = Hand {
        seat: caller.seat,
        component: caller.component,
        person: caller.person,
        rights: caller.rights.clone(),
        place: *place,
        at: Moment::EPOCH,
    };
    let decides = amendment.may_be_decided_by(&hand);
    let round = amendment.submission.as_ref().and_then(|sent| register.round(sent.round?));
    let is_for_some = round.is_some_and(|round| round.plan.visibility == Visibility::RapporteursOnly);
    Parts {
        replies: amendment.sponsors.len() + amendment.voices.len(),
        audience: if is_for_some { Audience::Rapporteurs } else { Audience::All },
        withdrawn: standing.filter(is_taken_back).map(|decision| WithdrawnView {
            at: decision.disposition.at,
            reason: decision.disposition.words.clone(),
        }),
        answer: standing
            .filter(|decision| !is_taken_back(decision))
            .map(|decision| answer_view(register, &decision.disposition)),
        earlier: earlier_decisions(register, amendment),
        may: MayView {
            answer: decides.is_ok(),
            is_own: matches!(decides, Err(AmendmentError::Disposition(DispositionError::Own))),
            assign: caller.may(Action::AnswerRemarks, place) || caller.may(Action::RunRound, place),
            describe: false,
            judge: false,
        },
    }
}

/// The decisions that hold no longer: another one followed, or a new revision.
fn earlier_decisions(register: &Register, amendment: &Amendment) -> Vec<EarlierView> {
    let over = amendment.decisions.len() - usize::from(amendment.standing().is_some());
    let until = |place: usize| match amendment.decisions.get(place + 1) {
        Some(next) => next.disposition.at,
        None => amendment.revision().map_or(Moment::EPOCH, |revision| revision.stamp.at),
    };
    let view = |(place, decision): (usize, &Decision)| EarlierView {
        answer: answer_view(register, &decision.disposition),
        until: until(place),
        verdict: None,
    };
    amendment.decisions[..over].iter().enumerate().map(view).collect()
}

fn answer_view(register: &Register, answer: &Disposition) -> AnswerView {
    AnswerView {
        outcome: answer.outcome,
        words: answer.words.clone(),
        by: author_view(register, answer.by),
        at: answer.at,
        result: answer.result,
    }
}

fn verdict_view(register: &Register, verdict: &crdt::review::entry::Verdict) -> VerdictView {
    VerdictView {
        satisfied: verdict.satisfied,
        words: verdict.words.clone(),
        by: author_view(register, verdict.by),
        at: verdict.at,
    }
}

fn earlier_view(register: &Register, earlier: &crdt::review::entry::Earlier) -> EarlierView {
    EarlierView {
        answer: answer_view(register, &earlier.disposition),
        until: earlier.until,
        verdict: earlier.verdict.as_ref().map(|verdict| verdict_view(register, verdict)),
    }
}
