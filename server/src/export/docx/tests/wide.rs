//! REN32 and REN33: how wide columns are, where figures stand, and tables of more columns than Word takes.

use crdt::document::{Block, Marks, Run};
use crdt::history::comparison::{ChapterSide, compare};
use crdt::ids::{ChapterId, ParagraphId};
use crdt::moment::Moment;
use crdt::render::Tree;
use crdt::render::docx::{Lost, Sheet, write};
use crdt::render::remarked::{Remark, Said, bind};
use uuid::Uuid;

use super::reader::{Line, Take, lines};
use super::*;
use crate::export::labels::Words;
use crate::export::redline::red_words;

/// A table as its XML says it: how wide its columns are, and its rows of words.
#[derive(Default)]
struct Shown {
    columns: Vec<u32>,
    rows: Vec<Vec<String>>,
    /// How wide each cell of each row says it is.
    widths: Vec<Vec<u32>>,
    /// Whether each cell of each row stands to the right.
    right: Vec<Vec<bool>>,
    heads: usize,
}

/// The tables of a document, each whole: every row has a cell of the width of each column.
fn tables(files: &BTreeMap<String, String>) -> Vec<Shown> {
    let mut found: Vec<Shown> = Vec::new();
    each(&files["word/document.xml"], |met, path| {
        let number = |tag: &BytesStart<'_>| attribute(tag, "w:w").unwrap().parse::<u32>().unwrap();
        match met {
            Met::Opens(tag) if tag.name().as_ref() == "w:tbl" => found.push(Shown::default()),
            Met::Opens(tag) => {
                let Some(table) = found.last_mut() else { return };
                match tag.name().as_ref() {
                    "w:gridCol" => table.columns.push(number(tag)),
                    "w:tr" => {
                        table.rows.push(Vec::new());
                        table.right.push(Vec::new());
                        table.widths.push(Vec::new());
                    }
                    "w:tblHeader" => table.heads += 1,
                    "w:tc" => {
                        table.rows.last_mut().unwrap().push(String::new());
                        table.right.last_mut().unwrap().push(false);
                    }
                    "w:tcW" => table.widths.last_mut().unwrap().push(number(tag)),
                    "w:jc" if path.iter().any(|name| name == "w:tc") => {
                        assert_eq!(attribute(tag, "w:val").as_deref(), Some("right"));
                        *table.right.last_mut().unwrap().last_mut().unwrap() = true;
                    }
                    _ => {}
                }
            }
            Met::Words(words) => {
                if path.last().is_some_and(|last| last == "w:t") && path.iter().any(|name| name == "w:tc") {
                    found.last_mut().unwrap().rows.last_mut().unwrap().last_mut().unwrap().push_str(words);
                }
            }
        }
    });
    for table in &found {
        assert!(table.columns.len() <= 63, "Word calls the file damaged");
        assert!(table.rows.iter().all(|row| row.len() == table.columns.len()), "a row has holes");
        assert!(table.widths.iter().all(|row| *row == table.columns), "a cell is not as wide as its column");
        assert_eq!(table.columns.iter().sum::<u32>(), 8_504, "as wide as the text");
    }
    found
}

/// A table of so many columns under a head, each cell with its place as its words.
fn wide(columns: u64, rows: u64) -> Vec<Block> {
    let places = (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column)));
    let blocks = places.map(|(row, column)| {
        let id = ParagraphId((row * 1_000 + column + 1).to_be_bytes());
        let kind = cell(&row.to_string(), &column.to_string(), row == 0);
        Block::new(id, kind, vec![Run::plain(format!("r{row}c{column}"))])
    });
    blocks.collect()
}

fn shown(blocks: Vec<Block>) -> (Vec<Shown>, Vec<Told>) {
    let (bytes, losses) = made("es", &tree(blocks), &BTreeMap::new());
    let files = unpacked(&bytes);
    is_whole(&files);
    (tables(&files), losses.into_iter().filter(|(_, what, _)| *what == Lost::Columns).collect())
}

fn row(number: u64, columns: impl IntoIterator<Item = u64>) -> Vec<String> {
    columns.into_iter().map(|column| format!("r{number}c{column}")).collect()
}

#[test]
fn ren33_a_table_of_63_columns_is_one_and_the_64th_stands_in_another_below() {
    let (tables, losses) = shown(wide(63, 3));
    assert_eq!((tables.len(), losses), (1, vec![]));

    let (tables, losses) = shown(wide(64, 3));
    assert_eq!(tables.len(), 2);
    for number in 0..3 {
        assert_eq!(tables[0].rows[number as usize], row(number, 0..63));
        assert_eq!(
            tables[1].rows[number as usize],
            row(number, [0, 63]),
            "the first column says whose row it is"
        );
    }
    assert_eq!((tables[0].heads, tables[1].heads), (1, 1));
    assert_eq!(losses.len(), 1);
    assert_eq!((losses[0].1, losses[0].2), (Lost::Columns, 1));
}

#[test]
fn ren33_a_table_of_300_rows_and_150_columns_has_every_word_in_three_tables() {
    let (tables, losses) = shown(wide(150, 300));
    let columns: Vec<usize> = tables.iter().map(|table| table.columns.len()).collect();
    assert_eq!(columns, [63, 63, 26]);
    for (number, rows) in (0..300).zip(tables[0].rows.iter().zip(&tables[1].rows).zip(&tables[2].rows)) {
        let ((first, second), third) = rows;
        let all = [&first[..], &second[1..], &third[1..]].concat();
        assert_eq!(all, row(number, 0..150));
        assert!(second[0] == first[0] && third[0] == first[0]);
    }
    assert_eq!(losses.iter().map(|(_, _, count)| count).sum::<usize>(), 87);
}

#[test]
fn ren33_a_loss_names_the_first_cell_that_stands_elsewhere() {
    let meta = meta("es");
    let tree = tree(wide(70, 2));
    let made = Moment::from_unix_ms(0);
    let written = write(&Sheet { meta: &meta, tree: &tree, made, pictures: &BTreeMap::new(), remarks: &[] });
    let loss = written.losses.iter().find(|loss| loss.what == Lost::Columns).unwrap();
    assert_eq!((loss.paragraph, loss.count), (Some(ParagraphId(64u64.to_be_bytes())), 7));
    assert!(loss.to_string().starts_with("7 columns of a table stand in a further table below"), "{loss}");
}

#[test]
fn ren33_what_is_said_again_has_no_second_note_nor_comment_nor_loss() {
    let mut blocks = wide(70, 1);
    blocks[0].runs.push(Run::marked("Según la ONU.", Marks::on(["footnote:n1"])));
    blocks[0].runs.push(Run::plain("\u{0}"));
    bind(&mut blocks[0], 0..2, 0);
    bind(&mut blocks[69], 0..2, 0);
    let said =
        Said { who: "Samir".into(), initials: "S".into(), at: Moment::from_unix_ms(0), words: "?".into() };
    let (meta, tree) = (meta("es"), tree(blocks));
    let written = write(&Sheet {
        meta: &meta,
        tree: &tree,
        made: Moment::from_unix_ms(0),
        pictures: &BTreeMap::new(),
        remarks: &[Remark { said: vec![said] }],
    });
    let files = unpacked(&super::super::file(&written).unwrap().0);
    is_whole(&files);
    let tables = tables(&files);
    assert_eq!((tables[0].rows[0][0].as_str(), tables[1].rows[0][0].as_str()), ("r0c0", "r0c0"));
    let count = |part: &str, what: &str| files[part].matches(what).count();
    assert_eq!(count("word/document.xml", "<w:footnoteReference w:id="), 1);
    assert_eq!(count("word/footnotes.xml", "Según la ONU."), 1);
    for end in ["<w:commentRangeStart", "<w:commentRangeEnd"] {
        assert_eq!(count("word/document.xml", end), 1);
    }
    // The comment reaches to the last of its words, in the second table.
    let document = &files["word/document.xml"];
    assert!(document.find("<w:commentRangeEnd").unwrap() > document.rfind("<w:tbl>").unwrap());
    let characters =
        written.losses.iter().filter(|loss| loss.what == Lost::Characters && loss.paragraph.is_some());
    assert_eq!(characters.map(|loss| loss.count).sum::<usize>(), 1);
}

#[test]
fn ren33_of_a_wide_table_that_changed_both_drafts_can_be_had_back() {
    let old = wide(70, 3);
    let mut new = wide(70, 4);
    new.drain(70..140);
    new[0].runs = vec![Run::plain("Ciudad")];
    new[69].runs = vec![Run::plain("c69 nueva")];
    new[75].runs.clear();
    let side = |blocks| [ChapterSide { chapter: ChapterId(Uuid::from_u128(1)), number: "4.1", blocks }];
    let comparison = compare(&side(&old), &side(&new));
    let written = |tree: &Tree| {
        let files = unpacked(&made("es", tree, &BTreeMap::new()).0);
        is_whole(&files);
        files
    };
    let red = written(&Tree::compared(&comparison, red_words(&Words::of("es")), &[]));
    tables(&red);
    let rows = |files: &BTreeMap<String, String>, take| -> Vec<Line> {
        lines(files, take).into_iter().filter(|line| matches!(line, Line::Row(_))).collect()
    };
    for (take, draft) in [(Take::In, new), (Take::Back, old)] {
        assert_eq!(rows(&red, take), rows(&written(&tree(draft)), take), "{take:?}");
    }
}

#[test]
fn ren32_columns_of_figures_stand_to_the_right_and_widths_follow_the_words() {
    let mut blocks = Vec::new();
    let rows = [
        ["Ciudad", "Hogares", "Qué se acordó"],
        [
            "Lyon",
            "1 250",
            "Cada ciudad abre una ventanilla para quienes llegan, con intérpretes, y dice cada año a cuántas personas atendió en ella y en qué lenguas.",
        ],
        ["Túnez", "–", "Nada."],
    ];
    for (row, cells) in rows.iter().enumerate() {
        for (column, words) in cells.iter().enumerate() {
            let kind = cell(&row.to_string(), &column.to_string(), row == 0);
            blocks.push(block((row * 3 + column + 1) as u8, kind, vec![Run::plain(*words)]));
        }
    }
    let (tables, _) = shown(blocks);
    assert!(tables[0].right.iter().all(|row| row[..] == [false, true, false]), "{:?}", tables[0].right);
    let [city, homes, agreed] = tables[0].columns[..] else { panic!("{:?}", tables[0].columns) };
    assert!(city < 1_500 && homes < 1_500 && agreed > 5_500, "{:?}", tables[0].columns);
}

#[test]
fn ren32_of_a_paper_that_runs_from_right_to_left_figures_stand_at_the_other_end() {
    let blocks = vec![
        block(1, cell("1", "a", true), vec![Run::plain("السكان")]),
        block(2, cell("2", "a", false), vec![Run::plain("947 952")]),
    ];
    let (bytes, _) = made("ar", &tree(blocks), &BTreeMap::new());
    // Word reads `right` from where the lines begin: in these paragraphs it is the left.
    let document = &unpacked(&bytes)["word/document.xml"];
    assert_eq!(document.matches("<w:bidi/><w:jc w:val=\"right\"/>").count(), 2, "{document}");
}
