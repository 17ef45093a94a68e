//! Two drafts of a paper in one: what stayed, what went, what came, and what only moved.
//!
//! A chapter is known by its id, a paragraph by its id for life; what has a new id is recognised by its words. Everything stands in one
//! list that can be read from top to bottom: a paragraph that moved stands where it is now, and a trace of it where it was. From the list
//! both drafts can be read back exactly ([`Comparison::rejected`], [`Comparison::accepted`]).
//!
//! ```
//! use crdt::document::{Block, BlockKind, Run};
//! use crdt::history::comparison::{ChapterSide, compare};
//! use crdt::ids::{ChapterId, ParagraphId};
//!
//! let says = |words: &str| vec![Block::new(ParagraphId([1; 8]), BlockKind::Paragraph { numbered: true }, vec![Run::plain(words)])];
//! let (bogota, quito) = (says("All cities act."), says("All towns act."));
//! let chapter = ChapterId(uuid::Uuid::from_u128(4));
//! let side = |blocks| [ChapterSide { chapter, number: "4", blocks }];
//! let compared = compare(&side(&bogota), &side(&quito));
//! let red: String = compared.chapters[0].entries[0].runs.iter().map(|run| run.text.as_str()).collect();
//! assert_eq!(red, "All citiestowns act.");
//! assert_eq!(compared.accepted()[0].1, quito);
//! ```
//!
//! It knows blocks. Who wrote what is [`credit`](super::credit)'s; how it is shown is `render`'s.

mod pairing;
mod smooth;

use std::collections::BTreeMap;

use self::pairing::{Pairing, Spot, Step};
use crate::document::redline::{Change, RedRun, all, words_between};
use crate::document::schema::Marks;
use crate::document::{Block, BlockKind, Run, words_in};
use crate::ids::ChapterId;

/// A chapter of one draft, in one language.
#[derive(Clone, Copy, Debug)]
pub struct ChapterSide<'a> {
    /// Its identity.
    pub chapter: ChapterId,
    /// Its number in that draft.
    pub number: &'a str,
    /// Its blocks in order.
    pub blocks: &'a [Block],
}

/// Two drafts in one.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// In the order of the new draft; a chapter that went stands behind the one it followed.
    pub chapters: Vec<ComparedChapter>,
}

/// A chapter of either draft, or of both.
#[derive(Clone, Debug, PartialEq)]
pub struct ComparedChapter {
    /// Where it stood; `None` if it is new.
    pub was: Option<ChapterStood>,
    /// Where it stands; `None` if it went.
    pub is: Option<ChapterStood>,
    /// Its paragraphs.
    pub entries: Vec<Compared>,
}

/// A chapter in one draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChapterStood {
    /// Its identity in that draft.
    pub chapter: ChapterId,
    /// Its number there.
    pub number: String,
    /// Its place among the chapters of that draft, from 0.
    pub at: usize,
}

/// A paragraph of either draft, or of both.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// What became of it, its words aside.
    pub fate: Fate,
    /// As it stood in the old draft.
    pub was: Option<Stood>,
    /// As it stands in the new draft.
    pub is: Option<Stood>,
    /// Its words in the order in which they are read: what goes before what comes. None on the trace of one that moved.
    pub runs: Vec<RedRun>,
}

/// A paragraph in one draft.
#[derive(Clone, Debug, PartialEq)]
pub struct Stood {
    /// Its identity and kind, without words.
    pub block: Block,
    /// Its number in that draft.
    pub number: Option<usize>,
    /// Its chapter there.
    pub chapter: ChapterId,
    /// Its place among the blocks of its chapter, from 0.
    pub at: usize,
}

/// What became of a paragraph. Both ends of a move bear its number, which no other move has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is where it was.
    Kept,
    /// It came.
    Inserted,
    /// It went.
    Deleted,
    /// It stood elsewhere.
    MovedHere(usize),
    /// It stands elsewhere: this is where it stood.
    MovedAway(usize),
}

/// Paragraphs side by side that are all the same in both drafts, or one that is not.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Passage<'c> {
    /// Nothing in it differs.
    Unchanged(&'c [Compared]),
    /// Something does, or it is a cell of a table in which something does.
    Changed(&'c Compared),
}

/// How much differs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Paragraphs that differ; both ends of a move are one.
    pub changes: usize,
    /// Words that came.
    pub added: usize,
    /// Words that went.
    pub removed: usize,
}

/// HIS20–HIS24: both drafts in one, whatever they hold.
pub fn compare(old: &[ChapterSide<'_>], new: &[ChapterSide<'_>]) -> Comparison {
    let pairing = Pairing::of(old, new);
    let (was, is) = (Draft::of(old), Draft::of(new));
    let together = |spots: (Spot, Spot), fate: Fate| Compared {
        fate,
        was: Some(was.stood(spots.0)),
        is: Some(is.stood(spots.1)),
        runs: match fate {
            Fate::MovedAway(_) => Vec::new(),
            _ => smooth::smoothed(words_between(was.block(spots.0), is.block(spots.1))),
        },
    };
    let went = |spot: Spot| match pairing.moved_to.get(&spot) {
        Some((number, there)) => together((spot, *there), Fate::MovedAway(*number)),
        None => {
            let runs = all(was.block(spot), &Change::Deleted);
            Compared { fate: Fate::Deleted, was: Some(was.stood(spot)), is: None, runs }
        }
    };
    let came = |spot: Spot| match pairing.moved_from.get(&spot) {
        Some((number, there)) => together((*there, spot), Fate::MovedHere(*number)),
        None => {
            let runs = all(is.block(spot), &Change::Inserted);
            Compared { fate: Fate::Inserted, was: None, is: Some(is.stood(spot)), runs }
        }
    };
    let chapters = pairing.chapters.iter().map(|pair| {
        let entries = pair.steps(old, new).into_iter().map(|step| match step {
            Step::Both(before, after) => together((before, after), Fate::Kept),
            Step::Old(spot) => went(spot),
            Step::New(spot) => came(spot),
        });
        ComparedChapter {
            was: pair.old.map(|at| chapter_at(old, at)),
            is: pair.new.map(|at| chapter_at(new, at)),
            entries: entries.collect(),
        }
    });
    Comparison { chapters: chapters.collect() }
}

fn chapter_at(draft: &[ChapterSide<'_>], at: usize) -> ChapterStood {
    ChapterStood { chapter: draft[at].chapter, number: draft[at].number.to_string(), at }
}

/// A draft with the numbers of its paragraphs.
struct Draft<'a> {
    chapters: &'a [ChapterSide<'a>],
    numbers: Vec<Vec<Option<usize>>>,
}

impl<'a> Draft<'a> {
    fn of(chapters: &'a [ChapterSide<'a>]) -> Draft<'a> {
        let mut count = 0;
        let mut number = |block: &Block| {
            count += usize::from(block.is_numbered());
            block.is_numbered().then_some(count)
        };
        let numbers =
            chapters.iter().map(|chapter| chapter.blocks.iter().map(&mut number).collect()).collect();
        Draft { chapters, numbers }
    }

    fn block(&self, (chapter, at): Spot) -> &'a Block {
        &self.chapters[chapter].blocks[at]
    }

    fn stood(&self, spot: Spot) -> Stood {
        Stood {
            block: Block { runs: Vec::new(), ..self.block(spot).clone() },
            number: self.numbers[spot.0][spot.1],
            chapter: self.chapters[spot.0].chapter,
            at: spot.1,
        }
    }
}

impl Comparison {
    /// HIS22: the old draft, chapter by chapter: what remains when every change is rejected.
    pub fn rejected(&self) -> Vec<(String, Vec<Block>)> {
        let moved: BTreeMap<usize, &Compared> = self
            .entries()
            .filter_map(|entry| match entry.fate {
                Fate::MovedHere(number) => Some((number, entry)),
                _ => None,
            })
            .collect();
        let block = |entry: &Compared| match entry.fate {
            Fate::Kept | Fate::Deleted => entry.block_before(),
            Fate::MovedAway(number) => moved.get(&number).and_then(|entry| entry.block_before()),
            Fate::Inserted | Fate::MovedHere(_) => None,
        };
        in_order(self.chapters.iter().filter_map(|chapter| {
            Some((chapter.was.as_ref()?, chapter.entries.iter().filter_map(block).collect()))
        }))
    }

    /// HIS22: the new draft, chapter by chapter: what remains when every change is accepted.
    pub fn accepted(&self) -> Vec<(String, Vec<Block>)> {
        in_order(self.chapters.iter().filter_map(|chapter| {
            let blocks = chapter.entries.iter().filter_map(Compared::block_after).collect();
            Some((chapter.is.as_ref()?, blocks))
        }))
    }

    /// Every paragraph of every chapter.
    pub fn entries(&self) -> impl Iterator<Item = &Compared> {
        self.chapters.iter().flat_map(|chapter| &chapter.entries)
    }

    /// HIS25: how much differs in all of it.
    pub fn tally(&self) -> Tally {
        self.chapters.iter().map(ComparedChapter::tally).fold(Tally::default(), |sum, each| Tally {
            changes: sum.changes + each.changes,
            added: sum.added + each.added,
            removed: sum.removed + each.removed,
        })
    }
}

fn in_order<'c>(chapters: impl Iterator<Item = (&'c ChapterStood, Vec<Block>)>) -> Vec<(String, Vec<Block>)> {
    let mut chapters: Vec<_> = chapters.collect();
    chapters.sort_by_key(|(stood, _)| stood.at);
    chapters.into_iter().map(|(stood, blocks)| (stood.number.clone(), blocks)).collect()
}

impl ComparedChapter {
    /// Where it stands, or else where it stood. Every chapter stands in one of both.
    pub fn stood(&self) -> &ChapterStood {
        self.is.as_ref().or(self.was.as_ref()).expect("a chapter of neither draft is not made")
    }

    /// The words of its first block, in the new draft if it is there.
    pub fn title(&self) -> String {
        let first = |after: bool| {
            let words = |entry: &Compared| {
                Some(if after { entry.block_after()? } else { entry.block_before()? }.words())
            };
            self.entries.iter().find_map(words)
        };
        first(true).or_else(|| first(false)).unwrap_or_default()
    }

    /// HIS25: its paragraphs, those that are the same gathered.
    pub fn passages(&self) -> Vec<Passage<'_>> {
        let shown = self.shown();
        let (mut passages, mut at) = (Vec::new(), 0);
        while at < self.entries.len() {
            let same = shown[at..].iter().take_while(|shown| !**shown).count();
            passages.push(match same {
                0 => Passage::Changed(&self.entries[at]),
                _ => Passage::Unchanged(&self.entries[at..at + same]),
            });
            at += same.max(1);
        }
        passages
    }

    /// HIS24: which entries are shown one by one: those that differ, and every cell of a table with one that does.
    fn shown(&self) -> Vec<bool> {
        let mut shown = Vec::with_capacity(self.entries.len());
        for run in self.entries.chunk_by(|one, next| one.table().is_some() && one.table() == next.table()) {
            let differs = run.iter().any(Compared::differs);
            shown.extend(run.iter().map(|_| differs));
        }
        shown
    }

    /// HIS25: how much differs in it.
    pub fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for entry in &self.entries {
            tally.changes += usize::from(entry.differs() && !matches!(entry.fate, Fate::MovedAway(_)));
            tally.added += entry.words_of(&Change::Inserted);
            tally.removed += entry.words_of(&Change::Deleted);
        }
        tally
    }
}

impl Compared {
    /// HIS25: whether anything differs in it that a reader sees. Another number alone does not.
    pub fn differs(&self) -> bool {
        self.fate != Fate::Kept
            || self.is_reshaped()
            || self.runs.iter().any(|run| run.change != Change::Kept)
    }

    /// Whether it stands in both drafts, as one of another kind.
    pub fn is_reshaped(&self) -> bool {
        let kinds = self.was.as_ref().zip(self.is.as_ref());
        kinds.is_some_and(|(was, is)| was.block.kind != is.block.kind)
    }

    /// The table it is a cell of, if it is one.
    fn table(&self) -> Option<&str> {
        match &self.stood().block.kind {
            BlockKind::TableCell(cell) => Some(&cell.table),
            _ => None,
        }
    }

    /// As it stands in the new draft, or else as it stood in the old one. Every paragraph stands in one of both.
    pub fn stood(&self) -> &Stood {
        self.is.as_ref().or(self.was.as_ref()).expect("a paragraph of neither draft is not made")
    }

    /// It as the old draft has it, if its words are here.
    pub fn block_before(&self) -> Option<Block> {
        let was = self.was.as_ref()?;
        let old = |run: &RedRun| match &run.change {
            Change::Inserted => None,
            Change::Marked(before) => Some((run.text.clone(), before.clone())),
            Change::Kept | Change::Deleted => Some((run.text.clone(), run.marks.clone())),
        };
        Some(with_words(&was.block, self.runs.iter().filter_map(old)))
    }

    /// It as the new draft has it; `None` if it does not stand here there.
    pub fn block_after(&self) -> Option<Block> {
        if matches!(self.fate, Fate::Deleted | Fate::MovedAway(_)) {
            return None;
        }
        let new = self.runs.iter().filter(|run| run.change != Change::Deleted);
        Some(with_words(&self.is.as_ref()?.block, new.map(|run| (run.text.clone(), run.marks.clone()))))
    }

    fn words_of(&self, change: &Change) -> usize {
        let runs = self.runs.iter().filter(|run| run.change == *change);
        words_in(&runs.map(|run| run.text.as_str()).collect::<String>())
    }
}

fn with_words(bare: &Block, words: impl Iterator<Item = (String, Marks)>) -> Block {
    let mut block = bare.clone();
    words.for_each(|(text, marks)| block.push(Run { text, marks }));
    block
}
