//! The words of one block.

use std::fmt::Write;

use crate::document::{BlockKind, MarkValue, Marks, Run, import};
use crate::ids::ParagraphId;
use crate::render::redline::Shade;
use crate::render::tree::{Note, Numbered, Piece};

/// Where words are to stand, which decides how they are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Heading,
    /// In a paragraph, an item, a quotation, a note.
    Line,
    /// Between two `|`.
    Cell,
}

/// The block's words on one line, notes by the labels that they are given. Marks that Markdown has no spelling for are left
/// out; the words stay.
pub(super) fn write(block: &Numbered, place: Place, label: impl Fn(&Note<'_>) -> String) -> String {
    let mut bits = Vec::new();
    let pieces = block.pieces();
    let is_alone = pieces.len() == 1;
    for piece in pieces {
        match piece {
            Piece::Sign(sign) => {
                push(&mut bits, Run::marked(format!("[{sign}]"), Marks::on(["strong"])));
                push(&mut bits, Run::plain(if is_alone { "" } else { " " }));
            }
            Piece::Words(run, shade) => push_shaded(&mut bits, run, shade),
            Piece::Note(note) => bits.push(Bit::Note(label(&note))),
        }
    }
    spelt(&bits, place)
}

/// REN16: words that came stand between `<ins>` and `</ins>`, words that went between `<del>` and `</del>`.
fn push_shaded(bits: &mut Vec<Bit>, run: &Run, shade: Shade) {
    let (open, close) = match shade {
        Shade::Stays => return push(bits, sayable(run)),
        Shade::Comes => ("<ins>", "</ins>"),
        Shade::Goes => ("<del>", "</del>"),
    };
    bits.push(Bit::Tag(open));
    push(bits, sayable(run));
    bits.push(Bit::Tag(close));
}

/// A note's words on one line.
pub(super) fn write_note(note: &Note<'_>) -> String {
    let mut bits = Vec::new();
    note.runs.iter().for_each(|(run, shade)| push_shaded(&mut bits, run, *shade));
    spelt(&bits, Place::Line)
}

/// A picture: what it shows, its address, whose it is.
pub(super) fn picture(address: &str, alt: &str, credit: &str) -> String {
    let mut shown = String::from("![");
    write_words(&mut shown, alt, (true, true), Style::Explicit);
    put(&mut shown, format_args!("]({address}"));
    if !credit.is_empty() {
        shown.push_str(" \"");
        write_words(&mut shown, credit, (true, true), Style::Explicit);
        shown.push('"');
    }
    shown.push(')');
    shown
}

/// What stands in a line.
#[derive(Debug, Clone, PartialEq)]
enum Bit {
    Words(Run),
    /// The mark of a note, by its label.
    Note(String),
    /// Where a change begins or ends.
    Tag(&'static str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    /// `**` and `*`, and as few escapes as possible.
    Plain,
    /// Tags, every punctuation mark escaped, every unusual space by its number.
    Explicit,
}

/// The run with only those marks that Markdown can say.
fn sayable(run: &Run) -> Run {
    let names = ["strong", "em", "superscript", "subscript"].into_iter().filter(|name| run.marks.has(name));
    let marks = match run.marks.link() {
        Some(href) => Marks::on(names).with_link(href),
        None => Marks::on(names),
    };
    Run::marked(run.text.as_str(), marks)
}

/// Appends words, joining them to those before where the marks are the same.
fn push(bits: &mut Vec<Bit>, run: Run) {
    match bits.last_mut() {
        _ if run.text.is_empty() => {}
        Some(Bit::Words(last)) if last.marks == run.marks => last.text.push_str(&run.text),
        _ => bits.push(Bit::Words(run)),
    }
}

fn spelt(bits: &[Bit], place: Place) -> String {
    let plain = spell(bits, place, Style::Plain);
    if reads_back(bits, place) { plain } else { spell(bits, place, Style::Explicit) }
}

/// Whether plain spelling means these words and no others. The notes get stand-ins.
fn reads_back(bits: &[Bit], place: Place) -> bool {
    if bits.is_empty() {
        return true;
    }
    let id = |number: usize| format!("{number:016x}");
    let mut notes = 0;
    let mut marked = Vec::new();
    for bit in bits {
        match bit {
            Bit::Words(run) => push(&mut marked, run.clone()),
            Bit::Note(_) => {
                marked.push(Bit::Note(id(notes)));
                notes += 1;
            }
            // Read back as the tag that it is, if the words beside it are.
            Bit::Tag(_) => {}
        }
    }
    let stand_in = |label: &str| Run::marked("x", Marks::on([format!("footnote:{label}").as_str()]));
    let wanted: Vec<Run> = marked
        .iter()
        .filter_map(|bit| match bit {
            Bit::Words(run) => Some(run.clone()),
            Bit::Note(label) => Some(stand_in(label)),
            Bit::Tag(_) => None,
        })
        .collect();
    let line = spell(&marked, place, Style::Plain);
    let mut file = match place {
        Place::Heading => format!("# {line}"),
        Place::Line => line,
        Place::Cell => format!("| {line} |\n| --- |"),
    };
    (0..notes).for_each(|note| put(&mut file, format_args!("\n\n[^{}]: x", id(note))));
    let mut next = 0u64;
    let mut ids = || {
        next += 1;
        ParagraphId(next.to_be_bytes())
    };
    let Ok((blocks, _)) = import::blocks(file.as_bytes(), &mut ids) else { return false };
    let is_right = |kind: &BlockKind| match place {
        Place::Heading => matches!(kind, BlockKind::Heading { .. }),
        Place::Line => *kind == BlockKind::Paragraph { numbered: false },
        Place::Cell => matches!(kind, BlockKind::TableCell(_)),
    };
    blocks.len() == 1 && is_right(&blocks[0].kind) && blocks[0].runs == wanted
}

fn spell(bits: &[Bit], place: Place, style: Style) -> String {
    let mut out = String::new();
    let mut open: Vec<(&str, &MarkValue)> = Vec::new();
    for (at, bit) in bits.iter().enumerate() {
        let run = match bit {
            Bit::Words(run) => run,
            Bit::Note(label) => {
                close(&mut out, &mut open, 0, style);
                put(&mut out, format_args!("[^{label}]"));
                continue;
            }
            Bit::Tag(tag) => {
                close(&mut out, &mut open, 0, style);
                out.push_str(tag);
                continue;
            }
        };
        let still = open.iter().take_while(|(name, value)| run.marks.0.get(*name) == Some(value)).count();
        close(&mut out, &mut open, still, style);
        // The mark that reaches farthest opens first, so that fewer must be closed and opened again.
        let reach = |name: &str, value: &MarkValue| {
            let has = |bit: &&Bit| matches!(bit, Bit::Words(run) if run.marks.0.get(name) == Some(value));
            bits[at..].iter().take_while(has).count()
        };
        let fresh = run
            .marks
            .0
            .iter()
            .map(|(name, value)| (name.as_str(), value))
            .filter(|mark| !open.contains(mark));
        let mut fresh: Vec<_> = fresh.collect();
        fresh.sort_by_key(|(name, value)| (std::cmp::Reverse(reach(name, value)), order(name)));
        // Right behind the mark of a note, a link would be read as part of it.
        if at.checked_sub(1).is_some_and(|at| matches!(bits[at], Bit::Note(_)))
            && fresh.first().is_some_and(|(name, _)| *name == "link")
        {
            out.push_str("<sup></sup>");
        }
        for (name, value) in fresh {
            out.push_str(if name == "link" { "[" } else { tag(name, style).0 });
            open.push((name, value));
        }
        let is_edge = (at == 0, at + 1 == bits.len());
        write_words(&mut out, &run.text, is_edge, style);
    }
    close(&mut out, &mut open, 0, style);
    if place == Place::Cell { without_bars(&out) } else { out }
}

/// A `|` would end the cell, even where it is escaped as a word.
fn without_bars(line: &str) -> String {
    line.replace("\\|", "|").replace('|', "&#124;")
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
