//! Marks and links around the next words, opened by Markdown or by the few HTML tags that say the same.

use std::ops::Range;

use pulldown_cmark::LinkType;

use super::{By, Reader};
use crate::document::import::report::Finding;
use crate::document::schema::{Marks, link_is_allowed};

impl Reader<'_, '_> {
    pub(super) fn link(&mut self, link_type: LinkType, to: &str, title: &str, range: Range<usize>) {
        let href = if link_type == LinkType::Email { format!("mailto:{to}") } else { to.to_string() };
        self.unsaid.use_address(to);
        let is_allowed = link_is_allowed(&href);
        if !is_allowed {
            self.note(range.start, Finding::Address, &href);
        }
        if !title.is_empty() {
            self.note(range.start, Finding::LinkTitle, title);
        }
        self.links.push(is_allowed.then_some(href));
        self.gather_marks();
    }

    /// The few tags that say what our marks say are understood; every other one is shown as written.
    pub(super) fn inline_html(&mut self, html: &str, range: Range<usize>) {
        let name =
            html.trim_start_matches('<').trim_start_matches('/').trim_end_matches('>').trim_end_matches('/');
        let mark = match name.trim().to_ascii_lowercase().as_str() {
            "strong" | "b" => "strong",
            "em" | "i" => "em",
            "sup" => "superscript",
            "sub" => "subscript",
            "br" if self.open.is_some() => return self.words(" ", range),
            "br" => return,
            _ => {
                self.note(range.start, Finding::Html, html);
                return self.words(html, range);
            }
        };
        if html.starts_with("</") {
            self.end_mark(mark, By::Tag);
        } else {
            self.begin_mark(mark, By::Tag);
        }
        // An id may stand behind the last tag.
        if let Some(open) = &mut self.open {
            open.end = range.end;
        }
    }

    pub(super) fn begin_mark(&mut self, name: &'static str, by: By) {
        *self.marks.entry((name, by)).or_default() += 1;
        self.gather_marks();
    }

    pub(super) fn end_mark(&mut self, name: &'static str, by: By) {
        if let Some(open) = self.marks.get_mut(&(name, by)) {
            *open = open.saturating_sub(1);
        }
        self.gather_marks();
    }

    pub(super) fn gather_marks(&mut self) {
        let marks = Marks::on(self.marks.iter().filter(|(_, open)| **open > 0).map(|((name, _), _)| *name));
        self.marks_here = match self.links.last() {
            Some(Some(href)) => marks.with_link(href),
            _ => marks,
        };
    }
}
