//! The words of a paragraph: runs, links and the marks of notes.

use super::body::Body;
use super::tracked::{self, Change};
use super::xml::{by_direction, escape, is_right_to_left, uri};
use super::{Lost, bookmark};
use crate::document::{Marks, Run};
use crate::render::redline::By;
use crate::render::tree::{Note, Numbered, Piece};

/// Where words stand: each part of the archive has relations of its own.
#[derive(Debug, Default)]
pub(super) struct Story {
    /// What has been written.
    pub xml: String,
    /// Where its links lead, in order; the first is `rIdLink1`.
    pub links: Vec<String>,
}

impl Body<'_> {
    /// All words of a block between the two ends of its bookmark.
    pub(super) fn line(&mut self, block: &Numbered) {
        self.marked(block, |body| match &block.red {
            Some(red) => body.red_line(red, tracked::whole(block)),
            None => block.pieces().into_iter().for_each(|piece| match piece {
                // Word says itself what came and what went.
                Piece::Sign(_) => {}
                Piece::Words(run, _) => body.remarked(std::iter::once(run), |body| body.run(run)),
                Piece::Note(note) => {
                    body.remarked(note.runs.iter().map(|(run, _)| *run), |body| body.note(&note))
                }
            }),
        });
    }

    /// What `write` writes, between the two ends of a block's bookmark.
    pub(super) fn marked(&mut self, block: &Numbered, write: impl FnOnce(&mut Self)) {
        self.here = Some(block.id());
        self.bookmarks += 1;
        let (id, name) = (self.bookmarks, bookmark(block.id()));
        // An annex may say again what stands in the paper: of two bookmarks of one name Word drops one.
        let is_gone = block.red.as_ref().is_some_and(|red| red.is_gone);
        let is_new = !is_gone && self.named.insert(block.id());
        if is_new {
            self.put(&format!("<w:bookmarkStart w:id=\"{id}\" w:name=\"{name}\"/>"));
        }
        write(self);
        if is_new {
            self.put(&format!("<w:bookmarkEnd w:id=\"{id}\"/>"));
        }
    }

    /// Words of the file itself, under a character style where it names one.
    pub(super) fn words(&mut self, words: &str, style: Option<&str>) {
        let style = style.map(|style| format!("<w:rStyle w:val=\"{style}\"/>")).unwrap_or_default();
        for (rtl, words) in by_direction(words, self.rtl) {
            let direction = if rtl { "<w:rtl/>" } else { "" };
            self.plain_run(&format!("{style}{direction}"), words);
        }
    }

    fn run(&mut self, run: &Run) {
        self.told_run(run, (&[], None), None);
    }

    /// A run within these changes. If only its look changed, `was` is the one it had.
    pub(super) fn told_run(&mut self, run: &Run, (changes, by): (&[Change], Option<&By>), was: Option<&str>) {
        let link = match (run.marks.link(), run.marks.has("link")) {
            (Some(href), _) => Some(uri(href)),
            (None, true) => {
                self.lose(Lost::Address, 1);
                None
            }
            (None, false) => None,
        };
        // A link holds changes and is never held by one.
        if let Some(href) = &link {
            self.story.links.push(href.clone());
            let id = self.story.links.len();
            self.put(&format!("<w:hyperlink r:id=\"rIdLink{id}\" w:history=\"1\">"));
        }
        let look = look_of(&run.marks, link.is_some());
        let was = was.filter(|was| *was != look);
        let lang = run.marks.lang().map(|lang| match is_right_to_left(lang) {
            true => format!("<w:lang w:bidi=\"{lang}\"/>"),
            false => format!("<w:lang w:val=\"{lang}\"/>"),
        });
        let lang = lang.unwrap_or_default();
        self.changed(changes, by, &mut |body| {
            for (rtl, words) in by_direction(&run.text, body.rtl) {
                let direction = if rtl { "<w:rtl/>" } else { "" };
                let was = was.map(|was| body.looked(was)).unwrap_or_default();
                body.plain_run(&format!("{look}{direction}{lang}{was}"), words);
            }
        });
        if link.is_some() {
            self.put("</w:hyperlink>");
        }
    }

    /// One `w:r`; line breaks and tabs are elements of their own.
    fn plain_run(&mut self, look: &str, words: &str) {
        self.put("<w:r>");
        if !look.is_empty() {
            self.put(&format!("<w:rPr>{look}</w:rPr>"));
        }
        for part in words.split_inclusive(['\n', '\t', '\u{2028}', '\u{2029}']) {
            let (words, end) = match part.char_indices().next_back() {
                Some((at, '\t')) => (&part[..at], "<w:tab/>"),
                Some((at, '\n' | '\u{2028}' | '\u{2029}')) => (&part[..at], "<w:br/>"),
                _ => (part, ""),
            };
            if !words.is_empty() {
                let text = if self.goes { "delText" } else { "t" };
                self.put(&format!("<w:{text} xml:space=\"preserve\">"));
                let left_out = escape(&mut self.story.xml, words);
                self.lose(Lost::Characters, left_out);
                self.put(&format!("</w:{text}>"));
            }
            self.put(end);
        }
        self.put("</w:r>");
    }

    fn note(&mut self, note: &Note<'_>) {
        let number = note.number;
        self.put(&format!(
            "<w:r><w:rPr><w:rStyle w:val=\"FootnoteReference\"/></w:rPr><w:footnoteReference w:id=\"{number}\"/></w:r>"
        ));
        self.in_note(number, |body| note.runs.iter().for_each(|(run, _)| body.run(run)));
    }

    /// The words of the note with this id.
    pub(super) fn in_note(&mut self, number: usize, write: impl FnOnce(&mut Self)) {
        std::mem::swap(&mut self.story, &mut self.notes);
        let bidi = self.bidi();
        self.put(&format!(
            "<w:footnote w:id=\"{number}\"><w:p><w:pPr><w:pStyle w:val=\"FootnoteText\"/>{bidi}</w:pPr>"
        ));
        self.put("<w:r><w:rPr><w:rStyle w:val=\"FootnoteReference\"/></w:rPr><w:footnoteRef/></w:r>");
        self.put("<w:r><w:t xml:space=\"preserve\"> </w:t></w:r>");
        write(self);
        self.put("</w:p></w:footnote>");
        std::mem::swap(&mut self.story, &mut self.notes);
    }
}

/// How words with these marks look.
pub(super) fn look_of(marks: &Marks, is_link: bool) -> String {
    let mut look = String::new();
    if is_link {
        look += "<w:rStyle w:val=\"Hyperlink\"/>";
    }
    for (mark, shown) in [("strong", "<w:b/><w:bCs/>"), ("em", "<w:i/><w:iCs/>")] {
        look += if marks.has(mark) { shown } else { "" };
    }
    look + match (marks.has("superscript"), marks.has("subscript")) {
        (true, _) => "<w:vertAlign w:val=\"superscript\"/>",
        (false, true) => "<w:vertAlign w:val=\"subscript\"/>",
        (false, false) => "",
    }
}
