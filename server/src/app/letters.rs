//! What letters say: put together when they are sent, in their reader's language, from the same messages as the pages.

use crdt::ids::{NoticeId, PersonId};
use crdt::moment::Moment;

use super::App;
use super::notices;
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
        let silence = match notice.message.about {
            notices::About::Silence(id) => Some(self.silence(notice.message.paper, id).await?.silence),
            _ => None,
        };
        let draft = match &silence {
            Some(silence) => self.milestone(silence.milestone).await?.1.name.clone(),
            None => String::new(),
        };
        let language = who.person.language.as_str();
        let words = Words::of(language);
        let paper = register.paper(notice.message.paper);
        let title = paper.map_or("", |paper| paper.title_in(language));
        let round = match notice.message.about {
            notices::About::Round(id) => register.round(id),
            _ => None,
        };
        let component = in_language(&who.component.name, language, &fallbacks()).unwrap_or_default();
        let page = silence.as_ref().map_or("review".to_owned(), |silence| format!("silence/{}", silence.id));
        let url = paper.map_or_else(
            || self.settings.public_url.clone(),
            |paper| format!("{}/p/{}/{page}", self.settings.public_url, paper.slug),
        );
        let closes = round.map(|round| round.closes()).or(silence.map(|silence| silence.instant()));
        let closes = closes.map(|at| instant(&words, at)).unwrap_or_default();
        let args = [
            ("name", who.person.name.as_str()),
            ("component", component),
            ("paper", title),
            ("round", round.map_or("", |round| round.plan.name.as_str())),
            ("when", &closes),
            ("draft", &draft),
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

/// The languages in which a name is looked for when it lacks the reader's.
fn fallbacks() -> [String; 2] {
    ["en".to_owned(), "es".to_owned()]
}
