//! HIS23: changes that a person can read.
//!
//! A diff of words finds every "in" and "the" that two sentences have in common by chance, and shows confetti. A few words between two
//! changes that are shorter than what changes around them are taken into the change.

use crate::document::redline::{Change, RedRun};
use crate::document::words_in;

/// More words than these between two changes always stay as they are.
const MOST_WORDS: usize = 3;

/// Words that stay, or words that go with those that come in their place.
enum Segment {
    Stays(Vec<RedRun>),
    Changes { goes: Vec<RedRun>, comes: Vec<RedRun> },
}

/// The same wordings with fewer and larger changes. Both are read from it as before.
pub(super) fn smoothed(runs: Vec<RedRun>) -> Vec<RedRun> {
    if runs.iter().filter(|run| is_change(run)).count() < 2 {
        return runs;
    }
    let mut smooth: Vec<Segment> = Vec::new();
    for segment in segments(runs) {
        smooth.push(segment);
        join_end(&mut smooth);
    }
    let flat = smooth.into_iter().flat_map(|segment| match segment {
        Segment::Stays(runs) => runs,
        Segment::Changes { goes, comes } => goes.into_iter().chain(comes).collect(),
    });
    let mut joined: Vec<RedRun> = Vec::new();
    for run in flat {
        match joined.last_mut() {
            Some(last) if last.marks == run.marks && last.change == run.change => last.text += &run.text,
            _ => joined.push(run),
        }
    }
    joined
}

fn is_change(run: &RedRun) -> bool {
    matches!(run.change, Change::Inserted | Change::Deleted)
}

fn segments(runs: Vec<RedRun>) -> Vec<Segment> {
    let mut segments: Vec<Segment> = Vec::new();
    for run in runs {
        match (segments.last_mut(), &run.change) {
            (Some(Segment::Changes { goes, .. }), Change::Deleted) => goes.push(run),
            (Some(Segment::Changes { comes, .. }), Change::Inserted) => comes.push(run),
            (_, Change::Deleted) => segments.push(Segment::Changes { goes: vec![run], comes: vec![] }),
            (_, Change::Inserted) => segments.push(Segment::Changes { goes: vec![], comes: vec![run] }),
            (Some(Segment::Stays(stays)), _) => stays.push(run),
            (_, _) => segments.push(Segment::Stays(vec![run])),
        }
    }
    segments
}

/// If the last three are a change, a few words, and a change, makes one change of them.
fn join_end(smooth: &mut Vec<Segment>) {
    let [
        ..,
        Segment::Changes { goes, comes },
        Segment::Stays(stays),
        Segment::Changes { goes: last_goes, comes: last_comes },
    ] = smooth.as_mut_slice()
    else {
        return;
    };
    let text: String = stays.iter().map(|run| run.text.as_str()).collect();
    let around = longest(goes, comes).min(longest(last_goes, last_comes));
    let only_comes = goes.is_empty() && last_goes.is_empty();
    let only_goes = comes.is_empty() && last_comes.is_empty();
    if only_comes || only_goes || text.chars().count() > around || words_in(&text) > MOST_WORDS {
        return;
    }
    for run in stays.drain(..) {
        let before = match run.change {
            Change::Marked(before) => before,
            _ => run.marks.clone(),
        };
        goes.push(RedRun { text: run.text.clone(), marks: before, change: Change::Deleted });
        comes.push(RedRun { text: run.text, marks: run.marks, change: Change::Inserted });
    }
    goes.append(last_goes);
    comes.append(last_comes);
    smooth.truncate(smooth.len() - 2);
}

/// In characters.
fn longest(goes: &[RedRun], comes: &[RedRun]) -> usize {
    let length = |runs: &[RedRun]| runs.iter().map(|run| run.text.chars().count()).sum::<usize>();
    length(goes).max(length(comes))
}
