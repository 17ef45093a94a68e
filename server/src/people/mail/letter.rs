//! Letters on their way: tried at once, then after growing waits, then given up.
//!
//! ```
//! use borrador::people::mail::letter::{About, Answer, Letter, State};
//! use crdt::ids::{LetterId, PersonId};
//! use crdt::moment::Moment;
//!
//! let noon = Moment::from_unix_ms(0);
//! let letter = Letter::new(LetterId(uuid::Uuid::nil()), About::SignIn(PersonId(uuid::Uuid::nil())), noon);
//! assert_eq!(letter.state(), State::Waiting);
//! let busy = letter.tried("ines@example.org", Answer::NotNow("421 try again later".to_owned()), noon);
//! assert_eq!((busy.state(), busy.due), (State::Waiting, noon + std::time::Duration::from_secs(60)));
//! let taken = busy.tried("ines@example.org", Answer::Taken("250 queued".to_owned()), busy.due);
//! assert_eq!(taken.state(), State::Accepted);
//! ```

use std::time::Duration;

use crdt::ids::{InvitationId, LetterId, NoticeId, PersonId};
use crdt::moment::Moment;
use serde::{Deserialize, Serialize};

/// A letter, and what became of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Letter {
    /// For life.
    pub id: LetterId,
    /// What it tells.
    pub about: About,
    /// When it was asked for.
    pub written: Moment,
    /// When it is tried next, while it waits.
    pub due: Moment,
    /// Every try, in order.
    pub tries: Vec<Try>,
    /// It was not sent, because there is nothing to tell any more.
    #[serde(default)]
    pub moot: bool,
}

/// What a letter tells, and so to whom it goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// An invitation.
    Invitation(InvitationId),
    /// A way in, asked for by whoever reads the mail of that person.
    SignIn(PersonId),
    /// Something that person is told.
    Notice(PersonId, NoticeId),
}

/// One try.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Try {
    /// When.
    pub at: Moment,
    /// To which address.
    pub to: String,
    /// What came of it.
    pub answer: Answer,
}

/// What the mail server said, in its words, or ours when it said nothing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// It answers for the letter from now on.
    Taken(String),
    /// It will never take it.
    Never(String),
    /// It could not be reached, broke off, or asks to come again.
    NotNow(String),
}

/// Where a letter stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It will be tried, or tried again.
    Waiting,
    /// The mail server has taken it.
    Accepted,
    /// The mail server refused it for good.
    Refused,
    /// It was tried long enough.
    GaveUp,
    /// There was nothing to tell any more.
    Moot,
}

impl Letter {
    /// The waits between tries. After the last one it is given up, two days after it was written.
    pub const WAITS: [Duration; 8] = [
        Duration::from_mins(1),
        Duration::from_mins(5),
        Duration::from_mins(15),
        Duration::from_hours(1),
        Duration::from_hours(3),
        Duration::from_hours(6),
        Duration::from_hours(12),
        Duration::from_hours(24),
    ];
    /// What became of it is kept for so long.
    pub const KEPT: Duration = Duration::from_hours(400 * 24);
    /// The longest words of a server that are kept, in characters.
    const MOST_WORDS: usize = 300;

    /// A letter to be sent at once.
    pub fn new(id: LetterId, about: About, now: Moment) -> Self {
        Self { id, about, written: now, due: now, tries: Vec::new(), moot: false }
    }

    /// Where it stands.
    pub fn state(&self) -> State {
        match self.tries.last().map(|last| &last.answer) {
            Some(Answer::Taken(_)) => State::Accepted,
            Some(Answer::Never(_)) => State::Refused,
            _ if self.moot => State::Moot,
            Some(Answer::NotNow(_)) if self.tries.len() > Self::WAITS.len() => State::GaveUp,
            _ => State::Waiting,
        }
    }

    /// The letter after a try.
    pub fn tried(&self, to: &str, answer: Answer, now: Moment) -> Letter {
        let mut next = self.clone();
        let wait = Self::WAITS.get(self.tries.len()).copied().unwrap_or_default();
        next.tries.push(Try { at: now, to: to.to_owned(), answer: answer.cut() });
        next.due = now + wait;
        next
    }

    /// The letter that need not be sent any more.
    pub fn moot(&self) -> Letter {
        Letter { moot: true, ..self.clone() }
    }
}

impl Answer {
    /// The words of the server, or ours.
    pub fn words(&self) -> &str {
        match self {
            Answer::Taken(words) | Answer::Never(words) | Answer::NotNow(words) => words,
        }
    }

    /// Words of a foreign server are bounded, and one line.
    fn cut(self) -> Self {
        let cut = |words: String| -> String {
            let plain = words.chars().map(|c| if c.is_control() { ' ' } else { c });
            plain.take(Letter::MOST_WORDS).collect()
        };
        match self {
            Answer::Taken(words) => Answer::Taken(cut(words)),
            Answer::Never(words) => Answer::Never(cut(words)),
            Answer::NotNow(words) => Answer::NotNow(cut(words)),
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn letter() -> Letter {
        Letter::new(LetterId(Uuid::nil()), About::SignIn(PersonId(Uuid::nil())), Moment::from_unix_ms(0))
    }

    #[test]
    fn rev73_a_letter_is_tried_after_growing_waits_and_given_up_after_two_days() {
        let (mut letter, mut waits) = (letter(), Vec::new());
        while letter.state() == State::Waiting {
            let now = letter.due;
            letter = letter.tried("ines@example.org", Answer::NotNow("no route".to_owned()), now);
            waits.push(letter.due.since(now));
        }
        assert_eq!(letter.state(), State::GaveUp);
        assert!(
            waits[..8].is_sorted() && waits[..8].iter().collect::<std::collections::BTreeSet<_>>().len() == 8
        );
        let whole = letter.tries.last().unwrap().at.since(letter.written);
        assert!(whole > Duration::from_hours(46) && whole < Duration::from_hours(48), "{whole:?}");
    }

    #[test]
    fn rev73_what_a_server_takes_or_refuses_for_good_is_not_tried_again() {
        let now = Moment::from_unix_ms(1);
        let taken = letter().tried("a@b", Answer::Taken("250 ok".to_owned()), now);
        let refused = letter().tried("a@b", Answer::Never("550 no such user".to_owned()), now);
        assert_eq!(
            (taken.state(), refused.state(), letter().moot().state()),
            (State::Accepted, State::Refused, State::Moot)
        );
    }

    #[test]
    fn the_words_of_a_foreign_server_are_one_bounded_line() {
        let shouted = Answer::Never(format!("550 no\r\nBcc: x@y {}", "!".repeat(5_000)));
        let kept = letter().tried("a@b", shouted, Moment::from_unix_ms(1));
        let words = kept.tries[0].answer.words();
        assert!(words.starts_with("550 no  Bcc: x@y") && words.chars().count() == 300, "{words}");
    }
}
