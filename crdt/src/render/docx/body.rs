//! Paragraphs, lists, tables and pictures.

use std::collections::BTreeSet;

use super::line::Story;
use super::xml::{escape, is_right_to_left};
use super::{Loss, Lost, Picture, Sheet};
use crate::document::BlockKind;
use crate::document::schema::Image;
use crate::ids::ParagraphId;
use crate::render::tree::{Chapter, Item, List, Node, Numbered, Table};

/// How wide the text is, in twentieths of a point: A4 less its margins (see [`look`](super::look)).
pub(super) const WIDTH: u32 = 8_504;
/// The longest picture that leaves its caption room on the page, in twentieths of a point.
const HEIGHT: u32 = 10_500;
/// A twentieth of a point in English Metric Units, the measure of drawings.
const EMU: u64 = 635;
/// A pixel of a screen, in English Metric Units.
const EMU_PER_PIXEL: u64 = 9_525;
/// Deepest level of headings that Word knows.
pub(super) const DEEPEST_HEADING: u8 = 9;
/// Deepest level of its lists, 0 for the first.
const DEEPEST_LEVEL: usize = 8;

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
        }
    }

    pub(super) fn chapter(&mut self, chapter: &'a Chapter) {
        for (at, node) in chapter.nodes().into_iter().enumerate() {
            match node {
                // A certificate is one chapter without a number.
                Node::Heading(title) if at == 0 => self.heading(title, &chapter.number),
                // Words are what a heading is for: a reader of the outline would find an empty line.
                Node::Heading(other) if other.is_blank() => {}
                Node::Heading(other) => self.heading(other, ""),
                Node::Paragraph(block) => self.paragraph(block, "Normal"),
                Node::Quote(quoted) => quoted.into_iter().for_each(|block| self.paragraph(block, "Quote")),
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
        let look = format!("{style}{page}{list}{}{indent}", self.bidi());
        self.put("<w:p>");
        if !look.is_empty() {
            self.put(&format!("<w:pPr>{look}</w:pPr>"));
        }
    }

    pub(super) fn close(&mut self) {
        self.put("</w:p>");
    }

    fn heading(&mut self, block: &Numbered, number: &str) {
        let level = block.level.unwrap_or(1).clamp(1, DEEPEST_HEADING);
        let hung = "<w:ind w:left=\"680\" w:hanging=\"680\"/>";
        self.open_in(&format!("Heading{level}"), "", if number.is_empty() { "" } else { hung });
        if !number.is_empty() {
            self.words(number, Some("ChapterNumber"));
            self.words("\t", None);
        }
        self.line(block);
        self.close();
    }

    /// A paragraph; none without words, unless it takes a number.
    fn paragraph(&mut self, block: &Numbered, style: &str) {
        if block.number.is_none() && block.is_blank() {
            return;
        }
        self.open(if block.number.is_some() { "NumberedParagraph" } else { style });
        if let Some(number) = block.number {
            self.words(&format!("{number}."), Some("ParagraphNumber"));
            self.words("\t", None);
        }
        self.line(block);
        self.close();
        if let BlockKind::Unknown(_) = block.block.kind {
            self.lose(Lost::Unknown, 1);
        }
    }

    fn list(&mut self, list: &List<'_>, depth: usize) {
        // The first one of numbering.xml has dashes; each that counts has one of its own.
        let id = match list.ordered {
            true => {
                self.counted.push(depth.min(DEEPEST_LEVEL));
                self.counted.len() + 1
            }
            false => 1,
        };
        let level = depth.min(DEEPEST_LEVEL);
        for Item { own, lists } in &list.items {
            if let Some(own) = own {
                let list = format!("<w:numPr><w:ilvl w:val=\"{level}\"/><w:numId w:val=\"{id}\"/></w:numPr>");
                self.open_in("ListParagraph", &list, "");
                self.line(own);
                self.close();
            }
            lists.iter().for_each(|list| self.list(list, depth + 1));
        }
    }

    fn table(&mut self, table: &Table<'_>) {
        let direction = if self.rtl { "<w:bidiVisual/>" } else { "" };
        let look = if table.head > 0 { "0420" } else { "0400" };
        self.put(&format!(
            "<w:tbl><w:tblPr><w:tblStyle w:val=\"PaperTable\"/>{direction}<w:tblW w:w=\"5000\" w:type=\"pct\"/><w:tblLayout w:type=\"fixed\"/><w:tblLook w:val=\"{look}\"/></w:tblPr><w:tblGrid>"
        ));
        let width = WIDTH / u32::try_from(table.columns).unwrap_or(WIDTH).max(1);
        self.put(&format!("<w:gridCol w:w=\"{width}\"/>").repeat(table.columns));
        self.put("</w:tblGrid>");
        for (at, row) in table.rows.iter().enumerate() {
            // A row that is torn over two pages cannot be read.
            self.put(match at < table.head {
                true => "<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>",
                false => "<w:tr><w:trPr><w:cantSplit/></w:trPr>",
            });
            for cell in row {
                self.put(&format!("<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/></w:tcPr>"));
                let heads = cell.is_some_and(Numbered::heads_its_column);
                self.open(if heads { "TableHead" } else { "TableText" });
                if let Some(cell) = cell {
                    self.line(cell);
                }
                self.close();
                self.put("</w:tc>");
            }
            self.put("</w:tr>");
        }
        self.put("</w:tbl>");
        // Without something between them Word makes one of two tables.
        self.open("AfterTable");
        self.close();
    }

    /// A picture with its caption below. One whose bytes are missing is its caption.
    fn figure(&mut self, block: &Numbered, image: &'a Image) {
        self.here = Some(block.id());
        match self.sheet.pictures.get(&image.blob) {
            Some(picture) => {
                self.shown.insert(&image.blob);
                self.open("Figure");
                self.drawing(picture, image);
                self.close();
            }
            None => self.lose(Lost::Picture, 1),
        }
        self.open("Caption");
        self.line(block);
        if !image.credit.is_empty() {
            self.words(" ", None);
            self.words(&image.credit, Some("Credit"));
        }
        self.close();
    }

    fn drawing(&mut self, picture: &Picture, image: &Image) {
        self.drawings += 1;
        let id = self.drawings;
        let (width, height) = (u64::from(picture.width).max(1), u64::from(picture.height).max(1));
        let (most_width, most_height) = (u64::from(WIDTH) * EMU, u64::from(HEIGHT) * EMU);
        let mut shown = (width * EMU_PER_PIXEL, height * EMU_PER_PIXEL);
        if shown.0 > most_width {
            shown = (most_width, (most_width * height / width).max(1));
        }
        if shown.1 > most_height {
            shown = ((most_height * width / height).max(1), most_height);
        }
        let (cx, cy) = shown;
        let mut alt = String::new();
        let left_out = escape(&mut alt, &image.alt);
        self.lose(Lost::Characters, left_out);
        let blob = &image.blob;
        self.put(&format!(
            "<w:r><w:drawing><wp:inline distT=\"0\" distB=\"0\" distL=\"0\" distR=\"0\"><wp:extent cx=\"{cx}\" cy=\"{cy}\"/>\
             <wp:docPr id=\"{id}\" name=\"Picture {id}\" descr=\"{alt}\"/>\
             <wp:cNvGraphicFramePr><a:graphicFrameLocks noChangeAspect=\"1\"/></wp:cNvGraphicFramePr>\
             <a:graphic><a:graphicData uri=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"><pic:pic>\
             <pic:nvPicPr><pic:cNvPr id=\"{id}\" name=\"Picture {id}\" descr=\"{alt}\"/><pic:cNvPicPr/></pic:nvPicPr>\
             <pic:blipFill><a:blip r:embed=\"rIdPicture{blob}\"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>\
             <pic:spPr><a:xfrm><a:off x=\"0\" y=\"0\"/><a:ext cx=\"{cx}\" cy=\"{cy}\"/></a:xfrm><a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom></pic:spPr>\
             </pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
        ));
    }
}
