//! What columns and kinds are called in files that come back, in whatever words.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use crdt::review::entry::Kind;
use crdt::review::matrix::{Proposal, RowKind, folded};

use super::cited;
use super::table::{COLUMNS, Field, kind_message};
use crate::export::labels::{self, Words};

impl Field {
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
    let begins =
        |name: &str| head == name || head.strip_prefix(name).is_some_and(|rest| rest.starts_with(' '));
    // "Observations of the secretariat" is not "observations".
    let named = HEADS.iter().filter(|(name, _)| begins(name));
    named.max_by_key(|(name, _)| name.len()).map(|(_, field)| *field)
}

/// What columns are called, in our words of every language and in others' words. Foreign files have thousands of cells that could be
/// heads, and reading our messages takes a millisecond.
static HEADS: LazyLock<Vec<(String, Field)>> = LazyLock::new(|| {
    let words: Vec<Words> = labels::languages().map(Words::of).collect();
    let names = COLUMNS.iter().flat_map(|(field, _)| {
        let ours = words.iter().map(|words| bare(&words.get(field.message())));
        let theirs = field.also().iter().map(|name| (*name).to_owned());
        ours.chain(theirs).map(|name| (name, *field)).collect::<Vec<_>>()
    });
    names.collect()
});

/// What kinds of rows are called, in our words of every language.
static KINDS: LazyLock<Vec<(String, RowKind)>> = LazyLock::new(|| {
    let words: Vec<Words> = labels::languages().map(Words::of).collect();
    let named = |kind: RowKind| words.iter().map(move |words| (bare(&words.get(&kind_message(kind))), kind));
    RowKind::ALL.into_iter().flat_map(|kind| named(kind).collect::<Vec<_>>()).collect()
});

/// The kind that a file names: in our words of any language, in the types of standards bodies, or by its beginning.
pub fn kind_of(words: &str) -> Option<RowKind> {
    let words = bare(words);
    if let Some((_, kind)) = KINDS.iter().find(|(name, _)| *name == words) {
        return Some(*kind);
    }
    let kind = match words.split(' ').next().unwrap_or_default() {
        "ge" | "general" | "generale" => Kind::General,
        "te" | "technical" | "tecnico" | "tecnica" | "substantive" | "fondo" => Kind::Substantive,
        "ed" | "editorial" | "redaccion" => Kind::Editorial,
        "translation" | "traduccion" | "linguistic" | "linguistico" => Kind::Translation,
        "evidence" | "fuente" | "fuentes" | "evidencia" => Kind::Evidence,
        "amendment" | "enmienda" | "amendement" => return Some(RowKind::Amendment),
        _ => return None,
    };
    Some(RowKind::Remark(kind))
}

/// Is this what our files say, in any language, where an amendment only takes words out?
pub fn is_deleted(words: &str) -> bool {
    DELETED.contains(&bare(words))
}

/// The amendment that a file names by its reference, by how our files write it.
pub fn by_reference(amendments: &[Arc<Proposal>]) -> HashMap<String, Arc<Proposal>> {
    let words: Vec<Words> = labels::languages().map(Words::of).collect();
    let named = |proposal: &Arc<Proposal>| {
        let number = proposal.amendment.number.unwrap_or_default();
        words.iter().map(|words| (bare(&cited(words, number)), proposal.clone())).collect::<Vec<_>>()
    };
    amendments.iter().flat_map(named).collect()
}

/// What our files say where an amendment only takes words out, in every language.
static DELETED: LazyLock<Vec<String>> = LazyLock::new(|| {
    labels::languages().map(|language| bare(&Words::of(language).get("matrix-file-deleted"))).collect()
});

/// Letters and digits, folded, with single spaces between.
pub fn bare(words: &str) -> String {
    let spaced: String = folded(words).chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
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
        for language in labels::languages() {
            for (field, _) in COLUMNS {
                assert_eq!(column_of(&Words::of(language).get(field.message())), Some(field), "{language}");
            }
        }
    }

    #[test]
    fn rev53_kinds_are_known_by_our_words_and_by_the_types_of_standards_bodies() {
        assert_eq!(kind_of("ge"), Some(RowKind::Remark(Kind::General)));
        assert_eq!(kind_of("TE "), Some(RowKind::Remark(Kind::Substantive)));
        assert_eq!(kind_of("De redacción"), Some(RowKind::Remark(Kind::Editorial)));
        assert_eq!(kind_of("Evidence"), Some(RowKind::Remark(Kind::Evidence)));
        assert_eq!(kind_of("?"), None);
    }
}
