//! The world that Typst sees: one template, the faces, and the files handed in. Nothing else exists.
//!
//! No path reaches the disk, no package is fetched, and there is no today. So a paper cannot read the machine
//! it is printed on, and the same paper gives the same pages on every day.

use std::collections::HashMap;

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};

use crate::fonts;

/// A `World` without doors.
pub struct ClosedWorld {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    template: Source,
    files: HashMap<FileId, Bytes>,
}

impl ClosedWorld {
    /// A world with `template` as its only source, the embedded faces, and no files yet.
    pub fn new(template: &str) -> Self {
        let fonts = fonts::embedded();
        Self {
            library: LazyHash::new(Library::default()),
            book: LazyHash::new(FontBook::from_fonts(&fonts)),
            fonts,
            template: Source::new(id_of("template.typ"), template.to_owned()),
            files: HashMap::new(),
        }
    }

    /// Makes these bytes readable for the template under their names, and nothing else.
    pub fn hand_in<'a>(&mut self, files: impl IntoIterator<Item = (&'a str, Bytes)>) {
        self.files = files.into_iter().map(|(name, bytes)| (id_of(name), bytes)).collect();
    }

    /// The embedded faces.
    pub fn fonts(&self) -> &[Font] {
        &self.fonts
    }
}

impl World for ClosedWorld {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    fn main(&self) -> FileId {
        self.template.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.template.id() { Ok(self.template.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        self.files.get(&id).cloned().ok_or(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.get(index).cloned()
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}

fn id_of(name: &str) -> FileId {
    let path = VirtualPath::new(name).expect("the names here are plain file names");
    RootedPath::new(VirtualRoot::Project, path).intern()
}

#[cfg(test)]
mod tests {
    use super::*;
    use typst_layout::PagedDocument;

    fn refusal_of(template: &str) -> String {
        let errors = typst::compile::<PagedDocument>(&ClosedWorld::new(template))
            .output
            .expect_err("the template is refused");
        errors.iter().map(|error| error.message.as_str()).collect()
    }

    #[test]
    fn even_the_template_itself_can_read_no_file_and_fetch_no_package() {
        for template in [
            "#read(\"/etc/passwd\")",
            "#read(\"template.typ\")",
            "#include \"/etc/hostname\"",
            "#image(\"logo.png\")",
            "#import \"@preview/cetz:0.3.0\"",
        ] {
            assert!(refusal_of(template).contains("access denied"), "{template}: {}", refusal_of(template));
        }
        assert!(refusal_of("#datetime.today()").contains("unable to get the current date"));
    }
}
