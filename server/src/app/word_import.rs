//! A Word document becomes a paper: looked at first, then taken in.
//!
//! The text is the one before anybody changed it. What each author changed becomes a draft of an amendment for each chapter, in the
//! component of whoever takes the file in; what was said beside the text becomes threads that this component reads. The names in
//! the file prove nothing, and stand as words in reasons and comments. All of it is one commit, under the file's SHA-256: the same
//! file is never taken in twice.

mod planned;

use std::collections::BTreeMap;

use bytes::Bytes;
use crdt::document::diff::Source;
use crdt::document::{Anchor, Text};
use crdt::ids::{AmendmentId, ChapterId, CommentId, PaperId, SeatId, TextId, ThreadId, to_hex};
use crdt::moment::Moment;
use crdt::review::amendment::{Amendment, Hand, NewAmendment};
use crdt::review::permission::{Place, State};
use crdt::review::thread::{Audience, Comment, Thread};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use self::planned::{Most, Plan, Planned};
use super::App;
use super::amendments::kept::new_records as amendment_records;
use super::audit::{self, By};
use super::papers::aside;
use super::refusal::Refusal;
use super::threads::new_records;
use super::words;
use crate::export::labels::Words;
use crate::export::tables::clean;
use crate::export::word::Report;
use crate::people::paper::{Chapter, Paper};
use crate::store::{Coll, Expect, Op};

/// A document to be made a paper.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewWordPaper {
    /// The paper's name in addresses.
    pub slug: String,
    /// Its title, in its language.
    pub title: String,
    /// The language of the file.
    pub language: String,
    /// The name of the file.
    pub name: String,
    /// Its bytes; they travel apart.
    #[serde(skip)]
    pub file: Bytes,
}

/// What a document would become, or became.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Outlook {
    /// In the order of the file; at least one.
    pub chapters: Vec<ChapterOutlook>,
    /// What could not be kept.
    pub report: Report,
}

/// One chapter of a document.
#[derive(Clone, Debug, Serialize)]
pub struct ChapterOutlook {
    /// Its heading.
    pub title: String,
    /// Its paragraphs, headings among them; cells and pictures are not.
    pub paragraphs: usize,
    /// Its tables.
    pub tables: usize,
    /// Its notes.
    pub notes: usize,
    /// Its pictures.
    pub pictures: usize,
    /// Whose changes become a draft of an amendment, by the names in the file.
    pub proposals: Vec<String>,
    /// How many threads it gets.
    pub comments: usize,
}

/// What is kept of a document that was taken in, under its SHA-256.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Taken {
    paper: PaperId,
    name: String,
    at: Moment,
}

/// All that one commit needs beside the paper itself.
#[derive(Default)]
struct Made {
    chapters: Vec<Chapter>,
    ops: Vec<Op>,
    amendments: Vec<Amendment>,
}

impl App {
    /// What a document would become. Nothing is written. One that could not be taken in is refused as it would be then.
    pub async fn look_at_word(&self, new: &NewWordPaper) -> Result<Outlook, Refusal> {
        let (slug, ..) = checked(new)?;
        self.must_be_new(&to_hex(&Sha256::digest(&new.file)), &slug).await?;
        Ok(self.plan(new).await?.outlook())
    }

    /// Makes a paper of a document.
    pub async fn import_word(
        &self,
        seat: SeatId,
        by: By,
        new: NewWordPaper,
    ) -> Result<(Paper, Outlook), Refusal> {
        let plan = self.plan(&new).await?;
        let (slug, title, language) = checked(&new)?;
        let key = to_hex(&Sha256::digest(&new.file));
        self.must_be_new(&key, &slug).await?;
        let paper = PaperId(Uuid::new_v4());
        let words = Told { language: language.clone(), file: shortened(&new.name, 200) };
        let mut made = Made::default();
        for (planned, number) in plan.chapters.iter().zip(1u32..) {
            self.make_chapter((seat, paper, &language, number), &plan, planned, &words, &mut made).await?;
        }
        let outlook = plan.outlook();
        for picture in plan.pictures.into_values() {
            made.ops.extend(self.ties_image(paper, seat, picture, by).await?.1);
        }
        let paper = Paper {
            id: paper,
            slug,
            title: BTreeMap::from([(language.clone(), title)]),
            summary: BTreeMap::new(),
            organisation: BTreeMap::new(),
            languages: vec![language],
            planned_before: Vec::new(),
            chapters: made.chapters,
        };
        let taken = Taken { paper: paper.id, name: words.file, at: self.clock.now() };
        made.ops.push(Op::put(Coll::WordImport, key.clone(), Expect::Absent, &taken));
        if let Err(refusal) = self.enter_paper(paper.clone(), made.ops, by).await {
            // Somebody took the same file in this moment.
            self.must_be_new(&key, &paper.slug).await?;
            return Err(refusal);
        }
        for amendment in made.amendments {
            self.changed(None, amendment, 1);
        }
        Ok((paper, outlook))
    }

    async fn plan(&self, new: &NewWordPaper) -> Result<Plan, Refusal> {
        let (_, title, _) = checked(new)?;
        let _large = self.large.acquire().await.map_err(|_| Refusal::Stopping)?;
        let limits = &self.settings.limits;
        let most = Most {
            chapter: limits.chapter(),
            image_bytes: limits.image_bytes,
            image_pixels: limits.image_pixels,
        };
        let file = new.file.clone();
        let plan = aside(move || planned::plan(&file, &title, most)).await?;
        let drafts = plan.chapters.iter().map(|planned| planned.proposals.len()).sum::<usize>();
        let most = self.settings.limits.amendment_drafts;
        if drafts > most { Err(Refusal::TooManyDrafts { most }) } else { Ok(plan) }
    }

    async fn must_be_new(&self, key: &str, slug: &str) -> Result<(), Refusal> {
        let register = self.directory.register();
        if let Some(record) = self.store.get(Coll::WordImport, key).await? {
            let taken: Taken = record.read()?;
            let slug = register.paper(taken.paper).map(|paper| paper.slug.clone()).unwrap_or_default();
            return Err(Refusal::WordTaken { slug });
        }
        match register.paper_by_slug(slug) {
            Some(_) => Err(Refusal::PaperExists(slug.to_owned())),
            None => Ok(()),
        }
    }

    /// A chapter with its text, its drafts and its threads.
    async fn make_chapter(
        &self,
        (seat, paper, language, number): (SeatId, PaperId, &str, u32),
        plan: &Plan,
        planned: &Planned,
        told: &Told,
        made: &mut Made,
    ) -> Result<(), Refusal> {
        let chapter = ChapterId(Uuid::new_v4());
        let (id, text, seed) = self.seed_text(planned.blocks.clone(), seat).await?;
        let register = self.directory.register();
        let held = register.seat(seat).ok_or(Refusal::NotFound)?;
        let place = Place { paper: Some(paper), chapter: Some(chapter), state: State::default() };
        let (component, person, rights) = (held.component, held.person, held.rights());
        let hand = Hand { seat, component, person, rights, place, at: self.clock.now() };
        for (author, blocks) in &planned.proposals {
            let Op::Append { changes: history, .. } = &seed else { continue };
            let (branch, writer) = (TextId(Uuid::new_v4()), self.writer(seat));
            let (mut branched, blocks) = (text.clone(), blocks.clone());
            let edited = aside(move || {
                branched
                    .become_blocks(&writer, &blocks, Source::Whole)
                    .map_err(|error| Refusal::ChangeRefused(error.to_string()))
            });
            let Some(change) = edited.await?.change else { continue };
            let mut begun = self.live.first_changes(branch, seat, vec![Bytes::from(change)])?;
            if let Op::Append { changes, .. } = &mut begun {
                changes.splice(..0, history.iter().cloned());
            }
            let author = &plan.document.authors[*author];
            let amendment = Amendment::open(
                NewAmendment {
                    id: AmendmentId(Uuid::new_v4()),
                    paper,
                    text: id,
                    branch,
                    base_heads: text.heads(),
                    source: None,
                    title: told.title(author),
                    reason: told.reason(author),
                },
                &hand,
            )?;
            made.ops.push(begun);
            made.ops.extend(amendment_records(&amendment));
            made.ops.push(self.noted("amendment_opened", seat, &amendment));
            made.amendments.push(amendment);
        }
        for thread in threads(&hand, (id, &text), plan, planned, told)? {
            let about = json!({ "thread": thread.id });
            made.ops.extend(new_records(&thread));
            made.ops.push(audit::entry(hand.at, "thread_opened", By::Seat(seat), about));
        }
        made.ops.push(seed);
        made.chapters.push(Chapter {
            id: chapter,
            number: number.to_string(),
            parent: None,
            language: language.to_owned(),
            texts: BTreeMap::from([(language.to_owned(), id)]),
            lock: None,
            lock_version: 0,
        });
        Ok(())
    }
}

/// The words that say where something comes from, in the language of the paper.
struct Told {
    language: String,
    file: String,
}

impl Told {
    fn title(&self, author: &str) -> String {
        let words = Words::of(&self.language)
            .fill("word-proposal-title", &[("author", &shortened(author, MOST_NAME))]);
        words.chars().take(Amendment::MAX_TITLE).collect()
    }

    fn reason(&self, author: &str) -> String {
        Words::of(&self.language)
            .fill("word-proposal-reason", &[("author", &shortened(author, MOST_NAME)), ("file", &self.file)])
    }

    fn said_by(&self, author: &str, day: &str) -> String {
        let id = if day.is_empty() { "word-said" } else { "word-said-on" };
        let values =
            [("author", &*shortened(author, MOST_NAME)), ("file", &self.file), ("day", &*clean(day))];
        Words::of(&self.language).fill(id, &values)
    }
}

/// Of a name in a file, in characters.
const MOST_NAME: usize = 100;

/// A name in a file, or of one, may be as long as it likes and say what it likes: it becomes one line that turns nothing round.
fn shortened(name: &str, most: usize) -> String {
    let line = clean(name).split_whitespace().collect::<Vec<_>>().join(" ");
    if line.is_empty() { "?".to_owned() } else { line.chars().take(most).collect() }
}

fn threads(
    hand: &Hand,
    (id, text): (TextId, &Text),
    plan: &Plan,
    planned: &Planned,
    told: &Told,
) -> Result<Vec<Thread>, Refusal> {
    let mut found = Vec::new();
    for placed in &planned.placed {
        let said = plan.document.comments.get(&placed.comment).into_iter().flatten();
        let mut comments =
            said.filter(|said| !said.words.is_empty()).take(Thread::MAX_COMMENTS).map(|said| {
                let by = told.said_by(&said.author, &said.day);
                let room = Comment::MAX_CHARACTERS.saturating_sub(by.chars().count() + 2);
                let words: String = said.words.chars().take(room).collect();
                Comment::new(CommentId(Uuid::new_v4()), hand.seat, hand.at, &format!("{words}\n\n{by}"))
            });
        let Some(first) = comments.next().transpose()? else { continue };
        let answers = comments.collect::<Result<Vec<_>, _>>()?;
        let Some(anchor) = Anchor::of(text, placed.range.clone()) else { continue };
        let to = (Audience::Component, hand.component);
        let mut thread = Thread::open(ThreadId(Uuid::new_v4()), (id, placed.paragraph), anchor, to, first);
        thread.comments.extend(answers);
        found.push(thread);
    }
    Ok(found)
}

fn checked(new: &NewWordPaper) -> Result<(String, String, String), Refusal> {
    let slug = words::slug("slug", &new.slug)?;
    let title = words::line("title", &new.title, 300)?;
    Ok((slug, title, words::language("language", &new.language)?))
}
