//! What letters say: put together when they are sent, in their reader's language, from the same messages as the pages.

use crdt::ids::{NoticeId, PersonId};
use crdt::moment::Moment;

use super::App;
use super::notices;
use super::refusal::Refusal;
use super::subjects::Subject;
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
            About::Notice(person, id) => self.compose_notice(letter, person, id).await,
        }
    }

    /// Somebody is told what their start page tells, unless they have seen it there, or hold that seat no more.
    async fn compose_notice(
        &self,
        letter: &Letter,
        person: PersonId,
        id: NoticeId,
    ) -> Result<Option<Written>, Refusal> {
        let Some(notice) = self.notice(person, id).await? else { return Ok(None) };
        let register = self.directory.register();
        let seat = register.who(notice.seat).filter(|who| !who.seat.ended);
        let (Some(who), None) = (seat, notice.seen) else { return Ok(None) };
        // Read before there are messages: those do not go from one thread to another.
        let Some(subject) = self.subject_of(&notice).await? else { return Ok(None) };
        let language = who.person.language.as_str();
        let words = Words::of(language);
        let paper = register.paper(notice.message.paper);
        let title = paper.map_or("", |paper| paper.title_in(language));
        let name_of = |id| {
            let component = register.component(id);
            component.and_then(|found| in_language(&found.name, language, &fallbacks())).unwrap_or_default()
        };
        let url = paper.map_or_else(
            || self.settings.public_url.clone(),
            |paper| format!("{}/p/{}/{}", self.settings.public_url, paper.slug, subject.page),
        );
        let closes = subject.until.map(|at| instant(&words, at)).unwrap_or_default();
        let args = [
            ("name", who.person.name.as_str()),
            ("component", name_of(who.component.id)),
            ("by", notice.message.by.map_or("", name_of)),
            ("paper", title),
            ("round", &subject.round),
            ("when", &closes),
            ("draft", &subject.name),
            ("amendment", &called(&words, &subject)),
            ("url", &url),
        ];
        let about = words.fill(&message_of(&words, notice.message.kind), &args);
        let reason = match notice.message.words.as_str() {
            "" => String::new(),
            said => format!("\n\n{}", words.fill("letter-notice-words", &[("words", said)])),
        };
        let about = format!("{about}{reason}");
        let args: Vec<(&str, &str)> = args.into_iter().chain([("about", about.as_str())]).collect();
        Ok(Some(self.written(letter, &words, "letter-notice", (&who.person.name, &who.person.email), &args)))
    }

    fn written(
        &self,
        letter: &Letter,
        words: &Words,
        message: &str,
        (name, email): (&str, &str),
        args: &[(&str, &str)],
    ) -> Written {
        let mut body = words.fill(&format!("{message}-body"), args);
        if self.settings.demo {
            body = format!("{}\n\n{body}", words.get("demo-line"));
        }
        let foot = words.fill("letter-foot", &[("url", &self.settings.public_url)]);
        Written {
            id: letter.id.to_string(),
            name: name.to_owned(),
            email: email.to_owned(),
            subject: words.fill(&format!("{message}-subject"), args),
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

/// The message that tells a kind of notice; a general one where there is none of its own.
fn message_of(words: &Words, kind: notices::Kind) -> String {
    let name = serde_json::to_value(kind).ok().and_then(|name| name.as_str().map(str::to_owned));
    let id = format!("letter-notice-{}", name.unwrap_or_default());
    if words.get(&id) == id { "letter-notice-other".to_owned() } else { id }
}

/// How an amendment is called within a sentence: by its number, and by its title if it has one.
fn called(words: &Words, subject: &Subject) -> String {
    let number = subject.number.map(|number| number.to_string()).unwrap_or_default();
    match subject.name.as_str() {
        "" => number,
        title => words.fill("notice-amendment-titled", &[("number", &number), ("title", title)]),
    }
}

/// The languages in which a name is looked for when it lacks the reader's.
fn fallbacks() -> [String; 2] {
    ["en".to_owned(), "es".to_owned()]
}
