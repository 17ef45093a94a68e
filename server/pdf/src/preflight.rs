//! The checks before Typst: what would stop the export, said with the place in the paper where it stands.
//!
//! Typst finds the same faults, but names neither paragraph nor remedy, and only after laying everything out.

use std::collections::BTreeSet;

use typst::text::Font;

use crate::fonts;
use crate::job::{Block, Job, Paper, Run};
use crate::refusal::{Code, Facts, Near, Place, Refusal, Unprintable};

/// Lists and quotes inside each other. A reader is lost long before; the typesetter's stack soon after.
pub const MAX_NESTING: usize = 8;

const ALLOWED_LINKS: [&str; 3] = ["http://", "https://", "mailto:"];

/// Further places that a refusal lists before it only counts.
const LISTED_PLACES: usize = 10;

/// Passes a paper that Typst and PDF/UA will take, or says what stands in the way. Characters without a font
/// are all reported at once; of the other faults, the first.
pub fn check(job: &Job, fonts: &[Font]) -> Result<(), Refusal> {
    let paper = &job.data;
    if paper.meta.title.trim().is_empty() {
        let hint =
            "give the paper a title in this language; readers and screen readers find the document by it";
        return Err(Refusal::new(Code::TitleMissing, "the paper has no title", hint));
    }
    let mut walk = Walk { job, fonts, near: None, seen: BTreeSet::new(), unprintable: Vec::new() };
    walk.cover(paper);
    walk.blocks(&paper.blocks, 0)?;
    walk.verdict()
}

/// One reading of the paper from the first block to the last.
struct Walk<'a> {
    job: &'a Job,
    fonts: &'a [Font],
    /// Where an unnumbered block stands: under the last heading, or after the last numbered paragraph.
    near: Option<Near>,
    /// Every character so far.
    seen: BTreeSet<char>,
    /// Each character that no font has, with the first place it stands in.
    unprintable: Vec<(char, Place)>,
}

impl Walk<'_> {
    fn cover(&mut self, paper: &Paper) {
        let meta = &paper.meta;
        self.words(&meta.title, &Place::Title);
        self.words(&meta.subtitle, &Place::Subtitle);
        let rows = meta.cover.iter().flat_map(|(label, value)| [label, value]);
        rows.chain([&meta.org, &meta.demo]).for_each(|line| self.words(line, &Place::Cover));
        let labels = &meta.labels;
        [
            &meta.short,
            &meta.milestone,
            &meta.version,
            &meta.hash,
            &labels.contents,
            &labels.draft,
            &labels.page,
            &labels.of,
        ]
        .into_iter()
        .for_each(|line| self.words(line, &Place::Margins));
    }

    fn blocks(&mut self, blocks: &[Block], depth: usize) -> Result<(), Refusal> {
        if depth > MAX_NESTING {
            let place = Place::Text { near: self.near.clone() };
            let message =
                format!("lists or quotes stand more than {MAX_NESTING} deep inside each other, {place}");
            let hint = "move the innermost points out by a level or two";
            let facts = Facts { limit: Some(MAX_NESTING as u64), ..Facts::at(&place) };
            return Err(Refusal::new(Code::NestingTooDeep, message, hint).about(facts));
        }
        for block in blocks {
            match block {
                Block::Heading { runs, .. } => {
                    let place = Place::Heading { words: shortened(runs) };
                    if depth > 0 {
                        let hint = "make it a paragraph, or move it out of the list or quote";
                        let message = format!("a list or quote holds a heading, {place}");
                        let refusal = Refusal::new(Code::HeadingMisplaced, message, hint);
                        return Err(refusal.about(Facts::at(&place)));
                    }
                    self.runs(runs, &place)?;
                    self.near = Some(Near::Under(shortened(runs)));
                }
                Block::Paragraph { number: Some(number), runs, .. } => {
                    self.runs(runs, &Place::Paragraph { number: number.clone() })?;
                    self.near = Some(Near::After(number.clone()));
                }
                Block::Paragraph { number: None, runs, .. } => {
                    self.runs(runs, &Place::Text { near: self.near.clone() })?;
                }
                Block::Bullets { items } | Block::Numbers { items, .. } => {
                    items.iter().try_for_each(|item| self.blocks(item, depth + 1))?;
                }
                Block::Quote { blocks } => self.blocks(blocks, depth + 1)?,
                Block::Table { rows, .. } => {
                    let place = Place::Table { near: self.near.clone() };
                    for cell in rows.iter().flatten().flatten() {
                        self.runs(&cell.runs, &place)?;
                    }
                }
                Block::Figure { blob, alt, credit, runs, .. } => {
                    let place = Place::Picture { caption: shortened(runs), near: self.near.clone() };
                    self.picture(blob, alt, &place)?;
                    self.words(alt, &place);
                    self.words(credit, &place);
                    self.runs(runs, &place)?;
                }
            }
        }
        Ok(())
    }

    fn picture(&self, name: &str, alt: &str, place: &Place) -> Result<(), Refusal> {
        if alt.trim().is_empty() {
            let message = format!("a picture has no alternative text, {place}");
            let hint = "say in a sentence what it shows, for those who do not see it";
            return Err(Refusal::new(Code::AltTextMissing, message, hint).about(Facts::at(place)));
        }
        let is_one = self.job.pictures.get(name).is_some_and(|picture| is_png_or_jpeg(&picture.0));
        if is_one {
            return Ok(());
        }
        let message = format!("a picture is missing or is neither PNG nor JPEG, {place}");
        let hint = "choose the file again, or take the picture out";
        Err(Refusal::new(Code::PictureUnreadable, message, hint).about(Facts::at(place)))
    }

    fn runs(&mut self, runs: &[Run], place: &Place) -> Result<(), Refusal> {
        for run in runs {
            let (words, href) = match run {
                Run::Words { words, href, .. } => (words, href),
                Run::Note { runs } => {
                    self.runs(runs, place)?;
                    continue;
                }
            };
            self.words(words, place);
            if let Some(href) = href
                && !ALLOWED_LINKS.iter().any(|scheme| href.starts_with(scheme))
            {
                let message = format!("a link goes to `{href}`, {place}");
                let hint = "links may start with http://, https:// or mailto:";
                let facts = Facts { href: Some(href.clone()), ..Facts::at(place) };
                return Err(Refusal::new(Code::LinkRefused, message, hint).about(facts));
            }
        }
        Ok(())
    }

    fn words(&mut self, words: &str, place: &Place) {
        for character in words.chars() {
            if self.seen.insert(character) && !fonts::can_print(self.fonts, character) {
                self.unprintable.push((character, place.clone()));
            }
        }
    }

    fn verdict(self) -> Result<(), Refusal> {
        let all = self.unprintable.len();
        let told = self.unprintable.into_iter().take(1 + LISTED_PLACES);
        let characters: Vec<Unprintable> =
            told.map(|(character, place)| unprintable(character, place)).collect();
        let mut sentences = characters.iter().map(|Unprintable { character, code_point, place }| {
            format!("no font of the paper has the character “{character}” ({code_point}), {place}")
        });
        let Some(message) = sentences.next() else { return Ok(()) };
        let remedy = format!("replace it with words or with another character; {}", fonts::COVERED);
        let mut hints: Vec<String> = [remedy].into_iter().chain(sentences).collect();
        let more = Some(all - characters.len()).filter(|more| *more > 0);
        hints.extend(more.map(|more| format!("and {more} more characters")));
        let facts = Box::new(Facts { characters, more, ..Facts::default() });
        Err(Refusal { code: Code::CharacterWithoutFont, message, hints, facts })
    }
}

fn unprintable(character: char, place: Place) -> Unprintable {
    let code_point = format!("U+{:04X}", u32::from(character));
    Unprintable { character: visible(character), code_point, place }
}

/// A heading's words, cut to what fits in a sentence.
fn shortened(runs: &[Run]) -> String {
    const LONGEST: usize = 60;
    let words: String = runs.iter().flat_map(in_line).take(LONGEST + 1).collect();
    if words.chars().count() > LONGEST { words.chars().take(LONGEST).chain(['…']).collect() } else { words }
}

/// The characters that stand in the line.
fn in_line(run: &Run) -> std::str::Chars<'_> {
    match run {
        Run::Words { words, .. } => words.chars(),
        Run::Note { .. } => "".chars(),
    }
}

/// Whether a file begins as one of the two kinds of pictures that are printed.
fn is_png_or_jpeg(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x89PNG\r\n\x1a\n") || bytes.starts_with(&[0xff, 0xd8, 0xff])
}

/// Controls, line separators and private characters would disturb the sentence that names them.
fn visible(character: char) -> char {
    let disturbs =
        character.is_control() || matches!(character, '\u{2028}' | '\u{2029}' | '\u{E000}'..='\u{F8FF}');
    if disturbs { '\u{FFFD}' } else { character }
}
