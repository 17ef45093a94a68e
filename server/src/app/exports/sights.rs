//! What a file of a paper shows: the one list of it, for the addresses, the command line and the menus.
//!
//! The words alone (bracketed, clean) are made by the parent module; here are the two that say more of them. A redline is a comparison
//! with the draft before. The comments are what everybody who reads the paper may read of the talk about it, as far as the reader of
//! this file may: what is said within a component, or to the rapporteurs, goes into no file.

use std::sync::Arc;

use crdt::history::milestone::Milestone;
use crdt::ids::{PersonId, SeatId};
use serde::{Deserialize, Serialize};

use super::{FileMade, Format, View};
use crate::app::App;
use crate::app::comparing::Wanted;
use crate::app::comparing::files::RedFormat;
use crate::app::refusal::Refusal;
use crate::export::discussed;
use crate::export::files;
use crate::export::labels::Words;
use crate::people::paper::Paper;

/// What a file shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sight {
    /// The words alone.
    Words(View),
    /// What came, went and moved since the draft before.
    Redline,
    /// The words, and what everybody may read of what was said about them.
    Comments,
}

/// Which file of a paper.
#[derive(Clone, Copy, Debug)]
pub struct WantedFile<'a> {
    /// In which language.
    pub language: &'a str,
    /// Of which kind.
    pub format: Format,
    /// What it shows.
    pub sight: Sight,
    /// For a redline: since when. Without it, since the sealed draft before.
    pub since: Option<Wanted>,
}

impl Sight {
    /// Every one, the usual one first. Positions on a sealed draft stand behind its words in each but the redline.
    pub const ALL: [Self; 4] =
        [Self::Words(View::Bracketed), Self::Words(View::Clean), Self::Redline, Self::Comments];

    /// Its word in addresses and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Words(View::Bracketed) => "bracketed",
            Self::Words(View::Clean) => "clean",
            Self::Redline => "redline",
            Self::Comments => "comments",
        }
    }

    /// The one with this name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sight| sight.name() == name)
    }
}

impl App {
    /// REN28, REN29: a file of a sealed draft, or of the text as it is now, for somebody who may read the paper.
    pub async fn paper_file(
        &self,
        (person, seat): (PersonId, SeatId),
        paper: &Paper,
        milestone: Option<&Arc<Milestone>>,
        wanted: WantedFile<'_>,
    ) -> Result<FileMade, Refusal> {
        let WantedFile { language, format, sight, since } = wanted;
        match (sight, milestone) {
            (Sight::Words(view), Some(milestone)) => {
                self.export_milestone(person, paper, milestone, language, (format, view)).await
            }
            (Sight::Words(view), None) => self.export_draft(person, paper, language, (format, view)).await,
            (Sight::Redline, _) => {
                let from = match since {
                    Some(since) => since,
                    None => self.draft_before(paper, milestone).await?,
                };
                let to = milestone.map_or(Wanted::Now, |milestone| Wanted::Milestone(milestone.id));
                let compared = self.compare_drafts(paper, seat, (from, to), Some(language)).await?;
                let red = RedFormat::of_format(format);
                let made = self.comparison_file(person, paper, &compared, (red, false)).await?;
                Ok(FileMade { name: made.name, format, bytes: made.bytes, losses: made.losses })
            }
            (Sight::Comments, _) => {
                self.file_with_comments((person, seat), paper, milestone, (language, format)).await
            }
        }
    }

    /// The draft that was sealed before this one, or the latest.
    async fn draft_before(
        &self,
        paper: &Paper,
        milestone: Option<&Arc<Milestone>>,
    ) -> Result<Wanted, Refusal> {
        let sealed = self.milestones(paper.id).await?;
        let before = match milestone {
            Some(this) => sealed.iter().take_while(|other| other.id != this.id).last(),
            None => sealed.last(),
        };
        let none = match milestone {
            Some(_) => {
                "this is the first sealed draft: there is none before it that it could be compared with"
            }
            None => "no draft was sealed yet: there is nothing that the text could be compared with",
        };
        Ok(Wanted::Milestone(before.ok_or(Refusal::NothingEarlier(none))?.id))
    }

    /// REN28: with comments at their words in Word, with an annex of them in other files. Of a sealed draft, those that had been made
    /// when it was sealed: later ones speak of other words.
    async fn file_with_comments(
        &self,
        (person, seat): (PersonId, SeatId),
        paper: &Paper,
        milestone: Option<&Arc<Milestone>>,
        (language, format): (&str, Format),
    ) -> Result<FileMade, Refusal> {
        let view = View::Bracketed;
        let (mut chapters, mut annexes) = match milestone {
            Some(milestone) => {
                let file = self.sealed_file(paper, milestone, language, (format, view)).await?;
                let chapters = match file.chapters {
                    Some(chapters) => chapters,
                    None => self.sealed_chapters(milestone, language).await?,
                };
                (chapters, file.annexes)
            }
            None => self.draft_parts(paper, language, view).await?,
        };
        let milestone = milestone.map(|milestone| &**milestone);
        let discussions = self.discussed(paper, seat, language, milestone, &mut chapters).await?;
        let (sheet, name) = {
            let words = Words::of(language);
            if format != Format::Docx {
                annexes.push(discussed::annex(&words, &self.day_of(), &discussions));
            }
            let sheet = self.sheet(paper, language, view, chapters, (milestone, annexes))?;
            let remarks = discussions.iter().map(|discussion| discussion.remark(&words)).collect();
            let sheet = sheet.with_remarks(remarks);
            let what = words.get("file-comments-title").to_lowercase();
            let name = files::name(paper, milestone, language, format.extension());
            let end = format!("{language}.{}", format.extension());
            (sheet, name.replacen(&end, &format!("{what} - {end}"), 1))
        };
        self.press(person, format, name, sheet).await
    }
}
