//! The public pages, made once and kept in memory while nothing of them changes.
//!
//! Whether a kept page still holds is told by the audit log: every act has its entry there, so while the log has grown by none, nothing
//! changed. When it has, what the page is made of is looked at again, and the page made anew only if that is otherwise.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use crdt::ids::{PersonId, to_hex};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::App;
use super::exports::{FileMade, Format, View};
use super::papers::aside;
use super::publishing::PublicDraft;
use super::refusal::Refusal;
use crate::export::labels::DayOf;
use crate::export::public::{Around, Draft, Instead, has_picture};
use crate::people::source::ImageKind;

/// How many pages are kept: beyond that, the one that was asked for longest ago goes.
const MOST: usize = 64;

/// Strangers have one place among the exports, all together: no crowd of them delays who works here.
const STRANGERS: PersonId = PersonId(Uuid::nil());

/// A page or a file for everybody.
#[derive(Clone, Debug)]
pub struct Public {
    /// Its bytes.
    pub bytes: Bytes,
    /// What changes when they do, in quotes.
    pub etag: String,
}

/// The pages that are kept.
#[derive(Default)]
pub struct Pages(Mutex<Shelf>);

#[derive(Default)]
struct Shelf {
    pages: BTreeMap<String, Kept>,
    asked: u64,
}

struct Kept {
    /// How long the audit log was when this was last found to hold.
    seen: Option<u64>,
    made_of: String,
    page: Public,
    asked: u64,
}

impl Public {
    /// These bytes, with a tag made of them.
    pub fn new(bytes: Bytes) -> Self {
        let etag = format!("\"{}\"", to_hex(&Sha256::digest(&bytes)[..16]));
        Self { bytes, etag }
    }
}

impl Pages {
    /// The page under this name, if `holds` says so of when it was last looked at and of what it is made of.
    fn take(
        &self,
        name: &str,
        holds: impl Fn(Option<u64>, &str) -> bool,
        now: Option<u64>,
    ) -> Option<Public> {
        let mut shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shelf.asked += 1;
        let asked = shelf.asked;
        let kept = shelf.pages.get_mut(name)?;
        if !holds(kept.seen, &kept.made_of) {
            return None;
        }
        kept.asked = asked;
        kept.seen = now;
        Some(kept.page.clone())
    }

    fn keep(&self, name: String, seen: Option<u64>, made_of: String, page: Public) {
        let mut shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let asked = shelf.asked;
        shelf.pages.insert(name, Kept { seen, made_of, page, asked });
        if shelf.pages.len() > MOST {
            let oldest = shelf.pages.iter().min_by_key(|(_, kept)| kept.asked).map(|(name, _)| name.clone());
            if let Some(oldest) = oldest {
                shelf.pages.remove(&oldest);
            }
        }
    }
}

impl App {
    /// REN22: the public page of a draft in one of its languages; of a withdrawn one, a page that says so. `style` is the address of
    /// its style sheet.
    pub async fn public_page(
        &self,
        draft: &PublicDraft,
        language: &str,
        style: Option<&str>,
    ) -> Result<Public, Refusal> {
        let PublicDraft { paper, milestone, publication } = draft;
        // Named by what was read of it, so that a page under way while the draft is withdrawn is never found for the withdrawn one.
        let (is_public, changed) = (publication.is_public(), publication.changed());
        let name = format!("{}/{language}/{is_public}/{}", milestone.id, changed.unix_ms());
        let now = self.audit_head().await?.map(|head| head.sequence);
        if let Some(page) = self.public_pages.take(&name, |seen, _| seen == now, now) {
            return Ok(page);
        }
        let file = self.sealed_file(paper, milestone, language, (Format::Html, View::Bracketed)).await?;
        let before = self.published_before(draft, language).await?.map(|before| before.milestone);
        let earlier = before.as_ref().map(|before| before.id);
        let facts =
            serde_json::to_string(&(publication, &paper.title, &paper.summary, &paper.organisation, earlier));
        let facts = facts.map_err(|error| Refusal::Fault(error.to_string()))?;
        let made_of = format!("{} {facts}", file.key);
        if let Some(page) = self.public_pages.take(&name, |_, kept| kept == made_of, now) {
            return Ok(page);
        }
        let (around, day) = (self.around(style), self.day_of());
        let page = if publication.is_public() {
            let sheet = self.sheet_of(paper, milestone, language, file).await?;
            // Looked at once for each page that is kept: the sealed words never change.
            let has_pdf = !self.stops_pdf(paper.id, milestone, language).await?;
            let draft = Draft::of(paper, milestone, publication, language, &day).with_pdf(has_pdf);
            around.draft(&draft, &sheet, before.as_deref())
        } else {
            around.withdrawn(&Draft::of(paper, milestone, publication, language, &day))
        };
        let page = Public::new(page.into());
        self.public_pages.keep(name, now, made_of, page.clone());
        Ok(page)
    }

    /// The public draft with which another is compared: of those that were sealed before it and have this language, the latest.
    async fn published_before(
        &self,
        draft: &PublicDraft,
        language: &str,
    ) -> Result<Option<PublicDraft>, Refusal> {
        let all = self.public_drafts(&draft.paper.slug).await?;
        let earlier = all.into_iter().filter(|each| {
            each.publication.is_public()
                && each.milestone.sealed_at < draft.milestone.sealed_at
                && each.milestone.languages.iter().any(|has| has == language)
        });
        Ok(earlier.max_by_key(|each| (each.milestone.sealed_at, each.milestone.id)))
    }

    /// REN30: what a public draft changed of the one before it. Not found without one.
    pub async fn public_changes(
        &self,
        draft: &PublicDraft,
        language: &str,
        style: Option<&str>,
    ) -> Result<Public, Refusal> {
        let before = self.published_before(draft, language).await?.ok_or(Refusal::NotFound)?;
        let (is, was) = (draft.milestone.clone(), before.milestone.clone());
        let name = format!("{}/{language}/since/{}", is.id, was.id);
        let made_of =
            serde_json::to_string(&(&draft.paper.title, &draft.paper.summary, &draft.paper.organisation));
        let made_of = made_of.map_err(|error| Refusal::Fault(error.to_string()))?;
        if let Some(page) = self.public_pages.take(&name, |_, kept| kept == made_of, None) {
            return Ok(page);
        }
        let comparison = self.sealed_difference((&was, &is), language).await?;
        let day = self.day_of();
        let [is, was] = [draft, &before]
            .map(|each| Draft::of(&each.paper, &each.milestone, &each.publication, language, &day));
        let page = Public::new(self.around(style).changes(&is, &was, &comparison).into());
        self.public_pages.keep(name, None, made_of, page.clone());
        Ok(page)
    }

    /// REN31: what search engines may look at.
    pub fn robots(&self) -> Public {
        Public::new(self.around(None).robots().into())
    }

    /// REN31: all pages that are public now.
    pub async fn sitemap(&self) -> Result<Public, Refusal> {
        let slugs: Vec<String> =
            self.directory.register().papers().iter().map(|paper| paper.slug.clone()).collect();
        let mut all = Vec::new();
        for slug in slugs {
            match self.public_drafts(&slug).await {
                Ok(drafts) => all.extend(drafts),
                Err(Refusal::NotFound) => {}
                Err(refusal) => return Err(refusal),
            }
        }
        let day = self.day_of();
        Ok(Public::new(self.around(None).sitemap(&parts(&all, "", &day)).into()))
    }

    /// The list of what was published of a paper.
    pub fn public_list(&self, drafts: &[PublicDraft], language: &str, style: Option<&str>) -> Public {
        let day = self.day_of();
        let parts = parts(drafts, language, &day);
        Public::new(self.around(style).list(&parts, language).into())
    }

    /// REN24: the same as an Atom feed.
    pub fn public_feed(&self, drafts: &[PublicDraft], language: &str) -> Public {
        let day = self.day_of();
        let parts = parts(drafts, language, &day);
        Public::new(self.around(None).feed(&parts, language).into())
    }

    /// A file of a public draft: the same that those who are signed in get.
    pub async fn public_file(
        &self,
        draft: &PublicDraft,
        language: &str,
        (format, view): (Format, View),
    ) -> Result<FileMade, Refusal> {
        if !draft.milestone.languages.iter().any(|known| known == language) {
            return Err(Refusal::NotFound);
        }
        self.export_milestone(STRANGERS, &draft.paper, &draft.milestone, language, (format, view)).await
    }

    /// The bundle that proves a public draft.
    pub async fn public_bundle(&self, draft: &PublicDraft) -> Result<Vec<u8>, Refusal> {
        self.bundle(STRANGERS, &draft.paper, &draft.milestone).await
    }

    /// A picture that stands in a public draft. What stands elsewhere only, and what the paper does not have, is not found.
    pub async fn public_picture(
        &self,
        draft: &PublicDraft,
        digest: &str,
    ) -> Result<(ImageKind, Bytes), Refusal> {
        let sha256 = digest.parse().map_err(|_| Refusal::NotFound)?;
        for text in &draft.milestone.texts {
            let (blocks, wanted) = (self.sealed_blocks(text).await?, digest.to_owned());
            if aside(move || Ok(has_picture(&blocks, &wanted))).await? {
                let (image, bytes) = self.image_bytes([draft.paper.id], sha256).await?;
                return Ok((image.kind, bytes));
            }
        }
        Err(Refusal::NotFound)
    }

    /// REN36: what a person meets in place of what cannot be had.
    pub fn public_instead(&self, why: &Instead, language: &str, onward: &str, style: Option<&str>) -> String {
        self.around(style).instead(why, language, onward, &self.day_of())
    }

    fn around<'a>(&'a self, style: Option<&'a str>) -> Around<'a> {
        Around { site: &self.settings.public_url, style, demo: self.settings.demo }
    }
}

fn parts<'a>(drafts: &'a [PublicDraft], language: &'a str, day: DayOf<'a>) -> Vec<Draft<'a>> {
    let part =
        |draft: &'a PublicDraft| Draft::of(&draft.paper, &draft.milestone, &draft.publication, language, day);
    drafts.iter().map(part).collect()
}
