//! REN30: what a published draft changed of the one published before it.

use crdt::history::comparison::Comparison;
use crdt::history::milestone::Milestone;
use crdt::render::html::{self, escape};
use crdt::render::{RedWords, Tree};

use super::{Around, Draft, nav};
use crate::export::redline::red_words;

/// The way to the page, on the page of the draft.
pub fn link(draft: &Draft<'_>, before: &Milestone) -> String {
    let words = draft.fill("milestone-before", &[("draft", &before.name)]);
    format!("<p class=\"onward\"><a href=\"{}\">{words}</a></p>\n", address(draft, draft.language))
}

impl Around<'_> {
    /// REN30: the page, whole without a script. It names nobody: what is public of two drafts is their words.
    pub fn changes(&self, draft: &Draft<'_>, before: &Draft<'_>, comparison: &Comparison) -> String {
        let words = red_words(&draft.words);
        let key = format!(
            "<p class=\"key\"><ins>{}</ins> <del>{}</del> <span class=\"bar-key\">{}</span></p>",
            escape(&words.came),
            escape(&words.went),
            draft.get("public-changes-bar")
        );
        let tree = Tree::compared(comparison, words.clone(), &[]);
        let names = [("from", before.milestone.name.as_str()), ("to", draft.milestone.name.as_str())];
        let title = draft.words.fill("compare-title", &names);
        let masthead = format!(
            "<div class=\"masthead\"><div class=\"page\"><div>\n<p class=\"of\" dir=\"auto\"><a href=\"{}\">{}</a></p>\n\
             <h1 dir=\"auto\">{}</h1>\n<p class=\"facts\"><span><a href=\"{}\">{}</a></span><span><a href=\"{}\">{}</a></span></p>\n{key}\n</div>\n</div></div>\n",
            escape(&format!("/p/{}?lang={}", draft.paper.slug, draft.language)),
            escape(draft.title()),
            escape(&title),
            escape(&before.path_in(draft.language)),
            escape(&before.milestone.name),
            escape(&draft.path_in(draft.language)),
            escape(&draft.milestone.name),
        );
        let main =
            format!("{masthead}<div class=\"page published\">\n{}</div>\n", article(draft, tree, &words));
        let canonical = format!("{}{}", self.site, address(draft, draft.language));
        let head = self.meta(draft, &title, &canonical);
        let both = draft.languages().filter(|each| before.milestone.languages.contains(each));
        self.page(draft, &title, &head, &nav(draft, both, |each| address(draft, each)), &main)
    }
}

fn address(draft: &Draft<'_>, language: &str) -> String {
    format!("{}/changes?lang={language}", draft.path())
}

/// The chapters that changed, with what came and went.
fn article(draft: &Draft<'_>, mut tree: Tree, words: &RedWords) -> String {
    tree.chapters.retain(|chapter| chapter.blocks.iter().any(|block| block.red.is_some()));
    if tree.chapters.is_empty() {
        return format!("<p class=\"quiet\">{}</p>\n", draft.get("public-changes-none"));
    }
    // Of a chapter that went, no block is a place to lead to.
    let mut standing = tree.clone();
    standing.chapters.retain(|chapter| {
        chapter.blocks.first().is_some_and(|title| title.red.as_ref().is_none_or(|red| !red.is_gone))
    });
    let picture = |digest: &str| Some(format!("{}/pictures/{digest}", draft.path()));
    let permanent = draft.words.get("public-permanent");
    let options = html::Options { permanent: Some(&permanent), above: 1, picture: &picture };
    let contents = html::page::contents(&standing, &draft.words.get("compare-what"));
    let article = html::page::body(&tree, draft.language, options);
    // Not every screen reader says what `ins` and `del` are; the writer opens neither with anything beside its name.
    let heard = |html: String, tag: &str, word: &str| {
        let open = format!("<{tag}><span class=\"heard\"> [{}: </span>", escape(word));
        let close = format!("<span class=\"heard\">] </span></{tag}>");
        html.replace(&format!("<{tag}>"), &open).replace(&format!("</{tag}>"), &close)
    };
    let article = heard(heard(article, "ins", &words.came), "del", &words.went);
    format!("{contents}<div>\n{article}</div>\n")
}
