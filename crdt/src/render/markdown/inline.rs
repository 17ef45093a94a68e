//! The words of one block.

use std::fmt::Write;

use crate::document::{Block, BlockKind, MarkValue, Marks, Run, import};
use crate::ids::ParagraphId;

/// The block's words on one line. Marks that Markdown has no spelling for are left out; the words stay.
pub(super) fn write(block: &Block) -> String {
    let wanted = sayable(&block.runs);
    let is_heading = matches!(block.kind, BlockKind::Heading { .. });
    let plain = spell(&wanted, Style::Plain);
    if reads_back(&plain, &wanted, is_heading) { plain } else { spell(&wanted, Style::Explicit) }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    /// `**` and `*`, and as few escapes as possible.
    Plain,
    /// Tags, every punctuation mark escaped, every unusual space by its number.
    Explicit,
}

/// The runs with only those marks that Markdown can say.
fn sayable(runs: &[Run]) -> Vec<Run> {
    let mut block = Block::new(ParagraphId([0; 8]), BlockKind::Quote, Vec::new());
    for run in runs {
        let names =
            ["strong", "em", "superscript", "subscript"].into_iter().filter(|name| run.marks.has(name));
        let marks = match run.marks.link() {
            Some(href) => Marks::on(names).with_link(href),
            None => Marks::on(names),
        };
        block.push(Run::marked(run.text.as_str(), marks));
    }
    block.runs
}

fn reads_back(line: &str, wanted: &[Run], is_heading: bool) -> bool {
    let prefix = if is_heading { "# " } else { "" };
    let mut ids = || ParagraphId([0; 8]);
    match import::blocks(format!("{prefix}{line}").as_bytes(), &mut ids) {
        Ok((blocks, _)) => {
            let kind = &blocks[0].kind;
            let same_kind = matches!(kind, BlockKind::Heading { .. }) == is_heading
                && (is_heading || *kind == BlockKind::Paragraph { numbered: false });
            blocks.len() == 1 && same_kind && blocks[0].runs == wanted
        }
        Err(import::ImportError::Empty) => wanted.is_empty(),
        Err(_) => false,
    }
}

fn spell(runs: &[Run], style: Style) -> String {
    let mut out = String::new();
    let mut open: Vec<(&str, &MarkValue)> = Vec::new();
    for (at, run) in runs.iter().enumerate() {
        let still = open.iter().take_while(|(name, value)| run.marks.0.get(*name) == Some(value)).count();
        close(&mut out, &mut open, still, style);
        // The mark that reaches farthest opens first, so that fewer must be closed and opened again.
        let reach = |name: &str, value: &MarkValue| {
            runs[at..].iter().take_while(|run| run.marks.0.get(name) == Some(value)).count()
        };
        let fresh = run
            .marks
            .0
            .iter()
            .map(|(name, value)| (name.as_str(), value))
            .filter(|mark| !open.contains(mark));
        let mut fresh: Vec<_> = fresh.collect();
        fresh.sort_by_key(|(name, value)| (std::cmp::Reverse(reach(name, value)), order(name)));
        for (name, value) in fresh {
            out.push_str(if name == "link" { "[" } else { tag(name, style).0 });
            open.push((name, value));
        }
        let is_edge = (at == 0, at + 1 == runs.len());
        write_words(&mut out, &run.text, is_edge, style);
    }
    close(&mut out, &mut open, 0, style);
    out
}

fn close(out: &mut String, open: &mut Vec<(&str, &MarkValue)>, keep: usize, style: Style) {
    while open.len() > keep {
        match open.pop() {
            Some(("link", MarkValue::Text(href))) => write_address(out, href),
            Some((name, _)) => out.push_str(tag(name, style).1),
            None => {}
        }
    }
}

fn order(name: &str) -> usize {
    ["link", "strong", "em"].iter().position(|known| *known == name).unwrap_or(3)
}

fn tag(name: &str, style: Style) -> (&'static str, &'static str) {
    match (name, style) {
        ("strong", Style::Plain) => ("**", "**"),
        ("em", Style::Plain) => ("*", "*"),
        ("strong", Style::Explicit) => ("<strong>", "</strong>"),
        ("em", Style::Explicit) => ("<em>", "</em>"),
        ("superscript", _) => ("<sup>", "</sup>"),
        _ => ("<sub>", "</sub>"),
    }
}

fn write_address(out: &mut String, href: &str) {
    let is_simple = |c: char| c.is_ascii_alphanumeric() || "/:.-_~?=#%+,;@!$".contains(c);
    if href.chars().all(is_simple) {
        put(out, format_args!("]({href})"));
        return;
    }
    out.push_str("](<");
    for c in href.chars() {
        if c.is_ascii_punctuation() && !is_simple(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out.push_str(">)");
}

/// Writes words so that they mean themselves. `is_edge`: whether the block begins, and ends, with them.
fn write_words(out: &mut String, words: &str, is_edge: (bool, bool), style: Style) {
    let letters: Vec<char> = words.chars().collect();
    let digits = letters.iter().take_while(|c| c.is_ascii_digit()).count();
    for (at, c) in letters.iter().copied().enumerate() {
        let before = at.checked_sub(1).map(|at| letters[at]);
        let after = letters.get(at + 1).copied();
        let is_outer = (is_edge.0 && at == 0) || (is_edge.1 && at + 1 == letters.len());
        let opens_list = is_edge.0 && digits > 0 && at == digits && matches!(c, '.' | ')');
        let by_number = match style {
            // White space at the ends of a line is not read; line feeds would be another line.
            Style::Plain => c.is_control() || (is_outer && c.is_whitespace()),
            Style::Explicit => {
                c.is_control()
                    || (c.is_whitespace() && (c != ' ' || is_outer || before == Some(' ')))
                    || c == '\u{feff}'
            }
        };
        let is_escaped = match style {
            Style::Plain => opens_list || is_special(before, c, after, is_edge.0 && at == 0),
            Style::Explicit => c.is_ascii_punctuation(),
        };
        if by_number {
            put(out, format_args!("&#{};", u32::from(c)));
        } else {
            if is_escaped {
                out.push('\\');
            }
            out.push(c);
        }
    }
}

/// Whether a punctuation mark between these neighbours could mean something in Markdown.
fn is_special(before: Option<char>, c: char, after: Option<char>, begins_block: bool) -> bool {
    let is_letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    match c {
        '\\' | '`' | '*' | '[' | ']' | '<' => true,
        '_' => !(is_letter(before) && is_letter(after)),
        '&' => is_letter(after) || after == Some('#'),
        '{' => after == Some('#'),
        '!' => after.is_none() || after == Some('['),
        '#' | '>' | '+' | '-' | '=' | '~' | '|' => begins_block,
        _ => false,
    }
}

fn put(out: &mut String, what: std::fmt::Arguments<'_>) {
    out.write_fmt(what).expect("a string takes every write");
}
