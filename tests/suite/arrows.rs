//! Imports run one way, and rules are quoted: the structure of the repository, read from its files.

#[path = "arrows/browser.rs"]
mod browser;
#[path = "arrows/rules.rs"]
mod rules;
#[path = "arrows/rust.rs"]
mod rust;
#[path = "arrows/sources.rs"]
mod sources;

/// Fails with all the sentences that were collected.
#[track_caller]
fn assert_none(what: &str, mistakes: &[String]) {
    assert!(mistakes.is_empty(), "{what}\n  {}\n", mistakes.join("\n  "));
}
