//! How a draft is cited: a line after ISO 690, an entry for BibTeX, and the same for programs that gather references.

use crdt::render::html::escape;

use super::{Around, Draft, iso};

/// The section of the page, to be copied from.
pub fn section(around: &Around<'_>, draft: &Draft<'_>) -> String {
    format!(
        "<section class=\"cite\" aria-labelledby=\"cite\">\n<h2 id=\"cite\">{}</h2>\n<p class=\"copied\">{}</p>\n\
         <h3>BibTeX</h3>\n<div class=\"scroll\" role=\"region\" aria-label=\"BibTeX\" tabindex=\"0\" dir=\"ltr\"><pre>{}</pre></div>\n</section>\n",
        draft.get("public-cite"),
        escape(&line(around, draft)),
        escape(&bibtex(around, draft)),
    )
}

/// What programs that gather references look for in the head.
pub fn for_machines(around: &Around<'_>, draft: &Draft<'_>) -> String {
    let pdf = format!("{}{}/{}.pdf", around.site, draft.path(), draft.language);
    let facts = [
        ("citation_title", full_title(draft)),
        ("citation_author", draft.organisation().to_owned()),
        ("citation_publication_date", iso((draft.day)(draft.publication.first)).replace('-', "/")),
        ("citation_language", draft.language.to_owned()),
        ("citation_pdf_url", if draft.has_pdf { pdf } else { String::new() }),
    ];
    let meta =
        |(name, value): &(&str, String)| format!("<meta name=\"{name}\" content=\"{}\">\n", escape(value));
    facts.iter().filter(|(_, value)| !value.is_empty()).map(meta).collect()
}

/// `Who. Title: draft [online]. Date. Available at: address`.
fn line(around: &Around<'_>, draft: &Draft<'_>) -> String {
    let who = match draft.organisation() {
        "" => String::new(),
        who => format!("{}. ", who.trim_end_matches('.')),
    };
    let values = [
        ("title", full_title(draft)),
        ("date", draft.on(draft.publication.first)),
        ("url", address(around, draft)),
    ];
    let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
    who + &draft.words.fill("public-cite-line", &values)
}

fn bibtex(around: &Around<'_>, draft: &Draft<'_>) -> String {
    let (year, month, _) = (draft.day)(draft.publication.first);
    let id = draft.milestone.id.to_string();
    let fields = [
        ("author", format!("{{{}}}", tex(draft.organisation()))),
        ("title", format!("{{{}}}", tex(&full_title(draft)))),
        ("year", year.to_string()),
        ("month", month.to_string()),
        (
            "number",
            draft.milestone.symbol.as_ref().map(|symbol| tex(&symbol.to_string())).unwrap_or_default(),
        ),
        ("howpublished", format!("\\url{{{}}}", address(around, draft))),
        ("note", format!("SHA-256 {}", draft.milestone.digest)),
        ("language", draft.language.to_owned()),
    ];
    let written = fields.iter().filter(|(_, value)| !matches!(value.as_str(), "" | "{}"));
    let lines: Vec<String> = written.map(|(name, value)| format!("  {name} = {{{value}}}")).collect();
    let key = format!("{}-{}", draft.paper.slug, id.get(..8).unwrap_or_default());
    format!("@misc{{{key},\n{}\n}}", lines.join(",\n"))
}

fn full_title(draft: &Draft<'_>) -> String {
    let symbol = draft.milestone.symbol.as_ref().map(|symbol| format!(" ({symbol})"));
    format!("{}: {}{}", draft.title(), draft.milestone.name, symbol.unwrap_or_default())
}

fn address(around: &Around<'_>, draft: &Draft<'_>) -> String {
    format!("{}{}", around.site, draft.path_in(draft.language))
}

/// Words as BibTeX takes them: what it would read as a command is written out.
fn tex(words: &str) -> String {
    let mut written = String::with_capacity(words.len());
    for c in words.chars() {
        match c {
            '\\' => written.push_str("\\textbackslash{}"),
            '~' => written.push_str("\\textasciitilde{}"),
            '^' => written.push_str("\\textasciicircum{}"),
            '{' | '}' | '&' | '%' | '$' | '#' | '_' => {
                written.push('\\');
                written.push(c);
            }
            other => written.push(other),
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tex_would_obey_is_written_out() {
        assert_eq!(tex("R&D_{100%} \\input"), "R\\&D\\_\\{100\\%\\} \\textbackslash{}input");
    }
}
