//! Runs: words with their looks, links, fields and the marks of notes.

use crdt::document::schema::link_is_allowed;
use crdt::document::{MarkValue, Marks};

use super::paragraph::OpenParagraph;
use super::{Story, with_note, words};
use crate::export::tables::clean;
use crate::export::word::Piece;
use crate::export::word::report::Found;
use crate::export::word::styles::{Letters, Raised};
use crate::export::word::xml::Tag;

/// How the words of the run look that is open.
#[derive(Default)]
pub(super) struct RunLook {
    letters: Letters,
    style: Letters,
    /// It is the number of a paragraph, or of a chapter, that stands as words.
    is_number: bool,
    /// It says whose a picture is, as this service writes it.
    is_credit: bool,
    /// Inside the only elements whose words are words of the text.
    says: bool,
    says_instruction: bool,
}

/// A field: an instruction, and behind it what it came to.
#[derive(Default)]
pub(super) struct Field {
    instruction: String,
    has_result: bool,
    /// Words that stand where its instruction is: no program shows them.
    kept: String,
}

impl Field {
    fn kept(self) -> Option<String> {
        (!self.has_result && !self.kept.trim().is_empty()).then_some(self.kept)
    }
}

impl Story<'_> {
    pub(super) fn run_begins(&mut self, name: &str, tag: &Tag<'_>) {
        self.equation_begins(name, tag);
        match name {
            "r" => self.run = RunLook::default(),
            "rStyle" => {
                let id = tag.val().unwrap_or_default();
                self.run.style = self.styles.letters(&id);
                self.run.is_number = matches!(self.styles.name(&id), "paragraph number" | "chapter number");
                self.run.is_credit = self.styles.name(&id) == "picture credit";
            }
            "t" | "delText" => self.run.says = true,
            "instrText" | "delInstrText" => self.run.says_instruction = true,
            "tab" | "ptab" if self.parent() == "r" => self.adds(" "),
            "br" | "cr" => self.adds(" "),
            "noBreakHyphen" => self.adds("\u{2011}"),
            "sym" => self.note(Found::Symbol, &tag.get("char").unwrap_or_default()),
            "hyperlink" => {
                let target = tag.get("id").and_then(|id| self.links.get(&id)).cloned();
                let target = self.followed(target);
                self.hyperlinks.push(target);
            }
            "fldSimple" => {
                let instruction = tag.get("instr").unwrap_or_default();
                self.fields.push(Field { instruction, has_result: true, kept: String::new() });
            }
            "fldChar" => match tag.get("fldCharType").as_deref() {
                Some("begin") => self.fields.push(Field::default()),
                Some("separate") => {
                    if let Some(field) = self.fields.last_mut() {
                        field.has_result = true;
                    }
                }
                _ => self.field_ends(),
            },
            "footnoteReference" | "endnoteReference" => self.noted(name == "footnoteReference", tag),
            other if self.parent() == "rPr" => self.run.letters.take(other, tag),
            _ => {}
        }
    }

    pub(super) fn run_ends(&mut self, name: &str) {
        self.equation_ends(name);
        match name {
            "t" | "delText" => self.run.says = false,
            "instrText" | "delInstrText" => self.run.says_instruction = false,
            "hyperlink" => drop(self.hyperlinks.pop()),
            "fldSimple" => drop(self.fields.pop()),
            _ => {}
        }
    }

    pub(super) fn says(&mut self, words: &str) {
        if self.run.says_instruction
            && let Some(field) = self.fields.last_mut().filter(|field| !field.has_result)
        {
            field.instruction.push_str(words);
        }
        if self.run.says {
            self.adds(words);
        }
    }

    pub(super) fn adds(&mut self, words: &str) {
        if self.passed_over > 0 {
            return;
        }
        if let Some(field) = self.fields.iter_mut().find(|field| !field.has_result) {
            field.kept.push_str(words);
            return;
        }
        let words: String =
            clean(words).chars().map(|c| if matches!(c, '\n' | '\t' | '\r') { ' ' } else { c }).collect();
        let RunLook { is_number, is_credit, .. } = self.run;
        let look = self.look();
        let is_hidden = look.hidden == Some(true);
        let is_reading = !is_hidden && self.path.iter().any(|around| around == "rt");
        let stays = !is_hidden && !is_reading;
        let told = [
            (Found::Hidden, is_hidden),
            (Found::Reading, is_reading),
            (Found::Struck, stays && look.struck == Some(true)),
            (Found::Equation, stays && self.is_in_equation()),
            (Found::ChangedTwice, stays && self.changes_twice()),
        ];
        let piece = Piece {
            words,
            marks: self.marks(),
            changes: self.changes.clone(),
            comments: self.commented.clone(),
        };
        self.is_said();
        self.paragraph(|open| {
            open.tell_all(told, &piece.words);
            if !stays {
                return;
            }
            let is_behind_number = open.had_number && is_blank(open) && piece.words.trim().is_empty();
            if is_number {
                open.had_number = true;
            } else if is_credit {
                open.credit.push_str(&piece.words);
            } else if !is_behind_number {
                open.takes(piece);
            }
        });
    }

    /// How the words of the run look. Of a paragraph's style only what takes words away counts: a heading is no bold text.
    pub(super) fn look(&self) -> Letters {
        let around = self.open.last().map_or_else(Letters::default, |open| open.letters);
        let around = Letters { strong: None, em: None, raised: None, ..around };
        self.run.letters.or(self.run.style).or(around)
    }

    /// A field that came to nothing keeps the words that stood in it.
    fn field_ends(&mut self) {
        if let Some(kept) = self.fields.pop().and_then(Field::kept) {
            self.note(Found::Hidden, &kept);
        }
    }

    /// The part has ended. Fields that have not are damaged: of what they keep no paragraph is known.
    pub(super) fn fields_end(&mut self) {
        for kept in std::mem::take(&mut self.fields).into_iter().filter_map(Field::kept) {
            self.report.note(0, Found::Hidden, &kept);
        }
    }

    fn marks(&mut self) -> Marks {
        let letters = self.look();
        let raised = match letters.raised.or(self.raised_in_equation()) {
            Some(Raised::Above) => Some("superscript"),
            Some(Raised::Below) => Some("subscript"),
            _ => None,
        };
        let strong = letters.strong.unwrap_or(false).then_some("strong");
        let em = letters.em.unwrap_or(false).then_some("em");
        let mut marks = Marks::on([strong, em, raised].into_iter().flatten());
        if let Some(target) = self.target() {
            marks.0.insert("link".into(), MarkValue::Text(target));
        }
        marks
    }

    /// Where the words that come lead.
    fn target(&mut self) -> Option<String> {
        if let Some(target) = self.hyperlinks.iter().rev().flatten().next() {
            return Some(target.clone());
        }
        let field = self.fields.iter().rev().find(|field| field.has_result)?;
        let target = field.instruction.trim().strip_prefix("HYPERLINK")?.trim();
        // `HYPERLINK \l "place"` leads to a place in the file.
        let target = target.strip_prefix('"')?.split('"').next()?.to_owned();
        link_is_allowed(&target).then_some(target)
    }

    fn followed(&mut self, target: Option<String>) -> Option<String> {
        let target = target?;
        if !link_is_allowed(&target) {
            self.note(Found::Address, &target);
            return None;
        }
        Some(target)
    }

    /// A note: its words stand where its mark stands.
    fn noted(&mut self, is_footnote: bool, tag: &Tag<'_>) {
        let notes = if is_footnote { &self.notes.footnotes } else { &self.notes.endnotes };
        let Some(said) = tag.get("id").and_then(|id| notes.get(&id)) else { return };
        let id = (self.ids)();
        let changes = &self.changes;
        let pieces = said.iter().filter(|piece| !piece.words.is_empty()).map(|piece| Piece {
            words: piece.words.replace('\n', " "),
            marks: with_note(&piece.marks, id),
            changes: changes.clone(),
            comments: Vec::new(),
        });
        let mut pieces: Vec<Piece> = pieces.collect();
        trim(&mut pieces);
        let is_hidden = self.look().hidden == Some(true);
        let is_changed_twice = !is_hidden && self.changes_twice();
        self.is_said();
        self.paragraph(|open| {
            let told = [(Found::Hidden, is_hidden), (Found::ChangedTwice, is_changed_twice)];
            open.tell_all(told, &words(&pieces));
            if !is_hidden {
                open.pieces.extend(pieces);
            }
        });
    }
}

/// Word puts a space between a note's number and its words.
fn trim(pieces: &mut Vec<Piece>) {
    while let Some(first) = pieces.first_mut() {
        first.words = first.words.trim_start().to_owned();
        if !first.words.is_empty() {
            break;
        }
        pieces.remove(0);
    }
}

fn is_blank(open: &OpenParagraph) -> bool {
    open.pieces.iter().all(|piece| piece.words.trim().is_empty())
}

impl OpenParagraph {
    fn takes(&mut self, piece: Piece) {
        match self.pieces.last_mut() {
            Some(last)
                if (&last.marks, &last.changes, &last.comments)
                    == (&piece.marks, &piece.changes, &piece.comments) =>
            {
                last.words.push_str(&piece.words)
            }
            _ => self.pieces.push(piece),
        }
    }
}
