//! A draft is opened, brought up to date, thrown away.

use bytes::Bytes;
use crdt::ids::{AmendmentId, AsideId, PersonId, SeatId, TextId, ThreadId};
use crdt::review::amendment::{Amendment, AmendmentError, NewAmendment, Source, State};
use crdt::review::permission::Action;
use uuid::Uuid;

use super::kept::{Kept, new_records, put, removal};
use crate::app::App;
use crate::app::refusal::Refusal;
use crate::app::set_aside::Rescued;
use crate::live::aside::{changes_of, that_lead_to};
use crate::live::branch::Prepared;
use crate::store::Expect;

/// A draft to be opened.
#[derive(Clone, Debug, Default)]
pub struct NewDraft {
    /// What it is about, in a line; may be empty.
    pub title: String,
    /// Why; may be empty.
    pub reason: String,
    /// What it is made of.
    pub source: Option<Source>,
    /// Changes that it begins with, each with its seat.
    pub on_top: Vec<(SeatId, Bytes)>,
}

impl App {
    /// Open a draft: a branch of a text that only the component of `seat` knows.
    pub async fn open_amendment(&self, text: TextId, seat: SeatId, new: NewDraft) -> Result<Kept, Refusal> {
        let hand = self.hand_at(seat, text)?;
        if !hand.may(Action::Read) {
            return Err(Refusal::NotFound);
        }
        if !hand.may(Action::Propose) {
            return Err(Refusal::NotAllowed("propose a change"));
        }
        let paper = self.directory.register().text(text).ok_or(Refusal::NotFound)?.paper;
        let _turn = self.settling.alone(&format!("drafts/{}", hand.component)).await;
        let all = self.all_amendments(paper).await?;
        let is_open = |kept: &&Kept| {
            kept.amendment.component == hand.component && kept.amendment.state() == State::Draft
        };
        // Asked for twice at once: the second finds what the first has opened.
        let is_same = |kept: &&Kept| {
            let other = &kept.amendment;
            let is_of_it = matches!(new.source, Some(Source::SetAside(_))) && other.source == new.source;
            is_of_it && other.component == hand.component && !other.state().is_final()
        };
        if let Some(known) = all.iter().find(is_same) {
            return Ok(known.clone());
        }
        let most = self.settings.limits.amendment_drafts;
        if all.iter().filter(is_open).count() >= most {
            return Err(Refusal::TooManyDrafts { most });
        }
        let branch = TextId(Uuid::new_v4());
        let NewDraft { title, reason, source, on_top } = new;
        let id = AmendmentId(Uuid::new_v4());
        let new = NewAmendment { id, paper, text, branch, base_heads: Vec::new(), source, title, reason };
        // A branch copies a whole log: nothing is written for words that are refused, and not without end.
        let mut amendment = Amendment::open(new, &hand)?;
        self.draft_rate.take(seat, hand.at)?;
        let Prepared { text: base, ops } = self.live.branch(text, branch, on_top).await?;
        amendment.branch.base_heads = base.heads();
        let mut all = ops;
        all.extend(new_records(&amendment));
        all.push(self.noted("amendment_opened", seat, &amendment));
        self.store.commit(all).await?;
        Ok(self.changed(None, amendment, 1))
    }

    /// Open a draft about what a thread says. Its words are taken along only within the component that said them.
    pub async fn amend_for_thread(&self, thread: ThreadId, seat: SeatId) -> Result<Kept, Refusal> {
        let kept = self.thread(thread, seat).await?.thread;
        let hand = self.hand_at(seat, kept.text)?;
        let first = kept.comments.first().filter(|_| kept.component == hand.component);
        let reason = first.map(|comment| comment.body.clone()).unwrap_or_default();
        let source = Some(Source::Thread(thread));
        self.open_amendment(kept.text, seat, NewDraft { reason, source, ..NewDraft::default() }).await
    }

    /// Open a draft of what somebody wrote without the right to, for the component of the seat that wrote it. Asked again: the
    /// same draft, while there is one.
    pub async fn amend_set_aside(&self, person: PersonId, record: AsideId) -> Result<Kept, Refusal> {
        let Rescued { record, .. } = self.rescued(person, record).await?;
        let register = self.directory.register();
        let seat = register.seat(record.seat).ok_or(Refusal::NotFound)?;
        if seat.ended {
            return Err(Refusal::SeatEnded(vec![seat.id]));
        }
        let paper = register.text(record.text).ok_or(Refusal::NotFound)?.paper;
        let source = Some(Source::SetAside(record.id));
        let mut known = self.amendments(paper, record.seat).await?.into_iter();
        let is_open = |kept: &Kept| kept.amendment.source == source && !kept.amendment.state().is_final();
        if let Some(known) = known.find(is_open) {
            return Ok(known);
        }
        let text = self.live.text(record.text).await?;
        if text.knows(&record.heads) {
            return Err(AmendmentError::Unchanged.into());
        }
        // Records of one seat may build on each other: what this one builds on comes first.
        let mut on_top = Vec::new();
        for other in self.set_aside(person).await? {
            let is_before = other.received <= record.received && other.id != record.id;
            if (other.seat, other.text) == (record.seat, record.text) && is_before {
                on_top.extend(changes_of(&*self.store, &other).await?);
            }
        }
        on_top.extend(changes_of(&*self.store, &record).await?);
        let on_top = that_lead_to(on_top, &record.heads)?;
        let on_top = on_top.into_iter().map(|raw| (record.seat, raw)).collect();
        let new = NewDraft { source, on_top, ..NewDraft::default() };
        self.open_amendment(record.text, record.seat, new).await
    }

    /// The branch takes in what has happened to its text since, live for whoever has it open.
    pub async fn refresh_amendment(
        &self,
        id: AmendmentId,
        seat: SeatId,
        expected: Option<u64>,
    ) -> Result<Kept, Refusal> {
        let _turn = self.settling.alone(&id.to_string()).await;
        let (kept, hand) = self.found(id, seat, expected).await?;
        let branch = kept.amendment.branch.text;
        let (heads, lacking) = self.live.lacking(kept.amendment.text, branch).await?;
        let next = kept.amendment.take_in(&hand, heads)?;
        if next.branch == kept.amendment.branch {
            return Ok(kept);
        }
        self.take_in(branch, lacking, (&kept, next), seat).await
    }

    /// Changes of the base enter a branch together with the record that says so.
    pub(super) async fn take_in(
        &self,
        branch: TextId,
        lacking: Vec<(SeatId, Bytes)>,
        (kept, next): (&Kept, Amendment),
        seat: SeatId,
    ) -> Result<Kept, Refusal> {
        let with = vec![put(&next, Expect::Any), self.noted("amendment_refreshed", seat, &next)];
        self.live.submit_with(branch, lacking, with).await?;
        Ok(self.changed(Some(&kept.amendment), next, kept.version + 1))
    }

    /// REV44: throw a draft away. Nothing but the audit entry says that it was there.
    pub async fn discard_amendment(
        &self,
        id: AmendmentId,
        seat: SeatId,
        expected: Option<u64>,
    ) -> Result<(), Refusal> {
        let _turn = self.settling.alone(&id.to_string()).await;
        let (kept, hand) = self.found(id, seat, expected).await?;
        let amendment = kept.amendment;
        if !amendment.may_discard(&hand) {
            return Err(match amendment.state() {
                State::Draft => Refusal::NotAllowed("throw this draft away"),
                state => AmendmentError::State(state).into(),
            });
        }
        let mut ops = removal(&amendment, kept.version).to_vec();
        ops.push(self.noted("amendment_discarded", seat, &amendment));
        self.store.commit(ops).await?;
        self.branches.forget(&amendment);
        self.live.rights_changed();
        self.tell_within(&amendment);
        Ok(())
    }
}
