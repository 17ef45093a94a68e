//! The data of the printed template: the tree as JSON.
//!
//! The template reads values and never evaluates words, so nothing in a text can become code. What could stop a PDF/A
//! export is taken out here: characters that no font has by design.

use serde::Serialize;
use serde_json::{Value, json};
use unicode_segmentation::UnicodeSegmentation;

use super::columns;
use super::redline::{RedWords, Shade};
use super::tree::{Chapter, Item, List, Node, Note, Numbered, Piece, Table, Tree};
use crate::document::Run;
use crate::document::schema::{Image, is_digest};

/// What stands on the cover and around the pages. The server fills it in; words are in the paper's language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Meta {
    /// The paper's language: `es`, `en`.
    pub lang: String,
    /// The paper's title.
    pub title: String,
    /// Below the title; may be empty.
    pub subtitle: String,
    /// Whose paper it is.
    pub org: String,
    /// The running head.
    pub short: String,
    /// The sealed draft's name, or words for a draft in progress.
    pub milestone: String,
    /// A version for people: a date, a count.
    pub version: String,
    /// The first 12 digits of the document digest; empty for a draft in progress.
    pub hash: String,
    /// Whether pages are marked as a draft.
    pub draft: bool,
    /// One line saying that it is a demonstration; empty when it is not.
    pub demo: String,
    /// The date on the cover.
    pub date: Date,
    /// Rows of the cover: a label and its value.
    pub cover: Vec<(String, String)>,
    /// Words the template needs.
    pub labels: Labels,
}

/// A day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Date {
    /// Year.
    pub y: i32,
    /// Month, 1 to 12.
    pub m: u8,
    /// Day, 1 to 31.
    pub d: u8,
}

/// The template's own words, in the paper's language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Labels {
    /// "Contents".
    pub contents: String,
    /// "DRAFT", across the page.
    pub draft: String,
    /// "Page".
    pub page: String,
    /// "of", in "page 3 of 20".
    pub of: String,
}

/// The whole paper: `{"meta": …, "blocks": […]}`.
pub fn paper(meta: &Meta, tree: &Tree) -> Value {
    let of_chapter = |chapter: &Chapter| -> Vec<Value> {
        let nodes = chapter.nodes().into_iter().enumerate();
        let blocks = nodes.filter_map(|(at, node)| match node {
            // A certificate is one chapter without a number.
            Node::Heading(title) if at == 0 => {
                let number = Some(chapter.number.as_str()).filter(|number| !number.is_empty());
                Some(heading(title, number, true))
            }
            // Words are what a heading is for: a reader of the outline would find an empty line.
            Node::Heading(other) => (!other.is_blank()).then(|| heading(other, None, !chapter.is_annex)),
            other => block(&other),
        });
        blocks.collect()
    };
    let (annexes, chapters): (Vec<_>, Vec<_>) = tree.chapters.iter().partition(|chapter| chapter.is_annex);
    let mut blocks: Vec<Value> = chapters.into_iter().flat_map(of_chapter).collect();
    let behind: Vec<Value> = annexes.into_iter().flat_map(of_chapter).collect();
    let annexes = behind.len();
    blocks.extend(behind);
    let mut data = json!({"meta": meta_data(meta), "blocks": blocks});
    if annexes > 0 {
        data["annexes"] = annexes.into();
    }
    if let Some(RedWords { came, went, .. }) = &tree.red {
        data["red"] = json!({"came": printable(came), "went": printable(went)});
    }
    data
}

fn heading(block: &Numbered, chapter: Option<&str>, is_listed: bool) -> Value {
    let level = block.level.unwrap_or(1);
    let mut value = json!({"t": "h", "l": level, "id": block.id(), "c": inlines(block)});
    if let Some(number) = chapter {
        value["n"] = printable(number).into();
    }
    if !is_listed {
        value["aside"] = true.into();
    }
    value
}

fn meta_data(meta: &Meta) -> Value {
    let mut data = serde_json::to_value(meta).expect("a meta has only strings, numbers and lists of them");
    each_string(&mut data, &mut |words| *words = printable(words));
    data
}

fn each_string(value: &mut Value, change: &mut impl FnMut(&mut String)) {
    match value {
        Value::String(words) => change(words),
        Value::Array(items) => items.iter_mut().for_each(|item| each_string(item, change)),
        Value::Object(fields) => fields.values_mut().for_each(|field| each_string(field, change)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn block(node: &Node<'_>) -> Option<Value> {
    match node {
        Node::Heading(block) | Node::Paragraph(block) => paragraph(block),
        Node::Quote(quoted) => {
            let paragraphs: Vec<Value> = quoted.iter().filter_map(|block| paragraph(block)).collect();
            (!paragraphs.is_empty()).then(|| json!({"t": "q", "c": paragraphs}))
        }
        Node::List(list) => Some(self::list(list)),
        Node::Table(table) => Some(self::table(table)),
        Node::Figure(block, image) => figure(block, image),
    }
}

/// `{"t": "table", "columns": n, "head": n, "figures": [whether each column holds figures], "rows": [[cell or null]]}`.
fn table(table: &Table<'_>) -> Value {
    let cell = |cell: &Option<&Numbered>| {
        cell.map(|cell| {
            let mut value = json!({"id": cell.id(), "c": inlines(cell)});
            if cell.heads_its_column() {
                value["h"] = true.into();
            }
            value
        })
    };
    let rows: Vec<Vec<_>> = table.rows.iter().map(|row| row.iter().map(cell).collect()).collect();
    let figures = columns::of_figures(table);
    json!({"t": "table", "columns": table.columns, "head": table.head, "figures": figures, "rows": rows})
}

/// A picture, which the typesetter finds under `blob`. One that names no picture is printed as its caption.
fn figure(block: &Numbered, image: &Image) -> Option<Value> {
    if !is_digest(&image.blob) {
        return paragraph(block);
    }
    let (alt, credit) = (printable(&image.alt), printable(&image.credit));
    Some(
        json!({"t": "fig", "id": block.id(), "blob": image.blob, "alt": alt, "credit": credit, "c": inlines(block)}),
    )
}

/// A paragraph; none without words, unless it takes a number.
fn paragraph(block: &Numbered) -> Option<Value> {
    let mut value = json!({"t": "p", "id": block.id(), "c": inlines(block)});
    if let Some(number) = block.number {
        value["n"] = number.to_string().into();
    }
    (block.number.is_some() || !block.is_blank()).then_some(value)
}

fn list(list: &List<'_>) -> Value {
    let item = |item: &Item<'_>| {
        let own = item.own.map(|own| json!({"t": "p", "id": own.id(), "c": inlines(own)}));
        own.into_iter().chain(item.lists.iter().map(self::list)).collect::<Vec<_>>()
    };
    let items: Vec<Vec<Value>> = list.items.iter().map(item).collect();
    if list.ordered {
        json!({"t": "ol", "start": 1, "items": items})
    } else {
        json!({"t": "ul", "items": items})
    }
}

fn inlines(block: &Numbered) -> Vec<Value> {
    let piece = |piece: Piece<'_>| match piece {
        Piece::Sign(sign) => Some(json!({"t": "s", "v": printable(sign), "ch": "sign"})),
        Piece::Words(run, shade) => inline(run, shade),
        Piece::Note(Note { runs, .. }) => {
            let words: Vec<Value> = runs.into_iter().filter_map(|(run, shade)| inline(run, shade)).collect();
            (!words.is_empty()).then(|| json!({"t": "fn", "c": words}))
        }
    };
    block.pieces().into_iter().filter_map(piece).collect()
}

/// REN17: `ch` says what becomes of words: `ins`, `del`; that of a block as a whole is a `sign` before its words.
fn inline(run: &Run, shade: Shade) -> Option<Value> {
    let words = printable(&run.text);
    let mut value = json!({"t": "s", "v": words});
    match shade {
        Shade::Stays => {}
        Shade::Comes => value["ch"] = "ins".into(),
        Shade::Goes => value["ch"] = "del".into(),
    }
    let names = [("strong", "b"), ("em", "i"), ("superscript", "sup"), ("subscript", "sub")];
    let marks: Vec<&str> =
        names.into_iter().filter(|(mark, _)| run.marks.has(mark)).map(|(_, short)| short).collect();
    if !marks.is_empty() {
        value["m"] = marks.into();
    }
    if let Some(href) = run.marks.link() {
        value["href"] = printable(href).into();
    }
    if let Some(lang) = run.marks.lang() {
        value["lang"] = lang.into();
    }
    if let Some(source) = run.marks.citation() {
        value["cite"] = printable(source).into();
    }
    (!words.is_empty()).then_some(value)
}

/// White space other than the spaces that forbid a break (which keep numbers and signs together). The rarer ones come with
/// words pasted from other programs, and no font has them.
fn is_breaking_space(c: char) -> bool {
    c.is_whitespace() && !matches!(c, '\u{a0}' | '\u{2007}' | '\u{202f}')
}

/// The words that can be printed: white space becomes a space; controls, private characters, what stands for no
/// character at all, and marks that would turn the direction of neighbouring words are left out.
pub fn printable(words: &str) -> String {
    let is_printed = |c: &char| {
        !c.is_control()
            && !matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}')
            && !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
            && !matches!(c, '\u{fdd0}'..='\u{fdef}' | '\u{fff9}'..='\u{fffc}' | '\u{feff}')
            && (u32::from(*c) & 0xfffe) != 0xfffe
    };
    // A letter under thousands of accents takes the typesetter minutes.
    let letters = words.graphemes(true).flat_map(|letter| letter.chars().take(MOST_IN_A_LETTER));
    let spaced = letters.map(|c| if is_breaking_space(c) { ' ' } else { c });
    spaced.filter(is_printed).collect()
}

/// Characters that are printed of one letter: more than any script or emoji needs.
const MOST_IN_A_LETTER: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::schema::Cell;
    use crate::document::{Block, BlockKind, Marks};
    use crate::ids::ParagraphId;
    use crate::render::ChapterBlocks;

    fn blocks_of(depth: u8, blocks: Vec<Block>) -> Value {
        let labels = Labels {
            contents: "Índice".into(),
            draft: "BORRADOR".into(),
            page: "Página".into(),
            of: "de".into(),
        };
        let meta = Meta {
            lang: "es".into(),
            title: "La ciudad\u{202e}".into(),
            subtitle: String::new(),
            org: "CGLU".into(),
            short: "La ciudad".into(),
            milestone: "Borrador de Bogotá".into(),
            version: "1".into(),
            hash: String::new(),
            draft: true,
            demo: String::new(),
            date: Date { y: 2016, m: 9, d: 21 },
            cover: vec![("Fecha".into(), "21\u{0}".into())],
            labels,
        };
        let tree = Tree::of(31, [ChapterBlocks { number: "4".into(), depth, blocks }]);
        let mut data = paper(&meta, &tree);
        assert_eq!(data["meta"]["title"], "La ciudad");
        assert_eq!(data["meta"]["cover"], json!([["Fecha", "21"]]));
        data["blocks"].take()
    }

    fn block(kind: BlockKind, runs: Vec<Run>) -> Block {
        Block::new(ParagraphId([1; 8]), kind, runs)
    }
    fn words(words: &str) -> Vec<Run> {
        vec![Run::plain(words)]
    }

    #[test]
    fn ren5_the_title_bears_the_chapter_s_number_and_paragraphs_their_own() {
        let found = blocks_of(
            1,
            vec![
                block(BlockKind::Heading { level: 1 }, words("Acogida")),
                block(
                    BlockKind::Paragraph { numbered: true },
                    vec![Run::marked("Sí", Marks::on(["strong", "em"]).with_link("https://uclg.org"))],
                ),
                block(BlockKind::UnorderedItem { depth: 1 }, words("uno")),
                block(BlockKind::Quote, words("dicho")),
                block(BlockKind::Paragraph { numbered: false }, words(" ")),
            ],
        );
        let id = "0101010101010101";
        assert_eq!(
            found,
            json!([
                {"t": "h", "l": 1, "n": "4", "id": id, "c": [{"t": "s", "v": "Acogida"}]},
                {"t": "p", "n": "31", "id": id, "c": [{"t": "s", "v": "Sí", "m": ["b", "i"], "href": "https://uclg.org"}]},
                {"t": "ul", "items": [[{"t": "ul", "items": [[{"t": "p", "id": id, "c": [{"t": "s", "v": "uno"}]}]]}]]},
                {"t": "q", "c": [{"t": "p", "id": id, "c": [{"t": "s", "v": "dicho"}]}]},
            ])
        );
    }

    #[test]
    fn ren7_tables_pictures_notes_and_citations_reach_the_template() {
        let cell = |column: &str, header| {
            BlockKind::TableCell(Cell { table: "t".into(), row: "1".into(), column: column.into(), header })
        };
        let image = |blob: &str| {
            BlockKind::Image(Image { blob: blob.into(), alt: "a\u{7}".into(), credit: "c".into() })
        };
        let blob = "0a".repeat(32);
        let cited = Run::marked("ONU 2015", Marks::on(["citation:5"]));
        let noted = Run::marked("Nota", Marks::on(["footnote:9", "em"]));
        let found = blocks_of(
            1,
            vec![
                block(cell("a", true), words("A")),
                block(cell("b", true), vec![cited, noted]),
                block(image(&blob), words("Pie")),
                block(image("../etc/passwd"), words("Pie")),
            ],
        );
        let id = "0101010101010101";
        assert_eq!(
            found,
            json!([
                {"t": "table", "columns": 2, "head": 1, "figures": [false, false], "rows": [[
                    {"id": id, "h": true, "c": [{"t": "s", "v": "A"}]},
                    {"id": id, "h": true, "c": [
                        {"t": "s", "v": "ONU 2015", "cite": "5"},
                        {"t": "fn", "c": [{"t": "s", "v": "Nota", "m": ["i"]}]},
                    ]},
                ]]},
                {"t": "fig", "id": id, "blob": blob, "alt": "a", "credit": "c", "c": [{"t": "s", "v": "Pie"}]},
                {"t": "p", "id": id, "c": [{"t": "s", "v": "Pie"}]},
            ])
        );
    }

    #[test]
    fn ren5_only_the_title_bears_the_chapter_s_number_and_other_headings_need_words() {
        let heading = |level, words: &str| block(BlockKind::Heading { level }, vec![Run::plain(words)]);
        let shown = |blocks| {
            let found = blocks_of(2, blocks);
            let shown =
                |block: &Value| (block["l"].as_u64().unwrap(), block["n"].as_str().map(str::to_string));
            found.as_array().unwrap().iter().map(shown).collect::<Vec<_>>()
        };
        let number = || Some("4".to_string());
        assert_eq!(shown(vec![heading(1, ""), heading(2, " "), heading(4, "…")]), [(2, number()), (5, None)]);
        assert_eq!(shown(vec![heading(2, "…"), heading(1, "…")]), [(3, number()), (2, None)]);
    }

    #[test]
    fn ren5_of_a_letter_under_thousands_of_accents_a_few_are_printed() {
        let words = format!("No, {}\u{301}.", "a\u{301}".to_owned() + &"\u{301}".repeat(5_000));
        let printed = printable(&words);
        assert_eq!(printed.chars().count(), "No, ".len() + MOST_IN_A_LETTER + ".".len());
        assert_eq!(printable("ação e\u{301} 👩‍👩‍👧"), "ação e\u{301} 👩‍👩‍👧");
    }

    #[test]
    fn ren5_what_no_font_has_and_what_may_not_be_followed_is_left_out() {
        let run = Run::marked(
            "a\u{e000}\u{202e}\u{7}b\nc\u{ffff}\u{2028}d\u{3000}e\u{202f}%",
            Marks::default().with_link("javascript:alert(1)"),
        );
        let found = blocks_of(1, vec![block(BlockKind::Paragraph { numbered: false }, vec![run])]);
        assert_eq!(found[0]["c"], json!([{"t": "s", "v": "ab c d e\u{202f}%"}]));
    }
}
