//! What everybody may read of the talk about a text: as comments of Word, and as an annex in every other file.

use crdt::document::{Block, BlockKind, MarkValue, Marks, Run};
use crdt::history::digest;
use crdt::ids::ParagraphId;
use crdt::render::ChapterBlocks;
use crdt::render::remarked::{Remark, Said};
use sha2::{Digest as _, Sha256};

use super::annex::Annex;
use super::labels::{DayOf, Words};

/// One discussion.
pub struct Discussed {
    /// The number of its chapter.
    pub chapter: String,
    /// The number of its paragraph, if it has one.
    pub paragraph: Option<usize>,
    /// Where that can be read.
    pub address: String,
    /// The words that it is about.
    pub quote: String,
    /// None of them stands there any more.
    pub is_gone: bool,
    /// Whether it is settled.
    pub is_resolved: bool,
    /// What was said, in order; at least one thing.
    pub said: Vec<Said>,
}

impl Discussed {
    /// As comments beside the words. What stands at none of its own words says which they were.
    pub fn remark(&self, words: &Words) -> Remark {
        let mut said = self.said.clone();
        if let Some(first) = said.first_mut().filter(|_| self.is_gone) {
            let about = words.fill("file-comments-gone", &[("quote", &self.quote)]);
            first.words = format!("{about}\n{}", first.words);
        }
        if let Some(last) = said.last_mut().filter(|_| self.is_resolved) {
            last.words = format!("{}\n[{}]", last.words, words.get("file-comments-resolved"));
        }
        Remark { said }
    }
}

/// The annex of these discussions, in the order of the text. It says so when there are none.
pub fn annex(words: &Words, day: DayOf<'_>, discussions: &[Discussed]) -> Annex {
    let mut page = Page { blocks: Vec::new() };
    page.say(BlockKind::Heading { level: 1 }, vec![Run::plain(words.get("file-comments-title"))]);
    let note = if discussions.is_empty() { "file-comments-none" } else { "file-comments-note" };
    page.say(PLAIN, vec![Run::plain(words.get(note))]);
    for discussion in discussions {
        page.discussion(words, day, discussion);
    }
    let chapter = ChapterBlocks { number: words.get("file-comments-number"), depth: 1, blocks: page.blocks };
    Annex { digest: digest::of_text(&chapter.blocks), chapter }
}

const PLAIN: BlockKind = BlockKind::Paragraph { numbered: false };

struct Page {
    blocks: Vec<Block>,
}

impl Page {
    fn discussion(&mut self, words: &Words, day: DayOf<'_>, discussion: &Discussed) {
        let Discussed { chapter, paragraph, address, quote, is_gone, is_resolved, said } = discussion;
        let place = match paragraph {
            Some(number) => {
                words.fill("file-comments-place", &[("number", &number.to_string()), ("chapter", chapter)])
            }
            None => words.fill("file-comments-place-chapter", &[("chapter", chapter)]),
        };
        self.say(BlockKind::Heading { level: 2 }, vec![Run::plain(place)]);
        self.lines(&BlockKind::Quote, quote);
        let link = [("link".to_owned(), MarkValue::Text(address.clone()))];
        self.say(PLAIN, vec![Run::marked(words.get("file-comments-open"), Marks(link.into()))]);
        if *is_gone {
            self.say(PLAIN, vec![Run::marked(words.get("file-comments-words-gone"), Marks::on(["em"]))]);
        }
        for Said { who, at, words: body, .. } in said {
            let signed = words.fill("file-comments-signed", &[("who", who), ("date", &words.day(day(*at)))]);
            self.say(PLAIN, vec![Run::marked(signed, Marks::on(["strong"]))]);
            self.lines(&PLAIN, body);
        }
        if *is_resolved {
            self.say(PLAIN, vec![Run::marked(words.get("file-comments-resolved"), Marks::on(["em"]))]);
        }
    }

    fn lines(&mut self, kind: &BlockKind, words: &str) {
        for line in words.lines().filter(|line| !line.trim().is_empty()) {
            self.say(kind.clone(), vec![Run::plain(line.trim())]);
        }
    }

    /// A block whose id follows from its place: headings are labels in the PDF.
    fn say(&mut self, kind: BlockKind, runs: Vec<Run>) {
        let place: [u8; 32] = Sha256::digest(format!("comments/{}", self.blocks.len()).as_bytes()).into();
        let id = ParagraphId(std::array::from_fn(|at| place[at]));
        self.blocks.push(Block::new(id, kind, runs));
    }
}
