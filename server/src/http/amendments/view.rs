//! An amendment as clients see it.

use crdt::document::branch::{Touch, TouchState};
use crdt::ids::{ChangeHash, ComponentId, ParagraphId, SeatId};
use crdt::moment::Moment;
use crdt::review::amendment::{
    Amendment, AmendmentError, Decision, Hand, Source, Stamp, Stance, State, What,
};
use crdt::review::disposition::{DispositionError, Outcome};
use crdt::review::permission::Action;
use crdt::sync::wire::document_id;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::amendments::{Apart, Shown};
use crate::app::refusal::Refusal;
use crate::http::intake::caller::Caller;
use crate::http::reviews::{AuthorView, author_view};
use crate::people::directory::Register;

/// A proposed change.
#[derive(Serialize, ToSchema)]
pub struct AmendmentView {
    id: Uuid,
    /// For `If-Match`.
    version: u64,
    /// Its running number in the paper; null for a draft.
    number: Option<u32>,
    /// The slug of its paper.
    paper: String,
    text: Uuid,
    /// The number of its chapter.
    chapter: String,
    chapter_id: Uuid,
    language: String,
    /// The code of the component that proposes it.
    component: String,
    hue: u8,
    #[schema(value_type = String, example = "submitted")]
    state: State,
    title: String,
    reason: String,
    #[schema(value_type = Vec<String>)]
    paragraphs: Vec<ParagraphId>,
    /// The paragraphs that differ, word by word; empty for a draft.
    #[schema(value_type = Vec<Object>)]
    redline: Vec<Value>,
    /// The newest revision; 0 for a draft.
    revision: u32,
    revisions: Vec<RevisionLine>,
    /// When its component began it; for others, when it was submitted.
    #[schema(value_type = String, format = DateTime)]
    opened_at: Moment,
    #[schema(value_type = Option<String>, format = DateTime)]
    submitted_at: Option<Moment>,
    round: Option<Uuid>,
    late: Option<LateView>,
    /// The thread that it answers, if the caller reads that.
    cites: Option<Uuid>,
    /// The set-aside record that it was made of; for its own component.
    from_set_aside: Option<Uuid>,
    sponsors: Vec<SponsorView>,
    voices: Vec<VoiceView>,
    /// Others that are open and change the same paragraphs.
    options: Vec<Uuid>,
    touch: Option<TouchView>,
    decision: Option<DecisionView>,
    /// All of them, oldest first.
    decisions: Vec<DecisionView>,
    withdrawn: Option<WithdrawnView>,
    history: Vec<EventView>,
    may: MayView,
    draft: Option<DraftView>,
    copy: Option<CopyView>,
}

#[derive(Serialize, ToSchema)]
struct RevisionLine {
    number: u32,
    #[schema(value_type = String, format = DateTime)]
    at: Moment,
    title: String,
    reason: String,
}

#[derive(Serialize, ToSchema)]
struct LateView {
    #[schema(value_type = Option<String>, format = DateTime)]
    admitted_at: Option<Moment>,
    reason: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct SponsorView {
    component: String,
    hue: u8,
    #[schema(value_type = String, format = DateTime)]
    at: Moment,
}

#[derive(Serialize, ToSchema)]
struct VoiceView {
    component: String,
    hue: u8,
    #[schema(value_type = String, example = "support")]
    stance: Stance,
    words: String,
    #[schema(value_type = String, format = DateTime)]
    at: Moment,
}

/// How the text stands to it now.
#[derive(Serialize, ToSchema)]
pub struct TouchView {
    #[schema(value_type = String, example = "untouched")]
    state: TouchState,
    /// Letters that it would delete or mark and that are gone.
    gone_characters: usize,
    /// Insertions whose place is gone.
    homeless_insertions: usize,
    /// Letters of others inside what it would delete.
    foreign_characters: usize,
    #[schema(value_type = Vec<String>)]
    gone_paragraphs: Vec<ParagraphId>,
    #[schema(value_type = Vec<String>)]
    changed_paragraphs: Vec<ParagraphId>,
}

#[derive(Serialize, ToSchema)]
struct DecisionView {
    #[schema(value_type = String, example = "accepted")]
    outcome: Outcome,
    words: String,
    by: AuthorView,
    #[schema(value_type = String, format = DateTime)]
    at: Moment,
    revision: u32,
    result: Option<ResultView>,
}

#[derive(Serialize, ToSchema)]
struct ResultView {
    text: Uuid,
    #[schema(value_type = String)]
    paragraph: ParagraphId,
}

#[derive(Serialize, ToSchema)]
struct WithdrawnView {
    #[schema(value_type = String, format = DateTime)]
    at: Moment,
    reason: String,
}

#[derive(Serialize, ToSchema)]
struct EventView {
    #[schema(value_type = String, format = DateTime)]
    at: Moment,
    #[schema(value_type = String, example = "submitted")]
    what: What,
    component: String,
    revision: u32,
}

/// What the caller's seat may do with it now.
#[derive(Serialize, ToSchema)]
struct MayView {
    edit: bool,
    submit: bool,
    withdraw: bool,
    discard: bool,
    sponsor: bool,
    voice: bool,
    decide: bool,
    admit: bool,
    /// Why a seat that decides elsewhere does not decide here: `own_component`, `worked_on_it`.
    not_decide: Option<&'static str>,
}

/// The branch on which the component works.
#[derive(Serialize, ToSchema)]
struct DraftView {
    text: Uuid,
    document_id: String,
    #[schema(value_type = Vec<String>)]
    base_heads: Vec<ChangeHash>,
    title: String,
    reason: String,
    ready: Option<ReadyView>,
    opened_by: AuthorView,
    /// The text has changed since `base_heads`.
    behind: bool,
    /// It differs from the text, and from what was submitted last; null in lists.
    changed: Option<bool>,
}

#[derive(Serialize, ToSchema)]
struct ReadyView {
    #[schema(value_type = String, format = DateTime)]
    at: Moment,
    by: AuthorView,
}

/// The copy on which the caller's component writes it in other words.
#[derive(Serialize, ToSchema)]
struct CopyView {
    text: Uuid,
    document_id: String,
    #[schema(value_type = Vec<String>)]
    base_heads: Vec<ChangeHash>,
    opened_by: AuthorView,
    behind: bool,
}

/// An amendment as the caller sees it. `differs` says whether its branch has something to submit, if that was asked.
pub fn of(caller: &Caller, shown: &Shown, differs: Option<bool>) -> Result<AmendmentView, Refusal> {
    let Shown { kept, paragraphs, redline, touch, options, draft, copy, cites } = shown;
    let (amendment, register) = (&kept.amendment, &*caller.register);
    let place = register.text(amendment.text).ok_or(Refusal::NotFound)?;
    let paper = register.paper(amendment.paper).ok_or(Refusal::NotFound)?;
    let chapter = paper.chapter(place.chapter).ok_or(Refusal::NotFound)?;
    let newest = amendment.revision();
    let is_own = caller.component == amendment.component;
    let (component, hue) = code(register, amendment.component);
    let words = newest
        .map_or((&amendment.draft.title, &amendment.draft.reason), |newest| (&newest.title, &newest.reason));
    let late = amendment.submission.as_ref().and_then(|submission| submission.late.as_ref());
    let hand = Hand {
        seat: caller.seat,
        component: caller.component,
        person: caller.person,
        rights: caller.rights.clone(),
        place: place.place(),
        at: Moment::EPOCH,
    };
    let submitted_at = amendment.submission.as_ref().map(|submission| submission.at);
    let withdrawn = |decision: &&Decision| decision.disposition.outcome == Outcome::Withdrawn;
    Ok(AmendmentView {
        id: amendment.id.0,
        version: kept.version_for(caller.component),
        number: amendment.number,
        paper: paper.slug.clone(),
        text: amendment.text.0,
        chapter: chapter.number.clone(),
        chapter_id: chapter.id.0,
        language: place.language.clone(),
        component,
        hue,
        state: amendment.state(),
        title: words.0.clone(),
        reason: words.1.clone(),
        paragraphs: paragraphs.clone(),
        redline: redline.clone(),
        revision: newest.map_or(0, |newest| newest.number),
        revisions: amendment
            .revisions
            .iter()
            .map(|revision| RevisionLine {
                number: revision.number,
                at: revision.stamp.at,
                title: revision.title.clone(),
                reason: revision.reason.clone(),
            })
            .collect(),
        opened_at: if is_own { amendment.opened.at } else { submitted_at.unwrap_or(amendment.opened.at) },
        submitted_at,
        round: amendment.submission.as_ref().and_then(|submission| Some(submission.round?.0)),
        late: late.map(|late| LateView {
            admitted_at: late.admitted.as_ref().map(|admitted| admitted.at),
            reason: late.admitted.as_ref().map(|admitted| admitted.reason.clone()),
        }),
        cites: cites.map(|thread| thread.0),
        from_set_aside: match amendment.source {
            Some(Source::SetAside(record)) if is_own => Some(record.0),
            _ => None,
        },
        sponsors: sponsors(register, amendment),
        voices: voices(register, amendment),
        options: options.iter().map(|other| other.0).collect(),
        touch: touch.as_ref().map(touch_view),
        decision: amendment.decision().map(|decision| decision_view(register, decision)),
        decisions: amendment.decisions.iter().map(|decision| decision_view(register, decision)).collect(),
        withdrawn: amendment.decision().filter(withdrawn).map(|decision| WithdrawnView {
            at: decision.disposition.at,
            reason: decision.disposition.words.clone(),
        }),
        history: history(register, amendment),
        may: may_view(amendment, &hand),
        draft: draft.as_ref().map(|draft| draft_view(register, amendment, draft, differs)),
        copy: copy.as_ref().map(|copy| copy_view(register, copy)),
    })
}

/// How the text stands to an amendment.
pub fn touch_view(touch: &Touch) -> TouchView {
    TouchView {
        state: touch.state(),
        gone_characters: touch.gone_characters,
        homeless_insertions: touch.homeless_insertions,
        foreign_characters: touch.foreign_characters,
        gone_paragraphs: touch.gone_paragraphs.clone(),
        changed_paragraphs: touch.changed_paragraphs.clone(),
    }
}

fn code(register: &Register, component: ComponentId) -> (String, u8) {
    register.component(component).map_or((String::new(), 1), |known| (known.code.clone(), known.hue))
}

fn sponsors(register: &Register, amendment: &Amendment) -> Vec<SponsorView> {
    let view = |(component, stamp): (&ComponentId, &Stamp)| {
        let (component, hue) = code(register, *component);
        SponsorView { component, hue, at: stamp.at }
    };
    let mut all: Vec<_> = amendment.sponsors.iter().map(view).collect();
    all.sort_by_key(|sponsor| sponsor.at);
    all
}

fn voices(register: &Register, amendment: &Amendment) -> Vec<VoiceView> {
    let mut all: Vec<_> = amendment
        .voices
        .iter()
        .map(|(component, voice)| {
            let (component, hue) = code(register, *component);
            VoiceView { component, hue, stance: voice.stance, words: voice.words.clone(), at: voice.stamp.at }
        })
        .collect();
    all.sort_by_key(|voice| voice.at);
    all
}

fn decision_view(register: &Register, decision: &Decision) -> DecisionView {
    let answer = &decision.disposition;
    DecisionView {
        outcome: answer.outcome,
        words: answer.words.clone(),
        by: author_view(register, answer.by),
        at: answer.at,
        revision: decision.revision,
        result: answer.result.map(|place| ResultView { text: place.text.0, paragraph: place.paragraph }),
    }
}

fn history(register: &Register, amendment: &Amendment) -> Vec<EventView> {
    let view = |event: &crdt::review::amendment::Event| EventView {
        at: event.at,
        what: event.what,
        component: code(register, event.component).0,
        revision: event.revision,
    };
    amendment.history.iter().map(view).collect()
}

/// Asks the rules themselves what would happen.
fn may_view(amendment: &Amendment, hand: &Hand) -> MayView {
    let state = amendment.state();
    let is_own = hand.component == amendment.component;
    let is_on_the_table = state != State::Draft && !state.is_final();
    let speaks = hand.may(Action::SubmitForComponent);
    let edit = amendment.is_written_by(hand.component, &hand.rights, &hand.place);
    let decides = amendment.may_be_decided_by(hand);
    let waits = amendment.submission.as_ref().is_some_and(|submission| !submission.counts());
    let lets_in = hand.may(Action::RunRound) || hand.may(Action::AnswerRemarks);
    let not_decide = match decides {
        Err(AmendmentError::Disposition(DispositionError::Own)) => {
            let of_own = amendment.proposers().components.contains(&hand.component);
            Some(if of_own { "own_component" } else { "worked_on_it" })
        }
        _ => None,
    };
    MayView {
        edit,
        submit: edit && speaks,
        withdraw: is_own && speaks && is_on_the_table,
        discard: amendment.may_discard(hand),
        sponsor: !is_own && speaks && is_on_the_table,
        voice: !is_own && speaks && is_on_the_table && !amendment.sponsors.contains_key(&hand.component),
        decide: decides.is_ok(),
        admit: !is_own && is_on_the_table && waits && lets_in,
        not_decide,
    }
}

fn draft_view(register: &Register, amendment: &Amendment, apart: &Apart, differs: Option<bool>) -> DraftView {
    let author = |seat: SeatId| author_view(register, seat);
    DraftView {
        text: apart.branch.text.0,
        document_id: document_id(apart.branch.text),
        base_heads: apart.branch.base_heads.clone(),
        title: amendment.draft.title.clone(),
        reason: amendment.draft.reason.clone(),
        ready: amendment.draft.ready.map(|stamp| ReadyView { at: stamp.at, by: author(stamp.by) }),
        opened_by: author(apart.branch.opened.by),
        behind: apart.is_behind,
        changed: differs,
    }
}

fn copy_view(register: &Register, apart: &Apart) -> CopyView {
    CopyView {
        text: apart.branch.text.0,
        document_id: document_id(apart.branch.text),
        base_heads: apart.branch.base_heads.clone(),
        opened_by: author_view(register, apart.branch.opened.by),
        behind: apart.is_behind,
    }
}
