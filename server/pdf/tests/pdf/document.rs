//! What readers, screen readers and archives find in a finished PDF.

use borrador_pdf::job::Job;
use borrador_pdf::press::Press;
use borrador_pdf::refusal::Code;
use serde_json::{Value, json};

use crate::reader::Pdf;
use crate::{PIXEL, heading, order, paper, paragraph, print, print_with, sample};

fn read(data: &Value) -> Pdf {
    Pdf::of(&print(data).unwrap_or_else(|refusal| panic!("{refusal}")))
}

#[test]
fn ren_the_pdf_says_its_title_language_and_standards() {
    let pdf = read(&sample("every-kind"));
    assert_eq!(pdf.info("Title").as_deref(), Some("Muestra de todo lo que un texto puede llevar"));
    assert_eq!(pdf.info("Author").as_deref(), Some("Ciudades y Gobiernos Locales Unidos"));
    assert_eq!(pdf.info("Creator").as_deref(), Some("Borrador"));
    assert_eq!(pdf.info("CreationDate").as_deref(), Some("D:20160930100000Z"));
    assert_eq!(pdf.language(), "es");
    assert!(pdf.is_marked_as_tagged());
    let metadata = pdf.metadata();
    for standard in [
        "<pdfaid:part>3</pdfaid:part>",
        "<pdfaid:conformance>A</pdfaid:conformance>",
        "<pdfuaid:part>1</pdfuaid:part>",
    ] {
        assert!(metadata.contains(standard), "{standard} is not in {metadata}");
    }
}

#[test]
fn ren_a_screen_reader_meets_title_contents_headings_lists_and_quotes() {
    let tags = read(&sample("every-kind")).tags();
    let count = |role: &str| tags.iter().filter(|(_, tag)| tag == role).count();
    assert_eq!(count("TOC"), 2, "the contents, and the second level below chapter 1");
    assert_eq!(count("TOCI"), 6);
    assert_eq!((count("L"), count("LI")), (6, 13));
    assert_eq!(
        (count("Lbl"), count("LBody")),
        (16, 13),
        "every item has a label, and so have the three chapters in the contents"
    );
    assert_eq!(count("BlockQuote"), 1);
    assert_eq!((count("Strong"), count("Em")), (3, 5));
    assert!(count("Link") >= 3);
}

#[test]
fn ren34_headings_within_an_annex_are_in_its_tags_and_not_in_the_contents() {
    let within = |aside: bool| {
        let mut heading = heading(2, "Lyon");
        heading["id"] = "00000000000000ac".into();
        heading["aside"] = aside.into();
        read(&paper(json!([self::heading(1, "Reservas"), heading])))
    };
    let contents = |pdf: &Pdf| pdf.tags().iter().filter(|(_, tag)| tag == "TOCI").count();
    assert_eq!((contents(&within(false)), contents(&within(true))), (2, 1));
    assert_eq!(within(true).heading_tags(), ["H1", "H1", "H2"]);
}

#[test]
fn ren35_a_character_without_a_font_is_spelled_behind_the_paper_and_stops_the_file_within_it() {
    let chapters = |annexes: usize| {
        let mut paper = paper(json!([
            heading(1, "Vivienda"),
            heading(1, "Comentarios"),
            paragraph("1", "Gracias 🧿 漢")
        ]));
        paper["annexes"] = annexes.into();
        paper
    };
    let words = read(&chapters(2)).words();
    assert!(words.contains("Gracias[U+1F9FF][U+6F22]"), "{words}");
    assert_eq!(print(&chapters(0)).unwrap_err().code, Code::CharacterWithoutFont);
}

#[test]
fn ren35_a_word_too_long_for_a_line_goes_on_in_the_next() {
    let pieces = |words: &str| read(&paper(json!([heading(1, "Vivienda"), paragraph("1", words)]))).pieces();
    assert!(
        pieces(&"x".repeat(300)) > pieces(&"x".repeat(30)) + 20,
        "it is set in pieces, between which a line may end"
    );
}

#[test]
fn ren_levels_that_people_skip_are_not_skipped_in_the_tags() {
    let levels = [2, 4, 4, 3, 1, 6, 2].map(|level| heading(level, "Título"));
    let pdf = read(&paper(levels.into_iter().collect()));
    assert_eq!(
        pdf.heading_tags(),
        ["H1", "H1", "H2", "H2", "H2", "H1", "H2", "H2"],
        "the contents' own heading comes first"
    );
}

#[test]
fn ren_the_pdf_carries_its_own_source_and_can_be_printed_from_it() {
    let first = print(&sample("every-kind")).unwrap();
    let source = Pdf::of(&first).attachment("paper.json").expect("the source is attached");
    let source: Value = serde_json::from_slice(&source).unwrap();
    assert_eq!(source, sample("every-kind"));
    assert!(print(&source).unwrap() == first, "the attached source prints other bytes");
}

#[test]
fn ren_strings_that_look_like_markup_print_as_they_are() {
    let data = sample("hostile-strings");
    let words = read(&data).words();
    let hostile = data["blocks"].as_array().unwrap().iter().filter(|block| block["t"] == "p");
    for string in hostile.map(|block| block["c"][0]["v"].as_str().unwrap()) {
        let string: String = string.split_whitespace().collect();
        assert!(words.matches(&string).count() >= 2, "{string} is not in its heading and paragraph: {words}");
    }
    assert!(!words.contains("root:"), "a file of the machine was read");
}

#[test]
fn ren_every_number_heading_foot_and_cover_line_is_on_the_page() {
    let pdf = read(&paper(json!([
        {"t": "h", "l": 1, "n": "4", "id": "00000000000000aa", "c": [{"t": "s", "v": "Acogida"}]},
        paragraph("31", "La primera puerta es local."),
        {"t": "h", "l": 2, "n": "4.1", "id": "00000000000000ac", "c": [{"t": "s", "v": "Vivienda"}]},
        {"t": "ol", "start": 7, "items": [[{"t": "p", "id": "00000000000000ad", "c": [{"t": "s", "v": "siete"}]}]]},
    ])));
    let words = pdf.words();
    for printed in [
        "Estado",
        "Sellado",
        "31Laprimerapuertaeslocal.",
        "4.1Vivienda",
        "7)siete",
        "BorradordeBogotá·3",
        "Página3de3",
        "9f2c41d7a0be",
    ] {
        assert!(words.contains(printed), "{printed} is not in {words}");
    }
    assert!(!words.contains("BORRADOR"), "a sealed milestone is not called a draft");
    assert_eq!(pdf.pages(), 3);
}

#[test]
fn ren_a_draft_and_a_demonstration_say_so_on_every_page() {
    let pdf = read(&sample("every-kind"));
    let words = pdf.words();
    assert_eq!(words.matches("BORRADOR").count(), pdf.pages());
    assert_eq!(words.matches("laspersonasysusaportacionessoninventadas").count(), pdf.pages());
}

#[test]
fn ren_years_and_compounds_can_be_found_by_searching() {
    let words = read(&sample("paper.es")).words();
    assert!(words.contains("octubrede2016") && words.contains("City-to-City"));
    assert!(!words.contains('\u{2060}'), "invisible word joiners stand between the figures");
}

#[test]
fn ren_links_lead_where_they_were_made_to_lead() {
    let links = read(&sample("every-kind")).links();
    assert_eq!(links, ["https://unhabitat.org", "https://www.uclg.org", "mailto:ines@example.org"]);
}

#[test]
fn ren_an_empty_text_is_a_cover_and_not_a_fault() {
    for blocks in [
        json!([]),
        json!([heading(2, " "), paragraph("1", "")]),
        json!([{"t": "ul", "items": []}, {"t": "q", "c": []}]),
    ] {
        read(&paper(blocks));
    }
}

#[test]
fn ren_characters_that_leave_no_mark_pass() {
    let quiet = "uno\u{200D}dos\u{FE0F}tres\u{2060}\u{AD}\t\n\u{200E}\t\tcuatro\n\nfin\u{FEFF}\t\u{200C}";
    assert!(read(&paper(json!([paragraph("1", quiet)]))).words().contains("fin"));
}

#[test]
fn ren_a_warm_press_prints_the_same_bytes_as_a_new_one() {
    let job = |data: &Value| Job::from_json(&order(data)).unwrap();
    let mut press = Press::new();
    let cold = press.print(job(&sample("every-kind"))).unwrap();
    press.print(job(&sample("hostile-strings"))).unwrap();
    let warm = press.print(job(&sample("every-kind"))).unwrap();
    assert!(cold == warm);
}

#[test]
fn ren_the_whole_paper_prints_in_both_languages() {
    for name in ["paper.es", "paper.en"] {
        let pdf = read(&sample(name));
        assert!(pdf.pages() > 20, "{name} has {} pages", pdf.pages());
        assert_eq!(
            pdf.heading_tags().iter().filter(|tag| *tag == "H1").count(),
            9,
            "contents and eight chapters"
        );
    }
}

#[test]
fn ren8_an_arabic_paper_is_printed_right_to_left_and_says_so() {
    let pdf = read(&sample("paper.ar"));
    assert_eq!(pdf.language(), "ar");
    assert_eq!(pdf.reading_direction(), "R2L");
    let tags: Vec<String> = pdf.tags().into_iter().map(|(_, tag)| tag).collect();
    for tag in ["TOC", "H1", "H2", "L", "Table", "TH", "Note", "BlockQuote"] {
        assert!(tags.iter().any(|found| found == tag), "no {tag} in {tags:?}");
    }
}

#[test]
fn i12_the_typesetters_own_language_is_only_words() {
    let typed =
        r#"#read("/etc/passwd") #import "@preview/x:1.0.0" $x^2$ \input{y} *no* _no_ `raw` @ref <label>"#;
    let words = read(&paper(json!([heading(1, "Agua"), paragraph("1", typed)]))).words();
    assert!(words.contains(&typed.replace(' ', "")), "{words}");
}

#[test]
fn ren7_a_screen_reader_meets_tables_notes_and_pictures() {
    let cell = |header: bool, words: &str| json!({"id": "00000000000000ac", "h": header, "c": [{"t": "s", "v": words}]});
    let note = json!({"t": "fn", "c": [{"t": "s", "v": "Según la ONU."}]});
    let noted = json!({"id": "00000000000000ad", "c": [{"t": "s", "v": "Túnez"}, note]});
    let data = paper(json!([
        {"t": "h", "l": 1, "id": "00000000000000ae", "c": [{"t": "s", "v": "Cifras"}]},
        {"t": "table", "columns": 2, "head": 1, "figures": [false, true], "rows": [
            [cell(true, "Ciudad"), cell(true, "Personas")], [noted, cell(false, "1 200")], [cell(false, "Lyon"), null]
        ]},
        {"t": "fig", "id": "00000000000000af", "blob": "casa", "alt": "Una casa", "credit": "Lyon", "c": [{"t": "s", "v": "Fachada"}]},
    ]));
    let pdf = Pdf::of(&print_with(&data, &[("casa", PIXEL)]).unwrap());
    let tags: Vec<String> = pdf.tags().into_iter().map(|(_, tag)| tag).collect();
    let count = |name: &str| tags.iter().filter(|tag| *tag == name).count();
    assert_eq!((count("Table"), count("TR"), count("TH"), count("TD")), (1, 3, 2, 4), "{tags:?}");
    assert_eq!((count("Note"), count("Figure"), count("Caption")), (1, 1, 1), "{tags:?}");
    let words = pdf.words();
    for shown in ["SegúnlaONU.", "1200", "Fachada·Lyon"] {
        assert!(words.contains(shown), "{shown} is missing: {words}");
    }
}

#[test]
fn ren17_a_redline_says_in_words_what_came_and_went() {
    let mut data = paper(json!([
        heading(1, "Acogida"),
        {"t": "p", "n": "1", "id": "00000000000000ab", "c": [
            {"t": "s", "v": "Las ciudades "}, {"t": "s", "v": "abren", "ch": "del"}, {"t": "s", "v": "cierran", "ch": "ins"},
            {"t": "s", "v": " puertas"}, {"t": "s", "v": " (CGLU)", "href": "https://uclg.org/", "ch": "ins"},
            {"t": "s", "v": " (OIM)", "href": "https://iom.int/", "ch": "del"}, {"t": "s", "v": "."}
        ]},
        {"t": "p", "id": "00000000000000ac", "c": [
            {"t": "s", "v": "Párrafo nuevo", "ch": "sign"}, {"t": "s", "v": "Con una casa."}
        ]},
    ]));
    data["red"] = json!({"came": "insertado", "went": "eliminado"});
    let pdf = read(&data);
    assert!(
        pdf.words().contains(
            "Lasciudades[eliminado:abren][insertado:cierran]puertas[insertado:(CGLU)][eliminado:(OIM)]."
        ),
        "{}",
        pdf.words()
    );
    assert!(pdf.words().contains("Párrafonuevo:Conunacasa."), "{}", pdf.words());
}
