//! The browser's half: main → ui → review, history → paper; paper has never heard of a network.

use crate::assert_none;
use crate::sources::{Source, sources};

/// A folder of `web/src` and what it may import. What is not listed may import nothing.
const ARROWS: &[(&str, &[&str])] = &[
    ("main", &["ui", "api", "i18n", "offline", "paper", "sync", "styles"]),
    ("ui", &["api", "history", "i18n", "offline", "paper", "review", "sync", "styles"]),
    ("review", &["paper", "api"]),
    ("history", &["paper", "api"]),
    // The service worker knows which answers are worth keeping.
    ("offline", &["api"]),
];

/// What reaches for a network, in a page or in a package.
const NETWORK: &[&str] =
    &["fetch", "WebSocket", "EventSource", "XMLHttpRequest", "sendBeacon", "cborg", "indexedDB"];

#[test]
fn imports_of_the_browser_run_one_way() {
    let mut mistakes = Vec::new();
    for source in sources("web/src", &[".ts", ".svelte"]) {
        let folder = folder_of(&source.path);
        let is_test = source.path.ends_with(".test.ts") || source.path.contains("/testing/");
        let allowed = ARROWS.iter().find(|(from, _)| *from == folder).map_or(&[][..], |(_, to)| to);
        for (line, target) in imports(&source) {
            let to = folder_of(&target);
            // Tests may borrow each other's seeded chance and people.
            let borrowed = is_test && target.contains("/testing/");
            if target.starts_with("web/src/") && to != folder && !borrowed && !allowed.contains(&to) {
                let may = if allowed.is_empty() { "nothing else".to_owned() } else { allowed.join(", ") };
                mistakes.push(format!("{}:{line} imports {target}: {folder} may import {may}", source.path));
            }
        }
    }
    assert_none("An import runs the wrong way:", &mistakes);
}

#[test]
fn the_paper_of_the_browser_touches_no_network() {
    let mut mistakes = Vec::new();
    for source in sources("web/src/paper", &[".ts"]) {
        for word in NETWORK {
            mistakes.extend(
                source.lines_with(word).iter().map(|line| format!("{}:{line} names {word}", source.path)),
            );
        }
    }
    assert_none("web/src/paper is pure:", &mistakes);
}

/// `web/src/ui/home/Home.svelte` belongs to `ui`, `web/src/main.ts` to `main`.
fn folder_of(path: &str) -> &str {
    path.strip_prefix("web/src/").unwrap_or(path).split(['/', '.']).next().unwrap_or_default()
}

/// The relative imports of a file, as paths from the root of the repository.
fn imports(source: &Source) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (number, line) in &source.lines {
        for start in ["from '", "import '", "import('"] {
            for (at, _) in line.match_indices(start) {
                let target = line[at + start.len()..].split('\'').next().unwrap_or_default();
                if target.starts_with('.') {
                    found.push((*number, resolved(&source.path, target)));
                }
            }
        }
    }
    found
}

fn resolved(from: &str, target: &str) -> String {
    let mut path: Vec<&str> = from.split('/').collect();
    path.pop();
    for step in target.split('/') {
        match step {
            "." => {}
            ".." => drop(path.pop()),
            step => path.push(step),
        }
    }
    path.join("/")
}
