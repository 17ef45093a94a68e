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
        Self { code, message: message.into(), hints: vec![hint.into()] }
    }
}

/// What Typst says, kept in its own words: it reaches people only when a check of ours is missing.
impl From<&[SourceDiagnostic]> for Refusal {
    fn from(errors: &[SourceDiagnostic]) -> Self {
        let message = errors.iter().map(|error| error.message.as_str()).collect::<Vec<_>>().join("; ");
        let hints = errors.iter().flat_map(|error| &error.hints).map(|hint| hint.v.to_string()).collect();
        Self { code: Code::ExportFailed, message: format!("the PDF could not be made: {message}"), hints }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}", self.message)?;
        self.hints.iter().try_for_each(|hint| write!(out, "\n  {hint}"))
    }
}

impl std::error::Error for Refusal {}
