//! Paragraphs, lists, tables and pictures.

use std::collections::BTreeSet;

use super::line::Story;
use super::remarks::Remarks;
use super::tracked::{self, Change, Whole};
use super::xml::{escape, is_right_to_left};
use super::{Loss, Lost, Picture, Sheet};
use crate::document::BlockKind;
use crate::document::schema::Image;
use crate::ids::ParagraphId;
use crate::render::tree::{Chapter, Item, List, MAX_SHOWN_DEPTH, Node, Numbered, Table};

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

    fn list(&mut self, list: &List<'a>, depth: usize) {
        // The first one of numbering.xml has dashes; each that counts has one of its own.
        let id = match list.ordered {
            true => self.counted_from(depth),
            false => 1,
        };
        for Item { own, lists } in &list.items {
            match own {
                Some(own) if tracked::was_other(own) => self.paragraph(own, ""),
                Some(own) => self.block(own, ("ListParagraph", &in_list(depth, id), ""), None),
                None => {}
            }
            lists.iter().for_each(|list| self.list(list, depth + 1));
        }
    }

    /// What says of a paragraph outside its list that it was an item.
    fn item(&mut self, depth: u8, counts: bool) -> String {
        let depth = usize::from(depth.min(MAX_SHOWN_DEPTH));
        let id = if counts { self.counted_from(depth) } else { 1 };
        in_list(depth, id)
    }

    /// Another list that counts.
    fn counted_from(&mut self, depth: usize) -> usize {
        self.counted.push(depth.min(DEEPEST_LEVEL));
        self.counted.len() + 1
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

    fn table(&mut self, table: &Table<'_>) {
        let direction = if self.rtl { "<w:bidiVisual/>" } else { "" };
        let look = if table.head > 0 { "0420" } else { "0400" };
        self.put(&format!(
            "<w:tbl><w:tblPr><w:tblStyle w:val=\"PaperTable\"/>{direction}<w:tblW w:w=\"5000\" w:type=\"pct\"/><w:tblLayout w:type=\"fixed\"/><w:tblLook w:val=\"{look}\"/></w:tblPr><w:tblGrid>"
        ));
        let width = WIDTH / u32::try_from(table.columns).unwrap_or(WIDTH).max(1);
        self.put(&format!("<w:gridCol w:w=\"{width}\"/>").repeat(table.columns));
        self.put("</w:tblGrid>");
        let columns: Vec<_> = (0..table.columns).map(|at| tracked::of_column(table, at)).collect();
        for (at, row) in table.rows.iter().enumerate() {
            // A row that is torn over two pages cannot be read.
            let heads = if at < table.head { "<w:tblHeader/>" } else { "" };
            let whole = tracked::of_row(row);
            let change = whole.map(|whole| self.said(whole.change.element(), whole.by)).unwrap_or_default();
            self.put(&format!("<w:tr><w:trPr><w:cantSplit/>{heads}{change}</w:trPr>"));
            for (cell, column) in row.iter().zip(&columns) {
                // A cell that nobody wrote comes and goes with its column.
                let own = cell.map_or(*column, tracked::whole);
                let own = own.filter(|own| whole.is_none_or(|row| row.change != own.change));
                let change = own.map(|own| self.said(own.change.of_cell(), own.by)).unwrap_or_default();
                self.put(&format!("<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/>{change}</w:tcPr>"));
                let heads = cell.is_some_and(Numbered::heads_its_column);
                let style = if heads { "TableHead" } else { "TableText" };
                if let Some(cell) = cell {
                    let looked = self.looked_before(cell, style);
                    self.of_mark(None, looked.as_deref());
                }
                self.open(style);
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
        let whole = table.rows.first().and_then(|row| tracked::of_row(row));
        let whole = whole.filter(|whole| {
            table.rows.iter().all(|row| tracked::of_row(row).is_some_and(|row| row.change == whole.change))
        });
        self.of_mark(whole, None);
        self.open("AfterTable");
        self.close();
    }

    /// A picture with its caption below. One whose bytes are missing is its caption.
    fn figure(&mut self, block: &'a Numbered, image: &'a Image) {
        self.here = Some(block.id());
        let whole = tracked::whole(block);
        let end = match (whole, tracked::old(block)) {
            (Some(whole), _) => self.pictures(Some(whole), &[(whole.change.alone(), image)]),
            (None, None) => self.pictures(None, &[(&[], image)]),
            (None, Some(old)) => match (&old.block.kind, tracked::old_image(block, Some(image))) {
                (_, Some(old)) => {
                    self.pictures(None, &[(Change::Del.alone(), old), (Change::Ins.alone(), image)])
                }
                (BlockKind::Image(_), None) => self.pictures(None, &[(&[], image)]),
                (_, None) => {
                    let came = tracked::of_picture(Change::Ins);
                    self.pictures(Some(came), &[(Change::Ins.alone(), image)])
                }
            },
        };
        let looked = self.looked_before(block, "Caption");
        self.of_mark(whole, looked.as_deref());
        self.open("Caption");
        let end = if end.is_empty() { self.begin_move(whole) } else { end };
        self.line(block);
        self.credit(block, image);
        self.close();
        self.put(&end);
    }

    /// Whose picture it is, behind its caption.
    fn credit(&mut self, block: &Numbered, image: &Image) {
        let (whole, now) = (tracked::whole(block), image.credit.as_str());
        let before = match (whole, tracked::old(block).map(|old| &old.block.kind)) {
            (None, Some(BlockKind::Image(old))) => old.credit.as_str(),
            (None, Some(_)) => "",
            _ => now,
        };
        let said: Vec<(&str, &'static [Change])> = match whole {
            Some(whole) => vec![(now, whole.change.alone())],
            None if before == now => vec![(now, &[])],
            None => vec![(before, Change::Del.alone()), (now, Change::Ins.alone())],
        };
        for (credit, changes) in said.into_iter().filter(|(credit, _)| !credit.is_empty()) {
            self.changed(changes, whole.and_then(|whole| whole.by), &mut |body| {
                body.words(" ", None);
                body.words(credit, Some("Credit"));
            });
        }
    }

    /// A paragraph of pictures, those whose bytes are there, and what closes its move: nothing without one.
    fn pictures(&mut self, whole: Option<Whole<'_>>, images: &[(&'static [Change], &'a Image)]) -> String {
        let mut shown = Vec::new();
        for (changes, image) in images {
            match self.sheet.pictures.get(&image.blob) {
                Some(picture) => shown.push((*changes, picture, *image)),
                None => self.lose(Lost::Picture, 1),
            }
        }
        if shown.is_empty() {
            return String::new();
        }
        self.of_mark(whole, None);
        self.open("Figure");
        let end = self.begin_move(whole);
        for (changes, picture, image) in shown {
            self.shown.insert(&image.blob);
            let by = whole.and_then(|whole| whole.by);
            self.changed(changes, by, &mut |body| body.drawing(picture, image));
        }
        self.close();
        end
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

fn heading_style(level: Option<u8>) -> String {
    format!("Heading{}", level.unwrap_or(1).clamp(1, DEEPEST_HEADING))
}

/// What says of a paragraph that it is an item of this list.
fn in_list(depth: usize, id: usize) -> String {
    let level = depth.min(DEEPEST_LEVEL);
    format!("<w:numPr><w:ilvl w:val=\"{level}\"/><w:numId w:val=\"{id}\"/></w:numPr>")
}
