//! REN28: what people say about words, as comments of Word: each one stands at its words, in the order in which it was said.

use std::collections::BTreeMap;

use super::body::Body;
use super::look::HEAD;
use super::tracked;
use super::xml::escape;
use super::{Lost, Sheet};
use crate::document::Run;
use crate::render::remarked::{self, Said};

/// Which discussions have begun, and how much of their words is still to come.
#[derive(Debug, Default)]
pub(super) struct Remarks {
    /// For each discussion whose words are in the tree, how many stretches of them are to come.
    left: BTreeMap<usize, usize>,
    begun: Vec<usize>,
}

impl Remarks {
    pub(super) fn of(sheet: &Sheet<'_>) -> Remarks {
        let mut left = BTreeMap::new();
        let blocks = sheet.tree.chapters.iter().flat_map(|chapter| &chapter.blocks);
        let written = blocks.filter(|block| !tracked::says_nothing(block));
        for discussion in written.flat_map(|block| &block.block.runs).flat_map(remarked::of) {
            *left.entry(discussion).or_default() += 1;
        }
        Remarks { left, begun: Vec::new() }
    }
}

impl Body<'_> {
    /// Writes words that discussions may be bound to, between the ends of these. A note is words, too: comments stand at its mark.
    pub(super) fn remarked<'r>(
        &mut self,
        runs: impl Iterator<Item = &'r Run> + Clone,
        write: impl FnOnce(&mut Self),
    ) {
        for discussion in runs.clone().flat_map(remarked::of) {
            if self.sheet.remarks.get(discussion).is_some() && !self.remarks.begun.contains(&discussion) {
                self.remarks.begun.push(discussion);
                for id in self.ids(discussion) {
                    self.put(&format!("<w:commentRangeStart w:id=\"{id}\"/>"));
                }
            }
        }
        write(self);
        for discussion in runs.flat_map(remarked::of) {
            let Some(left) = self.remarks.left.get_mut(&discussion) else { continue };
            *left -= 1;
            if *left == 0 {
                self.remarks.left.remove(&discussion);
                for id in self.ids(discussion) {
                    self.put(&format!(
                        "<w:commentRangeEnd w:id=\"{id}\"/><w:r><w:rPr><w:rStyle w:val=\"CommentReference\"/></w:rPr><w:commentReference w:id=\"{id}\"/></w:r>"
                    ));
                }
            }
        }
    }

    /// The ids of what was said in a discussion: counted through all of them.
    fn ids(&self, discussion: usize) -> std::ops::Range<usize> {
        let before: usize = self.sheet.remarks[..discussion].iter().map(|remark| remark.said.len()).sum();
        before..before + self.sheet.remarks[discussion].said.len()
    }

    /// `word/comments.xml`; `None` without any. What stands at no words any more would be a comment of nothing: none is written.
    pub(super) fn comments(&mut self, word: &str) -> Option<String> {
        let mut xml = String::new();
        for discussion in self.remarks.begun.clone() {
            let remark = &self.sheet.remarks[discussion];
            for (id, said) in self.ids(discussion).zip(&remark.said) {
                xml += &self.comment(id, said);
            }
        }
        (!xml.is_empty()).then(|| format!("{HEAD}<w:comments {word}>{xml}</w:comments>"))
    }

    fn comment(&mut self, id: usize, said: &Said) -> String {
        let (mut who, mut initials) = (String::new(), String::new());
        escape(&mut who, &said.who);
        escape(&mut initials, &said.initials);
        // Word takes whole seconds only.
        let at = said.at.to_string();
        let at = at.split_once('.').map_or(at.as_str(), |(seconds, _)| seconds).trim_end_matches('Z');
        let bidi = self.bidi();
        let mut xml = format!(
            "<w:comment w:id=\"{id}\" w:author=\"{who}\" w:date=\"{at}Z\" w:initials=\"{initials}\">"
        );
        for (at, line) in said.words.split('\n').enumerate() {
            let mut words = String::new();
            let left_out = escape(&mut words, line);
            self.here = None;
            self.lose(Lost::Characters, left_out);
            let mark = match at {
                0 => "<w:r><w:rPr><w:rStyle w:val=\"CommentReference\"/></w:rPr><w:annotationRef/></w:r>",
                _ => "",
            };
            xml += &format!(
                "<w:p><w:pPr><w:pStyle w:val=\"CommentText\"/>{bidi}</w:pPr>{mark}<w:r><w:t xml:space=\"preserve\">{words}</w:t></w:r></w:p>"
            );
        }
        xml + "</w:comment>"
    }
}
