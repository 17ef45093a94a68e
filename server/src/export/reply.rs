//! The answer to a component, as a file: everything it sent in a round, what became of it, and why.
//!
//! It is a chapter of blocks, so that the writers of the paper (Markdown, PDF) print it too.

use crdt::document::{Block, BlockKind, MarkValue, Marks, Run};
use crdt::ids::ParagraphId;
use crdt::render::ChapterBlocks;
use sha2::{Digest as _, Sha256};

use super::labels::Words;
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

const PLAIN: BlockKind = BlockKind::Paragraph { numbered: false };

impl Letter<'_> {
    /// The chapter to be printed.
    pub fn chapter(&self, words: &Words) -> ChapterBlocks {
        let mut page = Page { blocks: Vec::new() };
        let heading = |words: String| vec![Run::plain(words)];
        page.say(BlockKind::Heading { level: 1 }, heading(words.get("reply-heading")));
        page.strong(self.component.to_owned());
        let about = [("round", self.round), ("paper", self.paper), ("date", self.day)];
        page.say(PLAIN, heading(words.fill("reply-about", &about)));
        if self.entries.is_empty() && self.positions.is_empty() {
            page.say(PLAIN, heading(words.get("reply-nothing")));
        }
        if !self.positions.is_empty() {
            let count = self.positions.len().to_string();
            page.say(PLAIN, heading(words.fill("reply-positions", &[("count", &count)])));
        }
        if !self.entries.is_empty() {
            page.say(PLAIN, heading(self.counted(words)));
        }
        for position in self.positions {
            page.position(words, position);
        }
        for entry in self.entries {
            page.entry(words, entry);
        }
        ChapterBlocks { number: "1".to_owned(), depth: 1, blocks: page.blocks }
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

struct Page {
    blocks: Vec<Block>,
}

impl Page {
    fn position(&mut self, words: &Words, position: &Position) {
        self.say(BlockKind::Heading { level: 2 }, vec![Run::plain(position.title.as_str())]);
        self.lines(&BlockKind::Quote, &position.quote);
        self.strong(position.stance.clone());
        self.lines(&PLAIN, &position.words);
        if !position.way_out.is_empty() {
            self.label(words, "annex-way-out");
            self.lines(&BlockKind::Quote, &position.way_out);
        }
        for note in std::iter::once(&position.taken).chain(&position.late) {
            self.say(PLAIN, vec![Run::marked(note.clone(), Marks::on(["em"]))]);
        }
        self.strong(position.fate.clone());
    }

    fn entry(&mut self, words: &Words, entry: &Entry) {
        let title = format!("{}: {}", entry.reference, entry.place);
        self.say(BlockKind::Heading { level: 2 }, vec![Run::plain(title)]);
        let is_amendment = !entry.reworded.is_empty();
        if !is_amendment {
            self.lines(&BlockKind::Quote, &entry.quote);
        }
        self.label(words, "reply-said");
        self.lines(&PLAIN, &entry.said);
        if is_amendment {
            self.reworded(words, &entry.reworded);
        } else if !entry.proposed.is_empty() {
            self.label(words, "reply-proposed");
            self.lines(&BlockKind::Quote, &entry.proposed);
        }
        for note in &entry.course {
            self.say(PLAIN, vec![Run::marked(note.clone(), Marks::on(["em"]))]);
        }
        self.strong(match &entry.outcome {
            Some(outcome) => words.fill("reply-answer", &[("outcome", outcome)]),
            None => words.get("reply-open"),
        });
        self.lines(&PLAIN, &entry.words);
        if let Some((words, address)) = &entry.result {
            let link = [("link".to_owned(), MarkValue::Text(address.clone()))];
            self.say(PLAIN, vec![Run::marked(words.clone(), Marks(link.into()))]);
        }
        for note in [Some(&entry.signed), entry.verdict.as_ref()].into_iter().flatten() {
            if !note.is_empty() {
                self.say(PLAIN, vec![Run::marked(note.clone(), Marks::on(["em"]))]);
            }
        }
    }

    fn reworded(&mut self, words: &Words, paragraphs: &[Reworded]) {
        for Reworded { before, after } in paragraphs {
            if let Some(runs) = before {
                self.label(words, if after.is_some() { "reply-before" } else { "reply-gone" });
                self.say(BlockKind::Quote, runs.clone());
            }
            if let Some(runs) = after {
                self.label(words, if before.is_some() { "reply-after" } else { "reply-fresh" });
                self.say(BlockKind::Quote, runs.clone());
            }
        }
    }

    fn label(&mut self, words: &Words, id: &str) {
        self.strong(words.get(id));
    }

    fn strong(&mut self, words: String) {
        self.say(PLAIN, vec![Run::marked(words, Marks::on(["strong"]))]);
    }

    fn lines(&mut self, kind: &BlockKind, words: &str) {
        for line in words.lines().filter(|line| !line.trim().is_empty()) {
            self.say(kind.clone(), vec![Run::plain(line.trim())]);
        }
    }

    /// A block whose id follows from its place: headings are labels in the PDF.
    fn say(&mut self, kind: BlockKind, runs: Vec<Run>) {
        let place: [u8; 32] = Sha256::digest(format!("reply/{}", self.blocks.len()).as_bytes()).into();
        let id = ParagraphId(std::array::from_fn(|at| place[at]));
        self.blocks.push(Block::new(id, kind, runs));
    }
}
