//! The words that files carry in their own language, from the same messages as the interface.

use crdt::moment::Moment;
use fluent_bundle::{FluentArgs, FluentBundle, FluentResource};
use unic_langid::LanguageIdentifier;

const MESSAGES: &[(&str, &str)] = &[
    ("en", include_str!("../../../fixtures/messages/en.ftl")),
    ("es", include_str!("../../../fixtures/messages/es.ftl")),
];

/// Languages in which papers are written and pages are not: only what stands in files.
const FILES_ONLY: &[(&str, &str)] = &[
    ("ar", include_str!("../../../fixtures/messages/files/ar.ftl")),
    ("fr", include_str!("../../../fixtures/messages/files/fr.ftl")),
];

/// The languages that the interface exists in, and letters.
pub fn languages() -> impl Iterator<Item = &'static str> {
    MESSAGES.iter().map(|(language, _)| *language)
}

/// The languages in which something stands around a paper's own words: those of files and of public pages.
pub fn of_files() -> impl Iterator<Item = &'static str> {
    known().map(|(language, _)| language)
}

/// On which day an instant falls where the organisation is: year, month (1–12) and day (1–31).
pub type DayOf<'a> = &'a dyn Fn(Moment) -> (i32, u8, u8);

/// The messages of one language.
pub struct Words(FluentBundle<FluentResource>);

impl Words {
    /// The messages of `language`, and the English ones where it has none.
    pub fn of(language: &str) -> Self {
        let english = MESSAGES[0];
        let chosen = known().find(|(known, _)| *known == language).unwrap_or(english);
        let language: LanguageIdentifier = chosen.0.parse().unwrap_or_default();
        let mut bundle = FluentBundle::new(vec![language]);
        bundle.set_use_isolating(false);
        let is_whole = MESSAGES.contains(&chosen);
        for (_, messages) in (!is_whole).then_some(english).into_iter().chain([chosen]) {
            // A line that cannot be read is reported by the test below; the others of the file count.
            let resource =
                FluentResource::try_new(messages.to_owned()).unwrap_or_else(|(resource, _)| resource);
            bundle.add_resource_overriding(resource);
        }
        Self(bundle)
    }

    /// The message with this id, without arguments; the id itself if there is none.
    pub fn get(&self, id: &str) -> String {
        self.with(id, None)
    }

    /// The message with this id, with these arguments.
    pub fn fill(&self, id: &str, values: &[(&str, &str)]) -> String {
        let mut args = FluentArgs::new();
        values.iter().for_each(|(name, value)| args.set(*name, (*value).to_owned()));
        self.with(id, Some(&args))
    }

    /// A day in words: "21 de septiembre de 2016".
    pub fn day(&self, (year, month, day): (i32, u8, u8)) -> String {
        let mut args = FluentArgs::new();
        args.set("day", day.to_string());
        args.set("month", self.get(&format!("month-{month}")));
        args.set("year", year.to_string());
        self.with("pdf-day", Some(&args))
    }

    /// Languages by their own names: "español, English".
    pub fn own_names<'a>(languages: impl IntoIterator<Item = &'a String>) -> String {
        let names = languages.into_iter().map(|language| match Self::of(language).get("language-own-name") {
            name if known().any(|(known, _)| known == language) => name,
            _ => language.clone(),
        });
        names.collect::<Vec<_>>().join(", ")
    }

    fn with(&self, id: &str, args: Option<&FluentArgs<'_>>) -> String {
        let Some(pattern) = self.0.get_message(id).and_then(|message| message.value()) else {
            return id.to_owned();
        };
        self.0.format_pattern(pattern, args, &mut Vec::new()).into_owned()
    }
}

fn known() -> impl Iterator<Item = (&'static str, &'static str)> {
    MESSAGES.iter().chain(FILES_ONLY).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_every_word_that_files_need() {
        let needed = [
            "pdf-contents",
            "sources-heading",
            "pdf-draft",
            "pdf-page",
            "pdf-of",
            "pdf-cover-milestone",
            "pdf-cover-date",
            "pdf-cover-status",
            "pdf-cover-languages",
            "pdf-cover-fingerprint",
            "pdf-status-draft",
            "pdf-status-sealed",
            "pdf-current-draft",
            "demo-line",
            "certificate-title",
            "certificate-adopted",
            "certificate-fingerprint",
            "certificate-opened",
            "certificate-moved",
            "certificate-components",
            "certificate-seen",
            "certificate-mail",
            "certificate-otherwise",
            "certificate-proof",
            "certificate-audit",
            "certificate-zone",
            "annex-title",
            "annex-letters",
            "annex-note",
            "annex-on-paper",
            "annex-on-chapter",
            "annex-on-paragraph",
            "annex-on-words",
            "annex-way-out",
            "annex-taken",
            "annex-taken-on-behalf",
            "annex-to-reconfirm",
            "stance-supports",
            "stance-supports_with_comments",
            "stance-can_live_with",
            "stance-reservation",
            "stance-objects",
            "stance-abstains",
            "disputed-title",
            "disputed-note",
            "asked-title",
            "asked-round",
            "month-12",
            "pdf-day",
            "pdf-cover-paper",
            "language-own-name",
        ];
        for (language, messages) in known() {
            let own = FluentResource::try_new(messages.to_owned())
                .unwrap_or_else(|_| panic!("{language}.ftl has an unreadable line"));
            let mut bundle = FluentBundle::new(Vec::new());
            bundle.add_resource_overriding(own);
            for id in needed {
                assert!(bundle.has_message(id), "{language} has no {id}");
            }
        }
        assert_eq!(Words::of("es").get("pdf-contents"), "Índice");
    }

    #[test]
    fn a_day_is_written_as_people_write_it() {
        assert_eq!(Words::of("es").day((2016, 9, 21)), "21 de septiembre de 2016");
        assert_eq!(Words::of("en").day((2016, 10, 12)), "12 October 2016");
        assert_eq!(Words::of("fr").day((2016, 10, 12)), "12 octobre 2016");
        let languages = ["es", "en", "fr", "ar", "tlh"].map(str::to_owned);
        assert_eq!(Words::own_names(&languages), "español, English, français, العربية, tlh");
    }
}
