//! What letters say: put together when they are sent, in their reader's language, from the same messages as the pages.

use crdt::moment::Moment;

use super::App;
use super::refusal::Refusal;
use crate::export::labels::Words;
use crate::people::mail::letter::{About, Letter};
use crate::people::mail::post::Written;
use crate::people::paper::in_language;

impl App {
    /// The words of a letter and its reader, as they are now; `None` when there is nothing to tell any more.
    pub(super) async fn compose(&self, letter: &Letter) -> Result<Option<Written>, Refusal> {
        match letter.about {
            About::Invitation(id) => {
                let Some((invitation, link)) = self.invitation_for_letter(id).await? else { return Ok(None) };
                let register = self.directory.register();
                let words = Words::of(&invitation.language);
                let component = register.component(invitation.component);
                let component = component
                    .and_then(|component| in_language(&component.name, &invitation.language, &fallbacks()))
                    .unwrap_or_default();
                let by = register.who(invitation.by).map_or("", |who| who.person.name.as_str());
                let args = [
                    ("name", invitation.name.as_str()),
                    ("component", component),
                    ("by", by),
                    ("url", &link.url),
                    ("when", &instant(&words, link.expires_at)),
                ];
                let reader = (invitation.name.as_str(), invitation.email.as_str());
                Ok(Some(self.written(letter, &words, "letter-invitation", reader, &args)))
            }
            About::SignIn(person) => {
                let register = self.directory.register();
                let reader = register.person(person).filter(|_| !register.seats_of(person).is_empty());
                let Some(reader) = reader else { return Ok(None) };
                let link = self.make_link(person).await?;
                let words = Words::of(&reader.language);
                let when = instant(&words, link.expires_at);
                let args = [("name", reader.name.as_str()), ("url", &link.url), ("when", &when)];
                Ok(Some(self.written(letter, &words, "letter-sign-in", (&reader.name, &reader.email), &args)))
            }
            // Nobody writes these before there are notices.
            About::Notice(..) => Ok(None),
        }
    }

    fn written(
        &self,
        letter: &Letter,
        words: &Words,
        message: &str,
        (name, email): (&str, &str),
        args: &[(&str, &str)],
    ) -> Written {
        let mut body = words.say(&format!("{message}-body"), args);
        if self.settings.demo {
            body = format!("{}\n\n{body}", words.get("demo-line"));
        }
        let foot = words.say("letter-foot", &[("url", &self.settings.public_url)]);
        Written {
            id: letter.id.to_string(),
            name: name.to_owned(),
            email: email.to_owned(),
            subject: words.say(&format!("{message}-subject"), args),
            body: format!("{body}\n\n-- \n{foot}\n"),
        }
    }
}

/// An exact instant, in words. The zone of a reader is not known to the server: it is told in the one that everybody can
/// convert from.
fn instant(words: &Words, at: Moment) -> String {
    let text = at.to_string();
    format!("{}, {} UTC", words.day(at.date()), text.get(11..16).unwrap_or_default())
}

/// The languages in which a name is looked for when it lacks the reader's.
fn fallbacks() -> [String; 2] {
    ["en".to_owned(), "es".to_owned()]
}
