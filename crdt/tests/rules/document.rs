//! Rules DOC: what a text is, how it is read, edited and made to read like something else.

use std::collections::BTreeMap;

use crate::people::*;
use crdt::document::diff::Source;
use crdt::document::schema::{Cell, Image};
use crdt::document::{Block, BlockKind, EditError, LoadError, MarkValue, Marks, Run, Text, schema};
use crdt::ids::ParagraphId;

const PAPER: &str = "# Vivienda\n\n1. Las ciudades *deben* acoger a **todas** las personas.\n\n- una\n  - dos\n\n> Nadie sobra.\n";

#[test]
fn doc1_the_same_blocks_and_writer_give_the_same_bytes() {
    let seed = || Text::seed(&blocks(PAPER), &session("Inés", 0)).unwrap();
    let ((one, change), (_, same)) = (seed(), seed());
    assert_eq!(change, same);
    let loaded = Text::load_with(&[], [change.as_slice()]).unwrap();
    assert_eq!((loaded.heads(), loaded.blocks()), (one.heads(), blocks(PAPER)));
}

#[test]
fn doc1_what_is_not_a_text_is_not_opened() {
    let mut stranger = automerge::AutoCommit::new();
    automerge::transaction::Transactable::put(&mut stranger, automerge::ROOT, "schema", 2).unwrap();
    assert!(matches!(Text::load(&stranger.save()), Err(LoadError::NotAText { .. })));
    let whole = text(PAPER).save();
    assert!(matches!(Text::load(&whole[..whole.len() - 3]), Err(LoadError::Damaged(_))));
    assert!(matches!(Text::load(b"PNG"), Err(LoadError::Damaged(_))));
}

#[test]
fn doc1_a_change_that_builds_on_a_missing_one_is_refused_and_changes_nothing() {
    let mut ines = Desk::of("Inés", &text(PAPER));
    ines.replaces("todas", "cada una de");
    ines.replaces("acoger", "recibir");
    let mut samir = text(PAPER);
    let before = samir.heads();
    assert!(
        matches!(samir.apply([ines.changes[1].as_slice()]), Err(LoadError::MissingChanges(missing)) if missing.len() == 1)
    );
    assert_eq!(samir.heads(), before);
    samir.apply(ines.changes.iter().map(Vec::as_slice)).unwrap();
    assert_eq!(samir.heads(), ines.text.heads());
}

#[test]
fn doc2_the_schema_is_the_one_the_browser_reads() {
    let file: serde_json::Value =
        serde_json::from_str(include_str!("../../../fixtures/schema.json")).unwrap();
    assert_eq!(file["version"], schema::VERSION);
    assert_eq!(file["root"]["schema"]["integer"], serde_json::json!([schema::VERSION, schema::VERSION]));
    assert_eq!(file["limits"]["list_depth"], schema::MAX_LIST_DEPTH);
    assert_eq!(file["limits"]["heading_level"], serde_json::json!([1, schema::MAX_HEADING_LEVEL]));
    assert_eq!(file["blocks"]["heading"]["attrs"]["level"]["default"], schema::DEFAULT_HEADING_LEVEL);
    assert_eq!(file["link_schemes"], serde_json::json!(["http", "https", "mailto"]));
    let kinds = [
        ("heading", BlockKind::Heading { level: 1 }),
        ("paragraph", BlockKind::Paragraph { numbered: true }),
        ("quote", BlockKind::Quote),
        ("ordered-list-item", BlockKind::OrderedItem { depth: 2 }),
        ("unordered-list-item", BlockKind::UnorderedItem { depth: 2 }),
        ("table-cell", BlockKind::TableCell(Cell::default())),
        ("image", BlockKind::Image(Image::default())),
    ];
    assert_eq!(file["blocks"].as_object().unwrap().len(), kinds.len());
    for (name, kind) in kinds {
        assert_eq!(file["blocks"][name]["type"], kind.marker_type(), "{name}");
        let parents = match &file["blocks"][name]["parents"]["repeat"] {
            serde_json::Value::Null => file["blocks"][name]["parents"].clone(),
            repeated => serde_json::json!([repeated, repeated]),
        };
        assert_eq!(parents, serde_json::json!(kind.marker_parents()), "{name}");
    }
    for (name, mark) in file["marks"].as_object().unwrap() {
        let grows = schema::Expand::of(&name.replace('*', "k1")) == schema::Expand::After;
        assert_eq!(mark["expand"] == "after", grows, "{name}");
    }
}

#[test]
fn doc4_words_before_the_first_marker_get_a_paragraph_supplied() {
    let mut doc = automerge::AutoCommit::new_with_encoding(automerge::TextEncoding::Utf16CodeUnit);
    use automerge::transaction::Transactable;
    doc.put(automerge::ROOT, "schema", 1).unwrap();
    let words = doc.put_object(automerge::ROOT, "text", automerge::ObjType::Text).unwrap();
    assert_eq!(
        Text::load(&doc.save()).unwrap().blocks(),
        [Block::new(ParagraphId([0; 8]), BlockKind::Paragraph { numbered: false }, vec![])]
    );
    doc.splice_text(&words, 0, 0, "Sin párrafo").unwrap();
    let mut text = Text::load(&doc.save()).unwrap();
    assert_eq!(text.title(), "Sin párrafo");
    let wanted = [Block::new(ParagraphId([9; 8]), BlockKind::Heading { level: 1 }, plain("Con párrafo"))];
    text.become_blocks(&session("Inés", 1), &wanted, Source::Whole).unwrap();
    assert_eq!(text.read().places[0].marker, Some(0));
    assert_eq!(text.title(), "Con párrafo");
}

#[test]
fn doc4_malformed_attributes_take_their_defaults_and_unknown_blocks_are_kept() {
    let mut doc = automerge::AutoCommit::new_with_encoding(automerge::TextEncoding::Utf16CodeUnit);
    use automerge::transaction::Transactable;
    doc.put(automerge::ROOT, "schema", 1).unwrap();
    let words = doc.put_object(automerge::ROOT, "text", automerge::ObjType::Text).unwrap();
    let heading = doc.split_block(&words, 0).unwrap();
    doc.put(&heading, "type", "heading").unwrap();
    let attrs = doc.put_object(&heading, "attrs", automerge::ObjType::Map).unwrap();
    doc.put(&attrs, "level", "high").unwrap();
    doc.put(&attrs, "id", "XYZ").unwrap();
    let cell = doc.split_block(&words, 1).unwrap();
    let name = doc.put_object(&cell, "type", automerge::ObjType::Text).unwrap();
    doc.splice_text(&name, 0, 0, "banner").unwrap();
    let attrs = doc.put_object(&cell, "attrs", automerge::ObjType::Map).unwrap();
    doc.put(&attrs, "row", 3.0).unwrap();
    doc.split_block(&words, 2).unwrap();
    let text = Text::load(&doc.save()).unwrap();
    let found = text.read();
    assert_eq!(found.blocks[0].kind, BlockKind::Heading { level: 2 });
    assert!(
        matches!(&found.blocks[1].kind, BlockKind::Unknown(marker) if marker.name == "banner" && marker.attrs["row"] == 3)
    );
    assert!(matches!(&found.blocks[2].kind, BlockKind::Unknown(marker) if marker.name.is_empty()));
    assert_eq!(found.repairs.len(), 3);
}

#[test]
fn doc5_the_first_of_two_paragraphs_with_one_id_owns_it_and_the_other_is_repaired_alike_everywhere() {
    let mut doubled = blocks("# Uno\n\ndos\n\ntres\n");
    doubled[2].id = doubled[1].id;
    let (mut text, _) = Text::seed(&doubled, &session("Inés", 0)).unwrap();
    let before = text.read();
    assert_eq!(before.blocks[1].id, doubled[1].id);
    assert_ne!(before.blocks[2].id, doubled[1].id);
    assert_eq!(copy(&text).read(), before, "everybody derives the same id");
    let repaired = text.repair(&session("service", 0)).unwrap();
    assert!(repaired.change.is_some());
    assert_eq!(text.read(), crdt::document::blocks::Reading { repairs: vec![], ..before });
    assert_eq!(text.repair(&session("service", 1)).unwrap().change, None, "nothing is left to repair");
}

#[test]
fn doc6_words_typed_behind_bold_ones_are_bold_and_words_typed_behind_a_link_are_not_linked() {
    let mut samir = Desk::of("Samir", &text("# T\n\n**todas** y [aquí](https://uclg.org)\n"));
    samir.types_after("todas", " juntas");
    samir.types_after("aquí", " mismo");
    assert_eq!(read(&samir.text), "# T\n\n**todas juntas** y [aquí](https://uclg.org) mismo\n");
}

#[test]
fn doc8_edits_take_whole_letters_and_leave_the_first_paragraph_the_first() {
    let mut text = text("# T\n\nUn cafe\u{301} 👩‍👩‍👧 más\n");
    let ines = session("Inés", 1);
    let e = find(&text, "e\u{301}");
    let before = text.heads();
    for inside in [e.start + 1..e.end, e.start..e.start + 1, e.end + 2..e.end + 3] {
        let refused = text.edit(&ines, |edit| edit.splice(inside, "x"));
        assert!(matches!(refused, Err(EditError::InsideLetter { .. })), "{refused:?}");
    }
    let end = text.length_utf16();
    assert!(matches!(
        text.edit(&ines, |edit| edit.splice(end..end + 1, "")),
        Err(EditError::OutOfRange { .. })
    ));
    assert!(matches!(text.edit(&ines, |edit| edit.splice(0..1, "")), Err(EditError::FirstMarker)));
    assert!(matches!(text.edit(&ines, |edit| edit.join(0)), Err(EditError::FirstMarker)));
    assert!(matches!(text.edit(&ines, |edit| edit.join(1)), Err(EditError::NotAMarker { offset: 1 })));
    assert_eq!(text.heads(), before, "a refused edit leaves no trace");
    text.edit(&ines, |edit| edit.splice(e, "é")).unwrap();
    assert_eq!(read(&text), "# T\n\nUn café 👩‍👩‍👧 más\n");
}

#[test]
fn doc8_an_accent_may_begin_a_paragraph() {
    let mut text = text("# T\n\nx\n");
    let place = text.read().places[1];
    text.edit(&session("Inés", 1), |edit| edit.splice(place.start..place.end, "\u{301}")).unwrap();
    text.edit(&session("Inés", 2), |edit| edit.splice(place.start..place.end, "y")).unwrap();
    assert_eq!(read(&text), "# T\n\ny\n");
}

#[test]
fn doc8_a_split_keeps_the_first_id_and_a_join_too() {
    let mut text = text("# T\n\nuno dos\n");
    let (ines, at) = (session("Inés", 1), find(&text, "dos").start);
    let new = ParagraphId([0xaa; 8]);
    text.edit(&ines, |edit| edit.split(at, new, &BlockKind::Paragraph { numbered: true })).unwrap();
    let ids: Vec<_> = text.blocks().iter().map(|block| block.id).collect();
    assert_eq!(ids, [ParagraphId(1u64.to_be_bytes()), ParagraphId(2u64.to_be_bytes()), new]);
    text.edit(&ines, |edit| edit.join(at)).unwrap();
    assert_eq!(text.blocks(), blocks("# T\n\nuno dos\n"));
}

#[test]
fn doc10_two_people_who_change_one_paragraph_s_kind_at_once_keep_one_paragraph() {
    let base = text("# T\n\nuno\n");
    let marker = base.read().places[1].marker.unwrap();
    let (mut ines, mut adaeze) = (Desk::of("Inés", &base), Desk::of("Adaeze", &base));
    ines.edits(|edit| edit.set_kind(marker, &BlockKind::UnorderedItem { depth: 1 }));
    adaeze.edits(|edit| edit.set_kind(marker, &BlockKind::Heading { level: 3 }));
    meet(&mut [&mut ines, &mut adaeze]);
    assert_eq!(ines.text.read(), adaeze.text.read());
    assert_eq!(ines.text.blocks().len(), 2);
}

#[test]
fn doc11_a_corrected_file_changes_only_its_words_while_somebody_else_writes() {
    let base = text(PAPER);
    let (mut ines, mut samir) = (Desk::of("Inés", &base), Desk::of("Samir", &base));
    let corrected = blocks(&PAPER.replace("todas", "cada una de").replace("dos", "dos más"));
    let edited = ines.text.become_blocks(&ines.writer, &corrected, Source::Markdown).unwrap();
    ines.changes.extend(edited.change);
    samir.types_after("personas", " y familias");
    meet(&mut [&mut ines, &mut samir]);
    assert_eq!(
        read(&samir.text),
        PAPER
            .replace("todas", "cada una de")
            .replace("dos", "dos más")
            .replace("personas", "personas y familias")
    );
}

#[test]
fn doc11_an_unchanged_file_changes_nothing() {
    let mut text = text(PAPER);
    let heads = text.heads();
    let written = write(&text.blocks(), crdt::render::markdown::Options { ids: true });
    assert_eq!(
        text.become_blocks(&session("Inés", 1), &blocks(&written), Source::Markdown).unwrap().change,
        None
    );
    assert_eq!(text.heads(), heads);
}

#[test]
fn doc12_a_file_without_ids_finds_its_paragraphs_by_their_words() {
    let mut text =
        text("# T\n\nLas ciudades acogen.\n\nLas regiones apoyan a las ciudades.\n\nNadie queda fuera.\n");
    let before: BTreeMap<String, ParagraphId> =
        text.blocks().iter().map(|block| (block.words(), block.id)).collect();
    let mut fresh = 100u8;
    let mut ids = || {
        fresh += 1;
        ParagraphId([fresh; 8])
    };
    let file = "# T\n\nNuevo.\n\nLas regiones apoyan siempre a las ciudades.\n\nNadie queda fuera.\n";
    let (wanted, _) = crdt::document::import::blocks(file.as_bytes(), &mut ids).unwrap();
    text.become_blocks(&session("Inés", 1), &wanted, Source::Markdown).unwrap();
    assert_eq!(read(&text), file);
    let after = text.blocks();
    assert_eq!(after[2].id, before["Las regiones apoyan a las ciudades."]);
    assert_eq!(after[3].id, before["Nadie queda fuera."]);
    assert!(!before.values().any(|id| *id == after[1].id), "a new paragraph has a new id");
}

#[test]
fn doc12_where_the_title_goes_the_paragraph_behind_it_keeps_its_letters() {
    let mut text = text("# Título\n\nPrólogo.\n\nLas ciudades acogen.\n");
    let comment = crdt::document::Anchor::of(&text, find(&text, "ciudades")).unwrap();
    let kept = text.blocks()[2].clone();
    text.become_blocks(&session("Inés", 1), std::slice::from_ref(&kept), Source::Markdown).unwrap();
    assert_eq!(text.blocks(), [kept]);
    assert_eq!(text.read().places[0].marker, Some(0));
    assert_eq!(comment.range(&text), Some(find(&text, "ciudades")));
}

#[test]
fn doc12_markdown_takes_nothing_away_that_it_cannot_say() {
    let mut text = text("# T\n\nLa *mairie* de Lyon\n");
    let words = find(&text, "mairie");
    text.edit(&session("Inés", 1), |edit| {
        edit.mark(words.clone(), "lang", &MarkValue::Text("fr".into()))?;
        edit.mark(words.clone(), "citation:k1", &MarkValue::ON)
    })
    .unwrap();
    text.become_blocks(
        &session("Samir", 1),
        &blocks("# T\n\nLa mairie de la ciudad de Lyon\n"),
        Source::Markdown,
    )
    .unwrap();
    let mut marks = Marks::on(["citation:k1"]);
    marks.0.insert("lang".into(), MarkValue::Text("fr".into()));
    assert_eq!(
        text.blocks()[1].runs,
        [Run::plain("La "), Run::marked("mairie", marks), Run::plain(" de la ciudad de Lyon")]
    );
}
