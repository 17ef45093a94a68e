//! Notes: `[^1]` in a line, `[^1]: words` anywhere. In a text the words stand where the mark is.
//!
//! While the file is read, a mark is one letter under a name that no file can spell; when all definitions are known, each is
//! replaced by the words. A definition counts for the first mark that names it: were they copied, a small file could become an
//! endless text.

use std::collections::BTreeMap;

use super::{Ids, is_id};
use crate::document::schema::{Block, MarkValue, Marks, Run};

/// Stands for a mark until its words are known.
const STAND_IN: &str = "\u{fffc}";
const PREFIX: &str = "footnote:\0";

/// The notes of a file.
#[derive(Default)]
pub(super) struct Notes {
    defined: BTreeMap<String, Definition>,
}

struct Definition {
    /// Where it begins, in bytes of the file.
    at: usize,
    runs: Vec<Run>,
    is_used: bool,
}

/// What a line holds where a note is marked.
pub(super) fn mark(label: &str) -> Run {
    Run::marked(STAND_IN, Marks::on([format!("{PREFIX}{label}").as_str()]))
}

impl Notes {
    /// Takes the blocks of a definition as its words. `false`, and nothing is taken, when the label has one already.
    pub(super) fn define(&mut self, label: &str, at: usize, blocks: &[Block]) -> bool {
        if self.defined.contains_key(label) {
            return false;
        }
        let mut words = Vec::new();
        for block in blocks {
            if !words.is_empty() {
                words.push(Run::plain(" "));
            }
            words.extend(block.runs.iter().map(as_words));
        }
        self.defined.insert(label.to_string(), Definition { at, runs: words, is_used: false });
        true
    }

    /// Puts the words where the marks are. Returns the marks (`[^1]`) that had no
    /// definition to take, in the order of the file.
    pub(super) fn resolve(&mut self, blocks: &mut [Block], ids: &mut Ids<'_>) -> Vec<String> {
        let mut leftover = Vec::new();
        for block in blocks.iter_mut().filter(|block| block.runs.iter().any(|run| label_of(run).is_some())) {
            let mut whole = Block { runs: Vec::new(), ..block.clone() };
            for run in &block.runs {
                let Some(label) = label_of(run) else {
                    whole.push(run.clone());
                    continue;
                };
                // Two marks of one note side by side are one run.
                for _ in run.text.chars() {
                    match self.defined.get_mut(label).filter(|note| !note.is_used && !note.runs.is_empty()) {
                        Some(note) => {
                            note.is_used = true;
                            let id = if is_id(label) { label.to_string() } else { ids().to_string() };
                            let name = format!("footnote:{id}");
                            for Run { text, marks } in &note.runs {
                                let mut marks = marks.clone();
                                marks.0.insert(name.clone(), MarkValue::ON);
                                whole.push_words(text, &marks);
                            }
                        }
                        None => {
                            leftover.push(spelt(label));
                            whole.push(Run::plain(spelt(label)));
                        }
                    }
                }
            }
            *block = whole;
        }
        leftover
    }

    /// The definitions that no mark took, in the order of the file: where each stood, and its words.
    pub(super) fn unused(self) -> Vec<(usize, Vec<Run>)> {
        let unused = self.defined.into_values().filter(|note| !note.is_used && !note.runs.is_empty());
        let mut unused: Vec<_> = unused.map(|note| (note.at, note.runs)).collect();
        unused.sort_by_key(|(at, _)| *at);
        unused
    }
}

/// A note holds no notes: a mark inside one is words.
fn as_words(run: &Run) -> Run {
    match label_of(run) {
        Some(label) => Run::plain(spelt(label).repeat(run.text.chars().count())),
        None => run.clone(),
    }
}

fn label_of(run: &Run) -> Option<&str> {
    run.marks.0.keys().find_map(|name| name.strip_prefix(PREFIX))
}

fn spelt(label: &str) -> String {
    format!("[^{label}]")
}
