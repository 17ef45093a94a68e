//! An amendment as a row shows it: in plain words, what its passage says and what it would say.

use std::sync::Arc;

use serde_json::Value;

use crate::review::amendment::{Amendment, State};

/// A submitted amendment, with its words.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// The record.
    pub amendment: Arc<Amendment>,
    /// The version of the record. Readers name another one, which counts what they may know of ([`Amendment::shown`]).
    pub version: u64,
    /// What it is about, if it says so in a line, and why.
    pub comment: String,
    /// The words it touches, as they were.
    pub passage: Passage,
}

/// A passage in both wordings. Each differing paragraph gives a line to those wordings in which it has words.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Passage {
    /// As it was; empty for what only comes.
    pub was: String,
    /// As it would be; empty for what only goes.
    pub becomes: String,
}

impl Proposal {
    /// REV75: its newest revision, of which `redline` is what was kept; `None` for a draft, which is in no matrix.
    pub fn of(amendment: Arc<Amendment>, version: u64, redline: &[Value]) -> Option<Proposal> {
        if amendment.state() == State::Draft {
            return None;
        }
        let revision = amendment.revision()?;
        let said = [revision.title.as_str(), revision.reason.as_str()];
        let said: Vec<&str> = said.into_iter().filter(|words| !words.is_empty()).collect();
        let comment = said.join("\n");
        Some(Proposal { comment, passage: Passage::of(redline), amendment, version })
    }
}

/// What becomes of words, as far as a passage asks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Kept,
    Goes,
    Comes,
}

impl Passage {
    /// Words that stay on either side of what differs, at most, in a paragraph that is shown in part.
    pub const AROUND: usize = 8;

    /// The longest wording, in characters; what is longer ends with an ellipsis.
    pub const MAX_CHARACTERS: usize = 10_000;

    /// REV75: from the first to the last word that differs in each paragraph of a
    /// [redline](crate::document::redline::RedBlock) as it is kept, with some words around.
    pub fn of(redline: &[Value]) -> Passage {
        let mut passage = Passage::default();
        for block in redline {
            let part = Passage::of_block(block);
            add_line(&mut passage.was, &part.was);
            add_line(&mut passage.becomes, &part.becomes);
        }
        passage
    }

    fn of_block(block: &Value) -> Passage {
        let runs: Vec<(Fate, &str)> = block["runs"].as_array().into_iter().flatten().map(run).collect();
        let differs = |(fate, _): &(Fate, &str)| *fate != Fate::Kept;
        let joined = |part: &[(Fate, &str)], left_out: Fate| {
            part.iter().filter(|(fate, _)| *fate != left_out).map(|(_, words)| *words).collect::<String>()
        };
        let around = runs.iter().position(differs).zip(runs.iter().rposition(differs));
        // What only changes its kind or its marks is shown whole: its words are the same.
        let (first, last) = around.unwrap_or((0, runs.len().saturating_sub(1)));
        let middle = runs.get(first..=last).unwrap_or_default();
        let (before, behind) =
            (joined(&runs[..first], Fate::Goes), joined(&runs[runs.len().min(last + 1)..], Fate::Goes));
        let shown = |left_out: Fate| {
            format!("{}{}{}", last_words(&before), joined(middle, left_out), first_words(&behind))
        };
        let is_whole = |change: &str| block["change"] == change;
        Passage {
            was: if is_whole("inserted") { String::new() } else { shown(Fate::Comes) },
            becomes: if is_whole("deleted") { String::new() } else { shown(Fate::Goes) },
        }
    }
}

fn run(run: &Value) -> (Fate, &str) {
    let fate = match run["change"].as_str() {
        Some("deleted") => Fate::Goes,
        Some("inserted") => Fate::Comes,
        _ => Fate::Kept,
    };
    (fate, run["text"].as_str().unwrap_or_default())
}

/// The last words of what stands before.
fn last_words(words: &str) -> String {
    let starts: Vec<usize> = word_starts(words).collect();
    match starts.len().checked_sub(Passage::AROUND) {
        None | Some(0) => words.to_owned(),
        Some(over) => format!("… {}", &words[starts[over]..]),
    }
}

/// The first words of what stands behind.
fn first_words(words: &str) -> String {
    match word_starts(words).nth(Passage::AROUND) {
        None => words.to_owned(),
        Some(end) => format!("{} …", words[..end].trim_end()),
    }
}

fn word_starts(words: &str) -> impl Iterator<Item = usize> + '_ {
    let mut before = ' ';
    words.char_indices().filter_map(move |(at, c)| {
        let starts = before.is_whitespace() && !c.is_whitespace();
        before = c;
        starts.then_some(at)
    })
}

fn add_line(wording: &mut String, line: &str) {
    let line = line.trim();
    let used = wording.chars().count();
    if line.is_empty() || used >= Passage::MAX_CHARACTERS {
        return;
    }
    if !wording.is_empty() {
        wording.push('\n');
    }
    let room = Passage::MAX_CHARACTERS - used;
    match line.char_indices().nth(room) {
        None => wording.push_str(line),
        Some((end, _)) => {
            wording.push_str(line[..end].trim_end());
            wording.push('…');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::redline::redline;
    use crate::document::{Block, BlockKind, Run};

    fn paragraph(id: u8, words: &str) -> Block {
        Block::new(
            crate::ids::ParagraphId([id; 8]),
            BlockKind::Paragraph { numbered: true },
            vec![Run::plain(words)],
        )
    }

    fn passage(old: &[&str], new: &[(u8, &str)]) -> Passage {
        let old: Vec<Block> = old.iter().zip(1..).map(|(words, id)| paragraph(id, words)).collect();
        let new: Vec<Block> = new.iter().map(|(id, words)| paragraph(*id, words)).collect();
        let red = redline(&old, &new).into_iter().filter(|block| block.differs());
        let red: Vec<Value> = red.map(|block| serde_json::to_value(block).unwrap()).collect();
        Passage::of(&red)
    }

    fn both(was: &str, becomes: &str) -> Passage {
        Passage { was: was.to_owned(), becomes: becomes.to_owned() }
    }

    #[test]
    fn rev75_a_passage_reaches_from_the_first_to_the_last_word_that_differs_with_some_around() {
        let old = "One two three four five six seven eight nine ten doors open a b c d e f g h i j.";
        let new = "One two three four five six seven eight nine ten keys turn a b c d e f g h i j.";
        assert_eq!(
            passage(&[old], &[(1, new)]),
            both(
                "… three four five six seven eight nine ten doors open a b c d e f g h …",
                "… three four five six seven eight nine ten keys turn a b c d e f g h …"
            )
        );
        assert_eq!(
            passage(&["Cities act."], &[(1, "All cities act.")]),
            both("Cities act.", "All cities act.")
        );
    }

    #[test]
    fn rev75_whole_paragraphs_that_come_or_go_have_words_on_one_side() {
        assert_eq!(passage(&["A.", "B."], &[(1, "A.")]), both("B.", ""));
        assert_eq!(passage(&["A."], &[(1, "A."), (2, "B."), (3, "C.")]), both("", "B.\nC."));
        assert_eq!(passage(&[], &[]), Passage::default());
    }

    #[test]
    fn rev75_a_wording_ends_where_it_is_too_long() {
        let long = "word ".repeat(Passage::MAX_CHARACTERS);
        let Passage { was, becomes } = passage(&["A."], &[(1, "A."), (2, &long), (3, "B.")]);
        assert_eq!((was.as_str(), becomes.chars().count() <= Passage::MAX_CHARACTERS + 1), ("", true));
        assert!(becomes.ends_with("word…"), "{}", &becomes[becomes.len() - 20..]);
    }
}
