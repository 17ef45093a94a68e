//! The matrix: everything that components asked for, in rows, each at its place in the text and with its answer.
//!
//! A [`Row`] stands for one remark or one submitted amendment. It is a view: nothing of it is stored, and whoever may not read
//! what it stands for has no row of it.
//! Rows are put in the order of the text or by component ([`Order`]), and looked through with a [`Filter`].
//!
//! Places are found by [`Outline`], once for each text: words move while people write, and a row goes with them.
//!
//! ```
//! use crdt::review::matrix::{folded, reference};
//! use uuid::Uuid;
//!
//! assert_eq!(folded("Inclusión, ¿DÓNDE?"), "inclusion, ¿donde?");
//! assert_eq!(reference("AFR", Uuid::from_u128(7 << 103)), "AFR-00007");
//! ```
//!
//! It knows nothing of names: components are ids here, and chapters their places in the paper.

mod filter;
mod outline;
mod proposal;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use self::filter::{Assigned, Filter, folded};
pub use self::outline::{Located, Outline};
pub use self::proposal::{Passage, Proposal};
use super::disposition::{Disposition, Outcome};
use super::entry::{Kind, Verdict};
use super::thread::{Audience, Thread};
use crate::ids::{ComponentId, ParagraphId, SeatId, TextId};
use crate::moment::Moment;

/// One row.
#[derive(Clone, Debug)]
pub struct Row {
    /// What it stands for.
    pub source: Source,
    /// The version that its reader names who answers it: of a remark that of its record, of an amendment as REV35 says.
    pub version: u64,
    /// Where it stands now.
    pub spot: Spot,
}

/// What a row stands for.
#[derive(Clone, Debug)]
pub enum Source {
    /// What a component said about a passage.
    Remark(Arc<Thread>),
    /// What it would have a passage say.
    Amendment(Arc<Proposal>),
}

/// What a row is about, as lists and filters name it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum RowKind {
    /// A remark of this kind.
    Remark(Kind),
    /// An amendment.
    Amendment,
}

/// Where a row stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Spot {
    /// The text.
    pub text: TextId,
    /// The place of its chapter in the paper, 0 for the first.
    pub chapter: usize,
    /// The place of its language among the paper's, 0 for the one it is drafted in.
    pub language: usize,
    /// The paragraph its words stand in; the one they stood in when they are gone.
    pub paragraph: ParagraphId,
    /// The place of that paragraph in the text, 0 for the first; `None` when the words are gone.
    pub block: Option<usize>,
    /// Where the words begin, in UTF-16 units from the start of the text; 0 when they are gone.
    pub start: usize,
    /// The number of that paragraph in the paper, if it has one.
    pub number: Option<usize>,
}

/// How rows follow each other.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// By chapter and paragraph.
    #[default]
    Text,
    /// By component, then as in the text.
    Component,
}

/// How far a row is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum State {
    /// Nobody has answered it.
    Unanswered,
    /// It has this answer.
    Answered(Outcome),
}

impl Row {
    /// The id of what it stands for.
    pub fn id(&self) -> Uuid {
        match &self.source {
            Source::Remark(thread) => thread.id.0,
            Source::Amendment(proposal) => proposal.amendment.id.0,
        }
    }

    /// Whose it is.
    pub fn component(&self) -> ComponentId {
        match &self.source {
            Source::Remark(thread) => thread.component,
            Source::Amendment(proposal) => proposal.amendment.component,
        }
    }

    /// What it is about.
    pub fn kind(&self) -> RowKind {
        match &self.source {
            Source::Remark(thread) => RowKind::Remark(thread.entry.kind),
            Source::Amendment(_) => RowKind::Amendment,
        }
    }

    /// The number by which people cite an amendment; `None` for a remark, which has a [`reference()`].
    pub fn amendment_number(&self) -> Option<u32> {
        match &self.source {
            Source::Remark(_) => None,
            Source::Amendment(proposal) => proposal.amendment.number,
        }
    }

    /// What its component says; of an amendment, why.
    pub fn comment(&self) -> &str {
        match &self.source {
            Source::Remark(thread) => thread.comments.first().map_or("", |first| &first.body),
            Source::Amendment(proposal) => &proposal.comment,
        }
    }

    /// The words of the text it is about, as they were.
    pub fn quote(&self) -> &str {
        match &self.source {
            Source::Remark(thread) => &thread.anchor.quote,
            Source::Amendment(proposal) => &proposal.passage.was,
        }
    }

    /// The words it would like instead; empty when a remark proposes none, or an amendment only takes words out.
    pub fn proposed(&self) -> &str {
        match &self.source {
            Source::Remark(thread) => &thread.entry.proposed,
            Source::Amendment(proposal) => &proposal.passage.becomes,
        }
    }

    /// Its answer.
    pub fn disposition(&self) -> Option<&Disposition> {
        match &self.source {
            Source::Remark(thread) => thread.entry.disposition.as_ref(),
            Source::Amendment(proposal) => {
                proposal.amendment.standing().map(|decision| &decision.disposition)
            }
        }
    }

    /// What its component says of the answer; of the decision on an amendment it says nothing here.
    pub fn verdict(&self) -> Option<&Verdict> {
        match &self.source {
            Source::Remark(thread) => thread.entry.verdict.as_ref(),
            Source::Amendment(_) => None,
        }
    }

    /// The seat that will answer it.
    pub fn assigned(&self) -> Option<SeatId> {
        match &self.source {
            Source::Remark(thread) => thread.entry.assigned,
            Source::Amendment(proposal) => proposal.amendment.assigned,
        }
    }

    /// When it was said, or put to the paper.
    pub fn at(&self) -> Moment {
        match &self.source {
            Source::Remark(thread) => thread.created,
            Source::Amendment(proposal) => {
                let Proposal { amendment, .. } = &**proposal;
                amendment.submission.as_ref().map_or(amendment.opened.at, |submission| submission.at)
            }
        }
    }

    /// How far it is. What its component took back needs no other answer.
    pub fn state(&self) -> State {
        let is_taken_back = match &self.source {
            Source::Remark(thread) => thread.withdrawn.is_some(),
            Source::Amendment(_) => false,
        };
        if is_taken_back {
            return State::Answered(Outcome::Withdrawn);
        }
        self.disposition().map_or(State::Unanswered, |answer| State::Answered(answer.outcome))
    }

    /// REV49: text order is chapter, paragraph (rows whose words are gone behind the others), language, place in the paragraph, and
    /// what came first.
    fn text_key(&self) -> impl Ord + use<> {
        let Spot { chapter, language, block, start, .. } = self.spot;
        (chapter, block.is_none(), block, language, start, self.at(), self.id())
    }
}

impl RowKind {
    /// All of them, in the order in which lists show them.
    pub const ALL: [RowKind; 6] = [
        RowKind::Remark(Kind::General),
        RowKind::Remark(Kind::Substantive),
        RowKind::Remark(Kind::Editorial),
        RowKind::Remark(Kind::Translation),
        RowKind::Remark(Kind::Evidence),
        RowKind::Amendment,
    ];

    /// Its stable name.
    pub fn name(self) -> &'static str {
        match self {
            RowKind::Remark(Kind::General) => "general",
            RowKind::Remark(Kind::Substantive) => "substantive",
            RowKind::Remark(Kind::Editorial) => "editorial",
            RowKind::Remark(Kind::Translation) => "translation",
            RowKind::Remark(Kind::Evidence) => "evidence",
            RowKind::Amendment => "amendment",
        }
    }

    /// The kind with this name, if there is one.
    pub fn of_name(name: &str) -> Option<RowKind> {
        RowKind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// REV45, REV75: its type among standards bodies; to them an amendment is technical.
    pub fn iso(self) -> &'static str {
        match self {
            RowKind::Remark(kind) => kind.iso(),
            RowKind::Amendment => "te",
        }
    }
}

/// REV49: what was put to the paper is in the matrix; what is still inside a component is not, not even in its own.
pub fn is_in_matrix(thread: &Thread) -> bool {
    thread.audience != Audience::Component
}

impl Order {
    /// Puts rows in order. `rank` says how components follow each other.
    pub fn sort<R: Ord>(self, rows: &mut [Row], rank: impl Fn(ComponentId) -> R) {
        match self {
            Order::Text => rows.sort_by_cached_key(Row::text_key),
            Order::Component => rows.sort_by_cached_key(|row| (rank(row.component()), row.text_key())),
        }
    }
}

/// REV49: the name by which people cite a row: its component's code and 25 bits of its id, in Crockford's base 32. The same for
/// every reader and for life; it counts nothing, so it tells nothing of rows that a reader may not see.
pub fn reference(code: &str, id: Uuid) -> String {
    const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let bits = id.as_u128() >> 103;
    let digit = |place: u32| char::from(DIGITS[(bits >> (5 * place)) as usize % 32]);
    format!("{code}-{}", (0..5).rev().map(digit).collect::<String>())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::document::{Anchor, Block, BlockKind, Run, Text, Writer};
    use crate::ids::{ActorId, CommentId, ThreadId};
    use crate::moment::Moment;
    use crate::review::entry::Entry;
    use crate::review::thread::Comment;

    const AFRICA: ComponentId = ComponentId(Uuid::from_u128(1));
    const LYON: ComponentId = ComponentId(Uuid::from_u128(2));
    const ADAEZE: SeatId = SeatId(Uuid::from_u128(11));
    const TEXT: TextId = TextId(Uuid::from_u128(3));

    fn thread(component: ComponentId, id: u128, body: &str) -> Thread {
        let anchor = serde_json::from_str(r#"{"runs":[],"heads":[],"quote":"vivienda"}"#).unwrap();
        let at = Moment::from_unix_ms(1);
        let first = Comment::new(CommentId(Uuid::nil()), ADAEZE, at, body).unwrap();
        let place = (TEXT, ParagraphId([7; 8]));
        Thread::open(ThreadId(Uuid::from_u128(id)), place, anchor, (Audience::All, component), first)
    }

    fn row(component: ComponentId, id: u128, chapter: usize, block: Option<usize>) -> Row {
        let spot = Spot {
            text: TEXT,
            chapter,
            language: 0,
            paragraph: ParagraphId([7; 8]),
            block,
            start: 0,
            number: None,
        };
        Row { source: Source::Remark(Arc::new(thread(component, id, "¿Qué vivienda?"))), version: 1, spot }
    }

    #[test]
    fn rev49_rows_stand_in_the_order_of_the_text_and_those_whose_words_are_gone_behind() {
        let mut rows = vec![
            row(AFRICA, 1, 1, Some(0)),
            row(LYON, 2, 0, None),
            row(AFRICA, 3, 0, Some(4)),
            row(LYON, 4, 0, Some(2)),
        ];
        let ids = |rows: &[Row]| rows.iter().map(|row| row.id().as_u128()).collect::<Vec<_>>();
        Order::Text.sort(&mut rows, |_| 0);
        assert_eq!(ids(&rows), [4, 3, 2, 1]);
        Order::Component.sort(&mut rows, |component| component);
        assert_eq!(ids(&rows), [3, 1, 4, 2]);
    }

    #[test]
    fn rev49_what_is_inside_a_component_is_no_row() {
        let private = Thread { audience: Audience::Component, ..thread(AFRICA, 1, "Hm.") };
        assert!(!is_in_matrix(&private));
        assert!(is_in_matrix(&thread(AFRICA, 1, "Hm.")));
    }

    #[test]
    fn rev50_a_filter_wants_what_fits_all_it_says() {
        let plain = row(AFRICA, 1, 0, Some(1));
        let wants = |filter: Filter| filter.wants(&plain, || reference("AFR", plain.id()));
        assert!(wants(Filter::default()));
        assert!(wants(Filter { words: "VIVIENDA que".to_owned(), ..Filter::default() }));
        assert!(wants(Filter { words: "afr-00000".to_owned(), ..Filter::default() }));
        assert!(!wants(Filter { words: "vivienda digna".to_owned(), ..Filter::default() }));
        assert!(!wants(Filter { components: [LYON].into(), ..Filter::default() }));
        assert!(!wants(Filter { chapters: [1].into(), ..Filter::default() }));
        assert!(!wants(Filter { kinds: [RowKind::Remark(Kind::Editorial)].into(), ..Filter::default() }));
        assert!(!wants(Filter { states: [State::Answered(Outcome::Noted)].into(), ..Filter::default() }));
        assert!(wants(Filter { states: [State::Unanswered].into(), ..Filter::default() }));
        assert!(wants(Filter { assigned: Some(Assigned::Nobody), ..Filter::default() }));
        assert!(!wants(Filter { assigned: Some(Assigned::To(ADAEZE)), ..Filter::default() }));
    }

    #[test]
    fn rev49_a_row_goes_with_its_words() {
        let paragraph = |id, words: &str| {
            Block::new(ParagraphId([id; 8]), BlockKind::Paragraph { numbered: true }, vec![Run::plain(words)])
        };
        let writer = Writer { actor: ActorId(vec![1; 16]), seat: None, at: Moment::from_unix_ms(0) };
        let blocks = [paragraph(1, "Ciudades."), paragraph(2, "Vivienda digna.")];
        let (mut text, _) = Text::seed(&blocks, &writer).unwrap();
        let anchor = Anchor::of(&text, 11..19).unwrap();
        assert_eq!(anchor.quote, "Vivienda");
        let found = Outline::of(&text).locate(&anchor).unwrap();
        assert_eq!((found.block, found.paragraph, found.ordinal), (1, ParagraphId([2; 8]), Some(2)));
        let other = Writer { actor: ActorId(vec![2; 16]), ..writer };
        let mut more = vec![paragraph(3, "Primero.")];
        more.extend(text.blocks());
        text.become_blocks(&other, &more, crate::document::diff::Source::Whole).unwrap();
        assert_eq!(Outline::of(&text).locate(&anchor).unwrap().ordinal, Some(3));
    }

    #[test]
    fn rev49_a_reference_counts_nothing() {
        let all: BTreeSet<String> =
            (0..1000u128).map(|n| reference("AFR", Uuid::from_u128(n << 103))).collect();
        assert_eq!(all.len(), 1000);
        assert!(all.contains("AFR-000Z7"));
    }

    #[test]
    fn a_remark_is_read_from_a_record_that_has_none() {
        let mut json = serde_json::to_value(thread(AFRICA, 1, "Hm.")).unwrap();
        json.as_object_mut().unwrap().remove("entry");
        assert_eq!(serde_json::from_value::<Thread>(json).unwrap().entry, Entry::default());
    }
}
