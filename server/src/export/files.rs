//! What stands in a file around the words: cover, labels, version, and its name.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use crdt::document::BlockKind;
use crdt::history::milestone::Milestone;
use crdt::ids::PaperId;
use crdt::moment::Moment;
use crdt::render::docx::{self, Picture, Written};
use crdt::render::remarked::Remark;
use crdt::render::tree::Chapter;
use crdt::render::typst_data::{self, Date, Labels, Meta};
use crdt::render::{ChapterBlocks, Tree, html, markdown};

use super::annex::Annex;
use super::labels::{DayOf, Words};
use super::worker::Job;
use crate::people::paper::{Paper, in_language};

/// The look of an HTML file: that of the pages, without their fonts, which the device lends.
const STYLE: &str = concat!(
    include_str!("../../../web/src/styles/tokens.css"),
    include_str!("../../../web/src/styles/base.css"),
    include_str!("../../../web/src/styles/document.css"),
    include_str!("../../../web/src/styles/published.css"),
);

/// One language of a paper, ready to become a file.
pub struct Sheet {
    /// Whose pictures it may show.
    paper: PaperId,
    /// The document's identity: the same content has the same.
    pub(super) ident: String,
    timestamp: Moment,
    pub(super) meta: Meta,
    /// For the head of a Markdown file, in order.
    pub(super) facts: Vec<(&'static str, String)>,
    pub(super) tree: Tree,
    /// What was said about its words, which are bound to it: only Word shows it there.
    remarks: Vec<Remark>,
}

/// Under which circumstances a file is made.
#[derive(Clone, Copy)]
pub struct Pressed<'a> {
    /// When.
    pub now: Moment,
    /// Which day an instant is called.
    pub day: DayOf<'a>,
    /// Is it a demonstration? Then the file says so.
    pub demo: bool,
}

impl Sheet {
    /// The sheet of a sealed milestone, or of the draft as it is `now`, without brackets around words that are not agreed.
    pub fn new(
        paper: &Paper,
        language: &str,
        chapters: Vec<ChapterBlocks>,
        milestone: Option<&Milestone>,
        Pressed { now, day: day_of, demo }: Pressed<'_>,
    ) -> Self {
        let words = Words::of(language);
        let timestamp = milestone.map_or(now, |milestone| milestone.sealed_at);
        let (y, m, d) = day_of(timestamp);
        let day = format!("{y:04}-{m:02}-{d:02}");
        let digest = milestone.map(|milestone| milestone.digest.to_string()).unwrap_or_default();
        let hash: String = digest.chars().take(12).collect();
        let name =
            milestone.map_or_else(|| words.get("pdf-current-draft"), |milestone| milestone.name.clone());
        let fixed = words.get(if milestone.is_some() { "pdf-status-sealed" } else { "pdf-status-draft" });
        let status = milestone.and_then(|milestone| milestone.status);
        let status = status.map(|status| words.get(&format!("status-{}", status.name())));
        let status = status.map_or(fixed.clone(), |status| format!("{status}. {fixed}"));
        let symbol = milestone.and_then(|milestone| milestone.symbol.as_ref());
        let symbol = symbol.map(ToString::to_string).unwrap_or_default();
        let org = in_language(&paper.organisation, language, &paper.languages).unwrap_or_default().to_owned();
        let title = paper.title_in(language).to_owned();
        let demo = if demo { words.get("demo-line") } else { String::new() };
        let mut cover = vec![
            (words.get("pdf-cover-milestone"), name.clone()),
            (words.get("pdf-cover-date"), words.day((y, m, d))),
            (words.get("pdf-cover-status"), status.clone()),
            (
                words.get("pdf-cover-languages"),
                Words::own_names(milestone.map_or(&paper.languages, |milestone| &milestone.languages)),
            ),
        ];
        if !symbol.is_empty() {
            cover.insert(0, (words.get("pdf-cover-symbol"), symbol.clone()));
        }
        if let Some(event) = milestone.and_then(|milestone| milestone.event.clone()) {
            let date = milestone.and_then(|milestone| milestone.date).map(|date| words.day(date.parts()));
            let when = date.map(|date| format!(", {date}")).unwrap_or_default();
            cover.insert(cover.len() - 2, (words.get("pdf-cover-event"), event + &when));
        }
        if milestone.is_some() {
            cover.push((words.get("pdf-cover-fingerprint"), grouped(&digest)));
        }
        let facts = [
            ("title", title.clone()),
            ("organisation", org.clone()),
            ("language", language.to_owned()),
            ("version", name.clone()),
            ("symbol", symbol),
            ("date", day.clone()),
            ("status", status),
            ("digest", digest),
            ("notice", demo.clone()),
        ];
        let ident = match milestone {
            Some(milestone) => format!("urn:uuid:{}#{language}", milestone.id),
            None => format!("urn:uuid:{}#{language}-{}", paper.id, timestamp.unix_ms()),
        };
        let meta = Meta {
            lang: language.to_owned(),
            short: title.clone(),
            subtitle: in_language(&paper.summary, language, &paper.languages).unwrap_or_default().to_owned(),
            title,
            org,
            milestone: name,
            version: words.day((y, m, d)),
            hash,
            draft: milestone.is_none(),
            demo,
            date: Date { y, m, d },
            cover,
            labels: Labels {
                contents: words.get("pdf-contents"),
                draft: words.get("pdf-draft"),
                page: words.get("pdf-page"),
                of: words.get("pdf-of"),
            },
        };
        let facts = facts.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        Self {
            paper: paper.id,
            ident,
            timestamp,
            meta,
            facts,
            tree: Tree::of(1, chapters),
            remarks: Vec::new(),
        }
    }

    /// REV64: the same with unagreed words between `[` and `]`.
    pub fn with_brackets(self) -> Self {
        Self { tree: self.tree.with_brackets(), ..self }
    }

    /// REV80: the same without them, under an identity of its own: its bytes are others.
    pub fn clean(self) -> Self {
        Self { ident: format!("{}+clean", self.ident), ..self }
    }

    /// The same with what was said about its words: another document.
    pub fn with_remarks(self, remarks: Vec<Remark>) -> Self {
        Self { ident: format!("{}+comments", self.ident), remarks, ..self }
    }

    /// The same with an annex behind its last chapter: another document, though the sealed words are the same.
    pub fn with_annex(mut self, annex: Annex) -> Self {
        let digest: String = annex.digest.to_string().chars().take(16).collect();
        self.ident = format!("{}+{digest}", self.ident);
        let lettered = |chapter: &&Chapter| chapter.is_annex && !chapter.number.is_empty();
        let before = self.tree.chapters.iter().filter(lettered).count();
        let letters = Words::of(&self.meta.lang).get("annex-letters");
        let letter = letters.split(' ').nth(before).filter(|_| annex.has_letter);
        let number = letter.unwrap_or_default().to_owned();
        self.tree = self.tree.followed_by([ChapterBlocks { number, ..annex.chapter }]);
        self
    }

    /// The same as the certificate with this identity: its cover says so.
    pub fn as_certificate(mut self, id: &str, title: String) -> Self {
        self.ident = format!("urn:uuid:{id}#{}", self.meta.lang);
        self.meta.subtitle = title;
        self
    }

    /// A leaf about a paper that is none of its drafts: with a title and words of its own.
    pub fn leaf(
        paper: &Paper,
        language: &str,
        title: String,
        chapter: ChapterBlocks,
        pressed: Pressed<'_>,
    ) -> Self {
        let mut sheet = Self::new(paper, language, vec![chapter], None, pressed);
        let words = Words::of(language);
        let about = paper.title_in(language).to_owned();
        sheet.meta.cover = vec![
            (words.get("pdf-cover-paper"), about.clone()),
            (words.get("pdf-cover-date"), words.day((pressed.day)(pressed.now))),
        ];
        sheet.meta.draft = false;
        sheet.meta.subtitle.clone_from(&about);
        sheet.meta.milestone = String::new();
        sheet.meta.title.clone_from(&title);
        sheet.facts.retain(|(name, _)| !["title", "version", "status"].contains(name));
        sheet.facts.insert(0, ("paper", about));
        sheet.facts.insert(0, ("title", title));
        sheet
    }

    /// As Markdown, with the facts about it at the head.
    pub fn markdown(&self) -> String {
        let head = markdown::front_matter(self.facts.iter().map(|(key, value)| (*key, value.as_str())));
        head + &markdown::write(&self.tree, markdown::Options::default())
    }

    /// As the parts of a Word document, with those of its pictures that are given.
    pub fn docx(&self, pictures: &BTreeMap<String, Picture>) -> Written {
        docx::write(&docx::Sheet {
            meta: &self.meta,
            tree: &self.tree,
            made: self.timestamp,
            pictures,
            remarks: &self.remarks,
        })
    }

    /// As one HTML file that needs nothing else, with these pictures by their digests.
    pub fn html(&self, pictures: &BTreeMap<String, Picture>) -> String {
        let permanent = Words::of(&self.meta.lang).get("public-permanent");
        let picture = |digest: &str| pictures.get(digest).map(data_address);
        let options = html::Options { permanent: Some(&permanent), above: 1, picture: &picture };
        html::page::write(&self.meta, &self.tree, STYLE, options)
    }

    /// The paper it is of.
    pub fn paper(&self) -> PaperId {
        self.paper
    }

    /// The pictures that it shows, by the digests that its words name. Not all of them need exist.
    pub fn pictures(&self) -> BTreeSet<String> {
        let blocks = self.tree.chapters.iter().flat_map(|chapter| &chapter.blocks);
        // A redline shows those that went, too.
        let kinds = blocks.flat_map(|numbered| {
            let old = numbered.red.as_ref().and_then(|red| red.old.as_ref());
            [Some(&numbered.block.kind), old.map(|old| &old.block.kind)]
        });
        let blobs = kinds.flatten().filter_map(|kind| match kind {
            BlockKind::Image(image) => Some(image.blob.clone()),
            _ => None,
        });
        blobs.collect()
    }

    /// Its words, numbered.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// What stands around them.
    pub fn meta(&self) -> &Meta {
        &self.meta
    }

    /// As a job for the PDF program, with the bytes of its pictures.
    pub fn job(&self, pictures: &BTreeMap<String, Picture>) -> Job {
        let data = typst_data::paper(&self.meta, &self.tree);
        let pictures =
            pictures.iter().map(|(name, picture)| (name.clone(), BASE64.encode(&picture.bytes))).collect();
        Job { ident: self.ident.clone(), timestamp: self.timestamp, data, pictures }
    }
}

/// A picture as an address that holds it whole.
pub(super) fn data_address(picture: &Picture) -> String {
    let kind = if picture.is_png { "png" } else { "jpeg" };
    format!("data:image/{kind};base64,{}", BASE64.encode(&picture.bytes))
}

/// A digest in groups of eight digits, for reading aloud.
pub(super) fn grouped(digest: &str) -> String {
    let digits: Vec<char> = digest.chars().collect();
    digits.chunks(8).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// The name of a file, for people: "slug - Bogotá draft - es.pdf".
pub fn name(paper: &Paper, milestone: Option<&Milestone>, language: &str, extension: &str) -> String {
    let version =
        milestone.map_or_else(|| Words::of(language).get("pdf-current-draft"), |sealed| sealed.name.clone());
    format!("{} - {version} - {language}.{extension}", paper.slug)
}

/// The name of a certificate's file: "slug - Bogotá draft - Certificate … - es.pdf".
pub fn certificate_name(
    paper: &Paper,
    draft: &Milestone,
    title: &str,
    language: &str,
    extension: &str,
) -> String {
    format!("{} - {} - {title} - {language}.{extension}", paper.slug, draft.name)
}

/// `Content-Disposition` of a download: a plain name for old programs, and the real one (RFC 6266, RFC 8187). Nothing in
/// the name can break the header or name another folder.
pub fn content_disposition(name: &str) -> String {
    let safe: String =
        name.chars().filter(|c| !c.is_control() && !matches!(c, '/' | '\\')).take(150).collect();
    let plain: String =
        safe.chars().map(|c| if c.is_ascii_alphanumeric() || " ._-".contains(c) { c } else { '_' }).collect();
    let encoded: String = safe.bytes().map(encoded).collect();
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

fn encoded(byte: u8) -> String {
    match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i11_a_name_can_neither_break_the_header_nor_leave_the_folder() {
        let header = content_disposition("a/../b\r\nSet-Cookie: x=1\"\u{202E}fdp.pdf");
        assert!(!header.contains(['\r', '\n', '/', '\\']));
        assert_eq!(header.matches('"').count(), 2);
        let accented = content_disposition("Bogotá.pdf");
        assert_eq!(accented, "attachment; filename=\"Bogot_.pdf\"; filename*=UTF-8''Bogot%C3%A1.pdf");
    }
}
