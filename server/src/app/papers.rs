//! Papers come into being: by import of a Markdown file, whose level-1 headings become chapters.

use std::collections::BTreeMap;

use bytes::Bytes;
use crdt::document::import::{self, Report};
use crdt::document::{Block, Text, Writer};
use crdt::ids::{ActorId, ChapterId, PaperId, ParagraphId, SeatId, TextId};
use crdt::review::permission::{Action, Place};
use serde_json::json;
use uuid::Uuid;

use super::App;
use super::access::Invitation;
use super::audit::{self, By};
use super::refusal::Refusal;
use super::rights::OPERATOR;
use super::words;
use crate::people::directory::Entry;
use crate::people::paper::{Chapter, Paper};
use crate::store::Op;

/// A paper to be made of a file.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct NewPaper {
    /// Its name in addresses.
    pub slug: String,
    /// Its title, in its language.
    pub title: String,
    /// The language of the file.
    pub language: String,
    /// The file.
    pub markdown: String,
}

impl App {
    /// Make a paper of a file. Nothing of it is visible before all of it is stored.
    pub async fn import(&self, seat: SeatId, by: By, new: NewPaper) -> Result<(Paper, Report), Refusal> {
        let slug = words::slug("slug", &new.slug)?;
        let title = words::line("title", &new.title, 300)?;
        let language = words::language("language", &new.language)?;
        if self.directory.register().paper_by_slug(&slug).is_some() {
            return Err(Refusal::PaperExists(slug));
        }
        let heading = title.clone();
        let _large = self.large.acquire().await.map_err(|_| Refusal::Stopping)?;
        let limits = self.settings.limits.chapter();
        let imported = aside(move || {
            let imported = import::chapters(new.markdown.as_bytes(), &heading, &mut random_paragraph_id)?;
            let mut chapters = imported.chapters.iter();
            chapters.try_for_each(|chapter| import::check_chapter(&chapter.blocks, limits))?;
            Ok(imported)
        })
        .await?;
        let (mut chapters, mut seeds) = (Vec::new(), Vec::new());
        for (imported, number) in imported.chapters.into_iter().zip(1u32..) {
            let (text, _, seed) = self.seed_text(imported.blocks, seat).await?;
            seeds.push(seed);
            let texts = BTreeMap::from([(language.clone(), text)]);
            chapters.push(Chapter {
                id: ChapterId(Uuid::new_v4()),
                number: number.to_string(),
                parent: None,
                language: language.clone(),
                texts,
                lock: None,
                lock_version: 0,
            });
        }
        let paper = Paper {
            id: PaperId(Uuid::new_v4()),
            slug,
            title: BTreeMap::from([(language.clone(), title)]),
            summary: BTreeMap::new(),
            organisation: BTreeMap::new(),
            languages: vec![language],
            planned_before: Vec::new(),
            chapters,
        };
        self.enter_paper(paper.clone(), seeds, by).await?;
        Ok((paper, imported.report))
    }

    /// Store a paper with its texts and put it into the directory, all in one commit.
    pub(super) async fn enter_paper(&self, paper: Paper, seeds: Vec<Op>, by: By) -> Result<(), Refusal> {
        let about = json!({ "paper": paper.id, "chapters": paper.chapters.len() });
        let audit = audit::entry(self.clock.now(), "import", by, about);
        self.directory
            .enter(|register| match register.paper_by_slug(&paper.slug) {
                Some(taken) => Err(Refusal::PaperExists(taken.slug.clone())),
                None => Ok((vec![Entry::Paper(paper)], seeds.into_iter().chain([audit]).collect())),
            })
            .await?;
        self.rights_changed();
        Ok(())
    }

    /// A new text with these blocks, written by `seat`, and the operation that stores it: it belongs into the commit that
    /// gives the text its paper, so that none is ever without.
    pub async fn seed_text(&self, blocks: Vec<Block>, seat: SeatId) -> Result<(TextId, Text, Op), Refusal> {
        let writer = self.writer(seat);
        let (text, change) = aside(move || {
            Text::seed(&blocks, &writer).map_err(|error| Refusal::ChangeRefused(error.to_string()))
        })
        .await?;
        let id = TextId(Uuid::new_v4());
        let seed = self.live.first_changes(id, seat, vec![Bytes::from(change)])?;
        Ok((id, text, seed))
    }

    /// A fresh editing session of the server for a seat.
    pub fn writer(&self, seat: SeatId) -> Writer {
        Writer { actor: ActorId(Uuid::new_v4().as_bytes().to_vec()), seat: Some(seat), at: self.clock.now() }
    }

    /// The seat that answers for what the operator of the machine does: the first that runs the service, or, where there is
    /// none yet, one of an account of its own that nobody can sign in to.
    pub async fn operator_seat(&self) -> Result<SeatId, Refusal> {
        let register = self.directory.register();
        let runs = |seat: SeatId| register.may(seat, Action::InvitePeople, &Place::default());
        let seats = register.people().into_iter().flat_map(|person| register.seats_of(person.id));
        if let Some(seat) = seats.map(|seat| seat.id).find(|seat| runs(*seat)) {
            return Ok(seat);
        }
        let operator = Invitation {
            name: Some("Operator".to_owned()),
            email: OPERATOR.to_owned(),
            component: None,
            function: None,
            admin: true,
        };
        let person = self.enter_person(&operator).await?;
        let register = self.directory.register();
        let seat = register.seats_of(person).first().map(|seat| seat.id);
        seat.ok_or_else(|| Refusal::Fault("the operator's seat was not made".to_owned()))
    }
}

/// A fresh paragraph id, at random.
pub fn random_paragraph_id() -> ParagraphId {
    let random = Uuid::new_v4().as_u128();
    // Six bits of a UUID are fixed; those are among the half that is folded away.
    ParagraphId(((random >> 64) as u64 ^ random as u64).to_be_bytes())
}

/// Work that takes more than a moment, on a thread of its own: the workers must stay free for everybody's sockets.
pub async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => Err(Refusal::Fault(format!("work aside failed: {error}"))),
    }
}
