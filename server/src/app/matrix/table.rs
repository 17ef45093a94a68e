//! The matrix as a table of words: which columns it has, in the order that standards bodies use, and how each is called.
//!
//! The same columns are found again in a file that comes back ([`column_of`]), whatever language or order they are in.

use crdt::review::entry::Kind;
use crdt::review::matrix::{Row, Source, State, folded, reference};

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
    fn message(self) -> &'static str {
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

    /// How files call it, folded, besides our own names: those of ISO's template, and what people write.
    fn also(self) -> &'static [&'static str] {
        match self {
            Field::Component => &[
                "mb nc",
                "mb",
                "component",
                "componente",
                "composante",
                "organisation",
                "organizacion",
                "organizacion miembro",
                "entidad",
                "organismo",
            ],
            Field::Chapter => &[
                "line clause",
                "clause",
                "clause subclause",
                "chapter",
                "capitulo",
                "chapitre",
                "clausula",
                "apartado",
            ],
            Field::Paragraph => &[
                "paragraph figure table",
                "paragraph",
                "para",
                "parrafo",
                "paragraphe",
                "parrafo figura tabla",
                "no de parrafo",
            ],
            Field::Kind => {
                &["type of comment", "type", "kind", "tipo", "tipo de comentario", "type de commentaire"]
            }
            Field::Comment => &[
                "comments",
                "comment",
                "remark",
                "remarks",
                "comentarios",
                "comentario",
                "observacion",
                "observaciones",
                "commentaires",
                "commentaire",
                "remarques",
            ],
            Field::Proposed => &[
                "proposed change",
                "proposed changes",
                "proposed text",
                "proposed wording",
                "proposal",
                "cambio propuesto",
                "cambios propuestos",
                "texto propuesto",
                "propuesta",
                "redaccion propuesta",
                "modification proposee",
                "changement propose",
            ],
            Field::Answer => &[
                "observations of the secretariat",
                "secretariat observations",
                "observaciones de la secretaria",
                "respuesta",
                "answer",
                "response",
                "observations du secretariat",
            ],
            Field::Quote => &[
                "quote",
                "quoted text",
                "original text",
                "current text",
                "texto citado",
                "texto actual",
                "cita",
                "texte actuel",
            ],
            Field::Language => &["language", "idioma", "langue", "lengua"],
            Field::Assigned => &["assigned", "assigned to", "responsable", "quien responde"],
            Field::Reference => &["reference", "referencia", "ref"],
            Field::Id => &["id", "row id", "id de la fila", "identifiant"],
        }
    }
}

/// REV53: which column has this head. Case, accents and signs do not matter; a longer head counts by how it begins.
pub fn column_of(head: &str) -> Option<Field> {
    let head = bare(head);
    if head.is_empty() {
        return None;
    }
    let names = COLUMNS.iter().flat_map(|(field, _)| {
        let ours = crate::export::labels::languages()
            .map(|language| bare(&Words::of(language).get(field.message())));
        let theirs = field.also().iter().map(|name| (*name).to_owned());
        ours.chain(theirs).map(|name| (*field, name)).collect::<Vec<_>>()
    });
    let begins =
        |name: &str| head == name || head.strip_prefix(name).is_some_and(|rest| rest.starts_with(' '));
    // "Observations of the secretariat" is not "observations".
    names.filter(|(_, name)| begins(name)).max_by_key(|(_, name)| name.len()).map(|(field, _)| field)
}

/// Letters and digits, folded, with single spaces between.
fn bare(words: &str) -> String {
    let spaced: String = folded(words).chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The kind that a file names: in our words of any language, in the types of standards bodies, or by its beginning.
pub fn kind_of(words: &str) -> Option<Kind> {
    let words = bare(words);
    let named = |kind: &Kind| {
        crate::export::labels::languages()
            .any(|language| bare(&Words::of(language).get(&kind_message(*kind))) == words)
    };
    if let Some(kind) = Kind::ALL.into_iter().find(named) {
        return Some(kind);
    }
    match words.split(' ').next().unwrap_or_default() {
        "ge" | "general" | "generale" => Some(Kind::General),
        "te" | "technical" | "tecnico" | "tecnica" | "substantive" | "fondo" => Some(Kind::Substantive),
        "ed" | "editorial" | "redaccion" => Some(Kind::Editorial),
        "translation" | "traduccion" | "linguistic" | "linguistico" => Some(Kind::Translation),
        "evidence" | "fuente" | "fuentes" | "evidencia" => Some(Kind::Evidence),
        _ => None,
    }
}

fn kind_message(kind: Kind) -> String {
    let word = serde_json::to_value(kind).ok();
    format!("matrix-kind-{}", word.as_ref().and_then(|word| word.as_str()).unwrap_or_default())
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
            let table = table(&register, &paper, &rows, &language, now.date(), is_demo);
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
        Field::Proposed => row.proposed().to_owned(),
        Field::Answer => answer(row, words),
        Field::Quote => row.quote().to_owned(),
        Field::Language => paper.languages[row.spot.language].clone(),
        Field::Assigned => row
            .assigned()
            .and_then(|seat| register.who(seat))
            .map_or_else(String::new, |who| who.person.name.clone()),
        Field::Reference => reference(code, row.id()),
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
    let Source::Remark(thread) = &row.source;
    let why = match (&thread.withdrawn, row.disposition()) {
        (Some(withdrawn), _) => withdrawn.reason.as_str(),
        (None, Some(answer)) => answer.words.as_str(),
        (None, None) => "",
    };
    if why.is_empty() { outcome } else { format!("{outcome}: {why}") }
}

#[cfg(test)]
mod tests {
    use crdt::review::disposition::Outcome;

    use super::*;

    #[test]
    fn rev53_columns_are_known_by_their_heads_in_whatever_words() {
        for (head, field) in [
            ("MB/NC 1", Field::Component),
            ("Line / Clause", Field::Chapter),
            ("Paragraph/ Figure/ Table", Field::Paragraph),
            ("TYPE OF COMMENT", Field::Kind),
            ("Comments (justification for change)", Field::Comment),
            ("Observaciones", Field::Comment),
            ("Observaciones de la Secretaría", Field::Answer),
            ("Observations of the secretariat on each comment", Field::Answer),
            ("Cambio propuesto", Field::Proposed),
            ("Párrafo", Field::Paragraph),
            ("Id", Field::Id),
        ] {
            assert_eq!(column_of(head), Some(field), "{head}");
        }
        for head in ["", "  ", "Typography", "Idea", "Presupuesto"] {
            assert_eq!(column_of(head), None, "{head}");
        }
        for language in crate::export::labels::languages() {
            for (field, _) in COLUMNS {
                assert_eq!(column_of(&Words::of(language).get(field.message())), Some(field), "{language}");
            }
        }
    }

    #[test]
    fn rev53_kinds_are_known_by_our_words_and_by_the_types_of_standards_bodies() {
        assert_eq!(kind_of("ge"), Some(Kind::General));
        assert_eq!(kind_of("TE "), Some(Kind::Substantive));
        assert_eq!(kind_of("De redacción"), Some(Kind::Editorial));
        assert_eq!(kind_of("Evidence"), Some(Kind::Evidence));
        assert_eq!(kind_of("?"), None);
        assert!(state_message(State::Answered(Outcome::NotAccepted)).ends_with("not_accepted"));
    }
}
