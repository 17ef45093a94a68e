//! A paper as a record: its titles, its chapters and which text belongs to which. The words are in the texts.

use crdt::ids::{ChapterId, PaperId, SeatId, TextId};
use crdt::moment::Moment;
use crdt::review::permission::{Place, State};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use super::component::ByLanguage;

/// A policy paper.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Paper {
    /// For life.
    pub id: PaperId,
    /// Its name in addresses: lowercase letters, digits and hyphens; unique.
    pub slug: String,
    /// Its title in each language.
    pub title: ByLanguage,
    /// What it is about, in a sentence or two.
    pub summary: ByLanguage,
    /// Whose paper it is, as the cover says.
    pub organisation: ByLanguage,
    /// The languages it exists in; the first is the one it is drafted in.
    pub languages: Vec<String>,
    /// Drafts that were planned by versions which kept them here; `app/planned` makes records of them.
    #[serde(default, rename = "planned", skip_serializing_if = "Vec::is_empty")]
    pub planned_before: Vec<PlannedBefore>,
    /// Its chapters, in reading order.
    pub chapters: Vec<Chapter>,
}

/// A draft that is due at an event, as a paper's record had it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PlannedBefore {
    /// What it will be called: "Bogotá draft".
    pub name: ByLanguage,
    /// The event it goes to.
    pub event: ByLanguage,
    /// The day, as `2016-10-12`.
    pub date: String,
}

/// A chapter.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Chapter {
    /// For life.
    pub id: ChapterId,
    /// Its number in the paper: "4" or "4.1".
    pub number: String,
    /// The chapter it lies in.
    pub parent: Option<ChapterId>,
    /// The language it is drafted in; its texts in other languages render that one.
    pub language: String,
    /// Its text in each language.
    pub texts: BTreeMap<String, TextId>,
    /// Set while nobody may write in it.
    #[serde(default)]
    pub lock: Option<Lock>,
    /// How often it was locked or opened: the version that `If-Match` names.
    #[serde(default)]
    pub lock_version: u64,
}

/// Nobody writes in the chapter: since when, by whose word, and why.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Lock {
    /// Who locked it.
    pub by: SeatId,
    /// When.
    pub at: Moment,
    /// Why, for everybody who would like to write.
    pub reason: String,
}

impl Chapter {
    /// How deep it lies: 1 for "4", 2 for "4.1".
    pub fn depth(&self) -> usize {
        self.number.split('.').count()
    }

    /// How things stand in it.
    pub fn state(&self) -> State {
        if self.lock.is_some() { State::Locked } else { State::Open }
    }
}

/// Where a text belongs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TextPlace {
    /// Its paper.
    pub paper: PaperId,
    /// Its chapter.
    pub chapter: ChapterId,
    /// Its language.
    pub language: String,
    /// How things stand in the chapter.
    pub state: State,
}

impl TextPlace {
    /// As the rules of rights name it.
    pub fn place(&self) -> Place {
        Place { paper: Some(self.paper), chapter: Some(self.chapter), state: self.state }
    }
}

impl Paper {
    /// As the rules of rights name it.
    pub fn place(&self) -> Place {
        Place { paper: Some(self.id), ..Place::default() }
    }

    /// One of its chapters, as the rules of rights name it.
    pub fn place_of(&self, chapter: &Chapter) -> Place {
        Place { paper: Some(self.id), chapter: Some(chapter.id), state: chapter.state() }
    }

    /// The chapter with this id.
    pub fn chapter(&self, id: ChapterId) -> Option<&Chapter> {
        self.chapters.iter().find(|chapter| chapter.id == id)
    }

    /// Every text with its place, chapter by chapter.
    pub fn texts(&self) -> impl Iterator<Item = (TextId, TextPlace)> + '_ {
        self.chapters.iter().flat_map(move |chapter| {
            chapter.texts.iter().map(move |(language, text)| {
                let language = language.clone();
                (*text, TextPlace { paper: self.id, chapter: chapter.id, language, state: chapter.state() })
            })
        })
    }

    /// The texts of one language, in reading order, each with its chapter.
    pub fn texts_in<'a>(&'a self, language: &'a str) -> impl Iterator<Item = (&'a Chapter, TextId)> + 'a {
        self.chapters.iter().filter_map(move |chapter| Some((chapter, *chapter.texts.get(language)?)))
    }

    /// Its title in `language`, else in the drafting language, else its slug.
    pub fn title_in(&self, language: &str) -> &str {
        in_language(&self.title, language, &self.languages).unwrap_or(&self.slug)
    }
}

/// The words in `language`, else in the first of `fallbacks` that has some.
pub fn in_language<'a>(words: &'a ByLanguage, language: &str, fallbacks: &[String]) -> Option<&'a str> {
    let found = words.get(language).or_else(|| fallbacks.iter().find_map(|other| words.get(other)));
    found.map(String::as_str)
}
