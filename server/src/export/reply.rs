//! The answer to a component, as a file: everything it sent in a round, what became of it, and why.
//!
//! It is a chapter of blocks, so that the writers of the paper (Markdown, PDF) print it too.

use crdt::document::BlockKind;
use crdt::render::ChapterBlocks;

use super::labels::Words;
use super::leaf::{Leaf, PLAIN, em, link, strong};
use super::reworded::Reworded;

/// What is answered, in the language of the file.
pub struct Letter<'a> {
    /// The component's name.
    pub component: &'a str,
    /// The round's name.
    pub round: &'a str,
    /// The paper's title.
    pub paper: &'a str,
    /// As of which day, in words.
    pub day: &'a str,
    /// The positions it took.
    pub positions: &'a [Position],
    /// The remarks and amendments it sent, in the order of the text.
    pub entries: &'a [Entry],
}

/// A position that a component took.
#[derive(Clone, Default, Debug)]
pub struct Position {
    /// On what, in words.
    pub title: String,
    /// How the paragraph began that it is about; empty for a chapter or the paper.
    pub quote: String,
    /// The stance, in words.
    pub stance: String,
    /// Why.
    pub words: String,
    /// The text that would lift it; empty when none was given.
    pub way_out: String,
    /// When it was taken and of which draft.
    pub taken: String,
    /// That it came late, if it did.
    pub late: Option<String>,
    /// What became of it.
    pub fate: String,
}

/// A remark or an amendment that a component sent.
#[derive(Clone, Default, Debug)]
pub struct Entry {
    /// By which people cite it: "AFR-7K3QX".
    pub reference: String,
    /// Where it stands, in words.
    pub place: String,
    /// The words it is about.
    pub quote: String,
    /// What the component said.
    pub said: String,
    /// The words it would like instead; empty when it proposed none.
    pub proposed: String,
    /// What an amendment would change, paragraph by paragraph; stands in the place of quotation and proposed words.
    pub reworded: Vec<Reworded>,
    /// How it came, where that is out of the ordinary: late, on its behalf, taken back.
    pub course: Vec<String>,
    /// What became of it, in a word or two; `None` while nobody has answered.
    pub outcome: Option<String>,
    /// Why.
    pub words: String,
    /// Who answers for that, and when.
    pub signed: String,
    /// Words and address of the link to the resulting words.
    pub result: Option<(String, String)>,
    /// What the component said of the answer.
    pub verdict: Option<String>,
}

impl Letter<'_> {
    /// The chapter to be printed.
    pub fn chapter(&self, words: &Words) -> ChapterBlocks {
        let mut page = Page { words, leaf: Leaf::of("reply") };
        page.leaf.heading(1, words.get("reply-heading"));
        page.strong(self.component);
        let about = [("round", self.round), ("paper", self.paper), ("date", self.day)];
        page.leaf.plain(words.fill("reply-about", &about));
        if self.entries.is_empty() && self.positions.is_empty() {
            page.leaf.plain(words.get("reply-nothing"));
        }
        if !self.positions.is_empty() {
            let count = self.positions.len().to_string();
            page.leaf.plain(words.fill("reply-positions", &[("count", &count)]));
        }
        if !self.entries.is_empty() {
            page.leaf.plain(self.counted(words));
        }
        for position in self.positions {
            page.position(position);
        }
        for entry in self.entries {
            page.entry(entry);
        }
        page.leaf.chapter("1".to_owned())
    }

    /// How many there are of each outcome, in a sentence.
    fn counted(&self, words: &Words) -> String {
        let mut counts: Vec<(String, usize)> = Vec::new();
        for entry in self.entries {
            let outcome = entry.outcome.clone().unwrap_or_else(|| words.get("reply-open"));
            match counts.iter_mut().find(|(known, _)| *known == outcome) {
                Some((_, count)) => *count += 1,
                None => counts.push((outcome, 1)),
            }
        }
        let list: Vec<String> = counts.iter().map(|(outcome, count)| format!("{outcome}: {count}")).collect();
        words.fill("reply-counts", &[("sent", &self.entries.len().to_string()), ("list", &list.join("; "))])
    }
}

struct Page<'a> {
    words: &'a Words,
    leaf: Leaf,
}

impl Page<'_> {
    fn position(&mut self, position: &Position) {
        self.leaf.heading(2, position.title.as_str());
        self.leaf.lines(&BlockKind::Quote, &position.quote);
        self.strong(position.stance.as_str());
        self.leaf.lines(&PLAIN, &position.words);
        if !position.way_out.is_empty() {
            self.label("annex-way-out");
            self.leaf.lines(&BlockKind::Quote, &position.way_out);
        }
        for note in std::iter::once(&position.taken).chain(&position.late) {
            self.note(note);
        }
        self.strong(position.fate.as_str());
    }

    fn entry(&mut self, entry: &Entry) {
        let title = format!("{}: {}", entry.reference, entry.place);
        self.leaf.heading(2, title);
        let is_amendment = !entry.reworded.is_empty();
        if !is_amendment {
            self.leaf.lines(&BlockKind::Quote, &entry.quote);
        }
        self.label("reply-said");
        self.leaf.lines(&PLAIN, &entry.said);
        if is_amendment {
            self.reworded(&entry.reworded);
        } else if !entry.proposed.is_empty() {
            self.label("reply-proposed");
            self.leaf.lines(&BlockKind::Quote, &entry.proposed);
        }
        for note in &entry.course {
            self.note(note);
        }
        let answer = match &entry.outcome {
            Some(outcome) => self.words.fill("reply-answer", &[("outcome", outcome)]),
            None => self.words.get("reply-open"),
        };
        self.strong(answer);
        self.leaf.lines(&PLAIN, &entry.words);
        if let Some((words, address)) = &entry.result {
            self.leaf.say(PLAIN, vec![link(words.as_str(), address)]);
        }
        for note in [Some(&entry.signed), entry.verdict.as_ref()].into_iter().flatten() {
            if !note.is_empty() {
                self.note(note);
            }
        }
    }

    fn reworded(&mut self, paragraphs: &[Reworded]) {
        for Reworded { before, after } in paragraphs {
            if let Some(runs) = before {
                self.label(if after.is_some() { "reply-before" } else { "reply-gone" });
                self.leaf.say(BlockKind::Quote, runs.clone());
            }
            if let Some(runs) = after {
                self.label(if before.is_some() { "reply-after" } else { "reply-fresh" });
                self.leaf.say(BlockKind::Quote, runs.clone());
            }
        }
    }

    fn label(&mut self, id: &str) {
        let label = self.words.get(id);
        self.strong(label);
    }

    fn strong(&mut self, words: impl Into<String>) {
        self.leaf.say(PLAIN, vec![strong(words)]);
    }

    fn note(&mut self, words: &str) {
        self.leaf.say(PLAIN, vec![em(words)]);
    }
}
