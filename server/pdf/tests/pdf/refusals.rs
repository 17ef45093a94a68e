//! What is refused before Typst, and in which words.

use borrador_pdf::preflight::MAX_NESTING;
use borrador_pdf::refusal::{Code, Place, Refusal};
use serde_json::{Value, json};

use crate::{PIXEL, heading, paper, paragraph, print, print_with};

fn quotes(depth: usize) -> Value {
    (0..depth).fold(paragraph("7", "fondo"), |inner, _| json!({"t": "q", "c": [inner]}))
}

#[test]
fn a_character_without_a_font_is_named_with_its_paragraph_and_with_what_to_do() {
    let refusal = print(&paper(json!([
        heading(1, "Acogida"),
        paragraph("31", "Bienvenidos 😀 a 北京"),
        heading(2, "שלום"),
    ])))
    .unwrap_err();
    assert_eq!(refusal.code, Code::CharacterWithoutFont);
    assert_eq!(refusal.message, "no font of the paper has the character “😀” (U+1F600), in paragraph 31");
    assert!(refusal.hints[0].starts_with("replace it with words or with another character"));
    assert_eq!(refusal.hints[1], "no font of the paper has the character “北” (U+5317), in paragraph 31");
    assert!(refusal.hints[3].ends_with("(U+05E9), in the heading “שלום”"));
    let facts = serde_json::to_value(&refusal.facts).unwrap();
    let first =
        json!({"character": "😀", "code_point": "U+1F600", "place": {"at": "paragraph", "number": "31"}});
    assert_eq!((&facts["characters"][0], facts.get("more")), (&first, None));
    assert_eq!(facts["characters"][3]["place"], json!({"at": "heading", "words": "שלום"}));
}

#[test]
fn an_unnumbered_place_is_told_by_what_stands_before_it() {
    let emoji = json!({"t": "p", "id": "00000000000000ab", "c": [{"t": "s", "v": "☃️ 😀"}]});
    let place = |blocks: Value| {
        let refusal = print(&paper(blocks)).unwrap_err();
        let facts = serde_json::to_value(&refusal.facts).unwrap();
        let words = refusal.message.rsplit_once(", ").unwrap().1.to_owned();
        (words, facts["characters"][0]["place"].clone())
    };
    assert_eq!(place(json!([emoji])), ("at the beginning of the text".into(), json!({"at": "text"})));
    assert_eq!(
        place(json!([heading(2, "Los primeros días"), emoji])),
        (
            "in the text under the heading “Los primeros días”".into(),
            json!({"at": "text", "under": "Los primeros días"})
        )
    );
    assert_eq!(
        place(json!([paragraph("8", "a"), {"t": "ul", "items": [[emoji]]}])),
        ("in the text after paragraph 8".into(), json!({"at": "text", "after": "8"}))
    );
    let cell = json!({"id": "00000000000000ac", "c": [{"t": "s", "v": "☃️ 😀"}]});
    let table = json!({"t": "table", "columns": 1, "head": 0, "figures": [false], "rows": [[cell]]});
    assert_eq!(
        place(json!([paragraph("8", "a"), table])),
        ("in a table in the text after paragraph 8".into(), json!({"at": "table", "after": "8"}))
    );
    let mut titled = paper(json!([]));
    titled["meta"]["title"] = json!("Ciudades 😀");
    assert!(print(&titled).unwrap_err().message.ends_with("in the title"));
}

#[test]
fn many_strange_characters_are_listed_to_ten_and_then_counted() {
    let strange: String = ('一'..'丰').collect();
    let Refusal { hints, facts, .. } = print(&paper(json!([paragraph("1", &strange)]))).unwrap_err();
    assert_eq!(hints.len(), 12);
    assert_eq!(hints[11], format!("and {} more characters", strange.chars().count() - 11));
    assert_eq!((facts.characters.len(), facts.more), (11, Some(strange.chars().count() - 11)));
}

#[test]
fn control_and_private_characters_are_named_without_being_shown() {
    for (character, code_point) in
        [('\u{0}', "U+0000"), ('\r', "U+000D"), ('\u{2028}', "U+2028"), ('\u{E000}', "U+E000")]
    {
        let refusal = print(&paper(json!([paragraph("2", &character.to_string())]))).unwrap_err();
        assert_eq!(refusal.code, Code::CharacterWithoutFont);
        assert!(
            refusal.message.contains(code_point) && !refusal.message.contains(character),
            "{}",
            refusal.message
        );
    }
}

#[test]
fn lists_and_quotes_may_stand_eight_deep_and_no_deeper() {
    assert!(print(&paper(json!([quotes(MAX_NESTING)]))).is_ok());
    let refusal = print(&paper(json!([paragraph("6", "antes"), quotes(MAX_NESTING + 1)]))).unwrap_err();
    assert_eq!(refusal.code, Code::NestingTooDeep);
    assert!(refusal.message.ends_with("in the text after paragraph 6"), "{}", refusal.message);
}

#[test]
fn a_bomb_of_nesting_is_refused_while_it_is_read() {
    let deep = format!("{}{}", r#"{"t":"q","c":["#.repeat(100_000), "]}".repeat(100_000));
    let job = format!(r#"{{"ident":"a","timestamp":"2016-09-30T10:00:00Z","data":{{"blocks":[{deep}]}}}}"#);
    let refusal = borrador_pdf::job::Job::from_json(job.as_bytes()).unwrap_err();
    assert_eq!(refusal.code, Code::JobUnreadable);
    assert!(refusal.message.contains("recursion limit"), "{}", refusal.message);
}

#[test]
fn links_lead_to_the_web_or_to_a_mailbox_only() {
    for href in ["javascript:alert(1)", "file:///etc/passwd", "", "//example.org", "data:text/html,x"] {
        let link = json!({"t": "p", "n": "5", "id": "00000000000000ab", "c": [{"t": "s", "v": "aquí", "href": href}]});
        let refusal = print(&paper(json!([link]))).unwrap_err();
        assert_eq!(refusal.code, Code::LinkRefused);
        assert_eq!(refusal.message, format!("a link goes to `{href}`, in paragraph 5"));
        assert_eq!(refusal.facts.href.as_deref(), Some(href));
    }
}

#[test]
fn a_heading_inside_a_list_is_refused_by_its_words() {
    let refusal = print(&paper(json!([{"t": "ul", "items": [[heading(2, "Dentro")]]}]))).unwrap_err();
    assert_eq!(
        (refusal.code, refusal.message.as_str()),
        (Code::HeadingMisplaced, "a list or quote holds a heading, in the heading “Dentro”")
    );
}

#[test]
fn a_paper_without_a_title_is_refused() {
    let mut untitled = paper(json!([paragraph("1", "a")]));
    untitled["meta"]["title"] = json!(" ");
    assert_eq!(print(&untitled).unwrap_err().code, Code::TitleMissing);
}

#[test]
fn an_unknown_field_anywhere_is_refused_by_name() {
    let mut data = paper(json!([paragraph("1", "a")]));
    data["meta"]["colour"] = json!("red");
    let refusal = print(&data).unwrap_err();
    assert_eq!(refusal.code, Code::JobUnreadable);
    assert!(refusal.message.contains("unknown field `colour`"), "{}", refusal.message);
}

#[test]
fn a_picture_without_alternative_text_or_without_bytes_is_refused_by_its_caption() {
    let figure = |alt: &str| {
        paper(
            json!([{"t": "fig", "id": "00000000000000af", "blob": "casa", "alt": alt, "credit": "", "c": [{"t": "s", "v": "Fachada"}]}]),
        )
    };
    let refused = print_with(&figure(" "), &[("casa", PIXEL)]).unwrap_err();
    assert_eq!(refused.code, Code::AltTextMissing);
    assert!(refused.message.contains("“Fachada”"), "{refused}");
    let place = Place::Picture { caption: "Fachada".into(), near: None };
    assert_eq!(refused.facts.place, Some(place));
    assert_eq!(print(&figure("Una casa")).unwrap_err().code, Code::PictureUnreadable);
    assert_eq!(
        print_with(&figure("Una casa"), &[("casa", b"GIF89a")]).unwrap_err().code,
        Code::PictureUnreadable
    );
    let cut = &PIXEL[..20];
    assert_eq!(print_with(&figure("Una casa"), &[("casa", cut)]).unwrap_err().code, Code::ExportFailed);
}
