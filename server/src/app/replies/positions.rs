//! The positions in the answer to a component: what it said of the sealed draft in a round, and what became of each (REV82).
//!
//! Nobody answers a position, so each tells itself how it stands: against the words as they are now, and against what its
//! component said afterwards, as far as the reader may read that.

use crdt::ids::{ChapterId, ComponentId, PaperId, PositionId, RoundId, SeatId};
use crdt::moment::Moment;
use crdt::review::position::{Became, Position, Said, Stance, Standing, Subject};

use crate::app::App;
use crate::app::refusal::Refusal;
use crate::people::directory::Register;
use crate::people::paper::Paper;
use crate::store::Coll;

/// A position that a component said in a round.
#[derive(Clone, Debug)]
pub struct Stated {
    /// The position.
    pub id: PositionId,
    /// Whose it is.
    pub component: ComponentId,
    /// On what.
    pub subject: Subject,
    /// What was said.
    pub said: Said,
    /// The name of the sealed draft it was said of.
    pub draft: String,
    /// What became of it.
    pub fate: Fate,
}

/// What became of a position, for one reader.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fate {
    /// It holds, and the words are those it was said of.
    Stands,
    /// It holds, and the words of these chapters (by number, in reading order) are others now.
    ToReconfirm(Vec<String>),
    /// It came late and waits to be let in.
    Waits,
    /// The component said something else since.
    Replaced {
        /// What.
        stance: Stance,
        /// When.
        at: Moment,
    },
    /// The component took it back.
    Lifted(Moment),
}

impl App {
    /// REV82: the positions that were said in a round, as far as a seat may read them: on the paper, then on its chapters and paragraphs
    /// in reading order; what was said of one subject in the order in which it came.
    pub(super) async fn stated(
        &self,
        paper: &Paper,
        seat: SeatId,
        round: RoundId,
    ) -> Result<Vec<Stated>, Refusal> {
        let register = self.directory.register();
        let mut readable = self.positions_of(paper.id).await?;
        for position in &mut readable {
            let component = position.component;
            position.said.retain(|said| {
                self.reads_submission(&register, seat, (component, &said.submission), &paper.place())
            });
        }
        let is_of = |said: &Said| said.submission.round == Some(round);
        readable.retain(|position| position.said.iter().any(is_of));
        let said = readable.iter().flat_map(|position| &position.said).filter(|said| is_of(said));
        let words = said.flat_map(|said| said.binding.words.iter().copied());
        let present = self.digests(None, words).await?;
        let drafts = self.milestones(paper.id).await?;
        let mut stated = Vec::new();
        for position in &readable {
            for (said, at) in position.said.iter().zip(0..).filter(|(said, _)| is_of(said)) {
                let fate = match position.became(at).unwrap_or(Became::Holds) {
                    Became::Lifted(lifted) => Fate::Lifted(lifted.at),
                    Became::Waits => Fate::Waits,
                    Became::Replaced(next) => {
                        Fate::Replaced { stance: next.statement.stance, at: next.submission.at }
                    }
                    Became::Holds => held(&register, paper, &said.standing(|words| present.of(words))),
                };
                let draft = drafts.iter().find(|draft| draft.id == said.binding.milestone);
                stated.push(Stated {
                    id: position.id,
                    component: position.component,
                    subject: position.subject,
                    said: said.clone(),
                    draft: draft.map(|draft| draft.name.clone()).unwrap_or_default(),
                    fate,
                });
            }
        }
        stated.sort_by_key(|stated| stated.place(&register, paper));
        Ok(stated)
    }

    async fn positions_of(&self, paper: PaperId) -> Result<Vec<Position>, Refusal> {
        Ok(self.all_of(Coll::Position, &format!("{paper}/")).await?)
    }
}

impl Stated {
    /// The number of the chapter it is about, as the paper counts now; empty for the whole paper, and for a chapter that is gone.
    pub fn chapter<'a>(&self, register: &Register, paper: &'a Paper) -> &'a str {
        let found = self.chapter_id(register).and_then(|id| paper.chapter(id));
        found.map_or("", |chapter| chapter.number.as_str())
    }

    fn chapter_id(&self, register: &Register) -> Option<ChapterId> {
        match self.subject {
            Subject::Paper => None,
            Subject::Chapter { chapter } => Some(chapter),
            Subject::Paragraph(place) => register.text(place.text).map(|text| text.chapter),
        }
    }

    /// Where it stands in the answer: the whole paper, each chapter before its paragraphs; what is gone comes last.
    fn place(&self, register: &Register, paper: &Paper) -> (usize, Option<usize>, Subject) {
        let chapter = self.chapter_id(register);
        let at = paper.chapters.iter().position(|each| Some(each.id) == chapter);
        let at = if self.subject == Subject::Paper { 0 } else { at.map_or(usize::MAX, |at| at + 1) };
        let number = self.said.binding.paragraph.as_ref().map(|quoted| quoted.number.unwrap_or(usize::MAX));
        (at, number, self.subject)
    }
}

/// How what holds stands to the words.
fn held(register: &Register, paper: &Paper, standing: &Standing) -> Fate {
    let Standing::ToReconfirm(changed) = standing else { return Fate::Stands };
    let is_changed = |chapter: ChapterId| {
        changed.iter().any(|words| register.text(words.text).is_some_and(|text| text.chapter == chapter))
    };
    let chapters = paper.chapters.iter().filter(|chapter| is_changed(chapter.id));
    Fate::ToReconfirm(chapters.map(|chapter| chapter.number.clone()).collect())
}
