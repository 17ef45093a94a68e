//! A person's account, and the browser sessions in which they are signed in.

use std::time::Duration;

use crdt::ids::PersonId;
use crdt::moment::Moment;
use serde::{Deserialize, Serialize};

/// A human being.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Person {
    /// For life.
    pub id: PersonId,
    /// As they sign: "Inés Duarte".
    pub name: String,
    /// One to three letters, for small places.
    pub initials: String,
    /// Where they are reached; unique in the service, compared without regard to case.
    pub email: String,
    /// The language they prefer ("es"): of greetings and of letters.
    pub language: String,
    /// How often it was changed: the version that `If-Match` names.
    #[serde(default)]
    pub version: u64,
}

impl Person {
    /// Is this their address? The case of letters does not count.
    pub fn answers_to(&self, email: &str) -> bool {
        self.email.to_lowercase() == email.trim().to_lowercase()
    }
}

/// The initials of a name: the first letters of its first and last words, in capitals.
///
/// ```
/// assert_eq!(borrador::people::account::initials("Inés Duarte"), "ID");
/// assert_eq!(borrador::people::account::initials("Cher"), "C");
/// ```
pub fn initials(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    let first = words.first().and_then(|word| word.chars().next());
    let last = words.last().filter(|_| words.len() > 1).and_then(|word| word.chars().next());
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

/// A browser in which somebody is signed in; stored under the SHA-256 of its cookie.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Session {
    /// Who.
    pub person: PersonId,
    /// Since when.
    pub started: Moment,
    /// When it was last used, to within [`Session::NOTE_EVERY`].
    pub seen: Moment,
}

impl Session {
    /// A session unused for so long is over.
    pub const IDLE: Duration = Duration::from_hours(12);
    /// A session is over after so long, however much it is used.
    pub const WHOLE: Duration = Duration::from_hours(14 * 24);
    /// Use is written down at most this often: a write for each request would cost more than it tells.
    pub const NOTE_EVERY: Duration = Duration::from_mins(5);

    /// A session that starts now.
    pub fn start(person: PersonId, now: Moment) -> Self {
        Self { person, started: now, seen: now }
    }

    /// Does it still stand for its person?
    pub fn is_alive(&self, now: Moment) -> bool {
        now.since(self.seen) < Self::IDLE && now.since(self.started) < Self::WHOLE
    }

    /// The session with its use noted, if that is due.
    pub fn noted(&self, now: Moment) -> Option<Session> {
        (now.since(self.seen) >= Self::NOTE_EVERY).then(|| Session { seen: now, ..self.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_after_twelve_idle_hours_and_after_fourteen_days_in_any_case() {
        let monday = Moment::from_unix_ms(0);
        let mut session = Session::start(PersonId(uuid::Uuid::nil()), monday);
        assert!(session.is_alive(monday + Duration::from_hours(11)));
        assert!(!session.is_alive(monday + Duration::from_hours(12)));
        session.seen = monday + Duration::from_hours(14 * 24 - 1);
        assert!(session.is_alive(session.seen));
        assert!(!session.is_alive(monday + Session::WHOLE));
    }

    #[test]
    fn use_is_noted_every_five_minutes_only() {
        let session = Session::start(PersonId(uuid::Uuid::nil()), Moment::from_unix_ms(0));
        assert_eq!(session.noted(Moment::from_unix_ms(299_999)), None);
        assert_eq!(session.noted(Moment::from_unix_ms(300_000)).unwrap().seen.unix_ms(), 300_000);
    }
}
