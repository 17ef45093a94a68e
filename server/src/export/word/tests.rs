//! Documents as programs write them, and as attackers do.

mod hostile;
mod loose;
mod pictures;
mod silence;

use crdt::document::{Block, BlockKind};
use crdt::ids::ParagraphId;

use super::{Document, Found};
use crate::export::archive;
use crate::export::tables::read::ReadError;

const NAMES: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\" xmlns:w14=\"http://schemas.microsoft.com/office/word/2010/wordml\" xmlns:w15=\"http://schemas.microsoft.com/office/word/2012/wordml\" xmlns:mc=\"http://schemas.openxmlformats.org/markup-compatibility/2006\"";

/// Styles as Word writes them, and as a program of another language does.
const STYLES: &str = r#"<w:style w:type="paragraph" w:styleId="Ttulo1"><w:name w:val="heading 1"/><w:pPr><w:outlineLvl w:val="0"/></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="T2"><w:name w:val="Título 2"/></w:style>
<w:style w:type="paragraph" w:styleId="Mine"><w:name w:val="Mine"/><w:basedOn w:val="T2"/></w:style>
<w:style w:type="paragraph" w:styleId="Cita"><w:name w:val="Quote"/></w:style>
<w:style w:type="paragraph" w:styleId="Dash"><w:name w:val="List Bullet"/><w:pPr><w:numPr><w:numId w:val="2"/></w:numPr></w:pPr></w:style>
<w:style w:type="character" w:styleId="Strong"><w:name w:val="Strong"/><w:rPr><w:b/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/></w:style>"#;

const LISTS: &str = r#"<w:abstractNum w:abstractNumId="7"><w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl><w:lvl w:ilvl="1"><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="(%2)"/></w:lvl></w:abstractNum>
<w:abstractNum w:abstractNumId="8"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="–"/></w:lvl></w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="8"/></w:num>"#;

fn file(body: &str, more: &[(&str, &str)]) -> Vec<u8> {
    let part =
        |root: &str, words: &str| format!("<?xml version=\"1.0\"?><w:{root} {NAMES}>{words}</w:{root}>");
    let mut files = vec![
        ("[Content_Types].xml".to_owned(), "<Types/>".to_owned()),
        ("word/document.xml".to_owned(), part("document", &format!("<w:body>{body}</w:body>"))),
        ("word/styles.xml".to_owned(), part("styles", STYLES)),
        ("word/numbering.xml".to_owned(), part("numbering", LISTS)),
    ];
    for (name, words) in more {
        let xml = match name.ends_with(".rels") {
            true => format!(
                "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{words}</Relationships>"
            ),
            false => part(name, words),
        };
        let name =
            if name.ends_with(".rels") { format!("word/_rels/{name}") } else { format!("word/{name}.xml") };
        files.retain(|(known, _)| *known != name);
        files.push((name, xml));
    }
    archive::write(files.iter().map(|(name, xml)| (name.as_str(), xml.as_bytes()))).unwrap()
}

fn ids() -> impl FnMut() -> ParagraphId {
    let mut next = 0u64;
    move || {
        next += 1;
        ParagraphId(next.to_be_bytes())
    }
}

/// PNG is kept, whatever follows its first bytes.
fn read(file: &[u8], ids: &mut dyn FnMut() -> ParagraphId) -> Result<Document, ReadError> {
    super::read(file, ids, &mut |bytes| bytes.starts_with(b"\x89PNG").then(|| "ab".repeat(32)))
}

fn p(words: &str) -> String {
    format!("<w:p>{}</w:p>", r(words))
}
fn r(words: &str) -> String {
    format!("<w:r><w:t xml:space=\"preserve\">{words}</w:t></w:r>")
}
fn styled(style: &str, words: &str) -> String {
    format!("<w:p><w:pPr><w:pStyle w:val=\"{style}\"/></w:pPr>{}</w:p>", r(words))
}
fn item(list: u8, level: u8, words: &str) -> String {
    format!(
        "<w:p><w:pPr><w:numPr><w:ilvl w:val=\"{level}\"/><w:numId w:val=\"{list}\"/></w:numPr></w:pPr>{}</w:p>",
        r(words)
    )
}
fn came(author: &str, inner: &str) -> String {
    format!("<w:ins w:id=\"1\" w:author=\"{author}\" w:date=\"2016-09-12T10:00:00Z\">{inner}</w:ins>")
}
fn went(author: &str, words: &str) -> String {
    format!(
        "<w:del w:id=\"1\" w:author=\"{author}\"><w:r><w:delText xml:space=\"preserve\">{words}</w:delText></w:r></w:del>"
    )
}

/// Kind and words of each block, as short as they can be said.
fn shape(blocks: &[Block]) -> Vec<String> {
    let kind = |block: &Block| match &block.kind {
        BlockKind::Heading { level } => "#".repeat(usize::from(*level)),
        BlockKind::Paragraph { numbered: true } => "1.".to_owned(),
        BlockKind::Paragraph { numbered: false } => String::new(),
        BlockKind::Quote => ">".to_owned(),
        BlockKind::OrderedItem { depth } => format!("{depth})"),
        BlockKind::UnorderedItem { depth } => format!("{depth}-"),
        BlockKind::TableCell(cell) => {
            if cell.header {
                "||".to_owned()
            } else {
                "|".to_owned()
            }
        }
        other => other.marker_type().to_owned(),
    };
    let run = |run: &crdt::document::Run| {
        let marks: Vec<&str> = run.marks.0.keys().map(|name| name.split(':').next().unwrap()).collect();
        if marks.is_empty() { run.text.clone() } else { format!("<{}>{}</>", marks.join(","), run.text) }
    };
    blocks
        .iter()
        .map(|block| {
            format!("{} {}", kind(block), block.runs.iter().map(run).collect::<String>()).trim().to_owned()
        })
        .collect()
}

fn text(document: &Document, author: Option<usize>) -> Vec<String> {
    let mut made = 0xff00u64;
    let mut ids = || {
        made += 1;
        ParagraphId(made.to_be_bytes())
    };
    let chapters = document.chapters("Sin título", &mut ids);
    chapters.iter().flat_map(|chapter| shape(&document.blocks(chapter, author))).collect()
}

fn found(document: &Document) -> Vec<(Found, String)> {
    document.report.notes.iter().map(|note| (note.found, note.words.clone())).collect()
}

#[test]
fn doc25_what_word_says_becomes_what_the_paper_has_for_it() {
    let body = [
        styled("Ttulo1", "Vivienda"),
        styled("Mine", "Encontrar casa"),
        item(1, 0, "Párrafo"),
        item(1, 1, "inciso"),
        styled("Dash", "guion"),
        styled("Cita", "Dicho."),
        "<w:p><w:r><w:t>a</w:t></w:r><w:r><w:rPr><w:b/><w:i w:val=\"0\"/></w:rPr><w:t>b</w:t></w:r><w:r><w:rPr><w:rStyle w:val=\"Strong\"/><w:i/></w:rPr><w:t>c</w:t></w:r><w:r><w:rPr><w:vertAlign w:val=\"superscript\"/></w:rPr><w:t>2</w:t></w:r></w:p>".to_owned(),
        format!("<w:p><w:hyperlink r:id=\"rId1\">{}</w:hyperlink><w:r><w:br/><w:t>y</w:t></w:r><w:hyperlink r:id=\"rId2\">{}</w:hyperlink></w:p>", r("CGLU"), r("no")),
        "<w:p><w:r><w:t>nota</w:t></w:r><w:r><w:footnoteReference w:id=\"2\"/></w:r><w:r><w:t>.</w:t></w:r></w:p>".to_owned(),
        "<w:p/>".to_owned(),
        "<w:p><w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText> HYPERLINK \"https://uclg.org\" </w:instrText></w:r><w:r><w:fldChar w:fldCharType=\"separate\"/></w:r><w:r><w:t>aquí</w:t></w:r><w:r><w:fldChar w:fldCharType=\"end\"/></w:r></w:p>".to_owned(),
    ];
    let links = "<Relationship Id=\"rId1\" Type=\"x/hyperlink\" Target=\"https://uclg.org/?a=1&amp;b=2\" TargetMode=\"External\"/><Relationship Id=\"rId2\" Type=\"x/hyperlink\" Target=\"file:///etc/passwd\" TargetMode=\"External\"/>";
    let notes = format!(
        "<w:footnote w:type=\"separator\" w:id=\"0\"><w:p><w:r><w:separator/></w:r></w:p></w:footnote><w:footnote w:id=\"2\"><w:p><w:r><w:footnoteRef/></w:r>{}</w:p>{}</w:footnote>",
        r(" Según"),
        p("la ONU")
    );
    let bytes = file(&body.concat(), &[("document.xml.rels", links), ("footnotes", &notes)]);
    let document = read(&bytes, &mut ids()).unwrap();
    assert_eq!(
        text(&document, None),
        [
            "# Vivienda",
            "## Encontrar casa",
            "1. Párrafo",
            "1) inciso",
            "0- guion",
            "> Dicho.",
            "a<strong>b</><em,strong>c</><superscript>2</>",
            "<link>CGLU</> yno",
            "nota<footnote>Según la ONU</>.",
            "<link>aquí</>",
        ]
    );
    assert_eq!(found(&document), [(Found::Address, "file:///etc/passwd".to_owned())]);
    assert_eq!(document.report.notes[0].paragraph, 8, "the place of a note is the paragraph with words");
}

#[test]
fn doc25_what_stands_before_the_first_heading_is_a_chapter_with_the_title_of_the_paper() {
    let body = [styled("Title", "La ciudad"), p("Antes."), styled("Ttulo1", "Uno"), p("Después.")].concat();
    let document = read(&file(&body, &[]), &mut ids()).unwrap();
    assert_eq!(text(&document, None), ["# Sin título", "Antes.", "# Uno", "Después."]);
    assert_eq!(found(&document), [(Found::Cover, "La ciudad".to_owned())]);
}

#[test]
fn ren33_a_table_of_more_columns_than_word_takes_comes_in_whole() {
    let cell = |span: usize, words: &str| {
        format!("<w:tc><w:tcPr><w:gridSpan w:val=\"{span}\"/></w:tcPr>{}</w:tc>", p(words))
    };
    let row = |cells: &[String]| format!("<w:tr>{}</w:tr>", cells.concat());
    let single: Vec<String> = (0..70).map(|column| cell(1, &format!("c{column}"))).collect();
    let joined = [cell(63, "todas"), cell(1, "c63")];
    let body = format!("<w:tbl>{}{}</w:tbl>", row(&single), row(&joined));
    let document = read(&file(&body, &[]), &mut ids()).unwrap();
    let cells: Vec<_> = document
        .paragraphs
        .iter()
        .map(|one| match &one.kind {
            BlockKind::TableCell(cell) => (cell.column.clone(), one.pieces[0].words.clone()),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(cells.len(), 72);
    assert!(cells[..70].iter().zip(0..).all(|((_, words), column)| *words == format!("c{column}")));
    assert_eq!((&cells[70].0, &cells[71].0), (&cells[0].0, &cells[63].0), "each below its own");
}

#[test]
fn doc25_tables_come_with_their_head_and_joined_cells_are_told() {
    let cell = |words: &str| format!("<w:tc>{}</w:tc>", p(words));
    let body = format!(
        "<w:tbl><w:tr><w:trPr><w:tblHeader/></w:trPr>{}{}</w:tr><w:tr><w:tc><w:tcPr><w:gridSpan w:val=\"2\"/></w:tcPr>{}{}</w:tc></w:tr><w:tr>{}{}</w:tr></w:tbl>",
        cell("Ciudad"),
        cell("Año"),
        p("una"),
        p("sola"),
        cell("Túnez"),
        cell("2016")
    );
    let document = read(&file(&body, &[]), &mut ids()).unwrap();
    let mut drawn = ids();
    let chapter = &document.chapters("T", &mut drawn)[0];
    let blocks = document.blocks(chapter, None);
    assert_eq!(shape(&blocks), ["# T", "|| Ciudad", "|| Año", "| una sola", "| Túnez", "| 2016"]);
    let cells: Vec<_> = blocks
        .iter()
        .filter_map(|block| if let BlockKind::TableCell(cell) = &block.kind { Some(cell) } else { None })
        .collect();
    assert_eq!(cells[0].column, cells[3].column);
    assert_eq!(cells[1].column, cells[4].column);
    assert_ne!(cells[0].column, cells[1].column);
    assert_eq!(found(&document), [(Found::JoinedCells, String::new())]);
}

#[test]
fn doc26_nobody_s_changes_are_the_text_and_each_author_s_are_a_proposal() {
    let end = |author: &str, what: &str| {
        format!("<w:pPr><w:rPr><w:{what} w:id=\"1\" w:author=\"{author}\"/></w:rPr></w:pPr>")
    };
    let body = [
        styled("Ttulo1", "Uno"),
        format!(
            "<w:p>{}{}{}{}{}</w:p>",
            r("Las ciudades "),
            went("Ana", "acogen"),
            came("Ana", &r("reciben")),
            r(" a "),
            came("Luis", &r("casi "))
        )
        .replace("</w:p>", &format!("{}</w:p>", r("todos."))),
        format!("<w:p>{}{}</w:p>", end("Luis", "ins"), came("Luis", &r("Párrafo nuevo."))),
        format!("<w:p>{}{}</w:p>", end("Ana", "del"), r("Se une")),
        p(" con este."),
        format!("<w:p>{}</w:p>", came("Luis", &format!("{}{}", r("puesto"), went("Ana", " y quitado")))),
    ];
    let document = read(&file(&body.concat(), &[]), &mut ids()).unwrap();
    assert_eq!(document.authors, ["Ana", "Luis"]);
    assert_eq!(text(&document, None), ["# Uno", "Las ciudades acogen a todos.", "Se une", "con este."]);
    assert_eq!(text(&document, Some(0)), ["# Uno", "Las ciudades reciben a todos.", "Se une con este."]);
    assert_eq!(
        text(&document, Some(1)),
        [
            "# Uno",
            "Las ciudades acogen a casi todos.",
            "Párrafo nuevo.",
            "Se une",
            "con este.",
            "puesto y quitado"
        ]
    );
}

#[test]
fn doc26_rows_that_came_or_went_are_proposals_too() {
    let row =
        |what: &str, words: &str| format!("<w:tr><w:trPr>{what}</w:trPr><w:tc>{}</w:tc></w:tr>", p(words));
    let body = format!(
        "{}<w:tbl>{}{}{}</w:tbl>",
        styled("Ttulo1", "Uno"),
        row("", "a"),
        row("<w:ins w:author=\"Ana\"/>", "b"),
        row("<w:del w:author=\"Ana\"/>", "c")
    );
    let document = read(&file(&body, &[]), &mut ids()).unwrap();
    assert_eq!(text(&document, None), ["# Uno", "| a", "| c"]);
    assert_eq!(text(&document, Some(0)), ["# Uno", "| a", "| b"]);
}

#[test]
fn doc27_comments_stand_on_their_words_with_their_answers() {
    let comment = |id: u8, author: &str, paragraph: &str, words: &str| {
        format!(
            "<w:comment w:id=\"{id}\" w:author=\"{author}\" w:date=\"2016-09-12T10:00:00Z\"><w:p w14:paraId=\"{paragraph}\">{}</w:p></w:comment>",
            r(words)
        )
    };
    let body = [
        styled("Ttulo1", "Uno"),
        format!(
            "<w:p>{}<w:commentRangeStart w:id=\"1\"/>{}{}<w:commentRangeEnd w:id=\"1\"/><w:r><w:commentReference w:id=\"1\"/></w:r>{}</w:p>",
            r("Las "),
            r("ciudades"),
            went("Ana", " todas"),
            r(".")
        ),
        format!(
            "<w:p>{}<w:commentRangeStart w:id=\"3\"/>{}<w:commentRangeEnd w:id=\"3\"/></w:p>",
            r("Otro"),
            came("Ana", &r(" nuevo"))
        ),
    ];
    let comments = [
        comment(1, "Luis", "0A", "¿Cuáles?"),
        comment(2, "Ana", "0B", "Las miembros."),
        comment(3, "Luis", "0C", "¿Sí?"),
    ]
    .concat();
    let answers =
        "<w15:commentEx w15:paraId=\"0A\"/><w15:commentEx w15:paraId=\"0B\" w15:paraIdParent=\"0A\"/>";
    let bytes = file(&body.concat(), &[("comments", &comments), ("commentsExtended", answers)]);
    let mut document = read(&bytes, &mut ids()).unwrap();
    let said: Vec<(&str, &str)> =
        document.comments["1"].iter().map(|said| (said.author.as_str(), said.words.as_str())).collect();
    assert_eq!(said, [("Luis", "¿Cuáles?"), ("Ana", "Las miembros.")]);
    assert_eq!(document.comments["1"][0].day, "2016-09-12");
    assert!(!document.comments.contains_key("2"));
    let mut drawn = ids();
    let chapter = document.chapters("T", &mut drawn).remove(0);
    let blocks = document.blocks(&chapter, None);
    let placed = document.placed(&chapter, &blocks);
    let all: Vec<u16> = blocks
        .iter()
        .flat_map(|block| format!("¶{}", block.words()).encode_utf16().collect::<Vec<_>>())
        .collect();
    let words = |range: &std::ops::Range<usize>| String::from_utf16(&all[range.clone()]).unwrap();
    let places: Vec<(String, bool)> =
        placed.iter().map(|placed| (words(&placed.range), placed.is_loose)).collect();
    assert_eq!(places, [("ciudades todas".to_owned(), false), ("Otro".to_owned(), true)]);
    assert_eq!(found(&document), [(Found::LooseComment, "¿Sí?".to_owned())]);
}
