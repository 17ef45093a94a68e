//! A source that a paper cites, and a picture that it shows: records of the paper beside its texts.

use std::collections::BTreeSet;

use crdt::history::Digest;
use crdt::ids::{ComponentId, SeatId, SourceId};
use crdt::moment::Moment;
use serde::{Deserialize, Serialize};

/// What a citation points to.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Source {
    /// It stands in the name of the mark: `citation:ID`.
    pub id: SourceId,
    /// What is known of it.
    #[serde(flatten)]
    pub words: SourceWords,
    /// It is offered to nobody any more. What cites it, or did so in a sealed draft, still finds it.
    #[serde(default)]
    pub unused: bool,
}

/// What is known of a source. All but the title may be empty.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct SourceWords {
    /// Who wrote it: people, or a body.
    pub author: String,
    /// What it is called.
    pub title: String,
    /// When it came out: "2013", "2013–2015".
    pub year: String,
    /// Where it can be read.
    pub link: String,
    /// Whatever else a reader needs to find it.
    pub note: String,
}

/// A picture that was brought to a paper.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Image {
    /// SHA-256 of its bytes: its name in texts and in the store.
    pub sha256: Digest,
    /// How its bytes are to be read.
    pub kind: ImageKind,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// How many bytes it has.
    pub size_bytes: u64,
    /// Who brought it first.
    pub by: SeatId,
    /// The components that brought it for what they propose, as long as nobody brought it for the paper: to others it is there only where
    /// they may read what shows it. Empty: whoever reads the paper sees it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub within: BTreeSet<ComponentId>,
    /// When.
    pub at: Moment,
}

/// The kinds of pictures that are taken: what every browser, the PDF program and Word read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ImageKind {
    /// Portable Network Graphics.
    Png,
    /// What cameras write.
    Jpeg,
}

impl ImageKind {
    /// Its name on the wire.
    pub fn media_type(self) -> &'static str {
        match self {
            ImageKind::Png => "image/png",
            ImageKind::Jpeg => "image/jpeg",
        }
    }

    /// The end of its file names.
    pub fn extension(self) -> &'static str {
        match self {
            ImageKind::Png => "png",
            ImageKind::Jpeg => "jpg",
        }
    }
}
