//! Milestones: drafts sealed under a name. Those that are to come are in [`super::planned`].
//!
//! Sealing is pure: [`Sealing`] gathers what is to be sealed, [`Sealing::seal`] gives the immutable record or says why
//! not. Writing it down and making its files is the server's work.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::digest::{self, Digest};
use super::symbol::{Status, Symbol};

use crate::document::{Block, Summary};
use crate::ids::{ChangeHash, ChapterId, ComponentId, MilestoneId, PersonId, SeatId, TextId};
use crate::moment::Moment;

/// A draft that was sealed. Nothing in it ever changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Milestone {
    /// Its identity.
    pub id: MilestoneId,
    /// The paper's slug.
    pub paper: String,
    /// Unique within the paper, whatever the case of its letters.
    pub name: String,
    /// How the organisation cites it; unique among all its papers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub symbol: Option<Symbol>,
    /// How far it has come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// The meeting it was sealed for.
    pub event: Option<String>,
    /// The day of that meeting.
    pub date: Option<Day>,
    /// What the sealer wants readers to know.
    pub note: Option<String>,
    /// When.
    pub sealed_at: Moment,
    /// By whom.
    pub sealed_by: Sealer,
    /// Every text of its languages as it was, in the order of the chapters.
    pub texts: Vec<SealedText>,
    /// The languages that it claims to be in, in alphabetical order.
    pub languages: Vec<String>,
    /// The digest over the texts' digests ([`digest::of_draft`]).
    pub digest: Digest,
}

/// One text of a sealed draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedText {
    /// Which text.
    pub text: TextId,
    /// Of which chapter.
    pub chapter: ChapterId,
    /// The chapter's number when it was sealed.
    pub number: String,
    /// Its language.
    pub language: String,
    /// The words of its first block.
    pub title: String,
    /// The changes that it consists of, with all they build on.
    pub heads: Vec<ChangeHash>,
    /// The digest of its blocks ([`digest::of_text`]).
    pub digest: Digest,
    /// How many words it has.
    pub words: usize,
    /// How many brackets were open in it.
    #[serde(default)]
    pub brackets: usize,
}

/// Who sealed a draft, as it was known then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealer {
    /// The seat it was done with.
    pub seat: SeatId,
    /// The person on it.
    pub person: PersonId,
    /// Its component.
    pub component: ComponentId,
}

/// What is to be sealed.
#[derive(Debug, Clone)]
pub struct Sealing<'a> {
    /// The identity that the milestone will have.
    pub id: MilestoneId,
    /// The paper's slug.
    pub paper: &'a str,
    /// What to call it; white space around it is left out.
    pub name: &'a str,
    /// How the organisation cites it. That no other draft has it is for the caller to see to.
    pub symbol: Option<Symbol>,
    /// How far it has come.
    pub status: Option<Status>,
    /// The languages it claims to be in; `None`: all in which the paper has words.
    pub languages: Option<Vec<String>>,
    /// The meeting it is for.
    pub event: Option<&'a str>,
    /// The day of that meeting.
    pub date: Option<Day>,
    /// Words for its readers; may have several lines.
    pub note: Option<&'a str>,
    /// Who seals it.
    pub by: Sealer,
    /// Every text of the paper, in the order of the chapters.
    pub texts: Vec<TextToSeal<'a>>,
}

/// One text that is to be sealed.
#[derive(Debug, Clone)]
pub struct TextToSeal<'a> {
    /// Which text.
    pub text: TextId,
    /// Of which chapter.
    pub chapter: ChapterId,
    /// The chapter's number.
    pub number: &'a str,
    /// Its language.
    pub language: &'a str,
    /// Is that the language the chapter is drafted in?
    pub drafted: bool,
    /// Its heads when it was read.
    pub heads: Vec<ChangeHash>,
    /// Its blocks at these heads.
    pub blocks: &'a [Block],
}

/// Why nothing was sealed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// No name, a long one, or one that would look like another.
    #[error(
        "a milestone's name has 1 to {} characters, without control characters and marks of direction",
        Milestone::MAX_NAME
    )]
    Name,
    /// Sealed drafts are immutable; a second one needs a name of its own.
    #[error("the paper already has a milestone `{0}`; choose another name")]
    NameTaken(String),
    /// The event has too many characters or unprintable ones.
    #[error(
        "an event has at most {} characters, without control characters and marks of direction",
        Milestone::MAX_EVENT
    )]
    Event,
    /// The note has too many characters or unprintable ones.
    #[error("a note has at most {} characters, without marks of direction", Milestone::MAX_NOTE)]
    Note,
    /// A language is claimed in which nothing is written.
    #[error("the paper has no words in {0}; leave that language out, or write them first")]
    LanguageWithoutWords(String),
    /// A language is left out in which the paper is drafted.
    #[error("chapters of the paper are drafted in {0}: a draft cannot be without that language")]
    DraftedLanguage(String),
    /// The paper has no chapter with words.
    #[error("the paper has no text to seal")]
    Empty,
}

impl Milestone {
    /// Longest name, in characters.
    pub const MAX_NAME: usize = 120;
    /// Longest event, in characters.
    pub const MAX_EVENT: usize = 200;
    /// Longest note, in characters.
    pub const MAX_NOTE: usize = 4_000;

    /// Whether `name` names this milestone: white space around it and the case of letters make no difference.
    pub fn is_called(&self, name: &str) -> bool {
        self.name.to_lowercase() == name.trim().to_lowercase()
    }

    /// Whether the draft's digest is that of its texts' digests.
    pub fn is_whole(&self) -> bool {
        self.digest == draft_digest(&self.texts)
    }
}

impl Sealing<'_> {
    /// The sealed draft. `sealed` are the paper's earlier ones.
    pub fn seal<'m>(
        self,
        sealed: impl IntoIterator<Item = &'m Milestone>,
        now: Moment,
    ) -> Result<Milestone, SealError> {
        let name = self.name.trim();
        if !is_label(name, Milestone::MAX_NAME) {
            return Err(SealError::Name);
        }
        if let Some(earlier) = sealed.into_iter().find(|earlier| earlier.is_called(name)) {
            return Err(SealError::NameTaken(earlier.name.clone()));
        }
        let event = self.event.map(str::trim).filter(|event| !event.is_empty());
        if event.is_some_and(|event| !is_label(event, Milestone::MAX_EVENT)) {
            return Err(SealError::Event);
        }
        let note = self.note.map(str::trim).filter(|note| !note.is_empty());
        let note_lines = |note: &str| {
            note.lines().all(|line| line.trim().is_empty() || is_label(line, Milestone::MAX_NOTE))
        };
        if note.is_some_and(|note| note.chars().count() > Milestone::MAX_NOTE || !note_lines(note)) {
            return Err(SealError::Note);
        }
        let mut texts: Vec<SealedText> = self.texts.iter().map(TextToSeal::seal).collect();
        let languages = self.languages(&texts)?;
        texts.retain(|text| languages.contains(&text.language));
        Ok(Milestone {
            id: self.id,
            paper: self.paper.to_string(),
            name: name.to_string(),
            symbol: self.symbol,
            status: self.status,
            event: event.map(str::to_string),
            date: self.date,
            note: note.map(str::to_string),
            sealed_at: now,
            sealed_by: self.by,
            languages: languages.into_iter().collect(),
            digest: draft_digest(&texts),
            texts,
        })
    }
}

impl Sealing<'_> {
    /// HIS13: the languages that the draft claims.
    fn languages(&self, texts: &[SealedText]) -> Result<BTreeSet<String>, SealError> {
        let spoken = texts.iter().filter(|text| text.words > 0);
        let with_words: BTreeSet<String> = spoken.map(|text| text.language.clone()).collect();
        if with_words.is_empty() {
            return Err(SealError::Empty);
        }
        let Some(claimed) = &self.languages else { return Ok(with_words) };
        let claimed: BTreeSet<String> = claimed.iter().cloned().collect();
        if let Some(mute) = claimed.iter().find(|language| !with_words.contains(*language)) {
            return Err(SealError::LanguageWithoutWords(mute.clone()));
        }
        let drafted = self.texts.iter().zip(texts).filter(|(text, sealed)| text.drafted && sealed.words > 0);
        match drafted.map(|(text, _)| text.language).find(|language| !claimed.contains(*language)) {
            Some(left_out) => Err(SealError::DraftedLanguage(left_out.to_owned())),
            None => Ok(claimed),
        }
    }
}

impl TextToSeal<'_> {
    fn seal(&self) -> SealedText {
        let summary = Summary::of(self.blocks);
        let mut heads = self.heads.clone();
        heads.sort_unstable();
        SealedText {
            text: self.text,
            chapter: self.chapter,
            number: self.number.to_string(),
            language: self.language.to_string(),
            title: summary.title,
            heads,
            digest: digest::of_text(self.blocks),
            words: summary.words,
            brackets: brackets_in(self.blocks),
        }
    }
}

/// REV64: how many brackets there are, each counted once.
fn brackets_in(blocks: &[Block]) -> usize {
    let names = blocks.iter().flat_map(|block| &block.runs).flat_map(|run| run.marks.0.keys());
    names.filter(|name| name.starts_with("bracket:")).collect::<BTreeSet<_>>().len()
}

fn draft_digest(texts: &[SealedText]) -> Digest {
    digest::of_draft(texts.iter().map(|text| (text.language.as_str(), text.number.as_str(), text.digest)))
}

/// Whether `words` may name something in lists, logs and file names: 1 to `longest` characters, something to see, no
/// control characters, and nothing that hides or that turns the direction of what stands around it.
pub(super) fn is_label(words: &str, longest: usize) -> bool {
    (1..=longest).contains(&words.chars().count())
        && words.chars().any(|c| !c.is_whitespace())
        && !words.chars().any(|c| c.is_control() || is_hidden(c))
}

/// Characters that nobody sees and that would make two names look like one, and those that break lines or turn directions.
/// The joiners of Persian and of emoji are not among them.
fn is_hidden(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{feff}')
        || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
}

/// A day of the calendar; as text `2016-10-12`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(time::Date);

/// The text is not a day such as `2016-10-12`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a day; write it like 2016-10-12")]
pub struct NotADay(pub String);

impl Day {
    /// The day in UTC at that moment.
    pub fn in_utc(at: Moment) -> Day {
        Day(at.utc().date())
    }

    /// Year, month (1–12) and day (1–31).
    pub fn parts(self) -> (i32, u8, u8) {
        (self.0.year(), self.0.month().into(), self.0.day())
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.parts();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl FromStr for Day {
    type Err = NotADay;
    fn from_str(text: &str) -> Result<Self, NotADay> {
        let form =
            time::macros::format_description!("[year repr:full range:standard sign:automatic]-[month]-[day]");
        let not_a_day = || NotADay(text.chars().take(40).collect());
        let is_plain = text.len() == 10 && text.starts_with(|c: char| c.is_ascii_digit());
        time::Date::parse(text, form).ok().filter(|_| is_plain).map(Day).ok_or_else(not_a_day)
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}
