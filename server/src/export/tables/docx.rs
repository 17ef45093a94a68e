//! A table as a Word document: across the page, its head repeated on every one.
//!
//! The smallest set of parts that Word and LibreOffice open without a question. Written by hand: a table of plain words needs no library.

use super::{Table, WriteError, clean};
use crate::export::archive;

/// A4 across, less its margins, in twentieths of a point.
const WIDTH: u32 = 15_138;

/// The table as a Word document. The same table gives the same bytes.
pub fn write(table: &Table) -> Result<Vec<u8>, WriteError> {
    let language = if table.language.len() <= 3 { table.language.as_str() } else { "en" };
    let styles = STYLES.replace("LANG", language);
    let document = document(table);
    let parts = [
        ("[Content_Types].xml", CONTENT_TYPES),
        ("_rels/.rels", RELS),
        ("word/styles.xml", &styles),
        ("word/_rels/document.xml.rels", DOCUMENT_RELS),
        ("word/document.xml", &document),
    ];
    Ok(archive::write(parts.map(|(name, xml)| (name, xml.as_bytes())))?)
}

fn document(table: &Table) -> String {
    let total: u32 = table.columns.iter().map(|column| u32::from(column.width)).sum();
    let widths: Vec<u32> =
        table.columns.iter().map(|column| WIDTH * u32::from(column.width) / total.max(1)).collect();
    let mut xml = String::from(HEAD);
    paragraph(&mut xml, &table.title, Some("Title"));
    for note in &table.notes {
        paragraph(&mut xml, note, Some("Note"));
    }
    xml += "<w:tbl><w:tblPr><w:tblStyle w:val=\"Matrix\"/><w:tblW w:w=\"5000\" w:type=\"pct\"/><w:tblLayout w:type=\"fixed\"/></w:tblPr><w:tblGrid>";
    for width in &widths {
        xml += &format!("<w:gridCol w:w=\"{width}\"/>");
    }
    xml += "</w:tblGrid>";
    let head: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
    row(&mut xml, &head, table, &widths, true);
    for words in &table.rows {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        row(&mut xml, &words, table, &widths, false);
    }
    xml += "</w:tbl>";
    xml += TAIL;
    xml
}

fn row(xml: &mut String, words: &[&str], table: &Table, widths: &[u32], is_head: bool) {
    *xml += "<w:tr><w:trPr>";
    // A row that is torn over two pages cannot be read.
    *xml += if is_head { "<w:cantSplit/><w:tblHeader/>" } else { "<w:cantSplit/>" };
    *xml += "</w:trPr>";
    for ((words, width), column) in words.iter().zip(widths).zip(&table.columns) {
        *xml += &format!("<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/></w:tcPr>");
        let style = match (is_head, column.is_id) {
            (true, _) => "Head",
            (false, true) => "Id",
            (false, false) => "Cell",
        };
        for line in clean(words).split('\n') {
            paragraph(xml, line, Some(style));
        }
        *xml += "</w:tc>";
    }
    *xml += "</w:tr>";
}

fn paragraph(xml: &mut String, words: &str, style: Option<&str>) {
    *xml += "<w:p>";
    if let Some(style) = style {
        *xml += &format!("<w:pPr><w:pStyle w:val=\"{style}\"/></w:pPr>");
    }
    *xml += "<w:r><w:t xml:space=\"preserve\">";
    escape(xml, &clean(words));
    *xml += "</w:t></w:r></w:p>";
}

fn escape(xml: &mut String, words: &str) {
    for c in words.chars() {
        match c {
            '&' => *xml += "&amp;",
            '<' => *xml += "&lt;",
            '>' => *xml += "&gt;",
            '\n' | '\t' => xml.push(' '),
            other => xml.push(other),
        }
    }
}

const CONTENT_TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/></Types>"#;

const RELS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>"#;

const DOCUMENT_RELS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#;

const STYLES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Calibri" w:hAnsi="Calibri" w:cs="Calibri"/><w:sz w:val="18"/><w:lang w:val="LANG"/></w:rPr></w:rPrDefault></w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style><w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/><w:pPr><w:spacing w:after="120"/></w:pPr><w:rPr><w:b/><w:sz w:val="32"/></w:rPr></w:style><w:style w:type="paragraph" w:customStyle="1" w:styleId="Note"><w:name w:val="Note"/><w:pPr><w:spacing w:after="60"/></w:pPr><w:rPr><w:i/></w:rPr></w:style><w:style w:type="paragraph" w:customStyle="1" w:styleId="Head"><w:name w:val="Table head"/><w:pPr><w:keepNext/></w:pPr><w:rPr><w:b/></w:rPr></w:style><w:style w:type="paragraph" w:customStyle="1" w:styleId="Cell"><w:name w:val="Table cell"/></w:style><w:style w:type="paragraph" w:customStyle="1" w:styleId="Id"><w:name w:val="Table id"/><w:rPr><w:color w:val="566072"/><w:sz w:val="10"/></w:rPr></w:style><w:style w:type="table" w:customStyle="1" w:styleId="Matrix"><w:name w:val="Matrix"/><w:tblPr><w:tblBorders><w:top w:val="single" w:sz="4" w:color="7D8795"/><w:left w:val="single" w:sz="4" w:color="7D8795"/><w:bottom w:val="single" w:sz="4" w:color="7D8795"/><w:right w:val="single" w:sz="4" w:color="7D8795"/><w:insideH w:val="single" w:sz="4" w:color="7D8795"/><w:insideV w:val="single" w:sz="4" w:color="7D8795"/></w:tblBorders><w:tblCellMar><w:left w:w="70" w:type="dxa"/><w:right w:w="70" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style></w:styles>"#;

const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>"#;

const TAIL: &str = r#"<w:p/><w:sectPr><w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/><w:pgMar w:top="850" w:right="850" w:bottom="850" w:left="850" w:header="400" w:footer="400" w:gutter="0"/></w:sectPr></w:body></w:document>"#;
