//! Reads a PDF back with a library that shares no code with the one that wrote it.

use lopdf::{Dictionary, Document, Object};

pub struct Pdf(Document);

impl Pdf {
    pub fn of(bytes: &[u8]) -> Self {
        Self(Document::load_mem(bytes).expect("the PDF can be read"))
    }

    /// Everything a reader could select and copy, without white space: where lines break is the typesetter's
    /// affair.
    pub fn words(&self) -> String {
        let pages: Vec<u32> = self.0.get_pages().into_keys().collect();
        let text = self.0.extract_text(&pages).expect("the words can be extracted");
        text.chars().filter(|character| !character.is_whitespace()).collect()
    }

    /// How many pieces of words are set one after the other, on all pages together: a line has one at least.
    pub fn pieces(&self) -> usize {
        let on_page = |page: lopdf::ObjectId| {
            let content = self.0.get_and_decode_page_content(page).expect("a page has content");
            content.operations.iter().filter(|operation| matches!(&*operation.operator, "Tj" | "TJ")).count()
        };
        self.0.get_pages().into_values().map(on_page).sum()
    }

    pub fn pages(&self) -> usize {
        self.0.get_pages().len()
    }

    /// An entry of the document information, e.g. `Title`.
    pub fn info(&self, key: &str) -> Option<String> {
        let info = self.follow(self.0.trailer.get(b"Info").ok()?).as_dict().ok()?;
        Some(text_of(info.get(key.as_bytes()).ok()?))
    }

    pub fn language(&self) -> String {
        text_of(self.catalog().get(b"Lang").expect("a language"))
    }

    /// `L2R` or `R2L`, as a reader turns the pages.
    pub fn reading_direction(&self) -> String {
        let preferences = self.catalog().get(b"ViewerPreferences").expect("viewer preferences");
        let direction = self.follow(preferences).as_dict().unwrap().get(b"Direction").expect("a direction");
        String::from_utf8(direction.as_name().unwrap().to_vec()).unwrap()
    }

    pub fn is_marked_as_tagged(&self) -> bool {
        let mark_info = self.follow(self.catalog().get(b"MarkInfo").expect("mark info")).as_dict().unwrap();
        mark_info.get(b"Marked").and_then(Object::as_bool).unwrap()
    }

    /// The XMP packet, where a PDF says which standards it follows.
    pub fn metadata(&self) -> String {
        let stream = self.follow(self.catalog().get(b"Metadata").expect("metadata")).as_stream().unwrap();
        String::from_utf8(stream.get_plain_content().unwrap_or_else(|_| stream.content.clone())).unwrap()
    }

    /// The structure tree in reading order, each element as its role and depth.
    pub fn tags(&self) -> Vec<(usize, String)> {
        let mut tags = Vec::new();
        self.walk(self.catalog().get(b"StructTreeRoot").expect("a structure tree"), 0, &mut tags);
        tags
    }

    /// The heading tags alone, in reading order.
    pub fn heading_tags(&self) -> Vec<String> {
        let is_heading = |tag: &String| tag.len() == 2 && tag.starts_with('H');
        self.tags().into_iter().map(|(_, tag)| tag).filter(is_heading).collect()
    }

    /// The content of the attached file of this name.
    pub fn attachment(&self, name: &str) -> Option<Vec<u8>> {
        let files = self.follow(self.catalog().get(b"AF").ok()?).as_array().ok()?;
        let mut files = files.iter().map(|file| self.follow(file).as_dict().unwrap());
        let file = files.find(|file| text_of(file.get(b"UF").unwrap()) == name)?;
        let streams = self.follow(file.get(b"EF").ok()?).as_dict().ok()?;
        let stream = self.follow(streams.get(b"F").ok()?).as_stream().ok()?;
        Some(stream.decompressed_content().unwrap_or_else(|_| stream.content.clone()))
    }

    /// Where links lead that leave the document.
    pub fn links(&self) -> Vec<String> {
        let annotations = self.0.objects.values().filter_map(|object| object.as_dict().ok());
        let mut links: Vec<String> = annotations
            .filter_map(|annotation| self.follow(annotation.get(b"A").ok()?).as_dict().ok()?.get(b"URI").ok())
            .map(text_of)
            .collect();
        links.sort();
        links
    }

    fn walk(&self, node: &Object, depth: usize, tags: &mut Vec<(usize, String)>) {
        match self.follow(node) {
            Object::Array(children) => children.iter().for_each(|child| self.walk(child, depth, tags)),
            Object::Dictionary(element) => {
                if let Ok(role) = element.get(b"S").and_then(Object::as_name) {
                    tags.push((depth, String::from_utf8_lossy(role).into_owned()));
                }
                if let Ok(children) = element.get(b"K") {
                    self.walk(children, depth + 1, tags);
                }
            }
            _ => {}
        }
    }

    fn catalog(&self) -> &Dictionary {
        self.0.catalog().expect("a catalog")
    }

    fn follow<'a>(&'a self, object: &'a Object) -> &'a Object {
        self.0.dereference(object).expect("a reference leads somewhere").1
    }
}

/// PDF strings are Latin or, with a byte order mark, UTF-16.
fn text_of(object: &Object) -> String {
    let bytes = object.as_str().expect("a string");
    match bytes.strip_prefix(&[0xFE, 0xFF]) {
        Some(utf16) => {
            let units: Vec<u16> =
                utf16.chunks(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
            String::from_utf16(&units).expect("UTF-16")
        }
        None => bytes.iter().map(|&byte| char::from(byte)).collect(),
    }
}
