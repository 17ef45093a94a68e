//! A text as HTML: a fragment for reading before the editor has arrived, or the words of a whole page.
//!
//! Everything people wrote is escaped, only addresses that may be followed become links, and no attribute but ours
//! appears. What is written needs no script and no style of its own. [`page`] makes a file of it that needs nothing at all.

pub mod page;

use std::collections::BTreeSet;
use std::fmt::Write;

use super::columns;
use super::redline::Shade;
use super::tree::{Chapter, Item, List, Node, Note, Numbered, Piece, Table};
use crate::document::Run;
use crate::document::schema::{Image, is_digest};

/// What a page wants of its paragraphs.
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// Blocks are places of their own, `#p-ID`, and show a link to themselves with this name; else they carry their ids as data only.
    pub permanent: Option<&'a str>,
    /// How many headings stand above the chapters' titles.
    pub above: u8,
    /// Where the picture with this SHA-256 is; `None`: it is not shown, its words are.
    pub picture: &'a dyn Fn(&str) -> Option<String>,
}

/// One chapter as `<article lang="…">…</article>`. Each block carries its id in `data-id`, numbered paragraphs their
/// number in `data-number`. The words of its notes stand at its end, and pictures are asked for where the service keeps them.
pub fn chapter(chapter: &Chapter, lang: &str) -> String {
    chapter_with(chapter, lang, &|digest| Some(format!("/api/v1/blobs/{digest}")))
}

/// The same with pictures from elsewhere: see [`Options::picture`].
pub fn chapter_with(chapter: &Chapter, lang: &str, picture: &dyn Fn(&str) -> Option<String>) -> String {
    let options = Options { permanent: None, above: 0, picture };
    let places = BTreeSet::new();
    let mut page = Page { html: String::new(), options, places: &places };
    page.put(format_args!("<article lang=\"{}\" dir=\"{}\">\n", escape(lang), direction(lang)));
    page.chapter(chapter);
    page.html + "</article>\n"
}

/// REN20: the blocks of one chapter and its notes, for a page that says around them which language they are in. The chapter's number
/// stands before its title.
/// A citation leads to the block with the id of its source, if that is among `places`.
pub fn words(chapter: &Chapter, options: Options<'_>, places: &BTreeSet<String>) -> String {
    let mut page = Page { html: String::new(), options, places };
    page.chapter(chapter);
    page.html
}

/// From which side words in this language are read: `rtl` or `ltr`.
pub fn direction(lang: &str) -> &'static str {
    match lang.split('-').next() {
        Some("ar" | "fa" | "he" | "ur") => "rtl",
        _ => "ltr",
    }
}

/// What is written so far.
struct Page<'a> {
    html: String,
    options: Options<'a>,
    /// The ids of the blocks that a citation may lead to.
    places: &'a BTreeSet<String>,
}

impl Page<'_> {
    fn chapter(&mut self, chapter: &Chapter) {
        for (at, node) in chapter.nodes().iter().enumerate() {
            let opens = at == 0 && self.options.permanent.is_some() && !chapter.number.is_empty();
            self.node(node, opens.then_some(chapter.number.as_str()));
        }
        self.notes(chapter);
    }

    fn node(&mut self, node: &Node<'_>, number: Option<&str>) {
        match node {
            Node::Heading(heading) => self.heading(heading, number),
            Node::Paragraph(block) => self.paragraph(block),
            Node::Quote(quoted) => {
                self.html.push_str("<blockquote>\n");
                quoted.iter().for_each(|block| self.paragraph(block));
                self.html.push_str("</blockquote>\n");
            }
            Node::List(list) => self.list(list),
            Node::Table(table) => self.table(table),
            Node::Figure(block, image) => self.figure(block, image),
        }
    }

    fn heading(&mut self, block: &Numbered, number: Option<&str>) {
        let level = block.level.unwrap_or(1).saturating_add(self.options.above).min(6);
        let name = self.name(block);
        self.put(format_args!("<h{level}{name}>"));
        if let Some(number) = number {
            self.put(format_args!("<span class=\"chapter\">{}</span> ", escape(number)));
        }
        self.pieces(block);
        self.link(block, "¶");
        self.put(format_args!("</h{level}>\n"));
    }

    fn paragraph(&mut self, block: &Numbered) {
        let name = self.name(block);
        match block.number {
            Some(number) => {
                self.put(format_args!("<p{name} data-number=\"{number}\">"));
                self.link(block, &number.to_string());
            }
            None => self.put(format_args!("<p{name}>")),
        }
        self.pieces(block);
        if block.number.is_none() {
            self.link(block, "¶");
        }
        self.html.push_str("</p>\n");
    }

    /// The attribute by which a block is found.
    fn name(&self, block: &Numbered) -> String {
        match self.options.permanent {
            // What moved stands twice, and what went is no place to lead to.
            Some(_) if !is_gone(block) => format!(" id=\"p-{}\"{}", block.id(), change(block)),
            _ => format!(" data-id=\"{}\"{}", block.id(), change(block)),
        }
    }

    /// The permanent link of a block, where the page wants one.
    fn link(&mut self, block: &Numbered, sign: &str) {
        if let Some(title) = self.options.permanent.filter(|_| !is_gone(block)) {
            let (id, title) = (block.id(), escape(title));
            let class = if sign == "¶" { "here" } else { "here number" };
            self.put(format_args!(
                "<a class=\"{class}\" href=\"#p-{id}\" aria-label=\"{sign}, {title}\">{sign}</a>"
            ));
        }
    }

    fn table(&mut self, table: &Table<'_>) {
        let scrolls = self.options.permanent.is_some();
        if scrolls {
            self.html.push_str("<div class=\"scroll\" tabindex=\"0\">");
        }
        self.html.push_str("<table>\n");
        let figures = columns::of_figures(table);
        for (at, row) in table.rows.iter().enumerate() {
            match at {
                0 if table.head > 0 => self.html.push_str("<thead>\n"),
                _ if at == table.head => self.html.push_str("<tbody>\n"),
                _ => {}
            }
            self.html.push_str("<tr>");
            for (cell, of_figures) in row.iter().zip(&figures) {
                let class = if *of_figures { " class=\"figures\"" } else { "" };
                match cell {
                    Some(cell) => {
                        let tag = match (cell.heads_its_column(), at < table.head) {
                            (true, true) => "th scope=\"col\"",
                            (true, false) => "th scope=\"row\"",
                            (false, _) => "td",
                        };
                        let name = self.name(cell);
                        self.put(format_args!("<{tag}{class}{name}>"));
                        self.pieces(cell);
                        self.put(format_args!("</{}>", &tag[..2]));
                    }
                    None => self.html.push_str("<td></td>"),
                }
            }
            self.html.push_str("</tr>\n");
            if at + 1 == table.head {
                self.html.push_str("</thead>\n");
            }
        }
        let end = if table.rows.len() > table.head { "</tbody>\n</table>" } else { "</table>" };
        self.html.push_str(end);
        self.html.push_str(if scrolls { "</div>\n" } else { "\n" });
    }

    fn figure(&mut self, block: &Numbered, image: &Image) {
        let name = self.name(block);
        self.put(format_args!("<figure{name}>"));
        let address =
            Some(&image.blob).filter(|blob| is_digest(blob)).and_then(|blob| (self.options.picture)(blob));
        if let Some(address) = address {
            let (address, alt) = (escape(&address), escape(&image.alt));
            self.put(format_args!("<img src=\"{address}\" alt=\"{alt}\">"));
        }
        self.html.push_str("<figcaption>");
        self.pieces(block);
        if !image.credit.is_empty() {
            self.put(format_args!(" <small>{}</small>", escape(&image.credit)));
        }
        self.link(block, "¶");
        self.html.push_str("</figcaption></figure>\n");
    }

    fn notes(&mut self, chapter: &Chapter) {
        let pieces = chapter.blocks.iter().flat_map(Numbered::pieces);
        let notes = pieces.filter_map(|piece| if let Piece::Note(note) = piece { Some(note) } else { None });
        let mut notes = notes.peekable();
        if notes.peek().is_none() {
            return;
        }
        self.html.push_str("<section role=\"doc-endnotes\">\n<ol>\n");
        for Note { number, runs, .. } in notes {
            self.put(format_args!("<li id=\"note-{number}\" value=\"{number}\">"));
            runs.into_iter().for_each(|(run, shade)| self.run(run, shade));
            self.put(format_args!(
                " <a href=\"#note-{number}-place\" role=\"doc-backlink\">↩\u{a0}{number}</a></li>\n"
            ));
        }
        self.html.push_str("</ol>\n</section>\n");
    }

    fn list(&mut self, list: &List<'_>) {
        let tag = if list.ordered { "ol" } else { "ul" };
        self.put(format_args!("<{tag}>\n"));
        for Item { own, lists } in &list.items {
            match own {
                Some(own) => {
                    let name = self.name(own);
                    self.put(format_args!("<li{name}>"));
                    self.pieces(own);
                }
                None => self.html.push_str("<li>"),
            }
            lists.iter().for_each(|list| self.list(list));
            self.html.push_str("</li>\n");
        }
        self.put(format_args!("</{tag}>\n"));
    }

    fn pieces(&mut self, block: &Numbered) {
        for piece in block.pieces() {
            match piece {
                Piece::Sign(sign) => {
                    self.put(format_args!("<span class=\"sign\">{}.</span> ", escape(sign)));
                }
                Piece::Words(run, shade) => self.run(run, shade),
                Piece::Note(Note { number, .. }) => self.put(format_args!(
                    "<sup><a id=\"note-{number}-place\" href=\"#note-{number}\" role=\"doc-noteref\">{number}</a></sup>"
                )),
            }
        }
    }

    /// REN15: words that came in `ins`, words that went in `del`.
    fn run(&mut self, run: &Run, shade: Shade) {
        let mut open = Vec::new();
        match shade {
            Shade::Stays => {}
            Shade::Comes => open.push("ins"),
            Shade::Goes => open.push("del"),
        }
        open.iter().for_each(|tag| self.put(format_args!("<{tag}>")));
        if let Some(href) = run.marks.link() {
            self.put(format_args!("<a href=\"{}\" rel=\"noopener noreferrer\">", escape(href)));
            open.push("a");
        }
        if let Some(lang) = run.marks.lang() {
            self.put(format_args!("<span lang=\"{}\">", escape(lang)));
            open.push("span");
        }
        if let Some(source) = run.marks.citation() {
            let source = escape(source);
            if run.marks.link().is_none() && self.places.contains(&*source) {
                self.put(format_args!("<a class=\"cites\" href=\"#p-{source}\">"));
                open.push("a");
            } else {
                self.put(format_args!("<span data-source=\"{source}\">"));
                open.push("span");
            }
        }
        for (mark, tag) in [("strong", "strong"), ("em", "em"), ("superscript", "sup"), ("subscript", "sub")]
        {
            if run.marks.has(mark) {
                self.put(format_args!("<{tag}>"));
                open.push(tag);
            }
        }
        self.html.push_str(&escape(&run.text));
        while let Some(tag) = open.pop() {
            self.put(format_args!("</{tag}>"));
        }
    }

    fn put(&mut self, what: std::fmt::Arguments<'_>) {
        self.html.write_fmt(what).expect("a string takes every write");
    }
}

fn is_gone(block: &Numbered) -> bool {
    block.red.as_ref().is_some_and(|red| red.is_gone)
}

/// What a block of a redline says of itself to styles.
fn change(block: &Numbered) -> &'static str {
    match &block.red {
        None => "",
        Some(red) if red.is_gone => " data-change=\"gone\"",
        Some(red) if red.sign.is_empty() => " data-change=\"words\"",
        Some(_) => " data-change=\"whole\"",
    }
}

/// Words and attribute values: the five characters of HTML escaped, controls (which HTML forbids) left out.
pub fn escape(words: &str) -> String {
    let mut escaped = String::with_capacity(words.len());
    for c in words.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c if c.is_control() && c != '\n' && c != '\t' => {}
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::schema::Cell;
    use crate::document::{Block, BlockKind, MarkValue, Marks};
    use crate::ids::ParagraphId;
    use crate::render::{ChapterBlocks, Tree};

    fn html(blocks: Vec<Block>) -> String {
        let tree = Tree::of(7, [ChapterBlocks { number: "1".into(), depth: 1, blocks }]);
        chapter(&tree.chapters[0], "es")
    }

    fn block(kind: BlockKind, runs: Vec<Run>) -> Block {
        Block::new(ParagraphId([0xab; 8]), kind, runs)
    }

    #[test]
    fn ren4_a_chapter_reads_as_plain_elements_with_their_ids() {
        let mut marks = Marks::on(["strong"]).with_link("https://uclg.org/?a=1&b=2");
        marks.0.insert("lang".into(), MarkValue::Text("fr".into()));
        let found = html(vec![
            block(BlockKind::Heading { level: 2 }, vec![Run::plain("Título")]),
            block(BlockKind::Paragraph { numbered: true }, vec![Run::marked("mairie", marks)]),
            block(BlockKind::OrderedItem { depth: 0 }, vec![Run::plain("uno")]),
            block(BlockKind::UnorderedItem { depth: 1 }, vec![Run::plain("dos")]),
        ]);
        let id = "data-id=\"abababababababab\"";
        assert_eq!(
            found,
            format!(
                "<article lang=\"es\" dir=\"ltr\">\n<h2 {id}>Título</h2>\n<p {id} data-number=\"7\"><a href=\"https://uclg.org/?a=1&amp;b=2\" rel=\"noopener noreferrer\">\
             <span lang=\"fr\"><strong>mairie</strong></span></a></p>\n<ol>\n<li {id}>uno<ul>\n<li {id}>dos</li>\n</ul>\n</li>\n</ol>\n</article>\n"
            )
        );
    }

    #[test]
    fn ren7_tables_pictures_and_notes_read_as_what_they_are() {
        let cell = |row: &str, header| {
            let cell = Cell { table: "t".into(), row: row.into(), column: "a".into(), header };
            BlockKind::TableCell(cell)
        };
        let image = Image { blob: "0a".repeat(32), alt: "Una \"casa\"".into(), credit: "Lyon".into() };
        let note = Run::marked("Según la ONU.", Marks::on(["footnote:n1"]));
        let found = html(vec![
            block(cell("1", true), vec![Run::plain("Ciudad")]),
            block(cell("2", false), vec![Run::plain("Túnez"), note]),
            block(BlockKind::Image(image.clone()), vec![Run::plain("Fachada")]),
            block(BlockKind::Image(Image { blob: "../x".into(), ..image }), vec![]),
        ]);
        let id = "data-id=\"abababababababab\"";
        let blob = "0a".repeat(32);
        assert_eq!(
            found,
            format!(
                "<article lang=\"es\" dir=\"ltr\">\n<table>\n<thead>\n<tr><th scope=\"col\" {id}>Ciudad</th></tr>\n</thead>\n<tbody>\n\
                 <tr><td {id}>Túnez<sup><a id=\"note-1-place\" href=\"#note-1\" role=\"doc-noteref\">1</a></sup></td></tr>\n</tbody>\n</table>\n\
                 <figure {id}><img src=\"/api/v1/blobs/{blob}\" alt=\"Una &quot;casa&quot;\"><figcaption>Fachada <small>Lyon</small></figcaption></figure>\n\
                 <figure {id}><figcaption> <small>Lyon</small></figcaption></figure>\n\
                 <section role=\"doc-endnotes\">\n<ol>\n<li id=\"note-1\" value=\"1\">Según la ONU. \
                 <a href=\"#note-1-place\" role=\"doc-backlink\">↩{nbsp}1</a></li>\n</ol>\n</section>\n</article>\n",
                nbsp = '\u{a0}'
            )
        );
    }

    #[test]
    fn ren4_nothing_that_people_wrote_becomes_markup() {
        let mut marks = Marks::default().with_link("javascript:alert(1)");
        marks.0.insert("lang".into(), MarkValue::Text("\"><script>".into()));
        let found = html(vec![block(
            BlockKind::Quote,
            vec![Run::marked("<img src=x onerror='alert(1)'>\u{0}&", marks)],
        )]);
        assert!(found.contains("&lt;img src=x onerror=&#39;alert(1)&#39;&gt;&amp;"), "{found}");
        assert!(!found.contains("<a ") && !found.contains("<script") && !found.contains("<span"), "{found}");
    }
}
