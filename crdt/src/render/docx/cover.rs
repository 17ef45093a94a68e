//! What stands before the chapters: the cover and the table of contents.

use super::body::Body;
use super::bookmark;
use crate::document::BlockKind;
use crate::render::tree::Numbered;

/// Headings down to this level stand in the table of contents.
const IN_CONTENTS: u8 = 3;

impl Body<'_> {
    pub(super) fn cover(&mut self) {
        let meta = self.sheet.meta;
        self.cover_line(&meta.org, "CoverOrganisation");
        self.cover_line(&meta.title, "Title");
        self.cover_line(&meta.subtitle, "Subtitle");
        self.cover_line(&meta.demo, "Notice");
        for (label, value) in &meta.cover {
            self.open("CoverLine");
            self.words(label, Some("CoverLabel"));
            self.words("\t", None);
            self.words(value, None);
            self.close();
        }
        self.opens_page = true;
    }

    fn cover_line(&mut self, words: &str, style: &str) {
        if !words.trim().is_empty() {
            self.open(style);
            self.words(words, None);
            self.close();
        }
    }

    /// A field that the reader's program can renew, with the titles already in it. Page numbers come when it is renewed: they
    /// depend on the program's fonts.
    pub(super) fn contents(&mut self) {
        let entries = self.entries();
        if entries.is_empty() {
            return;
        }
        self.put("<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val=\"Table of Contents\"/><w:docPartUnique/></w:docPartObj></w:sdtPr><w:sdtContent>");
        self.open("TOCHeading");
        self.words(&self.sheet.meta.labels.contents, None);
        self.close();
        for (at, (level, number, title, anchor)) in entries.iter().enumerate() {
            self.open(&format!("TOC{level}"));
            if at == 0 {
                self.field_begins(&format!(" TOC \\o \"1-{IN_CONTENTS}\" \\h \\z \\u "));
            }
            self.put(&format!("<w:hyperlink w:anchor=\"{anchor}\" w:history=\"1\">"));
            if !number.is_empty() {
                self.words(number, None);
                // What is wider than its column would send the title to the end of the line.
                let fits = *level == 1 && number.chars().count() <= 4;
                self.words(if fits { "\t" } else { "\u{2003}" }, None);
            }
            self.words(title, None);
            self.put("</w:hyperlink>");
            if at + 1 == entries.len() {
                self.field_ends();
            }
            self.close();
        }
        self.put("</w:sdtContent></w:sdt>");
        self.opens_page = true;
    }

    /// Level, number, words and bookmark of each heading that stands in the contents.
    fn entries(&self) -> Vec<(u8, String, String, String)> {
        let mut entries = Vec::new();
        for chapter in &self.sheet.tree.chapters {
            for (at, block) in chapter.blocks.iter().enumerate() {
                let BlockKind::Heading { .. } = block.block.kind else { continue };
                let level = block.level.unwrap_or(1).max(1);
                let number = if at == 0 { chapter.number.clone() } else { String::new() };
                let title = words_in_line(block);
                if level <= IN_CONTENTS && !title.is_empty() {
                    entries.push((level, number, title, bookmark(block.id())));
                }
            }
        }
        entries
    }

    fn field_begins(&mut self, instruction: &str) {
        let instruction = instruction.replace('"', "&quot;");
        self.put("<w:r><w:fldChar w:fldCharType=\"begin\"/></w:r>");
        self.put(&format!("<w:r><w:instrText xml:space=\"preserve\">{instruction}</w:instrText></w:r>"));
        self.put("<w:r><w:fldChar w:fldCharType=\"separate\"/></w:r>");
    }

    fn field_ends(&mut self) {
        self.put("<w:r><w:fldChar w:fldCharType=\"end\"/></w:r>");
    }
}

fn words_in_line(block: &Numbered) -> String {
    block.block.words_in_line().split_whitespace().collect::<Vec<_>>().join(" ")
}
