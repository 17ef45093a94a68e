//! The annex of a sealed draft on its rounds: who was asked, who answered, who was silent.

use std::collections::BTreeMap;

use crdt::document::{Block, BlockKind, Marks, Run};
use crdt::history::digest;
use crdt::ids::{ComponentId, ParagraphId};
use crdt::render::ChapterBlocks;
use crdt::review::asked::{Asked, What};
use crdt::review::round::Round;
use crdt::review::submission::Visibility;
use sha2::{Digest as _, Sha256};

use super::annex::Annex;
use super::labels::{DayOf, Words};

/// The annex; `None` when no round had closed.
pub fn annex(
    words: &Words,
    day: DayOf<'_>,
    rounds: &[(Round, Asked)],
    draft_of: impl Fn(&Round) -> String,
    name_of: impl Fn(ComponentId) -> String,
) -> Option<Annex> {
    if rounds.is_empty() {
        return None;
    }
    let mut page = Page { blocks: Vec::new() };
    page.say(BlockKind::Heading { level: 1 }, words.get("asked-title"), false);
    page.say(PLAIN, words.get("asked-note"), false);
    for (round, asked) in rounds {
        let (opens, closes) = (words.day(day(round.plan.opens)), words.day(day(round.closes())));
        let draft = draft_of(round);
        page.say(BlockKind::Heading { level: 2 }, round.plan.name.clone(), false);
        let about = [("draft", draft.as_str()), ("opens", opens.as_str()), ("closes", closes.as_str())];
        page.say(PLAIN, words.fill("asked-round", &about), false);
        let answered = asked.answered.len().to_string();
        page.say(PLAIN, words.fill("asked-answered", &[("count", &answered)]), true);
        // What is read by the rapporteurs alone is not counted in public.
        let counts = round.plan.visibility != Visibility::RapporteursOnly;
        let line = |(id, sent): (&ComponentId, &BTreeMap<What, usize>)| {
            if counts { format!("{}: {}", name_of(*id), listed(words, sent)) } else { name_of(*id) }
        };
        page.list(asked.answered.iter().map(line).collect());
        page.say(PLAIN, words.fill("asked-silent", &[("count", &asked.silent.len().to_string())]), true);
        page.list(asked.silent.iter().map(|id| name_of(*id)).collect());
        if !asked.closed.is_empty() {
            let count = asked.closed.len().to_string();
            page.say(PLAIN, words.fill("asked-closed", &[("count", &count)]), true);
            let closed = asked.closed.iter().map(|(id, at)| {
                let said = [("component", name_of(*id)), ("date", words.day(day(*at)))];
                words.fill("asked-closed-on", &said.each_ref().map(|(name, value)| (*name, value.as_str())))
            });
            page.list(closed.collect());
        }
    }
    let chapter = ChapterBlocks { number: words.get("asked-number"), depth: 1, blocks: page.blocks };
    Some(Annex { digest: digest::of_text(&chapter.blocks), chapter })
}

fn listed(words: &Words, sent: &BTreeMap<What, usize>) -> String {
    let each = |(what, count): (&What, &usize)| {
        let id = match what {
            What::Remark => "asked-remarks",
            What::Amendment => "asked-amendments",
            What::Position => "asked-positions",
        };
        words.fill(id, &[("count", &count.to_string())])
    };
    sent.iter().map(each).collect::<Vec<_>>().join(", ")
}

const PLAIN: BlockKind = BlockKind::Paragraph { numbered: false };

struct Page {
    blocks: Vec<Block>,
}

impl Page {
    /// Names in order, as people look for them.
    fn list(&mut self, mut lines: Vec<String>) {
        lines.sort();
        for line in lines {
            self.say(BlockKind::UnorderedItem { depth: 0 }, line, false);
        }
    }

    /// A block whose id follows from its place: headings are labels in the PDF.
    fn say(&mut self, kind: BlockKind, words: String, strong: bool) {
        let place: [u8; 32] = Sha256::digest(format!("asked/{}", self.blocks.len()).as_bytes()).into();
        let id = ParagraphId(std::array::from_fn(|at| place[at]));
        let marks = if strong { Marks::on(["strong"]) } else { Marks::default() };
        self.blocks.push(Block::new(id, kind, vec![Run::marked(words, marks)]));
    }
}
