//! Rules REN1: Markdown out, and back the same.

use std::collections::BTreeSet;

use crate::people::*;
use crdt::document::diff::Source;
use crdt::document::schema::{Cell, Image};
use crdt::document::{Block, BlockKind, Marks, Run, Text, import};
use crdt::ids::ParagraphId;
use crdt::render::markdown::{self, Options};
use crdt::render::{ChapterBlocks, Tree};
use proptest::prelude::*;

#[test]
fn ren1_a_text_is_written_as_people_would_write_it() {
    let file = "# Vivienda\n\n## Encontrar casa\n\n1. Las **ciudades** *acogen*; véase [la guía](https://uclg.org/guia_1).\n\n\
        - una\n  - dos\n    1) tres\n    2) cuatro\n- cinco\n\n1) seis\n   - siete\n\n> Dicho.\n\n> Y vuelto a decir.\n\n\
        2. H<sub>2</sub>O, 3 * 4 < 13 & *a_b*\n\nSin número.\n";
    assert_eq!(write(&blocks(file), Options::default()), file.replace("3 * 4 < 13", "3 \\* 4 \\< 13"));
}

#[test]
fn ren1_with_ids_every_block_says_its_own() {
    let written = write(&blocks("# T\n\n1. Uno.\n\n- dos\n"), Options { ids: true });
    assert_eq!(
        written,
        "# T {#p-0000000000000001}\n\n1. Uno. {#p-0000000000000002}\n\n- dos {#p-0000000000000003}\n"
    );
}

#[test]
fn ren1_words_that_look_like_markdown_stay_words() {
    for words in [
        "1. no",
        "1) no",
        "- no",
        "+ no",
        "# no",
        "> no",
        "```",
        "~~~",
        "===",
        "---",
        "***",
        "| a |",
        "[a]: b",
        "[a](b)",
        "![a](b)",
        "<b>",
        "<!-- a -->",
        "&amp;",
        "&#65;",
        "a\\b",
        "a_b_c",
        "_a_",
        "*a*",
        "`a`",
        "a  b",
        " a",
        "a ",
        "\ta",
        "a\nb",
        "\u{a0}a\u{a0}",
        "fin {#p-0011223344556677}",
        "Título #",
        "https://uclg.org",
        "e\u{301}",
        "\u{301}",
        "لِلّٰهِ",
        "a\rb",
        "\u{feff}a",
        "!",
        "\\",
    ] {
        for kind in [
            BlockKind::Heading { level: 2 },
            BlockKind::Paragraph { numbered: true },
            BlockKind::Quote,
            BlockKind::UnorderedItem { depth: 0 },
        ] {
            let wanted = [Block::new(ParagraphId(1u64.to_be_bytes()), kind, plain(words))];
            for ids in [false, true] {
                let written = write(&wanted, Options { ids });
                assert_eq!(blocks(&written), wanted, "{words:?} was written {written:?}");
            }
        }
    }
}

#[test]
fn ren1_marks_that_touch_are_kept_apart() {
    let on = |names: &[&'static str]| Marks::on(names.iter().copied());
    let cases: Vec<Vec<Run>> = vec![
        vec![Run::marked("a ", on(&["strong"])), Run::plain("b")],
        vec![Run::plain("a"), Run::marked("(b)", on(&["em"])), Run::plain("c")],
        vec![
            Run::marked("a", on(&["strong"])),
            Run::marked("b", on(&["strong", "em"])),
            Run::marked("c", on(&["em"])),
        ],
        vec![Run::marked("a", on(&["em"])), Run::marked("b", on(&["strong"]))],
        vec![
            Run::marked("véase ", on(&["strong"])),
            Run::marked("aquí", on(&["strong"]).with_link("https://uclg.org")),
            Run::marked(" y ya", on(&["strong"])),
        ],
        vec![
            Run::marked("a", Marks::default().with_link("https://uclg.org/(x)<y>\\z")),
            Run::marked("b", Marks::default().with_link("https://uclg.org")),
        ],
        vec![Run::plain("¡Sí!"), Run::marked("no", Marks::default().with_link("mailto:ines@example.org"))],
        vec![Run::marked(" ", on(&["strong"]))],
        vec![
            Run::plain("m"),
            Run::marked("2", on(&["superscript"])),
            Run::marked("i", on(&["subscript", "em"])),
        ],
    ];
    for runs in cases {
        let wanted =
            [Block::new(ParagraphId(1u64.to_be_bytes()), BlockKind::Paragraph { numbered: false }, runs)];
        let written = write(&wanted, Options::default());
        assert_eq!(blocks(&written), wanted, "written {written:?}");
    }
    assert_eq!(
        write(&blocks("**véase [aquí](https://uclg.org) y ya**"), Options::default()),
        "**véase [aquí](https://uclg.org) y ya**\n"
    );
}

#[test]
fn ren1_what_markdown_cannot_say_is_left_out_and_its_words_stay() {
    let mut marks = Marks::on(["bracket:k1"]).with_link("javascript:alert(1)");
    marks.0.insert("lang".into(), crdt::document::MarkValue::Text("fr".into()));
    let block = Block::new(
        ParagraphId([1; 8]),
        BlockKind::Paragraph { numbered: false },
        vec![Run::marked("mairie", marks)],
    );
    assert_eq!(write(&[block], Options::default()), "mairie\n");
}

#[test]
fn ren1_a_paper_numbers_on_from_chapter_to_chapter_behind_a_head_for_programs() {
    let chapter = |number: &str, depth, file: &str| ChapterBlocks {
        number: number.into(),
        depth,
        blocks: blocks(file),
    };
    let tree =
        Tree::of(1, [chapter("1", 1, "# Uno\n\n1. a\n"), chapter("1.1", 2, "# Dos\n\n## Tres\n\n1. b\n")]);
    let head = markdown::front_matter([("title", "La \"ciudad\""), ("language", "es")]);
    let written = head + &markdown::write(&tree, Options::default());
    assert_eq!(
        written,
        "---\ntitle: \"La \\\"ciudad\\\"\"\nlanguage: \"es\"\n---\n\n# Uno\n\n1. a\n\n## Dos\n\n### Tres\n\n2. b\n"
    );
    let (back, report) = import::blocks(written.as_bytes(), &mut ids()).unwrap();
    assert_eq!(back.len(), 5);
    assert_eq!(report.notes.len(), 1);
}

#[test]
fn ren1_tables_pictures_and_notes_are_written_as_people_would_write_them() {
    let blob = "0a".repeat(32);
    let file = format!(
        "# Cifras\n\n| Ciudad | Personas[^1] |\n| --- | --- |\n| Túnez | 1 200 |\n| Lyon \\| Turín |  |\n\n\
         ![Una casa](/api/v1/blobs/{blob} \"Lyon\") Fachada.[^2]\n\n[^1]: *Según* la ONU.\n\n[^2]: Foto.\n"
    );
    let read = blocks(&file);
    let head = |block: &Block| matches!(&block.kind, BlockKind::TableCell(cell) if cell.header);
    assert_eq!(read.iter().filter(|block| head(block)).count(), 2);
    assert!(
        matches!(&read.last().unwrap().kind, BlockKind::Image(image) if image.alt == "Una casa" && image.credit == "Lyon")
    );
    assert_eq!(read[2].words_in_line(), "Personas");
    assert_eq!(read[5].words(), "Lyon | Turín");
    assert_eq!(write(&read, Options::default()), file.replace("\\|", "&#124;"));
}

// -- Random chapters. Proptest prints the smallest failing case and the seed that finds it again.

fn arb_words() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-zñé0-9]{1,5}",
        2 => "[!-/:-@\\[-`{-~]{1,3}",
        2 => " {1,2}",
        1 => prop_oneof![Just("\u{a0}"), Just("\n"), Just("👩‍👩‍👧"), Just("e\u{301}"), Just("لله"), Just("\t"), Just("&amp;"), Just("{#p-0011223344556677}"), Just("1. "), Just("«»")].prop_map(str::to_string),
    ]
}

fn arb_run() -> impl Strategy<Value = Run> {
    let names = proptest::sample::subsequence(vec!["strong", "em", "superscript", "subscript"], 0..3);
    let link = proptest::option::weighted(
        0.2,
        prop_oneof![
            Just("https://uclg.org/a_b?c=(d)&e"),
            Just("mailto:ines@example.org"),
            Just("https://x.org/<>\\*")
        ],
    );
    (proptest::collection::vec(arb_words(), 1..5), names, link).prop_map(|(words, names, link)| {
        let marks = Marks::on(names);
        Run::marked(
            words.concat(),
            match link {
                Some(href) => marks.with_link(href),
                None => marks,
            },
        )
    })
}

fn arb_block() -> impl Strategy<Value = Block> {
    let kind = prop_oneof![
        2 => (1..=6u8).prop_map(|level| BlockKind::Heading { level }),
        2 => any::<bool>().prop_map(|numbered| BlockKind::Paragraph { numbered }),
        1 => Just(BlockKind::Quote),
        3 => (0..=8u8).prop_map(|depth| BlockKind::OrderedItem { depth }),
        3 => (0..=8u8).prop_map(|depth| BlockKind::UnorderedItem { depth }),
    ];
    (any::<u64>(), kind, proptest::collection::vec(arb_run(), 0..4))
        .prop_map(|(id, kind, runs)| Block::new(ParagraphId(id.to_be_bytes()), kind, runs))
}

fn arb_blocks() -> impl Strategy<Value = Vec<Block>> {
    proptest::collection::vec(arb_block(), 1..8).prop_map(|mut blocks| {
        let mut seen = BTreeSet::new();
        blocks.retain(|block| seen.insert(block.id));
        blocks
    })
}

fn arb_noted_runs() -> impl Strategy<Value = Vec<Run>> {
    let note = (any::<u64>(), arb_run()).prop_map(|(id, run)| {
        let mut marks = run.marks;
        marks.0.insert(format!("footnote:{id:016x}"), crdt::document::MarkValue::ON);
        Run::marked(run.text, marks)
    });
    let cited = arb_run().prop_map(|run| {
        let mut marks = run.marks;
        marks.0.insert("citation:00000000000000c1".into(), crdt::document::MarkValue::ON);
        Run::marked(run.text, marks)
    });
    proptest::collection::vec(prop_oneof![3 => arb_run(), 1 => note, 1 => cited], 0..4)
}

/// A table of up to three rows and columns, some cells never written; or a picture; or a block with notes.
fn arb_objects() -> impl Strategy<Value = Vec<Block>> {
    let block = |id: u64, kind, runs| Block::new(ParagraphId(id.to_be_bytes()), kind, runs);
    let cell = (any::<u64>(), proptest::bool::weighted(0.85), any::<bool>(), arb_noted_runs());
    let table = (any::<u64>(), 1..4usize, any::<bool>(), proptest::collection::vec(cell, 1..10)).prop_map(
        move |(table, columns, has_head, cells)| {
            let cells = cells.into_iter().enumerate().filter(|(at, (_, is_there, ..))| *at == 0 || *is_there);
            let cell = |(at, (id, _, header, runs)): (usize, (u64, bool, bool, Vec<Run>))| {
                let (row, column) = (at / columns, at % columns);
                let header = if row == 0 { has_head } else { header && column == 0 };
                let name = |kind: &str, at: usize| format!("{kind}{table:x}.{at}");
                let cell =
                    Cell { table: name("t", 0), row: name("r", row), column: name("c", column), header };
                block(id, BlockKind::TableCell(cell), runs)
            };
            cells.map(cell).collect::<Vec<_>>()
        },
    );
    let picture = (any::<u64>(), arb_words(), arb_words(), any::<bool>(), arb_noted_runs()).prop_map(
        move |(id, alt, credit, is_one, runs)| {
            let blob = if is_one { "0a".repeat(32) } else { alt.clone() };
            vec![block(id, BlockKind::Image(Image { blob, alt, credit }), runs)]
        },
    );
    let noted = (any::<u64>(), arb_block(), arb_noted_runs())
        .prop_map(move |(id, like, runs)| vec![block(id, like.kind, runs)]);
    prop_oneof![2 => table, 1 => picture, 2 => noted]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn doc18_tables_pictures_notes_and_citations_go_out_with_ids_and_in_again_and_nothing_changes(
        parts in proptest::collection::vec(arb_objects(), 1..5)
    ) {
        let mut seen = BTreeSet::new();
        let mut wanted = parts.concat();
        wanted.retain(|block| seen.insert(block.id));
        let mut text = Text::seed(&wanted, &session("Inés", 0)).unwrap().0;
        let wanted = text.blocks();
        let written = write(&wanted, Options { ids: true });
        let (found, _) = import::blocks(written.as_bytes(), &mut ids()).unwrap();
        let edited = text.become_blocks(&session("Samir", 0), &found, Source::Markdown).unwrap();
        prop_assert_eq!(text.blocks(), wanted, "written {}", written);
        prop_assert!(edited.change.is_none(), "written {}", written);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn ren1_any_chapter_with_ids_reads_back_as_it_was(wanted in arb_blocks()) {
        let written = write(&wanted, Options { ids: true });
        let (found, _) = import::blocks(written.as_bytes(), &mut ids()).unwrap();
        prop_assert_eq!(found, wanted, "written {:?}", written);
    }

    #[test]
    fn ren1_any_chapter_without_empty_blocks_reads_back_with_its_words_and_marks(mut wanted in arb_blocks()) {
        wanted.retain(|block| !block.runs.is_empty());
        prop_assume!(!wanted.is_empty());
        let written = write(&wanted, Options::default());
        let (found, _) = import::blocks(written.as_bytes(), &mut ids()).unwrap();
        let without_ids = |blocks: &[Block]| blocks.iter().map(|block| (block.kind.clone(), block.runs.clone())).collect::<Vec<_>>();
        prop_assert_eq!(without_ids(&found), without_ids(&wanted), "written {:?}", written);
    }
}
