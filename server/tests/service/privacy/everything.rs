//! Every address that somebody can read, and what it answers them.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};

use borrador::http::openapi::DESCRIPTION;

use crate::harness::{Answer, PAPER, Service, Somebody};

/// Every secret of these tests begins with this: one search finds them all.
pub const SECRET: &str = "zafiro";

/// Not asked: what never ends, and what says nothing of a paper.
const LEFT_OUT: [&str; 4] = ["/health", "/api/v1/openapi.json", "/sync", "/api/v1/papers/{slug}/events"];

/// The ids there are, by the part of an address that stands before them.
#[derive(Default)]
pub struct Known(BTreeMap<&'static str, BTreeSet<String>>);

impl Known {
    pub fn add(&mut self, kind: &'static str, id: impl ToString) {
        self.0.entry(kind).or_default().insert(id.to_string());
    }

    fn of(&self, kind: &str) -> Vec<String> {
        self.0.get(kind).into_iter().flatten().cloned().collect()
    }

    /// Every address of the description with a GET, with its queries.
    pub fn addresses(&self) -> Vec<String> {
        let paths = DESCRIPTION["paths"].as_object().unwrap();
        let read = paths.iter().filter(|(_, operations)| operations.get("get").is_some());
        let asked = read.filter(|(path, _)| !LEFT_OUT.contains(&path.as_str()));
        asked.flat_map(|(path, _)| self.filled(path)).flat_map(|(path, at)| self.queried(path, &at)).collect()
    }

    /// The description's path with every address that it stands for.
    fn filled<'a>(&self, path: &'a str) -> Vec<(&'a str, String)> {
        let mut filled = vec![String::new()];
        let mut before = "";
        for part in path.split('/').skip(1) {
            let choices = match part {
                "{slug}" => vec![PAPER.to_owned()],
                "{id}" => self.of(before),
                "{text}" => self.of("texts"),
                "{component}" => self.of("components"),
                "{sha256}" => vec!["0".repeat(64)],
                "{number}" => vec!["1".to_owned(), "2".to_owned()],
                "{moment}" => vec!["1-1".to_owned(), "1-2".to_owned()],
                "{other}" => [self.of("milestones"), vec!["now".to_owned()]].concat(),
                "{file}" => vec!["en.md".to_owned(), "es.md".to_owned()],
                fixed if !fixed.starts_with('{') => vec![fixed.to_owned()],
                unknown => panic!("{path}: say here what {unknown} may be"),
            };
            filled = filled
                .iter()
                .flat_map(|start| choices.iter().map(move |choice| format!("{start}/{choice}")))
                .collect();
            before = part;
        }
        filled.into_iter().map(|at| (path, at)).collect()
    }

    /// The address alone, or with every query that matters.
    fn queried(&self, path: &str, at: &str) -> Vec<String> {
        let none = "00000000-0000-4000-8000-000000000000".to_owned();
        let ids = [vec![none], self.of("threads"), self.of("amendments")].concat().join(",");
        let with = |queries: &[&str]| queries.iter().map(|query| format!("{at}?{query}")).collect();
        let found = format!("words={SECRET}");
        match path {
            "/api/v1/papers/{slug}/export" => with(&[
                "language=en&format=md",
                "language=en&format=html&view=comments",
                "language=en&format=md&view=redline",
            ]),
            "/api/v1/papers/{slug}/compare" => {
                let since = |id: &String| format!("from={id}&unchanged=1");
                let drafts: Vec<String> = self.of("milestones").iter().map(since).collect();
                let fixed = ["from=seen&unchanged=1".to_owned(), "from=position&unchanged=1".to_owned()];
                with(&drafts.iter().chain(&fixed).map(String::as_str).collect::<Vec<_>>())
            }
            "/api/v1/papers/{slug}/compare/file" => {
                let since = |id: &String| format!("from={id}&language=en&format=html");
                with(
                    &self
                        .of("milestones")
                        .iter()
                        .map(since)
                        .collect::<Vec<_>>()
                        .iter()
                        .map(String::as_str)
                        .collect::<Vec<_>>(),
                )
            }
            "/api/v1/papers/{slug}/matrix" => with(&["", "order=component", &found]),
            "/api/v1/papers/{slug}/matrix/index" => with(&["", &found]),
            "/api/v1/papers/{slug}/matrix/rows" => with(&[&format!("ids={ids}")]),
            "/api/v1/papers/{slug}/matrix/file" => with(&[
                "format=csv&language=en",
                "format=xlsx&language=en",
                "format=docx&language=en",
                &format!("format=csv&language=en&{found}"),
            ]),
            "/api/v1/rounds/{id}/answers/{component}/file" => with(&["language=en&format=md"]),
            _ => vec![at.to_owned()],
        }
    }
}

/// What every address answers somebody, as words: files are unpacked, and of a refusal only its code is kept, which is the same for all that
/// one may not know of.
pub async fn everything(somebody: &Somebody, known: &Known) -> BTreeMap<String, String> {
    let mut answers = BTreeMap::new();
    for address in known.addresses() {
        let answer = somebody.get(&address).send().await;
        assert!(answer.status < 500 && answer.status != 429, "{address}: {}", answer.text());
        // The one address that names all ids is the same one when there are more of them.
        let name = address.split_once("ids=").map_or(&*address, |(start, _)| start);
        answers.insert(name.to_owned(), words(&answer));
    }
    answers
}

pub fn words(answer: &Answer) -> String {
    if answer.status >= 400 {
        let (status, code) = answer.refusal();
        return format!("{status} {code}");
    }
    if !answer.body.starts_with(b"PK\x03\x04") {
        return answer.text();
    }
    let mut archive = zip::ZipArchive::new(Cursor::new(&answer.body)).unwrap();
    let mut all = Vec::new();
    for index in 0..archive.len() {
        archive.by_index(index).unwrap().read_to_end(&mut all).unwrap();
    }
    // Signatures are no text.
    String::from_utf8_lossy(&all).into_owned()
}

/// The ids that every service has from the beginning.
pub fn known(service: &Service) -> Known {
    let register = service.app.directory.register();
    let mut known = Known::default();
    for component in register.components() {
        known.add("components", component.id);
    }
    for (text, _) in service.paper().texts() {
        known.add("texts", text);
    }
    known
}
