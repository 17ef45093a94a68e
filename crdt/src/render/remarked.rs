//! Words that people talk about, marked for the writers that show it beside them.
//!
//! A discussion is bound to words by a mark that only a tree has: `remark:N`, where N is its place among the discussions of the file.
//! Writers that do not know it write the words as ever.
//!
//! ```
//! use crdt::document::{Block, BlockKind, Run};
//! use crdt::render::remarked::{bind, of};
//!
//! let mut paragraph = Block::new("00000000000000a1".parse().unwrap(), BlockKind::Quote, vec![Run::plain("All cities act.")]);
//! bind(&mut paragraph, 4..10, 0);
//! let bound: Vec<_> = paragraph.runs.iter().filter(|run| of(run).eq([0])).map(|run| run.text.as_str()).collect();
//! assert_eq!(bound, ["cities"]);
//! ```

use std::ops::Range;

use crate::document::{Block, MarkValue, Run};
use crate::moment::Moment;

const PREFIX: &str = "remark:";

/// What was said about the same words, in order; at least one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// Everything that was said.
    pub said: Vec<Said>,
}

/// One thing that was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The person and their component.
    pub who: String,
    /// The person's initials.
    pub initials: String,
    /// When the server received it.
    pub at: Moment,
    /// The words; lines end in `\n`.
    pub words: String,
}

/// Binds the discussion at this place to words of a block: `range` in UTF-16 units from their beginning, cut to what is there.
pub fn bind(block: &mut Block, range: Range<usize>, discussion: usize) {
    let name = format!("{PREFIX}{discussion}");
    let mut start = 0;
    for run in std::mem::take(&mut block.runs) {
        let mut parts = [String::new(), String::new(), String::new()];
        for c in run.text.chars() {
            let part = if start < range.start { 0 } else { 1 + usize::from(start >= range.end) };
            parts[part].push(c);
            start += c.len_utf16();
        }
        for (at, text) in parts.into_iter().enumerate() {
            let mut marks = run.marks.clone();
            if at == 1 {
                marks.0.insert(name.clone(), MarkValue::ON);
            }
            block.push(Run { text, marks });
        }
    }
}

/// These words are bound to no discussion any more.
pub fn unbind(run: &mut Run) {
    run.marks.0.retain(|name, _| !name.starts_with(PREFIX));
}

/// The discussions that these words are bound to, as their places.
pub fn of(run: &Run) -> impl Iterator<Item = usize> {
    run.marks.0.keys().filter_map(|name| name.strip_prefix(PREFIX)?.parse().ok())
}
