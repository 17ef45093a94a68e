//! Marks: what a stretch of words is, besides words.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The marks of one run, by name. Marks of which several may overlap carry their id in the name (`bracket:k1`).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Marks(pub BTreeMap<String, MarkValue>);

/// What a mark holds. In JSON, and in Automerge, the bare value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum MarkValue {
    /// The mark is there: `true`.
    On(True),
    /// An address, a language code.
    Text(String),
    /// A value of another tool, kept as it is.
    Other(serde_json::Value),
}

/// The JSON value `true` and no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "bool", into = "bool")]
pub struct True;

/// Where words typed at the edge of a mark go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Expand {
    /// Words typed right behind the marked ones are marked too.
    After,
    /// Only words typed between marked ones are marked.
    None,
}

impl From<True> for bool {
    fn from(_: True) -> bool {
        true
    }
}

impl TryFrom<bool> for True {
    type Error = &'static str;
    fn try_from(value: bool) -> Result<Self, Self::Error> {
        if value { Ok(True) } else { Err("a mark that is off is left out") }
    }
}

impl MarkValue {
    /// The value of `strong`, `em` and their like.
    pub const ON: MarkValue = MarkValue::On(True);
}

impl Marks {
    /// These flag marks, such as `strong` and `em`.
    pub fn on<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        Self(names.into_iter().map(|name| (name.to_string(), MarkValue::ON)).collect())
    }

    /// These marks and a link.
    pub fn with_link(mut self, href: impl Into<String>) -> Self {
        self.0.insert("link".into(), MarkValue::Text(href.into()));
        self
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a mark of this name is on.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The address of the link as it is written, whether or not it may be followed.
    pub fn href(&self) -> Option<&str> {
        self.text("link")
    }

    /// The address of the link, if the words are one and its scheme is allowed.
    pub fn link(&self) -> Option<&str> {
        self.text("link").filter(|href| link_is_allowed(href))
    }

    /// The language of the words, if they say one: a BCP 47 tag such as `fr` or `zh-Hant`.
    pub fn lang(&self) -> Option<&str> {
        self.text("lang").filter(|code| {
            let well_formed =
                |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
            code.split('-').all(well_formed) && code.split('-').next().is_some_and(|part| part.len() >= 2)
        })
    }

    /// The id of the note that these words are, if they are one. Of several the first by name.
    pub fn footnote(&self) -> Option<&str> {
        self.id_behind("footnote:")
    }

    /// The id of the source that these words cite, if they do. Of several the first by name.
    pub fn citation(&self) -> Option<&str> {
        self.id_behind("citation:")
    }

    fn id_behind(&self, prefix: &str) -> Option<&str> {
        self.0.keys().find_map(|name| name.strip_prefix(prefix))
    }

    fn text(&self, name: &str) -> Option<&str> {
        match self.0.get(name) {
            Some(MarkValue::Text(text)) => Some(text),
            _ => None,
        }
    }
}

impl Expand {
    /// How a mark of this name grows; marks of other tools do not.
    pub fn of(name: &str) -> Expand {
        match name {
            "strong" | "em" | "superscript" | "subscript" => Expand::After,
            _ => Expand::None,
        }
    }
}

/// Whether people may follow this address: an absolute `http`, `https` or `mailto` address without control characters
/// or white space, at most 2,000 bytes long.
pub fn link_is_allowed(href: &str) -> bool {
    let Some((scheme, rest)) = href.split_once(':') else { return false };
    let complete = match scheme.to_ascii_lowercase().as_str() {
        "http" | "https" => {
            rest.strip_prefix("//").is_some_and(|host| !host.is_empty() && !host.starts_with('/'))
        }
        "mailto" => !rest.is_empty(),
        _ => false,
    };
    complete && href.len() <= 2_000 && !href.chars().any(|c| c.is_control() || c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doc7_only_web_and_mail_addresses_can_be_followed() {
        for good in ["https://uclg.org", "http://a", "mailto:ines@example.org", "HTTPS://UCLG.ORG/é?x=1#y"] {
            assert!(link_is_allowed(good), "{good} was refused");
        }
        let script = "java\u{9}script:alert(1)";
        for bad in [
            "javascript:alert(1)",
            script,
            "data:text/html,x",
            "vbscript:x",
            "//host",
            "/path",
            "https:",
            "https:///",
            "http://a b",
            "mailto:",
            "",
        ] {
            assert!(!link_is_allowed(bad), "{bad:?} passed");
        }
    }

    #[test]
    fn doc6_a_mark_that_is_off_has_no_spelling() {
        assert!(serde_json::from_str::<True>("false").is_err());
        let marks: Marks =
            serde_json::from_str(r#"{"strong":true,"link":"https://uclg.org","size":3}"#).unwrap();
        assert_eq!(marks.0["strong"], MarkValue::ON);
        assert_eq!(marks.0["size"], MarkValue::Other(3.into()));
        assert_eq!(
            serde_json::to_string(&marks).unwrap(),
            r#"{"link":"https://uclg.org","size":3,"strong":true}"#
        );
    }
}
