//! Two drafts of a paper, compared: what differs, who made it differ, and why.
//!
//! A side is a sealed draft, the paper as it is now, or what a seat has seen ([`looks`]). The words are laid together by
//! `crdt::history::comparison`; here they are fetched, and what came and went gets its seat, its amendment and its settled bracket
//! ([`sources`]).

pub mod files;
pub mod looks;
pub mod sides;
pub mod sources;

use std::collections::BTreeMap;
use std::sync::Arc;

use crdt::history::comparison::{ChapterSide, Comparison, compare};
use crdt::history::milestone::Milestone;
use crdt::ids::{ChangeHash, ComponentId, MilestoneId, SeatId, TextId};
use crdt::moment::Moment;

use self::sides::Side;
use self::sources::Credits;
use super::App;
use super::papers::aside;
use super::refusal::Refusal;
use crate::people::paper::Paper;

/// A draft to be compared, as it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A sealed draft.
    Milestone(MilestoneId),
    /// The paper as it is.
    Now,
    /// What this seat has seen; before it has seen anything, the latest sealed draft.
    Seen,
    /// The sealed draft on which the component of this seat last took a position.
    Position,
}

/// A draft that is compared.
#[derive(Clone, Debug)]
pub enum Point {
    /// A sealed draft.
    Milestone(Arc<Milestone>),
    /// The paper as it is, at this moment.
    Now(Moment),
    /// What a seat has seen, last at this moment.
    Seen(Moment),
    /// A text as it was at this moment.
    Then(Moment),
}

/// Two drafts in one language.
#[derive(Clone, Debug)]
pub struct Compared {
    /// The earlier side, as a rule.
    pub from: Point,
    /// The other one.
    pub to: Point,
    /// The language.
    pub language: String,
    /// What differs.
    pub comparison: Comparison,
    /// Who made it differ: for every chapter of the comparison, in its order.
    pub credits: Credits,
    /// The state of each text of the `to` side: what a seat that reads this has seen.
    pub texts: BTreeMap<TextId, Vec<ChangeHash>>,
}

impl App {
    /// HIS20–HIS27: compare two drafts of a paper for a seat that may read it. In the paper's first language unless another is asked for.
    pub async fn compare_drafts(
        &self,
        paper: &Paper,
        seat: SeatId,
        (from, to): (Wanted, Wanted),
        language: Option<&str>,
    ) -> Result<Compared, Refusal> {
        let language = known_language(paper, language)?;
        let from = self.side(paper, seat, from, &language).await?;
        let to = self.side(paper, seat, to, &language).await?;
        self.compared(paper, seat, language, from, to).await
    }

    /// The same without who made them differ, for what names nobody: finding that costs a reading of every chapter that changed, letter by letter.
    pub async fn compare_words(
        &self,
        paper: &Paper,
        seat: SeatId,
        (from, to): (Wanted, Wanted),
        language: Option<&str>,
    ) -> Result<Compared, Refusal> {
        let language = known_language(paper, language)?;
        let (from, before) = self.side(paper, seat, from, &language).await?;
        let (to, after) = self.side(paper, seat, to, &language).await?;
        laid(language, (from, Arc::new(before)), (to, Arc::new(after))).await
    }

    /// Two drafts that were found already.
    pub(super) async fn compared(
        &self,
        paper: &Paper,
        seat: SeatId,
        language: String,
        (from, before): (Point, Vec<Side>),
        (to, after): (Point, Vec<Side>),
    ) -> Result<Compared, Refusal> {
        let (before, after) = (Arc::new(before), Arc::new(after));
        let compared = laid(language, (from, before.clone()), (to, after.clone())).await?;
        let (comparison, credits) = self.credits(paper, seat, compared.comparison, &before, &after).await?;
        Ok(Compared { comparison, credits, ..compared })
    }

    /// REN30: what differs between two sealed drafts, and not who made it differ.
    pub(super) async fn sealed_difference(
        &self,
        (from, to): (&Milestone, &Milestone),
        language: &str,
    ) -> Result<Comparison, Refusal> {
        let (before, after) =
            (self.side_sealed(from, language).await?, self.side_sealed(to, language).await?);
        aside(move || Ok(compare(&chapters(&before), &chapters(&after)))).await
    }

    async fn side(
        &self,
        paper: &Paper,
        seat: SeatId,
        wanted: Wanted,
        language: &str,
    ) -> Result<(Point, Vec<Side>), Refusal> {
        match wanted {
            Wanted::Now => Ok((Point::Now(self.clock.now()), self.side_now(paper, language).await?)),
            Wanted::Milestone(id) => {
                let (of, milestone) = self.milestone(id).await?;
                if of != paper.id {
                    return Err(Refusal::NotFound);
                }
                self.sealed_side(milestone, language).await
            }
            Wanted::Position => {
                let milestone = self.draft_of_position(paper, seat).await?;
                self.sealed_side(milestone, language).await
            }
            Wanted::Seen => match self.side_seen(paper, seat, language).await? {
                Some((at, side)) => Ok((Point::Seen(at), side)),
                None => {
                    let latest = self.milestones(paper.id).await?.pop();
                    let none = "no draft was sealed, and you have marked nothing as read";
                    self.sealed_side(latest.ok_or(Refusal::NothingEarlier(none))?, language).await
                }
            },
        }
    }

    async fn sealed_side(
        &self,
        milestone: Arc<Milestone>,
        language: &str,
    ) -> Result<(Point, Vec<Side>), Refusal> {
        let side = self.side_sealed(&milestone, language).await?;
        Ok((Point::Milestone(milestone), side))
    }

    /// HIS27: the sealed draft on which the component of a seat last spoke, and did not take it back.
    async fn draft_of_position(&self, paper: &Paper, seat: SeatId) -> Result<Arc<Milestone>, Refusal> {
        let component = self.component_of(seat)?;
        let taken = self.positions(paper, seat, None).await?;
        let own = taken.iter().filter(|taken| taken.position.component == component);
        let last = own.max_by_key(|taken| taken.said.submission.at).map(|taken| taken.said.binding.milestone);
        let none = "your component has taken no position on this paper yet";
        let (_, milestone) = self.milestone(last.ok_or(Refusal::NothingEarlier(none))?).await?;
        Ok(milestone)
    }

    fn component_of(&self, seat: SeatId) -> Result<ComponentId, Refusal> {
        Ok(self.directory.register().seat(seat).ok_or(Refusal::NotFound)?.component)
    }
}

/// Both laid into one, with no credits.
async fn laid(
    language: String,
    (from, before): (Point, Arc<Vec<Side>>),
    (to, after): (Point, Arc<Vec<Side>>),
) -> Result<Compared, Refusal> {
    let texts = after.iter().map(|side| (side.text, side.heads.clone())).collect();
    let comparison = aside(move || Ok(compare(&chapters(&before), &chapters(&after)))).await?;
    Ok(Compared { from, to, language, comparison, credits: Credits::default(), texts })
}

fn chapters(sides: &[Side]) -> Vec<ChapterSide<'_>> {
    sides.iter().map(Side::chapter_side).collect()
}

fn known_language(paper: &Paper, wanted: Option<&str>) -> Result<String, Refusal> {
    let first = paper.languages.first().map(String::as_str);
    let language = wanted.or(first).filter(|wanted| paper.languages.iter().any(|known| known == wanted));
    let rule = || Refusal::field("language", format!("is one of {}", paper.languages.join(", ")));
    Ok(language.ok_or_else(rule)?.to_owned())
}
