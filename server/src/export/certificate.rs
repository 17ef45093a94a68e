//! The certificate of a draft that was adopted by silence: what was adopted, when, by whose silence, and how each was told.

use crdt::document::{Block, BlockKind, Marks, Run};
use crdt::history::milestone::Milestone;
use crdt::ids::{ComponentId, ParagraphId};
use crdt::moment::Moment;
use crdt::render::ChapterBlocks;
use crdt::review::silence::{Delivered, Outcome, Silence, Way};
use sha2::{Digest as _, Sha256};

use super::labels::Words;

/// What the record of a procedure does not say by itself.
pub struct Facts<'a> {
    /// The paper's title.
    pub paper: &'a str,
    /// The adopted draft.
    pub draft: &'a Milestone,
    /// Who put it under silence: person and component.
    pub opened_by: (&'a str, &'a str),
    /// The names of the components.
    pub component: &'a dyn Fn(ComponentId) -> String,
    /// An instant in words, in the zone of the procedure.
    pub instant: &'a dyn Fn(Moment) -> String,
}

/// The words of the certificate; `None` unless the draft was adopted.
pub fn chapter(words: &Words, silence: &Silence, facts: &Facts<'_>) -> Option<ChapterBlocks> {
    let Some(Outcome::Adopted { at, audit_head }) = &silence.outcome else { return None };
    let mut page = Page { blocks: Vec::new() };
    let instant = |at: Moment| (facts.instant)(at);
    page.say(BlockKind::Heading { level: 1 }, &words.get("certificate-title"));
    let adopted = words.fill(
        "certificate-adopted",
        &[("draft", &facts.draft.name), ("paper", facts.paper), ("instant", &instant(*at))],
    );
    page.say(PLAIN, &adopted);
    page.say(BlockKind::Quote, &silence.question);
    page.strong(&words.get("certificate-fingerprint"), &silence.fingerprint.to_string());
    let (person, component) = facts.opened_by;
    let opened = words.fill(
        "certificate-opened",
        &[("person", person), ("component", component), ("instant", &instant(silence.opened.at))],
    );
    page.say(PLAIN, &opened);
    for end in silence.ends.iter().skip(1) {
        let moved = words.fill(
            "certificate-moved",
            &[("set", &instant(end.set.at)), ("instant", &instant(end.at)), ("reason", &end.reason)],
        );
        page.say(PLAIN, &moved);
    }
    page.say(BlockKind::Heading { level: 2 }, &words.get("certificate-components"));
    let mut listed: Vec<(String, Option<&Delivered>)> =
        silence.components.iter().map(|id| ((facts.component)(*id), silence.deliveries().get(id))).collect();
    listed.sort_by(|one, other| one.0.cmp(&other.0));
    for (name, delivered) in listed {
        let Some(delivered) = delivered else { continue };
        let (id, how) = match &delivered.way {
            Way::Seen => ("certificate-seen", ""),
            Way::Mail => ("certificate-mail", ""),
            Way::Otherwise { words, .. } => ("certificate-otherwise", words.as_str()),
        };
        let line = words
            .fill(id, &[("component", name.as_str()), ("instant", &instant(delivered.at)), ("words", how)]);
        page.say(BlockKind::UnorderedItem { depth: 0 }, &line);
    }
    page.say(BlockKind::Heading { level: 2 }, &words.get("certificate-proof"));
    page.strong(&words.get("certificate-audit"), &audit_head.to_string());
    page.say(PLAIN, &words.fill("certificate-zone", &[("zone", &silence.zone)]));
    Some(ChapterBlocks { number: String::new(), depth: 1, blocks: page.blocks })
}

const PLAIN: BlockKind = BlockKind::Paragraph { numbered: false };

struct Page {
    blocks: Vec<Block>,
}

impl Page {
    fn say(&mut self, kind: BlockKind, words: &str) {
        self.runs(kind, vec![Run::plain(words)]);
    }

    fn strong(&mut self, name: &str, value: &str) {
        self.runs(PLAIN, vec![Run::marked(name, Marks::on(["strong"])), Run::plain(format!(" {value}"))]);
    }

    /// A block whose id follows from its place: headings are labels in the PDF.
    fn runs(&mut self, kind: BlockKind, runs: Vec<Run>) {
        let place: [u8; 32] = Sha256::digest(format!("certificate/{}", self.blocks.len()).as_bytes()).into();
        let id = ParagraphId(std::array::from_fn(|at| place[at]));
        self.blocks.push(Block::new(id, kind, runs));
    }
}
