//! Positions: what a component says of words that no longer move.
//!
//! A position is taken on a *sealed* draft, so that everybody knows which words it is about: on the whole paper, on a chapter
//! or on a paragraph ([`Subject`]). It is *bound* to these words by their digests ([`Binding`]). When the words change in a
//! later draft the position does not follow them silently: it is *to be reconfirmed* ([`Said::standing`]), and its
//! component does that in one act.
//!
//! One component has one position on one subject. What it said before stays ([`Position::said`]).
//!
//! | From | Event | To |
//! |---|---|---|
//! | – | [`Position::open`] | said once |
//! | said | [`Position::say`] | said once more; the last one counts |
//! | to be reconfirmed | [`Position::reconfirm`] | said again, of the later draft |
//! | said | [`Position::lift`] | lifted: it no longer counts |
//!
//! ```
//! use crdt::review::position::{Stance, Statement};
//!
//! assert!(Statement::new(Stance::Supports, "", "").is_ok());
//! // Who objects says why, and what would have to stand there instead.
//! assert!(Statement::new(Stance::Objects, "Paragraph 32 leaves out small towns.", "").is_err());
//! ```
//!
//! This module knows records and digests. Who may speak for a component is [`super::permission`]'s, who sees it is
//! [`super::submission`]'s.

mod became;

pub use became::Became;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::disposition::Place;
use super::submission::{Admitted, Submission};
use super::written::{self, WrittenError};
use crate::document::Block;
use crate::history::digest::{self, Digest};
use crate::history::milestone::{Milestone, SealedText};
use crate::ids::{ChapterId, ComponentId, MilestoneId, ParagraphId, PositionId, SeatId, TextId};
use crate::moment::Moment;

/// What a component says.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stance {
    /// Yes.
    Supports,
    /// Yes, and there is something to add.
    SupportsWithComments,
    /// It would have said it otherwise, and does not stand in the way.
    CanLiveWith,
    /// Yes to the whole, not to a part of it; the reason stays on record.
    Reservation,
    /// No: not with these words.
    Objects,
    /// It was asked, and says neither yes nor no.
    Abstains,
}

/// What a position is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(tag = "on", rename_all = "snake_case")]
pub enum Subject {
    /// All of it.
    Paper,
    /// One chapter, in the language it is drafted in.
    Chapter {
        /// Which.
        chapter: ChapterId,
    },
    /// One paragraph of a chapter, in the language it is drafted in.
    Paragraph(Place),
}

/// A component's position on one subject, with all that it ever said.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Position {
    /// Follows from the component and the subject ([`Position::id_of`]): there is one.
    pub id: PositionId,
    /// Whose.
    pub component: ComponentId,
    /// On what.
    pub subject: Subject,
    /// In the order in which it came; never empty.
    pub said: Vec<Said>,
}

/// What was said at one time.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Said {
    /// The words it is about.
    pub binding: Binding,
    /// What.
    pub statement: Statement,
    /// By whom and when it came.
    pub submission: Submission,
    /// The letter or file, if it was entered on the component's behalf.
    #[serde(default)]
    pub received: Option<Received>,
    /// It only confirms what was said before, of a later draft.
    #[serde(default)]
    pub reconfirms: bool,
    /// Set when the component took it back.
    #[serde(default)]
    pub lifted: Option<Lifted>,
}

/// A stance with its words.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Statement {
    /// The stance.
    pub stance: Stance,
    /// The reason, or an explanation of position; empty where none is needed and none was given.
    pub words: String,
    /// The text that would lift an objection or reservation; else empty.
    pub way_out: String,
}

/// The words of a sealed draft that a position is about.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Binding {
    /// The draft.
    pub milestone: MilestoneId,
    /// What people compare: the draft's digest, the text's, or the paragraph's.
    pub fingerprint: Digest,
    /// The same piece by piece; never empty.
    pub words: Vec<BoundWords>,
    /// The paragraph as people find it; `None` for a chapter or the paper.
    #[serde(default)]
    pub paragraph: Option<Quoted>,
}

/// A paragraph of a sealed draft, as people find it again.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Quoted {
    /// Its number in the draft, if it had one.
    pub number: Option<usize>,
    /// How it begins.
    pub beginning: String,
}

/// A drafted text, or one paragraph of it, as it was.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct BoundWords {
    /// The text.
    pub text: TextId,
    /// The paragraph; `None` for the whole text.
    pub paragraph: Option<ParagraphId>,
    /// The digest of the one or the other.
    pub digest: Digest,
}

/// A file that a component sent, kept as it came.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Received {
    /// What it was called.
    pub name: String,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
    /// How many there are.
    pub size_bytes: u64,
}

/// A position was taken back.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Lifted {
    /// By which seat.
    pub by: SeatId,
    /// When.
    pub at: Moment,
}

/// How a position stands to words as they are now, or as a later draft has them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Standing {
    /// They are the words it was said of.
    Stands,
    /// They are others: it must be said again. Names what changed.
    ToReconfirm(Vec<BoundWords>),
    /// It was taken back.
    Lifted,
}

/// Why a position cannot be taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PositionError {
    /// The reason or explanation is missing, or cannot be kept.
    #[error("{0}")]
    Words(WrittenError),
    /// The text that would lift an objection is missing, or cannot be kept.
    #[error("{0}")]
    WayOut(WrittenError),
    /// Only objections and reservations can be lifted by other words.
    #[error("belongs to an objection or a reservation")]
    WayOutUnused,
    /// The chapter or paragraph is not in the sealed draft, in the language it is drafted in.
    #[error("the sealed draft has no such chapter or paragraph")]
    NotInDraft,
    /// Nothing is there to be reconfirmed.
    #[error("this position was lifted; take a new one")]
    AlreadyLifted,
    /// The words are those it was said of.
    #[error("the words have not changed since this position was taken; it stands")]
    StandsAlready,
    /// It does not wait to be admitted.
    #[error("this position does not wait to be admitted")]
    NotLate,
    /// It was said [`Position::MAX_SAID`] times.
    #[error("a component can change its position on one subject {} times", Position::MAX_SAID)]
    Full,
}

impl Stance {
    /// All of them, in the order in which lists show them.
    pub const ALL: [Stance; 6] = [
        Stance::Supports,
        Stance::SupportsWithComments,
        Stance::CanLiveWith,
        Stance::Reservation,
        Stance::Objects,
        Stance::Abstains,
    ];

    /// REV56: must it say why?
    pub fn needs_reason(self) -> bool {
        matches!(self, Stance::Reservation | Stance::Objects)
    }

    /// REV56: must it say which text would lift it?
    pub fn needs_way_out(self) -> bool {
        self == Stance::Objects
    }
}

impl Statement {
    /// The longest reason or explanation, in Unicode characters.
    pub const MAX_WORDS: usize = 3_000;
    /// The longest text that would lift it.
    pub const MAX_WAY_OUT: usize = 6_000;

    /// REV56: a reservation says why; an objection says why, and which text would lift it.
    pub fn new(stance: Stance, words: &str, way_out: &str) -> Result<Self, PositionError> {
        let need = |is_needed: bool, words: &str, most: usize| match is_needed {
            true => written::needed(words, most),
            false => written::optional(words, most),
        };
        let words = need(stance.needs_reason(), words, Self::MAX_WORDS).map_err(PositionError::Words)?;
        let way_out =
            need(stance.needs_way_out(), way_out, Self::MAX_WAY_OUT).map_err(PositionError::WayOut)?;
        if !way_out.is_empty() && !stance.needs_reason() {
            return Err(PositionError::WayOutUnused);
        }
        Ok(Self { stance, words, way_out })
    }

    /// Is it printed behind the paper: a reservation, an objection, or an explanation?
    pub fn is_annexed(&self) -> bool {
        self.stance.needs_reason() || !self.words.is_empty()
    }
}

impl Binding {
    /// REV55: the words of `subject` in a sealed draft. `is_drafted` tells the texts that are drafted from their renderings;
    /// `paragraph` is the block with its number, if one is concerned.
    pub fn of(
        subject: Subject,
        draft: &Milestone,
        is_drafted: impl Fn(&SealedText) -> bool,
        paragraph: Option<(&Block, Option<usize>)>,
    ) -> Result<Self, PositionError> {
        let texts = draft.texts.iter().filter(|text| is_drafted(text));
        let whole = |text: &SealedText| BoundWords { text: text.text, paragraph: None, digest: text.digest };
        let (fingerprint, words) = match subject {
            Subject::Paper => (draft.digest, texts.map(whole).collect::<Vec<_>>()),
            Subject::Chapter { chapter } => {
                let words: Vec<_> = texts.filter(|text| text.chapter == chapter).map(whole).collect();
                (words.first().ok_or(PositionError::NotInDraft)?.digest, words)
            }
            Subject::Paragraph(place) => {
                let mut texts = texts;
                let is_there = texts.any(|text| text.text == place.text);
                let block = paragraph.filter(|(block, _)| is_there && block.id == place.paragraph);
                let digest = digest::of_block(block.ok_or(PositionError::NotInDraft)?.0);
                (digest, vec![BoundWords { text: place.text, paragraph: Some(place.paragraph), digest }])
            }
        };
        if words.is_empty() {
            return Err(PositionError::NotInDraft);
        }
        let quoted = paragraph.filter(|_| matches!(subject, Subject::Paragraph(_)));
        let paragraph = quoted.map(|(block, number)| Quoted { number, beginning: beginning(&block.words()) });
        Ok(Self { milestone: draft.id, fingerprint, words, paragraph })
    }

    /// REV58: the pieces whose words are others now. `present` gives the digest of a piece as it is, `None` if it is gone.
    pub fn changed(&self, present: impl Fn(&BoundWords) -> Option<Digest>) -> Vec<BoundWords> {
        self.words.iter().filter(|words| present(words) != Some(words.digest)).copied().collect()
    }
}

/// The first words, cut between letters at some 160 characters.
fn beginning(words: &str) -> String {
    const LONG_ENOUGH: usize = 160;
    let mut letters = unicode_segmentation::UnicodeSegmentation::graphemes(words.trim(), true);
    let start: String = letters.by_ref().take(LONG_ENOUGH).collect();
    if letters.next().is_some() { start + "…" } else { start }
}

impl Position {
    /// How often a component can change its position on one subject.
    pub const MAX_SAID: usize = 200;

    /// REV57: there is one position of a component on a subject, so its id follows from both: the first 16 bytes of SHA-256
    /// over `component/subject`.
    pub fn id_of(component: ComponentId, subject: Subject) -> PositionId {
        let subject = match subject {
            Subject::Paper => "paper".to_owned(),
            Subject::Chapter { chapter } => format!("chapter/{chapter}"),
            Subject::Paragraph(Place { text, paragraph }) => format!("paragraph/{text}/{paragraph}"),
        };
        let hash: [u8; 32] = Sha256::digest(format!("{component}/{subject}").as_bytes()).into();
        PositionId(Uuid::from_bytes(std::array::from_fn(|at| hash[at])))
    }

    /// REV55: said for the first time.
    pub fn open(component: ComponentId, subject: Subject, said: Said) -> Self {
        Self { id: Self::id_of(component, subject), component, subject, said: vec![said] }
    }

    /// REV57: said anew. What was said before stays. The same again, of the same words, changes nothing.
    pub fn say(&self, said: Said) -> Result<Self, PositionError> {
        let is_the_same = |last: &Said| {
            last.lifted.is_none()
                && last.statement == said.statement
                && last.binding.milestone == said.binding.milestone
        };
        if self.current().is_some_and(is_the_same) {
            return Ok(self.clone());
        }
        if self.said.len() >= Self::MAX_SAID {
            return Err(PositionError::Full);
        }
        let mut next = self.clone();
        next.said.push(said);
        Ok(next)
    }

    /// REV58: said again of a later draft, with the words it had. Refused when it was lifted, or when `binding` has the words
    /// that it was said of.
    pub fn reconfirm(&self, binding: Binding, submission: Submission) -> Result<Self, PositionError> {
        let last = self.current().ok_or(PositionError::AlreadyLifted)?;
        if last.lifted.is_some() {
            return Err(PositionError::AlreadyLifted);
        }
        if last.binding.words == binding.words {
            return Err(PositionError::StandsAlready);
        }
        let statement = last.statement.clone();
        self.say(Said { binding, statement, submission, received: None, reconfirms: true, lifted: None })
    }

    /// REV57: taken back by its component: what counts, and what waits behind it. Lifting what is lifted changes nothing.
    pub fn lift(&self, by: SeatId, at: Moment) -> Self {
        let mut next = self.clone();
        let counts = next.said.iter().rposition(|said| said.submission.counts());
        for said in next.said.iter_mut().skip(counts.unwrap_or(0)) {
            said.lifted.get_or_insert(Lifted { by, at });
        }
        next
    }

    /// REV59: what came late is let in: the last that was said, unless it was taken back.
    pub fn admit(&self, admitted: Admitted) -> Result<Self, PositionError> {
        let mut next = self.clone();
        let waiting = next.said.last_mut().filter(|said| !said.submission.counts() && said.lifted.is_none());
        let waiting = waiting.ok_or(PositionError::NotLate)?;
        waiting.submission = waiting.submission.admit(admitted).map_err(|_| PositionError::NotLate)?;
        Ok(next)
    }

    /// REV83: said as a reservation on the whole of a draft, because a silence on it was objected to too late. `None` when its component
    /// *objects* already to this draft or a later one (`is_of_it_or_later`), be it that this waits to be let in, and when it can say no
    /// more: the objection stays on the record of the procedure alone.
    pub fn reserve(&self, said: Said, is_of_it_or_later: impl Fn(MilestoneId) -> bool) -> Option<Self> {
        let objects = |earlier: &Said| {
            earlier.lifted.is_none()
                && earlier.statement.stance == Stance::Objects
                && is_of_it_or_later(earlier.binding.milestone)
        };
        if self.current().into_iter().chain(self.said.last()).any(objects) {
            return None;
        }
        self.say(said).ok()
    }

    /// REV59: what came late after all that counts, and waits to be let in. `is_by_then` as for [`Position::as_of`].
    pub fn waiting(&self, is_by_then: impl Fn(MilestoneId) -> bool) -> Option<&Said> {
        let of_it = |said: &&Said| is_by_then(said.binding.milestone);
        let waits = |said: &&Said| !said.submission.counts() && said.lifted.is_none();
        self.said.iter().rev().find(of_it).filter(waits)
    }

    /// What counts: the last that came in time or was admitted. `None` while all of it waits.
    pub fn current(&self) -> Option<&Said> {
        self.as_of(|_| true)
    }

    /// REV57: what counts for a draft: the last that was said of it or of an earlier one. `is_by_then` tells which drafts
    /// those are.
    pub fn as_of(&self, is_by_then: impl Fn(MilestoneId) -> bool) -> Option<&Said> {
        let counts = |said: &&Said| said.submission.counts() && is_by_then(said.binding.milestone);
        self.said.iter().rev().find(counts)
    }
}

impl Said {
    /// REV58: how it stands to words as they are elsewhere.
    pub fn standing(&self, present: impl Fn(&BoundWords) -> Option<Digest>) -> Standing {
        if self.lifted.is_some() {
            return Standing::Lifted;
        }
        match self.binding.changed(present) {
            changed if changed.is_empty() => Standing::Stands,
            changed => Standing::ToReconfirm(changed),
        }
    }
}
