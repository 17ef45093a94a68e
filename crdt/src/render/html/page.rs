//! A paper as one file: styles inside, pictures inside, no script, no address that is asked by itself.
//!
//! It opens in any browser and any word processor that reads HTML, without a network, and reads well to a screen reader: headings of
//! their rank, a table of contents, landmarks.

use std::collections::BTreeSet;

use super::{Options, direction, escape, words};
use crate::render::Tree;
use crate::render::typst_data::Meta;

/// REN21: the whole file. `style` is put in as it is: it must not end the element it stands in.
pub fn write(meta: &Meta, tree: &Tree, style: &str, options: Options<'_>) -> String {
    let Meta { lang, title, subtitle, org, milestone, demo, cover, labels, .. } = meta;
    let [lang, title, subtitle, org, milestone, demo] =
        [lang, title, subtitle, org, milestone, demo].map(|each| escape(each));
    let mut html = format!(
        "<!doctype html>\n<html lang=\"{lang}\" dir=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}{}</title>\n",
        direction(lang.as_str()),
        if milestone.is_empty() { String::new() } else { format!(" · {milestone}") },
    );
    if !subtitle.is_empty() {
        html += &format!("<meta name=\"description\" content=\"{subtitle}\">\n");
    }
    html += &format!("<style>\n{style}</style>\n</head>\n<body class=\"file\">\n");
    if !demo.is_empty() {
        html += &format!("<aside class=\"banner\">{demo}</aside>\n");
    }
    html += "<header class=\"masthead\"><div class=\"page\"><div>\n";
    if !org.is_empty() {
        html += &format!("<p class=\"of\">{org}</p>\n");
    }
    html += &format!("<h1>{title}</h1>\n");
    if !subtitle.is_empty() {
        html += &format!("<p class=\"lede\">{subtitle}</p>\n");
    }
    html += "<dl class=\"cover\">\n";
    for (label, value) in cover {
        html += &format!("<div><dt>{}</dt><dd>{}</dd></div>\n", escape(label), escape(value));
    }
    html += "</dl>\n</div></div></header>\n<div class=\"page published\">\n";
    html += &contents(tree, &labels.contents);
    html += &format!("<main>\n{}</main>\n</div>\n</body>\n</html>\n", body(tree, &meta.lang, options));
    html
}

/// The table of contents: the chapters' titles, each leading to its place.
pub fn contents(tree: &Tree, heading: &str) -> String {
    let mut html = format!(
        "<nav class=\"contents\" aria-labelledby=\"contents\">\n<h2 id=\"contents\">{}</h2>\n<ul>\n",
        escape(heading)
    );
    for chapter in &tree.chapters {
        let Some(title) = chapter.blocks.first() else { continue };
        let (number, id, words) = (escape(&chapter.number), title.id(), escape(&title.block.words()));
        html += &format!(
            "<li><a href=\"#p-{id}\"><span class=\"quiet number\">{number}</span> <span>{words}</span></a></li>\n"
        );
    }
    html + "</ul>\n</nav>\n"
}

/// The chapters of a paper, each a section of one article.
pub fn body(tree: &Tree, lang: &str, options: Options<'_>) -> String {
    let (code, direction) = (escape(lang), direction(lang));
    let mut html = format!("<article class=\"sealed-text\" lang=\"{code}\" dir=\"{direction}\">\n");
    let blocks = tree.chapters.iter().flat_map(|chapter| &chapter.blocks);
    let places: BTreeSet<String> = blocks.map(|block| block.id().to_string()).collect();
    for chapter in &tree.chapters {
        let words = words(chapter, options, &places);
        html += &format!("<section class=\"text\" lang=\"{code}\">\n{words}</section>\n");
    }
    html + "</article>\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::schema::Image;
    use crate::document::{Block, BlockKind, Marks, Run};
    use crate::ids::ParagraphId;
    use crate::render::ChapterBlocks;
    use crate::render::typst_data::{Date, Labels};

    fn paper(kinds: Vec<(BlockKind, Vec<Run>)>) -> Tree {
        let blocks = kinds.into_iter().zip(1..);
        let blocks = blocks.map(|((kind, runs), id)| Block::new(ParagraphId([id; 8]), kind, runs)).collect();
        Tree::of(1, [ChapterBlocks { number: "4.1".into(), depth: 2, blocks }])
    }

    fn file(tree: &Tree) -> String {
        let meta = Meta {
            lang: "ar".into(),
            title: "A & B".into(),
            subtitle: String::new(),
            org: "UCLG".into(),
            short: String::new(),
            milestone: "Bogotá <draft>".into(),
            version: String::new(),
            hash: String::new(),
            draft: false,
            demo: String::new(),
            date: Date { y: 2016, m: 10, d: 12 },
            cover: vec![("Version".into(), "Bogotá <draft>".into())],
            labels: Labels {
                contents: "Contents".into(),
                draft: String::new(),
                page: String::new(),
                of: String::new(),
            },
        };
        let picture =
            |digest: &str| digest.starts_with("0a").then(|| "data:image/png;base64,AA==".to_owned());
        write(
            &meta,
            tree,
            "p { color: red }\n",
            Options { permanent: Some("Link"), above: 1, picture: &picture },
        )
    }

    #[test]
    fn ren20_every_block_is_a_place_with_a_link_to_itself_and_a_chapter_shows_its_number() {
        let found = file(&paper(vec![
            (BlockKind::Heading { level: 1 }, vec![Run::plain("Welcome")]),
            (BlockKind::Paragraph { numbered: true }, vec![Run::plain("Cities welcome.")]),
            (BlockKind::UnorderedItem { depth: 0 }, vec![Run::plain("one")]),
        ]));
        let cited = Run::marked("CGLU", Marks::on(["citation:0202020202020202"]));
        let citing = file(&paper(vec![
            (BlockKind::Quote, vec![cited.clone()]),
            (BlockKind::Quote, vec![Run::plain("A source.")]),
        ]));
        assert!(citing.contains("<a class=\"cites\" href=\"#p-0202020202020202\">CGLU</a>"), "{citing}");
        assert!(file(&paper(vec![(BlockKind::Quote, vec![cited])])).contains("<span data-source="));
        let link = |sign: &str, class: &str, id: &str| {
            format!("<a class=\"{class}\" href=\"#p-{id}\" aria-label=\"{sign}, Link\">{sign}</a>")
        };
        let (title, first, item) = ("01".repeat(8), "02".repeat(8), "03".repeat(8));
        let heading = format!(
            "<h3 id=\"p-{title}\"><span class=\"chapter\">4.1</span> Welcome{}</h3>",
            link("¶", "here", &title)
        );
        assert!(found.contains(&heading), "{found}");
        let numbered = link("1", "here number", &first);
        assert!(
            found.contains(&format!("<p id=\"p-{first}\" data-number=\"1\">{numbered}Cities welcome.</p>")),
            "{found}"
        );
        assert!(found.contains(&format!("<li id=\"p-{item}\">one</li>")), "{found}");
        assert!(found.contains(&format!("<a href=\"#p-{title}\">")), "the contents lead there: {found}");
    }

    #[test]
    fn ren21_a_file_asks_nobody_for_anything_and_says_whose_words_it_holds() {
        let image =
            |first: &str| Image { blob: first.repeat(32), alt: "A \"house\"".into(), credit: String::new() };
        let found = file(&paper(vec![
            (BlockKind::Image(image("0a")), vec![Run::plain("Lyon")]),
            (BlockKind::Image(image("0b")), vec![Run::plain("Tunis")]),
            (BlockKind::Quote, vec![Run::marked("</style><script>", Marks::on(["bracket:x"]))]),
        ]));
        assert!(found.starts_with("<!doctype html>\n<html lang=\"ar\" dir=\"rtl\">"));
        assert!(found.contains("<title>A &amp; B · Bogotá &lt;draft&gt;</title>"));
        assert!(found.contains("<img src=\"data:image/png;base64,AA==\" alt=\"A &quot;house&quot;\">"));
        assert_eq!(found.matches("<img").count(), 1, "a picture that is not there leaves its words: {found}");
        assert!(found.contains("Tunis") && !found.contains("bracket:") && !found.contains("<script"));
        for outside in ["http:", "https:", "src=\"/", "<link", "url("] {
            assert!(!found.contains(outside), "{outside} in {found}");
        }
    }
}
