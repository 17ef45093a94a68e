//! What is written is read by a program that shares nothing with the writer: as XML, part by part.

mod reader;
mod tracked;
mod wide;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read as _};

use crdt::document::schema::{Cell, Image, UnknownMarker};
use crdt::document::{Block, BlockKind, MarkValue, Marks, Run};
use crdt::ids::ParagraphId;
use crdt::moment::Moment;
use crdt::render::docx::{Lost, Picture, Sheet, write};
use crdt::render::typst_data::{Date, Labels, Meta};
use crdt::render::{ChapterBlocks, Tree};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use crate::export::tables::read::{Bounds, read};

/// The files of an archive, each XML one of which is well formed.
fn unpacked(bytes: &[u8]) -> BTreeMap<String, String> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut files = BTreeMap::new();
    for at in 0..archive.len() {
        let mut entry = archive.by_index(at).unwrap();
        let name = entry.name().unwrap().to_string();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        if name.ends_with(".xml") || name.ends_with(".rels") {
            let xml = String::from_utf8(content).unwrap();
            let is_allowed = |c: char| {
                matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{fffd}' | '\u{10000}'..)
                    && !('\u{7f}'..='\u{9f}').contains(&c)
            };
            assert!(xml.chars().all(is_allowed), "{name} has a character that XML forbids");
            each(&xml, |_, _| {});
            assert!(files.insert(name.clone(), xml).is_none(), "{name} is there twice");
        } else {
            files.insert(name, String::new());
        }
    }
    files
}

/// What the reader meets: a tag that opens (or is empty), words.
enum Met<'a> {
    Opens(&'a BytesStart<'a>),
    Words(&'a str),
}

/// Walks through XML, which must be well formed; `path` is the names of the elements around.
fn each(xml: &str, mut meet: impl FnMut(Met<'_>, &[String])) {
    let mut reader = Reader::from_str(xml);
    let mut path: Vec<String> = Vec::new();
    loop {
        match reader.read_event().unwrap_or_else(|error| panic!("{error} in {xml}")) {
            Event::Start(tag) => {
                meet(Met::Opens(&tag), &path);
                path.push(tag.name().as_ref().to_owned());
            }
            Event::Empty(tag) => meet(Met::Opens(&tag), &path),
            Event::End(_) => drop(path.pop()),
            Event::Text(words) => meet(Met::Words(&words), &path),
            Event::GeneralRef(reference) => {
                let word = match &*reference {
                    "amp" => "&",
                    "lt" => "<",
                    "gt" => ">",
                    "quot" => "\"",
                    other => panic!("the entity {other}"),
                };
                meet(Met::Words(word), &path);
            }
            Event::Eof => break,
            Event::Decl(_) => {}
            other => panic!("{other:?}"),
        }
    }
    assert!(path.is_empty(), "{path:?} stay open");
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let value = tag.try_get_attribute(name).unwrap()?.value.to_string();
    let value = value.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    Some(value.replace("&amp;", "&"))
}

/// The words behind each bookmark of a paragraph, in order; notes where their marks stand.
fn paragraphs(files: &BTreeMap<String, String>) -> Vec<(String, String)> {
    let mut notes: BTreeMap<String, String> = BTreeMap::new();
    let mut note = String::new();
    each(&files["word/footnotes.xml"], |met, path| match met {
        Met::Opens(tag) if tag.name().as_ref() == "w:footnote" => note = attribute(tag, "w:id").unwrap(),
        Met::Opens(tag) if tag.name().as_ref() == "w:br" => *notes.entry(note.clone()).or_default() += "\n",
        Met::Opens(tag) if tag.name().as_ref() == "w:tab" => *notes.entry(note.clone()).or_default() += "\t",
        Met::Words(words) if path.last().is_some_and(|last| last == "w:t") => {
            *notes.entry(note.clone()).or_default() += words;
        }
        _ => {}
    });
    let mut found: Vec<(String, String)> = Vec::new();
    let (mut open, mut names) = (None, BTreeSet::new());
    each(&files["word/document.xml"], |met, path| match met {
        Met::Opens(tag) => match tag.name().as_ref() {
            "w:bookmarkStart" => {
                let name = attribute(tag, "w:name").unwrap();
                assert!(names.insert(name.clone()), "the bookmark {name} is there twice");
                open = Some(attribute(tag, "w:id").unwrap());
                found.push((name.strip_prefix("p_").unwrap().to_owned(), String::new()));
            }
            "w:bookmarkEnd" => assert_eq!(open.take(), attribute(tag, "w:id")),
            "w:footnoteReference" => {
                let words = &notes[&attribute(tag, "w:id").unwrap()];
                found.last_mut().unwrap().1 += words.strip_prefix(' ').unwrap();
            }
            "w:br" => found.last_mut().unwrap().1 += "\n",
            "w:tab" if open.is_some() => found.last_mut().unwrap().1 += "\t",
            _ => {}
        },
        Met::Words(words) if open.is_some() && path.last().is_some_and(|last| last == "w:t") => {
            found.last_mut().unwrap().1 += words;
        }
        _ => {}
    });
    found
}

/// Whatever is named is there: styles, lists, relations and the files that they lead to.
fn is_whole(files: &BTreeMap<String, String>) {
    let values = |part: &str, element: &str, name: &str| {
        let mut found = BTreeSet::new();
        each(&files[part], |met, _| {
            if let Met::Opens(tag) = met
                && tag.name().as_ref() == element
            {
                found.extend(attribute(tag, name));
            }
        });
        found
    };
    let styles = values("word/styles.xml", "w:style", "w:styleId");
    for (part, element) in ["w:pStyle", "w:rStyle", "w:tblStyle"]
        .into_iter()
        .flat_map(|element| [("word/document.xml", element), ("word/footnotes.xml", element)])
    {
        for style in values(part, element, "w:val") {
            assert!(styles.contains(&style), "the style {style} is not there");
        }
    }
    let lists = values("word/numbering.xml", "w:num", "w:numId");
    assert!(values("word/document.xml", "w:numId", "w:val").is_subset(&lists));
    for (part, relations) in [
        ("word/document.xml", "word/_rels/document.xml.rels"),
        ("word/footnotes.xml", "word/_rels/footnotes.xml.rels"),
    ] {
        let mut known = BTreeSet::new();
        if files.contains_key(relations) {
            each(&files[relations], |met, _| {
                if let Met::Opens(tag) = met
                    && tag.name().as_ref() == "Relationship"
                {
                    assert!(known.insert(attribute(tag, "Id").unwrap()), "a relation is there twice");
                    let target = attribute(tag, "Target").unwrap();
                    if attribute(tag, "TargetMode").is_none() {
                        assert!(files.contains_key(&format!("word/{target}")), "{target} is not there");
                    }
                }
            });
        }
        for (element, name) in [
            ("w:hyperlink", "r:id"),
            ("a:blip", "r:embed"),
            ("w:headerReference", "r:id"),
            ("w:footerReference", "r:id"),
        ] {
            assert!(values(part, element, name).is_subset(&known), "{element} leads nowhere");
        }
    }
    each(&files["[Content_Types].xml"], |met, _| {
        if let Met::Opens(tag) = met
            && let Some(part) = attribute(tag, "PartName")
        {
            assert!(files.contains_key(part.trim_start_matches('/')), "{part} is not there");
        }
    });
}

fn meta(lang: &str) -> Meta {
    let labels = Labels {
        contents: "Índice".into(),
        draft: "BORRADOR".into(),
        page: "Página".into(),
        of: "de".into(),
    };
    Meta {
        lang: lang.into(),
        title: "La ciudad & los <barrios>\u{0}".into(),
        subtitle: String::new(),
        org: "CGLU".into(),
        short: "La ciudad".into(),
        milestone: "Borrador de Bogotá".into(),
        version: "21 de septiembre de 2016".into(),
        hash: "0123456789ab".into(),
        draft: true,
        demo: "Demostración".into(),
        date: Date { y: 2016, m: 9, d: 21 },
        cover: vec![("Fecha".into(), "21".into())],
        labels,
    }
}

/// Where, what and how often something was lost.
type Told = (Option<u8>, Lost, usize);

fn made(lang: &str, tree: &Tree, pictures: &BTreeMap<String, Picture>) -> (Vec<u8>, Vec<Told>) {
    let meta = meta(lang);
    let written = write(&Sheet {
        meta: &meta,
        tree,
        made: Moment::from_unix_ms(1_474_459_200_123),
        pictures,
        remarks: &[],
    });
    let (bytes, losses) = super::file(&written).unwrap();
    let losses = losses.into_iter().map(|loss| (loss.paragraph.map(|id| id.0[0]), loss.what, loss.count));
    (bytes.to_vec(), losses.collect())
}

fn block(id: u8, kind: BlockKind, runs: Vec<Run>) -> Block {
    Block::new(ParagraphId([id; 8]), kind, runs)
}

fn tree(blocks: Vec<Block>) -> Tree {
    Tree::of(7, [ChapterBlocks { number: "4.1".into(), depth: 2, blocks }])
}

fn cell(row: &str, column: &str, header: bool) -> BlockKind {
    BlockKind::TableCell(Cell { table: "t".into(), row: row.into(), column: column.into(), header })
}

const PLAIN: BlockKind = BlockKind::Paragraph { numbered: false };

#[test]
fn ren26_each_thing_of_a_paper_is_what_word_has_for_it() {
    let blob = "0a".repeat(32);
    let image = Image { blob: blob.clone(), alt: "Una \"casa\" & más".into(), credit: "Lyon".into() };
    let note = Run::marked("Según la ONU.", Marks::on(["footnote:n1", "em"]));
    let link = Run::marked("la guía", Marks::default().with_link("https://uclg.org/é?a=1&b=2"));
    let mut french = Marks::on(["strong"]);
    french.0.insert("lang".into(), MarkValue::Text("fr".into()));
    let tree = tree(vec![
        block(1, BlockKind::Heading { level: 1 }, vec![Run::plain("Acogida"), note]),
        block(
            2,
            BlockKind::Paragraph { numbered: true },
            vec![Run::plain("Véase "), link, Run::marked("mairie", french)],
        ),
        block(3, BlockKind::OrderedItem { depth: 0 }, vec![Run::plain("uno")]),
        block(4, BlockKind::UnorderedItem { depth: 1 }, vec![Run::plain("dos")]),
        block(5, PLAIN, vec![Run::plain("entre")]),
        block(6, BlockKind::OrderedItem { depth: 0 }, vec![Run::plain("otra vez uno")]),
        block(7, cell("1", "a", true), vec![Run::plain("Ciudad")]),
        block(8, cell("1", "b", true), vec![Run::plain("Año")]),
        block(9, cell("2", "b", false), vec![Run::plain("2016")]),
        block(10, BlockKind::Image(image), vec![Run::plain("Fachada")]),
        block(11, BlockKind::Quote, vec![Run::plain("dicho")]),
    ]);
    let picture =
        Picture { bytes: bytes::Bytes::from_static(b"png"), is_png: true, width: 4000, height: 1000 };
    let (bytes, losses) = made("es", &tree, &[(blob.clone(), picture)].into());
    let files = unpacked(&bytes);
    is_whole(&files);
    let document = &files["word/document.xml"];
    for wanted in [
        "<w:pStyle w:val=\"Heading2\"/>",
        "<w:rStyle w:val=\"ChapterNumber\"/></w:rPr><w:t xml:space=\"preserve\">4.1</w:t>",
        "<w:pStyle w:val=\"NumberedParagraph\"/>",
        "<w:rStyle w:val=\"ParagraphNumber\"/></w:rPr><w:t xml:space=\"preserve\">7.</w:t>",
        "<w:b/><w:bCs/><w:lang w:val=\"fr\"/>",
        "<w:ilvl w:val=\"0\"/><w:numId w:val=\"2\"/>",
        "<w:ilvl w:val=\"1\"/><w:numId w:val=\"1\"/>",
        "<w:ilvl w:val=\"0\"/><w:numId w:val=\"3\"/>",
        "<w:tblHeader/>",
        "descr=\"Una &quot;casa&quot; &amp; más\"",
        "<wp:extent cx=\"5400040\" cy=\"1350010\"/>",
        "<w:pStyle w:val=\"Quote\"/>",
        "<w:instrText xml:space=\"preserve\"> TOC \\o &quot;1-3&quot; \\h \\z \\u </w:instrText>",
    ] {
        assert!(document.contains(wanted), "{wanted} is not in {document}");
    }
    assert!(
        files["word/_rels/document.xml.rels"]
            .contains("Target=\"https://uclg.org/%C3%A9?a=1&amp;b=2\" TargetMode=\"External\"")
    );
    assert!(files["word/footnotes.xml"].contains("<w:footnote w:id=\"1\">"));
    assert!(files["docProps/core.xml"].contains("2016-09-21T12:00:00Z<"), "{}", files["docProps/core.xml"]);
    assert!(files.contains_key(&format!("word/media/{blob}.png")));
    // A reader of tables that knows nothing of this writer.
    let tables = read(&bytes, Bounds::default()).unwrap();
    let rows: Vec<&Vec<String>> = tables[0].lines.iter().map(|line| &line.cells).collect();
    assert_eq!(
        (tables.len(), rows),
        (1, vec![&vec!["Ciudad".to_owned(), "Año".to_owned()], &vec![String::new(), "2016".to_owned()]])
    );
    assert_eq!(losses, [(None, Lost::Characters, 1)], "the title has a null");
    assert_eq!(made("es", &tree, &BTreeMap::new()).1[1..], [(Some(10), Lost::Picture, 1)]);
}

#[test]
fn ren25_hostile_words_stay_words_and_what_was_left_out_is_told() {
    let words = "]]></w:t><script>&amp;\u{0}\u{1b}\u{fffe}\u{202e}fdp\u{e000}";
    let link = Marks::default().with_link("javascript:alert(1)");
    let unknown =
        BlockKind::Unknown(UnknownMarker { name: "x".into(), parents: vec![], attrs: Default::default() });
    let blocks = vec![
        block(1, BlockKind::Heading { level: 1 }, vec![Run::plain(words)]),
        block(2, PLAIN, vec![Run::marked("aquí", link)]),
        block(3, unknown, vec![Run::plain("a\tb\nc")]),
    ];
    let (bytes, losses) = made("es", &tree(blocks), &BTreeMap::new());
    let files = unpacked(&bytes);
    is_whole(&files);
    let said: Vec<String> = paragraphs(&files).into_iter().map(|(_, words)| words).collect();
    assert_eq!(said, ["]]></w:t><script>&amp;fdp\u{e000}", "aquí", "a\tb\nc"]);
    let found = losses[losses.len() - 3..].to_vec();
    assert_eq!(
        found,
        [(Some(1), Lost::Characters, 4), (Some(2), Lost::Address, 1), (Some(3), Lost::Unknown, 1)]
    );
    assert!(!files["word/_rels/document.xml.rels"].contains("javascript"));
}

#[test]
fn ren27_an_arabic_paper_runs_from_right_to_left() {
    let blocks = vec![
        block(1, BlockKind::Heading { level: 1 }, vec![Run::plain("المدن")]),
        block(2, BlockKind::Paragraph { numbered: true }, vec![Run::plain("ترحب مدن CGLU بالجميع.")]),
        block(3, cell("1", "a", true), vec![Run::plain("مدينة")]),
    ];
    let files = unpacked(&made("ar", &tree(blocks), &BTreeMap::new()).0);
    let document = &files["word/document.xml"];
    let count = |what: &str| document.matches(what).count();
    assert_eq!(count("<w:p>"), count("<w:bidi/>") - 1, "each paragraph, and the section");
    assert!(document.contains("<w:bidiVisual/>"));
    assert!(document.contains("<w:r><w:t xml:space=\"preserve\">CGLU</w:t></w:r>"), "{document}");
    assert!(
        document.contains("<w:rPr><w:rtl/></w:rPr><w:t xml:space=\"preserve\"> بالجميع.</w:t>"),
        "{document}"
    );
    assert!(files["word/styles.xml"].contains("<w:lang w:bidi=\"ar\"/>"));
}

#[test]
fn ren25_every_word_of_a_random_paper_is_there_once_and_in_order() {
    for seed in 0..300 {
        let mut chance = fastrand::Rng::with_seed(seed);
        let blocks: Vec<Block> = (1..=chance.u8(1..30)).map(|id| random_block(&mut chance, id)).collect();
        let expected: Vec<(String, String)> = blocks
            .iter()
            .enumerate()
            .filter(|(at, block)| !is_left_out(*at, block))
            .map(|(_, block)| {
                (block.id.to_string(), block.words().chars().filter(|c| is_carried(*c)).collect())
            })
            .collect();
        let has_cells = blocks.iter().any(|block| matches!(block.kind, BlockKind::TableCell(_)));
        let dropped: usize = blocks
            .iter()
            .enumerate()
            .filter(|(at, block)| !is_left_out(*at, block))
            .map(|(_, block)| block.words().chars().filter(|c| !is_carried(*c)).count())
            .sum();
        let lang = *chance.choice(["es", "ar", "zh-Hant"].iter()).unwrap();
        let tree = tree(blocks);
        let (bytes, losses) = made(lang, &tree, &BTreeMap::new());
        assert_eq!(
            bytes,
            made(lang, &tree, &BTreeMap::new()).0,
            "seed {seed}: the same paper gives the same bytes"
        );
        let files = unpacked(&bytes);
        is_whole(&files);
        let (mut found, mut expected) = (paragraphs(&files), expected);
        // A cell that came out of order stands where its column is; everything else in the order of the text.
        if has_cells {
            found.sort();
            expected.sort();
        }
        assert_eq!(found, expected, "seed {seed}");
        let told = losses.iter().filter(|(at, what, _)| at.is_some() && *what == Lost::Characters);
        assert_eq!(told.map(|(_, _, count)| count).sum::<usize>(), dropped, "seed {seed}");
    }
}

fn is_left_out(at: usize, block: &Block) -> bool {
    let is_blank = block.words().trim().is_empty();
    match block.kind {
        BlockKind::Heading { .. } => is_blank && at > 0,
        BlockKind::Paragraph { numbered } => is_blank && !numbered,
        BlockKind::Quote => is_blank,
        _ => false,
    }
}

fn is_carried(c: char) -> bool {
    matches!(c, '\n' | '\t') || !(c.is_control() || matches!(c, '\u{202e}' | '\u{feff}' | '\u{fffe}'))
}

fn random_block(chance: &mut fastrand::Rng, id: u8) -> Block {
    let kind = match chance.u8(0..8) {
        0 => BlockKind::Heading { level: chance.u8(1..7) },
        1 => BlockKind::Paragraph { numbered: chance.bool() },
        2 => BlockKind::Quote,
        3 => BlockKind::OrderedItem { depth: chance.u8(0..9) },
        4 => BlockKind::UnorderedItem { depth: chance.u8(0..9) },
        5 => BlockKind::Image(Image { blob: "x".into(), alt: random_words(chance), credit: String::new() }),
        _ => cell(["1", "2"][chance.usize(0..2)], ["a", "b", "c"][chance.usize(0..3)], chance.bool()),
    };
    let runs = (0..chance.u8(0..4)).map(|_| {
        let names = [
            "strong",
            "em",
            "superscript",
            "subscript",
            "footnote:a",
            "footnote:b",
            "citation:c",
            "bracket:d",
            "underline",
        ];
        let mut marks = Marks::on(names.into_iter().filter(|_| chance.u8(0..4) == 0));
        if chance.u8(0..5) == 0 {
            marks = marks.with_link(["https://uclg.org/?a=\"<'&", "file:///etc/passwd"][chance.usize(0..2)]);
        }
        Run::marked(random_words(chance), marks)
    });
    let runs = runs.collect();
    block(id, kind, runs)
}

fn random_words(chance: &mut fastrand::Rng) -> String {
    let pieces = [
        "ciudad ",
        "e\u{301}",
        "👩‍👩‍👧",
        "لِلّٰهِ ",
        "]]>",
        "&amp;",
        "<w:p/>",
        "\"'",
        "\u{0}",
        "\u{b}",
        "\u{85}",
        "\u{fffe}",
        "\u{202e}",
        "\u{feff}",
        "\n",
        "\t",
        "  ",
        "12",
        "𐎀",
    ];
    (0..chance.u8(0..6)).map(|_| pieces[chance.usize(0..pieces.len())]).collect()
}

#[test]
fn i13_a_table_of_300_rows_and_100_columns_comes_whole_out_of_every_writer() {
    use crdt::render::{html, markdown, typst_data};
    let mut blocks = Vec::new();
    for row in 0..300u32 {
        for column in 0..100u32 {
            let id = ParagraphId(u64::from(row * 100 + column + 1).to_be_bytes());
            let kind = cell(&format!("{row:016x}"), &format!("{column:016x}"), row == 0);
            blocks.push(Block::new(id, kind, vec![Run::plain(format!("r{row}c{column}"))]));
        }
    }
    let tree = tree(blocks);
    let (bytes, losses) = made("es", &tree, &BTreeMap::new());
    let told: Vec<_> = losses.iter().map(|(_, what, count)| (*what, *count)).collect();
    assert_eq!(told, [(Lost::Characters, 1), (Lost::Columns, 37)], "the title has a null");
    let words = unpacked(&bytes).remove("word/document.xml").unwrap();
    let markdown = markdown::write(&tree, markdown::Options::default());
    let html = html::chapter(&tree.chapters[0], "es");
    let data = typst_data::paper(&meta("es"), &tree).to_string();
    for written in [words, markdown, html, data] {
        assert!(written.contains("r299c99") && written.contains("r0c0"), "a corner is missing");
    }
}
