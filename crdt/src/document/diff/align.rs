//! Which block of the new text is which block of the old one.

use std::collections::{BTreeMap, BTreeSet};

use similar::{Algorithm, DiffTag, capture_diff_slices};
use unicode_segmentation::UnicodeSegmentation;

use super::super::schema::Block;

/// Half of the words in common make two paragraphs the same one, reworded.
const ALIKE: f64 = 0.5;
/// Beyond so many comparisons in one gap, blocks there are paired only by equal words.
const MAX_COMPARED: usize = 40_000;

/// Places in the old and the new text, both ascending; `None` opposite a block that goes or comes. Every block of both
/// stands in exactly one pair. Where old and new blocks meet unpaired, the old ones come first.
pub(super) type Pairs = Vec<(Option<usize>, Option<usize>)>;

/// Places of an old and a new block that are the same; both ascend from one pair to the next.
pub(crate) type Fixed = Vec<(usize, usize)>;

/// Finds such places in a gap: among its old and its new blocks.
pub(crate) type PairUp = fn(&[&Block], &[&Block]) -> Fixed;

pub(super) fn align(old: &[Block], new: &[Block]) -> Pairs {
    let (old, new): (Vec<&Block>, Vec<&Block>) = (old.iter().collect(), new.iter().collect());
    let (old, new) = (old.as_slice(), new.as_slice());
    let mut fixed = in_order(by_id(old, new));
    fixed = fill_gaps(old, new, fixed, by_equal_words);
    fixed = fill_gaps(old, new, fixed, by_likeness);
    if !old.is_empty() && !new.is_empty() {
        keep_first(&mut fixed);
    }
    spell_out(old.len(), new.len(), &fixed)
}

/// Blocks that bear the same id, in new order.
pub(crate) fn by_id(old: &[&Block], new: &[&Block]) -> Fixed {
    let places: BTreeMap<_, _> = old.iter().enumerate().map(|(at, block)| (block.id, at)).collect();
    let mut used = BTreeSet::new();
    let found = new.iter().enumerate().filter_map(|(at, block)| Some((*places.get(&block.id)?, at)));
    found.filter(|(old_at, _)| used.insert(*old_at)).collect()
}

/// The most pairs that do not cross: what is left out has moved, and is deleted here and inserted there.
pub(crate) fn in_order(pairs: Fixed) -> Fixed {
    // Patience: `tops[n]` ends the best chain of n + 1 pairs; `before` leads back along it.
    let mut tops: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (at, (old_at, _)) in pairs.iter().enumerate() {
        let length = tops.partition_point(|top| pairs[*top].0 < *old_at);
        before.push(length.checked_sub(1).map(|shorter| tops[shorter]));
        tops.truncate(length.max(tops.len()));
        match tops.get_mut(length) {
            Some(top) => *top = at,
            None => tops.push(at),
        }
    }
    let mut chain: Vec<_> =
        std::iter::successors(tops.last().copied(), |at| before[*at]).map(|at| pairs[at]).collect();
    chain.reverse();
    chain
}

/// Between two fixed pairs, lets `pair` find more: it gets the old and the new blocks of the gap and returns places in it.
pub(crate) fn fill_gaps(old: &[&Block], new: &[&Block], fixed: Fixed, pair: PairUp) -> Fixed {
    let mut all = Vec::with_capacity(fixed.len());
    let (mut old_from, mut new_from) = (0, 0);
    for (old_to, new_to) in fixed {
        let found = pair(&old[old_from..old_to], &new[new_from..new_to]);
        all.extend(found.into_iter().map(|(old_at, new_at)| (old_at + old_from, new_at + new_from)));
        all.push((old_to, new_to));
        (old_from, new_from) = (old_to + 1, new_to + 1);
    }
    let found = pair(&old[old_from..], &new[new_from..]);
    all.extend(found.into_iter().map(|(old_at, new_at)| (old_at + old_from, new_at + new_from)));
    all
}

pub(crate) fn by_equal_words(old: &[&Block], new: &[&Block]) -> Fixed {
    let words = |blocks: &[&Block]| blocks.iter().map(|block| block.words()).collect::<Vec<_>>();
    let steps = capture_diff_slices(Algorithm::Myers, &words(old), &words(new));
    let equal = steps.iter().filter(|step| step.tag() == DiffTag::Equal);
    equal.flat_map(|step| step.old_range().zip(step.new_range())).collect()
}

/// The pairing in order with the most words in common, of blocks that have at least half of theirs in common.
pub(crate) fn by_likeness(old: &[&Block], new: &[&Block]) -> Fixed {
    if old.is_empty() || new.is_empty() || old.len().saturating_mul(new.len()) > MAX_COMPARED {
        return Vec::new();
    }
    let (old, new): (Vec<_>, Vec<_>) =
        (old.iter().map(|block| Bag::of(block)).collect(), new.iter().map(|block| Bag::of(block)).collect());
    // best[i][j]: the most likeness that old[i..] and new[j..] can give.
    let mut best = vec![vec![0.0_f64; new.len() + 1]; old.len() + 1];
    let mut pairs_here = vec![vec![false; new.len()]; old.len()];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            let alone = best[i + 1][j].max(best[i][j + 1]);
            let alike = old[i].likeness(&new[j]);
            let together = best[i + 1][j + 1] + alike;
            pairs_here[i][j] = alike >= ALIKE && together > alone;
            best[i][j] = if pairs_here[i][j] { together } else { alone };
        }
    }
    let (mut i, mut j, mut pairs) = (0, 0, Vec::new());
    while i < old.len() && j < new.len() {
        if pairs_here[i][j] {
            pairs.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if best[i + 1][j] >= best[i][j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}

/// What stands first stays first: if the new first block continues none, it continues the old first one.
pub(crate) fn keep_first(pairs: &mut Fixed) {
    let continues = pairs.first().is_some_and(|(_, new_at)| *new_at == 0);
    let is_continued = pairs.first().is_some_and(|(old_at, _)| *old_at == 0);
    if !continues && !is_continued {
        pairs.insert(0, (0, 0));
    }
}

fn spell_out(old: usize, new: usize, fixed: &[(usize, usize)]) -> Pairs {
    let mut pairs = Pairs::new();
    let (mut old_from, mut new_from) = (0, 0);
    for (old_to, new_to) in fixed.iter().copied().chain([(old, new)]) {
        pairs.extend((old_from..old_to).map(|at| (Some(at), None)));
        pairs.extend((new_from..new_to).map(|at| (None, Some(at))));
        if old_to < old {
            pairs.push((Some(old_to), Some(new_to)));
        }
        (old_from, new_from) = (old_to + 1, new_to + 1);
    }
    pairs
}

/// The words of a block with their counts.
struct Bag {
    counts: BTreeMap<String, usize>,
    total: usize,
}

impl Bag {
    fn of(block: &Block) -> Bag {
        let mut bag = Bag { counts: BTreeMap::new(), total: 0 };
        for word in block.words().unicode_words() {
            *bag.counts.entry(word.to_string()).or_default() += 1;
            bag.total += 1;
        }
        bag
    }

    /// From 0, nothing in common, to 1, the same words. Two blocks without words are not alike.
    fn likeness(&self, other: &Bag) -> f64 {
        let common: usize = self
            .counts
            .iter()
            .map(|(word, count)| (*count).min(other.counts.get(word).copied().unwrap_or(0)))
            .sum();
        let total = self.total + other.total;
        if total == 0 { 0.0 } else { 2.0 * common as f64 / total as f64 }
    }
}
