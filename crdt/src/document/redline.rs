//! Two wordings of a text in one: what stays, what goes and what comes, by whole words.
//!
//! Which paragraph is which, and which words differ, is [`diff`](super::diff)'s work; here both are laid into one list that can be
//! read from top to bottom. It knows nothing of who wrote what.
//!
//! ```
//! use crdt::document::redline::{Change, redline};
//! use crdt::document::{Block, BlockKind, Run};
//!
//! let says = |words: &str| {
//!     vec![Block::new("00000000000000a1".parse().unwrap(), BlockKind::Paragraph { numbered: false }, vec![Run::plain(words)])]
//! };
//! let red = redline(&says("All cities act."), &says("All towns act."));
//! let shown: Vec<_> = red[0].runs.iter().map(|run| (run.text.as_str(), &run.change)).collect();
//! assert_eq!(shown, [
//!     ("All ", &Change::Kept), ("cities", &Change::Deleted), ("towns", &Change::Inserted), (" act.", &Change::Kept),
//! ]);
//! ```

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::diff::{BlockEdit, Source, WordEdit, plan, words};
use super::schema::{Block, Marks, Run};
use crate::ids::ParagraphId;

/// A paragraph of either wording, or of both. As JSON: the fields of a block without words, then `change`, `was`, `after`, `number`
/// and `runs`.
#[derive(Clone, PartialEq, Debug)]
pub struct RedBlock {
    /// Its identity and kind, without words: in the new wording, if it is there.
    pub block: Block,
    /// What became of it.
    pub change: BlockChange,
    /// The paragraph of the old wording behind which it stands; `None` for what stands first.
    pub after: Option<ParagraphId>,
    /// Its number among the numbered paragraphs of the old text, from 1; `None` if it has none there.
    pub number: Option<usize>,
    /// Its words in the order in which they are read.
    pub runs: Vec<RedRun>,
}

/// What became of a paragraph, its words aside.
#[derive(Clone, PartialEq, Debug)]
pub enum BlockChange {
    /// It stays what it is.
    Kept,
    /// It comes.
    Inserted,
    /// It goes.
    Deleted,
    /// It becomes one of another kind; as it was, without words.
    Reshaped(Block),
}

/// Words that have the same fate.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct RedRun {
    /// The words.
    pub text: String,
    /// Their marks: the new ones, if they are there.
    #[serde(skip_serializing_if = "Marks::is_empty")]
    pub marks: Marks,
    /// What becomes of them.
    #[serde(flatten)]
    pub change: Change,
}

/// What becomes of words. As JSON `{"change": "marked", "was": {…}}`.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(tag = "change", content = "was", rename_all = "snake_case")]
pub enum Change {
    /// They stay.
    Kept,
    /// They come.
    Inserted,
    /// They go.
    Deleted,
    /// They stay with other marks; these were the old ones.
    Marked(Marks),
}

/// Both wordings in one list; never empty unless both are.
pub fn redline(old: &[Block], new: &[Block]) -> Vec<RedBlock> {
    let numbers = numbers(old);
    let plan = plan(old, new, Source::Whole);
    let mut after = None;
    plan.edits
        .iter()
        .map(|edit| match edit {
            BlockEdit::Keep { old: was, new: is, words } => {
                let (was_block, is_block) = (&old[*was], &plan.result[*is]);
                let red = RedBlock {
                    block: bare(is_block),
                    change: if bare(was_block) == bare(is_block) {
                        BlockChange::Kept
                    } else {
                        BlockChange::Reshaped(bare(was_block))
                    },
                    after,
                    number: numbers[*was],
                    runs: interleaved(was_block, is_block, words),
                };
                after = Some(was_block.id);
                red
            }
            BlockEdit::Insert { new: is } => {
                let block = &plan.result[*is];
                let runs = all(block, &Change::Inserted);
                RedBlock { block: bare(block), change: BlockChange::Inserted, after, number: None, runs }
            }
            BlockEdit::Delete { old: was } => {
                let block = &old[*was];
                let runs = all(block, &Change::Deleted);
                let number = numbers[*was];
                let red = RedBlock { block: bare(block), change: BlockChange::Deleted, after, number, runs };
                after = Some(block.id);
                red
            }
        })
        .collect()
}

/// The words of both wordings of one paragraph, in the order in which they are read: what goes stands before what comes in its
/// place. Empty when neither has any.
pub fn words_between(was: &Block, is: &Block) -> Vec<RedRun> {
    if was.runs == is.runs {
        return all(is, &Change::Kept);
    }
    interleaved(was, is, &words::changes(&was.words(), &is.words()))
}

/// The words of one paragraph, with one fate.
pub fn all(block: &Block, change: &Change) -> Vec<RedRun> {
    let red = |run: &Run| RedRun { text: run.text.clone(), marks: run.marks.clone(), change: change.clone() };
    block.runs.iter().map(red).collect()
}

impl RedBlock {
    /// Whether anything differs in it.
    pub fn differs(&self) -> bool {
        self.change != BlockChange::Kept || self.runs.iter().any(|run| run.change != Change::Kept)
    }
}

impl Serialize for RedBlock {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let json = |block: &Block| match serde_json::to_value(block) {
            Ok(serde_json::Value::Object(mut fields)) => {
                fields.remove("runs");
                fields
            }
            _ => serde_json::Map::new(),
        };
        let mut map = to.serialize_map(None)?;
        for (key, value) in json(&self.block) {
            map.serialize_entry(&key, &value)?;
        }
        let (change, was) = match &self.change {
            BlockChange::Kept => ("kept", None),
            BlockChange::Inserted => ("inserted", None),
            BlockChange::Deleted => ("deleted", None),
            BlockChange::Reshaped(was) => ("changed", Some(json(was))),
        };
        map.serialize_entry("change", change)?;
        map.serialize_entry("was", &was)?;
        map.serialize_entry("after", &self.after)?;
        map.serialize_entry("number", &self.number)?;
        map.serialize_entry("runs", &self.runs)?;
        map.end()
    }
}

fn numbers(old: &[Block]) -> Vec<Option<usize>> {
    let mut count = 0;
    let number = |block: &Block| {
        count += usize::from(block.is_numbered());
        block.is_numbered().then_some(count)
    };
    old.iter().map(number).collect()
}

/// A block without its words.
fn bare(block: &Block) -> Block {
    Block { runs: Vec::new(), ..block.clone() }
}

fn interleaved(was: &Block, is: &Block, edits: &[WordEdit]) -> Vec<RedRun> {
    let (mut old, mut new) = (Reader::over(&was.runs), Reader::over(&is.runs));
    let (mut red, mut at) = (Vec::new(), 0);
    let end = was.length_utf16();
    let steps = edits.iter().map(|edit| (edit.range.clone(), edit.words.encode_utf16().count()));
    for (range, comes) in steps.chain([(end..end, 0)]) {
        let mut stays = range.start - at;
        while stays > 0 {
            let units = stays.min(old.left()).min(new.left());
            if units == 0 {
                break;
            }
            let ((_, old_marks), (text, marks)) = (old.take(units), new.take(units));
            let change = if old_marks == marks { Change::Kept } else { Change::Marked(old_marks) };
            push(&mut red, RedRun { text, marks, change });
            stays -= units;
        }
        for (text, marks) in old.take_all(range.len()) {
            push(&mut red, RedRun { text, marks, change: Change::Deleted });
        }
        for (text, marks) in new.take_all(comes) {
            push(&mut red, RedRun { text, marks, change: Change::Inserted });
        }
        at = range.end;
    }
    red
}

fn push(red: &mut Vec<RedRun>, run: RedRun) {
    match red.last_mut() {
        Some(last) if last.marks == run.marks && last.change == run.change => last.text += &run.text,
        _ => red.push(run),
    }
}

/// Takes words off the front of runs, by UTF-16 units.
struct Reader<'r> {
    runs: std::slice::Iter<'r, Run>,
    units: Vec<u16>,
    taken: usize,
    marks: Marks,
}

impl<'r> Reader<'r> {
    fn over(runs: &'r [Run]) -> Reader<'r> {
        let mut reader = Reader { runs: runs.iter(), units: Vec::new(), taken: 0, marks: Marks::default() };
        reader.refill();
        reader
    }

    fn refill(&mut self) {
        while self.taken == self.units.len() {
            let Some(run) = self.runs.next() else { return };
            (self.units, self.taken, self.marks) = (run.text.encode_utf16().collect(), 0, run.marks.clone());
        }
    }

    /// How many units are left of the present run.
    fn left(&self) -> usize {
        self.units.len() - self.taken
    }

    /// So many units of the present run, which has them.
    fn take(&mut self, units: usize) -> (String, Marks) {
        let text = String::from_utf16_lossy(&self.units[self.taken..self.taken + units]);
        let marks = self.marks.clone();
        self.taken += units;
        self.refill();
        (text, marks)
    }

    /// So many units, run by run.
    fn take_all(&mut self, mut units: usize) -> Vec<(String, Marks)> {
        let mut all = Vec::new();
        while units > 0 && self.left() > 0 {
            let part = units.min(self.left());
            all.push(self.take(part));
            units -= part;
        }
        all
    }
}
