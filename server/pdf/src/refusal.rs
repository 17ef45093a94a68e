//! Why a paper was not printed, in words for whoever asked for it.

use serde::Serialize;
use typst::diag::SourceDiagnostic;

/// What stands in the answer instead of a PDF. The server passes `message` and `hints` on to the person who
/// asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// Stable, for programs.
    pub code: Code,
    /// One sentence: what, and where in the paper.
    pub message: String,
    /// What to do about it; further places with the same fault. May be empty.
    pub hints: Vec<String>,
    /// The same for programs that say it in the words of another language. Boxed, so that results stay small.
    pub facts: Box<Facts>,
}

/// What a refusal is about. What its code says by itself is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Facts {
    /// Where it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// The characters without a font, with the first place of each; not more than a sentence can bear.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub characters: Vec<Unprintable>,
    /// How many further characters are without a font.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub more: Option<usize>,
    /// Where the link goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub href: Option<String>,
    /// The limit that was passed: how deep, how many MiB, how many seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
}

/// A character that no font of the paper has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unprintable {
    /// The character, or U+FFFD for one that would disturb the sentence that names it.
    pub character: char,
    /// "U+4E2D".
    pub code_point: String,
    /// Where it stands first.
    pub place: Place,
}

/// Where in a paper something stands. Its `Display` completes a sentence: "in paragraph 12".
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "at", rename_all = "snake_case")]
pub enum Place {
    /// In the paper's title.
    Title,
    /// In its subtitle.
    Subtitle,
    /// On the cover.
    Cover,
    /// In the head or foot of every page.
    Margins,
    /// In a heading.
    Heading {
        /// How it begins.
        words: String,
    },
    /// In a paragraph with a number.
    Paragraph {
        /// The number.
        number: String,
    },
    /// In words without a number.
    Text {
        /// What stands before them.
        #[serde(flatten)]
        near: Option<Near>,
    },
    /// In a table.
    Table {
        /// What stands before it.
        #[serde(flatten)]
        near: Option<Near>,
    },
    /// In a picture, its caption, or the words for those who do not see it.
    Picture {
        /// How its caption begins.
        caption: String,
        /// What stands before it.
        #[serde(flatten)]
        near: Option<Near>,
    },
}

/// What stands before words without a number. None stands before those with which the text begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Near {
    /// A heading, by its first words.
    Under(String),
    /// A paragraph, by its number.
    After(String),
}

/// Every reason there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The job is not the JSON this version of the worker understands. A fault of the program that sent it.
    JobUnreadable,
    /// The job has more bytes than the worker takes.
    JobTooLarge,
    /// Lists or quotes stand too deep inside each other.
    NestingTooDeep,
    /// A heading stands inside a list or a quote.
    HeadingMisplaced,
    /// A link goes elsewhere than to the web or to a mailbox.
    LinkRefused,
    /// The paper has no title, which PDF/UA demands.
    TitleMissing,
    /// A character that no embedded font has.
    CharacterWithoutFont,
    /// A picture without words for those who do not see it, which PDF/UA demands.
    AltTextMissing,
    /// A picture whose bytes were not handed in, or are no picture.
    PictureUnreadable,
    /// The typesetting used up its processor time; the worker ends after this answer.
    ExportTooLong,
    /// Typst or the PDF standards objected to something that no check here foresees.
    ExportFailed,
    /// A fault inside the worker, which ends after this answer.
    WorkerFault,
}

impl Refusal {
    /// A refusal with one thing to do about it.
    pub fn new(code: Code, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { code, message: message.into(), hints: vec![hint.into()], facts: Box::default() }
    }

    /// With what it is about.
    pub fn about(self, facts: Facts) -> Self {
        Self { facts: Box::new(facts), ..self }
    }
}

impl Facts {
    /// Only where.
    pub fn at(place: &Place) -> Self {
        Self { place: Some(place.clone()), ..Self::default() }
    }

    /// Only the limit that was passed.
    pub fn limit(limit: u64) -> Self {
        Self { limit: Some(limit), ..Self::default() }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Place::Title => out.write_str("in the title"),
            Place::Subtitle => out.write_str("in the subtitle"),
            Place::Cover => out.write_str("on the cover"),
            Place::Margins => out.write_str("in the head or foot of the pages"),
            Place::Heading { words } => write!(out, "in the heading “{words}”"),
            Place::Paragraph { number } => write!(out, "in paragraph {number}"),
            Place::Text { near } => out.write_str(&beside(near.as_ref())),
            Place::Table { near } => write!(out, "in a table {}", beside(near.as_ref())),
            Place::Picture { caption, near } => {
                write!(out, "in the picture “{caption}”, {}", beside(near.as_ref()))
            }
        }
    }
}

fn beside(near: Option<&Near>) -> String {
    match near {
        None => "at the beginning of the text".to_owned(),
        Some(Near::Under(heading)) => format!("in the text under the heading “{heading}”"),
        Some(Near::After(number)) => format!("in the text after paragraph {number}"),
    }
}

/// What Typst says, kept in its own words: it reaches people only when a check of ours is missing.
impl From<&[SourceDiagnostic]> for Refusal {
    fn from(errors: &[SourceDiagnostic]) -> Self {
        let message = errors.iter().map(|error| error.message.as_str()).collect::<Vec<_>>().join("; ");
        let hints = errors.iter().flat_map(|error| &error.hints).map(|hint| hint.v.to_string()).collect();
        let message = format!("the PDF could not be made: {message}");
        Self { code: Code::ExportFailed, message, hints, facts: Box::default() }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}", self.message)?;
        self.hints.iter().try_for_each(|hint| write!(out, "\n  {hint}"))
    }
}

impl std::error::Error for Refusal {}
