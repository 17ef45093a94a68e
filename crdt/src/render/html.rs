//! A text as an HTML fragment, for reading before the editor has arrived.
//!
//! Everything people wrote is escaped, only addresses that may be followed become links, and no attribute but ours
//! appears. The fragment needs no script and no style of its own.

use std::fmt::Write;

use super::redline::Shade;
use super::tree::{Chapter, Item, List, Node, Note, Numbered, Piece, Table};
use crate::document::Run;
use crate::document::schema::{Image, is_digest};

/// One chapter as `<article lang="…">…</article>`. Each block carries its id in `data-id`, numbered paragraphs their
/// number in `data-number`. The words of its notes stand at its end, and pictures are asked for where the service keeps them.
pub fn chapter(chapter: &Chapter, lang: &str) -> String {
    let mut html = format!("<article lang=\"{}\" dir=\"{}\">\n", escape(lang), direction(lang));
    for node in chapter.nodes() {
        write_node(&mut html, &node);
    }
    write_notes(&mut html, chapter);
    html.push_str("</article>\n");
    html
}

fn direction(lang: &str) -> &'static str {
    match lang.split('-').next() {
        Some("ar" | "fa" | "he" | "ur") => "rtl",
        _ => "ltr",
    }
}

fn write_node(html: &mut String, node: &Node<'_>) {
    match node {
        Node::Heading(heading) => {
            let tag = format!("h{}", heading.level.unwrap_or(1).min(6));
            element(html, &tag, heading, "");
        }
        Node::Paragraph(block) => paragraph(html, block),
        Node::Quote(quoted) => {
            html.push_str("<blockquote>\n");
            quoted.iter().for_each(|block| paragraph(html, block));
            html.push_str("</blockquote>\n");
        }
        Node::List(list) => write_list(html, list),
        Node::Table(table) => write_table(html, table),
        Node::Figure(block, image) => write_figure(html, block, image),
    }
}

fn paragraph(html: &mut String, block: &Numbered) {
    let number = block.number.map(|number| format!(" data-number=\"{number}\"")).unwrap_or_default();
    element(html, "p", block, &number);
}

fn element(html: &mut String, tag: &str, block: &Numbered, attributes: &str) {
    put(html, format_args!("<{tag} data-id=\"{}\"{attributes}{}>", block.id(), change(block)));
    write_pieces(html, block);
    put(html, format_args!("</{tag}>\n"));
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

fn write_table(html: &mut String, table: &Table<'_>) {
    html.push_str("<table>\n");
    for (at, row) in table.rows.iter().enumerate() {
        match at {
            0 if table.head > 0 => html.push_str("<thead>\n"),
            _ if at == table.head => html.push_str("<tbody>\n"),
            _ => {}
        }
        html.push_str("<tr>");
        for cell in row {
            match cell {
                Some(cell) => {
                    let tag = match (cell.heads_its_column(), at < table.head) {
                        (true, true) => "th scope=\"col\"",
                        (true, false) => "th scope=\"row\"",
                        (false, _) => "td",
                    };
                    put(html, format_args!("<{tag} data-id=\"{}\"{}>", cell.id(), change(cell)));
                    write_pieces(html, cell);
                    put(html, format_args!("</{}>", &tag[..2]));
                }
                None => html.push_str("<td></td>"),
            }
        }
        html.push_str("</tr>\n");
        if at + 1 == table.head {
            html.push_str("</thead>\n");
        }
    }
    html.push_str(if table.rows.len() > table.head { "</tbody>\n</table>\n" } else { "</table>\n" });
}

fn write_figure(html: &mut String, block: &Numbered, image: &Image) {
    put(html, format_args!("<figure data-id=\"{}\"{}>", block.id(), change(block)));
    if is_digest(&image.blob) {
        let (blob, alt) = (&image.blob, escape(&image.alt));
        put(html, format_args!("<img src=\"/api/v1/blobs/{blob}\" alt=\"{alt}\">"));
    }
    html.push_str("<figcaption>");
    write_pieces(html, block);
    if !image.credit.is_empty() {
        put(html, format_args!(" <small>{}</small>", escape(&image.credit)));
    }
    html.push_str("</figcaption></figure>\n");
}

fn write_notes(html: &mut String, chapter: &Chapter) {
    let pieces = chapter.blocks.iter().flat_map(Numbered::pieces);
    let notes = pieces.filter_map(|piece| if let Piece::Note(note) = piece { Some(note) } else { None });
    let mut notes = notes.peekable();
    if notes.peek().is_none() {
        return;
    }
    html.push_str("<section role=\"doc-endnotes\">\n<ol>\n");
    for Note { number, runs, .. } in notes {
        put(html, format_args!("<li id=\"note-{number}\" value=\"{number}\">"));
        runs.into_iter().for_each(|(run, shade)| write_run(html, run, shade));
        put(
            html,
            format_args!(
                " <a href=\"#note-{number}-place\" role=\"doc-backlink\">↩\u{a0}{number}</a></li>\n"
            ),
        );
    }
    html.push_str("</ol>\n</section>\n");
}

fn write_list(html: &mut String, list: &List<'_>) {
    let tag = if list.ordered { "ol" } else { "ul" };
    put(html, format_args!("<{tag}>\n"));
    for Item { own, lists } in &list.items {
        match own {
            Some(own) => {
                put(html, format_args!("<li data-id=\"{}\"{}>", own.id(), change(own)));
                write_pieces(html, own);
            }
            None => html.push_str("<li>"),
        }
        lists.iter().for_each(|list| write_list(html, list));
        html.push_str("</li>\n");
    }
    put(html, format_args!("</{tag}>\n"));
}

fn write_pieces(html: &mut String, block: &Numbered) {
    for piece in block.pieces() {
        match piece {
            Piece::Sign(sign) => put(html, format_args!("<span class=\"sign\">{}.</span> ", escape(sign))),
            Piece::Words(run, shade) => write_run(html, run, shade),
            Piece::Note(Note { number, .. }) => {
                put(
                    html,
                    format_args!(
                        "<sup><a id=\"note-{number}-place\" href=\"#note-{number}\" role=\"doc-noteref\">{number}</a></sup>"
                    ),
                );
            }
        }
    }
}

/// REN15: words that came in `ins`, words that went in `del`.
fn write_run(html: &mut String, run: &Run, shade: Shade) {
    let mut open = Vec::new();
    match shade {
        Shade::Stays => {}
        Shade::Comes => open.push("ins"),
        Shade::Goes => open.push("del"),
    }
    open.iter().for_each(|tag| put(html, format_args!("<{tag}>")));
    if let Some(href) = run.marks.link() {
        put(html, format_args!("<a href=\"{}\" rel=\"noopener noreferrer\">", escape(href)));
        open.push("a");
    }
    if let Some(lang) = run.marks.lang() {
        put(html, format_args!("<span lang=\"{}\">", escape(lang)));
        open.push("span");
    }
    if let Some(source) = run.marks.citation() {
        put(html, format_args!("<span data-source=\"{}\">", escape(source)));
        open.push("span");
    }
    for (mark, tag) in [("strong", "strong"), ("em", "em"), ("superscript", "sup"), ("subscript", "sub")] {
        if run.marks.has(mark) {
            put(html, format_args!("<{tag}>"));
            open.push(tag);
        }
    }
    html.push_str(&escape(&run.text));
    while let Some(tag) = open.pop() {
        put(html, format_args!("</{tag}>"));
    }
}

fn put(html: &mut String, what: std::fmt::Arguments<'_>) {
    html.write_fmt(what).expect("a string takes every write");
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
