//! REN18: what came, went and moved, as changes that Word tracks: it shows them, and takes each of them in or back.
//!
//! Taking every change in leaves the new draft, taking every change back the old one. What came or went as a whole is tracked with the
//! mark at its end, so that no empty paragraph stays behind; rows and cells say it of themselves. A paragraph that moved stands twice,
//! between the ends of two ranges of one name. A change bears the name of the component that made it and the instant at which it was
//! received; where nobody knows, those of the organisation and of the draft.

use super::body::Body;
use super::line::look_of;
use super::xml::escape;
use crate::document::schema::{Image, Marks};
use crate::document::{BlockKind, Run};
use crate::render::redline::{By, Old, Red, Shade, Shaded};
use crate::render::tree::{Numbered, Table};

/// Ids of changes begin here: those of bookmarks are smaller.
const FIRST_REVISION: usize = 1_000_000;

/// A change, by its element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Ins,
    Del,
    MoveTo,
    MoveFrom,
}

/// What became of a block as a whole.
#[derive(Clone, Copy)]
pub(super) struct Whole<'b> {
    pub(super) change: Change,
    pub(super) by: Option<&'b By>,
    /// The number of its move.
    moved: Option<usize>,
}

/// Words, the changes around them from the outermost to the innermost, and the note that they belong to.
struct Told<'b> {
    run: Run,
    note: Option<String>,
    changes: &'static [Change],
    by: Option<&'b By>,
    /// Their marks before, if only these changed.
    was: Option<&'b Marks>,
}

impl Told<'_> {
    /// Whether it goes, or comes: in one of both drafts it is not there.
    fn is_exchanged(&self) -> bool {
        matches!(self.changes.last(), Some(Change::Ins | Change::Del))
    }
}

impl Change {
    pub(super) fn element(self) -> &'static str {
        match self {
            Change::Ins => "ins",
            Change::Del => "del",
            Change::MoveTo => "moveTo",
            Change::MoveFrom => "moveFrom",
        }
    }

    /// The element by which a cell says it of itself. Cells do not move.
    pub(super) fn of_cell(self) -> &'static str {
        match self {
            Change::Ins | Change::MoveTo => "cellIns",
            Change::Del | Change::MoveFrom => "cellDel",
        }
    }

    /// It alone, as a list.
    pub(super) fn alone(self) -> &'static [Change] {
        match self {
            Change::Ins => &[Change::Ins],
            Change::Del => &[Change::Del],
            Change::MoveTo => &[Change::MoveTo],
            Change::MoveFrom => &[Change::MoveFrom],
        }
    }
}

/// `None` for a block that stands in both drafts at the same place, whatever became of its words.
pub(super) fn whole(block: &Numbered) -> Option<Whole<'_>> {
    let red = block.red.as_ref()?;
    let change = match (red.moved, red.is_gone, red.is_new) {
        (Some(_), true, _) => Change::MoveFrom,
        (Some(_), false, _) => Change::MoveTo,
        (None, true, _) => Change::Del,
        (None, false, true) => Change::Ins,
        (None, false, false) => return None,
    };
    let by = match red.moved {
        Some(_) => None,
        None => red.runs.iter().find_map(|shaded| shaded.by.as_ref()),
    };
    Some(Whole { change, by, moved: red.moved })
}

/// What becomes of a picture whose block stays, as one of another kind.
pub(super) fn of_picture(change: Change) -> Whole<'static> {
    Whole { change, by: None, moved: None }
}

/// As it stood before, of a block that went or was of another kind.
pub(super) fn old(block: &Numbered) -> Option<&Old> {
    block.red.as_ref()?.old.as_ref()
}

/// The picture that a block was before, if it was one and this one is not there any more.
pub(super) fn old_image<'b>(block: &'b Numbered, now: Option<&Image>) -> Option<&'b Image> {
    match &old(block)?.block.kind {
        BlockKind::Image(image) if now.is_none_or(|now| now.blob != image.blob) => Some(image),
        _ => None,
    }
}

/// Whether it is gone, and was of another kind where it stood.
pub(super) fn was_other(block: &Numbered) -> bool {
    let is_gone = block.red.as_ref().is_some_and(|red| red.is_gone);
    is_gone && old(block).is_some_and(|old| old.block.kind != block.block.kind)
}

/// Whether nothing of a block would be seen in either draft.
pub(super) fn says_nothing(block: &Numbered) -> bool {
    let Some(red) = &block.red else { return block.number.is_none() && block.is_blank() };
    let blank = |run: &Run| run.text.trim().is_empty();
    let old = red.old.as_ref();
    block.number.is_none()
        && red.runs.iter().all(|shaded| blank(&shaded.run))
        && old.is_none_or(|old| old.number.is_none() && old.block.runs.iter().all(blank))
        && old_image(block, None).is_none()
}

/// Whether all cells of a row came, or all of them went.
pub(super) fn of_row<'b>(row: &[Option<&'b Numbered>]) -> Option<Whole<'b>> {
    let mut cells = row.iter().flatten().copied().map(whole);
    let first = cells.next()??;
    cells.all(|cell| cell.is_some_and(|cell| cell.change == first.change)).then_some(first)
}

/// What became of a column: its cells that are there, rows that came or went as a whole aside.
pub(super) fn of_column<'b>(table: &Table<'b>, at: usize) -> Option<Whole<'b>> {
    let rows = table.rows.iter().filter(|row| of_row(row).is_none());
    let mut cells = rows.filter_map(|row| row[at]).map(whole);
    let first = cells.next()??;
    cells.all(|cell| cell.is_some_and(|cell| cell.change == first.change)).then_some(first)
}

impl Body<'_> {
    /// An element that says of what it stands in that it changed.
    pub(super) fn said(&mut self, element: &str, by: Option<&By>) -> String {
        format!("<w:{element}{}/>", self.attributes(by))
    }

    /// What is written is part of these changes.
    pub(super) fn changed(&mut self, changes: &[Change], by: Option<&By>, write: &mut dyn FnMut(&mut Self)) {
        let Some((change, inner)) = changes.split_first() else { return write(self) };
        let (element, attributes) = (change.element(), self.attributes(by));
        self.put(&format!("<w:{element}{attributes}>"));
        // Only what is taken out is spelt otherwise; what moved away is not.
        let was = self.goes;
        self.goes = was || *change == Change::Del;
        self.changed(inner, by, write);
        self.goes = was;
        self.put(&format!("</w:{element}>"));
    }

    /// What is said of a paragraph as a whole: of its mark, and of the look that it had, which is `style` and whatever else.
    pub(super) fn of_mark(&mut self, whole: Option<Whole<'_>>, looked: Option<&str>) {
        let mark = whole.map(|whole| self.said(whole.change.element(), whole.by));
        let mark = mark.map(|mark| format!("<w:rPr>{mark}</w:rPr>")).unwrap_or_default();
        let looked = looked.map(|looked| {
            let attributes = self.attributes(None);
            format!("<w:pPrChange{attributes}><w:pPr>{looked}</w:pPr></w:pPrChange>")
        });
        self.mark = mark + &looked.unwrap_or_default();
    }

    /// Says of words how they looked before.
    pub(super) fn looked(&mut self, look: &str) -> String {
        format!("<w:rPrChange{}><w:rPr>{look}</w:rPr></w:rPrChange>", self.attributes(None))
    }

    /// Opens the range of a move, and gives back what closes it.
    pub(super) fn begin_move(&mut self, whole: Option<Whole<'_>>) -> String {
        let Some((change, number)) = whole.and_then(|whole| Some((whole.change, whole.moved?))) else {
            return String::new();
        };
        let element = change.element();
        let attributes = self.attributes(None);
        let id = FIRST_REVISION + self.revisions;
        self.put(&format!("<w:{element}RangeStart{attributes} w:name=\"move{number}\"/>"));
        format!("<w:{element}RangeEnd w:id=\"{id}\"/>")
    }

    /// The words of a block of which something changed.
    pub(super) fn red_line(&mut self, red: &Red, whole: Option<Whole<'_>>) {
        let told = told(red, whole);
        for part in told.chunk_by(|one, next| one.note.is_some() && one.note == next.note) {
            match &part[0].note {
                Some(_) => self.red_note(part),
                None => self.tell(&part[0]),
            }
        }
    }

    fn tell(&mut self, told: &Told<'_>) {
        let was = told.was.map(|was| look_of(was, was.link().is_some()));
        self.told_run(&told.run, (told.changes, told.by), was.as_deref());
    }

    /// A note: it came or went if all its words did.
    fn red_note(&mut self, words: &[Told<'_>]) {
        let first = &words[0];
        let whole = words.iter().all(|told| told.changes == first.changes);
        let (changes, by) = if whole { (first.changes, first.by) } else { around(words) };
        let number = self.sheet.tree.next_note + self.red_notes;
        self.red_notes += 1;
        self.changed(changes, by, &mut |body| {
            body.put(&format!(
                "<w:r><w:rPr><w:rStyle w:val=\"FootnoteReference\"/></w:rPr><w:footnoteReference w:id=\"{number}\"/></w:r>"
            ))
        });
        self.in_note(number, |body| words.iter().for_each(|told| body.tell(told)));
    }

    fn attributes(&mut self, by: Option<&By>) -> String {
        self.revisions += 1;
        let meta = self.sheet.meta;
        let nobody = if meta.org.is_empty() { &meta.title } else { &meta.org };
        let (who, at) = by.map_or((nobody, self.sheet.made), |by| (&by.who, by.at));
        let mut author = String::new();
        escape(&mut author, who);
        // Word takes whole seconds only.
        let at = at.to_string();
        let at = at.split_once('.').map_or(at.as_str(), |(seconds, _)| seconds).trim_end_matches('Z');
        let id = FIRST_REVISION + self.revisions;
        format!(" w:id=\"{id}\" w:author=\"{author}\" w:date=\"{at}Z\"")
    }
}

/// The changes around a note of which some words stay: those that all its words share.
fn around<'b>(words: &[Told<'b>]) -> (&'static [Change], Option<&'b By>) {
    match words
        .iter()
        .all(|told| told.changes.first() == Some(&Change::MoveTo) || told.changes == [Change::Ins])
    {
        true if words.iter().any(|told| told.changes.first() == Some(&Change::MoveTo)) => {
            (Change::MoveTo.alone(), None)
        }
        _ => (&[], None),
    }
}

/// The words of a block, with all that happened to them.
fn told<'b>(red: &'b Red, whole: Option<Whole<'b>>) -> Vec<Told<'b>> {
    let change = whole.map(|whole| whole.change);
    if let (Some(Change::MoveFrom), Some(old)) = (change, &red.old) {
        let away = |run: &Run| Told {
            run: run.clone(),
            note: run.marks.footnote().map(str::to_owned),
            changes: Change::MoveFrom.alone(),
            by: None,
            was: None,
        };
        return old.block.runs.iter().map(away).collect();
    }
    let mut all = Vec::new();
    for Shaded { run, shade, by, gone_note, was } in &red.runs {
        let note = gone_note.clone().or_else(|| run.marks.footnote().map(str::to_owned));
        let changes: &'static [Change] = match (change, shade) {
            // They stand where the paragraph moved away from, and go with it. Not every program takes back what went inside of what came.
            (Some(Change::MoveTo), Shade::Goes) => continue,
            (Some(Change::MoveTo), Shade::Stays) => Change::MoveTo.alone(),
            (_, Shade::Goes) => Change::Del.alone(),
            (_, Shade::Comes) => Change::Ins.alone(),
            (Some(change), Shade::Stays) => change.alone(),
            (None, Shade::Stays) => &[],
        };
        let by = by.as_ref();
        match was {
            // Another note or another address is no other look: the words go, and come.
            Some(was) if was.footnote() != run.marks.footnote() || was.link() != run.marks.link() => {
                let before = Run { text: run.text.clone(), marks: was.clone() };
                if change != Some(Change::MoveTo) {
                    let note_before = was.footnote().map(str::to_owned);
                    let goes = Change::Del.alone();
                    all.push(Told { run: before, note: note_before, changes: goes, by, was: None });
                }
                all.push(Told { run: run.clone(), note, changes: Change::Ins.alone(), by, was: None });
            }
            was => {
                let was = was.as_ref().filter(|_| changes.is_empty());
                all.push(Told { run: run.clone(), note, changes, by, was });
            }
        }
    }
    // Where words go and come, all that goes stands first: what comes as one note is one note.
    for part in all.chunk_by_mut(|one, next| one.is_exchanged() && next.is_exchanged()) {
        part.sort_by_key(|told| told.changes.last() != Some(&Change::Del));
    }
    all
}
