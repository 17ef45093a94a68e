//! What search engines may look at, and where.

use std::fmt::Write as _;

use crdt::render::html::escape;

use super::{Around, Draft, iso};

impl Around<'_> {
    /// REN31: `robots.txt`. Only the published pages, and nothing of a demonstration.
    pub fn robots(&self) -> String {
        match self.demo {
            true => "User-agent: *\nDisallow: /\n".to_owned(),
            false => format!(
                "User-agent: *\nDisallow: /\nAllow: /p/\nAllow: /assets/\nAllow: /favicon.svg\nSitemap: {}/sitemap.xml\n",
                self.site
            ),
        }
    }

    /// REN31: the addresses of all pages that are public now, each with the day since when it is as it is.
    pub fn sitemap(&self, drafts: &[Draft<'_>]) -> String {
        let mut xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n".to_owned();
        for draft in drafts.iter().filter(|draft| draft.publication.is_public() && !self.demo) {
            let day = iso((draft.day)(draft.publication.changed()));
            for language in &draft.milestone.languages {
                let address = escape(&format!("{}{}", self.site, draft.path_in(language)));
                writeln!(xml, "<url><loc>{address}</loc><lastmod>{day}</lastmod></url>")
                    .expect("a string takes every write");
            }
        }
        xml + "</urlset>\n"
    }
}
