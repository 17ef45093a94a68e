//! Symbols and statuses of sealed drafts (rules HIS11 and HIS12): how an organisation cites a document, and how far it has come.
//!
//! ```
//! use crdt::history::Symbol;
//! let first: Symbol = "UCLG/MIG/2016/1".parse()?;
//! assert_eq!(first.next().unwrap().to_string(), "UCLG/MIG/2016/1/Rev.1");
//! assert_eq!(first.next().unwrap().next().unwrap().to_string(), "UCLG/MIG/2016/1/Rev.2");
//! # Ok::<(), crdt::history::symbol::NoSymbol>(())
//! ```

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The symbol of a document: `UCLG/MIG/2016/1/Rev.1`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Symbol(String);

/// The text is no symbol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a symbol has 1 to {} letters without accents, digits and . - _ ( ) in parts that a / separates, such as UCLG/MIG/2016/1/Rev.1",
    Symbol::MAX
)]
pub struct NoSymbol;

/// How far a draft has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Sent out for comments.
    ForComments,
    /// Revised by what was said of an earlier one.
    Revised,
    /// Nothing is to be changed before it is adopted.
    Final,
    /// Adopted.
    Adopted,
}

impl Symbol {
    /// Longest symbol, in characters.
    pub const MAX: usize = 60;

    /// What makes two symbols the same: the case of letters makes no difference.
    pub fn folded(&self) -> String {
        self.0.to_ascii_lowercase()
    }

    /// The symbol of the next revision; `None` when it would be too long.
    pub fn next(&self) -> Option<Symbol> {
        let revised = self.0.rsplit_once("/Rev.").and_then(|(base, number)| {
            let is_plain = number.bytes().all(|byte| byte.is_ascii_digit()) && !number.starts_with('0');
            Some((base, number.parse::<u32>().ok().filter(|_| is_plain)?.checked_add(1)?))
        });
        let (base, number) = revised.unwrap_or((&self.0, 1));
        format!("{base}/Rev.{number}").parse().ok()
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Status {
    /// All of them, in the order in which a paper passes through them.
    pub const ALL: [Status; 4] = [Status::ForComments, Status::Revised, Status::Final, Status::Adopted];

    /// Its name in interfaces and messages.
    pub fn name(self) -> &'static str {
        match self {
            Status::ForComments => "for_comments",
            Status::Revised => "revised",
            Status::Final => "final",
            Status::Adopted => "adopted",
        }
    }
}

impl FromStr for Status {
    type Err = NoStatus;
    fn from_str(text: &str) -> Result<Self, NoStatus> {
        Status::ALL.into_iter().find(|status| status.name() == text).ok_or(NoStatus)
    }
}

/// The text is no status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a status is for_comments, revised, final or adopted")]
pub struct NoStatus;

impl FromStr for Symbol {
    type Err = NoSymbol;
    fn from_str(text: &str) -> Result<Self, NoSymbol> {
        let text = text.trim();
        let is_part = |part: &str| {
            part.bytes().any(|byte| byte.is_ascii_alphanumeric())
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_()".contains(&byte))
        };
        let fits = (1..=Symbol::MAX).contains(&text.len()) && text.split('/').all(is_part);
        if fits { Ok(Symbol(text.to_owned())) } else { Err(NoSymbol) }
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Symbol {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Symbol {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}
