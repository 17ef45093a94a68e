//! Sources that a paper cites: a list that all its texts share, kept by whoever writes in any of its chapters.
//!
//! A source is never deleted, for a sealed draft may cite it, and so may words that somebody is writing this moment: it is marked as unused.

use std::collections::BTreeMap;

use crdt::document::schema::link_is_allowed;
use crdt::ids::{PaperId, ParagraphId, SeatId, SourceId, TextId};
use crdt::review::permission::{Action, may};
use serde_json::json;

use super::App;
use super::audit::{self, By};
use super::broken::Broken;
use super::news::{Topic, What};
use super::papers::random_paragraph_id;
use super::refusal::Refusal;
use super::rights::has_version;
use super::words;
use crate::people::directory::Register;
use crate::people::paper::Paper;
use crate::people::source::{Source, SourceWords};
use crate::store::{Coll, Expect, Op, StoreError, scan_all};

/// Sources of one paper: more are no bibliography any more.
const MOST_SOURCES: usize = 5_000;

/// A source with what a change needs.
#[derive(Clone, Debug)]
pub struct KeptSource {
    /// The record.
    pub source: Source,
    /// For the next change.
    pub version: u64,
}

/// Where a source is cited.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CitedAt {
    /// In which text.
    pub text: TextId,
    /// In which paragraph.
    pub paragraph: ParagraphId,
}

impl App {
    /// DOC30: the sources of a paper, by author, year and title; those that are unused last.
    pub async fn sources(&self, paper: PaperId) -> Result<Vec<KeptSource>, Refusal> {
        let records = scan_all(&*self.store, Coll::Source, &format!("{paper}/")).await?;
        let kept =
            records.iter().map(|record| Ok(KeptSource { source: record.read()?, version: record.version }));
        let mut sources: Vec<KeptSource> = kept.collect::<Result<_, StoreError>>()?;
        sources.sort_by_cached_key(|KeptSource { source, .. }| {
            let SourceWords { author, year, title, .. } = &source.words;
            (source.unused, author.to_lowercase(), year.clone(), title.to_lowercase(), source.id)
        });
        Ok(sources)
    }

    /// Where the texts of a paper cite what, in the order of its chapters.
    pub async fn citations(&self, paper: &Paper) -> Result<BTreeMap<SourceId, Vec<CitedAt>>, Refusal> {
        let mut cited: BTreeMap<SourceId, Vec<CitedAt>> = BTreeMap::new();
        for (text, _) in paper.texts() {
            let state = self.text_state(text).await?;
            for (source, paragraph) in &state.apparatus.cited {
                cited.entry(*source).or_default().push(CitedAt { text, paragraph: *paragraph });
            }
        }
        Ok(cited)
    }

    /// DOC30: add a source to a paper.
    pub async fn add_source(
        &self,
        paper: &Paper,
        by: SeatId,
        said: SourceWords,
    ) -> Result<KeptSource, Refusal> {
        must_write_somewhere(&self.directory.register(), by, paper)?;
        let words = checked(said)?;
        if scan_all(&*self.store, Coll::Source, &format!("{}/", paper.id)).await?.len() >= MOST_SOURCES {
            let rule = format!("is one too many: a paper has at most {MOST_SOURCES} sources");
            return Err(Refusal::broken("title", Broken::Full { most: MOST_SOURCES }, rule));
        }
        let source = Source { id: SourceId(random_paragraph_id().0), words, unused: false };
        self.write_source(paper, by, source, Expect::Absent, "source_added").await
    }

    /// DOC30: say something else of a source, if it has the expected version; it is offered again if it was unused.
    pub async fn change_source(
        &self,
        paper: &Paper,
        by: SeatId,
        (id, expected): (SourceId, Option<u64>),
        said: SourceWords,
    ) -> Result<KeptSource, Refusal> {
        must_write_somewhere(&self.directory.register(), by, paper)?;
        let words = checked(said)?;
        let kept = self.kept_source(paper.id, id, expected).await?;
        let source = Source { id, words, unused: false };
        if source == kept.source {
            return Ok(kept);
        }
        self.write_source(paper, by, source, Expect::Version(kept.version), "source_changed").await
    }

    /// DOC30: take a source off the list, if it has the expected version. Whatever cites it still finds it.
    pub async fn retire_source(
        &self,
        paper: &Paper,
        by: SeatId,
        (id, expected): (SourceId, Option<u64>),
    ) -> Result<KeptSource, Refusal> {
        must_write_somewhere(&self.directory.register(), by, paper)?;
        let kept = self.kept_source(paper.id, id, expected).await?;
        if kept.source.unused {
            return Ok(kept);
        }
        let source = Source { unused: true, ..kept.source };
        self.write_source(paper, by, source, Expect::Version(kept.version), "source_unused").await
    }

    async fn kept_source(
        &self,
        paper: PaperId,
        id: SourceId,
        expected: Option<u64>,
    ) -> Result<KeptSource, Refusal> {
        let record = self.store.get(Coll::Source, &key(paper, id)).await?.ok_or(Refusal::NotFound)?;
        has_version(expected, record.version)?;
        Ok(KeptSource { source: record.read()?, version: record.version })
    }

    async fn write_source(
        &self,
        paper: &Paper,
        by: SeatId,
        source: Source,
        expect: Expect,
        event: &'static str,
    ) -> Result<KeptSource, Refusal> {
        let about = json!({ "paper": paper.id, "source": source.id });
        let ops = vec![
            Op::put(Coll::Source, key(paper.id, source.id), expect, &source),
            audit::entry(self.clock.now(), event, By::Seat(by), about),
        ];
        let version = match self.store.commit(ops).await {
            Ok(committed) => committed.versions[0],
            Err(StoreError::Conflict { .. }) => {
                let record = self.store.get(Coll::Source, &key(paper.id, source.id)).await?;
                return Err(Refusal::StaleVersion { current: record.map_or(0, |record| record.version) });
            }
            Err(error) => return Err(error.into()),
        };
        self.news.tell(paper.id, What::Procedure { topic: Topic::Sources, within: None });
        Ok(KeptSource { source, version })
    }
}

/// Sources belong to the whole paper: whoever writes in one of its chapters adds them.
pub(super) fn must_write_somewhere(register: &Register, by: SeatId, paper: &Paper) -> Result<(), Refusal> {
    if writes_somewhere(register, by, paper) {
        return Ok(());
    }
    Err(Refusal::NotAllowed("add sources to a paper in which it may write nowhere"))
}

/// Whether this seat may write in any chapter of a paper.
pub fn writes_somewhere(register: &Register, seat: SeatId, paper: &Paper) -> bool {
    may_somewhere(register, seat, Action::WriteText, paper)
}

/// Whether this seat may do something in any chapter of a paper.
pub fn may_somewhere(register: &Register, seat: SeatId, action: Action, paper: &Paper) -> bool {
    register.seat(seat).is_some_and(|seat| {
        let rights = seat.rights();
        paper.chapters.iter().any(|chapter| may(&rights, action, &paper.place_of(chapter)))
    })
}

fn key(paper: PaperId, source: SourceId) -> String {
    format!("{paper}/{source}")
}

fn checked(said: SourceWords) -> Result<SourceWords, Refusal> {
    let optional = |field: &str, words: &str, most| {
        if words.trim().is_empty() { Ok(String::new()) } else { words::line(field, words, most) }
    };
    let link = optional("link", &said.link, 2_000)?;
    if !link.is_empty() && !link_is_allowed(&link) {
        return Err(Refusal::field("link", "begins with https://, http:// or mailto:, or stays empty"));
    }
    Ok(SourceWords {
        author: optional("author", &said.author, 300)?,
        title: words::line("title", &said.title, 500)?,
        year: optional("year", &said.year, 20)?,
        link,
        note: optional("note", &said.note, 1_000)?,
    })
}
