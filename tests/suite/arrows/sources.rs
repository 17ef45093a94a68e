//! The files of the repository, and the paths that are named in them.

use std::fs;
use std::path::{Path, PathBuf};

/// A source file.
pub struct Source {
    /// From the root of the repository, with slashes.
    pub path: String,
    /// Its lines, numbered from 1, without those that are comments.
    pub lines: Vec<(usize, String)>,
}

/// The root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// All files under a folder whose name ends in one of these, sorted.
pub fn sources(folder: &str, endings: &[&str]) -> Vec<Source> {
    let mut found = Vec::new();
    collect(&root().join(folder), endings, &mut found);
    found.sort_by(|one: &Source, other| one.path.cmp(&other.path));
    assert!(!found.is_empty(), "there is nothing in {folder}");
    found
}

fn collect(folder: &Path, endings: &[&str], found: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.expect("folders can be read").path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.is_dir() && !matches!(name, "node_modules" | "target" | "dist") {
            collect(&path, endings, found);
        } else if endings.iter().any(|ending| name.ends_with(ending)) {
            let text = fs::read_to_string(&path).expect("sources are text");
            // In Rust a line may begin with a star that is no comment's.
            let starts: &[&str] = if name.ends_with(".rs") { &["//"] } else { &["//", "/*", "*"] };
            let is_comment = |line: &&str| starts.iter().any(|start| line.trim_start().starts_with(start));
            let lines = (1..).zip(text.lines()).filter(|(_, line)| !is_comment(line));
            let shown = path.strip_prefix(root()).expect("it lies in the repository");
            found.push(Source {
                path: shown.to_string_lossy().replace('\\', "/"),
                lines: lines.map(|(number, line)| (number, line.to_owned())).collect(),
            });
        }
    }
}

impl Source {
    /// The names that follow `start` (such as `crate::`), as far as they are lowercase modules: `crate::boot::clock` gives
    /// `boot::clock`. A list in braces gives each of its names.
    pub fn paths_after(&self, start: &str) -> Vec<(usize, String)> {
        let mut found = Vec::new();
        for (number, line) in &self.lines {
            for (at, _) in line.match_indices(start) {
                let before = line[..at].chars().next_back();
                if before.is_some_and(|before| before.is_alphanumeric() || before == '_' || before == ':') {
                    continue;
                }
                let rest = &line[at + start.len()..];
                let names: Vec<&str> = match rest.strip_prefix('{') {
                    Some(list) => list.split([',', '}']).map(str::trim).collect(),
                    None => vec![rest],
                };
                found.extend(
                    names
                        .into_iter()
                        .map(|name| (*number, module_path(name)))
                        .filter(|(_, name)| !name.is_empty()),
                );
            }
        }
        found
    }

    /// Whether a path of this crate begins on a line: `name::` or `use name;`.
    pub fn path_starts_at(&self, number: usize, name: &str) -> bool {
        let line = self.lines.iter().find(|(other, _)| *other == number).map_or("", |(_, line)| line);
        line.match_indices(name).any(|(at, _)| {
            let (before, after) = (&line[..at], &line[at + name.len()..]);
            let begins =
                !before.ends_with("::") && !before.ends_with(|c: char| c.is_alphanumeric() || c == '_');
            begins && (after.starts_with("::") || before.trim_end().ends_with("use"))
        })
    }

    /// The lines on which this word stands by itself.
    pub fn lines_with(&self, word: &str) -> Vec<usize> {
        let is_part = |character: Option<char>| character.is_some_and(|c| c.is_alphanumeric() || c == '_');
        let stands = |line: &str| {
            line.match_indices(word).any(|(at, _)| {
                !is_part(line[..at].chars().next_back()) && !is_part(line[at + word.len()..].chars().next())
            })
        };
        self.lines.iter().filter(|(_, line)| stands(line)).map(|(number, _)| *number).collect()
    }
}

/// The lowercase names at the start of a path.
fn module_path(path: &str) -> String {
    let is_module = |name: &&str| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    let end = path.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).unwrap_or(path.len());
    path[..end].split("::").take_while(is_module).collect::<Vec<_>>().join("::")
}
