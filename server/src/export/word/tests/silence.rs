//! Nothing of a file is lost in silence: what does not come in as it stood is told, with its words.

use super::pictures::drawing;
use super::*;

const MATH: &str = "xmlns:m=\"http://schemas.openxmlformats.org/officeDocument/2006/math\"";
const OLD: &str = "xmlns:v=\"urn:schemas-microsoft-com:vml\"";

fn looking(how: &str, words: &str) -> String {
    format!("<w:r><w:rPr>{how}</w:rPr><w:t xml:space=\"preserve\">{words}</w:t></w:r>")
}

fn taken_in(body: &str) -> Document {
    taken_in_with(body, &[])
}

fn taken_in_with(body: &str, more: &[(&str, &str)]) -> Document {
    read(&file(&format!("{}{body}", styled("Ttulo1", "Uno")), more), &mut ids()).unwrap()
}

/// The text without its heading.
fn words_of(document: &Document, author: Option<usize>) -> Vec<String> {
    text(document, author).split_off(1)
}

fn told(document: &Document) -> Vec<(Found, &str)> {
    document.report.notes.iter().map(|note| (note.found, note.words.as_str())).collect()
}

#[test]
fn doc26_what_bob_put_in_and_al_took_out_comes_in_as_bob_proposed_it_and_is_told() {
    let twice = came("Bob", &format!("{}{}", went("Al", "go"), went("Al", "ne")));
    let document = taken_in(&format!("<w:p>{}{twice}{}</w:p>", r("Las "), r("ciudades.")));
    assert_eq!(document.authors, ["Bob", "Al"]);
    assert_eq!(words_of(&document, None), ["Las ciudades."]);
    assert_eq!(words_of(&document, Some(0)), ["Las goneciudades."]);
    assert_eq!(words_of(&document, Some(1)), ["Las ciudades."]);
    assert_eq!(told(&document), [(Found::ChangedTwice, "gone")]);
    assert_eq!(document.report.notes[0].paragraph, 2);
}

#[test]
fn doc26_what_an_author_took_out_again_was_never_proposed() {
    let document = taken_in(&format!("<w:p>{}{}</w:p>", r("Las"), came("Bob", &went("Bob", " gone"))));
    assert_eq!(words_of(&document, Some(0)), ["Las"]);
    assert_eq!(told(&document), []);
}

#[test]
fn doc26_a_paragraph_a_row_and_a_note_that_two_authors_changed_are_told() {
    let ends = "<w:pPr><w:rPr><w:ins w:author=\"Bob\"/><w:del w:author=\"Al\"/></w:rPr></w:pPr>";
    let row = format!(
        "<w:tbl><w:tr><w:trPr><w:ins w:author=\"Bob\"/></w:trPr><w:tc><w:p>{}{}</w:p></w:tc></w:tr></w:tbl>",
        r("fila "),
        came("Al", &r("ajena"))
    );
    let noted = came("Bob", "<w:del w:author=\"Al\"><w:r><w:footnoteReference w:id=\"2\"/></w:r></w:del>");
    let body = format!("<w:p>{ends}{}</w:p>{row}<w:p>{}{noted}</w:p>", came("Bob", &r("Entra.")), r("Fin"));
    let notes = format!("<w:footnote w:id=\"2\">{}</w:footnote>", p("al pie"));
    let document = taken_in_with(&body, &[("footnotes", &notes)]);
    assert_eq!(words_of(&document, Some(0)), ["Entra.", "| fila", "Fin<footnote>al pie</>"]);
    assert_eq!(
        told(&document),
        [(Found::ChangedTwice, "Entra."), (Found::ChangedTwice, "ajena"), (Found::ChangedTwice, "al pie")]
    );
}

#[test]
fn doc26_rows_of_an_inner_table_belong_to_whoever_proposes_them() {
    let row =
        |what: &str, words: &str| format!("<w:tr><w:trPr>{what}</w:trPr><w:tc>{}</w:tc></w:tr>", p(words));
    let inner = format!("<w:tbl>{}{}</w:tbl>", row("", "a"), row("<w:ins w:author=\"Ana\"/>", "b"));
    let document = taken_in(&format!("<w:tbl><w:tr><w:tc>{inner}{}</w:tc></w:tr></w:tbl>", p("c")));
    assert_eq!(words_of(&document, None), ["| a c"]);
    assert_eq!(words_of(&document, Some(0)), ["| a b c"]);
    assert_eq!(told(&document), [(Found::InnerTable, "")]);
}

#[test]
fn doc25_struck_words_come_in_and_hidden_ones_stay_out_and_both_are_told() {
    let body = format!(
        "<w:p>{}{}{}{}{}{}{}</w:p>{}",
        r("Se "),
        looking("<w:strike/>", "tacha "),
        looking("<w:dstrike/><w:strike w:val=\"0\"/>", "dos veces"),
        looking("<w:strike w:val=\"0\"/>", " no"),
        looking("<w:vanish/>", " ni "),
        looking("<w:b/><w:vanish/>", "se ve"),
        looking("<w:vanish w:val=\"false\"/>", " nunca."),
        p("Sigue.")
    );
    let document = taken_in(&body);
    assert_eq!(words_of(&document, None), ["Se tacha dos veces no nunca.", "Sigue."]);
    assert_eq!(told(&document), [(Found::Struck, "tacha dos veces"), (Found::Hidden, "ni se ve")]);
    assert!(document.report.notes.iter().all(|note| note.paragraph == 2));
}

#[test]
fn doc25_a_style_hides_and_strikes_as_well() {
    let styles = format!(
        "{STYLES}<w:style w:type=\"character\" w:styleId=\"Secret\"><w:name w:val=\"Secret\"/><w:rPr><w:vanish/></w:rPr></w:style>\
         <w:style w:type=\"character\" w:styleId=\"Deeper\"><w:basedOn w:val=\"Secret\"/></w:style>\
         <w:style w:type=\"paragraph\" w:styleId=\"Old\"><w:name w:val=\"Old\"/><w:rPr><w:strike/></w:rPr></w:style>\
         <w:style w:type=\"paragraph\" w:styleId=\"Draft\"><w:name w:val=\"Draft\"/><w:rPr><w:vanish/></w:rPr></w:style>"
    );
    let shown = looking("<w:vanish w:val=\"0\"/>", "menos esto");
    let body = format!(
        "<w:p>{}{}</w:p>{}{}",
        r("Visible"),
        looking("<w:rStyle w:val=\"Deeper\"/>", " en secreto"),
        styled("Old", "Ya no."),
        styled("Draft", "Todo oculto ").replace("</w:p>", &format!("{shown}</w:p>"))
    );
    let document = taken_in_with(&body, &[("styles", &styles)]);
    assert_eq!(words_of(&document, None), ["Visible", "Ya no.", "menos esto"]);
    assert_eq!(
        told(&document),
        [(Found::Hidden, "en secreto"), (Found::Struck, "Ya no."), (Found::Hidden, "Todo oculto")]
    );
}

#[test]
fn doc25_an_equation_comes_in_as_a_line_of_words_and_is_told() {
    let m = |words: &str| format!("<m:r><m:t>{words}</m:t></m:r>");
    let part = |name: &str, inner: &str| format!("<m:{name}>{inner}</m:{name}>");
    let fraction = part("f", &format!("<m:fPr/>{}{}", part("num", &m("a+b")), part("den", &m("2"))));
    let raised = part("sSup", &format!("{}{}", part("e", &m("x")), part("sup", &m("n"))));
    let root = part("rad", &format!("<m:radPr/><m:deg/>{}", part("e", &m("y"))));
    let sum = part(
        "nary",
        &format!(
            "<m:naryPr><m:chr m:val=\"∑\"/></m:naryPr>{}{}{}",
            part("sub", &m("i")),
            part("sup", ""),
            part("e", &part("d", &part("e", &m("i+1"))))
        ),
    );
    let equation = |inner: &str| format!("<m:oMath {MATH}>{inner}</m:oMath>");
    let body = format!(
        "<w:p>{}{}{}{}{}</w:p><w:p><m:oMathPara {MATH}>{}</m:oMathPara></w:p>",
        r("Sea "),
        equation(&fraction),
        r(" y "),
        equation(&raised),
        r("."),
        equation(&format!("{root}{}{sum}", m("=")))
    );
    let document = taken_in(&body);
    assert_eq!(
        words_of(&document, None),
        ["Sea (a+b)/(2) y x<superscript>n</>.", "√(y)=∑<subscript>i</>(i+1)"]
    );
    assert_eq!(
        told(&document),
        [(Found::Equation, "(a+b)/(2)"), (Found::Equation, "xn"), (Found::Equation, "√(y)=∑i(i+1)")]
    );
    let strict = body.replace(
        "http://schemas.openxmlformats.org/officeDocument/2006/math",
        "http://purl.oclc.org/ooxml/officeDocument/math",
    );
    assert_eq!(words_of(&taken_in(&strict), None), words_of(&document, None));
}

#[test]
fn doc25_words_in_frames_of_other_programs_come_in() {
    let field = format!("<w:fldSimple w:instr=\" AUTHOR \">{}</w:fldSimple>", r("autora "));
    let body = format!(
        "<w:sdt><w:sdtPr><w:alias w:val=\"x\"/></w:sdtPr><w:sdtContent><w:p>{}<w:sdt><w:sdtContent>{}</w:sdtContent></w:sdt>\
         <w:smartTag w:element=\"place\">{}</w:smartTag><w:customXml w:element=\"y\">{}</w:customXml>{field}\
         <w:bdo w:val=\"rtl\">{}</w:bdo></w:p></w:sdtContent></w:sdt>",
        r("bloque "),
        r("control "),
        r("lugar "),
        r("propio "),
        r("sentido")
    );
    let document = taken_in(&body);
    assert_eq!(words_of(&document, None), ["bloque control lugar propio autora sentido"]);
    assert_eq!(told(&document), []);
}

#[test]
fn doc25_words_that_a_field_keeps_to_itself_are_told_even_if_it_never_ends() {
    let mark = |what: &str| format!("<w:r><w:fldChar w:fldCharType=\"{what}\"/></w:r>");
    let whole = format!("<w:p>{}{}{}{}</w:p>", r("Uno"), mark("begin"), r("dentro"), mark("end"));
    let endless = format!("<w:p>{}{}{}</w:p>{}", r("Dos"), mark("begin"), r("perdido "), p("para siempre"));
    let document = taken_in(&format!("{whole}{endless}"));
    assert_eq!(words_of(&document, None), ["Uno", "Dos"]);
    assert_eq!(told(&document), [(Found::Hidden, "dentro"), (Found::Hidden, "perdido para siempre")]);
}

#[test]
fn doc25_signs_and_readings_and_documents_within_the_document_are_told() {
    let ruby = format!(
        "<w:r><w:ruby><w:rubyPr/><w:rt>{}</w:rt><w:rubyBase>{}</w:rubyBase></w:ruby></w:r>",
        r("とうきょう"),
        r("東京")
    );
    let object = "<w:r><w:object><o:OLEObject xmlns:o=\"urn:schemas-microsoft-com:office:office\" ProgID=\"Excel.Sheet.12\"/></w:object></w:r>";
    let bent =
        format!("<w:r><w:pict><v:shape {OLD}><v:textpath string=\"BORRADOR\"/></v:shape></w:pict></w:r>");
    let sign = "<w:r><w:sym w:font=\"Wingdings\" w:char=\"F0FC\"/></w:r>";
    let document =
        taken_in(&format!("<w:p>{ruby}{sign}</w:p><w:p>{object}{bent}</w:p><w:altChunk r:id=\"rId9\"/>"));
    assert_eq!(words_of(&document, None), ["東京"]);
    assert_eq!(
        told(&document),
        [
            (Found::Symbol, "F0FC"),
            (Found::Reading, "とうきょう"),
            (Found::Picture, ""),
            (Found::Picture, "BORRADOR"),
            (Found::Embedded, "")
        ]
    );
}

#[test]
fn doc25_a_text_box_that_stands_twice_for_older_programs_comes_in_once() {
    let inside = format!("<w:txbxContent>{}</w:txbxContent>", p("En un cuadro."));
    let shape = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape";
    let both = format!(
        "<w:r><mc:AlternateContent><mc:Choice Requires=\"wps\"><w:drawing><wp:inline><wp:docPr id=\"1\" name=\"x\"/>\
         <s:wsp xmlns:s=\"{shape}\"><s:txbx>{inside}</s:txbx></s:wsp></wp:inline></w:drawing></mc:Choice>\
         <mc:Fallback><w:pict><v:shape {OLD}><v:textbox>{inside}</v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    );
    let document = taken_in(&format!("<w:p>{both}{}</w:p>{}", r("Al lado."), p("Sigue.")));
    assert_eq!(words_of(&document, None), ["En un cuadro.", "Al lado.", "Sigue."]);
    assert_eq!(told(&document), [(Found::TextBox, "")]);
}

#[test]
fn doc25_notes_come_in_and_what_is_lost_of_them_is_told_of_the_whole_file() {
    let notes = format!(
        "<w:endnote w:id=\"2\"><w:p>{}{}{}</w:p></w:endnote>",
        r("al final"),
        looking("<w:vanish/>", " y oculto"),
        came("Ana", &r(" nuevo"))
    );
    let body = format!("<w:p>{}<w:r><w:endnoteReference w:id=\"2\"/></w:r></w:p>", r("Texto"));
    let document = taken_in_with(&body, &[("endnotes", &notes)]);
    assert_eq!(words_of(&document, None), ["Texto<footnote>al final</>"]);
    assert_eq!(told(&document), [(Found::Hidden, "y oculto"), (Found::ChangedNote, "al final nuevo")]);
    assert!(document.report.notes.iter().all(|note| note.paragraph == 0));
}

#[test]
fn doc25_what_stands_at_the_head_and_foot_is_told() {
    let document = taken_in_with(
        &p("Texto."),
        &[("header1", &p("Confidencial")), ("header2", &p("Confidencial")), ("footer1", &p("Página 1"))],
    );
    assert_eq!(words_of(&document, None), ["Texto."]);
    assert_eq!(told(&document), [(Found::HeadAndFoot, "Confidencial · Página 1")]);
}

#[test]
fn doc32_a_hidden_picture_stays_out_and_is_told() {
    let hidden = drawing("rId1", "un mapa").replace("<w:drawing>", "<w:rPr><w:vanish/></w:rPr><w:drawing>");
    let document = taken_in(&hidden);
    assert_eq!(words_of(&document, None), <[&str; 0]>::default());
    assert_eq!(told(&document), [(Found::Hidden, "un mapa")]);
}

#[test]
fn doc27_a_comment_that_nothing_of_the_text_bears_is_told_and_so_is_an_empty_one() {
    let comment =
        |id: u8, words: &str| format!("<w:comment w:id=\"{id}\" w:author=\"Luis\">{}</w:comment>", p(words));
    let on = |id: u8| format!("<w:r><w:commentReference w:id=\"{id}\"/></w:r>");
    let ends = "<w:pPr><w:rPr><w:ins w:author=\"Ana\"/></w:rPr></w:pPr>";
    let body = format!(
        "<w:p>{}{}{}</w:p><w:p>{ends}{}</w:p>",
        r("Texto."),
        on(1),
        on(2),
        came("Ana", &format!("{}{}", r("Nuevo."), on(3)))
    );
    let comments = [comment(1, "¿Sí?"), comment(2, ""), comment(3, "¿Y esto?")].concat();
    let mut document = taken_in_with(&body, &[("comments", &comments)]);
    let chapter = document.chapters("T", &mut ids()).remove(0);
    let blocks = document.blocks(&chapter, None);
    let placed: Vec<String> =
        document.placed(&chapter, &blocks).into_iter().map(|placed| placed.comment).collect();
    assert_eq!(placed, ["1"]);
    document.tells_of_other_comments(&placed.iter().map(String::as_str).collect());
    assert_eq!(
        told(&document),
        [(Found::LooseComment, "¿Sí?"), (Found::EmptyComment, ""), (Found::LostComment, "¿Y esto?")]
    );
}
