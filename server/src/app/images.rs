//! Pictures of a paper. Their bytes are blobs, named by what they hold; a record ties each to the papers that show it.
//!
//! Only the head of a picture is read here. What it says of its size is checked before anything would decode it: a file of a few
//! kilobytes may unpack to gigabytes.

use bytes::Bytes;
use crdt::history::Digest;
use crdt::ids::{PaperId, SeatId};
use imagesize::ImageType;
use serde_json::json;

use super::App;
use super::audit::{self, By};
use super::refusal::Refusal;
use super::sources::must_write_somewhere;
use crate::people::paper::Paper;
use crate::people::source::{Image, ImageKind};
use crate::store::{Coll, Expect, Op, StoreError};

/// A picture that a paper may have: its head was read.
pub(super) struct Picture {
    bytes: Bytes,
    kind: ImageKind,
    width: u32,
    height: u32,
}

impl Picture {
    pub(super) fn read(bytes: Bytes, most_pixels: u64) -> Result<Self, Refusal> {
        let (kind, width, height) = head_of(&bytes, most_pixels)?;
        Ok(Self { bytes, kind, width, height })
    }
}

impl App {
    /// DOC31: bring a picture to a paper. One that the paper has already stays as it was.
    pub async fn add_image(&self, paper: &Paper, by: SeatId, bytes: Bytes) -> Result<Image, Refusal> {
        must_write_somewhere(&self.directory.register(), by, paper)?;
        let picture = Picture::read(bytes, self.settings.limits.image_pixels)?;
        let (image, ops) = self.ties_image(paper.id, by, picture, By::Seat(by)).await?;
        let sha256 = image.sha256;
        if let Some(known) = self.image(paper.id, sha256).await? {
            return Ok(known);
        }
        match self.store.commit(ops).await {
            Ok(_) => Ok(image),
            // Somebody brought the same picture this moment.
            Err(StoreError::Conflict { .. }) => self
                .image(paper.id, sha256)
                .await?
                .ok_or_else(|| Refusal::Fault("a picture vanished".to_owned())),
            Err(error) => Err(error.into()),
        }
    }

    /// Stores the bytes of a picture. What ties it to a paper is left to the caller's commit, so that the bytes are safe before anything
    /// names them.
    pub(super) async fn ties_image(
        &self,
        paper: PaperId,
        seat: SeatId,
        picture: Picture,
        by: By,
    ) -> Result<(Image, Vec<Op>), Refusal> {
        let Picture { bytes, kind, width, height } = picture;
        let (size_bytes, at) = (bytes.len() as u64, self.clock.now());
        let sha256 = Digest(self.store.put_blob(bytes).await?);
        let image = Image { sha256, kind, width, height, size_bytes, by: seat, at };
        let about = json!({ "paper": paper, "image": sha256, "size_bytes": size_bytes });
        let tied = Op::put(Coll::Image, key(paper, sha256), Expect::Absent, &image);
        Ok((image, vec![tied, audit::entry(at, "image_added", by, about)]))
    }

    /// What is known of a picture of a paper; `None` if the paper has no such picture.
    pub async fn image(&self, paper: PaperId, sha256: Digest) -> Result<Option<Image>, Refusal> {
        let record = self.store.get(Coll::Image, &key(paper, sha256)).await?;
        Ok(record.map(|record| record.read()).transpose()?)
    }

    /// The bytes of a picture, for whoever may see it in one of these papers.
    pub async fn image_bytes(
        &self,
        papers: impl IntoIterator<Item = PaperId>,
        sha256: Digest,
    ) -> Result<(Image, Bytes), Refusal> {
        for paper in papers {
            let Some(image) = self.image(paper, sha256).await? else { continue };
            let bytes = self.store.blob(sha256.0).await?;
            return Ok((
                image,
                bytes.ok_or_else(|| Refusal::Fault(format!("the blob {sha256} is missing")))?,
            ));
        }
        Err(Refusal::NotFound)
    }
}

fn key(paper: PaperId, sha256: Digest) -> String {
    format!("{paper}/{sha256}")
}

/// Kind, width and height as the head of the file says them.
fn head_of(bytes: &[u8], most_pixels: u64) -> Result<(ImageKind, u32, u32), Refusal> {
    let kind = match imagesize::image_type(bytes) {
        Ok(ImageType::Png) => ImageKind::Png,
        Ok(ImageType::Jpeg) => ImageKind::Jpeg,
        _ => return Err(Refusal::ImageUnreadable),
    };
    let size = imagesize::blob_size(bytes).map_err(|_| Refusal::ImageUnreadable)?;
    let (Ok(width), Ok(height)) = (u32::try_from(size.width), u32::try_from(size.height)) else {
        return Err(Refusal::ImageUnreadable);
    };
    if width == 0 || height == 0 {
        return Err(Refusal::ImageUnreadable);
    }
    if u64::from(width) * u64::from(height) > most_pixels {
        return Err(Refusal::ImageTooLarge { width, height, most_pixels });
    }
    Ok((kind, width, height))
}
