//! REN18: taking every change in leaves the new draft, taking every change back the old one, and every change has its author.

use std::collections::BTreeMap;

use crdt::document::redline::Change;
use crdt::document::schema::{Cell, Image};
use crdt::document::{Block, BlockKind, Marks, Run};
use crdt::history::comparison::{ChapterSide, Comparison, compare};
use crdt::ids::{ChapterId, ParagraphId};
use crdt::moment::Moment;
use crdt::render::docx::{Picture, Sheet, write};
use crdt::render::{By, ChapterBlocks, SignedRun, Tree};
use uuid::Uuid;

use super::reader::{Line, Take, lines};
use super::{is_whole, meta, unpacked};
use crate::export::labels::Words;
use crate::export::redline::red_words;

type Draft = Vec<(u128, Vec<Block>)>;

fn between(old: &Draft, new: &Draft) -> Comparison {
    fn sides(draft: &Draft) -> Vec<ChapterSide<'_>> {
        let numbered = draft.iter().zip(["1", "2", "3", "4"]);
        let side = numbered.map(|((id, blocks), number)| {
            let chapter = ChapterId(Uuid::from_u128(*id));
            ChapterSide { chapter, number, blocks }
        });
        side.collect()
    }
    compare(&sides(old), &sides(new))
}

fn tree(draft: &Draft) -> Tree {
    let chapter = |((_, blocks), number): (&(u128, Vec<Block>), u8)| ChapterBlocks {
        number: number.to_string(),
        depth: 1,
        blocks: blocks.clone(),
    };
    Tree::of(1, draft.iter().zip(1..).map(chapter))
}

fn pictures() -> BTreeMap<String, Picture> {
    let picture = |name: u8| {
        let bytes = vec![name; 9].into();
        (format!("{name:02}").repeat(32), Picture { bytes, is_png: true, width: 20, height: 10 })
    };
    [picture(1), picture(2)].into()
}

fn written(tree: &Tree) -> BTreeMap<String, String> {
    let (meta, pictures) = (meta("es"), pictures());
    let made = Moment::from_unix_ms(1_476_280_800_000);
    let written = write(&Sheet { meta: &meta, tree, made, pictures: &pictures, remarks: &[] });
    let files = unpacked(&super::super::file(&written).unwrap().0);
    is_whole(&files);
    files
}

fn red(comparison: &Comparison, signed: &[Vec<Vec<SignedRun>>]) -> BTreeMap<String, String> {
    written(&Tree::compared(comparison, red_words(&Words::of("es")), signed))
}

const NUMBERED: BlockKind = BlockKind::Paragraph { numbered: true };

fn block(id: u64, kind: BlockKind, runs: Vec<Run>) -> Block {
    Block::new(ParagraphId(id.to_be_bytes()), kind, runs)
}

fn says(id: u64, kind: BlockKind, words: &str) -> Block {
    block(id, kind, vec![Run::plain(words)])
}

fn note(id: &str, words: &str) -> Run {
    Run::marked(words, Marks::on([format!("footnote:{id}").as_str()]))
}

fn cell(id: u64, row: &str, column: &str, words: &str) -> Block {
    let header = row == "r1";
    says(
        id,
        BlockKind::TableCell(Cell { table: "t".into(), row: row.into(), column: column.into(), header }),
        words,
    )
}

fn image(id: u64, blob: u8, credit: &str) -> Block {
    let image = Image { blob: format!("{blob:02}").repeat(32), alt: "Casas".into(), credit: credit.into() };
    says(id, BlockKind::Image(image), "Una fachada")
}

/// A chapter of the Bogotá draft, and what became of it.
fn of_bogota() -> Draft {
    let one = vec![
        says(1, BlockKind::Heading { level: 1 }, "Vivienda"),
        block(
            2,
            NUMBERED,
            vec![Run::plain("Las ciudades "), Run::plain("pueden actuar."), note("n1", "ONU, 2015.")],
        ),
        block(3, NUMBERED, vec![Run::plain("Se va con su nota."), note("n2", "Se va también.")]),
        says(4, BlockKind::Heading { level: 2 }, "Un título que se va"),
        block(
            5,
            NUMBERED,
            vec![Run::plain("Este párrafo se muda con todo lo que tiene."), note("n3", "Y su nota.")],
        ),
        says(6, BlockKind::UnorderedItem { depth: 0 }, "Un punto"),
        says(7, BlockKind::UnorderedItem { depth: 1 }, "que se va"),
        says(8, NUMBERED, "Era un párrafo con número."),
        block(9, BlockKind::Quote, vec![Run::plain("Antes "), Run::marked("sin énfasis", Marks::on(["em"]))]),
        block(
            10,
            NUMBERED,
            vec![Run::plain("Ver "), Run::marked("aquí", Marks::default().with_link("https://uclg.org/1"))],
        ),
        block(11, NUMBERED, vec![Run::plain("Sin nota.")]),
    ];
    let table = vec![
        cell(20, "r1", "a", "Ciudad"),
        cell(21, "r1", "b", "Casas"),
        cell(22, "r2", "a", "Túnez"),
        cell(23, "r2", "b", "10"),
        cell(24, "r3", "a", "Lyon"),
        cell(25, "r3", "b", "20"),
    ];
    let end = vec![image(30, 1, "Lyon"), says(31, NUMBERED, "Lo último.")];
    vec![
        (1, [one, table, end].concat()),
        (2, vec![says(40, BlockKind::Heading { level: 1 }, "Se va entero")]),
    ]
}

fn of_quito() -> Draft {
    let one = vec![
        says(1, BlockKind::Heading { level: 1 }, "Vivienda digna"),
        block(2, NUMBERED, vec![Run::plain("Las ciudades deben actuar."), note("n1", "ONU, 2016.")]),
        says(6, BlockKind::UnorderedItem { depth: 0 }, "Un punto"),
        says(8, BlockKind::Quote, "Era un párrafo con número."),
        block(
            9,
            BlockKind::Quote,
            vec![Run::plain("Antes "), Run::marked("sin énfasis", Marks::on(["strong"]))],
        ),
        block(
            10,
            NUMBERED,
            vec![Run::plain("Ver "), Run::marked("aquí", Marks::default().with_link("https://uclg.org/2"))],
        ),
        block(11, NUMBERED, vec![Run::plain("Sin nota."), note("n4", "Ya no.")]),
        block(12, NUMBERED, vec![Run::plain("Nuevo, con su nota."), note("n5", "Nueva también.")]),
    ];
    let table = vec![
        cell(20, "r1", "a", "Ciudad"),
        cell(26, "r1", "c", "Escuelas"),
        cell(22, "r2", "a", "Túnez"),
        cell(27, "r2", "c", "3"),
        cell(28, "r4", "a", "Quito"),
        cell(29, "r4", "c", "5"),
    ];
    let moved = block(
        5,
        NUMBERED,
        vec![Run::plain("Este párrafo se muda con mucho de lo que tiene."), note("n3", "Y su nota.")],
    );
    let end = vec![image(30, 2, "Túnez"), moved, image(32, 1, ""), says(31, NUMBERED, "Lo último.")];
    vec![
        (1, [one, table, end].concat()),
        (
            3,
            vec![
                says(41, BlockKind::Heading { level: 1 }, "Entero nuevo"),
                says(42, NUMBERED, "Con palabras."),
            ],
        ),
    ]
}

#[test]
fn ren18_taking_every_change_in_leaves_the_new_draft_and_taking_it_back_the_old_one() {
    let (old, new) = (of_bogota(), of_quito());
    for (old, new) in [(&old, &new), (&new, &old), (&old, &vec![]), (&vec![], &old), (&old, &old)] {
        let files = red(&between(old, new), &[]);
        let is = |draft: &Draft, take| lines(&written(&tree(draft)), take);
        pretty(lines(&files, Take::In), is(new, Take::In));
        pretty(lines(&files, Take::Back), is(old, Take::Back));
    }
}

/// The same, line by line, so that a failure can be read.
fn pretty(found: Vec<Line>, expected: Vec<Line>) {
    let shown = |lines: &[Line]| lines.iter().map(|line| format!("{line:?}\n")).collect::<String>();
    assert!(found == expected, "found\n{}expected\n{}", shown(&found), shown(&expected));
}

#[test]
fn ren18_every_change_bears_its_component_and_when_it_was_received() {
    let old =
        vec![(1, vec![says(1, NUMBERED, "Las ciudades pueden actuar."), says(2, NUMBERED, "Sobra esto.")])];
    let new = vec![(
        1,
        vec![says(1, NUMBERED, "Las ciudades deben actuar."), says(3, NUMBERED, "Falta algo aquí.")],
    )];
    let comparison = between(&old, &new);
    let by = |who: &str, unix_ms| By { who: who.into(), at: Moment::from_unix_ms(unix_ms) };
    let signed = comparison.chapters.iter().map(|chapter| {
        let entry = |runs: &[crdt::document::redline::RedRun]| {
            let signed = runs.iter().map(|run| SignedRun {
                run: run.clone(),
                by: match run.change {
                    Change::Inserted => Some(by("CGLU África", 1_474_452_000_000)),
                    Change::Deleted => Some(by("Metropolis", 1_474_455_600_123)),
                    _ => None,
                },
            });
            signed.collect()
        };
        chapter.entries.iter().map(|entry_| entry(&entry_.runs)).collect()
    });
    let files = red(&comparison, &signed.collect::<Vec<_>>());
    let xml = &files["word/document.xml"];
    let of = |element: &str| -> Vec<String> {
        let opens = format!("<w:{element} ");
        let said = xml.split(&opens).skip(1);
        said.map(|rest| {
            rest.split("w:author=")
                .nth(1)
                .unwrap()
                .split('>')
                .next()
                .unwrap()
                .trim_end_matches('/')
                .to_owned()
        })
        .collect()
    };
    // Word and mark of the paragraph that came, with its number; the word in the one that stayed.
    assert_eq!(of("ins"), vec!["\"CGLU África\" w:date=\"2016-09-21T10:00:00Z\""; 4]);
    assert_eq!(of("del"), vec!["\"Metropolis\" w:date=\"2016-09-21T11:00:00Z\""; 4]);
    let ids: Vec<&str> =
        xml.split(" w:id=\"1000").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let apart: std::collections::BTreeSet<_> = ids.iter().collect();
    assert_eq!((ids.len(), apart.len()), (8, 8));
}

/// A draft of a few chapters from a few paragraphs, so that two of them share some.
fn random(rng: &mut fastrand::Rng) -> Draft {
    let mut draft = Draft::new();
    let mut used = std::collections::BTreeSet::new();
    for chapter in 1..4 {
        if rng.u8(..5) == 0 {
            continue;
        }
        let mut blocks = Vec::new();
        for _ in 0..rng.usize(1..7) {
            let id = rng.u64(1..16);
            if used.insert(id) {
                blocks.push(random_block(rng, id));
            }
        }
        if !blocks.is_empty() {
            draft.push((chapter, blocks));
        }
    }
    draft
}

fn random_block(rng: &mut fastrand::Rng, id: u64) -> Block {
    let kind = match rng.u8(..12) {
        0 => BlockKind::Heading { level: rng.u8(1..4) },
        1..=5 => NUMBERED,
        6 => BlockKind::Paragraph { numbered: false },
        7 => BlockKind::Quote,
        8 => BlockKind::OrderedItem { depth: rng.u8(..3) },
        9 => BlockKind::UnorderedItem { depth: rng.u8(..3) },
        _ => {
            let (row, column) = ((id / 3).to_string(), (id % 3).to_string());
            BlockKind::TableCell(Cell { table: "t".into(), row, column, header: false })
        }
    };
    let mut block = block(id, kind, vec![]);
    for at in 0..rng.usize(..5) {
        let words: String = (0..rng.usize(1..4))
            .map(|_| ["casas ", "y ", "escuelas ", "para todas. "][rng.usize(..4)])
            .collect();
        let marks = match rng.u8(..10) {
            0 => Marks::on([format!("footnote:{at}").as_str()]),
            1 => Marks::on(["strong"]),
            2 => Marks::on(["em", "superscript"]),
            3 => Marks::default().with_link(if rng.bool() { "https://uclg.org" } else { "https://un.org" }),
            _ => Marks::default(),
        };
        block.push(Run::marked(words, marks));
    }
    block
}

/// Neighbouring cells in one order: which row and column a cell that moved has is asked for elsewhere.
fn flat(lines: Vec<Line>) -> Vec<String> {
    let mut all: Vec<(bool, String)> = Vec::new();
    for line in lines {
        match line {
            Line::Paragraph(style, list, words) => all.push((false, format!("{style} {list} {words}"))),
            Line::Row(cells) => {
                let cells = cells.into_iter().filter(|(_, words)| !words.trim().is_empty());
                all.extend(cells.map(|(style, words)| (true, format!("{style} {words}"))));
            }
        }
    }
    let mut all: Vec<_> = all.chunk_by(|one, next| one.0 == next.0).map(<[_]>::to_vec).collect();
    all.iter_mut().filter(|part| part[0].0).for_each(|part| part.sort());
    all.concat().into_iter().map(|(_, words)| words.replace("⟧⟦", "")).collect()
}

fn shown(draft: &Draft) -> String {
    let block = |block: &Block| {
        let runs: Vec<_> =
            block.runs.iter().map(|run| (&run.text, run.marks.0.keys().collect::<Vec<_>>())).collect();
        format!("  {} {:?} {runs:?}\n", block.id, block.kind)
    };
    draft
        .iter()
        .map(|(id, blocks)| format!("{id}\n{}", blocks.iter().map(block).collect::<String>()))
        .collect()
}

#[test]
fn ren18_of_any_two_drafts_both_can_be_had_back() {
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut rng = fastrand::Rng::with_seed(seed);
    for round in 0..200 {
        let (old, new) = (random(&mut rng), random(&mut rng));
        let comparison = between(&old, &new);
        let files = red(&comparison, &[]);
        for (take, draft) in [(Take::In, &new), (Take::Back, &old)] {
            let found = flat(lines(&files, take));
            let expected = flat(lines(&written(&tree(draft)), take));
            assert!(
                found == expected,
                "round {round}, {take:?}:\n{}\nis not\n{}\nold {}\nnew {}",
                found.join("\n"),
                expected.join("\n"),
                shown(&old),
                shown(&new)
            );
        }
    }
}
