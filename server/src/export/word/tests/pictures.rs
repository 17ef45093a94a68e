//! Pictures of a document: which come in, where they stand, what becomes of the others.

use std::io::{Cursor, Write as _};

use crdt::document::schema::Image;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// A paragraph with a picture and nothing else.
pub(super) fn drawing(id: &str, described: &str) -> String {
    format!("<w:p>{}</w:p>", inline(id, described))
}

fn inline(id: &str, described: &str) -> String {
    format!(
        "<w:r><w:drawing><wp:inline><wp:docPr id=\"1\" name=\"x\" descr=\"{described}\"/>\
         <a:graphic xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\"><a:blip r:embed=\"{id}\"/></a:graphic>\
         </wp:inline></w:drawing></w:r>"
    )
}

/// A file with a picture `rId1`, and `rId2`, which is none that a paper can have.
fn with_pictures(body: &str) -> Vec<u8> {
    let links = "<Relationship Id=\"rId1\" Type=\"x/image\" Target=\"media/image1.png\"/>\
        <Relationship Id=\"rId2\" Type=\"x/image\" Target=\"/word/media/image2.emf\"/>";
    let styles = format!(
        "{STYLES}<w:style w:styleId=\"Leyenda\"><w:name w:val=\"Leyenda\"/></w:style>\
         <w:style w:styleId=\"Ilustracin\"><w:name w:val=\"Ilustración\"/><w:basedOn w:val=\"Leyenda\"/></w:style>\
         <w:style w:type=\"character\" w:styleId=\"Credit\"><w:name w:val=\"Picture credit\"/></w:style>"
    );
    let part = |root: &str, words: &str| format!("<w:{root} {NAMES}>{words}</w:{root}>");
    let relations = format!(
        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{links}</Relationships>"
    );
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in [
        ("word/document.xml", part("document", &format!("<w:body>{body}</w:body>")).as_bytes()),
        ("word/styles.xml", part("styles", &styles).as_bytes()),
        ("word/_rels/document.xml.rels", relations.as_bytes()),
        ("word/media/image1.png", PNG),
        ("word/media/image2.emf", b"\x01\0\0\0"),
    ] {
        archive.start_file(name, SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// Words of each block behind the heading; of a picture also what it shows and whose it is.
fn shown(document: &Document, author: Option<usize>) -> Vec<String> {
    let chapter = document.chapters("T", &mut ids()).remove(0);
    let blocks = document.blocks(&chapter, author);
    let told = blocks[1..].iter().map(|block| match &block.kind {
        BlockKind::Image(Image { alt, credit, .. }) => format!("[{alt}|{credit}] {}", block.words()),
        _ => block.words(),
    });
    told.collect()
}

#[test]
fn doc32_a_picture_stands_behind_its_paragraph_with_what_it_shows_and_the_caption_below_it() {
    let caption = "<w:p><w:pPr><w:pStyle w:val=\"Ilustracin\"/></w:pPr><w:r><w:t xml:space=\"preserve\">La plaza, 2015 </w:t></w:r>\
        <w:r><w:rPr><w:rStyle w:val=\"Credit\"/></w:rPr><w:t>Ciudad de Túnez</w:t></w:r></w:p>";
    let body = [
        format!("<w:p>{}{}{}</w:p>", r("Antes "), inline("rId1", "Una  plaza"), r("y después.")),
        caption.to_owned(),
        styled("Leyenda", "Sin imagen delante."),
        drawing("rId1", ""),
        p("Sigue."),
    ];
    let document = read(&with_pictures(&body.concat()), &mut ids()).unwrap();
    assert_eq!(
        shown(&document, None),
        [
            "Antes y después.",
            "[Una plaza|Ciudad de Túnez] La plaza, 2015",
            "Sin imagen delante.",
            "[x|] ",
            "Sigue."
        ]
    );
    assert_eq!(document.report.notes, []);
}

#[test]
fn doc32_what_a_paper_cannot_have_is_told_with_its_place() {
    let cell = format!("<w:tbl><w:tr><w:tc>{}</w:tc></w:tr></w:tbl>", drawing("rId1", "en celda"));
    let chart = "<w:p><w:r><w:drawing><wp:inline><wp:docPr id=\"1\" name=\"Gráfico 1\"/></wp:inline></w:drawing></w:r></w:p>";
    let body = [p("Uno"), drawing("rId2", "un mapa"), cell, chart.to_owned(), drawing("rId7", "de nada")];
    let document = read(&with_pictures(&body.concat()), &mut ids()).unwrap();
    let told = document.report.notes.iter().map(|note| (note.paragraph, note.found, note.words.as_str()));
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            (2, Found::Picture, "un mapa"),
            (2, Found::PictureInside, "en celda"),
            (2, Found::Picture, "Gráfico 1"),
            (2, Found::Picture, "de nada"),
        ]
    );
}

#[test]
fn doc32_a_picture_that_somebody_put_in_or_took_out_belongs_to_their_proposal() {
    let body = format!(
        "<w:p>{}{}</w:p><w:p>{}</w:p>{}",
        r("Uno"),
        came("Ana", &inline("rId1", "nueva")),
        inline("rId1", "vieja")
            .replace("<w:r>", "<w:del w:author=\"Ana\"><w:r>")
            .replace("</w:r>", "</w:r></w:del>"),
        p("Dos")
    );
    let document = read(&with_pictures(&body), &mut ids()).unwrap();
    assert_eq!(shown(&document, None), ["Uno", "[vieja|] ", "Dos"]);
    assert_eq!(shown(&document, Some(0)), ["Uno", "[nueva|] ", "Dos"]);
}

#[test]
fn doc32_a_picture_of_an_older_program_comes_in_once() {
    let old = "<w:pict><v:shape xmlns:v=\"urn:schemas-microsoft-com:vml\" alt=\"Un puente\"><v:imagedata r:id=\"rId1\"/></v:shape></w:pict>";
    let both = format!(
        "<w:p><w:r><mc:AlternateContent><mc:Choice>{}</mc:Choice><mc:Fallback>{old}</mc:Fallback></mc:AlternateContent></w:r></w:p>",
        inline("rId1", "Una plaza").replace("<w:r>", "").replace("</w:r>", "")
    );
    let body = format!("<w:p>{}<w:r>{old}</w:r></w:p>{both}", r("Uno"));
    let document = read(&with_pictures(&body), &mut ids()).unwrap();
    assert_eq!(shown(&document, None), ["Uno", "[Un puente|] ", "[Una plaza|] "]);
    assert_eq!(document.report.notes, []);
}
