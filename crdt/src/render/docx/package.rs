//! What holds the parts together: their types, their relations, and the properties of the file.

use bytes::Bytes;

use super::body::Body;
use super::look::{self, HEAD, WORD};
use super::xml::escape;
use super::{Part, Sheet, Written};

/// Names for relations, drawings and pictures.
const DRAWN: &str = "xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\" xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" xmlns:pic=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"";
const RELATIONS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const TYPE: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml";

pub(super) fn parts(sheet: &Sheet<'_>, mut body: Body<'_>) -> Written {
    let rtl = body.rtl;
    let comments = body.comments(WORD);
    let pictures: Vec<_> =
        body.shown.iter().filter_map(|blob| Some((*blob, sheet.pictures.get(*blob)?))).collect();
    let media = |blob: &str, is_png: bool| format!("media/{blob}.{}", if is_png { "png" } else { "jpeg" });

    let mut relations = String::new();
    for name in ["styles", "numbering", "settings", "footnotes"] {
        relations += &relation(&format!("rId{name}"), name, &format!("{name}.xml"));
    }
    for name in ["header", "footer"] {
        relations += &relation(&format!("rId{name}"), name, &format!("{name}1.xml"));
    }
    for (blob, picture) in &pictures {
        relations += &relation(&format!("rIdPicture{blob}"), "image", &media(blob, picture.is_png));
    }
    if comments.is_some() {
        relations += &relation("rIdcomments", "comments", "comments.xml");
    }
    let document_relations = relations + &links(&body.story.links);

    let mut parts = vec![
        part("[Content_Types].xml", content_types(comments.is_some())),
        part("_rels/.rels", package_relations()),
        part("docProps/core.xml", core(sheet)),
        part(
            "docProps/app.xml",
            format!(
                "{HEAD}<Properties xmlns=\"http://schemas.openxmlformats.org/officeDocument/2006/extended-properties\"><Application>Borrador</Application></Properties>"
            ),
        ),
        part("word/document.xml", document(&body.story.xml, rtl)),
        part("word/_rels/document.xml.rels", relations_part(&document_relations)),
        part("word/styles.xml", look::styles(sheet.meta, rtl, comments.is_some())),
        part("word/numbering.xml", look::numbering(&body.counted)),
        part("word/settings.xml", settings()),
        part("word/footnotes.xml", footnotes(&body.notes.xml)),
        part("word/header1.xml", look::header(sheet.meta, rtl)),
        part("word/footer1.xml", look::footer(sheet.meta, rtl)),
    ];
    if let Some(comments) = comments {
        parts.push(part("word/comments.xml", comments));
    }
    if !body.notes.links.is_empty() {
        parts.push(part("word/_rels/footnotes.xml.rels", relations_part(&links(&body.notes.links))));
    }
    for (blob, picture) in pictures {
        parts.push(Part {
            name: format!("word/{}", media(blob, picture.is_png)),
            bytes: picture.bytes.clone(),
        });
    }
    Written { parts, losses: body.losses }
}

fn part(name: &str, xml: String) -> Part {
    Part { name: name.to_owned(), bytes: Bytes::from(xml) }
}

fn document(body: &str, rtl: bool) -> String {
    let gutter = if rtl { "<w:bidi/><w:rtlGutter/>" } else { "" };
    format!(
        "{HEAD}<w:document {WORD} {DRAWN}><w:body>{body}<w:sectPr><w:headerReference w:type=\"default\" r:id=\"rIdheader\"/><w:footerReference w:type=\"default\" r:id=\"rIdfooter\"/>\
         <w:pgSz w:w=\"11906\" w:h=\"16838\"/><w:pgMar w:top=\"1701\" w:right=\"1701\" w:bottom=\"1588\" w:left=\"1701\" w:header=\"794\" w:footer=\"737\" w:gutter=\"0\"/><w:titlePg/>{gutter}</w:sectPr></w:body></w:document>"
    )
}

fn footnotes(notes: &str) -> String {
    format!(
        "{HEAD}<w:footnotes {WORD} {DRAWN}><w:footnote w:type=\"separator\" w:id=\"-1\"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>\
         <w:footnote w:type=\"continuationSeparator\" w:id=\"0\"><w:p><w:r><w:continuationSeparator/></w:r></w:p></w:footnote>{notes}</w:footnotes>"
    )
}

/// Without the last one Word opens the file as one of 2007.
fn settings() -> String {
    format!(
        "{HEAD}<w:settings {WORD}><w:zoom w:percent=\"100\"/><w:defaultTabStop w:val=\"680\"/><w:characterSpacingControl w:val=\"doNotCompress\"/>\
         <w:footnotePr><w:footnote w:id=\"-1\"/><w:footnote w:id=\"0\"/></w:footnotePr>\
         <w:compat><w:compatSetting w:name=\"compatibilityMode\" w:uri=\"http://schemas.microsoft.com/office/word\" w:val=\"15\"/></w:compat></w:settings>"
    )
}

fn core(sheet: &Sheet<'_>) -> String {
    let words = |words: &str| {
        let mut xml = String::new();
        // What is left out here is left out, and reported, on the cover too.
        escape(&mut xml, words);
        xml
    };
    let meta = sheet.meta;
    let (title, org, lang) = (words(&meta.title), words(&meta.org), look::code(meta));
    let (subject, version) = (words(&meta.milestone), words(&meta.version));
    let made = sheet.made.to_string();
    // Word takes whole seconds only.
    let made = made.split_once('.').map_or(made.as_str(), |(seconds, _)| seconds);
    let made = format!("{}Z", made.trim_end_matches('Z'));
    format!(
        "{HEAD}<cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:dcterms=\"http://purl.org/dc/terms/\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\
         <dc:title>{title}</dc:title><dc:subject>{subject}</dc:subject><dc:creator>{org}</dc:creator>\
         <dcterms:created xsi:type=\"dcterms:W3CDTF\">{made}</dcterms:created><dcterms:modified xsi:type=\"dcterms:W3CDTF\">{made}</dcterms:modified>\
         <dc:language>{lang}</dc:language><cp:version>{version}</cp:version></cp:coreProperties>"
    )
}

fn content_types(comments: bool) -> String {
    let mut xml = format!(
        "{HEAD}<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
         <Default Extension=\"xml\" ContentType=\"application/xml\"/><Default Extension=\"png\" ContentType=\"image/png\"/><Default Extension=\"jpeg\" ContentType=\"image/jpeg\"/>"
    );
    for (name, kind) in [
        ("document", "document.main"),
        ("styles", "styles"),
        ("numbering", "numbering"),
        ("settings", "settings"),
        ("footnotes", "footnotes"),
        ("header1", "header"),
        ("footer1", "footer"),
    ] {
        xml += &format!("<Override PartName=\"/word/{name}.xml\" ContentType=\"{TYPE}.{kind}+xml\"/>");
    }
    if comments {
        xml += &format!("<Override PartName=\"/word/comments.xml\" ContentType=\"{TYPE}.comments+xml\"/>");
    }
    xml += "<Override PartName=\"/docProps/core.xml\" ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/>";
    xml += "<Override PartName=\"/docProps/app.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.extended-properties+xml\"/>";
    xml + "</Types>"
}

fn package_relations() -> String {
    relations_part(&format!(
        "{}<Relationship Id=\"rId2\" Type=\"http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties\" Target=\"docProps/core.xml\"/>{}",
        relation("rId1", "officeDocument", "word/document.xml"),
        relation("rId3", "extended-properties", "docProps/app.xml"),
    ))
}

fn relations_part(relations: &str) -> String {
    format!("{HEAD}<Relationships xmlns=\"{RELATIONS}\">{relations}</Relationships>")
}

fn relation(id: &str, kind: &str, target: &str) -> String {
    format!("<Relationship Id=\"{id}\" Type=\"{OFFICE}/{kind}\" Target=\"{target}\"/>")
}

fn links(links: &[String]) -> String {
    let mut xml = String::new();
    for (href, id) in links.iter().zip(1..) {
        xml += &format!("<Relationship Id=\"rIdLink{id}\" Type=\"{OFFICE}/hyperlink\" Target=\"");
        // An address without controls and white space: nothing is left out.
        escape(&mut xml, href);
        xml += "\" TargetMode=\"External\"/>";
    }
    xml
}
