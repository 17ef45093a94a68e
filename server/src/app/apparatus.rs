//! What a file takes from beside the texts: the pictures they show, and the sources they cite.
//!
//! A text names a picture by its digest alone, and anybody who writes can write any digest. So only pictures that were brought to
//! this very paper get into its files.

use std::collections::BTreeMap;

use bytes::Bytes;
use crdt::history::Digest;
use crdt::ids::{PaperId, SourceId, from_hex};
use crdt::render::ChapterBlocks;

use super::App;
use super::refusal::Refusal;
use crate::export::annex::Annex;
use crate::export::labels::Words;
use crate::export::sources::{bibliography, cited};
use crate::people::paper::Paper;
use crate::people::source::Image;
use crate::store::Coll;

/// Bytes of all pictures of one file. They pass through memory several times on their way to the typesetter.
const MOST_PICTURE_BYTES: u64 = 48 * 1024 * 1024;

/// Pictures on their way into a file, by the digests that the text names.
pub(super) type Pictures = BTreeMap<String, (Image, Bytes)>;

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

    /// Whether the paper has any source to cite.
    pub(super) async fn has_sources(&self, paper: PaperId) -> Result<bool, Refusal> {
        Ok(!self.store.scan(Coll::Source, &format!("{paper}/"), None, 1).await?.is_empty())
    }

    /// Those of these pictures that the paper has.
    pub(super) async fn pictures(
        &self,
        paper: PaperId,
        names: impl IntoIterator<Item = String>,
    ) -> Result<Pictures, Refusal> {
        let mut pictures = Pictures::new();
        let mut size_bytes = 0;
        for name in names {
            let digest: Option<[u8; 32]> = from_hex(&name).and_then(|bytes| bytes.try_into().ok());
            let Some(digest) = digest.map(Digest) else { continue };
            let Some(image) = self.image(paper, digest).await? else { continue };
            size_bytes += image.size_bytes;
            if size_bytes > MOST_PICTURE_BYTES {
                return Err(Refusal::ExportRefused {
                    reason: "pictures_too_large".to_owned(),
                    message: format!(
                        "the pictures have more than {} MB together; a file may hold that many",
                        MOST_PICTURE_BYTES / 1024 / 1024
                    ),
                    hints: vec!["bring smaller versions of the largest pictures".to_owned()],
                });
            }
            let Some(bytes) = self.store.blob(digest.0).await? else { continue };
            pictures.insert(name, (image, bytes));
        }
        Ok(pictures)
    }
}
