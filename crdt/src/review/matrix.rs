//! The matrix: everything that components asked for, in rows, each at its place in the text and with its answer.
//!
//! A [`Row`] stands for one remark. It is a view: nothing of it is stored, and whoever may not read a remark has no row of it.
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

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::disposition::{Disposition, Outcome};
use super::entry::{Kind, Verdict};
use super::thread::{Audience, Thread};
use crate::document::elements::Elements;
use crate::document::{Anchor, Text};
use crate::ids::{ComponentId, ParagraphId, SeatId, TextId};

/// One row.
#[derive(Clone, Debug)]
pub struct Row {
    /// What it stands for.
    pub source: Source,
    /// The version of its record: whoever answers names it.
    pub version: u64,
    /// Where it stands now.
    pub spot: Spot,
}

/// What a row stands for.
#[derive(Clone, Debug)]
pub enum Source {
    /// What a component said about a passage.
    Remark(Arc<Thread>),
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

/// Where things stand in one text.
pub struct Outline {
    elements: Elements,
    blocks: Vec<OutlineBlock>,
}

/// One block: its id, where it begins, and its number among the numbered ones of its text (from 1).
#[derive(Clone, Copy)]
struct OutlineBlock {
    id: ParagraphId,
    start: usize,
    ordinal: Option<usize>,
}

/// A paragraph in which the words of an anchor stand now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Located {
    /// Its place in the text, 0 for the first.
    pub block: usize,
    /// Where the first of the words begins, in UTF-16 units from the start of the text.
    pub start: usize,
    /// Its id.
    pub paragraph: ParagraphId,
    /// Its number among the numbered paragraphs of the text, from 1.
    pub ordinal: Option<usize>,
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

/// Which rows are wanted. An empty set wants all; the default wants every row.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Filter {
    /// Of one of these components.
    pub components: BTreeSet<ComponentId>,
    /// In one of these chapters, by their places.
    pub chapters: BTreeSet<usize>,
    /// Of one of these kinds.
    pub kinds: BTreeSet<Kind>,
    /// In one of these states.
    pub states: BTreeSet<State>,
    /// With somebody who answers it.
    pub assigned: Option<Assigned>,
    /// Holding all of these words, in any case and with or without accents.
    pub words: String,
}

/// Who answers a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Assigned {
    /// Nobody yet.
    Nobody,
    /// This seat.
    To(SeatId),
}

impl Row {
    /// The id of what it stands for.
    pub fn id(&self) -> Uuid {
        match &self.source {
            Source::Remark(thread) => thread.id.0,
        }
    }

    /// Whose it is.
    pub fn component(&self) -> ComponentId {
        match &self.source {
            Source::Remark(thread) => thread.component,
        }
    }

    /// What it is about.
    pub fn kind(&self) -> Kind {
        match &self.source {
            Source::Remark(thread) => thread.entry.kind,
        }
    }

    /// What its component says.
    pub fn comment(&self) -> &str {
        match &self.source {
            Source::Remark(thread) => thread.comments.first().map_or("", |first| &first.body),
        }
    }

    /// The words of the text it is about, as they were.
    pub fn quote(&self) -> &str {
        match &self.source {
            Source::Remark(thread) => &thread.anchor.quote,
        }
    }

    /// The words it would like instead; empty when it proposes none.
    pub fn proposed(&self) -> &str {
        match &self.source {
            Source::Remark(thread) => &thread.entry.proposed,
        }
    }

    /// Its answer.
    pub fn disposition(&self) -> Option<&Disposition> {
        match &self.source {
            Source::Remark(thread) => thread.entry.disposition.as_ref(),
        }
    }

    /// What its component says of the answer.
    pub fn verdict(&self) -> Option<&Verdict> {
        match &self.source {
            Source::Remark(thread) => thread.entry.verdict.as_ref(),
        }
    }

    /// The seat that will answer it.
    pub fn assigned(&self) -> Option<SeatId> {
        match &self.source {
            Source::Remark(thread) => thread.entry.assigned,
        }
    }

    /// How far it is. What its component took back needs no other answer.
    pub fn state(&self) -> State {
        let Source::Remark(thread) = &self.source;
        if thread.withdrawn.is_some() {
            return State::Answered(Outcome::Withdrawn);
        }
        self.disposition().map_or(State::Unanswered, |answer| State::Answered(answer.outcome))
    }

    /// REV49: text order is chapter, paragraph (rows whose words are gone behind the others), language, place in the paragraph, and
    /// what came first.
    fn text_key(&self) -> impl Ord + use<> {
        let Source::Remark(thread) = &self.source;
        let Spot { chapter, language, block, start, .. } = self.spot;
        (chapter, block.is_none(), block, language, start, thread.created, thread.id)
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

impl Filter {
    /// Is this row wanted? `code` is the code of its component.
    pub fn wants(&self, row: &Row, code: &str) -> bool {
        let Filter { components, chapters, kinds, states, assigned, words } = self;
        let is_one = |set_is_empty: bool, found: bool| set_is_empty || found;
        is_one(components.is_empty(), components.contains(&row.component()))
            && is_one(chapters.is_empty(), chapters.contains(&row.spot.chapter))
            && is_one(kinds.is_empty(), kinds.contains(&row.kind()))
            && is_one(states.is_empty(), states.contains(&row.state()))
            && assigned.is_none_or(|assigned| match assigned {
                Assigned::Nobody => row.assigned().is_none(),
                Assigned::To(seat) => row.assigned() == Some(seat),
            })
            && (words.trim().is_empty() || holds(row, code, &folded(words)))
    }
}

/// Does the row hold each of these (folded) words?
fn holds(row: &Row, code: &str, words: &str) -> bool {
    let answer = row.disposition().map_or("", |answer| &answer.words);
    let parts = [row.comment(), row.proposed(), row.quote(), answer, &reference(code, row.id())];
    let parts = parts.map(folded);
    words.split_whitespace().all(|word| parts.iter().any(|part| part.contains(word)))
}

/// REV49: the name by which people cite a row: its component's code and 25 bits of its id, in Crockford's base 32. The same for
/// every reader and for life; it counts nothing, so it tells nothing of rows that a reader may not see.
pub fn reference(code: &str, id: Uuid) -> String {
    const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let bits = id.as_u128() >> 103;
    let digit = |place: u32| char::from(DIGITS[(bits >> (5 * place)) as usize % 32]);
    format!("{code}-{}", (0..5).rev().map(digit).collect::<String>())
}

/// Words as people search them: small letters, without the accents of Latin script.
pub fn folded(words: &str) -> String {
    words.chars().flat_map(char::to_lowercase).filter_map(without_accent).collect()
}

fn without_accent(c: char) -> Option<char> {
    Some(match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'è'..='ë' | 'ē' | 'ę' | 'ě' => 'e',
        'ì'..='ï' | 'ī' | 'ı' => 'i',
        'ñ' | 'ń' | 'ň' => 'n',
        'ò'..='ö' | 'ø' | 'ō' | 'ő' => 'o',
        'ù'..='ü' | 'ū' | 'ů' | 'ű' => 'u',
        'ý' | 'ÿ' => 'y',
        'š' | 'ş' => 's',
        'ž' | 'ź' | 'ż' => 'z',
        // A typed é may be two characters.
        '\u{300}'..='\u{36f}' => return None,
        other => other,
    })
}

impl Outline {
    /// Where things stand in this text. One pass over it.
    pub fn of(text: &Text) -> Outline {
        let reading = text.read();
        let mut numbered = 0;
        let blocks = reading.blocks.iter().zip(&reading.places).map(|(block, place)| {
            numbered += usize::from(block.is_numbered());
            let ordinal = block.is_numbered().then_some(numbered);
            OutlineBlock { id: block.id, start: place.marker.unwrap_or(place.start), ordinal }
        });
        Outline { blocks: blocks.collect(), elements: Elements::of(text) }
    }

    /// The paragraph in which the first surviving word of a passage stands; `None` when all are gone.
    pub fn locate(&self, anchor: &Anchor) -> Option<Located> {
        let start = anchor.start_among(&self.elements)?;
        let block = self.blocks.partition_point(|block| block.start <= start).checked_sub(1)?;
        let OutlineBlock { id: paragraph, ordinal, .. } = self.blocks[block];
        Some(Located { block, start, paragraph, ordinal })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Block, BlockKind, Run, Writer};
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
        let wants = |filter: Filter| filter.wants(&plain, "AFR");
        assert!(wants(Filter::default()));
        assert!(wants(Filter { words: "VIVIENDA que".to_owned(), ..Filter::default() }));
        assert!(wants(Filter { words: "afr-00000".to_owned(), ..Filter::default() }));
        assert!(!wants(Filter { words: "vivienda digna".to_owned(), ..Filter::default() }));
        assert!(!wants(Filter { components: [LYON].into(), ..Filter::default() }));
        assert!(!wants(Filter { chapters: [1].into(), ..Filter::default() }));
        assert!(!wants(Filter { kinds: [Kind::Editorial].into(), ..Filter::default() }));
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
