//! Every reason why the service does not do what was asked, in words for the person who asked.
//!
//! A refusal has a stable [code](Refusal::code), which programs and translations rely on, and a sentence that says what
//! is wrong and what to do. It knows no status codes: those are in `http/error.rs`. What the machine knows beyond that
//! (paths, causes) is in `source()` and goes to the log only.

use crdt::document::import::ImportError;
use crdt::history::planned::PlanError;
use crdt::history::publication::PublicationError;
use crdt::ids::{ChangeHash, ComponentId, PersonId, SeatId};
use crdt::moment::Moment;
use crdt::review::amendment::AmendmentError;
use crdt::review::bracket::BracketError;
use crdt::review::disposition::DispositionError;
use crdt::review::entry::EntryError;
use crdt::review::position::PositionError;
use crdt::review::remark::RemarkError;
use crdt::review::round::RoundError;
use crdt::review::silence::SilenceError;
use crdt::review::submission::AdmissionError;
use crdt::review::thread::ThreadError;
use crdt::review::written::WrittenError;

use super::broken::Broken;
use crate::export::tables::read::ReadError;
use crate::live::LiveError;
use crate::people::link::LinkClosed;
use crate::store::StoreError;

/// Why not.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// It does not exist, or not for this reader: both look the same.
    #[error("there is nothing here, or nothing that you may see")]
    NotFound,
    /// Nobody is signed in.
    #[error("sign in first: open a sign-in link, or send a bearer token")]
    SignInRequired,
    /// The seat may not do this here.
    #[error("your seat may not {0} here; another of your seats, or an administrator, may help")]
    NotAllowed(&'static str),
    /// The chapter is locked against direct writing.
    #[error(
        "this chapter is locked; the paper says by whom and why, and you may still read it and comment on it"
    )]
    ChapterLocked,
    /// The pen that is to be taken is not one of that place: the seat writes there by a wider right.
    #[error(
        "this seat writes here by a right that reaches further (the pen of the whole paper, or the committee); \
         take that one"
    )]
    PenIsWider,
    /// Nobody would be left who runs the service.
    #[error("this is the last seat that runs the service; make somebody else an administrator first")]
    LastAdmin,
    /// They stand above who asks.
    #[error("only an administrator does this: the person runs the service, or would")]
    StandsAbove,
    /// A component has that code or name already.
    #[error("there is a component with {field} “{taken}” already; choose another")]
    ComponentExists {
        /// The field, as the request spells it.
        field: String,
        /// What it holds.
        taken: String,
    },
    /// Nobody comes into a component that is closed.
    #[error("the component {0} is closed: open it again first")]
    ComponentClosed(String),
    /// Somebody with that address is here already.
    #[error("{name} is here already with that address; give them the seat, no invitation is needed")]
    PersonExists {
        /// Who.
        person: PersonId,
        /// Their name.
        name: String,
    },
    /// There is an open invitation of that address to that component.
    #[error(
        "there is an open invitation for {0} to this component already; make its link anew, or withdraw it"
    )]
    InvitationOpen(String),
    /// The invitation is for somebody else than who is signed in in this browser.
    #[error(
        "this invitation is for another address than that of who is signed in here; say which one it was sent to"
    )]
    InvitationForAnother,
    /// The seat is no longer held, or the person holds none any more. Names all of theirs that have ended.
    #[error(
        "this seat has ended: nothing can be read or changed with it; ask an administrator if that is a mistake"
    )]
    SeatEnded(Vec<SeatId>),
    /// The request comes from a page of another site.
    #[error("this request comes from another site's page and was not carried out")]
    CrossSite,
    /// No link with that token was ever made.
    #[error("this sign-in link is not known here; check that the address is complete, or ask for a new one")]
    LinkUnknown,
    /// The link was used or is too old.
    #[error("{0}")]
    LinkClosed(#[from] LinkClosed),
    /// A value breaks a rule.
    #[error("{field}: {rule}")]
    Field {
        /// The name of the field, as the request spells it.
        field: String,
        /// The rule, as "has 1 to 120 characters".
        rule: String,
        /// What came instead, if that helps.
        received: Option<String>,
        /// The same rule for programs, if a person meets it in a form.
        broken: Option<Broken>,
    },
    /// A paper has that slug already.
    #[error("there is a paper at {0} already; choose another slug")]
    PaperExists(String),
    /// This very file became a paper before.
    #[error("this file was taken in before, as the paper {slug}; nothing was added")]
    WordTaken {
        /// Where it is.
        slug: String,
    },
    /// A milestone of the paper has that name already.
    #[error(
        "there is a milestone with the name “{0}” already; sealed drafts never change, so choose another name"
    )]
    MilestoneExists(String),
    /// There is no earlier state to compare with.
    #[error("there is nothing earlier to compare with: {0}")]
    NothingEarlier(&'static str),
    /// Something in the words stops a PDF.
    #[error(
        "{count} {} a PDF of this draft (GET …/preflight names what does); mend it, or seal it `anyway` (`--anyway` on the command line): the other files can be made",
        places_stop(.count)
    )]
    SealStopped {
        /// How many places.
        count: usize,
    },
    /// A milestone of some paper has that symbol already.
    #[error(
        "there is a sealed draft with the symbol {0} already; each draft of the organisation has its own"
    )]
    SymbolExists(String),
    /// A person has that address already.
    #[error("{0} has a seat in that component already")]
    SeatExists(String),
    /// The text on which the new content is based is not known.
    #[error(
        "the text is not at the version your content is based on; read it again and apply your changes to that"
    )]
    TextMovedOn {
        /// The heads it has now.
        heads: Vec<ChangeHash>,
    },
    /// A comment quotes elements that the text never had.
    #[error("the words this comment is about are not in the text; select them again")]
    AnchorUnknown,
    /// The thing was changed meanwhile.
    #[error("this was changed meanwhile; it has version {current} now, read it again")]
    StaleVersion {
        /// Its version now.
        current: u64,
    },
    /// A position is wanted on words that still move.
    #[error(
        "a position is taken on a sealed draft, so that everybody knows which words it is about; name one, or ask \
         the secretariat to seal one"
    )]
    NotSealed,
    /// A bracket does not stand as the act needs it to.
    #[error("{0}")]
    Bracket(BracketError),
    /// A procedure of silence does not stand as the act needs it to.
    #[error("{0}")]
    Silence(SilenceError),
    /// A position that cannot be taken, confirmed or let in as things stand.
    #[error("{0}")]
    Position(PositionError),
    /// A draft is public already, or is not.
    #[error("{0}")]
    Publication(PublicationError),
    /// The draft was public, and is not any more.
    #[error("this draft was withdrawn from the public on {at}, for this reason: {reason}")]
    DraftWithdrawn {
        /// Its name.
        draft: String,
        /// When.
        at: Moment,
        /// Why, as everybody may read it.
        reason: String,
    },
    /// A plan was sealed or cancelled, or its name is taken.
    #[error("{0}")]
    Planned(PlanError),
    /// A comment that cannot be.
    #[error("{0}")]
    Comment(#[from] ThreadError),
    /// A round cannot be so, or does not take this now.
    #[error("{0}")]
    Round(#[from] RoundError),
    /// A remark is not where the act needs it to be.
    #[error("{0}")]
    Remark(#[from] RemarkError),
    /// What is to be let in does not wait.
    #[error("{0}")]
    Admission(#[from] AdmissionError),
    /// An act on an amendment that its rules do not allow.
    #[error("{0}")]
    Amendment(AmendmentError),
    /// An amendment cannot get this answer as a row of the matrix.
    #[error(
        "an amendment is decided on its page, where one sees how the text stands to it and writes other words; from the matrix \
         it can be put off, not accepted or answered as overtaken, and by itself accepted as it stands"
    )]
    OnItsPage,
    /// A component has as many drafts of amendments as it may.
    #[error(
        "your component has {most} drafts of amendments in this paper, as many as it may; submit some, or throw some away"
    )]
    TooManyDrafts {
        /// How many it may have.
        most: usize,
    },
    /// A remark that cannot be answered, described or judged like this.
    #[error("{0}")]
    Entry(#[from] EntryError),
    /// Rows of the matrix that stand in the way of an act on several. Nothing was changed.
    #[error("{} of the rows cannot be taken together with the others; nothing was changed, look at them and try again", .0.len())]
    RowsInTheWay(Vec<RowInTheWay>),
    /// REV84: all of them were reminded within the last day.
    #[error("these components were reminded within the last 24 hours: {}; remind them again after that", reminded(.0))]
    RemindedAlready(Vec<(ComponentId, String, Moment)>),
    /// The same `Idempotency-Key` with another request.
    #[error("this Idempotency-Key was used for another request; use a new one")]
    IdempotencyConflict,
    /// Too much of something in too short a time.
    #[error("too many {what}; try again in {retry_after_s} seconds")]
    TooMany {
        /// Of what: "exports at once".
        what: &'static str,
        /// When it may work again.
        retry_after_s: u64,
    },
    /// The file cannot be read as Markdown.
    #[error("{0}")]
    ImportUnreadable(String),
    /// The file cannot be read without its password.
    #[error("{0}")]
    ImportProtected(String),
    /// The file has the format of another program, or of another time.
    #[error("{0}")]
    ImportOtherFormat(String),
    /// The file has a part that only attackers put into such files.
    #[error("{0}")]
    ImportUnsafe(String),
    /// The file has more rows or bytes than are taken.
    #[error("{0}")]
    ImportTooLarge(String),
    /// The file is no picture of a kind that is taken.
    #[error(
        "this file is neither a PNG nor a JPEG picture, or its beginning is damaged; save it as one of the two and bring it again"
    )]
    ImageUnreadable,
    /// The picture has more pixels than may be shown.
    #[error(
        "this picture has {width} × {height} pixels; at most {most_pixels} are taken: make it smaller and bring it again"
    )]
    ImageTooLarge {
        /// In pixels.
        width: u32,
        /// In pixels.
        height: u32,
        /// The limit.
        most_pixels: u64,
    },
    /// The content breaks the limits of a text.
    #[error("{0}")]
    ChangeRefused(String),
    /// The export worker refused the content.
    #[error("{message}")]
    ExportRefused {
        /// The worker's own code, such as `character_without_font`.
        reason: String,
        /// What is wrong, in words.
        message: String,
        /// What to do about it.
        hints: Vec<String>,
        /// What it is about, for programs that say it in other words: the place, the character, the limit.
        facts: serde_json::Map<String, serde_json::Value>,
    },
    /// The export took longer than it may.
    #[error("the file was not finished within {limit_s} seconds; export one language or fewer chapters")]
    ExportTooLong {
        /// The limit, in seconds.
        limit_s: u64,
    },
    /// The PDF program is missing or does not answer.
    #[error("files of this kind cannot be made at the moment; the log of the service says why")]
    ExportUnavailable(#[source] std::io::Error),
    /// The store has no space left.
    #[error(
        "the disk of the service is full: nothing was saved; reading goes on, please tell an administrator"
    )]
    StorageFull,
    /// The store did not do it.
    #[error("the service could not save or read this just now; nothing was lost, try again")]
    StorageFailed(#[source] StoreError),
    /// A stored text cannot be read. It was set aside as it is; all others work.
    #[error(
        "this text is damaged and was set aside; the others are not concerned, please tell an administrator"
    )]
    TextUnreadable(#[source] LiveError),
    /// The service is being stopped.
    #[error("the service is restarting; try again in a moment")]
    Stopping,
    /// Something that should not happen.
    #[error("something went wrong on our side; please report it with the request id")]
    Fault(String),
}

/// A row that stands in the way of an act on several.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct RowInTheWay {
    /// The row.
    pub id: uuid::Uuid,
    /// The code of the reason.
    pub code: &'static str,
}

impl Refusal {
    /// A value that breaks a rule.
    pub fn field(field: &str, rule: impl Into<String>) -> Self {
        Refusal::Field { field: field.to_owned(), rule: rule.into(), received: None, broken: None }
    }

    /// The same, with the rule for programs that say it in other words.
    pub fn broken(field: &str, broken: impl Into<Broken>, rule: impl Into<String>) -> Self {
        let (field, rule) = (field.to_owned(), rule.into());
        Refusal::Field { field, rule, received: None, broken: Some(broken.into()) }
    }

    /// The stable name of the reason.
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::NotFound => "not_found",
            Refusal::SignInRequired => "sign_in_required",
            Refusal::NothingEarlier(_) => "nothing_earlier",
            Refusal::NotAllowed(_) => "not_allowed",
            Refusal::SeatEnded(_) => "seat_ended",
            Refusal::ChapterLocked => "chapter_locked",
            Refusal::PenIsWider => "pen_is_wider",
            Refusal::LastAdmin => "last_admin",
            Refusal::StandsAbove => "stands_above",
            Refusal::ComponentExists { .. } => "component_exists",
            Refusal::ComponentClosed(_) => "component_closed",
            Refusal::PersonExists { .. } => "person_exists",
            Refusal::InvitationOpen(_) => "invitation_open",
            Refusal::InvitationForAnother => "invitation_for_another",
            Refusal::CrossSite => "cross_site_refused",
            Refusal::LinkUnknown => "invitation_unknown",
            Refusal::LinkClosed(LinkClosed::Used) => "invitation_used",
            Refusal::LinkClosed(LinkClosed::Expired) => "invitation_expired",
            Refusal::LinkClosed(LinkClosed::Withdrawn) => "invitation_withdrawn",
            Refusal::Field { .. } | Refusal::Comment(_) => "field_invalid",
            Refusal::Round(error) => match error {
                RoundError::AsksNothing
                | RoundError::AsksNobody
                | RoundError::ClosesBeforeItOpens { .. }
                | RoundError::ClosesInThePast { .. }
                | RoundError::NotLater { .. } => "field_invalid",
                RoundError::WrongPhase { .. } => "round_phase",
                RoundError::NotOpenYet => "round_not_open",
                RoundError::Paused { .. } => "round_paused",
                RoundError::NotInvited | RoundError::NotAskedFor { .. } => "round_not_asked",
            },
            Refusal::Remark(_) => "remark_moved_on",
            Refusal::Admission(_) => "not_waiting",
            Refusal::PaperExists(_) => "paper_exists",
            Refusal::WordTaken { .. } => "word_taken",
            Refusal::MilestoneExists(_) => "milestone_exists",
            Refusal::SealStopped { .. } => "seal_stopped",
            Refusal::SymbolExists(_) => "symbol_exists",
            Refusal::SeatExists(_) => "seat_exists",
            Refusal::TextMovedOn { .. } => "text_moved_on",
            Refusal::AnchorUnknown => "anchor_unknown",
            Refusal::StaleVersion { .. } => "stale_version",
            Refusal::NotSealed => "not_sealed",
            Refusal::Bracket(_) => "bracket_refused",
            Refusal::Publication(_) => "publication_refused",
            Refusal::DraftWithdrawn { .. } => "draft_withdrawn",
            Refusal::Planned(PlanError::NameTaken(_)) => "planned_exists",
            Refusal::Planned(_) => "planned_settled",
            Refusal::Silence(_) => "silence_refused",
            Refusal::Position(_) => "position_refused",
            Refusal::Amendment(error) => super::amendments::code(error),
            Refusal::OnItsPage => "amendment_on_its_page",
            Refusal::TooManyDrafts { .. } => "too_many_drafts",
            Refusal::Entry(EntryError::Disposition(DispositionError::Own)) => "own_remark",
            Refusal::Entry(EntryError::Answered) => "remark_answered",
            Refusal::Entry(EntryError::Unanswered) => "answer_gone",
            Refusal::Entry(EntryError::NotTheirs) => "not_allowed",
            Refusal::Entry(_) => "field_invalid",
            Refusal::RowsInTheWay(_) => "rows_in_the_way",
            Refusal::RemindedAlready(_) => "reminded_already",
            Refusal::IdempotencyConflict => "idempotency_conflict",
            Refusal::TooMany { .. } => "too_many_requests",
            Refusal::ImportUnreadable(_) => "import_unreadable",
            Refusal::ImportProtected(_) => "import_protected",
            Refusal::ImportOtherFormat(_) => "import_other_format",
            Refusal::ImportUnsafe(_) => "import_unsafe",
            Refusal::ImportTooLarge(_) => "import_too_large",
            Refusal::ImageUnreadable => "image_unreadable",
            Refusal::ImageTooLarge { .. } => "image_too_large",
            Refusal::ChangeRefused(_) => "change_refused",
            Refusal::ExportRefused { .. } => "export_refused",
            Refusal::ExportTooLong { .. } => "export_too_long",
            Refusal::ExportUnavailable(_) => "export_unavailable",
            Refusal::StorageFull => "storage_full",
            Refusal::StorageFailed(_) => "storage_failed",
            Refusal::TextUnreadable(_) => "text_unreadable",
            Refusal::Stopping => "restarting",
            Refusal::Fault(_) => "internal_error",
        }
    }
}

impl From<BracketError> for Refusal {
    fn from(error: BracketError) -> Self {
        let rule = error.to_string();
        match error {
            BracketError::NobodyProposes => Refusal::field("side", rule),
            BracketError::Words(error) => Refusal::broken("words", error, rule),
            settled => Refusal::Bracket(settled),
        }
    }
}

/// "AFR on 2016-09-21T08:42:00Z, MEWA on …".
fn places_stop(count: &usize) -> &'static str {
    if *count == 1 { "place stops" } else { "places stop" }
}

fn reminded(components: &[(ComponentId, String, Moment)]) -> String {
    let each = components.iter().map(|(_, code, at)| format!("{code} on {at}"));
    each.collect::<Vec<_>>().join(", ")
}

impl From<SilenceError> for Refusal {
    fn from(error: SilenceError) -> Self {
        let rule = error.to_string();
        match error {
            SilenceError::NobodyListed => Refusal::field("components", rule),
            SilenceError::Question(error @ WrittenError::Missing) => {
                let rule = "is missing; say what becomes of the draft when nobody objects";
                Refusal::broken("question", error, rule)
            }
            SilenceError::Question(error) => Refusal::broken("question", error, rule),
            SilenceError::Words(error) => Refusal::broken("words", error, rule),
            SilenceError::TooSoon { .. } | SilenceError::OnWeekend | SilenceError::NotLater { .. } => {
                Refusal::field("ends", rule)
            }
            settled => Refusal::Silence(settled),
        }
    }
}

impl From<PositionError> for Refusal {
    fn from(error: PositionError) -> Self {
        let rule = error.to_string();
        match error {
            PositionError::Words(error) => Refusal::broken("words", error, rule),
            PositionError::WayOut(error) => Refusal::broken("way_out", error, rule),
            PositionError::WayOutUnused => Refusal::field("way_out", rule),
            PositionError::NotInDraft => Refusal::field("subject", rule),
            settled => Refusal::Position(settled),
        }
    }
}

impl From<ImportError> for Refusal {
    fn from(error: ImportError) -> Self {
        Refusal::ImportUnreadable(error.to_string())
    }
}

impl From<ReadError> for Refusal {
    fn from(error: ReadError) -> Self {
        let words = error.to_string();
        match error {
            ReadError::Unreadable(_) => Refusal::ImportUnreadable(words),
            ReadError::Protected => Refusal::ImportProtected(words),
            ReadError::Old | ReadError::OpenDocument => Refusal::ImportOtherFormat(words),
            ReadError::TooManyLines(_) | ReadError::TooLarge(..) => Refusal::ImportTooLarge(words),
            ReadError::Unsafe => Refusal::ImportUnsafe(words),
        }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Full => Refusal::StorageFull,
            other => Refusal::StorageFailed(other),
        }
    }
}
