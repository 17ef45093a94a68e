//! Styles: which of them are headings, quotations, items of lists, and which letters they make bold.
//!
//! Programs call their own styles by English names in the file whatever language they speak; files that went through other hands have
//! names in any. An outline level counts before a name.

use std::collections::BTreeMap;

use super::xml::{Met, walk};
use crate::export::tables::read::ReadError;

/// A style as its file says it.
#[derive(Debug, Clone, Default)]
struct Style {
    name: String,
    based_on: Option<String>,
    outline: Option<u8>,
    list: Option<(String, u8)>,
    letters: Letters,
}

/// How letters look, where something says so.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Letters {
    pub strong: Option<bool>,
    pub em: Option<bool>,
    pub raised: Option<Raised>,
    pub struck: Option<bool>,
    pub hidden: Option<bool>,
}

/// Above or below the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Raised {
    Above,
    Below,
    Neither,
}

/// What a paragraph is by its style.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Role {
    /// A heading of this level, from 1.
    Heading(u8),
    Quote,
    /// A numbered paragraph as this service writes it.
    Numbered,
    /// Part of the title page.
    Cover,
    /// Part of the table of contents.
    Contents,
    /// What stands below a picture.
    Caption,
    /// An item of a list: which, and how deep.
    Item(String, u8),
    Plain,
}

/// The styles of a document.
#[derive(Debug, Default)]
pub(super) struct Styles(BTreeMap<String, Style>);

const HEADINGS: [&str; 15] = [
    "heading",
    "título",
    "titulo",
    "titre",
    "überschrift",
    "titolo",
    "kop",
    "rubrik",
    "overskrift",
    "otsikko",
    "nagłówek",
    "заголовок",
    "عنوان",
    "标题",
    "見出し",
];
const QUOTES: [&str; 8] =
    ["quote", "intense quote", "cita", "citation", "zitat", "citação", "citazione", "block text"];
const COVERS: [&str; 8] =
    ["title", "título", "titre", "titel", "subtitle", "subtítulo", "sous-titre", "untertitel"];
const CAPTIONS: [&str; 9] = [
    "caption",
    "leyenda",
    "epígrafe",
    "descripción",
    "légende",
    "beschriftung",
    "legenda",
    "didascalia",
    "التسمية التوضيحية",
];

impl Styles {
    pub(super) fn read(xml: &str) -> Result<Self, ReadError> {
        let (mut styles, mut open): (BTreeMap<String, Style>, Option<(String, Style)>) = Default::default();
        let mut list_level = 0;
        if xml.is_empty() {
            return Ok(Self(styles));
        }
        walk(xml, |met| {
            match met {
                Met::Begins("style", tag) => {
                    list_level = 0;
                    open = Some((tag.get("styleId").unwrap_or_default(), Style::default()));
                }
                Met::Ends("style") => styles.extend(open.take()),
                Met::Begins(name, tag) => {
                    let Some((_, style)) = &mut open else { return Ok(()) };
                    match name {
                        "name" => style.name = tag.val().unwrap_or_default().to_lowercase(),
                        "basedOn" => style.based_on = tag.val(),
                        "outlineLvl" => style.outline = tag.val().and_then(|level| level.parse().ok()),
                        "ilvl" => list_level = tag.val().and_then(|level| level.parse().ok()).unwrap_or(0),
                        "numId" => style.list = tag.val().map(|id| (id, list_level)),
                        other => style.letters.take(other, tag),
                    }
                }
                _ => {}
            }
            Ok(())
        })?;
        Ok(Self(styles))
    }

    /// What a paragraph of this style is.
    pub(super) fn role(&self, id: &str) -> Role {
        let mut list = None;
        for style in self.chain(id) {
            // 9 is the body of the text.
            if let Some(outline) = style.outline.filter(|outline| *outline < 9) {
                return Role::Heading(outline + 1);
            }
            if let Some(role) = role_of_name(&style.name) {
                return role;
            }
            if list.is_none() {
                list = style.list.clone().filter(|(id, _)| id != "0");
            }
        }
        list.map_or(Role::Plain, |(id, level)| Role::Item(id, level))
    }

    /// How letters of this style look.
    pub(super) fn letters(&self, id: &str) -> Letters {
        self.chain(id).fold(Letters::default(), |found, style| found.or(style.letters))
    }

    /// The name of a style, in small letters.
    pub(super) fn name(&self, id: &str) -> &str {
        self.0.get(id).map_or("", |style| &style.name)
    }

    /// A style and those it is based on. A file may lead in a circle.
    fn chain(&self, id: &str) -> impl Iterator<Item = &Style> {
        let next = |style: &&Style| style.based_on.as_ref().and_then(|id| self.0.get(id));
        std::iter::successors(self.0.get(id), next).take(20)
    }
}

fn role_of_name(name: &str) -> Option<Role> {
    let name = name.trim();
    if let Some(rest) = HEADINGS.iter().find_map(|heading| name.strip_prefix(heading))
        && let Ok(level @ 1..=9) = rest.trim().parse()
    {
        return Some(Role::Heading(level));
    }
    match name {
        "numbered paragraph" => Some(Role::Numbered),
        "toc heading" => Some(Role::Contents),
        name if name.starts_with("toc ") => Some(Role::Contents),
        "cover organisation" | "cover line" | "notice" => Some(Role::Cover),
        name if COVERS.contains(&name) => Some(Role::Cover),
        name if CAPTIONS.contains(&name) => Some(Role::Caption),
        name if QUOTES.contains(&name) => Some(Role::Quote),
        _ => None,
    }
}

impl Letters {
    /// An element that says how letters look.
    pub(super) fn take(&mut self, name: &str, tag: &super::xml::Tag<'_>) {
        match name {
            "b" => self.strong = Some(tag.is_on()),
            "i" => self.em = Some(tag.is_on()),
            // The one with two lines does not put out the one with one.
            "strike" | "dstrike" => self.struck = Some(tag.is_on() || self.struck == Some(true)),
            "vanish" => self.hidden = Some(tag.is_on()),
            "vertAlign" => {
                self.raised = Some(match tag.val().as_deref() {
                    Some("superscript") => Raised::Above,
                    Some("subscript") => Raised::Below,
                    _ => Raised::Neither,
                })
            }
            _ => {}
        }
    }

    /// These, and where they say nothing, those.
    pub(super) fn or(self, other: Letters) -> Letters {
        Letters {
            strong: self.strong.or(other.strong),
            em: self.em.or(other.em),
            raised: self.raised.or(other.raised),
            struck: self.struck.or(other.struck),
            hidden: self.hidden.or(other.hidden),
        }
    }
}
