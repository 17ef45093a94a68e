//! `crdt/SPEC.md` and the tests that quote it: every rule has a test, and no test quotes a rule that does not exist.

use std::collections::BTreeMap;

use crate::assert_none;
use crate::sources::{root, sources};

const CHAPTERS: [&str; 6] = ["DOC", "ANC", "HIS", "REN", "REV", "SYN"];

#[test]
fn every_rule_is_quoted_by_a_test_and_no_test_quotes_another() {
    let specification =
        std::fs::read_to_string(root().join("crdt/SPEC.md")).expect("there is a specification");
    let rules: Vec<String> = specification
        .lines()
        .filter_map(|line| line.strip_prefix("**")?.split("**").next())
        .filter(|rule| number_in(rule).is_some_and(|(_, rest)| rest.is_empty()))
        .map(str::to_owned)
        .collect();
    assert!(rules.len() > 10, "the rules of SPEC.md begin their lines as **DOC1**");

    let quoted = quotations();
    let lonely =
        rules.iter().filter(|rule| !quoted.contains_key(*rule)).map(|rule| format!("{rule} has no test"));
    let invented = quoted.iter().filter(|(rule, _)| !rules.contains(rule));
    let invented = invented.map(|(rule, place)| format!("{place} quotes {rule}, which does not exist"));
    assert_none("SPEC.md and the tests do not fit together:", &lonely.chain(invented).collect::<Vec<_>>());
}

/// The rules that tests quote in their names (`fn doc4_…`, `it('DOC4 …')`), each with one place.
fn quotations() -> BTreeMap<String, String> {
    let mut quoted = BTreeMap::new();
    for folder in ["crdt/src", "crdt/tests", "server/src", "server/tests", "server/pdf", "tests"] {
        for source in sources(folder, &[".rs"]) {
            for (number, line) in &source.lines {
                let Some((_, name)) = line.split_once("fn ") else { continue };
                for word in name.split('(').next().unwrap_or_default().split('_') {
                    quote(word, &source.path, *number, &mut quoted);
                }
            }
        }
    }
    for source in sources("web/src", &[".test.ts"]) {
        for (number, line) in &source.lines {
            let is_title = ["it(", "test(", "describe("].iter().any(|start| line.contains(start));
            for word in line.split(|c: char| !c.is_ascii_alphanumeric()).filter(|_| is_title) {
                quote(word, &source.path, *number, &mut quoted);
            }
        }
    }
    quoted
}

fn quote(word: &str, path: &str, line: usize, quoted: &mut BTreeMap<String, String>) {
    let word = word.to_ascii_uppercase();
    if let Some((rule, "")) = number_in(&word) {
        quoted.entry(rule.to_owned()).or_insert_with(|| format!("{path}:{line}"));
    }
}

/// A rule's number at the start of a text, and what follows it.
fn number_in(text: &str) -> Option<(&str, &str)> {
    let chapter = CHAPTERS.iter().find(|chapter| text.starts_with(**chapter))?;
    let digits = text[chapter.len()..].bytes().take_while(u8::is_ascii_digit).count();
    (digits > 0).then(|| text.split_at(chapter.len() + digits))
}
