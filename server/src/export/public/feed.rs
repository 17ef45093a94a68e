//! The feed of a paper's published drafts, after RFC 4287. A withdrawn one stays in it, and says so.

use crdt::moment::Moment;
use crdt::render::html::escape;

use super::{Around, Draft};

/// The feed; at least one draft.
pub fn write(around: &Around<'_>, drafts: &[Draft<'_>], language: &str) -> String {
    let Some(first) = drafts.first() else { return String::new() };
    let latest =
        drafts.iter().map(|draft| draft.publication.changed()).max().unwrap_or(Moment::from_unix_ms(0));
    let (site, slug) = (escape(around.site), &first.paper.slug);
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{language}\">\n\
         <id>urn:uuid:{}</id>\n<title>{}</title>\n<updated>{latest}</updated>\n<author><name>{}</name></author>\n\
         <link rel=\"self\" type=\"application/atom+xml\" href=\"{site}/p/{slug}/feed.atom?lang={language}\"/>\n\
         <link rel=\"alternate\" type=\"text/html\" href=\"{site}/p/{slug}?lang={language}\"/>\n",
        first.paper.id,
        first.fill("public-feed-title", &[("paper", first.title())]),
        escape(if first.organisation().is_empty() { "Borrador" } else { first.organisation() }),
    );
    if around.demo {
        xml += &format!("<subtitle>{}</subtitle>\n", first.get("demo-line"));
    }
    drafts.iter().for_each(|draft| xml += &entry(around, draft));
    xml + "</feed>\n"
}

fn entry(around: &Around<'_>, draft: &Draft<'_>) -> String {
    let (title, summary) = match &draft.publication.withdrawn {
        Some(withdrawal) => {
            let values = [("draft", draft.milestone.name.as_str()), ("date", &draft.on(withdrawal.at))];
            let said = draft.words.fill("public-withdrawn", &values);
            (draft.words.fill("public-feed-withdrawn", &values), format!("{said} {}", withdrawal.reason))
        }
        None => {
            let note = draft.milestone.note.clone();
            (draft.milestone.name.clone(), note.unwrap_or_else(|| draft.summary().to_owned()))
        }
    };
    let mut xml = format!(
        "<entry>\n<id>urn:uuid:{}</id>\n<title>{}</title>\n<published>{}</published>\n<updated>{}</updated>\n",
        draft.milestone.id,
        escape(&title),
        draft.publication.first,
        draft.publication.changed(),
    );
    for each in &draft.milestone.languages {
        let address = escape(&format!("{}{}", around.site, draft.path_in(each)));
        let code = escape(each);
        xml +=
            &format!("<link rel=\"alternate\" type=\"text/html\" hreflang=\"{code}\" href=\"{address}\"/>\n");
    }
    xml + &format!("<summary>{}</summary>\n</entry>\n", escape(&summary))
}
