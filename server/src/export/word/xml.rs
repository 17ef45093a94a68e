//! XML, read as a stream. Only names of the text's own language and of the few others that stand in it are known; everything else is
//! passed over with its words.

use quick_xml::NsReader;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;

use super::package::DAMAGED;
use crate::export::tables::read::ReadError;

/// Elements that lie deeper are none that a program wrote.
const DEEPEST: usize = 500;

/// What is met in a part.
pub(super) enum Met<'a> {
    /// An element begins.
    Begins(&'a str, &'a Tag<'a>),
    /// It ends.
    Ends(&'a str),
    /// Words.
    Words(&'a str),
}

/// An element with its attributes.
pub(super) struct Tag<'a>(&'a BytesStart<'a>);

impl Tag<'_> {
    /// An attribute by its name without prefix.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        let mut attributes = self.0.attributes().filter_map(Result::ok);
        let found = attributes.find(|one| one.key.local_name().as_ref() == name)?;
        // An entity that XML does not know by itself leaves the value as it is written.
        Some(unescape(&found.value).map_or_else(|_| found.value.to_string(), |value| value.into_owned()))
    }

    /// The `val` that most elements have.
    pub(super) fn val(&self) -> Option<String> {
        self.get("val")
    }

    /// Whether a switch is on: it is, unless it says otherwise.
    pub(super) fn is_on(&self) -> bool {
        !matches!(self.val().as_deref(), Some("0" | "false" | "off" | "none"))
    }
}

/// Walks through a part. Elements of other languages are called `""`; those of drawings and of compatibility by their names
/// behind a colon.
pub(super) fn walk(
    xml: &str,
    mut meet: impl FnMut(Met<'_>) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let damaged = |_| ReadError::Unreadable(DAMAGED);
    let mut reader = NsReader::from_str(xml);
    let mut path: Vec<String> = Vec::new();
    loop {
        let (space, event) = reader.read_resolved_event().map_err(damaged)?;
        match event {
            Event::Start(tag) => {
                let name = name(&space, tag.local_name().as_ref());
                meet(Met::Begins(&name, &Tag(&tag)))?;
                path.push(name);
                if path.len() > DEEPEST {
                    return Err(ReadError::Unreadable(DAMAGED));
                }
            }
            Event::Empty(tag) => {
                let name = name(&space, tag.local_name().as_ref());
                meet(Met::Begins(&name, &Tag(&tag)))?;
                meet(Met::Ends(&name))?;
            }
            Event::End(_) => {
                if let Some(name) = path.pop() {
                    meet(Met::Ends(&name))?;
                }
            }
            Event::Text(words) => meet(Met::Words(&words))?,
            Event::CData(words) => meet(Met::Words(&words))?,
            Event::GeneralRef(reference) => match reference.resolve_char_ref() {
                Ok(Some(c)) => meet(Met::Words(c.encode_utf8(&mut [0; 4])))?,
                _ => meet(Met::Words(match &*reference {
                    "amp" => "&",
                    "lt" => "<",
                    "gt" => ">",
                    "quot" => "\"",
                    "apos" => "'",
                    _ => "",
                }))?,
            },
            // Measured before: there is none. Whoever reads here first shall not have to know.
            Event::DocType(_) => return Err(ReadError::Unsafe),
            Event::Eof if path.is_empty() => return Ok(()),
            Event::Eof => return Err(ReadError::Unreadable(DAMAGED)),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
}

fn name(space: &ResolveResult<'_>, local: &str) -> String {
    let ResolveResult::Bound(space) = space else { return String::new() };
    let space = space.0;
    // Words and equations have a second, strict form in the standard.
    const PLAIN: [&str; 5] = [
        "/wordprocessingml/2006/main",
        "/wordprocessingml/main",
        "/relationships",
        "/officeDocument/2006/math",
        "/officeDocument/math",
    ];
    if PLAIN.iter().any(|end| space.ends_with(end)) {
        local.to_owned()
    } else if space.contains("/drawingml/")
        || space.contains("/markup-compatibility/")
        || space.contains("/word/2012/")
        || space == "urn:schemas-microsoft-com:vml"
    {
        format!(":{local}")
    } else {
        String::new()
    }
}
