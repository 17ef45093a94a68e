//! What a reader sees beside the record of an amendment.

use std::collections::BTreeMap;
use std::sync::Arc;

use crdt::document::Text;
use crdt::document::branch::Touch;
use crdt::document::elements::Elements;
use crdt::ids::{AmendmentId, ChangeHash, ParagraphId, SeatId, TextId, ThreadId};
use crdt::review::amendment::{Amendment, Branch, Source, State};
use serde_json::{Value, json};

use super::kept::Kept;
use crate::app::App;
use crate::app::papers::aside;
use crate::app::refusal::Refusal;

/// An amendment as somebody sees it.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The record.
    pub kept: Kept,
    /// The paragraphs it is about, in text order as far as they are there.
    pub paragraphs: Vec<ParagraphId>,
    /// The paragraphs in which something differs, with their numbers in the paper; empty for a draft.
    pub redline: Vec<Value>,
    /// How the text stands to it; `None` for a draft, and once it is decided for good.
    pub touch: Option<Touch>,
    /// Others that are open and that meet it.
    pub options: Vec<AmendmentId>,
    /// Its branch, for its component, until it is decided.
    pub draft: Option<Apart>,
    /// The copy, for those who may decide of the component that opened it.
    pub copy: Option<Apart>,
    /// The thread that it answers, if the reader reads that too.
    pub cites: Option<ThreadId>,
}

/// A text apart, as those see it who may write on it.
#[derive(Clone, Debug)]
pub struct Apart {
    /// The text and where it begins.
    pub branch: Branch,
    /// The text has changed since.
    pub is_behind: bool,
}

/// One text, as far as its amendments need it.
struct Now {
    heads: Vec<ChangeHash>,
    /// The number of its first numbered paragraph.
    first_number: usize,
    touches: BTreeMap<AmendmentId, Touch>,
    /// Where each paragraph stands.
    places: BTreeMap<ParagraphId, usize>,
}

impl App {
    /// These amendments of a paper as a seat sees them, in the order of the text, then of their numbers. `beside` are all that the
    /// seat may read.
    pub async fn show_amendments(
        &self,
        seat: SeatId,
        chosen: Vec<Kept>,
        beside: &[Kept],
    ) -> Result<Vec<Shown>, Refusal> {
        let mut texts: BTreeMap<TextId, Vec<Arc<Amendment>>> = BTreeMap::new();
        for kept in &chosen {
            texts.entry(kept.amendment.text).or_default().push(kept.amendment.clone());
        }
        let mut now = BTreeMap::new();
        for (text, amendments) in texts {
            now.insert(text, self.now(text, amendments).await?);
        }
        let mut shown = Vec::with_capacity(chosen.len());
        for kept in chosen {
            let Some(now) = now.get(&kept.amendment.text) else { continue };
            let order = self.order(&kept.amendment, now);
            shown.push((order, self.show(seat, kept, beside, now).await?));
        }
        shown.sort_by_key(|(order, _)| *order);
        Ok(shown.into_iter().map(|(_, shown)| shown).collect())
    }

    async fn show(&self, seat: SeatId, kept: Kept, beside: &[Kept], now: &Now) -> Result<Shown, Refusal> {
        let amendment = &kept.amendment;
        let state = amendment.state();
        let redline = match amendment.revision() {
            None => Vec::new(),
            Some(revision) => {
                numbered(self.part(amendment, revision.number).await?.redline, now.first_number)
            }
        };
        let is_on_the_table = |state: State| state != State::Draft && !state.is_final();
        let meets = |other: &&Kept| {
            let other = &other.amendment;
            other.id != amendment.id
                && other.text == amendment.text
                && is_on_the_table(other.state())
                && other.footprint.meets(&amendment.footprint)
        };
        let options = if is_on_the_table(state) {
            beside.iter().filter(meets).map(|other| other.amendment.id).collect()
        } else {
            Vec::new()
        };
        let mut paragraphs: Vec<ParagraphId> = amendment.footprint.paragraphs().collect();
        paragraphs.sort_by_key(|id| now.places.get(id).copied().unwrap_or(usize::MAX));
        let hand = self.hand(seat, amendment)?;
        let is_own = hand.component == amendment.component;
        let apart =
            |branch: &Branch| Apart { branch: branch.clone(), is_behind: branch.base_heads != now.heads };
        let draft = (is_own && !state.is_final()).then(|| apart(&amendment.branch));
        let decides = amendment.may_be_decided_by(&hand).is_ok();
        let copy = amendment.copy_of(hand.component).filter(|_| decides).map(|copy| apart(&copy.branch));
        let touch = now.touches.get(&amendment.id).filter(|_| is_on_the_table(state)).cloned();
        let cites = match amendment.source {
            Some(Source::Thread(thread)) => match self.thread(thread, seat).await {
                Ok(_) => Some(thread),
                Err(Refusal::NotFound) => None,
                Err(refusal) => return Err(refusal),
            },
            _ => None,
        };
        Ok(Shown { paragraphs, redline, touch, options, draft, copy, cites, kept })
    }

    async fn now(&self, id: TextId, amendments: Vec<Arc<Amendment>>) -> Result<Now, Refusal> {
        let text: Arc<Text> = self.live.text(id).await?;
        let register = self.directory.register();
        let place = register.text(id).ok_or(Refusal::NotFound)?;
        let paper = register.paper(place.paper).ok_or(Refusal::NotFound)?;
        let first_number = self.first_number(paper, &place.language, id).await?;
        aside(move || {
            let (elements, blocks) = (Elements::of(&text), text.blocks());
            let touch = |amendment: &Arc<Amendment>| {
                (amendment.id, amendment.footprint.touch_among(&elements, &blocks))
            };
            Ok(Now {
                heads: text.heads(),
                first_number,
                touches: amendments.iter().map(touch).collect(),
                places: blocks.iter().map(|block| block.id).zip(0..).collect(),
            })
        })
        .await
    }

    /// Chapter, place in the text (drafts and what is gone last), number.
    fn order(&self, amendment: &Amendment, now: &Now) -> (usize, usize, u32, AmendmentId) {
        let register = self.directory.register();
        let mut texts = register.paper(amendment.paper).into_iter().flat_map(|paper| paper.texts());
        let chapter = texts.position(|(text, _)| text == amendment.text).unwrap_or(usize::MAX);
        let places = amendment.footprint.paragraphs().filter_map(|id| now.places.get(&id));
        let place = places.min().copied().unwrap_or(usize::MAX);
        (chapter, place, amendment.number.unwrap_or(u32::MAX), amendment.id)
    }

    /// What an older revision proposes, with numbers of the paper.
    pub async fn redline_of(&self, amendment: &Amendment, revision: u32) -> Result<Vec<Value>, Refusal> {
        let part = self.part(amendment, revision).await?;
        let register = self.directory.register();
        let place = register.text(amendment.text).ok_or(Refusal::NotFound)?;
        let paper = register.paper(place.paper).ok_or(Refusal::NotFound)?;
        let first = self.first_number(paper, &place.language, amendment.text).await?;
        Ok(numbered(part.redline, first))
    }

    /// Whether the branch of a draft differs from its text and from what was submitted last.
    pub async fn differs(&self, amendment: &Amendment) -> Result<bool, Refusal> {
        let (id, base) = (amendment.text, amendment.branch.base_heads.clone());
        let text = self.live.text(id).await?;
        let branch = self.live.text(amendment.branch.text).await?;
        let last = amendment.revision().map(|revision| revision.digest.clone());
        aside(move || {
            let blocks = branch.blocks();
            let is_as_before =
                last.is_some_and(|last| crdt::history::digest::of_text(&blocks).to_string() == last);
            let lost = || Refusal::Fault(format!("text {id} has lost what an amendment builds on"));
            Ok(!is_as_before && text.then(&base).ok_or_else(lost)?.blocks() != blocks)
        })
        .await
    }
}

/// A redline whose numbers are those of the paper.
fn numbered(mut redline: Vec<Value>, first: usize) -> Vec<Value> {
    for block in &mut redline {
        if let Some(number) = block["number"].as_u64() {
            block["number"] = json!(number + first as u64 - 1);
        }
    }
    redline
}
