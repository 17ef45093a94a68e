//! Positions as pages see them.

use crdt::history::Digest;
use crdt::ids::{ChapterId, ParagraphId, TextId};
use crdt::moment::Moment;
use crdt::review::permission::Action;
use crdt::review::position::{Said, Stance, Standing, Subject};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::positions::{Taken, sees_received};
use crate::http::intake::caller::Caller;
use crate::http::reviews::{AuthorView, author_view};
use crate::people::paper::Paper;

/// What a component says of the paper, a chapter or a paragraph.
#[derive(Serialize, ToSchema)]
pub struct PositionView {
    id: Uuid,
    component_id: Uuid,
    /// Its code.
    component: String,
    hue: u8,
    subject: SubjectView,
    #[serde(flatten)]
    said: SaidView,
    /// `stands`, `to_reconfirm` or `lifted`: how it stands to the draft that was asked about, or to the paper now.
    #[schema(example = "stands")]
    standing: &'static str,
    /// The numbers of the chapters whose words have changed since.
    changed_chapters: Vec<String>,
    /// What came late after that, and waits to be let in.
    waiting: Option<SaidView>,
    /// What was said before, the latest first.
    earlier: Vec<SaidView>,
    /// For `If-Match`, for its own component; 0 for others, who would learn by it how often a hidden answer was changed.
    version: u64,
    /// May the caller change it, confirm it and take it back?
    may_change: bool,
    /// May the caller let in what waits?
    may_admit: bool,
}

/// What was said at one time.
#[derive(Serialize, ToSchema)]
pub struct SaidView {
    #[schema(value_type = String, example = "supports")]
    stance: Stance,
    words: String,
    /// The text that would lift it.
    way_out: String,
    milestone: Uuid,
    /// SHA-256 of the words it was said of.
    #[schema(value_type = String)]
    fingerprint: Digest,
    #[schema(value_type = String, format = DateTime)]
    at: Moment,
    /// It confirms what was said before.
    reconfirms: bool,
    /// It was entered by the secretariat, from what the component sent.
    on_behalf: bool,
    #[schema(value_type = Option<String>, format = DateTime)]
    lifted_at: Option<Moment>,
    /// The round it answers.
    round: Option<Uuid>,
    /// It came when that had closed: `waiting` to be let in, or `admitted`.
    late: Option<&'static str>,
    /// Why it was let in.
    admitted_because: Option<String>,
    /// Who sent it; only for its own component and for who enters what others sent.
    by: Option<AuthorView>,
    /// What was received; for the same.
    received: Option<ReceivedView>,
}

/// What a position is about.
#[derive(Serialize, ToSchema)]
pub struct SubjectView {
    /// `paper`, `chapter` or `paragraph`.
    on: &'static str,
    chapter: Option<Uuid>,
    /// The chapter's number.
    number: Option<String>,
    text: Option<Uuid>,
    #[schema(value_type = Option<String>)]
    paragraph: Option<ParagraphId>,
    /// The paragraph's number in the draft it was said of.
    paragraph_number: Option<usize>,
    /// How the paragraph began there.
    beginning: Option<String>,
}

/// A file as it came.
#[derive(Serialize, ToSchema)]
pub struct ReceivedView {
    name: String,
    size_bytes: u64,
    url: String,
}

/// A position as this caller sees it.
pub fn view(caller: &Caller, paper: &Paper, taken: &Taken) -> PositionView {
    let position = &taken.position;
    let component = caller.register.component(position.component);
    let chapter_of = |text: TextId| {
        let place = caller.register.text(text)?;
        paper.chapter(place.chapter).map(|chapter| chapter.number.clone())
    };
    let (standing, changed) = match &taken.standing {
        Standing::Stands => ("stands", &[][..]),
        Standing::ToReconfirm(changed) => ("to_reconfirm", &changed[..]),
        Standing::Lifted => ("lifted", &[][..]),
    };
    let counts = position.said.iter().rposition(|said| *said == taken.said).unwrap_or_default();
    PositionView {
        id: position.id.0,
        component_id: position.component.0,
        component: component.map(|component| component.code.clone()).unwrap_or_default(),
        hue: component.map_or(1, |component| component.hue),
        subject: subject_view(caller, paper, taken),
        said: said_view(caller, paper, taken, &taken.said),
        standing,
        changed_chapters: changed.iter().filter_map(|words| chapter_of(words.text)).collect(),
        earlier: position.said[..counts]
            .iter()
            .rev()
            .map(|said| said_view(caller, paper, taken, said))
            .collect(),
        waiting: taken.waiting.as_ref().map(|said| said_view(caller, paper, taken, said)),
        version: if position.component == caller.component { taken.version } else { 0 },
        may_change: position.component == caller.component
            && caller.may(Action::SubmitForComponent, &paper.place()),
        may_admit: taken.waiting.is_some()
            && position.component != caller.component
            && (caller.may(Action::RunRound, &paper.place())
                || caller.may(Action::AnswerRemarks, &paper.place())),
    }
}

fn said_view(caller: &Caller, paper: &Paper, taken: &Taken, said: &Said) -> SaidView {
    let (position, slug) = (&taken.position, &paper.slug);
    let who = caller.register.who(caller.seat);
    let is_inside = who.is_some_and(|who| sees_received(who, paper, position));
    let received = said.received.as_ref().filter(|_| is_inside);
    let late = said.submission.late.as_ref();
    SaidView {
        stance: said.statement.stance,
        words: said.statement.words.clone(),
        way_out: said.statement.way_out.clone(),
        milestone: said.binding.milestone.0,
        fingerprint: said.binding.fingerprint,
        at: said.submission.at,
        reconfirms: said.reconfirms,
        on_behalf: said.submission.on_behalf,
        lifted_at: said.lifted.map(|lifted| lifted.at),
        round: said.submission.round.map(|round| round.0),
        late: late.map(|late| if late.admitted.is_some() { "admitted" } else { "waiting" }),
        admitted_because: late
            .and_then(|late| late.admitted.as_ref())
            .map(|admitted| admitted.reason.clone()),
        by: is_inside.then(|| author_view(&caller.register, said.submission.by)),
        received: received.map(|file| ReceivedView {
            name: file.name.clone(),
            size_bytes: file.size_bytes,
            url: format!("/api/v1/papers/{slug}/positions/{}/received/{}", position.id, file.sha256),
        }),
    }
}

fn subject_view(caller: &Caller, paper: &Paper, taken: &Taken) -> SubjectView {
    let number = |chapter: ChapterId| paper.chapter(chapter).map(|chapter| chapter.number.clone());
    let bare = |on| SubjectView {
        on,
        chapter: None,
        number: None,
        text: None,
        paragraph: None,
        paragraph_number: None,
        beginning: None,
    };
    match taken.position.subject {
        Subject::Paper => bare("paper"),
        Subject::Chapter { chapter } => {
            SubjectView { chapter: Some(chapter.0), number: number(chapter), ..bare("chapter") }
        }
        Subject::Paragraph(place) => {
            let chapter = caller.register.text(place.text).map(|text| text.chapter);
            let quoted = taken.said.binding.paragraph.as_ref();
            SubjectView {
                chapter: chapter.map(|chapter| chapter.0),
                number: chapter.and_then(number),
                text: Some(place.text.0),
                paragraph: Some(place.paragraph),
                paragraph_number: quoted.and_then(|quoted| quoted.number),
                beginning: quoted.map(|quoted| quoted.beginning.clone()),
                ..bare("paragraph")
            }
        }
    }
}
