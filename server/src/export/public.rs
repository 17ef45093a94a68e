//! What everybody may read: the page of a published draft, the list of them, and the feed.
//!
//! Each is whole when it leaves the server and needs no script. What people wrote is escaped like everywhere; what the page says around
//! it is in the language of the draft. A page names no address but those of this service, so that nobody else learns who reads it.

mod changes;
mod cite;
mod feed;
mod instead;
mod robots;

use crdt::document::{Block, BlockKind};
use crdt::history::milestone::Milestone;
use crdt::history::publication::Publication;
use crdt::render::html::{self, direction, escape};

pub use instead::Instead;

use super::files::{Sheet, grouped};
use super::labels::{DayOf, Words};
use crate::people::paper::{Paper, in_language};

/// Where the pages stand.
#[derive(Clone, Copy)]
pub struct Around<'a> {
    /// The address of the service, without a slash at its end.
    pub site: &'a str,
    /// The address of the style sheet, below that; `None` while the front end was not built.
    pub style: Option<&'a str>,
    /// Is it a demonstration? Then every page says so, and asks not to be found by search engines.
    pub demo: bool,
}

/// A draft as its page speaks of it.
pub struct Draft<'a> {
    paper: &'a Paper,
    milestone: &'a Milestone,
    publication: &'a Publication,
    language: &'a str,
    words: Words,
    day: DayOf<'a>,
    has_pdf: bool,
}

/// Does the picture with this digest stand in these blocks?
pub fn has_picture(blocks: &[Block], digest: &str) -> bool {
    blocks.iter().any(|block| matches!(&block.kind, BlockKind::Image(image) if image.blob == digest))
}

impl<'a> Draft<'a> {
    /// The draft in one of its languages.
    pub fn of(
        paper: &'a Paper,
        milestone: &'a Milestone,
        publication: &'a Publication,
        language: &'a str,
        day: DayOf<'a>,
    ) -> Self {
        Self { paper, milestone, publication, language, words: Words::of(language), day, has_pdf: true }
    }

    /// The same; `has_pdf`: can a PDF be made of it in this language? Else its page offers none, and says so.
    pub fn with_pdf(self, has_pdf: bool) -> Self {
        Self { has_pdf, ..self }
    }

    fn title(&self) -> &str {
        self.paper.title_in(self.language)
    }

    /// Its languages in the order of the paper, as everywhere; one that the paper has no more stands last.
    fn languages(&self) -> impl Iterator<Item = &'a String> {
        let (paper, sealed) = (&self.paper.languages, &self.milestone.languages);
        let gone = sealed.iter().filter(|each| !paper.contains(each));
        paper.iter().filter(|each| sealed.contains(each)).chain(gone)
    }

    fn organisation(&self) -> &str {
        in_language(&self.paper.organisation, self.language, &self.paper.languages).unwrap_or_default()
    }

    fn summary(&self) -> &str {
        in_language(&self.paper.summary, self.language, &self.paper.languages).unwrap_or_default()
    }

    /// Its address below that of the service, without a language.
    fn path(&self) -> String {
        format!("/p/{}/{}", self.paper.slug, self.milestone.id)
    }

    fn path_in(&self, language: &str) -> String {
        format!("{}?lang={language}", self.path())
    }

    fn on(&self, at: crdt::moment::Moment) -> String {
        self.words.day((self.day)(at))
    }

    /// The symbol under which the organisation files it, and how far it is.
    fn named(&self) -> String {
        let symbol =
            self.milestone.symbol.as_ref().map(|symbol| format!("<b>{}</b>", escape(&symbol.to_string())));
        let status = self.milestone.status.map(|status| self.get(&format!("status-{}", status.name())));
        symbol.into_iter().chain(status).map(|fact| format!("<span>{fact}</span>")).collect()
    }

    fn get(&self, id: &str) -> String {
        escape(&self.words.get(id))
    }

    fn fill(&self, id: &str, values: &[(&str, &str)]) -> String {
        escape(&self.words.fill(id, values))
    }
}

impl Around<'_> {
    /// REN22: the page of a public draft. `before`: the public one with which REN30 compares it.
    pub fn draft(&self, draft: &Draft<'_>, sheet: &Sheet, before: Option<&Milestone>) -> String {
        let Draft { milestone, publication, language, .. } = draft;
        let head = self.head_of(draft) + &cite::for_machines(self, draft);
        let (name, day) = (escape(&milestone.name), iso((draft.day)(milestone.sealed_at)));
        let sealed = draft.fill("public-sealed", &[("date", &draft.on(milestone.sealed_at))]);
        let published = draft.fill("public-published", &[("date", &draft.on(publication.first))]);
        let mut facts = draft.named();
        facts += &format!(
            "<span class=\"state good full\">{}</span><span><time datetime=\"{day}\">{sealed}</time></span><span>{published}</span>",
            draft.get("milestone-final")
        );
        if let Some(event) = &milestone.event {
            facts += &format!("<span>{}</span>", escape(event));
        }
        let brackets =
            milestone.texts.iter().filter(|text| text.language == *language).map(|text| text.brackets);
        let brackets: usize = brackets.sum();
        if brackets > 0 {
            let said = draft.fill("public-brackets", &[("count", &brackets.to_string())]);
            facts += &format!("<span class=\"state warn half\">{said}</span>");
        }
        let no_pdf = match draft.has_pdf {
            true => String::new(),
            false => format!("<p class=\"quiet\">{}</p>\n", draft.get("public-no-pdf")),
        };
        let masthead = format!(
            "<div class=\"masthead\"><div class=\"page\"><div>\n<p class=\"of\" dir=\"auto\"><a href=\"/p/{}?lang={language}\">{}</a></p>\n\
             <h1 dir=\"auto\">{name}</h1>\n<p class=\"facts\">{facts}</p>\n{no_pdf}{}</div>\n{}</div></div>\n",
            draft.paper.slug,
            escape(draft.title()),
            before.map(|before| changes::link(draft, before)).unwrap_or_default(),
            files(draft, brackets > 0),
        );
        let permanent = draft.words.get("public-permanent");
        let picture = |digest: &str| Some(format!("{}/pictures/{digest}", draft.path()));
        let options = html::Options { permanent: Some(&permanent), above: 1, picture: &picture };
        let contents = html::page::contents(sheet.tree(), &sheet.meta().labels.contents);
        let article = html::page::body(sheet.tree(), language, options);
        let note =
            milestone.note.as_deref().map(|note| format!("<p>{}</p>\n", escape(note))).unwrap_or_default();
        let seal = format!(
            "<section class=\"seal\" aria-labelledby=\"proof\">\n<h2 id=\"proof\">{}</h2>\n{note}<p>{}</p>\n<code class=\"fingerprint\" dir=\"ltr\">{}</code>\n\
             <p>{}</p>\n<code dir=\"ltr\">borrador verify '{} - {name}.zip'</code>\n</section>\n",
            draft.get("public-proof"),
            draft.get("milestone-fingerprint"),
            grouped(&milestone.digest.to_string()),
            draft.get("public-verify"),
            escape(&draft.paper.slug),
        );
        let cite = cite::section(self, draft);
        let languages = languages(draft);
        let main = format!(
            "{masthead}<div class=\"page published\">\n{contents}<div>\n{article}{seal}{cite}</div>\n</div>\n"
        );
        self.page(draft, &format!("{} · {}", milestone.name, draft.title()), &head, &languages, &main)
    }

    /// REN23: the page of a withdrawn draft: that it was, when and why. It has none of its words.
    pub fn withdrawn(&self, draft: &Draft<'_>) -> String {
        let Some(withdrawal) = &draft.publication.withdrawn else { return String::new() };
        let values = [("draft", draft.milestone.name.as_str()), ("date", &draft.on(withdrawal.at))];
        let (title, said) = (draft.get("public-withdrawn-title"), draft.fill("public-withdrawn", &values));
        let main = format!(
            "<div class=\"page\"><div class=\"notice\">\n<h1>{title}</h1>\n<p>{said}</p>\n<blockquote dir=\"auto\">{}</blockquote>\n\
             <p><a href=\"/p/{}?lang={}\">{}</a></p>\n</div></div>\n",
            escape(&withdrawal.reason),
            draft.paper.slug,
            draft.language,
            draft.get("public-all"),
        );
        let head = "<meta name=\"robots\" content=\"noindex\">\n";
        self.page(draft, &draft.words.get("public-withdrawn-title"), head, &languages(draft), &main)
    }

    /// The list of what was published of a paper, the latest first; at least one.
    pub fn list(&self, drafts: &[Draft<'_>], language: &str) -> String {
        let Some(first) = drafts.first() else { return String::new() };
        let mut items = String::new();
        for draft in drafts {
            let name = escape(&draft.milestone.name);
            let (at, said) = match &draft.publication.withdrawn {
                Some(withdrawal) => (withdrawal.at, "public-withdrawn-on"),
                None => (draft.publication.first, "public-published"),
            };
            let said = draft.fill(said, &[("date", &draft.on(at))]);
            let event =
                draft.milestone.event.as_deref().map(|event| format!("<span>{}</span>", escape(event)));
            items += &format!(
                "<li><b><a href=\"{}\">{name}</a></b><span class=\"facts\">{}<time datetime=\"{}\">{said}</time>{}</span></li>\n",
                draft.path_in(language),
                draft.named(),
                iso((draft.day)(at)),
                event.unwrap_or_default()
            );
        }
        let summary = match first.summary() {
            "" => String::new(),
            summary => format!("<p class=\"lede\">{}</p>\n", escape(summary)),
        };
        let main = format!(
            "<div class=\"page\">\n<div class=\"opening\"><h1>{}</h1>\n{summary}</div>\n<section class=\"section\" aria-labelledby=\"drafts\">\n\
             <div class=\"section-head\"><h2 id=\"drafts\">{}</h2></div>\n<ul class=\"drafts\">\n{items}</ul>\n<p><a href=\"/p/{}/feed.atom?lang={language}\">{}</a></p>\n</section></div>\n",
            escape(first.title()),
            first.get("public-list-title"),
            first.paper.slug,
            first.get("public-feed"),
        );
        let nav =
            nav(first, first.paper.languages.iter(), |each| format!("/p/{}?lang={each}", first.paper.slug));
        let canonical = format!("{}/p/{}?lang={language}", self.site, first.paper.slug);
        let head = self.meta(first, first.title(), &canonical);
        self.page(first, first.title(), &head, &nav, &main)
    }

    /// REN24: the feed of what was published and withdrawn.
    pub fn feed(&self, drafts: &[Draft<'_>], language: &str) -> String {
        feed::write(self, drafts, language)
    }

    /// What search engines and other programs read of a draft's page.
    fn head_of(&self, draft: &Draft<'_>) -> String {
        let canonical = format!("{}{}", self.site, draft.path_in(draft.language));
        let title = format!("{} · {}", draft.milestone.name, draft.title());
        let mut head = self.meta(draft, &title, &canonical);
        for each in &draft.milestone.languages {
            let address = escape(&format!("{}{}", self.site, draft.path_in(each)));
            head += &format!("<link rel=\"alternate\" hreflang=\"{}\" href=\"{address}\">\n", escape(each));
        }
        let first = escape(&format!("{}{}", self.site, draft.path()));
        head + &format!("<link rel=\"alternate\" hreflang=\"x-default\" href=\"{first}\">\n")
    }

    fn meta(&self, draft: &Draft<'_>, title: &str, canonical: &str) -> String {
        let (title, canonical, language) = (escape(title), escape(canonical), escape(draft.language));
        let summary = escape(draft.summary());
        let feed = draft.get("public-feed");
        let mut head = format!(
            "<link rel=\"canonical\" href=\"{canonical}\">\n<meta property=\"og:type\" content=\"article\">\n\
             <meta property=\"og:title\" content=\"{title}\">\n<meta property=\"og:url\" content=\"{canonical}\">\n\
             <meta property=\"og:site_name\" content=\"{}\">\n<meta property=\"og:locale\" content=\"{language}\">\n\
             <link rel=\"alternate\" type=\"application/atom+xml\" title=\"{feed}\" href=\"/p/{}/feed.atom?lang={language}\">\n",
            escape(if draft.organisation().is_empty() { "Borrador" } else { draft.organisation() }),
            draft.paper.slug
        );
        if !summary.is_empty() {
            head += &format!(
                "<meta name=\"description\" content=\"{summary}\">\n<meta property=\"og:description\" content=\"{summary}\">\n"
            );
        }
        head
    }

    fn page(&self, draft: &Draft<'_>, title: &str, head: &str, languages: &str, main: &str) -> String {
        self.frame((&draft.words, draft.language), draft.organisation(), title, head, languages, main)
    }

    /// What every page has around it: the bar with the organisation (if it is said whose the page is) and the languages, and the foot.
    fn frame(
        &self,
        (words, language): (&Words, &str),
        organisation: &str,
        title: &str,
        head: &str,
        languages: &str,
        main: &str,
    ) -> String {
        let get = |id: &str| escape(&words.get(id));
        let style = self.style.map(|at| format!("<link rel=\"stylesheet\" href=\"{}\">\n", escape(at)));
        let robots = if self.demo { "<meta name=\"robots\" content=\"noindex\">\n" } else { "" };
        let banner = format!("<aside class=\"banner\">{}</aside>\n", get("demo-line"));
        format!(
            "<!doctype html>\n<html lang=\"{}\" dir=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
             <title>{}</title>\n{head}{robots}<link rel=\"icon\" href=\"/favicon.svg\" type=\"image/svg+xml\">\n{}</head>\n<body>\n\
             <a class=\"skip\" href=\"#main\">{}</a>\n{}<header class=\"bar\"><span class=\"brand\">Borrador</span>\
             <div class=\"whereabouts\"><b>{}</b></div>\n{languages}</header>\n<main id=\"main\">\n{main}</main>\n\
             <footer class=\"foot\"><span>{}</span></footer>\n</body>\n</html>\n",
            escape(language),
            direction(language),
            escape(title),
            style.unwrap_or_default(),
            get("public-skip"),
            if self.demo { banner.as_str() } else { "" },
            escape(organisation),
            match organisation {
                "" => "Borrador".to_owned(),
                organisation => escape(&words.fill("public-foot", &[("organisation", organisation)])),
            },
        )
    }
}

/// The draft's other languages.
fn languages(draft: &Draft<'_>) -> String {
    nav(draft, draft.languages(), |each| draft.path_in(each))
}

fn nav<'l>(
    draft: &Draft<'_>,
    languages: impl Iterator<Item = &'l String>,
    to: impl Fn(&str) -> String,
) -> String {
    let mut items = String::new();
    for each in languages {
        let (code, name) = (escape(each), escape(&begun(&Words::own_names([each]))));
        let current = if each == draft.language { " aria-current=\"true\"" } else { "" };
        items += &format!(
            "<li><a href=\"{}\" lang=\"{code}\" hreflang=\"{code}\" dir=\"{}\"{current}>{name}</a></li>",
            escape(&to(each)),
            direction(each)
        );
    }
    format!(
        "<nav class=\"push languages\" aria-label=\"{}\"><ul>{items}</ul></nav>",
        draft.get("milestone-language")
    )
}

/// As a name stands alone: with a capital, where its script has them.
fn begun(name: &str) -> String {
    let mut rest = name.chars();
    rest.next().map(|first| first.to_uppercase().chain(rest).collect()).unwrap_or_default()
}

/// The files of a draft, to be taken along.
fn files(draft: &Draft<'_>, has_brackets: bool) -> String {
    let at = draft.path();
    let language = draft.language;
    let mut all = Vec::new();
    if draft.has_pdf {
        all.push(("PDF".to_owned(), format!("{at}/{language}.pdf")));
    }
    if draft.has_pdf && has_brackets {
        let clean = draft.words.fill("downloads-clean", &[("format", "PDF")]);
        all.push((clean, format!("{at}/{language}.pdf?view=clean")));
    }
    all.extend([
        ("Word".to_owned(), format!("{at}/{language}.docx")),
        ("HTML".to_owned(), format!("{at}/{language}.html")),
        ("Markdown".to_owned(), format!("{at}/{language}.md")),
    ]);
    all.push((draft.words.get("public-bundle"), format!("{at}/bundle.zip")));
    let mut html =
        format!("<div class=\"actions\" role=\"group\" aria-label=\"{}\">", draft.get("milestone-download"));
    for (place, (name, address)) in all.iter().enumerate() {
        let class = if place == 0 { "button main" } else { "button" };
        html += &format!("<a class=\"{class}\" href=\"{}\" download>{}</a>", escape(address), escape(name));
    }
    html + "</div>\n"
}

fn iso((year, month, day): (i32, u8, u8)) -> String {
    format!("{year:04}-{month:02}-{day:02}")
}
