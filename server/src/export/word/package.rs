//! The parts of a document, taken out of their archive.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use bytes::Bytes;
use zip::ZipArchive;

use super::xml::{Met, walk};
use crate::export::tables::read::{Bounds, ReadError, foreign, measured};

/// I01: no document, or one that is damaged.
pub(super) const DAMAGED: &str = "this is no Word document (.docx), or it is damaged; open it with your program and save it again as .docx";

/// What a document may unpack to. The longest papers have a fiftieth of this.
const BOUNDS: Bounds =
    Bounds { lines: 0, columns: 0, characters: 0, unpacked_bytes: 100 << 20, entries: 2_000 };

/// The parts that are read.
#[derive(Debug, Default)]
pub(super) struct Package {
    /// The text.
    pub document: String,
    /// The others; empty when the file has none.
    pub styles: String,
    pub numbering: String,
    pub footnotes: String,
    pub endnotes: String,
    pub comments: String,
    /// Which comment answers which.
    pub answers: String,
    /// Where the links of the text lead, by their ids, and those of the notes.
    pub links: BTreeMap<String, String>,
    pub footnote_links: BTreeMap<String, String>,
    pub endnote_links: BTreeMap<String, String>,
    /// Where the pictures of the text are, by their ids.
    pub pictures: BTreeMap<String, Picture>,
    /// What stands at the head and foot of its pages, if anything does: each thing once.
    pub head_and_foot: Option<String>,
}

/// Where a picture is.
#[derive(Debug, Clone)]
pub(super) enum Picture {
    /// In the file.
    Inside(Bytes),
    /// Elsewhere, at this address. Nobody goes there (I05).
    Outside(String),
}

/// Opens a file. Names of its entries are compared, never used as paths (I03).
pub(super) fn open(file: &[u8]) -> Result<Package, ReadError> {
    if file.is_empty() {
        return Err(ReadError::Unreadable("the file is empty"));
    }
    if let Some(error) = foreign(file) {
        return Err(error);
    }
    if !file.starts_with(b"PK") {
        return Err(ReadError::Unreadable(DAMAGED));
    }
    let names = measured(file, BOUNDS).map_err(|error| match error {
        ReadError::Unreadable(_) => ReadError::Unreadable(DAMAGED),
        other => other,
    })?;
    let mut archive = ZipArchive::new(Cursor::new(file)).map_err(|_| ReadError::Unreadable(DAMAGED))?;
    let mut part = |name: &str| -> Result<String, ReadError> {
        let Ok(entry) = archive.by_name(name) else { return Ok(String::new()) };
        let mut xml = String::new();
        // Measured before: this is no more than the bounds allow.
        let read = entry.take(BOUNDS.unpacked_bytes).read_to_string(&mut xml);
        read.map_err(|_| ReadError::Unreadable(DAMAGED))?;
        Ok(xml)
    };
    let document = part("word/document.xml")?;
    if document.is_empty() {
        return Err(ReadError::Unreadable(DAMAGED));
    }
    let relations = part("word/_rels/document.xml.rels")?;
    let is_at_head_or_foot =
        |name: &&String| name.starts_with("word/header") || name.starts_with("word/footer");
    let at_head_or_foot: Result<Vec<String>, ReadError> =
        names.iter().filter(is_at_head_or_foot).map(|name| part(name)).collect();
    let at_head_or_foot = at_head_or_foot?;
    Ok(Package {
        pictures: pictures(&relations, file)?,
        document,
        styles: part("word/styles.xml")?,
        numbering: part("word/numbering.xml")?,
        footnotes: part("word/footnotes.xml")?,
        endnotes: part("word/endnotes.xml")?,
        comments: part("word/comments.xml")?,
        answers: part("word/commentsExtended.xml")?,
        links: links(&relations)?,
        footnote_links: links(&part("word/_rels/footnotes.xml.rels")?)?,
        endnote_links: links(&part("word/_rels/endnotes.xml.rels")?)?,
        head_and_foot: said_on_each_page(&at_head_or_foot)?,
    })
}

/// The words of heads and feet. Those without words may hold a picture or a line; `None` if there are none at all.
fn said_on_each_page(parts: &[String]) -> Result<Option<String>, ReadError> {
    let mut said: Vec<String> = Vec::new();
    for xml in parts.iter().filter(|xml| !xml.is_empty()) {
        let (mut words, mut says) = (String::new(), false);
        walk(xml, |met| {
            match met {
                Met::Begins("t", _) => says = true,
                Met::Ends("t") => says = false,
                Met::Ends("p" | "tab") => words.push(' '),
                Met::Words(more) if says => words.push_str(more),
                _ => {}
            }
            Ok(())
        })?;
        let words = words.trim().to_owned();
        if !words.is_empty() && !said.contains(&words) {
            said.push(words);
        }
    }
    Ok((!parts.is_empty()).then(|| said.join(" · ")))
}

/// The pictures that the text may show. Each is taken out once, however many relations name it.
fn pictures(relations: &str, file: &[u8]) -> Result<BTreeMap<String, Picture>, ReadError> {
    let mut archive = ZipArchive::new(Cursor::new(file)).map_err(|_| ReadError::Unreadable(DAMAGED))?;
    let (mut pictures, mut taken) = (BTreeMap::new(), BTreeMap::<String, Bytes>::new());
    related(relations, "/image", |id, target, is_outside| {
        if is_outside {
            pictures.insert(id, Picture::Outside(target));
            return Ok(());
        }
        // From the folder of the text, or from the top. What leads anywhere else is the name of no entry.
        let name = target.strip_prefix('/').map_or_else(|| format!("word/{target}"), str::to_owned);
        let bytes = match taken.get(&name) {
            Some(bytes) => bytes.clone(),
            None => {
                let Ok(entry) = archive.by_name(&name) else { return Ok(()) };
                let mut bytes = Vec::new();
                let read = entry.take(BOUNDS.unpacked_bytes).read_to_end(&mut bytes);
                read.map_err(|_| ReadError::Unreadable(DAMAGED))?;
                taken.entry(name).or_insert(bytes.into()).clone()
            }
        };
        pictures.insert(id, Picture::Inside(bytes));
        Ok(())
    })?;
    Ok(pictures)
}

/// Where relations of a part lead outside the file. They are words: nobody follows them here (I05).
fn links(relations: &str) -> Result<BTreeMap<String, String>, ReadError> {
    let mut links = BTreeMap::new();
    related(relations, "/hyperlink", |id, target, is_outside| {
        if is_outside {
            links.insert(id, target);
        }
        Ok(())
    })?;
    Ok(links)
}

/// The relations of a kind: id, target, and whether that lies outside the file.
fn related(
    relations: &str,
    kind: &str,
    mut meet: impl FnMut(String, String, bool) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    if relations.is_empty() {
        return Ok(());
    }
    walk(relations, |met| {
        if let Met::Begins("Relationship", tag) = met
            && tag.get("Type").is_some_and(|known| known.ends_with(kind))
            && let (Some(id), Some(target)) = (tag.get("Id"), tag.get("Target"))
        {
            meet(id, target, tag.get("TargetMode").as_deref() == Some("External"))?;
        }
        Ok(())
    })
}
