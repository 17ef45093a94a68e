//! The configuration file: TOML, read strictly. Every mistake in it is reported at once, with its line and key.
//!
//! ```toml
//! listen = "127.0.0.1:8080"
//! public_url = "https://borrador.example.org"
//! trusted_proxies = ["10.0.0.1"]
//!
//! [limits]
//! exports_per_minute = 30
//! ```
//!
//! [`KEYS`] is the whole list, and [`table`] prints it as documentation.

use std::fmt;
use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use super::config_mail::MailConfig;
use crate::app::settings::Limits;
use crate::app::zone::Zone;

/// What a configuration file says. What it does not say stays as it is by default.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Config {
    /// `listen`.
    pub listen: Option<String>,
    /// `public_url`.
    pub public_url: Option<String>,
    /// `guest_origins`.
    pub guest_origins: Vec<String>,
    /// `trusted_proxies`.
    pub trusted_proxies: Vec<IpAddr>,
    /// `pdf_worker`.
    pub pdf_worker: Option<PathBuf>,
    /// `mail`.
    pub mail: MailConfig,
    /// `time_zone`.
    pub time_zone: Option<Zone>,
    /// `limits`.
    pub limits: Limits,
}

/// A key of the file.
pub struct Key {
    /// Its name, with its table: `limits.path_bytes`.
    pub name: &'static str,
    /// What it sets.
    pub about: &'static str,
    kind: Kind,
}

enum Kind {
    Word(fn(&mut Config, String) -> Result<(), String>),
    Words(fn(&mut Config, Vec<String>) -> Result<(), String>),
    Number(RangeInclusive<u64>, fn(&mut Limits) -> Slot<'_>),
}

/// Where a number goes: the fields of [`Limits`] have the widths their users need.
enum Slot<'a> {
    Size(&'a mut usize),
    Long(&'a mut u64),
    Short(&'a mut u32),
}

macro_rules! number {
    ($name:literal, $range:expr, $slot:ident $field:ident, $about:literal) => {
        Key {
            name: $name,
            about: $about,
            kind: Kind::Number($range, |limits| Slot::$slot(&mut limits.$field)),
        }
    };
}

const MIB: u64 = 1024 * 1024;

/// Every key there is.
pub const KEYS: &[Key] = &[
    Key {
        name: "listen",
        about: "address and port to listen on",
        kind: Kind::Word(|config, word| {
            config.listen = Some(word);
            Ok(())
        }),
    },
    Key {
        name: "public_url",
        about: "the address people use; https makes cookies Secure",
        kind: Kind::Word(public_url),
    },
    Key {
        name: "guest_origins",
        about: "origins of a development server that may act as our pages",
        kind: Kind::Words(|config, words| {
            config.guest_origins = words;
            Ok(())
        }),
    },
    Key {
        name: "trusted_proxies",
        about: "addresses of proxies whose X-Forwarded-For is believed",
        kind: Kind::Words(trusted_proxies),
    },
    Key {
        name: "pdf_worker",
        about: "the PDF program; by default borrador-pdf beside this one",
        kind: Kind::Word(|config, word| {
            config.pdf_worker = Some(word.into());
            Ok(())
        }),
    },
    Key {
        name: "mail.server",
        about: "host and port of the mail server letters are handed to, such as smtp.example.org:587; without it nobody is written to",
        kind: Kind::Word(|config, word| config.mail.server(&word)),
    },
    Key {
        name: "mail.security",
        about: "tls (from the first byte), starttls (the default), or none (for a server on this machine)",
        kind: Kind::Word(|config, word| config.mail.security(&word)),
    },
    Key {
        name: "mail.from",
        about: "who writes: Borrador <borrador@example.org>",
        kind: Kind::Word(|config, word| config.mail.from(&word)),
    },
    Key {
        name: "mail.user",
        about: "user of the mail server, if it asks",
        kind: Kind::Word(|config, word| {
            config.mail.user = Some(word);
            Ok(())
        }),
    },
    Key {
        name: "mail.password_file",
        about: "file with their password on its first line; readable by the service alone",
        kind: Kind::Word(|config, word| config.mail.password_file(&word)),
    },
    Key {
        name: "time_zone",
        about: "the organisation's time zone, such as Europe/Madrid (by default UTC): no silence ends on a weekend there, and files say days so",
        kind: Kind::Word(time_zone),
    },
    number!("limits.json_body_bytes", 1024..=16 * MIB, Size json_body_bytes, "a JSON body"),
    number!("limits.import_bytes", 1024..=64 * MIB, Size import_bytes, "a document that is imported or put"),
    number!("limits.image_bytes", 1024..=64 * MIB, Size image_bytes, "a picture"),
    number!("limits.image_pixels", 10_000..=400_000_000, Long image_pixels, "pixels of a picture, as its head says them"),
    number!("limits.path_bytes", 256..=8 * 1024, Size path_bytes, "an address with its query"),
    number!("limits.header_bytes", 1024..=64 * 1024, Size header_bytes, "all headers of a request"),
    number!("limits.header_seconds", 1..=120, Long header_seconds, "until the headers of a request must have come in"),
    number!("limits.body_seconds", 1..=600, Long body_seconds, "until a body must have come in; a second more for every 16 KiB that did"),
    number!("limits.body_values", 1_000..=10_000_000, Size body_values, "values in a JSON body"),
    number!("limits.chapter_characters", 1_000..=60_000, Size chapter_characters, "characters in a chapter that is imported or put at once"),
    number!("limits.chapter_paragraphs", 10..=1_000, Size chapter_paragraphs, "its paragraphs"),
    number!("limits.sign_ins_per_minute", 1..=10_000, Short sign_ins_per_minute, "attempts to sign in, for each network address"),
    number!("limits.way_in_letters_per_minute", 1..=1_000, Short way_in_letters_per_minute, "letters with a sign-in link, for each person"),
    number!("limits.drafts_per_minute", 1..=1_000, Short drafts_per_minute, "drafts of amendments that are opened, for each seat"),
    number!("limits.exports_per_minute", 1..=10_000, Short exports_per_minute, "exports, for each person"),
    number!("limits.exports_per_person", 1..=1_000, Size exports_per_person, "exports of one person that wait or run at once"),
    number!("limits.exports_at_once", 1..=10_000, Size exports_at_once, "exports that wait or run at once"),
    number!("limits.export_seconds", 1..=600, Long export_seconds, "until an export must be finished"),
    number!("limits.pdf_jobs", 1..=1_000_000, Short pdf_jobs, "jobs after which the PDF program is started afresh"),
    number!("limits.silence_hours", 1..=8_760, Long silence_hours, "that a draft lies under silence at least"),
    number!("limits.event_streams", 1..=1_000, Size event_streams, "event streams of one person at once"),
    number!("limits.connections", 16..=100_000, Size connections, "connections at once"),
    number!("limits.message_bytes", 64 * 1024..=64 * MIB, Size message_bytes, "a message on a socket"),
    number!("limits.queue_bytes", 64 * 1024..=256 * MIB, Size queue_bytes, "what may wait for a client that does not read"),
    number!("limits.join_seconds", 1..=120, Long join_seconds, "until a socket must have said who it is, and ended a message that it began"),
    number!("limits.heartbeat_seconds", 1..=25, Long heartbeat_seconds, "between signs of life of a socket; two without one close it"),
    number!("limits.idle_text_seconds", 1..=86_400, Long idle_text_seconds, "until a text that nobody has open leaves memory"),
    number!("limits.loaded_bytes", 16 * MIB..=64 * 1024 * MIB, Size loaded_bytes, "memory for loaded texts, and as much again for the histories of open ones; over it, texts that nobody has open leave at once"),
    number!("limits.change_bytes", 16 * 1024..=16 * MIB, Size change_bytes, "one change of a text, unpacked"),
    number!("limits.change_operations", 1_000..=1_000_000, Long change_operations, "operations in one change"),
    number!("limits.change_dependencies", 2..=1_000, Size change_dependencies, "changes that one change may follow directly"),
    number!("limits.waiting_changes", 16..=100_000, Size waiting_changes, "changes of one connection that may wait for others"),
    number!("limits.waiting_bytes", 64 * 1024..=64 * MIB, Size waiting_bytes, "their bytes together"),
    number!("limits.set_aside_records", 1..=10_000, Size set_aside_records, "records of what a seat wrote without the right to"),
    number!("limits.set_aside_bytes", 64 * 1024..=256 * MIB, Size set_aside_bytes, "the changes in them, together"),
    number!("limits.amendment_drafts", 1..=10_000, Size amendment_drafts, "drafts of amendments of one component in one paper"),
    number!("limits.text_changes", 1_000..=4_000_000, Short text_changes, "changes in the history of one text"),
    number!("limits.log_changes", 1..=100_000, Long log_changes, "changes of one text before the older ones are packed"),
    number!("limits.log_bytes", 1024..=64 * MIB, Long log_bytes, "the same in bytes of changes"),
    number!("limits.text_elements", 10_000..=100_000_000, Long text_elements, "letters and markers ever inserted into one text"),
    number!("limits.text_marks", 1_000..=1_000_000, Long text_marks, "marks ever set or taken away in one text"),
    number!("limits.text_mark_names", 64..=10_000, Size text_mark_names, "marks with different names in one text"),
    number!("limits.skipped_counters", 100_000..=100_000_000, Long skipped_counters, "operation counters that one seat may leave out in one text"),
];

/// One mistake in a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mistake {
    file: PathBuf,
    /// 1 for the first.
    line: usize,
    key: String,
    words: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: ", self.file.display(), self.line)?;
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        f.write_str(&self.words)
    }
}

/// Read `file`, or say everything that is wrong with it, in order of lines.
pub fn read(file: &Path) -> Result<Config, Vec<Mistake>> {
    let mistake = |words| vec![Mistake { file: file.to_owned(), line: 1, key: String::new(), words }];
    let text = std::fs::read_to_string(file).map_err(|error| mistake(format!("cannot be read: {error}")))?;
    parse(file, &text)
}

fn parse(file: &Path, text: &str) -> Result<Config, Vec<Mistake>> {
    let line_at =
        |offset: usize| text.as_bytes()[..offset.min(text.len())].iter().filter(|b| **b == b'\n').count() + 1;
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut mistakes: Vec<Mistake> = errors
        .iter()
        .map(|error| {
            let span = error.span().unwrap_or(0..0);
            let key = text
                .get(span.clone())
                .filter(|word| word.len() <= 60 && !word.contains('\n'))
                .unwrap_or_default();
            let (line, words) = (line_at(span.start), error.message().to_owned());
            Mistake { file: file.to_owned(), line, key: key.to_owned(), words }
        })
        .collect();
    let mut config = Config::default();
    walk(table.get_ref(), "", &mut |name, offset, value| {
        if let Err(words) = set(&mut config, name, value) {
            mistakes.push(Mistake {
                file: file.to_owned(),
                line: line_at(offset),
                key: name.to_owned(),
                words,
            });
        }
    });
    if let Err((key, words)) = config.mail.settings() {
        let line = line_at(text.find("[mail]").unwrap_or_default());
        mistakes.push(Mistake { file: file.to_owned(), line, key: key.to_owned(), words: words.to_owned() });
    }
    mistakes.sort_by_key(|mistake| mistake.line);
    if mistakes.is_empty() { Ok(config) } else { Err(mistakes) }
}

fn walk(table: &DeTable<'_>, prefix: &str, visit: &mut impl FnMut(&str, usize, &DeValue<'_>)) {
    for (key, value) in table {
        let name = format!("{prefix}{}", key.get_ref());
        match value.get_ref() {
            DeValue::Table(inner) if name == "limits" || name == "mail" => {
                walk(inner, &format!("{name}."), visit);
            }
            value => visit(&name, key.span().start, value),
        }
    }
}

fn set(config: &mut Config, name: &str, value: &DeValue<'_>) -> Result<(), String> {
    let Some(key) = KEYS.iter().find(|key| key.name == name) else { return Err(unknown(name)) };
    match (&key.kind, value) {
        (Kind::Word(set), DeValue::String(word)) => set(config, word.to_string()),
        (Kind::Word(_), other) => Err(format!("is a text in quotes, not {}", type_of(other))),
        (Kind::Words(set), DeValue::Array(items)) => {
            let words = items.iter().map(|item| match item.get_ref() {
                DeValue::String(word) => Ok(word.to_string()),
                other => Err(format!("is a list of texts; one entry is {}", type_of(other))),
            });
            set(config, words.collect::<Result<_, _>>()?)
        }
        (Kind::Words(_), other) => Err(format!("is a list of texts, not {}", type_of(other))),
        (Kind::Number(range, slot), DeValue::Integer(number)) => {
            let parsed = u64::from_str_radix(number.as_str(), number.radix())
                .ok()
                .filter(|number| range.contains(number));
            let rule =
                || format!("is a number from {} to {}, not {}", range.start(), range.end(), number.as_str());
            slot(&mut config.limits).set(parsed.ok_or_else(rule)?);
            Ok(())
        }
        (Kind::Number(range, _), other) => Err(format!(
            "is a whole number from {} to {}, not {}",
            range.start(),
            range.end(),
            type_of(other)
        )),
    }
}

impl Slot<'_> {
    /// The ranges of [`KEYS`] fit the fields, so the conversions never lose anything.
    fn set(self, number: u64) {
        match self {
            Slot::Size(slot) => *slot = usize::try_from(number).unwrap_or(usize::MAX),
            Slot::Long(slot) => *slot = number,
            Slot::Short(slot) => *slot = u32::try_from(number).unwrap_or(u32::MAX),
        }
    }
}

fn unknown(name: &str) -> String {
    let near = KEYS.iter().map(|key| key.name).min_by_key(|known| distance(known, name));
    let near = near.filter(|known| distance(known, name) <= 3).map(|near| format!("; did you mean {near}?"));
    format!("is not a key{}", near.unwrap_or_else(|| "; `borrador settings` lists the keys".to_owned()))
}

/// How many letters must be put in, taken out or replaced to make one word of the other.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

fn type_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

fn time_zone(config: &mut Config, word: String) -> Result<(), String> {
    let found = Zone::named(&word);
    config.time_zone =
        Some(found.ok_or_else(|| format!("is a time zone such as Europe/Madrid, not {word}"))?);
    Ok(())
}

fn public_url(config: &mut Config, word: String) -> Result<(), String> {
    config.public_url = Some(checked_public_url(&word)?);
    Ok(())
}

/// An origin: `https://host` or `http://host:port`, without a path.
pub fn checked_public_url(word: &str) -> Result<String, String> {
    let url = word.trim_end_matches('/');
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    match host {
        Some(host) if !host.is_empty() && !host.contains(['/', '?', '#', '@', ' ']) => Ok(url.to_owned()),
        _ => Err(format!("is an address such as https://borrador.example.org without a path, not {word}")),
    }
}

fn trusted_proxies(config: &mut Config, words: Vec<String>) -> Result<(), String> {
    let parsed = words
        .iter()
        .map(|word| word.parse().map_err(|_| format!("is a list of IP addresses; {word} is none")));
    config.trusted_proxies = parsed.collect::<Result<_, _>>()?;
    Ok(())
}

/// All keys with their ranges and defaults, as a table in Markdown.
pub fn table() -> String {
    let mut defaults = Limits::default();
    let rows = KEYS.iter().map(|key| match &key.kind {
        Kind::Word(_) => format!("| `{}` | text | | {} |\n", key.name, key.about),
        Kind::Words(_) => format!("| `{}` | list of texts | | {} |\n", key.name, key.about),
        Kind::Number(range, slot) => {
            let default = match slot(&mut defaults) {
                Slot::Size(slot) => *slot as u64,
                Slot::Long(slot) => *slot,
                Slot::Short(slot) => u64::from(*slot),
            };
            format!("| `{}` | {}–{} | {default} | {} |\n", key.name, range.start(), range.end(), key.about)
        }
    });
    format!("| Key | Values | Default | What it sets |\n|---|---|---|---|\n{}", rows.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistakes(text: &str) -> Vec<String> {
        let found = parse(Path::new("b.toml"), text).unwrap_err();
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn c02_all_mistakes_are_in_one_report_with_line_and_key() {
        let text = "listn = \"127.0.0.1:80\"\npublic_url = 5\n\n[limits]\npath_bytes = 1\npath_bytes = 512\nheader_seconds = \"x\"\n";
        let found = mistakes(text);
        assert_eq!(found[0], "b.toml:1: listn: is not a key; did you mean listen?");
        assert_eq!(found[1], "b.toml:2: public_url: is a text in quotes, not a number");
        assert!(
            found.iter().any(|line| line.starts_with("b.toml:6: path_bytes: duplicate key")),
            "{found:?}"
        );
        assert!(
            found
                .iter()
                .any(|line| line == "b.toml:5: limits.path_bytes: is a number from 256 to 8192, not 1")
        );
        assert!(
            found.iter().any(|line| line.starts_with("b.toml:7: limits.header_seconds: is a whole number"))
        );
    }

    #[test]
    fn c02_a_good_file_says_what_it_says() {
        let text = "public_url = \"https://b.example/\"\ntrusted_proxies = [\"10.0.0.1\"]\n[limits]\npath_bytes = 1_024\n";
        let config = parse(Path::new("b.toml"), text).unwrap();
        assert_eq!(config.public_url.as_deref(), Some("https://b.example"));
        assert_eq!(config.limits.path_bytes, 1024);
        assert_eq!(config.limits.header_bytes, Limits::default().header_bytes);
    }

    #[test]
    fn the_documented_table_is_the_table_of_the_program() {
        let documented = include_str!("../../../docs/SETTINGS.md");
        assert!(
            documented.ends_with(&table()),
            "write the output of `borrador settings` into docs/SETTINGS.md"
        );
    }

    #[test]
    fn every_default_lies_within_its_range() {
        let mut defaults = Limits::default();
        for key in KEYS {
            if let Kind::Number(range, slot) = &key.kind {
                let default = match slot(&mut defaults) {
                    Slot::Size(slot) => *slot as u64,
                    Slot::Long(slot) => *slot,
                    Slot::Short(slot) => u64::from(*slot),
                };
                assert!(range.contains(&default), "{}", key.name);
            }
        }
    }
}
