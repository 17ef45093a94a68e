//! The look over a paper before it is sealed or printed: what would stop a file, what would look wrong, and what one should know
//! (rules HIS14 to HIS16). Each finding names its paragraph, so that a link leads there.
//!
//! It is one reading of the blocks of one language; nothing is laid out, and nothing is asked of the outside but which pictures and
//! sources there are ([`Known`]).

use std::collections::{BTreeMap, BTreeSet};

use super::printable::is_printable;
use super::{brackets, docx};
use crate::document::languages::{Rendering, rendering, untranslated};
use crate::document::schema::link_is_allowed;
use crate::document::{Block, BlockKind};
use crate::ids::ParagraphId;

/// What a finding means for whoever wants to seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// A PDF cannot be made of it.
    Stops,
    /// It comes out, and readers will stumble.
    LooksWrong,
    /// It may be meant so.
    ToKnow,
}

/// Twelve columns of a printed page have some ten millimetres each.
const MOST_COLUMNS: usize = 12;

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case", tag = "fault")]
pub enum Fault {
    /// A character that no font of the printed paper has.
    CharacterWithoutFont {
        /// The character.
        character: char,
    },
    /// A picture without words for those who do not see it.
    AltMissing,
    /// A picture whose bytes are not there.
    ImageMissing,
    /// A heading deeper by more than one than the one before.
    HeadingSkips {
        /// The level of the one before; 1 is the chapter's title.
        from: u8,
        /// Its own.
        to: u8,
    },
    /// A chapter whose first block is no title.
    TitleMissing,
    /// A heading without words.
    HeadingEmpty,
    /// A table of more columns than a page shows legibly.
    TableWide {
        /// How many.
        columns: usize,
    },
    /// A table of more columns than Word takes in one: there it goes on in another one below.
    TableParted {
        /// How many.
        columns: usize,
    },
    /// Words that cite a source that is not there.
    SourceMissing,
    /// A link that cannot be followed: not to the web or a mailbox.
    LinkRefused,
    /// A chapter without words under its title.
    ChapterEmpty,
    /// Words that are not agreed.
    Bracket,
    /// A chapter that is not there in this language.
    ChapterUntranslated,
    /// A paragraph of the drafting language that nothing here renders. The finding names that one.
    Untranslated,
    /// A paragraph that renders an earlier wording.
    Stale,
    /// A paragraph whose original is gone.
    Orphaned,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub fault: Fault,
    /// The chapter's number.
    pub chapter: String,
    /// The paragraph; `None` when it is about the chapter. Of [`Fault::Untranslated`], one of the drafting language.
    pub paragraph: Option<ParagraphId>,
    /// How its words begin; empty without words.
    pub beginning: String,
}

/// A chapter in the language that is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Looked<'a> {
    /// Its number in the paper.
    pub number: &'a str,
    /// Its blocks; `None` when the chapter is not there in this language.
    pub blocks: Option<&'a [Block]>,
    /// The blocks in the language it is drafted in, when that is another one.
    pub drafted: Option<&'a [Block]>,
}

/// What there is beside the words.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// The SHA-256 of pictures whose bytes are there.
    pub images: BTreeSet<String>,
    /// The ids of sources; `None` where nobody keeps any.
    pub sources: Option<BTreeSet<String>>,
}

impl Fault {
    /// HIS14: what it means.
    pub fn severity(&self) -> Severity {
        match self {
            Fault::CharacterWithoutFont { .. } | Fault::AltMissing | Fault::ImageMissing => Severity::Stops,
            Fault::HeadingSkips { .. }
            | Fault::TitleMissing
            | Fault::HeadingEmpty
            | Fault::TableWide { .. }
            | Fault::TableParted { .. }
            | Fault::SourceMissing
            | Fault::LinkRefused
            | Fault::ChapterEmpty
            | Fault::ChapterUntranslated => Severity::LooksWrong,
            Fault::Bracket | Fault::Untranslated | Fault::Stale | Fault::Orphaned => Severity::ToKnow,
        }
    }
}

/// Looks over the chapters of one language: what stops a file first, then in the order of the paper.
pub fn preflight(chapters: &[Looked<'_>], known: &Known) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut open = BTreeSet::new();
    for chapter in chapters {
        let mut look = Look { number: chapter.number, known, findings: &mut findings, open: &mut open };
        match (chapter.blocks, chapter.drafted) {
            (Some(blocks), drafted) => look.chapter(blocks, drafted),
            // A chapter that nobody has written yet needs no translation.
            (None, Some(drafted)) if has_words(drafted) => look.found(Fault::ChapterUntranslated, None),
            (None, _) => {}
        }
    }
    findings.sort_by_key(|finding| finding.fault.severity());
    findings
}

struct Look<'a, 'f> {
    number: &'a str,
    known: &'a Known,
    findings: &'f mut Vec<Finding>,
    /// Brackets that were told already: one that reaches over paragraphs is one.
    open: &'f mut BTreeSet<String>,
}

impl Look<'_, '_> {
    fn found(&mut self, fault: Fault, block: Option<&Block>) {
        let finding = Finding {
            fault,
            chapter: self.number.to_owned(),
            paragraph: block.map(|block| block.id),
            beginning: block.map(beginning).unwrap_or_default(),
        };
        self.findings.push(finding);
    }

    fn chapter(&mut self, blocks: &[Block], drafted: Option<&[Block]>) {
        match blocks.first() {
            Some(Block { kind: BlockKind::Heading { .. }, .. }) => {}
            first => self.found(Fault::TitleMissing, first),
        }
        if !has_words(blocks.get(1..).unwrap_or_default()) {
            self.found(Fault::ChapterEmpty, None);
        }
        self.tables(blocks);
        let mut level = 1;
        for block in blocks {
            if let BlockKind::Heading { level: own } = block.kind {
                if own > level + 1 {
                    self.found(Fault::HeadingSkips { from: level, to: own }, Some(block));
                }
                if block.words().trim().is_empty() {
                    self.found(Fault::HeadingEmpty, Some(block));
                }
                level = own;
            }
            self.block(block);
        }
        if let Some(drafted) = drafted {
            self.translation(blocks, drafted);
        }
    }

    /// Named at the first cell of each table.
    fn tables(&mut self, blocks: &[Block]) {
        let mut columns: BTreeMap<&str, (&Block, BTreeSet<&str>)> = BTreeMap::new();
        for block in blocks {
            if let BlockKind::TableCell(cell) = &block.kind {
                columns.entry(&cell.table).or_insert((block, BTreeSet::new())).1.insert(&cell.column);
            }
        }
        for (first, columns) in columns.into_values().filter(|(_, columns)| columns.len() > MOST_COLUMNS) {
            let columns = columns.len();
            let fault = match columns > docx::MOST_COLUMNS {
                true => Fault::TableParted { columns },
                false => Fault::TableWide { columns },
            };
            self.found(fault, Some(first));
        }
    }

    fn block(&mut self, block: &Block) {
        let mut words = block.words();
        if let BlockKind::Image(image) = &block.kind {
            if image.alt.trim().is_empty() {
                self.found(Fault::AltMissing, Some(block));
            }
            if !self.known.images.contains(&image.blob) {
                self.found(Fault::ImageMissing, Some(block));
            }
            words = words + &image.alt + &image.credit;
        }
        let unprintable: BTreeSet<char> =
            words.chars().filter(|character| !is_printable(*character)).collect();
        for character in unprintable {
            self.found(Fault::CharacterWithoutFont { character }, Some(block));
        }
        let marks = || block.runs.iter().map(|run| &run.marks);
        if marks().filter_map(|marks| marks.href()).any(|href| !link_is_allowed(href)) {
            self.found(Fault::LinkRefused, Some(block));
        }
        if let Some(sources) = &self.known.sources
            && marks().filter_map(|marks| marks.citation()).any(|source| !sources.contains(source))
        {
            self.found(Fault::SourceMissing, Some(block));
        }
        for id in brackets::ids_in(std::slice::from_ref(block)) {
            if self.open.insert(id.to_owned()) {
                self.found(Fault::Bracket, Some(block));
            }
        }
    }

    fn translation(&mut self, blocks: &[Block], drafted: &[Block]) {
        // A text that renders nothing at all is none that was ever linked: its paragraphs are compared by nobody.
        if blocks.iter().all(|block| block.renders.is_none()) {
            return;
        }
        for block in blocks.iter().filter(|block| !block.words().trim().is_empty()) {
            match rendering(block, drafted) {
                Rendering::Stale => self.found(Fault::Stale, Some(block)),
                Rendering::Orphaned => self.found(Fault::Orphaned, Some(block)),
                Rendering::Current | Rendering::Unlinked => {}
            }
        }
        for id in untranslated(drafted, blocks) {
            self.found(Fault::Untranslated, drafted.iter().find(|block| block.id == id));
        }
    }
}

fn has_words(blocks: &[Block]) -> bool {
    blocks.iter().any(|block| !block.words().trim().is_empty() || matches!(block.kind, BlockKind::Image(_)))
}

/// The first words of a block, for people who look for it.
fn beginning(block: &Block) -> String {
    const LONGEST: usize = 80;
    let words = block.words();
    let words = words.trim();
    match words.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", words[..end].trim_end()),
        None => words.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::languages::rendering_of;
    use crate::document::schema::{Cell, Image};
    use crate::document::{MarkValue, Marks, Run};

    fn block(id: u8, kind: BlockKind, runs: Vec<Run>) -> Block {
        Block::new(ParagraphId([id; 8]), kind, runs)
    }
    fn heading(id: u8, level: u8) -> Block {
        block(id, BlockKind::Heading { level }, vec![Run::plain("Acogida")])
    }
    fn paragraph(id: u8, run: Run) -> Block {
        block(id, BlockKind::Paragraph { numbered: true }, vec![run])
    }
    fn marked(words: &str, name: &str, value: &str) -> Run {
        let value = if value.is_empty() { MarkValue::ON } else { MarkValue::Text(value.into()) };
        Run::marked(words, Marks([(name.to_owned(), value)].into()))
    }

    fn faults(blocks: &[Block], known: &Known) -> Vec<Fault> {
        let chapter = Looked { number: "1", blocks: Some(blocks), drafted: None };
        preflight(&[chapter], known).into_iter().map(|finding| finding.fault).collect()
    }

    #[test]
    fn his14_a_table_of_more_columns_than_a_page_shows_is_told_at_its_first_cell() {
        let table = |columns: u8| -> Vec<Block> {
            let cell = |column: u8| Cell {
                table: "a".into(),
                row: "b".into(),
                column: column.to_string(),
                header: false,
            };
            let title = block(1, BlockKind::Heading { level: 1 }, vec![Run::plain("Acogida")]);
            let cells = (0..columns)
                .map(|column| block(10 + column, BlockKind::TableCell(cell(column)), vec![Run::plain("x")]));
            std::iter::once(title).chain(cells).collect()
        };
        assert_eq!(faults(&table(12), &Known::default()), []);
        assert_eq!(faults(&table(13), &Known::default()), [Fault::TableWide { columns: 13 }]);
        assert_eq!(faults(&table(63), &Known::default()), [Fault::TableWide { columns: 63 }]);
        assert_eq!(faults(&table(64), &Known::default()), [Fault::TableParted { columns: 64 }]);
    }

    #[test]
    fn his14_what_stops_a_file_is_told_first_with_its_paragraph() {
        let picture = |alt: &str| {
            let image = Image { blob: "aa".into(), alt: alt.into(), credit: String::new() };
            block(3, BlockKind::Image(image), vec![])
        };
        let blocks =
            [heading(1, 1), heading(2, 3), paragraph(4, Run::plain("Una 中 y otra 中")), picture("")];
        let chapter = Looked { number: "4.1", blocks: Some(&blocks), drafted: None };
        let found = preflight(&[chapter], &Known::default());
        let told: Vec<(&Fault, u8)> =
            found.iter().map(|finding| (&finding.fault, finding.paragraph.unwrap().0[0])).collect();
        let expected = [
            (&Fault::CharacterWithoutFont { character: '中' }, 4),
            (&Fault::AltMissing, 3),
            (&Fault::ImageMissing, 3),
            (&Fault::HeadingSkips { from: 1, to: 3 }, 2),
        ];
        assert_eq!(told, expected);
        assert_eq!((found[0].chapter.as_str(), found[0].beginning.as_str()), ("4.1", "Una 中 y otra 中"));
        let known = Known { images: ["aa".to_owned()].into(), sources: None };
        assert!(faults(&[heading(1, 1), picture("Una plaza")], &known).is_empty());
    }

    #[test]
    fn his15_what_leads_nowhere_and_what_is_not_agreed_is_told_once() {
        let blocks = [
            heading(1, 1),
            paragraph(2, marked("aquí", "link", "javascript:alert(1)")),
            paragraph(3, marked("CGLU 2013", "citation:aaaaaaaaaaaaaaaa", "")),
            paragraph(4, marked("deben", "bracket:b", "")),
            paragraph(5, marked("pueden", "bracket:b", "")),
        ];
        assert_eq!(faults(&blocks, &Known::default()), [Fault::LinkRefused, Fault::Bracket]);
        let known = Known { sources: Some(BTreeSet::new()), ..Known::default() };
        assert_eq!(faults(&blocks, &known), [Fault::LinkRefused, Fault::SourceMissing, Fault::Bracket]);
        assert_eq!(faults(&[heading(1, 1)], &known), [Fault::ChapterEmpty]);
        assert_eq!(
            faults(&[paragraph(1, Run::plain("x")), paragraph(2, Run::plain("y"))], &known),
            [Fault::TitleMissing]
        );
    }

    #[test]
    fn his16_a_translation_is_held_against_the_drafted_words() {
        let drafted =
            [heading(1, 1), paragraph(2, Run::plain("Toda persona.")), paragraph(3, Run::plain("Y ciudad."))];
        let mut title = heading(11, 1);
        title.renders = Some(rendering_of(&drafted[0]));
        let mut stale = paragraph(12, Run::plain("Every person."));
        stale.renders = Some(rendering_of(&paragraph(2, Run::plain("Toda la gente."))));
        let looked = |blocks| [Looked { number: "1", blocks, drafted: Some(&drafted) }];
        let found = |blocks| {
            let findings = preflight(&looked(blocks), &Known::default());
            findings.into_iter().map(|finding| (finding.fault, finding.paragraph)).collect::<Vec<_>>()
        };
        let id = |number: u8| Some(ParagraphId([number; 8]));
        let linked = [title, stale];
        assert_eq!(found(Some(&linked)), [(Fault::Stale, id(12)), (Fault::Untranslated, id(3))]);
        assert_eq!(found(None), [(Fault::ChapterUntranslated, None)]);
    }
}
