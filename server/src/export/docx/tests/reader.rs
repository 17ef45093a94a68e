//! A reader of Word documents that shares nothing with the writer: it takes every tracked change in, or takes every one back, as
//! Word does, and says what stands there then.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// What is done with every change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Take {
    In,
    Back,
}

/// A paragraph, or a row of a table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Line {
    /// Its style, its list (`-` or `1` and the level), and its words with their looks.
    Paragraph(String, String, String),
    /// Its cells: style and words.
    Row(Vec<(String, String)>),
}

#[derive(Clone, Debug)]
struct Element {
    name: String,
    attributes: BTreeMap<String, String>,
    children: Vec<Node>,
}

#[derive(Clone, Debug)]
enum Node {
    Element(Element),
    Words(String),
}

impl Element {
    fn of(tag: &BytesStart<'_>) -> Element {
        let attributes = tag.attributes().map(|attribute| {
            let attribute = attribute.unwrap();
            (attribute.key.as_ref().to_owned(), attribute.value.to_string())
        });
        Element { name: tag.name().as_ref().to_owned(), attributes: attributes.collect(), children: vec![] }
    }

    fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Words(_) => None,
        })
    }

    fn child(&self, name: &str) -> Option<&Element> {
        self.elements().find(|element| element.name == name)
    }

    fn value(&self, name: &str) -> &str {
        self.attributes.get(name).map_or("", String::as_str)
    }
}

/// The one element of a part.
fn tree(xml: &str) -> Element {
    let mut reader = Reader::from_str(xml);
    let root = Element { name: String::new(), attributes: BTreeMap::new(), children: vec![] };
    let mut open = vec![root];
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) => open.push(Element::of(&tag)),
            Event::Empty(tag) => {
                open.last_mut().unwrap().children.push(Node::Element(Element::of(&tag)));
            }
            Event::End(_) => {
                let closed = open.pop().unwrap();
                open.last_mut().unwrap().children.push(Node::Element(closed));
            }
            Event::Text(words) => open.last_mut().unwrap().children.push(Node::Words(words.to_string())),
            Event::GeneralRef(name) => {
                let word = match &*name {
                    "amp" => "&",
                    "lt" => "<",
                    "gt" => ">",
                    "quot" => "\"",
                    other => panic!("the entity {other}"),
                };
                open.last_mut().unwrap().children.push(Node::Words(word.to_owned()));
            }
            Event::Eof => break,
            _ => {}
        }
    }
    open.pop().unwrap()
}

/// What stands in the text of a document when every change has been taken in or back. Numbers of chapters and paragraphs are left
/// out when they are taken back: a paragraph that stays keeps the number of the new draft. So are lines without words, the contents,
/// and what keeps tables apart.
pub fn lines(files: &BTreeMap<String, String>, take: Take) -> Vec<Line> {
    let links = |part: &str| -> BTreeMap<String, String> {
        let Some(xml) = files.get(part) else { return BTreeMap::new() };
        let tree = tree(xml);
        let relations = tree.elements().flat_map(Element::elements);
        relations.map(|one| (one.value("Id").to_owned(), one.value("Target").to_owned())).collect()
    };
    let mut notes = BTreeMap::new();
    let note_links = links("word/_rels/footnotes.xml.rels");
    for note in tree(&files["word/footnotes.xml"]).elements().flat_map(Element::elements) {
        let words: String = note
            .elements()
            .map(|paragraph| resolved(paragraph, take).expect("a note has one paragraph"))
            .map(|paragraph| words(&paragraph, &Around { take, notes: &BTreeMap::new(), links: &note_links }))
            .collect();
        assert!(notes.insert(note.value("w:id").to_owned(), words).is_none(), "a note is there twice");
    }
    let around = Around { take, notes: &notes, links: &links("word/_rels/document.xml.rels") };
    let document = tree(&files["word/document.xml"]);
    let body = document.child("w:document").unwrap().child("w:body").unwrap();
    let mut lines = Vec::new();
    for element in body.elements() {
        match element.name.as_str() {
            "w:p" => {
                let Some(element) = resolved(element, take) else { continue };
                let (style, list) = looks_like(&element);
                let words = words(&element, &around);
                if style != "AfterTable" && !words.trim().is_empty() {
                    lines.push(Line::Paragraph(style, list, words));
                }
            }
            "w:tbl" => lines.extend(rows(element, &around)),
            _ => {}
        }
    }
    lines
}

struct Around<'a> {
    take: Take,
    notes: &'a BTreeMap<String, String>,
    links: &'a BTreeMap<String, String>,
}

fn rows(table: &Element, around: &Around<'_>) -> Vec<Line> {
    let mut rows = Vec::new();
    for row in table.elements().filter(|element| element.name == "w:tr") {
        let said = row.child("w:trPr").into_iter().flat_map(Element::elements);
        if said.into_iter().any(|said| is_dropped(&said.name, around.take)) {
            continue;
        }
        let mut cells = Vec::new();
        for cell in row.elements().filter(|element| element.name == "w:tc") {
            let mut said = cell.child("w:tcPr").into_iter().flat_map(Element::elements);
            if said.any(|said| is_dropped(&said.name, around.take)) {
                continue;
            }
            let paragraph = cell.child("w:p").expect("a cell has a paragraph");
            let paragraph = resolved(paragraph, around.take).expect("the last paragraph of a cell stays");
            cells.push((looks_like(&paragraph).0, words(&paragraph, around)));
        }
        rows.push(Line::Row(cells));
    }
    rows
}

/// Whether what is inside this element, or says this of itself, is not there any more.
fn is_dropped(name: &str, take: Take) -> bool {
    let goes = matches!(name, "w:del" | "w:moveFrom" | "w:cellDel");
    let comes = matches!(name, "w:ins" | "w:moveTo" | "w:cellIns");
    if take == Take::In { goes } else { comes }
}

/// A paragraph without a change; `None` if it is not there any more. One whose mark goes must have no words left: they would run
/// into those of the next.
fn resolved(paragraph: &Element, take: Take) -> Option<Element> {
    let mut known = paragraph.clone();
    let mark = paragraph.child("w:pPr").and_then(|look| look.child("w:rPr"));
    let is_gone = mark.is_some_and(|mark| mark.elements().any(|said| is_dropped(&said.name, take)));
    take_all(&mut known, take);
    if is_gone {
        let bare = Around { take, notes: &BTreeMap::new(), links: &BTreeMap::new() };
        assert_eq!(words(&known, &bare), "", "a paragraph that goes leaves words behind");
        return None;
    }
    Some(known)
}

fn take_all(element: &mut Element, take: Take) {
    if take == Take::Back {
        let change = format!("{}Change", element.name);
        if let Some(before) = element.child(&change) {
            let before = before.child(&element.name).expect("it says how it was").children.clone();
            element.children = before;
        }
    }
    let mut children = Vec::new();
    for node in std::mem::take(&mut element.children) {
        match node {
            Node::Element(mut child) => {
                take_all(&mut child, take);
                match child.name.as_str() {
                    "w:ins" | "w:del" | "w:moveTo" | "w:moveFrom" if element.name != "w:rPr" => {
                        if !is_dropped(&child.name, take) {
                            children.append(&mut child.children);
                        }
                    }
                    _ => children.push(Node::Element(child)),
                }
            }
            words => children.push(words),
        }
    }
    element.children = children;
}

fn looks_like(paragraph: &Element) -> (String, String) {
    let look = paragraph.child("w:pPr");
    let style = look.and_then(|look| look.child("w:pStyle")).map_or("Normal", |style| style.value("w:val"));
    let list = look.and_then(|look| look.child("w:numPr")).map(|list| {
        let value = |name: &str| list.child(name).unwrap().value("w:val").to_owned();
        format!("{}{}", if value("w:numId") == "1" { "-" } else { "1" }, value("w:ilvl"))
    });
    (style.to_owned(), list.unwrap_or_default())
}

/// The words of a paragraph, each stretch of one look behind its look in braces; notes in `⟦ ⟧`, pictures as `▣`.
fn words(paragraph: &Element, around: &Around<'_>) -> String {
    let mut stretches: Vec<(String, String)> = Vec::new();
    let mut after_number = false;
    let links = paragraph.elements().filter(|element| element.name == "w:hyperlink");
    let within: BTreeMap<*const Element, String> = links
        .flat_map(|link| {
            let to = around.links.get(link.value("r:id")).cloned().unwrap_or_default();
            link.elements().map(move |run| (std::ptr::from_ref(run), to.clone()))
        })
        .collect();
    let runs = paragraph.elements().flat_map(|element| match element.name.as_str() {
        "w:hyperlink" => element.elements().collect::<Vec<_>>(),
        _ => vec![element],
    });
    for run in runs.filter(|run| run.name == "w:r") {
        let look = run.child("w:rPr");
        let style = look.and_then(|look| look.child("w:rStyle")).map_or("", |style| style.value("w:val"));
        let is_number = ["ParagraphNumber", "ChapterNumber"].contains(&style);
        let bare = look.into_iter().flat_map(Element::elements).filter(|said| said.name != "w:rPrChange");
        let mut shown: String = bare.map(|said| format!("{}{} ", said.name, said.value("w:val"))).collect();
        shown += within.get(&std::ptr::from_ref(run)).map_or("", String::as_str);
        let mut said = String::new();
        for part in run.elements() {
            match part.name.as_str() {
                "w:t" | "w:delText" => {
                    assert!(around.take == Take::Back || part.name == "w:t", "words that went stay");
                    said.extend(part.children.iter().map(|node| match node {
                        Node::Words(words) => words.as_str(),
                        Node::Element(_) => "",
                    }));
                }
                "w:tab" => said += "\t",
                "w:br" => said += "\n",
                "w:drawing" => said += "▣",
                "w:footnoteReference" => {
                    let id = part.value("w:id");
                    said += &format!(
                        "⟦{}⟧",
                        around.notes.get(id).map_or("", |words| words.strip_prefix(' ').unwrap_or(words))
                    );
                }
                _ => {}
            }
        }
        if around.take == Take::Back && (is_number || (after_number && said == "\t")) {
            after_number = is_number;
            continue;
        }
        after_number = false;
        match stretches.last_mut() {
            Some((last, words)) if *last == shown => *words += &said,
            _ if said.is_empty() => {}
            _ => stretches.push((shown, said)),
        }
    }
    stretches
        .into_iter()
        .map(|(look, words)| if look.is_empty() { words } else { format!("{{{look}}}{words}") })
        .collect()
}
