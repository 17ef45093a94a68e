//! Rules REN13 to REN18: two drafts in one file, and the new one alone.

use std::collections::BTreeMap;

use crdt::document::{Block, BlockKind, Marks, Run};
use crdt::history::comparison::compare;
use crdt::ids::ParagraphId;
use crdt::moment::Moment;
use crdt::render::typst_data::{self, Date, Labels, Meta};
use crdt::render::{ChapterBlocks, RedWords, Tree, docx, html, markdown};
use proptest::prelude::*;
use serde_json::json;

use crate::comparison::{Draft, arb_draft, draft, sides};

/// Stands in the old draft only.
const SECRET: &str = "zafiro";

fn words() -> RedWords {
    RedWords {
        came: "inserted".into(),
        went: "deleted".into(),
        new_paragraph: "New paragraph".into(),
        new_heading: "New heading".into(),
        removed: "Removed".into(),
        removed_paragraph: "Removed; it was paragraph {}".into(),
        moved_from: "Moved here from {}".into(),
        moved_to: "Moved to {}".into(),
        place: "paragraph {} of chapter {}".into(),
        place_chapter: "chapter {}".into(),
        reshaped: "Another kind of paragraph".into(),
        restyled: "Other formatting".into(),
        bracketed: "Put into brackets".into(),
        unbracketed: "Brackets taken away".into(),
    }
}

fn red(old: &Draft, new: &Draft) -> Tree {
    Tree::compared(&compare(&sides(old), &sides(new)), words(), &[])
}

fn chapters(draft: &Draft) -> Vec<ChapterBlocks> {
    let chapter = |(_, number, blocks): &(u128, String, Vec<Block>)| ChapterBlocks {
        number: number.clone(),
        depth: 1,
        blocks: blocks.clone(),
    };
    draft.iter().map(chapter).collect()
}

fn meta() -> Meta {
    Meta {
        lang: "en".into(),
        title: "Cities".into(),
        subtitle: String::new(),
        org: "UCLG".into(),
        short: "Cities".into(),
        milestone: "Bogotá draft".into(),
        version: "1".into(),
        hash: String::new(),
        draft: false,
        demo: String::new(),
        date: Date { y: 2016, m: 9, d: 21 },
        cover: vec![],
        labels: Labels {
            contents: "Contents".into(),
            draft: "DRAFT".into(),
            page: "Page".into(),
            of: "of".into(),
        },
    }
}

/// Everything that any format makes of a tree, by the name of the format.
fn formats(tree: &Tree) -> BTreeMap<&'static str, String> {
    let (meta, pictures) = (meta(), BTreeMap::new());
    let word = docx::write(&docx::Sheet {
        meta: &meta,
        tree,
        made: Moment::EPOCH,
        pictures: &pictures,
        remarks: &[],
    });
    let word = word.parts.iter().map(|part| String::from_utf8_lossy(&part.bytes).into_owned());
    [
        ("Markdown", markdown::write(tree, markdown::Options::default())),
        ("Markdown with ids", markdown::write(tree, markdown::Options { ids: true })),
        ("HTML", tree.chapters.iter().map(|chapter| html::chapter(chapter, "en")).collect()),
        ("the template's data, which a PDF carries", typst_data::paper(&meta, tree).to_string()),
        ("Word", word.collect()),
    ]
    .into()
}

/// Adaeze reworded, took out and moved paragraphs of this, and wrote one.
fn adaezes() -> (Draft, Draft) {
    let old = draft(&[(
        1,
        "1",
        "# Housing\n\n1. Cities open doors.\n\n2. Keys are lost.\n\n3. Samir asks for schools now.\n\n4. Last.",
    )]);
    let mut new = old.clone();
    new[0].2[1].runs = vec![Run::plain("Cities open all doors.")];
    new[0].2.remove(2);
    let moved = new[0].2.remove(2);
    new[0].2.push(moved);
    let fresh = vec![Run::plain("Homes are rights.")];
    new[0].2.insert(1, Block::new(ParagraphId([9; 8]), BlockKind::Paragraph { numbered: true }, fresh));
    (old, new)
}

#[test]
fn ren13_numbers_are_those_of_the_new_draft_and_what_happened_to_a_paragraph_stands_before_it() {
    let (old, new) = adaezes();
    let tree = red(&old, &new);
    let shown: Vec<_> = tree.chapters[0]
        .blocks
        .iter()
        .map(|block| (block.number, block.red.as_ref().map_or("", |red| red.sign.as_str())))
        .collect();
    assert_eq!(
        shown,
        [
            (None, ""),
            (Some(1), "New paragraph"),
            (Some(2), ""),
            (None, "Removed; it was paragraph 2"),
            (Some(3), "Moved here from paragraph 4 of chapter 1"),
            (Some(4), ""),
            (None, "Moved to paragraph 3 of chapter 1"),
        ]
    );
}

#[test]
fn ren13_words_that_were_put_into_brackets_are_not_said_to_look_otherwise() {
    let agreed = draft(&[(1, "1", "# Housing\n\n1. Cities shall open doors.\n\n2. Keys are lost.")]);
    let in_brackets = |name: &str| {
        let shall = Run::marked("shall", Marks::on([name]));
        let mut draft = agreed.clone();
        draft[0].2[1].runs = vec![Run::plain("Cities "), shall, Run::plain(" open doors.")];
        draft
    };
    let sign = |old: &Draft, new: &Draft| {
        red(old, new).chapters[0].blocks[1].red.as_ref().map(|red| red.sign.clone()).unwrap_or_default()
    };
    assert_eq!(sign(&agreed, &in_brackets("bracket:a")), "Put into brackets");
    assert_eq!(sign(&in_brackets("bracket:a"), &agreed), "Brackets taken away");
    assert_eq!(sign(&agreed, &in_brackets("strong")), "Other formatting");
}

#[test]
fn ren14_what_went_is_not_in_the_clean_text() {
    let (old, new) = adaezes();
    assert_eq!(red(&old, &new).clean(), Tree::of(1, chapters(&new)));
}

#[test]
fn ren15_html_has_ins_and_del() {
    let (old, new) = adaezes();
    let shown = html::chapter(&red(&old, &new).chapters[0], "en");
    for part in [
        "data-change=\"words\" data-number=\"2\">Cities open <ins>all </ins>doors.</p>",
        "data-change=\"gone\"><span class=\"sign\">Removed; it was paragraph 2.</span> <del>Keys are lost.</del></p>",
        "data-change=\"whole\" data-number=\"1\"><span class=\"sign\">New paragraph.</span> Homes are rights.</p>",
        "data-number=\"4\">Samir asks for schools now.</p>",
    ] {
        assert!(shown.contains(part), "{part} is not in {shown}");
    }
}

#[test]
fn ren16_markdown_has_ins_and_del() {
    let (old, new) = adaezes();
    let shown = markdown::write(&red(&old, &new), markdown::Options::default());
    for part in [
        "\n2. Cities open <ins>all </ins>doors.\n",
        "**\\[Removed; it was paragraph 2\\]** <del>Keys are lost.</del>\n",
        "\n1. **\\[New paragraph\\]** Homes are rights.\n",
    ] {
        assert!(shown.contains(part), "{part} is not in {shown}");
    }
}

#[test]
fn ren17_the_template_is_told_what_came_and_went() {
    let (old, new) = adaezes();
    let data = typst_data::paper(&meta(), &red(&old, &new));
    assert_eq!(data["red"], json!({"came": "inserted", "went": "deleted"}));
    let found = data["blocks"].as_array().unwrap().iter().map(|block| &block["c"]).collect::<Vec<_>>();
    assert_eq!(
        *found[2],
        json!([{"t": "s", "v": "Cities open "}, {"t": "s", "v": "all ", "ch": "ins"}, {"t": "s", "v": "doors."}])
    );
    assert_eq!(
        *found[3],
        json!([{"t": "s", "v": "Removed; it was paragraph 2", "ch": "sign"}, {"t": "s", "v": "Keys are lost.", "ch": "del"}])
    );
    let plain = typst_data::paper(&meta(), &Tree::of(1, chapters(&new)));
    assert!(plain.get("red").is_none() && !plain.to_string().contains("\"ch\""));
}

#[test]
fn ren18_word_tracks_what_came_and_went() {
    let (old, new) = adaezes();
    let word = &formats(&red(&old, &new))["Word"];
    let tracked = |element: &str, text: &str, words: &str| {
        let start = word.find(&format!("<w:{text} xml:space=\"preserve\">{words}</w:{text}>"));
        let before = &word[..start.unwrap_or_else(|| panic!("{words} is not in {word}"))];
        assert!(
            before.rfind(&format!("<w:{element} w:id=")) > before.rfind(&format!("</w:{element}>")),
            "{words}"
        );
    };
    tracked("ins", "t", "all ");
    tracked("del", "delText", "Keys are lost.");
    tracked("ins", "t", "Homes are rights.");
}

/// The same draft with a word more in each of its paragraphs, which no other draft has.
fn with_secret(mut draft: Draft) -> Draft {
    for block in draft.iter_mut().flat_map(|(_, _, blocks)| blocks) {
        block.push(Run::plain(format!(" {SECRET}")));
    }
    draft
}

proptest! {
    #[test]
    fn ren14_no_word_that_went_is_in_the_clean_text_of_any_format(old in arb_draft(), new in arb_draft()) {
        let old = with_secret(old);
        let tree = red(&old, &new);
        let clean = tree.clone().clean();
        prop_assert_eq!(&clean, &Tree::of(1, chapters(&new)));
        for (format, file) in formats(&clean) {
            prop_assert!(!file.contains(SECRET), "{} says {}", format, file);
        }
        if !old.is_empty() {
            for (format, file) in formats(&tree) {
                prop_assert!(file.contains(SECRET), "{} of the redline leaves it out: {}", format, file);
            }
        }
    }
}
