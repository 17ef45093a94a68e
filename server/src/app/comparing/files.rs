//! A comparison as a file.

use bytes::Bytes;
use crdt::ids::PersonId;
use crdt::moment::Moment;

use super::{Compared, Point};
use crate::app::App;
use crate::app::exports::Format;
use crate::app::papers::aside;
use crate::app::refusal::Refusal;
use crate::export::files::{Pressed, Sheet};
use crate::export::labels::Words;
use crate::export::redline;
use crate::people::paper::Paper;

/// A kind of file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RedFormat {
    /// One file with `ins` and `del`.
    Html,
    /// With bars at the margin.
    Pdf,
    /// With `<ins>` and `<del>`.
    Md,
    /// With changes as Word tracks them.
    Docx,
}

/// A finished file.
#[derive(Clone, Debug)]
pub struct RedFile {
    /// A name for people.
    pub name: String,
    /// Its media type.
    pub media_type: &'static str,
    /// Its bytes.
    pub bytes: Bytes,
}

impl RedFormat {
    /// The kind with this extension.
    pub fn of_extension(word: &str) -> Option<Self> {
        [Self::Html, Self::Pdf, Self::Md, Self::Docx].into_iter().find(|format| format.extension() == word)
    }

    /// The end of a file's name.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Pdf => "pdf",
            Self::Md => "md",
            Self::Docx => "docx",
        }
    }
}

impl App {
    /// REN13–REN17: a comparison as a file: what changed, or (`clean`) the newer draft without a word that went. The same pair of sealed
    /// drafts gives the same bytes.
    pub async fn comparison_file(
        &self,
        person: PersonId,
        paper: &Paper,
        compared: &Compared,
        (format, clean): (RedFormat, bool),
    ) -> Result<RedFile, Refusal> {
        let words = Words::of(&compared.language);
        let names = [&compared.from, &compared.to].map(|point| self.name_of(&words, point));
        let pair = format!("{}/{}", identity(&compared.from), identity(&compared.to));
        let asked = redline::Compared {
            names: (&names[0], &names[1]),
            pair: &pair,
            comparison: &compared.comparison,
            clean,
        };
        let day = self.day_of();
        let pressed = Pressed { now: moment(&compared.to), ..self.pressed(&day) };
        let sheet = Sheet::redline(paper, &compared.language, &asked, pressed);
        let about = if clean {
            names[1].clone()
        } else {
            words.fill("compare-title", &[("from", &names[0]), ("to", &names[1])])
        };
        let name = format!("{} - {about} - {}.{}", paper.slug, compared.language, format.extension());
        let pressed = match format {
            RedFormat::Html => {
                let _place = self.export_place(person, self.clock.now())?;
                let bytes = aside(move || Ok(Bytes::from(sheet.red_html()))).await?;
                return Ok(RedFile { name, media_type: "text/html; charset=utf-8", bytes });
            }
            RedFormat::Pdf => Format::Pdf,
            RedFormat::Md => Format::Md,
            RedFormat::Docx => Format::Docx,
        };
        let made = self.press(person, pressed, name, sheet).await?;
        Ok(RedFile { name: made.name, media_type: pressed.media_type(), bytes: made.bytes })
    }

    fn name_of(&self, words: &Words, point: &Point) -> String {
        match point {
            Point::Milestone(milestone) => milestone.name.clone(),
            Point::Now(_) => words.get("pdf-current-draft"),
            Point::Seen(at) | Point::Then(at) => {
                words.fill("compare-seen-at", &[("when", &words.day(self.day_of()(*at)))])
            }
        }
    }
}

fn moment(point: &Point) -> Moment {
    match point {
        Point::Milestone(milestone) => milestone.sealed_at,
        Point::Now(at) | Point::Seen(at) | Point::Then(at) => *at,
    }
}

fn identity(point: &Point) -> String {
    match point {
        Point::Milestone(milestone) => milestone.id.to_string(),
        Point::Now(at) | Point::Seen(at) | Point::Then(at) => at.unix_ms().to_string(),
    }
}
