//! The acts: each takes an amendment and gives the next one, or says why not.

use super::{
    Amendment, AmendmentError, Branch, Copy, Decision, Draft, Event, Hand, Revision, Source, Stance, State,
    Voice, What,
};
use crate::document::branch::{Footprint, Touch, TouchState};
use crate::ids::{AmendmentId, ChangeHash, ComponentId, PaperId, PersonId, SeatId, TextId};
use crate::review::disposition::{Disposition, Outcome, Place as ResultPlace};
use crate::review::permission::{Action, State as PlaceState};
use crate::review::submission::{Admitted, Submission};
use crate::review::written::{self, WrittenError};

type Next = Result<Amendment, AmendmentError>;

/// A draft to be opened.
#[derive(Clone, Debug)]
pub struct NewAmendment {
    /// The identity it will have.
    pub id: AmendmentId,
    /// The paper.
    pub paper: PaperId,
    /// The text it would change.
    pub text: TextId,
    /// The branch.
    pub branch: TextId,
    /// The text as the branch begins.
    pub base_heads: Vec<ChangeHash>,
    /// What it is made of.
    pub source: Option<Source>,
    /// What it is about, in a line.
    pub title: String,
    /// Why.
    pub reason: String,
}

/// What a branch came to when it was submitted.
#[derive(Clone, Debug)]
pub struct NewRevision {
    /// The one change.
    pub change: ChangeHash,
    /// The text on which it builds.
    pub base_heads: Vec<ChangeHash>,
    /// What it touches.
    pub footprint: Footprint,
    /// SHA-256 of what the text reads like with it.
    pub digest: String,
    /// Who wrote on the branch.
    pub workers: Vec<PersonId>,
    /// The running number, should it be the first revision.
    pub number: u32,
}

/// A decision to be taken.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// How.
    pub outcome: Outcome,
    /// Why.
    pub words: String,
    /// How the text stands to it now.
    pub touch: Touch,
    /// What enters the text.
    pub changes: Vec<ChangeHash>,
    /// Where the resulting words will stand.
    pub result: Option<ResultPlace>,
}

impl Amendment {
    /// REV34: a private draft of the component of whoever begins it.
    pub fn open(new: NewAmendment, hand: &Hand) -> Next {
        if !hand.may(Action::Propose) {
            return Err(AmendmentError::NotAllowed("propose a change"));
        }
        let NewAmendment { id, paper, text, branch, base_heads, source, title, reason } = new;
        let draft = Draft { title: line("title", &title)?, reason: words("reason", &reason)?, ready: None };
        Ok(Amendment {
            id,
            paper,
            text,
            component: hand.component,
            number: None,
            opened: hand.stamp(),
            source,
            branch: Branch { text: branch, base_heads, opened: hand.stamp() },
            draft,
            workers: [hand.person].into(),
            revisions: Vec::new(),
            footprint: Footprint::default(),
            submission: None,
            considered: None,
            assigned: None,
            sponsors: Default::default(),
            voices: Default::default(),
            decisions: Vec::new(),
            copies: Vec::new(),
            history: Vec::new(),
            shown: 0,
        })
    }

    /// Write down what the next revision is about, and why; `None` leaves it as it is.
    pub fn describe(&self, hand: &Hand, title: Option<&str>, reason: Option<&str>) -> Next {
        let mut next = self.worked_on(hand)?;
        if let Some(title) = title {
            next.draft.title = line("title", title)?;
        }
        if let Some(reason) = reason {
            next.draft.reason = words("reason", reason)?;
        }
        Ok(next)
    }

    /// Say that the draft waits for the focal point, or that it does not yet.
    pub fn make_ready(&self, hand: &Hand, ready: bool) -> Next {
        let mut next = self.worked_on(hand)?;
        next.draft.ready = ready.then(|| self.draft.ready.unwrap_or(hand.stamp()));
        Ok(next)
    }

    /// The branch takes in the text as it has these heads.
    pub fn take_in(&self, hand: &Hand, base_heads: Vec<ChangeHash>) -> Next {
        let mut next = self.worked_on(hand)?;
        next.branch.base_heads = base_heads;
        Ok(next)
    }

    /// REV36: the focal point submits it, or a new revision of it, in the component's name, with a reason.
    pub fn submit(&self, hand: &Hand, submission: Submission, new: NewRevision) -> Next {
        self.must_be_own(hand)?;
        if !hand.may(Action::SubmitForComponent) {
            return Err(AmendmentError::NotAllowed("submit in the name of your component"));
        }
        self.must_be_open()?;
        let Draft { title, reason, .. } = self.draft.clone();
        if reason.is_empty() {
            return Err(needed("reason"));
        }
        let same =
            |last: &Revision| (&last.digest, &last.title, &last.reason) == (&new.digest, &title, &reason);
        if self.revision().is_some_and(same) {
            return Err(AmendmentError::Unchanged);
        }
        if submission.late.is_some() && self.stands_as_submitted() {
            return Err(AmendmentError::Closed);
        }
        let mut next = self.clone();
        let number = self.revision().map_or(1, |last| last.number + 1);
        next.workers.extend(new.workers.iter().chain([&hand.person]));
        next.number = self.number.or(Some(new.number));
        next.submission = self.submission.clone().or(Some(submission));
        next.footprint = new.footprint;
        next.draft.ready = None;
        let NewRevision { change, base_heads, digest, .. } = new;
        next.revisions.push(Revision {
            number,
            stamp: hand.stamp(),
            title,
            reason,
            base_heads,
            change,
            digest,
        });
        Ok(next.with(if number == 1 { What::Submitted } else { What::Revised }, hand))
    }

    /// REV36: it came as it should, and nobody who decides has taken it up.
    fn stands_as_submitted(&self) -> bool {
        self.submission.as_ref().is_some_and(Submission::counts) && self.considered.is_none()
    }

    /// REV42: the focal point takes it back. It stays on record.
    pub fn withdraw(&self, hand: &Hand, why: &str) -> Next {
        self.must_be_own(hand)?;
        if !hand.may(Action::SubmitForComponent) {
            return Err(AmendmentError::NotAllowed("withdraw in the name of your component"));
        }
        self.must_be_on_the_table()?;
        let why = words("reason", why)?;
        let answer = Disposition::new(Outcome::Withdrawn, &why, (hand.seat, hand.at), None)?;
        Ok(self.clone().answered(answer, Vec::new()).with(What::Withdrawn, hand))
    }

    /// REV37: another component joins it, or leaves it, until it is decided. Joining twice changes nothing. Whoever joins has no
    /// other voice.
    pub fn sponsor(&self, hand: &Hand, joins: bool) -> Next {
        self.must_be_of_another(hand, "sponsor in the name of your component")?;
        let mut next = self.clone();
        match (joins, self.sponsors.contains_key(&hand.component)) {
            (true, false) => {
                next.sponsors.insert(hand.component, hand.stamp());
                next.voices.remove(&hand.component);
                Ok(next.with(What::Sponsored, hand))
            }
            (false, true) => {
                next.sponsors.remove(&hand.component);
                Ok(next.with(What::LeftSponsors, hand))
            }
            _ => Ok(next),
        }
    }

    /// REV38: another component supports it or objects, changes that, or takes it back, until it is decided. An objection says why.
    pub fn voice(&self, hand: &Hand, said: Option<(Stance, &str)>) -> Next {
        self.must_be_of_another(hand, "speak in the name of your component")?;
        if self.sponsors.contains_key(&hand.component) {
            return Err(AmendmentError::OwnComponent);
        }
        let mut next = self.clone();
        match said {
            None => match next.voices.remove(&hand.component) {
                None => Ok(next),
                Some(_) => Ok(next.with(What::Voiced, hand)),
            },
            Some((stance, why)) => {
                let why = words("words", why)?;
                if why.is_empty() && stance == Stance::Objection {
                    return Err(needed("words"));
                }
                let known = self.voices.get(&hand.component);
                if known.is_some_and(|known| known.stance == stance && known.words == why) {
                    return Ok(next);
                }
                let voice = Voice { stance, words: why, stamp: hand.stamp() };
                next.voices.insert(hand.component, voice);
                Ok(next.with(What::Voiced, hand))
            }
        }
    }

    /// Whoever decides takes it up. Twice changes nothing.
    pub fn take_up(&self, hand: &Hand) -> Next {
        self.may_be_decided_by(hand)?;
        if self.considered.is_some() {
            return Ok(self.clone());
        }
        let next = Amendment { considered: Some(hand.stamp()), ..self.clone() };
        Ok(next.with(What::TakenUp, hand))
    }

    /// REV76: the same, with a seat that will decide it, or nobody. Whether the seat may, and who gives it away, the caller asks.
    pub fn assign(&self, to: Option<SeatId>) -> Amendment {
        Amendment { assigned: to, ..self.clone() }
    }

    /// REV41: those who decide write it in other words on a copy. A component has one of each revision; an older one stays, but
    /// decides nothing.
    pub fn copy(&self, hand: &Hand, copy: TextId, base_heads: Vec<ChangeHash>) -> Next {
        self.may_be_decided_by(hand)?;
        let (mut next, component) = (self.clone(), hand.component);
        if let (None, Some(revision)) = (self.copy_of(component), self.revision()) {
            let branch = Branch { text: copy, base_heads, opened: hand.stamp() };
            next.copies.push(Copy { component, revision: revision.number, branch });
        }
        Ok(next)
    }

    /// The copy takes in the text as it has these heads.
    pub fn copy_takes_in(&self, hand: &Hand, base_heads: Vec<ChangeHash>) -> Next {
        self.may_be_decided_by(hand)?;
        let text = self.copy_of(hand.component).ok_or(AmendmentError::NoCopy)?.branch.text;
        let mut next = self.clone();
        for copy in next.copies.iter_mut().filter(|copy| copy.branch.text == text) {
            copy.branch.base_heads.clone_from(&base_heads);
        }
        Ok(next)
    }

    /// REV39–REV41: pen or committee decides, never a proposer, with words where REV17 asks for them. It enters the text as it
    /// stands only if nothing of what it touches was changed since.
    pub fn decide(&self, hand: &Hand, verdict: Verdict) -> Next {
        self.may_be_decided_by(hand)?;
        let Verdict { outcome, words: why, touch, changes, result } = verdict;
        let enters = matches!(outcome, Outcome::Accepted | Outcome::Modified | Outcome::Partly);
        match outcome {
            Outcome::Noted | Outcome::Withdrawn => return Err(AmendmentError::Outcome),
            _ if enters && hand.place.state == PlaceState::Locked => return Err(AmendmentError::Locked),
            Outcome::Modified | Outcome::Partly if self.copy_of(hand.component).is_none() => {
                return Err(AmendmentError::NoCopy);
            }
            Outcome::Accepted | Outcome::Modified | Outcome::Partly => match touch.state() {
                TouchState::Untouched => {}
                TouchState::TouchedSince => return Err(AmendmentError::TouchedSince(touch)),
                TouchState::Overtaken => return Err(AmendmentError::Overtaken(touch)),
            },
            Outcome::NotAccepted | Outcome::Deferred | Outcome::Overtaken => {}
        }
        let why = words("words", &why)?;
        let answer = Disposition::new(outcome, &why, (hand.seat, hand.at), result.filter(|_| enters))?;
        let changes = if enters { changes } else { Vec::new() };
        Ok(self.clone().answered(answer, changes).with(What::Decided, hand))
    }

    /// REV43: what came late is let in, with a reason, by those who run the round or answer for the place.
    pub fn admit(&self, hand: &Hand, why: &str) -> Next {
        if !hand.may(Action::RunRound) && !hand.may(Action::AnswerRemarks) {
            return Err(AmendmentError::NotAllowed("admit what came late"));
        }
        if hand.component == self.component {
            return Err(AmendmentError::OwnComponent);
        }
        self.must_be_on_the_table()?;
        let reason = words("reason", why)?;
        if reason.is_empty() {
            return Err(needed("reason"));
        }
        let mut next = self.clone();
        let late = next.submission.as_mut().and_then(|submission| submission.late.as_mut());
        match late {
            Some(late) if late.admitted.is_none() => {
                late.admitted = Some(Admitted { by: hand.seat, at: hand.at, reason });
                Ok(next.with(What::Admitted, hand))
            }
            _ => Ok(next),
        }
    }

    /// REV39: may this hand decide now?
    pub fn may_be_decided_by(&self, hand: &Hand) -> Result<(), AmendmentError> {
        if self.state() == State::Draft && hand.component != self.component {
            return Err(AmendmentError::NotTheirs);
        }
        if !hand.may(Action::Decide) {
            return Err(AmendmentError::NotAllowed("decide on amendments"));
        }
        self.must_be_on_the_table()?;
        hand.decider().must_be_other_than(&self.proposers())?;
        let counts = self.submission.as_ref().is_some_and(Submission::counts);
        if counts { Ok(()) } else { Err(AmendmentError::Late) }
    }

    /// The next value after somebody of the component worked on the draft.
    fn worked_on(&self, hand: &Hand) -> Next {
        self.must_be_own(hand)?;
        if !hand.may(Action::Propose) {
            return Err(AmendmentError::NotAllowed("propose a change"));
        }
        self.must_be_open()?;
        let mut next = self.clone();
        next.workers.insert(hand.person);
        Ok(next)
    }

    fn must_be_own(&self, hand: &Hand) -> Result<(), AmendmentError> {
        if hand.component == self.component { Ok(()) } else { Err(AmendmentError::NotTheirs) }
    }

    fn must_be_of_another(&self, hand: &Hand, what: &'static str) -> Result<(), AmendmentError> {
        let is_own: bool = hand.component == self.component;
        match self.state() {
            State::Draft if !is_own => return Err(AmendmentError::NotTheirs),
            _ if is_own => return Err(AmendmentError::OwnComponent),
            _ => {}
        }
        if !hand.may(Action::SubmitForComponent) {
            return Err(AmendmentError::NotAllowed(what));
        }
        self.must_be_on_the_table()
    }

    fn answered(mut self, disposition: Disposition, changes: Vec<ChangeHash>) -> Amendment {
        let revision = self.revision().map_or(0, |revision| revision.number);
        self.decisions.push(Decision { disposition, revision, changes });
        self
    }

    fn with(mut self, what: What, hand: &Hand) -> Amendment {
        let revision = self.revision().map_or(0, |revision| revision.number);
        let component: ComponentId = hand.component;
        self.history.push(Event { at: hand.at, what, component, revision });
        self
    }
}

fn needed(field: &'static str) -> AmendmentError {
    AmendmentError::Words { field, error: WrittenError::Missing }
}

/// A line without the white space around it; may be empty.
fn line(field: &'static str, text: &str) -> Result<String, AmendmentError> {
    let line = written::optional(text, Amendment::MAX_TITLE);
    let line = line.and_then(|line| match line.contains('\n') {
        true => Err(WrittenError::Forbidden { character: '\n' }),
        false => Ok(line),
    });
    line.map_err(|error| AmendmentError::Words { field, error })
}

/// Plain text without the white space around it; may be empty.
fn words(field: &'static str, text: &str) -> Result<String, AmendmentError> {
    let words = written::optional(text, Amendment::MAX_WORDS);
    words.map_err(|error| AmendmentError::Words { field, error })
}
