//! What a job says: one paper in one language, ready to be laid out.
//!
//! The names in JSON are short (`t`, `c`, `v`) because a paper repeats them thousands of times. Unknown
//! fields are refused by name: a field that one side knows and the other ignores would be words missing from
//! a paper.

use std::collections::BTreeMap;
use std::num::NonZeroU8;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};
use typst::foundations::{Bytes, Datetime};

use crate::refusal::{Code, Refusal};

/// One order: a paper, and what makes its bytes the same at every printing.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// Names the document for ever, e.g. `urn:uuid:…`; its hash becomes the PDF's own id.
    pub ident: String,
    /// The PDF's date of creation.
    pub timestamp: Instant,
    /// What is printed, and attached.
    pub data: Paper,
    /// The pictures in it, by the names that its figures give.
    #[serde(default)]
    pub pictures: BTreeMap<String, Picture>,
}

/// The bytes of a PNG or JPEG file; in JSON as base64.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct Picture(pub Bytes);

impl TryFrom<String> for Picture {
    type Error = base64::DecodeError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        BASE64.decode(text).map(|bytes| Self(Bytes::new(bytes)))
    }
}

impl Job {
    /// Reads a job; the refusal says line, column and field.
    pub fn from_json(bytes: &[u8]) -> Result<Self, Refusal> {
        serde_json::from_slice(bytes).map_err(|error| {
            let hint = "the server and the PDF worker may be of different versions: install both from the same release";
            Refusal::new(Code::JobUnreadable, format!("the order for a PDF cannot be read: {error}"), hint)
        })
    }
}

/// A paper as the template sees it, and as it is attached to the PDF.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paper {
    /// What stands around the text.
    pub meta: Meta,
    /// The text, chapter after chapter.
    pub blocks: Vec<Block>,
    /// How many of the last blocks are of annexes, and no words of the paper.
    #[serde(default, skip_serializing_if = "is_none")]
    pub annexes: usize,
    /// Set when it shows what changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub red: Option<Red>,
}

fn is_none(count: &usize) -> bool {
    *count == 0
}

/// The words that are read before changed ones, by those who hear them.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Red {
    /// "inserted".
    pub came: String,
    /// "deleted".
    pub went: String,
}

/// What stands around the text. All strings but the title may be empty; the page then shows nothing in their
/// place.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Meta {
    /// BCP 47, e.g. `es`: decides hyphenation, and the voice of a screen reader.
    pub lang: String,
    /// On the cover and in the window of the reader; not blank, or the paper is refused.
    pub title: String,
    /// On the cover below the title; also the PDF's description.
    pub subtitle: String,
    /// The organisation: on the cover, and the PDF's author.
    pub org: String,
    /// The title as it stands in running heads: a few words.
    pub short: String,
    /// Which draft this is, at the foot of every page.
    pub milestone: String,
    /// A date or number that tells two states of the same draft apart, beside `milestone`.
    pub version: String,
    /// The first digits of the draft's digest, at the foot of every page.
    pub hash: String,
    /// Prints `labels.draft` on the cover and across every page.
    pub draft: bool,
    /// One line saying that this is a demonstration, on the cover and at the foot of every page.
    pub demo: String,
    /// The day of this state of the text, for programs that read the attachment; pages show dates in the
    /// words of `cover`.
    pub date: Date,
    /// Label and value of each line at the bottom of the cover.
    pub cover: Vec<(String, String)>,
    /// The words that the page itself needs.
    pub labels: Labels,
}

/// A day.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Date {
    /// Year.
    pub y: u16,
    /// Month, from 1.
    pub m: u8,
    /// Day of the month, from 1.
    pub d: u8,
}

/// The words that the page itself needs, in the language of the paper.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Labels {
    /// Above the contents.
    pub contents: String,
    /// Across the pages of a draft, in capitals.
    pub draft: String,
    /// "Página" in "Página 4 de 24".
    pub page: String,
    /// "de" in "Página 4 de 24".
    pub of: String,
}

/// A part of the text that stands on its own lines.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "t", deny_unknown_fields)]
pub enum Block {
    /// A heading; with a number it is the title of a chapter. Never inside a list or a quote.
    #[serde(rename = "h")]
    Heading {
        /// From 1. A chapter of level 1 opens a page. Levels may skip (2, then 4): the tags in the PDF do
        /// not.
        #[serde(rename = "l")]
        level: NonZeroU8,
        /// The chapter's number, e.g. `4.1`.
        #[serde(rename = "n", default, skip_serializing_if = "Option::is_none")]
        number: Option<String>,
        /// The paragraph id; `…pdf#p-ID` opens the PDF at this heading.
        id: String,
        /// Its words. A heading without any is not printed, a chapter without any is called by its number.
        #[serde(rename = "c")]
        runs: Vec<Run>,
        /// It stands in no table of contents, whatever its level.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        aside: bool,
    },
    /// A paragraph.
    #[serde(rename = "p")]
    Paragraph {
        /// Its number in the paper, which hangs in the margin.
        #[serde(rename = "n", default, skip_serializing_if = "Option::is_none")]
        number: Option<String>,
        /// The paragraph id.
        id: String,
        /// Its words.
        #[serde(rename = "c")]
        runs: Vec<Run>,
    },
    /// A list whose order does not matter.
    #[serde(rename = "ul")]
    Bullets {
        /// Each item is a small text of its own.
        items: Vec<Vec<Block>>,
    },
    /// A list that counts: `1)`, inside it `a)`, inside that `i)`.
    #[serde(rename = "ol")]
    Numbers {
        /// What the first item is called; 1 as a rule.
        start: u32,
        /// Each item is a small text of its own.
        items: Vec<Vec<Block>>,
    },
    /// Words of somebody else.
    #[serde(rename = "q")]
    Quote {
        /// The quoted paragraphs.
        #[serde(rename = "c")]
        blocks: Vec<Block>,
    },
    /// A table.
    #[serde(rename = "table")]
    Table {
        /// How many cells each row has.
        columns: usize,
        /// How many of the first rows are its head, and stand again on each page.
        head: usize,
        /// Of each column, whether it holds figures, which are compared from the right.
        figures: Vec<bool>,
        /// The rows; `null` where a cell is missing.
        rows: Vec<Vec<Option<Cell>>>,
    },
    /// A picture with its caption.
    #[serde(rename = "fig")]
    Figure {
        /// The paragraph id.
        id: String,
        /// Its name in [`Job::pictures`].
        blob: String,
        /// What it shows, for those who do not see it; not blank, or the paper is refused.
        alt: String,
        /// Whose it is; may be empty.
        credit: String,
        /// The caption; may be empty.
        #[serde(rename = "c")]
        runs: Vec<Run>,
    },
}

/// A cell of a table.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cell {
    /// The paragraph id.
    pub id: String,
    /// Whether it heads its column or its row.
    #[serde(rename = "h", default, skip_serializing_if = "std::ops::Not::not")]
    pub header: bool,
    /// Its words.
    #[serde(rename = "c")]
    pub runs: Vec<Run>,
}

/// A piece of a line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "t", deny_unknown_fields)]
pub enum Run {
    /// Words that share all their marks.
    #[serde(rename = "s")]
    Words {
        /// The words, spaces included. Never read as markup.
        #[serde(rename = "v")]
        words: String,
        /// How they are set.
        #[serde(rename = "m", default, skip_serializing_if = "Vec::is_empty")]
        marks: Vec<Mark>,
        /// Where they link to: `http`, `https` or `mailto`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        href: Option<String>,
        /// Their language (BCP 47), where it is not that of the paper.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lang: Option<String>,
        /// The source that they cite.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cite: Option<String>,
        /// What becomes of them, where the paper shows what changed.
        #[serde(rename = "ch", default, skip_serializing_if = "Option::is_none")]
        change: Option<Change>,
    },
    /// A note, whose words stand at the foot of the page. It holds no other notes.
    #[serde(rename = "fn")]
    Note {
        /// Its words.
        #[serde(rename = "c")]
        runs: Vec<Run>,
    },
}

/// What becomes of words.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// They came.
    Ins,
    /// They went.
    Del,
    /// None of the paper's own: they say what happened to the paragraph.
    Sign,
}

/// How words are set.
#[derive(Debug, Serialize, Deserialize)]
pub enum Mark {
    /// Semibold.
    #[serde(rename = "b")]
    Strong,
    /// Italic.
    #[serde(rename = "i")]
    Emphasis,
    /// Raised.
    #[serde(rename = "sup")]
    Superscript,
    /// Lowered.
    #[serde(rename = "sub")]
    Subscript,
}

/// A moment in UTC, written in RFC 3339 (`2016-09-30T10:00:00Z`). Fractions of a second are dropped.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(try_from = "String")]
pub struct Instant(pub Datetime);

impl TryFrom<String> for Instant {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let parse = || {
            let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
            let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
            let digits = |part: &str| {
                part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse::<u16>().ok())?
            };
            let [year, month, day] = three(date.split('-').map(digits))?;
            let [hour, minute, second] = three(time.split(':').map(digits))?;
            let small = |number: u16| u8::try_from(number).ok();
            let fraction_is_digits = fraction.bytes().all(|byte| byte.is_ascii_digit());
            Datetime::from_ymd_hms(
                year.into(),
                small(month)?,
                small(day)?,
                small(hour)?,
                small(minute)?,
                small(second)?,
            )
            .filter(|_| fraction_is_digits)
        };
        parse().map(Self).ok_or_else(|| format!("`{text}` is not a moment like 2016-09-30T10:00:00Z"))
    }
}

fn three(mut parts: impl Iterator<Item = Option<u16>>) -> Option<[u16; 3]> {
    let all = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_to_the_second() {
        let moment = |text: &str| Instant::try_from(text.to_owned());
        assert_eq!(
            moment("2016-09-30T10:00:00Z").unwrap().0,
            Datetime::from_ymd_hms(2016, 9, 30, 10, 0, 0).unwrap()
        );
        assert_eq!(moment("2016-09-30T10:00:00.250Z"), moment("2016-09-30T10:00:00Z"));
        for wrong in [
            "",
            "2016-09-30",
            "2016-09-30T10:00:00",
            "2016-13-30T10:00:00Z",
            "2016-09-30T10:00Z",
            "2016-09-30T+1:00:00Z",
        ] {
            assert!(moment(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn an_unknown_field_is_refused_by_name() {
        for (kind, json) in [
            ("job", r#"{"ident":"","timestamp":"2016-09-30T10:00:00Z","colour":1,"data":{}}"#),
            ("block", r#"{"t":"p","id":"a","c":[],"colour":1}"#),
            ("list", r#"{"t":"ul","items":[],"colour":1}"#),
            ("run", r#"{"t":"q","c":[{"t":"p","id":"a","c":[{"t":"s","v":"a","colour":1}]}]}"#),
        ] {
            let error = match kind {
                "job" => Job::from_json(json.as_bytes()).unwrap_err().message,
                _ => serde_json::from_str::<Block>(json).unwrap_err().to_string(),
            };
            assert!(error.contains("unknown field `colour`"), "{kind}: {error}");
        }
    }
}
