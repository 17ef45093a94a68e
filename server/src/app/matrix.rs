//! The matrix: all that was remarked on a paper and proposed for it, in rows, for those who answer it and those who wait for an answer.
//!
//! The rules are `crdt::review::{matrix, entry}`'s. Rows are made anew for every reader, of what that reader may read at that
//! moment; what makes it quick is the [`shelf`], which keeps threads read and their places found, and [`proposals`] for amendments.
//! [`answers`] is what is done to rows, [`table`] how they look in a file, and
//! [`imports`] how they come back in one.

pub mod answers;
pub mod heads;
pub mod imports;
pub mod incoming;
pub mod proposals;
mod several;
pub mod shelf;
pub mod sorting;
pub mod table;

use crdt::ids::{ParagraphId, SeatId, TextId};
use crdt::review::matrix::{Located, Order, Proposal, Row, Source, Spot, is_in_matrix, reference};
use crdt::review::permission::Action;

use super::App;
use super::amendments::Kept;
use super::refusal::Refusal;
use super::threads::reads;
use crate::export::labels::{self, Words};
use crate::people::directory::Register;
use crate::people::paper::Paper;

impl App {
    /// The rows that a seat may read, in the order of the text.
    pub async fn matrix(&self, paper: &Paper, seat: SeatId) -> Result<Vec<Row>, Refusal> {
        let (register, now) = (self.directory.register(), self.clock.now());
        let places = self.places(paper).await?;
        let spot = |(text, language, chapter, first_number): (TextId, usize, usize, usize),
                    located: Option<Located>,
                    stood_in: ParagraphId| Spot {
            text,
            chapter,
            language,
            paragraph: located.map_or(stood_in, |located| located.paragraph),
            block: located.map(|located| located.block),
            start: located.map_or(0, |located| located.start),
            number: located.and_then(|located| located.ordinal).map(|n| first_number - 1 + n),
        };
        let mut rows = Vec::new();
        for place in &places {
            for kept in self.shelf.of_text(self, place.0).await?.iter() {
                if is_in_matrix(&kept.thread) && reads(&register, now, seat, &kept.thread) {
                    let spot = spot(*place, kept.located, kept.thread.paragraph);
                    let source = Source::Remark(kept.thread.clone());
                    rows.push(Row { source, version: kept.version, spot });
                }
            }
        }
        let component = register.seat(seat).ok_or(Refusal::NotFound)?.component;
        for kept in self.proposals.of_paper(self, paper).await?.iter() {
            let Proposal { amendment, version, .. } = &*kept.proposal;
            let Some(place) = places.iter().find(|place| place.0 == amendment.text) else { continue };
            if self.reads_amendment(&register, seat, amendment) {
                let stood_in = amendment.footprint.paragraphs().next().unwrap_or(ParagraphId([0; 8]));
                let spot = spot(*place, kept.located, stood_in);
                let source = Source::Amendment(kept.proposal.clone());
                let record = Kept { amendment: amendment.clone(), version: *version };
                rows.push(Row { source, version: record.version_for(component), spot });
            }
        }
        Order::Text.sort(&mut rows, |_| ());
        Ok(rows)
    }

    /// Each text with the places of its language and its chapter in the paper, and the number of its first numbered paragraph.
    async fn places(&self, paper: &Paper) -> Result<Vec<(TextId, usize, usize, usize)>, Refusal> {
        let mut places = Vec::new();
        for (language, place) in paper.languages.iter().zip(0..) {
            let mut number = 1;
            for (chapter, in_paper) in paper.chapters.iter().zip(0..) {
                if let Some(text) = chapter.texts.get(language) {
                    places.push((*text, place, in_paper, number));
                    number += self.text_state(*text).await?.summary.numbered;
                }
            }
        }
        Ok(places)
    }
}

/// All the ways in which people cite rows, for those who look for one: a remark by its reference, an amendment by its number in the
/// words of each of our languages.
pub struct Citing<'a> {
    register: &'a Register,
    words: Vec<Words>,
}

impl<'a> Citing<'a> {
    /// The messages are read once, here.
    pub fn of(register: &'a Register) -> Self {
        Self { register, words: labels::languages().map(Words::of).collect() }
    }

    /// "AFR-7K3QX", or "Amendment 12 Enmienda 12".
    pub fn cite(&self, row: &Row) -> String {
        match row.amendment_number() {
            Some(number) => self.words.iter().map(|words| cited(words, number)).collect::<Vec<_>>().join(" "),
            None => {
                let component = self.register.component(row.component());
                reference(component.map_or("", |component| &component.code), row.id())
            }
        }
    }
}

/// "Amendment 12".
pub fn cited(words: &Words, number: u32) -> String {
    words.fill("amend-number", &[("number", &number.to_string())])
}

/// The seats that do this somewhere in a paper, in order of their holders' names.
pub fn seats_that(act: Action, register: &Register, paper: &Paper) -> Vec<SeatId> {
    let mut places = vec![paper.place()];
    places.extend(paper.chapters.iter().map(|chapter| paper.place_of(chapter)));
    let answers = |seat: SeatId| places.iter().any(|place| register.may(seat, act, place));
    let mut seats: Vec<_> = register.seats().filter_map(|seat| register.who(seat.id)).collect();
    seats.sort_by(|a, b| (&a.person.name, a.seat.id).cmp(&(&b.person.name, b.seat.id)));
    seats.into_iter().map(|who| who.seat.id).filter(|seat| answers(*seat)).collect()
}
