//! REN36: the page that a person meets in place of what cannot be had.
//!
//! It names no paper and no draft: what was never published looks like what never was (HIS37). Only of a withdrawn draft, which was
//! public, it says more.

use crdt::moment::Moment;
use crdt::render::html::escape;

use super::Around;
use crate::export::labels::{DayOf, Words};

/// Why it cannot be had.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Instead {
    /// Nothing is published here.
    Nothing,
    /// The draft was withdrawn from the public.
    Withdrawn {
        /// Its name.
        draft: String,
        /// When.
        at: Moment,
        /// Why.
        reason: String,
    },
    /// The file cannot be made of this text.
    NotMade,
    /// Not at the moment.
    Later,
}

impl Around<'_> {
    /// The page, in the reader's language. `onward` is where they may go from there, below the address of the service: from
    /// [`Instead::Nothing`] and [`Instead::Later`] nowhere.
    pub fn instead(&self, why: &Instead, language: &str, onward: &str, day: DayOf<'_>) -> String {
        let words = Words::of(language);
        let get = |id: &str| escape(&words.get(id));
        let (title, said, link) = match why {
            Instead::Nothing => ("public-nothing-title", get("public-nothing"), None),
            Instead::Withdrawn { draft, at, reason } => {
                let date = words.day(day(*at));
                let said = escape(&words.fill("public-withdrawn", &[("draft", draft), ("date", &date)]));
                let quoted =
                    format!("{said}</p>\n<blockquote dir=\"auto\">{}</blockquote>\n<p>", escape(reason));
                ("public-withdrawn-title", quoted, Some("public-all"))
            }
            Instead::NotMade => ("public-not-made-title", get("public-not-made"), Some("public-to-draft")),
            Instead::Later => ("public-later-title", get("public-later"), None),
        };
        let link = link.map(|id| format!("<p><a href=\"{}\">{}</a></p>\n", escape(onward), get(id)));
        let main = format!(
            "<div class=\"page\"><div class=\"notice\">\n<h1>{}</h1>\n<p>{said}</p>\n{}</div></div>\n",
            get(title),
            link.unwrap_or_default()
        );
        let head = "<meta name=\"robots\" content=\"noindex\">\n";
        self.frame((&words, language), "", &words.get(title), head, "", &main)
    }
}
