//! Two drafts compared, as a file: the redline, or the newer of both alone.
//!
//! The HTML is one file that needs nothing else: no script, no style or picture from elsewhere. It reads with a screen reader, on paper
//! and without colours.

use std::collections::BTreeMap;

use crdt::history::comparison::Comparison;
use crdt::render::docx::Picture;
use crdt::render::html::{self, escape};
use crdt::render::{RedWords, SignedRun, Tree};
use sha2::{Digest as _, Sha256};

use super::files::{Pressed, Sheet, data_address};
use super::labels::Words;
use crate::people::paper::Paper;

const STYLE: &str = include_str!("../../assets/redline.css");

/// What is compared, as its file says it.
pub struct Compared<'a> {
    /// The names of both drafts, the older one first.
    pub names: (&'a str, &'a str),
    /// What identifies both: the same pair has the same.
    pub pair: &'a str,
    /// What differs.
    pub comparison: &'a Comparison,
    /// Who made it differ, for each chapter and paragraph; without any, nobody is named.
    pub signed: &'a [Vec<Vec<SignedRun>>],
    /// Only the newer draft, without a word that went.
    pub clean: bool,
}

/// The words of a redline in a language.
pub fn red_words(words: &Words) -> RedWords {
    let place = |id: &str| words.fill(id, &[("place", "{}")]);
    RedWords {
        came: words.get("redline-came"),
        went: words.get("redline-went"),
        new_paragraph: words.get("red-fresh"),
        new_heading: words.get("compare-fresh-heading"),
        removed: words.get("red-gone"),
        removed_paragraph: words.fill("compare-gone", &[("number", "{}")]),
        moved_from: place("compare-moved-from"),
        moved_to: place("compare-moved-to"),
        place: words.fill("compare-place", &[("number", "{}"), ("chapter", "{}")]),
        place_chapter: words.fill("compare-place-chapter", &[("chapter", "{}")]),
        reshaped: words.get("red-retyped"),
        restyled: words.get("compare-restyled"),
        bracketed: words.get("compare-bracket-opened"),
        unbracketed: words.get("compare-bracket-gone"),
    }
}

impl Sheet {
    /// The sheet of a comparison. Made `pressed.now`, which is part of its bytes.
    pub fn redline(paper: &Paper, language: &str, compared: &Compared<'_>, pressed: Pressed<'_>) -> Self {
        let words = Words::of(language);
        let (from, to) = compared.names;
        let title = words.fill("compare-title", &[("from", from), ("to", to)]);
        let tree = Tree::compared(compared.comparison, red_words(&words), compared.signed);
        let (tree, view) = if compared.clean { (tree.clean(), "clean") } else { (tree, "redline") };
        let pair: [u8; 32] =
            Sha256::digest(format!("{}/{language}/{view}/{}", paper.id, compared.pair).as_bytes()).into();
        let mut sheet = Self::new(paper, language, Vec::new(), None, pressed);
        sheet.ident = format!("urn:sha256:{}", crdt::ids::to_hex(&pair));
        sheet.meta.milestone = if compared.clean { to.to_owned() } else { title.clone() };
        sheet.meta.subtitle.clone_from(&sheet.meta.milestone);
        sheet.meta.cover.retain(|(label, _)| *label != words.get("pdf-cover-status"));
        if let Some(version) = sheet.meta.cover.first_mut() {
            to.clone_into(&mut version.1);
        }
        if !compared.clean {
            sheet.meta.cover.insert(1, (words.get("compare-from"), from.to_owned()));
        }
        sheet.meta.draft = false;
        sheet.facts.retain(|(name, _)| !["version", "status"].contains(name));
        sheet.facts.insert(1, ("version", sheet.meta.milestone.clone()));
        sheet.tree = tree;
        sheet
    }

    /// As one HTML file, with these pictures in it, that says what came and what went.
    pub fn red_html(&self, pictures: &BTreeMap<String, Picture>) -> String {
        let meta = &self.meta;
        let lang = escape(&meta.lang);
        let picture = |digest: &str| pictures.get(digest).map(data_address);
        let chapters = self.tree.chapters.iter();
        let chapters: String =
            chapters.map(|chapter| html::chapter_with(chapter, &meta.lang, &picture)).collect();
        let say = |word: &str| word.replace(['"', '\\', '\n', '<'], " ");
        // Words for those who hear the page and do not see how changed words look.
        let heard = self.tree.red.as_ref().map_or(String::new(), |red| {
            let rule = |tag: &str, word: &str| {
                format!(
                    "{tag}::before {{ content: \" [{}: \"; }}\n{tag}::after {{ content: \"] \"; }}\n",
                    say(word)
                )
            };
            rule("ins", &red.came) + &rule("del", &red.went)
        });
        let key = self.tree.red.as_ref().map_or(String::new(), |red| {
            format!(
                "<p class=\"key\"><ins>{}</ins> <del>{}</del></p>\n",
                escape(&red.came),
                escape(&red.went)
            )
        });
        let facts: String = meta
            .cover
            .iter()
            .map(|(name, value)| format!("<div><dt>{}</dt><dd>{}</dd></div>\n", escape(name), escape(value)))
            .collect();
        let notice = if meta.demo.is_empty() {
            String::new()
        } else {
            format!("<p class=\"notice\">{}</p>\n", escape(&meta.demo))
        };
        let (title, subtitle, org) = (escape(&meta.title), escape(&meta.subtitle), escape(&meta.org));
        format!(
            "<!doctype html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n\
             <title>{subtitle} · {title}</title>\n<style>\n{STYLE}{heard}</style>\n</head>\n<body>\n<header>\n<p class=\"org\">{org}</p>\n<h1>{title}</h1>\n\
             <p class=\"subtitle\">{subtitle}</p>\n{notice}<dl>\n{facts}</dl>\n{key}</header>\n<main>\n{chapters}</main>\n</body>\n</html>\n"
        )
    }
}
