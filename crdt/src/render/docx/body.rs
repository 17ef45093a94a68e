//! The text, block by block: headings and paragraphs here, `list`, `table` and `picture` beside.

mod list;
mod picture;
mod table;

use std::collections::BTreeSet;

use super::line::Story;
use super::remarks::Remarks;
use super::tracked::{self, Change, Whole};
use super::xml::is_right_to_left;
use super::{Loss, Lost, Sheet};
use crate::document::BlockKind;
use crate::ids::ParagraphId;
use crate::render::tree::{Chapter, Node, Numbered};

/// How wide the text is, in twentieths of a point: A4 less its margins (see [`look`](super::look)).
pub(super) const WIDTH: u32 = 8_504;
/// Deepest level of headings that Word knows.
pub(super) const DEEPEST_HEADING: u8 = 9;

/// The document while it is written.
pub(super) struct Body<'a> {
    pub(super) sheet: Sheet<'a>,
    /// What is being written now: the text itself, or a note.
    pub(super) story: Story,
    /// The other of both.
    pub(super) notes: Story,
    /// For each numbered list in order, its depth: each counts from 1.
    pub(super) counted: Vec<usize>,
    /// The pictures in the file, by their digests.
    pub(super) shown: BTreeSet<&'a str>,
    pub(super) losses: Vec<Loss>,
    /// Whether the paper runs from right to left.
    pub(super) rtl: bool,
    /// The paragraph that is being written.
    pub(super) here: Option<ParagraphId>,
    pub(super) bookmarks: usize,
    pub(super) named: BTreeSet<ParagraphId>,
    drawings: usize,
    /// The next paragraph opens a page.
    pub(super) opens_page: bool,
    /// How many tracked changes there are so far.
    pub(super) revisions: usize,
    /// What is being written went.
    pub(super) goes: bool,
    /// What the next paragraph says of its own mark, and of how it looked.
    pub(super) mark: String,
    /// How many notes of blocks of which something changed there are so far.
    pub(super) red_notes: usize,
    pub(super) remarks: Remarks,
}

impl<'a> Body<'a> {
    pub(super) fn new(sheet: &Sheet<'a>) -> Self {
        Self {
            sheet: *sheet,
            story: Story::default(),
            notes: Story::default(),
            counted: Vec::new(),
            shown: BTreeSet::new(),
            losses: Vec::new(),
            rtl: is_right_to_left(&sheet.meta.lang),
            here: None,
            bookmarks: 0,
            named: BTreeSet::new(),
            drawings: 0,
            opens_page: false,
            revisions: 0,
            goes: false,
            mark: String::new(),
            red_notes: 0,
            remarks: Remarks::of(sheet),
        }
    }

    pub(super) fn chapter(&mut self, chapter: &'a Chapter) {
        // The title: the first block that stands, and before it the one that went. A certificate is one chapter without a number.
        let standing = chapter.blocks.iter().find(|block| !block.red.as_ref().is_some_and(|red| red.is_gone));
        let titles = [standing, chapter.blocks.first()];
        let number = |block: &Numbered| {
            let is_title = titles.iter().flatten().any(|title| std::ptr::eq(*title, block));
            if is_title { chapter.number.as_str() } else { "" }
        };
        for (at, node) in chapter.nodes().into_iter().enumerate() {
            match node {
                // Words are what a heading is for: a reader of the outline would find an empty line.
                Node::Heading(other)
                    if at > 0 && number(other).is_empty() && tracked::says_nothing(other) => {}
                Node::Heading(heading) => self.heading(heading, heading.level, number(heading)),
                Node::Paragraph(block) => self.paragraph(block, number(block)),
                Node::Quote(quoted) => quoted.into_iter().for_each(|block| self.paragraph(block, "")),
                Node::List(list) => self.list(&list, 0),
                Node::Table(table) => self.table(&table),
                Node::Figure(block, image) => self.figure(block, image),
            }
        }
    }

    /// What belongs into every paragraph of this paper.
    pub(super) fn bidi(&self) -> &'static str {
        if self.rtl { "<w:bidi/>" } else { "" }
    }

    pub(super) fn put(&mut self, xml: &str) {
        self.story.xml.push_str(xml);
    }

    pub(super) fn lose(&mut self, what: Lost, count: usize) {
        match self.losses.last_mut() {
            _ if count == 0 => {}
            Some(last) if last.paragraph == self.here && last.what == what => last.count += count,
            _ => self.losses.push(Loss { paragraph: self.here, what, count }),
        }
    }

    /// Opens a paragraph of this style; the caller closes it.
    pub(super) fn open(&mut self, style: &str) {
        self.open_in(style, "", "");
    }

    /// The same in a list, or with an indent of its own.
    fn open_in(&mut self, style: &str, list: &str, indent: &str) {
        let page = if std::mem::take(&mut self.opens_page) { "<w:pageBreakBefore/>" } else { "" };
        let style = if style == "Normal" { String::new() } else { format!("<w:pStyle w:val=\"{style}\"/>") };
        let mark = std::mem::take(&mut self.mark);
        let look = format!("{style}{page}{list}{}{indent}{mark}", self.bidi());
        self.put("<w:p>");
        if !look.is_empty() {
            self.put(&format!("<w:pPr>{look}</w:pPr>"));
        }
    }

    pub(super) fn close(&mut self) {
        self.put("</w:p>");
    }

    /// A paragraph with the words of a block, behind its number under a character style.
    fn block(
        &mut self,
        block: &Numbered,
        (style, list, indent): (&str, &str, &str),
        number: Option<(&str, &str)>,
    ) {
        let whole = tracked::whole(block);
        let looked = self.looked_before(block, style);
        self.of_mark(whole, looked.as_deref());
        self.open_in(style, list, indent);
        let end = self.begin_move(whole);
        self.number(block, number);
        self.line(block);
        self.close();
        self.put(&end);
    }

    /// A number in front of words. It comes and goes with its paragraph, and alone if the paragraph had none before, or has none now.
    fn number(&mut self, block: &Numbered, number: Option<(&str, &str)>) {
        let whole = tracked::whole(block);
        let before = tracked::old(block).filter(|_| whole.is_none());
        let lost = before.and_then(|old| old.number).filter(|_| block.number.is_none());
        if let Some(lost) = lost {
            self.changed(Change::Del.alone(), None, &mut |body| {
                body.words(&format!("{lost}."), Some("ParagraphNumber"));
                body.words("\t", None);
            });
        }
        let Some((number, style)) = number else { return };
        let is_fresh = before.is_some_and(|old| old.number.is_none()) && block.number.is_some();
        let changes = match whole {
            Some(Whole { change, .. }) => change.alone(),
            None if is_fresh => Change::Ins.alone(),
            None => &[],
        };
        self.changed(changes, whole.and_then(|whole| whole.by), &mut |body| {
            body.words(number, Some(style));
            body.words("\t", None);
        });
    }

    fn heading(&mut self, block: &Numbered, level: Option<u8>, number: &str) {
        let hung = if number.is_empty() { "" } else { "<w:ind w:left=\"680\" w:hanging=\"680\"/>" };
        let number = (!number.is_empty()).then_some((number, "ChapterNumber"));
        self.block(block, (&heading_style(level), "", hung), number);
    }

    /// A paragraph of any kind, as it stands or, if it went, as it stood; none without words, unless it takes a number. The number of
    /// its chapter is for a heading.
    fn paragraph(&mut self, block: &'a Numbered, chapter: &str) {
        if tracked::says_nothing(block) {
            return;
        }
        let gone = tracked::old(block).filter(|_| block.red.as_ref().is_some_and(|red| red.is_gone));
        let (kind, number) = match gone {
            Some(old) => (&old.block.kind, old.number),
            None => (&block.block.kind, block.number),
        };
        match kind {
            BlockKind::Heading { .. } => return self.heading(block, gone.and_then(|old| old.level), chapter),
            BlockKind::Image(image) => return self.figure(block, image),
            BlockKind::OrderedItem { depth } | BlockKind::UnorderedItem { depth } => {
                let counts = matches!(kind, BlockKind::OrderedItem { .. });
                let item = self.item(*depth, counts);
                return self.block(block, ("ListParagraph", &item, ""), None);
            }
            _ => {}
        }
        if gone.is_none()
            && let Some(image) = tracked::old_image(block, None)
        {
            let went = tracked::of_picture(Change::Del);
            self.pictures(Some(went), &[(Change::Del.alone(), image)]);
        }
        let style = match number {
            Some(_) => "NumberedParagraph",
            None if matches!(kind, BlockKind::Quote) => "Quote",
            None => "Normal",
        };
        let number = number.map(|number| format!("{number}."));
        let number = number.as_deref().map(|number| (number, "ParagraphNumber"));
        self.block(block, (style, "", ""), number);
        if let BlockKind::Unknown(_) = kind {
            self.lose(Lost::Unknown, 1);
        }
    }

    /// How a paragraph looked before it became one of another kind.
    fn looked_before(&mut self, block: &Numbered, style: &str) -> Option<String> {
        let old = tracked::old(block).filter(|_| tracked::whole(block).is_none())?;
        let (before, list) = match &old.block.kind {
            BlockKind::Heading { .. } => (heading_style(old.level), String::new()),
            BlockKind::Paragraph { numbered: true } => ("NumberedParagraph".to_owned(), String::new()),
            BlockKind::Quote => ("Quote".to_owned(), String::new()),
            BlockKind::Image(_) => ("Caption".to_owned(), String::new()),
            BlockKind::TableCell(cell) => {
                (if cell.header { "TableHead" } else { "TableText" }.to_owned(), String::new())
            }
            BlockKind::OrderedItem { depth } | BlockKind::UnorderedItem { depth } => {
                let counts = matches!(old.block.kind, BlockKind::OrderedItem { .. });
                ("ListParagraph".to_owned(), self.item(*depth, counts))
            }
            BlockKind::Paragraph { numbered: false } | BlockKind::Unknown(_) => {
                ("Normal".to_owned(), String::new())
            }
        };
        let same = before == style && list.is_empty();
        (!same).then(|| format!("<w:pStyle w:val=\"{before}\"/>{list}{}", self.bidi()))
    }
}

fn heading_style(level: Option<u8>) -> String {
    format!("Heading{}", level.unwrap_or(1).clamp(1, DEEPEST_HEADING))
}
