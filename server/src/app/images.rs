//! Pictures of a paper. Their bytes are blobs, named by what they hold; a record ties each to the papers that show it.
//!
//! What the head of a picture says of its size is checked before anything would unpack it: a file of a few kilobytes may unpack to
//! gigabytes. Then it has to be whole.

mod whole;

use std::collections::BTreeSet;

use bytes::Bytes;
use crdt::document::{Block, BlockKind};
use crdt::history::Digest;
use crdt::ids::{PaperId, PersonId, SeatId};
use crdt::review::permission::Action;
use imagesize::ImageType;
use serde_json::json;

use super::App;
use super::audit::{self, By};
use super::papers::aside;
use super::refusal::Refusal;
use super::sources::{may_somewhere, writes_somewhere};
use crate::people::paper::Paper;
use crate::people::seat::Seat;
use crate::people::source::{Image, ImageKind};
use crate::store::{Coll, Expect, Op, StoreError};

/// A picture that a paper may have: small enough and whole.
pub(super) struct Picture {
    bytes: Bytes,
    kind: ImageKind,
    width: u32,
    height: u32,
}

impl Picture {
    pub(super) fn read(bytes: Bytes, most_pixels: u64) -> Result<Self, Refusal> {
        let (kind, width, height) = head_of(&bytes, most_pixels)?;
        let is_whole = match kind {
            ImageKind::Png => whole::is_whole_png(&bytes),
            ImageKind::Jpeg => whole::is_whole_jpeg(&bytes),
        };
        if !is_whole {
            return Err(Refusal::ImageUnreadable);
        }
        Ok(Self { bytes, kind, width, height })
    }
}

impl App {
    /// DOC31, DOC33: bring a picture to a paper, for its text, or for what the component of `by` proposes if they may write nowhere. One
    /// that the paper has already stays as it was; it is shown to more people, never to fewer.
    pub async fn add_image(&self, paper: &Paper, by: SeatId, bytes: Bytes) -> Result<Image, Refusal> {
        let register = self.directory.register();
        let writes = writes_somewhere(&register, by, paper);
        if !writes && !may_somewhere(&register, by, Action::Propose, paper) {
            return Err(Refusal::NotAllowed("bring pictures to a paper in which it may propose nothing"));
        }
        let component = register.seat(by).ok_or(Refusal::NotFound)?.component;
        let most_pixels = self.settings.limits.image_pixels;
        let picture = aside(move || Picture::read(bytes, most_pixels)).await?;
        let (mut image, _) = self.ties_image(paper.id, by, picture, By::Seat(by)).await?;
        // Whoever is second meets what the first has brought, and then nothing changes any more.
        loop {
            let known = self.store.get(Coll::Image, &key(paper.id, image.sha256)).await?;
            let expected = known.as_ref().map_or(Expect::Absent, |record| Expect::Version(record.version));
            let before: Option<Image> = known.map(|record| record.read()).transpose()?;
            let was_for_all = before.as_ref().is_some_and(|before| before.within.is_empty());
            let mut within = before.as_ref().map(|before| before.within.clone()).unwrap_or_default();
            within.insert(component);
            if writes || was_for_all {
                within.clear();
            }
            if let Some(before) = &before {
                if before.within == within {
                    return Ok(before.clone());
                }
                image = before.clone();
            }
            image.within = within;
            match self.store.commit(self.tied(paper.id, &image, expected, By::Seat(by))).await {
                Ok(_) => return Ok(image),
                Err(StoreError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
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
        let within = BTreeSet::new();
        let image = Image { sha256, kind, width, height, size_bytes, by: seat, within, at };
        let ops = self.tied(paper, &image, Expect::Absent, by);
        Ok((image, ops))
    }

    fn tied(&self, paper: PaperId, image: &Image, expected: Expect, by: By) -> Vec<Op> {
        let about = json!({ "paper": paper, "image": image.sha256, "size_bytes": image.size_bytes });
        let tied = Op::put(Coll::Image, key(paper, image.sha256), expected, image);
        vec![tied, audit::entry(self.clock.now(), "image_added", by, about)]
    }

    /// What is known of a picture of a paper; `None` if the paper has no such picture.
    pub async fn image(&self, paper: PaperId, sha256: Digest) -> Result<Option<Image>, Refusal> {
        let record = self.store.get(Coll::Image, &key(paper, sha256)).await?;
        Ok(record.map(|record| record.read()).transpose()?)
    }

    /// DOC33: the bytes of a picture, for somebody who reads these papers. One that was brought for what other components propose is there
    /// for them only where they may read what shows it: a text, a sealed draft, a proposal. A page asks for pictures with no seat of a person.
    pub async fn image_for(
        &self,
        papers: impl IntoIterator<Item = &Paper>,
        sha256: Digest,
        person: PersonId,
    ) -> Result<(Image, Bytes), Refusal> {
        let register = self.directory.register();
        let seats = register.seats_of(person);
        for paper in papers {
            let Some(image) = self.image(paper.id, sha256).await? else { continue };
            let is_own = seats.iter().any(|seat| image.within.contains(&seat.component));
            if image.within.is_empty() || is_own || self.shows_to(paper, sha256, &seats).await? {
                return self.image_bytes([paper.id], sha256).await;
            }
        }
        Err(Refusal::NotFound)
    }

    /// Whether one of these seats, which read this paper, may read anything in it that shows this picture.
    async fn shows_to(&self, paper: &Paper, sha256: Digest, seats: &[&Seat]) -> Result<bool, Refusal> {
        let name = sha256.to_string();
        for (text, _) in paper.texts() {
            if self.text_state(text).await?.apparatus.pictures.contains(&name) {
                return Ok(true);
            }
        }
        for milestone in self.milestones(paper.id).await? {
            for text in &milestone.texts {
                let blocks = self.sealed_blocks(text).await?;
                let shows =
                    |block: &Block| matches!(&block.kind, BlockKind::Image(image) if image.blob == name);
                if blocks.iter().any(shows) {
                    return Ok(true);
                }
            }
        }
        for kept in self.all_amendments(paper.id).await? {
            let is_read =
                |seat: &&Seat| self.reads_amendment(&self.directory.register(), seat.id, &kept.amendment);
            let Some(revision) = kept.amendment.revision().filter(|_| seats.iter().any(is_read)) else {
                continue;
            };
            for number in 1..=revision.number {
                let part = self.part(&kept.amendment, number).await;
                if part.is_ok_and(|part| part.redline.iter().any(|block| block.to_string().contains(&name))) {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// The bytes of a picture of one of these papers, for a file or a page that shows it.
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
