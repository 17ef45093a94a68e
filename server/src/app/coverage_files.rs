//! How far a round is, as a file: a table of the asked components as its reader may know them; and, once the round is closed, the page
//! that stands behind the next sealed draft: who was asked, who answered, who was silent.

use std::collections::BTreeMap;

use crdt::ids::{ComponentId, PersonId, SeatId};
use crdt::review::position::{Stance, Standing as Holding, Subject};
use crdt::review::round::{Round, RoundError};
use serde::Serialize;

use super::App;
use super::coverage::Standing;
use super::exports::{FileMade, Format};
use super::papers::aside;
use super::refusal::Refusal;
use crate::export::asked::annex;
use crate::export::labels::{DayOf, Words};
use crate::export::tables::{Column, Table, TableFormat};
use crate::people::directory::Register;
use crate::people::paper::{Paper, in_language};

/// The columns with the messages at their heads, and how wide they are in characters.
const COLUMNS: [(&str, u16); 8] = [
    ("standings-component", 40),
    ("coverage-file-kind", 16),
    ("coverage-file-speaker", 24),
    ("standings-standing", 18),
    ("coverage-file-position", 24),
    ("standings-remarks", 12),
    ("standings-amendments", 12),
    ("standings-last", 18),
];

/// What the table says beside what coverage says.
struct Beside {
    amendments: BTreeMap<ComponentId, usize>,
    positions: BTreeMap<ComponentId, Stance>,
}

impl App {
    /// How far each asked component is, as a table: nothing in it that this seat may not know. Answers with a name for people and the
    /// bytes.
    pub async fn coverage_file(
        &self,
        person: PersonId,
        seat: SeatId,
        round: &Round,
        (language, format): (&str, TableFormat),
    ) -> Result<(String, Vec<u8>), Refusal> {
        let now = self.clock.now();
        let _place = self.export_place(person, now)?;
        let register = self.directory.register();
        let paper = register.paper(round.paper).ok_or(Refusal::NotFound)?;
        let coverage = self.coverage(round, seat).await?;
        let beside = self.beside(paper, seat, round).await?;
        let words = Words::of(language);
        let mut notes = vec![
            format!("{} · {}", paper.title_in(language), round.plan.name),
            words.fill("coverage-file-as-of", &[("date", &words.day(self.day_of()(now)))]),
        ];
        if self.settings.demo {
            notes.insert(0, words.get("demo-line"));
        }
        let columns =
            COLUMNS.map(|(message, width)| Column { name: words.get(message), width, is_id: false });
        let day = self.day_of();
        let rows = coverage
            .components
            .iter()
            .map(|each| cells(&register, paper, (&words, &day), language, each, &beside));
        let name = words.get("coverage-file-name");
        let table = Table {
            title: format!("{name}: {}", round.plan.name),
            notes,
            columns: columns.to_vec(),
            rows: rows.collect(),
            language: language.to_owned(),
        };
        let file =
            format!("{} - {} - {name} - {language}.{}", paper.slug, round.plan.name, format.extension());
        let failed = |error| Refusal::Fault(format!("a table could not be written: {error}"));
        let bytes = aside(move || format.write(&table).map_err(failed)).await?;
        Ok((file, bytes))
    }

    /// REV74: who was asked in a closed round, who answered, who was silent.
    pub async fn asked_file(
        &self,
        person: PersonId,
        round: &Round,
        (language, format): (&str, Format),
    ) -> Result<FileMade, Refusal> {
        let now = self.clock.now();
        let register = self.directory.register();
        let paper = register.paper(round.paper).ok_or(Refusal::NotFound)?;
        let mut asked = self.asked_by(paper, now).await?;
        asked.retain(|(of, _)| of.id == round.id);
        let draft = self.milestone(round.milestone).await?.1.name.clone();
        let name_of = |id| called(&register, paper, language, id);
        let words = Words::of(language);
        let page = annex(&words, &self.day_of(), &asked, |_| draft.clone(), name_of);
        let page = page.ok_or(RoundError::WrongPhase { phase: round.phase(now) })?;
        let title = words.get("asked-title");
        let file =
            format!("{} - {} - {title} - {language}.{}", paper.slug, round.plan.name, format.extension());
        self.make_leaf(person, (paper, language), (title, file), format, page.chapter).await
    }

    /// The amendments of a round and the positions on its draft as a whole, by component, as far as this seat may read them.
    async fn beside(&self, paper: &Paper, seat: SeatId, round: &Round) -> Result<Beside, Refusal> {
        let mut amendments = BTreeMap::new();
        for kept in self.amendments(paper.id, seat).await? {
            let sent = kept.amendment.submission.as_ref();
            if sent.is_some_and(|sent| sent.round == Some(round.id) && sent.counts()) {
                *amendments.entry(kept.amendment.component).or_default() += 1;
            }
        }
        let taken = self.positions(paper, seat, Some(round.milestone)).await?;
        let holds = taken.iter().filter(|taken| {
            taken.position.subject == Subject::Paper
                && taken.said.submission.counts()
                && taken.standing != Holding::Lifted
        });
        let positions = holds.map(|taken| (taken.position.component, taken.said.statement.stance)).collect();
        Ok(Beside { amendments, positions })
    }
}

fn cells(
    register: &Register,
    paper: &Paper,
    (words, day): (&Words, DayOf<'_>),
    language: &str,
    standing: &Standing,
    beside: &Beside,
) -> Vec<String> {
    let component = register.component(standing.component);
    let kind = component.map(|component| words.get(&format!("kind-one-{}", word(component.kind))));
    let speaker = standing.speakers.first().and_then(|seat| register.who(*seat));
    let far = match (standing.has_answered, standing.chapters_read) {
        (Some(true), _) => "standing-answered",
        (Some(false), Some(1..)) => "standing-reading",
        (Some(false), _) => "standing-silent",
        (None, _) => "standing-unknown",
    };
    let position = beside.positions.get(&standing.component);
    let position = position.map(|stance| words.get(&format!("stance-{}", word(stance))));
    let amendments = beside.amendments.get(&standing.component).copied().unwrap_or(0);
    vec![
        called(register, paper, language, standing.component),
        kind.unwrap_or_default(),
        speaker.map_or_else(|| words.get("standings-nobody"), |who| who.person.name.clone()),
        words.get(far),
        position.unwrap_or_default(),
        standing.remarks.values().sum::<usize>().to_string(),
        amendments.to_string(),
        standing.last.map(|at| words.day(day(at))).unwrap_or_default(),
    ]
}

fn called(register: &Register, paper: &Paper, language: &str, id: ComponentId) -> String {
    let component = register.component(id);
    let name = component.and_then(|found| in_language(&found.name, language, &paper.languages));
    name.or(component.map(|found| found.code.as_str())).unwrap_or_default().to_owned()
}

/// The word by which records and messages know something.
fn word(value: impl Serialize) -> String {
    let value = serde_json::to_value(value).ok();
    value.as_ref().and_then(|value| value.as_str()).unwrap_or_default().to_owned()
}
