//! A comparison as a file.

use bytes::Bytes;
use crdt::ids::PersonId;
use crdt::moment::Moment;
use crdt::render::docx::Loss;
use crdt::render::{By, SignedRun};

use super::sources::{Source, SourcedRun};
use super::{Compared, Point};
use crate::app::App;
use crate::app::exports::Format;
use crate::app::papers::aside;
use crate::app::refusal::Refusal;
use crate::export::files::{Pressed, Sheet};
use crate::export::labels::Words;
use crate::export::redline;
use crate::people::paper::{Paper, in_language};

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
    /// What of the text its kind cannot carry.
    pub losses: Vec<Loss>,
}

impl RedFormat {
    /// The kind with this extension.
    pub fn of_extension(word: &str) -> Option<Self> {
        [Self::Html, Self::Pdf, Self::Md, Self::Docx].into_iter().find(|format| format.extension() == word)
    }

    /// The same kind as of other files.
    pub fn of_format(format: Format) -> Self {
        match format {
            Format::Html => Self::Html,
            Format::Pdf => Self::Pdf,
            Format::Md => Self::Md,
            Format::Docx => Self::Docx,
        }
    }

    /// Whether it says of every change whose it is: only Word does.
    pub fn names_authors(self) -> bool {
        self == Self::Docx
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
        let (sheet, name) = self.red_sheet(paper, compared, (format, clean));
        let pressed = match format {
            RedFormat::Html => {
                let _place = self.export_place(person, self.clock.now())?;
                let pictures = self.pictures_of(&sheet).await?;
                let bytes = aside(move || Ok(Bytes::from(sheet.red_html(&pictures)))).await?;
                return Ok(RedFile {
                    name,
                    media_type: "text/html; charset=utf-8",
                    bytes,
                    losses: Vec::new(),
                });
            }
            RedFormat::Pdf => Format::Pdf,
            RedFormat::Md => Format::Md,
            RedFormat::Docx => Format::Docx,
        };
        let made = self.press(person, pressed, name, sheet).await?;
        Ok(RedFile {
            name: made.name,
            media_type: pressed.media_type(),
            bytes: made.bytes,
            losses: made.losses,
        })
    }

    /// What the file is made of, and its name.
    fn red_sheet(
        &self,
        paper: &Paper,
        compared: &Compared,
        (format, clean): (RedFormat, bool),
    ) -> (Sheet, String) {
        let words = Words::of(&compared.language);
        let names = [&compared.from, &compared.to].map(|point| self.name_of(&words, point));
        let pair = format!("{}/{}", identity(&compared.from), identity(&compared.to));
        let signed = if format.names_authors() && !clean { self.signed(paper, compared) } else { Vec::new() };
        let asked = redline::Compared {
            names: (&names[0], &names[1]),
            pair: &pair,
            comparison: &compared.comparison,
            signed: &signed,
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
        (sheet, name)
    }

    /// The words of a comparison with the components that changed them, in the language of the file. Which amendments the reader may
    /// see makes no difference: the same pair gives the same bytes.
    fn signed(&self, paper: &Paper, compared: &Compared) -> Vec<Vec<Vec<SignedRun>>> {
        let register = self.directory.register();
        let name_of = |source: &Source| {
            let component = register.component(register.seat(source.seat)?.component)?;
            let name = in_language(&component.name, &compared.language, &paper.languages);
            Some(name.unwrap_or(&component.code).to_owned())
        };
        let names: Vec<Option<String>> = compared.credits.sources.iter().map(name_of).collect();
        let signed = |run: &SourcedRun| {
            let who = run.source.and_then(|source| names[source].clone());
            SignedRun { run: run.run.clone(), by: who.zip(run.at).map(|(who, at)| By { who, at }) }
        };
        let entry = |runs: &Vec<SourcedRun>| {
            let mut all: Vec<SignedRun> = Vec::new();
            for next in runs.iter().map(signed) {
                match all.last_mut() {
                    Some(last) if is_one(last, &next) => {
                        last.run.text += &next.run.text;
                        last.by = last
                            .by
                            .take()
                            .zip(next.by)
                            .map(|(last, next)| By { at: last.at.max(next.at), ..last });
                    }
                    _ => all.push(next),
                }
            }
            all
        };
        compared.credits.runs.iter().map(|chapter| chapter.iter().map(entry).collect()).collect()
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

/// Whether two stretches of words of one paragraph have the same marks and fate by the same component.
fn is_one(one: &SignedRun, next: &SignedRun) -> bool {
    let who = |run: &SignedRun| run.by.as_ref().map(|by| by.who.clone());
    one.run.change == next.run.change && one.run.marks == next.run.marks && who(one) == who(next)
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
