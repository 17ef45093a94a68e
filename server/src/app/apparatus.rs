//! What a file takes from beside the texts: the pictures they show, and the sources they cite.
//!
//! A text names a picture by its digest alone, and anybody who writes can write any digest. So only pictures that were brought to
//! this very paper get into its files.

use std::collections::{BTreeMap, BTreeSet};

use crdt::history::digest;
use crdt::history::milestone::Milestone;
use crdt::history::proof::SOURCES;
use crdt::ids::{PaperId, SourceId};
use crdt::render::ChapterBlocks;
use crdt::render::docx::Picture;
use serde_json::{Map, Value, json};

use super::App;
use super::refusal::Refusal;
use crate::export::annex::Annex;
use crate::export::files::Sheet;
use crate::export::labels::Words;
use crate::export::sources::{bibliography, cited};
use crate::people::paper::Paper;
use crate::people::source::{Image, ImageKind, Source, SourceWords};
use crate::store::Coll;

/// Bytes of all pictures of one file. They pass through memory several times on their way to the typesetter.
const MOST_PICTURE_BYTES: u64 = 48 * 1024 * 1024;

impl App {
    /// The bibliography of these chapters; `None` if they cite nothing that is known.
    pub(super) async fn bibliography(
        &self,
        paper: &Paper,
        language: &str,
        chapters: &[ChapterBlocks],
    ) -> Result<Option<Annex>, Refusal> {
        let cited: Vec<SourceId> = cited(chapters).into_iter().filter_map(|id| id.parse().ok()).collect();
        if cited.is_empty() {
            return Ok(None);
        }
        let sources = self.sources(paper.id).await?;
        let known = sources.iter().map(|kept| &kept.source).filter(|source| cited.contains(&source.id));
        Ok(bibliography(&Words::of(language), known))
    }

    /// HIS44: the same for a sealed draft, from the sources that were sealed with it; from those of now, if it was signed without.
    pub(super) async fn sealed_bibliography(
        &self,
        paper: &Paper,
        milestone: &Milestone,
        language: &str,
        chapters: &[ChapterBlocks],
    ) -> Result<Option<Annex>, Refusal> {
        let proof = self.kept_proof(paper.id, milestone).await?;
        let part = proof.and_then(|proof| proof.parts.into_iter().find(|part| part.name == SOURCES));
        let Some(part) = part else { return self.bibliography(paper, language, chapters).await };
        let missing = || Refusal::Fault(format!("the sources of the draft {} are missing", milestone.id));
        let json = self.store.blob(part.digest.0).await?.ok_or_else(missing)?;
        let sealed: Vec<Source> =
            serde_json::from_slice(&json).map_err(|error| Refusal::Fault(error.to_string()))?;
        let cited: Vec<SourceId> = cited(chapters).into_iter().filter_map(|id| id.parse().ok()).collect();
        Ok(bibliography(&Words::of(language), sealed.iter().filter(|source| cited.contains(&source.id))))
    }

    /// HIS44: these sources of a paper as they are said now, to be sealed; `None` if it knows none of them.
    pub(super) async fn sources_json(
        &self,
        paper: PaperId,
        cited: &BTreeSet<SourceId>,
    ) -> Result<Option<String>, Refusal> {
        if cited.is_empty() {
            return Ok(None);
        }
        let kept = self.sources(paper).await?.into_iter().map(|kept| kept.source);
        let mut sources: Vec<Source> = kept.filter(|source| cited.contains(&source.id)).collect();
        sources.sort_by_cached_key(|Source { id, words, .. }| {
            (words.author.to_lowercase(), words.year.clone(), words.title.to_lowercase(), *id)
        });
        let said = sources.iter().map(|Source { id, words, .. }| {
            let SourceWords { author, title, year, link, note } = words;
            json!({ "id": id, "author": author, "title": title, "year": year, "link": link, "note": note })
        });
        let said: Vec<Value> = said.collect();
        Ok((!said.is_empty()).then(|| digest::canonical_json(&said)))
    }

    /// Whether the paper has any source to cite.
    pub(super) async fn has_sources(&self, paper: PaperId) -> Result<bool, Refusal> {
        Ok(!self.store.scan(Coll::Source, &format!("{paper}/"), None, 1).await?.is_empty())
    }

    /// The pictures that a sheet shows, by the digests that its words name. What is no picture of its paper is not among them.
    pub(super) async fn pictures_of(&self, sheet: &Sheet) -> Result<BTreeMap<String, Picture>, Refusal> {
        let mut pictures = BTreeMap::new();
        let mut all_bytes = 0;
        for name in sheet.pictures() {
            let Ok(digest) = name.parse() else { continue };
            let (image, bytes) = match self.image_bytes([sheet.paper()], digest).await {
                Ok(found) => found,
                Err(Refusal::NotFound) => continue,
                Err(refusal) => return Err(refusal),
            };
            all_bytes += image.size_bytes;
            if all_bytes > MOST_PICTURE_BYTES {
                return Err(too_large());
            }
            let Image { kind, width, height, .. } = image;
            pictures.insert(name, Picture { bytes, is_png: kind == ImageKind::Png, width, height });
        }
        Ok(pictures)
    }
}

fn too_large() -> Refusal {
    let most = MOST_PICTURE_BYTES / 1024 / 1024;
    Refusal::ExportRefused {
        reason: "pictures_too_large".to_owned(),
        message: format!("the pictures have more than {most} MB together, the most that a file may hold"),
        hints: vec!["bring smaller versions of the largest pictures".to_owned()],
        facts: Map::from_iter([("limit".to_owned(), most.into())]),
    }
}
