//! The matrix as a table of words: which columns it has, in the order that standards bodies use, and how each is called.
//!
//! The same columns are found again in a file that comes back ([`heads`](super::heads)), whatever language or order they are in.

use crdt::review::matrix::{Row, RowKind, Source, State, reference};

use super::cited;
use crate::app::App;
use crate::app::papers::aside;
use crate::app::refusal::Refusal;
use crate::export::labels::Words;
use crate::export::tables::{Column, Table, TableFormat};
use crate::people::directory::Register;
use crate::people::paper::{Paper, in_language};

/// What a column says.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Field {
    /// Whose row it is: "MB/NC" among standards bodies.
    Component,
    /// "Line/Clause": the chapter's number.
    Chapter,
    /// "Paragraph/Figure/Table": the paragraph's number.
    Paragraph,
    /// "Type of comment".
    Kind,
    /// "Comments".
    Comment,
    /// "Proposed change".
    Proposed,
    /// "Observations of the secretariat": the answer.
    Answer,
    /// The words of the text it is about.
    Quote,
    /// The language of those words.
    Language,
    /// Who answers it.
    Assigned,
    /// By which people cite it.
    Reference,
    /// By which a second import knows it.
    Id,
}

/// REV52: the columns in the order of ISO's template; ours behind them. With their widths in characters.
pub const COLUMNS: [(Field, u16); 12] = [
    (Field::Component, 12),
    (Field::Chapter, 8),
    (Field::Paragraph, 9),
    (Field::Kind, 13),
    (Field::Comment, 48),
    (Field::Proposed, 40),
    (Field::Answer, 40),
    (Field::Quote, 30),
    (Field::Language, 6),
    (Field::Assigned, 16),
    (Field::Reference, 16),
    (Field::Id, 12),
];

impl Field {
    /// The message with its name.
    pub fn message(self) -> &'static str {
        match self {
            Field::Component => "matrix-file-component",
            Field::Chapter => "matrix-file-chapter",
            Field::Paragraph => "matrix-file-paragraph",
            Field::Kind => "matrix-file-kind",
            Field::Comment => "matrix-file-comment",
            Field::Proposed => "matrix-file-proposed",
            Field::Answer => "matrix-file-answer",
            Field::Quote => "matrix-file-quote",
            Field::Language => "matrix-file-language",
            Field::Assigned => "matrix-file-assigned",
            Field::Reference => "matrix-file-reference",
            Field::Id => "matrix-file-id",
        }
    }
}

/// The message that names a kind.
pub fn kind_message(kind: RowKind) -> String {
    format!("matrix-kind-{}", kind.name())
}

fn state_message(state: State) -> String {
    let word = match state {
        State::Unanswered => None,
        State::Answered(outcome) => serde_json::to_value(outcome).ok(),
    };
    format!("matrix-state-{}", word.as_ref().and_then(|word| word.as_str()).unwrap_or("unanswered"))
}

/// A finished file of a matrix.
#[derive(Clone, Debug)]
pub struct MatrixFile {
    /// A name for people.
    pub name: String,
    /// Its kind.
    pub format: TableFormat,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl App {
    /// These rows as a file, in this language. It takes a place among the exports of the person, and is made aside.
    pub async fn matrix_file(
        &self,
        person: crdt::ids::PersonId,
        paper: &Paper,
        rows: Vec<Row>,
        language: &str,
        format: TableFormat,
    ) -> Result<MatrixFile, Refusal> {
        let now = self.clock.now();
        let _place = self.export_place(person, now)?;
        let day = self.day_of()(now);
        let (register, is_demo) = (self.directory.register(), self.settings.demo);
        let (paper, language) = (paper.clone(), language.to_owned());
        aside(move || {
            let words = Words::of(&language);
            let name = format!(
                "{} - {} - {language}.{}",
                paper.slug,
                words.get("matrix-file-name"),
                format.extension()
            );
            let table = table(&register, &paper, &rows, &language, day, is_demo);
            let bytes = format
                .write(&table)
                .map_err(|error| Refusal::Fault(format!("a matrix could not be written: {error}")))?;
            Ok(MatrixFile { name, format, bytes })
        })
        .await
    }
}

/// REV52: the rows as a table of words.
pub fn table(
    register: &Register,
    paper: &Paper,
    rows: &[Row],
    language: &str,
    day: (i32, u8, u8),
    is_demo: bool,
) -> Table {
    let words = Words::of(language);
    let title = format!("{}: {}", words.get("matrix-file-name"), paper.title_in(language));
    let mut notes = vec![format!("{} · {}", paper.title_in(language), words.day(day))];
    if is_demo {
        notes.insert(0, words.get("demo-line"));
    }
    let columns = COLUMNS.map(|(field, width)| {
        let is_id = matches!(field, Field::Id | Field::Reference);
        Column { name: words.get(field.message()), width, is_id }
    });
    let cells =
        |row: &Row| COLUMNS.map(|(field, _)| cell(register, paper, row, field, &words, language)).to_vec();
    Table {
        title,
        notes,
        columns: columns.to_vec(),
        rows: rows.iter().map(cells).collect(),
        language: language.to_owned(),
    }
}

fn cell(
    register: &Register,
    paper: &Paper,
    row: &Row,
    field: Field,
    words: &Words,
    language: &str,
) -> String {
    let component = register.component(row.component());
    let code = component.map_or("", |component| component.code.as_str());
    match field {
        Field::Component => component
            .and_then(|component| in_language(&component.name, language, &paper.languages))
            .map_or_else(|| code.to_owned(), |name| format!("{code} {name}")),
        Field::Chapter => paper.chapters[row.spot.chapter].number.clone(),
        Field::Paragraph => row.spot.number.map_or_else(String::new, |number| number.to_string()),
        Field::Kind => words.get(&kind_message(row.kind())),
        Field::Comment => row.comment().to_owned(),
        Field::Proposed => match row.proposed() {
            // An empty cell would say that nothing is proposed.
            "" if row.kind() == RowKind::Amendment => words.get("matrix-file-deleted"),
            proposed => proposed.to_owned(),
        },
        Field::Answer => answer(row, words),
        Field::Quote => row.quote().to_owned(),
        Field::Language => paper.languages[row.spot.language].clone(),
        Field::Assigned => row
            .assigned()
            .and_then(|seat| register.who(seat))
            .map_or_else(String::new, |who| who.person.name.clone()),
        Field::Reference => {
            row.amendment_number().map_or_else(|| reference(code, row.id()), |number| cited(words, number))
        }
        Field::Id => row.id().to_string(),
    }
}

/// "Accepted in part: it stands in paragraph 12."
fn answer(row: &Row, words: &Words) -> String {
    let state = row.state();
    if state == State::Unanswered {
        return String::new();
    }
    let outcome = words.get(&state_message(state));
    let withdrawn = match &row.source {
        Source::Remark(thread) => thread.withdrawn.as_ref(),
        Source::Amendment(_) => None,
    };
    let why = match (withdrawn, row.disposition()) {
        (Some(withdrawn), _) => withdrawn.reason.as_str(),
        (None, Some(answer)) => answer.words.as_str(),
        (None, None) => "",
    };
    if why.is_empty() { outcome } else { format!("{outcome}: {why}") }
}
