//! What proves a sealed draft: its parts, the root over them, and the statement that is signed (rules HIS7 to HIS10).
//!
//! Everything that was sealed is a [`Part`]: a name and the SHA-256 of its bytes. The line of a part is what `sha256sum` prints,
//! so that the list of them is checked with `sha256sum -c`; the [`merkle`] root over the lines stands in the [`Statement`],
//! a few lines for people that the server signs. Signing itself, and the archive with all of it, are the server's.
//!
//! ```
//! use crdt::history::{digest, proof::{self, Part}};
//! let parts = vec![Part::of("metadata.json", b"{}"), Part::of("texts/es/1.json", b"[]")];
//! assert!(proof::list(&parts).starts_with("44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a  metadata.json\n"));
//! assert_eq!(proof::parse_list(&proof::list(&parts)), Some(parts));
//! ```

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::digest::{self, Digest};
use super::merkle;
use super::milestone::{Day, Milestone};
use super::symbol::{Status, Symbol};
use crate::ids::{ChangeHash, ChapterId, MilestoneId, TextId};
use crate::moment::Moment;

/// The part that says what the draft is.
pub const METADATA: &str = "metadata.json";

/// The part with the sources that the draft cites, as they were said when it was signed; there is none without any.
pub const SOURCES: &str = "sources.json";

/// One of the things that were sealed together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Part {
    /// What it is called: `texts/es/4.1.json`. Letters, digits and `/ . - _` only.
    pub name: String,
    /// SHA-256 of its bytes.
    pub digest: Digest,
}

/// What a draft says of itself: the part [`METADATA`], in the form of [`digest::canonical_json`]. What is not known is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metadata {
    /// The milestone.
    pub id: MilestoneId,
    /// The paper's slug.
    pub paper: String,
    /// What the draft is called.
    pub name: String,
    /// How the organisation cites it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub symbol: Option<Symbol>,
    /// How far it has come.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub status: Option<Status>,
    /// The meeting it was sealed for.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub event: Option<String>,
    /// The day of that meeting.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub date: Option<Day>,
    /// What the sealer wants readers to know.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<String>,
    /// When it was sealed.
    pub sealed_at: Moment,
    /// By whom, by name as it was then.
    pub sealed_by: SealerName,
    /// The last entry of the log of the procedure before the sealing: what had happened by then cannot be told otherwise later.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub audit: Option<AuditHead>,
    /// The languages of its texts.
    pub languages: Vec<String>,
    /// The digest over its texts ([`digest::of_draft`], HIS2).
    pub digest: Digest,
    /// Its texts, in the order of the chapters.
    pub texts: Vec<TextFacts>,
    /// The pictures that its texts show, in the order of their digests. Drafts that were signed by a version without them have none.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub pictures: Vec<PictureFacts>,
    /// SHA-256 of the part [`SOURCES`].
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sources: Option<Digest>,
}

/// A picture as [`Metadata`] names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PictureFacts {
    /// SHA-256 of its bytes, by which the texts name it.
    pub sha256: Digest,
    /// How its bytes are to be read.
    pub kind: PictureKind,
}

/// The kinds of pictures, by the end of their file names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PictureKind {
    /// Portable Network Graphics.
    Png,
    /// What cameras write.
    Jpg,
}

/// Who sealed a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealerName {
    /// The person's name.
    pub person: String,
    /// The code of the component.
    pub component: String,
}

/// A place in the audit log, whose entries are chained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditHead {
    /// 1 for the first entry.
    pub sequence: u64,
    /// The hash of this entry, which covers all before it.
    pub hash: Digest,
}

/// A text as [`Metadata`] names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextFacts {
    /// Which text.
    pub text: TextId,
    /// Of which chapter.
    pub chapter: ChapterId,
    /// The chapter's number.
    pub number: String,
    /// Its language.
    pub language: String,
    /// Its title.
    pub title: String,
    /// The changes that it consists of, with all they build on.
    pub heads: Vec<ChangeHash>,
    /// SHA-256 of the canonical JSON of its blocks (HIS1).
    pub digest: Digest,
    /// How many words it has.
    pub words: usize,
}

/// What is signed: text for people, with a first line that no other signed thing begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The paper's slug.
    pub paper: String,
    /// The milestone.
    pub milestone: MilestoneId,
    /// What it is called.
    pub name: String,
    /// How the organisation cites it; without one, its line is left out.
    pub symbol: Option<Symbol>,
    /// When it was sealed.
    pub sealed: Moment,
    /// When it was signed: later than it was sealed, if it was sealed before drafts were signed.
    pub signed: Moment,
    /// How many parts there are.
    pub parts: usize,
    /// The root over them.
    pub root: Digest,
    /// The key it is signed with: SHA-256 of the public key's 32 bytes.
    pub key: Digest,
}

impl Part {
    /// The part with these bytes.
    pub fn of(name: impl Into<String>, bytes: &[u8]) -> Part {
        Part { name: name.into(), digest: digest::of_bytes(bytes) }
    }

    /// The line of the part, without a line feed: a leaf of the tree, and what `sha256sum` prints.
    pub fn line(&self) -> String {
        format!("{}  {}", self.digest, self.name)
    }
}

impl TextFacts {
    /// What the part with the words of this text is called.
    pub fn part_name(&self) -> String {
        format!("texts/{}/{}.json", self.language, self.number)
    }
}

impl PictureFacts {
    /// What the part with its bytes is called.
    pub fn part_name(&self) -> String {
        let end = match self.kind {
            PictureKind::Png => "png",
            PictureKind::Jpg => "jpg",
        };
        format!("images/{}.{end}", self.sha256)
    }
}

impl Metadata {
    /// What a milestone says of itself, without what stands beside its words.
    pub fn of(milestone: &Milestone, sealed_by: SealerName, audit: Option<AuditHead>) -> Metadata {
        let texts = milestone.texts.iter().map(|text| TextFacts {
            text: text.text,
            chapter: text.chapter,
            number: text.number.clone(),
            language: text.language.clone(),
            title: text.title.clone(),
            heads: text.heads.clone(),
            digest: text.digest,
            words: text.words,
        });
        Metadata {
            id: milestone.id,
            paper: milestone.paper.clone(),
            name: milestone.name.clone(),
            symbol: milestone.symbol.clone(),
            status: milestone.status,
            event: milestone.event.clone(),
            date: milestone.date,
            note: milestone.note.clone(),
            sealed_at: milestone.sealed_at,
            sealed_by,
            audit,
            languages: milestone.languages.clone(),
            digest: milestone.digest,
            texts: texts.collect(),
            pictures: Vec::new(),
            sources: None,
        }
    }

    /// The same with the pictures that its texts show, each once, and the digest of [`SOURCES`].
    pub fn beside(
        self,
        pictures: impl IntoIterator<Item = PictureFacts>,
        sources: Option<Digest>,
    ) -> Metadata {
        let mut pictures: Vec<PictureFacts> = pictures.into_iter().collect();
        pictures.sort_unstable();
        pictures.dedup_by_key(|picture| picture.sha256);
        Metadata { pictures, sources, ..self }
    }

    /// Its canonical JSON: the bytes of the part.
    pub fn json(&self) -> String {
        digest::canonical_json(self)
    }

    /// All parts of the draft, in the order of their names.
    pub fn parts(&self) -> Vec<Part> {
        let texts = self.texts.iter().map(|text| Part { name: text.part_name(), digest: text.digest });
        let mut parts: Vec<Part> = texts.collect();
        let pictures = self.pictures.iter();
        parts.extend(pictures.map(|each| Part { name: each.part_name(), digest: each.sha256 }));
        parts.extend(self.sources.map(|digest| Part { name: SOURCES.to_owned(), digest }));
        parts.push(Part::of(METADATA, self.json().as_bytes()));
        parts.sort_unstable();
        parts
    }

    /// Whether the digest over its texts is that of the texts it names.
    pub fn is_whole(&self) -> bool {
        let lines = self.texts.iter().map(|text| (text.language.as_str(), text.number.as_str(), text.digest));
        self.digest == digest::of_draft(lines)
    }
}

/// The parts as `sha256sum` lists them, one line each.
pub fn list(parts: &[Part]) -> String {
    parts.iter().map(|part| part.line() + "\n").collect()
}

/// The parts of such a list; `None` if it is none, or not in order.
pub fn parse_list(list: &str) -> Option<Vec<Part>> {
    let part = |line: &str| {
        let (digest, name) = line.split_once("  ")?;
        Some(Part { name: name.to_owned(), digest: digest.parse().ok()? })
    };
    let parts: Vec<Part> = list.lines().map(part).collect::<Option<_>>()?;
    let in_order = parts.windows(2).all(|pair| pair[0].name < pair[1].name);
    (in_order && self::list(&parts) == list).then_some(parts)
}

/// The root over the lines of the parts.
pub fn root(parts: &[Part]) -> Digest {
    let lines: Vec<String> = parts.iter().map(Part::line).collect();
    merkle::root(lines.iter().map(|line| line.as_bytes()))
}

const FIRST_LINE: &str = "Borrador: statement on a sealed draft, version 1";

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{FIRST_LINE}")?;
        writeln!(f, "paper: {}", self.paper)?;
        writeln!(f, "milestone: {}", self.milestone)?;
        writeln!(f, "name: {}", self.name)?;
        if let Some(symbol) = &self.symbol {
            writeln!(f, "symbol: {symbol}")?;
        }
        writeln!(f, "sealed: {}", self.sealed)?;
        writeln!(f, "signed: {}", self.signed)?;
        writeln!(f, "parts: {}", self.parts)?;
        writeln!(f, "root: {}", self.root)?;
        writeln!(f, "key: {}", self.key)
    }
}

/// The text is no such statement, or is written in another way than ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is not a statement on a sealed draft")]
pub struct NoStatement;

impl FromStr for Statement {
    type Err = NoStatement;
    fn from_str(text: &str) -> Result<Self, NoStatement> {
        let mut lines = text.lines().peekable();
        if lines.next() != Some(FIRST_LINE) {
            return Err(NoStatement);
        }
        let mut field = |name: &str| {
            let value = |line: &str| Some(line.strip_prefix(name)?.strip_prefix(": ")?.to_owned());
            lines.next_if(|line| value(line).is_some()).and_then(value)
        };
        let mut next = |name: &str| field(name).ok_or(NoStatement);
        let wrong = |_| NoStatement;
        let (paper, milestone, name) = (next("paper")?, next("milestone")?, next("name")?);
        let symbol = next("symbol").ok();
        let statement = Statement {
            paper,
            milestone: milestone.parse().map_err(|_| NoStatement)?,
            name,
            symbol: symbol.map(|symbol| symbol.parse()).transpose().map_err(|_| NoStatement)?,
            sealed: next("sealed")?.parse().map_err(|_| NoStatement)?,
            signed: next("signed")?.parse().map_err(|_| NoStatement)?,
            parts: next("parts")?.parse().map_err(|_| NoStatement)?,
            root: next("root")?.parse().map_err(wrong)?,
            key: next("key")?.parse().map_err(wrong)?,
        };
        // One way of writing: what is signed is what was read.
        if statement.to_string() == text { Ok(statement) } else { Err(NoStatement) }
    }
}
