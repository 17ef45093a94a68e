//! The words of a paragraph: runs, links and the marks of notes.

use super::body::Body;
use super::xml::{by_direction, escape, is_right_to_left, uri};
use super::{Lost, bookmark};
use crate::document::Run;
use crate::render::redline::Shade;
use crate::render::tree::{Note, Numbered, Piece};

/// Ids of changes begin here: those of bookmarks are smaller.
const FIRST_REVISION: usize = 1_000_000;

/// What becomes of words: those of a block that came as a whole come, too.
fn tracked(block: &Numbered, shade: Shade) -> Shade {
    match (&block.red, shade) {
        (Some(red), Shade::Stays) if red.is_new => Shade::Comes,
        _ => shade,
    }
}

/// A link holds changes and is never held by one.
fn without_link(run: &Run) -> Run {
    let mut run = run.clone();
    run.marks.0.remove("link");
    run
}

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
        self.marked(block, |body| {
            for piece in block.pieces() {
                match piece {
                    // Word says itself what came and what went.
                    Piece::Sign(_) => {}
                    Piece::Words(run, shade) => body.run(run, tracked(block, shade)),
                    Piece::Note(note) => body.note(&note, block),
                }
            }
        });
    }

    /// What `write` writes, between the two ends of a block's bookmark.
    pub(super) fn marked(&mut self, block: &Numbered, write: impl FnOnce(&mut Self)) {
        self.here = Some(block.id());
        self.bookmarks += 1;
        let (id, name) = (self.bookmarks, bookmark(block.id()));
        // An annex may say again what stands in the paper: of two bookmarks of one name Word drops one.
        let is_new = self.named.insert(block.id());
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

    /// REN18: a run, as a tracked change where it came or went.
    fn run(&mut self, run: &Run, shade: Shade) {
        let element = match shade {
            Shade::Stays => return self.untracked(run),
            Shade::Comes => "ins",
            Shade::Goes => "del",
        };
        self.revisions += 1;
        let (id, date) = (FIRST_REVISION + self.revisions, self.sheet.made.to_string());
        let mut author = String::new();
        escape(&mut author, &self.sheet.meta.org);
        self.put(&format!("<w:{element} w:id=\"{id}\" w:author=\"{author}\" w:date=\"{date}\">"));
        self.goes = shade == Shade::Goes;
        self.untracked(&without_link(run));
        self.goes = false;
        self.put(&format!("</w:{element}>"));
    }

    fn untracked(&mut self, run: &Run) {
        let link = match (run.marks.link(), run.marks.has("link")) {
            (Some(href), _) => Some(uri(href)),
            (None, true) => {
                self.lose(Lost::Address, 1);
                None
            }
            (None, false) => None,
        };
        if let Some(href) = &link {
            self.story.links.push(href.clone());
            let id = self.story.links.len();
            self.put(&format!("<w:hyperlink r:id=\"rIdLink{id}\" w:history=\"1\">"));
        }
        let mut look = String::new();
        if link.is_some() {
            look += "<w:rStyle w:val=\"Hyperlink\"/>";
        }
        for (mark, shown) in [("strong", "<w:b/><w:bCs/>"), ("em", "<w:i/><w:iCs/>")] {
            look += if run.marks.has(mark) { shown } else { "" };
        }
        look += match (run.marks.has("superscript"), run.marks.has("subscript")) {
            (true, _) => "<w:vertAlign w:val=\"superscript\"/>",
            (false, true) => "<w:vertAlign w:val=\"subscript\"/>",
            (false, false) => "",
        };
        let lang = run.marks.lang().map(|lang| match is_right_to_left(lang) {
            true => format!("<w:lang w:bidi=\"{lang}\"/>"),
            false => format!("<w:lang w:val=\"{lang}\"/>"),
        });
        let lang = lang.unwrap_or_default();
        for (rtl, words) in by_direction(&run.text, self.rtl) {
            let direction = if rtl { "<w:rtl/>" } else { "" };
            self.plain_run(&format!("{look}{direction}{lang}"), words);
        }
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

    fn note(&mut self, note: &Note<'_>, block: &Numbered) {
        let number = note.number;
        self.put(&format!(
            "<w:r><w:rPr><w:rStyle w:val=\"FootnoteReference\"/></w:rPr><w:footnoteReference w:id=\"{number}\"/></w:r>"
        ));
        std::mem::swap(&mut self.story, &mut self.notes);
        let bidi = self.bidi();
        self.put(&format!(
            "<w:footnote w:id=\"{number}\"><w:p><w:pPr><w:pStyle w:val=\"FootnoteText\"/>{bidi}</w:pPr>"
        ));
        self.put("<w:r><w:rPr><w:rStyle w:val=\"FootnoteReference\"/></w:rPr><w:footnoteRef/></w:r>");
        self.put("<w:r><w:t xml:space=\"preserve\"> </w:t></w:r>");
        note.runs.iter().for_each(|(run, shade)| self.run(run, tracked(block, *shade)));
        self.put("</w:p></w:footnote>");
        std::mem::swap(&mut self.story, &mut self.notes);
    }
}
