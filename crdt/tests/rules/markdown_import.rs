//! Rules DOC13 to DOC17: Markdown comes in without losing a word.

use std::collections::BTreeMap;

use crate::people::*;
use crdt::document::diff::Source;
use crdt::document::import::{self, ChapterLimits, Finding, ImportError, Imported};
use crdt::document::{Block, BlockKind, Marks, Run, Text};
use crdt::ids::ParagraphId;
use proptest::prelude::*;

fn import(file: &str) -> Imported {
    import::chapters(file.as_bytes(), "Nota", &mut ids()).unwrap()
}

/// One line for each block: its kind and its words.
fn outline(blocks: &[Block]) -> Vec<String> {
    let line = |block: &Block| {
        let kind = match &block.kind {
            BlockKind::Heading { level } => format!("h{level}"),
            BlockKind::Paragraph { numbered: true } => "n".into(),
            BlockKind::Paragraph { numbered: false } => "p".into(),
            BlockKind::Quote => "q".into(),
            BlockKind::OrderedItem { depth } => format!("o{depth}"),
            BlockKind::UnorderedItem { depth } => format!("u{depth}"),
            BlockKind::TableCell(cell) if cell.header => "th".into(),
            BlockKind::TableCell(_) => "td".into(),
            BlockKind::Image(_) => "img".into(),
            BlockKind::Unknown(marker) => marker.name.clone(),
        };
        format!("{kind} {}", block.words())
    };
    blocks.iter().map(line).collect()
}

/// How often each word, made of letters and digits, occurs.
fn words(text: &str) -> BTreeMap<String, usize> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.fold(BTreeMap::new(), |mut counts, word| {
        *counts.entry(word.to_string()).or_default() += 1;
        counts
    })
}

/// All words of an import, in the text, in addresses and in notes.
fn kept(imported: &Imported) -> String {
    let mut all: Vec<String> = imported.report.notes.iter().map(|note| note.words.clone()).collect();
    for block in imported.chapters.iter().flat_map(|chapter| &chapter.blocks) {
        all.push(block.words());
        all.extend(block.runs.iter().filter_map(|run| run.marks.link().map(str::to_string)));
    }
    all.join("\n")
}

#[test]
fn doc13_a_note_without_headings_is_one_chapter_with_every_word() {
    let file = include_str!("../../../fixtures/import/nota.es.md");
    let imported = import(file);
    assert_eq!(imported.chapters.len(), 1);
    assert_eq!(imported.report, import::Report::default(), "nothing had to change");
    let blocks = &imported.chapters[0].blocks;
    let kinds: Vec<String> =
        outline(blocks).iter().map(|line| line.split(' ').next().unwrap().to_string()).collect();
    assert_eq!(kinds.join(" "), "h1 p p p n n n p u0 u0 u0 p n u0 u0 u0 p n");
    assert_eq!(blocks[3].words(), "I. La red");
    let wholly_bold = Run::marked(
        "que cada municipio conozca, comparta y mejore lo que ya hace por quienes llegan, incluido el acceso a los derechos.",
        Marks::on(["strong"]),
    );
    assert_eq!(blocks[4].runs, [Run::plain("El objetivo general de la red es "), wholly_bold]);
    // The typed numbers are computed again, so writing the chapter gives the file, but for the spacing of its lines.
    let written = write(&blocks[1..], Default::default());
    let tight = |text: &str| {
        text.lines()
            .map(|line| line.strip_prefix(' ').unwrap_or(line).to_string())
            .filter(|line| !line.is_empty())
            .collect::<Vec<_>>()
    };
    assert_eq!(tight(&written), tight(file));
}

#[test]
fn doc14_what_the_schema_cannot_hold_comes_in_as_words_with_a_note() {
    let file = include_str!("../../../fixtures/import/traps.md");
    let imported = import(file);
    assert_eq!(
        imported.chapters.iter().map(|chapter| chapter.title.as_str()).collect::<Vec<_>>(),
        ["Nota", "Setext chapter", "Lists"]
    );
    let blocks: Vec<Block> = imported.chapters.iter().flat_map(|chapter| chapter.blocks.clone()).collect();
    assert_eq!(
        outline(&blocks),
        [
            "h1 Nota",
            "p Preamble before any heading, on two lines, with a hard break.",
            "h1 Setext chapter",
            "th Component",
            "th Vote",
            "td Africa",
            "td yes",
            "td Asia",
            "td later",
            "p A square in Vega Alta",
            "p let first = line;",
            "p let second = line;",
            "p <details>",
            "p <summary>Folded</summary>",
            "p </details>",
            "p Inline <u>underlined</u>, H2O, bold and code. An unsafe and a titled link, a named one, mail@example.org and https://example.org/auto.",
            "h1 Lists",
            "n First",
            "n Second",
            "p belongs to the second",
            "u0 inside",
            "o1 deeper",
            "q quoted deep down",
            "n Breaks the sequence",
            "q Quoted once.",
            "q Quoted twice.",
            "u0 listed in a quotation",
            "o0 one",
            "o0 two",
            "u1 star",
            "h3 Skips a level",
            "p Escaped {#p-00112233445566bb} stays, as do & © and snow☃man.",
            "u0 [ ] not a task",
            "p Term ^[not a note] ~~kept~~ $x$",
            "p The end.",
            "p [spare]: https://example.org/spare \"Nobody points here\"",
            "p [home]: https://example.org/doubled",
        ]
    );
    assert_eq!(blocks[30].id, "00112233445566aa".parse::<ParagraphId>().unwrap());
    let found: Vec<(usize, Finding)> =
        imported.report.notes.iter().map(|note| (note.line, note.found)).collect();
    use Finding::*;
    assert_eq!(
        found,
        [
            (13, Image),
            (15, Code),
            (21, Html),
            (25, Html),
            (25, Html),
            (25, Code),
            (25, Address),
            (25, LinkTitle),
            (42, Number),
            (48, Loosened),
            (29, UnusedAddress),
            (30, UnusedAddress),
        ]
    );
    // Marks and escapes are not words, and neither are the numbers that the paper computes.
    let (given, kept) = (words(file), words(&kept(&imported)));
    let not_words = ["1", "2", "H", "O", "amp", "copy", "b", "sub", "p", "00112233445566aa", "home"];
    for (word, count) in given.iter().filter(|(word, _)| !not_words.contains(&word.as_str())) {
        assert!(
            kept.get(word) >= Some(count),
            "{word:?} stood {count} times and is kept {:?}",
            kept.get(word)
        );
    }
}

#[test]
fn doc15_i06_an_address_that_may_not_be_followed_leaves_its_words() {
    let imported = import(
        "[pulse](javascript:alert(1)) [aquí](JaVaScRiPt:x) <a href=\"jav&#x09;ascript:x\">y</a> [mapa](/mapa)",
    );
    let block = &imported.chapters[0].blocks[1];
    assert_eq!(block.words(), "pulse aquí <a href=\"jav&#x09;ascript:x\">y</a> mapa");
    assert!(block.runs.iter().all(|run| run.marks.is_empty()));
    assert_eq!(imported.report.notes[0].words, "javascript:alert(1)");
}

#[test]
fn doc16_i01_i08_a_file_that_is_no_text_is_refused_with_the_place() {
    let refused = |file: &[u8]| import::chapters(file, "Nota", &mut ids()).unwrap_err();
    assert_eq!(refused(b""), ImportError::Empty);
    assert_eq!(refused(b" \n\t\n"), ImportError::Empty);
    assert_eq!(
        refused("sí".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>().as_slice()),
        ImportError::NotUtf8 { offset: 2 }
    );
    assert_eq!(refused(b"Bogot\xe1"), ImportError::NotUtf8 { offset: 5 });
    assert_eq!(refused(b"\x89PNG\r\n"), ImportError::NotUtf8 { offset: 0 });
    assert_eq!(
        refused(&vec![b'a'; import::MAX_BYTES + 1]),
        ImportError::TooLarge { size_bytes: import::MAX_BYTES + 1 }
    );
    assert_eq!(refused("- a\n".repeat(import::MAX_BLOCKS + 2).as_bytes()), ImportError::TooManyBlocks);
    assert_eq!(import("\u{feff}sí").chapters[0].blocks[1].words(), "sí", "a byte order mark is no word");
}

#[test]
fn doc16_i07_deep_and_wide_files_are_read_without_exhausting_anything() {
    let deep = [
        ">".repeat(100_000) + " x",
        "> - ".repeat(50_000) + "x",
        "[".repeat(100_000),
        "![a".repeat(50_000),
        "*a **b ".repeat(50_000),
        "<b>".repeat(100_000) + "x",
        "`a ".repeat(100_000),
        "|a".repeat(10_000) + "|\n" + &"|-".repeat(10_000) + "|\n" + &"|b".repeat(10_000) + "|\n",
        "[a](<".repeat(50_000),
    ];
    for file in deep {
        let imported = import(&file);
        assert!(!imported.chapters[0].blocks[1].words().is_empty());
    }
    for nothing in ["*".repeat(1 << 20), "`".repeat(1 << 20)] {
        assert!(matches!(import::blocks(nothing.as_bytes(), &mut ids()), Err(ImportError::Empty) | Ok(_)));
    }
}

#[test]
fn doc16_a_file_of_too_many_chapters_is_refused_and_so_is_a_chapter_that_no_change_could_hold() {
    let file = "# Agua\n\n".repeat(import::MAX_CHAPTERS + 1);
    let refused = import::chapters(file.as_bytes(), "Nota", &mut ids()).unwrap_err();
    assert_eq!(refused, ImportError::TooManyChapters { chapters: import::MAX_CHAPTERS + 1 });

    let limits = ChapterLimits { characters: 50, paragraphs: 10 };
    let check = |file: &str| import::check_chapter(&import(file).chapters[0].blocks, limits);
    assert_eq!(check(&format!("# A\n\n{}", "x".repeat(49))), Ok(()));
    let long = check(&format!("# A\n\n{}", "x".repeat(50))).unwrap_err();
    assert!(long.to_string().contains("“A” has 51 characters in 2 paragraphs; a chapter may have 50 and 10"));
    let many = check(&("# A\n\n".to_owned() + &"x\n\n".repeat(10))).unwrap_err();
    assert!(many.to_string().contains("“A” has 11 characters in 11 paragraphs"));
}

#[test]
fn doc16_the_longest_chapter_is_a_change_that_the_room_takes() {
    use crdt::document::{Text, Writer};
    use crdt::sync::chunk::{Chunk, ChunkLimits};
    let limits = ChapterLimits::default();
    let words = "x".repeat(limits.characters / limits.paragraphs - 1);
    let file = "# A\n\n".to_owned() + &format!("1. **{words}**\n\n").repeat(limits.paragraphs - 1);
    let blocks = import(&file).chapters.remove(0).blocks;
    assert_eq!((import::check_chapter(&blocks, limits), blocks.len()), (Ok(()), limits.paragraphs));
    let actor = crdt::ids::ActorId(vec![7; 16]);
    let writer = Writer { actor, seat: None, at: crdt::moment::Moment::EPOCH };
    let (_, change) = Text::seed(&blocks, &writer).unwrap();
    Chunk::read(change.into(), &ChunkLimits::default()).unwrap();
}

#[test]
fn doc17_an_id_that_stands_twice_is_kept_once() {
    let imported =
        import("uno {#p-00112233445566aa}\n\ndos {#p-00112233445566aa}\n\n{#p-00112233445566cc}\n");
    let blocks = &imported.chapters[0].blocks[1..];
    assert_eq!(outline(blocks), ["p uno", "p dos", "p "]);
    assert_eq!(blocks[0].id.to_string(), "00112233445566aa");
    assert_ne!(blocks[1].id, blocks[0].id);
    assert_eq!(blocks[2].id.to_string(), "00112233445566cc");
}

#[test]
fn doc14_a_head_for_programs_is_left_out_with_a_note_and_rules_are_no_head() {
    let imported = import("---\ntitle: \"Nota\"\nlanguage: es\n---\n\nuno\n");
    assert_eq!(outline(&imported.chapters[0].blocks), ["h1 Nota", "p uno"]);
    assert_eq!(imported.report.notes[0].found, Finding::FrontMatter);
    let imported = import("---\nQuien llega, llega.\n\n---\n\nuno\n");
    assert_eq!(outline(&imported.chapters[0].blocks), ["h1 Nota", "p Quien llega, llega.", "p uno"]);
}

proptest! {
    #[test]
    fn doc13_no_word_of_any_file_is_lost(lines in proptest::collection::vec("[ ]{0,5}([-*>#+|]|[0-9]{1,2}[.)]|~~~|```|---)?[ ]{0,3}[a-z]{1,5}[ *_\\[\\]()<>:\"!&\\\\`|-]{0,4}[a-z]{0,5}[ ]{0,3}", 1..12)) {
        let file = lines.join("\n");
        // A word is kept in the text, or said in a note (what a code block is called, the title of a link). A code block
        // with nothing but a name is no text.
        let imported = match import::chapters(file.as_bytes(), "Nota", &mut ids()) {
            Err(ImportError::Empty) => return Ok(()),
            imported => imported.unwrap(),
        };
        let text = kept(&imported);
        let letters = |text: &str| text.split(|c: char| !c.is_ascii_lowercase()).filter(|word| word.len() > 3).map(str::to_string).collect::<Vec<_>>();
        for word in letters(&file) {
            prop_assert!(text.contains(&word), "{word:?} of {file:?} is not in {text:?}");
        }
    }
}

#[test]
fn doc20_a_row_and_a_column_that_come_in_a_file_join_the_table_that_is_there() {
    let mut text = text("| A | B |\n| --- | --- |\n| 1 | 2 |\n");
    let before = text.blocks();
    let edited = "| A | new | B |\n| --- | --- | --- |\n| 1 | x | 2 |\n| 3 | y | 4 |\n";
    text.become_blocks(&session("Amina", 0), &blocks(edited), Source::Markdown).unwrap();
    assert_eq!(read(&text), edited);
    let cell = |block: &Block| match &block.kind {
        BlockKind::TableCell(cell) => cell.clone(),
        other => panic!("{other:?} is no cell"),
    };
    let after: Vec<_> = text.blocks().iter().map(cell).collect();
    for old in before.iter().map(cell) {
        assert!(after.contains(&old), "{old:?} is gone from {after:?}");
    }
    assert!(after.iter().all(|cell| cell.table == after[0].table));
}

#[test]
fn doc20_a_note_keeps_its_name_when_the_file_calls_it_by_a_number() {
    let mut text = text("Uno.[^1]\n\n[^1]: Nota.\n");
    let name = |text: &Text| text.blocks()[0].runs[1].marks.footnote().map(str::to_string);
    let before = name(&text);
    let edited = blocks("Uno.[^7]\n\n[^7]: Nota nueva.\n");
    text.become_blocks(&session("Amina", 0), &edited, Source::Markdown).unwrap();
    assert_eq!((name(&text), text.blocks()[0].words().as_str()), (before, "Uno.Nota nueva."));
}

#[test]
fn doc19_marks_and_notes_that_do_not_belong_together_stand_as_words() {
    let imported = import(
        "Uno[^a], otra vez[^a], nada[^b].\n\n[^a]: Nota[^c] con\n\n    dos párrafos.\n\n[^c]: Suelta.\n\n[^a]: Otra.\n",
    );
    assert_eq!(
        outline(&imported.chapters[0].blocks),
        ["h1 Nota", "p UnoNota[^c] con dos párrafos., otra vez[^a], nada[^b].", "p Otra.", "p Suelta."]
    );
    let notes: Vec<_> =
        imported.report.notes.iter().map(|note| (note.line, note.found, note.words.as_str())).collect();
    assert_eq!(
        notes,
        [(9, Finding::Footnote, "a"), (1, Finding::Footnote, "[^a]"), (7, Finding::Footnote, "Suelta."),]
    );
}

#[test]
fn doc19_a_small_file_of_marks_cannot_become_an_endless_text() {
    let file = format!("{}\n\n[^a]: {}\n", "[^a]".repeat(20_000), "largo ".repeat(20_000));
    let blocks = blocks(&file);
    assert!(import::characters(&blocks) < file.len() + 10);
}

#[test]
fn doc14_how_a_table_is_aligned_is_noted() {
    let notes = import("| a |\n|:-:|\n| b |\n").report.notes;
    assert_eq!(notes.iter().map(|note| (note.line, note.found)).collect::<Vec<_>>(), [(1, Finding::Table)]);
}
