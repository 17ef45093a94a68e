//! The digests by which a text and a sealed draft are known, as rules HIS1 and HIS2 fix them.
//!
//! ```
//! use crdt::document::{Block, BlockKind, Run};
//! use crdt::history::digest;
//! let blocks = [Block::new("00000000000000a1".parse()?, BlockKind::Heading { level: 1 }, vec![Run::plain("Sí")])];
//! assert_eq!(digest::canonical(&blocks), r#"[{"id":"00000000000000a1","level":1,"runs":[{"text":"Sí"}],"type":"heading"}]"#);
//! # Ok::<(), crdt::ids::NotHex>(())
//! ```

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::document::Block;
use crate::ids::{NotHex, from_hex, to_hex};

/// A SHA-256 digest; as text, 64 lowercase hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

/// The digest of a text: SHA-256 over the UTF-8 bytes of [`canonical`].
pub fn of_text(blocks: &[Block]) -> Digest {
    Digest(Sha256::digest(canonical(blocks).as_bytes()).into())
}

/// The digest of one paragraph: SHA-256 over the UTF-8 bytes of its canonical JSON, as it stands in that of its text.
pub fn of_block(block: &Block) -> Digest {
    of_bytes(canonical_json(block).as_bytes())
}

/// SHA-256 over any bytes.
pub fn of_bytes(bytes: &[u8]) -> Digest {
    Digest(Sha256::digest(bytes).into())
}

/// The digest of a sealed draft: SHA-256 over the lines `language chapter-number digest`, parted by single spaces, each
/// ended by a line feed, sorted by their bytes.
pub fn of_draft<'a>(texts: impl IntoIterator<Item = (&'a str, &'a str, Digest)>) -> Digest {
    let texts = texts.into_iter();
    let mut lines: Vec<String> =
        texts.map(|(language, chapter, digest)| format!("{language} {chapter} {digest}\n")).collect();
    lines.sort_unstable();
    Digest(Sha256::digest(lines.concat().as_bytes()).into())
}

/// The JSON of the blocks with the keys of every object in ascending order (by UTF-16 code units), no white space
/// outside strings, and no Unicode normalisation.
pub fn canonical(blocks: &[Block]) -> String {
    canonical_json(blocks)
}

/// The same form for any value that is plain JSON: without floats, and with strings as the names of its fields.
pub fn canonical_json(value: &(impl Serialize + ?Sized)) -> String {
    let mut json = String::new();
    write(&mut json, &serde_json::to_value(value).expect("what is sealed is plain JSON"));
    json
}

/// The order of keys is ours to keep: whether serde_json sorts them depends on the features that other crates switch on.
fn write(json: &mut String, value: &Value) {
    match value {
        Value::Array(items) => {
            json.push('[');
            for (at, item) in items.iter().enumerate() {
                json.push_str(if at > 0 { "," } else { "" });
                write(json, item);
            }
            json.push(']');
        }
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_unstable_by(|(one, _), (other, _)| one.encode_utf16().cmp(other.encode_utf16()));
            json.push('{');
            for (at, (key, value)) in fields.into_iter().enumerate() {
                json.push_str(if at > 0 { "," } else { "" });
                json.push_str(&Value::from(key.as_str()).to_string());
                json.push(':');
                write(json, value);
            }
            json.push('}');
        }
        flat => json.push_str(&flat.to_string()),
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&to_hex(&self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Digest {
    type Err = NotHex;
    fn from_str(text: &str) -> Result<Self, NotHex> {
        let bytes = from_hex(text).and_then(|bytes| bytes.try_into().ok());
        bytes.map(Digest).ok_or_else(|| NotHex { expected: "64", got: text.chars().take(40).collect() })
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}
