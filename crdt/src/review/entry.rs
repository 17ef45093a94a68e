//! Entries: what the matrix has of a thread: what its component asks for, and what became of it.
//!
//! A comment that was put to the paper is a *remark*. Its entry is of a [`Kind`], may propose other words, can be given to a seat that
//! will answer it, and gets a [`Disposition`]. Answers change as long as the paper is worked on; those that no longer hold stay
//! on record ([`Earlier`]). Its component says whether the answer will do ([`Verdict`]).
//!
//! | From | Event | To |
//! |---|---|---|
//! | unanswered or answered | [`Thread::dispose`] | answered, the answer before it kept |
//! | answered | [`Thread::take_back`] | as before that answer, which is kept |
//! | answered | [`Thread::judge`] | answered, satisfied or not |
//! | unanswered | [`Thread::describe`] | unanswered, of another kind or with other words |
//!
//! All are values that go through pure functions. Who may do it is asked of [`super::permission`] by the caller, but for REV18,
//! which depends on whose remark it is.

use serde::{Deserialize, Serialize};

use super::disposition::{Decider, Disposition, DispositionError, Outcome, Proposers};
use super::thread::{Resolved, Thread, plain};
use crate::ids::{ComponentId, SeatId};
use crate::moment::Moment;

/// What a remark is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The paper as a whole.
    General,
    /// What the text says.
    #[default]
    Substantive,
    /// How it says it.
    Editorial,
    /// How one language renders the other.
    Translation,
    /// What the text rests on: a source, a figure, a city's case.
    Evidence,
}

impl Kind {
    /// All of them, in the order in which lists show them.
    pub const ALL: [Kind; 5] =
        [Kind::General, Kind::Substantive, Kind::Editorial, Kind::Translation, Kind::Evidence];

    /// REV45: the type of comment as standards bodies abbreviate it: `ge`neral, `te`chnical, `ed`itorial. They know three:
    /// translation is editorial to them, evidence technical.
    pub fn iso(self) -> &'static str {
        match self {
            Kind::General => "ge",
            Kind::Substantive | Kind::Evidence => "te",
            Kind::Editorial | Kind::Translation => "ed",
        }
    }
}

/// What makes a thread a row of the matrix. A thread without any of it is a remark nobody has answered.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Entry {
    /// What it is about.
    #[serde(default)]
    pub kind: Kind,
    /// The words its component would like instead; empty when it proposes none.
    #[serde(default)]
    pub proposed: String,
    /// The seat that will answer it.
    #[serde(default)]
    pub assigned: Option<SeatId>,
    /// The answer that holds.
    #[serde(default)]
    pub disposition: Option<Disposition>,
    /// The answers that held before, in order.
    #[serde(default)]
    pub earlier: Vec<Earlier>,
    /// What its component says of the answer that holds.
    #[serde(default)]
    pub verdict: Option<Verdict>,
    /// The row of the file it came in with, if it came in with one: a second import knows it by this.
    #[serde(default)]
    pub fingerprint: Option<String>,
}

/// An answer that no longer holds.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Earlier {
    /// The answer.
    pub disposition: Disposition,
    /// What its component had said of it.
    #[serde(default)]
    pub verdict: Option<Verdict>,
    /// Who gave another one, or took it back.
    pub by: SeatId,
    /// When.
    pub until: Moment,
}

/// What a component says of an answer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Verdict {
    /// The answer will do.
    pub satisfied: bool,
    /// What is missing; empty only when it will do.
    pub words: String,
    /// Who says so.
    pub by: SeatId,
    /// When.
    pub at: Moment,
}

/// Why something cannot be done with a remark.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum EntryError {
    /// The answer cannot be given.
    #[error("{0}")]
    Disposition(#[from] DispositionError),
    /// Nobody else takes a remark back.
    #[error("only the component that made a remark takes it back")]
    Withdrawn,
    /// There is no answer, or it is not the one that was meant.
    #[error("there is no such answer any more; read the remark again")]
    Unanswered,
    /// What a component remarked stays as it was answered.
    #[error("this was answered already, and stays as it was answered; say more in the discussion")]
    Answered,
    /// Another component's answer.
    #[error("only the component that made a remark says whether the answer will do")]
    NotTheirs,
    /// No words where some are needed.
    #[error("say what is missing, in words for those who answer")]
    NeedsWords,
    /// Words that are too long.
    #[error("this has at most {most} characters; these are {characters}")]
    TooLong {
        /// How many there may be.
        most: usize,
        /// How many there are.
        characters: usize,
    },
    /// A control character, or one that reverses the direction of what follows.
    #[error("this is plain text; the character {} is not allowed in it", .character.escape_unicode())]
    Forbidden {
        /// The first such character.
        character: char,
    },
}

impl Entry {
    /// The longest proposed wording, in Unicode characters.
    pub const MAX_PROPOSED: usize = 10_000;

    /// The longest verdict, in Unicode characters.
    pub const MAX_VERDICT: usize = 2_000;

    /// REV45: a remark of this kind that proposes these words, or none.
    pub fn new(kind: Kind, proposed: &str) -> Result<Self, EntryError> {
        Ok(Self { kind, proposed: said(proposed, Self::MAX_PROPOSED)?, ..Self::default() })
    }
}

impl Thread {
    /// REV46: answer it. The answer before it, if there is one, is kept with the component's verdict. A final answer settles the
    /// thread; one that only puts it off leaves it open.
    pub fn dispose(
        &self,
        decider: &Decider,
        proposers: &Proposers,
        answer: Disposition,
    ) -> Result<Self, EntryError> {
        decider.must_be_other_than(proposers)?;
        if answer.outcome == Outcome::Withdrawn {
            return Err(EntryError::Withdrawn);
        }
        let mut next = self.clone();
        next.put_by(answer.by, answer.at);
        if answer.outcome.is_final() && next.resolved.is_none() {
            next.resolved = Some(Resolved { by: answer.by, at: answer.at });
        }
        next.entry.disposition = Some(answer);
        Ok(next)
    }

    /// REV47: take back the answer that `of` gave at `given`; the one that held before it, if there was one, holds again. The
    /// answer taken back stays on record. A thread that it settled is open again.
    pub fn take_back(
        &self,
        (of, given): (SeatId, Moment),
        (by, at): (SeatId, Moment),
    ) -> Result<Self, EntryError> {
        let answer = self.entry.disposition.as_ref().filter(|held| (held.by, held.at) == (of, given));
        let answer = answer.ok_or(EntryError::Unanswered)?;
        let gave_way = |earlier: &&Earlier| (earlier.by, earlier.until) == (of, given);
        let before = self.entry.earlier.iter().rfind(gave_way);
        let mut next = self.clone();
        next.entry.disposition = before.map(|earlier| earlier.disposition.clone());
        next.entry.verdict = before.and_then(|earlier| earlier.verdict.clone());
        next.entry.earlier.push(Earlier {
            disposition: answer.clone(),
            verdict: self.entry.verdict.clone(),
            by,
            until: at,
        });
        if self.resolved == Some(Resolved { by: of, at: given }) {
            next.resolved = None;
        }
        Ok(next)
    }

    /// REV48: its component says whether the answer that holds will do; what is missing, it says in words.
    pub fn judge(
        &self,
        component: ComponentId,
        satisfied: bool,
        words: &str,
        (by, at): (SeatId, Moment),
    ) -> Result<Self, EntryError> {
        if component != self.component {
            return Err(EntryError::NotTheirs);
        }
        if self.entry.disposition.is_none() {
            return Err(EntryError::Unanswered);
        }
        let words = said(words, Entry::MAX_VERDICT)?;
        if words.is_empty() && !satisfied {
            return Err(EntryError::NeedsWords);
        }
        let mut next = self.clone();
        next.entry.verdict = Some(Verdict { satisfied, words, by, at });
        Ok(next)
    }

    /// REV45: say what it is about and which words it would like. After it was answered nothing of that changes.
    pub fn describe(&self, kind: Kind, proposed: &str) -> Result<Self, EntryError> {
        if self.entry.disposition.is_some() {
            return Err(EntryError::Answered);
        }
        let entry = Entry { kind, proposed: said(proposed, Entry::MAX_PROPOSED)?, ..self.entry.clone() };
        Ok(Self { entry, ..self.clone() })
    }

    /// Give it to a seat that will answer it, or to nobody.
    pub fn assign(&self, seat: Option<SeatId>) -> Self {
        let entry = Entry { assigned: seat, ..self.entry.clone() };
        Self { entry, ..self.clone() }
    }

    /// The answer that holds, and its verdict, become earlier ones.
    fn put_by(&mut self, by: SeatId, until: Moment) {
        if let Some(disposition) = self.entry.disposition.take() {
            let verdict = self.entry.verdict.take();
            self.entry.earlier.push(Earlier { disposition, verdict, by, until });
        }
    }
}

/// Plain words without the white space around them; none are words too.
fn said(words: &str, most: usize) -> Result<String, EntryError> {
    let words = words.trim().replace("\r\n", "\n");
    let characters = words.chars().count();
    if characters > most {
        return Err(EntryError::TooLong { most, characters });
    }
    plain(&words).map_err(|character| EntryError::Forbidden { character })?;
    Ok(words)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::ids::{CommentId, ParagraphId, PersonId, TextId, ThreadId};
    use crate::review::thread::{Audience, Comment};

    const AFRICA: ComponentId = ComponentId(Uuid::from_u128(1));
    const LYON: ComponentId = ComponentId(Uuid::from_u128(2));
    const ADAEZE: SeatId = SeatId(Uuid::from_u128(11));
    const NADIA: SeatId = SeatId(Uuid::from_u128(12));

    fn at(ms: i64) -> Moment {
        Moment::from_unix_ms(ms)
    }

    fn adaezes() -> Thread {
        let anchor = serde_json::from_str(r#"{"runs":[],"heads":[],"quote":"vivienda"}"#).unwrap();
        let first = Comment::new(CommentId(Uuid::nil()), ADAEZE, at(1), "¿Qué vivienda?").unwrap();
        let place = (TextId(Uuid::from_u128(3)), ParagraphId([7; 8]));
        Thread::open(ThreadId(Uuid::from_u128(4)), place, anchor, (Audience::All, AFRICA), first)
    }

    fn africa() -> Proposers {
        Proposers { components: [AFRICA].into(), people: [PersonId(Uuid::from_u128(21))].into() }
    }

    fn nadia() -> Decider {
        Decider { seat: NADIA, component: LYON, person: PersonId(Uuid::from_u128(22)) }
    }

    fn answer(outcome: Outcome, ms: i64) -> Disposition {
        Disposition::new(outcome, "It is said in paragraph 4.", (NADIA, at(ms)), None).unwrap()
    }

    #[test]
    fn rev45_a_remark_has_a_kind_and_may_propose_plain_words() {
        assert_eq!(Kind::ALL.map(Kind::iso), ["ge", "te", "ed", "ed", "te"]);
        assert_eq!(Entry::new(Kind::Editorial, " vivienda digna\r\n ").unwrap().proposed, "vivienda digna");
        assert_eq!(Entry::new(Kind::General, " ").unwrap().proposed, "");
        assert_eq!(
            Entry::new(Kind::General, "a\u{202E}b"),
            Err(EntryError::Forbidden { character: '\u{202E}' })
        );
        let long = "é".repeat(10_001);
        assert_eq!(
            Entry::new(Kind::General, &long),
            Err(EntryError::TooLong { most: 10_000, characters: 10_001 })
        );
        let answered = adaezes().dispose(&nadia(), &africa(), answer(Outcome::Noted, 2)).unwrap();
        assert_eq!(answered.describe(Kind::Editorial, ""), Err(EntryError::Answered));
    }

    #[test]
    fn rev46_a_new_answer_keeps_the_one_before_it_and_a_final_one_settles_the_thread() {
        let put_off = adaezes().dispose(&nadia(), &africa(), answer(Outcome::Deferred, 2)).unwrap();
        assert!(put_off.is_open());
        let judged = put_off.judge(AFRICA, false, "Since July?", (ADAEZE, at(3))).unwrap();
        let done = judged.dispose(&nadia(), &africa(), answer(Outcome::Partly, 4)).unwrap();
        assert!(!done.is_open());
        assert_eq!(done.entry.disposition, Some(answer(Outcome::Partly, 4)));
        let [earlier] = &done.entry.earlier[..] else { panic!("one answer held before") };
        assert_eq!(earlier.disposition, answer(Outcome::Deferred, 2));
        assert_eq!(earlier.verdict.as_ref().unwrap().words, "Since July?");
        assert_eq!((done.entry.verdict, earlier.by, earlier.until), (None, NADIA, at(4)));
    }

    #[test]
    fn rev18_nobody_answers_their_own_remark_and_nobody_else_takes_it_back() {
        let own = Decider { component: AFRICA, ..nadia() };
        assert_eq!(
            adaezes().dispose(&own, &africa(), answer(Outcome::Accepted, 2)),
            Err(EntryError::Disposition(DispositionError::Own))
        );
        assert_eq!(
            adaezes().dispose(&nadia(), &africa(), answer(Outcome::Withdrawn, 2)),
            Err(EntryError::Withdrawn)
        );
    }

    #[test]
    fn rev47_an_answer_taken_back_leaves_what_held_before_and_stays_on_record() {
        let first = adaezes().dispose(&nadia(), &africa(), answer(Outcome::Accepted, 2)).unwrap();
        let second = first.dispose(&nadia(), &africa(), answer(Outcome::NotAccepted, 3)).unwrap();
        let back = second.take_back((NADIA, at(3)), (NADIA, at(4))).unwrap();
        assert_eq!(back.entry.disposition, first.entry.disposition);
        assert_eq!(back.entry.earlier.last().unwrap().disposition, answer(Outcome::NotAccepted, 3));
        assert!(!back.is_open(), "the first answer had settled it");
        let none = first.take_back((NADIA, at(2)), (NADIA, at(4))).unwrap();
        assert_eq!((none.entry.disposition.as_ref(), none.is_open()), (None, true));
        assert_eq!(second.take_back((NADIA, at(2)), (NADIA, at(4))), Err(EntryError::Unanswered));
        assert_eq!(adaezes().take_back((NADIA, at(2)), (NADIA, at(4))), Err(EntryError::Unanswered));
    }

    #[test]
    fn rev48_its_component_says_whether_the_answer_will_do() {
        let answered = adaezes().dispose(&nadia(), &africa(), answer(Outcome::NotAccepted, 2)).unwrap();
        let judged = answered.judge(AFRICA, true, "", (ADAEZE, at(3))).unwrap();
        assert!(judged.entry.verdict.unwrap().satisfied);
        assert_eq!(answered.judge(AFRICA, false, " ", (ADAEZE, at(3))), Err(EntryError::NeedsWords));
        assert_eq!(answered.judge(LYON, true, "", (NADIA, at(3))), Err(EntryError::NotTheirs));
        assert_eq!(adaezes().judge(AFRICA, true, "", (ADAEZE, at(3))), Err(EntryError::Unanswered));
    }
}
