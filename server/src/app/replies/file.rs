//! The answer to a component as a file: every entry in the words of one language.

use crdt::ids::PersonId;
use crdt::review::disposition::Disposition;
use crdt::review::matrix::reference;
use crdt::review::position::Subject;
use serde::Serialize;

use super::positions::{Fate, Stated};
use super::{Item, Reply};
use crate::app::App;
use crate::app::exports::{FileMade, Format};
use crate::app::refusal::Refusal;
use crate::export::labels::Words;
use crate::export::reply::{self, Entry, Letter};
use crate::export::reworded::reworded;
use crate::people::directory::Register;
use crate::people::paper::{Paper, in_language};

impl App {
    /// The same as a file.
    pub async fn reply_file(
        &self,
        person: PersonId,
        reply: &Reply,
        language: &str,
        format: Format,
    ) -> Result<FileMade, Refusal> {
        let register = self.directory.register();
        let paper = register.paper(reply.round.paper).ok_or(Refusal::NotFound)?;
        let component = register.component(reply.component).ok_or(Refusal::NotFound)?;
        let words = Words::of(language);
        let (name, code) = (in_language(&component.name, language, &paper.languages), &component.code);
        let entry = |item: &Item| {
            let redline = reply.redlines.get(&item.id).map_or(&[][..], Vec::as_slice);
            let entry = self.reply_entry(&register, paper, &words, code, item);
            Entry { reworded: reworded(redline), ..entry }
        };
        let entries: Vec<Entry> = reply.items.iter().map(entry).collect();
        let stated = |stated: &Stated| self.reply_position(&register, paper, &words, stated);
        let positions: Vec<reply::Position> = reply.positions.iter().map(stated).collect();
        let letter = Letter {
            component: name.unwrap_or(code),
            round: &reply.round.plan.name,
            paper: paper.title_in(language),
            day: &words.day(self.day_of()(self.clock.now())),
            positions: &positions,
            entries: &entries,
        };
        let chapter = letter.chapter(&words);
        let title = words.fill("reply-title", &[("component", letter.component)]);
        let file = format!(
            "{} - {} - {code} - {language}.{}",
            paper.slug,
            reply.round.plan.name,
            format.extension()
        );
        self.make_leaf(person, (paper, language), (title, file), format, chapter).await
    }

    fn reply_entry(
        &self,
        register: &Register,
        paper: &Paper,
        words: &Words,
        code: &str,
        item: &Item,
    ) -> Entry {
        let chapter = register.text(item.text).and_then(|text| paper.chapter(text.chapter));
        let chapter = chapter.map_or("", |chapter| chapter.number.as_str());
        let place = match item.number {
            Some(number) => {
                words.fill("reply-place-paragraph", &[("chapter", chapter), ("number", &number.to_string())])
            }
            None => words.fill("reply-place-chapter", &[("chapter", chapter)]),
        };
        let reference = match item.amendment {
            Some(number) => words.fill("reply-amendment", &[("number", &number.to_string())]),
            None => reference(code, item.id),
        };
        let mut entry = Entry {
            reference,
            place,
            quote: item.quote.clone(),
            said: item.said.clone(),
            proposed: item.proposed.clone(),
            course: course(words, item),
            verdict: item.verdict.as_ref().map(|verdict| {
                let id = if verdict.satisfied { "reply-satisfied" } else { "reply-not-satisfied" };
                format!("{} {}", words.get(id), verdict.words)
            }),
            ..Entry::default()
        };
        if let Some(Disposition { outcome, words: why, by, at, result }) = &item.disposition {
            entry.outcome = Some(words.get(&format!("reply-outcome-{}", word(outcome))));
            entry.words.clone_from(why);
            let by = register.who(*by).map_or("", |who| who.person.name.as_str());
            entry.signed =
                words.fill("reply-signed", &[("person", by), ("date", &words.day(self.day_of()(*at)))]);
            entry.result = result.and_then(|place| {
                let text = register.text(place.text)?;
                let chapter = paper.chapter(text.chapter)?;
                let address = format!(
                    "{}/papers/{}/{}/{}#p-{}",
                    self.settings.public_url, paper.slug, text.language, chapter.number, place.paragraph
                );
                Some((words.fill("reply-result", &[("chapter", &chapter.number)]), address))
            });
        }
        entry
    }

    fn reply_position(
        &self,
        register: &Register,
        paper: &Paper,
        words: &Words,
        stated: &Stated,
    ) -> reply::Position {
        let Stated { subject, said, draft, fate, .. } = stated;
        let day = |at| words.day(self.day_of()(at));
        let quoted = said.binding.paragraph.as_ref();
        let number = quoted.and_then(|quoted| quoted.number).map(|number| number.to_string());
        let place = match (subject, &number) {
            (Subject::Paper, _) => words.get("position-on-paper"),
            (Subject::Chapter { .. }, _) => {
                words.fill("position-on-chapter", &[("number", stated.chapter(register, paper))])
            }
            (Subject::Paragraph(_), Some(number)) => {
                words.fill("position-on-paragraph", &[("number", number)])
            }
            (Subject::Paragraph(_), None) => {
                words.fill("reply-position-words", &[("chapter", stated.chapter(register, paper))])
            }
        };
        let fate = match fate {
            Fate::Stands => words.get("reply-position-stands"),
            Fate::ToReconfirm(chapters) => {
                words.fill("reply-position-to_reconfirm", &[("chapters", &chapters.join(", "))])
            }
            Fate::Waits => words.get("reply-position-waits"),
            Fate::Replaced { stance, at } => {
                let stance = words.get(&format!("stance-{}", word(stance)));
                words.fill("reply-position-replaced", &[("stance", &stance), ("date", &day(*at))])
            }
            Fate::Lifted(at) => words.fill("reply-position-lifted", &[("date", &day(*at))]),
        };
        let late = match said.submission.late.as_ref().map(|late| &late.admitted) {
            None => None,
            Some(Some(admitted)) => Some(words.fill("reply-admitted", &[("reason", &admitted.reason)])),
            Some(None) => (stated.fate != Fate::Waits).then(|| words.get("reply-position-late")),
        };
        let how = if said.submission.on_behalf { "annex-taken-on-behalf" } else { "annex-taken" };
        let taken = [("date", day(said.submission.at)), ("draft", draft.clone())];
        let taken = taken.each_ref().map(|(name, value)| (*name, value.as_str()));
        reply::Position {
            title: words.fill("reply-position", &[("place", &place)]),
            quote: quoted.map(|quoted| quoted.beginning.clone()).unwrap_or_default(),
            stance: words.get(&format!("stance-{}", word(said.statement.stance))),
            words: said.statement.words.clone(),
            way_out: said.statement.way_out.clone(),
            taken: words.fill(how, &taken),
            late,
            fate,
        }
    }
}

/// What was out of the ordinary in how something came, sentence by sentence.
fn course(words: &Words, item: &Item) -> Vec<String> {
    let mut course = Vec::new();
    if item.submission.on_behalf {
        course.push(words.get("reply-on-behalf"));
    }
    match item.submission.late.as_ref().map(|late| &late.admitted) {
        None => {}
        Some(None) => course.push(words.get("reply-late")),
        Some(Some(admitted)) => {
            course.push(words.fill("reply-admitted", &[("reason", &admitted.reason)]));
        }
    }
    if let Some(reason) = &item.withdrawn {
        course.push(words.fill("reply-withdrawn", &[("reason", reason)]));
    }
    course
}

/// The word by which records and messages know something.
fn word(value: impl Serialize) -> String {
    let value = serde_json::to_value(value).ok();
    value.as_ref().and_then(|value| value.as_str()).unwrap_or_default().to_owned()
}
