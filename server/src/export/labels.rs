//! The words that files carry in their own language, from the same messages as the interface.

use crdt::moment::Moment;
use fluent_bundle::{FluentArgs, FluentBundle, FluentResource};
use unic_langid::LanguageIdentifier;

const MESSAGES: &[(&str, &str)] = &[
    ("en", include_str!("../../../fixtures/messages/en.ftl")),
    ("es", include_str!("../../../fixtures/messages/es.ftl")),
];

/// The languages that the interface and the files' own words exist in.
pub fn languages() -> impl Iterator<Item = &'static str> {
    MESSAGES.iter().map(|(language, _)| *language)
}

/// On which day an instant falls where the organisation is: year, month (1–12) and day (1–31).
pub type DayOf<'a> = &'a dyn Fn(Moment) -> (i32, u8, u8);

/// The messages of one language.
pub struct Words(FluentBundle<FluentResource>);

impl Words {
    /// The messages of `language`, or the English ones where there are none.
    pub fn of(language: &str) -> Self {
        let chosen = MESSAGES.iter().find(|(known, _)| *known == language).unwrap_or(&MESSAGES[0]);
        let language: LanguageIdentifier = chosen.0.parse().unwrap_or_default();
        let mut bundle = FluentBundle::new(vec![language]);
        bundle.set_use_isolating(false);
        // A line that cannot be read is reported by the test below; the others of the file count.
        let resource = FluentResource::try_new(chosen.1.to_owned()).unwrap_or_else(|(resource, _)| resource);
        bundle.add_resource_overriding(resource);
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
            name if MESSAGES.iter().any(|(known, _)| known == language) => name,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_every_word_that_files_need() {
        let needed = [
            "pdf-contents",
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
            "annex-number",
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
            "language-own-name",
        ];
        for (language, messages) in MESSAGES {
            assert!(
                FluentResource::try_new((*messages).to_owned()).is_ok(),
                "{language}.ftl has an unreadable line"
            );
            let words = Words::of(language);
            for id in needed {
                assert_ne!(words.get(id), id, "{language}");
            }
        }
        assert_eq!(Words::of("es").get("pdf-contents"), "Índice");
    }

    #[test]
    fn a_day_is_written_as_people_write_it() {
        assert_eq!(Words::of("es").day((2016, 9, 21)), "21 de septiembre de 2016");
        assert_eq!(Words::of("en").day((2016, 10, 12)), "12 October 2016");
        let languages = ["es", "en", "tlh"].map(str::to_owned);
        assert_eq!(Words::own_names(&languages), "español, English, tlh");
    }
}
