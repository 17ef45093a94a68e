//! What a notice is about, by its name and with the page where it is read, as its person may know it now: pages and letters say the same.

use crdt::ids::RoundId;
use crdt::moment::Moment;

use super::App;
use super::notices::{About, Notice};
use super::refusal::Refusal;

/// What a notice is about.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Subject {
    /// A round's or a draft's name, an amendment's title; may be empty.
    pub name: String,
    /// An amendment's number.
    pub number: Option<u32>,
    /// The name of the round that it is, or was sent in; empty without one.
    pub round: String,
    /// Until when something is asked.
    pub until: Option<Moment>,
    /// The page where it is read, below the paper's.
    pub page: String,
}

impl App {
    /// What a notice is about; `None` when its seat may not read that, or not any more.
    pub async fn subject_of(&self, notice: &Notice) -> Result<Option<Subject>, Refusal> {
        match self.find_subject(notice).await {
            Ok(subject) => Ok(Some(subject)),
            Err(Refusal::NotFound) => Ok(None),
            Err(refusal) => Err(refusal),
        }
    }

    async fn find_subject(&self, notice: &Notice) -> Result<Subject, Refusal> {
        let paper = notice.message.paper;
        let subject = match notice.message.about {
            About::Round(id) => {
                let register = self.directory.register();
                let round = self.seen_round(&register, notice.seat, id)?;
                let name = round.plan.name.clone();
                let page = format!("review/{id}");
                Subject { round: name.clone(), name, until: Some(round.closes()), page, ..Subject::default() }
            }
            About::Silence(id) => {
                let silence = self.silence(paper, id).await?.silence;
                let name = self.milestone(silence.milestone).await?.1.name.clone();
                let page = format!("silence/{id}");
                Subject { name, until: Some(silence.instant()), page, ..Subject::default() }
            }
            About::Amendment(id) => {
                let amendment = self.amendment(id, notice.seat).await?.amendment;
                let revision = amendment.revision().ok_or(Refusal::NotFound)?;
                let round = amendment.submission.as_ref().and_then(|submission| submission.round);
                Subject {
                    name: revision.title.clone(),
                    number: amendment.number,
                    round: self.name_of_round(round),
                    page: format!("amendments/{id}"),
                    ..Subject::default()
                }
            }
            About::Thread(id) => {
                let thread = self.thread(id, notice.seat).await?.thread;
                let round = thread.submission.as_ref().and_then(|sent| sent.round);
                let round = self.name_of_round(round);
                Subject { round, page: "desk".to_owned(), ..Subject::default() }
            }
            About::Milestone(id) => {
                let name = self.milestone(id).await?.1.name.clone();
                Subject { name, page: id.to_string(), ..Subject::default() }
            }
            About::Seat(_) => Subject { page: "review".to_owned(), ..Subject::default() },
        };
        Ok(subject)
    }

    fn name_of_round(&self, round: Option<RoundId>) -> String {
        let register = self.directory.register();
        let name = round.and_then(|id| Some(register.round(id)?.plan.name.clone()));
        name.unwrap_or_default()
    }
}
