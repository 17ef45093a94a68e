//! The parser's events, gathered into blocks.
//!
//! The parser reports containers opening and closing; blocks are flat. So the reader keeps the open containers, opens a
//! block when the first words arrive, and closes it at the next edge of anything. [`inline`] keeps what holds of the next words,
//! [`objects`] makes tables, pictures and notes.

mod inline;
mod objects;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use pulldown_cmark::{Alignment, Event, Options, Parser, Tag, TagEnd};

use super::notes::{self, Notes};
use super::ours::{cut_id, cut_space_before_caption, front_matter, written_id};
use super::report::{Finding, Report};
use super::unsaid::Unsaid;
use super::{Ids, ImportError, MAX_BLOCKS, PICTURES};
use crate::document::schema::{Block, BlockKind, Image, MAX_LIST_DEPTH, Marks, Run};
use crate::ids::ParagraphId;

pub(super) fn read(source: &str, ids: &mut Ids<'_>) -> Result<(Vec<Block>, Report), ImportError> {
    let body = front_matter(source);
    let mut reader = Reader::new(source, body, ids);
    if body > 0 {
        reader.note(0, Finding::FrontMatter, &source[..body]);
    }
    let parser = Parser::new_ext(&source[body..], Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES);
    for (_, address) in parser.reference_definitions().iter() {
        reader.unsaid.define(address.span.start + body..address.span.end + body, &address.dest);
    }
    for (event, range) in parser.into_offset_iter() {
        reader.take(event, range.start + body..range.end + body);
        if reader.blocks.len() > MAX_BLOCKS {
            return Err(ImportError::TooManyBlocks);
        }
    }
    reader.close();
    reader.finish_notes();
    for range in std::mem::take(&mut reader.unsaid).find(source) {
        reader.note(range.start, Finding::UnusedAddress, &source[range.clone()]);
        reader.open_as(BlockKind::Paragraph { numbered: false });
        reader.words(&source[range.clone()], range);
        reader.close();
    }
    Ok((reader.blocks, reader.report))
}

struct Reader<'a, 'i> {
    source: &'a str,
    /// Where each line begins.
    lines: Vec<usize>,
    ids: &'a mut Ids<'i>,
    blocks: Vec<Block>,
    known_ids: BTreeSet<ParagraphId>,
    /// The ids among them that the file gave.
    written_ids: BTreeSet<ParagraphId>,
    notes: Notes,
    /// While the description of a picture is read, which becomes its alternative text: how many pictures are open.
    pictures: usize,
    report: Report,
    containers: Vec<Container>,
    open: Option<Open>,
    /// How many quotations are open.
    quotes: usize,
    /// How many tags are open.
    depth: usize,
    unsaid: Unsaid,
    /// How often each mark is open around the next words: by Markdown, and by HTML tags.
    marks: BTreeMap<(&'static str, By), usize>,
    /// The links around the next words; `None` for one that may not be followed.
    links: Vec<Option<String>>,
    /// What the two above come to.
    marks_here: Marks,
    /// The number that the next numbered paragraph should have typed.
    next_number: Option<u64>,
}

enum Container {
    Quote,
    List {
        ordered: bool,
    },
    /// An item, and whether its own block has been opened.
    Item {
        began: bool,
        numbered: bool,
    },
    Code,
    /// A table, where its cells begin among the blocks, and the ids of its columns as far as they are known.
    Table {
        id: String,
        from: usize,
        columns: Vec<String>,
    },
    /// A row of the table around it, and how many of its cells have begun.
    Row {
        id: String,
        header: bool,
        cells: usize,
    },
    /// The definition of a note, where it stands in the file, and where its blocks begin.
    Note {
        label: String,
        at: usize,
        from: usize,
    },
}

impl Container {
    /// Whether what stands in it is what it would be around it.
    fn is_transparent(&self) -> bool {
        matches!(self, Container::Code | Container::Table { .. } | Container::Row { .. })
    }
}

/// What opened a mark, and must close it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum By {
    Markdown,
    Tag,
}

struct Open {
    block: Block,
    /// Where its last words end in the source.
    end: usize,
    /// Kept even without words.
    may_be_empty: bool,
}

impl<'a, 'i> Reader<'a, 'i> {
    fn new(source: &'a str, body: usize, ids: &'a mut Ids<'i>) -> Self {
        let lines = std::iter::once(0).chain(source.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Reader {
            source,
            lines,
            ids,
            blocks: Vec::new(),
            known_ids: BTreeSet::new(),
            written_ids: BTreeSet::new(),
            notes: Notes::default(),
            pictures: 0,
            report: Report::default(),
            containers: Vec::new(),
            open: None,
            quotes: 0,
            depth: 0,
            unsaid: Unsaid::behind(body),
            marks: BTreeMap::new(),
            links: Vec::new(),
            marks_here: Marks::default(),
            next_number: None,
        }
    }

    fn take(&mut self, event: Event<'_>, range: Range<usize>) {
        if self.depth == 0 {
            self.unsaid.pass(self.source, range.clone());
        }
        match event {
            Event::Start(_) => self.depth += 1,
            Event::End(_) => self.depth -= 1,
            _ => {}
        }
        if self.pictures > 0 {
            return self.describe(event);
        }
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag),
            Event::Text(words) if self.in_code() => self.code_lines(&words, range),
            Event::Text(words) => self.words(&words, range),
            Event::Code(words) => {
                self.note(range.start, Finding::Code, &words);
                self.words(&words, range);
            }
            Event::InlineHtml(html) => self.inline_html(&html, range),
            Event::Html(html) => {
                self.words(html.trim_end_matches('\n'), range);
                self.close();
            }
            Event::SoftBreak | Event::HardBreak if self.open.is_some() => self.words(" ", range),
            Event::Rule => self.close(),
            Event::FootnoteReference(label) => self.push(notes::mark(&label), range),
            // Extensions that are not switched on.
            Event::InlineMath(words) | Event::DisplayMath(words) => self.words(&words, range),
            Event::SoftBreak | Event::HardBreak | Event::TaskListMarker(_) => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>, range: Range<usize>) {
        match tag {
            Tag::Emphasis => self.begin_mark("em", By::Markdown),
            Tag::Strong => self.begin_mark("strong", By::Markdown),
            Tag::Link { link_type, dest_url, title, .. } => self.link(link_type, &dest_url, &title, range),
            Tag::Image { dest_url, title, .. } if self.takes_a_picture(&dest_url) => {
                let blob = dest_url.trim_start_matches(PICTURES).to_string();
                self.open_as(BlockKind::Image(Image { blob, alt: String::new(), credit: title.to_string() }));
                self.pictures = 1;
            }
            Tag::Image { dest_url, title, .. } => {
                self.note(range.start, Finding::Image, &format!("{dest_url} {title}"));
                self.unsaid.use_address(&dest_url);
            }
            Tag::TableCell => {
                self.close();
                let kind = self.cell_here();
                self.open_as(kind);
                if let Some(open) = &mut self.open {
                    open.end = range.start;
                }
            }
            block => {
                self.close();
                self.start_block(block, range);
            }
        }
    }

    fn start_block(&mut self, tag: Tag<'_>, range: Range<usize>) {
        match tag {
            Tag::Heading { level, .. } => {
                let kind = if self.containers.is_empty() {
                    BlockKind::Heading { level: level as u8 }
                } else {
                    self.note(range.start, Finding::Loosened, &self.source[range.clone()]);
                    self.kind_here()
                };
                self.open_as(kind);
            }
            Tag::BlockQuote(_) => {
                self.quotes += 1;
                self.containers.push(Container::Quote);
            }
            Tag::List(first) => {
                if self.quotes > 0 {
                    self.note(range.start, Finding::Loosened, &self.source[range]);
                }
                self.containers.push(Container::List { ordered: first.is_some() });
            }
            Tag::Item => {
                let numbered = self.number(range);
                self.containers.push(Container::Item { began: false, numbered });
            }
            Tag::CodeBlock(_) => {
                self.note(range.start, Finding::Code, &self.source[range.clone()]);
                self.containers.push(Container::Code);
            }
            Tag::HtmlBlock => self.note(range.start, Finding::Html, &self.source[range.clone()]),
            Tag::Table(alignments) => {
                if alignments.iter().any(|alignment| *alignment != Alignment::None) {
                    self.note(range.start, Finding::Table, &self.source[range.clone()]);
                }
                if !self.containers.is_empty() {
                    self.note(range.start, Finding::Loosened, &self.source[range]);
                }
                let (id, from) = ((self.ids)().to_string(), self.blocks.len());
                self.containers.push(Container::Table { id, from, columns: Vec::new() });
            }
            Tag::TableHead | Tag::TableRow => {
                let (id, header) = ((self.ids)().to_string(), matches!(tag, Tag::TableHead));
                self.containers.push(Container::Row { id, header, cells: 0 });
            }
            Tag::FootnoteDefinition(label) => {
                let (label, at, from) = (label.to_string(), range.start, self.blocks.len());
                self.containers.push(Container::Note { label, at, from });
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Emphasis => self.end_mark("em", By::Markdown),
            TagEnd::Strong => self.end_mark("strong", By::Markdown),
            TagEnd::Link => {
                self.links.pop();
                self.gather_marks();
            }
            TagEnd::Image => {}
            TagEnd::TableCell => self.close(),
            TagEnd::Table => {
                if let Some(Container::Table { from, .. }) = self.containers.pop() {
                    self.finish_table(from);
                }
            }
            TagEnd::FootnoteDefinition => {
                self.close();
                if let Some(Container::Note { label, at, from }) = self.containers.pop() {
                    self.finish_note(&label, at, from);
                }
            }
            TagEnd::BlockQuote(_) => {
                self.close();
                self.quotes -= 1;
                self.containers.pop();
            }
            TagEnd::Item | TagEnd::List(_) | TagEnd::CodeBlock | TagEnd::TableHead | TagEnd::TableRow => {
                self.close();
                self.containers.pop();
            }
            _ => self.close(),
        }
    }

    fn fresh_id(&mut self) -> ParagraphId {
        loop {
            let id = (self.ids)();
            if self.known_ids.insert(id) {
                break id;
            }
        }
    }

    /// Reads the typed number of an item. Whether it is a numbered paragraph: `N.` at the top level.
    fn number(&mut self, range: Range<usize>) -> bool {
        let typed = &self.source[range.clone()];
        let digits = typed.len() - typed.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        if digits == 0 || !typed[digits..].starts_with('.') || self.containers.len() != 1 {
            return false;
        }
        let number: u64 = typed[..digits].parse().unwrap_or(0);
        if self.next_number.is_some_and(|expected| expected != number) {
            self.note(range.start, Finding::Number, &typed[..digits]);
        }
        self.next_number = Some(self.next_number.unwrap_or(number) + 1);
        true
    }

    fn words(&mut self, words: &str, range: Range<usize>) {
        self.push(Run::marked(words, self.marks_here.clone()), range);
    }

    fn push(&mut self, run: Run, range: Range<usize>) {
        if self.open.is_none() {
            self.open_as(self.kind_here());
        }
        let open = self.open.as_mut().expect("a block was opened");
        open.block.push(run);
        open.end = range.end;
    }

    fn code_lines(&mut self, code: &str, range: Range<usize>) {
        for line in code.lines().filter(|line| !line.trim().is_empty()) {
            self.words(line, range.clone());
            self.close();
        }
    }

    fn in_code(&self) -> bool {
        matches!(self.containers.last(), Some(Container::Code))
    }

    /// What a block that opens here is.
    fn kind_here(&self) -> BlockKind {
        let around = self.containers.iter().rev().find(|container| !container.is_transparent());
        match around {
            Some(Container::Item { began: false, numbered: true }) => BlockKind::Paragraph { numbered: true },
            Some(Container::Item { began: false, numbered: false }) => self.item_here(),
            Some(Container::Quote) => BlockKind::Quote,
            _ => BlockKind::Paragraph { numbered: false },
        }
    }

    fn item_here(&self) -> BlockKind {
        let lists = self.containers.iter().filter_map(|container| match container {
            Container::List { ordered } => Some(*ordered),
            _ => None,
        });
        let inside_numbered = self
            .containers
            .iter()
            .any(|container| matches!(container, Container::Item { numbered: true, .. }));
        let lists: Vec<bool> = lists.collect();
        let depth = lists.len() - 1 - usize::from(inside_numbered);
        let depth = u8::try_from(depth).unwrap_or(MAX_LIST_DEPTH).min(MAX_LIST_DEPTH);
        if lists.last() == Some(&true) {
            BlockKind::OrderedItem { depth }
        } else {
            BlockKind::UnorderedItem { depth }
        }
    }

    fn open_as(&mut self, kind: BlockKind) {
        let around = self.containers.iter_mut().rev().find(|container| !container.is_transparent());
        if let Some(Container::Item { began, .. }) = around {
            *began = true;
        }
        let may_be_empty =
            matches!(kind, BlockKind::Heading { .. } | BlockKind::TableCell(_) | BlockKind::Image(_));
        let block = Block::new(ParagraphId([0; 8]), kind, Vec::new());
        self.open = Some(Open { block, end: 0, may_be_empty });
    }

    fn close(&mut self) {
        if self.marks.keys().any(|(_, by)| *by == By::Tag) {
            self.marks.retain(|(_, by), _| *by == By::Markdown);
            self.gather_marks();
        }
        let Some(mut open) = self.open.take() else { return };
        let written = written_id(&self.source[..open.end]);
        if written.is_some() {
            cut_id(&mut open.block);
        }
        if matches!(open.block.kind, BlockKind::Image(_)) {
            cut_space_before_caption(&mut open.block);
        }
        if open.block.runs.is_empty() && written.is_none() && !open.may_be_empty {
            return;
        }
        let id = match written {
            Some(id) if self.known_ids.insert(id) => {
                self.written_ids.insert(id);
                id
            }
            _ => self.fresh_id(),
        };
        self.blocks.push(Block { id, ..open.block });
    }

    fn note(&mut self, at: usize, found: Finding, words: &str) {
        let line = self.lines.partition_point(|start| *start <= at);
        self.report.note(line, found, words.trim());
    }
}
