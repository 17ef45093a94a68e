//! What stands beside all paragraphs, in the text, a cell or a note, and what stands around them: no word of it is lost.

use super::*;

const MATH: &str = "xmlns:m=\"http://schemas.openxmlformats.org/officeDocument/2006/math\"";

fn equation(words: &str) -> String {
    format!("<m:oMathPara {MATH}><m:oMath><m:r><m:t>{words}</m:t></m:r></m:oMath></m:oMathPara>")
}

fn taken_in(body: &str, more: &[(&str, &str)]) -> Document {
    read(&file(&format!("{}{body}", styled("Ttulo1", "Uno")), more), &mut ids()).unwrap()
}

fn words_of(document: &Document, author: Option<usize>) -> Vec<String> {
    text(document, author).split_off(1)
}

#[test]
fn doc25_an_equation_beside_all_paragraphs_is_one_and_is_told_with_its_place() {
    let body = [
        p("Antes."),
        equation("a=b"),
        equation("c=d"),
        p("Entre."),
        format!("<w:sdt><w:sdtPr/><w:sdtContent><w:sdt><w:sdtContent>{}</w:sdtContent></w:sdt></w:sdtContent></w:sdt>", equation("e=f")),
        format!("<w:tbl><w:tr><w:tc><w:tcPr/>{}{}</w:tc><w:tc>{}</w:tc></w:tr></w:tbl>", p("celda"), equation("g=h"), p("otra")),
        format!("<w:p>{}<w:r><w:footnoteReference w:id=\"2\"/></w:r></w:p>", r("Con nota.")),
        format!("<w:sectPr/>{}", equation("y=z")),
    ]
    .concat();
    let note = format!("<w:footnote w:id=\"2\">{}{}</w:footnote>", p("Donde"), equation("i=j"));
    let document = taken_in(&body, &[("footnotes", &note)]);
    assert_eq!(
        words_of(&document, None),
        [
            "Antes.",
            "a=b",
            "c=d",
            "Entre.",
            "e=f",
            "| celda g=h",
            "| otra",
            "Con nota.<footnote>Donde i=j</>",
            "y=z"
        ]
    );
    let told: Vec<(usize, Found, &str)> =
        document.report.notes.iter().map(|note| (note.paragraph, note.found, note.words.as_str())).collect();
    let places = [(0, "i=j"), (3, "a=b"), (4, "c=d"), (6, "e=f"), (8, "g=h"), (11, "y=z")];
    assert_eq!(told, places.map(|(place, words)| (place, Found::Equation, words)));
}

#[test]
fn doc26_words_that_came_or_went_beside_all_paragraphs_belong_to_whoever_changed_them() {
    let body = [
        p("Antes."),
        came("Ana", &r("Entra.")),
        p("Entre."),
        went("Ana", "Sale."),
        format!("{}{}", came("Ana", &equation("a=b")), r("Suelto.")),
        p("Después."),
    ]
    .concat();
    let document = taken_in(&body, &[]);
    assert_eq!(words_of(&document, None), ["Antes.", "Entre.", "Sale.", "Suelto.", "Después."]);
    assert_eq!(words_of(&document, Some(0)), ["Antes.", "Entra.", "Entre.", "a=b", "Suelto.", "Después."]);
}

#[test]
fn doc26_what_stands_around_whole_paragraphs_takes_no_word_from_them() {
    let around = |name: &str, inner: &str| format!("<w:{name}>{inner}</w:{name}>");
    let body = [
        "<w:permStart w:id=\"1\" w:edGrp=\"everyone\"/>".to_owned(),
        around("customXml", &format!("<w:customXmlPr/>{}", p("Uno."))),
        "<w:permEnd w:id=\"1\"/>".to_owned(),
        around(
            "sdt",
            &around("sdtContent", &around("customXml", &around("sdt", &around("sdtContent", &p("Dos."))))),
        ),
        came("Ana", &p("Tres.")),
        format!("<w:moveTo w:id=\"1\" w:author=\"Ana\">{}</w:moveTo>", p("Cuatro.")),
        format!("<w:moveFrom w:id=\"1\" w:author=\"Ana\">{}</w:moveFrom>", p("Cinco.")),
        around(
            "tbl",
            &around(
                "sdt",
                &around("sdtContent", &around("tr", &around("customXml", &around("tc", &p("seis"))))),
            ),
        ),
    ]
    .concat();
    let document = taken_in(&body, &[]);
    assert_eq!(words_of(&document, None), ["Uno.", "Dos.", "Cinco.", "| seis"]);
    assert_eq!(words_of(&document, Some(0)), ["Uno.", "Dos.", "Tres.", "Cuatro.", "| seis"]);
}

#[test]
fn doc25_words_of_a_table_outside_its_cells_stand_behind_it() {
    let cell = |words: &str| format!("<w:tc>{}</w:tc>", p(words));
    let inner = format!("<w:tbl><w:tr>{}{}</w:tr></w:tbl>", equation("c=d"), cell("dentro"));
    let body = format!(
        "<w:tbl>{}<w:tr>{}{}{}</w:tr><w:tr><w:tc>{inner}</w:tc>{}</w:tr></w:tbl>{}",
        equation("a=b"),
        cell("uno"),
        r("suelto"),
        cell("dos"),
        cell("tres"),
        p("Sigue.")
    );
    let document = taken_in(&body, &[]);
    assert_eq!(
        words_of(&document, None),
        ["| uno", "| dos", "| dentro c=d", "| tres", "a=b suelto", "Sigue."]
    );
    assert_eq!(document.report.notes.iter().filter(|note| note.found == Found::Equation).count(), 2);
}

#[test]
fn doc25_another_document_in_a_cell_or_beside_the_text_is_told() {
    let chunk = "<w:altChunk r:id=\"rId9\"/>";
    let body = format!("{chunk}<w:tbl><w:tr><w:tc>{chunk}{}</w:tc></w:tr></w:tbl>", p("celda"));
    let document = taken_in(&body, &[]);
    assert_eq!(found(&document), [(Found::Embedded, String::new()), (Found::Embedded, String::new())]);
    assert_eq!(words_of(&document, None), ["| celda"]);
}
