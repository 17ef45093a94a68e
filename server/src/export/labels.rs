//! The words that files carry in their own language, from the same messages as the interface.

use fluent_bundle::{FluentBundle, FluentResource};
use unic_langid::LanguageIdentifier;

const MESSAGES: &[(&str, &str)] = &[
    ("en", include_str!("../../../fixtures/messages/en.ftl")),
    ("es", include_str!("../../../fixtures/messages/es.ftl")),
];

/// The languages that the interface and the files' own words exist in.
pub fn languages() -> impl Iterator<Item = &'static str> {
    MESSAGES.iter().map(|(language, _)| *language)
}

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
        let Some(pattern) = self.0.get_message(id).and_then(|message| message.value()) else {
            return id.to_owned();
        };
        self.0.format_pattern(pattern, None, &mut Vec::new()).into_owned()
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
}
