//! Threads: what people say about a passage, and whether it is settled.
//!
//! A thread is opened on the words it quotes, is answered, resolved and opened again. All of it is a value that goes
//! through pure functions; the words it holds on to are an [`Anchor`], which finds them through everybody's edits.
//!
//! | From | Event | To |
//! |---|---|---|
//! | – | [`Thread::open`] | open, one comment |
//! | open or resolved | [`Thread::answer`] | open, one comment more |
//! | open | [`Thread::resolve`] | resolved |
//! | resolved | [`Thread::reopen`] | open |
//!
//! Resolving what is resolved and opening what is open changes nothing (REV8): two people may press the same button.

use serde::{Deserialize, Serialize};

use super::entry::Entry;
use super::permission::{Action, Place, Rights, may};
use super::remark::{Prepared, Withdrawn};
use super::submission::{Reader, Submission, Visibility};
use crate::document::anchor::Anchor;
use crate::ids::{CommentId, ComponentId, ParagraphId, SeatId, TextId, ThreadId};
use crate::moment::Moment;

/// A conversation about a passage.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Thread {
    /// For life.
    pub id: ThreadId,
    /// The text whose words it is about.
    pub text: TextId,
    /// The paragraph it was opened in; the words may have moved since.
    pub paragraph: ParagraphId,
    /// Who may read it.
    pub audience: Audience,
    /// The component of the seat that opened it.
    pub component: ComponentId,
    /// The words it is about.
    pub anchor: Anchor,
    /// When it was opened.
    pub created: Moment,
    /// What was said, in order; never empty.
    pub comments: Vec<Comment>,
    /// Who settled it and when; `None` while it is open.
    pub resolved: Option<Resolved>,
    /// How its component sent it; `None` for what was never sent in a component's name.
    #[serde(default)]
    pub submission: Option<Submission>,
    /// How many comments it had when it was sent. Those after the first stay inside the component.
    #[serde(default)]
    pub said_inside: usize,
    /// Whether the component means to send it. Only the component reads this.
    #[serde(default)]
    pub prepared: Option<Prepared>,
    /// The component took it back.
    #[serde(default)]
    pub withdrawn: Option<Withdrawn>,
    /// What the matrix has of it.
    #[serde(default)]
    pub entry: Entry,
}

/// How far the round is in which a thread was sent, for who may read it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shown {
    /// What the round says.
    pub visibility: Visibility,
    /// Is it closed?
    pub is_closed: bool,
}

impl Default for Shown {
    /// Outside of any round: everybody reads what was sent.
    fn default() -> Self {
        Self { visibility: Visibility::Open, is_closed: true }
    }
}

/// One contribution.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Comment {
    /// For life.
    pub id: CommentId,
    /// Whose it is.
    pub seat: SeatId,
    /// When the server received it.
    pub at: Moment,
    /// Plain text.
    pub body: String,
}

/// Who settled a thread.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Resolved {
    /// The seat.
    pub by: SeatId,
    /// When.
    pub at: Moment,
}

/// Who may read a thread.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// The seats of the component that opened it.
    Component,
    /// Those, and the seats that answer for the paper.
    Rapporteurs,
    /// Everybody who reads the paper.
    All,
}

/// Why something cannot be said.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ThreadError {
    /// Nothing but white space.
    #[error("a comment has at least one word")]
    Empty,
    /// More than [`Comment::MAX_CHARACTERS`].
    #[error("a comment has at most {} characters; this one has {characters}", Comment::MAX_CHARACTERS)]
    TooLong {
        /// How many it has.
        characters: usize,
    },
    /// A control character, or one that reverses the direction of what follows.
    #[error("a comment is plain text; the character {} is not allowed in it", .character.escape_unicode())]
    Forbidden {
        /// The first such character.
        character: char,
    },
    /// The thread has [`Thread::MAX_COMMENTS`] already.
    #[error("a thread has at most {} comments; open a new one", Thread::MAX_COMMENTS)]
    Full,
}

impl Comment {
    /// The longest comment, in Unicode characters.
    pub const MAX_CHARACTERS: usize = 10_000;

    /// REV5: a comment, without the white space around it, has 1 to 10,000 characters; line breaks and tabs are the
    /// only controls in it, and nothing in it overrides the direction of writing.
    pub fn new(id: CommentId, seat: SeatId, at: Moment, body: &str) -> Result<Self, ThreadError> {
        let body = body.trim().replace("\r\n", "\n");
        let characters = body.chars().count();
        if super::written::is_blank(&body) {
            return Err(ThreadError::Empty);
        }
        if characters > Self::MAX_CHARACTERS {
            return Err(ThreadError::TooLong { characters });
        }
        plain(&body).map_err(|character| ThreadError::Forbidden { character })?;
        Ok(Self { id, seat, at, body })
    }
}

impl Thread {
    /// The longest conversation, in comments.
    pub const MAX_COMMENTS: usize = 500;

    /// A thread with its first comment. Whether the anchor's words exist is for the caller, who has the text, to check.
    pub fn open(
        id: ThreadId,
        (text, paragraph): (TextId, ParagraphId),
        anchor: Anchor,
        (audience, component): (Audience, ComponentId),
        first: Comment,
    ) -> Self {
        let created = first.at;
        Self {
            id,
            text,
            paragraph,
            audience,
            component,
            anchor,
            created,
            comments: vec![first],
            resolved: None,
            submission: None,
            said_inside: 0,
            prepared: None,
            withdrawn: None,
            entry: Entry::default(),
        }
    }

    /// REV6: an answer to a resolved thread opens it again, because there is something new to settle.
    pub fn answer(&self, comment: Comment) -> Result<Self, ThreadError> {
        if self.comments.len() >= Self::MAX_COMMENTS {
            return Err(ThreadError::Full);
        }
        let mut next = Self { resolved: None, ..self.clone() };
        next.comments.push(comment);
        Ok(next)
    }

    /// Settle it.
    pub fn resolve(&self, by: SeatId, at: Moment) -> Self {
        Self { resolved: Some(self.resolved.clone().unwrap_or(Resolved { by, at })), ..self.clone() }
    }

    /// Open it again.
    pub fn reopen(&self) -> Self {
        Self { resolved: None, ..self.clone() }
    }

    /// REV7: who opened a thread may settle it and open it again, and so may who answers for the place.
    pub fn may_settle(&self, seat: SeatId, rights: &Rights, place: &Place) -> bool {
        let own = self.comments.first().is_some_and(|first| first.seat == seat)
            && may(rights, Action::Comment, place);
        own || may(rights, Action::SettleThread, place)
    }

    /// REV9, REV16, REV27: the audience decides who reads a thread, and the round in which it was sent; for everybody else
    /// it does not exist.
    pub fn is_read_by(&self, component: ComponentId, rights: &Rights, place: &Place, shown: Shown) -> bool {
        let own = component == self.component;
        let is_for_them = match self.audience {
            Audience::All => true,
            Audience::Component => own,
            Audience::Rapporteurs => own || may(rights, Action::ReadRapporteurThreads, place),
        };
        let reader =
            Reader { is_own: own, answers_for_place: may(rights, Action::ReadRapporteurThreads, place) };
        let admits = may(rights, Action::RunRound, place) || may(rights, Action::AnswerRemarks, place);
        let is_shown = self
            .submission
            .as_ref()
            .is_none_or(|sent| sent.is_shown(shown.visibility, shown.is_closed, reader, admits));
        may(rights, Action::Read, place) && is_for_them && is_shown
    }

    /// Is it not settled?
    pub fn is_open(&self) -> bool {
        self.resolved.is_none()
    }
}

/// Words for others to read, or the first character that they may not hold.
pub(super) fn plain(words: &str) -> Result<(), char> {
    words.chars().find(|c| is_forbidden(*c)).map_or(Ok(()), Err)
}

/// Controls other than line breaks and tabs, and the characters that embed, isolate or override a direction.
pub(super) fn is_forbidden(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t')
        || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::permission::{Function, Grant, Role, Scope};
    use uuid::Uuid;

    const AFRICA: ComponentId = ComponentId(Uuid::from_u128(1));
    const INCLUSION: ComponentId = ComponentId(Uuid::from_u128(2));
    const ADAEZE: SeatId = SeatId(Uuid::from_u128(11));
    const SAMIR: SeatId = SeatId(Uuid::from_u128(12));

    fn at(ms: i64) -> Moment {
        Moment::from_unix_ms(ms)
    }

    fn says(seat: SeatId, body: &str) -> Comment {
        Comment::new(CommentId(Uuid::from_u128(99)), seat, at(1), body).unwrap()
    }

    fn adaezes(audience: Audience) -> Thread {
        let anchor = serde_json::from_str(r#"{"runs":[],"heads":[],"quote":"vivienda"}"#).unwrap();
        let place = (TextId(Uuid::from_u128(3)), ParagraphId([7; 8]));
        let first = says(ADAEZE, "¿Qué vivienda?");
        Thread::open(ThreadId(Uuid::from_u128(4)), place, anchor, (audience, AFRICA), first)
    }

    fn rights(function: Function, roles: &[Role]) -> Rights {
        let grants = roles.iter().map(|role| Grant { scope: Scope::Service, role: *role }).collect();
        Rights { function, grants, ended: false }
    }

    #[test]
    fn rev5_a_comment_is_a_few_plain_words() {
        let said =
            |body: &str| Comment::new(CommentId(Uuid::nil()), SAMIR, at(0), body).map(|comment| comment.body);
        assert_eq!(said("  Sí.\r\nY más.\n"), Ok("Sí.\nY más.".to_owned()));
        assert_eq!(said(" \n\t "), Err(ThreadError::Empty));
        assert_eq!(said("no\0"), Err(ThreadError::Forbidden { character: '\0' }));
        assert_eq!(said("abc\u{202E}txt"), Err(ThreadError::Forbidden { character: '\u{202E}' }));
        assert!(said(&"é".repeat(10_000)).is_ok());
        assert_eq!(said(&"é".repeat(10_001)), Err(ThreadError::TooLong { characters: 10_001 }));
    }

    #[test]
    fn rev6_an_answer_opens_a_resolved_thread_again() {
        let settled = adaezes(Audience::All).resolve(ADAEZE, at(2));
        assert!(!settled.is_open());
        let answered = settled.answer(says(SAMIR, "Falta el alquiler.")).unwrap();
        assert!(answered.is_open());
        assert_eq!(answered.comments.len(), 2);
    }

    #[test]
    fn rev6_a_thread_has_an_end() {
        let mut thread = adaezes(Audience::All);
        thread.comments = vec![says(SAMIR, "y"); Thread::MAX_COMMENTS];
        assert_eq!(thread.answer(says(SAMIR, "z")), Err(ThreadError::Full));
    }

    #[test]
    fn rev7_adaeze_settles_her_own_thread_and_the_pen_anybodys_but_samir_does_not() {
        let thread = adaezes(Audience::All);
        let place = Place::default();
        assert!(thread.may_settle(ADAEZE, &rights(Function::FocalPoint, &[]), &place));
        assert!(thread.may_settle(SAMIR, &rights(Function::Contributor, &[Role::Pen]), &place));
        assert!(!thread.may_settle(SAMIR, &rights(Function::Contributor, &[]), &place));
        assert!(!thread.may_settle(
            ADAEZE,
            &Rights { ended: true, ..rights(Function::FocalPoint, &[]) },
            &place
        ));
    }

    #[test]
    fn rev8_resolving_twice_keeps_the_first_and_reopening_an_open_thread_changes_nothing() {
        let once = adaezes(Audience::All).resolve(ADAEZE, at(2));
        assert_eq!(once.resolve(SAMIR, at(3)), once);
        assert_eq!(once.reopen(), adaezes(Audience::All));
        assert_eq!(adaezes(Audience::All).reopen(), adaezes(Audience::All));
    }

    #[test]
    fn rev9_the_audience_decides_who_reads_a_thread() {
        let place = Place::default();
        let reader = rights(Function::Observer, &[]);
        let rapporteur = rights(Function::Contributor, &[Role::Rapporteur]);
        let table = [
            (Audience::All, INCLUSION, &reader, true),
            (Audience::Component, AFRICA, &reader, true),
            (Audience::Component, INCLUSION, &rapporteur, false),
            (Audience::Rapporteurs, INCLUSION, &reader, false),
            (Audience::Rapporteurs, INCLUSION, &rapporteur, true),
            (Audience::Rapporteurs, AFRICA, &reader, true),
        ];
        for (audience, component, rights, reads) in table {
            assert_eq!(
                adaezes(audience).is_read_by(component, rights, &place, Shown::default()),
                reads,
                "{audience:?} {component}"
            );
        }
    }
}
