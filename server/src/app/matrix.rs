//! The matrix: all that was remarked on a paper, in rows, for those who answer it and those who wait for an answer.
//!
//! The rules are `crdt::review::{matrix, entry}`'s. Rows are made anew for every reader, of what that reader may read at that
//! moment; what makes it quick is the [`shelf`], which keeps threads read and their places found.
//! [`answers`] is what is done to rows, [`table`] how they look in a file, and
//! [`imports`] how they come back in one.

pub mod answers;
pub mod imports;
pub mod incoming;
pub mod shelf;
pub mod table;

use crdt::ids::SeatId;
use crdt::review::matrix::{Order, Row, Source, Spot, is_in_matrix};
use crdt::review::permission::Action;

use super::App;
use super::refusal::Refusal;
use super::threads::reads;
use crate::people::directory::Register;
use crate::people::paper::Paper;

impl App {
    /// The rows that a seat may read, in the order of the text.
    pub async fn matrix(&self, paper: &Paper, seat: SeatId) -> Result<Vec<Row>, Refusal> {
        let (register, now) = (self.directory.register(), self.clock.now());
        let mut rows = Vec::new();
        for (text, language, chapter, first_number) in self.places(paper).await? {
            for kept in self.shelf.of_text(self, text).await?.iter() {
                if !is_in_matrix(&kept.thread) || !reads(&register, now, seat, &kept.thread) {
                    continue;
                }
                let located = kept.located;
                let spot = Spot {
                    text,
                    chapter,
                    language,
                    paragraph: located.map_or(kept.thread.paragraph, |located| located.paragraph),
                    block: located.map(|located| located.block),
                    start: located.map_or(0, |located| located.start),
                    number: located.and_then(|located| located.ordinal).map(|n| first_number - 1 + n),
                };
                rows.push(Row { source: Source::Remark(kept.thread.clone()), version: kept.version, spot });
            }
        }
        Order::Text.sort(&mut rows, |_| ());
        Ok(rows)
    }

    /// Each text with the places of its language and its chapter in the paper, and the number of its first numbered paragraph.
    async fn places(&self, paper: &Paper) -> Result<Vec<(crdt::ids::TextId, usize, usize, usize)>, Refusal> {
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

/// The seats that answer remarks somewhere in a paper, in order of their holders' names.
pub fn answerers(register: &Register, paper: &Paper) -> Vec<SeatId> {
    let mut places = vec![paper.place()];
    places.extend(paper.chapters.iter().map(|chapter| paper.place_of(chapter)));
    let answers = |seat: SeatId| places.iter().any(|place| register.may(seat, Action::AnswerRemarks, place));
    let mut seats: Vec<_> = register.seats().filter_map(|seat| register.who(seat.id)).collect();
    seats.sort_by(|a, b| (&a.person.name, a.seat.id).cmp(&(&b.person.name, b.seat.id)));
    seats.into_iter().map(|who| who.seat.id).filter(|seat| answers(*seat)).collect()
}
