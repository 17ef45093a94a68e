//! HIS20, HIS21: which chapter is which, which paragraph is which, and which ones moved.
//!
//! Sure things first: ids, then equal words where they are expected, then equal words anywhere, then likeness. What one step has
//! paired, no later one sees.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use super::ChapterSide;
use crate::document::diff::align::{PairUp, by_equal_words, by_id, by_likeness, fill_gaps, in_order};
use crate::document::{Block, BlockKind, words_in};
use crate::ids::ParagraphId;

/// A chapter among those of its draft, and a block in it.
pub(super) type Spot = (usize, usize);

/// A paragraph of fewer words that stands elsewhere under a new id is taken for a new one: "Yes." is no move.
const FEWEST_WORDS: usize = 4;

/// The paragraph that a reader supplies to words without a marker; several chapters may have one.
const SUPPLIED: ParagraphId = ParagraphId([0; 8]);

/// Who is who.
pub(super) struct Pairing {
    /// In the order in which they are shown.
    pub chapters: Vec<ChapterPair>,
    /// From where a paragraph stood: the number of the move, and where it stands now.
    pub moved_to: BTreeMap<Spot, (usize, Spot)>,
    /// From where it stands now: the number of the move, and where it stood.
    pub moved_from: BTreeMap<Spot, (usize, Spot)>,
}

/// A chapter of either draft or of both, by its place there.
pub(super) struct ChapterPair {
    pub old: Option<usize>,
    pub new: Option<usize>,
    /// Blocks that stayed where they were, ascending on both sides.
    stayed: Vec<(usize, usize)>,
}

/// One block of a chapter, or the same of both drafts.
pub(super) enum Step {
    Both(Spot, Spot),
    Old(Spot),
    New(Spot),
}

impl ChapterPair {
    /// Every block of both in one order: what went stands before what came in its place, cells among those of their row.
    pub fn steps(&self, old: &[ChapterSide<'_>], new: &[ChapterSide<'_>]) -> Vec<Step> {
        let spots = |draft: &[ChapterSide<'_>], chapter: Option<usize>| -> Vec<Spot> {
            chapter.map_or(Vec::new(), |chapter| {
                (0..draft[chapter].blocks.len()).map(|at| (chapter, at)).collect()
            })
        };
        let row = |draft: &[ChapterSide<'_>], spot: &Spot| match &block_at(draft, *spot).kind {
            BlockKind::TableCell(cell) => Some((cell.table.clone(), cell.row.clone())),
            _ => None,
        };
        let (old_spots, new_spots) = (spots(old, self.old), spots(new, self.new));
        let (mut steps, mut old_from, mut new_from, mut before) = (Vec::new(), 0, 0, None);
        let end = (old_spots.len(), new_spots.len());
        for (old_to, new_to) in self.stayed.iter().copied().chain([end]) {
            let after = new_spots.get(new_to).and_then(|spot| row(new, spot));
            let went = Part::of(&old_spots[old_from..old_to], |spot| row(old, spot), (&before, &after));
            let came = Part::of(&new_spots[new_from..new_to], |spot| row(new, spot), (&before, &after));
            for (went, came) in [(went.first, came.first), (went.middle, came.middle), (went.last, came.last)]
            {
                steps.extend(went.iter().copied().map(Step::Old));
                steps.extend(came.iter().copied().map(Step::New));
            }
            if let (Some(old), Some(new)) = (old_spots.get(old_to), new_spots.get(new_to)) {
                steps.push(Step::Both(*old, *new));
            }
            (old_from, new_from, before) = (old_to + 1, new_to + 1, after);
        }
        steps
    }
}

/// What stands between two blocks that stayed: cells of the row of the one before, cells of the row of the one behind, and the rest.
/// HIS24: a row in which some cells stayed is one row, whatever else came and went around it.
struct Part<'s> {
    first: &'s [Spot],
    middle: &'s [Spot],
    last: &'s [Spot],
}

type RowName = Option<(String, String)>;

impl<'s> Part<'s> {
    fn of(
        spots: &'s [Spot],
        row: impl Fn(&Spot) -> RowName,
        (before, after): (&RowName, &RowName),
    ) -> Part<'s> {
        let is_of = |spot: &&Spot, name: &RowName| name.is_some() && row(spot) == *name;
        let first = spots.iter().take_while(|spot| is_of(spot, before)).count();
        let (first, rest) = spots.split_at(first);
        let last = rest.iter().rev().take_while(|spot| is_of(spot, after)).count();
        let (middle, last) = rest.split_at(rest.len() - last);
        Part { first, middle, last }
    }
}

impl Pairing {
    pub fn of(old: &[ChapterSide<'_>], new: &[ChapterSide<'_>]) -> Pairing {
        let mut search = Search { old, new, pairs: chapter_pairs(old, new), ..Search::default() };
        search.ids_within_chapters();
        search.ids_across_chapters();
        search.within_chapters(by_equal_words);
        search.equal_words_anywhere();
        search.within_chapters(by_likeness);
        search.first_blocks();
        search.done()
    }
}

/// What has been found so far.
#[derive(Default)]
struct Search<'a> {
    old: &'a [ChapterSide<'a>],
    new: &'a [ChapterSide<'a>],
    pairs: Vec<ChapterPair>,
    moves: Vec<(Spot, Spot)>,
    old_taken: BTreeSet<Spot>,
    new_taken: BTreeSet<Spot>,
}

impl Search<'_> {
    /// Ids that cross each other have moved; the most that do not have stayed.
    fn ids_within_chapters(&mut self) {
        for at in 0..self.pairs.len() {
            let (Some(old), Some(new)) = (self.pairs[at].old, self.pairs[at].new) else { continue };
            let (before, after) = (self.old[old].blocks, self.new[new].blocks);
            let mut same = by_id(&before.iter().collect::<Vec<_>>(), &after.iter().collect::<Vec<_>>());
            same.retain(|(old_at, new_at)| is_same_place(&before[*old_at], &after[*new_at]));
            let stayed = in_order(same.clone());
            let stays: BTreeSet<_> = stayed.iter().copied().collect();
            // Cells keep their places in a table: one that crosses others went, and came.
            let crossing = same.iter().filter(|pair| !stays.contains(pair) && moves_freely(&after[pair.1]));
            for (old_at, new_at) in crossing {
                self.moved((old, *old_at), (new, *new_at));
            }
            self.stayed(at, stayed);
        }
    }

    fn ids_across_chapters(&mut self) {
        let mut places: HashMap<ParagraphId, VecDeque<Spot>> = HashMap::new();
        for spot in spots(self.old) {
            let block = block_at(self.old, spot);
            if !self.old_taken.contains(&spot) && moves_freely(block) && block.id != SUPPLIED {
                places.entry(block.id).or_default().push_back(spot);
            }
        }
        self.take_moves(|block| places.get_mut(&block.id)?.pop_front());
    }

    fn equal_words_anywhere(&mut self) {
        let mut places: HashMap<String, VecDeque<Spot>> = HashMap::new();
        for spot in spots(self.old) {
            let block = block_at(self.old, spot);
            if self.old_taken.contains(&spot) || !moves_freely(block) {
                continue;
            }
            let words = block.words();
            if words_in(&words) >= FEWEST_WORDS {
                places.entry(words).or_default().push_back(spot);
            }
        }
        if !places.is_empty() {
            self.take_moves(|block| places.get_mut(&block.words())?.pop_front());
        }
    }

    /// Gives every block of the new draft that is still alone to `find`.
    fn take_moves(&mut self, mut find: impl FnMut(&Block) -> Option<Spot>) {
        for spot in spots(self.new) {
            let block = block_at(self.new, spot);
            if !self.new_taken.contains(&spot)
                && moves_freely(block)
                && let Some(from) = find(block)
            {
                self.moved(from, spot);
            }
        }
    }

    /// In the gaps between blocks that stayed, lets `pair` find more; it never sees those that moved, nor cells.
    fn within_chapters(&mut self, pair: PairUp) {
        for at in 0..self.pairs.len() {
            let (Some(old), Some(new)) = (self.pairs[at].old, self.pairs[at].new) else { continue };
            let (before, after) = (self.old[old].blocks, self.new[new].blocks);
            let stayed = &self.pairs[at].stayed;
            if stayed.len() == before.len() || stayed.len() == after.len() {
                continue;
            }
            let old_stayed: BTreeSet<usize> = stayed.iter().map(|pair| pair.0).collect();
            let new_stayed: BTreeSet<usize> = stayed.iter().map(|pair| pair.1).collect();
            let is_open = |blocks: &[Block], taken: &BTreeSet<Spot>, spot: Spot| {
                !taken.contains(&spot) && moves_freely(&blocks[spot.1])
            };
            let old_there: Vec<usize> = (0..before.len())
                .filter(|at| old_stayed.contains(at) || is_open(before, &self.old_taken, (old, *at)))
                .collect();
            let new_there: Vec<usize> = (0..after.len())
                .filter(|at| new_stayed.contains(at) || is_open(after, &self.new_taken, (new, *at)))
                .collect();
            let among = |there: &[usize], at: usize| there.partition_point(|other| *other < at);
            let fixed = stayed
                .iter()
                .map(|(old_at, new_at)| (among(&old_there, *old_at), among(&new_there, *new_at)));
            let old_blocks: Vec<&Block> = old_there.iter().map(|at| &before[*at]).collect();
            let new_blocks: Vec<&Block> = new_there.iter().map(|at| &after[*at]).collect();
            let found = fill_gaps(&old_blocks, &new_blocks, fixed.collect(), pair);
            let found =
                found.into_iter().map(|(old_at, new_at)| (old_there[old_at], new_there[new_at])).collect();
            self.stayed(at, found);
        }
    }

    /// A chapter that stays has a title that stays, whatever it is called now.
    fn first_blocks(&mut self) {
        for at in 0..self.pairs.len() {
            let (Some(old), Some(new)) = (self.pairs[at].old, self.pairs[at].new) else { continue };
            let firsts = (self.old[old].blocks.first(), self.new[new].blocks.first());
            let (Some(before), Some(after)) = firsts else { continue };
            let is_alone = !self.old_taken.contains(&(old, 0)) && !self.new_taken.contains(&(new, 0));
            if is_alone && moves_freely(before) && moves_freely(after) {
                let mut stayed = vec![(0, 0)];
                stayed.append(&mut self.pairs[at].stayed);
                self.stayed(at, stayed);
            }
        }
    }

    fn stayed(&mut self, at: usize, stayed: Vec<(usize, usize)>) {
        let ChapterPair { old, new, .. } = self.pairs[at];
        let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
        self.old_taken.extend(stayed.iter().map(|pair| (old, pair.0)));
        self.new_taken.extend(stayed.iter().map(|pair| (new, pair.1)));
        self.pairs[at].stayed = stayed;
    }

    fn moved(&mut self, from: Spot, to: Spot) {
        self.old_taken.insert(from);
        self.new_taken.insert(to);
        self.moves.push((from, to));
    }

    /// The moves numbered from 1 in the order in which their paragraphs stand now.
    fn done(mut self) -> Pairing {
        self.moves.sort_by_key(|(_, to)| *to);
        let numbered = || self.moves.iter().zip(1..);
        Pairing {
            moved_to: numbered().map(|((from, to), number)| (*from, (number, *to))).collect(),
            moved_from: numbered().map(|((from, to), number)| (*to, (number, *from))).collect(),
            chapters: self.pairs,
        }
    }
}

/// Whether a block can be recognised at another place. HIS24: a cell belongs to its row and column.
fn moves_freely(block: &Block) -> bool {
    !matches!(block.kind, BlockKind::TableCell(_))
}

/// Whether a block under the same id can be the one that stood there: a cell only in its row and column.
fn is_same_place(was: &Block, is: &Block) -> bool {
    match (&was.kind, &is.kind) {
        (BlockKind::TableCell(was), BlockKind::TableCell(is)) => {
            (&was.table, &was.row, &was.column) == (&is.table, &is.row, &is.column)
        }
        (BlockKind::TableCell(_), _) | (_, BlockKind::TableCell(_)) => false,
        _ => true,
    }
}

/// Chapters by id, the rest by equal titles. In the new order; what went stands behind what it followed.
fn chapter_pairs(old: &[ChapterSide<'_>], new: &[ChapterSide<'_>]) -> Vec<ChapterPair> {
    let mut partner: Vec<Option<usize>> = vec![None; new.len()];
    let mut taken = vec![false; old.len()];
    let mut pair = |same: &dyn Fn(&ChapterSide<'_>, &ChapterSide<'_>) -> bool| {
        for (at, chapter) in new.iter().enumerate() {
            if partner[at].is_none() {
                partner[at] = (0..old.len()).find(|before| !taken[*before] && same(&old[*before], chapter));
                partner[at].into_iter().for_each(|before| taken[before] = true);
            }
        }
    };
    pair(&|was, is| was.chapter == is.chapter);
    pair(&|was, is| {
        let title = |side: &ChapterSide<'_>| side.blocks.first().map(Block::words).unwrap_or_default();
        !title(was).trim().is_empty() && title(was) == title(is)
    });
    let mut pairs: Vec<ChapterPair> = partner
        .iter()
        .enumerate()
        .map(|(at, before)| ChapterPair { old: *before, new: Some(at), stayed: Vec::new() })
        .collect();
    for gone in (0..old.len()).filter(|at| !taken[*at]) {
        let followed =
            gone.checked_sub(1).and_then(|before| pairs.iter().position(|pair| pair.old == Some(before)));
        let place = followed.map_or(0, |at| at + 1);
        pairs.insert(place, ChapterPair { old: Some(gone), new: None, stayed: Vec::new() });
    }
    pairs
}

fn spots(draft: &[ChapterSide<'_>]) -> Vec<Spot> {
    let of = |(chapter, side): (usize, &ChapterSide<'_>)| (0..side.blocks.len()).map(move |at| (chapter, at));
    draft.iter().enumerate().flat_map(of).collect()
}

fn block_at<'a>(draft: &[ChapterSide<'a>], (chapter, at): Spot) -> &'a Block {
    &draft[chapter].blocks[at]
}
