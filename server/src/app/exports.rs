//! Files of a paper: of its draft as it is, or of a sealed milestone, which are made once and kept.

mod discussed;
pub mod sights;

use std::collections::BTreeMap;

use bytes::Bytes;
use crdt::history::milestone::Milestone;
use crdt::ids::{PersonId, from_hex, to_hex};
use crdt::moment::Moment;
use crdt::render::ChapterBlocks;
use crdt::render::docx::Loss;
use crdt::review::bracket::Bracket;
use serde_json::Map;

use super::App;
use super::papers::aside;
use super::refusal::Refusal;
use super::settings::Settings;
use crate::export::annex::{Annex, Entry};
use crate::export::disputed::{self, Disputed};
use crate::export::docx;
use crate::export::files::{self, Pressed, Sheet};
use crate::export::labels::{DayOf, Words};
use crate::export::queue::{Place, Queue};
use crate::export::worker::{Worker, WorkerError};
use crate::people::paper::{Paper, in_language};
use crate::store::{Coll, Expect, Op, StoreError, scan_all};

/// A kind of file.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// PDF/A with tags.
    Pdf,
    /// Markdown.
    Md,
    /// Word.
    Docx,
    /// One HTML file with all that it needs.
    Html,
}

/// How a file shows words that are not agreed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum View {
    /// In brackets, with an annex that says who wants what.
    #[default]
    Bracketed,
    /// Like all other words.
    Clean,
}

/// A finished file.
#[derive(Clone, Debug)]
pub struct FileMade {
    /// A name for people, which may hold any letters.
    pub name: String,
    /// Its kind.
    pub format: Format,
    /// Its bytes.
    pub bytes: Bytes,
    /// What of the text its kind cannot carry.
    pub losses: Vec<Loss>,
}

/// What a file of a sealed milestone is made of.
pub(super) struct SealedFile {
    /// Under which it is kept.
    pub(super) key: String,
    annexes: Vec<Annex>,
    /// Read already, or not needed while a kept file may do.
    chapters: Option<Vec<ChapterBlocks>>,
    /// Without brackets in the words, both views are the bracketed one.
    view: View,
}

/// What exports need.
pub struct Exports {
    queue: Queue,
    worker: Worker,
    limit_s: u64,
}

impl Format {
    /// Every kind, the one for most people first.
    pub const ALL: [Self; 4] = [Format::Pdf, Format::Docx, Format::Md, Format::Html];

    /// The end of a file's name, and the word in addresses.
    pub fn extension(self) -> &'static str {
        match self {
            Format::Pdf => "pdf",
            Format::Md => "md",
            Format::Docx => "docx",
            Format::Html => "html",
        }
    }

    /// The kind with this extension.
    pub fn of_extension(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.extension() == word)
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Format::Pdf => "application/pdf",
            Format::Md => "text/markdown; charset=utf-8",
            Format::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Format::Html => "text/html; charset=utf-8",
        }
    }
}

impl Exports {
    /// Exports by these settings. The PDF program is started when the first PDF is wanted.
    pub fn new(settings: &Settings) -> Self {
        let limits = &settings.limits;
        let beside = || Worker::beside_this_program().unwrap_or_else(|_| "borrador-pdf".into());
        let program = settings.pdf_worker.clone().unwrap_or_else(beside);
        let patience = std::time::Duration::from_secs(limits.export_seconds);
        Self {
            queue: Queue::new(limits.exports_per_person, limits.exports_at_once),
            worker: Worker::new(program, patience, limits.pdf_jobs),
            limit_s: limits.export_seconds,
        }
    }
}

impl App {
    /// The draft of a paper as it is now.
    pub async fn export_draft(
        &self,
        person: PersonId,
        paper: &Paper,
        language: &str,
        (format, view): (Format, View),
    ) -> Result<FileMade, Refusal> {
        let (chapters, annexes) = self.draft_parts(paper, language, view).await?;
        let sheet = self.sheet(paper, language, view, chapters, (None, annexes))?;
        let name = files::name(paper, None, language, format.extension());
        self.press(person, format, name, sheet).await
    }

    /// The chapters of a paper as they are now, and what stands behind them.
    async fn draft_parts(
        &self,
        paper: &Paper,
        language: &str,
        view: View,
    ) -> Result<(Vec<ChapterBlocks>, Vec<Annex>), Refusal> {
        let mut chapters = Vec::new();
        for (chapter, text) in paper.texts_in(language) {
            let document = self.live.text(text).await?;
            let blocks = aside(move || Ok(document.blocks())).await?;
            chapters.push(chapter_blocks(&chapter.number, blocks));
        }
        let mut annexes: Vec<Annex> = Vec::new();
        annexes.extend(self.bibliography(paper, language, &chapters).await?);
        if view == View::Bracketed {
            let now = self.clock.now();
            annexes.extend(self.annex_on_brackets(paper, language, &chapters, now).await?);
        }
        Ok((chapters, annexes))
    }

    /// A file of a sealed milestone, with the positions on it behind its words: the same bytes until one of them changes.
    pub async fn export_milestone(
        &self,
        person: PersonId,
        paper: &Paper,
        milestone: &Milestone,
        language: &str,
        (format, view): (Format, View),
    ) -> Result<FileMade, Refusal> {
        let file = self.sealed_file(paper, milestone, language, (format, view)).await?;
        let name = files::name(paper, Some(milestone), language, format.extension());
        if let Some(kept) = self.kept_file(&file.key).await? {
            let losses = self.kept_losses(&file.key).await?;
            return Ok(FileMade { name, format, bytes: kept, losses });
        }
        let key = file.key.clone();
        let sheet = self.sheet_of(paper, milestone, language, file).await?;
        let made = self.press(person, format, name, sheet).await?;
        self.kept_if_possible(milestone, key, &made).await;
        Ok(made)
    }

    /// A file of a sealed milestone for its bundle; `None` for a view that is the same as the bracketed, and for a file that cannot be
    /// made. A PDF is kept, as if somebody had asked for it.
    pub(super) async fn bundled_file(
        &self,
        paper: &Paper,
        milestone: &Milestone,
        language: &str,
        (format, view): (Format, View),
    ) -> Result<Option<Bytes>, Refusal> {
        let file = self.sealed_file(paper, milestone, language, (format, view)).await?;
        if view == View::Clean && file.view != View::Clean {
            return Ok(None);
        }
        if let Some(kept) = self.kept_file(&file.key).await? {
            return Ok(Some(kept));
        }
        let key = file.key.clone();
        let sheet = self.sheet_of(paper, milestone, language, file).await?;
        match self.bytes_of(format, sheet).await {
            Ok((bytes, losses)) => {
                if format == Format::Pdf {
                    let name = files::name(paper, Some(milestone), language, format.extension());
                    let made = FileMade { name, format, bytes: bytes.clone(), losses };
                    self.kept_if_possible(milestone, key, &made).await;
                }
                Ok(Some(bytes))
            }
            // What cannot be made is in no bundle; whoever asks for the file is told why.
            Err(Refusal::ExportRefused { .. }) => Ok(None),
            Err(refusal @ (Refusal::ExportTooLong { .. } | Refusal::ExportUnavailable(_))) => {
                tracing::warn!(milestone = %milestone.id, %refusal, "a bundle lacks a PDF");
                Ok(None)
            }
            Err(refusal) => Err(refusal),
        }
    }

    /// Reading goes on when nothing can be written: the file is made anew the next time.
    async fn kept_if_possible(&self, milestone: &Milestone, key: String, made: &FileMade) {
        if let Err(error) = self.keep_file(key, made).await {
            tracing::warn!(milestone = %milestone.id, %error, "a file was not kept");
        }
    }

    /// What a file of a sealed milestone would be made of, and the key under which it is kept.
    pub(super) async fn sealed_file(
        &self,
        paper: &Paper,
        milestone: &Milestone,
        language: &str,
        (format, view): (Format, View),
    ) -> Result<SealedFile, Refusal> {
        let mut annexes: Vec<Annex> = Vec::new();
        let mut key = format!("{}/{language}.{}", milestone.id, format.extension());
        // Without brackets both views are the same file; without sources, too, a kept one is found without reading a word.
        let mut texts = milestone.texts.iter().filter(|text| text.language == language);
        let has_brackets = texts.any(|text| text.brackets > 0);
        let chapters = match has_brackets || self.has_sources(paper.id).await? {
            true => Some(self.sealed_chapters(milestone, language).await?),
            false => None,
        };
        if let Some(chapters) = &chapters {
            annexes.extend(self.sealed_bibliography(paper, milestone, language, chapters).await?);
        }
        annexes.extend(self.annex(paper, milestone, language).await?);
        annexes.extend(self.annex_on_rounds(paper, milestone, language).await?);
        let (true, Some(chapters)) = (has_brackets, &chapters) else {
            annexes.iter().for_each(|annex| key += &format!("/{}", annex.digest));
            return Ok(SealedFile { key, annexes, chapters, view: View::Bracketed });
        };
        match view {
            View::Bracketed => {
                annexes.extend(self.annex_on_brackets(paper, language, chapters, milestone.sealed_at).await?)
            }
            View::Clean => key += "/clean",
        }
        annexes.iter().for_each(|annex| key += &format!("/{}", annex.digest));
        Ok(SealedFile { key, annexes, chapters: Some(chapters.clone()), view })
    }

    pub(super) async fn sheet_of(
        &self,
        paper: &Paper,
        milestone: &Milestone,
        language: &str,
        file: SealedFile,
    ) -> Result<Sheet, Refusal> {
        let chapters = match file.chapters {
            Some(chapters) => chapters,
            None => self.sealed_chapters(milestone, language).await?,
        };
        self.sheet(paper, language, file.view, chapters, (Some(milestone), file.annexes))
    }

    async fn sealed_chapters(
        &self,
        milestone: &Milestone,
        language: &str,
    ) -> Result<Vec<ChapterBlocks>, Refusal> {
        let mut chapters = Vec::new();
        for text in milestone.texts.iter().filter(|text| text.language == language) {
            chapters.push(chapter_blocks(&text.number, self.sealed_blocks(text).await?));
        }
        Ok(chapters)
    }

    /// What everybody may see of the positions on a sealed draft, as an annex: the file is the same for all who ask.
    async fn annex(
        &self,
        paper: &Paper,
        milestone: &Milestone,
        language: &str,
    ) -> Result<Option<Annex>, Refusal> {
        let taken = self.public_positions(paper, milestone.id).await?;
        let (register, drafts) = (self.directory.register(), self.milestones(paper.id).await?);
        let entries = taken.iter().map(|taken| {
            let component = register.component(taken.position.component);
            let said_of = drafts.iter().find(|draft| draft.id == taken.said.binding.milestone);
            Entry {
                component: component
                    .and_then(|component| in_language(&component.name, language, &paper.languages))
                    .or(component.map(|component| component.code.as_str()))
                    .unwrap_or_default()
                    .to_owned(),
                subject: taken.position.subject,
                said: &taken.said,
                standing: &taken.standing,
                draft: said_of.map(|draft| draft.name.as_str()).unwrap_or_default(),
            }
        });
        Ok(Annex::of(&Words::of(language), &self.day_of(), milestone, entries))
    }

    /// REV80: who wanted what of the words in brackets in these chapters, as it stood then.
    async fn annex_on_brackets(
        &self,
        paper: &Paper,
        language: &str,
        chapters: &[ChapterBlocks],
        then: Moment,
    ) -> Result<Option<Annex>, Refusal> {
        let register = self.directory.register();
        let name_of = |id| {
            let component = register.component(id);
            let name = component.and_then(|found| in_language(&found.name, language, &paper.languages));
            name.or(component.map(|found| found.code.as_str())).unwrap_or_default().to_owned()
        };
        let mut records = BTreeMap::new();
        for record in scan_all(&*self.store, Coll::Bracket, &format!("{}/", paper.id)).await? {
            let bracket: Bracket = record.read()?;
            let Some(bracket) = bracket.as_of(then).filter(|bracket| bracket.outcome.is_none()) else {
                continue;
            };
            let mut sides: Vec<_> = bracket.sides().into_values().collect();
            sides.sort_by_key(|voice| (voice.side, voice.done.at));
            let sides = sides.into_iter();
            let sides =
                sides.map(|voice| (name_of(voice.component), voice.side, voice.words.clone())).collect();
            let options = bracket.options.iter();
            let options = options.map(|option| (name_of(option.component), option.words.clone())).collect();
            records.insert(bracket.id.to_string(), Disputed { sides, options });
        }
        Ok(disputed::annex(&Words::of(language), chapters, &records, self.day_of()(then)))
    }

    /// The circumstances of a file that is made now.
    pub(super) fn pressed<'d>(&self, day: DayOf<'d>) -> Pressed<'d> {
        Pressed { now: self.clock.now(), day, demo: self.settings.demo }
    }

    /// I15: a place among the exports, until it is dropped.
    pub(super) fn export_place(&self, person: PersonId, now: Moment) -> Result<Place, Refusal> {
        self.export_rate.take(person, now)?;
        let full = |_| Refusal::TooMany { what: "exports at once", retry_after_s: 10 };
        self.exports.queue.enter(person).map_err(full)
    }

    pub(super) async fn keep_file(&self, key: String, made: &FileMade) -> Result<(), StoreError> {
        let sha256 = self.store.put_blob(made.bytes.clone()).await?;
        let mut ops = Vec::new();
        if !made.losses.is_empty() {
            ops.push(Op::put(Coll::File, losses_key(&key), Expect::Any, &made.losses));
        }
        ops.push(Op::put(Coll::File, key, Expect::Any, &to_hex(&sha256)));
        self.store.commit(ops).await?;
        Ok(())
    }

    /// What a kept file could not carry; nothing is kept of one that carries all.
    pub(super) async fn kept_losses(&self, key: &str) -> Result<Vec<Loss>, Refusal> {
        let record = self.store.get(Coll::File, &losses_key(key)).await?;
        Ok(record.map(|record| record.read()).transpose()?.unwrap_or_default())
    }

    pub(super) async fn kept_file(&self, key: &str) -> Result<Option<Bytes>, Refusal> {
        let Some(record) = self.store.get(Coll::File, key).await? else { return Ok(None) };
        let sha256: Option<[u8; 32]> =
            from_hex(&record.read::<String>()?).and_then(|bytes| bytes.try_into().ok());
        // A file can always be made again, so one that is missing is no error.
        match sha256 {
            Some(sha256) => Ok(self.store.blob(sha256).await?),
            None => Ok(None),
        }
    }

    /// One language of a paper with its annexes, ready to become a file. Not found without chapters.
    fn sheet(
        &self,
        paper: &Paper,
        language: &str,
        view: View,
        chapters: Vec<ChapterBlocks>,
        (milestone, annexes): (Option<&Milestone>, Vec<Annex>),
    ) -> Result<Sheet, Refusal> {
        if chapters.is_empty() {
            return Err(Refusal::NotFound);
        }
        let sheet = Sheet::new(paper, language, chapters, milestone, self.pressed(&self.day_of()));
        let sheet = match view {
            View::Bracketed => sheet.with_brackets(),
            View::Clean => sheet.clean(),
        };
        Ok(annexes.into_iter().fold(sheet, Sheet::with_annex))
    }

    /// Make a file of a sheet, when this person and the service have a place for it.
    pub(super) async fn press(
        &self,
        person: PersonId,
        format: Format,
        name: String,
        sheet: Sheet,
    ) -> Result<FileMade, Refusal> {
        let _place = self.export_place(person, self.clock.now())?;
        let (bytes, losses) = self.bytes_of(format, sheet).await?;
        Ok(FileMade { name, format, bytes, losses })
    }

    /// The bytes of a file, and what its kind cannot carry.
    async fn bytes_of(&self, format: Format, sheet: Sheet) -> Result<(Bytes, Vec<Loss>), Refusal> {
        let pictures = match format {
            Format::Md => BTreeMap::new(),
            _ => self.pictures_of(&sheet).await?,
        };
        match format {
            Format::Md => Ok((aside(move || Ok(Bytes::from(sheet.markdown()))).await?, Vec::new())),
            Format::Docx => aside(move || docx::file(&sheet.docx(&pictures)).map_err(fault)).await,
            Format::Pdf => {
                let job = aside(move || Ok(sheet.job(&pictures))).await?;
                let pdf = self.exports.worker.pdf(&job).await;
                Ok((pdf.map_err(|error| self.exports.refusal(error))?, Vec::new()))
            }
            Format::Html => Ok((aside(move || Ok(Bytes::from(sheet.html(&pictures)))).await?, Vec::new())),
        }
    }
}

impl App {
    /// A leaf about a paper as a file (see [`Sheet::leaf`]), within the same limits as all exports.
    pub(super) async fn make_leaf(
        &self,
        person: PersonId,
        (paper, language): (&Paper, &str),
        (title, name): (String, String),
        format: Format,
        chapter: ChapterBlocks,
    ) -> Result<FileMade, Refusal> {
        let sheet = Sheet::leaf(paper, language, title, chapter, self.pressed(&self.day_of()));
        self.press(person, format, name, sheet).await
    }
}

impl Exports {
    fn refusal(&self, error: WorkerError) -> Refusal {
        match error {
            WorkerError::Objection(objection) => Refusal::ExportRefused {
                reason: objection.code,
                message: objection.message,
                hints: objection.hints,
                facts: objection.facts,
            },
            WorkerError::TooLong(_) => Refusal::ExportTooLong { limit_s: self.limit_s },
            WorkerError::Died => Refusal::ExportRefused {
                reason: "worker_died".to_owned(),
                message: "this text needs more time or memory than one file may take".to_owned(),
                hints: vec!["export one language, or split the longest chapters".to_owned()],
                facts: Map::new(),
            },
            WorkerError::Unavailable(cause) => Refusal::ExportUnavailable(cause),
        }
    }
}

fn losses_key(key: &str) -> String {
    format!("{key}/losses")
}

fn fault(error: zip::result::ZipError) -> Refusal {
    Refusal::Fault(error.to_string())
}

fn chapter_blocks(number: &str, blocks: Vec<crdt::document::Block>) -> ChapterBlocks {
    let depth = u8::try_from(number.split('.').count()).unwrap_or(u8::MAX);
    ChapterBlocks { number: number.to_owned(), depth, blocks }
}
