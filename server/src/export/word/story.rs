//! A part of the document, read from its first word to its last: the text, its notes, what was said beside it.

mod aside;
mod equation;
mod paragraph;
mod picture;
mod run;
mod table;
mod told;

use std::collections::BTreeMap;

use crdt::document::Marks;
use crdt::ids::ParagraphId;

use self::aside::{Groups, remarks};
use self::equation::Frame;
use self::paragraph::OpenParagraph;
use self::picture::Drawing;
use self::run::{Field, RunLook};
use self::table::OpenTable;
use super::lists::Lists;
use super::package::{Package, Picture};
use super::report::{Found, Report};
use super::styles::Styles;
use super::xml::{Met, Tag, walk};
use super::{Document, Keep, Paragraph, Piece, Tracked};
use crate::export::tables::read::ReadError;

/// More paragraphs are no paper.
const MOST_PARAGRAPHS: usize = crdt::document::import::MAX_BLOCKS;

/// Reads all parts.
pub(super) fn read(
    package: &Package,
    ids: &mut dyn FnMut() -> ParagraphId,
    keep: &mut Keep<'_>,
) -> Result<Document, ReadError> {
    let (styles, lists) = (Styles::read(&package.styles)?, Lists::read(&package.numbering)?);
    let mut report = Report::default();
    let mut authors = Vec::new();
    let mut part = |xml: &str, links: &BTreeMap<String, String>, notes: &Notes, report: &mut Report| {
        let pictures = (&package.pictures, keep as &mut Keep<'_>);
        let mut story = Story::new(&styles, &lists, links, notes, pictures, (&mut authors, report), ids);
        if !xml.is_empty() {
            walk(xml, |met| story.meet(met))?;
            story.fields_end();
        }
        Ok::<_, ReadError>((story.paragraphs, story.groups))
    };
    let none = Notes::default();
    let (_, footnotes) = part(&package.footnotes, &package.footnote_links, &none, &mut report)?;
    let (_, endnotes) = part(&package.endnotes, &package.endnote_links, &none, &mut report)?;
    let (_, comments) = part(&package.comments, &BTreeMap::new(), &none, &mut report)?;
    let notes = Notes { footnotes: footnotes.of, endnotes: endnotes.of };
    let (paragraphs, _) = part(&package.document, &package.links, &notes, &mut report)?;
    let comments = remarks(comments, &package.answers)?;
    Ok(Document { paragraphs, authors, comments, report })
}

/// The words of notes, by their ids.
#[derive(Debug, Default)]
struct Notes {
    footnotes: BTreeMap<String, Vec<Piece>>,
    endnotes: BTreeMap<String, Vec<Piece>>,
}

/// A part while it is read.
struct Story<'a> {
    styles: &'a Styles,
    lists: &'a Lists,
    links: &'a BTreeMap<String, String>,
    notes: &'a Notes,
    pictures: &'a BTreeMap<String, Picture>,
    keep: &'a mut Keep<'a>,
    authors: &'a mut Vec<String>,
    report: &'a mut Report,
    ids: &'a mut dyn FnMut() -> ParagraphId,
    paragraphs: Vec<Paragraph>,
    groups: Groups,
    /// How many paragraphs with words there were.
    counted: usize,
    path: Vec<String>,
    /// Paragraphs lie within each other where a text box stands in one.
    open: Vec<OpenParagraph>,
    tables: Vec<OpenTable>,
    changes: Vec<Tracked>,
    commented: Vec<String>,
    run: RunLook,
    hyperlinks: Vec<Option<String>>,
    fields: Vec<Field>,
    /// How many elements are open whose words are not read.
    passed_over: usize,
    /// Inside a text box, what is passed over around it does not count.
    boxes: Vec<usize>,
    /// They lie within each other where a text box stands in one.
    drawings: Vec<Drawing>,
    /// The parts of an equation that are open.
    frames: Vec<Frame>,
    has_contents: bool,
}

impl<'a> Story<'a> {
    fn new(
        styles: &'a Styles,
        lists: &'a Lists,
        links: &'a BTreeMap<String, String>,
        notes: &'a Notes,
        (pictures, keep): (&'a BTreeMap<String, Picture>, &'a mut Keep<'a>),
        (authors, report): (&'a mut Vec<String>, &'a mut Report),
        ids: &'a mut dyn FnMut() -> ParagraphId,
    ) -> Self {
        Self {
            styles,
            lists,
            links,
            notes,
            pictures,
            keep,
            authors,
            report,
            ids,
            paragraphs: Vec::new(),
            groups: Groups::default(),
            counted: 0,
            path: Vec::new(),
            open: Vec::new(),
            tables: Vec::new(),
            changes: Vec::new(),
            commented: Vec::new(),
            run: RunLook::default(),
            hyperlinks: Vec::new(),
            fields: Vec::new(),
            passed_over: 0,
            boxes: Vec::new(),
            drawings: Vec::new(),
            frames: Vec::new(),
            has_contents: false,
        }
    }

    fn meet(&mut self, met: Met<'_>) -> Result<(), ReadError> {
        match met {
            Met::Begins(name, tag) => {
                self.begins(name, tag)?;
                self.path.push(name.to_owned());
            }
            Met::Ends(name) => {
                self.path.pop();
                self.ends(name);
            }
            Met::Words(words) => self.says(words),
        }
        Ok(())
    }

    fn begins(&mut self, name: &str, tag: &Tag<'_>) -> Result<(), ReadError> {
        match name {
            // What an older program would read instead, and a table of contents, of which the paper makes its own.
            ":Fallback" | ":wsp" => self.passed_over += 1,
            "drawing" | "pict" | "object" => {
                self.drawing_begins();
                self.passed_over += 1;
            }
            // The same words again, for an older program.
            "txbxContent" if self.is_fallback() => self.boxes.push(self.passed_over),
            "txbxContent" => {
                self.note(Found::TextBox, "");
                self.draws_a_box();
                self.boxes.push(std::mem::take(&mut self.passed_over));
            }
            ":docPr" | ":shape" | ":blip" | ":imagedata" | ":textpath" => self.draws(name, tag)?,
            "docPartGallery" if tag.val().as_deref() == Some("Table of Contents") => {
                self.contents();
                self.passed_over += 1;
            }
            "footnote" | "endnote" | "comment" if self.parent() == format!("{name}s") => {
                let id = tag.get("id").filter(|_| tag.get("type").is_none_or(|kind| kind == "normal"));
                if let Some(id) = &id {
                    let day = tag.get("date").unwrap_or_default().chars().take(10).collect();
                    self.groups.of.insert(id.clone(), Vec::new());
                    self.groups.heads.insert(id.clone(), (tag.get("author").unwrap_or_default(), day));
                }
                self.groups.open = id;
            }
            "oMathPara" => self.may_be_another()?,
            "p" => {
                self.may_be_another()?;
                if let (Some(group), Some(id)) = (&self.groups.open, tag.get("paraId")) {
                    self.groups.last.insert(group.clone(), id);
                }
                self.open.push(OpenParagraph::default());
            }
            "ins" | "moveTo" | "del" | "moveFrom" => self.tracked(matches!(name, "ins" | "moveTo"), tag),
            name if is_change_of_looks(name) => {
                self.note(Found::Formatting, "");
                self.passed_over += 1;
            }
            "commentRangeStart" => self.commented.extend(tag.get("id")),
            "commentRangeEnd" => {
                let ended = tag.get("id");
                self.commented.retain(|id| Some(id) != ended.as_ref());
            }
            "commentReference" => self.remarked(tag),
            "tbl" | "tr" | "tc" | "gridSpan" | "vMerge" | "tblHeader" => {
                if matches!(name, "tbl" | "tr" | "tc") {
                    self.loose_ends();
                }
                self.table_begins(name, tag);
            }
            _ if self.passed_over > 0 => {}
            "pStyle" => {
                let id = tag.val().unwrap_or_default();
                let (role, letters) = (self.styles.role(&id), self.styles.letters(&id));
                self.paragraph(|open| (open.role, open.letters) = (Some(role), letters));
            }
            // Drawn by hand.
            "contentPart" => self.note(Found::Picture, ""),
            "altChunk" | "subDoc" => self.note(Found::Embedded, ""),
            // Tracked, but told of no words.
            "cellIns" | "cellDel" | "cellMerge" => self.note(Found::Formatting, ""),
            "outlineLvl" => {
                let level = tag.val().and_then(|level| level.parse().ok()).filter(|level: &u8| *level < 9);
                self.paragraph(|open| open.outline = level);
            }
            "ilvl" => {
                let level = tag.val().and_then(|level| level.parse().ok()).unwrap_or(0);
                self.paragraph(|open| {
                    open.list_level = level;
                    if let Some((_, known)) = &mut open.list {
                        *known = level;
                    }
                });
            }
            "numId" => {
                let id = tag.val();
                self.paragraph(|open| open.list = id.map(|id| (id, open.list_level)));
            }
            other => self.run_begins(other, tag),
        }
        Ok(())
    }

    fn ends(&mut self, name: &str) {
        match name {
            ":Fallback" | ":wsp" => self.passed_over = self.passed_over.saturating_sub(1),
            name if is_change_of_looks(name) => self.passed_over = self.passed_over.saturating_sub(1),
            "drawing" | "pict" | "object" => {
                self.passed_over = self.passed_over.saturating_sub(1);
                self.drawing_ends(name);
            }
            "txbxContent" => self.passed_over = self.boxes.pop().unwrap_or(0),
            "sdt" if self.has_contents => {
                self.has_contents = false;
                self.passed_over = self.passed_over.saturating_sub(1);
            }
            "oMathPara" | "body" => self.loose_ends(),
            "footnote" | "endnote" | "comment" => {
                self.loose_ends();
                self.groups.open = None;
            }
            "p" => self.paragraph_ends(),
            // Those that stand in properties never opened anything.
            "ins" | "del" | "moveTo" | "moveFrom" if !self.is_in_properties() => drop(self.changes.pop()),
            "tbl" | "tr" | "tc" => {
                self.loose_ends();
                self.table_ends(name);
            }
            other => self.run_ends(other),
        }
    }

    /// The element around the one that begins.
    fn parent(&self) -> &str {
        self.path.last().map_or("", String::as_str)
    }

    fn is_in_properties(&self) -> bool {
        matches!(self.parent(), "rPr" | "trPr" | "tcPr" | "numPr")
    }

    fn paragraph(&mut self, change: impl FnOnce(&mut OpenParagraph)) {
        if let Some(open) = self.open.last_mut() {
            change(open);
        }
    }

    fn note(&mut self, found: Found, words: &str) {
        // It stands in the paragraph that is open, or comes next. Those of notes and comments are not counted.
        let is_text = self.path.first().is_none_or(|part| part == "document");
        self.report.note(if is_text { self.counted + 1 } else { 0 }, found, words);
    }

    fn contents(&mut self) {
        if !std::mem::replace(&mut self.has_contents, true) {
            self.note(Found::Contents, "");
        }
    }

    fn tracked(&mut self, came: bool, tag: &Tag<'_>) {
        let name = tag.get("author").unwrap_or_default();
        let author = self.authors.iter().position(|known| *known == name).unwrap_or_else(|| {
            self.authors.push(name);
            self.authors.len() - 1
        });
        let change = Tracked { came, author };
        match self.parent() {
            // The letters' properties inside a paragraph's: its end.
            "rPr" if self.path.iter().rev().nth(1).is_some_and(|around| around == "pPr") => {
                self.paragraph(|open| open.end.push(change));
            }
            "trPr" => self.row_tracked(change),
            _ if self.is_in_properties() => {}
            _ => self.changes.push(change),
        }
    }
}

/// What says how something looked before a tracked change.
fn is_change_of_looks(name: &str) -> bool {
    const CHANGES: [&str; 9] = [
        "rPrChange",
        "pPrChange",
        "sectPrChange",
        "tblPrChange",
        "tblPrExChange",
        "tblGridChange",
        "trPrChange",
        "tcPrChange",
        "numberingChange",
    ];
    CHANGES.contains(&name)
}

/// The words of pieces, changes and all.
fn words(pieces: &[Piece]) -> String {
    pieces.iter().map(|piece| piece.words.as_str()).collect()
}

/// The marks of words in a note.
fn with_note(marks: &Marks, id: ParagraphId) -> Marks {
    let mut marks = marks.clone();
    marks.0.extend(Marks::on([format!("footnote:{id}").as_str()]).0);
    marks
}
